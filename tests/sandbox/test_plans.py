"""Accounts with plans, the accounts file, what colleagues own, and what a plan leaves out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from sales_zoominfo.sandbox import (
    Purchase,
    SandboxAccount,
    SandboxUser,
    Switches,
    create_app,
    ensure_private_key,
    preset_accounts,
    read_setup,
)
from sales_zoominfo.sandbox.plans import ACCOUNT_SWITCHES, PLANS

from .conftest import COMPANIES, PEOPLE, Driver
from .test_accounts import assertion

DAY = 86_400.0
FILE = """
switches:
  gtm_page_total: page_count
accounts:
  - name: small
    plan: builder
    credits: 7
    disallowed_endpoints: [/gtm/data/v1/contacts/enrich]
    contract_ends: 2027-01-31
    intent_topics: [Java]
    apps:
      - {client_id: crm, client_secret: crm-not-a-secret, name: CRM sync, scopes: [api:data:company]}
  - name: large
    plan: scaling
    users:
      - {username: robot@sandbox.example, password: robot-not-a-secret}
    purchases:
      - {entity: company, ids: [900001], days_ago: 300}
      - {entity: contact, count: 5, days_ago: 10}
faults:
  - {kind: server_error, status: 502, route: '*search*', every: 2, delay: 5, duration: 10}
