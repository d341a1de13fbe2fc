from __future__ import annotations

import pytest

from bot.rules.dates import looks_like_date
from tests.rules.dates.reading import asked, read

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
2 weeks from now                    2027-01-27 17:00
2 weeks today                       2027-01-27 17:00
today in 2 weeks                    2027-01-27 17:00
a week from today                   2027-01-20 17:00
a week from now at noon             2027-01-20 12:00
a week tomorrow                     2027-01-21 17:00
tomorrow week                       2027-01-21 17:00
a fortnight on friday               2027-01-29 17:00
2 weeks on friday                   2027-01-29 17:00
within the next 2 hours             2027-01-13 12:07
in the next 3 days                  2027-01-16 17:00
within the next two weeks           2027-01-27 17:00
noon on friday                      2027-01-15 12:00
Friday at 12                        2027-01-15 12:00
friday 12pm                         2027-01-15 12:00
friday 12am                         2027-01-15 00:00
friday at 0:00                      2027-01-15 00:00
friday 24:00                        2027-01-16 00:00
friday @ 5 pm                       2027-01-15 17:00
friday 5:30pm                       2027-01-15 17:30
friday 5.30 pm                      2027-01-15 17:30
friday, 17:00                       2027-01-15 17:00
friday 17:00 utc                    2027-01-15 18:00
friday 17:00 GMT                    2027-01-15 18:00
friday at 0900                      2027-01-15 09:00
friday close of business            2027-01-15 17:00
friday COB                          2027-01-15 17:00
COB friday                          2027-01-15 17:00
EOD friday                          2027-01-15 17:00
end of business friday              2027-01-15 17:00
close of play tomorrow              2027-01-14 17:00
end of day tomorrow                 2027-01-14 17:00
by the end of tomorrow              2027-01-14 17:00
by end of next week                 2027-01-22 17:00
by the end of this month            2027-01-31 17:00
by month's end                      2027-01-31 17:00
end of the current month            2027-01-31 17:00
end of Jan                          2027-01-31 17:00
last day of february                2027-02-28 17:00
last day of the month               2027-01-31 17:00
last business day of march          2027-03-31 17:00
last weekday of the month           2027-01-29 17:00
first business day of next month    2027-02-01 17:00
first working day of february       2027-02-01 17:00
first of february                   2027-02-01 17:00
february first                      2027-02-01 17:00
the first of march                  2027-03-01 17:00
the fifteenth                       2027-01-15 17:00
third thursday in march             2027-03-18 17:00
3rd thursday of march 2028          2028-03-16 17:00
end of next quarter                 2027-06-30 17:00
end of this quarter                 2027-03-31 17:00
EOQ                                 2027-03-31 17:00
end of Q2                           2027-06-30 17:00
Q2 end                              2027-06-30 17:00
end of 2nd quarter                  2027-06-30 17:00
end of the second quarter           2027-06-30 17:00
end of H1                           2027-06-30 17:00
end of next year                    2028-12-31 17:00
year-end                            2027-12-31 17:00
by year end                         2027-12-31 17:00
Jan 20                              2027-01-20 17:00
Jan 20th 3pm                        2027-01-20 15:00
January 20, 2027                    2027-01-20 17:00
20 Jan 2027 at 15:00                2027-01-20 15:00
Wed, 20 Jan 2027 15:00              2027-01-20 15:00
Wednesday January 20                2027-01-20 17:00
Wednesday the 20th                  2027-01-20 17:00
the 20th of january                 2027-01-20 17:00
20th of this month                  2027-01-20 17:00
20-Jan-27                           2027-01-20 17:00
1/20/2027                           2027-01-20 17:00
1/20/27 3pm                         2027-01-20 15:00
20/1/27 3pm                         2027-01-20 15:00
1/20 at 15:00                       2027-01-20 15:00
2027-01-20T15:00:00Z                2027-01-20 16:00
2027-01-20T15:00:00.000Z            2027-01-20 16:00
2027-01-20T15:00:00+0530            2027-01-20 10:30
2027-01-20T15:00-08                 2027-01-21 00:00
2027-01-20 15:00 UTC                2027-01-20 16:00
2027-01-20 15:00 Z                  2027-01-20 16:00
2027-01-20 3pm                      2027-01-20 15:00
2027-01-20 noon                     2027-01-20 12:00
2027/1/20                           2027-01-20 17:00
20.01.2027                          2027-01-20 17:00
15:00 tomorrow                      2027-01-14 15:00
9am tomorrow morning                2027-01-14 09:00
tomorrow at nine                    2027-01-14 09:00
tomorrow at quarter past nine       2027-01-14 09:15
tomorrow at a quarter past nine     2027-01-14 09:15
quarter to 10 tomorrow              2027-01-14 09:45
in a couple of weeks                2027-01-27 17:00
in a couple days                    2027-01-15 17:00
in one and a half hours             2027-01-13 11:37
in 45 min                           2027-01-13 10:52
45 minutes                          2027-01-13 10:52
in 1h                               2027-01-13 11:07
in 1 hr                             2027-01-13 11:07
24 hours                            2027-01-14 10:07
48h                                 2027-01-15 10:07
in 2d                               2027-01-15 17:00
in 2w                               2027-01-27 17:00
3d                                  2027-01-16 17:00
in 36 hours                         2027-01-14 22:07
in 6 months                         2027-07-13 17:00
6 months from now                   2027-07-13 17:00
in ten days                         2027-01-23 17:00
ten days from now                   2027-01-23 17:00
in twenty days                      2027-02-02 17:00
in fourteen days                    2027-01-27 17:00
in thirty minutes                   2027-01-13 10:37
in 14 days                          2027-01-27 17:00
within 5 working days               2027-01-20 17:00
within 24 hours                     2027-01-14 10:07
next working day                    2027-01-14 17:00
next business day at 9              2027-01-14 09:00
the next working day                2027-01-14 17:00
2 days before the end of the month  2027-01-29 17:00
a week before march 1               2027-02-22 17:00
feb 29 2028                         2028-02-29 17:00
tomorrow at 5 in the afternoon      2027-01-14 17:00
1st                                 2027-02-01 17:00
sun 9pm                             2027-01-17 21:00
friday night at 11                  2027-01-15 23:00
mon 18 jan 09:00                    2027-01-18 09:00
mon. jan. 18                        2027-01-18 17:00
due friday                          2027-01-15 17:00
until friday noon                   2027-01-15 12:00
till the 20th                       2027-01-20 17:00
no later than friday                2027-01-15 17:00
this coming friday                  2027-01-15 17:00
coming monday                       2027-01-18 17:00
a week from monday                  2027-01-25 17:00
two weeks from monday               2027-02-01 17:00
10 days from friday                 2027-01-25 17:00
3 months from 1 february            2027-05-01 17:00
this friday at noon                 2027-01-15 12:00
"""

PHRASES = [tuple(part.strip() for part in row.rsplit("  ", 1)) for row in UNDERSTOOD.strip().splitlines()]


@pytest.mark.parametrize(("phrase", "expected"), PHRASES)
def test_plain_words_are_understood(phrase: str, expected: str) -> None:
    assert read(phrase) == expected
    assert looks_like_date(phrase.removeprefix("by "))


# Each with all its readings that are still to come.
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
14h                          2027-01-13 14:00, 2027-01-14 00:07
8h                           2027-01-13 18:07, 2027-01-13 20:00, 2027-01-14 08:00
24h                          2027-01-14 00:00, 2027-01-14 10:07
this wednesday               2027-01-13 17:00, 2027-01-20 17:00
next quarter                 2027-04-01 17:00, 2027-06-30 17:00
next year                    2028-01-01 17:00, 2028-12-31 17:00
H1 2028                      2028-01-01 17:00, 2028-06-30 17:00
sunday night                 2027-01-17 20:00, 2027-01-18 00:00
quarter past four tomorrow   2027-01-14 04:15, 2027-01-14 16:15
jan 12                       2028-01-12 17:00
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
        ("by friday please", "not a date that I understand"),
        ("tomorrow or friday", "not a date that I understand"),
        ("tomorrow between 9 and 10", "not a date that I understand"),
        ("9-10 tomorrow", "not a date that I understand"),
        ("9 to 5 on friday", "not a date that I understand"),
        ("3 tomorrow", "not a date that I understand"),
        ("friday 0900", "not a date that I understand"),
        ("friday 17:00 XYT", "not a date that I understand"),
        ("friday after next", "not a date that I understand"),
        ("the week after next", "not a date that I understand"),
        ("second to last friday of march", "not a date that I understand"),
        ("in about 2 weeks", "not a date that I understand"),
        ("in less than 3 days", "not a date that I understand"),
        ("in a few days", "not a date that I understand"),
        ("around noon", "not a date that I understand"),
        ("later today", "not a date that I understand"),
        ("later this week", "not a date that I understand"),
        ("early next week", "not a date that I understand"),
        ("before friday", "not a date that I understand"),
        ("after friday", "not a date that I understand"),
        ("not friday", "not a date that I understand"),
        ("friday lunchtime", "not a date that I understand"),
        ("new year's eve", "not a date that I understand"),
        ("2027-W03", "not a date that I understand"),
        ("20 jan 27", "not a date that I understand"),
        ("-1 day", "not a date that I understand"),
        ("in 1,5 hours", "not a date that I understand"),
        ("end of the fifth quarter", "not a date that I understand"),
        ("never", "not a date that I understand"),
        ("???", "By when?"),
        ("twenty", "is a number"),
        ("00/00/0000", "exist"),
        ("31 april", "not a day that exists"),
        ("29 february 2027", "not a day that exists"),
        ("january 12 2027", "in the past"),
        ("end of 2026", "in the past"),
        ("5 minutes ago", "in the past"),
        ("yesterday at noon", "in the past"),
        ("x" * 61, "too long"),
    ],
)
def test_what_is_not_understood_is_asked_back_with_an_example(phrase: str, why: str) -> None:
    said, readings = asked(phrase)
    assert why in said
    assert "friday noon" in said
    assert readings == []
