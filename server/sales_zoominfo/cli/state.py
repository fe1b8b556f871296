"""The state folder, for commands that keep something beside the state file, and one data set for all sandboxes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ..settings import Settings
from .run import run


def state_folder(settings: Settings) -> Path:
    """The folder that holds the state file.

    Raises:
        InvalidArgument: the state cannot be used.
    """
    from ..store import open_store

    async def find() -> Path:
        store = await open_store(settings.state_address)
        folder = store.directory
        await store.close()
        return folder

    return run(find)


def share_dataset(source: Path, target: Path) -> None:
    """Give a sandbox folder the data set of another, built there when it is not yet.

    It takes seconds to build and is never written to afterwards.

    Args:
        source: folder of the sandbox that runs inside this program.
        target: another one, made when it is missing.

    Raises:
        OSError: a folder cannot be written.
    """
    from ..sandbox import create_app

    create_app(source)
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in source.glob("dataset-*.sqlite"):
        copy = target / file.name
        for way in (os.link, os.symlink, shutil.copyfile):
            if copy.exists():
                break
            try:
                way(file, copy)
            except OSError:
                continue
