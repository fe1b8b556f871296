"""What a codec of an API generation does: our arguments to a request, its answer to our records."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, cast

from ..errors import fail
from .arguments import to_wire, wrong_generation
from .asking import Builder
from .fields import FILTERS, OUTPUTS
from .messages import Request, Response
from .operations import OPERATIONS, Entity, Generation, Operation, Subject
from .records import MISSES, SEVERAL, FieldRight, Limit, Match, Page, Row, Value, clean

SEARCH: dict[Subject, Operation] = {
    "contact": OPERATIONS["search_contacts"],
    "company": OPERATIONS["search_companies"],
    "intent": OPERATIONS["search_intent"],
    "scoop": OPERATIONS["search_scoops"],
    "news": OPERATIONS["search_news"],
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
# What each generation calls those of whose fields it tells the rights, None where it does not.
_SEARCHED = {name: (name, name) for name in ("contact", "company", "intent", "scoop", "news")}
RIGHTS_OF: dict[Use, dict[str, tuple[str | None, str | None]]] = {
    "search": {**_SEARCHED},
    "enrich": {
        **_SEARCHED,
        "technology": ("technology", "tech"),
        "hashtag": ("hashtag", "hashtag"),
        "org_chart": ("orgChart", "orgchart"),
        "corporate_hierarchy": ("corporate-hierarchy", "corporatehierarchy"),
        "company_master": (None, "company-master"),
        "location": (None, "location"),
        "ip": (None, "ip"),
        "compliance": (None, "compliance"),
    },
}
# The Enterprise API lists no outputs of these.
_NO_OUTPUTS = ("technology", "hashtag")


def rights_name(subject: str, use: Use, direction: Direction, generation: Generation) -> str | None:
    """What a generation calls the subject of a rights request, None when it has no such list."""
    names = RIGHTS_OF[use].get(subject, (None, None))
    if generation == "enterprise":
        return None if direction == "output" and subject in _NO_OUTPUTS else names[1]
    return names[0]


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
        self, subject: Subject, filters: Mapping[str, list[object]], page: int, size: int, sort: str | None
    ) -> Request:
        """The request of a search; filters are canonical and resolved."""
        ...

    def page(self, subject: Subject, response: Response, page: int, size: int) -> Page:
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

    def rights(self, entity: str, use: Use, direction: Direction) -> Request:
        """The request of the account's rights to fields."""
        ...

    def granted(self, response: Response) -> list[FieldRight]:
        """The rights that it answered."""
        ...

    @property
    def asks(self) -> Mapping[str, Builder]:
        """Builders that stand in for those of :data:`~sales_zoominfo.zoominfo.asks.ASKS`."""
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


def wire_filters(subject: Subject, generation: Generation, filters: Mapping[str, list[object]]) -> dict[str, object]:
    """Filter values as the generation wants them."""
    specs = FILTERS[subject]
    return {name: to_wire(specs[name], generation, items) for name, items in filters.items()}


def as_int(value: Any) -> int:
    """A count from the wire; anything unreadable counts as 0."""
    try:
        return int(value) if isinstance(value, int | str) else int(float(value))
    except (TypeError, ValueError, OverflowError):
        return 0


def as_object(value: object) -> dict[str, Any]:
    """A JSON object; an empty one for anything else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def read_objects(value: object, operation: Operation, name: str) -> list[dict[str, Any]]:
    """A list of JSON objects.

    Raises:
        UpstreamUnavailable: it is anything else; a row left out in silence would be a row lost.
    """
    items = cast("list[object]", value) if isinstance(value, list) else None
    if items is None or not all(isinstance(item, dict) for item in items):
        raise unreadable(operation, f"it lacks {name}")
    return cast("list[dict[str, Any]]", items)


def read_total(value: object, operation: Operation, name: str) -> int:
    """The number of hits.

    Raises:
        UpstreamUnavailable: it is no count; paging cannot end without one.
    """
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise unreadable(operation, f"it lacks {name}")
    return int(text)


def unreadable(operation: Operation, reason: str) -> Exception:
    """An answer that is JSON but not of the documented shape."""
    return fail("upstream_unreadable", operation=operation.title, reason=reason)


# --- match results ---------------------------------------------------------------------------------------------

_RECORD_ID = re.compile(r"-?[1-9][0-9]{0,18}")
_WORD = re.compile(r"[A-Z][A-Z0-9_]{0,63}")


def read_word(value: object) -> str | None:
    """A status or warning code; None for anything that is not one, since texts of ZoomInfo are not passed on."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else None


