"""Wire answers to records: the documented forms, the reported ones, and whatever else may come."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sales_zoominfo.errors import OutcomeUnknown, UpstreamUnavailable
from sales_zoominfo.zoominfo.client import Client, Side
from sales_zoominfo.zoominfo.codec import Codec
from sales_zoominfo.zoominfo.enterprise import EnterpriseCodec
from sales_zoominfo.zoominfo.fields import OUTPUTS, SEARCH_ROW
from sales_zoominfo.zoominfo.gtm import GtmCodec
from sales_zoominfo.zoominfo.messages import Response
from sales_zoominfo.zoominfo.operations import Entity, Generation
from sales_zoominfo.zoominfo.records import FieldRight, Limit, Match, Page, Value, clean, flatten_company

GTM, ENTERPRISE = GtmCodec(), EnterpriseCodec()
CODECS: dict[Generation, Codec] = {"gtm": GTM, "enterprise": ENTERPRISE}
ENTITIES: tuple[Entity, ...] = ("contact", "company")


def answer(data: object) -> Response:
    return Response(200, httpx2.Headers(), data)


def gtm_match(attributes: object = None, **more: Any) -> dict[str, Any]:
    resource = {
        "id": "7000001",
        "type": "Contact",
        "attributes": attributes or {},
        "meta": {"matchStatus": "FULL_MATCH"},
    }
    return {**resource, **more}


def one_gtm(resource: object, entity: Entity = "contact") -> Match:
    [match] = GTM.matches(entity, answer({"data": [resource]}), [{"personId": "7000001"}])
    return match


def one_enterprise(result: object, entity: Entity = "contact") -> Match:
    [match] = ENTERPRISE.matches(
        entity, answer({"success": True, "data": {"result": [result]}}), [{"personId": "7000001"}]
    )
    return match


# --- values ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wire", "told"),
    [
        ("1/5/2026 2:59 PM", "2026-01-05T14:59:00Z"),
        ("12/31/2026 12:00 AM", "2026-12-31T00:00:00Z"),
        ("8/11/16 14:14", "2016-08-11T14:14:00Z"),
        ("06/27/2020", "2020-06-27T00:00:00Z"),
        ("2026-01-05T14:59:00Z", "2026-01-05T14:59:00Z"),
        ("2026-01-05T14:59:00.123+02:00", "2026-01-05T12:59:00Z"),
        ("2026-01-05", "2026-01-05T00:00:00Z"),
        ("Never provided", "Never provided"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_every_reported_spelling_of_a_time_becomes_one(wire: str, told: str) -> None:
    assert clean(OUTPUTS["contact"], {"lastUpdatedDate": wire}) == {"lastUpdatedDate": told}


@given(st.datetimes(datetime(1970, 1, 1), datetime(2068, 12, 31)))  # noqa: DTZ001 - both APIs mean UTC
def test_both_generations_tell_the_same_minute(moment: datetime) -> None:
    minute = moment.replace(second=0, microsecond=0)
    american = f"{minute.month}/{minute.day}/{minute.year} {minute.hour % 12 or 12}:{minute:%M} {minute:%p}"
    spellings = [american, f"{minute.isoformat()}Z", f"{minute.isoformat()}+00:00", minute.isoformat(" ")]
    told = {clean(OUTPUTS["contact"], {"validDate": text})["validDate"] for text in spellings}
    assert told == {f"{minute.isoformat()}Z"}
    days = {
        clean(OUTPUTS["contact"], {"noticeProvidedDate": text})["noticeProvidedDate"]
        for text in (f"{minute:%m/%d/%Y}", *spellings)
    }
    assert days == {f"{minute.date().isoformat()}"}


def test_a_day_has_no_time() -> None:
    for wire in ("06/27/2020", "2020-06-27", "2020-06-27T10:00:00Z"):
        assert clean(OUTPUTS["contact"], {"noticeProvidedDate": wire}) == {"noticeProvidedDate": "2020-06-27"}


def test_values_of_both_generations_become_the_same() -> None:
    gtm = {"id": "-7", "contactAccuracyScore": "90.0", "hasCanadianEmail": False, "companyId": 900001, "phone": " 1 "}
    old = {"id": -7, "contactAccuracyScore": 90, "hasCanadianEmail": "false", "companyId": 900001, "phone": "1"}
    assert clean(OUTPUTS["contact"], gtm) == clean(OUTPUTS["contact"], old)
    function = {"name": "Sales", "department": "Sales"}
    assert clean(OUTPUTS["contact"], {"jobFunction": function}) == clean(
        OUTPUTS["contact"], {"jobFunction": [function]}
    )


def test_whole_numbers_keep_every_digit() -> None:
    big = 2**53 + 1
    row = clean(OUTPUTS["contact"], {"id": big, "companyRevenueNumeric": big})
    assert row == {"id": str(big), "companyRevenueNumeric": big}
    assert clean(OUTPUTS["contact"], {"companyRevenueNumeric": str(big)}) == {"companyRevenueNumeric": big}
    assert clean(OUTPUTS["company"], {"revenue": "1.5e3"}) == {"revenue": 1500}


def test_an_unreadable_flag_is_left_out_and_not_taken_for_no() -> None:
    flags = {"Yes": True, "true": True, 1: True, "No": False, False: False}
    for wire, told in flags.items():
        assert clean(OUTPUTS["contact"], {"directPhoneDoNotCall": wire}) == {"directPhoneDoNotCall": told}
    for wire in ("Uncertain", "", None, [], {}, 7):
        assert clean(OUTPUTS["contact"], {"directPhoneDoNotCall": wire}) == {}


def test_empty_values_go_and_false_and_zero_stay() -> None:
    raw = {
        "email": "",
        "city": None,
        "techSkills": [],
        "companyEmployeeGrowth": {},
        "withinEu": False,
        "companyEmployeeCount": 0,
    }
    assert clean(OUTPUTS["contact"], raw) == {"withinEu": False, "companyEmployeeCount": 0}
    assert clean(OUTPUTS["company"], {"parentId": 0, "id": 5}) == {"id": "5"}


def test_lists_of_texts_are_lists() -> None:
    assert clean(SEARCH_ROW["contact"], {"managementLevel": "Director, Manager"}) == {
        "managementLevel": ["Director", "Manager"]
    }
    assert clean(OUTPUTS["company"], {"industries": "Bars, Cafes & More"}) == {"industries": ["Bars, Cafes & More"]}
    assert clean(OUTPUTS["company"], {"industries": ["Software", "", None]}) == {"industries": ["Software"]}


def test_unknown_members_pass_and_nested_ids_become_text() -> None:
    raw = {"newField": {"id": -5, "companyId": 2**40, "name": "", "deep": [{"id": 7}]}}
    assert clean(OUTPUTS["contact"], raw) == {"newField": {"id": "-5", "companyId": str(2**40), "deep": [{"id": "7"}]}}


def test_company_fields_of_a_person_are_flat() -> None:
    wire = {"firstName": "Ada", "company": {"id": 5, "name": "Acme, Inc.", "companyDivision": "West"}}
    assert flatten_company(wire) == {
        "firstName": "Ada",
        "companyId": 5,
        "companyName": "Acme, Inc.",
        "companyDivision": "West",
    }


# --- pages -----------------------------------------------------------------------------------------------------


def test_the_number_of_hits_is_the_one_that_means_it() -> None:
    page = ENTERPRISE.page(
        "company", answer({"maxResults": 41, "totalResults": 1, "data": [{"id": 1, "name": "A"}]}), 1, 25
    )
    assert (page.total, page.rows) == (41, [{"id": "1", "name": "A"}])
    body = {"data": [{"id": "1", "attributes": {"name": "A"}}], "meta": {"totalResults": 41, "page": {"total": 1}}}
    assert GTM.page("company", answer(body), 1, 25) == Page(page.rows, 41, 1, 25, 2_500)


@pytest.mark.parametrize(
    ("rows", "total", "page", "size", "window", "following"),
    [
        (25, 60, 1, 25, 10_000, 2),
        (10, 60, 3, 25, 10_000, None),
        (25, 50, 2, 25, 10_000, None),
        (24, 60, 1, 25, 10_000, None),
        (100, 5_000, 9, 100, 1_000, 10),
        (100, 5_000, 10, 100, 1_000, None),
        (30, 5_000, 33, 30, 1_000, None),
        (0, 0, 1, 25, 1_000, None),
    ],
)
def test_the_next_page(rows: int, total: int, page: int, size: int, window: int, following: int | None) -> None:
    assert Page([{"id": "1"}] * rows, total, page, size, window).next_page == following


@pytest.mark.parametrize("size", [1, 25, 100])
def test_a_gtm_page_number_ends_at_100(size: int) -> None:
    body = {"data": [{"id": "1", "attributes": {}}] * size, "meta": {"totalResults": 20_000}}
    assert GTM.page("company", answer(body), 99, size).next_page == 100
    assert GTM.page("company", answer(body), 100, size).next_page is None


def test_management_status_is_part_of_the_row() -> None:
    managed = {"underManagement": True, "purchaseDate": "2026-01-05T14:59:00Z"}
    body = {"data": [{"id": "1", "attributes": {"managementStatus": managed}}], "meta": {"totalResults": 1}}
    assert GTM.page("contact", answer(body), 1, 25).rows == [{"id": "1", **managed}]


# --- match results ---------------------------------------------------------------------------------------------


def test_a_record_of_nothing_but_its_id_is_a_match() -> None:
    assert one_gtm(gtm_match()) == Match("FULL_MATCH", {"id": "7000001"}, "7000001")
    assert one_gtm(gtm_match()).matched


def test_the_company_s_id_never_passes_for_the_person_s() -> None:
    meta = {"matchStatus": "COMPANY_ONLY_MATCH"}
    match = one_gtm(gtm_match({"company": {"id": 5, "name": "A"}}, id="5", meta=meta))
    assert match == Match("COMPANY_ONLY_MATCH", {"companyId": "5", "companyName": "A"}, None)
    assert match.matched, "something was handed over, so it may have been paid for"
    for status in ("COMPANY_ONLY_MATCH", None):
        assert one_enterprise({"data": [{"company": {"id": 5, "name": "A"}}], "matchStatus": status}) == match


@pytest.mark.parametrize("wrong", ["0", 0, "ada@firm.example", "", None, [7], {"id": 7}, "1" * 30, True])
def test_only_an_id_is_an_id(wrong: object) -> None:
    for match in (
        one_gtm(gtm_match({"firstName": "Ada"}, id=wrong)),
        one_enterprise({"data": [{"id": wrong, "firstName": "Ada"}], "matchStatus": "FULL_MATCH"}),
    ):
        assert match == Match("FULL_MATCH", {"firstName": "Ada"}, None)
        assert match.matched, "it was handed over all the same"


def test_what_is_no_match_hands_over_nothing() -> None:
    for status in ("NO_MATCH", "OPT_OUT", "LIMIT_EXCEEDED", "NON_MATCH_BY_REQUIRED_FIELDS", "INVALID_INPUT"):
        given_anyway = {"email": "ada@firm.example"}
        for match in (
            one_gtm(gtm_match(given_anyway, meta={"matchStatus": status})),
            one_gtm({"id": "0", "type": "NoMatch", "meta": {"matchStatus": status}}),
            one_enterprise({"data": [{"id": 7, **given_anyway}], "matchStatus": status}),
            one_enterprise({"data": [], "matchStatus": status}),
        ):
            assert (match.status, match.row, match.record_id, match.matched) == (status, {}, None, False)


def test_a_status_that_is_new_counts_as_one_when_a_record_came_with_it() -> None:
    match = one_gtm(gtm_match({"email": "a@b.example"}, meta={"matchStatus": "PARTIAL_MATCH"}))
    assert (match.status, match.matched, match.record_id) == ("PARTIAL_MATCH", True, "7000001")
    assert not one_gtm({"id": "0", "type": "NoMatch", "meta": {"matchStatus": "SOMETHING_ELSE"}}).matched


def test_a_status_that_is_missing_follows_from_the_record() -> None:
    record = {"id": 7000001, "email": "a@b.example"}
    row = {"id": "7000001", "email": "a@b.example"}
    for data in ([record], record):
        assert one_enterprise({"input": {}, "data": data}) == Match("FULL_MATCH", row, "7000001")
    for data in ([], {}, None, ""):
        assert one_enterprise({"input": {}, "data": data}) == Match("NO_MATCH", {}, None)
    assert one_gtm(gtm_match({"email": "a@b.example"}, meta={})) == Match("FULL_MATCH", row, "7000001")


def test_words_of_upstream_never_become_a_status() -> None:
    told = "Internal error: token abc.SECRET"
    assert one_gtm(gtm_match(meta={"matchStatus": told})).status == "FULL_MATCH"
    assert one_enterprise({"data": [], "matchStatus": told}).status == "NO_MATCH"
    warned = one_gtm(
        gtm_match(meta={"matchStatus": "NO_MATCH", "warnings": [{"code": "BAD_PHONE"}, {"code": told}, 7]})
    )
    assert warned.warnings == ("BAD_PHONE",)


@pytest.mark.parametrize("generation", CODECS)
def test_answers_are_joined_by_their_echo(generation: Generation) -> None:
    inputs: list[dict[str, object]] = [
        {"personId": "7"},
        {"emailAddress": "Ada@Firm.example"},
        {"personId": "-8"},
        {"fullName": "Zoë Ç", "companyName": "Acme, Inc."},
    ]
    order = [2, 0, 3, 1]

    def echo(item: dict[str, object]) -> dict[str, Any]:
        typed = {name: int(str(value)) if name == "personId" else value for name, value in item.items()}
        if generation == "gtm":
            return typed
        return {name.lower(): value.lower() if isinstance(value, str) else value for name, value in typed.items()}

    if generation == "gtm":
        data: Any = {
            "data": [
                {"id": str(n + 1), "type": "Contact", "meta": {"matchStatus": "FULL_MATCH", "input": echo(inputs[n])}}
                for n in order
            ]
        }
    else:
        results = [{"input": echo(inputs[n]), "data": [{"id": n + 1}], "matchStatus": "FULL_MATCH"} for n in order]
        data = {"data": {"result": results}}
    found = CODECS[generation].matches("contact", answer(data), inputs)
    assert [match.record_id for match in found] == ["1", "2", "3", "4"]
    for holder in data["data"] if generation == "gtm" else data["data"]["result"]:
        holder.pop("input", None)
        holder.get("meta", {}).pop("input", None)
    silent = CODECS[generation].matches("contact", answer(data), inputs)
    assert [match.record_id for match in silent] == [str(n + 1) for n in order], "without echoes the order counts"


@pytest.mark.parametrize("count", [0, 1, 3])
def test_another_number_of_answers_is_unreadable(count: int) -> None:
    inputs: list[dict[str, object]] = [{"personId": "1"}, {"personId": "2"}]
    with pytest.raises(UpstreamUnavailable):
        GTM.matches("contact", answer({"data": [gtm_match()] * count}), inputs)
    with pytest.raises(UpstreamUnavailable):
        ENTERPRISE.matches("contact", answer({"data": {"result": [{"data": []}] * count}}), inputs)


# --- lookups and limits ----------------------------------------------------------------------------------------


def test_the_reported_forms_of_lookups_are_read() -> None:
    rows = [
        {"Id": "fortune500", "Name": "Fortune 500"},
        {"Name": "Java", "Category": "IT"},
        "FINANCIAL_RESULTS",
        {"id": 5},
    ]
    assert ENTERPRISE.values(answer(rows)) == [
        Value("fortune500", "Fortune 500"),
        Value("Java", "Java", {"category": "IT"}),
        Value("FINANCIAL_RESULTS", "FINANCIAL_RESULTS"),
        Value("5", "5"),
    ]
    category = {"id": "Human Resources", "attributes": {"categories": ["Payroll"]}}
    assert GTM.values(answer({"data": [category]})) == [
        Value("Human Resources", "Human Resources", {"categories": ["Payroll"]})
    ]


def test_both_names_of_a_limit_are_read() -> None:
    for key in ("limit", "totalLimit"):
        rows = [{"limitType": "uniqueIdLimit", "description": "d", key: 10, "currentUsage": "4", "usageRemaining": 6}]
        assert ENTERPRISE.limits(answer({"usage": rows})) == [Limit("uniqueIdLimit", "d", 10, 4, 6)]
    spoken = [{"limitType": "uniqueID", "totalLimit": 0, "currentUsage": 4}]
    [limit] = GTM.limits(answer({"data": [{"attributes": {"usage": spoken}}]}))
    assert (limit.type, limit.metered) == ("uniqueIdLimit", False)


def test_rights_say_yes_no_or_nothing() -> None:
    rows = [{"fieldName": "a", "accessGranted": True}, {"fieldName": "b", "accessGranted": "false"}, {"fieldName": "c"}]
    rights = [FieldRight("a", "", True), FieldRight("b", "", False), FieldRight("c", "", None)]
    assert ENTERPRISE.granted(answer(rows)) == rights
    assert GTM.granted(answer({"data": [{"id": "x", "attributes": row} for row in rows]})) == rights


# --- anything at all -------------------------------------------------------------------------------------------

_MEMBERS = """
    data meta attributes id type matchStatus input warnings code result usage name Name Id totalResults maxResults
    company managementStatus limitType fieldName lastUpdatedDate managementLevel jobFunction companyRevenueNumeric
