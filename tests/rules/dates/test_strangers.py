"""Deadlines as busy people typed them who knew nothing of what is read here.

Somebody in Berlin on Wednesday 18 November 2026 at 10:20; the language before the colon is that of their account.
"""

from __future__ import annotations

import pytest

from tests.rules.dates.reading import asked, read

NOW = "2026-11-18 10:20"

UNDERSTOOD = """
en: tomorrow                                     = 2026-11-19 17:00
en: EOD tomorrow                                 = 2026-11-19 17:00
en: a week on Tuesday                            = 2026-12-01 17:00
en: the 3rd Thursday in March                    = 2027-03-18 17:00
en: end of Q3                                    = 2027-09-30 17:00
en: noon CET                                     = 2026-11-18 12:00
en: in 36 hours                                  = 2026-11-19 22:20
en: quarter past 2 tomorrow afternoon            = 2026-11-19 14:15
en: next month's end                             = 2026-12-31 17:00
en: by close of business Friday                  = 2026-11-20 17:00
en: COB mon                                      = 2026-11-23 17:00
en: thurs                                        = 2026-11-19 17:00
en: fri 4pm                                      = 2026-11-20 16:00
en: Dec 3rd                                      = 2026-12-03 17:00
en: by 3 dec latest                              = 2026-12-03 17:00
en: 2 weeks from today                           = 2026-12-02 17:00
en: in a fortnight                               = 2026-12-02 17:00
en: in 10 working days                           = 2026-12-02 17:00
en: two business days                            = 2026-11-20 17:00
en: end of next week                             = 2026-11-27 17:00
en: end of the week                              = 2026-11-20 17:00
en: end of the year                              = 2026-12-31 17:00
en: EOM                                          = 2026-11-30 17:00
en: eow                                          = 2026-11-20 17:00
en: 2026-12-01T15:00+01:00                       = 2026-12-01 15:00
en: 2026-12-01T15:00:00Z                         = 2026-12-01 16:00
en: 2026-12-01 09:00 -05:00                      = 2026-12-01 15:00
en: 12/13/2026                                   = 2026-12-13 17:00
en: 13.12.                                       = 2026-12-13 17:00
en: Tuesday week                                 = 2026-12-01 17:00
en: tommorow 9am                                 = 2026-11-19 09:00
en: the 25th                                     = 2026-11-25 17:00
en: the 5th at 11                                = 2026-12-05 11:00
en: first thing Monday                           = 2026-11-23 09:00
en: in an hour and a half                        = 2026-11-18 11:50
en: 5:30pm EST                                   = 2026-11-18 23:30
en: last working day of November                 = 2026-11-30 17:00
en: Jan 15                                       = 2027-01-15 17:00
en: end of feb                                   = 2027-02-28 17:00
en: before noon on the 1st of December           = 2026-12-01 12:00
en: 9am                                          = 2026-11-19 09:00
de: übermorgen                                   = 2026-11-20 17:00
de: morgen früh um 9                             = 2026-11-19 09:00
de: bis Ende nächster Woche                      = 2026-11-27 17:00
de: Freitag in einer Woche                       = 2026-11-27 17:00
de: in 14 Tagen                                  = 2026-12-02 17:00
de: 1. Dezember 15 Uhr                           = 2026-12-01 15:00
de: Ende des Quartals                            = 2026-12-31 17:00
de: spätestens Montag Mittag                     = 2026-11-23 12:00
fr: après-demain                                 = 2026-11-20 17:00
fr: fin du mois                                  = 2026-11-30 17:00
fr: d'ici 3 jours ouvrés                         = 2026-11-23 17:00
fr: lundi à 14h30                                = 2026-11-23 14:30
fr: le 1er décembre                              = 2026-12-01 17:00
fr: dans 48h                                     = 2026-11-20 10:20
fr: mardi en huit                                = 2026-12-01 17:00
es: pasado mañana                                = 2026-11-20 17:00
es: el viernes a las 5 de la tarde               = 2026-11-20 17:00
es: a fin de mes                                 = 2026-11-30 17:00
es: dentro de dos semanas                        = 2026-12-02 17:00
es: el lunes que viene                           = 2026-11-23 17:00
es: en 5 días hábiles                            = 2026-11-25 17:00
pt: depois de amanhã                             = 2026-11-20 17:00
pt: sexta-feira às 17h                           = 2026-11-20 17:00
pt: até o fim do mês                             = 2026-11-30 17:00
pt: daqui a duas semanas                         = 2026-12-02 17:00
pt: amanhã ao meio-dia                           = 2026-11-19 12:00
pt: em 3 dias úteis                              = 2026-11-23 17:00
it: dopodomani                                   = 2026-11-20 17:00
it: entro venerdì                                = 2026-11-20 17:00
it: lunedì alle 9 e mezza                        = 2026-11-23 09:30
it: fine mese                                    = 2026-11-30 17:00
it: tra due settimane                            = 2026-12-02 17:00
it: il 1° dicembre                               = 2026-12-01 17:00
nl: overmorgen                                   = 2026-11-20 17:00
nl: vrijdag om 16.00 uur                         = 2026-11-20 16:00
nl: eind volgende week                           = 2026-11-27 17:00
nl: volgende week maandag                        = 2026-11-23 17:00
en: tomorrow 17:00 UTC                           = 2026-11-19 18:00
en: friday 9am PST                               = 2026-11-20 18:00
en: friday?                                      = 2026-11-20 17:00
en: 20/11                                        = 2026-11-20 17:00
en: 2026-11-20                                   = 2026-11-20 17:00
en: 2026/11/20 5pm                               = 2026-11-20 17:00
en: Nov 20, 2026 at 5 p.m.                       = 2026-11-20 17:00
en: 20th nov 5pm                                 = 2026-11-20 17:00
en: nov 20 17h                                   = 2026-11-20 17:00
en: 20-nov                                       = 2026-11-20 17:00
en: Fri 20/11                                    = 2026-11-20 17:00
en: friday the 20th                              = 2026-11-20 17:00
en: 12am tomorrow                                = 2026-11-19 00:00
en: 12pm tomorrow                                = 2026-11-19 12:00
en: 24:00 friday                                 = 2026-11-21 00:00
en: 0:00 friday                                  = 2026-11-20 00:00
en: at 1730                                      = 2026-11-18 17:30
en: next wed                                     = 2026-11-25 17:00
en: coming monday                                = 2026-11-23 17:00
en: last day of the month                        = 2026-11-30 17:00
en: last friday of the month                     = 2026-11-27 17:00
en: end of this month                            = 2026-11-30 17:00
en: end of day friday                            = 2026-11-20 17:00
en: 2 days before end of month                   = 2026-11-28 17:00
en: 3 days after friday                          = 2026-11-23 17:00
en: a day before friday                          = 2026-11-19 17:00
en: next week friday                             = 2026-11-27 17:00
en: friday next week                             = 2026-11-27 17:00
en: in a month                                   = 2026-12-18 17:00
en: in a year                                    = 2027-11-18 17:00
en: end of H1                                    = 2027-06-30 17:00
en: end of q4                                    = 2026-12-31 17:00
en: no later than friday noon                    = 2026-11-20 12:00
en: friday before 3pm                            = 2026-11-20 15:00
en: in an hour                                   = 2026-11-18 11:20
en: 2 business hours                             = 2026-11-18 12:20
en: tomorrow week                                = 2026-11-26 17:00
en: today week                                   = 2026-11-25 17:00
en: a month from tomorrow                        = 2026-12-19 17:00
en: sat                                          = 2026-11-21 17:00
en: may 5                                        = 2027-05-05 17:00
en: sun                                          = 2026-11-22 17:00
en: 1st                                          = 2026-12-01 17:00
en: 31st                                         = 2026-12-31 17:00
en: 1.1.                                         = 2027-01-01 17:00
en: 00:00                                        = 2026-11-19 00:00
de: in eineinhalb Stunden                        = 2026-11-18 11:50
de: heute in einer Woche                         = 2026-11-25 17:00
de: heute in acht Tagen                          = 2026-11-25 17:00
de: kommenden Freitag                            = 2026-11-20 17:00
de: diesen Freitag                               = 2026-11-20 17:00
de: Freitag Nachmittag um 3                      = 2026-11-20 15:00
de: 1.12.                                        = 2026-12-01 17:00
de: 1.12. um 8                                   = 2026-12-01 08:00
de: am 20.                                       = 2026-11-20 17:00
de: letzter Arbeitstag im November               = 2026-11-30 17:00
de: 14 Uhr 30                                    = 2026-11-18 14:30
de: zwölf Uhr mittags                            = 2026-11-18 12:00
de: Jahresende                                   = 2026-12-31 17:00
fr: d'ici vendredi midi                          = 2026-11-20 12:00
fr: demain matin 9h                              = 2026-11-19 09:00
fr: fin novembre                                 = 2026-11-30 17:00
fr: dans une demi-heure                          = 2026-11-18 10:50
fr: le 1/12                                      = 2026-12-01 17:00
fr: mer 25                                       = 2026-11-25 17:00
fr: 20 nov. 17h30                                = 2026-11-20 17:30
es: dentro de media hora                         = 2026-11-18 10:50
es: mañana a mediodía                            = 2026-11-19 12:00
es: mañana                                       = 2026-11-19 17:00
es: el martes 24                                 = 2026-11-24 17:00
es: 24/11                                        = 2026-11-24 17:00
pt: até sexta                                    = 2026-11-20 17:00
pt: dia 25                                       = 2026-11-25 17:00
pt: fim do ano                                   = 2026-12-31 17:00
it: tra mezz'ora                                 = 2026-11-18 10:50
nl: morgenochtend 9 uur                          = 2026-11-19 09:00
nl: vandaag over een week                        = 2026-11-25 17:00
nl: eind deze week                               = 2026-11-20 17:00
en: noon EST tomorrow                            = 2026-11-19 18:00
en: 5pm ET tomorrow                              = 2026-11-19 23:00
en: midnight UTC                                 = 2026-11-19 01:00
en: midnight ET today                            = 2026-11-19 06:00
en: 1am UTC                                      = 2026-11-19 02:00
en: 11pm PT                                      = 2026-11-19 08:00
en: july 1 5pm CEST                              = 2027-07-01 17:00
en: friday noon pt                               = 2026-11-20 21:00
en: in 3 days 5pm cet                            = 2026-11-21 17:00
de: 15 Uhr CET                                   = 2026-11-18 15:00
en: first thing friday                           = 2026-11-20 09:00
en: first thing tomorrow morning                 = 2026-11-19 09:00
en: tomorrow first thing                         = 2026-11-19 09:00
en: before 3pm tomorrow                          = 2026-11-19 15:00
en: friday before noon                           = 2026-11-20 12:00
en: before noon                                  = 2026-11-18 12:00
en: 2 days before 3 dec                          = 2026-12-01 17:00
en: tomorrow latest                              = 2026-11-19 17:00
en: friday at the latest                         = 2026-11-20 17:00
en: tomorow                                      = 2026-11-19 17:00
en: tommorrow                                    = 2026-11-19 17:00
fr: mardi 24                                     = 2026-11-24 17:00
fr: vendredi 20 à 17h                            = 2026-11-20 17:00
fr: mardi 24 novembre                            = 2026-11-24 17:00
fr: lundi 14                                     = 2026-12-14 17:00
es: martes 24 a las 10                           = 2026-11-24 10:00
it: venerdì 20                                   = 2026-11-20 17:00
it: lunedì 14                                    = 2026-12-14 17:00
pt: terça 24                                     = 2026-11-24 17:00
pt: sexta 20 às 15h                              = 2026-11-20 15:00
fr: le 24                                        = 2026-11-24 17:00
fr: jeudi 3 décembre à 9h                        = 2026-12-03 09:00
"""

