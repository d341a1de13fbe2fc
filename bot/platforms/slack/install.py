"""Installing into a workspace, by Slack's OAuth. One rule: who comes back from Slack is who was sent there, within ten minutes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime

from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.models.installation import Installation
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.platforms.slack.calls import client
from bot.platforms.slack.manifest import SCOPES
from bot.platforms.slack.tenants import Tenants
from bot.settings import Settings

LASTS = 600  # seconds


class States(AsyncOAuthStateStore):
    """Signed and expiring, so that nothing need be stored; bolt ties each to the browser with a cookie."""

    def __init__(self, secret: str, now: Callable[[], datetime]) -> None:
        self._secret, self._now = secret.encode(), now

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        claim = f"{int(self._now().timestamp())}-{secrets.token_urlsafe(12).replace('-', '_')}"
        return f"{claim}-{self._seal(claim)}"

    async def async_consume(self, state: str) -> bool:
        claim, _, seal = state.rpartition("-")
        issued = claim.partition("-")[0]
        if not hmac.compare_digest(seal.encode(), self._seal(claim).encode()):
            return False
        return 0 <= self._now().timestamp() - int(issued) <= LASTS

    def _seal(self, claim: str) -> str:
        return hmac.new(self._secret, claim.encode(), hashlib.sha256).hexdigest()


class Store(AsyncInstallationStore):
    """Takes a finished installation from bolt; reading is `Tenants`' own."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants

    async def async_save(self, installation: Installation) -> None:
        await self._tenants.install(
            installation.team_id or "",
            installation.bot_token or "",
            installation.bot_user_id or "",
            installation.team_name or "",
        )


def flow(
    settings: Settings, tenants: Tenants, now: Callable[[], datetime], public_url: str | None
) -> AsyncOAuthFlow | None:
    """Bolt's OAuth flow over our own state and store; None where the app has no client id and secret."""
    if not (settings.slack_client_id and settings.slack_client_secret):
        return None
    secret = settings.slack_client_secret.get_secret_value()
    return AsyncOAuthFlow(
        client=client(None, settings.slack_api_url),
        settings=AsyncOAuthSettings(
            client_id=settings.slack_client_id,
            client_secret=secret,
            scopes=list(SCOPES),
            user_scopes=[],
            redirect_uri=f"{public_url.rstrip('/')}/slack/oauth_redirect" if public_url else None,
            installation_store=Store(tenants),
            state_store=States(secret, now),
            state_expiration_seconds=LASTS,
        ),
    )
