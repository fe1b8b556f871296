"""The company master of the Enterprise API: one place of a company with its parents, in fields of its own spelling."""

from collections.abc import Mapping
from typing import Any, Final

from . import taxonomies
from .derived import draw
from .encoding import DAY
from .flatjson import answered, body_of
from .http import Request, Response
from .matching import Input, Match, read_inputs
from .places import METRO_PLACES, OTHER_PLACES, Place
from .query import domain_of
from .records import Doc, country_name, iso_date
from .refusal import Refusal
from .service import EnrichRequest, Service
from .structure import location
from .vocabulary import digits, fold, name_words, words

PATH: Final = "/enrich/company-master"
INPUT: Final = "matchCompanyInput"
# Types as the field lookup names them.
INPUTS: Final[Mapping[str, str]] = {
    "zi_c_location_id": "Long",
    "zi_es_ecid": "Long",
    "zi_es_location_id": "String",
    "zi_c_url": "String",
    "zi_c_name": "String",
    "phone": "Object",
    "address": "Object",
    "email": "String",
    "match_reasons": "ArrayList",
}
_NAMES: Final = """
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
OUTPUTS: Final = tuple(_NAMES.split())
_KNOWN: Final = frozenset(OUTPUTS)
_PHONE: Final = frozenset({"zi_c_country", "zi_c_phone"})
_ADDRESS: Final[Mapping[str, str]] = {
    "zi_c_street": "companyStreet",
    "zi_c_city": "companyCity",
    "zi_c_state": "companyState",
    "zi_c_zip": "companyZipCode",
    "zi_c_country": "companyCountry",
}
_LETTERS: Final = frozenset("EFMD")
_ECID: Final = 500_000_000
_FAR: Final = 1_000_000_000
_PARENT: Final = ("company_id", "name", "url", "street", "street_2", "city", "zip", "state", "country")
_DEPARTMENTS: Final = {
    "hr": "humanResources",
    "sales": "sales",
    "marketing": "marketing",
    "finance": "finance",
    "c_suite": "cSuite",
    "engineering": "engineeringAndTechnical",
    "it": "informationTechnology",
    "operations": "operations",
    "legal": "legal",
    "medical": "medicalAndHealth",
}
_TOO_LITTLE: Final = "Insufficient input: give an id, a name, a URL, an e-mail address, a phone or an address"
_NO_CREDITS: Final = "Exceeded the max limit to enrich new Contacts or Companies"


class CompanyMaster:
    """Answers requests for the company master.

    Args:
        service: The simulated ZoomInfo.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    def answer(self, request: Request, account: str) -> Response:
        """Answer a request; raises Refusal."""
        body = body_of(request)
        unknown = [name for name in body if name not in {INPUT, "outputFields"}]
        if unknown:
            raise Refusal("unknown_filter", *unknown)
        names = body.get("outputFields")
        if not isinstance(names, list) or not names:
            raise Refusal("no_outputs", "outputFields")
        wanted: list[str] = list(dict.fromkeys(map(str, names)))  # pyright: ignore[reportUnknownArgumentType]
        wrong = [name for name in wanted if name not in _KNOWN]
        if wrong:
            # This endpoint spells the error its own way.
            text = "There are invalid fields in your request."
            return answered(400, {"responseCode": 400, "message": text, "invalidOutputFields": wrong})
        lacking = [name for name in wanted if name in self._service.plan(account).disallowed_fields]
        if lacking:
            raise Refusal("plan_output", *lacking)
        inputs = _inputs(body.get(INPUT))
        result = self._results(account, inputs, wanted)
        fine = all(row["statusCode"] == 200 for row in result)
        return answered(200, {"success": fine, "data": {"outputFields": wanted, "result": result}})

    def _results(self, account: str, inputs: list[Doc], wanted: list[str]) -> list[Doc]:
        known = [_as_company(given) for given in inputs]
        accepted: list[int] = []
        reasons: dict[int, Doc] = {}
        for place, (given, company) in enumerate(zip(inputs, known, strict=True)):
            match = self._service.matcher.company(company) if company else Match("INVALID_INPUT", "company")
            if match.id is None:
                continue
            reasons[place] = _reasons(given, self._service.reader.companies([match.id])[match.id])
            if _allowed(given.get("match_reasons"), reasons[place]):
                accepted.append(place)
        found: dict[int, Match] = {}
        if accepted:
            call = EnrichRequest("company", "enterprise", [known[place] for place in accepted], [], [])
            rows = self._service.enrich(account, call)
            found = {place: row.match for place, row in zip(accepted, rows, strict=True)}
        return [
            self._result(given, bool(company), found.get(place), reasons.get(place, {}), wanted)
            for place, (given, company) in enumerate(zip(inputs, known, strict=True))
        ]

    def _result(self, given: Doc, enough: bool, match: Match | None, reasons: Doc, wanted: list[str]) -> Doc:
        shown = _lowered(given)
        if not enough:
            return {"statusCode": 400, "input": shown, "data": {"errorMessage": _TOO_LITTLE}}
        if match is not None and match.status == "LIMIT_EXCEEDED":
            return {"statusCode": 400, "input": shown, "data": {"errorMessage": _NO_CREDITS}}
        if match is None or match.id is None:
            # How nothing found is told is not documented.
            return {"statusCode": 200, "input": shown, "data": {}}
        values = self._values(match.id, _place_of(given, match.id)) | {"zi_match_reason": reasons}
        return {"statusCode": 200, "input": shown, "data": {name: values.get(name, "") for name in wanted}}

    def _values(self, key: int, number: int) -> Doc:
        base = self._service.base
        doc = self._service.reader.companies([key])[key]
        ids = [parent for parent in (doc["parent"], doc["ultimate"]) if parent]
        above = self._service.reader.companies(ids) if ids else {}
        root = doc["ultimate"] or key
        tops = above | {key: doc}
        # The highest of the family in the company's own country, as far as the two that are known go.
        domestic = next((item for item in (root, doc["parent"] or key) if tops[item]["country"] == doc["country"]), key)
        return {
            **_whereabouts(key, doc, number),
            **_firm(doc),
            **_industries(doc),
            **_growth(doc),
            **_funding(doc, base),
            **_family(key, doc, root),
            **_parent("immediate_parent", doc["parent"], above.get(doc["parent"] or 0)),
            **_parent("domestic_parent", domestic, tops[domestic]),
            **_parent("global_parent", root, tops[root]),
            **_parent("franchisor", None, None),
            "zi_c_last_updated_date": iso_date(base + doc["updated"]),
            "zi_c_release_date": iso_date(base - 7 * DAY),
            "zi_c_url_last_updated": iso_date(base + doc["updated"]),
        }


