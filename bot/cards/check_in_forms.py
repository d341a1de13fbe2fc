"""The forms of a check-in: answering, and being away.

One rule: no field has to be filled in but a date, and what is left out of the blockers is over.
"""

from __future__ import annotations

from bot.messages import Form, SwitchField, TextField
from bot.rules.checking_in import MOST, Said


def form(subject: str, title: str, draft: Said, partner: str, before: Said | None = None) -> Form:
    """The form; its context is the check-in, or the partnership for one that is given unprompted."""
    last = f"Last time you had next: {before.next}" if before and before.next else ""
    hint = last if len(last) <= 140 else f"{last[:139]}…"
    return Form(
        "checkin.answer",
        title,
        (
            TextField("done", "Since last time", draft.done, lines=True, required=False, most=MOST, hint=hint,
                      example="The rig runs again."),
            TextField("next", "Next", draft.next, lines=True, required=False, most=MOST, example="The first test."),
            TextField("blockers", "Blockers", draft.blockers, lines=True, required=False, most=MOST,
                      hint="One a line. What you leave out is over.", example="No certificate yet."),
            TextField("waiting", "Waiting on the partner?", draft.waiting, lines=True, required=False, most=MOST,
                      hint=partner[:140], example="The drawings."),
            SwitchField("own_side", "For my side only", draft.own_side, hint="The other side does not see the words."),
        ),
        submit="Send",
        context=subject,
    )  # fmt: skip


def away_form(subject: str) -> Form:
    """Ask until when somebody is away."""
    return Form(
        "checkin.away",
        "I’m away until…",
        (TextField("until", "Until and including", most=60, example="friday", hint="Nobody is told why."),),
        submit="I’m away",
        context=subject,
    )
