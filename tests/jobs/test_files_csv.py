"""CSV files of every making: read without losing a row, and written back as they stood."""

from __future__ import annotations

import csv
import gzip
import io
import tempfile
from pathlib import Path
from typing import Any

import pytest
from files_support import broken, cells, copied, made, refused, refused_rows
from hypothesis import given, settings
from hypothesis import strategies as st

from sales_zoominfo.jobs.files import BrokenRow, Source, open_sink, open_source
from sales_zoominfo.jobs.files.formulas import runs, safe


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_delimiter_and_line_end_are_found_and_kept(tmp_path: Path, delimiter: str, end: str) -> None:
    lines = ["Name,Email,Note", "Ann,ann@firm.example,a; b | c", "Bob,bob@firm.example,"]
    text = "".join(line.replace(",", delimiter).replace("; b | c", "") + end for line in lines)
    source = open_source(made(tmp_path / "a.csv", text))
    assert cells(source) == [["Ann", "ann@firm.example", "a"], ["Bob", "bob@firm.example", ""]]
    out = copied(source, tmp_path / "out.csv").decode()
    added = ["zi_status,zi_jobTitle", "enriched,CFO", "enriched,CFO"]
    assert out == "".join(
        line + delimiter + new.replace(",", delimiter) + end
        for line, new in zip(text.removesuffix(end).split(end), added, strict=True)
    )


@pytest.mark.parametrize(
    ("row", "quoting", "added"),
    [
        ('"Ann","","12"', "all", '"enriched","CFO"'),
        ('"Ann",,"12"', "all but empty", '"enriched","CFO"'),
        ('"Ann","Oslo",12', "all but numbers", '"enriched","CFO"'),
        ('"Ann, B",Oslo,12', "where needed", "enriched,CFO"),
    ],
)
def test_new_cells_are_quoted_as_the_file_does(tmp_path: Path, row: str, quoting: str, added: str) -> None:
    source = open_source(made(tmp_path / "a.csv", f"Name,City,Size\n{row}\n"))
    assert source.details["quoting"] == quoting
    assert copied(source, tmp_path / "out.csv").decode().splitlines()[1] == f"{row},{added}"


def test_untouched_cells_stay_byte_for_byte_beside_a_changed_one(tmp_path: Path) -> None:
    text = 'Name,"E-mail",Note\r\n"Ann",x@firm.example,"said ""hi"",\nleft"\r\nBob,"y@firm.example",  plain \r\n'
    source = open_source(made(tmp_path / "a.csv", text))
    out = copied(source, tmp_path / "out.csv", [], lambda n, row: [row[0], "new@firm.example" if n else row[1], row[2]])
    assert out.decode() == text.replace('"y@firm.example"', "new@firm.example")


def test_a_last_line_without_an_end_stays_so(tmp_path: Path) -> None:
    source = open_source(made(tmp_path / "a.csv", "Name,City\r\nAnn,Oslo"))
    assert copied(source, tmp_path / "out.csv") == b"Name,City,zi_status,zi_jobTitle\r\nAnn,Oslo,enriched,CFO"


def test_excels_own_hint_and_blank_lines_before_the_table_are_kept(tmp_path: Path) -> None:
    source = open_source(made(tmp_path / "a.csv", "sep=;\r\n\r\nName;City, State\r\nAnn;Oslo\r\n\r\nBob;Rome\r\n"))
    assert source.columns == ["Name", "City, State"]
    out = copied(source, tmp_path / "out.csv", ["zi_status"], lambda _, row: [*row, "enriched"])
    assert out == b"sep=;\r\n\r\nName;City, State;zi_status\r\nAnn;Oslo;enriched\r\nBob;Rome;enriched\r\n"
    assert "1 blank line left out." in source.notes


@pytest.mark.parametrize("data", [b"", b"\n\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n", b"\x00\x00\x00\x00"])
def test_an_empty_file_is_refused_by_name(tmp_path: Path, data: bytes) -> None:
    error = refused_rows(made(tmp_path / "leads.csv", data))
    assert error.kind == "file_unusable"
    assert "leads.csv" in error.message


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    source = open_source(made(tmp_path / "a.csv", "Name;Email"))
    assert (source.columns, cells(source)) == (["Name", "Email"], [])
    assert copied(source, tmp_path / "out.csv") == b"Name;Email;zi_status;zi_jobTitle"


