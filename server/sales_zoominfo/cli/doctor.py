"""``doctor``: what of the set-up works, and how to mend what does not. Never prints a secret."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Literal

import anyio

from ..account.caller import caller_id
from ..app import SERVICE_URL, App, ledger_name
from ..errors import SalesZoomInfoError, fail, near
from ..settings import Settings, env_name
from .run import CALLER, Spinner, run, settings
from .views import API_NAMES

if TYPE_CHECKING:
    from rich.console import Console

    from ..zoominfo.credentials import Credentials
    from ..zoominfo.operations import Generation

Mark = Literal["✓", "✗", "–", "!"]

# Beyond this a key sign-in is refused, since its assertion carries the time. Seconds.
SKEW = 60.0
_PROBE_TIMEOUT = 10.0
_DEADLINE = 20.0
_STYLES = {"✓": "green", "✗": "red", "–": "dim", "!": "yellow"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it is, and what to do about it."""

    mark: Mark
    title: str
    text: str
    fix: str = ""


def _failed(title: str, error: SalesZoomInfoError) -> Finding:
    return Finding("✗", title, error.message, error.next_step)


def doctor() -> int:
    """Run all checks and print them.

    Returns:
        1 when something fails, else 0.
    """
    from rich.console import Console

    with Spinner("Checking…"):
        findings = run(examine)
    console = Console(highlight=False, markup=False, emoji=False)
    for finding in findings:
        _print(console, finding)
    failures = sum(finding.mark == "✗" for finding in findings)
    console.print()
    if failures:
        console.print(f"{failures} to mend.", style="red")
    else:
        console.print("All is well.", style="green")
    return 1 if failures else 0


def _print(console: Console, finding: Finding) -> None:
    from rich.table import Table
    from rich.text import Text

    line = Table.grid(padding=(0, 1, 0, 0))
    line.add_column(width=1)
    line.add_column(width=19, no_wrap=True)
    line.add_column(overflow="fold")
    line.add_row(Text(finding.mark, _STYLES[finding.mark]), finding.title, finding.text)
    if finding.fix:
        line.add_row("", "", Text(f"→ {finding.fix}"))
    console.print(line)


async def examine() -> list[Finding]:
    """All findings, in the order in which one would mend them."""
    findings: list[Finding] = []
    try:
        using = settings()
    except SalesZoomInfoError as error:
        return [_failed("settings", error)]
    using = using.model_copy(update={"timeout": min(using.timeout, _DEADLINE)})
    findings += _settings(using)
    credentials, found = _credentials(using)
    state = await _state(using, credentials)
    findings += [*found, *state]
    if credentials is None or any(finding.mark == "✗" for finding in findings):
        skipped = "not tried before the above is mended"
        return [*findings, Finding("–", "network", skipped), Finding("–", "sign-in", skipped)]
    if not credentials:
        return [
            *findings,
            Finding("–", "network", "not needed: the sandbox runs inside this program"),
            *await _sign_in(using, "sandbox"),
        ]
    reachable, network = await _network(using, credentials)
    findings += network
    if not reachable:
        return [*findings, Finding("–", "sign-in", "not tried without a connection")]
    for generation in ("gtm", "enterprise"):
        if getattr(credentials, generation) is not None:
            findings += await _sign_in(using, generation)
    return findings


def _settings(using: Settings) -> list[Finding]:
    names = [env_name(name) for name in Settings.model_fields]
    unknown = sorted(name for name in os.environ if name.startswith("ZOOMINFO_") and name.upper() not in names)
    found = [
        Finding("!", "settings", f"{name} is no setting and has no effect{near(name, names)}.") for name in unknown
    ]
    modes = [mode for mode, on in (("read-only", using.read_only), ("free-only", using.free_only)) if on]
    return found or [Finding("✓", "settings", "well-formed" + (f"; {' and '.join(modes)}" if modes else ""))]


