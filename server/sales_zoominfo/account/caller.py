"""Who spends, as budgets and the ledger know it."""

from __future__ import annotations

import os
from functools import cache

from ..scrub import scrub


def caller_id(client: str) -> str:
    """The caller on this machine: the system's user and the program that asks.

    Args:
        client: name of the MCP client, or ``cli``.

    Returns:
        ``user/client``: the user without a domain, the client printable, without what looks like a secret, an e-mail
        or a phone number, and cut at 60 characters.
    """
    # A client may say anything, and the name stands in the ledger and on terminals.
    printable = "".join(sign if sign.isprintable() else " " for sign in client[:200])
    return f"{_system_user()}/{scrub(printable)[:60]}"


@cache
def _system_user() -> str:
    import getpass

    try:
        # A directory service names its users as in an e-mail address.
        return getpass.getuser().partition("@")[0] or "user"
    except (KeyError, OSError, ImportError):
        return str(os.getuid()) if hasattr(os, "getuid") else "user"
