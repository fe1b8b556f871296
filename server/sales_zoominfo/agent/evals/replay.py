"""Make the calls of a kept conversation again and say how today's server differs from the one that was recorded.

Contracts are compared, not values: that a tool is there and takes the arguments, that the outcome is of the same kind
(success, or the same error code), that the answer has the same structure, and that it costs the same. A value that the
conversation took from an earlier answer is taken from today's answer at the same place, so that ids may change; dates
in arguments move with the time that has passed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ..transcript import Call, Conversation, Turn
from .shapes import changes, shape_of

if TYPE_CHECKING:
    from mcp import Client
    from mcp.types import Tool

_CODE = re.compile(r"\b([A-Z]+(?:_[A-Z]+)+|INTERNAL|SUPPRESSED)\b:?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# Members whose values a later call may take up.
_TAKEN_UP = re.compile(
    r"id|\w+Id|personIds?|companyIds?|email\w*|\w+Email|phone|\w+Phone|firstName|lastName|fullName|companyName|name"
    r"|website|\w+Website|domain|code|verificationToken"
)
# States in which a bulk job stands still, and how often its end is waited for, so many seconds each.
_ENDED = ("done", "cancelled", "failed", "paused")
_PATIENCE, _WAIT = 4, 50


class Drift(NamedTuple):
    """One way in which today's server differs.

    Attributes:
        call: number of the call in the conversation, from 1; 0 for what belongs to no call.
        tool: its name, or what it is about.
        path: the place in the arguments or the answer.
        text: what has changed, in words.
        breaking: whether the replay fails for it.
    """

    call: int
    tool: str
    path: str
    text: str
    breaking: bool = True

    def __str__(self) -> str:
        at = f"call {self.call}, {self.tool}" if self.call else self.tool
        return f"{at}: {self.path} {self.text}".replace(":  ", ": ") + "."


@dataclass(slots=True)
class Replayed:
    """How a replay went.

    Attributes:
        conversation: its id.
        calls: how many were made again.
        drifts: what has changed.
    """

    conversation: str
    calls: int = 0
    drifts: list[Drift] = field(default_factory=list[Drift])

    @property
    def same(self) -> bool:
        """Whether no contract has changed."""
        return not any(drift.breaking for drift in self.drifts)


class Outcome(NamedTuple):
    """What a call answered.

    Attributes:
        text: as the model is given it.
        is_error: whether it was refused.
    """

    text: str
    is_error: bool

    @property
    def envelope(self) -> Any:
        """The answer as JSON; None for an error and for what is no JSON."""
        if self.is_error:
            return None
        try:
            return json.loads(self.text)
        except ValueError:
            return None

    @property
    def code(self) -> str:
        """The error's code, "" for a success."""
        if not self.is_error:
            return ""
        found = _CODE.search(self.text)
        return found[1] if found else "an error without a code"

    @property
    def credits(self) -> int:
        """Spent, as ``meta`` tells."""
        envelope = self.envelope
        if not isinstance(envelope, dict):
            return 0
        meta = cast("dict[str, Any]", envelope).get("meta")
        told = cast("dict[str, Any]", meta).get("credits") if isinstance(meta, dict) else None
        spent = cast("dict[str, Any]", told).get("spent") if isinstance(told, dict) else None
        return spent if isinstance(spent, int) else 0


def outcome_of(call: Call) -> Outcome:
    """What a recorded call answered."""
    return Outcome(call.result, call.is_error)


class Consents:
    """Answers the server's questions for consent as the person did; the callback of the client that replays."""

    def __init__(self) -> None:
        self.answers: list[bool] = []
        self.asked = 0

    def expect(self, turn: Turn) -> None:
        """Take up the answers of a turn."""
        self.answers = [consent.agreed for consent in turn.asked_consent]
        self.asked = 0

    async def __call__(self, context: Any, params: Any) -> Any:
        """For ``elicitation_callback``."""
        from mcp.types import ElicitResult

        del context
        wanted = cast("dict[str, Any]", getattr(params, "requested_schema", None) or {}).get("properties", {})
        # As the conversation does: nothing but credits can be agreed to.
        if set(cast("dict[str, Any]", wanted)) != {"spend"}:
            return ElicitResult(action="decline")
        agreed = self.asked < len(self.answers) and self.answers[self.asked]
        self.asked += 1
        return ElicitResult(action="accept", content={"spend": True}) if agreed else ElicitResult(action="decline")


