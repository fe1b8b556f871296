"""Fixtures of the contract tests."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp_clients import ERAS, UNHURRIED, Connect, in_memory

from sales_zoominfo.sandbox import ASGIApp, create_app


@pytest.fixture(params=list(ERAS))
def era(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sandbox(sandbox_dir: Path) -> ASGIApp:
    return create_app(sandbox_dir, switches=UNHURRIED)


@pytest.fixture
def home(sandbox_data: Path, tmp_path: Path) -> Callable[[str], Path]:
    """A folder for the state of a server, with a built sandbox in it."""

    def make(name: str) -> Path:
        folder = tmp_path / name
        (folder / "sandbox").mkdir(parents=True)
        for file in sandbox_data.glob("dataset-*.sqlite"):
            (folder / "sandbox" / file.name).hardlink_to(file)
        return folder

    return make


@pytest.fixture
def connect(tmp_path: Path, sandbox: ASGIApp) -> Connect:
    """Connect in memory: ``connect(era, client="name", network=app, **settings)``."""

    def open_client(era: str, **options: Any) -> AbstractAsyncContextManager[Client]:
        return in_memory(era, tmp_path, options.pop("network", sandbox), **options)

    return open_client
