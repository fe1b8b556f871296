"""Paths, filters, rows and sort fields of intent, scoops and news on both API generations, as documented.

Sources as in `tables`. Where the two generations differ the note stands beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from .model import Generation
from .tables import COMPANY_FILTERS, CONTACT_FILTERS, ENTERPRISE_PAGING, Filter

Kind: TypeAlias = Literal["intent", "scoop", "news"]
Operation: TypeAlias = Literal["search", "enrich"]

KINDS: Final[tuple[Kind, ...]] = ("intent", "scoop", "news")
STRENGTHS: Final = ("A", "B", "C", "D", "E")
MOST_TOPICS: Final = 50
MOST_JOINED_TOPICS: Final = 12
SHORTEST_URL: Final = 5
# Days; both are documented for the Enterprise API alone.
LONGEST_INTENT_SPAN: Final = 90
USUAL_SCOOP_DAYS: Final = 30


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_OF_COMPANIES: Final = _names(
    "address companyDescription companyRanking companyStructureIncludedSubUnitTypes companyType continent country "
    "employeeCount employeeRangeMax employeeRangeMin excludedRegions fundingAmountMax fundingAmountMin fundingEndDate "
    "fundingStartDate hashTagString industryCodes industryKeywords locationSearchType metroRegion naicsCodes "
    "oneYearEmployeeGrowthRateMax oneYearEmployeeGrowthRateMin primaryIndustriesOnly revenue revenueMax revenueMin "
    "sicCodes state street subUnitTypes techAttributeTagList twoYearEmployeeGrowthRateMax "
    "twoYearEmployeeGrowthRateMin zipCode zipCodeRadiusMiles zoominfoContactsMax zoominfoContactsMin"
)
_OF_PEOPLE: Final = _names(
    "boardMember companyPastOrPresent contactAccuracyScoreMax contactAccuracyScoreMin degree emailAddress "
    "excludeJobTitle excludeManagementLevel excludePartialProfiles executivesOnly firstName fullName hasBeenNotified "
    "hashedEmail jobFunction jobTitle lastName lastUpdatedInMonths locationCompanyId managementLevel middleInitial "
    "personId requiredFields school"
)
_GTM_ONLY: Final = ("businessModel", "companyTicker")
_ENTERPRISE_ONLY: Final = ("excludeDefunctCompanies",)


def _shared() -> dict[str, Filter]:
    found = {name: COMPANY_FILTERS[name] for name in _OF_COMPANIES}
    found |= {name: replace(COMPANY_FILTERS[name], enterprise=None) for name in _GTM_ONLY}
    return found | {name: replace(COMPANY_FILTERS[name], gtm=None) for name in _ENTERPRISE_ONLY}


def _date() -> Filter:
    return Filter("date", "str", kind="date", unit="YYYY-MM-DD")


def _ids(taxonomy: str) -> Filter:
    return Filter("str", "str", join="comma", taxonomy=taxonomy, kind="taxonomy")


_SCORE: Final = Filter("i32", "int", unit="score", kind="number", low=60, high=100)
_STRENGTH: Final = Filter("str", "str", kind="grade", choices=STRENGTHS)
_FIND_CONTACTS: Final = Filter("bool", None, kind="flag")

_INTENT: Final[dict[str, Filter]] = {
    "topics": Filter("str[]", "arr", join="array", taxonomy="intent-topics", kind="taxonomy"),
    "signalStartDate": _date(),
    "signalEndDate": _date(),
    "signalScoreMin": _SCORE,
    "signalScoreMax": _SCORE,
    "audienceStrengthMin": _STRENGTH,
    "audienceStrengthMax": _STRENGTH,
    "findRecommendedContacts": _FIND_CONTACTS,
}
_SCOOP: Final[dict[str, Filter]] = {
    "publishedStartDate": _date(),
    "publishedEndDate": _date(),
    "updatedSinceCreation": Filter("bool", "bool", kind="flag"),
    "scoopType": _ids("scoop-types"),
    "scoopTopic": _ids("scoop-topics"),
    "department": _ids("scoop-departments"),
    "scoopId": Filter("str", "str", join="comma", kind="id"),
    "description": Filter("str", "str", join="words"),
}
_NEWS: Final[dict[str, Filter]] = {
    "categories": Filter("str[]", "arr", join="array", taxonomy="news-categories", kind="taxonomy"),
    "url": Filter("str[]", "arr", join="array"),
    "pageDateMin": _date(),
    "pageDateMax": _date(),
}

SEARCH_FILTERS: Final[Mapping[Kind, Mapping[str, Filter]]] = {
    "intent": {**_shared(), "certified": replace(COMPANY_FILTERS["certified"], gtm=None), **_INTENT},
    "scoop": {
        **_shared(),
        "certified": COMPANY_FILTERS["certified"],
        **{name: CONTACT_FILTERS[name] for name in _OF_PEOPLE},
        "exactJobTitle": replace(CONTACT_FILTERS["exactJobTitle"], enterprise=None),
        **{
            name: replace(COMPANY_FILTERS[name], gtm=None)
            for name in ("companyId", "companyName", "companyWebsite", "parentId", "ultimateParentId")
        },
        **_SCOOP,
    },
    "news": _NEWS,
}
ENRICH_FILTERS: Final[Mapping[Kind, Mapping[str, Filter]]] = {
    # The parameter table of the Enterprise enrich has it, that of its search has not.
    "intent": {**_INTENT, "findRecommendedContacts": replace(_FIND_CONTACTS, enterprise="bool")},
    "scoop": _SCOOP,
    "news": _NEWS,
}
# How the company is named. A scoop enrich takes several ids in one text. The text about the news enrich of GTM
# speaks of name and website too; its schema has the id alone, which is what a strict reader of it accepts.
_COMPANY: Final = {"companyId": "i64", "companyName": "str", "companyWebsite": "str"}
COMPANY_KEYS: Final[Mapping[Kind, Mapping[str, str]]] = {
    "intent": _COMPANY,
    "scoop": _COMPANY | {"companyId": "ids"},
    "news": {"companyId": "i64"},
}

# Paging members of Enterprise bodies.
PAGING: Final[Mapping[tuple[Kind, Operation], tuple[str, ...]]] = {
    ("intent", "search"): ENTERPRISE_PAGING,
    ("intent", "enrich"): ENTERPRISE_PAGING,
    ("scoop", "search"): ENTERPRISE_PAGING,
    ("scoop", "enrich"): ENTERPRISE_PAGING,
    ("news", "search"): ("page", "rpp"),
    ("news", "enrich"): ("page", "limit"),
}

_INTENT_OUTPUTS: Final = (
    "id",
    "category",
    "topic",
    "signalScore",
    "audienceStrength",
    "signalDate",
    "companyId",
    "companyName",
    "companyWebsite",
    "companyHasOtherTopicConsumption",
    "recommendedContacts",
)
_SCOOP_OUTPUTS: Final = (
    "id",
    "publishedDate",
    "originalPublishedDate",
    "linkText",
    "link",
    "description",
    "topics",
    "updateText",
    "types",
    "companyId",
    "companyName",
    "contacts",
)
_NEWS_OUTPUTS: Final = ("companyId", "companyName", "domain", "title", "url", "imageUrl", "pageDate", "categories")
# The Enterprise lists are documented; on GTM no list is, and these are the members of its rows.
OUTPUTS: Final[Mapping[tuple[Kind, Operation, Generation], tuple[str, ...]]] = {
    ("intent", "search", "enterprise"): _INTENT_OUTPUTS,
    ("intent", "enrich", "enterprise"): _INTENT_OUTPUTS,
    ("intent", "search", "gtm"): (*_INTENT_OUTPUTS, "spikesInDateRange"),
    ("intent", "enrich", "gtm"): (*_INTENT_OUTPUTS, "spikesInDateRange", "topSignalLocations"),
    ("scoop", "search", "enterprise"): _SCOOP_OUTPUTS,
    ("scoop", "enrich", "enterprise"): _SCOOP_OUTPUTS,
    ("scoop", "search", "gtm"): _SCOOP_OUTPUTS,
    ("scoop", "enrich", "gtm"): _SCOOP_OUTPUTS,
    ("news", "search", "enterprise"): _NEWS_OUTPUTS,
    ("news", "enrich", "enterprise"): _NEWS_OUTPUTS,
    ("news", "search", "gtm"): ("id", *_NEWS_OUTPUTS, "description"),
    ("news", "enrich", "gtm"): ("id", *_NEWS_OUTPUTS, "description"),
}


@dataclass(frozen=True, slots=True)
class Sorting:
    """How an endpoint sorts.

    Args:
        names: The names it accepts, each with what it stands for here.
        default: The order without any, `-` in front for descending.
    """

    names: Mapping[str, str]
    default: str


def _as_they_are(text: str) -> dict[str, str]:
    return {name: name for name in text.split()}


_INTENT_NAMES: Final = _as_they_are("signalDate companyName signalScore category topic audienceStrength")
_SCOOP_NAMES: Final = _as_they_are("scoopId originalPublishedDate description")
_LINKS: Final = _as_they_are("link linkText")
_NO_SORT: Final = Sorting({}, "-pageDate")
SORTS: Final[Mapping[tuple[Kind, Operation, Generation], Sorting]] = {
    ("intent", "search", "gtm"): Sorting(_INTENT_NAMES, "-topic"),
    # One name is misspelt in the specification; what the scores other than the signal's are is not told.
    ("intent", "enrich", "gtm"): Sorting(
        {
            "audiencestrength": "audienceStrength",
            "category": "category",
            "companybname": "companyName",
            "issuedate": "signalDate",
            "signaldate": "signalDate",
            "signalscore": "signalScore",
            "signalstrength": "signalScore",
            "surgescore": "signalScore",
            "topic": "topic",
        },
        "-signalDate",
    ),
    ("intent", "search", "enterprise"): Sorting(_INTENT_NAMES, "-topic"),
    ("intent", "enrich", "enterprise"): Sorting(
        {**_as_they_are("signalDate signalScore category topic audienceStrength"), "issueDate": "signalDate"},
        "-signalDate",
    ),
    ("scoop", "search", "gtm"): Sorting(_SCOOP_NAMES | _LINKS, "-originalPublishedDate"),
    ("scoop", "enrich", "gtm"): Sorting(_SCOOP_NAMES | _LINKS, "-originalPublishedDate"),
    ("scoop", "search", "enterprise"): Sorting(
        {**_SCOOP_NAMES, "url": "link", "urlText": "linkText"}, "-originalPublishedDate"
    ),
    ("scoop", "enrich", "enterprise"): Sorting(_SCOOP_NAMES | _LINKS, "-originalPublishedDate"),
    **{("news", operation, generation): _NO_SORT for operation in ("search", "enrich")
       for generation in ("gtm", "enterprise")},
}  # fmt: skip

GTM_ROUTES: Final[Mapping[str, tuple[Kind, Operation, str]]] = {
    "/data/v1/intent/search": ("intent", "search", "api:data:intent"),
    "/data/v1/intent/enrich": ("intent", "enrich", "api:data:intent"),
    "/data/v1/scoops/search": ("scoop", "search", "api:data:scoops"),
    "/data/v1/scoops/enrich": ("scoop", "enrich", "api:data:scoops"),
    "/data/v1/news/search": ("news", "search", "api:data:news"),
    "/data/v1/news/enrich": ("news", "enrich", "api:data:news"),
}
ENTERPRISE_ROUTES: Final[Mapping[str, tuple[Kind, Operation]]] = {
    "/search/intent": ("intent", "search"),
    "/search/scoop": ("scoop", "search"),
    "/search/news": ("news", "search"),
    "/enrich/intent": ("intent", "enrich"),
    "/enrich/scoop": ("scoop", "enrich"),
    "/enrich/news": ("news", "enrich"),
}
FIELD_LOOKUPS: Final[Mapping[str, tuple[Kind, Operation, str]]] = {
    f"/lookup/{side}fields/{kind}/{operation}": (kind, operation, side)
    for kind in KINDS
    for operation in ("search", "enrich")
    for side in ("input", "output")
}
PATHS: Final[frozenset[tuple[str, str]]] = frozenset(
    {("POST", f"/gtm{path}") for path in GTM_ROUTES}
    | {("POST", path) for path in ENTERPRISE_ROUTES}
    | {("GET", path) for path in FIELD_LOOKUPS}
)


def input_types(kind: Kind, operation: Operation, generation: Generation) -> dict[str, str]:
    """Return the inputs of an endpoint and their types on the wire."""
    table = SEARCH_FILTERS[kind] if operation == "search" else ENRICH_FILTERS[kind]
    typed = {name: spec.gtm if generation == "gtm" else spec.enterprise for name, spec in table.items()}
    found = {name: text for name, text in typed.items() if text is not None}
    if operation == "enrich":
        found = {name: "str" if text == "ids" else text for name, text in COMPANY_KEYS[kind].items()} | found
    if generation == "enterprise":
        found |= {name: "int" if name in {"page", "rpp", "limit"} else "str" for name in PAGING[kind, operation]}
    return found
