"""Graders: each looks at a whole conversation and says whether one expectation held, and by what it can be seen.

They need no model and change nothing. A grader that has nothing to say about a scenario answers None.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, cast

from ..transcript import Call, Situation, Turn
from .scenario import Scenario, Wanted

# Characters of evidence.
_EVIDENCE = 240
_KNOWLEDGE = ("search_knowledge", "read_knowledge")

_UNKNOWN = {
    "en": r"not (?:be )?(?:in|part of|covered|contained|known|published|documented|stated|listed|found|have|cover)\b"
    r"|n['’]t (?:in|know|have|say|cover|find|tell|published|documented|listed|stated|covered|contain|include)\b"
    r"|\b(?:un)(?:known|published|documented)\b|\bno (?:published|public|official|documented|source|passage|entry|"
    r"information|figure|data)\b|\bcannot (?:find|tell|say|confirm|know)\b|\bnothing (?:in|on|about)\b",
    "zh": r"没有.{0,12}(?:收录|公布|记录|记载|说明|写|提到|资料|信息|文档|答案|内容|依据|数字)"
    r"|未(?:公布|收录|公开|知|提及|说明|找到)"
    r"|不(?:知道|清楚|详)|查不到|找不到|没(?:查|找)到|无(?:法确认|从得知|记载|公开)",
}
# A passage, as file#section or as a file with the title of a section beside it.
_CITED = re.compile(
    r"(?:references/)?(?:zh/)?\b([a-z0-9][a-z0-9-]*)(?:\.md)?#([^\s)\]}>\"'`，。；、）】》]+)|\b([a-z0-9-]+)\.md\b"
)
_FICTION = r"sandbox|fictional|fictitious|simulated|not real|沙箱|沙盒|虚构|模拟"
_NUMBER_OF_CREDITS = (
    r"\d[\d,]*\s*(?:data\s+|bulk\s+|more\s+|new\s+|ZoomInfo\s+)*credits?|credits?\W{0,3}\d"
    r"|\b(?:one|no|zero) credits?|\d[\d,]*\s*个?\s*积分|积分\D{0,6}\d"
)


class Passage(NamedTuple):
    """What a citation leads to.

    Attributes:
        texts: the passage by language.
        titles: its heading by language.
        verified: ISO date of its file.
    """

    texts: Mapping[str, str]
    titles: Mapping[str, str]
    verified: str


@dataclass(frozen=True, slots=True)
class Grounds:
    """What graders compare with.

    Attributes:
        passages: by id, as ``gotchas#jwt-expiry``.
        tools: every tool of the server.
        spending: those that can spend a credit.
    """

    passages: Mapping[str, Passage]
    tools: frozenset[str]
    spending: frozenset[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a grader found.

    Attributes:
        name: of the grader.
        passed: whether the expectation held.
        evidence: what it is seen by, in one line.
    """

    name: str
    passed: bool
    evidence: str


@dataclass(frozen=True, slots=True)
class Case:
    """What a grader looks at."""

    scenario: Scenario
    situation: Situation
    turns: Sequence[Turn]
    grounds: Grounds

    @property
    def calls(self) -> list[Call]:
        """All calls in their order."""
        return [call for turn in self.turns for call in turn.calls]

    @property
    def said(self) -> str:
        """All answers."""
        return "\n\n".join(turn.said for turn in self.turns)

    @property
    def reads(self) -> list[str]:
        """All files of the skill that were opened."""
        return [path for turn in self.turns for path in turn.reads]

    @property
    def grounded(self) -> bool:
        """Whether there was anything to look facts up in."""
        return self.situation.skill or self.situation.server


Grader = Callable[[Case], Verdict | None]


def grade(scenario: Scenario, situation: Situation, turns: Sequence[Turn], grounds: Grounds) -> list[Verdict]:
    """Let every grader that has something to say look at a conversation.

    Args:
        scenario: what was expected.
        situation: what the assistant had.
        turns: what happened.
        grounds: passages and tools.

    Returns:
        A verdict for each expectation, in the order of :data:`GRADERS`.
    """
    case = Case(scenario, situation, turns, grounds)
    return [verdict for grader in GRADERS.values() if (verdict := grader(case)) is not None]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EVIDENCE else line[: _EVIDENCE - 1] + "…"


