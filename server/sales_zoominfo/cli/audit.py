"""``sales-zoominfo audit``: read the audit, write it out, and check that nothing was done to it."""

from __future__ import annotations

import json
import os
import re
import secrets
import sys
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

from ..account.audit_check import Verdict, Wanted, as_row, operations, read_last, read_page, verify
from ..errors import SalesZoomInfoError, fail, near
from ..settings import Settings
from ..zoominfo.operations import OPERATIONS
from .output import to_csv
from .run import err, run

if TYPE_CHECKING:
    from ..account.audit_chain import Entry
    from ..store.base import Store

AuditFormat = Literal["table", "jsonl", "csv"]

_SUFFIXES: dict[str, AuditFormat] = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv"}
_AGO = re.compile(r"(\d{1,6})\s*([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{8,64})")
# What a terminal shows when nothing says how many.
SHOWN = 50


def read_time(name: str, text: str | None) -> float | None:
    """A time that somebody typed.

    Args:
        name: the option.
        text: ``2026-11-22``, ``2026-11-22T04:30``, with or without a zone (UTC without), or ``7d``, ``12h``, ``30m``
            for so long ago; None for no time.

    Returns:
        Unix seconds.

    Raises:
        InvalidArgument: it is none of these.
    """
    if text is None:
        return None
    ago = _AGO.fullmatch(text.strip())
    try:
        if ago is not None:
            return (datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})).timestamp()
        at = datetime.fromisoformat(text.strip())
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        how = "Give a date (2026-11-22), a time (2026-11-22T04:30) in UTC, or how long ago (7d, 12h, 30m)."
        raise fail("option_invalid", name=name, reason="it is no time", how=how) from None


def read_head(text: str | None) -> tuple[int, str] | None:
    """A head that was kept elsewhere: ``NUMBER:DIGEST``, or the beginning of the digest.

    Raises:
        InvalidArgument: it is not one.
    """
    if text is None:
        return None
    found = _HEAD.fullmatch(text.strip().lower())
    if found is None:
        how = "Give it as `audit --verify` prints it: the number of the last entry, a colon and its digest."
        raise fail("option_invalid", name="--head", reason="it is no head", how=how)
    return int(found[1]), found[2]


def _open(settings: Settings, work: Callable[[Store], Awaitable[int]]) -> int:
    from ..store import open_store

    async def opened() -> int:
        store = await open_store(settings.state_address)
        try:
            return await work(store)
        finally:
            await store.close()

    return run(opened)


def show(
    settings: Settings, wanted: Wanted, *, limit: int | None, format: AuditFormat | None, file: Path | None
) -> int:
    """Write entries to stdout or to a file.

    Args:
        settings: say where the state is.
        wanted: which entries.
        limit: the last so many; None for the last 50 as a table, and else all.
        format: None means a table on a terminal, what the file's name says, and else JSON lines.
        file: None means stdout.

    Returns:
        The exit code.

    Raises:
        InvalidArgument: the state cannot be read, or the file cannot be written.
    """
    chosen = format or (_SUFFIXES.get(file.suffix.lower(), "jsonl") if file else None)
    chosen = chosen or ("table" if sys.stdout.isatty() else "jsonl")
    limit = SHOWN if limit is None and chosen == "table" else limit

    async def work(store: Store) -> int:
        count = 0
        await _known(store, wanted.operation)
        with _sink(file) as out:
            if limit is not None:
                entries = await read_last(store, wanted, limit)
                count = len(entries)
                _write(out, entries, chosen, first=True)
            else:
                after = 0
                while entries := await read_page(store, wanted, after):
                    _write(out, entries, chosen, first=not count)
                    after = entries[-1].seq
                    count += len(entries)
        said = "No entries." if not count else f"{count:,} {'entry' if count == 1 else 'entries'}"
        if count and limit is not None and count == limit:
            said += ", the last ones; --limit takes more"
        err().print(said.rstrip(".") + ".", style="dim")
        return 0

    return _open(settings, work)


async def _known(store: Store, operation: str | None) -> None:
    """Refuse an operation that there is none of, rather than show nothing."""
    if operation is None or operation in OPERATIONS:
        return
    legal = await operations(store)
    if legal and operation not in legal:
        hint = near(operation, [*legal, *OPERATIONS])
        raise fail("not_a_choice", name="--operation", value=operation[:60], hint=hint, legal=", ".join(legal))


def _write(out: IO[str], entries: list[Entry], format: AuditFormat, *, first: bool) -> None:
    match format:
        case "table":
            _table(out, entries)
        case "csv":
            heading, _, lines = to_csv([as_row(entry) for entry in entries]).partition("\n")
            out.write(f"{heading}\n{lines}" if first else lines)
        case "jsonl":
            rows = (json.dumps(as_row(entry), ensure_ascii=False, separators=(",", ":")) for entry in entries)
            out.writelines(f"{row}\n" for row in rows)


@contextmanager
def _sink(file: Path | None) -> Generator[IO[str]]:
    """Where an export goes: stdout, or a private file that appears whole or not at all."""
    if file is None:
        yield sys.stdout
        return
    target = file.expanduser().resolve()
    try:
        if target.is_dir():
            raise IsADirectoryError(21, "it is a folder")
        draft = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise _unwritable(error) from None
    try:
        with draft.open("w", encoding="utf-8", newline="") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        draft.replace(target)
    except OSError as error:
        raise _unwritable(error) from None
    finally:
        draft.unlink(missing_ok=True)


