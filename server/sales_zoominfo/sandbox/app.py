"""The ASGI application: reads a request, lets a codec answer it, and makes things go wrong on demand."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import TYPE_CHECKING, Final

from .calls import Trace
from .delivery import Lost, deliver, drop
from .enterprise import EnterpriseApi
from .faults import NO_FAULT, Fault, FaultRule
from .gtm import GtmApi
from .http import Request, Response, read_request
from .model import Charge, Receive, SandboxAccount, Scope, Send, Switches
from .service import Service

if TYPE_CHECKING:
    from .admin import Admin

_LOG: Final = logging.getLogger(__name__)
ADMIN: Final = "/__sandbox"
_SIGN_INS: Final = frozenset({"/authenticate", "/gtm/oauth/v1/token"})


class Sandbox:
    """The sandbox as an ASGI 3 application; arguments as in `create_app`.

    Attributes:
        on_outage: Called with seconds when nothing shall listen for so long; whoever owns the socket sets it.
    """

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
        admin: bool,
        calls: int,
    ) -> None:
        service = Service(
            state_dir,
            clock=clock,
            on_charge=on_charge,
            switches=switches,
            companies=companies,
            people=people,
            accounts=accounts,
            calls=calls,
        )
        self.on_outage: Callable[[float], None] | None = None
        self._switches = switches
        self._gtm = GtmApi(service)
        self._enterprise = EnterpriseApi(service)
        self._service = service
        self._lock = Lock()
        self._admin = self.admin() if admin else None

    def close(self) -> None:
        """Close the files. The app must not be used afterwards."""
        self._service.close()

    def admin(self) -> "Admin":
        """Return what shows and changes the sandbox."""
        from .admin import Admin

        return Admin(self._service, self._lock)

    def set_faults(self, rules: Sequence[FaultRule]) -> None:
        """Set the faults of a file in place of those of an earlier start."""
        self._service.replace_faults(rules)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            raise ValueError(f"the sandbox does not speak {scope['type']}")
        request = await read_request(scope, receive)
        if self._admin is not None and (request.path == ADMIN or request.path.startswith(f"{ADMIN}/")):
            await deliver(self._admin.answer(scope, request), NO_FAULT, send)
            return
        await self._serve(request, send)

    async def _serve(self, request: Request, send: Send) -> None:
        started = perf_counter()
        fault = self._begin(request)
        trace = self._service.trace
        status = 0
        try:
            if fault.hang and not fault.after:
                await asyncio.sleep(fault.hang)
            if fault.refuse and self.on_outage is not None:
                self.on_outage(fault.refuse)
            if fault.refuse or (fault.lost and not fault.after):
                await drop(send, refused=bool(fault.refuse))
                return
            with self._lock:
                self._service.trace = trace
                response = self._faulty(request, fault)
            if response.later is not None:
                response = replace(response, body=await response.later())
            if fault.hang and fault.after:
                await asyncio.sleep(fault.hang)
            if fault.lost:
                await drop(send)
                return
            status = response.status
            await deliver(response, fault, send)
        except Lost:
            return
        finally:
            self._log(request, status, perf_counter() - started, trace)

    def _begin(self, request: Request) -> Fault:
        with self._lock:
            account = self._whose(request)
            self._service.begin(account)
            trace = self._service.trace
            fault, trace.kinds = self._service.control.take(
                request.method, request.path, account, self._service.clock()
            )
            hooked = self._switches.fault(request.method, request.path) if self._switches.fault else None
            if hooked is not None:
                fault, trace.kinds = hooked, "hook"
            trace.fault = fault or NO_FAULT
            return trace.fault

    def _whose(self, request: Request) -> str:
        if request.path in _SIGN_INS:
            return self._service.directory.claimed(request)
        account = self._service.state.owner(request.bearer() or "")
        return account if account in self._service.accounts else ""

    def _log(self, request: Request, status: int, seconds: float, trace: Trace) -> None:
        with self._lock:
            try:
                self._service.calls.add(
                    self._service.clock() - seconds, request.method, request.path, status, seconds, trace
                )
            except Exception:
                # The log is a help for people; a full disk must not change what the service does.
                _LOG.exception("a call could not be logged")

    def _faulty(self, request: Request, fault: Fault) -> Response:
        if fault.revoke and self._service.trace.account:
            self._service.state.revoke_tokens(self._service.trace.account)
        if fault.body == "html":
            return _html(fault.status or 200)
        account = self._service.trace.account
        refusal = self._api(request).faulted(fault, account)
        if refusal is not None and not fault.after:
            self._service.trace.refused = "fault"
            return refusal
        failing = fault.status is not None or fault.reset
        if failing and not fault.after:
            self._service.trace.refused = "fault"
            return self._failed(request, fault.status or 500)
        response = self._limits_hidden(self._answer(request), fault)
        if fault.body == "wrong":
            return Response(response.status, {"unexpected": [True]}, response.headers, response.media_type)
        if fault.status is not None:
            return refusal or self._failed(request, fault.status)
        return response

    def _limits_hidden(self, response: Response, fault: Fault) -> Response:
        if fault.headers == "missing":
            for name in [name for name in response.headers if name.startswith(("X-RateLimit", "X-Usage"))]:
                del response.headers[name]
        elif fault.headers == "-1":
            for name in response.headers:
                if name.startswith("X-RateLimit-Remaining"):
                    response.headers[name] = "-1"
        return response

    def _api(self, request: Request) -> GtmApi | EnterpriseApi:
        return self._gtm if request.path.startswith("/gtm/") else self._enterprise

    def _failed(self, request: Request, status: int) -> Response:
        return self._api(request).failed(status)

    def _answer(self, request: Request) -> Response:
        api = self._api(request)
        try:
            return api.answer(request)
        except Exception:
            _LOG.exception("the sandbox failed on %s %s", request.method, request.path)
            self._service.trace.refused = "failure"
            return api.failed(500)


def _html(status: int) -> Response:
    text = "<!doctype html><html><head><title>One moment</title></head><body><h1>One moment, please</h1></body></html>"
    return Response(status, text.encode(), {}, "text/html; charset=utf-8")


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
