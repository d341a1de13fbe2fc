"""Settings from the environment or a `.env` file, read once by `app`; importing this never needs a token.

One rule: what is wrong with a setting is said in one line that names it and says what to do.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Each setting with what it means; the README's table is written from here."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    bellwether_database_url: str = Field(
        default="sqlite:///bellwether.db",
        description="SQLAlchemy URL; `postgresql://…` (psycopg) for several processes",
    )
    bellwether_host: str = Field(default="127.0.0.1", description="where the web server listens: the address")
    bellwether_port: int = Field(default=3000, ge=0, le=65535, description="where the web server listens: the port")
    bellwether_public_url: str | None = Field(
        default=None, description="how the platforms and people reach it (`https://…`)"
    )
    bellwether_secret_keys: SecretStr | None = Field(
        default=None, description="Fernet keys, newest first, with commas between; needed as soon as tokens are stored"
    )
    bellwether_log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="`debug`, `info`, `warning` or `error`"
    )
    bellwether_log_format: Literal["text", "json"] = Field(default="text", description="`text`, or `json` for machines")
    bellwether_keep_answers_hours: int = Field(
        default=24,
        ge=2,
        le=8760,
        description="how many hours an answer is kept, so that the same thing delivered again gets it again and acts on nothing",
    )
    bellwether_keep_sent_days: int = Field(
        default=30,
        ge=7,
        le=36500,
        description="how many days it is kept that a message was delivered or given up (its words go when it is delivered)",
    )
    bellwether_keep_timers_days: int = Field(
        default=90, ge=14, le=36500, description="how many days a timer that fired or was dropped is kept"
    )

    slack_bot_token: SecretStr | None = Field(default=None, description="the bot's token (`xoxb-…`), for one workspace")
    slack_signing_secret: SecretStr | None = Field(
        default=None, description="by which Slack signs its requests over HTTP"
    )
    slack_app_token: SecretStr | None = Field(
        default=None, description="an app-level token (`xapp-…`): Socket Mode, not HTTP"
    )
    slack_client_id: str | None = Field(
        default=None, description="installation into many workspaces: the app's client id"
    )
    slack_client_secret: SecretStr | None = Field(
        default=None, description="installation into many workspaces: its secret"
    )
    slack_api_url: str = Field(
        default="https://slack.com/api/", description="another Web API endpoint (GovSlack, tests)"
    )

    microsoft_app_id: str | None = Field(
        default=None, description="the Teams bot's registration: its application (client) id"
    )
    microsoft_app_password: SecretStr | None = Field(default=None, description="the registration's client secret")
    microsoft_app_type: Literal["SingleTenant", "MultiTenant"] = Field(
        default="SingleTenant", description="`SingleTenant` or `MultiTenant` (which Microsoft no longer makes)"
    )
    microsoft_app_tenant_id: str | None = Field(
        default=None, description="the registration's tenant, needed for `SingleTenant`"
    )
    microsoft_apps_file: str | None = Field(
        default=None, description="several registrations (TOML, one table a tenant); the token's audience picks"
    )
    microsoft_openid_url: str = Field(
        default="https://login.botframework.com/v1/.well-known/openidconfiguration",
        description="where the keys are found by which Microsoft signs (sovereign clouds, tests)",
    )
    microsoft_login_url: str = Field(
        default="https://login.microsoftonline.com/", description="where tokens are fetched (sovereign clouds, tests)"
    )
    teams_service_hosts: str = Field(
        default="smba.trafficmanager.net,*.teams.microsoft.com,*.teams.microsoft.us",
        description="hosts that an activity's service URL may name, with commas between; `*.` before a domain allows all under it",
    )
    teams_allow_unauthenticated: bool = Field(
        default=False,
        description="local Teams clients without tokens; refused unless bound to loopback; allows loopback service URLs",
    )

    @field_validator("bellwether_database_url")
    @classmethod
    def _database(cls, url: str) -> str:
        from sqlalchemy import make_url
        from sqlalchemy.exc import ArgumentError

        try:
            kind = make_url(url).get_backend_name()
        except (ArgumentError, ValueError):
            kind = ""
        if kind not in ("sqlite", "postgresql"):
            raise ValueError("write it as sqlite:///file.db or postgresql://user:password@host/name")
        return url

    @field_validator("bellwether_public_url")
    @classmethod
    def _public(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("https://", "http://")):
            raise ValueError("write it whole, as https://bellwether.example.org")
        return url

    @property
    def secret_keys(self) -> list[str]:
        """Fernet keys, newest first; empty when none are set."""
        kept = self.bellwether_secret_keys
        return [key.strip() for key in kept.get_secret_value().split(",") if key.strip()] if kept else []

    @property
    def slack_wanted(self) -> bool:
        """Whether any Slack setting was given, so that a half-set Slack is a fault and not a silence."""
        return any(
            (
                self.slack_bot_token,
                self.slack_signing_secret,
                self.slack_app_token,
                self.slack_client_id,
                self.slack_client_secret,
            )
        )

    @property
    def teams_wanted(self) -> bool:
        """Whether any setting of Teams was given, so that a half-set Teams is a fault and not a silence."""
        return any(
            (
                self.microsoft_app_id,
                self.microsoft_app_password,
                self.microsoft_apps_file,
                self.teams_allow_unauthenticated,
            )
        )
