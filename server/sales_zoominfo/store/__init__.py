"""The state: one database, SQLite or PostgreSQL, one thread that touches it, migrations in order.

The database's driver, ``filelock`` and ``platformdirs`` are imported when a store is opened, not when this package is.
"""

from .base import STATE, Rows, Store, Transaction
from .files import create_once, default_state_dir
from .opening import directory_of, open_store

__all__ = [
    "STATE",
    "Rows",
    "Store",
    "Transaction",
    "create_once",
    "default_state_dir",
    "directory_of",
    "open_store",
]
