"""A built data set shared by all tests of the sandbox, and a driver that calls it like a client."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest

from sales_zoominfo.sandbox import Charge, SandboxAccount, Switches, create_app, default_account
from sales_zoominfo.sandbox import dataset as data_files

from . import wide_tables

COMPANIES, PEOPLE = 300, 3000
JSON_API = "application/vnd.api+json"


@dataclass
class Clock:
    now: float = data_files.ANCHOR + 20 * 86_400.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Driver:
    """One sandbox over a state directory, called in process."""

    state_dir: Path
    clock: Clock = field(default_factory=Clock)
    switches: Switches = field(default_factory=lambda: Switches(package="unlimited", rate_authenticate=0))
    on_charge: Callable[[Charge], None] | None = None
    accounts: tuple[SandboxAccount, ...] | None = None
    more: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.account = self.accounts[0] if self.accounts else default_account()
        self.app = create_app(
            self.state_dir,
            clock=self.clock,
            on_charge=self.on_charge,
            switches=self.switches,
            companies=COMPANIES,
            people=PEOPLE,
            accounts=self.accounts,
            **self.more,
        )
        self.bearer = ""
        self.session = ""

    def call(self, method: str, path: str, **options: Any) -> httpx2.Response:
        async def run() -> httpx2.Response:
            transport = httpx2.ASGITransport(app=self.app)
            async with httpx2.AsyncClient(transport=transport, base_url="https://api.zoominfo.com") as client:
                return await client.request(method, path, **options)

        return anyio.run(run)

    def token(self, **form: str) -> httpx2.Response:
        form.setdefault("grant_type", "client_credentials")
        return self.call(
            "POST", "/gtm/oauth/v1/token", data=form, auth=(self.account.client_id, self.account.client_secret)
        )

    def gtm_headers(self) -> dict[str, str]:
        if not self.bearer:
            self.bearer = self.token().json()["access_token"]
        return {"Authorization": f"Bearer {self.bearer}", "Accept": JSON_API, "Content-Type": JSON_API}

    def gtm(self, path: str, kind: str, attributes: Any, **query: Any) -> httpx2.Response:
        params = {f"page[{key}]" if key in {"number", "size"} else key: value for key, value in query.items()}
        body = {"data": {"type": kind, "attributes": attributes}}
        return self.call("POST", f"/gtm/data/v1{path}", headers=self.gtm_headers(), params=params, json=body)

    def gtm_get(self, path: str, **params: Any) -> httpx2.Response:
        return self.call("GET", f"/gtm/data/v1{path}", headers=self.gtm_headers(), params=params)

    def find(self, entity: str, attributes: Any, **query: Any) -> httpx2.Response:
        plural = {"contact": "contacts", "company": "companies"}[entity]
        return self.gtm(f"/{plural}/search", f"{entity.capitalize()}Search", attributes, **query)

    def enrich(self, entity: str, inputs: list[Any], outputs: list[str], **more: Any) -> httpx2.Response:
        plural, name = {"contact": ("contacts", "matchPersonInput"), "company": ("companies", "matchCompanyInput")}[
            entity
        ]
        attributes = {name: inputs, "outputFields": outputs, **more}
        return self.gtm(f"/{plural}/enrich", f"{entity.capitalize()}Enrich", attributes)

    def jwt_headers(self) -> dict[str, str]:
        if not self.session:
            body = {"username": self.account.username, "password": self.account.password}
            self.session = self.call("POST", "/authenticate", json=body).json()["jwt"]
        return {"Authorization": f"Bearer {self.session}"}

    def ent(self, path: str, body: Any) -> httpx2.Response:
        return self.call("POST", path, headers=self.jwt_headers(), json=body)

    def ent_get(self, path: str, **params: Any) -> httpx2.Response:
        return self.call("GET", path, headers=self.jwt_headers(), params=params)

    def ent_enrich(self, entity: str, inputs: list[Any], outputs: list[str], **more: Any) -> httpx2.Response:
        name = {"contact": "matchPersonInput", "company": "matchCompanyInput"}[entity]
        return self.ent(f"/enrich/{entity}", {name: inputs, "outputFields": outputs, **more})

    def used(self) -> dict[str, int]:
        rows = self.gtm_get("/users/usage").json()["data"][0]["attributes"]["usage"]
        return {row["limitType"]: row["currentUsage"] for row in rows}

    def close(self) -> None:
        self.app.close()  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return data_files.ensure(tmp_path_factory.mktemp("dataset"), COMPANIES, PEOPLE)


@pytest.fixture(scope="session")
def wide(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same data with a column for everything that can be searched."""
    return wide_tables.write(tmp_path_factory.mktemp("wide") / "wide.sqlite", dataset, COMPANIES, PEOPLE)


@pytest.fixture
def state_dir(dataset: Path, tmp_path: Path) -> Path:
    target = tmp_path / "sandbox"
    target.mkdir()
    (target / dataset.name).hardlink_to(dataset) if _same_device(dataset, target) else shutil.copy(dataset, target)
    return target


def _same_device(one: Path, two: Path) -> bool:
    return one.stat().st_dev == two.stat().st_dev


@pytest.fixture
def make(state_dir: Path) -> Iterator[Callable[..., Driver]]:
    """Open sandboxes over one state directory; the same clock unless another is given."""
    clock = Clock()
    opened: list[Driver] = []

    def open_one(**options: Any) -> Driver:
        switches = options.pop("switches", {})
        options.setdefault("clock", clock)
        base = {"package": "unlimited", "rate_authenticate": 0} | switches
        driver = Driver(state_dir, switches=Switches(**base), **options)
        opened.append(driver)
        return driver

    yield open_one
    for driver in opened:
        driver.close()


@pytest.fixture
def box(make: Callable[..., Driver]) -> Driver:
    return make()


@pytest.fixture(scope="session")
def shared(dataset: Path) -> Iterator[Driver]:
    """One sandbox for tests that only read."""
    driver = Driver(dataset.parent)
    yield driver
    driver.close()