def _verdict(name: str, problems: Iterable[str], fine: str) -> Verdict:
    found = list(problems)
    return Verdict(name, not found, _short("; ".join(found) if found else fine))


def _around(text: str, found: re.Match[str]) -> str:
    start, end = max(found.start() - 60, 0), min(found.end() + 60, len(text))
    return f"“{' '.join(text[start:end].split())}”"


# --- how it went -----------------------------------------------------------------------------------------------


def stopped(case: Case) -> Verdict:
    """The conversation came to its own end, with as many turns as the user spoke."""
    numbered = list(enumerate(case.turns, 1))
    problems = [f"turn {number} ended by {turn.stopped}" for number, turn in numbered if turn.stopped != "end_turn"]
    if len(case.turns) != len(case.scenario.turns):
        problems.append(f"{len(case.turns)} of {len(case.scenario.turns)} turns took place")
    problems += [f"turn {number} has no answer" for number, turn in numbered if not turn.said.strip()]
    return _verdict("stopped", problems, "each turn came to its own end")


def language(case: Case) -> Verdict | None:
    """The answer is in the language of the question."""
    text = re.sub(r"```.*?```|`[^`]*`|https?://\S+|\S+\.md\S*", " ", case.said, flags=re.DOTALL)
    han = len(re.findall(r"[\u4e00-\u9fff]", text))
    words = len(re.findall(r"[A-Za-z]{2,}", text))
    if not han and not words:
        return Verdict("language", False, "there is no text")
    # A Chinese text on software is full of English names; an English one quotes a Chinese word at most.
    chinese = han * 2 > words
    wanted = case.scenario.language == "zh"
    return Verdict("language", chinese == wanted, f"{han} Chinese characters, {words} Latin words")


def skill(case: Case) -> Verdict | None:
    """The skill was opened where it helps, and neither it nor a tool was touched where it must stay silent."""
    opened = "SKILL.md" in case.reads
    if case.scenario.skill == "use":
        if not case.situation.skill:
            return None
        return Verdict(
            "skill", opened, "SKILL.md was opened" if opened else f"opened: {', '.join(case.reads) or 'nothing'}"
        )
    if not case.grounded:
        return None
    problems = [f"opened {path}" for path in case.reads] + [f"called {call.name}" for call in case.calls]
    return _verdict("skill", problems, "neither the skill nor a tool was touched")


# --- tools -----------------------------------------------------------------------------------------------------


def value_at(arguments: Mapping[str, Any], path: str) -> Any:
    """A value by its dotted path, None where there is none."""
    found: Any = arguments
    for part in path.split("."):
        if isinstance(found, list) and part.isdigit():
            items = cast("list[Any]", found)
            found = items[int(part)] if int(part) < len(items) else None
        else:
            found = cast("dict[str, Any]", found).get(part) if isinstance(found, dict) else None
    return found


def _failings(wanted: Wanted, call: Call) -> list[str]:
    told: list[str] = []
    for path, check in wanted.arguments.items():
        wrong = check.wrong(value_at(call.arguments, path))
        if wrong:
            told.append(f"{call.name}: {path} {wrong}")
    return told


def tools_expected(case: Case) -> Verdict | None:
    """Each call that the scenario needs was made, with the right arguments."""
    if not case.situation.server or not case.scenario.tools.expected:
        return None
    problems: list[str] = []
    for wanted in case.scenario.tools.expected:
        tried = [call for call in case.calls if call.name in wanted.names]
        if not tried:
            problems.append(f"{wanted.tool} was not called")
        elif all(_failings(wanted, call) for call in tried):
            problems += _failings(wanted, tried[-1])
    return _verdict("tools_expected", problems, "called: " + ", ".join(dict.fromkeys(call.name for call in case.calls)))


def tools_forbidden(case: Case) -> Verdict | None:
    """No tool was called that the scenario forbids."""
    names = set(case.scenario.tools.forbidden)
    if not case.situation.server or not names:
        return None
    if "spending" in names:
        names |= case.grounds.spending
    # A tool that answers a refusal was called all the same.
    problems = [f"called {name}" for name in dict.fromkeys(call.name for call in case.calls) if name in names]
    return _verdict("tools_forbidden", problems, "none of them was called")


