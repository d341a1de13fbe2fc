"""Recurrences in the language that a person's locale suggests, put into English.

One rule: the words for how often stand here; days and times of day are translated where deadlines are, and a phrase with an
unknown word is not translated.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import product

from bot.rules.dates import foreign
from bot.rules.dates.lexicon import words_of
from bot.rules.dates.vocabulary import WEEKDAY, one_spelling

# A line is `English = foreign, foreign`. `to` counts between two weekdays only. Words that may count Saturdays in are put
# so that they are asked back: left alone, they would pass for a name.
_GERMAN = """
every = jeden, jede, jedes, jedem, an jedem, alle
every day = täglich, jeden tag
every week = wöchentlich, einmal pro woche, einmal die woche
every month = monatlich, einmal im monat
every quarter = vierteljährlich, quartalsweise
every year = jährlich
and = und
quarter past = viertel nach
quarter to = viertel vor
to = bis, bis zum
from = ab, ab dem, seit
except = außer, ausser, außer am, ausgenommen, bis auf
not = nicht, nie, niemals, kein, keine, keinen
saturday or not = werktag, werktags, werktage, wochentags, jeden werktag
mondays = montags
tuesdays = dienstags
wednesdays = mittwochs
thursdays = donnerstags
fridays = freitags
saturdays = samstags
sundays = sonntags
"""
_FRENCH = """
every = chaque, tous les, toutes les
every day = quotidien, quotidienne, quotidiennement, chaque jour, tous les jours
every week = hebdomadaire, chaque semaine, toutes les semaines
every month = mensuel, mensuelle, mensuellement, chaque mois, tous les mois
every quarter = trimestriel, trimestrielle, chaque trimestre, tous les trimestres
every year = annuel, annuelle, chaque année, tous les ans
and = et
every working day = tous les jours ouvrés, chaque jour ouvré
working day = jour ouvré, jours ouvrés
every 2 weeks = une semaine sur deux, sur deux
a = un
to = à, au
from = à partir de, à partir du, dès le
except = sauf, sauf le, hormis, excepté
not = pas, jamais, ni, aucun
saturday or not = ouvrable, ouvrables
mondays = lundis, le lundi
tuesdays = mardis, le mardi
wednesdays = mercredis, le mercredi
thursdays = jeudis, le jeudi
fridays = vendredis, le vendredi
"""
_SPANISH = """
every = cada, todos los, todas las, los
every day = diario, diariamente, todos los días, cada día
every week = semanal, semanalmente, todas las semanas, cada semana
every month = mensual, mensualmente, todos los meses, cada mes
every quarter = trimestral, trimestralmente, cada trimestre
every year = anual, anualmente, todos los años, cada año
and = y, e
every working day = todos los días hábiles, cada día hábil
working day = día hábil, días hábiles
to = a, al, hasta
from = desde, desde el, a partir de, a partir del
except = menos, excepto, salvo
not = no, nunca, ningún, ni
saturday or not = laborable, laborables
"""
_PORTUGUESE = """
every = cada, a cada, todo, toda, todos os, todas as
every day = diário, diariamente, todos os dias, todo dia
every week = semanal, semanalmente, toda semana, todas as semanas
every month = mensal, mensalmente, todo mês, todos os meses
every quarter = trimestral, trimestralmente, cada trimestre
every year = anual, anualmente, todo ano, todos os anos
and = e
every working day = todos os dias úteis, todo dia útil, cada dia útil
working day = dia útil, dias úteis
every 2 weeks = quinzenal, quinzenalmente
to = a, à, até
from = desde, a partir de, a partir do
except = exceto, menos, salvo
not = não, nunca, nem
mondays = segundas, segundas-feiras
tuesdays = terças, terças-feiras
wednesdays = quartas, quartas-feiras
thursdays = quintas, quintas-feiras
fridays = sextas, sextas-feiras
saturdays = sábados
sundays = domingos
"""
_ITALIAN = """
every = ogni, tutti i, tutte le
every day = giornaliero, quotidiano, quotidianamente, ogni giorno, tutti i giorni
every week = settimanale, settimanalmente, ogni settimana
every month = mensile, mensilmente, ogni mese
every quarter = trimestrale, ogni trimestre
every year = annuale, annualmente, ogni anno
and = e, ed
to = a, al
from = da, dal, a partire da, a partire dal
except = tranne, eccetto, salvo, escluso
not = non, mai, nessun
saturday or not = feriale, feriali, lavorativo, lavorativi
"""
_DUTCH = """
every = elke, elk, iedere, ieder
every day = dagelijks, elke dag, iedere dag
every week = wekelijks, elke week, iedere week
every month = maandelijks, elke maand, iedere maand
every quarter = elk kwartaal, ieder kwartaal
every year = jaarlijks, elk jaar, ieder jaar
and = en
every 2 weeks = om de week, om de twee weken, om de 2 weken
quarter past = kwart over
quarter to = kwart voor
to = tot, tot en met, t/m
from = vanaf
except = behalve, behalve op, uitgezonderd
not = niet, nooit, geen
"""
_WORDS = {"de": _GERMAN, "fr": _FRENCH, "es": _SPANISH, "pt": _PORTUGUESE, "it": _ITALIAN, "nl": _DUTCH}


def in_english(phrase: str, locale: str) -> tuple[str, ...]:
    """Give the phrase as it is and in each way that it can be meant in that language, in one spelling."""
    plain = one_spelling(phrase)
    words = _words(re.split(r"[-_]", locale)[0].casefold())
    if words is None:
        return (plain,)
    meanings = words.meanings
    ranged = words.ranges.sub(words.range, _folded(plain))
    parts = [part.strip() for part in words.pattern.split(ranged)]
    ways = [
        (meanings[part],) if index % 2 else ("",) if not part else foreign.in_english(part, locale)
        for index, part in enumerate(parts)
    ]
    return tuple(dict.fromkeys((plain, *(" ".join(filter(None, way)) for way in product(*ways)))))


def known(phrase: str, locale: str) -> str:
    """Give the English of a phrase that stands among the words for how often, in that language; empty for any other."""
    words = _words(re.split(r"[-_]", locale)[0].casefold())
    return words.meanings.get(_folded(one_spelling(phrase)), "") if words else ""


@dataclass(frozen=True, slots=True)
class _Words:
    """What the words of a language mean, and what finds them and the ranges of its weekdays (`lun-ven`) in a phrase."""

    meanings: dict[str, str]
    weekdays: dict[str, str]
    pattern: re.Pattern[str]
    ranges: re.Pattern[str]

    def range(self, found: re.Match[str]) -> str:
        return " to ".join(self.weekdays[day.replace("-", " ")] for day in found.groups())


@cache
def _words(language: str) -> _Words | None:
    if language not in _WORDS:
        return None
    rows = [row.split(" = ") for row in _WORDS[language].splitlines() if row]
    every = [(english, _folded(word.strip())) for english, words in rows for word in words.split(",")]
    meanings = {word: english for english, word in every if english != "to"} | {"to": "to"}
    named = words_of(language)
    weekdays = {word: english[:-1] for english, word in every if re.fullmatch(rf"(?:{WEEKDAY})s", english)}
    for word, ways in named.meanings.items() if named else ():
        weekdays.update((word, way) for way in ways if re.fullmatch(WEEKDAY, way))
    # A hyphen is no part of a folded word, but of a range, and of the Portuguese segunda-feira.
    day = f"({_either(weekdays)})".replace(r"\ ", "[ -]")
    to = _either(word for english, word in every if english == "to")
    return _Words(
        meanings,
        weekdays,
        re.compile(rf"(?<!\S)({_either(meanings)})(?!\S)"),
        re.compile(rf"(?<!\S){day}\.?(?: ?- ?| (?:{to}) ){day}(?![\w-])"),
    )


def _either(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
