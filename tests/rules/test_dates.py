from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.dates import Reading, Unclear, deadline, looks_like_date
from bot.rules.worktime import Calendar

ZONE = "Europe/Berlin"
WEDNESDAY = "2027-01-13 10:07"
BAVARIA = Calendar(ZONE, country="DE", region="BY")


def at(text: str, zone: str = ZONE) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def read(phrase: str, now: str = WEDNESDAY, locale: str | None = None, calendar: Calendar | None = None) -> str:
    found = deadline(phrase, now=at(now), zone=ZONE, locale=locale, calendar=calendar)
    assert found.at.utcoffset() == timedelta(0)
    return f"{found.at.astimezone(ZoneInfo(ZONE)):%Y-%m-%d %H:%M}"


def asked(phrase: str, now: str = WEDNESDAY, locale: str | None = None) -> tuple[str, list[str]]:
    with pytest.raises(Unclear) as unclear:
        deadline(phrase, now=at(now), zone=ZONE, locale=locale)
    readings = unclear.value.readings
    return str(unclear.value), [f"{found.at.astimezone(ZoneInfo(ZONE)):%Y-%m-%d %H:%M}" for found in readings]


# Said on Wednesday 13 January 2027 at 10:07 in Berlin.
UNDERSTOOD = """
today                               2027-01-13 17:00
by today                            2027-01-13 17:00
tomorrow                            2027-01-14 17:00
Tomorrow!                           2027-01-14 17:00
tmrw                                2027-01-14 17:00
tomorrow at 9                       2027-01-14 09:00
tomorrow at 9:30                    2027-01-14 09:30
tomorrow 14:00                      2027-01-14 14:00
tomorrow, 2 pm                      2027-01-14 14:00
tomorrow 2 p.m.                     2027-01-14 14:00
tomorrow at 03:00                   2027-01-14 03:00
5pm tomorrow                        2027-01-14 17:00
noon tomorrow                       2027-01-14 12:00
tomorrow 12am                       2027-01-14 00:00
tomorrow morning at 9               2027-01-14 09:00
tomorrow at 3 in the afternoon      2027-01-14 15:00
tomorrow evening at 6               2027-01-14 18:00
tonight at 9                        2027-01-13 21:00
tonight at midnight                 2027-01-14 00:00
this afternoon at 4                 2027-01-13 16:00
day after tomorrow                  2027-01-15 17:00
the day after tomorrow at noon      2027-01-15 12:00
end of the day after tomorrow       2027-01-15 17:00
noon                                2027-01-13 12:00
12 noon                             2027-01-13 12:00
midnight                            2027-01-14 00:00
17:30                               2027-01-13 17:30
08:30                               2027-01-14 08:30
at 17                               2027-01-13 17:00
at 1430                             2027-01-13 14:30
14h                                 2027-01-13 14:00
14h30                               2027-01-13 14:30
at 14.30                            2027-01-13 14:30
3pm                                 2027-01-13 15:00
3 PM                                2027-01-13 15:00
at 11                               2027-01-13 11:00
half past 3 pm                      2027-01-13 15:30
quarter to 5 pm                     2027-01-13 16:45
half past eleven                    2027-01-13 11:30
15:00 utc                           2027-01-13 16:00
eod                                 2027-01-13 17:00
by eod                              2027-01-13 17:00
end of day                          2027-01-13 17:00
end of the working day              2027-01-13 17:00
close of business                   2027-01-13 17:00
cob tomorrow                        2027-01-14 17:00
friday eod                          2027-01-15 17:00
end of friday                       2027-01-15 17:00
friday                              2027-01-15 17:00
Fri                                 2027-01-15 17:00
this friday                         2027-01-15 17:00
on friday                           2027-01-15 17:00
friday at 9                         2027-01-15 09:00
friday noon                         2027-01-15 12:00
friday 5pm                          2027-01-15 17:00
friday at 17                        2027-01-15 17:00
14:00 on friday                     2027-01-15 14:00
thurs 4pm                           2027-01-14 16:00
sunday                              2027-01-17 17:00
next tuesday 14:00                  2027-01-19 14:00
next monday                         2027-01-18 17:00
next wednesday                      2027-01-20 17:00
wed 9am                             2027-01-20 09:00
friday next week                    2027-01-22 17:00
next week friday at noon            2027-01-22 12:00
thursday this week                  2027-01-14 17:00
monday week                         2027-01-25 17:00
a week on friday                    2027-01-22 17:00
friday in 2 weeks                   2027-01-29 17:00
in 2 weeks on friday                2027-01-29 17:00
in 2 weeks                          2027-01-27 17:00
2 weeks                             2027-01-27 17:00
in two weeks at 14:00               2027-01-27 14:00
in a fortnight                      2027-01-27 17:00
in a week                           2027-01-20 17:00
in a couple of days                 2027-01-15 17:00
within 3 days                       2027-01-16 17:00
in 3 days at 9 am                   2027-01-16 09:00
in 3 months                         2027-04-13 17:00
in a year                           2028-01-13 17:00
in 2 weeks' time                    2027-01-27 17:00
two weeks from today                2027-01-27 17:00
two weeks from now                  2027-01-27 17:00
2 weeks from monday                 2027-02-01 17:00
a week from tomorrow                2027-01-21 17:00
3 days after friday                 2027-01-18 17:00
2 days before 1 feb                 2027-01-30 17:00
in 3 hours                          2027-01-13 13:07
3 hours from now                    2027-01-13 13:07
in an hour                          2027-01-13 11:07
in 1.5 hours                        2027-01-13 11:37
an hour and a half                  2027-01-13 11:37
in half an hour                     2027-01-13 10:37
in 90 minutes                       2027-01-13 11:37
in 2 hours and 15 minutes           2027-01-13 12:22
in 2h30                             2027-01-13 12:37
in 2h                               2027-01-13 12:07
in 2 working days                   2027-01-15 17:00
in 3 business days                  2027-01-18 17:00
2 working days from friday          2027-01-19 17:00
in 9 working hours                  2027-01-14 11:07
end of week                         2027-01-15 17:00
end of the week                     2027-01-15 17:00
eow                                 2027-01-15 17:00
end of next week                    2027-01-22 17:00
end of month                        2027-01-31 17:00
end of the month at noon            2027-01-31 12:00
eom                                 2027-01-31 17:00
month end                           2027-01-31 17:00
end of next month                   2027-02-28 17:00
end of february                     2027-02-28 17:00
end of march 2028                   2028-03-31 17:00
end of the quarter                  2027-03-31 17:00
end of Q3                           2027-09-30 17:00
end of Q3 2027                      2027-09-30 17:00
end of the year                     2027-12-31 17:00
end of 2028                         2028-12-31 17:00
last friday of the month            2027-01-29 17:00
last friday of february at 9        2027-02-26 09:00
first monday of february            2027-02-01 17:00
2nd tuesday of next month           2027-02-09 17:00
last working day of the month       2027-01-29 17:00
first working day of may            2027-05-03 17:00
last day of the quarter             2027-03-31 17:00
the 20th                            2027-01-20 17:00
20th                                2027-01-20 17:00
the 5th                             2027-02-05 17:00
the 20th at 15:00                   2027-01-20 15:00
on the 20th at 3pm                  2027-01-20 15:00
20th of next month                  2027-02-20 17:00
friday the 15th                     2027-01-15 17:00
fri 15 jan                          2027-01-15 17:00
1 Dec                               2027-12-01 17:00
Dec 1                               2027-12-01 17:00
1st of december                     2027-12-01 17:00
1 december 2027                     2027-12-01 17:00
December 1st, 2027                  2027-12-01 17:00
1-dec-2027                          2027-12-01 17:00
1 Dec 14:00                         2027-12-01 14:00
may 5                               2027-05-05 17:00
5 may next year                     2028-05-05 17:00
29 february 2028                    2028-02-29 17:00
2027-12-01                          2027-12-01 17:00
2027-12-01 14:00                    2027-12-01 14:00
2027-12-01T14:00                    2027-12-01 14:00
2027-12-01T14:00+02:00              2027-12-01 13:00
2027-12-01T14:00Z                   2027-12-01 15:00
2027-12-01 at 2pm                   2027-12-01 14:00
2027/12/01                          2027-12-01 17:00
13/04                               2027-04-13 17:00
04/13                               2027-04-13 17:00
03/03                               2027-03-03 17:00
31/12/2027                          2027-12-31 17:00
3.4.                                2027-04-03 17:00
3.4.2027                            2027-04-03 17:00
"""

