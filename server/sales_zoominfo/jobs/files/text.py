"""What CSV and JSON lines share: the encoding of the file, its lines in bounded memory."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TextIO

from .content import Content
from .encoding import named_encoding, sniff_encoding, with_mark
from .model import LONGEST_ROW, Source, unusable

_SAMPLE = 256 * 1024
LINE_ENDS = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}


class TextSource(Source):
    """A source of lines, plain or in gzip.

    Args:
        content: its bytes.
        encoding: its encoding, found when None.

    Attributes:
        content: its bytes.
        encoding: how its text is encoded.
    """

    def __init__(self, content: Content, encoding: str | None) -> None:
        self.path: Path = content.path
        self.content = content
        if encoding is not None:
            self.encoding = named_encoding(encoding)
            with content.inflated(part=True) as file:
                self.encoding = with_mark(self.encoding, file.read(4))
        else:
            with content.inflated(part=True) as file:
                self.encoding = sniff_encoding(file, content.path)
        self.details = {"encoding": self.encoding.name + ("" if self.encoding.sure else " (guessed)")}
        self.notes = []
        if content.compressed:
            self.details["compression"] = "gzip"
        if not self.encoding.sure:
            self.notes.append(f"The encoding {self.encoding.name} is a guess; name it if letters look wrong.")

    @property
    def fingerprint(self) -> str:
        return self.content.fingerprint

    @property
    def size(self) -> int:
        return self.content.size

    @property
    def progress(self) -> float:
        return self.content.progress

    def expect(self, fingerprint: str) -> None:
        self.content.expect(fingerprint)

    def sample(self) -> str:
        """The first whole lines, or the beginning of the first where it is very long."""
        with self.content.text(self.encoding, part=True) as text:
            sample = text.read(_SAMPLE)
            if text.read(1):
                sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
        return sample

    def check_length(self, line: str) -> None:
        """Refuse what was read up to the longest row and has no end yet.

        Raises:
            InvalidArgument: it is too long to be a row.
        """
        if not line.endswith(("\n", "\r")):
            reason = f"a line of it is longer than {LONGEST_ROW // 2**20} million characters"
            raise unusable(self.path, reason, "Check that it is a table: one row a line, with line ends.")

    def lines(self, text: TextIO) -> Iterator[str]:
        """The lines with their ends.

        Raises:
            InvalidArgument: one is too long to be a row.
        """
        for line in iter(partial(text.readline, LONGEST_ROW), ""):
            if len(line) == LONGEST_ROW:
                self.check_length(line)
            yield line


def line_end_of(line: str) -> str:
    """What a line ends with; empty for a last line without an end."""
    if line.endswith("\r\n"):
        return "\r\n"
    return line[-1] if line.endswith(("\n", "\r")) else ""


def first_line(text: str) -> str:
    """The first line with its end, which any of CR, LF and both can be."""
    return io.StringIO(text, newline="").readline()
