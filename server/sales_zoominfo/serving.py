"""The MCP server over HTTP: on this machine alone, behind one bearer token, for several clients at once."""

from __future__ import annotations

import errno
import hashlib
import ipaddress
import logging
import os
import re
import secrets
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from .errors import fail
from .settings import Settings, env_name

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from starlette.types import ASGIApp, Receive, Scope, Send

PATH = "/mcp"
MIN_TOKEN = 32
MAX_TOKEN = 512
HOW_TO_MAKE_ONE = 'python3 -c "import secrets; print(secrets.token_urlsafe(32))"'
# Seconds that open answers get to finish after Ctrl-C.
_GRACE = 2
# What a header carries unchanged: printable ASCII without spaces.
_TOKEN = re.compile(r"[\x21-\x7e]+")


def read_token(settings: Settings) -> str | None:
    """The token that clients must send.

    Args:
        settings: the environment.

    Returns:
        The token; None in the sandbox when none is set.

    Raises:
        InvalidArgument: credentials are configured and no token is, or the token cannot be used.
        AuthenticationFailed: the credentials are incomplete.
    """
    from .zoominfo.credentials import read_credentials

    token = settings.secret("http_token")
    setting, file = env_name("http_token"), env_name("http_token_file")
    if token is None:
        if read_credentials(settings):
            raise fail("http_token_missing", setting=setting, file=file, command=HOW_TO_MAKE_ONE)
        return None
    token = token.strip()
    reason = None
    if not _TOKEN.fullmatch(token):
        reason = "it holds spaces or characters outside ASCII, which a header cannot carry"
    elif not MIN_TOKEN <= len(token) <= MAX_TOKEN:
        length = "shorter" if len(token) < MIN_TOKEN else "longer"
        bound = MIN_TOKEN if len(token) < MIN_TOKEN else MAX_TOKEN
        reason = f"it is {length} than {bound} characters"
    if reason is not None:
        how = f"Make one with `{HOW_TO_MAKE_ONE}` and set {setting} to it, or {file} to a file that holds it."
        raise fail("setting_invalid", name=setting, reason=reason, how=how)
    return token


def subject_of(token: str) -> str:
    """What the ledger calls whoever has a token: the same at each start, and no way back to the token."""
    return hashlib.sha256(b"sales-zoominfo http caller\0" + token.encode()).hexdigest()[:12]


def loopback(host: str) -> str:
    """The address to listen on.

    Args:
        host: an address of the loopback interface, or ``localhost``.

    Returns:
        The address.

    Raises:
        InvalidArgument: others than this machine could reach it.
    """
    if host == "localhost":
        # Not resolved: a hosts file could lead elsewhere.
        return "127.0.0.1"
    with suppress(ValueError):
        address = ipaddress.ip_address(host.strip("[]"))
        if address.is_loopback:
            return str(address)
    how = (
        "Take 127.0.0.1, ::1 or localhost. For other machines put a reverse proxy with TLS in front, which sends "
        "the header `Host: 127.0.0.1:PORT`."
    )
    raise fail("option_invalid", name="--host", reason=f"{host[:60]} is not an address of this machine alone", how=how)


def listen(address: str, port: int, *, spare: int = 8000, legal: str = "Take 127.0.0.1.") -> socket.socket:
    """Open the port.

    Args:
        address: an IP address.
        port: 0 takes a free one.
        spare: the port to advise after the last one.
        legal: the addresses to advise.

    Raises:
        InvalidArgument: the port is no port, in use or reserved, or the address is not there.
    """
    if not 0 <= port <= 65535:
        how = "Take one from 1024 to 65535, or 0 for a free one."
        raise fail("option_invalid", name="--port", reason=f"{port} is no port", how=how)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # With the protocol named, or asyncio leaves Nagle's algorithm on and each answer takes 40 ms longer.
    listener = None
    try:
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(128)
    except OSError as error:
        if listener is not None:
            listener.close()
        if error.errno == errno.EADDRINUSE:
            reason = f"port {port} on {address} is in use"
            how = f"End the program that uses it, or take another: --port {port + 1 if port < 65535 else spare}."
            raise fail("option_invalid", name="--port", reason=reason, how=how) from None
        if error.errno == errno.EACCES:
            reason, how = f"port {port} is reserved", "Take one above 1023."
            raise fail("option_invalid", name="--port", reason=reason, how=how) from None
        reason = f"nothing can listen on {address} ({(error.strerror or 'unknown address').lower()})"
        raise fail("option_invalid", name="--host", reason=reason, how=legal) from None
    return listener


