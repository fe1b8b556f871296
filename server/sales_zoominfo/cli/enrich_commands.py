"""``enrich``: one record, some of them, or a file of any size."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from ..errors import SalesZoomInfoError
from .file_options import (
    PANEL,
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
from .options import FieldsOption, FormatOption, OutputOption, tell
from .output import Format, Output
from .run import (
    agreed_to,
    by_option,
    call_tool,
    command,
    consent_needed,
    declined,
    err,
    interactive,
    over_ceiling,
    rows_exit_code,
    settings,
)
from .wording import many

if TYPE_CHECKING:
    from ..account.consent import Consent
    from ..settings import Settings
    from ..tools.contract import Envelope
    from ..zoominfo.operations import Entity


@command
def enrich_command(
    what: Annotated[
        str, typer.Argument(metavar="FILE|contact|company", help="A file of any size, or what one record is.")
    ],
    keys: Annotated[
        list[str] | None, typer.Argument(metavar="KEY=VALUE…", help="What identifies one record.", show_default=False)
    ] = None,
    input: Annotated[
        Path | None,
        typer.Option("--input", "-i", help="CSV, JSON or JSONL with up to 100 records.", show_default=False),
    ] = None,
    fields: FieldsOption = None,
    require: Annotated[
        str | None,
        typer.Option("--require", help="A record lacking one of these is no match, and free.", show_default=False),
    ] = None,
    detail: Annotated[str | None, typer.Option("--detail", help="concise (default) or full.")] = None,
    max_credits: Annotated[
        int | None,
        typer.Option(
            "--max-credits",
            min=0,
            help="Spend at most this, asking only over a ceiling; a file that could cost more than 100 needs it.",
            show_default=False,
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Spend what the estimate says, without asking.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
    entity: EntityOption = None,
    mapping: MappingOption = None,
    columns: ColumnsOption = None,
    max_age: MaxAgeOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the match plan and the cost; free.", rich_help_panel=PANEL)
    ] = False,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Stay until it is done.", rich_help_panel=PANEL)
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, on stdout.", rich_help_panel=PANEL)] = False,
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
    """Get e-mails, phones and profiles, for one record or for a file. SPENDS up to 1 credit a new record.

    One: sales-zoominfo enrich contact emailAddress=ada.sample@acme.example

    A file: sales-zoominfo enrich contacts.csv --map salesforce-contact --dry-run
    """
    from . import enrich_file

    names = names_in(fields)
    kind = enrich_file.entity_of(what)
    if kind is None:
        given = {"KEY=VALUE": keys, "--input": input, "--require": require, "--detail": detail, "--format": format}
        enrich_file.refuse(given, "records, not with a file", "one record, not a file")
        options = file_choices(
            changes=changes, before_after=before_after, sheet=sheet, encoding=encoding, delimiter=delimiter,
            header=header, country=country, search_first=search_first, in_doubt=in_doubt,
        )  # fmt: skip
        wanted = enrich_file.Wanted(
            Path(what), output, entity, mapping, columns or [], names, max_credits, max_age, dry_run, yes, wait,
            as_json, report, options,
        )  # fmt: skip
        raise typer.Exit(enrich_file.enrich_file(wanted, settings()))
    given = {
        "--entity": entity, "--map": mapping, "--column": columns, "--max-age": max_age, "--dry-run": dry_run or None,
        "--no-wait": None if wait else True, "--json": as_json or None, "--changes": changes, "--report": report,
        "--before-after": before_after, "--header": header, "--country": country,
        "--search-first": search_first or None,
        "--sheet": sheet, "--encoding": encoding, "--delimiter": delimiter, "--in-doubt": in_doubt,
    }  # fmt: skip
    enrich_file.refuse(given, f"a file, not with `enrich {kind}`", "a file")
    _enrich_records(kind, keys or [], input, names, require, detail or "concise", max_credits, yes, format, output)


def _enrich_records(
    what: str,
    keys: list[str],
    input: Path | None,
    names: list[str] | None,
    require: str | None,
    detail: str,
    max_credits: int | None,
    yes: bool,
    format: Format | None,
    output: Path | None,
) -> None:
    from .inputs import read_names, read_records
    from .views import show_rows

    records = read_records(keys, input, what)
    entity: Entity = "contact" if what == "contact" else "company"
    list_name = "contacts" if what == "contact" else "companies"
    using = settings()
    with Output(format, output) as sink:
        required = read_names(require)
        estimate = call_tool(
            "estimate_credits",
            {list_name: records, "requiredFields": required},
            using=using,
            # What the enrich would refuse, nobody is asked to pay for.
            first=lambda account: account.read_fields(entity, names, required, detail),
        )
        consent, cap = _agree(estimate, using, max_credits, yes)
        arguments: dict[str, object] = {
            list_name: records,
            "outputFields": names,
            "requiredFields": required,
            "detail": detail,
            "maxCredits": cap,
        }
        try:
            answer = call_tool(f"enrich_{list_name}", arguments, using=using, consent=consent)
        except SalesZoomInfoError as error:
            raise by_option(error) from None
        sink.show(answer, lambda console, shown: show_rows(console, shown, names))
    tell(answer)
    raise typer.Exit(rows_exit_code(str(row["matchStatus"]) for row in cast("list[dict[str, Any]]", answer["data"])))


def _agree(estimate: Envelope, using: Settings, max_credits: int | None, yes: bool) -> tuple[Consent | None, int]:
    """The person's consent to pass a ceiling, where they gave one, and the cap that they agreed to."""
    meta = estimate["meta"]
    credits: int = meta["estimate"]["credits"]
    budget: dict[str, int] = meta["budget"]
    console = err()
    count = f"{meta['totalResults']} record{'' if meta['totalResults'] == 1 else 's'}"
    basis: str = meta["estimate"]["basis"]
    most, up = ("", "") if basis == "exact" else ("at most ", "up to ")
    console.print(f"{count}: {most}{many(credits, 'credit')} ({basis}).")
    free = credits == 0 or using.read_only or using.free_only or credits > budget["dayLeft"]
    over = credits > min(budget["callCeiling"], budget["hourLeft"])
    # A cap agrees to itself, yet to pass a ceiling it takes a person.
    capped = max_credits is not None and not (over and credits <= max_credits and interactive())
    if capped or yes or free:
        # Whatever does not fit is refused by the gate, with its reason.
        return None, credits if max_credits is None else max_credits
    if not interactive():
        raise over_ceiling(credits, budget, using.max_credits_per_hour) or consent_needed(credits)
    if over:
        console.print(
            f"That is over your ceiling ({budget['callCeiling']} a call, {budget['hourLeft']} left this hour).",
            style="yellow",
        )
    source = " (fictional: the sandbox)" if meta.get("sandbox") else ""
    console.print(f"Spend {up}{many(credits, 'credit')}{source}? [y/N] ", end="")
    if sys.stdin.readline().strip().casefold() not in ("y", "yes"):
        raise declined()
    # A ceiling is what may pass without a person, and here one has agreed; every budget stays.
    return agreed_to(credits), credits
