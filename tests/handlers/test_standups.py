"""A standup from the prompt to its end, for people in six zones on two platforms."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.actions import rhythm
from bot.messages import Errors, Form, Message, Nothing, SwitchField, TextField, in_words
from bot.port import Later, Never, Parcel, Way
from bot.words import CadenceKind, CheckInState, Key, Role, plain
from storage import Database, ledger, outbox, scenes
from storage.tables import (
    Absence,
    Account,
    Blocker,
    Cadence,
    CheckIn,
    Member,
    Person,
    Room,
    Side,
)
from tests.conftest import Clock
from tests.house import House, labels, said

TUESDAY = date(2026, 11, 3)
EVERYBODY = ("ana", "joao", "nora", "bo", "priya", "sam")


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


def until(house: House, words: str) -> None:
    house.time_passes(seconds=(at(words) - house.clock()).total_seconds())


def person(session: Session, who: str) -> Person:
    account = session.exec(select(Account).where(Account.user == f"U-{who.upper()}")).one()
    return session.get_one(Person, account.person_id)


def begins(house: House, **how: Any) -> House:
    """A standup on weekdays at half past nine, everybody's own, from Tuesday on."""

    def add(session: Session) -> None:
        row = Cadence(
            partnership_id=house.partnership, kind=CadenceKind.STANDUP, rrule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
            start_on=TUESDAY, created_at=house.clock(), **{"name": "Daily", "at": time(9, 30), **how},
        )  # fmt: skip
        session.add(row)
        session.flush()
        rhythm.replan(session, {house.partnership}, house.clock())

    house.database.run(add)
    return house


@pytest.fixture
def house(sqlite: Database, clock: Clock) -> Iterator[House]:
    """On one database; the whole day is lived on both below."""
    house = House(sqlite, clock)
    yield house.begun()
    house.close()


@pytest.fixture
def daily(house: House) -> House:
    return begins(house)


def rows(house: House) -> dict[str, list[CheckIn]]:
    """The check-ins by person."""

    def look(session: Session) -> dict[str, list[CheckIn]]:
        found: dict[str, list[CheckIn]] = {}
        for row, account in session.exec(
            select(CheckIn, Account)
            .join(Member, Member.id == CheckIn.member_id)  # type: ignore[arg-type]
            .join(Account, Account.person_id == Member.person_id)  # type: ignore[arg-type]
            .order_by(CheckIn.id)  # type: ignore[arg-type]
        ):
            session.expunge(row)
            found.setdefault(account.user[2:].lower(), []).append(row)
        return found

    return house.database.run(look)


def record(house: House, *kinds: str) -> list[str]:
    events = house.database.run(ledger.of_partnership, house.partnership)
    return [each.kind for each in events if each.kind.startswith(kinds or ("standup.", "checkin."))]


def change(house: House, what: Any) -> None:
    """Change something in the database, and let the schedule follow as it does after any answer."""

    def work(session: Session) -> None:
        what(session)
        rhythm.follow(session, house.clock())

    house.database.run(work)


def sent(house: House, who: str) -> list[Message]:
    """What somebody was sent about the standup, oldest first."""
    return [post for post in house.direct(who).posts if "Daily" in plain(post.title)]


def prompt(house: House, who: str) -> Message:
    return sent(house, who)[0]


def answers(house: House, who: str, on: Message | None = None, **said_: Any) -> Any:
    form = house.presses(who, "Answer", on or sent(house, who)[-1], where="direct")
    return house.submits(who, form, "direct", **said_)


def member(session: Session, who: str) -> Member:
    return session.exec(select(Member).where(Member.person_id == person(session, who).id)).one()


def parent(house: House, room: str = "north") -> Message:
    return next(post for post in reversed(house.room(room).posts) if "answered" in plain(post.title))


# Prompts --------------------------------------------------------------------------------------------------------------


def test_everybody_is_asked_at_half_past_nine_where_they_live_and_observers_never(daily: House) -> None:
    asked: dict[str, datetime] = {}
    while daily.clock() < at("2026-11-03 20:00"):
        daily.time_passes(minutes=30)
        for who in EVERYBODY:
            if who not in asked and sent(daily, who):
                asked[who] = daily.clock()
    assert asked == {
        "bo": at("2026-11-03 00:30"),
        "priya": at("2026-11-03 04:00"),
        "ana": at("2026-11-03 08:30"),
        "nora": at("2026-11-03 08:30"),
        "joao": at("2026-11-03 09:30"),
        "sam": at("2026-11-03 14:30"),
    }
    assert not sent(daily, "olga")


