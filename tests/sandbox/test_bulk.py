"""Bulk jobs of the Enterprise API, and the lane of their own that they run in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sales_zoominfo.sandbox import SandboxAccount

from . import shapes
from .conftest import Driver

STATUS = {
    "status!": "string",
    "jobType!": "string",
    "entityType!": "string",
    "totalRecords!": "int",
    "totalPages!": "int",
    "successfulPagesCount!": "int",
    "successfulPages!": ["int"],
}
COMPANIES = [{"companyId": str(900001 + number)} for number in range(600)]


def submit(driver: Driver, path: str, body: Any) -> str:
    answer = driver.ent(path, body)
    assert set(answer.json()) == {"jobId"}, answer.text
    assert len(answer.json()["jobId"]) == 40
    return answer.json()["jobId"]


def status(driver: Driver, job: str) -> Any:
    answer = driver.ent("/bulk/job/status", {"jobId": job})
    assert shapes.problems(answer.json(), STATUS) == []
    return answer.json()


def result(driver: Driver, job: str, page: int) -> Any:
    return driver.ent("/bulk/job/results", {"jobId": job, "page": page})


@pytest.mark.parametrize(("size", "pages"), [(500, 2), (1000, 1)])
def test_pages_become_ready_one_by_one(make: Callable[..., Driver], size: int, pages: int) -> None:
    box = make(switches={"enterprise_bulk_page_size": size, "enterprise_bulk_page_seconds": 10})
    job = submit(box, "/bulk/enrich/company", {"matchCompanyInput": COMPANIES, "outputFields": ["name"]})
    first = status(box, job)
    assert (first["status"], first["totalPages"], first["totalRecords"]) == ("QUEUED", pages, 600)
    assert result(box, job, 1).status_code == 400
    for done in range(1, pages + 1):
        box.clock.now += 10
        seen = status(box, job)
        assert seen["successfulPages"] == list(range(1, done + 1))
        assert seen["status"] == ("COMPLETED" if done == pages else "IN_PROGRESS")
    last = result(box, job, pages).json()
    assert (last["currentPage"], last["currentResults"]) == (pages, 600 - (pages - 1) * size)
    assert result(box, job, pages + 1).status_code == 400


def test_an_enrich_job_charges_like_enrich(box: Driver) -> None:
    ids = [row["id"] for row in box.ent("/search/company", {"country": "usa", "rpp": 30}).json()["data"]]
    inputs = [{"companyId": str(key)} for key in ids] + [{"companyId": "1"}, {}]
    body = {"matchCompanyInput": inputs, "outputFields": ["id", "name"]}
    before = box.used()["uniqueIdLimit"]
    for spent in (30, 30):
        job = submit(box, "/bulk/enrich/company", body)
        box.clock.now += 1
        given = result(box, job, 1).json()
        assert [row["input"] for row in given["result"]] == inputs, "input keeps its case"
        assert [row["data"].get("id") for row in given["result"]] == [*ids, None, None]
        assert [row["matchStatus"] for row in given["result"]][-2:] == ["NO_MATCH", "INVALID_INPUT"]
        assert box.used()["uniqueIdLimit"] - before == spent


def test_a_search_job_previews_free_and_redeems(box: Driver) -> None:
    query = {"companyId": "900001"}
    free = submit(box, "/bulk/search/contact", {"query": query})
    box.clock.now += 5
    before = box.used()
    rows = result(box, free, 1).json()
    assert rows["jobType"] == "preview"
    assert {row["data"]["company"]["id"] for row in rows["result"]} == {900001}
    assert box.used()["uniqueIdLimit"] == before["uniqueIdLimit"]
    paid = submit(box, "/bulk/search/contact", {"jobType": "redeem", "query": query, "outputFields": ["email"]})
    box.clock.now += 5
    assert status(box, paid)["entityType"] == "CONTACT"
    assert box.used()["uniqueIdLimit"] - before["uniqueIdLimit"] == rows["totalRecords"]


def test_out_of_credits_record_by_record(make: Callable[..., Driver]) -> None:
    box = make(switches={"credits": 1, "credit_exhausted": "whole_call"})
    ids = [row["id"] for row in box.ent("/search/company", {"country": "usa", "rpp": 2}).json()["data"]]
    body = {"matchCompanyInput": [{"companyId": key} for key in ids], "outputFields": ["name"]}
    job = submit(box, "/bulk/enrich/company", body)
    box.clock.now += 1
    found = [row["matchStatus"] for row in result(box, job, 1).json()["result"]]
    assert found == ["FULL_MATCH", "LIMIT_EXCEEDED"]


@pytest.mark.parametrize(
    ("path", "body", "member", "names"),
    [
        ("/bulk/enrich/company", {"outputFields": ["name"]}, None, None),
        ("/bulk/enrich/company", {"matchCompanyInput": [{"companyId": 1}] * 10_001, "outputFields": ["name"]},
         "invalidInputFields", ["matchCompanyInput"]),
        ("/bulk/enrich/company", {"matchCompanyInput": [{"companyId": 1}], "outputFields": ["descriptionList"]},
         "invalidOutputFields", ["descriptionList"]),
        ("/bulk/enrich/contact", {"matchPersonInput": [{"email": "x"}], "outputFields": ["email"]},
         "invalidInputFields", ["email"]),
        ("/bulk/enrich/contact", {"inputType": "x"}, "invalidInputFields", ["inputType"]),
        ("/bulk/search/contact", {"jobType": "buy", "query": {"country": "usa"}}, "invalidInputFields", ["jobType"]),
        ("/bulk/search/contact", {"query": {}}, None, None),
        ("/bulk/search/contact", {"jobType": "redeem", "query": {"country": "usa"}}, None, None),
        ("/bulk/job/status", {"jobId": "0" * 40}, "invalidInputFields", ["jobId"]),
        ("/bulk/job/results", {}, None, None),
    ],
)  # fmt: skip
def test_refusals(shared: Driver, path: str, body: Any, member: str | None, names: list[str] | None) -> None:
    answer = shared.ent(path, body)
    assert answer.status_code == 400
    assert shapes.problems(answer.json(), shapes.ENTERPRISE_ERROR) == []
    if member:
        assert answer.json()[member] == names


def test_a_job_is_its_accounts_own(make: Callable[..., Driver]) -> None:
    other = SandboxAccount(name="other", username="o@sandbox.example", client_id="o", refresh_token="o-1")
    box = make(accounts=(SandboxAccount(), other))
    job = submit(box, "/bulk/enrich/company", {"matchCompanyInput": COMPANIES[:1], "outputFields": ["name"]})
    box.account, box.session = other, ""
    assert box.ent("/bulk/job/status", {"jobId": job}).status_code == 400


def test_the_scaling_lane(make: Callable[..., Driver]) -> None:
    body = {"jobId": "0" * 40}
    plain = make(switches={"package": "standard"}, accounts=(SandboxAccount(),)).ent("/bulk/job/status", body)
    assert (plain.status_code, plain.json()["error"]) == (403, "You do not have access to this endpoint")
    box = make(switches={"package": "scaling"})
    box.clock.now += 60
    answers = [box.ent("/bulk/job/status", body) for _ in range(34)]
    assert [answer.status_code for answer in answers] == [400] * 33 + [429]
    assert answers[0].headers["X-RateLimit-Limit"] == "2000"
    assert "X-Usage-Request-Limit-Limit" not in answers[0].headers
    other = box.ent("/search/company", {"country": "usa"})
    assert (other.status_code, other.headers["X-RateLimit-Limit"]) == (200, "1500")
