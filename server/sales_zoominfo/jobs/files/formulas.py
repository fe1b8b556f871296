"""Cells that a spreadsheet would run, written so that it does not."""

from __future__ import annotations

import re
from collections.abc import Iterable

# What a spreadsheet takes for the start of a formula, full-width forms too.
STARTS = "=+-@\t\r＝＋－＠"
_STARTS = tuple(STARTS)
# What may stand before it: a reader may drop these.
_BEFORE = " \t\r\n\x00"
_FIRST = frozenset(STARTS + _BEFORE)
_PLAIN = re.compile(r"[+-]?\d+([.,]\d+)*|\+[\d ()./-]+|[-–]+")
_EQUALS = ("=", "＝")
_CALLS = re.compile(r"[A-Za-z]\w*\s*\(|[|!]")


def safe(text: str) -> str:
    """A value of ours with an apostrophe before it where it could start a formula; plain numbers stay as they are."""
    if text.lstrip(" ").startswith(_STARTS) and not _PLAIN.fullmatch(text):
        return f"'{text}"
    return text


def runs(text: str) -> bool:
    """Whether a cell of the input is a formula: it starts with ``=``, or as one does and calls or fetches something.

    What people write in cells, such as ``--None--``, ``@handle`` and ``+49 (0)89/123``, is none.
    """
    bare = text.lstrip(_BEFORE)
    if not bare.startswith(_STARTS):
        return False
    if bare.startswith(_EQUALS):
        return len(bare) > 1
    return _CALLS.search(bare) is not None


def any_runs(line: str, cells: Iterable[str]) -> bool:
    """Whether a line holds a formula.

    Args:
        line: as it stands in the file.
        cells: what it says.
    """
    if "=" in line or "(" in line or "|" in line or "!" in line or "＝" in line:
        for cell in cells:
            if cell[:1] in _FIRST and runs(cell):
                return True
    return False
