"""Toolset ``saved``: searches under a name, and what is new in them since the last time. Free of credits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ..errors import fail
from ..zoominfo.arguments import read_flag, read_text
from ..zoominfo.fields import SEARCH_ROW
from .contract import Envelope, envelope, stamp
from .search import only
from .spec import Arguments, Call, Tool, choice, flag, text, whole

if TYPE_CHECKING:
    from ..account.gate import Account
    from ..account.saved_types import Found, Run, Saved
    from ..zoominfo.records import Row

SUBJECTS = ("contact", "company", "intent", "scoop", "news")
SEARCHES = ("search_contacts", "search_companies", "search_intent", "search_scoops", "search_news")


async def save_search(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    given = arguments.get("filters")
    account = await call.runtime.account()
    stored = await account.saved().save(
        arguments["name"],
        arguments.get("subject"),
        None if given is None else flat_filters(given),
        sort=arguments.get("sort"),
        limit=arguments.get("limit"),
        note=arguments.get("note"),
        new_name=arguments.get("newName"),
        caller=call.caller,
    )
    warnings: list[str] = []
    if stored.outcome == "redefined":
        warnings.append("The search was defined anew, so what it had seen is forgotten: its next run is a first one.")
    elif stored.outcome == "saved":
        warnings.append("run_saved_search notes what is there now; each run after that tells what is new.")
    if stored.total == 0:
        warnings.append("Nothing matches it now: check its filters, or it may never tell of anything.")
    if stored.total is not None and stored.total > stored.search.limit:
        warnings.append(
            f"{stored.total:,} match and a run compares {stored.search.limit:,}: narrow the filters, raise the limit, "
            "or sort the newest first."
        )
    return envelope(
        [saved_row(stored.search)],
        outcome=stored.outcome,
        totalResults=stored.total,
        warnings=warnings,
        credits={"spent": 0},
        sandbox=account.sandbox,
    )


def flat_filters(given: object) -> dict[str, object]:
    """Filters as an object by name, as a list of {name, value}, or as the search tools' whole arguments.

    Raises:
        InvalidArgument: they are anything else, or name a filter twice.
    """
    shape = "an object of filters by name, or a list of {name, value}"
    found: dict[str, object] = {}
    if isinstance(given, dict):
        found = {name: value for name, value in cast("dict[str, object]", given).items() if value is not None}
        more = found.pop("moreFilters", None)
        given = [] if more is None else more
        if isinstance(given, dict):
            given = [{"name": name, "value": value} for name, value in cast("dict[str, object]", given).items()]
    if not isinstance(given, list):
        raise fail("wrong_type", name="filters", expected=shape, got="something else", details={"field": "filters"})
    for item in cast("list[object]", given):
        pair = cast("dict[str, object]", item) if isinstance(item, dict) else {}
        if set(pair) != {"name", "value"}:
            raise fail("wrong_type", name="filters", expected=shape, got="something else", details={"field": "filters"})
        name = read_text("filters.name", pair["name"])
        if name in found:
            raise fail("filters_together", first=name, second="the same filter again", reason="one value wins.")
        found[name] = pair["value"]
    return found


async def list_saved_searches(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    account = await call.runtime.account()
    saved = account.saved()
    if arguments.get("name") is not None:
        rows = [saved_row(await saved.get(arguments["name"]))]
        return envelope(rows, totalResults=1, sandbox=account.sandbox)
    found, damaged, elsewhere = await saved.every()
    warnings: list[str] = []
    if damaged:
        warnings.append(f"Saved searches that cannot be decrypted: {damaged}. Check ZOOMINFO_STATE_KEY.")
    if elsewhere:
        warnings.append(f"Saved searches of other accounts, not shown: {elsewhere}. ZOOMINFO_ACCOUNT chooses.")
    return envelope(
        [saved_row(item) for item in found], totalResults=len(found), warnings=warnings, sandbox=account.sandbox
    )


def saved_row(search: Saved) -> Row:
    """A saved search as a row."""
    row: Row = {"name": search.name, "subject": search.subject, "filters": search.filters, "limit": search.limit}
    if search.sort:
        row["sort"] = search.sort
    if search.note:
        row["note"] = search.note
    row["savedAt"] = stamp(search.made_at)
    row["runs"] = search.run
    if search.last is not None:
        row["lastRun"] = _run(search.last)
    return row


def _run(run: Run) -> dict[str, Any]:
    told = {"at": stamp(run.at), "totalResults": run.total, "compared": run.compared}
    return {**told, "new": run.new, "changed": run.changed, "gone": run.gone}


async def run_saved_search(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    account = await call.runtime.account()
    found = await account.saved().run(
        arguments["name"],
        since_run=arguments.get("sinceRun"),
        peek=read_flag("peek", arguments.get("peek", False)),
        caller=call.caller,
        progress=call.progress,
    )
    return news(account, found)


def news(account: Account, found: Found) -> Envelope:
    """What a run found, one row for each change: ``new`` and ``changed`` rows whole, of ``gone`` ones the ids."""
    subject, difference = found.search.subject, found.difference
    shown = {"id"} | {spec.name for spec in SEARCH_ROW[subject].values() if spec.concise}
    rows: list[Row] = [{"change": "new", **only([row], shown)[0]} for row in difference.new]
    for row, fields in difference.changed:
        rows.append({"change": "changed", "changedFields": fields, **only([row], shown | set(fields))[0]})
    rows += [{"change": "gone", **ids} for ids in difference.gone]
    warnings = list(found.warnings)
    if found.first:
        how = "the next run tells what is new" if found.moved else "run it without peek to begin"
        warnings.insert(0, f"There is no earlier run to compare with, so nothing is told as new: {how}.")
    elif difference.gone and subject in ("contact", "company"):
        warnings.append("Of rows that are gone only the ids are known: what they held is not kept.")
    since = {} if found.first else {"run": found.base, "at": stamp(found.base_at or 0.0)}
    return envelope(
        rows,
        search=found.search.name,
        subject=subject,
        run=found.run if found.moved else None,
        since=since,
        totalResults=found.total,
        compared=found.compared,
        counts={
            "new": len(difference.new),
            "changed": len(difference.changed),
            "gone": len(difference.gone),
        },
        records=found.records or None,
        resolved=found.resolved,
        warnings=warnings,
        credits={"spent": 0},
        sandbox=account.sandbox,
    )


async def delete_saved_search(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    account = await call.runtime.account()
    gone = await account.saved().delete(arguments["name"], call.caller)
    return envelope([] if gone is None else [saved_row(gone)], outcome="deleted", sandbox=account.sandbox)


_NAME = text("Its name.")

TOOLS = (
    Tool(
        "save_search",
        "Save a search",
        "saved",
        "Keep a search under a name, so that run_saved_search can tell what is new in it later; also changes or "
        "renames one. Free. It lives on this server, encrypted, and not in ZoomInfo's web application. Other filters "
        "for a known name make it forget what it has seen.",
        {
            "name": text("Up to 80 characters; names one that is there, or a new one."),
            "subject": choice("What to search.", SUBJECTS),
            "filters": {
                "type": "array",
                "description": "As the search tool takes them: name and value, e.g. industryCodes, software.",
                "items": {
                    "type": "object",
                    "properties": {
                        "name": text("Filter name."),
                        "value": {"description": "One value or a list."},
                    },
                    "required": ["name", "value"],
                    "additionalProperties": False,
                },
            },
            "sort": text("A sort field of that search; - in front: descending."),
            "limit": whole("Rows that a run compares.", 1, 10_000, 1_000),
            "note": text("What it is for."),
            "newName": text("Rename it to this."),
        },
        save_search,
        required=("name",),
        operations=(*SEARCHES, "lookup"),
        changes=True,
        destructive=True,
    ),
    Tool(
        "list_saved_searches",
        "List saved searches",
        "saved",
        "Show the saved searches with their filters and what their last run found. Free. Those of ZoomInfo's web "
        "application are not among them: no API tells them.",
        {"name": text("Only this one.")},
        list_saved_searches,
    ),
    Tool(
        "run_saved_search",
        "Run a saved search",
        "saved",
        "Tell what is new, changed (and in which fields) or gone in a saved search since its last run. Free. The first "
        "run only notes what is there. Use it for alerts; for the whole list use the search tool.",
        {
            "name": _NAME,
            "sinceRun": whole("Compare with this earlier run.", 1),
            "peek": flag("Look without moving the mark, so that the next run tells it again.", default=False),
        },
        run_saved_search,
        required=("name",),
        operations=(*SEARCHES, "lookup"),
        changes=True,
        # What it has told once is no news the second time.
        repeatable=False,
    ),
    Tool(
        "delete_saved_search",
        "Delete a saved search",
        "saved",
        "Delete a saved search with all that it has seen. Free. save_search changes or renames one instead.",
        {"name": _NAME},
        delete_saved_search,
        required=("name",),
        changes=True,
        destructive=True,
    ),
)
