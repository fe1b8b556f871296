"""One question to Claude and all that follows, through the SDK's tool runner.

The runner is made anew where an answer broke off, since the history is ours: what it holds is always whole, so that a
conversation can go on after anything, an interruption in the middle of a tool among them.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

import anyio
from mcp import Client
from mcp.types import ElicitRequestFormParams, ElicitResult

from ..errors import SalesZoomInfoError
from .events import Events, Limits
from .failures import BROKEN, as_ours, repeatable
from .prompt import system_prompt
from .skill import Skill
from .tools import Bench, committed, kept_arguments
from .transcript import Conversation, Tokens, Turn

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic
    from anthropic.lib.tools import BetaAsyncFunctionTool
    from anthropic.types.beta import BetaMessage, BetaToolUseBlock

# Tokens of one reply; an answer is shorter, and a call with 100 records fits.
MOST_REPLY = 16_000
# How often an answer that broke off is asked for again, and how long before, seconds.
REPEATS = 2
PAUSE = 0.5
# Calls over the cap on credits after which there is no use in going on.
MOST_REFUSED = 3
_CACHED: dict[str, Any] = {"type": "ephemeral"}
_STOPPED = {"max_tokens": "tokens", "model_context_window_exceeded": "tokens", "refusal": "refusal"}

_Next = Literal["again", "done"]


class Elicited:
    """The ``elicitation_callback`` of the MCP client: hands the server's questions to the running conversation."""

    def __init__(self) -> None:
        self._bench: Bench | None = None

    def attach(self, bench: Bench | None) -> None:
        """Hand on to this one from now on; None declines everything."""
        self._bench = bench

    async def __call__(self, context: object, params: object) -> ElicitResult:
        """Answer a question; only that for credits can be agreed to."""
        del context
        declined = ElicitResult(action="decline")
        if self._bench is None or not isinstance(params, ElicitRequestFormParams):
            return declined
        fields: dict[str, Any] = params.requested_schema.get("properties", {})
        if set(fields) != {"spend"} or not await self._bench.consent(params.message):
            return declined
        return ElicitResult(action="accept", content={"spend": True})


