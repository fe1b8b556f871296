"""Where the jobs of an account live: their database, and what tells this machine from others."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..store import create_once, open_store

if TYPE_CHECKING:
    from ..store import Store
    from ..store.vault import Vault

FILE_NAME = "jobs.sqlite"
MACHINE_FILE = "machine.id"


@dataclass(frozen=True, slots=True)
class Home:
    """Where jobs live.

    Attributes:
        store: the jobs' own database.
        vault: its keys.
        scope: the account that pays, as the ledger names it.
        machine: this machine's name for its files.
        directory: the state's folder.
        folders: those that outputs must be in; None for anywhere.
    """

    store: Store
    vault: Vault
    scope: str
    machine: str
    directory: Path
    folders: tuple[Path, ...] | None = None


async def open_home(
    address: str | None, directory: Path, vault: Vault, account: str, folders: tuple[Path, ...] | None = None
) -> Home:
    """Open the database of jobs.

    With SQLite it is a file of its own beside the state, so that the ledger waits neither for the rows of files nor
    for their disk; with PostgreSQL a connection of its own to the same database.

    Args:
        address: of the state; None for SQLite in ``directory``.
        directory: the state's folder.
        vault: its keys.
        account: the ledger's name of the account.
        folders: those that outputs must be in; None for anywhere.

    Raises:
        InvalidArgument: it cannot be used.
    """
    served = address is not None and not address.casefold().startswith("sqlite:")
    url = address if served else (directory / FILE_NAME).absolute().as_uri().replace("file:", "sqlite:", 1)
    name = await asyncio.to_thread(create_once, directory / MACHINE_FILE, 16)
    machine = name.hex()
    # The sandbox that is built in is each machine's own.
    scope = f"{account} on {machine}" if account == "sandbox" else account
    store = await open_store(url, directory=directory)
    return Home(store, vault, scope, machine, directory, folders)
