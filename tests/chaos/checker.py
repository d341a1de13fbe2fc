"""What must hold when everything is calm again: what was acknowledged, what is on the record and what was seen are one.

One rule: it reads three witnesses (the people, the database, the platforms) and believes none of them alone.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from bot.rules.ladder import LEVELS
from storage import ledger
from tests.chaos.history import MARK, Act, History
from tests.chaos.people import UNTAKEN, Deed, rooms_of
from tests.chaos.record import ACTIVE, Record

ON_THE_WIRE = 0.5
"""Seconds that the platform may take to see what was on its way when who sent it was killed."""
SLOWLY = 1.5
"""Seconds that it takes at most where it is slow; by then it sees that nobody hears its answer."""
KINDS = {
    "celebration.given": "celebration",
    "checkin.answered": "checkin",
    "escalation.raised": "escalation",
    "celebration.commented": "comment",
    "checkin.commented": "comment",
}
SAYS = {
    "celebration": re.compile(" celebrates? "),
    "checkin": re.compile(" checked in "),
    "escalation": re.compile("^Escalation "),
    "comment": re.compile("well done"),
}
"""How a message reads that is what came of a deed, and not a digest that tells of it."""

_HELD_BACK = re.compile("may still be arriving|asks to wait|stopped before|waited here")
"""What something waits for without having been sent."""

LATE = timedelta(seconds=90)
"""How long something may be due when all is calm, before it counts as not done."""

NOTING = timedelta(seconds=3)
"""How long after its own time something noted may become visible to others."""

_RUNGS = {number: timedelta(minutes=each.high) for number, each in LEVELS.items()}


@dataclass
class Verdict:
    """What is wrong, a line each, and the figures of what was looked at."""

    objections: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)
    windows: list[float] = field(default_factory=list)
    """Seconds between a post to Teams that was made twice and what cut it off."""


def judge(
    deeds: Sequence[Deed],
    record: Record,
    history: History,
    kills: Sequence[float],
    now: datetime,
    *,
    given_up: bool = False,
) -> Verdict:
    """Compare the three. `kills` are the moments at which something was cut off; `given_up` when a day's outage lay between, so that
    what waited may have been set aside."""
    verdict = Verdict()
    parked = {(each.subject, each.channel) for each in record.outbox if each.state == "parked"}
    _whole(verdict, record)
    told = _recorded(verdict, deeds, record, history)
    _seen(verdict, deeds, told, history, kills, parked)
    _once(verdict, history)
    _order(verdict, deeds, record, history)
    _applause(verdict, record, history, parked)
    _climbs(verdict, record, now)
    _at_rest(verdict, record, now, given_up)
    return verdict


def _whole(verdict: Verdict, record: Record) -> None:
    for number, events in record.events.items():
        verdict.figures["events"] += len(events)
        verdict.objections += [f"the record of partnership {number}: {fault}" for fault in ledger.verify(events)]


def _recorded(verdict: Verdict, deeds: Sequence[Deed], record: Record, history: History) -> dict[str, str]:
    """Each deed on the record once, if it was acknowledged; gives the subject by the mark of what is on the record."""
    untaken = {mark for act in history.acts if UNTAKEN.search(act.words) for mark in act.marks}
    noted = {each.token: each.settled_at for each in record.outbox}
    found: Counter[str] = Counter()
    subjects: dict[str, str] = {}
    claps: Counter[tuple[str, str]] = Counter()
    for event in (each for events in record.events.values() for each in events):
        if event["kind"] == "celebration.clapped":
            claps[event["subject"], record.members[event["actor"]]] += 1
        elif event["kind"] in KINDS:
            for mark in set(MARK.findall(str(event["body"]))):
                found[mark] += 1
                subjects[mark] = event["subject"]
    known = {each.mark: each for each in deeds}
    for mark in found.keys() - known.keys():
        verdict.objections.append(f"{mark} is on the record and nobody did it")
    for deed in deeds:
        times = claps[deed.about, deed.who.user] if deed.noun == "clap" else found[deed.mark]
        verdict.figures["deeds"] += 1
        verdict.figures["recorded"] += times
        what = f"{deed.noun} {deed.mark} of {deed.who.name} ({deed.who.room.platform})"
        if times > 1:
            verdict.objections.append(f"{what} is on the record {times} times")
        refused = deed.mark in untaken or UNTAKEN.search(deed.refused)
        if refused:
            verdict.figures["told that nothing was done"] += 1
            if times and deed.sent > 1:  # what is brought again is not known from what is new before it is looked at
                verdict.figures["told of a second try that nothing was done"] += 1
            elif times:
                verdict.objections.append(f"UNTRUE: {what} was told that nothing was done, and it is on the record")
        elif deed.acknowledged:
            verdict.figures["acknowledged"] += 1
            at = noted.get(deed.card.token) if deed.card else None
            if not times and deed.noun == "comment" and deed.at and (at is None or at > deed.at - NOTING):
                verdict.figures["replies to a card that was not noted yet"] += 1
            elif not times:
                verdict.objections.append(
                    f"LOST: {what} was acknowledged and is not on the record: {deed.answers[0]!r}"
                )
        told = [each for each in deed.answers if not UNTAKEN.search(each)]
        if len(set(told)) > 1:
            verdict.objections.append(f"{what} came again and was answered otherwise: {told}")
    return subjects


def _seen(
    verdict: Verdict,
    deeds: Sequence[Deed],
    told: dict[str, str],
    history: History,
    kills: Sequence[float],
    parked: set[tuple[str, str]],
) -> None:
    """What is on the record is seen once in each room, and nothing else is; of a celebration who it is for hears of it once."""
    posts: dict[tuple[str, str, bool], list[Act]] = defaultdict(list)
    for act in (each for each in history.acts if each.way == "post"):
        for mark in act.marks:
            posts[mark, act.channel, bool(act.thread)].append(act)
    for deed in (each for each in deeds if each.noun != "clap"):
        wanted = [(room.channel, deed.noun == "comment", room.platform) for room in rooms_of(deed)]
        if deed.noun == "celebration" and deed.to:
            wanted.append((deed.to.direct, False, deed.to.room.platform))
        for channel, in_thread, platform in wanted:
            those = [each for each in posts[deed.mark, channel, in_thread] if SAYS[deed.noun].search(each.words)]
            where = f"{deed.noun} {deed.mark} in {channel}"
            verdict.figures["seen"] += len(those)
            if deed.mark not in told:
                verdict.objections += [f"{where} was seen and is not on the record"] if those else []
            elif not those:
                target = f"@{deed.to.user}" if deed.to and channel == deed.to.direct else channel
                if (told[deed.mark], target) in parked:
                    verdict.figures["set aside"] += 1
                else:
                    verdict.objections.append(f"MISSING: {where} ({told[deed.mark]}) was never seen")
            elif len(those) > 1 and platform == "slack":
                verdict.objections.append(f"TWICE: {where} was posted {len(those)} times: {_told(those)}")
            elif len(those) > 1:
                _doubled(verdict, where, those, kills)


def _doubled(verdict: Verdict, where: str, those: list[Act], kills: Sequence[float]) -> None:
    """On Teams something may be there twice only where its answer was lost, or who sent it was killed before it noted it."""
    for first, second in pairwise(sorted(those, key=lambda act: act.at)):
        verdict.figures["doubles on Teams"] += 1
        wire = SLOWLY if second.fault == "unheard" else ON_THE_WIRE
        cuts = sorted(at for at in kills if first.at - wire <= at <= second.at)
        if first.fault:
            verdict.figures["doubles on Teams after a lost answer"] += 1
        elif cuts:
            verdict.windows.append(max(0.0, cuts[0] - first.at))
        else:
            verdict.objections.append(
                f"TWICE: {where} though its answer arrived and nothing was cut off: {_told(those)}"
            )


def _once(verdict: Verdict, history: History) -> None:
    """On Slack no token is there twice, and nobody is whispered the same twice."""
    tokens: dict[str, list[Act]] = defaultdict(list)
    whispers: Counter[tuple[str, str, str, str]] = Counter()
    for act in history.acts:
        verdict.figures[f"{act.platform} {act.way}"] += 1
        if act.token and act.way == "post":
            tokens[act.token].append(act)
        elif act.way == "whisper" and act.platform == "slack":
            for mark in act.marks:
                whispers[act.channel, act.to, act.words, mark] += 1
    for those in tokens.values():
        if len(those) > 1:
            verdict.objections.append(f"TWICE: one token in {those[0].channel}: {_told(those)}")
    verdict.objections += [f"TWICE: whispered to {who[1]} in {who[0]}" for who, times in whispers.items() if times > 1]


def _order(verdict: Verdict, deeds: Sequence[Deed], record: Record, history: History) -> None:
    """In a channel the posts about one subject come in the order in which they were announced, and replies in that of people's deeds."""
    rows = {each.token: each for each in record.outbox}
    last: dict[tuple[str, str], int] = {}
    for act in history.acts:
        row = rows.get(act.token) if act.way == "post" else None
        if row is not None:
            before = last.get((act.channel, row.subject), 0)
            if before > row.id:
                verdict.objections.append(f"ORDER: {row.subject} in {act.channel}: {row.id} came after {before}")
            last[act.channel, row.subject] = row.id
    first: dict[tuple[str, str], float] = {}
    for act in history.acts:
        for mark in act.marks if act.way == "post" else ():
            first.setdefault((act.channel, mark), act.at)
    said: dict[str, list[Deed]] = defaultdict(list)
    for deed in deeds:
        if deed.noun == "comment" and deed.acknowledged:
            said[deed.about].append(deed)
    for those in said.values():
        for one, other in pairwise(sorted(those, key=lambda deed: deed.began)):
            for room in rooms_of(one):
                at = first.get((room.channel, one.mark)), first.get((room.channel, other.mark))
                if one.acknowledged < other.began and one.card == other.card and None not in at and at[0] > at[1]:  # type: ignore[operator]
                    verdict.objections.append(f"ORDER: {other.mark} stands before {one.mark} in {room.channel}")


