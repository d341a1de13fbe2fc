"""The Teams app package: what an organisation takes into its app catalogue. One rule: it asks for no right to read what people write.

Valid against version 1.29 of Microsoft's manifest schema, the first that knows slash commands.
"""

from __future__ import annotations

import io
import json
import zipfile
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from bot.platforms.teams.apps import faults, registrations
from bot.settings import Settings

SCHEMA = "1.29"
VERSION = "1.0.0"  # Teams takes a changed package for an update only when this is higher
PLACEHOLDER = "https://bellwether.example"
ICONS = ("color.png", "outline.png")

# Without a slash: Teams puts the command's words into the message, after the mention or as a private message to the bot.
COMMANDS = (
    ("checkin", "Say how it goes: [done: … next: … blockers: …]"),
    ("escalate", "Raise a concern: what is wrong [by <date>] [to <level or @person>] [!high]"),
    ("celebrate", "Recognise people of either side: @people why [for <milestone>]"),
    ("reflect", "Look at the relationship itself: [improve …] [gain …]"),
    ("partnership", "Everything else about a partnership; with help, all that can be done"),
    ("partnership create", "Begin a partnership: <name> with <other organisation>"),
    ("partnership join", "Take up an invitation: <code>"),
    ("partnership status", "Show where the partnership stands"),
    ("partnership members", "Show who is who on both sides"),
    ("partnership side", "Set your side's name, time zone, days, hours and holidays"),
    ("partnership mine", "Show and change your own settings"),
    ("partnership help", "Explain every command"),
)

_ABOUT = (
    "Bellwether keeps a partnership between two organisations on course when their people do not sit together. Each side keeps its own "
    "room, in its own Teams or Slack. A concern raised in one room is seen in both, reaches those who can help, and climbs by "
    "itself where nobody answers, in the working time of the side that owes the answer. What goes well is celebrated in both "
    "rooms, and everything that happened is on one record that either side can check.\n\n"
    "Add it to the channel or group chat that is to be your side's room and mention it there, or type a slash: create a partnership, or "
    "join one with the code that the other side sent you. It reads only what is meant for it: commands, its own cards and forms, "
    "messages that mention it, and messages to it alone."
)


class NoBot(Exception):
    """It is not clear which bot the package is for; says what to do, a line a fault."""


def bot(settings: Settings, tenant: str = "") -> str:
    """Give the client id of the registration that the package is for; `tenant` picks one of several. Raises NoBot."""
    known = {each.app: each.tenant for each in registrations(settings) if each.app}
    if own := _client_id(settings.microsoft_app_id or ""):
        known.setdefault(own, settings.microsoft_app_tenant_id or "")  # its secret may come later
    if not known:
        found = [fault for fault in faults(settings) if fault.startswith("MICROSOFT_APP")]
        raise NoBot("\n".join(found) or "MICROSOFT_APP_ID is missing: the package is for a bot that is registered.")
    wanted = tenant.strip().lower()
    fitting = [app for app, home in known.items() if not wanted or wanted in (app, home.lower())]
    if len(fitting) != 1:
        said = "There are several registrations" if fitting else f"No registration is for {tenant}"
        raise NoBot(f"{said}: say --tenant with one of {', '.join(home or app for app, home in known.items())}.")
    return fitting[0]


def manifest(app: str, url: str | None = None) -> dict[str, Any]:
    """Give the manifest for the bot with that client id and that public URL (a placeholder where none is given)."""
    root = (url or PLACEHOLDER).rstrip("/") + "/"
    return {
        "$schema": f"https://developer.microsoft.com/json-schemas/teams/v{SCHEMA}/MicrosoftTeams.schema.json",
        "manifestVersion": SCHEMA,
        "version": VERSION,
        "id": str(uuid5(UUID(app), "bellwether")),
        "developer": {"name": "Bellwether", "websiteUrl": root, "privacyUrl": root, "termsOfUseUrl": root},
        "name": {"short": "Bellwether", "full": "Bellwether, for partnerships between organisations"},
        "description": {"short": "Keeps a partnership between two organisations on course", "full": _ABOUT},
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": "#2F4F3E",
        "bots": [
            {
                "botId": app,
                "scopes": ["personal", "team", "groupChat"],
                "isNotificationOnly": False,
                "supportsFiles": False,
                "supportsTargetedMessages": True,
                "commandLists": [
                    _list(["team", "groupChat"], ["mention", "slash"]),
                    _list(["personal"], ["mention"]),  # there nobody else is to be spared
                ],
            }
        ],
        "permissions": ["identity", "messageTeamMembers"],
        "validDomains": [urlsplit(root).hostname],
        "defaultInstallScope": "team",
        "defaultGroupCapability": {"team": "bot", "groupchat": "bot"},
        "supportsChannelFeatures": "tier1",  # shared channels too; Teams refuses a package for teams without it
    }


def package(app: str, url: str | None = None) -> bytes:
    """Give the zip file with the manifest and its icons, the same bytes for the same manifest."""
    icons = files(__package__) / "icons"
    contents = {"manifest.json": json.dumps(manifest(app, url), ensure_ascii=False, indent=2).encode() + b"\n"}
    contents |= {name: (icons / name).read_bytes() for name in ICONS}
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return zipped.getvalue()


def _client_id(given: str) -> str:
    try:
        return str(UUID(given.strip()))
    except ValueError:
        return ""


def _list(scopes: list[str], triggers: list[str]) -> dict[str, Any]:
    commands = [{"title": title, "description": says} for title, says in COMMANDS]
    return {"scopes": scopes, "triggers": triggers, "commands": commands}
