"""The Copilot reads of the GTM API: lookalikes, recommendations, insights, account summary and configuration."""

import re
from collections.abc import Callable
from math import log
from typing import Any, Final, TypeAlias

from . import taxonomies
from .criteria import parse
from .derived import draw
from .gtm_config import CONFIG, SETTINGS, GtmConfig
from .http import Request, Response
from .insights import KINDS, Insights
from .jsonapi import MEDIA_TYPE, Stop, attributes, errors
from .matching import Input
from .query import Rules
from .records import Doc, country_name
from .refusal import Refusal
from .service import Service
from .state import Token
from .structure import Structure, department_of
from .summary import answer, summary
from .tables import COMPANY_FILTERS, CONTACT_FILTERS

Handler: TypeAlias = Callable[[Request, Token], Response]

PREFIX: Final = "/copilot/v1"
USE_CASES: Final = ("PROSPECTING", "DEAL_ACCELERATION", "RENEWAL_AND_GROWTH")
_RULES: Final = Rules(board_default="exclude", either_region=False, revenue_unit=1000, dotted_tags=False)
_SUMMARY: Final = re.compile(rf"{PREFIX}/companies/([^/]+)/account-summary(/actions/ask)?")
_ITEM: Final = re.compile(rf"{PREFIX}/({'|'.join(CONFIG)})/([^/]+)")
_MOST: Final = 100
_INT32: Final = 2**31
_INT64: Final = 2**63


