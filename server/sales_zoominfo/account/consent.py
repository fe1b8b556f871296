"""What a person is asked to agree to when a call costs more than may pass without one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from ..zoominfo.operations import Entity


@dataclass(frozen=True, slots=True)
class Request:
    """A purchase that waits for a person.

    Attributes:
        entity: what is bought.
        records: how many inputs.
        credits: what it costs at most.
        exact: whether it costs just that.
        scope, ceiling, used: the ceiling that it passes, ``call`` or ``hour``, and how much of it has been used.
        digest: names caller, inputs, fields and cost; a consent is good for this and nothing else.
        sandbox: whether the records are fictional.
    """

    entity: Entity
    records: int
    credits: int
    exact: bool
    scope: str
    ceiling: int
    used: int
    digest: str
    sandbox: bool = False

    @property
    def question(self) -> str:
        """The question in one sentence."""
        noun = {"contact": ("contact", "contacts"), "company": ("company", "companies")}[self.entity]
        what = f"{self.records} {noun[self.records != 1]}"
        most = "" if self.exact else "up to "
        credits = f"{most}{self.credits} ZoomInfo credit{'' if self.credits == 1 else 's'}"
        used = f", {self.used} of them used" if self.used else ""
        fictional = " The records are fictional: this is the sandbox." if self.sandbox else ""
        return f"Spend {credits} to enrich {what}? That is over the ceiling of {self.ceiling} a {self.scope}{used}." + (
            fictional
        )


# Asks a person; the id of the consent, which pays once, or None when the person did not agree. It may raise instead.
Consent = Callable[[Request], Awaitable[str | None]]


def digest(
    caller: str,
    entity: Entity,
    inputs: Sequence[Mapping[str, object]],
    outputs: Sequence[str],
    required: Sequence[str],
    credits: int,
) -> str:
    """The name of a purchase: another caller, input, field or cost has another one."""
    told = [caller, entity, [dict(item) for item in inputs], sorted(outputs), sorted(required), credits]
    text = json.dumps(told, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
