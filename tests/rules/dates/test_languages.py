from __future__ import annotations

import pytest

from bot.rules.dates import looks_like_date
from tests.rules.dates.reading import asked, read

UNDERSTOOD = """
de-DE  heute                                  2027-01-13 17:00
de-DE  heute um 15 Uhr                        2027-01-13 15:00
de-DE  morgen                                 2027-01-14 17:00
de-DE  morgen um 9                            2027-01-14 09:00
de-AT  morgen früh um 8                       2027-01-14 08:00
de-DE  morgen Abend um 7                      2027-01-14 19:00
de-DE  morgen Mittag                          2027-01-14 12:00
de-DE  übermorgen                             2027-01-15 17:00
de-DE  uebermorgen 14:30 Uhr                  2027-01-15 14:30
de-DE  Freitag                                2027-01-15 17:00
de-DE  am Freitag um 14 Uhr                   2027-01-15 14:00
de-DE  bis Freitag, 12 Uhr                    2027-01-15 12:00
de-DE  Fr 16:00                               2027-01-15 16:00
de-DE  Freitagmittag                          2027-01-15 12:00
de-CH  Freitagabend um 8                      2027-01-15 20:00
de-DE  kommenden Montag                       2027-01-18 17:00
de-DE  nächsten Montag 9 Uhr 30               2027-01-18 09:30
de-DE  Freitag nächster Woche                 2027-01-22 17:00
de-DE  in zwei Wochen                         2027-01-27 17:00
de-DE  in einer Woche                         2027-01-20 17:00
de-DE  in 3 Tagen                             2027-01-16 17:00
de-DE  in drei Stunden                        2027-01-13 13:07
de-DE  in einer halben Stunde                 2027-01-13 10:37
de-DE  in 5 Arbeitstagen                      2027-01-20 17:00
de-DE  innerhalb von zwei Monaten             2027-03-13 17:00
de-DE  Ende der Woche                         2027-01-15 17:00
de-DE  bis Ende nächster Woche                2027-01-22 17:00
de-DE  Ende des Monats                        2027-01-31 17:00
de-DE  Monatsende                             2027-01-31 17:00
de-DE  Ende Februar                           2027-02-28 17:00
de-DE  Ende des Quartals                      2027-03-31 17:00
de-DE  Jahresende                             2027-12-31 17:00
de-DE  letzter Freitag im Monat               2027-01-29 17:00
de-DE  am letzten Arbeitstag des Monats       2027-01-29 17:00
de-DE  bis Feierabend                         2027-01-13 17:00
de-DE  am 20. um 15 Uhr                       2027-01-20 15:00
de-DE  1. Dezember 2027                       2027-12-01 17:00
de-DE  15. Feb. 14:00                         2027-02-15 14:00
de-AT  20. Jänner                             2027-01-20 17:00
de-DE  5. Maerz                               2027-03-05 17:00
de-DE  Fr, 15. Januar                         2027-01-15 17:00
de-DE  15.02.2027 um 9:30 Uhr                 2027-02-15 09:30
de-DE  Freitag halb zehn                      2027-01-15 09:30
de-DE  morgen viertel nach elf                2027-01-14 11:15
de-DE  morgen um halb 3 nachmittags           2027-01-14 14:30
de-DE  9 am Freitag                           2027-01-15 09:00
fr-FR  aujourd’hui à 16h                      2027-01-13 16:00
fr-FR  demain                                 2027-01-14 17:00
fr-FR  demain à 9h                            2027-01-14 09:00
fr-FR  demain matin à 8 heures                2027-01-14 08:00
fr-FR  demain midi                            2027-01-14 12:00
fr-FR  après-demain 14h30                     2027-01-15 14:30
fr-FR  vendredi                               2027-01-15 17:00
fr-FR  vendredi midi                          2027-01-15 12:00
fr-FR  vendredi à 15 heures                   2027-01-15 15:00
fr-FR  vendredi à 9 h 30                      2027-01-15 09:30
fr-FR  vendredi soir à 8h                     2027-01-15 20:00
fr-FR  lundi prochain                         2027-01-18 17:00
fr-FR  lundi prochain à neuf heures et demie  2027-01-18 09:30
fr-FR  vendredi de la semaine prochaine       2027-01-22 17:00
fr-FR  lundi en huit                          2027-01-25 17:00
fr-FR  pour vendredi                          2027-01-15 17:00
fr-FR  d’ici vendredi                         2027-01-15 17:00
fr-FR  dans deux semaines                     2027-01-27 17:00
fr-CA  dans 3 jours                           2027-01-16 17:00
fr-FR  d’ici 10 jours                         2027-01-23 17:00
fr-FR  dans une heure                         2027-01-13 11:07
fr-FR  dans une demi-heure                    2027-01-13 10:37
fr-FR  sous 48 heures                         2027-01-15 10:07
fr-FR  dans trois jours ouvrés                2027-01-18 17:00
fr-FR  fin de journée                         2027-01-13 17:00
fr-FR  vendredi en fin de journée             2027-01-15 17:00
fr-FR  fin de semaine                         2027-01-15 17:00
fr-FR  fin du mois                            2027-01-31 17:00
fr-FR  à la fin du mois prochain              2027-02-28 17:00
fr-FR  fin mars                               2027-03-31 17:00
fr-FR  fin de l’année                         2027-12-31 17:00
fr-FR  dernier vendredi du mois               2027-01-29 17:00
fr-FR  le 20                                  2027-01-20 17:00
fr-FR  le 20 à 15h                            2027-01-20 15:00
fr-FR  le 1er février                         2027-02-01 17:00
fr-FR  15 fevr 2027                           2027-02-15 17:00
fr-FR  vendredi 15 janvier à midi             2027-01-15 12:00
fr-FR  mar. 14h                               2027-01-19 14:00
es-ES  hoy a las 16:00                        2027-01-13 16:00
es-ES  mañana                                 2027-01-14 17:00
es-ES  mañana a las 9                         2027-01-14 09:00
es-MX  manana por la mañana a las 8           2027-01-14 08:00
es-ES  mañana a las 5 de la tarde             2027-01-14 17:00
es-ES  pasado mañana a mediodía               2027-01-15 12:00
es-ES  viernes                                2027-01-15 17:00
es-ES  el viernes a las 15:30                 2027-01-15 15:30
es-ES  viernes a las nueve y media            2027-01-15 09:30
es-ES  para el viernes                        2027-01-15 17:00
es-ES  el próximo lunes                       2027-01-18 17:00
es-AR  el lunes que viene a las 10            2027-01-18 10:00
es-ES  viernes de la próxima semana           2027-01-22 17:00
es-ES  en dos semanas                         2027-01-27 17:00
es-ES  dentro de 3 días                       2027-01-16 17:00
es-ES  en media hora                          2027-01-13 10:37
es-ES  en 3 días hábiles                      2027-01-18 17:00
es-ES  fin de mes                             2027-01-31 17:00
es-MX  a finales de febrero                   2027-02-28 17:00
es-ES  final de la semana                     2027-01-15 17:00
es-ES  fin del año                            2027-12-31 17:00
es-ES  último viernes del mes                 2027-01-29 17:00
es-ES  el 20 a las 15h                        2027-01-20 15:00
es-ES  el día 20                              2027-01-20 17:00
es-ES  3 de marzo de 2027                     2027-03-03 17:00
es-ES  miercoles 20 de enero                  2027-01-20 17:00
es-ES  fin del día                            2027-01-13 17:00
pt-BR  hoje às 16h                            2027-01-13 16:00
pt-BR  amanhã                                 2027-01-14 17:00
pt-BR  amanhã às 9                            2027-01-14 09:00
pt-PT  amanha de manhã às 8h30                2027-01-14 08:30
pt-BR  depois de amanhã ao meio-dia           2027-01-15 12:00
pt-BR  sexta-feira                            2027-01-15 17:00
pt-BR  até sexta às 15h                       2027-01-15 15:00
pt-BR  6ª-feira às 14:00                      2027-01-15 14:00
pt-BR  próxima segunda às 10                  2027-01-18 10:00
pt-BR  sexta da próxima semana                2027-01-22 17:00
pt-BR  em duas semanas                        2027-01-27 17:00
pt-BR  daqui a 3 dias                         2027-01-16 17:00
pt-BR  em 2 horas                             2027-01-13 12:07
pt-BR  em cinco dias úteis                    2027-01-20 17:00
pt-BR  fim do mês                             2027-01-31 17:00
pt-BR  final de março                         2027-03-31 17:00
pt-PT  fim da semana                          2027-01-15 17:00
pt-BR  fim do ano                             2027-12-31 17:00
pt-BR  última sexta do mês                    2027-01-29 17:00
pt-BR  dia 20 às 15h                          2027-01-20 15:00
pt-BR  1º de fevereiro                        2027-02-01 17:00
pt-BR  5 de março de 2027                     2027-03-05 17:00
pt-BR  fim do dia                             2027-01-13 17:00
it-IT  oggi alle 16                           2027-01-13 16:00
it-IT  domani                                 2027-01-14 17:00
it-IT  domani alle 9                          2027-01-14 09:00
it-IT  domani mattina alle 8                  2027-01-14 08:00
it-IT  dopodomani a mezzogiorno               2027-01-15 12:00
it-IT  venerdì                                2027-01-15 17:00
it-IT  entro venerdì alle ore 15              2027-01-15 15:00
it-IT  venerdi alle nove e mezza              2027-01-15 09:30
it-IT  lunedì prossimo                        2027-01-18 17:00
it-IT  venerdì della prossima settimana       2027-01-22 17:00
it-IT  tra due settimane                      2027-01-27 17:00
it-IT  fra 3 giorni                           2027-01-16 17:00
it-IT  tra un’ora                             2027-01-13 11:07
it-IT  entro 3 ore                            2027-01-13 13:07
it-IT  entro 5 giorni lavorativi              2027-01-20 17:00
it-IT  fine mese                              2027-01-31 17:00
it-IT  entro la fine del mese                 2027-01-31 17:00
it-IT  fine anno                              2027-12-31 17:00
it-IT  ultimo venerdì del mese                2027-01-29 17:00
it-IT  il 20 alle 15                          2027-01-20 15:00
it-IT  1° marzo                               2027-03-01 17:00
it-IT  5 marzo 2027                           2027-03-05 17:00
it-IT  mar 9 marzo                            2027-03-09 17:00
nl-NL  vandaag om 16.00 uur                   2027-01-13 16:00
nl-NL  morgen                                 2027-01-14 17:00
nl-NL  morgen om 9 uur                        2027-01-14 09:00
nl-NL  morgenochtend om 8 uur                 2027-01-14 08:00
nl-BE  overmorgen 14u30                       2027-01-15 14:30
nl-NL  vrijdag                                2027-01-15 17:00
nl-NL  vrijdagmiddag om 3 uur                 2027-01-15 15:00
nl-NL  vrijdag half tien                      2027-01-15 09:30
nl-NL  uiterlijk vrijdag 15:00                2027-01-15 15:00
nl-NL  volgende maandag                       2027-01-18 17:00
nl-NL  vrijdag volgende week                  2027-01-22 17:00
nl-NL  over twee weken                        2027-01-27 17:00
nl-NL  over 3 dagen                           2027-01-16 17:00
nl-NL  over een uur                           2027-01-13 11:07
nl-NL  binnen 5 werkdagen                     2027-01-20 17:00
nl-NL  eind van de maand                      2027-01-31 17:00
nl-NL  eind februari                          2027-02-28 17:00
nl-NL  einde van de week                      2027-01-15 17:00
nl-NL  laatste vrijdag van de maand           2027-01-29 17:00
nl-NL  de 20e om 15 uur                       2027-01-20 15:00
nl-NL  1 maart 2027                           2027-03-01 17:00
nl-NL  12 uur ’s middags                      2027-01-13 12:00
nl-NL  einde van de dag                       2027-01-13 17:00
pl-PL  piątek 14:00                           2027-01-15 14:00
pl-PL  za 2 tygodnie                          2027-01-27 17:00
pl-PL  jutro                                  2027-01-14 17:00
pl-PL  15 lutego 2027                         2027-02-15 17:00
sv-SE  fredag 14:00                           2027-01-15 14:00
sv-SE  15 februari                            2027-02-15 17:00
da-DK  15. februar 2027                       2027-02-15 17:00
tr-TR  yarın 14:00                            2027-01-14 14:00
ru-RU  завтра 14:00                           2027-01-14 14:00
ru-RU  15 февраля 2027                        2027-02-15 17:00
uk-UA  п'ятниця                               2027-01-15 17:00
ja-JP  明日 14:00                               2027-01-14 14:00
cs-CZ  15. února 2027                         2027-02-15 17:00
"""

