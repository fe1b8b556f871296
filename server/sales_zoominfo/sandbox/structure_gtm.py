"""Org chart, hierarchy, technologies and hashtags of companies on the GTM API."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from .http import Request, Response
from .jsonapi import MEDIA_TYPE, attributes, enriched, filled, listed, paging, unpaged
from .matching import read_inputs
from .records import Doc, iso_date, us_stamp
from .refusal import Refusal
from .service import EnrichRow, Service
from .state import Token
from .structure import GTM_FIELDS, HIERARCHY_INPUTS, HIERARCHY_OUTPUTS, Structure, departments

Handler: TypeAlias = Callable[[Request, Token], Response]

_COMPANY: Final = "/data/v1/companies"
_CHART_SORTS: Final = frozenset({"contactAccuracyScore", "lastName"})


class GtmStructure:
    """Answers the requests about what is around a company.

    Args:
        service: The simulated ZoomInfo.
        structure: What is known.
    """

    def __init__(self, service: Service, structure: Structure) -> None:
        self._service = service
        self._structure = structure

    def posts(self) -> dict[str, tuple[str, Handler]]:
        """Return scope and handler by path."""
        return {
            f"{_COMPANY}/org-chart/enrich": ("api:data:contact", self._org_chart),
            f"{_COMPANY}/corporate-hierarchy/enrich": ("api:data:company", self._hierarchy),
            f"{_COMPANY}/technologies/enrich": ("api:data:company", self._technologies),
            f"{_COMPANY}/hashtags/enrich": ("api:data:company", self._hashtags),
        }

    def _org_chart(self, request: Request, token: Token) -> Response:
        given = attributes(request, "OrgChartEnrich")
        _known(given, GTM_FIELDS["orgChart"][0])
        mistyped = [name for name, value in given.items() if value is not None and not isinstance(value, str)]
        if mistyped:
            raise Refusal("wrong_type", *mistyped)
        filters = {name: value.strip() for name, value in given.items() if value}
        missing = [name for name in self._required() if not filters.get(name)]
        if missing:
            raise Refusal("missing", *missing)
        company = _id(filters.pop("companyId"))
        if "department" in filters:
            filters["department"] = departments(filters["department"], "department")
        page, sort = paging(request), request.query.get("sort", "")
        # Without a field that it knows the service sorts by relevance.
        order = sort if sort.removeprefix("-") in _CHART_SORTS else "-relevance"
        found = self._structure.staff(company, filters, order, *page)
        doc = self._structure.bought(token.account, "gtm", company)
        rows = [_placed(row, company, doc) for row in self._structure.chart(found.ids)] if doc else []
        return listed(request, rows, found.total, page, self._service.switches)

    def _required(self) -> tuple[str, ...]:
        # The text wants both; the published example sends the company alone.
        strict = self._service.switches.gtm_org_chart_department == "required"
        return ("companyId", "department") if strict else ("companyId",)

    def _hierarchy(self, request: Request, token: Token) -> Response:
        given = attributes(request, "CorporateHierarchyEnrich")
        _known(given, ("outputFields", "matchCompanyInput"))
        outputs = _outputs(given.get("outputFields"), self._service.plan(token.account).disallowed_fields)
        inputs = read_inputs(
            given.get("matchCompanyInput"), HIERARCHY_INPUTS, "matchCompanyInput", "gtm",
            numeric_strings=self._numeric(),
        )  # fmt: skip
        rows = self._structure.matched(token.account, "gtm", inputs)
        data = [enriched(row, "company", "CorporateHierarchy", self._family(row, outputs)) for row in rows]
        return Response(200, {"data": data}, {}, MEDIA_TYPE)

    def _family(self, row: EnrichRow, outputs: list[str]) -> Doc | None:
        if row.match.id is None:
            return None
        ((key, doc),) = self._service.company_rows([row.match.id])
        found = {"companyId": key, **self._structure.family(key, doc)}
        return {name: found[name] for name in outputs if name != "id" and found[name]}

    def _technologies(self, request: Request, token: Token) -> Response:
        company, doc = self._company(request, token, "TechnologyEnrich")
        rows = self._structure.technologies(company, doc) if doc else []
        return unpaged(
            [
                {
                    "id": row.pop("id"),
                    "type": "Technology",
                    "attributes": filled(
                        {
                            **{name: value for name, value in row.items() if name not in {"created", "modified"}},
                            "createdDate": iso_date(row["created"]),
                            "modifiedDate": iso_date(row["modified"]),
                        }
                    ),
                }
                for row in rows
            ]
        )

    def _hashtags(self, request: Request, token: Token) -> Response:
        company, doc = self._company(request, token, "HashtagEnrich")
        rows = self._structure.hashtags(company, doc) if doc else []
        return unpaged([{"id": row.pop("id"), "type": "Hashtag", "attributes": row} for row in rows])

    def _company(self, request: Request, token: Token, kind: str) -> tuple[int, Doc | None]:
        given = attributes(request, kind)
        _known(given, ("companyId",))
        inputs = read_inputs([given], {"companyId": "i64"}, "companyId", "gtm", numeric_strings=self._numeric())
        if "companyId" not in inputs[0]:
            raise Refusal("missing", "companyId")
        company: int = inputs[0]["companyId"]
        return company, self._structure.bought(token.account, "gtm", company)

    def _numeric(self) -> bool:
        return self._service.switches.gtm_numeric_string_ids == "accept"


def _known(given: Mapping[str, Any], names: Any) -> None:
    unknown = [name for name in given if name not in names]
    if unknown:
        raise Refusal("unknown_filter", *unknown)


def _id(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Refusal("bad_value", "companyId", detail="not an id") from None


def _outputs(names: Any, denied: frozenset[str]) -> list[str]:
    if not isinstance(names, list) or not names:
        raise Refusal("no_outputs", "outputFields")
    wanted: list[str] = list(dict.fromkeys(map(str, names)))  # pyright: ignore[reportUnknownArgumentType]
    unknown = [name for name in wanted if name not in HIERARCHY_OUTPUTS]
    if unknown:
        raise Refusal("unknown_output", *unknown)
    lacking = [name for name in wanted if name in denied]
    if lacking:
        raise Refusal("plan_output", *lacking)
    return wanted


def _placed(row: Doc, company: int, doc: Doc) -> Doc:
    # Not ISO here, as in the published example.
    placed = {**row, "lastUpdatedDate": us_stamp(row["lastUpdatedDate"])}
    key = placed.pop("id")
    found = filled({**placed, "companyId": str(company), "companyName": doc["name"]})
    return {"id": str(key), "type": "OrgChart", "attributes": found}
