"""Codec of the Enterprise API: JWT, flat JSON.

Source: ZoomInfo's Enterprise documentation with its captured examples; what integrators report of the live service
beside it (a record as an object instead of a list, a missing match status) is read as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from .arguments import wrong_generation
from .asking import Builder
from .codec import (
    ENRICH,
    LOOKUP,
    MATCH_ARGUMENT,
    SEARCH,
    USAGE,
    Direction,
    Use,
    as_object,
    in_order,
    read_limit,
    read_matches,
    read_objects,
    read_right,
    read_total,
    request,
    rights_name,
    unreadable,
    wire_filters,
)
from .fields import ENTERPRISE_SORTS, SEARCH_ROW
from .messages import Request, Response
from .operations import OPERATIONS, WINDOW, Entity, Generation, Subject
from .records import FieldRight, Limit, Match, Page, Value, clean, flatten, flatten_company
from .taxonomy import LOOKUPS


class EnterpriseCodec:
    """See :class:`~sales_zoominfo.zoominfo.codec.Codec`."""

    generation: Generation = "enterprise"
    window = WINDOW["enterprise"]
    balance_header = "X-Usage-Unique-Id-Limit-Remaining"

    def search(
        self, subject: Subject, filters: Mapping[str, list[object]], page: int, size: int, sort: str | None
    ) -> Request:
        body = {**wire_filters(subject, self.generation, filters), "page": page, "rpp": size}
        if sort:
            field = sort.removeprefix("-")
            body["sortBy"] = ENTERPRISE_SORTS.get(subject, {}).get(field, field)
            body["sortOrder"] = "desc" if sort.startswith("-") else "asc"
        return request(self.generation, SEARCH[subject], body=body)

    def page(self, subject: Subject, response: Response, page: int, size: int) -> Page:
        body = as_object(response.data)
        rows = read_objects(body.get("data"), SEARCH[subject], "a data list")
        # maxResults counts all hits here and totalResults the rows of the page, the reverse of what they say.
        total = read_total(body.get("maxResults"), SEARCH[subject], "maxResults")
        flat = [clean(SEARCH_ROW[subject], flatten(subject, row)) for row in rows]
        return Page(flat, total, page, size, self.window)

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
        data = as_object(as_object(response.data).get("data"))
        results = read_objects(data.get("result"), ENRICH[entity], "data.result")
        if len(results) != len(inputs):
            raise unreadable(ENRICH[entity], f"{len(results)} answers for {len(inputs)} inputs")
        echoes = [result.get("input") for result in results]
        ordered = in_order(results, echoes, [self._input(item) for item in inputs])
        return [self._match(entity, result) for result in ordered]

    @staticmethod
    def _match(entity: Entity, result: Mapping[str, Any]) -> Match:
        data: object = result.get("data")
        # A list in the documentation, a single object in reports of the live service.
        given = [as_object(each) for each in (cast("list[object]", data) if isinstance(data, list) else [data])]
        records = [flatten_company(record) for record in given] if entity == "contact" else given
        return read_matches(entity, result.get("matchStatus"), records)

    def usage(self) -> Request:
        return request(self.generation, USAGE)

    def limits(self, response: Response) -> list[Limit]:
        usage = as_object(response.data).get("usage")
        return [read_limit(item) for item in read_objects(usage, USAGE, "a usage list")]

    def lookup(self, field: str, narrow: Mapping[str, str]) -> Request:
        path = LOOKUPS.get(field)
        if path is None:
            raise wrong_generation(f"The lookup {field}", self.generation)
        return request(self.generation, LOOKUP, params=dict(narrow) or None, path={"fieldName": path})

    def values(self, response: Response) -> list[Value]:
        values = cast("object", response.data)
        if not isinstance(values, list):
            raise unreadable(LOOKUP, "it is not a list")
        return [_value(item) for item in cast("list[object]", values)]

    def rights(self, entity: str, use: Use, direction: Direction) -> Request:
        operation = OPERATIONS["search_fields" if use == "search" else "enrich_fields"]
        name = rights_name(entity, use, direction, self.generation)
        if name is None:
            raise wrong_generation(f"The list of {entity} {direction} fields", self.generation)
        return request(self.generation, operation, path={"fieldType": direction, "entity": name})

    @property
    def asks(self) -> Mapping[str, Builder]:
        return {}

    def granted(self, response: Response) -> list[FieldRight]:
        operation = OPERATIONS["enrich_fields"]
        return [read_right(item) for item in read_objects(response.data, operation, "a list of fields")]


def _value(item: object) -> Value:
    # Id and Name carry capitals in the documented example; topics have a name only, news categories are bare text.
    if not isinstance(item, dict):
        return Value(str(item), str(item))
    fields = {key[:1].lower() + key[1:]: value for key, value in cast("dict[str, Any]", item).items()}
    name = str(fields.pop("name", fields.get("id", "")))
    return Value(str(fields.pop("id", name)), name, fields)
