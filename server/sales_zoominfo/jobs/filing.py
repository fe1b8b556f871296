"""The report of a job as a file, for jobs that nobody watches."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import SalesZoomInfoError

if TYPE_CHECKING:
    from .service import Jobs


async def file_report(jobs: Jobs, job: str, target: str) -> None:
    """Write the report of a job that is delivered; what hinders it is noted with the job, whose output stands.

    Args:
        jobs: the jobs of its account.
        job: which.
        target: where it goes; JSON by its name, and else a page.
    """
    from .report import report_of

    settings = jobs.settings
    told = report_of(
        await jobs.get(job), await jobs.report(job), price=settings.price_per_credit, currency=settings.currency
    )
    try:
        await asyncio.to_thread(_write, told, Path(target), jobs.home.folders)
    except SalesZoomInfoError as error:
        await jobs.board.undelivered(job, f"The report could not be written: {error}")


def _write(told: dict[str, object], target: Path, folders: tuple[Path, ...] | None) -> None:
    from .files import allowed_output
    from .files.draft import Draft, refused

    path = allowed_output(target, source=None, folders=folders)
    if path.suffix.lower() == ".json":
        text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    else:
        from .report_page import page

        text = page(told)
    draft = Draft(path)
    try:
        draft.file.write(text.encode())
    except OSError as error:
        draft.abort()
        raise refused(path, error) from None
    draft.finish()
