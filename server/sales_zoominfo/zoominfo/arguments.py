"""What callers give, checked against the field tables before anything is sent.

Each ``read_*`` function returns the canonical form or raises the error that names the field, the legal values and the
next step; :func:`to_wire` turns canonical filter values into what an API generation wants.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from ..errors import SalesZoomInfoError, fail, near
from .fields import COMBINATIONS, ENOUGH, FILTERS, MATCH_KEYS, OUTPUTS, SORTS, Filter, Key, Output
from .operations import Entity, Generation


def wrong_generation(thing: str, used: Generation) -> SalesZoomInfoError:
    """The error for something that only the other generation has."""
    names = {"gtm": "GTM", "enterprise": "Enterprise"}
    other = "enterprise" if used == "gtm" else "gtm"
    return fail("wrong_generation", thing=thing, generation=names[other], used=names[used])


def suggest(name: str, specs: Mapping[str, Filter] | Mapping[str, Output] | Mapping[str, Key]) -> str:
    """A ", did you mean 'x'" hint from aliases first, then from spelling."""
    folded = name.casefold().replace("_", "").replace(" ", "")
    for spec in specs.values():
        if folded in (spec.name.casefold(), *(alias.casefold() for alias in spec.aliases)):
            return f", did you mean '{spec.name}'"
    return near(name, list(specs))


def _listed(value: object, name: str, expected: str) -> list[object]:
    items = cast("list[object]", value) if isinstance(value, list) else [value]
    if not items or any(item is None or (isinstance(item, str) and not item.strip()) for item in items):
        raise fail("wrong_type", name=name, expected=expected, got="empty", details={"field": name})
    return items


def _wrong(name: str, expected: str, value: object) -> Exception:
    kinds: dict[type[object], str] = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "an object",
    }
    got = kinds.get(type(value), "nothing")
    return fail("wrong_type", name=name, expected=expected, got=got, details={"field": name})


def read_text(name: str, value: object) -> str:
    """A text value; numbers become their digits.

    Raises:
        InvalidArgument: it is neither text nor a number.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _wrong(name, "text", value)
    return str(value).strip()


def read_id(name: str, value: object) -> str:
    """A ZoomInfo id as text: a whole number of up to 64 bits that may be negative."""
    text = read_text(name, value)
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or not -(2**63) <= int(text) < 2**63:
        raise fail(
            "wrong_type",
            name=name,
            expected="a ZoomInfo id (a whole number, may be negative)",
            got=f"'{text[:40]}'",
            details={"field": name},
        )
    return str(int(text))


def read_number(name: str, value: object, *, whole: bool, low: int | None, high: int | None) -> int | float:
    """A number within bounds; text that holds one is accepted, with thousands separators."""
    expected = "a whole number" if whole else "a number"
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _wrong(name, expected, value)
    try:
        number = float(value.replace(",", "").replace("_", "")) if isinstance(value, str) else value
        if number != number or number in (float("inf"), float("-inf")) or (whole and number != int(number)):
            raise ValueError
    except ValueError:
        raise fail(
            "wrong_type", name=name, expected=expected, got=f"'{str(value)[:40]}'", details={"field": name}
        ) from None
    if (low is not None and number < low) or (high is not None and number > high):
        raise fail(
            "out_of_range",
            name=name,
            value=value,
            low=low,
            high="any" if high is None else high,
            details={"field": name, "low": low, "high": high},
        )
    return int(number) if number == int(number) else number


