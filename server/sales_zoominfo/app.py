"""The composition root: settings to account to server. Nothing else wires things together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import anyio
import anyio.to_thread

from .errors import SalesZoomInfoError, fail
from .settings import Settings, load_settings, mistyped

if TYPE_CHECKING:
    import argparse

    import httpx2

    from .account.answers import KeptAnswers
    from .account.audit import Audit
    from .account.compliance import Privacy
    from .account.copies import Copies
    from .account.gate import Account
    from .account.privacy import Screen
    from .jobs.service import Jobs
    from .knowledge import KnowledgeBase
    from .store import Store
    from .store.vault import Vault
    from .tools.server import ZoomInfoServer
    from .zoominfo.client import Side
    from .zoominfo.credentials import Credentials
    from .zoominfo.limit_state import State
    from .zoominfo.operations import Generation
    from .zoominfo.sign_in import SignIns
    from .zoominfo.token_cache import TokenCache

SANDBOX_URL = "https://sandbox.zoominfo.example"
SANDBOX_ACCOUNT = "sandbox"
SERVICE_HOST = "api.zoominfo.com"
SERVICE_URL = f"https://{SERVICE_HOST}"

# Folder of the answers that were too long to show.
RESULTS = "results"


class App:
    """What everything runs on: the account, opened at its first use, and the knowledge base.

    Args:
        settings: the environment.
        http_transport: stands in for the network, for tests.
        clock: Unix seconds.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        http_transport: httpx2.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self._http_transport = http_transport
        self._clock = clock
        self._opening = anyio.Lock()
        self._storing = anyio.Lock()
        self._screening = anyio.Lock()
        self._store: Store | None = None
        self._screen: Screen | None = None
        self._copies: Copies | None = None
        self._audit: Audit | None = None
        self._privacy: Privacy | None = None
        self._limits: State | None = None
        self._account: Account | None = None
        self._knowledge: KnowledgeBase | None = None
        self._jobs: Jobs | None = None
        self._jobs_opening = anyio.Lock()

    async def account(self) -> Account:
        """The account behind the gate.

        Raises:
            AuthenticationFailed: credentials are incomplete, or missing on a machine that has had an account.
            InvalidArgument: a setting or the state file is unusable.
        """
        if self._account is None:
            async with self._opening:
                if self._account is None:
                    self._account = await self._open()
        return self._account

    async def _open(self) -> Account:
        from .account.audit import Audit
        from .account.compliance import Privacy
        from .account.gate import Account
        from .account.ledger import Ledger
        from .account.modes import Modes
        from .zoominfo.client import Client
        from .zoominfo.credentials import read_credentials, with_sign_in
        from .zoominfo.limit_state import open_state
        from .zoominfo.shelf import Shelf

        credentials = read_credentials(self.settings)
        store = await self._state()
        if not credentials and self.settings.api != "sandbox":
            known = await Ledger(store, self.settings.account).accounts()
            if known:
                raise fail("credentials_missing", account=known[0].name)
        tokens = _token_cache(store, self.settings)
        credentials = await with_sign_in(credentials, self.settings, tokens)
        upstream = _Upstream(self.settings.base_url, self.settings.token_url, credentials, self._http_transport)
        if not credentials:
            # Its first opening builds the data set, which takes seconds.
            quick = self.settings.paths == "quick-reference"
            upstream = await anyio.to_thread.run_sync(
                _sandbox, store.directory / "sandbox", self._http_transport, quick
            )
        await self.answers().purge()
        screen = await self.screen()
        name = ledger_name(self.settings, credentials)
        self._limits = self._limits or open_state(self.settings.state_address, store.directory, self.settings.redis_url)
        sides = _sides(self.settings, upstream, tokens, name, self._limits)
        # Unless a clock was given, the ledger goes by its database's, which several machines share.
        clock = None if self._clock is time.time else self._clock
        ledger = Ledger(store, name, clock=clock, digest=screen.list.vault.input_digest)
        modes = Modes(self.settings.read_only, self.settings.free_only)
        # The built-in sandbox is at hand, so its lists need not outlive it.
        client = Client(sides, clock=self._clock, shelf=Shelf(store if credentials else None, name, self._clock))
        # Known before any answer has said so, since an estimate is made without a call.
        client.sandbox = not credentials
        vault = screen.list.vault
        self._audit = audit = Audit(store, vault, name, days=self.settings.audit_days, clock=self._clock)

        async def forget_rows() -> None:
            from .account.saved_optouts import drop_opted_out

            await drop_opted_out(store, clock)

        self._privacy = Privacy(
            client,
            screen,
            modes,
            copies=self._copies,
            audit=audit,
            clock=self._clock,
            on_growth=forget_rows,
            # A kept answer need not tell where its people work.
            on_companies=lambda: self.answers().purge(everything=True),
        )
        return Account(
            client,
            ledger,
            self.settings,
            modes,
            screen=screen,
            audit=audit,
            copies=self._copies,
            clock=self._clock,
            look_up=self._privacy.look_up,
        )

    async def sign_ins(self) -> SignIns:
        """The sign-ins of people, for `login` and `logout`.

        Raises:
            InvalidArgument: the state is unusable.
        """
        from .zoominfo.sign_in import SignIns

        store = await self._state()
        return SignIns(self.settings, _token_cache(store, self.settings), self._http_transport)

    async def audit(self) -> Audit:
        """Takes an entry of what is done before there is an account, as `login`.

        Raises:
            InvalidArgument: the state or its key is unusable.
        """
        from .account.audit import Audit
        from .store.vault import open_vault

        if self._audit is None:
            store = await self._state()
            vault = await open_vault(store, self.settings)
            name = real_name(self.settings)
            self._audit = Audit(store, vault, name, days=self.settings.audit_days, clock=self._clock)
        return self._audit

    async def _state(self) -> Store:
        from .store import open_store

        async with self._storing:
            if self._store is None:
                self._store = await open_store(self.settings.state_address)
        return self._store

    async def screen(self) -> Screen:
        """What every answer passes before it leaves; without it nothing does.

        Raises:
            InvalidArgument: the state or its key is unusable.
        """
        async with self._screening:
            if self._screen is None:
                self._screen = await self._open_screen()
        return self._screen

    async def _open_screen(self) -> Screen:
        from .account.copies import Copies
        from .account.privacy import Screen
        from .store.vault import open_vault
        from .zoominfo.credentials import read_credentials, with_sign_in

        store = await self._state()
        vault = await open_vault(store, self.settings)
        credentials = await with_sign_in(
            read_credentials(self.settings), self.settings, _token_cache(store, self.settings)
        )
        name = ledger_name(self.settings, credentials)
        # ZoomInfo's ids are the same for all of its accounts; those of the sandbox and of other hosts are not its.
        place = "" if credentials and name == self.settings.account else name
        clock = None if self._clock is time.time else self._clock
        screen = Screen(store, vault, self.settings, place=place, clock=clock)
        self._copies = Copies(store, vault, name, days=self.settings.keep_records, screen=screen, clock=clock)
        await self._copies.purge()
        return screen

    async def privacy(self) -> Privacy:
        """The work on the opt-out list.

        Raises:
            AuthenticationFailed, InvalidArgument: as :meth:`account`.
        """
        await self.account()
        if self._privacy is None:
            raise RuntimeError("the account is closed")
        return self._privacy

    async def copies(self) -> Copies:
        """Local copies of bought records, which by default are not kept."""
        await self.screen()
        if self._copies is None:
            raise RuntimeError("the state is closed")
        return self._copies

    async def jobs(self, folders: Sequence[Path] | None = None) -> Jobs:
        """The bulk jobs, opened at their first use.

        Args:
            folders: those that outputs must be in; None for anywhere.

        Raises:
            AuthenticationFailed, InvalidArgument: as :meth:`account`.
        """
        async with self._jobs_opening:
            if self._jobs is None:
                from .jobs.home import Home, open_home
                from .jobs.service import Jobs

                account = await self.account()
                store = await self._state()
                home: Home = await open_home(
                    self.settings.state_address,
                    store.directory,
                    (await self.screen()).list.vault,
                    account.name,
                    None if folders is None else tuple(folders),
                )
                self._jobs = Jobs(account, home, self.settings)
        return self._jobs

    def answers(self) -> KeptAnswers:
        """Answers that were too long to show."""
        from .account.answers import KeptAnswers
        from .store import directory_of

        async def vault() -> Vault:
            return (await self.screen()).list.vault

        return KeptAnswers(lambda: directory_of(self.settings.state_address) / RESULTS, vault, clock=self._clock)

    def knowledge(self) -> KnowledgeBase:
        """The knowledge base, loaded at its first use."""
        if self._knowledge is None:
            from .knowledge import KnowledgeBase

            self._knowledge = KnowledgeBase.load()
        return self._knowledge

    async def aclose(self) -> None:
        """Close the connections and the state."""
        jobs, self._jobs = self._jobs, None
        if jobs is not None:
            await jobs.aclose()
        account, self._account = self._account, None
        store, self._store = self._store, None
        audit, self._audit = self._audit, None
        self._screen = self._copies = self._privacy = None
        if audit is not None:
            await audit.flush()
        limits, self._limits = self._limits, None
        if account is not None:
            await account.aclose()
        if limits is not None:
            await limits.close()
        if store is not None:
            await store.close()


