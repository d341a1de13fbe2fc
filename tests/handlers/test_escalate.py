"""`/escalate`: what is typed or filled in is understood, echoed and told, or kept and asked back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlmodel import Session, select

from bot.messages import Errors, Form, Message, Note, Tone
from bot.words import Role, Status, plain
from storage import partnerships
from storage.scenes import scene
from storage.tables import Absence, Escalation, Member, Partnership, Person, Side
from tests.handlers.escalating import card, cards, has_card, level, options, stands, told, words
from tests.house import HOMES, House, labels, said


def raised(house: House) -> list[Escalation]:
    return house.database.run(lambda session: [*session.exec(select(Escalation))])


def changes(house: House, name: str, change: Callable[[Session, Member], object]) -> None:
    """Change somebody's membership behind the scenes."""

    def run(session: Session) -> None:
        found = scene(session, house.partnership)
        who = next(each for each in found.everybody if each.person.name == name)
        change(session, who.member)

    house.database.run(run)


def is_away(house: House, name: str) -> None:
    changes(
        house,
        name,
        lambda s, row: s.add(Absence(person_id=row.person_id, starts_on=date(2026, 10, 30), ends_on=date(2026, 11, 6))),
    )


def test_an_escalation_stands_in_both_rooms_at_once(house: House) -> None:
    reply = house.types("joao", "/escalate the test rig is down")

    assert said(reply).startswith("Escalation 1 is raised: the test rig is down")
    assert house.room("north").latest.tone is Tone.RED
    assert house.room("south").latest == house.room("north").latest
    assert house.room("south").latest.fact("With") == "Level 1: Ana Ruiz (Northwind) and Bo Chen (Contoso)"


def test_the_reply_echoes_who_is_told_when_the_deadline_and_the_day_it_is_wanted(house: House) -> None:
    reply = house.types("joao", "/escalate the test rig is down by friday noon")

    assert isinstance(reply, Message)
    assert "Ana Ruiz (Northwind) is being told now." in said(reply)
    assert "Bo Chen (Contoso) will be notified Tue 3 Nov 2026, 09:00 Tokyo, when their working time begins." in said(
        reply
    )
    assert reply.fact("Acknowledge by") == ("Tue 3 Nov 2026, 05:00 Berlin (13:00 Tokyo) — 4 h of working time left")
    assert (reply.fact("Wanted by") or "").startswith("Fri 6 Nov 2026, 13:00")  # noon in Lisbon is 13:00 in Berlin
    assert labels(reply) == ["Notify now", "Change", "Undo"]


def test_undo_takes_it_back_in_both_rooms(house: House) -> None:
    reply = house.types("joao", "/escalate the test rig is down")

    assert isinstance(reply, Message)
    assert said(house.presses("joao", "Undo", reply)).startswith("Escalation 1 is withdrawn.")
    assert stands(house) == "withdrawn"


def test_change_corrects_the_words_and_keeps_the_clock(house: House) -> None:
    reply = house.types("joao", "/escalate the test rig is down by friday noon")
    before = card(house).fact("Acknowledge by")
    assert isinstance(reply, Message)
    form = house.presses("joao", "Change", reply)

    assert said(house.submits("joao", form, summary="the test rig in hall 4 is down", impact="The launch slips"))
    assert plain(card(house).title) == "Escalation 1 · open — the test rig in hall 4 is down"
    assert card(house).fact("Impact") == "The launch slips"
    assert card(house).fact("Acknowledge by") == before
    assert (card(house).fact("Wanted by") or "").startswith("Fri 6 Nov 2026, 13:00")
    assert house.room("south").thread[-1] == "João Silva (Northwind) changed the wording."


def test_words_can_be_changed_when_the_day_it_was_wanted_is_past(house: House) -> None:
    reply = house.types("joao", "/escalate the test rig is down by tomorrow noon")
    assert isinstance(reply, Message)
    house.time_passes(days=3)

    house.submits("joao", house.presses("joao", "Change", reply), summary="the rig is still down")
    assert (card(house).fact("Wanted by") or "").startswith("Tue 3 Nov 2026")