# --- values that are taken up -----------------------------------------------------------------------------------


class Bindings:
    """What stood in an earlier answer then, and what stands there today."""

    def __init__(self) -> None:
        self._today: dict[str, str] = {}

    def learn(self, then: Any, today: Any) -> None:
        """Lay two answers side by side.

        Args:
            then, today: JSON; where their structures part, nothing is learnt.
        """
        for key, old, new in _pairs(then, today):
            if _TAKEN_UP.fullmatch(key) and isinstance(old, str) and isinstance(new, str) and old:
                self._today.setdefault(old, new)

    def taken_up(self, arguments: Any, *, days: int = 0) -> Any:
        """Arguments with today's values.

        Args:
            arguments: as recorded.
            days: that dates move forward.
        """
        if isinstance(arguments, dict):
            return {key: self.taken_up(value, days=days) for key, value in cast("dict[str, Any]", arguments).items()}
        if isinstance(arguments, list):
            return [self.taken_up(value, days=days) for value in cast("list[Any]", arguments)]
        if not isinstance(arguments, str):
            return arguments
        if days and _DATE.fullmatch(arguments):
            try:
                return (datetime.fromisoformat(arguments) + timedelta(days=days)).strftime("%Y-%m-%d")
            except ValueError:
                return arguments
        return self._today.get(arguments, arguments)

    def knows(self, value: str) -> bool:
        """Whether a value stood in an earlier answer."""
        return value in self._today


def _pairs(then: Any, today: Any, key: str = "") -> Iterator[tuple[str, Any, Any]]:
    if isinstance(then, dict) and isinstance(today, dict):
        new = cast("dict[str, Any]", today)
        for name, value in cast("dict[str, Any]", then).items():
            if name in new:
                yield from _pairs(value, new[name], name)
    elif isinstance(then, list) and isinstance(today, list):
        for old, new in zip(cast("list[Any]", then), cast("list[Any]", today), strict=False):
            yield from _pairs(old, new, key)
    else:
        yield key, then, today


# --- calling ----------------------------------------------------------------------------------------------------


async def make(client: Client, name: str, arguments: dict[str, Any]) -> Outcome:
    """Call a tool as the conversation does.

    Args:
        client: of the server.
        name: of the tool.
        arguments: by name.
    """
    from mcp import MCPError

    try:
        result = await client.call_tool(name, arguments)
    except MCPError as error:
        return Outcome(str(error), True)
    text = "\n".join(str(getattr(block, "text", "")) for block in result.content)
    if not result.is_error and result.structured_content is not None:
        text = json.dumps(result.structured_content, ensure_ascii=False)
    return Outcome(text, bool(result.is_error))


async def make_again(client: Client, call: Call, arguments: dict[str, Any]) -> Outcome:
    """Make a recorded call; one that told of a bulk job's end waits for that end.

    Args:
        client: of the server.
        call: as recorded.
        arguments: with today's values.
    """
    found = await make(client, call.name, arguments)
    if call.name != "get_job" or _state(outcome_of(call)) not in _ENDED:
        return found
    for _ in range(_PATIENCE):
        if found.is_error or _state(found) in _ENDED:
            break
        found = await make(client, call.name, {**arguments, "wait": _WAIT})
    return found


def _state(outcome: Outcome) -> str:
    envelope = outcome.envelope
    try:
        return str(envelope["data"][0]["state"])
    except (KeyError, IndexError, TypeError):
        return ""


def days_since(started: str, now: float) -> int:
    """Whole days from a conversation's beginning to a moment, 0 where the beginning is no date.

    Args:
        started: ISO 8601, UTC.
        now: Unix seconds.
    """
    try:
        begun = datetime.fromisoformat(started)
    except ValueError:
        return 0
    begun = begun if begun.tzinfo else begun.replace(tzinfo=UTC)
    return (datetime.fromtimestamp(now, UTC).date() - begun.astimezone(UTC).date()).days


