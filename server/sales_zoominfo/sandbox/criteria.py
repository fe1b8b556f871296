"""Turns the filters of a search request into checked values, by the rules of either generation."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final, TypeAlias

from . import taxonomies
from .model import Generation
from .places import METROS, STATES
from .refusal import Refusal
from .tables import Filter, Join
from .vocabulary import digits

Criteria: TypeAlias = dict[str, Any]
Expression: TypeAlias = list[list[tuple[bool, str]]]

_WIDTHS: Final = {"i16": 2**15, "i32": 2**31, "int": 2**31, "i64": 2**63}
_HASH_LENGTHS: Final = frozenset({32, 40, 64, 128})
_TAG: Final = re.compile(r"(\d+|\*)(\.(\d+|\*)){2,3}")
_PAIRS: Final = (("Min", "Max"), ("StartDate", "EndDate"))
_EXCLUSIVE: Final = ("allFundingRoundTypes", "recentFundingRoundTypes")
LONGEST_TITLE: Final = 500


def parse(
    table: Mapping[str, Filter],
    raw: Mapping[str, Any],
    generation: Generation,
    *,
    forbidden: frozenset[str] = frozenset(),
) -> Criteria:
    """Check the filters of a search.

    Args:
        table: The filters of the entity.
        raw: The filters as sent, paging keys removed.
        generation: Whose types and join rules hold.
        forbidden: Filters that the plan lacks.

    Returns:
        Name to value: bool, number, seconds since the epoch (dates), id, list of these, or an `Expression`.
        Empty values are left out.

    Raises:
        Refusal: A filter is unknown, not in the plan, of the wrong type, or its value is not legal.
    """
    unknown = [name for name in raw if name not in table or _type(table[name], generation) is None]
    if unknown:
        raise Refusal("unknown_filter", *unknown)
    denied = [name for name in raw if name in forbidden]
    if denied:
        raise Refusal("plan_filter", *denied)
    criteria: Criteria = {}
    for name, value in raw.items():
        if value is None or value == "" or value == []:
            continue
        parsed = _Reader(name, table[name], generation).read(value)
        if parsed not in ("", []):
            criteria[name] = parsed
    _check_together(criteria)
    return criteria


def expression(text: str, *, commas: bool = False) -> Expression:
    """Parse AND, OR and NOT (upper case) into alternatives of (negated, term).

    Args:
        text: The filter value.
        commas: A comma means OR as well.

    Returns:
        Alternatives, each a list of terms that all have to hold.
    """
    alternatives: Expression = []
    for part in re.split(r"\s+OR\s+|,", text) if commas else re.split(r"\s+OR\s+", text):
        terms: list[tuple[bool, str]] = []
        for term in re.split(r"\s+AND\s+(?!NOT\s)|\s+(?:AND\s+)?(?=NOT\s)", part.strip()):
            negated = term.startswith("NOT ")
            bare = term.removeprefix("NOT ").strip()
            if bare:
                terms.append((negated, bare))
        if terms:
            alternatives.append(terms)
    return alternatives


def day_of(text: str) -> int | None:
    """Return midnight UTC of a YYYY-MM-DD date as epoch seconds; a time after it is cut off. None if invalid."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _type(spec: Filter, generation: Generation) -> str | None:
    return spec.gtm if generation == "gtm" else spec.enterprise


