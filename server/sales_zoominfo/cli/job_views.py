"""Jobs, their progress and their reports, for a person at a terminal."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import fail
from ..jobs.model import STATUSES
from ..jobs.report import KEYS, Report
from ..jobs.report_page import NAMES, REASONS, duration, page, percent
from ..scrub import scrub
from .run import err
from .wording import in_terminal, many

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID
    from rich.table import Table

    from ..jobs.delivery import Delivered
    from ..jobs.model import Job
    from ..jobs.planning import Plan, Shown
    from ..jobs.scheduling import Schedule

_STYLES = {"done": "green", "running": "cyan", "paused": "yellow", "failed": "red", "cancelled": "dim"}
_BAR = 24
_WIDTH = 120
# Where no terminal shows a bar, a line is written this often. Seconds.
_LINE_EVERY = 30.0


def console() -> Console:
    """A console on stdout; in a file or a pipe nothing wraps."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else int(os.environ.get("COLUMNS") or _WIDTH)
    return Console(width=width, highlight=False, markup=False, emoji=False)


def write_json(told: object) -> None:
    """Something for programs, on stdout."""
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")


def check_report(file: Path) -> None:
    """Refuse a name that is neither a page's nor JSON's.

    Raises:
        InvalidArgument: it is neither.
    """
    if file.suffix.lower() not in (".html", ".htm", ".json"):
        how = "End its name in .html for a page, or in .json for the figures."
        raise fail("option_invalid", name="the report's file", reason="a report is a page or JSON", how=how)


def write_report(told: Report, file: Path) -> None:
    """Write a report to a file that only its owner can read.

    Raises:
        InvalidArgument: see :func:`check_report`, or it cannot be written.
    """
    from .output import Output

    check_report(file)
    text = json.dumps(told, ensure_ascii=False, indent=2) + "\n" if file.suffix.lower() == ".json" else page(told)
    with Output("json", file) as sink:
        sink.write(text)


def show_delivered(done: Delivered) -> None:
    """What was written, on stderr."""
    err().print(f"{many(done.rows, 'row is', 'rows are')} in {done.path}.")
    if done.changes:
        err().print(f"What has changed is in {done.changes}.")
    for note in done.notes:
        err().print(f"! {scrub(note)}", style="yellow")


def job_told(job: Job) -> dict[str, Any]:
    """A job for programs, with its files."""
    from ..tools.bulk import job_row

    return {**job_row(job), "source": job.source, **({"output": job.output} if job.output else {})}


def schedules_table(found: Sequence[Schedule]) -> Table:
    """Schedules, one a line."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("id", "every", "next", "file", "credits", "last job", "note"):
        table.add_column(name, justify="right" if name == "credits" else "left", overflow="fold")
    for item in found:
        table.add_row(
            item.id,
            f"{item.every_days:g} d",
            datetime.fromtimestamp(item.next_at, UTC).strftime("%Y-%m-%d %H:%M"),
            Path(item.request.source).name[-40:],
            f"{item.request.max_credits:,}" if item.request.max_credits is not None else "",
            item.last_job or "",
            scrub(item.why) if item.why else "" if item.here else "on another machine",
        )
    return table


def matched(job: Job) -> int:
    """Rows that have a record."""
    return job.counts.get("enriched", 0) + job.counts.get("unchanged", 0)


def left_note(job: Job) -> str:
    """Credits spent and left, in a few words."""
    if job.max_credits is None:
        return many(job.spent, "credit")
    return f"{many(job.spent, 'credit')}, {max(0, job.max_credits - job.spent - job.reserved):,} left"


def jobs_table(found: list[Job]) -> Table:
    """Jobs, one a line."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("id", "state", "file"):
        table.add_column(name, overflow="fold")
    for name in ("rows", "done", "matched", "credits"):
        table.add_column(name, justify="right")
    table.add_column("since")
    for job in found:
        share = percent(job.finished / job.rows) if job.rows else "–"
        table.add_row(
            job.id,
            Text(job.state, style=_STYLES.get(job.state, "")),
            f"{Path(job.source).name[-40:]}{' (sandbox)' if job.sandbox else ''}",
            f"{job.rows:,}",
            share,
            f"{matched(job):,}",
            f"{job.spent:,}",
            datetime.fromtimestamp(job.made_at, UTC).strftime("%Y-%m-%d %H:%M"),
        )
    return table


