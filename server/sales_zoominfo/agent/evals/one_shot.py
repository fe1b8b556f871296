"""Questions that get one answer each and no tool result: what a model would do first, with nothing done."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import anyio

from ...errors import SalesZoomInfoError, fail
from ..transcript import Tokens

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

# Enough for a short plan and a tool call with some lists; nobody reads more of the answer.
MAX_TOKENS = 1024


def unusable(path: Path, reason: str) -> SalesZoomInfoError:
    """The error for a file of questions that does not hold them.

    Args:
        path: the file.
        reason: what is wrong, with its place.
    """
    how = "Correct that place, or name another file with --data."
    return fail("file_unusable", file=path.name, reason=reason, how=how)


class Question(NamedTuple):
    """What a model is asked.

    Attributes:
        system: the system prompt.
        tools: their definitions, as the Messages API takes them.
        text: what the user says.
    """

    system: str
    tools: Sequence[dict[str, Any]]
    text: str


class Use(NamedTuple):
    """A tool that the model wants to call."""

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answered.

    Attributes:
        uses: the tools of its first message, in their order.
        text: what it said beside them.
        tokens: of this request.
        seconds: that it took.
        failed: why there is no answer, as the class of the error; "" when there is one.
    """

    uses: tuple[Use, ...] = ()
    text: str = ""
    tokens: Tokens = field(default_factory=Tokens)
    seconds: float = 0.0
    failed: str = ""


async def ask(llm: AsyncAnthropic, model: str, question: Question) -> Reply:
    """Send one question and read the first message, executing nothing.

    Args:
        llm: the client of the Messages API.
        model: name of the model.
        question: what is asked.

    Raises:
        anthropic.APIError: there was no answer.
    """
    begun = time.perf_counter()
    # One mark on the system prompt caches the tools before it as well.
    system = [{"type": "text", "text": question.system, "cache_control": {"type": "ephemeral"}}]
    message = await llm.messages.create(
        model=model,
        max_tokens=MAX_TOKENS,
        system=cast("Any", system),
        tools=cast("Any", list(question.tools)),
        messages=[{"role": "user", "content": question.text}],
    )
    uses = tuple(Use(block.name, _members(block.input)) for block in message.content if block.type == "tool_use")
    text = "".join(block.text for block in message.content if block.type == "text")
    usage = message.usage
    tokens = Tokens(
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_input_tokens or 0,
        usage.cache_creation_input_tokens or 0,
    )
    return Reply(uses, text, tokens, time.perf_counter() - begun)


def _members(given: object) -> dict[str, Any]:
    # A model that is cut off may leave no object.
    return cast("dict[str, Any]", given) if isinstance(given, dict) else {}


async def ask_all(
    llm: AsyncAnthropic,
    model: str,
    questions: Sequence[Question],
    *,
    parallel: int,
    on_reply: Callable[[int, Reply], None] | None = None,
) -> list[Reply]:
    """Ask several questions, the first of them alone: it fills the cache, and tells whether anybody is there.

    Args:
        llm: the client of the Messages API; its own retries apply.
        model: name of the model.
        questions: what is asked.
        parallel: how many at a time, from 1.
        on_reply: told of each reply with the index of its question.

    Returns:
        A reply for each question, in their order; one that failed says why.

    Raises:
        anthropic.APIError: the first question had no answer, or the key was refused.
    """
    from anthropic import APIError, AuthenticationError, PermissionDeniedError

    replies = [Reply(failed="NotAsked")] * len(questions)
    gate = anyio.CapacityLimiter(parallel)
    refused: list[APIError] = []

    async def one(index: int) -> None:
        async with gate:
            try:
                replies[index] = await ask(llm, model, questions[index])
            except APIError as error:
                if not index:
                    raise
                if isinstance(error, AuthenticationError | PermissionDeniedError):
                    # Whatever is left would be refused too.
                    refused.append(error)
                    group.cancel_scope.cancel()
                    return
                replies[index] = Reply(failed=type(error).__name__)
        if on_reply is not None:
            on_reply(index, replies[index])

    if questions:
        await one(0)
    async with anyio.create_task_group() as group:
        for index in range(1, len(questions)):
            group.start_soon(one, index)
    if refused:
        raise refused[0]
    return replies
