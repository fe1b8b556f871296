"""Matching, credits, the twelve months, opt-outs and the charge hook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sales_zoominfo.sandbox import Charge
from sales_zoominfo.sandbox.encoding import email_digests

from .conftest import Driver

DAY = 86_400.0
ADA = 7000001


def statuses(answer: Any) -> list[str]:
    return [row["meta"]["matchStatus"] for row in answer.json()["data"]]


def old_statuses(answer: Any) -> list[str]:
    return [row["matchStatus"] for row in answer.json()["data"]["result"]]


def sha(text: str) -> str:
    return email_digests(text)[1]


WAYS: list[dict[str, Any]] = [
    {"personId": ADA},
    {"emailAddress": "ADA.Sample@acme.example"},
    {"hashedEmail": sha("ada.sample@acme.example")},
    {"phone": "+1 (200) 555-0100"},
    {"firstName": "ada", "lastName": "SAMPLE", "companyName": "Acme Inc"},
    {"fullName": "Ada Sample", "companyId": 900001},
    {"firstName": "Ada", "lastName": "Sample", "companyName": "Acme, Inc.", "jobTitle": "Manager, Purchasing"},
]


@pytest.mark.parametrize("given", WAYS)
def test_ways_to_match_a_person(box: Driver, given: dict[str, Any]) -> None:
    row = box.enrich("contact", [given], ["firstName"]).json()["data"][0]
    assert (row["id"], row["meta"]["matchStatus"], row["meta"]["input"]) == (str(ADA), "FULL_MATCH", given)
    old = box.ent_enrich("contact", [given], ["id"]).json()["data"]["result"][0]
    assert (old["data"][0]["id"], old["matchStatus"]) == (ADA, "FULL_MATCH")


COMPANY_WAYS: list[dict[str, Any]] = [
    {"companyId": 900001},
    {"companyName": "acme"},
    {"companyWebsite": "https://www.acme.example/about"},
    {"companyWebsite": "nothing.example,acme.example"},
    {"companyPhone": "900 555 0100"},
    {"ipAddress": "192.0.2.1"},
    {"companyName": "ACME, INC.", "companyCountry": "us", "companyState": "CA"},
]


@pytest.mark.parametrize("given", COMPANY_WAYS)
def test_ways_to_match_a_company(box: Driver, given: dict[str, Any]) -> None:
    row = box.enrich("company", [given], ["name"]).json()["data"][0]
    assert (row["id"], row["meta"]["matchStatus"]) == ("900001", "FULL_MATCH")


def test_location_match_only_with_address_inputs(box: Driver) -> None:
    def location(given: dict[str, Any]) -> Any:
        return box.enrich("company", [given], ["name", "street", "locationMatch"]).json()["data"][0]["attributes"]

    plain = location({"companyName": "Acme, Inc."})
    assert "locationMatch" not in plain
    match = location({"companyName": "Acme, Inc.", "companyStreet": plain["street"], "companyCity": "San Francisco"})
    assert match["locationMatch"]["addressStatus"] == "CURRENT"
    assert match["locationMatch"]["companyId"] == 900001
    assert location({"companyName": "Acme, Inc.", "companyCity": "Boston"})["locationMatch"]["addressStatus"] == "VALID"


def test_statuses_of_a_batch(box: Driver) -> None:
    inputs: list[dict[str, Any]] = [
        {"personId": ADA},
        {"personId": 1},
        {"firstName": "No", "lastName": "Body", "companyName": "Acme, Inc."},
        {"firstName": "No", "lastName": "Body", "companyName": "Nowhere"},
        {"emailAddress": "ada.sample@acme.example", "companyName": "Inkwell Cloud"},
        {"emailAddress": "orla.optout@acme.example"},
        {"firstName": "Ada", "lastName": "Sample"},
        {"emailAddress": "not an address"},
        {"personId": ADA, "contactAccuracyScoreMin": "50"},
        {"personId": ADA, "contactAccuracyScoreMin": "99"},
        {"personId": ADA, "lastUpdatedDateAfter": "2026-11-20"},
        {"personId": ADA, "validDateAfter": "2026-11-20"},
        {},
    ]
    expected = [
        "FULL_MATCH",
        "NO_MATCH",
        "COMPANY_ONLY_MATCH",
        "NO_MATCH",
        "CONTACT_ONLY_MATCH",
        "OPT_OUT",
        "INVALID_INPUT",
        "INVALID_INPUT",
        "INVALID_INPUT",
        "NON_MATCH_BY_CONTACT_ACCURACY_MIN",
        "NON_MATCH_BY_LAST_UPDATED_DATE",
        "NON_MATCH_BY_VALID_DATE",
        "INVALID_INPUT",
    ]
    answer = box.enrich("contact", inputs, ["email", "companyName"])
    assert statuses(answer) == expected
    rows = answer.json()["data"]
    assert [row["meta"]["input"] for row in rows] == inputs
    assert rows[0]["attributes"] == {
        "email": "ada.sample@acme.example",
        "company": {"name": "Acme, Inc.", "id": 900001},
    }
    assert rows[2]["attributes"] == {"company": {"name": "Acme, Inc.", "id": 900001}}
    assert rows[4]["attributes"] == {"email": "ada.sample@acme.example"}
    assert all(
        "attributes" not in row
        for row, status in zip(rows, expected, strict=True)
        if "ONLY" not in status and status != "FULL_MATCH"
    )
    assert rows[6]["meta"]["warnings"][0]["fields"] == ["firstName", "lastName"]
    assert old_statuses(box.ent_enrich("contact", inputs, ["email", "companyName"])) == expected
    # Ada, once; and Acme for the input that matched it alone.
    assert box.used()["uniqueIdLimit"] == 2


def test_required_fields_are_free_when_missing(box: Driver) -> None:
    rows = box.find("contact", {"lastName": "Partial"}).json()["data"]
    answer = box.enrich("contact", [{"personId": int(rows[0]["id"])}], ["firstName"], requiredFields=["companyName"])
    assert statuses(answer) == ["NON_MATCH_BY_REQUIRED_FIELDS"]
    assert box.used()["uniqueIdLimit"] == 0
    assert statuses(box.enrich("contact", [{"personId": ADA}], ["firstName"], requiredFields=["email"])) == [
        "FULL_MATCH"
    ]
    old = box.ent_enrich(
        "contact", [{"personId": int(rows[0]["id"])}], ["firstName"], requiredFields="email,companyName"
    )
    assert old_statuses(old) == ["NON_MATCH_BY_REQUIRED_FIELDS"]
    assert old.json()["data"]["requiredFields"] == "email,companyName"


def test_required_fields_of_a_company_are_an_enterprise_matter(box: Driver) -> None:
    acme = [{"companyId": 900001}]
    lacking = box.ent_enrich("company", acme, ["name"], requiredFields=["ticker"])
    assert old_statuses(lacking) == ["NON_MATCH_BY_REQUIRED_FIELDS"]
    assert box.used()["uniqueIdLimit"] == 0
    assert old_statuses(box.ent_enrich("company", acme, ["name"], requiredFields=["website"])) == ["FULL_MATCH"]
    assert box.enrich("company", acme, ["name"], requiredFields=["ticker"]).status_code == 400


def test_someone_who_moved_is_found_at_the_past_employer(box: Driver) -> None:
    given = {"firstName": "Miles", "lastName": "Moved", "companyName": "Acme, Inc."}
    row = box.enrich("contact", [given], ["personHasMoved", "companyName", "employmentHistory"]).json()["data"][0]
    assert row["meta"]["matchStatus"] == "FULL_MATCH"
    assert row["attributes"]["personHasMoved"] == "Yes"
    assert row["attributes"]["company"]["name"] == "Acme Widgets LLC"
    assert row["attributes"]["employmentHistory"][0]["company"]["companyName"] == "Acme, Inc."


def test_a_duplicate_loses_against_the_better_record(box: Driver) -> None:
    rows = box.find("contact", {"lastName": "Sample", "firstName": "Ada"}).json()["data"]
    assert len(rows) == 2
    given = {"firstName": "Ada", "lastName": "Sample", "companyName": "Acme, Inc."}
    assert box.enrich("contact", [given], ["email"]).json()["data"][0]["id"] == str(ADA)


def test_unusual_ids(box: Driver) -> None:
    rows = box.find("contact", {"country": "usa"}, size=100).json()["data"]
    ids = [int(row["id"]) for row in rows]
    chosen = [min(ids), max(ids), next(key for key in ids if 2**31 < key < 2**53)]
    assert chosen[0] < 0
    assert chosen[1] > 2**53
    answer = box.enrich("contact", [{"personId": key} for key in chosen], ["firstName"])
    assert [row["id"] for row in answer.json()["data"]] == [str(key) for key in chosen]
    old = box.ent_enrich("contact", [{"personId": key} for key in chosen], ["id"])
    assert [row["data"][0]["id"] for row in old.json()["data"]["result"]] == chosen


def test_addresses_without_a_company(box: Driver) -> None:
    inputs = [
        {"ipAddress": f"{net}.{last}"} for net in ("192.0.2", "198.51.100", "203.0.113") for last in range(1, 256, 32)
    ]
    found = statuses(box.enrich("company", inputs[:24], ["name"]))
    assert found.count("FULL_MATCH") > 12
    assert (
        statuses(box.enrich("company", [{"ipAddress": "10.0.0.1"}, {"ipAddress": "2001:db8::1"}], ["name"]))
        == ["NO_MATCH"] * 2
    )
    assert (
        statuses(box.enrich("company", [{"ipAddress": "here"}, {"companyCity": "Boston"}], ["name"]))
        == ["INVALID_INPUT"] * 2
    )


def test_search_costs_nothing_and_enrich_once(box: Driver) -> None:
    box.find("contact", {"country": "usa"}, size=100)
    used = box.used()
    assert (used.get("uniqueIdLimit"), used.get("recordLimit")) == (0, 0)
    for _ in range(2):
        box.enrich("contact", [{"personId": ADA}, {"personId": ADA}], ["email", "companyName"])
    used = box.used()
    assert (used["uniqueIdLimit"], used["recordLimit"]) == (1, 4)
    box.ent_enrich("contact", [{"personId": ADA}], ["email"])
    box.ent("/search/contact", {"country": "usa", "rpp": 10})
    used = box.used()
    assert (used["uniqueIdLimit"], used["recordLimit"]) == (1, 15)


def test_twelve_months_across_reopening(make: Callable[..., Driver]) -> None:
    first = make()
    first.enrich("company", [{"companyId": 900001}], ["name"])
    start = first.clock.now
    first.clock.now = start + 365 * DAY - 1
    second = make()
    second.enrich("company", [{"companyId": 900001}], ["name"])
    assert second.used()["uniqueIdLimit"] == 1
    second.clock.now = start + 365 * DAY
    third = make()
    third.enrich("company", [{"companyId": 900001}], ["name"])
    assert third.used()["uniqueIdLimit"] == 2
    third.clock.now += 100 * DAY
    fourth = make()
    fourth.enrich("company", [{"companyId": 900001}], ["name"])
    assert fourth.used()["uniqueIdLimit"] == 2


def test_two_open_sandboxes_share_purchases(make: Callable[..., Driver]) -> None:
    one, two = make(), make()
    one.enrich("contact", [{"personId": ADA}], ["email"])
    two.ent_enrich("contact", [{"personId": ADA}], ["email"])
    assert one.used()["uniqueIdLimit"] == two.used()["uniqueIdLimit"] == 1


def test_charge_hook(make: Callable[..., Driver]) -> None:
    charges: list[Charge] = []
    box = make(on_charge=charges.append)
    given = {"emailAddress": "ada.sample@acme.example"}
    for _ in range(2):
        box.enrich("contact", [given, {"personId": 1}], ["email"])
    box.enrich("company", [{"ipAddress": "192.0.2.1"}], ["name"])
    assert charges == [
        Charge("sandbox-demo", "contact", ADA, given, box.clock.now),
        Charge("sandbox-demo", "company", 900001, {"ipAddress": "192.0.2.1"}, box.clock.now),
    ]


def test_a_hook_that_refuses_charges_nothing(make: Callable[..., Driver]) -> None:
    calls: list[int] = []

    def refuse_the_second(charge: Charge) -> None:
        calls.append(charge.zi_id)
        if len(calls) == 2:
            raise RuntimeError("unreserved charge")

    box = make(on_charge=refuse_the_second)
    answer = box.enrich("contact", [{"personId": ADA}, {"personId": 7000004}], ["email"])
    assert answer.status_code == 500
    assert answer.json()["errors"][0]["code"] == "PFAPI0007"
    assert box.used().get("uniqueIdLimit") == 0
    assert box.used().get("recordLimit") == 0


def test_credits_run_out_record_by_record(make: Callable[..., Driver]) -> None:
    box = make(switches={"credits": 1})
    inputs = [{"companyId": 900001}, {"companyId": 900008}, {"companyId": 900001}]
    answer = box.enrich("company", inputs, ["name"])
    assert statuses(answer) == ["FULL_MATCH", "LIMIT_EXCEEDED", "FULL_MATCH"]
    assert answer.json()["data"][1]["type"] == "NoMatch"
    assert old_statuses(box.ent_enrich("company", inputs, ["name"])) == ["FULL_MATCH", "LIMIT_EXCEEDED", "FULL_MATCH"]


def test_credits_run_out_whole(make: Callable[..., Driver]) -> None:
    box = make(switches={"credits": 0})
    answer = box.enrich("company", [{"companyId": 900001}], ["name"])
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "PFAPI0011")
    old = box.ent_enrich("company", [{"companyId": 900001}], ["name"])
    assert old.json()["error"] == "Exceeded the max limit to enrich new Contacts or Companies"
    strict = make(switches={"credits": 1, "credit_exhausted": "whole_call"})
    two = [{"companyId": 900001}, {"companyId": 900008}]
    assert strict.enrich("company", two, ["name"]).status_code == 400
    assert strict.used()["uniqueIdLimit"] == 0
    single = make(switches={"credits": 0, "credit_exhausted": "per_record"})
    assert statuses(single.enrich("company", two[:1], ["name"])) == ["LIMIT_EXCEEDED"]


def test_opted_out_people_are_told_by_every_key(box: Driver) -> None:
    inputs = [
        {"emailAddress": "orla.optout@acme.example"},
        {"hashedEmail": sha("orla.optout@acme.example")},
        {"fullName": "Orla Optout", "companyName": "Acme, Inc."},
    ]
    answer = box.enrich("contact", inputs, ["email", "phone"])
    assert statuses(answer) == ["OPT_OUT"] * 3
    assert all(row["id"] == "0" and "attributes" not in row for row in answer.json()["data"])
    assert box.used()["uniqueIdLimit"] == 0
