"""What an answer costs the model, beside the same rows in the shape of ZoomInfo's hosted server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp_clients import UNHURRIED, in_memory

from sales_zoominfo.sandbox import create_app, default_account
from sales_zoominfo.tools.contract import to_json

pytestmark = pytest.mark.anyio
ACCOUNT = default_account()
KIND = "application/vnd.api+json"
ROWS = 25
# Of the hosted shape's tokens; characters divided by four in both.
MOST = 0.35


async def hosted(network: Any, attributes: dict[str, str]) -> dict[str, Any]:
    """The page as the GTM API answers it, which the hosted server passes on: data, links and meta."""
    transport = httpx2.ASGITransport(app=network)
    async with httpx2.AsyncClient(transport=transport, base_url="https://sandbox.example") as http:
        secret = {"client_id": ACCOUNT.client_id, "client_secret": ACCOUNT.client_secret}
        grant = await http.post("/gtm/oauth/v1/token", data={**secret, "grant_type": "client_credentials"})
        answer = await http.post(
            "/gtm/data/v1/contacts/search",
            params={"page[number]": "1", "page[size]": str(ROWS)},
            content=json.dumps({"data": {"type": "ContactSearch", "attributes": attributes}}),
            headers={"authorization": f"Bearer {grant.json()['access_token']}", "content-type": KIND, "accept": KIND},
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@pytest.mark.parametrize(
    "attributes",
    [{"jobTitle": "Manager"}, {"managementLevel": "Director"}, {"department": "Finance", "country": "Canada"}],
    ids=str,
)
async def test_a_page_of_contacts_costs_a_third_of_the_hosted_shape(
    sandbox_dir: Path, tmp_path: Path, attributes: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    network = create_app(sandbox_dir, switches=UNHURRIED)
    theirs = await hosted(network, attributes)
    async with in_memory("2026-07-28", tmp_path, network) as client:
        result = await client.call_tool("search_contacts", {**attributes, "pageSize": ROWS})
    assert not result.is_error, result.content
    ours = result.structured_content
    assert ours is not None
    assert [row["id"] for row in ours["data"]] == [row["id"] for row in theirs["data"]]
    assert len(ours["data"]) == ROWS
    text = result.content[0].text  # type: ignore[union-attr]
    assert text == to_json(ours), "what is counted is what the model reads"
    wide = json.dumps(theirs, ensure_ascii=False, separators=(",", ":"))
    share = len(text) / len(wide)
    with capsys.disabled():
        print(f"\n{ROWS} contacts: {len(text) // 4:,} tokens here, {len(wide) // 4:,} as JSON:API: {share:.0%}")
    assert share <= MOST
