"""Which credentials are set: complete sets are used, half of one is named, and none is no way back to the sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest

from sales_zoominfo.account.ledger import Ledger
from sales_zoominfo.app import SANDBOX_ACCOUNT, App, ledger_name
from sales_zoominfo.errors import AuthenticationFailed, InvalidArgument, SalesZoomInfoError
from sales_zoominfo.sandbox import ensure_private_key
from sales_zoominfo.settings import FILE_SETTINGS, load_settings
from sales_zoominfo.store import open_store
from sales_zoominfo.zoominfo.credentials import (
    Credentials,
    EnterpriseCredentials,
    GtmCredentials,
    read_credentials,
)
from support import DEMO, Sandbox, Served

PASSWORD, SECRET, KEY, REFRESH = "pw-PLANTED-1", "cs-PLANTED-2", "pem-PLANTED-3", "rt-PLANTED-4"
PLANTED = (PASSWORD, SECRET, KEY, REFRESH)
U, P, C, K = "ZOOMINFO_USERNAME", "ZOOMINFO_PASSWORD", "ZOOMINFO_CLIENT_ID", "ZOOMINFO_PRIVATE_KEY"
S, R, G = "ZOOMINFO_CLIENT_SECRET", "ZOOMINFO_REFRESH_TOKEN", "ZOOMINFO_GTM_CLIENT_ID"
VALUES = {U: "ada@firm.example", P: PASSWORD, C: "client-1", K: KEY, S: SECRET, R: REFRESH, G: "client-2"}

BY_PASSWORD = EnterpriseCredentials("ada@firm.example", password=PASSWORD)
BY_KEY = EnterpriseCredentials("ada@firm.example", client_id="client-1", private_key=KEY)
BY_SECRET = GtmCredentials("client-1", SECRET)
BY_REFRESH = GtmCredentials("client-1", SECRET, REFRESH)


@pytest.fixture(autouse=True)
def no_leaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/nonexistent")


def configure(monkeypatch: pytest.MonkeyPatch, *names: str, **more: str) -> Credentials:
    for name in names:
        monkeypatch.setenv(name, VALUES[name])
    for name, value in more.items():
        monkeypatch.setenv(f"ZOOMINFO_{name}", value)
    return read_credentials(load_settings())


def refused(monkeypatch: pytest.MonkeyPatch, *names: str, **more: str) -> SalesZoomInfoError:
    with pytest.raises(SalesZoomInfoError) as caught:
        configure(monkeypatch, *names, **more)
    assert not any(secret in f"{caught.value}{caught.value.details}" for secret in PLANTED)
    return caught.value


# --- complete sets ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ((), Credentials()),
        ((U, P), Credentials(BY_PASSWORD)),
        ((U, C, K), Credentials(BY_KEY)),
        ((U, P, C, K), Credentials(BY_KEY)),
        ((C, S), Credentials(None, BY_SECRET)),
        ((C, S, R), Credentials(None, BY_REFRESH)),
        ((G, S), Credentials(None, GtmCredentials("client-2", SECRET))),
        ((U, P, C, S), Credentials(BY_PASSWORD, BY_SECRET)),
        ((U, C, K, S), Credentials(BY_KEY, BY_SECRET)),
        ((U, C, K, G, S, R), Credentials(BY_KEY, GtmCredentials("client-2", SECRET, REFRESH))),
        ((U, P, G, S), Credentials(BY_PASSWORD, GtmCredentials("client-2", SECRET))),
    ],
    ids=lambda value: " ".join(value).replace("ZOOMINFO_", "") if isinstance(value, tuple) else "",
)
def test_complete_sets_decide_the_generations(
    monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...], found: Credentials
) -> None:
    assert configure(monkeypatch, *names) == found
    assert bool(found) == bool(names)


def test_no_secret_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = configure(monkeypatch, U, P, C, K, G, S, R)
    shown = f"{found!r} {found.enterprise} {found.gtm} {load_settings()!r}"
    assert not any(secret in shown for secret in PLANTED)


@pytest.mark.parametrize(
    ("api", "found"),
    [
        ("auto", Credentials(BY_KEY, BY_SECRET)),
        ("enterprise", Credentials(BY_KEY)),
        ("gtm", Credentials(None, BY_SECRET)),
        ("sandbox", Credentials()),
    ],
)
def test_zoominfo_api_settles_a_doubt(monkeypatch: pytest.MonkeyPatch, api: str, found: Credentials) -> None:
    assert configure(monkeypatch, U, C, K, S, API=api) == found


def test_a_chosen_api_looks_past_the_other_s_leftovers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert configure(monkeypatch, U, P, S, API="enterprise") == Credentials(BY_PASSWORD)
    assert configure(monkeypatch, C, S, K, API="gtm") == Credentials(None, BY_SECRET)
    assert configure(monkeypatch, C, S, K, R, API="sandbox") == Credentials()


def test_an_api_of_another_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    error = refused(monkeypatch, API="copilot")
    assert isinstance(error, InvalidArgument)
    assert "ZOOMINFO_API" in error.message


# --- half of a set ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "have", "missing"),
    [
        ((U,), U, f"{P} (or {C} and {K})"),
        ((U, C), U, f"{P} (or {K})"),
        ((P,), P, U),
        ((K,), K, f"{U} and {C}"),
        ((U, K), K, C),
        ((C, K), K, U),
        ((U, P, K), K, C),
        ((C,), C, f"{S} (GTM) or {U} and {K} (Enterprise)"),
        ((U, P, C), C, f"{S} (GTM) or {K} (Enterprise)"),
        ((U, P, C, G, S), C, K),
        ((G,), G, S),
        ((S,), S, C),
        ((R,), R, f"{C} and {S}"),
        ((C, R), R, S),
        ((G, R), R, S),
        ((S, R), S, C),
        ((U, P, S), S, C),
        ((U, P, R), R, f"{C} and {S}"),
        ((C, S, U), U, f"{P} (or {K})"),
        ((C, S, P), P, U),
        ((C, S, K), K, U),
    ],
    ids=lambda value: " ".join(value).replace("ZOOMINFO_", "") if isinstance(value, tuple) else "",
)
def test_half_of_a_set_names_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...], have: str, missing: str
) -> None:
    error = refused(monkeypatch, *names)
    assert isinstance(error, AuthenticationFailed)
    assert error.message == f"ZoomInfo credentials are incomplete: {have} is set but {missing} is not."
    assert error.next_step.startswith(f"Set {missing}, or unset {have}")


@pytest.mark.parametrize(
    ("api", "names", "missing"),
    [
        ("gtm", (), f"{C} and {S}"),
        ("gtm", (C,), S),
        ("gtm", (U, P), f"{C} and {S}"),
        ("gtm", (S, R), C),
        ("enterprise", (), f"{U} and {P} (or {C} and {K})"),
        ("enterprise", (U,), f"{P} (or {C} and {K})"),
        ("enterprise", (P,), U),
        ("enterprise", (U, K), C),
        ("enterprise", (C, S), f"{U} and {P} (or {K})"),
    ],
)
def test_a_chosen_api_names_what_it_lacks(
    monkeypatch: pytest.MonkeyPatch, api: str, names: tuple[str, ...], missing: str
) -> None:
    error = refused(monkeypatch, *names, API=api)
    assert isinstance(error, AuthenticationFailed)
    assert error.message == f"ZOOMINFO_API={api} needs {missing}."


def test_empty_and_blank_variables_count_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    assert configure(monkeypatch, USERNAME="", PASSWORD="", CLIENT_ID="  ", PRIVATE_KEY=" \n") == Credentials()
    assert configure(monkeypatch, P, USERNAME=" ada@firm.example\n") == Credentials(BY_PASSWORD)


# --- files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("setting", FILE_SETTINGS)
def test_each_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, setting: str) -> None:
    file = tmp_path / "secret"
    file.write_text("from-a-file\n")
    settings = load_settings(**{f"{setting}_file": file})
    assert settings.secret(setting) == "from-a-file"
    monkeypatch.setenv(f"ZOOMINFO_{setting.upper()}", "from-the-variable")
    assert load_settings(**{f"{setting}_file": file}).secret(setting) == "from-the-variable"


def test_a_secret_from_a_file_completes_a_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "pem"
    file.write_text(KEY)
    assert configure(monkeypatch, U, C, PRIVATE_KEY_FILE=str(file)) == Credentials(BY_KEY)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00binary"])
def test_a_file_that_cannot_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    error = refused(monkeypatch, U, PASSWORD_FILE=str(file))
    assert isinstance(error, InvalidArgument)
    assert "ZOOMINFO_PASSWORD_FILE" in error.message


def test_an_empty_file_is_an_unset_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("\n")
    assert refused(monkeypatch, U, PASSWORD_FILE=str(file)).kind == "credentials_incomplete"


def test_the_sandbox_needs_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert configure(monkeypatch, PASSWORD_FILE=str(tmp_path / "gone"), API="sandbox") == Credentials()


# --- machines with and without a past --------------------------------------------------------------------------

pytest_anyio = pytest.mark.anyio
REAL: dict[str, Any] = {"client_id": DEMO.client_id, "client_secret": DEMO.client_secret}


class Unmarked:
    """The sandbox without the header that tells it from the real service."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._app = sandbox.app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def marked(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = [pair for pair in message["headers"] if pair[0].lower() != b"x-zoominfo-sandbox"]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, marked)


