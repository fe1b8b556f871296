"""A sandbox whose search answers a test can edit, since its data never changes by itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sales_zoominfo.sandbox import ASGIApp

Rows = list[dict[str, Any]]


@dataclass
class Edited:
    """An ASGI app in front of another one.

    Attributes:
        rows: gets the rows of each search answer, as they travel, and gives those to answer.
        total: the number of hits to tell in place of the true one.
        searches: path and body of each search.
    """

    app: ASGIApp
    rows: Callable[[Rows], Rows] | None = None
    total: int | None = None
    searches: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or "search" not in scope["path"] or "lookup" in scope["path"]:
            await self.app(scope, receive, send)
            return
        asked, held = b"", []

        async def listen() -> Any:
            nonlocal asked
            message = await receive()
            asked += message.get("body", b"")
            return message

        async def hold(message: Any) -> None:
            held.append(message)

        await self.app(scope, listen, hold)
        self.searches.append((scope["path"], json.loads(asked)))
        start, body = held[0], b"".join(message.get("body", b"") for message in held[1:])
        if start["status"] == 200:
            body = json.dumps(self._edit(json.loads(body))).encode()
            headers = [item for item in start["headers"] if item[0].lower() != b"content-length"]
            start = {**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]}
        await send(start)
        await send({"type": "http.response.body", "body": body})

    def _edit(self, answer: dict[str, Any]) -> dict[str, Any]:
        if self.rows is not None:
            answer["data"] = self.rows(answer["data"])
        if self.total is not None:
            # The Enterprise API tells the total as maxResults.
            meta = answer.get("meta", answer)
            meta["totalResults" if "meta" in answer else "maxResults"] = self.total
        return answer
