"""The filters of the contact and the company search."""

from __future__ import annotations

from typing import Any, cast

from .operations import Entity
from .specs import Filter, array, choice, date, flag, lookup, number, numeral, table, text

LEVELS = ("exclude", "include", "only")
_STRUCTURE = ("UNSPECIFIED", "LOCATION", "DIVISION", "ACQUISITION", "SUBSIDIARY", "FORMER_NEW_NAME")

# Filters on the company, which both searches have.
ON_COMPANY: tuple[Filter, ...] = (
    Filter("companyId", "id", "ZoomInfo company ids.", "comma", aliases=("zoominfoCompanyId", "companyIdList")),
    text(
        "companyName",
        "Words of the company's name, namesakes too; companyId for one company.",
        aliases=("company", "companyNames", "accountName", "organization"),
    ),
    text(
        "companyWebsite",
        "Company websites or bare domains.",
        "comma",
        splits=True,
        aliases=("domain", "companyDomain", "website", "url"),
    ),
    array("companyTicker", "Stock tickers.", splits=True, aliases=("ticker", "companyTickerList")),
    lookup("companyType", "company-types", "Company types: private, public, ...", aliases=("companyTypeList", "type")),
    text("companyDescription", "Words in the company's description.", "words", aliases=("description", "keywords")),
    lookup(
        "industryCodes",
        "industries",
        "Industries, as names or dotted ids.",
        aliases=("industry", "industries", "industryList", "companyIndustry", "primaryIndustry"),
    ),
    text("industryKeywords", "Industry keywords; AND and OR work inside a value.", "or", aliases=("keyword",)),
    flag("primaryIndustriesOnly", "Match only primary industries.", needs="industryCodes"),
    lookup("sicCodes", "sic-codes", "SIC codes.", aliases=("sicCode", "sic")),
    lookup("naicsCodes", "naics-codes", "NAICS codes.", aliases=("naicsCode", "naics")),
    # place
    lookup("country", "countries", "Country; one a call.", "one", aliases=("countries", "location", "companyCountry")),
    lookup(
        "state",
        "states",
        "US or Canadian state, person's or headquarters'; locationSearchType decides. One a call.",
        "one",
        aliases=("region", "province"),
    ),
    lookup("metroRegion", "metro-regions", "US and Canadian metros, likewise.", aliases=("metro", "city", "metroArea")),
    lookup("continent", "continents", "Continent.", "one"),
    text("zipCode", "Postal code.", aliases=("zip", "postalCode", "postcode")),
    Filter(
        "zipCodeRadiusMiles",
        "choice",
        "Radius round zipCode in miles: 10, 25, 50, 100 or 250.",
        gtm="integer",
        choices=("10", "25", "50", "100", "250"),
        needs="zipCode",
        aliases=("radius",),
    ),
    text("address", "Whole address, free text."),
    text("street", "Street part of the address."),
    choice(
        "locationSearchType",
        ("PersonOrHQ", "PersonAndHQ", "Person", "HQ", "PersonThenHQ"),
        "Whose place the place filters mean.",
    ),
    text("excludedRegions", "States and metro areas to leave out.", "comma", splits=True, aliases=("excludeState",)),
    # size
    numeral(
        "employeeRangeMin",
        "Employees, at least.",
        low=0,
        upper="employeeRangeMax",
        aliases=("employeesMin", "employeeRangeMinimum", "minEmployees", "employeeCountMin"),
    ),
    numeral(
        "employeeRangeMax",
        "Employees, at most.",
        low=0,
        aliases=("employeesMax", "employeeRangeMaximum", "maxEmployees", "employeeCountMax"),
    ),
    lookup("employeeCount", "employee-count", "Employee bands.", aliases=("employees", "companyEmployeeCount")),
    number(
        "revenueMin", "Yearly revenue, at least, thousands of USD.", low=0, upper="revenueMax", aliases=("minRevenue",)
    ),
    number("revenueMax", "Yearly revenue, at most, thousands of USD.", low=0, aliases=("maxRevenue",)),
    lookup("revenue", "revenue-ranges", "Revenue bands.", aliases=("companyRevenue", "revenueRange")),
    lookup("companyRanking", "company-rankings", "Rankings such as Fortune 500.", aliases=("ranking",)),
    numeral(
        "oneYearEmployeeGrowthRateMin",
        "One-year headcount growth, at least, percent.",
        "decimal",
        upper="oneYearEmployeeGrowthRateMax",
        aliases=("employeeGrowthMin", "growthMin"),
    ),
    numeral("oneYearEmployeeGrowthRateMax", "One-year headcount growth, at most, percent.", "decimal"),
    numeral(
        "twoYearEmployeeGrowthRateMin",
        "Two-year headcount growth, at least, percent.",
        "decimal",
        upper="twoYearEmployeeGrowthRateMax",
    ),
    numeral("twoYearEmployeeGrowthRateMax", "Two-year headcount growth, at most, percent.", "decimal"),
    numeral("zoominfoContactsMin", "People known at the company, at least.", low=0, upper="zoominfoContactsMax"),
    numeral("zoominfoContactsMax", "People known at the company, at most.", low=0),
    # technology and tags
    lookup(
        "techAttributeTagList",
        "tech-products",
        "Technologies in use, names or ids; several mean OR.",
        enterprise_join="or",
        aliases=("technology", "technologies", "techStack", "companyTechStack", "techAttributeTagIdList"),
    ),
    lookup(
        "excludeTechAttributeTagList",
        "tech-products",
        "Technologies that must not be in use.",
        enterprise=None,
        aliases=("excludeTechnology",),
    ),
    text("hashTagString", "Company hashtags.", "comma", splits=True, aliases=("hashtags",)),
    # funding
    number(
        "fundingAmountMin",
        "Funding, at least, thousands of USD.",
        low=0,
        upper="fundingAmountMax",
        aliases=("fundingAmount", "fundingMin"),
    ),
    number("fundingAmountMax", "Funding, at most, thousands of USD.", low=0, aliases=("fundingMax",)),
    date("fundingStartDate", "Funded on or after.", upper="fundingEndDate", aliases=("fundedAfter",)),
    date("fundingEndDate", "Funded on or before.", aliases=("fundedBefore",)),
    array(
        "recentFundingRoundTypes",
        "Type of the latest funding round.",
        "lookup",
        lookup="funding-round-types",
        enterprise=None,
        excludes="allFundingRoundTypes",
        aliases=("fundingRound", "fundingType"),
    ),
    array(
        "allFundingRoundTypes",
        "Type of any funding round so far.",
        "lookup",
        lookup="funding-round-types",
        enterprise=None,
    ),
    # family
    Filter("parentId", "id", "Id of the parent company.", "one", aliases=("parentCompanyId",)),
    Filter("ultimateParentId", "id", "Id of the topmost company.", "one"),
    lookup("subUnitTypes", "sub-unit-types", "Kinds of sub-unit; use with parentId or ultimateParentId."),
    choice(
        "companyStructureIncludedSubUnitTypes",
        _STRUCTURE,
        "Kinds of unit to include in a family of companies.",
        "comma",
    ),
    # engagement and credits
    date("engagementStartDate", "Engaged with on or after.", upper="engagementEndDate"),
    date("engagementEndDate", "Engaged with on or before.", needs="engagementStartDate"),
    Filter(
        "engagementType",
        "choice",
        "Kinds of engagement.",
        "array",
        gtm="strings",
        enterprise="strings",
        choices=("email", "phone", "online meeting"),
    ),
    flag(
        "underManagement",
        "True: rows tell which are free to enrich.",
        enterprise=None,
    ),
)

