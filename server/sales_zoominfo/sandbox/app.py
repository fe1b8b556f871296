"""The ASGI application: reads a request, lets a codec answer it, and makes things go wrong on demand."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Final

from .enterprise import EnterpriseApi
from .gtm import GtmApi
from .http import Request, Response, read_request
from .model import Charge, Fault, Receive, SandboxAccount, Scope, Send, Switches
from .service import Service

_LOG: Final = logging.getLogger(__name__)
_SIGN: Final = {"X-ZoomInfo-Sandbox": "sales-zoominfo"}
_NO_FAULT: Final = Fault()


class Sandbox:
    """The sandbox as an ASGI 3 application; arguments as in `create_app`."""

    def __init__(
        self,
        state_dir: Path,
        *,
        clock: Callable[[], float],
        on_charge: Callable[[Charge], None] | None,
        switches: Switches,
        companies: int,
        people: int,
        accounts: Sequence[SandboxAccount],
    ) -> None:
        service = Service(
            state_dir,
            clock=clock,
            on_charge=on_charge,
            switches=switches,
            companies=companies,
            people=people,
            accounts=accounts,
        )
        self._switches = switches
        self._gtm = GtmApi(service)
        self._enterprise = EnterpriseApi(service)
        self._service = service
        self._lock = Lock()

    def close(self) -> None:
        """Close the files. The app must not be used afterwards."""
        self._service.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            raise ValueError(f"the sandbox does not speak {scope['type']}")
        request = await read_request(scope, receive)
        fault = (self._switches.fault and self._switches.fault(request.method, request.path)) or _NO_FAULT
        if fault.hang and not fault.after:
            await asyncio.sleep(fault.hang)
        response = self._faulty(request, fault)
        if fault.hang and fault.after:
            await asyncio.sleep(fault.hang)
        await _deliver(response, fault, send)

    def _faulty(self, request: Request, fault: Fault) -> Response:
        failing = fault.status is not None or fault.reset
        if failing and not fault.after:
            return self._failed(request, fault.status or 500)
        response = self._answer(request)
        return self._failed(request, fault.status) if fault.status is not None else response

    def _failed(self, request: Request, status: int) -> Response:
        return (self._gtm if request.path.startswith("/gtm/") else self._enterprise).failed(status)

    def _answer(self, request: Request) -> Response:
        api = self._gtm if request.path.startswith("/gtm/") else self._enterprise
        with self._lock:
            try:
                return api.answer(request)
            except Exception:
                _LOG.exception("the sandbox failed on %s %s", request.method, request.path)
                return api.failed(500)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _deliver(response: Response, fault: Fault, send: Send) -> None:
    body = response.encoded()
    # Without a length the cut body is well framed, so that only its JSON is broken.
    length = None if fault.truncate else len(body)
    headers = response.raw_headers(length) + [(name.encode(), value.encode()) for name, value in _SIGN.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if fault.reset:
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        raise _connection_lost()
    sent = body[: len(body) // 2] if fault.truncate else body
    await send({"type": "http.response.body", "body": sent, "more_body": False})


def _connection_lost() -> Exception:
    """Return what an in-process client of the project's HTTP library sees when a connection breaks."""
    from httpx2 import ReadError

    return ReadError("connection reset by the sandbox")
