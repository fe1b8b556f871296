"""Where the plan lacks a do-not-call flag or a region's, the record comes all the same, and the screen is strict."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest

from sales_zoominfo.app import App
from sales_zoominfo.sandbox import Switches, create_app
from sales_zoominfo.settings import load_settings
from sales_zoominfo.zoominfo.operations import Generation

pytestmark = pytest.mark.anyio
FLAG = "directPhoneDoNotCall"


async def enriched(
    state_url: str, sandbox_dir: Path, generation: Generation, lacking: tuple[str, ...], **asked: Any
) -> tuple[list[dict[str, Any]], list[str], int]:
    """Rows and warnings of an enrich of people with a direct line, and the requests that it took the second time."""
    paths: list[str] = []
    inner = create_app(
        sandbox_dir, switches=Switches(package="unlimited", rate_authenticate=0, disallowed_fields=frozenset(lacking))
    )

    async def network(scope: Any, receive: Any, send: Any) -> None:
        paths.append(scope["path"])
        await inner(scope, receive, send)

    # Asking for what only one generation has chooses it.
    app = App(load_settings(state_url=state_url), http_transport=httpx2.ASGITransport(app=network))
    try:
        account = await app.account()
        page = await account.search("contact", {"jobTitle": "Director"}, size=25)
        people = [{"personId": row["id"]} for row in page.rows if row.get("hasDirectPhone")][:3]
        only = {"gtm": "supplementalEmail", "enterprise": "isCalifornia"}[generation]
        outputs = ["phone", "email", only, *asked.get("outputs", ())]
        await account.enrich("contact", people, caller="test", outputs=outputs)
        paths.clear()
        found = await account.enrich("contact", people, caller="test", outputs=outputs)
        requests = sum("enrich" in path for path in paths)
        return [match.row for match in found.matches], found.warnings, requests
    finally:
        await app.aclose()


@pytest.mark.parametrize("generation", ["gtm", "enterprise"])
async def test_with_every_right_numbers_come_with_flags(
    state_url: str, sandbox_dir: Path, generation: Generation
) -> None:
    rows, warnings, requests = await enriched(state_url, sandbox_dir, generation, ())
    assert rows
    assert all(isinstance(row[FLAG], bool) and row["phone"] for row in rows)
    assert not any("withheld" in line for line in warnings)
    assert requests == 1


@pytest.mark.parametrize("generation", ["gtm", "enterprise"])
async def test_without_the_right_to_a_flag_its_number_is_withheld(
    state_url: str, sandbox_dir: Path, generation: Generation
) -> None:
    rows, warnings, requests = await enriched(state_url, sandbox_dir, generation, (FLAG,))
    assert rows
    assert not any("phone" in row for row in rows)
    assert any(row.get("email") for row in rows)
    assert any(f"{len(rows)} phone numbers withheld" in line for line in warnings)
    assert requests == 1, "what the plan lacks is asked for once"


@pytest.mark.parametrize("generation", ["gtm", "enterprise"])
async def test_without_the_right_to_a_region_the_record_comes(
    state_url: str, sandbox_dir: Path, generation: Generation
) -> None:
    rows, warnings, _ = await enriched(state_url, sandbox_dir, generation, ("withinEu", "withinCanada"))
    assert rows
    assert all(row["phone"] and isinstance(row[FLAG], bool) for row in rows)
    assert not any("withheld" in line for line in warnings)


@pytest.mark.parametrize("generation", ["gtm", "enterprise"])
async def test_what_the_plan_lacks_is_not_asked_for_and_named(
    state_url: str, sandbox_dir: Path, generation: Generation
) -> None:
    sent: list[tuple[str, str]] = []
    inner = create_app(
        sandbox_dir,
        switches=Switches(package="unlimited", rate_authenticate=0, disallowed_fields=frozenset({"email", FLAG})),
    )

    async def network(scope: Any, receive: Any, send: Any) -> None:
        sent.append((scope["method"], scope["path"]))
        await inner(scope, receive, send)

    app = App(load_settings(state_url=state_url), http_transport=httpx2.ASGITransport(app=network))
    try:
        account = await app.account()
        page = await account.search("contact", {"jobTitle": "Director"}, size=25)
        people = [{"personId": row["id"]} for row in page.rows if row.get("hasDirectPhone")][:3]
        only = {"gtm": "supplementalEmail", "enterprise": "isCalifornia"}[generation]
        found = await account.enrich("contact", people, caller="test", outputs=["phone", "email", "jobTitle", only])
        again = await account.enrich("contact", people, caller="test", outputs=["email", "jobTitle", only])
    finally:
        await app.aclose()
    rows = [match.row for match in found.matches]
    assert all(row["jobTitle"] for row in rows)
    assert not any("email" in row or "phone" in row for row in rows), "a number goes without its do-not-call flag"
    assert any("Not asked for, since the account's plan lacks it: email, " in line for line in found.warnings)
    assert any("phone numbers withheld" in line for line in found.warnings)
    assert any(line.endswith("lacks it: email.") for line in again.warnings)
    assert sum(method == "POST" and "enrich" in path for method, path in sent) == 2, "no call is refused on the way"
    assert sum("lookup" in path and "enrich" in path for _, path in sent) == 1, "rights are read once"
