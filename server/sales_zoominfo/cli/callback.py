"""The one page of this program: where the browser comes back to after a sign-in, on this machine alone."""

from __future__ import annotations

import html
import threading
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from string import Template
from typing import NamedTuple
from urllib.parse import urlsplit

import anyio
import anyio.to_thread

from ..errors import InvalidArgument, SalesZoomInfoError, fail
from ..serving import listen

# A browser that has connected and says nothing is let go after this, seconds.
_IDLE = 10.0
# How long an answer may take to become a sign-in before the page says so, seconds.
_LONGEST = 60.0
# How long the last page gets to be fetched, seconds.
_FAREWELL = 3.0
DONE, FAILED = "/signed-in", "/not-signed-in"

_PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>$title</title>
<style>
  body { margin: 0; min-height: 100vh; display: grid; place-items: center;
         font: 17px/1.5 system-ui, sans-serif; color: #1b2430; background: #f4f6f8; }
  main { max-width: 30rem; margin: 1.5rem; padding: 2rem 2.25rem; border-radius: 12px;
         background: #fff; box-shadow: 0 1px 3px #0002, 0 8px 24px #00000012; }
  h1 { margin: 0 0 .5rem; font-size: 1.4rem; line-height: 1.25; }
  h1::before { content: "$mark"; margin-right: .5rem; color: $color; }
  p { margin: .5rem 0 0; overflow-wrap: anywhere; }
  @media (prefers-color-scheme: dark) {
    body { color: #e6eaef; background: #14181d; } main { background: #1e242b; box-shadow: none; }
  }
</style>
<main><h1>$title</h1>$body</main>
</html>
""")


class Place(NamedTuple):
    """Where to listen: an address of this machine, and a port."""

    host: str
    port: int


class Callback:
    """What the listener and the command tell each other, over threads.

    Attributes:
        uri: where the answer is to come to.
        seen: the last answer that did not fit.
        outcome: of the sign-in; the page waits for it.
        asking: how many browsers wait to be told how it ended.
        told: one of them has been.
    """

    def __init__(self, uri: str, read: Callable[[str], None]) -> None:
        """Args:
        uri: where the answer is to come to.
        read: takes the whole address of a request; raises when it is not the answer.
        """
        self.uri = uri
        self.seen: SalesZoomInfoError | None = None
        self.outcome: Future[None] = Future()
        self.asking = 0
        self.told = threading.Event()
        self._read = read
        self._counting = threading.Lock()

    def read(self, url: str) -> None:
        """Take an address.

        Raises:
            AuthenticationFailed: it is no answer to this sign-in.
        """
        # Counted before, since the command may be at its end before this thread goes on.
        self._count(1)
        try:
            self._read(url)
        except SalesZoomInfoError as error:
            self._count(-1)
            self.seen = error
            raise

    def _count(self, more: int) -> None:
        with self._counting:
            self.asking += more

    def finish(self, error: SalesZoomInfoError | None = None) -> None:
        """Tell the browser how it ended; the first call counts."""
        if not self.outcome.done():
            if error is None:
                self.outcome.set_result(None)
            else:
                self.outcome.set_exception(error)


def page(title: str, *sentences: str, good: bool) -> bytes:
    """The page.

    Args:
        title: in large letters.
        sentences: below it.
        good: whether it went well.
    """
    body = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in sentences)
    mark, color = ("✓", "#18794e") if good else ("✗", "#b3261e")
    return _PAGE.substitute(title=html.escape(title), body=body, mark=mark, color=color).encode()


class _Handler(BaseHTTPRequestHandler):
    # Set on the class made for each listener.
    callback: Callback
    server_version, sys_version = "sales-zoominfo", ""
    timeout = _IDLE

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == DONE:
            self._send(200, page("You are signed in", "You can close this window.", good=True), last=True)
        elif path == FAILED:
            self._send(200, self._failure(), last=True)
        elif path == (urlsplit(self.callback.uri).path or "/") or "state=" in self.path:
            self._answer()
        else:
            self._send(404, page("Nothing here", "This address only takes the answer to a sign-in.", good=False))

    def _answer(self) -> None:
        base = urlsplit(self.callback.uri)
        try:
            self.callback.read(f"{base.scheme}://{base.netloc}{self.path}")
        except SalesZoomInfoError as error:
            self._send(400, page("That was not it", error.message, error.next_step, good=False))
            return
        with suppress(Exception):
            self.callback.outcome.result(_LONGEST)
        # On to an address without the code (which is spent by now): that is what history and address bar show.
        self.send_response(303)
        self._headers(0)
        self.send_header("Location", FAILED if self._error() or not self.callback.outcome.done() else DONE)
        self.end_headers()

    def _error(self) -> BaseException | None:
        outcome = self.callback.outcome
        return outcome.exception() if outcome.done() else None

    def _failure(self) -> bytes:
        error = self._error()
        told = (error.message, error.next_step) if isinstance(error, SalesZoomInfoError) else ()
        return page("You are not signed in", *told, "You can close this window.", good=False)

    def _send(self, status: int, body: bytes, *, last: bool = False) -> None:
        self.send_response(status)
        self._headers(len(body))
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)
        if last:
            self.callback.told.set()

    def _headers(self, length: int) -> None:
        self.send_header("Content-Length", str(length))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the request line holds the code."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: a browser that hangs up is no event."""


@asynccontextmanager
async def listening(place: Place, callback: Callback) -> AsyncGenerator[None]:
    """Take answers while the context lasts, and let the browser fetch how it ended.

    Args:
        place: where.
        callback: what to do with them.

    Raises:
        InvalidArgument: the port is in use, or may not be used.
    """
    try:
        listener = listen(place.host, place.port)
    except InvalidArgument as error:
        reason = error.message.partition(" is wrong: ")[2].rstrip(".") or "it cannot be used"
        how = (
            "End the program that uses it, or give another --port and register its address, "
            "http://127.0.0.1:PORT/callback, in DevPortal."
        )
        raise fail("option_invalid", name="--port", reason=reason, how=how) from None
    handler = type("Handler", (_Handler,), {"callback": callback})
    server = _Server((place.host, place.port), handler, bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield
    except SalesZoomInfoError as error:
        callback.finish(error)
        raise
    finally:
        if callback.asking and callback.outcome.done():
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(callback.told.wait, _FAREWELL)
        server.shutdown()
        server.server_close()
