"""The rules of pacing, as plain functions on the state of one lane: no clock, no waiting, no storage.

Every process of an account applies them to the same row, so they are the fleet's rules. A slot is reserved before it
is waited for (GCRA with burst 1), a little under the limit; refusals lower the rate for all, and what was learnt is
tried again from time to time. Sources: the Enterprise documentation (requests a second and a minute by endpoint
class) and ZoomInfo's GTM rate-limit page (second, hour and day windows tested together; refused calls use no quota).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, NamedTuple, cast

Bucket = Literal["second", "minute", "hour", "day"]
Window = Literal["minute", "hour", "day"]

LENGTHS: dict[Window, float] = {"minute": 60.0, "hour": 3_600.0, "day": 86_400.0}
LONGEST_WAIT = 86_400.0
WINDOWS: tuple[Window, ...] = ("minute", "hour", "day")
# Seconds that the clocks of two processes may differ by.
_DIFFER = 1.0
# Seconds that are too short to be waited for separately.
_CLOSE = 0.002
# Slots kept to tell what the last second holds; above this many a second, spacing alone has to do.
_MEMORY = 64


@dataclass(frozen=True, slots=True)
class Rules:
    """The figures of the rules.

    Attributes:
        headroom: share of a limit that is used, so that 25 gaps take more than a second and jitter has room.
        guard: seconds beyond a full second that a slot keeps from the one a whole limit before it.
        guard_step, guard_most: by how much a refusal widens that for jitter on the way, and how far at most.
        guard_kept: share of it that is left after each slot.
        lengths: seconds of each window.
        idle: slots that may pass unused before the queue counts as idle.
        lag: how many of them are made good.
        ahead: how many slots ahead bulk may reserve.
        reserve: share of an hour or day that bulk leaves to interactive calls.
        again: seconds at most until bulk asks whether more than the reserve is left again.
        untold: seconds until an hour or day refusal that names no time is tried again.
        trial: seconds between interactive calls that are let through while an hour or day is refused.
        burst, burst_span: so many refusals within so many seconds are a wrong rate, fewer are bad luck.
        cut, cut_again: what the rate is multiplied by then, the first time and while that does not help.
        calm: seconds after a cut in which refusals still speak of the rate before it.
        chain: seconds after a cut in which another one counts as a second one, and lowers the ceiling as well.
        stray, stray_span, trim: so many refusals within so many seconds lower the ceiling by this factor.
        under: the ceiling after a repeated cut, as a share of the rate that failed.
        floor: share of the limit that is never given up.
        recovery: share of the limit that the rate regains in a second of steady sending.
        probe, probe_longest: seconds until a learnt ceiling is tried again, at first and at most.
        step, step_longest: by what share it is raised then, at first and at most.
        proof: seconds of steady sending at the raised rate that confirm it.
        proof_refusals: refusals that refute it.
    """

    headroom: float = 0.99
    guard: float = 0.006
    guard_step: float = 0.005
    guard_most: float = 0.02
    guard_kept: float = 0.9998
    lengths: Mapping[Window, float] = field(default_factory=lambda: dict(LENGTHS))
    idle: float = 5.0
    lag: float = 2.0
    ahead: float = 1.25
    reserve: float = 0.1
    again: float = 60.0
    untold: float = 60.0
    trial: float = 5.0
    burst: int = 3
    burst_span: float = 2.0
    cut: float = 0.85
    cut_again: float = 0.75
    calm: float = 1.0
    chain: float = 10.0
    stray: int = 5
    stray_span: float = 60.0
    trim: float = 0.985
    under: float = 0.97
    floor: float = 0.1
    recovery: float = 0.02
    probe: float = 600.0
    probe_longest: float = 3_600.0
    step: float = 0.04
    step_longest: float = 0.32
    proof: float = 30.0
    proof_refusals: int = 3


RULES = Rules()


@dataclass(slots=True)
class Lane:
    """What the processes of an account know together about one rate class. Moments are epoch seconds.

    Attributes:
        seen: when it was last changed.
        next: the next free slot.
        last: the latest slot that was given.
        bulk: the latest slot of bulk.
        count: slots handed out so far.
        guard: seconds that refusals have taught to keep for jitter.
        recent: the latest of them, and when they were really used as far as that is known.
        told: requests a second that the service says are allowed.
        rate: requests a second now, None while nothing speaks against the limit.
        ceiling: what the rate recovers to, None for the limit.
        safe: the ceiling to return to when the one on trial fails; None when none is on trial.
        proven: slots taken at a full queue since the trial began.
        step: by what share the next trial raises the ceiling.
        patience: seconds from a failed trial to the next.
        probe: when the next trial may begin.
        refused: when calls were refused for the second, of the last minute.
        cut: when the rate was last cut.
        blocks: until when each window is refused or empty.
        trial: when an interactive call may next be tried despite an hour or day block.
        budgets: per window its limit, what is left of it, and when that was so.
    """

    seen: float = 0.0
    next: float = 0.0
    last: float = 0.0
    bulk: float = 0.0
    count: int = 0
    guard: float = 0.0
    recent: list[float] = field(default_factory=list[float])
    told: float | None = None
    rate: float | None = None
    ceiling: float | None = None
    safe: float | None = None
    proven: int = 0
    step: float = 0.0
    patience: float = 0.0
    probe: float = 0.0
    refused: list[float] = field(default_factory=list[float])
    cut: float = 0.0
    blocks: dict[str, float] = field(default_factory=dict[str, float])
    trial: float = 0.0
    budgets: dict[str, list[float]] = field(default_factory=dict[str, list[float]])

    def limit(self, configured: float) -> float:
        """Requests a second that are allowed: as configured, or fewer when the service says so."""
        return configured if self.told is None else min(configured, self.told)

    def pace(self, configured: float) -> float:
        """Requests a second that are sent at most now, before headroom."""
        limit = self.limit(configured)
        return limit if self.rate is None else min(limit, self.rate)

    def blocked(self, now: float) -> tuple[Window, float] | None:
        """The window that stays refused for longest, and until when."""
        held = [(name, until) for name, until in self.blocks.items() if until > now]
        if not held:
            return None
        name, until = max(held, key=lambda item: item[1])
        return cast("Window", name), until


def load(text: str | None) -> Lane:
    """A lane from its stored text; a new one when there is none or it cannot be read."""
    if text is None:
        return Lane()
    try:
        values = json.loads(text)
        lane = Lane(**{name: values[name] for name in _NAMES if name in values})
    except (ValueError, TypeError):
        return Lane()
    # A figure of another type, as another release may have written, would fail far from here.
    fits = all(_fits(getattr(lane, name), getattr(_NEW, name)) for name in _NAMES)
    fits = fits and all(_is_number(until) for until in lane.blocks.values())
    fits = fits and all(_fits(budget, []) and len(budget) == 3 and budget[0] > 0 for budget in lane.budgets.values())
    return lane if fits else Lane()


def dump(lane: Lane) -> str:
    """The text that :func:`load` reads."""
    return _ENCODE({name: getattr(lane, name) for name in _NAMES})


_ENCODE = json.JSONEncoder(separators=(",", ":")).encode
_NEW = Lane()
_NAMES = tuple(item.name for item in fields(Lane))


def _fits(value: object, model: object) -> bool:
    match model:
        case dict():
            return isinstance(value, dict)
        case list():
            return isinstance(value, list) and all(_is_number(item) for item in cast("list[object]", value))
        case None:
            return value is None or _is_number(value)
        case _:
            return _is_number(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


# --- what the service answered --------------------------------------------------------------------------------


class Told(NamedTuple):
    """What an answer says about one window. ``left`` is None when the service did not know."""

    limit: float | None
    left: float | None


class News(NamedTuple):
    """What one answer says about the limits.

    Attributes:
        second: requests a second that are allowed.
        windows: limits and what is left, by window.
        refused: the window that refused the call, None when it was let through.
        wait: seconds until that window, or a minute that is now empty, frees.
        empty: the minute is used up, though this call still passed.
        passed: this call passed although an hour or a day was refused.
    """

    second: float | None = None
    windows: Mapping[Window, Told] = {}
    refused: Bucket | None = None
    wait: float | None = None
    empty: bool = False
    passed: bool = False

    @property
    def urgent(self) -> bool:
        """Whether the other processes must know before this one sends again."""
        return self.empty or self.passed or self.refused is not None


def hear(lane: Lane, now: float, news: News, configured: float, rules: Rules = RULES) -> None:
    """Learn from an answer.

    Args:
        lane: changed in place.
        now: epoch seconds.
        news: what the answer said.
        configured: requests a second by the settings.
        rules: the figures.
    """
    _catch_up(lane, now)
    if news.second is not None and news.second > 0:
        if lane.told is not None and news.second > lane.told:
            # A larger plan: what was learnt under the smaller one says nothing about it.
            lane.rate = lane.ceiling = lane.safe = None
        lane.told = news.second
    for window, told in news.windows.items():
        _count(lane, now, window, told, passed=news.refused is None, rules=rules)
    if news.passed:
        for window in ("hour", "day"):
            # Where answers tell what is left, that says more.
            if window not in lane.budgets:
                lane.blocks.pop(window, None)
    if news.empty or news.refused == "minute":
        _block(lane, now, "minute", min(rules.lengths["minute"] if news.wait is None else news.wait, 60.0))
    elif news.refused == "second":
        _refuse(lane, now, configured, rules)
    elif news.refused is not None:
        _block(lane, now, news.refused, rules.untold if news.wait is None else news.wait)
        lane.trial = max(lane.trial, now + rules.trial)


def _count(lane: Lane, now: float, window: Window, told: Told, *, passed: bool, rules: Rules) -> None:
    limit = told.limit if told.limit is not None and told.limit > 0 else None
    if limit is None or told.left is None or told.left < 0:
        return
    lane.budgets[window] = [limit, told.left, now]
    if passed and window != "minute" and told.left > rules.reserve * limit:
        # A sliding window may free well before its refusal said.
        lane.blocks.pop(window, None)


def _block(lane: Lane, now: float, window: Window, wait: float) -> None:
    lane.blocks[window] = max(lane.blocks.get(window, 0.0), now + min(wait, LONGEST_WAIT))


def _refuse(lane: Lane, now: float, configured: float, rules: Rules) -> None:
    if now - lane.cut < rules.calm:
        # Sent at the rate that has just been cut.
        return
    lane.refused = [*(at for at in lane.refused if at > now - rules.stray_span), now][-_MEMORY:]
    lane.guard = min(lane.guard + rules.guard_step, rules.guard_most)
    limit, rate = lane.limit(configured), lane.pace(configured)
    lowest = rules.floor * limit
    if lane.safe is not None:
        if len(lane.refused) >= rules.proof_refusals:
            lane.rate = lane.ceiling = lane.safe
            lane.patience = min(2 * lane.patience, rules.probe_longest)
            _settle(lane, now, rules)
    elif sum(at > now - rules.burst_span for at in lane.refused) >= rules.burst:
        again = now - lane.cut < rules.chain
        if again:
            lane.ceiling = max(lowest, rules.under * rate)
        lane.rate = max(lowest, (rules.cut_again if again else rules.cut) * rate)
        lane.patience = rules.probe
        _settle(lane, now, rules)
    elif len(lane.refused) >= rules.stray:
        lane.rate = lane.ceiling = max(lowest, rules.trim * rate)
        lane.patience = rules.probe
        _settle(lane, now, rules)


def _settle(lane: Lane, now: float, rules: Rules) -> None:
    lane.cut, lane.refused = now, []
    lane.safe, lane.proven, lane.step = None, 0, rules.step
    lane.probe = now + lane.patience


# --- slots ----------------------------------------------------------------------------------------------------


class Turn(NamedTuple):
    """A slot that was taken: ``wait`` seconds from now, and its number."""

    wait: float
    number: int


class Hold(NamedTuple):
    """No slot was taken: ``bucket`` frees in ``wait`` seconds."""

    wait: float
    bucket: Bucket


def take(
    lane: Lane,
    now: float,
    configured: float,
    *,
    bulk: bool = False,
    max_wait: float = math.inf,
    rules: Rules = RULES,
) -> Turn | Hold:
    """Reserve the next slot.

    Args:
        lane: changed in place, unless a :class:`Hold` comes back.
        now: epoch seconds.
        configured: requests a second by the settings.
        bulk: leaves hour and day reserves alone and keeps to the average that a minute allows.
        max_wait: seconds that the slot may lie ahead.
        rules: the figures.

    Returns:
        The slot; or, when it is too far ahead, what to wait for.
    """
    _catch_up(lane, now)
    trying = False
    if (block := lane.blocked(now)) is not None:
        window, until = block
        # A refused hour or day stops bulk; a person's call is tried now and then, since refusals use no quota.
        trying = not bulk and window != "minute" and not _minute_blocked(lane, now) and now >= lane.trial
        if not trying:
            return Hold(until - now, window)
    limit, spacing = lane.limit(configured), 1 / (rules.headroom * lane.pace(configured))
    size = math.ceil(limit)
    planned = max(lane.next, now)
    if lane.next < now <= lane.next + rules.idle * spacing and size <= _MEMORY:
        # Somebody came late: the slots that passed meanwhile are made good, as far as the last second has room.
        planned = max(lane.next, now - rules.lag * spacing)
    if bulk:
        held = _held(lane, now, spacing, rules)
        if held is not None and now + held.wait > max(planned, now) + _CLOSE:
            return held
    slot = max(planned, now)
    if len(lane.recent) >= size:
        slot = max(slot, sorted(lane.recent)[-size] + 1.0 + rules.guard + lane.guard)
    slot = max(slot, lane.last + spacing / 2)
    if bulk and slot - now > rules.ahead * spacing:
        # Only the slot that is next but one at most is for bulk, so that an interactive call waits for no more.
        return Hold(slot - now - spacing, "second")
    if slot - now > max_wait:
        return Hold(slot - now, "second")
    if trying:
        lane.trial = now + rules.trial
    if slot > now:
        _recover(lane, now, configured, rules)
    # A slot that an overfull second moved leaves the plan as it is, else such delays would add up.
    lane.next = max(planned, slot - 3 * spacing) + spacing
    lane.count += 1
    lane.guard *= rules.guard_kept
    lane.last = slot
    lane.recent = [*(at for at in lane.recent[1 - _MEMORY :] if at > now - 2.0), slot]
    for budget in lane.budgets.values():
        budget[1] -= 1
        if bulk:
            budget[2] = now
    if bulk:
        lane.bulk = slot
    return Turn(slot - now, lane.count)


def _minute_blocked(lane: Lane, now: float) -> bool:
    return lane.blocks.get("minute", 0.0) > now


def _held(lane: Lane, now: float, spacing: float, rules: Rules) -> Hold | None:
    """How long bulk waits for the sake of a minute, hour or day; None when it need not."""
    holds: list[Hold] = []
    for window in WINDOWS:
        if (budget := lane.budgets.get(window)) is None:
            continue
        limit, left, at = budget
        length = rules.lengths[window]
        if window == "minute":
            interval = length / (rules.headroom * limit)
        elif (spare := left - rules.reserve * limit) >= 1:
            # Slower and slower towards the reserve, so that it is kept while nothing flows back.
            interval = length / 100 / spare
        else:
            holds.append(Hold(at + min(rules.again, length / 20) - now, window))
            continue
        # What the second allows anyway must not cost a wait of its own.
        if interval > 1.01 * spacing:
            holds.append(Hold(lane.bulk + interval - now, window))
    return max(holds, default=None)


def _recover(lane: Lane, now: float, configured: float, rules: Rules) -> None:
    """One slot's share of recovery and of the trial of a higher ceiling; only a full queue can tell a rate."""
    if lane.rate is None:
        return
    limit = lane.limit(configured)
    rate = lane.pace(configured)
    ceiling = limit if lane.ceiling is None else min(limit, lane.ceiling)
    if lane.safe is not None:
        lane.proven += 1
        if lane.proven >= rules.proof * rate:
            if ceiling >= limit:
                lane.rate = lane.ceiling = lane.safe = None
                return
            # Held: keep it, and try the next step at once, which is twice as large.
            lane.safe, lane.probe = None, now
            lane.step = min(2 * lane.step, rules.step_longest)
    if lane.safe is None and lane.ceiling is not None and now >= lane.probe:
        lane.safe, lane.proven, lane.refused = ceiling, 0, []
        lane.ceiling = ceiling = min(limit, ceiling * (1 + lane.step))
    lane.rate = min(ceiling, rate + rules.recovery * limit / (rules.headroom * rate))
    if lane.rate >= limit and lane.safe is None:
        lane.rate = lane.ceiling = None