ROWS = [tuple(row.rsplit("  ", 1)) for row in UNDERSTOOD.strip().splitlines()]


@pytest.mark.parametrize(("phrase", "expected"), [(phrase.strip(), expected.strip()) for phrase, expected in ROWS])
def test_plain_words_are_understood(phrase: str, expected: str) -> None:
    assert read(phrase) == expected
    assert looks_like_date(phrase.removeprefix("by "))


# Said at the same moment; each with all its readings that are still to come.
TWO_WAYS = """
at 3                         2027-01-13 15:00, 2027-01-14 03:00
half past 3                  2027-01-13 15:30, 2027-01-14 03:30
5 o'clock tomorrow           2027-01-14 05:00, 2027-01-14 17:00
tomorrow at 7                2027-01-14 07:00, 2027-01-14 19:00
friday 3:30                  2027-01-15 03:30, 2027-01-15 15:30
on the 20th at 3             2027-01-20 03:00, 2027-01-20 15:00
at 9                         2027-01-13 21:00, 2027-01-14 09:00
today at 9                   2027-01-13 21:00
tonight                      2027-01-13 20:00, 2027-01-14 00:00
tomorrow morning             2027-01-14 09:00, 2027-01-14 12:00
friday afternoon             2027-01-15 15:00, 2027-01-15 17:00
friday midnight              2027-01-15 00:00, 2027-01-16 00:00
wednesday                    2027-01-13 17:00, 2027-01-20 17:00
wed at 9                     2027-01-13 21:00, 2027-01-20 09:00
next friday                  2027-01-15 17:00, 2027-01-22 17:00
this monday                  2027-01-18 17:00
wednesday week               2027-01-20 17:00, 2027-01-27 17:00
the 13th                     2027-01-13 17:00, 2027-02-13 17:00
next week                    2027-01-18 17:00, 2027-01-22 17:00
next week at noon            2027-01-18 12:00, 2027-01-22 12:00
next month                   2027-02-01 17:00, 2027-02-28 17:00
Q3 2027                      2027-07-01 17:00, 2027-09-30 17:00
may 2027                     2027-05-01 17:00, 2027-05-31 17:00
the weekend                  2027-01-15 17:00, 2027-01-17 17:00
beginning of next week       2027-01-18 09:00, 2027-01-18 17:00
first monday of the month    2027-02-01 17:00
03/04                        2027-03-04 17:00, 2027-04-03 17:00
03/04/2027                   2027-03-04 17:00, 2027-04-03 17:00
10 jan                       2028-01-10 17:00
29 feb                       2028-02-29 17:00
"""


