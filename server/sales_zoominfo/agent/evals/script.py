"""What a right assistant does in a scenario, as a function of the request: the offline evals play it.

The script stands in the scenario or is made from its expectations. Its answers hold no facts of their own: they quote
the passages that the tools gave in this very conversation, so that a passage which cannot be found, or no longer says
what the scenario expects, makes the run fail.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, cast

from ..transcript import Situation
from .graders import value_at
from .scenario import Scenario, Step

Block = dict[str, Any]
Request = dict[str, Any]

READ_FILE = "read_skill_file"
# Hits of a search that are opened, as a careful reader would.
_OPENED = 4
# Characters of a quotation on either side of the fact.
_QUOTE = 220

_WORDS = {
    "en": {
        "cited": "(source: {source}, last verified {date})",
        "unknown": "The knowledge base does not have this, so I will not guess.",
        "nothing": "I have no source for this here.",
        "route": "That is a question of strategy: the sibling skill `{name}` covers it "
        "(`npx skills add sales-skills/sales --skill {name}`).",
    },
    "zh": {
        "cited": "（来源：{source}，最后核实 {date}）",
        "unknown": "知识库没有收录这一点，我不作猜测。",
        "nothing": "这里没有可以引用的来源，我不知道。",
        "route": "这属于策略问题，请用姊妹技能 `{name}`（`npx skills add sales-skills/sales --skill {name}`）。",
    },
}


class Player:
    """Plays a scenario: called with each request's body, it gives the blocks of the next assistant's turn.

    Args:
        scenario: what to play.
        situation: what the assistant has.
    """

    def __init__(self, scenario: Scenario, situation: Situation) -> None:
        self._scenario, self._situation = scenario, situation
        self._ids = count(1)

    def __call__(self, request: Request) -> list[Block]:
        """The next turn."""
        messages = cast("list[dict[str, Any]]", request["messages"])
        done = sum(message["role"] == "assistant" for message in messages)
        steps = self.steps()
        if done >= len(steps):
            return [_text(_WORDS[self._scenario.language]["nothing"])]
        return steps[done](_Seen(messages))

    def steps(self) -> list[Callable[[_Seen], list[Block]]]:
        """Each assistant's turn, as a function of what was seen until then."""
        scenario = self._scenario
        opening = [self._open_skill] if self._situation.skill and scenario.skill == "use" else []
        if scenario.script and self._situation.server:
            return [*opening, *(self._scripted(step) for steps in scenario.script for step in steps)]
        if scenario.skill == "silent":
            return [lambda _: [_text(scenario.answer or "")]]
        if self._situation.server:
            return [*opening, self._search, self._open_hits, self._answer]
        if self._situation.skill:
            return [*opening, self._open_files, self._answer]
        return [lambda _: [_text(_WORDS[scenario.language]["nothing"])]]

    # --- steps -------------------------------------------------------------------------------------------------

    def _use(self, name: str, arguments: dict[str, Any]) -> Block:
        return {"type": "tool_use", "id": f"toolu_eval_{next(self._ids):05d}", "name": name, "input": arguments}

    def _open_skill(self, _: _Seen) -> list[Block]:
        return [self._use(READ_FILE, {"path": "SKILL.md"})]

    def _open_files(self, _: _Seen) -> list[Block]:
        folder = "references/zh" if self._scenario.language == "zh" else "references"
        files = dict.fromkeys(fact.passage.partition("#")[0] for fact in self._scenario.facts)
        return [self._use(READ_FILE, {"path": f"{folder}/{file}.md"}) for file in files or {"gotchas": None}]

    def _search(self, _: _Seen) -> list[Block]:
        return [self._use("search_knowledge", {"query": self._scenario.query or self._scenario.turns[0].say})]

    def _open_hits(self, seen: _Seen) -> list[Block]:
        hits = cast("list[dict[str, Any]]", (seen.last("search_knowledge") or {}).get("data", []))[:_OPENED]
        if not hits:
            return self._answer(seen)
        return [self._use("read_knowledge", {"id": hit["id"], "language": self._scenario.language}) for hit in hits]

    def _answer(self, seen: _Seen) -> list[Block]:
        if not self._scenario.facts and not seen.answered("search_knowledge"):
            return [_text(_WORDS[self._scenario.language]["unknown"])]
        return [_text(self._quoted(seen))]

    def _scripted(self, step: Step) -> Callable[[_Seen], list[Block]]:
        def play(seen: _Seen) -> list[Block]:
            if step.call is not None:
                return [self._use(step.call, cast("dict[str, Any]", seen.filled(step.arguments)))]
            said = step.say or ""
            if "{facts}" in said:
                said = said.replace("{facts}", self._quoted(seen))
            return [_text(seen.told(said))]

        return play

    # --- words -------------------------------------------------------------------------------------------------

    def _quoted(self, seen: _Seen) -> str:
        """The passages that state the facts, in their own words, as far as they were read."""
        words = _WORDS[self._scenario.language]
        parts: list[str] = []
        for fact in self._scenario.facts:
            found = seen.passage(fact.pattern, fact.passage)
            if found:
                quote, source, date = found
                parts.append(f"{quote} {words['cited'].format(source=source, date=date)}")
        if self._scenario.route:
            parts.append(words["route"].format(name=self._scenario.route))
        return "\n\n".join(dict.fromkeys(parts)) or words["nothing"]


