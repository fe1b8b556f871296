"""The folder that holds the state, and small private files in it."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from ..errors import fail

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


def default_state_dir() -> Path:
    """The user's own state folder of this program, made with mode 0700 when it is not there.

    Returns:
        An absolute path to an existing folder that only its owner can open.

    Raises:
        InvalidArgument: the folder can neither be made nor made private.
    """
    from platformdirs import user_state_path

    folder = user_state_path("sales-zoominfo", appauthor=False)
    make_folder(folder)
    try:
        # Made by an older release or by hand: nothing else lives in it, so tightening it is safe.
        if os.name == "posix" and folder.stat().st_mode & 0o077:
            folder.chmod(PRIVATE_FOLDER)
    except OSError as error:
        raise folder_unusable(folder, error) from None
    return folder


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, private to the owner; an existing one is left as it is.

    Args:
        folder: absolute path.

    Raises:
        InvalidArgument: it cannot be made, or a file is in its place.
    """
    try:
        # Only the last level obeys ``mode`` in mkdir, so the missing parents are made one by one.
        for level in (*reversed(folder.parents), folder):
            if not level.exists():
                level.mkdir(PRIVATE_FOLDER, exist_ok=True)
        if not folder.is_dir():
            raise NotADirectoryError
    except OSError as error:
        raise folder_unusable(folder, error) from None


def folder_unusable(folder: Path, error: OSError) -> Exception:
    """The error of a state folder that cannot be used."""
    return fail(
        "state_unusable",
        reason=f"the folder {folder} cannot be used ({error.strerror or type(error).__name__})",
        how="Point ZOOMINFO_STATE_URL at a file in a folder that you can write to, as sqlite:///PATH.",
    )


def create_once(path: Path, size: int, *, mend: str | None = None) -> bytes:
    """Random bytes that are written the first time and read ever after, whoever comes first.

    Blocking; call it on a worker thread.

    Args:
        path: the file, in an existing folder; made with mode 0600.
        size: its length in bytes.
        mend: what to do when it is damaged; None where a new one may take its place.

    Returns:
        The bytes that the file holds.

    Raises:
        InvalidArgument: the file cannot be read or made, or has another length.
    """
    try:
        if not path.exists():
            _write_once(path, os.urandom(size))
        data = path.read_bytes()
        for _ in range(20):
            if len(data) >= size:
                break
            time.sleep(0.05)  # the writer without hard links is between open and write
            data = path.read_bytes()
    except OSError as error:
        raise fail(
            "state_unusable",
            reason=f"{path} cannot be read or made ({error.strerror or type(error).__name__})",
            how=f"Give yourself read and write access to {path}.",
        ) from None
    if len(data) != size:
        raise fail(
            "state_unusable",
            reason=f"{path} is damaged: {len(data)} bytes instead of {size}",
            how=mend or f"Restore {path} from a backup, or move it away, and a new one is made.",
        )
    return data


def _write_once(path: Path, data: bytes) -> None:
    draft = path.with_name(f"{path.name}.{os.urandom(8).hex()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        handle = os.open(draft, flags, PRIVATE_FILE)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # appears whole or not at all, and never over another's file
        except FileExistsError:
            return
        except OSError:  # a file system without hard links
            with suppress(FileExistsError), os.fdopen(os.open(path, flags, PRIVATE_FILE), "wb") as file:
                file.write(data)
    finally:
        draft.unlink(missing_ok=True)
