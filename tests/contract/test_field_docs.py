"""The field documentation is the field tables. Rewrite it with UPDATE_DOCS=1."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sales_zoominfo.knowledge.passages import Section, slugify, split_front_matter, split_sections
from sales_zoominfo.tools.registry import TOOLS
from sales_zoominfo.zoominfo.field_docs import Language, field_docs
from sales_zoominfo.zoominfo.field_texts import FILTERS_MORE, FILTERS_ZH, KEYS_ZH, OUTPUTS_TEXT
from sales_zoominfo.zoominfo.fields import FILTERS, MATCH_KEYS, OUTPUTS, SEARCH_ROW, SHOWN, SIGNALS, SORTS
from sales_zoominfo.zoominfo.operations import Entity, Signal
from sales_zoominfo.zoominfo.signal_docs import signal_docs
from sales_zoominfo.zoominfo.signal_fields import SIGNAL_ENRICH_ROW, SIGNAL_ENRICH_SORTS
from sales_zoominfo.zoominfo.signal_texts import ROWS_TEXT, SIGNALS_ZH

ROOT = Path(__file__).parents[2]
LAST_VERIFIED = "2026-11-22"
ENTITIES: tuple[Entity, ...] = ("contact", "company")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
TOPICS = (*ENTITIES, "signal")


def written(topic: str, language: Language) -> str:
    return (
        signal_docs(LAST_VERIFIED, language)
        if topic == "signal"
        else field_docs("contact" if topic == "contact" else "company", LAST_VERIFIED, language)
    )


def sections(topic: str, language: Language) -> tuple[Section, ...]:
    return split_sections(split_front_matter(written(topic, language))[1])


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize(("language", "folder"), [("en", "."), ("zh", "zh")])
def test_the_reference_of_fields_is_up_to_date(topic: str, language: Language, folder: str) -> None:
    path = ROOT / "references" / folder / f"{topic}-fields.md"
    text = written(topic, language)
    if os.environ.get("UPDATE_DOCS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, "run the tests once with UPDATE_DOCS=1 and review the change"


def test_every_field_has_its_texts_and_no_text_is_left_over() -> None:
    filters = {name for entity in ENTITIES for name in FILTERS[entity]}
    assert set(FILTERS_ZH) == filters
    assert set(FILTERS_MORE) <= filters
    for entity in ENTITIES:
        assert set(KEYS_ZH[entity]) == set(MATCH_KEYS[entity])
        assert set(OUTPUTS_TEXT[entity]) == set(OUTPUTS[entity])
        assert all(english or OUTPUTS[entity][name].text for name, (english, _) in OUTPUTS_TEXT[entity].items())
    for signal in SIGNALS:
        shared = {name for name, spec in FILTERS[signal].items() if name not in SIGNALS_ZH[signal]}
        assert set(SIGNALS_ZH[signal]) <= set(FILTERS[signal])
        assert shared <= set(FILTERS_ZH)
        assert all(name == "department" or name not in FILTERS_ZH for name in SIGNALS_ZH[signal])
        rows = SIGNAL_ENRICH_ROW[signal]
        assert set(ROWS_TEXT[signal]) == set(rows)
        assert all(english or rows[name].text for name, (english, _) in ROWS_TEXT[signal].items())
    chinese = [*FILTERS_ZH.values(), *(more for _, more in FILTERS_MORE.values())]
    for signal in SIGNALS:
        chinese += [*SIGNALS_ZH[signal].values(), *(text for _, text in ROWS_TEXT[signal].values())]
    for entity in ENTITIES:
        chinese += [*KEYS_ZH[entity].values(), *(text for _, text in OUTPUTS_TEXT[entity].values())]
    for text in chinese:
        assert CHINESE.search(text), text
        # Chinese punctuation beside Chinese words.
        assert not re.search(r"[\u4e00-\u9fff][,:;()!?]|[,:;()!?][\u4e00-\u9fff]", text), text


UNITS = {
    "thousands of USD": "千美元",
    "percent": "百分比",
    "in miles": "英里",
    "months": "月",
    "70..99": "70–99",
    "USD": "美元",
    "up to 5": "5",
    "one a call": "一个",
    "60..100": "60–100",
    "1 to 50": "1 至 50",
    "5 characters": "5 个字符",
    "up to 3": "3",
}


def test_the_chinese_texts_name_the_same_units_and_bounds() -> None:
    pairs = [(spec.text, FILTERS_ZH[name]) for entity in ENTITIES for name, spec in FILTERS[entity].items()]
    for entity in ENTITIES:
        pairs += [(f"{spec.unit} {spec.text}", OUTPUTS_TEXT[entity][name][1]) for name, spec in OUTPUTS[entity].items()]
        pairs += list(OUTPUTS_TEXT[entity].values())
    for signal in SIGNALS:
        pairs += [(FILTERS[signal][name].text, told) for name, told in SIGNALS_ZH[signal].items()]
        rows = SIGNAL_ENRICH_ROW[signal]
        pairs += [(f"{spec.unit} {spec.text}", ROWS_TEXT[signal][name][1]) for name, spec in rows.items()]
    named = 0
    for english, chinese in pairs:
        for unit, told in UNITS.items():
            if unit.casefold() in english.casefold():
                named += 1
                assert told in chinese, (english, chinese)
    assert named > 40


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_name_is_in_the_file_in_sections_short_enough(entity: Entity, language: Language) -> None:
    text = field_docs(entity, LAST_VERIFIED, language)
    assert text.count("\n") <= 300
    listed = set(re.findall(r"(?m)^\| `(\w+)`", text))
    assert listed == {*FILTERS[entity], *MATCH_KEYS[entity], *OUTPUTS[entity]}
    assert all(f"`{name}`" in text for name in (*SEARCH_ROW[entity], *SORTS[entity]))
    for section in sections(entity, language):
        assert len(section.own) <= 2_500, section.title
        assert len(section.own) >= (200 if language == "en" else 100) or section.level == 1, section.title
    # No cell of a table is empty.
    assert not re.search(r"\| *\|(?!-)", text)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_name_of_a_signal_is_in_the_file_in_sections_short_enough(language: Language) -> None:
    text = signal_docs(LAST_VERIFIED, language)
    assert text.count("\n") <= 300
    listed = set(re.findall(r"(?m)^\| `(\w+)`", text))
    names = {name for signal in SIGNALS for name in (*FILTERS[signal], *SIGNAL_ENRICH_ROW[signal])}
    assert names <= listed
    assert all(re.fullmatch("(search|enrich)_(intent|scoops|news)", name) for name in listed - names)
    assert all(f"`{name}`" in text for signal in SIGNALS for name in (*SORTS[signal], *SIGNAL_ENRICH_SORTS[signal]))
    for section in sections("signal", language):
        assert len(section.own) <= 2_500, section.title
        assert len(section.own) >= (200 if language == "en" else 100) or section.level == 1, section.title
    assert not re.search(r"\| *\|(?!-)", text)


@pytest.mark.parametrize("signal", SIGNALS)
def test_the_marked_filters_are_those_that_the_tool_lists(signal: Signal) -> None:
    tool = TOOLS[{"intent": "search_intent", "scoop": "search_scoops", "news": "search_news"}[signal]]
    assert FILTERS[signal].keys() & tool.properties.keys() == set(SHOWN[signal])


@pytest.mark.parametrize("topic", TOPICS)
def test_both_languages_have_the_same_anchors(topic: str) -> None:
    english, chinese = sections(topic, "en"), sections(topic, "zh")
    assert [section.slug for section in english[1:]] == [section.slug for section in chinese[1:]]
    assert all(section.slug == slugify(section.title) for section in english)
    assert all(CHINESE.search(section.title) for section in chinese)
    links = re.findall(r"\]\(#([^)]+)\)", written(topic, "zh"))
    assert links == [section.slug for section in chinese[2:]]


def test_the_texts_are_not_loaded_by_the_server() -> None:
    code = (
        "import sys\nfrom sales_zoominfo.app import App, build_server\nfrom sales_zoominfo.settings import Settings\n"
        "build_server(App(Settings()))\nimport sales_zoominfo.zoominfo.client, sales_zoominfo.tools.registry\n"
        "print([name for name in sys.modules if name.endswith(('_docs', '_texts'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "server")},
    )
    assert done.stdout.strip() == "[]"
