"""Deadlines in plain words: `friday noon`, `in 2 weeks`, `last friday of the month`, `2026-12-01T14:00+02:00`.

One rule: a phrase is read only when it has one reading that is still to come. Anything else is asked back with its
readings, or with an example; a date without a time of day means the end of the working day.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from bot.rules import Reading as Reading
from bot.rules import Unclear as Unclear
from bot.rules.dates.asking import EXAMPLE, Found, Here
from bot.rules.dates.clock import lift_time, next_time, put_together, time_from_now
from bot.rules.dates.days import read_days
from bot.rules.dates.foreign import in_english
from bot.rules.dates.period import period_of, vague_days
from bot.rules.dates.vocabulary import COUNT, DATE_WORD, FIGURES, LEADING, MONTH, UNIT, ZONE, one_spelling
from bot.rules.worktime import Calendar, place

LONGEST = 60  # letters; nobody needs more to name a day


def deadline(
    text: str, *, now: datetime, zone: str, locale: str | None = None, calendar: Calendar | None = None
) -> Reading:
    """Read the one instant that the words mean to somebody in that zone. Raises Unclear, with the readings if there are several.

    `locale` (`en-GB`, `de-DE`) settles 03/04 and which language is understood beside
    English; `calendar` settles working days and when a day ends.
    """
    typed = " ".join(text.split())
    if len(typed) > LONGEST:
        raise Unclear(f"That is too long for a date: “{typed[:LONGEST]}…”. {EXAMPLE}")
    phrase = one_spelling(typed)
    if not phrase:
        raise Unclear(f"By when? {EXAMPLE}")
    here = Here(typed, now, zone, locale or "", calendar or Calendar(zone))
    return here.choose(_read_in_each_language(phrase, here))


def looks_like_date(phrase: str, locale: str | None = None) -> bool:
    """Tell whether somebody who wrote `by <phrase>` meant a day or a time, even one that cannot be read."""
    if locale and any(map(looks_like_date, in_english(one_spelling(phrase[: 4 * LONGEST]), locale))):
        return True
    plain = re.sub(r"^(?:(?:the|on|at|about|around|early|late|mid)\s+)+", "", one_spelling(phrase[: 4 * LONGEST]))
    if re.match(rf"(?:{LEADING})\b", plain):
        return (
            re.search(rf"\b(?:{DATE_WORD}|{UNIT}|business|play|h[12]|past \w+|2\d{{3}}|\d+[dhw]\d*)\b", plain)
            is not None
        )
    return any(
        re.match(form, plain)
        for form in (
            rf"(?:{DATE_WORD})s?(?![\w-])",
            rf"{FIGURES}(?:$| (?:(?:the|of|on|at|in|next|this|working|business) )*(?:{DATE_WORD}|{UNIT}|month|{ZONE}|\d\S*)(?!\w))",
            rf"(?:{COUNT}) ?(?:of )?(?:{UNIT})\b",
            r"\d{1,2}(?:\.|er|º|ª| de) ?[^\W\d_]{3,}(?: \S+){0,2}$",
            rf"\d{{1,2}}-(?:{MONTH})\b",
            r"\d{1,2} [^\W\d_]{3,} \d{4}$",
        )
    )


def _read_in_each_language(phrase: str, here: Here) -> Found:
    """Read the words as English and as the person's own language: where both can be meant, all their readings count."""
    found: list[Found] = []
    refused: list[Unclear] = []
    for words in dict.fromkeys((phrase, *in_english(phrase, here.locale))):
        try:
            found.append(_read(words, here))
        except Unclear as unclear:
            refused.append(unclear)
        except (OverflowError, ValueError):  # a year that calendars do not have
            refused.append(here.unclear("is too far away"))
    if not found:
        raise refused[-1]
    return Found(tuple(at for each in found for at in each.readings), all(each.sure for each in found))


def _read(phrase: str, here: Here) -> Found:
    if (moment := _iso(phrase, here) or time_from_now(phrase, here)) is not None:
        return Found((moment,))
    if hours := re.fullmatch(r"(\d{1,2}) ?h", phrase):
        return _hours_or_clock(int(hours[1]), here)
    if first := re.fullmatch(r"first thing (?:on )?(.+?)(?: morning)?|(.+?)(?: morning)? first thing", phrase):
        mornings, sure = read_days(first[1] or first[2], here)
        return Found(tuple(place(day, here.calendar.start, here.zone) for day in mornings), sure)
    # What is wanted before a time of day is wanted by then; “before friday” may leave friday out.
    times, rest = lift_time(re.sub(r"\bbefore (?=noon|midday|midnight|\d{1,2}(?::\d\d| ?[ap]m))", "at ", phrase), here)
    # Small words carry nothing here: "the last friday of the month" is "last friday month".
    rest = " ".join(word for word in rest.split() if word not in ("the", "of", "on"))
    if not rest:
        if times is None:
            raise here.unclear()
        return next_time(times, here)
    if rest == "today" and times and times.minutes == (0, 1440):
        return next_time(times, here)
    edge = re.fullmatch(r"(?:start|beginning) (.+)", rest)
    if edge and (period := period_of(edge[1], here)):
        begin = period[0]
        if times is None:
            return Found((place(begin, here.calendar.start, here.zone), here.end(begin)), sure=False)
        return put_together([begin], times, here)
    if vague := vague_days(rest, here):
        return Found(put_together(vague, times, here).readings, sure=False)
    days, sure = read_days(rest, here)
    found = put_together(days, times, here)
    return Found(found.readings, sure and found.sure)


def _hours_or_clock(hour: int, here: Here) -> Found:
    """Read `8h`: a time of day to those who write it so, to others it may be hours from now."""
    later = here.now + timedelta(hours=hour)
    if hour > 24:
        return Found((later,))
    times, _ = lift_time(f"{hour}h", here)
    at = next_time(times, here).readings if times else ()
    return Found(at if here.language in ("fr", "es", "pt") else (*at, later))


def _iso(phrase: str, here: Here) -> datetime | None:
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d)[t ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(z|[+-]\d\d(?::?\d\d)?)?", phrase)
    if not match:
        return None
    try:
        read = datetime.fromisoformat(f"{match[1]}T{match[2]}{(match[3] or '').upper()}")
    except ValueError:
        raise here.unclear("is not a day and a time that exist") from None
    return read.astimezone(UTC) if read.tzinfo else place(read.date(), read.time(), here.zone)
