"""The opt-out list, kept answers and what else the state holds about people, for a person at the command line."""

from __future__ import annotations

import csv
import os
import sys
import time
from collections.abc import Awaitable, Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import anyio
import typer

from ..account.caller import caller_id
from ..app import App
from ..errors import fail
from ..settings import Settings
from .output import Format, Output
from .run import CALLER, command, err, interactive, run, settings

if TYPE_CHECKING:
    from rich.console import Console

    from ..account.compliance import Privacy, Resolved
    from ..account.entries import Entry
    from ..account.opt_out_files import Broken
    from ..tools.contract import Envelope

T = TypeVar("T")

# Entries that `resolve` looks up unless it is told otherwise.
RESOLVED_AT_ONCE = 1_000
# Rows of one transaction, and how many broken ones are told on the terminal.
BATCH = 2_000
TOLD = 20

opt_outs = typer.Typer(
    name="opt-outs",
    help="People and companies that no answer, file or log may hold.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

Value = Annotated[str, typer.Argument(metavar="VALUE", help="E-mail address, domain, phone number or id.")]
KindOption = Annotated[
    str | None,
    typer.Option("--kind", help="email, domain, phone, person or company; guessed otherwise.", show_default=False),
]
FormatOption = Annotated[
    Format | None, typer.Option("--format", help="table (default on a terminal), json, jsonl or csv.")
]


def _work(task: Callable[[App], Awaitable[T]], using: Settings | None = None) -> T:
    chosen = using or settings()

    async def job() -> T:
        app = App(chosen)
        try:
            return await task(app)
        finally:
            with anyio.CancelScope(shield=True):
                await app.aclose()

    return run(job)


def _entry(kind: str | None, value: str, **more: Any) -> Entry:
    from ..account.entries import read_entry, read_kind

    if kind is None:
        if value.lstrip("+-").isdigit() and not value.startswith("+"):
            how = "Add --kind person, --kind company or --kind phone."
            raise fail("option_invalid", name="VALUE", reason="a bare number can be an id or a phone number", how=how)
        kind = "email" if "@" in value or "*" in value else "phone" if _dialled(value) else "domain"
    return read_entry(read_kind(kind), value, **more)


def _dialled(value: str) -> bool:
    return sum(letter.isdigit() for letter in value) >= 7 and not any(letter.isalpha() for letter in value)


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number:,} entries"


def _say(lines: Iterable[str], style: str = "yellow") -> None:
    sys.stdout.flush()
    console = err()
    for line in lines:
        console.print(f"! {line}" if style == "yellow" else line, style=style)


def _resolved(resolved: Resolved) -> None:
    from ..tools.privacy import resolved_warnings

    if resolved.tried:
        people = "record stands" if resolved.records == 1 else "records stand"
        _say([f"{resolved.tried:,} looked up at ZoomInfo: {resolved.records:,} {people} for them."], "dim")
    _say(resolved_warnings(resolved))


async def _waiting(privacy: Privacy) -> list[str]:
    """What is to be said of entries that have not been looked up yet; it costs one reading of the list."""
    pending = (await privacy.list.counts()).pending
    if not pending:
        return []
    more = f" --limit {pending}" if pending > RESOLVED_AT_ONCE else ""
    return [
        f"{_entries(pending)} not looked up at ZoomInfo yet: a search may still name these people, and an enrich may "
        f"pay for one before it is withheld. Run `sales-zoominfo opt-outs resolve{more}`; it is free."
    ]


# --- the list --------------------------------------------------------------------------------------------------


@opt_outs.command("list")
@command
def list_command(
    kind: Annotated[
        str | None,
        typer.Option("--kind", help="email, domain, phone, person or company alone; else all.", show_default=False),
    ] = None,
    page: Annotated[int, typer.Option("--page", help="Page, from 1.")] = 1,
    page_size: Annotated[int, typer.Option("--page-size", help="Rows a page, 1 to 100.")] = 25,
    format: FormatOption = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to a file.", show_default=False)] = None,
) -> None:
    """Show the list with masked values; `export` writes them in clear."""
    from .run import call_tool
    from .views import show_rows

    with Output(format, output) as sink:
        answer = call_tool("list_opt_outs", {"kind": kind, "page": page, "pageSize": page_size})
        sink.show(answer, lambda console, shown: show_rows(console, shown, None))
    counts = answer["meta"].get("counts", {})
    shown = ", ".join(f"{number:,} {name}" for name, number in counts.items() if number)
    _say([f"{_entries(answer['meta']['totalResults'])}{': ' if shown else ''}{shown}."], "dim")
    _say(answer["meta"].get("warnings", []))


