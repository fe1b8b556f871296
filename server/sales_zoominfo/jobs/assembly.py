"""What a request means: its file, how its rows are matched, and what becomes of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import fail
from .model import JobRequest

if TYPE_CHECKING:
    from ..crm import Mapping as FieldMapping
    from ..store.vault import Vault
    from ..zoominfo.operations import Generation
    from ..zoominfo.records import FieldRight
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

    return recognise(source, request.entity, request.columns)


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
    request: JobRequest,
    source: Source,
    _recognition: Recognition,
    fields: Sequence[str] | None = None,
    *,
    rights: Sequence[FieldRight] | None = None,
    generation: Generation | None = None,
    resolved: dict[str, Any] | None = None,
) -> FieldMapping:
    """What becomes of the columns: the mapping that the request names, and else the ``zi_*`` columns.

    Args:
        request: names it.
        source: the file.
        fields: ZoomInfo's output fields, where they are settled by now: the mapping was verified with them.
        rights: of the account to output fields; None when they are not known.
        generation: the API that will be asked.
        resolved: the request's mapping as it was when the job was started; None reads it now.

    Raises:
        InvalidArgument: the mapping does not fit the file or the account, or a field is unknown.
    """
    from ..crm import Mapping, build_mapping, load_mapping
    from ..zoominfo.arguments import read_outputs

    if request.mapping is not None:
        mapping = load_mapping(request.mapping, request.entity) if resolved is None else build_mapping(resolved)
        if fields is not None:
            return mapping.bound(source.columns, fields)
        return mapping.fit(source.columns, request.entity, rights, generation=generation)
    if fields is None:
        given = None if request.fields is None else list(request.fields)
        named = read_outputs(request.entity, generation or "gtm", given, detail="concise", name="fields")
        denied = {right.name for right in rights or () if not right.granted}
        if given is not None and (lacking := [name for name in named if name in denied]):
            raise fail("plan_field", fields=", ".join(lacking), details={"fields": lacking})
        fields = [name for name in named if name not in denied]
    return Mapping.plain(fields, request.entity).bound(source.columns)
