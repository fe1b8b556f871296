"""Free readings that say what was bought: charges in doubt, and records that an estimate is about.

GTM tells for each record whether it is under management and since when (a search with the filter ``underManagement``);
where it does not, the fall of the account's own figure tells how many were billed.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

import anyio

from ..errors import SalesZoomInfoError
from ..zoominfo.client import MAX_PAGE_SIZE, Client
from ..zoominfo.operations import Entity
from .buying import Buyer
from .ledger import Ledger
from .match_key import EVERYBODY, ID_FIELD

# One search asks about so many records.
ASKED = MAX_PAGE_SIZE
# Doubts are looked at with so many calls at a time at most, for so long, and again after a while only. Seconds.
CALLS = 4
PATIENCE = 5.0
AGAIN_AFTER = 60.0
# So many records in doubt are looked at in one go, to know whether some are left to be asked about.
LISTED = 100_000


class Settler:
    """Reads, free of charge, what became of a purchase.

    Args:
        client: the APIs.
        ledger: takes the answers.
        buyer: reads the account's own figure.
    """

    def __init__(self, client: Client, ledger: Ledger, buyer: Buyer) -> None:
        self._client = client
        self._ledger = ledger
        self._buyer = buyer
        self._tried = float("-inf")
        # Records in doubt that ZoomInfo does not find; the balance has to tell.
        self._silent: set[tuple[Entity, str]] = set()

    async def settle(self, *, now: bool = False) -> None:
        """Settle the charges in doubt that are old enough, within some seconds; never raises for ZoomInfo or the state.

        Args:
            now: also when it has just been tried.
        """
        if not now and time.monotonic() - self._tried < AGAIN_AFTER:
            return
        self._tried = time.monotonic()
        with suppress(SalesZoomInfoError), anyio.move_on_after(PATIENCE):
            if not (await self._ledger.view()).doubts:
                return
            # The balance tells how many were billed and not which, so it is not asked while a record still can be.
            if "gtm" in self._client.generations and not await self._ask():
                return
            view = await self._ledger.view()
            for generation in self._client.generations:
                if not view.doubts:
                    return
                reading = await self._buyer.read(generation)
                if reading.balance is not None:
                    await self._ledger.weigh(generation, reading.balance, view)
                    view = await self._ledger.view()

    async def _ask(self) -> bool:
        """Ask about the records with a charge in doubt; whether none is left to be asked about."""
        named = [each for each in await self._ledger.doubts(LISTED) if each not in self._silent]
        now = named[: ASKED * CALLS]
        for entity in ("contact", "company"):
            ids = [record for kind, record in now if kind == entity]
            for start in range(0, len(ids), ASKED):
                some = ids[start : start + ASKED]
                told = await self.check(entity, some)
                self._silent.update((entity, record) for record in some if record not in told)
        return len(now) == len(named)

    async def check(self, entity: Entity, ids: Iterable[str]) -> dict[str, bool]:
        """Ask whether records are under management, and tell the ledger.

        Args:
            entity: whose ids.
            ids: up to 100 are asked about, in one free call.

        Returns:
            Whether, by id; an id that ZoomInfo does not find is left out.

        Raises:
            SalesZoomInfoError: it cannot be asked.
        """
        wanted = list(dict.fromkeys(ids))[:ASKED]
        if not wanted or "gtm" not in self._client.generations:
            return {}
        asked_at = (await self._ledger.view()).now
        filters = {ID_FIELD[entity]: wanted, "underManagement": True, **EVERYBODY[entity]}
        page = await self._client.search(entity, filters, page=1, size=ASKED)
        return await self.learn(entity, page.rows, asked_at)

    async def learn(self, entity: Entity, rows: Sequence[dict[str, object]], asked_at: float) -> dict[str, bool]:
        """Tell the ledger what search rows say about who is under management.

        Args:
            entity: whose rows.
            rows: of a search with ``underManagement``.
            asked_at: when it was asked, by the ledger's clock.

        Returns:
            Whether, by id, where the row says so.
        """
        told: dict[str, bool] = {}
        bought: list[tuple[str, float]] = []
        for row in rows:
            record, owned = str(row.get("id", "")), row.get("underManagement")
            if not record or not isinstance(owned, bool):
                continue
            since = _moment(row.get("purchaseDate"))
            if owned and since is None:
                continue
            told[record] = owned
            if since is not None:
                bought.append((record, since))
        await self._ledger.note_management(entity, bought, [key for key, owned in told.items() if not owned], asked_at)
        return told


def _moment(value: object) -> float | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
