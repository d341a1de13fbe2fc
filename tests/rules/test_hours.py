"""Settings as they are typed, kept and said: what is kept reads back the same."""

from __future__ import annotations

import pytest

from bot.rules import Unclear
from bot.rules.hours import Setting, as_typed, in_words, read

CASES = [
    (Setting.ZONE, "berlin", "Europe/Berlin", "Berlin time (Europe/Berlin)"),
    (Setting.ZONE, "UTC", "UTC", "UTC"),
    (Setting.DAYS, "sun-thu", "0,1,2,3,6", "Sun–Thu"),
    (Setting.DAYS, "mon-sun", "0,1,2,3,4,5,6", "every day"),
    (Setting.HOURS, "22:00-06:00", "22:00-06:00", "22:00–06:00 the next day"),
    (Setting.COUNTRY, "de by", "DE BY", "the public holidays of Germany, BY"),
    (Setting.COUNTRY, "Germany", "DE", "the public holidays of Germany"),
    (Setting.COUNTRY, "none", "", "no public holidays"),
    (Setting.NAME, "  North   &  Co ", "North & Co", "North & Co"),
]


@pytest.mark.parametrize(("setting", "typed", "kept", "words"), CASES)
def test_a_setting_is_kept_as_it_was_meant_and_said_in_words(
    setting: Setting, typed: str, kept: str, words: str
) -> None:
    assert read(setting, typed) == kept
    assert in_words(setting, kept) == words


@pytest.mark.parametrize(("setting", "kept"), [(setting, kept) for setting, _, kept, _ in CASES if kept])
def test_what_a_form_shows_reads_back_as_what_is_kept(setting: Setting, kept: str) -> None:
    assert read(setting, as_typed(setting, kept)) == kept


@pytest.mark.parametrize(
    ("setting", "typed"),
    [(setting, "") for setting in Setting]
    + [(Setting.NAME, "x" * 81), (Setting.COUNTRY, "Atlantis"), (Setting.COUNTRY, "DE Bavaria")],
)
def test_what_is_missing_or_unknown_is_asked_back(setting: Setting, typed: str) -> None:
    with pytest.raises(Unclear):
        read(setting, typed)
