"""MCP servers over a real socket: an application on a thread, or ``serve --http`` in a process of its own."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import sales_zoominfo

SERVER = Path(sales_zoominfo.__file__).parents[1]


@contextlib.contextmanager
def serve_app(app: Any) -> Iterator[str]:
    """Serve an ASGI application on a free port of this machine, on a thread; the address of its MCP end point."""
    import uvicorn

    # With the protocol named, or asyncio leaves Nagle's algorithm on and each answer takes 40 ms longer.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        config = uvicorn.Config(app, log_config=None, lifespan="on", ws="none", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        assert server.started
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
        finally:
            server.should_exit = True
            thread.join(10)


class Command(NamedTuple):
    """A ``serve --http`` that runs.

    Attributes:
        url: of its MCP end point.
        process: to signal.
        log: its stderr up to now.
    """

    url: str
    process: subprocess.Popen[bytes]
    log: Callable[[], str]


def environment(folder: Path, **settings: object) -> dict[str, str]:
    """An environment whose settings are these alone, with state in a folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZOOMINFO_")}
    values = {"state_url": f"sqlite:///{folder / 'state.sqlite'}", **settings}
    kept |= {f"ZOOMINFO_{name.upper()}": str(value) for name, value in values.items()}
    kept["PYTHONPATH"] = os.pathsep.join([str(SERVER), *filter(None, [os.environ.get("PYTHONPATH")])])
    return kept


@contextlib.contextmanager
def serve_http(folder: Path, *flags: str, **settings: object) -> Generator[Command]:
    """Run ``serve --http`` on a free port.

    Args:
        folder: where its state lives.
        flags: more flags.
        settings: by name.
    """
    log = folder / "serve-http.txt"
    command = [sys.executable, "-m", "sales_zoominfo", "serve", "--http", "--port", "0", *flags]
    with log.open("wb") as err:
        process = subprocess.Popen(command, env=environment(folder, **settings), stderr=err, cwd=folder)
    try:
        deadline = time.monotonic() + 30
        found = None
        while found is None and process.poll() is None and time.monotonic() < deadline:
            found = re.search(r"http://\S+/mcp", log.read_text(encoding="utf-8"))
            time.sleep(0.02)
        assert found, log.read_text(encoding="utf-8")
        yield Command(found[0], process, lambda: log.read_text(encoding="utf-8"))
    finally:
        process.kill()
        process.wait(10)
