"""`searches` and `watch`: what a person or cron sees, and that nothing new is ever lost."""

from __future__ import annotations

import csv
import functools
import io
import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

import sales_zoominfo.sandbox
from editing import Edited
from sales_zoominfo.cli.watch import Sink, csv_names, read_period, watch
from sales_zoominfo.errors import InvalidArgument
from sales_zoominfo.sandbox import create_app
from sales_zoominfo.settings import load_settings

Run = Callable[..., Any]
SMITHS = ("searches", "save", "Smiths", "contact", "-f", "lastName=Smith", "-f", "managementLevel=Manager")


@pytest.fixture
def network(state: Path, monkeypatch: pytest.MonkeyPatch) -> Edited:
    """The sandbox of the commands, whose answers can be edited."""
    made = Edited(create_app(state / "sandbox"))

    @functools.wraps(create_app)
    def edited(*_: Any, **__: Any) -> Any:
        return made

    monkeypatch.setattr(sales_zoominfo.sandbox, "create_app", edited)
    return made


@pytest.fixture
def smiths(cli: Run, network: Edited) -> list[str]:
    """A saved search whose last run missed one; the ids of all that it finds, that one first."""
    made = cli(*SMITHS)
    assert made.exit_code == 0, made.stderr
    rows: list[str] = []

    def less(answer: list[dict[str, Any]]) -> list[dict[str, Any]]:
        rows[:] = [str(row["id"]) for row in answer]
        return answer[1:]

    network.rows = less
    ran = cli("watch", "--once")
    assert (ran.exit_code, ran.stdout) == (0, ""), ran.stderr
    assert "first run" in ran.stderr
    network.rows = None
    return rows


def test_searches_are_saved_listed_shown_run_renamed_and_deleted(cli: Run, smiths: list[str]) -> None:
    listed = json.loads(cli("searches", "list").stdout)
    assert [(row["name"], row["subject"], row["runs"]) for row in listed["data"]] == [("Smiths", "contact", 1)]
    shown = json.loads(cli("searches", "show", "smiths").stdout)
    assert shown["data"][0]["filters"] == {"lastName": "Smith", "managementLevel": "Manager"}
    peeked = json.loads(cli("searches", "run", "Smiths", "--peek").stdout)
    assert [(row["change"], row["id"]) for row in peeked["data"]] == [("new", smiths[0])]
    ran = cli("searches", "run", "Smiths", "--format", "table")
    assert ran.stdout.startswith("Smiths: 1 new")
    assert cli("searches", "run", "Smiths", "--format", "table").stdout == "Nothing new.\n"
    again = json.loads(cli("searches", "run", "Smiths", "--since-run", "1").stdout)
    assert [row["id"] for row in again["data"]] == [smiths[0]]
    renamed = cli("searches", "save", "Smiths", "--rename", "All Smiths", "--note", "n")
    assert "All Smiths: updated" in renamed.stderr
    assert "All Smiths" in cli("searches", "list", "--format", "table").stdout
    refused = cli("searches", "delete", "All Smiths")
    assert (refused.exit_code, "--yes" in refused.stderr) == (2, True)
    assert cli("searches", "delete", "All Smiths", "--yes").exit_code == 0
    assert json.loads(cli("searches", "list").stdout)["data"] == []
    assert "No saved searches" in cli("searches", "list", "--format", "table").stdout
    missing = cli("searches", "show", "All Smiths")
    assert missing.exit_code == 2
    assert "no saved search" in missing.stderr


def test_text_names_what_is_new_and_then_says_nothing(cli: Run, smiths: list[str]) -> None:
    told = cli("watch", "--once")
    assert told.exit_code == 0, told.stderr
    head, line = told.stdout.splitlines()
    assert head.endswith("Smiths: 1 new  (SANDBOX: fictional data)")
    assert line.startswith("  + ")
    assert smiths[0] in line
    again = cli("watch", "--once")
    assert (again.exit_code, again.stdout, again.stderr) == (0, "", "")


