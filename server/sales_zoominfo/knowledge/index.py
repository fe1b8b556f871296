"""BM25 over passage rows, with concepts as weaker stand-ins for words, and a measure of how much was understood."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import neg
from typing import NamedTuple

from .asked import Asked
from .concepts import Concepts, concepts, phrases_in
from .text import (
    CJK_LOOSE,
    CJK_RUN,
    CJK_STOP,
    EVERYDAY,
    FIRM,
    Texts,
    is_chinese,
    is_plain,
    pairs_in,
    stem,
    word_terms,
    words_of,
)

# Ranking
_K1 = 2.0
_B = 0.6
_TITLE_WEIGHT = 2  # title words are written once and say what the passage is about
_CONTEXT_WEIGHT = 0.25  # words of the file's own title and aliases: enough to break a tie
_CONCEPT_WEIGHT = 0.7  # a shared concept counts for less than a shared word
_INNER = 0.5  # a part of a name beside the name
_SEAM = 0.4  # a pair of Chinese characters of which one may only join words
_CHARACTER = 0.35  # a single Chinese character
_BROADER = 0.3  # how much a row gains from covering the whole question rather than one word of it
_NEAR = 1.0  # a question that people ask in the very same words, as a share of the best score
_ELSEWHERE = 0.6  # a question is about the subject of the knowledge base, unless a better answer is not

# Coverage: how much of a question a row contains
_CONCEPT_COVERS = 0.7
_CONCEPT_PART = 0.6  # a word met in other words is less than a word
_MISSPELT_COVERS = 0.85
_GENERIC = 0.3  # a word that any question may hold
_NUMBER_UNKNOWN = 0.15  # the figures of a question are its own
_LONE = 0.2  # a Chinese word of one character

_MAX_QUERY_TERMS = 48
_KEPT = 16_384  # answers of the index to single terms: queries must not fill the memory
_CANDIDATES = 20  # rows of the best scores whose coverage is looked at


@dataclass(frozen=True, slots=True)
class Match:
    """One row that answers a query.

    Attributes:
        row: position of the row in the list that was indexed.
        score: BM25 score.
        coverage: share of the query's meaning, 0 to 1, that the row contains.
        parts: how many of its words the row contains.
        near: how much the query is like one that the row is known to answer, 0 to 1.
        foreign: whether the query is about another product, which the row names.
    """

    row: int
    score: float
    coverage: float
    parts: float
    near: float
    foreign: bool


@dataclass(frozen=True, slots=True)
class _Slot:
    """One part of a query with its stand-ins.

    Attributes:
        literals: terms, any of which is what was written.
        concepts: what else stands for it.
        weight: how much it matters for coverage; 0 for what only ranks.
        covers: how well a literal covers it, less than 1 for a guess at a misspelt word.
        ranks: whether it takes part in the ranking.
        part: how much of a word it is.
        must: whether a passage without it cannot answer.
    """

    literals: tuple[str, ...]
    concepts: tuple[str, ...]
    weight: float
    covers: float = 1.0
    ranks: bool = True
    part: float = 1.0
    must: bool = False


class _Reach(NamedTuple):
    """What a slot gives to the rows.

    Attributes:
        gain: what it adds to their scores.
        literal: rows that have what was written.
        concept: rows that have what stands for it.
    """

    gain: dict[int, float]
    literal: set[int]
    concept: set[int]


@dataclass(slots=True)
class Query:
    """A question, taken apart.

    Attributes:
        slots: its parts.
        total: the weight of all parts.
    """

    slots: list[_Slot] = field(default_factory=list["_Slot"])
    total: float = 0.0


class IndexRow(NamedTuple):
    """What is indexed.

    Attributes:
        title: its heading.
        body: its text.
        context: text about its file.
        asked: questions that it answers, in people's own words.
    """

    title: str
    body: str
    context: str
    asked: Sequence[str] = ()


class Index:
    """An in-memory index over rows.

    Args:
        rows: what is searched.
        elsewhere: rows of files that are about something else than the knowledge base is.
    """

    def __init__(self, rows: Iterable[IndexRow], elsewhere: frozenset[int] = frozenset()) -> None:
        self._elsewhere = elsewhere
        self._texts: list[tuple[str, str]] = []
        # Row numbers by written word, one for each time.
        self._places: defaultdict[bytes, list[int]] = defaultdict(list)
        self._contexts: dict[str, set[int]] = {}
        self._tf: dict[str, dict[int, int]] = {}
        self._gains: dict[str, dict[int, float]] = {}
        self._reaches: dict[tuple[str, ...], _Reach] = {}
        self._forms: set[str] = set()
        self._corrected: dict[str, str | None] = {}
        lengths: list[int] = []
        files: dict[str, list[int]] = {}
        places = self._places
        chinese: dict[int, str] = {}
        self._asked = Asked(self._written)
        for number, (title, body, context, asked) in enumerate(rows):
            self._asked.add(number, (title, *asked))  # a title is asked for in its own words too
            self._texts.append((title, "\n".join((body, *asked))))
            files.setdefault(context, []).append(number)
            prose, *code = body.split("```", 1)
            words = words_of(prose) + words_of(title) * _TITLE_WEIGHT
            if code:  # a program repeats its names without being more about them
                words += set(words_of(code[0]))
            for word in words:
                places[word].append(number)
            length = len(words)
            if not (title.isascii() and body.isascii()):
                chinese[number] = "\n".join((body, *[title] * _TITLE_WEIGHT))
                # As many pairs as characters.
                length += len(chinese[number]) - len(chinese[number].encode("ascii", "ignore"))
            lengths.append(length)
        self._chinese_rows = list(chinese)
        self._chinese = Texts(list(chinese.values()))
        self._asked.close()
        words = places.keys() | self._asked.places.keys()
        # A term is the beginning of a plain word, give or take its last letters; names are taken apart.
        self._plain = sorted((word.lower(), word) for word in words if is_plain(word))
        self._parted: dict[str, list[bytes]] = {}
        for word in words:
            if not is_plain(word):
                for term in word_terms(word):
                    self._parted.setdefault(term, []).append(word)
        for context, numbers in files.items():
            terms = {term for word in words_of(context) for term in word_terms(word)}
            for run in CJK_RUN.findall(context):
                terms.update(pairs_in(run))
            for term in terms:
                self._contexts.setdefault(term, set()).update(numbers)
        self._size = len(lengths)
        average = (sum(lengths) / self._size if self._size else 0.0) or 1.0
        self._norms = [_K1 * (1 - _B + _B * length / average) for length in lengths]
        self._rarest = self._idf(0)

    def _has(self, term: str) -> bool:
        return len(term) > 1 and bool(self._times(term))

    def _times(self, term: str) -> dict[int, int]:
        """How often each row has a term, or a member of a concept."""
        found = self._tf.get(term)
        if found is None:
            if term[0] == "@":
                found = self._concept_times(term)
            elif len(term) == 1:
                found = {
                    row: 1 + _TITLE_WEIGHT * title.count(term)
                    for row, (title, body) in enumerate(self._texts)
                    if term in body or term in title
                }
            else:
                words = self._written(term)
                found = Counter(self._asked.rows_with(term, words))
                if not term.isascii():
                    found.update(self._chinese_rows[text] for text in self._chinese.holding(term))
                for word in words:
                    found.update(self._places.get(word, ()))
            if found or len(self._tf) < _KEPT:
                self._tf[term] = found
        return found

    def _written(self, term: str) -> list[bytes]:
        """The words that a term stands for."""
        words = list(self._parted.get(term, ()))
        if term.isascii():
            start = term[: max(3, len(term) - 1)].encode()
            place = bisect_left(self._plain, (start,))
            while place < len(self._plain) and self._plain[place][0].startswith(start):
                word = self._plain[place][1]
                if term in word_terms(word):
                    words.append(word)
                place += 1
        return words

    def _idf(self, containing: int) -> float:
        return math.log(1 + (self._size - containing + 0.5) / (containing + 0.5))

    def _weight(self, term: str) -> float:
        """Inverse document frequency; 0 for a term that no row has."""
        found = self._times(term)
        return self._idf(len(found)) if found else 0.0

    def _concept_times(self, name: str) -> dict[int, int]:
        out: dict[int, int] = {}
        for member in concepts().members[name]:
            if not member[0].isascii():
                # Its pairs overlap, and one look for the whole is less work than one for each.
                member = (member[0] + "".join(pair[-1] for pair in member[1:]),)
            first, *rest = map(self._times, member)
            for row, times in first.items():
                if rest:
                    if not all(row in other for other in rest) or not self._adjacent(row, member):
                        continue
                    times = min(times, *(other[row] for other in rest))
                out[row] = out.get(row, 0) + times
        return out

    def _adjacent(self, row: int, member: tuple[str, ...]) -> bool:
        """Whether the terms stand side by side somewhere; each is the beginning of a word."""
        return any(_side_by_side(text.lower(), *member) for text in self._texts[row])

    def _gain(self, term: str) -> dict[int, float]:
        """What a term adds to the score of each row that has it."""
        gain = self._gains.get(term)
        if gain is None:
            concept = term[0] == "@"
            tf = self._times(term)
            weight = self._idf(len(tf)) * (_K1 + 1) * (_CONCEPT_WEIGHT if concept else 1.0)
            norms = self._norms
            gain = {row: weight * times / (times + norms[row]) for row, times in tf.items()}
            if tf and not concept:
                for row in self._contexts.get(term, ()):
                    times = tf.get(row, 0) + _CONTEXT_WEIGHT
                    gain[row] = weight * times / (times + norms[row])
            if gain or len(self._gains) < _KEPT:
                self._gains[term] = gain
        return gain

    # --- taking a question apart ---------------------------------------------------------------------------

    def parse(self, question: str) -> Query:
        """Split a question into weighted parts; each distinct term once.

        Args:
            question: any text.

        Returns:
            The parts, and what they weigh together.
        """
        known = concepts()
        slots: dict[tuple[str, ...], _Slot] = {}
        if is_chinese(question):
            self._parse_chinese(question, known, slots)
        terms: list[str] = []
        inner: dict[str, float] = {}
        guessed: set[str] = set()
        for word in words_of(question)[: _MAX_QUERY_TERMS * 4]:
            found = word_terms(word)
            if len(found) > 1:
                if self._has(found[-1]) or found[-1] in known.foreign:
                    # HubSpot is one word; Hub and Spot help to find it, as "person id" is found for personId.
                    share = _INNER * self._weight(found[-1]) / (len(found) - 1)
                    inner.update(dict.fromkeys(found[:-1], share))
                else:
                    found = found[:-1]  # the parts of an unknown name say what it is about
            elif len(found) == 1 and not self._has(found[0]) and found[0] not in known.words:
                better = self._spelt(word.decode())
                if better:
                    found = word_terms(better.encode())
                    guessed.update(found)
            terms.extend(found)
        for first, second in pairwise(list(terms)):  # "web sights" is written as one word elsewhere
            joined = first + second
            if first in inner or not first.isalpha() or joined in terms:
                continue
            if self._has(joined) or joined in known.foreign:
                terms.append(joined)
                inner.update(dict.fromkeys((first, second), _INNER * self._weight(joined) / 2))
        for term, stands in zip(terms, _concepts_in(terms, known), strict=True):
            if len(slots) >= _MAX_QUERY_TERMS:
                break
            earlier = slots.get((term,))
            if term in inner and term not in known.foreign:
                slots.setdefault((term,), _Slot((term,), (), inner[term], part=_INNER))
            elif earlier is None or (stands and not earlier.concepts):
                covers = _MISSPELT_COVERS if term in guessed else 1.0
                generic = _GENERIC if not stands and term in _everyday_stems() else 1.0
                weight = self._matters(term, stands) * generic
                slots[(term,)] = _Slot((term,), stands, weight, covers, part=generic, must=term in known.foreign)
        if FIRM.search(question):
            slots[("",)] = _Slot((), (), self._rarest, ranks=False)
        return Query(list(slots.values()), sum(slot.weight for slot in slots.values()))

    def _matters(self, term: str, stands: tuple[str, ...]) -> float:
        weight = self._weight(term) or max((self._weight(name) for name in stands), default=0.0)
        if weight:
            return weight
        return self._rarest * (_NUMBER_UNKNOWN if term.isdigit() else 1.0)

    def _parse_chinese(self, question: str, known: Concepts, slots: dict[tuple[str, ...], _Slot]) -> None:
        rest = question
        for phrase in phrases_in(question, known.chinese):
            if len(slots) >= _MAX_QUERY_TERMS:
                return
            literals = tuple(pair for run in CJK_RUN.findall(phrase) for pair in pairs_in(run))
            stands = known.chinese[phrase]
            weight = max((self._weight(term) for term in literals + stands), default=0.0) or self._rarest
            slots.setdefault(literals, _Slot(literals, stands, weight))
            rest = rest.replace(phrase, " ")
        for phrase in phrases_in(rest, known.foreign_chinese):
            telling = min(pairs_in(phrase), key=lambda pair: len(self._times(pair)))
            slots[(phrase,)] = _Slot((telling,), (), self._rarest, must=True)
            rest = rest.replace(phrase, " ")
        for run in CJK_RUN.findall(CJK_STOP.sub(" ", rest)):
            pairs = pairs_in(run)
            if len(run) == 1:
                continue
            for pair in pairs:
                if self._has(pair) and len(slots) < _MAX_QUERY_TERMS:
                    seam = not CJK_LOOSE.isdisjoint(pair)
                    slots.setdefault((pair,), _Slot((pair,), (), 0.0, part=_SEAM if seam else 1.0))
            self._parse_characters(run, slots)

    def _parse_characters(self, run: str, slots: dict[tuple[str, ...], _Slot]) -> None:
        """What of a Chinese run has to be understood: a character is when a pair that holds it is."""
        for i, character in enumerate(run):
            if character in CJK_LOOSE or len(slots) >= 2 * _MAX_QUERY_TERMS:
                continue
            pairs = [run[k : k + 2] for k in (i - 1, i) if k >= 0 and k + 2 <= len(run)]
            firm = [pair for pair in pairs if CJK_LOOSE.isdisjoint(pair)]
            around = tuple(pair for pair in firm if self._has(pair)) or tuple(firm or pairs)
            weight = max(map(self._weight, around)) or self._rarest
            # A lone character among those that join words is a verb as a rule, and any verb will do.
            weight *= 1.0 if firm else _LONE
            part = 0.5 if firm else 0.1
            slots.setdefault((*around, character), _Slot(around, (), weight / 2, ranks=False, part=part))
            # A word that nobody wrote shares a character with one of its meaning.
            if not (firm and self._has(around[0])):
                slots.setdefault((character,), _Slot((character,), (), 0.0, part=_CHARACTER))

    def _spelt(self, word: str) -> str | None:
        """The written form that an unknown word is one slip away from, if there is one."""
        lower = word.lower()
        if not 5 <= len(lower) <= 24 or not lower.isalpha() or lower in EVERYDAY:
            return None
        if not self._forms:
            self._forms = {
                word.decode().lower() for word in self._places if len(word) > 3 and word.isalpha()
            } | concepts().spelling
        if lower not in self._corrected and len(self._corrected) < 4_096:
            # Slips spare the first letter, and the word that is used most is meant most often.
            found = [form for form in _slips(lower) & self._forms if form[0] == lower[0]]
            self._corrected[lower] = max(
                found, key=lambda form: (sum(self._times(stem(form)).values()), form), default=None
            )
        return self._corrected.get(lower)

    def vocabulary(self, query: Query) -> dict[str, float]:
        """What a snippet should show.

        Args:
            query: the question.

        Returns:
            Terms that some row holds, with how much each matters.
        """
        wanted: dict[str, float] = {}
        members = concepts().members
        for slot in query.slots:
            for term in slot.literals:
                wanted[term] = max(wanted.get(term, 0.0), self._weight(term))
            for name in slot.concepts:
                worth = self._weight(name) * _CONCEPT_WEIGHT
                for member in members[name]:
                    if member[0].isascii():
                        if len(member) == 1:
                            wanted.setdefault(member[0], worth)
                    else:  # the pairs of a phrase, put together again
                        wanted.setdefault("".join(pair[0] for pair in member[:-1]) + member[-1], worth)
        return {term: worth for term, worth in wanted.items() if worth > 0}

    # --- ranking -------------------------------------------------------------------------------------------

    def search(self, query: Query, allowed: frozenset[int] | None = None) -> list[Match]:
        """Rank the rows that share a term or a concept with a query.

        Args:
            query: the question.
            allowed: rows to consider; None for all.

        Returns:
            The best matches, best first; empty when nothing is shared.
        """
        scores: dict[int, float] = {}
        parts = [(slot, self._reach(slot)) for slot in query.slots]
        for slot, reach in parts:
            if slot.ranks:
                part = slot.part
                for row, value in reach.gain.items():
                    scores[row] = scores.get(row, 0.0) + value * part
        for row in self._elsewhere & scores.keys():
            scores[row] *= _ELSEWHERE
        terms: dict[str, float] = {}
        for slot in query.slots:
            for term in slot.literals if slot.ranks else ():
                if len(term) > 1:  # a single Chinese character is in too many questions
                    terms[term] = max(slot.part, terms.get(term, 0.0))
        near = self._asked.near(terms)
        top = max(scores.values(), default=0.0)
        for row, likeness in near.items():
            scores[row] = scores.get(row, 0.0) + _NEAR * top * likeness
        if allowed is not None:
            scores = {row: score for row, score in scores.items() if row in allowed}
        best = sorted(zip(scores.values(), map(neg, scores), strict=True), reverse=True)[:_CANDIDATES]
        heavy = [(slot, reach) for slot, reach in parts if slot.weight]
        foreign = any(slot.must for slot in query.slots)
        matches: list[Match] = []
        for score, negative in best:
            coverage, words = _covered(heavy, query.total, -negative)
            score *= 1 - _BROADER + _BROADER * coverage
            matches.append(Match(-negative, score, coverage, words, near.get(-negative, 0.0), foreign))
        matches.sort(key=lambda match: (-match.score, match.row))
        return matches

    def _reach(self, slot: _Slot) -> _Reach:
        """The rows of a slot; kept, since questions share words."""
        key = (*slot.literals, "rank" if slot.ranks else "", *slot.concepts)
        reach = self._reaches.get(key)
        if reach is None:
            literal: set[int] = set()
            for term in slot.literals:
                literal.update(self._times(term))
            concept: set[int] = set()
            for name in slot.concepts:
                concept.update(self._times(name))
            gain: dict[int, float] = {}
            for term in slot.literals + slot.concepts if slot.ranks else ():
                for row, value in self._gain(term).items():
                    if value > gain.get(row, 0.0):
                        gain[row] = value
            reach = _Reach(gain, literal, concept)
            if len(self._reaches) < _KEPT:
                self._reaches[key] = reach
        return reach


def _covered(heavy: list[tuple[_Slot, _Reach]], total: float, row: int) -> tuple[float, float]:
    """Share of a question's meaning, 0 to 1, that a row contains, and how many words of it."""
    covered = words = 0.0
    for slot, reach in heavy:
        if row in reach.literal:
            covered += slot.weight * slot.covers
            words += slot.part
        elif row in reach.concept:
            covered += slot.weight * _CONCEPT_COVERS
            words += slot.part * _CONCEPT_PART
        elif slot.must:
            return 0.0, 0.0
    return (covered / total if total else 0.0), words


