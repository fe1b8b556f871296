"""Toolset ``knowledge``: facts about ZoomInfo with their source and date. Works without an account."""

from __future__ import annotations

import anyio.to_thread

from ..errors import fail
from ..zoominfo.arguments import read_number, read_text
from .contract import Envelope, envelope
from .spec import Arguments, Call, Tool, text, whole


async def search_knowledge(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    limit = int(read_number("limit", arguments.get("limit", 5), whole=True, low=1, high=20))
    query = read_text("query", arguments["query"])
    base = call.runtime.knowledge()
    # The first question reads the files and builds the index.
    result = await anyio.to_thread.run_sync(lambda: base.search(query, limit=limit))
    rows = [
        {
            "id": hit.id,
            "title": hit.title,
            "snippet": hit.snippet,
            "source": hit.source,
            "lastVerified": hit.last_verified,
            "score": round(hit.score, 2),
        }
        for hit in result.hits
    ]
    warnings = [] if rows else ["The knowledge base does not answer this. Say so instead of guessing."]
    return envelope(rows, nearest=result.nearest, warnings=[*warnings, *base.problems])


async def read_knowledge(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    from ..knowledge import UnknownPassage

    name = read_text("id", arguments["id"])
    try:
        passage = await anyio.to_thread.run_sync(call.runtime.knowledge().read, name)
    except UnknownPassage as error:
        hint = f", did you mean '{error.nearest[0]}'" if error.nearest else ""
        how = "Call search_knowledge for ids."
        raise fail("not_found", thing="passage", name=name[:80], hint=hint, how=how) from None
    row = {
        "id": passage.id,
        "title": passage.title,
        "text": passage.text,
        "source": passage.source,
        "lastVerified": passage.last_verified,
    }
    return envelope([row])


TOOLS = (
    Tool(
        "search_knowledge",
        "Search knowledge",
        "knowledge",
        "Find facts about ZoomInfo: products, API, fields, limits, credits, integrations, gotchas, troubleshooting. "
        "Free, no account needed. Cite `source` and `lastVerified`. An empty answer means that it is not known; "
        "`nearest` names close headings. For people and companies use the search tools.",
        {
            "query": text("A question or keywords."),
            "limit": whole("Hits at most.", 1, 20, 5),
        },
        search_knowledge,
        required=("query",),
    ),
    Tool(
        "read_knowledge",
        "Read knowledge",
        "knowledge",
        "Read one passage of the knowledge base in full by the id that search_knowledge gives, or a whole file by its "
        "name. Free.",
        {"id": text("Passage id such as gotchas#jwt-expiry, or a file such as gotchas.")},
        read_knowledge,
        required=("id",),
    ),
)
