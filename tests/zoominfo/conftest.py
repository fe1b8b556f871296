"""Fixtures of the tests of signing in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from signing import Clock, Service, State, make

from sales_zoominfo.zoominfo import renewal
from sales_zoominfo.zoominfo.transport import Transport


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
