"""Words of the command line: counts with their nouns, and commands where the tools of an assistant would be named."""

from __future__ import annotations

import re

# What a text for an assistant names, and what a person runs for it.
_COMMANDS = {
    "get_usage": "usage",
    "list_jobs": "jobs list",
    "get_job": "jobs show ID",
    "cancel_job": "jobs cancel ID",
    "start_enrichment_job": "enrich FILE",
    "list_opt_outs": "opt-outs list",
    "list_saved_searches": "searches list",
    "save_search": "searches save",
    "search_contacts": "search contacts",
    "search_companies": "search companies",
    "enrich_contacts": "enrich contact",
    "enrich_companies": "enrich company",
}
_OPTIONS = {"maxCredits": "--max-credits", "maxAge": "--max-age", "outputFields": "--fields", "dryRun": "--dry-run"}
_LOOKUP = re.compile(r"`?\blookup\b`? with field '([\w-]+)'")
# In backticks alone: elsewhere such a name is a value, as an operation of the audit.
_NAMED = re.compile(rf"`({'|'.join(_COMMANDS)})`")
_OPTION = re.compile(rf"\b({'|'.join(_OPTIONS)})\b(=?)")


def many(count: int, noun: str, plural: str | None = None) -> str:
    """A count with its noun, such as ``1 row`` and ``2 rows``.

    Args:
        count: how many.
        noun: of one.
        plural: of several; None for an s behind it.
    """
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


def in_terminal(text: str) -> str:
    """A text of ours with commands and options where it names tools and arguments."""
    text = _LOOKUP.sub(lambda found: f"`sales-zoominfo lookup {found[1]}`", text)
    text = _NAMED.sub(lambda found: f"`sales-zoominfo {_COMMANDS[found[1]]}`", text)
    return _OPTION.sub(lambda found: _OPTIONS[found[1]] + (" " if found[2] else ""), text)
