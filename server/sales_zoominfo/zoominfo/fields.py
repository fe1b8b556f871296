"""Every documented contact and company filter, output field and match input of both API generations.

Tool schemas, validation, near-miss hints and the field documentation all derive from these tables. Sources:
ZoomInfo's published GTM specification (names, types, join rules, units) and the Enterprise documentation and its
field lookups. Where the two disagree the row says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple, cast

from .operations import Entity, Generation

Kind = Literal["text", "id", "integer", "decimal", "flag", "date", "choice", "lookup", "history"]
Join = Literal["one", "comma", "or", "words", "array"]
Wire = Literal["string", "integer", "boolean", "strings", "integers", "objects"]


class Filter(NamedTuple):
    """One search filter.

    Attributes:
        name: ZoomInfo's name, the same in both generations.
        kind: what a value is.
        text: what it does, in our words, with its unit.
        join: how several values travel in one call; ``one`` refuses several.
        gtm, enterprise: JSON type on the wire, None where the generation lacks the filter.
        enterprise_join: where the Enterprise API joins differently.
        lookup: the taxonomy whose names and ids are accepted.
        choices: the closed list of legal values.
        low, high: inclusive numeric bounds.
        most: how many values at most where that is documented.
        splits: no value holds a comma, so a comma in one text separates values.
        upper: the filter that is this lower bound's upper bound.
        needs: a filter without which this one does nothing.
        excludes: a filter that must not be given beside it.
        aliases: names that people try instead, used in hints.
    """

    name: str
    kind: Kind
    text: str
    join: Join = "one"
    gtm: Wire | None = "string"
    enterprise: Wire | None = "string"
    enterprise_join: Join | None = None
    lookup: str | None = None
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    most: int | None = None
    splits: bool = False
    upper: str | None = None
    needs: str | None = None
    excludes: str | None = None
    aliases: tuple[str, ...] = ()

    def wire(self, generation: Generation) -> Wire | None:
        """The JSON type in a generation, or None."""
        return self.gtm if generation == "gtm" else self.enterprise

    def joining(self, generation: Generation) -> Join:
        """The join rule in a generation."""
        return self.enterprise_join if generation == "enterprise" and self.enterprise_join else self.join


def _text(name: str, text: str, join: Join = "one", **more: Any) -> Filter:
    return Filter(name, "text", text, join, **more)


def _array(name: str, text: str, kind: Kind = "text", **more: Any) -> Filter:
    return Filter(name, kind, text, "array", gtm="strings", enterprise=more.pop("enterprise", "strings"), **more)


def _number(name: str, text: str, **more: Any) -> Filter:
    return Filter(name, "integer", text, gtm="integer", enterprise="integer", high=_INT32, **more)


def _numeral(name: str, text: str, kind: Kind = "integer", **more: Any) -> Filter:
    # A number that travels as text in both generations.
    return Filter(name, kind, text, **more)


def _flag(name: str, text: str, **more: Any) -> Filter:
    return Filter(name, "flag", text, gtm="boolean", enterprise=more.pop("enterprise", "boolean"), **more)


def _date(name: str, text: str, **more: Any) -> Filter:
    return Filter(name, "date", text, **more)


def _lookup(name: str, lookup: str, text: str, join: Join = "comma", **more: Any) -> Filter:
    return Filter(name, "lookup", text, join, lookup=lookup, **more)


def _choice(name: str, choices: tuple[str, ...], text: str, join: Join = "one", **more: Any) -> Filter:
    return Filter(name, "choice", text, join, choices=choices, **more)


_INT32 = 2**31 - 1
_LEVELS = ("exclude", "include", "only")
_STRUCTURE = ("UNSPECIFIED", "LOCATION", "DIVISION", "ACQUISITION", "SUBSIDIARY", "FORMER_NEW_NAME")

# Filters on the company, which both searches have.
_SHARED: tuple[Filter, ...] = (
    Filter("companyId", "id", "ZoomInfo company ids.", "comma", aliases=("zoominfoCompanyId", "companyIdList")),
    _text(
        "companyName",
        "Words of the company's name, namesakes too; companyId for one company.",
        aliases=("company", "companyNames", "accountName", "organization"),
    ),
    _text(
        "companyWebsite",
        "Company websites or bare domains.",
        "comma",
        splits=True,
        aliases=("domain", "companyDomain", "website", "url"),
    ),
    _array("companyTicker", "Stock tickers.", splits=True, aliases=("ticker", "companyTickerList")),
    _lookup("companyType", "company-types", "Company types: private, public, ...", aliases=("companyTypeList", "type")),
    _text("companyDescription", "Words in the company's description.", "words", aliases=("description", "keywords")),
    _lookup(
        "industryCodes",
        "industries",
        "Industries, as names or dotted ids.",
        aliases=("industry", "industries", "industryList", "companyIndustry", "primaryIndustry"),
    ),
    _text("industryKeywords", "Industry keywords; AND and OR work inside a value.", "or", aliases=("keyword",)),
    _flag("primaryIndustriesOnly", "Match only primary industries.", needs="industryCodes"),
    _lookup("sicCodes", "sic-codes", "SIC codes.", aliases=("sicCode", "sic")),
    _lookup("naicsCodes", "naics-codes", "NAICS codes.", aliases=("naicsCode", "naics")),
    # place
    _lookup("country", "countries", "Country; one a call.", "one", aliases=("countries", "location", "companyCountry")),
    _lookup(
        "state",
        "states",
        "US or Canadian state, person's or headquarters'; locationSearchType decides. One a call.",
        "one",
        aliases=("region", "province"),
    ),
    _lookup(
        "metroRegion", "metro-regions", "US and Canadian metros, likewise.", aliases=("metro", "city", "metroArea")
    ),
    _lookup("continent", "continents", "Continent.", "one"),
    _text("zipCode", "Postal code.", aliases=("zip", "postalCode", "postcode")),
    Filter(
        "zipCodeRadiusMiles",
        "choice",
        "Radius round zipCode in miles: 10, 25, 50, 100 or 250.",
        gtm="integer",
        choices=("10", "25", "50", "100", "250"),
        needs="zipCode",
        aliases=("radius",),
    ),
    _text("address", "Whole address, free text."),
    _text("street", "Street part of the address."),
    _choice(
        "locationSearchType",
        ("PersonOrHQ", "PersonAndHQ", "Person", "HQ", "PersonThenHQ"),
        "Whose place the place filters mean.",
    ),
    _text("excludedRegions", "States and metro areas to leave out.", "comma", splits=True, aliases=("excludeState",)),
    # size
    _numeral(
        "employeeRangeMin",
        "Employees, at least.",
        low=0,
        upper="employeeRangeMax",
        aliases=("employeesMin", "employeeRangeMinimum", "minEmployees", "employeeCountMin"),
    ),
    _numeral(
        "employeeRangeMax",
        "Employees, at most.",
        low=0,
        aliases=("employeesMax", "employeeRangeMaximum", "maxEmployees", "employeeCountMax"),
    ),
    _lookup("employeeCount", "employee-count", "Employee bands.", aliases=("employees", "companyEmployeeCount")),
    _number(
        "revenueMin", "Yearly revenue, at least, thousands of USD.", low=0, upper="revenueMax", aliases=("minRevenue",)
    ),
    _number("revenueMax", "Yearly revenue, at most, thousands of USD.", low=0, aliases=("maxRevenue",)),
    _lookup("revenue", "revenue-ranges", "Revenue bands.", aliases=("companyRevenue", "revenueRange")),
    _lookup("companyRanking", "company-rankings", "Rankings such as Fortune 500.", aliases=("ranking",)),
    _numeral(
        "oneYearEmployeeGrowthRateMin",
        "One-year headcount growth, at least, percent.",
        "decimal",
        upper="oneYearEmployeeGrowthRateMax",
        aliases=("employeeGrowthMin", "growthMin"),
    ),
    _numeral("oneYearEmployeeGrowthRateMax", "One-year headcount growth, at most, percent.", "decimal"),
    _numeral(
        "twoYearEmployeeGrowthRateMin",
        "Two-year headcount growth, at least, percent.",
        "decimal",
        upper="twoYearEmployeeGrowthRateMax",
    ),
    _numeral("twoYearEmployeeGrowthRateMax", "Two-year headcount growth, at most, percent.", "decimal"),
    _numeral("zoominfoContactsMin", "People known at the company, at least.", low=0, upper="zoominfoContactsMax"),
    _numeral("zoominfoContactsMax", "People known at the company, at most.", low=0),
    # technology and tags
    _lookup(
        "techAttributeTagList",
        "tech-products",
        "Technologies in use, names or ids; several mean OR.",
        enterprise_join="or",
        aliases=("technology", "technologies", "techStack", "companyTechStack", "techAttributeTagIdList"),
    ),
    _lookup(
        "excludeTechAttributeTagList",
        "tech-products",
        "Technologies that must not be in use.",
        enterprise=None,
        aliases=("excludeTechnology",),
    ),
    _text("hashTagString", "Company hashtags.", "comma", splits=True, aliases=("hashtags",)),
    # funding
    _number(
        "fundingAmountMin",
        "Funding, at least, thousands of USD.",
        low=0,
        upper="fundingAmountMax",
        aliases=("fundingAmount", "fundingMin"),
    ),
    _number("fundingAmountMax", "Funding, at most, thousands of USD.", low=0, aliases=("fundingMax",)),
    _date("fundingStartDate", "Funded on or after.", upper="fundingEndDate", aliases=("fundedAfter",)),
    _date("fundingEndDate", "Funded on or before.", aliases=("fundedBefore",)),
    _array(
        "recentFundingRoundTypes",
        "Type of the latest funding round.",
        "lookup",
        lookup="funding-round-types",
        enterprise=None,
        excludes="allFundingRoundTypes",
        aliases=("fundingRound", "fundingType"),
    ),
    _array(
        "allFundingRoundTypes",
        "Type of any funding round so far.",
        "lookup",
        lookup="funding-round-types",
        enterprise=None,
    ),
    # family
    Filter("parentId", "id", "Id of the parent company.", "one", aliases=("parentCompanyId",)),
    Filter("ultimateParentId", "id", "Id of the topmost company.", "one"),
    _lookup("subUnitTypes", "sub-unit-types", "Kinds of sub-unit; use with parentId or ultimateParentId."),
    _choice(
        "companyStructureIncludedSubUnitTypes",
        _STRUCTURE,
        "Kinds of unit to include in a family of companies.",
        "comma",
    ),
    # engagement and credits
    _date("engagementStartDate", "Engaged with on or after.", upper="engagementEndDate"),
    _date("engagementEndDate", "Engaged with on or before.", needs="engagementStartDate"),
    Filter(
        "engagementType",
        "choice",
        "Kinds of engagement.",
        "array",
        gtm="strings",
        enterprise="strings",
        choices=("email", "phone", "online meeting"),
    ),
    _flag(
        "underManagement",
        "True: rows tell which are free to enrich.",
        enterprise=None,
    ),
)

_CONTACT_ONLY: tuple[Filter, ...] = (
    Filter(
        "personId", "id", "ZoomInfo person ids.", "comma", aliases=("contactId", "personIdList", "zoominfoContactId")
    ),
    _text("fullName", "Full name.", aliases=("name", "contactName", "personName")),
    _text("firstName", "First name.", aliases=("givenName",)),
    _text("middleInitial", "Middle initial."),
    _text("lastName", "Last name.", aliases=("surname", "familyName")),
    _text("emailAddress", "E-mail address.", aliases=("email", "emails", "workEmail")),
    _text("hashedEmail", "E-mail address as an MD5, SHA1, SHA256 or SHA512 hex digest."),
    _array("supplementalEmail", "Further e-mail addresses.", splits=True, aliases=("personalEmail",)),
    _array(
        "phone", "Direct or mobile phone numbers.", splits=True, aliases=("phoneNumber", "directPhone", "mobilePhone")
    ),
    # job
    _text(
        "jobTitle", "Titles, words in any order; several mean OR.", "or", aliases=("title", "titles", "jobTitleList")
    ),
    _text("exactJobTitle", "Titles, whole and exact; several mean OR.", "or"),
    _text(
        "excludeJobTitle",
        "Titles to leave out.",
        "comma",
        aliases=("excludeTitle", "excludeJobTitleList", "notJobTitle"),
    ),
    _lookup(
        "managementLevel",
        "management-levels",
        "Levels: Board Member, C Level Exec, VP Level Exec, Director, Manager, Non Manager.",
        aliases=("seniority", "level", "managementLevelList"),
    ),
    _lookup("excludeManagementLevel", "management-levels", "Levels to leave out."),
    _lookup("department", "departments", "Departments, as names or ids.", aliases=("departments", "departmentList")),
    _lookup("jobFunction", "job-functions", "Job functions, as names or ids.", aliases=("function", "jobFunctionList")),
    _choice("boardMember", _LEVELS, "Board members: exclude, include or only."),
    _flag("executivesOnly", "Only executives."),
    _date(
        "positionStartDateMin",
        "In the current position since, at the earliest.",
        upper="positionStartDateMax",
        aliases=("positionStart",),
    ),
    _date("positionStartDateMax", "In the current position since, at the latest."),
    _lookup("yearsOfExperience", "years-of-experience", "Ranges of years, such as 4-5."),
    _choice(
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
    _text("school", "School name.", aliases=("university", "education")),
    _text("degree", "Degree, free text."),
    _array("techSkills", "Technology skills; several mean OR.", "lookup", lookup="tech-skills"),
    _array("webReferences", "Words in web references to the person, letters and digits only.", splits=True),
    _array(
        "buyingGroup", "Buying group id, one.", "lookup", lookup="buying-groups", most=1, aliases=("buyingGroupId",)
    ),
    # quality
    _choice(
        "requiredFields",
        ("email", "phone", "directPhone", "personalEmail", "mobilePhone"),
        "Only people who have these.",
        "comma",
        aliases=("requiredFieldsList", "hasEmail"),
    ),
    _numeral(
        "contactAccuracyScoreMin",
        "Accuracy score, at least, 70..99.",
        low=70,
        high=99,
        upper="contactAccuracyScoreMax",
        aliases=("accuracyMin", "contactAccuracyScoreMinimum"),
    ),
    _numeral("contactAccuracyScoreMax", "Accuracy score, at most, 70..99.", low=70, high=99),
    _date("lastUpdatedDateAfter", "Profile updated after.", aliases=("updatedAfter",)),
    _date("validDateAfter", "Profile confirmed valid after."),
    _number("lastUpdatedInMonths", "Profile updated within so many months.", low=1),
    _flag(
        "excludePartialProfiles",
        "People without an active company; the name and the GTM text disagree on what true does.",
    ),
    _choice("hasBeenNotified", _LEVELS, "People told of their listing: exclude, include or only."),
    Filter("locationCompanyId", "id", "Ids of company locations.", "array", gtm="integers", enterprise="strings"),
    _flag("filterByBuyingCommittee", "Only people of the buying committee."),
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
    _flag("excludeDefunctCompanies", "Leave out companies that no longer exist."),
    *(
        _number(f"{department}DepartmentBudget{bound}", f"{label} budget, {word}, thousands of USD.", low=0, **more)
        for department, label in (("marketing", "Marketing"), ("finance", "Finance"), ("it", "IT"), ("hr", "HR"))
        for bound, word, more in (
            ("Min", "at least", {"upper": f"{department}DepartmentBudgetMax"}),
            ("Max", "at most", cast("dict[str, Any]", {})),
        )
    ),
)


def _table(*groups: Iterable[Filter]) -> dict[str, Filter]:
    return {spec.name: spec for group in groups for spec in group}


# Where a filter of the contact search differs from its twin of the company search.
_CONTACT_TWINS: tuple[Filter, ...] = (
    _table(_SHARED)["companyName"]._replace(enterprise_join="or"),
    _table(_CONTACT_ONLY)["filterByBuyingCommittee"]._replace(gtm=None),
)

FILTERS: dict[Entity, dict[str, Filter]] = {
    "contact": _table(_CONTACT_ONLY, _SHARED, _CONTACT_TWINS),
    "company": _table(_SHARED, _COMPANY_ONLY),
}

# What a search tool names in its schema; every other filter goes through `moreFilters`.
SHOWN: dict[Entity, tuple[str, ...]] = {
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

SORTS: dict[Entity, tuple[str, ...]] = {
    "contact": (
        "contactAccuracyScore", "lastName", "companyName", "hierarchy", "sourceCount", "lastMentioned", "relevance",
    ),
    "company": ("name", "employeeCount", "revenue"),
}  # fmt: skip


# --- output fields ---------------------------------------------------------------------------------------------

OutputType = Literal["id", "string", "number", "boolean", "date", "datetime", "strings", "objects", "object"]


class Output(NamedTuple):
    """One output field.

    Attributes:
        name: ZoomInfo's name, as asked for and as our rows carry it.
        type: the type in our rows, the same for both generations.
        gtm, enterprise: whether the generation documents it.
        unit: of a number.
        text: a trap worth knowing.
        concise: part of the default answer.
        aliases: names that people try instead, used in hints.
    """

    name: str
    type: OutputType = "string"
    gtm: bool = True
    enterprise: bool = True
    unit: str | None = None
    text: str = ""
    concise: bool = False
    aliases: tuple[str, ...] = ()

    def known(self, generation: Generation) -> bool:
        """Whether the generation documents the field."""
        return self.gtm if generation == "gtm" else self.enterprise


def _outputs(
    types: Mapping[OutputType, str],
    *,
    gtm_only: str,
    enterprise_only: str,
    concise: str,
    units: Mapping[str, str],
    texts: Mapping[str, str],
    aliases: Mapping[str, tuple[str, ...]],
) -> dict[str, Output]:
    gtm, enterprise, short = (set(names.split()) for names in (gtm_only, enterprise_only, concise))
    return {
        name: Output(
            name,
            kind,
            gtm=name not in enterprise,
            enterprise=name not in gtm,
            unit=units.get(name),
            text=texts.get(name, ""),
            concise=name in short,
            aliases=aliases.get(name, ()),
        )
        for kind, names in types.items()
        for name in names.split()
    }


OUTPUTS: dict[Entity, dict[str, Output]] = {
    "contact": _outputs(
        {
            "id": "id companyId locationCompanyId",
            "string": """
                firstName middleName lastName salutation suffix jobTitle email supplementalEmail phone mobilePhone
                street city region metroArea state zipCode country continent picture personHasMoved yearsOfExperience
                companyName companyDescription companyDivision companyWebsite companyPhone companyFax companyStreet
                companyCity companyState companyZipCode companyCountry companyContinent companyLogo companyType
                companyTicker companyRevenue companyRevenueRange companyEmployeeRange""",
            "number": "contactAccuracyScore companyEmployeeCount companyRevenueNumeric",
            "boolean": """
                directPhoneDoNotCall mobilePhoneDoNotCall hasCanadianEmail withinEu withinCalifornia withinCanada
                isDefunct isCalifornia isCanada""",
            "date": "noticeProvidedDate",
            "datetime": "validDate lastUpdatedDate positionStartDate",
            "strings": """
                managementLevel hashedEmails companyIndustries companyPrimaryIndustry companyRanking
                companyAlternateLogos""",
            "objects": """
                jobFunction externalUrls education employmentHistory techSkills engagements emailAlt directPhoneAlt
                mobilePhoneAlt companySocialMediaUrls companyIndustryCodes companyPrimaryIndustryCode
                companyPrimarySubIndustryCode companySicCodes companyNaicsCodes companyDescriptionList""",
            "object": "companyEmployeeGrowth",
        },
        gtm_only="""
            companyAlternateLogos companyDescription directPhoneAlt emailAlt mobilePhone mobilePhoneAlt
            supplementalEmail""",
        enterprise_only="companyDescriptionList isCalifornia isCanada",
        concise="""
            id firstName lastName jobTitle managementLevel jobFunction email phone directPhoneDoNotCall mobilePhone
            mobilePhoneDoNotCall city state country contactAccuracyScore lastUpdatedDate companyId companyName
            companyWebsite""",
        units={"companyRevenueNumeric": "USD", "contactAccuracyScore": "70..99"},
        texts={
            "phone": "the direct line; the switchboard is companyPhone",
            "directPhoneDoNotCall": "whether `phone` is on a do-not-call list",
            "mobilePhoneDoNotCall": "whether `mobilePhone` is on a do-not-call list",
            "companyRevenue": "display text, not a number",
            "personHasMoved": "Yes, No or Uncertain",
            "externalUrls": "LinkedIn and other profiles",
        },
        aliases={
            "id": ("personId", "contactId"),
            "email": ("emailAddress", "workEmail", "businessEmail"),
            "supplementalEmail": ("personalEmail",),
            "phone": ("directPhone", "directDial", "phoneNumber"),
            "mobilePhone": ("mobile", "cellPhone"),
            "externalUrls": ("linkedinUrl", "linkedInUrl", "linkedin"),
            "jobFunction": ("department", "function"),
            "jobTitle": ("title",),
            "managementLevel": ("seniority",),
            "companyWebsite": ("companyDomain", "domain"),
            "companyPrimaryIndustry": ("industry", "companyIndustry"),
        },
    ),
    "company": _outputs(
        {
            "id": "id parentId ultimateParentId",
            "string": """
                name website type ticker description phone fax street city state zipCode country
                continent metroArea logo employeeRange revenueRange companyStatus foundedYear parentName
                ultimateParentName subUnitType""",
            "number": """
                employeeCount revenue numberOfContactsInZoomInfo locationCount ultimateParentRevenue
                ultimateParentEmployees recentFundingAmount totalFundingAmount""",
            "boolean": "certified isDefunct",
            "datetime": "companyStatusDate lastUpdatedDate createdDate certificationDate recentFundingDate",
            "strings": """
                primaryIndustry industries domainList alternateLogos products businessModel subUnitIndustries
                subUnitCodes hashtags""",
            "objects": """
                socialMediaUrls primaryIndustryCode primarySubIndustryCode industryCodes sicCodes naicsCodes competitors
                companyFunding engagements techAttributes descriptionList""",
            "object": "employeeGrowth departmentBudgets employeeCountByDepartment locationMatch",
        },
        gtm_only="alternateLogos description",
        enterprise_only="descriptionList hashtags subUnitCodes techAttributes",
        concise="""
            id name website phone city state country primaryIndustry employeeCount employeeRange revenue revenueRange
            type ticker companyStatus foundedYear""",
        units={
            "revenue": "thousands of USD",
            "ultimateParentRevenue": "thousands of USD",
            "recentFundingAmount": "thousands of USD",
            "totalFundingAmount": "thousands of USD",
        },
        texts={
            "locationMatch": "only when an address was among the inputs",
            "parentId": "0 means no parent and is left out",
        },
        aliases={
            "id": ("companyId",),
            "name": ("companyName",),
            "website": ("companyWebsite", "domain"),
            "type": ("companyType",),
            "primaryIndustry": ("industry", "companyIndustry"),
            "socialMediaUrls": ("linkedInUrl", "linkedinUrl"),
            "techAttributes": ("techStack", "technologies"),
            "naicsCodes": ("naicsCode",),
            "sicCodes": ("sicCode",),
            "primarySubIndustryCode": ("subIndustry",),
        },
    ),
}

# Each number's do-not-call flag; further numbers of a kind go by the flag of that kind.
DO_NOT_CALL: dict[str, str] = {
    "phone": "directPhoneDoNotCall",
    "directPhoneAlt": "directPhoneDoNotCall",
    "mobilePhone": "mobilePhoneDoNotCall",
    "mobilePhoneAlt": "mobilePhoneDoNotCall",
}

# What search rows can hold, with the type in our rows; e-mails and phone numbers are never among them.
SEARCH_ROW: dict[Entity, dict[str, Output]] = {
    "contact": _outputs(
        {
            "id": "id companyId",
            "string": "firstName middleName lastName jobTitle companyName school",
            "number": "contactAccuracyScore",
            "boolean": """
                hasEmail hasSupplementalEmail hasDirectPhone hasMobilePhone hasCompanyIndustry hasCompanyPhone
                hasCompanyStreet hasCompanyState hasCompanyZipCode hasCompanyCountry hasCompanyRevenue
                hasCompanyEmployeeCount directPhoneDoNotCall mobilePhoneDoNotCall underManagement""",
            "datetime": "validDate lastUpdatedDate purchaseDate",
            "strings": "managementLevel",
        },
        gtm_only="underManagement purchaseDate",
        enterprise_only="",
        concise="""
            id firstName lastName jobTitle companyId companyName contactAccuracyScore hasEmail hasDirectPhone
            hasMobilePhone directPhoneDoNotCall mobilePhoneDoNotCall underManagement purchaseDate""",
        units={"contactAccuracyScore": "70..99"},
        texts={},
        aliases={"id": ("personId",), "hasEmail": ("email",), "hasDirectPhone": ("phone",)},
    ),
    "company": _outputs(
        {
            "id": "id",
            "string": "name website city state country logo",
            "number": "employeeCount revenue",
            "boolean": "underManagement",
            "datetime": "purchaseDate",
        },
        gtm_only="website city state country logo employeeCount revenue underManagement purchaseDate",
        enterprise_only="",
        concise="id name website city state country employeeCount revenue underManagement purchaseDate",
        units={"revenue": "thousands of USD"},
        texts={},
        aliases={"id": ("companyId",), "name": ("companyName",)},
    ),
}


# --- match inputs ----------------------------------------------------------------------------------------------


class Key(NamedTuple):
    """One key of an enrich match input."""

    name: str
    kind: Kind
    text: str
    low: int | None = None
    high: int | None = None
    aliases: tuple[str, ...] = ()


# The enrich tools' argument that holds the match inputs.
INPUTS: dict[Entity, str] = {"contact": "contacts", "company": "companies"}

MATCH_KEYS: dict[Entity, dict[str, Key]] = {
    "contact": {
        key.name: key
        for key in (
            Key("personId", "id", "ZoomInfo person id.", aliases=("contactId", "id")),
            Key("emailAddress", "text", "Business or personal e-mail.", aliases=("email",)),
            Key("hashedEmail", "text", "MD5, SHA1, SHA256 or SHA512 of the e-mail."),
            Key("phone", "text", "Direct or mobile number.", aliases=("phoneNumber", "mobilePhone", "directPhone")),
            Key("fullName", "text", "Full name; needs a company.", aliases=("name",)),
            Key("firstName", "text", "With lastName and a company."),
            Key("lastName", "text", "With firstName and a company."),
            Key("companyId", "id", "ZoomInfo company id.", aliases=("zoominfoCompanyId",)),
            Key("companyName", "text", "Company name.", aliases=("company",)),
            Key("jobTitle", "text", "Title, to tell namesakes apart.", aliases=("title",)),
            Key("externalURL", "text", "Profile URL such as LinkedIn.", aliases=("linkedinUrl", "linkedin", "url")),
            Key("lastUpdatedDateAfter", "date", "Match only if updated after."),
            Key("validDateAfter", "date", "Match only if valid after."),
            Key("contactAccuracyScoreMin", "integer", "Match only with this score or more.", 70, 99),
        )
    },
    "company": {
        key.name: key
        for key in (
            Key("companyId", "id", "ZoomInfo company id.", aliases=("id", "zoominfoCompanyId")),
            Key(
                "companyWebsite",
                "text",
                "Website or domain, the surest key after the id.",
                aliases=("domain", "website"),
            ),
            Key("companyName", "text", "Company name.", aliases=("name", "company")),
            Key("companyTicker", "text", "Stock ticker.", aliases=("ticker",)),
            Key("companyPhone", "text", "Switchboard number.", aliases=("phone",)),
            Key("companyFax", "text", "Fax number.", aliases=("fax",)),
            Key("companyStreet", "text", "Street.", aliases=("street",)),
            Key("companyCity", "text", "City.", aliases=("city",)),
            Key("companyState", "text", "State.", aliases=("state",)),
            Key("companyZipCode", "text", "Postal code.", aliases=("zipCode",)),
            Key("companyCountry", "text", "Country.", aliases=("country",)),
            Key("ipAddress", "text", "IPv4 or IPv6 address of a visitor.", aliases=("ip",)),
        )
    },
}

# Which keys suffice for a match, each set alone (Enterprise documentation; GTM states none, so the same is used). A
# profile URL alone is not among the documented ones; where ZoomInfo does not take it, the answer says so and is free.
ENOUGH: dict[Entity, tuple[frozenset[str], ...]] = {
    "contact": (
        *(frozenset({key}) for key in ("personId", "emailAddress", "hashedEmail", "phone", "externalURL")),
        *(
            frozenset({*name, company})
            for name in (("fullName",), ("firstName", "lastName"))
            for company in ("companyName", "companyId")
        ),
    ),
    "company": tuple(
        frozenset({key})
        for key in (
            "companyId",
            "companyWebsite",
            "companyName",
            "companyTicker",
            "companyPhone",
            "companyFax",
            "ipAddress",
        )
    ),
}

COMBINATIONS: dict[Entity, str] = {
    "contact": "personId; emailAddress; hashedEmail; phone; externalURL; firstName + lastName or fullName, "
    "with companyName or companyId",
    "company": "companyId; companyWebsite; companyName; companyTicker; companyPhone; companyFax; ipAddress",
}
