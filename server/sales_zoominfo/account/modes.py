"""Read-only and free-only mode, apart from the gate so that listing tools does not load it."""

from __future__ import annotations

from typing import NamedTuple


class Modes(NamedTuple):
    """What the person who started the server allows."""

    read_only: bool = False
    free_only: bool = False

    def forbids(self, *, spends: bool, writes: bool) -> tuple[str, str] | None:
        """The mode that leaves out what spends or writes, and its flag; None when it is allowed."""
        if self.read_only and (spends or writes):
            return "read-only", "--read-only"
        if self.free_only and spends:
            return "free-only", "--free-only"
        return None
