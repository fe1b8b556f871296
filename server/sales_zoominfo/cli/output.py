"""Answers as data: JSON, JSON lines and CSV, on stdout or in a private file that appears whole or not at all."""

from __future__ import annotations

import io
import json
import os
import re
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, cast

from ..errors import fail

if TYPE_CHECKING:
    from rich.console import Console

    from ..tools.contract import Envelope

Format = Literal["table", "json", "jsonl", "csv"]
View = Callable[["Console", "Envelope"], None]

_SUFFIXES: dict[str, Format] = {".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".txt": "table"}
# Wide enough for a table in a file or a pipe, where nothing wraps.
_FILE_WIDTH = 160
_PLAIN_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?|\+[\d ()-]+")
# What spreadsheets take for the start of a formula, full-width forms too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class Output:
    """Where an answer goes. The file is opened on entering, so that nothing is bought that cannot be kept.

    Args:
        format: how; None means a table on a terminal, what the file's name says, and else JSON.
        file: where; None means stdout.
    """

    def __init__(self, format: Format | None, file: Path | None) -> None:
        self._file = file
        self.format: Format = format or _format_of(file)
        self._draft: Path | None = None
        self._target: Path | None = None

    def __enter__(self) -> Output:
        if self._file is None:
            return self
        try:
            target = self._file.expanduser().resolve()
            if target.is_dir():
                raise IsADirectoryError(21, "it is a folder")
            if target.exists() and not target.is_file():
                # A device or a pipe cannot be replaced, only written to.
                self._target = target
                return self
            self._draft = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
            os.close(os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            self._target = target
        except OSError as error:
            raise _unwritable(error) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._draft is not None:
            self._draft.unlink(missing_ok=True)

    def show(self, answer: Envelope, view: View) -> None:
        """Write an answer.

        Args:
            answer: the envelope.
            view: prints it for a person, used by the format ``table``.

        Raises:
            InvalidArgument: the file could not be written; the answer is on stdout then.
        """
        if self._target is None:
            self._to_stdout(answer, view)
            return
        try:
            self._to_file(self._target, self._text(answer, view, _FILE_WIDTH))
        except OSError as error:
            # It may have been paid for.
            self._to_stdout(answer, view)
            raise _unwritable(error, "; the answer is on stdout instead") from None

    def write(self, text: str) -> None:
        """Write a text that is no answer of a tool.

        Raises:
            InvalidArgument: the file could not be written.
        """
        if self._target is None:
            sys.stdout.write(text)
            return
        try:
            self._to_file(self._target, text)
        except OSError as error:
            raise _unwritable(error) from None

    def _to_file(self, target: Path, text: str) -> None:
        draft, self._draft = self._draft, None
        path = draft or target
        try:
            with path.open("w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                if draft is not None:
                    os.fsync(file.fileno())
            if draft is not None:
                draft.replace(target)
        except OSError:
            if draft is not None:
                draft.unlink(missing_ok=True)
            raise

    def _to_stdout(self, answer: Envelope, view: View) -> None:
        if self.format == "table" and sys.stdout.isatty():
            view(_console(sys.stdout, None), answer)
        else:
            sys.stdout.write(self._text(answer, view, _FILE_WIDTH))
        sys.stdout.flush()

    def _text(self, answer: Envelope, view: View, width: int) -> str:
        rows = cast("list[dict[str, Any]]", answer["data"])
        match self.format:
            case "json":
                return json.dumps(answer, ensure_ascii=False, indent=2) + "\n"
            case "jsonl":
                return "".join(f"{json.dumps(row, ensure_ascii=False, separators=(',', ':'))}\n" for row in rows)
            case "csv":
                return to_csv(rows)
            case "table":
                buffer = io.StringIO()
                view(_console(buffer, int(os.environ.get("COLUMNS") or width)), answer)
                return "".join(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines())


def _console(file: Any, width: int | None) -> Console:
    from rich.console import Console

    return Console(file=file, width=width, highlight=False, markup=False, emoji=False)


def _format_of(file: Path | None) -> Format:
    if file is not None:
        return _SUFFIXES.get(file.suffix.lower(), "json")
    return "table" if sys.stdout.isatty() else "json"


def _unwritable(error: OSError, more: str = "") -> Exception:
    reason = f"the file cannot be written ({(error.strerror or type(error).__name__).lower()}){more}"
    how = "Give another file in --output, in a folder that exists and that you can write to."
    return fail("option_invalid", name="--output", reason=reason, how=how)


# --- CSV -------------------------------------------------------------------------------------------------------


def to_csv(rows: list[dict[str, Any]]) -> str:
    """Rows as CSV with a heading for every field that occurs.

    Objects become dotted columns, lists are joined with ``"; "``, lists of objects stay JSON.
    """
    flat = [_flatten(row) for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))
    lines = [names, *([row.get(name, "") for name in names] for row in flat)] if names else []
    return "".join(",".join(_quoted(_safe(text)) for text in line) + "\n" for line in lines)


def _quoted(text: str) -> str:
    # By hand: the csv module leaves a bare carriage return unquoted, which breaks the file.
    if any(mark in text for mark in ',"\r\n') or not text.strip():
        text = text.replace('"', '""')
        return f'"{text}"' if text else ""
    return text


def _flatten(row: dict[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            flat.update(_flatten(cast("dict[str, Any]", value), f"{prefix}{name}."))
        else:
            flat[f"{prefix}{name}"] = _cell(value)
    return flat


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        items = cast("list[object]", value)
        if any(isinstance(item, dict | list) for item in items):
            return json.dumps(items, ensure_ascii=False, separators=(",", ":"))
        return "; ".join(_cell(item) for item in items)
    return str(value)


def _safe(text: str) -> str:
    """A cell that no spreadsheet runs as a formula; plain numbers, ids and phone numbers stay what they are."""
    if text.lstrip(" ").startswith(_FORMULA) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text
