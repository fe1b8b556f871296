"""Every documented switch exists, has its default, and changes what a client sees."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest

from sales_zoominfo.sandbox import Switches

from .conftest import Driver
from .test_credits import old_statuses

# The published list of what is unresolved or varies: our name, the other values, the default.
TABLE: dict[str, tuple[Any, list[Any]]] = {
    "gtm_page_total": ("rows_on_page", ["page_count"]),
    "gtm_links_style": ("plain", ["uri=", "absent"]),
    "token_ttl": (3600, [1000, 86_400]),
    "gtm_refresh_rotation": (True, [False]),
    # The demo account is one for which the grant has been enabled.
    "gtm_client_credentials": ("enabled", ["unauthorized_client"]),
    "gtm_strict_accept": (True, [False]),
    "gtm_error_shape_429": ("gateway", ["errors"]),
    "gtm_numeric_string_ids": ("accept", ["reject"]),
    "gtm_output_enum": ("extended", ["strict"]),
    "credit_exhausted": ("auto", ["whole_call", "per_record"]),
    "enterprise_match_status": (True, [False]),
    "enterprise_result_data": ("array", ["object"]),
    "enterprise_usage_limit_key": ("limit", ["totalLimit"]),
    "enterprise_error_shape": ("statusCode", ["responseCode"]),
    "enterprise_revenue_unit": ("thousands", ["dollars"]),
    "enterprise_window": (1000, [500]),
    "enterprise_bulk_page_size": (1000, [500]),
    "disallowed_fields": (frozenset(), [frozenset({"email"})]),
    "disallowed_filters": (frozenset(), [frozenset({"companyName"})]),
    "disallowed_endpoints": (frozenset(), [frozenset({"/search/company"})]),
    "rate_second": (None, [0]),
    "rate_minute": (None, [0]),
    "rate_hour": (None, [0]),
    "rate_day": (None, [0]),
    "request_budget": (1_000_000, [1]),
    "record_budget": (1_000_000, [1]),
    "credits": (10_000, [0]),
}
PAIR = [{"personId": "7000001"}, {"personId": 1}]


def seen(box: Driver) -> str:
    """What a client sees of a fixed list of calls, without what differs by itself."""
    token = box.token()
    found: list[Any] = [token.status_code, token.json().get("expires_in")]
    first = box.token(grant_type="refresh_token", refresh_token=box.account.refresh_token).json()
    found.append(first.get("refresh_token") == box.account.refresh_token)
    box.bearer = first["access_token"]

    def note(answer: Any, *, whole: bool = False) -> None:
        body = answer.json() if answer.content else None
        if whole or not isinstance(body, dict):
            found.append([answer.status_code, body])
        else:
            names = sorted(body.get("error") or {}) if isinstance(body.get("error"), dict) else body.get("error")
            found.append([answer.status_code, sorted(body), names])

    query = {"size": 2, "number": 2}
    searched = box.find("contact", {"companyName": "Acme"}, **query)
    found.append([searched.status_code, searched.json().get("meta"), searched.json().get("links")])
    lax = box.gtm_headers() | {"Accept": "application/json"}
    found.append(box.call("GET", "/gtm/data/v1/lookup/countries", headers=lax).status_code)
    note(box.enrich("contact", PAIR, ["email"]))
    note(box.enrich("contact", PAIR[:1], ["email"]))
    note(box.enrich("company", [{"companyId": 900001}, {"companyId": 900002}], ["descriptionList"]))
    old = box.ent_enrich("contact", PAIR, ["email"])
    found.append([old.status_code, old.json().get("data")])
    note(box.ent("/search/company", {"companyName": "Acme", "revenueMin": 1_000_000}), whole=True)
    note(box.ent("/search/company", {"country": "usa", "page": 6, "rpp": 100}))
    note(box.ent("/search/company", {"email": "x"}), whole=True)
    note(box.ent_get("/lookup/usage"), whole=True)
    body = {"matchCompanyInput": [{"companyId": 1}] * 501, "outputFields": ["name"]}
    job = box.ent("/bulk/enrich/company", body).json().get("jobId")
    found.append(box.ent("/bulk/job/status", {"jobId": job}).json().get("totalPages"))
    usage = box.gtm_get("/users/usage")
    found.append([usage.status_code, usage.json()])
    return json.dumps(found, default=str)


def test_the_table_is_complete() -> None:
    switches = Switches()
    assert {name: getattr(switches, name) for name in TABLE} == {name: default for name, (default, _) in TABLE.items()}


CASES = [(name, value) for name, (_, others) in TABLE.items() for value in others]


@pytest.fixture(scope="module")
def usual(dataset: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("usual")
    (folder / dataset.name).symlink_to(dataset)
    box = Driver(folder)
    try:
        return seen(box)
    finally:
        box.close()


@pytest.mark.parametrize(("name", "value"), CASES)
def test_each_value_shows(make: Callable[..., Driver], usual: str, name: str, value: Any) -> None:
    limited = {"rate_second", "rate_minute", "rate_hour", "rate_day", "gtm_error_shape_429"}
    if name in limited:
        more = {"rate_second": 0} if name == "gtm_error_shape_429" else {}
        box = make(switches={name: value, **more})
        answer = box.ent_get("/lookup/country") if name == "rate_minute" else box.find("company", {})
        assert answer.status_code == 429
        assert ("errors" in answer.json()) == (value == "errors")
        return
    # How an exhausted account is refused shows only when nothing is left.
    empty = {"credits": 0} if name == "credit_exhausted" else {}
    before = seen(make(switches=empty)) if empty else usual
    assert _fresh(make, {name: value, **empty}) != before


def _fresh(make: Callable[..., Driver], switches: dict[str, Any]) -> str:
    box = make(switches=switches)
    box.app._service.reset(box.account)
    return seen(box)


def test_the_same_switches_show_the_same(make: Callable[..., Driver], usual: str) -> None:
    assert seen(make()) == usual


def test_no_switch_is_without_words() -> None:
    assert [item.name for item in fields(Switches) if f"{item.name}" not in (Switches.__doc__ or "")] == []


def test_a_batch_may_be_refused_whole(make: Callable[..., Driver]) -> None:
    inputs = [{"personId": 7000001}, {"personId": 1}]
    whole = make(switches={"credits": 0, "credit_exhausted": "whole_call"})
    assert whole.ent_enrich("contact", inputs, ["email"]).status_code == 400
    each = make(switches={"credits": 0})
    assert old_statuses(each.ent_enrich("contact", inputs, ["email"])) == ["LIMIT_EXCEEDED", "NO_MATCH"]
