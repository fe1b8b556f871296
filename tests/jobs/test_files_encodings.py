"""Text in the encodings that exports come in, told, kept, and never silently misread."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

import pytest
from files_support import broken, cells, copied, made, refused, refused_rows
from hypothesis import given, settings
from hypothesis import strategies as st

from sales_zoominfo.jobs.files import BrokenRow, encoding, open_source
from sales_zoominfo.jobs.files.encoding import Encoding

FRENCH = ["Société Générale,Éric Lefèvre,Directeur général", "Crédit d’Agricole,Zoé Noël,Chargée d’affaires"]
GERMAN = ["Müller GmbH,Jürgen Groß,Geschäftsführer", "Bäcker AG,Anna Weiß,Köln"]
CHINESE = ["北京科技有限公司,张伟,总经理", "上海贸易公司,李娜,销售总监"]
JAPANESE = ["株式会社サンプル,山田太郎,営業部長", "トヨタ自動車,鈴木一郎,エンジニア"]
KOREAN = ["삼성전자,김철수,부장", "현대자동차,이영희,과장"]
RUSSIAN = ["Ромашка,Иван Петров,директор", "Газпром,Анна Иванова,менеджер"]
PLAIN = ["Acme Inc,John Smith,CEO"] * 3


def text_of(rows: list[str]) -> str:
    return "\r\n".join(["Company,Name,Title", *PLAIN, *rows, *PLAIN]) + "\r\n"


@pytest.mark.parametrize(
    ("rows", "codec", "told"),
    [
        (FRENCH, "utf-8", "utf-8"),
        (FRENCH, "utf-8-sig", "utf-8 with BOM"),
        (CHINESE, "utf-16", "utf-16-le with BOM"),
        (FRENCH, "utf-16-le", "utf-16-le"),
        (GERMAN, "utf-16-be", "utf-16-be"),
        (FRENCH, "cp1252", "windows-1252 (guessed)"),
        (GERMAN, "latin-1", "windows-1252 (guessed)"),
        (CHINESE, "gb18030", "gb18030 (guessed)"),
        (JAPANESE, "cp932", "shift-jis (guessed)"),
        (JAPANESE, "euc_jp", "euc_jp (guessed)"),
        (KOREAN, "cp949", "cp949 (guessed)"),
        (RUSSIAN, "cp1251", "windows-1251 (guessed)"),
        (PLAIN, "ascii", "utf-8"),
    ],
)
def test_the_encoding_is_found_and_kept(tmp_path: Path, rows: list[str], codec: str, told: str) -> None:
    data = text_of(rows).encode(codec)
    source = open_source(made(tmp_path / "a.csv", data))
    assert source.details["encoding"] == told
    assert cells(source)[3 : 3 + len(rows)] == [row.split(",") for row in rows]
    assert copied(source, tmp_path / "same.csv", [], lambda _, row: row) == data
    out = copied(source, tmp_path / "out.csv")
    assert out == text_of(rows).replace("\r\n", ",enriched,CFO\r\n").replace(
        "Title,enriched,CFO", "Title,zi_status,zi_jobTitle"
    ).encode(codec)
    assert any("is a guess" in note for note in source.notes) == told.endswith("(guessed)")


def test_a_letter_far_into_a_plain_file_still_tells(tmp_path: Path) -> None:
    # A sample of the beginning would call it UTF-8 and break this row.
    data = b"Name,City\r\n" + b"John,Springfield\r\n" * 300_000 + "José,Málaga\r\n".encode("cp1252")
    source = open_source(made(tmp_path / "a.csv", data))
    *_, last = source.rows()
    assert last == ["José", "Málaga"]


@pytest.mark.parametrize(
    ("main", "other", "line"),
    [("utf-8", "cp1252", "it holds bytes that are not utf-8"), ("cp1252", "utf-8", "it is in UTF-8, and the file in")],
)
def test_rows_of_a_second_encoding_are_told_and_kept(tmp_path: Path, main: str, other: str, line: str) -> None:
    lines = ["Name,City", *["Zoë,Orléans", "Jürgen,Köln"] * 5]
    data = b"".join(text.encode(main) + b"\n" for text in lines) + "René,Nîmes\n".encode(other)
    source = open_source(made(tmp_path / "a.csv", data))
    assert list(broken(source)) == [12]
    assert line in broken(source)[12]
    assert copied(source, tmp_path / "out.csv", [], lambda _, row: row) == data


def test_a_named_encoding_wins_over_the_guess(tmp_path: Path) -> None:
    path = made(tmp_path / "a.csv", "Name,City\nPaweł,Łódź\n".encode("cp1250"))
    assert cells(open_source(path, encoding="windows-1250")) == [["Paweł", "Łódź"]]


@pytest.mark.parametrize("name", ["utf-8", "UTF-8", "utf-8-sig"])
def test_a_mark_is_no_part_of_the_first_heading_however_it_is_named(tmp_path: Path, name: str) -> None:
    for number, mark in enumerate((codecs.BOM_UTF8, b"")):
        source = open_source(made(tmp_path / f"{number}.csv", mark + b"Name,City\nA,B\n"), encoding=name)
        assert source.columns == ["Name", "City"]
        assert copied(source, tmp_path / "out.csv", [], lambda _, row: row).startswith(mark + b"Name")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_by_name_takes_its_mark(tmp_path: Path, codec: str) -> None:
    mark = codecs.BOM_UTF16_LE if codec == "utf-16-le" else codecs.BOM_UTF16_BE
    path = made(tmp_path / "a.csv", mark + "Näme,City\nA,B\n".encode(codec))
    source = open_source(path, encoding="utf-16")
    assert source.columns == ["Näme", "City"]
    assert copied(source, tmp_path / "out.csv", [], lambda _, row: row) == path.read_bytes()


def test_a_wrong_name_tells_every_row_that_it_does_not_fit(tmp_path: Path) -> None:
    path = made(tmp_path / "a.csv", "Name,City\nZoë,Orléans\nAnn,Oslo\n".encode("cp1252"))
    assert list(broken(open_source(path, encoding="utf-8"))) == [2]
    assert "utf-16" in refused_rows(path, encoding="utf-16").message


def test_values_that_the_files_encoding_lacks_move_it_to_utf_8(tmp_path: Path) -> None:
    lines = ["Name,City", *["Zoë,Orléans"] * 5000]
    source = open_source(made(tmp_path / "a.csv", "\n".join(lines).encode("cp1252")))
    out = copied(source, tmp_path / "out.csv", ["zi_x"], lambda n, row: [*row, "Łódź" if n == 4999 else "Köln"])
    assert out.decode("utf-8-sig").splitlines()[1:] == ["Zoë,Orléans,Köln"] * 4999 + ["Zoë,Orléans,Łódź"]
    assert out.startswith(codecs.BOM_UTF8)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "out.csv"]


def test_text_that_ends_in_half_a_character_is_refused_by_name(tmp_path: Path) -> None:
    path = made(tmp_path / "a.csv", "Name,City\nA,B\n".encode("utf-16") + b"x")
    assert refused(lambda: cells(open_source(path))).kind == "file_unusable"


@given(st.lists(st.binary(max_size=12).filter(lambda cell: not set(cell) & set(b',"\r\n\x00')), min_size=1, max_size=8))
@settings(max_examples=200, deadline=None)
def test_wrong_bytes_are_told_and_come_out_as_they_went_in(names: list[bytes]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        data = b"Name,City\n" + b"".join(name + b",Oslo\n" for name in names)
        source = open_source(made(Path(folder) / "a.csv", data), encoding="utf-8", header=True)
        for row, name in zip(source.rows(), names, strict=True):
            try:
                wanted = name.decode()
            except UnicodeDecodeError:
                assert isinstance(row, BrokenRow)
            else:
                assert list(row) == [wanted, "Oslo"]
        assert copied(source, Path(folder) / "out.csv", [], lambda _, row: row, keep_formulas=True) == data


def test_plain_text_is_never_strange() -> None:
    assert Encoding("cp1252").strange("plain") is None
    assert Encoding("gb18030").strange("中文") is None


@pytest.mark.parametrize(
    ("rows", "codec", "told"),
    [
        (CHINESE, "gb18030", "gb18030 (guessed)"),
        (JAPANESE, "cp932", "shift-jis (guessed)"),
        (JAPANESE, "euc_jp", "euc_jp (guessed)"),
        (KOREAN, "cp949", "cp949 (guessed)"),
        (RUSSIAN, "cp1251", "windows-1251 (guessed)"),
    ],
)
def test_a_long_file_is_told_as_a_short_one_wherever_the_evidence_ends(
    tmp_path: Path, rows: list[str], codec: str, told: str
) -> None:
    # Lines of uneven length, so that any limit of bytes falls within a character for some of them.
    for shift in range(3):
        text = "\n".join(f"{row}{'y' * (n % 3)}" for n in range(12_000) for row in rows)
        source = open_source(made(tmp_path / f"{shift}.csv", f"{'x' * shift}Company,Name,Title\n{text}".encode(codec)))
        assert source.details["encoding"] == told
        assert next(iter(source.rows())) == rows[0].split(",")


def test_one_pasted_row_does_not_change_how_the_others_are_read(tmp_path: Path) -> None:
    lines = [row.encode("cp932") for row in ["会社名,氏名,役職", *JAPANESE * 500]]
    lines[500:500] = ["Réné SA,Zoë,Ingénieur".encode("cp1252")]
    source = open_source(made(tmp_path / "a.csv", b"\n".join(lines)))
    assert source.details["encoding"] == "shift-jis (guessed)"
    assert list(broken(source)) == [501]


def test_long_plain_lines_are_not_looked_through_again_and_again(tmp_path: Path) -> None:
    """Work that grows with the square of a line's length would take minutes for a cell of megabytes."""
    plain = b"a" * 3_000_000
    lines = list(encoding._beyond_ascii(b"x\n" + plain + b"\ny\xe9z\r\n" + plain, 6_000_009))
    assert lines == [b"y\xe9z"]
    source = open_source(made(tmp_path / "a.csv", b"Name,Note\n" + b"Zo\xeb," + plain + b"\nAnn," + plain + b"\n"))
    assert source.details["encoding"] == "windows-1252 (guessed)"


@given(st.lists(st.sampled_from([b"\n", b"\r", b"\r\n", b"plain", b"\xe9", b"a\xff"]), max_size=30), st.integers(0, 60))
@settings(max_examples=300, deadline=None)
def test_the_lines_beyond_ascii_are_just_those(parts: list[bytes], end: int) -> None:
    text = b"".join(parts)
    end = min(end, len(text))
    lines = [line for line in re.split(rb"[\r\n]", text[:end]) if not line.isascii()]
    assert list(encoding._beyond_ascii(text, end)) == lines
