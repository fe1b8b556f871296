"""Answers for people: tables that fit the terminal, one record at a time, and what stands below them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from ..tools.contract import Envelope

Row = dict[str, Any]

# What a person looks for first; everything else follows in the answer's own order.
FIRST = (
    "id", "firstName", "lastName", "name", "email", "phone", "mobilePhone", "jobTitle", "companyName", "employeeCount",
    "city", "state", "contactAccuracyScore", "hasEmail", "hasDirectPhone", "hasMobilePhone", "website", "country",
    "revenue", "directPhoneDoNotCall", "mobilePhoneDoNotCall", "companyId",
)  # fmt: skip
# Useless when cut.
_WHOLE = frozenset(["id", "email", "phone", "mobilePhone"])
_WIDEST = 34
_WIDE = 26
_NARROW = 12
_GAP = 2
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T[\d:.]+(Z|[+-]\d\d:\d\d)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
API_NAMES = {"gtm": "GTM", "enterprise": "Enterprise"}
# Headings that would be far wider than what is under them.
_HEADINGS = {
    "contactAccuracyScore": "score",
    "hasEmail": "email?",
    "hasDirectPhone": "direct?",
    "hasMobilePhone": "mobile?",
    "directPhoneDoNotCall": "direct DNC",
    "mobilePhoneDoNotCall": "mobile DNC",
    "employeeCount": "employees",
    "revenue": "revenue k$",
}


def cell(value: object) -> str:
    """One value as text for a terminal, without anything that could steer it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and abs(value) >= 10_000:
        # Below that it may be a year; ids are text.
        return f"{value:,}"
    if isinstance(value, list):
        return "; ".join(cell(item) for item in cast("list[object]", value))
    if isinstance(value, dict):
        items = cast("dict[str, object]", value)
        if "name" in items:
            rest = ", ".join(cell(item) for name, item in items.items() if name not in ("id", "name"))
            return cell(items["name"]) + (f" ({rest})" if rest else "")
        return ", ".join(f"{name}={cell(item)}" for name, item in items.items())
    text = str(value)
    moment = _INSTANT.fullmatch(text)
    return moment[1] if moment else _CONTROL.sub(" ", text)


# Whoever reads a number must see that it may not be called, however narrow the terminal.
_FLAGS = {"phone": "directPhoneDoNotCall", "mobilePhone": "mobilePhoneDoNotCall"}


def _value(row: Row, name: str) -> str:
    """One field of a row as text; a number carries its do-not-call flag."""
    text = cell(row.get(name))
    return f"{text} (DNC)" if text and name in _FLAGS and row.get(_FLAGS[name]) is True else text


def _columns(rows: Sequence[Row]) -> list[str]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    rank = {name: place for place, name in enumerate(FIRST)}
    return sorted(names, key=lambda name: rank.get(name, len(rank)))


def _width(name: str, rows: Sequence[Row]) -> int:
    """How wide a column would like to be; East Asian characters take two places."""
    from rich.cells import cell_len

    return max(cell_len(text) for text in (_HEADINGS.get(name, name), *(_value(row, name) for row in rows)))


def fitting(rows: Sequence[Row], width: int, names: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """The columns that fit a width, with theirs, and the names of those that do not."""
    natural = {name: _width(name, rows) for name in names}
    for widest in (_WIDEST, _WIDE):
        widths = {name: size if name in _WHOLE else min(size, widest) for name, size in natural.items()}
        shown: dict[str, int] = {}
        room = width
        for name, size in widths.items():
            if size <= room:
                shown[name] = size
            elif room >= _NARROW and name not in _WHOLE:
                shown[name] = room
            if shown.get(name) != size:
                break
            room -= size + _GAP
        if len(shown) == len(names):
            break
    shown = shown or {names[0]: width}
    return shown, [name for name in names if name not in shown]


def table(rows: Sequence[Row], names: Sequence[str], widths: dict[str, int] | None = None) -> RenderableType:
    """Rows as a table without lines.

    Args:
        rows: at least one.
        names: the columns.
        widths: of each; None leaves it to the terminal.
    """
    from rich.table import Table
    from rich.text import Text

    made = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="bold")
    for name in names:
        values = [row[name] for row in rows if name in row]
        numeric = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
        made.add_column(
            _HEADINGS.get(name, name),
            no_wrap=True,
            overflow="ellipsis",
            justify="right" if numeric and values else "left",
            width=None if widths is None else widths[name],
        )
    for row in rows:
        made.add_row(*(Text(_value(row, name)) for name in names))
    return made


