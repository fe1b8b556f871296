"""Who spends, as budgets and the ledger know it."""

from __future__ import annotations

import os
from functools import cache


def caller_id(client: str) -> str:
    """The caller on this machine: the system's user and the program that asks.

    Args:
        client: name of the MCP client, or ``cli``.

    Returns:
        ``user/client``, the client cut at 60 characters.
    """
    return f"{_system_user()}/{client[:60]}"


@cache
def _system_user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return str(os.getuid()) if hasattr(os, "getuid") else "user"
