"""Shared fixtures: a clean environment, one built sandbox data set, the sandbox in process and over a socket."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from postgres import either_state_url, own_postgres, postgres_server_url, postgres_url  # noqa: F401

if TYPE_CHECKING:
    from support import Served

# Started in the background of a script, tests inherit that Ctrl-C is ignored, and so would the programs they interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("ZOOMINFO_"):
            monkeypatch.delenv(name)


@pytest.fixture
def state_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'state.sqlite'}"


@pytest.fixture(scope="session")
def sandbox_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sandbox's data set, built once for all tests."""
    from sales_zoominfo.sandbox import create_app

    folder = tmp_path_factory.mktemp("sandbox-data")
    create_app(folder)
    return folder


@pytest.fixture
def sandbox_dir(sandbox_data: Path, tmp_path: Path) -> Path:
    """A sandbox state folder of the test's own, where the in-process sandbox beside `state_url` looks for it."""
    from support import link_sandbox

    return link_sandbox(sandbox_data, tmp_path / "sandbox")


@pytest.fixture(scope="session")
def served_sandbox(sandbox_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The sandbox behind a socket, for the whole session; put back what you change about it."""
    from support import Sandbox, link_sandbox, serve

    with serve(Sandbox(link_sandbox(sandbox_data, tmp_path_factory.mktemp("served") / "sandbox"))) as served:
        yield served
