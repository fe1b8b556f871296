"""What a customer has told ZoomInfo about its own business, one invented set for each account."""

from dataclasses import dataclass
from typing import Any, Final

from .derived import draw, uuid_of
from .encoding import DAY
from .records import Doc, iso
from .service import Service

SETTINGS: Final = "customer-settings"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of configured thing.

    Args:
        type: Of the resource.
        parameter: Name of its id in the path.
        title: For people.
        items: Attributes of each.
    """

    type: str
    parameter: str
    title: str
    items: tuple[dict[str, Any], ...]


CONFIG: Final[dict[str, Kind]] = {
    "customer-buyer-personas": Kind(
        "CustomerBuyerPersona",
        "buyerPersonaId",
        "buyer persona",
        (
            {
                "name": "Head of Revenue Operations",
                "description": "Owns the CRM, its data and the reports that sales is measured by.",
                "personalObjectives": "A forecast that holds, and no manual cleaning before each quarter's end.",
                "whatDoesThisPersonaCareAbout": "Data quality, adoption, integration with the CRM.",
                "titlesFunctionsSeniority": "Director or Vice President, Revenue Operations; Sales Operations",
                "relevantOfferings": "Sandbox Pipeline",
                "source": "manual",
                "customFields": [{"title": "Region", "description": "Where we sell to them", "value": "Worldwide"}],
            },
            {
                "name": "IT Security Lead",
                "description": "Decides which services may touch customer data.",
                "personalObjectives": "Pass the next audit without findings.",
                "whatDoesThisPersonaCareAbout": "Certificates, access control, where data is kept.",
                "titlesFunctionsSeniority": "Manager or Director, Information Security",
                "relevantOfferings": "Sandbox Vault",
                "source": "import",
            },
            {
                "name": "Chief Financial Officer",
                "description": "Signs larger contracts.",
                "personalObjectives": "Predictable cost.",
                "titlesFunctionsSeniority": "C-Level, Finance",
                "source": "system",
            },
        ),
    ),
    "customer-competitors": Kind(
        "CustomerCompetitor",
        "competitorId",
        "competitor",
        (
            {
                "name": "Halfmoon Metrics",
                "description": "A reporting suite for small sales teams.",
                "url": "https://www.halfmoonmetrics.example",
                "competitorProducts": "Halfmoon Boards",
                "reasonsTheyWin": "A lower price for teams under twenty people.",
                "reasonsTheyLose": "No access control by team.",
                "customersWeWon": "Two in logistics, one in education.",
                "competitiveProducts": "Sandbox Pipeline",
                "source": "manual",
            },
            {
                "name": "Gridlock Data",
                "description": "Stores and archives documents.",
                "url": "https://www.gridlockdata.example",
                "competitorProducts": "Gridlock Archive",
                "reasonsTheyLose": "Long projects before the first use.",
                "competitiveProducts": "Sandbox Vault",
                "source": "mcp",
            },
        ),
    ),
    "ideal-company-profile": Kind(
        "IdealCompanySegment",
        "segmentId",
        "ideal company profile",
        (
            {
                "name": "Mid-size software companies",
                "description": "Software, 200 to 2,000 employees, United States and Canada, with a CRM in use.",
                "source": "manual",
                "customFields": [{"title": "Priority", "value": "1"}],
            },
            {
                "name": "European manufacturers",
                "description": "Manufacturing, more than 500 employees, Germany, France, Italy.",
                "source": "import",
            },
        ),
    ),
    "products": Kind(
        "OrganizationOffering",
        "offeringId",
        "product",
        (
            {
                "name": "Sandbox Pipeline",
                "description": "Shows where each deal stands and what is missing.",
                "painPoints": ["Forecasts that change every week", "Reports made by hand"],
                "valueProposition": ["One view of the pipeline", "Ready in a day"],
                "proofPoints": ["Forecast error halved at an invented customer"],
                "url": "https://www.vendor.example/pipeline",
                "competitors": "Halfmoon Metrics",
                "idealCompanySegment": "Mid-size software companies",
                "offeringBuyerPersonas": "Head of Revenue Operations",
                "source": "manual",
            },
            {
                "name": "Sandbox Vault",
                "description": "Keeps customer documents, encrypted, in one place.",
                "painPoints": ["Documents in mailboxes"],
                "valueProposition": ["Access by role"],
                "competitors": "Gridlock Data",
                "idealCompanySegment": "European manufacturers",
                "offeringBuyerPersonas": "IT Security Lead",
                "source": "manual",
            },
        ),
    ),
}
_SETTINGS: Final[dict[str, Any]] = {
    "name": "Sandbox Vendor, Inc.",
    "elevatorPitch": "Tools that tell sales teams what to do next.",
    "description": "An invented maker of sales software, so that there is something to read here.",
    "strategicPriorities": "Grow with mid-size software companies; enter manufacturing in Europe.",
    "source": "manual",
    "customFields": [{"title": "Fiscal year", "description": "When it ends", "value": "January"}],
}
_PEOPLE: Final = ("admin@vendor.example", "revops@vendor.example")


class GtmConfig:
    """Reads the configuration of an account.

    Args:
        service: The simulated ZoomInfo.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    def rows(self, account: str, name: str) -> list[Doc]:
        """Return the resources of a kind; none of an account that has configured nothing.

        Args:
            account: Whose.
            name: A key of `CONFIG`.
        """
        if self._empty(account):
            return []
        kind = CONFIG[name]
        # The last persona has been archived, as its meta tells.
        last = len(kind.items) - 1 if name == "customer-buyer-personas" else -1
        return [
            {
                "id": uuid_of(account, name, place),
                "type": kind.type,
                "attributes": dict(item),
                "meta": self._meta(account, name, place, archived=place == last),
            }
            for place, item in enumerate(kind.items)
        ]

    def settings(self, account: str) -> Doc | None:
        """Return the settings of an account; None when it has none."""
        if self._empty(account):
            return None
        return {
            "id": uuid_of(account, SETTINGS),
            "type": "CustomerSettings",
            "attributes": dict(_SETTINGS),
            "meta": self._meta(account, SETTINGS, 0),
        }

    def _empty(self, account: str) -> bool:
        return self._service.plan(account).gtm_config == "empty"

    def _meta(self, account: str, name: str, place: int, *, archived: bool = False) -> Doc:
        created = self._service.base - (100 + draw(300, account, name, place)) * DAY
        updated = created + draw(90, "updated", account, name, place) * DAY
        meta = {
            "createdAt": iso(created),
            "updatedAt": iso(updated),
            "createdBy": _PEOPLE[0],
            "updatedBy": _PEOPLE[1],
        }
        return {**meta, "archivedAt": iso(updated), "archivedBy": _PEOPLE[1]} if archived else meta