class Copilot:
    """Answers the requests below `/copilot/v1` that only read; the others are not served.

    Args:
        service: The simulated ZoomInfo.
        structure: What is around companies.
    """

    def __init__(self, service: Service, structure: Structure) -> None:
        self._service = service
        self._structure = structure
        self._insights = Insights(service)
        self._config = GtmConfig(service)
        self._exact: dict[tuple[str, str], tuple[str, Handler]] = {
            ("GET", f"{PREFIX}/companies/lookalikes"): ("api:recommendations:read", self._companies),
            ("GET", f"{PREFIX}/contacts/lookalikes"): ("api:recommendations:read", self._contacts),
            ("GET", f"{PREFIX}/contacts/recommendations"): ("api:recommendations:read", self._recommended),
            ("POST", f"{PREFIX}/companies/insights"): ("api:insights:read", self._insights_of),
            ("GET", f"{PREFIX}/{SETTINGS}"): ("api:gtm-config:read", self._settings),
            **{("GET", f"{PREFIX}/{name}"): ("api:gtm-config:read", self._listed) for name in CONFIG},
        }

    def route(self, method: str, path: str) -> tuple[str, Handler] | None:
        """Return scope and handler of a request; None for one that is not served.

        Args:
            method: Its verb.
            path: Below `/gtm`.
        """
        if (method, path) in self._exact:
            return self._exact[method, path]
        found = _SUMMARY.fullmatch(path)
        if found and method == ("POST" if found[2] else "GET"):
            return "api:account-summary:read", self._ask if found[2] else self._summarised
        if method == "GET" and _ITEM.fullmatch(path):
            return "api:gtm-config:read", self._item
        return None

    # --- Similar companies -------------------------------------------------------------------------------

    def _companies(self, request: Request, _token: Token) -> Response:
        size = _size(request)
        same = {
            name: _flag(request, f"same{name}") for name in ("RevenueRange", "Country", "Industry", "EmployeeRange")
        }
        key, name = request.query.get("filter[companyId]", ""), request.query.get("filter[companyName]", "")
        if not key and not name:
            raise Stop(
                errors(
                    422,
                    "PFAPI0004",
                    "Unprocessable Entity",
                    [
                        (
                            "Missing required inputs, please provide a value for at least one of "
                            "[filter[companyId], filter[companyName]]",
                            {"parameter": "filter[companyId]"},
                        )
                    ],
                )
            )
        given: Input = {"companyId": _number(key, "filter[companyId]")} if key else {"companyName": name}
        match = self._service.matcher.company(given)
        rows = [] if match.id is None else self._similar(match.id, same)[:size]
        return _data(
            [
                {"id": str(row["id"]), "type": "CompanyLookalike", "attributes": {**row["attributes"], "rank": rank}}
                for rank, row in enumerate(rows, start=1)
            ]
        )

    def _similar(self, key: int, same: dict[str, bool]) -> list[Doc]:
        reference = self._service.reader.companies([key])[key]
        filters: dict[str, str] = {}
        if same["RevenueRange"]:
            filters["revenue"] = _band(reference["revenue"], taxonomies.REVENUE_BANDS)
        if same["EmployeeRange"]:
            filters["employeeCount"] = _band(reference["employees"], taxonomies.EMPLOYEE_BANDS)
        if same["Country"]:
            filters["country"] = reference["country"]
        found: dict[int, None] = {}
        # The nearest industry first, then wider until there are enough.
        wider = [reference["industries"][-1], reference["industries"][-1].split(".")[0]]
        for industry in wider if same["Industry"] else [*wider, ""]:
            narrowed = {**filters, "industryCodes": industry} if industry else filters
            criteria = parse(COMPANY_FILTERS, narrowed, "gtm")
            hits = self._service.search("company", criteria, _RULES, "-revenue", 1, _MOST + 1)
            found |= dict.fromkeys(hits.ids)
            if len(found) > _MOST:
                break
        ids = [other for other in found if other != key][: 2 * _MOST]
        marks = ",".join("?" * len(ids))
        rows = self._service.connection.execute(
            f"SELECT id, name, employees, revenue, primary_industries, country FROM company WHERE id IN ({marks})",  # noqa: S608
            ids,
        )
        scored = [_scored(row, reference) for row in rows]
        return sorted(scored, key=lambda row: (-row["attributes"]["score"], row["id"]))[:_MOST]

    # --- Similar and recommended people ------------------------------------------------------------------

    def _contacts(self, request: Request, _token: Token) -> Response:
        size = _size(request)
        reference = _number(_required(request, "referencePersonId"), "filter[referencePersonId]")
        target = request.query.get("filter[targetCompanyId]", "")
        company = _number(target, "filter[targetCompanyId]") if target else None
        person = self._person(reference)
        if person is None:
            return _data([])
        filters = {"department": person["function"].split(".")[0], "managementLevel": person["levels"][0]}
        ids = self._candidates(company, filters if company is None else {})
        docs = self._structure.people([key for key in ids if key != reference])
        scored = sorted(((_likeness(person, doc, key), key) for key, doc in docs.items()), reverse=True)[:size]
        names = self._employers([person, *(docs[key] for _, key in scored)])
        meta = {"referencePersonId": reference, "referencePersonBrief": _brief(person, names)}
        return _data(
            [
                {
                    "id": str(key),
                    "type": "ContactLookalike",
                    "attributes": {"rank": rank, "score": score, "lookalikePersonBrief": _brief(docs[key], names)},
                    "meta": meta,
                }
                for rank, (score, key) in enumerate(scored, start=1)
            ]
        )

    def _recommended(self, request: Request, token: Token) -> Response:
        size = _size(request)
        case = _required(request, "useCaseType")
        company = _number(_required(request, "ziCompanyId"), "filter[ziCompanyId]")
        if case not in USE_CASES:
            raise _bad("filter[useCaseType]", f"accepted values are {', '.join(USE_CASES)}")
        docs = self._structure.people(self._candidates(company, {}))
        seen = self._seen(token.account) if case == "PROSPECTING" else []
        references = self._structure.people(seen)
        rows: list[tuple[float, int, int | None]] = []
        for key, doc in docs.items():
            worth = sorted(((_likeness(other, doc, key), at) for at, other in references.items()), reverse=True)
            score, reference = worth[0] if worth else (_standing(doc, key, case), None)
            rows.append((score, key, reference))
        rows.sort(key=lambda row: (-row[0], row[1]))
        chosen = rows[:size]
        names = self._employers([*(docs[key] for _, key, _ in chosen), *references.values()])
        return _data(
            [
                {
                    "id": str(key),
                    "type": "ContactRecommendation",
                    "attributes": {
                        "rank": rank,
                        "score": score,
                        # Without a history of use the re-ranker does not run.
                        "reRankingScore": -1.0 if reference is None else round(score * 0.97, 4),
                        "recommendedPersonBrief": _brief(docs[key], names),
                    },
                    "meta": _explained(case, reference, references, names),
                }
                for rank, (score, key, reference) in enumerate(chosen, start=1)
            ]
        )

    def _candidates(self, company: int | None, filters: dict[str, str]) -> list[int]:
        order = "-relevance"
        if company is not None:
            return self._structure.staff(company, filters, order, 1, _MOST + 1).ids
        criteria = parse(CONTACT_FILTERS, filters, "gtm")
        return self._service.search("contact", criteria, _RULES, order, 1, _MOST + 1).ids

    def _seen(self, account: str) -> list[int]:
        """Return people whom the account has bought, a few of the latest; nobody who has opted out."""
        bought = [key for kind, key, _ in self._service.state.purchases(account, 20) if kind == "contact"]
        return [key for key in bought if self._person(key) is not None][:5]

    def _person(self, key: int) -> Doc | None:
        """Return a person's record; None for one who is unknown or has opted out."""
        doc = self._service.reader.people([key]).get(key)
        return None if doc is None or doc["opted_out"] else doc

    def _employers(self, people: list[Doc]) -> dict[int, str]:
        ids = list({doc["company"] for doc in people if doc["company"] is not None})
        return self._service.reader.names(ids) if ids else {}

    # --- Insights and summary ----------------------------------------------------------------------------

    def _insights_of(self, request: Request, _token: Token) -> Response:
        given = attributes(request, "CompanyInsightsSearch")
        unknown = [name for name in given if name not in {"ziCompanyIds", "signalTypes"}]
        if unknown:
            raise Refusal("unknown_filter", *unknown)
        ids = given.get("ziCompanyIds")
        if ids is None or ids == []:
            raise Refusal("missing", "ziCompanyIds")
        if not isinstance(ids, list):
            raise Refusal("wrong_type", "ziCompanyIds")
        wanted: list[Any] = ids  # pyright: ignore[reportUnknownVariableType]
        if len(wanted) > 50:
            raise Refusal("bad_value", "ziCompanyIds", detail="at most 50 companies are accepted")
        if any(isinstance(key, bool) or not isinstance(key, int) or not -_INT64 <= key < _INT64 for key in wanted):
            raise Refusal("wrong_type", "ziCompanyIds")
        kinds = self._kinds(given.get("signalTypes"))
        companies: list[int] = list(dict.fromkeys(wanted))
        return _data(
            [
                {"id": str(key), "type": "CompanyInsights", "attributes": {"insights": rows}}
                for key, rows in self._insights.of(companies, kinds)
            ]
        )

    def _kinds(self, names: Any) -> tuple[str, ...]:
        if names is None or names == []:
            return tuple(KINDS)
        if not isinstance(names, list) or any(not isinstance(name, str) for name in names):  # pyright: ignore[reportUnknownVariableType]
            raise Refusal("wrong_type", "signalTypes")
        wanted: list[str] = names  # pyright: ignore[reportUnknownVariableType]
        wrong = [name for name in wanted if name not in KINDS]
        if wrong:
            raise Refusal("bad_value", "signalTypes", detail=f"unknown signal type '{wrong[0]}'")
        return tuple(name for name in KINDS if name in wanted)

    def _summarised(self, request: Request, _token: Token) -> Response:
        key, doc = self._account(request)
        rows = dict(self._insights.of([key], tuple(KINDS)))[key]
        return _one("AccountSummary", str(key), {"markdown": summary(doc, rows)})

    def _ask(self, request: Request, token: Token) -> Response:
        key, doc = self._account(request)
        given = attributes(request, "AccountSummaryQuestionRequest")
        unknown = [name for name in given if name != "question"]
        if unknown:
            raise Refusal("unknown_filter", *unknown)
        question = given.get("question")
        if question is None or question == "":
            raise Refusal("missing", "question")
        if not isinstance(question, str):
            raise Refusal("wrong_type", "question")
        if not self._service.spend_ai(token.account):
            raise Refusal("credits")
        return _one("AccountSummaryQuestion", str(key), {"answer": answer(doc, question)})

    def _account(self, request: Request) -> tuple[int, Doc]:
        found = _SUMMARY.fullmatch(request.path.removeprefix("/gtm"))
        text = found[1] if found else ""
        if not re.fullmatch(r"-?\d+", text) or not -_INT32 <= int(text) < _INT32:
            raise _bad("companyId", "not an id")
        key = int(text)
        doc = self._service.reader.companies([key]).get(key)
        if doc is None:
            raise _missing(f"No company with id {key} was found.")
        return key, doc

    # --- Configuration -----------------------------------------------------------------------------------

    def _listed(self, request: Request, token: Token) -> Response:
        return _data(self._config.rows(token.account, request.path.rpartition("/")[2]))

    def _item(self, request: Request, token: Token) -> Response:
        found = _ITEM.fullmatch(request.path.removeprefix("/gtm"))
        name, key = (found[1], found[2]) if found else ("", "")
        if not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", key):
            raise _bad(CONFIG[name].parameter, "not a UUID")
        for row in self._config.rows(token.account, name):
            if row["id"] == key.lower():
                return Response(200, {"data": row}, {}, MEDIA_TYPE)
        raise _missing(f"No {CONFIG[name].title} with id {key} was found.")

    def _settings(self, _request: Request, token: Token) -> Response:
        row = self._config.settings(token.account)
        if row is None:
            raise _missing("No customer settings have been created.")
        return Response(200, {"data": row}, {}, MEDIA_TYPE)


