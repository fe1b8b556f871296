"""Who is behind an IP address: ``POST /enrich/ip`` of the Enterprise API, the WebSights bundle."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address, ip_network
from typing import Any, Final

from .derived import draw, pick
from .flatjson import answered, body_of
from .http import Request, Response
from .places import COUNTRIES, METRO_PLACES, OTHER_PLACES, Place
from .records import COMPANY_VALUES, Doc, Subject
from .refusal import Refusal
from .service import Service

PATH: Final = "/enrich/ip"
INPUTS: Final[Mapping[str, str]] = {"ipAddress": "String"}
OUTPUTS: Final = (
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
# Below this the service does not say which company it is.
_LEAST: Final = 0.3
DOCUMENTATION: Final = tuple(IPv4Network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"))
_PLACES: Final = METRO_PLACES + OTHER_PLACES


class Visitors:
    """Answers who is behind an address.

    Args:
        service: The simulated ZoomInfo.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    def answer(self, request: Request, account: str) -> Response:
        """Answer a request; raises Refusal."""
        body = body_of(request)
        unknown = [name for name in body if name not in {"ipAddress", "outputFields"}]
        if unknown:
            raise Refusal("unknown_filter", *unknown)
        names = self._outputs(account, body.get("outputFields"))
        text = body.get("ipAddress")
        if text in (None, ""):
            raise Refusal("missing", "ipAddress")
        if not isinstance(text, str):
            raise Refusal("wrong_type", "ipAddress")
        try:
            address = ip_address(text.strip())
        except ValueError:
            raise Refusal("bad_value", "ipAddress", detail="not an IP address") from None
        found = self._found(address, names)
        self._service.count_visitor(account, records=int("company" in found))
        result = [{"input": [text.strip().lower()], "data": found}]
        outputs = [[name.lower() for name in names]]
        return answered(200, {"success": True, "data": {"outputFields": outputs, "result": result}})

    def _outputs(self, account: str, names: Any) -> list[str]:
        if names in (None, []):
            return list(OUTPUTS)
        if not isinstance(names, list):
            raise Refusal("wrong_type", "outputFields")
        wanted: list[str] = list(dict.fromkeys(map(str, names)))  # pyright: ignore[reportUnknownArgumentType]
        unknown = [name for name in wanted if name not in OUTPUTS]
        if unknown:
            raise Refusal("unknown_output", *unknown)
        lacking = [name for name in wanted if name in self._service.plan(account).disallowed_fields]
        if lacking:
            raise Refusal("plan_output", *lacking)
        return wanted

    def _found(self, address: IPv4Address | IPv6Address, names: list[str]) -> Doc:
        company, confidence = self.company(address)
        if company is not None and confidence >= _LEAST:
            doc = self._service.reader.companies([company])[company]
            place = next((item for item in _PLACES if (item.city, item.country) == (doc["city"], doc["country"])), None)
            subject = Subject(company, None, doc, company, self._service.base)
            values = {name: COMPANY_VALUES[name](subject) for name in names if name != "confidenceScore"}
            if "confidenceScore" in names:
                values["confidenceScore"] = confidence
            return {"company": values, "geoLocation": _location(place or _PLACES[0])}
        # Nobody is behind private and reserved addresses, which no document says.
        if not any(address in net for net in DOCUMENTATION) and not address.is_global:
            return {}
        return {"geoLocation": _location(pick(_PLACES, "isp", _block(address))), "ispInfo": _provider(address)}

    def company(self, address: IPv4Address | IPv6Address) -> tuple[int | None, float]:
        """Return the company behind an address, None when there is none, and how sure that is, 0 to 1."""
        match = self._service.matcher.company({"ipAddress": str(address)})
        if match.id is None:
            return None, 0.0
        block = int(address) >> 2
        # The first block is that of the first company, which examples count on.
        sure = 95 if address in IPv4Network("192.0.2.0/30") else 15 + draw(85, "sure", block)
        return match.id, sure / 100


def _location(place: Place) -> Doc:
    return {
        "location_long": place.longitude,
        "location_lat": place.latitude,
        "country_code": COUNTRIES[place.country].iso,
        "province": place.state,
    }


def _block(address: IPv4Address | IPv6Address) -> str:
    return str(ip_network((address, 16 if address.version == 4 else 32), strict=False))


def _provider(address: IPv4Address | IPv6Address) -> Doc:
    block = ip_network(_block(address))
    number = draw(900, "provider", block)
    return {
        "domain": f"isp{number}.example",
        "ip_hi_string": str(block[-1]),
        "ip_lo_string": str(block[0]),
        "name": f"Sandbox Broadband {number}",
        "type": "isp",
    }
