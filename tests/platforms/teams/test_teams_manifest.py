"""The app package is one that Teams takes, for the bot that was meant, and asks for no right to read along."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

import handlers
from bot.platforms.teams.manifest import COMMANDS, ICONS, PLACEHOLDER, NoBot, bot, manifest, package
from bot.settings import Settings
from handlers.helping import COMING

APP = "0f3c1b9e-5a52-4f0e-9d0a-3c1f6f0f7a11"
OTHER = "7d1de0b4-8d7a-4d36-a8c9-0d2f5f0f7a22"
URL = "https://bell.example.org/"

KEYS = {
    "": {"$schema", "manifestVersion", "version", "id", "developer", "name", "description", "icons", "accentColor", "bots",
         "permissions", "validDomains", "defaultInstallScope", "defaultGroupCapability", "supportsChannelFeatures"},
    "developer": {"name", "websiteUrl", "privacyUrl", "termsOfUseUrl"},
    "name": {"short", "full"},
    "description": {"short", "full"},
    "icons": {"color", "outline"},
}  # fmt: skip


def settings(**given: Any) -> Settings:
    return Settings.model_construct(**given)


def contents(zipped: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_package_holds_the_manifest_and_its_icons_at_the_top() -> None:
    held = contents(package(APP, URL))
    assert set(held) == {"manifest.json", *ICONS}
    assert json.loads(held["manifest.json"]) == manifest(APP, URL)
    assert package(APP, URL) == package(APP, URL)


def test_the_manifest_keeps_teams_limits_and_has_nothing_unknown() -> None:
    given = manifest(APP, URL)
    for name, keys in KEYS.items():
        assert set(given[name] if name else given) == keys
    assert given["manifestVersion"] == "1.29"
    assert given["$schema"].endswith("/v1.29/MicrosoftTeams.schema.json")
    assert [int(each) for each in given["version"].split(".")] >= [1, 0, 0]
    assert len(given["developer"]["name"]) <= 32
    assert len(given["name"]["short"]) <= 30
    assert len(given["name"]["full"]) <= 100
    assert len(given["description"]["short"]) <= 80
    assert len(given["description"]["full"]) <= 4000
    assert given["supportsChannelFeatures"] == "tier1"
    assert given["defaultInstallScope"] == "team"
    assert int(given["accentColor"].removeprefix("#"), 16) == 0x2F4F3E


def test_the_bot_is_at_home_in_teams_group_chats_and_chats_of_ones_own() -> None:
    (given,) = manifest(APP, URL)["bots"]
    assert set(given) == {
        "botId", "scopes", "isNotificationOnly", "supportsFiles", "supportsTargetedMessages", "commandLists",
    }  # fmt: skip
    assert given["botId"] == APP
    assert given["scopes"] == ["personal", "team", "groupChat"]
    assert (given["isNotificationOnly"], given["supportsFiles"], given["supportsTargetedMessages"]) == (
        False,
        False,
        True,
    )


def test_the_commands_are_offered_after_a_mention_and_after_a_slash() -> None:
    (given,) = manifest(APP, URL)["bots"]
    lists = given["commandLists"]
    assert len(lists) <= 3
    assert [(each["scopes"], each["triggers"]) for each in lists] == [
        (["team", "groupChat"], ["mention", "slash"]),
        (["personal"], ["mention"]),
    ]
    for each in lists:
        assert set(each) == {"scopes", "triggers", "commands"}
        assert 1 <= len(each["commands"]) <= 12
        for command in each["commands"]:
            assert set(command) == {"title", "description"}
            assert 0 < len(command["title"]) <= 32
            assert not command["title"].startswith("/")
            assert 0 < len(command["description"]) <= 128


def test_every_command_that_is_offered_is_one_that_the_bot_answers() -> None:
    handlers.discover()
    paths = {" ".join(path) for path in handlers.commands}
    titles = [title for title, _ in COMMANDS]
    assert set(titles) <= paths | set(COMING)
    assert {path for path in paths if " " not in path} | set(COMING) <= set(titles)
    assert len(set(titles)) == len(titles)


def test_the_app_asks_for_no_right_to_read_what_people_write() -> None:
    given = manifest(APP, URL)
    assert given["permissions"] == ["identity", "messageTeamMembers"]
    assert "authorization" not in given


def test_the_app_has_an_id_of_its_own_that_stays() -> None:
    ours = manifest(APP, URL)["id"]
    assert UUID(ours).version == 5
    assert ours != APP
    assert ours == manifest(APP, "https://elsewhere.example")["id"]
    assert ours != manifest(OTHER, URL)["id"]


def test_every_link_follows_the_public_url() -> None:
    given = manifest(APP, "https://bell.example.org:8443")
    links = [link for name, link in given["developer"].items() if name.endswith("Url")]
    assert links == ["https://bell.example.org:8443/"] * 3
    assert given["validDomains"] == ["bell.example.org"]
    assert manifest(APP)["developer"]["websiteUrl"] == f"{PLACEHOLDER}/"


def png(data: bytes) -> tuple[int, int, int, bytes]:
    """A picture's width, height and kind, and its rows as they are before their filters are undone."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    at, pixels, header = 8, b"", b""
    while at < len(data):
        (length,), kind = struct.unpack(">I", data[at : at + 4]), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + body) == struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0]
        header = body if kind == b"IHDR" else header
        pixels += body if kind == b"IDAT" else b""
        at += 12 + length
    width, height, _, color = struct.unpack(">IIBB", header[:10])
    return width, height, color, zlib.decompress(pixels)