@opt_outs.command("add")
@command
def add_command(
    values: Annotated[list[str], typer.Argument(metavar="VALUE…", help="E-mail, domain, phone number or id.")],
    kind: KindOption = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept encrypted.", show_default=False)] = "",
    since: Annotated[
        str, typer.Option("--from", help="Day from which it holds, 2026-11-30; at once otherwise.", show_default=False)
    ] = "",
    until: Annotated[
        str, typer.Option("--until", help="Day on which it ends; never otherwise.", show_default=False)
    ] = "",
    permanent: Annotated[bool, typer.Option("--permanent", help="No tool may remove it.")] = False,
) -> None:
    """Add entries, and look up the records that they stand for. Free."""
    start = _day("--from", since)
    end = _end("--until", until, start)
    entries = [
        _entry(
            kind,
            value,
            reason=reason,
            from_at=start,
            until_at=end,
            permanent=permanent,
        )
        for value in values
    ]

    async def task(app: App) -> Resolved:
        privacy = await app.privacy()
        added, resolved = await privacy.add(entries, caller_id(CALLER), resolve=len(entries))
        await privacy.retry()
        _say([f"{added.added:,} added, {added.known:,} on the list already."], "green")
        return resolved

    _resolved(_work(task))


def _day(option: str, text: str) -> float | None:
    from ..account.opt_out_files import read_day

    try:
        return read_day(text)
    except Exception:
        raise fail("option_invalid", name=option, reason="it is not a day", how="Write it as 2026-11-30.") from None


def _end(option: str, text: str, start: float | None) -> float | None:
    end = _day(option, text)
    if end is not None and end <= max(time.time(), start or 0.0):
        reason = "it has passed" if end <= time.time() else "it is not after --from"
        raise fail("option_invalid", name=option, reason=reason, how="Give a later day, or leave it out.")
    return end


