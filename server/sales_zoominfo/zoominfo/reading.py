"""Reading the arguments of an operation that has a builder: closed lists of names, each with its reader."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeAlias, cast

from ..errors import SalesZoomInfoError, fail, near
from .arguments import read_choice, read_flag, read_id, read_number, read_text
from .operations import Operation

Read: TypeAlias = Callable[[str, object], object]

# As a page of any other answer.
MOST_ROWS = 100
DEFAULT_ROWS = 25


def read_arguments(
    operation: Operation, raw: Mapping[str, object], readers: Mapping[str, Read], required: Collection[str] = ()
) -> dict[str, Any]:
    """Check arguments against a closed list.

    Args:
        operation: what they are for.
        raw: values by name; None and empty ones count as not given.
        readers: what each name takes.
        required: names that must be given.

    Returns:
        The canonical values of the names that were given.

    Raises:
        InvalidArgument: an unknown name, a missing one, or a bad value.
    """
    where = operation.title.capitalize()
    for name in raw:
        if name not in readers:
            raise fail(
                "unknown_argument",
                where=where,
                thing="argument",
                name=name[:60],
                hint=near(name[:60], list(readers)),
                legal=", ".join(readers) or "none",
                details={"field": name[:60]},
            )
    given = {name: readers[name](name, value) for name, value in raw.items() if not blank(value)}
    for name in required:
        if name not in given:
            raise missing(operation, name)
    return given


def blank(value: object) -> bool:
    """Whether a value counts as not given."""
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {})


def missing(operation: Operation, name: str, how: str = "") -> SalesZoomInfoError:
    """The error for an argument that an operation cannot do without."""
    where = operation.title.capitalize()
    return fail("missing_argument", where=where, name=name, how=how or f"Give {name}.", details={"field": name})


COMPANY_HOW = "Give the companyId as text; `search_companies` finds it free of charge."
PERSON_HOW = "Give the personId as text; `search_contacts` finds it free of charge."


def whole(low: int, high: int | None) -> Read:
    """A reader of whole numbers within bounds."""

    def read(name: str, value: object) -> int:
        return int(read_number(name, value, whole=True, low=low, high=high))

    return read


def choice(*choices: str) -> Read:
    """A reader of one of a few words."""

    def read(name: str, value: object) -> str:
        return read_choice(name, value, choices)

    return read


def items(value: object) -> list[object]:
    """One value or a list of them, as a list; a comma list in one text is taken apart."""
    listed = cast("list[object]", value) if isinstance(value, list) else [value]
    parts: list[object] = []
    for item in listed:
        parts += [part.strip() for part in item.split(",")] if isinstance(item, str) else [item]
    return [part for part in parts if not blank(part)]


def several(read: Read, most: int) -> Read:
    """A reader of 1 to ``most`` values, given as a list or as a comma list; doubles are dropped."""

    def read_all(name: str, value: object) -> list[object]:
        found = list(dict.fromkeys(read(name, item) for item in items(value)))
        if not 1 <= len(found) <= most:
            raise fail(
                "out_of_range",
                name=f"the number of {name}",
                value=len(found),
                low=1,
                high=most,
                details={"field": name},
            )
        return found

    return read_all


PAGE: Read = whole(1, None)
PAGE_SIZE: Read = whole(1, MOST_ROWS)
ID: Read = read_id
FLAG: Read = read_flag
TEXT: Read = read_text


def read_object(name: str, value: object, readers: Mapping[str, Read]) -> dict[str, Any]:
    """One object with a closed list of keys.

    Raises:
        InvalidArgument: it is no object, has an unknown key, or a bad value; the key is named in full.
    """
    if not isinstance(value, dict):
        raise fail("wrong_type", name=name, expected="an object", got=_kind(value), details={"field": name})
    found: dict[str, Any] = {}
    for key, item in cast("dict[str, object]", value).items():
        if key not in readers:
            raise fail(
                "unknown_argument",
                where=name,
                thing="key",
                name=key[:60],
                hint=near(key[:60], list(readers)),
                legal=", ".join(readers),
                details={"field": f"{name}.{key[:60]}"},
            )
        if not blank(item):
            found[key] = readers[key](f"{name}.{key}", item)
    return found


def _kind(value: object) -> str:
    return "a list" if isinstance(value, list) else "a text" if isinstance(value, str) else "a number"


def read_list(name: str, value: object, *, most: int) -> list[object]:
    """A list of 1 to ``most`` things; one thing counts as a list of one."""
    if not isinstance(value, list | dict):
        raise fail("wrong_type", name=name, expected="a list", got=_kind(value), details={"field": name})
    found = cast("list[object]", value if isinstance(value, list) else [value])
    if not 1 <= len(found) <= most:
        raise fail(
            "out_of_range", name=f"the number of {name}", value=len(found), low=1, high=most, details={"field": name}
        )
    return found
