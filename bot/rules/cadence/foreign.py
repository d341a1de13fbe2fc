"""Recurrences in the language that a person's locale suggests, put into English.

One rule: the words for how often stand here; days and times of day are translated where deadlines are, and a phrase with an
unknown word is not translated.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import product

from bot.rules.dates import foreign
from bot.rules.dates.vocabulary import one_spelling

# A line is `English = foreign, foreign`. Werktage and wochentags may count Saturdays and stand nowhere, so they are asked back.
_GERMAN = """
every = jeden, jede, jedes, jedem, an jedem, alle
every day = täglich, jeden tag
every week = wöchentlich, einmal pro woche, einmal die woche
every month = monatlich, einmal im monat
every quarter = vierteljährlich, quartalsweise
every year = jährlich
and = und
mon to fri = montag bis freitag, von montag bis freitag, montags bis freitags
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
mon to fri = du lundi au vendredi
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
mon to fri = de lunes a viernes
"""
_PORTUGUESE = """
every = cada, a cada, todo, toda, todos os, todas as
every day = diário, diariamente, todos os dias, todo dia
every week = semanal, semanalmente, toda semana, todas as semanas
every month = mensal, mensalmente, todo mês, todos os meses
every quarter = trimestral, trimestralmente, cada trimestre
every year = anual, anualmente, todo ano, todos os anos
and = e
mon to fri = de segunda a sexta, de segunda à sexta
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
mon to fri = da lunedì a venerdì, dal lunedì al venerdì
"""
_DUTCH = """
every = elke, elk, iedere, ieder
every day = dagelijks, elke dag, iedere dag
every week = wekelijks, elke week, iedere week
every month = maandelijks, elke maand, iedere maand
every quarter = elk kwartaal, ieder kwartaal
every year = jaarlijks, elk jaar, ieder jaar
and = en
mon to fri = maandag tot vrijdag, van maandag tot vrijdag, maandag tot en met vrijdag, van maandag tot en met vrijdag
"""
_WORDS = {"de": _GERMAN, "fr": _FRENCH, "es": _SPANISH, "pt": _PORTUGUESE, "it": _ITALIAN, "nl": _DUTCH}


def in_english(phrase: str, locale: str) -> tuple[str, ...]:
    """Give the phrase as it is and in each way that it can be meant in that language, in one spelling."""
    plain = one_spelling(phrase)
    meanings = _meanings(re.split(r"[-_]", locale)[0].casefold())
    if not meanings:
        return (plain,)
    either = "|".join(sorted(map(re.escape, meanings), key=len, reverse=True))
    parts = [part.strip() for part in re.split(rf"(?<!\S)({either})(?!\S)", _folded(plain))]
    ways = [
        (meanings[part],) if index % 2 else ("",) if not part else foreign.in_english(part, locale)
        for index, part in enumerate(parts)
    ]
    return tuple(dict.fromkeys((plain, *(" ".join(filter(None, way)) for way in product(*ways)))))


def is_known(phrase: str, locale: str) -> bool:
    """Tell whether the phrase says how often, in that language."""
    return _meanings(re.split(r"[-_]", locale)[0].casefold()).get(_folded(one_spelling(phrase)), "and") != "and"


@cache
def _meanings(language: str) -> dict[str, str]:
    rows = (row.split(" = ") for row in _WORDS.get(language, "").splitlines() if row)
    return {_folded(word.strip()): english for english, words in rows for word in words.split(",")}


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
