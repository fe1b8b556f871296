"""The field documentation, written from the field tables: contact-fields.md and company-fields.md, and their Chinese
twins in zh/ with the same anchors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal, NamedTuple

from .field_texts import FILTERS_MORE, FILTERS_ZH, KEYS_ZH, OUTPUTS_TEXT
from .fields import COMBINATIONS, ENOUGH, FILTERS, MATCH_KEYS, OUTPUTS, SEARCH_ROW, SHOWN, SORTS, Filter, Output
from .operations import Entity

Language = Literal["en", "zh"]


class Words(NamedTuple):
    """What the files say in one language."""

    contents: str
    yes: str
    joins: dict[str, str]
    kinds: dict[str, str]
    types: dict[str, str]
    filter_head: str
    key_head: str
    output_head: str
    filters: str
    outputs: str
    keys: str
    legal: str
    needs: str
    excludes: str
    stop: str


WORDS: dict[Language, Words] = {
    "en": Words(
        contents="Contents",
        yes="yes",
        joins={"comma": ", list", "or": ", OR", "words": ", words", "array": ", list"},
        kinds={
            "text": "text",
            "id": "id",
            "integer": "whole number",
            "decimal": "number",
            "flag": "true or false",
            "date": "YYYY-MM-DD",
            "choice": "choice",
            "history": "object",
        },
        types={},
        filter_head="| Filter | Value | GTM | Ent. | What |",
        key_head="| Key | What |",
        output_head="| Field | Type | GTM | Ent. | What |",
        filters="For `search_{plural}`; • is an argument of its own, the others go into `moreFilters`.",
        outputs="Names for `outputFields` of `enrich_{plural}`; • is in the concise set. A plan may leave any out.",
        keys="Keys of one record in `{plural}`, the argument of `enrich_{plural}` that takes 1 to 100 records. What is "
        "enough for a match: {enough}. The other keys narrow it.",
        legal=" Legal: {values}.",
        needs=" Needs `{name}`.",
        excludes=" Not beside `{name}`.",
        stop="; ",
    ),
    "zh": Words(
        contents="目录",
        yes="有",
        joins={"comma": "，可多值", "or": "，任一", "words": "，多个词", "array": "，可多值"},
        kinds={
            "text": "文本",
            "id": "ID",
            "integer": "整数",
            "decimal": "数值",
            "flag": "true 或 false",
            "date": "YYYY-MM-DD",
            "choice": "枚举",
            "history": "对象",
        },
        types={
            "id": "ID",
            "string": "文本",
            "number": "数值",
            "boolean": "布尔",
            "date": "日期",
            "datetime": "时间",
            "strings": "文本列表",
            "objects": "对象列表",
            "object": "对象",
        },
        filter_head="| 筛选条件 | 取值 | GTM | Ent. | 说明 |",
        key_head="| 匹配键 | 说明 |",
        output_head="| 字段 | 类型 | GTM | Ent. | 说明 |",
        filters="用于 `search_{plural}`；带 • 的是独立参数，其余写进 `moreFilters`。",
        outputs="用于 `enrich_{plural}` 的 `outputFields`；带 • 的属于精简结果。套餐可能不含其中任何一项。",
        keys="`enrich_{plural}` 的参数 `{plural}` 接受 1 至 100 条记录，下面是每条记录的键。"
        "以下任意一组即可匹配：{enough}。其余的键用来缩小范围。",
        legal="可选值：{values}。",
        needs="须同时给出 `{name}`。",
        excludes="不可与 `{name}` 同用。",
        stop="；",
    ),
}
_NAMES: dict[Entity, tuple[str, str]] = {"contact": ("contacts", "联系人"), "company": ("companies", "公司")}


class _Section(NamedTuple):
    """A heading in both languages, without the entity, and what is under it."""

    english: str
    chinese: str
    lines: Callable[[Entity, Language], list[str]]


def field_docs(entity: Entity, last_verified: str, language: Language = "en") -> str:
    """The reference file of an entity's fields.

    Args:
        entity: whose fields.
        last_verified: the day the tables were last held against ZoomInfo's specification, YYYY-MM-DD.
        language: which version.

    Returns:
        Markdown with front matter; both languages have the same sections with the same anchors.
    """
    english, chinese = _headings(entity)
    sections = [section for section in _SECTIONS if section.lines(entity, language)]
    heads = [english + section.english if language == "en" else chinese + section.chinese for section in sections]
    anchors = [anchor(english + section.english) for section in sections]
    words = WORDS[language]
    lines = [*_FRONT[language](entity, last_verified), *anchored("contents", words.contents, language)]
    lines += ["", *(f"- [{head}](#{slug})" for head, slug in zip(heads, anchors, strict=True))]
    for section, head, slug in zip(sections, heads, anchors, strict=True):
        lines += ["", *anchored(slug, head, language), "", *section.lines(entity, language)]
    return "\n".join(lines) + "\n"


def _headings(entity: Entity) -> tuple[str, str]:
    return f"{entity.capitalize()} ", _NAMES[entity][1]


def _english_front(entity: Entity, last_verified: str) -> list[str]:
    return [
        "---",
        f"title: {entity.capitalize()} fields",
        f'aliases: ["{entity} filters", "{entity} output fields", "{entity} outputFields", "{entity} match keys"]',
        'sources: ["ZoomInfo GTM specification", "ZoomInfo Enterprise API documentation"]',
        f"last_verified: {last_verified}",
        "---",
        "",
        f"# {entity.capitalize()} fields",
        "",
    ]


def _chinese_front(entity: Entity, last_verified: str) -> list[str]:
    name = _NAMES[entity][1]
    return [
        "---",
        f"title: {name}字段",
        f'aliases: ["{name}筛选条件", "{name}返回字段", "{name}输出字段", "{name}匹配键"]',
        'sources: ["ZoomInfo GTM 规范", "ZoomInfo Enterprise API 文档"]',
        f"last_verified: {last_verified}",
        "---",
        "",
        f"# {name}字段",
        "",
    ]


_FRONT: dict[Language, Callable[[Entity, str], list[str]]] = {"en": _english_front, "zh": _chinese_front}


def anchored(slug: str, heading: str, language: Language) -> list[str]:
    """A heading's lines, with the English heading's anchor in both languages."""
    return [*([f'<a id="{slug}"></a>'] if language == "zh" else []), f"## {heading}"]


def anchor(heading: str) -> str:
    """The anchor that a heading gets."""
    return "".join(letter for letter in heading.lower() if letter.isalnum() or letter in " -").replace(" ", "-")


# --- sections --------------------------------------------------------------------------------------------------


def _legend(entity: Entity, language: Language) -> list[str]:
    plural = _NAMES[entity][0]
    found, returned = ("emailAddress", "email") if entity == "contact" else ("companyName", "name")
    if language == "en":
        return [
            "These tables are written from the code. Filters, match inputs and output fields are three lists with "
            f"names of their own: `{found}` finds, `{returned}` comes back.",
            "",
            f"- **•**: a filter that is an argument of its own in `search_{plural}` (the others go into `moreFilters` "
            "as `name` and `value`), or an output field of the concise set.",
            "- **Value**: a name such as `industries` is a taxonomy; give names or ids, and `lookup` lists them. "
            "*list*: several values may be given. *OR*: several, of which one has to match. *words*: several words in "
            "one text. Without such a mark, one value a call.",
            "- **GTM**, **Ent.**: whether ZoomInfo's GTM and Enterprise API document the name. **Type**: what a row "
            "carries, the same for both; *strings* and *objects* are lists.",
            f"- `lookup` with field `{entity}-fields` or `{entity}-filters` shows as `granted` what your plan has.",
        ]
    return [
        f"这些表由代码生成。筛选条件、匹配键和返回字段是三套名称，不能混用：筛选用 `{found}`，返回的是 `{returned}`。",
        "",
        f"- **•**：筛选条件带此标记，表示它是 `search_{plural}` 的独立参数，其余以 `name` 和 `value` 写进 "
        "`moreFilters`；返回字段带此标记，表示它在精简结果里。",
        "- **取值**：`industries` 这类名称是查找表，名称或 ID 都可以给，用 `lookup` 列出。*可多值*：可以给多个值。"
        "*任一*：可以给多个值，命中一个即可。*多个词*：一段文本里写几个词。没有这些标记的，每次调用只能给一个值。",
        "- **GTM**、**Ent.**：ZoomInfo 的 GTM API、Enterprise API 文档里有没有这个名称。**类型**：结果行里的类型，"
        "两代 API 一致。",
        f"- `lookup` 的 field 取 `{entity}-fields` 或 `{entity}-filters` 时，`granted` 表示套餐是否包含。",
    ]


def _filters(kinds: frozenset[str]) -> Callable[[Entity, Language], list[str]]:
    def lines(entity: Entity, language: Language) -> list[str]:
        words = WORDS[language]
        rows = [_filter(spec, entity, language) for spec in FILTERS[entity].values() if spec.kind in kinds]
        return [words.filters.format(plural=_NAMES[entity][0]), "", words.filter_head, "|---|---|---|---|---|", *rows]

    return lines


def _filter(spec: Filter, entity: Entity, language: Language) -> str:
    words = WORDS[language]
    name = f"`{spec.name}`" + (" •" if spec.name in SHOWN[entity] else "")
    text = filter_text(spec, language, FILTERS_ZH)
    return f"| {name} | {value_of(spec, words)} | {mark(spec.gtm, words)} | {mark(spec.enterprise, words)} | {text} |"


def value_of(spec: Filter, words: Words) -> str:
    """What a filter takes, as its cell says it."""
    return (f"`{spec.lookup}`" if spec.lookup else words.kinds[spec.kind]) + words.joins.get(spec.join, "")


def filter_text(spec: Filter, language: Language, chinese: Mapping[str, str]) -> str:
    """What a filter does, with its legal values and what it needs.

    Args:
        spec: the filter.
        language: which version.
        chinese: the Chinese descriptions by name.
    """
    words = WORDS[language]
    text = spec.text if language == "en" else chinese[spec.name]
    if spec.choices and spec.choices[0] not in text:
        text += words.legal.format(values=(", " if language == "en" else "、").join(spec.choices))
    text += words.needs.format(name=spec.needs) if spec.needs else ""
    text += words.excludes.format(name=spec.excludes) if spec.excludes else ""
    if spec.name in FILTERS_MORE:
        text += f" {FILTERS_MORE[spec.name][0]}" if language == "en" else FILTERS_MORE[spec.name][1]
    return text


def _search_rows(entity: Entity, language: Language) -> list[str]:
    plural = _NAMES[entity][0]
    comma = ", " if language == "en" else "、"
    both = comma.join(f"`{name}`" for name, spec in SEARCH_ROW[entity].items() if spec.enterprise)
    gtm = comma.join(f"`{name}`" for name, spec in SEARCH_ROW[entity].items() if not spec.enterprise)
    sorts = comma.join(f"`{name}`" for name in SORTS[entity])
    down = f"`-{SORTS[entity][0]}`"
    if language == "en":
        hidden = " The e-mails and numbers themselves come from `enrich_contacts`." if entity == "contact" else ""
        return [
            f"A row of `search_{plural}` costs no credit and holds less than an enriched record.{hidden}",
            "",
            f"- Both APIs can answer {both}.",
            f"- The GTM API also answers {gtm}.",
            f"- `sort` takes {sorts}; a leading minus, as in {down}, sorts downwards.",
        ]
    hidden = "邮箱和号码本身要用 `enrich_contacts` 取得。" if entity == "contact" else ""
    return [
        f"`search_{plural}` 的结果行不花积分，内容也比补全后的记录少。{hidden}",
        "",
        f"- 两代 API 都可能返回 {both}。",
        f"- GTM API 另外返回 {gtm}。",
        f"- `sort` 可取 {sorts}；前面加减号（如 {down}）为降序。",
    ]


def _keys(entity: Entity, language: Language) -> list[str]:
    words = WORDS[language]
    enough = COMBINATIONS[entity]
    if language == "zh":
        order = list(MATCH_KEYS[entity])
        sets = [sorted(keys, key=order.index) for keys in ENOUGH[entity]]
        enough = "；".join(" + ".join(f"`{key}`" for key in keys) for keys in sets)
    head = words.keys.format(plural=_NAMES[entity][0], enough=enough)
    texts = {key.name: key.text for key in MATCH_KEYS[entity].values()} if language == "en" else KEYS_ZH[entity]
    rows = [f"| `{name}` | {texts[name]} |" for name in MATCH_KEYS[entity]]
    return [head, "", words.key_head, "|---|---|", *rows]


def _outputs(types: frozenset[str], employer: bool | None = None) -> Callable[[Entity, Language], list[str]]:
    def lines(entity: Entity, language: Language) -> list[str]:
        specs = [spec for spec in OUTPUTS[entity].values() if spec.type in types]
        if employer is not None:
            # Only a contact's fields are of two subjects.
            about = {spec.name for spec in specs if entity == "contact" and spec.name.startswith("company")}
            specs = [spec for spec in specs if (spec.name in about) is employer]
        words = WORDS[language]
        head = words.outputs.format(plural=_NAMES[entity][0])
        rows = [_output(spec, entity, language) for spec in specs]
        return [head, "", words.output_head, "|---|---|---|---|---|", *rows] if rows else []

    return lines


def _output(spec: Output, entity: Entity, language: Language) -> str:
    words = WORDS[language]
    english, what = OUTPUTS_TEXT[entity][spec.name]
    if language == "en":
        what = sentence(part for part in (english, spec.unit, spec.text) if part)
    name = f"`{spec.name}`" + (" •" if spec.concise else "")
    kind = words.types.get(spec.type, spec.type)
    return f"| {name} | {kind} | {mark(spec.gtm, words)} | {mark(spec.enterprise, words)} | {what} |"


def sentence(parts: Iterable[str]) -> str:
    """Parts of a cell in one line; after a comma or colon without another stop."""
    text = ""
    for part in parts:
        text += f"{' ' if text[-1] in ',:;' else '; '}{part}" if text else part
    return text


def mark(known: object, words: Words) -> str:
    """Whether a generation documents something."""
    return words.yes if known else "–"


# Short sections, since each is a passage of its own in the knowledge base.
_SECTIONS = (
    _Section("tables: how to read them", "字段表的读法", _legend),
    _Section("filters with a taxonomy", "筛选条件：查找表取值", _filters(frozenset({"lookup"}))),
    _Section(
        "filters by choice, id and flag",
        "筛选条件：枚举、ID 与开关",
        _filters(frozenset({"choice", "id", "flag", "history"})),
    ),
    _Section("filters by text", "筛选条件：文本", _filters(frozenset({"text"}))),
    _Section("filters by number and date", "筛选条件：数值与日期", _filters(frozenset({"integer", "decimal", "date"}))),
    _Section("search rows and sorting", "搜索结果行与排序", _search_rows),
    _Section("match inputs", "匹配键", _keys),
    _Section("output fields: text", "返回字段：文本", _outputs(frozenset({"id", "string"}), employer=False)),
    _Section(
        "output fields: text about the employer",
        "返回字段：雇主的文本信息",
        _outputs(frozenset({"id", "string"}), employer=True),
    ),
    _Section(
        "output fields: numbers, flags and dates",
        "返回字段：数值、标记与日期",
        _outputs(frozenset({"number", "boolean", "date", "datetime"})),
    ),
    _Section(
        "output fields: lists and objects",
        "返回字段：列表与对象",
        _outputs(frozenset({"strings", "objects", "object"})),
    ),
)