def record(row: Row, names: Sequence[str] | None = None) -> RenderableType:
    """One row as a list of fields."""
    from rich.table import Table
    from rich.text import Text

    made = Table.grid(padding=(0, _GAP, 0, 0))
    made.add_column(style="bold", no_wrap=True)
    made.add_column(overflow="fold")
    for name in names or _columns([row]):
        if name in row:
            made.add_row(name, Text(_value(row, name)))
    return made


def show_rows(console: Console, answer: Envelope, fields: Sequence[str] | None = None) -> None:
    """Records: one as a list of its fields, several as a table of what fits.

    Args:
        console: where.
        answer: the envelope.
        fields: what was asked for, which keeps its order.
    """
    rows = cast("list[Row]", answer["data"])
    if len(rows) == 1:
        console.print(record(rows[0]))
        return
    found = [row for row in rows if "reason" not in row]
    if found:
        names = [name for name in _columns(found) if name not in ("input", "matchStatus")]
        if fields:
            names = [name for name in dict.fromkeys(("id", *fields)) if name in names]
        widths, left = fitting(found, console.width, names)
        console.print(table(found, list(widths), widths))
        if left:
            more = ", ".join(left[:8]) + (", …" if len(left) > 8 else "")
            console.print(f"Also there: {more} (--fields a,b or --format json).", style="dim")
    elif not rows:
        console.print("Nothing found.")
    for row in rows:
        if "reason" in row:
            console.print(f"{row['matchStatus']}  {cell(row['input'])}: {cell(row['reason'])}", style="yellow")


def show_lookup(console: Console, answer: Envelope) -> None:
    """Legal values with what belongs to each; of filters and fields, what they mean."""
    from rich.table import Table
    from rich.text import Text

    rows = cast("list[Row]", answer["data"])
    if not rows:
        console.print("Nothing found.")
        return
    described = "apis" in rows[0]
    shown = [{"name": row["name"], "meaning": _meaning(row)} for row in rows] if described else rows
    names = list(dict.fromkeys(name for row in shown for name in row))
    made = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="bold")
    for name in names:
        made.add_column(name, overflow="fold", no_wrap=name == ("name" if described else "id"))
    for row in shown:
        made.add_row(*(Text(cell(row.get(name))) for name in names))
    console.print(made)


def _meaning(row: Row) -> str:
    """What a filter or field is, with everything that limits it."""
    apis = cast("list[str]", row["apis"])
    parts = [
        str(row.get("text") or row.get("type") or ""),
        f"Unit: {row['unit']}." if "unit" in row else "",
        f"One of {', '.join(row['values'])}." if "values" in row else "",
        f"Legal values: lookup {row['lookup']}." if "lookup" in row else "",
        f"{API_NAMES[apis[0]]} API only." if len(apis) == 1 else "",
        "Not in your plan." if row.get("granted") is False else "",
    ]
    return " ".join(part for part in parts if part)