async def known(state_url: str) -> list[tuple[str, str]]:
    store = await open_store(state_url)
    try:
        return [(account.name, account.generation) for account in await Ledger(store, "any").accounts()]
    finally:
        await store.close()


@pytest_anyio
async def test_a_fresh_machine_without_credentials_works_on_the_sandbox(sandbox_dir: Path, state_url: str) -> None:
    app = App(load_settings(state_url=state_url))
    account = await app.account()
    assert account.sandbox, "also before the first answer"
    assert (await account.search("company", {"companyName": "Acme, Inc."})).rows
    await account.enrich("company", [{"companyName": "Acme, Inc."}], caller="ann")
    await account.usage("ann")
    await app.aclose()
    assert await known(state_url) == [], "the sandbox is no account that one could lose"


@pytest_anyio
async def test_a_machine_that_had_an_account_never_falls_back_to_fiction(sandbox_dir: Path, state_url: str) -> None:
    service = httpx2.ASGITransport(app=Unmarked(Sandbox(sandbox_dir)))
    app = App(load_settings(state_url=state_url, account="acme-prod", **REAL), http_transport=service)
    account = await app.account()
    assert not account.sandbox
    await account.search("company", {"companyName": "Acme, Inc."})
    assert not account.sandbox
    await app.aclose()
    assert await known(state_url) == [("acme-prod", "gtm")]

    bare = App(load_settings(state_url=state_url))
    with pytest.raises(AuthenticationFailed) as caught:
        await bare.account()
    assert caught.value.kind == "credentials_missing"
    assert "'acme-prod'" in caught.value.message
    assert "ZOOMINFO_API=sandbox" in caught.value.next_step
    await bare.aclose()

    asked = App(load_settings(state_url=state_url, api="sandbox"))
    assert (await asked.account()).sandbox
    assert (await (await asked.account()).search("company", {"companyName": "Acme, Inc."})).rows
    await asked.aclose()

    again = App(load_settings(state_url=state_url, **REAL), http_transport=service)
    assert not (await again.account()).sandbox
    await again.aclose()


