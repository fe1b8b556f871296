"""Every setting, each with one ``ZOOMINFO_*`` name. README's table is checked against this file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from .errors import fail, near
from .scrub import remember

Generation = Literal["gtm", "enterprise"]

# Secrets that may also come from a file, as container platforms hand them over.
FILE_SETTINGS = ("password", "private_key", "client_secret", "refresh_token", "http_token", "state_key")


class Settings(BaseModel):
    """What the environment says. Secrets are ``SecretStr`` and never printed."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, extra="forbid")

    api: Literal["auto", "gtm", "enterprise", "sandbox"] = Field(
        "auto", description="Which API to use; `auto` decides by the credentials that are set."
    )
    account: str = Field(
        "default",
        min_length=1,
        max_length=64,
        pattern=r"^[A-Za-z0-9._-]+$",
        description="Name of the ZoomInfo account that ledger, limits and audit belong to.",
    )
    username: str | None = Field(None, description="Enterprise: login name of the user that owns the key.")
    password: SecretStr | None = Field(None, description="Enterprise: password (or use a key).")
    client_id: str | None = Field(None, description="Client id of the Enterprise key or of the GTM app.")
    private_key: SecretStr | None = Field(None, description="Enterprise: RSA private key, PEM text or a path.")
    client_secret: SecretStr | None = Field(None, description="GTM: client secret of the DevPortal app.")
    gtm_client_id: str | None = Field(
        None, description="GTM client id, when both generations are configured with different ids."
    )
    refresh_token: SecretStr | None = Field(
        None, description="GTM: refresh token; without it and without a `login` client credentials are used."
    )
    password_file: Path | None = Field(None, description="File that holds ZOOMINFO_PASSWORD.")
    private_key_file: Path | None = Field(None, description="File that holds ZOOMINFO_PRIVATE_KEY.")
    client_secret_file: Path | None = Field(None, description="File that holds ZOOMINFO_CLIENT_SECRET.")
    refresh_token_file: Path | None = Field(None, description="File that holds ZOOMINFO_REFRESH_TOKEN.")
    http_token: SecretStr | None = Field(
        None,
        description="Token that clients of `serve --http` send as `Authorization: Bearer`; needed with credentials.",
    )
    http_token_file: Path | None = Field(None, description="File that holds ZOOMINFO_HTTP_TOKEN.")
    base_url: str = Field(
        "https://api.zoominfo.com",
        # No user:password@ part: the address is shown, logged and part of the ledger's account name.
        pattern=r"^https?://[^/\s@]+(/[^\s]*)?$",
        description="Where the API is, without credentials in it; a served sandbox or a gateway goes here.",
    )
    token_url: str | None = Field(
        None,
        pattern=r"^https?://[^/\s@]+(/\S*)?$",
        description="GTM token endpoint, when it is not `<base>/gtm/oauth/v1/token`.",
    )
    paths: Literal["standard", "quick-reference"] = Field(
        "standard",
        description="Paths of the Enterprise API: `standard`, or `quick-reference` for a gateway that serves the six "
        "published calls that ZoomInfo itself does not.",
    )
    rate_limit: float = Field(25.0, gt=0, le=1000, description="Requests a second that the account may send.")
    redis_url: SecretStr | None = Field(
        None, description="Redis server that holds the rate limits instead of the state, `redis://HOST:6379/0`."
    )
    timeout: float = Field(60.0, gt=0, le=3600, description="Deadline of one operation with its retries, seconds.")
    max_credits_per_call: int = Field(
        25, ge=0, description="Ceiling of credits that one call may cost without a person's consent."
    )
    max_credits_per_hour: int = Field(
        100,
        ge=0,
        description="Ceiling of credits that one caller may spend in an hour without a person's consent.",
    )
    max_credits_per_day: int = Field(1000, ge=0, description="Day budget of the account, credits (UTC days).")
    max_credits_per_caller: int | None = Field(
        None, ge=0, description="Day budget of each caller, credits (UTC days); none by default."
    )
    max_credits_per_job: int | None = Field(None, ge=0, description="Budget of each job, credits; none by default.")
    max_credits_total: int | None = Field(
        None, ge=0, description="Budget of the account for good, credits, since its ledger began; none by default."
    )
    price_per_credit: float | None = Field(
        None, ge=0, allow_inf_nan=False, description="What a credit costs you; estimates are then told in money too."
    )
    currency: str = Field(
        "USD", min_length=1, max_length=8, pattern=r"^\S+$", description="Currency of ZOOMINFO_PRICE_PER_CREDIT."
    )
    audit_days: int = Field(
        400, ge=1, le=36_500, description="How long the audit keeps its entries, days; older ones leave it."
    )
    toolsets: str = Field("default", description="Toolsets to serve: `default`, `all`, or names with commas.")
    read_only: bool = Field(False, description="Serve only tools that change and spend nothing.")
    free_only: bool = Field(False, description="Serve only tools that cannot spend a credit.")
    # Secret, since the address of a server may hold a password.
    state_url: SecretStr | None = Field(
        None,
        description="Where state lives, `sqlite:///PATH` or `postgresql://USER:PASSWORD@HOST/NAME`; default: a file in "
        "the user's state folder.",
    )
    state_key: SecretStr | None = Field(
        None,
        description="Key of what the state holds about people: 32 bytes, base64 or hexadecimal; default: the file "
        "`ledger.key` in the state folder. Machines that share a database must share it.",
    )
    state_key_file: Path | None = Field(None, description="File that holds ZOOMINFO_STATE_KEY.")
    privacy_regions: str = Field(
        "eu=mark,california=mark,canada=mark",
        # Each region at most as often as it likes; the last word counts.
        pattern=r"^\s*((eu|california|canada)\s*=\s*(show|mark|withhold)\s*(,\s*|$))*$",
        description="What happens to people of a region: `show`, `mark` (a flag beside them) or `withhold` (no contact "
        "details), for each of `eu`, `california`, `canada`, such as `eu=withhold,california=mark`.",
    )
    do_not_call: Literal["mark", "withhold"] = Field(
        "mark", description="Numbers on a do-not-call list: `mark` shows them with their flag, `withhold` does not."
    )
    keep_records: int = Field(
        0, ge=0, le=365, description="How long bought records are kept here, encrypted, days; 0 keeps none."
    )
    job_days: int = Field(
        7, ge=1, le=365, description="How long the rows of a bulk job stay after it has ended, encrypted, days."
    )
    files: str | None = Field(
        None,
        description="Folders whose files the bulk tools may read and write, separated as in PATH; default: the roots "
        "that the client tells over stdio, else none. The command line may use any file.",
    )
    ask_model: str = Field(
        "claude-sonnet-5-5", min_length=1, max_length=200, pattern=r"^\S+$", description="Model that `ask` talks to."
    )
    ask_base_url: str | None = Field(
        None,
        pattern=r"^https?://[^/\s@]+(/\S*)?$",
        description="Where `ask` reaches Claude, as a gateway; default: ANTHROPIC_BASE_URL, else Claude's service.",
    )
    ask_turns: int = Field(30, ge=1, le=1000, description="Requests to the model for one question of `ask`.")
    ask_tokens: int = Field(500_000, ge=1000, description="Tokens of one question of `ask`, in all of its requests.")
    ask_credits: int = Field(100, ge=0, description="ZoomInfo credits that one conversation of `ask` may spend.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="How much goes to the log on stderr."
    )

    @property
    def state_address(self) -> str | None:
        """``state_url`` as it was given; for opening the state, never for showing."""
        return None if self.state_url is None else self.state_url.get_secret_value()

    def secret(self, name: str) -> str | None:
        """A secret by its setting's name, from its variable or its ``_FILE``.

        Args:
            name: one of :data:`FILE_SETTINGS`.

        Returns:
            The text, or None when neither is set (an empty variable counts as unset).

        Raises:
            InvalidArgument: the file cannot be read.
        """
        value: SecretStr | None = getattr(self, name)
        if value is not None and value.get_secret_value().strip():
            # From here on no log and no error text can hold it.
            remember(value.get_secret_value())
            return value.get_secret_value()
        path: Path | None = getattr(self, f"{name}_file")
        if path is None:
            return None
        try:
            text = path.read_text(encoding="utf-8").strip() or None
            remember(text)
            return text
        except (OSError, UnicodeDecodeError) as error:
            env = env_name(f"{name}_file")
            raise fail(
                "setting_invalid",
                name=env,
                reason=f"the file cannot be read ({type(error).__name__})",
                how=f"Point {env} at a readable text file.",
            ) from None


