"""The filters, rows and sort fields of the intent, scoop and news searches, and of what enrich answers about them.

Filters on the company and on people are those of the company and contact search where ZoomInfo documents the same
name; what differs is which generation has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .filters import ON_PERSON, RECORD_FILTERS
from .operations import Signal
from .specs import Filter, Output, array, date, flag, lookup, number, outputs, table, text

# The strongest comes last, so that a lower bound comes before its upper bound.
STRENGTHS = ("E", "D", "C", "B", "A")
LOWEST_SCORE, HIGHEST_SCORE = 60, 100
# ZoomInfo takes so many topics a call, in both generations.
MOST_TOPICS = 50
# An Enterprise enrich of intent refuses a longer span.
LONGEST_SPAN_DAYS = 90
# A URL filter of news is a part of one, at least so long.
SHORTEST_URL = 5

_COMPANY = RECORD_FILTERS["company"]
_PERSON = table(ON_PERSON)

_ON_BOTH = """
    companyType companyDescription industryCodes industryKeywords primaryIndustriesOnly sicCodes naicsCodes country
    state metroRegion continent zipCode zipCodeRadiusMiles address street locationSearchType excludedRegions
    employeeRangeMin employeeRangeMax employeeCount revenueMin revenueMax revenue companyRanking
    oneYearEmployeeGrowthRateMin oneYearEmployeeGrowthRateMax twoYearEmployeeGrowthRateMin twoYearEmployeeGrowthRateMax
    zoominfoContactsMin zoominfoContactsMax techAttributeTagList hashTagString fundingAmountMin fundingAmountMax
    fundingStartDate fundingEndDate subUnitTypes companyStructureIncludedSubUnitTypes
"""
_ON_PERSON_TOO = """
    personId fullName firstName middleInitial lastName emailAddress hashedEmail jobTitle exactJobTitle excludeJobTitle
    managementLevel excludeManagementLevel jobFunction boardMember executivesOnly companyPastOrPresent school degree
    requiredFields contactAccuracyScoreMin contactAccuracyScoreMax lastUpdatedInMonths excludePartialProfiles
    hasBeenNotified locationCompanyId
