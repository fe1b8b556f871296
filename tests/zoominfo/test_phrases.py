"""Any words for any filter: labelled phrases against the taxonomies that the sandbox serves, of both generations.

``pytest tests/zoominfo/test_phrases.py -s -k score`` prints the score of each set.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple, cast

import phrases
import pytest
from phrases import Phrase

from sales_zoominfo.errors import SalesZoomInfoError
from sales_zoominfo.zoominfo.arguments import to_wire
from sales_zoominfo.zoominfo.bands import spread
from sales_zoominfo.zoominfo.client import Client
from sales_zoominfo.zoominfo.fields import FILTERS, Filter
from sales_zoominfo.zoominfo.operations import Generation
from sales_zoominfo.zoominfo.records import Value
from sales_zoominfo.zoominfo.taxonomy import resolve
from support import GENERATIONS, Sandbox, Served, client, link_sandbox

pytestmark = pytest.mark.anyio

SETS = {name: phrases.read(getattr(phrases, name)) for name in ("FIRST", "SECOND", "HELD_OUT", "HELD_OUT_AGAIN")}
ENOUGH = 0.95


class Read(NamedTuple):
    """What the resolver made of a phrase."""

    phrase: Phrase
    generation: Generation
    got: str

    @property
    def right(self) -> bool:
        wanted = self.phrase.meaning
        if wanted.startswith("elsewhere:"):
            return self.got.startswith("elsewhere:") and wanted.split(":")[1] in self.got.split(":")[1].split("|")
        return self.got == wanted

    @property
    def decided(self) -> bool:
        """Whether values were taken, and not asked about."""
        return self.got.split(":")[0] not in ("ambiguous", "elsewhere", "each", "near", "unknown", "refused")


async def reading(asked: Client, generation: Generation, phrase: Phrase) -> str:
    """What a search would do with a phrase, in the words of its label."""
    specs: Mapping[str, Filter] = cast("Any", FILTERS)[phrase.subject]

    async def lookup(field: str, narrow: Mapping[str, str] | None = None) -> list[Value]:
        return await asked.taxonomy(generation, field, narrow)

    try:
        raw, read = spread(specs, {phrase.filter: phrase.text})
        if "=" in phrase.meaning or not specs[phrase.filter].lookup:
            shown = {name: read.get(name, str(value)) for name, value in raw.items()}
        else:
            values = {name: [value] for name, value in raw.items()}
            await resolve(specs, generation, values, lookup)
            wire = {name: to_wire(specs[name], generation, items) for name, items in values.items()}
            shown = {
                name: ",".join(cast("list[str]", v)) if isinstance(v, list) else str(v) for name, v in wire.items()
            }
    except SalesZoomInfoError as error:
        return refusal(error, phrase)
    if "=" in phrase.meaning:
        return "&".join(f"{name}={value}" for name, value in shown.items())
    return shown[phrase.filter]


def refusal(error: SalesZoomInfoError, phrase: Phrase) -> str:
    details = cast("dict[str, Any]", error.details)
    match error.kind:
        case "several_values":
            assert len(details["candidates"]) > 1, phrase
            # Whoever reads the error has to see them.
            assert all(str(item).split("=")[-1] in error.next_step for item in details["candidates"][:10]), phrase
            return "ambiguous"
        case "value_elsewhere" | "value_lies_in":
            assert all(f"{item['filter']}='{item['value']}'" in error.next_step for item in details["elsewhere"])
            return "elsewhere:" + "|".join(item["filter"] for item in details["elsewhere"])
        case "group_of_values":
            return "each:" + ",".join(details["each"])
        case "unknown_value":
            nearest = details["nearest"] or [""]
            return f"near:{nearest[0]}" if phrase.meaning.startswith("near:") else "unknown"
        case _:
            return "refused"


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def clients(
    sandbox_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[Generation, Client]]:
    sandbox = Sandbox(link_sandbox(sandbox_data, tmp_path_factory.mktemp("phrases") / "sandbox"))
    served = Served("http://sandbox.example", sandbox)
    async with AsyncExitStack() as stack:
        made = {generation: client(served, generation, app=sandbox.app) for generation in GENERATIONS}
        for each in made.values():
            stack.push_async_callback(each.aclose)
        yield made


async def read_all(clients: dict[Generation, Client], wanted: list[Phrase]) -> list[Read]:
    return [
        Read(phrase, generation, await reading(asked, generation, phrase))
        for generation, asked in clients.items()
        for phrase in wanted
        if phrase.generation in (None, generation)
    ]


@pytest.mark.parametrize("name", SETS)
async def test_the_score_of_each_set(clients: dict[Generation, Client], name: str) -> None:
    found = await read_all(clients, SETS[name])
    wrong = [f"{read.generation} {read.phrase} got {read.got}" for read in found if not read.right]
    score = 1 - len(wrong) / len(found)
    print(f"{name}: {len(found) - len(wrong)} of {len(found)}, {score:.3f}", *wrong, sep="\n  ")
    assert score >= ENOUGH, "\n".join(wrong)


async def test_nothing_that_needs_a_person_is_decided(clients: dict[Generation, Client]) -> None:
    asking = ("ambiguous", "elsewhere", "each", "near", "unknown", "refused")
    wanted = [phrase for each in SETS.values() for phrase in each if phrase.meaning.split(":")[0] in asking]
    assert sum(phrase.meaning == "ambiguous" for phrase in wanted) >= 30
    assert [read for read in await read_all(clients, wanted) if read.decided] == []


def test_there_are_enough_phrases_and_none_twice() -> None:
    every = [phrase for each in SETS.values() for phrase in each]
    assert len(every) >= 200
    assert len({phrase[:4] for phrase in every}) == len(every)
    for phrase in every:
        assert phrase.filter in cast("Any", FILTERS)[phrase.subject], phrase