@pytest_anyio
@pytest.mark.parametrize("credentials", ["gtm", "password", "key"])
async def test_a_served_sandbox_says_so_and_is_not_remembered(
    served_sandbox: Served, sandbox_dir: Path, state_url: str, credentials: str
) -> None:
    given: dict[str, Any] = {
        "gtm": REAL,
        "password": {"username": DEMO.username, "password": DEMO.password},
        "key": {
            "username": DEMO.username,
            "client_id": DEMO.enterprise_client_id,
            "private_key": ensure_private_key(served_sandbox.sandbox.folder),
        },
    }[credentials]
    app = App(load_settings(state_url=state_url, base_url=served_sandbox.url, **given))
    account = await app.account()
    assert (await account.search("company", {"companyName": "Acme, Inc."})).rows
    assert account.sandbox, "its header tells"
    await account.enrich("company", [{"companyName": "Acme, Inc."}], caller="ann")
    await app.aclose()
    assert await known(state_url) == []
    later = App(load_settings(state_url=state_url))
    assert (await later.account()).sandbox
    await later.aclose()


def test_what_is_bought_elsewhere_is_not_bought_here(monkeypatch: pytest.MonkeyPatch) -> None:
    credentials = configure(monkeypatch, C, S)
    settings = load_settings(account="acme")
    assert ledger_name(settings, Credentials()) == SANDBOX_ACCOUNT
    assert ledger_name(settings, credentials) == "acme"
    served = load_settings(account="acme", base_url="http://127.0.0.1:8080")
    assert ledger_name(served, credentials) == "acme@127.0.0.1:8080"


@pytest_anyio
async def test_wrong_credentials_are_refused_without_their_words(served_sandbox: Served, state_url: str) -> None:
    for given in (
        {"username": DEMO.username, "password": PASSWORD},
        {"client_id": DEMO.client_id, "client_secret": SECRET},
        {"client_id": DEMO.client_id, "client_secret": DEMO.client_secret, "refresh_token": REFRESH},
    ):
        app = App(load_settings(state_url=state_url, base_url=served_sandbox.url, **given))
        account = await app.account()
        with pytest.raises(AuthenticationFailed) as caught:
            await account.search("company", {"companyName": "Acme, Inc."})
        assert not any(secret in f"{caught.value}{caught.value.details}" for secret in PLANTED)
        await app.aclose()
    assert await known(state_url) == [], "a sign-in that never worked is no account"
