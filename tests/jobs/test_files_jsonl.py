"""JSON lines: nested values kept, late keys kept, untouched text as it stood."""

from __future__ import annotations

import gzip
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from files_support import broken, cells, copied, made, refused_rows
from hypothesis import given, settings
from hypothesis import strategies as st

from sales_zoominfo.jobs.files import open_sink, open_source


def test_objects_are_rows_over_the_union_of_their_keys(tmp_path: Path) -> None:
    lines = ['{"name":"Ann","company":{"name":"Acme","tags":[1,2]}}', '{"name":"Bob","size":1.50,"vip":null}']
    source = open_source(made(tmp_path / "a.jsonl", "\n".join(lines) + "\n"))
    assert source.columns == ["name", "company", "size", "vip"]
    assert cells(source) == [["Ann", {"name": "Acme", "tags": [1, 2]}, None, None], ["Bob", None, 1.5, None]]
    out = copied(source, tmp_path / "out.jsonl").decode().splitlines()
    # The text before the new keys is the one that was there, down to 1.50.
    assert out == [line[:-1] + ',"zi_status":"enriched","zi_jobTitle":"CFO"}' for line in lines]


def test_a_changed_value_replaces_its_own_and_nothing_else(tmp_path: Path) -> None:
    source = open_source(made(tmp_path / "a.jsonl", '{"b": 1, "a": {"x": [1]}, "c": "é"}\r\n{"a": 2}\r\n'))
    out = copied(source, tmp_path / "out.jsonl", ["zi_x"], lambda n, row: [7 + n, *row[1:], None])
    assert out.decode() == ('{"b": 7, "a": {"x": [1]}, "c": "é", "zi_x": null}\r\n{"a": 2, "b": 8, "zi_x": null}\r\n')


def test_true_is_not_one(tmp_path: Path) -> None:
    source = open_source(made(tmp_path / "a.jsonl", '{"a":1,"b":1.0}\n'))
    assert copied(source, tmp_path / "out.jsonl", [], lambda _, row: [True, 1]) == b'{"a":true,"b":1}\n'


def test_keys_that_come_late_are_kept_and_told(tmp_path: Path) -> None:
    lines = ['{"a":1}'] * 1500 + ['{"a":2,"late":{"x":1}}']
    source = open_source(made(tmp_path / "a.jsonl", "\n".join(lines)))
    assert source.columns == ["a"]
    out = copied(source, tmp_path / "out.jsonl", ["zi_x"], lambda n, row: [9, "y"]).decode().splitlines()
    assert json.loads(out[-1]) == {"a": 9, "late": {"x": 1}, "zi_x": "y"}
    assert len([note for note in source.notes if "'late'" in note and "line 1,501" in note]) == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[1]", "no JSON object"),
        ('"text"', "no JSON object"),
        ('{"a":1', "no JSON"),
        ("{'a':1}", "no JSON"),
        ('{"a":"\\ud800"}', "half a character"),
        ('{"a":"x\\u0000"}', "NUL character"),
        ('{"a":' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply"),
        ('{"a":' + "1" * 5000 + "}", "no JSON"),
    ],
)
def test_a_broken_line_is_told_and_kept(tmp_path: Path, line: str, reason: str) -> None:
    source = open_source(made(tmp_path / "a.jsonl", f'{{"a":1}}\n{line}\n\n{{"a":3}}\n'))
    told = broken(source)
    assert list(told) == [2]
    assert reason in told[2]
    out = copied(source, tmp_path / "out.jsonl", ["zi_status"], lambda _, row: [*row, "done"]).decode().splitlines()
    assert [json.loads(text)["zi_status"] for text in out] == ["done"] * 3
    assert json.loads(out[1])["broken"] == line


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'[{"a":1}]', "one JSON list"),
        (b"", "empty"),
        (b"\n\n", "no rows"),
        (b"name,email\n", "none of its first lines is a JSON object"),
        (b"{}\n", "0 keys"),
    ],
)
def test_what_holds_no_objects_is_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    assert reason in refused_rows(made(tmp_path / "a.jsonl", data)).message


def test_json_lines_are_known_without_their_name_in_gzip_and_other_encodings(tmp_path: Path) -> None:
    text = '{"a": "Zoë"}\n'
    for name, data in (
        ("export", text.encode()),
        ("b.ndjson.gz", gzip.compress(text.encode())),
        ("c.jsonl", text.encode("utf-16")),
        ("d.jsonl", text.encode("utf-8-sig")),
    ):
        source = open_source(made(tmp_path / name, data))
        assert (source.format, cells(source)) == ("jsonl", [["Zoë"]])
        out = copied(source, tmp_path / f"out.{name}", [], lambda _, row: row)
        assert (gzip.decompress(out) if name.endswith(".gz") else out) == (
            text.encode() if name.endswith(".gz") else data
        )


def test_escapes_stay_escapes(tmp_path: Path) -> None:
    source = open_source(made(tmp_path / "a.jsonl", b'{"a":"Zo\\u00eb"}\n'))
    assert (
        copied(source, tmp_path / "out.jsonl", ["b"], lambda _, row: ["é", "ü"]) == b'{"a":"\\u00e9","b":"\\u00fc"}\n'
    )


def test_another_format_takes_lists_and_objects_as_text(tmp_path: Path) -> None:
    source = open_source(made(tmp_path / "a.jsonl", '{"a":["x","y"],"b":{"c":[1]},"d":true,"e":null}\n'))
    with open_sink(tmp_path / "out.csv", like=source, columns=source.columns) as sink:
        for row in source.rows():
            sink.write(row)
        sink.finish()
    assert (tmp_path / "out.csv").read_text("utf-8-sig") == 'a,b,d,e\nx; y,"{""c"":[1]}",true,\n'


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00")) | st.just("\\u0000")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abé", max_size=2), inner, max_size=3),
    max_leaves=6,
)


RECORD = st.dictionaries(st.text('abc é"\\', min_size=1, max_size=3), JSON, min_size=1, max_size=4)


@given(
    st.lists(RECORD, min_size=1, max_size=5), st.booleans(), st.booleans(), JSON,
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_any_objects_come_back(records: list[dict[str, Any]], ascii: bool, spaced: bool, new: object) -> None:
    separators = (", ", ": ") if spaced else (",", ":")
    data = "".join(f"{json.dumps(record, ensure_ascii=ascii, separators=separators)}\n" for record in records).encode()
    with tempfile.TemporaryDirectory() as folder:
        source = open_source(made(Path(folder) / "a.jsonl", data), encoding="utf-8")
        assert cells(source) == [[record.get(name) for name in source.columns] for record in records]
        assert copied(source, Path(folder) / "same.jsonl", [], lambda _, row: row) == data
        out = copied(source, Path(folder) / "out.jsonl", ["zi_x"], lambda _, row: [*row, new])
        assert [json.loads(line) for line in out.decode().split("\n")[:-1]] == [
            {**record, "zi_x": new} for record in records
        ]
        name = source.columns[0]
        changed = copied(source, Path(folder) / "c.jsonl", [], lambda _, row: [new, *row[1:]])
        for record, line in zip(records, changed.decode().split("\n"), strict=False):
            assert json.loads(line) == (record if new is None and name not in record else {**record, name: new})
