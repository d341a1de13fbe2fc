"""The Slack app manifest: what the app asks of a workspace. One rule: `manifest.yaml` is written from here, and a test keeps them equal."""

from __future__ import annotations

import json
from typing import Any

PLACEHOLDER = "https://bellwether.example"

SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "mpim:read",
    "users:read",
)

EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "channel_deleted",
    "channel_left",
    "channel_rename",
    "channel_unarchive",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_rename",
    "group_unarchive",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "tokens_revoked",
    "user_change",
)

COMMANDS = (
    ("/checkin", "Say how it goes", "[done: … next: … blockers: …]"),
    ("/escalate", "Raise a concern to the next level", "what is wrong [by <date>] [to <level or @person>] [!high]"),
    ("/celebrate", "Recognise people of either side", "@people why [for <milestone>]"),
    ("/reflect", "Look at the relationship itself", "[improve …] [gain …]"),
    ("/partnership", "Everything else about a partnership", "create | join | status | members | side | mine | help"),
)


def manifest(url: str | None = None) -> dict[str, Any]:
    """Give the manifest for that public URL (a placeholder where none is given)."""
    root = (url or PLACEHOLDER).rstrip("/")
    events = f"{root}/slack/events"
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": "Bellwether",
            "description": "Keeps a partnership between two organisations on course",
            "background_color": "#2f4f3e",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Bellwether", "always_online": True},
            "slash_commands": [
                {"command": command, "url": events, "description": says, "usage_hint": hint, "should_escape": True}
                for command, says, hint in COMMANDS
            ],
        },
        "oauth_config": {"redirect_urls": [f"{root}/slack/oauth_redirect"], "scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {"request_url": events, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, "request_url": events},
            "org_deploy_enabled": False,
            "socket_mode_enabled": False,
            "token_rotation_enabled": False,
        },
    }


def manifest_yaml(url: str | None = None) -> str:
    """Write the manifest as YAML, as Slack's page takes it."""
    return "\n".join(_lines(manifest(url), 0)) + "\n"


def _lines(value: Any, depth: int) -> list[str]:
    pad = "  " * depth
    lines: list[str] = []
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, dict | list):
                lines += [f"{pad}{key}:", *_lines(inner, depth + 1)]
            else:
                lines.append(f"{pad}{key}: {json.dumps(inner, ensure_ascii=False)}")
        return lines
    for each in value:
        if isinstance(each, dict):
            first, *rest = _lines(each, depth + 1)
            lines += [f"{pad}- {first.strip()}", *rest]
        else:
            lines.append(f"{pad}- {json.dumps(each, ensure_ascii=False)}")
    return lines
