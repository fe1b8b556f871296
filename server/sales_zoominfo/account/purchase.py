"""One enrich call on its way: what was asked for, what travels, and what came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..zoominfo.asking import Answer, Ask
from ..zoominfo.codec import BATCH
from ..zoominfo.operations import Entity, Generation
from ..zoominfo.records import MATCHES, Match
from .ledger import Limits, Outcome, Reservation
from .match_key import CONSTRAINTS, ID_FIELD
from .optouts import Scope
from .standing import View

UNSENT = Match("NOT_SENT", {}, None)
UNKNOWN = Match("OUTCOME_UNKNOWN", {}, None)
LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
_CONSTRAINTS = tuple(sorted(CONSTRAINTS))
_PLAIN = repr({})


@dataclass(slots=True)
class Purchase:
    """An enrich call.

    Attributes:
        entity, generation: what is asked for, and where.
        inputs: canonical match inputs.
        outputs: output fields to ask for.
        required: fields that a record must have.
        reservation: the credits set aside.
        limits: what it was reserved under.
        view: where the account stood when it was last looked at.
        spent: credits that count so far.
        day_left: of the day's budget, once something has been settled.
        matches: what became of each input.
        twins: by the input that travels, all that stand for the same record.
        ask: what is asked about the one company among the inputs, None for an enrich of records.
        optional: output fields to go without where the account's plan lacks them.
        answer: what came of it.
        listed: what the opt-out list held after the last answer, where that has been read and nothing was waited for
            since.
    """

    entity: Entity
    generation: Generation
    inputs: list[dict[str, object]]
    outputs: list[str]
    required: list[str]
    reservation: Reservation
    limits: Limits
    ask: Ask | None = None
    optional: frozenset[str] = frozenset()
    answer: Answer | None = field(default=None, init=False)
    listed: Scope | None = field(default=None, init=False)
    view: View = field(init=False)
    spent: int = 0
    day_left: int | None = None
    warnings: list[str] = field(default_factory=list[str])
    matches: list[Match] = field(init=False)
    twins: dict[int, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.view = self.reservation.view
        self.matches = [UNSENT] * len(self.inputs)
        first: dict[object, int] = {}
        self.twins = {}
        for index, item in enumerate(self.reservation.estimate.items):
            # What the ledger knows as one record travels once, unless a constraint asks for another answer.
            limits = self.constraints(index)
            same = (index if item.twin is None else item.twin, repr(limits) if limits else _PLAIN)
            lead = first.setdefault(same, index)
            self.twins.setdefault(lead, []).append(index)

    def constraints(self, index: int) -> dict[str, object]:
        """What narrows an input's match without naming anybody."""
        given = self.inputs[index]
        if CONSTRAINTS.isdisjoint(given):
            return {}
        return {name: given[name] for name in _CONSTRAINTS if name in given}

    def asked(self, index: int) -> dict[str, object]:
        """An input as it travels: by the record's id where the estimate rests on that record."""
        record = self.reservation.estimate.items[index].zi_id
        if record is None:
            return self.inputs[index]
        return {ID_FIELD[self.entity]: record, **self.constraints(index)}

    def answered(self, answer: Answer) -> list[Match]:
        """Take the answer about a company, and say what it amounts to as a match of that company.

        Without rows nobody can tell a company that has none from one that ZoomInfo does not know: it counts, and the
        company is not noted as bought.
        """
        self.answer = answer
        given = self.inputs[0].get(ID_FIELD["company"])
        known = self.reservation.estimate.items[0].zi_id
        record = answer.company_id
        if record is None and answer.rows:
            record = known if given is None else str(given)
        return [Match(answer.status, {}, record if answer.status in MATCHES else None)]

    def batches(self) -> list[list[int]]:
        """The inputs that travel, in requests of at most 25."""
        leads = list(self.twins)
        return [leads[start : start + BATCH] for start in range(0, len(leads), BATCH)]

    def spread(self, batch: Sequence[int]) -> list[int]:
        """All inputs that a request answers."""
        return [index for lead in batch for index in self.twins[lead]]

    def at_stake(self, batch: Sequence[int]) -> int:
        """Credits that these inputs and their twins were reserved for."""
        return sum(self.reservation.estimate.items[index].credits for index in self.spread(batch))

    def note(self, batch: Sequence[int], found: Sequence[Match]) -> None:
        """Take what came back."""
        for lead, match in zip(batch, found, strict=True):
            for index in self.twins[lead]:
                self.matches[index] = match

    def outcomes(self, batch: Sequence[int], drop: int | None) -> list[Outcome]:
        """What the ledger is told of a request; computes and changes nothing.

        Args:
            batch: the inputs that travelled.
            drop: by how much it has lowered the account's own figure, None when that is not known.
        """
        items = self.reservation.estimate.items
        bought: set[object] = set()
        told: list[tuple[int, Match, bool | None]] = []
        for lead in batch:
            for index in self.twins[lead]:
                match = self.matches[index]
                # A twin never travelled; where its record has an id, the ledger sees that by itself.
                charged = None if index == lead or match.record_id else False
                record = match.record_id or index
                if match.matched and items[index].credits and index == lead:
                    charged = None if record not in bought else False
                    bought.add(record)
                told.append((index, match, charged))
        # Where ZoomInfo's own figure says which it was, the purchases are confirmed or were free.
        sure = bool(drop) if drop in (0, len(bought)) else None
        return [
            Outcome(
                index,
                match.matched,
                match.record_id,
                sure if charged is None and match.matched and items[index].credits else charged,
            )
            for index, match, charged in told
        ]
