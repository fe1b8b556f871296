"""`enrich FILE`, `jobs` and the worker behind them, as a person and a script use them."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import typer

from sales_zoominfo.cli import app, enrich_file
from sales_zoominfo.cli.jobs import exit_of
from sales_zoominfo.cli.schedule import read_days
from sales_zoominfo.cli.wording import in_terminal, many
from sales_zoominfo.errors import SalesZoomInfoError
from sales_zoominfo.jobs import spawning
from sales_zoominfo.jobs.model import Job, JobRequest
from sales_zoominfo.sandbox import Charge
from support import DEMO, Sandbox, link_sandbox, serve

Run = Callable[..., Any]

HEADINGS = ["Contact ID", "First Name", "Last Name", "Account Name", "Title", "Email"]
# Requests a second, so that a job is still running when a test looks.
SLOW = "8"


@pytest.fixture(autouse=True)
def workers(state: Path) -> Iterator[None]:
    """End the workers that a test has started; by themselves they would wait for more."""
    yield
    ours = [*spawning._left]
    spawning._left.clear()
    if (state / "jobs.sqlite").exists():
        # Those that a command in a process of its own has started as well.
        for (pid,) in worker_pids(state):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    for process in ours:
        process.kill()
        process.wait(20)


@pytest.fixture
def people(cli: Run) -> list[dict[str, Any]]:
    """People of the sandbox with a name and a company."""
    answer = cli("search", "contacts", "-f", "state=California", "--all", "--max-rows", "300", "--format", "json")
    found = json.loads(answer.stdout)["data"]
    return [row for row in found if row.get("companyName") and row.get("lastName")]


def export(path: Path, people: list[dict[str, Any]], count: int) -> Path:
    """A CRM export: every tenth row is nobody, every tenth says nothing, and the last repeats the first."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for number, row in enumerate(people[: count - 1]):
            person = [row["firstName"], row["lastName"], row["companyName"]]
            if number % 10 == 8:
                person = ["Nobody", f"Atall{number}", "Nowhere Sample"]
            elif number % 10 == 9:
                person = ["", "", ""]
            writer.writerow([f"003{number:012d}", *person, "", ""])
        first = people[0]
        writer.writerow(["003999999999999", first["firstName"], first["lastName"], first["companyName"], "", ""])
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def spent(cli: Run) -> int:
    return int(json.loads(cli("usage").stdout)["meta"]["budget"]["daySpent"])


def newest(cli: Run) -> dict[str, Any]:
    return dict(json.loads(cli("jobs", "list", "--json").stdout)["data"][0])


# --- what is to be enriched ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "entity"),
    [("contact", "contact"), ("Contacts", "contact"), ("company", "company"), ("COMPANIES", "company")],
)
def test_a_word_of_ours_means_one_record_even_beside_a_file_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, entity: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / word).write_text("Email\na@b.example\n")
    assert enrich_file.entity_of(word) == entity
    assert enrich_file.entity_of(f"./{word}") is None


