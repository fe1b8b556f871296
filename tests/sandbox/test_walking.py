"""The short cuts of a search give what the long way gives: pages of an order, people of companies, rows as text."""

from __future__ import annotations

import json
import random
from array import array
from pathlib import Path

import pytest

from sales_zoominfo.sandbox import bitmaps
from sales_zoominfo.sandbox import dataset as data_files
from sales_zoominfo.sandbox.bitmaps import Deposit, Runs
from sales_zoominfo.sandbox.contact_rows import contact_rows
from sales_zoominfo.sandbox.records import iso, iso_date
from sales_zoominfo.sandbox.walking import Walker

PART = 16_384
SIZE = 3 * PART + 5_000


class Orders:
    """An order of records in parts as the index gives them, forwards and backwards, and what has been read of it."""

    def __init__(self, dice: random.Random) -> None:
        self.numbers = list(range(SIZE))
        dice.shuffle(self.numbers)
        self.read = 0

    def part(self, number: int) -> array[int]:
        self.read += 1
        return array("I", self.numbers[number * PART : (number + 1) * PART])

    def back(self, number: int) -> array[int]:
        return self.part((SIZE - 1) // PART - number)[::-1]


def test_pages_in_any_order_are_those_of_the_whole_list() -> None:
    dice = random.Random(1)
    orders, walker = Orders(dice), Walker(SIZE)
    sets: list[set[int]] = [set(dice.sample(range(SIZE), count)) for count in (SIZE, 20_000, 900, 40)]
    # Nobody among the first, nor among the last, as board members are left out of an order by rank.
    sets.append(set(orders.numbers[14_000:40_000]))
    bits = [bitmaps.of(chosen, SIZE) for chosen in sets]
    whole = {
        (place, way): [number for number in orders.numbers[::way] if number in chosen]
        for place, chosen in enumerate(sets)
        for way in (1, -1)
    }
    for _ in range(600):
        place, way = dice.randrange(len(sets)), dice.choice((1, -1))
        wanted = whole[place, way]
        count = dice.choice((1, 25, 100, 2_500, 10_000, 15_000, len(wanted)))
        count = min(count, len(wanted))
        parts = orders.part if way == 1 else orders.back
        found = walker.first(bits[place], place, f"by {way}", parts, count)
        assert list(found[:count]) == wanted[:count], (place, way, count)


def test_a_later_page_goes_on_where_the_last_one_ended() -> None:
    orders, walker = Orders(random.Random(2)), Walker(SIZE)
    chosen = bitmaps.of(orders.numbers[PART + 100 :], SIZE)
    walker.first(chosen, "search", "by", orders.part, 50)
    before = orders.read
    assert before == 2
    walker.first(chosen, "search", "by", orders.part, 50)
    assert orders.read == before
    walker.first(chosen, "search", "by", orders.part, 1_000)
    assert orders.read == before + 1


@pytest.mark.parametrize("seed", range(6))
def test_the_records_of_groups_of_any_number(seed: int) -> None:
    dice = random.Random(seed)
    sizes = [dice.choice((0, 0, 1, 1, 2, 5, 60)) for _ in range(1_500)]
    starts = array("I", [0])
    for size in sizes:
        starts.append(starts[-1] + size)
    # Behind the groups come records that belong to none.
    total = starts[-1] + 500
    used = [group for group, size in enumerate(sizes) if size]

    def deposit(places: list[int], size: int) -> Deposit:
        mask = bitmaps.of(places, size)
        return Deposit(mask, bitmaps.moves(mask, size))

    runs = Runs(starts, lambda: (deposit(used, len(sizes)), deposit([starts[group] for group in used], total)))
    for count in (0, 1, 23, 24, 25, 40, 90, 400, 1_400, 1_500):
        groups = dice.sample(range(len(sizes)), count)
        wanted = [number for group in sorted(groups) for number in range(starts[group], starts[group + 1])]
        assert bitmaps.members(runs.records(bitmaps.of(groups, len(sizes)))) == wanted, count


def test_a_row_shows_what_the_record_holds(dataset: Path) -> None:
    connection = data_files.open_readonly(dataset)
    people = {key: json.loads(doc) for key, doc in connection.execute("SELECT id, doc FROM person_doc LIMIT 3000")}
    companies = {key: json.loads(doc) for key, doc in connection.execute("SELECT id, doc FROM company_doc")}
    seen, ids = set[str](), list(people)
    for start in range(0, len(ids), 100):
        for row in contact_rows(connection, ids[start : start + 100], 1_000_000_000):
            doc = people[row.id]
            employer = companies.get(doc["company"])
            assert (row.first, row.middle, row.last) == (doc["first"], doc["middle"], doc["last"])
            assert (row.title, row.accuracy, row.company_id) == (doc["title"], doc["accuracy"], doc["company"])
            assert row.school == (doc["education"][0][0] if doc["education"] else "")
            assert row.levels.count(",") == max(0, len(doc["levels"]) - 1)
            assert (row.valid, row.updated) == (1_000_000_000 + doc["valid"], 1_000_000_000 + doc["updated"])
            assert row.company_name == (employer["name"] if employer else "")
            assert row.flags["hasEmail"] == bool(doc["email"])
            assert row.flags["hasSupplementalEmail"] == bool(doc["email2"])
            assert row.flags["hasDirectPhone"] == bool(doc["phone"])
            assert row.flags["hasMobilePhone"] == bool(doc["mobile"])
            assert row.flags["hasCompanyStreet"] == bool(employer and employer["street"])
            assert row.flags["hasCompanyRevenue"] == bool(employer and employer["revenue"])
            assert ("directPhoneDoNotCall" in row.flags) == bool(doc["phone"] and doc["phone_dnc"])
            assert ("mobilePhoneDoNotCall" in row.flags) == bool(doc["mobile"] and doc["mobile_dnc"])
            seen.update(name for name, held in row.flags.items() if held)
            seen.add("nobody's" if employer is None else "somebody's")
    connection.close()
    assert {"nobody's", "somebody's", "directPhoneDoNotCall", "mobilePhoneDoNotCall", "hasEmail"} <= seen


@pytest.mark.parametrize(
    ("at", "day", "moment"),
    [
        (0, "1970-01-01", "1970-01-01T00:00:00Z"),
        (-1, "1969-12-31", "1969-12-31T23:59:59Z"),
        (1_767_520_805, "2026-01-04", "2026-01-04T10:00:05Z"),
        (86_399, "1970-01-01", "1970-01-01T23:59:59Z"),
    ],
)
def test_moments_are_spelt_alike_at_the_edges_of_days(at: int, day: str, moment: str) -> None:
    assert (iso_date(at), iso(at)) == (day, moment)
