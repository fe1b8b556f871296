"""Running a tool from the command line: the caller, the spinner, and exit codes in place of tracebacks."""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import sys
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple, ParamSpec, TypeVar, cast

import anyio
import typer

from ..account.caller import caller_id
from ..app import App
from ..errors import SalesZoomInfoError, fail
from ..scrub import install, places, scrub
from ..settings import Settings, load_settings, mistyped
from .wording import in_terminal

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from ..account.consent import Consent, Request
    from ..account.gate import Account
    from ..tools.contract import Envelope
    from ..tools.spec import Arguments

P = ParamSpec("P")
T = TypeVar("T")

# A wait shorter than this needs no explanation, seconds.
PATIENCE = 0.7


class ExitCode(NamedTuple):
    """An exit code, what it means, and the error codes that lead to it."""

    code: int
    meaning: str
    errors: tuple[str, ...] = ()


# How the ledger names whoever types these commands.
CALLER = "cli"

EXIT_CODES: tuple[ExitCode, ...] = (
    ExitCode(0, "ok"),
    ExitCode(1, "a failure that none of the others names, or a check that found something", ("INTERNAL",)),
    ExitCode(
        2,
        "wrong usage: an option, argument, setting or value",
        ("INVALID_ARGUMENT", "UNKNOWN_VALUE", "NOT_FOUND", "NOT_AVAILABLE", "WINDOW_EXCEEDED", "SUPPRESSED"),
    ),
    ExitCode(3, "credentials, or a plan that does not include it", ("AUTHENTICATION_FAILED", "PLAN_DOES_NOT_INCLUDE")),
    ExitCode(
        4,
        "credits or budget: agree to more, or spend less",
        (
            "CREDITS_EXHAUSTED",
            "CREDIT_APPROVAL_REQUIRED",
            "BUDGET_EXCEEDED",
            "USAGE_LIMIT_REACHED",
            "SPENDING_STOPPED",
            "MODE_FORBIDS",
        ),
    ),
    ExitCode(5, "try again later", ("RATE_LIMITED", "UPSTREAM_UNAVAILABLE", "OUTCOME_UNKNOWN")),
    ExitCode(130, "interrupted"),
)
_EXIT_OF = {error: entry.code for entry in EXIT_CODES for error in entry.errors}

# What an answered enrich call says of a row that was not dealt with.
_ROW_EXITS = {"LIMIT_EXCEEDED": 4, "NOT_SENT": 5, "OUTCOME_UNKNOWN": 5, "SERVICE_ERROR": 5}


def exit_code(error: SalesZoomInfoError) -> int:
    """The exit code of an anticipated failure."""
    return _EXIT_OF.get(error.code, 1)


def rows_exit_code(statuses: Iterable[str]) -> int:
    """The exit code of an answer with a match status per row: 0 unless a row must be sent again."""
    return max((_ROW_EXITS.get(status, 0) for status in statuses), default=0)


def consent_needed(credits: int) -> SalesZoomInfoError:
    """The error of a call that could spend, made where nobody can be asked."""
    return fail("consent_needed", credits=credits, details={"credits": credits})


def over_ceiling(credits: int, budget: Mapping[str, int], per_hour: int) -> SalesZoomInfoError | None:
    """The error of a call over a ceiling, made where nobody can be asked: no option agrees to that.

    Args:
        credits: what the call may cost.
        budget: of an estimate.
        per_hour: ceiling of an hour, credits.

    Returns:
        None for a call within the ceilings.
    """
    from ..account.budgets import SETTING_CALL, SETTING_HOUR

    for scope, ceiling, used, setting in (
        ("call", budget["callCeiling"], 0, SETTING_CALL),
        ("hour", per_hour, per_hour - budget["hourLeft"], SETTING_HOUR),
    ):
        if used + credits > ceiling:
            facts: dict[str, object] = {
                "credits": credits, "scope": scope, "ceiling": ceiling, "used": used, "setting": setting
            }  # fmt: skip
            return fail("ceiling_unasked", **facts, details=facts)
    return None


def by_option(error: SalesZoomInfoError) -> SalesZoomInfoError:
    """The error of a call that an option agreed to: over a ceiling it names the way that works on a terminal."""
    if error.kind != "over_ceiling":
        return error
    facts = {name: value for name, value in error.details.items() if name != "kind"}
    return fail("ceiling_by_option", **facts, details=facts)


def agreed_to(credits: int) -> Consent:
    """The consent of a person who has agreed to so many credits on the terminal, for one call."""

    from uuid import uuid4

    async def consent(request: Request) -> str | None:
        return uuid4().hex if request.credits <= credits else None

    return consent


def declined() -> SalesZoomInfoError:
    """The error of a call that the person did not agree to."""
    return fail("declined")


# --- streams ---------------------------------------------------------------------------------------------------


def err() -> Console:
    """A console on stderr, for everything that is not data."""
    from rich.console import Console

    soft = not sys.stderr.isatty()
    return Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=soft)


