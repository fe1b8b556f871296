"""Parquet: typed columns kept as stored, new ones as text, damage told."""

from __future__ import annotations

import datetime as dt
import decimal
import sys
from pathlib import Path
from typing import Any

import pytest
from files_support import NEW, broken, cells, copied, made, refused, refused_rows

from sales_zoominfo.jobs.files import open_sink, open_source

pa = pytest.importorskip("pyarrow")
import pyarrow.parquet as pq  # noqa: E402


def table(rows: int = 3) -> Any:
    return pa.table(
        {
            "id": pa.array(range(rows), pa.int32()),
            "name": [None if n % 3 == 1 else f"Firm {n}" for n in range(rows)],
            "seen": pa.array([1_700_000_000_123_456_789 + n for n in range(rows)], pa.timestamp("ns", "UTC")),
            "price": pa.array([decimal.Decimal("1.10")] * rows),
            "tags": [[n, n + 1] for n in range(rows)],
            "firm": [{"x": n, "y": None} for n in range(rows)],
            "kind": pa.array(["a", "b", "a"] * (rows // 3 + 1)).slice(0, rows).dictionary_encode(),
            "blob": [b"\xff\x00"] * rows,
        }
    )


def write(path: Path, rows: int = 3, **options: Any) -> Any:
    made_of = table(rows)
    pq.write_table(made_of, path, **options)
    return made_of


def test_rows_come_as_values_and_untouched_columns_as_they_are_stored(tmp_path: Path) -> None:
    given = write(tmp_path / "a.parquet", compression="zstd")
    source = open_source(tmp_path / "a.parquet")
    assert source.columns == given.column_names
    assert source.details == {"rows": "3", "compression": "zstd"}
    first = next(iter(source.rows()))
    assert first[:2] == [0, "Firm 0"]
    assert first[2] == dt.datetime(2023, 11, 14, 22, 13, 20, 123456, tzinfo=dt.UTC)
    assert first[3:] == [decimal.Decimal("1.10"), [0, 1], {"x": 0, "y": None}, "a", b"\xff\x00"]
    copied(source, tmp_path / "out.parquet")
    out = pq.read_table(tmp_path / "out.parquet")
    # Nanoseconds too, which no value of Python holds.
    assert out.select(given.column_names).equals(given)
    assert out.select(NEW).to_pylist() == [{"zi_status": "enriched", "zi_jobTitle": "CFO"}] * 3
    assert pq.ParquetFile(tmp_path / "out.parquet").metadata.row_group(0).column(0).compression == "ZSTD"


def test_changed_values_take_the_columns_type(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet")
    new = {0: "77", 1: "New", 3: "2.20", 4: [9], 5: {"x": 9, "y": None}, 6: "c", 7: b"z"}
    source = open_source(tmp_path / "a.parquet")
    copied(
        source, tmp_path / "o.parquet", [], lambda n, row: [new.get(p, c) if n == 1 else c for p, c in enumerate(row)]
    )
    out = pq.read_table(tmp_path / "o.parquet")
    assert out.schema.types == table().schema.types
    changed = out.drop_columns(["seen"]).to_pylist()
    assert changed[1] == {
        "id": 77, "name": "New", "price": decimal.Decimal("2.20"), "tags": [9], "firm": {"x": 9, "y": None},
        "kind": "c", "blob": b"z",
    }  # fmt: skip
    assert changed[0] == table().drop_columns(["seen"]).to_pylist()[0]


def test_a_value_that_does_not_fit_names_its_column(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet")
    source = open_source(tmp_path / "a.parquet")
    error = refused(lambda: copied(source, tmp_path / "o.parquet", [], lambda _, row: ["many", *row[1:]]))
    assert error.kind == "output_refused"
    assert "'id' does not fit its type int32" in error.message
    assert not (tmp_path / "o.parquet").exists()


def test_many_batches_and_groups_keep_their_order(tmp_path: Path) -> None:
    given = write(tmp_path / "a.parquet", 30_000, row_group_size=7_000)
    source = open_source(tmp_path / "a.parquet")
    copied(source, tmp_path / "o.parquet", ["n"], lambda n, row: [row[0] + 1 if n % 1000 == 0 else row[0], *row[1:], n])
    out = pq.read_table(tmp_path / "o.parquet")
    assert out.column("n").to_pylist() == [str(n) for n in range(30_000)]
    assert out.column("id").to_pylist() == [n + (n % 1000 == 0) for n in range(30_000)]
    assert out.column("seen").equals(given.column("seen"))
    assert [row[0] for row in source.rows(29_998)] == [29_998, 29_999]


def test_rows_left_out_or_in_another_order_are_written_as_given(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", 6)
    source = open_source(tmp_path / "a.parquet")
    rows = list(source.rows())
    with open_sink(tmp_path / "o.parquet", like=source, columns=source.columns) as sink:
        for row in (rows[5], rows[2]):
            sink.write(row)
        sink.write([None] * len(source.columns))
        sink.finish()
    assert pq.read_table(tmp_path / "o.parquet").column("id").to_pylist() == [5, 2, None]


@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
def test_a_truncated_file_is_refused_by_name(tmp_path: Path, share: float) -> None:
    write(tmp_path / "whole.parquet", 5000)
    data = (tmp_path / "whole.parquet").read_bytes()
    error = refused_rows(made(tmp_path / "cut.parquet", data[: int(len(data) * share)]))
    assert error.kind == "file_unusable"
    assert "cut.parquet" in error.message


def test_damage_in_the_middle_is_told_where_it_is_met(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", 5000, row_group_size=1000, compression="gzip")
    data = bytearray((tmp_path / "a.parquet").read_bytes())
    third = pq.ParquetFile(tmp_path / "a.parquet").metadata.row_group(2)
    data[third.column(0).file_offset or third.column(0).dictionary_page_offset : third.column(7).data_page_offset] = (
        b"\x00"
        * (third.column(7).data_page_offset - (third.column(0).file_offset or third.column(0).dictionary_page_offset))
    )
    error = refused_rows(made(tmp_path / "b.parquet", bytes(data)))
    assert "cannot be read past row" in error.message


def test_text_that_is_no_text_breaks_its_row_alone(tmp_path: Path) -> None:
    bad = pa.Array.from_buffers(pa.string(), 2, pa.array([b"ok", b"\xff\xfe"], pa.binary()).buffers())
    pq.write_table(pa.table({"name": bad, "n": [1, 2]}), tmp_path / "a.parquet")
    source = open_source(tmp_path / "a.parquet")
    assert broken(source) == {2: "a value of it cannot be read"}
    assert cells(source) == [["ok", 1], [None, 2]]


def test_no_rows_and_no_columns(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", 0)
    source = open_source(tmp_path / "a.parquet")
    assert cells(source) == []
    copied(source, tmp_path / "o.parquet")
    assert pq.read_table(tmp_path / "o.parquet").num_rows == 0
    pq.write_table(pa.table({}), tmp_path / "b.parquet")
    assert "0 columns" in refused_rows(tmp_path / "b.parquet").message


def test_duplicate_columns_are_made_distinct(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array(["x"])], names=["a", "a"]), tmp_path / "a.parquet")
    source = open_source(tmp_path / "a.parquet")
    assert source.columns == ["a", "a (2)"]
    assert source.notes
    copied(source, tmp_path / "o.parquet", [], lambda _, row: row)
    assert pq.read_table(tmp_path / "o.parquet").to_pylist() == [{"a": 1, "a (2)": "x"}]


def test_a_change_underneath_is_told(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", 10)
    source = open_source(tmp_path / "a.parquet")
    rows = source.rows()
    next(rows)
    write(tmp_path / "a.parquet", 11)
    assert refused(lambda: list(rows)).kind == "file_changed"
    fingerprint = open_source(tmp_path / "a.parquet").fingerprint
    write(tmp_path / "a.parquet", 12)
    assert refused_rows(tmp_path / "a.parquet", fingerprint=fingerprint).kind == "file_changed"


def test_a_missing_package_names_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    assert "pip install 'sales-zoominfo[parquet]'" in refused_rows(tmp_path / "a.parquet").next_step
