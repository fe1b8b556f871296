"""The form of a mapping file, as YAML has it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, field_validator, model_validator

from ..zoominfo.operations import Entity

Update = Literal["fill", "overwrite"]
Shape = Literal["country_code", "country_name", "usd", "number", "date", "first", "list", "flag"]
Missing = Literal["add", "skip", "refuse"]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Names = Annotated[list[Name], BeforeValidator(_listed)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, populate_by_name=True)


class Target(_Strict):
    """One column of the CRM.

    Attributes:
        sources: where its value comes from, the first that is not empty wins: a ZoomInfo output field, a part of one
            (``jobFunction.department``), another column (``column:Phone``), or a text of one's own (``text:ZoomInfo``).
        update: ``fill`` writes only into an empty cell, ``overwrite`` also over another value.
        labels: other headings of the same column, as a report or another language of the CRM has them.
        required: the CRM takes no record without it, so that it cannot be left out of the mapping.
        shape: what is done to the value.
        separator: between the values of a list.
        format: of a date, as ``strftime`` has it.
    """

    sources: Names = Field(alias="from", min_length=1)
    update: Update = "fill"
    labels: Names = Field(default_factory=list[str])
    required: bool = False
    shape: Shape | None = Field(default=None, alias="as")
    separator: str = Field(default="; ", min_length=1, max_length=5)
    format: str = Field(default="%Y-%m-%d", min_length=2, max_length=40)

    @field_validator("sources")
    @classmethod
    def _once(cls, sources: list[str]) -> list[str]:
        twice = [name for place, name in enumerate(sources) if name in sources[:place]]
        if twice:
            raise ValueError(f"'{twice[0]}' stands twice in it")
        return sources

    @field_validator("format")
    @classmethod
    def _a_date(cls, format: str) -> str:
        if "%" not in format or date(2026, 11, 22).strftime(format) == format:
            raise ValueError("it is no date format; use %Y, %m and %d, such as %d.%m.%Y")
        return format

    @model_validator(mode="after")
    def _used(self) -> Target:
        if "format" in self.model_fields_set and self.shape != "date":
            raise ValueError("'format' goes with 'as: date' alone")
        if "separator" in self.model_fields_set and self.shape != "list":
            raise ValueError("'separator' goes with 'as: list' alone")
        return self


class MappingFile(_Strict):
    """A mapping file.

    Attributes:
        name: what it is called in reports.
        entity: whose ZoomInfo records fill it.
        extends: a preset or file that it changes.
        record_id: headings of the column with the CRM's own id; the first is what the changes file calls it.
        missing: what becomes of a column that the file has not: ``add`` it, ``skip`` it, or ``refuse`` the file.
        blank: texts that count as empty.
        remove: columns of what it extends that are not sent.
        columns: what goes where.
    """

    name: Name | None = None
    entity: Entity | None = None
    extends: Name | None = None
    record_id: Names = Field(default_factory=list[str])
    missing: Missing | None = None
    blank: Annotated[list[Annotated[str, StringConstraints(max_length=100)]], BeforeValidator(_listed)] | None = None
    remove: Names = Field(default_factory=list[str])
    columns: dict[Name, Target] = Field(default_factory=dict[str, Target], max_length=1000)
