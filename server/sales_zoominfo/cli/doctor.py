"""``doctor``: what of the set-up and the account works, and how to mend what does not.

Never prints a secret and never spends a credit. What is not well names the passage that explains it.
"""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import anyio

from ..account.audit_chain import day
from ..account.caller import caller_id
from ..app import SERVICE_URL, App, ledger_name
from ..errors import NotAvailable, PlanDoesNotInclude, SalesZoomInfoError, fail
from ..settings import Settings, mistyped
from .run import CALLER, Spinner, run, settings
from .views import API_NAMES, cell

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from ..account.audit_chain import Note
    from ..account.gate import Account
    from ..store import Store
    from ..zoominfo.credentials import Credentials
    from ..zoominfo.operations import Entity, Generation
    from ..zoominfo.records import FieldRight, Limit, Value

Mark = Literal["✓", "✗", "–", "!"]

# Beyond this a key sign-in is refused, since its assertion carries the time. Seconds.
SKEW = 60.0
_PROBE_TIMEOUT = 10.0
_DEADLINE = 20.0
_STYLES = {"✓": "green", "✗": "red", "–": "dim", "!": "yellow"}
# A token that is renewed in time never has less left, unless tokens of the account live that short. Seconds.
_SHORT_LIFE = 180.0
# Below this share of the contract's credits, somebody should know. As a quotient.
_LOW = 0.05
_NAMES_SHOWN = 8
_HISTORY = "history"

