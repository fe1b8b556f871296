"""What the tools about one company share: naming it by id, name or website, and the answer with its cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import fail
from ..zoominfo.arguments import read_id, read_text
from ..zoominfo.operations import OPERATIONS
from .contract import Envelope, credits_meta, envelope
from .spec import Arguments, Call, Schema, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..account.gate import About, Account
    from ..account.spending import Credits
    from ..zoominfo.asking import Answer, Ask
    from ..zoominfo.records import Row

COMPANY: dict[str, Schema] = {
    "companyId": text("ZoomInfo id."),
    "companyName": text("Or its name."),
    "companyWebsite": text("Or its website."),
}
# Companies of one name that an error tells apart.
_TOLD = 5


async def name_company(account: Account, arguments: Arguments, call: Call, where: str) -> tuple[str, dict[str, str]]:
    """The id of the company that the arguments name; a name or a website is searched for, which is free.

    Args:
        account: the gate.
        arguments: one of :data:`COMPANY`, an id before a website before a name.
        call: who asks.
        where: what needs the company, for errors.

    Returns:
        The id, and what was resolved to it, for ``meta.resolved``.

    Raises:
        InvalidArgument: no company is named, or its id is none.
        NotFound: no company has that name or website.
        UnknownValue: several have, and none has exactly it.
    """
    if arguments.get("companyId") is not None:
        return read_id("companyId", arguments["companyId"]), {}
    key = next((key for key in ("companyWebsite", "companyName") if arguments.get(key)), None)
    if key is None:
        how = "Give companyId, companyWebsite or companyName."
        raise fail("missing_argument", where=where, name="a company", how=how, details={"field": "companyId"})
    given = read_text(key, arguments[key])
    page = await account.search("company", {key: given}, caller=call.caller, page=1, size=25)
    rows = page.rows
    if page.total > 1:
        field, wanted = ("name", given.casefold()) if key == "companyName" else ("website", _site(given))
        exact = [row for row in rows if wanted in (str(row.get(field, "")).casefold(), _site(str(row.get(field, ""))))]
        rows = exact if len(exact) == 1 else rows
    if len(rows) == 1 and (page.total == 1 or rows is not page.rows):
        return str(rows[0]["id"]), {key: str(rows[0]["id"])}
    if not rows:
        raise fail("no_company_named", name=key, details={"field": key})
    choices = "; ".join(_told(row) for row in rows[:_TOLD])
    more = f"; {page.total - _TOLD:,} more" if page.total > _TOLD else ""
    raise fail("several_companies", name=key, choices=f"{choices}{more}", details={"field": key})


def _site(website: str) -> str:
    return website.casefold().split("://")[-1].removeprefix("www.").rstrip("/")


def _told(row: Row) -> str:
    place = ", ".join(str(row[name]) for name in ("website", "city", "state", "country") if row.get(name))
    return f"{row['id']} {row.get('name', '')}" + (f" ({place})" if place else "")


def answered(
    rows: list[Row],
    answer: Answer,
    ask: Ask,
    *,
    warnings: list[str],
    sandbox: bool,
    resolved: Mapping[str, str] | None = None,
    credits: Credits | None = None,
    **meta: object,
) -> Envelope:
    """The envelope of an operation's answer.

    Args:
        rows: the rows as they are shown.
        answer: where they come from, with its paging.
        ask: what was sent.
        warnings: of the gate and the tool.
        sandbox: whether the rows are fictional.
        resolved: what the tool resolved before it asked.
        credits: what it cost; None when it was free.
        meta: further members.
    """
    return envelope(
        rows,
        totalResults=answer.total,
        page=answer.page or None,
        pageSize=answer.size or None,
        nextPage=answer.next_page,
        resolved={**(resolved or {}), **ask.resolved},
        **meta,
        credits={"spent": 0} if credits is None else credits_meta(credits),
        warnings=warnings,
        sandbox=sandbox,
    )


async def about(
    operation: str,
    call: Call,
    arguments: Arguments,
    *,
    show: Callable[[About], tuple[list[Row], list[str]]],
) -> Envelope:
    """Ask about one company; the call that can cost its credit.

    Args:
        operation: by its name in the table of operations.
        call: who asks.
        arguments: of the tool; ``maxCredits`` and how to show stay here, the rest goes to the operation.
        show: the rows to show of an answer, and what to say about them.

    Raises:
        SalesZoomInfoError: what :func:`name_company` or the gate refused.
    """
    account = await call.runtime.account()
    asked = {name: value for name, value in arguments.items() if name not in ("maxCredits", "detail", "outputFields")}
    # Where ZoomInfo would take a name as well: only by its id does the ledger know a company that is bought already.
    company, resolved = await name_company(account, arguments, call, OPERATIONS[operation].title.capitalize())
    asked = {name: value for name, value in asked.items() if name not in COMPANY} | {"companyId": company}
    told = await account.about(
        operation, asked, caller=call.caller, max_credits=arguments.get("maxCredits"), consent=call.consent
    )
    rows, warnings = show(told)
    return answered(
        rows,
        told.answer,
        told.ask,
        resolved=resolved,
        credits=told.credits,
        warnings=[*told.warnings, *warnings],
        sandbox=account.sandbox,
    )
