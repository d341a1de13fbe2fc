"""Who is in the sample: two organisations, one in Slack and one in Teams, people of every role, five time zones, and their channels."""

from __future__ import annotations

from bot.inbound import Place
from bot.platforms.local import Resident, Room, Skin
from bot.words import Account

NORTHWIND, CONTOSO = "northwind", "contoso"


def _one(user: str, name: str, tenant: str, role: str, zone: str, locale: str = "en-GB") -> Resident:
    return Resident(Account("local", tenant, user), name, tenant.capitalize(), role, zone, locale)


RESIDENTS = (
    _one("joao", "João Silva", NORTHWIND, "Member", "Europe/Lisbon"),
    _one("ana", "Ana Ruiz", NORTHWIND, "Shepherd", "Europe/Berlin"),
    _one("elif", "Elif Şahin", NORTHWIND, "Backup", "Europe/Istanbul"),
    _one("nora", "Nora Berg", NORTHWIND, "Leader", "Europe/Berlin"),
    _one("olga", "Olga Novak", NORTHWIND, "Observer", "Europe/Berlin"),
    _one("bo", "Bo Chen", CONTOSO, "Shepherd", "America/New_York", "en-US"),
    _one("sam", "Sam Lee", CONTOSO, "Member", "America/New_York", "en-US"),
    _one("priya", "Priya Rao", CONTOSO, "Leader", "Asia/Kolkata"),
    _one("grace", "Grace Okafor", CONTOSO, "Senior leader", "America/New_York", "en-US"),
)


SKINS = {"Northwind": Skin.SLACK, "Contoso": Skin.TEAMS}


def _users(tenant: str) -> tuple[str, ...]:
    return tuple(each.user for each in RESIDENTS if each.account.tenant == tenant)


ROOMS = (
    Room(NORTHWIND, "n-apollo", "apollo-contoso", "Northwind", _users(NORTHWIND)),
    Room(NORTHWIND, "n-hall", "suppliers", "Northwind", _users(NORTHWIND), bot=False),
    Room(CONTOSO, "c-apollo", "apollo-northwind", "Contoso", _users(CONTOSO)),
    Room(CONTOSO, "c-hall", "general", "Contoso", _users(CONTOSO), bot=False),
)


def resident(user: str) -> Resident:
    return next(each for each in RESIDENTS if each.user == user)


def home(user: str) -> Place:
    """The partnership's room on that person's side."""
    tenant = resident(user).account.tenant
    room = next(each for each in ROOMS if each.tenant == tenant and each.bot)
    return Place("local", tenant, room.channel, name=room.name, present=True)
