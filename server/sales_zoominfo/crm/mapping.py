"""A mapping at work: which fields it buys, whether it fits a file, and what becomes of a row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any, NamedTuple

from ..errors import fail
from ..zoominfo.fields import DO_NOT_CALL, OUTPUTS
from ..zoominfo.operations import Entity, Generation
from ..zoominfo.records import FieldRight
from .model import Missing, Target
from .shaping import is_blank, is_true, same, shaped, told

PREFIX = "zi_"
COLUMN, TEXT = "column:", "text:"
_LETTERS = re.compile(r"[\W_]+")


class Source(NamedTuple):
    """Where a value comes from.

    Attributes:
        kind: an output field, another column, or a text of the mapping.
        name: the field, the column or the text.
        path: the part of the field.
    """

    kind: str
    name: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the output.

    Attributes:
        name: its heading in the output.
        given: its name in the mapping, which the changes file has.
        sources: in order of preference.
        target: how it is updated and shaped.
        present: whether the input has it.
    """

    name: str
    given: str
    sources: tuple[Source, ...]
    target: Target
    present: bool = False


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a row.

    Attributes:
        values: by column of the mapping, what it holds now.
        changes: of them those that are new, with what they held before.
        filled: of the changed ones those that were empty before.
        missing: required columns that are still empty.
        confirmed: columns that held already what ZoomInfo says.
    """

    values: dict[str, Any]
    changes: dict[str, tuple[Any, Any]]
    filled: frozenset[str] = frozenset()
    missing: tuple[str, ...] = ()
    confirmed: frozenset[str] = frozenset()

    def report(self, record: str) -> list[dict[str, Any]]:
        """The row's changes as rows of a before/after report.

        Args:
            record: the CRM's id of the row, or its number.
        """
        return [
            {"record": record, "column": name, "before": old, "after": new, "how": self.how(name)}
            for name, (old, new) in self.changes.items()
        ]

    def how(self, name: str) -> str:
        """Whether a changed column was filled or overwritten."""
        return "filled" if name in self.filled else "overwritten"


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which output field goes into which column.

    Attributes:
        name: what it is called in reports.
        entity: whose records; None where any will do.
        columns: what goes where; bound to a file's headings by :meth:`fit`.
        record_id: headings of the CRM's own id, the first for the changes file.
        missing: what becomes of a column that the file has not.
        blank: texts that count as empty, in lower case.
        lenient: whether fields that the account does not have are left out with a word, as those of a preset are,
            instead of refused, as those that a person has written down.
    """

    name: str
    entity: Entity | None
    columns: tuple[Column, ...]
    record_id: tuple[str, ...] = ()
    missing: Missing = "add"
    blank: frozenset[str] = field(default_factory=frozenset[str])
    lenient: bool = False

    @classmethod
    def plain(cls, fields: Iterable[str], entity: Entity | None = None) -> Mapping:
        """Every field in a column of its own, ``zi_email`` and so on, overwritten by each run.

        Args:
            fields: output fields.
            entity: whose.
        """
        columns = tuple(_own(name) for name in dict.fromkeys(fields))
        return cls("plain", entity, columns).with_flags()

    def with_flags(self) -> Mapping:
        """The mapping with a column for each do-not-call flag of a number that has none yet."""
        taken = {source.name for column in self.columns for source in column.sources if source.kind == "field"}
        # A company's own switchboard has no flag.
        flags = {} if self.entity == "company" else DO_NOT_CALL
        missing = dict.fromkeys(flag for phone, flag in flags.items() if phone in taken and flag not in taken)
        return replace(self, columns=(*self.columns, *map(_own, missing)))

    @property
    def outputs(self) -> list[str]:
        """ZoomInfo's output fields to buy, each phone number with its do-not-call flag."""
        return list(
            dict.fromkeys(item.name for column in self.columns for item in column.sources if item.kind == "field")
        )

    @property
    def targets(self) -> list[str]:
        """The columns that it may write, by their headings in the output."""
        return [column.name for column in self.columns]

    # -- does it fit

    def problems(
        self,
        columns: Sequence[str],
        entity: Entity,
        rights: Iterable[FieldRight] | None = None,
        *,
        generation: Generation | None = None,
    ) -> list[str]:
        """Why the mapping cannot be used for a file, a sentence each that names the field; empty when it can."""
        told: list[str] = []
        if self.entity is not None and self.entity != entity:
            told.append(f"it maps {_PLURAL[self.entity]}, and {_PLURAL[entity]} are wanted")
            return told
        lacking = {} if self.lenient else _lacking(self, entity, rights, generation)
        for column in self.columns:
            for source in column.sources:
                if source.kind == "column" and source.name not in columns and not self._has(source.name):
                    told.append(f"'{column.given}' takes from the column '{source.name}', which the file has not")
                if source.kind != "field":
                    continue
                if source.name not in OUTPUTS[entity]:
                    told.append(f"'{column.given}' takes {source.name}, which is no field of a {entity}")
                elif source.name in lacking:
                    told.append(f"'{column.given}' takes {source.name}, which {lacking[source.name]}")
        told += self._headings(columns)
        return told

    def _has(self, name: str) -> bool:
        return any(name in (column.given, column.name, *column.target.labels) for column in self.columns)

    def _headings(self, columns: Sequence[str]) -> list[str]:
        told: list[str] = []
        taken: dict[str, str] = {}
        for column in self.columns:
            found = _find(columns, column)
            if found is None:
                near = get_close_matches(_plain(column.given), [_plain(name) for name in columns], 1, 0.88)
                if near:
                    meant = next(name for name in columns if _plain(name) == near[0])
                    if not any(_find([meant], other) for other in self.columns):
                        told.append(f"the file has no column '{column.given}'; is '{meant}' meant")
                elif self.missing == "refuse":
                    told.append(f"the file has no column '{column.given}'")
            elif found in taken:
                told.append(f"'{column.given}' and '{taken[found]}' are both the file's column '{found}'")
            else:
                taken[found] = column.given
        return told

    def verify(
        self,
        columns: Sequence[str],
        entity: Entity,
        rights: Iterable[FieldRight] | None = None,
        *,
        generation: Generation | None = None,
    ) -> list[str]:
        """Refuse a file or an account that the mapping does not fit, before anything is spent.

        Args:
            columns: the file's headings.
            entity: whose records are wanted.
            rights: the account's rights to output fields; None when they are not known.
            generation: the API that will be asked.

        Returns:
            What a person should know of it, a sentence each.

        Raises:
            InvalidArgument: it does not fit; the text names every field.
        """
        if problems := self.problems(columns, entity, rights, generation=generation):
            raise refused(self.name, problems)
        lacking = _lacking(self, entity, rights, generation)
        notes = [f"{name} is left out: it {why}." for name, why in lacking.items()]
        for column in self.columns:
            if _find(columns, column) is None and not column.given.startswith(PREFIX):
                what = "is left out" if self.missing == "skip" else "is added"
                notes.append(f"The file has no column '{column.given}'; it {what}.")
        return notes

    def fit(
        self,
        columns: Sequence[str],
        entity: Entity,
        rights: Iterable[FieldRight] | None = None,
        *,
        generation: Generation | None = None,
    ) -> Mapping:
        """The mapping with the file's own headings; arguments and errors as :meth:`verify`."""
        rights = list(rights or ())
        self.verify(columns, entity, rights, generation=generation)
        lacking = _lacking(self, entity, rights, generation)
        return self.bound(columns, [name for name in self.outputs if name not in lacking])

    def bound(self, columns: Sequence[str], fields: Iterable[str] | None = None) -> Mapping:
        """The mapping with the headings of a file that it fits.

        Args:
            columns: the file's headings.
            fields: the output fields that are asked for; columns that have nothing else are left out. None for all.
        """
        if fields is not None:
            return self._of(frozenset(fields)).bound(columns)
        fitted: list[Column] = []
        names: dict[str, str] = {}
        for column in self.columns:
            found = _find(columns, column)
            names |= dict.fromkeys((column.given, *column.target.labels), found or column.given)
        for column in self.columns:
            found = _find(columns, column)
            if found is None and self.missing == "skip" and not column.given.startswith(PREFIX):
                continue
            sources = tuple(
                source._replace(name=names.get(source.name, source.name)) if source.kind == "column" else source
                for source in column.sources
            )
            fitted.append(replace(column, name=found or column.given, sources=sources, present=found is not None))
        return replace(self, columns=tuple(fitted), entity=self.entity)

    def _of(self, fields: frozenset[str]) -> Mapping:
        kept = [
            replace(column, sources=sources)
            for column in self.columns
            if (sources := tuple(item for item in column.sources if item.kind != "field" or item.name in fields))
        ]
        return replace(self, columns=tuple(kept))

    # -- at work

    def apply(self, row: Table[str, Any], record: Table[str, Any]) -> Applied:
        """What becomes of a row.

        Args:
            row: the file's cells by heading.
            record: ZoomInfo's record, as the gate hands it over.

        Returns:
            The columns of the mapping and which of them are new. A value that ZoomInfo has not never empties a cell,
            and leaves one that holds nothing, such as a null, as it is; only a column that the row lacks becomes "".
        """
        values: dict[str, Any] = {}
        changes: dict[str, tuple[Any, Any]] = {}
        filled: set[str] = set()
        confirmed: set[str] = set()
        missing: list[str] = []
        for column in self.columns:
            old = row.get(column.name, "")
            # A flag that is not set holds nothing, whatever the CRM writes for it.
            blank = not is_true(old) if column.target.shape == "flag" else is_blank(old, self.blank)
            new, origin = self._value(column, row, record, values)
            if is_blank(new):
                values[column.name] = old
            elif not blank and same(old, new, origin):
                values[column.name] = old
                confirmed.add(column.name)
            elif not blank and column.target.update == "fill":
                values[column.name] = old
            else:
                values[column.name] = new
                changes[column.name] = (old, new)
                if blank:
                    filled.add(column.name)
            if column.target.required and is_blank(values[column.name], self.blank):
                missing.append(column.name)
        return Applied(values, changes, frozenset(filled), tuple(missing), frozenset(confirmed))

    def _value(
        self, column: Column, row: Table[str, Any], record: Table[str, Any], values: Table[str, Any]
    ) -> tuple[Any, str]:
        """The first value that is not empty, and the field that it comes from."""
        for kind, name, path in column.sources:
            if kind == "text":
                return name, ""
            if kind == "column":
                # Columns that others draw on stand before them.
                found = values.get(name, row.get(name))
                found = None if is_blank(found, self.blank) else found
                origin = ""
            else:
                found, origin = told(record, name, path), ".".join((name, *path))
            if is_blank(found):
                continue
            new = shaped(found, column.target, name if kind == "field" else "")
            if not is_blank(new):
                return new, origin
        return None, ""

    # -- the changes file

    def own_id(self, columns: Sequence[str], recognised: str | None = None) -> str | None:
        """The file's heading of the CRM's own id: the mapping's, else what was recognised."""
        plain = {_plain(name): name for name in reversed(columns)}
        return next((plain[_plain(name)] for name in self.record_id if _plain(name) in plain), recognised)

    def change_columns(self, own: str) -> list[str]:
        """Headings of the changes file: the record's id, then the CRM's names of the columns.

        Args:
            own: the file's heading of the record's id.
        """
        return [self.record_id[0] if self.record_id else own, *(column.given for column in self.columns)]

    def change_row(self, row: Table[str, Any], applied: Applied, own: str) -> list[Any] | None:
        """A row of the changes file.

        Args:
            row: the file's cells by heading.
            applied: what became of it.
            own: the file's heading of the record's id.

        Returns:
            The id and the new values, empty where nothing is new, which imports leave alone; None when nothing is new
            or the row has no id.
        """
        if not applied.changes or is_blank(row.get(own)):
            return None
        changes = applied.changes
        return [row[own], *(changes[column.name][1] if column.name in changes else "" for column in self.columns)]


