"""Builders without a network: a client that has taxonomies and a company to find, and a way to read an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import httpx2

from sales_zoominfo.zoominfo.asking import Answer, Ask
from sales_zoominfo.zoominfo.client import Client, Side
from sales_zoominfo.zoominfo.codec import Codec
from sales_zoominfo.zoominfo.enterprise import EnterpriseCodec
from sales_zoominfo.zoominfo.gtm import GtmCodec
from sales_zoominfo.zoominfo.messages import Response
from sales_zoominfo.zoominfo.operations import Generation
from sales_zoominfo.zoominfo.records import Page, Value

TAXONOMIES: dict[str, list[Value]] = {
    "departments": [
        Value("0", "C-Suite"),
        Value("3", "Sales"),
        Value("5", "Information Technology"),
        Value("6", "Engineering & Technical"),
    ],
    "industries": [Value("software.health", "Healthcare Software")],
}


class Offline(Client):
    """The client's own choice of a generation, over lists that stand here."""

    def __init__(self, *generations: Generation, codec: EnterpriseCodec | None = None) -> None:
        codecs: dict[Generation, Codec] = {"gtm": GtmCodec(), "enterprise": codec or EnterpriseCodec()}
        nothing = cast("Any", None)
        super().__init__({name: Side(codecs[name], nothing, nothing) for name in generations})
        self.searches: list[Mapping[str, object]] = []

    async def taxonomy(
        self, generation: Generation, field: str, narrow: Mapping[str, str] | None = None
    ) -> list[Value]:
        return TAXONOMIES[field]

    async def search(self, subject: Any, filters: Mapping[str, object], **paging: Any) -> Page:
        self.searches.append(filters)
        return Page([{"id": "900001", "name": "Example Works"}], 1, 1, 10, 1000)


GTM = Offline("gtm")
ENTERPRISE = Offline("enterprise")
BOTH = Offline("gtm", "enterprise")


def told(ask: Ask, body: Any, status: int = 200) -> Answer:
    """The answer that a body amounts to."""
    return ask.read(Response(status, httpx2.Headers(), body))