ON_PERSON: tuple[Filter, ...] = (
    Filter(
        "personId", "id", "ZoomInfo person ids.", "comma", aliases=("contactId", "personIdList", "zoominfoContactId")
    ),
    text("fullName", "Full name.", aliases=("name", "contactName", "personName")),
    text("firstName", "First name.", aliases=("givenName",)),
    text("middleInitial", "Middle initial."),
    text("lastName", "Last name.", aliases=("surname", "familyName")),
    text("emailAddress", "E-mail address.", aliases=("email", "emails", "workEmail")),
    text("hashedEmail", "E-mail address as an MD5, SHA1, SHA256 or SHA512 hex digest."),
    array("supplementalEmail", "Further e-mail addresses.", splits=True, aliases=("personalEmail",)),
    array(
        "phone", "Direct or mobile phone numbers.", splits=True, aliases=("phoneNumber", "directPhone", "mobilePhone")
    ),
    # job
    text("jobTitle", "Titles, words in any order; several mean OR.", "or", aliases=("title", "titles", "jobTitleList")),
    text("exactJobTitle", "Titles, whole and exact; several mean OR.", "or"),
    text(
        "excludeJobTitle",
        "Titles to leave out.",
        "comma",
        aliases=("excludeTitle", "excludeJobTitleList", "notJobTitle"),
    ),
    lookup(
        "managementLevel",
        "management-levels",
        "Levels: Board Member, C Level Exec, VP Level Exec, Director, Manager, Non Manager.",
        aliases=("seniority", "level", "managementLevelList"),
    ),
    lookup("excludeManagementLevel", "management-levels", "Levels to leave out."),
    lookup("department", "departments", "Departments, as names or ids.", aliases=("departments", "departmentList")),
    lookup("jobFunction", "job-functions", "Job functions, as names or ids.", aliases=("function", "jobFunctionList")),
    choice("boardMember", LEVELS, "Board members: exclude, include or only."),
    flag("executivesOnly", "Only executives."),
    date(
        "positionStartDateMin",
        "In the current position since, at the earliest.",
        upper="positionStartDateMax",
        aliases=("positionStart",),
    ),
    date("positionStartDateMax", "In the current position since, at the latest."),
    lookup("yearsOfExperience", "years-of-experience", "Ranges of years, such as 4-5."),
    choice(
        "companyPastOrPresent",
        ("present", "past", "pastAndPresent"),
        "Which employers the company filters mean.",
    ),
    Filter(
        "employmentHistory",
        "history",
        "Past jobs, up to 5 of {companyName, jobTitle}; any may match.",
        "array",
        gtm="objects",
        enterprise=None,
        most=5,
        aliases=("previousEmployer", "pastCompany"),
    ),
    text("school", "School name.", aliases=("university", "education")),
    text("degree", "Degree, free text."),
    array("techSkills", "Technology skills; several mean OR.", "lookup", lookup="tech-skills"),
    array("webReferences", "Words in web references to the person, letters and digits only.", splits=True),
    array("buyingGroup", "Buying group id, one.", "lookup", lookup="buying-groups", most=1, aliases=("buyingGroupId",)),
    # quality
    choice(
        "requiredFields",
        ("email", "phone", "directPhone", "personalEmail", "mobilePhone"),
        "Only people who have these.",
        "comma",
        aliases=("requiredFieldsList", "hasEmail"),
    ),
    numeral(
        "contactAccuracyScoreMin",
        "Accuracy score, at least, 70..99.",
        low=70,
        high=99,
        upper="contactAccuracyScoreMax",
        aliases=("accuracyMin", "contactAccuracyScoreMinimum"),
    ),
    numeral("contactAccuracyScoreMax", "Accuracy score, at most, 70..99.", low=70, high=99),
    date("lastUpdatedDateAfter", "Profile updated after.", aliases=("updatedAfter",)),
    date("validDateAfter", "Profile confirmed valid after."),
    number("lastUpdatedInMonths", "Profile updated within so many months.", low=1),
    flag(
        "excludePartialProfiles",
        "People without an active company; the name and the GTM text disagree on what true does.",
    ),
    choice("hasBeenNotified", LEVELS, "People told of their listing: exclude, include or only."),
    Filter("locationCompanyId", "id", "Ids of company locations.", "array", gtm="integers", enterprise="strings"),
    flag("filterByBuyingCommittee", "Only people of the buying committee."),
)

