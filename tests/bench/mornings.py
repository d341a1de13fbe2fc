"""Morning messages by the thousand, said: `python -m tests.bench.mornings [--postgres URL] [--partnerships N] [--weeks N]`.

Both shepherds of each partnership are due, in batches of 500 partnerships: their scenes are loaded, what there is to act on is worked
out, and whoever has something is written to: on the record, in the outbox, committed. It stands against one SQL pass over the same
rows: every row that those messages are worked out from (the record without its words, celebrations, escalations that are under
way, meetings and reports, check-ins, cadences, people, sides, rooms), each read once in the order of its partnership by the same
driver, and nothing done with it.

One rule: after each run what was said is taken back, so that every run says the same, and says something.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlmodel import Session

from bot.actions import mornings
from bot.actions.mornings import OFFICES, Morning
from bot.rules.rhythm import local_day
from storage import Database
from storage.seen import seen as look
from tests.bench import sets
from tests.bench.light import NOW

PASS = (
    "SELECT * FROM ledger WHERE partnership_id BETWEEN {first} AND {last}",
    """SELECT o.*, c.kind FROM occurrences o JOIN cadences c ON c.id = o.cadence_id
       WHERE c.kind IN ('meeting', 'report') AND o.partnership_id BETWEEN {first} AND {last}""",
    "SELECT * FROM check_ins WHERE partnership_id BETWEEN {first} AND {last}",
    """SELECT * FROM celebrations g JOIN celebrated d ON d.celebration_id = g.id
       WHERE g.partnership_id BETWEEN {first} AND {last}""",
    "SELECT * FROM escalations WHERE ended_at IS NULL AND partnership_id BETWEEN {first} AND {last}",
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
_SAID = "(SELECT id FROM ledger WHERE kind = 'nudge.said')"
_BACK = (
    """UPDATE partnerships SET seq = l.seq - 1, head = l.before FROM (
           SELECT partnership_id, min(seq) AS first FROM ledger WHERE kind = 'nudge.said' GROUP BY partnership_id
       ) AS said JOIN ledger l ON l.partnership_id = said.partnership_id AND l.seq = said.first
       WHERE partnerships.id = said.partnership_id""",
    f"DELETE FROM ledger_bodies WHERE event_id IN {_SAID}",
    "DELETE FROM ledger WHERE kind = 'nudge.said'",
    "DELETE FROM outbox",
    "DELETE FROM nudges",
)


def say(database: Database, ids: Sequence[int]) -> None:
    """Say the mornings of all who look after these partnerships."""

    def work(session: Session) -> None:
        due = [
            Morning(scene, who.id, local_day(NOW, who.zone))
            for scene in look(session, ids).values()
            for who in scene.members
            if who.member.role in OFFICES
        ]
        mornings.say(session, due, NOW)

    database.run(work)


def unsay(database: Database) -> None:
    """Take back what was said."""

    def work(session: Session) -> int:
        said: int = session.connection().execute(text("SELECT count(*) FROM outbox")).scalar_one()
        for statement in _BACK:
            session.connection().execute(text(statement))
        return said

    assert database.run(work), "nobody had anything to be told"


if __name__ == "__main__":
    sets.main("tests.bench.mornings", __doc__, "partnerships’ mornings said", "none", say, PASS, unsay)
