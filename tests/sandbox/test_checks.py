"""Errors, in the documented order of checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from . import shapes
from .conftest import JSON_API, Driver

SEARCH = "/gtm/data/v1/contacts/search"


def gateway(answer: Any) -> tuple[int, str]:
    assert shapes.problems(answer.json(), shapes.GATEWAY) == []
    assert answer.json()["error"]["status"] == answer.status_code
    return answer.status_code, answer.json()["error"]["code"]


def validation(answer: Any) -> tuple[int, str]:
    assert shapes.problems(answer.json(), shapes.VALIDATION) == []
    assert {error["status"] for error in answer.json()["errors"]} == {str(answer.status_code)}
    return answer.status_code, answer.json()["errors"][0]["code"]


def detail(answer: Any) -> str:
    return answer.json()["errors"][0]["detail"]


# --- GTM ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), [("GET", SEARCH), ("POST", "/gtm/data/v1/nothing"), ("PUT", SEARCH)])
def test_gtm_unknown_route_comes_before_the_token(shared: Driver, method: str, path: str) -> None:
    answer = shared.call(method, path)
    assert gateway(answer) == (404, "ZI9998")
    assert answer.json()["error"]["message"].startswith("No static resource")


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({}, "required and cannot be left blank"),
        ({"Authorization": "Bearer "}, "required and cannot be left blank"),
        ({"Authorization": "Bearer nonsense"}, "token provided is invalid"),
    ],
)
def test_gtm_token_comes_before_the_media_type(shared: Driver, headers: dict[str, str], text: str) -> None:
    answer = shared.call("POST", SEARCH, headers=headers, json={})
    assert gateway(answer) == (401, "ZI0001")
    assert text in answer.json()["error"]["message"]
    assert answer.json()["error"]["retryable"] is False


def test_gtm_expired_token(make: Callable[..., Driver]) -> None:
    box = make(switches={"token_ttl": 1000})
    assert box.token().json()["expires_in"] == 1000
    assert box.find("company", {}).status_code == 200
    box.clock.now += 1000
    answer = box.find("company", {})
    assert gateway(answer) == (401, "ZI0001")
    assert "session has expired" in answer.json()["error"]["message"]
    assert answer.json()["error"]["retryable"] is True


def test_tokens_belong_to_one_generation(box: Driver) -> None:
    jwt, bearer = box.jwt_headers(), box.gtm_headers()
    answer = box.call("POST", SEARCH, headers={**bearer, **jwt}, json={})
    assert gateway(answer) == (401, "ZI0001")
    answer = box.call("GET", "/lookup/country", headers=bearer)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "changed", [{"Accept": "application/json"}, {"Content-Type": "application/json"}, {"Accept": "*/*"}]
)
def test_gtm_media_type(shared: Driver, changed: dict[str, str]) -> None:
    assert shared.call("POST", SEARCH, headers=shared.gtm_headers() | changed, content="{").status_code == 406


def test_gtm_media_type_can_be_lenient(make: Callable[..., Driver]) -> None:
    box = make(switches={"gtm_strict_accept": False})
    plain = {"Accept": "application/json", "Content-Type": "application/json"}
    answer = box.call("GET", "/gtm/data/v1/lookup/countries", headers=box.gtm_headers() | plain)
    assert answer.status_code == 200


def test_gtm_rate_limit_comes_before_the_scope(make: Callable[..., Driver]) -> None:
    box = make(switches={"rate_second": 2})
    headers = box.gtm_headers() | {
        "Authorization": f"Bearer {box.token(scope='api:data:company').json()['access_token']}"
    }
    answers = [box.call("POST", SEARCH, headers=headers, json={}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [403, 403, 429]
    refused = answers[-1]
    assert gateway(refused) == (429, "ZI0004")
    assert refused.json()["error"]["retryable"] is True
    assert refused.headers["Retry-After"] == "1"
    assert refused.headers["X-RateLimit-Rejected-Bucket"] == "second"
    assert refused.headers["X-RateLimit-Remaining-Second"] == "0"
    assert int(refused.headers["X-RateLimit-Reset"]) == int(box.clock()) + 1
    box.clock.now += 1
    assert box.call("POST", SEARCH, headers=headers, json={}).status_code == 403


@pytest.mark.parametrize(("bucket", "seconds"), [("hour", 3600), ("day", 86_400)])
def test_gtm_sliding_windows(make: Callable[..., Driver], bucket: str, seconds: int) -> None:
    box = make(switches={f"rate_{bucket}": 4})
    box.clock.now -= box.clock.now % seconds
    for _ in range(4):
        assert box.find("company", {}).status_code == 200
    refused = box.find("company", {})
    assert refused.headers["X-RateLimit-Rejected-Bucket"] == bucket
    wait = int(refused.headers["Retry-After"])
    assert wait > 1
    box.clock.now += wait - 2
    assert box.find("company", {}).status_code in {401, 429}
    box.clock.now += 3
    box.bearer = ""
    assert box.find("company", {}).status_code == 200


def test_rejected_requests_use_no_quota(make: Callable[..., Driver]) -> None:
    box = make(switches={"rate_second": 1, "rate_hour": 3})
    for _ in range(3):
        assert box.find("company", {}).status_code == 200
        assert box.find("company", {}).status_code == 429
        box.clock.now += 1
    assert box.find("company", {}).headers["X-RateLimit-Rejected-Bucket"] == "hour"


def test_the_second_before_may_count(make: Callable[..., Driver]) -> None:
    box = make(switches={"rate_second": 2, "rate_previous_second_counts": True})
    assert [box.find("company", {}).status_code for _ in range(3)] == [200, 200, 429]
    box.clock.now += 1
    assert box.find("company", {}).status_code == 429
    box.clock.now += 1
    assert box.find("company", {}).status_code == 200


def test_gtm_429_shape_switch(make: Callable[..., Driver]) -> None:
    box = make(switches={"rate_second": 0, "gtm_error_shape_429": "errors"})
    assert validation(box.find("company", {})) == (429, "ZI0004")


def test_gtm_scope_comes_before_the_endpoint(make: Callable[..., Driver]) -> None:
    box = make(switches={"disallowed_endpoints": frozenset({"/gtm/data/v1/contacts/search"})})
    assert gateway(box.find("contact", {"country": "usa"})) == (403, "ZI0003")
    headers = box.gtm_headers() | {
        "Authorization": f"Bearer {box.token(scope='api:data:company').json()['access_token']}"
    }
    answer = box.call("POST", SEARCH, headers=headers, content="{")
    assert gateway(answer) == (403, "ZI0002")
    assert "/data/v1/contacts/search" in answer.json()["error"]["message"]
    lookup = box.call("GET", "/gtm/data/v1/lookup/countries", headers=headers)
    assert lookup.status_code == 200


BODIES: list[Any] = [
    "{",
    "[]",
    '{"data": []}',
    '{"data": {"type": "contactSearch", "attributes": {"country": "usa"}}}',
    '{"data": {"type": "ContactSearch"}}',
]


@pytest.mark.parametrize("content", BODIES)
def test_gtm_envelope(shared: Driver, content: str) -> None:
    answer = shared.call("POST", SEARCH, headers=shared.gtm_headers(), content=content)
    assert validation(answer) == (400, "PFAPI0003")


FILTERS: list[tuple[str, Any, str, str]] = [
    ("email", "x@y.example", "PFAPI0005", "/data/attributes/email"),
    ("jobTitle", ["Director"], "PFAPI0008", "/data/attributes/jobTitle"),
    ("revenueMin", "1000", "PFAPI0008", "/data/attributes/revenueMin"),
    ("executivesOnly", "true", "PFAPI0008", "/data/attributes/executivesOnly"),
    ("companyTicker", "ABC", "PFAPI0008", "/data/attributes/companyTicker"),
    ("managementLevel", "Directors", "PFAPI0006", "/data/attributes/managementLevel"),
    ("managementLevel", "director", "PFAPI0006", "/data/attributes/managementLevel"),
    ("industryCodes", "software,nonsense", "PFAPI0006", "/data/attributes/industryCodes"),
    ("country", "usa,canada", "PFAPI0006", "/data/attributes/country"),
    ("contactAccuracyScoreMin", "60", "PFAPI0006", "/data/attributes/contactAccuracyScoreMin"),
    ("zipCodeRadiusMiles", 11, "PFAPI0006", "/data/attributes/zipCodeRadiusMiles"),
    ("lastUpdatedDateAfter", "01/02/2026", "PFAPI0006", "/data/attributes/lastUpdatedDateAfter"),
    ("phone", ["555-CALL"], "PFAPI0006", "/data/attributes/phone"),
    ("buyingGroup", ["1913024", "1913025"], "PFAPI0006", "/data/attributes/buyingGroup"),
    ("jobTitle", "x" * 500, "PFAPI0006", "/data/attributes/jobTitle"),
    ("engagementEndDate", "2026-01-01", "PFAPI0006", "/data/attributes/engagementEndDate"),
    ("webReferences", ["a-b"], "PFAPI0006", "/data/attributes/webReferences"),
    ("techSkills", ["java"], "PFAPI0006", "/data/attributes/techSkills"),
    ("techAttributeTagList", "333.202.28.24617", "PFAPI0006", "/data/attributes/techAttributeTagList"),
]


@pytest.mark.parametrize(("name", "value", "code", "pointer"), FILTERS)
def test_gtm_filter_errors(shared: Driver, name: str, value: Any, code: str, pointer: str) -> None:
    answer = shared.find("contact", {name: value})
    assert validation(answer) == (400, code)
    assert answer.json()["errors"][0]["source"] == {"pointer": pointer}


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ({"revenueMin": 5}, {"revenueMax": 4}),
        ({"employeeRangeMin": "100"}, {"employeeRangeMax": "20"}),
        ({"fundingStartDate": "2026-02-01"}, {"fundingEndDate": "2026-01-01"}),
    ],
)
def test_swapped_bounds(shared: Driver, low: dict[str, Any], high: dict[str, Any]) -> None:
    answer = shared.find("company", low | high)
    assert validation(answer) == (400, "PFAPI0006")
    assert detail(answer) == f"'{next(iter(low))}' cannot be greater than '{next(iter(high))}'"
    old = shared.ent("/search/company", low | high)
    assert old.status_code == 400
    assert old.json()["invalidInputFields"] == [*low, *high]


def test_contacts_need_a_criterion_and_companies_do_not(shared: Driver) -> None:
    assert validation(shared.find("contact", {})) == (400, "PFAPI0004")
    assert validation(shared.find("contact", {"jobTitle": ""})) == (400, "PFAPI0004")
    assert shared.find("company", {}).status_code == 200
    assert shared.ent("/search/company", {}).json()["error"] == "There is insufficient information for this request"


def test_plan_lacks_a_filter_or_field(make: Callable[..., Driver]) -> None:
    box = make(switches={"disallowed_filters": frozenset({"jobTitle"}), "disallowed_fields": frozenset({"phone"})})
    answer = box.find("contact", {"jobTitle": "Director"})
    assert validation(answer) == (400, "PFAPI0001")
    assert detail(answer) == "Disallowed field 'jobTitle' requested in query"
    answer = box.enrich("contact", [{"personId": 7000001}], ["email", "phone"])
    assert validation(answer) == (400, "PFAPI0001")
    assert detail(answer) == "Disallowed field 'phone' requested in query"
    old = box.ent_enrich("contact", [{"personId": 7000001}], ["email", "phone"])
    assert old.status_code == 403
    assert old.json()["error"] == "There are fields that are not allowed under your subscription"
    rows = box.gtm_get("/lookup/enrich", **{"filter[entity]": "contact", "filter[fieldType]": "output"}).json()["data"]
    denied = [row["attributes"]["fieldName"] for row in rows if not row["attributes"]["accessGranted"]]
    assert denied == ["phone"]


@pytest.mark.parametrize("name", ["directPhone", "department", "linkedinUrl", "personId"])
def test_unknown_output_field(shared: Driver, name: str) -> None:
    answer = shared.enrich("contact", [{"personId": 7000001}], [name])
    assert validation(answer) == (400, "PFAPI0009")
    assert detail(answer) == f"Invalid field '{name}' requested in query"
    old = shared.ent_enrich("contact", [{"personId": 7000001}], [name])
    assert (old.status_code, old.json()["invalidOutputFields"]) == (400, [name])


def test_gtm_output_enumeration_may_be_strict(make: Callable[..., Driver], shared: Driver) -> None:
    assert shared.enrich("company", [{"companyId": 1}], ["descriptionList"]).status_code == 200
    strict = make(switches={"gtm_output_enum": "strict"})
    assert validation(strict.enrich("company", [{"companyId": 1}], ["descriptionList"])) == (400, "PFAPI0009")


def test_missing_outputs_and_inputs(shared: Driver) -> None:
    assert validation(shared.enrich("contact", [{"personId": 1}], [])) == (400, "PFAPI0002")
    assert validation(shared.enrich("contact", [], ["email"])) == (400, "PFAPI0002")
    assert validation(shared.enrich("contact", [{}], ["email"])) == (400, "PFAPI0004")
    assert shared.ent_enrich("contact", [{"personId": 1}], []).json()["error"] == "Missing outputFields parameter"


def test_at_most_25_inputs(shared: Driver) -> None:
    inputs = [{"companyId": number} for number in range(26)]
    assert validation(shared.enrich("company", inputs, ["name"])) == (400, "PFAPI0006")
    assert shared.ent_enrich("company", inputs, ["name"]).status_code == 400
    assert shared.enrich("company", inputs[:25], ["name"]).status_code == 200


def test_unknown_match_input(shared: Driver) -> None:
    answer = shared.enrich("contact", [{"companyDomain": "acme.example"}], ["email"])
    assert validation(answer) == (400, "PFAPI0005")
    old = shared.ent_enrich("contact", [{"linkedinUrl": "x"}], ["email"])
    assert old.json()["invalidInputFields"] == ["linkedinUrl"]


def test_numeric_strings_as_ids(make: Callable[..., Driver], box: Driver) -> None:
    assert box.enrich("contact", [{"personId": "7000001"}], ["id"]).json()["data"][0]["id"] == "7000001"
    strict = make(switches={"gtm_numeric_string_ids": "reject"})
    assert validation(strict.enrich("contact", [{"personId": "7000001"}], ["id"])) == (400, "PFAPI0008")


@pytest.mark.parametrize(
    ("query", "code", "text"),
    [
        ({"number": 101}, "PFAPI0002", "Page number cannot be greater than max value 100"),
        ({"number": 101, "size": 100}, "PFAPI0006", "Total record pagination is over max allowed value (10000)"),
        (
            {"number": 99, "size": 100},
            "PFAPI0004",
            "Page number (page) requested is greater than the available results",
        ),
        ({"size": 101}, "PFAPI0002", "Page size cannot be greater than max value 100"),
        ({"size": 0}, "PFAPI0002", "cannot be less than min value 1"),
        ({"number": "x"}, "PFAPI0002", "must be a number"),
        ({"sort": "-height"}, "PFAPI0006", "Input parameter 'sort' is invalid"),
    ],
)
def test_gtm_pages(shared: Driver, query: dict[str, Any], code: str, text: str) -> None:
    answer = shared.find("company", {}, **query)
    assert validation(answer) == (400, code)
    assert text in detail(answer)
    assert "parameter" in answer.json()["errors"][0]["source"]


def test_gtm_unknown_lookup(shared: Driver) -> None:
    assert gateway(shared.gtm_get("/lookup/nothing")) == (404, "ZI9998")
    assert validation(shared.gtm_get("/lookup/search")) == (400, "PFAPI0002")
    query = {"filter[entity]": "cat", "filter[fieldType]": "input"}
    assert validation(shared.gtm_get("/lookup/search", **query)) == (400, "PFAPI0006")


# --- Enterprise --------------------------------------------------------------------------------------------


def refused(answer: Any) -> tuple[int, str]:
    assert shapes.problems(answer.json(), shapes.ENTERPRISE_ERROR) == []
    assert answer.json()["success"] is False
    assert answer.json()["statusCode"] == answer.status_code
    return answer.status_code, answer.json()["error"]


def test_enterprise_unknown_route_comes_before_the_token(shared: Driver) -> None:
    for path in ("/lookup/contact/7000001", "/bulk/enrich", "/usage", "/websights/search", "/compliance/optout"):
        assert refused(shared.call("POST", path, json={}))[0] == 404


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}])
def test_enterprise_token(shared: Driver, headers: dict[str, str]) -> None:
    assert refused(shared.call("POST", "/search/contact", headers=headers, content="{")) == (
        401,
        "Authentication failed",
    )


def test_enterprise_rate_limit(make: Callable[..., Driver]) -> None:
    box = make(switches={"rate_minute": 2, "disallowed_endpoints": frozenset({"/search/contact"})})
    answers = [box.ent("/search/contact", {}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [403, 403, 429]
    assert refused(answers[0])[1] == "You do not have access to the search endpoint"
    assert "exceeded your API query rate limit" in refused(answers[2])[1]
    assert answers[2].headers["X-RateLimit-Remaining"] == "0"
    reset = int(answers[2].headers["X-RateLimit-Reset"])
    assert box.clock() < reset <= box.clock() + 60
    box.clock.now = reset
    assert box.ent("/search/contact", {}).status_code == 403


@pytest.mark.parametrize(("budget", "word"), [("request_budget", "request"), ("record_budget", "record")])
def test_enterprise_budgets_come_before_the_body(make: Callable[..., Driver], budget: str, word: str) -> None:
    box = make(switches={budget: 1})
    assert box.ent("/search/company", {"country": "usa", "rpp": 1}).status_code == 200
    answer = box.call("POST", "/search/company", headers=box.jwt_headers(), content="{")
    assert refused(answer) == (403, f"You have used up all of your allowed {word} limit")
    assert box.ent_get("/lookup/usage").status_code == 200


@pytest.mark.parametrize(
    ("body", "text", "fields"),
    [
        ({"email": "x@y.example"}, "There are invalid fields in your request.", ["email"]),
        ({"managementLevel": "Emperor"}, "There are invalid fields in your request.", ["managementLevel"]),
        ({"employmentHistory": []}, "There are invalid fields in your request.", ["employmentHistory"]),
        ({"jobTitle": ["x"]}, "There are invalid fields in your request.", ["jobTitle"]),
        ({"country": "usa", "sortBy": "height"}, "The parameter passed for sortBy is invalid", None),
        ({"country": "usa", "rpp": 101}, "Results per page (rpp) is over max allowed value (100)", None),
        ({"country": "usa", "rpp": "x"}, "Results per page (rpp) is not a number", None),
        ({"country": "usa", "page": "x"}, "Page number (page) is not a number", None),
        ({"country": "usa", "rpp": 100, "page": 11}, "Total record pagination is over max allowed value (1000)", None),
        ({}, "There is insufficient information for this request", None),
    ],
)
def test_enterprise_search_errors(shared: Driver, body: dict[str, Any], text: str, fields: list[str] | None) -> None:
    answer = shared.ent("/search/contact", body)
    assert refused(answer) == (400, text)
    assert answer.json().get("invalidInputFields") == fields


def test_enterprise_malformed_json(shared: Driver) -> None:
    answer = shared.call("POST", "/search/contact", headers=shared.jwt_headers(), content="{")
    assert refused(answer) == (400, "Request body has malformed JSON")


def test_enterprise_past_the_end(shared: Driver) -> None:
    answer = shared.ent("/search/company", {"companyName": "Acme", "page": 3})
    assert refused(answer) == (400, "Page number (page) requested is greater than the available results")


def test_enterprise_disallowed_search_outputs(shared: Driver) -> None:
    answer = shared.ent("/search/contact", {"country": "usa", "outputFields": ["id", "email"]})
    assert refused(answer) == (400, "OutputFields invalid or disallowed.")
    assert answer.json()["invalidOutputFields"] == ["email"]


def test_enterprise_error_shape_switch(make: Callable[..., Driver]) -> None:
    box = make(switches={"enterprise_error_shape": "responseCode"})
    answer = box.ent("/search/contact", {"email": "x"})
    assert answer.json() == {
        "responseCode": 400,
        "message": "There are invalid fields in your request.",
        "invalidInputFields": ["email"],
    }


def test_media_type_of_errors(shared: Driver) -> None:
    assert shared.find("contact", {}).headers["content-type"] == JSON_API
