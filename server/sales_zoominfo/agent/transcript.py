"""What was said, called, spent and agreed to in a conversation, and its form on disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError

from ..errors import fail

VERSION = 1


class Situation(NamedTuple):
    """What the assistant had: the skill, the server, both or neither."""

    skill: bool
    server: bool


@dataclass(frozen=True, slots=True)
class Call:
    """One tool call as the model made it.

    Attributes:
        name: of the tool.
        arguments: as the model wrote them.
        result: the text that the model was given.
        is_error: whether the tool refused or failed.
        credits: spent by it, as the answer's ``meta`` tells.
        seconds: from call to result.
    """

    name: str
    arguments: dict[str, Any]
    result: str
    is_error: bool
    credits: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of the model, as its answers counted them; ``input`` is what no cache gave."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_written: int = 0

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(
            self.input + other.input,
            self.output + other.output,
            self.cache_read + other.cache_read,
            self.cache_written + other.cache_written,
        )

    @property
    def total(self) -> int:
        """All of them, read from a cache or not."""
        return self.input + self.output + self.cache_read + self.cache_written


@dataclass(frozen=True, slots=True)
class Consent:
    """A person was asked to agree to a cost.

    Attributes:
        message: the question.
        credits: that it named, None where it named none.
        agreed: the answer.
    """

    message: str
    credits: int | None
    agreed: bool


@dataclass(slots=True)
class Turn:
    """One question of the user and all that followed.

    Attributes:
        asked: the question.
        said: the assistant's text after the last tool call.
        calls: tool calls in their order.
        reads: files of the skill that were opened, such as ``SKILL.md`` or ``references/plans.md``.
        asked_consent: what a person was asked to agree to.
        tokens: of all requests of this turn.
        seconds: from question to answer.
        stopped: ``end_turn``, ``turns``, ``tokens``, ``credits``, ``interrupted`` or ``error:<CODE>``.
    """

    asked: str
    said: str = ""
    calls: list[Call] = field(default_factory=list[Call])
    reads: list[str] = field(default_factory=list[str])
    asked_consent: list[Consent] = field(default_factory=list[Consent])
    tokens: Tokens = Tokens()
    seconds: float = 0.0
    stopped: str = "end_turn"

    @property
    def credits(self) -> int:
        """Spent by all calls of this turn."""
        return sum(call.credits for call in self.calls)


@dataclass(slots=True)
class Conversation:
    """A conversation, with the wire history that a later turn continues.

    Attributes:
        id: 12 hexadecimal digits.
        version: of this form, :data:`VERSION`.
        model: that answered.
        situation: what the assistant had.
        started: ISO 8601, UTC.
        turns: question by question.
        messages: as sent to the model, each turn whole.
    """

    model: str
    situation: Situation
    id: str = field(default_factory=lambda: uuid4().hex[:12])
    version: int = VERSION
    started: str = field(default_factory=lambda: datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    turns: list[Turn] = field(default_factory=list[Turn])
    messages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    @property
    def credits(self) -> int:
        """Spent by all turns."""
        return sum(turn.credits for turn in self.turns)

    @property
    def tokens(self) -> Tokens:
        """Of all turns."""
        return sum((turn.tokens for turn in self.turns), Tokens())

    def to_json(self) -> str:
        """The conversation as JSON, indented."""
        return _ADAPTER.dump_json(self, indent=2).decode()

    @classmethod
    def from_json(cls, text: str) -> Conversation:
        """Read what :meth:`to_json` wrote.

        Args:
            text: JSON.

        Raises:
            InvalidArgument: it is of another version, broken, or no conversation.
        """
        try:
            version: object = _HEADED.validate_json(text)["version"]
        except (ValidationError, KeyError):
            raise fail("conversation_unreadable") from None
        if version != VERSION:
            raise fail("conversation_version", version=version, known=VERSION)
        try:
            return _ADAPTER.validate_json(text)
        except ValidationError:
            raise fail("conversation_unreadable") from None


_ADAPTER = TypeAdapter(Conversation)
# The version alone, so that a newer form is told from a broken one.
_HEADED = TypeAdapter(dict[str, Any])
