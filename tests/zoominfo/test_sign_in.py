"""Signing in as a person: what the browser is sent with, which answer counts, and which credentials win afterwards."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import anyio
import httpx2
import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sales_zoominfo.app import App
from sales_zoominfo.errors import AuthenticationFailed, SalesZoomInfoError
from sales_zoominfo.settings import Settings, load_settings
from sales_zoominfo.store import Store, open_store
from sales_zoominfo.store.vault import open_vault
from sales_zoominfo.zoominfo.auth import GtmTokens
from sales_zoominfo.zoominfo.credentials import Credentials, read_credentials, with_sign_in
from sales_zoominfo.zoominfo.limiter import LocalLimiter, default_rates
from sales_zoominfo.zoominfo.sign_in import Answer, Attempt, SignIns
from sales_zoominfo.zoominfo.token_cache import TokenCache
from sales_zoominfo.zoominfo.transport import Transport

pytestmark = pytest.mark.anyio
URI = "http://127.0.0.1:8765/callback"
BASE = "http://zi.test"
SECRETS = ("client-SECRET", "code-SECRET", "access-SECRET", "refresh-SECRET", "env-SECRET")


def attempt() -> Attempt:
    return Attempt(BASE, "cid", URI)


def sent(attempt: Attempt) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(urlsplit(attempt.url).query).items()}


def back(attempt: Attempt, uri: str = URI, **changed: str | None) -> str:
    """The address that the browser comes back with."""
    query = {"code": "code-SECRET", "state": sent(attempt)["state"], **changed}
    return f"{uri}?{urlencode({name: value for name, value in query.items() if value is not None})}"


def stray(attempt: Attempt, url: str) -> str:
    with pytest.raises(AuthenticationFailed) as caught:
        attempt.read(url)
    assert caught.value.kind == "sign_in_stray"
    assert not any(secret in f"{caught.value}{caught.value.details}" for secret in SECRETS)
    return str(caught.value.details["stray"])


# --- the page to open, and the answer ----------------------------------------------------------------------------


def test_the_page_is_asked_for_with_pkce_and_a_state_of_its_own() -> None:
    one, two = attempt(), attempt()
    assert one.url.startswith(f"{BASE}/gtm/oauth/v1/authorize?")
    query = sent(one)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(one.verifier.encode()).digest()).decode().rstrip("=")
    assert query == {
        "response_type": "code",
        "client_id": "cid",
        "redirect_uri": URI,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "state": query["state"],
    }
    assert re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", one.verifier)
    assert len(query["state"]) >= 32
    assert query["state"] != sent(two)["state"]
    assert one.verifier != two.verifier
    assert one.verifier not in one.url
    assert one.verifier not in repr(one)


def test_the_answer_is_read_once() -> None:
    one = attempt()
    assert one.read(back(one)) == Answer("code-SECRET")
    assert "SECRET" not in repr(Answer("code-SECRET"))
    assert stray(one, back(one)) == "used"
    assert stray(one, back(one, code="another")) == "used"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (lambda a: back(a, state="wrong"), "state"),
        (lambda a: back(a, state=None), "state"),
        (lambda a: back(a, state="ü"), "state"),
        (lambda a: back(a) + "&state=another", "state"),
        (lambda a: back(attempt()), "state"),
        (lambda a: back(a, state="wrong", code=None, error="access_denied"), "state"),
        (lambda a: back(a, "http://127.0.0.1:8766/callback"), "place"),
        (lambda a: back(a, "http://127.0.0.1:8765/other"), "place"),
        (lambda a: back(a, "https://127.0.0.1:8765/callback"), "place"),
        (lambda a: back(a, "http://evil.example/callback"), "place"),
        (lambda a: "code-SECRET", "place"),
        (lambda a: "http://[bad", "place"),
        (lambda a: back(a, code=None), "empty"),
        (lambda a: back(a) + "&code=another", "empty"),
    ],
)
def test_what_does_not_belong_to_it_is_refused_and_the_right_one_still_counts(
    url: Callable[[Attempt], str], why: str
) -> None:
    one = attempt()
    assert stray(one, url(one)) == why
    assert one.read(back(one)).code == "code-SECRET"


@hypothesis.settings(deadline=None)
@given(st.text(max_size=200), st.dictionaries(st.sampled_from(["code", "state", "error"]), st.text(max_size=40)))
def test_no_answer_breaks_the_reader(text: str, query: dict[str, str]) -> None:
    for url in (text, f"{URI}?{text}", f"{URI}?{urlencode(query, errors='replace')}"):
        with pytest.raises(SalesZoomInfoError):
            attempt().read(url)


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        ("access_denied", "sign_in_declined", "cancelled"),
        ("invalid_scope", "login_refused", "(invalid_scope)"),
        ("client-SECRET <b>", "login_refused", "browser sign-in."),
    ],
)
def test_a_refusal_ends_the_try(error: str, kind: str, says: str) -> None:
    one = attempt()
    with pytest.raises(AuthenticationFailed) as caught:
        one.read(back(one, code=None, error=error, error_description="client-SECRET"))
    assert caught.value.kind == kind
    assert says in caught.value.message
    assert "client-SECRET" not in str(caught.value)
    assert stray(one, back(one)) == "used"


# --- the exchange, and what is kept ------------------------------------------------------------------------------


class Service:
    """A token endpoint that knows codes and refresh tokens."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []
        self.answer: httpx2.Response | None = None
        self.headers: dict[str, str] = {}
        self.refresh_token: str | None = "refresh-SECRET1"

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        form = {name: value for name, (value,) in parse_qs(request.content.decode()).items()}
        assert request.headers["authorization"].startswith("Basic ")
        self.forms.append(form)
        if self.answer is not None:
            return self.answer
        body: dict[str, Any] = {"access_token": f"access-SECRET{len(self.forms)}", "expires_in": 1000}
        if form["grant_type"] == "refresh_token":
            assert form["refresh_token"] == self.refresh_token
            self.refresh_token = f"refresh-SECRET{len(self.forms)}"
        if form["grant_type"] != "client_credentials" and self.refresh_token:
            body["refresh_token"] = self.refresh_token
        return httpx2.Response(200, json=body, headers=self.headers)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in {"base_url": BASE, "client_id": "cid", "client_secret": "client-SECRET"}.items():
        monkeypatch.setenv(f"ZOOMINFO_{name.upper()}", value)
    return load_settings()