def env_name(setting: str) -> str:
    """The environment variable of a setting."""
    return f"ZOOMINFO_{setting.upper()}"


def load_settings(**overrides: object) -> Settings:
    """Read the environment.

    Args:
        overrides: values that win over the environment, by setting name; None means "not given".

    Returns:
        The settings.

    Raises:
        InvalidArgument: a value is malformed; the first bad one is named, never its value.
    """
    given: dict[str, object] = {name: os.environ.get(env_name(name)) for name in Settings.model_fields}
    given |= {name: value for name, value in overrides.items() if value is not None}
    try:
        # An empty variable counts as unset, as container platforms leave them behind.
        return Settings.model_validate({name: value for name, value in given.items() if value not in (None, "")})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = str(first["loc"][0])
        reason, how = first["msg"].lower(), "README lists each setting's legal values."
        if first["type"] == "string_pattern_mismatch":
            reason, how = "its form is not right", Settings.model_fields[field].description or how
        raise fail("setting_invalid", name=env_name(field), reason=reason, how=how) from None


def mistyped() -> list[str]:
    """What is wrong with the names of the environment's settings, one sentence each."""
    names = [env_name(name) for name in Settings.model_fields]
    unknown = sorted(name for name in os.environ if name.startswith("ZOOMINFO_") and name.upper() not in names)
    return [f"{name} is no setting and has no effect{near(name, names)}." for name in unknown]