@opt_outs.command("remove")
@command
def remove_command(
    values: Annotated[list[str], typer.Argument(metavar="ENTRY|VALUE…", help="Entry numbers of `list`, or values.")],
    kind: KindOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Take entries off the list; also those that only a person may."""

    async def find(app: App) -> list[int]:
        listing = (await app.screen()).list
        ids: list[int] = []
        for value in values:
            if kind is None and value.isdigit() and len(value) < 10:
                ids.append(int(value))
                continue
            found = await listing.find(_entry(kind, value))
            if found is None:
                how = "`sales-zoominfo opt-outs list` shows the entries and their numbers."
                raise fail("not_found", thing="opt-out entry", name="of that value", hint="", how=how)
            ids.append(found.id)
        return ids

    ids = _work(find)
    if not yes:
        if not interactive():
            raise fail("option_missing", name="--yes", reason="there is no terminal to ask on")
        err().print(
            f"Take {_entries(len(ids))} off the opt-out list? They may be shown and enriched again. [y/N] ", end=""
        )
        if sys.stdin.readline().strip().casefold() not in ("y", "yes"):
            _say(["Nothing was removed."], "dim")
            return

    async def task(app: App) -> int:
        return await (await app.privacy()).remove(ids, caller_id(CALLER), person=True)

    _say([f"{_work(task):,} removed."], "green")


@opt_outs.command("check")
@command
def check_command(value: Value, kind: KindOption = None) -> None:
    """Say whether a value is on the list, by itself or by what covers it. Exit code 1 when it is."""
    entry = _entry(kind, value)

    async def task(app: App) -> bool:
        return await (await app.screen()).listed(entry)

    found = _work(task)
    typer.echo("on the opt-out list" if found else "not on the opt-out list")
    if found:
        raise typer.Exit(1)


@opt_outs.command("resolve")
@command
def resolve_command(
    limit: Annotated[int, typer.Option("--limit", min=1, help="Entries at most.")] = RESOLVED_AT_ONCE,
) -> None:
    """Look up the records of entries that were not looked up yet, or had none. Free; one or two searches an entry."""

    async def task(app: App) -> tuple[Resolved, list[str]]:
        privacy = await app.privacy()
        return await privacy.resolve(limit=limit, retry=True), await _waiting(privacy)

    resolved, waiting = _work(task)
    if not resolved.tried and not resolved.stopped:
        _say(["Everything has been looked up."], "dim")
    _resolved(resolved)
    _say(waiting)


# --- files -----------------------------------------------------------------------------------------------------


@opt_outs.command("import")
@command
def import_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV; see the README for its columns.")],
    resolve: Annotated[
        int, typer.Option("--resolve", min=0, help="Look up the records of at most so many now; the rest later.")
    ] = 100,
    report: Annotated[
        Path | None, typer.Option("--report", help="Write every row that was left out to this CSV.", show_default=False)
    ] = None,
) -> None:
    """Add the entries of a CSV file; rows that hold none are told by their line, and the others are taken."""
    from ..account.opt_out_files import Broken, read_rows

    added = known = broken = 0

    async def task(app: App) -> tuple[Resolved, list[str]]:
        nonlocal added, known, broken
        privacy = await app.privacy()
        with _report(report) as tell:
            batch: list[Entry] = []
            ids: list[int] = []

            async def flush() -> None:
                nonlocal added, known
                if batch:
                    told, _ = await privacy.add(batch, caller_id(CALLER), resolve=0)
                    added, known = added + told.added, known + told.known
                    del ids[resolve:]
                    ids.extend(told.ids[: resolve - len(ids)])
                    batch.clear()

            for row in read_rows(file):
                if isinstance(row, Broken):
                    broken += 1
                    tell(row)
                    continue
                batch.append(row)
                if len(batch) >= BATCH:
                    await flush()
            await flush()
        return await privacy.resolve(limit=resolve, ids=ids), await _waiting(privacy)

    resolved, waiting = _work(task)
    _say([f"{added:,} added, {known:,} on the list already or twice in the file, {broken:,} rows left out."], "green")
    if broken > TOLD:
        more = f"All are in {report}." if report else "Run it again with --report FILE to have all of them."
        _say([f"{broken - TOLD:,} more rows were left out. {more}"])
    _resolved(resolved)
    _say(waiting)
    if broken:
        raise typer.Exit(1)


@contextmanager
def _report(path: Path | None) -> Generator[Callable[[Broken], None]]:
    told = 0

    def tell(row: Broken) -> None:
        nonlocal told
        told += 1
        if told <= TOLD:
            err().print(f"line {row.line}: {row.reason}", style="yellow")
        if sink is not None:
            csv.writer(sink, lineterminator="\n").writerow(row)

    sink = None
    try:
        if path is not None:
            sink = os.fdopen(_create(path, "--report"), "w", encoding="utf-8")
            sink.write("line,reason\n")
        yield tell
    finally:
        if sink is not None:
            sink.close()


def _create(path: Path, option: str) -> int:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        # One that was there keeps the rights that it had. A device such as /dev/stdout has none to give.
        with suppress(OSError, AttributeError):
            if path.is_file():
                os.fchmod(handle, 0o600)
        return handle
    except OSError as error:
        reason = f"the file cannot be written ({(error.strerror or type(error).__name__).lower()})"
        how = "Give a file in a folder that exists and that you can write to."
        raise fail("option_invalid", name=option, reason=reason, how=how) from None


@opt_outs.command("export")
@command
def export_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, made so that only you can read it; - is stdout.")],
) -> None:
    """Write the list in clear, in the form that `import` takes."""
    from ..account.opt_out_files import export_rows

    async def task(app: App) -> int:
        listing = (await app.screen()).list
        written, after = 0, 0
        sink = sys.stdout if str(file) == "-" else os.fdopen(_create(file, "FILE"), "w", encoding="utf-8")
        try:
            first = True
            while True:
                entries = await listing.page(after=after, size=1_000)
                lines = list(export_rows(entries))
                sink.writelines(lines if first else lines[1:])
                first = False
                if not entries:
                    return written
                after, written = entries[-1].id, written + len(entries)
        finally:
            sink.flush()
            if sink is not sys.stdout:
                sink.close()

    _say([f"{_entries(_work(task))} written in clear."], "green")


# --- what is kept ----------------------------------------------------------------------------------------------


@command
def purge_command(
    everything: Annotated[
        bool, typer.Option("--all", help="Also what is not over yet: all kept answers, copies and conversations.")
    ] = False,
) -> None:
    """Delete kept answers, copies and conversations whose days are over. Ledger, opt-out list and audit stay."""

    async def task(app: App) -> tuple[int, int, int]:
        from .ask_kept import Kept

        answers = await app.answers().purge(everything=everything)
        copies = await (await app.copies()).purge(everything=everything)
        return answers, copies, await Kept(app).purge(everything=everything)

    answers, copies, talks = _work(task)
    told = f"{_count(answers, 'kept answer')}, {_count(copies, 'copied record')}, {_count(talks, 'conversation')}"
    _say([f"Deleted: {told}."], "green")


@command
def result_command(
    token: Annotated[str, typer.Argument(metavar="ID", help="As meta.whole of the answer names it.")],
    format: FormatOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to a file that only you can read.", show_default=False)
    ] = None,
) -> None:
    """Print an answer that was too long to show, for 7 days after it was given."""
    import json

    from .views import show_rows

    async def task(app: App) -> Envelope:
        text = await app.answers().get(token.rpartition("/")[2])
        if text is None:
            how = "A long answer names its id in meta.whole; it stays for 7 days."
            raise fail("not_found", thing="kept answer", name=token[:60], hint="", how=how)
        return await (await app.screen()).envelope(json.loads(text))

    def view(console: Console, shown: Envelope) -> None:
        show_rows(console, shown, None)

    with Output(format, output) as sink:
        sink.show(_work(task), view)