_COMPANY_ONLY: tuple[Filter, ...] = (
    Filter(
        "businessModel",
        "choice",
        "B2C, B2B, B2G.",
        "array",
        gtm="strings",
        enterprise="strings",
        choices=("B2C", "B2B", "B2G"),
    ),
    Filter(
        "certified",
        "choice",
        "1: ZoomInfo confirmed activity within 12 months; 0: not.",
        gtm="integer",
        enterprise="integer",
        choices=("0", "1"),
    ),
    flag("excludeDefunctCompanies", "Leave out companies that no longer exist."),
    *(
        number(f"{department}DepartmentBudget{bound}", f"{label} budget, {word}, thousands of USD.", low=0, **more)
        for department, label in (("marketing", "Marketing"), ("finance", "Finance"), ("it", "IT"), ("hr", "HR"))
        for bound, word, more in (
            ("Min", "at least", {"upper": f"{department}DepartmentBudgetMax"}),
            ("Max", "at most", cast("dict[str, Any]", {})),
        )
    ),
)


# Where a filter of the contact search differs from its twin of the company search.
_CONTACT_TWINS: tuple[Filter, ...] = (
    table(ON_COMPANY)["companyName"]._replace(enterprise_join="or"),
    table(ON_PERSON)["filterByBuyingCommittee"]._replace(gtm=None),
)

RECORD_FILTERS: dict[Entity, dict[str, Filter]] = {
    "contact": table(ON_PERSON, ON_COMPANY, _CONTACT_TWINS),
    "company": table(ON_COMPANY, _COMPANY_ONLY),
}

# What a search tool names in its schema; every other filter goes through `moreFilters`.
RECORD_SHOWN: dict[Entity, tuple[str, ...]] = {
    "contact": (
        "companyId", "companyName", "companyWebsite", "jobTitle", "excludeJobTitle", "managementLevel", "department",
        "jobFunction", "fullName", "firstName", "lastName", "emailAddress", "personId", "requiredFields",
        "contactAccuracyScoreMin", "country", "state", "metroRegion", "industryCodes", "industryKeywords",
        "employeeRangeMin", "employeeRangeMax", "revenueMin", "revenueMax", "techAttributeTagList",
        "companyPastOrPresent", "underManagement",
    ),
    "company": (
        "companyId", "companyName", "companyWebsite", "companyTicker", "companyType", "companyDescription",
        "industryCodes", "industryKeywords", "country", "state", "metroRegion", "continent", "zipCode",
        "zipCodeRadiusMiles", "employeeRangeMin", "employeeRangeMax", "revenueMin", "revenueMax", "companyRanking",
        "oneYearEmployeeGrowthRateMin", "techAttributeTagList", "fundingAmountMin", "fundingStartDate",
        "businessModel", "parentId", "underManagement",
    ),
}  # fmt: skip

RECORD_SORTS: dict[Entity, tuple[str, ...]] = {
    "contact": (
        "contactAccuracyScore", "lastName", "companyName", "hierarchy", "sourceCount", "lastMentioned", "relevance",
    ),
    "company": ("name", "employeeCount", "revenue"),
}  # fmt: skip
