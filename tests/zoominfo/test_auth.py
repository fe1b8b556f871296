"""Tokens: one sign-in at a time, nothing lost on rotation, nothing secret shown; and keys as people paste them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import os
import stat
import textwrap
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import anyio
import anyio.lowlevel
import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from sales_zoominfo.errors import (
    AuthenticationFailed,
    InvalidArgument,
    SalesZoomInfoError,
    UpstreamUnavailable,
    fail,
)
from sales_zoominfo.settings import Settings
from sales_zoominfo.store import Store, open_store
from sales_zoominfo.store.vault import open_vault
from sales_zoominfo.zoominfo import renewal
from sales_zoominfo.zoominfo.auth import EnterpriseTokens, GtmTokens
from sales_zoominfo.zoominfo.keys import load_private_key
from sales_zoominfo.zoominfo.limiter import LocalLimiter, default_rates
from sales_zoominfo.zoominfo.messages import Token
from sales_zoominfo.zoominfo.operations import OPERATIONS
from sales_zoominfo.zoominfo.token_cache import Session, TokenCache, TokensNotKept
from sales_zoominfo.zoominfo.transport import Request, Transport

pytestmark = pytest.mark.anyio
EPOCH = 1_800_000_000.0
PASSWORD = "hunter2-SECRET"
SECRETS = (PASSWORD, "client-SECRET", "r1-SECRET", "r2-SECRET", "r3-SECRET", "access-SECRET", "PRIVATE KEY", "MII")

posix = pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX matter")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def wall(self) -> float:
        return EPOCH + self.now - 1000.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Service:
    """Both sign-in endpoints; refresh tokens rotate and are single-use."""

    def __init__(self) -> None:
        self.requests: list[httpx2.Request] = []
        self.answer: Callable[[httpx2.Request], httpx2.Response] | None = None
        self.pause = 0.0
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


@pytest.fixture
async def state(tmp_path: Path) -> AsyncIterator[State]:
    state = State(tmp_path)
    yield state
    await state.close()


@pytest.fixture(autouse=True)
def no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewal, "_spread", lambda: 0.0)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def transport(service: Service, clock: Clock) -> Transport:
    return make(service, clock)


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


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


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


# Enterprise


async def test_password_sign_in(service: Service, transport: Transport, clock: Clock) -> None:
    tokens = EnterpriseTokens(transport, "ada@example.com", PASSWORD, wall=clock.wall)
    token = await tokens.token()
    sent = service.requests[0]
    assert (sent.method, sent.url.path) == ("POST", "/authenticate")
    assert sent.headers["content-type"] == "application/json"
    assert "authorization" not in sent.headers
    assert json.loads(sent.content) == {"username": "ada@example.com", "password": PASSWORD}
    assert token == Token("access-SECRET1", EPOCH + 3600, 1)


async def test_key_sign_in(service: Service, transport: Transport, clock: Clock, key: rsa.RSAPrivateKey) -> None:
    tokens = EnterpriseTokens(transport, "ada@example.com", client_id="cid", key=pem(key), wall=clock.wall)
    await tokens.token()
    sent = service.requests[0]
    assert sent.content == b""
    assertion = sent.headers["authorization"].removeprefix("Bearer ")
    assert jwt.get_unverified_header(assertion) == {"typ": "JWT", "alg": "RS256"}
    claims = jwt.decode(
        assertion,
        key.public_key(),
        ["RS256"],
        audience="enterprise_api",
        options={"verify_exp": False, "verify_iat": False},
    )
    issued = claims["iat"]
    assert EPOCH - 60 <= issued <= EPOCH
    assert claims == {
        "aud": "enterprise_api",
        "iss": "api-client@zoominfo.com",
        "username": "ada@example.com",
        "client_id": "cid",
        "iat": issued,
        "exp": issued + 300,
    }


async def test_the_key_is_read_once(
    transport: Transport, clock: Clock, key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sales_zoominfo.zoominfo import auth

    loads = []
    monkeypatch.setattr(auth, "load_private_key", lambda text: loads.append(text) or key)
    tokens = EnterpriseTokens(transport, "u", client_id="cid", key="irrelevant", wall=clock.wall)
    for _ in range(3):
        tokens.assertion()
    assert len(loads) == 1


async def test_a_bad_key_is_told_before_any_call(service: Service, transport: Transport) -> None:
    tokens = EnterpriseTokens(transport, "u", client_id="cid", key="-----BEGIN PRIVATE KEY-----\nMII")
    assert (await refused(tokens)).kind == "key_unreadable"
    assert service.requests == []


def test_a_sign_in_needs_one_kind_of_secret(transport: Transport) -> None:
    for given in ({}, {"password": "p", "client_id": "c", "key": "k"}, {"client_id": "c"}):
        with pytest.raises(ValueError, match="either"):
            EnterpriseTokens(transport, "u", **given)


async def test_enterprise_tokens_are_renewed_after_55_minutes(
    service: Service, transport: Transport, clock: Clock
) -> None:
    tokens = EnterpriseTokens(transport, "u", PASSWORD, wall=clock.wall)
    await tokens.token()
    clock.now = 1000 + 3295
    assert (await tokens.token()).generation == 1
    clock.now = 1000 + 3305
    assert (await tokens.token()).generation == 2


@pytest.mark.parametrize(
    ("claims", "life"),
    [
        ({"exp": EPOCH + 1000}, 1000),
        ({"iat": EPOCH - 5000, "exp": EPOCH - 4000}, 1000),
        ({"exp": EPOCH - 1}, 3600),
        ({"exp": "soon"}, 3600),
        ({}, 3600),
    ],
)
async def test_a_token_s_own_life_counts(
    service: Service, transport: Transport, clock: Clock, claims: dict[str, Any], life: float
) -> None:
    service.jwt = jwt.encode(claims, "x" * 32) if claims.get("exp") != "soon" else "a.e30.b"
    tokens = EnterpriseTokens(transport, "u", PASSWORD, wall=clock.wall)
    token = await tokens.token()
    assert token.expires_at == pytest.approx(EPOCH + life, abs=1)
    clock.now = 1000 + (0.8 if life == 1000 else 3300 / 3600) * life + 2
    assert (await tokens.token()).generation == 2


@pytest.mark.parametrize(
    ("status", "body", "kind", "says"),
    [
        (401, {"success": False, "error": "Authentication failed"}, "login_refused", "ZOOMINFO_PASSWORD"),
        (400, {"message": PASSWORD}, "login_refused", "status 400"),
        (403, {"message": "You do not have permission to access the ZoomInfo API"}, "plan_endpoint", "this user"),
        (400, {"error": "No roles found for login"}, "plan_endpoint", "this user"),
        (404, {"message": PASSWORD}, "upstream_no_route", "ZOOMINFO_BASE_URL"),
        (422, {}, "upstream_failed", "status 422"),
        (500, {"message": PASSWORD}, "upstream_failed", "after 3 attempts"),
        (200, {}, "upstream_unreadable", "'jwt'"),
        (200, [], "upstream_unreadable", "'jwt'"),
        (200, {"jwt": "with\nnewline"}, "upstream_unreadable", "'jwt'"),
        (200, {"jwt": "ünicode"}, "upstream_unreadable", "'jwt'"),
    ],
)
async def test_refused_enterprise_sign_ins(
    service: Service, transport: Transport, status: int, body: object, kind: str, says: str
) -> None:
    service.answer = answering(status, body)
    error = await refused(EnterpriseTokens(transport, "u", PASSWORD))
    assert error.kind == kind
    assert says in str(error)


async def test_a_refused_key_names_key_and_clock(
    service: Service, transport: Transport, key: rsa.RSAPrivateKey
) -> None:
    service.answer = answering(401, {"error": "Error getting jwt info"})
    error = await refused(EnterpriseTokens(transport, "u", client_id="c", key=pem(key)))
    assert "key sign-in" in error.message
    assert "clock" in error.next_step


# GTM


async def test_client_credentials(service: Service, transport: Transport, clock: Clock) -> None:
    token = await GtmTokens(transport, "cid", "client-SECRET", wall=clock.wall).token()
    sent = service.requests[0]
    assert sent.url.path == "/gtm/oauth/v1/token"
    assert sent.headers["content-type"] == "application/x-www-form-urlencoded"
    assert base64.b64decode(sent.headers["authorization"].removeprefix("Basic ")) == b"cid:client-SECRET"
    assert sent.content == b"grant_type=client_credentials"
    assert token == Token("access-SECRET1", EPOCH + 3600, 1)


@pytest.mark.parametrize(
    ("said", "life"), [(1000, 1000), ("1000", 1000), (86_400, 86_400), (None, 3600), (0, 3600), ("x", 3600)]
)
async def test_gtm_tokens_obey_expires_in(
    service: Service, transport: Transport, clock: Clock, said: Any, life: float
) -> None:
    service.expires_in = said
    tokens = GtmTokens(transport, "cid", "client-SECRET", wall=clock.wall)
    assert (await tokens.token()).expires_at == EPOCH + life
    clock.now = 1000 + 0.8 * life - 1
    assert (await tokens.token()).generation == 1
    clock.now = 1000 + 0.8 * life + 1
    assert (await tokens.token()).generation == 2


async def test_another_token_url(service: Service, transport: Transport) -> None:
    await GtmTokens(transport, "cid", "client-SECRET", token_url="http://login.test/token").token()
    assert str(service.requests[0].url) == "http://login.test/token"


@pytest.mark.parametrize(
    ("refresh", "status", "body", "kind", "says"),
    [
        (None, 400, {"error": "unauthorized_client"}, "client_credentials_off", "ZOOMINFO_REFRESH_TOKEN"),
        (None, 401, {"error": "invalid_client"}, "login_refused", "invalid_client"),
        (None, 400, {"error": PASSWORD}, "login_refused", "status 400"),
        ("r1-SECRET", 400, {"error": "invalid_grant", "error_description": "r1-SECRET"}, "session_lost", "single-use"),
        ("r1-SECRET", 401, {"error": "invalid_client"}, "login_refused", "refresh token sign-in"),
        ("r1-SECRET", 400, {"error": "unauthorized_client"}, "login_refused", "made for that app"),
        (None, 404, {"error": {"code": "ZI9998"}}, "upstream_no_route", "ZOOMINFO_BASE_URL"),
        (None, 200, {"expires_in": 5}, "upstream_unreadable", "'access_token'"),
    ],
)
async def test_refused_gtm_sign_ins(
    service: Service, transport: Transport, refresh: str | None, status: int, body: object, kind: str, says: str
) -> None:
    service.answer = answering(status, body)
    error = await refused(GtmTokens(transport, "cid", "client-SECRET", refresh))
    assert error.kind == kind
    assert says in str(error)


# One at a time


async def test_fifty_callers_sign_in_once(service: Service, transport: Transport) -> None:
    service.pause = 0.01
    tokens, seen = EnterpriseTokens(transport, "u", PASSWORD), []

    async def one() -> None:
        seen.append(await tokens.token())

    async with anyio.create_task_group() as group:
        for _ in range(50):
            group.start_soon(one)
    assert len(service.requests) == 1
    assert {token.generation for token in seen} == {1}


async def test_fifty_refusals_of_one_token_sign_in_once_more(service: Service, transport: Transport) -> None:
    service.pause = 0.01
    tokens, seen = EnterpriseTokens(transport, "u", PASSWORD), []
    stale = await tokens.token()

    async def one() -> None:
        seen.append(await tokens.refresh(stale))

    async with anyio.create_task_group() as group:
        for _ in range(50):
            group.start_soon(one)
    assert len(service.requests) == 2
    assert {token.generation for token in seen} == {2}
    assert (await tokens.refresh(stale)).generation == 2


async def test_a_wrong_password_is_sent_once_for_all_who_wait(service: Service, transport: Transport) -> None:
    service.pause = 0.01
    service.answer = answering(401, {})
    tokens, errors = EnterpriseTokens(transport, "u", PASSWORD), []

    async def one() -> None:
        try:
            await tokens.token()
        except AuthenticationFailed as error:
            errors.append(error)

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(one)
    assert len(service.requests) == 1
    assert [error.kind for error in errors] == ["login_refused"] * 20
    service.answer = None
    assert (await tokens.token()).generation == 1


async def test_a_cancelled_sign_in_is_taken_over(service: Service, transport: Transport) -> None:
    service.pause = 0.05
    tokens = EnterpriseTokens(transport, "u", PASSWORD)
    seen = []

    async def impatient() -> None:
        with anyio.move_on_after(0.01):
            await tokens.token()

    async def patient() -> None:
        seen.append(await tokens.token())

    async with anyio.create_task_group() as group:
        group.start_soon(impatient)
        group.start_soon(patient)
    assert [token.generation for token in seen] == [1]


async def test_others_use_the_old_token_while_one_renews(service: Service, transport: Transport, clock: Clock) -> None:
    tokens, seen = EnterpriseTokens(transport, "u", PASSWORD, wall=clock.wall), []
    await tokens.token()
    clock.now = 1000 + 3400
    service.pause = 0.02

    async def one() -> None:
        seen.append((await tokens.token()).generation)

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(one)
    assert sorted(seen) == [1, 1, 1, 1, 2]
    assert len(service.requests) == 2


async def test_an_early_renewal_that_fails_leaves_the_old_token_in_use(
    service: Service, transport: Transport, clock: Clock
) -> None:
    tokens = GtmTokens(transport, "cid", "client-SECRET", wall=clock.wall)
    await tokens.token()
    service.answer = answering(503, {})
    clock.now = 1000 + 3000
    assert (await tokens.token()).generation == 1
    calls = len(service.requests)
    assert (await tokens.token()).generation == 1
    assert len(service.requests) == calls
    clock.now = 1000 + 3595
    assert isinstance(await refused(tokens), UpstreamUnavailable)


# Cache


async def test_a_restart_does_not_sign_in_again(service: Service, transport: Transport, state: State) -> None:
    first = await EnterpriseTokens(transport, "u", PASSWORD, cache=await state.cache()).token()
    second = await EnterpriseTokens(transport, "u", PASSWORD, cache=await state.cache()).token()
    assert first.value == second.value
    assert len(service.requests) == 1


async def test_other_secrets_users_and_addresses_have_other_tokens(
    service: Service, clock: Clock, state: State, key: rsa.RSAPrivateKey
) -> None:
    cache, one, two = await state.cache(), make(service, clock), make(service, clock, base_url="http://two.test")
    sources = [
        EnterpriseTokens(one, "u", PASSWORD, cache=cache),
        EnterpriseTokens(one, "u", PASSWORD + "2", cache=cache),
        EnterpriseTokens(one, "v", PASSWORD, cache=cache),
        EnterpriseTokens(two, "u", PASSWORD, cache=cache),
        EnterpriseTokens(one, "u", client_id="c", key=pem(key), cache=cache),
        GtmTokens(one, "u", PASSWORD, cache=cache),
        GtmTokens(one, "u", PASSWORD, "r1-SECRET", cache=cache),
    ]
    assert len({source.identity() for source in sources}) == len(sources)
    for source in sources:
        await source.token()
    assert len(service.requests) == len(sources)


async def test_a_token_refused_here_may_have_been_renewed_elsewhere(
    service: Service, transport: Transport, state: State
) -> None:
    a = EnterpriseTokens(transport, "u", PASSWORD, cache=await state.cache())
    b = EnterpriseTokens(transport, "u", PASSWORD, cache=await state.cache())
    old_a, old_b = await a.token(), await b.token()
    new_a = await a.refresh(old_a)
    assert (await b.refresh(old_b)).value == new_a.value
    assert len(service.requests) == 2


async def test_processes_sign_in_one_at_a_time(service: Service, transport: Transport, state: State) -> None:
    service.pause = 0.02
    async with anyio.create_task_group() as group:
        for _ in range(6):
            group.start_soon(EnterpriseTokens(transport, "u", PASSWORD, cache=await state.cache()).token)
    assert len(service.requests) == 1


async def test_other_processes_use_the_old_token_while_one_renews(
    service: Service, transport: Transport, clock: Clock, state: State
) -> None:
    sources = [EnterpriseTokens(transport, "u", PASSWORD, cache=await state.cache(), wall=clock.wall) for _ in range(5)]
    for source in sources:
        await source.token()
    clock.now = 1000 + 3400
    service.pause = 0.3
    seen: list[str] = []

    async def one(source: EnterpriseTokens) -> None:
        seen.append((await source.token()).value)

    async with anyio.create_task_group() as group:
        for source in sources:
            group.start_soon(one, source)
    assert sorted(seen) == ["access-SECRET1"] * 4 + ["access-SECRET2"]
    clock.now += 5
    assert {(await source.token()).value for source in sources} == {"access-SECRET2"}
    assert len(service.requests) == 2


async def test_renewals_are_spread_over_the_time_that_is_left(
    service: Service, transport: Transport, clock: Clock, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewal, "_spread", lambda: 1.0)
    tokens = GtmTokens(transport, "cid", "client-SECRET", cache=await state.cache(), wall=clock.wall)
    await tokens.token()
    clock.now = 1000 + 0.8 * 3600 + 170
    assert (await tokens.token()).generation == 1
    clock.now = 1000 + 0.8 * 3600 + 190
    assert (await tokens.token()).generation == 2


async def test_nothing_secret_is_in_the_state_in_clear(
    transport: Transport, state: State, key: rsa.RSAPrivateKey
) -> None:
    cache = await state.cache()
    await EnterpriseTokens(transport, "u", PASSWORD, cache=cache).token()
    await EnterpriseTokens(transport, "u", client_id="c", key=pem(key), cache=cache).token()
    await rotating(transport, cache).token()
    await state.close()
    found = {path.name: path.read_bytes() for path in state.folder.iterdir() if path.is_file()}
    assert len(found["state.sqlite"]) > 4096
    for name, content in found.items():
        for secret in SECRETS:
            assert secret.encode() not in content, name
        if os.name == "posix":
            assert stat.S_IMODE((state.folder / name).stat().st_mode) == 0o600, name


async def test_a_copy_of_the_database_without_its_key_opens_nothing(transport: Transport, state: State) -> None:
    await rotating(transport, await state.cache()).token()
    await state.close()
    (state.folder / "ledger.key").write_bytes(os.urandom(32))
    assert (await refused(rotating(transport, await state.cache()))).kind == "state_key_wrong"


@pytest.mark.parametrize("rotates", [False, True])
async def test_a_damaged_session_is_written_anew_unless_its_refresh_token_is_lost_with_it(
    service: Service, transport: Transport, state: State, rotates: bool
) -> None:
    def make_one(cache: TokenCache) -> GtmTokens:
        return GtmTokens(transport, "cid", "client-SECRET", "r1-SECRET" if rotates else None, cache=cache)

    await make_one(await state.cache()).token()
    store = await state.store()
    await store.write(lambda transaction: transaction.execute("UPDATE token SET sealed = ?", (b"\x01" + b"x" * 60,)))
    if rotates:
        # The configured token is spent: to send it would end a session that a backup can bring back.
        assert (await refused(make_one(await state.cache()))).kind == "state_undecryptable"
        assert len(service.requests) == 1
    else:
        assert (await make_one(await state.cache()).token()).value == "access-SECRET2"
        assert (await make_one(await state.cache()).token()).value == "access-SECRET2"


async def test_a_session_moved_under_another_name_does_not_open_there(
    service: Service, transport: Transport, state: State
) -> None:
    cache = await state.cache()
    await EnterpriseTokens(transport, "u", PASSWORD, cache=cache).token()
    await EnterpriseTokens(transport, "v", PASSWORD, cache=cache).token()
    store = await state.store()
    await store.write(
        lambda transaction: transaction.execute("UPDATE token SET sealed = (SELECT MIN(sealed) FROM token)")
    )
    for user in ("u", "v"):
        await EnterpriseTokens(transport, user, PASSWORD, cache=await state.cache()).token()
    assert len(service.requests) == 3


async def test_an_unusable_state_only_costs_the_cache(
    service: Service, transport: Transport, state: State, caplog: pytest.LogCaptureFixture
) -> None:
    tokens = EnterpriseTokens(transport, "u", PASSWORD, cache=Broken(await state.store(), "read"))
    assert (await tokens.token()).generation == 1
    assert "state_unusable" in caplog.text
    assert (await tokens.token()).generation == 1
    assert len(service.requests) == 1


# Files of earlier releases


def old_file(folder: Path, tokens: GtmTokens | EnterpriseTokens, origin: str = "", **session: Any) -> Path:
    """A session as earlier releases kept it, under the name that they gave it."""
    who, secret = tokens._secret()
    proof = hmac.new(secret, b"sales-zoominfo token cache", hashlib.sha256).hexdigest()
    text = "\n".join((tokens.generation, "http://zi.test", who, proof))
    path = folder / "tokens" / f"{hashlib.sha256(text.encode()).hexdigest()}.json"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    content = {"value": "old-SECRET", "expires_at": EPOCH + 3600, "refresh_at": EPOCH + 2880, "origin": origin}
    path.write_text(json.dumps(content | {"refresh_token": None} | session))
    path.chmod(0o600)
    (path.parent / f"{path.stem}.lock").touch()
    return path


def origin_of(refresh_token: str) -> str:
    return hmac.new(b"client-SECRET", refresh_token.encode(), hashlib.sha256).hexdigest()


async def test_files_of_an_earlier_release_are_taken_over_once(
    service: Service, transport: Transport, state: State, clock: Clock
) -> None:
    plain = EnterpriseTokens(transport, "u", PASSWORD, cache=await state.cache(), wall=clock.wall)
    chain = rotating(transport, await state.cache(), wall=clock.wall)
    service.refresh_token = "r2-SECRET"
    old_file(state.folder, plain)
    old_file(state.folder, chain, origin_of("r1-SECRET"), refresh_token="r2-SECRET")
    assert (await plain.token()).value == "old-SECRET"
    assert not (state.folder / "tokens").exists()
    assert (await chain.refresh(await chain.token())).value == "access-SECRET1"
    assert service.refresh_token == "r3-SECRET"


async def test_a_file_is_no_newer_than_the_state(transport: Transport, state: State, clock: Clock) -> None:
    await rotating(transport, await state.cache(), wall=clock.wall).token()
    chain = rotating(transport, await state.cache(), wall=clock.wall)
    old_file(state.folder, chain, origin_of("r1-SECRET"), refresh_token="r1-SECRET")
    assert (await chain.token()).value == "access-SECRET1"


@posix
@pytest.mark.parametrize("spoil", ["readable", "link", "junk", "foreign shape", "bad token"])
async def test_files_that_cannot_be_trusted_are_not_taken_over(
    transport: Transport, state: State, spoil: str, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    tokens = EnterpriseTokens(transport, "u", PASSWORD, cache=await state.cache(), wall=clock.wall)
    path = old_file(state.folder, tokens)
    if spoil == "readable":
        path.chmod(0o644)
    elif spoil == "link":
        path.rename(state.folder / "elsewhere")
        path.symlink_to(state.folder / "elsewhere")
    else:
        kept = json.loads(path.read_text())
        text = {"junk": "{", "foreign shape": "[1]", "bad token": json.dumps(kept | {"value": "a\nb"})}[spoil]
        path.write_text(text)
    assert (await tokens.token()).value == "access-SECRET1"
    assert not (state.folder / "tokens").exists()
    assert "SECRET" not in caplog.text


# Rotation


def rotating(transport: Transport, cache: TokenCache, first: str = "r1-SECRET", **more: Any) -> GtmTokens:
    return GtmTokens(transport, "cid", "client-SECRET", first, cache=cache, **more)


def refresh_token_in(cache: TokenCache, tokens: GtmTokens) -> Callable[[], Awaitable[str | None]]:
    async def look() -> str | None:
        kept, _ = await cache.look(tokens.identity(), "test", 40)
        return None if kept is None else kept.session.refresh_token

    return look


async def test_the_chain_goes_on_after_a_restart(
    service: Service, transport: Transport, state: State, clock: Clock
) -> None:
    for number in range(3):
        tokens = rotating(transport, await state.cache(), wall=clock.wall)
        await tokens.token()
        assert len(service.requests) == number + 1
        clock.now += 3000
    assert service.refresh_token == "r4-SECRET"
    assert [parse_qs(r.content.decode())["refresh_token"][0][:2] for r in service.requests] == ["r1", "r2", "r3"]


async def test_the_new_refresh_token_is_kept_before_the_access_token_is_used(
    service: Service, transport: Transport, state: State
) -> None:
    cache = await state.cache()
    tokens = rotating(transport, cache)
    kept: list[tuple[str, str | None]] = []

    async def note() -> None:
        held, _ = await (await state.cache()).look(tokens.identity(), "test", 40)
        assert held is not None
        kept.append((held.session.value, held.session.refresh_token))

    service.on_data = note
    operation = OPERATIONS["usage"]
    await transport.send(Request(operation, "gtm", "GET", "/gtm/data/v1/users/usage"), tokens)
    assert kept == [("access-SECRET1", "r2-SECRET")]
    assert service.data_calls == ["Bearer access-SECRET1"]


async def test_a_crash_right_after_the_sign_in_loses_nothing(
    service: Service, transport: Transport, state: State
) -> None:
    class Dies(TokenCache):
        async def renewed(self, identity: str, session: Session, generation: int) -> bool:
            await super().renewed(identity, session, generation)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await rotating(transport, await state.cache(Dies)).token()
    assert service.data_calls == []
    tokens = rotating(transport, await state.cache())
    token = await tokens.token()
    assert token.value == "access-SECRET1"
    await tokens.refresh(token)
    assert service.refresh_token == "r3-SECRET"


async def test_a_rotated_token_that_cannot_be_kept_is_not_used_but_not_forgotten(
    service: Service, transport: Transport, state: State
) -> None:
    cache = Broken(await state.store(), "renewed")
    tokens = rotating(transport, cache)
    for _ in range(2):
        error = await refused(tokens)
        assert isinstance(error, InvalidArgument)
        assert error.kind == "state_unusable"
    assert len(service.requests) == 1
    # Nobody else may send the spent one meanwhile.
    other = await state.cache()
    assert (await other.take(tokens.identity(), "other", 40))[0] is None
    cache.broken = ""
    assert (await tokens.token()).value == "access-SECRET1"
    assert len(service.requests) == 1
    assert await refresh_token_in(cache, tokens)() == "r2-SECRET"
    assert (await other.take(tokens.identity(), "other", 40))[0] is not None


async def test_no_refresh_token_is_spent_when_nothing_can_be_kept(
    service: Service, transport: Transport, state: State
) -> None:
    for broken in ("read", "take", "mark_sent"):
        assert (await refused(rotating(transport, Broken(await state.store(), broken)))).kind == "state_unusable"
    assert service.requests == []


async def test_a_new_configured_refresh_token_starts_a_new_chain(
    service: Service, transport: Transport, state: State
) -> None:
    await rotating(transport, await state.cache()).token()
    service.refresh_token = "r7-SECRET"
    await rotating(transport, await state.cache(), "r7-SECRET").token()
    assert service.refresh_token == "r8-SECRET"
    await GtmTokens(transport, "cid", "client-SECRET", cache=await state.cache()).token()
    assert len(service.requests) == 3


async def test_another_grant_of_the_same_app_leaves_the_chain_alone(
    service: Service, transport: Transport, state: State, clock: Clock
) -> None:
    await rotating(transport, await state.cache(), wall=clock.wall).token()
    await GtmTokens(transport, "cid", "client-SECRET", cache=await state.cache(), wall=clock.wall).token()
    clock.now += 3000
    await rotating(transport, await state.cache(), wall=clock.wall).token()
    assert service.refresh_token == "r3-SECRET"


async def test_a_service_that_does_not_rotate(service: Service, transport: Transport, state: State) -> None:
    service.answer = answering(200, {"access_token": "access-SECRET"})
    tokens = rotating(transport, await state.cache())
    await tokens.refresh(await tokens.token())
    assert {r.content for r in service.requests} == {b"grant_type=refresh_token&refresh_token=r1-SECRET"}


async def test_cancelling_a_caller_does_not_lose_the_rotated_token(
    service: Service, transport: Transport, state: State
) -> None:
    service.pause = 0.3
    cache = await state.cache()
    tokens = rotating(transport, cache)
    with anyio.move_on_after(0.2):
        await tokens.token()
    assert len(service.requests) == 1
    assert await refresh_token_in(cache, tokens)() == "r2-SECRET"
    assert (await tokens.token()).value == "access-SECRET1"


async def test_a_caller_that_is_cancelled_while_another_renews_goes_at_once(
    service: Service, transport: Transport, state: State
) -> None:
    tokens = rotating(transport, await state.cache())
    lease, _ = await (await state.cache()).take(tokens.identity(), "other", 40)
    assert lease is not None
    with anyio.fail_after(10), anyio.move_on_after(0.2) as scope:
        await tokens.token()
    assert scope.cancelled_caught
    assert service.requests == []


async def test_without_a_cache_the_chain_lives_in_memory(service: Service, transport: Transport) -> None:
    tokens = GtmTokens(transport, "cid", "client-SECRET", "r1-SECRET")
    await tokens.refresh(await tokens.token())
    assert service.refresh_token == "r3-SECRET"


# Lost answers


async def test_a_lost_answer_to_a_refresh_is_not_asked_for_again(
    service: Service, transport: Transport, state: State
) -> None:
    service.answer = answering(504, {})
    assert isinstance(await refused(rotating(transport, await state.cache())), UpstreamUnavailable)
    assert len(service.requests) == 1


async def test_after_a_lost_answer_the_old_token_is_used_to_its_end(
    service: Service, transport: Transport, clock: Clock, state: State
) -> None:
    # The next try may end the session with the token that still works, so it comes last.
    tokens = rotating(transport, await state.cache(), wall=clock.wall)
    await tokens.token()
    service.answer = answering(504, {})
    clock.now += 3000
    assert (await tokens.token()).generation == 1
    assert len(service.requests) == 2
    clock.now += 500
    assert (await tokens.token()).generation == 1
    assert (await rotating(transport, await state.cache(), wall=clock.wall).token()).value == "access-SECRET1"
    assert len(service.requests) == 2
    # It was the service that failed, before it did anything.
    service.answer = None
    clock.now += 95
    assert (await tokens.token()).value == "access-SECRET3"
    assert service.refresh_token == "r3-SECRET"


async def test_a_session_that_ended_with_a_lost_answer_is_told_as_such(
    service: Service, transport: Transport, clock: Clock, state: State
) -> None:
    tokens = rotating(transport, await state.cache(), wall=clock.wall)
    await tokens.token()

    def lose(_request: httpx2.Request) -> httpx2.Response:
        service.refresh_token = "r3-SECRET"
        raise httpx2.ReadError("gone")

    service.answer = lose
    clock.now += 3000
    assert (await tokens.token()).generation == 1
    service.answer = None
    clock.now += 700
    for source in (tokens, rotating(transport, await state.cache(), wall=clock.wall)):
        error = await refused(source)
        assert isinstance(error, AuthenticationFailed)
        assert error.kind == "renewal_lost"
        assert error.details["kind"] == "renewal_lost"
        assert "login" in error.next_step


@pytest.mark.parametrize("trouble", ["no connection", "refused for rate"])
async def test_an_early_renewal_that_was_surely_not_done_is_tried_again_soon(
    service: Service, clock: Clock, state: State, trouble: str
) -> None:
    transport = make(service, clock, timeout=20.0)
    tokens = rotating(transport, await state.cache(), wall=clock.wall)
    await tokens.token()

    def fails(_request: httpx2.Request) -> httpx2.Response:
        if trouble == "no connection":
            raise httpx2.ConnectError("no route")
        return httpx2.Response(429, headers={"Retry-After": "50"})

    service.answer = fails
    clock.now += 3000
    assert (await tokens.token()).generation == 1
    service.answer = None
    clock.now += 61
    assert (await tokens.token()).generation == 2
    assert service.refresh_token == "r3-SECRET"


async def test_a_dead_holder_is_succeeded_after_the_lease(
    service: Service, transport: Transport, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewal, "LIFE_OF_CHAIN", 0.5)
    tokens = rotating(transport, await state.cache())
    dead = await state.cache()
    await dead.take(tokens.identity(), "dead", 0.5)
    await dead.mark_sent(tokens.identity(), Session("", 0, 0, "r1-SECRET"))
    start = anyio.current_time()
    assert (await tokens.token()).value == "access-SECRET1"
    assert 0.3 < anyio.current_time() - start < 5
    assert service.refresh_token == "r2-SECRET"


async def test_a_holder_that_wakes_up_late_changes_nothing(
    service: Service, transport: Transport, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewal, "LIFE_OF_CHAIN", 0.2)
    cache = await state.cache()
    tokens = rotating(transport, cache)
    overtaken = Session("late", EPOCH + 9e9, EPOCH + 9e9, "r9-SECRET")
    lease, _ = await cache.take(tokens.identity(), "late", 0.2)
    seen = await cache.mark_sent(tokens.identity(), Session("", 0, 0, "r1-SECRET"))
    assert lease is not None
    assert seen is not None
    await tokens.token()
    assert not await cache.renewed(tokens.identity(), overtaken, seen)
    await cache.release(lease)
    assert await refresh_token_in(cache, tokens)() == "r2-SECRET"


# Secrets


async def test_nothing_secret_is_shown(
    service: Service, transport: Transport, state: State, caplog: pytest.LogCaptureFixture, key: rsa.RSAPrivateKey
) -> None:
    caplog.set_level(logging.DEBUG)
    cache = await state.cache()
    sources = [
        EnterpriseTokens(transport, "u", PASSWORD, cache=cache),
        EnterpriseTokens(transport, "u", client_id="c", key=pem(key), cache=cache),
        GtmTokens(transport, "cid", "client-SECRET", cache=cache),
        rotating(transport, cache),
    ]
    shown = ""
    for source in sources:
        shown += repr(source) + repr(await source.token()) + repr(cache)
        shown += repr(await cache.look(source.identity(), "test", 40))
    service.answer = answering(401, {"error": "invalid_grant", "message": PASSWORD})
    for source in sources:
        with pytest.raises(SalesZoomInfoError) as caught:
            await source.refresh(await source.token())
        clean(caught.value)
        shown += source.identity()
    for secret in SECRETS:
        assert secret not in shown + caplog.text


# Keys


def one_line(text: str) -> str:
    return " ".join(text.split())


REPAIRS: dict[str, Callable[[str], str]] = {
    "as it is": lambda t: t,
    "literal newlines": lambda t: t.replace("\n", "\\n"),
    "literal CRLF": lambda t: t.replace("\n", "\\r\\n"),
    "one line": one_line,
    "one line without spaces": lambda t: t.replace("\n", ""),
    "indented": lambda t: textwrap.indent(t, "\t    "),
    "CRLF": lambda t: t.replace("\n", "\r\n"),
    "CR": lambda t: t.replace("\n", "\r"),
    "quoted": lambda t: f'"{t}"',
    "single-quoted literal": lambda t: "'" + t.strip().replace("\n", "\\n") + "'",
    "byte order mark": lambda t: "\ufeff" + t,
    "quoted after the mark": lambda t: '\ufeff "' + t + '" ',
    "blank lines": lambda t: "\n\n" + t.replace("\n", "\n\n"),
    "text around": lambda t: "Key for ada:\n" + t + "\nregards",
    "dashes of a word processor": lambda t: t.replace("-----", "\u2014\u2014-"),
    "base64 of the whole": lambda t: base64.b64encode(t.encode()).decode(),
    "no frame": lambda t: "".join(t.strip().splitlines()[1:-1]),
    "lost padding": lambda t: t.replace("=", ""),
    "after a certificate": lambda t: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n" + t,
}


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL], ids=["pkcs8", "pkcs1"])
@pytest.mark.parametrize("repair", REPAIRS)
def test_keys_as_people_paste_them(key: rsa.RSAPrivateKey, form: PrivateFormat, repair: str) -> None:
    assert load_private_key(REPAIRS[repair](pem(key, form))).private_numbers() == key.private_numbers()


@pytest.mark.parametrize("content", ["pem", "literal", "der", "utf-16", "bom"])
def test_keys_in_files(key: rsa.RSAPrivateKey, tmp_path: Path, content: str) -> None:
    path = tmp_path / "my key.pem"
    text = pem(key)
    path.write_bytes(
        {
            "pem": text.encode(),
            "literal": text.replace("\n", "\\n").encode(),
            "der": key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
            "utf-16": text.encode("utf-16"),
            "bom": text.encode("utf-8-sig"),
        }[content]
    )
    for name in (str(path), f'"{path}"', f" {path}\n"):
        assert load_private_key(name).private_numbers() == key.private_numbers()


async def test_a_key_replaced_in_its_file_is_another_identity(
    transport: Transport, tmp_path: Path, key: rsa.RSAPrivateKey
) -> None:
    path = tmp_path / "key.pem"
    path.write_text(pem(key))
    tokens = EnterpriseTokens(transport, "u", client_id="c", key=str(path))
    before = tokens.identity()
    path.write_text(pem(rsa.generate_private_key(65537, 2048)))
    assert tokens.identity() != before


def cut(text: str) -> str:
    lines = text.splitlines()
    return "\n".join(lines[:10] + lines[-1:])


def damaged(text: str) -> str:
    lines = text.splitlines()
    return "\n".join([lines[0], "AAAA" + lines[1][4:], *lines[2:]])


LOCKED = BestAvailableEncryption(b"x")


def elliptic(form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    return pem(ec.generate_private_key(ec.SECP256R1()), form)


def public(key: rsa.RSAPrivateKey, encoding: Encoding, form: PublicFormat) -> str:
    return key.public_key().public_bytes(encoding, form).decode()


def private(key: rsa.RSAPrivateKey, form: PrivateFormat, lock: Any = None) -> str:
    return key.private_bytes(Encoding.PEM, form, lock or NoEncryption()).decode()


# What is wrong -> how to make it from a good key, and what the error says.
BAD_KEYS: dict[str, tuple[Callable[[rsa.RSAPrivateKey], str], str]] = {
    "empty": (lambda k: "", "empty"),
    "blank": (lambda k: ' \n "" ', "empty"),
    "no END": (lambda k: pem(k)[:900], "END line is missing"),
    "no END literal": (lambda k: pem(k)[:900].replace("\n", "\\n"), "END line is missing"),
    "no BEGIN": (lambda k: pem(k)[200:], "BEGIN line is missing"),
    "first line only": (lambda k: "-----BEGIN PRIVATE KEY-----", "END line is missing"),
    "lines missing": (lambda k: cut(pem(k)), "cut off"),
    "frame only": (lambda k: "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----", "nothing between"),
    "stray characters": (lambda k: pem(k).replace("\n", "\n> ", 5), "characters"),
    "damaged": (lambda k: damaged(pem(k)), "damaged"),
    "public": (lambda k: public(k, Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), "public key"),
    "public pkcs1": (lambda k: public(k, Encoding.PEM, PublicFormat.PKCS1), "public key"),
    "public ssh": (lambda k: public(k, Encoding.OpenSSH, PublicFormat.OpenSSH), "public key"),
    "certificate": (lambda k: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "certificate"),
    "ec": (lambda k: elliptic(), "type EC"),
    "ec sec1": (lambda k: elliptic(PrivateFormat.TraditionalOpenSSL), "type EC"),
    "ed25519": (lambda k: pem(ed25519.Ed25519PrivateKey.generate()), "type ED25519"),
    "encrypted": (lambda k: private(k, PrivateFormat.PKCS8, LOCKED), "passphrase"),
    "encrypted pkcs1": (lambda k: private(k, PrivateFormat.TraditionalOpenSSL, LOCKED), "passphrase"),
    "openssh": (lambda k: private(k, PrivateFormat.OpenSSH), "OpenSSH"),
    "random": (lambda k: "correct horse battery staple", "no BEGIN line"),
    "random base64": (lambda k: base64.b64encode(b"x" * 600).decode(), "no BEGIN line"),
    "small": (lambda k: pem(rsa.generate_private_key(65537, 1024)), "1024 bits"),
    "missing file": (lambda k: "/nowhere/key.pem", "does not exist"),
    "missing relative file": (lambda k: "key.pem", "does not exist"),
    "folder": (lambda k: "/", "folder"),
    "too long": (lambda k: "x" * 100_000, "too long"),
    "zero byte": (lambda k: "a\0b", "no BEGIN line"),
    "half character": (lambda k: "\ud800", "no BEGIN line"),
    "other frame": (lambda k: "-----BEGIN PGP MESSAGE-----\nMIIB\n-----END PGP MESSAGE-----", "something else"),
}


@pytest.mark.parametrize("which", BAD_KEYS)
def test_keys_that_cannot_be_used_say_why(key: rsa.RSAPrivateKey, which: str) -> None:
    spoil, reason = BAD_KEYS[which]
    text = spoil(key)
    with pytest.raises(AuthenticationFailed) as caught:
        load_private_key(text)
    assert caught.value.kind == "key_unreadable"
    assert reason in caught.value.message
    clean(caught.value)


@posix
def test_a_key_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "key.pem"
    path.write_text("x")

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(AuthenticationFailed, match="PermissionError"):
        load_private_key(str(path))
    monkeypatch.undo()
    path.write_text("")
    with pytest.raises(AuthenticationFailed, match="file is empty"):
        load_private_key(str(path))


def test_nothing_heavy_is_imported_for_a_password() -> None:
    import subprocess
    import sys

    code = (
        "import sys, sales_zoominfo.zoominfo.auth; "
        "print([m for m in ('jwt', 'cryptography', 'filelock') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
