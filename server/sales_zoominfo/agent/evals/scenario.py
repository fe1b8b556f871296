"""A scenario: what a user says, what the assistant has, and what a right conversation then holds.

Scenarios are YAML files, one for each subject, with a list ``scenarios``. The unknown is refused by name, so that a
mistyped expectation cannot silently expect nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from ...errors import fail
from ..transcript import Situation

SITUATIONS: dict[str, Situation] = {
    "both": Situation(skill=True, server=True),
    "skill": Situation(skill=True, server=False),
    "server": Situation(skill=False, server=True),
    "neither": Situation(skill=False, server=False),
}
SituationName = Literal["both", "skill", "server", "neither"]
Role = Literal["sales rep", "sales manager", "marketer", "RevOps", "developer", "administrator"]
# Knowledge is compared in each of them; what needs data or tools makes sense with the server alone.
_EVERYWHERE: tuple[SituationName, ...] = ("both", "skill", "server", "neither")


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles), Field(min_length=2)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fact(_Model):
    """A fact that the answer has to hold.

    Attributes:
        pattern: regular expression in the scenario's language, letter case aside.
        source: the passage that states it, as ``references/gotchas.md#jwt-expiry``.
    """

    pattern: Pattern
    source: Annotated[str, Field(pattern=r"^references/[a-z0-9-]+\.md#\S+$")]

    @property
    def passage(self) -> str:
        """Id of the passage, as ``gotchas#jwt-expiry``."""
        return self.source.removeprefix("references/").replace(".md#", "#", 1)


class Wrong(_Model):
    """A claim that must not be made.

    Attributes:
        pattern: regular expression that finds it.
        example: the claim as somebody would make it, which the pattern finds.
    """

    pattern: Pattern
    example: str


class Check(_Model):
    """What an argument of a tool call has to be; all that is given holds."""

    equals: Any = None
    matches: Pattern | None = None
    at_most: float | None = None
    at_least: float | None = None
    count_at_most: int | None = None

    def wrong(self, value: Any) -> str | None:
        """What is wrong with a value, as a few words, or None."""
        if self.equals is not None and value != self.equals:
            return f"is not {self.equals!r}"
        if self.matches is not None and not re.search(self.matches, _as_text(value), re.IGNORECASE):
            return f"does not match {self.matches!r}"
        for bound, over in ((self.at_most, True), (self.at_least, False)):
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if bound is not None and (not number or (value > bound if over else value < bound)):
                return f"is not a number of at {'most' if over else 'least'} {bound:g}"
        if self.count_at_most is not None and not (isinstance(value, list) and len(value) <= self.count_at_most):  # pyright: ignore[reportUnknownArgumentType]
            return f"is not a list of at most {self.count_at_most}"
        return None


