"""What the composition root keeps and lets go."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from mcp import Client

from sales_zoominfo.app import RESULTS, RESULTS_KEPT_FOR, App, build_server
from sales_zoominfo.settings import load_settings

pytestmark = pytest.mark.anyio


async def test_answers_kept_as_files_go_after_seven_days(tmp_path: Path, state_url: str, sandbox_dir: Path) -> None:
    folder = tmp_path / RESULTS
    folder.mkdir(mode=0o700)
    old, new = folder / "enrich_contacts-aa.json", folder / "enrich_contacts-bb.json"
    for file, age in ((old, RESULTS_KEPT_FOR + 60), (new, RESULTS_KEPT_FOR - 60)):
        file.write_text("{}")
        os.utime(file, (time.time() - age,) * 2)
    app = App(load_settings(state_url=state_url))
    await app.account()
    await app.aclose()
    assert not old.exists()
    assert new.exists()


async def test_a_kept_answer_is_readable_from_a_new_server(tmp_path: Path, state_url: str) -> None:
    folder = tmp_path / RESULTS
    folder.mkdir(mode=0o700)
    (folder / "enrich_contacts-0123456789abcdef.json").write_text('{"data": []}', encoding="utf-8")
    async with Client(build_server(App(load_settings(state_url=state_url)))) as client:
        answer = await client.read_resource("result://enrich_contacts/0123456789abcdef")
    assert [content.text for content in answer.contents] == ['{"data": []}']  # pyright: ignore[reportAttributeAccessIssue]
