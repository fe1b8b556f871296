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
    "id", "input", "matchStatus", "firstName", "lastName", "name", "jobTitle", "companyName", "email", "phone",
    "mobilePhone", "website", "city", "state", "country", "employeeCount", "revenue", "contactAccuracyScore",
    "hasEmail", "hasDirectPhone", "hasMobilePhone", "directPhoneDoNotCall", "mobilePhoneDoNotCall", "companyId",
)  # fmt: skip
_WIDEST = 34
_NARROWEST = 12
_GAP = 2
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T[\d:.]+(Z|[+-]\d\d:\d\d)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
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


def _columns(rows: Sequence[Row]) -> list[str]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    rank = {name: place for place, name in enumerate(FIRST)}
    return sorted(names, key=lambda name: rank.get(name, len(rank)))


def _tells_nothing(name: str, rows: Sequence[Row]) -> bool:
    """Whether a column of an enrich answer only repeats what the others say."""
    if name == "matchStatus":
        return all(row.get("matchStatus") == "FULL_MATCH" for row in rows)
    if name == "input":
        return all(set(cast("Row", row.get("input", {}))) <= {"personId", "companyId"} for row in rows)
    return name == "reason"


def _width(name: str, rows: Sequence[Row]) -> int:
    """How wide a column would like to be; East Asian characters take two places."""
    from rich.cells import cell_len

    return max(cell_len(text) for text in (_HEADINGS.get(name, name), *(cell(row.get(name)) for row in rows)))


def fitting(rows: Sequence[Row], width: int, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The columns that fit a width, in their order, and those that do not."""
    shown: list[str] = []
    left: list[str] = []
    room = width
    for name in names:
        natural = _width(name, rows)
        needed = (natural if name == "id" else min(natural, _WIDEST)) + _GAP
        if needed > room and name != "id" and natural > _NARROWEST and room - _GAP >= _NARROWEST and len(shown) < 4:
            needed = room  # the names and the title are worth being cut
        if needed <= room or not shown:
            shown.append(name)
            room -= needed
        else:
            left.append(name)
    return shown, left


def table(rows: Sequence[Row], names: Sequence[str]) -> RenderableType:
    """Rows as a table without lines, cut at the terminal's edge."""
    from rich.table import Table
    from rich.text import Text

    made = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="bold")
    for name in names:
        numeric = all(isinstance(row.get(name, 0), int | float) for row in rows) and not isinstance(
            rows[0].get(name), bool
        )
        made.add_column(
            _HEADINGS.get(name, name),
            no_wrap=True,
            overflow="ellipsis",
            justify="right" if numeric and name != "id" else "left",
            min_width=_width(name, rows) if name == "id" else None,
            max_width=None if name == "id" else _WIDEST,
        )
    for row in rows:
        made.add_row(*(Text(cell(row.get(name))) for name in names))
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
            made.add_row(name, Text(cell(row[name])))
    return made


def show_rows(console: Console, answer: Envelope, fields: Sequence[str] | None = None) -> None:
    """Records: one as a list of its fields, several as a table of what fits.

    Args:
        console: where.
        answer: the envelope.
        fields: what was asked for, which keeps its order.
    """
    rows = cast("list[Row]", answer["data"])
    if not rows:
        console.print("Nothing found.")
        return
    if len(rows) == 1:
        console.print(record(rows[0]))
        return
    names = [name for name in _columns(rows) if not _tells_nothing(name, rows)]
    if fields:
        chosen = ["id", *(name for name in fields if name != "id")]
        names = [*(name for name in names if name in ("input", "matchStatus")), *(n for n in chosen if n in names)]
    shown, left = fitting(rows, console.width, names)
    console.print(table(rows, shown))
    for status in dict.fromkeys(str(row["matchStatus"]) for row in rows if row.get("reason")):
        reason = next(cell(row["reason"]) for row in rows if row.get("matchStatus") == status)
        console.print(f"{status}: {reason}", style="yellow")
    if left:
        more = ", ".join(left[:8]) + (", …" if len(left) > 8 else "")
        console.print(f"Also there: {more} (--fields a,b or --format json).", style="dim")


def show_lookup(console: Console, answer: Envelope) -> None:
    """Legal values; what they mean is worth wrapping."""
    from rich.table import Table
    from rich.text import Text

    rows = cast("list[Row]", answer["data"])
    if not rows:
        console.print("Nothing found.")
        return
    names = list(dict.fromkeys(name for row in rows for name in row))
    made = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="bold")
    for name in names:
        made.add_column(name, overflow="fold", no_wrap=name in ("id", "granted"), ratio=2 if name == "text" else None)
    for row in rows:
        made.add_row(*(Text(cell(row.get(name))) for name in names))
    console.print(made)


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
        console.print(f"{row['id']} · {row['source']} · checked {row['lastVerified']}", style="dim")
    if not rows:
        console.print("Nothing found. The nearest headings:")
        for row in cast("list[Row]", answer["meta"].get("nearest", [])):
            console.print(f"  {cell(row['title'])} · {row['id']}", style="dim")


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
    if "matched" in meta:
        lines.append(f"{meta['matched']:,} of {meta['totalResults']:,} matched")
    if meta.get("resolved"):
        resolved = cast("dict[str, str]", meta["resolved"])
        lines.append("read as " + ", ".join(f"{name}={cell(value)}" for name, value in resolved.items()))
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