PHRASES = [(row[7:].rsplit("  ", 1)[0].strip(), row[:7].strip(), row[-16:]) for row in UNDERSTOOD.strip().splitlines()]


@pytest.mark.parametrize(("phrase", "locale", "expected"), PHRASES)
def test_the_words_of_the_locale_s_language_are_understood(phrase: str, locale: str, expected: str) -> None:
    assert read(phrase, locale=locale) == expected


# In two ways, past, without a day, or a day that does not exist; the last ones are of another language than the locale's.
ASKED = """
de-DE  Mittwoch
de-DE  nächsten Freitag
de-DE  um 3
de-DE  Freitag um 3 Uhr
de-DE  Freitag halb 3
de-DE  um 3 am Freitag
de-DE  nächste Woche
de-DE  nächsten Monat
de-DE  Dezember
de-DE  Anfang Februar
de-DE  Mitte Februar
de-DE  heute Abend
de-DE  morgen früh
de-DE  am Wochenende
de-DE  gestern
de-DE  letzten Freitag
de-DE  vor Freitag
de-DE  nach Freitag
de-DE  nicht vor Freitag
de-DE  Freitag oder Montag
de-DE  jeden Freitag
de-DE  in acht Tagen
de-DE  in 3 Werktagen
de-DE  gegen Mittag
de-DE  bald
de-DE  sofort
de-DE  30. Februar
de-DE  Sa, 15. Januar
de-DE  Freitag 9
de-DE  drei
de-DE  die Woche
de-DE  viertel drei
de-DE  KW 7
de-DE  Freitag in der Früh oder so
fr-FR  mercredi
fr-FR  vendredi prochain
fr-FR  à 3h
fr-FR  3 heures
fr-FR  15 heures
fr-FR  dans 15 jours
fr-FR  dans huit jours
fr-FR  la semaine prochaine
fr-FR  ce soir
fr-FR  demain matin
fr-FR  mai
fr-FR  début mars
fr-FR  mi-mars
fr-FR  avant vendredi
fr-FR  après vendredi
fr-FR  hier
fr-FR  vendredi dernier
fr-FR  5 jours ouvrables
fr-CA  fin de semaine
fr-FR  dès que possible
fr-FR  le 31 février
fr-FR  samedi 15 janvier
fr-FR  vers midi
fr-FR  fin mar
es-ES  miércoles
es-ES  a las 3
es-ES  viernes por la tarde
es-ES  esta noche
es-ES  próximo viernes
es-ES  la próxima semana
es-ES  el fin de semana
es-ES  en quince días
es-ES  mayo
es-ES  a mediados de marzo
es-ES  antes del viernes
es-ES  ayer
es-ES  el viernes pasado
es-ES  cuanto antes
es-ES  30 de febrero
es-ES  lunes o martes
es-ES  de lunes a viernes
es-ES  la una y media
pt-BR  quarta
pt-BR  às 3
pt-BR  próxima sexta
pt-BR  semana que vem
pt-BR  hoje à noite
pt-BR  fim de semana
pt-BR  março
pt-BR  ontem
pt-BR  sexta passada
pt-BR  antes de sexta
pt-BR  31 de abril
pt-BR  segunda a sexta
pt-BR  em quinze dias
pt-BR  logo
it-IT  mercoledì
it-IT  alle 3
it-IT  venerdì prossimo
it-IT  stasera
it-IT  la settimana prossima
it-IT  fine settimana
it-IT  metà marzo
it-IT  ieri
it-IT  prima di venerdì
it-IT  30 febbraio
it-IT  5 sett
it-IT  appena possibile
nl-NL  woensdag
nl-NL  om 3 uur
nl-NL  vrijdag half 3
nl-NL  volgende vrijdag
nl-NL  volgende week
nl-NL  half februari
nl-NL  voor vrijdag
nl-NL  gisteren
nl-NL  vorige vrijdag
nl-NL  30 februari
nl-NL  zo snel mogelijk
nl-NL  vanavond
en-US  morgen um 9
en-GB  vendredi midi
fr-FR  morgen um 9
de-DE  mañana
ja-JP  来週
pl-PL  w piątek albo w sobotę
de-DE  Freitag von 9 bis 15 Uhr
de-DE  vom 15. bis 20. Februar
de-DE  freitags
de-DE  8h
de-DE  in 1,5 Stunden
fr-FR  vendredi de 9h à 15h
fr-FR  du 15 au 20 février
fr-FR  pas vendredi
fr-FR  tous les vendredis
es-ES  los viernes
es-ES  viernes de 9 a 15
es-ES  del 15 al 20 de febrero
pt-BR  das 9 às 15 de sexta
pt-BR  às sextas
it-IT  dal 15 al 20 febbraio
it-IT  venerdì tra le 15 e le 16
it-IT  tutti i venerdì
nl-NL  van 9 tot 15 uur
nl-NL  elke vrijdag
nl-NL  de week van 15 februari
nl-NL  over acht dagen
it-IT  fine settimana prossima alle 9
"""


