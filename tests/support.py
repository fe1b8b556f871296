"""What several tests need: a clock to set, a sandbox to break and to watch, and clients of one generation."""

from __future__ import annotations

import contextlib
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from sales_zoominfo.sandbox import (
    ASGIApp,
    Charge,
    Fault,
    Switches,
    create_app,
    default_account,
    ensure_private_key,
    sign_in,
)
from sales_zoominfo.zoominfo.auth import EnterpriseTokens, GtmTokens
from sales_zoominfo.zoominfo.client import Client, Side
from sales_zoominfo.zoominfo.enterprise import EnterpriseCodec
from sales_zoominfo.zoominfo.gtm import GtmCodec
from sales_zoominfo.zoominfo.limiter import LocalLimiter, default_rates
from sales_zoominfo.zoominfo.messages import TokenSource
from sales_zoominfo.zoominfo.operations import Generation
from sales_zoominfo.zoominfo.transport import Transport

GENERATIONS: tuple[Generation, ...] = ("gtm", "enterprise")
DEMO = default_account()


@dataclass
class Clock:
    """Seconds since the epoch; starts in the middle of a UTC day."""

    now: float = 20_800 * 86_400.0 + 43_200.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Sandbox:
    """A simulated ZoomInfo whose behaviour a test can change at any time.

    Attributes:
        plan: called with method and path of each request; what it returns goes wrong.
        watch: called before each credit; what it raises stops the charge.
        requests: method and path of each request.
        charges: each credit charged.
    """

    folder: Path
    clock: Callable[[], float] = time.time
    switches: dict[str, Any] = field(default_factory=dict)
    plan: Callable[[str, str], Fault | None] | None = None
    watch: Callable[[Charge], None] | None = None
    requests: list[tuple[str, str]] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    app: ASGIApp = field(init=False)

    def __post_init__(self) -> None:
        self.app = self.open()

    def open(self, **switches: Any) -> ASGIApp:
        """Open the same state once more, perhaps with other switches."""
        chosen = {"package": "unlimited", "rate_authenticate": 0, **self.switches, **switches}
        return create_app(
            self.folder, clock=self.clock, on_charge=self._charge, switches=Switches(fault=self._fault, **chosen)
        )

    def _fault(self, method: str, path: str) -> Fault | None:
        self.requests.append((method, path))
        # What the account may read is asked for once a day on the side; a plan is about what a test sends.
        return self.plan(method, path) if self.plan and not rights(path) else None

    def _charge(self, charge: Charge) -> None:
        if self.watch:
            self.watch(charge)
        self.charges.append(charge)

    def count(self, part: str) -> int:
        """How many requests went to paths that hold a text."""
        return sum(part in path and (rights(part) or not rights(path)) for _, path in self.requests)


def rights(path: str) -> bool:
    """Whether a path asks for the account's rights to fields."""
    return "/lookup/enrich" in path or "fields/" in path


@dataclass
class Served:
    """A sandbox behind a socket."""

    url: str
    sandbox: Sandbox


@contextlib.contextmanager
def serve(sandbox: Sandbox) -> Iterator[Served]:
    """Serve a sandbox on a free port of this machine, on a thread."""
    import uvicorn

    # With the protocol named, or asyncio leaves Nagle's algorithm on and each answer takes 40 ms longer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    server = uvicorn.Server(
        uvicorn.Config(sandbox.app, log_level="critical", lifespan="on", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield Served(f"http://127.0.0.1:{listener.getsockname()[1]}", sandbox)
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


def tokens(transport: Transport, grant: str, folder: Path) -> TokenSource:
    """A token source of the demo account, by the name of its grant."""
    match grant:
        case "client_credentials":
            return GtmTokens(transport, DEMO.client_id, DEMO.client_secret)
        case "refresh_token":
            return GtmTokens(transport, DEMO.client_id, DEMO.client_secret, sign_in(folder))
        case "password":
            return EnterpriseTokens(transport, DEMO.username, DEMO.password)
        case _:
            key = ensure_private_key(folder)
            return EnterpriseTokens(transport, DEMO.username, client_id=DEMO.enterprise_client_id, key=key)


GRANTS: dict[str, Generation] = {
    "client_credentials": "gtm",
    "refresh_token": "gtm",
    "password": "enterprise",
    "key": "enterprise",
}


def client(
    served: Served,
    generation: Generation,
    *,
    grant: str | None = None,
    timeout: float = 20.0,
    app: ASGIApp | None = None,
) -> Client:
    """A client of one generation over the socket, or in process with an app that was opened with other switches."""
    transport = Transport(
        base_url=served.url,
        limiter=LocalLimiter(default_rates(1000)),
        timeout=timeout,
        http_transport=None if app is None else httpx2.ASGITransport(app=app),
    )
    chosen = grant or ("client_credentials" if generation == "gtm" else "password")
    source = tokens(transport, chosen, served.sandbox.folder)
    codec = GtmCodec() if generation == "gtm" else EnterpriseCodec()
    return Client({generation: Side(codec, source, transport)})


def link_sandbox(data: Path, folder: Path) -> Path:
    """Give a new sandbox folder the built data set, so that opening it takes no time."""
    folder.mkdir(parents=True)
    for file in data.glob("dataset-*.sqlite"):
        (folder / file.name).hardlink_to(file)
    return folder


def respell(folder: Path, addresses: dict[str, str]) -> None:
    """Give people of a sandbox folder, by id, another supplemental e-mail address; they must have had one."""
    from sales_zoominfo.sandbox.encoding import email_digests, hash_prefix

    [shared] = folder.glob("dataset-*.sqlite")
    own = shared.read_bytes()
    # The file is other tests' as well.
    shared.unlink()
    shared.write_bytes(own)
    with contextlib.closing(sqlite3.connect(shared)) as db, db:
        for person, address in addresses.items():
            [(old,)] = db.execute("SELECT email2 FROM person WHERE id = ?", (person,)).fetchall()
            db.execute("UPDATE person SET email2 = ? WHERE id = ?", (address, person))
            db.execute("UPDATE person_doc SET doc = json_set(doc, '$.email2', ?) WHERE id = ?", (address, person))
            for digest in email_digests(old):
                db.execute("DELETE FROM email_hash WHERE prefix = ? AND person = ?", (hash_prefix(digest), person))
            rows = [(hash_prefix(digest), person) for digest in email_digests(address)]
            db.executemany("INSERT INTO email_hash (prefix, person) VALUES (?, ?)", rows)


def files_in(place: Path) -> dict[Path, bytes]:
    """A file, or every file below a folder, with its bytes at one moment."""
    for _ in range(20):
        # What vanishes meanwhile, such as a write-ahead log, has moved to a file that may have been read already.
        with contextlib.suppress(FileNotFoundError):
            paths = [place] if place.is_file() else [path for path in place.rglob("*") if path.is_file()]
            return {path: path.read_bytes() for path in paths}
    raise AssertionError(f"{place.name} does not stay still")


@contextlib.contextmanager
def nothing_remembered() -> Iterator[None]:
    """Secrets that other tests have configured are not known, and those of this one are forgotten afterwards."""
    from sales_zoominfo import scrub

    known, patterns = dict(scrub._known), list(scrub._known_pattern)
    scrub._known.clear()
    scrub._known_pattern.clear()
    try:
        yield
    finally:
        scrub._known.clear()
        scrub._known.update(known)
        scrub._known_pattern[:] = patterns
        scrub._changed += 1
