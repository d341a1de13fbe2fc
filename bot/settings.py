"""Settings from the environment or a `.env` file, read once by `app`; importing this never needs a token.

One rule: what is wrong with a setting is said in one line that names it and says what to do.
"""

from __future__ import annotations

from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The table of settings in the README is checked against this class."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    bellwether_database_url: str = "sqlite:///bellwether.db"
    bellwether_host: str = "127.0.0.1"
    bellwether_port: int = 3000
    bellwether_public_url: str | None = None
    bellwether_secret_keys: SecretStr | None = None
    bellwether_log_level: Literal["debug", "info", "warning", "error"] = "info"
    bellwether_log_format: Literal["text", "json"] = "text"

    slack_bot_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"

    microsoft_app_id: str | None = None
    microsoft_app_password: SecretStr | None = None
    microsoft_app_type: str | None = None
    microsoft_app_tenant_id: str | None = None
    microsoft_apps_file: str | None = None
    microsoft_openid_url: str | None = None
    microsoft_login_url: str | None = None
    teams_service_hosts: str | None = None
    teams_allow_unauthenticated: bool = False

    @property
    def secret_keys(self) -> list[str]:
        """Fernet keys, newest first; empty when none are set."""
        kept = self.bellwether_secret_keys
        return [key.strip() for key in kept.get_secret_value().split(",") if key.strip()] if kept else []

    @property
    def slack_wanted(self) -> bool:
        """Whether any Slack setting was given, so that a half-set Slack is a fault and not a silence."""
        return any((self.slack_bot_token, self.slack_signing_secret, self.slack_app_token, self.slack_client_id))
