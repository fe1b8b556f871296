"""Every call of ZoomInfo's data APIs has a client method, a sandbox endpoint, and a tool or a reason.

Rewrite the page that tells so with UPDATE_DOCS=1.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import coverage as table
import httpx2
import pytest

from sales_zoominfo.errors import TEXTS, NotAvailable
from sales_zoominfo.knowledge.passages import slugify, split_front_matter, split_sections
from sales_zoominfo.tools.registry import TOOLS
from sales_zoominfo.zoominfo.asks import ASKS
from sales_zoominfo.zoominfo.client import Client
from sales_zoominfo.zoominfo.operations import OPERATIONS, OUT_OF_SCOPE
from sales_zoominfo.zoominfo.quick_reference import QUICK_ASKS
from support import Sandbox, link_sandbox

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
LAST_VERIFIED = "2026-11-22"
CATALOGUES = table.catalogues()
CALLS = [(key, call) for key, calls in CATALOGUES.items() for call in calls]


def named(pair: tuple[str, table.Call]) -> str:
    return f"{pair[0]} {pair[1].method} {pair[1].path}"


@pytest.fixture(scope="module")
def sandbox(sandbox_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = link_sandbox(sandbox_data, tmp_path_factory.mktemp("coverage") / "sandbox")
    yield Sandbox(folder, switches={"quick_reference": True})


async def status(sandbox: Sandbox, method: str, path: str) -> int:
    # A route that is known asks for a token, before it looks at anything else.
    filled = re.sub(r"\{fieldName\}", "industries", path)
    filled = re.sub(r"\{[^}]*\}", "1", filled)
    transport = httpx2.ASGITransport(app=sandbox.app)
    async with httpx2.AsyncClient(transport=transport, base_url="https://sandbox.example") as http:
        return (await http.request(method, filled, json={} if method != "GET" else None)).status_code


@pytest.mark.parametrize("pair", CALLS, ids=named)
def test_every_call_has_an_operation_or_a_reason(pair: tuple[str, table.Call]) -> None:
    _, call = pair
    assert call.operations or call.reason in OUT_OF_SCOPE


def test_the_catalogues_are_whole() -> None:
    sizes = {key: len(calls) for key, calls in CATALOGUES.items()}
    assert sizes == {
        "gtm": 19,
        "copilot": 15,
        "enterprise": 20,
        "scaling": 14,
        "lists": 32,
        "fields": 34,
        "quick": 12,
    }


def test_every_operation_is_in_a_catalogue() -> None:
    found = {operation.name for _, call in CALLS for operation in call.operations}
    assert found == set(OPERATIONS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_has_a_client_method(name: str) -> None:
    asked = table.asked_by(OPERATIONS[name])
    assert asked
    if asked.startswith("prepare: "):
        assert asked.removeprefix("prepare: ") in {**ASKS, **QUICK_ASKS}
    else:
        assert callable(getattr(Client, asked))


def test_every_builder_is_of_an_operation() -> None:
    assert set(ASKS) | set(QUICK_ASKS) <= set(OPERATIONS)
    # What a builder cannot do without has its arguments and answers documented.
    for name, builder in {**ASKS, **{f"quick {name}": builder for name, builder in QUICK_ASKS.items()}}.items():
        assert "Args:" in str(builder.__doc__), name


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_has_a_tool_or_a_reason(name: str) -> None:
    assert bool(table.tools_of(OPERATIONS[name])) is (name not in table.NO_TOOL)


def test_every_tool_asks_for_operations_that_exist() -> None:
    assert {name for tool in TOOLS.values() for name in tool.operations} <= set(OPERATIONS)


async def test_the_sandbox_serves_every_call(sandbox: Sandbox) -> None:
    lacking = [named(pair) for pair in CALLS if await status(sandbox, pair[1].method, pair[1].path) == 404]
    assert not lacking
    for method, path in (("POST", "/enrich/nothing"), ("POST", "/gtm/data/v1/nothing"), ("GET", "/gtm/copilot/v1/no")):
        assert await status(sandbox, method, path) == 404


@pytest.mark.parametrize("name", OUT_OF_SCOPE)
async def test_what_is_left_out_says_so(name: str) -> None:
    with pytest.raises(NotAvailable) as raised:
        await Client({}).prepare(name, {})
    entry = OUT_OF_SCOPE[name]
    assert entry.title in str(raised.value)
    assert entry.reason in str(raised.value)
    assert raised.value.kind == "out_of_scope"
    assert name not in ASKS


def test_nothing_that_is_left_out_is_offered() -> None:
    for operation in OPERATIONS.values():
        for route in (operation.gtm, operation.enterprise):
            assert route is None or table.excluded(route.method, route.path) is None
    assert table.excluded("POST", "/gtm/copilot/v1/products") == "configure_products"
    assert table.excluded("POST", "/gtm/copilot/v1/products/{offeringId}/actions/archive") == "configure_products"
    assert table.excluded("GET", "/gtm/studio/v1/audiences") == "studio"
    assert table.excluded("GET", "/gtm/copilot/v1/products") is None
    assert "out_of_scope" in TEXTS


# --- the page --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "folder"), [("en", "."), ("zh", "zh")])
async def test_the_page_is_up_to_date(sandbox: Sandbox, language: table.Language, folder: str) -> None:
    served = [(key, c.method, c.path) for key, c in CALLS if await status(sandbox, c.method, c.path) != 404]
    text = table.page(language, LAST_VERIFIED, frozenset(served))
    path = ROOT / "references" / folder / "api-coverage.md"
    if os.environ.get("UPDATE_DOCS"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, "run the tests once with UPDATE_DOCS=1 and review the change"
    assert text.count("\n") <= 300
    sections = split_sections(split_front_matter(text)[1])
    for section in sections:
        assert section.level == 1 or (200 if language == "en" else 100) <= len(section.own) <= 2_500, section.title
    english = split_sections(split_front_matter(table.page("en", LAST_VERIFIED, frozenset(served)))[1])
    assert [section.slug for section in sections[1:]] == [section.slug for section in english[1:]]
    assert all(section.slug == slugify(section.title) for section in english)


def test_every_call_is_on_the_page() -> None:
    text = (ROOT / "references" / "api-coverage.md").read_text(encoding="utf-8")
    for key, call in CALLS:
        path = call.path.removeprefix("/gtm/data/v1").removeprefix("/gtm/copilot/v1")
        if key == "lists":
            assert f"`{path.removeprefix('/lookup/')}`" in text
        elif key == "fields":
            assert f"`{path.split('/')[3]}`" in text
        else:
            assert f"`{call.method} {path}`" in text
