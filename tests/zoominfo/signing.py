"""What the tests of signing in share: the endpoints, a clock, and stores as several processes open them."""

from __future__ import annotations

import os
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import anyio
import anyio.lowlevel
import anyio.to_thread
import httpx2
import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from sales_zoominfo.errors import (
    SalesZoomInfoError,
    fail,
)
from sales_zoominfo.settings import Settings
from sales_zoominfo.store import Store, open_store
from sales_zoominfo.store.vault import open_vault
from sales_zoominfo.zoominfo.auth import GtmTokens
from sales_zoominfo.zoominfo.limiter import LocalLimiter, default_rates
from sales_zoominfo.zoominfo.token_cache import TokenCache, TokensNotKept
from sales_zoominfo.zoominfo.transport import Transport

EPOCH = 1_800_000_000.0
PASSWORD = "hunter2-SECRET"
SECRETS = (PASSWORD, "client-SECRET", "r1-SECRET", "r2-SECRET", "r3-SECRET", "access-SECRET", "PRIVATE KEY", "MII")

posix = pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX matter")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def wall(self) -> float:
        return EPOCH + self.now - 1000.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


class Service:
    """Both sign-in endpoints; refresh tokens rotate and are single-use."""

    def __init__(self) -> None:
        self.requests: list[httpx2.Request] = []
        self.answer: Callable[[httpx2.Request], httpx2.Response] | None = None
        self.pause = 0.0
        # What arrives says so by the first, and waits for the second.
        self.gate: tuple[anyio.Event, anyio.Event] | None = None
        self.refresh_token = "r1-SECRET"
        self.expires_in: Any = 3600
        self.jwt: str | None = None
        self.data_calls: list[str] = []
        self.on_data: Callable[[], Awaitable[None]] = anyio.lowlevel.checkpoint

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path not in ("/authenticate", "/gtm/oauth/v1/token", "/token"):
            self.data_calls.append(request.headers["authorization"])
            await self.on_data()
            return httpx2.Response(200, json={"data": []})
        self.requests.append(request)
        number = len(self.requests)
        if self.pause:
            await anyio.sleep(self.pause)
        if self.gate is not None:
            self.gate[0].set()
            await self.gate[1].wait()
        if self.answer is not None:
            return self.answer(request)
        if request.url.path == "/authenticate":
            return httpx2.Response(200, json={"jwt": self.jwt or f"access-SECRET{number}"})
        body: dict[str, Any] = {"access_token": f"access-SECRET{number}", "token_type": "Bearer"}
        if self.expires_in is not None:
            body["expires_in"] = self.expires_in
        form = parse_qs(request.content.decode())
        if form["grant_type"] == ["refresh_token"]:
            if form["refresh_token"] != [self.refresh_token]:
                return httpx2.Response(400, json={"error": "invalid_grant", "error_description": "used r1-SECRET"})
            self.refresh_token = f"r{int(self.refresh_token[1]) + 1}-SECRET"
            body["refresh_token"] = self.refresh_token
        return httpx2.Response(200, json=body)


class Broken(TokenCache):
    """A cache of which one part fails as on a full disk."""

    def __init__(self, store: Store, broken: str) -> None:
        super().__init__(store, lambda: open_vault(store, Settings()))
        self.broken = broken

    def _fail(self, part: str) -> None:
        if self.broken == part:
            raise TokensNotKept(fail("state_unusable", reason="the disk is full", how="Free some space."))

    async def look(self, *given: Any) -> Any:
        self._fail("read")
        return await super().look(*given)

    async def take(self, *given: Any) -> Any:
        self._fail("take")
        return await super().take(*given)

    async def mark_sent(self, *given: Any) -> Any:
        self._fail("mark_sent")
        return await super().mark_sent(*given)

    async def renewed(self, *given: Any) -> Any:
        self._fail("renewed")
        return await super().renewed(*given)


class State:
    """A state folder, and stores on it as several processes open them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stores: list[Store] = []

    async def store(self) -> Store:
        store = await open_store(f"sqlite:///{self.folder / 'state.sqlite'}")
        self._stores.append(store)
        return store

    async def cache(self, kind: type[TokenCache] = TokenCache) -> TokenCache:
        store = await self.store()
        return kind(store, lambda: open_vault(store, Settings()))

    async def close(self) -> None:
        while self._stores:
            await self._stores.pop().close()


def make(service: Service, clock: Clock, timeout: float = 60.0, base_url: str = "http://zi.test") -> Transport:
    return Transport(
        base_url=base_url,
        limiter=LocalLimiter(default_rates(25.0), clock=clock, sleep=clock.sleep, wall=clock.wall),
        timeout=timeout,
        http_transport=httpx2.MockTransport(service),
        clock=clock,
        wall=clock.wall,
        sleep=clock.sleep,
    )


def pem(key: Any, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


def clean(error: BaseException) -> None:
    text = "".join(traceback.format_exception(error))
    chain: list[BaseException] = [error]
    while (following := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(following)
    text = "".join(f"{item!r}{item}{getattr(item, 'details', '')}" for item in chain)
    for secret in SECRETS:
        assert secret not in text


async def refused(tokens: Any) -> SalesZoomInfoError:
    with pytest.raises(SalesZoomInfoError) as caught:
        await tokens.token()
    clean(caught.value)
    return caught.value


def answering(status: int, body: object) -> Callable[[httpx2.Request], httpx2.Response]:
    return lambda _request: httpx2.Response(status, json=body)


def rotating(transport: Transport, cache: TokenCache, first: str = "r1-SECRET", **more: Any) -> GtmTokens:
    return GtmTokens(transport, "cid", "client-SECRET", first, cache=cache, **more)


def refresh_token_in(cache: TokenCache, tokens: GtmTokens) -> Callable[[], Awaitable[str | None]]:
    async def look() -> str | None:
        kept, _ = await cache.look(tokens.identity(), "test", 40)
        return None if kept is None else kept.session.refresh_token

    return look