def read_flag(name: str, value: object) -> bool:
    """True or false; the texts true, false, yes and no are accepted."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold() if isinstance(value, str) else ""
    if word in ("true", "yes"):
        return True
    if word in ("false", "no"):
        return False
    raise _wrong(name, "true or false", value)


def read_date(name: str, value: object) -> str:
    """A day as YYYY-MM-DD; an ISO 8601 time of day is cut off."""
    text = read_text(name, value)
    try:
        return date.fromisoformat(text[:10] if len(text) > 10 and text[10] in "T " else text).isoformat()
    except ValueError:
        raise fail(
            "wrong_type", name=name, expected="a date YYYY-MM-DD", got=f"'{text[:40]}'", details={"field": name}
        ) from None


def read_choice(name: str, value: object, choices: tuple[str, ...]) -> str:
    """One of a closed list, whatever its letter case."""
    text = str(int(value)) if isinstance(value, bool) else read_text(name, value)
    for choice in choices:
        if choice.casefold() == text.casefold():
            return choice
    raise fail(
        "not_a_choice",
        name=name,
        value=text[:60],
        hint=near(text, choices),
        legal=", ".join(choices),
        details={"field": name, "legal": list(choices)},
    )


def _read_history(name: str, value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise _wrong(name, "an object of companyName and jobTitle", value)
    entry = cast("dict[str, object]", value)
    for key in entry:
        if key not in ("companyName", "jobTitle"):
            raise fail(
                "unknown_argument", where=name, thing="key", name=key, hint="", legal="companyName, jobTitle",
                details={"field": name},
            )  # fmt: skip
    return {key: read_text(f"{name}.{key}", item) for key, item in entry.items()}


def _read_one(spec: Filter, value: object) -> object:
    match spec.kind:
        case "id":
            return read_id(spec.name, value)
        case "integer" | "decimal":
            return read_number(spec.name, value, whole=spec.kind == "integer", low=spec.low, high=spec.high)
        case "flag":
            return read_flag(spec.name, value)
        case "date":
            return read_date(spec.name, value)
        case "choice":
            return read_choice(spec.name, value, spec.choices)
        case "history":
            return _read_history(spec.name, value)
        case _:
            return read_text(spec.name, value)


def _split_commas(spec: Filter, items: list[object]) -> list[object]:
    # A comma list in one text is ZoomInfo's own form, and no id or fixed choice holds a comma.
    if spec.kind not in ("id", "choice") or spec.join not in ("comma", "array"):
        return items
    parts: list[object] = []
    for item in items:
        parts += [part.strip() for part in item.split(",")] if isinstance(item, str) else [item]
    return parts


def read_filters(entity: Entity, generation: Generation, raw: Mapping[str, object]) -> dict[str, list[object]]:
    """Check filters against the table, before anything is sent.

    Args:
        entity: whose search.
        generation: the API that will be asked.
        raw: values by filter name; each text, number, boolean, object or a list of them.

    Returns:
        For each filter its values in canonical form, always a list. Lookup values are still as given.

    Raises:
        InvalidArgument: a name, type, value or combination is wrong.
        NotAvailable: the other generation has the filter, this one has not.
    """
    specs = FILTERS[entity]
    values: dict[str, list[object]] = {}
    for name, value in raw.items():
        spec = specs.get(name)
        if spec is None:
            raise fail(
                "unknown_argument",
                where=f"{entity} search",
                thing="filter",
                name=name[:60],
                hint=suggest(name, specs),
                legal="`lookup` with field 'contact-filters' or 'company-filters' lists them all",
                details={"field": name[:60]},
            )
        if spec.wire(generation) is None:
            raise wrong_generation(f"The filter {name}", generation)
        items = [_read_one(spec, item) for item in _split_commas(spec, _listed(value, name, "at least one value"))]
        unique = list(dict.fromkeys(items)) if spec.kind != "history" else items
        if len(unique) > 1 and spec.joining(generation) == "one":
            raise fail("one_value_only", name=name, count=len(unique), details={"field": name})
        values[name] = unique
    _check_together(specs, values)
    return values


def _check_together(specs: Mapping[str, Filter], values: Mapping[str, list[object]]) -> None:
    for name, items in values.items():
        spec = specs[name]
        if spec.upper and spec.upper in values and cast("Any", items[0]) > cast("Any", values[spec.upper][0]):
            raise fail(
                "swapped_bounds",
                low=name,
                low_value=items[0],
                high=spec.upper,
                high_value=values[spec.upper][0],
                details={"field": name},
            )
        if spec.needs and spec.needs not in values:
            raise fail("filter_needs", name=name, other=spec.needs, details={"field": name})
        if spec.excludes and spec.excludes in values:
            raise fail(
                "filters_together",
                first=name,
                second=spec.excludes,
                reason="one means the latest round, the other any round.",
                details={"field": name},
            )


def to_wire(spec: Filter, generation: Generation, items: list[object]) -> object:
    """The JSON value that the API wants for a filter.

    Args:
        spec: the filter.
        generation: the API.
        items: canonical values from :func:`read_filters`, lookups resolved.

    Raises:
        InvalidArgument: a value holds a comma that the join rule would break at, or a title list is too long.
    """
    wire = spec.wire(generation)
    if wire == "boolean":
        return items[0]
    if wire == "integer":
        return int(cast("Any", items[0])) if spec.kind != "decimal" else items[0]
    if wire in ("strings", "integers", "objects"):
        return [int(cast("str", item)) for item in items] if wire == "integers" else items
    texts = [_numeral_text(item) for item in items]
    match spec.joining(generation):
        case "comma":
            for text in texts:
                if "," in text:
                    raise fail(
                        "comma_in_list",
                        name=spec.name,
                        value=text[:80],
                        remedy=f"Write it without the comma, for example '{_without_comma(text)[:80]}'.",
                        details={"field": spec.name},
                    )
            joined = ",".join(texts)
        case "or":
            joined = " OR ".join(texts)
        case "words":
            joined = " ".join(texts)
        case _:
            joined = texts[0]
    if spec.name in ("jobTitle", "exactJobTitle", "excludeJobTitle") and len(joined) >= 500:
        raise fail("too_long", name=spec.name, length=len(joined), limit=500, details={"field": spec.name})
    return joined


def _without_comma(title: str) -> str:
    return " ".join(reversed([part.strip() for part in title.split(",")]))


def _numeral_text(item: object) -> str:
    return f"{item:g}" if isinstance(item, float) else str(item)


def read_inputs(entity: Entity, raw: object, *, where: str) -> list[dict[str, object]]:
    """Check the match inputs of an enrich call.

    Args:
        entity: whose records.
        raw: 1 to 100 objects of match keys.
        where: the argument's name, for errors.

    Returns:
        The inputs in canonical form, in order.

    Raises:
        InvalidArgument: too few or too many, an unknown key, a bad value, or keys that can match nothing.
    """
    if not isinstance(raw, list | dict):
        raise _wrong(where, "a list of objects", raw)
    items = cast("list[object]", raw if isinstance(raw, list) else [raw])
    if not 1 <= len(items) <= 100:
        raise fail(
            "out_of_range", name=f"the number of {where}", value=len(items), low=1, high=100, details={"field": where}
        )
    return [_read_input(entity, item, f"{where}[{index}]") for index, item in enumerate(items)]


def _read_input(entity: Entity, raw: object, where: str) -> dict[str, object]:
    if not isinstance(raw, dict):
        raise _wrong(where, "an object of match keys", raw)
    keys = MATCH_KEYS[entity]
    values: dict[str, object] = {}
    for name, value in cast("dict[str, object]", raw).items():
        key = keys.get(name)
        if key is None:
            raise fail(
                "unknown_argument",
                where=where,
                thing="key",
                name=name[:60],
                hint=suggest(name, keys),
                legal=", ".join(keys),
                details={"field": f"{where}.{name[:60]}"},
            )
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        field = f"{where}.{name}"
        match key.kind:
            case "id":
                values[name] = read_id(field, value)
            case "integer":
                values[name] = read_number(field, value, whole=True, low=key.low, high=key.high)
            case "date":
                values[name] = read_date(field, value)
            case _:
                values[name] = read_text(field, value)
    if not any(enough <= values.keys() for enough in ENOUGH[entity]):
        given = ", ".join(values) or "nothing"
        raise fail(
            "input_cannot_match",
            where=where,
            reason=f"it has only {given}",
            combinations=COMBINATIONS[entity],
            details={"field": where},
        )
    return values


def read_outputs(
    entity: Entity, generation: Generation, raw: object, *, detail: str, name: str = "outputFields"
) -> list[str]:
    """The output fields to ask for.

    Args:
        entity: whose records.
        generation: the API that will be asked.
        raw: a list of names, one comma list, or None for the default set.
        detail: ``concise`` or ``full``, for the default set.
        name: the argument's name, for errors.

    Returns:
        Names that the generation documents; a phone number brings its do-not-call flag along.

    Raises:
        InvalidArgument: an unknown field. NotAvailable: only the other generation has it.
    """
    specs = OUTPUTS[entity]
    if raw is None:
        return [spec.name for spec in specs.values() if spec.known(generation) and (detail == "full" or spec.concise)]
    chosen = read_names(raw, specs, where=f"{entity} enrich", name=name)
    for field in chosen:
        if not specs[field].known(generation):
            raise wrong_generation(f"The output field {field}", generation)
    for phone, flag in (("phone", "directPhoneDoNotCall"), ("mobilePhone", "mobilePhoneDoNotCall")):
        if entity == "contact" and phone in chosen and flag not in chosen:
            chosen.append(flag)
    return chosen


def read_names(raw: object, specs: Mapping[str, Output], *, where: str, name: str = "outputFields") -> list[str]:
    """A list of output field names, checked against a table; a comma list in one text is accepted."""
    if not isinstance(raw, str | list) or not raw:
        raise _wrong(name, "a list of field names", cast("object", raw))
    items = cast("list[object]", raw.split(",") if isinstance(raw, str) else raw)
    chosen: list[str] = []
    for item in items:
        field = read_text(name, item)
        if field not in specs:
            raise fail(
                "unknown_argument",
                where=where,
                thing="output field",
                name=field[:60],
                hint=suggest(field, specs),
                legal=", ".join(specs),
                details={"field": name},
            )
        if field not in chosen:
            chosen.append(field)
    return chosen


def read_sort(entity: Entity, raw: object) -> str | None:
    """A sort field, with a leading minus for descending, or None."""
    if raw is None:
        return None
    text = read_text("sort", raw)
    field = read_choice("sort", text.removeprefix("-"), SORTS[entity])
    return f"-{field}" if text.startswith("-") else field
