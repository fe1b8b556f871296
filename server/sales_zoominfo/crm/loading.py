"""Reading mapping files and presets."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, cast

import yaml
from pydantic import ValidationError

from ..errors import SalesZoomInfoError, fail, near
from ..zoominfo.fields import OUTPUTS
from ..zoominfo.operations import Entity
from .mapping import COLUMN, TEXT, Column, Mapping, Source, refused
from .model import MappingFile, Target

PLAIN = "plain"
_PRESETS = Path(__file__).with_name("presets")
# A mapping is some kilobytes; more is another file.
_LARGEST = 1_000_000
_OF_ENTITY: dict[str, dict[Entity, str]] = {
    "salesforce": {"contact": "salesforce-contact", "company": "salesforce-account"},
    "hubspot": {"contact": "hubspot-contact", "company": "hubspot-company"},
    "dynamics": {"contact": "dynamics-contact", "company": "dynamics-account"},
    "pipedrive": {"contact": "pipedrive-person", "company": "pipedrive-organization"},
}
# What presets count as empty when they say nothing else.
_BLANK = ("n/a", "[not provided]", "-", "unknown")


@cache
def preset_names() -> tuple[str, ...]:
    """The names of the presets that come along."""
    return (PLAIN, *sorted(path.stem for path in _PRESETS.glob("*.yaml")))


def preset_text(name: str) -> str:
    """A preset as YAML, to start one's own from.

    Raises:
        NotFound: there is none of this name.
    """
    if name not in preset_names() or name == PLAIN:
        raise _unknown(name)
    return (_PRESETS / f"{name}.yaml").read_text("utf-8")


def load_mapping(name: str | Path, entity: Entity | None = None) -> Mapping:
    """Read a mapping.

    Args:
        name: a preset (``salesforce-lead``, or ``salesforce`` for the one of the entity), ``plain``, or the path of a
            YAML file.
        entity: whose records are wanted, for names that leave it open.

    Returns:
        The mapping, not yet held against a file.

    Raises:
        NotFound: there is neither such a preset nor such a file.
        InvalidArgument: it is not in the form of a mapping, names an unknown field, or goes round in circles; the text
            names the field.
    """
    return build_mapping(resolve_mapping(name, entity))


def resolve_mapping(name: str | Path, entity: Entity | None = None) -> dict[str, Any]:
    """Read a mapping and what it extends, as JSON that holds all of it: the files are not needed any more.

    Args:
        name: as for :func:`load_mapping`.
        entity: as for :func:`load_mapping`.

    Returns:
        What :func:`build_mapping` takes. Its form has been checked, and its fields have not.

    Raises:
        NotFound, InvalidArgument: as :func:`load_mapping`.
    """
    text = str(name)
    if text.strip().casefold() == PLAIN:
        kind = entity or "contact"
        return {"plain": kind, "fields": [spec.name for spec in OUTPUTS[kind].values() if spec.concise]}
    preset = _preset(text, entity) is not None
    shown, found = _read(text, entity, ())
    if found.entity is None:
        found = found.model_copy(update={"entity": entity or "contact"})
    return {"shown": shown, "preset": preset, "file": found.model_dump(mode="json", by_alias=True, exclude_unset=True)}


def build_mapping(resolved: dict[str, Any]) -> Mapping:
    """The mapping that :func:`resolve_mapping` has read.

    Raises:
        InvalidArgument: it names an unknown field, or goes round in circles; the text names the field.
    """
    if "plain" in resolved:
        return Mapping.plain(resolved["fields"], resolved["plain"])
    found = MappingFile.model_validate(resolved["file"])
    return replace(_built(found, resolved["shown"]), lenient=resolved["preset"])


def _read(text: str, entity: Entity | None, above: tuple[str, ...]) -> tuple[str, MappingFile]:
    preset = _preset(text, entity)
    if preset is not None:
        key, shown, content = f"preset {preset}", preset, preset_text(preset)
        base = Path()
    else:
        path = Path(text).expanduser()
        key, shown, content = str(path.resolve()), path.name[-80:], _content(path, text)
        base = path.parent
    if key in above:
        raise refused(shown, ["'extends' leads back to itself"])
    found = _parsed(content, shown)
    if found.extends is None:
        if found.remove:
            raise refused(shown, [f"'remove' names '{found.remove[0]}', and nothing is extended"])
        if not found.columns:
            raise refused(shown, ["'columns' has no entry"])
        return shown, found
    below = found.extends
    if _preset(below, found.entity or entity) is None and not Path(below).expanduser().is_absolute():
        below = str(base / below)
    _, lower = _read(below, found.entity or entity, (*above, key))
    return shown, _merged(lower, found, shown)


def _preset(text: str, entity: Entity | None) -> str | None:
    name = "-".join(text.casefold().replace("_", " ").replace("-", " ").split())
    if name in _OF_ENTITY:
        return _OF_ENTITY[name][entity or "contact"]
    return name if name in preset_names() and name != PLAIN else None


def _content(path: Path, text: str) -> str:
    try:
        if not path.exists() and not path.suffix and path.parent == Path():
            raise _unknown(text)
        if path.stat().st_size > _LARGEST:
            raise refused(path.name[-80:], ["the file is far too large for a mapping"])
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise _unknown(text) from None
    except UnicodeDecodeError:
        raise refused(path.name[-80:], ["it is not UTF-8 text"]) from None
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise refused(path.name[-80:], [f"it cannot be read ({reason})"]) from None


def _unknown(name: str) -> SalesZoomInfoError:
    known = [*preset_names(), *_OF_ENTITY]
    how = f"Presets: {', '.join(known)}. Or give the path of a YAML file."
    return fail("not_found", thing="mapping", name=name[-80:], hint=near(name, known), how=how)


# --- YAML ------------------------------------------------------------------------------------------------------


class _Loader(yaml.SafeLoader):
    """Refuses what a mapping has no use for: entries that stand twice, and aliases, which can grow without end."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):  # pyright: ignore[reportUnknownMemberType]
            raise yaml.YAMLError("an alias ('*name') is not used in mappings")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: dict[str, int] = {}
        for key, _ in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
            name = str(cast("Any", self).construct_object(key, deep=True))
            line = key.start_mark.line + 1
            if name in seen:
                raise yaml.YAMLError(f"'{name[:60]}' stands twice, in lines {seen[name]} and {line}")
            seen[name] = line
        return super().construct_mapping(node, deep)


