"""Text on its way into a draft, in pieces, in the encoding of the input while that can hold it."""

from __future__ import annotations

import gzip
import io
from contextlib import suppress
from pathlib import Path
from typing import IO, BinaryIO, cast

from .draft import Draft, refused
from .encoding import UTF8, Encoding

_PIECE = 1024 * 1024
_PIECES = 4096


class TextDraft:
    """A text file in the making.

    Args:
        target: the file that it becomes.
        encoding: of the text. Where it cannot hold a value, all is written in UTF-8 with a mark instead.
        compressed: whether it is written as gzip.

    Attributes:
        notes: what a person should know of it.

    Raises:
        InvalidArgument: it cannot be made or written to, from any method.
    """

    def __init__(self, target: Path, encoding: Encoding, compressed: bool) -> None:
        self.notes: list[str] = []
        self._target, self._encoding, self._compressed = target, encoding, compressed
        self._pieces: list[str] = []
        self._length = 0
        self._draft = Draft(target)
        self._out = self._begin(self._draft)

    def _begin(self, draft: Draft) -> IO[bytes]:
        out: IO[bytes] = draft.file
        if self._compressed:
            out = cast("IO[bytes]", gzip.GzipFile("", "wb", 6, draft.file, mtime=0))
        out.write(self._encoding.bom)
        return out

    def add(self, text: str) -> None:
        """Add a piece of text."""
        self._pieces.append(text)
        self._length += len(text)
        if self._length > _PIECE or len(self._pieces) > _PIECES:
            self._flush()

    def _flush(self) -> None:
        text = "".join(self._pieces)
        self._pieces.clear()
        self._length = 0
        try:
            data = self._encoded(text)
            # Encoding may have begun another draft.
            self._out.write(data)
        except OSError as error:
            self.abort()
            raise refused(self._target, error) from None

    def _encoded(self, text: str) -> bytes:
        try:
            return text.encode(self._encoding.codec, self._encoding.errors)
        except UnicodeEncodeError:
            if self._encoding.codec != "utf-8" and not self._encoding.wide:
                self._widen()
                return self._encoded(text)
        # Half a character, which no encoding has.
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode(self._encoding.codec)

    def _widen(self) -> None:
        """Begin again in UTF-8 with what is written so far."""
        old, narrow = self._draft, self._encoding
        if self._compressed:
            self._out.close()
        old.file.flush()
        old.file.seek(0)
        self._encoding = Encoding(UTF8.codec, b"\xef\xbb\xbf")
        self.notes.append(
            f"It is in UTF-8, since {narrow.name} has no letters for some of the values that were filled in."
        )
        draft = Draft(self._target)
        try:
            out = self._begin(draft)
            source = cast("BinaryIO", gzip.GzipFile("", "rb", fileobj=old.file)) if self._compressed else old.file
            text = io.TextIOWrapper(source, narrow.codec, narrow.errors, newline="")
            while piece := text.read(_PIECE):
                out.write(piece.encode("utf-8", "surrogateescape"))
            text.detach()
        except BaseException:
            draft.abort()
            raise
        old.abort()
        self._draft, self._out = draft, out

    def finish(self) -> None:
        """Put it in the target's place."""
        self._flush()
        try:
            if self._compressed:
                self._out.close()
        except OSError as error:
            self.abort()
            raise refused(self._target, error) from None
        self._draft.finish()

    def abort(self) -> None:
        """Leave nothing behind."""
        self._pieces.clear()
        if self._compressed:
            with suppress(OSError, ValueError):
                self._out.close()
        self._draft.abort()