def _token_cache(store: Store, settings: Settings) -> TokenCache:
    from .store.vault import open_vault
    from .zoominfo.token_cache import TokenCache

    return TokenCache(store, lambda: open_vault(store, settings))


def ledger_name(settings: Settings, credentials: Credentials) -> str:
    """The account that ledger entries belong to."""
    return real_name(settings) if credentials else SANDBOX_ACCOUNT


def real_name(settings: Settings) -> str:
    """An account that there are credentials for, or will be.

    Ids of a served sandbox or a gateway must not count as bought on the real account, so an address other than
    ZoomInfo's own is part of the name.
    """
    host, slash, path = settings.base_url.rstrip("/").split("://", 1)[1].partition("/")
    # Letter case tells no two hosts apart.
    place = host.lower() + slash + path
    return settings.account if place == SERVICE_HOST else f"{settings.account}@{place}"


class _Upstream(NamedTuple):
    """Whom the client talks to."""

    base_url: str
    token_url: str | None
    credentials: Credentials
    http_transport: httpx2.AsyncBaseTransport | None


def _sides(
    settings: Settings, upstream: _Upstream, cache: TokenCache, account: str, limits: State
) -> dict[Generation, Side]:
    from .zoominfo.auth import EnterpriseTokens, GtmTokens
    from .zoominfo.client import Side
    from .zoominfo.enterprise import EnterpriseCodec
    from .zoominfo.gtm import GtmCodec
    from .zoominfo.limiter import SharedLimiter, default_rates
    from .zoominfo.transport import Transport

    credentials = upstream.credentials

    def transport(generation: Generation) -> Transport:
        return Transport(
            base_url=upstream.base_url,
            limiter=SharedLimiter(limits, f"{account}:{generation}", default_rates(settings.rate_limit)),
            timeout=settings.timeout,
            http_transport=upstream.http_transport,
        )

    sides: dict[Generation, Side] = {}
    if credentials.gtm is not None:
        gtm, network = credentials.gtm, transport("gtm")
        tokens = GtmTokens(
            network,
            gtm.client_id,
            gtm.client_secret,
            gtm.refresh_token,
            upstream.token_url,
            sign_in=gtm.sign_in,
            cache=cache,
        )
        sides["gtm"] = Side(GtmCodec(), tokens, network)
    if credentials.enterprise is not None:
        user, network = credentials.enterprise, transport("enterprise")
        tokens = EnterpriseTokens(
            network, user.username, user.password, client_id=user.client_id, key=user.private_key, cache=cache
        )
        codec = EnterpriseCodec()
        if settings.paths == "quick-reference":
            from .zoominfo.quick_reference import QuickReferenceCodec

            codec = QuickReferenceCodec()
        sides["enterprise"] = Side(codec, tokens, network)
    elif settings.paths != "standard":
        raise fail(
            "setting_invalid",
            name="ZOOMINFO_PATHS",
            reason="the quick reference is of the Enterprise API, whose credentials are not set",
            how="Set Enterprise credentials, or unset ZOOMINFO_PATHS.",
        )
    return sides


