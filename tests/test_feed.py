"""A person's calendar, read as a calendar program reads it: the same times as the bot's own, in every zone and across clock changes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import icalendar
import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from bot.actions import feeds, rhythm
from bot.app import App
from bot.cards.feed import ical
from bot.cards.feed.zone import timezone, yearly
from bot.rules.cadence import Recurrence, occurrences
from bot.rules.rhythm import Tick, falls_due
from bot.rules.worktime.zone import zones
from bot.settings import Settings
from bot.words import CadenceKind, Key, Status
from storage import Database, cadences, people, scenes
from storage.tables import Absence, Cadence, Member, Person
from tests.house import House

WEEKDAYS = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
YEAR = timedelta(days=365)


# A calendar program --------------------------------------------------------------------------------------------------


class Program:
    """Reads a calendar by the letter of RFC 5545, knowing no zone but by what the calendar itself spells out."""

    def __init__(self, text: str) -> None:
        self.text = text
        calendar = icalendar.Calendar.from_ical(text)
        self.zones = {str(each["TZID"]): list(_onsets(each)) for each in calendar.walk("VTIMEZONE")}
        self.events = [each for each in calendar.walk("VEVENT") if "RECURRENCE-ID" not in each]
        self.moved = [each for each in calendar.walk("VEVENT") if "RECURRENCE-ID" in each]

    def titles(self) -> list[str]:
        return [str(each["SUMMARY"]) for each in self.events]

    def event(self, title: str) -> icalendar.Event:
        return next(each for each in self.events if str(each["SUMMARY"]).startswith(title))

    def times(self, title: str, until: datetime) -> list[datetime]:
        """When it is, as instants, up to `until`."""
        event = self.event(title)
        zone, start = _wall(event["DTSTART"])
        gone = {each.dt.replace(tzinfo=None) for each in _dates(event.get("EXDATE"))}
        elsewhere = {
            _wall(each["RECURRENCE-ID"])[1]: _wall(each["DTSTART"])
            for each in self.moved
            if each["UID"] == event["UID"]
        }
        found = [self.instant(*each) for each in elsewhere.values()]
        for wall in rrulestr(event["RRULE"].to_ical().decode(), dtstart=start):
            if wall > until.replace(tzinfo=None) + timedelta(days=2):
                break
            if wall not in gone and wall not in elsewhere:
                found.append(self.instant(zone, wall))
        return sorted(each for each in found if each is not None and each <= until)

    def instant(self, zone: str, wall: datetime) -> datetime | None:
        """The first instant at which the clock shows that; None where it never does."""
        offsets = [timedelta(0)] if zone == "UTC" else {offset for _, offset in self.zones[zone]}
        fits = [
            wall - offset for offset in offsets if zone == "UTC" or offset_at(self.zones[zone], wall - offset) == offset
        ]
        return min(fits).replace(tzinfo=UTC) if fits else None


def _wall(value: Any) -> tuple[str, datetime]:
    return str(value.params.get("TZID", "UTC")), value.dt.replace(tzinfo=None)


def _dates(value: Any) -> list[Any]:
    every = value if isinstance(value, list) else [value] if value is not None else []
    return [each for one in every for each in one.dts]


def _onsets(zone: icalendar.Component) -> Iterator[tuple[datetime, timedelta]]:
    """Every change of the clocks up to 2045: the instant (UTC, naive) and the offset from then on."""
    for part in zone.walk():
        if part.name not in ("STANDARD", "DAYLIGHT"):
            continue
        start, before = part["DTSTART"].dt, part["TZOFFSETFROM"].td
        walls = [start, *(each.dt for each in _dates(part.get("RDATE")))]
        if "RRULE" in part:
            rule = rrulestr(part["RRULE"].to_ical().decode(), dtstart=start)
            walls = list(rule.between(start, datetime.fromisoformat("2045-01-01"), inc=True))
        yield from ((wall - before, part["TZOFFSETTO"].td) for wall in walls)


def offset_at(onsets: Sequence[tuple[datetime, timedelta]], at: datetime) -> timedelta | None:
    return max((each for each in onsets if each[0] <= at), default=(at, None))[1]


# The house -----------------------------------------------------------------------------------------------------------


def recurs(house: House, kind: CadenceKind, rrule: str, at: time, **more: Any) -> int:
    """Let something recur from now on."""

    def put(session: Session) -> int:
        row = Cadence(
            partnership_id=house.partnership, kind=kind, rrule=rrule, at=at,
            created_at=house.clock(), **({"start_on": house.clock().date()} | more),
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id

    return house.database.run(put)


def changes(house: House, doing: Callable[[Session], Any]) -> Any:
    return house.database.run(doing)


def person_id(house: House, who: str) -> int:
    def look(session: Session) -> int:
        account = people.find(session, house.profile(who).account)
        assert account is not None
        return account.person_id

    return house.database.run(look)


def secret(house: House, who: str, keys: Sequence[str] | None = None) -> str:
    url: str = house.database.run(feeds.link, person_id(house, who), house.keys if keys is None else keys, "https://x")
    assert url.startswith("https://x/calendar/")
    assert url.endswith(".ics")
    return url.removeprefix("https://x/calendar/").removesuffix(".ics")


def opened(house: House, what: str, keys: Sequence[str] | None = None) -> Program | None:
    now = house.clock()
    entries = house.database.run(feeds.calendar, what, now, house.keys if keys is None else keys)
    return None if entries is None else Program(ical.written(entries, now))


def calendar(house: House, who: str) -> Program:
    program = opened(house, secret(house, who))
    assert program is not None
    return program


# When things are -----------------------------------------------------------------------------------------------------

MEETINGS = {
    "weekly": ("FREQ=WEEKLY;BYDAY=TU", time(14), "Europe/Berlin"),
    "fortnightly": ("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,SU", time(1, 30), "America/New_York"),
    "skipped hour": ("FREQ=DAILY", time(2, 30), "Europe/Berlin"),
    "doubled hour": ("FREQ=DAILY", time(1, 30), "Europe/Lisbon"),
    "third day": ("FREQ=DAILY;INTERVAL=3", time(9, 30), "Australia/Lord_Howe"),
    "last friday": ("FREQ=MONTHLY;BYDAY=-1FR", time(12), "America/Sao_Paulo"),
    "last of the month": ("FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1", time(23, 45), "Africa/Casablanca"),
    "first working day": ("FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", time(0), "Asia/Kathmandu"),
    "yearly": ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1", time(8), "UTC"),
}


def everybody_always_works(session: Session) -> None:
    for person in session.exec(select(Person)):
        person.days = "0,1,2,3,4,5,6"


@pytest.mark.parametrize("who", ["joao", "bo", "olga"])
def test_a_meeting_is_in_the_calendar_when_the_bot_announces_it_across_both_clock_changes(
    house: House, who: str
) -> None:
    changes(house, everybody_always_works)
    for name, (rrule, at, zone) in MEETINGS.items():
        recurs(house, CadenceKind.MEETING, rrule, at, zone=zone, name=name, start_on=date(2026, 10, 1))
    program, until = calendar(house, who), house.clock() + YEAR
    came = house.clock()
    for name, (rrule, at, zone) in MEETINGS.items():
        expected = []
        for each in occurrences(Recurrence(rrule, at, date(2026, 10, 1)), zone, came - timedelta(days=2)):
            if each.at > until:
                break
            if each.day >= came.astimezone(ZoneInfo(zone)).date():
                expected.append(each.at)
        assert len(expected) > 0
        assert program.times(name.capitalize(), until) == expected, name


@pytest.mark.parametrize(
    ("who", "at"),
    [("ana", time(9, 30)), ("joao", time(2, 30)), ("nora", time(8)), ("bo", time(9, 30)), ("priya", time(23)), ("sam", time(2, 30))],
)  # fmt: skip
def test_a_standup_is_in_the_calendar_when_they_are_asked_and_not_on_their_days_off(
    house: House, who: str, at: time
) -> None:
    me = person_id(house, who)

    def lives(session: Session) -> None:
        for key, side in scenes.scene(session, house.partnership).sides.items():
            side.country = "DE" if key is Key.A else "JP"
        person = session.get_one(Person, me)
        person.days, person.start, person.end = "0,1,2,3", time(1), time(7)
        session.add(Absence(person_id=me, starts_on=date(2027, 3, 20), ends_on=date(2027, 4, 6)))
        session.add(Absence(person_id=me, starts_on=date(2026, 11, 2), ends_on=date(2026, 11, 3)))

    changes(house, lives)
    recurs(house, CadenceKind.STANDUP, "FREQ=DAILY", at)
    recurs(
        house, CadenceKind.STANDUP, WEEKDAYS, at, name="Other", side=Key.B if who in ("bo", "priya", "sam") else Key.A
    )
    now, until = house.clock(), house.clock() + YEAR

    def asked(session: Session) -> list[tuple[int, datetime]]:
        scene = scenes.scene(session, house.partnership)
        score = rhythm.score(scene, cadences.of(session, [scene.id])[scene.id])
        mine = next(each.id for each in scene.members if each.member.person_id == me)
        found = falls_due(score, now - timedelta(days=1), until)
        return [(due.cadence, due.at) for due in found if due.tick is Tick.ASK and due.who == mine]

    every = house.database.run(asked)
    ids = sorted({cadence for cadence, _ in every})
    program = calendar(house, who)
    for title, cadence in zip(("Standup", "Other standup"), ids, strict=True):
        expected = [at for each, at in every if each == cadence]
        assert program.times(title, until - timedelta(seconds=1)) == expected
        assert 150 < len(expected) < 209
    begins = _wall(program.event("Standup")["DTSTART"])[1]
    assert begins.date() == date(2026, 11, 4)  # the first on which they are there


def test_somebody_who_works_from_ten_has_the_standup_at_ten(house: House) -> None:
    house.types("ana", "/partnership mine hours 10-18")
    recurs(house, CadenceKind.STANDUP, WEEKDAYS, time(9, 30))
    assert _wall(calendar(house, "ana").event("Standup")["DTSTART"]) == (
        "Europe/Berlin",
        datetime.fromisoformat("2026-11-02T10:00"),
    )


def test_a_report_is_due_on_a_working_day_of_whoever_owes_it_for_both_sides(house: House) -> None:
    def holidays(session: Session) -> None:
        scenes.scene(session, house.partnership).sides[Key.A].country = "DE"

    changes(house, holidays)
    monthly = recurs(house, CadenceKind.REPORT, "FREQ=MONTHLY;BYMONTHDAY=1", time(12), side=Key.A, name="Status")
    daily = recurs(house, CadenceKind.REPORT, "FREQ=DAILY", time(16), side=Key.A, name="Count")
    now, until = house.clock(), house.clock() + timedelta(days=340)

    def due(session: Session) -> list[tuple[int, datetime]]:
        scene = scenes.scene(session, house.partnership)
        found = falls_due(rhythm.score(scene, cadences.of(session, [scene.id])[scene.id]), now, until)
        return [(each.cadence, each.at) for each in found if each.tick is Tick.REPORT_DUE]

    every = house.database.run(due)
    for who in ("ana", "bo"):
        program = calendar(house, who)
        for title, id in (("Status report of Northwind due", monthly), ("Count report of Northwind due", daily)):
            expected = sorted({at for each, at in every if each == id})
            assert program.times(title, until - timedelta(seconds=1)) == expected
    assert datetime(2027, 1, 4, 11, tzinfo=UTC) in [at for each, at in every if each == monthly]


def test_a_meeting_on_a_day_off_is_not_in_the_calendar(house: House) -> None:
    recurs(house, CadenceKind.MEETING, "FREQ=WEEKLY;BYDAY=TU", time(14), zone="Europe/Berlin")
    house.types("joao", "/partnership mine away from 2026-11-10 to 2026-11-17")
    days = [each.day for each in calendar(house, "joao").times("Meeting", datetime(2026, 11, 30, tzinfo=UTC))]
    assert days == [3, 24]
    assert len(calendar(house, "ana").times("Meeting", datetime(2026, 11, 30, tzinfo=UTC))) == 4


# What stands in it ---------------------------------------------------------------------------------------------------


def test_an_entry_says_what_it_is_and_how_it_is_answered_and_names_nobody(house: House) -> None:
    recurs(house, CadenceKind.STANDUP, WEEKDAYS, time(9, 30))
    recurs(
        house,
        CadenceKind.MEETING,
        "FREQ=WEEKLY;BYDAY=TU",
        time(14),
        zone="Europe/Berlin",
        name="Steering, weekly",
        lasts=45,
    )
    recurs(house, CadenceKind.REPORT, "FREQ=WEEKLY;BYDAY=FR", time(12), side=Key.B)
    program = calendar(house, "joao")
    assert program.titles() == [
        "Standup · Apollo (Northwind × Contoso)",
        "Steering, weekly meeting · Apollo (Northwind × Contoso)",
        "Report of Contoso due · Apollo (Northwind × Contoso)",
    ]
    standup, meeting, report = program.events
    assert "/checkin" in standup["DESCRIPTION"]
    assert (meeting["DURATION"].dt, meeting["TRANSP"], standup["TRANSP"]) == (
        timedelta(minutes=45),
        "OPAQUE",
        "TRANSPARENT",
    )
    assert "DURATION" not in report
    for name in ("João", "Ana", "Ruiz", "Nora", "Bo Chen", "Priya", "Sam Lee"):
        assert name not in program.text


def test_what_is_paused_or_over_or_only_posted_in_a_room_is_not_in_it(house: House) -> None:
    recurs(house, CadenceKind.MEETING, "FREQ=DAILY", time(9), name="Running")
    recurs(house, CadenceKind.MEETING, "FREQ=DAILY", time(9), name="Paused", paused_at=house.clock())
    recurs(house, CadenceKind.MEETING, "FREQ=DAILY", time(9), name="Ended", ended_at=house.clock())
    recurs(
        house,
        CadenceKind.MEETING,
        "FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=1",
        time(9),
        name="Sunday",
        start_on=date(2026, 11, 1),
    )
    recurs(house, CadenceKind.DIGEST, "FREQ=WEEKLY;BYDAY=MO", time(9))
    assert [each.split()[0] for each in calendar(house, "ana").titles()] == ["Running", "Sunday"]

    def pause(session: Session) -> None:
        scenes.scene(session, house.partnership).partnership.status = Status.PAUSED

    changes(house, pause)
    assert calendar(house, "ana").titles() == []


def test_what_is_one_sides_own_is_in_the_calendars_of_its_confirmed_members_alone(house: House) -> None:
    recurs(house, CadenceKind.MEETING, "FREQ=DAILY", time(9), name="Ours", side=Key.A)
    recurs(house, CadenceKind.MEETING, "FREQ=DAILY", time(9), name="Both")
    recurs(house, CadenceKind.STANDUP, "FREQ=DAILY", time(9))

    def unconfirmed(session: Session) -> None:
        id = select(Member).where(Member.person_id == nora)
        session.exec(id).one().confirmed = False

    nora = person_id(house, "nora")
    changes(house, unconfirmed)
    names = {who: [each.split()[0] for each in calendar(house, who).titles()] for who in ("ana", "bo", "nora", "olga")}
    assert names == {
        "ana": ["Ours", "Both", "Standup"],
        "bo": ["Both", "Standup"],
        "nora": ["Both", "Standup"],
        "olga": ["Ours", "Both"],  # an observer is asked nothing
    }


def test_a_calendar_is_the_same_letters_all_day_and_an_entry_keeps_its_name_when_it_moves(house: House) -> None:
    id = recurs(house, CadenceKind.MEETING, "FREQ=WEEKLY;BYDAY=TU", time(14))
    first = calendar(house, "ana")
    house.clock.passes(hours=14)
    assert calendar(house, "ana").text == first.text

    def moves(session: Session) -> None:
        cadences.get(session, id).at = time(15)

    changes(house, moves)
    later = calendar(house, "ana")
    assert later.text != first.text
    assert [each["UID"] for each in later.events] == [each["UID"] for each in first.events]


# Who may read it -----------------------------------------------------------------------------------------------------


def test_a_secret_opens_one_persons_calendar_until_there_is_a_new_one(house: House) -> None:
    recurs(house, CadenceKind.STANDUP, WEEKDAYS, time(9, 30))
    old, other = secret(house, "ana"), secret(house, "bo")
    assert opened(house, old) is not None
    assert old != other
    number, _, mac = old.partition("-")
    assert len(mac) * 5 >= 128  # bits
    forged = [f"{other.partition('-')[0]}-{mac}", f"{number}-{mac[:-1]}", f"{number}-{'a' * 32}", f"{number}-", "", "-",
              f"999-{mac}", f"٣-{mac}", f"{'9' * 30}-{mac}", f" {old}", f"{old}\n"]  # fmt: skip
    assert [opened(house, each) for each in forged] == [None] * len(forged)
    changes(house, lambda session: feeds.renew(session, person_id_of(session, house, "ana")))
    assert opened(house, old) is None
    assert opened(house, secret(house, "ana")) is not None
    assert opened(house, other) is not None


def person_id_of(session: Session, house: House, who: str) -> int:
    account = people.find(session, house.profile(who).account)
    assert account is not None
    return account.person_id


def test_nobodys_calendar_is_left_when_they_are_gone(house: House) -> None:
    kept = {who: secret(house, who) for who in ("ana", "bo")}

    def gone(session: Session) -> None:
        session.get_one(Person, person_id_of(session, house, "ana")).left_at = house.clock()
        session.get_one(Person, person_id_of(session, house, "bo")).erased_at = house.clock()

    changes(house, gone)
    assert [opened(house, each) for each in kept.values()] == [None, None]


def test_a_link_outlives_a_new_key_and_ends_with_its_own(house: House) -> None:
    without, old, new = (), ("o" * 32,), ("n" * 32, "o" * 32)
    assert opened(house, "1-" + "a" * 32, without) is None  # no key yet
    first, second = secret(house, "ana", without), secret(house, "ana", old)
    assert first == secret(house, "ana", without)
    assert opened(house, first, new) is not None
    assert opened(house, second, new) is not None
    assert opened(house, second, new[:1]) is None


# Over the web --------------------------------------------------------------------------------------------------------


def surfs(app: App, doing: Callable[[aiohttp.ClientSession], Awaitable[None]]) -> None:
    async def whole() -> None:
        await app.start()
        try:
            async with aiohttp.ClientSession(f"http://127.0.0.1:{app.port}") as session:
                await doing(session)
        finally:
            await app.stop()

    asyncio.run(whole())


def bare(database: Database, now: Callable[[], datetime], **more: Any) -> App:
    return App(Settings(_env_file=None, bellwether_port=0, **more), database, [], now)


def test_the_link_gives_the_calendar_and_says_when_nothing_changed(house: House) -> None:
    recurs(house, CadenceKind.STANDUP, WEEKDAYS, time(9, 30))
    app = bare(house.database, house.clock, bellwether_secret_keys=house.keys[0])
    path = f"/calendar/{secret(house, 'ana')}.ics"

    async def doing(session: aiohttp.ClientSession) -> None:
        async with session.get(path) as answer:
            assert answer.status == 200
            assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
            assert answer.headers["Cache-Control"].startswith("private")
            tag, text = answer.headers["ETag"], await answer.text()
            assert Program(text).titles() == ["Standup · Apollo (Northwind × Contoso)"]
        async with session.get(path, headers={"If-None-Match": tag}) as answer:
            assert (answer.status, await answer.text(), answer.headers["ETag"]) == (304, "", tag)
        async with session.get(path, headers={"If-None-Match": '"other"'}) as answer:
            assert answer.status == 200
        async with session.head(path) as answer:
            assert (answer.status, answer.headers["ETag"]) == (200, tag)

    surfs(app, doing)


def test_a_link_that_opens_nothing_looks_like_any_page_that_is_not_there(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    app = bare(house.database, house.clock, bellwether_secret_keys=house.keys[0])
    wrong = secret(house, "ana", ["another key"])

    async def doing(session: aiohttp.ClientSession) -> None:
        async with session.get("/nothing") as answer:
            nothing = answer.status, await answer.text(), set(answer.headers)
        for path in (f"/calendar/{wrong}.ics", "/calendar/1-a.ics", "/calendar/%F0%9F%98%80-x.ics"):
            async with session.get(path) as answer:
                assert (answer.status, await answer.text(), set(answer.headers)) == nothing
        assert nothing[0] == 404

    with caplog.at_level(logging.DEBUG):
        surfs(app, doing)
    assert wrong not in caplog.text


def test_a_failure_tells_neither_what_failed_nor_the_secret(
    house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = bare(house.database, house.clock, bellwether_secret_keys=house.keys[0])
    what = secret(house, "ana")

    def fails(*_: object) -> str:
        raise RuntimeError("broken")

    monkeypatch.setattr(ical, "written", fails)

    async def doing(session: aiohttp.ClientSession) -> None:
        async with session.get(f"/calendar/{what}.ics") as answer:
            assert answer.status == 500
            assert "broken" not in await answer.text()

    surfs(app, doing)
    assert "broken" in caplog.text
    assert what not in caplog.text


def test_the_address_is_the_operators_or_where_the_demo_listens(sqlite: Database) -> None:
    given = bare(sqlite, lambda: datetime.now(UTC), bellwether_public_url="https://bot.example.org/")
    assert given.address == "https://bot.example.org"
    assert bare(sqlite, lambda: datetime.now(UTC)).address == ""
    demo = App(Settings(_env_file=None, bellwether_port=0), sqlite, [], at_home=True)

    async def doing(_: aiohttp.ClientSession) -> None:
        assert demo.address == f"http://127.0.0.1:{demo.port}"

    surfs(demo, doing)


# Zones spelt out -----------------------------------------------------------------------------------------------------

ODD = ("Europe/Berlin", "Europe/Dublin", "America/New_York", "America/Santiago", "America/Nuuk", "Africa/Casablanca", "Africa/Cairo",
       "Asia/Jerusalem", "Asia/Gaza", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Chatham", "Antarctica/Troll", "Pacific/Apia")  # fmt: skip


def spelt(zone: str, first: int, last: int) -> list[tuple[datetime, timedelta]]:
    return list(_onsets(icalendar.Component.from_ical(timezone(zone, first, last).to_ical())))


@pytest.mark.parametrize("zone", ODD)
def test_a_zone_is_spelt_out_to_the_minute(zone: str) -> None:
    onsets, tz = spelt(zone, 2026, 2028), ZoneInfo(zone)
    at = datetime(2026, 1, 2, tzinfo=UTC)
    while at < datetime(2028, 12, 31, tzinfo=UTC):
        for edge in (at - timedelta(seconds=1), at):
            assert offset_at(onsets, edge.replace(tzinfo=None)) == edge.astimezone(tz).utcoffset(), edge
        at += timedelta(minutes=30)


@given(
    st.sampled_from(sorted(zones())),
    st.lists(st.datetimes(*map(datetime.fromisoformat, ("2010-01-02", "2033-12-30"))), min_size=1, max_size=20),
)
def test_every_zone_is_spelt_out_as_it_is(zone: str, moments: list[datetime]) -> None:
    onsets = spelt(zone, min(moments).year, 2033)
    for at in moments:
        assert offset_at(onsets, at) == at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset(), at


def test_a_zone_whose_clocks_change_by_a_rule_goes_on_for_ever() -> None:
    onsets = spelt("Europe/Berlin", 2026, 2028)
    for at in map(datetime.fromisoformat, ("2040-03-25T00:59", "2040-03-25T01:00", "2040-10-28T00:59")):
        assert offset_at(onsets, at) == at.replace(tzinfo=UTC).astimezone(ZoneInfo("Europe/Berlin")).utcoffset()


@pytest.mark.parametrize(
    ("days", "rule"),
    [
        ("2026-03-29 2027-03-28 2028-03-26 2029-03-25 2030-03-31", "-1SU"),
        ("2028-03-12 2029-03-11 2030-03-10", "2SU"),
        ("2026-03-27 2027-03-26 2028-03-24 2029-03-23 2030-03-29", None),  # the friday before the last sunday
        ("2026-03-29 2028-03-26 2029-03-25 2030-03-31", None),  # not every year
        ("2026-03-29 2027-03-28 2028-03-26", None),  # and no more
        ("2030-03-31", None),
    ],
)
def test_a_rule_is_named_only_where_every_year_keeps_it(days: str, rule: str | None) -> None:
    found = yearly([datetime.fromisoformat(each) for each in days.split()], 2030)
    assert (found and found["byday"]) == rule