@pytest.fixture
async def store(state_url: str) -> AsyncIterator[Store]:
    store = await open_store(state_url)
    yield store
    await store.close()


def desk(settings: Settings, store: Store, service: Service) -> SignIns:
    cache = TokenCache(store, lambda: open_vault(store, settings))
    return SignIns(settings, cache, httpx2.MockTransport(service))


async def sign_in(desk: SignIns) -> None:
    one = desk.begin(URI)
    await desk.finish(one, one.read(back(one)))


def contents(folder: Path) -> list[tuple[str, bytes]]:
    return [(file.name, file.read_bytes()) for file in folder.iterdir()]


async def chosen(settings: Settings, desk: SignIns) -> Credentials:
    return await with_sign_in(read_credentials(settings), settings, desk.cache)


async def test_the_code_is_exchanged_with_its_verifier_and_kept_at_once(
    settings: Settings, store: Store, service: Service, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    signing = desk(settings, store, service)
    assert await signing.status() is None
    one = signing.begin(URI)
    await signing.finish(one, one.read(back(one)))
    assert service.forms == [
        {
            "grant_type": "authorization_code",
            "code": "code-SECRET",
            "redirect_uri": URI,
            "code_verifier": one.verifier,
        }
    ]
    record = await signing.status()
    assert record is not None
    assert not record.in_doubt
    assert record.expires_at == pytest.approx(record.began_at + 1000, abs=60)
    await store.close()
    for file, content in contents(tmp_path):
        assert not any(secret.encode() in content for secret in (*SECRETS, one.verifier)), file
    assert not any(secret in caplog.text for secret in (*SECRETS, one.verifier))


async def test_the_sign_in_serves_and_renews_itself(settings: Settings, store: Store, service: Service) -> None:
    signing = desk(settings, store, service)
    await sign_in(signing)
    found = await chosen(settings, signing)
    assert found.gtm is not None
    assert found.gtm.sign_in
    assert "SECRET" not in repr(found)
    network = Transport(
        base_url=BASE,
        limiter=LocalLimiter(default_rates(25)),
        timeout=20,
        http_transport=httpx2.MockTransport(service),
    )
    tokens = GtmTokens(network, "cid", "client-SECRET", sign_in=found.gtm.sign_in, cache=signing.cache)
    first = await tokens.token()
    assert first.value == "access-SECRET1"
    assert (await tokens.refresh(first)).value == "access-SECRET2"
    assert service.forms[1] == {"grant_type": "refresh_token", "refresh_token": "refresh-SECRET1"}
    # Signed out somewhere else: what is held lapses, and nothing is put back.
    await signing.forget()
    with pytest.raises(AuthenticationFailed) as caught:
        await tokens.refresh(await tokens.token())
    assert caught.value.kind == "signed_out"
    assert await signing.status() is None
    assert len(service.forms) == 2


async def test_a_new_sign_in_during_a_renewal_wins(settings: Settings, store: Store, service: Service) -> None:
    signing = desk(settings, store, service)
    await sign_in(signing)
    found = await chosen(settings, signing)
    assert found.gtm is not None
    started, go_on = anyio.Event(), anyio.Event()

    class Slow(Service):
        async def __call__(self, request: httpx2.Request) -> httpx2.Response:
            started.set()
            await go_on.wait()
            return httpx2.Response(
                200, json={"access_token": "overtaken", "expires_in": 1000, "refresh_token": "overtaken"}
            )

    network = Transport(
        base_url=BASE,
        limiter=LocalLimiter(default_rates(25)),
        timeout=20,
        http_transport=httpx2.MockTransport(Slow()),
    )
    tokens = GtmTokens(network, "cid", "client-SECRET", sign_in=found.gtm.sign_in, cache=signing.cache)
    first = await tokens.token()
    seen: list[str] = []

    async def renew() -> None:
        seen.append((await tokens.refresh(first)).value)

    async with anyio.create_task_group() as group:
        group.start_soon(renew)
        await started.wait()
        await sign_in(signing)
        go_on.set()
    assert seen == ["access-SECRET2"]


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (httpx2.Response(400, json={"error": "invalid_grant"}), "login_refused", "(invalid_grant)"),
        (httpx2.Response(401, json={"error": "invalid_client"}), "login_refused", "ZOOMINFO_CLIENT_SECRET"),
        (httpx2.Response(400, json={"error": "code-SECRET"}), "login_refused", "status 400"),
        (httpx2.Response(404), "upstream_no_route", "ZOOMINFO_BASE_URL"),
        (httpx2.Response(503), "upstream_failed", "503"),
        (httpx2.Response(200, json={}), "upstream_unreadable", "access_token"),
        (httpx2.Response(200, json={"access_token": "access-SECRET"}), "upstream_unreadable", "refresh_token"),
    ],
)
async def test_a_refused_code_is_asked_for_once_and_leaves_nothing(
    settings: Settings, store: Store, service: Service, answer: httpx2.Response, kind: str, says: str
) -> None:
    service.answer = answer
    signing = desk(settings, store, service)
    with pytest.raises(SalesZoomInfoError) as caught:
        await sign_in(signing)
    assert caught.value.kind == kind
    assert says in str(caught.value)
    assert "SECRET" not in str(caught.value).replace("ZOOMINFO_CLIENT_SECRET", "")
    assert len(service.forms) == 1
    assert await signing.status() is None


