"""What enriching would cost: of lists of inputs, or of what a search finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from ..errors import SalesZoomInfoError
from ..zoominfo.arguments import read_inputs, read_number, read_required
from ..zoominfo.client import MAX_PAGE_SIZE, Client
from ..zoominfo.fields import FILTERS, INPUTS
from ..zoominfo.operations import Entity
from .copies import Copies
from .ledger import Estimate, Item, Ledger
from .match_key import CONSTRAINTS, ID_FIELD
from .privacy import PENDING_PAID, Screen, withheld_whole
from .settling import Settler

# An enrich call takes at most so many.
MOST = 100
REFUSED = "on the opt-out list, never sent"
UNOWNED = "new, says ZoomInfo"
LACKING = "free too where a record lacks a required field"
COPIED = "free too where a copy kept here is new enough"


@dataclass(frozen=True, slots=True)
class Estimated:
    """What a list would cost.

    Attributes:
        entity: what is in it.
        estimate: of all of its inputs, with one item for each.
        ids: the records of a search, in the order of the items; empty for a list of inputs.
        found: how many records the search has in all; None for a list of inputs.
        checked: how many records ZoomInfo was asked about, free of charge.
        warnings: what the search and the opt-out list had to say.
    """

    entity: Entity
    estimate: Estimate
    ids: list[str] = field(default_factory=list[str])
    found: int | None = None
    checked: int = 0
    warnings: tuple[str, ...] = ()

    @property
    def credits(self) -> int:
        """At most so many."""
        return self.estimate.credits

    @property
    def exact(self) -> bool:
        """Whether it costs just that."""
        return self.estimate.exact


class Estimator:
    """Estimates; nothing here costs a credit.

    Args:
        client: the APIs.
        ledger: knows what was bought.
        settler: asks ZoomInfo, where that is free.
        screen: says which inputs would never be sent.
        copies: bought records kept here, None for none.
    """

    def __init__(
        self, client: Client, ledger: Ledger, settler: Settler, screen: Screen, copies: Copies | None = None
    ) -> None:
        self._client = client
        self._ledger = ledger
        self._settler = settler
        self._screen = screen
        self._copies = copies

    async def inputs(
        self, entity: Entity, inputs: object, *, check: bool, required: object = None, max_age: object = None
    ) -> Estimated:
        """What enriching these inputs costs at most.

        Args:
            entity: what they are.
            inputs: as for the enrich tools.
            check: ask ZoomInfo about records that are named by their id, where that is free.
            required, max_age: as for the enrich tools; with them a new record may be free.

        Raises:
            InvalidArgument: see :func:`~sales_zoominfo.zoominfo.arguments.read_inputs`; or a required field is unknown.
            NotAvailable: the account's APIs lack a required field.
        """
        items = read_inputs(entity, inputs, where=INPUTS[entity])
        return await self._estimate(entity, items, check=check, spared=self._spared(entity, required, max_age))

    async def known(self, entity: Entity, inputs: Sequence[Mapping[str, object]]) -> Estimate:
        """What enriching any number of canonical inputs costs at most, by the ledger and the opt-out list alone."""
        return (await self._estimate(entity, inputs, check=False)).estimate

    async def search(
        self,
        entity: Entity,
        filters: Mapping[str, object],
        limit: object,
        *,
        required: object = None,
        max_age: object = None,
    ) -> Estimated:
        """What enriching the first results of a search costs; the search is free.

        Args:
            entity: what is searched.
            filters: as for the search tools.
            limit: how many of its results, 1 to 100.
            required, max_age: as for :meth:`inputs`.

        Raises:
            InvalidArgument, UnknownValue: a filter or a required field is wrong.
            SalesZoomInfoError: what ZoomInfo refused.
        """
        size = int(read_number("maxResults", limit, whole=True, low=1, high=MOST))
        spared = self._spared(entity, required, max_age)
        asked_at = (await self._ledger.view()).now
        told = FILTERS[entity].get("underManagement")
        sought = await self._screen.sought(filters)
        filters = sought.filters
        given = dict(filters)
        if "gtm" in self._client.generations and told is not None and given:
            # It narrows nothing: with it, GTM tells of each row whether it is under management.
            given = {"underManagement": True, **given}
        try:
            page = await self._client.search(entity, given, page=1, size=min(size, MAX_PAGE_SIZE))
        except SalesZoomInfoError:
            if given == dict(filters):
                raise
            # A plan may lack that filter, or one of the others may be of the other API only.
            page = await self._client.search(entity, filters, page=1, size=min(size, MAX_PAGE_SIZE))
        owned = await self._settler.learn(entity, page.rows, asked_at)
        shown, warnings = withheld_whole(page) if sought.hidden else await self._screen.page(entity, page)
        ids = [str(row["id"]) for row in shown.rows if row.get("id")]
        estimate = Estimate(0, True, "exact: nothing was found", ())
        if ids:
            inputs: list[dict[str, object]] = [{ID_FIELD[entity]: record} for record in ids]
            estimate = await self._ledger.estimate(entity, inputs)
            estimate = _at_most(estimate, spared) if spared else _with_told(estimate, owned)
        told = (*page.warnings, *sought.warnings, *warnings)
        return Estimated(entity, estimate, ids, page.total, len(owned), told)

    def _spared(self, entity: Entity, required: object, max_age: object) -> str:
        """Why a record that must be bought may be free all the same; empty when it cannot."""
        needed = read_required(entity, required)
        if needed:
            self._client.enrich_fields(entity, None, "concise", needed)
        days = 0 if max_age is None else read_number("maxAge", max_age, whole=False, low=0, high=None)
        if needed:
            return LACKING
        return COPIED if days and self._copies is not None and self._copies.kept else ""

    async def _estimate(
        self, entity: Entity, inputs: Sequence[Mapping[str, object]], *, check: bool, spared: str = ""
    ) -> Estimated:
        scope = await self._screen.list.scope()
        refused = await self._screen.refuse(entity, inputs, scope)
        kept = [index for index in range(len(inputs)) if index not in refused]
        told: dict[str, bool] = {}
        estimate = await self._ledger.estimate(entity, [inputs[index] for index in kept])
        unsure = [item.zi_id for item in estimate.items if item.zi_id and item.credits]
        if check and unsure:
            # The estimate stands without it.
            with suppress(SalesZoomInfoError):
                told = await self._settler.check(entity, unsure)
        if told:
            estimate = await self._ledger.estimate(entity, [inputs[index] for index in kept])
            narrowed = {
                str(item.zi_id)
                for index, item in zip(kept, estimate.items, strict=True)
                if CONSTRAINTS & inputs[index].keys()
            }
            if not spared:
                # With a constraint a record that exists may still be no match.
                estimate = _with_told(estimate, {key: owned for key, owned in told.items() if key not in narrowed})
        if spared:
            estimate = _at_most(estimate, spared)
        if refused:
            items = iter(estimate.items)
            whole = [Item(0, REFUSED, exact=True) if index in refused else next(items) for index in range(len(inputs))]
            moved = [
                item
                if item.twin is None or index in refused
                else item._replace(twin=kept[item.twin], why=f"duplicate of input {kept[item.twin]}")
                for index, item in enumerate(whole)
            ]
            estimate = replace(estimate, items=tuple(moved))
        warnings = (PENDING_PAID,) if kept and scope.pending and entity == "contact" else ()
        return Estimated(entity, estimate, checked=len(told), warnings=warnings)


def _at_most(estimate: Estimate, why: str) -> Estimate:
    """An estimate that says why it is an upper bound, where it costs something."""
    return replace(estimate, reason=f"{estimate.reason}; {why}") if estimate.credits else estimate


def _with_told(estimate: Estimate, owned: Mapping[str, bool]) -> Estimate:
    """An estimate in which ZoomInfo's word on a record counts."""
    items = tuple(
        item._replace(why=UNOWNED, exact=True)
        if item.credits and item.zi_id and owned.get(item.zi_id) is False
        else item
        for item in estimate.items
    )
    unsure = sum(not item.exact for item in items)
    if unsure == sum(not item.exact for item in estimate.items):
        return replace(estimate, items=items)
    if not unsure:
        return Estimate(estimate.credits, True, "exact: ZoomInfo was asked which records are under management", items)
    several = "one record is" if unsure == 1 else f"{unsure} records are"
    return Estimate(estimate.credits, False, f"upper bound: of {several} not known whether it must be bought", items)