def interactive() -> bool:
    """Whether somebody sits there who can answer a question."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def prepare_streams() -> None:
    """Let neither a legacy code page nor an ASCII locale break the output."""
    for stream in (sys.stdout, sys.stderr):
        encoding = (getattr(stream, "encoding", "") or "").lower().replace("-", "")
        reconfigure = getattr(stream, "reconfigure", None)
        if encoding != "utf8" and reconfigure is not None:
            if stream.isatty():
                reconfigure(errors="replace")
            else:
                reconfigure(encoding="utf-8")


def prepare_logging(level: str) -> None:
    """Our own log to stderr; libraries stay at warnings, since their debug output holds headers and messages."""
    install()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("sales_zoominfo").setLevel(level.upper())


def _debugging() -> bool:
    # Read by hand: the settings themselves may be what is broken.
    return os.environ.get("ZOOMINFO_LOG_LEVEL", "").strip().lower() == "debug"


def show_error(error: SalesZoomInfoError) -> None:
    """An anticipated failure, for a person."""
    console = err()
    console.print(f"✗ {in_terminal(scrub(error.message))}", style="red")
    if error.next_step:
        console.print(f"→ {in_terminal(scrub(error.next_step))}")


def _hung_up(error: BaseException) -> bool:
    """Whether it all comes from a reader that is gone; rich says so by an exit of its own."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(_hung_up, cast("BaseExceptionGroup[BaseException]", error).exceptions))
    if isinstance(error, SystemExit):
        return isinstance(error.__context__, BrokenPipeError)
    return isinstance(error, BrokenPipeError)


def command(function: Callable[P, None]) -> Callable[P, None]:
    """Turn what a command raises into a message on stderr and an exit code."""

    @functools.wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        prepare_streams()
        try:
            function(*args, **kwargs)
            sys.stdout.flush()
        except (typer.Exit, typer.Abort):
            raise
        except (BrokenPipeError, BaseExceptionGroup, SystemExit) as caught:
            if not _hung_up(caught):
                if isinstance(caught, Exception):
                    raise typer.Exit(_report(caught)) from None
                raise
            # The reader (head, less) has had enough; nothing may be written at exit either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            raise typer.Exit(0) from None
        except KeyboardInterrupt:
            err().print("✗ Interrupted.", style="red")
            raise typer.Exit(130) from None
        except Exception as caught:
            raise typer.Exit(_report(caught)) from None

    return guarded


def _only(error: BaseException) -> BaseException:
    """The one failure inside the groups that task groups make."""
    inner = getattr(error, "exceptions", ())
    return _only(inner[0]) if len(inner) == 1 else error


def _report(caught: Exception) -> int:
    error = _only(caught)
    if isinstance(error, SalesZoomInfoError):
        show_error(error)
        return exit_code(error)
    console = err()
    if _debugging():
        console.print(f"Traceback, by its places alone:\n{places(error)}")
    console.print(f"✗ This is a bug of sales-zoominfo: {type(error).__name__}.", style="red")
    if not _debugging():
        console.print("→ Set ZOOMINFO_LOG_LEVEL=debug and run it again to see where, then report it.")
    return 1


# --- waiting ---------------------------------------------------------------------------------------------------


class Spinner:
    """Says on a terminal what is going on, once it has lasted longer than a moment."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lock = threading.Lock()
        self._status: Status | None = None
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Spinner:
        if sys.stderr.isatty():
            self._timer = threading.Timer(PATIENCE, self._start)
            self._timer.daemon = True
            self._timer.start()
        return self

    def _start(self) -> None:
        with self._lock:
            if self._timer is not None:
                self._status = err().status(self._text)
                self._status.start()

    def say(self, text: str) -> None:
        """Change the text."""
        with self._lock:
            self._text = text
            if self._status is not None:
                self._status.update(text)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            timer, self._timer = self._timer, None
            if timer is not None:
                timer.cancel()
            if self._status is not None:
                self._status.stop()


# --- calling ---------------------------------------------------------------------------------------------------


def settings(*, tell: bool = True) -> Settings:
    """The environment, with the log set up by it.

    Args:
        tell: warn of settings whose names are mistyped.

    Raises:
        InvalidArgument: a setting is malformed.
    """
    found = load_settings()
    prepare_logging(found.log_level)
    for problem in mistyped() if tell else ():
        err().print(f"! {problem}", style="yellow")
    return found


def call_tool(
    name: str,
    arguments: Arguments,
    *,
    using: Settings | None = None,
    waiting: str = "",
    consent: Consent | None = None,
    first: Callable[[Account], object] | None = None,
) -> Envelope:
    """Call a tool as the MCP server does, with the same contract.

    Args:
        name: the tool.
        arguments: by name; None means "not given".
        using: settings, when they are not the environment's.
        waiting: what the spinner says.
        consent: what the person has agreed to, or asks them.
        first: called with the account before the tool is.

    Returns:
        The envelope.

    Raises:
        SalesZoomInfoError: what the tool or ``first`` refused.
    """
    chosen = using or settings()
    given = {key: value for key, value in arguments.items() if value is not None}
    with Spinner(waiting or _waiting(chosen)) as spinner:
        return run(lambda: _call(name, given, chosen, spinner, consent, first))


def _waiting(using: Settings) -> str:
    from ..zoominfo.credentials import read_credentials

    with contextlib.suppress(SalesZoomInfoError):
        if not read_credentials(using):
            return "Opening the sandbox (its first time takes some seconds)…"
    return "Asking ZoomInfo…"


async def _call(
    name: str,
    arguments: Arguments,
    using: Settings,
    spinner: Spinner,
    consent: Consent | None,
    first: Callable[[Account], object] | None,
) -> Envelope:
    from ..account.modes import Modes
    from ..tools.registry import TOOLSETS, call
    from ..tools.spec import Call

    async def progress(done: int, of: int) -> None:
        spinner.say(f"{done} of {of} records…")

    app = App(using)
    try:
        context = Call(app, caller_id(CALLER), progress, consent)
        modes = Modes(using.read_only, using.free_only)
        if first is not None:
            first(await app.account())
        # The toolsets choose what a model sees; a person may use every command.
        return await call(name, arguments, context=context, toolsets=TOOLSETS, modes=modes)
    finally:
        with anyio.CancelScope(shield=True):
            await app.aclose()


def run(function: Callable[[], Awaitable[T]]) -> T:
    """Run something asynchronous to its end."""
    return anyio.run(function)