def _inputs(items: Any) -> list[Doc]:
    if not isinstance(items, list) or not items:
        raise Refusal("missing", INPUT)
    entries: list[Any] = items  # pyright: ignore[reportUnknownVariableType]
    if len(entries) > 25:
        raise Refusal("bad_value", INPUT, detail="at most 25 records are accepted")
    return [_input(entry) for entry in entries]


def _input(entry: Any) -> Doc:
    if not isinstance(entry, dict):
        raise Refusal("wrong_type", INPUT)
    given: Doc = {name: value for name, value in entry.items() if value not in (None, "", {}, [])}  # pyright: ignore[reportUnknownVariableType]
    unknown = [name for name in given if name not in INPUTS]
    unknown += [name for part, known in (("phone", _PHONE), ("address", _ADDRESS)) for name in _part(given, part)
                if name not in known]  # fmt: skip
    if unknown:
        raise Refusal("unknown_filter", *unknown)
    for name in ("zi_c_location_id", "zi_es_ecid"):
        if name in given:
            given |= read_inputs([{name: given[name]}], {name: "i64"}, name, "enterprise")[0]
    texts = ("zi_es_location_id", "zi_c_url", "zi_c_name", "email")
    mistyped = [name for name in texts if name in given and not isinstance(given[name], str)]
    mistyped += [name for part in ("phone", "address") for name, value in _part(given, part).items()
                 if not isinstance(value, str)]  # fmt: skip
    if mistyped:
        raise Refusal("wrong_type", *mistyped)
    _check_reasons(given.get("match_reasons", []))
    return given


