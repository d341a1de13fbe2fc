"""The bot's registrations with Microsoft, from the settings and from a file.

One rule: what is half set is a fault with a line of its own, never a door left open; nothing here raises.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.settings import Settings

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")  # an id, or a domain as contoso.onmicrosoft.com
_HOST = re.compile(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*|\[?::1\]?")
_TYPES = ("SingleTenant", "MultiTenant")


@dataclass(frozen=True, slots=True)
class Registration:
    """One app registration; `tenant` is where its tokens are fetched, empty for a MultiTenant one."""

    app: str
    password: str = field(repr=False)
    tenant: str


ANONYMOUS = Registration("", "", "")
"""A local client that neither sends nor wants tokens."""


def registrations(settings: Settings) -> tuple[Registration, ...]:
    """Those that are wholly set; ANONYMOUS is the last where clients without tokens are allowed."""
    whole = tuple(found for found in _entries(settings) if isinstance(found, Registration))
    return whole or ((ANONYMOUS,) if settings.teams_allow_unauthenticated else ())


def faults(settings: Settings) -> list[str]:
    """What is wrong with the settings of Teams, a line a fault with what to do."""
    entries = list(_entries(settings))
    found = [entry for entry in entries if isinstance(entry, str)]
    if not entries and not settings.teams_allow_unauthenticated:
        found.append(
            "MICROSOFT_APP_ID is missing: register the bot with Microsoft and set MICROSOFT_APP_ID, MICROSOFT_APP_PASSWORD "
            "and MICROSOFT_APP_TENANT_ID (or MICROSOFT_APPS_FILE)."
        )
    known: set[str] = set()
    for entry in entries:
        if isinstance(entry, Registration):
            if entry.app in known:
                found.append(f"MICROSOFT_APPS_FILE: the registration {entry.app} is there twice: keep one of them.")
            known.add(entry.app)
    if settings.teams_allow_unauthenticated and not loopback(settings.bellwether_host):
        found.append(
            "TEAMS_ALLOW_UNAUTHENTICATED lets anybody in who reaches the bot: unset it, or set BELLWETHER_HOST to 127.0.0.1."
        )
    if settings.teams_allow_unauthenticated and any(isinstance(entry, Registration) for entry in entries):
        found.append(
            "TEAMS_ALLOW_UNAUTHENTICATED lets in who has no token, beside a real registration: unset one of the two."
        )
    if settings.teams_allow_unauthenticated and (settings.bellwether_public_url or "").startswith("https://"):
        found.append(
            "TEAMS_ALLOW_UNAUTHENTICATED is for clients on this machine, and BELLWETHER_PUBLIC_URL lets others in: unset one of the two."
        )
    for name, url in (
        ("MICROSOFT_OPENID_URL", settings.microsoft_openid_url),
        ("MICROSOFT_LOGIN_URL", settings.microsoft_login_url),
    ):
        if not _safe(url):
            found.append(f"{name} is not an address that can be trusted: write it whole, with https://.")
    for host in hosts(settings):
        if not _HOST.fullmatch(host):
            found.append(
                f"TEAMS_SERVICE_HOSTS: {host!r} is not a host: write names, or *.example.com for all under it."
            )
    return found


def hosts(settings: Settings) -> list[str]:
    """The hosts that a service URL may name."""
    return [each.strip().lower() for each in settings.teams_service_hosts.split(",") if each.strip()]


def loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    try:
        return host.lower() == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and loopback(host)))


def _entries(settings: Settings) -> Iterator[Registration | str]:
    """Each registration, or what is wrong with it."""
    given, password = settings.microsoft_app_id, settings.microsoft_app_password
    if given or password:
        yield _registration(
            given or "",
            password.get_secret_value() if password else "",
            settings.microsoft_app_tenant_id or "",
            settings.microsoft_app_type,
            ("MICROSOFT_APP_ID", "MICROSOFT_APP_PASSWORD", "MICROSOFT_APP_TENANT_ID", "MICROSOFT_APP_TYPE"),
        )
    if settings.microsoft_apps_file:
        yield from _file(settings.microsoft_apps_file)


def _file(name: str) -> Iterator[Registration | str]:
    start = "MICROSOFT_APPS_FILE"
    try:
        tables = tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        yield f"{start} cannot be read ({error.strerror or error}): check the path and the rights."
        return
    except ValueError as error:
        yield f"{start} is not TOML ({error}): write a table a registration, as [contoso]."
        return
    if not tables:
        yield f"{start} is empty: write a table a registration, as [contoso]."
    for label, values in tables.items():
        if not isinstance(values, Mapping):
            yield f"{start}: {label} stands outside a table: write a table a registration, as [contoso]."
            continue
        names = [f"{start}: [{label}] {each}" for each in ("app_id", "password", "tenant_id", "type")]
        unknown = sorted(set(values) - {"app_id", "password", "tenant_id", "type"})
        if unknown:
            yield f"{start}: [{label}] has {', '.join(unknown)}: it may have app_id, password, tenant_id and type."
        app, password, tenant, kind = (_text(values.get(each)) for each in ("app_id", "password", "tenant_id", "type"))
        yield _registration(app, password, tenant, kind or "SingleTenant", names)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else repr(value)


def _registration(
    app: str, password: str, tenant: str, kind: str, names: list[str] | tuple[str, ...]
) -> Registration | str:
    """The registration, or its first fault; `names` are those of the four settings."""
    app = app.strip().lower()
    if not app:
        return f"{names[0]} is missing: copy the Application (client) ID from the bot's registration."
    if not _UUID.fullmatch(app):
        return f"{names[0]} is not a client id: copy the Application (client) ID (00000000-0000-…)."
    if not password:
        return f"{names[1]} is missing: make a client secret (its value, not its id) in the bot's registration."
    if kind not in _TYPES:
        return f"{names[3]} is {kind}: write SingleTenant or MultiTenant."
    if kind == "MultiTenant":
        return Registration(app, password, "")
    if not tenant.strip():
        return f"{names[2]} is missing: copy the Directory (tenant) ID, which a SingleTenant registration needs."
    if not _TENANT.fullmatch(tenant.strip()):
        return f"{names[2]} is not a tenant: copy the Directory (tenant) ID from the bot's registration."
    return Registration(app, password, tenant.strip())
