"""No command spends without a reservation: the sandbox's till asks the ledger before each charge."""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sales_zoominfo.sandbox
from sales_zoominfo.cli import app
from sales_zoominfo.sandbox import Charge

Run = Callable[..., Any]

# `demo` and `serve` call the same tools from processes of their own, `sandbox` is the service itself; `login` and
# `logout` need an account of one's own (test_cli_login), `result` an answer that was kept (test_cli_privacy),
# `worker` a file (test_cli_jobs), `ask` a key of Claude (test_cli_ask).
ELSEWHERE = {"ask", "demo", "serve", "sandbox", "login", "logout", "result", "worker"}
COMMANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "search": (("search", "contacts", "-f", "lastName=Sample"), ("search", "companies", "-f", "companyName=Acme")),
    "lookup": (("lookup", "departments"), ("lookup", "contact-fields")),
    "knowledge": (("knowledge", "why 401 after an hour"),),
    "usage": (("usage",),),
    "inspect": (("inspect", "export.csv"), ("inspect", "export.csv", "--format", "json")),
    "credits": (("credits",), ("credits", "--json"), ("credits", "--resume")),
    "audit": (("audit",), ("audit", "--csv"), ("audit", "--verify")),
    "purge": (("purge",), ("purge", "--all")),
    "doctor": (("doctor",), ("doctor", "--topic", "Cloud Applications")),
    "config": (("config",), ("config", "json")),
    "watch": (("watch", "--once"), ("watch", "--once", "--json")),
    "enrich": (
        ("enrich", "contact", "emailAddress=ada.sample@acme.example", "--max-credits", "1"),
        ("enrich", "company", "companyId=900001", "--yes"),
    ),
}


class Till:
    """Refuses a charge that the ledger does not hold a credit for."""

    def __init__(self, ledger: Path) -> None:
        self.ledger = ledger
        self.charged: list[Charge] = []

    def __call__(self, charge: Charge) -> None:
        with sqlite3.connect(self.ledger) as db:
            [(sent, counted)] = db.execute(
                "SELECT TOTAL(CASE state WHEN 'sent' THEN credits END), TOTAL(credits) FROM charge"
                " WHERE state IN ('sent', 'spent', 'in_doubt')"
            )
        if not sent or counted < len(self.charged) + 1:
            raise PermissionError("a charge that nobody reserved")
        self.charged.append(charge)


@pytest.fixture
def till(state: Path, monkeypatch: pytest.MonkeyPatch) -> Till:
    made = Till(state / "state.sqlite")
    watched = functools.partial(sales_zoominfo.sandbox.create_app, on_charge=made)
    monkeypatch.setattr(sales_zoominfo.sandbox, "create_app", watched)
    return made


def test_every_command_is_tried() -> None:
    names = {command.name for command in app.registered_commands}
    assert names == set(COMMANDS) | ELSEWHERE


def test_no_command_spends_without_a_reservation(cli: Run, till: Till) -> None:
    Path("export.csv").write_text("Email,Company\nada.sample@acme.example,Acme\n", "utf-8")
    for name, calls in COMMANDS.items():
        before = len(till.charged)
        for arguments in calls:
            answer = cli(*arguments)
            assert answer.exit_code == 0, answer.stderr
        assert len(till.charged) - before == (len(calls) if name == "enrich" else 0), name


def test_the_till_refuses_what_nobody_reserved(cli: Run, till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object) -> None:
        return None

    monkeypatch.setattr("sales_zoominfo.account.ledger.Ledger.mark_sent", nothing)
    assert cli(*COMMANDS["enrich"][1]).exit_code != 0
    assert till.charged == []
