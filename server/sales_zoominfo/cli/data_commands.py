"""The commands that search, look up and profile; none of them spends."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from .options import DetailOption, Entities, FieldsOption, FormatOption, OutputOption, tell
from .output import Output
from .run import call_tool, command


@command
def search_command(
    what: Entities,
    filters: Annotated[
        list[str] | None,
        typer.Option(
            "--filter", "-f", metavar="NAME=VALUE", help="A filter; repeat it for more. Commas stay part of the value."
        ),
    ] = None,
    page: Annotated[int, typer.Option("--page", help="Page, from 1.")] = 1,
    page_size: Annotated[int, typer.Option("--page-size", help="Rows a page, 1 to 100.")] = 25,
    sort: Annotated[
        str | None, typer.Option("--sort", help="Sort field; -field is descending.", show_default=False)
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every page, up to --max-rows.")] = False,
    max_rows: Annotated[
        int | None,
        typer.Option("--max-rows", help="With --all: rows at most, 1 to 10,000 (default 1,000).", show_default=False),
    ] = None,
    fields: FieldsOption = None,
    detail: DetailOption = "concise",
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Find contacts, companies, intent signals, scoops or news. Costs no credit.

    For example: sales-zoominfo search contacts -f companyName=Acme -f managementLevel=Director
    """
    from .inputs import read_filters, read_names
    from .views import show_rows

    names = read_names(fields)
    given = {str(pair["name"]): pair["value"] for pair in read_filters(filters or [])}
    # News has these filters and no more; the topics of intent are demanded by their name.
    named = {name: value for name, value in given.items() if what == "news" or (what, name) == ("intent", "topics")}
    rest = [{"name": name, "value": value} for name, value in given.items() if name not in named]
    arguments: dict[str, object] = {
        **named,
        "moreFilters": rest or None,
        "page": None if every and page == 1 else page,
        "pageSize": None if every and page_size == 25 else page_size,
        "sort": sort,
        "all": every or None,
        "maxRows": max_rows,
        "outputFields": names,
        "detail": detail,
    }
    with Output(format, output) as sink:
        answer = call_tool(f"search_{what}", arguments)
        sink.show(answer, lambda console, shown: show_rows(console, shown, names))
    tell(answer)


@command
def inspect_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, JSON lines, Parquet or Excel, of any size.")],
    entity: Annotated[
        Literal["contact", "company"] | None,
        typer.Option("--entity", help="Whose records you think of; what its rows are if not given."),
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="HEADING=KEY", help="What a column holds.", show_default=False),
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook.", show_default=False)] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", help="Of the file; found if not given.", show_default=False)
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option("--delimiter", help="Of CSV; found if not given.", show_default=False)
    ] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Profile a CRM export: complete, stale, twice, and what enrichment could fill. Free, and needs no account."""
    from .inspect import inspect_file

    options = {"sheet": sheet, "encoding": encoding, "delimiter": delimiter}
    raise typer.Exit(
        inspect_file(file, entity=entity, columns=columns or [], options=options, format=format, output=output)
    )


@command
def lookup_command(
    field: Annotated[
        str,
        typer.Argument(
            metavar="FIELD",
            help="industries, departments, states …; contact-filters, intent-fields and so on for names. A wrong "
            "one is answered with all of them.",
        ),
    ],
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[QUERY…]", help="As --query.", show_default=False)
    ] = None,
    query: Annotated[str | None, typer.Option("--query", "-q", help="The nearest to this.", show_default=False)] = None,
    vendor: Annotated[str | None, typer.Option("--vendor", help="Narrows tech-products.", show_default=False)] = None,
    category: Annotated[
        str | None, typer.Option("--category", help="Narrows technologies and hashtags.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help="Rows at most, 1 to 500.")] = 50,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List the legal values of a filter, or all filters and fields. Free."""
    from .views import show_lookup

    arguments: dict[str, object] = {
        "field": field,
        "query": " ".join(words or ()) or None if query is None else query,
        "vendor": vendor,
        "category": category,
        "limit": limit,
    }
    with Output(format, output) as sink:
        answer = call_tool("lookup", arguments)
        sink.show(answer, show_lookup)
    tell(answer)


@command
def knowledge_command(
    query: Annotated[
        list[str] | None, typer.Argument(metavar="QUERY…", help="A question or keywords.", show_default=False)
    ] = None,
    read: Annotated[
        str | None, typer.Option("--read", help="Read a passage or file in full, by its id.", show_default=False)
    ] = None,
    topic: Annotated[
        str | None, typer.Option("--topic", help="Search this file only, such as gotchas.", show_default=False)
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", help="en or zh; the query's by default.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help="Hits at most, 1 to 20.")] = 3,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Look up facts about ZoomInfo, with source and date. Works without an account."""
    from ..errors import fail
    from .views import show_hits, show_passage

    if bool(query) == (read is not None):
        how = "Ask a question, or read a passage with --read ID; not both."
        raise fail("missing_argument", where="knowledge", name="a question or --read ID", how=how)
    chosen = {name: value for name, value in (("topic", topic), ("language", language)) if value is not None}
    with Output(format, output) as sink:
        if read is not None:
            # A topic is none of its arguments, and the tool says so.
            answer = call_tool("read_knowledge", {"id": read, **chosen}, waiting="Reading…")
            sink.show(answer, show_passage)
        else:
            arguments: dict[str, object] = {"query": " ".join(query or []), "limit": limit, **chosen}
            answer = call_tool("search_knowledge", arguments, waiting="Reading…")
            sink.show(answer, show_hits)
    tell(answer)