@pytest.mark.parametrize(
    ("phrase", "readings"),
    [tuple(part.strip() for part in row.split("  ", 1)) for row in TWO_WAYS.strip().splitlines()],
)
def test_what_can_be_read_in_two_ways_is_asked_back_with_its_readings(phrase: str, readings: str) -> None:
    said, found = asked(phrase)
    assert found == readings.split(", ")
    assert f"“{phrase}” is not clear" in said
    assert read(said.rsplit("“", 1)[1].removesuffix("”.")) == found[0]  # the example can be typed as it stands


@pytest.mark.parametrize(
    ("phrase", "why"),
    [
        ("", "By when?"),
        ("   ", "By when?"),
        ("3", "is a number"),
        ("10", "is a number"),
        ("three", "is a number"),
        ("2027", "is a number"),
        ("may", "whole month"),
        ("march", "whole month"),
        ("2020-01-01", "in the past (Wed 1 Jan 2020, 17:00)"),
        ("2027-01-13 10:00", "in the past"),
        ("today at 9am", "in the past"),
        ("yesterday", "in the past"),
        ("last friday", "in the past"),
        ("2 days ago", "in the past"),
        ("monday this week", "in the past"),
        ("in 0 hours", "in the past"),
        ("now", "names no moment"),
        ("asap", "names no moment"),
        ("2027-02-30", "not a day that exists"),
        ("2027-02-30T10:00", "that exist"),
        ("30 feb", "not a day that exists"),
        ("32nd", "a day that no month has"),
        ("5th monday of february", "does not have"),
        ("sat 15 jan", "15 Jan 2027 is a Friday"),
        ("25:00", "a time that does not exist"),
        ("tomorrow at 9:75", "a time that does not exist"),
        ("tomorrow 13pm", "a time that does not exist"),
        ("14:00 in the morning", "do not fit"),
        ("in 999 years", "more than ten years"),
        ("9999-12-31", "more than ten years"),
        ("end of q4 9999", "too far away"),
        ("in 9999 years", "not a date that I understand"),
        ("friday or monday", "not a date that I understand"),
        ("friday 9", "not a date that I understand"),
        ("not before friday", "not a date that I understand"),
        ("every friday", "not a date that I understand"),
        ("mid february", "not a date that I understand"),
        ("in 3m", "not a date that I understand"),
        ("tonight eod", "not a date that I understand"),
        ("5 in the morning or so", "not a date that I understand"),
        ("3 dogs", "not a date that I understand"),
        ("3 decembre", "not a date that I understand"),
        ("the", "not a date that I understand"),
        ("at", "not a date that I understand"),
        ("end of", "not a date that I understand"),
        ("the vendor", "not a date that I understand"),
        ("x" * 61, "too long"),
    ],
)
def test_what_is_not_understood_is_asked_back_with_an_example(phrase: str, why: str) -> None:
    said, readings = asked(phrase)
    assert why in said
    assert "friday noon" in said
    assert readings == []


