"""The compliance check of the Enterprise API: what ZoomInfo holds about a person, and which privacy rules apply.

Source: the Enterprise documentation with its captured example. It reads; nothing at ZoomInfo records an opt-out by API.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from ..errors import fail
from .arguments import read_id, read_text, suggest, too_little
from .codec import as_object, in_order, read_objects, request, unreadable
from .fields import COMPLIANCE_KEYS as KEYS
from .fields import Output
from .messages import Request, Response
from .operations import OPERATIONS
from .records import Row, clean

CHECK = OPERATIONS["check_compliance"]
# The documentation states no number; enrich calls take so many.
MOST = 25

ENOUGH = (
    frozenset({"personId"}),
    frozenset({"emailAddress"}),
    frozenset({"phone"}),
    frozenset({"fullName"}),
    frozenset({"firstName", "lastName"}),
)
_PLAIN = frozenset(["companyId", "companyName", "personId"])

ROW: dict[str, Output] = {
    spec.name: spec
    for spec in (
        Output("id", "id"),
        *(Output(name) for name in ("firstName", "lastName", "title", "companyName", "hasMoved")),
        *(Output(name, "strings") for name in ("emailAddresses", "pastEmailAddresses")),
        Output("employmentHistory", "objects"),
        Output("noticeProvidedDate", "date"),
        *(
            Output(name, "boolean")
            for name in (
                "withinEu",
                "withinCalifornia",
                "withinCanada",
                "hasCanadianEmail",
                "looksLikeEu",
                "looksLikeCalifornia",
                "looksLikeCanada",
            )
        ),
    )
}


def read_people(raw: object, where: str) -> list[dict[str, object]]:
    """Check whom a compliance check is about.

    Args:
        raw: 1 to 25 objects of :data:`KEYS`.
        where: the argument's name, for errors.

    Raises:
        InvalidArgument: too few or too many, an unknown key, a bad value, or too little to go on.
    """
    if not isinstance(raw, list | dict):
        raise fail("wrong_type", name=where, expected="a list of objects", got="something else")
    items = cast("list[object]", raw if isinstance(raw, list) else [raw])
    if not 1 <= len(items) <= MOST:
        raise fail(
            "out_of_range", name=f"the number of {where}", value=len(items), low=1, high=MOST, details={"field": where}
        )
    return [_read_person(item, f"{where}[{index}]") for index, item in enumerate(items)]


def _read_person(raw: object, where: str) -> dict[str, object]:
    if not isinstance(raw, dict):
        raise fail("wrong_type", name=where, expected="an object", got="something else")
    values: dict[str, object] = {}
    for name, value in cast("dict[str, object]", raw).items():
        key = KEYS.get(name)
        if key is None:
            raise fail(
                "unknown_argument",
                where=where,
                thing="key",
                name=name[:60],
                hint=suggest(name, KEYS),
                legal=", ".join(KEYS),
                details={"field": f"{where}.{name[:60]}"},
            )
        if value in (None, "", []) or (isinstance(value, str) and not value.strip()):
            continue
        values[name] = read_id(f"{where}.{name}", value) if key.kind == "id" else read_text(f"{where}.{name}", value)
    if not any(enough <= values.keys() for enough in ENOUGH):
        raise fail(
            "input_cannot_match",
            where=where,
            reason=too_little(cast("dict[str, object]", raw), values),
            combinations="personId; emailAddress; phone; fullName; firstName + lastName",
            details={"field": where},
        )
    return values


def check_request(people: Sequence[Mapping[str, object]]) -> Request:
    """The request of a compliance check of 1 to 25 people."""
    return request("enterprise", CHECK, body={"matchPersonInput": [_wire(item) for item in people]})


def _wire(person: Mapping[str, object]) -> dict[str, object]:
    # Unlike in an enrich, everything about the person carries the prefix.
    return {
        name if name in _PLAIN else f"person{name[:1].upper()}{name[1:]}": int(cast("str", value))
        if name in ("personId", "companyId")
        else value
        for name, value in person.items()
    }


def held(response: Response, people: Sequence[Mapping[str, object]]) -> list[list[Row]]:
    """What ZoomInfo holds about each person, in the inputs' order; an empty list where it holds nothing.

    Raises:
        UpstreamUnavailable: the answer has another shape.
    """
    results = read_objects(as_object(as_object(response.data).get("data")).get("result"), CHECK, "data.result")
    if len(results) != len(people):
        raise unreadable(CHECK, f"{len(results)} answers for {len(people)} inputs")
    ordered = in_order(results, [result.get("input") for result in results], [_wire(item) for item in people])
    return [[_row(record) for record in _records(result)] for result in ordered]


def _records(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    data: object = result.get("data")
    if data is None:
        return []
    # As with enrich answers, one record may come as an object.
    listed: object = [cast("object", data)] if isinstance(data, dict) else data
    return read_objects(listed, CHECK, "a data list")


def _row(record: Mapping[str, Any]) -> Row:
    flat = {name: value for name, value in record.items() if name != "company"}
    company = as_object(record.get("company"))
    if company.get("name") and not flat.get("companyName"):
        flat["companyName"] = company["name"]
    return clean(ROW, {name: value for name, value in flat.items() if name in ROW})
