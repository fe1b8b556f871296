"""One async method per operation of ZoomInfo's data APIs, the same for both generations.

Only :mod:`sales_zoominfo.account` calls it (:mod:`sales_zoominfo.app` makes it): credits, privacy and audit are
decided there.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeVar, cast

import anyio

from ..errors import InvalidArgument, PlanDoesNotInclude, SalesZoomInfoError, UpstreamUnavailable, fail, near
from .arguments import read_filters, read_outputs, wrong_generation
from .asking import Answer, Ask
from .codec import (
    BATCH,
    ENRICH,
    LOOKUP,
    RIGHTS_OF,
    SEARCH,
    USAGE,
    Codec,
    Direction,
    Use,
    rights_name,
    unreadable,
)
from .fields import DO_NOT_CALL, FILTERS, OUTPUTS
from .messages import Request, Response, TokenSource
from .operations import OPERATIONS, OUT_OF_SCOPE, Entity, Generation, Operation, Subject
from .paging import MAX_PAGE_SIZE as MAX_PAGE_SIZE
from .paging import read_page, read_sort
from .records import FieldRight, Limit, Match, Page, Row, Value
from .shelf import RETRY, RIGHTS, VALUES, Shelf
from .signals import recent_only, resolve_values
from .taxonomy import LOOKUP_FILTERS, LOOKUPS
from .transport import Transport, outcome_unknown

T = TypeVar("T")
# Rights spare a refusal; what is asked for does not wait longer for them. Seconds.
_RIGHTS_TIMEOUT = 5.0

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
        shelf: keeps taxonomies and rights; in memory alone when None.
    """

    def __init__(
        self,
        sides: Mapping[Generation, Side],
        *,
        clock: Callable[[], float] = time.time,
        shelf: Shelf | None = None,
    ) -> None:
        self._sides: dict[Generation, Side] = dict(sides)
        self._clock = clock
        self._lacking: dict[tuple[Generation, Entity], set[str]] = {}
        self._shelf = shelf or Shelf(clock=clock)
        self._untold: dict[tuple[Generation, Entity], float] = {}
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
        subject: Subject,
        filters: Mapping[str, object],
        *,
        page: object = 1,
        size: object = 25,
        sort: object = None,
    ) -> Page:
        """One page of a search. Costs no credit.

        Args:
            subject: what to search.
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
        from .bands import spread

        order = read_sort(subject, sort)
        if not filters:
            raise fail("no_criteria", where=f"{subject} search", example=_EXAMPLES[subject])
        specs = FILTERS[subject]
        filters, said = spread(specs, filters)
        generation = self.choose(SEARCH[subject], self._filter_homes(subject, filters))
        codec = self._sides[generation].codec
        values = read_filters(subject, generation, filters)
        number, rows = read_page(generation, page, size)
        resolved = said | await resolve_values(self, specs, generation, values)
        warnings = (*_one_place(values), *recent_only(subject, values)) if generation == "enterprise" else ()
        response = await self._send(generation, codec.search(subject, values, number, rows, order))
        found = _read(SEARCH[subject], lambda: codec.page(subject, response, number, rows))
        return replace(found, resolved=resolved, widest=codec.window, generation=generation, warnings=warnings)

    def _filter_homes(self, subject: Subject, names: Iterable[str]) -> list[tuple[str, list[Generation]]]:
        specs = FILTERS[subject]
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
            raise outcome_unknown(sent, "its shape is unknown") from error

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
            InvalidArgument, UnknownValue: before anything is sent.
            NotAvailable: the account's generations lack it, or it is one of :data:`OUT_OF_SCOPE`.
        """
        from .asks import ASKS

        side = self._sides.get("enterprise")
        builder = (side.codec.asks.get(name) if side else None) or ASKS.get(name)
        if builder is None:
            excluded = OUT_OF_SCOPE[name]
            raise fail("out_of_scope", title=excluded.title, reason=excluded.reason)
        return await builder(self, arguments)

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
        try:
            response = await self._send(sent.generation, sent, before_send)
        except SalesZoomInfoError as error:
            if ask.refused is None:
                raise
            return ask.refused(error)
        try:
            return _read(sent.operation, lambda: ask.read(response))
        except UpstreamUnavailable as error:
            if not sent.spends:
                raise
            raise outcome_unknown(sent, "its shape is unknown") from error

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
        if compliance.CHECK.name in self._sides[generation].codec.asks:
            # The published call takes one person, by e-mail address alone.
            asks = [await self.prepare(compliance.CHECK.name, person) for person in people]
            return [(await self.answer(ask)).rows for ask in asks]
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
        """A taxonomy of a generation; free, and asked for once a day."""
        name = _listed(generation, field, narrow or {})

        async def ask() -> list[Value]:
            codec = self._sides[generation].codec
            response = await self._send(generation, codec.lookup(field, narrow or {}))
            return _read(LOOKUP, lambda: codec.values(response))

        return (await self._shelf.get(name, VALUES, ask)).items

    def told_at(self, field: str, narrow: Mapping[str, str] | None = None) -> float | None:
        """When ZoomInfo told a taxonomy that has been looked up here, in Unix seconds; the oldest, of both APIs."""
        known = [self._shelf.told(_listed(generation, field, narrow or {})) for generation in self.generations]
        return min((at for at in known if at is not None), default=None)

    async def meaning(self, field: str, text: str) -> list[str]:
        """What a search would use for a text, in a filter that takes values of a taxonomy; free.

        Args:
            field: the taxonomy.
            text: any text.

        Raises:
            NotFound: no such taxonomy. UnknownValue, InvalidArgument: as the search would.
        """
        for specs in FILTERS.values():
            spec = next((spec for spec in specs.values() if spec.lookup == field), None)
            homes: list[Generation] = [] if spec is None else [name for name in self.generations if spec.wire(name)]
            if spec is not None and homes:
                values: dict[str, list[object]] = {spec.name: [text]}
                await resolve_values(self, specs, homes[0], values)
                return [str(item) for item in values[spec.name]]
        from .taxonomy import find

        return [find(field, text, await self.lookup(field), lookup=field).id]

    async def field_rights(
        self, entity: str, use: Use, direction: Direction, generation: Generation | None = None
    ) -> list[FieldRight]:
        """Which fields the account may use; free, and asked for once a day.

        Args:
            entity: contact, company, intent, scoop, news; for an enrich also technology, hashtag, org_chart,
                corporate_hierarchy, and on the Enterprise API company_master, location, ip, compliance.
            use: ``search`` or ``enrich``.
            direction: ``input`` or ``output``.
            generation: None for the one that is preferred.

        Raises:
            InvalidArgument: no such list. NotAvailable: only the other generation has it.
        """
        if entity not in RIGHTS_OF[use]:
            legal = tuple(RIGHTS_OF[use])
            raise fail("not_a_choice", name="entity", value=entity, hint=near(entity, legal), legal=", ".join(legal))
        operation = OPERATIONS["search_fields" if use == "search" else "enrich_fields"]
        having: list[Generation] = [name for name in self.generations if rights_name(entity, use, direction, name)]
        chosen = generation or self.choose(operation, [(entity, having)])

        async def ask() -> list[FieldRight]:
            codec = self._sides[chosen].codec
            response = await self._send(chosen, codec.rights(entity, use, direction))
            return _read(operation, lambda: codec.granted(response))

        return (await self._shelf.get(f"{chosen}:rights:{entity}:{use}:{direction}", RIGHTS, ask)).items

    async def forbidden(self, entity: Entity, generation: Generation) -> frozenset[str]:
        """Output fields of an enrich that the account's plan lacks; none when ZoomInfo does not tell."""
        untold = self._untold.get((generation, entity))
        if untold is not None and 0 <= self._clock() - untold < RETRY:
            return frozenset()
        with suppress(SalesZoomInfoError), anyio.move_on_after(_RIGHTS_TIMEOUT):
            rights = await self.field_rights(entity, "enrich", "output", generation)
            return frozenset(right.name for right in rights if right.granted is False)
        self._untold[(generation, entity)] = self._clock()
        return frozenset()


def _listed(generation: Generation, field: str, narrow: Mapping[str, str]) -> str:
    return f"{generation}:{field}:" + "&".join(f"{key}={value}" for key, value in sorted(narrow.items()))


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


# A filter to name where none is given.
_EXAMPLES: dict[Subject, str] = {
    "contact": "companyName",
    "company": "industryCodes",
    "intent": "topics",
    "scoop": "publishedStartDate",
    "news": "categories",
}


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
