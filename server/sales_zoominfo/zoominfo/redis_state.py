"""The lanes of the limiter in Redis, for fleets that have one: compare and set, by the server's clock."""

from __future__ import annotations

import math
import random
import time
from typing import Any, TypeVar, cast

import anyio
import redis.asyncio as redis
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError, ResponseError

from ..errors import SalesZoomInfoError, fail
from .limit_state import Step

T = TypeVar("T")

_PREFIX = "sales-zoominfo:rate:"
# What was learnt is forgotten after a week without a call.
_KEPT_FOR = 7 * 86_400
# How long a call waits for a server that is away, and for one answer. Seconds.
PATIENCE = 10.0
_ANSWER = 2.0

_READ = "local t = redis.call('TIME') return {redis.call('GET', KEYS[1]) or '', t[1], t[2]}"
_SWAP = f"""
local now = redis.call('GET', KEYS[1]) or ''
if now == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2], 'EX', {_KEPT_FOR}) return {{1}} end
local t = redis.call('TIME') return {{0, now, t[1], t[2]}}
"""


class RedisState:
    """Lanes in Redis.

    Losing the server's memory loses what was learnt and nothing else. While it is away a call waits for it and then
    fails: no process paces for itself.
    """

    def __init__(self, url: str, *, patience: float = PATIENCE) -> None:
        """Args:
        url: ``redis://``, ``rediss://`` or ``unix://``.
        patience: seconds that a call waits for a server that is away.

        Raises:
            InvalidArgument: the address cannot be read.
        """
        self._patience = patience
        # The server's clock less this process's.
        self._ahead = math.inf
        try:
            self._redis: redis.Redis = cast("Any", redis.Redis).from_url(
                url,
                decode_responses=True,
                socket_timeout=_ANSWER,
                socket_connect_timeout=_ANSWER,
                # Repeated here, where the whole step is known to bear it.
                retry=None,
            )
        except ValueError:
            raise _unusable("it is no address of Redis") from None
        self._read = cast("Any", self._redis.register_script(_READ))
        self._swap = cast("Any", self._redis.register_script(_SWAP))

    async def step(self, name: str, fn: Step[T]) -> T:
        """See :meth:`~.limit_state.State.step`."""
        until = time.monotonic() + self._patience
        pause = 0.02
        while True:
            try:
                return await self._step(_PREFIX + name, fn)
            except (AuthenticationError, NoPermissionError):
                raise _unusable("Redis refuses its user or password") from None
            except ResponseError:
                raise _unusable("Redis refuses the commands EVALSHA, GET, SET and TIME") from None
            except (RedisError, OSError, TimeoutError):
                # A slot that was taken before the line broke is lost, so the rate can only fall.
                if time.monotonic() + pause > until:
                    raise fail("limits_unreachable", seconds=f"{self._patience:g}") from None
            await anyio.sleep(pause)
            pause = min(1.0, 2 * pause)

    async def _step(self, key: str, fn: Step[T]) -> T:
        asked = time.monotonic()
        old, seconds, micros = await self._read(keys=[key])
        while True:
            text, result = fn(old or None, self._now(asked, int(seconds) + int(micros) / 1e6))
            asked = time.monotonic()
            answer = await self._swap(keys=[key], args=[old, text])
            if answer[0] == 1:
                return result
            old, seconds, micros = answer[1:]
            # Two that met once would go on meeting.
            await anyio.sleep(random.random() * 0.002)  # noqa: S311 - spreads retries, no secret

    def _now(self, asked: float, told: float) -> float:
        """The server's clock now: it was ``told`` at some moment since ``asked``, most likely the usual one."""
        now = time.monotonic()
        # A loop that was busy when the answer came must not make the server's clock look slow.
        self._ahead = min(max(self._ahead, told - now), told - asked)
        return now + self._ahead

    async def close(self) -> None:
        """See :meth:`~.limit_state.State.close`."""
        await self._redis.aclose()


def _unusable(reason: str) -> SalesZoomInfoError:
    return fail(
        "setting_invalid",
        name="ZOOMINFO_REDIS_URL",
        reason=reason,
        how="Give redis://HOST:6379/0 (rediss:// for TLS), or unset it to share limits by the state database.",
    )