@pytest.mark.parametrize(("phrase", "locale"), [(row[7:], row[:7].strip()) for row in ASKED.strip().splitlines()])
def test_what_is_not_clear_in_that_language_is_asked_back(phrase: str, locale: str) -> None:
    asked(phrase, locale=locale)


def test_words_that_are_understood_are_refused_for_what_they_mean() -> None:
    assert "in the past" in asked("gestern", locale="de")[0]
    assert "a whole month" in asked("Dezember", locale="de")[0]
    assert "not a day that exists" in asked("30 de febrero", locale="es")[0]
    assert "15 Jan 2027 is a Friday" in asked("samedi 15 janvier", locale="fr")[0]


@pytest.mark.parametrize(
    ("phrase", "locale", "readings"),
    [
        ("nächsten Freitag", "de-DE", ["2027-01-15 17:00", "2027-01-22 17:00"]),
        ("um 3 am Freitag", "de-DE", ["2027-01-15 03:00", "2027-01-15 15:00"]),
        ("dans 15 jours", "fr-FR", ["2027-01-27 17:00", "2027-01-28 17:00"]),
        ("in acht Tagen", "de-DE", ["2027-01-20 17:00", "2027-01-21 17:00"]),
        ("15 heures", "fr-FR", ["2027-01-13 15:00", "2027-01-14 01:07"]),
        ("fin de semaine", "fr-CA", ["2027-01-15 17:00", "2027-01-17 17:00"]),
        ("fin mar", "fr-FR", ["2027-01-19 17:00", "2027-03-31 17:00"]),
    ],
)
def test_two_meanings_of_foreign_words_are_both_offered(phrase: str, locale: str, readings: list[str]) -> None:
    assert asked(phrase, locale=locale)[1] == readings


