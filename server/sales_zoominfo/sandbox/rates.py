"""Rate windows, counted on disk by all processes together."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from .state import State

Carry: TypeAlias = Literal["none", "sliding", "full", "log"]


@dataclass(frozen=True, slots=True)
class Window:
    """A rate window.

    Args:
        name: `second`, `minute`, `hour` or `day`.
        seconds: Its length.
        limit: Requests in it.
        previous: What still counts of the time before: nothing (`none`), the share of the window before that a
            sliding window overlaps (`sliding`), all of it (`full`); or the window ends with each request (`log`).
    """

    name: str
    seconds: float
    limit: int
    previous: Carry


@dataclass(frozen=True, slots=True)
class Count:
    """State of a rate window after a request.

    Args:
        window: Which.
        remaining: Requests left in it.
        reset: When the next request fits in if it is full, seconds since the Unix epoch.
    """

    window: Window
    remaining: int
    reset: float


class RateExceeded(Exception):
    """A request did not fit into a rate window."""

    def __init__(self, window: Window, reset: float, counts: list[Count]) -> None:
        super().__init__(window.name)
        self.window = window
        self.reset = reset
        self.counts = counts


@dataclass(frozen=True, slots=True)
class _Read:
    """A window as it is on disk: requests that count, and what it takes to add one."""

    key: str
    window: Window
    counted: float
    reset: float
    start: float = 0.0
    used: int = 0
    before: int = 0
    times: "array[float] | None" = None


class Rates:
    """The windows of all accounts.

    Args:
        state: The state file.
    """

    def __init__(self, state: "State") -> None:
        self._state = state
        self._db = state.db

    def admit(self, key: str, windows: Sequence[Window], now: float) -> list[Count]:
        """Count a request against its rate windows.

        Args:
            key: Whose windows, and of which API.
            windows: Tested together; a request that does not fit into all of them uses none.
            now: Seconds since the Unix epoch.

        Returns:
            The windows after the request, in the order given.

        Raises:
            RateExceeded: A window is full.
        """
        if not windows:
            return []
        with self._state.transaction():
            read = [self._read(f"{key}:{window.name}", window, now) for window in windows]
            full = next((place for place, item in enumerate(read) if item.window.limit - item.counted < 1), None)
            counts = _counts(read, 1 if full is None else 0)
            if full is None:
                self._take(read, now)
        if full is not None:
            raise RateExceeded(counts[full].window, counts[full].reset, counts)
        return counts

    def peek(self, key: str, windows: Sequence[Window], now: float) -> list[Count]:
        """Return the windows without counting a request."""
        return _counts([self._read(f"{key}:{window.name}", window, now) for window in windows], 0)

    def _read(self, key: str, window: Window, now: float) -> _Read:
        if window.previous == "log":
            return self._read_log(key, window, now)
        start = now - now % window.seconds
        row = self._db.execute("SELECT start, used, before FROM rate WHERE key=?", (key,)).fetchone()
        used, before = 0, 0
        # Half a window of tolerance, since the start of a window is a sum of floats.
        if row is not None and abs(row[0] - start) < window.seconds / 2:
            used, before = row[1], row[2]
        elif row is not None and abs(row[0] + window.seconds - start) < window.seconds / 2:
            before = row[1]
        counted = used + _carried(window, before, now - start)
        return _Read(key, window, counted, _free_at(window, start, used, before), start, used, before)

    def _read_log(self, key: str, window: Window, now: float) -> _Read:
        row = self._db.execute("SELECT times FROM rate_log WHERE key=?", (key,)).fetchone()
        times = array("d", row[0] if row else b"")
        # A clock set back leaves times in the future behind; they count for no one.
        times = array("d", [at for at in times if now - window.seconds < at <= now])
        over = len(times) - window.limit
        reset = times[min(max(0, over), len(times) - 1)] + window.seconds if times else now + window.seconds
        return _Read(key, window, len(times), reset, times=times)

    def _take(self, read: list[_Read], now: float) -> None:
        for item in read:
            if item.times is not None:
                item.times.append(now)
                self._db.execute("INSERT OR REPLACE INTO rate_log VALUES (?,?)", (item.key, item.times.tobytes()))
            else:
                self._db.execute(
                    "INSERT OR REPLACE INTO rate VALUES (?,?,?,?)", (item.key, item.start, item.used + 1, item.before)
                )


def _counts(read: list[_Read], taken: int) -> list[Count]:
    return [Count(item.window, max(0, int(item.window.limit - item.counted - taken)), item.reset) for item in read]


def _carried(window: Window, before: int, elapsed: float) -> float:
    if window.previous == "none":
        return 0
    if window.previous == "full":
        return before
    return before * (1 - elapsed / window.seconds)


def _free_at(window: Window, start: float, used: int, before: int) -> float:
    """Return when the next request fits into a window that is full."""
    end = start + window.seconds
    if window.previous == "none":
        return end
    if window.previous == "full":
        return end if used < window.limit else end + window.seconds
    if used < window.limit:
        share = (window.limit - used - 1) / before if before else 1
        return start + window.seconds * max(0.0, 1 - share)
    share = (window.limit - 1) / used if used else 1
    return end + window.seconds * max(0.0, 1 - share)
