"""Which tool a model would call first for a request, when nothing is executed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, cast

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ..transcript import Tokens
from .one_shot import Question, Reply, Use, ask_all, unusable

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

# Stands for a first message that calls no tool.
NO_TOOL = "none"
# Models read a filter from here too.
MORE = "moreFilters"

_CLOSED = ConfigDict(extra="forbid", frozen=True)


class Check(BaseModel):
    """What a value must be like. Of a list, one element is enough.

    Attributes:
        contains: a text within it, in any letter case.
        one_of: values of which it is one.
        max, min: bounds of a number, both included.
        is_not: a value that it must not have; left out it is right.
        absent: true when it must not be given at all.
        given: true when any value will do.
    """

    model_config = _CLOSED

    contains: str | None = None
    one_of: tuple[str | int | float | bool, ...] | None = None
    max: float | None = None
    min: float | None = None
    is_not: str | int | float | bool | None = None
    absent: bool = False
    given: bool = False


Rule = str | int | float | bool | Check


class Expected(BaseModel):
    """A request and what a good assistant calls first.

    Attributes:
        id: short and unique.
        language: of the request.
        request: what the user says, the first message of a conversation.
        accept: tools that are right, the best first; ``none`` for an answer without any.
        forbid: tools that must not be in the first message, such as one that spends unasked.
        arguments: by tool, what its arguments must be like; a dotted name leads into objects and lists.
        toolsets: those that the server needs beside its default ones.
    """

    model_config = _CLOSED

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    language: Literal["en", "zh"]
    request: Annotated[str, Field(min_length=5, max_length=600)]
    accept: Annotated[tuple[str, ...], Field(min_length=1)]
    forbid: tuple[str, ...] = ()
    arguments: dict[str, dict[str, Rule]] = {}
    toolsets: tuple[str, ...] = ()


_EXPECTATIONS = TypeAdapter(Annotated[list[Expected], Field(min_length=1)])


def read_expectations(path: Path) -> list[Expected]:
    """Read the data.

    Args:
        path: a YAML file, a list of :class:`Expected`.

    Raises:
        InvalidArgument: it is missing, not of that form, or an id is there twice; the place is named.
    """
    import yaml

    try:
        found = _EXPECTATIONS.validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise unusable(path, f"it cannot be read ({type(error).__name__})") from None
    except yaml.YAMLError:
        raise unusable(path, "it is no YAML") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise unusable(path, f"{place}: {first['msg'].lower()}") from None
    twice = [name for name, count in Counter(entry.id for entry in found).items() if count > 1]
    if twice:
        raise unusable(path, f"the id {twice[0]} is there twice")
    return found


# --- judging ---------------------------------------------------------------------------------------------------


class Choice(NamedTuple):
    """How one request went.

    Attributes:
        expected: the request.
        reply: of the model.
        chosen: the first tool, or ``none``.
        tool_right: it is among the accepted ones, and no forbidden one stands beside it.
        arguments_right: so are its arguments.
        wrong: why not, a sentence each.
    """

    expected: Expected
    reply: Reply
    chosen: str
    tool_right: bool
    arguments_right: bool
    wrong: list[str]

    @property
    def right(self) -> bool:
        """Tool and arguments."""
        return self.tool_right and self.arguments_right


def judge(expected: Expected, reply: Reply) -> Choice:
    """Hold a model's first message against what was expected.

    Args:
        expected: the request.
        reply: what the model answered.
    """
    chosen = reply.uses[0].name if reply.uses else NO_TOOL
    if reply.failed:
        return Choice(expected, reply, NO_TOOL, False, False, [f"There was no answer: {reply.failed}."])
    wrong: list[str] = []
    if chosen not in expected.accept:
        wrong.append(f"It chose {chosen}; right would be {' or '.join(expected.accept)}.")
    wrong += [f"It called {use.name}, which is forbidden here." for use in reply.uses if use.name in expected.forbid]
    tool_right = not wrong
    if tool_right and reply.uses:
        wrong += _misfits(reply.uses[0], expected.arguments.get(chosen, {}))
    return Choice(expected, reply, chosen, tool_right, not wrong, wrong)


def _misfits(use: Use, rules: dict[str, Rule]) -> list[str]:
    return [
        f"{use.name}: {name} is not {_told(rule)}."
        for name, rule in rules.items()
        if not _fits(values_of(use.arguments, name), rule)
    ]


def _told(rule: Rule) -> str:
    if not isinstance(rule, Check):
        return repr(rule)
    return ", ".join(f"{key} {value}" for key, value in rule.model_dump(exclude_defaults=True).items())


def values_of(arguments: dict[str, Any], name: str) -> list[Any]:
    """Every scalar that an argument holds, wherever a model may write it.

    Args:
        arguments: of the call.
        name: dotted; lists on the way are gone through. What is not there is looked for among ``moreFilters``.
    """
    found = list(_leaves(arguments, name.split(".")))
    if not found:
        more = arguments.get(MORE)
        pairs = cast("list[Any]", more) if isinstance(more, list) else []
        named = [cast("dict[str, Any]", pair) for pair in pairs if isinstance(pair, dict)]
        found = [leaf for pair in named if pair.get("name") == name for leaf in _leaves(pair, ["value"])]
    return found


def _leaves(value: Any, path: Sequence[str]) -> Iterable[Any]:
    if isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from _leaves(item, path)
    elif isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        if path:
            yield from _leaves(members.get(path[0]), path[1:])
        else:
            for item in members.values():
                yield from _leaves(item, path)
    elif value is not None and len(path) <= 1:
        # Where an object with one key is expected, the bare value says as much.
        yield value


def _fits(values: list[Any], rule: Rule) -> bool:
    if not isinstance(rule, Check):
        return any(_same(value, rule) for value in values)
    if rule.absent:
        return not values
    if rule.is_not is not None:
        avoided = rule.is_not
        return not any(_same(value, avoided) for value in values)
    if not values:
        return False
    tests: list[Callable[[Any], bool]] = []
    if rule.contains is not None:
        part = rule.contains.casefold()
        tests.append(lambda value: part in str(value).casefold())
    if rule.one_of is not None:
        legal = rule.one_of
        tests.append(lambda value: any(_same(value, each) for each in legal))
    if rule.max is not None:
        most = rule.max
        tests.append(lambda value: (number := _number(value)) is not None and number <= most)
    if rule.min is not None:
        least = rule.min
        tests.append(lambda value: (number := _number(value)) is not None and number >= least)
    return any(all(test(value) for test in tests) for value in values)


def _same(value: Any, wanted: str | int | float | bool) -> bool:
    if isinstance(wanted, bool) or isinstance(value, bool):
        return value is wanted
    return str(value).strip().casefold() == str(wanted).casefold()


def _number(value: Any) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


# --- asking ----------------------------------------------------------------------------------------------------


class Offer(NamedTuple):
    """What a server with some toolsets shows a model.

    Attributes:
        instructions: of the server.
        tools: their definitions, as the Messages API takes them.
    """

    instructions: str
    tools: list[dict[str, Any]]


async def choose(
    expectations: Sequence[Expected],
    *,
    llm: AsyncAnthropic,
    model: str,
    offer: Callable[[tuple[str, ...]], Awaitable[Offer]],
    parallel: int = 4,
    on_choice: Callable[[Choice], None] | None = None,
) -> list[Choice]:
    """Ask a model for its first tool, once a request, and judge each; nothing is executed.

    Args:
        expectations: the requests.
        llm: the client of the Messages API.
        model: name of the model.
        offer: what a server with these further toolsets shows.
        parallel: requests at a time.
        on_choice: told of each as it comes.

    Returns:
        A choice for each request, in their order.

    Raises:
        anthropic.APIError: the model cannot be reached or refuses the key.
    """
    # Requests that see the same tools follow each other, so that the prompt cache serves them.
    order = sorted(range(len(expectations)), key=lambda index: expectations[index].toolsets)
    offers: dict[tuple[str, ...], Offer] = {}
    questions: list[Question] = []
    for index in order:
        entry = expectations[index]
        if entry.toolsets not in offers:
            offers[entry.toolsets] = await offer(entry.toolsets)
        shown = offers[entry.toolsets]
        questions.append(Question(shown.instructions, shown.tools, entry.request))

    def told(index: int, reply: Reply) -> None:
        if on_choice is not None:
            on_choice(judge(expectations[order[index]], reply))

    replies = await ask_all(llm, model, questions, parallel=parallel, on_reply=told)
    judged = {index: judge(expectations[index], reply) for index, reply in zip(order, replies, strict=True)}
    return [judged[index] for index in range(len(expectations))]


# --- counting --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Score:
    """How many of some requests went right.

    Attributes:
        asked: requests.
        tool: with the right first tool.
        both: with the right arguments too.
    """

    asked: int
    tool: int
    both: int

    def shown(self) -> dict[str, Any]:
        """For JSON; ``top1`` is the share with the right first tool."""
        share = round(self.tool / self.asked, 4) if self.asked else None
        return {"asked": self.asked, "toolRight": self.tool, "argumentsRight": self.both, "top1": share}


def score(choices: Iterable[Choice]) -> Score:
    """Count choices."""
    counted = list(choices)
    return Score(len(counted), sum(c.tool_right for c in counted), sum(c.right for c in counted))


def report(choices: Sequence[Choice], *, model: str, date: str, version: str) -> dict[str, Any]:
    """The result as data.

    Args:
        choices: all of them.
        model: that was asked.
        date: ISO 8601, UTC.
        version: of the server.

    Returns:
        JSON-safe: the score in sum, by tool (the first accepted one) and by language; ``confusion`` with the chosen
        tool by the expected one; tokens; and each request that went wrong, with the reasons.
    """
    tools = dict.fromkeys(choice.expected.accept[0] for choice in choices)
    languages = dict.fromkeys(choice.expected.language for choice in choices)
    confusion: dict[str, Counter[str]] = {}
    for choice in choices:
        # An accepted sibling is no confusion.
        expected = choice.chosen if choice.chosen in choice.expected.accept else choice.expected.accept[0]
        confusion.setdefault(expected, Counter())[choice.chosen] += 1
    tokens = sum((choice.reply.tokens for choice in choices), Tokens())
    return {
        "kind": "tool-choice",
        "date": date,
        "model": model,
        "version": version,
        **score(choices).shown(),
        "failed": sum(bool(choice.reply.failed) for choice in choices),
        "forbidden": sum(any(use.name in c.expected.forbid for use in c.reply.uses) for c in choices),
        "byTool": {name: score(c for c in choices if c.expected.accept[0] == name).shown() for name in tools},
        "byLanguage": {name: score(c for c in choices if c.expected.language == name).shown() for name in languages},
        "confusion": {name: dict(counted.most_common()) for name, counted in confusion.items()},
        "tokens": {
            "input": tokens.input,
            "output": tokens.output,
            "cacheRead": tokens.cache_read,
            "cacheWritten": tokens.cache_written,
        },
        "seconds": round(sum(choice.reply.seconds for choice in choices), 3),
        "wrong": [
            {
                "id": choice.expected.id,
                "request": choice.expected.request,
                "expected": list(choice.expected.accept),
                "chosen": choice.chosen,
                "called": [{"tool": use.name, "arguments": use.arguments} for use in choice.reply.uses],
                "why": choice.wrong,
            }
            for choice in choices
            if not choice.right
        ],
    }
