"""The morning message of those who look after a partnership: said, and drawn.

One rule: a message is worked out anew whenever it is drawn. The record has which lines were said on which day, `nudges` what was
done about them, and a line that is not so any more is not shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session

from bot.actions import Call, View, calendars, evidence, living, rhythm, telling
from bot.actions.gathering import Gathered
from bot.cards import morning as cards
from bot.cards import nudge as notes
from bot.messages import Message
from bot.rules import ladder, nudging
from bot.rules.evidence import Evidence, news, reminded
from bot.rules.nudging import FORGOTTEN, NO_MARK, Mark
from bot.rules.rhythm import local_day, watches
from bot.rules.worktime import place
from bot.words import Key, Line, Nudging, Role, Status, Urgency
from storage import nudges as store
from storage import scenes, subjects
from storage.people import Standing
from storage.scenes import Scene
from storage.tables import Nudge

DAY = timedelta(days=1)
REMEMBERED = 15 * DAY  # how far back a message is looked for: its week, and the one that a newer one replaces
OFFICES = (Role.SHEPHERD, Role.BACKUP)


def subject(member_id: int) -> str:
    """What the messages of one member are about; each day is a slot of it."""
    return f"morning:{member_id}"


@dataclass(frozen=True, slots=True)
class Morning:
    """Somebody's morning: the partnership, the member and their local day."""

    scene: Scene
    member: int
    day: date


# Said ----------------------------------------------------------------------------------------------------------------


def say(session: Session, mornings: Sequence[Morning], now: datetime) -> None:
    """Write to each of those who have something to act on, all in one go; whatever was said before in their week is not said again."""
    found = {each.scene.id: each.scene for each in mornings}
    facts = evidence.facts(session, found, now)
    marks = store.of(session, found)
    about = {subject(each.member) for each in mornings}
    said = store.said(session, about, now - REMEMBERED)
    standing = store.cards(session, about)
    everybody = {id: rhythm.score(scene, ()).members for id, scene in found.items()}
    batch = Gathered(now)
    standing_in: list[_StandIn] = []
    for each in sorted(mornings, key=lambda one: (one.scene.id, one.member)):
        who = each.scene.who(each.member)
        watching = watches(everybody[each.scene.id], who.side, each.day)
        if each.scene.partnership.status is not Status.ACTIVE or watching is None or watching.id != who.id:
            continue
        other = watches(everybody[each.scene.id], who.side.other, each.day)
        if who.member.role is Role.BACKUP and other is not None:
            standing_in += _stands_in(each.scene, who, each.scene.who(other.id), each.day)
        mine = nudging.lines(facts[each.scene.id], who.person.nudging, who.side)
        before = said[subject(who.id)]
        begun = nudging.week_of(calendars.of_person(each.scene, who), each.day)
        earlier = _news(before, begun, each.day)
        fresh = nudging.to_say(mine, _marks(marks[each.scene.id], who.side), earlier, now)
        if fresh and who.reachable is not None and each.day not in before:
            _post(batch, each.scene, who, each.day, fresh, standing[subject(who.id)])
    _tell_of(session, batch, standing_in)
    batch.write(session)


def _post(
    batch: Gathered, scene: Scene, who: Standing, day: date, lines: Sequence[Evidence], standing: Sequence[Any]
) -> None:
    """Say these lines, in place of what was said before: the last message turns into one grey line, and older ones have by now."""
    about = subject(who.id)
    batch.record(scene, store.SAID, about, _body(day, lines))
    batch.left.extend((card.lane_id, about, card.slot) for card in standing[:-1])
    if standing:
        batch.stale.add(about)
    batch.person(scene, who, about, None, slot=day.isoformat())


def note(session: Session, call: Call, who: Standing, day: date, lines: Sequence[Evidence]) -> None:
    """Put on the record which lines somebody's message of that day has."""
    call.record(session, store.SAID, subject(who.id), _body(day, lines))


def _body(day: date, lines: Sequence[Evidence]) -> dict[str, Any]:
    return {"day": day.isoformat(), "lines": {one.key: news(one) for one in lines}}


def _news(said: Mapping[date, Mapping[str, store.Said]], first: date, before: date) -> store.Said:
    """All that was said on the days from `first` on and before that day."""
    days = [said[day] for day in sorted(said) if first <= day < before]
    return {news: at for lines in days for those in lines.values() for news, at in those.items()}


@dataclass(frozen=True, slots=True)
class _StandIn:
    """Somebody looks after a side until that day, for one who is away; `line` keeps it from being told to `other` twice."""

    scene: Scene
    who: Standing
    other: Standing
    away: Standing
    last: date
    line: str


def _stands_in(scene: Scene, who: Standing, other: Standing, day: date) -> Iterator[_StandIn]:
    """While a shepherd is away: what the other side's is to be told once. A side may have only a backup."""
    away = next((each for each in scene.on(who.side) if each.member.role is Role.SHEPHERD), None)
    if away is not None:
        first, last = next(span for span in away.away if span[0] <= day <= span[1])
        yield _StandIn(scene, who, other, away, last, f"{store.AWAY}{away.id}|{first.isoformat()}")


