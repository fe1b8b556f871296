"""Real processes share one sign-in: one authentication for all, and no session lost, whoever is killed.

``PROOF_SCALE=1`` runs the full proof: 1,000 renewals, and 1,000 more with a kill -9 for every tenth of them.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import anyio
import pytest

import sales_zoominfo
from proof import FULL, scaled
from sales_zoominfo.sandbox import ensure_private_key, sign_in
from sales_zoominfo.settings import Settings
from sales_zoominfo.store import open_store
from sales_zoominfo.store.vault import open_vault
from sales_zoominfo.zoominfo.auth import GtmTokens
from sales_zoominfo.zoominfo.limiter import LocalLimiter
from sales_zoominfo.zoominfo.token_cache import Kept, TokenCache
from sales_zoominfo.zoominfo.transport import Transport
from support import DEMO, Sandbox, Served, serve

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kill -9 is a POSIX matter")

# At most the full proof: other proofs count their scale in thousands.
SERVER = Path(sales_zoominfo.__file__).parents[1]
PROGRAM = Path(__file__).with_name("signing_process.py")
LIFE = 4.0


@dataclass
class Watched:
    """The sandbox's application, with a record of what was asked of its token endpoints.

    Attributes:
        asked: for each request the refresh token that was sent, the status, and the refresh token in the answer.
    """

    app: Callable[..., Any]
    asked: list[tuple[str, int, str]] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] not in ("/gtm/oauth/v1/token", "/authenticate"):
            await self.app(scope, receive, send)
            return
        sent, status, got = b"", 0, b""

        async def hear() -> Any:
            nonlocal sent
            message = await receive()
            sent += message.get("body", b"")
            return message

        async def say(message: Any) -> None:
            nonlocal status, got
            status = message.get("status", status)
            got += message.get("body", b"")
            if message["type"] == "http.response.body" and not message.get("more_body"):
                form = parse_qs(sent.decode("utf-8", "replace"))
                answer = json.loads(got) if got.startswith(b"{") else {}
                self.asked.append((form.get("refresh_token", [""])[0], status, answer.get("refresh_token", "")))
            await send(message)

        await self.app(scope, hear, say)

    @property
    def renewals(self) -> int:
        return sum(status == 200 for _, status, _ in self.asked)

    @property
    def newest(self) -> str:
        """The refresh token issued last."""
        return next((token for _, _, token in reversed(self.asked) if token), "")


@dataclass
class Zoo:
    """A served sandbox, and processes that sign in to it."""

    served: Served
    watched: Watched
    state_url: str
    folder: Path
    running: list[tuple[subprocess.Popen[str], Path]] = field(default_factory=list)

    def start(self, mode: str, **settings: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ZOOMINFO_")}
        given = {"base_url": self.served.url, "state_url": self.state_url, **settings}
        kept |= {f"ZOOMINFO_{name.upper()}": value for name, value in given.items()}
        kept |= {"PYTHONPATH": str(SERVER), "TEST_LIFE_OF_CHAIN": str(LIFE)}
        log = self.folder / f"process-{len(list(self.folder.glob('process-*')))}"
        with log.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, str(PROGRAM), mode],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=kept,
                text=True,
            )
        self.running.append((process, log))

    def go(self) -> None:
        """Let those that wait begin, at the same moment."""
        for _, log in self.running:
            until(lambda log=log: '"ready"' in log.read_text())
        for process, _ in self.running:
            assert process.stdin is not None
            if not process.stdin.closed:
                process.stdin.write("\n")
                process.stdin.close()

    def kill(self) -> None:
        while self.running:
            process, _ = self.running.pop()
            process.kill()
            process.wait()

    def ended(self) -> list[dict[str, str]]:
        """The last words of the processes that have ended by themselves."""
        return [said(log)[-1] for process, log in self.running if process.poll() is not None]


def said(log: Path) -> list[dict[str, Any]]:
    text = log.read_text()
    assert all(line.startswith("{") for line in text.splitlines()), text
    return [json.loads(line) for line in text.splitlines()]


def until(true: Callable[[], Any], seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def zoo(sandbox_dir: Path, tmp_path: Path, either_state_url: str) -> Iterator[Zoo]:
    sandbox = Sandbox(sandbox_dir)
    watched = Watched(sandbox.app)
    sandbox.app = watched
    folder = tmp_path / "processes"
    folder.mkdir()
    with serve(sandbox) as served:
        zoo = Zoo(served, watched, either_state_url, folder)
        yield zoo
        zoo.kill()


def kept_in(zoo: Zoo, refresh_token: str) -> Kept | None:
    """What the processes have kept of a chain."""

    async def look() -> Kept | None:
        store = await open_store(zoo.state_url)
        try:
            cache = TokenCache(store, lambda: open_vault(store, Settings()))
            transport = Transport(base_url=zoo.served.url, limiter=LocalLimiter({}), timeout=10)
            tokens = GtmTokens(transport, DEMO.client_id, DEMO.client_secret, refresh_token)
            return (await cache.look(tokens.identity(), "test", 40))[0]
        finally:
            await store.close()

    return anyio.run(look)


def app_settings(**more: str) -> dict[str, str]:
    return {"gtm_client_id": DEMO.client_id, "client_secret": DEMO.client_secret, **more}


@pytest.mark.parametrize("grant", ["refresh token", "key", *(["client credentials", "password"] if FULL else [])])
def test_eight_cold_processes_authenticate_once(zoo: Zoo, grant: str) -> None:
    folder = zoo.served.sandbox.folder
    given = {
        "client credentials": lambda: app_settings(),
        "refresh token": lambda: app_settings(refresh_token=sign_in(folder)),
        "password": lambda: {"username": DEMO.username, "password": DEMO.password},
        "key": lambda: {
            "username": DEMO.username,
            "client_id": DEMO.enterprise_client_id,
            "private_key": ensure_private_key(folder),
        },
    }[grant]()
    for _ in range(8):
        zoo.start("once", **given)
    zoo.go()
    until(lambda: len(zoo.ended()) == 8)
    assert [status for _, status, _ in zoo.watched.asked] == [200]
    tokens = {words.get("token") for words in zoo.ended()}
    assert len(tokens) == 1
    assert None not in tokens


def test_no_session_is_lost_in_many_renewals(zoo: Zoo) -> None:
    wanted = scaled(1000, 40)
    given = app_settings(refresh_token=sign_in(zoo.served.sandbox.folder))
    for _ in range(4):
        zoo.start("renew", **given)
    zoo.go()
    until(lambda: zoo.watched.renewals >= wanted or bool(zoo.ended()), 60 + wanted)
    assert zoo.ended() == []
    # Not what a process has sent the half of when it is killed.
    asked = list(zoo.watched.asked)
    zoo.kill()
    # Each token was sent once, each answer was a success, and more than one process did it.
    sent = [token for token, _, _ in asked]
    assert len(set(sent)) == len(sent)
    assert {status for _, status, _ in asked} == {200}
    shares = [len(said(log)) for log in zoo.folder.glob("process-*")]
    assert sum(share > 2 for share in shares) > 1


def test_killed_holders_lose_no_session_unless_the_answer_died_with_them(
    zoo: Zoo, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted, kills = scaled(1000, 40), scaled(100, 4)
    chance = random.Random(4)
    done = lost = 0
    first = ""

    def begin() -> None:
        nonlocal first
        zoo.kill()
        first = sign_in(zoo.served.sandbox.folder)
        for _ in range(4):
            zoo.start("renew", **app_settings(refresh_token=first))
        zoo.go()

    begin()
    while zoo.watched.renewals < wanted or done < kills:
        count, moment = zoo.watched.renewals + 3, time.monotonic() + chance.uniform(0, 0.4)
        until(lambda count=count: zoo.watched.renewals > count or bool(zoo.ended()))
        while time.monotonic() < moment and not zoo.ended():
            time.sleep(0.001)
        if not zoo.ended() and done < kills:
            process, log = zoo.running.pop(chance.randrange(len(zoo.running)))
            process.kill()
            process.wait()
            said(log)
            done += 1
            zoo.start("renew", **app_settings(refresh_token=first))
            zoo.go()
        if zoo.ended():
            # It must be that the service has spent the token, and that the process that was answered is dead.
            kept = kept_in(zoo, first)
            assert kept is not None
            assert kept.session.refresh_token != zoo.watched.newest
            assert (kept.session.refresh_token, 200) in [(token, status) for token, status, _ in zoo.watched.asked]
            assert kept.sent_at is not None
            until(lambda: len(zoo.ended()) == len(zoo.running))
            assert {words.get("error") for words in zoo.ended()} == {"renewal_lost"}
            assert {words.get("code") for words in zoo.ended()} == {"AUTHENTICATION_FAILED"}
            lost += 1
            begin()
    with capsys.disabled():
        print(
            f"\n{zoo.watched.renewals} renewals, {done} kills, {lost} answers lost with their process, 0 sessions else"
        )
    assert lost <= done
