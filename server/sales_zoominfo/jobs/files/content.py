"""The bytes of an input file: read as a stream, hashed on the way, and watched for changes."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import stat
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO, cast

from ...errors import fail
from .encoding import Encoding
from .model import unreadable, unusable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_CHUNK = 1024 * 1024
GZIP = b"\x1f\x8b"
# Tables shrink to a twentieth, repetitive ones to a hundredth; what shrinks further is no table.
_MOST_INFLATED = 300
_SMALL = 256 * 1024 * 1024


class Content:
    """One input file.

    Args:
        path: the file.

    Raises:
        InvalidArgument: it is empty, no regular file, or not readable.
        NotFound: there is none.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            found = path.stat()
            if stat.S_ISDIR(found.st_mode):
                raise unusable(path, "it is a folder", "Give a file in it.")
            if not stat.S_ISREG(found.st_mode):
                raise unusable(path, "it is no regular file", "Write what comes from a pipe or device to a file first.")
            with path.open("rb") as file:
                self.head = file.read(4096)
        except OSError as error:
            raise unreadable(path, error) from None
        if not self.head:
            raise unusable(path, "it is empty", "Export the list again, with its header.")
        self.size = found.st_size
        self.compressed = self.head.startswith(GZIP)
        self.done = 0
        self._state = _state(found)
        self._fingerprint: str | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the bytes on the disk, in hexadecimal."""
        while self._fingerprint is None:
            with self.reading() as file:
                file.read(0)
        return self._fingerprint

    @property
    def progress(self) -> float:
        """Share of the bytes that the last pass has read."""
        return min(1.0, self.done / self.size)

    def expect(self, fingerprint: str) -> None:
        """Let every complete pass compare the content with that of another time."""
        if self._fingerprint is not None and self._fingerprint != fingerprint:
            raise self.changed()
        self._fingerprint = fingerprint

    def changed(self) -> Exception:
        """The error of a file that was changed underneath."""
        return fail("file_changed", file=self.path.name[-80:])

    def unchanged(self) -> None:
        """See that the file is still what it was.

        Raises:
            InvalidArgument: it is not.
        """
        try:
            found = self.path.stat()
        except OSError:
            raise self.changed() from None
        if _state(found) != self._state:
            raise self.changed()

    def compare(self) -> None:
        """See, after a pass that another program made over it, that it read one and the same file.

        Raises:
            InvalidArgument: the file is not what it was.
        """
        if self._fingerprint is None:
            self.unchanged()
            return
        with self.reading() as file:
            file.read(0)

    @contextmanager
    def reading(self, *, part: bool = False) -> Generator[BinaryIO]:
        """The bytes as they stand. When the block ends without an error, the rest is read and the whole compared.

        Args:
            part: the block reads what it needs, and nothing is compared.

        Raises:
            InvalidArgument: the file is not what it was.
        """
        try:
            raw = io.FileIO(self.path)
        except OSError as error:
            raise unreadable(self.path, error) from None
        watched = _Watched(raw, self)
        with raw, io.BufferedReader(watched, _CHUNK) as file:
            try:
                yield file
                while not part and file.read(_CHUNK):
                    pass
            except OSError as error:
                raise unreadable(self.path, error) from None
        if part:
            return
        found = watched.digest.hexdigest()
        if self._fingerprint is None:
            self.unchanged()
            self._fingerprint = found
        elif self._fingerprint != found:
            raise self.changed()

    @contextmanager
    def inflated(self, *, part: bool = False) -> Generator[BinaryIO]:
        """The bytes without gzip, and else as they stand; :meth:`reading` says what is compared.

        Raises:
            InvalidArgument: the compressed data is damaged, or inflates to far more than a table does.
        """
        with self.reading(part=part) as file:
            if not self.compressed:
                yield file
                return
            with io.BufferedReader(_Inflating(gzip.GzipFile(fileobj=file), self), _CHUNK) as inflating:
                try:
                    yield inflating
                except (EOFError, gzip.BadGzipFile, zlib.error):
                    how = "Fetch or compress it again."
                    raise unusable(self.path, "its compressed data is damaged or cut off", how) from None

    @contextmanager
    def text(self, encoding: Encoding, *, part: bool = False) -> Generator[TextIO]:
        """The text, with its line ends as they stand and without the mark; wrong bytes become surrogates."""
        with self.inflated(part=part) as file:
            file.read(len(encoding.bom))
            text = io.TextIOWrapper(file, encoding.codec, encoding.errors, newline="")
            try:
                yield text
            except UnicodeDecodeError:
                how = "Save it as UTF-8, or name its encoding."
                raise unusable(self.path, f"its text is not {encoding.name} to the end", how) from None
            finally:
                text.detach()


def _state(found: os.stat_result) -> tuple[int, int]:
    return found.st_size, found.st_mtime_ns


class _Watched(io.RawIOBase):
    def __init__(self, file: io.FileIO, content: Content) -> None:
        self._file, self._content = file, content
        self.digest = hashlib.sha256()
        content.done = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        view = memoryview(cast("bytearray", buffer))
        count = self._file.readinto(view)
        if count:
            self.digest.update(view[:count])
            self._content.done += count
        return count


class _Inflating(io.RawIOBase):
    def __init__(self, file: gzip.GzipFile, content: Content) -> None:
        self._file, self._content = file, content
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        view = memoryview(cast("bytearray", buffer))
        data = self._file.read(len(view))
        view[: len(data)] = data
        self._count += len(data)
        if self._count > _SMALL and self._count > _MOST_INFLATED * self._content.done:
            raise unusable(self._content.path, "it inflates to far more than a table does", "Give it uncompressed.")
        return len(data)
