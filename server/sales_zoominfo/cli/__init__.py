"""The command line. ``serve`` normally never comes here: see :mod:`sales_zoominfo.__main__`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from .. import __version__
from .eval import eval_app
from .jobs import jobs, worker_command
from .mapping import mappings
from .output import Format, Output
from .privacy import opt_outs, purge_command, result_command
from .run import (
    EXIT_CODES,
    agreed_to,
    call_tool,
    command,
    consent_needed,
    declined,
    err,
    interactive,
    rows_exit_code,
    settings,
)
from .schedule import schedule
from .watch import searches, watch_command

if TYPE_CHECKING:
    from ..account.consent import Consent
    from ..settings import Settings
    from ..tools.contract import Envelope

__all__ = ["app"]

_EPILOG = "\n".join(["Exit codes:", *(f"{entry.code:>5}  {entry.meaning}" for entry in EXIT_CODES)])

app = typer.Typer(
    name="sales-zoominfo",
    help="Know and operate ZoomInfo: an MCP server for assistants, and the same tools on the command line. "
    "Without credentials everything runs on a built-in sandbox with fictional data.",
    epilog=_EPILOG,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

_START, _DATA, _ACCOUNT = "Start", "Data", "Account"
# Options of one command that go with a file.
_FILE = "With a file"


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"sales-zoominfo {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def main(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    del version
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


# --- arguments that several commands share ---------------------------------------------------------------------


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


def _tell(answer: Envelope) -> None:
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


# --- start -----------------------------------------------------------------------------------------------------


@app.command(
    "serve",
    rich_help_panel=_START,
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
@command
def serve_command(ctx: typer.Context) -> None:
    """Serve the MCP tools over stdio, or on a port with --http [--toolsets a,b] [--read-only] [--free-only]."""
    from ..app import serve

    raise typer.Exit(serve(ctx.args))


@app.command("demo", rich_help_panel=_START)
@command
def demo_command() -> None:
    """See in seconds what an assistant can do with this, on fictional data."""
    from .demo import demo

    raise typer.Exit(demo())


@app.command("ask", rich_help_panel=_START)
@command
def ask_command(
    question: Annotated[
        list[str] | None, typer.Argument(metavar="[QUESTION…]", help="None starts a conversation.", show_default=False)
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Agree beforehand to every purchase within --max-credits.")
    ] = False,
    max_credits: Annotated[
        int | None,
        typer.Option("--max-credits", min=0, help="Spend at most this in the conversation.", show_default=False),
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option("--resume", metavar="ID|FILE", help="Go on with a kept conversation, or with a transcript."),
    ] = None,
    latest: Annotated[bool, typer.Option("--continue", help="Go on with the conversation kept last.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the conversation for 30 days, encrypted.")] = False,
    transcript: Annotated[
        Path | None,
        typer.Option("--transcript", metavar="FILE", help="Write it to a file, scrubbed: .json, or .md to read."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The answer with its calls and costs as JSON.")] = False,
    model: Annotated[str | None, typer.Option("--model", help="Which Claude.", show_default=False)] = None,
    base_url: Annotated[
        str | None, typer.Option("--base-url", metavar="URL", help="Where Claude is reached.", show_default=False)
    ] = None,
    max_turns: Annotated[
        int | None,
        typer.Option("--max-turns", min=1, help="Requests to the model for one question.", show_default=False),
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option("--max-tokens", min=1000, help="Tokens for one question.", show_default=False)
    ] = None,
    tool_seconds: Annotated[float, typer.Option("--tool-seconds", min=1, help="Time of one tool call.")] = 180,
) -> None:
    """Ask Claude, with the skill and the tools; asks you before each purchase. Needs a key of Claude's service."""
    from .ask import Asking, ask

    asking = Asking(
        question=" ".join(question) if question else None,
        as_json=as_json,
        model=model,
        base_url=base_url,
        max_turns=max_turns,
        max_tokens=max_tokens,
        max_credits=max_credits,
        tool_seconds=tool_seconds,
        yes=yes,
        transcript=transcript,
        keep=keep,
        resume=resume,
        latest=latest,
    )
    raise typer.Exit(ask(asking))