@pytest.mark.parametrize(
    ("word", "part"),
    [
        ("kontact", "did you mean 'contact'"),
        ("people", "the path of a CSV, JSONL, Parquet or XLSX file"),
        ("missing.csv", "There is no file 'missing.csv'"),
        ("folder/missing", "There is no file"),
        ("folder", "it is a folder"),
        ("missing.csv.gz", "There is no file"),
    ],
)
def test_anything_else_is_refused_with_what_would_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, part: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    with pytest.raises(SalesZoomInfoError, match=re.escape(part)):
        enrich_file.entity_of(word)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("FILE", "emailAddress=a@b.example"), "KEY=VALUE"),
        (("FILE", "--input", "x.csv"), "--input"),
        (("FILE", "--require", "email"), "--require"),
        (("FILE", "--detail", "full"), "--detail"),
        (("FILE", "--format", "csv"), "--format"),
        (("contact", "emailAddress=a@b.example", "--dry-run"), "--dry-run"),
        (("contact", "emailAddress=a@b.example", "--map", "plain"), "--map"),
        (("contact", "emailAddress=a@b.example", "--no-wait"), "--no-wait"),
        (("FILE", "--column", "Nope=emailAddress", "--yes"), "Nope"),
        (("FILE", "--column", "Email=emale", "--yes"), "emale"),
        (("FILE", "--column", "Email", "--yes"), "name=value"),
        (("FILE", "--column", "Email=phone", "--column", "Email=emailAddress"), "Email"),
        (("FILE", "-o", "FILE", "--yes"), "it is the input"),
        (("FILE", "-o", "nowhere/out.csv", "--yes"), "its folder does not exist"),
        (("FILE", "--encoding", "utf-99", "--yes"), "utf-99"),
        (("FILE", "--sheet", "One", "--yes"), "sheet"),
        (("FILE", "--report", "r.txt", "--yes"), "a report is a page or JSON"),
    ],
)
def test_wrong_options_are_named_before_anything_is_spent(
    cli: Run, tmp_path: Path, people: list[dict[str, Any]], arguments: tuple[str, ...], part: str
) -> None:
    file = export(tmp_path / "contacts.csv", people, 3)
    answer = cli("enrich", *(str(file) if word == "FILE" else word for word in arguments))
    assert answer.exit_code == 2, answer.stderr
    assert part in answer.stderr
    assert "→" in answer.stderr
    assert json.loads(cli("jobs", "list", "--json").stdout) == {"data": []}


# --- the plan --------------------------------------------------------------------------------------------------


def test_a_dry_run_tells_the_plan_and_leaves_no_trace(cli: Run, tmp_path: Path, people: list[dict[str, Any]]) -> None:
    file = export(tmp_path / "contacts.csv", people, 31)
    answer = cli("enrich", str(file), "--dry-run")
    assert answer.exit_code == 0, answer.stderr
    for part in (
        "SANDBOX",
        "First Name",
        "firstName",
        "31 rows, 27 records to ask for",
        "1 row repeats another and costs nothing",
        "3 rows cannot be matched",
        "at most 27 credits",
        "row 1  new",
        "would" if "would" in answer.stdout else "could fill",
    ):
        assert part in answer.stdout, part
    told = json.loads(cli("enrich", str(file), "--dry-run", "--json").stdout)
    assert told["sandbox"] is True
    assert (told["fileRows"], told["records"], told["duplicates"]) == (31, 27, 1)
    assert told["estimate"]["credits"] == 27
    assert told["estimate"]["basis"] == "upper bound"
    assert {row["column"]: row.get("key") for row in told["columns"]}["Account Name"] == "companyName"
    # Nothing of a record that is not owned is told.
    assert all(value is None for row in told["firstRows"] for value in row["fills"].values())
    assert spent(cli) == 0
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["contacts.csv"]
    assert json.loads(cli("jobs", "list", "--json").stdout) == {"data": []}


def test_a_dry_run_shows_values_of_owned_records_alone(cli: Run, tmp_path: Path, people: list[dict[str, Any]]) -> None:
    first = people[0]
    file = tmp_path / "ids.csv"
    file.write_text(f"ZoomInfo Contact ID,Title\n{first['id']},\n{people[1]['id']},\n")
    columns = ("--column", "ZoomInfo Contact ID=personId")
    assert cli("enrich", "contact", f"personId={first['id']}", "--yes").exit_code == 0
    before = spent(cli)
    told = json.loads(cli("enrich", str(file), "--entity", "contact", *columns, "--dry-run", "--json").stdout)
    owned, new = told["firstRows"]
    assert (owned["status"], new["status"]) == ("owned", "new")
    assert any(value for value in owned["fills"].values())
    assert not any(new["fills"].values())
    assert told["alreadyOwned"] == 1
    assert spent(cli) == before