# The passage of the knowledge base that explains an error, by its kind.
INCOMPLETE = "troubleshooting#credentials-are-incomplete"
KEY = "troubleshooting#the-private-key-cannot-be-read"
CLOCK = "troubleshooting#the-clock-is-wrong"
FIRST_401 = "troubleshooting#401-on-the-first-sign-in-with-pki"
LATER_401 = "troubleshooting#401-after-the-api-worked-at-first"
OTHER_API = "troubleshooting#401-with-a-token-of-the-other-api"
UNAUTHORIZED = "troubleshooting#unauthorized_client-from-the-token-endpoint"
UNREACHABLE = "troubleshooting#the-service-cannot-be-reached"
STATE = "troubleshooting#the-state-file-cannot-be-used"
STATE_KEY = "running-this-server#the-state-key"
LOGIN = "running-this-server#login-fails"
FIRST = "running-this-server#the-first-25-credits-and-the-stop"
NO_INTENT = "troubleshooting#intent-data-does-not-show-for-target-accounts"
NOT_A_TOPIC = "troubleshooting#an-intent-topic-is-not-on-the-list"
NOT_IN_PLAN = "troubleshooting#a-field-is-not-in-the-plan"
GAPS = "troubleshooting#enrichment-returns-incomplete-data"
EXHAUSTED = "troubleshooting#credits-are-exhausted"
FORBIDDEN = "troubleshooting#403-forbidden"
CREDITS = "gotchas#credits"
LIFE = "gotchas#jwt-expiry"
SANDBOX = "troubleshooting#answers-are-fictional-sandbox-data"
FAILED = "troubleshooting#500-or-504-from-zoominfo"
CODES = "troubleshooting#error-codes-of-this-server"
PASSAGES: dict[str, tuple[str, ...]] = {
    "credentials_incomplete": (INCOMPLETE,),
    "credentials_missing": (INCOMPLETE,),
    "credentials_ambiguous": (INCOMPLETE,),
    "setting_invalid": (CODES,),
    "key_unreadable": (KEY,),
    "login_refused": (LATER_401, INCOMPLETE),
    "token_refused": (LATER_401, OTHER_API),
    "client_credentials_off": (UNAUTHORIZED,),
    "session_lost": ("troubleshooting#the-session-dies-when-two-programs-run",),
    "renewal_lost": ("troubleshooting#the-session-dies-when-two-programs-run", LOGIN),
    "signed_out": (LOGIN,),
    "plan_endpoint": (FORBIDDEN,),
    "plan_field": (NOT_IN_PLAN,),
    "rate_limited": ("troubleshooting#429-too-many-requests",),
    "credits_exhausted": (EXHAUSTED, CREDITS),
    "usage_limit": (FORBIDDEN,),
    "state_unusable": (STATE,),
    "state_uncertain": ("running-this-server#postgresql-does-not-answer",),
    "state_key_wrong": (STATE_KEY,),
    "state_key_missing": (STATE_KEY,),
    "state_undecryptable": (STATE_KEY,),
    "opt_outs_unreadable": (STATE_KEY,),
    "audit_unwritable": ("running-this-server#the-audit-cannot-be-written",),
    "limits_unreachable": ("running-this-server#redis-cannot-be-reached",),
    "spending_stopped": ("troubleshooting#spending_stopped-after-the-figures-differ",),
    "first_spend_waits": (FIRST,),
    "first_spend_unread": (FIRST,),
    "upstream_unreachable": (UNREACHABLE,),
    "upstream_failed": (FAILED,),
    "upstream_unreadable": (FAILED,),
    "upstream_blocked": (UNREACHABLE,),
    "upstream_no_route": ("troubleshooting#404-with-no-static-resource",),
    "deadline": (UNREACHABLE,),
    "wrong_generation": (FORBIDDEN,),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, what to do about it, and the ids of the passages that explain it."""

    mark: Mark
    title: str
    text: str
    fix: str = ""
    passages: tuple[str, ...] = ()


def _failed(title: str, error: SalesZoomInfoError, passages: tuple[str, ...] | None = None) -> Finding:
    explained = PASSAGES.get(error.kind, ()) if passages is None else passages
    return Finding("✗", title, error.message, error.next_step, explained)


def doctor(topics: Sequence[str] = ()) -> int:
    """Run all checks and print them.

    Args:
        topics: names of intent topics, to be compared with those the account has.

    Returns:
        1 when something fails, else 0.
    """
    from rich.console import Console

    with Spinner("Checking…"):
        findings = run(lambda: examine(topics))
    console = Console(highlight=False, markup=False, emoji=False)
    for finding in findings:
        _print(console, finding)
    failures = sum(finding.mark == "✗" for finding in findings)
    warnings = sum(finding.mark == "!" for finding in findings)
    console.print()
    if failures:
        console.print(f"{failures} to mend.", style="red")
    elif warnings:
        console.print(f"It works; {warnings} to know about.", style="yellow")
    else:
        console.print("All is well.", style="green")
    if any(finding.passages for finding in findings):
        console.print("Each “See” is a passage: sales-zoominfo knowledge --read ID")
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
    for passage in finding.passages:
        # Further left than the text, so that the longest id is in one piece on 80 columns and can be copied.
        console.print(f"  See {passage}", soft_wrap=True)


async def examine(topics: Sequence[str] = ()) -> list[Finding]:
    """All findings, in the order in which one would mend them.

    Args:
        topics: names of intent topics to look for.
    """
    try:
        using = settings(tell=False)
    except SalesZoomInfoError as error:
        return [*_knowledge(), _failed("settings", error), _claude()]
    using = using.model_copy(update={"timeout": min(using.timeout, _DEADLINE)})
    knowledge = [*_knowledge(), _claude()]
    findings = _settings(using)
    credentials, found = _credentials(using)
    findings += [*await _signed_in(using, credentials, found), *await _state(using, credentials)]
    # What was lost has to be known, and hinders no call.
    if credentials is None or any(finding.mark == "✗" and finding.title != _HISTORY for finding in findings):
        skipped = "not tried before the above is mended"
        steps = ("network", "sign-in", *(["topics"] if topics else []))
        return [*knowledge, *findings, *(Finding("–", step, skipped) for step in steps)]
    findings = [*knowledge, *findings]
    if not credentials:
        return [
            *findings,
            Finding("–", "network", "not needed: the sandbox runs inside this program"),
            *await _account(using, "sandbox", topics),
        ]
    reachable, network = await _network(using, credentials)
    findings += network
    if not reachable:
        skipped = "not tried without a connection"
        return [*findings, *(Finding("–", step, skipped) for step in ("sign-in", *(["topics"] if topics else [])))]
    keyed = credentials.enterprise is not None and credentials.enterprise.private_key is not None
    for generation in ("gtm", "enterprise"):
        if getattr(credentials, generation) is not None:
            findings += await _account(using, generation, topics, keyed=keyed and generation == "enterprise")
    return findings


def _knowledge(root: Path | None = None) -> list[Finding]:
    from ..knowledge import KnowledgeBase

    base = KnowledgeBase.load(root)
    title = "knowledge"
    if not base.files:
        fix = "Install sales-zoominfo again, or clone its repository again: references/ belongs to it."
        return [Finding("✗", title, problem, fix) for problem in base.problems]
    fix = "Its text is served all the same; restore the file from the repository."
    damaged = [Finding("!", title, problem, fix) for problem in base.problems]
    count = len(base.ids)
    return damaged or [Finding("✓", title, f"{count:,} passages in {len(base.files)} files")]


def _claude() -> Finding:
    """Whether `ask` and `eval` could reach Claude; nothing else needs it, so it is never a fault."""
    title = "Claude"
    only = "only `ask` and `eval` need it"
    if importlib.util.find_spec("anthropic") is None:
        return Finding("–", title, f"package anthropic not installed: {only}", "pip install 'sales-zoominfo[agent]'")
    names = [name for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN") if os.environ.get(name, "").strip()]
    if not names:
        return Finding("–", title, f"ANTHROPIC_API_KEY not set: {only}")
    return Finding("✓", title, f"ok: {names[0]} is set, the package is installed")


def _settings(using: Settings) -> list[Finding]:
    found = [Finding("!", "settings", problem, "", (INCOMPLETE,)) for problem in mistyped()]
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
        text = f"{why}: SANDBOX, fictional data, no account needed"
        return credentials, [Finding("–", "credentials", text, "", (SANDBOX,))]
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


async def _signed_in(using: Settings, credentials: Credentials | None, found: list[Finding]) -> list[Finding]:
    """The findings about credentials, with the stored sign-in where one is used."""
    from ..zoominfo.credentials import with_sign_in
    from .login import described

    if credentials is None:
        return found
    app = App(using)
    try:
        sign_ins = await app.sign_ins()
        chosen = await with_sign_in(credentials, using, sign_ins.cache)
        record = await sign_ins.status() if chosen.gtm is not None and chosen.gtm.sign_in else None
    except SalesZoomInfoError as error:
        # Of a state that cannot be used the next finding tells.
        return [*found, _failed("sign-in kept", error)] if error.kind == "credentials_missing" else found
    finally:
        await app.aclose()
    if record is None:
        return found
    how = described(record.began_at, record.expires_at, in_doubt=record.in_doubt)
    text = f"GTM: complete (signed in {how})"
    kept = Finding("✓", "credentials", text)
    if record.in_doubt:
        fix = "It is asked for once more when the token ends; if that fails, run `sales-zoominfo login`."
        kept = Finding("!", "credentials", text, fix, PASSAGES["session_lost"])
    return [kept if finding.text.startswith("GTM: complete") else finding for finding in found]


async def _state(using: Settings, credentials: Credentials | None) -> list[Finding]:
    from ..account.audit_check import lost_notes
    from ..account.ledger import Ledger
    from ..store import open_store
    from ..store.vault import open_vault

    try:
        store = await open_store(using.state_address)
        try:
            # A key that does not fit would stop every call.
            await open_vault(store, using)
            known = await Ledger(store, using.account).accounts()
            lost = await lost_notes(store)
        finally:
            await store.close()
    except SalesZoomInfoError as error:
        return [_failed("state", error, (STATE,) if error.kind == "setting_invalid" else None)]
    found = [Finding("✓", "state", _place_of(store, using)), *_history(lost, store)]
    if credentials:
        name, mark, place = ledger_name(using, credentials).partition("@")
        found.append(Finding("✓", "account", f"ledger and budgets belong to '{name}{mark}{_host(place)}'"))
    elif credentials is not None and using.api != "sandbox" and known:
        found.append(_failed("account", fail("credentials_missing", account=known[0].name)))
    return found


def _history(lost: Sequence[Note], store: Store) -> list[Finding]:
    """Whether the state folder notes entries that the state does not have: it was emptied, deleted or replaced."""
    if not lost:
        return []
    entries, last = sum(note.seq for note in lost), day(max(note.at for note in lost))
    text = (
        f"the state folder notes an audit of {entries:,} entries until {last} that this state does not have: the "
        "purchases and opt-outs of that time are gone"
    )
    names = ", ".join(f"audit-{note.chain}.head" for note in lost)
    fix = (
        "Restore the state from a backup, or import the opt-outs again with `sales-zoominfo opt-outs import FILE`. "
        f"To end this notice, also when it is of another state, move {names} out of {store.directory}."
    )
    return [Finding("✗", _HISTORY, text, fix, (STATE,))]


def _place_of(store: Store, using: Settings) -> str:
    path: object = getattr(store, "path", None)
    if path is not None:
        return str(path)
    # Of the URL the host alone: the rest can hold a password.
    host = urlsplit(using.state_address or "").hostname
    return f"PostgreSQL{f' on {host}' if host else ''}, keys in {store.directory}"


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
        return Finding("–", "clock", "the answer tells no time to compare with", "", (CLOCK,))
    # The header counts whole seconds.
    skew = now - told - 0.5
    if abs(skew) <= SKEW:
        return Finding("✓", "clock", f"agrees with the service to {max(1, round(abs(skew)))} s")
    way = "ahead of" if skew > 0 else "behind"
    effect = "the sign-in with a key is refused" if keyed else "a sign-in with a key would be refused"
    text = f"{abs(skew):.0f} s {way} the service, so {effect}"
    return Finding("!", "clock", text, "Set this machine's clock, best by a time service (NTP).", (CLOCK,))


# --- the account -----------------------------------------------------------------------------------------------


async def _account(
    using: Settings, generation: Generation | Literal["sandbox"], topics: Sequence[str], *, keyed: bool = False
) -> list[Finding]:
    """Sign in and read what the account has: usage, intent topics, field rights. All of it is free."""
    label = API_NAMES.get(generation, "sandbox")
    app = App(using.model_copy(update={"api": generation}))
    try:
        account = await app.account()
        findings = await _sign_in(account, label, keyed=keyed)
        if findings[0].mark == "✗":
            return findings
        checks = (
            lambda: _usage(account, label, using),
            lambda: _topics(account, label, topics),
            lambda: _fields(account, label),
        )
        return [*findings, *await _together(checks)]
    except SalesZoomInfoError as error:
        return [_failed(f"sign-in {label}", error)]
    finally:
        with anyio.CancelScope(shield=True):
            await app.aclose()


async def _together(checks: Sequence[Callable[[], Awaitable[list[Finding]]]]) -> list[Finding]:
    # Side by side, so that a service that hangs costs one deadline and not three.
    found: dict[int, list[Finding]] = {}

    async def one(index: int) -> None:
        found[index] = await checks[index]()

    async with anyio.create_task_group() as group:
        for index in range(len(checks)):
            group.start_soon(one, index)
    return [finding for index in sorted(found) for finding in found[index]]


async def _sign_in(account: Account, label: str, *, keyed: bool) -> list[Finding]:
    title = f"sign-in {label}"
    generation = account.generations[0]
    try:
        await account.authenticate(caller=caller_id(CALLER))
        left = await account.token_life(generation, caller=caller_id(CALLER))
    except SalesZoomInfoError as error:
        passages = PASSAGES.get(error.kind, ())
        if error.kind == "login_refused" and (keyed or generation == "gtm"):
            passages = (FIRST_401, CLOCK) if keyed else (UNAUTHORIZED, INCOMPLETE)
        return [_failed(title, error, passages)]
    accepted = Finding("✓", title, f"accepted; the token lives {_minutes(left)} more, renewed in time")
    if left >= _SHORT_LIFE:
        return [accepted]
    usual = " (Enterprise tokens live 60 minutes)" if generation == "enterprise" else ""
    text = f"it lives {_minutes(left)} only{usual}: a program that keeps one will see a 401"
    fix = "Renew before the end of its life; this server does so by itself."
    return [replace(accepted, text="accepted"), Finding("!", f"token {label}", text, fix, (LATER_401, LIFE))]


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{max(0.0, seconds):.0f} s"


async def _try(title: str, check: Callable[[], Awaitable[list[Finding]]]) -> list[Finding]:
    try:
        return await check()
    except (PlanDoesNotInclude, NotAvailable) as error:
        # The rest works without what the plan leaves out.
        return [replace(_failed(title, error), mark="!")]
    except SalesZoomInfoError as error:
        return [_failed(title, error)]


async def _usage(account: Account, label: str, using: Settings) -> list[Finding]:
    async def check() -> list[Finding]:
        report = await account.usage(caller_id(CALLER))
        left = f"; {account.balance.credits:,} credits left" if account.balance else ""
        fictional = "; SANDBOX: fictional data" if account.sandbox else ""
        low = [found for limit in report.limits for found in _limit(limit, label, using.max_credits_per_call)]
        return [Finding("✓", f"usage {label}", f"readable{left}{fictional}"), *low]

    return await _try(f"usage {label}", check)


def _limit(limit: Limit, label: str, ceiling: int) -> list[Finding]:
    if not limit.metered:
        return []
    told = f"{max(0, limit.remaining):,} of {limit.total:,} left"
    if limit.type == "uniqueIdLimit":
        if limit.remaining <= 0:
            fix = "Ask your ZoomInfo admin for more; what was bought within 12 months stays free."
            return [Finding("✗", f"credits {label}", f"{told}: nothing new can be enriched", fix, (EXHAUSTED, CREDITS))]
        if limit.remaining < max(ceiling, _LOW * limit.total):
            fix = "Estimate before each run, and ask your ZoomInfo admin for more in time."
            return [Finding("!", f"credits {label}", told, fix, (CREDITS,))]
    elif limit.type in ("requestLimit", "recordLimit") and limit.remaining <= 0:
        what = "requests" if limit.type == "requestLimit" else "records"
        fix = "Ask your ZoomInfo admin for more, or wait for the renewal of the contract."
        return [Finding("!", f"usage {label}", f"{what}: {told}", fix, (FORBIDDEN,))]
    return []


async def _topics(account: Account, label: str, topics: Sequence[str]) -> list[Finding]:
    title = f"topics {label}"

    async def check() -> list[Finding]:
        values = await account.lookup("intent-topics", caller=caller_id(CALLER))
        if values:
            count = f"{len(values):,} intent topic{'' if len(values) == 1 else 's'} subscribed to"
            found = Finding("✓", title, count)
        else:
            text = "the account has no intent topic, so no intent signal will ever show"
            fix = "Have your ZoomInfo admin subscribe to topics, in the admin portal."
            found = Finding("!", title, text, fix, (NO_INTENT,))
        return [found, *(_topic(name, values, label) for name in topics)]

    return await _try(title, check)


def _topic(name: str, values: list[Value], label: str) -> Finding:
    from ..zoominfo.taxonomy import fold, nearest

    title = f"topic {label}"
    shown = cell(name[:60])
    fits = [value.name for value in values if fold(name) in (fold(value.name), fold(value.id))]
    if fits:
        spelt = "" if name in fits else f" as '{cell(fits[0])}'"
        return Finding("✓", title, f"'{shown}' is on the account's list{spelt}")
    close = "; ".join(cell(value.name) for value in nearest(name, values))
    fix = f"Nearest: {close}. " if close else ""
    fix += "`sales-zoominfo lookup intent-topics` lists all; your admin can subscribe to more."
    text = f"'{shown}' is not among the account's {len(values):,} topics"
    return Finding("✗", title, text, fix, (NOT_A_TOPIC,))


# What people buy ZoomInfo for, so it is named first.
_REACH = (
    "email", "phone", "mobilePhone", "supplementalEmail", "emailAlt", "directPhoneAlt", "mobilePhoneAlt",
    "companyPhone",
)  # fmt: skip


async def _fields(account: Account, label: str) -> list[Finding]:
    title = f"fields {label}"
    generation = account.generations[0]

    async def check() -> list[Finding]:
        denied: dict[Entity, list[str]] = {}
        readable: list[str] = []
        for entity in ("contact", "company"):
            rights = await account.field_rights(entity, "enrich", "output", caller=caller_id(CALLER))
            denied[entity], granted = _denied(entity, generation, rights)
            readable.append(f"{granted} {entity} fields")
        parts = [f"{entity}: {_several(names)}" for entity, names in denied.items() if names]
        if not parts:
            return [Finding("✓", title, f"{' and '.join(readable)} granted, none refused")]
        fix = "Leave them out of outputFields, or ask your ZoomInfo account manager for them."
        reach = any(name in _REACH for names in denied.values() for name in names)
        passages = (NOT_IN_PLAN, GAPS) if reach else (NOT_IN_PLAN,)
        return [Finding("!", title, f"not in the plan: {'; '.join(parts)}", fix, passages)]

    return await _try(title, check)


def _denied(entity: Entity, generation: Generation, rights: Iterable[FieldRight]) -> tuple[list[str], int]:
    from ..zoominfo.fields import OUTPUTS

    documented = {name for name, spec in OUTPUTS[entity].items() if spec.known(generation)}
    told = {right.name: right.granted for right in rights if right.name in documented}
    # A field that the list leaves out may still be served, so only a plain no counts.
    refused = [name for name, granted in told.items() if granted is False]
    order = sorted(refused, key=lambda name: (_REACH.index(name) if name in _REACH else len(_REACH), name))
    return order, sum(granted is True for granted in told.values())


def _several(names: list[str]) -> str:
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return ", ".join(names[:_NAMES_SHOWN]) + more
