"""Digests by the thousand, worked out and drawn: `python -m tests.bench.digests [--postgres URL] [--partnerships N] [--weeks N]`.

Each partnership's digest for one of its rooms is worked out from what is on record and drawn as the card that the room sees, in
batches of 500 as timers come. It stands against one SQL pass over the same rows: every row that those digests are made of (check-ins
of eight weeks, celebrations, escalations with their steps, reports, cadences, people, sides, rooms), each read once in the order
of its partnership by the same driver, and nothing done with it.

One rule: what is worked out is drawn from the same values as the rooms see; nothing of it is kept for the next run.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time as time_of_day

from sqlmodel import Session

from bot.actions import digests, recounting
from bot.actions.recounting import Wanted
from bot.cards import digest as cards
from bot.rules import weeks
from storage import Database
from storage.seen import seen as look
from tests.bench import sets
from tests.bench.light import NOW

PASS = (
    """SELECT o.partnership_id, m.side, c.state, c.asked_at, c.answered_at, c.closes_at, o.closes_at FROM occurrences o
       JOIN check_ins c ON c.occurrence_id = o.id JOIN members m ON m.id = c.member_id
       WHERE o.partnership_id BETWEEN {first} AND {last}""",
    """SELECT * FROM celebrations g JOIN celebrated d ON d.celebration_id = g.id
       WHERE g.partnership_id BETWEEN {first} AND {last}""",
    "SELECT * FROM escalations WHERE partnership_id BETWEEN {first} AND {last}",
    """SELECT l.partnership_id, l.kind, l.at, l.actor, b.body FROM escalations e
       JOIN ledger l ON l.subject = 'escalation:' || e.id JOIN ledger_bodies b ON b.event_id = l.id
       WHERE e.partnership_id BETWEEN {first} AND {last}""",
    """SELECT o.* FROM occurrences o JOIN cadences c ON c.id = o.cadence_id
       WHERE c.kind = 'report' AND o.partnership_id BETWEEN {first} AND {last}""",
    "SELECT * FROM cadences WHERE partnership_id BETWEEN {first} AND {last}",
    """SELECT m.*, p.* FROM members m JOIN people p ON p.id = m.person_id
       WHERE m.partnership_id BETWEEN {first} AND {last}""",
    """SELECT a.* FROM members m JOIN accounts a ON a.person_id = m.person_id
       WHERE m.partnership_id BETWEEN {first} AND {last}""",
    """SELECT t.side, r.* FROM room_partnerships t JOIN rooms r ON r.id = t.room_id
       WHERE t.partnership_id BETWEEN {first} AND {last}""",
    "SELECT * FROM sides WHERE partnership_id BETWEEN {first} AND {last}",
    "SELECT * FROM partnerships WHERE id BETWEEN {first} AND {last}",
)


def drawn(database: Database, ids: Sequence[int]) -> int:
    """Work out and draw the digests of these partnerships for the rooms of their first sides; how many blocks they have."""

    def work(session: Session) -> int:
        found = look(session, ids)
        wanted = [
            Wanted(scene, weeks.to(NOW.date(), time_of_day(9), scene.sides[min(scene.sides)].zone), NOW)
            for scene in found.values()
        ]
        told = recounting.work_out(session, NOW, wanted)
        seen = digests.shown_all(
            session, [(each.scene, digest, zone_of(each)) for each, digest in zip(wanted, told, strict=True)]
        )
        return sum(len(cards.card(each).body) for each in seen)

    return database.run(work)


def zone_of(wanted: Wanted) -> str:
    return wanted.scene.sides[min(wanted.scene.sides)].zone


if __name__ == "__main__":
    sets.main("tests.bench.digests", __doc__, "digests worked out and drawn", "2", drawn, PASS)