def test_duplicate_and_missing_headings_are_made_distinct_and_told(tmp_path: Path) -> None:
    source = open_source(made(tmp_path / "a.csv", "Email,Email,,Email (2),Email\na,b,c,d,e\n"))
    assert source.columns == ["Email", "Email (3)", "column 3", "Email (2)", "Email (4)"]
    assert len(source.notes) == 3
    # The person's own headings stay in the output.
    assert copied(source, tmp_path / "out.csv").startswith(b"Email,Email,,Email (2),Email,zi_status,zi_jobTitle\n")


def test_a_file_without_a_header_keeps_its_first_row(tmp_path: Path) -> None:
    source = open_source(made(tmp_path / "a.csv", "Ann,ann@firm.example\nBob,bob@firm.example\n"))
    assert source.columns == ["column 1", "column 2"]
    assert [row[0] for row in source.rows()] == ["Ann", "Bob"]
    assert copied(source, tmp_path / "out.csv").startswith(b"Ann,ann@firm.example,enriched,CFO\n")
    assert open_source(tmp_path / "a.csv", header=True).columns == ["Ann", "ann@firm.example"]


def test_a_thousand_columns(tmp_path: Path) -> None:
    names = [f"Column {n}" for n in range(1000)]
    row = [f"{n},{n}" for n in range(1000)]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([names, *[row] * 50])
    source = open_source(made(tmp_path / "a.csv", text.getvalue()))
    assert source.columns == names
    assert cells(source) == [row] * 50
    out = copied(source, tmp_path / "out.csv", [], lambda _, row: [*row[:999], "last"])
    assert list(csv.reader(io.StringIO(out.decode())))[50] == [*row[:999], "last"]


def test_a_cell_of_five_megabytes(tmp_path: Path) -> None:
    large = 'a "quoted" word,\n' * 300_000
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["Name", "Note"], ["Ann", large], ["Bob", ""]])
    source = open_source(made(tmp_path / "a.csv", text.getvalue()))
    # So many lines in one cell are no table: the beginning of the row is told, and no later row is lost in it.
    assert [row[0] for row in source.rows()][-1] == "Bob"
    wide = "x" * 5_000_000
    source = open_source(made(tmp_path / "b.csv", f"Name,Note\nAnn,{wide}\nBob,\n"))
    assert cells(source) == [["Ann", wide], ["Bob", ""]]
    assert copied(source, tmp_path / "out.csv").endswith(b"x,enriched,CFO\nBob,,enriched,CFO\n")


def test_a_line_without_end_is_no_table(tmp_path: Path) -> None:
    error = refused_rows(made(tmp_path / "a.csv", b"Name,Note\n" + b"x" * 17 * 2**20))
    assert "longer than 16 million characters" in error.message


def test_ragged_rows_are_told_and_the_output_stays_a_table(tmp_path: Path) -> None:
    source = open_source(made(tmp_path / "a.csv", "A,B,C\n1,2,3\n4\n5,6,7,8\n9,10,11,,\n"))
    assert cells(source)[1] == ["4", "", ""]
    assert broken(source) == {4: "it has 4 cells and the header has 3"}
    assert "1 row had fewer cells than the header; what is missing is empty." in source.notes
    out = copied(source, tmp_path / "out.csv", ["zi_status"], lambda _, row: [*row, "done"]).decode()
    # What was too many stands behind the new columns, so that these stand below their headings.
    assert out.splitlines() == ["A,B,C,zi_status", "1,2,3,done", "4,,,done", "5,6,7,done,8", "9,10,11,done,,"]


def test_a_quote_that_is_never_closed_costs_one_row(tmp_path: Path) -> None:
    source = open_source(made(tmp_path / "a.csv", 'A,B\n1,2\n3,"open\n5,6\n"7" x,8\n9,"ten\nlines"\n'))
    rows = list(source.rows())
    assert [list(row) for row in rows if not isinstance(row, BrokenRow)] == [
        ["1", "2"],
        ["5", "6"],
        ["9", "ten\nlines"],
    ]
    assert set(broken(source)) == {3, 5}
    out = copied(source, tmp_path / "out.csv", ["zi_status"], lambda _, row: [*row, "done"]).decode()
    # The broken text is kept, quoted, so that it breaks no other row.
    assert list(csv.reader(io.StringIO(out, newline=""), strict=True)) == [
        ["A", "B", "zi_status"],
        ["1", "2", "done"],
        ['3,"open', "", "done"],
        ["5", "6", "done"],
        ['"7" x,8', "", "done"],
        ["9", "ten\nlines", "done"],
    ]


