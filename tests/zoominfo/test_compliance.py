"""The compliance check of the Enterprise API: its codec against the documented shapes, and over the sandbox."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sales_zoominfo.errors import InvalidArgument, NotAvailable, UpstreamUnavailable
from sales_zoominfo.zoominfo.compliance import KEYS, MOST, check_request, held, read_people
from sales_zoominfo.zoominfo.messages import Response
from support import Served, client

pytestmark = pytest.mark.anyio

# The documented example's shape, with invented values; echoes are in small letters and answers are texts and flags.
ROW: dict[str, Any] = {
    "id": 1234567890,
    "firstName": "Ada",
    "lastName": "Sample",
    "title": "Director",
    "employmentHistory": [{"companyName": "Old Works", "title": "Clerk"}],
    "emailAddresses": ["ada@acme.example"],
    "pastEmailAddresses": [],
    "withinEu": False,
    "hasCanadianEmail": "false",
    "withinCalifornia": True,
    "withinCanada": False,
    "noticeProvidedDate": "2020-06-27",
    "hasMoved": "false",
    "looksLikeEu": "false",
    "looksLikeCalifornia": "true",
    "looksLikeCanada": "false",
    "company": {"name": "Acme"},
}
PEOPLE: list[dict[str, object]] = [
    {"companyName": "Acme", "firstName": "Ada", "lastName": "Sample"},
    {"emailAddress": "nobody@acme.example"},
]


def answer(*results: dict[str, Any]) -> Response:
    return Response(200, {}, {"success": True, "data": {"result": list(results)}})


FIRST = {"input": {"companyname": "Acme", "personfirstname": "Ada", "personlastname": "Sample"}, "data": [ROW]}
SECOND: dict[str, Any] = {"input": {"personemailaddress": "nobody@acme.example"}, "data": []}


def test_the_request_has_the_documented_keys() -> None:
    full: list[dict[str, object]] = [
        {"personId": "-7", "companyId": "9", "emailAddress": "a@b.example", "phone": "1", "fullName": "Ada Sample"},
        {"firstName": "Ada", "lastName": "Sample", "companyName": "Acme", "state": "x", "country": "y", "zipCode": "z"},
    ]
    sent = check_request(full)
    assert (sent.method, sent.path, sent.credits) == ("POST", "/compliance", 0)
    assert sent.json == {
        "matchPersonInput": [
            {
                "personId": -7,
                "companyId": 9,
                "personEmailAddress": "a@b.example",
                "personPhone": "1",
                "personFullName": "Ada Sample",
            },
            {
                "personFirstName": "Ada",
                "personLastName": "Sample",
                "companyName": "Acme",
                "personState": "x",
                "personCountry": "y",
                "personZipCode": "z",
            },
        ]
    }
    assert {name for person in full for name in person} == set(KEYS)


@pytest.mark.parametrize("results", [(FIRST, SECOND), (SECOND, FIRST)])
def test_rows_come_in_the_inputs_order_with_their_types(results: tuple[dict[str, Any], ...]) -> None:
    [[row], none] = held(answer(*results), PEOPLE)
    assert none == []
    assert row == {
        "id": "1234567890",
        "firstName": "Ada",
        "lastName": "Sample",
        "title": "Director",
        "employmentHistory": [{"companyName": "Old Works", "title": "Clerk"}],
        "emailAddresses": ["ada@acme.example"],
        "withinEu": False,
        "hasCanadianEmail": False,
        "withinCalifornia": True,
        "withinCanada": False,
        "noticeProvidedDate": "2020-06-27",
        "hasMoved": "false",
        "looksLikeEu": False,
        "looksLikeCalifornia": True,
        "looksLikeCanada": False,
        "companyName": "Acme",
    }


def test_one_record_may_come_as_an_object_and_unknown_fields_stay_behind() -> None:
    [[row], _] = held(answer({**FIRST, "data": {**ROW, "secretScore": 3}}, {**SECOND, "data": None}), PEOPLE)
    assert row["id"] == "1234567890"
    assert "secretScore" not in row


@pytest.mark.parametrize(
    "body", [{}, [], None, {"data": {}}, {"data": {"result": [FIRST]}}, {"data": {"result": [FIRST, 1]}}]
)
def test_another_shape_is_said_to_be_unreadable(body: Any) -> None:
    with pytest.raises(UpstreamUnavailable):
        held(Response(200, {}, body), PEOPLE)


_NAMES = st.sampled_from(["data", "result", "input", "id", "company", "name", "withinEu"])
_BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=15,
)


@given(_BODIES)
def test_no_answer_breaks_the_codec(body: Any) -> None:
    with contextlib.suppress(UpstreamUnavailable):
        held(Response(200, {}, body), PEOPLE)


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        ([], "number of people"),
        ([{"emailAddress": "a@b.example"}] * (MOST + 1), "number of people"),
        ("Ada", "list of objects"),
        ([{"email": "a@b.example"}], "emailAddress"),
        ([{"companyName": "Acme"}], "it has only companyName"),
        ([{"firstName": "Ada", "companyName": "Acme"}], "firstName"),
        ([{}], r"people\[0\] can match nothing: it is empty\."),
        ([{"emailAddress": "  ", "phone": None}], r"all that it has is blank \(emailAddress, phone\)\."),
        ([{"emailAddress": " ", "companyName": "Acme"}], "it has only companyName"),
        (["Ada"], "an object"),
        ([{"personId": "Ada"}], "personId"),
    ],
)
def test_an_unusable_input_is_named(raw: Any, complaint: str) -> None:
    with pytest.raises(InvalidArgument, match=complaint):
        read_people(raw, "people")


async def test_the_sandbox_tells_what_it_holds(served_sandbox: Served) -> None:
    enterprise = client(served_sandbox, "enterprise")
    try:
        page = await enterprise.search("contact", {"jobTitle": "Director"}, size=2)
        given = [*({"personId": row["id"]} for row in page.rows), {"emailAddress": "no@where.example"}]
        people = read_people(given, "people")
        found = await enterprise.compliance(people)
        assert [[record["id"] for record in records] for records in found] == [[row["id"]] for row in page.rows] + [[]]
        for [record], row in zip(found, page.rows, strict=False):
            assert record["lastName"] == row["lastName"]
            assert all(isinstance(record[name], bool) for name in ("withinEu", "withinCalifornia", "withinCanada"))
    finally:
        await enterprise.aclose()


async def test_the_gtm_api_has_none(served_sandbox: Served) -> None:
    gtm = client(served_sandbox, "gtm")
    try:
        with pytest.raises(NotAvailable, match="Enterprise"):
            await gtm.compliance([{"personId": "7"}])
    finally:
        await gtm.aclose()
