"""Codec of the GTM API: OAuth 2.0, JSON:API documents, ``application/vnd.api+json``.

Source: ZoomInfo's published GTM Data specification; where live reports differ from it, both forms are read.
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
    read_match,
    read_objects,
    read_right,
    read_total,
    read_word,
    request,
    rights_name,
    unreadable,
    wire_filters,
)
from .fields import SEARCH_ROW
from .messages import Request, Response
from .operations import LAST_PAGE, OPERATIONS, WINDOW, Entity, Generation, Operation, Subject
from .records import FieldRight, Limit, Match, Page, Value, clean, flatten, flatten_company

_SEARCH_TYPE: dict[Subject, str] = {
    "contact": "ContactSearch",
    "company": "CompanySearch",
    "intent": "IntentSearch",
    "scoop": "ScoopSearch",
    "news": "NewsSearch",
}
_ENRICH_TYPE: dict[Entity, str] = {"contact": "ContactEnrich", "company": "CompanyEnrich"}


class GtmCodec:
    """See :class:`~sales_zoominfo.zoominfo.codec.Codec`."""

    generation: Generation = "gtm"
    window = WINDOW["gtm"]
    # The GTM API documents no usage headers; its usage endpoint tells the balance.
    balance_header = None

    def search(
        self, subject: Subject, filters: Mapping[str, list[object]], page: int, size: int, sort: str | None
    ) -> Request:
        params = {"page[number]": str(page), "page[size]": str(size)}
        if sort:
            params["sort"] = sort
        attributes = wire_filters(subject, self.generation, filters)
        return request(
            self.generation,
            SEARCH[subject],
            body={"data": {"type": _SEARCH_TYPE[subject], "attributes": attributes}},
            params=params,
        )

    def page(self, subject: Subject, response: Response, page: int, size: int) -> Page:
        resources = self._resources(response, SEARCH[subject])
        meta = as_object(response.data.get("meta"))
        total = read_total(meta.get("totalResults"), SEARCH[subject], "meta.totalResults")
        rows = [clean(SEARCH_ROW[subject], self._search_row(subject, resource)) for resource in resources]
        return Page(rows, total, page, size, min(self.window, LAST_PAGE["gtm"] * size))

    def _search_row(self, subject: Subject, resource: Mapping[str, Any]) -> dict[str, Any]:
        flat = flatten(subject, as_object(resource.get("attributes")))
        management = as_object(flat.pop("managementStatus", None))
        return {"id": resource.get("id"), **flat, **management}

    def enrich(
        self, entity: Entity, inputs: Sequence[Mapping[str, object]], outputs: Sequence[str], required: Sequence[str]
    ) -> Request:
        attributes: dict[str, object] = {
            "outputFields": list(outputs),
            MATCH_ARGUMENT[entity]: [self._input(item) for item in inputs],
        }
        if required:
            attributes["requiredFields"] = list(required)
        return request(
            self.generation,
            ENRICH[entity],
            body={"data": {"type": _ENRICH_TYPE[entity], "attributes": attributes}},
            credits=len(inputs),
        )

    @staticmethod
    def _input(item: Mapping[str, object]) -> dict[str, object]:
        # Ids are int64 in the specification, the accuracy score is text.
        wire = dict(item)
        for name in ("personId", "companyId"):
            if name in wire:
                wire[name] = int(cast("str", wire[name]))
        if "contactAccuracyScoreMin" in wire:
            wire["contactAccuracyScoreMin"] = str(wire["contactAccuracyScoreMin"])
        return wire

    def matches(self, entity: Entity, response: Response, inputs: Sequence[Mapping[str, object]]) -> list[Match]:
        resources = self._resources(response, ENRICH[entity])
        if len(resources) != len(inputs):
            raise unreadable(ENRICH[entity], f"{len(resources)} answers for {len(inputs)} inputs")
        echoes = [as_object(resource.get("meta")).get("input") for resource in resources]
        ordered = in_order(resources, echoes, [self._input(item) for item in inputs])
        return [self._match(entity, resource) for resource in ordered]

    @staticmethod
    def _match(entity: Entity, resource: Mapping[str, Any]) -> Match:
        meta = as_object(resource.get("meta"))
        told = cast("list[object]", meta["warnings"]) if isinstance(meta.get("warnings"), list) else []
        codes = [read_word(as_object(item).get("code")) for item in told]
        record = None
        if resource.get("type") != "NoMatch":
            attributes = as_object(resource.get("attributes"))
            # The id stands outside the attributes, which are empty when nothing but the id was asked for.
            record = {"id": resource.get("id"), **(flatten_company(attributes) if entity == "contact" else attributes)}
        return read_match(entity, meta.get("matchStatus"), record, tuple(code for code in codes if code))

    def usage(self) -> Request:
        return request(self.generation, USAGE)

    def limits(self, response: Response) -> list[Limit]:
        found: list[Limit] = []
        for resource in self._resources(response, USAGE):
            usage = as_object(resource.get("attributes")).get("usage")
            found += [read_limit(item) for item in read_objects(usage, USAGE, "a usage list")]
        return found

    def lookup(self, field: str, narrow: Mapping[str, str]) -> Request:
        params = {f"filter[{name}]": value for name, value in narrow.items()}
        return request(self.generation, LOOKUP, params=params or None, path={"fieldName": field})

    def values(self, response: Response) -> list[Value]:
        values: list[Value] = []
        for resource in self._resources(response, LOOKUP):
            attributes = dict(as_object(resource.get("attributes")))
            key = str(resource.get("id", ""))
            name = attributes.pop("name", None)
            values.append(Value(key, key if name is None else str(name), attributes))
        return values

    def rights(self, entity: str, use: Use, direction: Direction) -> Request:
        operation = OPERATIONS["search_fields" if use == "search" else "enrich_fields"]
        name = rights_name(entity, use, direction, self.generation)
        if name is None:
            raise wrong_generation(f"The list of {entity} {direction} fields", self.generation)
        return request(self.generation, operation, params={"filter[entity]": name, "filter[fieldType]": direction})

    @property
    def asks(self) -> Mapping[str, Builder]:
        return {}

    def granted(self, response: Response) -> list[FieldRight]:
        resources = self._resources(response, OPERATIONS["enrich_fields"])
        return [read_right(as_object(resource.get("attributes"))) for resource in resources]

    @staticmethod
    def _resources(response: Response, operation: Operation) -> list[dict[str, Any]]:
        return read_objects(as_object(response.data).get("data"), operation, "a data list")