@app.command("sandbox", rich_help_panel=_START)
@command
def sandbox_command(
    action: Annotated[
        Literal["serve", "status", "faults", "reset"],
        typer.Argument(help="Serve it; or show, set faults in, or reset an account of, the one that is served."),
    ] = "serve",
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")] = 8080,
    state: Annotated[
        Path | None,
        typer.Option("--state", help="Folder of its data; default: in the state folder.", show_default=False),
    ] = None,
    accounts: Annotated[
        Path | None,
        typer.Option("--accounts", help="YAML or JSON file of accounts, switches and faults.", show_default=False),
    ] = None,
    companies: Annotated[int, typer.Option("--companies", min=100, max=100_000, help="Companies in the data.")] = 2000,
    people: Annotated[int, typer.Option("--people", min=1000, max=1_000_000, help="People in the data.")] = 20_000,
    rules: Annotated[
        list[str] | None,
        typer.Option("--set", help="faults: set one, such as server_error,status=503,times=3.", show_default=False),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="faults: clear all first.")] = False,
    account: Annotated[
        str | None, typer.Option("--account", help="reset: which account (default sandbox-demo).", show_default=False)
    ] = None,
) -> None:
    """Serve the simulated ZoomInfo over HTTP, to develop and test against."""
    from . import sandbox

    sandbox.refuse(action, rules=rules is not None, clear=clear, account=account is not None)
    place = sandbox.Place(state, accounts, companies, people)
    match action:
        case "status":
            sandbox.show_status(place)
        case "faults":
            sandbox.change_faults(place, rules or (), clear=clear)
        case "reset":
            sandbox.reset_account(place, account or "sandbox-demo")
        case _:
            sandbox.serve_sandbox(host, port, place)


@app.command("login", rich_help_panel=_START)
@command
def login_command(
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the address; the one it leads to can be pasted.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(
            "--port", min=1, max=65535, help="Port of the redirect URI http://127.0.0.1:PORT/callback (default 8765)."
        ),
    ] = None,
    redirect_uri: Annotated[
        str | None,
        typer.Option("--redirect-uri", help="Another one, exactly as registered in DevPortal.", show_default=False),
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", min=1, help="Seconds to wait for you.")] = 300,
    status: Annotated[bool, typer.Option("--status", help="Only say whether you are signed in.")] = False,
) -> None:
    """Sign in to ZoomInfo's GTM API as yourself, in the browser.

    Register http://127.0.0.1:8765/callback as redirect URI of your app in DevPortal, and set its client id and secret.
    """
    from . import login

    if status:
        raise typer.Exit(login.status())
    login.login(browser=not no_browser, port=port, redirect_uri=redirect_uri, timeout=timeout)


@app.command("logout", rich_help_panel=_START)
@command
def logout_command() -> None:
    """Forget the sign-in of `login`."""
    from .login import logout

    logout()


@app.command("config", rich_help_panel=_START)
@command
def config_command(
    client: Annotated[
        str | None, typer.Argument(metavar="[CLIENT]", help="Which client; none lists them all.", show_default=False)
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Merge it into the client's file, keeping the rest.")] = False,
    scope: Annotated[
        Literal["user", "project"] | None,
        typer.Option("--scope", help="For all projects (default where possible) or the one in this folder."),
    ] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="Only tools that change and spend nothing.")] = False,
    free_only: Annotated[bool, typer.Option("--free-only", help="Only tools that cannot spend a credit.")] = False,
    toolsets: Annotated[
        str | None, typer.Option("--toolsets", help="Toolsets with commas, or all.", show_default=False)
    ] = None,
    env: Annotated[
        list[str] | None,
        typer.Option("--env", metavar="NAME", help="Hand on this variable too; its value is not written."),
    ] = None,
) -> None:
    """Print the configuration of Claude, Codex, Cursor, VS Code and others, or write it. Never writes a secret."""
    from ..tools.registry import read_toolsets
    from .config import config

    flags = [flag for flag, given in (("--read-only", read_only), ("--free-only", free_only)) if given]
    if toolsets is not None:
        read_toolsets(toolsets)
        flags += ["--toolsets", toolsets]
    config(client, put=write, scope=scope, flags=flags, env=env or ())


