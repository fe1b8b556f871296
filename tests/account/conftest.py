"""What the tests of the account share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from privacy_parts import Desk


@pytest.fixture
async def desk(sandbox_dir: Path, state_url: str, anyio_backend: str) -> AsyncIterator[Desk]:
    made = Desk(sandbox_dir, state_url)
    yield made
    if made.app is not None:
        await made.app.aclose()
