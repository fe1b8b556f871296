"""What people ask, in their own words: one file a topic, a heading for each passage, a line for each question.

The search finds a passage by these too, since people seldom use the words of a text that they have not read. They are
never shown.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ..text import CJK_RUN, Texts, is_chinese, word_terms, words_of

_UNASKED = 0.5  # a word that nobody asks with, as a share of the rarest one
_LEAST_SHARED = 0.25  # of a question; those that share less are not looked at


def questions_in(language: str) -> dict[str, list[str]]:
    """Read the questions.

    Args:
        language: `en` or `zh`.

    Returns:
        The questions in that language by passage id.
    """
    asked: dict[str, list[str]] = {}
    chinese = language == "zh"
    for path in sorted(Path(__file__).parent.glob("*.txt")):
        current: list[str] = []
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("## "):
                current = asked.setdefault(f"{path.stem}#{line[3:]}", [])
            elif line and (not line.isascii() and is_chinese(line)) is chinese:
                current.append(line)
    return asked


class Asked:
    """Questions with the row that answers each, and how much another question is like them.

    Args:
        written: the words that a term stands for.
    """

    def __init__(self, written: Callable[[str], Sequence[bytes]]) -> None:
        self._written = written
        self._questions: list[str] = []
        self._rows: list[int] = []
        # Numbers of questions by written word.
        self.places: defaultdict[bytes, list[int]] = defaultdict(list)
        self._chinese = Texts(())
        self._found: dict[str, tuple[float, frozenset[int]]] = {}
        self._sizes: dict[int, int] = {}

    def add(self, row: int, questions: Sequence[str]) -> None:
        """Take in what a row answers."""
        places = self.places
        for number, question in enumerate(questions, len(self._rows)):
            for word in words_of(question):
                places[word].append(number)
        self._questions.extend(questions)
        self._rows.extend([row] * len(questions))

    def close(self) -> None:
        """Say that all rows are there."""
        self._chinese = Texts(self._questions)

    def rows_with(self, term: str, words: Sequence[bytes]) -> list[int]:
        """The rows of the questions that have a term, a row for each question.

        Args:
            term: of a question, or a pair of Chinese characters.
            words: those that it stands for.
        """
        return [self._rows[question] for question in self._find(term, words)[1]]

    def near(self, terms: Mapping[str, float]) -> dict[int, float]:
        """Rows with a question of like words.

        Args:
            terms: of a question, each with how much of a word it is.

        Returns:
            The likeness of the best question of each row, 0 to 1: how much of the question it covers, less where one
            of the two is shorter.
        """
        if not self._questions or not terms:
            return {}
        shared: dict[int, float] = {}
        total = 0.0
        for term, part in terms.items():
            weight, questions = self._find(term)
            weight *= part
            total += weight
            for question in questions:
                shared[question] = shared.get(question, 0.0) + weight
        least, size = _LEAST_SHARED * total, sum(terms.values())
        best: dict[int, float] = {}
        for question, weight in shared.items():
            if weight >= least:
                other = self._size(question)
                likeness = weight / total * math.sqrt(min(size, other) / max(size, other))
                row = self._rows[question]
                if likeness > best.get(row, 0.0):
                    best[row] = likeness
        return best

    def _size(self, question: int) -> int:
        """How many terms a question has; of a Chinese one about as many, since a third of its characters join words."""
        size = self._sizes.get(question)
        if size is None:
            text = self._questions[question]
            terms = len({term for word in words_of(text) for term in word_terms(word)})
            if not text.isascii():
                terms += 2 * sum(map(len, CJK_RUN.findall(text))) // 3
            size = self._sizes[question] = terms or 1
        return size

    def _find(self, term: str, words: Sequence[bytes] | None = None) -> tuple[float, frozenset[int]]:
        """What a term weighs, and the questions that have it; kept, since questions share words."""
        found = self._found.get(term)
        if found is not None:
            return found
        words = self._written(term) if words is None else words
        questions = {question for word in words for question in self.places.get(word, ())}
        if not term.isascii():
            questions.update(self._chinese.holding(term))
        rarest = math.log(1 + len(self._questions))
        weight = math.log(1 + len(self._questions) / len(questions)) if questions else _UNASKED * rarest
        found = weight, frozenset(questions)
        if len(self._found) < 16_384:
            self._found[term] = found
        return found
