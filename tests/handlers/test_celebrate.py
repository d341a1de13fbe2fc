"""Celebrating people, from the command to what everybody sees of it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session, select

from bot import words
from bot.messages import Errors, Form, ManyField, Message, Note, Nothing, TextField, Tone, in_words
from bot.words import Key, Praise, Status, plain
from storage import ledger
from storage.tables import Account, Celebration, Member, Partnership, Person
from tests.house import House, controls, labels, said

PILOT = "/celebrate @joao @bo for closing the pilot"


def likes(house: House, who: str, praise: Praise) -> None:
    def choose(session: Session) -> None:
        account = session.exec(select(Account).where(Account.user == f"U-{who.upper()}")).one()
        session.get_one(Person, account.person_id).praise = praise

    house.database.run(choose)


def member(house: House, who: str) -> str:
    def look(session: Session) -> str:
        account = session.exec(select(Account).where(Account.user == f"U-{who.upper()}")).one()
        return str(session.exec(select(Member.id).where(Member.person_id == account.person_id)).one())

    return house.database.run(look)


def record(house: House) -> list[tuple[str, dict[str, Any]]]:
    events = house.database.run(ledger.of_partnership, house.partnership)
    return [(each.kind, each.body or {}) for each in events if each.kind.startswith("celebration.")]


def given(house: House) -> int:
    return len(house.database.run(lambda session: session.exec(select(Celebration)).all()))


def set_status(house: House, status: Status) -> None:
    def change(session: Session) -> None:
        session.get_one(Partnership, house.partnership).status = status

    house.database.run(change)


def kept_form(house: House, reply: Any, who: str) -> Form:
    form = house.presses(who, "Open form", reply)
    assert isinstance(form, Form)
    return form


def field(form: Any, name: str) -> Any:
    return next(each for each in form.fields if getattr(each, "id", "") == name)


# Giving --------------------------------------------------------------------------------------------------------------


def test_a_celebration_is_posted_once_in_each_room_and_told_to_those_celebrated(house: House) -> None:
    reply = house.types("ana", PILOT)

    for room in ("north", "south"):
        [card] = house.room(room).posts
        assert plain(card.title) == "🎉 Ana Ruiz (Northwind) celebrates João Silva (Northwind) and Bo Chen (Contoso)"
        assert "> for closing the pilot" in in_words(card)
        assert card.tone is Tone.JOY
    assert "celebrates you and Bo Chen" in in_words(house.direct("joao").latest)
    assert "celebrates you and João Silva" in in_words(house.direct("bo").latest)
    assert not house.direct("nora").posts
    assert said(reply).startswith("You celebrated João Silva (Northwind) and Bo Chen (Contoso).")
    assert isinstance(reply, Message)
    assert reply.fact("Shown in") == "Northwind’s room and Contoso’s room"
    assert reply.fact("Told directly") == "João Silva (Northwind) and Bo Chen (Contoso)"
    assert labels(reply) == ["Change", "Undo"]


def test_a_redelivered_command_celebrates_once_and_hears_the_same(house: House) -> None:
    first = house.types("ana", PILOT, delivery="same")
    assert house.types("ana", PILOT, delivery="same") == first
    assert given(house) == len(house.room("south").posts) == len(house.direct("bo").posts) == 1


def test_names_that_were_not_picked_are_found_among_the_members_of_both_sides(house: House) -> None:
    reply = house.types("ana", r"/celebrate \@joao \@PRIYA and \@Sam Lee for closing the pilot together")
    assert "You celebrated João Silva (Northwind), Priya Rao (Contoso) and Sam Lee (Contoso)." in said(reply)


def test_a_name_that_fits_two_people_is_asked_about_and_typed_only_once(house: House) -> None:
    def rename(session: Session) -> None:
        for account in session.exec(select(Account).where(Account.user.in_(("U-SAM", "U-PRIYA")))):  # type: ignore[attr-defined]
            session.get_one(Person, account.person_id).name = f"Alex {account.user}"

    house.database.run(rename)
    question = house.types("ana", r"/celebrate \@alex for closing the pilot together")
    assert said(question).startswith("Whom do you mean by @alex?")
    assert not given(house)

    assert isinstance(question, Message)
    reply = house.presses("ana", "Alex U-SAM (Contoso)", question)
    assert "You celebrated Alex U-SAM (Contoso)." in said(reply)
    assert house.direct("sam").posts
    assert not house.direct("priya").posts


def test_a_whole_side_is_celebrated_by_its_name_and_everybody_on_it_hears_of_it(house: House) -> None:
    likes(house, "sam", Praise.NONE)
    house.types("ana", r"/celebrate \@contoso for closing the pilot together")

    assert plain(house.room("south").latest.title).endswith("celebrates everybody at Contoso")
    for who in ("bo", "priya"):
        assert "celebrates everybody at Contoso" in in_words(house.direct(who).latest)
    assert not house.direct("sam").posts


def test_the_giver_is_not_told_of_their_own_praise_for_their_side(house: House) -> None:
    house.types("ana", r"/celebrate \@northwind for closing the pilot together")
    assert not house.direct("ana").posts
    assert house.direct("joao").posts


def test_without_arguments_the_form_opens_with_everybody_but_oneself(house: House) -> None:
    form = house.types("ana", "/celebrate")
    people = field(form, "people")
    assert isinstance(people, ManyField)
    shown = [option.label for option in people.options]
    assert shown[:2] == ["Everybody at Contoso", "Everybody at Northwind"]
    assert {"Bo Chen (Contoso)", "João Silva (Northwind)"} < set(shown)
    assert "Ana Ruiz (Northwind)" not in shown

    reply = house.submits("ana", form, people=(member(house, "bo"),), why="for staying late to mend the rig")
    assert "You celebrated Bo Chen (Contoso)." in said(reply)
    assert "mend the rig" in in_words(house.room("south").latest)


def test_words_without_anybody_open_the_form_with_the_words_kept(house: House) -> None:
    form = house.types("ana", "/celebrate the whole team closed the pilot")
    assert field(form, "why").value == "the whole team closed the pilot"


def test_a_form_with_nobody_and_hardly_a_reason_stays_open_and_says_both(house: House) -> None:
    form = house.types("ana", "/celebrate")
    wrong = house.submits("ana", form, people=(), why="thanks")
    assert isinstance(wrong, Errors)
    assert wrong.fields["people"] == "Choose at least one person, or a whole side."
    assert "20 characters or more, and so far it is 6" in wrong.fields["why"]
    assert not given(house)


@pytest.mark.parametrize("forged", ["ana", "999999", "c"])
def test_a_form_takes_only_those_whom_it_offered(house: House, forged: str) -> None:
    form = house.types("ana", "/celebrate")
    chosen = member(house, "ana") if forged == "ana" else forged
    wrong = house.submits("ana", form, people=(chosen,), why="for staying late to mend the rig")
    assert isinstance(wrong, Errors)
    assert set(wrong.fields) == {"people"}


def test_a_short_reason_is_sent_back_with_an_example_and_nothing_has_to_be_typed_again(house: House) -> None:
    reply = house.types("ana", "/celebrate @bo for helping")
    assert "20 characters or more" in said(reply)
    assert "/celebrate @ana @joão for" in said(reply)
    form = kept_form(house, reply, "ana")
    assert field(form, "why").value == "for helping"
    assert field(form, "people").values == (member(house, "bo"),)
    assert not given(house)


def test_nobody_celebrates_themselves(house: House) -> None:
    for typed in ("@ana @bo", r"\@ana \@bo"):
        reply = house.types("ana", f"/celebrate {typed} for closing the pilot together")
        assert said(reply).startswith("You cannot celebrate yourself")
        assert field(kept_form(house, reply, "ana"), "people").values == (member(house, "bo"),)
    assert not given(house)


def test_who_is_not_a_member_can_be_added_first(house: House) -> None:
    reply = house.types("ana", "/celebrate @mallory for closing the pilot together")
    assert said(reply).startswith("Mallory Fox is not a member here yet. Add them with")
    assert "/partnership members add @Mallory Fox to Northwind" in said(reply)
    assert field(kept_form(house, reply, "ana"), "why").value == "for closing the pilot together"
    assert "Your side’s shepherd can add them" in said(house.types("sam", "/celebrate @mallory for closing the pilot"))


def test_a_name_that_nobody_has_is_said_and_the_words_are_kept(house: House) -> None:
    reply = house.types("ana", r"/celebrate \@zoe @bo for closing the pilot together")
    assert said(reply).startswith("I know nobody called @zoe")
    assert field(kept_form(house, reply, "ana"), "people").values == (member(house, "bo"),)
    assert not given(house)


def test_an_observer_sees_and_does_not_celebrate(house: House) -> None:
    assert said(house.types("olga", PILOT)).startswith("Observers see and do not act.")
    assert not given(house)


def test_a_paused_or_forming_partnership_still_celebrates_and_a_closed_one_does_not(house: House) -> None:
    for status in (Status.FORMING, Status.PAUSED):
        set_status(house, status)
        assert said(house.types("ana", PILOT)).startswith("You celebrated")
    set_status(house, Status.CLOSED)
    assert "closed" in said(house.types("ana", PILOT))
    assert given(house) == 2


def test_a_milestone_is_marked_and_named(house: House) -> None:
    house.types("ana", "/celebrate @bo for closing the pilot for milestone Go-live")
    card = house.room("south").latest
    assert "> for closing the pilot (milestone: Go-live)" in in_words(card)
    assert "Milestone" in plain(card.footer)


# As people like it ---------------------------------------------------------------------------------------------------


def test_a_private_celebration_is_told_and_not_posted(house: House) -> None:
    reply = house.types("ana", f"{PILOT} !private")
    assert not house.room("north").posts
    assert not house.room("south").posts
    told = in_words(house.direct("bo").latest)
    assert "celebrates you\n> for closing the pilot\nThe rooms do not show it." in told
    assert "João" not in told
    assert "Shown in: no room" in said(reply)


def test_who_likes_it_private_is_told_and_the_rooms_leave_them_out(house: House) -> None:
    likes(house, "bo", Praise.PRIVATE)
    reply = house.types("ana", PILOT)
    assert plain(house.room("south").latest.title) == "🎉 Ana Ruiz (Northwind) celebrates João Silva (Northwind)"
    assert "without your name, as you chose" in in_words(house.direct("bo").latest)
    assert "Bo Chen" not in in_words(house.direct("joao").latest)
    assert "Bo Chen (Contoso) has chosen to be celebrated privately" in said(reply)


def test_who_wants_no_praise_is_left_alone_and_it_stays_on_the_record(house: House) -> None:
    likes(house, "bo", Praise.NONE)
    reply = house.types("ana", "/celebrate @bo for closing the pilot")
    assert not house.room("south").posts
    assert not house.direct("bo").posts
    assert "Bo Chen (Contoso) prefers not to be celebrated here" in said(reply)
    assert [kind for kind, _ in record(house)] == ["celebration.given"]


def test_who_cannot_be_written_to_is_mentioned_in_the_room(house: House) -> None:
    def cut_off(session: Session) -> None:
        session.exec(select(Account).where(Account.user == "U-BO")).one().reachable = False

    house.database.run(cut_off)
    reply = house.types("ana", PILOT)
    assert "I cannot write to Bo Chen (Contoso) directly: the room mentions them instead." in said(reply)
    named = [part for part in house.room("south").latest.title if isinstance(part, words.Person)]
    assert [(part.name, part.ping) for part in named] == [("Ana Ruiz", False), ("João Silva", False), ("Bo Chen", True)]


# Applause and comments -----------------------------------------------------------------------------------------------


def test_applause_counts_once_a_person_and_shows_in_both_rooms(house: House) -> None:
    house.types("ana", PILOT)
    assert isinstance(house.presses("sam", "👏"), Nothing)
    assert isinstance(house.presses("nora", "👏 1"), Nothing)
    assert said(house.presses("sam", "👏 2")).startswith("You have already clapped")
    for room in ("north", "south"):
        assert labels(house.room(room).latest)[0] == "👏 2"
        assert len(house.room(room).posts) == 1
    assert [kind for kind, _ in record(house)].count("celebration.clapped") == 2


def test_nobody_applauds_what_is_for_them(house: House) -> None:
    house.types("ana", PILOT)
    assert said(house.presses("bo", "👏")).startswith("This one is for you")
    assert labels(house.room("south").latest)[0] == "👏"


def test_a_reply_in_the_thread_reaches_the_other_room_with_its_author(house: House) -> None:
    house.types("ana", PILOT)
    assert isinstance(house.says("sam", "well deserved, <!channel> *all* of it"), Nothing)
    assert house.room("north").thread == ["Sam Lee (Contoso) says:\n> well deserved, <!channel> *all* of it"]
    assert house.room("south").thread == []
    assert record(house)[-1][1]["words"] == "well deserved, <!channel> *all* of it"


def test_a_comment_from_the_button_reaches_both_threads(house: House) -> None:
    house.types("ana", PILOT)
    form = house.presses("sam", "Comment")
    assert isinstance(house.submits("sam", form, words="  "), Errors)
    assert said(house.submits("sam", form, words="Thank you both!")).startswith("Your comment is on its way.")
    for room in ("north", "south"):
        assert house.room(room).thread == ["Sam Lee (Contoso) says:\n> Thank you both!"]


def test_a_comment_waits_for_no_thread_where_the_card_never_stood(house: House) -> None:
    from storage import partnerships
    from tests.house import HOMES

    def leave(session: Session) -> None:
        room = partnerships.room(session, HOMES["south"])
        assert room is not None
        partnerships.move_out(session, room.id, house.partnership)

    house.database.run(leave)
    house.types("ana", PILOT)
    house.database.run(partnerships.settle_in, HOMES["south"], house.partnership, Key.B)
    house.says("joao", "so glad that it is done")
    house.time_passes(hours=25)
    assert house.room("south").posts == []
    assert house.room("south").thread == []


def test_what_is_said_about_a_private_celebration_stays_among_those_concerned(house: House) -> None:
    house.types("ana", "/celebrate @bo for closing the pilot !private")
    form = house.presses("bo", "Comment", house.direct("bo").latest, where="direct")
    house.submits("bo", form, where="direct", words="Thank you, that means a lot.")
    assert "Bo Chen (Contoso) says about celebration 1" in in_words(house.direct("ana").latest)
    for room in ("north", "south"):
        assert house.room(room).posts == []
        assert house.room(room).thread == []


def test_those_celebrated_in_private_do_not_learn_of_each_other(house: House) -> None:
    reply = house.types("ana", f"{PILOT} !private")
    assert isinstance(reply, Message)
    comment = house.presses("bo", "Comment", house.direct("bo").latest, where="direct")
    assert isinstance(comment, Form)
    assert isinstance(comment.fields[0], Note)
    assert plain(comment.fields[0].words) == "It goes directly to Ana Ruiz (Northwind), with your name."
    house.submits("bo", comment, where="direct", words="Thank you, that means a lot.")
    assert len(house.direct("joao").posts) == 1


def test_what_is_said_under_a_direct_message_reaches_the_giver_and_no_room(house: House) -> None:
    house.types("ana", PILOT)
    house.says("bo", "between us: I was close to giving up", where="direct")
    assert "close to giving up" in in_words(house.direct("ana").latest)
    assert len(house.direct("joao").posts) == 1
    assert house.room("north").thread == house.room("south").thread == []


def test_a_private_celebration_does_not_exist_for_others(house: House) -> None:
    reply = house.types("ana", "/celebrate @bo for closing the pilot !private")
    assert isinstance(reply, Message)
    for label in labels(reply):
        assert said(house.presses("sam", label, reply)) == "There is nothing here for you to act on."
    assert said(house.presses("mallory", "Undo", reply)) == "There is nothing here for you to act on."


# Changing and taking back --------------------------------------------------------------------------------------------


def test_its_giver_can_change_the_words_for_fifteen_minutes_and_every_card_follows(house: House) -> None:
    reply = house.types("ana", PILOT)
    assert isinstance(reply, Message)
    house.time_passes(minutes=14)
    form = house.presses("ana", "Change", reply)
    assert isinstance(field(form, "why"), TextField)
    assert field(form, "why").value == "for closing the pilot"
    changed = house.submits("ana", form, why="for closing the pilot in Kyoto")

    assert "in Kyoto" in said(changed)
    for channel in (house.room("north"), house.room("south"), house.direct("bo"), house.direct("joao")):
        [card] = channel.posts
        assert "in Kyoto" in in_words(card)
        assert "edited" in plain(card.footer)
    assert [kind for kind, _ in record(house)] == ["celebration.given", "celebration.edited"]
    assert record(house)[-1][1]["from"]["why"] == "for closing the pilot"


def test_after_fifteen_minutes_it_stands_as_it_is(house: House) -> None:
    house.types("ana", PILOT)
    fresh = house.room("north").latest
    form = house.presses("ana", "Edit", fresh)
    house.time_passes(minutes=16)
    assert "Edit" not in [each.label for each in controls(house.room("north").latest)]
    assert said(house.presses("ana", "Edit", fresh)).startswith("The 15 minutes for changing it are over.")
    assert said(house.submits("ana", form, why="for something else altogether")).startswith("The 15 minutes")
    assert "for closing the pilot" in in_words(house.room("south").latest)


def test_who_is_added_hears_of_it_and_who_is_left_out_sees_that_it_changed(house: House) -> None:
    house.types("ana", PILOT)
    form = house.presses("ana", "Edit")
    house.submits("ana", form, people=(member(house, "bo"), member(house, "sam")))
    assert "celebrates you and Bo Chen" in in_words(house.direct("sam").latest)
    [left_out] = house.direct("joao").posts
    assert in_words(left_out) == "Celebration 1 was changed and is not shown here any more."
    assert len(house.direct("bo").posts) == 1

    form = house.presses("ana", "Edit")
    house.submits("ana", form, people=(member(house, "joao"),))
    [again] = house.direct("joao").posts
    assert "celebrates you" in in_words(again)


def test_made_private_it_leaves_the_rooms_and_made_public_it_comes_back_to_the_same_card(house: House) -> None:
    house.types("ana", PILOT)
    form = house.presses("ana", "Edit")
    private = house.submits("ana", form, shown="private")
    [card] = house.room("south").posts
    assert in_words(card) == "Celebration 1 was changed and is not shown here any more."
    assert isinstance(private, Message)
    house.submits("ana", house.presses("ana", "Change", private), shown="public")
    [card] = house.room("south").posts
    assert "for closing the pilot" in in_words(card)


def test_only_its_giver_changes_it_or_takes_it_back(house: House) -> None:
    house.types("ana", PILOT)
    assert said(house.presses("sam", "Edit")) == "Only Ana Ruiz (Northwind), who gave this celebration, can change it."
    assert said(house.presses("sam", "Undo")).endswith("can take it back.")
    assert house.room("south").latest.tone is Tone.JOY


def test_taken_back_every_card_turns_grey_and_its_words_are_gone(house: House) -> None:
    reply = house.types("ana", PILOT)
    assert isinstance(reply, Message)
    card = house.room("south").latest
    undone = house.presses("ana", "Undo", reply)
    assert said(undone).startswith("Celebration 1 is taken back.")
    for channel in (house.room("north"), house.room("south"), house.direct("bo"), house.direct("joao")):
        [left] = channel.posts
        assert in_words(left) == "Celebration 1 was taken back by Ana Ruiz (Northwind)."
        assert left.tone is Tone.GREY
    for label in labels(card):
        assert said(house.presses("ana", label, card)).startswith("This celebration was taken back")
    assert [kind for kind, _ in record(house)] == ["celebration.given", "celebration.undone"]


def test_a_shared_room_gets_the_card_once(sqlite: Any, clock: Any) -> None:
    house = House(sqlite, clock).begun(shared=True)
    house.types("ana", PILOT)
    assert len(house.room("north").posts) == 1
    assert not house.room("south").posts
    house.close()