def show_usage(console: Console, answer: Envelope) -> None:
    """Limits of the contract, then our own budgets."""
    from rich.table import Table

    made = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="bold")
    for heading in ("limit", "used", "of", "left"):
        made.add_column(heading, justify="left" if heading == "limit" else "right")
    for row in cast("list[Row]", answer["data"]):
        name = "credits (uniqueIdLimit)" if row.get("credits") else str(row["limitType"])
        metered = row.get("metered", True)
        total, left = (f"{row['totalLimit']:,}", f"{row.get('usageRemaining', 0):,}") if metered else ("–", "no limit")
        made.add_row(name, f"{row['currentUsage']:,}", total, left, style="bold" if row.get("credits") else "")
    console.print(made)
    budget = cast("dict[str, Any]", answer["meta"]["budget"])
    console.print()
    spent = f"{budget['daySpent']:,} spent"
    if budget["dayReserved"]:
        spent += f", {budget['dayReserved']:,} reserved"
    if budget["dayInDoubt"]:
        spent += f", {budget['dayInDoubt']:,} in doubt"
    console.print(f"Day budget   {budget['dayLeft']:,} of {budget['dayBudget']:,} left ({spent})")
    console.print(f"This hour    {budget['hourLeft']:,} left for you")
    console.print(f"Resets at    {budget['resetsAt']}")


def show_hits(console: Console, answer: Envelope) -> None:
    """Passages of the knowledge base, each with its source and date."""
    rows = cast("list[Row]", answer["data"])
    for number, row in enumerate(rows):
        if number:
            console.print()
        console.print(cell(row["title"]), style="bold")
        console.print(_markdown(console, str(row["snippet"])))
        console.print(f"{row['source']} · checked {row['lastVerified']}", style="dim")
    if not rows:
        console.print("Nothing found. Near, for --read:")
        for row in cast("list[Row]", answer["meta"].get("nearest", [])):
            console.print(f"  {row['id']}", style="dim")


def show_passage(console: Console, answer: Envelope) -> None:
    """One passage in full."""
    row = cast("list[Row]", answer["data"])[0]
    console.print(_markdown(console, str(row["text"])))
    console.print(f"{row['source']} · checked {row['lastVerified']}", style="dim")


def _markdown(console: Console, text: str) -> RenderableType:
    clean = "\n".join(_CONTROL.sub(" ", line) for line in text.split("\n"))
    if not console.is_terminal:
        return clean
    from rich.markdown import Markdown

    return Markdown(clean, hyperlinks=False)


# --- below the answer ------------------------------------------------------------------------------------------


def notes(answer: Envelope) -> list[str]:
    """What is to be said about an answer beside its rows."""
    meta = answer["meta"]
    lines: list[str] = []
    if "page" in meta:
        found = f"{meta['totalResults']:,} found"
        first = (meta["page"] - 1) * meta["pageSize"] + 1
        if answer["data"] and len(answer["data"]) < meta["totalResults"]:
            found += f", {first:,} to {first + len(answer['data']) - 1:,} shown"
        if meta.get("nextPage"):
            found += f" · next: --page {meta['nextPage']}"
        lines.append(found)
    if "read" in meta:
        lines.append(f"{meta['totalResults']:,} found, {meta['read']:,} read in {meta['calls']:,} calls")
    if "matched" in meta:
        lines.append(f"{meta['matched']:,} of {meta['totalResults']:,} matched")
    if meta.get("resolved"):
        # A lookup tells of one text, a search of each filter.
        resolved = cast("dict[str, str] | str", meta["resolved"])
        pairs = {} if isinstance(resolved, str) else resolved
        told = ", ".join(f"{name}={cell(value)}" for name, value in pairs.items()) or cell(resolved)
        lines.append(f"read as {told}")
    return lines


def footer(answer: Envelope) -> str:
    """Credits and the sandbox in one line; empty when there is nothing to say."""
    meta = answer["meta"]
    credits = cast("dict[str, Any]", meta.get("credits", {}))
    parts: list[str] = []
    if "spent" in credits:
        parts.append(f"spent {credits['spent']:,}")
    if "budgetLeft" in credits:
        parts.append(f"{credits['budgetLeft']:,} left today")
    if "balance" in credits:
        parts.append(f"balance {credits['balance']:,}")
    if meta.get("sandbox"):
        parts.append("SANDBOX: fictional data")
    return " · ".join(parts)
