"""The company master of the Enterprise API: one place of a company with its parents. The GTM API has none.

Source: the Enterprise documentation with its list of 200 output fields, in ZoomInfo's own spelling.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from ..errors import fail, near
from .arguments import read_text
from .asking import FOUND, NOTHING, Answer, Ask, Asker
from .codec import as_int, as_object, read_objects, request
from .messages import Response
from .operations import OPERATIONS
from .reading import ID, TEXT, Read, items, missing, read_arguments
from .records import clean

_MASTER = OPERATIONS["company_master"]

_NAMES = """
    zi_c_location_id zi_es_ecid zi_es_location_id zi_c_is_hq zi_c_tier_grade zi_c_name zi_c_name_display
    zi_c_legal_entity_type zi_c_url zi_c_street zi_c_street_2 zi_c_city zi_c_state zi_c_zip zi_c_country
    zi_c_cbsa_name zi_c_county zi_c_latitude zi_c_longitude zi_c_verified_address zi_c_employee_range zi_c_employees
    zi_c_revenue_range zi_c_revenue zi_c_phone zi_c_fax zi_c_industry_primary zi_c_sub_industry_primary
    zi_c_industries zi_c_sub_industries zi_es_industry zi_es_industries_top3 zi_c_naics2 zi_c_naics4 zi_c_naics6
    zi_c_naics_top3 zi_c_sic2 zi_c_sic3 zi_c_sic4 zi_c_sic_top3 zi_c_estimated_age zi_c_year_founded zi_c_is_b2b
    zi_c_is_b2c zi_c_company_id zi_es_hq_ecid zi_es_hq_location_id zi_c_company_name zi_c_company_url
    zi_c_company_street zi_c_company_street_2 zi_c_company_city zi_c_company_state zi_c_company_zip
    zi_c_company_country zi_c_company_cbsa_name zi_c_company_county zi_c_company_latitude zi_c_company_longitude
    zi_c_company_verified_address zi_c_company_employee_range zi_c_company_employees zi_c_company_revenue_range
    zi_c_company_revenue zi_c_company_phone zi_c_company_fax zi_c_linkedin_url zi_c_facebook_url zi_c_twitter_url
    zi_c_yelp_url zi_c_alexa_rank zi_c_keywords zi_c_top_keywords zi_c_num_keywords zi_c_employee_growth_1yr
    zi_c_employee_growth_2yr zi_es_growth zi_es_employee_growth zi_es_revenue_growth zi_es_percent_employee_growth
    zi_es_percent_revenue_growth zi_c_name_confidence_score zi_c_url_confidence_score zi_c_address_confidence_score
    zi_c_phone_confidence_score zi_c_employees_confidence_score zi_c_revenue_confidence_score
    zi_es_industry_confidence_score zi_c_naics_confidence_score zi_c_sic_confidence_score
    zi_es_industries_top3_confidence_scores zi_c_naics_top3_confidence_scores zi_c_sic_top3_confidence_scores
    zi_c_names_other zi_c_url_status zi_c_urls_alt zi_c_url_last_updated zi_c_inactive_flag zi_c_ein
    zi_c_is_small_business zi_c_is_public zi_c_ticker zi_c_tickers_alt zi_c_has_mobile_app zi_c_currency_code
    zi_c_num_locations zi_c_hr_contacts zi_c_sales_contacts zi_c_marketing_contacts zi_c_finance_contacts
    zi_c_c_suite_contacts zi_c_engineering_contacts zi_c_it_contacts zi_c_operations_contacts zi_c_legal_contacts
    zi_c_medical_contacts zi_c_tech_ids zi_c_latest_funding_age zi_c_num_of_investors zi_c_investor_names
    zi_c_funding_strength zi_c_funding_type zi_c_total_funding_amount zi_c_latest_funding_amount
    zi_c_latest_funding_date zi_c_num_funding_rounds zi_c_is_fortune_100 zi_c_is_fortune_500 zi_c_is_s_and_p_500
    zi_c_is_domestic_hq zi_c_is_global_parent zi_c_is_subsidiary zi_c_is_franchisor zi_c_is_franchisee
    zi_c_hierarchy_code zi_c_hierarchy_level zi_c_parent_child_confidence_score zi_c_immediate_parent_company_id
    zi_es_immediate_parent_ecid zi_es_immediate_parent_location_id zi_c_immediate_parent_name
    zi_c_immediate_parent_url zi_c_immediate_parent_street zi_c_immediate_parent_street_2 zi_c_immediate_parent_city
    zi_c_immediate_parent_zip zi_c_immediate_parent_state zi_c_immediate_parent_country
    zi_c_domestic_parent_company_id zi_es_domestic_parent_ecid zi_es_domestic_parent_location_id
    zi_c_domestic_parent_name zi_c_domestic_parent_url zi_c_domestic_parent_street zi_c_domestic_parent_street_2
    zi_c_domestic_parent_city zi_c_domestic_parent_zip zi_c_domestic_parent_state zi_c_domestic_parent_country
    zi_c_global_parent_company_id zi_es_global_parent_ecid zi_es_global_parent_location_id zi_c_global_parent_name
    zi_c_global_parent_url zi_c_global_parent_street zi_c_global_parent_street_2 zi_c_global_parent_city
    zi_c_global_parent_zip zi_c_global_parent_state zi_c_global_parent_country zi_c_franchisor_company_id
    zi_es_franchisor_ecid zi_es_franchisor_location_id zi_c_franchisor_name zi_c_franchisor_url
    zi_c_franchisor_street zi_c_franchisor_street_2 zi_c_franchisor_city zi_c_franchisor_zip zi_c_franchisor_state
    zi_c_franchisor_country zi_c_tech_spend zi_c_hr_spend zi_c_sales_spend zi_c_marketing_spend zi_c_finance_spend
    zi_c_tech_strength zi_c_hr_strength zi_c_sales_strength zi_c_marketing_strength zi_c_finance_strength
    zi_c_tech_sophistication zi_c_hr_sophistication zi_c_sales_sophistication zi_c_marketing_sophistication
    zi_c_social_sophistication zi_c_finance_sophistication zi_c_last_updated_date zi_c_release_date zi_match_reason
