"""``login`` and ``logout``: sign in to the GTM API as a person, in the browser."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import webbrowser
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from urllib.parse import urlsplit

import anyio
import anyio.to_thread

from ..account.caller import caller_id
from ..app import App
from ..errors import SalesZoomInfoError, fail
from ..settings import Settings, env_name
from ..zoominfo.sign_in import PORT, REDIRECT_URI, Answer, Attempt, SignIns
from .callback import Callback, Place, listening
from .run import CALLER, err, exit_code, run, settings, show_error

TIMEOUT = 300.0
_LOOPBACK = {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "::1": "::1"}


def redirect_of(port: int | None, redirect_uri: str | None) -> tuple[str, Place | None]:
    """The redirect URI, and where to listen for it.

    Args:
        port: of the usual address; None for the default.
        redirect_uri: another address, exactly as it is registered.

    Returns:
        The URI; and the place, None when it is not on this machine and the answer is to be pasted.

    Raises:
        InvalidArgument: both are given, or the address is none.
    """
    if redirect_uri is None:
        chosen = PORT if port is None else port
        return REDIRECT_URI.format(port=chosen), Place("127.0.0.1", chosen)
    name, how = "--redirect-uri", "Give the address exactly as it is registered in DevPortal."
    if port is not None:
        raise fail("option_invalid", name=name, reason="it holds the port already", how="Leave out --port.")
    try:
        parts = urlsplit(redirect_uri)
        given = parts.port
    except ValueError:
        parts, given = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment or parts.query:
        reason = f"it is not an address such as {REDIRECT_URI.format(port=PORT)}"
        raise fail("option_invalid", name=name, reason=reason, how=how)
    host = _LOOPBACK.get(parts.hostname)
    return redirect_uri, Place(host, given or 80) if host and parts.scheme == "http" else None


def login(
    *, browser: bool = True, port: int | None = None, redirect_uri: str | None = None, timeout: float = TIMEOUT
) -> None:
    """Sign in and keep it.

    Args:
        browser: open one; else the address is printed, and the one it leads to can be pasted.
        port, redirect_uri: see :func:`redirect_of`.
        timeout: seconds to wait for the person.

    Raises:
        AuthenticationFailed: it was cancelled, refused, or no answer came.
        InvalidArgument: an option or setting is wrong, the port is in use, or the sign-in cannot be kept.
        SalesZoomInfoError: what else went wrong at ZoomInfo.
    """
    using = settings()
    uri, place = redirect_of(port, redirect_uri)
    run(lambda: _login(using, uri, place, browser=browser, patience=timeout))
    console = err()
    console.print("✓ You are signed in. The sign-in is kept encrypted and renews itself.", style="green")
    if using.secret("refresh_token"):
        console.print(f"It takes the place of {env_name('refresh_token')} until you set another one.")
    console.print("To see what it can do: sales-zoominfo doctor", style="dim")


async def _login(using: Settings, uri: str, place: Place | None, *, browser: bool, patience: float) -> None:
    app = App(using)
    try:
        sign_ins = await app.sign_ins()
        async with (await app.audit()).watch(caller_id(CALLER), "login", generation="gtm"):
            await _sign_in(sign_ins, uri, place, browser=browser, patience=patience)
    finally:
        with anyio.CancelScope(shield=True):
            await app.aclose()


async def _sign_in(sign_ins: SignIns, uri: str, place: Place | None, *, browser: bool, patience: float) -> None:
    attempt = sign_ins.begin(uri)
    arrived: Future[Answer] = Future()
    reading = threading.Lock()

    def read(url: str) -> None:
        with reading:
            try:
                arrived.set_result(attempt.read(url))
            except SalesZoomInfoError as error:
                if error.kind == "sign_in_stray":
                    raise
                arrived.set_exception(error)

    callback = Callback(uri, read)
    async with AsyncExitStack() as stack:
        if place is not None:
            try:
                await stack.enter_async_context(listening(place, callback))
            except SalesZoomInfoError as error:
                if browser:
                    raise
                # The answer can still be pasted.
                show_error(error)
        await _invite(attempt, read, browser=browser and place is not None)
        with anyio.move_on_after(patience):
            await sign_ins.finish(attempt, await asyncio.wrap_future(arrived))
            callback.finish()
            return
        seen = "" if callback.seen is None else f"; what came did not fit ({callback.seen.details['stray']})"
        raise fail("sign_in_late", uri=uri, seconds=f"{patience:g}", seen=seen)


async def _invite(attempt: Attempt, read: Callable[[str], None], *, browser: bool) -> None:
    console = err()
    opened = False
    if browser:
        with suppress(webbrowser.Error, OSError):
            opened = await anyio.to_thread.run_sync(webbrowser.open, attempt.url, abandon_on_cancel=True)
    if opened:
        console.print("Sign in to ZoomInfo in the browser that has opened. If none has, open this address:")
    else:
        console.print("No browser could be opened. Open this address, on any machine:" if browser else "Open this:")
    # In one piece, to be copied.
    console.print(attempt.url, soft_wrap=True, style="bold")
    console.print(f"The answer is awaited at {attempt.redirect_uri} (Ctrl-C ends it).", style="dim")
    if not opened:
        console.print("On another machine the last page does not load: paste its address here, then Enter.")
        _listen_to_terminal(read)


def _listen_to_terminal(read: Callable[[str], None]) -> None:
    """Take pasted addresses on a thread of its own, past the buffer, which a thread at exit must not hold."""

    def lines() -> None:
        kept = b""
        with suppress(OSError, ValueError, AttributeError):
            handle = sys.stdin.fileno()
            while chunk := os.read(handle, 65_536):
                *whole, kept = (kept + chunk).split(b"\n")
                if any(_taken(line, read) for line in whole):
                    return
            _taken(kept, read)

    threading.Thread(target=lines, daemon=True).start()


def _taken(line: bytes, read: Callable[[str], None]) -> bool:
    text = line.decode(errors="replace").strip()
    if not text:
        return False
    try:
        read(text)
    except SalesZoomInfoError as error:
        show_error(error)
        return False
    return True


def status() -> int:
    """Say what is stored.

    Returns:
        0 when there is a sign-in, else the exit code of missing credentials.
    """
    using = settings()

    async def find() -> str | None:
        app = App(using)
        try:
            record = await (await app.sign_ins()).status()
        finally:
            await app.aclose()
        return None if record is None else described(record.began_at, record.expires_at, in_doubt=record.in_doubt)

    found = run(find)
    err().print(f"Signed in: {found}." if found else "Not signed in.")
    return 0 if found else exit_code(fail("signed_out"))


def described(began_at: float, expires_at: float, *, in_doubt: bool) -> str:
    """A stored sign-in in words.

    Args:
        began_at, expires_at: of the sign-in and of its access token, epoch seconds.
        in_doubt: the answer to its last renewal has not arrived.
    """
    text = f"by `login` on {_moment(began_at)}; its access token lives until {_moment(expires_at)}"
    return f"{text}, and the answer to its renewal was lost" if in_doubt else f"{text} and renews itself"


def _moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"


def logout() -> None:
    """Forget the sign-ins of the configured account.

    Raises:
        InvalidArgument: the state cannot be used.
    """
    using = settings()

    async def forget() -> int:
        app = App(using)
        try:
            sign_ins = await app.sign_ins()
            async with (await app.audit()).watch(caller_id(CALLER), "logout", generation="gtm") as entry:
                entry.records = await sign_ins.forget()
            return entry.records
        finally:
            await app.aclose()

    console = err()
    if run(forget):
        console.print("✓ Signed out: the stored sign-in is deleted.", style="green")
        console.print("ZoomInfo is not told; an access token that a program still holds lapses by itself.")
    else:
        console.print("No sign-in was stored.")
