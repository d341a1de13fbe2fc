from __future__ import annotations

import unicodedata
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.rules.dates import Reading, Unclear, deadline, looks_like_date
from tests.rules.dates import test_english, test_languages
from tests.rules.dates.reading import WEDNESDAY, ZONE, at, read

PHRASES = [
    *((phrase, None) for phrase, _ in test_english.PHRASES),
    *((row[0], row[1]) for row in test_languages.PHRASES),
]
Form = Literal["NFC", "NFD", "NFKC"]
FORMS: tuple[Form, ...] = ("NFC", "NFD", "NFKC")
LOCALES = ("en-US", "en-GB", "de-DE", "fr-CA", "es-MX", "pt-BR", "it-IT", "nl-NL", "pl-PL", "ja", "xx", "", None)
ZONES = ("UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "America/New_York")
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
PIECES = """
friday next in 2 3 weeks of the end q3 at 9 : / - . 2027 may from before noon pm month last first day today h 29 feb an
tonight morgen freitag um halb uhr ende in zwei wochen le vendredi prochain à 14h30 fin du mois mañana las y media próximo
mar sexta às dia úteis tra un'ora fine alle vrijdag over 's avonds u
"""
WORDS = st.lists(st.sampled_from(PIECES.split()), max_size=8)
TYPED = st.one_of(
    st.text(max_size=70), WORDS.map(" ".join), WORDS.map("".join), st.sampled_from([phrase for phrase, _ in PHRASES])
)


@settings(max_examples=400, deadline=None)
@given(TYPED, st.sampled_from(LOCALES), MOMENTS, st.sampled_from(ZONES))
def test_whatever_is_typed_is_read_or_asked_back_and_never_in_the_past(
    phrase: str, locale: str | None, now: datetime, zone: str
) -> None:
    looks_like_date(phrase, locale)
    readings: tuple[Reading, ...]
    try:
        readings = (deadline(phrase, now=now, zone=zone, locale=locale),)
    except Unclear as unclear:
        readings = unclear.readings
    assert all(now < found.at < now + timedelta(days=3662) for found in readings)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(PHRASES),
    st.sampled_from([str.upper, str.lower, str.title, str.swapcase]),
    st.sampled_from(FORMS),
    st.sampled_from([" ", "  ", "\u00a0", "\t", " \n "]),
    st.sampled_from(["", "!", " ", ","]),
)
def test_case_blanks_and_spelling_change_nothing(
    phrase: tuple[str, str | None], case: Callable[[str], str], form: Form, blank: str, after: str
) -> None:
    typed, locale = phrase
    other = unicodedata.normalize(form, case(typed)).replace(" ", blank)
    assert read(f"{blank}{other}{after}", locale=locale) == read(typed, locale=locale)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PHRASES), MOMENTS, st.sampled_from(ZONES))
def test_every_reading_written_as_iso_is_read_as_the_same_instant(
    phrase: tuple[str, str | None], now: datetime, zone: str
) -> None:
    readings: tuple[Reading, ...]
    try:
        readings = (deadline(phrase[0], now=now, zone=zone, locale=phrase[1]),)
    except Unclear as unclear:
        readings = unclear.readings
    for found in readings:
        for written in (found.at, found.at.astimezone(ZoneInfo(zone))):
            assert deadline(written.isoformat(), now=now, zone="Asia/Tokyo", locale=phrase[1]).at == found.at


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(test_english.PHRASES), MOMENTS, st.sampled_from(LOCALES))
def test_english_means_the_same_to_every_locale_or_is_asked_back(
    phrase: tuple[str, str], now: datetime, locale: str | None
) -> None:
    with suppress(Unclear):
        found = deadline(phrase[0], now=now, zone=ZONE, locale=locale).at
        assert deadline(phrase[0], now=now, zone=ZONE, locale="en-US" if locale == "en-US" else "en-GB").at == found


@settings(max_examples=100, deadline=None)
@given(st.dates(date(2027, 1, 14), date(2036, 12, 31)), st.times())
@example(date(2027, 3, 28), time(2, 30))
def test_what_is_spelled_out_is_read_as_it_stands(day: date, clock: time) -> None:
    spelled = f"{day} {clock:%H:%M}"
    found = read(spelled)
    assert found == spelled or found > spelled  # later only where clocks skip it


@pytest.mark.parametrize("piece", ["1", "a ", "in 2 weeks ", "²", "ﷺ", "end ", "\n", "mañana ", "mar "])
def test_forty_thousand_letters_are_refused_at_once(piece: str) -> None:
    looks_like_date("freitag", "es")  # the names are collected once
    begin = perf_counter()
    looks_like_date(piece * 20_000, "es")
    with pytest.raises(Unclear):
        deadline(piece * 20_000, now=at(WEDNESDAY), zone=ZONE)
    with pytest.raises(Unclear):
        deadline((piece * 60)[:60], now=at(WEDNESDAY), zone=ZONE, locale="es")
    assert perf_counter() - begin < 1