class Conversing:
    """A conversation that goes on question by question.

    Args:
        llm: the client of Claude's service; it repeats refused requests by itself.
        client: of the MCP server; None for none.
        skill: None for none.
        conversation: takes each turn and the history.
        limits: what may be used.
        events: is told of everything.
        elicited: the client's ``elicitation_callback``; None declines every purchase that the server asks about.
    """

    def __init__(
        self,
        *,
        llm: AsyncAnthropic,
        client: Client | None,
        skill: Skill | None,
        conversation: Conversation,
        limits: Limits,
        events: Events,
        elicited: Elicited | None = None,
    ) -> None:
        self._llm, self._client, self._skill = llm, client, skill
        self._conversation, self._limits, self._events = conversation, limits, events
        self._elicited = elicited or Elicited()
        self._scope = anyio.CancelScope()
        self._bench: Bench | None = None
        self._turn = Turn("")
        self._partial: list[str] = []
        self._requests = 0
        self._unanswered = False
        self._interrupted = False

    def interrupt(self) -> None:
        """Stop the running answer. A purchase that is under way is waited for; asked a second time, it is not."""
        bench, again = self._bench, self._interrupted
        self._interrupted = True
        if bench is not None:
            bench.stopping = True
            if bench.paying and not again:
                self._events.note(
                    "Waiting for a purchase that has begun, so that nothing is lost. Ctrl-C again leaves it."
                )
                return
        self._scope.cancel()

    async def ask(self, question: str) -> Turn:
        """Ask a question.

        Args:
            question: of the user.

        Returns:
            The turn, which is also the last of the conversation. What went wrong is in ``stopped``, and was told to
            :meth:`Events.failed`.
        """
        started = time.monotonic()
        self._turn = turn = Turn(asked=question)
        self._partial, self._requests = [], 0
        self._unanswered = self._interrupted = False
        history = self._conversation.messages
        before = len(history)
        history.append({"role": "user", "content": [{"type": "text", "text": question}]})
        try:
            with anyio.CancelScope() as self._scope:
                await self._answer()
            if self._scope.cancelled_caught or self._interrupted:
                turn.stopped = "interrupted"
        except SalesZoomInfoError as error:
            turn.stopped = f"error:{error.code}"
            self._events.failed(error)
        except BaseException:
            turn.stopped = "interrupted"
            raise
        finally:
            self._elicited.attach(None)
            self._close(history, before)
            self._bench = None
            turn.seconds = round(time.monotonic() - started, 3)
            self._conversation.turns.append(turn)
        return turn

    def _close(self, history: list[dict[str, Any]], before: int) -> None:
        """Leave a history that the next question can follow, whatever has happened."""
        if self._unanswered and self._bench is not None:
            reasons = {"turns": "the limit of requests was reached", "tokens": "the limit of tokens was reached"}
            reason = reasons.get(self._turn.stopped, "the user stopped it")
            history.append({"role": "user", "content": self._bench.results(reason)})
        partial = "".join(self._partial).strip()
        if partial:
            self._turn.said = partial
            history.append({"role": "assistant", "content": [{"type": "text", "text": partial}]})
        if len(history) == before + 1:
            # Nothing came of it, so that it can be asked again as if it had not been.
            del history[before:]

    # --- the loop ----------------------------------------------------------------------------------------------------

    async def _answer(self) -> None:
        listed = [] if self._client is None else (await self._client.list_tools()).tools
        spent = sum(committed(call) for turn in self._conversation.turns for call in turn.calls)
        self._bench = bench = Bench(
            self._client, listed, self._skill, self._turn, self._limits, spent, self._events, self._scope.cancel
        )
        self._elicited.attach(bench)
        tools = bench.runnable()
        instructions = None if self._client is None else (self._client.instructions or "")
        system = system_prompt(self._skill, instructions, self._limits.credits)
        broken = 0
        while True:
            try:
                if await self._run(bench, tools, system) == "done":
                    return
                broken = 0
            except BROKEN as error:
                if broken == REPEATS or not repeatable(error):
                    raise as_ours(error, self._conversation.model) from None
                broken += 1
                self._partial.clear()
                self._events.note("The answer broke off; asking for it again.")
                await anyio.sleep(PAUSE * 2**broken)

    async def _run(self, bench: Bench, tools: Sequence[BetaAsyncFunctionTool[Any]], system: str) -> _Next:
        """Run the loop of the SDK until the answer, or until the history has to be sent anew."""
        history, turn = self._conversation.messages, self._turn
        runner = self._llm.beta.messages.tool_runner(
            model=self._conversation.model,
            max_tokens=MOST_REPLY,
            # Tools and system stay the same from request to request, and what was said before, too.
            system=[{"type": "text", "text": system, "cache_control": cast("Any", _CACHED)}],
            cache_control=cast("Any", _CACHED),
            messages=cast("Any", [*history]),
            tools=tools,
            stream=True,
            thread=False,
        )
        try:
            async for stream in runner:
                async for event in stream:
                    if event.type == "text":
                        self._partial.append(event.text)
                        self._events.text(event.text)
                message = await stream.get_final_message()
                turn.tokens += _tokens(message)
                self._partial.clear()
                uses = [block for block in message.content if block.type == "tool_use"]
                bench.begin(uses)
                self._remember(message)
                if message.stop_reason == "pause_turn":
                    continue
                if message.stop_reason != "tool_use" or not uses:
                    turn.said = _said(message)
                    turn.stopped = _STOPPED.get(str(message.stop_reason), "end_turn")
                    return "done"
                stopped = self._limit()
                if stopped is not None:
                    turn.said, turn.stopped = _said(message), stopped
                    return "done"
                history.append({"role": "user", "content": await self._results(bench, runner, uses)})
                self._unanswered = False
                if bench.refused >= MOST_REFUSED:
                    turn.said, turn.stopped = _said(message), "credits"
                    return "done"
                if bench.oversized:
                    # What is too long to be sent on goes out of the history, and the runner has its own.
                    return "again"
        finally:
            with anyio.CancelScope(shield=True):
                await runner.close()
        return "done"

    def _limit(self) -> str | None:
        self._requests += 1
        if self._requests >= self._limits.turns:
            return "turns"
        return "tokens" if self._turn.tokens.total >= self._limits.tokens else None

    async def _results(self, bench: Bench, runner: Any, uses: Sequence[BetaToolUseBlock]) -> list[dict[str, Any]]:
        """Run the calls of a reply."""
        with warnings.catch_warnings():
            # It warns of a tool that is not there, which is answered below.
            warnings.simplefilter("ignore", UserWarning)
            response = await runner.generate_tool_call_response()
        blocks: list[dict[str, Any]] = list(response["content"])
        for use, block in zip(uses, blocks, strict=True):
            if not bench.answered(use.id):
                block["content"] = await bench.unknown(use.name, cast("dict[str, Any]", use.input))
        # The runner sends these on as they are; the history takes what they are on the wire.
        response["content"] = blocks
        return [dict(block) for block in blocks]

    def _remember(self, message: BetaMessage) -> None:
        """Put a reply into the history, as it can be sent again."""
        content: list[dict[str, Any]] = []
        for block in message.content:
            told = {name: value for name, value in block.to_dict(mode="json").items() if value is not None}
            if told["type"] == "text" and not str(told["text"]).strip():
                # The service refuses what it has itself sent.
                continue
            if told["type"] == "tool_use":
                told["input"] = kept_arguments(cast("dict[str, Any]", told["input"]))
            content.append(told)
        if content:
            self._conversation.messages.append({"role": "assistant", "content": content})
            self._unanswered = any(block["type"] == "tool_use" for block in content)


def _said(message: BetaMessage) -> str:
    return "".join(block.text for block in message.content if block.type == "text").strip()


def _tokens(message: BetaMessage) -> Tokens:
    usage = message.usage
    return Tokens(
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_input_tokens or 0,
        usage.cache_creation_input_tokens or 0,
    )
