"""Whether a model opens the skill for a question, when all it sees is a list of skills.

The set has the form that skill-creator's loop reads: a JSON list of ``{"query", "should_trigger"}``. The split and the
threshold are the loop's too, so that a figure here and one there speak of the same questions.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ..transcript import Tokens
from .one_shot import Question, Reply, ask_all, unusable

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

THRESHOLD = 0.5
HOLDOUT = 0.4
SEED = 42

# Skills that a seller may have beside ours; each is tempting for one of the near-misses.
SIBLINGS: dict[str, str] = {
    "sales-enrich": "Contact and company enrichment across providers: waterfall order, match rates, which fields to "
    "buy. Use when someone compares or combines enrichment vendors.",
    "sales-intent": "Buyer intent strategy: what a signal means, how to rank accounts, when to act. Use for questions "
    "on scoring and interpreting intent data from any source.",
    "sales-cadence": "Multi-channel outbound cadences: number, order and wording of touches. Use when someone plans or "
    "rewrites a sequence.",
    "sales-account-map": "Account mapping: buying committee, org chart, champions and blockers of one account.",
    "sales-data-hygiene": "CRM data quality: duplicates, decay, ownership, validation rules in Salesforce or HubSpot.",
    "sales-b2b-advertising": "Account-based advertising: budget, channels, creative and attribution.",
    "sales-lead-routing": "Lead assignment and territory rules, round robin and response times in a CRM.",
    "sales-prospect-list": "Who belongs on a prospect list: ideal customer profile, tiers, exclusions.",
    "sales-integration": "Connecting sales tools with each other: sync direction, field ownership, middleware.",
    "sales-deliverability": "Email deliverability: SPF, DKIM, warm-up, bounces, spam folders.",
    "apollo-io": "Apollo.io: search, sequences, credits and API of Apollo.",
    "zoom-meetings": "Zoom meetings, webinars, recordings, Zoom Phone and the Zoom API.",
    "salesforce-admin": "Salesforce administration: objects, flows, permission sets, reports, Data Loader.",
    "spreadsheets": "CSV and Excel files: clean, deduplicate, merge, pivot, format.",
}

_SYSTEM = """\
You are a helpful assistant. Skills hold instructions for special subjects. Open a skill with the tool Skill before \
you answer when, and only when, its description fits what the user asks; otherwise answer yourself.

Skills:
{skills}"""
_TOOL: dict[str, Any] = {
    "name": "Skill",
    "description": "Open a skill by its name and read its instructions.",
    "input_schema": {
        "type": "object",
        "properties": {"skill": {"type": "string", "description": "Name of the skill."}},
        "required": ["skill"],
        "additionalProperties": False,
    },
}


class Prompt(BaseModel):
    """A question and whether it should open the skill; exactly the members that skill-creator's loop reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    query: Annotated[str, Field(min_length=1)]
    should_trigger: bool


_PROMPTS = TypeAdapter(Annotated[list[Prompt], Field(min_length=1)])


def read_prompts(path: Path) -> list[Prompt]:
    """Read a trigger set.

    Args:
        path: a JSON file, a list of :class:`Prompt`.

    Raises:
        InvalidArgument: it is missing, not of that form, or a question is there twice; the place is named.
    """
    try:
        found = _PROMPTS.validate_json(path.read_bytes())
    except OSError as error:
        raise unusable(path, f"it cannot be read ({type(error).__name__})") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise unusable(path, f"{place}: {first['msg'].lower()}") from None
    if len({prompt.query for prompt in found}) < len(found):
        raise unusable(path, "a question is there twice")
    return found


def split(
    prompts: Sequence[Prompt], *, holdout: float = HOLDOUT, seed: int = SEED
) -> tuple[list[Prompt], list[Prompt]]:
    """Part a set into one to tune the description with and one to judge it by.

    Args:
        prompts: the whole set.
        holdout: share that is held out, of those that should trigger and of the others alike.
        seed: of the shuffle.

    Returns:
        The questions to tune with, and those that are held out.
    """
    shuffle = random.Random(seed)  # noqa: S311 - the same split each time is the point
    tuned: list[Prompt] = []
    held: list[Prompt] = []
    for wanted in (True, False):
        group = [prompt for prompt in prompts if prompt.should_trigger is wanted]
        shuffle.shuffle(group)
        count = 0 if holdout <= 0 or len(group) < 2 else min(len(group) - 1, max(1, int(len(group) * holdout)))
        held += group[:count]
        tuned += group[count:]
    return tuned, held