# --- data ------------------------------------------------------------------------------------------------------


@app.command("search", rich_help_panel=_DATA)
@command
def search_command(
    what: Entities,
    filters: Annotated[
        list[str] | None,
        typer.Option(
            "--filter", "-f", metavar="NAME=VALUE", help="A filter; repeat it for more. Commas stay part of the value."
        ),
    ] = None,
    page: Annotated[int, typer.Option("--page", help="Page, from 1.")] = 1,
    page_size: Annotated[int, typer.Option("--page-size", help="Rows a page, 1 to 100.")] = 25,
    sort: Annotated[
        str | None, typer.Option("--sort", help="Sort field; -field is descending.", show_default=False)
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every page, up to --max-rows.")] = False,
    max_rows: Annotated[
        int | None,
        typer.Option("--max-rows", help="With --all: rows at most, 1 to 10,000 (default 1,000).", show_default=False),
    ] = None,
    fields: FieldsOption = None,
    detail: DetailOption = "concise",
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Find contacts, companies, intent signals, scoops or news. Costs no credit.

    For example: sales-zoominfo search contacts -f companyName=Acme -f managementLevel=Director
    """
    from .inputs import read_filters, read_names
    from .views import show_rows

    names = read_names(fields)
    given = {str(pair["name"]): pair["value"] for pair in read_filters(filters or [])}
    # News has these filters and no more; the topics of intent are demanded by their name.
    named = {name: value for name, value in given.items() if what == "news" or (what, name) == ("intent", "topics")}
    rest = [{"name": name, "value": value} for name, value in given.items() if name not in named]
    arguments: dict[str, object] = {
        **named,
        "moreFilters": rest or None,
        "page": None if every and page == 1 else page,
        "pageSize": None if every and page_size == 25 else page_size,
        "sort": sort,
        "all": every or None,
        "maxRows": max_rows,
        "outputFields": names,
        "detail": detail,
    }
    with Output(format, output) as sink:
        answer = call_tool(f"search_{what}", arguments)
        sink.show(answer, lambda console, shown: show_rows(console, shown, names))
    _tell(answer)


@app.command("enrich", rich_help_panel=_DATA)
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
            help="Spend at most this, without asking; a file that could cost more than 100 needs it.",
            show_default=False,
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Spend what the estimate says, without asking.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
    entity: Annotated[
        Literal["contact", "company"] | None,
        typer.Option("--entity", help="What its rows are; found out if not given.", rich_help_panel=_FILE),
    ] = None,
    mapping: Annotated[
        str | None,
        typer.Option(
            "--map",
            metavar="PRESET|FILE",
            help="Which field goes to which column; without it zi_* columns are added.",
            show_default=False,
            rich_help_panel=_FILE,
        ),
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            metavar="HEADING=KEY",
            help="What a column holds, such as Mail=emailAddress; KEY ignore leaves it out.",
            show_default=False,
            rich_help_panel=_FILE,
        ),
    ] = None,
    max_age: Annotated[
        float | None,
        typer.Option(
            "--max-age",
            min=0,
            metavar="DAYS",
            help="Take copies kept here that are at most so old.",
            show_default=False,
            rich_help_panel=_FILE,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the match plan and the cost; free.", rich_help_panel=_FILE)
    ] = False,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Stay until it is done.", rich_help_panel=_FILE)
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, on stdout.", rich_help_panel=_FILE)] = False,
    changes: Annotated[
        Path | None,
        typer.Option(
            "--changes",
            help="Also write what changed, to load into the CRM.",
            show_default=False,
            rich_help_panel=_FILE,
        ),
    ] = None,
    before_after: Annotated[
        Path | None,
        typer.Option(
            "--before-after",
            help="Also write each changed cell with what it held before.",
            show_default=False,
            rich_help_panel=_FILE,
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report", help="Also write the report: .html or .json.", show_default=False, rich_help_panel=_FILE
        ),
    ] = None,
    sheet: Annotated[
        str | None, typer.Option("--sheet", help="Sheet of a workbook.", show_default=False, rich_help_panel=_FILE)
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option("--encoding", help="Of the file; found if not given.", show_default=False, rich_help_panel=_FILE),
    ] = None,
    delimiter: Annotated[
        str | None,
        typer.Option("--delimiter", help="Of CSV; found if not given.", show_default=False, rich_help_panel=_FILE),
    ] = None,
    header: Annotated[
        bool | None,
        typer.Option(
            "--header/--no-header",
            help="Whether the first row names the columns; found if not given.",
            show_default=False,
            rich_help_panel=_FILE,
        ),
    ] = None,
    country: Annotated[
        str | None,
        typer.Option(
            "--country",
            metavar="CODE",
            help="Where phone numbers without a country code are dialled, such as US.",
            show_default=False,
            rich_help_panel=_FILE,
        ),
    ] = None,
    search_first: Annotated[
        bool,
        typer.Option(
            "--search-first",
            help="Look for each row by a free search before paying; a row with several candidates is not picked.",
            rich_help_panel=_FILE,
        ),
    ] = False,
    in_doubt: Annotated[
        Literal["resend", "hold"] | None,
        typer.Option(
            "--in-doubt",
            help="What happens to records whose answer was lost: resend (default) or hold.",
            rich_help_panel=_FILE,
        ),
    ] = None,
) -> None:
    """Get e-mails, phones and profiles, for one record or for a file. SPENDS up to 1 credit a new record.

    One: sales-zoominfo enrich contact emailAddress=ada.sample@acme.example

    A file: sales-zoominfo enrich contacts.csv --map salesforce-contact --dry-run
    """
    from . import enrich_file

    names = None if fields is None else [name.strip() for name in fields.split(",") if name.strip()]
    kind = enrich_file.entity_of(what)
    if kind is None:
        given = {"KEY=VALUE": keys, "--input": input, "--require": require, "--detail": detail, "--format": format}
        enrich_file.refuse(given, "records, not with a file", "one record, not a file")
        options = {
            "changes": None if changes is None else str(changes.expanduser().absolute()),
            "before_after": None if before_after is None else str(before_after.expanduser().absolute()),
            "sheet": sheet,
            "encoding": encoding,
            "delimiter": delimiter,
            "header": header,
            "country": country,
            "search_first": search_first or None,
            "in_doubt": in_doubt,
        }
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
    list_name = "contacts" if what == "contact" else "companies"
    using = settings()
    with Output(format, output) as sink:
        estimate = call_tool("estimate_credits", {list_name: records}, using=using)
        consent, cap = _agree(estimate, using, max_credits, yes)
        arguments: dict[str, object] = {
            list_name: records,
            "outputFields": names,
            "requiredFields": read_names(require),
            "detail": detail,
            "maxCredits": cap,
        }
        answer = call_tool(f"enrich_{list_name}", arguments, using=using, consent=consent)
        sink.show(answer, lambda console, shown: show_rows(console, shown, names))
    _tell(answer)
    raise typer.Exit(rows_exit_code(str(row["matchStatus"]) for row in cast("list[dict[str, Any]]", answer["data"])))


def _agree(estimate: Envelope, using: Settings, max_credits: int | None, yes: bool) -> tuple[Consent | None, int]:
    """The person's consent to pass a ceiling, where they gave one, and the cap that they agreed to."""
    meta = estimate["meta"]
    credits: int = meta["estimate"]["credits"]
    budget: dict[str, int] = meta["budget"]
    console = err()
    count = f"{meta['totalResults']} record{'' if meta['totalResults'] == 1 else 's'}"
    console.print(f"{count}: at most {credits} credit{'' if credits == 1 else 's'} ({meta['estimate']['basis']}).")
    free = credits == 0 or using.read_only or using.free_only or credits > budget["dayLeft"]
    if max_credits is not None or yes or free:
        # Whatever does not fit is refused by the gate, with its reason.
        return None, credits if max_credits is None else max_credits
    if not interactive():
        raise consent_needed(credits)
    over = credits > min(budget["callCeiling"], budget["hourLeft"])
    if over:
        console.print(
            f"That is over your ceiling ({budget['callCeiling']} a call, {budget['hourLeft']} left this hour).",
            style="yellow",
        )
    source = " (fictional: the sandbox)" if meta.get("sandbox") else ""
    console.print(f"Spend up to {credits}{source}? [y/N] ", end="")
    if sys.stdin.readline().strip().casefold() not in ("y", "yes"):
        raise declined()
    # A ceiling is what may pass without a person, and here one has agreed; every budget stays.
    return agreed_to(credits), credits


@app.command("inspect", rich_help_panel=_DATA)
@command
def inspect_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, JSON lines, Parquet or Excel, of any size.")],
    entity: Annotated[
        Literal["contact", "company"] | None,
        typer.Option("--entity", help="Whose records you think of; what its rows are if not given."),
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="HEADING=KEY", help="What a column holds.", show_default=False),
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook.", show_default=False)] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", help="Of the file; found if not given.", show_default=False)
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option("--delimiter", help="Of CSV; found if not given.", show_default=False)
    ] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Profile a CRM export: complete, stale, twice, and what enrichment could fill. Free, and needs no account."""
    from .inspect import inspect_file

    options = {"sheet": sheet, "encoding": encoding, "delimiter": delimiter}
    raise typer.Exit(
        inspect_file(file, entity=entity, columns=columns or [], options=options, format=format, output=output)
    )


@app.command("lookup", rich_help_panel=_DATA)
@command
def lookup_command(
    field: Annotated[
        str,
        typer.Argument(
            metavar="FIELD",
            help="industries, departments, states …; contact-filters, intent-fields and so on for names. A wrong "
            "one is answered with all of them.",
        ),
    ],
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[QUERY…]", help="As --query.", show_default=False)
    ] = None,
    query: Annotated[str | None, typer.Option("--query", "-q", help="The nearest to this.", show_default=False)] = None,
    vendor: Annotated[str | None, typer.Option("--vendor", help="Narrows tech-products.", show_default=False)] = None,
    category: Annotated[
        str | None, typer.Option("--category", help="Narrows technologies and hashtags.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help="Rows at most, 1 to 500.")] = 50,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List the legal values of a filter, or all filters and fields. Free."""
    from .views import show_lookup

    arguments: dict[str, object] = {
        "field": field,
        "query": " ".join(words or ()) or None if query is None else query,
        "vendor": vendor,
        "category": category,
        "limit": limit,
    }
    with Output(format, output) as sink:
        answer = call_tool("lookup", arguments)
        sink.show(answer, show_lookup)
    _tell(answer)


