"""Any words for any filter: labelled phrases against the taxonomies that the sandbox serves, of both generations.

``python tests/zoominfo/test_phrases.py`` prints the score and every phrase that was read otherwise.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import phrases
import pytest
from phrases import Phrase
from support import GENERATIONS, Sandbox, Served, client

from sales_zoominfo.errors import SalesZoomInfoError
from sales_zoominfo.zoominfo.arguments import read_filters, to_wire
from sales_zoominfo.zoominfo.client import Client
from sales_zoominfo.zoominfo.fields import FILTERS
from sales_zoominfo.zoominfo.operations import Generation
from sales_zoominfo.zoominfo.taxonomy import resolve

try:
    from sales_zoominfo.zoominfo.bands import spread
except ImportError:
    spread = lambda specs, raw: (raw, {})

pytestmark = pytest.mark.anyio
FEW = 0.95


async def reading(asked: Client, generation: Generation, phrase: Phrase) -> str:
    """What the resolver makes of a phrase, in the words of its label."""
    specs: Any = FILTERS[phrase.subject]  # pyright: ignore[reportArgumentType]

    async def lookup(field: str, narrow: Any = None) -> Any:
        return await asked.taxonomy(generation, field, narrow)

    try:
        raw, _ = spread(specs, {phrase.filter: phrase.text})
        values = read_filters(phrase.subject, generation, raw)  # pyright: ignore[reportArgumentType]
        await resolve(specs, generation, values, lookup)
    except SalesZoomInfoError as error:
        return told(error, phrase)
    wire = {name: to_wire(specs[name], generation, items) for name, items in values.items()}
    shown = {n: ",".join(map(str, v)) if isinstance(v, list) else str(v) for n, v in wire.items()}
    if "&" in phrase.meaning or "=" in phrase.meaning:
        return "&".join(f"{n}={v}" for n, v in shown.items())
    return shown.get(phrase.filter, str(shown))


def told(error: SalesZoomInfoError, phrase: Phrase) -> str:
    details = error.details
    if error.kind == "several_values":
        assert len(details["candidates"]) > 1, phrase
        return "ambiguous"
    if error.kind in ("value_elsewhere", "value_lies_in"):
        names = [item["filter"] for item in details["elsewhere"]]
        return "elsewhere:" + ("|".join(names))
    if error.kind == "group_of_values":
        return "each:" + ",".join(details["each"])
    if error.kind == "unknown_value":
        nearest = details.get("nearest") or [""]
        return f"near:{nearest[0]}" if phrase.meaning.startswith("near:") else "unknown"
    return "refused"


def agrees(got: str, phrase: Phrase) -> bool:
    if phrase.meaning.startswith("elsewhere:"):
        return got.startswith("elsewhere:") and phrase.meaning.partition(":")[2] in got.partition(":")[2].split("|")
    return got == phrase.meaning


async def score(folder: Path, wanted: list[Phrase]) -> list[tuple[Phrase, Generation, str]]:
    sandbox = Sandbox(folder)
    out = []
    for generation in GENERATIONS:
        asked = client(Served("http://sandbox.example", sandbox), generation, app=sandbox.app)
        for phrase in wanted:
            if phrase.generation not in (None, generation): continue
            try:
                out.append((phrase, generation, await reading(asked, generation, phrase)))
            except KeyError as e:
                out.append((phrase, generation, f"KeyError {e}"))
        await asked.aclose()
    return out
