"""Sizes as people write them: "50-200 people", "$10-50M", "1000+", into bounds or bands of the right unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal, NamedTuple, cast

from ..errors import SalesZoomInfoError, fail
from .records import Value
from .sizes_zh import in_english
from .words import fold

Measure = Literal["people", "money", "percent", "years", "count"]


class Range(NamedTuple):
    """What a text says about a size.

    Attributes:
        low, high: bounds as written, after the scale; None is open. Equal bounds are a single figure.
        low_open, high_open: the bound itself is outside.
        unit: what it is counted in where the text says so.
        currency: ISO code of a currency, or None.
        scaled: the text has a scale such as K or M.
    """

    low: Decimal | None
    high: Decimal | None
    low_open: bool = False
    high_open: bool = False
    unit: Measure | None = None
    currency: str | None = None
    scaled: bool = False

    @property
    def single(self) -> bool:
        """Whether it is one figure."""
        return self.low is not None and self.low == self.high


_SCALES = {
    "k": 3, "thousand": 3, "thousands": 3, "tsd": 3,
    "m": 6, "mm": 6, "mn": 6, "mil": 6, "mio": 6, "mln": 6, "million": 6, "millions": 6,
    "b": 9, "bn": 9, "bil": 9, "mrd": 9, "g": 9, "billion": 9, "billions": 9,
    "t": 12, "tn": 12, "trillion": 12,
}  # fmt: skip
_CURRENCIES = {
    "us$": "USD", "usd": "USD", "$": "USD", "dollars": "USD", "dollar": "USD", "us dollars": "USD",
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR",
    "£": "GBP", "gbp": "GBP", "pounds": "GBP", "pound": "GBP", "sterling": "GBP",
    "¥": "JPY", "jpy": "JPY", "yen": "JPY", "rmb": "CNY", "cny": "CNY", "yuan": "CNY",
    "₹": "INR", "inr": "INR", "rupees": "INR", "crore": "INR", "lakh": "INR", "₩": "KRW", "krw": "KRW",
    "chf": "CHF", "francs": "CHF", "c$": "CAD", "ca$": "CAD", "cad": "CAD", "a$": "AUD", "au$": "AUD", "aud": "AUD",
    "sek": "SEK", "nok": "NOK", "dkk": "DKK", "pln": "PLN", "brl": "BRL", "r$": "BRL", "mxn": "MXN", "sgd": "SGD",
    "hkd": "HKD", "nzd": "NZD", "zar": "ZAR", "ils": "ILS", "aed": "AED",
}  # fmt: skip
_UNITS: dict[str, Measure] = {
    **dict.fromkeys(
        ("employee", "employees", "emp", "people", "persons", "person", "staff", "headcount", "workers", "worker",
         "fte", "ftes", "heads", "members", "ppl"),
        "people",
    ),
    **dict.fromkeys(("revenue", "revenues", "sales", "turnover", "arr", "funding", "budget"), "money"),
    **dict.fromkeys(("%", "percent", "pct"), "percent"),
    **dict.fromkeys(("year", "years", "yrs", "yr"), "years"),
}  # fmt: skip
_FILLER = frozenset(
    ("in", "of", "a", "an", "the", "with", "company", "companies", "team", "size", "about", "annual", "yearly",
     "annually", "per", "total", "experience", "growth", "from", "and", "is", "are", "range", "raised", "between", "or",
     "than", "to")
)  # fmt: skip
_NUMBER = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"
_TOKEN = re.compile(rf"\s*(?:{_NUMBER}|>=|<=|[<>≥≤+%-]|[€£¥₹₩]|[a-z]{{0,2}}\$|[a-z]+)")
_LOWER = frozenset(("over", "above", "exceeding", ">"))
_LOWER_SHUT = frozenset((">=", "≥", "least", "min", "minimum", "starting"))
_UPPER = frozenset(("under", "below", "<", "fewer"))
_UPPER_SHUT = frozenset(("<=", "≤", "most", "max", "maximum", "up", "until"))
_PLUS = frozenset(("+", "plus", "more", "up", "above", "over", "higher", "greater", "bigger", "larger"))
_MINUS = frozenset(("less", "fewer", "below", "under", "lower", "smaller"))


def read_range(text: str) -> Range | None:
    """What a text says about a size; None when it is no size."""
    plain = in_english(text).casefold()
    for dash in "–—−‑":
        plain = plain.replace(dash, "-")
    plain = plain.replace("at least", "least").replace("at most", "most").replace("no more than", "most")
    plain = plain.replace("more than", "over").replace("greater than", "over").replace("less than", "under")
    plain = plain.replace("fewer than", "under").replace("not over", "most").replace("...", "-").replace("..", "-")
    tokens: list[str] = []
    position = 0
    plain = plain.rstrip(" .")
    while position < len(plain):
        found = _TOKEN.match(plain, position)
        if not found:
            return None
        tokens.append(found[0].strip())
        position = found.end()
    return _parse(tokens)


def _parse(tokens: list[str]) -> Range | None:
    numbers: list[Decimal] = []
    scales: list[int | None] = []
    unit: Measure | None = None
    currency: str | None = None
    before: list[str] = []
    after: list[str] = []
    between = False
    for token in tokens:
        if token[0].isdigit():
            if len(numbers) == 2 or (numbers and not between):
                return None
            numbers.append(Decimal(token.replace(",", "")))
            scales.append(None)
        elif token in _CURRENCIES:
            if currency not in (None, _CURRENCIES[token]):
                return None
            currency = _CURRENCIES[token]
        elif token in _SCALES and numbers and scales[-1] is None:
            scales[-1] = _SCALES[token]
        elif token in _UNITS:
            if unit is not None and _UNITS[token] != unit:
                return None
            unit = _UNITS[token]
        elif token in ("-", "to", "through", "and") and len(numbers) == 1 and not after:
            between = True
        elif token in _FILLER:
            continue
        elif token in _LOWER | _LOWER_SHUT | _UPPER | _UPPER_SHUT | _PLUS | _MINUS:
            (after if numbers else before).append(token)
        else:
            return None
    if not numbers:
        return None
    # "10-50M" shares its scale; "500-1M" cannot.
    if len(numbers) == 2 and scales[0] is None and scales[1] is not None and numbers[0] <= numbers[1]:
        scales[0] = scales[1]
    figures = [number.scaleb(scale or 0) for number, scale in zip(numbers, scales, strict=True)]
    more: dict[str, Any] = {"unit": unit, "currency": currency, "scaled": any(scales)}
    if len(figures) == 2:
        if before or after or figures[0] > figures[1]:
            return None
        return Range(figures[0], figures[1], **more)
    return _open(figures[0], before, after, between, more)


def _open(figure: Decimal, before: list[str], after: list[str], between: bool, more: dict[str, Any]) -> Range | None:
    marks = {*before}
    trailing = {*after}
    if len(marks) > 1 or (marks and trailing) or (between and not trailing):
        return None
    if marks & _LOWER:
        return Range(figure, None, low_open=True, **more)
    if marks & _LOWER_SHUT or trailing & _PLUS:
        return None if trailing & _MINUS else Range(figure, None, **more)
    if marks & _UPPER:
        return Range(None, figure, high_open=True, **more)
    if marks & _UPPER_SHUT or trailing & _MINUS:
        return Range(None, figure, **more)
    return Range(figure, figure, **more) if not marks and not trailing else None


# --- bounds ------------------------------------------------------------------------------------------------------

_SIZES = {
    "small business": "1-49,1-99", "smb": "1-99,1-499,1-999", "sme": "1-249,1-499", "startup": "1-49,1-249",
    "mid market": "100-999,100-4999,250-2499", "midmarket": "100-999,100-4999,250-2499", "small": "1-49,1-99",
    "mid size": "100-999,100-4999", "medium": "50-249,100-999", "midsize": "100-999,100-4999",
    "medium size": "50-249,100-999", "enterprise": "1000+,5000+,10000+", "large enterprise": "5000+,10000+",
    "large": "1000+,5000+,10000+", "big": "1000+,5000+,10000+", "big company": "1000+,5000+,10000+",
    "large company": "1000+,5000+,10000+", "small company": "1-49,1-99", "scaleup": "50-249,50-499",
    "small and medium business": "1-249,1-499", "fortune 500 size": "5000+,10000+", "commercial": "100-999,1-999",
    "small and mid size": "1-249,1-499", "micro": "1-9,1-4",
}  # fmt: skip
_MONEY_SIZES = {
    "enterprise": "over $500M,over $1B", "mid market": "$10M-$1B,$50M-$500M", "midmarket": "$10M-$1B,$50M-$500M",
    "smb": "under $10M,under $50M", "small business": "under $1M,under $10M", "large": "over $500M,over $1B",
    "small": "under $1M,under $10M", "startup": "under $1M,under $10M", "unicorn": "over $1B,over $5B",
    "pre revenue": "under $100K,under $500K", "medium": "$10M-$100M,$50M-$500M", "big": "over $500M,over $1B",
}  # fmt: skip
_EXAMPLES: dict[Measure, str] = {"people": "50-200 people", "money": "$10M-50M"}
# What the other readers take as a number by itself.
_PLAIN = re.compile(
    r"\s*[+-]?(?:[0-9]{1,3}(?:[,_][0-9]{3})+|[0-9]{1,20})(?:\.[0-9]{0,20})?(?:e[+-]?[0-9]{1,2})?\s*", re.IGNORECASE
)
_HOMES: dict[Measure, tuple[str, str]] = {
    "people": ("employeeRangeMin", "employeeRangeMax"),
    "money": ("revenueMin", "revenueMax"),
}


def measure(name: str) -> Measure:
    """What a filter counts, by its name; money counts thousands of USD."""
    if name.startswith(("revenue", "fundingAmount")) or "Budget" in name:
        return "money"
    if name.startswith("employee"):
        return "people"
    return "percent" if "GrowthRate" in name else "count"


def spread(specs: Mapping[str, Any], raw: Mapping[str, object]) -> tuple[dict[str, object], dict[str, str]]:
    """Replace sizes in words by bounds, and everyday words of closed lists by their values.

    Args:
        specs: the filters' table.
        raw: values by filter as they were given.

    Returns:
        The values with every size that could be read as bounds, and what was read, by filter.

    Raises:
        UnknownValue: a size is in the unit of another filter, or can be read in several ways.
        InvalidArgument: it is in another currency, or another argument contradicts it.
    """
    from .spoken import CHOICES

    values = dict(raw)
    read: dict[str, str] = {}
    uppers = {spec.upper: name for name, spec in specs.items() if spec.upper}
    bounds: dict[str, tuple[str, object]] = {}
    for name, value in raw.items():
        spec = specs.get(name)
        if spec is None:
            continue
        if spec.kind == "choice" and name in CHOICES:
            _choose(spec, name, value, values, read)
            continue
        lower, upper = (name, spec.upper) if spec.upper else (uppers.get(name), name)
        text = _one_text(value)
        if spec.kind not in ("integer", "decimal") or lower is None or text is None or _PLAIN.fullmatch(text):
            continue
        found = _bounds(specs, name, lower, cast("str", upper), text)
        if found is None:
            example = _EXAMPLES.get(measure(name))
            if example and text.strip():
                expected = f"a whole number or a range such as '{example}'"
                raise fail("wrong_type", name=name, expected=expected, got=f"'{text[:40]}'", details={"field": name})
            continue
        values.pop(name, None)
        for bound, figure in found.items():
            known = bounds.get(bound) or ((bound, raw[bound]) if bound in raw and bound != name else None)
            if known is not None and str(known[1]) != figure and _one_text(raw.get(bound)) != text:
                raise fail(
                    "filters_together",
                    first=name,
                    second=bound,
                    reason=f"'{text[:40]}' states {bound}={figure} already.",
                    details={"field": name},
                )
            bounds[bound] = (name, figure)
            read[bound] = figure
    for bound, (_, figure) in bounds.items():
        values[bound] = figure
    return values, read


def _choose(spec: Any, name: str, value: object, values: dict[str, object], read: dict[str, str]) -> None:
    from .spoken import CHOICES

    items = cast("list[object]", value) if isinstance(value, list) else [value]
    legal = {choice.casefold() for choice in spec.choices}
    said = [
        CHOICES[name].get(fold(item), item) if isinstance(item, str) and item.casefold() not in legal else item
        for item in items
    ]
    if said != items:
        values[name] = said if isinstance(value, list) else said[0]
        read[name] = ",".join(str(item) for item in said)


def _one_text(value: object) -> str | None:
    items = cast("list[object]", value) if isinstance(value, list) else [value]
    return items[0] if len(items) == 1 and isinstance(items[0], str) else None


def _bounds(specs: Mapping[str, Any], name: str, lower: str, upper: str, text: str) -> dict[str, str] | None:
    kind = measure(name)
    table = _SIZES if kind == "people" else _MONEY_SIZES if kind == "money" else {}
    said = table.get(fold(text)) or table.get(fold(text).removesuffix(" company"))
    if said:
        choices = [_shown(_figures(kind, lower, upper, cast("Range", read_range(item)))) for item in said.split(",")]
        raise several(name, text, choices, f"it has no fixed size; {lower} and {upper} take figures")
    found = read_range(text)
    if found is None:
        return None
    check_unit(specs, name, kind, found, text)
    if kind == "money" and _unclear(found):
        thousands = _figures(kind, lower, upper, found._replace(scaled=True), scale=1000)
        millions = _figures(kind, lower, upper, found._replace(scaled=True), scale=1_000_000)
        raise several(
            name,
            text,
            [f"{_shown(millions)} (millions of USD)", f"{_shown(thousands)} (thousands of USD)"],
            "no unit is given",
        )
    if found.single:
        return {name: next(iter(_figures(kind, lower, upper, found).values()))}
    return _figures(kind, lower, upper, found)


def _unclear(found: Range) -> bool:
    """Whether a sum of money tells no scale: bare figures, or dollars too few for a company."""
    figures = [figure for figure in (found.low, found.high) if figure is not None]
    if found.currency is not None or found.unit == "money":
        return not found.scaled and max(figures) < 1000
    return not found.scaled


def _shown(figures: Mapping[str, str]) -> str:
    return " and ".join(f"{name}={figure}" for name, figure in figures.items())


def _figures(kind: Measure, lower: str, upper: str, found: Range, scale: int = 1) -> dict[str, str]:
    """The bounds as the filters count: whole people, thousands of USD, percent."""
    low, high = found.low, found.high
    if kind == "money":
        low, high = (None if figure is None else figure * scale / 1000 for figure in (low, high))
    step = Decimal(1) if kind in ("people", "count", "years") else Decimal(0)
    told: dict[str, str] = {}
    if low is not None:
        low += step if found.low_open else 0
        told[lower] = _digits(low, up=False, whole=kind != "percent")
    if high is not None:
        high -= step if found.high_open else 0
        told[upper] = _digits(high, up=True, whole=kind != "percent")
    return told


def _digits(figure: Decimal, *, up: bool, whole: bool) -> str:
    if whole:
        # Rounded outwards, so that nobody who was meant is left out.
        return str(int(figure.to_integral_value("ROUND_CEILING" if up else "ROUND_FLOOR")))
    return format(figure.normalize(), "f")


def several(name: str, text: str, choices: list[str], why: str) -> SalesZoomInfoError:
    """The error for words with several readings."""
    return fail(
        "several_values",
        name=name,
        value=text[:60],
        choices="; ".join(choices) + f" ({why})",
        details={"field": name, "candidates": choices},
    )


def elsewhere(name: str, text: str, found: list[tuple[str, str, str]], note: str = "") -> SalesZoomInfoError:
    """The error for a value of another filter.

    Args:
        name: the filter that it was given to.
        text: the value.
        found: other filters, the value to use there, and what it is called.
        note: what else to know, a whole sentence.
    """
    told = " or ".join(
        f"{other}='{value}'" + (f" ({label})" if label and label != value else "") for other, value, label in found
    )
    return fail(
        "value_elsewhere",
        name=name,
        value=text[:60],
        choices=told,
        note=f" {note}" if note else "",
        details={"field": name, "elsewhere": [{"filter": other, "value": value} for other, value, _ in found]},
    )


def check_unit(specs: Mapping[str, Any], name: str, kind: Measure, found: Range, text: str) -> None:
    """Refuse a size in another unit or currency, with the figure in the right place.

    Raises:
        UnknownValue: it belongs to another filter. InvalidArgument: it is in another currency.
    """
    if kind != "money" and (found.currency or found.unit == "money"):
        said: Measure = "money"
    elif kind != "people" and found.unit == "people":
        said = "people"
    else:
        said = kind
    if said == "money" and found.currency not in (None, "USD"):
        raise fail(
            "other_currency",
            name=name,
            value=text[:60],
            currency=found.currency,
            details={"field": name, "currency": found.currency},
        )
    if said == kind or said not in _HOMES:
        return
    homes = _HOMES[said]
    if not all(home in specs for home in homes):
        return
    figures = _figures(said, *homes, found)
    if found.single:
        figures = {homes[0]: figures[homes[0]]}
    note = "Both go together." if len(figures) > 1 else ""
    raise elsewhere(name, text, [(home, figure, "") for home, figure in figures.items()], note)


# --- bands -------------------------------------------------------------------------------------------------------

BANDS: dict[str, Measure] = {"employee-count": "people", "revenue-ranges": "money", "years-of-experience": "years"}
_BAND = re.compile(r"(under)?([0-9]+)(k|mm?|g)?(?:(?:to|-)([0-9]+)(k|mm?|g)?|(plus|\+))?")
# An id of either taxonomy of bands, which is no size in words.
_ANY_BAND = re.compile(r"[0-9]+[a-z]{0,2}to[0-9]+[a-z]{0,2}|[0-9]+[a-z]?plus|under[0-9]+k")


class Band(NamedTuple):
    """A band's bounds: people and years inclusive, money in thousands of USD."""

    value: Value
    low: Decimal
    high: Decimal | None