def _sandbox(directory: Path, http_transport: httpx2.AsyncBaseTransport | None, quick: bool = False) -> _Upstream:
    import httpx2

    from .sandbox import Switches, create_app, default_account
    from .zoominfo.credentials import Credentials, EnterpriseCredentials, GtmCredentials

    account = default_account()
    credentials = Credentials(
        EnterpriseCredentials(account.username, password=account.password),
        GtmCredentials(account.client_id, account.client_secret),
    )
    network = http_transport or httpx2.ASGITransport(
        app=create_app(directory, switches=Switches(quick_reference=True) if quick else None)
    )
    return _Upstream(SANDBOX_URL, None, credentials, network)


# --- serving ---------------------------------------------------------------------------------------------------


def build_server(app: App) -> ZoomInfoServer:
    """The MCP server of an app.

    Raises:
        InvalidArgument: a toolset is unknown.
    """
    from .account.modes import Modes
    from .tools.registry import read_toolsets
    from .tools.server import ZoomInfoServer

    settings = app.settings
    return ZoomInfoServer(
        app,
        read_toolsets(settings.toolsets),
        Modes(settings.read_only, settings.free_only),
        results=app.answers(),
        files=settings.files,
        on_close=app.aclose,
        log_level=settings.log_level,
    )


def serve_parser() -> argparse.ArgumentParser:
    """The flags of ``sales-zoominfo serve``; argparse, since typer would cost a fifth of a second."""
    import argparse

    parser = argparse.ArgumentParser("sales-zoominfo serve", description="Serve the MCP tools over stdio or HTTP.")
    parser.add_argument("--toolsets", help="toolsets with commas, or `all` (default: the default ones)")
    parser.add_argument("--read-only", action="store_true", help="only tools that change and spend nothing")
    parser.add_argument("--free-only", action="store_true", help="only tools that cannot spend a credit")
    parser.add_argument("--http", action="store_true", help="serve over HTTP at /mcp, on this machine alone")
    parser.add_argument("--host", help="with --http: 127.0.0.1 (default), ::1 or localhost")
    parser.add_argument("--port", type=int, help="with --http: the port (default 8000); 0 takes a free one")
    return parser


