"""The files that a job has written, told from others that stand at their paths later."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .board import Head
    from .model import JobRequest

# Outputs beside the enriched copy, by option: an upsert file, and what has changed from what to what.
FURTHER = ("changes", "before_after")


def mark(request: JobRequest) -> str:
    """What tells a job's files from others that stand at their paths later: their sizes, and when they were written."""
    paths = [request.output, *(request.options.get(name) for name in FURTHER)]
    marks: list[tuple[int, int] | None] = []
    for path in paths:
        try:
            found = None if path is None else Path(path).stat()
        except OSError:
            found = None
        marks.append(None if found is None else (found.st_size, found.st_mtime_ns))
    return json.dumps(marks)


async def stands(head: Head) -> bool:
    """Whether a job's output is written and is still the file at its path."""
    if head.job.state != "done" or not head.job.delivered_at or head.job.output is None:
        return False
    if head.written is None:
        return await asyncio.to_thread(Path(head.job.output).is_file)
    return head.written == await asyncio.to_thread(mark, head.order.request)
