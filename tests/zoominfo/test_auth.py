"""Access tokens: each grant as it goes over the wire, one sign-in at a time, and nothing secret shown."""

from __future__ import annotations

import base64
import json
import logging
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from signing import (
    EPOCH,
    PASSWORD,
    SECRETS,
    Clock,
    Service,
    State,
    answering,
    clean,
    pem,
    refused,
    rotating,
)

from sales_zoominfo.errors import (
    AuthenticationFailed,
    SalesZoomInfoError,
    UpstreamUnavailable,
)
from sales_zoominfo.zoominfo.auth import EnterpriseTokens, GtmTokens
from sales_zoominfo.zoominfo.messages import Token
from sales_zoominfo.zoominfo.transport import Transport

pytestmark = pytest.mark.anyio


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


def test_nothing_heavy_is_imported_for_a_password() -> None:
    import subprocess
    import sys

    code = (
        "import sys, sales_zoominfo.zoominfo.auth; "
        "print([m for m in ('jwt', 'cryptography', 'filelock') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