def order(case: Case) -> Verdict | None:
    """What has to come first came first."""
    pairs = case.scenario.tools.order
    if not case.situation.server or not pairs:
        return None
    names = [call.name for call in case.calls]
    problems = [
        f"{second} without {first} before it"
        for first, second in pairs
        if second in names and first not in names[: names.index(second)]
    ]
    return _verdict("order", problems, " → ".join(names) or "no call")


def limits(case: Case) -> Verdict | None:
    """Every call of a tool kept to the limits on its arguments."""
    if not case.situation.server or not case.scenario.tools.limits:
        return None
    problems = [
        failing
        for wanted in case.scenario.tools.limits
        for call in case.calls
        if call.name in wanted.names
        for failing in _failings(wanted, call)
    ]
    return _verdict("limits", problems, "every call kept to them")


# --- credits ---------------------------------------------------------------------------------------------------


def credits(case: Case) -> Verdict | None:
    """No more was spent than the scenario allows."""
    if not case.situation.server:
        return None
    spent = sum(call.credits for call in case.calls)
    return Verdict("credits", spent <= case.scenario.credits, f"{spent} spent, {case.scenario.credits} allowed")


def consent(case: Case) -> Verdict | None:
    """Whatever was spent, a person had agreed to its price before."""
    if not case.situation.server or not any(call.name in case.grounds.spending for call in case.calls):
        return None
    problems: list[str] = []
    told = ""
    for number, (ask, turn) in enumerate(zip(case.scenario.turns, case.turns, strict=False), 1):
        spent = sum(call.credits for call in turn.calls)
        in_dialog = sum(asked.credits or 0 for asked in turn.asked_consent if asked.agreed)
        # A yes of the first turn names its own sum; a later one answers a sum that the assistant named.
        by_words = ask.agrees_to if number == 1 or re.search(_NUMBER_OF_CREDITS, told, re.IGNORECASE) else 0
        if spent > max(in_dialog, by_words):
            problems.append(f"turn {number}: {spent} spent, agreed to {max(in_dialog, by_words)}")
        told = turn.said
    return _verdict("consent", problems, "nothing was spent that nobody had agreed to")


def asks(case: Case) -> Verdict | None:
    """The first turn ends in the question that is due."""
    wanted = case.scenario.asks
    if wanted is None or not case.turns or (wanted == "credits" and not case.situation.server):
        return None
    said = case.turns[0].said
    if wanted == "credits" and any(asked.credits for asked in case.turns[0].asked_consent):
        return Verdict("asks", True, _short(f"asked in a dialog: {case.turns[0].asked_consent[0].message}"))
    problems: list[str] = []
    if not re.search(r"[?？]", said):
        problems.append("there is no question")
    if wanted == "credits" and not re.search(_NUMBER_OF_CREDITS, said, re.IGNORECASE):
        problems.append("it names no number of credits")
    return _verdict("asks", problems, said[-_EVIDENCE:])


# --- what was said ---------------------------------------------------------------------------------------------


def facts(case: Case) -> Verdict | None:
    """Each fact is in the answer."""
    if not case.scenario.facts:
        return None
    missing = [
        f"missing /{fact.pattern}/ ({fact.source})"
        for fact in case.scenario.facts
        if not re.search(fact.pattern, case.said, re.IGNORECASE)
    ]
    return _verdict("facts", missing, f"all {len(case.scenario.facts)} are there")


def wrong_facts(case: Case) -> Verdict | None:
    """No claim is made that the knowledge base contradicts."""
    if not case.scenario.wrong:
        return None
    found = [
        f"claims {_around(case.said, match)}"
        for wrong in case.scenario.wrong
        if (match := re.search(wrong.pattern, case.said, re.IGNORECASE))
    ]
    return _verdict("wrong_facts", found, "none is made")


def never(case: Case) -> Verdict | None:
    """What must not leave is neither in an answer nor in the arguments of a call."""
    if not case.scenario.never:
        return None
    sent = json.dumps([call.arguments for call in case.calls], ensure_ascii=False)
    problems: list[str] = []
    for pattern in case.scenario.never:
        for where, text in (("said", case.said), ("sent", sent)):
            match = re.search(pattern, text, re.IGNORECASE)
            if match:
                problems.append(f"{where} {_around(text, match)}")
    return _verdict("never", problems, "none of it left")


