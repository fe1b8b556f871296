"""One process of the proof with real kills: enriches random people through the real gate until it is killed.

    python -m chaos.worker STATE_URL BASE_URL GENERATION BUDGET PEOPLE_FILE SEED

Writes a line to its output after each call.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from random import Random
from typing import cast

from sales_zoominfo.errors import SalesZoomInfoError
from sales_zoominfo.zoominfo.operations import Generation

from .reality import FIELDS, open_app


async def work(state_url: str, base_url: str, generation: str, budget: str, people: str, seed: str) -> None:
    random = Random(seed)
    pool: list[str] = json.loads(people)
    app = open_app(state_url, base_url, cast("Generation", generation), int(budget))
    account = await app.account()

    async def call() -> None:
        inputs = [{"personId": who} for who in random.sample(pool, random.randint(1, 6))]
        try:
            await account.enrich("contact", inputs, caller=f"caller-{random.randint(1, 3)}", outputs=FIELDS)
            told = "done"
        except SalesZoomInfoError as error:
            told = error.kind
        print(told, flush=True)

    while True:
        await asyncio.gather(*(call() for _ in range(random.randint(1, 2))))


if __name__ == "__main__":
    *arguments, listed, seed = sys.argv[1:]
    asyncio.run(work(*arguments, Path(listed).read_text(), seed))