def read_match(
    entity: Entity, status: object, record: Mapping[str, Any] | None, warnings: tuple[str, ...] = ()
) -> Match:
    """One match result of either generation.

    Args:
        entity: what was asked for.
        status: its match status, None where it has none.
        record: wire values by our field name, None where it holds no record.
        warnings: its warning codes.

    Returns:
        The match. A status that we do not know counts as one when a record came with it: that is what is paid for.
    """
    told = read_word(status)
    row = {} if not record or told in MISSES else clean(OUTPUTS[entity], record)
    if not _RECORD_ID.fullmatch(row.get("id", "")):
        # Absent, the 0 of a record that is none, or a text that must not end up in the ledger as an id.
        row.pop("id", None)
    if not told:
        told = "NO_MATCH" if not row else "FULL_MATCH" if "id" in row or entity == "company" else "COMPANY_ONLY_MATCH"
    if entity == "contact" and told == "COMPANY_ONLY_MATCH":
        # Nobody was matched, so an id here is the company's and must not pass for a person's.
        row.pop("id", None)
    return Match(told, row, row.get("id"), warnings)


# What a person needs to choose among several records that one input fits.
_TELLING: dict[Entity, tuple[str, ...]] = {
    "contact": ("firstName", "lastName", "jobTitle", "companyId", "companyName", "city", "country"),
    "company": ("name", "website", "city", "country"),
}


def read_matches(entity: Entity, status: object, records: Sequence[Mapping[str, Any]]) -> Match:
    """:func:`read_match` of a result that may hold several records.

    Args:
        entity: what was asked for.
        status: its match status, None where it has none.
        records: wire values by our field name.

    Returns:
        The match; with several records none is taken, and ``candidates`` of its row names each.
    """
    found = [read_match(entity, status, record) for record in records]
    # The same record twice is one.
    different = list({match.record_id or str(match.row): match for match in found if match.row}.values())
    if len(different) < 2:
        return different[0] if different else found[0] if found else read_match(entity, status, None)
    key = "personId" if entity == "contact" else "companyId"
    candidates: list[Row] = []
    for match in different:
        told = {name: match.row[name] for name in _TELLING[entity] if name in match.row}
        candidates.append(({key: match.record_id} if match.record_id else {}) | told)
    return Match(SEVERAL, {"candidates": candidates}, None)


def in_order(
    answers: list[dict[str, Any]], echoes: Sequence[object], inputs: Sequence[Mapping[str, object]]
) -> list[dict[str, Any]]:
    """Answers in the inputs' order, each joined by the input it echoes: the order is attested by examples only.

    Args:
        answers: as many as inputs.
        echoes: the input that each answer echoes.
        inputs: as they were sent.
    """
    if list(echoes) == list(inputs):
        return answers
    wanted = [_echo_key(item) for item in inputs]
    echoed = [_echo_key(item) for item in echoes]
    if echoed == wanted:
        return answers
    left = list(range(len(answers)))
    ordered: list[dict[str, Any] | None] = []
    for key in wanted:
        index = next((i for i in left if echoed[i] == key), None)
        if index is not None:
            left.remove(index)
        ordered.append(None if index is None else answers[index])
    return [answers[left.pop(0)] if item is None else item for item in ordered]


def _echo_key(item: object) -> str:
    # Echoes differ in letter case and in number against text.
    pairs = as_object(item).items()
    return "|".join(sorted(f"{key}={value}".casefold() for key, value in pairs if value not in (None, "")))


def read_limit(item: Mapping[str, Any]) -> Limit:
    """One limit of either generation; the total is named `limit` or `totalLimit`."""
    names = {"request": "requestLimit", "record": "recordLimit", "uniqueid": "uniqueIdLimit"}
    kind = str(item.get("limitType", ""))
    return Limit(
        names.get(kind.casefold(), kind),
        str(item.get("description", "")),
        as_int(item.get("totalLimit", item.get("limit"))),
        as_int(item.get("currentUsage")),
        as_int(item.get("usageRemaining")),
    )


def read_right(item: Mapping[str, Any]) -> FieldRight:
    """One field right of either generation; absent means that ZoomInfo does not say."""
    granted = item.get("accessGranted")
    told = None if granted is None else str(granted).casefold() == "true"
    return FieldRight(str(item.get("fieldName", "")), str(item.get("description", "")), told)