def test_a_day_changed_in_the_form_is_read_and_one_not_understood_is_said_at_its_field(house: House) -> None:
    reply = house.types("joao", "/escalate the test rig is down")
    assert isinstance(reply, Message)
    form = house.presses("joao", "Change", reply)

    wrong = house.submits("joao", form, wanted_by="the day after never")
    assert isinstance(wrong, Errors)
    assert set(wrong.fields) == {"wanted_by"}
    house.submits("joao", form, wanted_by="in 2 weeks")
    assert (card(house).fact("Wanted by") or "").startswith("Mon 16 Nov 2026")


def test_only_the_raiser_changes_the_words(house: House) -> None:
    house.types("joao", "/escalate the test rig is down")

    reply = house.acts("bo", "escalation.change", "escalation:1")
    assert said(reply) == "Only the person who raised it can change its words. You can add a note."


def test_words_stay_as_they_are_once_it_has_ended(house: House) -> None:
    house.types("joao", "/escalate the test rig is down")
    house.presses("joao", "Withdraw")

    assert said(house.acts("joao", "escalation.change", "escalation:1")).startswith("It has ended")


def test_without_words_the_form_opens_and_says_who_will_be_told(house: House) -> None:
    form = house.types("joao", "/escalate")

    assert isinstance(form, Form)
    notes = [plain(each.words) for each in form.fields if isinstance(each, Note)]
    assert notes == [
        "Who will be told",
        "Level 1: Ana Ruiz (Northwind) and Bo Chen (Contoso)",
        "Level 2: Nora Berg (Northwind) and Priya Rao (Contoso)",
        "Level 3: Nora Berg (Northwind) and Priya Rao (Contoso)",
    ]
    reply = house.submits("joao", form, summary="No spare part", impact="The launch slips")
    assert isinstance(reply, Message)
    assert house.room("south").latest.fact("Impact") == "The launch slips"


def test_the_form_warns_where_somebody_is_away(house: House) -> None:
    is_away(house, "Priya Rao")
    form = house.types("joao", "/escalate")

    assert isinstance(form, Form)
    notes = [plain(each.words) for each in form.fields if isinstance(each, Note)]
    assert "Priya Rao (Contoso) is away until Fri 6 Nov 2026" in notes[2]


def test_the_form_offers_nobody_who_cannot_act(house: House) -> None:
    form = house.types("joao", "/escalate")

    assert isinstance(form, Form)
    offered = next(each for each in form.fields if each.kind == "choice" and each.id == "to")
    names = [option.label for option in offered.options]
    assert names == ["Ana Ruiz (Northwind)", "Nora Berg (Northwind)", "Bo Chen (Contoso)", "Priya Rao (Contoso)", "Sam Lee (Contoso)"]  # fmt: skip


def test_everything_filled_in_is_on_the_card(house: House) -> None:
    form = house.types("joao", "/escalate")
    house.submits(
        "joao", form, summary="No spare part", impact="The launch slips", tried="Asked twice", asked="A date",
        wanted_by="friday noon", urgency="high", level="2",
    )  # fmt: skip

    shown = card(house)
    assert stands(house) == "open, urgent"
    assert [shown.fact(each) for each in ("Impact", "Tried", "Asked")] == ["The launch slips", "Asked twice", "A date"]
    assert (shown.fact("Acknowledge by") or "").startswith("Mon 2 Nov 2026, 12:00 Berlin (20:00 Tokyo) — 2 h")
    assert level(house) == "Level 2"


def test_a_level_is_addressed_by_its_number(house: House) -> None:
    house.types("joao", "/escalate no answer on the contract to level 2")

    assert plain(card(house).title) == "Escalation 1 · open — no answer on the contract"
    assert level(house) == "Level 2"


def test_a_level_that_does_not_exist_is_said_and_the_form_keeps_the_words(house: House) -> None:
    reply = house.types("joao", "/escalate no answer to level 7")

    assert isinstance(reply, Message)
    assert said(reply) == "There is no level 7. The levels are 1, 2, 3."
    form = house.presses("joao", "Open form", reply)
    assert isinstance(form, Form)
    assert {each.id: each.value for each in form.fields if each.kind in ("text", "choice")}["summary"] == "no answer"
    house.submits("joao", form)
    assert level(house) == "Level 1"


