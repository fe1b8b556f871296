"""What a conversation tells whoever shows it, and what it may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from ..errors import SalesZoomInfoError
from .transcript import Call


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be used.

    Attributes:
        turns: requests to the model for one question.
        tokens: of all requests for one question, read from the cache or not.
        credits: ZoomInfo credits, for the whole conversation.
        tool_seconds: one tool call, without the time that a person takes to answer.
    """

    turns: int = 30
    tokens: int = 500_000
    credits: int = 100
    tool_seconds: float = 180.0


class Events(Protocol):
    """Callbacks of a conversation."""

    def text(self, delta: str) -> None:
        """The assistant says so much more."""

    def tool_started(self, name: str, arguments: dict[str, Any]) -> None:
        """A tool is called."""

    def tool_finished(self, call: Call) -> None:
        """It has answered, with its credits."""

    async def consent(self, message: str, credits: int | None) -> bool:
        """The server asks a person to agree to a purchase."""
        ...

    def note(self, text: str) -> None:
        """Something that the person should know."""

    def failed(self, error: SalesZoomInfoError) -> None:
        """The question could not be answered to its end."""


class Silent:
    """Shows nothing and agrees to nothing."""

    def text(self, delta: str) -> None:
        """See :class:`Events`."""

    def tool_started(self, name: str, arguments: dict[str, Any]) -> None:
        """See :class:`Events`."""

    def tool_finished(self, call: Call) -> None:
        """See :class:`Events`."""

    async def consent(self, message: str, credits: int | None) -> bool:
        """See :class:`Events`."""
        del message, credits
        return False

    def note(self, text: str) -> None:
        """See :class:`Events`."""

    def failed(self, error: SalesZoomInfoError) -> None:
        """See :class:`Events`."""
