"""What falls due between two instants: worked out from people, calendars and cadences alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.rules.cadence import Recurrence
from bot.rules.rhythm import Cadence, Due, Member, Room, Score, Tick, falls_due, read_once, watches
from bot.rules.worktime import Calendar
from bot.words import CadenceKind, Key, Role

BERLIN, TOKYO = Calendar("Europe/Berlin", country="DE", region="BE"), Calendar("Asia/Tokyo", country="JP")
ANA = Member(1, Key.A, Role.SHEPHERD, BERLIN)
JOAO = Member(2, Key.A, Role.MEMBER, replace(BERLIN, zone="Europe/Lisbon"))
OLGA = Member(3, Key.A, Role.OBSERVER, BERLIN)
BO = Member(4, Key.B, Role.SHEPHERD, TOKYO)
WEEKDAYS = Recurrence("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", time(9, 30), date(2026, 11, 2))
STANDUP = Cadence(7, CadenceKind.STANDUP, WEEKDAYS)
SCORE = Score([STANDUP], [ANA, JOAO, OLGA, BO], [], {Key.A: BERLIN, Key.B: TOKYO})


def at(words: str, zone: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def ticks(score: Score, first: str, last: str, *wanted: Tick) -> list[tuple[str, int, datetime]]:
    found = falls_due(score, at(first, "UTC"), at(last, "UTC"))
    return [(due.tick, due.who, due.at) for due in found if due.tick in wanted]


def test_everybody_is_asked_in_their_own_morning_reminded_once_and_it_ends_when_the_last_window_closes() -> None:
    assert ticks(SCORE, "2026-11-04 00:00", "2026-11-05 00:00", Tick.ASK, Tick.REMIND, Tick.END) == [
        (Tick.ASK, BO.id, at("2026-11-04 09:30", "Asia/Tokyo")),
        (Tick.REMIND, BO.id, at("2026-11-04 12:42", "Asia/Tokyo")),
        (Tick.ASK, ANA.id, at("2026-11-04 09:30", "Europe/Berlin")),
        (Tick.ASK, JOAO.id, at("2026-11-04 09:30", "Europe/Lisbon")),
        (Tick.REMIND, ANA.id, at("2026-11-04 12:42", "Europe/Berlin")),
        (Tick.REMIND, JOAO.id, at("2026-11-04 12:42", "Europe/Lisbon")),
        (Tick.END, 0, at("2026-11-04 13:30", "Europe/Lisbon")),
    ]


def test_a_holiday_on_one_side_only_leaves_the_other_side_asked() -> None:
    labour_thanksgiving = ticks(SCORE, "2026-11-22 12:00", "2026-11-23 22:00", Tick.ASK)
    assert [who for _, who, _ in labour_thanksgiving] == [ANA.id, JOAO.id]


def test_nobody_is_asked_before_they_begin_to_work_nor_while_they_are_away() -> None:
    late = replace(ANA, calendar=replace(BERLIN, start=time(11)))
    away = replace(JOAO, away=((date(2026, 11, 2), date(2026, 11, 4)),))
    score = replace(SCORE, members=[late, away])
    assert ticks(score, "2026-11-03 00:00", "2026-11-04 00:00", Tick.ASK) == [
        (Tick.ASK, ANA.id, at("2026-11-03 11:00", "Europe/Berlin"))
    ]


def test_the_morning_message_goes_to_the_backup_while_the_shepherd_is_away() -> None:
    backup = replace(JOAO, role=Role.BACKUP)
    ana = replace(ANA, away=((date(2026, 11, 3), date(2026, 11, 3)),))
    members = [ana, backup]
    assert watches(members, Key.A, date(2026, 11, 3)) == backup
    assert watches(members, Key.A, date(2026, 11, 4)) == ana
    assert watches([], Key.A, date(2026, 11, 4)) is None
    score = replace(SCORE, cadences=[], members=members, sides={Key.A: BERLIN})
    assert ticks(score, "2026-11-03 00:00", "2026-11-05 00:00", Tick.MORNING) == [
        (Tick.MORNING, backup.id, at("2026-11-03 08:30", "Europe/Lisbon")),
        (Tick.MORNING, ana.id, at("2026-11-04 08:30", "Europe/Berlin")),
    ]


def test_a_digest_on_a_holiday_comes_on_the_next_working_day_of_its_room() -> None:
    mondays = Cadence(8, CadenceKind.DIGEST, Recurrence("FREQ=WEEKLY;BYDAY=MO", time(9), date(2026, 11, 2)))
    rooms = [Room(1, Key.A, BERLIN), Room(2, Key.B, TOKYO)]
    score = Score([mondays], [], rooms, {})
    assert ticks(score, "2026-11-22 00:00", "2026-11-25 00:00", Tick.DIGEST) == [
        (Tick.DIGEST, 1, at("2026-11-23 09:00", "Europe/Berlin")),
        (Tick.DIGEST, 2, at("2026-11-24 09:00", "Asia/Tokyo")),
    ]


def test_a_report_is_due_by_side_and_reminded_on_the_working_day_before() -> None:
    monthly = Recurrence("FREQ=MONTHLY;BYMONTHDAY=16", time(12), date(2026, 11, 1))
    report = Cadence(9, CadenceKind.REPORT, monthly, "Europe/Berlin", Key.A)
    score = Score([report], [], [], {Key.A: BERLIN, Key.B: TOKYO})
    assert ticks(
        score, "2026-11-10 00:00", "2026-11-20 00:00", Tick.REPORT_SOON, Tick.REPORT_DUE, Tick.REPORT_LATE
    ) == [
        (Tick.REPORT_SOON, 0, at("2026-11-13 09:00", "Europe/Berlin")),
        (Tick.REPORT_DUE, 0, at("2026-11-16 12:00", "Europe/Berlin")),
        (Tick.REPORT_LATE, 0, at("2026-11-17 09:00", "Europe/Berlin")),
    ]


EVERYTHING = replace(
    SCORE,
    cadences=[
        STANDUP,
        Cadence(8, CadenceKind.DIGEST, Recurrence("FREQ=WEEKLY;BYDAY=MO", time(9), date(2026, 1, 1))),
        Cadence(
            9,
            CadenceKind.REPORT,
            Recurrence("FREQ=WEEKLY;BYDAY=MO", time(12), date(2026, 1, 1)),
            "Europe/Berlin",
            Key.A,
        ),
        Cadence(10, CadenceKind.MEETING, Recurrence("FREQ=WEEKLY;BYDAY=TU", time(14), date(2026, 1, 1)), "Asia/Tokyo"),
    ],
    rooms=[Room(1, Key.A, BERLIN), Room(2, Key.B, TOKYO)],
)


@given(st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.lists(st.integers(1, 60), min_size=1, max_size=6))
def test_however_the_time_is_cut_the_schedule_comes_out_the_same(start: date, hours: list[int]) -> None:
    first = datetime.combine(start, time(), UTC)
    cuts = [first]
    for each in hours:
        cuts.append(cuts[-1] + timedelta(hours=each))
    whole = falls_due(EVERYTHING, first, cuts[-1])
    pieces: list[Due] = []
    for one, other in pairwise(cuts):
        pieces += falls_due(EVERYTHING, one, other)
    assert pieces == whole
    assert len({due.once for due in whole}) == len(whole)
    assert all(read_once(due.once) == (due.cadence, due.who, due.day) for due in whole)


def test_what_would_fall_on_one_working_day_several_times_is_due_there_once() -> None:
    daily = Recurrence("FREQ=DAILY", time(12), date(2026, 11, 2))
    report = Cadence(8, CadenceKind.REPORT, daily, zone="Europe/Berlin", side=Key.A)
    digest = Cadence(9, CadenceKind.DIGEST, daily)
    score = Score([report, digest], [], [Room(5, Key.A, BERLIN)], {Key.A: BERLIN})

    for tick in (Tick.REPORT_DUE, Tick.DIGEST):
        found = ticks(score, "2026-11-13 00:00", "2026-11-18 00:00", tick)
        assert [at.astimezone(ZoneInfo("Europe/Berlin")).day for _, _, at in found] == [13, 16, 17]
