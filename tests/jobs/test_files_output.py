"""Outputs: only where they may go, whole or not at all, and nothing left behind."""

from __future__ import annotations

import gzip
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from files_support import cells, copied, made, refused, refused_rows

from sales_zoominfo.errors import SalesZoomInfoError
from sales_zoominfo.jobs.files import allowed_output, marked, open_sink, open_source

SERVER = Path(__file__).parents[2] / "server"
KINDS = ["csv", "jsonl", "csv.gz", "parquet", "xlsx"]


def no_package(kind: str) -> None:
    needed = {"parquet": "pyarrow", "xlsx": "openpyxl"}.get(kind)
    if needed:
        pytest.importorskip(needed)


# --- where it may go -------------------------------------------------------------------------------------------


def test_an_output_in_an_allowed_folder_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").mkdir()
    source = made(tmp_path / "in.csv", "A\n1\n")
    assert allowed_output(Path("a/out.csv"), source=source, folders=[tmp_path]) == tmp_path / "a" / "out.csv"
    assert allowed_output(tmp_path / "x.csv", source=source, folders=None) == tmp_path / "x.csv"
    made(tmp_path / "old.csv", "x")
    assert allowed_output(Path("old.csv"), source=source, folders=[Path()]) == tmp_path / "old.csv"


def scene(folder: Path) -> dict[str, Path]:
    allowed = folder / "allowed"
    allowed.mkdir()
    outside = folder / "outside"
    outside.mkdir()
    made(allowed / "in.csv", "A\n1\n")
    (allowed / "link.csv").symlink_to(outside / "there.csv")
    (allowed / "folder-link").symlink_to(outside)
    os.link(allowed / "in.csv", allowed / "same.csv")
    os.mkfifo(allowed / "pipe.csv")
    return {
        "equal": allowed / "in.csv",
        "equal by another way": allowed / ".." / "allowed" / "in.csv",
        "equal by a hard link": allowed / "same.csv",
        "symlink": allowed / "link.csv",
        "outside": outside / "out.csv",
        "outside by dots": allowed / ".." / "outside" / "out.csv",
        "outside by a linked folder": allowed / "folder-link" / "out.csv",
        "no folder": allowed / "missing" / "out.csv",
        "a folder": allowed,
        "a file as folder": allowed / "in.csv" / "out.csv",
        "a pipe": allowed / "pipe.csv",
        "dots": allowed / "..",
        "NUL": allowed / "a\x00.csv",
        "too long": allowed / ("x" * 300 + ".csv"),
    }


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("equal", "it is the input"),
        ("equal by another way", "it is the input"),
        ("equal by a hard link", "it is the input"),
        ("symlink", "symbolic link"),
        ("outside", "outside the allowed folders"),
        ("outside by dots", "outside the allowed folders"),
        ("outside by a linked folder", "outside the allowed folders"),
        ("no folder", "its folder does not exist"),
        ("a folder", "folder"),
        ("a file as folder", "its folder is no folder"),
        ("a pipe", "no regular file"),
        ("dots", "it names a folder"),
        ("NUL", "NUL character"),
        ("too long", "too long"),
    ],
)
def test_where_an_output_may_not_go(tmp_path: Path, case: str, reason: str) -> None:
    path = scene(tmp_path)[case]
    allowed = tmp_path / "allowed"
    error = refused(lambda: allowed_output(path, source=allowed / "in.csv", folders=[allowed]))
    assert error.kind == "output_refused"
    assert reason in error.message


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="the system lets this user write anywhere")
def test_a_folder_without_the_right_to_write(tmp_path: Path) -> None:
    (tmp_path / "read-only").mkdir(mode=0o500)
    error = refused(lambda: allowed_output(tmp_path / "read-only" / "a.csv", source=None, folders=None))
    assert "may not write" in error.message


def test_a_folder_that_takes_no_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    error = refused(lambda: allowed_output(tmp_path / "a.csv", source=None, folders=None))
    assert "may not write" in error.message


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="this system has no /proc")
def test_a_file_system_that_takes_no_files() -> None:
    error = refused(lambda: open_sink(Path("/proc/out.csv"), like=None, columns=["A"]))
    assert error.kind == "output_refused"


# --- whole or not at all ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("nameless", [True, False])
def test_nothing_shows_before_the_end_and_nothing_stays_after_an_abort(
    tmp_path: Path, kind: str, nameless: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_package(kind)
    if not nameless:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    target = made(tmp_path / f"out.{kind}", "what was there")
    with open_sink(target, like=None, columns=["A", "B"]) as sink:
        for n in range(10_000):
            sink.write([str(n), "x" * 50])
        assert target.read_text() == "what was there"
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    assert target.read_text() == "what was there"
    with open_sink(target, like=None, columns=["A", "B"]) as sink:
        for n in range(10_000):
            sink.write([str(n), "x" * 50])
        sink.finish()
        sink.abort()
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    assert len(cells(open_source(target))) == 10_000


def test_an_output_keeps_the_rights_of_the_file_it_replaces_and_is_private_else(tmp_path: Path) -> None:
    def mode(path: Path) -> int:
        with open_sink(path, like=None, columns=["A"]) as sink:
            sink.finish()
        return stat.S_IMODE(path.stat().st_mode)

    made(tmp_path / "old.csv", "x").chmod(0o640)
    assert mode(tmp_path / "old.csv") == 0o640
    assert mode(tmp_path / "new.csv") == 0o600


WRITER = """
import os, resource, signal, sys
from pathlib import Path
from sales_zoominfo.errors import SalesZoomInfoError
from sales_zoominfo.jobs.files import open_sink
target, nameless, limit = Path(sys.argv[1]), sys.argv[2] == "True", int(sys.argv[3])
if not nameless and hasattr(os, "O_TMPFILE"):
    del os.O_TMPFILE
if limit:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    with open_sink(target, like=None, columns=["A", "B"]) as sink:
        for n in range(200_000):
            sink.write([str(n * 7919 % 1_000_003), os.urandom(20).hex()])
            if n == 100_000:
                print("half", flush=True)
        if not limit:
            sys.stdin.read()
        sink.finish()
except SalesZoomInfoError as error:
    print(error.kind, error.message, flush=True)
"""


def writer(target: Path, nameless: bool, limit: int = 0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(target), str(nameless), str(limit)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(SERVER)},
    )  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
