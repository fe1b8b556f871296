"""Toolset ``privacy``: the opt-out list, and what ZoomInfo holds about a person. Nothing here costs a credit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from ..errors import fail, near
from ..zoominfo.arguments import read_choice, read_number, read_text
from ..zoominfo.fields import COMPLIANCE_KEYS as KEYS
from .contract import Envelope, envelope, stamp
from .spec import PAGE, PAGE_SIZE, Arguments, Call, Schema, Tool, choice, text

if TYPE_CHECKING:
    from ..account.compliance import Checked, Resolved
    from ..account.entries import Entry
    from ..account.optouts import Listed
    from ..zoominfo.records import Row

KINDS = ("email", "domain", "phone", "person", "company")
ENTRIES_AT_ONCE = 100
_MEMBERS = ("kind", "value")
_MEMBER = re.compile(r"[A-Za-z_]{1,30}")
_SUMMARY = (
    "id",
    "firstName",
    "lastName",
    "title",
    "companyName",
    "withinEu",
    "withinCalifornia",
    "withinCanada",
    "looksLikeEu",
    "looksLikeCalifornia",
    "looksLikeCanada",
    "hasCanadianEmail",
    "noticeProvidedDate",
    "hasMoved",
)


async def check_compliance(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    full = read_choice("detail", arguments.get("detail", "concise"), ("concise", "full")) == "full"
    privacy = await call.runtime.privacy()
    checked = await privacy.check(arguments["people"], call.caller)
    warnings: list[str] = []
    if any(item.found is not None for item in checked):
        warnings.append(
            "ZoomInfo's own compliance check is in the Enterprise API only. Here the opt-out list was checked, and "
            "whether a free search finds the person; a search finds neither the unknown nor those opted out at "
            "ZoomInfo, and only an enrich (up to 1 credit) tells OPT_OUT."
        )
    return envelope(
        [_checked_row(item, full) for item in checked],
        totalResults=len(checked),
        warnings=warnings,
        credits={"spent": 0},
        sandbox=privacy.sandbox,
    )


def _checked_row(item: Checked, full: bool) -> Row:
    row: Row = {"input": item.given, "onOptOutList": item.listed}
    if item.found is not None:
        row["foundBySearch"] = item.found
    if item.records is not None:
        row["held"] = [
            record if full else {name: record[name] for name in _SUMMARY if name in record} for record in item.records
        ]
    return row


async def list_opt_outs(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    from ..account.entries import read_kind

    size = int(read_number("pageSize", arguments.get("pageSize", 25), whole=True, low=1, high=100))
    page = int(read_number("page", arguments.get("page", 1), whole=True, low=1, high=None))
    kind = None if arguments.get("kind") is None else read_kind(arguments["kind"])
    privacy = await call.runtime.privacy()
    listing = privacy.list
    counts = await listing.counts()
    total = counts.total if kind is None else counts.kinds.get(kind, 0)
    if page > 1 and (page - 1) * size >= total:
        raise fail("past_end", page=page)
    rows = [listed_row(entry) for entry in await listing.offset(page, size, kind)]
    warnings: list[str] = []
    if counts.pending:
        how = "`sales-zoominfo opt-outs resolve` does it."
        warnings.append(f"Not looked up at ZoomInfo yet: {counts.pending:,}. {how}")
    if counts.unresolved:
        warnings.append(
            f"Without a record at ZoomInfo: {counts.unresolved:,}. Their values are screened, and they are tried again."
        )
    return envelope(
        rows,
        totalResults=total,
        page=page,
        pageSize=size,
        nextPage=page + 1 if page * size < total else None,
        counts={**counts.kinds, "fromZoomInfo": counts.zoominfo},
        warnings=warnings,
        sandbox=privacy.sandbox,
    )


def listed_row(entry: Listed) -> Row:
    """An entry as a row; its value masked, its reason shown to nobody but the person at the command line."""
    from ..account.masks import mask

    row: Row = {
        "entry": entry.id,
        "kind": entry.kind,
        "value": mask(entry.kind, entry.value),
        "source": entry.source,
        "since": stamp(entry.from_at),
        "permanent": entry.permanent,
    }
    if entry.until_at is not None:
        row["until"] = stamp(entry.until_at)
    if entry.found is not None:
        row["records"] = entry.found
    if entry.elsewhere:
        row["elsewhere"] = True
    return row


async def update_opt_outs(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    action = read_choice("action", arguments["action"], ("add", "remove"))
    given = arguments.get("entries")
    if not isinstance(given, list) or not 1 <= len(cast("list[object]", given)) <= ENTRIES_AT_ONCE:
        expected = f"a list of 1 to {ENTRIES_AT_ONCE} entries"
        raise fail("wrong_type", name="entries", expected=expected, got="something else")
    entries = [_entry(item, f"entries[{index}]", arguments) for index, item in enumerate(cast("list[object]", given))]
    privacy = await call.runtime.privacy()
    if action == "remove":
        found = [await privacy.list.find(entry) for entry in entries]
        ids = [entry.id for entry in found if entry is not None]
        gone = await privacy.remove(ids, call.caller, person=False) if ids else 0
        told = {"removed": gone, "notListed": len(found) - len(ids)}
        return envelope([], update=told, warnings=[], sandbox=privacy.sandbox)
    added, resolved = await privacy.add(entries, call.caller, resolve=len(entries))
    await privacy.retry()
    rows = [listed_row(entry) for entry in await privacy.list.get(added.ids)]
    return envelope(
        rows,
        update={"added": added.added, "alreadyListed": added.known, "recordsFound": resolved.records},
        warnings=resolved_warnings(resolved),
        sandbox=privacy.sandbox,
    )


def resolved_warnings(resolved: Resolved) -> list[str]:
    """What looking for records left open, in sentences."""
    lines: list[str] = []
    if resolved.without:
        numbers = ", ".join(map(str, resolved.without[:10])) + (" …" if len(resolved.without) > 10 else "")
        entry = "Entry" if len(resolved.without) == 1 else "Entries"
        lines.append(
            f"{entry} {numbers}: ZoomInfo has no record that a search finds. The value itself is screened everywhere, "
            "and it is looked for again later."
        )
    if resolved.stopped:
        lines.append(f"Not all were looked up at ZoomInfo. {resolved.stopped}")
    return lines


def _entry(raw: object, where: str, arguments: Arguments) -> Entry:
    from ..account.entries import read_entry, read_kind

    expected = f"{{kind, value}} with a kind of {', '.join(KINDS)}"
    if not isinstance(raw, dict):
        raise fail("wrong_type", name=where, expected=expected, got="something else")
    item = cast("dict[str, Any]", raw)
    for name in item:
        if name not in _MEMBERS:
            # Other names may be the value itself, which no error repeats.
            if not _MEMBER.fullmatch(name):
                got = "an object with another member, whose name is not shown as it may be somebody's"
                raise fail("wrong_type", name=where, expected=expected, got=got)
            legal, hint = ", ".join(_MEMBERS), near(name, _MEMBERS)
            details: dict[str, object] = {"field": f"{where}.{name}"}
            raise fail(
                "unknown_argument", where=where, thing="member", name=name, hint=hint, legal=legal, details=details
            )
    for name in _MEMBERS:
        if name not in item:
            raise fail("wrong_type", name=where, expected=expected, got=f"an object without {name}")
    return read_entry(
        read_kind(item["kind"]),
        item["value"],
        reason=read_text("reason", arguments.get("reason") or ""),
        permanent=arguments.get("permanent") is True,
    )


# Enough to name anybody; the check takes the other keys of the API too.
_ASKED = ("personId", "emailAddress", "phone", "fullName", "companyName")


def _people() -> Schema:
    return {
        "type": "array",
        "description": "1 to 25 people.",
        "minItems": 1,
        "maxItems": 25,
        "items": {
            "type": "object",
            "properties": {name: text(KEYS[name].text) for name in _ASKED},
            "additionalProperties": False,
        },
    }


_ENTRIES: Schema = {
    "type": "array",
    "description": "1 to 100; a domain covers all at it.",
    "minItems": 1,
    "maxItems": ENTRIES_AT_ONCE,
    "items": {
        "type": "object",
        "properties": {"kind": choice("What it is.", KINDS), "value": text("In full.")},
        "required": ["kind", "value"],
        "additionalProperties": False,
    },
}

TOOLS = (
    Tool(
        "check_compliance",
        "Check compliance",
        "privacy",
        "Tell whether people are on the opt-out list, what ZoomInfo holds about them, and whether EU, California or "
        "Canada rules apply. Free. With the GTM API alone: the list, and whether a search finds them.",
        {"people": _people(), "detail": choice("full adds addresses and past jobs.", ("concise", "full"), "concise")},
        check_compliance,
        required=("people",),
        operations=("check_compliance", "search_contacts"),
    ),
    Tool(
        "list_opt_outs",
        "List opt-outs",
        "privacy",
        "Show the opt-out list: people and companies that no answer may hold. Free. Values are masked. "
        "check_compliance asks about one person.",
        {
            "kind": choice("Only these.", KINDS),
            "page": PAGE,
            "pageSize": PAGE_SIZE,
        },
        list_opt_outs,
    ),
    Tool(
        "update_opt_outs",
        "Update opt-outs",
        "privacy",
        "Put people or companies on the opt-out list when they object; they vanish from every answer. Free. remove "
        "only takes back what you added within 24 hours; a person removes the rest with `sales-zoominfo opt-outs`.",
        {
            "action": choice("What to do.", ("add", "remove")),
            "entries": _ENTRIES,
            "reason": text("Why; kept encrypted."),
            "permanent": {"type": "boolean", "description": "Only a person may ever remove it."},
        },
        update_opt_outs,
        required=("action", "entries"),
        operations=("search_contacts", "search_companies"),
        changes=True,
        destructive=True,
    ),
)