"""
NAMES = st.sampled_from(_MEMBERS.split())
WORDS = st.sampled_from(
    ["FULL_MATCH", "NO_MATCH", "COMPANY_ONLY_MATCH", "NoMatch", "Contact", "0", "-7", "1e999", "1/5/2026 2:59 PM"]
)
SCALARS = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | st.text(max_size=12) | WORDS
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=5),
    max_leaves=25,
)
FIELDS = {
    entity: st.dictionaries(st.sampled_from(sorted({*OUTPUTS[entity], *SEARCH_ROW[entity], "company"})), JSON)
    for entity in ENTITIES
}


def skeletons(entity: Entity) -> st.SearchStrategy[Any]:
    """Answers that are nearly right: the documented frame round arbitrary values."""
    resource = st.fixed_dictionaries(
        {"id": SCALARS, "attributes": FIELDS[entity] | JSON},
        optional={
            "type": WORDS,
            "meta": st.fixed_dictionaries({"matchStatus": WORDS | JSON, "input": JSON, "warnings": JSON}) | JSON,
        },
    )
    result = st.fixed_dictionaries(
        {"data": st.lists(FIELDS[entity], max_size=2) | FIELDS[entity] | JSON},
        optional={"matchStatus": WORDS | JSON, "input": JSON},
    )
    total = st.integers(0, 99) | JSON
    return (
        st.fixed_dictionaries(
            {"data": st.lists(resource, max_size=3), "meta": st.fixed_dictionaries({"totalResults": total})}
        )
        | st.fixed_dictionaries({"data": st.fixed_dictionaries({"result": st.lists(result, max_size=3)})})
        | st.fixed_dictionaries({"data": st.lists(FIELDS[entity], max_size=3), "maxResults": total})
        | st.fixed_dictionaries({"usage": st.lists(JSON, max_size=3)})
        | st.lists(JSON, max_size=3)
        | JSON
    )


@settings(deadline=None, max_examples=120)
@given(entity=st.sampled_from(ENTITIES), data=st.data(), count=st.integers(1, 3))
def test_no_answer_crashes_a_codec(entity: Entity, data: st.DataObject, count: int) -> None:
    response = answer(data.draw(skeletons(entity)))
    inputs: list[dict[str, object]] = [{"personId": str(n), "companyName": "A"} for n in range(count)]
    for codec in CODECS.values():
        for read in (
            lambda codec=codec: codec.page(entity, response, 1, 25),
            lambda codec=codec: codec.matches(entity, response, inputs),
            lambda codec=codec: codec.limits(response),
            lambda codec=codec: codec.values(response),
            lambda codec=codec: codec.granted(response),
        ):
            try:
                found = read()
            except UpstreamUnavailable as error:
                assert error.kind == "upstream_unreadable"
                continue
            if isinstance(found, list) and found and isinstance(found[0], Match):
                assert len(found) == count
                assert all(isinstance(match.record_id, str | None) for match in found)
                assert all(match.record_id is None or match.matched for match in found)


class _Said:
    """A transport that answers one thing."""

    def __init__(self, data: object) -> None:
        self.data = data

    async def send(self, request: Any, tokens: Any, **_: Any) -> Response:
        return answer(self.data)


@pytest.mark.anyio
@pytest.mark.parametrize("generation", CODECS)
async def test_an_enrich_that_cannot_be_read_may_have_been_paid_for(generation: Generation) -> None:
    deep: Any = []
    for _ in range(3000):
        deep = {"company": [deep]}
    bodies: list[Any] = [None, [], {}, {"data": None}, {"data": {"result": 5}}, {"data": ["x"]}]
    bodies += [
        {"data": [gtm_match({"companyEmployeeGrowth": deep})]},
        {"data": {"result": [{"data": {"newField": deep}}]}},
    ]
    for body in bodies:
        client = Client({generation: Side(CODECS[generation], None, _Said(body))})  # type: ignore[arg-type]
        with pytest.raises(OutcomeUnknown) as caught:
            await client.enrich("contact", generation, [{"personId": "7"}], ["id"])
        assert caught.value.details["credits"] == 1
        json.dumps(caught.value.details)
        with pytest.raises(UpstreamUnavailable):
            await client.usage(generation)