def _parsed(content: str, shown: str) -> MappingFile:
    try:
        data: object = yaml.load(content, _Loader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        place = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise refused(shown, [f"it is no YAML{place}: {error.problem or 'it cannot be read'}"]) from None
    except RecursionError:
        raise refused(shown, ["it is no YAML that can be read: it is nested too deeply"]) from None
    except (yaml.YAMLError, ValueError) as error:
        raise refused(shown, [str(error) or "it is no YAML"]) from None
    if not isinstance(data, dict):
        raise refused(shown, ["it has no entries such as 'columns'"])
    table = cast("dict[Any, Any]", data)
    columns: object = table.get("columns")
    if isinstance(columns, dict):
        table = {**table, "columns": _written_out(cast("dict[Any, Any]", columns), shown)}
    try:
        return MappingFile.model_validate(table)
    except ValidationError as error:
        raise refused(
            shown, [_problem(item) for item in error.errors(include_input=False, include_url=False)]
        ) from None


def _written_out(columns: dict[Any, Any], shown: str) -> dict[str, Any]:
    """Columns with their short forms, ``Phone: phone`` and ``Phone: [phone, companyPhone]``, as entries."""
    found: dict[str, Any] = {}
    for name, entry in columns.items():
        if not isinstance(name, str) or not name.strip():
            raise refused(shown, [f"the column '{str(name)[:60]}' must be text; put it in quotes"])
        if entry is None or entry == "" or entry == []:
            raise refused(shown, [f"'{name[:60]}' is blank; give it a source, or take it out"])
        found[name] = {"from": entry} if isinstance(entry, str | list) else entry
    return found


_MEMBERS = {
    "columns": "from, update, labels, required, as, separator, format",
    "": "name, entity, extends, record_id, missing, blank, remove, columns",
}


def _problem(item: Any) -> str:
    """A problem of the form as half a sentence that names the column."""
    place = [str(part) for part in item["loc"] if part != "[key]"]
    column = f"'{place[1][:60]}'" if place[:1] == ["columns"] and len(place) > 1 else ""
    member = ".".join(place[2:] if column else place)
    where = f"{column}: '{member}'" if column and member else column or f"'{member}'"
    match item["type"]:
        case "extra_forbidden":
            legal = _MEMBERS["columns" if column else ""]
            return f"{where} is unknown (legal: {legal})"
        case "missing":
            return f"{where} is missing"
        case "literal_error":
            return f"{where} must be {item['ctx']['expected']}"
        case "too_short" | "string_too_short":
            return f"{where} is blank"
        case "value_error":
            return f"{column or where}: {item['ctx']['error']}"
        case _:
            return f"{where}: {str(item['msg'])[:1].lower()}{str(item['msg'])[1:]}"


# --- the mapping -----------------------------------------------------------------------------------------------


def _merged(lower: MappingFile, upper: MappingFile, shown: str) -> MappingFile:
    columns = dict(lower.columns)
    problems: list[str] = []
    for name in upper.remove:
        if name not in columns:
            problems.append(f"'remove' names '{name}', which is not in what it extends{near(name, list(columns))}")
        elif columns[name].required:
            problems.append(f"'{name}' is required and cannot be removed")
        else:
            del columns[name]
    for name, target in upper.columns.items():
        below = columns.get(name)
        if below is not None:
            kept: dict[str, Any] = {"labels": below.labels} if "labels" not in target.model_fields_set else {}
            if below.required:
                kept["required"] = True
            target = target.model_copy(update=kept)
        columns[name] = target
    if problems:
        raise refused(shown, problems)
    if upper.entity and lower.entity and upper.entity != lower.entity:
        raise refused(shown, [f"'entity' is {upper.entity}, and what it extends maps a {lower.entity}"])
    return lower.model_copy(
        update={
            "name": upper.name or lower.name,
            "entity": upper.entity or lower.entity,
            "record_id": upper.record_id or lower.record_id,
            "missing": upper.missing or lower.missing,
            "blank": lower.blank if upper.blank is None else upper.blank,
            "columns": columns,
        }
    )


def _built(found: MappingFile, shown: str) -> Mapping:
    entity: Entity = found.entity or "contact"
    problems: list[str] = []
    headings: dict[str, str] = {}
    columns: dict[str, Column] = {}
    for name, target in found.columns.items():
        for heading in (name, *target.labels):
            plain = heading.casefold()
            if headings.setdefault(plain, name) != name:
                problems.append(f"'{name}' and '{headings[plain]}' both stand for the column '{heading}'")
        sources = [_source(text, name, target, entity, problems) for text in target.sources]
        columns[name] = Column(name, name, tuple(source for source in sources if source), target)
    order = _in_order(columns, problems)
    if problems:
        raise refused(shown, problems)
    blank = frozenset(text.strip().casefold() for text in (_BLANK if found.blank is None else found.blank))
    made = Mapping(
        found.name or shown, entity, tuple(columns[name] for name in order), tuple(found.record_id),
        found.missing or "add", blank,
    )  # fmt: skip
    return made.with_flags()


def _source(text: str, column: str, target: Target, entity: Entity, problems: list[str]) -> Source | None:
    for mark, kind in ((COLUMN, "column"), (TEXT, "text")):
        if text.startswith(mark):
            name = text.removeprefix(mark).strip()
            if not name:
                problems.append(f"'{column}' takes from '{text}', which names nothing")
                return None
            if kind == "text" and target.sources[-1] != text:
                problems.append(f"'{column}' takes '{text}' before others, which would never count")
            return Source(kind, name)
    head, *path = text.split(".")
    field = _field(head, entity)
    if field is None:
        hint = near(head, list(OUTPUTS[entity]))
        problems.append(f"'{column}' takes from '{text[:60]}', which is no output field of a {entity}{hint}")
        return None
    if path and (OUTPUTS[entity][field].type not in ("object", "objects") or not all(path)):
        problems.append(f"'{column}' takes from '{text[:60]}', and {field} has no parts")
        return None
    return Source("field", field, tuple(path))


@cache
def _spellings(entity: Entity) -> dict[str, str]:
    found: dict[str, str] = {}
    for spec in OUTPUTS[entity].values():
        found[spec.name.casefold()] = spec.name
    for spec in OUTPUTS[entity].values():
        for alias in spec.aliases:
            found.setdefault(alias.casefold(), spec.name)
    return found


def _field(text: str, entity: Entity) -> str | None:
    """An output field by its name, in any letter case, with or without spaces: "Direct Phone" is ``phone``."""
    return _spellings(entity).get("".join(part for part in text.casefold().split()).replace("_", "").replace("-", ""))


def _in_order(columns: dict[str, Column], problems: list[str]) -> list[str]:
    """Columns in an order in which each one comes behind those that it draws on."""
    by_heading = {heading: name for name, column in columns.items() for heading in (name, *column.target.labels)}
    needs: dict[str, list[str]] = {}
    for name, column in columns.items():
        drawn = [source.name for source in column.sources if source.kind == "column"]
        needs[name] = [by_heading[heading] for heading in drawn if heading in by_heading]
    try:
        return list(TopologicalSorter(needs).static_order()) if any(needs.values()) else list(columns)
    except CycleError as error:
        circle = cast("list[str]", error.args[1])
        problems.append(f"columns draw on each other in a circle: {' <- '.join(reversed(circle))}")
        return list(columns)
