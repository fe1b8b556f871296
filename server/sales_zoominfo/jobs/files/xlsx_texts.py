"""The texts that the sheets of a workbook share, kept in a file without a name where memory should not hold them."""

from __future__ import annotations

import tempfile
from array import array
from typing import IO, Any, cast
from xml.etree.ElementTree import Element

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

# Texts that unpack to less are held in memory, which is faster.
IN_MEMORY = 24 * 1024 * 1024
_TEXT = f"{{{SHEET_MAIN_NS}}}si"


class Texts:
    """Texts by number.

    Args:
        part: the XML part that lists them.
    """

    def __init__(self, part: IO[bytes]) -> None:
        # It lives as long as the texts are read, and vanishes with the last reference.
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self._ends = array("Q", [0])
        end = 0
        root: Element | None = None
        for event, node in cast("Any", iterparse)(part, events=("start", "end")):
            if root is None:
                root = cast("Element", node)
            elif event == "end" and node.tag == _TEXT:
                text = cast("str", cast("Any", Text).from_tree(node).content)
                data = text.replace("x005F_", "").encode("utf-8", "surrogatepass")
                self._file.write(data)
                end += len(data)
                self._ends.append(end)
                # Else every text would leave an empty element behind.
                root.clear()

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> str:
        start, end = self._ends[number], self._ends[number + 1]
        self._file.seek(start)
        return self._file.read(end - start).decode("utf-8", "surrogatepass")


class Reader(ExcelReader):
    """The library's reader of workbooks, with large tables of texts out of memory."""

    def read_strings(self) -> None:
        """Read the table of texts."""
        listed = cast("Any", self).package.find(SHARED_STRINGS)
        archive = cast("Any", self).archive
        if listed is not None and archive.getinfo(listed.PartName[1:]).file_size > IN_MEMORY:
            with archive.open(listed.PartName[1:]) as part:
                cast("Any", self).shared_strings = Texts(part)
        else:
            super().read_strings()
