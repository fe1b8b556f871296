"""What the client returns: the same records whichever API generation answered.

A row is a flat mapping in ZoomInfo's own camelCase field names. Ids are text (they may be negative and pass 32 bits),
dates are ISO 8601, empty values are left out, and company fields of a contact carry their ``company`` prefix.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from .fields import Output
from .operations import Generation, Subject

Row = dict[str, Any]

# Match statuses that hand over a record, and those that do not (GTM specification; SERVICE_ERROR is Enterprise only).
MATCHES = frozenset({"FULL_MATCH", "CONTACT_ONLY_MATCH", "COMPANY_ONLY_MATCH"})
# Of ours: one input, several records. None of them is taken; ``candidates`` of the row names them.
SEVERAL = "SEVERAL_MATCHES"
MISSES = frozenset(
    {
        "NO_MATCH",
        "NON_MATCH_BY_LAST_UPDATED_DATE",
        "NON_MATCH_BY_VALID_DATE",
        "NON_MATCH_BY_REQUIRED_FIELDS",
        "NON_MATCH_BY_CONTACT_ACCURACY_MIN",
        "OPT_OUT",
        "LIMIT_EXCEEDED",
        "INVALID_INPUT",
        "SERVICE_ERROR",
    }
)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search.

    Attributes:
        rows: the records of this page.
        total: how many records match in all.
        page, size: the page asked for, from 1, and its size.
        window: how many records of this search can be read at this page size.
        resolved: filter values that were turned into ids, by filter name.
        widest: how many records can be read at the largest page size.
        generation: the API that answered.
        warnings: what was changed about the request before it was sent.
        withheld: how many records of this page were left out of ``rows`` after it came.
    """

    rows: list[Row]
    total: int
    page: int
    size: int
    window: int
    resolved: dict[str, str] = field(default_factory=dict[str, str])
    widest: int = 0
    generation: Generation = "gtm"
    warnings: tuple[str, ...] = ()
    withheld: int = 0

    @property
    def next_page(self) -> int | None:
        """The next page's number, None at the end or at the window's edge."""
        read = self.page * self.size
        more = len(self.rows) + self.withheld == self.size and read < self.total
        return self.page + 1 if more and read + self.size <= self.window else None


@dataclass(frozen=True, slots=True)
class Match:
    """What became of one enrich input.

    Attributes:
        status: ZoomInfo's match status, or what the answer amounts to where it left that out.
        row: the record, empty when there is none.
        record_id: its ZoomInfo id; None without a record, and for a person of whom only the company is known.
        warnings: ZoomInfo's warning codes.
    """

    status: str
    row: Row
    record_id: str | None
    warnings: tuple[str, ...] = ()

    @property
    def matched(self) -> bool:
        """Whether a record was handed over, which is what a credit pays for."""
        return self.status in MATCHES or bool(self.row)


@dataclass(frozen=True, slots=True)
class Limit:
    """One contract limit, as the usage endpoint tells it.

    Attributes:
        type: ``requestLimit``, ``recordLimit``, ``uniqueIdLimit`` (the credits), or a WebSights limit.
        total, used, remaining: counts of the contract period; a total of 0 means that it is not metered.
    """

    type: str
    description: str
    total: int
    used: int
    remaining: int

    @property
    def metered(self) -> bool:
        """False when ZoomInfo counts but does not limit."""
        return self.total > 0


@dataclass(frozen=True, slots=True)
class Value:
    """One legal value of a taxonomy."""

    id: str
    name: str
    more: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class FieldRight:
    """Whether the account may use one input or output field."""

    name: str
    description: str
    granted: bool | None


# What is a text in a row, and on the wire as a rule.
_TEXTS = frozenset({"id", "string"})


def clean(specs: Mapping[str, Output], raw: Mapping[str, Any]) -> Row:
    """A row from wire values: known fields get their type, unknown ones pass as they are, empty ones go.

    Args:
        specs: the table of the answer's fields.
        raw: wire values by our field name.
    """
    row: Row = {}
    for name, value in raw.items():
        spec = specs.get(name)
        if spec is not None and value.__class__ is str and spec.type in _TEXTS:
            # Most of what comes, and a record of a bulk job goes through here.
            typed = value.strip()
        else:
            typed = _typed(spec, value) if spec else _ids_as_text(value)
        # False and 0 are answers; None, empty text and empty lists are none.
        if (typed or isinstance(typed, int | float)) and not (name == "parentId" and typed == "0"):
            row[name] = typed
    return row


