"""The admin page and its API, the log of calls, the clock that can be moved."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from sales_zoominfo.sandbox import Purchase, SandboxAccount, default_account, preset_accounts

from .conftest import Clock, Driver
from .test_credits import statuses

ROOT = "http://127.0.0.1:8080"
ADA = [{"personId": 7000001}]
SECRET = re.compile(r"secret|password|refresh-token|bearer", re.IGNORECASE)


@pytest.fixture
def box(make: Callable[..., Driver]) -> Driver:
    return make(more={"admin": True}, accounts=(default_account(), *preset_accounts()))


def get(driver: Driver, name: str, **params: Any) -> Any:
    return driver.call("GET", f"{ROOT}/__sandbox/api/{name}", params=params)


def post(driver: Driver, name: str, body: Any, **headers: str) -> Any:
    given = {"Origin": ROOT, **{key.replace("_", "-"): value for key, value in headers.items()}}
    return driver.call("POST", f"{ROOT}/__sandbox/api/{name}", json=body, headers=given)


def test_the_page_needs_nothing_from_elsewhere(box: Driver) -> None:
    page = box.call("GET", f"{ROOT}/__sandbox")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert re.findall(r'(?:src|href)="(?!data:)[^"]*"|https?://|@import|url\(', page.text) == []
    assert "prefers-color-scheme: dark" in page.text
    assert ".innerHTML" not in page.text


def test_it_is_not_there_unless_asked_for(make: Callable[..., Driver]) -> None:
    assert make().call("GET", f"{ROOT}/__sandbox").status_code == 404


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "192.0.2.1", "", "localhost.evil.example:80"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_host_name_is_refused(box: Driver, host: str, method: str) -> None:
    answer = box.call(method, f"{ROOT}/__sandbox/api/state", headers={"Host": host, "Origin": f"http://{host}"})
    assert answer.status_code == 403


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:8080"])
def test_names_of_this_machine(box: Driver, host: str) -> None:
    assert box.call("GET", f"{ROOT}/__sandbox/api/state", headers={"Host": host}).status_code == 200


def test_another_machine_is_refused(box: Driver) -> None:
    import anyio
    import httpx2

    async def run(address: str) -> int:
        transport = httpx2.ASGITransport(app=box.app, client=(address, 5000))
        async with httpx2.AsyncClient(transport=transport) as client:
            return (await client.get(f"{ROOT}/__sandbox/api/state")).status_code

    assert [anyio.run(run, address) for address in ("127.0.0.1", "::1", "192.0.2.9", "unix")] == [200, 200, 403, 403]


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://127.0.0.1:9999", "https://127.0.0.1:8080", "null", ""]
)
def test_a_change_from_another_origin_is_refused(box: Driver, origin: str) -> None:
    assert post(box, "faults", {"kind": "html"}, Origin=origin).status_code == 403
    assert get(box, "state").json()["faults"] == []
    assert post(box, "faults", {"kind": "html"}).status_code == 200


def test_a_form_of_another_page_is_refused(box: Driver) -> None:
    answer = box.call("POST", f"{ROOT}/__sandbox/api/faults", data={"kind": "html"}, headers={"Origin": ROOT})
    assert answer.status_code == 415


def test_accounts_and_calls(box: Driver) -> None:
    box.find("company", {})
    box.enrich("contact", [*ADA, {"personId": 1}], ["email"])
    box.enrich("contact", ADA, ["nonsense"])
    box.call("GET", "/gtm/data/v1/lookup/countries")
    state = get(box, "state").json()
    demo = state["accounts"][0]
    assert [item["name"] for item in state["accounts"]] == [
        "sandbox-demo",
        "builder",
        "standard",
        "scaling",
        "enterprise",
    ]
    assert demo["budgets"]["credits"] == {"limit": 10_000, "used": 1}
    assert (demo["underManagement"], demo["log"]["calls"], demo["log"]["failed"]) == (1, 4, 1)
    assert demo["nextLapse"] == box.clock.now + 365 * 86_400
    kept = [(c["account"], c["status"], c["credits"], c["records"], c["refused"]) for c in state["calls"]]
    assert kept == [
        ("", 401, 0, 0, "token"),
        ("sandbox-demo", 400, 0, 0, "unknown_output"),
        ("sandbox-demo", 200, 1, 1, ""),
        ("sandbox-demo", 200, 0, 0, ""),
        ("sandbox-demo", 200, 0, 0, ""),
    ]
    assert state["calls"][2]["path"] == "/gtm/data/v1/contacts/enrich"
    assert get(box, "calls", account="sandbox-demo", limit=2).json() == state["calls"][1:3]
    assert [item["id"] for item in get(box, "purchases", account="sandbox-demo").json()] == ["7000001"]


def test_neither_tokens_nor_people_are_shown(box: Driver) -> None:
    box.enrich("contact", [{"emailAddress": "ada.sample@acme.example"}], ["email"])
    box.ent("/search/contact", {"lastName": "Sample"})
    box.token(grant_type="refresh_token", refresh_token=box.account.refresh_token)
    text = json.dumps(get(box, "state").json())
    for value in (
        box.bearer,
        box.session,
        box.account.refresh_token,
        box.account.client_secret,
        "ada.sample",
        "Sample",
    ):
        assert value
        assert value not in text
    data = b"".join(file.read_bytes() for file in box.state_dir.glob("state-*"))
    for value in (box.bearer, box.session, box.account.client_secret, "ada.sample"):
        assert value.encode() not in data


REFUSED = ["route", "token", "media type", "rate: second", "scope", "contract", "endpoint", "budget: request",
           "malformed", "window", "credits"]  # fmt: skip


def test_which_check_refused(make: Callable[..., Driver]) -> None:
    search = "/gtm/data/v1/contacts/search"

    def last(box: Driver) -> str:
        return get(box, "calls", limit=1).json()[0]["refused"]

    box = make(more={"admin": True})
    seen: list[str] = []
    for method, path, options in (
        ("GET", search, {}),
        ("POST", search, {}),
        ("POST", search, {"headers": box.gtm_headers() | {"Accept": "text/html"}}),
    ):
        box.call(method, path, **options)
        seen.append(last(box))
    full = make(more={"admin": True}, switches={"rate_second": 0})
    full.find("company", {})
    seen.append(last(full))
    narrow = box.token(scope="api:data:company").json()["access_token"]
    box.call("POST", search, headers=box.gtm_headers() | {"Authorization": f"Bearer {narrow}"})
    seen.append(last(box))
    for switches in ({"contract_ends": 1.0}, {"disallowed_endpoints": frozenset({search})}):
        other = make(more={"admin": True}, switches=switches)
        other.find("contact", {"country": "usa"})
        seen.append(last(other))
    spent = make(more={"admin": True}, switches={"request_budget": 1})
    spent.ent_get("/lookup/country")
    spent.ent_get("/lookup/country")
    seen.append(last(spent))
    box.call("POST", search, headers=box.gtm_headers(), content="{")
    seen.append(last(box))
    box.find("contact", {"country": "usa"}, number=101, size=100)
    seen.append(last(box))
    poor = make(more={"admin": True}, switches={"credits": 0})
    poor.enrich("contact", ADA, ["email"])
    seen.append(last(poor))
    assert seen == REFUSED


def test_faults_are_set_and_cleared_while_it_runs(box: Driver) -> None:
    key = post(box, "faults", {"kind": "server_error", "status": 503, "route": "/gtm/data/*", "delay": 60}).json()["id"]
    post(box, "faults", {"kind": "double_charge", "route": "*enrich*", "account": "sandbox-demo"})
    assert box.find("company", {}).status_code == 200
    box.clock.now += 60
    assert box.find("company", {}).status_code == 503
    shown = get(box, "state").json()["faults"]
    assert [(item["kind"], item["fired"], item["seen"], item["ended"]) for item in shown] == [
        ("server_error", 1, 1, False), ("double_charge", 0, 0, False)]  # fmt: skip
    assert post(box, "faults/clear", {"id": key}).json() == {"cleared": 1}
    assert box.find("company", {}).status_code == 200
    assert post(box, "faults/clear", {}).json() == {"cleared": 1}
    assert get(box, "state").json()["faults"] == []


@pytest.mark.parametrize(
    ("name", "body", "text"),
    [
        ("faults", {"kind": "fire"}, "kind: input should be"),
        ("faults", {"kind": "html", "account": "nobody"}, "account: * or one of sandbox-demo"),
        ("faults", {"kind": "html", "colour": 1}, "colour: unknown; one of kind"),
        ("faults", [], "must be a JSON object"),
        ("faults/clear", {"id": "x"}, "id: a number"),
        ("clock", {"seconds": -1}, "seconds: more than 0"),
        ("clock", {"seconds": 1e12}, "at most 20 years"),
        ("clock", {"days": 1}, "seconds: how far"),
        ("accounts/reset", {"account": "nobody"}, "account: one of sandbox-demo, builder"),
        ("accounts/sign-in", {}, "account: one of"),
    ],
)
def test_bad_changes_are_explained(box: Driver, name: str, body: Any, text: str) -> None:
    answer = post(box, name, body)
    assert answer.status_code == 400
    assert text in answer.json()["error"]


def test_unknown_paths_name_the_known_ones(box: Driver) -> None:
    assert "POST /__sandbox/api/faults" in get(box, "nothing").json()["error"]
    assert get(box, "faults").status_code == 404
    assert get(box, "calls", limit="0").status_code == 400


def test_the_clock_moves_forward_for_all_processes(make: Callable[..., Driver], box: Driver) -> None:
    other = make()
    box.enrich("contact", ADA, ["email"])
    box.enrich("contact", ADA, ["email"])
    assert box.used()["uniqueIdLimit"] == 1
    for days, credits in ((364, 1), (1, 2)):
        post(box, "clock", {"seconds": days * 86_400})
        for driver in (box, other):
            driver.bearer = ""
            assert statuses(driver.enrich("contact", ADA, ["email"])) == ["FULL_MATCH"]
        assert box.used()["uniqueIdLimit"] == credits
    assert get(box, "state").json()["clockOffset"] == 365 * 86_400
    assert post(box, "clock", {"reset": True}).json() == {"clockOffset": 0.0}


def test_reset_gives_an_account_its_first_day_back(make: Callable[..., Driver]) -> None:
    account = SandboxAccount(purchases=(Purchase("company", (900001,)),), switches={"rate_hour": 5})
    box = make(more={"admin": True}, accounts=(account,))
    box.enrich("contact", ADA, ["email"])
    box.token(grant_type="refresh_token", refresh_token=account.refresh_token)
    assert post(box, "accounts/reset", {"account": "sandbox-demo"}).status_code == 200
    assert box.find("company", {}).status_code == 401
    box.bearer = box.token(grant_type="refresh_token", refresh_token=account.refresh_token).json()["access_token"]
    assert box.find("company", {}).headers["X-RateLimit-Remaining-Hour"] == "4"
    assert box.used()["uniqueIdLimit"] == 1, "what colleagues own is back"


def test_signing_in_as_somebody(box: Driver) -> None:
    given = post(box, "accounts/sign-in", {"account": "standard"}).json()
    form = {"grant_type": "refresh_token", "refresh_token": given["refreshToken"]}
    answer = box.call("POST", "/gtm/oauth/v1/token", data=form, auth=(given["clientId"], given["clientSecret"]))
    assert answer.status_code == 200
    assert post(box, "accounts/revoke", {"account": "standard"}).json()["revoked"] == 1


def test_the_log_is_bounded_and_shared(make: Callable[..., Driver]) -> None:
    one, two = make(more={"admin": True, "calls": 10}), make(more={"calls": 10})
    for _ in range(8):
        one.gtm_get("/lookup/countries")
        two.gtm_get("/lookup/countries")
    calls = get(one, "calls").json()
    assert len(calls) == 10
    assert calls == sorted(calls, key=lambda call: -call["id"])
    assert post(one, "calls/clear", {}).status_code == 200
    assert get(one, "calls").json() == []
    silent = make(more={"calls": 0})
    silent.gtm_get("/lookup/countries")
    assert get(one, "calls").json() == []


def test_an_older_state_file_is_carried_over(make: Callable[..., Driver], state_dir: Any) -> None:
    import sqlite3

    from sales_zoominfo.sandbox import state

    connection = sqlite3.connect(state_dir / state.FILE)
    connection.executescript(state._SCHEMA)
    connection.execute("INSERT INTO purchase VALUES ('sandbox-demo', 'contact', 7000001, ?)", (Clock().now,))
    connection.commit()
    connection.close()
    box = make()
    box.enrich("contact", ADA, ["email"])
    assert box.used()["uniqueIdLimit"] == 0
