"""Recurrences as busy people typed them who knew nothing of what is read here, some with the name of a meeting beside them.

Somebody in Berlin on Wednesday 18 November 2026 at 10:20; the language before the colon is that of their account.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.rules.cadence import Unclear, in_words, lift

ZONE = "Europe/Berlin"
NOW = datetime(2026, 11, 18, 10, 20, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)

# What is typed = what is said back = the name.
UNDERSTOOD = """
en: every other Tuesday 10am                           = every other Tuesday at 10:00, from 24 November 2026 =
en: first working day of the month at 9                = on the first working day of the month at 09:00 =
en: weekdays except Friday 9:15                        = every Monday to Thursday at 09:15 =
en: last Friday monthly at 16h                         = on the last Friday of the month at 16:00 =
en: every 2 weeks on mon and thu at 14:00              = every 2 weeks on Monday and Thursday at 14:00, from 19 November 2026 =
en: every day at noon                                  = every day at 12:00 =
de: jeden Montag um 9 Uhr                              = every Monday at 09:00 =
fr: tous les lundis à 9h30                             = every Monday at 09:30 =
en: every weekday at 9                                 = every weekday at 09:00 =
en: Mon-Fri 8:45                                       = every weekday at 08:45 =
en: mondays and wednesdays 3pm                         = every Monday and Wednesday at 15:00 =
en: Tuesdays @ 10                                      = every Tuesday at 10:00 =
en: weekly on thursday 4.30pm                          = every Thursday at 16:30 =
en: fortnightly on Wednesdays at 1pm                   = every other Wednesday at 13:00, from 18 November 2026 =
en: monthly on the 15th at 10:00                       = on the 15th of the month at 10:00 =
en: on the 1st and 15th of every month, 9am            = on the 1st and 15th of the month at 09:00 =
en: last day of the month 5pm                          = on the last day of the month at 17:00 =
en: last working day of every month at 15:00           = on the last working day of the month at 15:00 =
en: second Tuesday of the month 10:30                  = on the second Tuesday of the month at 10:30 =
en: 1st and 3rd Thursday each month at 14h             = on the first and third Thursday of the month at 14:00 =
en: every third week on Monday 9am                     = every 3 weeks on Monday at 09:00, from 23 November 2026 =
en: every 3 months on the 1st at 9:00                  = every 3 months on the 1st of the month at 09:00, from 1 December 2026 =
en: quarterly on the first Monday at 10                = on the first Monday of the quarter at 10:00 =
en: first Monday of every quarter at 10                = on the first Monday of the quarter at 10:00 =
en: every two days at 9                                = every other day at 09:00, from 19 November 2026 =
en: every monday morning at half past nine             = every Monday at 09:30 =
en: workdays 09:00                                     = every weekday at 09:00 =
en: every day but weekends 10am                        = every weekday at 10:00 =
en: every 14 days on Tuesday at 9:30                   = every other Tuesday at 09:30, from 24 November 2026 =
en: annually on 1 March at 9                           = every year on 1 March at 09:00 =
de: Mo-Do 9 Uhr                                        = every Monday to Thursday at 09:00 =
de: alle zwei Wochen dienstags um 10:00                = every other Tuesday at 10:00, from 24 November 2026 =
de: jeden ersten Montag im Monat um 14 Uhr             = on the first Monday of the month at 14:00 =
de: am letzten Freitag des Monats um 15 Uhr            = on the last Friday of the month at 15:00 =
fr: tous les jours ouvrés à 9h                         = every weekday at 09:00 =
fr: un mardi sur deux à 10h                            = every other Tuesday at 10:00, from 24 November 2026 =
fr: le premier lundi du mois à 14h                     = on the first Monday of the month at 14:00 =
es: todos los lunes a las 9:30                         = every Monday at 09:30 =
es: cada dos semanas los jueves a las 16:00            = every other Thursday at 16:00, from 19 November 2026 =
pt: toda segunda-feira às 9h                           = every Monday at 09:00 =
pt: a cada 15 dias na sexta às 10h                     = every other Friday at 10:00, from 20 November 2026 =
it: ogni lunedì alle 9                                 = every Monday at 09:00 =
it: ogni due settimane il martedì alle 10              = every other Tuesday at 10:00, from 24 November 2026 =
nl: elke maandag om 9 uur                              = every Monday at 09:00 =
nl: om de week op donderdag om 14:00                   = every other Thursday at 14:00, from 19 November 2026 =
nl: de laatste vrijdag van de maand om 15 uur          = on the last Friday of the month at 15:00 =
en: mondays only at 9                                  = every Monday at 09:00 =
en: tues. & thurs. 2pm                                 = every Tuesday and Thursday at 14:00 =
en: last thurs of month 2pm                            = on the last Thursday of the month at 14:00 =
en: every 1st monday 9am                               = on the first Monday of the month at 09:00 =
en: first and last day of the month at 9               = on the 1st and last day of the month at 09:00 =
en: every 10th working day at 9                        = on the tenth working day of the month at 09:00 =
en: 3rd working day of each month 10:00                = on the third working day of the month at 10:00 =
en: every june and december on the 1st at 9            = on the 1st of June and December at 09:00 =
en: 15 january, april, july at 9                       = on the 15th of January, April and July at 09:00 =
en: at 9 every morning                                 = every day at 09:00 =
en: every morning 9:00                                 = every day at 09:00 =
en: standup: daily at 9:30 except weekends             = every weekday at 09:30 = standup
en: every 6 weeks on wed at 10                         = every 6 weeks on Wednesday at 10:00, from 25 November 2026 =
en: everyday except mon & tue 10:00                    = every Wednesday to Sunday at 10:00 =
en: every monday to wednesday except tuesday at 9      = every Monday and Wednesday at 09:00 =
de: Mo-Mi 9 Uhr                                        = every Monday to Wednesday at 09:00 =
de: Mo - Fr 9:00                                       = every weekday at 09:00 =
de: Mo–Fr um 9 Uhr                                     = every weekday at 09:00 =
de: Montag-Donnerstag um 9                             = every Monday to Thursday at 09:00 =
de: Mo bis Do um 9 Uhr                                 = every Monday to Thursday at 09:00 =
de: montags, mittwochs 9 Uhr                           = every Monday and Wednesday at 09:00 =
de: jeden 2. Dienstag um 10 Uhr                        = every other Tuesday at 10:00, from 24 November 2026 =
de: täglich außer Freitag um 9                         = every Saturday to Thursday at 09:00 =
de: täglich ausser am Wochenende um 9 Uhr              = every weekday at 09:00 =
de: jeden Arbeitstag um 9 Uhr                          = every weekday at 09:00 =
de: erster Arbeitstag im Monat um 9 Uhr                = on the first working day of the month at 09:00 =
de: am 15. jedes Monats um 10 Uhr                      = on the 15th of the month at 10:00 =
de: alle 14 Tage dienstags um 10 Uhr                   = every other Tuesday at 10:00, from 24 November 2026 =
de: letzter Arbeitstag des Monats 17 Uhr               = on the last working day of the month at 17:00 =
de: jeden Montag halb zehn                             = every Monday at 09:30 =
de: jeden Montag um Viertel nach 9                     = every Monday at 09:15 =
de: jeden Montag ab 1. Dezember um 9 Uhr               = every Monday at 09:00, from 7 December 2026 =
de: jeden zweiten Mittwoch im Monat um 10 Uhr          = on the second Wednesday of the month at 10:00 =
fr: lun-ven 9h                                         = every weekday at 09:00 =
fr: lundi-jeudi 9h                                     = every Monday to Thursday at 09:00 =
fr: du lundi au jeudi à 9h                             = every Monday to Thursday at 09:00 =
fr: lundi et jeudi à 9h                                = every Monday and Thursday at 09:00 =
fr: tous les jours sauf le lundi à 9h                  = every Tuesday to Sunday at 09:00 =
fr: tous les 15 jours le mardi à 10h                   = every other Tuesday at 10:00, from 24 November 2026 =
fr: une semaine sur deux le mardi à 10h                = every other Tuesday at 10:00, from 24 November 2026 =
fr: le dernier vendredi du mois à 16h                  = on the last Friday of the month at 16:00 =
fr: le dernier jour ouvré du mois à 17h                = on the last working day of the month at 17:00 =
fr: le 15 de chaque mois à 10h                         = on the 15th of the month at 10:00 =
fr: toutes les deux semaines le jeudi à 14h            = every other Thursday at 14:00, from 19 November 2026 =
fr: jours ouvrés à 9h                                  = every weekday at 09:00 =
es: lunes-viernes 9:00                                 = every weekday at 09:00 =
es: de lunes a jueves a las 9                          = every Monday to Thursday at 09:00 =
es: lunes a viernes a las 9                            = every weekday at 09:00 =
es: lunes y jueves a las 9                             = every Monday and Thursday at 09:00 =
es: todos los días menos el lunes a las 9              = every Tuesday to Sunday at 09:00 =
es: cada día hábil a las 9                             = every weekday at 09:00 =
es: último viernes de cada mes a las 16h               = on the last Friday of the month at 16:00 =
es: el 15 de cada mes a las 10                         = on the 15th of the month at 10:00 =
es: cada 15 días los viernes a las 9                   = every other Friday at 09:00, from 20 November 2026 =
pt: seg-sex 9h                                         = every weekday at 09:00 =
pt: segunda a sexta às 9h                              = every weekday at 09:00 =
pt: segunda e quinta às 9h                             = every Monday and Thursday at 09:00 =
pt: dias úteis às 9h                                   = every weekday at 09:00 =
pt: todos os dias úteis às 9h                          = every weekday at 09:00 =
pt: todos os dias exceto segunda às 9h                 = every Tuesday to Sunday at 09:00 =
pt: último dia útil do mês às 15h                      = on the last working day of the month at 15:00 =
pt: primeira segunda-feira do mês às 10h               = on the first Monday of the month at 10:00 =
pt: quinzenalmente na sexta às 10h                     = every other Friday at 10:00, from 20 November 2026 =
it: lun-ven alle 9                                     = every weekday at 09:00 =
it: lunedì-giovedì alle 9                              = every Monday to Thursday at 09:00 =
it: da lunedì a giovedì alle 9                         = every Monday to Thursday at 09:00 =
it: lunedì e giovedì alle 9                            = every Monday and Thursday at 09:00 =
it: ogni giorno tranne il lunedì alle 9                = every Tuesday to Sunday at 09:00 =
it: ultimo venerdì del mese alle 15                    = on the last Friday of the month at 15:00 =
it: primo lunedì di ogni mese alle 10                  = on the first Monday of the month at 10:00 =
it: il 15 di ogni mese alle 10                         = on the 15th of the month at 10:00 =
nl: ma-vr 9:00                                         = every weekday at 09:00 =
nl: ma-do om 9 uur                                     = every Monday to Thursday at 09:00 =
nl: maandag t/m donderdag om 9 uur                     = every Monday to Thursday at 09:00 =
nl: maandag en donderdag om 9 uur                      = every Monday and Thursday at 09:00 =
nl: elke dag behalve maandag om 9 uur                  = every Tuesday to Sunday at 09:00 =
nl: werkdagen om 9 uur                                 = every weekday at 09:00 =
nl: elke werkdag om 9 uur                              = every weekday at 09:00 =
nl: elke 2 weken op dinsdag om 10 uur                  = every other Tuesday at 10:00, from 24 November 2026 =
nl: om de twee weken op dinsdag om 10 uur              = every other Tuesday at 10:00, from 24 November 2026 =
nl: eerste maandag van de maand om 10 uur              = on the first Monday of the month at 10:00 =
nl: de 15e van elke maand om 10 uur                    = on the 15th of the month at 10:00 =
de: Jour fixe Mo-Do um 9 Uhr                           = every Monday to Thursday at 09:00 = Jour fixe
de: Bericht freitags bis 12 Uhr                        = every Friday at 12:00 = Bericht
de: Bericht bis freitags 12 Uhr                        = every Friday at 12:00 = Bericht
de: Montag-Review dienstags um 9 Uhr                   = every Tuesday at 09:00 = Montag-Review
de: Ab-Stimmung jeden Montag um 9 Uhr                  = every Monday at 09:00 = Ab-Stimmung
de: jeden Montag und Mittwoch-Freitag um 9 Uhr         = every Monday, Wednesday, Thursday and Friday at 09:00 =
de: Mo, Mi-Fr 9 Uhr                                    = every Monday, Wednesday, Thursday and Friday at 09:00 =
de: Mo.-Fr. 9:00                                       = every weekday at 09:00 =
de: Montag - Mittwoch 9 Uhr                            = every Monday to Wednesday at 09:00 =
fr: Point équipe lun-jeu 9h                            = every Monday to Thursday at 09:00 = Point équipe
fr: comité un lundi sur deux à 10h                     = every other Monday at 10:00, from 23 November 2026 = comité
fr: produit et design tous les lundis à 9h             = every Monday at 09:00 = produit et design
fr: un point tous les lundis à 9h                      = every Monday at 09:00 = un point
fr: point du lundi à mardi 9h                          = every Monday and Tuesday at 09:00 = point
fr: tous les lundis à 9h à partir du 1er décembre      = every Monday at 09:00, from 7 December 2026 =
fr: mar-jeu 9h                                         = every Tuesday to Thursday at 09:00 =
es: comité de lunes a jueves a las 9                   = every Monday to Thursday at 09:00 = comité
es: lunes-miércoles y viernes a las 9                  = every Monday, Tuesday, Wednesday and Friday at 09:00 =
es: mar-jue 10:00                                      = every Tuesday to Thursday at 10:00 =
pt: segunda-feira a sexta-feira às 9h                  = every weekday at 09:00 =
pt: segunda-feira–quinta-feira às 9h                   = every Monday to Thursday at 09:00 =
pt: segunda-quinta 9h                                  = every Monday to Thursday at 09:00 =
pt: reunião de segunda a quinta às 9h                  = every Monday to Thursday at 09:00 = reunião
pt: segunda e terça às 9h                              = every Monday and Tuesday at 09:00 =
pt: dia 15 de cada mês às 10h                          = on the 15th of the month at 10:00 =
it: riunione da lunedì a giovedì alle 9                = every Monday to Thursday at 09:00 = riunione
it: ogni lunedì alle 9 dal 1 dicembre                  = every Monday at 09:00, from 7 December 2026 =
it: lun, mer e ven alle 9                              = every Monday, Wednesday and Friday at 09:00 =
nl: overleg ma t/m do 9:00                             = every Monday to Thursday at 09:00 = overleg
nl: ma-wo en vr 9:00                                   = every Monday, Tuesday, Wednesday and Friday at 09:00 =
en: CET review every tuesday at 9                      = every Tuesday at 09:00 = CET review
en: no-blockers round every tuesday at 9               = every Tuesday at 09:00 = no-blockers round
en: after-sales call every tuesday at 9                = every Tuesday at 09:00 = after-sales call
en: mornings-only sync every tuesday at 9              = every Tuesday at 09:00 = mornings-only sync
en: “not a meeting” every tuesday at 9                 = every Tuesday at 09:00 = not a meeting
en: @ 10 tuesdays                                      = every Tuesday at 10:00 =
en: every 21 days on friday at 9                       = every 3 weeks on Friday at 09:00, from 20 November 2026 =
en: every 7 days at 9                                  = every 7 days at 09:00, from 19 November 2026 =
en: every 14 days at 9                                 = every 14 days at 09:00, from 19 November 2026 =
en: daily apart from weekends at 9                     = every weekday at 09:00 =
en: daily, but not on weekends, at 9                   = every weekday at 09:00 =
en: 2nd and last friday of the month at 9              = on the second and last Friday of the month at 09:00 =
en: 15th and last day of the month at 9                = on the 15th and last day of the month at 09:00 =
en: sync wed-fri 9am                                   = every Wednesday to Friday at 09:00 = sync
nl: elke maandag om kwart over 9                       = every Monday at 09:15 =
de: Viertel nach 9 montags                             = every Monday at 09:15 =
"""

ASKED_BACK = """
en: quarterly
en: daily
en: the 31st of each month
en: biweekly on Friday at 11am
en: twice a week
en: twice a month
en: once a month
en: each friday afternoon
en: tuesday
en: whenever needed
en: every now and then
en: every Monday at 25:00
en: every 0 weeks on Monday
en: every 5th Friday at 10
en: not on Mondays
en: Monday at 9 and Thursday at 14
en: every hour
en: every minute
en: next Monday at 9
en: every Monday until Christmas 9am
en: every 45th of the month
en: every Blursday at 9
en: the 2nd last Friday of the month 9am
de: werktags um 9:15
en: not on Mondays at 9
en: never on fridays at 9
en: every tuesday at 9 (not in August)
en: every weekday at 9, no Fridays
en: every tuesday at 10 unless it is a holiday
en: weekdays minus friday 9:00
en: every tuesday at 9 for 6 weeks
en: every tuesday at 9 until march
en: second to last friday of the month at 9
en: penultimate friday of the month at 9
en: third last day of the month at 9
en: every other weekday at 9
en: tuesdays or thursdays at 10
en: mon wed fri 9
en: mon, tue and thu 9.30
en: M-F 9am
en: T/Th 10am
en: every mon, alternate thu at 9
en: 1st monday 9am
en: 2 days before month end at 9
en: the day before the last day of the month at 9
en: the monday after the first friday at 9
en: mornings at 9
en: every monday 9-10
en: every monday 9:00-10:00
en: every monday between 9 and 10
en: every monday at 9 or 10
en: every monday 9am CET
en: every monday at 9am EST
en: weekly standup monday 9:15
en: no meetings on friday, otherwise daily 9:00
en: biweekly
en: weekly
en: every half year on 1 july at 9
en: twice weekly mon and thu 9
en: monthly on the second last friday at 9
en: every weekend at 10
en: tuesdays & thursdays, 10:00 and 15:00
de: Mo + Do 9 Uhr
de: werktags außer freitags um 9 Uhr
de: nicht montags um 9 Uhr
de: jeden Werktag um 9 Uhr
de: vorletzter Freitag im Monat um 9 Uhr
fr: tous les lundis sauf en août à 9h
fr: pas le lundi à 9h
fr: tous les deux mardis à 10h
fr: l'avant-dernier vendredi du mois à 9h
fr: chaque jour ouvrable à 9h
fr: en semaine à 9h
es: días laborables a las 9
es: penúltimo viernes del mes a las 9
es: lunes alternos a las 9
es: todos los lunes excepto en agosto a las 9
es: nunca los lunes a las 9
pt: todo dia 15 às 10h
it: giorni feriali alle 9
it: ogni giorno lavorativo alle 9
it: il penultimo venerdì del mese alle 9
it: mai di lunedì alle 9
nl: voorlaatste vrijdag van de maand om 9 uur
nl: nooit op maandag om 9 uur
de: Status bis auf Weiteres montags um 9 Uhr
de: ab nächster Woche jeden Montag um 9 Uhr
de: Mo/Mi/Fr 9 Uhr
de: jeden Montag außer Ostermontag um 9 Uhr
de: nie wieder: jeden Montag um 9 Uhr
fr: point sur deux projets tous les mardis à 9h
fr: revue d'un mois tous les lundis à 9h
fr: un jour sur deux à 9h
fr: un vendredi sur deux du mois à 9h
fr: de mars à mai le lundi à 9h
es: reunión no formal los lunes a las 9
es: a partir del 1 de diciembre cada lunes a las 9
pt: segunda terça do mês às 9h
pt: toda segunda terça-feira do mês às 9h
it: dal 1 dicembre ogni lunedì alle 9
it: giorni lavorativi alle 9
nl: vanaf 1 december elke maandag om 9 uur
en: every tuesday at 9 CET review
en: day after review every tuesday at 9
en: every tuesday 9am ET
en: every tuesday 9:00 PT steering
en: every 10 days on friday at 9
en: mon-fri except weekends at 9
en: first thing every monday
en: every friday before noon
en: last tuesday at 9
en: second, last friday of the month at 9
en: third to last working day at 9
en: every monday at 9 from 1 december not 1 january
en: weekly on monday, not tuesday, at 9
en: every tuesday, no exceptions, at 9
en: bi-weekly sync every two weeks on monday at 9
en: every mon at 9 PST
de: Mo um Viertel vor 10
fr: tous les mardis 24
de: Status montags um Viertel nach 9 Uhr
"""


@pytest.mark.parametrize("row", UNDERSTOOD.strip().splitlines())
def test_what_a_stranger_types_is_said_back(row: str) -> None:
    typed, words, *name = (part.strip() for part in row.split(" ="))
    locale, line = typed.split(": ", 1)
    found, rest = lift(line, now=NOW, zone=ZONE, locale=locale)
    assert (in_words(found, now=NOW, zone=ZONE), rest) == (words, *name)


@pytest.mark.parametrize("row", ASKED_BACK.strip().splitlines())
def test_what_a_stranger_leaves_open_is_asked_back(row: str) -> None:
    locale, line = row.split(": ", 1)
    with pytest.raises(Unclear):
        lift(line, now=NOW, zone=ZONE, locale=locale)