def _as_text(value: Any) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class Wanted(_Model):
    """A call that has to be made, or what each call of a tool has to keep to.

    Attributes:
        tool: names with ``|`` between those of which one will do.
        arguments: by dotted path, such as ``contacts`` or ``contactSearch.country``.
    """

    tool: str
    arguments: dict[str, Check] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The tools of which one will do."""
        return tuple(self.tool.split("|"))


class Tools(_Model):
    """Expectations on tool calls; they count where the server is at hand.

    Attributes:
        expected: each has to be called once at least.
        forbidden: none may be called; ``spending`` stands for every tool that can spend.
        order: pairs; the first tool has to be called before the first call of the second.
        limits: every call of the tool has to keep to the arguments.
    """

    expected: tuple[Wanted, ...] = ()
    forbidden: tuple[str, ...] = ()
    order: tuple[tuple[str, str], ...] = ()
    limits: tuple[Wanted, ...] = ()


class Ask(_Model):
    """What the user says in one turn.

    Attributes:
        say: the words.
        agrees_to: credits that the person agrees to, by these words or in a dialog while they are answered.
    """

    say: Annotated[str, Field(min_length=2)]
    agrees_to: Annotated[int, Field(ge=0)] = 0


class Step(_Model):
    """One step of an offline script: a tool call, or the words that end a turn.

    Attributes:
        call: the tool.
        arguments: texts that start with ``$`` are taken from earlier results: ``$search_contacts.data.0.id``.
        say: the answer; ``{search_contacts.data.0.lastName}`` is filled in from results, ``{facts}`` with quotations
            of the passages that were read, each with its citation.
    """

    call: str | None = None
    arguments: dict[str, Any] = {}
    say: str | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Step:
        if (self.call is None) == (self.say is None):
            raise ValueError("a step either calls or says")
        return self


class Preparation(_Model):
    """A tool call before the conversation, such as an opt-out that is already on the list."""

    call: str
    arguments: dict[str, Any] = {}


class Scenario(_Model):
    """One scenario.

    Attributes:
        id: of letters, digits and hyphens, unique.
        area: subject, for the report.
        language: of question and answer.
        role: of the user.
        held_out: not looked at while the skill is tuned.
        turns: what the user says; a text alone is one turn.
        situations: in which it is run.
        skill: whether the skill is to be used, or to stay silent.
        tools, facts, wrong: expectations; see the classes.
        never: patterns that stand neither in an answer nor in the arguments of a call.
        cites: whether a passage and its date have to be named; by default where there are facts.
        credits: that may be spent in all turns.
        unknown: the answer is not to be had, and has to say so.
        asks: the first turn has to end in a question: about ``credits``, with their number, or to ``clarify``.
        sandbox: the answer has to say that the data is fictional.
        route: sibling skill that has to be named.
        toolsets, settings: of the server, beside the defaults.
        files: by name, placed in the folder that the tools may touch.
        prepare: calls before the conversation.
        answer: a right answer in the author's words, for scenarios that call nothing.
        query: what the offline script searches for; by default what the user says.
        script: what a right assistant does, turn by turn; made from the expectations where it is left out.
        rubric: what a judge is asked about the wording, each a statement that holds or not.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    area: str
    language: Literal["en", "zh"]
    role: Role
    held_out: bool = False
    turns: tuple[Ask, ...] = ()
    situations: tuple[SituationName, ...] = _EVERYWHERE
    skill: Literal["use", "silent"] = "use"
    tools: Tools = Tools()
    facts: tuple[Fact, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    never: tuple[Pattern, ...] = ()
    cites: bool = True
    credits: Annotated[int, Field(ge=0)] = 0
    unknown: bool = False
    asks: Literal["credits", "clarify"] | None = None
    sandbox: bool = False
    route: Annotated[str, Field(pattern=r"^sales-[a-z0-9-]+$")] | None = None
    toolsets: tuple[str, ...] = ("default",)
    settings: dict[str, Any] = {}
    files: dict[str, str] = {}
    prepare: tuple[Preparation, ...] = ()
    answer: str | None = None
    query: str | None = None
    script: tuple[tuple[Step, ...], ...] = ()
    rubric: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, data: Any) -> Any:
        if isinstance(data, dict):
            data = {**data}  # pyright: ignore[reportUnknownVariableType]
            asked = data.pop("ask", None)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
            if asked is not None and "turns" not in data:
                data["turns"] = [{"say": asked}]
        return data  # pyright: ignore[reportUnknownVariableType]

    @model_validator(mode="after")
    def _playable(self) -> Scenario:
        if not self.turns:
            raise ValueError("`ask` or `turns` says what the user says")
        if self.script and len(self.script) != len(self.turns):
            raise ValueError(f"`script` has {len(self.script)} turns, and the user speaks {len(self.turns)} times")
        if any(not steps or steps[-1].say is None for steps in self.script):
            raise ValueError("each turn of `script` ends in words")
        if len(self.turns) > 1 and not self.script:
            raise ValueError("several turns need a `script`")
        if self.skill == "silent" and self.answer is None:
            raise ValueError("where the skill stays silent, `answer` says what a right assistant answers")
        return self

    @property
    def wants_citation(self) -> bool:
        """Whether a passage and its date have to be named."""
        return self.cites and bool(self.facts) and self.skill == "use"


def load(folder: Path, *, only: str = "", held_out: bool | None = None) -> list[Scenario]:
    """Read the scenarios of a folder.

    Args:
        folder: of ``*.yaml`` files.
        only: a pattern for ids or areas, with ``*``; without one it is looked for anywhere in them.
        held_out: True for those alone that are held out, False for the others, None for all.

    Raises:
        InvalidArgument: there is no file, a file is broken, an id comes twice, or nothing is left.
    """
    import fnmatch

    found = list(_read_all(folder))
    wanted = only if any(mark in only for mark in "*?[") else f"*{only}*"
    chosen = [
        scenario
        for scenario in found
        if any(fnmatch.fnmatch(name.casefold(), wanted.casefold()) for name in (scenario.id, scenario.area))
        and (held_out is None or scenario.held_out == held_out)
    ]
    if not chosen:
        raise fail("eval_none_chosen", count=len(found), pattern=only[:60])
    return chosen


def _read_all(folder: Path) -> Iterable[Scenario]:
    import yaml

    files = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    if not files:
        raise fail("eval_scenarios_missing", folder=str(folder))
    seen: dict[str, str] = {}
    for file in files:
        try:
            data = yaml.safe_load(file.read_text("utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError):
            raise fail("eval_scenario_invalid", file=file.name, where="the file", reason="it is no YAML") from None
        rows: Any = data.get("scenarios") if isinstance(data, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        if not isinstance(rows, list):
            reason = "it has no list `scenarios`"
            raise fail("eval_scenario_invalid", file=file.name, where="the file", reason=reason)
        for index, row in enumerate(rows):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            scenario = _read(file.name, index, row)
            if scenario.id in seen:
                reason = f"{seen[scenario.id]} has a scenario of that id too"
                raise fail("eval_scenario_invalid", file=file.name, where=scenario.id, reason=reason)
            seen[scenario.id] = file.name
            yield scenario


def _read(file: str, index: int, row: Any) -> Scenario:
    try:
        return Scenario.model_validate(row)
    except ValidationError as error:
        name = str(row.get("id", f"number {index + 1}")) if isinstance(row, dict) else f"number {index + 1}"  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        reason = f"{place}: {first['msg']}" if place else first["msg"]
        raise fail("eval_scenario_invalid", file=file, where=name[:60], reason=reason) from None
