"""Time zones as people name them: by a city.

One rule: an offset or an abbreviation is no zone, for it does not say when clocks change.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.rules import Unclear

# Cities that people name and that the zone database does not have.
_CITIES = {
    "Africa/Johannesburg": "cape town, pretoria, durban",
    "America/Chicago": "austin, dallas, houston, minneapolis, st louis",
    "America/Los_Angeles": "portland, san diego, san francisco, san jose, seattle",
    "America/New_York": "atlanta, boston, miami, new york city, nyc, philadelphia, pittsburgh, washington",
    "America/Sao_Paulo": "brasilia, rio de janeiro",
    "America/Toronto": "montreal, ottawa",
    "Asia/Dubai": "abu dhabi",
    "Asia/Jerusalem": "haifa",
    "Asia/Kolkata": "bangalore, bengaluru, chennai, delhi, hyderabad, mumbai, new delhi, pune",
    "Asia/Shanghai": "beijing, guangzhou, shenzhen",
    "Asia/Tokyo": "kyoto, nagoya, osaka",
    "Europe/Amsterdam": "eindhoven, rotterdam, the hague",
    "Europe/Berlin": "bonn, cologne, dresden, dusseldorf, frankfurt, hamburg, hanover, leipzig, munich, stuttgart",
    "Europe/London": "birmingham, cardiff, edinburgh, glasgow, leeds, manchester",
    "Europe/Madrid": "barcelona, bilbao, seville, valencia",
    "Europe/Paris": "bordeaux, lille, lyon, marseille, nantes, toulouse",
    "Europe/Rome": "florence, milan, naples, turin",
    "Europe/Warsaw": "gdansk, krakow, wroclaw",
    "Europe/Zurich": "basel, bern, geneva, lausanne",
}


@cache
def zones() -> frozenset[str]:
    """List the time zones that there are, by IANA name."""
    return frozenset(available_timezones() - {"Factory", "localtime"})


@cache
def _cities() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for zone in sorted(zones()):
        found[_fold(zone)] = (zone,)
    for zone in sorted(zones(), key=lambda name: (-len(name), name)):
        if "/" in zone and not zone.startswith("Etc/"):
            name = _fold(zone.rsplit("/", 1)[1])
            found[name] = (*(known for known in found.get(name, ()) if "/" in known), zone)
    for zone, names in _CITIES.items():
        found.update((name, (zone,)) for name in names.split(", "))
    return found


def parse_zone(text: str) -> str:
    """Read a city or a zone's name (`Berlin`, `europe/berlin`, `UTC`) as an IANA name. Raises Unclear."""
    example = "Name a city, for example Berlin, New York or Asia/Tokyo."
    typed = text.strip()[:60]
    if not typed:
        raise Unclear(f"Which time zone? {example}")
    if _fold(typed) in ("utc", "gmt", "z", "zulu"):
        return "UTC"
    if re.fullmatch(r"(?i)(?:utc|gmt|etc/gmt)?\s*[+-−]\s*\d[\d:.]*", typed):
        raise Unclear(f"“{typed}” does not say when clocks change there. {example}")
    found = _cities().get(_fold(typed), ())
    if re.fullmatch(r"[A-Z]{3,5}(?:\d[A-Z]{3})?", found[0] if found else typed):
        raise Unclear(f"“{typed}” means different hours in summer, in winter or in different countries. {example}")
    if not found:
        close = get_close_matches(_fold(typed), _cities(), 3, 0.75)
        likely = ", ".join(dict.fromkeys(_cities()[name][0] for name in close))
        raise Unclear(f"I know no time zone called “{typed}”. " + (f"Did you mean {likely}?" if likely else example))
    if len({_habit(zone) for zone in found}) > 1:
        raise Unclear(f"“{typed}” can be {' or '.join(found)}. Write the one you mean.")
    return found[0]


def _fold(name: str) -> str:
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return re.sub(r"[\s_.]+", " ", bare.casefold()).strip()


def _habit(zone: str) -> tuple[timedelta | None, ...]:
    """What tells zones apart: their offsets through a year. Two names for one zone have the same."""
    return tuple(datetime(2026, month, 15, tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset() for month in range(1, 13))
