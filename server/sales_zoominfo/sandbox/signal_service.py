"""Checks requests for intent, scoops and news, answers them and charges for them, for both generations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from . import taxonomies
from .criteria import Criteria, parse
from .encoding import DAY
from .matching import Input, read_inputs
from .model import Generation
from .query import Moment, Rules
from .refusal import Refusal
from .service import EnrichRequest, Service
from .signal_rows import Hit, IntentRow, NewsRow, ScoopRow
from .signal_tables import (
    COMPANY_KEYS,
    ENRICH_FILTERS,
    LONGEST_INTENT_SPAN,
    MOST_JOINED_TOPICS,
    MOST_TOPICS,
    SEARCH_FILTERS,
    SHORTEST_URL,
    SORTS,
    Kind,
    Operation,
)
from .signals import Query, Signals, intent_span, usual_days

Row = IntentRow | ScoopRow | NewsRow
_MOST_COMPANIES: Final = 25


@dataclass(frozen=True, slots=True)
class Ask:
    """A request, checked but for its page.

    Args:
        query: What is looked for; the companies of an enrich are found later.
        inputs: Match inputs of an enrich.
    """

    query: Query
    inputs: list[Input]


@dataclass(frozen=True, slots=True)
class Answer:
    """A page: all hits, and its rows."""

    total: int
    rows: Sequence[Row]


class SignalService:
    """Answers requests of both codecs.

    Args:
        service: The simulated ZoomInfo.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._signals = Signals(service.engine, service.reader)

    # --- Checking ----------------------------------------------------------------------------------------

    def read(
        self, account: str, kind: Kind, operation: Operation, generation: Generation, given: Mapping[str, Any],
        rules: Rules,
    ) -> Ask:  # fmt: skip
        """Check the members of a request.

        Args:
            account: Whose plan and subscription hold.
            kind, operation: What is asked for.
            generation: Whose names and types hold.
            given: As sent, without paging and sorting.
            rules: Search rules of the generation.

        Raises:
            Refusal: A member is unknown, missing, not in the plan, of the wrong type or not legal.
        """
        raw, enterprise = dict(given), generation == "enterprise"
        denied = self._service.plan(account).disallowed_filters
        keys: Mapping[str, str] = COMPANY_KEYS[kind] if operation == "enrich" else {}
        named = {key: raw.pop(key) for key in keys if key in raw}
        all_topics = False
        if kind == "intent" and operation == "enrich" and enterprise and isinstance(raw.get("topics"), str):
            raw["topics"], all_topics = _topics_of(raw["topics"])
        if isinstance(raw.get("categories"), list):
            # Both spellings of this one are accepted, on both generations.
            raw["categories"] = [_spelt(item) for item in raw["categories"]]
        table = SEARCH_FILTERS[kind] if operation == "search" else ENRICH_FILTERS[kind]
        criteria = parse(table, raw, generation, forbidden=denied)
        if denied & named.keys():
            raise Refusal("plan_filter", *sorted(denied & named.keys()))
        inputs = self._companies(named, keys, generation) if operation == "enrich" else []
        self._check(account, kind, criteria, all_topics)
        days = usual_days(kind, enterprise=enterprise)
        if kind == "intent" and operation == "enrich" and enterprise:
            days = LONGEST_INTENT_SPAN
            self._check_span(criteria)
        if not criteria and operation == "search" and (enterprise or kind == "news"):
            raise Refusal("insufficient")
        return Ask(Query(kind, criteria, rules, "", None, all_topics, days), inputs)

    def _companies(self, named: Mapping[str, Any], keys: Mapping[str, str], generation: Generation) -> list[Input]:
        value, found = named.get("companyId"), dict(named)
        if keys["companyId"] == "ids" and value not in (None, ""):
            lax = generation == "enterprise" and isinstance(value, int) and not isinstance(value, bool)
            if not isinstance(value, str) and not lax:
                raise Refusal("wrong_type", "companyId")
            ids = [part.strip() for part in str(value).split(",") if part.strip()]
            if len(ids) > _MOST_COMPANIES:
                raise Refusal("bad_value", "companyId", detail=f"at most {_MOST_COMPANIES} ids are accepted")
            if any(not part.lstrip("-").isdecimal() for part in ids):
                raise Refusal("bad_value", "companyId", detail="must be a numeric id")
            return [{"companyId": int(part)} for part in ids]
        numeric = self._service.switches.gtm_numeric_string_ids == "accept"
        table = {key: "i64" if kind == "ids" else kind for key, kind in keys.items()}
        given = read_inputs([found], table, "companyId", generation, numeric_strings=numeric)[0]
        if not given:
            raise Refusal("one_of", detail=", ".join(keys))
        return [given]

    def _check(self, account: str, kind: Kind, criteria: Criteria, all_topics: bool) -> None:
        if any(len(part) < SHORTEST_URL for part in criteria.get("url", ())):
            raise Refusal("bad_value", "url", detail=f"each text needs at least {SHORTEST_URL} characters")
        if kind != "intent":
            return
        if "topics" not in criteria:
            raise Refusal("missing", "topics")
        most = MOST_JOINED_TOPICS if all_topics else MOST_TOPICS
        if len(criteria["topics"]) > most:
            raise Refusal("bad_value", "topics", detail=f"at most {most} topics are accepted")
        topics = criteria["topics"] = list(dict.fromkeys(criteria["topics"]))
        subscribed = self._service.accounts[account].intent_topics
        foreign = next((topic for topic in topics if topic not in subscribed), None)
        if foreign is not None:
            raise Refusal("bad_value", "topics", detail=f"topic '{foreign}' is not in your subscription")

    def _check_span(self, criteria: Criteria) -> None:
        if "signalStartDate" not in criteria:
            return
        end = criteria.get("signalEndDate", self._service.clock() // DAY * DAY)
        if end - criteria["signalStartDate"] > LONGEST_INTENT_SPAN * DAY:
            detail = f"the dates may span at most {LONGEST_INTENT_SPAN} days"
            raise Refusal("bad_value", "signalStartDate", "signalEndDate", detail=detail)

    def order(self, kind: Kind, operation: Operation, generation: Generation, text: str) -> str:
        """Return the order that a request asks for; raises Refusal for a name that the endpoint lacks.

        Args:
            kind, operation, generation: Which endpoint.
            text: The name, `-` in front for descending; empty for the endpoint's own order.
        """
        sorting = SORTS[kind, operation, generation]
        if not text or not sorting.names:
            return sorting.default
        name = text.removeprefix("-")
        if name not in sorting.names:
            raise Refusal("bad_sort", name)
        return f"-{sorting.names[name]}" if text.startswith("-") else sorting.names[name]

    # --- Answering ---------------------------------------------------------------------------------------

    def search(self, account: str, ask: Ask, page: int, size: int) -> Answer:
        """Run a search; each row counts as a record. Raises Refusal for a page after the last one."""
        moment = Moment(self._service.clock(), self._service.base)
        answer = self._page(ask.query, page, size, moment, places=False)
        if page > 1 and not answer.rows:
            raise Refusal("past_end")
        self._service.count_records(account, len(answer.rows))
        return answer

    def enrich(self, account: str, generation: Generation, ask: Ask, page: int, size: int) -> Answer:
        """Answer what happens at a company.

        The company costs a credit unless it is under management, and so does one at which nothing happened: no
        source says otherwise. An unknown company has no rows and costs nothing. Each row counts as a record, the
        company itself as none. A list has no status by record: a company that cannot be paid is left out of a list
        of several, and alone it is refused.

        Raises:
            Refusal: The page lies after the last one, or the credit cannot be paid.
        """
        moment = Moment(self._service.clock(), self._service.base)
        matches = [self._service.matcher.company(given) for given in ask.inputs]
        known = tuple(dict.fromkeys(match.id for match in matches if match.id is not None))
        answer = self._page(replace(ask.query, companies=known), page, size, moment, places=True)
        if page > 1 and not answer.rows:
            raise Refusal("past_end")
        sold = self._service.enrich(account, EnrichRequest("company", generation, ask.inputs, [], []))
        bought = tuple(dict.fromkeys(row.match.id for row in sold if row.match.id is not None))
        if known and not bought:
            raise Refusal("credits")
        if bought != known:
            answer = self._page(replace(ask.query, companies=bought), page, size, moment, places=True)
        handed_out = sum(row.match.id is not None for row in sold)
        self._service.count_records(account, len(answer.rows) - handed_out)
        return answer

    def _page(self, query: Query, page: int, size: int, moment: Moment, *, places: bool) -> Answer:
        hits = self._signals.find(query, moment)
        some = hits[(page - 1) * size : page * size]
        return Answer(len(hits), self._rows(query, some, moment, places=places))

    def _rows(self, query: Query, hits: Sequence[Hit], moment: Moment, *, places: bool) -> Sequence[Row]:
        if query.kind != "intent":
            return self._signals.rows.scoops(hits) if query.kind == "scoop" else self._signals.rows.news(hits)
        first, last = intent_span(query.criteria, moment.now, query.usual_days)
        people = query.criteria.get("findRecommendedContacts", True)
        return self._signals.rows.intent(hits, first, last, people=people, places=places)


def _spelt(category: Any) -> Any:
    return "MERGER_OR_ACQUISITION" if category == taxonomies.MISSPELT_MERGER else category


def _topics_of(text: str) -> tuple[list[str], bool]:
    """Read topics from one text: `|` between alternatives, or AND between those that all have to be there.

    The parameter table calls it a pipe-separated text and says that topics are ORed or ANDed; that the words are
    spelt like those of the other Enterprise filters is inferred.
    """
    joined = " AND " in text
    parts = text.split(" AND " if joined else "|")
    return [part.strip() for part in parts if part.strip()], joined
