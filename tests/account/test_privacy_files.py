"""The list as CSV: every good row is taken, every broken one is told by its line, and memory stays bounded."""

from __future__ import annotations

import csv
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from privacy_parts import entry, opened

from proof import scaled
from sales_zoominfo.account.entries import Entry
from sales_zoominfo.account.opt_out_files import Broken, export_rows, read_rows
from sales_zoominfo.errors import InvalidArgument

pytestmark = pytest.mark.anyio

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def job(text: str) -> Path:
        path = tmp_path / "list.csv"
        path.write_bytes(text.encode("utf-8"))
        return path

    return job


def parts(path: Path) -> tuple[list[Entry], list[Broken]]:
    rows = list(read_rows(path, now=1_795_000_000.0))
    return [row for row in rows if isinstance(row, Entry)], [row for row in rows if isinstance(row, Broken)]


def values(path: Path) -> list[tuple[str, str]]:
    found, broken = parts(path)
    assert not broken
    return [(one.kind, one.value) for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kind,value\nemail,Ada@acme.example\nperson,7\n", [("email", "ada@acme.example"), ("person", "7")]),
        ("Type;Value\ndomain;https://acme.example/\n", [("domain", "acme.example")]),
        ("Value,Reason\nada@acme.example,asked\nacme.example,\n", [
            ("email", "ada@acme.example"), ("domain", "acme.example")]),
        ("E-Mail Address\tReason\nada@acme.example\tx\n", [("email", "ada@acme.example")]),
        ("Email,Phone,Person ID\na@b.example,+15550101234,7\n,,8\n", [
            ("email", "a@b.example"), ("phone", "+15550101234"), ("person", "7"), ("person", "8")]),
        ("a@b.example\nacme.example\n+1 555 010 1234\n", [
            ("email", "a@b.example"), ("domain", "acme.example"), ("phone", "+15550101234")]),
        ("\ufeffemail\r\na@b.example\r\n\r\nc@d.example", [("email", "a@b.example"), ("email", "c@d.example")]),
        ('email,note\n"a@b.example","two\nlines"\nc@d.example,\n', [
            ("email", "a@b.example"), ("email", "c@d.example")]),
    ],
)  # fmt: skip
def test_headings_that_people_use_are_known(write: Write, text: str, expected: list[tuple[str, str]]) -> None:
    assert values(write(text)) == expected


def test_reason_dates_and_permanence_travel(write: Write) -> None:
    text = "email,reason,from,until,permanent\na@b.example,asked,2026-11-01,2027-01-01T12:00:00+01:00,Yes\n"
    [found], _ = parts(write(text))
    assert (found.reason, found.permanent) == ("asked", True)
    assert (found.from_at, found.until_at) == (1_793_491_200.0, 1_798_801_200.0)


def test_broken_rows_are_told_by_line_and_never_by_value(write: Write) -> None:
    rows = [
        "kind,value,from,until,permanent",
        "email,good@acme.example",
        "email,not an address",
        "email,*@secret.example",
        "fax,555 010 1234",
        "phone,12",
        "domain,co.uk",
        "email,",
        "email,late@acme.example,2026-02-30",
        "email,back@acme.example,2026-02-02,2026-02-01",
        "email,odd@acme.example,,,perhaps",
        "person,Ada Secret",
        'email,"two@acme.example\n"',
        "email,over@acme.example,,2026-01-01",
        "email,last@acme.example",
    ]
    found, broken = parts(write("\n".join(rows)))
    assert [one.value for one in found] == ["good@acme.example", "two@acme.example", "last@acme.example"]
    assert [row.line for row in broken] == [*range(3, 13), 15]
    assert broken[-1].reason == "its until has passed", "an entry that holds no longer protects nobody"
    told = " ".join(row.reason for row in broken)
    assert "'domain'" in broken[1].reason, "a wildcard's remedy is named"
    for value in ("not an", "secret", "Ada", "010", "co.uk", "late@", "perhaps"):
        assert value not in told


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "first line is empty"),
        (b"\n\na@b.example\n", "first line is empty"),
        (b"first,last\nAda,Sample\n", "headings name no kind"),
        (b"email\n\xff\xfe\x00broken", "not UTF-8"),
        (None, "no such file"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, data: bytes | None, reason: str) -> None:
    path = tmp_path / "list.csv"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(InvalidArgument, match=reason):
        list(read_rows(path))


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument):
        list(read_rows(tmp_path))


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("csv") / "list.csv"
    path.write_bytes(b"email,phone\n" + text.encode("utf-8", "surrogatepass"))
    try:
        for row in read_rows(path):
            assert isinstance(row, Entry | Broken)
    except InvalidArgument:
        pass


async def test_what_is_exported_comes_back(state_url: str, tmp_path: Path) -> None:
    given = [
        entry("email", "ada@acme.example", reason='=1+1, "quoted"', from_at=1_790_000_000.0),
        entry("phone", "+15550101234", until_at=1_990_000_000.0, permanent=True),
        entry("phone", "5550101234"),
        entry("domain", "acme.example"),
        entry("person", "-7"),
        entry("company", "9"),
    ]
    async with opened(state_url) as screen:
        await screen.list.add(given, "test")
        path = tmp_path / "export.csv"
        path.write_text("".join(export_rows(await screen.list.page())), encoding="utf-8")
    found, broken = parts(path)
    assert not broken
    assert [(one.kind, one.value, one.until_at, one.permanent) for one in found] == [
        (one.kind, one.value, one.until_at, one.permanent) for one in given
    ]
    with path.open(newline="") as file:
        assert next(iter(csv.DictReader(file)))["reason"].startswith("'="), "no spreadsheet runs it"


async def test_a_million_lines(state_url: str, tmp_path: Path) -> None:
    """A million at PROOF_SCALE=1; an eighth are broken, an eighth are there twice."""
    lines = scaled(1_000_000, 20_000)
    path = tmp_path / "big.csv"
    with path.open("w") as file:
        file.write("email,phone,reason\n")
        for number in range(lines):
            match number % 8:
                case 0:
                    file.write("broken row,,x\n")
                case 1:
                    file.write(f"p{number + 1}@company{(number + 1) % 999}.example,,asked\n")
                case 2 | 3 | 4 | 5:
                    file.write(f"p{number}@company{number % 999}.example,,asked\n")
                case _:
                    file.write(f",+1555{number:07},asked\n")
    added = known = broken = 0
    tracemalloc.start()
    begun = time.perf_counter()
    async with opened(state_url) as screen:
        batch: list[Entry] = []
        for row in read_rows(path):
            if isinstance(row, Broken):
                broken += 1
                continue
            batch.append(row)
            if len(batch) == 2_000:
                told = await screen.list.add(batch, "test")
                added, known, batch = added + told.added, known + told.known, []
        told = await screen.list.add(batch, "test")
        added, known = added + told.added, known + told.known
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        took = time.perf_counter() - begun
        assert broken == lines // 8
        assert known == lines // 8
        assert added == lines * 6 // 8
        assert peak < 60_000_000, f"{peak:,} bytes at the most"
        begun = time.perf_counter()
        keys = {f"email:q{number}@elsewhere.example" for number in range(149)} | {"email:p2@company2.example"}
        for _ in range(20):
            assert await screen.list.hits(keys) == {"email:p2@company2.example"}
        each = (time.perf_counter() - begun) / 20
    print(f"{lines:,} lines in {took:.1f} s (traced), peak {peak:,} bytes; 150 keys looked up in {each * 1e3:.2f} ms")
