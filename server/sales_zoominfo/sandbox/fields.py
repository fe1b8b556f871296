"""Rows of the value lookups and of the field lookups of both generations."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from . import company_master, compliance, signal_tables, structure, taxonomies, visitors
from .model import Entity, Generation, SandboxAccount
from .service import OUTPUTS, Service
from .tables import (
    COMPANY_FILTERS,
    COMPANY_MATCH_INPUTS,
    COMPANY_SEARCH_OUTPUTS,
    CONTACT_FILTERS,
    CONTACT_MATCH_INPUTS,
    CONTACT_SEARCH_OUTPUTS,
    ENTERPRISE_PAGING,
    Filter,
)

Row = dict[str, Any]

LIMITS: Final = {
    "requestLimit": "Number of API requests in the contract period",
    "recordLimit": "Number of records returned in the contract period",
    "uniqueIdLimit": "Number of unique contacts and companies enriched in the contract period",
    "webSightsApiRequestLimit": "Number of WebSights API requests in the contract period",
    "webSightsApiRecordLimit": "Number of WebSights API records in the contract period",
}
_JAVA: Final = {
    "str": "String",
    "date": "String",
    "score": "String",
    "arr": "ArrayList",
    "str[]": "ArrayList",
    "i64[]": "ArrayList",
    "obj[]": "ArrayList",
    "bool": "Boolean",
    "int": "Integer",
    "i16": "Integer",
    "i32": "Integer",
    "i64": "Long",
}
_FILTERS: Final[dict[str, dict[str, Filter]]] = {"contact": CONTACT_FILTERS, "company": COMPANY_FILTERS}
_MATCH: Final[dict[str, dict[str, str]]] = {"contact": CONTACT_MATCH_INPUTS, "company": COMPANY_MATCH_INPUTS}
_ROWS: Final[dict[str, tuple[str, ...]]] = {"contact": CONTACT_SEARCH_OUTPUTS, "company": COMPANY_SEARCH_OUTPUTS}
_GTM_COMPANY_ROW: Final = ("id", "name", "city", "state", "country", "revenue", "employeeCount", "website", "logo")


def lookup_rows(name: str, account: SandboxAccount, filters: Mapping[str, str]) -> list[taxonomies.Entry]:
    """Return the rows of a value lookup.

    Args:
        name: Name of the GTM lookup.
        account: Intent topics are those that it subscribes to.
        filters: `category`, `parentCategory`, `subCategory`, `vendor`; empty ones do not filter, and only
            hashtag and technology lookups take any.

    Returns:
        Id and attributes of each value.
    """
    rows = taxonomies.table(name)
    if name == "intent-topics":
        return [row for row in rows if row[0] in account.intent_topics]
    if name == "hashtags":
        return [row for row in rows if _tag_passes(row[0], filters)]
    if name == "tech-products":
        return [row for row in rows if _product_passes(row[0], filters)]
    if name == "tech-vendors":
        vendors = {item.vendor for key, item in taxonomies.PRODUCTS.items() if _product_passes(key, filters)}
        return [row for row in rows if row[0] in vendors]
    if name == "tech-categories":
        return [row for row in rows if _same(filters.get("parentCategory"), row[0])]
    return list(rows)


def _same(wanted: str | None, value: str) -> bool:
    return not wanted or wanted.lower() == value.lower()


def _tag_passes(key: str, filters: Mapping[str, str]) -> bool:
    tag = taxonomies.HASHTAGS[key]
    return _same(filters.get("category"), tag.category) and _same(filters.get("parentCategory"), tag.parent_category)


def _product_passes(key: str, filters: Mapping[str, str]) -> bool:
    item = taxonomies.PRODUCTS[key]
    category = filters.get("subCategory") or filters.get("category")
    return (
        _same(filters.get("vendor"), item.vendor)
        and _same(filters.get("parentCategory"), item.parent)
        and _same(category, item.category)
    )


def pascal(entity: str) -> str:
    """Return the type prefix of an entity: `corporate-hierarchy` is `CorporateHierarchy`."""
    return "".join(part[0].upper() + part[1:] for part in entity.split("-"))


def _described(name: str) -> str:
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return spaced[0].upper() + spaced[1:]


def _row(name: str, granted: bool | str, kind: str = "") -> Row:
    row: Row = {"fieldName": name, "description": _described(name), "accessGranted": granted}
    return {**row, "fieldType": kind} if kind else row


def gtm_fields(entity: str, operation: str, side: str, service: Service, account: str) -> list[Row] | None:
    """Return the rows of a GTM field lookup.

    Args:
        entity: A documented entity, e.g. `contact` or `intent`.
        operation: `search` or `enrich`.
        side: `input` or `output`.
        service: The simulated ZoomInfo.
        account: Whose plan decides `accessGranted`.

    Returns:
        Attributes of the rows; None for an unknown entity or side.
    """
    if side not in {"input", "output"}:
        return None
    if operation == "enrich" and entity in structure.GTM_FIELDS:
        inputs, outputs = structure.GTM_FIELDS[entity]
        if side == "input":
            return [_row(name, granted=True, kind=kind) for name, kind in inputs.items()]
        return [_row(name, name not in service.plan(account).disallowed_fields) for name in outputs]
    if entity in signal_tables.KINDS:
        return signal_fields(entity, "search" if operation == "search" else "enrich", side, "gtm", service, account)
    if entity != "contact" and entity != "company":
        return None
    plan = service.plan(account)
    if operation == "search" and side == "input":
        specs = ((name, spec.gtm) for name, spec in _FILTERS[entity].items())
        return [_row(name, name not in plan.disallowed_filters, _JAVA[kind]) for name, kind in specs if kind]
    if operation == "search":
        names: Iterable[str] = CONTACT_SEARCH_OUTPUTS if entity == "contact" else _GTM_COMPANY_ROW
        return [_row(name, name not in plan.disallowed_fields) for name in names]
    if side == "input":
        return [_row(name, granted=True, kind=_JAVA[kind]) for name, kind in _MATCH[entity].items()]
    return [_row(name, name not in plan.disallowed_fields) for name in _enriched(entity, "gtm", service, account)]


def _enriched(entity: Entity, generation: Any, service: Service, account: str) -> list[str]:
    return [name for name in OUTPUTS[entity] if service.has_output(account, entity, generation, name)]


def enterprise_fields(entity: Entity, operation: str, side: str, service: Service, account: str) -> list[Row]:
    """Return the rows of an Enterprise field lookup, `accessGranted` as text where the service sends it."""
    plan = service.plan(account)
    if side == "output":
        names = _ROWS[entity] if operation == "search" else tuple(_enriched(entity, "enterprise", service, account))
        return [_row(name, str(name not in plan.disallowed_fields).lower()) for name in names]
    if operation == "search":
        specs = [(name, spec.enterprise) for name, spec in _FILTERS[entity].items() if spec.enterprise]
        specs += [(name, "int" if name in {"rpp", "page"} else "str") for name in ENTERPRISE_PAGING]
        return [_row(name, str(name not in plan.disallowed_filters).lower(), _JAVA[kind]) for name, kind in specs]
    rows = [_row(name, granted=True, kind=_JAVA[kind]) for name, kind in _MATCH[entity].items()]
    return [{key: row[key] for key in ("fieldName", "fieldType", "description")} for row in rows]


def signal_fields(
    kind: signal_tables.Kind,
    operation: signal_tables.Operation,
    side: str,
    generation: Generation,
    service: Service,
    account: str,
) -> list[Row]:
    """Return the rows of a field lookup about intent, scoops or news; the Enterprise ones tell no rights."""
    plan = service.plan(account)
    if side == "input":
        typed = signal_tables.input_types(kind, operation, generation)
        rows = [_row(name, name not in plan.disallowed_filters, _JAVA[text]) for name, text in typed.items()]
    else:
        names = signal_tables.OUTPUTS[kind, operation, generation]
        rows = [_row(name, name not in plan.disallowed_fields) for name in names]
    if generation == "gtm":
        return rows
    return [{key: row[key] for key in ("fieldName", "fieldType", "description") if key in row} for row in rows]


def compliance_fields(side: str) -> list[Row]:
    """Return the rows of the field lookups of the compliance query."""
    if side == "input":
        return [
            {"fieldName": name, "fieldType": _JAVA[kind], "description": _described(name)}
            for name, kind in compliance.INPUTS.items()
        ]
    return [{"fieldName": name, "description": _described(name)} for name in compliance.OUTPUTS]


# Inputs and outputs of the Enterprise endpoints about one company or address, by the entity's name in the path.
_MORE: Final = {
    **structure.ENTERPRISE_FIELDS,
    "company-master": (company_master.INPUTS, company_master.OUTPUTS),
    "ip": (visitors.INPUTS, visitors.OUTPUTS),
}
MORE_FIELDS: Final = tuple(
    f"/lookup/{side}fields/{entity}/enrich"
    for entity, (_, outputs) in _MORE.items()
    for side in ("input", "output")
    if side == "input" or outputs is not None
)


def more_fields(path: str, denied: frozenset[str]) -> list[Row]:
    """Return the rows of an Enterprise field lookup of `MORE_FIELDS`.

    Args:
        path: Of the lookup.
        denied: Fields that the plan lacks.
    """
    _, _, side, entity, _ = path.split("/")
    inputs, outputs = _MORE[entity]
    if side == "inputfields":
        return [
            {"fieldName": name, "fieldType": kind, "description": _described(name)} for name, kind in inputs.items()
        ]
    # Without accessGranted, as documented; what the plan lacks is left out.
    return [{"fieldName": name, "description": _described(name)} for name in outputs or () if name not in denied]
