"""Where an activity comes from. One rule: what it does not say itself is taken from the conversation's id, and never to be less public."""

from __future__ import annotations

from dataclasses import dataclass

from bot.platforms.teams.apps import Registration
from bot.wire import Malformed, Table, maybe, table, text

PLATFORM = "teams"
PERSONAL, CHANNEL, GROUP = "personal", "channel", "groupChat"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place, and what it takes to ask Teams about it. `kind` is Teams' own: personal, groupChat or channel; `bot` our address there."""

    app: Registration
    service_url: str
    tenant: str
    channel: str
    kind: str
    team: str = ""
    bot: str = ""


def spot_of(activity: Table, app: Registration) -> Spot:
    """The place that an activity is from. Raises `Malformed` where it does not say."""
    tenant, channel = tenant_of(activity), text(activity, "conversation", "id").partition(";")[0]
    if not tenant or not channel:
        raise Malformed("of no tenant or no conversation")
    kind = maybe(activity, "conversation", "conversationType") or kind_of(channel)
    team, bot = maybe(activity, "channelData", "team", "id"), maybe(activity, "recipient", "id")
    return Spot(app, text(activity, "serviceUrl"), tenant, channel, kind, team, bot)


def tenant_of(activity: Table) -> str:
    """The tenant that an activity is from, empty where it does not say."""
    return maybe(table(activity, "channelData"), "tenant", "id") or maybe(activity, "conversation", "tenantId")


def kind_of(conversation: str) -> str:
    """What kind of conversation bears such an id, for those activities that do not say; an id of no known kind counts as a group's."""
    if conversation.startswith("a:"):
        return PERSONAL
    return CHANNEL if conversation.endswith(("@thread.tacv2", "@thread.skype")) else GROUP