def test_a_person_who_was_picked_is_addressed_with_their_level(house: House) -> None:
    house.types("joao", "/escalate no spare part to @priya")

    assert level(house) == "Level 2"
    assert card(house).fact("Handed to") == "Priya Rao (Contoso)"


@pytest.mark.parametrize(
    "typed",
    ["no spare part to \\@priya", "no spare part to \\@Priya Rao by friday", "to \\@PRIYA no spare part", "to \\@priya rao no spare part !high"],
)  # fmt: skip
def test_a_name_that_was_only_typed_is_found_on_the_other_platform_too(house: House, typed: str) -> None:
    house.types("joao", f"/escalate {typed}")

    assert plain(card(house).title).endswith(" — no spare part")
    assert card(house).fact("Handed to") == "Priya Rao (Contoso)"


def test_an_at_sign_before_nobody_s_name_stays_in_the_sentence(house: House) -> None:
    house.types("joao", "/escalate we wrote to \\@nobody and heard nothing")

    assert plain(card(house).title).endswith(" — we wrote to @nobody and heard nothing")
    assert level(house) == "Level 1"


def test_a_name_that_two_bear_is_asked_back_and_then_goes_on(house: House) -> None:
    changes(house, "Sam Lee", lambda s, row: setattr(s.get_one(Person, row.person_id), "name", "Priya Lee"))
    question = house.types("joao", "/escalate no spare part to \\@priya")

    assert isinstance(question, Message)
    assert said(question) == "Whom do you mean by @priya?"
    assert list(options(question)) == ["Priya Rao (Contoso)", "Priya Lee (Contoso)"]
    house.presses("joao", "Priya Lee (Contoso)", question)
    assert card(house).fact("Handed to") == "Priya Lee (Contoso)"


def test_somebody_who_is_no_member_cannot_be_addressed(house: House) -> None:
    reply = house.types("joao", "/escalate no spare part to @mallory")

    assert said(reply).startswith("Mallory Fox is not a member of this partnership.")
    assert not raised(house)


def test_nobody_escalates_to_themselves_or_to_an_observer(house: House) -> None:
    assert said(house.types("joao", "/escalate no spare part to @joao")).startswith("You cannot escalate to yourself.")
    assert "observes and does not act" in said(house.types("joao", "/escalate no spare part to @olga"))
    assert not raised(house)


def test_observers_do_not_escalate_and_hear_who_can(house: House) -> None:
    assert said(house.types("olga", "/escalate no spare part")) == (
        "Observers see and do not act. Only members of either side can escalate."
    )


def test_an_addressee_who_is_away_is_asked_about_first(house: House) -> None:
    is_away(house, "Priya Rao")
    question = house.types("joao", "/escalate no spare part to level 2")

    assert isinstance(question, Message)
    assert said(question) == "Priya Rao (Contoso) is away until Fri 6 Nov 2026. Raise it all the same?"
    assert not raised(house)
    house.presses("joao", "Raise it", question)
    assert level(house) == "Level 2"
    again = house.presses("joao", "Raise it", question)
    assert said(again).startswith("That question is no longer open.")
    assert len(raised(house)) == 1


def test_not_now_raises_nothing(house: House) -> None:
    is_away(house, "Priya Rao")
    question = house.types("joao", "/escalate no spare part to level 2")

    assert isinstance(question, Message)
    assert said(house.presses("joao", "Not now", question)).startswith("Nothing was raised.")
    assert not raised(house)


def test_the_backup_stands_in_for_a_shepherd_who_is_away_without_a_question(house: House) -> None:
    changes(house, "Sam Lee", lambda s, row: setattr(row, "role", Role.BACKUP))
    is_away(house, "Bo Chen")
    house.types("joao", "/escalate no spare part")

    assert card(house).fact("With") == "Level 1: Ana Ruiz (Northwind) and Sam Lee (Contoso)"


def test_nobody_is_told_of_their_own_concern(house: House) -> None:
    house.types("ana", "/escalate no spare part")

    assert card(house).fact("With") == "Level 1: Bo Chen (Contoso)"
    assert not has_card(house, "ana")


