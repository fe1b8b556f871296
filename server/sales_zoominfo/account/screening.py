"""Finding identifiers in a JSON tree, and the tree without those that are on the opt-out list."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping
from typing import Any, Final, cast

from .identifiers import Mark, marks, name_keys, text_marks
from .names import PLAIN, About, employer_of, is_text, names_in, surnames

WITHHELD: Final = "[withheld]"
# Statuses whose inputs name somebody who must not be named again.
SILENT = frozenset(["SUPPRESSED", "OPT_OUT"])
REASON = "On the opt-out list; nothing is handed over."
# What of an input says nothing about a person.
_HARMLESS = frozenset(["lastUpdatedDateAfter", "validDateAfter", "contactAccuracyScoreMin"])


class _Nothing:
    """Stands for what is left out."""


_GONE = _Nothing()


def about_of(answer: Mapping[str, Any]) -> About:
    """What an envelope says of itself: the company that it is about, and its fields that ZoomInfo's AI wrote."""
    meta = cast("dict[str, Any]", answer["meta"]) if isinstance(answer.get("meta"), dict) else {}
    subject = cast("dict[str, Any]", meta["subject"]) if isinstance(meta.get("subject"), dict) else {}
    told = cast("list[object]", meta["aiTexts"]) if isinstance(meta.get("aiTexts"), list) else []
    return About(employer_of(subject), frozenset(name for name in told if isinstance(name, str)))


def keys_of(node: object, place: str, name: str = "", about: About = PLAIN) -> set[str]:
    """Everything in a tree that the list can be asked for.

    Args:
        node: JSON.
        place: whose ids.
        name: the field that holds the node.
        about: what is known around it.
    """
    found: set[str] = set()
    _collect(node, place, name, found, about)
    return found


def _collect(node: object, place: str, name: str, found: set[str], about: About) -> None:
    if isinstance(node, dict):
        record = cast("dict[str, object]", node)
        found.update(name_keys(record, place))
        within = _within(record, about)
        for key, value in record.items():
            found.update(key_part for mark in text_marks(key, place) for key_part in mark.keys)
            _collect(value, place, key, found, within)
    elif isinstance(node, list | tuple):
        for item in cast("list[object]", node):
            _collect(item, place, name, found, about)
    else:
        for mark in _leaf(node, place, name, about):
            found.update(mark.keys)


def _within(record: Mapping[str, Any], about: About) -> About:
    employer = employer_of(record, about.employer)
    return about if employer is about.employer else About(employer, about.texts)


def _leaf(node: object, place: str, name: str, about: About | None = None) -> Generator[Mark]:
    if isinstance(node, str):
        yield from marks(name, node, place)
        if about is not None and is_text(name, about):
            yield from names_in(node, place, about.employer)
    elif isinstance(node, int) and not isinstance(node, bool) and (node > 9999 or node < -9999 or _is_id(name)):
        # A bare number is an id or a number to dial by its field alone; revenue is neither.
        yield from (mark for mark in marks(name, str(node), place) if mark.level != "token")


def _is_id(name: str) -> bool:
    return name.casefold().endswith(("id", "ids"))


def record_keys(record: Mapping[str, Any], place: str) -> set[str]:
    """What a whole record stands or falls by: its own identifiers, not those of records within it."""
    found = set(name_keys(record, place))
    for key, value in record.items():
        for item in cast("list[object]", value) if isinstance(value, list) else [value]:
            if not isinstance(item, dict):
                found.update(part for mark in _leaf(item, place, key) if mark.level == "record" for part in mark.keys)
    return found