def _part(given: Doc, name: str) -> Doc:
    part = given.get(name, {})
    if not isinstance(part, dict):
        raise Refusal("wrong_type", name)
    return part  # pyright: ignore[reportUnknownVariableType]


def _check_reasons(wanted: Any) -> None:
    if not isinstance(wanted, list):
        raise Refusal("wrong_type", "match_reasons")
    for rule in wanted:  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(rule, dict):
            raise Refusal("wrong_type", "match_reasons")
        members: Doc = rule  # pyright: ignore[reportUnknownVariableType]
        for name, value in members.items():
            if name == "match_score":
                if isinstance(value, bool) or not isinstance(value, int | float):
                    raise Refusal("wrong_type", name)
            elif name not in _REASONS:
                raise Refusal("unknown_filter", name)
            elif not isinstance(value, str) or not value or not _LETTERS.issuperset(value):
                raise Refusal("bad_value", name, detail="letters E, F, M and D")


def _as_company(given: Doc) -> Input:
    """Return the inputs of a company match that say the same; none when they are too few."""
    key = _key_of(given)
    if key is not None:
        return {"companyId": key}
    address = {_ADDRESS[name]: value for name, value in _part(given, "address").items() if value}
    found: Input = {}
    if "zi_c_url" in given:
        found["companyWebsite"] = given["zi_c_url"]
    elif "email" in given:
        found["companyWebsite"] = given["email"].rpartition("@")[2]
    if "zi_c_name" in given:
        found["companyName"] = given["zi_c_name"]
    if _part(given, "phone").get("zi_c_phone"):
        found["companyPhone"] = given["phone"]["zi_c_phone"]
    located = "companyStreet" in address and ("companyCity" in address or "companyZipCode" in address)
    return {**found, **address} if found or located else {}


def _key_of(given: Doc) -> int | None:
    """Return the company that an id of the master belongs to."""
    if "zi_es_ecid" in given:
        return given["zi_es_ecid"] - _ECID
    place = given.get("zi_c_location_id")
    if place is None and "zi_es_location_id" in given:
        text = given["zi_es_location_id"].removeprefix("L")
        place = int(text) if text.isdecimal() else 0
    if place is None:
        return None
    return (place - _FAR) // 100 if place > _FAR else place - 1


def _place_of(given: Doc, key: int) -> int:
    """Return the number of the location that was asked for; that of the headquarters by default."""
    text = str(given.get("zi_c_location_id") or given.get("zi_es_location_id") or "").removeprefix("L")
    place = int(text) if text.isdecimal() else 0
    return place - _FAR - key * 100 if place > _FAR else 0


_REASONS: Final[Mapping[str, str]] = {
    "zi_c_name": "zi_match_reason_name",
    "zi_c_url": "zi_match_reason_website",
    "zi_c_phone": "zi_match_reason_company_phone",
    "zi_c_street": "zi_match_reason_road_name",
    "zi_c_city": "zi_match_reason_city",
    "zi_c_state": "zi_match_reason_state",
    "zi_c_zip": "zi_match_reason_zip",
    "zi_c_country": "zi_match_reason_country",
}


