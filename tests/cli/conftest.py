"""The command line on a sandbox of its own: no account, no network, state in a temporary folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sales_zoominfo.cli import app
from sales_zoominfo.cli.state import share_dataset
from sales_zoominfo.sandbox import create_app

SERVER = Path(__file__).parents[2] / "server"


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the fictional data, built once."""
    folder = tmp_path_factory.mktemp("dataset")
    create_app(folder)
    return folder


@pytest.fixture
def state(tmp_path: Path, dataset: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of its own, and an environment that names no account."""
    for name in os.environ:
        if name.startswith("ZOOMINFO_"):
            monkeypatch.delenv(name)
    for name in ("NO_COLOR", "COLUMNS", "FORCE_COLOR", "PYTHONIOENCODING"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "state"
    share_dataset(dataset, folder / "sandbox")
    monkeypatch.setenv("ZOOMINFO_STATE_URL", f"sqlite:///{folder / 'state.sqlite'}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(SERVER))
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def cli(state: Path) -> Callable[..., Any]:
    """Run a command in this process."""

    def invoke(*arguments: str, input: str | None = None) -> Any:
        return CliRunner().invoke(app, list(arguments), input=input)

    return invoke


@pytest.fixture
def process(state: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command as a program."""

    def execute(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "sales_zoominfo", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            **more,
        )

    return execute


@pytest.fixture
def served(state: Path) -> Iterator[dict[str, str]]:
    """A sandbox on a port, and the variables that it says to set."""
    server = subprocess.Popen(
        [sys.executable, "-m", "sales_zoominfo", "sandbox", "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert server.stderr is not None
    variables: dict[str, str] = {}
    try:
        for line in server.stderr:
            name, mark, value = line.strip().removeprefix("export ").partition("=")
            if mark and line.startswith("export "):
                variables.setdefault(name, value.strip("'"))
            if line.startswith("Ctrl-C"):
                break
        yield variables
    finally:
        server.terminate()
        server.wait(10)
        server.stderr.close()
