"""State on disk: one SQLite file, one thread that touches it, migrations in order.

``sqlite3``, ``filelock`` and ``platformdirs`` are imported when a file is opened, not when this package is.
"""

from .files import create_once, default_state_dir
from .sqlite import Store, directory_of, open_store

__all__ = ["Store", "create_once", "default_state_dir", "directory_of", "open_store"]
