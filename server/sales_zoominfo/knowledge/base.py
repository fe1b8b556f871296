"""The knowledge base: load lazily, search, read, and name what is near when nothing fits."""

from __future__ import annotations

import os
import re
import threading
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from .asked import questions_in
from .index import Index, IndexRow, Match
from .passages import Document, Section, is_contents, read_document
from .root import SKILL_NAME, find_skill_root
from .text import is_chinese, language_of

LANGUAGES = ("en", "zh")

_SNIPPET = 700  # characters: a table row or two, or a short section whole
# A passage is about a question when it covers most of it; of a long one it may leave out more, as each further
# word that it shares makes a coincidence less likely.
_MIN_EVIDENCE = 1.14
_PART = 0.2
_PARTS = 5
_FEWEST = 0.6  # one word, if only in other words
_LIKE = 0.5  # what a question known to be answered there adds
_FOREIGN = 0.4  # a passage that names another product is seldom about it
_LEADERS = 3  # rows of which one has to reach it
_LAX = 0.25  # what a further hit may fall short of it
_TAIL = 0.3  # a hit this far below the best one only costs the reader time
_MAX_QUERY = 2_000  # characters read of a query: longer ones are pasted documents
_SUBJECT = "ZoomInfo"
_AMOUNT = re.compile(
    r"how (?:many|much|long|often|big|large)|\b(?:max|maximum|limit|price|cost)|多少|多久|多长|几|上限|最多|价格",
    re.IGNORECASE,
)
_DIGIT = re.compile("[0-9]")


class UnknownPassage(KeyError):
    """There is no passage or file with this id.

    Attributes:
        passage_id: what was asked for.
        nearest: up to five ids that look like it.
    """

    def __init__(self, passage_id: str, nearest: list[str]) -> None:
        super().__init__(passage_id)
        self.passage_id = passage_id
        self.nearest = nearest

    def __str__(self) -> str:
        near = f" Nearest: {', '.join(self.nearest)}." if self.nearest else ""
        return f"No passage '{self.passage_id[:120]}'.{near}"


