"""What a request means: its file, how its rows are matched, and what becomes of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .model import JobRequest

if TYPE_CHECKING:
    from ..crm import Mapping as FieldMapping
    from ..store.vault import Vault
    from .columns import Recognition
    from .files import Source
    from .loading import Read


def open_file(request: JobRequest, fingerprint: str | None = None) -> Source:
    """The rows of a request; blocking.

    Args:
        request: names the file.
        fingerprint: what it must have.

    Raises:
        InvalidArgument: it cannot be used, or is another than it was.
        NotFound: it is not there.
    """
    from .files import open_source

    given = request.options
    return open_source(
        Path(request.source),
        sheet=given.get("sheet"),
        encoding=given.get("encoding"),
        delimiter=given.get("delimiter"),
        header=given.get("header"),
        fingerprint=fingerprint,
    )


def recognise_columns(request: JobRequest, source: Source) -> Recognition:
    """What its columns hold.

    Raises:
        InvalidArgument: none of them tells who a row is, or an override is wrong.
    """
    from .columns import recognise

    found = recognise(source, entity=None, overrides=request.columns)
    found.check(request.entity, source.path.name)
    return found


def reader(request: JobRequest, recognition: Recognition, vault: Vault) -> Read:
    """What each row asks for."""
    from .matching import Matching

    return Matching(
        recognition,
        request.entity,
        vault,
        search_first=bool(request.options.get("search_first")),
        country=str(request.options.get("country") or ""),
    ).read


def mapping_of(
    request: JobRequest, source: Source, recognition: Recognition, fields: Sequence[str] | None = None
) -> FieldMapping:
    """What becomes of the columns: the mapping that the request names, and else the ``zi_*`` columns.

    Args:
        request: names it.
        source, recognition: the file.
        fields: ZoomInfo's output fields, where they are settled by now.

    Raises:
        InvalidArgument: the mapping does not fit the file.
    """
    raise NotImplementedError
