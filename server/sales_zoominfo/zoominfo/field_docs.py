"""The field documentation, written from the field tables: ``references/contact-fields.md`` and its company twin."""

from __future__ import annotations

from collections.abc import Iterable

from .fields import FILTERS, MATCH_KEYS, OUTPUTS, SHOWN, Filter, Output
from .operations import Entity

_JOINS = {
    "one": "one",
    "comma": "list",
    "or": "OR",
    "words": "words",
    "array": "list",
}
_KINDS = {
    "text": "text",
    "id": "id",
    "integer": "whole number",
    "decimal": "number",
    "flag": "true or false",
    "date": "YYYY-MM-DD",
    "choice": "choice",
    "lookup": "name or id",
    "history": "object",
}


# Short sections, since each is a passage of its own in the knowledge base.
_FILTER_GROUPS: tuple[tuple[str, frozenset[str]], ...] = (
    ("filters with a taxonomy", frozenset({"lookup"})),
    ("filters by choice, id and flag", frozenset({"choice", "id", "flag", "history"})),
    ("filters by text", frozenset({"text"})),
    ("filters by number and date", frozenset({"integer", "decimal", "date"})),
)
_OUTPUT_GROUPS: tuple[tuple[str, frozenset[str]], ...] = (
    ("output fields: text", frozenset({"id", "string"})),
    ("output fields: numbers, flags and dates", frozenset({"number", "boolean", "date", "datetime"})),
    ("output fields: lists and objects", frozenset({"strings", "objects", "object"})),
)


def field_docs(entity: Entity, last_verified: str) -> str:
    """The reference file of an entity's fields.

    Args:
        entity: whose fields.
        last_verified: the day the tables were last held against ZoomInfo's specification, YYYY-MM-DD.

    Returns:
        Markdown with front matter.
    """
    plural = "contacts" if entity == "contact" else "companies"
    title = f"{entity.capitalize()} fields"
    sections: list[tuple[str, str, list[str]]] = []
    for name, kinds in _FILTER_GROUPS:
        text = f"For `search_{plural}`; • is an argument of its own, the others go into `moreFilters`."
        chosen = [spec for spec in FILTERS[entity].values() if spec.kind in kinds]
        sections.append((name, text, _filters(chosen, SHOWN[entity])))
    keys = ["| Key | What |", "|---|---|", *(f"| `{key.name}` | {key.text} |" for key in MATCH_KEYS[entity].values())]
    sections.append(("match inputs", f"Keys of one record in `enrich_{plural}`.", keys))
    for name, types in _OUTPUT_GROUPS:
        text = "Names for `outputFields`; • is in the concise set. A plan may leave any of them out."
        chosen = [spec for spec in OUTPUTS[entity].values() if spec.type in types]
        sections.append((name, text, _outputs(chosen)))
    headings = [f"{entity.capitalize()} {name}" for name, _, _ in sections]
    lines = [
        "---",
        f"title: {title}",
        f'aliases: ["{entity} filters", "{entity} output fields", "{entity} outputFields", "{entity} match keys"]',
        'sources: ["ZoomInfo GTM specification", "ZoomInfo Enterprise API documentation"]',
        f"last_verified: {last_verified}",
        "---",
        "",
        f"# {title}",
        "",
        "Written from the code's field tables; `lookup` with the account connected adds what your plan grants.",
        "GTM and Ent. say which API generation documents the field.",
        "",
        "## Contents",
        "",
        *(f"- [{heading}](#{_anchor(heading)})" for heading in headings),
    ]
    for heading, (_, text, table) in zip(headings, sections, strict=True):
        lines += ["", f"## {heading}", "", text, "", *table]
    return "\n".join(lines) + "\n"


def _anchor(heading: str) -> str:
    return "".join(letter for letter in heading.lower() if letter.isalnum() or letter in " -").replace(" ", "-")


def _filters(specs: Iterable[Filter], shown: tuple[str, ...]) -> list[str]:
    rows = ["| Filter | Value | GTM | Ent. | What |", "|---|---|---|---|---|"]
    for spec in specs:
        value = f"`{spec.lookup}`" if spec.lookup else _KINDS[spec.kind]
        value += "" if spec.join == "one" else f", {_JOINS[spec.join]}"
        text = spec.text + (f" Needs `{spec.needs}`." if spec.needs else "")
        text += f" Legal: {', '.join(spec.choices)}." if spec.choices and spec.choices[0] not in text else ""
        name = f"`{spec.name}`" + (" •" if spec.name in shown else "")
        rows.append(f"| {name} | {value} | {_mark(spec.gtm)} | {_mark(spec.enterprise)} | {text} |")
    return rows


def _outputs(specs: Iterable[Output]) -> list[str]:
    rows = ["| Field | Type | GTM | Ent. | What |", "|---|---|---|---|---|"]
    for spec in specs:
        what = "; ".join(part for part in (spec.unit, spec.text, "•" if spec.concise else "") if part)
        rows.append(f"| `{spec.name}` | {spec.type} | {_mark(spec.gtm)} | {_mark(spec.enterprise)} | {what} |")
    return rows


def _mark(known: object) -> str:
    return "yes" if known else "–"
