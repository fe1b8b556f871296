"""Refresh tokens that rotate: nothing lost on the way, and a plain word where an answer was."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs

import anyio
import anyio.lowlevel
import anyio.to_thread
import httpx2
import pytest
from signing import (
    EPOCH,
    Broken,
    Clock,
    Service,
    State,
    answering,
    make,
    refresh_token_in,
    refused,
    rotating,
)

from postgres import Server
from sales_zoominfo.errors import (
    AuthenticationFailed,
    InvalidArgument,
    UpstreamUnavailable,
)
from sales_zoominfo.settings import Settings
from sales_zoominfo.store import open_store
from sales_zoominfo.store.vault import open_vault
from sales_zoominfo.zoominfo import renewal
from sales_zoominfo.zoominfo.auth import GtmTokens
from sales_zoominfo.zoominfo.operations import OPERATIONS
from sales_zoominfo.zoominfo.token_cache import Session, TokenCache
from sales_zoominfo.zoominfo.transport import Request, Transport

pytestmark = pytest.mark.anyio


# Rotation


async def test_the_chain_goes_on_after_a_restart(
    service: Service, transport: Transport, state: State, clock: Clock
) -> None:
    for number in range(3):
        tokens = rotating(transport, await state.cache(), wall=clock.wall)
        await tokens.token()
        assert len(service.requests) == number + 1
        clock.now += 3000
    assert service.refresh_token == "r4-SECRET"
    assert [parse_qs(r.content.decode())["refresh_token"][0][:2] for r in service.requests] == ["r1", "r2", "r3"]


async def test_the_new_refresh_token_is_kept_before_the_access_token_is_used(
    service: Service, transport: Transport, state: State
) -> None:
    cache = await state.cache()
    tokens = rotating(transport, cache)
    kept: list[tuple[str, str | None]] = []

    async def note() -> None:
        held, _ = await (await state.cache()).look(tokens.identity(), "test", 40)
        assert held is not None
        kept.append((held.session.value, held.session.refresh_token))

    service.on_data = note
    operation = OPERATIONS["usage"]
    await transport.send(Request(operation, "gtm", "GET", "/gtm/data/v1/users/usage"), tokens)
    assert kept == [("access-SECRET1", "r2-SECRET")]
    assert service.data_calls == ["Bearer access-SECRET1"]


async def test_a_crash_right_after_the_sign_in_loses_nothing(
    service: Service, transport: Transport, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever comes next waits until the lease of the dead one has ended.
    monkeypatch.setattr("sales_zoominfo.zoominfo.renewal.LIFE_OF_CHAIN", 1.0)

    class Dies(TokenCache):
        async def renewed(self, identity: str, session: Session, generation: int) -> bool:
            await super().renewed(identity, session, generation)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await rotating(transport, await state.cache(Dies)).token()
    assert service.data_calls == []
    tokens = rotating(transport, await state.cache())
    token = await tokens.token()
    assert token.value == "access-SECRET1"
    await tokens.refresh(token)
    assert service.refresh_token == "r3-SECRET"


async def test_a_rotated_token_that_cannot_be_kept_is_not_used_but_not_forgotten(
    service: Service, transport: Transport, state: State
) -> None:
    cache = Broken(await state.store(), "renewed")
    tokens = rotating(transport, cache)
    for _ in range(2):
        error = await refused(tokens)
        assert isinstance(error, InvalidArgument)
        assert error.kind == "state_unusable"
    assert len(service.requests) == 1
    # Nobody else may send the spent one meanwhile.
    other = await state.cache()
    assert (await other.take(tokens.identity(), "other", 40))[0] is None
    cache.broken = ""
    assert (await tokens.token()).value == "access-SECRET1"
    assert len(service.requests) == 1
    assert await refresh_token_in(cache, tokens)() == "r2-SECRET"
    assert (await other.take(tokens.identity(), "other", 40))[0] is not None


async def test_no_refresh_token_is_spent_when_nothing_can_be_kept(
    service: Service, transport: Transport, state: State
) -> None:
    for broken in ("read", "take", "mark_sent"):
        assert (await refused(rotating(transport, Broken(await state.store(), broken)))).kind == "state_unusable"
    assert service.requests == []


async def test_a_new_configured_refresh_token_starts_a_new_chain(
    service: Service, transport: Transport, state: State
) -> None:
    await rotating(transport, await state.cache()).token()
    service.refresh_token = "r7-SECRET"
    await rotating(transport, await state.cache(), "r7-SECRET").token()
    assert service.refresh_token == "r8-SECRET"
    await GtmTokens(transport, "cid", "client-SECRET", cache=await state.cache()).token()
    assert len(service.requests) == 3


async def test_another_grant_of_the_same_app_leaves_the_chain_alone(
    service: Service, transport: Transport, state: State, clock: Clock
) -> None:
    await rotating(transport, await state.cache(), wall=clock.wall).token()
    await GtmTokens(transport, "cid", "client-SECRET", cache=await state.cache(), wall=clock.wall).token()
    clock.now += 3000
    await rotating(transport, await state.cache(), wall=clock.wall).token()
    assert service.refresh_token == "r3-SECRET"


async def test_a_service_that_does_not_rotate(service: Service, transport: Transport, state: State) -> None:
    service.answer = answering(200, {"access_token": "access-SECRET"})
    tokens = rotating(transport, await state.cache())
    await tokens.refresh(await tokens.token())
    assert {r.content for r in service.requests} == {b"grant_type=refresh_token&refresh_token=r1-SECRET"}


async def test_cancelling_a_caller_does_not_lose_the_rotated_token(
    service: Service, transport: Transport, state: State
) -> None:
    arrived, go_on = service.gate = anyio.Event(), anyio.Event()
    cache = await state.cache()
    tokens = rotating(transport, cache)
    async with anyio.create_task_group() as group:
        group.start_soon(tokens.token)
        await arrived.wait()
        group.cancel_scope.cancel()
        go_on.set()
    assert len(service.requests) == 1
    assert await refresh_token_in(cache, tokens)() == "r2-SECRET"
    assert (await tokens.token()).value == "access-SECRET1"


async def test_a_caller_that_is_cancelled_while_another_renews_goes_at_once(
    service: Service, transport: Transport, state: State
) -> None:
    tokens = rotating(transport, await state.cache())
    lease, _ = await (await state.cache()).take(tokens.identity(), "other", 40)
    assert lease is not None
    with anyio.fail_after(10), anyio.move_on_after(0.2) as scope:
        await tokens.token()
    assert scope.cancelled_caught
    assert service.requests == []


async def test_without_a_cache_the_chain_lives_in_memory(service: Service, transport: Transport) -> None:
    tokens = GtmTokens(transport, "cid", "client-SECRET", "r1-SECRET")
    await tokens.refresh(await tokens.token())
    assert service.refresh_token == "r3-SECRET"


# Lost answers


async def test_a_lost_answer_to_a_refresh_is_not_asked_for_again(
    service: Service, transport: Transport, state: State
) -> None:
    service.answer = answering(504, {})
    assert isinstance(await refused(rotating(transport, await state.cache())), UpstreamUnavailable)
    assert len(service.requests) == 1


async def test_after_a_lost_answer_the_old_token_is_used_to_its_end(
    service: Service, transport: Transport, clock: Clock, state: State
) -> None:
    # The next try may end the session with the token that still works, so it comes last.
    tokens = rotating(transport, await state.cache(), wall=clock.wall)
    await tokens.token()
    service.answer = answering(504, {})
    clock.now += 3000
    assert (await tokens.token()).generation == 1
    assert len(service.requests) == 2
    clock.now += 500
    assert (await tokens.token()).generation == 1
    assert (await rotating(transport, await state.cache(), wall=clock.wall).token()).value == "access-SECRET1"
    assert len(service.requests) == 2
    # It was the service that failed, before it did anything.
    service.answer = None
    clock.now += 95
    assert (await tokens.token()).value == "access-SECRET3"
    assert service.refresh_token == "r3-SECRET"


async def test_a_session_that_ended_with_a_lost_answer_is_told_as_such(
    service: Service, transport: Transport, clock: Clock, state: State
) -> None:
    tokens = rotating(transport, await state.cache(), wall=clock.wall)
    await tokens.token()

    def lose(_request: httpx2.Request) -> httpx2.Response:
        service.refresh_token = "r3-SECRET"
        raise httpx2.ReadError("gone")

    service.answer = lose
    clock.now += 3000
    assert (await tokens.token()).generation == 1
    service.answer = None
    clock.now += 700
    for source in (tokens, rotating(transport, await state.cache(), wall=clock.wall)):
        error = await refused(source)
        assert isinstance(error, AuthenticationFailed)
        assert error.kind == "renewal_lost"
        assert error.details["kind"] == "renewal_lost"
        assert "login" in error.next_step


@pytest.mark.parametrize("trouble", ["no connection", "refused for rate"])
async def test_an_early_renewal_that_was_surely_not_done_is_tried_again_soon(
    service: Service, clock: Clock, state: State, trouble: str
) -> None:
    transport = make(service, clock, timeout=20.0)
    tokens = rotating(transport, await state.cache(), wall=clock.wall)
    await tokens.token()

    def fails(_request: httpx2.Request) -> httpx2.Response:
        if trouble == "no connection":
            raise httpx2.ConnectError("no route")
        return httpx2.Response(429, headers={"Retry-After": "50"})

    service.answer = fails
    clock.now += 3000
    assert (await tokens.token()).generation == 1
    service.answer = None
    clock.now += 61
    assert (await tokens.token()).generation == 2
    assert service.refresh_token == "r3-SECRET"


async def test_a_dead_holder_is_succeeded_after_the_lease(
    service: Service, transport: Transport, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewal, "LIFE_OF_CHAIN", 0.5)
    tokens = rotating(transport, await state.cache())
    dead = await state.cache()
    start = anyio.current_time()
    await dead.take(tokens.identity(), "dead", 0.5)
    await dead.mark_sent(tokens.identity(), Session("", 0, 0, "r1-SECRET"))
    assert (await tokens.token()).value == "access-SECRET1"
    assert anyio.current_time() - start >= 0.5
    assert service.refresh_token == "r2-SECRET"


async def test_a_holder_that_wakes_up_late_changes_nothing(
    service: Service, transport: Transport, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewal, "LIFE_OF_CHAIN", 0.2)
    cache = await state.cache()
    tokens = rotating(transport, cache)
    overtaken = Session("late", EPOCH + 9e9, EPOCH + 9e9, "r9-SECRET")
    lease, _ = await cache.take(tokens.identity(), "late", 0.2)
    seen = await cache.mark_sent(tokens.identity(), Session("", 0, 0, "r1-SECRET"))
    assert lease is not None
    assert seen is not None
    await tokens.token()
    assert not await cache.renewed(tokens.identity(), overtaken, seen)
    await cache.release(lease)
    assert await refresh_token_in(cache, tokens)() == "r2-SECRET"


async def test_a_database_that_goes_away_during_a_renewal_costs_no_session(
    service: Service, transport: Transport, own_postgres: Server, tmp_path: Path
) -> None:
    store = await open_store(own_postgres.url, directory=tmp_path, patience=0.3)
    tokens = rotating(transport, TokenCache(store, lambda: open_vault(store, Settings())))
    try:
        token = await tokens.token()

        def answer(_request: httpx2.Request) -> httpx2.Response:
            own_postgres.stop(crash=True)
            service.refresh_token = "r3-SECRET"
            return httpx2.Response(200, json={"access_token": "access-SECRET2", "refresh_token": "r3-SECRET"})

        service.answer = answer
        with pytest.raises(InvalidArgument):
            await tokens.refresh(token)
        service.answer = None
        assert isinstance(await refused(tokens), InvalidArgument)
        await anyio.to_thread.run_sync(own_postgres.start)
        token = await tokens.token()
        assert token.value == "access-SECRET2"
        assert len(service.requests) == 2
        assert (await tokens.refresh(token)).value == "access-SECRET3"
        assert service.refresh_token == "r4-SECRET"
    finally:
        await store.close()
