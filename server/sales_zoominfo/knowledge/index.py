"""BM25 over passage rows, with concepts as weaker stand-ins for words, and a measure of how much was understood."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .concepts import Pairs, chinese_concepts, english_concepts
from .text import is_chinese, terms_of

_K1 = 1.2
_B = 0.6
_CONCEPT_WEIGHT = 0.55  # in the ranking a shared concept counts for about half of a shared word
_CONCEPT_COVERS = 0.9  # but it answers the question nearly as well
_TITLE_WEIGHT = 2.0  # title words are written once and say what the passage is about
_CONTEXT_WEIGHT = 0.25  # words of the file's own title and aliases: enough to break a tie
_CJK_UNKNOWN = 0.1  # a pair of characters nobody wrote is usually the seam between two words
_BROADER = 0.3  # how much a row gains from covering the whole question rather than one word of it
_MAX_QUERY_TERMS = 48


@dataclass(frozen=True, slots=True)
class Match:
    """One row that answers a query.

    Attributes:
        row: position of the row in the list that was indexed.
        score: BM25 score.
        coverage: share of the query's meaning, 0 to 1, that the row contains.
    """

    row: int
    score: float
    coverage: float


@dataclass(frozen=True, slots=True)
class _Slot:
    """One term of a query with its stand-ins, and how much it matters."""

    literals: tuple[str, ...]
    concepts: tuple[str, ...]
    weight: float


def _concepts_in(terms: Sequence[str]) -> list[tuple[str, ...]]:
    """For each term, the concepts that it, or it with a neighbour, stands for."""
    words, pairs = english_concepts()
    found = [words.get(term, ()) for term in terms]
    for i, concepts in _pair_concepts(terms, pairs).items():
        found[i] += concepts
        found[i + 1] += concepts
    return found


class Index:
    """An in-memory index over rows of (title, body, context).

    Args:
        rows: title, body and context of each row; context is text about the row's file.
    """

    def __init__(self, rows: Iterable[tuple[str, str, str]]) -> None:
        counts: list[dict[str, float]] = []
        lengths: list[float] = []
        contexts: dict[str, dict[str, float]] = {}
        for title, body, context in rows:
            row: dict[str, float] = {}
            length = _count(row, title, _TITLE_WEIGHT) + _count(row, body, 1.0)
            if context not in contexts:  # all rows of a file share it
                contexts[context] = {}
                _count(contexts[context], context, _CONTEXT_WEIGHT)
            for term, weight in contexts[context].items():
                row[term] = row.get(term, 0.0) + weight
            counts.append(row)
            lengths.append(length)
        self._size = len(counts)
        average = (sum(lengths) / self._size if self._size else 0.0) or 1.0
        frequency: dict[str, int] = {}
        for row in counts:
            for term, weight in row.items():
                if weight >= 1.0:  # a context word alone does not make a row be about it
                    frequency[term] = frequency.get(term, 0) + 1
        self._unknown_idf = self._idf(0)
        self._idfs = {term: self._idf(n) for term, n in frequency.items()}
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for number, row in enumerate(counts):
            norm = _K1 * (1 - _B + _B * lengths[number] / average)
            for term, weight in row.items():
                found = (number, weight * (_K1 + 1) / (weight + norm))
                if term in self._postings:
                    self._postings[term].append(found)
                else:
                    self._postings[term] = [found]

    def _idf(self, containing: int) -> float:
        return math.log(1 + (self._size - containing + 0.5) / (containing + 0.5))

    def vocabulary(self, query: str) -> frozenset[str]:
        """The words of a query that some row holds; what a snippet should show."""
        return frozenset(t for slot in self.slots(query) for t in slot.literals if t in self._idfs)

    def slots(self, query: str) -> list[_Slot]:
        """Split a query into weighted terms; each distinct term once."""
        out: dict[tuple[str, ...], _Slot] = {}
        rest = query
        if is_chinese(query):
            for phrase, concepts in chinese_concepts(query):
                literals = tuple(terms_of(phrase))
                out.setdefault(literals, self._slot(literals, concepts))
                rest = rest.replace(phrase, " ")
        terms = terms_of(rest)
        for term, concepts in zip(terms, _concepts_in(terms), strict=True):
            if len(out) >= _MAX_QUERY_TERMS:
                break
            known = out.get((term,))
            if known is None or (concepts and not known.concepts):
                out[(term,)] = self._slot((term,), concepts)
        return [slot for slot in out.values() if slot.weight > 0]

    def _slot(self, literals: tuple[str, ...], concepts: tuple[str, ...]) -> _Slot:
        idfs = [self._idfs[t] for t in literals if t in self._idfs]
        concept_idfs = [self._idfs[c] for c in concepts if c in self._idfs]
        if idfs:
            weight = max(idfs)
        elif concept_idfs:
            weight = max(concept_idfs)
        elif all(map(is_chinese, literals)):
            weight = self._unknown_idf * _CJK_UNKNOWN
        else:
            weight = self._unknown_idf
        return _Slot(literals, concepts, weight)

    def search(self, query: str, allowed: frozenset[int] | None = None) -> list[Match]:
        """Rank the rows that share a term or a concept with a query.

        Args:
            query: the question.
            allowed: rows to consider; None for all.

        Returns:
            Matches, best first; empty when nothing is shared.
        """
        slots = self.slots(query)
        total = sum(slot.weight for slot in slots)
        scores: dict[int, float] = {}
        covered: dict[int, float] = {}
        for slot in slots:
            best: dict[int, float] = {}
            share: dict[int, float] = {}
            for terms, factor, part in (
                (slot.literals, 1.0, 1.0),
                (slot.concepts, _CONCEPT_WEIGHT, _CONCEPT_COVERS),
            ):
                for term in terms:
                    gain = self._idfs.get(term, 0.0) * factor
                    for row, weight in self._postings.get(term, ()):
                        value = gain * weight
                        if value > best.get(row, 0.0):
                            best[row] = value
                        if part > share.get(row, 0.0):
                            share[row] = part
            for row, value in best.items():
                if allowed is None or row in allowed:
                    scores[row] = scores.get(row, 0.0) + value
                    covered[row] = covered.get(row, 0.0) + slot.weight * share[row]
        matches = [
            Match(row, score * (1 - _BROADER + _BROADER * covered[row] / total), covered[row] / total)
            for row, score in scores.items()
        ]
        matches.sort(key=lambda match: (-match.score, match.row))
        return matches


def _count(row: dict[str, float], text: str, weight: float) -> float:
    """Add a text's terms and concepts to a row's weights; return the length it adds."""
    terms = terms_of(text)
    words, pairs = english_concepts()
    for term, times in Counter(terms).items():
        row[term] = row.get(term, 0.0) + weight * times
        for concept in words.get(term, ()):
            row[concept] = row.get(concept, 0.0) + weight * times
    for concepts in _pair_concepts(terms, pairs).values():
        for concept in concepts:
            row[concept] = row.get(concept, 0.0) + weight
    if is_chinese(text):
        for _, concepts in chinese_concepts(text):
            for concept in concepts:
                row[concept] = row.get(concept, 0.0) + weight
    return len(terms) * weight


def _pair_concepts(terms: Sequence[str], pairs: Pairs) -> dict[int, tuple[str, ...]]:
    """Position of the first of two neighbouring terms to the concepts that the two stand for."""
    return {
        i: pairs[term][terms[i + 1]]
        for i, term in enumerate(terms[:-1])
        if term in pairs and terms[i + 1] in pairs[term]
    }
