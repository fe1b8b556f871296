"""What people ask beside the passages: complete, well-formed, and worth its keep on questions nobody tuned for."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from sales_zoominfo.knowledge import KnowledgeBase, base
from sales_zoominfo.knowledge.asked import Asked, questions_in
from sales_zoominfo.knowledge.index import Index, IndexRow
from sales_zoominfo.knowledge.text import word_terms

from .held_out import HELD_OUT, HELD_OUT_UNANSWERABLE

FOLDER = Path(base.__file__).with_name("asked")


def share_found(kb: KnowledgeBase, chinese: bool) -> float:
    asked = [(question, ids) for question, ids in HELD_OUT if question.isascii() is not chinese]
    return sum(bool(ids & {hit.id for hit in kb.search(question, limit=3).hits}) for question, ids in asked) / len(
        asked
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_passage_has_questions_and_every_question_a_passage(kb: KnowledgeBase, language: str) -> None:
    asked = questions_in(language)
    assert set(asked) == set(kb.ids)
    for passage, questions in asked.items():
        assert 5 <= len(questions) <= 12, passage
    assert max(Counter(line.casefold() for lines in asked.values() for line in lines).values()) <= 3


def test_no_line_is_lost_for_want_of_a_heading() -> None:
    for path in FOLDER.glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert text.startswith("## ") and re.fullmatch(r"(## [^\n]+\n([^#\n][^\n]*\n)+\n?)+", text), path.name


@pytest.mark.parametrize("chinese", [False, True])
def test_questions_that_nobody_tuned_for_are_answered(kb: KnowledgeBase, chinese: bool) -> None:
    assert share_found(kb, chinese) >= 0.9


def test_held_out_unanswerable_questions_are_refused() -> None:
    kb = KnowledgeBase.load()
    refused = sum(not kb.search(question).hits for question in HELD_OUT_UNANSWERABLE)
    assert refused >= 0.7 * len(HELD_OUT_UNANSWERABLE)


def test_without_them_more_is_missed(monkeypatch: pytest.MonkeyPatch, kb: KnowledgeBase) -> None:
    monkeypatch.setattr(base, "questions_in", lambda _: {})
    bare = KnowledgeBase.load()
    assert share_found(bare, False) + share_found(bare, True) < share_found(kb, False) + share_found(kb, True)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_written_word_is_found_by_its_terms(kb: KnowledgeBase, language: str) -> None:
    index = kb._searched(language)[1]
    words = set(index._places) | set(index._asked.places)
    assert len(words) > 1_000
    assert [word for word in words for term in word_terms(word) if word not in index._written(term)] == []


def test_likeness_is_of_words_in_any_form() -> None:
    rows = [
        IndexRow("Running out", "", "", ["who pays when credits run out"]),
        IndexRow("过期", "", "", ["令牌过期了怎么办", "token keeps expiring"]),
    ]
    index = Index(rows)

    def likeness(question: str) -> dict[int, float]:
        return {match.row: match.near for match in index.search(index.parse(question))}

    assert likeness("credit")[0] > 0
    assert likeness("pay credits")[0] > likeness("pay something unheard")[0]
    assert likeness("令牌过期")[1] > 0.5
    assert likeness("expired tokens")[1] > 0.5
    assert likeness("unheard") == Asked(lambda _: ()).near({}) == {}
