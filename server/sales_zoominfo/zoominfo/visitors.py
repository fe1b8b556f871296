"""Who visited: one IP address in, its company or its internet provider out (the Enterprise API's WebSights bundle).

On the GTM API the same is a company enrich by ``ipAddress``. Source: the Enterprise documentation and its examples.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any, TypeAlias, cast

from ..errors import fail
from .arguments import read_text, wrong_generation
from .asking import FOUND, NOTHING, Answer, Ask, Asker
from .codec import as_object, read_objects, read_word, request
from .fields import Output
from .messages import Response
from .operations import OPERATIONS
from .reading import Read, items, missing, read_arguments
from .records import MATCHES, Row, clean

_VISITORS = OPERATIONS["identify_visitors"]

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

# Reserved for examples, and the visitors of the sandbox.
DOCUMENTATION = tuple(ipaddress.ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"))

OUTPUTS = (
    "id",
    "ticker",
    "name",
    "website",
    "revenue",
    "employeeCount",
    "street",
    "city",
    "state",
    "zipCode",
    "country",
    "industries",
    "confidenceScore",
)

ROW: dict[str, Output] = {
    spec.name: spec
    for spec in (
        Output("ipAddress"),
        Output("visitor"),
        Output("companyId", "id"),
        *(Output(f"company{name}") for name in ("Name", "Website", "Ticker", "Street", "City", "State", "ZipCode")),
        Output("companyCountry"),
        Output("companyRevenue", "number"),
        Output("companyEmployeeCount", "number"),
        Output("companyIndustries", "strings"),
        Output("confidenceScore", "number"),
        Output("ispName"),
        Output("ispDomain"),
        Output("province"),
        Output("countryCode"),
        Output("latitude", "number"),
        Output("longitude", "number"),
    )
}


def read_ip(name: str, value: object) -> str:
    """A public IPv4 or IPv6 address in its short form.

    Args:
        name: the argument, for errors.
        value: what was given.

    Raises:
        InvalidArgument: it is no address, or one that nobody on the internet can have: private, loopback,
            link-local, multicast, reserved. The documentation ranges of IPv4 pass, since the sandbox uses them.
    """
    try:
        address: Address = ipaddress.ip_address(read_text(name, value).strip("[]"))
    except ValueError:
        raise fail(
            "wrong_type", name=name, expected="an IPv4 or IPv6 address", got="another text", details={"field": name}
        ) from None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    address = mapped or address
    kind = _not_public(address)
    if kind:
        raise fail("address_not_public", name=name, what=kind, details={"field": name, "kind": kind})
    return str(address)


def _not_public(address: Address) -> str | None:
    """What keeps an address from being a visitor's, None when nothing does."""
    if any(address.version == net.version and address in net for net in DOCUMENTATION):
        return None
    kinds = {
        "an unspecified": address.is_unspecified,
        "a loopback": address.is_loopback,
        "a link-local": address.is_link_local or (address.version == 6 and bool(getattr(address, "scope_id", None))),
        "a multicast": address.is_multicast,
        # Before private, which the library says of both.
        "a reserved": address.is_reserved,
        "a private": address.is_private or not address.is_global,
    }
    return next((kind for kind, is_one in kinds.items() if is_one), None)


async def identify_visitors(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """The company or the internet provider behind one IP address.

    Args:
        asker: the client.
        arguments: ``ipAddress``, public IPv4 or IPv6; ``outputFields`` of :data:`OUTPUTS`, all when left out.

    Returns:
        At most one row: ipAddress, ``visitor`` (``company`` or ``isp``), the company's id, name, website, ticker,
        revenue, employee count, address and industries with the prefix company, ispName and ispDomain of a provider,
        countryCode, province, latitude and longitude of the address in degrees, confidenceScore from 0 to 1 (ZoomInfo
        leaves out what lies below 0.3).

    Raises:
        InvalidArgument: no address, or one that is not public. NotAvailable: the Enterprise API is not configured;
            the GTM API answers a company enrich by ipAddress instead.
    """
    readers: dict[str, Read] = {"ipAddress": read_ip, "outputFields": _read_outputs}
    given = read_arguments(_VISITORS, arguments, readers)
    if "ipAddress" not in given:
        raise missing(_VISITORS, "ipAddress", "Give one public IPv4 or IPv6 address.")
    if "enterprise" not in asker.generations:
        raise wrong_generation("A lookup of an IP address's provider", asker.generations[0])
    address = str(given["ipAddress"])
    body: dict[str, object] = {"ipAddress": address}
    if "outputFields" in given:
        body["outputFields"] = given["outputFields"]
    return Ask(request("enterprise", _VISITORS, body=body), lambda response: _read(response, address))


def _read_outputs(name: str, value: object) -> list[str]:
    from .reading import choice

    return list(dict.fromkeys(str(choice(*OUTPUTS)(name, item)) for item in items(value)))


def _read(response: Response, address: str) -> Answer:
    results = read_objects(as_object(as_object(response.data).get("data")).get("result"), _VISITORS, "data.result")
    result = results[0] if results else {}
    status = read_word(result.get("matchStatus"))
    data: object = result.get("data")
    # One object in the documentation, a list in the other enrich answers.
    listed = cast("list[object]", data) if isinstance(data, list) else [data]
    record = as_object(listed[0] if listed else None)
    row = {} if status is not None and status not in MATCHES else visitor_row(record, address)
    return Answer([row], 1, status=status or FOUND) if row else Answer([], 0, status=status or NOTHING)


def visitor_row(record: Mapping[str, Any], address: str) -> Row:
    """One row of an answer about an address; empty when it knows neither company nor provider."""
    company, isp, place = (as_object(record.get(name)) for name in ("company", "ispInfo", "geoLocation"))
    if not company and not isp:
        return {}
    score = record.get("confidenceScore", company.get("confidenceScore"))
    flat = {
        f"company{name[:1].upper()}{name[1:]}": value for name, value in company.items() if name != "confidenceScore"
    }
    return clean(
        ROW,
        {
            "ipAddress": address,
            "visitor": "company" if company else "isp",
            **flat,
            "confidenceScore": score,
            "ispName": isp.get("name"),
            "ispDomain": isp.get("domain"),
            "countryCode": place.get("country_code"),
            "province": place.get("province"),
            "latitude": place.get("location_lat"),
            "longitude": place.get("location_long"),
        },
    )
