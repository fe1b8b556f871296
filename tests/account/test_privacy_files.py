"""The list as CSV: every good row is taken, every broken one is told by its line, and memory stays bounded."""

from __future__ import annotations

import csv
import random
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
from sales_zoominfo.account.optouts import Listed
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


OPEN = "it opens a quote that is not closed"


@pytest.mark.parametrize(
    ("text", "left_out", "named"),
    [
        ('email,reason\na@b.example,"asked\nc@d.example,x\ne@f.example,x\n', [2], ["c@d.example", "e@f.example"]),
        ('email\n"a@b.example\nc@d.example\ne@f.example\n', [2], ["c@d.example", "e@f.example"]),
        ('"a@b.example\nc@d.example\ne@f.example\n', [1], ["c@d.example", "e@f.example"]),
        # Two strays make a whole cell of what stands between them.
        ('email,reason\na@b.example,"asked\nc@d.example,x\ne@f.example,x"\n', [2], ["c@d.example", "e@f.example"]),
        ('email,reason\na@b.example,"asked\nc@d.example\nthen"\n', [2, 4], ["c@d.example"]),
        # Rows that would be told are not lost in a reason either.
        ('email,reason\na@b.example,"x\nbroken@,x\nlast"\nc@d.example,\n', [2, 3, 4], ["c@d.example"]),
        ('kind,value,reason\nemail,a@b.example,"x\nemail,broken,x"\n', [2, 3], []),
        ('kind,value,reason\nemail,a@b.example,"x\nmail2,c@d.example,x"\n', [2, 3], []),
        ('kind,value,reason\nemail,"a@b.example,x\ndomain,d.example,x\n', [2], ["d.example"]),
        ('phone,reason\n"+1 555 010 1234,x\n+1 555 010 1235,x\n', [2], ["+15550101235"]),
        ('personId;reason\n7;"x\n8;x\n', [2], ["8"]),
        # The quote is not closed properly, or never, or too late.
        ('email,reason\na@b.example,"asked\nfoo "by" phone,"\nc@d.example,\n', [2, 3], ["c@d.example"]),
        ('email,reason\nc@d.example,\na@b.example,"asked', [3], ["c@d.example"]),
        ('email,reason\na@b.example,"asked\n' + "so\n" * 9_999 + 'it",\n', [*range(2, 10_003)], []),
        # A line break within an address belongs to no address.
        ('email,reason\n"a@b.example\nbroken",x\n', [2, 3], []),
        # The line after the break would name somebody.
        ('reason,email\n"two\nlines",a@b.example\n', [2], ["a@b.example"]),
        ("email,reason\na@b.example," + "x" * 20_000 + "\nc@d.example,\n", [2], ["c@d.example"]),
    ],
)
def test_a_stray_quote_swallows_nobody(write: Write, text: str, left_out: list[int], named: list[str]) -> None:
    found, broken = parts(write(text))
    assert [row.line for row in broken] == left_out
    assert [one.value for one in found] == named


@pytest.mark.parametrize("count", [500, 9_000])
def test_everybody_after_a_stray_quote_is_read(write: Write, count: int) -> None:
    rows = ["email,reason", 'a@one.example,"asked by phone', *(f"p{n}@two.example,asked" for n in range(count))]
    found, [broken] = parts(write("\n".join(rows) + "\n"))
    assert [one.value for one in found] == [f"p{n}@two.example" for n in range(count)]
    assert broken.line == 2
    assert OPEN in broken.reason
    assert "one.example" not in broken.reason


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ('email,note\na@b.example,"two\nlines"\nc@d.example,x\n', ["two\nlines", "x"]),
        ('email,note\r\na@b.example,"two\r\n\r\nlines, ""so""\r\n"\r\nc@d.example,x\r\n', [
            'two\r\n\r\nlines, "so"', "x"]),
        ('kind,value,note,from\nemail,a@b.example,"he wrote, twice,\nfrom home,",2026-11-01\nemail,c@d.example,,\n', [
            "he wrote, twice,\nfrom home,", ""]),
        ('email,"note\n(if any)"\na@b.example,x\n', ["x"]),
    ],
)  # fmt: skip
def test_a_reason_of_several_lines_is_read(write: Write, text: str, reasons: list[str]) -> None:
    found, broken = parts(write(text.replace("note\n(if any)", "reason\n")))
    assert not broken
    assert [one.reason for one in found] == reasons


