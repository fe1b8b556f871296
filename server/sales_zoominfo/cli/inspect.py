"""``sales-zoominfo inspect FILE``: what a CRM export is like, without an account and at no cost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ..zoominfo.operations import Entity
from .inputs import read_pairs
from .output import Format, Output
from .run import Spinner
from .views import cell

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from ..jobs.inspecting import Profile
    from ..tools.contract import Envelope

_BAR = 12
# More columns than this of which nothing is known are told as a number.
_UNKNOWN = 12


def inspect_file(
    file: Path,
    *,
    entity: Entity | None,
    columns: list[str],
    options: Mapping[str, Any],
    format: Format | None,
    output: Path | None,
) -> int:
    """Profile a file and show it.

    Args:
        file: the file.
        entity: whose records are thought of, None for what its rows are.
        columns: ``HEADING=FIELD`` words.
        options: of the file: sheet, encoding, delimiter.
        format, output: as every command has them; jsonl and csv give the columns alone.

    Returns:
        The exit code.

    Raises:
        InvalidArgument, NotFound: the file or an option cannot be used.
    """
    from ..jobs.files import open_source
    from ..jobs.inspecting import inspect

    overrides = {heading: values[-1] for heading, values in read_pairs(columns, "--column").items()}
    with Output(format, output) as sink:
        with Spinner(f"Reading {file.name}…") as spinner:

            def progress(share: float, rows: int) -> None:
                spinner.say(f"Reading {file.name}: {share:.0%}, {rows:,} rows…")

            given = {name: value for name, value in options.items() if value is not None}
            profile = inspect(open_source(file, **given), entity, overrides, progress=progress)
        told = profile.told()
        answer = {"data": told.pop("columns"), "meta": told}
        sink.show(cast("Envelope", answer), lambda console, _: show(console, profile))
    return 0


def show(console: Console, profile: Profile) -> None:
    """A profile for a person."""
    who = "people" if profile.rows_are == "contact" else "companies"
    how = ", ".join(cell(value) for value in profile.details.values() if value)
    system = f", as {profile.system.replace('-', ' ')} exports them" if profile.system else ""
    console.print(
        f"{cell(profile.file)}: {profile.rows:,} rows of {who}{system} ({profile.format}: {how})", style="bold"
    )
    usable = sum(profile.matchable.values())
    thing = "people" if profile.entity == "contact" else "companies"
    console.print(
        f"\n{usable:,} of {profile.rows:,} rows ({_share(usable, profile.rows)}) can be matched to {thing}: "
        f"at most {profile.credits:,} credit{'' if profile.credits == 1 else 's'}, none for what you own already."
    )
    _counts(console, profile)
    _columns(console, profile)
    _fills(console, profile)
    _duplicates(console, profile)
    _ages(console, profile)
    for text in (*profile.advice, *profile.notes):
        console.print(f"! {cell(text)}", style="yellow")
    entity = "" if profile.entity == profile.rows_are else f" --entity {profile.entity}"
    mapping = f" --map {profile.preset}" if profile.preset else ""
    if usable:
        console.print(f"\nNext: sales-zoominfo enrich {cell(profile.file)}{entity}{mapping} --dry-run", style="dim")


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "0%"


def _counts(console: Console, profile: Profile) -> None:
    from ..jobs.matching import REASONS

    table = _table("by", "rows", "share")
    for by, count in profile.matchable.items():
        table.add_row(by, f"{count:,}", _bar(count, profile.rows))
    for reason, count in profile.unmatchable.items():
        text = next((told for code, told in REASONS.items() if code == reason), reason)
        table.add_row(f"not: {text}", f"{count:,}", _bar(count, profile.rows))
    console.print(table)


def _columns(console: Console, profile: Profile) -> None:
    known = [column for column in profile.columns if column.field]
    _title(console, "Columns")
    table = _table("column", "taken for", "filled", "", "fillers", "unusable")
    unknown = [column for column in profile.columns if not column.field]
    for column in [*known, *(unknown if len(unknown) <= _UNKNOWN else [])]:
        taken = f"{column.field}{'' if column.used else ' (not used)'}" if column.field else "-"
        fillers, unusable = (f"{count:,}" if count else "" for count in (column.fillers, column.unusable))
        table.add_row(
            cell(column.name), taken, f"{column.filled:,}", _bar(column.filled, profile.rows), fillers, unusable
        )
    console.print(table)
    if len(unknown) > _UNKNOWN:
        console.print(f"and {len(unknown)} columns of which nothing is known", style="dim")


def _fills(console: Console, profile: Profile) -> None:
    if not profile.fills:
        return
    _title(console, "What enrichment could fill")
    table = _table("field", "column", "empty", "of them can be matched")
    for fill in profile.fills:
        table.add_row(fill.field, cell(fill.column) or "(none yet)", f"{fill.empty:,}", f"{fill.reachable:,}")
    console.print(table)


def _duplicates(console: Console, profile: Profile) -> None:
    if not profile.duplicates:
        return
    _title(console, "Likely the same record")
    table = _table("by", "rows too many", "records", "for example rows")
    for twins in profile.duplicates:
        about = "about " if twins.estimated else ""
        examples = "; ".join(", ".join(f"{row:,}" for row in rows) for rows in twins.examples[:3])
        table.add_row(twins.by, f"{about}{twins.rows:,}", f"{about}{twins.groups:,}", examples)
    console.print(table)


def _ages(console: Console, profile: Profile) -> None:
    for age in profile.ages:
        order = "" if age.order == "year first" else f" (dates read {age.order})"
        _title(console, f"Age by '{cell(age.column)}': {age.oldest} to {age.newest}{order}")
        table = _table("age", "rows", "share")
        for name, count in age.counts.items():
            if count:
                table.add_row(name, f"{count:,}", _bar(count, profile.rows))
        console.print(table)


def _title(console: Console, text: str) -> None:
    console.print(f"\n{text}", style="bold")


def _table(*headings: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in headings:
        numbers = heading in ("rows", "filled", "fillers", "unusable", "empty", "rows too many", "records")
        numbers = numbers or heading.startswith("of them")
        table.add_column(heading, justify="right" if numbers else "left", header_style="dim", overflow="fold")
    return table


def _bar(part: int, whole: int) -> str:
    length = round(_BAR * part / whole) if whole else 0
    return f"{'█' * length}{'░' * (_BAR - length)} {_share(part, whole):>4}"
