"""Org chart, hierarchy, locations, technologies and hashtags of companies on the Enterprise API."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from .flatjson import answered, body_of, listed, lowered
from .http import Request, Response
from .matching import read_inputs
from .records import Doc, us_stamp
from .refusal import Refusal
from .service import EnrichRow, Service
from .structure import HIERARCHY_INPUTS, Structure, departments, us_short

Handler: TypeAlias = Callable[[Request, str], Response]

_HIERARCHY_OUTPUTS: Final = frozenset({"parentage", "familyTree", "companyId"})


class EnterpriseStructure:
    """Answers the requests about what is around a company.

    Args:
        service: The simulated ZoomInfo.
        structure: What is known.
    """

    def __init__(self, service: Service, structure: Structure) -> None:
        self._service = service
        self._structure = structure

    def routes(self) -> dict[tuple[str, str], Handler]:
        """Return handlers by verb and path."""
        return {
            ("POST", "/enrich/orgchart"): self._org_chart,
            ("POST", "/enrich/corporatehierarchy"): self._hierarchy,
            ("POST", "/enrich/location"): self._locations,
            ("POST", "/enrich/tech"): self._technologies,
            ("POST", "/enrich/hashtag"): self._hashtags,
        }

    def _org_chart(self, request: Request, account: str) -> Response:
        body = body_of(request)
        _only(body, "companyId", "department")
        company = _company(body)
        department = body.get("department")
        if department in (None, ""):
            raise Refusal("missing", "department")
        if isinstance(department, bool) or not isinstance(department, str | int):
            raise Refusal("wrong_type", "department")
        chosen = departments(str(department), "department")
        found = self._structure.staff(company, {"department": chosen}, "-hierarchy")
        doc = self._structure.bought(account, "enterprise", company)
        rows = [
            {
                **row,
                "lastUpdatedDate": us_stamp(row["lastUpdatedDate"]),
                "company": {"id": company, "name": doc["name"]},
            }
            for row in (self._structure.chart(found.ids) if doc else ())
            if doc
        ]
        return listed(rows, len(rows))

    def _hierarchy(self, request: Request, account: str) -> Response:
        body = body_of(request)
        _only(body, "matchCompanyInput", "outputFields")
        names = _outputs(body.get("outputFields"), self._service.plan(account).disallowed_fields)
        inputs = read_inputs(body.get("matchCompanyInput"), HIERARCHY_INPUTS, "matchCompanyInput", "enterprise")
        rows = self._structure.matched(account, "enterprise", inputs)
        result = [self._result(row, names) for row in rows]
        outputs = [[name.lower() for name in names]]
        return answered(200, {"success": True, "data": {"outputFields": outputs, "result": result}})

    def _result(self, row: EnrichRow, names: list[str]) -> Doc:
        found: Doc | None = None
        if row.match.id is not None:
            ((key, doc),) = self._service.company_rows([row.match.id])
            every = {"companyId": key, **self._structure.family(key, doc)}
            found = {name: every[name] for name in names}
        as_object = self._service.switches.enterprise_result_data == "object"
        data: Any = (found or {}) if as_object else [] if found is None else [found]
        result: Doc = {"input": lowered(row.given), "data": data}
        if self._service.switches.enterprise_match_status:
            result["matchStatus"] = row.match.status
        return result

    def _locations(self, request: Request, account: str) -> Response:
        company, doc = self._only_company(request, account)
        rows = self._structure.locations(company, doc) if doc else []
        return listed(rows, len(rows))

    def _technologies(self, request: Request, account: str) -> Response:
        company, doc = self._only_company(request, account)
        rows: list[Doc] = []
        for row in self._structure.technologies(company, doc) if doc else []:
            times = {"createdTime": us_short(row.pop("created")), "modifiedTime": us_short(row.pop("modified"))}
            rows.append({"tag": row.pop("id"), **row, **times})
        return listed(rows, len(rows))

    def _hashtags(self, request: Request, account: str) -> Response:
        company, doc = self._only_company(request, account)
        rows: list[Doc] = []
        for row in self._structure.hashtags(company, doc) if doc else []:
            del row["priority"]
            rows.append({"tag": row.pop("id"), **row, "scoreUnit": "percent"})
        return listed(rows, len(rows))

    def _only_company(self, request: Request, account: str) -> tuple[int, Doc | None]:
        body = body_of(request)
        _only(body, "companyId")
        company = _company(body)
        return company, self._structure.bought(account, "enterprise", company)


def _only(body: dict[str, Any], *known: str) -> None:
    unknown = [name for name in body if name not in known]
    if unknown:
        raise Refusal("unknown_filter", *unknown)


def _company(body: dict[str, Any]) -> int:
    (given,) = read_inputs([{"companyId": body.get("companyId")}], {"companyId": "i64"}, "companyId", "enterprise")
    if "companyId" not in given:
        raise Refusal("missing", "companyId")
    return given["companyId"]


def _outputs(names: Any, denied: frozenset[str]) -> list[str]:
    if not isinstance(names, list) or not names:
        raise Refusal("no_outputs", "outputFields")
    wanted: list[str] = list(dict.fromkeys(map(str, names)))  # pyright: ignore[reportUnknownArgumentType]
    unknown = [name for name in wanted if name not in _HIERARCHY_OUTPUTS]
    if unknown:
        raise Refusal("unknown_output", *unknown)
    lacking = [name for name in wanted if name in denied]
    if lacking:
        raise Refusal("plan_output", *lacking)
    return wanted