def test_a_file_that_could_cost_much_needs_a_number(cli: Run, tmp_path: Path, people: list[dict[str, Any]]) -> None:
    file = export(tmp_path / "contacts.csv", people, 140)
    answer = cli("enrich", str(file), "--yes")
    assert answer.exit_code == 4
    assert "above 100 it needs --max-credits" in answer.stderr
    small = export(tmp_path / "few.csv", people, 5)
    answer = cli("enrich", str(small))
    assert answer.exit_code == 4
    assert "--yes" in answer.stderr
    assert spent(cli) == 0
    assert json.loads(cli("jobs", "list", "--json").stdout) == {"data": []}


# --- a job -----------------------------------------------------------------------------------------------------


def test_a_file_is_enriched_once_and_reported(cli: Run, tmp_path: Path, people: list[dict[str, Any]]) -> None:
    file = export(tmp_path / "contacts.csv", people, 31)
    page = tmp_path / "report.html"
    answer = cli("enrich", str(file), "--yes", "--report", str(page), "--json")
    assert answer.exit_code == 0, answer.stderr
    told = json.loads(answer.stdout)
    rows = rows_of(Path(told["output"]))
    assert Path(told["output"]).parent == tmp_path
    assert [row["Contact ID"] for row in rows] == [row["Contact ID"] for row in rows_of(file)]
    statuses = [row["zi_status"] for row in rows]
    counts = {name: statuses.count(name) for name in set(statuses)}
    assert told["report"]["rows"]["byStatus"] == counts
    assert counts["no_match"] == 3
    assert counts["invalid"] == 3
    assert counts["enriched"] >= 20
    assert rows[-1]["zi_status"] == rows[0]["zi_status"] == "enriched"
    assert all(row["zi_sandbox"] == "true" for row in rows)
    cost = told["job"]["credits"]["spent"]
    assert 0 < cost <= 24
    assert spent(cli) == cost
    # The page is for forwarding: it has the figures and nobody's name.
    text = page.read_text(encoding="utf-8")
    assert "Sandbox." in text
    for secret in (people[0]["lastName"], people[0]["companyName"], *(row.get("zi_email") or "@@" for row in rows)):
        assert secret not in text
    assert page.stat().st_mode & 0o077 == 0
    # Once more: the same job, nothing is paid again.
    again = cli("enrich", str(file), "--yes", "--json")
    assert again.exit_code == 0, again.stderr
    assert json.loads(again.stdout)["job"]["id"] == told["job"]["id"]
    assert spent(cli) == cost
    # And what `jobs` says of it.
    job = told["job"]["id"]
    assert newest(cli)["id"] == job
    assert job in cli("jobs", "list").stdout
    shown = cli("jobs", "show", job)
    assert shown.exit_code == 0
    assert "Enriched" in shown.stdout
    assert json.loads(cli("jobs", "report", job, "--json").stdout) == told["report"]
    assert "Matched by" in cli("jobs", "report", job).stdout
    for name in ("second.html", "second.json"):
        assert cli("jobs", "report", job, "-o", str(tmp_path / name)).exit_code == 0
    assert (tmp_path / "second.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert cli("jobs", "report", job, "-o", "r.pdf").exit_code == 2


def test_a_job_can_be_left_followed_paused_resumed_and_cancelled(
    cli: Run, tmp_path: Path, people: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOOMINFO_RATE_LIMIT", SLOW)
    file = export(tmp_path / "contacts.csv", people, 50)
    with file.open("a", encoding="utf-8") as more:
        # More than the batches that are under way at a time.
        more.writelines(f"004{number:012d},Nemo,Nullson {number},Nowhere Works,,\n" for number in range(1_450))
    answer = cli("enrich", str(file), "--max-credits", "2000", "--no-wait", "--json")
    assert answer.exit_code == 0, answer.stderr
    job = json.loads(answer.stdout)["id"]
    wait_for(cli, job, lambda told: told["credits"]["spent"] > 0)
    answer = cli("jobs", "pause", job)
    assert (answer.exit_code, "jobs resume" in answer.stderr) == (0, True)
    assert cli("jobs", "pause", job).exit_code == 2
    told = wait_for(cli, job, lambda told: told["state"] == "paused" and told["credits"]["reserved"] == 0)
    assert 0 < told["done"] < 1_500
    assert cli("jobs", "show", job, "--wait").exit_code == 4, "a paused job is not waited for"
    assert cli("jobs", "resume", job).exit_code == 0
    assert cli("jobs", "resume", job).exit_code == 2
    assert cli("jobs", "cancel", job).exit_code == 0
    told = wait_for(cli, job, lambda told: told["state"] == "cancelled" and told["credits"]["reserved"] == 0)
    assert told["byStatus"]["cancelled"] > 0
    done = cli("jobs", "deliver", job, "--json")
    assert done.exit_code == 0, done.stderr
    written = json.loads(done.stdout)
    rows = rows_of(Path(written["output"]))
    assert len(rows) == 1_500
    counts = {name: sum(row["zi_status"] == name for row in rows) for name in written["byStatus"]}
    assert counts == written["byStatus"]
    assert counts["cancelled"] > 0
    assert sum(counts.values()) == 1_500
    # What was cancelled can be taken up again, and what is done is not paid again.
    monkeypatch.delenv("ZOOMINFO_RATE_LIMIT")
    assert cli("jobs", "retry", job).exit_code == 0


def wait_for(cli: Run, job: str, done: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        told = json.loads(cli("jobs", "show", job, "--json").stdout)
        if done(told):
            return dict(told)
        time.sleep(0.2)
    raise AssertionError(told)


@pytest.mark.parametrize("action", ["show", "pause", "resume", "cancel", "retry", "deliver", "report"])
def test_an_unknown_job_is_named(cli: Run, action: str) -> None:
    answer = cli("jobs", action, "0badf00d")
    assert answer.exit_code == 2
    assert "There is no job '0badf00d'" in answer.stderr


def test_more_credits_take_up_what_was_over_the_budget(cli: Run, tmp_path: Path, people: list[dict[str, Any]]) -> None:
    file = export(tmp_path / "contacts.csv", people, 61)
    answer = cli("enrich", str(file), "--max-credits", "25", "--json")
    assert answer.exit_code == 4, answer.stderr
    first = json.loads(answer.stdout)
    assert first["job"]["credits"]["spent"] <= 25
    left = first["job"]["byStatus"]["over_budget"]
    assert left > 10
    assert any(entry["status"] == "over_budget" for entry in first["report"]["next"])
    answer = cli("enrich", str(file), "--max-credits", "60", "--json")
    assert answer.exit_code == 0, answer.stderr
    told = json.loads(answer.stdout)
    assert told["job"]["id"] == first["job"]["id"]
    assert "over_budget" not in told["job"]["byStatus"]
    assert told["job"]["credits"]["spent"] == spent(cli) <= 60
    statuses = [row["zi_status"] for row in rows_of(Path(told["output"]))]
    assert statuses.count("enriched") == told["job"]["byStatus"]["enriched"] > 40
    assert told["report"]["rows"]["byStatus"] == told["job"]["byStatus"]


def test_further_outputs_hold_what_has_changed(cli: Run, tmp_path: Path, people: list[dict[str, Any]]) -> None:
    file = export(tmp_path / "contacts.csv", people, 11)
    further = ("--changes", "changes.csv", "--before-after", "cells.csv")
    answer = cli("enrich", str(file), "--map", "salesforce-contact", *further, "-o", "out.csv", "--yes", "--json")
    assert answer.exit_code == 0, answer.stderr
    told = json.loads(answer.stdout)
    assert told["output"] == str(tmp_path / "out.csv")
    changed = rows_of(tmp_path / "changes.csv")
    enriched = [row for row in rows_of(tmp_path / "out.csv") if row["zi_status"] == "enriched"]
    assert 0 < len(changed) == len(enriched)
    assert rows_of(tmp_path / "cells.csv")
    assert told["report"]["job"]["mapping"] == "salesforce-contact"
    assert told["report"]["completeness"]["filled"] > 0


def test_a_schedule_is_kept_listed_started_and_removed(cli: Run, tmp_path: Path, people: list[dict[str, Any]]) -> None:
    file = export(tmp_path / "contacts.csv", people, 5)
    assert cli("schedule", "add", str(file), "--every", "soon", "--max-credits", "5").exit_code == 2
    answer = cli("schedule", "add", str(file), "--every", "quarterly")
    assert answer.exit_code == 2
    assert "--max-credits" in answer.stderr
    answer = cli("schedule", "add", str(file), "--every", "quarterly", "--max-credits", "5", "--first", "0")
    assert answer.exit_code == 0, answer.stderr
    [item] = json.loads(cli("schedule", "list", "--json").stdout)["data"]
    assert (item["everyDays"], item["maxCredits"], item["file"]) == (91.0, 5, str(file))
    assert "contacts.csv" in cli("schedule", "list").stdout
    with subprocess.Popen([sys.executable, "-m", "sales_zoominfo", "worker", "--stay"]) as worker:
        try:
            deadline = time.monotonic() + 60
            while not any(tmp_path.glob("contacts.enriched.*.csv")) and time.monotonic() < deadline:
                time.sleep(0.2)
        finally:
            worker.terminate()
        assert worker.wait(30) == 0
    [output] = tmp_path.glob("contacts.enriched.*.csv")
    assert len(rows_of(output)) == 5
    assert newest(cli)["output"] == str(output)
    [item] = json.loads(cli("schedule", "list", "--json").stdout)["data"]
    assert item["lastJob"] == newest(cli)["id"]
    assert cli("schedule", "remove", item["id"]).exit_code == 0
    assert cli("schedule", "remove", item["id"]).exit_code == 2
    assert json.loads(cli("schedule", "list", "--json").stdout) == {"data": []}


def file_options(name: str) -> dict[tuple[str, ...], Any]:
    """What a command says of each option that goes with a file."""
    command = typer.main.get_command(app)
    for word in name.split():
        command = command.commands[word]  # type: ignore[attr-defined]
    return {
        (*option.opts, *option.secondary_opts): (option.help, option.metavar, option.default)
        for option in command.params
        if getattr(option, "rich_help_panel", None) == "With a file"
    }


def test_a_schedule_takes_what_enrich_takes_of_a_file() -> None:
    # Nobody sees a run that starts by itself, so there is nothing to wait for or to show.
    seen = {("--dry-run",), ("--wait", "--no-wait"), ("--json",)}
    wanted = {option: told for option, told in file_options("enrich").items() if option not in seen}
    assert len(wanted) > 12
    assert file_options("schedule add") == wanted


def test_a_schedules_options_reach_its_job_and_each_file_gets_the_date(
    cli: Run, tmp_path: Path, people: list[dict[str, Any]]
) -> None:
    pytest.importorskip("openpyxl")
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "Notes"
    sheet = book.create_sheet("Leads")
    for number, row in enumerate(people[:6]):
        sheet.append([f"0035g0000{number:05d}IAAH", row["firstName"], row["lastName"], row["companyName"]])
    file = tmp_path / "sfz.xlsx"
    book.save(file)
    said = ["firstName", "lastName", "companyName"]
    columns = [part for place, key in enumerate(said, 2) for part in ("--column", f"column {place}={key}")]
    answer = cli(
        *("schedule", "add", str(file), "--every", "weekly", "--max-credits", "6", "--entity", "contact", *columns),
        *("--sheet", "Leads", "--no-header", "--country", "DE", "--search-first", "--in-doubt", "hold"),
        *("--map", "salesforce-contact", "--changes", "changes.csv", "--before-after", "cells.csv", "-o", "out.csv"),
        *("--report", "report.json", "--max-age", "30"),
    )
    assert answer.exit_code == 0, answer.stderr
    with subprocess.Popen([sys.executable, "-m", "sales_zoominfo", "worker", "--stay"]) as worker:
        try:
            deadline = time.monotonic() + 60
            while not any(tmp_path.glob("report.*.json")) and time.monotonic() < deadline:
                time.sleep(0.2)
        finally:
            worker.terminate()
        assert worker.wait(30) == 0
    [report] = tmp_path.glob("report.20??-??-??.json")
    told = json.loads(report.read_text("utf-8"))
    assert told["job"]["id"] == newest(cli)["id"]
    assert sum(told["rows"]["byStatus"].values()) == 6
    [output] = tmp_path.glob("out.20??-??-??.csv")
    assert report.stat().st_mode & 0o077 == 0
    assert [row["column 1"] for row in csv.DictReader(output.open(newline="", encoding="utf-8-sig"))] == [
        f"0035g0000{number:05d}IAAH" for number in range(6)
    ]
    [changes] = tmp_path.glob("changes.20??-??-??.csv")
    [cells] = tmp_path.glob("cells.20??-??-??.csv")
    assert changes.read_text("utf-8-sig").startswith("Id,")
    assert cells.read_text("utf-8-sig").startswith("record,column,before,after,how")


@pytest.mark.parametrize(
    ("option", "value"), [("--report", "report.pdf"), ("--sheet", "Leads"), ("--in-doubt", "guess")]
)
def test_a_schedule_is_refused_what_its_runs_could_not_do(
    cli: Run, tmp_path: Path, people: list[dict[str, Any]], option: str, value: str
) -> None:
    file = export(tmp_path / "contacts.csv", people, 3)
    answer = cli("schedule", "add", str(file), "--every", "weekly", "--max-credits", "5", option, value)
    assert answer.exit_code == 2
    assert json.loads(cli("schedule", "list", "--json").stdout) == {"data": []}


@pytest.mark.parametrize(
    ("text", "days"), [("90d", 90), ("2w", 14), ("3m", 90), ("30", 30), ("1.5d", 1.5), ("Weekly", 7), ("quarterly", 91)]
)
def test_a_span_is_read_as_a_person_writes_it(text: str, days: float) -> None:
    assert read_days("--every", text) == days


# --- at a terminal ---------------------------------------------------------------------------------------------


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, *arguments: str, **variables: str) -> None:
        main, side = pty.openpty()
        self._main = main
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "150", **variables}
        # What runs these tests may have been started with SIGINT ignored, which a child would inherit.
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sales_zoominfo", *arguments],
            stdin=side,
            stdout=side,
            stderr=side,
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        os.close(side)
        self.seen = ""

    def until(self, part: str, seconds: float = 60) -> str:
        """Read until something is shown."""
        import select

        deadline = time.monotonic() + seconds
        while part not in self.seen:
            ready, _, _ = select.select([self._main], [], [], 0.2)
            if ready:
                try:
                    self.seen += os.read(self._main, 65_536).decode("utf-8", "replace")
                except OSError:
                    break
            assert time.monotonic() < deadline, self.seen[-2000:]
        return self.seen

    def type(self, text: str) -> None:
        os.write(self._main, text.encode())

    def end(self) -> int:
        """Read to the end; the exit code."""
        with suppress(AssertionError):
            self.until("\0never", 60)
        os.close(self._main)
        return self.process.wait(60)


def test_a_person_sees_a_bar_and_may_leave(
    cli: Run, tmp_path: Path, people: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOOMINFO_RATE_LIMIT", "0.2")
    file = export(tmp_path / "contacts.csv", people, 200)
    terminal = Terminal("enrich", str(file), "--max-credits", "200")
    terminal.until("to go")
    for part in ("━", "credits", "left", "matched"):
        assert part in terminal.seen
    # As Ctrl-C does: to what runs on the terminal, and the worker has a session of its own.
    os.killpg(terminal.process.pid, signal.SIGINT)
    assert terminal.end() == 130
    job = newest(cli)
    assert f"Job {job['id']} goes on without you." in terminal.seen
    assert f"jobs show {job['id']} --wait" in terminal.seen
    assert "Interrupted" not in terminal.seen
    assert job["state"] in ("queued", "running")
    [pid] = {row[0] for row in worker_pids(tmp_path / "state")}
    os.kill(pid, 0)
    assert cli("jobs", "cancel", job["id"]).exit_code == 0


def worker_pids(state: Path) -> list[tuple[int]]:
    with sqlite3.connect(state / "jobs.sqlite") as db:
        return db.execute("SELECT pid FROM job_worker").fetchall()


def test_a_yes_starts_it(cli: Run, tmp_path: Path, people: list[dict[str, Any]]) -> None:
    file = export(tmp_path / "contacts.csv", people, 12)
    terminal = Terminal("enrich", str(file))
    terminal.until("[y/N]")
    assert "Spend up to 10 (fictional: the sandbox)?" in terminal.seen
    terminal.type("y\n")
    assert terminal.end() == 0
    assert "✓" in terminal.seen
    assert (tmp_path / "contacts.enriched.csv").exists()


def test_a_no_starts_nothing(cli: Run, tmp_path: Path, people: list[dict[str, Any]]) -> None:
    file = export(tmp_path / "contacts.csv", people, 12)
    terminal = Terminal("enrich", str(file))
    terminal.until("[y/N]")
    terminal.type("n\n")
    assert terminal.end() == 4
    assert "You did not agree" in terminal.seen
    assert json.loads(cli("jobs", "list", "--json").stdout) == {"data": []}


# --- the same command again ------------------------------------------------------------------------------------


def test_the_same_command_again_goes_on_at_once_without_a_new_plan(
    cli: Run, tmp_path: Path, people: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = export(tmp_path / "contacts.csv", people, 31)
    answer = cli("enrich", str(file), "--yes", "--no-wait", "--json")
    assert answer.exit_code == 0, answer.stderr
    first = json.loads(answer.stdout)
    monkeypatch.setattr(enrich_file, "plan_of", None)
    # Nobody is asked again either: what it may cost was agreed to.
    again = cli("enrich", str(file), "--json")
    assert again.exit_code == 0, again.stderr
    assert f"Job {first['id']} of the same command was " in again.stderr
    assert json.loads(again.stdout)["job"]["id"] == first["id"]
    paid = spent(cli)
    done = cli("enrich", str(file))
    assert done.exit_code == 0, done.stderr
    assert f"Job {first['id']} of the same command is done." in done.stderr
    assert spent(cli) == paid > 0


def test_a_changed_file_is_planned_and_agreed_to_anew(cli: Run, tmp_path: Path, people: list[dict[str, Any]]) -> None:
    file = export(tmp_path / "contacts.csv", people, 31)
    assert cli("enrich", str(file), "--yes", "--no-wait").exit_code == 0
    export(file, people[40:], 31)
    changed = cli("enrich", str(file), "--no-wait")
    assert changed.exit_code == 4
    assert "31 rows" in changed.stderr
    assert "no terminal to ask on" in changed.stderr


def test_both_ways_to_the_worker_have_the_same_help(cli: Run) -> None:
    direct = subprocess.run(
        [sys.executable, "-m", "sales_zoominfo", "worker", "--help"], capture_output=True, text=True, check=True
    ).stdout
    for part in ("--stay", "--idle", "several machines"):
        assert part in " ".join(direct.split())
    assert cli("worker", "--help").stdout == direct


def test_errors_name_commands_and_not_the_tools_of_an_assistant(cli: Run) -> None:
    answer = cli("jobs", "show", "nosuch")
    assert answer.exit_code == 2
    assert "`sales-zoominfo jobs list` names the jobs." in answer.stderr
    assert "list_jobs" not in answer.stderr


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("then call `get_usage`.", "then call `sales-zoominfo usage`."),
        ("`lookup` with field 'contact-fields' shows", "`sales-zoominfo lookup contact-fields` shows"),
        ("repeat with maxCredits=7.", "repeat with --max-credits 7."),
        ("get_usages and my_list_jobs stay", "get_usages and my_list_jobs stay"),
    ],
)
def test_words_of_a_tool_are_told_as_commands(told: str, shown: str) -> None:
    assert in_terminal(told) == shown


@pytest.mark.parametrize(("count", "told"), [(0, "0 rows"), (1, "1 row"), (2_000, "2,000 rows")])
def test_one_is_told_as_one(count: int, told: str) -> None:
    assert many(count, "row") == told


# --- for scripts -----------------------------------------------------------------------------------------------


def job(state: str = "done", **counts: int) -> Job:
    return Job(
        id="a",
        state=state,  # type: ignore[arg-type]
        why=None,
        entity="contact",
        caller="me",
        source="/x.csv",
        output="/y.csv",
        rows=1,
        finished=1,
        counts=counts,
        units=1,
        done_units=1,
        spent=0,
        reserved=0,
        max_credits=None,
        rate=None,
        eta=None,
        eta_note="",
        made_at=0.0,
        changed_at=0.0,
        ended_at=0.0,
        delivered_at=1.0,
        seconds=0.0,
        sandbox=True,
        request=JobRequest("/x.csv", "contact", "me"),
    )


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (job(enriched=9, no_match=1, invalid=2, ambiguous=1, opted_out=1, suppressed=1), 0),
        (job("cancelled", enriched=1, cancelled=9), 0),
        (job(enriched=1, over_budget=1), 4),
        (job(enriched=1, failed=1), 5),
        (job(enriched=1, held=1, over_budget=1), 5),
        (job("paused", enriched=1), 4),
        (job("failed"), 2),
    ],
)
def test_a_script_can_go_by_the_exit_code(found: Job, code: int) -> None:
    assert exit_of(found) == code


