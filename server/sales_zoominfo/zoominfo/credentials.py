"""Which credentials the settings hold, and for which API generation."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..errors import fail
from ..settings import Settings, env_name

if TYPE_CHECKING:
    from .token_cache import TokenCache


@dataclass(frozen=True, slots=True)
class EnterpriseCredentials:
    """Username with a password, or with a client id and a private key (which wins)."""

    username: str
    password: str | None = field(default=None, repr=False)
    client_id: str | None = None
    private_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class GtmCredentials:
    """Client id and secret of a DevPortal app, with a refresh token or the name of a stored sign-in unless client
    credentials are enabled."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    sign_in: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is configured; both may be."""

    enterprise: EnterpriseCredentials | None = None
    gtm: GtmCredentials | None = None

    def __bool__(self) -> bool:
        return self.enterprise is not None or self.gtm is not None


def read_credentials(settings: Settings) -> Credentials:
    """The complete sets of credentials.

    Args:
        settings: the environment.

    Returns:
        What is configured, restricted by ``ZOOMINFO_API`` when that names a generation; empty when nothing is set.

    Raises:
        AuthenticationFailed: something is set that belongs to no complete set; what is missing is named.
    """
    if settings.api == "sandbox":
        return Credentials()
    given = {
        name: value
        for name, value in (
            ("username", (settings.username or "").strip()),
            ("password", settings.secret("password")),
            ("client_id", (settings.client_id or "").strip()),
            ("private_key", settings.secret("private_key")),
            ("gtm_client_id", (settings.gtm_client_id or "").strip()),
            ("client_secret", settings.secret("client_secret")),
            ("refresh_token", settings.secret("refresh_token")),
        )
        if value
    }
    enterprise = _enterprise(given) if settings.api != "gtm" else None
    gtm = _gtm(given) if settings.api != "enterprise" else None
    found = Credentials(enterprise, gtm)
    if settings.api in ("gtm", "enterprise") and not found:
        missing = _gtm_lacks(given) if settings.api == "gtm" else _enterprise_lacks(given)
        raise fail(
            "credentials_ambiguous",
            api=settings.api,
            missing=missing,
            options="`auto` decides by what is set",
            details={"missing": missing},
        )
    _check_leftovers(given, found, _MINE[settings.api])
    return found


async def with_sign_in(credentials: Credentials, settings: Settings, cache: TokenCache) -> Credentials:
    """The credentials, with the sign-in that ``login`` has stored for their app.

    A sign-in comes before client credentials, and before the refresh token that was configured when it was made; a
    refresh token configured since then comes before the sign-in.

    Args:
        credentials: what the environment holds.
        settings: the environment.
        cache: where sign-ins are stored.

    Raises:
        AuthenticationFailed: there is a sign-in, and no client id and secret to use it with.
        InvalidArgument: the store cannot be read.
    """
    if settings.api in ("sandbox", "enterprise"):
        return credentials
    gtm = credentials.gtm
    if gtm is None:
        if not credentials and await cache.sign_ins(place_of(settings)):
            raise fail("credentials_missing", account=settings.account)
        return credentials
    name = sign_in_name(settings, gtm.client_id)
    record = await cache.sign_in(name)
    if record is None or (gtm.refresh_token and fingerprint(gtm.refresh_token) != record.replaces):
        return credentials
    return replace(credentials, gtm=replace(gtm, refresh_token=None, sign_in=name))


def place_of(settings: Settings, *, sandbox: bool = False) -> str:
    """Where a sign-in counts: an account of ours at an address. Those at a sandbox count for nothing else."""
    return "\n".join(("sign-in", settings.account, settings.base_url.rstrip("/"), "sandbox" if sandbox else ""))


def sign_in_name(settings: Settings, client_id: str) -> str:
    """The name that the sign-in with an app is stored under; a new client secret leaves it as it is."""
    return f"{place_of(settings)}\n{client_id}"


def fingerprint(refresh_token: str) -> str:
    """What tells two refresh tokens apart, and gives neither away."""
    return hashlib.sha256(f"sales-zoominfo refresh token\n{refresh_token}".encode("utf-8", "surrogatepass")).hexdigest()


# Which variables each choice of ZOOMINFO_API looks at, the most telling ones of a half-made set-up first.
_MINE = {
    "enterprise": ("private_key", "password", "username"),
    "gtm": ("client_secret", "refresh_token", "gtm_client_id"),
    "auto": ("private_key", "password", "client_secret", "refresh_token", "username", "gtm_client_id", "client_id"),
}


def _enterprise(given: Mapping[str, str]) -> EnterpriseCredentials | None:
    if "username" not in given:
        return None
    if "client_id" in given and "private_key" in given:
        return EnterpriseCredentials(given["username"], client_id=given["client_id"], private_key=given["private_key"])
    if "password" in given:
        return EnterpriseCredentials(given["username"], password=given["password"])
    return None


def _gtm(given: Mapping[str, str]) -> GtmCredentials | None:
    client_id = given.get("gtm_client_id") or given.get("client_id")
    if client_id and "client_secret" in given:
        return GtmCredentials(client_id, given["client_secret"], given.get("refresh_token"))
    return None


def _enterprise_lacks(given: Mapping[str, str]) -> str:
    absent = [name for name in ("client_id", "private_key") if name not in given]
    secret = f"{env_name('password')} (or {_names(absent)})"
    if "private_key" in given:
        secret = env_name("client_id")
    has_secret = "password" in given or not absent
    return " and ".join([*([] if "username" in given else [env_name("username")]), *([] if has_secret else [secret])])


def _gtm_lacks(given: Mapping[str, str]) -> str:
    named = "client_id" in given or "gtm_client_id" in given
    return _names([*([] if named else ["client_id"]), *([] if "client_secret" in given else ["client_secret"])])


def _names(settings: Sequence[str]) -> str:
    return " and ".join(env_name(name) for name in settings)


def _check_leftovers(given: Mapping[str, str], found: Credentials, looked_at: Sequence[str]) -> None:
    # A variable that no complete set uses is a half-made set-up, also beside a complete one.
    used: set[str] = set()
    if found.enterprise is not None:
        used |= {"username", "password"} | ({"client_id", "private_key"} if found.enterprise.private_key else set())
    if found.gtm is not None:
        used |= {"client_secret", "refresh_token"} | {"gtm_client_id" if "gtm_client_id" in given else "client_id"}
    for name in looked_at:
        if name not in given or name in used:
            continue
        if name in ("private_key", "password", "username"):
            missing = _enterprise_lacks(given) if name != "private_key" or found.enterprise is None else ""
            missing = missing or env_name("client_id")
        elif name == "client_id":
            key = env_name("private_key") if "username" in given else _names(["username", "private_key"])
            missing = key if "gtm_client_id" in given else f"{env_name('client_secret')} (GTM) or {key} (Enterprise)"
        else:
            missing = _gtm_lacks(given)
        raise fail("credentials_incomplete", have=env_name(name), missing=missing, details={"missing": missing})