def test_the_rest_of_a_broken_row_is_not_taken_for_a_row(tmp_path: Path) -> None:
    source = open_source(made(tmp_path / "a.csv", 'A,B,C\n1,"two "x" lines\nof ann@firm.example",3\n4,5,6\n'))
    assert set(broken(source)) == {2, 3}
    assert cells(source)[-1] == ["4", "5", "6"]


def test_nul_bytes_are_told_and_kept(tmp_path: Path) -> None:
    source = open_source(made(tmp_path / "a.csv", b"A,B\n1,2\n3,4\x00\n5,6\n"))
    assert broken(source) == {3: "it holds a NUL character"}
    assert copied(source, tmp_path / "out.csv", [], lambda _, row: row) == b"A,B\n1,2\n3,4\x00\n5,6\n"


def test_formulas_are_written_so_that_no_spreadsheet_runs_them(tmp_path: Path) -> None:
    lines = [
        "Name,Phone",
        '"=HYPERLINK(""http://x.example"",1)",+1 (555) 010-0100',
        "@SUM(A1),--None--",
        "-x|y,@handle",
    ]
    source = open_source(made(tmp_path / "a.csv", "\n".join(lines) + "\n"))
    new = ["=1+1", "+1 555 010 0100"]
    out = copied(source, tmp_path / "out.csv", change=lambda _, row: [*row, *new]).decode()
    read = list(csv.reader(io.StringIO(out)))[1:]
    assert [row[0] for row in read] == ['\'=HYPERLINK("http://x.example",1)', "'@SUM(A1)", "'-x|y"]
    # Numbers and what people write in cells are left alone.
    assert [row[1] for row in read] == ["+1 (555) 010-0100", "--None--", "@handle"]
    assert all(row[2:] == ["'=1+1", "+1 555 010 0100"] for row in read)
    kept = copied(source, tmp_path / "kept.csv", change=lambda _, row: [*row, *new], keep_formulas=True).decode()
    assert lines[1] + ",'=1+1,+1 555 010 0100\n" in kept


def written(source: Source, target: Path, **options: Any) -> tuple[list[list[str]], list[str]]:
    """The rows of a CSV output as a strict reader takes them, header first, and what is told of it."""
    with open_sink(target, like=source, columns=[*source.columns, "zi_status"], **options) as sink:
        for row in source.rows():
            sink.write([*row, "done"], origin=row)
        sink.finish()
    return list(csv.reader(io.StringIO(target.read_text("utf-8"), newline=""), strict=True)), sink.notes


def test_headings_are_no_formulas_either(tmp_path: Path) -> None:
    header = 'Name,"=HYPERLINK(""http://x.example"",""Note"")",@SUM(A1),-- None --'
    source = open_source(made(tmp_path / "a.csv", f"{header}\nAnn,x,y,z\n"))
    # Whoever names a column names it as the file does.
    assert source.columns[1:3] == ['=HYPERLINK("http://x.example","Note")', "@SUM(A1)"]
    rows, notes = written(source, tmp_path / "out.csv")
    assert rows[0] == ["Name", '\'=HYPERLINK("http://x.example","Note")', "'@SUM(A1)", "-- None --", "zi_status"]
    assert any(note.startswith("2 cells of the input would run") and "2 headings" in note for note in notes)
    rows, notes = written(source, tmp_path / "kept.csv", keep_formulas=True)
    assert (tmp_path / "kept.csv").read_text().startswith(f"{header},zi_status\n")
    assert notes == []


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", '"=1+1"', '"=HYPERLINK(""http://x.example"", 1)"', "\x00=1+1"])
def test_what_a_row_has_too_many_is_no_formula_either(tmp_path: Path, cell: str) -> None:
    source = open_source(
        made(tmp_path / "a.csv", f'A,B\n1,2,3,{cell},"said ""hi"", left",+49 89 123\n4,=2+2,5\n6,7,,\n8\n')
    )
    rows, notes = written(source, tmp_path / "out.csv")
    plain = next(csv.reader([cell]))[0]
    assert rows[1] == ["1", "2", "done", "3", f"'{plain}", 'said "hi", left', "+49 89 123"]
    assert rows[2:] == [["4", "'=2+2", "done", "5"], ["6", "7", "done", "", ""], ["8", "", "done"]]
    assert any(note.startswith("2 cells of the input would run") for note in notes)
    rows, notes = written(source, tmp_path / "kept.csv", keep_formulas=True)
    assert rows[1][4] == plain
    assert notes == []


def test_a_row_of_which_only_the_text_is_known_is_no_formula_either(tmp_path: Path) -> None:
    text = 'A,B\n=1+1,"open\n3,=HYPERLINK("http://x.example")" x,"y\n4,5\n'
    source = open_source(made(tmp_path / "a.csv", text))
    assert set(broken(source)) == {2, 3}
    rows, notes = written(source, tmp_path / "out.csv")
    # It is one cell, which a spreadsheet takes for text wherever it does not start a formula.
    assert rows[1:] == [["'=1+1,\"open", "", "done"], [text.splitlines()[2], "", "done"], ["4", "5", "done"]]
    assert any(note.startswith("1 cell of the input would run") for note in notes)
    assert any("2 rows" in note and "one cell" in note for note in notes)
    rows, _ = written(source, tmp_path / "kept.csv", keep_formulas=True)
    assert rows[1][0] == '=1+1,"open'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "＝", "＋", "－", "＠"])