"""
OUTPUTS: tuple[str, ...] = tuple(_NAMES.split())

# What a person would put in a table.
CONCISE = (
    "zi_c_location_id",
    "zi_c_company_id",
    "zi_c_name",
    "zi_c_url",
    "zi_c_is_hq",
    "zi_c_street",
    "zi_c_city",
    "zi_c_state",
    "zi_c_zip",
    "zi_c_country",
    "zi_c_phone",
    "zi_c_employees",
    "zi_c_revenue",
    "zi_c_industry_primary",
    "zi_c_sub_industry_primary",
    "zi_c_hierarchy_code",
    "zi_c_immediate_parent_company_id",
    "zi_c_immediate_parent_name",
    "zi_c_global_parent_company_id",
    "zi_c_global_parent_name",
)

# Our argument, ZoomInfo's key, and the object that it stands in.
_KEYS: tuple[tuple[str, str, str | None, Read], ...] = (
    ("locationId", "zi_c_location_id", None, ID),
    ("ecid", "zi_es_ecid", None, ID),
    ("esLocationId", "zi_es_location_id", None, TEXT),
    ("companyName", "zi_c_name", None, TEXT),
    ("companyWebsite", "zi_c_url", None, TEXT),
    ("email", "email", None, TEXT),
    ("companyPhone", "zi_c_phone", "phone", TEXT),
    ("companyStreet", "zi_c_street", "address", TEXT),
    ("companyCity", "zi_c_city", "address", TEXT),
    ("companyState", "zi_c_state", "address", TEXT),
    ("companyZipCode", "zi_c_zip", "address", TEXT),
    ("companyCountry", "zi_c_country", "address", TEXT),
)
_ENOUGH = ("locationId", "ecid", "esLocationId", "companyName", "companyWebsite", "email", "companyPhone")


async def company_master(asker: Asker, arguments: Mapping[str, object]) -> Ask:
    """One company or place of the company master.

    Args:
        asker: the client.
        arguments: at least one of ``locationId``, ``ecid`` (whole numbers), ``esLocationId``, ``companyName``,
            ``companyWebsite``, ``email``, ``companyPhone``; to narrow it ``companyStreet``, ``companyCity``,
            ``companyState``, ``companyZipCode``, ``companyCountry``; ``outputFields`` of :data:`OUTPUTS`, those of
            :data:`CONCISE` when left out.

    Returns:
        At most one row in ZoomInfo's names. ``status`` is ``INVALID_INPUT`` where ZoomInfo found the input too little
        to go on, which costs nothing.

    Raises:
        InvalidArgument: too little to go on, or a bad value. NotAvailable: the Enterprise API is not configured.
    """
    readers: dict[str, Read] = {ours: read for ours, _, _, read in _KEYS}
    given = read_arguments(_MASTER, arguments, {**readers, "outputFields": _read_outputs})
    if not any(name in given for name in _ENOUGH):
        raise missing(_MASTER, "a companyName", f"Give one of {', '.join(_ENOUGH)}.")
    generation = asker.choose(_MASTER)
    # The company's id is asked for in any case: it tells whose credit was spent.
    outputs = list(dict.fromkeys((*(given.get("outputFields") or CONCISE), "zi_c_company_id")))
    body = {"matchCompanyInput": [_wire(given)], "outputFields": outputs}
    ours = {name: given[name] for name in readers if name in given and name != "email"}
    return Ask(request(generation, _MASTER, body=body, credits=1), _read, ours or {"email": given["email"]})


def _wire(given: Mapping[str, Any]) -> dict[str, object]:
    wire: dict[str, Any] = {}
    for ours, theirs, inside, read in _KEYS:
        if ours not in given:
            continue
        value = int(given[ours]) if read is ID else given[ours]
        if inside:
            wire.setdefault(inside, {})[theirs] = value
        else:
            wire[theirs] = value
    if "phone" in wire and "companyCountry" in given:
        wire["phone"]["zi_c_country"] = given["companyCountry"]
    return wire


def _read_outputs(name: str, value: object) -> list[str]:
    chosen: list[str] = []
    for item in items(value):
        field = read_text(name, item)
        if field not in OUTPUTS:
            raise fail(
                "unknown_argument",
                where="Company master",
                thing="output field",
                name=field[:60],
                hint=near(field[:60], OUTPUTS),
                legal=f"{', '.join(CONCISE)} and {len(OUTPUTS) - len(CONCISE)} more that begin with zi_",
                details={"field": name},
            )
        chosen.append(field)
    return list(dict.fromkeys(chosen))


def _read(response: Response) -> Answer:
    results = read_objects(as_object(as_object(response.data).get("data")).get("result"), _MASTER, "data.result")
    result = results[0] if results else {}
    code = as_int(result.get("statusCode", 200))
    data: object = result.get("data")
    listed = cast("list[object]", data) if isinstance(data, list) else [data]
    record = as_object(listed[0] if listed else None)
    if code != 200:
        # A refusal comes as an answer here, with a text of ZoomInfo's that is not passed on.
        return Answer([], 0, status="INVALID_INPUT" if code == 400 else NOTHING, more={"statusCode": code})
    row = clean({}, {name: str(value) if _is_id(name, value) else value for name, value in record.items()})
    if not row:
        return Answer([], 0, status=NOTHING, more={"statusCode": code})
    return Answer([row], 1, company_id=row.get("zi_c_company_id"), status=FOUND, more={"statusCode": code})


def _is_id(name: str, value: object) -> bool:
    return isinstance(value, int) and (name.endswith(("_id", "_ecid")))
