"""One async method per operation of ZoomInfo's data APIs, the same for both generations.

Only :mod:`sales_zoominfo.account` calls it (:mod:`sales_zoominfo.app` makes it): credits, privacy and audit are
decided there.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, cast

from ..errors import InvalidArgument, PlanDoesNotInclude, SalesZoomInfoError, UpstreamUnavailable, fail, near
from .arguments import read_filters, read_number, read_outputs, read_sort, wrong_generation
from .asking import Answer, Ask
from .codec import BATCH, ENRICH, LOOKUP, SEARCH, USAGE, Codec, Direction, Use, unreadable
from .fields import DO_NOT_CALL, FILTERS, OUTPUTS
from .messages import Request, Response, TokenSource
from .operations import LAST_PAGE, OPERATIONS, Entity, Generation, Operation
from .records import FieldRight, Limit, Match, Page, Row, Value
from .taxonomy import LOOKUP_FILTERS, LOOKUPS, resolve
from .transport import Transport

T = TypeVar("T")

MAX_PAGE_SIZE = 100
PREFERENCE: tuple[Generation, ...] = ("gtm", "enterprise")


@dataclass(frozen=True, slots=True)
class Side:
    """One configured API generation: its wire format, where its tokens come from, and its own limits."""

    codec: Codec
    tokens: TokenSource
    transport: Transport


@dataclass(frozen=True, slots=True)
class Balance:
    """Credits left on the account and when ZoomInfo said so (Unix seconds)."""

    credits: int
    at: float


class Client:
    """The account's APIs.

    Args:
        sides: the configured generations; with both, GTM is preferred and the other serves what GTM lacks.
        clock: Unix seconds.
    """

    def __init__(self, sides: Mapping[Generation, Side], *, clock: Callable[[], float] = time.time) -> None:
        self._sides: dict[Generation, Side] = dict(sides)
        self._clock = clock
        self._lacking: dict[tuple[Generation, Entity], set[str]] = {}
        self._taxonomies: dict[tuple[Generation, str, tuple[tuple[str, str], ...]], list[Value]] = {}
        self.sandbox = False
        self.balance: Balance | None = None

    @property
    def generations(self) -> tuple[Generation, ...]:
        """The configured generations, the preferred one first."""
        return tuple(name for name in PREFERENCE if self._sides.get(name))

    def choose(self, operation: Operation, wanted: Iterable[tuple[str, Iterable[Generation]]] = ()) -> Generation:
        """The generation that serves an operation.

        Args:
            operation: what to do.
            wanted: filters or fields by name, with the generations that have each.

        Raises:
            NotAvailable: none of the configured generations has the operation.
            InvalidArgument: each generation lacks something that is wanted.
        """
        able: list[Generation] = [name for name in self.generations if operation.route(name)]
        if not able:
            raise wrong_generation(operation.title.capitalize(), self.generations[0])
        needs: list[tuple[str, set[str]]] = [(name, set(generations)) for name, generations in wanted]
        fits: list[Generation] = [name for name in able if all(name in need for _, need in needs)]
        if fits:
            return fits[0]
        lacks = [next(name for name, need in needs if generation not in need) for generation in able]
        if len(lacks) > 1 and lacks[0] != lacks[1]:
            raise fail(
                "filters_together",
                first=lacks[1],
                second=lacks[0],
                reason="one is in the GTM API only, the other in the Enterprise API only.",
                details={"field": lacks[0]},
            )
        return able[0]

    async def _send(
        self, generation: Generation, request: Request, before_send: Callable[[], Awaitable[None]] | None = None
    ) -> Response:
        side = self._sides[generation]
        response = await side.transport.send(request, side.tokens, before_send=before_send)
        self.sandbox = self.sandbox or response.sandbox
        left = response.headers.get(side.codec.balance_header or "") or ""
        if left.isascii() and left.isdigit() and len(left) < 20:
            self.balance = Balance(int(left), self._clock())
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        for side in self._sides.values():
            await side.transport.aclose()

    async def authenticate(self) -> tuple[Generation, ...]:
        """Sign in to each configured generation, or prove that a cached token is there.

        Returns:
            The generations.

        Raises:
            AuthenticationFailed: a sign-in was refused.
        """
        for side in self._sides.values():
            await side.tokens.token()
        return self.generations

    async def token_life(self, generation: Generation) -> float:
        """Seconds that the access token of a generation still lives, signing in when there is none.

        Raises:
            AuthenticationFailed: the sign-in was refused.
        """
        return (await self._sides[generation].tokens.token()).expires_at - self._clock()

    # --- search ---

    async def search(
        self,
        entity: Entity,
        filters: Mapping[str, object],
        *,
        page: object = 1,
        size: object = 25,
        sort: object = None,
    ) -> Page:
        """One page of a contact or company search. Costs no credit.

        Args:
            entity: what to search.
            filters: values by ZoomInfo's filter name; names of taxonomy values are resolved to ids.
            page: from 1.
            size: 1 to 100.
            sort: a sort field, descending with a leading minus.

        Returns:
            The page; ``resolved`` tells which names became which ids.

        Raises:
            InvalidArgument, UnknownValue, WindowExceeded: before anything is sent.
            SalesZoomInfoError: what ZoomInfo refused.
        """
        number = int(read_number("page", page, whole=True, low=1, high=None))
        rows = int(read_number("pageSize", size, whole=True, low=1, high=MAX_PAGE_SIZE))
        order = read_sort(entity, sort)
        if not filters:
            example = "companyName" if entity == "contact" else "industryCodes"
            raise fail("no_criteria", where=f"{entity} search", example=example)
        generation = self.choose(SEARCH[entity], self._filter_homes(entity, filters))
        codec = self._sides[generation].codec
        values = read_filters(entity, generation, filters)
        _check_window(generation, codec.window, number, rows)
        resolved = await resolve(FILTERS[entity], generation, values, lambda field: self.taxonomy(generation, field))
        warnings = _one_place(values) if generation == "enterprise" else ()
        response = await self._send(generation, codec.search(entity, values, number, rows, order))
        found = _read(SEARCH[entity], lambda: codec.page(entity, response, number, rows))
        return replace(found, resolved=resolved, widest=codec.window, generation=generation, warnings=warnings)

    def _filter_homes(self, entity: Entity, names: Iterable[str]) -> list[tuple[str, list[Generation]]]:
        specs = FILTERS[entity]
        return [(name, [g for g in self.generations if specs[name].wire(g)]) for name in names if name in specs]

    # --- enrich ---

    def enrich_fields(
        self, entity: Entity, outputs: object, detail: str, required: Sequence[str] = ()
    ) -> tuple[Generation, list[str]]:
        """The generation and the output fields of an enrich call.

        Args:
            entity: whose records.
            outputs: field names, or None for the default set of ``detail``.
            detail: ``concise`` or ``full``.
            required: fields that a record must have, checked names.

        Raises:
            InvalidArgument, NotAvailable: a field is unknown, or only the other generation has it.
        """
        specs = OUTPUTS[entity]
        asked = cast("list[object]", outputs) if isinstance(outputs, list) else str(outputs or "").split(",")
        names = [name.strip() for name in asked if isinstance(name, str)]
        homes: list[tuple[str, list[Generation]]] = [
            (name, [g for g in self.generations if specs[name].known(g)])
            for name in (*names, *required)
            if name in specs
        ]
        if required and entity == "company":
            # The GTM API documents requiredFields for contacts only, and refuses what it does not know.
            homes.append(("requiredFields", [g for g in self.generations if g == "enterprise"]))
        generation = self.choose(ENRICH[entity], homes)
        if required and entity == "company" and generation == "gtm":
            raise wrong_generation("The argument requiredFields for companies", generation)
        for name in required:
            if not specs[name].known(generation):
                raise wrong_generation(f"The required field {name}", generation)
        fields = read_outputs(entity, generation, cast("object", outputs), detail=detail)
        return generation, fields if "id" in fields else ["id", *fields]

    async def enrich(
        self,
        entity: Entity,
        generation: Generation,
        inputs: Sequence[Mapping[str, object]],
        outputs: Sequence[str],
        required: Sequence[str] = (),
        *,
        at_stake: int | None = None,
        before_send: Callable[[], Awaitable[None]] | None = None,
        optional: Sequence[str] = (),
    ) -> list[Match]:
        """Enrich a batch. Each record not bought in the last 12 months costs a credit.

        Args:
            entity: whose records.
            generation: from :meth:`enrich_fields`.
            inputs: 1 to 25 canonical match inputs.
            outputs: output fields that the generation has.
            required: a record lacking one of these is no match, and free.
            at_stake: credits that it costs at most, when fewer than one for each input.
            before_send: awaited right before each request leaves; what it raises ends the call unsent.
            optional: output fields to go without where the account's plan lacks them, beside the do-not-call flags of
                numbers that are asked for.

        Returns:
            What became of each input, in order.

        Raises:
            OutcomeUnknown: the call was sent and no readable answer came, so it may have been charged.
            SalesZoomInfoError: what ZoomInfo refused; then nothing was charged.
        """
        if not 1 <= len(inputs) <= BATCH:
            raise fail("out_of_range", name="the batch", value=len(inputs), low=1, high=BATCH)
        codec = self._sides[generation].codec
        spare = {*optional, *(flag for number, flag in DO_NOT_CALL.items() if number in outputs)}
        known = self._lacking.setdefault((generation, entity), set())
        lacking = set(known)
        while True:
            sent = codec.enrich(entity, inputs, [name for name in outputs if name not in lacking & spare], required)
            if at_stake is not None:
                sent = replace(sent, credits=at_stake)
            try:
                response = await self._send(generation, sent, before_send)
                # Known from now on, so that later calls do not try.
                known |= lacking
                break
            except (PlanDoesNotInclude, InvalidArgument) as error:
                # Refused before anything was charged.
                refused = _refused(error, spare & set(outputs) - lacking)
                if not refused:
                    raise
                lacking |= refused
        try:
            return _read(sent.operation, lambda: codec.matches(entity, response, inputs))
        except UpstreamUnavailable as error:
            raise _unknown(sent) from error

    async def get(self, entity: Entity, generation: Generation, record_id: str, outputs: Sequence[str]) -> Match:
        """One record by id; neither generation serves a lookup by id, so it is an enrich of one."""
        key = "personId" if entity == "contact" else "companyId"
        return (await self.enrich(entity, generation, [{key: record_id}], outputs))[0]

    # --- everything else ---

    async def prepare(self, name: str, arguments: Mapping[str, object]) -> Ask:
        """Read the arguments of an operation of :data:`~sales_zoominfo.zoominfo.asks.ASKS`; costs nothing.

        Args:
            name: the operation.
            arguments: by name, as its builder documents them.

        Raises:
            InvalidArgument, UnknownValue, NotAvailable: before anything is sent.
        """
        from .asks import ASKS

        return await ASKS[name](self, arguments)

    async def answer(
        self, ask: Ask, *, at_stake: int | None = None, before_send: Callable[[], Awaitable[None]] | None = None
    ) -> Answer:
        """Send what was prepared.

        Args:
            ask: from :meth:`prepare`.
            at_stake: credits that it costs at most, when fewer than the request says.
            before_send: awaited right before each request leaves; what it raises ends the call unsent.

        Raises:
            OutcomeUnknown: it was sent and no readable answer came, so it may have been charged.
            SalesZoomInfoError: what ZoomInfo refused; then nothing was charged.
        """
        sent = ask.request if at_stake is None else replace(ask.request, credits=at_stake)
        response = await self._send(sent.generation, sent, before_send)
        try:
            return _read(sent.operation, lambda: ask.read(response))
        except UpstreamUnavailable as error:
            if not sent.spends:
                raise
            raise _unknown(sent) from error

    # --- compliance ---

    async def compliance(self, people: Sequence[Mapping[str, object]]) -> list[list[Row]]:
        """What ZoomInfo holds about people, and which privacy rules apply. Costs no credit.

        Args:
            people: 1 to 25 canonical inputs of :func:`~sales_zoominfo.zoominfo.compliance.read_people`.

        Returns:
            The records of each person, in the inputs' order.

        Raises:
            NotAvailable: the Enterprise API is not configured.
            SalesZoomInfoError: what ZoomInfo refused.
        """
        from . import compliance

        generation = self.choose(compliance.CHECK)
        response = await self._send(generation, compliance.check_request(people))
        return _read(compliance.CHECK, lambda: compliance.held(response, people))

    # --- account ---

    async def usage(self, generation: Generation | None = None) -> list[Limit]:
        """The contract's limits; free. The credits are ``uniqueIdLimit``, not the record limit."""
        chosen = generation or self.choose(USAGE)
        codec = self._sides[chosen].codec
        response = await self._send(chosen, codec.usage())
        limits = _read(USAGE, lambda: codec.limits(response))
        for limit in limits:
            if limit.type == "uniqueIdLimit" and limit.metered:
                self.balance = Balance(limit.remaining, self._clock())
        return limits

    async def lookup(self, field: str, narrow: Mapping[str, str] | None = None) -> list[Value]:
        """The legal values of a taxonomy; free.

        Args:
            field: a name of :data:`~sales_zoominfo.zoominfo.taxonomy.LOOKUPS`.
            narrow: ``vendor``, ``category``, ``parentCategory`` or ``subCategory``, for technologies and hashtags.

        Raises:
            NotFound: no such taxonomy. NotAvailable: the account's generation does not serve it.
        """
        if field not in LOOKUPS:
            how = "Legal names: " + ", ".join(LOOKUPS) + "."
            raise fail("not_found", thing="lookup field", name=field[:60], hint=near(field, list(LOOKUPS)), how=how)
        for name in narrow or {}:
            if name not in LOOKUP_FILTERS:
                raise fail(
                    "unknown_argument",
                    where="lookup",
                    thing="filter",
                    name=name,
                    hint="",
                    legal=", ".join(LOOKUP_FILTERS),
                )
        generation = self.choose(LOOKUP)
        if LOOKUPS[field] is None and "gtm" in self.generations:
            generation = "gtm"
        return await self.taxonomy(generation, field, narrow or {})

    async def taxonomy(
        self, generation: Generation, field: str, narrow: Mapping[str, str] | None = None
    ) -> list[Value]:
        """A taxonomy of a generation; free, and asked for once."""
        key = (generation, field, tuple(sorted((narrow or {}).items())))
        if key not in self._taxonomies:
            codec = self._sides[generation].codec
            response = await self._send(generation, codec.lookup(field, narrow or {}))
            self._taxonomies[key] = _read(LOOKUP, lambda: codec.values(response))
        return self._taxonomies[key]

    async def field_rights(self, entity: Entity, use: Use, direction: Direction) -> list[FieldRight]:
        """Which fields the account may use; free."""
        operation = OPERATIONS["search_fields" if use == "search" else "enrich_fields"]
        generation = self.choose(operation)
        codec = self._sides[generation].codec
        response = await self._send(generation, codec.rights(entity, use, direction))
        return _read(operation, lambda: codec.granted(response))


