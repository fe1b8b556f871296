"""``sales-zoominfo audit``: what a person reads, what a program gets, and what a check finds."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

SOMEBODY = ("enrich", "contact", "emailAddress=ada.sample@acme.example", "--max-credits", "1")


@pytest.fixture
def used(cli: Run) -> Run:
    """A command line that has searched, bought a record and been refused."""
    assert cli("search", "contacts", "-f", "lastName=Sample").exit_code == 0
    assert cli(*SOMEBODY).exit_code == 0
    assert cli("enrich", "company", "companyId=900001", "--max-credits", "0").exit_code == 4
    return cli


def rows(cli: Run, *options: str) -> list[dict[str, Any]]:
    answer = cli("audit", *options)
    assert answer.exit_code == 0, answer.stderr
    return [json.loads(line) for line in answer.stdout.splitlines()]


def test_each_call_is_there_with_its_cost_and_its_end(used: Run) -> None:
    found = rows(used)
    assert [row["seq"] for row in found] == list(range(1, len(found) + 1))
    searched = next(row for row in found if row["operation"] == "search_contacts")
    assert (searched["result"], searched["credits"], searched["note"]) == ("ok", 0, "filters: lastName")
    assert searched["records"] > 0
    bought = next(row for row in found if row["operation"] == "enrich_contacts")
    assert (bought["credits"], bought["records"], bought["reserved"]) == (1, 1, 1)
    assert bought["caller"].endswith("/cli")
    assert bought["account"] == "sandbox"
    refused = next(row for row in found if row["operation"] == "enrich_companies")
    assert (refused["result"], refused["credits"]) == ("CREDIT_APPROVAL_REQUIRED", 0)


def test_no_value_of_a_call_is_in_it(used: Run) -> None:
    # A random id may spell a name.
    told = re.sub(r"\b[0-9a-f]{16,}\b", "", used("audit").stdout + used("audit", "--csv").stdout)
    for value in ("ada", "acme", "Sample", "900001"):
        assert value not in told


def test_entries_are_chosen_by_what_they_say(used: Run) -> None:
    everything = rows(used)
    assert {row["operation"] for row in rows(used, "--operation", "search_contacts")} == {"search_contacts"}
    assert rows(used, "--result", "CREDIT_APPROVAL_REQUIRED") == [
        row for row in everything if row["result"] == "CREDIT_APPROVAL_REQUIRED"
    ]
    assert rows(used, "--caller", "nobody") == []
    assert rows(used, "--since", "1h") == everything
    assert rows(used, "--until", "2026-01-01T00:00") == []
    assert rows(used, "--since", "2026-01-01", "--caller", everything[0]["caller"]) == everything
    assert rows(used, "--limit", "2") == everything[-2:]


def test_an_operation_that_there_is_none_of_names_those_that_there_are(used: Run) -> None:
    answer = used("audit", "--operation", "enrich_contact")
    assert answer.exit_code == 2
    assert "did you mean 'enrich_contacts'" in answer.stderr
    assert "Legal values: enrich_companies, enrich_contacts, " in " ".join(answer.stderr.split())
    assert rows(used, "--operation", "org_chart") == [], "it may be called one day"


def test_csv_has_one_heading_and_a_line_for_each_entry(used: Run, tmp_path: Path) -> None:
    everything = rows(used)
    found = list(csv.DictReader(io.StringIO(used("audit", "--csv").stdout)))
    assert [row["operation"] for row in found] == [row["operation"] for row in everything]
    assert list(found[0]) == list(everything[0])
    file = tmp_path / "audit.csv"
    assert used("audit", "-o", str(file)).exit_code == 0
    assert file.read_text(encoding="utf-8") == used("audit", "--csv").stdout
    assert file.stat().st_mode & 0o077 == 0


def test_an_export_is_read_a_page_at_a_time(used: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = used("audit", "--csv").stdout
    import sales_zoominfo.account.audit_check as audit_check
    from sales_zoominfo.cli import audit

    sizes: list[int] = []

    async def small(store: Any, wanted: Any, after: int = 0, limit: int = 2) -> Any:
        found = await audit_check.read_page(store, wanted, after, 2)
        sizes.append(len(found))
        return found

    monkeypatch.setattr(audit, "read_page", small)
    assert used("audit", "--csv").stdout == everything
    assert max(sizes) == 2
    assert len(sizes) > 2


@pytest.mark.parametrize("width", [80, 120])
def test_a_table_fits_the_width(used: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr("sys.stdout.isatty", lambda: False, raising=False)
    from sales_zoominfo.account.audit_check import Wanted
    from sales_zoominfo.cli.audit import show
    from sales_zoominfo.settings import load_settings

    file = tmp_path / "table.txt"
    assert show(load_settings(), Wanted(), limit=None, format="table", file=file) == 0
    lines = file.read_text(encoding="utf-8").splitlines()
    assert max(map(len, lines)) <= width
    assert lines[0].split()[:3] == ["when", "(UTC)", "who"]
    assert ("filters: lastName" in "\n".join(lines)) == (width == 120)
    assert any("enrich_contacts" in line for line in lines)
    assert any("CREDIT_APPROVAL_REQUIRED" in line for line in lines)


# --- checking --------------------------------------------------------------------------------------------------


def test_an_untouched_audit_is_said_to_be_that(used: Run) -> None:
    answer = used("audit", "--verify")
    assert answer.exit_code == 0
    assert "Nothing was edited, removed, inserted or moved." in answer.stdout
    head = answer.stdout.split("Head: ")[1].split()[0]
    assert used("audit", "--verify", "--head", head).exit_code == 0
    told = json.loads(used("audit", "--verify", "--json").stdout)
    assert told["intact"]
    assert told["head"] == head
    assert used("search", "contacts", "-f", "lastName=Sample").exit_code == 0
    assert used("audit", "--verify", "--head", head).exit_code == 0


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE audit SET credits = 0 WHERE operation = 'enrich_contacts'", "was changed or inserted"),
        ("DELETE FROM audit WHERE operation = 'enrich_contacts'", "is missing"),
        ("UPDATE audit SET caller = 'eve/cli' WHERE seq = 1", "Entry 1 was changed or inserted"),
        ("DELETE FROM audit WHERE seq = (SELECT MAX(seq) FROM audit)", "is missing"),
    ],
)
def test_what_was_done_to_it_is_named(used: Run, state: Path, sql: str, said: str) -> None:
    with sqlite3.connect(state / "state.sqlite") as db:
        assert db.execute(sql).rowcount
    answer = used("audit", "--verify")
    assert answer.exit_code == 1
    assert said in answer.stdout
    told = json.loads(used("audit", "--verify", "--json").stdout)
    assert not told["intact"]
    assert told["found"] == len(told["findings"]) >= 1


def test_a_head_that_does_not_fit_is_named(used: Run) -> None:
    last = json.loads(used("audit", "--verify", "--json").stdout)["last"]
    assert used("audit", "--verify", "--head", f"{last}:{'0' * 16}").exit_code == 1
    assert "is gone" in used("audit", "--verify", "--head", f"{last + 9}:{'0' * 16}").stdout


def test_an_audit_without_entries_is_fine(cli: Run) -> None:
    assert cli("audit").stdout == ""
    answer = cli("audit", "--verify")
    assert answer.exit_code == 0
    assert "no entries yet" in answer.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--since", "yesterday"), "--since"),
        (("--until", "2026-13-45"), "--until"),
        (("--since", "999999d"), "--since"),
        (("--head", "12:abcdefab"), "--verify"),
        (("--verify", "--head", "twelve"), "--head"),
        (("--json", "--csv"), "--csv"),
        (("--verify", "--csv"), "--csv"),
        (("--verify", "-o", "x.csv"), "--output"),
        (("-o", "/nowhere/x.csv"), "--output"),
        (("-o", "."), "--output"),
    ],
)
def test_a_wrong_option_is_named(cli: Run, options: tuple[str, ...], said: str) -> None:
    answer = cli("audit", *options)
    assert answer.exit_code == 2
    assert said in answer.stderr
    assert answer.stdout == ""


def test_with_another_key_nothing_is_said_to_be_fine(used: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMINFO_STATE_KEY", "ab" * 32)
    assert used("audit", "--verify").exit_code == 2
