"""Excel workbooks: read as a person sees them, written back with their numbers and dates, bombs refused unopened."""

from __future__ import annotations

import datetime as dt
import io
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from files_support import broken, cells, copied, made, refused, refused_rows
from hypothesis import given, settings
from hypothesis import strategies as st

from sales_zoominfo.jobs.files import open_sink, open_source

openpyxl = pytest.importorskip("openpyxl")


def workbook(path: Path, rows: list[list[Any]], title: str = "Leads", forms: dict[str, str] | None = None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for cell, form in (forms or {}).items():
        sheet[cell].number_format = form
    book.create_sheet("Notes & more").append(["x"])
    book.save(path)
    return path


# A workbook's instants have no zone.
SEEN_AT = dt.datetime.fromisoformat("2026-05-06T07:08:09")
ROWS = [
    ["Id", "Zip", "Created", "Seen", "Amount", "Active", "Note"],
    [5_551_234_567, 1234, dt.date(2026, 5, 6), SEEN_AT, 0.1, True, "a\nb\t<&> é 😀"],
    [None, None, None, None, 3.0, None, "last"],
]
SEEN = [
    ["5551234567", "01234", "2026-05-06", "2026-05-06 07:08:09", "0.1", "TRUE", "a\nb\t<&> é 😀"],
    ["", "", "", "", "3", "", "last"],
]


def test_cells_are_the_text_that_a_person_sees(tmp_path: Path) -> None:
    source = open_source(workbook(tmp_path / "a.xlsx", ROWS, forms={"B2": "00000"}))
    assert source.columns == ROWS[0]
    assert cells(source) == SEEN
    assert source.details == {"sheet": "Leads", "header": "first row", "other sheets": "Notes & more"}
    assert [row[6] for row in source.rows(1)] == ["last"]


def test_numbers_and_dates_stay_what_they_are(tmp_path: Path) -> None:
    source = open_source(workbook(tmp_path / "a.xlsx", ROWS, forms={"B2": "00000"}))
    copied(source, tmp_path / "out.xlsx", ["zi_status", "zi_size"], lambda n, row: [*row, "=1+1", 12 + n])
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["Leads"]
    assert [cell.value for cell in sheet[1]] == [*ROWS[0], "zi_status", "zi_size"]
    assert [cell.value for cell in sheet[2]] == [
        5_551_234_567, 1234, dt.datetime.fromisoformat("2026-05-06"), SEEN_AT, 0.1, True,
        "a\nb\t<&> é 😀", "=1+1", 12,
    ]  # fmt: skip
    assert sheet["B2"].number_format == "00000"
    assert sheet["C2"].is_date
    # A text, so that no spreadsheet runs it.
    assert sheet["H2"].data_type == "s"
    assert cells(open_source(tmp_path / "out.xlsx")) == [[*SEEN[0], "=1+1", "12"], [*SEEN[1], "=1+1", "13"]]


def test_changed_cells_are_text(tmp_path: Path) -> None:
    source = open_source(workbook(tmp_path / "a.xlsx", ROWS))
    copied(source, tmp_path / "out.xlsx", [], lambda _, row: ["new", *row[1:]])
    assert [row[0] for row in open_source(tmp_path / "out.xlsx").rows()] == ["new", "new"]
    assert openpyxl.load_workbook(tmp_path / "out.xlsx")["Leads"]["E2"].value == 0.1


def test_a_sheet_is_chosen_by_name(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ROWS)
    assert open_source(path, sheet="Notes & more").columns == ["x"]
    error = refused_rows(path, sheet="leads")
    assert "did you mean 'Leads'" in error.message
    assert "'Notes & more'" in error.next_step


def test_empty_sheets_are_passed_over_and_an_empty_book_refused(tmp_path: Path) -> None:
    assert open_source(workbook(tmp_path / "a.xlsx", [])).columns == ["x"]
    openpyxl.Workbook().save(tmp_path / "b.xlsx")
    assert "no rows" in refused_rows(tmp_path / "b.xlsx").message


def test_blank_rows_ragged_rows_and_wrong_dimensions(tmp_path: Path) -> None:
    rows = [["A", "B"], [], ["1"], ["2", "3", None, "beyond"], [None, "4"]]
    path = workbook(tmp_path / "a.xlsx", rows)
    source = open_source(path)
    assert cells(source) == [["1", ""], ["2", "3"], ["", "4"]]
    assert broken(source) == {4: "it has cells in 4 columns and the header in 2"}
    copied(source, tmp_path / "out.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["Leads"]
    # Nothing is lost: what stood beside the table stands beside it still.
    assert [cell.value for cell in sheet[3]] == ["2", "3", "enriched", "CFO", None, "beyond"]
    parts = repacked(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'ref="A1:D5"', b'ref="A1:XFD1048576"'))
    assert cells(open_source(made(tmp_path / "wide.xlsx", parts))) == cells(source)


def repacked(path: Path, name: str, change: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            new.writestr(part.filename, change(data) if part.filename == name else data)
    return out.getvalue()


def test_a_zip_bomb_is_refused_before_anything_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "a.xlsx", ROWS)
    bomb = repacked(
        path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + b" " * 10**8)
    )
    assert len(bomb) < 200_000
    made(tmp_path / "bomb.xlsx", bomb)

    def unpacked(*_: object, **__: object) -> object:
        raise AssertionError("it was unpacked")

    monkeypatch.setattr(zipfile.ZipFile, "open", unpacked)
    error = refused_rows(tmp_path / "bomb.xlsx")
    assert error.kind == "file_unusable"
    assert "inflates" in error.message


