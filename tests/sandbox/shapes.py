"""The documented answer shapes, and a check that an answer has one of them.

A shape is a dict (known members), a list with one element (array of it), or a type name. Members marked with
`!` are required. Written from the published GTM specification and the examples of the Enterprise documentation.
"""

from __future__ import annotations

import re
from typing import Any, cast

_PATTERNS = {
    "datetime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "date": r"\d{4}-\d\d-\d\d",
    "us-stamp": r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d [AP]M",
    "us-date": r"\d\d/\d\d/\d{4}",
    "true/false": r"true|false",
    "yes/no": r"Yes|No|Uncertain",
    "status": r"[A-Z_]+",
}
_TYPES: dict[str, type | tuple[type, ...]] = {"string": str, "int": int, "number": (int, float), "boolean": bool}


def problems(value: Any, shape: Any, where: str = "$") -> list[str]:
    """Return what is wrong with `value`, nothing when it has the shape."""
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{where}: not an array"]
        items, element = cast("list[Any]", value), cast("list[Any]", shape)[0]
        return [problem for place, item in enumerate(items) for problem in problems(item, element, f"{where}[{place}]")]
    if isinstance(shape, dict):
        return _object(value, cast("dict[str, Any]", shape), where)
    if shape in _PATTERNS:
        matches = isinstance(value, str) and re.fullmatch(_PATTERNS[shape], value)
        return [] if matches else [f"{where}: {value!r} is not {shape}"]
    if shape == "blank-or-us-stamp":
        return [] if value == "" else problems(value, "us-stamp", where)
    wrong = not isinstance(value, _TYPES[shape]) or (shape in {"int", "number"} and isinstance(value, bool))
    return [f"{where}: {value!r} is not {shape}"] if wrong else []