"""


def _pick(source: Mapping[str, Filter], names: str, **changes: Any) -> Iterable[Filter]:
    return [source[name]._replace(**changes) for name in names.split()]


def _strength(bound: str, words: str, **more: Any) -> Filter:
    return Filter(f"audienceStrength{bound}", "choice", f"Audience strength, {words}.", choices=STRENGTHS, **more)


_INTENT: tuple[Filter, ...] = (
    array(
        "topics",
        "Intent topics of the subscription, 1 to 50.",
        "lookup",
        lookup="intent-topics",
        most=MOST_TOPICS,
        required=True,
        aliases=("topic", "intentTopics", "intentTopic", "topicName", "keyword", "keywords"),
    ),
    number(
        "signalScoreMin",
        "Signal score, at least, 60..100.",
        upper="signalScoreMax",
        aliases=("signalScore", "scoreMin", "minScore", "intentScore"),
    )._replace(low=LOWEST_SCORE, high=HIGHEST_SCORE),
    number("signalScoreMax", "Signal score, at most, 60..100.", aliases=("scoreMax", "maxScore"))._replace(
        low=LOWEST_SCORE, high=HIGHEST_SCORE
    ),
    _strength("Min", "at least: E smallest to A largest", upper="audienceStrengthMax", aliases=("audienceStrength",)),
    _strength("Max", "at most: E smallest to A largest"),
    date(
        "signalStartDate",
        "Signalled on or after.",
        upper="signalEndDate",
        aliases=("startDate", "signalDate", "signalDateMin", "dateFrom"),
    ),
    date("signalEndDate", "Signalled on or before.", aliases=("endDate", "signalDateMax", "dateTo")),
    flag(
        "findRecommendedContacts",
        "False: leave out the people to talk to, which is faster.",
        enterprise=None,
        aliases=("recommendedContacts",),
    ),
)

_SCOOP: tuple[Filter, ...] = (
    lookup("scoopTopic", "scoop-topics", "Topics, as names or ids.", aliases=("topic", "topics", "scoopTopics")),
    lookup(
        "scoopType", "scoop-types", "Kinds of event, as names or ids.", aliases=("type", "types", "scoopTypes", "event")
    ),
    lookup(
        "department",
        "scoop-departments",
        "Department concerned, name or id; not the ids of contacts. One a call.",
        "one",
        aliases=("departments", "scoopDepartment"),
    ),
    text("description", "Words in the scoop.", "words", aliases=("keyword", "keywords", "query")),
    Filter("scoopId", "id", "ZoomInfo scoop ids.", "comma", aliases=("id", "scoopIds")),
    date(
        "publishedStartDate",
        "Published on or after.",
        upper="publishedEndDate",
        aliases=("startDate", "publishedDate", "publishedAfter", "originalPublishedDate"),
    ),
    date("publishedEndDate", "Published on or before.", aliases=("endDate", "publishedBefore")),
    flag("updatedSinceCreation", "Only scoops updated since publishedStartDate."),
)

_NEWS: tuple[Filter, ...] = (
    array(
        "categories",
        "News categories, such as FUNDING.",
        "lookup",
        lookup="news-categories",
        aliases=("category", "newsCategory", "newsCategories"),
    ),
    array("url", "Parts of the article's URL, 5 characters or more.", low=SHORTEST_URL, aliases=("urls", "domain")),
    date(
        "pageDateMin",
        "Published on or after.",
        upper="pageDateMax",
        aliases=("startDate", "pageDate", "publishedStartDate", "publishedDate"),
    ),
    date("pageDateMax", "Published on or before.", aliases=("endDate", "publishedEndDate")),
)

SIGNAL_FILTERS: dict[Signal, dict[str, Filter]] = {
    "intent": table(
        _INTENT,
        _pick(_COMPANY, _ON_BOTH),
        _pick(_COMPANY, "companyTicker businessModel", enterprise=None),
        _pick(_COMPANY, "certified excludeDefunctCompanies", gtm=None),
    ),
    "scoop": table(
        _SCOOP,
        _pick(_PERSON, _ON_PERSON_TOO),
        _pick(_PERSON, "exactJobTitle", enterprise=None),
        _pick(_COMPANY, _ON_BOTH),
        # The scoop has words of its own.
        _pick(_COMPANY, "companyDescription", aliases=()),
        _pick(_COMPANY, "certified"),
        _pick(_COMPANY, "companyTicker businessModel", enterprise=None),
        _pick(_COMPANY, "companyId companyName companyWebsite parentId ultimateParentId", gtm=None),
        _pick(_COMPANY, "excludeDefunctCompanies", gtm=None),
    ),
    "news": table(_NEWS),
}

# What enrich takes beside the company, in both generations.
SIGNAL_ENRICH: dict[Signal, dict[str, Filter]] = {
    "intent": table(spec._replace(enterprise=spec.enterprise or spec.gtm, required=False) for spec in _INTENT),
    "scoop": table(_SCOOP),
    "news": table(_NEWS),
}

_FIRMOGRAPHIC = ("industryCodes", "country", "employeeRangeMin", "employeeRangeMax")

# Few, since the six tools of signals share the room of the definitions with all others.
SIGNAL_SHOWN: dict[Signal, tuple[str, ...]] = {
    "intent": ("topics", "signalScoreMin", "audienceStrengthMin", "signalStartDate", "signalEndDate", *_FIRMOGRAPHIC),
    "scoop": ("scoopTopic", "scoopType", "description", "publishedStartDate", "publishedEndDate", *_FIRMOGRAPHIC),
    "news": ("categories", "pageDateMin", "pageDateMax"),
}

# ZoomInfo documents no order for news.
SIGNAL_SORTS: dict[Signal, tuple[str, ...]] = {
    "intent": ("signalDate", "companyName", "signalScore", "category", "topic", "audienceStrength"),
    "scoop": ("scoopId", "originalPublishedDate", "description", "link", "linkText"),
    "news": (),
}

# Where the Enterprise search names a sort field otherwise; its enrich does not.
ENTERPRISE_SORTS: dict[str, dict[str, str]] = {"scoop": {"link": "url", "linkText": "urlText"}}

SIGNAL_ROW: dict[Signal, dict[str, Output]] = {
    "intent": outputs(
        {
            "id": "id companyId",
            "string": "topic category audienceStrength companyName companyWebsite",
            "number": "signalScore spikesInDateRange trend",
            "boolean": "newSignal companyHasOtherTopicConsumption",
            "datetime": "signalDate",
            "objects": "recommendedContacts",
        },
        gtm_only="spikesInDateRange",
        enterprise_only="newSignal trend",
        concise="""
            topic category signalScore audienceStrength signalDate companyId companyName companyWebsite
            spikesInDateRange newSignal trend""",
        units={"signalScore": "60..100"},
        texts={"audienceStrength": "A is the largest audience, E the smallest"},
        aliases={
            "signalScore": ("score", "intentScore"),
            "topic": ("topicName", "topics"),
            "companyWebsite": ("website", "domain"),
            "recommendedContacts": ("contacts",),
        },
    ),
    "scoop": outputs(
        {
            "id": "id companyId",
            "string": "description linkText link updateText companyName",
            "datetime": "publishedDate originalPublishedDate",
            "objects": "topics types contacts",
        },
        gtm_only="",
        enterprise_only="",
        concise="id description topics types publishedDate originalPublishedDate link companyId companyName",
        units={},
        texts={},
        aliases={
            "id": ("scoopId",),
            "topics": ("topicName", "scoopTopic"),
            "types": ("scoopType", "type"),
            "link": ("url",),
            "linkText": ("urlText", "title"),
        },
    ),
    "news": outputs(
        {
            "id": "id companyId",
            "string": "title url domain description imageUrl companyName",
            "datetime": "pageDate",
            "strings": "categories",
            "objects": "companies",
        },
        gtm_only="id description",
        enterprise_only="",
        concise="title url domain pageDate categories companyId companyName companies",
        units={},
        texts={"companies": "in place of companyId and companyName where an article is about several"},
        aliases={
            "title": ("headline",),
            "categories": ("category",),
            "pageDate": ("publishedDate", "date"),
            "id": ("newsId",),
        },
    ),
}

# How the sort fields of enrich travel, by our name: GTM, Enterprise.
SIGNAL_ENRICH_SORTS: dict[Signal, dict[str, tuple[str, str]]] = {
    "intent": {
        name: (name.lower(), name) for name in ("signalDate", "signalScore", "category", "topic", "audienceStrength")
    },
    "scoop": {name: (name, name) for name in SIGNAL_SORTS["scoop"]},
    "news": {},
}

# What enrich adds to a row of the search.
SIGNAL_ENRICH_ROW: dict[Signal, dict[str, Output]] = {
    "intent": {
        **SIGNAL_ROW["intent"],
        "topSignalLocations": Output("topSignalLocations", "objects", text="up to 3 places", concise=True),
    },
    "scoop": SIGNAL_ROW["scoop"],
    "news": {**SIGNAL_ROW["news"], "description": SIGNAL_ROW["news"]["description"]._replace(enterprise=True)},
}
