"""What an estimate says holds: the charge equals every exact one and is never above an upper bound.

The ordinary run is short; ``PROOF_SCALE=1 pytest tests/account/test_gate_proof.py`` makes 1,200 requests of each API.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from test_gate import FIELDS, Desk

from proof import scaled
from sales_zoominfo.account.ledger import TERM
from sales_zoominfo.zoominfo.operations import Entity, Generation
from support import GENERATIONS

pytestmark = pytest.mark.anyio
REQUESTS = scaled(1200, 60)
DAY = 86_400.0
# Fields that many records lack.
REQUIRED: dict[Entity, list[str]] = {
    "contact": ["phone", "middleName", "email"],
    "company": ["ticker", "fax", "phone"],
}
ROOMY: dict[str, Any] = {f"max_credits_per_{span}": 10**6 for span in ("call", "hour", "day")}


@pytest.fixture
async def desk(sandbox_dir: Path, state_url: str, anyio_backend: str) -> AsyncIterator[Desk]:
    made = Desk(sandbox_dir, state_url)
    # The clock leaps by days, and a sign-in for each leap would wait for its turn in real time.
    made.sandbox.switches = {"credits": 10**7, "package": "unlimited", "token_ttl": 29 * DAY}
    made.sandbox.app = made.sandbox.open()
    yield made
    await made.close()


class Pool:
    """People and companies to ask for, in every way that names them."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.people: list[dict[str, Any]] = []
        self.companies: list[dict[str, Any]] = []
        self.mails: list[str] = []
        self.asked: list[tuple[Entity, list[dict[str, object]]]] = []

    async def fill(self, account: Any) -> None:
        for page in (1, 2):
            self.people += (await account.search("contact", {"state": "California"}, page=page, size=100)).rows
            self.companies += (await account.search("company", {"state": "California"}, page=page, size=60)).rows

    def person(self) -> dict[str, object]:
        row = self.dice.choice(self.people)
        roll = self.dice.random()
        if roll < 0.6:
            return {"personId": row["id"]}
        if roll < 0.7 and self.mails:
            return {"emailAddress": self.dice.choice(self.mails)}
        if roll < 0.85 and row.get("companyName"):
            return {"firstName": row["firstName"], "lastName": row["lastName"], "companyName": row["companyName"]}
        if roll < 0.9:
            name = self.dice.choice(["validDateAfter", "lastUpdatedDateAfter"])
            return {"personId": row["id"], name: self.dice.choice(["2020-01-01", "2099-01-01"])}
        if roll < 0.93:
            return {"personId": row["id"], "contactAccuracyScoreMin": self.dice.choice([70, 90, 99])}
        if roll < 0.96:
            return {"personId": str(self.dice.randrange(10**11, 10**12))}
        return {"emailAddress": f"nobody{self.dice.randrange(50)}@nowhere.example"}

    def company(self) -> dict[str, object]:
        row = self.dice.choice(self.companies)
        roll = self.dice.random()
        if roll < 0.6:
            return {"companyId": row["id"]}
        if roll < 0.75:
            return {"companyName": row["name"]}
        if roll < 0.9 and row.get("website"):
            return {"companyWebsite": row["website"]}
        return {"companyName": f"Nosuch Company {self.dice.randrange(50)} Zzz"}

    def required(self, entity: Entity, generation: Generation) -> list[str] | None:
        """What a record must have; the GTM API takes that for people only."""
        if self.dice.random() < 0.7 or (entity == "company" and generation == "gtm"):
            return None
        return self.dice.sample(REQUIRED[entity], self.dice.choice((1, 1, 2)))

    def request(self) -> tuple[Entity, list[dict[str, object]]]:
        if self.asked and self.dice.random() < 0.25:
            # A list that was worked through some time ago comes up again.
            return self.dice.choice(self.asked[-20:])
        entity: Entity = "contact" if self.dice.random() < 0.7 else "company"
        make = self.person if entity == "contact" else self.company
        count = self.dice.choice((1, 1, 2, 5, 12, 30))
        if self.dice.random() < 0.4:
            # What comes from a search is named by its id.
            rows, key = (self.people, "personId") if entity == "contact" else (self.companies, "companyId")
            inputs: list[dict[str, object]] = [{key: row["id"]} for row in self.dice.choices(rows, k=count)]
        else:
            inputs = [make() for _ in range(count)]
        # A list of a CRM names some of its records twice.
        inputs += self.dice.sample(inputs, self.dice.randrange(min(3, len(inputs)) + 1))
        self.asked.append((entity, inputs))
        return entity, inputs


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_the_charge_is_what_was_estimated(desk: Desk, tmp_path: Path, generation: Generation) -> None:
    dice = random.Random(f"estimates {generation}")
    ours, theirs = desk.state_url, f"sqlite:///{tmp_path / 'colleague.sqlite'}"
    account = await desk.open(generation, **ROOMY)
    pool = Pool(dice)
    await pool.fill(account)
    seen: Counter[str] = Counter()
    for _ in range(REQUESTS):
        if dice.random() < 0.05:
            await desk.close()
            account = await desk.open(generation, **ROOMY)
            seen["restart"] += 1
        if dice.random() < 0.1:
            desk.state_url = theirs
            colleague = await desk.open(generation, **ROOMY)
            desk.state_url = ours
            entity, inputs = pool.request()
            await colleague.enrich(entity, inputs, caller="bob", outputs=["id"])
            seen["colleague"] += 1
        # Enough for many records to lapse and be bought again during the proof.
        desk.clock.now += dice.choice((10.0, 3_600.0, DAY, 9 * DAY, 30 * DAY))
        entity, inputs = pool.request()
        check = dice.random() < 0.5
        required = pool.required(entity, generation)
        estimate = await account.estimate(entity, inputs, check=check, required=required)
        before = len(desk.sandbox.charges)
        fields = FIELDS if entity == "contact" else ["id", "name"]
        found = await account.enrich(
            entity, inputs, caller="ann", outputs=fields, required=required, max_credits=estimate.credits
        )
        charged = len(desk.sandbox.charges) - before
        told = f"{entity} {inputs} check={check} required={required}: {estimate.estimate}, charged {charged}"
        assert charged <= found.credits.spent <= estimate.credits, told
        if estimate.exact:
            assert charged == estimate.credits, told
        seen["exact" if estimate.exact else "bound"] += 1
        seen["exact and paid"] += estimate.exact and charged > 0
        seen["charged"] += charged
        seen["required and less"] += required is not None and charged < estimate.credits
        pool.mails += [match.row["email"] for match in found.matches if match.row.get("email")]
    held = desk.charges()
    assert held["sent"] == held["reserved"] == held["in_doubt"] == 0
    assert seen["exact"] + seen["bound"] == REQUESTS
    assert seen["exact"] > REQUESTS / 20, "and some of them are exact"
    assert seen["bound"] > REQUESTS / 12, "and some are not"
    assert seen["required and less"] > REQUESTS / 60, "and a field that is lacking has made some free"
    assert generation != "gtm" or seen["exact and paid"] > REQUESTS / 30
    print(f"\n{generation}: {dict(seen)}")


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_free_for_12_months_and_charged_in_the_13th(desk: Desk, generation: Generation) -> None:
    """Asked for each month, restarted each time; moved on both clocks."""
    account = await desk.open(generation, **ROOMY)
    rows = (await account.search("contact", {"state": "California"}, size=4)).rows
    inputs: list[dict[str, object]] = [{"personId": row["id"]} for row in rows]
    start = desk.clock.now
    costs: list[int] = []
    for month in range(14):
        desk.clock.now = start + month * TERM / 12 + (60 if month == 12 else 0)
        await desk.close()
        account = await desk.open(generation, **ROOMY)
        before = len(desk.sandbox.charges)
        estimate = await account.estimate("contact", inputs)
        await account.enrich("contact", inputs, caller="ann", outputs=FIELDS, max_credits=estimate.credits)
        costs.append(len(desk.sandbox.charges) - before)
        assert costs[-1] == estimate.credits
    assert costs == [4, *[0] * 11, 4, 0]
