"""A CRM export is profiled at no cost: how complete, how old, how often twice, and what enrichment could fill."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sales_zoominfo.errors import InvalidArgument
from sales_zoominfo.jobs.files import open_source
from sales_zoominfo.jobs.files.model import Row
from sales_zoominfo.jobs.inspecting import Profile, inspect

TODAY = date(2026, 11, 22)
PEOPLE = """\
Contact ID,First Name,Last Name,Account Name,Email,Phone,Mailing Country,Last Modified Date,Notes
0035e00001AbCdEEA1,Jane,Doe,"Acme, Inc.",jane@acme.com,,US,11/20/2026,
0035e00001AbCdEEA2,JANE,doe,ACME Inc,JANE@ACME.com,n/a,US,08/20/2026,tall
0035e00001AbCdEEA3,Joe,Roe,Best GmbH,joe@best.de,030 1234567,Germany,05/01/2025,
0035e00001AbCdEEA4,Jo,Roe,Best,,030/1234567,Germany,soon,
0035e00001AbCdEEA5,,,,test@test.com,,,01/02/2020,
0035e00001AbCdEEA6,Ann,Poe,,info@corp.fr,,France,,
"""
COMPANIES = """\
Record ID - Company;Company name;Company Domain Name;Phone Number;Country/Region
1;Acme Inc.;acme.com;;United States
2;ACME, Incorporated;www.acme.com/de;+1 415 555 0123;United States
3;Acme GmbH;gmail.com;;Germany
4;unknown;;;
"""


def profile(folder: Path, text: str, *more: Any, **options: Any) -> Profile:
    path = folder / "export.csv"
    path.write_text(text, "utf-8")
    return inspect(open_source(path), *more, today=TODAY, **options)


def test_people_of_a_salesforce_report(tmp_path: Path) -> None:
    found = profile(tmp_path, PEOPLE)
    assert (found.system, found.preset, found.entity, found.rows) == (
        "salesforce-contact", "salesforce-contact", "contact", 6,
    )  # fmt: skip
    assert found.record_id == "Contact ID"
    assert found.matchable == {"emailAddress": 3, "phone": 1, "name and website": 1}
    assert found.unmatchable == {"test": 1}
    assert found.credits == 4, "Jane is bought once"
    columns = {column.name: column for column in found.columns}
    assert (columns["Email"].filled, columns["Email"].unusable) == (5, 2)
    assert (columns["Phone"].filled, columns["Phone"].fillers) == (2, 1)
    assert columns["Notes"].filled == 1
    assert columns["Notes"].field == ""


def test_likely_duplicates_are_named_by_their_rows(tmp_path: Path) -> None:
    found = {twins.by: twins for twins in profile(tmp_path, PEOPLE).duplicates}
    assert set(found) == {"the same match input", "email", "phone", "name and company"}
    assert found["email"].examples == [[1, 2]]
    assert found["phone"].examples == [[3, 4]]
    assert [(twins.rows, twins.groups, twins.estimated) for twins in found.values()] == [(1, 1, False)] * 4


def test_stale_rows_are_counted_by_age(tmp_path: Path) -> None:
    [age] = profile(tmp_path, PEOPLE).ages
    assert (age.column, age.newest, age.oldest, age.order) == (
        "Last Modified Date", "2026-11-20", "2020-01-02", "month first",
    )  # fmt: skip
    assert age.counts == {
        "up to 90 days": 1, "up to 180 days": 1, "up to 1 year": 0, "up to 2 years": 1, "over 2 years": 1, "unknown": 2,
    }  # fmt: skip
    assert age.stale == 3


@pytest.mark.parametrize(
    ("dates", "newest", "order"),
    [
        (["2026-01-02T10:00:00.000Z", "2025-12-31 23:59"], "2026-01-02", "year first"),
        (["02.01.2026", "31.12.2025"], "2026-01-02", "day first"),
        (["02/01/2026", "31/12/2025"], "2026-01-02", "day first"),
        (["01/02/2026", "12/31/2025"], "2026-01-02", "month first"),
        (["01/02/2026", "02/01/2025"], "2026-01-02", "month first (guessed)"),
        (["2026年1月2日", "2025/12/31"], "2026-01-02", "year first"),
        (["1767312000000", "1735603200000"], "2026-01-02", "year first"),
    ],
)
def test_dates_are_read_as_the_file_writes_them(tmp_path: Path, dates: list[str], newest: str, order: str) -> None:
    rows = "\n".join(f"jane{number}@acme.com,{text}" for number, text in enumerate(dates))
    [age] = profile(tmp_path, f"Email,Last Modified\n{rows}\n").ages
    assert (age.newest, age.order) == (newest, order)
    assert age.counts["unknown"] == 0


def test_what_could_be_filled_counts_only_rows_that_can_be_matched(tmp_path: Path) -> None:
    fills = {fill.field: fill for fill in profile(tmp_path, PEOPLE).fills}
    assert (fills["phone"].column, fills["phone"].empty, fills["phone"].reachable) == ("Phone", 4, 3)
    assert (fills["mobilePhone"].column, fills["mobilePhone"].reachable) == ("", 5)
    assert (fills["email"].empty, fills["email"].reachable) == (1, 1)


def test_companies_of_a_hubspot_export(tmp_path: Path) -> None:
    found = profile(tmp_path, COMPANIES)
    assert (found.system, found.entity) == ("hubspot-company", "company")
    assert found.matchable == {"companyWebsite": 2, "companyName": 1}
    assert found.unmatchable == {"junk": 1}
    by = {twins.by: twins.examples for twins in found.duplicates}
    assert by["domain"] == [[1, 2]]
    assert by["name"] == [[1, 2, 3]]
    assert found.credits == 2


def test_companies_behind_a_file_of_people(tmp_path: Path) -> None:
    found = profile(tmp_path, PEOPLE, "company")
    assert (found.rows_are, found.entity, found.preset) == ("contact", "company", "")
    assert found.matchable["companyWebsite"] == 4


def test_nothing_usable_is_said_and_not_refused(tmp_path: Path) -> None:
    found = profile(tmp_path, "Color,Size\nred,7\n")
    assert found.matchable == {}
    assert "No row can be matched by these columns" in found.advice[0]
    assert profile(tmp_path, "Email\n").advice == ["The file has no rows."]
    with pytest.raises(InvalidArgument, match="no column 'Colour'"):
        profile(tmp_path, "Color,Size\nred,7\n", None, {"Colour": "email"})


def test_a_column_that_is_not_used_is_named(tmp_path: Path) -> None:
    found = profile(tmp_path, "Email,Company,Name\nask her,Acme,Jane Doe\n")
    assert any("'Email' is not used: its heading says so, but none" in text for text in found.advice)


def test_the_json_is_plain_and_holds_no_values_of_rows(tmp_path: Path) -> None:
    text = json.dumps(profile(tmp_path, PEOPLE).told())
    assert json.loads(text)["recordId"] == "Contact ID"
    assert json.loads(text)["matchable"]["name and website"] == 1
    for value in ("jane@acme.com", "Jane", "Doe", "1234567"):
        assert value not in text


class Endless:
    """A source of as many rows as one likes, each with values of its own but for every tenth."""

    format = "csv"
    path = Path("export.csv")
    columns = ("Email", "Phone", "First Name", "Last Name", "Company")

    def __init__(self, count: int) -> None:
        self.count = count
        self.details: dict[str, str] = {}
        self.notes: list[str] = []
        self.progress = 0.5

    def rows(self, start: int = 0) -> Iterator[Row]:
        for number in range(start, self.count):
            own = number - number % 10 if number % 10 == 9 else number
            yield Row([f"p{own}@c{own}.com", "", "Jane", f"Doe{own}", f"Company {own}"])


@pytest.mark.parametrize("count", [20_000])
def test_duplicates_of_a_large_file_are_estimated_in_bounded_memory(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sales_zoominfo.jobs.inspecting._KEYS", 1_000)
    source: Any = Endless(count)
    seen: list[int] = []
    tracemalloc.start()
    found = inspect(source, today=TODAY, progress=lambda _, rows: seen.append(rows))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.rows == count
    assert seen
    assert seen[-1] == count
    email = next(twins for twins in found.duplicates if twins.by == "email")
    assert email.estimated
    assert 0.8 < email.rows / (count / 10) < 1.25
    assert peak < 40_000_000