@pytest.mark.parametrize(
    ("phrase", "locale", "expected"),
    [
        ("03/04", "en-US", "2027-03-04 17:00"),
        ("03/04", "en_GB", "2027-04-03 17:00"),
        ("03/04/27", "de-DE", "2027-04-03 17:00"),
        ("3. Dezember", "de-DE", "2027-12-03 17:00"),
        ("1er décembre", "fr", "2027-12-01 17:00"),
        ("1 de diciembre de 2027", "es-ES", "2027-12-01 17:00"),
        ("1 December at 14:00", "fr-FR", "2027-12-01 14:00"),
    ],
)
def test_the_locale_settles_the_order_and_the_names_of_months(phrase: str, locale: str, expected: str) -> None:
    assert read(phrase, locale=locale) == expected


@pytest.mark.parametrize(
    ("phrase", "locale"),
    [
        ("15/04", "en-US"),
        ("03/04", "en"),
        ("03/04", "en-CA"),
        ("03/04", "es-US"),
        ("03/04", "fr-CA"),
        ("3 abends", "de"),
        ("3. dezember", "tlh"),
        ("3 ago", "en-GB"),
    ],
)
def test_a_locale_that_does_not_settle_it_leaves_the_question(phrase: str, locale: str) -> None:
    asked(phrase, locale=locale)


@pytest.mark.parametrize(
    ("now", "phrase", "expected"),
    [
        ("2027-01-15 18:00", "friday", "2027-01-22 17:00"),  # today's working day is over
        ("2027-01-15 18:00", "end of next week", "2027-01-22 17:00"),
        ("2027-01-15 14:00", "noon", "2027-01-16 12:00"),
        ("2027-01-17 12:00", "next monday", "2027-01-18 17:00"),
        ("2027-01-31 12:00", "in a month", "2027-02-28 17:00"),
        ("2027-01-31 12:00", "the 31st at 18:00", "?"),
        ("2027-11-20 12:00", "1 march", "2028-03-01 17:00"),
        ("2027-11-20 12:00", "end of march", "2028-03-31 17:00"),
        ("2027-03-27 12:00", "tomorrow at 02:30", "2027-03-28 03:00"),  # clocks skip it
        ("2027-10-30 12:00", "tomorrow at 02:30", "2027-10-31 02:30"),
        ("2027-03-27 12:00", "in 24 hours", "2027-03-28 13:00"),
    ],
)
def test_the_moment_of_asking_decides(now: str, phrase: str, expected: str) -> None:
    if expected == "?":
        assert len(asked(phrase, now=now)[1]) == 2
    else:
        assert read(phrase, now=now) == expected