def test_lines_are_counted_past_a_reason_of_several(write: Write) -> None:
    found, broken = parts(write('email,note\na@b.example,"two\n\nlines"\nbroken,x\nc@d.example,"\n'))
    assert [one.value for one in found] == ["a@b.example"]
    assert [row.line for row in broken] == [5, 6]


@pytest.mark.parametrize("head", ['email,"reason,phone', "email," + "x" * 20_000 + ",phone"])
def test_headings_that_cannot_be_read_refuse_the_file(write: Write, head: str) -> None:
    with pytest.raises(InvalidArgument, match="first line cannot be read"):
        parts(write(f"{head}\na@b.example,,+15550101234\n"))


@pytest.mark.parametrize(
    ("reason", "back"),
    [
        ('asked, "in\nwords", twice\r\nby phone,\rso\n\n"he" said', None),
        ("a\rb", None),
        ("\n".join("ab" * 80), None),
        ('"' * 200 + "x\n" + '"' * 200, None),
        ("asked\nemail,p7@two.example,x\nthe end", "asked\n'email,p7@two.example,x\n'the end"),
        ('asked\n",p7@two.example', "asked\n'\",p7@two.example"),
    ],
)
async def test_any_reason_comes_back(state_url: str, tmp_path: Path, reason: str, back: str | None) -> None:
    """A line that would be a row by itself is marked as text, so that the file says one thing only."""
    path = tmp_path / "export.csv"
    given = [entry("email", "ada@acme.example", reason=reason), entry("person", "7", reason=reason)]
    async with opened(state_url) as screen:
        await screen.list.add(given, "test")
        exported = "".join(export_rows(await screen.list.page()))
        path.write_text(exported, encoding="utf-8", newline="")
        found, broken = parts(path)
        assert not broken
        assert [(one.kind, one.value, one.reason) for one in found] == [
            (one.kind, one.value, back or reason) for one in given
        ]
        told = await screen.list.add(found, "test")
    assert (told.added, told.known) == (0, 2)


@given(st.text(st.sampled_from("a7@.,\"\n\r';* x"), max_size=60))
def test_no_reason_breaks_an_export(tmp_path_factory: pytest.TempPathFactory, reason: str) -> None:
    path = tmp_path_factory.mktemp("csv") / "list.csv"
    listed = Listed(1, "email", "ada@acme.example", reason, "test", "own", False, 0.0, None, 0.0)
    path.write_text("".join(export_rows([listed, listed])), encoding="utf-8", newline="")
    assert values(path) == [("email", "ada@acme.example")] * 2


_BAD = ("broken row,,x", "*@wild{n}.example,,x", 'q{n}@stray.example,,"asked', '"q{n}@stray.example,,asked')


async def test_a_mixed_file_loses_nobody(state_url: str, tmp_path: Path) -> None:
    """A million lines at PROOF_SCALE=1: broken rows, duplicates, wildcards, stray quotes and reasons of two lines."""
    rows, path = scaled(1_000_000, 5_000), tmp_path / "mixed.csv"
    chance = random.Random(7)
    good: set[str] = set()
    bad: list[int] = []
    count, line = 0, 1
    with path.open("w") as file:
        file.write("email,phone,reason\n")
        for number in range(rows):
            line += 1
            draw = chance.randrange(12)
            if draw < len(_BAD):
                bad.append(line)
                text = _BAD[draw].format(n=number)
            else:
                # Every tenth stands there twice, some with another reason.
                name = f"p{number - number % 10 if number % 10 == 1 else number}@c{number % 10 // 2}.example"
                good.add(name)
                count += 1
                text = f"{name},,asked" if draw < 10 else f'{name},,"asked, ""so""\nby phone"'
                line += text.count("\n")
            file.write(f"{text}\n")
    expected, added, known = iter(bad), 0, 0
    tracemalloc.start()
    async with opened(state_url) as screen:
        batch: list[Entry] = []
        for row in read_rows(path):
            if isinstance(row, Broken):
                assert row.line == next(expected)
                continue
            batch.append(row)
            if len(batch) == 2_000:
                told = await screen.list.add(batch, "test")
                added, known, batch = added + told.added, known + told.known, []
        told = await screen.list.add(batch, "test")
        added, known = added + told.added, known + told.known
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert next(expected, None) is None, "every bad row is told"
        assert (added, known) == (len(good), count - len(good))
        assert peak < 60_000_000, f"{peak:,} bytes at the most"
        keys = [f"email:{value}" for value in good]
        for start in range(0, len(keys), 500):
            some = set(keys[start : start + 500])
            assert await screen.list.hits(some) == some


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
