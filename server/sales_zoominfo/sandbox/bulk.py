"""Bulk jobs of the Enterprise API: submitted, worked off page by page, read page by page."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from .criteria import Criteria, parse
from .matching import Input, read_inputs
from .model import Entity
from .query import Rules
from .records import Doc
from .refusal import Refusal
from .service import EnrichRequest, Service
from .tables import COMPANY_FILTERS, COMPANY_MATCH_INPUTS, CONTACT_FILTERS, CONTACT_MATCH_INPUTS

JobKind: TypeAlias = Literal["enrich", "preview", "redeem"]

MOST: Final = 10_000
_BATCH: Final = 25
_SEARCH_PAGE: Final = 100
# Not available in bulk output.
_UNSUPPORTED: Final = frozenset({"descriptionList", "companyDescriptionList"})
_FILTERS: Final = {"contact": CONTACT_FILTERS, "company": COMPANY_FILTERS}
_MATCH: Final = {
    "contact": ("matchPersonInput", CONTACT_MATCH_INPUTS),
    "company": ("matchCompanyInput", COMPANY_MATCH_INPUTS),
}
_ID: Final[dict[Entity, str]] = {"contact": "personId", "company": "companyId"}
_SORT: Final = {"contact": "-relevance", "company": "-revenue"}
RowsOf: TypeAlias = Callable[[Entity, list[int]], list[Doc]]


@dataclass(frozen=True, slots=True)
class Job:
    """A submitted job.

    Args:
        id: 40 hex digits.
        account: Whose.
        entity: Kind of its records.
        kind: Enrich, or a search that previews or redeems.
        created: Seconds since the Unix epoch.
        pages, records: Its size.
        request: Inputs, output fields and required fields.
    """

    id: str
    account: str
    entity: Entity
    kind: JobKind
    created: float
    pages: int
    records: int
    request: Doc


class Bulk:
    """Takes and works off bulk jobs.

    Args:
        service: The simulated ZoomInfo.
        rules: Search rules of the Enterprise API.
        rows: Spells search rows of records.
    """

    def __init__(self, service: Service, rules: Rules, rows: RowsOf) -> None:
        self._service = service
        self._rules = rules
        self._rows = rows
        self._db = service.state.db

    # --- Submitting --------------------------------------------------------------------------------------

    def enrich(self, account: str, entity: Entity, body: dict[str, Any]) -> Doc:
        """Submit an enrich job of up to 10,000 records; raises Refusal."""
        name, table = _MATCH[entity]
        _only(body, name, "outputFields", "requiredFields")
        outputs = self._outputs(account, entity, body.get("outputFields"))
        required = self._service.check_required(entity, body.get("requiredFields"))
        given: Any = body.get(name)
        if not isinstance(given, list) or not given:
            raise Refusal("missing", name)
        entries: list[Any] = given  # pyright: ignore[reportUnknownVariableType]
        if len(entries) > MOST:
            raise Refusal("bad_value", name, detail=f"at most {MOST} records are accepted")
        inputs = [
            item
            for at in range(0, len(entries), _BATCH)
            for item in read_inputs(entries[at : at + _BATCH], table, name, "enterprise")
        ]
        return self._submit(account, entity, "enrich", entries, inputs, outputs, required)

    def search(self, account: str, entity: Entity, body: dict[str, Any]) -> Doc:
        """Submit a search job, which previews or redeems what it finds; raises Refusal."""
        _only(body, "jobType", "query", "outputFields")
        kind = body.get("jobType", "preview")
        if kind not in ("preview", "redeem"):
            raise Refusal("bad_value", "jobType", detail="preview or redeem")
        query: Any = body.get("query")
        if not isinstance(query, dict):
            raise Refusal("missing", "query")
        forbidden = self._service.plan(account).disallowed_filters
        criteria = parse(_FILTERS[entity], query, "enterprise", forbidden=forbidden)  # pyright: ignore[reportUnknownArgumentType]
        if not criteria:
            raise Refusal("insufficient")
        outputs = self._outputs(account, entity, body.get("outputFields")) if kind == "redeem" else []
        ids = self._found(entity, criteria)
        inputs: list[Input] = [{_ID[entity]: key} for key in ids]
        return self._submit(account, entity, kind, inputs, inputs, outputs, [])

    def _outputs(self, account: str, entity: Entity, names: Any) -> list[str]:
        outputs = self._service.check_outputs(account, entity, "enterprise", names)
        wrong = [name for name in outputs if name in _UNSUPPORTED]
        if wrong:
            raise Refusal("unknown_output", *wrong)
        return outputs

    def _found(self, entity: Entity, criteria: Criteria) -> list[int]:
        ids: list[int] = []
        for page in range(1, MOST // _SEARCH_PAGE + 1):
            try:
                found = self._service.search(entity, criteria, self._rules, _SORT[entity], page, _SEARCH_PAGE)
            except Refusal as refusal:
                if refusal.reason == "past_end":
                    break
                raise
            ids += found.ids
            if len(ids) >= found.total:
                break
        return ids

    def _submit(
        self,
        account: str,
        entity: Entity,
        kind: JobKind,
        shown: list[Any],
        inputs: list[Input],
        outputs: list[str],
        required: list[str],
    ) -> Doc:
        key = secrets.token_hex(20)
        size = self._service.switches.enterprise_bulk_page_size
        request = {"size": size, "shown": shown, "inputs": inputs, "outputs": outputs, "required": required}
        values = (key, account, entity, kind, self._service.clock(), -(-len(inputs) // size), len(inputs))
        self._db.execute(
            "INSERT INTO job (id, account, entity, kind, created, pages, records, request) VALUES (?,?,?,?,?,?,?,?)",
            (*values, json.dumps(request)),
        )
        return {"jobId": key}

    # --- Reading -----------------------------------------------------------------------------------------

    def status(self, account: str, body: dict[str, Any]) -> Doc:
        """Say how far a job is; raises Refusal for one that is unknown."""
        job = self._job(account, body)
        done = self._work(job)
        state = "COMPLETED" if len(done) >= job.pages else "IN_PROGRESS" if done else "QUEUED"
        return {
            "status": state,
            "jobType": job.kind,
            "entityType": job.entity.upper(),
            "totalRecords": job.records,
            "totalPages": job.pages,
            "successfulPagesCount": len(done),
            "successfulPages": done,
        }

    def results(self, account: str, body: dict[str, Any]) -> Doc:
        """Return a page of results that is ready; raises Refusal for any other."""
        job = self._job(account, body)
        page = body.get("page", 1)
        if isinstance(page, bool) or not isinstance(page, int) or page < 1:
            raise Refusal("page_not_number")
        if page not in self._work(job):
            raise Refusal("past_end")
        text = self._db.execute("SELECT result FROM job_page WHERE job=? AND page=?", (job.id, page)).fetchone()[0]
        result = json.loads(text)
        return {
            "jobType": job.kind,
            "entityType": job.entity.upper(),
            "totalRecords": job.records,
            "totalPages": job.pages,
            "currentPage": page,
            "currentResults": len(result),
            "result": result,
        }

    def _job(self, account: str, body: Mapping[str, Any]) -> Job:
        _only(body, "jobId", "page")
        key = body.get("jobId")
        if not isinstance(key, str) or not key:
            raise Refusal("missing", "jobId")
        row = self._db.execute(
            "SELECT id, account, entity, kind, created, pages, records, request FROM job WHERE id=? AND account=?",
            (key, account),
        ).fetchone()
        if row is None:
            raise Refusal("bad_value", "jobId", detail="unknown")
        key, owner, entity, kind, created, pages, records, request = row
        return Job(key, owner, entity, kind, created, pages, records, json.loads(request))

    def _work(self, job: Job) -> list[int]:
        """Do the pages that are due by now, and return those that are done."""
        each = self._service.switches.enterprise_bulk_page_seconds
        elapsed = self._service.clock() - job.created
        due = job.pages if each <= 0 else min(job.pages, int(elapsed / each))
        rows = self._db.execute("SELECT page FROM job_page WHERE job=?", (job.id,))
        done = {row[0] for row in rows}
        for page in range(1, due + 1):
            if page not in done:
                text = json.dumps(self._page(job, page))
                self._db.execute("INSERT OR IGNORE INTO job_page VALUES (?,?,?)", (job.id, page, text))
                done.add(page)
        return sorted(done)

    def _page(self, job: Job, page: int) -> list[Doc]:
        size = job.request["size"]
        part = slice((page - 1) * size, page * size)
        inputs, shown = job.request["inputs"][part], job.request["shown"][part]
        if job.kind == "preview":
            rows = self._rows(job.entity, [item[_ID[job.entity]] for item in inputs])
            self._service.count_records(job.account, len(rows))
            return [{"input": given, "data": row} for given, row in zip(shown, rows, strict=True)]
        result: list[Doc] = []
        for at in range(0, len(inputs), _BATCH):
            call = EnrichRequest(
                job.entity, "enterprise", inputs[at : at + _BATCH], job.request["outputs"], job.request["required"]
            )
            rows = self._service.enrich(job.account, call, batch=True)
            for given, row in zip(shown[at : at + _BATCH], rows, strict=True):
                status = {"matchStatus": row.match.status} if self._service.switches.enterprise_match_status else {}
                result.append({"input": given, "data": row.attributes or {}, **status})
        return result


def _only(body: Mapping[str, Any], *known: str) -> None:
    unknown = [name for name in body if name not in known]
    if unknown:
        raise Refusal("unknown_filter", *unknown)
