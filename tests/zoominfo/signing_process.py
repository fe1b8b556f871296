"""A process of its own that signs in, for tests: waits for a line on stdin, then works, a line of JSON for each step.

Argument: ``once``, or ``renew`` to renew the token again and again until it is stopped.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys

import anyio

from sales_zoominfo.errors import SalesZoomInfoError
from sales_zoominfo.settings import load_settings
from sales_zoominfo.store import open_store
from sales_zoominfo.store.vault import open_vault
from sales_zoominfo.zoominfo import renewal
from sales_zoominfo.zoominfo.auth import EnterpriseTokens, GtmTokens
from sales_zoominfo.zoominfo.credentials import read_credentials
from sales_zoominfo.zoominfo.limiter import LocalLimiter
from sales_zoominfo.zoominfo.token_cache import TokenCache
from sales_zoominfo.zoominfo.transport import Transport


def tell(**values: object) -> None:
    print(json.dumps(values), flush=True)


async def main(mode: str) -> None:
    renewal.LIFE_OF_CHAIN = float(os.environ.get("TEST_LIFE_OF_CHAIN", renewal.LIFE_OF_CHAIN))
    settings = load_settings()
    credentials = read_credentials(settings)
    limiter = LocalLimiter({"auth": 1000.0, "standard": 1000.0, "scaling": 1000.0})
    transport = Transport(base_url=settings.base_url, limiter=limiter, timeout=settings.timeout)
    tell(ready=True)
    sys.stdin.readline()
    # Only now, so that opening, keys and migrations are raced for as well.
    store = await open_store(settings.state_address)
    cache = TokenCache(store, lambda: open_vault(store, settings))
    tokens: GtmTokens | EnterpriseTokens
    if credentials.gtm is not None:
        gtm = credentials.gtm
        tokens = GtmTokens(transport, gtm.client_id, gtm.client_secret, gtm.refresh_token, cache=cache)
    else:
        assert credentials.enterprise is not None
        user = credentials.enterprise
        tokens = EnterpriseTokens(
            transport, user.username, user.password, client_id=user.client_id, key=user.private_key, cache=cache
        )
    try:
        token = await tokens.token()
        tell(token=hashlib.sha256(token.value.encode()).hexdigest())
        while mode == "renew":
            token = await tokens.refresh(token)
            tell(token=hashlib.sha256(token.value.encode()).hexdigest())
    except SalesZoomInfoError as error:
        tell(error=error.kind, code=error.code)
    await transport.aclose()
    await store.close()


anyio.run(main, sys.argv[1])
