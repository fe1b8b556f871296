"""The shop that the tests of jobs work in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from in_process import Shop

from support import Sandbox


@pytest.fixture
async def shop(tmp_path: Path, sandbox_dir: Path) -> AsyncIterator[Shop]:
    found = Shop(tmp_path, Sandbox(sandbox_dir))
    yield found
    await found.app.aclose()
