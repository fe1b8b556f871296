"""Toolset ``knowledge``: facts about ZoomInfo with their source and date. Works without an account."""

from __future__ import annotations

import anyio.to_thread

from ..errors import fail
from ..zoominfo.arguments import read_choice, read_number, read_text
from .contract import Envelope, envelope
from .spec import Arguments, Call, Tool, choice, text, whole

# As the reference files are called; static, so that listing tools reads none of them.
TOPICS = (
    "api-coverage",
    "api-requests",
    "asking-in-the-terminal",
    "company-fields",
    "contact-fields",
    "data-model",
    "enriching-files",
    "examples",
    "finding-values",
    "glossary",
    "gotchas",
    "integrations",
    "plans",
    "playbooks",
    "products",
    "related-skills",
    "running-this-server",
    "salesforce",
    "signal-fields",
    "troubleshooting",
    "working-with-signals",
    "zoominfo-api-reference",
)
LANGUAGES = ("en", "zh")


async def search_knowledge(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    limit = int(read_number("limit", arguments.get("limit", 5), whole=True, low=1, high=20))
    query = read_text("query", arguments["query"])
    if not query:  # spaces alone
        how = "Ask a question or give keywords."
        raise fail("missing_argument", where="search_knowledge", name="query", how=how, details={"field": "query"})
    topic = _choice(arguments, "topic", TOPICS)
    language = _choice(arguments, "language", LANGUAGES)
    base = call.runtime.knowledge()
    if topic is not None and base.topics:
        topic = read_choice("topic", topic, tuple(base.topics))
    # The first question reads the files and builds the index.
    result = await anyio.to_thread.run_sync(lambda: base.search(query, limit=limit, topic=topic, language=language))
    rows = [
        {
            "id": hit.id,
            "title": hit.title,
            "snippet": hit.snippet,
            "source": hit.source,
            "lastVerified": hit.last_verified,
            "score": round(hit.score, 2),
            "language": hit.language,
        }
        for hit in result.hits
    ]
    warnings = [] if rows else ["The knowledge base does not answer this. Say so instead of guessing."]
    # Problems are read off the files of both languages.
    problems = await anyio.to_thread.run_sync(lambda: base.problems)
    return envelope(rows, nearest=result.nearest, warnings=[*warnings, *problems])


async def read_knowledge(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    from ..knowledge import UnknownPassage

    name = read_text("id", arguments["id"])
    language = _choice(arguments, "language", LANGUAGES)
    base = call.runtime.knowledge()
    try:
        passage = await anyio.to_thread.run_sync(lambda: base.read(name, language=language))
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
        "language": passage.language,
    }
    return envelope([row])


def _choice(arguments: Arguments, name: str, legal: tuple[str, ...]) -> str | None:
    """An argument that is one of a few words, or is left out."""
    value = arguments.get(name)
    return None if value is None else read_choice(name, value, legal)


TOOLS = (
    Tool(
        "search_knowledge",
        "Search knowledge",
        "knowledge",
        "Find facts about ZoomInfo: products, API, fields, limits, credits, integrations, gotchas, troubleshooting. "
        "Free, no account needed. Cite `source` and `lastVerified`. An empty answer means that it is not known; "
        "`nearest` names close headings. For people and companies use the search tools.",
        {
            "query": text("A question or keywords, English or Chinese."),
            "topic": choice("Search this file only.", TOPICS),
            "language": choice("Of the answer; default: the query's.", LANGUAGES),
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
        {
            "id": text("Passage id such as gotchas#jwt-expiry, or a file such as gotchas."),
            "language": choice("Version to read; default en.", LANGUAGES),
        },
        read_knowledge,
        required=("id",),
    ),
)