@dataclass(frozen=True, slots=True)
class Hit:
    """One search result; `source` is the citation, `last_verified` the date its facts were last checked."""

    id: str
    title: str
    snippet: str
    source: str
    last_verified: str
    score: float
    language: str = "en"


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits, best first; when there are none, `nearest` holds ids and titles of what comes closest."""

    hits: list[Hit]
    nearest: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Passage:
    """A headed section, or a whole file, with where it stands and when it was last checked."""

    id: str
    title: str
    text: str
    source: str
    last_verified: str
    language: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnowledgeFile:
    """One file, as a resource of the server describes it."""

    uri: str
    title: str
    description: str
    path: str
    language: str


@dataclass(frozen=True, slots=True)
class _Row:
    """What is indexed: one section of one language version of a file."""

    id: str
    document: Document
    section: Section


@dataclass(frozen=True)
class _Corpus:
    """Everything that was read from disk."""

    documents: dict[str, Document] = field(default_factory=dict[str, Document])
    problems: list[str] = field(default_factory=list[str])


class KnowledgeBase:
    """Searchable passages of references/. Nothing is read before the first question.

    Args:
        root: directory that holds SKILL.md and references/.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._corpora: dict[str, _Corpus] = {}
        self._sections: dict[str, dict[str, _Row]] = {}
        self._indexes: dict[str, tuple[list[_Row], Index]] = {}
        self._indexing = threading.Lock()

    @classmethod
    def load(cls, root: Path | None = None) -> KnowledgeBase:
        """Open the knowledge base.

        Args:
            root: directory that holds SKILL.md and references/; None for `find_skill_root()`.

        Returns:
            A knowledge base. A missing or broken directory is not an error: see `problems`.
        """
        return cls(root if root is not None else find_skill_root())

    @cached_property
    def _paths(self) -> dict[str, list[Path]]:
        """Reference files by language, and under `problem` those that are not to be read."""
        paths: dict[str, list[Path]] = {"en": [], "zh": [], "problem": []}
        directory = self.root / "references"
        inside = f"{os.path.realpath(directory)}{os.sep}"
        for path in sorted(directory.rglob("*.md")):
            outside = not os.path.realpath(path).startswith(inside)
            chinese = path.parent != directory and path.relative_to(directory).parts[0] == "zh"
            paths["problem" if outside else "zh" if chinese else "en"].append(path)
        return paths

    def _corpus(self, language: str) -> _Corpus:
        """The files in a language; read when first needed, since most questions need one language."""
        if language not in self._corpora:
            corpus = _Corpus()
            for path in self._paths[language]:
                try:
                    document, problem = read_document(self.root, path)
                except (OSError, UnicodeDecodeError) as error:
                    shown = path.relative_to(self.root).as_posix()
                    corpus.problems.append(f"{shown}: cannot be read ({type(error).__name__})")
                    continue
                if problem:
                    corpus.problems.append(problem)
                corpus.documents[document.name] = document
            # Only when it is whole, since calls run in threads of their own.
            self._corpora[language] = corpus
        return self._corpora[language]

    @cached_property
    def _documents(self) -> list[Document]:
        """All files, English first, so that what a translation shares is told as in the original."""
        return [document for language in LANGUAGES for document in self._corpus(language).documents.values()]

    @property
    def problems(self) -> list[str]:
        """What is wrong with the files, one sentence each; empty when all is well."""
        directory = self.root / "references"
        if not directory.is_dir():
            return [f"No references/ directory in {self.root}: there is nothing to search."]
        told = [
            f"{path.relative_to(self.root).as_posix()}: a link that leads out of references/ is not followed"
            for path in self._paths["problem"]
        ]
        told += [problem for language in LANGUAGES for problem in self._corpus(language).problems]
        if not self._documents:
            told.append(f"No readable .md file in {directory}: there is nothing to search.")
        return told

    def _rows(self, language: str) -> dict[str, _Row]:
        """Sections worth finding: below the file title, with text of their own that is not a list of contents."""
        if language not in self._sections:
            self._sections[language] = {
                row.id: row
                for document in self._corpus(language).documents.values()
                for section in document.sections
                if section.level > 1 and section.own and not is_contents(section)
                for row in (_Row(f"{_topic(document)}#{section.slug}", document, section),)
            }
        return self._sections[language]

    def _searched(self, language: str) -> tuple[list[_Row], Index]:
        """The rows that a question in a language is held against, and their index, built at its first question.

        English files that are not translated stand among the Chinese ones.
        """
        with self._indexing:
            if language not in self._indexes:
                rows = list(self._rows(language).values())
                if language == "zh" and not {path.name for path in self._paths["en"]} <= {
                    path.name for path in self._paths["zh"]
                }:
                    rows = list({**self._rows("en"), **self._rows("zh")}.values())
                on_subject = {id(row.document): _on_subject(row.document) for row in rows}
                asked = questions_in(language)
                index = Index(
                    (
                        IndexRow(
                            row.section.title,
                            row.section.own,
                            f"{row.document.title} {' '.join(row.document.aliases)}",
                            asked.get(row.id, ()),
                        )
                        for row in rows
                    ),
                    frozenset(number for number, row in enumerate(rows) if not on_subject[id(row.document)]),
                )
                self._indexes[language] = rows, index
        return self._indexes[language]

    @cached_property
    def _passages(self) -> dict[str, Passage]:
        """Every id that can be read: sections and whole files, per language."""
        out: dict[str, Passage] = {}
        for document in self._documents:
            topic = _topic(document)
            whole = _passage(topic, document, document.title, document.body, document.path)
            out[document.name] = whole
            out.setdefault(topic, whole)
            for section in document.sections:
                source = f"{document.path}#{section.slug}"
                text = document.body if section.level == 1 else section.text
                part = _passage(f"{topic}#{section.slug}", document, section.title, text, source)
                out[f"{document.name}#{section.slug}"] = part
                out.setdefault(part.id, part)
        return out

    @property
    def files(self) -> list[KnowledgeFile]:
        """The reference files, with the address each has as an MCP resource."""
        return [
            KnowledgeFile(
                uri=f"skill://{SKILL_NAME}/{document.path}",
                title=document.title,
                description=_describe(document),
                path=document.path,
                language=document.language,
            )
            for document in self._documents
        ]

    @property
    def ids(self) -> list[str]:
        """Ids of all passages that search can return, each once, in file order."""
        return list({**self._rows("en"), **self._rows("zh")})

    @cached_property
    def topics(self) -> list[str]:
        """Names of the topics, which are those of the reference files."""
        directory = self.root / "references"
        names = (path.relative_to(directory).with_suffix("").as_posix() for path in self._paths["en"])
        chinese = (path.relative_to(directory / "zh").with_suffix("").as_posix() for path in self._paths["zh"])
        return sorted({*names, *chinese})

    def search(
        self, query: str, *, limit: int = 5, language: str | None = None, topic: str | None = None
    ) -> SearchResult:
        """Find the passages that answer a question.

        Args:
            query: a question or a few words, in English or Chinese.
            limit: most hits to return; values below 1 count as 1.
            language: `en` or `zh`, the version to answer in; None for that of the question. A passage
                that has no such version is answered in the one it has.
            topic: one of `topics` to search that file only, in its translation too; None for all.

        Returns:
            Hits, best first. When no passage answers enough of the question the list is
            empty and `nearest` names what comes closest.

        Raises:
            ValueError: when `language` or `topic` is none of the values named above.
        """
        if language is not None and language not in LANGUAGES:
            raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, not {language!r}")
        if topic is not None and self.topics and topic not in self.topics:
            raise ValueError(f"topic must be one of {', '.join(self.topics)}, not {topic!r}")
        limit = max(1, limit)
        query = query[:_MAX_QUERY]
        asked_in = language_of(query)
        rows, index = self._searched(asked_in)
        question = index.parse(query)
        allowed: frozenset[int] | None = None
        if topic is not None:
            allowed = frozenset(i for i, row in enumerate(rows) if _topic(row.document) == topic)
        matches = index.search(question, allowed)
        answered = any(_evidence(match) >= _MIN_EVIDENCE for match in matches[:_LEADERS])
        hits: list[Hit] = []
        wanted: dict[str, float] = {}
        for match in matches if answered else ():
            if len(hits) >= limit or (hits and match.score < _TAIL * hits[0].score):
                break
            if _evidence(match) < _MIN_EVIDENCE - _LAX:
                continue
            wanted = wanted or index.vocabulary(question)
            found = rows[match.row]
            row = self._rows(language or asked_in).get(found.id, found)
            hits.append(
                Hit(
                    id=row.id,
                    title=row.section.title,
                    snippet=_snippet(row.section.own, wanted, _AMOUNT.search(query) is not None),
                    source=f"{row.document.path}#{row.section.slug}",
                    last_verified=row.document.last_verified,
                    score=round(match.score, 3),
                    language=row.document.language,
                )
            )
        if hits:
            return SearchResult(hits, [])
        nearest = [rows[match.row] for match in matches[:limit]] or _entrances(rows, topic)[:limit]
        told = [self._rows(language or asked_in).get(row.id, row) for row in nearest]
        return SearchResult([], [{"id": row.id, "title": row.section.title} for row in told])

    def read(self, passage_id: str, *, language: str | None = None) -> Passage:
        """Read one passage, or a whole file.

        Args:
            passage_id: `file#slug` or a bare file name; a path as in `source` works too.
            language: `zh` for the Chinese version where there is one.

        Returns:
            The text with its source and the date it was last checked.

        Raises:
            UnknownPassage: when nothing has this id. Ids are looked up in a table and never
                joined to a path, so no id can name a file outside references/.
        """
        key = _normalise(passage_id)
        if language == "zh" and f"zh/{key}" in self._passages:
            return self._passages[f"zh/{key}"]
        found = self._passages.get(key)
        if found is None:
            raise UnknownPassage(passage_id, self._near_ids(key))
        return found

    def _near_ids(self, key: str) -> list[str]:
        """Ids that look like a wrong one: by spelling, then by subject."""
        import difflib  # only a wrong id needs it

        known = list(self._passages)
        near = difflib.get_close_matches(key[:200], known, n=5, cutoff=0.6)
        # The start of an id, such as gotchas#jwt, says more than its spelling does.
        near = [name for name in known if "#" in key and key[-1] != "#" and name.startswith(key)] + near
        if len(near) < 3:
            rows, index = self._searched("en")
            by_subject = index.search(index.parse(key.replace("#", " ")[:200]))
            near += [rows[match.row].id for match in by_subject[:5]]
        return list(dict.fromkeys(near))[:5] or known[:5]