# --- which credentials win ---------------------------------------------------------------------------------------


async def test_a_sign_in_comes_before_client_credentials(settings: Settings, store: Store, service: Service) -> None:
    signing = desk(settings, store, service)
    assert await chosen(settings, signing) == read_credentials(settings)
    await sign_in(signing)
    found = await chosen(settings, signing)
    assert found.gtm is not None
    assert found.gtm.sign_in
    assert await signing.forget() == 1
    assert await chosen(settings, signing) == read_credentials(settings)
    assert await signing.forget() == 0


async def test_of_a_sign_in_and_a_configured_refresh_token_the_later_counts(
    settings: Settings, store: Store, service: Service
) -> None:
    with_token = load_settings(refresh_token="env-SECRET")
    signing = desk(with_token, store, service)
    await sign_in(signing)
    found = await chosen(with_token, signing)
    assert found.gtm is not None
    assert found.gtm.sign_in
    assert found.gtm.refresh_token is None
    newer = load_settings(refresh_token="another-SECRET")
    assert await chosen(newer, signing) == read_credentials(newer)
    # Unset again, the sign-in is what is left.
    plain = await chosen(settings, signing)
    assert plain.gtm is not None
    assert plain.gtm.sign_in


@pytest.mark.parametrize(
    "other", [{"client_id": "another"}, {"account": "another"}, {"base_url": "http://other.test"}], ids=str
)
async def test_a_sign_in_counts_for_its_app_account_and_address(
    settings: Settings, store: Store, service: Service, other: dict[str, str]
) -> None:
    await sign_in(desk(settings, store, service))
    elsewhere = load_settings(**other)
    assert await chosen(elsewhere, desk(elsewhere, store, service)) == read_credentials(elsewhere)
    rotated = load_settings(client_secret="rotated-SECRET")
    found = await chosen(rotated, desk(rotated, store, service))
    assert found.gtm is not None
    assert found.gtm.sign_in


