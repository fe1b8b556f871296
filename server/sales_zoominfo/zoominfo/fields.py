"""Every documented filter, output field and match input of both API generations.

Tool schemas, validation, near-miss hints and the field documentation all derive from these tables. Sources:
ZoomInfo's published GTM specification (names, types, join rules, units) and the Enterprise documentation and its
field lookups. Where the two disagree the row says so. What can be searched has its filters in :mod:`.filters` and
:mod:`.signal_fields`; here they are put together.
"""

from __future__ import annotations

from .filters import RECORD_FILTERS, RECORD_SHOWN, RECORD_SORTS
from .operations import Entity, Signal, Subject
from .signal_fields import (
    ENTERPRISE_SORTS,
    SIGNAL_ENRICH_ROW,
    SIGNAL_FILTERS,
    SIGNAL_ROW,
    SIGNAL_SHOWN,
    SIGNAL_SORTS,
)
from .specs import Filter, Join, Key, Kind, Output, OutputType, Wire, outputs

__all__ = [
    "COMBINATIONS", "DO_NOT_CALL", "ENOUGH", "ENTERPRISE_SORTS", "FILTERS", "INPUTS", "MATCH_KEYS", "OUTPUTS",
    "SEARCH_ROW", "SHOWN", "SIGNALS", "SIGNAL_ENRICH_ROW", "SORTS", "Filter", "Join", "Key", "Kind", "Output",
    "OutputType", "Wire",
]  # fmt: skip

SIGNALS: tuple[Signal, ...] = ("intent", "scoop", "news")

FILTERS: dict[Subject, dict[str, Filter]] = {**RECORD_FILTERS, **SIGNAL_FILTERS}

# What a search tool names in its schema; every other filter goes through `moreFilters`.
SHOWN: dict[Subject, tuple[str, ...]] = {**RECORD_SHOWN, **SIGNAL_SHOWN}

# Empty where ZoomInfo documents no order.
SORTS: dict[Subject, tuple[str, ...]] = {**RECORD_SORTS, **SIGNAL_SORTS}


# --- output fields ---------------------------------------------------------------------------------------------

OUTPUTS: dict[Entity, dict[str, Output]] = {
    "contact": outputs(
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
    "company": outputs(
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
_RECORD_ROW: dict[Entity, dict[str, Output]] = {
    "contact": outputs(
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
            id firstName lastName jobTitle companyId companyName hasEmail hasDirectPhone hasMobilePhone
            directPhoneDoNotCall mobilePhoneDoNotCall underManagement purchaseDate""",
        units={"contactAccuracyScore": "70..99"},
        texts={},
        aliases={"id": ("personId",), "hasEmail": ("email",), "hasDirectPhone": ("phone",)},
    ),
    "company": outputs(
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

SEARCH_ROW: dict[Subject, dict[str, Output]] = {**_RECORD_ROW, **SIGNAL_ROW}


# --- match inputs ----------------------------------------------------------------------------------------------


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

# What names a person in a compliance check (Enterprise documentation).
COMPLIANCE_KEYS: dict[str, Key] = {
    key.name: key
    for key in (
        Key("personId", "id", "ZoomInfo person id."),
        Key("emailAddress", "text", "E-mail address.", aliases=("email",)),
        Key("phone", "text", "Phone number.", aliases=("phoneNumber",)),
        Key("fullName", "text", "Full name.", aliases=("name",)),
        Key("firstName", "text", "First name."),
        Key("lastName", "text", "Last name."),
        Key("companyId", "id", "ZoomInfo company id."),
        Key("companyName", "text", "Company name.", aliases=("company",)),
        Key("state", "text", "State."),
        Key("country", "text", "Country."),
        Key("zipCode", "text", "Postal code."),
    )
}