def _topic(document: Document) -> str:
    """File name shared by all language versions."""
    return document.name.removeprefix("zh/")


def _on_subject(document: Document) -> bool:
    """Whether a file is about what this knowledge base is about: it names it on top, or again and again."""
    top = " ".join((document.title, *document.aliases, *document.sources))
    return _SUBJECT in top or 4 * document.body.count(_SUBJECT) >= len(document.sections)


def _passage(passage_id: str, document: Document, title: str, text: str, source: str) -> Passage:
    return Passage(passage_id, title, text, source, document.last_verified, document.language, document.sources)


def _normalise(passage_id: str) -> str:
    """A source path, or an id with stray spaces, as an id."""
    name, mark, slug = passage_id.strip().partition("#")
    name = name.removeprefix(f"skill://{SKILL_NAME}/").removeprefix("references/").removesuffix(".md")
    return f"{name}{mark}{slug}"


def _evidence(match: Match) -> float:
    """How sure it is that a passage is about the question; see `_MIN_EVIDENCE`."""
    if match.parts < _FEWEST:
        return 0.0
    return match.coverage + _PART * min(match.parts, _PARTS) + _LIKE * match.near - _FOREIGN * match.foreign


def _entrances(rows: list[_Row], topic: str | None) -> list[_Row]:
    """The first passage of each file, for a query that says nothing."""
    first: dict[str, _Row] = {}
    for row in rows:
        if topic in (None, _topic(row.document)):
            first.setdefault(row.document.name, row)
    return list(first.values())