def _data(rows: list[Doc]) -> Response:
    return Response(200, {"data": rows}, {}, MEDIA_TYPE)


def _one(kind: str, key: str, found: Doc) -> Response:
    return Response(200, {"data": {"id": key, "type": kind, "attributes": found}}, {}, MEDIA_TYPE)


def _bad(parameter: str, detail: str) -> Stop:
    text = f"Input parameter '{parameter}' is invalid - {detail}"
    return Stop(errors(400, "PFAPI0006", "Invalid input parameter", [(text, {"parameter": parameter})]))


def _missing(text: str) -> Stop:
    # Which code a missing resource has is not documented; that of insufficient input comes nearest.
    return Stop(errors(404, "PFAPI0004", "Not Found", [(text, None)], text))


def _required(request: Request, name: str) -> str:
    parameter = f"filter[{name}]"
    value = request.query.get(parameter, "")
    if not value:
        text = f"Required request parameters are missing: {parameter}"
        raise Stop(errors(400, "PFAPI0002", "Bad Request", [(text, {"parameter": parameter})]))
    return value


def _number(text: str, parameter: str) -> int:
    if not re.fullmatch(r"-?\d{1,19}", text) or not -_INT64 <= int(text) < _INT64:
        raise _bad(parameter, "not an id")
    return int(text)