def read_bands(lookup: str, values: list[Value]) -> list[Band]:
    """The bands of a taxonomy, by their ids, which say where they begin and end."""
    money = BANDS[lookup] == "money"
    found: list[Band] = []
    for value in values:
        match = _BAND.fullmatch(value.id)
        if not match:
            continue
        under, first, scale, last, last_scale, plus = match.groups()
        low = Decimal(first).scaleb(_SCALES.get(scale or "", 0) - 3 * money)
        high = None if last is None else Decimal(last).scaleb(_SCALES.get(last_scale or "", 0) - 3 * money)
        if under:
            low, high = Decimal(0), low
        elif high is None and not plus:
            continue
        found.append(Band(value, low, high))
    return found


def pick(specs: Mapping[str, Any], name: str, lookup: str, text: str, values: list[Value]) -> list[Value] | None:
    """The bands that a size covers exactly, or the one that holds a single figure; None when it is no size.

    Raises:
        UnknownValue: the size ends inside a band, is in another unit, or has several readings.
        InvalidArgument: it is in another currency.
    """
    kind = BANDS[lookup]
    homes = _HOMES.get(kind)
    table = _SIZES if kind == "people" else _MONEY_SIZES if kind == "money" else {}
    if homes and fold(text) in table:
        _bounds(specs, homes[0], *homes, text)
    found = None if _ANY_BAND.fullmatch(text.strip()) else read_range(text)
    if found is None:
        return None
    check_unit(specs, name, kind, found, text)
    bands = read_bands(lookup, values)
    if not bands:
        return None
    if kind == "money" and _unclear(found):
        options = [
            f"{label} ({', '.join(band.value.id for band in _within(bands, kind, found, scale)) or 'no band'})"
            for label, scale in (("in millions of USD", 1_000_000), ("in thousands of USD", 1000))
        ]
        raise several(name, text, options, "no unit is given")
    chosen = _single(bands, kind, found) if found.single else _within(bands, kind, found, 1)
    if chosen:
        return [band.value for band in chosen]
    if homes is None or not all(home in specs for home in homes):
        return None
    figures = _figures(kind, *homes, found)
    raise elsewhere(
        name, text, [(home, figure, "") for home, figure in figures.items()], "No bands begin and end there."
    )


