"""`schedule`: files that are enriched again and again, so that what they hold stays fresh."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import fail
from ..scrub import scrub
from .file_options import (
    BeforeAfterOption,
    ChangesOption,
    ColumnsOption,
    CountryOption,
    DelimiterOption,
    EncodingOption,
    EntityOption,
    HeaderOption,
    InDoubtOption,
    MappingOption,
    MaxAgeOption,
    ReportOption,
    SearchFirstOption,
    SheetOption,
    file_choices,
    names_in,
)
from .jobs import asked
from .options import FieldsOption
from .run import command, err, settings

if TYPE_CHECKING:
    from ..jobs.scheduling import Schedule
    from ..jobs.service import Jobs

schedule = typer.Typer(
    name="schedule",
    help="Enrich a file again and again, such as each quarter what is older than 90 days. Needs `worker --stay`.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

_DAYS = {"d": 1.0, "w": 7.0, "m": 30.0}
DAY = 86_400.0


def read_days(name: str, text: str) -> float:
    """A span of days: ``90d``, ``2w``, ``3m`` (of 30 days), ``quarterly`` and its like, or a number of days.

    Raises:
        InvalidArgument: it is none.
    """
    words = {"daily": 1.0, "weekly": 7.0, "monthly": 30.0, "quarterly": 91.0, "yearly": 365.0}
    if text.strip().casefold() in words:
        return words[text.strip().casefold()]
    found = re.fullmatch(r"(\d{1,4}(?:\.\d+)?)\s*([dwm]?)", text.strip().casefold())
    if found is None:
        reason = "it is no span of days"
        how = "Give 90d, 2w, 3m, a number of days, or daily, weekly, monthly, quarterly, yearly."
        raise fail("option_invalid", name=name, reason=reason, how=how)
    return float(found[1]) * _DAYS[found[2] or "d"]


@schedule.command("add")
@command
def add_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The export; it is read anew each time.")],
    every: Annotated[str, typer.Option("--every", metavar="SPAN", help="90d, 2w, 3m, weekly, monthly, quarterly.")],
    max_credits: Annotated[
        int | None,
        typer.Option("--max-credits", min=0, help="Of each run; needed, since nobody is asked.", show_default=False),
    ] = None,
    first: Annotated[
        str | None, typer.Option("--first", metavar="SPAN", help="When it starts first; now by default.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where its runs go; each name gets the date.", show_default=False),
    ] = None,
    fields: FieldsOption = None,
    entity: EntityOption = None,
    mapping: MappingOption = None,
    columns: ColumnsOption = None,
    max_age: MaxAgeOption = None,
    changes: ChangesOption = None,
    before_after: BeforeAfterOption = None,
    report: ReportOption = None,
    sheet: SheetOption = None,
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    header: HeaderOption = None,
    country: CountryOption = None,
    search_first: SearchFirstOption = False,
    in_doubt: InDoubtOption = None,
) -> None:
    """Start a job again and again. Spends at most --max-credits each time; every file that it writes gets the date.

    For example: sales-zoominfo schedule add contacts.csv --every quarterly --max-credits 500
    """
    from .enrich_file import request_for, whole_path
    from .job_views import check_report

    using = settings()
    days = read_days("--every", every)
    wait = 0.0 if first is None else read_days("--first", first) * DAY
    if report is not None:
        check_report(report)
    options = file_choices(
        changes=changes, before_after=before_after, sheet=sheet, encoding=encoding, delimiter=delimiter,
        header=header, country=country, search_first=search_first, in_doubt=in_doubt,
    )  # fmt: skip

    async def add(service: Jobs) -> Schedule:
        request = await request_for(
            file,
            output=output,
            entity=entity,
            mapping=mapping,
            columns=columns or [],
            fields=names_in(fields),
            max_credits=max_credits,
            max_age=max_age,
            options=options | {"report": None if report is None else str(whole_path(report))},
        )
        return await service.schedules.add(request, days, first_in=wait)

    made = asked(using, add)
    err().print(f"Schedule {made.id}: every {made.every_days:g} days, first {_when(made.next_at)}.")
    err().print("→ Keep `sales-zoominfo worker --stay` running on this machine, by a service manager for example.")


@schedule.command("list")
@command
def list_command(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """List the schedules of this account, the next one first."""
    from .job_views import console, schedules_table, write_json

    found = asked(settings(), lambda service: service.schedules.list())
    if as_json:
        write_json({"data": [_json(item) for item in found]})
    elif not found:
        err().print("No schedules. `sales-zoominfo schedule add FILE --every quarterly --max-credits N` makes one.")
    else:
        console().print(schedules_table(found))


@schedule.command("remove")
@command
def remove_command(
    id: Annotated[str, typer.Argument(metavar="ID", help="As `schedule list` names it.", show_default=False)],
) -> None:
    """Start it no more; jobs that it has started go on."""
    asked(settings(), lambda service: service.schedules.remove(id))
    err().print(f"Schedule {id} is removed.")


def _when(at: float) -> str:
    from ..tools.contract import stamp

    return stamp(at)


def _json(item: Schedule) -> dict[str, Any]:
    told = {
        "id": item.id,
        "everyDays": item.every_days,
        "nextAt": _when(item.next_at),
        "lastJob": item.last_job,
        "why": None if item.why is None else scrub(item.why),
        "file": item.request.source,
        "entity": item.request.entity,
        "maxCredits": item.request.max_credits,
        "here": item.here,
    }
    return {name: value for name, value in told.items() if value is not None}
