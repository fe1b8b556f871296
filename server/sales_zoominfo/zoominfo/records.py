"""What the client returns: the same records whichever API generation answered.

A row is a flat mapping in ZoomInfo's own camelCase field names. Ids are text (they may be negative and pass 32 bits),
dates are ISO 8601, empty values are left out, and company fields of a contact carry their ``company`` prefix.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from .fields import Output, OutputType

Row = dict[str, Any]

# Match statuses that hand over a record (GTM specification; the Enterprise enum adds SERVICE_ERROR).
MATCHES = frozenset({"FULL_MATCH", "CONTACT_ONLY_MATCH", "COMPANY_ONLY_MATCH"})


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search.

    Attributes:
        rows: the records of this page.
        total: how many records match in all.
        page, size: the page asked for, from 1, and its size.
        window: how many records of a search this generation lets one read.
        resolved: filter values that were turned into ids, by filter name.
    """

    rows: list[Row]
    total: int
    page: int
    size: int
    window: int
    resolved: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def next_page(self) -> int | None:
        """The next page's number, None at the end or at the window's edge."""
        read = self.page * self.size
        more = len(self.rows) == self.size and read < self.total
        return self.page + 1 if more and read + self.size <= self.window else None


@dataclass(frozen=True, slots=True)
class Match:
    """What became of one enrich input.

    Attributes:
        status: ZoomInfo's match status; ``UNKNOWN`` when the answer left it out and held no record.
        row: the record, empty when there is none.
        record_id: its ZoomInfo id, or None.
        warnings: ZoomInfo's warning codes.
    """

    status: str
    row: Row
    record_id: str | None
    warnings: tuple[str, ...] = ()

    @property
    def matched(self) -> bool:
        """Whether a record was handed over, which is what a credit pays for."""
        return self.status in MATCHES and self.record_id is not None


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


def clean(specs: Mapping[str, Output], raw: Mapping[str, Any]) -> Row:
    """A row from wire values: known fields get their type, unknown ones pass as they are, empty ones go.

    Args:
        specs: the table of the answer's fields.
        raw: wire values by our field name.
    """
    row: Row = {}
    for name, value in raw.items():
        spec = specs.get(name)
        typed = _typed(spec.type, value) if spec else _ids_as_text(value)
        if typed not in (None, "", [], {}) and not (name == "parentId" and typed == "0"):
            row[name] = typed
    return row


def _typed(kind: OutputType, value: Any) -> Any:
    if value is None or value == "":
        return None
    match kind:
        case "id" | "string":
            return str(value)
        case "number":
            return _number(value)
        case "boolean":
            return value if isinstance(value, bool) else str(value).strip().casefold() in ("true", "yes")
        case "date":
            return _instant(str(value), day=True)
        case "datetime":
            return _instant(str(value), day=False)
        case "strings":
            items = value.split(",") if isinstance(value, str) else cast("list[Any]", value)
            return [text for item in items if (text := str(item).strip())]
        case "objects":
            return _ids_as_text(value if isinstance(value, list) else [value])
        case _:
            return _ids_as_text(value)


def _number(value: Any) -> int | float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return int(number) if number == int(number) else number


# The Enterprise API writes "1/4/2026 10:00 AM" and "06/27/2020"; the GTM API writes ISO 8601.
_FORMATS = ("%m/%d/%Y %I:%M %p", "%m/%d/%Y", "%m/%d/%y %H:%M")


def _instant(text: str, *, day: bool) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        for pattern in _FORMATS:
            try:
                moment = datetime.strptime(text, pattern)  # noqa: DTZ007
                break
            except ValueError:
                continue
        else:
            return text
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.date().isoformat() if day else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _ids_as_text(value: Any) -> Any:
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {
            key: str(item) if key in ("id", "companyId") and item is not None else _ids_as_text(item)
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
