"""What travels between the client's layers: requests, answers and tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx2

from .operations import Generation, Lane, Operation


@dataclass(frozen=True, slots=True)
class Request:
    """One call of an operation.

    Attributes:
        operation: what is asked for.
        generation: the API generation that serves it.
        method: HTTP method.
        path: path after the base URL, placeholders filled in and encoded.
        params: query, unencoded.
        json: body, None for no body.
        credits: upper bound of what is at stake, for OUTCOME_UNKNOWN.
    """

    operation: Operation
    generation: Generation
    method: str
    path: str = field(repr=False)
    params: Mapping[str, str] | None = field(default=None, repr=False)
    json: object | None = field(default=None, repr=False)
    credits: int = 0

    @property
    def spends(self) -> bool:
        """Whether this call can cost a credit: by the table for this generation, or because its caller says so."""
        route = self.operation.route(self.generation)
        listed = self.operation.spends if route is None else route.cost.credits != "none"
        return listed or self.credits > 0

    @property
    def lane(self) -> Lane:
        """The rate class of the route."""
        route = self.operation.route(self.generation)
        return "standard" if route is None else route.lane


@dataclass(frozen=True, slots=True)
class Response:
    """An answer.

    Attributes:
        status: HTTP status; 2xx from :meth:`Transport.send`.
        headers: case-insensitive.
        data: parsed JSON; None for an empty 204 (or, from :meth:`Transport.exchange`, for what is not JSON).
        sandbox: the answer comes from a simulated ZoomInfo.
    """

    status: int
    headers: httpx2.Headers = field(repr=False)
    data: Any = field(repr=False)
    sandbox: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token.

    Attributes:
        value: what goes after ``Bearer``; never in ``repr``.
        expires_at: epoch seconds.
        generation: counts the tokens of one source, so that a refusal of an old one starts no refresh.
    """

    value: str = field(repr=False)
    expires_at: float
    generation: int


class TokenSource(Protocol):
    """Where a bearer token comes from."""

    async def token(self) -> Token:
        """A token that is still good, signing in when there is none.

        Raises:
            AuthenticationFailed: ZoomInfo refused the sign-in, or a key cannot be read.
            UpstreamUnavailable, RateLimited: the sign-in could not be made now.
        """
        ...

    async def refresh(self, stale: Token) -> Token:
        """A token other than one that ZoomInfo refused.

        Args:
            stale: the refused one; when it is no longer the current one, the current one is returned at once.

        Raises:
            As for :meth:`token`.
        """
        ...