@app.command("knowledge", rich_help_panel=_DATA)
@command
def knowledge_command(
    query: Annotated[
        list[str] | None, typer.Argument(metavar="QUERY…", help="A question or keywords.", show_default=False)
    ] = None,
    read: Annotated[
        str | None, typer.Option("--read", help="Read a passage or file in full, by its id.", show_default=False)
    ] = None,
    topic: Annotated[
        str | None, typer.Option("--topic", help="Search this file only, such as gotchas.", show_default=False)
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", help="en or zh; the query's by default.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help="Hits at most, 1 to 20.")] = 3,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Look up facts about ZoomInfo, with source and date. Works without an account."""
    from ..errors import fail
    from .views import show_hits, show_passage

    if bool(query) == (read is not None):
        how = "Ask a question, or read a passage with --read ID; not both."
        raise fail("missing_argument", where="knowledge", name="a question or --read ID", how=how)
    chosen = {name: value for name, value in (("topic", topic), ("language", language)) if value is not None}
    with Output(format, output) as sink:
        if read is not None:
            # A topic is none of its arguments, and the tool says so.
            answer = call_tool("read_knowledge", {"id": read, **chosen}, waiting="Reading…")
            sink.show(answer, show_passage)
        else:
            arguments: dict[str, object] = {"query": " ".join(query or []), "limit": limit, **chosen}
            answer = call_tool("search_knowledge", arguments, waiting="Reading…")
            sink.show(answer, show_hits)
    _tell(answer)


# --- account ---------------------------------------------------------------------------------------------------


@app.command("usage", rich_help_panel=_ACCOUNT)
@command
def usage_command(format: FormatOption = None, output: OutputOption = None) -> None:
    """Show the account's limits, the credits left and your budgets. Free."""
    from .views import show_usage

    with Output(format, output) as sink:
        answer = call_tool("get_usage", {})
        sink.show(answer, show_usage)
    _tell(answer)


@app.command("credits", rich_help_panel=_ACCOUNT)
@command
def credits_command(
    resume: Annotated[
        bool, typer.Option("--resume", help="Let a stopped account spend again; asks on the terminal.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show the balance, your budgets, spend by day, caller and job, and what lapses when. Free."""
    from . import credits

    raise typer.Exit(credits.resume(settings()) if resume else credits.credits(settings(), as_json=as_json))


@app.command("audit", rich_help_panel=_ACCOUNT)
@command
def audit_command(
    since: Annotated[
        str | None, typer.Option("--since", help="From then on: 2026-11-22, or 7d, 12h, 30m ago.", show_default=False)
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help="Before then.", show_default=False)] = None,
    caller: Annotated[str | None, typer.Option("--caller", help="Of this caller alone.", show_default=False)] = None,
    operation: Annotated[
        str | None, typer.Option("--operation", help="Of this operation, such as enrich_contacts.", show_default=False)
    ] = None,
    result: Annotated[
        str | None, typer.Option("--result", help="ok, or an error code such as BUDGET_EXCEEDED.", show_default=False)
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, help="The last so many (a table shows 50, else all).", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON lines.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV.")] = False,
    output: OutputOption = None,
    verify: Annotated[bool, typer.Option("--verify", help="Check that nothing was edited, removed or added.")] = False,
    head: Annotated[
        str | None,
        typer.Option("--head", metavar="NUMBER:DIGEST", help="With --verify, one kept elsewhere.", show_default=False),
    ] = None,
) -> None:
    """Show who called what, when, for how many credits and how it ended. No values: counts and codes alone."""
    from ..account.audit_check import Wanted
    from .audit import check, read_head, read_time, refuse, show

    refuse(verify=verify, head=head, as_json=as_json, as_csv=as_csv, output=output)
    if verify:
        raise typer.Exit(check(settings(), read_head(head), as_json=as_json))
    wanted = Wanted(read_time("--since", since), read_time("--until", until), caller, operation, result)
    format = "jsonl" if as_json else "csv" if as_csv else None
    raise typer.Exit(show(settings(), wanted, limit=limit, format=format, file=output))


app.add_typer(mappings, rich_help_panel=_DATA)
app.add_typer(searches, rich_help_panel=_DATA)
app.add_typer(jobs, rich_help_panel=_DATA)
app.add_typer(schedule, rich_help_panel=_DATA)
app.add_typer(eval_app, rich_help_panel=_START)
app.command(
    "worker",
    rich_help_panel=_DATA,
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)(worker_command)
app.command("watch", rich_help_panel=_DATA)(watch_command)
app.add_typer(opt_outs, rich_help_panel=_ACCOUNT)
app.command("result", rich_help_panel=_DATA)(result_command)
app.command("purge", rich_help_panel=_ACCOUNT)(purge_command)


@app.command("doctor", rich_help_panel=_ACCOUNT)
@command
def doctor_command(
    topics: Annotated[
        list[str] | None,
        typer.Option("--topic", metavar="NAME", help="Is this intent topic on the account's list? Repeat it for more."),
    ] = None,
) -> None:
    """Check set-up, sign-in, credits, intent topics and field rights, and say what to mend. Free."""
    from .doctor import doctor

    raise typer.Exit(doctor(topics or ()))