def test_a_value_of_ours_never_starts_a_formula(start: str) -> None:
    assert safe(f"{start}cmd|' /C calc'!A0").startswith("'")
    assert runs(f"{start}cmd|' /C calc'!A0")


def test_gzip_is_read_and_written(tmp_path: Path) -> None:
    source = open_source(made(tmp_path / "a.csv.gz", gzip.compress("Name,City\nZoë,Oslo\n".encode())))
    out = copied(source, tmp_path / "out.csv.gz")
    assert gzip.decompress(out).decode() == "Name,City,zi_status,zi_jobTitle\nZoë,Oslo,enriched,CFO\n"
    data = gzip.compress(b"Name,City\n" + b"".join(b"%d,%d\n" % (n, n * n) for n in range(50_000)))
    assert "cut off" in refused_rows(made(tmp_path / "b.csv.gz", data[: len(data) // 2])).message


def test_rows_can_start_anywhere(tmp_path: Path) -> None:
    source = open_source(made(tmp_path / "a.csv", "A,B\n" + "".join(f'{n},"x\ny"\n' for n in range(10))))
    assert [row[0] for row in source.rows(7)] == ["7", "8", "9"]
    assert list(source.rows(10)) == list(source.rows(11)) == []


def test_a_file_changed_underneath_is_told(tmp_path: Path) -> None:
    path = made(tmp_path / "a.csv", "A,B\n" + "1,2\n" * 1000)
    source = open_source(path)
    fingerprint = source.fingerprint
    assert len(cells(open_source(path, fingerprint=fingerprint))) == 1000
    path.write_text("A,B\n" + "1,3\n" * 1000)
    error = refused_rows(path, fingerprint=fingerprint)
    assert (error.kind, error.code) == ("file_changed", "INVALID_ARGUMENT")
    assert refused(lambda: cells(source)).kind == "file_changed"
    # While it is read, too.
    rows = (source := open_source(path)).rows()
    next(rows)
    with path.open("a") as file:
        file.write("4,5\n")
    assert refused(lambda: list(rows)).kind == "file_changed"
    assert source.progress == 1


@pytest.mark.parametrize(
    ("options", "named"),
    [({"delimiter": "ab"}, "delimiter"), ({"encoding": "klingon"}, "encoding"), ({"encoding": "rot13"}, "encoding")],
)
def test_wrong_options_are_named(tmp_path: Path, options: dict[str, str], named: str) -> None:
    error = refused_rows(made(tmp_path / "a.csv", "A,B\n1,2\n"), **options)
    assert error.kind == "not_a_choice"
    assert named in error.message


def test_a_sheet_of_a_csv_file_is_refused(tmp_path: Path) -> None:
    assert "no sheets" in refused_rows(made(tmp_path / "a.csv", "A,B\n1,2\n"), sheet="Leads").message


def test_other_columns_than_the_inputs_make_a_file_of_their_own(tmp_path: Path) -> None:
    source = open_source(made(tmp_path / "a.csv", '"Id";"Name"\r\n"1";"Ann"\r\n'))
    with open_sink(tmp_path / "changes.csv", like=source, columns=["Id", "Phone"]) as sink:
        for row in source.rows():
            sink.write([row[0], "+1 555 010 0100"], origin=row)
        sink.finish()
    assert (tmp_path / "changes.csv").read_bytes() == b'"Id";"Phone"\r\n"1";"+1 555 010 0100"\r\n'


def test_a_further_file_has_headings_though_the_input_has_none(tmp_path: Path) -> None:
    source = open_source(made(tmp_path / "a.csv", "Ann;ann@firm.example\nBob;bob@firm.example\n"))
    assert source.columns == ["column 1", "column 2"]
    for columns in (["Id", "Phone"], source.columns):
        with open_sink(tmp_path / "changes.csv", like=source, columns=columns, header=True) as sink:
            sink.write(["1", "2"])
            sink.finish()
        assert (tmp_path / "changes.csv").read_text() == f"{';'.join(columns)}\n1;2\n"


@pytest.mark.parametrize("row", ["0035g00000ABCDeAAH,Ann,Sample", "00Q5g00000ABCDe,Ann,Sample"])
def test_a_first_row_with_a_records_id_is_no_header(tmp_path: Path, row: str) -> None:
    source = open_source(made(tmp_path / "a.csv", f"{row}\n{row}\n"))
    assert source.columns == ["column 1", "column 2", "column 3"]
    assert len(cells(source)) == 2


def test_a_column_twice_is_refused(tmp_path: Path) -> None:
    error = refused(lambda: open_sink(tmp_path / "a.csv", like=None, columns=["A", "A"]))
    assert "'A' is in it twice" in error.message


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
NAME = st.text("abcXYZ é", min_size=1, max_size=6).map(str.strip).filter(bool)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    names = draw(st.lists(NAME, min_size=2, max_size=5, unique=True))
    row = st.lists(TEXT, min_size=len(names), max_size=len(names))
    return names, draw(st.lists(row, max_size=6))


@given(
    tables(), st.sampled_from(",;\t|"), st.sampled_from(["\r\n", "\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]), st.data(),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_any_table_comes_back(
    table: tuple[list[str], list[list[str]]], delimiter: str, end: str, encoding: str, quoting: int, data: st.DataObject
) -> None:
    names, rows = table
    # The csv module leaves a carriage return unquoted, which is another table then.
    if any("\r" in cell or "\n" in cell for row in rows for cell in row):
        quoting = csv.QUOTE_ALL
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows([names, *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = made(Path(folder) / "a.csv", text.getvalue().encode(encoding))
        source = open_source(path, encoding=encoding, delimiter=delimiter, header=True)
        assert source.columns == names
        assert cells(source) == rows
        untouched = copied(source, Path(folder) / "same.csv", [], lambda _, row: row, keep_formulas=True)
        assert untouched == path.read_bytes()
        places = st.tuples(st.integers(0, len(names) - 1), TEXT)
        edits = [data.draw(st.dictionaries(st.integers(0, len(names) - 1), TEXT, max_size=2)) for _ in rows]
        new = data.draw(places)[1]
        wanted = [
            [*(edit.get(place, cell) for place, cell in enumerate(row)), new]
            for row, edit in zip(rows, edits, strict=True)
        ]
        copied(source, Path(folder) / "out.csv", ["zi_x"], lambda n, _: wanted[n], keep_formulas=True)
        again = open_source(Path(folder) / "out.csv", encoding=encoding, delimiter=delimiter, header=True)
        assert cells(again) == [
            [*(cell if cell == was else safe(cell) for cell, was in zip(row, old, strict=False)), safe(new)]
            for row, old in zip(wanted, rows, strict=True)
        ]
        assert again.details["encoding"] == source.details["encoding"]


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_rows_or_an_error_that_names_the_file(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = made(Path(folder) / "a.csv", b"Name,Email\nAnn,ann@firm.example\n" + data)
        try:
            source = open_source(path, encoding="utf-8", header=True)
            rows = list(source.rows())
        except Exception as error:
            assert getattr(error, "kind", "") == "file_unusable", error
            return
        assert rows[0] == ["Ann", "ann@firm.example"]
        assert all(len(row) == len(source.columns) for row in rows)
        again = copied(source, Path(folder) / "out.csv", ["zi_status"], lambda _, row: [*row, "done"])
        # The output is a table that a strict reader takes, with one row for each.
        read = list(csv.reader(io.StringIO(again.decode("utf-8", "surrogateescape"), newline=""), strict=True))
        assert len(read) == len(rows) + 1
        assert all(row[len(source.columns)] == "done" for row in read[1:])
