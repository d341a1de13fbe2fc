"""`/escalate`: raise a concern to the next level, without delay and without hard feelings."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.actions import blockers, calendars, concerned, escalations
from bot.actions.escalations import Concern
from bot.cards import escalation_forms as forms
from bot.cards import tidings
from bot.cards.escalation_forms import Draft, Rung
from bot.inbound import Mention
from bot.messages import Errors, Form, Message, Reply
from bot.rules import dates, grammar, naming, worktime
from bot.rules import ladder as ladders
from bot.rules.authority import Right
from bot.rules.ladder import LEVELS
from bot.words import Code, Role, Text, Urgency, line, local
from handlers import Ask, Sorry, Visit, command, submitted
from handlers.rights import allow, both_here, escalation_in
from storage import escalations as store
from storage.people import Standing
from storage.tables import Escalation


@command(
    "escalate",
    usage="what is wrong [by <date>] [to <level or @person>] [!high]",
    about="Raise a concern to those who can help. It costs the raiser nothing.",
    examples=(
        "the test rig is down by friday noon",
        "no answer on the contract since Monday to level 2",
        "customers cannot log in !high",
    ),
)
def escalate(visit: Visit, session: Session) -> Reply:
    """Raise a concern to those who can help."""
    both_here(visit)
    allow(visit, Right.ESCALATE)
    others = {each.id: each.person.name for each in _others(visit)}
    wish = grammar.escalation_wish(visit.words, lambda name: bool(naming.matches(name, others)), visit.account.locale)
    draft = Draft(summary=wish.text, wanted_by=wish.by or "", high=wish.high)
    match wish.to:
        case int(level):
            draft = replace(draft, level=level)
        case Mention():
            draft = replace(draft, to=_mentioned(visit, wish.to, draft).member.person_id)
        case str(name):
            draft = replace(draft, to=_named(visit, name, naming.matches(name, others)).member.person_id)
    stranger = grammar.addressed_at_end(wish.text) if wish.to is None else None
    if stranger is not None:
        told = ("I know nobody called ", Text(f"@{stranger}"), " here, so nothing was raised yet. ")
        raise Sorry(*told, "Pick somebody in the form, or say it without “to @…”.", form=form(visit, draft))
    if not wish.text:
        return form(visit, draft)
    problem = _problem(wish.text)
    if problem:
        raise Sorry(problem, " For example: ", forms.EXAMPLE, form=form(visit, draft))
    return _raise(visit, session, draft)


@submitted("escalate")
def sent(visit: Visit, session: Session) -> Reply:
    """Raise what the form says, or change what was raised."""
    draft = Draft(
        summary=visit.value("summary"),
        impact=visit.value("impact"),
        tried=visit.value("tried"),
        asked=visit.value("asked"),
        wanted_by=visit.value("wanted_by"),
        high=visit.value("urgency") == Urgency.HIGH,
        level=_figure(visit.value("level")) or 0,
        to=_figure(visit.value("to")),
        private=bool(visit.value("private")),
    )
    problem = _problem(draft.summary)
    if problem:
        return Errors({"summary": problem})
    changing = escalation_in(visit, session, Right.NOTE) if visit.subject.startswith("escalation:") else None
    kept = changing.wanted_by if changing and draft.wanted_by == _wanted_typed(visit, changing) else None
    if draft.wanted_by and kept is None:
        try:
            _deadline(visit, draft)
        except dates.Unclear as unclear:
            return Errors({"wanted_by": str(unclear)})
    if changing:
        allow_change(visit, changing)
        concern = replace(_concern(visit, replace(draft, wanted_by="")), wanted_by=kept or _wanted(visit, draft))
        return tidings.done(escalations.change(session, visit.call, changing, concern), "is changed.")
    both_here(visit)
    allow(visit, Right.ESCALATE)
    return _raise(visit, session, draft)


def allow_change(visit: Visit, escalation: Escalation) -> None:
    """Let the raiser change the words of what is not over."""
    if escalation.raised_by != visit.actor.id:
        raise Sorry("Only the person who raised it can change its words. You can add a note.")
    if store.state(escalation).over:
        raise Sorry("It has ended, so its words stay as they are.")


def change_form(visit: Visit, escalation: Escalation) -> Form:
    """The form with what was said, for its raiser to correct."""
    wanted = _wanted_typed(visit, escalation)
    draft = Draft(escalation.summary, escalation.impact, escalation.tried, escalation.asked, wanted)
    return forms.form(visit.subject, visit.scene.partnership.name, (), draft)


def _wanted_typed(visit: Visit, escalation: Escalation) -> str:
    """The day it is wanted by, as its raiser would type it."""
    return local(escalation.wanted_by, visit.zone) if escalation.wanted_by else ""


def _figure(given: str) -> int | None:
    """A number that was chosen from a list; None for anything else."""
    return int(given) if given.isascii() and given.isdigit() else None


def _raise(visit: Visit, session: Session, draft: Draft) -> Message:
    concern = _concern(visit, draft)
    ladder = concerned.ladder_for(visit.scene, visit.actor, visit.now)
    if concern.level and concern.level not in LEVELS:
        levels = ", ".join(str(level) for level in LEVELS)
        raise Sorry(f"There is no level {concern.level}. The levels are {levels}.", form=form(visit, draft))
    start = ladders.begin(ladder, concern.level, concern.to)
    if start is None:
        raise Sorry(
            "Nobody else stands on any level of the ladder. A shepherd can name people with ",
            Code("/partnership side ladder 1 @name"),
            ".",
        )
    _ask_where_away(visit, [*start.everybody, *((concern.to,) if concern.to else ())])
    escalation, notices = escalations.open_(session, visit.call, concern)
    if visit.subject.startswith("blocker:"):
        blockers.escalated(session, visit.call, visit.number, escalation.id)
    return tidings.raised(concerned.shown(visit.scene, escalation, visit.now), notices)


def _ask_where_away(visit: Visit, member_ids: list[int]) -> None:
    those = [visit.scene.who(each) for each in dict.fromkeys(member_ids)]
    away = [(each.shown(), until) for each in those if (until := _away_until(each, visit.now))]
    answer = visit.answers.get("away")
    if away and answer is None:
        raise Ask("away", forms.away_question(away), [("Raise it", "yes"), ("Not now", "no")])
    if answer == "no":
        raise Sorry("Nothing was raised. You can raise it whenever you like.")


def _away_until(who: Standing, now: datetime) -> datetime | None:
    """The last day of an absence that covers today, as noon of that day where the person lives."""
    today = now.astimezone(ZoneInfo(who.zone)).date()
    ends = [end for start, end in who.away if start <= today <= end]
    return worktime.place(max(ends), time(12), who.zone) if ends else None


def _concern(visit: Visit, draft: Draft) -> Concern:
    return Concern(
        summary=draft.summary,
        impact=draft.impact,
        tried=draft.tried,
        asked=draft.asked,
        wanted_by=_wanted(visit, draft),
        urgency=Urgency.HIGH if draft.high else Urgency.NORMAL,
        level=draft.level,
        to=_member(visit, draft),
        private=draft.private,
    )


def _member(visit: Visit, draft: Draft) -> int | None:
    if draft.to is None:
        return None
    who = visit.scene.by_person(draft.to)
    if who is None:
        raise Sorry(
            "That person is not a member any more. Choose somebody else.", form=form(visit, replace(draft, to=None))
        )
    if who.member.role is Role.OBSERVER:
        raise Sorry(
            who.shown(),
            " observes and does not act. Choose somebody else, or leave it to the ladder.",
            form=form(visit, replace(draft, to=None)),
        )
    if who.id == visit.actor.id:
        raise Sorry(
            "You cannot escalate to yourself. Leave it to the ladder, or name somebody else.",
            form=form(visit, replace(draft, to=None)),
        )
    return who.id


def _mentioned(visit: Visit, mention: Mention, draft: Draft) -> Standing:
    who = visit.scene.by_account(mention.profile.account)
    if who is not None:
        return who
    raise Sorry(
        Text(mention.profile.name),
        " is not a member of this partnership. Add them with ",
        Code("/partnership members add"),
        ", or leave it to the ladder.",
        form=form(visit, draft),
    )


def _named(visit: Visit, name: str, ids: list[int]) -> Standing:
    """The one member whom a typed name means; asked where it may be several."""
    chosen = visit.answers.get("to", "")
    meant = [each for each in ids if chosen in ("", str(each))]
    if len(meant) != 1:
        those = [visit.scene.who(each) for each in ids]
        options = [(f"{each.person.name} ({each.organisation})", str(each.id)) for each in those]
        raise Ask("to", line("Whom do you mean by ", Text(f"@{name}"), "?"), options)
    return visit.scene.who(meant[0])


def _others(visit: Visit) -> list[Standing]:
    """Those whom the visitor can address."""
    return [each for each in visit.scene.members if each.id != visit.actor.id and each.member.role is not Role.OBSERVER]


def _wanted(visit: Visit, draft: Draft) -> datetime | None:
    """The instant that was typed. In two readings it is asked back, once; not understood, it is said with the form."""
    if not draft.wanted_by:
        return None
    try:
        return _deadline(visit, draft)
    except dates.Unclear as unclear:
        for each in unclear.readings:
            if each.at.isoformat() == visit.answers.get("by"):
                return each.at
        if unclear.readings:
            options = [(local(each.at, visit.zone), each.at.isoformat()) for each in unclear.readings]
            raise Ask("by", (str(unclear),), options) from None
        raise Sorry(str(unclear), form=form(visit, draft)) from None


def _deadline(visit: Visit, draft: Draft) -> datetime:
    calendar = calendars.of_person(visit.scene, visit.actor)
    return dates.deadline(
        draft.wanted_by, now=visit.now, zone=visit.zone, locale=visit.account.locale, calendar=calendar
    ).at


def _problem(summary: str) -> str | None:
    if len(summary) < 3:
        return "Say in a few words what is wrong."
    if len(summary) > forms.SUMMARY_AT_MOST:
        return f"Please keep what is wrong to {forms.SUMMARY_AT_MOST} letters; the rest fits under impact and what was tried."
    return None


def form(visit: Visit, draft: Draft) -> Form:
    """The form, with who would be told on each level and who of them is away; it remembers the blocker that it came from."""
    ladder = concerned.ladder_for(visit.scene, visit.actor, visit.now)
    rungs = []
    for rung in ladder.rungs:
        those = [visit.scene.who(each) for each in rung.everybody]
        away = tuple((each.shown(), until) for each in those if (until := _away_until(each, visit.now)))
        rungs.append(Rung(rung.level, tuple(each.shown() for each in those), away))
    others = [each.shown() for each in _others(visit)]
    about = visit.subject if visit.subject.startswith("blocker:") else visit.scene.subject
    return forms.form(about, visit.scene.partnership.name, rungs, draft, others)
