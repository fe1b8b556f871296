"""Output that appears whole or not at all, and leaves nothing behind when the process ends before."""

from __future__ import annotations

import os
import secrets
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from ...errors import SalesZoomInfoError, fail
from .model import plain

if sys.platform != "win32":
    import fcntl

_PRIVATE = 0o600
_SUFFIX = ".part"


class Draft:
    """A file beside the target that takes its place by :meth:`finish`.

    Where the system can, it has no name until then, so that not even a kill leaves one behind; elsewhere a name of
    its own, and what an ended process left there is cleared away.

    Args:
        target: the file that it becomes.

    Attributes:
        file: open for writing and reading.

    Raises:
        InvalidArgument: no file can be made there.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.name: Path | None = None
        _clear(target)
        try:
            self.file = self._open()
            self._like_target()
        except OSError as error:
            raise refused(target, error) from None

    def _open(self) -> BinaryIO:
        if hasattr(os, "O_TMPFILE"):
            try:
                handle = os.open(self.target.parent, os.O_TMPFILE | os.O_RDWR, _PRIVATE)
                return os.fdopen(handle, "w+b", 1024 * 1024)
            except OSError as error:
                if isinstance(error, PermissionError | FileNotFoundError | NotADirectoryError):
                    raise
                # A file system without nameless files.
        self.name = self._new_name()
        handle = os.open(self.name, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), _PRIVATE)
        if sys.platform != "win32":
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.fdopen(handle, "w+b", 1024 * 1024)

    def _new_name(self) -> Path:
        return self.target.with_name(f".{self.target.name[-100:]}.{secrets.token_hex(6)}{_SUFFIX}")

    def _like_target(self) -> None:
        with suppress(FileNotFoundError):
            mode = stat.S_IMODE(self.target.stat().st_mode)
            if hasattr(os, "fchmod"):
                os.fchmod(self.file.fileno(), mode)

    def finish(self) -> None:
        """Make it durable and put it in the target's place.

        Raises:
            InvalidArgument: that failed; the target is what it was.
        """
        try:
            self.file.flush()
            os.fsync(self.file.fileno())
            if self.name is None:
                self.name = self._named()
            if sys.platform == "win32":
                self.file.close()
            self.name.replace(self.target)
            self.name = None
            self.file.close()
            _sync_folder(self.target.parent)
        except OSError as error:
            self.abort()
            raise refused(self.target, error) from None

    def _named(self) -> Path:
        # replace() needs a name, and a link cannot take another's place.
        name = self._new_name()
        folder = os.open(self.target.parent, os.O_RDONLY)
        try:
            # With a folder given, the call follows the link that stands for the open file.
            os.link(f"/proc/self/fd/{self.file.fileno()}", name, src_dir_fd=folder, follow_symlinks=True)
        finally:
            os.close(folder)
        return name

    def abort(self) -> None:
        """Leave nothing behind. Does nothing when it is finished."""
        with suppress(OSError):
            self.file.close()
        if self.name is not None:
            with suppress(OSError):
                self.name.unlink(missing_ok=True)
            self.name = None


def refused(target: Path, error: OSError) -> SalesZoomInfoError:
    """The error of an output that the system does not let us write."""
    how = "Give another path, in a folder that exists, has space, and that you can write to. Nothing was left behind."
    return fail("output_refused", file=target.name[-80:], reason=plain(error), how=how)


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _clear(target: Path) -> None:
    """Remove the drafts of this target whose process has ended: nobody holds their lock."""
    if sys.platform == "win32":
        return
    prefix = f".{target.name[-100:]}."
    try:
        paths = [path for path in target.parent.iterdir() if path.name.startswith(prefix)]
    except OSError:
        return
    for path in paths:
        if path.suffix != _SUFFIX:
            continue
        with suppress(OSError):
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
            finally:
                os.close(handle)