async def test_another_api_leaves_the_sign_in_alone(settings: Settings, store: Store, service: Service) -> None:
    signing = desk(settings, store, service)
    await sign_in(signing)
    more = load_settings(username="ada@firm.example", password="env-SECRET", api="enterprise")
    assert await chosen(more, signing) == read_credentials(more)
    assert await chosen(load_settings(api="sandbox"), signing) == Credentials()


@pytest.mark.parametrize("sandbox", [False, True])
async def test_a_sign_in_without_its_app_is_no_way_back_to_the_sandbox_unless_it_was_one(
    settings: Settings,
    state_url: str,
    store: Store,
    service: Service,
    sandbox: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if sandbox:
        service.headers = {"X-ZoomInfo-Sandbox": "1"}
    await sign_in(desk(settings, store, service))
    monkeypatch.delenv("ZOOMINFO_CLIENT_ID")
    monkeypatch.delenv("ZOOMINFO_CLIENT_SECRET")
    bare = load_settings(state_url=state_url)
    signing = desk(bare, store, service)
    if sandbox:
        assert await chosen(bare, signing) == Credentials()
    else:
        with pytest.raises(AuthenticationFailed) as caught:
            await chosen(bare, signing)
        assert caught.value.kind == "credentials_missing"
        app = App(bare)
        try:
            with pytest.raises(AuthenticationFailed):
                await app.account()
        finally:
            await app.aclose()
    assert await signing.forget() == 1


@pytest.mark.parametrize(
    ("changed", "kind", "says"),
    [
        ({"client_id": None}, "sign_in_needs", "ZOOMINFO_CLIENT_ID"),
        ({"client_secret": None}, "sign_in_needs", "ZOOMINFO_CLIENT_SECRET"),
        ({"client_id": None, "client_secret": None}, "sign_in_needs", URI),
        ({"api": "enterprise"}, "setting_invalid", "ZOOMINFO_API"),
        ({"api": "sandbox"}, "setting_invalid", "ZOOMINFO_API"),
        ({"username": "ada@firm.example"}, "credentials_incomplete", "ZOOMINFO_PASSWORD"),
    ],
)
async def test_what_is_missing_is_told_before_the_browser_opens(
    settings: Settings, store: Store, service: Service, changed: dict[str, Any], kind: str, says: str
) -> None:
    with pytest.raises(SalesZoomInfoError) as caught:
        desk(settings.model_copy(update=changed), store, service).begin(URI)
    assert caught.value.kind == kind
    assert says in str(caught.value)


def test_an_app_of_its_own_name_is_used(settings: Settings) -> None:
    both = load_settings(client_id="enterprise-key", gtm_client_id="gtm-app", username="u", private_key="k")
    signing = SignIns(both, TokenCache.__new__(TokenCache))
    assert sent(signing.begin(URI))["client_id"] == "gtm-app"


async def test_a_token_address_of_its_own_is_used(settings: Settings, store: Store, service: Service) -> None:
    seen: list[str] = []

    async def note(request: httpx2.Request) -> httpx2.Response:
        seen.append(str(request.url))
        return await service(request)

    elsewhere = load_settings(token_url="http://login.test/token")
    cache = TokenCache(store, lambda: open_vault(store, elsewhere))
    signing = SignIns(elsewhere, cache, httpx2.MockTransport(note))
    await sign_in(signing)
    assert seen == ["http://login.test/token"]
