"""``sales-zoominfo credits``: everything about credits on one screen, and letting a stopped account spend again."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sales_zoominfo.cli import credits as command
from sales_zoominfo.cli.credits import columns

Run = Callable[..., Any]

SOMEBODY = ("enrich", "contact", "emailAddress=ada.sample@acme.example", "--max-credits", "1")


@pytest.fixture
def bought(cli: Run) -> Run:
    assert cli(*SOMEBODY).exit_code == 0
    assert cli("enrich", "company", "companyId=900001", "--yes").exit_code == 0
    return cli


def told(cli: Run) -> dict[str, Any]:
    answer = cli("credits", "--json")
    assert answer.exit_code == 0, answer.stderr
    return json.loads(answer.stdout)


def stop(state: Path) -> None:
    """Stop the account as the ledger does when the balance fell by too much."""
    with sqlite3.connect(state / "state.sqlite") as db:
        changed = db.execute(
            "UPDATE standing SET stopped_at = ?, stopped_fell = 30, stopped_counted = 2 WHERE account = 'sandbox'",
            (time.time(),),
        )
        assert changed.rowcount == 1


def test_a_program_gets_every_figure_with_its_age(bought: Run) -> None:
    found = told(bought)
    assert found["sandbox"] is True
    assert found["balance"]["credits"] == found["balance"]["of"] - 2
    assert found["balance"]["asOf"] == found["asOf"]
    assert found["budgets"]["callCeiling"] == 25
    assert found["budgets"]["hour"] == {"limit": 100, "left": 98}
    assert found["budgets"]["day"]["spent"] == 2
    assert found["budgets"]["caller"] is found["budgets"]["job"] is found["budgets"]["total"] is None
    assert found["spend"]["total"] == 2
    assert list(found["spend"]["byCaller"].values()) == [2]
    assert found["spend"]["byOperation"] == {"enrich_companies": 1, "enrich_contacts": 1}
    assert found["underManagement"]["contact"]["records"] == 1
    assert found["underManagement"]["company"]["records"] == 1
    assert found["forecast"]["runsOut"] is None
    assert found["stopped"] is found["exhausted"] is None
    assert "price" not in found


def test_a_price_turns_credits_into_money(bought: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMINFO_PRICE_PER_CREDIT", "0.5")
    monkeypatch.setenv("ZOOMINFO_CURRENCY", "EUR")
    found = told(bought)
    assert found["price"] == {"perCredit": 0.5, "currency": "EUR"}
    assert found["balance"]["worth"] == found["balance"]["credits"] / 2
    shown = bought("credits").stdout
    assert "EUR" in shown
    assert "2 credits, 1.00 EUR" in shown


@pytest.mark.parametrize("width", [80, 120])
def test_a_person_sees_it_on_one_screen(bought: Run, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("ZOOMINFO_MAX_CREDITS_PER_CALLER", "50")
    monkeypatch.setenv("ZOOMINFO_MAX_CREDITS_PER_JOB", "500")
    monkeypatch.setenv("ZOOMINFO_MAX_CREDITS_TOTAL", "100000")
    shown = bought("credits").stdout
    assert max(len(line) for line in shown.splitlines()) <= width
    assert "\x1b" not in shown
    assert "SANDBOX" in shown
    for part in (
        "Balance",
        "(just now)",
        "hour, you",
        "98 left",
        "day, you",
        "in total",
        "each job",
        "resets 00:00 UTC",
    ):
        assert part in shown
    for part in ("Spent in 30 days  2 credits", "by caller", "/cli", "by operation", "Under management  2 records"):
        assert part in shown
    # A bar is cut by no other bar's figures, and nothing is cut off.
    assert "…" not in shown


def test_a_new_account_is_no_error(cli: Run) -> None:
    shown = cli("credits")
    assert shown.exit_code == 0
    assert "Spent in 30 days  0 credits" in shown.stdout
    assert "Under management  0 records" in shown.stdout
    assert "by caller" not in shown.stdout


def test_without_zoominfo_the_ledger_still_tells(
    bought: Run, served: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in served.items():
        monkeypatch.setenv(name, value)
    assert bought(*SOMEBODY).exit_code == 0
    before = told(bought)
    monkeypatch.setenv("ZOOMINFO_TIMEOUT", "1")

    async def away(*_: object, **__: object) -> object:
        from sales_zoominfo.errors import fail

        raise fail("upstream_unreachable", operation="usage", reason="ConnectError")

    monkeypatch.setattr("sales_zoominfo.zoominfo.client.Client.usage", away)
    found = told(bought)
    assert found["spend"] == before["spend"]
    assert found["balance"]["credits"] == before["balance"]["credits"]
    assert found["balance"]["asOf"] <= before["asOf"]
    assert "could not be reached" in found["warnings"][0]
    shown = bought("credits")
    assert shown.exit_code == 0
    assert "ZoomInfo could not be asked" in shown.stdout


def test_refused_credentials_show_what_is_known_and_end_with_3(
    cli: Run, served: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in served.items():
        monkeypatch.setenv(name, value)
    assert cli(*SOMEBODY).exit_code == 0
    before = told(cli)
    monkeypatch.setenv("ZOOMINFO_CLIENT_SECRET", "another-secret")
    answer = cli("credits", "--json")
    assert answer.exit_code == 3
    found = json.loads(answer.stdout)
    assert found["spend"] == before["spend"]
    assert found["balance"]["credits"] == before["balance"]["credits"]
    assert "invalid_client" in found["warnings"][0]
    shown = cli("credits")
    assert shown.exit_code == 3
    assert "ZoomInfo could not be asked" in shown.stdout and "→" in shown.stdout
    assert "Spent in 30 days  1 credit" in shown.stdout
    assert "another-secret" not in shown.output + answer.output


def test_an_unusable_state_is_an_error(cli: Run, state: Path) -> None:
    (state / "state.sqlite").write_bytes(b"not a database" * 100)
    assert cli("credits").exit_code == 2


# --- stopped ---------------------------------------------------------------------------------------------------


def test_a_stopped_account_says_so_and_how_to_go_on(bought: Run, state: Path) -> None:
    stop(state)
    found = told(bought)
    assert (found["stopped"]["fell"], found["stopped"]["counted"]) == (30, 2)
    shown = bought("credits").stdout
    assert "Spending is stopped" in shown
    assert "sales-zoominfo credits --resume" in shown
    refused = bought("enrich", "company", "companyId=900002", "--yes")
    assert refused.exit_code != 0


def test_only_a_person_on_a_terminal_resumes(bought: Run, state: Path) -> None:
    stop(state)
    answer = bought("credits", "--resume", input="y\n")
    assert answer.exit_code == 4
    assert "terminal" in answer.stderr
    assert told(bought)["stopped"] is not None


def test_a_person_resumes_and_the_audit_tells_who(bought: Run, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stop(state)
    monkeypatch.setattr(command, "interactive", lambda: True)
    answer = bought("credits", "--resume", input="n\n")
    assert answer.exit_code == 4
    assert told(bought)["stopped"] is not None
    answer = bought("credits", "--resume", input="y\n")
    assert answer.exit_code == 0
    assert "the balance fell by 30" in " ".join(answer.stderr.split())
    assert told(bought)["stopped"] is None
    assert bought("enrich", "company", "companyId=900002", "--yes").exit_code == 0
    entries = [json.loads(line) for line in bought("audit").stdout.splitlines()]
    (resumed,) = [entry for entry in entries if entry["operation"] == "resume_spending"]
    assert resumed["caller"].endswith("/cli")


def test_nothing_to_resume_is_said(cli: Run) -> None:
    answer = cli("credits", "--resume")
    assert answer.exit_code == 0
    assert "not stopped" in answer.stderr


# --- the chart -------------------------------------------------------------------------------------------------


def test_every_day_that_spent_is_seen_and_the_highest_is_full() -> None:
    values = [0] * 30
    values[0], values[3], values[29] = 1_000, 1, 500
    lines = columns(values, [f"2026-11-{day:02}" for day in range(1, 31)], 78)
    assert len(lines) == 5
    top, bottom = lines[0].partition("┤"), lines[3].partition("┤")
    assert top[0].strip() == "1,000"
    assert top[2][0] == "█"
    assert top[2][1:].strip() == ""
    assert bottom[2][6] == "▁"
    assert lines[1].partition("┤")[2][58] in (" ", "▁")
    assert lines[2].partition("┤")[2][58] == "█"
    assert bottom[2][2] == " "
    assert lines[4].split() == ["11-01", "11-16", "11-30"]


@pytest.mark.parametrize("width", [40, 58, 78, 118])
def test_the_chart_fits_its_width(width: int) -> None:
    for line in columns([123_456] * 30, [f"2026-11-{day:02}" for day in range(1, 31)], width):
        assert len(line) <= width + 2
