"""Paths, search filters and output fields of both API generations, as documented.

Sources: the published GTM Data API specification (1.0, mirrored August 2026) and the Enterprise API
documentation (parameter tables and field lookups). Types are spelt as on the wire: `str`, `str[]`, `obj[]`,
`bool`, `date` (YYYY-MM-DD), `i16`, `i32`, `i64`, `i64[]` for GTM; `str`, `arr`, `int`, `bool` for Enterprise.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Join: TypeAlias = Literal["single", "comma", "array", "or", "boolean", "words"]
Kind: TypeAlias = Literal[
    "text", "id", "number", "flag", "date", "taxonomy", "email", "phone", "hash", "digits", "alnum", "object", "grade"
]


@dataclass(frozen=True, slots=True)
class Filter:
    """One search filter.

    Args:
        gtm: Type on the GTM API, None where that API lacks it.
        enterprise: Type on the Enterprise API, None where that API lacks it.
        unit: Unit of a number, or None.
        join: How several values share the filter on GTM: `single`; `comma` (one string, ORed); `array` (ORed);
            `or` (the word OR inside the string); `boolean` (AND, OR, NOT inside); `words` (all words).
        enterprise_join: The same on the Enterprise API where it differs.
        taxonomy: Lookup that lists the legal values, by its GTM name, or None.
        kind: What a single value is.
        choices: Legal values that no lookup lists.
        low, high: Legal range of a number, inclusive.
    """

    gtm: str | None
    enterprise: str | None
    unit: str | None = None
    join: Join = "single"
    taxonomy: str | None = None
    kind: Kind = "text"
    enterprise_join: Join | None = None
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """One output field of an enrich operation.

    Args:
        gtm: Type on the GTM API, None where its published enumeration lacks the name.
        enterprise: Type on the Enterprise API, None where its documents lack the name.
        path: Where the value comes back, below `attributes` (GTM) or the record (Enterprise).
        unit: Unit of a number, or None.
        extended: Accepted by GTM in practice although the published enumeration lacks it.
    """

    gtm: str | None
    enterprise: str | None
    path: str
    unit: str | None = None
    extended: bool = False


THOUSANDS: Final = "thousands of USD"
I32_MAX: Final = 2**31 - 1

MODES: Final = ("exclude", "include", "only")
LOCATION_MODES: Final = ("PersonOrHQ", "PersonAndHQ", "Person", "HQ", "PersonThenHQ")
ENGAGEMENT_TYPES: Final = ("email", "phone", "online meeting")
REQUIRED_FIELDS: Final = ("email", "phone", "directPhone", "personalEmail", "mobilePhone")
RADII: Final = ("10", "25", "50", "100", "250")


def _amount() -> Filter:
    return Filter("i32", "int", unit=THOUSANDS, kind="number", low=0, high=I32_MAX)


def _numeric(unit: str, low: float | None = None, high: float | None = None) -> Filter:
    return Filter("str", "str", unit=unit, kind="number", low=low, high=high)


def _ids(taxonomy: str) -> Filter:
    return Filter("str", "str", join="comma", taxonomy=taxonomy, kind="taxonomy")


def _date(*, gtm: str | None = "date", enterprise: str | None = "str") -> Filter:
    return Filter(gtm, enterprise, kind="date", unit="YYYY-MM-DD")


_SHARED: Final[dict[str, Filter]] = {
    "address": Filter("str", "str", join="words"),
    "allFundingRoundTypes": Filter("str[]", None, join="array", taxonomy="funding-round-types", kind="taxonomy"),
    "companyDescription": Filter("str", "str", join="words"),
    "companyId": Filter("str", "str", join="comma", kind="id"),
    "companyName": Filter("str", "str"),
    "companyRanking": _ids("company-rankings"),
    "companyStructureIncludedSubUnitTypes": _ids("sub-unit-types"),
    "companyTicker": Filter("str[]", "arr", join="array"),
    "companyType": _ids("company-types"),
    "companyWebsite": Filter("str", "str", join="comma"),
    "continent": Filter("str", "str", taxonomy="continents", kind="taxonomy"),
    "country": Filter("str", "str", taxonomy="countries"),
    "employeeCount": _ids("employee-count"),
    "employeeRangeMax": _numeric("employees", low=0),
    "employeeRangeMin": _numeric("employees", low=0),
    "engagementEndDate": _date(),
    "engagementStartDate": _date(),
    "engagementType": Filter("str[]", "arr", join="array", choices=ENGAGEMENT_TYPES),
    "excludedRegions": Filter("str", "str", join="comma"),
    "excludeTechAttributeTagList": Filter("str", None, join="boolean", taxonomy="tech-products", kind="taxonomy"),
    "fundingAmountMax": _amount(),
    "fundingAmountMin": _amount(),
    "fundingEndDate": _date(),
    "fundingStartDate": _date(),
    "hashTagString": _ids("hashtags"),
    "industryCodes": _ids("industries"),
    "industryKeywords": Filter("str", "str", join="boolean"),
    "locationSearchType": Filter("str", "str", choices=LOCATION_MODES),
    "metroRegion": _ids("metro-regions"),
    "naicsCodes": Filter("str", "str", join="comma", taxonomy="naics-codes", kind="digits"),
    "oneYearEmployeeGrowthRateMax": _numeric("percent"),
    "oneYearEmployeeGrowthRateMin": _numeric("percent"),
    "parentId": Filter("str", "str", kind="id"),
    "primaryIndustriesOnly": Filter("bool", "bool", kind="flag"),
    "recentFundingRoundTypes": Filter("str[]", None, join="array", taxonomy="funding-round-types", kind="taxonomy"),
    "revenue": _ids("revenue-ranges"),
    "revenueMax": _amount(),
    "revenueMin": _amount(),
    "sicCodes": Filter("str", "str", join="comma", taxonomy="sic-codes", kind="digits"),
    "state": Filter("str", "str", taxonomy="states"),
    "street": Filter("str", "str", join="words"),
    "subUnitTypes": _ids("sub-unit-types"),
    "techAttributeTagList": Filter(
        "str", "str", join="comma", enterprise_join="boolean", taxonomy="tech-products", kind="taxonomy"
    ),
    "twoYearEmployeeGrowthRateMax": _numeric("percent"),
    "twoYearEmployeeGrowthRateMin": _numeric("percent"),
    "ultimateParentId": Filter("str", "str", kind="id"),
    "underManagement": Filter("bool", None, kind="flag"),
    "zipCode": Filter("str", "str"),
    "zipCodeRadiusMiles": Filter("i16", "str", unit="miles", kind="number", choices=RADII),
    "zoominfoContactsMax": _numeric("contacts", low=0),
    "zoominfoContactsMin": _numeric("contacts", low=0),
}

_CONTACT: Final[dict[str, Filter]] = {
    "boardMember": Filter("str", "str", taxonomy="board-members", choices=MODES),
    "buyingGroup": Filter("str[]", "arr", join="array", taxonomy="buying-groups", kind="taxonomy"),
    "companyPastOrPresent": Filter("str", "str", choices=("present", "past", "pastAndPresent")),
    "contactAccuracyScoreMax": _numeric("score", 70, 99),
    "contactAccuracyScoreMin": _numeric("score", 70, 99),
    "degree": Filter("str", "str", join="words"),
    "department": _ids("departments"),
    "emailAddress": Filter("str", "str", kind="email"),
    "employmentHistory": Filter("obj[]", None, join="array", kind="object"),
    "exactJobTitle": Filter("str", "str", join="or"),
    "excludeJobTitle": Filter("str", "str", join="comma"),
    "excludeManagementLevel": _ids("management-levels"),
    "excludePartialProfiles": Filter("bool", "bool", kind="flag"),
    "executivesOnly": Filter("bool", "bool", kind="flag"),
    "filterByBuyingCommittee": Filter(None, "bool", kind="flag"),
    "firstName": Filter("str", "str"),
    "fullName": Filter("str", "str"),
    "hasBeenNotified": Filter("str", "str", choices=MODES),
    "hashedEmail": Filter("str", "str", kind="hash"),
    "jobFunction": _ids("job-functions"),
    "jobTitle": Filter("str", "str", join="or"),
    "lastName": Filter("str", "str"),
    "lastUpdatedDateAfter": _date(),
    "lastUpdatedInMonths": Filter("i32", "int", unit="months", kind="number", low=0, high=1200),
    "locationCompanyId": Filter("i64[]", "arr", join="array", kind="id"),
    "managementLevel": _ids("management-levels"),
    "middleInitial": Filter("str", "str"),
    "personId": Filter("str", "str", join="comma", kind="id"),
    "phone": Filter("str[]", "arr", join="array", kind="phone"),
    "positionStartDateMax": _date(),
    "positionStartDateMin": _date(),
    "requiredFields": Filter("str", "str", join="comma", choices=REQUIRED_FIELDS),
    "school": Filter("str", "str", join="words"),
    "supplementalEmail": Filter("str[]", "arr", join="array", kind="email"),
    "techSkills": Filter("str[]", "arr", join="array", taxonomy="tech-skills", kind="digits"),
    "validDateAfter": _date(),
    "webReferences": Filter("str[]", "arr", join="array", kind="alnum"),
    "yearsOfExperience": _ids("years-of-experience"),
}

_COMPANY: Final[dict[str, Filter]] = {
    "businessModel": Filter("str[]", "arr", join="array", choices=("B2C", "B2B", "B2G")),
    "certified": Filter("i32", "int", kind="number", low=0, high=1),
    "excludeDefunctCompanies": Filter("bool", "bool", kind="flag"),
    "financeDepartmentBudgetMax": _amount(),
    "financeDepartmentBudgetMin": _amount(),
    "hrDepartmentBudgetMax": _amount(),
    "hrDepartmentBudgetMin": _amount(),
    "itDepartmentBudgetMax": _amount(),
    "itDepartmentBudgetMin": _amount(),
    "marketingDepartmentBudgetMax": _amount(),
    "marketingDepartmentBudgetMin": _amount(),
}

ENTERPRISE_PAGING: Final = ("page", "rpp", "sortBy", "sortOrder")

CONTACT_FILTERS: Final[dict[str, Filter]] = {
    **_SHARED,
    **_CONTACT,
    "companyName": Filter("str", "str", enterprise_join="boolean"),
}
COMPANY_FILTERS: Final[dict[str, Filter]] = {**_SHARED, **_COMPANY}

CODES: Final = "array<{id:string, name:string}>"
ENGAGEMENTS: Final = "array<{engagementDate:datetime, engagementType:string}>"
GROWTH: Final = "{oneYearGrowthRate:string, twoYearGrowthRate:string, employeeGrowthDataPoints:array}"
SOURCED: Final = "array<{value:string, source:string}>"
SOCIAL: Final = "array<{type:string, url:string, followerCount:string}>"


def _same(kind: str, path: str, unit: str | None = None) -> Output:
    return Output(kind, kind, path, unit)


def _gtm(kind: str, path: str) -> Output:
    return Output(kind, None, path)


def _company(name: str) -> str:
    return f"company.{name}"


CONTACT_OUTPUTS: Final[dict[str, Output]] = {
    "city": _same("string", "city"),
    "companyAlternateLogos": _gtm("array<string>", _company("alternateLogos")),
    "companyCity": _same("string", _company("city")),
    "companyContinent": _same("string", _company("continent")),
    "companyCountry": _same("string", _company("country")),
    "companyDescription": _gtm("string", _company("description")),
    "companyDescriptionList": Output(None, "array<{description:string}>", _company("descriptionList"), extended=True),
    "companyDivision": _same("string", _company("division")),
    "companyEmployeeCount": _same("int32", _company("employeeCount"), "employees"),
    "companyEmployeeGrowth": _same(GROWTH, _company("employeeGrowth"), "percent"),
    "companyEmployeeRange": _same("string", _company("employeeRange")),
    "companyFax": _same("string", _company("fax")),
    "companyId": _same("int64", _company("id")),
    "companyIndustries": _same("array<string>", _company("industries")),
    "companyIndustryCodes": _same(CODES, _company("industryCodes")),
    "companyLogo": _same("string", _company("logo")),
    "companyNaicsCodes": _same(CODES, _company("naicsCodes")),
    "companyName": _same("string", _company("name")),
    "companyPhone": _same("string", _company("phone")),
    "companyPrimaryIndustry": _same("array<string>", _company("primaryIndustry")),
    "companyPrimaryIndustryCode": _same(CODES, _company("primaryIndustryCode")),
    "companyPrimarySubIndustryCode": _same(CODES, _company("primarySubIndustryCode")),
    "companyRanking": _same("array<string>", _company("ranking")),
    "companyRevenue": _same("string", _company("revenue")),
    "companyRevenueNumeric": _same("int64", _company("revenueNumeric"), "USD"),
    "companyRevenueRange": _same("string", _company("revenueRange")),
    "companySicCodes": _same(CODES, _company("sicCodes")),
    "companySocialMediaUrls": _same(SOCIAL, _company("socialMediaUrls")),
    "companyState": _same("string", _company("state")),
    "companyStreet": _same("string", _company("street")),
    "companyTicker": _same("string", _company("ticker")),
    "companyType": _same("string", _company("type")),
    "companyWebsite": _same("string", _company("website")),
    "companyZipCode": _same("string", _company("zipCode")),
    "contactAccuracyScore": Output("string", "int32", "contactAccuracyScore", "score"),
    "continent": _same("string", "continent"),
    "country": _same("string", "country"),
    "directPhoneAlt": _gtm(SOURCED, "directPhoneAlt"),
    "directPhoneDoNotCall": _same("boolean", "directPhoneDoNotCall"),
    "education": _same("array<{school:string, educationDegree:{degree, areaOfStudy}}>", "education"),
    "email": _same("string", "email"),
    "emailAlt": _gtm(SOURCED, "emailAlt"),
    "employmentHistory": _same(
        "array<{jobTitle:string, managementLevel:array<string>, fromDate:date, toDate:date, company}>",
        "employmentHistory",
    ),
    "engagements": _same(ENGAGEMENTS, "engagements"),
    "externalUrls": _same("array<{type:string, url:string}>", "externalUrls"),
    "firstName": _same("string", "firstName"),
    "hasCanadianEmail": Output("boolean", "string", "hasCanadianEmail"),
    "hashedEmails": _same("array<string>", "hashedEmails"),
    "id": Output("string", "int64", "id"),
    "isCalifornia": Output(None, "boolean", "isCalifornia"),
    "isCanada": Output(None, "boolean", "isCanada"),
    "isDefunct": _same("boolean", "isDefunct"),
    "jobFunction": Output("{name:string, department:string}", "array<{name, department}>", "jobFunction"),
    "jobTitle": _same("string", "jobTitle"),
    "lastName": _same("string", "lastName"),
    "lastUpdatedDate": Output("datetime", "M/D/YYYY h:mm AM", "lastUpdatedDate"),
    "locationCompanyId": _same("int64", "locationCompanyId"),
    "managementLevel": _same("array<string>", "managementLevel"),
    "metroArea": _same("string", "metroArea"),
    "middleName": _same("string", "middleName"),
    "mobilePhone": _gtm("string", "mobilePhone"),
    "mobilePhoneAlt": _gtm(SOURCED, "mobilePhoneAlt"),
    "mobilePhoneDoNotCall": _same("boolean", "mobilePhoneDoNotCall"),
    "noticeProvidedDate": Output("date", "MM/DD/YYYY", "noticeProvidedDate"),
    "personHasMoved": _same("string", "personHasMoved"),
    "phone": _same("string", "phone"),
    "picture": _same("string", "picture"),
    "positionStartDate": Output("datetime", "M/D/YYYY h:mm AM", "positionStartDate"),
    "region": _same("string", "region"),
    "salutation": _same("string", "salutation"),
    "state": _same("string", "state"),
    "street": _same("string", "street"),
    "suffix": _same("string", "suffix"),
    "supplementalEmail": _gtm("string", "supplementalEmail"),
    "techSkills": _same(CODES, "techSkills"),
    "validDate": Output("datetime", "M/D/YYYY h:mm AM", "validDate"),
    "withinCalifornia": _same("boolean", "withinCalifornia"),
    "withinCanada": _same("boolean", "withinCanada"),
    "withinEu": _same("boolean", "withinEu"),
    "yearsOfExperience": _same("string", "yearsOfExperience"),
    "zipCode": _same("string", "zipCode"),
}

COMPANY_OUTPUTS: Final[dict[str, Output]] = {
    "alexaRank": Output(None, None, "alexaRank", extended=True),
    "alternateLogos": _gtm("array<string>", "alternateLogos"),
    "businessModel": _same("array<string>", "businessModel"),
    "certificationDate": Output("datetime", "M/D/YYYY h:mm AM", "certificationDate"),
    "certified": _same("boolean", "certified"),
    "city": _same("string", "city"),
    "companyFunding": _same(
        "array<{date:string, type:string, amount:int64, investors:array<string>}>", "companyFunding", THOUSANDS
    ),
    "companyStatus": _same("enum", "companyStatus"),
    "companyStatusDate": _same("datetime", "companyStatusDate"),
    "competitors": _same("array<{id:int64, name, rank:int32, website, employeeCount:int32}>", "competitors"),
    "continent": _same("string", "continent"),
    "country": _same("string", "country"),
    "createdDate": Output("datetime", "M/D/YYYY h:mm AM", "createdDate"),
    "departmentBudgets": _same(
        "{marketingBudget:int32, financialBudget:int32, itBudget:int32, hrBudget:int32}",
        "departmentBudgets",
        THOUSANDS,
    ),
    "description": _gtm("string", "description"),
    "descriptionList": Output(None, "array<{description:string}>", "descriptionList", extended=True),
    "domainList": _same("array<string>", "domainList"),
    "employeeCount": _same("int32", "employeeCount", "employees"),
    "employeeCountByDepartment": _same("object of int32", "employeeCountByDepartment", "employees"),
    "employeeGrowth": _same(GROWTH, "employeeGrowth", "percent"),
    "employeeRange": _same("string", "employeeRange"),
    "engagements": _same(ENGAGEMENTS, "engagements"),
    "fax": _same("string", "fax"),
    "foundedYear": _same("string", "foundedYear"),
    "hashtags": Output(None, "array<object>", "hashtags", extended=True),
    "id": Output("string", "int64", "id"),
    "industries": _same("array<string>", "industries"),
    "industryCodes": _same(CODES, "industryCodes"),
    "isDefunct": _same("boolean", "isDefunct"),
    "lastUpdatedDate": Output("datetime", "M/D/YYYY h:mm AM", "lastUpdatedDate"),
    "locationCount": _same("int32", "locationCount"),
    "locationMatch": _same("{companyId:int64, address, addressStatus:string}", "locationMatch"),
    "logo": _same("string", "logo"),
    "metroArea": _same("string", "metroArea"),
    "naicsCodes": _same(CODES, "naicsCodes"),
    "name": _same("string", "name"),
    "numberOfContactsInZoomInfo": _same("int32", "numberOfContactsInZoomInfo"),
    "parentId": _same("int64", "parentId"),
    "parentName": _same("string", "parentName"),
    "phone": _same("string", "phone"),
    "primaryIndustry": _same("array<string>", "primaryIndustry"),
    "primaryIndustryCode": _same(CODES, "primaryIndustryCode"),
    "primarySubIndustryCode": _same(CODES, "primarySubIndustryCode"),
    "products": _same("array<string>", "products"),
    "recentFundingAmount": _same("int32", "recentFundingAmount", THOUSANDS),
    "recentFundingDate": Output("datetime", "M/D/YYYY h:mm AM", "recentFundingDate"),
    "revenue": _same("int64", "revenue", THOUSANDS),
    "revenueRange": _same("string", "revenueRange"),
    "sicCodes": _same(CODES, "sicCodes"),
    "socialMediaUrls": _same(SOCIAL, "socialMediaUrls"),
    "state": _same("string", "state"),
    "street": _same("string", "street"),
    "subUnitCodes": Output(None, "array<string>", "subUnitCodes"),
    "subUnitIndustries": _same("array<string>", "subUnitIndustries"),
    "subUnitType": _same("string", "subUnitType"),
    "techAttributes": Output(None, "array<object>", "techAttributes"),
    "ticker": _same("string", "ticker"),
    "totalFundingAmount": _same("int32", "totalFundingAmount", THOUSANDS),
    "type": _same("string", "type"),
    "ultimateParentEmployees": _same("int32", "ultimateParentEmployees", "employees"),
    "ultimateParentId": _same("int64", "ultimateParentId"),
    "ultimateParentName": _same("string", "ultimateParentName"),
    "ultimateParentRevenue": _same("int32", "ultimateParentRevenue", THOUSANDS),
    "website": _same("string", "website"),
    "zipCode": _same("string", "zipCode"),
}

CONTACT_MATCH_INPUTS: Final[dict[str, str]] = {
    "personId": "i64",
    "fullName": "str",
    "firstName": "str",
    "lastName": "str",
    "emailAddress": "str",
    "phone": "str",
    "jobTitle": "str",
    "hashedEmail": "str",
    "externalURL": "str",
    "lastUpdatedDateAfter": "date",
    "validDateAfter": "date",
    "contactAccuracyScoreMin": "score",
    "companyId": "i64",
    "companyName": "str",
}
COMPANY_MATCH_INPUTS: Final[dict[str, str]] = {
    "companyId": "i64",
    "companyName": "str",
    "companyWebsite": "str",
    "companyTicker": "str",
    "companyPhone": "str",
    "companyFax": "str",
    "companyStreet": "str",
    "companyCity": "str",
    "companyState": "str",
    "companyZipCode": "str",
    "companyCountry": "str",
    "ipAddress": "str",
}

CONTACT_SEARCH_OUTPUTS: Final = (
    "id",
    "firstName",
    "middleName",
    "lastName",
    "validDate",
    "lastUpdatedDate",
    "jobTitle",
    "companyId",
    "companyName",
    "contactAccuracyScore",
    "managementLevel",
    "school",
    "hasEmail",
    "hasSupplementalEmail",
    "hasDirectPhone",
    "hasMobilePhone",
    "hasCompanyIndustry",
    "hasCompanyPhone",
    "hasCompanyStreet",
    "hasCompanyState",
    "hasCompanyZipCode",
    "hasCompanyCountry",
    "hasCompanyRevenue",
    "hasCompanyEmployeeCount",
    "directPhoneDoNotCall",
    "mobilePhoneDoNotCall",
)
COMPANY_SEARCH_OUTPUTS: Final = ("companyId", "companyName")

CONTACT_SORTS: Final = (
    "contactAccuracyScore",
    "lastName",
    "companyName",
    "hierarchy",
    "sourceCount",
    "lastMentioned",
    "relevance",
)
COMPANY_SORTS: Final = ("name", "employeeCount", "revenue")

GTM_LOOKUPS: Final[dict[str, str]] = {
    "board-members": "BoardMember",
    "buying-groups": "BuyingGroup",
    "company-rankings": "CompanyRanking",
    "company-types": "CompanyType",
    "continents": "Continent",
    "countries": "Country",
    "departments": "Department",
    "employee-count": "EmployeeCount",
    "funding-round-types": "FundingRoundType",
    "hashtags": "Hashtag",
    "industries": "Industry",
    "intent-topics": "IntentTopic",
    "job-functions": "JobFunction",
    "job-titles": "JobTitle",
    "management-levels": "ManagementLevel",
    "metro-regions": "MetroRegion",
    "naics-codes": "NAICSCode",
    "news-categories": "NewsCategory",
    "revenue-ranges": "RevenueRange",
    "scoop-departments": "ScoopDepartment",
    "scoop-topics": "ScoopTopic",
    "scoop-types": "ScoopType",
    "sic-codes": "SICCode",
    "states": "State",
    "sub-unit-types": "SubUnitType",
    "tech-categories": "TechCategory",
    "tech-products": "TechProduct",
    "tech-skills": "TechSkill",
    "tech-vendors": "TechVendor",
    "years-of-experience": "YearsOfExperience",
}

ENTERPRISE_LOOKUPS: Final[dict[str, str]] = {
    "companyranking": "company-rankings",
    "continent": "continents",
    "country": "countries",
    "state": "states",
    "department": "departments",
    "employeecount": "employee-count",
    "siccode": "sic-codes",
    "naicscode": "naics-codes",
    "industry": "industries",
    "jobtitlehierarchy": "job-titles",
    "jobfunction": "job-functions",
    "metroarea": "metro-regions",
    "revenuerange": "revenue-ranges",
    "scooptopic": "scoop-topics",
    "scooptype": "scoop-types",
    "scoopdepartment": "scoop-departments",
    "companytype": "company-types",
    "boardMember": "board-members",
    "managementLevel": "management-levels",
    "subunittypes": "sub-unit-types",
    "tech/category": "tech-categories",
    "tech/vendor": "tech-vendors",
    "tech/product": "tech-products",
    "tech-skills": "tech-skills",
    "hashtag": "hashtags",
    "intent/topics": "intent-topics",
    "news/categories": "news-categories",
    "employee-category-band": "employee-count",
    "revenue-category-band": "revenue-ranges",
    "years-of-experience": "years-of-experience",
    "hierarchy-code": "hierarchy-codes",
    "buyinggroups": "buying-groups",
}

_FIELD_LOOKUPS: Final = tuple(
    f"/lookup/{side}fields/{entity}/{operation}"
    for side in ("input", "output")
    for entity, operation in (
        ("contact", "search"),
        ("contact", "enrich"),
        ("company", "search"),
        ("company", "enrich"),
        ("compliance", "enrich"),
        ("company-master", "enrich"),
        ("corporatehierarchy", "enrich"),
        ("hashtag", "enrich"),
        ("ip", "enrich"),
        ("location", "enrich"),
        ("orgchart", "enrich"),
        ("tech", "enrich"),
    )
    # Technologies and hashtags have no list of outputs.
    if side == "input" or entity not in {"hashtag", "tech"}
)

PATHS: Final[frozenset[tuple[str, str]]] = frozenset(
    {
        ("POST", "/authenticate"),
        ("POST", "/search/contact"),
        ("POST", "/search/company"),
        ("POST", "/enrich/contact"),
        ("POST", "/enrich/company"),
        ("POST", "/compliance"),
        ("POST", "/enrich/company-master"),
        ("POST", "/enrich/corporatehierarchy"),
        ("POST", "/enrich/hashtag"),
        ("POST", "/enrich/ip"),
        ("POST", "/enrich/location"),
        ("POST", "/enrich/orgchart"),
        ("POST", "/enrich/tech"),
        ("POST", "/webhooks"),
        ("POST", "/webhooks/validate"),
        ("POST", "/webhooks/{id}/token"),
        ("GET", "/webhooks"),
        ("GET", "/webhooks/subscriptiontypes"),
        ("GET", "/webhooks/{id}"),
        ("PUT", "/webhooks/{id}"),
        ("DELETE", "/webhooks/{id}"),
        ("POST", "/gtm/data/v1/companies/corporate-hierarchy/enrich"),
        ("POST", "/gtm/data/v1/companies/hashtags/enrich"),
        ("POST", "/gtm/data/v1/companies/org-chart/enrich"),
        ("POST", "/gtm/data/v1/companies/technologies/enrich"),
        ("POST", "/gtm/copilot/v1/companies/insights"),
        ("POST", "/gtm/copilot/v1/companies/{companyId}/account-summary/actions/ask"),
        ("GET", "/gtm/copilot/v1/companies/lookalikes"),
        ("GET", "/gtm/copilot/v1/companies/{companyId}/account-summary"),
        ("GET", "/gtm/copilot/v1/contacts/lookalikes"),
        ("GET", "/gtm/copilot/v1/contacts/recommendations"),
        ("GET", "/gtm/copilot/v1/customer-buyer-personas"),
        ("GET", "/gtm/copilot/v1/customer-buyer-personas/{buyerPersonaId}"),
        ("GET", "/gtm/copilot/v1/customer-competitors"),
        ("GET", "/gtm/copilot/v1/customer-competitors/{competitorId}"),
        ("GET", "/gtm/copilot/v1/customer-settings"),
        ("GET", "/gtm/copilot/v1/ideal-company-profile"),
        ("GET", "/gtm/copilot/v1/ideal-company-profile/{segmentId}"),
        ("GET", "/gtm/copilot/v1/products"),
        ("GET", "/gtm/copilot/v1/products/{offeringId}"),
        ("POST", "/bulk/search/contact"),
        ("POST", "/bulk/search/company"),
        ("POST", "/bulk/enrich/contact"),
        ("POST", "/bulk/enrich/company"),
        ("POST", "/bulk/job/status"),
        ("POST", "/bulk/job/results"),
        ("GET", "/lookup/usage"),
        ("POST", "/gtm/oauth/v1/token"),
        ("GET", "/gtm/oauth/v1/authorize"),
        ("POST", "/gtm/data/v1/contacts/search"),
        ("POST", "/gtm/data/v1/companies/search"),
        ("POST", "/gtm/data/v1/contacts/enrich"),
        ("POST", "/gtm/data/v1/companies/enrich"),
        ("GET", "/gtm/data/v1/lookup/{fieldName}"),
        ("GET", "/gtm/data/v1/lookup/search"),
        ("GET", "/gtm/data/v1/lookup/enrich"),
        ("GET", "/gtm/data/v1/users/usage"),
    }
    | {("GET", f"/lookup/{name}") for name in ENTERPRISE_LOOKUPS}
    | {("GET", path) for path in _FIELD_LOOKUPS}
)
