"""The approval page, the authorization code grant, and the sessions that come of it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sales_zoominfo.sandbox import SandboxAccount, SandboxApp, SandboxUser, default_account, preset_accounts

from . import shapes
from .conftest import Driver

AUTHORIZE = "/gtm/oauth/v1/authorize"
REDIRECT = "http://127.0.0.1:8765/callback"
VERIFIER = "a-verifier.of~the_right-length-0123456789-abcdef"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def ask(driver: Driver, **changes: str | None) -> Any:
    query = {
        "response_type": "code",
        "client_id": driver.account.client_id,
        "redirect_uri": REDIRECT,
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "state": "s & t/+",
        **changes,
    }
    given = {name: value for name, value in query.items() if value is not None}
    return driver.call("GET", AUTHORIZE, params=given)


def decide(driver: Driver, page: Any, decision: str = "approve", person: str | None = None) -> Any:
    key = re.search(r'name="request" value="([^"]+)"', page.text)
    people = [unescape(text) for text in re.findall(r'<option value="([^"]+)"', page.text)]
    assert key
    form = {"request": key[1], "decision": decision, "person": person or people[0]}
    return driver.call("POST", AUTHORIZE, data=form)


def back(answer: Any) -> dict[str, str]:
    assert answer.status_code == 303
    address = answer.headers["location"]
    assert address.startswith(f"{REDIRECT}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query, strict_parsing=True).items()}


def redeem(driver: Driver, code: str, /, **changes: str) -> Any:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    return driver.token(**(form | changes))


def code_of(driver: Driver, **options: Any) -> str:
    return back(decide(driver, ask(driver), **options))["code"]


def error(answer: Any) -> tuple[int, str]:
    assert shapes.problems(answer.json(), shapes.OAUTH_ERROR) == []
    return answer.status_code, answer.json()["error"]


def test_the_whole_way(box: Driver) -> None:
    page = ask(box, scope="api:data:contact api:data:company")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "<h1>Sandbox integration asks to use ZoomInfo for you</h1>" in page.text
    assert "search and enrich contacts" in page.text
    assert "read news" not in page.text
    answer = back(decide(box, page))
    assert set(answer) == {"code", "state"}
    assert answer["state"] == "s & t/+"
    tokens = redeem(box, answer["code"])
    assert tokens.headers["cache-control"] == "no-store"
    given = tokens.json()
    assert set(given) == {"access_token", "token_type", "expires_in", "scope", "refresh_token"}
    assert given["scope"] == "api:data:contact api:data:company"
    box.bearer = given["access_token"]
    assert box.find("company", {}).status_code == 200
    assert box.gtm_get("/lookup/countries").status_code == 200
    again = box.token(grant_type="refresh_token", refresh_token=given["refresh_token"]).json()
    assert again["scope"] == given["scope"]
    assert again["refresh_token"] != given["refresh_token"]


def test_no_scope_means_all_of_the_app(box: Driver) -> None:
    assert redeem(box, code_of(box)).json()["scope"].split() == list(box.account.scopes)


def test_cancel(box: Driver) -> None:
    page = ask(box)
    answer = back(decide(box, page, "cancel"))
    assert (answer["error"], answer["state"]) == ("access_denied", "s & t/+")
    assert decide(box, page).status_code == 400, "an answered request is over"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"client_id": "other"}, "client_id"),
        ({"redirect_uri": "http://127.0.0.1:8765/callback/"}, "redirect_uri"),
        ({"redirect_uri": "http://127.0.0.1:9999/callback"}, "redirect_uri"),
        ({"redirect_uri": "https://evil.example/"}, "redirect_uri"),
        ({"redirect_uri": None}, "redirect_uri"),
    ],
)
def test_nothing_is_sent_to_an_address_that_is_not_registered(
    shared: Driver, changes: dict[str, str | None], text: str
) -> None:
    answer = ask(shared, **changes)
    assert answer.status_code == 400
    assert text in answer.text
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"state": None}, "invalid_request"),
        ({"scope": "api:data:contact api:audience:read"}, "invalid_scope"),
    ],
)
def test_errors_are_sent_back(shared: Driver, changes: dict[str, str | None], expected: str) -> None:
    answer = back(ask(shared, **changes))
    assert answer["error"] == expected
    assert answer.get("state", "s & t/+") == "s & t/+"


def test_a_code_works_once_and_its_reuse_ends_the_session(box: Driver) -> None:
    code = code_of(box)
    tokens = redeem(box, code).json()
    box.bearer = tokens["access_token"]
    assert box.find("company", {}).status_code == 200
    assert error(redeem(box, code)) == (400, "invalid_grant")
    assert box.find("company", {}).status_code == 401
    assert error(box.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])) == (400, "invalid_grant")


def test_a_code_lives_sixty_seconds(box: Driver) -> None:
    early, late = code_of(box), code_of(box)
    box.clock.now += 59
    assert redeem(box, early).status_code == 200
    box.clock.now += 1
    assert error(redeem(box, late)) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"code_verifier": "another-verifier-of-the-right-length-0123456789"}, "invalid_grant"),
        ({"code_verifier": "short"}, "invalid_request"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"redirect_uri": "http://localhost:8765/callback"}, "invalid_grant"),
        ({"redirect_uri": ""}, "invalid_request"),
        ({"code": "nonsense"}, "invalid_grant"),
    ],
)
def test_what_a_code_needs(box: Driver, changes: dict[str, str], expected: str) -> None:
    assert error(redeem(box, code_of(box), **changes)) == (400, expected)


def test_a_try_with_a_wrong_verifier_spends_the_code(box: Driver) -> None:
    code = code_of(box)
    assert redeem(box, code, code_verifier="x" * 50).status_code == 400
    assert error(redeem(box, code)) == (400, "invalid_grant")


def test_the_secret_is_needed_beside_the_verifier(box: Driver) -> None:
    form = {"grant_type": "authorization_code", "code": code_of(box), "redirect_uri": REDIRECT,
            "code_verifier": VERIFIER, "client_id": box.account.client_id}  # fmt: skip
    answer = box.call("POST", "/gtm/oauth/v1/token", data=form)
    assert error(answer) == (401, "invalid_client")
    secret = {"client_secret": box.account.client_secret}
    assert box.call("POST", "/gtm/oauth/v1/token", data=form | secret).status_code == 200


def test_a_code_belongs_to_its_app(make: Callable[..., Driver]) -> None:
    other = SandboxApp("other-app", "other-secret-not-a-secret", "Other", redirect_uris=(REDIRECT,))
    account = SandboxAccount(apps=(other,))
    box = make(accounts=(account,))
    code = code_of(box)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    stolen = box.call("POST", "/gtm/oauth/v1/token", data=form, auth=("other-app", "other-secret-not-a-secret"))
    assert error(stolen) == (400, "invalid_grant")
    tokens = redeem(box, code).json()
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    stolen = box.call("POST", "/gtm/oauth/v1/token", data=refresh, auth=("other-app", "other-secret-not-a-secret"))
    assert error(stolen) == (400, "invalid_grant")
    assert box.token(**refresh).status_code == 200


def test_many_refreshes_and_then_one_reuse(box: Driver) -> None:
    token = redeem(box, code_of(box)).json()["refresh_token"]
    spent = token
    for _ in range(50):
        spent, token = token, box.token(grant_type="refresh_token", refresh_token=token).json()["refresh_token"]
    assert error(box.token(grant_type="refresh_token", refresh_token=spent)) == (400, "invalid_grant")
    assert error(box.token(grant_type="refresh_token", refresh_token=token)) == (400, "invalid_grant")


def test_a_person_of_another_account_may_approve_a_partner_app(make: Callable[..., Driver]) -> None:
    accounts = (default_account(), *preset_accounts())
    box = make(accounts=accounts)
    page = ask(box)
    people = re.findall(r'<option value="([^"]+)"', page.text)
    assert people == [f"{item.name} {item.username}" for item in accounts if item.name != "enterprise"]
    tokens = redeem(box, back(decide(box, page, person="builder builder@sandbox.example"))["code"]).json()
    box.bearer = tokens["access_token"]
    usage = box.gtm_get("/users/usage").json()["data"][0]["attributes"]["usage"]
    assert next(row["totalLimit"] for row in usage if row["limitType"] == "uniqueIdLimit") == 1000
    assert box.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"]).status_code == 200


def test_a_standard_app_is_for_its_own_people(make: Callable[..., Driver]) -> None:
    owner = SandboxAccount(app_kind="standard", users=(SandboxUser("second@sandbox.example"),))
    box = make(accounts=(owner, *preset_accounts()))
    page = ask(box)
    names = ["sandbox-demo demo@sandbox.example", "sandbox-demo second@sandbox.example"]
    assert re.findall(r'<option value="([^"]+)"', page.text) == names
    assert decide(box, page, person="builder builder@sandbox.example").status_code == 400


def test_what_the_app_is_called_cannot_break_the_page(make: Callable[..., Driver]) -> None:
    box = make(accounts=(SandboxAccount(app_name="<script>alert(1)</script>"),))
    page = ask(box)
    assert "<script>" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; asks to use" in page.text


def test_an_approval_does_not_wait_for_ever(box: Driver) -> None:
    page = ask(box)
    box.clock.now += 601
    assert decide(box, page).status_code == 400
