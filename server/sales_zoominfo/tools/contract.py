"""The one envelope that every data tool answers with, and what happens when it is too large to show.

    {"data": [row, ...], "meta": {"totalResults": 41, "page": 1, ..., "credits": {...}, "warnings": [...]}}

Rows are flat, camelCase, in ZoomInfo's own field names, empty values left out. The same JSON travels as
``structuredContent`` and as one text block, since clients differ in which of the two the model sees.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..account.gate import Balance, Credits
    from ..zoominfo.records import Row

Envelope = dict[str, Any]

# Below the 50,000 characters at which a known client replaces a result by a file path.
MAX_CHARS = 40_000


def envelope(
    rows: Sequence[Row],
    *,
    sandbox: bool = False,
    warnings: Sequence[str] = (),
    credits: dict[str, Any] | None = None,
    **meta: Any,
) -> Envelope:
    """The envelope of an answer.

    Args:
        rows: the records.
        sandbox: whether they are fictional; said in every answer then.
        warnings: sentences about what is missing or surprising.
        credits: see :func:`credits_meta`.
        meta: further members; None and empty ones are left out.
    """
    members: dict[str, Any] = {name: value for name, value in meta.items() if value not in (None, {}, [])}
    if credits is not None:
        members["credits"] = credits
    members["warnings"] = list(warnings)
    if sandbox:
        members["sandbox"] = True
    return {"data": list(rows), "meta": members}


def credits_meta(credits: Credits) -> dict[str, Any]:
    """Where the credits stand, as the envelope tells it."""
    told: dict[str, Any] = {"spent": credits.spent}
    if credits.left is not None:
        told["budgetLeft"] = credits.left
    return {**told, **balance_meta(credits.balance)}


def balance_meta(balance: Balance | None) -> dict[str, Any]:
    """The account's own credit figure and its age, where ZoomInfo told it."""
    if balance is None:
        return {}
    return {"balance": balance.credits, "balanceAsOf": stamp(balance.at)}


def stamp(seconds: float) -> str:
    """Unix seconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_json(answer: Envelope) -> str:
    """Compact JSON, one line, other scripts as they are."""
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


def shorten(answer: Envelope, resource: str, command: str | None) -> Envelope:
    """The first rows of an answer that is over :data:`MAX_CHARS`, and where the whole is.

    Args:
        answer: the whole envelope.
        resource: URI of the MCP resource that holds it.
        command: prints it on the machine of the server, over stdio.

    Returns:
        An envelope that fits, cut between rows and never within one.
    """
    rows: list[Row] = answer["data"]
    meta = {
        **answer["meta"],
        "shown": 0,
        "whole": {"resource": resource, **({"command": command} if command else {})},
        "warnings": [
            *answer["meta"]["warnings"],
            "The answer is longer than fits here. meta.whole holds all of its rows and is free to read. "
            "Ask for fewer outputFields or rows to see it all at once.",
        ],
    }
    room = MAX_CHARS - len(to_json({"data": [], "meta": meta})) - 10
    shown = 0
    for row in rows:
        room -= len(to_json(row)) + 1
        if room < 0:
            break
        shown += 1
    meta["shown"] = shown
    return {"data": rows[:shown], "meta": meta}