def _credentials(using: Settings) -> tuple[Credentials | None, list[Finding]]:
    from ..zoominfo.credentials import read_credentials
    from ..zoominfo.keys import load_private_key

    try:
        credentials = read_credentials(using)
    except SalesZoomInfoError as error:
        return None, [_failed("credentials", error)]
    if not credentials:
        why = "ZOOMINFO_API=sandbox" if using.api == "sandbox" else "no credentials are set"
        return credentials, [Finding("–", "credentials", f"{why}: SANDBOX, fictional data, no account needed")]
    found: list[Finding] = []
    if credentials.gtm is not None:
        how = "refresh token" if credentials.gtm.refresh_token else "client credentials"
        found.append(Finding("✓", "credentials", f"GTM: complete ({how})"))
    if credentials.enterprise is not None:
        how = "key" if credentials.enterprise.private_key else "password"
        found.append(Finding("✓", "credentials", f"Enterprise: complete ({how})"))
        if credentials.enterprise.private_key:
            try:
                key = load_private_key(credentials.enterprise.private_key)
                found.append(Finding("✓", "private key", f"readable, RSA of {key.key_size} bits"))
            except SalesZoomInfoError as error:
                found.append(_failed("private key", error))
    return credentials, found


async def _state(using: Settings, credentials: Credentials | None) -> list[Finding]:
    from ..account.ledger import Ledger
    from ..store import open_store

    try:
        store = await open_store(using.state_url)
        try:
            known = await Ledger(store, using.account).accounts()
        finally:
            await store.close()
    except SalesZoomInfoError as error:
        return [_failed("state", error)]
    found = [Finding("✓", "state", str(store.path))]
    if credentials:
        name, mark, place = ledger_name(using, credentials).partition("@")
        found.append(Finding("✓", "account", f"ledger and budgets belong to '{name}{mark}{_host(place)}'"))
    elif credentials is not None and using.api != "sandbox" and known:
        found.append(_failed("account", fail("credentials_missing", account=known[0].name)))
    return found


async def _network(using: Settings, credentials: Credentials) -> tuple[bool, list[Finding]]:
    import httpx2

    base = using.base_url.rstrip("/")
    before = time.time()
    try:
        async with httpx2.AsyncClient(timeout=_PROBE_TIMEOUT) as client:
            answer = await client.get(base)
    except (httpx2.RequestError, httpx2.InvalidURL) as error:
        reason = type(error).__name__
        failure = fail("upstream_unreachable", operation=f"a first request to {_host(base)}", reason=reason)
        return False, [_failed("network", failure)]
    middle = (before + time.time()) / 2
    text = f"{_host(base)} answers" + ("" if base == SERVICE_URL else " (by ZOOMINFO_BASE_URL)")
    keyed = credentials.enterprise is not None and credentials.enterprise.private_key is not None
    return True, [Finding("✓", "network", text), _clock(answer.headers.get("date"), middle, keyed)]


def _host(base: str) -> str:
    return base.split("://", 1)[-1].split("/", 1)[0]


def _clock(date: str | None, now: float, keyed: bool) -> Finding:
    try:
        told = parsedate_to_datetime(date or "").timestamp()
    except (ValueError, TypeError):
        return Finding("–", "clock", "the answer tells no time to compare with")
    # The header counts whole seconds.
    skew = now - told - 0.5
    if abs(skew) <= SKEW:
        return Finding("✓", "clock", f"agrees with the service to {max(1, round(abs(skew)))} s")
    way = "ahead of" if skew > 0 else "behind"
    effect = "the sign-in with a key is refused" if keyed else "a sign-in with a key would be refused"
    text = f"{abs(skew):.0f} s {way} the service, so {effect}"
    return Finding("!", "clock", text, "Set this machine's clock, best by a time service (NTP).")


async def _sign_in(using: Settings, generation: Generation | Literal["sandbox"]) -> list[Finding]:
    """Sign in and read the usage, which proves that the token is taken."""
    label = API_NAMES.get(generation, "sandbox")
    app = App(using.model_copy(update={"api": generation}))
    try:
        account = await app.account()
        first = await _try(f"sign-in {label}", account.authenticate, lambda _: "accepted")
        if first.mark == "✗":
            return [first]
        usage = await _try(
            f"usage {label}",
            lambda: account.usage(caller_id(CALLER)),
            lambda _: (
                "readable"
                + (f"; {account.balance.credits:,} credits left" if account.balance else "")
                + ("; SANDBOX: fictional data" if account.sandbox else "")
            ),
        )
        return [first, usage]
    except SalesZoomInfoError as error:
        return [_failed(f"sign-in {label}", error)]
    finally:
        with anyio.CancelScope(shield=True):
            await app.aclose()


async def _try(title: str, check: Callable[[], Awaitable[object]], text: Callable[[object], str]) -> Finding:
    try:
        return Finding("✓", title, text(await check()))
    except SalesZoomInfoError as error:
        return _failed(title, error)
