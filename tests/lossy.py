"""A connection to PostgreSQL that breaks at the worst moment."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

Cut = Literal["before the server hears it", "after the server has done it"]
# The statement as it stands in a message; not the end of READ COMMITTED.
COMMIT = b"\x00COMMIT\x00"


class LossyLink:
    """A TCP proxy that cuts a connection around the next message that holds some bytes.

    Args:
        server_url: of the server to pass everything on to.
    """

    def __init__(self, server_url: str) -> None:
        parts = urlsplit(server_url)
        assert parts.port is not None
        self._server = (parts.hostname or "127.0.0.1", parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        user = parts.netloc.rpartition("@")[0]
        self.url = urlunsplit(parts._replace(netloc=f"{user}@127.0.0.1:{port}"))
        self.cuts = 0
        self._cut: tuple[bytes, Cut] | None = None
        self._refuse = False
        self._open: list[socket.socket] = []
        self._quiet: socket.socket | None = None
        self._finished = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, at: bytes, when: Cut) -> None:
        """Cut once, at the next message of the client that holds ``at``."""
        self._cut = (at, when)

    def refuse(self, refuse: bool) -> None:
        """Take no more connections, or take them again."""
        self._refuse = refuse

    def close(self) -> None:
        self._listener.close()
        for side in self._open:
            side.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self._refuse:
                    client.close()
                    continue
                server = socket.create_connection(self._server)
                self._open += [client, server]
                threading.Thread(target=self._forward, args=(client, server), daemon=True).start()
                threading.Thread(target=self._back, args=(server, client), daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                cut = self._cut
                if cut is None or cut[0] not in data:
                    server.sendall(data)
                    continue
                self._cut = None
                if cut[1] == "after the server has done it":
                    self._quiet = client
                    server.sendall(data)
                    self._finished.wait(5)
                self.cuts += 1
                break
        _end(client, server)

    def _back(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                if self._quiet is client:
                    self._quiet = None
                    self._finished.set()
                    break
                client.sendall(data)
        _end(client, server)


def _end(*sides: socket.socket) -> None:
    for side in sides:
        with suppress(OSError):
            side.shutdown(socket.SHUT_RDWR)
        side.close()
