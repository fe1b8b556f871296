"""Sends an answer, or the pieces of one."""

import asyncio
import socket
from typing import Any, Final

from .faults import Fault
from .http import Response
from .model import Send

SIGN: Final = {"X-ZoomInfo-Sandbox": "sales-zoominfo"}
_DRIPS: Final = 20


class Lost(Exception):
    """The connection has been broken; there is nobody left to answer."""


async def deliver(response: Response, fault: Fault, send: Send) -> None:
    """Send an answer as far as the fault lets it come.

    Raises:
        Lost: The connection has been broken, and a server's client has noticed.
        httpx2.ReadError: The same, seen by an in-process client.
    """
    body = response.encoded()
    # Without a length the cut body is well framed, so that only its JSON is broken.
    length = None if fault.truncate else len(body)
    headers = response.raw_headers(length) + [(name.encode(), value.encode()) for name, value in SIGN.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if fault.reset:
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await drop(send)
        return
    sent = body[: len(body) // 2] if fault.truncate else body
    if fault.drip and sent:
        size = max(1, -(-len(sent) // _DRIPS))
        pieces = [sent[at : at + size] for at in range(0, len(sent), size)]
        for piece in pieces:
            await asyncio.sleep(fault.drip / len(pieces))
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        sent = b""
    await send({"type": "http.response.body", "body": sent, "more_body": False})


async def drop(send: Send, *, refused: bool = False) -> None:
    """Break the connection.

    Args:
        send: Of the ASGI server. uvicorn's knows its transport, which is reset; others close it on the exception.
        refused: What an in-process client sees is a connection that was never made.

    Raises:
        Lost: The connection has been reset.
        httpx2.ReadError, httpx2.ConnectError: What an in-process client sees.
    """
    transport: Any = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        from httpx2 import ConnectError, ReadError

        raise ConnectError("refused by the sandbox") if refused else ReadError("connection reset by the sandbox")
    sock: Any = transport.get_extra_info("socket")
    if sock is not None:
        # What has been sent goes out; a linger of zero then makes a reset of the close.
        await asyncio.sleep(0.01)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    transport.abort()
    # Until the server has noticed that the connection is gone, it would complain about a missing answer.
    await asyncio.sleep(0.01)
    raise Lost
