"""The gate keeps copies of what was bought, where that is switched on, and of nobody on the opt-out list."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from privacy_parts import entry
from test_gate import FIELDS, Desk, people

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(sandbox_dir: Path, state_url: str, anyio_backend: str) -> AsyncIterator[Desk]:
    made = Desk(sandbox_dir, state_url)
    yield made
    await made.close()


def kept(desk: Desk) -> int:
    with closing(sqlite3.connect(f"file:{desk.state}?mode=ro", uri=True)) as file:
        return file.execute("SELECT COUNT(*) FROM kept_record").fetchone()[0]


async def test_a_copy_serves_the_next_call_without_one_to_zoominfo(desk: Desk) -> None:
    account = await desk.open(keep_records=30)
    inputs = await people(account, 2)
    bought = await account.enrich("contact", inputs, caller="ann", outputs=FIELDS)
    assert kept(desk) > 0
    calls = len(desk.sandbox.requests)
    again = await account.enrich("contact", inputs, caller="ann", outputs=FIELDS, max_age=1)
    assert [match.row for match in again.matches] == [match.row for match in bought.matches]
    assert again.credits.spent == 0
    assert len(desk.sandbox.requests) == calls


async def test_whoever_only_the_match_shows_to_be_listed_leaves_no_copy(desk: Desk) -> None:
    account = await desk.open()
    inputs = await people(account, 1)
    [match] = (await account.enrich("contact", inputs, caller="ann", outputs=FIELDS)).matches
    await account._screen.list.add([entry("email", str(match.row["email"]))], "test")  # pyright: ignore[reportPrivateUsage]
    await desk.close()
    account = await desk.open(keep_records=30)
    [match] = (await account.enrich("contact", inputs, caller="ann", outputs=FIELDS)).matches
    assert match.status == "SUPPRESSED"
    assert kept(desk) == 0
