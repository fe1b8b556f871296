"""What a bulk job is, for all who start, run, show and deliver one. Nothing here touches the disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from ..zoominfo.operations import Entity

State = Literal["loading", "queued", "running", "paused", "done", "cancelled", "failed"]
Status = Literal[
    "enriched",
    "unchanged",
    "no_match",
    "ambiguous",
    "opted_out",
    "suppressed",
    "invalid",
    "over_budget",
    "held",
    "cancelled",
    "failed",
]
STATUSES: tuple[Status, ...] = (
    "enriched",
    "unchanged",
    "no_match",
    "ambiguous",
    "opted_out",
    "suppressed",
    "invalid",
    "over_budget",
    "held",
    "cancelled",
    "failed",
)
# What may come out otherwise when it is tried again.
RETRYABLE: frozenset[Status] = frozenset({"over_budget", "held", "failed"})
OPEN: frozenset[State] = frozenset({"loading", "queued", "running", "paused"})
OVER: frozenset[State] = frozenset({"done", "cancelled", "failed"})

# Records of one request, and batches of one workflow.
BATCH = 25
SHARD = 40
# Rows that one batch covers at most, however few of them are to be asked for.
SPAN = 250
# Of what the spool holds: a job of another version is left to the release that made it.
VERSION = 1

# A record that is fetched when a request's answer never came.
ON_DOUBT = ("resend", "hold")


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What a job is asked to do.

    Attributes:
        source: the file with the rows, an absolute path.
        output: where the enriched file goes, None for beside the source.
        entity: what the rows are.
        columns: match key or field by column, over what is recognised.
        mapping: a mapping's file or preset, None for ``zi_*`` columns.
        fields: ZoomInfo's output fields to ask for, None for the default ones.
        max_credits: the job's own budget, None for none beside the others.
        max_age: records kept here and not older than so many days are used; days.
        caller: who pays, for budgets and the ledger.
        options: ``sheet``, ``encoding``, ``delimiter`` of the file; ``in_doubt`` (``resend`` or ``hold``); ``changes``
            and ``report`` (paths of further outputs); what files, matching and mapping take beside.
    """

    source: str
    entity: Entity
    caller: str
    output: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    mapping: str | None = None
    fields: tuple[str, ...] | None = None
    max_credits: int | None = None
    max_age: float | None = None
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def hold(self) -> bool:
        """Whether records whose answer was lost are left alone instead of asked for again."""
        return self.options.get("in_doubt") == "hold"

    def told(self) -> dict[str, Any]:
        """The request as JSON."""
        return {
            "source": self.source,
            "entity": self.entity,
            "caller": self.caller,
            "output": self.output,
            "columns": dict(self.columns),
            "mapping": self.mapping,
            "fields": None if self.fields is None else list(self.fields),
            "maxCredits": self.max_credits,
            "maxAge": self.max_age,
            "options": dict(self.options),
        }

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> JobRequest:
        """The request that :meth:`told` gave."""
        fields = cast("Sequence[str] | None", told["fields"])
        return cls(
            source=told["source"],
            entity=told["entity"],
            caller=told["caller"],
            output=told["output"],
            columns=told["columns"],
            mapping=told["mapping"],
            fields=None if fields is None else tuple(fields),
            max_credits=told["maxCredits"],
            max_age=told["maxAge"],
            options=told["options"],
        )


@dataclass(frozen=True, slots=True)
class Order:
    """What is sealed with a job: the request, and what was worked out when it was started.

    Attributes:
        request: what was asked for.
        fields: ZoomInfo's output fields to buy.
        fingerprint: of the source as it was then.
        agreed: whether a person has agreed to the job's credits, so that its calls pass the ceilings.
        mapping: the request's mapping with all that it extends, as it was then; None without one.
    """

    request: JobRequest
    fields: tuple[str, ...]
    fingerprint: str
    agreed: bool = False
    mapping: dict[str, Any] | None = None

    def told(self) -> dict[str, Any]:
        """The order as JSON."""
        return {
            "request": self.request.told(),
            "fields": list(self.fields),
            "fingerprint": self.fingerprint,
            "agreed": self.agreed,
            "mapping": self.mapping,
        }

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Order:
        """The order that :meth:`told` gave."""
        request = JobRequest.read(told["request"])
        # Jobs of the first releases have no mapping of their own.
        return cls(request, tuple(told["fields"]), told["fingerprint"], told["agreed"], told.get("mapping"))


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands.

    Attributes:
        id: a short random name.
        state: ``loading`` (its file is being read), ``queued``, ``running``, ``paused``, ``done``, ``cancelled`` or
            ``failed`` (its file could not be read).
        why: a sentence about a pause or a failure.
        entity, caller, source, output: as in the request.
        rows: of the file, as far as it is read.
        finished: of them, how many have a status.
        counts: rows by status.
        units, done_units: records to ask for, and those that have a result.
        spent, reserved: credits that count for it, and those set aside by calls under way.
        max_credits: its budget.
        rate: rows a second over the last minutes, None while nothing runs.
        eta: seconds to the end, None when that is not known.
        eta_note: what the ETA rests on.
        made_at, changed_at, ended_at, delivered_at: epoch seconds.
        seconds: how long it has been running.
        sandbox: whether the records are fictional.
    """

    id: str
    state: State
    why: str | None
    entity: Entity
    caller: str
    source: str
    output: str | None
    rows: int
    finished: int
    counts: dict[str, int]
    units: int
    done_units: int
    spent: int
    reserved: int
    max_credits: int | None
    rate: float | None
    eta: float | None
    eta_note: str
    made_at: float
    changed_at: float
    ended_at: float | None
    delivered_at: float | None
    seconds: float
    sandbox: bool
    request: JobRequest

    @property
    def over(self) -> bool:
        """Whether nothing more happens by itself."""
        return self.state in OVER