def late(lane: Lane, number: int, seconds: float) -> None:
    """Note that a slot was used later than planned, so that the second that it now belongs to is not overfull.

    Args:
        lane: changed in place.
        number: from :class:`Turn`.
        seconds: how much later.
    """
    index = len(lane.recent) - 1 - (lane.count - number)
    if 0 <= index < len(lane.recent):
        lane.recent[index] += seconds


def _catch_up(lane: Lane, now: float) -> None:
    """Move every moment along when the clock was set back: nothing may wait for the old time to come again."""
    back = lane.seen - now
    # Processes that read a server's clock over a network differ a little.
    if 0 < back <= _DIFFER:
        return
    if back > 0:
        lane.next -= back
        lane.last -= back
        lane.bulk -= back
        lane.cut -= back
        lane.probe -= back
        lane.trial -= back
        lane.recent = [at - back for at in lane.recent]
        lane.refused = [at - back for at in lane.refused]
        lane.blocks = {name: at - back for name, at in lane.blocks.items()}
        for budget in lane.budgets.values():
            budget[2] -= back
    lane.seen = now


def describe(lane: Lane, now: float, configured: float) -> dict[str, Any]:
    """The lane for a person, JSON-safe: ``limit``, ``rate`` and ``ceiling`` a second, ``wait`` and blocks in seconds.

    Args:
        lane: is not changed.
        now: epoch seconds.
        configured: requests a second by the settings.
    """
    return {
        "limit": lane.limit(configured),
        "rate": lane.pace(configured),
        "ceiling": lane.ceiling,
        "wait": max(0.0, lane.next - now, *(until - now for until in lane.blocks.values())),
        "blocked": {name: until - now for name, until in lane.blocks.items() if until > now},
        "left": {name: max(0, int(budget[1])) for name, budget in lane.budgets.items()},
        "slots": lane.count,
    }
