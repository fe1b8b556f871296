"""What the composition root keeps and lets go."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from mcp import Client

from sales_zoominfo.account.answers import KEPT_FOR
from sales_zoominfo.app import RESULTS, App, build_server
from sales_zoominfo.settings import load_settings

pytestmark = pytest.mark.anyio


async def test_answers_kept_as_files_go_after_seven_days(tmp_path: Path, state_url: str, sandbox_dir: Path) -> None:
    folder = tmp_path / RESULTS
    app = App(load_settings(state_url=state_url))
    for age in (KEPT_FOR + 60, KEPT_FOR - 60):
        token = await app.answers().put("enrich_contacts", '{"data": []}')
        os.utime(folder / f"enrich_contacts-{token}.sealed", (time.time() - age,) * 2)
    # What an earlier version kept in clear goes, however new.
    (folder / "enrich_contacts-0123456789abcdef.json").write_text('{"data": []}')
    await app.account()
    await app.aclose()
    assert [file.name for file in folder.iterdir()] == [f"enrich_contacts-{token}.sealed"]


async def test_a_kept_answer_is_readable_from_a_new_server(tmp_path: Path, state_url: str, sandbox_dir: Path) -> None:
    first = App(load_settings(state_url=state_url))
    token = await first.answers().put("enrich_contacts", '{"data": []}')
    await first.aclose()
    assert b"data" not in (tmp_path / RESULTS / f"enrich_contacts-{token}.sealed").read_bytes()
    async with Client(build_server(App(load_settings(state_url=state_url)))) as client:
        answer = await client.read_resource(f"result://enrich_contacts/{token}")
    assert [content.text for content in answer.contents] == ['{"data": []}']  # pyright: ignore[reportAttributeAccessIssue]
