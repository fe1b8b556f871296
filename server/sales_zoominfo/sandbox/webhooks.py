"""Webhooks of the Enterprise API, kept on disk by account.

What a delivery looks like is not documented: neither its body nor how it carries the verification token. The event
that `validate` sends is this project's guess.
"""

import json
import re
import secrets
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from .flatjson import answered, body_of
from .http import Request, Response
from .records import Doc
from .refusal import Refusal
from .service import Service
from .state import digest

Handler: TypeAlias = Callable[[Request, str], Response]

PATH: Final = "/webhooks"
OBJECTS: Final = ("Contact", "Company")
EVENTS: Final = ("Update",)
_ITEM: Final = re.compile(rf"{PATH}/(\d+)(/token)?")
_KNOWN: Final = frozenset({"title", "enabled", "targetUrl", "subscriptions"})
_SUBSCRIPTION: Final[Mapping[str, type]] = {
    "subscriptionId": str,
    "eventType": str,
    "objectType": str,
    "fullPayload": bool,
}
_SECONDS: Final = 5.0


class Gone(Exception):
    """There is no webhook of this id."""


class Webhooks:
    """Answers the requests about webhooks.

    Args:
        service: The simulated ZoomInfo.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._db = service.state.db

    def route(self, method: str, path: str) -> Handler | None:
        """Return what answers a request; None for one that is not served."""
        exact: dict[tuple[str, str], Handler] = {
            ("GET", PATH): self._list,
            ("POST", PATH): self._create,
            ("POST", f"{PATH}/validate"): self._validate,
            ("GET", f"{PATH}/subscriptiontypes"): self._types,
        }
        found = _ITEM.fullmatch(path)
        if found is None:
            return exact.get((method, path))
        if found[2]:
            return self._renew if method == "POST" else None
        items: dict[str, Handler] = {"GET": self._get, "PUT": self._update, "DELETE": self._delete}
        return items.get(method)

    # --- Reading -----------------------------------------------------------------------------------------

    def _list(self, _request: Request, account: str) -> Response:
        rows = self._db.execute("SELECT body FROM webhook WHERE account=? ORDER BY created, id", (account,))
        return answered(200, {"webhooks": [json.loads(text) for (text,) in rows]})

    def _get(self, request: Request, account: str) -> Response:
        return answered(200, self._read(_key(request), account))

    def _types(self, _request: Request, _account: str) -> Response:
        return answered(200, {"objectTypes": list(OBJECTS), "eventTypes": list(EVENTS)})

    def _read(self, key: str, account: str) -> Doc:
        row = self._db.execute("SELECT body FROM webhook WHERE id=? AND account=?", (key, account)).fetchone()
        if row is None:
            raise Gone
        return json.loads(row[0])

    # --- Changing ----------------------------------------------------------------------------------------

    def _create(self, request: Request, account: str) -> Response:
        body = body_of(request)
        given = self._checked(body)
        missing = [name for name in ("targetUrl", "subscriptions") if not given.get(name)]
        if missing:
            raise Refusal("missing", *missing)
        now = self._now()
        added = [self._subscription({}, item, now) for item in given["subscriptions"]]
        webhook: Doc = {
            "id": str(100_000_000 + secrets.randbelow(900_000_000)),
            **({"title": given["title"]} if "title" in given else {}),
            "enabled": given.get("enabled", True),
            "targetUrl": given["targetUrl"],
            "createdDate": now,
        }
        token = _token()
        self._db.execute(
            "INSERT INTO webhook VALUES (?,?,?,?,?)",
            (
                webhook["id"],
                account,
                self._service.clock(),
                json.dumps({**webhook, "subscriptions": added}),
                digest(token),
            ),
        )
        return answered(200, {**webhook, "verificationToken": token, "subscriptions": added})

    def _update(self, request: Request, account: str) -> Response:
        key = _key(request)
        body = body_of(request)
        with self._service.state.transaction():
            webhook = self._read(key, account)
            given = self._checked(body)
            changes = given.pop("subscriptions", [])
            changed: Doc = {**webhook, **given, "subscriptions": self._changed(webhook["subscriptions"], changes)}
            self._db.execute("UPDATE webhook SET body=? WHERE id=?", (json.dumps(changed), key))
        return answered(200, changed)

    def _changed(self, held: list[Doc], changes: list[Doc]) -> list[Doc]:
        """Apply changes: with an id and fields one is updated, with an id alone removed, without an id added."""
        now = self._now()
        found = {item["subscriptionId"]: item for item in held}
        for change in changes:
            key = change.get("subscriptionId")
            if key is None:
                item = self._subscription({}, change, now)
                found[item["subscriptionId"]] = item
            elif key not in found:
                raise Refusal("bad_value", "subscriptions", detail="unknown subscriptionId")
            elif set(change) == {"subscriptionId"}:
                del found[key]
            else:
                found[key] = self._subscription(found[key], change, now)
        return list(found.values())

    def _delete(self, request: Request, account: str) -> Response:
        key = _key(request)
        with self._service.state.transaction():
            webhook = self._read(key, account)
            self._db.execute("DELETE FROM webhook WHERE id=?", (key,))
        shown = {name: value for name, value in webhook.items() if name not in {"enabled", "subscriptions"}}
        return answered(200, {**shown, "status": "deleted", "subscriptions": webhook["subscriptions"]})

    def _renew(self, request: Request, account: str) -> Response:
        key = _key(request)
        self._read(key, account)
        token = _token()
        self._db.execute("UPDATE webhook SET token=? WHERE id=?", (digest(token), key))
        return answered(200, {"verificationToken": token})

    # --- Validating --------------------------------------------------------------------------------------

    def _validate(self, request: Request, _account: str) -> Response:
        body = body_of(request)
        unknown = [name for name in body if name not in {"targetUrl", "objectType", "fullPayload"}]
        if unknown:
            raise Refusal("unknown_filter", *unknown)
        missing = [name for name in ("targetUrl", "objectType") if body.get(name) in (None, "")]
        if missing:
            raise Refusal("missing", *missing)
        target, kind = self._target(body["targetUrl"]), body["objectType"]
        if kind not in OBJECTS:
            raise Refusal("bad_value", "objectType", detail=f"accepted values are {', '.join(OBJECTS)}")
        full = body.get("fullPayload", False)
        if not isinstance(full, bool):
            raise Refusal("wrong_type", "fullPayload")
        event = self._event(kind, full)

        async def asked() -> Any:
            return await _post(target, event)

        return answered(200, _unreached()) if not _local(target) else Response(
            200, _unreached(), {}, "application/json;charset=utf-8", asked
        )  # fmt: skip

    def _event(self, kind: str, full: bool) -> Doc:
        entity = "contact" if kind == "Contact" else "company"
        key = self._service.some(entity, 1)[0]
        rows: list[Doc] = [{"id": key}]
        event: Doc = {"eventType": EVENTS[0], "objectType": kind, "data": rows}
        return event if full else {**event, "changedAttributes": ["lastUpdatedDate"]}

    # --- Checking ----------------------------------------------------------------------------------------

    def _checked(self, body: Doc) -> Doc:
        unknown = [name for name in body if name not in _KNOWN]
        if unknown:
            raise Refusal("unknown_filter", *unknown)
        given = {name: value for name, value in body.items() if value is not None}
        kinds: dict[str, type] = {"title": str, "enabled": bool, "targetUrl": str, "subscriptions": list}
        mistyped = [name for name, value in given.items() if not isinstance(value, kinds[name])]
        if mistyped:
            raise Refusal("wrong_type", *mistyped)
        if "targetUrl" in given:
            given["targetUrl"] = self._target(given["targetUrl"])
        for item in given.get("subscriptions", ()):
            _check_subscription(item)
        return given

    def _target(self, url: Any) -> str:
        if not isinstance(url, str):
            raise Refusal("wrong_type", "targetUrl")
        try:
            parts = urlsplit(url.strip())
            host, _ = parts.hostname, parts.port
        except ValueError:
            raise Refusal("bad_value", "targetUrl", detail="not a URL") from None
        plain = self._service.switches.webhook_http_on_loopback and parts.scheme == "http" and _local(url)
        if not host or (parts.scheme != "https" and not plain):
            raise Refusal("bad_value", "targetUrl", detail="must be https")
        return url.strip()

    def _subscription(self, held: Doc, given: Doc, now: str) -> Doc:
        item = {**held, **given}
        missing = [name for name in ("eventType", "objectType") if name not in item]
        if missing:
            raise Refusal("missing", "subscriptions")
        return {
            "createdDate": item.get("createdDate", now),
            "modifiedDate": now,
            "eventType": item["eventType"],
            "objectType": item["objectType"],
            "fullPayload": item.get("fullPayload", False),
            "subscriptionId": item.get("subscriptionId") or str(100_000_000 + secrets.randbelow(900_000_000)),
        }

    def _now(self) -> str:
        return datetime.fromtimestamp(self._service.clock(), UTC).strftime("%m-%d-%YT%H:%M:%S.000Z")


def _check_subscription(item: Any) -> None:
    if not isinstance(item, dict):
        raise Refusal("wrong_type", "subscriptions")
    fields: Doc = item  # pyright: ignore[reportUnknownVariableType]
    unknown = [name for name in fields if name not in _SUBSCRIPTION]
    if unknown:
        raise Refusal("unknown_filter", *unknown)
    mistyped = [name for name, value in fields.items() if not isinstance(value, _SUBSCRIPTION[name])]
    if mistyped:
        raise Refusal("wrong_type", *mistyped)
    for name, legal in (("eventType", EVENTS), ("objectType", OBJECTS)):
        if name in fields and fields[name] not in legal:
            raise Refusal("bad_value", name, detail=f"accepted values are {', '.join(legal)}")


def _key(request: Request) -> str:
    found = _ITEM.fullmatch(request.path)
    return found[1] if found else ""


def _token() -> str:
    return b64encode(secrets.token_bytes(32)).decode()


def _local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _unreached() -> Doc:
    return {"message": "The target could not be reached", "success": False, "responseCode": 0}


async def _post(target: str, event: Doc) -> Doc:
    """Send an event to a target on this machine and tell how it answered."""
    from httpx2 import AsyncClient, HTTPError

    # No proxy and no redirect, so that nothing leaves the machine; certificates of local servers are self-made.
    async with AsyncClient(verify=False, trust_env=False, follow_redirects=False, timeout=_SECONDS) as client:
        try:
            answer = await client.post(target, json=event)
        except HTTPError:
            return _unreached()
    text = answer.reason_phrase or "Answered"
    return {"message": text, "success": answer.is_success, "responseCode": answer.status_code}