def test_a_worker_pays_for_nothing_that_nobody_reserved(
    cli: Run, state: Path, tmp_path: Path, people: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = state / "state.sqlite"
    charged: list[int] = []

    def till(_charge: Charge) -> None:
        with sqlite3.connect(ledger) as db:
            [(sent, counted)] = db.execute(
                "SELECT TOTAL(CASE state WHEN 'sent' THEN credits END), TOTAL(credits) FROM charge"
                " WHERE state IN ('sent', 'spent', 'in_doubt')"
            )
        if not sent or counted < len(charged) + 1:
            raise PermissionError("a charge that nobody reserved")
        charged.append(1)

    sandbox = Sandbox(link_sandbox(state / "sandbox", tmp_path / "served"), watch=till)
    with serve(sandbox) as served:
        for name, value in {
            "BASE_URL": served.url,
            "TOKEN_URL": f"{served.url}/gtm/oauth/v1/token",
            "CLIENT_ID": DEMO.client_id,
            "CLIENT_SECRET": DEMO.client_secret,
        }.items():
            monkeypatch.setenv(f"ZOOMINFO_{name}", value)
        file = export(tmp_path / "contacts.csv", people, 31)
        answer = cli("enrich", str(file), "--yes", "--json")
        assert answer.exit_code == 0, answer.stderr
        job = json.loads(answer.stdout)["job"]
    assert job["credits"]["spent"] == len(charged) > 0
    assert json.loads(cli("credits", "--json").stdout)["budgets"]["day"]["spent"] == len(charged)