def _own(field: str) -> Column:
    """A column of ours for one field."""
    name = f"{PREFIX}{field}"
    return Column(name, name, (Source("field", field),), Target.model_validate({"from": field, "update": "overwrite"}))


def _lacking(
    mapping: Mapping, entity: Entity, rights: Iterable[FieldRight] | None, generation: Generation | None
) -> dict[str, str]:
    """The fields of a mapping that the account does not have, and why."""
    granted = {right.name: right.granted for right in rights or ()}
    found: dict[str, str] = {}
    for name in mapping.outputs:
        spec = OUTPUTS[entity].get(name)
        if granted.get(name) is False:
            found[name] = "is not included in the account's plan"
        elif spec is not None and generation is not None and not spec.known(generation):
            found[name] = "is not part of the API that this account uses"
    return found


_PLURAL: dict[Entity, str] = {"contact": "contacts", "company": "companies"}


def refused(name: str, problems: Sequence[str]) -> Exception:
    """The error of a mapping that cannot be used."""
    shown = list(problems[:8])
    if len(problems) > len(shown):
        shown.append(f"and {len(problems) - len(shown)} more")
    return fail("mapping_invalid", name=name, problems="; ".join(shown), details={"problems": list(problems[:50])})


def _plain(heading: str) -> str:
    return _LETTERS.sub("", heading).casefold()


def _find(columns: Sequence[str], column: Column) -> str | None:
    """The file's heading of a column, by its name or one of its labels; letter case and signs make no difference."""
    for wanted in (column.given, *column.target.labels):
        if wanted in columns:
            return wanted
    for wanted in (column.given, *column.target.labels):
        plain = _plain(wanted)
        # A heading that consists of signs alone is equal to nothing.
        found = next((name for name in columns if plain and _plain(name) == plain), None)
        if found is not None:
            return found
    return None