def _typed(spec: Output, value: Any) -> Any:
    if value is None or value == "":
        return None
    match spec.type:
        case "id":
            return _text(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
        case "string":
            return _text(value)
        case "number":
            return _number(value)
        case "boolean":
            if isinstance(value, bool):
                return value
            return _FLAGS.get(str(value).strip().casefold()) if isinstance(value, str | int) else None
        case "date" | "datetime":
            return _instant(value, day=spec.type == "date") if isinstance(value, str) else _ids_as_text(value)
        case "strings":
            # Levels are a comma list in a search; other texts hold commas of their own.
            items = value.split(",") if isinstance(value, str) and spec.name == "managementLevel" else value
            texts = cast("list[Any]", items if isinstance(items, list) else [items])
            return [text for item in texts if (text := _text(item)) not in (None, "", [], {})]
        case "objects":
            return _ids_as_text(value if isinstance(value, list) else [value])
        case _:
            return _ids_as_text(value)


# Anything else, such as "Uncertain", is neither and is left out.
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _text(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _ids_as_text(value) if isinstance(value, dict | list) or value is None else str(value)


def _number(value: Any) -> int | float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    try:
        # Not through a float: whole numbers past 2**53 would change.
        return int(value) if isinstance(value, str) else _whole(float(value))
    except (TypeError, ValueError, OverflowError):
        pass
    try:
        return _whole(float(value))
    except (TypeError, ValueError, OverflowError):
        return None


def _whole(number: float) -> int | float | None:
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else number


# The Enterprise API writes "1/4/2026 10:00 AM" and "06/27/2020"; the GTM API writes ISO 8601.
_FORMATS = ("%m/%d/%Y %I:%M %p", "%m/%d/%Y", "%m/%d/%y %H:%M")


_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def _instant(text: str, *, day: bool) -> str:
    if not day and _INSTANT.fullmatch(text):
        return text
    try:
        moment = _parsed(text.strip())
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        # A sentence, which is what noticeProvidedDate can hold, stays as it is.
        return text
    if day:
        return moment.date().isoformat()
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        for pattern in _FORMATS:
            try:
                return datetime.strptime(text, pattern)  # noqa: DTZ007
            except ValueError:
                continue
        raise


def _ids_as_text(value: Any) -> Any:
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {
            key: str(item) if key in ("id", "companyId") and isinstance(item, int) else _ids_as_text(item)
            for key, item in items
            if item not in (None, "", [], {})
        }
    if isinstance(value, list):
        return [_ids_as_text(item) for item in cast("list[Any]", value)]
    return value


def flatten_company(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """A contact's attributes with the nested ``company`` object spread into ``companyX`` names."""
    flat = {name: value for name, value in attributes.items() if name != "company"}
    company = attributes.get("company")
    if isinstance(company, dict):
        for name, value in cast("dict[str, Any]", company).items():
            flat[f"company{name[:1].upper()}{name[1:]}" if not name.startswith("company") else name] = value
    return flat


# A category that the Enterprise API misspells, in its lookup as well.
_MISSPELT = {"MERGER_OR_ACQUISTION": "MERGER_OR_ACQUISITION"}


def flatten(subject: Subject, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """A search row's attributes without nesting: the company's stand beside the others.

    Args:
        subject: what was searched.
        attributes: from the wire.

    Returns:
        The attributes. An article about several companies has ``companies`` in place of the company's fields;
        people to talk to have ``jobFunction`` whichever generation answered.
    """
    if subject == "company":
        return dict(attributes)
    if subject == "news":
        about = attributes.get("company")
        flat = {name: value for name, value in attributes.items() if name != "company"}
        if isinstance(flat.get("categories"), list):
            flat["categories"] = [_MISSPELT.get(str(item), item) for item in cast("list[Any]", flat["categories"])]
        companies = cast("list[Any]", about if isinstance(about, list) else [about] if about else [])
        if len(companies) == 1:
            return flatten_company({**flat, "company": companies[0]})
        return {**flat, "companies": companies}
    flat = flatten_company(attributes)
    people = flat.get("recommendedContacts")
    if isinstance(people, list):
        flat["recommendedContacts"] = [_person(item) for item in cast("list[Any]", people)]
    return flat


def _person(item: Any) -> Any:
    # The GTM API has a plural here, and nowhere else.
    if isinstance(item, dict):
        pairs = cast("dict[str, Any]", item).items()
        return {"jobFunction" if name == "jobFunctions" else name: value for name, value in pairs}
    return item