def _concepts_in(terms: Sequence[str], known: Concepts) -> list[tuple[str, ...]]:
    """For each term, the concepts that it, or it with a neighbour, stands for."""
    found = [known.words.get(term, ()) for term in terms]
    for i, term in enumerate(terms[:-1]):
        stands = known.pairs.get((term, terms[i + 1]))
        if stands:
            found[i] += stands
            found[i + 1] += stands
    return found


def _side_by_side(text: str, first: str, second: str) -> bool:
    """Whether a word that begins with one stem is followed by one that begins with the other."""
    place = text.find(first)
    while place >= 0:
        end = place + len(first)
        while text[end : end + 1].isalpha():
            end += 1
        after = text[end : end + len(second) + 3]
        if after[:1] in ("", " ", "\n", "-", "_") and after.lstrip(" \n-_").startswith(second):
            return True
        place = text.find(first, end)
    return False


_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _slips(word: str) -> set[str]:
    """What one slip of the fingers makes of a word: a letter lost, doubled, changed or swapped with the next."""
    splits = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    out = {a + b[1:] for a, b in splits if b}
    out |= {a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1}
    for a, b in splits:
        for letter in _LETTERS:
            out.add(a + letter + b)
            if b:
                out.add(a + letter + b[1:])
    return out


_EVERYDAY_STEMS: set[str] = set()


def _everyday_stems() -> set[str]:
    if not _EVERYDAY_STEMS:
        _EVERYDAY_STEMS.update(map(stem, EVERYDAY))
    return _EVERYDAY_STEMS