def test_an_empty_level_is_skipped_and_the_card_says_so(house: House) -> None:
    for name in ("Nora Berg", "Priya Rao"):
        changes(house, name, lambda s, row: setattr(row, "role", Role.MEMBER))
    house.types("joao", "/escalate no spare part to level 3")

    assert level(house) == "Level 1"
    assert plain(card(house).footer) == (
        "Apollo · Levels 2 and 3 are skipped: nobody else stands there on either side."
    )


def test_a_side_names_its_own_people_for_a_level(house: House) -> None:
    def name_sam(session: Session, row: Member) -> None:
        session.get_one(Side, (house.partnership, row.side)).ladder = {"1": [row.id]}

    changes(house, "Sam Lee", name_sam)
    house.types("joao", "/escalate no spare part")

    assert card(house).fact("With") == "Level 1: Ana Ruiz (Northwind) and Sam Lee (Contoso)"


def test_a_date_with_two_readings_is_asked_back_and_never_guessed(house: House) -> None:
    question = house.types("nora", "/escalate no spare part by friday at 3")

    assert isinstance(question, Message)
    assert not raised(house)
    assert list(options(question)) == ["Fri 6 Nov 2026, 03:00", "Fri 6 Nov 2026, 15:00"]
    house.presses("nora", "Fri 6 Nov 2026, 15:00", question)
    assert (card(house).fact("Wanted by") or "").startswith("Fri 6 Nov 2026, 15:00")


def test_a_wrong_date_keeps_everything_in_the_form_until_it_is_right(house: House) -> None:
    reply = house.types("joao", "/escalate no spare part by 31 february to level 2 !high")

    assert isinstance(reply, Message)
    assert not raised(house)
    form = house.presses("joao", "Open form", reply)
    assert isinstance(form, Form)
    held = {each.id: each.value for each in form.fields if each.kind in ("text", "choice")}
    assert (held["summary"], held["wanted_by"]) == ("no spare part", "31 february")
    assert (held["level"], held["urgency"]) == ("2", "high")

    assert isinstance(house.submits("joao", form, wanted_by="31 march at 25:00"), Errors)
    assert not raised(house)
    assert said(house.submits("joao", form, wanted_by="friday noon")).startswith("Escalation 1 is raised")
    assert [each.summary for each in raised(house)] == ["no spare part"]


def test_a_form_corrected_after_errors_acts_once_even_when_it_is_delivered_twice(house: House) -> None:
    form = house.types("joao", "/escalate")
    house.count = iter([7, 7, 7])  # type: ignore[assignment]  # a platform sends a corrected form under the same id
    wrong = house.submits("joao", form, summary="x")
    right = house.submits("joao", form, summary="no spare part")
    again = house.submits("joao", form, summary="no spare part")

    assert wrong == Errors({"summary": "Say in a few words what is wrong."})
    assert said(right).startswith("Escalation 1 is raised")
    assert again == right
    assert len(raised(house)) == 1


HOSTILE = [
    "<!channel> <@U-BO> <https://evil.example|click> *bold* _it_ `code`",
    "<at>everyone</at> **bold** [click](https://evil.example) <script>alert(1)</script>",
    "مرحبا \u202eevil\u202c 👩‍👩‍👧‍👦 e\u0301",
    "&lt;b&gt; &amp; {{DATE(2026-01-01)}}",
]


@pytest.mark.parametrize("typed", HOSTILE)
def test_what_people_type_is_shown_letter_for_letter_in_every_field(house: House, typed: str) -> None:
    form = house.types("joao", "/escalate")
    house.submits("joao", form, summary=typed, impact=typed, tried=typed, asked=typed)
    house.submits("bo", house.presses("bo", "Resolve"), outcome=typed)
    house.submits("sam", house.presses("sam", "Note"), words=typed)

    assert plain(card(house).title).endswith(f" — {typed}")
    assert {card(house).fact(each) for each in ("Impact", "Tried", "Asked", "Outcome")} == {typed}
    assert typed in house.room("north").thread[-1]
    assert typed in words(house.presses("sam", "Timeline"))


