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
from chaos.episodes import KINDS, MIDNIGHT, Episode

from proof import scaled
from sales_zoominfo.account.ledger import RACE
from sales_zoominfo.store import Store, open_store

SEED = os.environ.get("PROOF_SEED", "")
ORDINARY = {"sqlite": 240, "postgresql": 60}
# Interleavings of seed "a" in which a day was once given back what it had cost: a call of the day before, heard of
# after midnight, was taken for the buyer of what a call of the day had bought.
ONCE_BROKEN = (
    2996,
    17783,
    18239,
    22745,
    22985,
    33974,
    41246,
    51041,
    55214,
    58937,
    61187,
    61622,
    62057,
    70679,
    76160,
    77126,
    78686,
    79001,
    82298,
    85241,
    90533,
    91433,
    93419,
    94514,
    98552,
    99686,
)


async def _open(state_url: str) -> Store:
    """A store where all charges of one of thousands of accounts are found, which the ledger itself never asks for."""
    store = await open_store(state_url)
    await store.write(lambda c: c.execute("CREATE INDEX IF NOT EXISTS proof ON charge (account)").rowcount)
    return store


@pytest.mark.anyio
async def test_no_interleaving_breaks_the_ledger(either_state_url: str) -> None:
    count = scaled(100_000, ORDINARY[either_state_url.partition(":")[0]])
    stores = [await _open(either_state_url) for _ in range(2)]
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
        if not (number + 1) % 10_000:
            print(f"{number + 1} of {count} interleavings, {len(broken)} broken", flush=True)
    for store in stores:
        await store.close()
    print(f"{count} interleavings: {dict(seen)}")
    assert not broken, f"{len(broken)} of {count}: {broken[:5]}"
    # The proof is worth what it has met.
    for met in ("crash with calls", "answer lost", "recover", "reservation_lapsed", "over_ceiling", "over_budget"):
        assert seen[met] >= count / 100, met


@pytest.mark.anyio
async def test_interleavings_that_once_broke_the_ledger(either_state_url: str) -> None:
    store = await _open(either_state_url)
    for number in ONCE_BROKEN:
        await Episode(lambda _: store, f"account-{number}", f"a{number}", KINDS[number % len(KINDS)]).run()
    await store.close()


@pytest.mark.anyio
async def test_no_day_is_given_back_what_it_has_cost(either_state_url: str) -> None:
    """Calls that are sent before midnight and heard of after it, beside calls for the same records."""
    count = scaled(20_000, ORDINARY[either_state_url.partition(":")[0]])
    store = await _open(either_state_url)
    broken: list[str] = []
    crossed = 0
    for number in range(count):
        episode = Episode(
            lambda _: store,
            f"account-{number}",
            f"midnight {SEED}{number}",
            KINDS[number % len(KINDS)],
            MIDNIGHT - RACE / (4 + number % 9),
        )
        try:
            await episode.run()
        except AssertionError as error:
            broken.append(f"{number} ({episode.kind}): {error}")
        crossed += episode.seen["midnight with calls"]
    await store.close()
    assert not broken, f"{len(broken)} of {count}: {broken[:5]}"
    assert crossed >= count / 10