def _single(bands: list[Band], kind: Measure, found: Range) -> list[Band]:
    figure = cast("Decimal", found.low) / (1000 if kind == "money" else 1)
    for band in bands:
        below = band.high is None or figure < band.high or (kind != "money" and figure == band.high)
        if band.low <= figure and below:
            return [band]
    return []


def _within(bands: list[Band], kind: Measure, found: Range, scale: int) -> list[Band]:
    """The bands from one edge to another; empty when the size does not begin and end at edges."""
    divisor = 1000 if kind == "money" else 1
    low, high = (None if figure is None else figure * scale / divisor for figure in (found.low, found.high))
    whole = kind != "money"
    lowest = min(band.low for band in bands)
    if low is None or low <= lowest:
        low = lowest
    elif found.low_open and whole and low not in {band.low for band in bands}:
        low += 1
    ends = {band.high: band.high for band in bands if band.high is not None}
    if whole:
        # "100-500" and "100-499" both end where the next band begins.
        ends |= {band.high + 1: band.high for band in bands if band.high is not None}
    top = None
    if high is not None:
        if high not in ends:
            return []
        top = ends[high]
    if low not in {band.low for band in bands}:
        return []
    return [band for band in bands if band.low >= low and (top is None or (band.high is not None and band.high <= top))]