def test_a_prompt_asks_four_things_and_offers_what_can_be_done(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    card = prompt(daily, "ana")
    assert plain(card.title) == "Daily of Tue 3 Nov 2026 · how does it go in Apollo?"
    assert "are you waiting on Contoso?" in in_words(card)
    assert labels(card) == ["Answer", "Skip today", "Snooze 1 h", "I’m away until…"]


def test_the_card_of_a_standup_comes_once_a_room_with_the_first_prompt_and_counts_both_sides(daily: House) -> None:
    until(daily, "2026-11-03 00:29")
    assert not daily.room("north").posts
    until(daily, "2026-11-03 00:30")
    for room in ("north", "south"):
        [card] = daily.room(room).posts
        assert plain(card.title) == "Daily of Tue 3 Nov 2026 · open, 0 of 6 answered"
        assert (card.fact("Northwind"), card.fact("Contoso")) == ("0 of 3 answered", "0 of 3 answered")
        assert "Tue 3 Nov 2026, 19:30 Berlin" in plain(card.footer)
    until(daily, "2026-11-03 15:00")
    assert len(daily.room("north").posts) == 1


def test_who_moves_zone_at_noon_is_asked_once_that_day(daily: House) -> None:
    until(daily, "2026-11-03 11:00")

    def move(session: Session) -> None:
        person(session, "ana").zone = "America/New_York"

    change(daily, move)
    until(daily, "2026-11-03 23:00")
    assert len(rows(daily)["ana"]) == 1
    until(daily, "2026-11-04 14:30")
    assert [row.asked_at for row in rows(daily)["ana"]] == [at("2026-11-03 08:30"), at("2026-11-04 14:30")]


def test_a_holiday_a_day_off_and_an_absence_are_nobodys_prompt(house: House) -> None:
    def settle(session: Session) -> None:
        for side in session.exec(select(Side).where(Side.key == Key.B)):
            side.country = "JP"  # 3 November is a holiday there
        person(session, "joao").days = "0,2,3,4"
        session.add(Absence(person_id=person(session, "nora").id, starts_on=TUESDAY, ends_on=TUESDAY))

    house.database.run(settle)
    begins(house)
    until(house, "2026-11-03 23:00")
    assert set(rows(house)) == {"ana"}
    card = parent(house)
    assert card.fact("Northwind") == "0 of 1 answered, 1 no update, 1 away"
    assert card.fact("Contoso") == "nobody was asked"
    assert card.fact("Away") == "Nora Berg (Northwind)"


def test_a_standup_of_one_side_is_asked_of_it_and_shown_in_its_room_alone(house: House) -> None:
    begins(house, side=Key.A)
    until(house, "2026-11-03 23:00")
    assert set(rows(house)) == {"ana", "joao", "nora"}
    assert parent(house).fact("Contoso") is None
    assert not house.room("south").posts


def test_in_a_shared_room_the_card_stands_once(sqlite: Database, clock: Clock) -> None:
    house = House(sqlite, clock).begun(shared=True)
    try:
        begins(house)
        until(house, "2026-11-03 08:30")
        answers(house, "ana", done="the rig runs")
        [card] = house.room("north").posts
        assert card.fact("Contoso") == "0 of 3 answered"
        assert len(house.room("north").thread) == 1
        answers(house, "nora", done="not for all", own_side="yes")
        assert len(house.room("north").thread) == 1
        assert parent(house).fact("Northwind") == "2 of 3 answered"
    finally:
        house.close()


def test_a_whole_day_is_the_same_on_every_database(database: Database, clock: Clock) -> None:
    house = House(database, clock).begun()
    try:
        begins(house)
        until(house, "2026-11-03 08:30")
        answers(house, "ana", done="the rig runs", blockers="no key")
        house.presses("nora", "Snooze 1 h", prompt(house, "nora"), where="direct")
        house.presses("bo", "Skip today", prompt(house, "bo"), where="direct")
        until(house, "2026-11-03 18:30")
        assert plain(parent(house).title) == "Daily of Tue 3 Nov 2026 · closed, 1 of 6 answered"
        until(house, "2026-11-04 08:30")
        house.presses("ana", "Same as yesterday", sent(house, "ana")[-1], where="direct")
        assert [each.times for each in all_blockers(house)] == [2]
    finally:
        house.close()


def test_who_turns_out_to_be_away_at_the_minute_of_the_prompt_is_not_asked(daily: House) -> None:
    until(daily, "2026-11-03 08:29")

    def settle(session: Session) -> None:  # the schedule has not followed yet
        session.add(Absence(person_id=person(session, "ana").id, starts_on=TUESDAY, ends_on=TUESDAY))
        member(session, "nora").role = Role.OBSERVER

    daily.database.run(settle)
    until(daily, "2026-11-03 08:31")
    assert set(rows(daily)) == {"bo", "priya"}
    assert not sent(daily, "ana")
    assert not sent(daily, "nora")


# Answers --------------------------------------------------------------------------------------------------------------


def test_an_answer_stands_in_the_thread_of_both_rooms_without_a_mention_and_is_counted(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    reply = answers(daily, "ana", done="the rig runs", next="first test", waiting="the drawings")

    assert isinstance(reply, Nothing)
    for room in ("north", "south"):
        [words] = daily.room(room).thread
        assert words.startswith("Ana Ruiz (Northwind) checked in.")
        assert "Since last time: the rig runs" in words
        assert "Waiting on Contoso: the drawings" in words
        assert parent(daily, room).fact("Northwind") == "1 of 3 answered"
    shown = [
        part
        for chat in daily.chats.values()
        for message in chat.contents.values()
        for card in message.values()
        for part in card.title
        if getattr(part, "kind", "") == "person"
    ]
    assert shown
    assert not any(part.ping for part in shown)


def test_the_prompt_becomes_the_answer_with_a_way_to_change_it(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    answers(daily, "ana", done="the rig runs")
    [card] = sent(daily, "ana")
    assert plain(card.title) == "Your answer to the Daily of Tue 3 Nov 2026 is in."
    assert labels(card) == ["Change"]


def test_a_change_is_made_in_place_and_marked(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    answers(daily, "ana", done="the rig runs")
    form = daily.presses("ana", "Change", sent(daily, "ana")[-1], where="direct")
    assert isinstance(form, Form)
    assert next(each.value for each in form.fields if isinstance(each, TextField)) == "the rig runs"
    daily.submits("ana", form, "direct", done="the rig ran")
    [words] = daily.room("south").thread
    assert "the rig ran" in words
    assert words.endswith("· edited")
    assert parent(daily).fact("Northwind") == "1 of 3 answered"
    assert record(daily, "checkin.") == ["checkin.answered", "checkin.edited"]


def test_what_was_answered_stays_as_it_is_once_the_next_prompt_has_come(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    answers(daily, "ana", done="the rig runs")
    until(daily, "2026-11-04 08:30")
    old, new = prompt(daily, "ana"), sent(daily, "ana")[-1]
    assert "asked again since" in said(daily.presses("ana", "Change", old, where="direct"))
    assert "Same as yesterday" in labels(new)


def test_what_was_next_and_what_is_in_the_way_is_shown_and_stands_in_the_form(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    answers(daily, "ana", done="the rig runs", next="first test", blockers="no certificate\n- no key")
    until(daily, "2026-11-04 08:30")
    card = sent(daily, "ana")[-1]
    assert card.fact("Last time you had next") == "first test"
    assert "• no certificate\n• no key" in in_words(card)
    form = daily.presses("ana", "Answer", card, where="direct")
    assert isinstance(form, Form)
    values = {each.id: each.value for each in form.fields if isinstance(each, TextField)}
    assert values == {"done": "", "next": "first test", "blockers": "no certificate\nno key", "waiting": ""}


def test_the_same_as_last_time_takes_one_press(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    answers(daily, "ana", done="the rig runs", next="first test")
    until(daily, "2026-11-04 08:30")
    assert isinstance(daily.presses("ana", "Same as yesterday", sent(daily, "ana")[-1], where="direct"), Nothing)
    assert rows(daily)["ana"][1].next == "first test"
    assert len(daily.room("south").thread) == 2


def test_an_empty_answer_and_one_that_is_too_long_are_asked_back_with_the_form_open(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    assert set(answers(daily, "ana", done="  ", blockers="none").fields) == {"done"}
    wrong = answers(daily, "ana", done="x", next="y" * 1001)
    assert isinstance(wrong, Errors)
    assert wrong.fields == {"next": "Please keep this to 1000 letters; it is 1001."}
    assert rows(daily)["ana"][0].state is CheckInState.ASKED


def test_a_redelivered_form_answers_once(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    daily.acts("ana", "checkin.skip", rows(daily)["ana"][0].subject, "direct", delivery="same")
    daily.acts("ana", "checkin.skip", rows(daily)["ana"][0].subject, "direct", delivery="same")
    assert record(daily, "checkin.") == ["checkin.skipped"]


def test_an_answer_for_ones_own_side_leaves_no_word_in_the_other_room(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    answers(daily, "ana", done="we are short of people", own_side="yes")
    assert "short of people" in daily.room("north").thread[0]
    assert not daily.room("south").thread
    assert parent(daily, "south").fact("Northwind") == "1 of 3 answered"


def test_what_becomes_for_ones_own_side_is_taken_from_the_other_room(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    answers(daily, "ana", done="we are short of people")
    form = daily.presses("ana", "Change", sent(daily, "ana")[-1], where="direct")
    daily.submits("ana", form, "direct", own_side="yes")
    assert daily.room("south").thread == ["Ana Ruiz (Northwind) checked in, for their own side."]
    assert "short of people" in daily.room("north").thread[0]
    form = daily.presses("ana", "Change", sent(daily, "ana")[-1], where="direct")
    daily.submits("ana", form, "direct", own_side="")
    assert "short of people" in daily.room("south").thread[0]


def test_what_was_for_ones_own_side_is_so_again_in_the_form_that_takes_its_words_over(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    answers(daily, "ana", next="ask for people", own_side="yes")
    answers(daily, "nora", blockers="no budget", own_side="yes")
    until(daily, "2026-11-04 08:30")
    answers(daily, "nora", done="the plan", blockers="no budget", own_side="yes")
    until(daily, "2026-11-05 08:30")
    for who in ("ana", "nora"):
        form = daily.presses(who, "Answer", sent(daily, who)[-1], where="direct")
        assert isinstance(form, Form)
        assert next(each.on for each in form.fields if isinstance(each, SwitchField)), who


def test_an_open_blocker_of_ones_own_side_keeps_the_form_to_it_after_a_public_answer(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    answers(daily, "ana", blockers="no budget", own_side="yes")
    daily.types("ana", "/checkin done: the rig runs")
    form = daily.types("ana", "/checkin")
    assert isinstance(form, Form)
    assert next(each.on for each in form.fields if isinstance(each, SwitchField))


def test_nobody_answers_for_somebody_else(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    subject = rows(daily)["ana"][0].subject
    assert said(daily.acts("bo", "checkin.answer", subject)).startswith("This one is for Ana Ruiz (Northwind).")
    assert said(daily.acts("mallory", "checkin.skip", subject, "hall")).startswith("There is nothing here")
    assert rows(daily)["ana"][0].state is CheckInState.ASKED


def test_a_reply_under_the_prompt_answers_it(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    key = next(iter(daily.direct("ana").all))
    daily.says("ana", "the rig runs next: first test", "direct", key)
    row = rows(daily)["ana"][0]
    assert (row.state, row.done, row.next) == (CheckInState.ANSWERED, "the rig runs", "first test")


def test_a_reply_in_the_thread_of_a_standup_is_carried_to_the_other_room(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    daily.says("bo", "shall we talk?", "south")
    assert daily.room("north").thread == ["Bo Chen (Contoso) says:\n> shall we talk?"]
    form = daily.presses("ana", "Comment", parent(daily))
    daily.submits("ana", form, words="yes, at noon")
    assert "yes, at noon" in daily.room("south").thread[-1]


def test_what_is_typed_below_an_answer_for_ones_own_side_stays_on_that_side(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    answers(daily, "ana", done="we are short of people", own_side="yes")
    [words] = daily.room("north").thread
    assert "For Northwind’s side only. Replies here stay on that side." in words
    daily.says("joao", "by two people", "north")
    assert not daily.room("south").thread
    events = daily.database.run(ledger.of_partnership, daily.partnership)
    assert [each.body["private"] for each in events if each.kind == "occurrence.commented" and each.body] == [True]

    daily.says("bo", "shall we talk?", "south")
    assert "shall we talk?" in daily.room("north").thread[-1]
    daily.submits("ana", daily.presses("ana", "Comment", parent(daily)), words="yes, at noon")
    assert [each.rpartition("> ")[2] for each in daily.room("south").thread] == ["yes, at noon"]


def test_once_what_was_for_ones_own_side_is_for_both_what_is_typed_is_carried_again(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    answers(daily, "ana", done="the rig runs", own_side="yes")
    form = daily.presses("ana", "Change", sent(daily, "ana")[-1], where="direct")
    daily.submits("ana", form, "direct", own_side="")
    assert "only" not in daily.room("north").thread[0]
    daily.says("joao", "well done", "north")
    assert "well done" in daily.room("south").thread[-1]


def test_an_answer_whose_check_in_is_gone_leaves_no_word_in_the_thread(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    answers(daily, "ana", done="the rig runs")
    [row] = rows(daily)["ana"]

    def remove(session: Session) -> None:
        session.delete(session.get_one(CheckIn, row.id))
        outbox.redraw(session, now=daily.clock(), subject=f"occurrence:{row.occurrence_id}")

    daily.database.run(remove)
    daily.delivers()
    for room in ("north", "south"):
        assert daily.room(room).thread == ["This check-in was taken back."]


# Skipping, snoozing, being away -----------------------------------------------------------------------------------------


def test_skipping_takes_one_press_and_is_said_as_skipped(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    daily.presses("ana", "Skip today", prompt(daily, "ana"), where="direct")
    assert parent(daily).fact("Northwind") == "0 of 3 answered, 1 skipped"
    assert plain(sent(daily, "ana")[-1].title) == "Daily of Tue 3 Nov 2026 is skipped."
    answers(daily, "ana", done="after all")
    assert parent(daily).fact("Northwind") == "1 of 3 answered"


def test_a_snoozed_prompt_comes_back_in_an_hour_and_its_reminder_with_it(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    daily.presses("ana", "Snooze 1 h", prompt(daily, "ana"), where="direct")
    assert "I ask again Tue" not in in_words(prompt(daily, "ana"))
    assert "I ask again 09:30 UTC" in in_words(prompt(daily, "ana"))
    until(daily, "2026-11-03 09:29")
    assert len(sent(daily, "ana")) == 1
    until(daily, "2026-11-03 09:30")
    assert plain(sent(daily, "ana")[-1].title).startswith("You asked me to come back")
    until(daily, "2026-11-03 11:00")
    daily.presses("ana", "Snooze 1 h", prompt(daily, "ana"), where="direct")
    until(daily, "2026-11-03 11:43")
    assert len(sent(daily, "ana")) == 2
    until(daily, "2026-11-03 12:00")
    assert len(sent(daily, "ana")) == 3


def test_what_would_come_back_after_the_end_is_not_snoozed(daily: House) -> None:
    until(daily, "2026-11-03 11:45")
    reply = daily.presses("ana", "Snooze 1 h", prompt(daily, "ana"), where="direct")
    assert "In an hour this standup is closed" in said(reply)


def test_what_was_snoozed_does_not_come_back_to_who_is_away(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    daily.presses("ana", "Snooze 1 h", prompt(daily, "ana"), where="direct")
    daily.types("ana", "/partnership mine away until friday")
    until(daily, "2026-11-03 10:00")
    assert len(sent(daily, "ana")) == 1


def test_what_came_back_from_a_snooze_was_the_reminder(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    daily.presses("ana", "Snooze 1 h", prompt(daily, "ana"), where="direct")
    until(daily, "2026-11-03 12:20")
    assert len(sent(daily, "ana")) == 2


def test_who_says_until_when_they_are_away_is_away_and_never_missed(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    form = daily.presses("ana", "I’m away until…", prompt(daily, "ana"), where="direct")
    wrong = daily.submits("ana", form, "direct", until="blue")
    assert isinstance(wrong, Errors)
    reply = daily.submits("ana", form, "direct", until="thursday")
    assert said(reply).startswith("You are away until Thu 5 Nov 2026, that day included.")
    until(daily, "2026-11-05 23:00")
    assert [row.state for row in rows(daily)["ana"]] == [CheckInState.AWAY]
    assert parent(daily).fact("Away") == "Ana Ruiz (Northwind)"
    until(daily, "2026-11-06 08:30")
    assert len(rows(daily)["ana"]) == 2


def test_who_went_away_after_being_asked_is_away_when_it_closes(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    daily.types("ana", "/partnership mine away until friday")
    until(daily, "2026-11-03 19:00")
    assert rows(daily)["ana"][0].state is CheckInState.AWAY
    assert len(sent(daily, "ana")) == 1


# Reminders and the end --------------------------------------------------------------------------------------------------


def test_one_reminder_goes_to_those_who_have_not_answered_and_to_nobody_else(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    answers(daily, "nora", done="the budget")
    until(daily, "2026-11-03 11:41")
    assert len(sent(daily, "ana")) == 1
    until(daily, "2026-11-03 12:20")
    assert plain(sent(daily, "ana")[-1].title).startswith("A reminder: Daily of Tue 3 Nov 2026 is open until")
    assert len(sent(daily, "ana")) == 2
    assert len(sent(daily, "nora")) == 1
    answers(daily, "ana", done="the rig runs")
    assert all(not {"Answer", "Skip today"} & set(labels(post)) for post in sent(daily, "ana"))


def test_it_closes_when_the_last_window_closes_and_only_then_somebody_gave_no_update(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    answers(daily, "ana", done="the rig runs")
    until(daily, "2026-11-03 18:29")
    assert parent(daily).fact("No update") is None
    assert "open" in plain(parent(daily).title)
    until(daily, "2026-11-03 18:30")
    for room in ("north", "south"):
        card = parent(daily, room)
        assert plain(card.title) == "Daily of Tue 3 Nov 2026 · closed, 1 of 6 answered"
        assert card.fact("Northwind") == "1 of 3 answered, 2 no update"
        assert "João Silva (Northwind)" in (card.fact("No update") or "")
    assert plain(prompt(daily, "joao").title) == "Daily of Tue 3 Nov 2026 closed without an update from you."
    assert record(daily, "checkin.").count("checkin.missed") == 5


def test_a_late_answer_is_taken_marked_and_added_in_place(daily: House) -> None:
    until(daily, "2026-11-03 20:00")
    answers(daily, "joao", prompt(daily, "joao"), done="a day in the field")
    card = parent(daily)
    assert card.fact("Northwind") == "1 of 3 answered, 2 no update"
    assert "· late" in daily.room("south").thread[0]
    assert len([post for post in daily.room("south").posts if "Daily" in plain(post.title)]) == 1


def test_an_answer_after_ones_own_window_is_late_though_others_are_still_waited_for(daily: House) -> None:
    until(daily, "2026-11-03 12:30")
    answers(daily, "bo", prompt(daily, "bo"), done="slept well")
    assert rows(daily)["bo"][0].late
    assert "open" in plain(parent(daily).title)


def test_it_is_closed_although_the_last_person_drops_out_of_the_schedule(daily: House) -> None:
    until(daily, "2026-11-03 14:00")
    daily.types("sam", "/partnership mine off today")
    until(daily, "2026-11-03 23:00")
    card = parent(daily)
    assert "closed" in plain(card.title)
    assert card.fact("Contoso") == "0 of 2 answered, 2 no update, 1 away"


def test_it_waits_for_who_moved_west_and_is_asked_later_than_was_planned(daily: House) -> None:
    until(daily, "2026-11-03 09:00")

    def move(session: Session) -> None:
        person(session, "joao").zone = "Pacific/Honolulu"

    change(daily, move)
    until(daily, "2026-11-03 19:00")
    assert parent(daily).fact("Northwind") == "0 of 3 answered"
    until(daily, "2026-11-03 23:29")
    assert "open" in plain(parent(daily).title)
    until(daily, "2026-11-03 23:30")
    assert "closed" in plain(parent(daily).title)


def test_it_opens_again_for_who_is_asked_after_the_end(daily: House) -> None:
    until(daily, "2026-11-03 19:00")
    assert "closed" in plain(parent(daily).title)

    def join(session: Session) -> None:
        person(session, "olga").zone = "Pacific/Honolulu"
        member(session, "olga").role = Role.MEMBER

    change(daily, join)
    until(daily, "2026-11-03 19:30")
    assert "open" in plain(parent(daily).title)
    assert "Skip today" in labels(prompt(daily, "olga"))
    answers(daily, "olga", done="arrived")
    until(daily, "2026-11-03 23:30")
    assert parent(daily).fact("Northwind") == "1 of 4 answered, 3 no update"
    assert record(daily, "checkin.missed") == ["checkin.missed"] * 6


def test_who_left_or_only_looks_on_by_now_is_not_missed(daily: House) -> None:
    until(daily, "2026-11-03 09:30")

    def change_places(session: Session) -> None:
        member(session, "nora").left_at = daily.clock()
        member(session, "joao").role = Role.OBSERVER

    change(daily, change_places)
    until(daily, "2026-11-03 20:00")
    card = parent(daily)
    assert "closed" in plain(card.title)
    assert card.fact("Northwind") == "0 of 1 answered, 1 no update"
    assert not {"Nora", "João"} & set((card.fact("No update") or "").split())


def test_a_side_without_anybody_is_no_obstacle(house: House) -> None:
    def leave(session: Session) -> None:
        for row in session.exec(select(Member).where(Member.side == Key.B)):
            row.left_at = house.clock()

    house.database.run(leave)
    begins(house)
    until(house, "2026-11-03 23:00")
    assert parent(house).fact("Contoso") == "nobody was asked"


def test_while_the_partnership_is_paused_nobody_is_asked_and_nobody_missed_anything(daily: House) -> None:
    until(daily, "2026-11-03 08:30")
    daily.types("ana", "/partnership pause")
    until(daily, "2026-11-04 20:00")
    assert len(rows(daily)["ana"]) == 1
    assert "joao" not in rows(daily)
    assert not record(daily, "checkin.missed")
    assert parent(daily).fact("Northwind") == "nobody was asked"


# Outages ----------------------------------------------------------------------------------------------------------------


def test_after_three_hours_out_what_is_more_than_two_hours_late_is_skipped_and_recorded(daily: House) -> None:
    until(daily, "2026-11-03 08:00")
    daily.jumps(at("2026-11-03 11:00"))
    assert not sent(daily, "ana")  # due at 8:30
    assert sent(daily, "joao")  # due at 9:30
    assert record(daily, "standup.skipped_late") == ["standup.skipped_late"] * 2
    assert parent(daily).fact("Northwind") == "0 of 1 answered"
    until(daily, "2026-11-03 23:00")
    assert not sent(daily, "ana")


def test_after_a_day_out_nothing_old_is_asked_and_nobody_missed_what_they_could_not_answer(daily: House) -> None:
    until(daily, "2026-11-03 08:31")
    daily.jumps(at("2026-11-04 08:31"))
    states = {who: [row.state for row in found] for who, found in rows(daily).items()}
    assert states["ana"] == [CheckInState.ASKED, CheckInState.ASKED]
    assert states["priya"] == [CheckInState.ASKED]  # a new prompt at 4:00 was more than two hours late
    assert "joao" not in states
    assert not record(daily, "checkin.missed")
    assert len(sent(daily, "ana")) == 2
    assert "is over: I was not running then. Nothing is counted." in plain(prompt(daily, "ana").title)
    before = [*daily.room("north").all]
    daily.jumps(at("2026-11-04 08:32"))
    assert [*daily.room("north").all] == before


@pytest.mark.parametrize("back", ["2026-11-03 14:00", "2026-11-03 19:00"])
def test_who_was_not_reached_in_their_window_because_the_platform_was_out_missed_nothing(
    daily: House, back: str
) -> None:
    def refuse(parcel: Parcel) -> None:
        raise Later("the platform is out")

    until(daily, "2026-11-03 08:00")
    daily.chats["slack"].goes_wrong = refuse
    until(daily, back)
    assert not sent(daily, "ana")
    daily.chats["slack"].goes_wrong = lambda parcel: None
    until(daily, "2026-11-03 23:00")
    states = {who: found[0].state for who, found in rows(daily).items()}
    asked, missed = CheckInState.ASKED, CheckInState.MISSED
    assert states == dict.fromkeys(("ana", "nora", "joao"), asked) | dict.fromkeys(("bo", "priya", "sam"), missed)
    assert parent(daily, "south").fact("Northwind") == "nobody was asked"
    assert not any("A reminder" in in_words(post) for post in sent(daily, "ana"))
    assert not any("closed without" in in_words(post) for post in sent(daily, "ana"))


# Whoever cannot be written to -------------------------------------------------------------------------------------------


@pytest.fixture
def unreachable(house: House) -> House:
    def hide(session: Session) -> None:
        for account in session.exec(select(Account).where(Account.user == "U-JOAO")):
            account.reachable = False

    house.database.run(hide)
    return begins(house)


def test_who_cannot_be_written_to_is_asked_in_the_room_and_their_shepherd_hears_of_it_once(unreachable: House) -> None:
    until(unreachable, "2026-11-03 09:30")
    ask = unreachable.room("north").latest
    assert plain(ask.title).startswith("João Silva (Northwind), how does it go?")
    assert not any("João" in in_words(post) for post in unreachable.room("south").posts)
    told = [post for post in unreachable.direct("ana").posts if "cannot write to" in plain(post.title)]
    assert len(told) == 1

    form = unreachable.presses("joao", "Answer", ask)
    echo = unreachable.submits("joao", form, done="a day in the field")
    assert said(echo).startswith("Your answer to the Daily of Tue 3 Nov 2026 is in.")
    assert "in the thread in Northwind’s room and Contoso’s room" in said(echo)
    assert plain(unreachable.room("north").latest.title).startswith("João Silva (Northwind) answered.")
    until(unreachable, "2026-11-04 12:00")
    told = [post for post in unreachable.direct("ana").posts if "cannot write to" in plain(post.title)]
    assert len(told) == 1


def test_who_turns_out_not_to_be_reachable_is_asked_in_the_room_as_well(daily: House) -> None:
    def refuse(parcel: Parcel) -> None:
        if parcel.way is Way.DIRECT and parcel.account and parcel.account.user == "U-JOAO":
            raise Never("cannot_dm_user")

    daily.chats["slack"].goes_wrong = refuse
    until(daily, "2026-11-04 09:30")
    asked = [post for post in daily.room("north").posts if "how does it go?" in plain(post.title)]
    assert len(asked) == 1  # that of yesterday is over
    told = [plain(post.title) for post in daily.direct("ana").posts if "João" in plain(post.title)]
    assert told == ["I cannot write to João Silva (Northwind) directly, so I ask them in the room."]


def homeless(house: House) -> House:
    """Northwind's room is gone."""

    def close(session: Session) -> None:
        for room in session.exec(select(Room).where(Room.platform == "slack")):
            room.gone_at = house.clock()

    house.database.run(close)
    return house


def told_of(house: House, who: str) -> list[str]:
    return [plain(post.title) for post in house.direct("ana").posts if who in plain(post.title)]


def test_who_can_be_asked_nowhere_is_not_asked_and_their_shepherd_hears_of_it_once(unreachable: House) -> None:
    homeless(unreachable)
    until(unreachable, "2026-11-04 23:00")
    assert "joao" not in rows(unreachable)
    assert told_of(unreachable, "João") == [
        "I cannot write to João Silva (Northwind) directly, and there is no room, so they are not asked."
    ]


def test_who_turns_out_to_be_asked_nowhere_missed_nothing(daily: House) -> None:
    def refuse(parcel: Parcel) -> None:
        if parcel.way is Way.DIRECT and parcel.account and parcel.account.user == "U-JOAO":
            raise Never("cannot_dm_user")

    daily.chats["slack"].goes_wrong = refuse
    homeless(daily)
    until(daily, "2026-11-04 23:00")
    assert CheckInState.MISSED not in {row.state for row in rows(daily)["joao"]}
    assert len(told_of(daily, "João")) == 1


def test_two_standups_at_once_tell_the_shepherd_once_who_cannot_be_written_to(unreachable: House) -> None:
    begins(unreachable, name="Second")
    until(unreachable, "2026-11-03 09:30")
    assert len(told_of(unreachable, "João")) == 1
    assert record(unreachable, "member.") == ["member.unreachable"]


def test_an_answer_that_comes_while_it_closes_is_kept(postgresql: Database, postgresql_url: str, clock: Clock,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    house = House(postgresql, clock).begun()
    begins(house)
    until(house, "2026-11-03 18:29:59")
    elsewhere = Database(postgresql_url)
    second = House(elsewhere, clock)
    second.partnership = house.partnership
    answering: list[threading.Thread] = []
    plainly = scenes.scenes

    def meanwhile(*given: Any) -> Any:
        if not answering:
            answering.append(threading.Thread(target=second.types, args=("sam", "/checkin done: the last minute")))
            answering[0].start()
            answering[0].join(0.5)
        return plainly(*given)

    monkeypatch.setattr(scenes, "scenes", meanwhile)
    try:
        house.clock.time = at("2026-11-03 18:30")
        house.loop.run_until_complete(house.metronome.tick())
        answering[0].join(20)
        [row] = rows(house)["sam"]
        assert (row.state, row.done) == (CheckInState.ANSWERED, "the last minute")
    finally:
        second.close()
        elsewhere.close()
        house.close()


# Blockers ---------------------------------------------------------------------------------------------------------------


def blocked(house: House, day: int, words: str, **more: Any) -> None:
    until(house, f"2026-11-0{day} 09:30")
    answers(house, "joao", done="more", blockers=words, **more)


def repeats(house: House, who: str) -> list[str]:
    return [plain(post.title) for post in house.direct(who).posts if "same blocker" in plain(post.title)]


def told_again(house: House, who: str) -> str:
    return next(in_words(post) for post in house.direct(who).posts if "same blocker" in plain(post.title))


def test_the_same_blocker_three_times_reaches_both_shepherds_once(daily: House) -> None:
    blocked(daily, 3, "No certificate for the gateway yet")
    blocked(daily, 4, "still no certificate, for the gateway!")
    assert not repeats(daily, "ana")
    blocked(daily, 5, "no gateway certificate")
    blocked(daily, 6, "no gateway certificate")
    for who in ("ana", "bo"):
        assert repeats(daily, who) == [
            "João Silva (Northwind) has named the same blocker 3 times: no gateway certificate"
        ]
    assert not repeats(daily, "nora")
    assert record(daily, "blocker.") == ["blocker.repeated", "blocker.repeated_for_both"]


def test_a_blocker_for_ones_own_side_reaches_its_own_shepherd_alone(daily: House) -> None:
    for day in (3, 4, 5):
        blocked(daily, day, "we are short of people", own_side="yes")
    assert repeats(daily, "ana")
    assert not repeats(daily, "bo")


def test_to_the_other_side_only_what_it_could_see_counts(daily: House) -> None:
    for day in (3, 4):
        blocked(daily, day, "no key", own_side="yes")
    for day in (5, 6):
        blocked(daily, day, "no key", own_side="")
    assert repeats(daily, "ana") == ["João Silva (Northwind) has named the same blocker 3 times: no key"]
    assert "the other side’s shepherds have not heard of it" in told_again(daily, "ana")
    assert not repeats(daily, "bo")
    until(daily, "2026-11-09 09:30")
    answers(daily, "joao", done="more", blockers="no key", own_side="")
    assert repeats(daily, "bo") == ["João Silva (Northwind) has named the same blocker 3 times: no key"]
    assert "First on Thu 5 Nov" in told_again(daily, "bo")
    assert repeats(daily, "ana") == ["João Silva (Northwind) has named the same blocker 5 times: no key"]
    assert "Both shepherds hear of it." in told_again(daily, "ana")


def test_a_change_of_an_answer_counts_a_blocker_once(daily: House) -> None:
    blocked(daily, 3, "no key")
    for _ in range(3):
        form = daily.presses("joao", "Change", sent(daily, "joao")[-1], where="direct")
        daily.submits("joao", form, "direct", blockers="no key")
    assert [each.times for each in all_blockers(daily)] == [1]


def all_blockers(house: House) -> list[Blocker]:
    def look(session: Session) -> list[Blocker]:
        found = list(session.exec(select(Blocker)))
        for each in found:
            session.expunge(each)
        return found

    return house.database.run(look)


def test_what_is_left_out_of_the_form_is_over(daily: House) -> None:
    blocked(daily, 3, "no key\nno rig")
    blocked(daily, 4, "no rig")
    assert {each.words: each.solved_at is None for each in all_blockers(daily)} == {"no key": False, "no rig": True}
    until(daily, "2026-11-05 09:30")
    assert "no key" not in in_words(sent(daily, "joao")[-1])


def test_none_in_words_ends_what_was_in_the_way_and_the_prompt_still_waits(daily: House) -> None:
    blocked(daily, 3, "no key\nno rig")
    until(daily, "2026-11-04 09:30")
    key = [each for each in daily.direct("joao").all if each not in daily.chats["slack"].threads][-1]
    reply = daily.says("joao", "blockers: none", "direct", key)
    assert said(reply).startswith("No blockers any more. Over: no key; no rig.")
    assert all(each.solved_at == daily.clock() for each in all_blockers(daily))
    assert rows(daily)["joao"][1].state is CheckInState.ASKED
    assert "no key" not in in_words(sent(daily, "joao")[-1])


def test_a_blocker_becomes_an_escalation_with_its_words(daily: House) -> None:
    blocked(daily, 3, "no key for the lab")
    form = daily.presses("joao", "Escalate", sent(daily, "joao")[-1], where="direct")
    assert isinstance(form, Form)
    assert next(each.value for each in form.fields if isinstance(each, TextField)) == "no key for the lab"
    assert "Escalation 1 is raised" in said(daily.submits("joao", form, "direct"))
    assert "“no key for the lab” is escalated." in in_words(prompt(daily, "joao"))
    assert "no key for the lab" in in_words(daily.room("south").latest)


def test_a_blocker_of_one_side_is_nothing_to_the_other(daily: House) -> None:
    blocked(daily, 3, "we are short of people", own_side="yes")
    [row] = all_blockers(daily)
    assert said(daily.acts("bo", "blocker.escalate", row.subject)).startswith("There is nothing here")
    form = daily.acts("ana", "blocker.escalate", row.subject)
    assert isinstance(form, Form)
    [private] = [each.on for each in form.fields if isinstance(each, SwitchField)]
    assert private
