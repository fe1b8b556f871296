"""Values on their way from a ZoomInfo record into a cell, and when two of them are the same."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from ..account.identifiers import read_phone
from ..zoominfo.places import country_codes, english
from .model import Target

# Fields that count in thousands of dollars; of the others a value in dollars stays what it is.
_THOUSANDS = frozenset(["revenue", "ultimateParentRevenue", "recentFundingAmount", "totalFundingAmount"])
_SEPARATOR = "; "
_LETTERS = re.compile(r"[\W_]+")


def is_blank(cell: Any, blank: frozenset[str] = frozenset()) -> bool:
    """Whether a cell holds nothing.

    Args:
        cell: any.
        blank: texts that count as nothing, in lower case.
    """
    if cell is None or cell == "" or cell == [] or cell == {}:
        return True
    if not isinstance(cell, str):
        return False
    text = cell.strip().casefold()
    return not text or text in blank


def is_true(cell: Any) -> bool:
    """Whether a cell says yes."""
    return cell is True or str(cell).strip().casefold() in ("true", "yes", "1")


def part_of(value: Any, path: tuple[str, ...]) -> Any:
    """A part of a record's value.

    Args:
        value: an object, or a list of objects.
        path: names of members; of a list of links such as ``externalUrls`` also the kind of link.

    Returns:
        The part; a list when a list of objects has several, None for none.
    """
    for name in path:
        if isinstance(value, list):
            items = [cast("dict[str, Any]", item) for item in cast("list[Any]", value) if isinstance(item, dict)]
            links = [item.get("url") for item in items if "type" in item and _plain(name) in _plain(item["type"])]
            found = links[:1] if links else [item[name] for item in items if not is_blank(item.get(name))]
            value = list(dict.fromkeys(map(_hashable, found))) if len(found) > 1 else found[0] if found else None
        elif isinstance(value, dict):
            value = cast("dict[str, Any]", value).get(name)
        else:
            return None
    return value


def _hashable(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


def _plain(text: object) -> str:
    # "LINKED_IN", "linkedin.com" and "LinkedIn" are one kind.
    return _LETTERS.sub("", str(text)).casefold()


def shaped(value: Any, target: Target, field: str) -> Any:
    """A record's value in the form that a column wants.

    Args:
        value: as the record has it, not blank.
        target: the column.
        field: the output field that it comes from; empty for another source.

    Returns:
        The value; a list is joined unless one item is asked for; None when it cannot be had in that form.
    """
    match target.shape:
        case "country_code" | "country_name":
            codes = country_codes(str(value))
            if len(codes) != 1:
                return value
            code = next(iter(codes))
            return code if target.shape == "country_code" else english(code)
        case "usd" | "number":
            number = as_number(value)
            if number is None:
                return None
            return number * 1000 if target.shape == "usd" and field in _THOUSANDS else number
        case "date":
            try:
                return datetime.fromisoformat(str(value)).strftime(target.format)
            except ValueError:
                return None
        case "first":
            return scalar(value[0]) if isinstance(value, list) and value else scalar(value)
        case "flag":
            return True if is_true(value) else None
        case _:
            return scalar(value, target.separator)


def scalar(value: Any, separator: str = _SEPARATOR) -> Any:
    """One value for one cell: lists joined, of objects their names, anything deeper as JSON."""
    if isinstance(value, list):
        items = [item for item in cast("list[Any]", value) if not is_blank(item)]
        return separator.join(str(scalar(item)) for item in items)
    if isinstance(value, dict):
        named = cast("dict[str, Any]", value).get("name")
        return named if isinstance(named, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return value


def as_number(value: Any) -> int | float | None:
    """A number, from one or from text with thousands separators."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    text = str(value).replace(",", "").replace(" ", "").strip().lstrip("$")
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def same(old: Any, new: Any, field: str) -> bool:
    """Whether a cell says already what ZoomInfo says, in whatever spelling.

    Args:
        old: the cell.
        new: the value.
        field: the output field that the value comes from.
    """
    if old == new:
        return True
    one, other = " ".join(_text(old).split()), " ".join(_text(new).split())
    if one == other:
        return True
    name = field.casefold()
    if "phone" in name or "fax" in name:
        first, second = read_phone(one), read_phone(other)
        if first is None or second is None:
            return False
        return first.national == second.national and (first.code == second.code or None in (first.code, second.code))
    if "email" in name:
        return one.casefold() == other.casefold()
    if "website" in name or "url" in name or "linkedin" in name:
        return _address(one) == _address(other)
    if isinstance(new, int | float) and not isinstance(new, bool):
        return as_number(one) == new
    if isinstance(new, bool):
        return is_true(one) == new
    return False


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return str(scalar(cell)) if isinstance(cell, list | dict) else str(cell)


def _address(text: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", text.casefold()).rstrip("/")


def told(row: Mapping[str, Any], field: str, path: tuple[str, ...]) -> Any:
    """A field of a record, or a part of it."""
    value = row.get(field)
    return part_of(value, path) if path else value
