"""What the privacy tests share: a screen over a real state file, and an invented person."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from sales_zoominfo.account.entries import Entry, read_entry, read_kind
from sales_zoominfo.account.gate import Account
from sales_zoominfo.account.privacy import Screen
from sales_zoominfo.app import App
from sales_zoominfo.settings import load_settings
from sales_zoominfo.store import Store, open_store
from sales_zoominfo.store.vault import open_vault
from sales_zoominfo.zoominfo.operations import Generation
from support import DEMO, Sandbox

SIGN_IN: dict[Generation, dict[str, Any]] = {
    "gtm": {"client_id": DEMO.client_id, "client_secret": DEMO.client_secret},
    "enterprise": {"username": DEMO.username, "password": DEMO.password},
}

# Every identifier that a record can carry.
ADA: dict[str, Any] = {
    "id": "7123456",
    "firstName": "Ada",
    "lastName": "Sample",
    "email": "ada.sample@acme-widgets.example",
    "supplementalEmail": "ada.private@mail.example",
    "phone": "(555) 010-1234",
    "directPhoneDoNotCall": False,
    "mobilePhone": "+49 30 12345678",
    "mobilePhoneDoNotCall": False,
    "jobTitle": "Director",
    "companyId": "900100",
    "companyName": "Acme Widgets",
    "companyWebsite": "www.acme-widgets.example",
    "companyPhone": "(555) 010-0000",
}
BEN = {**ADA, "id": "7123457", "firstName": "Ben", "email": "ben@acme-widgets.example"}
BEN |= {"supplementalEmail": "ben@mail.example", "phone": "(555) 010-1235", "mobilePhone": "+49 30 12345679"}
# Ways to name Ada on the list.
NAMES: dict[str, tuple[str, str]] = {
    "e-mail": ("email", "Ada.Sample+news@ACME-widgets.example"),
    "personal e-mail": ("email", "ada.private@mail.example"),
    "domain": ("domain", "https://www.acme-widgets.example/about"),
    "direct phone": ("phone", "+1 555 010 1234"),
    "direct phone without a code": ("phone", "555.010.1234"),
    "mobile phone": ("phone", "0049 (0)30 12345678"),
    "mobile phone without a code": ("phone", "030 12345678"),
    "person id": ("person", "7123456"),
    "company id": ("company", "900100"),
}


def entry(kind: str, value: object, **more: Any) -> Entry:
    return read_entry(read_kind(kind), value, **more)


@asynccontextmanager
async def opened(state_url: str, *, place: str = "", clock: Any = None, **settings: object) -> AsyncGenerator[Screen]:
    store: Store = await open_store(state_url)
    chosen = load_settings(**settings)
    try:
        yield Screen(store, await open_vault(store, chosen), chosen, place=place, clock=clock)
    finally:
        await store.close()


def written(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its name."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


class Desk:
    """An account over a sandbox of its own, and its opt-out list."""

    def __init__(self, folder: Path, state_url: str) -> None:
        self.sandbox = Sandbox(folder)
        self.state_url = state_url
        self.app: App | None = None

    async def open(self, *generations: Generation, switches: dict[str, Any] | None = None, **more: Any) -> Account:
        sign_in = {name: value for one in generations or ("gtm",) for name, value in SIGN_IN[one].items()}
        served = self.sandbox.open(**switches) if switches else self.sandbox.app
        chosen = {"max_credits_per_call": 200, "max_credits_per_hour": 1000, **sign_in, **more}
        self.app = App(
            load_settings(state_url=self.state_url, base_url="http://zoominfo.test", rate_limit=1000, **chosen),
            http_transport=httpx2.ASGITransport(app=served),
        )
        return await self.app.account()

    async def list(self, kind: str, value: object) -> None:
        assert self.app is not None
        await (await self.app.privacy()).add([entry(kind, value)], "test", resolve=5)

    def searches(self) -> int:
        return self.sandbox.count("contacts/search") + self.sandbox.count("/search/contact")