class BearerGuard:
    """Lets in only requests that carry the token, and says who they are from; everyone else learns nothing.

    Args:
        app: what it stands before.
        token: the one that is let in.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
        from mcp.server.auth.provider import AccessToken

        self._app = app
        self._digest = _digest(token.encode())
        subject = subject_of(token)
        # Sessions are bound to this user by the SDK. The token itself goes no further than here.
        self._user = AuthenticatedUser(AccessToken(token="", client_id=subject, scopes=[], subject=subject))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        scheme, _, token = given[0].partition(b" ") if len(given) == 1 else (b"", b"", b"")
        # Digests are as long as each other, so that the comparison tells no length either.
        if not secrets.compare_digest(_digest(token.strip()), self._digest) or scheme.lower() != b"bearer":
            headers = [(b"www-authenticate", b"Bearer"), (b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 401, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await self._app({**scope, "user": self._user}, receive, send)


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()


def http_app(server: MCPServer[None], token: str | None, host: str = "127.0.0.1") -> ASGIApp:
    """The ASGI application: Streamable HTTP at :data:`PATH` in both protocol eras, guarded.

    Args:
        server: the MCP server.
        token: what clients must send, None to let everyone on this machine in.
        host: the address that it is served on, as URLs have it.
    """
    from mcp.server.transport_security import TransportSecuritySettings

    names = dict.fromkeys(("127.0.0.1", "localhost", "[::1]", host))
    guard = TransportSecuritySettings(
        # Without a port where it is the scheme's own.
        allowed_hosts=[*names, *(f"{name}:*" for name in names)],
        allowed_origins=[origin for name in names for origin in (f"http://{name}", f"http://{name}:*")],
    )
    app = server.streamable_http_app(streamable_http_path=PATH, transport_security=guard)
    return app if token is None else BearerGuard(app, token)


def serve_http(server: MCPServer[None], token: str | None, host: str, port: int) -> None:
    """Serve until interrupted.

    Args:
        server: the MCP server.
        token: what clients must send, None to let everyone on this machine in.
        host: an address of the loopback interface, or ``localhost``.
        port: 0 takes a free one.

    Raises:
        InvalidArgument: the host or the port cannot be used.
    """
    address = loopback(host)
    with listen(address, port) as listener:
        import uvicorn

        shown = f"[{address}]" if ":" in address else address
        who = "with the bearer token" if token else "without a token, on the fictional data of the sandbox"
        url = f"http://{shown}:{listener.getsockname()[1]}{PATH}"
        print(f"MCP over HTTP on {url}, {who}. Ctrl-C ends it.", file=sys.stderr, flush=True)  # noqa: T201
        config = uvicorn.Config(
            http_app(server, token, shown),
            # The SDK has set up the log.
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            lifespan="on",
            timeout_graceful_shutdown=_GRACE,
        )
        web = uvicorn.Server(config)
        # At debug it writes each answer, and with it the people in it, into the log.
        logging.getLogger("sse_starlette").setLevel(logging.WARNING)
        # Streams that Ctrl-C cuts off are no errors, and neither is Ctrl-C: it is how one ends it.
        logging.getLogger("uvicorn.error").addFilter(lambda _: not web.should_exit)
        with suppress(KeyboardInterrupt):
            web.run(sockets=[listener])