def _flag(request: Request, name: str) -> bool:
    value = request.query.get(f"filter[{name}]", "false")
    if value not in ("true", "false"):
        raise _bad(f"filter[{name}]", "accepted values are true, false")
    return value == "true"


def _size(request: Request) -> int:
    """Return `page[size]`; these lists have no page number."""
    try:
        size = int(request.query.get("page[size]", "25"))
    except ValueError:
        raise Refusal("size_not_number") from None
    if size < 1:
        raise Refusal("page_too_low")
    if size > _MOST:
        raise Refusal("size_too_high")
    return size


def _band(value: int, bands: dict[str, tuple[int, int]]) -> str:
    return next((name for name, (low, high) in bands.items() if low <= value < high), next(reversed(bands)))


def _scored(row: tuple[Any, ...], reference: Doc) -> Doc:
    key, name, employees, revenue, industries, country = row
    own = industries.strip("|").split("|")[-1]
    theirs: str = reference["industries"][-1]
    score = 0.98 - 0.02 * abs(log(employees / reference["employees"])) - 0.02 * abs(log(revenue / reference["revenue"]))
    score -= 0.0 if own == theirs else 0.06 if own.split(".")[0] == theirs.split(".")[0] else 0.2
    score -= 0.0 if country == reference["country"] else 0.03
    return {
        "id": key,
        "attributes": {
            "companyName": name,
            "score": round(max(0.01, score), 4),
            "rank": 0,
            "industry": taxonomies.INDUSTRIES[own].name,
            "revenueRange": taxonomies.revenue_range(revenue),
            "employeeRange": taxonomies.employee_range(employees),
            "country": country_name(country),
        },
    }


def _likeness(one: Doc, other: Doc, key: int) -> float:
    score = 0.5 + (0.2 if one["function"] == other["function"] else 0.0)
    score += 0.1 if one["function"].split(".")[0] == other["function"].split(".")[0] else 0.0
    score += 0.12 if one["levels"][0] == other["levels"][0] else 0.0
    score += 0.05 if one["country"] == other["country"] else 0.0
    return round(score + draw(200, "like", key) / 10_000, 4)


_STANDING: Final = {"C Level Exec": 0.25, "VP Level Exec": 0.3, "Director": 0.28, "Manager": 0.15}
# Whom each sales motion is after, by department.
_SOUGHT: Final = {
    "PROSPECTING": frozenset("0357"),
    "DEAL_ACCELERATION": frozenset("018"),
    "RENEWAL_AND_GROWTH": frozenset("3456"),
}


def _standing(doc: Doc, key: int, case: str) -> float:
    score = 0.4 + _STANDING.get(doc["levels"][0], 0.0)
    score += 0.15 if doc["function"].split(".")[0] in _SOUGHT[case] else 0.0
    return round(score + draw(1000, "standing", key, case) / 10_000, 4)


def _explained(case: str, reference: int | None, people: dict[int, Doc], names: dict[int, str]) -> Doc:
    if reference is None:
        return {"sourceType": "COLD_START_CONTACTS"}
    return {
        "sourceType": "AMPLITUDE_EXPORTED_CONTACTS" if case == "PROSPECTING" else "CRM_CLOSED_WON_CONTACTS",
        "referencePersonId": reference,
        "referencePersonBrief": _brief(people[reference], names),
    }


def _brief(doc: Doc, names: dict[int, str]) -> str:
    employer = names.get(doc["company"], "")
    at = f" at {employer}" if employer else ""
    level = taxonomies.MANAGEMENT_OUTPUT[doc["levels"][0]]
    return f"{doc['first']} {doc['last']}, {doc['title']}{at} ({department_of(doc)}, {level})"