async def replay(
    conversation: Conversation,
    client: Client,
    consents: Consents,
    *,
    now: float,
    skill: Path | None = None,
    on_call: Callable[[Call, dict[str, Any], Outcome], Awaitable[None]] | None = None,
) -> Replayed:
    """Make the calls of a conversation again.

    Args:
        conversation: as recorded.
        client: of a server whose account is as fresh as the recorded one was.
        consents: the client's answers to questions for consent.
        now: Unix seconds.
        skill: the skill's folder, to see whether the files that were read are still there.
        on_call: told of each call, the arguments that it was made with and its outcome.
    """
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    days = days_since(conversation.started, now)
    found = Replayed(conversation.id)
    bindings = Bindings()
    for turn in conversation.turns:
        if skill is not None:
            gone = [name for name in turn.reads if not (skill / name).is_file()]
            found.drifts += [Drift(0, "the skill", name, "is gone") for name in gone]
        consents.expect(turn)
        for call in turn.calls:
            found.calls += 1
            arguments = bindings.taken_up(call.arguments, days=days)
            today = await make_again(client, call, arguments)
            bindings.learn(outcome_of(call).envelope, today.envelope)
            found.drifts += _drifts(found.calls, call, tools, today)
            if on_call is not None:
                await on_call(call, arguments, today)
        if consents.asked != len(turn.asked_consent):
            text = f"questions in a turn: {len(turn.asked_consent)} before, {consents.asked} today"
            found.drifts.append(Drift(found.calls, "the server", "consent", text))
    return found


def _drifts(number: int, call: Call, tools: dict[str, Tool], today: Outcome) -> list[Drift]:
    then = outcome_of(call)
    tool = tools.get(call.name)
    if tool is None:
        # A model may have asked for what never was.
        same = then.is_error and then.code == today.code
        return [] if same else [Drift(number, call.name, "", "is no tool of the server any more")]
    drifts: list[Drift] = []
    if then.code != "INVALID_ARGUMENT":
        drifts += [Drift(number, call.name, *told) for told in _refused(tool.input_schema, call.arguments)]
    if then.code != today.code:
        was, now = (f"with {code}" if code else "with an answer" for code in (then.code, today.code))
        told = f" ({today.text.strip()[:200]})" if today.is_error else ""
        return [*drifts, Drift(number, call.name, "the outcome", f"ended {was} and ends {now}{told}".rstrip("."))]
    if call.credits != today.credits:
        drifts.append(Drift(number, call.name, "the cost", f"was {call.credits} credits and is {today.credits}"))
    if not then.is_error:
        if then.envelope is None:
            drifts.append(Drift(number, call.name, "the answer", "was kept in part and is not compared", False))
        else:
            compared = changes(shape_of(then.envelope), shape_of(today.envelope))
            drifts += [Drift(number, call.name, change.path, change.text, change.breaking) for change in compared]
    return drifts


def _refused(schema: dict[str, Any], arguments: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Arguments that today's schema does not know, and those that it demands; at any depth."""
    known = cast("dict[str, Any]", schema.get("properties", {}))
    closed = schema.get("additionalProperties") is False
    for name, value in arguments.items():
        # Models write null for "not given".
        if value is None:
            continue
        if name not in known:
            if closed:
                yield f"the argument {path}{name}", "is not known any more"
            continue
        inner = cast("dict[str, Any]", known[name])
        parts = cast("list[Any]", value) if isinstance(value, list) else [value]
        inner = cast("dict[str, Any]", inner.get("items", {})) if isinstance(value, list) else inner
        if "properties" in inner:
            for part in parts:
                if isinstance(part, dict):
                    yield from _refused(inner, cast("dict[str, Any]", part), f"{path}{name}.")
    for name in cast("list[str]", schema.get("required", [])):
        if arguments.get(name) is None:
            yield f"the argument {path}{name}", "is demanded now"
