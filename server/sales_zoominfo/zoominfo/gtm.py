"""Codec of the GTM API: OAuth 2.0, JSON:API documents, ``application/vnd.api+json``.

Source: ZoomInfo's published GTM Data specification; where live reports differ from it, both forms are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

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
from .messages import Request, Response
from .operations import OPERATIONS, Entity, Generation, Operation
from .records import FieldRight, Limit, Match, Page, Value, clean, flatten_company

_SEARCH_TYPE: dict[Entity, str] = {"contact": "ContactSearch", "company": "CompanySearch"}
_ENRICH_TYPE: dict[Entity, str] = {"contact": "ContactEnrich", "company": "CompanyEnrich"}


class GtmCodec:
    """See :class:`~sales_zoominfo.zoominfo.codec.Codec`."""

    generation: Generation = "gtm"
    window = 10_000
    # The GTM API documents no usage headers; its usage endpoint tells the balance.
    balance_header = None

    def search(
        self, entity: Entity, filters: Mapping[str, list[object]], page: int, size: int, sort: str | None
    ) -> Request:
        params = {"page[number]": str(page), "page[size]": str(size)}
        if sort:
            params["sort"] = sort
        attributes = wire_filters(entity, self.generation, filters)
        return request(
            self.generation,
            SEARCH[entity],
            body={"data": {"type": _SEARCH_TYPE[entity], "attributes": attributes}},
            params=params,
        )

    def page(self, entity: Entity, response: Response, page: int, size: int) -> Page:
        resources = self._resources(response, SEARCH[entity])
        meta = cast("dict[str, Any]", response.data.get("meta") or {})
        if "totalResults" not in meta:
            raise unreadable(SEARCH[entity], "it lacks meta.totalResults")
        rows = [clean(SEARCH_ROW[entity], self._search_row(entity, resource)) for resource in resources]
        return Page(rows, as_int(meta["totalResults"]), page, size, self.window)

    def _search_row(self, entity: Entity, resource: Mapping[str, Any]) -> dict[str, Any]:
        attributes = cast("dict[str, Any]", resource.get("attributes") or {})
        management = cast("dict[str, Any]", attributes.get("managementStatus") or {})
        flat = flatten_company(attributes) if entity == "contact" else dict(attributes)
        flat.pop("managementStatus", None)
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
        ordered = self._in_order(resources, inputs)
        return [self._match(entity, resource) for resource in ordered]

    def _in_order(
        self, resources: list[dict[str, Any]], inputs: Sequence[Mapping[str, object]]
    ) -> list[dict[str, Any]]:
        # The order is attested by an example only, so each answer is joined by the input it echoes.
        wanted = [_echo_key(self._input(item)) for item in inputs]
        echoed = [_echo_key(_meta(resource).get("input") or {}) for resource in resources]
        if echoed == wanted:
            return resources
        left = list(range(len(resources)))
        ordered: list[dict[str, Any] | None] = []
        for key in wanted:
            index = next((i for i in left if echoed[i] == key), None)
            if index is not None:
                left.remove(index)
            ordered.append(None if index is None else resources[index])
        return [resources[left.pop(0)] if item is None else item for item in ordered]

    def _match(self, entity: Entity, resource: Mapping[str, Any]) -> Match:
        meta = _meta(resource)
        status = str(meta.get("matchStatus") or ("FULL_MATCH" if resource.get("attributes") else "UNKNOWN"))
        warnings = tuple(
            str(cast("dict[str, Any]", item).get("code"))
            for item in cast("list[Any]", meta.get("warnings") or [])
            if isinstance(item, dict)
        )
        attributes = cast("dict[str, Any]", resource.get("attributes") or {})
        if resource.get("type") == "NoMatch" or not attributes:
            return Match(status, {}, None, warnings)
        flat = flatten_company(attributes) if entity == "contact" else attributes
        row = clean(OUTPUTS[entity], {"id": resource.get("id"), **flat})
        return Match(status, row, str(resource.get("id")), warnings)

    def usage(self) -> Request:
        return request(self.generation, USAGE)

    def limits(self, response: Response) -> list[Limit]:
        found: list[Limit] = []
        for resource in self._resources(response, USAGE):
            attributes = cast("dict[str, Any]", resource.get("attributes") or {})
            found += [read_limit(item) for item in cast("list[dict[str, Any]]", attributes.get("usage") or [])]
        return found

    def lookup(self, field: str, narrow: Mapping[str, str]) -> Request:
        params = {f"filter[{name}]": value for name, value in narrow.items()}
        return request(self.generation, LOOKUP, params=params or None, path={"fieldName": field})

    def values(self, response: Response) -> list[Value]:
        values: list[Value] = []
        for resource in self._resources(response, LOOKUP):
            attributes = dict(cast("dict[str, Any]", resource.get("attributes") or {}))
            key = str(resource.get("id"))
            name = attributes.pop("name", None)
            values.append(Value(key, key if name is None else str(name), attributes))
        return values

    def rights(self, entity: Entity, use: Use, direction: Direction) -> Request:
        operation = OPERATIONS["search_fields" if use == "search" else "enrich_fields"]
        return request(self.generation, operation, params={"filter[entity]": entity, "filter[fieldType]": direction})

    def granted(self, response: Response) -> list[FieldRight]:
        attributes = [
            cast("dict[str, Any]", resource.get("attributes") or {})
            for resource in self._resources(response, OPERATIONS["enrich_fields"])
        ]
        return [read_right(item) for item in attributes]

    @staticmethod
    def _resources(response: Response, operation: Operation) -> list[dict[str, Any]]:
        body: object = response.data
        data = cast("dict[str, object]", body).get("data") if isinstance(body, dict) else None
        if not isinstance(data, list):
            raise unreadable(operation, "it lacks a data list")
        return [cast("dict[str, Any]", item) for item in cast("list[Any]", data) if isinstance(item, dict)]


def _meta(resource: Mapping[str, Any]) -> dict[str, Any]:
    return cast("dict[str, Any]", resource.get("meta") or {})


def _echo_key(item: object) -> str:
    # Echoes differ in letter case and in number against text.
    if not isinstance(item, dict):
        return ""
    pairs = cast("dict[str, Any]", item).items()
    return "|".join(sorted(f"{key}={value}".casefold() for key, value in pairs if value not in (None, "")))


def read_limit(item: Mapping[str, Any]) -> Limit:
    """One limit of either generation; the total is named `limit` or `totalLimit`."""
    names = {"request": "requestLimit", "record": "recordLimit", "uniqueid": "uniqueIdLimit"}
    kind = str(item.get("limitType", ""))
    return Limit(
        names.get(kind.casefold(), kind),
        str(item.get("description", "")),
        as_int(item.get("totalLimit", item.get("limit"))),
        as_int(item.get("currentUsage")),
        as_int(item.get("usageRemaining")),
    )


def read_right(item: Mapping[str, Any]) -> FieldRight:
    """One field right of either generation; absent means that ZoomInfo does not say."""
    granted = item.get("accessGranted")
    told = None if granted is None else str(granted).casefold() == "true"
    return FieldRight(str(item.get("fieldName", "")), str(item.get("description", "")), told)
