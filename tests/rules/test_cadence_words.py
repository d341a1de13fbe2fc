"""Recurrences in words: what is read, what is said back, and what is asked back."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import islice
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules import Reading
from bot.rules.cadence import Recurrence, Unclear, in_words, occurrences, parse

ZONE = "Europe/Berlin"
NOW = datetime(2027, 1, 13, 10, 7, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def read(phrase: str, locale: str = "en", otherwise: time | None = None, now: datetime = NOW) -> Recurrence:
    return parse(phrase, now=now, zone=ZONE, locale=locale, otherwise=otherwise)


def said(phrase: str, locale: str = "en", otherwise: time | None = None, now: datetime = NOW) -> str:
    return in_words(read(phrase, locale, otherwise, now), now=now, zone=ZONE)


def asked(phrase: str, locale: str = "en", otherwise: time | None = None) -> tuple[str, list[str]]:
    with pytest.raises(Unclear) as unclear:
        read(phrase, locale, otherwise)
    return str(unclear.value), [reading.words_used for reading in unclear.value.readings]


def next_days(phrase: str, count: int = 3, now: datetime = NOW) -> list[str]:
    return [str(found.day) for found in islice(occurrences(read(phrase, now=now), ZONE, now), count)]


# Said on Wednesday 13 January 2027 at 10:07 in Berlin: what is typed = the rule (after FREQ=) and the time = what is said back.
UNDERSTOOD = """
weekdays at 9:30 = WEEKLY;BYDAY=MO,TU,WE,TH,FR 09:30 = every weekday at 09:30
Weekdays, 9:30 = WEEKLY;BYDAY=MO,TU,WE,TH,FR 09:30 = every weekday at 09:30
every weekday at 9.30am = WEEKLY;BYDAY=MO,TU,WE,TH,FR 09:30 = every weekday at 09:30
each weekday at 9:30 = WEEKLY;BYDAY=MO,TU,WE,TH,FR 09:30 = every weekday at 09:30
every working day at 9:30 = WEEKLY;BYDAY=MO,TU,WE,TH,FR 09:30 = every weekday at 09:30
business days at 8:45 = WEEKLY;BYDAY=MO,TU,WE,TH,FR 08:45 = every weekday at 08:45
workdays 08:45 = WEEKLY;BYDAY=MO,TU,WE,TH,FR 08:45 = every weekday at 08:45
on weekdays at 9 = WEEKLY;BYDAY=MO,TU,WE,TH,FR 09:00 = every weekday at 09:00
at 9:30 on weekdays = WEEKLY;BYDAY=MO,TU,WE,TH,FR 09:30 = every weekday at 09:30
weekdays by noon = WEEKLY;BYDAY=MO,TU,WE,TH,FR 12:00 = every weekday at 12:00
weekdays 4 pm = WEEKLY;BYDAY=MO,TU,WE,TH,FR 16:00 = every weekday at 16:00
daily at 10:00 = DAILY 10:00 = every day at 10:00
every day at 10 = DAILY 10:00 = every day at 10:00
daily, 10am = DAILY 10:00 = every day at 10:00
every single day at 7am = DAILY 07:00 = every day at 07:00
everyday at 18:00 = DAILY 18:00 = every day at 18:00
every other day at 12:00 = DAILY;INTERVAL=2 12:00 = every other day at 12:00, from 13 January 2027
every 3 days at noon = DAILY;INTERVAL=3 12:00 = every 3 days at 12:00, from 13 January 2027
mondays at 9 = WEEKLY;BYDAY=MO 09:00 = every Monday at 09:00
Mondays 9:00 = WEEKLY;BYDAY=MO 09:00 = every Monday at 09:00
every monday at 9 = WEEKLY;BYDAY=MO 09:00 = every Monday at 09:00
every Mon at 9am = WEEKLY;BYDAY=MO 09:00 = every Monday at 09:00
on mondays at 14h = WEEKLY;BYDAY=MO 14:00 = every Monday at 14:00
weekly on friday at 15:00 = WEEKLY;BYDAY=FR 15:00 = every Friday at 15:00
every week on friday at 15:00 = WEEKLY;BYDAY=FR 15:00 = every Friday at 15:00
every friday afternoon at 3 = WEEKLY;BYDAY=FR 15:00 = every Friday at 15:00
fridays at half past 3 pm = WEEKLY;BYDAY=FR 15:30 = every Friday at 15:30
once a week on tuesday at 11:00 = WEEKLY;BYDAY=TU 11:00 = every Tuesday at 11:00
once per week on tuesday at 11:00 = WEEKLY;BYDAY=TU 11:00 = every Tuesday at 11:00
mondays and thursdays at 10:30 = WEEKLY;BYDAY=MO,TH 10:30 = every Monday and Thursday at 10:30
mon, wed, fri at 9:15 = WEEKLY;BYDAY=MO,WE,FR 09:15 = every Monday, Wednesday and Friday at 09:15
Mon/Wed/Fri 9:15 = WEEKLY;BYDAY=MO,WE,FR 09:15 = every Monday, Wednesday and Friday at 09:15
mon & thu 9:15 = WEEKLY;BYDAY=MO,TH 09:15 = every Monday and Thursday at 09:15
every tuesday and thursday at 16:00 = WEEKLY;BYDAY=TU,TH 16:00 = every Tuesday and Thursday at 16:00
every tuesday and every thursday at 16:00 = WEEKLY;BYDAY=TU,TH 16:00 = every Tuesday and Thursday at 16:00
mon-fri at 9:30 = WEEKLY;BYDAY=MO,TU,WE,TH,FR 09:30 = every weekday at 09:30
monday to thursday 8:30 = WEEKLY;BYDAY=MO,TU,WE,TH 08:30 = every Monday to Thursday at 08:30
from monday to friday at 9:30 = WEEKLY;BYDAY=MO,TU,WE,TH,FR 09:30 = every weekday at 09:30
sun-thu at 9:00 = WEEKLY;BYDAY=MO,TU,WE,TH,SU 09:00 = every Sunday to Thursday at 09:00
sunday through thursday at 9:00 = WEEKLY;BYDAY=MO,TU,WE,TH,SU 09:00 = every Sunday to Thursday at 09:00
daily from monday to friday at 9 = WEEKLY;BYDAY=MO,TU,WE,TH,FR 09:00 = every weekday at 09:00
every weekday except friday at 9:30 = WEEKLY;BYDAY=MO,TU,WE,TH 09:30 = every Monday to Thursday at 09:30
weekdays but not wednesdays 9:30 = WEEKLY;BYDAY=MO,TU,TH,FR 09:30 = every Monday, Tuesday, Thursday and Friday at 09:30
every day except sunday at 9 = WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA 09:00 = every Monday to Saturday at 09:00
daily except saturday and sunday at 9 = WEEKLY;BYDAY=MO,TU,WE,TH,FR 09:00 = every weekday at 09:00
twice a week on monday and thursday at 9:00 = WEEKLY;BYDAY=MO,TH 09:00 = every Monday and Thursday at 09:00
3 times a week: mon, wed, fri at 9:00 = WEEKLY;BYDAY=MO,WE,FR 09:00 = every Monday, Wednesday and Friday at 09:00
every other tuesday at 14:00 = WEEKLY;INTERVAL=2;BYDAY=TU 14:00 = every other Tuesday at 14:00, from 19 January 2027
every second tuesday at 14:00 = WEEKLY;INTERVAL=2;BYDAY=TU 14:00 = every other Tuesday at 14:00, from 19 January 2027
every other tues 2pm = WEEKLY;INTERVAL=2;BYDAY=TU 14:00 = every other Tuesday at 14:00, from 19 January 2027
alternate fridays 2:30 pm = WEEKLY;INTERVAL=2;BYDAY=FR 14:30 = every other Friday at 14:30, from 15 January 2027
tuesdays every other week at 14:00 = WEEKLY;INTERVAL=2;BYDAY=TU 14:00 = every other Tuesday at 14:00, from 19 January 2027
every 2 weeks on monday at 9:00 = WEEKLY;INTERVAL=2;BYDAY=MO 09:00 = every other Monday at 09:00, from 18 January 2027
every two weeks on monday at 9:00 = WEEKLY;INTERVAL=2;BYDAY=MO 09:00 = every other Monday at 09:00, from 18 January 2027
fortnightly on wednesday at 10:00 = WEEKLY;INTERVAL=2;BYDAY=WE 10:00 = every other Wednesday at 10:00, from 20 January 2027
every fortnight on wednesday at 11:00 = WEEKLY;INTERVAL=2;BYDAY=WE 11:00 = every other Wednesday at 11:00, from 13 January 2027
every 3 weeks on thursday at 13:00 = WEEKLY;INTERVAL=3;BYDAY=TH 13:00 = every 3 weeks on Thursday at 13:00, from 14 January 2027
every third week on thursday at 13:00 = WEEKLY;INTERVAL=3;BYDAY=TH 13:00 = every 3 weeks on Thursday at 13:00, from 14 January 2027
every 2 weeks on monday and thursday at 10:00 = WEEKLY;INTERVAL=2;BYDAY=MO,TH 10:00 = every 2 weeks on Monday and Thursday at 10:00, from 14 January 2027
every other tuesday from 26 january at 14:00 = WEEKLY;INTERVAL=2;BYDAY=TU 14:00 = every other Tuesday at 14:00, from 26 January 2027
every other tuesday at 14:00, starting 26 january 2027 = WEEKLY;INTERVAL=2;BYDAY=TU 14:00 = every other Tuesday at 14:00, from 26 January 2027
every other tuesday at 14:00 from 12 january 2027 = WEEKLY;INTERVAL=2;BYDAY=TU 14:00 = every other Tuesday at 14:00, from 26 January 2027
weekdays at 9 from 1 february = WEEKLY;BYDAY=MO,TU,WE,TH,FR 09:00 = every weekday at 09:00, from 1 February 2027
monthly on the 15th at 10:00 = MONTHLY;BYMONTHDAY=15 10:00 = on the 15th of the month at 10:00
on the 15th of every month at 10:00 = MONTHLY;BYMONTHDAY=15 10:00 = on the 15th of the month at 10:00
on the 15th of the month at 10:00 = MONTHLY;BYMONTHDAY=15 10:00 = on the 15th of the month at 10:00
every month on the 15th at 10:00 = MONTHLY;BYMONTHDAY=15 10:00 = on the 15th of the month at 10:00
every 15th at 10:00 = MONTHLY;BYMONTHDAY=15 10:00 = on the 15th of the month at 10:00
the 15th of each month, 10am = MONTHLY;BYMONTHDAY=15 10:00 = on the 15th of the month at 10:00
monthly on day 15 at 10:00 = MONTHLY;BYMONTHDAY=15 10:00 = on the 15th of the month at 10:00
monthly on the first at 9:00 = MONTHLY;BYMONTHDAY=1 09:00 = on the 1st of the month at 09:00
1st of the month at 9:00 = MONTHLY;BYMONTHDAY=1 09:00 = on the 1st of the month at 09:00
on the 29th of each month at 9:00 = MONTHLY;BYMONTHDAY=28,29;BYSETPOS=-1 09:00 = on the 29th (the last day of shorter months) at 09:00
on the 30th of the month at 9:00 = MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1 09:00 = on the 30th (the last day of shorter months) at 09:00
every month on the 31st at 9:00 = MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1 09:00 = on the 31st (the last day of shorter months) at 09:00
on the 31st (the last day of shorter months) at 09:00 = MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1 09:00 = on the 31st (the last day of shorter months) at 09:00
on the 1st and 15th of the month at 9:00 = MONTHLY;BYMONTHDAY=1,15 09:00 = on the 1st and 15th of the month at 09:00
15th and 30th of each month at 9:00 = MONTHLY;BYMONTHDAY=15,28,29,30;BYSETPOS=1,-1 09:00 = on the 15th and 30th (the last day of shorter months) at 09:00
on the 15th and last day of the month at 9:00 = MONTHLY;BYMONTHDAY=15,-1 09:00 = on the 15th and last day of the month at 09:00
twice a month on the 1st and 15th at 9:00 = MONTHLY;BYMONTHDAY=1,15 09:00 = on the 1st and 15th of the month at 09:00
last day of the month at 17:00 = MONTHLY;BYMONTHDAY=-1 17:00 = on the last day of the month at 17:00
every month end at 17:00 = MONTHLY;BYMONTHDAY=-1 17:00 = on the last day of the month at 17:00
end of month at noon = MONTHLY;BYMONTHDAY=-1 12:00 = on the last day of the month at 12:00
eom at noon = MONTHLY;BYMONTHDAY=-1 12:00 = on the last day of the month at 12:00
end of every month at noon = MONTHLY;BYMONTHDAY=-1 12:00 = on the last day of the month at 12:00
monthly on the last friday by noon = MONTHLY;BYDAY=-1FR 12:00 = on the last Friday of the month at 12:00
last friday of the month at noon = MONTHLY;BYDAY=-1FR 12:00 = on the last Friday of the month at 12:00
last friday of every month at 12:00 = MONTHLY;BYDAY=-1FR 12:00 = on the last Friday of the month at 12:00
every last friday of the month at 12:00 = MONTHLY;BYDAY=-1FR 12:00 = on the last Friday of the month at 12:00
every last friday at 12:00 = MONTHLY;BYDAY=-1FR 12:00 = on the last Friday of the month at 12:00
last friday each month, noon = MONTHLY;BYDAY=-1FR 12:00 = on the last Friday of the month at 12:00
first monday of the month at 9:00 = MONTHLY;BYDAY=1MO 09:00 = on the first Monday of the month at 09:00
every first monday at 9:00 = MONTHLY;BYDAY=1MO 09:00 = on the first Monday of the month at 09:00
every 1st monday of the month at 9:00 = MONTHLY;BYDAY=1MO 09:00 = on the first Monday of the month at 09:00
2nd tuesday of the month at 9:00 = MONTHLY;BYDAY=2TU 09:00 = on the second Tuesday of the month at 09:00
every second tuesday of the month at 9:00 = MONTHLY;BYDAY=2TU 09:00 = on the second Tuesday of the month at 09:00
every month on the third wednesday at 9:00 = MONTHLY;BYDAY=3WE 09:00 = on the third Wednesday of the month at 09:00
first and third tuesday of the month at 9:00 = MONTHLY;BYDAY=1TU,3TU 09:00 = on the first and third Tuesday of the month at 09:00
1st and 3rd thursday monthly at 9:00 = MONTHLY;BYDAY=1TH,3TH 09:00 = on the first and third Thursday of the month at 09:00
last working day of the month at 15:00 = MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1 15:00 = on the last working day of the month at 15:00
monthly on the last weekday at 15:00 = MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1 15:00 = on the last working day of the month at 15:00
first business day of the month at 9:00 = MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1 09:00 = on the first working day of the month at 09:00
5th working day of each month at 9:00 = MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=5 09:00 = on the fifth working day of the month at 09:00
every 2 months on the first monday at 9:00 = MONTHLY;INTERVAL=2;BYDAY=1MO 09:00 = every 2 months on the first Monday of the month at 09:00, from 1 February 2027
every other month on the 10th at 9:00 = MONTHLY;INTERVAL=2;BYMONTHDAY=10 09:00 = every 2 months on the 10th of the month at 09:00, from 10 February 2027
every 3 months on the 10th at 9:00 = MONTHLY;INTERVAL=3;BYMONTHDAY=10 09:00 = every 3 months on the 10th of the month at 09:00, from 10 February 2027
every three months on the last friday at 9:00 = MONTHLY;INTERVAL=3;BYDAY=-1FR 09:00 = every 3 months on the last Friday of the month at 09:00, from 29 January 2027
every 3 months on the 31st at 9:00 = MONTHLY;INTERVAL=3;BYMONTHDAY=28,29,30,31;BYSETPOS=-1 09:00 = every 3 months on the 31st (the last day of shorter months) at 09:00, from 31 January 2027
half-yearly on the 1st at 9:00 = MONTHLY;INTERVAL=6;BYMONTHDAY=1 09:00 = every 6 months on the 1st of the month at 09:00, from 1 February 2027
every quarter on the first tuesday at 9:00 = MONTHLY;BYMONTH=1,4,7,10;BYDAY=1TU 09:00 = on the first Tuesday of the quarter at 09:00
quarterly on the first tuesday at 9:00 = MONTHLY;BYMONTH=1,4,7,10;BYDAY=1TU 09:00 = on the first Tuesday of the quarter at 09:00
first tuesday of the quarter at 9:00 = MONTHLY;BYMONTH=1,4,7,10;BYDAY=1TU 09:00 = on the first Tuesday of the quarter at 09:00
last friday of the quarter at 12:00 = MONTHLY;BYMONTH=3,6,9,12;BYDAY=-1FR 12:00 = on the last Friday of the quarter at 12:00
last working day of every quarter at 12:00 = MONTHLY;BYMONTH=3,6,9,12;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1 12:00 = on the last working day of the quarter at 12:00
last day of the quarter at 12:00 = MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1 12:00 = on the last day of the quarter at 12:00
first day of the quarter at 9:00 = MONTHLY;BYMONTH=1,4,7,10;BYMONTHDAY=1 09:00 = on the first day of the quarter at 09:00
end of quarter at 12:00 = MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1 12:00 = on the last day of the quarter at 12:00
15th of january, april, july and october at 9:00 = MONTHLY;BYMONTH=1,4,7,10;BYMONTHDAY=15 09:00 = on the 15th of January, April, July and October at 09:00
first monday of march and september at 9:00 = MONTHLY;BYMONTH=3,9;BYDAY=1MO 09:00 = on the first Monday of March and September at 09:00
yearly on 3 march at 9:00 = YEARLY;BYMONTH=3;BYMONTHDAY=3 09:00 = every year on 3 March at 09:00
every year on march 3rd at 9:00 = YEARLY;BYMONTH=3;BYMONTHDAY=3 09:00 = every year on 3 March at 09:00
annually on the 3rd of march at 9:00 = YEARLY;BYMONTH=3;BYMONTHDAY=3 09:00 = every year on 3 March at 09:00
every 3 march at 9:00 = YEARLY;BYMONTH=3;BYMONTHDAY=3 09:00 = every year on 3 March at 09:00
once a year on 1 june at 9:00 = YEARLY;BYMONTH=6;BYMONTHDAY=1 09:00 = every year on 1 June at 09:00
every 29 february at 9:00 = YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1 09:00 = every year on 29 February (28 February in other years) at 09:00
yearly on the 29th of february at 9:00 = YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1 09:00 = every year on 29 February (28 February in other years) at 09:00
every year on the first monday of march at 9:00 = YEARLY;BYMONTH=3;BYDAY=1MO 09:00 = every year on the first Monday of March at 09:00
every year on the last working day of december at 9:00 = YEARLY;BYMONTH=12;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1 09:00 = every year on the last working day of December at 09:00
last friday of the year at 12:00 = YEARLY;BYMONTH=12;BYDAY=-1FR 12:00 = every year on the last Friday of December at 12:00
twice a year on 1 march and 1 september at 9:00 = MONTHLY;BYMONTH=3,9;BYMONTHDAY=1 09:00 = on the 1st of March and September at 09:00
every 2 years on 3 march at 9:00 = YEARLY;INTERVAL=2;BYMONTH=3;BYMONTHDAY=3 09:00 = every other year on 3 March at 09:00, from 3 March 2027
mondays every two weeks at 9:00 = WEEKLY;INTERVAL=2;BYDAY=MO 09:00 = every other Monday at 09:00, from 18 January 2027
every monday every 2 weeks at 9 = WEEKLY;INTERVAL=2;BYDAY=MO 09:00 = every other Monday at 09:00, from 18 January 2027
weekdays and saturday at 9 = WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA 09:00 = every Monday to Saturday at 09:00
first monday of the month in march and june at 9:00 = MONTHLY;BYMONTH=3,6;BYDAY=1MO 09:00 = on the first Monday of March and June at 09:00
every year on the 29th of february and may at 9:00 = MONTHLY;BYMONTH=2,5;BYMONTHDAY=28,29;BYSETPOS=-1 09:00 = on the 29th (the last day of shorter months) of February and May at 09:00
every two weeks on wednesday from today at 9:00 = WEEKLY;INTERVAL=2;BYDAY=WE 09:00 = every other Wednesday at 09:00, from 27 January 2027
weekdays from 2027-02-01 at 9:00 = WEEKLY;BYDAY=MO,TU,WE,TH,FR 09:00 = every weekday at 09:00, from 1 February 2027
28th and 30th of the month at 9:00 = MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=1,-1 09:00 = on the 28th and 30th (the last day of shorter months) at 09:00
mondays at 00:00 from 18 january 2027 = WEEKLY;BYDAY=MO 00:00 = every Monday at 00:00
quarter end at 9:00 = MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1 09:00 = on the last day of the quarter at 09:00
every sunday to thursday at 9 = WEEKLY;BYDAY=MO,TU,WE,TH,SU 09:00 = every Sunday to Thursday at 09:00
on the 29th of february and may at 9:00 = MONTHLY;BYMONTH=2,5;BYMONTHDAY=28,29;BYSETPOS=-1 09:00 = on the 29th (the last day of shorter months) of February and May at 09:00
every weekday at quarter past nine = WEEKLY;BYDAY=MO,TU,WE,TH,FR 09:15 = every weekday at 09:15
Mon-Thu 8:45 = WEEKLY;BYDAY=MO,TU,WE,TH 08:45 = every Monday to Thursday at 08:45
tues & thurs 4pm = WEEKLY;BYDAY=TU,TH 16:00 = every Tuesday and Thursday at 16:00
every second Wednesday of the month, 11am = MONTHLY;BYDAY=2WE 11:00 = on the second Wednesday of the month at 11:00
every second wednesday at 11 = WEEKLY;INTERVAL=2;BYDAY=WE 11:00 = every other Wednesday at 11:00, from 13 January 2027
once a week on friday at 3pm = WEEKLY;BYDAY=FR 15:00 = every Friday at 15:00
the 1st and 15th of each month at 10:00 = MONTHLY;BYMONTHDAY=1,15 10:00 = on the 1st and 15th of the month at 10:00
last day of every quarter, 5 pm = MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1 17:00 = on the last day of the quarter at 17:00
every four weeks on thursday at 13:30 = WEEKLY;INTERVAL=4;BYDAY=TH 13:30 = every 4 weeks on Thursday at 13:30, from 14 January 2027
first working day of the month at 9:00 = MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1 09:00 = on the first working day of the month at 09:00
twice a year on 1 march and 1 september at 9am = MONTHLY;BYMONTH=3,9;BYMONTHDAY=1 09:00 = on the 1st of March and September at 09:00
on the 30th of each month at 8am = MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1 08:00 = on the 30th (the last day of shorter months) at 08:00
Every Tuesday, 10 o'clock = WEEKLY;BYDAY=TU 10:00 = every Tuesday at 10:00
tues/thurs at 11:30am = WEEKLY;BYDAY=TU,TH 11:30 = every Tuesday and Thursday at 11:30
each friday @ 16:00 = WEEKLY;BYDAY=FR 16:00 = every Friday at 16:00
9am daily = DAILY 09:00 = every day at 09:00
every working day, 09h15 = WEEKLY;BYDAY=MO,TU,WE,TH,FR 09:15 = every weekday at 09:15
Mon through Wed at 8am = WEEKLY;BYDAY=MO,TU,WE 08:00 = every Monday to Wednesday at 08:00
on the first and third monday of each month at 13:00 = MONTHLY;BYDAY=1MO,3MO 13:00 = on the first and third Monday of the month at 13:00
third thursday monthly 17:30 = MONTHLY;BYDAY=3TH 17:30 = on the third Thursday of the month at 17:30
the last thursday of every other month at 10:00 = MONTHLY;INTERVAL=2;BYDAY=-1TH 10:00 = every 2 months on the last Thursday of the month at 10:00, from 28 January 2027
every 6 weeks on friday at 10:00 = WEEKLY;INTERVAL=6;BYDAY=FR 10:00 = every 6 weeks on Friday at 10:00, from 15 January 2027
every six months on the 1st at 9:00 = MONTHLY;INTERVAL=6;BYMONTHDAY=1 09:00 = every 6 months on the 1st of the month at 09:00, from 1 February 2027
quarterly on the last working day at 5pm = MONTHLY;BYMONTH=3,6,9,12;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1 17:00 = on the last working day of the quarter at 17:00
fourth friday of november every year at noon = YEARLY;BYMONTH=11;BYDAY=4FR 12:00 = every year on the fourth Friday of November at 12:00
december 24 every year at 10:00 = YEARLY;BYMONTH=12;BYMONTHDAY=24 10:00 = every year on 24 December at 10:00
once every two weeks on thursdays at 9:00 = WEEKLY;INTERVAL=2;BYDAY=TH 09:00 = every other Thursday at 09:00, from 14 January 2027
all weekdays at 10:15 = WEEKLY;BYDAY=MO,TU,WE,TH,FR 10:15 = every weekday at 10:15
every monday, wednesday, and friday at 9 a.m. = WEEKLY;BYDAY=MO,WE,FR 09:00 = every Monday, Wednesday and Friday at 09:00
in the afternoon on tuesdays at 2 = WEEKLY;BYDAY=TU 14:00 = every Tuesday at 14:00
wednesdays at 10 = WEEKLY;BYDAY=WE 10:00 = every Wednesday at 10:00
on the 31st of december at noon every year = YEARLY;BYMONTH=12;BYMONTHDAY=31 12:00 = every year on 31 December at 12:00
once a month on the second tuesday at 15:00 = MONTHLY;BYDAY=2TU 15:00 = on the second Tuesday of the month at 15:00
every last working day at 16:00 = MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1 16:00 = on the last working day of the month at 16:00
every second friday of each quarter at 10:00 = MONTHLY;BYMONTH=1,4,7,10;BYDAY=2FR 10:00 = on the second Friday of the quarter at 10:00
weekly, thursday, 3:30pm = WEEKLY;BYDAY=TH 15:30 = every Thursday at 15:30
mondays at nine = WEEKLY;BYDAY=MO 09:00 = every Monday at 09:00
not later than friday noon every week = WEEKLY;BYDAY=FR 12:00 = every Friday at 12:00
"""

# Locale: as above.
UNDERSTOOD_ABROAD = """
de: jeden Montag um 10 Uhr = WEEKLY;BYDAY=MO 10:00 = every Monday at 10:00
de: montags um 9 Uhr = WEEKLY;BYDAY=MO 09:00 = every Monday at 09:00
de: täglich um 9:30 = DAILY 09:30 = every day at 09:30
de: Montag bis Freitag um 9 Uhr = WEEKLY;BYDAY=MO,TU,WE,TH,FR 09:00 = every weekday at 09:00
de: alle zwei Wochen am Dienstag um 14 Uhr = WEEKLY;INTERVAL=2;BYDAY=TU 14:00 = every other Tuesday at 14:00, from 19 January 2027
de: jeden zweiten Dienstag um 14 Uhr = WEEKLY;INTERVAL=2;BYDAY=TU 14:00 = every other Tuesday at 14:00, from 19 January 2027
de: jeden ersten Montag im Monat um 10 Uhr = MONTHLY;BYDAY=1MO 10:00 = on the first Monday of the month at 10:00
de: monatlich am 15. um 10 Uhr = MONTHLY;BYMONTHDAY=15 10:00 = on the 15th of the month at 10:00
de: montags und donnerstags um 9 Uhr = WEEKLY;BYDAY=MO,TH 09:00 = every Monday and Thursday at 09:00
de: jeden letzten Freitag des Monats um 12 Uhr = MONTHLY;BYDAY=-1FR 12:00 = on the last Friday of the month at 12:00
fr: tous les lundis à 9h = WEEKLY;BYDAY=MO 09:00 = every Monday at 09:00
fr: tous les jours à 9h30 = DAILY 09:30 = every day at 09:30
fr: chaque mardi à 14h = WEEKLY;BYDAY=TU 14:00 = every Tuesday at 14:00
fr: toutes les deux semaines le mardi à 14h = WEEKLY;INTERVAL=2;BYDAY=TU 14:00 = every other Tuesday at 14:00, from 19 January 2027
fr: du lundi au vendredi à 9h30 = WEEKLY;BYDAY=MO,TU,WE,TH,FR 09:30 = every weekday at 09:30
fr: le dernier vendredi de chaque mois à midi = MONTHLY;BYDAY=-1FR 12:00 = on the last Friday of the month at 12:00
es: todos los lunes a las 9 = WEEKLY;BYDAY=MO 09:00 = every Monday at 09:00
es: cada martes a las 14:00 = WEEKLY;BYDAY=TU 14:00 = every Tuesday at 14:00
es: lunes y jueves a las 10 = WEEKLY;BYDAY=MO,TH 10:00 = every Monday and Thursday at 10:00
es: cada dos semanas el martes a las 14:00 = WEEKLY;INTERVAL=2;BYDAY=TU 14:00 = every other Tuesday at 14:00, from 19 January 2027
pt: todas as segundas às 9h = WEEKLY;BYDAY=MO 09:00 = every Monday at 09:00
pt: toda sexta às 15h = WEEKLY;BYDAY=FR 15:00 = every Friday at 15:00
pt: todos os dias às 9:30 = DAILY 09:30 = every day at 09:30
it: ogni lunedì alle 10 = WEEKLY;BYDAY=MO 10:00 = every Monday at 10:00
it: ogni due settimane il martedì alle 14 = WEEKLY;INTERVAL=2;BYDAY=TU 14:00 = every other Tuesday at 14:00, from 19 January 2027
it: da lunedì a venerdì alle 9:30 = WEEKLY;BYDAY=MO,TU,WE,TH,FR 09:30 = every weekday at 09:30
nl: elke maandag om 10 uur = WEEKLY;BYDAY=MO 10:00 = every Monday at 10:00
nl: dagelijks om 9:30 = DAILY 09:30 = every day at 09:30
nl: elke twee weken op dinsdag om 14 uur = WEEKLY;INTERVAL=2;BYDAY=TU 14:00 = every other Tuesday at 14:00, from 19 January 2027
fr: mercredi et vendredi à 10h = WEEKLY;BYDAY=WE,FR 10:00 = every Wednesday and Friday at 10:00
fr: tous les vendredis à 14h = WEEKLY;BYDAY=FR 14:00 = every Friday at 14:00
de: donnerstags 14:30 = WEEKLY;BYDAY=TH 14:30 = every Thursday at 14:30
fr: tous les mois le 15 à 10h = MONTHLY;BYMONTHDAY=15 10:00 = on the 15th of the month at 10:00
es: cada primer lunes del mes a las 9 = MONTHLY;BYDAY=1MO 09:00 = on the first Monday of the month at 09:00
"""

ASKED_BACK = """
weekdays
mondays
every other tuesday
monday at 9
on friday at 10:00
tomorrow at 9
3 march at 9:00
on the 15th at 9:00
last friday at noon
first tuesday at 9:00
biweekly at 9:00
biweekly on monday at 9:00
bi-weekly on tuesday at 14:00
bimonthly on the 1st at 9:00
bi-monthly at 9:00
biannually on 1 june at 9:00
twice a week at 9:00
twice a week on monday at 9:00
3 times a month at 9:00
weekly at 9:00
every week at 9:00
every two weeks at 9:00
monthly at 9:00
monthly on friday at 9:00
fridays of the month at 9:00
quarterly at 9:00
every quarter on the 15th at 9:00
yearly at 9:00
every year on the 15th at 9:00
every third tuesday at 9:00
every fourth monday at 9:00
every friday at 3
mondays at 7
daily at 12:30 and 16:00
every day at 8 and 16
weekdays at 9, 12 and 15
twice a day at 9:00
every 2 hours
every 2h
hourly
every hour on weekdays
every 30 minutes
every morning
every friday morning
weekdays in the morning
every friday at midnight
weekdays at 24:00
weekdays at 25:00
weekdays at 9:75
weekdays by end of day
weekdays at 9 utc
weekdays at 9 cet
weekdays 9
weekdays at
every monday and every other thursday at 10
every other monday and thursday at 10
every other weekday at 9:00
every second working day at 9:00
fifth monday of the month at 9:00
every 5th friday at 9:00
on the 32nd of the month at 9:00
on the 0th of the month at 9:00
every 30 february at 9:00
every 31 april at 9:00
1 march and 15 september every year at 9:00
30th and 31st of the month at 9:00
first monday and last friday of the month at 9:00
first monday and tuesday of the month at 9:00
first and last day of the quarter at 9:00
penultimate friday of the month at 9:00
second to last friday of the month at 9:00
beginning of the month at 9:00
start of the month at 9:00
middle of the month at 9:00
end of the week at 9:00
weekends at 10:00
every weekend at 10:00
every monday except holidays at 9
every weekday except saturday at 9
every weekday except weekdays at 9
every monday except monday at 9
every day on monday at 9
every monday until 1 june at 9
every monday for 6 weeks at 9
mondays at 9 ten times
every tuesday at 14:00 for 1 h
every tuesday for 1 h
weekdays at 9 from someday
weekdays at 9 from 03/04
weekdays at 9 from yesterday
every 0 weeks on monday at 9
every 99 weeks on monday at 9
every 2 quarters on the first monday at 9
every monday in march at 9
every week of the month on monday at 9:00
mittwochs at 9
once in a while at 9
never
sometimes at 9:00
whenever we feel like it
9:30
at 9:30
every
every at 9:00
tuesday tuesday at 9 maybe
if possible mondays at 9
not mondays at 9
except mondays at 9
all days but monday at 9
every second day of the month at 9:00
every second at 9:00
every 3 tuesdays at 9:00
every monday or tuesday at 9
mondays or so at 9
around 9 on mondays
weekdays at 9 or 10
weekdays between 9 and 10
weekdays 9-10
weekdays 9:00-10:00
mon-wed-fri at 9
monday and friday of every second month at 9
first monday of march at 9
first monday in 2028 at 9
leap days at 9
every full moon at 9
3 times a week at 9:00
bi-weekly sync on mondays at 10:00
first thing every monday
semimonthly at 9:00
every workday besides friday at 9
every even week on monday at 9
second to last working day of the month at 9
the day before the last friday of the month at 9
two days after the first monday of the month at 9
between 9 and 10 every monday
every monday at noon and friday at 3pm
every friday before noon
every monday but the first of the month at 9
every monday of the month at 9
weekdays mondays at 9:00
mondays from 31 december 9999 at 9:00
mondays from 1 january 1900 at 9:00
mondays at 9 starting next month on the 1st
"""

ASKED_BACK_ABROAD = """
de: werktags um 9 Uhr
de: jeden Montag um 3
de: zweiwöchentlich am Montag um 9 Uhr
fr: un mardi sur deux du mois à 14h
de: jeden Werktag um 9 Uhr
"""


def rows(table: str) -> list[tuple[str, ...]]:
    return [tuple(part.strip() for part in line.split(" = ")) for line in table.split("\n") if line]


@pytest.mark.parametrize(("phrase", "rule", "words"), rows(UNDERSTOOD))
def test_what_is_typed_becomes_a_rule_and_is_said_back(phrase: str, rule: str, words: str) -> None:
    found = read(phrase)
    assert f"{found.rrule.removeprefix('FREQ=')} {found.at:%H:%M}" == rule
    assert in_words(found, now=NOW, zone=ZONE) == words


@pytest.mark.parametrize(("phrase", "rule", "words"), rows(UNDERSTOOD_ABROAD))
def test_the_locale_suggests_another_language(phrase: str, rule: str, words: str) -> None:
    locale, _, foreign = phrase.partition(": ")
    found = read(foreign, locale)
    assert f"{found.rrule.removeprefix('FREQ=')} {found.at:%H:%M}" == rule
    assert in_words(found, now=NOW, zone=ZONE) == words


@pytest.mark.parametrize("phrase", [phrase for (phrase,) in rows(ASKED_BACK)])
def test_what_is_not_clear_is_asked_back_with_what_to_type_instead(phrase: str) -> None:
    message, readings = asked(phrase)
    assert message.startswith(f"“{phrase}” ")
    assert ("Try “" in message) != bool(readings)


@pytest.mark.parametrize("phrase", [phrase for (phrase,) in rows(ASKED_BACK_ABROAD)])
def test_a_doubt_in_another_language_is_asked_back(phrase: str) -> None:
    locale, _, foreign = phrase.partition(": ")
    assert asked(foreign, locale)[0].startswith(f"“{foreign}” ")


@pytest.mark.parametrize("phrase", [phrase for phrase, _, _ in rows(UNDERSTOOD)])
def test_case_and_blanks_change_nothing(phrase: str) -> None:
    spaced = "  ".join(phrase.upper().replace("H", "h").split())
    assert read(f" {spaced} ") == read(phrase)


def test_several_readings_are_offered_in_words_that_can_be_typed() -> None:
    _, readings = asked("every third tuesday at 9:00")
    assert readings == [
        "every 3 weeks on Tuesday at 09:00, from 19 January 2027",
        "on the third Tuesday of the month at 09:00",
    ]
    assert [said(words) for words in readings] == readings


def test_an_hour_of_the_morning_or_the_evening_is_asked_back() -> None:
    assert asked("every friday at 3")[1] == ["every Friday at 03:00", "every Friday at 15:00"]


def test_a_time_of_day_that_was_not_typed_is_the_usual_one() -> None:
    assert said("mondays", otherwise=time(9)) == "every Monday at 09:00"
    assert said("mondays at 11", otherwise=time(9)) == "every Monday at 11:00"
    assert "no time of day" in asked("mondays")[0]


def test_every_other_tuesday_begins_with_the_next_one_and_says_so() -> None:
    assert next_days("every other tuesday at 14:00") == ["2027-01-19", "2027-02-02", "2027-02-16"]
    assert said("every other tuesday at 14:00") == "every other Tuesday at 14:00, from 19 January 2027"


def test_every_other_wednesday_begins_today_while_its_time_is_still_to_come() -> None:
    assert next_days("every other wednesday at 11:00")[0] == "2027-01-13"
    assert next_days("every other wednesday at 10:00")[0] == "2027-01-20"
    assert next_days("every other wednesday at 10:07")[0] == "2027-01-20"


def test_the_other_tuesdays_are_had_by_saying_from_when() -> None:
    assert next_days("every other tuesday from 26 january at 14:00") == ["2027-01-26", "2027-02-09", "2027-02-23"]
    assert next_days("every other tuesday at 14:00 from 5 january 2027") == next_days("every other tuesday at 14:00")


def test_the_day_that_it_is_counted_from_counts_from_its_first_minute() -> None:
    assert next_days("every other monday at 00:00 from 11 january 2027", 2) == ["2027-01-25", "2027-02-08"]


def test_two_times_of_day_are_two_recurrences() -> None:
    assert "more than one time of day" in asked("daily at 12:30 and 16:00")[0]


def test_what_was_said_back_keeps_its_weeks_when_it_is_typed_again_later() -> None:
    later = datetime(2027, 6, 1, 8, tzinfo=UTC)
    assert next_days(said("every 3 weeks on thursday at 13:00"), now=later) == [
        "2027-06-10",
        "2027-07-01",
        "2027-07-22",
    ]
    assert set(next_days("every 3 weeks on thursday at 13:00", 20)) >= {"2027-06-10", "2027-07-01", "2027-07-22"}


def test_a_later_beginning_is_said_and_a_usual_one_is_not() -> None:
    assert said("weekdays at 9 from 1 february") == "every weekday at 09:00, from 1 February 2027"
    assert said("weekdays at 9 from tomorrow") == "every weekday at 09:00"
    assert in_words(read("weekdays at 9 from 1 february")) == "every weekday at 09:00"


def test_the_31st_is_the_last_day_of_shorter_months() -> None:
    assert next_days("monthly on the 31st at 9:00", 4) == ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]


def test_the_29th_of_february_is_the_28th_in_other_years() -> None:
    assert next_days("every 29 february at 9:00") == ["2027-02-28", "2028-02-29", "2029-02-28"]


def test_too_many_letters_are_refused_at_once() -> None:
    start = perf_counter()
    assert "too long" in asked("every monday " * 5_000)[0]
    assert perf_counter() - start < 1
    assert "How often?" in asked("  ")[0]


# Words as people mix them; most sentences of them mean nothing.
PIECES = """
every each other second third 2 two 3 6 first 1st 2nd last final day days week weeks month months quarter year weekly monthly
quarterly yearly daily fortnightly weekdays weekday mondays monday tue wed and , thursday fri sat-sun mon-fri except but on
of the in a by at 9 9:30 14:00 noon midnight 3pm 15th 29th 30th 31st february march 29 from 26 january 2027 until working
twice times once per end alternate biweekly for 1 h tomorrow morning 2:30 24:00 99 0 ( ) “ :
"""
OFTEN = (
    "",
    "every",
    "every other",
    "every 3 weeks on",
    "monthly on",
    "every 2 months on",
    "quarterly on",
    "every year on",
    "daily",
)
WHICH = (
    *("monday", "tuesdays", "mon and thu", "weekdays", "sun-thu", "weekdays except friday", "saturday and sunday"),
    *("the 15th", "the 31st", "the 1st and 15th", "the 10th and 30th", "the 15th and last day", "28th and 29th"),
    *(
        "the first monday",
        "the last friday",
        "second and fourth tuesday",
        "last working day",
        "third working day",
        "first day",
    ),
)
WHERE = ("", "of the month", "of the quarter", "of the year", "of march", "of february and may", "of april and october")
WHEN = ("at 9:30", "at noon", "at 00:00", "at 3", "")
SINCE = ("", "from 26 january", "from 5 january 2027", "from 1 march 2028")
MEANT = st.tuples(*map(st.sampled_from, (OFTEN, WHICH, WHERE, WHEN, SINCE))).map(" ".join)
MOMENTS = st.integers(0, 9 * 365 * 1440).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
ZONES = st.sampled_from(
    ("Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu")
)


@settings(max_examples=500, deadline=None)
@given(phrase=MEANT | st.lists(st.sampled_from(PIECES.split()), max_size=9).map(" ".join), now=MOMENTS, zone=ZONES)
def test_what_is_said_back_means_what_was_read(phrase: str, now: datetime, zone: str) -> None:
    readings: tuple[Reading, ...] = ()
    try:
        found = [parse(phrase, now=now, zone=zone)]
    except Unclear as unclear:
        readings = unclear.readings
        found = [parse(reading.words_used, now=now, zone=zone) for reading in readings]
    for each, reading in zip(found, readings, strict=False):
        assert next(occurrences(each, zone, now)).at == reading.at
    for each in found:
        first = next(occurrences(each, zone, now))
        assert first.day == each.start
        assert parse(in_words(each, now=now, zone=zone), now=now, zone=zone) == each
        if "INTERVAL" in each.rrule:
            assert parse(in_words(each), now=now, zone=zone) == each


@settings(max_examples=250, deadline=None)
@given(phrase=st.text(max_size=130), locale=st.sampled_from(("en", "de-DE", "fr", "es", "pt-BR", "it", "nl", "xx")))
def test_whatever_is_typed_is_read_or_asked_back(phrase: str, locale: str) -> None:
    with pytest.raises(Unclear):
        read(phrase, locale)