def _tell_of(session: Session, batch: Gathered, those: Sequence[_StandIn]) -> None:
    wanted = {(each.scene.id, each.line): each for each in reversed(those)}  # of one said twice, the first
    new = store.once_each(session, wanted, batch.now, batch.now - 400 * DAY)
    for each in those:
        if wanted[each.scene.id, each.line] is each and (each.scene.id, each.line) in new:
            scene, who = each.scene, each.who
            words = notes.stands_in(scene.partnership.name, who.organisation, who.shown(), each.away.shown(), each.last)
            due = _in_working_time(scene, each.other, batch.now)
            batch.person(scene, each.other, _nudge(scene), words, due_at=due)


def write(session: Session, call: Call, who: Standing, message: Message | None, slot: str = "") -> datetime | None:
    """Write to somebody in their working time (no message: a living card); gives when, or None where they cannot be written to."""
    due = _in_working_time(call.scene, who, call.now)
    told = telling.person(session, call, who, _nudge(call.scene), message, slot=slot, due_at=due)
    return due if told else None


def _nudge(scene: Scene) -> str:
    return f"nudge:{scene.id}"


def _in_working_time(scene: Scene, who: Standing, now: datetime) -> datetime:
    return ladder.told_at(Urgency.NORMAL, now, calendars.of_person(scene, who), who.away)


# Drawn ---------------------------------------------------------------------------------------------------------------


@living("morning")
def draw(session: Session, view: View) -> Message | None:
    """The message as it is now: replaced where there is a newer one, and nothing for whom it is not meant any more."""
    scene = scenes.scene(session, subjects.partnership_of(session, view.subject) or 0)
    who = scene.who(view.number)
    theirs = view.account_id in {each.id for each in who.accounts}
    if who.left or not theirs or who.member.role not in OFFICES:
        return None
    day = date.fromisoformat(view.slot)
    begun = nudging.week_of(calendars.of_person(scene, who), day)
    said = store.said(session, [view.subject], view.now - REMEMBERED)[view.subject]
    newest = max(said, default=day)
    if newest > day:
        return cards.replaced(newest)
    facts = evidence.facts(session, {scene.id: scene}, view.now)[scene.id]
    marks = store.of(session, [scene.id])[scene.id]
    keys = said.get(day, {})
    earlier = {key for each, those in said.items() if begun <= each < day for key in those} - keys.keys()
    mine = nudging.lines(facts, who.person.nudging, who.side)
    waits = nudging.to_say([one for one in mine if one.key in earlier], _marks(marks, who.side), {}, view.now)
    # What was said stays, also where they have chosen to hear less since.
    shown = [one for one in nudging.lines(facts, Nudging.ACTIVE, who.side) if one.key in keys]
    return cards.card(
        cards.Shown(
            subject=view.subject,
            partnership=scene.partnership.name,
            own=who.side,
            sides={key: scene.organisation(key) for key in Key},
            facts=facts,
            zones=scene.zones,
            entries=tuple(_entry(scene, who, one, marks, view.now) for one in shown),
            earlier=len(waits),
            settled=len(keys) - len(shown),
            setting=who.person.nudging,
        )
    )


def _marks(rows: Mapping[str, Nudge], side: Key) -> dict[str, Mark]:
    """What that side did about lines, by line."""
    own = f"{side}|"
    return {
        line.removeprefix(own): Mark(row.snoozed_until, row.snoozed_by, row.useless_at)
        for line, row in rows.items()
        if line.startswith(own)
    }


def _entry(scene: Scene, who: Standing, one: Evidence, rows: Mapping[str, Nudge], now: datetime) -> cards.Entry:
    mark, other = (_marks(rows, side).get(one.key, NO_MARK) for side in (who.side, who.side.other))
    people = reminded(one) or getattr(one, "people", ())
    today = {each: _reminded_today(scene, each, rows, now) for each in reminded(one)}
    return cards.Entry(
        evidence=one,
        people=tuple(scene.who(each).shown() for each in people),
        aside=_aside(scene, mark, who.zone, now),
        other=_snoozed(scene, other) if other.snoozed(now) else (),
        reminded=tuple(scene.who(each).shown() for each, done in today.items() if done),
        can_remind=any(not done and each != who.id for each, done in today.items()),
    )


def _aside(scene: Scene, mark: Mark, zone: str, now: datetime) -> Line:
    if mark.snoozed(now):
        return _snoozed(scene, mark)
    if mark.useless(now) and mark.useless_at is not None:
        return cards.useless(mark.useless_at + FORGOTTEN, zone)
    return ()


def _snoozed(scene: Scene, mark: Mark) -> Line:
    assert mark.snoozed_by is not None
    assert mark.snoozed_until is not None
    by = scene.who(mark.snoozed_by)
    return cards.snoozed(by.shown(), mark.snoozed_until, by.zone)


def _reminded_today(scene: Scene, member: int, rows: Mapping[str, Nudge], now: datetime) -> bool:
    row = rows.get(person_line(member))
    return row is not None and row.reminded_at is not None and row.reminded_at >= midnight(scene.who(member), now)


def person_line(member: int) -> str:
    """The line under which it is noted when somebody was reminded."""
    return f"person|{member}"


def midnight(who: Standing, now: datetime, days: int = 0) -> datetime:
    """When somebody's local day begins, or the one that comes so many days after it."""
    return place(local_day(now, who.zone) + days * DAY, time(), who.zone)