def _reasons(given: Doc, doc: Doc) -> Doc:
    """Return how well each part of an input agrees: E exactly, F nearly, M not given, D not at all."""
    address = _part(given, "address")
    pairs: dict[str, tuple[str, str]] = {
        "zi_c_name": (given.get("zi_c_name", ""), doc["name"]),
        "zi_c_url": (domain_of(given.get("zi_c_url", "")), doc["domain"]),
        "zi_c_phone": (digits(_part(given, "phone").get("zi_c_phone", "")), digits(doc["phone"])),
        "zi_c_street": (address.get("zi_c_street", ""), doc["street"]),
        "zi_c_city": (address.get("zi_c_city", ""), doc["city"]),
        "zi_c_state": (address.get("zi_c_state", ""), doc["state"]),
        "zi_c_zip": (address.get("zi_c_zip", ""), doc["zip"]),
        "zi_c_country": (address.get("zi_c_country", ""), country_name(doc["country"])),
    }
    letters = {_REASONS[name]: _letter(*pair) for name, pair in pairs.items()}
    given_parts = [letter for letter in letters.values() if letter != "M"]
    score = 100 if not given_parts else round(100 * sum(letter in "EF" for letter in given_parts) / len(given_parts))
    street = letters["zi_match_reason_road_name"]
    parts = ("building_name", "building_number", "business_type", "directional", "road_type", "unit")
    return {
        "zi_match_name": doc["name"],
        **{f"zi_match_reason_{part}": street if part in {"building_number", "road_type"} else "M" for part in parts},
        **letters,
        "zi_match_score": str(score),
    }


def _letter(given: str, held: str) -> str:
    if not given or not held:
        return "M"
    if fold(given.strip()) == fold(held):
        return "E"
    near = name_words(given) == name_words(held) or words(given) == words(held)
    return "F" if near else "D"


def _allowed(wanted: Any, reasons: Doc) -> bool:
    """Say whether one of the asked-for combinations of letters is met."""
    if not wanted:
        return True
    return any(
        all(
            float(reasons["zi_match_score"]) >= value if name == "match_score" else reasons[_REASONS[name]] in value
            for name, value in rule.items()
        )
        for rule in wanted
    )