def _object(value: Any, shape: dict[str, Any], where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: not an object"]
    given = cast("dict[str, Any]", value)
    found: list[str] = []
    members = {name.rstrip("!"): kind for name, kind in shape.items()}
    found += [f"{where}: unknown member {name}" for name in given if name not in members]
    found += [f"{where}: {name} is missing" for name in shape if name.endswith("!") and name.rstrip("!") not in given]
    for name, kind in members.items():
        if name in given:
            found += problems(given[name], kind, f"{where}.{name}")
    return found


def each(kind: str, names: str) -> dict[str, Any]:
    """Return members of one kind, their names separated by spaces."""
    return dict.fromkeys(names.split(), kind)


STATUS = {"underManagement": "boolean", "purchaseDate": "datetime"}
PAGE_META = {"totalResults!": "int", "page!": {"total!": "int", "number!": "int"}}
LINKS = {"first": "string", "last": "string", "prev": "string", "next": "string"}
FLAGS = each(
    "boolean",
    "hasEmail hasSupplementalEmail hasDirectPhone hasMobilePhone hasCompanyIndustry hasCompanyPhone hasCompanyStreet "
    "hasCompanyState hasCompanyZipCode hasCompanyCountry hasCompanyRevenue hasCompanyEmployeeCount",
)


def listed(kind: str, attributes: dict[str, Any]) -> dict[str, Any]:
    resource = {"id!": "string", "type!": "string", "attributes!": attributes}
    return {"data!": [resource], "meta!": PAGE_META, "links": LINKS}


GTM_CONTACT_SEARCH = listed(
    "Contact",
    {
        "firstName": "string",
        "middleName": "string",
        "lastName": "string",
        "validDate": "datetime",
        "lastUpdatedDate": "datetime",
        "jobTitle": "string",
        "contactAccuracyScore": "number",
        "managementLevel": "string",
        "school": "string",
        **FLAGS,
        "directPhoneDoNotCall": "boolean",
        "mobilePhoneDoNotCall": "boolean",
        "managementStatus": STATUS,
        "company": {"id": "int", "name": "string"},
    },
)
GTM_COMPANY_SEARCH = listed(
    "Company",
    {
        "name": "string",
        "city": "string",
        "state": "string",
        "country": "string",
        "revenue": "string",
        "employeeCount": "string",
        "website": "string",
        "logo": "string",
        "managementStatus": STATUS,
    },
)
CODES = [{"id": "string", "name": "string"}]
SOCIAL = [{"type": "string", "url": "string", "followerCount": "string"}]
GROWTH = {
    "oneYearGrowthRate": "string",
    "twoYearGrowthRate": "string",
    "employeeGrowthDataPoints": [{"label": "string", "employeeCount": "int"}],
}
ENGAGEMENTS = [{"engagementDate": "datetime", "engagementType": "string"}]
SOURCED = [{"value": "string", "source": "string"}]
COMPANY_OF_CONTACT = {
    "socialMediaUrls": SOCIAL,
    "primaryIndustry": ["string"],
    "primaryIndustryCode": CODES,
    "primarySubIndustryCode": CODES,
    "industries": ["string"],
    "industryCodes": CODES,
    "website": "string",
    "type": "string",
    "ticker": "string",
    "name": "string",
    "description": "string",
    "phone": "string",
    "fax": "string",
    "street": "string",
    "city": "string",
    "state": "string",
    "zipCode": "string",
    "country": "string",
    "continent": "string",
    "logo": "string",
    "alternateLogos": ["string"],
    "employeeCount": "int",
    "sicCodes": CODES,
    "naicsCodes": CODES,
    "employeeRange": "string",
    "employeeGrowth": GROWTH,
    "revenueRange": "string",
    "id": "int",
    "revenue": "string",
    "revenueNumeric": "int",
    "ranking": ["string"],
    "division": "string",
}
HISTORY = [
    {
        "jobTitle": "string",
        "managementLevel": ["string"],
        "fromDate": "date",
        "toDate": "date",
        "company": {"companyId": "int", "companyName": "string", "companyPhone": "string", "companyWebsite": "string"},
    }
]
EDUCATION = [{"school": "string", "educationDegree": {"degree": "string", "areaOfStudy": "string"}}]
GTM_CONTACT = {
    **each(
        "string",
        "firstName middleName lastName email supplementalEmail phone street city region metroArea zipCode state "
        "country continent salutation suffix jobTitle picture mobilePhone contactAccuracyScore yearsOfExperience",
    ),
    **each(
        "boolean",
        "hasCanadianEmail directPhoneDoNotCall withinEu withinCalifornia withinCanada mobilePhoneDoNotCall isDefunct",
    ),
    "personHasMoved": "yes/no",
    "validDate": "datetime",
    "lastUpdatedDate": "datetime",
    "noticeProvidedDate": "date",
    "positionStartDate": "datetime",
    "jobFunction": {"name": "string", "department": "string"},
    "education": EDUCATION,
    "hashedEmails": ["string"],
    "techSkills": CODES,
    "directPhoneAlt": SOURCED,
    "mobilePhoneAlt": SOURCED,
    "emailAlt": SOURCED,
    "externalUrls": [{"type": "string", "url": "string"}],
    "employmentHistory": HISTORY,
    "managementLevel": ["string"],
    "locationCompanyId": "int",
    "engagements": ENGAGEMENTS,
    "company": COMPANY_OF_CONTACT,
}
BUDGETS = each("int", "marketingBudget financialBudget itBudget hrBudget")
DEPARTMENTS = each(
    "int",
    "cSuite finance humanResources sales operations informationTechnology engineeringAndTechnical marketing legal "
    "medicalAndHealth",
)
ADDRESS = each("string", "street city state country zipCode")
LOCATION = {"companyId": "int", "address": ADDRESS, "addressStatus": "status"}
_COMPANY_SHARED = {
    **{
        name: kind
        for name, kind in COMPANY_OF_CONTACT.items()
        if name not in {"id", "revenue", "revenueNumeric", "ranking", "division"}
    },
    "domainList": ["string"],
    "revenue": "int",
    "numberOfContactsInZoomInfo": "int",
    "companyStatus": "status",
    "companyStatusDate": "datetime",
    "competitors": [{"id": "int", "name": "string", "rank": "int", "website": "string", "employeeCount": "int"}],
    "ultimateParentId": "int",
    "ultimateParentName": "string",
    "ultimateParentRevenue": "int",
    "ultimateParentEmployees": "int",
    "subUnitType": "status",
    "subUnitIndustries": ["string"],
    "parentId": "int",
    "parentName": "string",
    "locationCount": "int",
    "locationMatch": LOCATION,
    "metroArea": "string",
    "certified": "boolean",
    "products": ["string"],
    "companyFunding": [{"date": "date", "type": "string", "amount": "int", "investors": ["string"]}],
    "recentFundingAmount": "int",
    "totalFundingAmount": "int",
    "foundedYear": "string",
    "businessModel": ["string"],
    "isDefunct": "boolean",
    "departmentBudgets": BUDGETS,
    "employeeCountByDepartment": DEPARTMENTS,
    "engagements": ENGAGEMENTS,
}
_COMPANY_DATES = ("lastUpdatedDate", "createdDate", "certificationDate", "recentFundingDate")
GTM_COMPANY = {**_COMPANY_SHARED, **dict.fromkeys(_COMPANY_DATES, "datetime")}
ENTERPRISE_COMPANY = {
    **{name: kind for name, kind in _COMPANY_SHARED.items() if name not in {"description", "alternateLogos"}},
    **dict.fromkeys(_COMPANY_DATES, "blank-or-us-stamp"),
    "id": "int",
    "descriptionList": [{"description": "string"}],
    "hashtags": [{"tag": "string", "displayLabel": "string"}],
    "subUnitCodes": ["string"],
    "techAttributes": [each("string", "id name vendor category attribute")],
}
ENTERPRISE_CONTACT = {
    **{
        name: kind
        for name, kind in GTM_CONTACT.items()
        if name not in {"supplementalEmail", "mobilePhone", "directPhoneAlt", "mobilePhoneAlt", "emailAlt"}
    },
    "id": "int",
    "contactAccuracyScore": "int",
    "hasCanadianEmail": "true/false",
    "isCalifornia": "boolean",
    "isCanada": "boolean",
    "jobFunction": [{"name": "string", "department": "string"}],
    "validDate": "us-stamp",
    "lastUpdatedDate": "us-stamp",
    "positionStartDate": "us-stamp",
    "noticeProvidedDate": "string",
    "company": {
        **{name: kind for name, kind in COMPANY_OF_CONTACT.items() if name not in {"description", "alternateLogos"}},
        "descriptionList": [{"description": "string"}],
    },
}
ENTERPRISE_CONTACT_ROW = {
    "id!": "int",
    "firstName!": "string",
    "middleName!": "string",
    "lastName!": "string",
    "validDate!": "us-stamp",
    "lastUpdatedDate!": "us-stamp",
    "jobTitle!": "string",
    "contactAccuracyScore!": "int",
    **{f"{name}!": kind for name, kind in FLAGS.items()},
    "directPhoneDoNotCall": "boolean",
    "mobilePhoneDoNotCall": "boolean",
    "company!": {"id": "int", "name": "string"},
}


def enterprise_list(row: dict[str, Any]) -> dict[str, Any]:
    return {"maxResults!": "int", "totalResults!": "int", "currentPage!": "int", "data!": [row]}


GATEWAY = {
    "error!": {
        "code!": "string",
        "message!": "string",
        "status!": "int",
        "requestId!": "string",
        "retryable!": "boolean",
    }
}
VALIDATION = {
    "title": "string",
    "detail": "string",
    "errors!": [
        {
            "id!": "string",
            "code!": "string",
            "status!": "string",
            "title": "string",
            "detail": "string",
            "source": {"pointer": "string", "parameter": "string", "header": "string", "cookie": "string"},
        }
    ],
}
ENTERPRISE_ERROR = {
    "success!": "boolean",
    "statusCode!": "int",
    "error!": "string",
    "invalidInputFields": ["string"],
    "invalidOutputFields": ["string"],
}
COMPLIANCE = {
    "success!": "boolean",
    "data!": {
        "result!": [
            {
                "input!": each(
                    "string",
                    "companyname personfullname personfirstname personlastname personemailaddress personphone "
                    "personstate personcountry personzipcode",
                )
                | each("int", "companyid personid"),
                "data!": [
                    {
                        "id!": "int",
                        "firstName!": "string",
                        "lastName!": "string",
                        "title!": "string",
                        "employmentHistory!": [{"companyName!": "string", "title!": "string"}],
                        "emailAddresses!": ["string"],
                        "pastEmailAddresses!": ["string"],
                        "withinEu!": "boolean",
                        "hasCanadianEmail!": "true/false",
                        "withinCalifornia!": "boolean",
                        "withinCanada!": "boolean",
                        "noticeProvidedDate!": "string",
                        "hasMoved!": "yes/no",
                        "looksLikeEu!": "string",
                        "looksLikeCalifornia!": "string",
                        "looksLikeCanada!": "string",
                        "company!": {"name": "string"},
                    }
                ],
            }
        ]
    },
}
OAUTH_ERROR = {"error!": "string", "error_description": "string"}
