"""Lists of rows in files: CSV, JSON lines, Parquet and Excel, read and written as streams.

Nothing here knows ZoomInfo. :func:`open_source` tells a file's format and reads its rows in bounded memory;
:func:`open_sink` writes rows in the same form, whole or not at all; :func:`allowed_output` says whether it may.
"""

from __future__ import annotations

from .model import BrokenRow, Cell, Format, Row, Sink, Source
from .opening import FORMATS, open_sink, open_source
from .paths import allowed_output, marked

__all__ = [
    "FORMATS",
    "BrokenRow",
    "Cell",
    "Format",
    "Row",
    "Sink",
    "Source",
    "allowed_output",
    "marked",
    "open_sink",
    "open_source",
]
