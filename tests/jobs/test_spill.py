"""Records that repeat each other are found alike in memory and, when they are many, by way of the disk."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sales_zoominfo.jobs import loading
from sales_zoominfo.jobs.columns import recognise_columns
from sales_zoominfo.jobs.loading import Seen, pack
from sales_zoominfo.jobs.matching import Invalid, Matching, Wanted
from sales_zoominfo.jobs.planning import _Count, _piece
from sales_zoominfo.store.vault import Vault

HEADINGS = ["Email", "Note"]
# Files by such numbers: who is in each row, and 0 for nobody.
FILES = st.builds(
    lambda random, size, people: [random.randrange(people + 1) for _ in range(size)],
    st.randoms(use_true_random=False),
    st.integers(0, 1500),
    st.integers(0, 300),
)


def rows_of(numbers: list[int]) -> list[list[str]]:
    return [[f"p{number}@firm.example" if number else "", f"row {place}"] for place, number in enumerate(numbers)]


def matching() -> Matching:
    return Matching(recognise_columns(HEADINGS, [["ann@firm.example", "x"]]), "contact", Vault(bytes(32)))


def packed(numbers: list[int], seen: Seen) -> list[object]:
    try:
        return list(pack(rows_of(numbers), matching().read, seen))  # type: ignore[arg-type]
    finally:
        seen.close()


def planned(numbers: list[int], seen: Seen) -> tuple[_Count, list[list[bytes]]]:
    count, read = _Count(), matching().read
    fresh: list[list[bytes]] = []
    stream = iter(rows_of(numbers))
    try:
        while chunk := list(islice(stream, 100)):
            told: list[Wanted | Invalid] = [read(row) for row in chunk]  # type: ignore[arg-type]
            fresh.append([each.digest for each in _piece(chunk, told, count, seen)])
    finally:
        seen.close()
    return count, fresh


@given(FILES, st.sampled_from([0, 1, 3, 20]))
@settings(max_examples=40, deadline=None)
def test_a_job_packs_the_same_batches(numbers: list[int], most: int) -> None:
    kept, spilled = Seen(), Seen(most)
    whole = packed(numbers, kept)
    assert packed(numbers, spilled) == whole
    people = {number for number in numbers if number}
    assert sum(len(draft.units) for draft, _ in whole) == len(people)  # type: ignore[misc]
    assert sum(sum(twins.values()) for _, twins in whole) == sum(n > 0 for n in numbers) - len(people)  # type: ignore[misc]


@given(FILES, st.sampled_from([0, 1, 3, 20]))
@settings(max_examples=40, deadline=None)
def test_a_plan_counts_the_same(numbers: list[int], most: int) -> None:
    count, fresh = planned(numbers, Seen())
    assert planned(numbers, Seen(most)) == (count, fresh)
    assert count.units == len({number for number in numbers if number})
    assert count.units + count.duplicates + count.invalid.total() == len(numbers)


def test_the_disk_is_used_and_left_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen = Seen(10)
    seen.add({bytes([n]) * 16: n for n in range(10)})
    assert not list(tmp_path.iterdir())
    seen.add({bytes([n]) * 16: n for n in range(10, 300 - 45)})
    assert [path.name for folder in tmp_path.iterdir() for path in folder.iterdir()] == ["seen"]
    assert seen.find([bytes([7]) * 16, bytes([200]) * 16, b"\xff" * 16]) == {bytes([7]) * 16: 7, bytes([200]) * 16: 200}
    seen.close()
    assert not list(tmp_path.iterdir())
    # What is asked for at a time fits into one statement.
    assert loading._CHUNK <= 999


def test_a_plan_may_work_on_it_from_several_threads() -> None:
    # As asyncio.to_thread does: a plan of more records than are kept in memory once ended in an error.
    seen, found = Seen(1), list[dict[bytes, int]]()
    for number in range(3):
        with ThreadPoolExecutor(1) as thread:
            thread.submit(seen.add, {bytes([number]) * 16: number, bytes([number + 100]) * 16: 100}).result()
            found.append(thread.submit(seen.find, [bytes([number]) * 16]).result())
    seen.close()
    assert found == [{bytes([number]) * 16: number} for number in range(3)]
