"""Codec of the Enterprise API: JWT, flat JSON.

Source: ZoomInfo's Enterprise documentation with its captured examples; what integrators report of the live service
beside it (a record as an object instead of a list, a missing match status) is read as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from .arguments import wrong_generation
from .codec import (
    ENRICH,
    LOOKUP,
    MATCH_ARGUMENT,
    SEARCH,
    USAGE,
    Direction,
    Use,
    as_int,
    request,
    unreadable,
    wire_filters,
)
from .fields import OUTPUTS, SEARCH_ROW
from .gtm import read_limit, read_right
from .messages import Request, Response
from .operations import OPERATIONS, Entity, Generation, Operation
from .records import FieldRight, Limit, Match, Page, Value, clean, flatten_company
from .taxonomy import LOOKUPS


class EnterpriseCodec:
    """See :class:`~sales_zoominfo.zoominfo.codec.Codec`."""

    generation: Generation = "enterprise"
    window = 1_000
    balance_header = "X-Usage-Unique-Id-Limit-Remaining"

    def search(
        self, entity: Entity, filters: Mapping[str, list[object]], page: int, size: int, sort: str | None
    ) -> Request:
        body = {**wire_filters(entity, self.generation, filters), "page": page, "rpp": size}
        if sort:
            body["sortBy"] = sort.removeprefix("-")
            body["sortOrder"] = "desc" if sort.startswith("-") else "asc"
        return request(self.generation, SEARCH[entity], body=body)

    def page(self, entity: Entity, response: Response, page: int, size: int) -> Page:
        body = _body(response, SEARCH[entity])
        rows = body.get("data")
        if not isinstance(rows, list) or "maxResults" not in body:
            raise unreadable(SEARCH[entity], "it lacks data or maxResults")
        flat = [
            clean(SEARCH_ROW[entity], flatten_company(row) if entity == "contact" else row)
            for row in cast("list[dict[str, Any]]", rows)
        ]
        # maxResults counts all hits here and totalResults the rows of the page, the reverse of what they say.
        return Page(flat, as_int(body["maxResults"]), page, size, self.window)

    def enrich(
        self, entity: Entity, inputs: Sequence[Mapping[str, object]], outputs: Sequence[str], required: Sequence[str]
    ) -> Request:
        body: dict[str, object] = {
            MATCH_ARGUMENT[entity]: [self._input(item) for item in inputs],
            "outputFields": list(outputs),
        }
        if required:
            body["requiredFields"] = list(required)
        return request(self.generation, ENRICH[entity], body=body, credits=len(inputs))

    @staticmethod
    def _input(item: Mapping[str, object]) -> dict[str, object]:
        return {
            name: int(cast("str", value)) if name in ("personId", "companyId") else value
            for name, value in item.items()
        }

    def matches(self, entity: Entity, response: Response, inputs: Sequence[Mapping[str, object]]) -> list[Match]:
        body = _body(response, ENRICH[entity])
        data = cast("dict[str, Any]", body.get("data") or {})
        results = data.get("result")
        if not isinstance(results, list):
            raise unreadable(ENRICH[entity], "it lacks data.result")
        found = cast("list[dict[str, Any]]", results)
        if len(found) != len(inputs):
            raise unreadable(ENRICH[entity], f"{len(found)} answers for {len(inputs)} inputs")
        return [self._match(entity, result) for result in found]

    def _match(self, entity: Entity, result: Mapping[str, Any]) -> Match:
        data = result.get("data")
        record = cast("Any", data[0] if isinstance(data, list) and data else data)
        if not isinstance(record, dict) or not record:
            return Match(str(result.get("matchStatus") or "NO_MATCH"), {}, None)
        fields = cast("dict[str, Any]", record)
        row = clean(OUTPUTS[entity], flatten_company(fields) if entity == "contact" else fields)
        return Match(str(result.get("matchStatus") or "FULL_MATCH"), row, row.get("id"))

    def usage(self) -> Request:
        return request(self.generation, USAGE)

    def limits(self, response: Response) -> list[Limit]:
        usage = _body(response, USAGE).get("usage")
        if not isinstance(usage, list):
            raise unreadable(USAGE, "it lacks a usage list")
        return [read_limit(item) for item in cast("list[dict[str, Any]]", usage)]

    def lookup(self, field: str, narrow: Mapping[str, str]) -> Request:
        path = LOOKUPS.get(field)
        if path is None:
            raise wrong_generation(f"The lookup {field}", self.generation)
        return request(self.generation, LOOKUP, params=dict(narrow) or None, path={"fieldName": path})

    def values(self, response: Response) -> list[Value]:
        return [_value(item) for item in _list(response, LOOKUP)]

    def rights(self, entity: Entity, use: Use, direction: Direction) -> Request:
        operation = OPERATIONS["search_fields" if use == "search" else "enrich_fields"]
        return request(self.generation, operation, path={"fieldType": direction, "entity": entity})

    def granted(self, response: Response) -> list[FieldRight]:
        return [read_right(item) for item in _list(response, OPERATIONS["enrich_fields"])]


def _body(response: Response, operation: Operation) -> dict[str, Any]:
    body: object = response.data
    if not isinstance(body, dict):
        raise unreadable(operation, "it is not an object")
    return cast("dict[str, Any]", body)


def _list(response: Response, operation: Operation) -> list[Any]:
    body: object = response.data
    if not isinstance(body, list):
        raise unreadable(operation, "it is not a list")
    return cast("list[Any]", body)


def _value(item: Any) -> Value:
    # Id and Name carry capitals in the documented example; topics have a name only, news categories are bare text.
    if not isinstance(item, dict):
        return Value(str(item), str(item))
    fields = {key[:1].lower() + key[1:]: value for key, value in cast("dict[str, Any]", item).items()}
    name = str(fields.pop("name", fields.get("id", "")))
    return Value(str(fields.pop("id", name)), name, fields)
