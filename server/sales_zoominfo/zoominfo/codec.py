"""What a codec of an API generation does: our arguments to a request, its answer to our records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from ..errors import fail
from .arguments import to_wire, wrong_generation
from .fields import FILTERS
from .messages import Request, Response
from .operations import OPERATIONS, Entity, Generation, Operation
from .records import FieldRight, Limit, Match, Page, Value

SEARCH: dict[Entity, Operation] = {
    "contact": OPERATIONS["search_contacts"],
    "company": OPERATIONS["search_companies"],
}
ENRICH: dict[Entity, Operation] = {
    "contact": OPERATIONS["enrich_contacts"],
    "company": OPERATIONS["enrich_companies"],
}
MATCH_ARGUMENT: dict[Entity, str] = {"contact": "matchPersonInput", "company": "matchCompanyInput"}
# ZoomInfo takes up to 25 match inputs a call, in both generations.
BATCH = 25
USAGE = OPERATIONS["usage"]
LOOKUP = OPERATIONS["lookup"]

Direction = Literal["input", "output"]
Use = Literal["search", "enrich"]


class Codec(Protocol):
    """One API generation's wire format.

    Attributes:
        window: how many records of one search it lets one read.
        balance_header: the response header that tells the credits left, where there is one.
    """

    @property
    def generation(self) -> Generation: ...
    @property
    def window(self) -> int: ...
    @property
    def balance_header(self) -> str | None: ...

    def search(
        self, entity: Entity, filters: Mapping[str, list[object]], page: int, size: int, sort: str | None
    ) -> Request:
        """The request of a search; filters are canonical and resolved."""
        ...

    def page(self, entity: Entity, response: Response, page: int, size: int) -> Page:
        """The page that a search answered."""
        ...

    def enrich(
        self, entity: Entity, inputs: Sequence[Mapping[str, object]], outputs: Sequence[str], required: Sequence[str]
    ) -> Request:
        """The request of an enrich of 1 to 25 inputs."""
        ...

    def matches(self, entity: Entity, response: Response, inputs: Sequence[Mapping[str, object]]) -> list[Match]:
        """What became of each input, in the inputs' order."""
        ...

    def usage(self) -> Request:
        """The request of the account's limits."""
        ...

    def limits(self, response: Response) -> list[Limit]:
        """The limits that a usage request answered."""
        ...

    def lookup(self, field: str, narrow: Mapping[str, str]) -> Request:
        """The request of a taxonomy, by its GTM name."""
        ...

    def values(self, response: Response) -> list[Value]:
        """The taxonomy that a lookup answered."""
        ...

    def rights(self, entity: Entity, use: Use, direction: Direction) -> Request:
        """The request of the account's rights to fields."""
        ...

    def granted(self, response: Response) -> list[FieldRight]:
        """The rights that it answered."""
        ...


def request(
    generation: Generation,
    operation: Operation,
    *,
    body: object | None = None,
    params: Mapping[str, str] | None = None,
    path: Mapping[str, str] | None = None,
    credits: int = 0,
) -> Request:
    """The request of an operation in a generation.

    Args:
        generation, operation: what to call where.
        body: the JSON body.
        params: query parameters.
        path: what the route's placeholders stand for.
        credits: at most so many are at stake.

    Raises:
        NotAvailable: the generation lacks the operation.
    """
    route = operation.route(generation)
    if route is None:
        raise wrong_generation(operation.title.capitalize(), generation)
    return Request(
        operation=operation,
        generation=generation,
        method=route.method,
        path=route.path.format(**(path or {})),
        params=params,
        json=body,
        credits=credits,
    )


def wire_filters(entity: Entity, generation: Generation, filters: Mapping[str, list[object]]) -> dict[str, object]:
    """Filter values as the generation wants them."""
    specs = FILTERS[entity]
    return {name: to_wire(specs[name], generation, items) for name, items in filters.items()}


def as_int(value: Any) -> int:
    """A count from the wire; anything unreadable counts as 0."""
    try:
        return int(float(value))
    except (TypeError, ValueError):
        return 0


def unreadable(operation: Operation, reason: str) -> Exception:
    """An answer that is JSON but not of the documented shape."""
    return fail("upstream_unreadable", operation=operation.title, reason=reason)
