"""Toolset ``websights``: which companies are behind the IP addresses of a website's visitors."""

from __future__ import annotations

from ..errors import fail
from .contract import Envelope, credits_meta, envelope
from .enrich import REASONS
from .spec import MAX_CREDITS, Arguments, Call, Tool


async def identify_visitors(call: Call, arguments: Arguments) -> Envelope:
    """Run the tool."""
    from ..account.visitors import identify

    account = await call.runtime.account()
    if arguments.get("ipAddresses") is None:
        given = {name: arguments[name] for name in _BY_TIME if name in arguments}
        if not given:
            how = str(TOOLS[0].properties["ipAddresses"]["description"])
            raise fail("missing_argument", where="identify_visitors", name="ipAddresses", how=how)
        # Only the published quick reference lists the visitors of a time; any other path refuses the dates by name.
        told = await account.tell("identify_visitors", given, caller=call.caller)
        return envelope(
            told.answer.rows,
            totalResults=told.answer.total,
            page=told.answer.page,
            pageSize=told.answer.size,
            nextPage=told.answer.next_page,
            credits={"spent": 0},
            warnings=told.warnings,
            sandbox=account.sandbox,
        )
    found = await identify(
        account,
        arguments["ipAddresses"],
        caller=call.caller,
        max_credits=arguments.get("maxCredits"),
        consent=call.consent,
    )
    for row in found.rows:
        if row["matchStatus"] in REASONS:
            row["reason"] = _VISITOR.get(str(row["matchStatus"]), REASONS[str(row["matchStatus"])])
    return envelope(
        found.rows,
        totalResults=len(found.rows),
        matched=sum("visitor" in row for row in found.rows),
        credits={"spent": 0} if found.credits is None else credits_meta(found.credits),
        warnings=found.warnings,
        sandbox=account.sandbox,
    )


# What the published quick reference takes in place of addresses.
_BY_TIME = ("startDate", "endDate", "page", "pageSize")
_VISITOR = {"NO_MATCH": "ZoomInfo knows nobody behind the address. Free."}

TOOLS = (
    Tool(
        "identify_visitors",
        "Identify visitors",
        "websights",
        "Tell which company, or internet provider, is behind the IP addresses of website visitors; never which "
        "person. With WebSights (Enterprise API) no credit. With the GTM API alone it SPENDS at most 1 credit an "
        "address, none for a company bought in the last 12 months.",
        {
            "ipAddresses": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Public IPv4 or IPv6 addresses, 1 to 25.",
                "minItems": 1,
                "maxItems": 25,
            },
            "maxCredits": MAX_CREDITS,
        },
        identify_visitors,
        also=_BY_TIME,
        operations=("identify_visitors",),
    ),
)
