"""The reference of intent, scoop and news fields, written from the field tables: signal-fields.md and its Chinese twin
in zh/ with the same anchors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from .field_docs import WORDS, Language, anchor, anchored, filter_text, mark, sentence, value_of
from .field_texts import FILTERS_ZH
from .fields import FILTERS, SHOWN, SORTS
from .operations import Signal
from .signal_fields import ENTERPRISE_SORTS, SIGNAL_ENRICH, SIGNAL_ENRICH_ROW, SIGNAL_ENRICH_SORTS
from .signal_texts import ROWS_TEXT, SIGNALS_ZH
from .specs import Filter, Output

# What search and enrich are called, and the signal's name in Chinese.
NAMES: dict[Signal, tuple[str, str]] = {
    "intent": ("intent", "意向信号"),
    "scoop": ("scoops", "Scoop"),
    "news": ("news", "新闻"),
}
_TAXONOMY = frozenset({"lookup"})
_MEASURES = frozenset({"integer", "decimal", "date"})
# People's filters in two tables, each short enough to be read alone.
_PEOPLE = (
    "personId", "fullName", "firstName", "middleInitial", "lastName", "emailAddress", "hashedEmail", "jobTitle",
    "exactJobTitle",
)  # fmt: skip
_PEOPLE_TOO = (
    "excludeJobTitle", "managementLevel", "excludeManagementLevel", "jobFunction", "boardMember", "executivesOnly",
    "companyPastOrPresent", "school", "degree", "requiredFields", "contactAccuracyScoreMin", "contactAccuracyScoreMax",
    "lastUpdatedInMonths", "excludePartialProfiles", "hasBeenNotified", "locationCompanyId",
)  # fmt: skip


class _Section(NamedTuple):
    """A heading in both languages, and what is under it."""

    english: str
    chinese: str
    lines: Callable[[Language], list[str]]


def signal_docs(last_verified: str, language: Language = "en") -> str:
    """The reference file of signal fields.

    Args:
        last_verified: the day the tables were last held against ZoomInfo's specification, YYYY-MM-DD.
        language: which version.

    Returns:
        Markdown with front matter; both languages have the same sections with the same anchors.
    """
    heads = [section.english if language == "en" else section.chinese for section in _SECTIONS]
    slugs = [anchor(section.english) for section in _SECTIONS]
    lines = [*_FRONT[language](last_verified), *anchored("contents", WORDS[language].contents, language)]
    lines += ["", *(f"- [{head}](#{slug})" for head, slug in zip(heads, slugs, strict=True))]
    for section, head, slug in zip(_SECTIONS, heads, slugs, strict=True):
        lines += ["", *anchored(slug, head, language), "", *section.lines(language)]
    return "\n".join(lines) + "\n"


def _english_front(last_verified: str) -> list[str]:
    return [
        "---",
        "title: Signal fields",
        'aliases: ["intent filters", "scoop filters", "news filters", "signal output fields"]',
        'sources: ["ZoomInfo GTM specification", "ZoomInfo Enterprise API documentation"]',
        f"last_verified: {last_verified}",
        "---",
        "",
        "# Signal fields",
        "",
    ]


def _chinese_front(last_verified: str) -> list[str]:
    return [
        "---",
        "title: 信号字段",
        'aliases: ["意向筛选条件", "Scoop 筛选条件", "新闻筛选条件", "信号返回字段"]',
        'sources: ["ZoomInfo GTM 规范", "ZoomInfo Enterprise API 文档"]',
        f"last_verified: {last_verified}",
        "---",
        "",
        "# 信号字段",
        "",
    ]


_FRONT: dict[Language, Callable[[str], list[str]]] = {"en": _english_front, "zh": _chinese_front}


# --- sections --------------------------------------------------------------------------------------------------


def _legend(language: Language) -> list[str]:
    if language == "en":
        return [
            "These tables are written from the code. Three searches (`search_intent`, `search_scoops`, `search_news`) "
            "look across companies and cost no credit; three enriches (`enrich_intent`, `enrich_scoops`, "
            "`enrich_news`) answer about one company.",
            "",
            "- **•**: a filter that the search lists among its arguments (every other one is accepted by its name as "
            "well, or in `moreFilters` as `name` and `value`), or a row field of the concise set.",
            "- **Value**: a name such as `intent-topics` is a taxonomy; give names or ids, and `lookup` lists them. "
            "*list*: several values. *OR*: several, of which one has to match. *words*: several words in one text. "
            "Without such a mark, one value a call.",
            "- **GTM**, **Ent.**: whether ZoomInfo's GTM and Enterprise API document the name. A filter that only one "
            "has sends the search there; two that no API has together are refused before anything is sent.",
            "- The intent search takes no company, and the scoop search takes one on Enterprise alone: for one "
            "company use the enrich.",
        ]
    return [
        "这些表由代码生成。三个搜索（`search_intent`、`search_scoops`、`search_news`）跨公司查找，不花积分；三个补全"
        "（`enrich_intent`、`enrich_scoops`、`enrich_news`）只针对一家公司。",
        "",
        "- **•**：筛选条件带此标记，表示搜索的参数表里列出了它，其余的也可以直接按名称给，或以 `name` 和 `value` 写进 "
        "`moreFilters`；"
        "结果字段带此标记，表示它在精简结果里。",
        "- **取值**：`intent-topics` 这类名称是查找表，名称或 ID 都可以给，用 `lookup` 列出。*可多值*：可以给多个值。"
        "*任一*：可以给多个值，命中一个即可。*多个词*：一段文本里写几个词。没有这些标记的，每次调用只能给一个值。",
        "- **GTM**、**Ent.**：ZoomInfo 的 GTM API、Enterprise API 文档里有没有这个名称。只有一代支持的筛选条件会让搜索"
        "走那一代；没有哪一代同时支持的两个条件，发送前就会被拒绝。",
        "- 意向搜索不能限定公司，Scoop 搜索只有 Enterprise 能限定公司：只看一家公司时请用补全。",
    ]


def _chinese_texts(signal: Signal) -> dict[str, str]:
    return {**FILTERS_ZH, **SIGNALS_ZH[signal]}


def _own(signal: Signal) -> Callable[[Language], list[str]]:
    def lines(language: Language) -> list[str]:
        words, plural = WORDS[language], NAMES[signal][0]
        rows: list[str] = []
        for name in SIGNALS_ZH[signal]:
            spec = FILTERS[signal][name]
            cells = (
                f"`{name}`" + (" •" if name in SHOWN[signal] else ""),
                value_of(spec, words),
                mark(spec.gtm, words),
                mark(spec.enterprise, words),
                filter_text(spec, language, _chinese_texts(signal)),
            )
            rows.append(f"| {' | '.join(cells)} |")
        if language == "en":
            head = f"For `search_{plural}`, and as arguments of `enrich_{plural}`; • is listed by the search."
        else:
            head = f"用于 `search_{plural}`，也是 `enrich_{plural}` 的参数；带 • 的列在搜索的参数表里。"
        return [head, "", words.filter_head, "|---|---|---|---|---|", *rows, "", *_OWN_MORE[signal][language]]

    return lines


_OWN_MORE: dict[Signal, dict[Language, list[str]]] = {
    "intent": {
        "en": [
            "- Topics are matched by name among those of the account's subscription; another one is refused with the "
            "nearest subscribed ones. 50 topics a call at most.",
            "- `enrich_intent` without `topics` asks for all subscribed ones, the first 50 by name, and says so. On "
            "Enterprise its dates may span 90 days.",
            "- `findRecommendedContacts`: the Enterprise search has no such switch, its enrich has.",
        ],
        "zh": [
            "- 主题按名称在账号订阅的范围内匹配；未订阅的会被拒绝，并列出最接近的已订阅主题。每次最多 50 个。",
            "- `enrich_intent` 不给 `topics` 时取全部已订阅主题（按名称排序的前 50 个），并在结果里说明。"
            "Enterprise 上日期跨度最多 90 天。",
            "- `findRecommendedContacts`：Enterprise 的搜索没有这个开关，补全有。",
        ],
    },
    "scoop": {
        "en": [
            "- Without dates the Enterprise API answers the last 30 days alone, and a warning says so.",
            "- Types and topics have ids of their own: Award is type 6 and topic 5.",
        ],
        "zh": [
            "- 不给日期时，Enterprise API 只返回最近 30 天的内容，结果里会有提示。",
            "- 类型和主题各有一套 ID：Award 作为类型是 6，作为主题是 5。",
        ],
    },
    "news": {
        "en": [
            "- These 4 are all that a search of news has: no company, no place, no industry. `enrich_news` takes a "
            "company; a website or a name is turned into its id by a free search first.",
        ],
        "zh": [
            "- 新闻搜索只有这 4 个条件：不能按公司、地点、行业筛选。`enrich_news` 针对一家公司；"
            "给网站或名称时，会先用一次免费搜索换成公司 ID。",
        ],
    },
}


def _homes(spec: Filter | None) -> str:
    if spec is None:
        return "–"
    return "GTM, Ent." if spec.gtm and spec.enterprise else "GTM" if spec.gtm else "Ent."


def _on_company(kinds: frozenset[str], *, within: bool = True) -> Callable[[Language], list[str]]:
    def lines(language: Language) -> list[str]:
        words = WORDS[language]
        intent, scoop = FILTERS["intent"], FILTERS["scoop"]
        own = {*SIGNALS_ZH["intent"], *SIGNALS_ZH["scoop"], *_PEOPLE, *_PEOPLE_TOO}
        rows: list[str] = []
        for name, spec in {**intent, **scoop}.items():
            if name in own or (spec.kind in kinds) is not within:
                continue
            shown = name in SHOWN["intent"] or name in SHOWN["scoop"]
            cells = (
                f"`{name}`" + (" •" if shown else ""),
                value_of(spec, words),
                _homes(intent.get(name)),
                _homes(scoop.get(name)),
                filter_text(spec, language, FILTERS_ZH),
            )
            rows.append(f"| {' | '.join(cells)} |")
        if language == "en":
            head = "On the company that a signal is about; which API has it for which search."
            table = "| Filter | Value | Intent | Scoops | What |"
        else:
            head = "针对信号所属的公司；各搜索由哪一代 API 支持见表。"
            table = "| 筛选条件 | 取值 | 意向信号 | Scoop | 说明 |"
        return [head, "", table, "|---|---|---|---|---|", *rows]

    return lines


def _on_people(names: Iterable[str]) -> Callable[[Language], list[str]]:
    chosen = list(names)

    def lines(language: Language) -> list[str]:
        words = WORDS[language]
        rows: list[str] = []
        for name in chosen:
            spec = FILTERS["scoop"][name]
            cells = (
                f"`{name}`" + (" •" if name in SHOWN["scoop"] else ""),
                value_of(spec, words),
                mark(spec.gtm, words),
                mark(spec.enterprise, words),
                filter_text(spec, language, FILTERS_ZH),
            )
            rows.append(f"| {' | '.join(cells)} |")
        if language == "en":
            head = "Of `search_scoops` alone: whom a scoop is about. Give them by name, or in `moreFilters`."
        else:
            head = "只用于 `search_scoops`：Scoop 涉及的人。直接按名称给，或写进 `moreFilters`。"
        return [head, "", words.filter_head, "|---|---|---|---|---|", *rows]

    return lines


def _rows(signal: Signal) -> Callable[[Language], list[str]]:
    def lines(language: Language) -> list[str]:
        words, plural = WORDS[language], NAMES[signal][0]
        rows = [_row(spec, signal, language) for spec in SIGNAL_ENRICH_ROW[signal].values()]
        if language == "en":
            head = f"What a row of `search_{plural}` and `enrich_{plural}` can hold; • is in the concise set."
        else:
            head = f"`search_{plural}` 和 `enrich_{plural}` 的结果行可能包含的字段；带 • 的属于精简结果。"
        return [head, "", words.output_head, "|---|---|---|---|---|", *rows]

    return lines


def _row(spec: Output, signal: Signal, language: Language) -> str:
    words = WORDS[language]
    english, what = ROWS_TEXT[signal][spec.name]
    if language == "en":
        what = sentence(part for part in (english, spec.unit, spec.text) if part)
    name = f"`{spec.name}`" + (" •" if spec.concise else "")
    kind = words.types.get(spec.type, spec.type)
    return f"| {name} | {kind} | {mark(spec.gtm, words)} | {mark(spec.enterprise, words)} | {what} |"


def _orders(language: Language) -> list[str]:
    comma, none = (", ", "none") if language == "en" else ("、", "无")

    def fields(names: Iterable[str]) -> str:
        return comma.join(f"`{name}`" for name in names) or none

    tables = {
        "search": {signal: SORTS[signal] for signal in NAMES},
        "enrich": {signal: tuple(SIGNAL_ENRICH_SORTS[signal]) for signal in NAMES},
    }
    rows = [
        f"| `{verb}_{plural}` | {fields(table[signal])} |"
        for signal, (plural, _) in NAMES.items()
        for verb, table in tables.items()
    ]
    renamed = comma.join(f"`{ours}` = `{theirs}`" for ours, theirs in ENTERPRISE_SORTS["scoop"].items())
    if language == "en":
        return [
            "`sort` takes these; a leading minus, as in `-signalDate`, sorts downwards.",
            "",
            "| Tool | Fields |",
            "|---|---|",
            *rows,
            "",
            "- ZoomInfo documents no order for news.",
            f"- The names are those of the GTM API; the Enterprise search of scoops calls two of them otherwise "
            f"({renamed}), which the server writes for you, as it does the small letters of the GTM enrich of intent.",
        ]
    return [
        "`sort` 可取下列字段；前面加减号（如 `-signalDate`）为降序。",
        "",
        "| 工具 | 字段 |",
        "|---|---|",
        *rows,
        "",
        "- ZoomInfo 没有给新闻规定排序字段。",
        f"- 名称以 GTM API 为准；Enterprise 的 Scoop 搜索有两个叫法不同（{renamed}），GTM 的意向补全要求全小写，"
        "这些都由服务器自动改写。",
    ]


def _enriching(language: Language) -> list[str]:
    comma, colon = (", ", ": ") if language == "en" else ("、", "：")
    listed = [
        f"- `enrich_{plural}`{colon}" + comma.join(f"`{name}`" for name in SIGNAL_ENRICH[signal])
        for signal, (plural, _) in NAMES.items()
    ]
    if language == "en":
        return [
            "One company a call: `companyId`, `companyWebsite` or `companyName`. Of several the id counts, then the "
            "website, and a warning names what was left out. Beside it, with the meaning of the tables above:",
            "",
            *(f"{line}." for line in listed),
            "- All: `page`, `pageSize` (1 to 100, otherwise 25) and `sort` (not for news).",
            "",
            "The company's credit is due when it was not bought within 12 months; then its intent, scoops, news and "
            "profile are free for a year. Every row counts as a record of the contract, in a search as well.",
        ]
    return [
        "每次一家公司：给 `companyId`、`companyWebsite` 或 `companyName`。给了几个时以 ID 为准，其次是网站，"
        "结果会提示忽略了哪些。此外还可以给（含义见上面各表）：",
        "",
        *(f"{line}。" for line in listed),
        "- 三者都有：`page`、`pageSize`（1 至 100，默认 25）和 `sort`（新闻除外）。",
        "",
        "这家公司 12 个月内没买过时，花 1 个积分；之后一年内它的意向、Scoop、新闻和档案都不再收费。"
        "搜索和补全的每一行都计入合同的记录数。",
    ]


# Short sections, since each is a passage of its own in the knowledge base.
_SECTIONS = (
    _Section("Signal tables: how to read them", "信号字段表的读法", _legend),
    _Section("Intent filters", "意向信号筛选条件", _own("intent")),
    _Section("Scoop filters", "Scoop 筛选条件", _own("scoop")),
    _Section("News filters", "新闻筛选条件", _own("news")),
    _Section("Signal filters on the company: taxonomies", "信号的公司筛选：查找表取值", _on_company(_TAXONOMY)),
    _Section("Signal filters on the company: numbers and dates", "信号的公司筛选：数值与日期", _on_company(_MEASURES)),
    _Section(
        "Signal filters on the company: text and choices",
        "信号的公司筛选：文本与枚举",
        _on_company(_TAXONOMY | _MEASURES, within=False),
    ),
    _Section("Scoop filters on people: who", "Scoop 的人员筛选：是谁", _on_people(_PEOPLE)),
    _Section("Scoop filters on people: level and quality", "Scoop 的人员筛选：职级与数据质量", _on_people(_PEOPLE_TOO)),
    _Section("Intent rows", "意向信号结果行", _rows("intent")),
    _Section("Scoop rows", "Scoop 结果行", _rows("scoop")),
    _Section("News rows", "新闻结果行", _rows("news")),
    _Section("Sorting signals", "信号的排序", _orders),
    _Section("Enriching one company with signals", "按公司补全信号", _enriching),
)
