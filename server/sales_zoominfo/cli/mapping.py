"""``sales-zoominfo mapping``: the presets, and whether a mapping of one's own can be used."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from .output import Format, Output
from .run import command, err
from .views import cell

if TYPE_CHECKING:
    from rich.console import Console

    from ..crm import Mapping
    from ..tools.contract import Envelope
    from ..zoominfo.operations import Entity

mappings = typer.Typer(
    name="mapping",
    help="Which ZoomInfo field goes into which column of a CRM: presets, and a check of your own. Free.",
    no_args_is_help=True,
)

_MAPPING = Annotated[str, typer.Argument(metavar="PRESET|FILE", help="A preset, or a YAML file.")]
_FORMAT = Annotated[Format | None, typer.Option("--format", help="table (default on a terminal), json, jsonl or csv.")]


@mappings.command("list")
@command
def list_command(format: _FORMAT = None) -> None:
    """List the presets."""
    from ..crm import load_mapping, preset_names

    rows: list[dict[str, Any]] = []
    for name in preset_names():
        mapping = load_mapping(name)
        about = "every field in a zi_ column of its own" if name == "plain" else mapping.name
        entity = "contact or company" if name == "plain" else mapping.entity
        rows.append({"preset": name, "entity": entity, "about": about, "columns": len(mapping.columns)})
    with Output(format, None) as sink:
        sink.show(cast("Envelope", {"data": rows, "meta": {}}), lambda console, _: _table(console, rows))


@mappings.command("show")
@command
def show_command(name: _MAPPING) -> None:
    """Print a preset as YAML, to start your own from."""
    from ..crm import preset_text

    sys.stdout.write(preset_text(name))


@mappings.command("check")
@command
def check_command(
    name: _MAPPING,
    file: Annotated[
        Path | None, typer.Argument(metavar="DATA", help="The CRM export that it is for.", show_default=False)
    ] = None,
    entity: Annotated[
        Literal["contact", "company"] | None, typer.Option("--entity", help="Whose records; the mapping's by default.")
    ] = None,
    format: _FORMAT = None,
) -> None:
    """Say what a mapping does, and refuse one that cannot be used, also for a file. Nothing is sent."""
    from ..crm import load_mapping

    mapping = load_mapping(name, entity)
    kind: Entity = entity or mapping.entity or "contact"
    notes: list[str] = []
    if file is not None:
        from ..jobs.files import open_source

        columns = open_source(file).columns
        notes = mapping.verify(columns, kind)
        mapping = mapping.fit(columns, kind)
        if mapping.record_id and mapping.own_id(columns) is None:
            notes.append(f"The file has no column '{mapping.record_id[0]}', which the changes file needs.")
    rows = [_row(mapping, place) for place in range(len(mapping.columns))]
    with Output(format, None) as sink:
        answer = {
            "data": rows,
            "meta": {"name": mapping.name, "entity": kind, "outputs": mapping.outputs, "notes": notes},
        }
        sink.show(cast("Envelope", answer), lambda console, _: _table(console, rows))
    for note in notes:
        err().print(f"! {cell(note)}", style="yellow")


def _row(mapping: Mapping, place: int) -> dict[str, Any]:
    column = mapping.columns[place]
    target = column.target
    sources = [
        ".".join((source.name, *source.path)) if source.kind == "field" else f"{source.kind}:{source.name}"
        for source in column.sources
    ]
    told: dict[str, Any] = {"column": column.name, "from": ", ".join(sources), "update": target.update}
    if target.shape:
        told["as"] = target.shape
    if target.required:
        told["required"] = True
    return told


def _table(console: Console, rows: list[dict[str, Any]]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    names = list(dict.fromkeys(name for row in rows for name in row))
    for name in names:
        table.add_column(name, header_style="dim", overflow="fold")
    for row in rows:
        table.add_row(*(cell(row.get(name)) for name in names))
    console.print(table)
