"""CSV that no spreadsheet runs, and text that no terminal obeys."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from rich.console import Console

from sales_zoominfo.cli.output import to_csv
from sales_zoominfo.cli.views import cell, fitting, footer, notes, show_rows


def parse(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        '=HYPERLINK("http://x.example")',
        "+SUM(A1)",
        "-2+3",
        "@cmd",
        " =1",
        "\t=1",
        "\r=1",
        "＝1+1",
        "- Team lead",
    ],
)
def test_formulas_become_text(text: str) -> None:
    assert parse(to_csv([{"jobTitle": text}]))[1] == [f"'{text}"]


@pytest.mark.parametrize(
    "text", ["-7000002", "7000001", "+15550100", "+1 (200) 555-0100", "-1.5", "Acme, Inc.", 'The "Best"', "a\nb", "é"]
)
def test_plain_text_numbers_and_ids_stay(text: str) -> None:
    assert parse(to_csv([{"id": text}]))[1] == [text]


def test_names_of_columns_are_safe_too() -> None:
    assert parse(to_csv([{"=x": "1"}]))[0] == ["'=x"]


def test_lists_objects_and_missing_values() -> None:
    rows = [
        {"id": "1", "managementLevel": ["Director", "Manager"], "input": {"personId": "1"}, "hasEmail": True},
        {"id": "2", "jobFunction": [{"name": "IT"}], "revenue": 12.5},
    ]
    heading, first, second = parse(to_csv(rows))
    assert heading == ["id", "managementLevel", "input.personId", "hasEmail", "jobFunction", "revenue"]
    assert first == ["1", "Director; Manager", "1", "true", "", ""]
    assert second == ["2", "", "", "", '[{"name":"IT"}]', "12.5"]


def test_no_rows_are_no_text() -> None:
    assert to_csv([]) == ""


def test_a_list_that_starts_a_formula_is_safe() -> None:
    assert parse(to_csv([{"a": ["=1", "2"]}]))[1] == ["'=1; 2"]


def test_control_characters_never_reach_a_terminal() -> None:
    assert cell("a\x1b[31mb\x07\x9bc\r\nd") == "a [31mb c d"


def test_cells_read_well() -> None:
    assert cell(True) == "yes"
    assert cell(260000) == "260,000"
    assert cell(1998) == "1998"
    assert cell("2026-11-21T10:00:00Z") == "2026-11-21"
    assert cell([{"id": "3", "name": "DevOps", "department": "IT"}]) == "DevOps (IT)"


def test_columns_that_fit_count_wide_characters_double() -> None:
    rows = [{"id": "1", "email": "太郎太郎太郎", "phone": "渡辺"}]
    assert fitting(rows, 16, ["id", "email", "phone"]) == ({"id": 2, "email": 12}, ["phone"])


def test_columns_are_cut_before_they_are_left_out_and_e_mails_never() -> None:
    rows = [{"id": "1", "jobTitle": "x" * 60, "city": "Rome"}]
    widths, left = fitting(rows, 40, ["id", "jobTitle", "city"])
    assert widths == {"id": 2, "jobTitle": 26, "city": 4}
    assert left == []
    assert fitting(rows, 20, ["id", "jobTitle", "city"]) == ({"id": 2, "jobTitle": 16}, ["city"])
    assert fitting([{"id": "1", "email": "x" * 60}], 40, ["id", "email"]) == ({"id": 2}, ["email"])


def test_a_number_that_may_not_be_called_says_so_in_any_view() -> None:
    rows = [
        {"id": "1", "phone": "(200) 555-0100", "directPhoneDoNotCall": True, "mobilePhoneDoNotCall": False},
        {"id": "2", "mobilePhone": "(200) 555-0101", "directPhoneDoNotCall": True, "mobilePhoneDoNotCall": False},
    ]
    for shown in (rows, rows[:1]):
        buffer = io.StringIO()
        show_rows(Console(file=buffer, width=60), {"data": shown, "meta": {}})
        assert "(200) 555-0100 (DNC)" in buffer.getvalue()
        assert "(200) 555-0101 (DNC)" not in buffer.getvalue()


def test_footer() -> None:
    meta = {"credits": {"spent": 3, "budgetLeft": 97, "balance": 9877}, "sandbox": True}
    assert footer({"data": [], "meta": meta}) == "spent 3 · 97 left today · balance 9,877 · SANDBOX: fictional data"
    assert footer({"data": [], "meta": {}}) == ""


def test_a_lookup_by_words_says_what_it_read() -> None:
    answer: dict[str, Any] = {"data": [], "meta": {"totalResults": 0, "resolved": "VP Level Exec", "warnings": []}}
    assert "read as VP Level Exec" in notes(answer)
    answer["meta"]["resolved"] = {"state": "usa.ohio"}
    assert "read as state=usa.ohio" in notes(answer)