def _text(text: str) -> Block:
    return {"type": "text", "text": text}


class _Seen:
    """What the tools have answered until now."""

    def __init__(self, messages: Sequence[dict[str, Any]]) -> None:
        names: dict[str, tuple[str, dict[str, Any]]] = {}
        self._results: list[tuple[str, dict[str, Any], str]] = []
        for message in messages:
            content = message["content"]
            for block in cast("list[Block]", content if isinstance(content, list) else []):
                if block["type"] == "tool_use":
                    names[block["id"]] = (block["name"], block["input"])
                elif block["type"] == "tool_result":
                    name, arguments = names.get(block["tool_use_id"], ("", {}))
                    self._results.append((name, arguments, _flat(block.get("content", ""))))

    def last(self, name: str) -> dict[str, Any] | None:
        """The latest answer of a tool, None where it gave none that is an envelope."""
        for called, _, text in reversed(self._results):
            if called == name:
                return _envelope(text)
        return None

    def answered(self, name: str) -> bool:
        """Whether the latest answer of a tool holds rows."""
        return bool((self.last(name) or {}).get("data"))

    def passage(self, pattern: str, wanted: str) -> tuple[str, str, str] | None:
        """A quotation that states something, its source and its date; of the wanted passage where it was read."""
        found: list[tuple[bool, str, str, str]] = []
        for name, arguments, text in self._results:
            if name == READ_FILE:
                if not str(arguments.get("path")).startswith("references/"):
                    continue
                source = f"{arguments.get('path')}#{wanted.partition('#')[2]}"
                dated = re.search(r"^last_verified: *(\S+)", text, re.MULTILINE)
                rows = [(source, dated[1] if dated else "", _section(text, wanted.partition("#")[2]))]
            else:
                data = cast("list[dict[str, Any]]", (_envelope(text) or {}).get("data", []))
                rows = [
                    (row["source"], row["lastVerified"], row.get("text") or row.get("snippet", ""))
                    for row in data
                    if "lastVerified" in row
                ]
            for source, date, body in rows:
                quote = _quote(body, pattern)
                if quote:
                    found.append((wanted.partition("#")[2] in source, quote, source, date))
        found.sort(key=lambda one: not one[0])
        return found[0][1:] if found else None

    def filled(self, value: Any) -> Any:
        """A value with what starts with ``$`` taken from results."""
        if isinstance(value, str) and value.startswith("$"):
            return self._at(value[1:])
        if isinstance(value, list):
            return [self.filled(item) for item in cast("list[Any]", value)]
        if isinstance(value, dict):
            return {key: self.filled(item) for key, item in cast("dict[str, Any]", value).items()}
        return value

    def told(self, text: str) -> str:
        """Words with ``{tool.data.0.name}`` taken from results."""
        return re.sub(r"\{([a-z_]+(?:\.[\w]+)+)\}", lambda found: str(self._at(found[1])), text)

    def _at(self, path: str) -> Any:
        name, _, rest = path.partition(".")
        found = self.last(name)
        return None if found is None else value_at(found, rest)


def _section(text: str, slug: str) -> str:
    """A section of a file, by its anchor; the sub-sections below it are not part of it."""
    anchor, lines, inside = "", list[str](), False
    for line in text.splitlines():
        heading = re.fullmatch(r"#{1,6} (.+)", line)
        if heading:
            made = re.sub(r"[^\w\- ]", "", heading[1].lower()).strip().replace(" ", "-")
            inside = slug in (anchor, made)
        elif inside:
            lines.append(line)
        given = re.fullmatch(r'<a id="(.+)"></a>', line)
        anchor = given[1] if given else ""
    return "\n".join(lines)


def _quote(body: str, pattern: str) -> str:
    """The line that a pattern is found in, or the part of it around that; empty where there is none."""
    for line in body.splitlines():
        # Links lead elsewhere, and a table's bars say nothing.
        text = " ".join(re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", line).replace("|", " ").split())
        match = re.search(pattern, text, re.IGNORECASE)
        if match:
            return text[max(match.start() - _QUOTE, 0) : match.end() + _QUOTE]
    return ""


def _flat(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(str(part.get("text", "")) for part in cast("list[Block]", content))


def _envelope(text: str) -> dict[str, Any] | None:
    try:
        found: Any = json.loads(text)
    except ValueError:
        return None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else None
