"""The taxonomies of ZoomInfo by name; what is read from them is in :mod:`.taxonomy`."""

from __future__ import annotations

# The taxonomies of the GTM lookup and where the Enterprise API serves the same, None where it does not.
LOOKUPS: dict[str, str | None] = {
    "board-members": "boardMember",
    "buying-groups": "buyinggroups",
    "company-rankings": "companyranking",
    "company-types": "companytype",
    "continents": "continent",
    "countries": "country",
    "departments": "department",
    "employee-count": "employeecount",
    "funding-round-types": None,
    "hashtags": "hashtag",
    "industries": "industry",
    "intent-topics": "intent/topics",
    "job-functions": "jobfunction",
    "job-titles": "jobtitlehierarchy",
    "management-levels": "managementLevel",
    "metro-regions": "metroarea",
    "naics-codes": "naicscode",
    "news-categories": "news/categories",
    "revenue-ranges": "revenuerange",
    "scoop-departments": "scoopdepartment",
    "scoop-topics": "scooptopic",
    "scoop-types": "scooptype",
    "sic-codes": "siccode",
    "states": "state",
    "sub-unit-types": "subunittypes",
    "tech-categories": "tech/category",
    "tech-products": "tech/product",
    "tech-skills": "tech-skills",
    "tech-vendors": "tech/vendor",
    "years-of-experience": "years-of-experience",
}

# Lookups that may be narrowed, by the GTM query parameter and the Enterprise one.
LOOKUP_FILTERS = ("vendor", "category", "parentCategory", "subCategory")
