"""What a developer sees and changes of the sandbox: a page and a JSON API below `/__sandbox`, on this machine only."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from ipaddress import ip_address
from pathlib import Path
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

from .faults import KINDS, read_rule
from .http import Request, Response
from .model import Generation, SandboxAccount, Scope
from .service import Service
from .state import MANAGED_FOR

ROOT: Final = "/__sandbox"
API: Final = f"{ROOT}/api/"
_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_BODY_LIMIT: Final = 65_536
_CALLS: Final = 200
_PURCHASES: Final = 100
_FARTHEST: Final = 20 * 366 * 86_400
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
Given = dict[str, Any]


class Admin:
    """Answers requests below `/__sandbox`.

    Args:
        service: The simulated ZoomInfo.
        lock: Held while the service is used.
    """

    def __init__(self, service: Service, lock: Lock) -> None:
        self._service = service
        self._lock = lock
        self._reads: dict[str, Callable[[dict[str, str]], Any]] = {
            "state": self.state,
            "calls": self._calls,
            "purchases": self._purchases,
        }
        self._writes: dict[str, Callable[[Given], Any]] = {
            "faults": self.set_fault,
            "faults/clear": self.clear_faults,
            "clock": self._move_clock,
            "calls/clear": self._clear_calls,
            "accounts/reset": self.reset,
            "accounts/sign-in": self._sign_in,
            "accounts/revoke": self._revoke,
        }

    def answer(self, scope: Scope, request: Request) -> Response:
        """Answer a request of the page or of the API.

        Args:
            scope: Of the ASGI server; says who is connected.
            request: The request.
        """
        response = self._refused(scope, request) or self._answered(request)
        response.headers.update(_HEADERS)
        return response

    def _refused(self, scope: Scope, request: Request) -> Response | None:
        host = request.headers.get("host", "")
        # The name too, so that a page of the internet whose name points here cannot read or write.
        if not _is_local(scope) or _hostname(host) not in _LOCAL:
            return _error(403, "Only from this machine: open it at 127.0.0.1 or localhost.")
        if request.method != "POST":
            return None
        same = request.headers.get("origin") == f"{scope.get('scheme', 'http')}://{host}"
        if not same and request.headers.get("sec-fetch-site") != "same-origin":
            return _error(403, f"A change needs the header Origin: {scope.get('scheme', 'http')}://{host}")
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return _error(415, "Send application/json.")
        return None

    def _answered(self, request: Request) -> Response:
        if request.method == "GET" and request.path in {ROOT, f"{ROOT}/"}:
            page = Path(__file__).with_name("admin.html").read_bytes()
            return Response(200, page, {}, "text/html; charset=utf-8")
        name = request.path.removeprefix(API)
        table = {"GET": self._reads, "POST": self._writes}.get(request.method, {})
        handle: Callable[[Any], Any] | None = table.get(name) if request.path.startswith(API) else None
        if handle is None:
            known = ", ".join([f"GET {API}{key}" for key in self._reads] + [f"POST {API}{key}" for key in self._writes])
            return _error(404, f"There is {known}.")
        try:
            given = request.query if request.method == "GET" else _body(request)
            with self._lock:
                self._service.begin("")
                return Response(200, handle(given))
        except ValueError as error:
            return _error(400, str(error))

    # --- Reading -----------------------------------------------------------------------------------------

    def state(self, _query: Mapping[str, str]) -> Given:
        """Return clock, accounts, faults and the latest calls, JSON-safe."""
        now = self._service.clock()
        totals = self._service.calls.totals()
        return {
            "now": now,
            "clockOffset": self._service.control.offset(),
            "accounts": [self._account(account, now, totals) for account in self._service.accounts.values()],
            "faults": [
                {**asdict(item.rule), "text": KINDS[item.rule.kind].text, "api": KINDS[item.rule.kind].api or "*",
                 "id": item.id, "source": item.source, "seen": item.seen, "fired": item.fired,
                 "ended": item.ended(now)}
                for item in self._service.control.planned()
            ],
            "kinds": {name: {"text": kind.text, "takes": kind.takes} for name, kind in KINDS.items()},
            "calls": self._service.calls.latest(_CALLS),
        }  # fmt: skip

    def _account(self, account: SandboxAccount, now: float, totals: dict[str, dict[str, int]]) -> Given:
        plan = self._service.plan(account.name)
        held, first = self._service.state.under_management(account.name, now)
        limits = self._service.limits(account.name)
        names = {"uniqueIdLimit": "credits", "recordLimit": "records", "requestLimit": "requests"}
        generations: tuple[Generation, ...] = ("gtm", "enterprise")
        return {
            "name": account.name,
            "plan": f"{account.plan} plan" if account.plan else "no preset",
            "apis": sorted(plan.apis),
            "package": plan.package,
            "contractEnds": plan.contract_ends,
            "budgets": {
                name: dict(zip(("limit", "used"), limits[kind], strict=True))
                for kind, name in names.items()
            },
            "windows": {
                generation: [
                    {"name": count.window.name, "seconds": count.window.seconds, "limit": count.window.limit,
                     "remaining": count.remaining}
                    for count in self._service.windows(account.name, generation)
                ]
                for generation in generations
                if generation in plan.apis
            },
            "underManagement": held,
            "nextLapse": None if first is None else first + MANAGED_FOR,
            "disallowed": {
                "endpoints": sorted(plan.disallowed_endpoints),
                "fields": sorted(plan.disallowed_fields),
                "filters": sorted(plan.disallowed_filters),
            },
            "apps": [
                {"clientId": app.client_id, "name": app.name, "kind": app.kind, "scopes": app.scopes,
                 "redirectUris": app.redirect_uris}
                for app in account.all_apps()
            ],
            "users": [user.username for user in account.all_users()],
            "log": totals.get(account.name, {"calls": 0, "failed": 0, "credits": 0, "records": 0}),
        }  # fmt: skip

    def _calls(self, query: dict[str, str]) -> list[Given]:
        return self._service.calls.latest(_count(query, _CALLS), query.get("account", ""))

    def _purchases(self, query: dict[str, str]) -> list[Given]:
        account = self._known(query)
        now = self._service.clock()
        return [
            {"entity": entity, "id": str(key), "at": at, "lapses": at + MANAGED_FOR, "lapsed": at <= now - MANAGED_FOR}
            for entity, key, at in self._service.state.purchases(account.name, _count(query, _PURCHASES))
        ]

    def _known(self, given: Given) -> SandboxAccount:
        account = self._service.accounts.get(str(given.get("account", "")))
        if account is None:
            raise ValueError(f"account: one of {', '.join(self._service.accounts)}")
        return account

    # --- Changing ----------------------------------------------------------------------------------------

    def set_fault(self, given: Given) -> Given:
        """Set a fault; raises ValueError with the member and what is legal."""
        rule = read_rule(given, self._service.clock())
        if rule.account != "*" and rule.account not in self._service.accounts:
            raise ValueError(f"account: * or one of {', '.join(self._service.accounts)}")
        return {"id": self._service.control.add(rule, "admin")}

    def clear_faults(self, given: Given) -> Given:
        """Remove the fault of an `id`, or all."""
        key = given.get("id")
        if key is not None and (isinstance(key, bool) or not isinstance(key, int)):
            raise ValueError("id: a number; leave it out to clear all")
        return {"cleared": self._service.control.clear(key)}

    def _move_clock(self, given: Given) -> Given:
        if given == {"reset": True}:
            self._service.control.reset_clock()
            return {"clockOffset": 0.0}
        seconds = given.get("seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or set(given) != {"seconds"}:
            raise ValueError("seconds: how far to move the clock forward; or reset: true")
        if not seconds > 0 or self._service.control.offset() + seconds > _FARTHEST:
            raise ValueError("seconds: more than 0, and at most 20 years in all")
        return {"clockOffset": self._service.control.move_clock(float(seconds))}

    def _clear_calls(self, _given: Given) -> Given:
        self._service.calls.clear()
        return {"cleared": True}

    def reset(self, given: Given) -> Given:
        """Give the account of a name its first day back; raises ValueError for an unknown one."""
        account = self._known(given)
        self._service.reset(account)
        return {"account": account.name}

    def _sign_in(self, given: Given) -> Given:
        account = self._known(given)
        return {
            "account": account.name,
            "clientId": account.client_id,
            "clientSecret": account.client_secret,
            "refreshToken": self._service.sessions.start(account.name, account.scopes),
            "username": account.username,
            "password": account.password,
        }

    def _revoke(self, given: Given) -> Given:
        account = self._known(given)
        return {"account": account.name, "revoked": self._service.state.revoke_tokens(account.name)}


def _is_local(scope: Scope) -> bool:
    client = scope.get("client")
    try:
        return bool(client) and ip_address(client[0]).is_loopback
    except ValueError:
        return False


def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _body(request: Request) -> Given:
    if len(request.body) > _BODY_LIMIT:
        raise ValueError(f"the body is longer than {_BODY_LIMIT} bytes")
    try:
        given: Any = json.loads(request.body or b"{}")
    except ValueError:
        raise ValueError("the body is not JSON") from None
    if not isinstance(given, dict):
        raise ValueError("the body must be a JSON object")
    return given  # pyright: ignore[reportUnknownVariableType]


def _count(query: dict[str, str], default: int) -> int:
    text = query.get("limit", str(default))
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise ValueError("limit: 1 to 1000")
    return int(text)


def _error(status: int, text: str) -> Response:
    return Response(status, {"error": text})
