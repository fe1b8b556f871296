"""The sources lend their facts, not their sentences: nothing in the shipped texts is worded as they word it."""

from __future__ import annotations

from pathlib import Path

import pytest

from .check_sources import copied, digest, read_hashes, sentences

ROOT = Path(__file__).resolve().parents[2]
TEXTS = sorted([*ROOT.glob("*.md"), *(ROOT / "references").rglob("*.md")])

ENGLISH = "A blue widget costs three shells when the tide is out."
CHINESE = "退潮的时候一个蓝色部件要卖三枚贝壳。"


@pytest.fixture(scope="module")
def hashes() -> frozenset[str]:
    return read_hashes()


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_sentence_of_a_source_is_copied(path: Path, hashes: frozenset[str]) -> None:
    assert copied(path.read_text(encoding="utf-8"), hashes) == []


def test_there_are_texts_and_hashes_to_compare(hashes: frozenset[str]) -> None:
    names = {path.relative_to(ROOT).as_posix() for path in TEXTS}
    assert {"SKILL.md", "README.md", "references/gotchas.md", "references/zh/gotchas.md"} <= names
    assert len(hashes) > 300
    assert all(len(line) == 12 and set(line) <= set("0123456789abcdef") for line in hashes)


@pytest.mark.parametrize(
    "planted",
    [
        f"Some text. {ENGLISH} More of it.",
        f"| Widget | {ENGLISH.lower()} |",
        f"1. **Price**: {ENGLISH}",
        f"- Price — {ENGLISH}",
        "A blue *widget* costs [three shells](shells.md)\nwhen the tide is out.",
        f"价格。{CHINESE}还有别的。",
        f"| 部件 | {CHINESE} |",
        f"- 价格:{CHINESE}",
    ],
)
def test_a_copied_sentence_is_found(tmp_path: Path, planted: str) -> None:
    known = {digest(sentence) for text in (ENGLISH, CHINESE) for sentence in sentences(text)}
    assert len(known) == 2
    page = tmp_path / "page.md"
    page.write_text(f"# Widgets\n\nBefore.\n\n{planted}\n\nAfter.\n", encoding="utf-8")
    assert len(copied(page.read_text(encoding="utf-8"), known)) == 1


@pytest.mark.parametrize("text", ["A blue widget costs four shells at low tide.", "Three shells.", "三枚贝壳。"])
def test_other_words_and_short_labels_are_no_copies(text: str) -> None:
    known = {digest(sentence) for source in (ENGLISH, CHINESE, "Three shells.") for sentence in sentences(source)}
    assert copied(text, known) == []