def test_json_lines_and_csv(cli: Run, smiths: list[str], network: Edited, tmp_path: Path) -> None:
    row = json.loads(cli("watch", "Smiths", "--once", "--json").stdout)
    assert {"search": "Smiths", "subject": "contact", "run": 2, "change": "new", "id": smiths[0]}.items() <= row.items()
    assert row["sandbox"] is True
    file = tmp_path / "news.csv"
    for gone in (smiths[1], smiths[2]):
        network.rows = lambda rows, gone=gone: [row for row in rows if str(row["id"]) != gone]
        told = cli("watch", "--once", "-o", str(file))
        assert (told.exit_code, told.stdout) == (0, ""), told.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert list(rows[0]) == csv_names()
    assert [(row["change"], row["id"]) for row in rows] == [
        ("gone", smiths[1]),
        ("new", smiths[1]),
        ("gone", smiths[2]),
    ]


def test_a_search_that_fails_stops_no_other_and_gives_its_exit_code(cli: Run, smiths: list[str]) -> None:
    told = cli("watch", "--once", "Nobody's", "Smiths")
    assert told.exit_code == 2
    assert "Nobody's: There is no saved search" in told.stderr
    assert smiths[0] in told.stdout


def test_what_cannot_be_written_is_told_again(cli: Run, smiths: list[str], tmp_path: Path) -> None:
    lost = cli("watch", "--once", "-o", str(tmp_path / "nowhere" / "news.jsonl"))
    assert lost.exit_code == 2
    assert "cannot be written" in lost.stderr
    assert "nothing is lost" in lost.stderr
    if Path("/dev/full").exists():
        full = cli("watch", "--once", "-o", "/dev/full")
        assert (full.exit_code, "no space left" in full.stderr) == (2, True)
    kept = cli("watch", "--once", "-o", str(tmp_path / "news.jsonl"))
    assert kept.exit_code == 0, kept.stderr
    assert json.loads((tmp_path / "news.jsonl").read_text())["id"] == smiths[0]


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as POSIX does")
def test_a_disk_that_fills_leaves_no_half_line(tmp_path: Path) -> None:
    program = """
import resource, signal, sys
from pathlib import Path
from sales_zoominfo.cli.watch import Sink
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400, 400))
sink = Sink("json", Path(sys.argv[1]))
meta = {"search": "a", "subject": "contact", "counts": {"new": 1}}
sink.write({"data": [{"change": "new", "id": "1"}], "meta": meta}, "t")
try:
    sink.write({"data": [{"change": "new", "id": "2", "name": "x" * 600}], "meta": meta}, "t")
except OSError:
    print("refused")
"""
    file = tmp_path / "news.jsonl"
    ran = subprocess.run([sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=True)
    assert ran.stdout == "refused\n"
    assert [json.loads(line)["id"] for line in file.read_text().splitlines()] == ["1"]


def test_two_programs_at_once_tell_it_both_and_note_it_once(cli: Run, smiths: list[str]) -> None:
    programs = [
        subprocess.Popen(
            [sys.executable, "-m", "sales_zoominfo", "watch", "--once", "--json"], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    told = [program.communicate(timeout=60)[0] for program in programs]
    assert [program.returncode for program in programs] == [0, 0]
    # At least one; both where they ran at the same time, and nobody a third time.
    assert smiths[0] in "".join(told)
    assert cli("watch", "--once", "--json").stdout == ""


def test_no_saved_search_is_no_failure(cli: Run, state: Path) -> None:
    told = cli("watch", "--once")
    assert (told.exit_code, told.stdout) == (0, "")
    assert "No saved searches" in told.stderr


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--every", "soon"), "'soon' is no period"),
        (("--every", "0h"), "'0h' is no period"),
        (("--every", "30s"), "'30s' is no period"),
        (("--every", "24h", "--once"), "--once"),
        (("--json", "--csv"), "--json"),
    ],
)
def test_wrong_options(cli: Run, state: Path, arguments: tuple[str, ...], problem: str) -> None:
    refused = cli("watch", *arguments)
    assert refused.exit_code == 2
    assert problem in refused.stderr


def test_read_only_mode_forbids_to_watch(cli: Run, smiths: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOMINFO_READ_ONLY", "1")
    refused = cli("watch", "--once")
    assert (refused.exit_code, refused.stdout) == (4, "")
    assert "`sales-zoominfo search`" in refused.stderr


def test_periods() -> None:
    assert [read_period(text) for text in ("1m", "30m", "24H", " 7d ")] == [60, 1_800, 86_400, 604_800]
    with pytest.raises(InvalidArgument):
        read_period("1w")


class Ended(Exception):
    """The test has seen enough."""


class Days:
    """A clock that sleeping moves; at chosen naps something happens to it."""

    def __init__(self, naps: int) -> None:
        self.now, self.left, self.waits = 1_800_000_000.0, naps, list[float]()
        self.then: Callable[[int], None] = lambda nap: None

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds
        self.left -= 1
        self.then(len(self.waits))
        if self.left <= 0:
            raise Ended


def test_a_schedule_keeps_its_time_whatever_the_clock_does(
    cli: Run, smiths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[float] = []
    days = Days(30)

    async def noted(*_: Any) -> int:
        rounds.append(days.now)
        days.now += 7
        return 0

    monkeypatch.setattr("sales_zoominfo.cli.watch.watch_round", noted)

    def jump(nap: int) -> None:
        if nap == 12:
            days.now += 7_000  # the machine slept
        if nap == 20:
            days.now -= 86_400  # somebody set the clock back

    days.then = jump
    using = load_settings()
    with pytest.raises(Ended):
        anyio.run(functools.partial(watch, using, (), Sink("text", None), every=300.0, clock=days, sleep=days.sleep))
    start = rounds[0]
    assert [at - start for at in rounds[:3]] == [0, 300, 600], "every five minutes, however long a round takes"
    assert rounds[3] - start > 7_000, "what was missed is made up for once"
    assert (rounds[4] - start) % 300 == 0
    assert max(days.waits) <= 60
    assert rounds[-1] < rounds[4], "and a clock set back by a day costs no day"


def test_a_round_that_fails_does_not_end_the_schedule(cli: Run, smiths: list[str], network: Edited) -> None:
    days = Days(12)

    def broken_at_first(rows: list[dict[str, Any]]) -> Any:
        return rows if days.now > 1_800_000_100 else "unreadable"

    network.rows = broken_at_first
    seen: list[str] = []

    class Noting(Sink):
        def write(self, answer: Any, at: str) -> None:
            seen.extend(row["id"] for row in answer["data"])

    with pytest.raises(Ended):
        anyio.run(
            functools.partial(
                watch, load_settings(), (), Noting("text", None), every=300.0, clock=days, sleep=days.sleep
            )
        )
    assert seen == [smiths[0]]


@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_and_the_next_start_goes_on(cli: Run, smiths: list[str], sign: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "sales_zoominfo", "watch", "--every", "1m", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdout is not None
        row = json.loads(program.stdout.readline())
        program.send_signal(sign)
        rest, errors = program.communicate(timeout=20)
    assert row["id"] == smiths[0]
    assert (program.returncode, rest) == (130, "")
    assert "Traceback" not in errors
    assert "bug" not in errors


def test_search_reads_every_page_on_demand(cli: Run, state: Path) -> None:
    whole = json.loads(cli("search", "contacts", "-f", "lastName=Smith", "--all").stdout)
    assert len(whole["data"]) == whole["meta"]["totalResults"] > 100
    part = cli("search", "contacts", "-f", "lastName=Smith", "--all", "--max-rows", "120", "--format", "csv")
    assert len(part.stdout.splitlines()) == 121
    assert "120 read in 2 calls" in part.stderr
    for wrong in (("--all", "--page", "2"), ("--max-rows", "5")):
        assert cli("search", "contacts", "-f", "lastName=Smith", *wrong).exit_code == 2
