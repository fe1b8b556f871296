"""`inspect` and `mapping` on the command line: free, without an account, readable and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sales_zoominfo.crm import load_mapping, preset_names

Run = Callable[..., Any]

EXPORT = """\
Contact ID,First Name,Last Name,Account Name,Email,Phone,Last Modified Date
0035e00001AbCdEEA1,Jane,Doe,"Acme, Inc.",jane@acme.com,,2026-11-20
0035e00001AbCdEEA2,JANE,doe,ACME Inc,JANE@ACME.com,n/a,2024-08-20
"""


@pytest.fixture
def export(state: Path) -> Path:
    path = Path("export.csv").absolute()
    path.write_text(EXPORT, "utf-8")
    return path


def test_a_person_sees_the_profile_and_the_next_command(cli: Run, export: Path) -> None:
    answer = cli("inspect", "export.csv", "--format", "table")
    assert answer.exit_code == 0, answer.stderr
    for text in (
        "2 rows of people, as salesforce contact exports them",
        "2 of 2 rows (100%) can be matched", "at most 1 credit,",
        "What enrichment could fill", "Likely the same record", "1, 2", "Age by 'Last Modified Date'",
        "sales-zoominfo enrich export.csv --map salesforce-contact --dry-run",
    ):  # fmt: skip
        assert text in answer.stdout, text
    assert "jane@acme.com" not in answer.stdout


def test_a_program_gets_the_columns_and_the_rest(cli: Run, export: Path) -> None:
    answer = cli("inspect", "export.csv", "--format", "json", "--column", "Phone=ignore")
    told = json.loads(answer.stdout)
    assert [column["field"] for column in told["data"]] == [
        "recordId", "firstName", "lastName", "companyName", "emailAddress", "", "modifiedAt",
    ]  # fmt: skip
    assert told["meta"]["matchable"] == {"emailAddress": 2}
    assert told["meta"]["duplicates"][0]["examples"] == [[1, 2]]
    lines = cli("inspect", "export.csv", "-o", "columns.csv")
    assert lines.exit_code == 0
    assert (
        Path("columns.csv").read_text().startswith("name,field,confidence,why,used,filled,fillers,unusable\nContact ID")
    )


def test_nothing_is_left_behind_and_no_account_is_opened(cli: Run, export: Path, state: Path) -> None:
    before = {path for path in state.rglob("*") if "sandbox" not in path.parts}
    assert cli("inspect", "export.csv").exit_code == 0
    assert {path for path in state.rglob("*") if "sandbox" not in path.parts} == before


def test_what_cannot_be_inspected_is_told(cli: Run, export: Path) -> None:
    missing = cli("inspect", "none.csv")
    assert missing.exit_code != 0
    assert "none.csv" in missing.stderr
    wrong = cli("inspect", "export.csv", "--column", "Mail=email")
    assert wrong.exit_code != 0
    assert "no column 'Mail', did you mean 'Email'" in wrong.stderr
    Path("empty.csv").write_text("")
    assert cli("inspect", "empty.csv").exit_code != 0


def test_presets_are_listed_shown_and_can_be_built_on(cli: Run, state: Path) -> None:
    rows = json.loads(cli("mapping", "list", "--format", "json").stdout)["data"]
    assert [row["preset"] for row in rows] == list(preset_names())
    shown = cli("mapping", "show", "hubspot-company")
    Path("ours.yaml").write_text(shown.stdout.replace("HubSpot company", "Ours"), "utf-8")
    assert load_mapping("ours.yaml").name == "Ours"
    assert cli("mapping", "show", "hubspt").exit_code != 0


def test_a_mapping_is_checked_against_a_file(cli: Run, export: Path) -> None:
    told = json.loads(cli("mapping", "check", "salesforce-contact", "export.csv", "--format", "json").stdout)
    phone = next(row for row in told["data"] if row["column"] == "Phone")
    assert phone == {"column": "Phone", "from": "phone, companyPhone", "update": "fill"}
    assert "The file has no column 'MobilePhone'; it is added." in told["meta"]["notes"]
    Path("bad.yaml").write_text("columns: {Phnoe: phone, Frist Name: firstName}", "utf-8")
    refused = cli("mapping", "check", "bad.yaml", "export.csv")
    assert refused.exit_code != 0
    assert "'Frist Name'; is 'First Name' meant" in " ".join(refused.stderr.split())