def test_the_first_of_two_equal_clock_times_is_meant() -> None:
    found = deadline("2027-10-31 02:30", now=at(WEDNESDAY), zone=ZONE)
    assert found.at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("phrase", ["today", "eod", "end of week"])
def test_a_day_whose_work_is_over_is_in_the_past(phrase: str) -> None:
    assert "in the past" in asked(phrase, now="2027-01-15 17:00")[0]


def test_the_side_s_calendar_says_when_a_day_and_a_week_end() -> None:
    gulf = Calendar(ZONE, days=frozenset({6, 0, 1, 2, 3}), start=time(8), end=time(15, 30))
    assert read("tomorrow", calendar=gulf) == "2027-01-14 15:30"
    assert read("end of week", calendar=gulf) == "2027-01-14 15:30"
    assert read("end of next week", calendar=gulf) == "2027-01-21 15:30"
    assert read("sunday next week", calendar=gulf) == "2027-01-17 15:30"
    assert read("in 2 working days", calendar=gulf) == "2027-01-17 15:30"
    assert read("in 2 working days", now="2027-01-05 12:00", calendar=BAVARIA) == "2027-01-08 17:00"
    assert read("today", calendar=Calendar(ZONE, start=time(22), end=time(6))) == "2027-01-14 06:00"


def test_a_reading_keeps_the_words_that_it_was_read_from() -> None:
    found = deadline("  friday   noon ", now=at(WEDNESDAY), zone=ZONE)
    assert found == Reading(at("2027-01-15 12:00"), "friday noon")


@pytest.mark.parametrize(
    "phrase",
    [
        "procurement",
        "the vendor",
        "3 vendors",
        "2 open tickets",
        "this vendor",
        "Anna",
        "10 of us",
        "the end",
        "our team in march",
        "hand",
        "",
    ],
)
def test_a_cause_does_not_look_like_a_date(phrase: str) -> None:
    assert not looks_like_date(phrase)


@pytest.mark.parametrize(
    "phrase", ["may", "10", "q3", "next week", "before friday", "mid february", "friday or monday", "25:00"]
)
def test_a_date_that_is_not_clear_still_looks_like_one(phrase: str) -> None:
    assert looks_like_date(phrase)


WORDS = st.lists(
    st.sampled_from(
        [
            "friday",
            "next",
            "in",
            "2",
            "3",
            "weeks",
            "of",
            "the",
            "end",
            "q3",
            "at",
            "9",
            ":",
            "/",
            "-",
            ".",
            "2027",
            "may",
            "from",
            "before",
            "noon",
            "pm",
            "month",
            "last",
            "first",
            "day",
            "today",
            "h",
            "29",
            "feb",
            "an",
            "tonight",
        ]
    ),
    max_size=8,
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(), WORDS.map(" ".join), WORDS.map("".join)), st.sampled_from([None, "en-US", "de-DE", "xx"]))
def test_whatever_is_typed_is_read_or_asked_back(phrase: str, locale: str | None) -> None:
    now = at(WEDNESDAY)
    looks_like_date(phrase)
    with suppress(Unclear):
        found = deadline(phrase, now=now, zone=ZONE, locale=locale)
        assert now < found.at < now + timedelta(days=3661)


@settings(max_examples=100, deadline=None)
@given(st.dates(date(2027, 1, 14), date(2036, 12, 31)), st.times())
def test_what_is_spelled_out_is_read_as_it_stands(day: date, clock: time) -> None:
    spelled = f"{day} {clock:%H:%M}"
    found = read(spelled)
    assert found == spelled or found > spelled  # later only where clocks skip it


@pytest.mark.parametrize("piece", ["1", "a ", "in 2 weeks ", "²", "ﷺ", "end ", "\n"])
def test_forty_thousand_letters_are_refused_at_once(piece: str) -> None:
    begin = perf_counter()
    looks_like_date(piece * 20_000)
    with pytest.raises(Unclear):
        deadline(piece * 20_000, now=at(WEDNESDAY), zone=ZONE)
    with pytest.raises(Unclear):
        deadline((piece * 60)[:60], now=at(WEDNESDAY), zone=ZONE, locale="de")
    assert perf_counter() - begin < 1
