"""What a person types or hands over in a file, as arguments of a tool."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from ..errors import SalesZoomInfoError, fail
from ..zoominfo.fields import MATCH_KEYS
from ..zoominfo.operations import Entity

INPUT_SUFFIXES = (".csv", ".json", ".jsonl")
# A file of 100 rows is far below this; a larger one is not what was meant.
INPUT_LIMIT = 10_000_000


def read_pairs(pairs: Sequence[str], option: str) -> dict[str, list[str]]:
    """``name=value`` words; a name given again adds a value, and commas stay part of a value.

    Raises:
        InvalidArgument: a word without ``=``.
    """
    found: dict[str, list[str]] = {}
    for pair in pairs:
        name, mark, value = pair.partition("=")
        if not mark or not name.strip():
            raise fail("wrong_type", name=option, expected="name=value", got=f"'{pair[:60]}'")
        found.setdefault(name.strip(), []).append(value)
    return found


def read_filters(pairs: Sequence[str]) -> list[dict[str, object]]:
    """Search filters from ``--filter`` options, as the tool's ``moreFilters``."""
    return [
        {
            "name": name,
            "value": [_filter_value(value) for value in values] if len(values) > 1 else _filter_value(*values),
        }
        for name, values in read_pairs(pairs, "--filter").items()
    ]


def _filter_value(text: str) -> object:
    # The two history filters take objects, which have no other spelling on a command line.
    if text.startswith("{"):
        try:
            return json.loads(text)
        except ValueError:
            pass
    return text


def read_names(text: str | None) -> list[str] | None:
    """Field names with commas; None when not given."""
    if text is None:
        return None
    return [name.strip() for name in text.split(",") if name.strip()]


def read_records(pairs: Sequence[str], file: Path | None, what: str) -> list[dict[str, Any]]:
    """The match inputs of ``enrich``, from ``key=value`` words or a file.

    Raises:
        InvalidArgument: neither or both are given, a key is repeated, or the file cannot be used.
        NotFound: there is no such file.
    """
    if file is not None and pairs:
        reason = "one record is given in words, or many in a file."
        raise fail("filters_together", first="key=value", second="--input", reason=reason)
    if file is not None:
        return _from_file(file, "contact" if what == "contact" else "company")
    if not pairs:
        example = "emailAddress=ADDRESS" if what == "contact" else "companyWebsite=acme.example"
        how = f"Give key=value words such as {example}, or --input FILE."
        raise fail("missing_argument", where=f"enrich {what}", name="a record to match", how=how)
    record: dict[str, Any] = {}
    for name, values in read_pairs(pairs, "a match key").items():
        if len(values) > 1:
            raise fail("one_value_only", name=name, count=len(values))
        record[name] = values[0]
    return [record]


def _from_file(file: Path, entity: Entity) -> list[dict[str, Any]]:
    suffix = file.suffix.lower()
    if suffix not in INPUT_SUFFIXES:
        raise _unusable("a .csv, .json or .jsonl file", f"'{file.name[-40:]}'")
    try:
        if file.stat().st_size > INPUT_LIMIT:
            raise _unusable("a file of at most 100 rows", "a far larger one")
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        how = "Check the path; it counts from the folder you are in."
        raise fail("not_found", thing="file", name=str(file)[-80:], hint="", how=how) from None
    except UnicodeDecodeError:
        raise _unusable("UTF-8 text", "another encoding") from None
    except OSError as error:
        raise _unusable("a readable file", f"one that fails with '{error.strerror}'") from None
    rows = _csv(text, entity) if suffix == ".csv" else _json(text) if suffix == ".json" else _jsonl(text)
    if not rows:
        raise _unusable("a file with 1 to 100 rows", "an empty one")
    return rows


def _unusable(expected: str, got: str) -> SalesZoomInfoError:
    return fail("wrong_type", name="--input", expected=expected, got=got)


def _csv(text: str, entity: Entity) -> list[dict[str, Any]]:
    try:
        # Spreadsheets of some countries write semicolons, exports tabs.
        head = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=head.count)
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        headings = _keys(reader.fieldnames or (), entity)
        rows: list[dict[str, Any]] = []
        for row in reader:
            if None in row:
                raise _unusable("a CSV file with as many cells as headings", f"a longer row in line {reader.line_num}")
            cells = {headings[name]: value.strip() for name, value in row.items() if name and value and value.strip()}
            if cells:
                rows.append(cells)
        return rows
    except csv.Error as error:
        raise _unusable("a well-formed CSV file", f"a broken one ({error})") from None


def _keys(headings: Sequence[str], entity: Entity) -> dict[str, str]:
    # A sheet's headings are a person's: "Email" and "First Name" mean emailAddress and firstName.
    known = {_plain(name): key.name for key in MATCH_KEYS[entity].values() for name in (*key.aliases, key.name)}
    meant = {heading: known.get(_plain(heading), heading.strip()) for heading in headings}
    names = list(meant.values())
    # Two columns of one meaning stay as they are, so that the tool refuses the one that it does not know.
    return {heading: name if names.count(name) == 1 else heading.strip() for heading, name in meant.items()}


def _plain(heading: str) -> str:
    return re.sub(r"[\s_-]", "", heading).casefold()


def _json(text: str) -> list[dict[str, Any]]:
    try:
        data: object = json.loads(text)
    except ValueError as error:
        line = getattr(error, "lineno", "?")
        raise _unusable("JSON", f"something broken in line {line}") from None
    return _objects(cast("list[object]", data) if isinstance(data, list) else [data])


def _jsonl(text: str) -> list[dict[str, Any]]:
    items: list[object] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            items.append(json.loads(line))
        except ValueError:
            raise _unusable("one JSON object a line", f"something else in line {number}") from None
    return _objects(items)


def _objects(items: list[object]) -> list[dict[str, Any]]:
    for number, item in enumerate(items, 1):
        if not isinstance(item, dict):
            raise _unusable("a list of objects of match keys", f"something else as row {number}")
    return cast("list[dict[str, Any]]", items)