class _Reader:
    """Reads the value of one filter."""

    def __init__(self, name: str, spec: Filter, generation: Generation) -> None:
        self._name = name
        self._spec = spec
        self._gtm = generation == "gtm"
        self._type = _type(spec, generation) or ""
        lax: Join | None = None if self._gtm else spec.enterprise_join
        self._join: Join = lax or spec.join

    def read(self, value: Any) -> Any:
        if self._spec.kind == "flag":
            return self._flag(value)
        if self._spec.kind == "object":
            return self._objects(value)
        if self._type in {"i16", "i32", "int"}:
            return self._number(str(self._integer(value)))
        if self._join == "array":
            return [self._one(item) for item in self._items(value)]
        return self._text(self._string(value))

    def _bad(self, detail: str) -> Refusal:
        return Refusal("bad_value", self._name, detail=detail)

    def _mistyped(self) -> Refusal:
        return Refusal("wrong_type", self._name)

    def _flag(self, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        if not self._gtm and value in ("true", "false"):
            return value == "true"
        raise self._mistyped()

    def _integer(self, value: Any) -> int:
        if not self._gtm and isinstance(value, str) and re.fullmatch(r"-?\d+", value.strip()):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._mistyped()
        if not -_WIDTHS[self._type] <= value < _WIDTHS[self._type]:
            raise self._mistyped()
        return value

    def _string(self, value: Any) -> str:
        if isinstance(value, str):
            return value.strip()
        # The older service converts scalars to text; the newer one checks the type.
        if not self._gtm and isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        raise self._mistyped()

    def _items(self, value: Any) -> list[str]:
        if not isinstance(value, list):
            raise self._mistyped()
        items: list[Any] = value  # pyright: ignore[reportUnknownVariableType]
        if self._type == "i64[]":
            if any(isinstance(item, bool) or not isinstance(item, int) for item in items):
                raise self._mistyped()
            return [str(item) for item in items]
        if any(not isinstance(item, str) and (self._gtm or isinstance(item, bool | list | dict)) for item in items):
            raise self._mistyped()
        found = [str(item).strip() for item in items]
        if self._name == "buyingGroup" and len(found) > 1:
            raise self._bad("only one ID can be submitted")
        return [item for item in found if item]

    def _text(self, text: str) -> Any:
        if self._name == "jobTitle" and self._gtm and len(text) >= LONGEST_TITLE:
            raise self._bad(f"must be shorter than {LONGEST_TITLE} characters")
        if self._join == "comma":
            return [self._one(item.strip()) for item in text.split(",") if item.strip()]
        if self._join in {"or", "boolean"}:
            return self._expression(text)
        return self._one(text) if text else ""

    def _expression(self, text: str) -> Expression:
        technology = self._spec.taxonomy == "tech-products"
        if self._join == "or":
            return [[(False, part.strip())] for part in re.split(r"\s+OR\s+", text) if part.strip()]
        alternatives = expression(text, commas=technology)
        if technology:
            for terms in alternatives:
                for _, term in terms:
                    self._one(term)
        return alternatives

    def _one(self, text: str) -> Any:
        if self._spec.choices and text not in self._spec.choices:
            raise self._bad(f"accepted values are {', '.join(self._spec.choices)}")
        return _KINDS.get(self._spec.kind, _Reader._plain)(self, text)

    def _plain(self, text: str) -> str:
        if self._name == "excludedRegions" and text not in STATES and text not in METROS:
            raise self._bad(f"unknown region '{text}'")
        if self._name in {"country", "state"} and "," in text and text.lower() not in taxonomies.by_name("countries"):
            raise self._bad("only one value is accepted")
        return text

    def _number(self, text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            raise self._bad("must be a number") from None
        low, high = self._spec.low, self._spec.high
        if (low is not None and number < low) or (high is not None and number > high):
            raise self._bad(f"must be between {_plain_number(low)} and {_plain_number(high)}")
        if self._spec.choices and _plain_number(number) not in self._spec.choices:
            raise self._bad(f"supported values are {', '.join(self._spec.choices)}")
        return number

    def _id(self, text: str) -> int:
        if not re.fullmatch(r"-?\d{1,19}", text) or not -(2**63) <= int(text) < 2**63:
            raise self._bad("must be a numeric id")
        return int(text)

    def _date(self, text: str) -> int:
        day = day_of(text)
        if day is None:
            raise self._bad("must be a date in YYYY-MM-DD format")
        return day

    def _taxonomy(self, text: str) -> str:
        name = self._spec.taxonomy or ""
        if name == "tech-products" and not self._gtm:
            if not _TAG.fullmatch(text):
                raise self._bad(f"unknown value '{text}'")
            return text
        found = resolve(name, text, lax=not self._gtm)
        if found is None:
            raise self._bad(f"unknown value '{text}'")
        return found

    def _email(self, text: str) -> str:
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", text):
            raise self._bad("must be an email address")
        return text.lower()

    def _phone(self, text: str) -> str:
        if any(letter.isalpha() for letter in text) or not digits(text):
            raise self._bad("must be a phone number")
        return phone_key(text)

    def _hash(self, text: str) -> str:
        if len(text) not in _HASH_LENGTHS or not re.fullmatch(r"[0-9a-fA-F]+", text):
            raise self._bad("must be an MD5, SHA1, SHA256 or SHA512 hash")
        return text.lower()

    def _digits(self, text: str) -> str:
        if not text.isascii() or not text.isdigit():
            raise self._bad("must be numeric")
        return text

    def _alnum(self, text: str) -> str:
        if not (text.isascii() and text.isalnum()):
            raise self._bad("only English letters and numbers are accepted")
        return text

    def _grade(self, text: str) -> int:
        # A is the largest audience, so that it is the higher number.
        return len(self._spec.choices) - self._spec.choices.index(text)

    def _objects(self, value: Any) -> list[tuple[str, str]]:
        if not isinstance(value, list):
            raise self._mistyped()
        items: list[Any] = value  # pyright: ignore[reportUnknownVariableType]
        if len(items) > 5:
            raise self._bad("at most 5 entries are accepted")
        pairs: list[tuple[str, str]] = []
        for item in items:
            if not isinstance(item, dict) or set(item) != {"companyName", "jobTitle"}:  # pyright: ignore[reportUnknownArgumentType]
                raise self._bad("each entry needs companyName and jobTitle")
            entry: dict[str, Any] = item  # pyright: ignore[reportUnknownVariableType]
            pairs.append((self._string(entry["companyName"]), self._string(entry["jobTitle"])))
        return pairs


_KINDS: Final[dict[str, Callable[[_Reader, str], Any]]] = {
    "number": _Reader._number,  # pyright: ignore[reportPrivateUsage]
    "id": _Reader._id,  # pyright: ignore[reportPrivateUsage]
    "date": _Reader._date,  # pyright: ignore[reportPrivateUsage]
    "taxonomy": _Reader._taxonomy,  # pyright: ignore[reportPrivateUsage]
    "email": _Reader._email,  # pyright: ignore[reportPrivateUsage]
    "phone": _Reader._phone,  # pyright: ignore[reportPrivateUsage]
    "hash": _Reader._hash,  # pyright: ignore[reportPrivateUsage]
    "digits": _Reader._digits,  # pyright: ignore[reportPrivateUsage]
    "alnum": _Reader._alnum,  # pyright: ignore[reportPrivateUsage]
    "grade": _Reader._grade,  # pyright: ignore[reportPrivateUsage]
}


def phone_key(text: str) -> str:
    """Return the digits of a phone number as they are stored: without the North American 1."""
    found = digits(text)
    return found[1:] if len(found) == 11 and found.startswith("1") else found


def resolve(name: str, text: str, *, lax: bool) -> str | None:
    """Find the id of a taxonomy value.

    Args:
        name: Name of the GTM lookup.
        text: An id; with `lax` also a display name, in any case, singular or plural. Departments take their
            name in either generation.
        lax: The older service's tolerance.

    Returns:
        The id, or None.
    """
    if text in taxonomies.ids(name):
        return text
    names = taxonomies.by_name(name)
    if name == "departments":
        return names.get(text.lower())
    if not lax:
        return None
    wanted = {text.lower(), text.lower().removesuffix("s"), f"{text.lower()}s"}
    for key in taxonomies.ids(name):
        if key.lower() in wanted:
            return key
    return next((names[spelling] for spelling in sorted(wanted) if spelling in names), None)


def _plain_number(value: float | None) -> str:
    return "" if value is None else f"{value:g}" if value < 1e6 else str(int(value))


def _check_together(criteria: Criteria) -> None:
    for name, low in criteria.items():
        for first, second in _PAIRS:
            other = name.removesuffix(first) + second
            if name.endswith(first) and other in criteria and low > criteria[other]:
                raise Refusal("swapped", name, other)
    if "engagementEndDate" in criteria and "engagementStartDate" not in criteria:
        raise Refusal("bad_value", "engagementEndDate", detail="engagementStartDate is required")
    if all(name in criteria for name in _EXCLUSIVE):
        raise Refusal("bad_value", _EXCLUSIVE[0], detail=f"cannot be combined with {_EXCLUSIVE[1]}")
