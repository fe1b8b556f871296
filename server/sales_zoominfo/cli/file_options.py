"""The options of a file that is enriched, defined once for all commands that start a job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

PANEL = "With a file"

EntityOption = Annotated[
    Literal["contact", "company"] | None,
    typer.Option("--entity", help="What its rows are; found out if not given.", rich_help_panel=PANEL),
]
MappingOption = Annotated[
    str | None,
    typer.Option(
        "--map",
        metavar="PRESET|FILE",
        help="Which field goes to which column; without it zi_* columns are added.",
        show_default=False,
        rich_help_panel=PANEL,
    ),
]
ColumnsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="HEADING=KEY",
        help="What a column holds, such as Mail=emailAddress; KEY ignore leaves it out.",
        show_default=False,
        rich_help_panel=PANEL,
    ),
]
MaxAgeOption = Annotated[
    float | None,
    typer.Option(
        "--max-age",
        min=0,
        metavar="DAYS",
        help="Take copies kept here that are at most so old.",
        show_default=False,
        rich_help_panel=PANEL,
    ),
]
ChangesOption = Annotated[
    Path | None,
    typer.Option(
        "--changes",
        help="Also write what changed, to load into the CRM.",
        show_default=False,
        rich_help_panel=PANEL,
    ),
]
BeforeAfterOption = Annotated[
    Path | None,
    typer.Option(
        "--before-after",
        help="Also write each changed cell with what it held before.",
        show_default=False,
        rich_help_panel=PANEL,
    ),
]
ReportOption = Annotated[
    Path | None,
    typer.Option("--report", help="Also write the report: .html or .json.", show_default=False, rich_help_panel=PANEL),
]
SheetOption = Annotated[
    str | None, typer.Option("--sheet", help="Sheet of a workbook.", show_default=False, rich_help_panel=PANEL)
]
EncodingOption = Annotated[
    str | None,
    typer.Option("--encoding", help="Of the file; found if not given.", show_default=False, rich_help_panel=PANEL),
]
DelimiterOption = Annotated[
    str | None,
    typer.Option("--delimiter", help="Of CSV; found if not given.", show_default=False, rich_help_panel=PANEL),
]
HeaderOption = Annotated[
    bool | None,
    typer.Option(
        "--header/--no-header",
        help="Whether the first row names the columns; found if not given.",
        show_default=False,
        rich_help_panel=PANEL,
    ),
]
CountryOption = Annotated[
    str | None,
    typer.Option(
        "--country",
        metavar="CODE",
        help="Where phone numbers without a country code are dialled, such as US.",
        show_default=False,
        rich_help_panel=PANEL,
    ),
]
SearchFirstOption = Annotated[
    bool,
    typer.Option(
        "--search-first",
        help="Look for each row by a free search before paying; a row with several candidates is not picked.",
        rich_help_panel=PANEL,
    ),
]
InDoubtOption = Annotated[
    Literal["resend", "hold"] | None,
    typer.Option(
        "--in-doubt",
        help="What happens to records whose answer was lost: resend (default) or hold.",
        rich_help_panel=PANEL,
    ),
]


def file_choices(
    *,
    changes: Path | None,
    before_after: Path | None,
    sheet: str | None,
    encoding: str | None,
    delimiter: str | None,
    header: bool | None,
    country: str | None,
    search_first: bool,
    in_doubt: str | None,
) -> dict[str, Any]:
    """What a job takes beside its file, mapping and budget, by the names of the engine; None for what was not given."""
    return {
        "changes": _whole(changes),
        "before_after": _whole(before_after),
        "sheet": sheet,
        "encoding": encoding,
        "delimiter": delimiter,
        "header": header,
        "country": country,
        "search_first": search_first or None,
        "in_doubt": in_doubt,
    }


def names_in(fields: str | None) -> list[str] | None:
    """The names in the words of ``--fields``."""
    return None if fields is None else [name.strip() for name in fields.split(",") if name.strip()]


def _whole(path: Path | None) -> str | None:
    # The worker's current folder is another.
    return None if path is None else str(path.expanduser().absolute())
