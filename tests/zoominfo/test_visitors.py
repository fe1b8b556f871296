"""Who visited: addresses are checked here, and both kinds of answer of the Enterprise API are read."""

from __future__ import annotations

import contextlib
import ipaddress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from offline import BOTH, ENTERPRISE, GTM, told

from sales_zoominfo.errors import InvalidArgument, NotAvailable, UpstreamUnavailable
from sales_zoominfo.zoominfo.visitors import DOCUMENTATION, read_ip
from support import Served, client

pytestmark = pytest.mark.anyio

PLACE = {"location_long": 9.99, "location_lat": 48.4, "country_code": "DE", "province": "Baden-Württemberg"}
COMPANY = {
    "id": 900001,
    "ticker": "",
    "name": "Example Works",
    "website": "www.works.example",
    "revenue": 1200,
    "employeeCount": 40,
    "street": "Main 1",
    "city": "Ulm",
    "state": "",
    "zipCode": "89073",
    "country": "Germany",
    "industries": ["Software"],
}
ISP = {"domain": "net.example", "ip_hi_string": "a", "ip_lo_string": "b", "name": "Example Net", "type": "isp"}
WHERE = {"countryCode": "DE", "province": "Baden-Württemberg", "latitude": 48.4, "longitude": 9.99}


def body(data: Any, **more: Any) -> dict[str, Any]:
    return {
        "success": True,
        "data": {"outputFields": [["id"]], "result": [{"input": ["192.0.2.7"], "data": data, **more}]},
    }


@pytest.mark.parametrize(
    "address",
    ["192.0.2.7", "198.51.100.255", "203.0.113.0", "8.8.8.8", "2606:4700::1111", " 8.8.4.4 ", "[2606:4700::1]"],
)
def test_public_and_documentation_addresses_pass(address: str) -> None:
    assert read_ip("ipAddress", address) == str(ipaddress.ip_address(address.strip(" []")))


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("10.0.0.1", "private"),
        ("172.16.3.4", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "private"),
        ("fc00::1", "private"),
        ("2001:db8::1", "private"),
        ("198.18.0.1", "private"),
        ("127.0.0.1", "loopback"),
        ("::1", "loopback"),
        ("169.254.10.10", "link-local"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("224.0.0.1", "multicast"),
        ("ff02::1", "multicast"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "reserved"),
        ("0.0.0.0", "unspecified"),
        ("::", "unspecified"),
        ("::ffff:10.0.0.1", "private"),
        ("::ffff:127.0.0.1", "loopback"),
    ],
)
def test_an_address_that_no_visitor_has_is_refused_by_kind_and_not_repeated(address: str, kind: str) -> None:
    with pytest.raises(InvalidArgument, match="ipAddress is a") as raised:
        read_ip("ipAddress", address)
    assert kind in str(raised.value)
    assert raised.value.details["field"] == "ipAddress"
    assert address not in str(raised.value).replace("::", "") or address in ("::",)


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6))
def test_whatever_passes_is_public(address: Any) -> None:
    with contextlib.suppress(InvalidArgument):
        passed = ipaddress.ip_address(read_ip("ipAddress", str(address)))
        documented = passed.version == 4 and any(passed in net for net in DOCUMENTATION)
        assert documented or (passed.is_global and not passed.is_multicast)


@pytest.mark.parametrize("value", ["", "acme.example", "1.2.3", "1.2.3.4/24", "1.2.3.256", ["8.8.8.8"], True, None])
async def test_what_is_no_address_is_named(value: Any) -> None:
    with pytest.raises(InvalidArgument, match="ipAddress"):
        await ENTERPRISE.prepare("identify_visitors", {"ipAddress": value})


async def test_a_visitor_is_asked_for_on_the_enterprise_api_alone() -> None:
    ask = await BOTH.prepare("identify_visitors", {"ipAddress": "192.0.2.7"})
    assert (ask.generation, ask.request.path, ask.request.credits) == ("enterprise", "/enrich/ip", 0)
    assert ask.request.json == {"ipAddress": "192.0.2.7"}
    assert ask.company is None
    ask = await ENTERPRISE.prepare("identify_visitors", {"ipAddress": "192.0.2.7", "outputFields": "id, NAME"})
    assert ask.request.json == {"ipAddress": "192.0.2.7", "outputFields": ["id", "name"]}
    with pytest.raises(NotAvailable, match="Enterprise"):
        await GTM.prepare("identify_visitors", {"ipAddress": "192.0.2.7"})
    with pytest.raises(InvalidArgument, match="outputFields"):
        await ENTERPRISE.prepare("identify_visitors", {"ipAddress": "192.0.2.7", "outputFields": ["email"]})


async def test_a_company_and_a_provider_are_told_apart() -> None:
    ask = await ENTERPRISE.prepare("identify_visitors", {"ipAddress": "192.0.2.7"})
    company = {
        "ipAddress": "192.0.2.7",
        "visitor": "company",
        "companyId": "900001",
        "companyName": "Example Works",
        "companyWebsite": "www.works.example",
        "companyRevenue": 1200,
        "companyEmployeeCount": 40,
        "companyStreet": "Main 1",
        "companyCity": "Ulm",
        "companyZipCode": "89073",
        "companyCountry": "Germany",
        "companyIndustries": ["Software"],
        "confidenceScore": 0.85,
        **WHERE,
    }
    # Where the score stands is not shown by any example.
    told_beside = {"company": COMPANY, "geoLocation": PLACE, "confidenceScore": 0.85}
    told_within = {"company": {**COMPANY, "confidenceScore": 0.85}, "geoLocation": PLACE}
    for data in (told_beside, told_within, [told_beside]):
        answer = told(ask, body(data))
        assert answer.rows == [company]
        assert (answer.total, answer.status) == (1, "FULL_MATCH")
    answer = told(ask, body({"geoLocation": PLACE, "ispInfo": ISP}))
    assert answer.rows == [
        {"ipAddress": "192.0.2.7", "visitor": "isp", "ispName": "Example Net", "ispDomain": "net.example", **WHERE}
    ]


async def test_an_address_that_nobody_is_known_for() -> None:
    ask = await ENTERPRISE.prepare("identify_visitors", {"ipAddress": "192.0.2.7"})
    for data, more in (({}, {}), ([], {}), ({"geoLocation": PLACE}, {}), ({}, {"matchStatus": "NO_MATCH"})):
        answer = told(ask, body(data, **more))
        assert (answer.rows, answer.status) == ([], "NO_MATCH")
    with pytest.raises(UpstreamUnavailable):
        told(ask, {"success": True})


async def test_the_sandbox_knows_the_visitors_of_the_documentation_ranges(served_sandbox: Served) -> None:
    one = client(served_sandbox, "enterprise")
    try:
        kinds: list[str] = []
        for last in range(1, 41):
            for net in ("192.0.2", "198.51.100", "203.0.113"):
                ask = await one.prepare("identify_visitors", {"ipAddress": f"{net}.{last}"})
                kinds += [row["visitor"] for row in (await one.answer(ask)).rows]
            if "company" in kinds:
                break
        assert "company" in kinds
        nobody = await one.answer(await one.prepare("identify_visitors", {"ipAddress": "8.8.8.8"}))
        assert all(row["visitor"] == "isp" for row in nobody.rows)
    finally:
        await one.aclose()
