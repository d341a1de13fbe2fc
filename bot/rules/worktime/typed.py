"""Working days and hours as people type and read them.

One rule: what can be read in two ways is asked back, and what is written here can be read here.
"""

from __future__ import annotations

import re
from datetime import time

from bot.rules import Unclear
from bot.rules.worktime.calendar import MONDAY_TO_FRIDAY

DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT = {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
_GROUPS = {
    "weekdays": MONDAY_TO_FRIDAY,
    "weekend": frozenset({5, 6}),
    "weekends": frozenset({5, 6}),
    "daily": frozenset(range(7)),
}


def _weekday(word: str) -> int | None:
    word = word.rstrip(".")
    for index, name in enumerate(DAY_NAMES):
        if word in (name, name + "s", name[:3], name[:2]):
            return index
    return _SHORT.get(word)


def parse_days(text: str) -> frozenset[int]:
    """Read working days such as `mon-fri`, `sun to thu` or `mon, tue, thu`. Raises Unclear."""
    example = "Try “mon-fri”, “sun to thu” or “mon, tue, thu”."
    plain = re.sub(r"\b(?:every ?day|all (?:week|days))\b", "daily", text.casefold().strip())
    plain = re.sub(r"\s*(?:[-–—]|\bto\b|\bthrough\b|\btill?\b|\buntil\b)\s*", "-", plain)
    days: set[int] = set()
    for part in re.split(r"[\s,;&+/]+|\band\b", plain):
        if not part:
            continue
        if part in _GROUPS:
            days |= _GROUPS[part]
            continue
        ends = [_weekday(word) for word in part.split("-")]
        first, last = ends[0], ends[-1]
        if first is None or last is None or len(ends) > 2:
            raise Unclear(f"“{part[:60]}” is not a day of the week. {example}")
        days |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    if not days:
        raise Unclear(f"At least one working day is needed. {example}")
    return frozenset(days)


_CLOCK = re.compile(r"(\d{1,2})(?:[:.h]?(\d{2}))?\s*(?:([ap])\.?m\.?)?")


def parse_hours(text: str) -> tuple[time, time]:
    """Read working hours such as `9-17`, `09:00 to 17:30` or `8am-4pm`; an end before the start is on the next day. Raises Unclear."""
    example = "Try “9-17”, “09:00 to 17:30” or “8am-4pm”."
    plain = text.casefold().strip().removeprefix("from ")
    parts = re.split(r"\s*(?:[-–—]|\bto\b|\btill?\b|\buntil\b)\s*", plain)
    found = [_CLOCK.fullmatch(part) for part in parts]
    if len(found) != 2 or not (found[0] and found[1]):
        raise Unclear(f"“{text[:60]}” does not read as working hours. {example}")
    start, end = _clock(found[0]), _clock(found[1])
    if start is None or end is None:
        raise Unclear(f"“{text[:60]}” names a time that does not exist. {example}")
    halves = [bool(match[3]) for match in found if match]
    bare = all(match and not match[2] and not match[1].startswith("0") for match in found)
    if halves[0] != halves[1] or (not halves[0] and bare and 0 < end.hour <= 12 and end <= start <= time(12)):
        raise Unclear(f"“{text[:60]}” can be read in two ways. Write both times in full: “09:00-17:00” or “9am-5pm”.")
    return start, end


def _clock(match: re.Match[str]) -> time | None:
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[3] == "p" else 0)
    if hour == 24 and minute == 0:
        hour = 0
    return time(hour, minute) if hour < 24 and minute < 60 else None


def days_in_words(days: frozenset[int]) -> str:
    """Write working days as people do: `Mon–Fri`, `Sun–Thu`, `Mon, Tue, Thu`."""
    if len(days) == 7:
        return "every day"
    # Start after a gap, so that Sunday to Thursday is one run.
    first = next((day for day in range(7) if day in days and (day - 1) % 7 not in days), 0)
    runs: list[list[int]] = []
    for day in ((first + step) % 7 for step in range(7)):
        if day not in days:
            continue
        if runs and (runs[-1][-1] + 1) % 7 == day:
            runs[-1].append(day)
        else:
            runs.append([day])
    named = [[DAY_NAMES[day][:3].title() for day in run] for run in runs]
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(run) for run in named)


def hours_in_words(start: time, end: time) -> str:
    """Write working hours as people do: `09:00–17:00`, `22:00–06:00 the next day`, `around the clock`."""
    if start == end:
        return "around the clock" if start == time(0) else f"around the clock from {start:%H:%M}"
    return f"{start:%H:%M}–{end:%H:%M}" + (" the next day" if end < start and end != time(0) else "")
