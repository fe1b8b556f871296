"""Arguments and options that several commands share, and what is told beside their answers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from .output import Format
from .run import err

if TYPE_CHECKING:
    from ..tools.contract import Envelope


def _entity(text: str) -> str:
    plurals = {"contact": "contacts", "company": "companies", "scoop": "scoops"}
    name = plurals.get(text.casefold(), text.casefold())
    if name not in ("contacts", "companies", "intent", "scoops", "news"):
        raise typer.BadParameter(f"'{text[:40]}' is none of contacts, companies, intent, scoops, news.")
    return name


Entities = Annotated[
    str, typer.Argument(parser=_entity, metavar="contacts|companies|intent|scoops|news", help="What to look for.")
]
FormatOption = Annotated[
    Format | None,
    typer.Option("--format", help="table (default on a terminal), json: the whole answer, jsonl or csv: its rows."),
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write to a file that only you can read.", show_default=False)
]
FieldsOption = Annotated[
    str | None, typer.Option("--fields", help="Only these fields, with commas.", show_default=False)
]
DetailOption = Annotated[str, typer.Option("--detail", help="concise or full.")]


def tell(answer: Envelope) -> None:
    """Everything beside the data, on stderr."""
    from .views import footer, notes

    sys.stdout.flush()
    console = err()
    for line in notes(answer):
        console.print(line, style="dim")
    for warning in cast("list[str]", answer["meta"].get("warnings", [])):
        console.print(f"! {warning}", style="yellow")
    last = footer(answer)
    if last:
        console.print(last, style="dim")
