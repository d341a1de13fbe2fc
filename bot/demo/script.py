"""What happened in the sample's past: some lines by hand, and a rule for what recurs.

One rule: each line is something that a person typed or pressed, at a time of their own working day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.demo import cast, work

WEEKS = 12
LAST = 7 * WEEKS  # the day on which the sample is left to the visitor; day 0 is a Tuesday, as it is
AFTER = 7 * 6  # so many days longer most people go on answering, as the clock is moved


@dataclass(frozen=True, slots=True)
class Line:
    """So many days after the beginning, when it is `at` where they live, `who` types `says`, or presses what `does` names on the
    newest post that has it; with `form` they fill that in and send it. `asked`: only where they were asked on one of so many days, that
    one included; on a public holiday nobody is."""

    day: int
    at: str
    who: str
    says: str = ""
    does: str = ""
    form: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    agrees: bool = False
    asked: int = 0


def lines(begins: date) -> list[Line]:
    """All of them, in no order."""
    return [*_ONCE, *_check_ins(begins), *_meetings(), *_reports(begins)]


_ONCE: Sequence[Line] = (
    Line(0, "15:30", "ana", "/partnership create Apollo with Contoso as Northwind"),
    Line(0, "11:02", "bo", "/partnership join {code}", agrees=True),
    Line(0, "15:48", "ana", "/partnership side country DE BE"),
    Line(0, "11:04", "bo", "/partnership side country US"),
    Line(0, "15:54", "ana", "/partnership members add @nora to Northwind as leader"),
    Line(0, "15:54", "ana", "/partnership members add @elif to Northwind as backup"),
    Line(0, "15:54", "ana", "/partnership members add @joao to Northwind"),
    Line(0, "15:54", "ana", "/partnership members add @olga to Northwind as observer"),
    Line(0, "11:08", "bo", "/partnership members add @sam to Contoso behind"),
    Line(0, "11:08", "bo", "/partnership members add @grace to Contoso as leader behind"),
    Line(0, "11:08", "bo", "/partnership members add @priya to Contoso as leader behind virtual"),
    Line(1, "10:10", "ana", "/partnership cadence add standup every tuesday at 9:30 window 6 h", agrees=True),
    Line(3, "10:20", "ana", "/partnership cadence add meeting steering every other tuesday at 15:30 for 45 min", agrees=True),
    Line(3, "10:30", "bo", "/partnership cadence add report status from Contoso last friday of the month by noon", agrees=True),
    Line(9, "10:20", "sam", "/celebrate @joao for walking us through the whole test plan twice"),
    Line(9, "10:40", "bo", does="celebration.clap"),
    Line(16, "15:05", "elif", "/celebrate @bo for sending the missing drawings the same evening"),
    Line(20, "15:10", "joao", "/escalate nobody can see the shared test results by friday noon"),
    Line(20, "11:40", "bo", does="escalation.acknowledge"),
    Line(21, "10:40", "bo", does="escalation.resolve", form="escalation.resolve",
         values={"outcome": "Everybody on the list has access since this morning."}),
    Line(21, "16:10", "joao", does="escalation.confirm"),
    Line(27, "10:15", "bo", "/celebrate @elif and @joao for a site visit where nothing was left open"),
    Line(27, "16:25", "ana", does="celebration.clap"),
    Line(34, "15:45", "ana", "/celebrate @bo and @sam for having the spare parts here in three days"),
    Line(34, "15:20", "joao", does="celebration.clap"),
    Line(34, "16:30", "nora", does="celebration.clap"),
    Line(44, "10:30", "grace", "/celebrate @joao for explaining the test report to our customer in plain words"),
    Line(44, "16:40", "elif", does="celebration.clap"),
    Line(55, "09:40", "sam", "/escalate the drawings for the second batch are not final"),
    Line(55, "16:50", "ana", does="escalation.acknowledge"),
    Line(56, "15:55", "ana", does="escalation.resolve", form="escalation.resolve",
         values={"outcome": "Revision C is final and stands in the shared folder."}),
    Line(56, "11:10", "sam", does="escalation.confirm"),
    Line(62, "15:20", "ana", "/celebrate @priya for finding four more people for the night shift"),
    Line(62, "10:05", "bo", does="celebration.clap"),
    Line(66, "09:35", "bo", "/escalate the customs papers for the spare parts wait for a signature"),
    Line(69, "16:20", "nora", does="escalation.acknowledge"),
    Line(70, "15:30", "nora", does="escalation.resolve", form="escalation.resolve",
         values={"outcome": "Signed this morning; the parts left the warehouse at noon."}),
    Line(70, "10:15", "bo", does="escalation.confirm"),
    Line(73, "11:00", "ana", "/partnership cadence change standup weekdays at 9:30", agrees=True),
    Line(73, "16:15", "nora", "/celebrate @sam for staying on the line until the gateway answered"),
    Line(83, "15:10", "priya", "/celebrate @ana for keeping everybody calm before the dry run"),
    Line(83, "10:20", "sam", does="celebration.clap"),
)  # fmt: skip

# Standups: on Tuesdays, and on weekdays as soon as the dry run is near -------------------------------------------------

_TUESDAYS = range(7, 76, 7)
_WEEKDAYS = [day for day in range(76, LAST + AFTER) if (day + 1) % 7 < 5]
_EVERYBODY = ("joao", "ana", "elif", "nora", "bo", "sam", "priya", "grace")
_SELDOM = {"nora": 2, "priya": 2, "grace": 3}
"""Leaders say something every so many times only."""

_EUROPEANS, _EUROPE = ("joao", "ana", "elif", "nora"), ZoneInfo("Europe/Berlin")

_ACCESS = "no access to the test network yet"
_CERTIFICATE = "no certificate for the gateway"
_BLOCKERS = {
    ("joao", 77): _CERTIFICATE, ("joao", 78): _CERTIFICATE,
    ("sam", 79): _ACCESS, ("sam", 80): _ACCESS, ("sam", 83): _ACCESS,
}  # fmt: skip
_LATE = {("joao", 76): "16:40"}
_OWN_SIDE = {("bo", 78)}
_AWAY = ("elif", 77)
_GONE = {_AWAY, ("elif", 78)}
_TOLD = {*_BLOCKERS, *_LATE, *_OWN_SIDE}
_VISITED = ("joao", "bo")
"""Who sits at the windows when somebody comes, and says nothing from then on by themselves."""


def _check_ins(begins: date) -> Iterator[Line]:
    for index, who in enumerate(_EVERYBODY):
        said = 0
        for count, day in enumerate([*_TUESDAYS, *_WEEKDAYS]):
            if (who, day) in _GONE or (day >= LAST and who in _VISITED):
                continue
            usual = (count + index) % _SELDOM.get(who, 1) == 0 and (3 * count + index) % 13
            if usual or (who, day) in _TOLD:
                today = begins + timedelta(days=day)
                yield _check_in(
                    who, day, said, _LATE.get((who, day)) or _at(who, today, 40 + (7 * count + 5 * index) % 15)
                )
                said += 1
            elif who == "grace":
                yield Line(day, "09:50", who, does="checkin.skip", asked=1)
    who, day = _AWAY
    yield Line(day, "09:41", who, does="checkin.away", form="checkin.away", values={"until": "tomorrow"}, asked=1)


def _at(who: str, day: date, minutes: int) -> str:
    """When somebody answers, where they live: India and America in their morning, all of Europe once Lisbon is at work."""
    zone, hour = (_EUROPE, 10) if who in _EUROPEANS else (ZoneInfo(cast.resident(who).zone), 9)
    there = datetime.combine(day, time(hour, minutes), zone).astimezone(ZoneInfo(cast.resident(who).zone))
    return there.strftime("%H:%M")


def _check_in(who: str, day: int, said: int, at: str) -> Line:
    words = work.words(who, said)
    values = {
        "done": words.done,
        "next": words.next,
        "waiting": words.waiting,
        "blockers": _BLOCKERS.get((who, day), ""),
        "own_side": "yes" if (who, day) in _OWN_SIDE else "",
    }
    return Line(day, at, who, does="checkin.answer", form="checkin.answer", values=values, asked=1)


# Meetings and reports --------------------------------------------------------------------------------------------------

_NOT_HELD = 49


def _meetings() -> Iterator[Line]:
    for count, day in enumerate(range(7, LAST, 14)):
        if day == _NOT_HELD:
            values = {"held": "not_held", "note": "Most of us were at the trade fair."}
            yield Line(day, "16:35", "ana", does="meeting.note", form="meeting.say", values=values, asked=1)
        else:
            who, at = ("ana", "16:30") if count % 2 else ("bo", "11:40")
            yield Line(day, at, who, does="meeting.held", asked=1)


def _reports(begins: date) -> Iterator[Line]:
    """The first is sent in time, the next ones on the Monday after."""
    fridays = [
        day
        for day in range(10, LAST, 7)
        if (begins + timedelta(days=day + 7)).month != (begins + timedelta(days=day)).month
    ]
    for count, day in enumerate(fridays):
        yield Line(day + 3 * (count % 2), "09:40", "bo", does="report.sent", asked=4)
        yield Line(day + 3, "16:20", "ana", does="report.received", asked=4)
