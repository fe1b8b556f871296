"""The index gives the answers that looking at every row gives: totals, ids and their order."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from proof import scaled
from sales_zoominfo.sandbox import dataset as data_files
from sales_zoominfo.sandbox import tables
from sales_zoominfo.sandbox.criteria import parse
from sales_zoominfo.sandbox.model import Entity, Generation
from sales_zoominfo.sandbox.query import Engine, Moment, Rules
from sales_zoominfo.sandbox.refusal import Refusal

from .scanning import ScanningEngine
from .test_filters import COMPANY, CONTACT, MARKS, Records, Row, enterprise_value, records

__all__ = ["records"]

# The full proof of 10,000 searches is PROOF_SCALE=1.
QUERIES = scaled(10_000, 400)
NOW = data_files.ANCHOR + 20 * 86_400.0
TABLES = {"contact": tables.CONTACT_FILTERS, "company": tables.COMPANY_FILTERS}
SORTS = {"contact": tables.CONTACT_SORTS, "company": tables.COMPANY_SORTS}
RULES: dict[Generation, Rules] = {
    "gtm": Rules("exclude", either_region=False, revenue_unit=1000, dotted_tags=False),
    "enterprise": Rules("include", either_region=True, revenue_unit=1000, dotted_tags=True),
}
EXTRAS: dict[str, tuple[str, ...]] = {
    "locationSearchType": tables.LOCATION_MODES,
    "boardMember": tables.MODES,
    "hasBeenNotified": tables.MODES,
    "companyPastOrPresent": ("present", "past", "pastAndPresent"),
}


@dataclass
class Asker:
    """Makes searches out of the values of records."""

    records: Records
    dice: random.Random

    def filters(self, name: str, entity: str) -> Row:
        """A filter with a value that some record has, and the filters that it works with."""
        employers = {row["id"]: (row, doc) for row, doc in self.records.companies}
        for _ in range(200):
            if entity == "contact" and (name in CONTACT or name.startswith("engagement")):
                row, doc, _company = self.dice.choice(self.records.people)
                value = (CONTACT.get(name) or COMPANY[name])(row, doc)
            else:
                person = self.dice.choice(self.records.people)[0]
                employed = entity == "contact" and person["company"] and self.dice.random() < 0.7
                row, doc = employers[person["company"]] if employed else self.dice.choice(self.records.companies)
                value = COMPANY[name](row, doc)
            if value or value == 0:
                return value if isinstance(value, dict) else {name: value}  # pyright: ignore[reportUnknownVariableType]
        return {}

    def search(self, entity: Entity, generation: Generation) -> Row:
        table = TABLES[entity]
        names = [name for name in table if name not in MARKS and getattr(table[name], generation) is not None]
        raw: Row = {}
        for name in self.dice.sample(names, self.dice.choice((1, 1, 1, 2, 2, 3, 4))):
            raw |= self.filters(name, entity)
        for name, values in EXTRAS.items():
            if self.dice.random() < 0.1:
                raw[name] = self.dice.choice(values)
        raw = {name: value for name, value in raw.items() if name in names}
        return {name: enterprise_value(name, raw[name]) for name in raw} if generation == "enterprise" else raw


@pytest.fixture(scope="module")
def engines(dataset: Path, wide: Path) -> Iterator[tuple[Engine, ScanningEngine]]:
    quick, slow = data_files.open_readonly(dataset), sqlite3.connect(wide)
    yield Engine(quick), ScanningEngine(slow)
    quick.close()
    slow.close()


def test_random_searches(engines: tuple[Engine, ScanningEngine], records: Records) -> None:
    quick, slow = engines
    asker = Asker(records, random.Random(4))
    moment = Moment(NOW, data_files.epoch(NOW))
    seen: Counter[str] = Counter()
    hits = 0
    for _ in range(QUERIES):
        entity: Entity = asker.dice.choice(("contact", "contact", "company"))
        generation: Generation = asker.dice.choice(("gtm", "enterprise"))
        raw = asker.search(entity, generation)
        try:
            criteria = parse(TABLES[entity], raw, generation)
        except Refusal:
            continue
        order = asker.dice.choice(("", "-")) + asker.dice.choice(SORTS[entity])
        page, size = asker.dice.choice(((1, 25), (1, 1), (2, 25), (3, 100), (7, 10)))
        given: tuple[Any, ...] = (entity, criteria, RULES[generation], moment, order, page, size)
        found, wanted = quick.search(*given), slow.search(*given)
        assert found == wanted, (entity, generation, raw, order, page, size)
        seen.update(raw.keys())
        hits += bool(wanted.ids)
    assert hits > 0.4 * QUERIES
    assert len(seen) > 80


def test_pages_of_one_search_in_any_order(engines: tuple[Engine, ScanningEngine]) -> None:
    quick, slow = engines
    dice = random.Random(5)
    moment = Moment(NOW, data_files.epoch(NOW))
    raw: dict[Entity, list[Row]] = {
        "contact": [{"country": "usa"}, {"boardMember": "include"}, {"managementLevel": "Manager"}],
        "company": [{"country": "usa"}, {}],
    }
    for entity, searches in raw.items():
        for filters in searches:
            criteria = parse(TABLES[entity], filters, "gtm")
            for order in (*SORTS[entity], *(f"-{name}" for name in SORTS[entity])):
                for page in dice.sample(range(1, 12), 4):
                    given: tuple[Any, ...] = (entity, criteria, RULES["gtm"], moment, order, page, 60)
                    assert quick.search(*given) == slow.search(*given), (entity, filters, order, page)


@pytest.mark.parametrize(
    ("entity", "raw"),
    [
        ("company", {"industryKeywords": "customer experience"}),
        ("company", {"industryKeywords": "with a focus on supply chain"}),
        ("company", {"industryKeywords": "chain supply OR NOT security"}),
        ("company", {"industryKeywords": "provides NOT analytics AND payments"}),
        ("company", {"industryKeywords": "!!"}),
        ("company", {"companyName": "The Inc."}),
        ("company", {"companyWebsite": "www.www.acme.example"}),
        ("company", {"zipCode": "10018", "zipCodeRadiusMiles": 250}),
        ("company", {"zipCode": "10018", "zipCodeRadiusMiles": 250, "country": "usa", "state": "NJ"}),
        ("company", {"oneYearEmployeeGrowthRateMin": "4.05"}),
        ("company", {"oneYearEmployeeGrowthRateMin": "-9999"}),
        ("company", {"oneYearEmployeeGrowthRateMax": "-9999"}),
        ("company", {"engagementStartDate": "1999-01-01"}),
        ("company", {"engagementStartDate": "2026-11-20"}),
        ("company", {"fundingStartDate": "2024-01-01", "fundingAmountMax": 9000}),
        ("company", {"excludeTechAttributeTagList": "713 AND 248, 172"}),
        ("contact", {"jobTitle": "of the OR &"}),
        ("contact", {"excludeJobTitle": "of the"}),
        ("contact", {"fullName": "ada"}),
        ("contact", {"fullName": "Ada von der Sample"}),
        ("contact", {"address": "San Francisco California"}),
        ("contact", {"street": "Mission", "locationSearchType": "PersonAndHQ"}),
        ("contact", {"locationSearchType": "HQ"}),
        ("contact", {"country": "usa", "locationSearchType": "PersonThenHQ"}),
        ("contact", {"companyPastOrPresent": "past"}),
        ("contact", {"companyPastOrPresent": "pastAndPresent"}),
        ("contact", {"companyPastOrPresent": "pastAndPresent", "employeeRangeMin": "100"}),
        ("contact", {"employmentHistory": [{"companyName": "Software", "jobTitle": "Manager"}]}),
        ("contact", {"employmentHistory": [{"companyName": "!", "jobTitle": "Manager"}]}),
        ("contact", {"lastUpdatedInMonths": 0}),
        ("contact", {"lastUpdatedInMonths": 1200}),
        ("contact", {"contactAccuracyScoreMin": "70.5", "contactAccuracyScoreMax": "98.5"}),
        ("contact", {"boardMember": "include"}),
        ("contact", {}),
    ],
)
@pytest.mark.parametrize("generation", ["gtm", "enterprise"])
def test_edges(engines: tuple[Engine, ScanningEngine], entity: Entity, raw: Row, generation: Generation) -> None:
    criteria = parse(
        TABLES[entity], {n: v for n, v in raw.items() if getattr(TABLES[entity][n], generation)}, generation
    )
    moment = Moment(NOW, data_files.epoch(NOW))
    for order in (*SORTS[entity], *(f"-{name}" for name in SORTS[entity])):
        given: tuple[Any, ...] = (entity, criteria, RULES[generation], moment, order, 1, 50)
        assert engines[0].search(*given) == engines[1].search(*given)