def _describe(document: Document) -> str:
    """One line on what a file holds: its section titles."""
    titles = [s.title for s in document.sections if s.level == 2 and not is_contents(s)]
    text = "; ".join(titles)
    return text if len(text) <= 300 else text[:300].rsplit(";", 1)[0]


def _snippet(text: str, wanted: dict[str, float], amount: bool) -> str:
    """The run of lines that holds most of what is wanted, at most `_SNIPPET` characters.

    Args:
        text: a section's own text.
        wanted: terms, with what each is worth; a term is the beginning of a word.
        amount: whether a number is asked for.
    """
    if len(text) <= _SNIPPET:
        return text
    whole = text.lower()
    present = [(term, worth) for term, worth in wanted.items() if term in whole]
    lines = [line for line in text.splitlines() if line.strip()]
    gains: list[float] = []
    for line in lines:
        lower = line.lower()
        gain = sum(worth for term, worth in present if term in lower)
        gains.append(gain + 1.0 if gain and amount and _DIGIT.search(line) else gain)
    start = size = 0
    gain = best = 0.0
    first, last = 0, 1
    for end, line in enumerate(lines):
        size, gain = size + len(line) + 1, gain + gains[end]
        while size > _SNIPPET and start < end:
            size, gain = size - len(lines[start]) - 1, gain - gains[start]
            start += 1
        # A run that starts where the best one does is the same run, grown: keep it as long as it fits.
        if gain > best + 1e-9 or (start == first and gain >= best - 1e-9):
            best, first, last = gain, start, end + 1
    chosen = "\n".join(lines[first:last])
    cut = len(chosen) > _SNIPPET
    if cut:
        chosen = _around(chosen, present)
    return f"{'… ' if first else ''}{chosen}{' …' if cut or last < len(lines) else ''}"


def _around(line: str, present: list[tuple[str, float]]) -> str:
    """The part of an overlong line that holds most of what is wanted."""
    lower = line.lower()
    places = sorted((place, worth) for term, worth in present for place in (lower.find(term),) if place >= 0)
    best, start = 0.0, 0
    for i, (place, _) in enumerate(places):
        gain = sum(worth for other, worth in places[i:] if other < place + _SNIPPET - 100)
        if gain > best:
            best, start = gain, place
    start = max(0, min(start - 60, len(line) - _SNIPPET))
    if start:  # at the beginning of a sentence, or of a word
        breaks = (line.find(mark, start, start + 60) for mark in ("。", ". ", " "))
        start = next((place + 1 for place in breaks if place >= 0), start)
    part = line[start : start + _SNIPPET].lstrip()
    return part if is_chinese(part) else part.rsplit(" ", 1)[0]
