"""Every command on the sandbox, and what a script can rely on: formats, streams and exit codes."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sales_zoominfo.cli.enrich_commands as enriching
from sales_zoominfo import __version__, errors
from sales_zoominfo.cli.run import EXIT_CODES, exit_code, rows_exit_code
from sales_zoominfo.cli.wording import in_terminal
from sales_zoominfo.tools import registry

Run = Callable[..., Any]

ACME = "900001"


def people(cli: Run, count: int = 2) -> list[str]:
    """Ids of people at a company of the sandbox."""
    result = cli("search", "contacts", "-f", f"companyId={ACME}", "--page-size", str(count))
    return [row["id"] for row in json.loads(result.stdout)["data"]]


def spent(cli: Run) -> int:
    """Credits spent today."""
    return json.loads(cli("usage").stdout)["meta"]["budget"]["daySpent"]


# --- the program -----------------------------------------------------------------------------------------------


def test_bare_command_shows_help_with_the_exit_codes(cli: Run) -> None:
    result = cli()
    assert result.exit_code == 0
    for name in ("serve", "demo", "sandbox", "search", "enrich", "lookup", "knowledge", "usage", "doctor"):
        assert name in result.stdout
    for entry in EXIT_CODES:
        assert f"{entry.code}  {entry.meaning}" in result.stdout


def test_version(process: Run) -> None:
    assert process("--version").stdout == f"sales-zoominfo {__version__}\n"


def test_serve_hands_its_arguments_on(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []

    def serve(argv: list[str]) -> int:
        seen.append(list(argv))
        return 0

    monkeypatch.setattr("sales_zoominfo.app.serve", serve)
    assert cli("serve", "--toolsets", "search,credits", "--read-only").exit_code == 0
    assert seen == [["--toolsets", "search,credits", "--read-only"]]


# --- data commands ---------------------------------------------------------------------------------------------


def test_search_answers_the_envelope_on_stdout_and_the_rest_on_stderr(cli: Run) -> None:
    result = cli("search", "companies", "-f", "industryCodes=Software", "-f", "state=California", "--page-size", "3")
    assert result.exit_code == 0, result.stderr
    answer = json.loads(result.stdout)
    assert len(answer["data"]) == 3
    assert answer["meta"]["sandbox"] is True
    assert "spent 0" in result.stderr
    assert "SANDBOX: fictional data" in result.stderr
    assert "next: --page 2" in result.stderr


def test_search_takes_commas_in_values_and_repeated_filters(cli: Run) -> None:
    comma = json.loads(cli("search", "companies", "--filter", "companyName=Acme, Inc.").stdout)
    assert ACME in [row["id"] for row in comma["data"]]
    one = json.loads(cli("search", "contacts", "-f", "managementLevel=Director").stdout)["meta"]["totalResults"]
    two = json.loads(
        cli("search", "contacts", "-f", "managementLevel=Director", "-f", "managementLevel=Manager").stdout
    )["meta"]["totalResults"]
    assert two > one > 0


def test_search_chooses_fields_pages_and_order(cli: Run) -> None:
    names = [
        row["name"]
        for row in json.loads(
            cli("search", "companies", "-f", "state=California", "--sort", "-name", "--fields", "name").stdout
        )["data"]
    ]
    assert names == sorted(names, key=str.casefold, reverse=True) or names[0] > names[-1]
    rows = json.loads(cli("search", "companies", "-f", "state=California", "--fields", "name,city").stdout)["data"]
    assert all(set(row) <= {"id", "name", "city"} for row in rows)
    second = json.loads(cli("search", "companies", "-f", "state=California", "--page", "2").stdout)
    assert second["meta"]["page"] == 2


def test_either_number_of_the_noun_is_understood(cli: Run) -> None:
    assert cli("search", "company", "-f", "companyName=Acme").exit_code == 0
    assert cli("search", "firms", "-f", "companyName=Acme").exit_code == 2


def test_lookup_lists_legal_values(cli: Run) -> None:
    rows = json.loads(cli("lookup", "management-levels").stdout)["data"]
    assert {"id": "Director", "name": "Directors"} in rows
    filters = json.loads(cli("lookup", "contact-filters", "--query", "title").stdout)["data"]
    assert "jobTitle" in [row["name"] for row in filters]
    assert len(json.loads(cli("lookup", "industries", "--limit", "4").stdout)["data"]) == 4
    asked = [json.loads(cli("lookup", "metro-regions", *how).stdout) for how in (("bay", "area"), ("-q", "bay area"))]
    for answer in asked:
        # Two programs, each of which has read the list itself.
        assert answer["meta"].pop("readAt")
    assert asked[0] == asked[1]
    assert {row["name"] for row in asked[0]["data"]} == {"CA - San Francisco", "CA - San Jose"}


def test_signals_are_searched_from_the_terminal(cli: Run) -> None:
    for what, pairs, expected in (
        ("intent", ("topics=Java", "country=USA"), ("topic", "Java")),
        ("scoops", ("scoopType=hiring", "country=Germany"), ("types", None)),
        ("news", ("categories=funding", "pageDateMin=2026-01-01"), ("categories", None)),
    ):
        result = cli("search", what, *(part for pair in pairs for part in ("-f", pair)), "--page-size", "2")
        assert result.exit_code == 0, result.stderr
        rows = json.loads(result.stdout)["data"]
        assert len(rows) == 2
        for row in rows:
            assert expected[0] in row
            assert expected[1] in (None, row[expected[0]])
    assert "topics" in cli("search", "intent", "-f", "country=USA").stderr


def test_knowledge_answers_with_its_source_and_reads_a_passage(cli: Run) -> None:
    result = cli("knowledge", "does", "searching", "cost", "credits")
    hit = json.loads(result.stdout)["data"][0]
    assert hit["source"].startswith("references/")
    assert hit["lastVerified"]
    passage = json.loads(cli("knowledge", "--read", hit["id"]).stdout)["data"][0]
    assert passage["text"]
    assert cli("knowledge").exit_code == 2
    assert cli("knowledge", "x", "--read", "y").exit_code == 2
    assert cli("knowledge", "--read", "no#such").exit_code == 2


def test_knowledge_needs_no_account(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMINFO_CLIENT_SECRET", "half-a-set-up")
    assert cli("knowledge", "credits").exit_code == 0


def test_usage_shows_limits_and_budgets(cli: Run) -> None:
    answer = json.loads(cli("usage").stdout)
    assert answer["meta"]["budget"]["dayLeft"] == 1000
    table = cli("usage", "--format", "table").stdout
    assert "credits (uniqueIdLimit)" in table
    assert "Day budget" in table


# --- formats ---------------------------------------------------------------------------------------------------


def test_every_format_holds_the_same_rows(cli: Run) -> None:
    def output(format: str) -> str:
        return cli("search", "contacts", "-f", f"companyId={ACME}", "--format", format).stdout

    rows = json.loads(output("json"))["data"]
    assert len(rows) > 3
    assert [json.loads(line) for line in output("jsonl").splitlines()] == rows
    parsed = list(csv.DictReader(io.StringIO(output("csv"))))
    assert [row["id"] for row in parsed] == [row["id"] for row in rows]
    assert [row["jobTitle"] for row in parsed] == [row["jobTitle"] for row in rows]
    table = output("table")
    assert all(row["id"] in table for row in rows)


def test_table_keeps_to_the_width_and_names_what_it_leaves_out(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    table = cli("search", "companies", "-f", "state=California", "--format", "table").stdout
    assert max(map(len, table.splitlines())) <= 80
    assert "Also there:" in table


def test_no_escape_codes_without_a_terminal(process: Run) -> None:
    result = process("search", "companies", "-f", "companyName=Acme", "--format", "table")
    assert "\x1b" not in result.stdout + result.stderr


def test_output_file_is_private_and_named_by_its_suffix(cli: Run, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("old")
    result = cli("search", "companies", "-f", "companyName=Acme", "--output", str(file))
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "900001" in file.read_text(encoding="utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.glob("*rows*")] == ["rows.csv"]
    assert [path.name for path in tmp_path.glob(".*rows*")] == []


def test_a_failed_command_leaves_the_old_file(cli: Run, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("old")
    assert cli("search", "companies", "-f", "nonsense=1", "-o", str(file)).exit_code == 2
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.glob(".*rows*")] == []


def test_nothing_is_bought_that_cannot_be_written(cli: Run, tmp_path: Path) -> None:
    file = tmp_path / "missing" / "rows.csv"
    result = cli("enrich", "company", f"companyId={ACME}", "--yes", "-o", str(file))
    assert result.exit_code == 2
    assert "--output" in result.stderr
    assert spent(cli) == 0


@pytest.mark.skipif(not Path("/dev/null").is_char_device(), reason="needs /dev/null")
def test_a_device_is_written_to_and_not_replaced(cli: Run) -> None:
    assert cli("usage", "-o", "/dev/null").exit_code == 0
    assert Path("/dev/null").is_char_device()


def test_a_list_of_opt_outs_guesses_no_kind(cli: Run) -> None:
    listing = " ".join(cli("opt-outs", "list", "--help").stdout.split())
    assert "alone; else all" in listing.replace("│ │ ", "") and "guessed" not in listing
    assert "guessed" in cli("opt-outs", "add", "--help").stdout


# --- enrich ----------------------------------------------------------------------------------------------------


def test_a_mistyped_budget_is_told_by_every_command(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMINFO_MAX_CREDIT_PER_DAY", "5")
    result = cli("usage", "--format", "json")
    assert "ZOOMINFO_MAX_CREDIT_PER_DAY is no setting" in result.stderr
    assert "ZOOMINFO_MAX_CREDITS_PER_DAY" in result.stderr
    assert json.loads(result.stdout)["meta"]["budget"]["dayBudget"] == 1000


def test_the_example_of_a_record_to_match_is_not_masked(cli: Run) -> None:
    result = cli("enrich", "contact", "--yes")
    assert result.exit_code == 2
    assert "emailAddress=ADDRESS" in result.stderr
    assert "[e-mail]" not in result.stderr


def test_enrich_refuses_to_spend_without_consent(cli: Run) -> None:
    result = cli("enrich", "contact", f"personId={people(cli, 1)[0]}")
    assert result.exit_code == 4
    assert "1 record: 1 credit (exact)." in result.stderr
    assert "--max-credits 1" in result.stderr
    assert "--yes" in result.stderr
    assert result.stdout == ""
    assert spent(cli) == 0


@pytest.mark.parametrize(
    ("ceilings", "told", "setting"),
    [
        ({}, "over the call ceiling of 25 (0 used)", "ZOOMINFO_MAX_CREDITS_PER_CALL"),
        (
            {"ZOOMINFO_MAX_CREDITS_PER_CALL": "50", "ZOOMINFO_MAX_CREDITS_PER_HOUR": "26"},
            "over the hour ceiling of 26 (1 used)",
            "ZOOMINFO_MAX_CREDITS_PER_HOUR",
        ),
    ],
)
def test_enrich_advises_no_option_that_a_ceiling_would_refuse(
    cli: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ceilings: dict[str, str], told: str, setting: str
) -> None:
    found = people(cli, 31)
    assert cli("enrich", "contact", f"personId={found[0]}", "--yes").exit_code == 0
    for name, value in ceilings.items():
        monkeypatch.setenv(name, value)
    file = tmp_path / "in30.csv"
    file.write_text("personId\n" + "".join(f"{person}\n" for person in found[1:]))
    result = cli("enrich", "contact", "-i", str(file))
    text = " ".join(result.stderr.split())
    assert result.exit_code == 4
    assert told in text and setting in text
    assert "in a terminal" in text and "fewer records" in text
    assert "--yes" not in text and "--max-credits" not in text
    assert spent(cli) == 1


def test_an_exact_cost_is_told_as_such(cli: Run) -> None:
    person = people(cli, 1)[0]
    assert "1 record: 1 credit (exact)." in cli("enrich", "contact", f"personId={person}", "--yes").stderr
    assert "1 record: 0 credits (exact)." in cli("enrich", "contact", f"personId={person}").stderr
    unknown = cli("enrich", "contact", "emailAddress=ada.sample@acme.example")
    assert "1 record: at most 1 credit (upper bound)." in unknown.stderr


@pytest.mark.parametrize("consent", [("--yes",), ("--max-credits", "1")])
def test_enrich_spends_with_consent_and_the_second_time_nothing(cli: Run, consent: tuple[str, ...]) -> None:
    person = people(cli, 1)[0]
    first = cli("enrich", "contact", f"personId={person}", *consent)
    assert first.exit_code == 0, first.stderr
    assert json.loads(first.stdout)["meta"]["credits"]["spent"] == 1
    assert "spent 1 · 999 left today" in first.stderr
    again = cli("enrich", "contact", f"personId={person}")
    assert again.exit_code == 0, "what is owned needs no consent"
    assert json.loads(again.stdout)["meta"]["credits"]["spent"] == 0


def test_enrich_asks_on_a_terminal(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enriching, "interactive", lambda: True)
    person = people(cli, 1)[0]
    refused = cli("enrich", "contact", f"personId={person}", input="\n")
    assert refused.exit_code == 4
    assert "Spend 1 credit (fictional: the sandbox)?" in refused.stderr
    assert spent(cli) == 0
    assert cli("enrich", "contact", f"personId={person}", input="y\n").exit_code == 0
    assert spent(cli) == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (("--fields", "nope"), "nope"),
        (("--require", "nope"), "nope"),
        (("--detail", "nope"), "detail"),
        (("--fields", "ada.sample@acme.example"), "[e-mail]"),
    ],
)
def test_what_enrich_would_refuse_is_refused_before_the_question(
    cli: Run, monkeypatch: pytest.MonkeyPatch, wrong: tuple[str, ...], told: str
) -> None:
    monkeypatch.setattr(enriching, "interactive", lambda: True)
    result = cli("enrich", "contact", "emailAddress=bob@acme.example", *wrong, input="y\n")
    assert result.exit_code == 2
    assert told in result.stderr
    assert "Spend" not in result.stderr and "1 credit" not in result.stderr
    assert "ada.sample" not in result.stderr


def test_a_person_may_pass_the_ceiling_but_not_a_flag(
    cli: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ZOOMINFO_MAX_CREDITS_PER_CALL", "1")
    monkeypatch.setenv("ZOOMINFO_MAX_CREDITS_PER_HOUR", "1")
    file = tmp_path / "people.jsonl"
    file.write_text("".join(json.dumps({"personId": person}) + "\n" for person in people(cli, 3)))
    for consent in (("--yes",), ("--max-credits", "3")):
        result = cli("enrich", "contacts", "--input", str(file), *consent)
        text = " ".join(result.stderr.split())
        assert result.exit_code == 4
        assert "ceiling" in text and "in a terminal without --yes" in text
        assert "Only a person" not in text
    monkeypatch.setattr(enriching, "interactive", lambda: True)
    by_flag = cli("enrich", "contacts", "--input", str(file), "--yes", input="y\n")
    assert by_flag.exit_code == 4
    assert "Spend" not in by_flag.stderr
    result = cli("enrich", "contacts", "--input", str(file), input="y\n")
    assert result.exit_code == 0, result.stderr
    assert "over your ceiling" in result.stderr
    assert spent(cli) == 3


def test_over_a_ceiling_a_person_is_asked_within_their_cap(
    cli: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ZOOMINFO_MAX_CREDITS_PER_CALL", "2")
    monkeypatch.setattr(enriching, "interactive", lambda: True)
    rows = [json.dumps({"personId": person}) + "\n" for person in people(cli, 5)]
    file = tmp_path / "people.jsonl"
    file.write_text("".join(rows[:3]))

    def enrich(*options: str, answer: str = "y\n") -> Any:
        return cli("enrich", "contacts", "--input", str(file), *options, input=answer)

    over_cap = enrich("--max-credits", "2")
    assert over_cap.exit_code == 4 and "Spend" not in over_cap.stderr, "a yes passes no cap"
    assert "over --max-credits 2" in over_cap.stderr
    both = enrich("--max-credits", "3", "--yes")
    assert both.exit_code == 4 and "Spend" not in both.stderr
    refused = enrich("--max-credits", "40", answer="\n")
    assert refused.exit_code == 4 and "Spend 3 credits" in refused.stderr
    assert spent(cli) == 0
    agreed = enrich("--max-credits", "40")
    assert agreed.exit_code == 0, agreed.stderr
    assert "over your ceiling" in agreed.stderr
    assert spent(cli) == 3
    file.write_text("".join(rows[3:]))
    within = enrich("--max-credits", "40", answer="")
    assert within.exit_code == 0 and "[y/N]" not in within.stderr, "below the ceiling a cap is enough"
    assert spent(cli) == 5


def test_the_day_budget_stays_whoever_agrees(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMINFO_MAX_CREDITS_PER_DAY", "0")
    monkeypatch.setattr(enriching, "interactive", lambda: True)
    result = cli("enrich", "contact", f"personId={people(cli, 1)[0]}", input="y\n")
    assert result.exit_code == 4
    assert "day budget" in result.stderr


@pytest.mark.parametrize("suffix", [".csv", ".json", ".jsonl"])
def test_enrich_reads_files(cli: Run, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"companies{suffix}"
    rows = [{"companyName": "Acme, Inc.", "companyWebsite": "acme.example"}, {"companyName": "Nobody At All Ltd"}]
    if suffix == ".csv":
        file.write_text(
            '\ufeffcompanyName,companyWebsite\r\n"Acme, Inc.",acme.example\r\nNobody At All Ltd,\r\n,\r\n',
            encoding="utf-8",
        )
    elif suffix == ".json":
        file.write_text(json.dumps(rows))
    else:
        file.write_text("".join(json.dumps(row) + "\n\n" for row in rows))
    result = cli("enrich", "company", "--input", str(file), "--yes", "--fields", "name,website")
    assert result.exit_code == 0, result.stderr
    answer = json.loads(result.stdout)
    assert [row["matchStatus"] for row in answer["data"]] == ["FULL_MATCH", "NO_MATCH"]
    assert answer["data"][0]["id"] == ACME
    assert answer["meta"]["credits"]["spent"] == 1


def test_headings_of_a_sheet_are_understood(tmp_path: Path) -> None:
    from sales_zoominfo.cli.inputs import read_records

    file = tmp_path / "sheet.csv"
    file.write_text("Email,First Name,LASTNAME\nada.sample@acme.example,Ada,Sample\n")
    wanted = {"emailAddress": "ada.sample@acme.example", "firstName": "Ada", "lastName": "Sample"}
    assert read_records([], file, "contact") == [wanted]
    file.write_text("Mobile Phone,Direct Phone\n1,2\n")
    assert read_records([], file, "contact") == [{"Mobile Phone": "1", "Direct Phone": "2"}], "the tool refuses these"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", "companyName\nAcme,too,many\n", "line 2"),
        ("a.json", "[{]", "line 1"),
        ("a.json", "[1]", "row 1"),
        ("a.jsonl", '{"companyName":"Acme"}\nnope\n', "line 2"),
        ("a.csv", "companyName\n", "empty"),
        ("a.xlsx", "x", ".csv, .json or .jsonl"),
        ("a.csv", "companyName\n" + "Acme\n" * 101, "100"),
        ("a.csv", "Firma\nAcme\n", "Firma"),
    ],
)
def test_unusable_input_is_named(cli: Run, tmp_path: Path, name: str, content: str, told: str) -> None:
    file = tmp_path / name
    file.write_text(content)
    result = cli("enrich", "company", "--input", str(file), "--yes")
    assert result.exit_code == 2
    assert told in result.stderr


def test_other_wrong_input(cli: Run, tmp_path: Path) -> None:
    assert "no file" in cli("enrich", "company", "--input", "nowhere.csv").stderr
    assert cli("enrich", "company").exit_code == 2
    assert cli("enrich", "company", "companyName=A", "--input", "a.csv").exit_code == 2
    assert cli("enrich", "company", "companyName=A", "companyName=B").exit_code == 2
    assert cli("enrich", "company", "just words").exit_code == 2
    (tmp_path / "latin.csv").write_bytes("companyName\nMüller\n".encode("latin-1"))
    assert "UTF-8" in cli("enrich", "company", "--input", "latin.csv").stderr


def test_required_fields_make_a_free_non_match(cli: Run) -> None:
    result = cli("enrich", "company", f"companyId={ACME}", "--require", "ticker", "--max-credits", "1")
    assert result.exit_code == 0, result.stderr
    answer = json.loads(result.stdout)
    assert answer["meta"]["credits"]["spent"] == (1 if answer["data"][0]["matchStatus"] == "FULL_MATCH" else 0)


def test_a_required_field_makes_the_cost_an_upper_bound(cli: Run) -> None:
    rows = people(cli, 20)
    for person in rows:
        result = cli("enrich", "contact", f"personId={person}", "--require", "mobilePhone", "--max-credits", "1")
        assert "1 record: at most 1 credit (upper bound)." in result.stderr
    assert spent(cli) < len(rows)


# --- exit codes ------------------------------------------------------------------------------------------------


def test_every_error_code_has_one_exit_code() -> None:
    listed = [error for entry in EXIT_CODES for error in entry.errors]
    assert len(listed) == len(set(listed))
    assert set(listed) == {text.error.code for text in errors.TEXTS.values()} | {"SUPPRESSED"}


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("bug", 1),
        ("no_criteria", 2),
        ("unknown_value", 2),
        ("not_found", 2),
        ("wrong_generation", 2),
        ("past_end", 2),
        ("login_refused", 3),
        ("plan_field", 3),
        ("credits_exhausted", 4),
        ("over_cap", 4),
        ("over_budget", 4),
        ("spending_stopped", 4),
        ("usage_limit", 4),
        ("mode_forbids", 4),
        ("rate_limited", 5),
        ("upstream_failed", 5),
        ("outcome_unknown", 5),
    ],
)
def test_exit_code_of_each_class(cli: Run, monkeypatch: pytest.MonkeyPatch, kind: str, code: int) -> None:
    error = errors.fail(kind, **dict.fromkeys(errors.placeholders(kind), 1))
    assert exit_code(error) == code

    async def refuse(*_: object, **__: object) -> object:
        raise error

    monkeypatch.setattr(registry, "call", refuse)
    result = cli("usage")
    assert result.exit_code == code
    assert f"✗ {in_terminal(error.message)}" in result.stderr
    assert f"→ {in_terminal(error.next_step)}" in result.stderr
    assert not re.search(r"`[a-z]+_[a-z_]+`|maxCredits", result.stderr), "a person at a terminal has no tools"
    assert "Traceback" not in result.stderr


def test_rows_that_must_be_sent_again_show_in_the_exit_code() -> None:
    assert rows_exit_code(["FULL_MATCH", "NO_MATCH", "OPT_OUT"]) == 0
    assert rows_exit_code(["FULL_MATCH", "LIMIT_EXCEEDED"]) == 4
    assert rows_exit_code(["FULL_MATCH", "NOT_SENT"]) == 5


def test_real_refusals(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = cli("search", "contacts", "-f", "titel=x")
    assert wrong.exit_code == 2
    assert "did you mean 'jobTitle'" in wrong.stderr
    assert cli("search", "contacts").exit_code == 2
    assert cli("search", "contacts", "-f", "page=2").exit_code == 2
    assert cli("search", "contacts", "-f", "nothing").exit_code == 2
    assert cli("lookup", "industrys").exit_code == 2
    assert cli("search", "contacts", "-f", "managementLevel=Director", "--page", "99999").exit_code == 2
    assert cli("search", "contacts", "--nonsense").exit_code == 2
    over = cli("enrich", "contact", f"personId={people(cli, 1)[0]}", "--max-credits", "0")
    assert over.exit_code == 4
    monkeypatch.setenv("ZOOMINFO_FREE_ONLY", "true")
    free = cli("enrich", "contact", f"personId={people(cli, 1)[0]}", "--yes")
    assert free.exit_code == 4
    assert "free-only" in free.stderr


def test_half_set_credentials_name_what_is_missing(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMINFO_USERNAME", "someone@acme.example")
    result = cli("search", "companies", "-f", "companyName=Acme")
    assert result.exit_code == 3
    assert "ZOOMINFO_PASSWORD" in result.stderr
    assert result.stdout == ""


def test_bad_setting_is_named_without_its_value(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMINFO_RATE_LIMIT", "a-secret-by-mistake")
    result = cli("usage")
    assert result.exit_code == 2
    assert "ZOOMINFO_RATE_LIMIT" in result.stderr
    assert "a-secret-by-mistake" not in result.stderr


def test_unreachable_service_is_for_later(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMINFO_USERNAME", "someone@acme.example")
    monkeypatch.setenv("ZOOMINFO_PASSWORD", "never-shown-anywhere")
    monkeypatch.setenv("ZOOMINFO_BASE_URL", "http://127.0.0.1:9")
    result = cli("usage")
    assert result.exit_code == 5
    assert "never-shown-anywhere" not in result.output


def test_a_bug_is_one_line_unless_debugging(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def crash(*_: object, **__: object) -> object:
        raise ValueError("something private")

    monkeypatch.setattr(registry, "call", crash)
    result = cli("usage")
    assert result.exit_code == 1
    assert "ValueError" in result.stderr
    assert "ZOOMINFO_LOG_LEVEL=debug" in result.stderr
    assert "something private" not in result.stderr
    assert "Traceback" not in result.stderr
    monkeypatch.setenv("ZOOMINFO_LOG_LEVEL", "debug")
    assert "Traceback" in cli("usage").stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_interrupt_ends_quietly_with_130(state: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        environment = {
            **os.environ,
            "ZOOMINFO_USERNAME": "a@acme.example",
            "ZOOMINFO_PASSWORD": "b",
            "ZOOMINFO_BASE_URL": f"http://127.0.0.1:{silent.getsockname()[1]}",
        }
        program = subprocess.Popen(
            [sys.executable, "-m", "sales_zoominfo", "usage"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        connection, _ = silent.accept()
        with connection:
            time.sleep(0.3)
            program.send_signal(signal.SIGINT)
            out, err = program.communicate(timeout=20)
    assert program.returncode == 130
    assert out == ""
    assert err.strip() == "✗ Interrupted."


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_a_reader_that_leaves_is_no_failure(state: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "sales_zoominfo", "search", "contacts", "-f", f"companyId={ACME}", "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert program.stdout is not None
    program.stdout.close()
    assert program.stderr is not None
    err = program.stderr.read()
    program.stderr.close()
    assert program.wait(30) == 0
    assert "Traceback" not in err
    assert "BrokenPipe" not in err


def test_ascii_locale_does_not_break_the_output(process: Run) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    result = process("lookup", "no-such-field", env=environment)
    assert result.returncode == 2
    assert "✗" in result.stderr
