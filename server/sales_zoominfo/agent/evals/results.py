"""Results of a run: kept as one dated JSON file, summed up, and compared with those of another run."""

from __future__ import annotations

import hashlib
import json
import math
import os
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from ...errors import fail

VERSION = 1
# Of an interval: 95 percent.
_Z = 1.959964
_RESAMPLES = 4000

Status = Literal["right", "wrong", "error"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Found(_Model):
    """A grader's verdict."""

    name: str
    passed: bool
    evidence: str


class Said(_Model):
    """A turn, as far as a reader needs it."""

    asked: str
    said: str
    tools: list[str]
    reads: list[str]


class Outcome(_Model):
    """One conversation and what the graders say of it.

    Attributes:
        status: ``error`` where the model's service did not answer, which says nothing about the skill.
        judged: what a model said of the wording; it does not count.
        tokens: input, output, cache_read, cache_written.
        cost: in the currency of the prices, None without prices.
        seconds: from the first question to the last answer.
    """

    scenario: str
    area: str
    language: str
    role: str
    held_out: bool
    situation: str
    run: int
    status: Status
    verdicts: list[Found]
    judged: list[Found] = []
    turns: list[Said]
    stopped: list[str]
    tokens: dict[str, int]
    calls: int
    credits: int
    seconds: float
    cost: float | None = None

    @property
    def right(self) -> bool:
        """Whether every grader passed."""
        return self.status == "right"

    @property
    def all_tokens(self) -> int:
        """Of every kind."""
        return sum(self.tokens.values())


class Prices(_Model):
    """Per million tokens."""

    input: float
    output: float
    cache_read: float
    cache_written: float

    def of(self, tokens: dict[str, int]) -> float:
        """What so many tokens cost."""
        return sum(tokens.get(name, 0) * price for name, price in self.model_dump().items()) / 1_000_000


class Results(_Model):
    """A run.

    Attributes:
        offline: played by a script, which proves wiring and not judgement.
        model: that was asked; ``script`` offline.
        skill: version of the skill, and a digest of its files.
        package: version of the server.
        planned: conversations that were to be held.
        runs: of each scenario in each situation.
    """

    version: int = VERSION
    offline: bool
    model: str
    judge: str | None = None
    skill: dict[str, str]
    package: str
    started: str
    finished: str | None = None
    planned: int
    runs: int = 1
    prices: Prices | None = None
    note: str = ""
    outcomes: list[Outcome] = []

    @property
    def complete(self) -> bool:
        """Whether every conversation was held."""
        return len(self.outcomes) >= self.planned

    def save(self, path: Path) -> None:
        """Write the file whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_name(f".{path.name}.{os.getpid()}")
        scratch.write_text(self.model_dump_json(indent=1), encoding="utf-8")
        scratch.replace(path)

    @classmethod
    def load(cls, path: Path) -> Results:
        """Read what :meth:`save` wrote.

        Raises:
            InvalidArgument: it cannot be read, or is of another version.
        """
        try:
            data: Any = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise fail(
                "eval_results_unreadable", file=str(path), reason=(error.strerror or "no access").lower()
            ) from None
        except ValueError:
            raise fail("eval_results_unreadable", file=str(path), reason="it is no JSON") from None
        if isinstance(data, dict) and data.get("version") != VERSION:  # pyright: ignore[reportUnknownMemberType]
            reason = f"it is of form {data.get('version')}, and this version reads form {VERSION}"  # pyright: ignore[reportUnknownMemberType]
            raise fail("eval_results_unreadable", file=str(path), reason=reason)
        try:
            return cls.model_validate(data)
        except ValidationError:
            raise fail("eval_results_unreadable", file=str(path), reason="it holds no results") from None


def digest_of(root: Path) -> str:
    """A digest of the skill's files, so that two runs tell whether they had the same skill.

    Args:
        root: the folder with SKILL.md.
    """
    made = hashlib.sha256()
    for path in (root / "SKILL.md", *sorted((root / "references").rglob("*.md"))):
        made.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return made.hexdigest()[:12]


# --- sums ------------------------------------------------------------------------------------------------------


class Interval(NamedTuple):
    """A rate and the bounds of its 95 percent interval."""

    rate: float
    low: float
    high: float


def wilson(right: int, of: int) -> Interval:
    """Wilson's interval of a rate; the whole range where nothing was counted."""
    if not of:
        return Interval(0.0, 0.0, 1.0)
    rate, square = right / of, _Z * _Z
    middle = (rate + square / (2 * of)) / (1 + square / of)
    half = _Z / (1 + square / of) * math.sqrt(rate * (1 - rate) / of + square / (4 * of * of))
    return Interval(rate, max(0.0, middle - half), min(1.0, middle + half))


class Sum(NamedTuple):
    """Several conversations together.

    Attributes:
        right: of how many every grader passed.
        graded: how many could be graded.
        errors: how many the model's service did not answer.
        tokens, calls, credits, seconds, cost: means of those graded; ``cost`` is None without prices.
    """

    right: int
    graded: int
    errors: int
    tokens: float
    calls: float
    credits: float
    seconds: float
    cost: float | None

    @property
    def interval(self) -> Interval:
        """The pass rate."""
        return wilson(self.right, self.graded)


def sum_up(outcomes: Iterable[Outcome]) -> Sum:
    """Sum up conversations."""
    rows = list(outcomes)
    graded = [row for row in rows if row.status != "error"]
    count = len(graded) or 1
    costs = [row.cost for row in graded if row.cost is not None]
    return Sum(
        sum(row.right for row in graded),
        len(graded),
        len(rows) - len(graded),
        sum(row.all_tokens for row in graded) / count,
        sum(row.calls for row in graded) / count,
        sum(row.credits for row in graded) / count,
        sum(row.seconds for row in graded) / count,
        sum(costs) / len(costs) if costs else None,
    )


def by(outcomes: Iterable[Outcome], name: str) -> dict[str, list[Outcome]]:
    """Conversations by one of their members, in the order in which each value is met first."""
    found: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        found[str(getattr(outcome, name))].append(outcome)
    return dict(found)


def by_grader(outcomes: Iterable[Outcome]) -> dict[str, tuple[int, int]]:
    """For each grader how often it passed, and of how many."""
    found: dict[str, tuple[int, int]] = {}
    for outcome in outcomes:
        for verdict in outcome.verdicts if outcome.status != "error" else ():
            passed, of = found.get(verdict.name, (0, 0))
            found[verdict.name] = (passed + verdict.passed, of + 1)
    return found


# --- comparison ------------------------------------------------------------------------------------------------


class Change(NamedTuple):
    """What became of one scenario in one situation.

    Attributes:
        before, after: share of its runs that were right.
        graders: those that fail now and did not, or did and do not.
    """

    scenario: str
    situation: str
    before: float
    after: float
    graders: tuple[str, ...]

    @property
    def kind(self) -> str:
        """``better``, ``worse`` or ``same``."""
        return "same" if self.before == self.after else "better" if self.after > self.before else "worse"


class Comparison(NamedTuple):
    """Two runs.

    Attributes:
        changes: scenario by scenario, of what both runs hold.
        left_out: conversations that only one of them holds, or that could not be graded.
        difference: of the pass rates, with its interval, by situation and for ``all``.
        before, after: the sums, by situation and for ``all``.
    """

    changes: list[Change]
    left_out: int
    difference: dict[str, Interval]
    before: dict[str, Sum]
    after: dict[str, Sum]

    @property
    def worse(self) -> list[Change]:
        """What got worse."""
        return [change for change in self.changes if change.kind == "worse"]

    @property
    def fell(self) -> bool:
        """Whether the pass rate fell by more than chance explains."""
        return any(interval.high < 0 for interval in self.difference.values())


def compare(before: Results, after: Results) -> Comparison:
    """Compare two runs, scenario by scenario.

    Scenarios are what is drawn anew for the interval, not single conversations: runs of one scenario are alike.

    Args:
        before, after: of the same scenarios, for the most part.
    """
    old, new = _graded(before), _graded(after)
    shared = sorted(old.keys() & new.keys())
    changes: list[Change] = []
    for key in shared:
        once, now = _failing(old[key]), _failing(new[key])
        changes.append(Change(*key, _rate(old[key]), _rate(new[key]), tuple(sorted(once ^ now))))
    groups: dict[str, list[Change]] = {"all": changes}
    for change in changes:
        groups.setdefault(change.situation, []).append(change)
    return Comparison(
        changes,
        sum(len(side[key]) for side in (old, new) for key in side if key not in old or key not in new)
        + sum(row.status == "error" for side in (before, after) for row in side.outcomes),
        {name: _difference(rows) for name, rows in groups.items()},
        {name: sum_up(row for change in rows for row in old[change[:2]]) for name, rows in groups.items()},
        {name: sum_up(row for change in rows for row in new[change[:2]]) for name, rows in groups.items()},
    )


def _graded(results: Results) -> dict[tuple[str, str], list[Outcome]]:
    found: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for outcome in results.outcomes:
        if outcome.status != "error":
            found[outcome.scenario, outcome.situation].append(outcome)
    return dict(found)


def _failing(rows: Sequence[Outcome]) -> set[str]:
    return {verdict.name for row in rows for verdict in row.verdicts if not verdict.passed}


def _rate(rows: Sequence[Outcome]) -> float:
    return sum(row.right for row in rows) / len(rows)


def _difference(changes: Sequence[Change]) -> Interval:
    """The mean difference of paired rates and its interval, by drawing scenarios anew."""
    groups: dict[str, list[float]] = defaultdict(list)
    for change in changes:
        groups[change.scenario].append(change.after - change.before)
    steps = list(groups.values())
    if not steps:
        return Interval(0.0, 0.0, 0.0)

    def mean(chosen: Iterable[list[float]]) -> float:
        values = [value for group in chosen for value in group]
        return sum(values) / len(values)

    # Seeded, so that the same two files always compare alike.
    draw = random.Random(7)  # noqa: S311
    means = sorted(mean(draw.choices(steps, k=len(steps))) for _ in range(_RESAMPLES))
    return Interval(mean(steps), means[int(0.025 * _RESAMPLES)], means[int(0.975 * _RESAMPLES) - 1])