@dataclass(slots=True)
class Outcome:
    """How often a question opened the skill.

    Attributes:
        prompt: the question.
        held_out: it is among those to judge by.
        runs: how often it was asked, and answered.
        triggers: how often the skill was opened.
        failed: how often there was no answer.
        instead: other skills that were opened, with their counts.
        tokens: of all runs.
    """

    prompt: Prompt
    held_out: bool
    runs: int = 0
    triggers: int = 0
    failed: int = 0
    instead: dict[str, int] = field(default_factory=dict[str, int])
    tokens: Tokens = field(default_factory=Tokens)

    def take(self, reply: Reply, skill: str) -> None:
        """Count one reply."""
        self.tokens += reply.tokens
        if reply.failed:
            self.failed += 1
            return
        self.runs += 1
        opened = {str(use.arguments.get("skill", "")).strip() for use in reply.uses if use.name == _TOOL["name"]}
        self.triggers += skill in opened
        for other in sorted(opened - {skill}):
            self.instead[other] = self.instead.get(other, 0) + 1

    @property
    def rate(self) -> float:
        """Share of the runs in which the skill was opened."""
        return self.triggers / self.runs if self.runs else 0.0

    def passed(self, threshold: float) -> bool:
        """Whether it was opened as often as it should; without any answer it was not."""
        return bool(self.runs) and (self.rate >= threshold) is self.prompt.should_trigger


async def trigger(
    prompts: Sequence[Prompt],
    *,
    llm: AsyncAnthropic,
    model: str,
    name: str,
    description: str,
    runs: int = 3,
    holdout: float = HOLDOUT,
    parallel: int = 4,
    on_reply: Callable[[], None] | None = None,
) -> list[Outcome]:
    """Ask a model each question and see whether it opens the skill.

    Args:
        prompts: the set.
        llm: the client of the Messages API.
        model: name of the model.
        name, description: of the skill, as its index tells them.
        runs: how often each question is asked.
        holdout: share that is held out.
        parallel: requests at a time.
        on_reply: called after each reply.

    Returns:
        An outcome for each question, in their order.

    Raises:
        anthropic.APIError: the model cannot be reached or refuses the key.
    """
    _, held = split(prompts, holdout=holdout)
    skills = "\n".join(f"- {skill}: {text}" for skill, text in sorted({**SIBLINGS, name: description}.items()))
    system = _SYSTEM.format(skills=skills)
    outcomes = [Outcome(prompt, prompt in held) for prompt in prompts]
    questions = [Question(system, [_TOOL], prompt.query) for prompt in prompts for _ in range(runs)]

    def told(index: int, reply: Reply) -> None:
        outcomes[index // runs].take(reply, name)
        if on_reply is not None:
            on_reply()

    await ask_all(llm, model, questions, parallel=parallel, on_reply=told)
    return outcomes


def report(
    outcomes: Sequence[Outcome], *, model: str, date: str, name: str, description: str, threshold: float = THRESHOLD
) -> dict[str, Any]:
    """The result as data, with the members that skill-creator's loop gives and some of our own.

    Args:
        outcomes: of all questions.
        model: that was asked.
        date: ISO 8601, UTC.
        name, description: of the skill.
        threshold: rate from which a question counts as opening the skill.

    Returns:
        JSON-safe.
    """

    def summary(chosen: Sequence[Outcome]) -> dict[str, int]:
        passed = sum(outcome.passed(threshold) for outcome in chosen)
        return {"total": len(chosen), "passed": passed, "failed": len(chosen) - passed}

    tokens = sum((outcome.tokens for outcome in outcomes), Tokens())
    return {
        "kind": "trigger",
        "date": date,
        "model": model,
        "skill_name": name,
        "description": description,
        "threshold": threshold,
        "summary": summary(outcomes),
        "train": summary([outcome for outcome in outcomes if not outcome.held_out]),
        "test": summary([outcome for outcome in outcomes if outcome.held_out]),
        "tokens": {
            "input": tokens.input,
            "output": tokens.output,
            "cacheRead": tokens.cache_read,
            "cacheWritten": tokens.cache_written,
        },
        "results": [
            {
                "query": outcome.prompt.query,
                "should_trigger": outcome.prompt.should_trigger,
                "trigger_rate": round(outcome.rate, 4),
                "triggers": outcome.triggers,
                "runs": outcome.runs,
                "pass": outcome.passed(threshold),
                "heldOut": outcome.held_out,
                "failed": outcome.failed,
                "instead": outcome.instead,
            }
            for outcome in outcomes
        ],
    }