def _applause(verdict: Verdict, record: Record, history: History, parked: set[tuple[str, str]]) -> None:
    """Every card of a celebration shows the count that the database has; where one is there twice, the one that is known."""
    for cards in history.cards.values():
        shown: dict[tuple[str, str], set[int]] = {}
        for card in cards:
            shown.setdefault((card.subject, card.channel), set()).add(history.standing[card.channel, card.id].claps)
        for (subject, channel), counts in shown.items():
            counted = record.claps[subject]
            if counted not in counts and (subject, channel) not in parked:
                verdict.objections.append(
                    f"STALE: {subject} in {channel} shows {sorted(counts)} claps and there are {counted}"
                )


def _climbs(verdict: Verdict, record: Record, now: datetime) -> None:
    """Every escalation climbs one level at a time, none before its time, and none hangs behind."""
    for events in record.events.values():
        steps: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for event in events:
            if event["kind"] in (
                "escalation.raised",
                "escalation.climbed",
                "escalation.repeated",
                "escalation.stopped",
            ):
                steps[event["subject"]].append(event)
        for subject, those in steps.items():
            levels = [each["body"].get("level", 0) for each in those]
            times = [datetime.fromisoformat(each["at"]) for each in those]
            verdict.figures["escalations"] += 1
            verdict.figures["climbs"] += sum(each["kind"] == "escalation.climbed" for each in those)
            for at, (before, after) in enumerate(pairwise(those)):
                if after["kind"] == "escalation.climbed" and levels[at + 1] != levels[at] + 1:
                    verdict.objections.append(f"LEVEL: {subject} went from {levels[at]} to {levels[at + 1]}")
                if times[at + 1] - times[at] < _RUNGS[levels[at]]:
                    verdict.objections.append(
                        f"TOO SOON: {subject}: {after['kind']} at {times[at + 1]}, {before['kind']} at {times[at]}"
                    )
            stopped = those[-1]["kind"] == "escalation.stopped"
            if not stopped and now - times[-1] > _RUNGS[levels[-1]] + LATE:
                verdict.objections.append(f"TOO LATE: {subject} is at level {levels[-1]} since {times[-1]}, now {now}")