"""


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str, name: str = "accounts.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_an_accounts_file(make: Callable[..., Driver], file: Callable[[str], Path]) -> None:
    setup = read_setup(file(FILE), now=1000.0)
    assert setup.switches.gtm_page_total == "page_count"
    assert setup.faults
    rule = setup.faults[0]
    assert (rule.kind, rule.status, rule.since, rule.until, rule.every) == ("server_error", 502, 1005.0, 1015.0, 2)
    small, large = (make(accounts=(account,)) for account in setup.accounts)
    usage = small.gtm_get("/users/usage").json()["data"][0]["attributes"]["usage"]
    assert {row["limitType"]: row["totalLimit"] for row in usage}["uniqueIdLimit"] == 7
    assert small.enrich("contact", [{"personId": 7000001}], ["email"]).json()["error"]["code"] == "ZI0003"
    form = {"grant_type": "client_credentials"}
    crm = small.call("POST", "/gtm/oauth/v1/token", data=form, auth=("crm", "crm-not-a-secret")).json()
    assert crm["scope"] == "api:data:company"
    robot = {"username": "robot@sandbox.example", "password": "robot-not-a-secret"}
    assert large.call("POST", "/authenticate", json=robot).status_code == 200


def test_json_is_as_good(file: Callable[..., Path]) -> None:
    text = json.dumps({"accounts": [{"name": "one", "plan": "standard", "credits": 3}]})
    assert read_setup(file(text, "accounts.json"), 0.0).accounts[0].switches == {"credits": 3}


BROKEN = [
    ("accounts: [", "line 1: neither YAML nor JSON"),
    ("- a", "the file must be a mapping"),
    ("acounts: []", "acounts: unknown; one of accounts, switches, faults"),
    ("accounts: {}", "accounts: must be a list"),
    ("accounts: [{plan: builder}]", "accounts[0]: name: a text"),
    ("accounts: [{name: a, plan: huge}]", "accounts[0]: plan: one of builder, standard, scaling, enterprise"),
    ("accounts: [{name: a, credits: many}]", "accounts[0]: credits: input should be a valid integer"),
    ("accounts: [{name: a, credits: -4}]", "accounts[0]: credits: 0 or more"),
    ("accounts: [{name: a, plan: standard, record_budget: -1}]", "accounts[0]: record_budget: 0 or more"),
    ("accounts: [{name: a, rate_second: -1}]", "accounts[0]: rate_second: 0 or more"),
    ("accounts: [{name: a, token_ttl: .nan}]", "accounts[0]: token_ttl: 0 or more"),
    ("accounts: [{name: a, rate_day_seconds: 0}]", "accounts[0]: rate_day_seconds: more than 0"),
    (
        "accounts: [{name: a, purchases: [{entity: contact, count: -1}]}]",
        "accounts[0]: purchases[0]: count: 0 or more",
    ),
    ("switches: {request_budget: -4}", "switches: request_budget: 0 or more"),
    ("accounts: [{name: a, creds: 1}]", "accounts[0]: creds: unknown; one of "),
    ("accounts: [{name: a, gtm_page_total: page_count}]", "accounts[0]: gtm_page_total: unknown; one of "),
    ("accounts: [{name: a, contract_ends: soon}]", "accounts[0]: contract_ends: a date such as 2027-01-31"),
    ("accounts: [{name: a}, {name: a}]", "accounts: name: a stands twice"),
    ("accounts: [{name: a, client_id: x}, {name: b, client_id: x}]", "accounts: client_id: x stands twice"),
    (
        "accounts: [{name: a, purchases: [{entity: pet}]}]",
        "accounts[0]: purchases[0]: entity: input should be 'contact'",
    ),
    ("accounts: [{name: a, apps: [{client_id: x}]}]", "accounts[0]: apps[0]: client_secret: field required"),
    ("switches: {credits: 1, colour: red}", "switches: colour: unknown; one of "),
    ("switches: {package: tiny}", "switches: package: input should be 'builder', 'standard', 'scaling' or 'unlimited'"),
    ("faults: [{kind: fire}]", "faults[0]: kind: input should be 'rate_limited'"),
    ("faults: [{kind: html, probability: 2}]", "faults[0]: probability: a share from 0 to 1"),
    ("faults: [{kind: html, every: 0}]", "faults[0]: every: 1 or more"),
    ("faults: [{kind: html, delay: -1}]", "faults[0]: delay: seconds, 0 or more"),
]


@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_a_broken_file_is_named(file: Callable[[str], Path], text: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        read_setup(file(text), 0.0)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("name", sorted({item.name for item in fields(Switches)} - ACCOUNT_SWITCHES))
def test_only_account_matters_are_set_for_an_account(tmp_path: Path, name: str) -> None:
    account = SandboxAccount(switches={name: 1})
    with pytest.raises(ValueError, match=f"{name}: a switch of the whole sandbox"):
        create_app(tmp_path, companies=COMPANIES, people=PEOPLE, accounts=(account,))


def test_presets_sign_in_where_their_plan_lets_them(make: Callable[..., Driver]) -> None:
    accounts = preset_accounts()
    assert [account.name for account in accounts] == list(PLANS)
    box = make(accounts=accounts)
    for account in accounts:
        apis = PLANS[account.plan]["apis"]
        box.account, box.bearer = account, ""
        searched = box.find("company", {})
        assert searched.status_code == (200 if "gtm" in apis else 403)
        if "gtm" not in apis:
            assert searched.json()["error"]["message"] == "You do not have permission to access the ZoomInfo API."
        body = {"username": account.username, "password": account.password}
        old = box.call("POST", "/authenticate", json=body)
        assert old.status_code == (200 if "enterprise" in apis else 403)
        if "enterprise" not in apis:
            assert old.json()["error"] == "You do not have permission to access the ZoomInfo API"


def test_a_contract_ends(make: Callable[..., Driver]) -> None:
    box = make()
    ends = box.clock.now + 30 * DAY
    box = make(accounts=(SandboxAccount(switches={"contract_ends": ends, "token_ttl": 90 * DAY}),))
    assert box.find("company", {}).status_code == 200
    assert box.ent_get("/lookup/country").status_code == 200
    box.clock.now = ends
    assert box.find("company", {}).json()["error"]["code"] == "ZI0003"
    refused = box.ent_get("/lookup/country")
    assert (refused.status_code, refused.json()["error"]) == (
        403,
        "You do not have permission to access the ZoomInfo API",
    )
    body = {"username": box.account.username, "password": box.account.password}
    assert box.call("POST", "/authenticate", json=body).status_code == 403


def test_what_colleagues_own_is_free(make: Callable[..., Driver]) -> None:
    account = SandboxAccount(
        purchases=(Purchase("company", (900001,), days_ago=364), Purchase("contact", count=20, days_ago=30))
    )
    box = make(accounts=(account,))
    assert box.used()["uniqueIdLimit"] == 21, "colleagues spend from the same contract"
    rows = box.find("company", {"companyId": "900001", "underManagement": True}).json()["data"]
    assert rows[0]["attributes"]["managementStatus"]["underManagement"] is True
    box.enrich("company", [{"companyId": 900001}], ["name"])
    assert box.used()["uniqueIdLimit"] == 21
    again = make(accounts=(account,))
    assert again.used()["uniqueIdLimit"] == 21, "once in the life of an account"
    box.clock.now += DAY
    box.bearer = ""
    box.enrich("company", [{"companyId": 900001}], ["name"])
    assert box.used()["uniqueIdLimit"] == 22, "lapsed after 365 days"


def test_nobody_who_opted_out_is_owned(make: Callable[..., Driver]) -> None:
    box = make(accounts=(SandboxAccount(purchases=(Purchase("contact", count=2990),)),))
    owned = {key for _, key, _ in box.app._service.state.purchases("sandbox-demo", 5000)}
    found = box.enrich("contact", [{"emailAddress": "orla.optout@acme.example"}], ["email"]).json()["data"][0]
    assert found["meta"]["matchStatus"] == "OPT_OUT"
    rows = box.app._service.connection.execute("SELECT id FROM person WHERE opted_out=1").fetchall()
    assert rows
    assert not owned & {row[0] for row in rows}


@pytest.mark.parametrize("budget", ["request_budget", "record_budget"])
def test_a_budget_of_zero_is_not_metered(make: Callable[..., Driver], budget: str) -> None:
    box = make(switches={budget: 0})
    assert [box.ent("/search/company", {"country": "usa", "rpp": 1}).status_code for _ in range(3)] == [200] * 3
    kind = {"request_budget": "requestLimit", "record_budget": "recordLimit"}[budget]
    rows = {row["limitType"]: row for row in box.gtm_get("/users/usage").json()["data"][0]["attributes"]["usage"]}
    assert (rows[kind]["totalLimit"], rows[kind]["usageRemaining"]) == (0, 0)
    assert rows[kind]["currentUsage"] > 0


def test_switches_hold_by_account(make: Callable[..., Driver]) -> None:
    narrow = SandboxAccount(
        name="narrow",
        client_id="narrow-client",
        username="narrow@sandbox.example",
        refresh_token="narrow-1",
        switches={
            "credits": 0,
            "disallowed_filters": frozenset({"jobTitle"}),
            "disallowed_fields": frozenset({"phone"}),
            "token_ttl": 60,
            "gtm_client_credentials": "enabled",
            "rate_second": 2,
        },
    )
    box = make(accounts=(SandboxAccount(), narrow))
    assert box.enrich("contact", [{"personId": 7000001}], ["phone"]).status_code == 200
    assert [box.find("contact", {"jobTitle": "Director"}).status_code for _ in range(4)] == [200] * 4
    box.account, box.bearer = narrow, ""
    assert box.token().json()["expires_in"] == 60
    assert box.enrich("contact", [{"personId": 7000001}], ["phone"]).json()["errors"][0]["code"] == "PFAPI0001"
    assert box.find("contact", {"jobTitle": "Director"}).json()["errors"][0]["code"] == "PFAPI0001"
    assert box.find("company", {}).status_code == 429
    box.clock.now += 1
    assert box.enrich("contact", [{"personId": 7000001}], ["email"]).json()["errors"][0]["code"] == "PFAPI0011"


def test_several_keys_of_an_account(make: Callable[..., Driver], tmp_path: Path, state_dir: Path) -> None:
    own, demo = ensure_private_key(tmp_path / "own"), ensure_private_key(state_dir)
    public = (tmp_path / "own" / "demo-public-key.pem").read_text()
    robot = SandboxUser("robot@sandbox.example", client_id="robot-client", public_key=public)
    box = make(accounts=(SandboxAccount(users=(robot,)),))

    def sign(key: str) -> int:
        claims = {"username": robot.username, "client_id": robot.client_id}
        token = assertion(box, key, **claims)
        return box.call("POST", "/authenticate", headers={"Authorization": f"Bearer {token}"}).status_code

    assert (sign(own), sign(demo)) == (200, 401)
    wrong: dict[str, Any] = {"username": robot.username, "password": ""}
    assert box.call("POST", "/authenticate", json=wrong).status_code == 401, "no password, no password sign-in"
