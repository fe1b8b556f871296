"""Local copies of bought records: off unless ``ZOOMINFO_KEEP_RECORDS`` says for how many days; encrypted, and screened
again by whoever hands them out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .screening import record_keys

if TYPE_CHECKING:
    from ..store.base import Store, Transaction
    from ..store.vault import Vault
    from ..zoominfo.operations import Entity
    from .privacy import Screen

LANE = "copies"
DAY = 86_400.0
_PURPOSE = "copy"


class Copies:
    """Copies of what was bought.

    Args:
        store: holds them.
        vault: its keys.
        account: the ledger's name of the account that bought them.
        days: how long they stay; 0 keeps none.
        screen: asked before one is kept or handed out.
        clock: Unix seconds, None for the database's.
    """

    def __init__(
        self,
        store: Store,
        vault: Vault,
        account: str,
        *,
        days: int,
        screen: Screen,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._store = store
        self._vault = vault
        self._account = account
        self.days = days
        self._screen = screen
        self._clock = clock

    @property
    def kept(self) -> bool:
        """Whether copies are kept at all."""
        return self.days > 0

    def _now(self, transaction: Transaction) -> float:
        return transaction.now() if self._clock is None else self._clock()

    def _digest(self, entity: Entity, zi_id: str) -> bytes:
        return self._vault.digest(_PURPOSE, f"{self._account}\n{entity}\n{zi_id}")

    async def put(self, entity: Entity, zi_id: str, fields: Sequence[str], values: Mapping[str, Any]) -> None:
        """Keep the fields of a record that were bought; fields kept before stay, with their own dates.

        Args:
            entity: whose record.
            zi_id: its ZoomInfo id.
            fields: the output fields that were asked for; those without a value are known to be empty.
            values: the row.
        """
        if not self.kept:
            return
        digest, purpose = self._digest(entity, zi_id), f"{_PURPOSE} {entity}"

        def job(transaction: Transaction) -> None:
            now = self._now(transaction)
            held = self._held(transaction, digest, purpose, now - self.days * DAY)
            held.update({name: [now, values.get(name)] for name in fields})
            sealed = self._vault.encrypt(purpose, json.dumps(held, ensure_ascii=False).encode())
            transaction.execute(
                "INSERT INTO kept_record (digest, sealed, at) VALUES (?, ?, ?) "
                "ON CONFLICT (digest) DO UPDATE SET sealed = excluded.sealed, at = excluded.at",
                (digest, sealed, now),
            )

        await self._store.write(job, lane=LANE)

    async def get(
        self, entity: Entity, zi_id: str, fields: Sequence[str], max_age_days: float
    ) -> dict[str, Any] | None:
        """A kept record, if all of the fields are there and new enough.

        Args:
            entity: whose record.
            zi_id: its ZoomInfo id.
            fields: the output fields that are wanted.
            max_age_days: how old the oldest of them may be.

        Returns:
            The row, empty fields left out; None when something is missing, too old, or on the opt-out list by now.
        """
        if not self.kept or max_age_days <= 0:
            return None
        digest, purpose = self._digest(entity, zi_id), f"{_PURPOSE} {entity}"

        def job(transaction: Transaction) -> dict[str, list[Any]]:
            oldest = self._now(transaction) - min(float(self.days), max_age_days) * DAY
            return self._held(transaction, digest, purpose, oldest)

        held = await self._store.read(job)
        if not all(name in held for name in fields):
            return None
        name = "personId" if entity == "contact" else "companyId"
        place = self._screen.place
        keys = record_keys({name: zi_id, **{key: item[1] for key, item in held.items() if key != "id"}}, place)
        if await self._screen.list.hits(keys):
            await self.forget(entity, zi_id)
            return None
        return {name: held[name][1] for name in fields if held[name][1] is not None}

    def _held(self, transaction: Transaction, digest: bytes, purpose: str, oldest: float) -> dict[str, list[Any]]:
        row = transaction.execute("SELECT sealed FROM kept_record WHERE digest = ?", (digest,)).fetchone()
        if row is None:
            return {}
        told: dict[str, list[Any]] = json.loads(self._vault.decrypt(purpose, row[0]))
        return {name: item for name, item in told.items() if item[0] > oldest}

    async def forget(self, entity: Entity, zi_id: str) -> None:
        """Delete one copy."""
        digest = self._digest(entity, zi_id)
        await self._store.write(
            lambda transaction: transaction.execute("DELETE FROM kept_record WHERE digest = ?", (digest,)), lane=LANE
        )

    async def purge(self, *, everything: bool = False) -> int:
        """Delete copies whose days are over, all of them when none are to be kept, and those now on the opt-out list.

        Args:
            everything: delete all of them.

        Returns:
            How many went.
        """
        days = 0 if everything else self.days

        def job(transaction: Transaction) -> int:
            # All means those too that a clock set back has left in the future.
            if not days:
                return transaction.execute("DELETE FROM kept_record").rowcount
            oldest = self._now(transaction) - days * DAY
            return transaction.execute("DELETE FROM kept_record WHERE at <= ?", (oldest,)).rowcount

        return await self._store.write(job, lane=LANE)

    async def drop_opted_out(self) -> int:
        """Delete every copy that the opt-out list names by now, after it has grown.

        Returns:
            How many went.
        """
        gone = 0
        after = b""
        while True:
            rows = await self._store.read(lambda transaction, start=after: self._batch(transaction, start))
            if not rows:
                return gone
            after = bytes(rows[-1][0])
            doomed: list[bytes] = []
            for digest, sealed in rows:
                row = self._row(bytes(sealed))
                hits = await self._screen.list.hits(record_keys(row, self._screen.place))
                if hits:
                    # The last chance to know what else the person goes by.
                    await self._screen.learn(hits, row)
                    doomed.append(bytes(digest))
            if doomed:
                await self._store.write(lambda transaction, gone=doomed: _delete(transaction, gone), lane=LANE)
                gone += len(doomed)

    @staticmethod
    def _batch(transaction: Transaction, after: bytes) -> list[tuple[bytes, bytes]]:
        sql = "SELECT digest, sealed FROM kept_record WHERE digest > ? ORDER BY digest LIMIT 200"
        return transaction.execute(sql, (after,)).fetchall()

    def _row(self, sealed: bytes) -> dict[str, Any]:
        from ..errors import SalesZoomInfoError

        for entity, name in (("contact", "personId"), ("company", "companyId")):
            try:
                held: dict[str, list[Any]] = json.loads(self._vault.decrypt(f"{_PURPOSE} {entity}", sealed))
            except SalesZoomInfoError:
                continue
            return {(name if key == "id" else key): item[1] for key, item in held.items() if item[1] is not None}
        return {}


def _delete(transaction: Transaction, digests: Sequence[bytes]) -> None:
    transaction.executemany("DELETE FROM kept_record WHERE digest = ?", [(digest,) for digest in digests])