ASKED_BACK = """
en: half past three
en: quarter to 5
en: this Friday at 4
en: mid-December
en: tonight
en: week 49
en: between 3 and 5 December
en: 23-27 Nov
en: asap
en: soon
en: yesterday
en: last Friday
en: Feb 30
en: 2026-11-31
en: 03/04
en: next Friday
en: Q3
en: 12
en: Nov 3 2026
en: 25:00 tomorrow
en: TBD
en: Monday or Tuesday
en: not before Friday
en: any day but Friday
en: in a few days
en: Friday the 21st
en: two weeks ago
en: v2.3.1
en: after the release on Friday
en: in 0 days
en: 2pm to 1pm tomorrow
en: 2026-12-01T15:00+25:00
de: halb drei
de: Viertel vor 5
de: gestern
de: 31.11.
de: demnächst
fr: hier
fr: bientôt
es: mañana por la mañana
es: cuanto antes
es: el 30 de febrero
pt: ontem
it: appena possibile
nl: half drie
nl: zo snel mogelijk
en: not friday
en: friday not monday
en: friday if possible
en: around friday
en: friday-ish
en: early next week
en: late friday
en: friday 9-11
en: friday 9:00-11:00
en: fri 9am-11am
en: tue/wed
en: 1-2 weeks
en: 3-5 days
en: in 2-3 days
en: 2 or 3 days
en: two to three weeks
en: in -2 days
en: 2.5 days
en: in 1.5 weeks
en: a week and a half
en: 2 weeks and 3 days
en: in 2 weeks 3 days
en: in 1 day 4 hours
en: 10.30
en: 20.11
en: 11.20
en: 20261120
en: 20 Nov 26
en: fri 20
en: friday 13th
en: 29 february
en: sept 31
en: midnight friday
en: noonish
en: 17:60 friday
en: 5 tomorrow
en: 5
en: 530pm
en: 1730
en: 1730 tomorrow
en: wed
en: this wed
en: this monday
en: second last friday of the month
en: penultimate friday of november
en: 3rd last day of november
en: first week of december
en: beginning of december
en: end of november 2025
en: end of month minus 2 days
en: two working days before friday
en: day before yesterday
en: the friday after next
en: week after next
en: monday after next
en: two fridays from now
en: next year
en: H1
en: by q1 2027
en: thanksgiving
en: new year's eve
en: easter
en: christmas
en: black friday
en: good friday
en: every friday
en: fridays
en: before friday
en: after friday
en: since friday
en: from friday
en: within the hour
en: in half a day
en: in 5
en: 3 hours ago
en: yesterday week
en: this weekend
en: monday 9 am or so
en: march
en: may be friday
en: second
en: in a second
en: two
en: first
en: 30/30
en: tomorrow, 8pm Tokyo time
en: friday my time
en: 4pm their time
en: W48
en: 2026-W48
en: 2026-323
en: v1.2
en: 3.5
en: ticket 12
en: room 5 at 3pm
en: sprint end
en: 50%
en: $20
en: fri/20
de: nicht Freitag
de: Freitag oder Montag
de: in 2-3 Tagen
de: in anderthalb Wochen
de: in acht Tagen
de: nächsten Freitag
de: Freitag früh
de: dreiviertel fünf
de: viertel fünf
de: fünf vor halb drei
de: zehn nach drei
de: kurz vor 5
de: gegen 17 Uhr
de: ab Freitag
de: nach Freitag
de: vor Freitag
de: Ende KW 48
de: Mitte Dezember
de: Anfang Dezember
de: heute Abend
de: heute noch
de: vorletzter Freitag im November
de: in drei Werktagen
de: vorgestern
de: drei Uhr nachts
de: übernächste Woche
de: übernächsten Freitag
de: Sonnabend
de: Heiligabend
fr: pas vendredi
fr: vendredi ou lundi
fr: dans huit jours
fr: demain à minuit
fr: ce soir
fr: vendredi à 5 heures moins le quart
fr: à partir de vendredi
fr: avant vendredi
fr: après vendredi
fr: la semaine prochaine
fr: début décembre
fr: mi-décembre
fr: avant-hier
fr: l'avant-dernier vendredi de novembre
fr: dans 2 à 3 jours
es: no el viernes
es: viernes o lunes
es: antes del viernes
es: después del viernes
es: a partir del viernes
es: el próximo viernes
es: de hoy en ocho
es: a las tres y media
es: las cinco menos cuarto
es: esta noche
es: a principios de diciembre
es: anteayer
es: el penúltimo viernes de noviembre
pt: não sexta
pt: sexta ou segunda
pt: antes de sexta
pt: depois de sexta
pt: a partir de sexta
pt: sexta que vem
pt: hoje à noite
pt: às três e meia
pt: anteontem
pt: o penúltimo dia de novembro
it: non venerdì
it: venerdì o lunedì
it: prima di venerdì
it: dopo venerdì
it: da venerdì
it: entro fine settimana
it: stasera
it: l'altro ieri
it: domani mattina
it: alle tre e mezza
it: alle cinque meno un quarto
it: il penultimo venerdì di novembre
it: venerdì prossimo
it: tra 2 o 3 giorni
nl: niet vrijdag
nl: vrijdag of maandag
nl: voor vrijdag
nl: na vrijdag
nl: vanaf vrijdag
nl: vanavond
nl: tien over drie
nl: vijf voor half drie
nl: volgende week
nl: eergisteren
nl: voorlaatste vrijdag van november
nl: binnen 2 à 3 dagen
en: friday 5pm CST
en: 9am IST tomorrow
en: 4pm BST friday
en: EOD PST friday
en: 2027-07-01 5pm EST
en: 10 et
en: at 5 ct tomorrow
de: morgen 15 Uhr MEZ
de: Freitag 15 Uhr ist ok
fr: vendredi 15h et lundi
fr: 15h CET demain
en: first thing in the morning
en: the latest
en: latest friday
en: wensday
en: wendesday
en: wednsday 5pm
en: zero days
en: 0 weeks
en: in 0 minutes
en: in 0 hours
en: 0 days from friday
en: 0 working days after friday
en: asap latest
fr: vendredi 15
de: Freitag 20
en: friday 20
fr: dans 8 jours
"""


@pytest.mark.parametrize("row", UNDERSTOOD.strip().splitlines())
def test_what_a_stranger_types_is_understood(row: str) -> None:
    typed, expected = row.split(" = ")
    locale, phrase = typed.split(": ", 1)
    assert read(phrase.strip(), NOW, locale) == expected


@pytest.mark.parametrize("row", ASKED_BACK.strip().splitlines())
def test_what_a_stranger_leaves_open_is_asked_back(row: str) -> None:
    locale, phrase = row.split(": ", 1)
    assert asked(phrase, NOW, locale)[0].startswith(f"“{phrase}” ")