def _unwritable(error: OSError) -> SalesZoomInfoError:
    reason = f"the file cannot be written ({(error.strerror or type(error).__name__).lower()})"
    how = "Give another file in --output, in a folder that exists and that you can write to."
    return fail("option_invalid", name="--output", reason=reason, how=how)


def _table(out: IO[str], entries: list[Entry]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    terminal = out is sys.stdout and sys.stdout.isatty()
    width = None if terminal else int(os.environ.get("COLUMNS") or 160)
    console = Console(file=out, width=width, highlight=False, markup=False, emoji=False)
    if not entries:
        return
    wide = console.width >= 110
    made = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    made.add_column("when (UTC)", no_wrap=True)
    made.add_column("who", no_wrap=True, overflow="ellipsis", max_width=26 if wide else 13)
    made.add_column("what", no_wrap=True, overflow="ellipsis", min_width=16)
    made.add_column("result", no_wrap=True, overflow="ellipsis", min_width=8)
    made.add_column("credits" if wide else "cr.", justify="right", no_wrap=True)
    made.add_column("records" if wide else "rec", justify="right", no_wrap=True)
    if wide:
        made.add_column("note", overflow="ellipsis", no_wrap=True)
    this_year = datetime.now(UTC).year
    for entry in entries:
        at = datetime.fromtimestamp(entry.at, UTC)
        when = f"{at:%m-%d %H:%M}" if at.year == this_year else f"{at:%Y-%m-%d}"
        when = f"{at:%Y-%m-%d %H:%M:%S}" if wide else when
        note = ", ".join(part for part in (entry.note, f"job {entry.job}" if entry.job else "") if part)
        cells = [
            when,
            entry.caller,
            entry.operation,
            entry.result,
            str(entry.credits or ""),
            str(entry.records or ""),
        ]
        bad = "yellow" if entry.result != "ok" else ""
        made.add_row(*(Text(text, style=bad) for text in [*cells, *([note] if wide else [])]))
    console.print(made)


def check(settings: Settings, head: tuple[int, str] | None, *, as_json: bool) -> int:
    """Check the audit and say what was found.

    Args:
        settings: say where the state and its key are.
        head: one that was kept elsewhere.
        as_json: for programs.

    Returns:
        The exit code: 1 when something was found.

    Raises:
        InvalidArgument: the state cannot be read.
    """

    async def work(store: Store) -> int:
        from ..store.vault import open_vault

        verdict = await verify(store, await open_vault(store, settings), head=head)
        if as_json:
            sys.stdout.write(json.dumps(_verdict(verdict), indent=2) + "\n")
        else:
            _say(verdict)
        return 0 if verdict.intact else 1

    return _open(settings, work)


def _verdict(verdict: Verdict) -> dict[str, object]:
    return {
        "intact": verdict.intact,
        "entries": verdict.entries,
        "first": verdict.first,
        "last": verdict.last,
        "head": f"{verdict.last}:{verdict.digest}" if verdict.last else None,
        "findings": [finding._asdict() for finding in verdict.findings],
        "found": verdict.found,
        "otherAudits": [{"entries": note.seq, "notedAt": _date(note.at)} for note in verdict.others],
    }


def _say(verdict: Verdict) -> None:
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    if verdict.entries:
        since = "" if verdict.since is None else f" since {_date(verdict.since)}"
        console.print(f"{verdict.entries:,} entries{since}, numbers {verdict.first} to {verdict.last}.")
    for finding in verdict.findings:
        console.print(f"✗ {finding.what[0].upper()}{finding.what[1:]}.", style="red")
    if verdict.found > len(verdict.findings):
        console.print(f"… and {verdict.found - len(verdict.findings):,} more.")
    if verdict.intact:
        what = "Nothing was edited, removed, inserted or moved." if verdict.entries else "The audit has no entries yet."
        console.print(f"✓ {what}", style="green")
    for note in verdict.others:
        console.print(
            f"! This folder also notes an audit of {note.seq:,} entries, last on {_date(note.at)}: of another state "
            "file, or of one that is gone.",
            style="yellow",
        )
    if verdict.last:
        console.print(f"Head: {verdict.last}:{verdict.digest}")
        console.print("Keep it elsewhere: `audit --verify --head NUMBER:DIGEST` then also shows a rewritten history.")


def _date(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def refuse(*, verify: bool, head: str | None, as_json: bool, as_csv: bool, output: Path | None) -> None:
    """Refuse options that do not go together.

    Raises:
        InvalidArgument: they do not.
    """
    if head is not None and not verify:
        raise fail("option_invalid", name="--head", reason="it goes with --verify", how="Add --verify.")
    wrong = [
        name for name, given in (("--csv", as_csv and (as_json or verify)), ("--output", output and verify)) if given
    ]
    if wrong:
        other = "--verify" if verify else "--json"
        raise fail("option_invalid", name=wrong[0], reason=f"it does not go with {other}", how="Keep one of them.")