def _at_rest(verdict: Verdict, record: Record, now: datetime, given_up: bool) -> None:
    """Nothing is on its way any more, nothing is due, and what was set aside is told apart by its reason."""
    states: Counter[str] = Counter()
    for row in record.outbox:
        states[row.state] += 1
        if row.state in ACTIVE and row.due_at <= now:
            verdict.objections.append(
                f"STUCK: row {row.id} ({row.subject} in {row.channel}) is {row.state}: {row.trouble}"
            )
        if row.state == "parked":
            told = "never said whether" in row.trouble and not row.channel.startswith(("C", "D", "@U"))
            if not (told and not _HELD_BACK.search(row.trouble)) and not (given_up and "given up" in row.trouble):
                verdict.objections.append(f"PARKED: row {row.id} ({row.subject} in {row.channel}): {row.trouble}")
    verdict.figures += Counter({f"rows {state}": times for state, times in states.items()})
    for timer in record.timers:
        verdict.figures[f"timers {timer.state}"] += 1
        what = f"{timer.kind} of {timer.subject}"
        if timer.state == "waiting" and now - timer.due_at > LATE:
            verdict.objections.append(f"OVERDUE: {what} was due at {timer.due_at}, now {now}: {timer.trouble}")
        if timer.state == "parked":
            verdict.objections.append(f"PARKED: timer {what}: {timer.trouble}")
        if timer.state == "fired" and timer.fired_at and timer.fired_at < timer.due_at:
            verdict.objections.append(f"TOO SOON: {what} fired at {timer.fired_at}, due at {timer.due_at}")


def _told(those: Iterable[Act]) -> str:
    return "; ".join(f"{each.at:.2f} {each.fault or 'answered'} {each.words[:40]!r}" for each in those)


def spread(seconds: Sequence[float]) -> str:
    """Median and longest, in words."""
    return f"median {median(seconds) * 1000:.0f} ms, longest {max(seconds) * 1000:.0f} ms" if seconds else "none"
