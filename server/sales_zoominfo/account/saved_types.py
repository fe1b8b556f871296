"""What a saved search, its runs and their news are."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..zoominfo.operations import Generation, Subject
from .saved_rows import Difference


@dataclass(frozen=True, slots=True)
class Run:
    """A run that has moved the mark.

    Attributes:
        number: from 1.
        at: Unix seconds.
        total, compared: how many matched, and how many of them were read.
        complete: all that matched was read.
        new, changed, gone: how many rows.
    """

    number: int
    at: float
    generation: Generation
    total: int
    compared: int
    complete: bool
    new: int
    changed: int
    gone: int


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved search.

    Attributes:
        id: changes when the search is defined anew.
        limit: how many rows a run compares at most.
        run: the number of the last run, 0 before the first.
        made_at: when it was defined, Unix seconds.
        last: the last run.
    """

    id: str
    name: str
    subject: Subject
    filters: dict[str, object]
    sort: str | None
    limit: int
    note: str
    run: int
    made_at: float
    last: Run | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of saving.

    Attributes:
        search: as it is now.
        outcome: ``saved``, ``redefined`` (its next run is a first one), ``updated`` or ``unchanged``.
        total: how many match now; None when that was not asked.
    """

    search: Saved
    outcome: str
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a run found; :meth:`SavedSearches.keep` moves the mark to it.

    Attributes:
        search: what was run.
        base: the number of the run that it is compared with, 0 for a first one.
        base_at: when that was, Unix seconds.
        run: the number that this run has once it is kept.
        difference: what is new, changed and gone; of a first run nothing is told as new.
        total, compared, complete: as in :class:`Run`.
        moved: the mark stands at this run.
    """

    search: Saved
    base: int
    base_at: float | None
    run: int
    generation: Generation
    difference: Difference
    total: int
    compared: int
    complete: bool
    records: int
    calls: int
    resolved: dict[str, str] = field(default_factory=dict[str, str])
    warnings: list[str] = field(default_factory=list[str])
    moved: bool = False

    @property
    def first(self) -> bool:
        """Whether there was nothing to compare with."""
        return self.base == 0
