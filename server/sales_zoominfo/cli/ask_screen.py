"""How a conversation looks: the answer on stdout, everything beside it on stderr; plain where nobody watches."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any, cast

from ..agent.transcript import Call, Turn
from ..scrub import scrub
from .run import err

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.markdown import Markdown
    from rich.status import Status

# Characters of one argument, and of all of them, in the line of a call.
_ONE, _ALL = 48, 110
# What a record or a model says must not move the cursor or colour the screen.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_FENCE = re.compile(r"^(```|~~~)", re.M)


class Screen:
    """Shows a conversation.

    Args:
        quiet: leave the answer to the caller, as ``--json`` does.
    """

    def __init__(self, *, quiet: bool) -> None:
        from rich.console import Console

        self._quiet = quiet
        self._pretty = sys.stdout.isatty()
        self._out = Console(highlight=False, markup=False, emoji=False)
        self._err: Console = err()
        self._status: Status | None = None
        self._text = ""
        self._wrote = False

    def waiting(self, text: str) -> None:
        """Say on a terminal what is going on, until the next line."""
        if not self._err.is_terminal:
            return
        if self._status is None:
            self._status = self._err.status(text)
            self._status.start()
        else:
            self._status.update(text)

    def rest(self) -> None:
        """Stop saying it."""
        status, self._status = self._status, None
        if status is not None:
            status.stop()

    def line(self, text: str, style: str = "dim") -> None:
        """A line beside the answer."""
        self.flush()
        self.rest()
        self._err.print(_CONTROL.sub("", text), style=style)

    # --- the answer ------------------------------------------------------------------------------------------------

    def text(self, delta: str) -> None:
        """More of the answer: on a terminal by paragraphs, with their marks as they are meant; else as it comes."""
        if self._quiet:
            return
        delta = _CONTROL.sub("", delta)
        if not self._pretty:
            sys.stdout.write(delta)
            sys.stdout.flush()
            self._wrote = True
            return
        self._text += delta
        while (end := _paragraph(self._text)) is not None:
            done, self._text = self._text[:end], self._text[end:]
            self._show(done)

    def flush(self) -> None:
        """Show what has come of a paragraph that is not ended."""
        done, self._text = self._text, ""
        self._show(done)
        if self._wrote:
            sys.stdout.write("\n")
            sys.stdout.flush()
            self._wrote = False

    def _show(self, text: str) -> None:
        if not text.strip():
            return
        resting = self._status is not None
        self.rest()
        with self._out.capture() as rendered:
            self._out.print(_markdown(text))
        # Tables and headings bring empty lines of their own.
        lines = [line.rstrip() for line in rendered.get().splitlines()]
        sys.stdout.write("\n".join(lines).strip("\n") + "\n\n")
        sys.stdout.flush()
        if resting:
            self.waiting("Claude is answering…")

    # --- beside it -------------------------------------------------------------------------------------------------

    def started(self, name: str, arguments: dict[str, Any]) -> None:
        """A call has begun."""
        self.flush()
        self.waiting(f"{name} {short(arguments)}")

    def finished(self, call: Call) -> None:
        """A call has ended: its arguments in short, and what it cost."""
        cost = f"{call.credits} credit{'' if call.credits == 1 else 's'}" if call.credits else "free"
        said = "failed" if call.is_error and not call.credits else cost
        if call.is_error and call.credits:
            said = f"failed, up to {cost}"
        mark = "✗" if call.is_error else "✓"
        self.line(f"{mark} {f'{call.name} {short(call.arguments)}'.rstrip()} · {said}, {call.seconds:.1f} s")
        if call.is_error:
            self.line(f"  {_first(scrub(call.result))}", "yellow")
        self.waiting("Claude is thinking…")

    def ended(self, turn: Turn) -> None:
        """The line under an answer."""
        from ..agent.record import summary

        self.line(summary(turn))


def short(arguments: dict[str, Any]) -> str:
    """Arguments in one line."""
    parts: list[str] = []
    for name, value in arguments.items():
        if isinstance(value, list) and any(isinstance(item, dict) for item in cast("list[object]", value)):
            told = f"[{len(cast('list[object]', value))}]"
        else:
            told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        told = " ".join(_CONTROL.sub("", told).split())
        parts.append(f"{name}={told if len(told) <= _ONE else told[: _ONE - 1] + '…'}")
    line = " ".join(parts)
    return line if len(line) <= _ALL else f"{line[: _ALL - 1]}…"


def _markdown(text: str) -> Markdown:
    from rich.markdown import Heading, Markdown
    from rich.text import Text

    class Left(Heading):
        def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
            yield Text.assemble(self.text, style="bold")

    class Plain(Markdown):
        elements = {**Markdown.elements, "heading_open": Left}  # noqa: RUF012 - as the library declares it

    return Plain(text.strip("\n"))


def _paragraph(text: str) -> int | None:
    """Where the first whole paragraph ends; none within a block of code."""
    at = 0
    while (at := text.find("\n\n", at)) >= 0:
        at += 2
        if len(_FENCE.findall(text[:at])) % 2 == 0:
            return at
    return None


def _first(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 200 else f"{line[:199]}…"
