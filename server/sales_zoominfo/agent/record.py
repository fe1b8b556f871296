"""A conversation for a file: without secrets, e-mails and phone numbers, as JSON or to be read."""

from __future__ import annotations

import json
from typing import Any, cast

from ..scrub import scrub
from .transcript import Conversation, Turn

# Characters of a result that a person reads in Markdown.
_SHOWN = 400


def clean(conversation: Conversation) -> Conversation:
    """A copy in which every text is scrubbed; it can be continued, without what was taken out."""
    return Conversation.from_json(json.dumps(_scrubbed(json.loads(conversation.to_json())), ensure_ascii=False))


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, list):
        return [_scrubbed(item) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {name: _scrubbed(item) for name, item in cast("dict[str, Any]", value).items()}
    return value


def to_markdown(conversation: Conversation) -> str:
    """The conversation as it reads on a page."""
    lines = [f"# Conversation {conversation.id}", "", f"{conversation.started}, {conversation.model}", ""]
    for turn in conversation.turns:
        lines += [f"## {turn.asked}", ""]
        lines += [f"- read {path}" for path in turn.reads]
        for call in turn.calls:
            arguments = json.dumps(call.arguments, ensure_ascii=False)
            cost = f", {call.credits} credits" if call.credits else ""
            lines += [f"- `{call.name}` `{arguments}` ({call.seconds:.1f} s{cost})"]
            lines += [f"  {_short(call.result)}"]
        for consent in turn.asked_consent:
            lines += [f"- asked: {consent.message} {'Agreed.' if consent.agreed else 'Declined.'}"]
        lines += ["", turn.said, "", f"*{summary(turn)}*", ""]
    return "\n".join(lines)


def summary(turn: Turn) -> str:
    """Calls, credits, tokens and time of a turn, in one line."""
    tokens = turn.tokens
    parts = [
        f"{len(turn.calls)} tool call{'' if len(turn.calls) == 1 else 's'}",
        f"{turn.credits} credit{'' if turn.credits == 1 else 's'}",
        f"{tokens.total:,} tokens" + (f" ({tokens.cache_read:,} from the cache)" if tokens.cache_read else ""),
        f"{turn.seconds:.1f} s",
    ]
    if turn.stopped not in ("end_turn", "interrupted"):
        parts.append(f"stopped: {turn.stopped}")
    return ", ".join(parts)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
