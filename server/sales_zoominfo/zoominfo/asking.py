"""What every operation beside search, enrich and usage has in common: a request that is built, and an answer in rows.

Each such operation has one builder in :data:`~sales_zoominfo.zoominfo.asks.ASKS`, by its name in the table of
operations. A builder reads the arguments, chooses the API generation and resolves names to ids; it sends nothing but
free lookups.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from ..errors import SalesZoomInfoError
from .messages import Request, Response
from .operations import Generation, Operation, Subject
from .records import Page, Row, Value

FOUND = "FULL_MATCH"
NOTHING = "NO_MATCH"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answered.

    Attributes:
        rows: flat records in ZoomInfo's own field names, as in :mod:`.records`.
        total: how many there are in all, when ZoomInfo tells; else how many rows came.
        page, size: the page that was asked for, from 1, and its size; 0 where there are no pages.
        next_page: the next page's number, None at the end.
        company_id: the company that an operation about one company was answered for, where the answer tells.
        status: ZoomInfo's match status of that company; ``FULL_MATCH`` where there is none to tell.
        more: what belongs to the answer as a whole, such as a job's id.
    """

    rows: list[Row]
    total: int
    page: int = 0
    size: int = 0
    next_page: int | None = None
    company_id: str | None = None
    status: str = FOUND
    more: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Ask:
    """A request that is ready to leave, and how its answer is read.

    Attributes:
        request: what is sent; ``credits`` is the upper bound of what it costs.
        read: makes the answer of a response; raises for one that cannot be read.
        company: canonical match input of the company whose credit it spends, as
            :func:`~sales_zoominfo.zoominfo.arguments.read_inputs` makes them; None where it spends none.
        resolved: filter values that were turned into ids, by argument.
        warnings: what was changed about the request.
        refused: what a refusal amounts to, None to let it pass; returns an answer or raises. Nothing was charged.
    """

    request: Request
    read: Callable[[Response], Answer]
    company: dict[str, object] | None = None
    resolved: dict[str, str] = field(default_factory=dict[str, str])
    warnings: tuple[str, ...] = ()
    refused: Callable[[SalesZoomInfoError], Answer] | None = None

    @property
    def operation(self) -> Operation:
        """What is asked for."""
        return self.request.operation

    @property
    def generation(self) -> Generation:
        """Where."""
        return self.request.generation


class Asker(Protocol):
    """What a builder may use; :class:`~sales_zoominfo.zoominfo.client.Client` is one."""

    @property
    def generations(self) -> tuple[Generation, ...]:
        """The configured generations, the preferred one first."""
        ...

    def choose(self, operation: Operation, wanted: Iterable[tuple[str, Iterable[Generation]]] = ()) -> Generation:
        """The generation that serves an operation and has all that is wanted. See ``Client.choose``."""
        ...

    async def taxonomy(
        self, generation: Generation, field: str, narrow: Mapping[str, str] | None = None
    ) -> list[Value]:
        """A taxonomy of a generation, cached; free."""
        ...

    async def search(
        self,
        subject: Subject,
        filters: Mapping[str, object],
        *,
        page: object = 1,
        size: object = 25,
        sort: object = None,
    ) -> Page:
        """One page of a search; free. See ``Client.search``."""
        ...


Builder: TypeAlias = Callable[[Asker, Mapping[str, object]], Awaitable[Ask]]