def test_the_icons_have_the_sizes_that_teams_wants_and_the_outline_is_see_through() -> None:
    held = contents(package(APP, URL))
    assert png(held["color.png"])[:2] == (192, 192)
    width, height, color, pixels = png(held["outline.png"])
    assert (width, height, color) == (32, 32, 6)  # 6: with transparency
    rows = unfiltered(pixels, width * 4)
    colours = {row[at : at + 3] for row in rows for at in range(0, len(row), 4) if row[at + 3]}
    opacities = {row[at + 3] for row in rows for at in range(0, len(row), 4)}
    assert colours == {b"\xff\xff\xff"}
    assert {0, 255} <= opacities


def unfiltered(pixels: bytes, length: int) -> list[bytes]:
    """The rows of a picture with four bytes a pixel."""
    rows = [bytes(length)]
    for start in range(0, len(pixels), length + 1):
        kind, row, above = pixels[start], bytearray(pixels[start + 1 : start + 1 + length]), rows[-1]
        for at in range(length):
            left, corner = (row[at - 4], above[at - 4]) if at >= 4 else (0, 0)
            row[at] = (
                row[at] + (0, left, above[at], (left + above[at]) // 2, paeth(left, above[at], corner))[kind] & 255
            )
        rows.append(bytes(row))
    return rows[1:]


def paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda each: abs(guess - each))


def test_the_bot_is_the_one_that_is_set_even_before_its_secret_is() -> None:
    assert bot(settings(microsoft_app_id=APP.upper())) == APP
    assert (
        bot(settings(microsoft_app_id=APP, microsoft_app_password=SecretStr("s"), microsoft_app_tenant_id="t")) == APP
    )


@pytest.mark.parametrize(
    "given",
    [{}, {"microsoft_app_id": "bellwether"}, {"microsoft_apps_file": "nowhere.toml"}, {"teams_allow_unauthenticated": True}],
    ids=["nothing", "no id", "no file", "no registration"],
)  # fmt: skip
def test_without_a_registration_it_is_said_what_to_set(given: dict[str, Any]) -> None:
    with pytest.raises(NoBot, match=r"^MICROSOFT_APP"):
        bot(settings(**given))


def test_one_of_several_registrations_is_picked_by_its_tenant(tmp_path: Path) -> None:
    file = tmp_path / "apps.toml"
    file.write_text(
        f"""
        [contoso]
        app_id = "{APP}"
        password = "s"
        tenant_id = "contoso.onmicrosoft.com"

        [everybody]
        app_id = "{OTHER}"
        password = "s"
        type = "MultiTenant"
        """
    )
    both = settings(microsoft_apps_file=str(file))
    assert bot(both, "Contoso.onmicrosoft.com") == APP
    assert bot(both, OTHER) == OTHER
    for wish, said in (("", "There are several registrations"), ("fabrikam", "No registration is for fabrikam")):
        with pytest.raises(NoBot, match=f"^{said}: say --tenant with one of contoso.onmicrosoft.com, {OTHER}"):
            bot(both, wish)
