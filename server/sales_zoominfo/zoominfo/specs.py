"""What a filter, an output field and a match key are, and the short forms that the tables are written in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from .operations import Generation

Kind = Literal["text", "id", "integer", "decimal", "flag", "date", "choice", "lookup", "history"]
Join = Literal["one", "comma", "or", "words", "array"]
Wire = Literal["string", "integer", "boolean", "strings", "integers", "objects"]


class Filter(NamedTuple):
    """One search filter.

    Attributes:
        name: ZoomInfo's name, the same in both generations.
        kind: what a value is.
        text: what it does, in our words, with its unit.
        join: how several values travel in one call; ``one`` refuses several.
        gtm, enterprise: JSON type on the wire, None where the generation lacks the filter.
        enterprise_join: where the Enterprise API joins differently.
        lookup: the taxonomy whose names and ids are accepted.
        choices: the closed list of legal values.
        low, high: inclusive numeric bounds; of a text, how many characters it must have and may have.
        most: how many values at most where that is documented.
        splits: no value holds a comma, so a comma in one text separates values.
        upper: the filter that is this lower bound's upper bound.
        needs: a filter without which this one does nothing.
        excludes: a filter that must not be given beside it.
        required: the search refuses to run without it.
        aliases: names that people try instead, used in hints.
    """

    name: str
    kind: Kind
    text: str
    join: Join = "one"
    gtm: Wire | None = "string"
    enterprise: Wire | None = "string"
    enterprise_join: Join | None = None
    lookup: str | None = None
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    most: int | None = None
    splits: bool = False
    upper: str | None = None
    needs: str | None = None
    excludes: str | None = None
    required: bool = False
    aliases: tuple[str, ...] = ()

    def wire(self, generation: Generation) -> Wire | None:
        """The JSON type in a generation, or None."""
        return self.gtm if generation == "gtm" else self.enterprise

    def joining(self, generation: Generation) -> Join:
        """The join rule in a generation."""
        return self.enterprise_join if generation == "enterprise" and self.enterprise_join else self.join


def text(name: str, text: str, join: Join = "one", **more: Any) -> Filter:
    """A filter of free text."""
    return Filter(name, "text", text, join, **more)


def array(name: str, text: str, kind: Kind = "text", **more: Any) -> Filter:
    """A filter that travels as an array."""
    return Filter(name, kind, text, "array", gtm="strings", enterprise=more.pop("enterprise", "strings"), **more)


def number(name: str, text: str, **more: Any) -> Filter:
    """A whole number of 32 bits that travels as one."""
    return Filter(name, "integer", text, gtm="integer", enterprise="integer", high=INT32, **more)


def numeral(name: str, text: str, kind: Kind = "integer", **more: Any) -> Filter:
    """A number that travels as text in both generations."""
    return Filter(name, kind, text, **more)


def flag(name: str, text: str, **more: Any) -> Filter:
    """True or false."""
    return Filter(name, "flag", text, gtm="boolean", enterprise=more.pop("enterprise", "boolean"), **more)


def date(name: str, text: str, **more: Any) -> Filter:
    """A day, ``YYYY-MM-DD``."""
    return Filter(name, "date", text, **more)


def lookup(name: str, lookup: str, text: str, join: Join = "comma", **more: Any) -> Filter:
    """Values of a taxonomy."""
    return Filter(name, "lookup", text, join, lookup=lookup, **more)


def choice(name: str, choices: tuple[str, ...], text: str, join: Join = "one", **more: Any) -> Filter:
    """One of a closed list."""
    return Filter(name, "choice", text, join, choices=choices, **more)


INT32 = 2**31 - 1


def table(*groups: Iterable[Filter]) -> dict[str, Filter]:
    """Filters by name; a later group replaces its twins of an earlier one."""
    return {spec.name: spec for group in groups for spec in group}


OutputType = Literal["id", "string", "number", "boolean", "date", "datetime", "strings", "objects", "object"]


class Output(NamedTuple):
    """One output field.

    Attributes:
        name: ZoomInfo's name, as asked for and as our rows carry it.
        type: the type in our rows, the same for both generations.
        gtm, enterprise: whether the generation documents it.
        unit: of a number.
        text: a trap worth knowing.
        concise: part of the default answer.
        aliases: names that people try instead, used in hints.
    """

    name: str
    type: OutputType = "string"
    gtm: bool = True
    enterprise: bool = True
    unit: str | None = None
    text: str = ""
    concise: bool = False
    aliases: tuple[str, ...] = ()

    def known(self, generation: Generation) -> bool:
        """Whether the generation documents the field."""
        return self.gtm if generation == "gtm" else self.enterprise


def outputs(
    types: Mapping[OutputType, str],
    *,
    gtm_only: str,
    enterprise_only: str,
    concise: str,
    units: Mapping[str, str],
    texts: Mapping[str, str],
    aliases: Mapping[str, tuple[str, ...]],
) -> dict[str, Output]:
    """A table of output fields.

    Args:
        types: names by their type in our rows.
        gtm_only, enterprise_only: names that only one generation documents.
        concise: names of the default answer.
        units, texts, aliases: by name.
    """
    gtm, enterprise, short = (set(names.split()) for names in (gtm_only, enterprise_only, concise))
    return {
        name: Output(
            name,
            kind,
            gtm=name not in enterprise,
            enterprise=name not in gtm,
            unit=units.get(name),
            text=texts.get(name, ""),
            concise=name in short,
            aliases=aliases.get(name, ()),
        )
        for kind, names in types.items()
        for name in names.split()
    }


class Key(NamedTuple):
    """One key of an enrich match input."""

    name: str
    kind: Kind
    text: str
    low: int | None = None
    high: int | None = None
    aliases: tuple[str, ...] = ()
