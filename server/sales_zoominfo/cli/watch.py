"""`searches` and `watch`: saved searches by hand and on a schedule, and what is new in them as text, JSON or CSV."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import anyio
import typer

from ..account.caller import caller_id
from ..app import App
from ..errors import SalesZoomInfoError, fail
from ..scrub import places, scrub
from ..settings import Settings
from .output import Format, Output, to_csv
from .run import CALLER, call_tool, command, err, exit_code, interactive, run, settings

if TYPE_CHECKING:
    from rich.console import Console

    from ..account.saved_types import Found
    from ..tools.contract import Envelope

Row = dict[str, Any]
NewsFormat = Literal["text", "json", "csv"]

# A schedule is looked at this often, so that a machine that slept wakes up late by a minute and not by a day.
LOOK = 60.0
SHORTEST = 60.0
_UNITS = {"m": 60.0, "h": 3600.0, "d": 86400.0}
_MARKS = {"new": "+", "changed": "~", "gone": "-"}
_SUFFIXES: dict[str, NewsFormat] = {".jsonl": "json", ".ndjson": "json", ".json": "json", ".csv": "csv"}
# What stands in front of each row of JSON lines and CSV.
_LEADING = ("at", "search", "subject", "run", "change", "changedFields")

searches = typer.Typer(
    name="searches",
    help="Searches under a name, and what is new in them. They live here and not in ZoomInfo's web application.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of a saved search.")]
FormatOption = Annotated[
    Format | None, typer.Option("--format", help="table (default on a terminal), json, jsonl or csv.")
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write to a file that only you can read.", show_default=False)
]
FilterOption = Annotated[
    list[str] | None,
    typer.Option("--filter", "-f", metavar="NAME=VALUE", help="A filter; repeat it for more."),
]


def _warn(answer: Envelope) -> None:
    sys.stdout.flush()
    for warning in cast("list[str]", answer["meta"].get("warnings", [])):
        err().print(f"! {warning}", style="yellow")


# --- searches --------------------------------------------------------------------------------------------------


@searches.command("list")
@command
def list_command(format: FormatOption = None, output: OutputOption = None) -> None:
    """List the saved searches and what their last run found. Free."""
    with Output(format, output) as sink:
        answer = call_tool("list_saved_searches", {})
        sink.show(answer, _show_list)
    _warn(answer)


def _show_list(console: Console, answer: Envelope) -> None:
    from .views import table

    rows = [_summary(row) for row in cast("list[Row]", answer["data"])]
    if not rows:
        console.print("No saved searches. `sales-zoominfo searches save NAME contact -f jobTitle=CEO` makes one.")
        return
    console.print(table(rows, list(rows[0])))


def _summary(row: Row) -> Row:
    last = cast("Row", row.get("lastRun", {}))
    found = ", ".join(f"{last[name]} {name}" for name in ("new", "changed", "gone") if last.get(name))
    return {
        "name": row["name"],
        "subject": row["subject"],
        "filters": ", ".join(cast("Row", row["filters"])),
        "last run": last.get("at", "never"),
        "found": found or ("nothing new" if row["runs"] > 1 else ""),
    }


@searches.command("show")
@command
def show_command(name: Name, format: FormatOption = None, output: OutputOption = None) -> None:
    """Show one with its filters. Free."""
    from .views import show_rows

    with Output(format, output) as sink:
        answer = call_tool("list_saved_searches", {"name": name})
        sink.show(answer, show_rows)
    _warn(answer)


@searches.command("save")
@command
def save_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Up to 80 characters; one that is there is changed.")],
    subject: Annotated[
        str | None,
        typer.Argument(metavar="[SUBJECT]", help="contact, company, intent, scoop or news.", show_default=False),
    ] = None,
    filters: FilterOption = None,
    sort: Annotated[
        str | None, typer.Option("--sort", help="Sort field; -field is descending.", show_default=False)
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", help="Rows that a run compares (default 1,000).", show_default=False)
    ] = None,
    note: Annotated[str | None, typer.Option("--note", help="What it is for.", show_default=False)] = None,
    rename: Annotated[str | None, typer.Option("--rename", help="Its new name.", show_default=False)] = None,
) -> None:
    """Save a search, or change one of that name. Free.

    For example: sales-zoominfo searches save "German CTOs" contact -f jobTitle=CTO -f country=Germany
    """
    from .inputs import read_filters

    arguments: dict[str, object] = {
        "name": name,
        "subject": subject,
        "filters": read_filters(filters) if filters else None,
        "sort": sort,
        "limit": limit,
        "note": note,
        "newName": rename,
    }
    answer = call_tool("save_search", arguments)
    meta = answer["meta"]
    total = f"; {meta['totalResults']:,} match now" if "totalResults" in meta else ""
    err().print(f"{answer['data'][0]['name']}: {meta['outcome']}{total}.", style="green")
    _warn(answer)


@searches.command("run")
@command
def run_command(
    name: Name,
    since_run: Annotated[
        int | None, typer.Option("--since-run", help="Compare with this earlier run.", show_default=False)
    ] = None,
    peek: Annotated[bool, typer.Option("--peek", help="Look without moving the mark.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Tell what is new, changed or gone since the last run. Free."""
    with Output(format, output) as sink:
        answer = call_tool("run_saved_search", {"name": name, "sinceRun": since_run, "peek": peek})
        sink.show(answer, lambda console, shown: console.print("\n".join(news_lines(shown)) or "Nothing new."))
    _warn(answer)
    if answer["meta"].get("sandbox"):
        err().print("SANDBOX: fictional data", style="dim")


