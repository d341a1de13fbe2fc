"""`/partnership cadence`: what recurs. Shown back in words with its next dates before it is set; changed, paused, resumed, ended.

One rule: what was shown is what is set: between the question and the answer nothing is read again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import time, timedelta
from functools import partial

from sqlmodel import Session

from bot.actions import cadences
from bot.actions.cadences import Wish
from bot.cards import cadence as cards
from bot.cards.cadence import EXAMPLES, NAME_AT_MOST, Draft, State
from bot.cards.sentence import told
from bot.messages import Errors, Form, Message, Reply
from bot.pack import pack, unpack
from bot.rules import Unclear
from bot.rules.authority import Right
from bot.rules.cadence import Recurrence, in_words, lift
from bot.rules.cadence.typed import LENGTH
from bot.rules.dates.vocabulary import COUNT, number
from bot.rules.grammar import text_of, tidy
from bot.rules.naming import folded, matches
from bot.words import CadenceKind, Code, Key, Status, Text, line
from handlers import Ask, Sorry, Visit, command, pressed, submitted
from handlers.partnership import whom
from handlers.rights import allow, both_here, can
from storage import kept
from storage.tables import Cadence

HOUR = timedelta(hours=1)
KINDS = {
    "standup": CadenceKind.STANDUP, "stand-up": CadenceKind.STANDUP, "check-in": CadenceKind.STANDUP, "checkin": CadenceKind.STANDUP,
    "meeting": CadenceKind.MEETING, "report": CadenceKind.REPORT, "digest": CadenceKind.DIGEST, "summary": CadenceKind.DIGEST,
}  # fmt: skip
LONG = (CadenceKind.STANDUP, CadenceKind.MEETING)
SIDED = (CadenceKind.STANDUP, CadenceKind.REPORT)
OWN_CLOCK = (CadenceKind.STANDUP, CadenceKind.DIGEST)
"""What comes to each on their own clock, and has no zone."""
MINUTES = range(5, 12 * 60 + 1)
NINE = time(9)
_SEE = ("See the numbers and names with ", Code("/partnership cadence"), ".")
_LENGTHS = "Between 5 minutes and 12 hours, for example “1 h”, “90 min” or “1 h 30 min”."


# Showing -------------------------------------------------------------------------------------------------------------


@command(
    "partnership cadence",
    usage="[add | change | pause | resume | end]",
    about="Show what recurs, with the next dates: standups, meetings, reports, digests.",
    examples=("", "add standup weekdays at 9:30", "pause standup"),
)
def overview(visit: Visit, session: Session) -> Reply:
    """List what recurs."""
    allow(visit, Right.SEE)
    said = text_of(visit.words)
    if said:
        raise Sorry(
            "I do not know what to do with “", Text(said[:60]), "”. Try ", Code("/partnership cadence"), " or ",
            Code("/partnership cadence add standup weekdays at 9:30"), ".",
        )  # fmt: skip
    rows = cadences.every(session, visit.scene)
    shown = [_shown(visit, cadences.as_wish(row), rows, row) for row in rows if row.ended_at is None]
    return cards.listed(visit.scene.partnership.name, visit.scene.subject, shown, can(visit, Right.CADENCE))


def _shown(visit: Visit, wish: Wish, rows: Sequence[Cadence] = (), row: Cadence | None = None) -> cards.Shown:
    return cadences.shown(visit.scene, wish, visit.now, rows=rows, row=row)


# Setting -------------------------------------------------------------------------------------------------------------


@command(
    "partnership cadence add",
    usage="<standup | meeting | report | digest> [name] <when>",
    about="Let something recur. It is shown back with its next dates before it is set.",
    examples=tuple(f"{kind} {example}" for kind, example in EXAMPLES.items()),
)
def add(visit: Visit, session: Session) -> Reply:
    """Understand what is to recur and show it back; without arguments, open the form."""
    allow_changing(visit)
    first, _, rest = tidy(text_of(visit.words)).partition(" ")
    if first.casefold() == "progress":
        first, _, rest = rest.partition(" ")
    kind = KINDS.get(first.casefold().rstrip("s:"))
    if first and kind is None:
        raise Sorry(
            "What is to recur: a standup, a meeting, a report or a digest? For example: ",
            Code(f"/partnership cadence add {CadenceKind.STANDUP} {EXAMPLES[CadenceKind.STANDUP]}"),
            form=_form(visit, Draft(recurs=tidy(text_of(visit.words)))),
        )  # fmt: skip
    if kind is None or not rest.strip():
        return _form(visit, Draft(kind or CadenceKind.MEETING))
    typed = _taken_apart(visit, kind, rest)
    try:
        wish = _read(visit, kind, typed)
    except Unclear as unclear:
        form = _form(visit, Draft(kind, "", typed.when, typed.side, typed.long))
        raise Sorry(
            str(unclear), " So: ", Code(f"/partnership cadence add {kind} {EXAMPLES[kind]}"), form=form
        ) from None
    return _ask(visit, session, wish)


@pressed("cadence.add")
def open_form(visit: Visit, session: Session) -> Reply:
    """Open the form for a new one."""
    allow_changing(visit)
    return _form(visit, Draft())


@submitted("cadence.add")
def sent(visit: Visit, session: Session) -> Reply:
    """Understand the form and show it back."""
    allow_changing(visit)
    kind = CadenceKind(visit.value("kind")) if visit.value("kind") in tuple(CadenceKind) else CadenceKind.MEETING
    return _from_form(visit, session, kind)


def _from_form(visit: Visit, session: Session, kind: CadenceKind, like: Wish | None = None) -> Reply:
    side = Key(visit.value("side")) if visit.value("side") in tuple(Key) else None
    long = visit.value("long") if kind in LONG else ""
    typed = _Typed(
        tidy(visit.value("recurs")), tidy(visit.value("name")), side if kind in SIDED else None, long, form=True
    )
    wrong: dict[str, str] = {}
    if kind is CadenceKind.REPORT and side is None:
        wrong["side"] = "Choose the side that owes the report."
    if len(typed.name) > NAME_AT_MOST:
        wrong["name"] = f"A name has {NAME_AT_MOST} letters at most."
    if long and _minutes(long) not in MINUTES:
        wrong["long"] = _LENGTHS
    try:
        wish = None if wrong else _read(visit, kind, typed, like)
    except Unclear as unclear:
        wrong["recurs"] = str(unclear)
    return Errors(wrong) if wrong or wish is None else _ask(visit, session, wish)


def _ask(visit: Visit, session: Session, wish: Wish) -> Message:
    """Show it back in words with its next dates, and keep it for the answer."""
    rows = cadences.every(session, visit.scene)
    if wish.kind is CadenceKind.DIGEST and not wish.of and (digest := cadences.digest(session, visit.scene)):
        wish = replace(wish, of=digest.id)
    _refuse_twin(visit, session, wish)
    before = next((row for row in rows if row.id == wish.of), None)
    key = kept.keep(session, visit.account.id, pack(wish, Wish), visit.now + HOUR)
    return cards.preview(
        _shown(visit, wish),
        visit.scene.subject,
        key,
        instead=_shown(visit, cadences.as_wish(before), rows, before) if before else None,
        waits=visit.scene.partnership.status is Status.PAUSED,
    )


@pressed("cadence.set")
def set_it(visit: Visit, session: Session) -> Reply:
    """Set what was shown."""
    allow_changing(visit)
    text = kept.take(session, visit.argument, visit.account.id, visit.now)
    if text is None:
        raise Sorry(*_NO_LONGER)
    wish: Wish = unpack(text, Wish)
    _refuse_twin(visit, session, wish)
    if not wish.of and wish.kind is CadenceKind.DIGEST and (digest := cadences.digest(session, visit.scene)):
        wish = replace(wish, of=digest.id)
    if wish.of:
        row = next((each for each in cadences.every(session, visit.scene) if each.id == wish.of), None)
        if row is None or row.ended_at is not None:
            raise Sorry("It has ended meanwhile. Set it anew with ", Code("/partnership cadence add"), ".")
        return _done(visit, session, row, "changed", cadences.change(session, visit.call, row, wish))
    row, seq = cadences.set_(session, visit.call, wish)
    return _done(visit, session, row, "set", seq)


@pressed("cadence.later")
def later(visit: Visit, session: Session) -> Reply:
    """Leave it."""
    kept.take(session, visit.argument, visit.account.id, visit.now)
    return told("Nothing was set.")


@pressed("cadence.retouch")
def retouch(visit: Visit, session: Session) -> Reply:
    """Open the form with what was understood."""
    allow_changing(visit)
    text = kept.peek(session, visit.argument, visit.account.id, visit.now)
    if text is None:
        raise Sorry(*_NO_LONGER)
    wish: Wish = unpack(text, Wish)
    return _form(visit, _draft(wish), f"cadence:{wish.of}" if wish.of else "")


_NO_LONGER = ("That question is no longer open. Please start again with ", Code("/partnership cadence"), ".")


def _refuse_twin(visit: Visit, session: Session, wish: Wish) -> None:
    twin = cadences.twin(session, visit.scene, wish)
    if twin is not None:
        shown = _shown(visit, cadences.as_wish(twin), cadences.every(session, visit.scene), twin)
        paused = " It is paused, and can go on." if shown.state is State.PAUSED else ""
        raise Sorry(
            "That recurs already: ", Text(shown.called), ", ", Text(shown.words), f", is number {shown.number}.{paused}"
        )


def _done(visit: Visit, session: Session, row: Cadence, what: str, seq: int) -> Message:
    rows = cadences.every(session, visit.scene)
    return cards.done(_shown(visit, cadences.as_wish(row), rows, row), what, str(seq))


def allow_changing(visit: Visit) -> None:
    """Let a feature go on where the visitor may set what recurs, and both sides are there."""
    allow(visit, Right.CADENCE)
    both_here(visit)


# Changing ------------------------------------------------------------------------------------------------------------


@command(
    "partnership cadence change",
    usage="<name or number> [when]",
    about="Let something recur otherwise.",
    examples=("steering every other wednesday at 14:00", "2 at 10:00", "standup window 3 h"),
)
def change(visit: Visit, session: Session) -> Reply:
    """Understand what it is to be and show it back; without that, open its form."""
    allow_changing(visit)
    row, rest = _which(visit, session, tidy(text_of(visit.words)))
    like = cadences.as_wish(row)
    if not rest:
        return _form(visit, _draft(like), row.subject)
    typed = _taken_apart(visit, row.kind, re.sub(r"(?i)^to\s+", "", rest))
    try:
        wish = _read(visit, row.kind, typed, like)
    except Unclear as unclear:
        form = _form(visit, replace(_draft(like), recurs=typed.when), row.subject)
        raise Sorry(str(unclear), form=form) from None
    return _ask(visit, session, wish)


@pressed("cadence.edit")
def edit(visit: Visit, session: Session) -> Reply:
    """Open the form with what is set."""
    allow_changing(visit)
    return _form(visit, _draft(cadences.as_wish(_row(visit, session))), visit.subject)


@submitted("cadence.change")
def changed(visit: Visit, session: Session) -> Reply:
    """Understand the form and show it back."""
    allow_changing(visit)
    like = cadences.as_wish(_row(visit, session))
    return _from_form(visit, session, like.kind, like)


@command(
    "partnership cadence pause", usage="<name or number>", about="Let something stand still.", examples=("standup",)
)
def pause(visit: Visit, session: Session) -> Reply:
    """Pause one."""
    return _switch(visit, session, "pause")


@command("partnership cadence resume", usage="<name or number>", about="Let it go on.", examples=("standup",))
def resume(visit: Visit, session: Session) -> Reply:
    """Resume one."""
    return _switch(visit, session, "resume")


@command("partnership cadence end", usage="<name or number>", about="Let something recur no more.", examples=("2",))
def end(visit: Visit, session: Session) -> Reply:
    """End one."""
    return _switch(visit, session, "end")


@pressed("cadence.do")
def do(visit: Visit, session: Session) -> Reply:
    """Pause, resume or end one from the list."""
    allow_changing(visit)
    return _to(visit, session, _row(visit, session), visit.argument)


@pressed("cadence.undo")
def undo(visit: Visit, session: Session) -> Reply:
    """Take the last change back."""
    allow_changing(visit)
    row = _row(visit, session, ended=True)
    if not visit.argument.isdigit() or not cadences.undo(session, visit.call, row, int(visit.argument)):
        raise Sorry(
            "Something was changed since, so this cannot be undone. What recurs now: ", Code("/partnership cadence")
        )
    return cards.taken_back(_shown(visit, cadences.as_wish(row), cadences.every(session, visit.scene), row))


def _switch(visit: Visit, session: Session, what: str) -> Message:
    allow_changing(visit)
    row, rest = _which(visit, session, tidy(text_of(visit.words)))
    if rest:
        raise Sorry("Name one by its number or name, for example: ", Code(f"/partnership cadence {what} 2"))
    return _to(visit, session, row, what)


def _to(visit: Visit, session: Session, row: Cadence, what: str) -> Message:
    name = Text(_called(visit, row))
    match what:
        case "pause" if row.paused_at is None:
            return _done(visit, session, row, "paused", cadences.pause(session, visit.call, row))
        case "pause":
            raise Sorry(name, " is paused already.")
        case "resume" if row.paused_at is not None:
            return _done(visit, session, row, "resumed", cadences.resume(session, visit.call, row))
        case "resume":
            raise Sorry(name, " is not paused.")
        case _:
            return _done(visit, session, row, "ended", cadences.end(session, visit.call, row))


def _row(visit: Visit, session: Session, *, ended: bool = False) -> Cadence:
    """The cadence that a button or form is about."""
    rows = cadences.every(session, visit.scene)
    row = next((each for each in rows if each.subject == visit.subject), None)
    if row is None or (row.ended_at is not None and not ended):
        raise Sorry("It has ended. What recurs now: ", Code("/partnership cadence"))
    return row


def _called(visit: Visit, row: Cadence) -> str:
    return cards.called(row.kind, row.name, visit.scene.organisation(row.side) if row.side else "")


def _which(visit: Visit, session: Session, text: str) -> tuple[Cadence, str]:
    """The cadence that the first words name, by number or name, and the rest of them; raises `Ask` where it may be several."""
    rows = cadences.every(session, visit.scene)
    numbers = {number: row for number, row in enumerate(rows, 1) if row.ended_at is None}
    if not numbers:
        raise Sorry(
            "Nothing recurs yet. Add something, for example: ",
            Code("/partnership cadence add standup weekdays at 9:30"),
        )
    if found := re.match(r"(?i)(?:number\s+|#)?(\d{1,3})\.?(?=\s|$)", text):
        if int(found[1]) not in numbers:
            raise Sorry(f"There is no number {int(found[1])}. ", *_SEE)
        return numbers[int(found[1])], text[found.end() :].strip()
    pieces = re.sub(r"(?i)^the\s+", "", text).split()
    for length in range(min(len(pieces), 8), 0, -1):
        wanted = folded(" ".join(pieces[:length]))
        fitting = [row for row in numbers.values() if wanted in _names_of(visit, row)]
        if fitting:
            return _one(visit, fitting), " ".join(pieces[length:])
    near = matches(text, {number: _called(visit, row) for number, row in numbers.items()})
    if text and not near:
        raise Sorry("Nothing that recurs is called “", Text(text[:60]), "”. ", *_SEE)
    return _one(visit, [numbers[each] for each in near] or list(numbers.values())), ""


def _names_of(visit: Visit, row: Cadence) -> set[str]:
    ways = (row.name, row.kind, cards.called(row.kind, row.name), _called(visit, row))
    return {folded(way) for way in ways if way}


def _one(visit: Visit, rows: Sequence[Cadence]) -> Cadence:
    if len(rows) == 1:
        return rows[0]
    chosen = next((row for row in rows if str(row.id) == visit.answers.get("cadence")), None)
    if chosen is None:
        options = [
            (f"{_called(visit, row)}, {cadences.words(cadences.as_wish(row))}"[:75], str(row.id)) for row in rows
        ]
        raise Ask("cadence", line("Which one do you mean?"), options)
    return chosen


# Reading -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Typed:
    """The parts of what was typed: when (with the name in it, unless that stands apart), whose, how long. `form`: all were asked for."""

    when: str
    name: str = ""
    side: Key | None = None
    long: str = ""
    form: bool = False


_LONG = re.compile(
    r"[,;]?\s*\b(?:with (?:a )?)?(?:window(?: of)?|for)\s+"
    rf"(?P<long>{LENGTH.removeprefix('for ')}(?: and a half| ?min(?:ute)?s?\b)?)(?: window\b)?",
    re.IGNORECASE,
)


def _taken_apart(visit: Visit, kind: CadenceKind, text: str) -> _Typed:
    """Take out how long and whose, which are no part of when."""
    long, side = "", None
    if found := _LONG.search(text):
        long, text = found["long"], f"{text[: found.start()]} {text[found.end() :]}"
    if kind in SIDED:
        organisations = [visit.scene.organisation(key) for key in visit.scene.sides]
        names = sorted({*organisations, *(name.split()[0] for name in organisations)}, key=len, reverse=True)
        known = "|".join([*map(re.escape, names), "us", "our side", "them", "their side", "the other side"])
        if found := re.search(rf"(?i)(?:^|(?<=\s))(?:from|of|for|by)\s+({known})(?=$|[\s,;.])", text):
            side, text = whom.side(visit, found[1]), f"{text[: found.start()]} {text[found.end() :]}"
    return _Typed(tidy(" ".join(text.split())), "", side, long)


def _read(visit: Visit, kind: CadenceKind, typed: _Typed, like: Wish | None = None) -> Wish:
    """Understand it; of what changes, what is not said stays as it is in `like`. Raises Unclear, and `Ask` for whose report it is."""
    if typed.long and kind not in LONG:
        raise Unclear(f"A {kind} has no length: leave “{typed.long}” out.")
    long = _minutes(typed.long) if typed.long else 0
    if typed.long and long not in MINUTES:
        raise Unclear(f"“{typed.long}” is no length that I can keep. {_LENGTHS}")
    side = typed.side or (like.side if like and not typed.form else None)
    if kind is CadenceKind.REPORT and side is None:
        side = _owing(visit)
    recurrence, zone, rest = _when(visit, kind, typed.when, like, side)
    name = typed.name if typed.form else like.name if like else ""
    if rest and (name or like or kind is CadenceKind.DIGEST):
        raise Unclear(f"I do not understand “{rest}” in it. The name changes in the form.")
    if len(rest) > NAME_AT_MOST:
        raise Unclear(f"A name has {NAME_AT_MOST} letters at most, and “{rest[:NAME_AT_MOST]}…” is longer.")
    wish = Wish(
        kind=kind, name=name or rest, rrule=recurrence.rrule, at=recurrence.at, start_on=recurrence.start, zone=zone, side=side,
        of=like.of if like else 0, window=like.window if like else 240, lasts=like.lasts if like else 60,
    )  # fmt: skip
    if not long:
        return wish
    return replace(wish, window=long) if kind is CadenceKind.STANDUP else replace(wish, lasts=long)


def _when(
    visit: Visit, kind: CadenceKind, text: str, like: Wish | None, side: Key | None
) -> tuple[Recurrence, str, str]:
    """The recurrence, the zone that its time is in, and the words that are no part of it."""
    if like and text in ("", in_words(like.recurrence)):
        return like.recurrence, like.zone, ""
    own = "" if kind in OWN_CLOCK else visit.zone
    read = partial(lift, now=visit.now, locale=visit.account.locale)
    ways: list[tuple[time | None, str]] = [(None, own)]
    if usual := (like.at, like.zone) if like else _usual(visit, kind, side):
        ways.append(usual)
    problem = Unclear("")
    for otherwise, zone in ways:
        try:
            found, rest = read(text, zone=zone or visit.zone, otherwise=otherwise)
        except Unclear as unclear:
            problem = unclear
        else:
            return found, zone, rest
    if like:
        with suppress(Unclear):  # a time of day alone: the days stay
            found, rest = read(f"every day {text}", zone=visit.zone)
            return replace(like.recurrence, at=found.at), own, rest
    raise problem


def _usual(visit: Visit, kind: CadenceKind, side: Key | None) -> tuple[time, str] | None:
    """The time of day where none is typed, and its zone: a digest comes at nine, a report is due when the side that owes it ends its day."""
    match kind:
        case CadenceKind.DIGEST:
            return NINE, ""
        case CadenceKind.REPORT if side is not None:
            return visit.scene.sides[side].end, visit.scene.sides[side].zone
        case _:
            return None


def _owing(visit: Visit) -> Key:
    sides = sorted(visit.scene.sides.items())
    said = visit.answers.get("owes")
    if said not in [key.value for key, _ in sides]:
        raise Ask("owes", line("Who owes this report?"), [(side.organisation, key.value) for key, side in sides])
    return Key(said)


_HOURS = rf"({COUNT}|\d[.,]\d+) ?(?:h|hrs?|hours?)(?: ?(?:and )?(?:(\d{{1,3}}) ?(?:m|mins?|minutes?)?|(a half)))?"


def _minutes(text: str) -> int:
    """Read a length such as `90 min`, `1 h 30 min` or `half an hour`; 0 where it is none."""
    plain = " ".join(text.casefold().split())
    if plain == "half an hour":
        return 30
    if found := re.fullmatch(rf"({COUNT}) ?(?:m|mins?|minutes?)", plain):
        return number(found[1])
    if found := re.fullmatch(_HOURS, plain):
        hours = float(found[1].replace(",", ".")) if re.match(r"\d", found[1]) else number(found[1])
        return round(60 * hours) + int(found[2] or 0) + (30 if found[3] else 0)
    return 0


def _draft(wish: Wish) -> Draft:
    long = {CadenceKind.STANDUP: wish.window, CadenceKind.MEETING: wish.lasts}.get(wish.kind, 0)
    return Draft(wish.kind, wish.name, in_words(wish.recurrence), wish.side, cards.lasting(long))


def _form(visit: Visit, draft: Draft, subject: str = "") -> Form:
    sides = {key: side.organisation for key, side in visit.scene.sides.items()}
    return cards.form(subject or visit.scene.subject, sides, draft, visit.zone)
