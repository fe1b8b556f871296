"""``ask``: Claude with the skill and the tools in the terminal.

The conversation runs on a thread of its own, and all that is shown or asked happens on the main one: so a question can
be put to the person in the middle of a call, and Ctrl-C stops an answer without breaking anything off.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import logging
import re
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from ..app import App, build_server
from ..errors import SalesZoomInfoError, fail
from ..scrub import remember
from ..settings import Settings, load_settings
from .output import Output
from .run import exit_code, interactive, settings, show_error

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic
    from anyio.from_thread import BlockingPortal

    from ..agent.conversation import Conversing
    from ..agent.events import Limits
    from ..agent.transcript import Call, Conversation, Turn
    from .ask_kept import Kept
    from .ask_screen import Screen

# A resumed file holds a conversation, and no more than a model can read.
_MOST_FILE = 50_000_000
# Seconds: to connect, and without a sign of life while an answer comes.
_CONNECT, _SILENCE = 15.0, 120.0
_RETRIES = 4
# Set by this command and by nobody else, so it says nothing to the person.
_OURS = re.compile(r" That is over the ceiling of 0 a call[^.]*\.")
# What the conversation hands over to be shown; None once it is done.
_Shown = Callable[["_Talk"], None]
_LEAVE = ("exit", "quit", "/exit", "/quit")


@dataclass(frozen=True)
class Asking:
    """What the command line says.

    Attributes:
        question: None for the interactive form.
        as_json: one JSON object on stdout when the answer is there.
        yes: agree beforehand to what stays within ``max_credits``.
        transcript: file that the conversation is written to, scrubbed.
        keep: keep it in the state folder, encrypted.
        resume: id of a kept conversation, or a file of ``transcript``.
        latest: go on with the one kept last.
        tool_seconds: for one tool call.
    """

    question: str | None = None
    as_json: bool = False
    model: str | None = None
    base_url: str | None = None
    max_turns: int | None = None
    max_tokens: int | None = None
    max_credits: int | None = None
    tool_seconds: float = 180.0
    yes: bool = False
    transcript: Path | None = None
    keep: bool = False
    resume: str | None = None
    latest: bool = False


def need_agent(command: str) -> None:
    """Check that the extra is there.

    Args:
        command: that needs it.

    Raises:
        InvalidArgument: it is not installed.
    """
    if importlib.util.find_spec("anthropic") is None:
        raise fail("ask_package_missing", command=command)


def open_claude(using: Settings) -> AsyncAnthropic:
    """A client of Claude's service.

    Args:
        using: says where it is.

    Raises:
        AuthenticationFailed: no key is set.
    """
    from anthropic import AsyncAnthropic, Timeout

    # It logs what it sends and what tools raise, with the people in it.
    logging.getLogger("anthropic").setLevel(logging.CRITICAL)
    llm = AsyncAnthropic(base_url=using.ask_base_url, max_retries=_RETRIES, timeout=Timeout(_SILENCE, connect=_CONNECT))
    if not llm.auth_headers and llm.custom_auth is None:
        raise fail("ask_key_missing")
    remember(llm.api_key)
    remember(llm.auth_token)
    return llm


def ask(asking: Asking) -> int:
    """Run the command.

    Returns:
        An exit code.

    Raises:
        SalesZoomInfoError: it cannot begin.
    """
    need_agent("ask")
    if asking.latest and asking.resume is not None:
        raise fail("option_invalid", name="--continue", reason="--resume is given too", how="Give one of the two.")
    settings()
    using = load_settings(
        ask_model=asking.model,
        ask_base_url=asking.base_url,
        ask_turns=asking.max_turns,
        ask_tokens=asking.max_tokens,
        ask_credits=asking.max_credits,
    )
    llm = open_claude(using)
    question = _question(asking)
    # Before anything is asked or bought, so that it fails early.
    with Output(None, asking.transcript):
        pass
    from anyio.from_thread import start_blocking_portal

    from .ask_screen import Screen

    screen = Screen(quiet=asking.as_json)
    screen.waiting("Opening ZoomInfo's tools…")
    try:
        with (
            start_blocking_portal() as portal,
            portal.wrap_async_context_manager(_opened(asking, using, llm)) as opened,
        ):
            talk = _Talk(asking, using, portal, opened, screen)
            screen.rest()
            return talk.once(question) if question is not None else talk.loop()
    finally:
        screen.rest()


def _question(asking: Asking) -> str | None:
    question = asking.question
    if question is None and not sys.stdin.isatty():
        question = sys.stdin.read()
    if question is None and not asking.as_json:
        return None
    if not (question or "").strip():
        how = "Ask it as an argument, or start `sales-zoominfo ask` in a terminal."
        raise fail("missing_argument", where="ask", name="a question", how=how)
    return (question or "").strip()


# --- on the thread of the conversation -------------------------------------------------------------------------


@dataclass
class _Opened:
    """What a conversation runs on."""

    conversing: Conversing
    conversation: Conversation
    limits: Limits
    kept: Kept
    queue: SimpleQueue[_Shown | None]
    place: str


@asynccontextmanager
async def _opened(asking: Asking, using: Settings, llm: AsyncAnthropic) -> AsyncGenerator[_Opened]:
    from mcp import Client
    from mcp.types import Implementation

    from .. import __version__
    from ..agent.conversation import Conversing, Elicited
    from ..agent.events import Limits
    from ..agent.skill import Skill
    from ..agent.transcript import Conversation, Situation
    from .ask_kept import Kept

    limits = Limits(
        turns=using.ask_turns,
        tokens=using.ask_tokens,
        credits=using.ask_credits,
        tool_seconds=asking.tool_seconds,
    )
    # Here somebody can be asked, so every purchase is: none passes under the ceiling.
    chosen = using.model_copy(update={"max_credits_per_call": 0, "files": using.files or str(Path.cwd())})
    app = App(chosen)
    kept = Kept(app)
    elicited = Elicited()
    queue: SimpleQueue[_Shown | None] = SimpleQueue()
    named = Implementation(name="ask", version=__version__)
    async with llm, Client(build_server(app), elicitation_callback=elicited, client_info=named) as client:
        place = await _place(app)
        conversation = await _resumed(asking, kept)
        if conversation is None:
            conversation = Conversation(using.ask_model, Situation(skill=True, server=True))
        elif asking.model is not None:
            conversation.model = asking.model
        conversing = Conversing(
            llm=llm,
            client=client,
            skill=Skill.find(),
            conversation=conversation,
            limits=limits,
            events=_Events(queue),
            elicited=elicited,
        )
        yield _Opened(conversing, conversation, limits, kept, queue, place)


async def _place(app: App) -> str:
    """Whose data it is, for the first line."""
    try:
        account = await app.account()
    except SalesZoomInfoError as error:
        # What is known about ZoomInfo can be asked all the same.
        return f"ZoomInfo cannot be reached: {error.message}"
    return "SANDBOX: fictional data, no real credits" if account.sandbox else f"ZoomInfo account {account.name}"


async def _resumed(asking: Asking, kept: Kept) -> Conversation | None:
    from ..agent.transcript import Conversation

    if asking.latest:
        return await kept.get(None)
    if asking.resume is None:
        return None
    file = _file(asking)
    if file is None:
        return await kept.get(asking.resume)
    try:
        if file.stat().st_size > _MOST_FILE:
            raise fail("conversation_unreadable")
        return Conversation.from_json(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise fail("conversation_unreadable") from None


def _file(asking: Asking) -> Path | None:
    """The file to resume; None where it is an id that is given."""
    path = Path(asking.resume or "").expanduser()
    return path if asking.resume and path.is_file() else None


class _Events:
    """Hands everything to the main thread, in its order."""

    def __init__(self, queue: SimpleQueue[_Shown | None]) -> None:
        self._queue = queue

    def text(self, delta: str) -> None:
        self._queue.put(lambda talk: talk.screen.text(delta))

    def tool_started(self, name: str, arguments: dict[str, Any]) -> None:
        self._queue.put(lambda talk: talk.screen.started(name, arguments))

    def tool_finished(self, call: Call) -> None:
        self._queue.put(lambda talk: talk.screen.finished(call))

    def note(self, text: str) -> None:
        self._queue.put(lambda talk: talk.screen.line(f"! {text}", "yellow"))

    def failed(self, error: SalesZoomInfoError) -> None:
        self._queue.put(lambda talk: talk.fail(error))

    async def consent(self, message: str, credits: int | None) -> bool:
        import anyio

        answered, answer = anyio.Event(), [False]

        def reply(agreed: bool) -> None:
            answer[0] = agreed
            answered.set()

        self._queue.put(lambda talk: talk.consent(message, credits, reply))
        await answered.wait()
        return answer[0]


# --- on the main thread ----------------------------------------------------------------------------------------


class _Talk:
    """Question by question."""

    def __init__(
        self, asking: Asking, using: Settings, portal: BlockingPortal, opened: _Opened, screen: Screen
    ) -> None:
        self._asking, self._using, self._portal, self._opened = asking, using, portal, opened
        self.screen = screen
        self._error: SalesZoomInfoError | None = None
        self._nobody = False
        self._reading = False
        self._interrupts = 0

    def once(self, question: str) -> int:
        """Ask one question."""
        self._head()
        turn = self._ask(question)
        if self._asking.as_json:
            sys.stdout.write(json.dumps(self._told(turn), ensure_ascii=False, indent=2) + "\n")
        return self._exit(turn)

    def loop(self) -> int:
        """Ask until the person has had enough."""
        with suppress(ImportError):
            # Keys to move in the line and to earlier lines, where the system has them.
            importlib.import_module("readline")
        self._head()
        self.screen.line("Ctrl-C stops an answer, Ctrl-D ends.")
        while True:
            try:
                question = input("> ").strip()
            except KeyboardInterrupt:
                self.screen.line("\nCtrl-D ends.")
                continue
            except EOFError:
                self.screen.line("")
                break
            if question.casefold() in _LEAVE:
                break
            if question:
                self._ask(question)
        conversation = self._opened.conversation
        if conversation.turns:
            self.screen.line(f"{conversation.credits} credits, {conversation.tokens.total:,} tokens in all.")
        return 0

    def _head(self) -> None:
        conversation, limits = self._opened.conversation, self._opened.limits
        left = max(limits.credits - conversation.credits, 0)
        how = "bought without asking" if self._asking.yes else "each purchase asked for"
        self.screen.line(f"{conversation.model} · {self._opened.place} · at most {left} credits, {how}")
        if conversation.turns:
            count = len(conversation.turns)
            self.screen.line(f"Conversation {conversation.id}, {count} question{'' if count == 1 else 's'} so far.")

    def _ask(self, question: str) -> Turn:
        self._error, self._nobody, self._interrupts = None, False, 0
        queue = self._opened.queue
        with self._interruptible():
            future: Future[Turn] = self._portal.start_task_soon(self._opened.conversing.ask, question)
            future.add_done_callback(lambda _: queue.put(None))
            self.screen.waiting("Claude is thinking…")
            while (shown := queue.get()) is not None:
                shown(self)
            turn = future.result()
            self.screen.flush()
            self._stopped(turn)
            self._keep()
            self.screen.ended(turn)
        return turn

    @contextmanager
    def _interruptible(self) -> Generator[None]:
        try:
            before = signal.signal(signal.SIGINT, self._on_interrupt)
        except ValueError:
            # Not on the main thread, where no signal comes either.
            yield
            return
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _on_interrupt(self, *_: object) -> None:
        self._interrupts += 1
        if self._reading or self._interrupts > 3:
            raise KeyboardInterrupt
        # Nothing is broken off here: a file may be half written, a line half shown.
        self._opened.queue.put(_Talk._interrupt)

    def _interrupt(self) -> None:
        self.screen.waiting("Stopping…")
        self._portal.call(self._opened.conversing.interrupt)

    def fail(self, error: SalesZoomInfoError) -> None:
        """Show why the question could not be answered."""
        self._error = error
        self.screen.flush()
        self.screen.rest()
        show_error(error)

    def consent(self, message: str, credits: int | None, reply: Callable[[bool], None]) -> None:
        """Put a purchase to the person."""
        agreed = False
        try:
            agreed = self._agreed(_OURS.sub("", message), credits)
        except KeyboardInterrupt:
            self.screen.line("\nNot bought.")
            self._interrupt()
        self._portal.call(reply, agreed)
        self.screen.waiting("Claude is thinking…")

    def _agreed(self, question: str, credits: int | None) -> bool:
        if self._asking.yes:
            self.screen.line(f"{question} Yes, by --yes.", "yellow")
            return True
        if not interactive():
            self._nobody = True
            most = self._opened.limits.credits if credits is None else credits
            self.screen.line(f"{question} Not bought: there is no terminal to ask on.", "yellow")
            self.screen.line(f"→ Run it in a terminal, or with --yes --max-credits {most}.", "yellow")
            return False
        self.screen.flush()
        self.screen.rest()
        # Before the question is shown, since whoever sees it may press Ctrl-C at once.
        self._reading = True
        try:
            if self._interrupts:
                raise KeyboardInterrupt
            sys.stderr.write(f"{question} [y/N] ")
            sys.stderr.flush()
            answer = sys.stdin.readline()
        finally:
            self._reading = False
        if not answer:
            sys.stderr.write("\n")
        return answer.strip().casefold() in ("y", "yes", "j", "是", "好")

    def _stopped(self, turn: Turn) -> None:
        """Say why an answer ended early, and what has been spent by then."""
        limits = self._opened.limits
        told = {
            "turns": ("ask_stopped", f"{limits.turns} requests to the model", "--max-turns"),
            "tokens": ("ask_stopped", f"{limits.tokens:,} tokens", "--max-tokens"),
            "credits": ("ask_stopped", f"{limits.credits} credits", "--max-credits"),
        }.get(turn.stopped)
        if told is not None:
            self.fail(fail("ask_stopped", limit=told[1], option=told[2]))
        elif turn.stopped == "refusal":
            self.fail(fail("ask_refused"))
        elif turn.stopped == "interrupted":
            self.screen.line(f"✗ Interrupted; {_spent(turn)}.", "red")

    def _keep(self) -> None:
        asking, conversation = self._asking, self._opened.conversation
        try:
            if asking.keep or asking.latest or (asking.resume and _file(asking) is None):
                self._portal.call(self._opened.kept.put, conversation)
                self.screen.line(f"Kept: go on with `ask --resume {conversation.id}` or `ask --continue`.")
            if asking.transcript is not None:
                from ..agent.record import clean, to_markdown

                cleaned = clean(conversation)
                readable = asking.transcript.suffix.lower() in (".md", ".markdown")
                with Output(None, asking.transcript) as sink:
                    sink.write(to_markdown(cleaned) if readable else cleaned.to_json() + "\n")
        except SalesZoomInfoError as error:
            self.fail(error)
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            self.fail(fail("file_unusable", file="of the conversation", reason=reason, how="Free some space."))

    def _exit(self, turn: Turn) -> int:
        if turn.stopped == "interrupted":
            return 130
        if self._error is not None:
            return exit_code(self._error)
        return exit_code(fail("consent_needed", credits=0)) if self._nobody else 0

    def _told(self, turn: Turn) -> dict[str, Any]:
        conversation = self._opened.conversation
        told: dict[str, Any] = {
            "answer": turn.said,
            "stopped": turn.stopped,
            "conversation": conversation.id,
            "model": conversation.model,
            "sandbox": self._opened.place.startswith("SANDBOX"),
            "credits": turn.credits,
            "tokens": asdict(turn.tokens),
            "seconds": turn.seconds,
            "calls": [
                {
                    "name": call.name,
                    "arguments": call.arguments,
                    "isError": call.is_error,
                    "credits": call.credits,
                    "seconds": call.seconds,
                }
                for call in turn.calls
            ],
            "reads": turn.reads,
            "consents": [asdict(consent) for consent in turn.asked_consent],
        }
        if self._error is not None:
            error = self._error
            told["error"] = {"code": error.code, "message": error.message, "nextStep": error.next_step}
        return told


def _spent(turn: Turn) -> str:
    if not turn.credits:
        return "nothing was spent"
    credits = f"{turn.credits} credit{'' if turn.credits == 1 else 's'}"
    if any(call.is_error and call.credits for call in turn.calls):
        return f"up to {credits} may have been spent: `sales-zoominfo credits` tells"
    return f"{credits} {'was' if turn.credits == 1 else 'were'} spent"