def worker_parser() -> argparse.ArgumentParser:
    """The flags of ``sales-zoominfo worker``."""
    import argparse

    parser = argparse.ArgumentParser(
        "sales-zoominfo worker",
        description="Run bulk jobs in this process until there are none, or until it is told to stop. `enrich FILE` "
        "starts one by itself. Several workers, on several machines, share the jobs of one PostgreSQL database.",
    )
    parser.add_argument(
        "--stay", action="store_true", help="do not end when there is nothing to do, for a service manager"
    )
    parser.add_argument("--idle", type=float, default=300.0, help="seconds without work after which it ends (300)")
    return parser


def worker(argv: Sequence[str]) -> int:
    """Run bulk jobs until there are none for a while, or until SIGTERM or SIGINT.

    Args:
        argv: the flags behind ``worker``.

    Returns:
        An exit code: 0, or 2 when a setting or flag is wrong or the state cannot be used.
    """
    import logging
    import sys

    given = worker_parser().parse_args(argv)

    async def run() -> None:
        app = App(load_settings())
        try:
            jobs = await app.jobs()
            await jobs.work(stay=given.stay, idle=given.idle)
        finally:
            await app.aclose()

    try:
        settings = load_settings()
        logging.basicConfig(
            level=settings.log_level.upper(),
            stream=sys.stderr,
            format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        )
        anyio.run(run)
    except SalesZoomInfoError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    return 0


def serve(argv: Sequence[str]) -> int:
    """Run the MCP server: over stdio until the client hangs up, over HTTP until it is interrupted.

    Args:
        argv: the flags behind ``serve``.

    Returns:
        An exit code: 0, or 2 when a setting or flag is wrong.
    """
    import signal
    import sys

    flags: dict[str, object] = {}
    http, host, port = False, None, None
    try:
        if argv:
            # Loaded for flags alone, since most clients start the server without. A mode flag can only tighten.
            given = serve_parser().parse_args(argv)
            flags = {
                "toolsets": given.toolsets,
                "read_only": given.read_only or None,
                "free_only": given.free_only or None,
            }
            http, host, port = given.http, given.host, given.port
            for name, value in (("--host", host), ("--port", port)):
                if value is not None and not http:
                    raise fail("option_invalid", name=name, reason="it goes with --http", how="Add --http.")
        settings = load_settings(**flags)
        for problem in mistyped():
            print(problem, file=sys.stderr)  # noqa: T201
        server = build_server(App(settings))
        if http:
            from .serving import read_token, serve_http

            token = read_token(settings)
            serve_http(server, token, "127.0.0.1" if host is None else host, 8000 if port is None else port)
            return 0
    except SalesZoomInfoError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    # The SDK's reader would sit on Ctrl-C until stdin closes; the ledger recovers from an end at any moment.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    server.run("stdio")
    return 0
