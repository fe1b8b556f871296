"""The facts that the knowledge base must carry, in English and in Chinese, each with the passage that carries it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from sales_zoominfo.knowledge import KnowledgeBase, UnknownPassage
from sales_zoominfo.knowledge.passages import split_front_matter, split_sections

from . import check_sources
from .check_sources import Fact, Ledger, fold, line_hash, load, main, uncovered

SKILL = "SKILL.md#"
# Lines of the two sources that state a fact, when they were read.
LINES = {"000": 235, "004": 37}


def passage(kb: KnowledgeBase, passage_id: str, language: str) -> str:
    """The text of a passage, or of a section of SKILL.md, as patterns read it.

    Raises:
        UnknownPassage: when there is none with this id in this language.
    """
    if passage_id.startswith(SKILL):
        _, body = split_front_matter((kb.root / "SKILL.md").read_text(encoding="utf-8"))
        sections = {section.slug: section.text for section in split_sections(body)}
        if passage_id.removeprefix(SKILL) not in sections:
            raise UnknownPassage(passage_id, list(sections))
        return fold(sections[passage_id.removeprefix(SKILL)])
    found = kb.read(passage_id, language=language)
    if found.language != language:
        raise UnknownPassage(f"{passage_id} in {language}", [])
    return fold(found.text)


def absent(kb: KnowledgeBase, facts: list[Fact], language: str) -> list[str]:
    """One line for each fact that its passage does not carry, with the patterns that were not found."""
    out: list[str] = []
    for fact in facts:
        patterns = fact.en if language == "en" else fact.zh
        if not patterns:
            continue
        try:
            text = passage(kb, fact.passage, language)
        except UnknownPassage as error:
            out.append(f"{fact.id} [{language}] {error}")
            continue
        missing = [pattern for pattern in patterns if not re.search(pattern, text)]
        if missing:
            out.append(f"{fact.id} [{language}] {fact.passage} lacks {missing}")
    return out


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return load()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_fact_is_in_its_passage(kb: KnowledgeBase, ledger: Ledger, language: str) -> None:
    missing = absent(kb, ledger.facts, language)
    assert missing == [], f"{len(missing)} of {len(ledger.facts)} facts:\n" + "\n".join(missing)


def test_every_fact_has_patterns_in_each_language(ledger: Ledger) -> None:
    bare = [fact.id for fact in ledger.facts if not fact.en or bool(fact.zh) == fact.passage.startswith(SKILL)]
    assert bare == []


def test_ids_are_unique_and_one_line_has_one_hash(ledger: Ledger) -> None:
    ids = Counter([*(fact.id for fact in ledger.facts), *ledger.others, *ledger.translations])
    assert [name for name, times in ids.items() if times > 1] == []
    assert [line for line, shas in ledger.known.items() if len(shas) > 1] == []
    lines = {fact.line for fact in ledger.facts}
    assert not lines & (set(ledger.others) | set(ledger.translations))


def test_no_line_that_stated_a_fact_has_lost_its_entry(ledger: Ledger) -> None:
    lines = {fact.line for fact in ledger.facts}
    counted = Counter(line.partition("-")[0] for line in lines)
    assert dict(counted) == LINES, f"{len(ledger.facts)} facts from {len(lines)} lines"
    untranslated = [line for line, (_, of) in ledger.translations.items() if of not in lines | set(ledger.others)]
    assert untranslated == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_pattern_is_found_everywhere(kb: KnowledgeBase, ledger: Ledger, language: str) -> None:
    # A pattern that many passages of the file fulfil would still be found if the fact were gone.
    topics = {fact.passage.partition("#")[0] for fact in ledger.facts} - {"SKILL.md"}
    by_topic = {
        topic: {name: passage(kb, name, language) for name in kb.ids if name.startswith(f"{topic}#")}
        for topic in topics
    }
    loose: list[str] = []
    for fact in ledger.facts:
        topic = fact.passage.partition("#")[0]
        if topic == "SKILL.md" or "#" not in fact.passage:
            continue
        others = [text for name, text in by_topic[topic].items() if name != fact.passage]
        patterns = fact.en if language == "en" else fact.zh
        hits = sum(all(re.search(pattern, text) for pattern in patterns) for text in others)
        if hits > 4:
            loose.append(f"{fact.id} is fulfilled by {hits} other passages of {topic}")
    assert loose == []


def test_a_fact_that_is_taken_away_is_missed(kb: KnowledgeBase, tmp_path: Path) -> None:
    whole = kb.read("salesforce#zoominfo-support-for-salesforce").text
    fact = next(fact for fact in load().facts if fact.passage == "salesforce#zoominfo-support-for-salesforce")
    assert absent(kb, [fact], "en") == []
    references = tmp_path / "references"
    references.mkdir()
    head = "---\ntitle: Salesforce\naliases: [x]\nsources: [y]\nlast_verified: 2026-11-22\n---\n\n# Salesforce\n\n"
    gone = "\n".join(line for line in whole.splitlines() if "866-904-9666" not in line)
    (references / "salesforce.md").write_text(f"{head}{gone}\n", encoding="utf-8")
    assert len(absent(KnowledgeBase.load(tmp_path), [fact], "en")) == 1


def test_the_check_of_sources_tells_new_changed_and_lost_lines() -> None:
    known = "Widgets cost three shells.\n\nThey are blue."
    ledger = Ledger(
        facts=[Fact("900-1", line_hash("Widgets  cost three SHELLS."), "w#price", ("three",), ("三",))],
        others={"900-3": (line_hash("They are blue."), "colour")},
    )
    assert list(uncovered("900", known, ledger)) == []
    [unknown, lost] = uncovered("900", known.replace("three", "four"), ledger)
    assert unknown.startswith("900-1 ") and "four shells" in unknown
    assert lost.startswith("900-1 ") and "no line" in lost
    stray = Ledger(ledger.facts, ledger.others, {"900-4": (line_hash("部件"), "900-9")})
    assert any("900-9, which has no entry" in message for message in uncovered("900", f"{known}\n部件", stray))


def test_the_command_reports_what_is_not_covered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "901_page.txt"
    page.write_text("A widget costs exactly three shells at low tide.\n", encoding="utf-8")
    assert main([str(page)]) == 1
    assert capsys.readouterr().out.startswith("901-1 ")
    page.write_text("\n \n", encoding="utf-8")
    assert main([str(page)]) == 0
    assert capsys.readouterr().out == ""
    written = tmp_path / "sentences.txt"
    monkeypatch.setattr(check_sources, "SENTENCES", written)
    page.write_text("A widget costs exactly three shells at low tide. Three shells.\n", encoding="utf-8")
    assert main(["--sentences", str(page)]) == 0
    assert len(check_sources.read_hashes(written)) == 1
