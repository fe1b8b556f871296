"""Codec of the six calls of the published quick reference that ZoomInfo's own Enterprise API does not serve.

All of it is *published, not attested by the service*: a skill page lists the paths, its companion the shapes. An
account behind a gateway may serve exactly those, so ``ZOOMINFO_PATHS=quick-reference`` uses them in place of the
Enterprise API's own; every other call stays as it is.

==========================================  ===========================================================
Call                                        In place of
==========================================  ===========================================================
``GET /lookup/contact/{personId}``          an enrich of one person by id
``GET /lookup/company/{companyId}``         an enrich of one company by id
``POST /bulk/enrich``                       ``/bulk/enrich/contact`` and ``/bulk/enrich/company``
``GET /usage``                              ``/lookup/usage``
``POST /websights/search``                  ``/enrich/ip``; it lists visitors of a time and takes no address
``POST /compliance/optout``                 ``/compliance``; it knows e-mail addresses alone, and changes
==========================================  ===========================================================
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, cast

from ..errors import fail
from .arguments import read_date, read_text, wrong_generation
from .asking import Answer, Ask, Asker, Builder
from .bulk import read_enrich, submitted
from .codec import USAGE, as_int, as_object, read_match, read_objects, unreadable
from .enterprise import EnterpriseCodec
from .fields import Output
from .messages import Request, Response
from .operations import OPERATIONS, Entity, Operation
from .reading import DEFAULT_ROWS, PAGE, PAGE_SIZE, Read, choice, missing, read_arguments
from .records import Limit, Match, Row, clean, flatten_company

_LOOKUP: dict[Entity, tuple[Operation, str]] = {
    "contact": (OPERATIONS["get_contact"], "personId"),
    "company": (OPERATIONS["get_company"], "companyId"),
}
_VISITORS = OPERATIONS["identify_visitors"]
_COMPLIANCE = OPERATIONS["check_compliance"]
_OPT_OUT = OPERATIONS["change_opt_out"]

ACTIONS = ("add", "remove", "check")


def quick_request(
    operation: Operation, *, body: object | None = None, path: Mapping[str, str] | None = None, credits: int = 0
) -> Request:
    """The request of an operation under its published path.

    Args:
        operation: one with a ``quick_reference``.
        body: the JSON body.
        path: what the placeholders stand for.
        credits: at most so many are at stake.
    """
    method, _, template = str(operation.quick_reference).partition(" ")
    return Request(operation, "enterprise", method, template.format(**(path or {})), json=body, credits=credits)


class QuickReferenceCodec(EnterpriseCodec):
    """The Enterprise codec with the published paths. See :class:`~sales_zoominfo.zoominfo.codec.Codec`."""

    def enrich(
        self, entity: Entity, inputs: Sequence[Mapping[str, object]], outputs: Sequence[str], required: Sequence[str]
    ) -> Request:
        operation, key = _LOOKUP[entity]
        # A lookup takes no fields, so it cannot say which are required.
        if required or len(inputs) != 1 or set(inputs[0]) != {key}:
            return super().enrich(entity, inputs, outputs, required)
        return quick_request(operation, path={key: str(inputs[0][key])}, credits=1)

    def matches(self, entity: Entity, response: Response, inputs: Sequence[Mapping[str, object]]) -> list[Match]:
        body = as_object(response.data)
        data: object = body.get("data", body)
        if "result" in as_object(data) or len(inputs) != 1:
            return super().matches(entity, response, inputs)
        # One record, which the publication shows bare; enrich answers wrap theirs.
        listed = cast("list[object]", data) if isinstance(data, list) else [data]
        record = as_object(listed[0] if listed else None)
        _, key = _LOOKUP[entity]
        flat = flatten_company(record) if entity == "contact" else dict(record)
        if "id" not in flat and key in flat:
            flat["id"] = flat.pop(key)
        return [read_match(entity, record.get("matchStatus"), flat or None)]

    def usage(self) -> Request:
        return quick_request(USAGE)

    def limits(self, response: Response) -> list[Limit]:
        body = as_object(response.data)
        if "creditsRemaining" not in body and "creditLimit" not in body:
            raise unreadable(USAGE, "it lacks creditsRemaining")
        end = body.get("billingPeriodEnd")
        until = f", until {end[:10]}" if isinstance(end, str) and re.match(r"\d{4}-\d\d-\d\d", end) else ""
        used, left = as_int(body.get("creditsUsed")), as_int(body.get("creditsRemaining"))
        total = as_int(body.get("creditLimit")) or used + left
        return [Limit("uniqueIdLimit", f"credits{until}", total, used, left)]

    @property
    def asks(self) -> Mapping[str, Builder]:
        return QUICK_ASKS


def _enterprise(asker: Asker, operation: Operation) -> None:
    if "enterprise" not in asker.generations:
        raise wrong_generation(operation.title.capitalize(), asker.generations[0])


# --- bulk ------------------------------------------------------------------------------------------------------


def _bulk(name: str, entity: Entity) -> Builder:
    operation = OPERATIONS[name]

    async def build(asker: Asker, arguments: Mapping[str, object]) -> Ask:
        inputs, outputs, required = read_enrich(operation, entity, arguments)
        if required:
            raise fail(
                "filters_together",
                first="requiredFields",
                second="ZOOMINFO_PATHS=quick-reference",
                reason="the published call takes none.",
                details={"field": "requiredFields"},
            )
        _enterprise(asker, operation)
        body = {"inputType": entity, "matchInput": inputs, "outputFields": outputs}
        return Ask(quick_request(operation, body=body, credits=len(inputs)), submitted(operation))

    return build


async def bulk_enrich_contacts(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """Submit up to 10,000 people to ``/bulk/enrich``; polled as on the Enterprise API.

    Args:
        asker: the client.
        arguments: ``contacts`` and ``outputFields``, as in :func:`.bulk.bulk_enrich_contacts`.

    Returns:
        One row of jobId. Published, not attested by the service.

    Raises:
        InvalidArgument: an input or a field is wrong, or requiredFields were given.
    """
    return await _bulk("bulk_enrich_contacts", "contact")(asker, arguments)


async def bulk_enrich_companies(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """Submit up to 10,000 companies to ``/bulk/enrich``; see :func:`bulk_enrich_contacts`.

    Args:
        asker: the client.
        arguments: ``companies`` and ``outputFields``.

    Returns:
        One row of jobId. Published, not attested by the service.

    Raises:
        As there.
    """
    return await _bulk("bulk_enrich_companies", "company")(asker, arguments)


# --- visitors --------------------------------------------------------------------------------------------------


async def identify_visitors(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """Companies that visited the website in a time, from ``/websights/search``.

    Args:
        asker: the client.
        arguments: ``startDate`` and ``endDate``, YYYY-MM-DD; ``page`` from 1, ``pageSize`` 1 to 100.

    Returns:
        One row a company as the service names it: pages viewed, sessions, time on site, timestamps. Published, not
        attested by the service.

    Raises:
        InvalidArgument: a date is missing or bad, or an ipAddress was given, which the published call does not take.
    """
    readers: dict[str, Read] = {
        "startDate": read_date,
        "endDate": read_date,
        "page": PAGE,
        "pageSize": PAGE_SIZE,
    }
    given = read_arguments(_VISITORS, arguments, readers)
    for name in ("startDate", "endDate"):
        if name not in given:
            raise missing(_VISITORS, name, "The published call lists the visitors of a time, YYYY-MM-DD.")
    if given["startDate"] > given["endDate"]:
        raise fail(
            "swapped_bounds",
            low="startDate",
            low_value=given["startDate"],
            high="endDate",
            high_value=given["endDate"],
            details={"field": "startDate"},
        )
    _enterprise(asker, _VISITORS)
    page, size = int(given.get("page", 1)), int(given.get("pageSize", DEFAULT_ROWS))
    body = {"startDate": given["startDate"], "endDate": given["endDate"], "page": page, "rpp": size}

    def read(response: Response) -> Answer:
        rows, told = _listed(response, _VISITORS, ("data", "companies", "visitors", "results"))
        # maxResults counts all hits on the Enterprise API, and a companion may take either for it.
        counts = [as_int(told.get(name)) for name in ("maxResults", "totalResults", "total")]
        total = max([*counts, len(rows)])
        return Answer(rows, total, page, size, page + 1 if len(rows) == size and page * size < total else None)

    return Ask(quick_request(_VISITORS, body=body), read)


_VISIT = {name: Output(name, "id") for name in ("id", "companyId")}


def _listed(response: Response, operation: Operation, names: tuple[str, ...]) -> tuple[list[Row], dict[str, Any]]:
    body = cast("object", response.data)
    told = as_object(body)
    first = next((told[name] for name in names if name in told), None)
    value = cast("object", body if isinstance(body, list) else first)
    return [clean(_VISIT, flatten_company(row)) for row in read_objects(value, operation, "a data list")], told


# --- opt-outs --------------------------------------------------------------------------------------------------


def _opt_out(operation: Operation, actions: tuple[str, ...]) -> Builder:
    async def build(asker: Asker, arguments: Mapping[str, object]) -> Ask:
        readers: dict[str, Read] = {"emailAddress": _read_email, "action": choice(*actions)}
        given = read_arguments(operation, arguments, readers)
        if "emailAddress" not in given:
            raise missing(operation, "emailAddress", "The published call knows e-mail addresses alone.")
        action = given.get("action", actions[0] if len(actions) == 1 else None)
        if action is None:
            raise missing(operation, "action", f"Legal values: {', '.join(actions)}.")
        _enterprise(asker, operation)
        body = {"emailAddress": given["emailAddress"], "action": action}
        return Ask(quick_request(operation, body=body), _status(operation, str(action)))

    return build


def _read_email(name: str, value: object) -> str:
    text = read_text(name, value)
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
        raise fail("wrong_type", name=name, expected="an e-mail address", got="another text", details={"field": name})
    return text


def _status(operation: Operation, action: Literal["add", "remove", "check"] | str) -> Callable[[Response], Answer]:
    def read(response: Response) -> Answer:
        body = cast("object", response.data)
        if body is not None and not isinstance(body, dict):
            raise unreadable(operation, "it is no object")
        whole = as_object(cast("object", body))
        told = as_object(whole.get("data")) or whole
        # The publication shows no answer: what is plain in it is handed on.
        plain = {name: value for name, value in told.items() if isinstance(value, str | int | float | bool)}
        return Answer([clean({}, {"action": action, **plain})], 1)

    return read


async def check_compliance(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """Whether an e-mail address is opted out, from ``/compliance/optout`` with the action check.

    Args:
        asker: the client.
        arguments: ``emailAddress``.

    Returns:
        One row of what the service answered. Published, not attested by the service.

    Raises:
        InvalidArgument: no e-mail address.
    """
    return await _opt_out(_COMPLIANCE, ("check",))(asker, arguments)


async def change_opt_out(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """Opt an e-mail address out at the service, or back in.

    Args:
        asker: the client.
        arguments: ``emailAddress``; ``action``, add or remove.

    Returns:
        One row of what the service answered. Published, not attested by the service.

    Raises:
        InvalidArgument: no e-mail address or no action. OutcomeUnknown: it was sent and no answer came.
    """
    return await _opt_out(_OPT_OUT, ("add", "remove"))(asker, arguments)


QUICK_ASKS: dict[str, Builder] = {
    "bulk_enrich_contacts": bulk_enrich_contacts,
    "bulk_enrich_companies": bulk_enrich_companies,
    "identify_visitors": identify_visitors,
    "check_compliance": check_compliance,
    "change_opt_out": change_opt_out,
}