def without(answer: dict[str, Any], hits: frozenset[str], place: str, about: About | None = None) -> dict[str, Any]:
    """An answer without what was hit.

    A record that a hit names is left out whole; of an enrich answer its row stays, as ``SUPPRESSED``, so that rows
    and inputs keep their order. In free text the hit's own characters are replaced.

    Args:
        answer: an envelope, or any JSON object.
        hits: the keys that are on the list.
        place: whose ids.
        about: what is known around the records; None for what the envelope says.
    """
    about = about_of(answer) if about is None else about
    clean: dict[str, Any] = {}
    for name, value in answer.items():
        if name == "data" and isinstance(value, list):
            rows = [_row(row, hits, place, about) for row in cast("list[object]", value)]
            clean[name] = [row for row in rows if row is not _GONE]
        else:
            kept = _clean(value, hits, place, name, about, top=True)
            clean[name] = None if kept is _GONE else kept
    return clean


def _row(row: object, hits: frozenset[str], place: str, about: About) -> object:
    if not isinstance(row, dict):
        return _clean(row, hits, place, "", about)
    record = cast("dict[str, Any]", row)
    if "matchStatus" not in record:
        return _clean(record, hits, place, "", about)
    given = cast("dict[str, Any]", record["input"]) if isinstance(record.get("input"), dict) else {}
    own = {name: value for name, value in record.items() if name != "input"}
    silent = record["matchStatus"] in SILENT
    if not silent and not (record_keys(own, place) | keys_of(given, place)) & set(hits):
        kept = _clean(own, hits, place, "", about)
        return {**({"input": given} if "input" in record else {}), **cast("dict[str, Any]", kept)}
    status = record["matchStatus"] if silent else "SUPPRESSED"
    told = {"matchStatus": status, "reason": own.get("reason", REASON) if silent else REASON}
    return {"input": echo(given), **told} if "input" in record else told


def echo(given: Mapping[str, object]) -> dict[str, object]:
    """A match input that tells which keys it had, and none of their values."""
    return {name: value if name in _HARMLESS else WITHHELD for name, value in given.items()}


def _clean(node: object, hits: frozenset[str], place: str, name: str, about: About, *, top: bool = False) -> object:
    if isinstance(node, dict):
        record = cast("dict[str, Any]", node)
        if not top and not record_keys(record, place).isdisjoint(hits):
            return _GONE
        return trimmed(record, hits, place, about)
    if isinstance(node, list):
        items = [_clean(item, hits, place, name, about) for item in cast("list[object]", node)]
        return [item for item in items if item is not _GONE]
    found = [mark for mark in _leaf(node, place, name, about) if not hits.isdisjoint(mark.keys)] if hits else []
    if not found:
        return node
    if any(mark.level != "token" for mark in found):
        return WITHHELD if top else _GONE
    text = str(node)
    return cut(text, [*found, *surnames(text, found)])


def trimmed(record: Mapping[str, Any], hits: frozenset[str], place: str, about: About = PLAIN) -> dict[str, Any]:
    """A record that stays, without the fields and the records within it that were hit."""
    clean: dict[str, Any] = {}
    within = _within(record, about)
    for key, value in record.items():
        kept = _clean(value, hits, place, key, within)
        if kept is not _GONE:
            clean[_text(key, hits, place)] = kept
    # Whose id is withheld is not told by name either.
    for related in ("parent", "ultimateParent", "referencePerson"):
        if f"{related}Id" in record and clean.get(f"{related}Id", WITHHELD) == WITHHELD:
            clean = {key: value for key, value in clean.items() if not key.startswith(related)}
    return clean


def _text(text: str, hits: frozenset[str], place: str) -> str:
    return cut(text, [mark for mark in text_marks(text, place) if not set(mark.keys).isdisjoint(hits)])


def cut(text: str, found: Collection[Mark]) -> str:
    """A text with marked characters replaced.

    Args:
        text: the text.
        found: the marks to replace.
    """
    parts: list[str] = []
    end = 0
    for mark in sorted(found, key=lambda item: (item.start, -item.end)):
        if mark.start >= end:
            parts += [text[end : mark.start], WITHHELD]
        end = max(end, mark.end)
    return "".join((*parts, text[end:]))
