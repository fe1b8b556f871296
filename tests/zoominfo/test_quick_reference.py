"""The published quick-reference paths: the six calls that differ, against the published shapes and over the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from offline import Offline, told

from sales_zoominfo.app import App
from sales_zoominfo.errors import InvalidArgument, NotAvailable, NotFound, UpstreamUnavailable
from sales_zoominfo.settings import load_settings
from sales_zoominfo.zoominfo.client import Client, Side
from sales_zoominfo.zoominfo.limiter import LocalLimiter, default_rates
from sales_zoominfo.zoominfo.messages import Response
from sales_zoominfo.zoominfo.quick_reference import QuickReferenceCodec
from sales_zoominfo.zoominfo.transport import Transport
from support import Sandbox, Served, link_sandbox, serve, tokens

pytestmark = pytest.mark.anyio

CODEC = QuickReferenceCodec()
QUICK = Offline("enterprise", codec=CODEC)
BOTH = Offline("gtm", "enterprise", codec=CODEC)


def response(body: Any) -> Response:
    return Response(200, httpx2.Headers(), body)


# --- the wire --------------------------------------------------------------------------------------------------


def test_one_record_by_id_is_looked_up_and_everything_else_enriched() -> None:
    sent = CODEC.enrich("contact", [{"personId": "-7"}], ["id", "email"], [])
    assert (sent.method, sent.path, sent.json) == ("GET", "/lookup/contact/-7", None)
    assert (sent.credits, sent.spends) == (1, True)
    assert CODEC.enrich("company", [{"companyId": "9"}], ["id"], []).path == "/lookup/company/9"
    for inputs, required in (
        ([{"personId": "7"}, {"personId": "8"}], []),
        ([{"emailAddress": "ada@works.example"}], []),
        ([{"personId": "7", "companyName": "Works"}], []),
        # A lookup cannot say which fields a record must have to cost something.
        ([{"personId": "7"}], ["email"]),
    ):
        assert CODEC.enrich("contact", inputs, ["id"], required).path == "/enrich/contact"


@pytest.mark.parametrize("wrap", [lambda row: row, lambda row: {"data": row}, lambda row: {"data": [row]}])
def test_a_looked_up_record_is_a_match(wrap: Any) -> None:
    record = {"id": -7, "email": "ada@works.example", "company": {"id": 9, "name": "Works"}}
    [match] = CODEC.matches("contact", response(wrap(record)), [{"personId": "-7"}])
    assert (match.status, match.record_id) == ("FULL_MATCH", "-7")
    assert match.row == {"id": "-7", "email": "ada@works.example", "companyId": "9", "companyName": "Works"}
    [match] = CODEC.matches("company", response(wrap({"companyId": 9, "name": "Works"})), [{"companyId": "9"}])
    assert match.row == {"id": "9", "name": "Works"}


def test_an_enrich_is_still_read_as_one() -> None:
    inputs = [{"personId": "7"}]
    body = {"data": {"result": [{"input": {"personid": 7}, "data": [{"id": 7}], "matchStatus": "FULL_MATCH"}]}}
    assert CODEC.matches("contact", response(body), inputs)[0].record_id == "7"
    assert not CODEC.matches("contact", response({}), inputs)[0].matched


def test_usage_is_the_credits_alone() -> None:
    assert CODEC.usage().path == "/usage"
    told_ = {"creditsUsed": 120, "creditsRemaining": 9880, "creditLimit": 10000, "billingPeriodEnd": "2026-12-31"}
    [limit] = CODEC.limits(response(told_))
    assert (limit.type, limit.total, limit.used, limit.remaining) == ("uniqueIdLimit", 10000, 120, 9880)
    assert "2026-12-31" in limit.description
    with pytest.raises(UpstreamUnavailable):
        CODEC.limits(response({"usage": []}))


async def test_a_bulk_job_is_submitted_in_one_place() -> None:
    ask = await BOTH.prepare("bulk_enrich_contacts", {"contacts": [{"personId": 7}], "outputFields": ["email"]})
    assert (ask.generation, ask.request.method, ask.request.path) == ("enterprise", "POST", "/bulk/enrich")
    assert ask.request.json == {
        "inputType": "contact",
        "matchInput": [{"personId": "7"}],
        "outputFields": ["id", "email"],
    }
    assert (ask.request.credits, ask.request.lane) == (1, "scaling")
    # Polled as on the Enterprise API.
    assert (await BOTH.prepare("bulk_job_status", {"jobId": "a" * 40})).request.path == "/bulk/job/status"
    with pytest.raises(InvalidArgument, match="requiredFields"):
        await QUICK.prepare("bulk_enrich_companies", {"companies": [{"companyId": 1}], "requiredFields": ["name"]})


async def test_visitors_are_listed_by_time() -> None:
    arguments = {"startDate": "2026-11-01", "endDate": "2026-11-20", "page": 2, "pageSize": 1}
    ask = await BOTH.prepare("identify_visitors", arguments)
    assert ask.request.path == "/websights/search"
    assert ask.request.json == {"startDate": "2026-11-01", "endDate": "2026-11-20", "page": 2, "rpp": 1}
    visit = {"pagesViewed": 3, "sessions": 1, "timeOnSite": 80, "timestamps": ["2026-11-02T10:00:00Z"]}
    row = {"company": {"id": 9, "name": "Works"}, **visit}
    answer = told(ask, {"maxResults": 3, "totalResults": 1, "data": [row]})
    assert answer.rows == [{"companyId": "9", "companyName": "Works", **visit}]
    assert (answer.total, answer.next_page) == (3, 3)
    for wrong, complaint in (
        ({"ipAddress": "192.0.2.1"}, "ipAddress"),
        ({"startDate": "2026-11-01"}, "endDate"),
        ({"startDate": "2026-11-20", "endDate": "2026-11-01"}, "startDate=2026-11-20"),
        ({"startDate": "yesterday", "endDate": "2026-11-01"}, "YYYY-MM-DD"),
    ):
        with pytest.raises(InvalidArgument, match=complaint):
            await QUICK.prepare("identify_visitors", wrong)


async def test_an_opt_out_is_checked_and_changed_by_e_mail() -> None:
    ask = await QUICK.prepare("check_compliance", {"emailAddress": "ada@works.example"})
    assert ask.request.path == "/compliance/optout"
    assert ask.request.json == {"emailAddress": "ada@works.example", "action": "check"}
    assert not ask.operation.writes
    assert told(ask, {"optedOut": True, "nested": {"a": 1}}).rows == [{"action": "check", "optedOut": True}]
    change = await QUICK.prepare("change_opt_out", {"emailAddress": "ada@works.example", "action": "remove"})
    assert change.operation.writes
    assert change.request.json == {"emailAddress": "ada@works.example", "action": "remove"}
    assert told(change, None).rows == [{"action": "remove"}]
    for name, arguments, complaint in (
        ("check_compliance", {}, "emailAddress"),
        ("check_compliance", {"emailAddress": "ada"}, "an e-mail address"),
        ("check_compliance", {"emailAddress": "ada@works.example", "action": "add"}, "check"),
        ("change_opt_out", {"emailAddress": "ada@works.example"}, "add, remove"),
    ):
        with pytest.raises(InvalidArgument, match=complaint):
            await QUICK.prepare(name, arguments)


async def test_only_the_preset_changes_opt_outs() -> None:
    with pytest.raises(NotAvailable, match="ZOOMINFO_PATHS=quick-reference"):
        await Offline("gtm", "enterprise").prepare("change_opt_out", {"emailAddress": "a@b.example", "action": "add"})


async def test_the_other_calls_stay_as_they_are() -> None:
    assert (await QUICK.prepare("technologies", {"companyId": "1"})).request.path == "/enrich/tech"
    assert CODEC.search("company", {}, 1, 25, None).path == "/search/company"


# --- over the sandbox ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gateway(sandbox_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = link_sandbox(sandbox_data, tmp_path_factory.mktemp("quick") / "sandbox")
    with serve(Sandbox(folder, switches={"quick_reference": True, "enterprise_bulk_page_seconds": 0})) as served:
        yield served


def quick(served: Served) -> Client:
    transport = Transport(base_url=served.url, limiter=LocalLimiter(default_rates(1000)), timeout=20)
    return Client({"enterprise": Side(CODEC, tokens(transport, "password", served.sandbox.folder), transport)})


async def test_the_sandbox_serves_all_six(gateway: Served) -> None:
    one = quick(gateway)
    try:
        row = (await one.search("contact", {"jobTitle": "Director"}, size=1)).rows[0]
        company = (await one.search("company", {"employeeRangeMin": 500}, size=1)).rows[0]
        match = await one.get("contact", "enterprise", row["id"], ["id", "lastName"])
        assert (match.record_id, match.row["lastName"]) == (row["id"], row["lastName"])
        match = await one.get("company", "enterprise", company["id"], ["id", "name"])
        assert (match.record_id, match.row["name"]) == (company["id"], company["name"])
        assert len(gateway.sandbox.charges) == 2
        with pytest.raises(NotFound):
            await one.get("contact", "enterprise", "1", ["id"])
        assert len(gateway.sandbox.charges) == 2
        [limit] = await one.usage()
        assert limit.used == 2
        assert one.balance is not None
        assert one.balance.credits == limit.remaining

        async def ask(name: str, **arguments: object) -> Any:
            return await one.answer(await one.prepare(name, arguments))

        job = (await ask("bulk_enrich_contacts", contacts=[{"personId": row["id"]}])).more["jobId"]
        assert [item["id"] for item in (await ask("bulk_job_results", jobId=job)).rows] == [row["id"]]
        visits = await ask("identify_visitors", startDate="2026-10-25", endDate="2026-11-20", pageSize=5)
        assert len(visits.rows) == 5
        assert all(visit["companyId"] and visit["companyName"] for visit in visits.rows)
        assert visits.next_page == 2
        someone = {"emailAddress": "somebody@works.example"}
        assert (await ask("check_compliance", **someone)).rows[0]["optedOut"] is False
        await ask("change_opt_out", **someone, action="add")
        [[held]] = await one.compliance([someone])
        assert held["optedOut"] is True
        await ask("change_opt_out", **someone, action="remove")
        assert (await ask("check_compliance", **someone)).rows[0]["optedOut"] is False
    finally:
        await one.aclose()


def test_the_setting_is_one_of_two() -> None:
    assert load_settings().paths == "standard"
    assert load_settings(paths="quick-reference").paths == "quick-reference"
    with pytest.raises(InvalidArgument, match="ZOOMINFO_PATHS"):
        load_settings(paths="fast")


async def test_the_setting_needs_the_enterprise_api(tmp_path: Path) -> None:
    state = f"sqlite:///{tmp_path / 'state.sqlite'}"
    app = App(load_settings(paths="quick-reference", client_id="a", client_secret="b", state_url=state))
    try:
        with pytest.raises(InvalidArgument, match="ZOOMINFO_PATHS"):
            await app.account()
    finally:
        await app.aclose()