@pytest.mark.parametrize("kind", KINDS)
def test_a_kill_leaves_nothing_behind(tmp_path: Path, kind: str) -> None:
    no_package(kind)
    target = made(tmp_path / f"out.{kind}", "what was there")
    with writer(target, nameless=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half\n"
        process.send_signal(signal.SIGKILL)
    assert target.read_text() == "what was there"
    left = [path.name for path in tmp_path.iterdir() if path != target]
    if hasattr(os, "O_TMPFILE"):
        assert left == []


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_where_a_draft_needs_a_name_the_next_one_clears_it_away(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    with writer(target, nameless=False) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (draft,) = tmp_path.iterdir()
        # The draft of a process that lives is left alone.
        with open_sink(target, like=None, columns=["A"]) as sink:
            assert draft.exists()
            process.send_signal(signal.SIGKILL)
            process.wait()
            sink.finish()
    assert draft.exists()
    with open_sink(target, like=None, columns=["A"]) as sink:
        sink.finish()
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(sys.platform == "win32", reason="the system has no limit on the size of files")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("nameless", [True, False])
def test_a_full_disk_is_an_error_and_leaves_nothing_behind(tmp_path: Path, kind: str, nameless: bool) -> None:
    no_package(kind)
    target = made(tmp_path / f"out.{kind}", "what was there")
    with writer(target, nameless, limit=1_000_000) as process:
        assert process.stdout is not None
        out, _ = process.communicate("")
    assert out.endswith(f"output_refused out.{kind} cannot be the output: file too large.\n"), out
    assert target.read_text() == "what was there"
    assert list(tmp_path.iterdir()) == [target]


# --- formats ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "xlsx"])
@pytest.mark.parametrize("other", ["csv", "jsonl", "parquet", "xlsx"])
def test_the_name_of_the_output_chooses_its_format(tmp_path: Path, kind: str, other: str) -> None:
    no_package(kind)
    no_package(other)
    with open_sink(tmp_path / f"a.{kind}", like=None, columns=["Name", "City"]) as sink:
        sink.write(["Ann, B", "Köln"])
        sink.write(["", "東京"])
        sink.finish()
    source = open_source(tmp_path / f"a.{kind}")
    assert source.format == kind
    copied(source, tmp_path / f"out.{other}", ["zi_x"], lambda n, row: [*row, f"n{n}"])
    again = open_source(tmp_path / f"out.{other}")
    assert again.format == other
    assert [[cell or "" for cell in row] for row in again.rows()] == [["Ann, B", "Köln", "n0"], ["", "東京", "n1"]]


def test_an_unknown_name_keeps_the_format_of_the_input(tmp_path: Path) -> None:
    source = open_source(made(tmp_path / "a.csv.gz", gzip.compress(b"A;B\n1;2\n")))
    assert copied(source, tmp_path / "out.data", [], lambda _, row: row) == b"A;B\n1;2\n"


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda path: path.mkdir(), "file_unusable"),
        (os.mkfifo, "file_unusable"),
        (lambda path: None, "not_found"),
        (lambda path: path.symlink_to(path), "file_unusable"),
    ],
)
def test_what_is_no_file_is_refused_by_name(tmp_path: Path, make: Callable[[Path], object], kind: str) -> None:
    make(tmp_path / "leads.csv")
    error = refused_rows(tmp_path / "leads.csv")
    assert error.kind == kind
    assert "leads.csv" in error.message


def test_errors_are_of_the_one_table(tmp_path: Path) -> None:
    error = refused(lambda: open_source(tmp_path / "missing.csv"))
    assert isinstance(error, SalesZoomInfoError)
    assert error.code == "NOT_FOUND"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("people.csv", "people.enriched.csv"),
        ("people.csv.gz", "people.enriched.csv.gz"),
        ("people.JSONL.GZ", "people.enriched.JSONL.GZ"),
        ("people.v2.ndjson.gz", "people.v2.enriched.ndjson.gz"),
        ("people.parquet", "people.enriched.parquet"),
        ("people.gz", "people.enriched.gz"),
        ("people.v2.gz", "people.v2.enriched.gz"),
        (".csv.gz", ".csv.enriched.gz"),
        ("people", "people.enriched"),
    ],
)
def test_a_name_made_of_anothers_keeps_the_whole_ending(tmp_path: Path, name: str, wanted: str) -> None:
    assert marked(tmp_path / name, "enriched") == tmp_path / wanted


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_an_output_with_a_name_of_that_making_is_packed_and_of_the_same_form(tmp_path: Path, ending: str) -> None:
    text = "Name,City\nAnn,Oslo\n" if ending == "csv" else '{"Name": "Ann", "City": "Oslo"}\n'
    source = open_source(made(tmp_path / f"a.{ending}.gz", gzip.compress(text.encode())))
    target = marked(source.path, "enriched")
    copied(source, target)
    assert target.name == f"a.enriched.{ending}.gz"
    assert "Ann" in gzip.decompress(target.read_bytes()).decode()
    assert open_source(target).format == ending
