"""Random interleavings of reserve, send, settle, crash and restart: no budget is passed, and the ledger is right.

The ordinary run plays some hundred. The full proof, 100,000 on each database:

    PROOF_SCALE=1 python -m pytest tests/account/test_chaos.py

which takes the better part of an hour on SQLite and some hours on PostgreSQL; ``-k sqlite`` and ``-k postgresql`` run
them one by one. ``PROOF_SEED`` chooses another set of interleavings.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest
from chaos.episodes import KINDS, Episode

from proof import scaled
from sales_zoominfo.store import open_store

SEED = os.environ.get("PROOF_SEED", "")
ORDINARY = {"sqlite": 240, "postgresql": 60}


@pytest.mark.anyio
async def test_no_interleaving_breaks_the_ledger(either_state_url: str) -> None:
    count = scaled(100_000, ORDINARY[either_state_url.partition(":")[0]])
    stores = [await open_store(either_state_url) for _ in range(2)]
    seen = Counter[str]()
    broken: list[str] = []
    for number in range(count):
        episode = Episode(
            lambda who: stores[who % 2], f"account-{number}", f"{SEED}{number}", KINDS[number % len(KINDS)]
        )
        try:
            await episode.run()
        except AssertionError as error:
            broken.append(f"{number} ({episode.kind}): {error}")
        seen += episode.seen
    for store in stores:
        await store.close()
    print(f"{count} interleavings: {dict(seen)}")
    assert not broken, f"{len(broken)} of {count}: {broken[:5]}"
    # The proof is worth what it has met.
    for met in ("crash with calls", "answer lost", "recover", "reservation_lapsed", "over_ceiling", "over_budget"):
        assert seen[met] >= count / 100, met
