"""Sessions in the store: shared, encrypted, taken over from files, and no reason to fail when they cannot be kept."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import stat
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from signing import (
    EPOCH,
    PASSWORD,
    SECRETS,
    Broken,
    Clock,
    Service,
    State,
    make,
    pem,
    posix,
    refused,
    rotating,
)

from sales_zoominfo.zoominfo import renewal
from sales_zoominfo.zoominfo.auth import EnterpriseTokens, GtmTokens
from sales_zoominfo.zoominfo.token_cache import TokenCache
from sales_zoominfo.zoominfo.transport import Transport

pytestmark = pytest.mark.anyio


# Cache


async def test_a_restart_does_not_sign_in_again(service: Service, transport: Transport, state: State) -> None:
    first = await EnterpriseTokens(transport, "u", PASSWORD, cache=await state.cache()).token()
    second = await EnterpriseTokens(transport, "u", PASSWORD, cache=await state.cache()).token()
    assert first.value == second.value
    assert len(service.requests) == 1


async def test_other_secrets_users_and_addresses_have_other_tokens(
    service: Service, clock: Clock, state: State, key: rsa.RSAPrivateKey
) -> None:
    cache, one, two = await state.cache(), make(service, clock), make(service, clock, base_url="http://two.test")
    sources = [
        EnterpriseTokens(one, "u", PASSWORD, cache=cache),
        EnterpriseTokens(one, "u", PASSWORD + "2", cache=cache),
        EnterpriseTokens(one, "v", PASSWORD, cache=cache),
        EnterpriseTokens(two, "u", PASSWORD, cache=cache),
        EnterpriseTokens(one, "u", client_id="c", key=pem(key), cache=cache),
        GtmTokens(one, "u", PASSWORD, cache=cache),
        GtmTokens(one, "u", PASSWORD, "r1-SECRET", cache=cache),
    ]
    assert len({source.identity() for source in sources}) == len(sources)
    for source in sources:
        await source.token()
    assert len(service.requests) == len(sources)


async def test_a_token_refused_here_may_have_been_renewed_elsewhere(
    service: Service, transport: Transport, state: State
) -> None:
    a = EnterpriseTokens(transport, "u", PASSWORD, cache=await state.cache())
    b = EnterpriseTokens(transport, "u", PASSWORD, cache=await state.cache())
    old_a, old_b = await a.token(), await b.token()
    new_a = await a.refresh(old_a)
    assert (await b.refresh(old_b)).value == new_a.value
    assert len(service.requests) == 2


async def test_processes_sign_in_one_at_a_time(service: Service, transport: Transport, state: State) -> None:
    service.pause = 0.02
    async with anyio.create_task_group() as group:
        for _ in range(6):
            group.start_soon(EnterpriseTokens(transport, "u", PASSWORD, cache=await state.cache()).token)
    assert len(service.requests) == 1


async def test_other_processes_use_the_old_token_while_one_renews(
    service: Service, transport: Transport, clock: Clock, state: State
) -> None:
    sources = [EnterpriseTokens(transport, "u", PASSWORD, cache=await state.cache(), wall=clock.wall) for _ in range(5)]
    for source in sources:
        await source.token()
    clock.now = 1000 + 3400
    arrived, go_on = service.gate = anyio.Event(), anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(sources[0].token)
        await arrived.wait()
        assert {(await source.token()).value for source in sources[1:]} == {"access-SECRET1"}
        go_on.set()
    assert (await sources[0].token()).value == "access-SECRET2"
    clock.now += 5
    assert {(await source.token()).value for source in sources} == {"access-SECRET2"}
    assert len(service.requests) == 2


async def test_renewals_are_spread_over_the_time_that_is_left(
    service: Service, transport: Transport, clock: Clock, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewal, "_spread", lambda: 1.0)
    tokens = GtmTokens(transport, "cid", "client-SECRET", cache=await state.cache(), wall=clock.wall)
    await tokens.token()
    clock.now = 1000 + 0.8 * 3600 + 170
    assert (await tokens.token()).generation == 1
    clock.now = 1000 + 0.8 * 3600 + 190
    assert (await tokens.token()).generation == 2


async def test_nothing_secret_is_in_the_state_in_clear(
    transport: Transport, state: State, key: rsa.RSAPrivateKey
) -> None:
    cache = await state.cache()
    await EnterpriseTokens(transport, "u", PASSWORD, cache=cache).token()
    await EnterpriseTokens(transport, "u", client_id="c", key=pem(key), cache=cache).token()
    await rotating(transport, cache).token()
    await state.close()
    found = {path.name: path.read_bytes() for path in state.folder.iterdir() if path.is_file()}
    assert len(found["state.sqlite"]) > 4096
    for name, content in found.items():
        for secret in SECRETS:
            assert secret.encode() not in content, name
        if os.name == "posix":
            assert stat.S_IMODE((state.folder / name).stat().st_mode) == 0o600, name


async def test_a_copy_of_the_database_without_its_key_opens_nothing(transport: Transport, state: State) -> None:
    await rotating(transport, await state.cache()).token()
    await state.close()
    (state.folder / "ledger.key").write_bytes(os.urandom(32))
    assert (await refused(rotating(transport, await state.cache()))).kind == "state_key_wrong"


@pytest.mark.parametrize("rotates", [False, True])
async def test_a_damaged_session_is_written_anew_unless_its_refresh_token_is_lost_with_it(
    service: Service, transport: Transport, state: State, rotates: bool
) -> None:
    def make_one(cache: TokenCache) -> GtmTokens:
        return GtmTokens(transport, "cid", "client-SECRET", "r1-SECRET" if rotates else None, cache=cache)

    await make_one(await state.cache()).token()
    store = await state.store()
    await store.write(lambda transaction: transaction.execute("UPDATE token SET sealed = ?", (b"\x01" + b"x" * 60,)))
    if rotates:
        # The configured token is spent: to send it would end a session that a backup can bring back.
        assert (await refused(make_one(await state.cache()))).kind == "state_undecryptable"
        assert len(service.requests) == 1
    else:
        assert (await make_one(await state.cache()).token()).value == "access-SECRET2"
        assert (await make_one(await state.cache()).token()).value == "access-SECRET2"


async def test_a_session_moved_under_another_name_does_not_open_there(
    service: Service, transport: Transport, state: State
) -> None:
    cache = await state.cache()
    await EnterpriseTokens(transport, "u", PASSWORD, cache=cache).token()
    await EnterpriseTokens(transport, "v", PASSWORD, cache=cache).token()
    store = await state.store()
    await store.write(
        lambda transaction: transaction.execute("UPDATE token SET sealed = (SELECT MIN(sealed) FROM token)")
    )
    for user in ("u", "v"):
        await EnterpriseTokens(transport, user, PASSWORD, cache=await state.cache()).token()
    assert len(service.requests) == 3


async def test_an_unusable_state_only_costs_the_cache(
    service: Service, transport: Transport, state: State, caplog: pytest.LogCaptureFixture
) -> None:
    tokens = EnterpriseTokens(transport, "u", PASSWORD, cache=Broken(await state.store(), "read"))
    assert (await tokens.token()).generation == 1
    assert "state_unusable" in caplog.text
    assert (await tokens.token()).generation == 1
    assert len(service.requests) == 1


# Files of earlier releases


def old_file(folder: Path, tokens: GtmTokens | EnterpriseTokens, origin: str = "", **session: Any) -> Path:
    """A session as earlier releases kept it, under the name that they gave it."""
    who, secret = tokens._secret()
    proof = hmac.new(secret, b"sales-zoominfo token cache", hashlib.sha256).hexdigest()
    text = "\n".join((tokens.generation, "http://zi.test", who, proof))
    path = folder / "tokens" / f"{hashlib.sha256(text.encode()).hexdigest()}.json"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    content = {"value": "old-SECRET", "expires_at": EPOCH + 3600, "refresh_at": EPOCH + 2880, "origin": origin}
    path.write_text(json.dumps(content | {"refresh_token": None} | session))
    path.chmod(0o600)
    (path.parent / f"{path.stem}.lock").touch()
    return path


def origin_of(refresh_token: str) -> str:
    return hmac.new(b"client-SECRET", refresh_token.encode(), hashlib.sha256).hexdigest()


async def test_files_of_an_earlier_release_are_taken_over_once(
    service: Service, transport: Transport, state: State, clock: Clock
) -> None:
    plain = EnterpriseTokens(transport, "u", PASSWORD, cache=await state.cache(), wall=clock.wall)
    chain = rotating(transport, await state.cache(), wall=clock.wall)
    service.refresh_token = "r2-SECRET"
    old_file(state.folder, plain)
    old_file(state.folder, chain, origin_of("r1-SECRET"), refresh_token="r2-SECRET")
    assert (await plain.token()).value == "old-SECRET"
    assert not (state.folder / "tokens").exists()
    assert (await chain.refresh(await chain.token())).value == "access-SECRET1"
    assert service.refresh_token == "r3-SECRET"


async def test_a_file_is_no_newer_than_the_state(transport: Transport, state: State, clock: Clock) -> None:
    await rotating(transport, await state.cache(), wall=clock.wall).token()
    chain = rotating(transport, await state.cache(), wall=clock.wall)
    old_file(state.folder, chain, origin_of("r1-SECRET"), refresh_token="r1-SECRET")
    assert (await chain.token()).value == "access-SECRET1"


@posix
@pytest.mark.parametrize("spoil", ["readable", "link", "junk", "foreign shape", "bad token"])
async def test_files_that_cannot_be_trusted_are_not_taken_over(
    transport: Transport, state: State, spoil: str, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    tokens = EnterpriseTokens(transport, "u", PASSWORD, cache=await state.cache(), wall=clock.wall)
    path = old_file(state.folder, tokens)
    if spoil == "readable":
        path.chmod(0o644)
    elif spoil == "link":
        path.rename(state.folder / "elsewhere")
        path.symlink_to(state.folder / "elsewhere")
    else:
        kept = json.loads(path.read_text())
        text = {"junk": "{", "foreign shape": "[1]", "bad token": json.dumps(kept | {"value": "a\nb"})}[spoil]
        path.write_text(text)
    assert (await tokens.token()).value == "access-SECRET1"
    assert not (state.folder / "tokens").exists()
    assert "SECRET" not in caplog.text
