"""The compliance query of the Enterprise API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from . import shapes
from .conftest import Driver

ADA = 7000001


def query(driver: Driver, *inputs: dict[str, Any]) -> Any:
    return driver.ent("/compliance", {"matchPersonInput": list(inputs)})


def test_shape_and_content(box: Driver) -> None:
    answer = query(
        box,
        {"companyName": "Acme, Inc.", "personFirstName": "Ada", "personLastName": "Sample"},
        {"personEmailAddress": "Nobody@nowhere.example"},
    )
    assert answer.status_code == 200
    assert shapes.problems(answer.json(), shapes.COMPLIANCE) == []
    found, none = answer.json()["data"]["result"]
    assert found["input"] == {"companyname": "acme, inc.", "personfirstname": "ada", "personlastname": "sample"}
    assert (found["data"][0]["id"], found["data"][0]["emailAddresses"]) == (ADA, ["ada.sample@acme.example"])
    assert none == {"input": {"personemailaddress": "nobody@nowhere.example"}, "data": []}


def test_every_person_has_the_shape(box: Driver) -> None:
    people: list[int] = []
    for country in ("germany", "canada", "usa"):
        people += [row["id"] for row in box.ent("/search/contact", {"country": country, "rpp": 40}).json()["data"]]
    seen: list[Any] = []
    for at in range(0, len(people), 25):
        answer = query(box, *({"personId": key} for key in people[at : at + 25]))
        assert shapes.problems(answer.json(), shapes.COMPLIANCE) == []
        seen += [row["data"][0] for row in answer.json()["data"]["result"]]
    assert [row["id"] for row in seen] == people
    for flag in ("withinEu", "withinCanada"):
        assert {row[flag] for row in seen} == {True, False}
    assert any(row["pastEmailAddresses"] for row in seen)


@pytest.mark.parametrize("given", [{"personId": ADA}, {"personEmailAddress": "ada.sample@acme.example"},
                                   {"personFullName": "Ada Sample", "companyId": 900001},
                                   {"personPhone": "+1 200 555 0100"}])  # fmt: skip
def test_ways_to_ask(box: Driver, given: dict[str, Any]) -> None:
    assert query(box, given).json()["data"]["result"][0]["data"][0]["id"] == ADA


def test_the_place_narrows(box: Driver) -> None:
    row = box.ent_enrich("contact", [{"personId": ADA}], ["country", "state", "zipCode"]).json()
    home = row["data"]["result"][0]["data"][0]
    assert query(box, {"personId": ADA, "personCountry": home["country"]}).json()["data"]["result"][0]["data"]
    assert query(box, {"personId": ADA, "personState": home["state"], "personZipCode": home["zipCode"]}).json()["data"][
        "result"
    ][0]["data"]
    assert query(box, {"personId": ADA, "personCountry": "France"}).json()["data"]["result"][0]["data"] == []


def test_nothing_is_held_of_people_who_opted_out(box: Driver) -> None:
    answer = query(box, {"personEmailAddress": "orla.optout@acme.example"})
    assert answer.json()["data"]["result"][0]["data"] == []
    assert "orla.optout@acme.example" not in str(answer.json()["data"]["result"][0]["data"])


def test_it_costs_a_request_and_neither_credit_nor_record(box: Driver) -> None:
    before = box.used()
    answer = query(box, {"personId": ADA})
    after = box.used()
    assert after["requestLimit"] - before["requestLimit"] == 2  # the query, and the usage call
    assert (after["uniqueIdLimit"], after["recordLimit"]) == (before["uniqueIdLimit"], before["recordLimit"])
    assert answer.headers["X-Usage-Unique-Id-Limit-Remaining"] == "10000"


def test_limits_are_those_of_the_standard_lane(make: Callable[..., Driver]) -> None:
    box = make(switches={"package": "standard"})
    answers = [query(box, {"personId": ADA}) for _ in range(26)]
    assert [answer.status_code for answer in answers] == [200] * 25 + [429]
    assert answers[0].headers["X-RateLimit-Limit"] == "1500"


@pytest.mark.parametrize(
    ("body", "text", "names"),
    [
        ({"matchPersonInput": [{"emailAddress": "a@b.example"}]}, "There are invalid fields", ["emailAddress"]),
        ({"matchPersonInput": [{"personId": "x"}]}, "There are invalid fields", ["personId"]),
        ({"matchPersonInput": [{}]}, "insufficient information", None),
        ({"matchPersonInput": []}, "insufficient information", None),
        ({"people": []}, "There are invalid fields", ["people"]),
        ({"matchPersonInput": [{"personId": key} for key in range(26)]}, "There are invalid", ["matchPersonInput"]),
    ],
)
def test_refusals(shared: Driver, body: Any, text: str, names: list[str] | None) -> None:
    answer = shared.ent("/compliance", body)
    assert answer.status_code == 400
    assert shapes.problems(answer.json(), shapes.ENTERPRISE_ERROR) == []
    assert text in answer.json()["error"]
    assert answer.json().get("invalidInputFields") == names


def test_a_plan_may_lack_it(make: Callable[..., Driver]) -> None:
    box = make(switches={"disallowed_endpoints": frozenset({"/compliance"})})
    answer = query(box, {"personId": ADA})
    assert (answer.status_code, answer.json()["error"]) == (403, "You do not have access to this endpoint")


def test_field_lookups(shared: Driver) -> None:
    inputs = shared.ent_get("/lookup/inputfields/compliance/enrich").json()
    assert (
        shapes.problems(inputs, [each := dict.fromkeys(("fieldName!", "fieldType!", "description!"), "string")]) == []
    )
    assert {row["fieldName"]: row["fieldType"] for row in inputs}["personId"] == "Long"
    outputs = shared.ent_get("/lookup/outputfields/compliance/enrich").json()
    assert shapes.problems(outputs, [{key: each[key] for key in ("fieldName!", "description!")}]) == []
    assert len(outputs) == 17
