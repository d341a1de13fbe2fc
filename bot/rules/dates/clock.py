"""Times of day and hours from now.

One rule: an hour that may be of the morning or of the evening is both, unless other words settle it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from bot.rules.dates.asking import DAY, Found, Here, Times
from bot.rules.dates.vocabulary import COUNT, COUNTS, END_OF_DAY, ZONE, ZONES, number
from bot.rules.worktime import add


def time_from_now(phrase: str, here: Here) -> datetime | None:
    """Read hours and minutes from now, to the second; None where the words are others."""
    plain = re.sub(r"^(?:in|within) | from now$", "", phrase)
    if plain != phrase:
        plain = re.sub(r"^(\d{1,2}) ?h ?(?:(\d{1,2}) ?m?)?$", r"\1 hours \2 minutes", plain).replace("  minutes", "")
    if worked := re.fullmatch(rf"({COUNT}) (?:working|business) hours?", plain):
        return add(here.calendar, here.now, timedelta(hours=number(worked[1])))
    if plain == "half an hour":
        return here.now + timedelta(minutes=30)
    if plain in ("an hour and a half", "one and a half hours"):
        return here.now + timedelta(minutes=90)
    match = re.fullmatch(
        rf"(?:({COUNT}|\d{{1,3}}\.\d{{1,2}}) ?(?:hours?|hrs?))? ?(?:and )?(?:({COUNT}) ?(?:minutes?|mins?))?", plain
    )
    if not match or not (match[1] or match[2]):
        return None
    hours = float(match[1]) if match[1] and "." in match[1] else number(match[1] or "0")
    return here.now + timedelta(hours=hours, minutes=number(match[2] or "0"))


_PARTS = {"morning": (0, 720), "afternoon": (720, 1140), "evening": (960, 1440), "night": (1080, 1440)}
_PART_TIMES = {"morning": (540, 720), "afternoon": (900, 1020), "evening": (1080, 1200), "night": (1200, 1440)}
_HOUR = rf"(?P<hour>\d{{1,2}}|{'|'.join(COUNTS[1:])})"
_CLOCKS = tuple(
    re.compile(rf"(?<![\w/.:+-]){form}(?: ?(?P<zone>{ZONE}))?(?![\w/:+-]|\.\d)")
    for form in (
        rf"(?:at )?(?:a )?(?P<past>half past|quarter past|quarter to) {_HOUR}(?: ?(?P<half>[ap])m)?",
        r"(?:at |@ ?)?(?P<hour>\d{1,2})[:h](?P<minute>\d{2})(?: ?(?P<half>[ap])m|h)?",
        r"(?:at |@ ?)?(?P<hour>\d{1,2})(?:\.(?P<minute>\d{2}))? ?(?P<half>[ap])m",
        r"(?:at |@ ?)(?P<hour>\d{1,2})\.(?P<minute>\d{2})",
        r"(?:at |@ ?)(?P<hour>\d{2})(?P<minute>\d{2})",
        r"(?:at |@ ?)?(?P<hour>\d{1,2}) ?h",
        rf"(?:at |@ ?)?{_HOUR} ?o'?clock(?: ?(?P<half>[ap])m)?",
        rf"(?:at |@ ?){_HOUR}",
    )
)


def lift_time(phrase: str, here: Here) -> tuple[Times | None, str]:
    """Take the time of day out of a phrase; None when it has none. Raises Unclear."""
    part = re.search(r"\b(?:in the |at )?(morning|afternoon|evening|night)\b", phrase)
    rest = phrase.replace(part[0], " ", 1) if part else phrase
    if noon := re.search(rf"\b(?:at )?(?:12 )?(noon|midday|midnight)(?: ({ZONE}))?\b", rest):
        zones = ZONES.get(noon[2], ())
        times: Times | None = Times((0, 1440) if noon[1] == "midnight" else (720,), (), zones)
        rest = rest.replace(noon[0], " ", 1)
        if part and part[1] == "night":
            times = Times((1440,), (), zones)
    elif not part and (end := re.search(rf"\b(?:at |by |the )*(?:{END_OF_DAY})\b", rest)):
        return Times(), rest.replace(end[0], " ", 1)
    elif match := next(filter(None, (clock.search(rest) for clock in _CLOCKS)), None):
        rest = f"{rest[: match.start()]} {rest[match.end() :]}"
        times = _clock(match, here)
        if part:
            early, late = _PARTS[part[1]]
            fitting = tuple(minutes for minutes in times.minutes + times.later if early <= minutes <= late)
            times = Times(fitting, (), times.zones)
            if not fitting:
                raise here.unclear("names a time and a part of the day that do not fit")
    else:
        times = Times(_PART_TIMES[part[1]]) if part else None
    if re.search(r"\bat$", rest.strip()):
        raise here.unclear()
    return times, rest


def _clock(match: re.Match[str], here: Here) -> Times:
    seen = match.groupdict()
    figure, half, zones = seen["hour"], seen.get("half"), ZONES.get(seen["zone"], ())
    hour = number(figure)
    minutes = hour * 60 + {"half past": 30, "quarter past": 15, "quarter to": -15}.get(seen.get("past") or "", 0)
    minutes += int(seen.get("minute") or 0)
    if hour > 24 or int(seen.get("minute") or 0) > 59 or minutes > 1440 or (half and not 1 <= hour <= 12):
        raise here.unclear("names a time that does not exist")
    if half:
        return Times(((minutes - (720 if hour == 12 else 0) + (720 if half == "p" else 0)) % 1440,), (), zones)
    if hour > 12 or hour == 0 or figure.startswith("0") or minutes >= 720:
        return Times((minutes % 1440 if minutes < 0 else minutes,), (), zones)
    if hour >= 8:  # nobody says "at 9" for the evening without saying so, unless the morning is over
        return Times((minutes,), (minutes + 720,), zones)
    return Times((minutes, minutes + 720), (), zones)


def next_time(times: Times, here: Here) -> Found:
    """Read a time of day without a day as the next one of it."""
    if not times.minutes:
        return Found((here.end(here.today),))
    readings = []
    for zone in times.zones or (here.zone,):
        today = here.now.astimezone(ZoneInfo(zone)).date()
        if times.minutes == (0, 1440):
            readings.append(here.at(today, 1440, zone))
            continue
        for minutes in times.minutes:
            at = here.at(today, minutes, zone)
            readings.append(at if at > here.now else here.at(today + DAY, minutes, zone))
            if at <= here.now:
                readings += [here.at(today, later, zone) for later in times.later]
    return Found(tuple(readings))


def put_together(days: Iterable[date], times: Times | None, here: Here) -> Found:
    """Put days and times of day together."""
    if times is None or not times.minutes:
        return Found(tuple(here.end(day) for day in days))
    readings: list[datetime] = []
    sure = True
    for day, zone in product(days, times.zones or (here.zone,)):
        for minutes in times.minutes:
            readings.append(here.at(day, minutes, zone))
            if readings[-1] <= here.now and day == here.today and times.later:
                readings += [here.at(day, later, zone) for later in times.later]
                sure = False
    return Found(tuple(readings), sure)
