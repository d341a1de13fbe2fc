"""The manifest is one that Slack takes, and asks for what the code needs and no more."""

from __future__ import annotations

from pathlib import Path

from bot.platforms.slack.manifest import COMMANDS, EVENTS, PLACEHOLDER, SCOPES, manifest, manifest_yaml

NEEDED = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set(),
    "channel_archive": {"channels:read"},
    "channel_deleted": {"channels:read"},
    "channel_left": {"channels:read"},
    "channel_rename": {"channels:read"},
    "channel_unarchive": {"channels:read"},
    "group_archive": {"groups:read"},
    "group_deleted": {"groups:read"},
    "group_left": {"groups:read"},
    "group_rename": {"groups:read"},
    "group_unarchive": {"groups:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "tokens_revoked": set(),
    "user_change": {"users:read"},
}
CALLS = {"chat:write", "commands", "im:read", "im:write", "mpim:read", "users:read"}


def test_the_manifest_file_is_the_manifest() -> None:
    assert Path(__file__).parents[3].joinpath("manifest.yaml").read_text() == manifest_yaml()


def test_the_scopes_are_those_that_the_events_and_calls_need() -> None:
    assert set(NEEDED) == set(EVENTS)
    assert set().union(*NEEDED.values()) | CALLS == set(SCOPES)


def test_every_address_follows_the_public_url() -> None:
    text = manifest_yaml("https://bot.example.org/")
    assert PLACEHOLDER not in text
    assert text.count("https://bot.example.org/slack/events") == len(COMMANDS) + 2
    assert "https://bot.example.org/slack/oauth_redirect" in text


def test_the_manifest_keeps_slacks_limits() -> None:
    given = manifest()
    assert set(given) == {"_metadata", "display_information", "features", "oauth_config", "settings"}
    about = given["display_information"]
    assert len(about["name"]) <= 35
    assert len(about["description"]) <= 140
    assert len(given["features"]["bot_user"]["display_name"]) <= 80
    commands = given["features"]["slash_commands"]
    assert [each["command"] for each in commands] == ["/checkin", "/escalate", "/celebrate", "/reflect", "/partnership"]
    for each in commands:
        assert set(each) == {"command", "url", "description", "usage_hint", "should_escape"}
        assert each["should_escape"] is True
        assert len(each["command"]) <= 32
        assert 0 < len(each["description"]) <= 2000
        assert len(each["usage_hint"]) <= 1000


def test_direct_messages_to_the_bot_are_possible() -> None:
    home = manifest()["features"]["app_home"]
    assert home["messages_tab_enabled"]
    assert not home["messages_tab_read_only_enabled"]
