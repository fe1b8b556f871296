"""Who visited: IP addresses to companies, by whichever API the account has.

WebSights (Enterprise) is asked for each address and costs records, no credit. Where it is not to be had, the GTM API
enriches the companies by their address, which spends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import anyio

from ..errors import InvalidArgument, PlanDoesNotInclude, RateLimited, SalesZoomInfoError, UpstreamUnavailable, fail
from ..zoominfo.asking import FOUND, NOTHING
from ..zoominfo.operations import OPERATIONS
from ..zoominfo.visitors import read_ip
from .privacy import SUPPRESSED

if TYPE_CHECKING:
    from ..zoominfo.operations import Generation
    from ..zoominfo.records import Match, Row
    from .consent import Consent
    from .gate import Account, Told
    from .spending import Credits

MOST_ADDRESSES = 25
# At a time; the limiter of the client still paces them.
_AT_ONCE = 5
# An address of which ZoomInfo could not tell for now.
FAILED = "SERVICE_ERROR"
# What both ways can tell of a company.
_OUTPUTS = (
    "id", "name", "website", "ticker", "revenue", "employeeCount", "street", "city", "state", "zipCode", "country",
    "industries",
)  # fmt: skip


@dataclass(slots=True)
class Visitors:
    """Who is behind some addresses.

    Attributes:
        rows: one an address, in their order: ipAddress, matchStatus, and what is known.
        generation: the API that told.
        credits: where they stand; None when nothing could be spent.
    """

    rows: list[Row]
    generation: Generation
    credits: Credits | None = None
    warnings: list[str] = field(default_factory=list[str])


def read_addresses(value: object, name: str = "ipAddresses") -> list[str]:
    """1 to 25 public addresses, each once, in their short form.

    Args:
        value: a list of texts, or one.
        name: the argument, for errors.

    Raises:
        InvalidArgument: too many or none, no address, or one that is private or reserved; all of them are named.
    """
    listed = cast("list[object]", value) if isinstance(value, list) else [value]
    if not 1 <= len(listed) <= MOST_ADDRESSES:
        raise fail(
            "out_of_range",
            name=f"the number of {name}",
            value=len(listed),
            low=1,
            high=MOST_ADDRESSES,
            details={"field": name},
        )
    found: dict[str, None] = {}
    refused: list[str] = []
    for index, item in enumerate(listed):
        where = f"{name}[{index}]"
        try:
            found[read_ip(where, item)] = None
        except InvalidArgument as error:
            if error.kind != "address_not_public":
                raise
            refused.append(f"{where} ({error.details['kind']} one)")
    if refused:
        raise fail("addresses_not_public", which=", ".join(refused), details={"field": name, "refused": refused})
    return list(found)


async def identify(
    account: Account, addresses: object, *, caller: str, max_credits: object = None, consent: Consent | None = None
) -> Visitors:
    """The companies behind addresses.

    Args:
        account: the gate.
        addresses: 1 to 25.
        caller: who asks.
        max_credits: the caller's own cap in credits, for the GTM API.
        consent: asks a person when a ceiling is passed.

    Raises:
        InvalidArgument: see :func:`read_addresses`; nothing was sent.
        SalesZoomInfoError: what the gate refused for the first address, or for all of them.
    """
    wanted = read_addresses(addresses)
    # A cap that is no number is wrong whichever API answers.
    account.limits(max_credits)
    if "enterprise" not in account.generations:
        return await _enriched(account, wanted, caller, max_credits, consent)
    try:
        return await _told(account, wanted, caller)
    except PlanDoesNotInclude:
        if "gtm" not in account.generations:
            raise
    found = await _enriched(account, wanted, caller, max_credits, consent)
    found.warnings.insert(0, "The plan has no WebSights on the Enterprise API, so the GTM API was asked, which spends.")
    return found


async def _told(account: Account, wanted: list[str], caller: str) -> Visitors:
    outcomes: dict[str, Told | SalesZoomInfoError] = {}
    limit = anyio.CapacityLimiter(_AT_ONCE)

    async def ask(address: str) -> None:
        async with limit:
            try:
                outcomes[address] = await account.tell("identify_visitors", {"ipAddress": address}, caller=caller)
            except (RateLimited, UpstreamUnavailable) as error:
                outcomes[address] = error

    # The first alone: what concerns the account would only fail for all.
    first, *others = wanted
    await ask(first)
    failure = outcomes[first]
    if isinstance(failure, RateLimited) or (isinstance(failure, SalesZoomInfoError) and not others):
        raise failure
    await _all(ask, others)
    rows: list[Row] = []
    warnings: dict[str, None] = {}
    for address in wanted:
        told = outcomes[address]
        rows.append(_row(address, told))
        if not isinstance(told, SalesZoomInfoError):
            warnings |= dict.fromkeys(told.warnings)
    failed = [told for told in outcomes.values() if isinstance(told, SalesZoomInfoError)]
    if len(failed) == len(wanted):
        raise failed[0]
    lines = [f"{len(failed)} of {len(wanted)} addresses were not answered; repeat those. {failed[0]}"] if failed else []
    return Visitors(rows, "enterprise", None, [*warnings, *lines])


async def _all(ask: Any, addresses: list[str]) -> None:
    try:
        async with anyio.create_task_group() as tasks:
            for address in addresses:
                tasks.start_soon(ask, address)
    except BaseExceptionGroup as group:
        # One error of ours is what the caller can read; a group is not.
        ours = group.subgroup(SalesZoomInfoError)
        if ours is None:
            raise
        error: BaseException = ours
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None


def _row(address: str, told: Told | SalesZoomInfoError) -> Row:
    if isinstance(told, SalesZoomInfoError):
        return {"ipAddress": address, "matchStatus": FAILED}
    if told.answer.rows:
        return {"ipAddress": address, "matchStatus": FOUND, **told.answer.rows[0]}
    # Found and withheld is another thing than not found.
    return {"ipAddress": address, "matchStatus": SUPPRESSED.status if told.answer.status == FOUND else NOTHING}


async def _enriched(
    account: Account, wanted: list[str], caller: str, max_credits: object, consent: Consent | None
) -> Visitors:
    found = await account.enrich(
        "company",
        [{"ipAddress": address} for address in wanted],
        caller=caller,
        outputs=list(_OUTPUTS),
        max_credits=max_credits,
        consent=consent,
        operation=OPERATIONS["identify_visitors"],
    )
    rows = [_company(address, match) for address, match in zip(wanted, found.matches, strict=True)]
    return Visitors(rows, "gtm", found.credits, found.warnings)


def _company(address: str, match: Match) -> Row:
    told = {f"company{name[:1].upper()}{name[1:]}": value for name, value in match.row.items()}
    return {
        "ipAddress": address,
        "matchStatus": match.status,
        **({"visitor": "company"} if told else {}),
        **told,
    }
