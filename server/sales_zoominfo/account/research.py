"""Research on an account or a person: everything that ZoomInfo has on it, within a cap of credits, as one brief.

A company that is bought once answers intent, scoops, news, technologies and its org chart for 12 months without a
further credit, so a brief costs at most one credit for the company and one for the person. Without credits, what the
free searches tell is used, and the rest is named as missing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import anyio

from ..errors import (
    BudgetExceeded,
    CreditApprovalRequired,
    CreditsExhausted,
    NotAvailable,
    NotFound,
    SalesZoomInfoError,
    SpendingStopped,
    UsageLimitReached,
    fail,
)
from ..zoominfo.records import Row
from . import brief
from .brief import Section, Statement
from .match_key import EVERYBODY

if TYPE_CHECKING:
    from ..zoominfo.operations import Entity, Subject
    from .consent import Consent
    from .gate import Account
    from .spending import Credits, Enriched

# One credit for the company; a person costs one more.
DEFAULT_CAP: Final[dict[Entity, int]] = {"company": 1, "contact": 2}
MOST: Final = 40
_ROWS: Final = 25
# Calls at a time; the limiter paces them all the same.
_AT_ONCE: Final = 4
_NO_CREDIT: Final = (CreditApprovalRequired, BudgetExceeded, CreditsExhausted, UsageLimitReached, SpendingStopped)
_LEADERS: Final = ["C Level Exec", "VP Level Exec", "Director"]
_PROFILE: Final = [
    "id", "name", "website", "city", "state", "country", "primaryIndustry", "employeeCount", "revenue", "type",
    "foundedYear", "companyStatus", "parentName", "ultimateParentName", "recentFundingAmount", "recentFundingDate",
    "employeeGrowth", "lastUpdatedDate",
]  # fmt: skip
_PERSON: Final = [
    "id", "firstName", "lastName", "jobTitle", "companyId", "companyName", "positionStartDate", "city", "state",
    "country", "employmentHistory", "education", "lastUpdatedDate",
]  # fmt: skip


@dataclass(slots=True)
class Research:
    """A brief.

    Attributes:
        entity: what it is about.
        id, name: of the record, as far as known.
        statements: best first.
        counts: how many statements each section has, shown or not.
        missing: why a section has nothing, by section.
        summary: what ZoomInfo's own AI wrote about the account, None where it has none.
        spent: credits counted for it.
        credits: where the credits stand afterwards, None when nothing was bought.
        cap: the credits that it was allowed.
        warnings: what else is to be said.
    """

    entity: Entity
    id: str = ""
    name: str = ""
    statements: list[Statement] = field(default_factory=list[Statement])
    counts: dict[Section, int] = field(default_factory=dict[Section, int])
    missing: dict[str, str] = field(default_factory=dict[str, str])
    summary: str | None = None
    spent: int = 0
    credits: Credits | None = None
    cap: int = 0
    warnings: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class Wish:
    """What a brief is wanted for.

    Attributes:
        caller: who asks, for budgets and the ledger.
        sections: what it is to cover.
        cap: credits that it may cost.
        focus: what the reader is interested in, in words.
        most: how many statements at most.
        consent: asks a person when a ceiling is passed.
    """

    caller: str
    sections: Sequence[Section]
    cap: int
    focus: str = ""
    most: int = MOST
    consent: Consent | None = None


class Researcher:
    """Writes briefs.

    Args:
        account: the gate.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    async def company(self, company: Mapping[str, object], wish: Wish) -> Research:
        """A brief about a company.

        Args:
            company: one match input: ``companyId``, ``companyWebsite`` or ``companyName``.
            wish: what it is wanted for.

        Raises:
            NotFound: ZoomInfo knows no such company. Suppressed: it is on the opt-out list.
            SalesZoomInfoError: nothing at all can be told.
        """
        found = Research("company", cap=wish.cap)
        await self._company(found, company, wish, wish.cap)
        return self._finished(found, wish)

    async def person(self, person: Mapping[str, object], wish: Wish) -> Research:
        """A brief about a person and the company where they work.

        Args:
            person: one match input of a contact, such as ``personId`` or ``emailAddress``.
            wish: what it is wanted for.

        Raises:
            As :meth:`company`.
        """
        found = Research("contact", cap=wish.cap)
        bought = await self._buy(found, "contact", person, _PERSON, wish, wish.cap)
        row = {} if bought is None else _matched(bought, "contact")
        if bought is None:
            if "personId" in person:
                row = await self._searched("contact", {"personId": person["personId"]}, wish.caller)
            found.missing["profile"] = "Not bought: the whole record costs a credit."
        operation = "search_contacts" if bought is None else "enrich_contacts"
        found.id, found.name = (
            str(row.get("id", "")),
            " ".join(str(row[name]) for name in ("firstName", "lastName") if row.get(name)),
        )
        found.statements += brief.of_person(row, operation)
        company = row.get("companyId")
        if not company:
            found.warnings.append("ZoomInfo names no company of this person, so there is no brief on one.")
            return self._finished(found, wish)
        left = max(0, wish.cap - found.spent)
        name, key = found.name, found.id
        await self._company(found, {"companyId": str(company)}, wish, left)
        found.id, found.name = key, name
        return self._finished(found, wish, also=name)

    # --- parts ---------------------------------------------------------------------------------------------------

    async def _company(self, found: Research, company: Mapping[str, object], wish: Wish, cap: int) -> None:
        bought = await self._buy(found, "company", company, _PROFILE, wish, cap)
        if bought is not None:
            row = _matched(bought, "company")
            found.id, found.name = str(row["id"]), str(row.get("name", ""))
            self._profile(found, wish, brief.of_company(row, "enrich_companies"))
        else:
            row = await self._searched("company", company, wish.caller)
            if not row:
                raise fail("company_not_found", operation="company search")
            found.id, found.name = str(row["id"]), str(row.get("name", ""))
            self._profile(found, wish, brief.of_company(row, "search_companies"))
        work = self._bought_parts(found, wish) if bought is not None else self._free_parts(found, wish)
        await self._gather(found, {name: part for name, part in work.items() if name in wish.sections})
        if "gtm" in self._account.generations:
            await self._summarise(found, wish)

    def _profile(self, found: Research, wish: Wish, statements: list[Statement]) -> None:
        if "profile" in wish.sections:
            found.statements += statements

    async def _buy(
        self, found: Research, entity: Entity, given: Mapping[str, object], outputs: list[str], wish: Wish, cap: int
    ) -> Enriched | None:
        """The record, bought or owned already; None when there are no credits for it."""
        try:
            bought = await self._account.enrich(
                entity,
                [dict(given)],
                caller=wish.caller,
                outputs=outputs,
                max_credits=cap,
                consent=wish.consent if cap else None,
            )
        except _NO_CREDIT as error:
            if error.kind == "approval_pending":
                # A person is being asked; the call comes again with the answer.
                raise
            noun = "company" if entity == "company" else "person"
            found.warnings.append(f"The {noun} is not bought, so only free searches were used. {error}")
            return None
        found.spent += bought.credits.spent
        found.credits = bought.credits
        found.warnings += bought.warnings
        return bought

    async def _searched(self, entity: Entity, given: Mapping[str, object], caller: str) -> Row:
        page = await self._account.search(entity, {**given, **EVERYBODY[entity]}, caller=caller, size=1)
        return page.rows[0] if page.rows else {}

    def _bought_parts(self, found: Research, wish: Wish) -> dict[Section, Callable[[], Awaitable[list[Statement]]]]:
        async def about(name: str, **arguments: Any) -> list[Row]:
            asked = {"companyId": found.id, **arguments}
            # The company is bought by now, so this costs nothing; the cap holds that to its word.
            told = await self._account.about(name, asked, caller=wish.caller, max_credits=0)
            found.credits = told.credits
            return told.answer.rows

        async def intent() -> list[Statement]:
            return brief.of_intent(await about("enrich_intent", pageSize=_ROWS), "enrich_intent")

        async def scoops() -> list[Statement]:
            return brief.of_scoops(await about("enrich_scoops", pageSize=_ROWS), "enrich_scoops")

        async def news() -> list[Statement]:
            return brief.of_news(await about("enrich_news", pageSize=_ROWS), "enrich_news")

        async def technologies() -> list[Statement]:
            return brief.of_technologies(await about("technologies"), "technologies", found.id)

        async def people() -> list[Statement]:
            return brief.of_people(await about("org_chart"), "org_chart")

        return {"intent": intent, "scoops": scoops, "news": news, "technologies": technologies, "people": people}

    def _free_parts(self, found: Research, wish: Wish) -> dict[Section, Callable[[], Awaitable[list[Statement]]]]:
        async def search(subject: Subject, **more: Any) -> list[Row]:
            page = await self._account.search(subject, {"companyId": found.id, **more}, caller=wish.caller, size=_ROWS)
            return page.rows

        async def scoops() -> list[Statement]:
            return brief.of_scoops(await search("scoop"), "search_scoops")

        async def people() -> list[Statement]:
            return brief.of_people(await search("contact", managementLevel=_LEADERS), "search_contacts")

        async def costs() -> list[Statement]:
            raise fail("section_costs")

        # No search of intent or news takes a company; one of scoops does on the Enterprise API alone.
        free = scoops if "enterprise" in self._account.generations else costs
        return {"scoops": free, "people": people, "intent": costs, "news": costs, "technologies": costs}

    async def _gather(self, found: Research, work: Mapping[Section, Callable[[], Awaitable[list[Statement]]]]) -> None:
        told: dict[Section, list[Statement]] = {}
        limit = anyio.CapacityLimiter(_AT_ONCE)

        async def one(section: Section, part: Callable[[], Awaitable[list[Statement]]]) -> None:
            async with limit:
                try:
                    told[section] = await part()
                except NotFound:
                    told[section] = []
                except SalesZoomInfoError as error:
                    # One source that fails or is not in the plan takes nothing from the others.
                    found.missing[section] = str(error)

        async with anyio.create_task_group() as group:
            for section, part in work.items():
                group.start_soon(one, section, part)
        for section in work:
            if section in told:
                found.statements += told[section]
                if not told[section]:
                    found.missing[section] = "ZoomInfo has nothing on it."

    async def _summarise(self, found: Research, wish: Wish) -> None:
        try:
            told = await self._account.tell("account_summary", {"companyId": found.id}, caller=wish.caller)
        except (NotAvailable, NotFound):
            return
        except SalesZoomInfoError as error:
            found.missing["zoominfoSummary"] = str(error)
            return
        if told.answer.rows:
            text = told.answer.rows[0].get("markdown")
            found.summary = text if isinstance(text, str) and text else None

    def _finished(self, found: Research, wish: Wish, also: str = "") -> Research:
        today = datetime.fromtimestamp(self._account.clock(), UTC).date()
        focus = f"{wish.focus} {also}".strip()
        found.statements, found.counts = brief.compose(found.statements, focus=focus, today=today, most=wish.most)
        return found


def _matched(bought: Enriched, entity: Entity) -> Row:
    match = bought.matches[0]
    if match.status == "SUPPRESSED":
        raise fail("suppressed", thing="person" if entity == "contact" else "company")
    if not match.record_id:
        if entity == "company":
            raise fail("company_not_found", operation="company enrich")
        raise fail("person_not_found", status=match.status)
    return {"id": match.record_id, **match.row}