def _unknown(sent: Request) -> SalesZoomInfoError:
    return fail(
        "outcome_unknown",
        operation=sent.operation.title,
        reason="its shape is unknown",
        credits=sent.credits,
        details={"credits": sent.credits},
    )


def _refused(error: SalesZoomInfoError, spare: set[str]) -> set[str]:
    """Which spare fields a refusal is about; none when it is about anything else."""
    named = error.details.get("fields")
    fields = {str(name) for name in cast("list[object]", named)} if isinstance(named, list) else set[str]()
    # The GTM API names the argument beside the field.
    fields.discard("outputFields")
    if fields:
        return fields if fields <= spare else set()
    # The plan lacks a field and the answer does not say which: the ones that nobody asked for go first.
    return spare if error.kind == "plan_field" else set()


def _check_window(generation: Generation, window: int, page: int, size: int) -> None:
    # Small pages end at the last page number, long before the window does, and larger pages read on.
    pages = LAST_PAGE[generation]
    if page > pages and pages * size < window:
        raise fail(
            "past_pages",
            page=page,
            pages=pages,
            size=size,
            window=f"{pages * size:,}",
            largest=MAX_PAGE_SIZE,
            widest=f"{window:,}",
            details={"window": pages * size},
        )
    if page * size > window:
        raise fail("past_window", window=window, page=page, size=size, details={"window": window})


def _one_place(values: dict[str, list[object]]) -> tuple[str, ...]:
    # The Enterprise API takes either of the two, so a country beside its state would bring back the whole country.
    if "state" not in values or "country" not in values:
        return ()
    state, country = str(values["state"][0]), str(values["country"][0])
    if not state.startswith(f"{country}."):
        raise fail(
            "filters_together",
            first="state",
            second="country",
            reason="the Enterprise API takes either, so every state of the country would come back.",
            details={"field": "state"},
        )
    del values["country"]
    return (f"country was left out: state={state} lies in it, and the Enterprise API would widen the search to both.",)


def _read(operation: Operation, codec: Callable[[], T]) -> T:
    # Nesting that the JSON parser just bears is too deep for what walks it afterwards.
    try:
        return codec()
    except RecursionError:
        raise unreadable(operation, "it is nested too deeply") from None