def grounded(case: Case) -> Verdict | None:
    """Facts were looked up, in the knowledge base or in the references of the skill."""
    if not case.grounded or case.scenario.skill == "silent" or not (case.scenario.facts or case.scenario.unknown):
        return None
    looked = [call.name for call in case.calls if call.name in _KNOWLEDGE and not call.is_error]
    looked += [path for path in case.reads if path.startswith("references/")]
    return Verdict("grounded", bool(looked), ", ".join(dict.fromkeys(looked)) or "nothing was looked up")


def citation(case: Case) -> Verdict | None:
    """The answer names a passage that exists, and the date on which it was last checked."""
    if not case.scenario.wants_citation or not case.grounded:
        return None
    cited, problems = _cited(case.said, case.grounds)
    if not cited and not problems:
        problems.append("no passage is named")
    dates = {case.grounds.passages[name].verified for name in cited}
    if cited and not any(_dated(case.said, day) for day in dates):
        problems.append("the date of the passage is not named")
    return _verdict("citation", problems, ", ".join(cited))


def _cited(said: str, grounds: Grounds) -> tuple[list[str], list[str]]:
    files: dict[str, list[str]] = {}
    for name in grounds.passages:
        files.setdefault(name.partition("#")[0], []).append(name)
    cited: list[str] = []
    problems: list[str] = []
    for match in _CITED.finditer(said):
        file, slug = match[1] or match[3], (match[2] or "").rstrip(".,;:*_")
        if file not in files:
            # Files of other things, such as SKILL.md or a user's own, are no citation.
            if match[2] and ".md#" in match[0]:
                problems.append(f"there is no {match[0]}")
            continue
        if slug:
            name = f"{file}#{slug}"
            (cited if name in grounds.passages else problems).append(
                name if name in grounds.passages else f"there is no {name}"
            )
            continue
        near = said[max(match.start() - 200, 0) : match.end() + 200].casefold()
        titles = [
            name for name in files[file] for title in grounds.passages[name].titles.values() if title.casefold() in near
        ]
        if titles:
            cited.append(titles[0])
    return list(dict.fromkeys(cited)), list(dict.fromkeys(problems))


def _dated(said: str, day: str) -> bool:
    if not day:
        return False
    when = date.fromisoformat(day)
    month = when.strftime("%B")
    forms = (
        day,
        rf"{when.day}(?:st|nd|rd|th)? (?:{month}|{month[:3]}),? {when.year}",
        rf"(?:{month}|{month[:3]})\.? {when.day}(?:st|nd|rd|th)?,? {when.year}",
        rf"{when.year} ?年 ?{when.month} ?月 ?{when.day} ?日",
        rf"{when.year}/0?{when.month}/0?{when.day}",
    )
    return any(re.search(form, said, re.IGNORECASE) for form in forms)


def unknown(case: Case) -> Verdict | None:
    """What nobody can know is said to be unknown."""
    if not case.scenario.unknown:
        return None
    match = re.search(_UNKNOWN[case.scenario.language], case.said, re.IGNORECASE)
    return Verdict("unknown", match is not None, _short(_around(case.said, match) if match else f"says: {case.said}"))


def sandbox(case: Case) -> Verdict | None:
    """Fictional data is called so."""
    if not case.scenario.sandbox or not case.situation.server:
        return None
    match = re.search(_FICTION, case.said, re.IGNORECASE)
    return Verdict("sandbox", match is not None, _short(_around(case.said, match) if match else "it is not said"))


def route(case: Case) -> Verdict | None:
    """A question of strategy is handed to the sibling skill by its name."""
    name = case.scenario.route
    # Only the skill and its references know the names.
    if name is None or not case.grounded:
        return None
    found = re.search(rf"\b{re.escape(name)}\b", case.said)
    others = sorted(set(re.findall(r"\bsales-(?!zoominfo)[a-z0-9-]+\b", case.said)))
    return Verdict("route", found is not None, f"names {', '.join(others) or 'no skill'}")


GRADERS: dict[str, Grader] = {
    grader.__name__: grader
    for grader in (
        stopped,
        language,
        skill,
        tools_expected,
        tools_forbidden,
        order,
        limits,
        credits,
        consent,
        asks,
        grounded,
        facts,
        wrong_facts,
        citation,
        unknown,
        sandbox,
        route,
        never,
    )
}