def describe(console: Console, job: Job) -> None:
    """One job with its counts."""
    from rich.text import Text

    if job.sandbox:
        console.print("SANDBOX: fictional records and credits.", style="yellow")
    line = Text(f"Job {job.id}  ", style="bold")
    line.append(job.state, style=_STYLES.get(job.state, ""))
    line.append(f"  {job.entity}  {Path(job.source).name[-80:]}")
    console.print(line)
    if job.why:
        console.print(f"  {in_terminal(scrub(job.why))}", style="yellow")
    done = f"  {job.finished:,} of {many(job.rows, 'row')}, {matched(job):,} matched, {left_note(job)}"
    took = duration(job.seconds)
    console.print(f"{done}, {took} so far" if not job.over else f"{done}, took {took}")
    if job.rate is not None or job.eta is not None:
        console.print(f"  {pace(job)}")
    show_counts(console, job.counts, job.rows)
    if job.output and job.delivered_at is not None:
        console.print(f"  output: {job.output}")


def show_counts(console: Console, counts: dict[str, int], rows: int) -> None:
    """Rows by status as bars."""
    most = max(counts.values(), default=0)
    for name in (*STATUSES, "pending"):
        count = counts.get(name, 0)
        if count:
            bar = "█" * max(1, round(_BAR * count / most))
            console.print(f"  {NAMES[name]:<22}{count:>12,}  {percent(count / rows) if rows else '–':>8}  {bar}")


def pace(job: Job) -> str:
    """How fast it goes and when it ends, and what that rests on."""
    parts: list[str] = []
    if job.rate is not None:
        parts.append(f"{job.rate:,.1f} rows/s")
    if job.eta is not None:
        parts.append(f"{'about ' if job.eta >= 1 else ''}{duration(job.eta)} to go")
    note = f" ({job.eta_note})" if job.eta_note and parts else ""
    return ", ".join(parts) + note


# --- the plan --------------------------------------------------------------------------------------------------


def tell_plan(plan: Plan, *, as_json: bool, sandbox: bool) -> None:
    """A dry run on stdout: what each column is, what would be asked, what that costs, and the first rows."""
    from ..tools.bulk import column_row, plan_meta

    if as_json:
        columns = [column_row(column) for column in plan.columns]
        meta = plan_meta(plan, len(plan.shown))
        write_json({"columns": columns, **meta, **({"sandbox": True} if sandbox else {})})
        return
    out = console()
    if sandbox:
        out.print("SANDBOX: fictional records and credits.", style="yellow")
    show_plan(out, plan, short=False)


def show_plan(console: Console, plan: Plan, *, short: bool) -> None:
    """What a job would do.

    Args:
        console: where.
        plan: of the job.
        short: the matching, the count and the cost alone.
    """
    used = [column for column in plan.columns if column.used]
    unused = [column.name for column in plan.columns if not column.used]
    if not short:
        console.print("Columns", style="bold")
        for column in used:
            console.print(f"  {column.name[:40]:<42}{column.field:<22}{column.why}", style=None)
        if unused:
            console.print(f"  not used: {', '.join(name[:40] for name in unused[:20])}", style="dim")
            if len(unused) > 20:
                console.print(f"  and {len(unused) - 20:,} more", style="dim")
        console.print("  --column 'HEADING=KEY' corrects one, and KEY ignore leaves it out.", style="dim")
        if plan.targets:
            console.print("Writes", style="bold")
            console.print(f"  {', '.join(plan.targets)}")
    by = ", ".join(f"{KEYS.get(name, name)} {count:,}" for name, count in plan.keys.items())
    asked = many(plan.units, "record")
    console.print(f"{many(plan.rows, 'row')}, {asked} to ask for{f' (by {by})' if by else ''}.")
    if plan.duplicates:
        twins = many(plan.duplicates, "row repeats another and costs", "rows repeat others and cost")
        console.print(f"{twins} nothing.")
    for reason, count in plan.invalid.items():
        console.print(f"{many(count, 'row')} cannot be matched: {reason}.", style="yellow")
    if plan.suppressed:
        listed = many(plan.suppressed, "record is", "records are")
        console.print(f"{listed} on your opt-out list and never sent.", style="yellow")
    basis = "exactly" if plan.exact else "at most"
    console.print(f"Cost: {basis} {many(plan.credits, 'credit')}. {plan.why}", style="bold")
    if plan.calls > 100:
        console.print(f"Time: at least {duration(plan.seconds)}. {plan.pace}")
    for note in plan.notes:
        console.print(f"! {scrub(note)}", style="yellow")
    if not short and plan.shown:
        console.print("First rows", style="bold")
        for row in plan.shown:
            show_planned_row(console, row)


def show_planned_row(console: Console, row: Shown) -> None:
    """One of the first rows: what it is matched by, and what would be written; values only where they are owned."""
    fills = ", ".join(name if value is None else f"{name} = {str(value)[:40]}" for name, value in row.fills.items())
    what = {
        "new": f"by {KEYS.get(row.by, row.by)}; a match could fill {fills or 'nothing that is empty'}",
        "owned": f"by {KEYS.get(row.by, row.by)}; would write {fills or 'nothing new'}",
        "duplicate": "as an earlier row",
        "suppressed": "on your opt-out list, never sent",
        "invalid": row.by,
    }
    console.print(f"  row {row.row}  {row.status:<11}{what[row.status]}")


