"""Public holidays, by country and region.

One rule: the library that knows them is loaded only when a side has a country.
"""

from __future__ import annotations

import re
from datetime import date
from difflib import get_close_matches
from functools import cache, lru_cache


@lru_cache(maxsize=4096)
def holidays_of(country: str, region: str | None, year: int) -> frozenset[date]:
    """List the public holidays of a known country and region in a year."""
    from holidays import country_holidays

    return frozenset(country_holidays(country, subdiv=region, years=year))


@cache
def countries() -> dict[str, str]:
    """List the countries whose public holidays are known: two-letter code to name."""
    from holidays.registry import COUNTRIES

    return {entry[1]: re.sub(r"(?<=[a-z])(?=[A-Z])", " ", entry[0]) for entry in COUNTRIES.values()}


@cache
def regions(country: str) -> tuple[str, ...]:
    """List the regions of a known country that have holidays of their own."""
    from holidays import country_holidays

    return tuple(country_holidays(country).subdivisions)


@cache
def problem_with(country: str | None, region: str | None) -> str | None:
    """Say what is wrong with a country and its region, with an example; None when all is well."""
    if country is None:
        return None if region is None else f"Say the country of the region “{region}” too, for example DE BY."
    if country not in countries():
        named = {name.casefold(): code for code, name in countries().items()}
        close = get_close_matches(country.casefold(), named, 1, 0.8)
        code = country.upper() if country.upper() in countries() else named[close[0]] if close else None
        hint = f"did you mean {code}?" if code else "use its two letters, for example DE or DE BY."
        return f"“{country}” is not a country whose public holidays I know; {hint}"
    if region is not None and region not in regions(country):
        known = ", ".join(regions(country))
        return f"{countries()[country]} has no region “{region}” here; " + (
            f"it has {known}." if known else f"leave it out: {country}."
        )
    return None