@searches.command("delete")
@command
def delete_command(name: Name, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False) -> None:
    """Delete one, and what it has seen."""
    if not yes:
        if not interactive():
            raise fail("option_missing", name="--yes", reason="there is no terminal to ask on")
        err().print(f"Delete the saved search {scrub(name)}? [y/N] ", end="")
        if sys.stdin.readline().strip().casefold() not in ("y", "yes"):
            err().print("Nothing was deleted.", style="dim")
            return
    call_tool("delete_saved_search", {"name": name})
    err().print("Deleted.", style="green")


# --- watch -----------------------------------------------------------------------------------------------------


@command
def watch_command(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME…]", help="Which saved searches; none means all.")
    ] = None,
    every: Annotated[
        str | None, typer.Option("--every", help="How often: 30m, 24h (default) or 7d.", show_default=False)
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Run them now and end, as for cron.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON lines.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Append to a file that only you can read; .jsonl and .csv say how.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Run saved searches on a schedule and tell what is new. Free.

    Nothing is printed when nothing is new.
    A search that fails is told on stderr and stops no other; with --once its code is the exit code.
    """
    if once and every is not None:
        how = "Take one of the two."
        raise fail("option_invalid", name="--once", reason="it does not go with --every", how=how)
    if as_json and as_csv:
        raise fail("option_invalid", name="--json", reason="it does not go with --csv", how="Take one of the two.")
    period = read_period("24h" if every is None else every)
    using = settings()
    if using.read_only:
        instead = "`sales-zoominfo search`, which keeps nothing"
        raise fail("mode_forbids", mode="read-only", tool="watch", instead=instead, flag="ZOOMINFO_READ_ONLY")
    named = _SUFFIXES.get(output.suffix.lower(), "text") if output else "text"
    sink = Sink("json" if as_json else "csv" if as_csv else named, output)
    # What ends a service ends it as Ctrl-C does.
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = run(lambda: watch(using, names or (), sink, every=None if once else period))
    finally:
        signal.signal(signal.SIGTERM, before)
    raise typer.Exit(code)


def _interrupt(number: int, frame: object) -> None:
    del number, frame
    signal.raise_signal(signal.SIGINT)


def read_period(text: str) -> float:
    """Seconds of a period such as ``30m``, ``24h`` or ``7d``.

    Raises:
        InvalidArgument: it is none, or shorter than a minute.
    """
    found = re.fullmatch(r"([0-9]{1,4})([mhd])", text.strip().lower())
    seconds = int(found[1]) * _UNITS[found[2]] if found else 0.0
    if seconds < SHORTEST:
        how = "Write it as 30m, 24h or 7d; one minute at least."
        raise fail("option_invalid", name="--every", reason=f"'{text[:20]}' is no period", how=how)
    return seconds


@dataclass(slots=True)
class Sink:
    """Where the news goes.

    Attributes:
        format: how.
        file: appended to; None for stdout.
        headed: whether stdout has the headings of a CSV.
    """

    format: NewsFormat
    file: Path | None
    headed: bool = False

    def write(self, answer: Envelope, at: str) -> None:
        """Hand over what a run found; when this returns it has arrived.

        Raises:
            OSError: it has not.
        """
        rows = cast("list[Row]", answer["data"])
        if not rows:
            return
        if self.format == "text":
            text = "\n".join(news_lines(answer, at)) + "\n"
        else:
            meta = answer["meta"]
            lead = {"at": at, "search": meta["search"], "subject": meta["subject"], "run": meta.get("run")}
            flat = [{**lead, **row, **({"sandbox": True} if meta.get("sandbox") else {})} for row in rows]
            if self.format == "json":
                text = "".join(f"{json.dumps(row, ensure_ascii=False, separators=(',', ':'))}\n" for row in flat)
            else:
                text = self._csv(flat)
        if self.file is None:
            sys.stdout.write(text)
            sys.stdout.flush()
            return
        handle = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            before = os.fstat(handle)
            _append(handle, text.encode(), before.st_size if stat.S_ISREG(before.st_mode) else None)
        finally:
            os.close(handle)

    def _csv(self, rows: Iterable[Row]) -> str:
        names = csv_names()
        lines = to_csv([{name: row.get(name) for name in names} for row in rows])
        # The headings once in a file, and once on stdout.
        begun = self.file.exists() and self.file.stat().st_size > 0 if self.file else self.headed
        self.headed = True
        return lines.split("\n", 1)[1] if begun else lines


def _append(handle: int, data: bytes, end: int | None) -> None:
    left = memoryview(data)
    try:
        while left:
            left = left[os.write(handle, left) :]
        # A pipe or a terminal has no disk to wait for.
        if end is not None:
            os.fsync(handle)
    except OSError:
        # Half a line would spoil the one that is written next.
        if end is not None:
            with suppress(OSError):
                os.ftruncate(handle, end)
        raise


def csv_names() -> list[str]:
    """The columns of the CSV: the same for every search, so that one file can take them all."""
    from ..zoominfo.fields import SEARCH_ROW

    concise = [name for specs in SEARCH_ROW.values() for name, spec in specs.items() if spec.concise]
    return list(dict.fromkeys((*_LEADING, "id", *concise, "sandbox")))


def news_lines(answer: Envelope, at: str = "") -> list[str]:
    """What a run found as lines for a person; none where nothing is new."""
    rows, meta = cast("list[Row]", answer["data"]), answer["meta"]
    if not rows:
        return []
    counts = ", ".join(
        f"{number:,} {name}" for name, number in cast("dict[str, int]", meta["counts"]).items() if number
    )
    head = f"{at}  " if at else ""
    sandbox = "  (SANDBOX: fictional data)" if meta.get("sandbox") else ""
    return [f"{head}{meta['search']}: {counts}{sandbox}", *(f"  {_line(row)}" for row in rows)]


def _line(row: Row) -> str:
    from .views import cell

    who = " ".join(str(row[name]) for name in ("firstName", "lastName") if row.get(name))
    parts = [who, *(row.get(name) for name in ("name", "title", "jobTitle", "companyName", "topic", "signalScore"))]
    parts += [row.get(name) for name in ("description", "website", "url", "link", "id")]
    told = ", ".join(cell(part) for part in parts if part not in (None, "", []))
    fields = f" ({', '.join(row['changedFields'])})" if row.get("changedFields") else ""
    return f"{_MARKS[row['change']]} {told[:300]}{fields}"


async def watch(
    using: Settings,
    names: Sequence[str],
    sink: Sink,
    *,
    every: float | None,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], Awaitable[object]] = anyio.sleep,
) -> int:
    """Run saved searches once or on a schedule.

    Args:
        using: settings.
        names: of the searches; none means all that there are at each round.
        sink: takes the news.
        every: seconds from one round to the next; None for one round.
        clock: Unix seconds.
        sleep: waits for so many seconds.

    Returns:
        The exit code of the round.
    """
    due = clock()
    while True:
        code = await watch_round(using, names, sink, clock)
        if every is None:
            return code
        due += every
        if due <= clock():
            # Rounds that were missed, while the machine slept, are one.
            due += ((clock() - due) // every + 1) * every
        _say(f"Next at {_stamp(due)}. Ctrl-C ends it.")
        while (left := due - clock()) > 0:
            if left > every:
                # The clock was set back, which must not make it wait for longer than a period.
                due = clock() + every
            await sleep(min(left, every, LOOK))


async def watch_round(using: Settings, names: Sequence[str], sink: Sink, clock: Callable[[], float]) -> int:
    """Run saved searches, one after the other; what fails is told and stops no other.

    Returns:
        0, or the highest exit code of what failed.
    """
    app = App(using)
    code = 0
    try:
        chosen = names
        try:
            if not chosen:
                every, damaged, _ = await (await app.account()).saved().every()
                chosen = [item.name for item in every]
                if damaged:
                    _fail("", fail("state_undecryptable"))
                    code = 2
                if not every and not damaged:
                    _say("No saved searches. `sales-zoominfo searches save` makes one.", always=True)
        except SalesZoomInfoError as error:
            _fail("", error)
            return exit_code(error)
        for name in dict.fromkeys(chosen):
            code = max(code, await _one(app, name, sink, clock))
        return code
    finally:
        with anyio.CancelScope(shield=True):
            await app.aclose()


async def _one(app: App, name: str, sink: Sink, clock: Callable[[], float]) -> int:
    try:
        account = await app.account()
        saved = account.saved()
        found = await saved.compare(name, caller=caller_id(CALLER))
        await _hand_over(app, found, sink, _stamp(clock()))
        # Told first, then noted: what could not be handed over is told again.
        kept = await saved.keep(found)
        if not kept.moved:
            _say(f"{name}: {kept.warnings[-1]}", always=True)
    except SalesZoomInfoError as error:
        with suppress(SalesZoomInfoError):
            error = await (await app.screen()).error(error)
        _fail(name, error)
        return exit_code(error)
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = f"the news cannot be written ({(error.strerror or type(error).__name__).lower()})"
        how = "Give a file in a folder that exists and that you can write to; nothing is lost."
        _fail(name, fail("option_invalid", name="--output", reason=reason, how=how))
        return 2
    except Exception as error:
        err().print(f"✗ {scrub(name)}: a bug of sales-zoominfo: {type(error).__name__}.\n{places(error)}", style="red")
        return 1
    return 0


async def _hand_over(app: App, found: Found, sink: Sink, at: str) -> None:
    from dataclasses import replace

    from ..tools.saved import news

    account = await app.account()
    answer = await (await app.screen()).envelope(news(account, replace(found, moved=True)))
    sink.write(answer, at)
    meta = answer["meta"]
    told = bool(answer["data"])
    if found.first:
        _say(f"{meta['search']}: first run, {meta['compared']:,} noted.", always=True)
    elif not told:
        _say(f"{meta['search']}: nothing new.")
    for warning in cast("list[str]", meta["warnings"]) if told or sys.stderr.isatty() else ():
        err().print(f"! {meta['search']}: {warning}", style="yellow")


def _fail(name: str, error: SalesZoomInfoError) -> None:
    sys.stdout.flush()
    console = err()
    console.print(f"✗ {scrub(f'{name}: ' if name else '')}{scrub(error.message)}", style="red")
    console.print(f"→ {scrub(error.next_step)}")


def _say(line: str, *, always: bool = False) -> None:
    # Cron mails whatever is printed.
    if always or sys.stderr.isatty():
        sys.stdout.flush()
        err().print(line, style="dim")


def _stamp(seconds: float) -> str:
    from ..tools.contract import stamp

    return stamp(seconds)
