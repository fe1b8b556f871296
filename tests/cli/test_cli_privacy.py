"""The opt-out list at the command line: files in and out, asking before anything goes, and codes for scripts."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from sales_zoominfo.cli import app

Command = Callable[..., Result]


@pytest.fixture
def command(state_url: str, sandbox_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("ZOOMINFO_STATE_URL", state_url)
    # Wide enough that no line of a message is broken.
    monkeypatch.setenv("COLUMNS", "500")

    def run(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == code, (result.stdout, result.stderr, result.exception)
        return result

    return run


def found(command: Command, *filters: str) -> list[dict[str, str]]:
    arguments = [part for text in filters for part in ("-f", text)]
    answer = command("search", "contacts", *arguments, "--format", "json").stdout
    return json.loads(answer)["data"]


def test_what_is_added_is_gone_from_searches_and_enriches(command: Command) -> None:
    person = found(command, "jobTitle=Director")[0]["id"]
    added = command("opt-outs", "add", "--kind", "person", "--reason", "asked by letter", "--", person)
    assert "1 added" in added.stderr
    assert not found(command, f"personId={person}")
    enriched = command("enrich", "contact", f"personId={person}", "--max-credits", "1", "--format", "json")
    [row] = json.loads(enriched.stdout)["data"]
    assert row["matchStatus"] == "SUPPRESSED"
    assert person not in enriched.stdout + enriched.stderr
    listed = command("opt-outs", "list", "--format", "json")
    [entry] = json.loads(listed.stdout)["data"]
    assert (entry["kind"], entry["value"]) == ("person", f"***{person[-2:]}")
    assert "letter" not in listed.stdout
    assert "already" in command("opt-outs", "add", "--kind", "person", "--", person).stderr


def test_check_answers_by_its_code(command: Command) -> None:
    command("opt-outs", "add", "acme.example")
    assert command("opt-outs", "check", "Ada@eu.acme.example", code=1).stdout == "on the opt-out list\n"
    assert command("opt-outs", "check", "ada@other.example").stdout == "not on the opt-out list\n"
    assert "--kind" in command("opt-outs", "check", "7000001", code=2).stderr
    assert "wildcards" in command("opt-outs", "add", "*@acme.example", code=2).stderr


def test_nothing_is_removed_unasked(command: Command) -> None:
    command("opt-outs", "add", "ada@acme.example", "--permanent")
    assert "--yes" in command("opt-outs", "remove", "1", code=2).stderr
    command("opt-outs", "check", "ada@acme.example", code=1)
    assert "no opt-out entry" in command("opt-outs", "remove", "bob@acme.example", "--yes", code=2).stderr
    assert "1 removed" in command("opt-outs", "remove", "ADA@acme.example", "--yes").stderr
    command("opt-outs", "check", "ada@acme.example")
    command("opt-outs", "remove", "1", "--yes", code=2)


def test_dates_decide_when_an_entry_holds(command: Command, tmp_path: Path) -> None:
    command("opt-outs", "add", "late@acme.example", "--from", "2199-01-01")
    past = tmp_path / "past.csv"
    past.write_text("email,until\nover@acme.example,2001-01-01\n")
    told = command("opt-outs", "import", str(past), code=1).stderr
    assert "line 2: its until has passed" in told
    assert "0 added, 0 on the list already or twice in the file, 1 rows left out" in told
    assert "it has passed" in command("opt-outs", "add", "x@acme.example", "--until", "2001-01-01", code=2).stderr
    wrong = command("opt-outs", "add", "x@acme.example", "--from", "2199-02-01", "--until", "2199-01-01", code=2)
    assert "not after --from" in wrong.stderr
    command("opt-outs", "check", "late@acme.example")
    command("opt-outs", "check", "over@acme.example")
    assert "2026-11-30" in command("opt-outs", "add", "x@acme.example", "--from", "tomorrow", code=2).stderr


def test_a_file_goes_in_with_its_broken_rows_told(command: Command, tmp_path: Path) -> None:
    source, report = tmp_path / "in.csv", tmp_path / "report.csv"
    rows = ["kind,value,reason"]
    rows += [f"email,p{number}@acme.example,asked" for number in range(30)]
    rows += [f"email,broken {number},x" for number in range(25)]
    rows += ["email,p1@acme.example,again"]
    source.write_text("\n".join(rows))
    told = command("opt-outs", "import", str(source), "--resolve", "2", "--report", str(report), code=1).stderr
    assert "30 added, 1 on the list already or twice in the file, 25 rows left out" in told
    assert "line 32: " in told
    assert "line 51: " in told
    assert "line 52: " not in told
    assert "5 more rows were left out" in told
    assert "2 looked up" in told
    assert "28 entries not looked up at ZoomInfo yet" in told
    assert "opt-outs resolve`" in told
    assert "broken 3" not in told
    with report.open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [int(line["line"]) for line in lines] == list(range(32, 57))
    assert report.stat().st_mode & 0o777 == 0o600
    command("opt-outs", "check", "p29@acme.example", code=1)
    waiting = json.loads(command("opt-outs", "list", "--format", "json").stdout)["meta"]["warnings"]
    assert any("28" in line for line in waiting)
    assert "21 entries not looked up" in command("opt-outs", "resolve", "--limit", "7").stderr
    told = command("opt-outs", "resolve").stderr
    assert "21 looked up" in told
    assert "not looked up" not in told


def test_a_stray_quote_hides_nobody(command: Command, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    rows = ["email,reason", 'a@one.example,"asked by phone', *(f"p{number}@two.example,asked" for number in range(500))]
    source.write_text("\n".join(rows) + "\n")
    told = command("opt-outs", "import", str(source), "--resolve", "0", code=1).stderr
    assert "500 added, 0 on the list already or twice in the file, 1 rows left out" in told
    assert "line 2: it opens a quote that is not closed" in told
    assert "one.example" not in told
    command("opt-outs", "check", "p7@two.example", code=1)
    command("opt-outs", "check", "p499@two.example", code=1)
    command("opt-outs", "check", "a@one.example")


def test_what_is_exported_can_be_imported(command: Command, tmp_path: Path) -> None:
    command("opt-outs", "add", "ada@acme.example", "acme.example", "+49 30 1234567", "--reason", 'a, "b"')
    out = tmp_path / "out.csv"
    # Of an earlier export that somebody had opened to others.
    out.touch(0o644)
    command("opt-outs", "export", str(out))
    assert out.stat().st_mode & 0o777 == 0o600
    shown = command("opt-outs", "export", "-").stdout
    assert shown == out.read_text()
    assert [row["value"] for row in csv.DictReader(io.StringIO(shown))] == [
        "ada@acme.example",
        "acme.example",
        "+49301234567",
    ]
    assert "0 added, 3 on the list" in command("opt-outs", "import", str(out)).stderr


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_file_that_cannot_be_read_is_said(command: Command, tmp_path: Path, name: str) -> None:
    assert "FILE" in command("opt-outs", "import", str(tmp_path / name), code=2).stderr


def test_another_key_shows_nothing(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    command("opt-outs", "add", "ada@acme.example")
    monkeypatch.setenv("ZOOMINFO_STATE_KEY", "00" * 32)
    for line in (["opt-outs", "check", "ada@acme.example"], ["search", "contacts", "-f", "jobTitle=Director"]):
        refused = command(*line, code=2)
        assert "not the one" in refused.stderr
        assert not refused.stdout


def test_read_only_mode_changes_nothing(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMINFO_READ_ONLY", "1")
    assert "read-only" in command("opt-outs", "add", "ada@acme.example", code=4).stderr
    command("opt-outs", "check", "ada@acme.example")


def test_a_result_is_printed_screened_and_purged(command: Command, state_url: str) -> None:
    import anyio

    from sales_zoominfo.app import App
    from sales_zoominfo.settings import load_settings

    async def keep() -> str:
        keeper = App(load_settings(state_url=state_url))
        rows = [{"id": "1", "email": "ada@acme.example"}, {"id": "2", "email": "bob@other.example"}]
        try:
            return await keeper.answers().put("lookup", json.dumps({"data": rows, "meta": {"warnings": []}}))
        finally:
            await keeper.aclose()

    token = anyio.run(keep)
    assert "ada@acme.example" in command("result", token, "--format", "csv").stdout
    command("opt-outs", "add", "ada@acme.example")
    shown = command("result", f"result://lookup/{token}", "--format", "csv").stdout
    assert shown.splitlines() == ["id,email", "2,bob@other.example"]
    assert "7 days" in command("result", "0123456789abcdef", code=2).stderr
    assert "0 kept answers," in command("purge").stderr
    assert "1 kept answer," in command("purge", "--all").stderr
    command("result", token, code=2)
    command("opt-outs", "check", "ada@acme.example", code=1)


def test_a_file_that_is_not_there_is_told_as_such(command: Command, tmp_path: Path) -> None:
    told = command("opt-outs", "import", str(tmp_path / "none.csv"), code=2).stderr
    assert "no such file" in told
    assert "Check the path" in told


@pytest.mark.parametrize("kind", ["email", "phone"])
def test_examples_of_entries_are_not_masked(command: Command, kind: str) -> None:
    assert "[" not in command("opt-outs", "add", "nobody", "--kind", kind, code=2).stderr
