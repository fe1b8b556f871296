"""What callers give, checked against the field tables before anything is sent.

Each ``read_*`` function returns the canonical form or raises the error that names the field, the legal values and the
next step; :func:`to_wire` turns canonical filter values into what an API generation wants.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from ..errors import SalesZoomInfoError, fail, near
from .combinations import check_count, check_together
from .fields import COMBINATIONS, ENOUGH, FILTERS, MATCH_KEYS, OUTPUTS, Filter, Key, Output
from .operations import Entity, Generation, Subject


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


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _listed(spec: Filter, value: object) -> list[object]:
    items = cast("list[object]", value) if isinstance(value, list) else [value]
    if not any(_blank(item) for item in items):
        items = _split_commas(spec, items)
        if items:
            return items
    raise fail("wrong_type", name=spec.name, expected="at least one value", got="empty", details={"field": spec.name})


def _wrong(name: str, expected: str, value: object) -> Exception:
    kinds: dict[type, str] = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "an object",
    }
    got = "empty" if value in ("", [], {}) else kinds.get(type(value), "nothing")
    return fail("wrong_type", name=name, expected=expected, got=got, details={"field": name})


# Past 64 bits a number is nothing that ZoomInfo has, and Python refuses to print the very long ones.
_BITS = 64


def read_text(name: str, value: object) -> str:
    """A text value; numbers become their digits.

    Raises:
        InvalidArgument: it is neither text nor a number.
    """
    if isinstance(value, str):
        # Half of a surrogate pair cannot travel as UTF-8.
        return value.encode("utf-8", "replace").decode("utf-8").strip()
    if isinstance(value, bool) or not isinstance(value, int | float) or not _printable(value):
        raise _wrong(name, "text", value)
    return _digits(value)


def _printable(number: int | float) -> bool:
    if isinstance(number, int):
        return number.bit_length() <= _BITS
    return -(2.0**_BITS) < number < 2.0**_BITS


def _digits(number: int | float) -> str:
    # Never 1e-05 and never six digits only, as a float's own spellings have it.
    text = str(number) if isinstance(number, int) else format(Decimal(repr(number)), "f")
    return text.removesuffix(".0")


_ID = re.compile(r"-?[0-9]{1,19}")
_WRITTEN_ID = re.compile(r"-?[1-9][0-9]{0,17}")


def read_id(name: str, value: object) -> str:
    """A ZoomInfo id as text: a whole number of up to 64 bits that may be negative."""
    # Nearly all come as ZoomInfo writes them.
    if isinstance(value, str) and _WRITTEN_ID.fullmatch(value):
        return value
    text = read_text(name, value)
    # A float past 2**53 has lost digits on its way here, so it may name another record.
    exact = not isinstance(value, float) or abs(value) < 2**53
    if not _ID.fullmatch(text) or not -(2**63) <= int(text) < 2**63 or not exact:
        raise fail(
            "wrong_type",
            name=name,
            expected="a ZoomInfo id (a whole number, may be negative)",
            got=f"'{text[:40]}'",
            details={"field": name},
        )
    return str(int(text))


# Commas only where they separate thousands: "1,5" is one and a half to some, and fifteen to none.
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,3}(?:[,_][0-9]{3})+|[0-9]{1,20})(?:\.[0-9]{0,20})?(?:[eE][+-]?[0-9]{1,2})?")


def read_number(name: str, value: object, *, whole: bool, low: int | None, high: int | None) -> int | float:
    """A number within bounds; text that holds one is accepted, with thousands separators.

    Raises:
        InvalidArgument: it is no number, has a fraction where ``whole`` is asked for, or is out of bounds.
    """
    expected = "a whole number" if whole else "a number"
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _wrong(name, expected, value)
    number = _parse_number(value)
    if number is None or (whole and isinstance(number, float)):
        shown = value if isinstance(value, str) else f"{float(value):g}" if _printable(value) else "that large a number"
        raise fail("wrong_type", name=name, expected=expected, got=f"'{shown[:40]}'", details={"field": name})
    if high is None and low is not None and number < low:
        raise fail("too_low", name=name, value=_digits(number), low=low, details={"field": name, "low": low})
    if (low is not None and number < low) or (high is not None and number > high):
        raise fail(
            "out_of_range",
            name=name,
            value=_digits(number),
            low="any" if low is None else low,
            high="any" if high is None else high,
            details={"field": name, "low": low, "high": high},
        )
    return number


def _parse_number(value: str | int | float) -> int | float | None:
    """An int where it is whole, else a float; None when it is no number of a sensible size."""
    if isinstance(value, str):
        text = value.strip()
        if not _NUMBER.fullmatch(text):
            return None
        plain = text.replace(",", "").replace("_", "")
        value = int(plain) if plain.lstrip("+-").isdigit() else float(plain)
    if not _printable(value):
        return None
    return int(value) if isinstance(value, float) and value.is_integer() else value


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
        if not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ]|$)", text):
            raise ValueError
        return (date if len(text) == 10 else datetime).fromisoformat(text).isoformat()[:10]
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
    for key in ("companyName", "jobTitle"):
        if _blank(entry.get(key)):
            raise _wrong(f"{name}.{key}", "text, as each entry needs both", entry.get(key))
    for key in entry:
        if key not in ("companyName", "jobTitle"):
            raise fail(
                "unknown_argument", where=name, thing="key", name=key[:60], hint="", legal="companyName, jobTitle",
                details={"field": name},
            )  # fmt: skip
    return {key: read_text(f"{name}.{key}", item) for key, item in entry.items()}


def _read_long_enough(spec: Filter, value: object) -> str:
    text = read_text(spec.name, value)
    if spec.low is not None and len(text) < spec.low:
        raise fail("too_short", name=spec.name, value=text, least=spec.low, details={"field": spec.name})
    return text


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
            return _read_long_enough(spec, value)


def _split_commas(spec: Filter, items: list[object]) -> list[object]:
    # A comma list in one text is ZoomInfo's own form, taken apart where no value can hold a comma.
    if not (spec.splits or spec.kind in ("id", "choice")) or spec.join not in ("comma", "array"):
        return items
    parts: list[object] = []
    for item in items:
        parts += [part for part in item.split(",") if part.strip()] if isinstance(item, str) else [item]
    return parts


# The searches that take no company, wholly or in the GTM API, and what answers about one.
_ABOUT_ONE: dict[Subject, str] = {"intent": "enrich_intent", "scoop": "enrich_scoops", "news": "enrich_news"}
_ONE_COMPANY = ("companyId", "companyName", "companyWebsite")
# So many names are given whole in an error.
_FEW = 20


def read_filters(subject: Subject, generation: Generation, raw: Mapping[str, object]) -> dict[str, list[object]]:
    """Check the filters of a search against its table, before anything is sent.

    Args:
        subject: what is searched.
        generation: the API that will be asked.
        raw: values by filter name; each text, number, boolean, object or a list of them.

    Returns:
        For each filter its values in canonical form, always a list. Lookup values are still as given.

    Raises:
        InvalidArgument: a name, type, value or combination is wrong.
        NotAvailable: the other generation has the filter, this one has not.
    """
    specs = FILTERS[subject]
    tool = _ABOUT_ONE.get(subject)
    for name in _ONE_COMPANY:
        if tool and name in raw and (name not in specs or specs[name].wire(generation) is None):
            raise fail("not_by_company", where=f"{subject} search", name=name, tool=tool, details={"field": name})
    legal = ", ".join(specs) if len(specs) <= _FEW else f"`lookup` with field '{subject}-filters' lists them all"
    return read_by(specs, generation, raw, where=f"{subject} search", legal=legal)


def read_by(
    specs: Mapping[str, Filter], generation: Generation, raw: Mapping[str, object], *, where: str, legal: str
) -> dict[str, list[object]]:
    """Check values against a table of filters; see :func:`read_filters`.

    Args:
        specs: the table.
        generation, raw: as there.
        where: what they are given to, for errors.
        legal: the legal names, for errors.
    """
    values: dict[str, list[object]] = {}
    for name, value in raw.items():
        spec = specs.get(name)
        if spec is None:
            raise fail(
                "unknown_argument",
                where=where,
                thing="filter",
                name=name[:60],
                hint=suggest(name, specs),
                legal=legal,
                details={"field": name[:60]},
            )
        if spec.wire(generation) is None:
            raise wrong_generation(f"The filter {name}", generation)
        items = [_read_one(spec, item) for item in _listed(spec, value)]
        unique = list(dict.fromkeys(items)) if spec.kind != "history" else items
        if len(unique) > 1 and (spec.most == 1 or spec.joining(generation) == "one"):
            raise fail("one_value_only", name=name, count=len(unique), details={"field": name})
        check_count(spec, unique)
        values[name] = unique
    for spec in specs.values():
        if spec.required and spec.name not in values:
            how = f"Give {spec.name}: {spec.text}"
            how += f" `lookup` with field '{spec.lookup}' lists them." if spec.lookup else ""
            raise fail("missing_argument", where=where, name=spec.name, how=how, details={"field": spec.name})
    check_together(specs, values)
    return values


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
        return int(cast("Any", items[0]))
    if wire in ("strings", "integers", "objects"):
        return [int(cast("str", item)) for item in items] if wire == "integers" else items
    texts = [_digits(item) if isinstance(item, int | float) else str(item) for item in items]
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
    if generation == "gtm" and spec.name in ("jobTitle", "exactJobTitle", "excludeJobTitle") and len(joined) >= 500:
        raise fail("too_long", name=spec.name, length=len(joined), limit=500, details={"field": spec.name})
    return joined


def _without_comma(title: str) -> str:
    return " ".join(reversed([part.strip() for part in title.split(",")]))


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
        if _blank(value):
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
        raise fail(
            "input_cannot_match",
            where=where,
            reason=too_little(cast("dict[str, object]", raw), values),
            combinations=COMBINATIONS[entity],
            details={"field": where},
        )
    return values


def too_little(raw: Mapping[str, object], values: Mapping[str, object]) -> str:
    """Why an input can match nothing.

    Args:
        raw: as given, its keys known to be legal.
        values: those of them that are not blank.

    Returns:
        A clause that names keys and never values.
    """
    if not raw:
        return "it is empty"
    return f"it has only {', '.join(values)}" if values else f"all that it has is blank ({', '.join(raw)})"


def read_required(entity: Entity, raw: object) -> list[str]:
    """The fields that a record must have to be a match.

    Args:
        entity: whose records.
        raw: a list of names, one comma list, or None for none.

    Returns:
        The names; whether an API has them is for whoever chooses it.

    Raises:
        InvalidArgument: an unknown field.
    """
    if raw is None:
        return []
    return read_names(raw, OUTPUTS[entity], where=f"{entity} enrich", name="requiredFields")


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
    items = [part for part in raw.split(",") if part.strip()] if isinstance(raw, str) else cast("list[object]", raw)
    if not items:
        raise _wrong(name, "a list of field names", "")
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
