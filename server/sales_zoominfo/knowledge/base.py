"""The knowledge base: load lazily, search, read, and name what is near when nothing fits."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from .index import Index
from .passages import Document, Section, is_contents, read_document
from .root import SKILL_NAME, find_skill_root
from .text import is_chinese, terms_of

LANGUAGES = ("en", "zh")

_SNIPPET = 600  # characters: a table row or two, or a short section whole
_MIN_COVERAGE = 0.42  # below this share of the question, the best passage is about something else
_TAIL = 0.3  # a hit this far below the best one only costs the reader time
_MAX_QUERY = 2_000  # characters read of a query: longer ones are pasted documents


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
        self._cut: dict[int, list[tuple[str, frozenset[str]]]] = {}

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
    def _corpus(self) -> _Corpus:
        corpus = _Corpus()
        directory = self.root / "references"
        if not directory.is_dir():
            corpus.problems.append(f"No references/ directory in {self.root}: there is nothing to search.")
            return corpus
        inside = directory.resolve()
        for path in sorted(directory.rglob("*.md")):
            shown = path.relative_to(self.root).as_posix()
            if not path.resolve().is_relative_to(inside):
                corpus.problems.append(f"{shown}: a link that leads out of references/ is not followed")
                continue
            try:
                document, problem = read_document(self.root, path)
            except (OSError, UnicodeDecodeError) as error:
                corpus.problems.append(f"{shown}: cannot be read ({type(error).__name__})")
                continue
            if problem:
                corpus.problems.append(problem)
            corpus.documents[document.name] = document
        if not corpus.documents:
            corpus.problems.append(f"No readable .md file in {directory}: there is nothing to search.")
        return corpus

    @property
    def problems(self) -> list[str]:
        """What is wrong with the files, one sentence each; empty when all is well."""
        return list(self._corpus.problems)

    @cached_property
    def _rows(self) -> list[_Row]:
        """Sections worth finding: below the file title, with text of their own that is not a list of contents."""
        return [
            _Row(f"{_topic(document)}#{section.slug}", document, section)
            for document in self._corpus.documents.values()
            for section in document.sections
            if section.level > 1 and section.own and not is_contents(section)
        ]

    @cached_property
    def _index(self) -> Index:
        return Index(
            (row.section.title, row.section.own, f"{row.document.title} {' '.join(row.document.aliases)}")
            for row in self._rows
        )

    @cached_property
    def _rows_by_language(self) -> dict[str, frozenset[int]]:
        return {
            language: frozenset(i for i, row in enumerate(self._rows) if row.document.language == language)
            for language in LANGUAGES
        }

    @cached_property
    def _passages(self) -> dict[str, Passage]:
        """Every id that can be read: sections and whole files, per language."""
        out: dict[str, Passage] = {}
        # English first, so that an id shared by a translation reads as the original.
        for document in sorted(self._corpus.documents.values(), key=lambda d: (d.language != "en", d.name)):
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
            for document in self._corpus.documents.values()
        ]

    @property
    def ids(self) -> list[str]:
        """Ids of all passages that search can return, each once, in file order."""
        return list(dict.fromkeys(row.id for row in self._rows))

    def search(self, query: str, *, limit: int = 5, language: str | None = None) -> SearchResult:
        """Find the passages that answer a question.

        Args:
            query: a question or a few words, in English or Chinese.
            limit: most hits to return; values below 1 count as 1.
            language: `en` or `zh` to read only that version; None reads both and answers
                each passage in the language that fits the question best.

        Returns:
            Hits, best first. When no passage covers enough of the question the list is
            empty and `nearest` names what comes closest.

        Raises:
            ValueError: when `language` is neither `en`, `zh` nor None.
        """
        if language is not None and language not in LANGUAGES:
            raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, not {language!r}")
        limit = max(1, limit)
        query = query[:_MAX_QUERY]
        allowed = self._rows_by_language[language] if language else None
        matches = self._index.search(query, allowed)
        hits: dict[str, Hit] = {}
        wanted: frozenset[str] | None = None
        best = 0.0
        for match in matches:
            if len(hits) >= limit:
                break
            row = self._rows[match.row]
            if match.coverage < _MIN_COVERAGE or row.id in hits:
                continue
            if hits and match.score < _TAIL * best:
                break
            best = max(best, match.score)
            wanted = wanted if wanted is not None else self._index.vocabulary(query)
            hits[row.id] = Hit(
                id=row.id,
                title=row.section.title,
                snippet=_snippet(self._lines(match.row), wanted),
                source=f"{row.document.path}#{row.section.slug}",
                last_verified=row.document.last_verified,
                score=round(match.score, 3),
                language=row.document.language,
            )
        if hits:
            return SearchResult(list(hits.values()), [])
        near = dict.fromkeys(match.row for match in matches[:limit])
        rows = [self._rows[i] for i in near] or self._entrances(limit)
        return SearchResult([], [{"id": row.id, "title": row.section.title} for row in rows])

    def _lines(self, row: int) -> list[tuple[str, frozenset[str]]]:
        """Lines of a row with the terms of each; kept, since popular passages come up again and again."""
        if row not in self._cut:
            lines = self._rows[row].section.own.splitlines()
            self._cut[row] = [(line, frozenset(terms_of(line))) for line in lines if line.strip()]
        return self._cut[row]

    def _entrances(self, limit: int) -> list[_Row]:
        """The first passage of each file, for a query that says nothing."""
        first: dict[str, _Row] = {}
        for row in self._rows:
            first.setdefault(row.document.name, row)
        return list(first.values())[:limit]

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
            by_subject = self._index.search(key.replace("#", " ")[:200])
            near += [self._rows[match.row].id for match in by_subject[:5]]
        return list(dict.fromkeys(near))[:5] or known[:5]


def _topic(document: Document) -> str:
    """File name shared by all language versions."""
    return document.name.removeprefix("zh/")


def _passage(passage_id: str, document: Document, title: str, text: str, source: str) -> Passage:
    return Passage(passage_id, title, text, source, document.last_verified, document.language, document.sources)


def _normalise(passage_id: str) -> str:
    """A source path, or an id with stray spaces, as an id."""
    name, mark, slug = passage_id.strip().partition("#")
    name = name.removeprefix(f"skill://{SKILL_NAME}/").removeprefix("references/").removesuffix(".md")
    return f"{name}{mark}{slug}"


def _describe(document: Document) -> str:
    """One line on what a file holds: its section titles."""
    titles = [s.title for s in document.sections if s.level == 2 and not is_contents(s)]
    text = "; ".join(titles)
    return text if len(text) <= 300 else text[:300].rsplit(";", 1)[0]


def _snippet(lines: list[tuple[str, frozenset[str]]], wanted: frozenset[str]) -> str:
    """The run of lines that holds most of the wanted terms, at most `_SNIPPET` characters."""
    gains = [len(wanted & terms) for _, terms in lines]
    start = size = gain = 0
    best, first, last = -1, 0, 0
    for end, (line, _) in enumerate(lines):
        size, gain = size + len(line) + 1, gain + gains[end]
        while size > _SNIPPET and start < end:
            size, gain = size - len(lines[start][0]) - 1, gain - gains[start]
            start += 1
        # A run that starts where the best one does is the same run, grown: keep it as long as it fits.
        if gain > best or (start == first and gain == best):
            best, first, last = gain, start, end + 1
    chosen = "\n".join(line for line, _ in lines[first:last])
    cut = len(chosen) > _SNIPPET
    if cut:
        chosen = chosen[:_SNIPPET] if is_chinese(chosen) else chosen[:_SNIPPET].rsplit(" ", 1)[0]
    return f"{'… ' if first else ''}{chosen}{' …' if cut or last < len(lines) else ''}"
