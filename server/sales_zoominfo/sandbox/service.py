"""What both generations do: search, match, charge. The codecs `gtm` and `enterprise` give it a wire shape."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from . import dataset, plans
from .calls import Calls, Trace
from .compliance import Compliance
from .contact_rows import ContactRow, contact_rows
from .control import Control
from .criteria import Criteria
from .encoding import DAY
from .faults import FaultRule
from .identity import Directory
from .matching import Input, Match, Matcher
from .model import Charge, Entity, Generation, SandboxAccount, Switches
from .places import COUNTRIES
from .query import Engine, Found, Moment, Rules
from .rates import Count, RateExceeded, Rates
from .records import COMPANY_VALUES, CONTACT_VALUES, Doc, Reader, Subject, iso, render
from .refusal import Refusal
from .sessions import Sessions
from .state import Sale, State
from .tables import COMPANY_OUTPUTS, COMPANY_SORTS, CONTACT_OUTPUTS, CONTACT_SORTS, Output

SORTS: Final[dict[Entity, tuple[str, ...]]] = {"contact": CONTACT_SORTS, "company": COMPANY_SORTS}
OUTPUTS: Final[dict[Entity, dict[str, Output]]] = {"contact": CONTACT_OUTPUTS, "company": COMPANY_OUTPUTS}
_VALUES: Final[dict[Entity, Mapping[str, Callable[[Subject], Any]]]] = {
    "contact": CONTACT_VALUES,
    "company": COMPANY_VALUES,
}
# Names that requiredFields of a search accepts beside the output fields.
_REQUIRED_ALIASES: Final = {"directPhone": "phone", "personalEmail": "supplementalEmail"}


@dataclass(frozen=True, slots=True)
class EnrichRequest:
    """A checked enrich call."""

    entity: Entity
    generation: Generation
    inputs: list[Input]
    outputs: list[str]
    required: list[str]


@dataclass(frozen=True, slots=True)
class EnrichRow:
    """The outcome of one match input.

    Args:
        match: Status and warnings.
        given: The input.
        attributes: The record; None where nothing is handed out.
    """

    match: Match
    given: Input
    attributes: Doc | None


class Service:
    """The simulated ZoomInfo behind both codecs.

    Args:
        state_dir: Where data set and state lie.
        clock: Seconds since the Unix epoch.
        on_charge: Called before each credit.
        switches: Behaviour.
        companies, people: Size of the data set.
        accounts: Who may sign in.
        calls: How many calls the log keeps.

    Attributes:
        connection, reader, matcher, engine: The data set, and what loads, matches and searches its records.
        trace: What becomes known of the call that is being answered.

    Raises:
        ValueError: An account's plan or switches are illegal.
    """

    def __init__(
        self,
        state_dir: Path,
        *,
        clock: Callable[[], float],
        on_charge: Callable[[Charge], None] | None,
        switches: Switches,
        companies: int,
        people: int,
        accounts: Sequence[SandboxAccount],
        calls: int,
    ) -> None:
        self._plans = {account.name: plans.effective(switches, account) for account in accounts}
        state_dir.mkdir(parents=True, exist_ok=True)
        connection = dataset.open_readonly(dataset.ensure(state_dir, companies, people))
        self.state_dir = state_dir
        self.switches = switches
        self.accounts = {account.name: account for account in accounts}
        self.directory = Directory(accounts)
        self.state = State(state_dir)
        self.sessions = Sessions(self.state)
        self.rates = Rates(self.state)
        self.control = Control(self.state, switches.faults)
        self.calls = Calls(self.state, calls)
        self.trace = Trace()
        self._real_clock = clock
        self._offset = self.control.offset()
        self.base = dataset.epoch(self.clock())
        self.connection = connection
        self._on_charge = on_charge
        self.engine = Engine(connection)
        self.reader = Reader(connection)
        self.matcher = Matcher(connection, self.base)
        self.compliance = Compliance(self.matcher, self.reader, self.base)
        for account in accounts:
            self.enrol(account)

    def close(self) -> None:
        self.connection.close()
        self.state.close()

    def clock(self) -> float:
        """Return seconds since the Unix epoch, on the sandbox's clock."""
        return self._real_clock() + self._offset

    def begin(self, account: str) -> None:
        """Prepare for the next call."""
        self._offset = self.control.offset()
        self.trace = Trace(account)

    def plan(self, account: str) -> Switches:
        """Return the switches that hold for an account."""
        return self._plans[account]

    def covers(self, account: str, generation: Generation) -> bool:
        """Say whether an account's contract covers an API generation now."""
        plan = self.plan(account)
        return generation in plan.apis and (plan.contract_ends is None or self.clock() < plan.contract_ends)

    def enrol(self, account: SandboxAccount) -> None:
        """Put on disk what an account begins with, unless it is there: its session and its colleagues' purchases."""
        self.sessions.register(account.name, account.refresh_token, account.scopes)
        if not account.purchases or self.state.is_seeded(account.name):
            return
        now = self.clock()
        records: list[tuple[Entity, int, float]] = []
        for bought in account.purchases:
            ids = dict.fromkeys([*bought.ids, *self.some(bought.entity, bought.count)])
            at = now - bought.days_ago * DAY
            for key in ids:
                records.append((bought.entity, key, at))
        self.state.seed(account.name, records, now)

    def some(self, entity: Entity, count: int) -> list[int]:
        """Return ids of the data set, the same at each call; nobody who has opted out."""
        wanted = "person WHERE opted_out=0" if entity == "contact" else "company"
        rows = self.connection.execute(f"SELECT id FROM {wanted} ORDER BY id LIMIT ?", (count,))  # noqa: S608
        return [row[0] for row in rows]

    def reset(self, account: SandboxAccount) -> None:
        """Give an account its first day back."""
        self.state.reset(account.name)
        self.enrol(account)

    def replace_faults(self, rules: Sequence[FaultRule]) -> None:
        """Set the faults of the accounts file in place of those of an earlier start."""
        self.control.replace(rules, "file")

    def admit(self, account: str, generation: Generation, path: str = "") -> list[Count]:
        """Count a request against the account's rate windows.

        Args:
            account: Whose windows.
            generation: GTM has second, hour and day windows; Enterprise second and minute.
            path: The request's path; Enterprise bulk calls have windows of their own.

        Returns:
            The windows after the request.

        Raises:
            RateExceeded: One of them is full.
        """
        windows = plans.windows(self.plan(account), generation, path)
        key = self.rate_key(account, generation, path)
        try:
            return self.rates.admit(key, windows, self.clock())
        except RateExceeded as limit:
            if self.trace.fault.headers == "-1":
                return limit.counts
            raise

    def rate_key(self, account: str, generation: Generation, path: str = "") -> str:
        """Return under which key the windows of a request are counted."""
        lane = ":scaling" if generation == "enterprise" and plans.is_scaling(path) else ""
        return f"{account}:{generation}{lane}"

    def windows(self, account: str, generation: Generation, path: str = "") -> list[Count]:
        """Return the rate windows of an account without counting a request."""
        windows = plans.windows(self.plan(account), generation, path)
        return self.rates.peek(self.rate_key(account, generation, path), windows, self.clock())

    def search(self, entity: Entity, criteria: Criteria, rules: Rules, order: str, page: int, size: int) -> Found:
        """Run a search.

        Args:
            entity: What to search.
            criteria: Checked filters.
            rules: Those of the generation.
            order: Sort field, `-` in front for descending.
            page: From 1.
            size: Rows of a page.

        Returns:
            Total hits and the page's ids.

        Raises:
            Refusal: The sort field is unknown, or the page lies after the last one.
        """
        if order.removeprefix("-") not in SORTS[entity]:
            raise Refusal("bad_sort", order.removeprefix("-"))
        moment = Moment(self.clock(), self.base)
        found = self.engine.search(entity, criteria, rules, moment, order, page, size)
        if page > 1 and not found.ids:
            raise Refusal("past_end")
        return found

    def contact_rows(self, ids: Sequence[int]) -> list[ContactRow]:
        """Return search rows of people, in the order given."""
        return contact_rows(self.connection, ids, self.base) if ids else []

    def company_rows(self, ids: Sequence[int]) -> list[tuple[int, Doc]]:
        """Return ids and documents of companies, in the order given."""
        docs = self.reader.companies(ids) if ids else {}
        return [(key, docs[key]) for key in ids]

    def management(self, account: str, entity: Entity, ids: Sequence[int]) -> dict[int, Doc]:
        """Return `managementStatus` of records."""
        owned = self.state.purchased(account, entity, ids, self.clock()) if ids else {}
        return {
            key: {"underManagement": True, "purchaseDate": iso(int(owned[key]))}
            if key in owned
            else {"underManagement": False}
            for key in ids
        }

    def check_outputs(self, account: str, entity: Entity, generation: Generation, names: Any) -> list[str]:
        """Check the `outputFields` of an enrich call.

        Args:
            account: Whose plan holds.
            entity: Kind of record.
            generation: Whose names hold.
            names: As sent.

        Returns:
            The names, without repetitions.

        Raises:
            Refusal: None given, an unknown name, or one that the plan lacks.
        """
        if not isinstance(names, list) or not names:
            raise Refusal("no_outputs", "outputFields")
        wanted: list[Any] = list(dict.fromkeys(map(str, names)))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        unknown = [name for name in wanted if not self.has_output(account, entity, generation, name)]
        if unknown:
            raise Refusal("unknown_output", *unknown)
        denied = [name for name in wanted if name in self.plan(account).disallowed_fields]
        if denied:
            raise Refusal("plan_output", *denied)
        return wanted

    def has_output(self, account: str, entity: Entity, generation: Generation, name: str) -> bool:
        """Say whether an enrich of a generation knows an output field."""
        spec = OUTPUTS[entity].get(name)
        if spec is None:
            return False
        if generation == "enterprise":
            return spec.enterprise is not None
        return spec.gtm is not None or (spec.extended and self.plan(account).gtm_output_enum == "extended")

    def check_required(self, entity: Entity, names: Any) -> list[str]:
        """Check the `requiredFields` of an enrich call; raises Refusal for an unknown name."""
        if names in (None, "", []):
            return []
        if not isinstance(names, str | list):
            raise Refusal("wrong_type", "requiredFields")
        listed: list[Any] = names.split(",") if isinstance(names, str) else names  # pyright: ignore[reportUnknownVariableType]
        wanted = [str(name).strip() for name in listed]
        known = {*OUTPUTS[entity], *(_REQUIRED_ALIASES if entity == "contact" else ())}
        unknown = [name for name in wanted if name not in known]
        if unknown:
            raise Refusal("unknown_output", *unknown)
        return wanted

    def enrich(self, account: str, request: EnrichRequest, *, batch: bool = False) -> list[EnrichRow]:
        """Match, charge and render the records of an enrich call.

        Args:
            account: Who pays.
            request: The call.
            batch: Part of a job: what cannot be paid is refused record by record, and empty inputs are no error.

        Returns:
            One row per input, in the order of the inputs.

        Raises:
            Refusal: `insufficient` when no input holds anything; `credits` when the call is refused whole.
        """
        if not any(request.inputs) and not batch:
            raise Refusal("insufficient")
        find = self.matcher.contact if request.entity == "contact" else self.matcher.company
        matches = [self._complete(find(given), request) for given in request.inputs]
        matches = self._sell(account, matches, request, batch)
        return [
            EnrichRow(match, given, self._attributes(match, given, request))
            for match, given in zip(matches, request.inputs, strict=True)
        ]

    def _complete(self, match: Match, request: EnrichRequest) -> Match:
        """Turn a match that lacks a required field into none."""
        if match.id is None or not request.required or match.entity != request.entity:
            return match
        subject = self._subject(match, {})
        aliases = _REQUIRED_ALIASES if request.entity == "contact" else {}
        for name in request.required:
            value = _VALUES[request.entity][aliases.get(name, name)](subject)
            if value is None or value == "" or value == []:
                return Match("NON_MATCH_BY_REQUIRED_FIELDS", request.entity)
        return match

    def _sell(self, account: str, matches: list[Match], request: EnrichRequest, batch: bool) -> list[Match]:
        pairs = list(zip(matches, request.inputs, strict=True))
        sales = [Sale(match.entity, match.id, given) for match, given in pairs if match.id is not None]
        unmatched: list[tuple[Entity, dict[str, Any]]] = [
            (request.entity, given) for match, given in pairs if match.id is None
        ]
        fault = self.trace.fault
        if fault.exhausted == "per_record":
            return [match if match.id is None else Match("LIMIT_EXCEEDED", request.entity) for match in matches]
        if not sales and not fault.charge:
            return matches
        plan = self.plan(account)
        policy = plan.credit_exhausted
        whole = not batch and (policy == "whole_call" or (policy == "auto" and len(request.inputs) == 1))
        sold = self.state.sell(
            account,
            sales,
            credits=plan.credits,
            now=self.clock(),
            whole=whole,
            on_charge=self._on_charge,
            charge=fault.charge,
            unmatched=unmatched,
        )
        if whole and not all(sold.handed_out):
            raise Refusal("credits")
        self.trace.credits += sold.credits
        self.trace.records += sum(sold.handed_out)
        outcome = iter(sold.handed_out)
        return [
            match if match.id is None or next(outcome) else Match("LIMIT_EXCEEDED", request.entity) for match in matches
        ]

    def _subject(self, match: Match, given: Input) -> Subject:
        if match.id is None:
            raise ValueError("nothing was matched")
        if match.entity == "company":
            doc = self.reader.companies([match.id])[match.id]
            return Subject(match.id, None, doc, match.id, self.base, _location(match, doc) if given else None)
        return self.reader.subjects([match.id], self.base)[0]

    def _attributes(self, match: Match, given: Input, request: EnrichRequest) -> Doc | None:
        if match.id is None:
            return None
        names = request.outputs
        table = OUTPUTS[request.entity]
        if match.status == "COMPANY_ONLY_MATCH":
            names = [name for name in names if table[name].path.startswith("company.")]
        elif match.status == "CONTACT_ONLY_MATCH":
            names = [name for name in names if not table[name].path.startswith("company.")]
        subject = self._subject(match, given)
        attributes = render(subject, names, table, request.generation, _VALUES[request.entity])
        if match.moved and "personHasMoved" in attributes:
            attributes["personHasMoved"] = "Yes"
        return attributes

    def count_request(self, account: str) -> None:
        """Count a request against the contract."""
        self.state.add_usage(account, "requestLimit", 1)

    def count_records(self, account: str, number: int) -> None:
        """Count records handed out by something other than an enrich call."""
        self.state.add_usage(account, "recordLimit", number)
        self.trace.records += number

    def spend_ai(self, account: str) -> bool:
        """Take an AI credit; False when none is left. How many a question really costs is not documented."""
        with self.state.transaction():
            if self.state.usage(account).get("aiCredits", 0) >= self.plan(account).ai_credits:
                return False
            self.state.add_usage(account, "aiCredits", 1)
        return True

    def count_visitor(self, account: str, *, records: int) -> None:
        """Count a look at visitors against the budgets of their own that such calls have."""
        self.state.add_usage(account, "webSightsApiRequestLimit", 1)
        self.state.add_usage(account, "webSightsApiRecordLimit", records)
        self.trace.records += records

    def limits(self, account: str) -> dict[str, tuple[int, int]]:
        """Return limit and use of each budget of an account."""
        used = self.state.usage(account)
        plan = self.plan(account)
        totals = {
            "requestLimit": plan.request_budget,
            "recordLimit": plan.record_budget,
            "uniqueIdLimit": plan.credits,
            "webSightsApiRequestLimit": plan.websights_request_budget,
            "webSightsApiRecordLimit": plan.websights_record_budget,
        }
        return {kind: (limit, used.get(kind, 0)) for kind, limit in totals.items()}


def _location(match: Match, doc: Doc) -> Doc | None:
    if not match.location:
        return None
    address = {
        "street": doc["street"],
        "city": doc["city"],
        "state": doc["state"],
        "country": COUNTRIES[doc["country"]].name,
        "zipCode": doc["zip"],
    }
    return {"companyId": match.id, "address": address, "addressStatus": match.location}