def test_a_date_in_the_locale_s_language_looks_like_one() -> None:
    assert looks_like_date("Freitag um 14 Uhr", "de-DE")
    assert looks_like_date("fin du mois", "fr_FR")
    assert not looks_like_date("Freitag um 14 Uhr", "fr-FR")
    assert not looks_like_date("die Technik", "de-DE")


@pytest.mark.parametrize(
    ("phrase", "locale", "expected"),
    [
        ("03/04", "en-US", "2027-03-04 17:00"),
        ("03/04", "en_GB", "2027-04-03 17:00"),
        ("03/04/27", "de-DE", "2027-04-03 17:00"),
        ("3. Dezember", "de-DE", "2027-12-03 17:00"),
        ("1er décembre", "fr", "2027-12-01 17:00"),
        ("1 de diciembre de 2027", "es-ES", "2027-12-01 17:00"),
        ("1 December at 14:00", "fr-FR", "2027-12-01 14:00"),
    ],
)
def test_the_locale_settles_the_order_and_the_names_of_months(phrase: str, locale: str, expected: str) -> None:
    assert read(phrase, locale=locale) == expected


@pytest.mark.parametrize(
    ("phrase", "locale"),
    [
        ("15/04", "en-US"),
        ("03/04", "en"),
        ("03/04", "en-CA"),
        ("03/04", "es-US"),
        ("03/04", "fr-CA"),
        ("3 abends", "de"),
        ("3. dezember", "tlh"),
        ("3 ago", "en-GB"),
    ],
)
def test_a_locale_that_does_not_settle_it_leaves_the_question(phrase: str, locale: str) -> None:
    asked(phrase, locale=locale)