# --- progress --------------------------------------------------------------------------------------------------


class Watch:
    """The progress of one job on stderr: a bar on a terminal, a line now and then elsewhere, nothing with ``quiet``.

    Args:
        quiet: show nothing.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._said = time.monotonic()
        self._state = ""

    def __enter__(self) -> Watch:
        if not self._quiet and sys.stderr.isatty():
            from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

            self._progress = Progress(
                TextColumn("{task.description}"),
                BarColumn(bar_width=None),
                TaskProgressColumn(),
                TextColumn("{task.fields[note]}"),
                console=err(),
                expand=True,
                # What remains on the screen is the summary.
                transient=True,
            )
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def show(self, job: Job) -> None:
        """Bring it up to date."""
        if self._progress is not None:
            note = " · ".join(part for part in (pace(job), left_note(job), f"{matched(job):,} matched") if part)
            what = f"{job.id} {job.state}"
            total = None if job.state == "loading" or not job.rows else job.rows
            if self._task is None:
                self._task = self._progress.add_task(what, total=total, note=note)
            self._progress.update(self._task, description=what, total=total, completed=job.finished, note=note)
        elif not self._quiet:
            now = time.monotonic()
            if job.state != self._state or now - self._said >= _LINE_EVERY:
                self._said, self._state = now, job.state
                parts = [f"{job.finished:,} of {many(job.rows, 'row')}", f"{matched(job):,} matched", left_note(job)]
                err().print(f"{job.state}: {', '.join(part for part in (*parts, pace(job)) if part)}")


# --- the report ------------------------------------------------------------------------------------------------


def show_report(console: Console, told: dict[str, Any]) -> None:
    """A report as text; the HTML page says more."""
    job, rows, match, complete = told["job"], told["rows"], told["match"], told["completeness"]
    if told["sandbox"]:
        console.print("SANDBOX: fictional records and credits.", style="yellow")
    console.print(f"Report of job {job['id']}  {job.get('file', '')}", style="bold")
    for text in told["warnings"]:
        console.print(f"  ! {text}", style="yellow")
    show_counts(console, {**rows["byStatus"], "pending": rows["pending"]}, rows["total"])
    if match["byColumns"]:
        console.print("Matched by", style="bold")
        for key in match["byColumns"]:
            console.print(f"  {key['columns']:<42}{percent(key['rate']):>8}  {key['matched']:,} of {key['rows']:,}")
    if match["noMatchReasons"]:
        console.print("No match because", style="bold")
        for name, count in match["noMatchReasons"].items():
            console.print(f"  {REASONS.get(name, name):<42}{count:>8,}")
    if match.get("toCheck"):
        console.print("To look at", style="bold")
        for name, count in match["toCheck"].items():
            console.print(f"  {REASONS.get(name, name):<42}{count:>8,}")
    if complete["columns"]:
        console.print("Completeness", style="bold")
        for column in complete["columns"]:
            console.print(
                f"  {column['column']:<42}{percent(column['before']):>8} → {percent(column['after']):<8} "
                f"{column['filled']:,} filled, {column['changed']:,} replaced"
            )
    if told["accuracy"]["scored"]:
        bands = ", ".join(f"{band['from']}–{band['to']}: {band['rows']:,}" for band in told["accuracy"]["bands"])
        console.print(f"Accuracy: median {told['accuracy']['median']} ({bands})")
    console.print(f"Credits: {credits_line(told['credits'])}")
    seconds = told["time"].get("seconds")
    if seconds is not None:
        console.print(f"Time: {duration(seconds)}")
    if told["next"]:
        console.print("Next", style="bold")
        for entry in told["next"]:
            console.print(f"  {entry['rows']:,}: {entry['what']} {entry['do']}")


def credits_line(credits: dict[str, Any]) -> str:
    """Credits spent and saved, in one line."""
    saved = credits["saved"]
    parts = [f"{credits['spent']:,} spent"]
    if credits["reserved"]:
        parts.append(f"{credits['reserved']:,} set aside")
    if saved["alreadyOwned"]:
        parts.append(f"{saved['alreadyOwned']:,} saved on records already owned")
    if saved["duplicates"]:
        parts.append(f"{saved['duplicates']:,} saved on duplicates")
    if "money" in credits:
        parts.append(f"{credits['money']['spent']:,.2f} {credits['money']['currency']}")
    return ", ".join(parts)
