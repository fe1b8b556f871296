"""Fixtures of the tests of signing in, and clients of both generations over a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from signing import Clock, Service, State, make

from sales_zoominfo.zoominfo import renewal
from sales_zoominfo.zoominfo.client import Client
from sales_zoominfo.zoominfo.transport import Transport
from support import GENERATIONS, Served, client


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def state(tmp_path: Path) -> AsyncIterator[State]:
    state = State(tmp_path)
    yield state
    await state.close()


@pytest.fixture(autouse=True)
def no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewal, "_spread", lambda: 0.0)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def transport(service: Service, clock: Clock) -> Transport:
    return make(service, clock)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
async def gtm(served_sandbox: Served, anyio_backend: str) -> AsyncIterator[Client]:
    made = client(served_sandbox, "gtm")
    yield made
    await made.aclose()


@pytest.fixture
async def enterprise(served_sandbox: Served, anyio_backend: str) -> AsyncIterator[Client]:
    made = client(served_sandbox, "enterprise")
    yield made
    await made.aclose()


@pytest.fixture(params=GENERATIONS)
async def one(request: pytest.FixtureRequest, served_sandbox: Served, anyio_backend: str) -> AsyncIterator[Client]:
    made = client(served_sandbox, request.param)
    yield made
    await made.aclose()
