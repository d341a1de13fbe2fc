"""Who the bot is in a workspace. One rule: what cannot be told now is asked again when it is needed, and refuses nobody here."""

from __future__ import annotations

from typing import Any

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext

from bot.platforms.slack.tenants import Tenants
from bot.port import Later, Never


class Authorize(AsyncAuthorize):
    """Bolt's question who we are in a workspace, answered from `Tenants`."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        **_: Any,
    ) -> AuthorizeResult | None:
        if not isinstance(team_id, str) or not team_id:
            return AuthorizeResult(enterprise_id=None, team_id=None)  # refused below
        try:
            tenant = await self._tenants.of(team_id)
        except (Later, Never):
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)  # asked again, and answered for, below
        if tenant is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_user_id=tenant.bot, bot_token=tenant.token
        )