def _lowered(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _lowered(item) for name, item in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [_lowered(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    return value.lower() if isinstance(value, str) else value


_SPOTS: dict[tuple[str, str], Place] = {}


def _spot(city: str, country: str) -> Place | None:
    if not _SPOTS:
        _SPOTS.update({(place.city, place.country): place for place in METRO_PLACES + OTHER_PLACES})
    return _SPOTS.get((city, country))


def _flag(value: object) -> str:
    return str(bool(value)).lower()


def _address(prefix: str, at: Doc, spot: Place | None) -> Doc:
    return {
        f"{prefix}street": at["street"],
        f"{prefix}street_2": "",
        f"{prefix}city": at["city"],
        f"{prefix}state": at["state"],
        f"{prefix}zip": at["zipCode"],
        f"{prefix}country": at["country"],
        f"{prefix}cbsa_name": spot.metro if spot else "",
        f"{prefix}county": "",
        f"{prefix}latitude": spot.latitude if spot else "",
        f"{prefix}longitude": spot.longitude if spot else "",
        f"{prefix}verified_address": "true",
    }


def _whereabouts(key: int, doc: Doc, number: int) -> Doc:
    number = number if 0 <= number < doc["locations"] else 0
    here, head = location(key, doc, number), location(key, doc, 0)
    spot = _spot(here["city"], next((place.country for place in METRO_PLACES + OTHER_PLACES
                                     if place.city == here["city"]), ""))  # fmt: skip
    share = max(1, doc["employees"] // doc["locations"])
    return {
        "zi_c_location_id": here["id"],
        "zi_es_ecid": _ECID + key,
        "zi_es_location_id": f"L{here['id']}",
        "zi_c_is_hq": _flag(number == 0),
        "zi_c_tier_grade": "ABC"[draw(3, "tier", key)],
        "zi_c_name": doc["name"],
        "zi_c_name_display": here["name"] if number else doc["name"],
        "zi_c_url": doc["domain"],
        **_address("zi_c_", here, spot),
        "zi_c_employees": share,
        "zi_c_employee_range": taxonomies.employee_range(share),
        "zi_c_revenue": doc["revenue"] // doc["locations"],
        "zi_c_revenue_range": taxonomies.revenue_range(doc["revenue"] // doc["locations"]),
        "zi_c_phone": doc["phone"] if number == 0 else "",
        "zi_c_fax": doc["fax"] if number == 0 else "",
        "zi_c_company_id": key,
        "zi_es_hq_ecid": _ECID + key,
        "zi_es_hq_location_id": f"L{head['id']}",
        "zi_c_company_name": doc["name"],
        "zi_c_company_url": doc["domain"],
        **_address("zi_c_company_", head, _spot(doc["city"], doc["country"])),
        "zi_c_company_employees": doc["employees"],
        "zi_c_company_employee_range": taxonomies.employee_range(doc["employees"]),
        "zi_c_company_revenue": doc["revenue"],
        "zi_c_company_revenue_range": taxonomies.revenue_range(doc["revenue"]),
        "zi_c_company_phone": doc["phone"],
        "zi_c_company_fax": doc["fax"],
        "zi_c_num_locations": doc["locations"],
        "zi_c_is_domestic_hq": _flag(number == 0),
        "zi_c_currency_code": "USD",
    }


def _firm(doc: Doc) -> Doc:
    slug = doc["domain"].removesuffix(".example")
    score = 80 + draw(20, "confidence", doc["domain"])
    budgets: dict[str, int] = dict(zip(("marketing", "finance", "tech", "hr"), doc["budgets"], strict=True))
    budgets["sales"] = sum(doc["budgets"]) // 4
    strength = {name: "HIGH" if spent > doc["revenue"] // 50 else "LOW" for name, spent in budgets.items()}
    grades = ("tech", "hr", "sales", "marketing", "social", "finance")
    confident = ("name", "url", "address", "phone", "employees", "revenue", "naics", "sic")
    return {
        "zi_c_legal_entity_type": doc["type"],
        "zi_c_year_founded": doc["founded"],
        "zi_c_estimated_age": 2026 - int(doc["founded"]) if doc["founded"] else "",
        "zi_c_is_b2b": _flag("B2B" in doc["models"]),
        "zi_c_is_b2c": _flag("B2C" in doc["models"]),
        "zi_c_linkedin_url": f"https://www.linkedin.com/company/sandbox-{slug}",
        "zi_c_facebook_url": f"https://www.facebook.com/sandbox-{slug}",
        "zi_c_twitter_url": f"https://www.twitter.com/sandbox-{slug}",
        "zi_c_keywords": "|".join(doc["topics"]),
        "zi_c_top_keywords": "|".join(doc["topics"][:2]),
        "zi_c_num_keywords": len(doc["topics"]),
        "zi_c_url_status": "inactive" if doc["defunct"] else "active",
        "zi_c_inactive_flag": _flag(doc["defunct"]),
        "zi_c_is_small_business": _flag(doc["employees"] < 500),
        "zi_c_is_public": _flag(doc["type"] == "public"),
        "zi_c_ticker": doc["ticker"],
        "zi_c_has_mobile_app": _flag(draw(3, "app", slug) == 0),
        **{f"zi_c_{name}_contacts": doc["departments"][key] for name, key in _DEPARTMENTS.items()},
        "zi_c_tech_ids": "|".join(doc["tech"]),
        **{f"zi_c_{name}_spend": spent for name, spent in budgets.items()},
        **{f"zi_c_{name}_strength": grade for name, grade in strength.items()},
        **{f"zi_c_{name}_sophistication": "ABC"[draw(3, name, slug)] for name in grades},
        **{f"zi_c_{name}_confidence_score": score for name in confident},
        "zi_es_industry_confidence_score": score,
        "zi_es_industries_top3_confidence_scores": str(score),
        "zi_c_naics_top3_confidence_scores": str(score),
        "zi_c_sic_top3_confidence_scores": str(score),
        "zi_c_is_fortune_100": _flag("fortune100" in doc["rankings"]),
        "zi_c_is_fortune_500": _flag("fortune500" in doc["rankings"]),
        "zi_c_is_s_and_p_500": "false",
    }


def _industries(doc: Doc) -> Doc:
    names = [taxonomies.INDUSTRIES[key].name for key in doc["industries"]]
    tops = [taxonomies.INDUSTRIES[key].name for key in doc["industries"] if "." not in key]
    below = [taxonomies.INDUSTRIES[key].name for key in doc["industries"] if "." in key]
    naics, sic = doc["naics"], doc["sic"]
    first, code = naics[0] if naics else "", sic[0] if sic else ""
    return {
        "zi_c_industry_primary": tops[-1] if tops else "",
        "zi_c_sub_industry_primary": below[-1] if below else "",
        "zi_c_industries": "|".join(tops),
        "zi_c_sub_industries": "|".join(below),
        "zi_es_industry": names[-1],
        "zi_es_industries_top3": "|".join(names[-3:]),
        "zi_c_naics2": first[:2],
        "zi_c_naics4": first[:4],
        "zi_c_naics6": first[:6],
        "zi_c_naics_top3": "|".join(naics[:3]),
        "zi_c_sic2": code[:2],
        "zi_c_sic3": code[:3],
        "zi_c_sic4": code[:4],
        "zi_c_sic_top3": "|".join(sic[:3]),
    }


def _growth(doc: Doc) -> Doc:
    one, two = doc["growth"]["one"], doc["growth"]["two"]
    return {
        "zi_c_employee_growth_1yr": one,
        "zi_c_employee_growth_2yr": two,
        "zi_es_growth": "GROWING" if one > 0 else "SHRINKING",
        "zi_es_employee_growth": round(doc["employees"] * one / 100),
        "zi_es_percent_employee_growth": one,
        "zi_es_revenue_growth": round(doc["revenue"] * one / 100),
        "zi_es_percent_revenue_growth": one,
    }


def _funding(doc: Doc, base: int) -> Doc:
    rounds = doc["rounds"]
    if not rounds:
        return {"zi_c_num_funding_rounds": 0}
    day, kind, amount, _ = rounds[-1]
    investors = list(dict.fromkeys(name for item in rounds for name in item[3]))
    return {
        "zi_c_latest_funding_age": -day,
        "zi_c_num_of_investors": len(investors),
        "zi_c_investor_names": "|".join(investors),
        "zi_c_funding_strength": "HIGH" if amount > 20_000 else "LOW",
        "zi_c_funding_type": taxonomies.FUNDING_ROUNDS[kind],
        "zi_c_total_funding_amount": sum(item[2] for item in rounds),
        "zi_c_latest_funding_amount": amount,
        "zi_c_latest_funding_date": iso_date(base + day * DAY),
        "zi_c_num_funding_rounds": len(rounds),
    }


def _family(key: int, doc: Doc, root: int) -> Doc:
    level = 0 if root == key else 1 if doc["parent"] == root else 2
    return {
        "zi_c_is_global_parent": _flag(root == key),
        "zi_c_is_subsidiary": _flag(doc["parent"]),
        "zi_c_is_franchisor": "false",
        "zi_c_is_franchisee": "false",
        "zi_c_hierarchy_code": ("GLOBAL_PARENT", "SUBSIDIARY", "SUBSIDIARY")[level],
        "zi_c_hierarchy_level": level,
        "zi_c_parent_child_confidence_score": 80 + draw(20, "family", key),
    }


def _parent(kind: str, key: int | None, doc: Doc | None) -> Doc:
    if not key or doc is None:
        return {}
    head = location(key, doc, 0)
    values: list[Any] = [key, doc["name"], doc["domain"], head["street"], "", head["city"], head["zipCode"],
                         head["state"], head["country"]]  # fmt: skip
    return {
        **{f"zi_c_{kind}_{name}": value for name, value in zip(_PARENT, values, strict=True)},
        f"zi_es_{kind}_ecid": _ECID + key,
        f"zi_es_{kind}_location_id": f"L{head['id']}",
    }
