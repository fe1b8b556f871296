"""The little of HTTP that the sandbox needs."""

import json
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from .model import Receive, Scope

# What is sent is made here and never holds itself.
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


@dataclass(frozen=True, slots=True)
class Request:
    """A request, its header names in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def bearer(self) -> str | None:
        """Return the bearer token; None without an Authorization header, "" with an empty one."""
        header = self.headers.get("authorization")
        if header is None:
            return None
        kind, _, token = header.partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""

    def basic(self) -> tuple[str, str] | None:
        """Return user and password of Basic authentication, or None."""
        kind, _, value = self.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return None
        try:
            user, _, password = b64decode(value).decode().partition(":")
        except (Base64Error, UnicodeDecodeError):
            return None
        return user, password

    def form(self) -> dict[str, str]:
        """Return the fields of a form-encoded body."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def json(self) -> Any:
        """Return the JSON body; raises ValueError when it is not JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer; a `body` of None is sent as an empty one, bytes as they are, all else as JSON.

    Args:
        status, headers, media_type: Of the answer.
        body: What it holds.
        later: Awaited for the body, after the state has been let go of.
    """

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    media_type: str = "application/json"
    later: Callable[[], Awaitable[Any]] | None = None

    def encoded(self) -> bytes:
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        return _ENCODER.encode(self.body).encode()

    def raw_headers(self, length: int | None) -> list[tuple[bytes, bytes]]:
        fields = {"content-type": self.media_type, **self.headers} if self.body is not None else dict(self.headers)
        if length is not None:
            fields["content-length"] = str(length)
        return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields.items()]


async def read_request(scope: Scope, receive: Receive) -> Request:
    """Read a whole request."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            break
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = dict(parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True))
    return Request(scope["method"], scope["path"], query, headers, body)
