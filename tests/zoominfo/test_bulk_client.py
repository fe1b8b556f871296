"""Bulk jobs on ZoomInfo's side: what is submitted and what it can cost, and jobs worked off in the sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from offline import BOTH, ENTERPRISE, GTM, told

from sales_zoominfo.errors import InvalidArgument, NotAvailable, NotFound, UpstreamUnavailable, WindowExceeded
from sales_zoominfo.zoominfo.bulk import MOST_INPUTS, UNSUPPORTED
from support import Sandbox, client, link_sandbox, serve

pytestmark = pytest.mark.anyio

JOB = "0123456789abcdef0123456789abcdef01234567"


async def test_an_enrich_job_costs_at_most_its_inputs() -> None:
    people = [{"personId": -7}, {"emailAddress": "ada@works.example"}]
    ask = await BOTH.prepare("bulk_enrich_contacts", {"contacts": people, "outputFields": ["email"]})
    assert (ask.generation, ask.request.path, ask.request.lane) == ("enterprise", "/bulk/enrich/contact", "scaling")
    # Ids are texts here, unlike in the single call; the id comes along to join by.
    assert ask.request.json == {
        "matchPersonInput": [{"personId": "-7"}, {"emailAddress": "ada@works.example"}],
        "outputFields": ["id", "email"],
    }
    assert (ask.request.credits, ask.request.spends) == (2, True)
    assert told(ask, {"jobId": JOB}).more == {"jobId": JOB}
    companies = await ENTERPRISE.prepare("bulk_enrich_companies", {"companies": [{"companyId": 5}]})
    body: Any = companies.request.json
    assert body["matchCompanyInput"] == [{"companyId": "5"}]
    assert {"id", "name"} <= set(body["outputFields"])
    assert not set(UNSUPPORTED) & set(body["outputFields"])
    with pytest.raises(NotAvailable, match="Enterprise"):
        await GTM.prepare("bulk_enrich_companies", {"companies": [{"companyId": 5}]})


async def test_a_job_takes_ten_thousand_and_names_the_bad_one() -> None:
    inputs: list[dict[str, object]] = [{"personId": number} for number in range(1, MOST_INPUTS + 1)]
    ask = await ENTERPRISE.prepare("bulk_enrich_contacts", {"contacts": inputs})
    assert ask.request.credits == MOST_INPUTS
    with pytest.raises(InvalidArgument, match="10001 is outside"):
        await ENTERPRISE.prepare("bulk_enrich_contacts", {"contacts": [*inputs, {"personId": 5}]})
    inputs[777] = {"companyName": "Works"}
    with pytest.raises(InvalidArgument, match="contacts 778"):
        await ENTERPRISE.prepare("bulk_enrich_contacts", {"contacts": inputs})


async def test_a_search_job_previews_free_and_redeems_within_a_stated_cost() -> None:
    filters = {"industryCodes": ["Healthcare Software"], "employeeRangeMin": 500}
    ask = await ENTERPRISE.prepare("bulk_search_companies", {"filters": filters})
    assert ask.request.json == {
        "jobType": "preview",
        "query": {"industryCodes": "software.health", "employeeRangeMin": "500"},
    }
    assert (ask.request.credits, ask.request.spends) == (0, False)
    assert ask.resolved == {"industryCodes": "software.health"}
    arguments = {"filters": filters, "jobType": "redeem", "credits": 40, "outputFields": ["name"]}
    ask = await ENTERPRISE.prepare("bulk_search_companies", arguments)
    body: Any = ask.request.json
    assert (body["jobType"], body["outputFields"]) == ("redeem", ["id", "name"])
    assert (ask.request.credits, ask.request.spends) == (40, True)


@pytest.mark.parametrize(
    ("name", "arguments", "complaint"),
    [
        ("bulk_enrich_contacts", {}, "contacts"),
        ("bulk_enrich_contacts", {"contacts": []}, "contacts"),
        ("bulk_enrich_contacts", {"contacts": [{"email": "a@b.example"}]}, "emailAddress"),
        (
            "bulk_enrich_contacts",
            {"contacts": [{"personId": 1}], "outputFields": ["companyDescriptionList"]},
            "companyDescriptionList",
        ),
        ("bulk_search_contacts", {"filters": {}}, "filters"),
        ("bulk_search_contacts", {"filters": {"jobTitles": "x"}}, "jobTitle"),
        ("bulk_search_contacts", {"filters": {"jobTitle": "x"}, "jobType": "buy"}, "preview, redeem"),
        ("bulk_search_contacts", {"filters": {"jobTitle": "x"}, "jobType": "redeem"}, "credits"),
        ("bulk_search_contacts", {"filters": {"jobTitle": "x"}, "sort": "lastName"}, "no argument 'sort'"),
        ("bulk_job_status", {}, "jobId"),
        ("bulk_job_status", {"jobId": "../../usage"}, "a job's id"),
        ("bulk_job_results", {"jobId": JOB, "page": 0}, "page"),
    ],
)
async def test_a_bad_argument_is_named(name: str, arguments: dict[str, object], complaint: str) -> None:
    with pytest.raises(InvalidArgument, match=complaint):
        await ENTERPRISE.prepare(name, arguments)


@pytest.mark.parametrize("status", ["In_Progress", "IN_PROGRESS", "in progress"])
async def test_a_status_is_read_whatever_its_letters(status: str) -> None:
    ask = await ENTERPRISE.prepare("bulk_job_status", {"jobId": JOB})
    assert (ask.request.path, ask.request.json) == ("/bulk/job/status", {"jobId": JOB})
    body = {
        "status": status,
        "jobType": "enrich",
        "entityType": "CONTACT",
        "totalRecords": 2000,
        "totalPages": 2,
        "successfulPagesCount": 1,
        "successfulPages": [1],
    }
    assert told(ask, body).rows == [
        {
            "jobId": JOB,
            "status": "IN_PROGRESS",
            "jobType": "enrich",
            "entityType": "contact",
            "totalRecords": 2000,
            "totalPages": 2,
            "successfulPages": [1],
        }
    ]
    with pytest.raises(UpstreamUnavailable):
        told(ask, {"jobId": JOB})


async def test_results_are_joined_with_their_inputs() -> None:
    ask = await ENTERPRISE.prepare("bulk_job_results", {"jobId": JOB})
    assert ask.request.json == {"jobId": JOB, "page": 1}
    record = {"id": 7000001, "email": "ada@works.example", "company": {"id": 9, "name": "Works"}}
    body = {
        "jobType": "enrich",
        "entityType": "contact",
        "totalRecords": 1002,
        "totalPages": 2,
        "currentPage": 1,
        "currentResults": 2,
        "result": [
            {"input": {"personId": "7000001"}, "data": record},
            {"input": {"emailAddress": "no@works.example"}, "data": {}, "matchStatus": "NO_MATCH"},
        ],
    }
    answer = told(ask, body)
    assert answer.rows == [
        {
            "input": {"personId": "7000001"},
            "id": "7000001",
            "email": "ada@works.example",
            "companyId": "9",
            "companyName": "Works",
        },
        {"input": {"emailAddress": "no@works.example"}, "matchStatus": "NO_MATCH"},
    ]
    assert (answer.total, answer.page, answer.size, answer.next_page) == (1002, 1, 2, 2)
    with pytest.raises(UpstreamUnavailable):
        told(ask, {"totalRecords": 1})


async def test_jobs_are_worked_off_in_the_sandbox(sandbox_data: Path, tmp_path: Path) -> None:
    sandbox = Sandbox(link_sandbox(sandbox_data, tmp_path / "sandbox"), switches={"enterprise_bulk_page_seconds": 0})
    with serve(sandbox) as served:
        one = client(served, "enterprise")

        async def ask(name: str, **arguments: object) -> Any:
            return await one.answer(await one.prepare(name, arguments))

        try:
            people = (await one.search("contact", {"jobTitle": "Director"}, size=3)).rows
            inputs = [*({"personId": row["id"]} for row in people), {"emailAddress": "no@where.example"}]
            job = (await ask("bulk_enrich_contacts", contacts=inputs, outputFields=["lastName"])).more["jobId"]
            status = (await ask("bulk_job_status", jobId=job)).rows[0]
            assert (status["status"], status["totalRecords"], status["successfulPages"]) == ("COMPLETED", 4, [1])
            answer = await ask("bulk_job_results", jobId=job)
            assert [row["input"] for row in answer.rows] == [{"personId": row["id"]} for row in people] + inputs[3:]
            assert [row.get("lastName") for row in answer.rows] == [row["lastName"] for row in people] + [None]
            assert len(sandbox.charges) == 3
            preview = (await ask("bulk_search_companies", filters={"employeeRangeMin": 5000})).more["jobId"]
            found = await ask("bulk_job_results", jobId=preview)
            assert found.total == len(found.rows) > 0
            assert all(row["name"] for row in found.rows)
            assert len(sandbox.charges) == 3
            with pytest.raises(WindowExceeded, match="Page 9 of this bulk job"):
                await ask("bulk_job_results", jobId=job, page=9)
            for name in ("bulk_job_status", "bulk_job_results"):
                with pytest.raises(NotFound, match=r"no bulk job.*submit the job again"):
                    await ask(name, jobId="0" * 40)
        finally:
            await one.aclose()