def test_a_bomb_of_parts_that_overlap_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(50):
            file.writestr(f"xl/{number}.xml", bytes(range(256)) * 40)
            if number:
                # As such bombs do: every entry points at the same bytes.
                file.filelist[-1].header_offset = file.filelist[0].header_offset
        file.filelist[0].compress_size *= 60
    assert "overlap" in refused_rows(made(tmp_path / "bomb.xlsx", out.getvalue())).message


def test_a_bomb_of_entities_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ROWS)
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<!DOCTYPE worksheet [<!ENTITY e0 "{"x" * 100}">{levels}]>'.encode()
    data = repacked(
        path,
        "xl/worksheets/sheet1.xml",
        lambda xml: (
            head + xml.replace(b"<sheetData>", b'<sheetData><row r="1"><c r="A1" t="str"><v>&e9;</v></c></row>')
        ),
    )
    assert refused_rows(made(tmp_path / "bomb.xlsx", data)).kind == "file_unusable"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04" + b"\x00" * 100, "no Excel workbook"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 100, "has a password"),
        (b"Name,Email\n", "its name says xlsx and its content does not"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    assert reason in refused_rows(made(tmp_path / "a.xlsx", data)).message


def test_damage_is_told(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ROWS * 50)
    data = path.read_bytes()
    assert refused_rows(made(tmp_path / "cut.xlsx", data[: len(data) // 2])).kind == "file_unusable"
    broken_xml = repacked(path, "xl/worksheets/sheet1.xml", lambda xml: xml[: len(xml) // 2])
    assert "cannot be read past row" in refused_rows(made(tmp_path / "b.xlsx", broken_xml)).message
    without = repacked(path, "xl/workbook.xml", lambda _: b"<x/>")
    assert refused_rows(made(tmp_path / "c.xlsx", without)).kind == "file_unusable"


def test_another_zip_file_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("leads.csv", "a,b")
    assert "no workbook" in refused_rows(tmp_path / "a.zip").message


def test_more_than_a_sheet_holds_is_refused(tmp_path: Path) -> None:
    error = refused(lambda: open_sink(tmp_path / "a.xlsx", like=None, columns=[str(n) for n in range(16_385)]))
    assert "16,384 columns" in error.message
    with open_sink(tmp_path / "a.xlsx", like=None, columns=["a"]) as sink:
        sink._number = 1_048_576  # type: ignore[attr-defined]
        error = refused(lambda: sink.write(["x"]))
    assert "1,048,576 rows" in error.message
    assert list(tmp_path.iterdir()) == []


def test_too_long_a_text_is_cut_and_told(tmp_path: Path) -> None:
    with open_sink(tmp_path / "a.xlsx", like=None, columns=["a"]) as sink:
        sink.write(["x" * 40_000])
        sink.finish()
    assert "were cut" in sink.notes[0]
    assert cells(open_source(tmp_path / "a.xlsx")) == [["x" * 32_767]]


def test_many_texts_are_read_from_outside_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sales_zoominfo.jobs.files import xlsx_texts

    path = workbook(tmp_path / "a.xlsx", [["Name", "Note"], *([f"Zoë {n}", f"<{n}>\n😀"] for n in range(2000))])
    wanted = cells(open_source(path))
    monkeypatch.setattr(xlsx_texts, "IN_MEMORY", 0)
    source = open_source(path)
    assert source.columns == ["Name", "Note"]
    assert cells(source) == wanted
    assert wanted[1999] == ["Zoë 1999", "<1999>\n😀"]


def test_a_missing_package_names_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "a.xlsx", ROWS)
    monkeypatch.delitem(sys.modules, "sales_zoominfo.jobs.files.xlsx_texts", raising=False)
    monkeypatch.setitem(sys.modules, "openpyxl.cell.text", None)
    assert "pip install 'sales-zoominfo[xlsx]'" in refused_rows(path).next_step


def test_the_workbook_is_one_that_other_programs_read(tmp_path: Path) -> None:
    from xml.etree import ElementTree

    source = open_source(workbook(tmp_path / "a.xlsx", ROWS))
    copied(source, tmp_path / "out.xlsx")
    with zipfile.ZipFile(tmp_path / "out.xlsx") as file:
        assert file.testzip() is None
        names = {f"/{name}" for name in file.namelist()}
        for name in file.namelist():
            ElementTree.fromstring(file.read(name))
        types = ElementTree.fromstring(file.read("[Content_Types].xml"))
        named = {part.get("PartName") for part in types if part.tag.endswith("Override")}
    assert named <= names
    assert names - named == {"/[Content_Types].xml", "/_rels/.rels", "/xl/_rels/workbook.xml.rels"}


def test_a_further_workbook_has_headings_though_the_input_has_none(tmp_path: Path) -> None:
    source = open_source(workbook(tmp_path / "a.xlsx", [["Ann", "ann@firm.example"], ["Bob", "bob@firm.example"]]))
    assert source.columns == ["column 1", "column 2"]
    copied(source, tmp_path / "out.xlsx", ["zi_status"], lambda _, row: [*row, "done"])
    assert cells(open_source(tmp_path / "out.xlsx", header=False))[0] == ["Ann", "ann@firm.example", "done"]
    with open_sink(tmp_path / "changes.xlsx", like=source, columns=["Id", "Phone"], header=True) as sink:
        sink.write(["1", "2"])
        sink.finish()
    assert cells(open_source(tmp_path / "changes.xlsx", header=False)) == [["Id", "Phone"], ["1", "2"]]


TEXT = st.text(st.characters(codec="utf-8") | st.sampled_from("\r\n\t_x0D<&\"'=+-@"), max_size=12)


@given(st.lists(st.lists(TEXT, min_size=3, max_size=3), max_size=5))
@settings(max_examples=100, deadline=None)
def test_any_texts_come_back(rows: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        with open_sink(path, like=None, columns=["A", "B", "C"]) as sink:
            for row in rows:
                sink.write(row)
            sink.finish()
        source = open_source(path, header=True)
        read = [[*row, *[""] * (3 - len(row))] for row in source.rows()]
        # A row of nothing is no row of a sheet, and NUL is told.
        assert read == [row for row in rows if any(row)]