def test_control_characters_and_halves_of_letters_are_left_out(house: House) -> None:
    house.types("joao", "/escalate no\x00 spare\x07 part\ud800")
    form = house.types("joao", "/escalate")
    house.submits("joao", form, summary="no\x00 cable", impact="late\x1b[31m\ud83d")
    house.submits("bo", house.presses("bo", "Resolve"), outcome="found\x00 one")

    assert plain(card(house, 1).title).endswith(" — no spare part")
    assert plain(card(house, 2).title).endswith(" — no cable")
    assert (card(house, 2).fact("Impact"), card(house, 2).fact("Outcome")) == ("late[31m", "found one")


def test_too_many_words_are_refused_clearly_and_kept_in_the_form(house: House) -> None:
    novel = "the rig is down " * 2500
    reply = house.types("joao", f"/escalate {novel}")

    assert isinstance(reply, Message)
    assert said(reply).startswith("Please keep what is wrong to 500 letters")
    form = house.presses("joao", "Open form", reply)
    assert isinstance(form, Form)
    assert next(each.value for each in form.fields if each.kind == "text" and each.id == "summary") == novel.strip()
    assert isinstance(house.submits("joao", form), Errors)
    assert not raised(house)


def test_a_redelivery_acts_once_and_gets_the_same_answer(house: House) -> None:
    first = house.types("joao", "/escalate no spare part", delivery="d1")
    house.time_passes(minutes=5)
    again = house.types("joao", "/escalate no spare part", delivery="d1")

    assert again == first
    assert len(raised(house)) == 1


def test_nothing_is_raised_while_the_other_side_has_not_joined(house: House) -> None:
    house.database.run(
        lambda session: setattr(session.get_one(Partnership, house.partnership), "status", Status.FORMING)
    )

    assert said(house.types("joao", "/escalate no spare part")).startswith("The other side has not joined yet.")


def test_a_private_one_is_in_no_room_and_only_those_concerned_hear_of_it(house: House) -> None:
    form = house.types("joao", "/escalate")
    reply = house.submits("joao", form, summary="no trust", private="yes")
    house.time_passes(hours=16)

    assert "It is with those addressed and the shepherds only." in said(reply)
    assert not house.room("north").all
    assert not house.room("south").all
    assert [who for who in ("ana", "bo", "nora", "priya", "sam", "olga") if has_card(house, who)] == ["ana", "bo"]
    assert house.direct("ana").latest.fact("Seen by") == "the shepherds, the raiser and those addressed"
    assert said(house.acts("sam", "escalation.timeline", "escalation:1")) == "There is no such escalation here."
    assert said(house.acts("nora", "escalation.acknowledge", "escalation:1")) == "There is no such escalation here."


def test_a_private_one_climbs_to_those_addressed_and_what_is_said_stays_with_them(house: House) -> None:
    form = house.types("joao", "/escalate")
    house.submits("joao", form, summary="no trust", private="yes")
    house.time_passes(hours=24)
    house.submits("bo", house.presses("bo", "Note", house.direct("bo").latest), words="I call you")

    assert has_card(house, "nora")
    assert has_card(house, "priya")
    assert not house.room("north").all
    assert not house.room("south").all
    assert told(house, "joao") == ["Bo Chen (Contoso) says about Escalation 1:"]
    assert not told(house, "sam")


def test_a_shared_room_has_one_card(house: House) -> None:
    def share(session: Session) -> None:
        found = scene(session, house.partnership)
        for room, _ in found.rooms:
            partnerships.move_out(session, room.id, found.id)
        partnerships.settle_in(session, HOMES["north"], found.id, None)

    house.database.run(share)
    house.types("joao", "/escalate no spare part")
    house.time_passes(days=1)

    assert len(cards(house, "north")) == 1
    assert not cards(house, "south")


def test_a_name_that_nobody_here_has_is_asked_back_with_all_that_was_typed(house: House) -> None:
    reply = house.types("joao", r"/escalate the belt is loose to \@Zorro")
    assert said(reply).startswith("I know nobody called @Zorro here, so nothing was raised yet.")
    assert house.room("north").posts == []
    form = house.presses("joao", "Open form", reply)
    assert isinstance(form, Form)
    assert next(each.value for each in form.fields if each.id == "summary") == "the belt is loose to @Zorro"
    sent = house.types("joao", r"/escalate mail to \@home bounces")
    assert said(sent).startswith("Escalation 1 is raised")
