"""Cells that a spreadsheet would run, written so that it does not."""

from __future__ import annotations

import re

# What a spreadsheet takes for the start of a formula, full-width forms too.
_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_PLAIN = re.compile(r"[+-]?\d+([.,]\d+)*|\+[\d ()./-]+|[-–]+")
# In a cell of somebody else only what can call or fetch something: a phone number or "--None--" stays as it is.
_EQUALS = ("=", "＝")
_CALLS = re.compile(r"[\w.]\s*\(.*[A-Za-z]|[A-Za-z_.]\s*\(|[|!]")


def safe(text: str) -> str:
    """A value of ours with an apostrophe before it where it could start a formula; plain numbers stay as they are."""
    if text.lstrip(" ").startswith(_STARTS) and not _PLAIN.fullmatch(text):
        return f"'{text}"
    return text


def runs(text: str) -> bool:
    """Whether a cell of the input is a formula that calculates, calls or fetches something."""
    bare = text.lstrip(" \t\r\n")
    if not bare.startswith(_STARTS):
        return False
    if bare.startswith(_EQUALS):
        return len(bare) > 1
    return _CALLS.search(bare) is not None


def may_run(text: str) -> bool:
    """Whether any cell of a line could be such a formula; quick, and wrong on the safe side."""
    return "=" in text or "＝" in text or "(" in text or "|" in text or "!" in text
