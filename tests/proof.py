"""How far a proof goes: a small part in the ordinary run, all of it with ``PROOF_SCALE=1``."""

from __future__ import annotations

import os

SCALE = min(1.0, float(os.environ.get("PROOF_SCALE") or 0))
FULL = SCALE == 1


def scaled(full: int, ordinary: int) -> int:
    """The size of a proof.

    Args:
        full: its size with ``PROOF_SCALE=1``; other scales take that share of it.
        ordinary: its size where no scale is set, and its least.
    """
    return max(ordinary, round(full * SCALE))
