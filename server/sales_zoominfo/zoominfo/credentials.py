"""Which credentials the settings hold, and for which API generation."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import fail
from ..settings import Settings, env_name


@dataclass(frozen=True, slots=True)
class EnterpriseCredentials:
    """Username with a password, or with a client id and a private key (which wins)."""

    username: str
    password: str | None = field(default=None, repr=False)
    client_id: str | None = None
    private_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class GtmCredentials:
    """Client id and secret of a DevPortal app, with a refresh token unless client credentials are enabled."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is configured; both may be."""

    enterprise: EnterpriseCredentials | None = None
    gtm: GtmCredentials | None = None

    def __bool__(self) -> bool:
        return self.enterprise is not None or self.gtm is not None


# What each generation needs, for the error that names what is missing.
NEEDS = {
    "enterprise": "ZOOMINFO_USERNAME with ZOOMINFO_PASSWORD, or with ZOOMINFO_CLIENT_ID and ZOOMINFO_PRIVATE_KEY",
    "gtm": "ZOOMINFO_CLIENT_ID with ZOOMINFO_CLIENT_SECRET",
}


def read_credentials(settings: Settings) -> Credentials:
    """The complete sets of credentials.

    Args:
        settings: the environment.

    Returns:
        What is configured, restricted by ``ZOOMINFO_API`` when that names a generation; empty when nothing is set.

    Raises:
        AuthenticationFailed: something is set that belongs to no complete set; what is missing is named.
    """
    given = {
        name: value
        for name, value in (
            ("username", settings.username),
            ("password", settings.secret("password")),
            ("client_id", settings.client_id),
            ("private_key", settings.secret("private_key")),
            ("gtm_client_id", settings.gtm_client_id),
            ("client_secret", settings.secret("client_secret")),
            ("refresh_token", settings.secret("refresh_token")),
        )
        if value
    }
    if settings.api == "sandbox":
        return Credentials()
    enterprise = _enterprise(given) if settings.api != "gtm" else None
    gtm = _gtm(given) if settings.api != "enterprise" else None
    found = Credentials(enterprise, gtm)
    if settings.api in NEEDS and not found:
        missing = NEEDS[settings.api]
        raise fail("credentials_ambiguous", api=settings.api, missing=missing, options="`auto` decides by what is set")
    if settings.api == "auto":
        _check_leftovers(given, found)
    return found


def _enterprise(given: dict[str, str]) -> EnterpriseCredentials | None:
    if "username" not in given:
        return None
    if "client_id" in given and "private_key" in given:
        return EnterpriseCredentials(given["username"], client_id=given["client_id"], private_key=given["private_key"])
    if "password" in given:
        return EnterpriseCredentials(given["username"], password=given["password"])
    return None


def _gtm(given: dict[str, str]) -> GtmCredentials | None:
    client_id = given.get("gtm_client_id") or given.get("client_id")
    if client_id and "client_secret" in given:
        return GtmCredentials(client_id, given["client_secret"], given.get("refresh_token"))
    return None


# What each variable needs beside it, the most telling ones first.
_PARTNERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("private_key", ("username", "client_id")),
    ("password", ("username",)),
    ("client_secret", ("client_id",)),
    ("refresh_token", ("client_id", "client_secret")),
)


def _check_leftovers(given: dict[str, str], found: Credentials) -> None:
    # A variable that no complete set uses is a half-made set-up, also beside a complete one.
    for name, partners in _PARTNERS:
        home = found.enterprise if name in ("private_key", "password") else found.gtm
        if name in given and home is None:
            absent = [env_name(partner) for partner in partners if partner not in given]
            _incomplete(env_name(name), " and ".join(absent))
    if "username" in given and found.enterprise is None:
        key = " and ".join(env_name(name) for name in ("client_id", "private_key") if name not in given)
        _incomplete(env_name("username"), f"{env_name('password')} (or {key})")
    if given and not found:
        have = "gtm_client_id" if "gtm_client_id" in given else "client_id"
        _incomplete(env_name(have), f"{env_name('client_secret')} (GTM) or {env_name('private_key')} (Enterprise)")


def _incomplete(have: str, missing: str) -> None:
    raise fail("credentials_incomplete", have=have, missing=missing, details={"missing": missing})
