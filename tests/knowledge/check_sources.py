"""Hold the facts and sentences of the published sources against the knowledge base, without keeping the sources here.

For developers who have the source texts (the repository carries only hashes of their lines and sentences):

    python tests/knowledge/check_sources.py SOURCE...              what is covered by no entry of facts.yaml
    python tests/knowledge/check_sources.py --sentences SOURCE...  write source_sentences.txt anew

A source is a text file whose name begins with its number and an underscore, as in `000_page.txt`.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
FACTS = HERE / "facts.yaml"
SENTENCES = HERE / "source_sentences.txt"

ENGLISH_WORDS = 7  # shorter sentences are names and labels, which nobody can word differently
CHINESE_CHARACTERS = 12

_QUOTES = str.maketrans("“”„‘’「」", '"""\'\'""')
_ID = re.compile(r"(\d{3})-(\d+)[a-z]?")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_ENDS = re.compile(r"(?<=[.!?])\s+|[。!?]|\|")
_CLAUSES = re.compile(r"\s[—–-]\s|[:;]\s?|\s·\s")
_WORD = re.compile(r"[^\W_]+(?:['.][^\W_]+)*")
_CJK = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a source line and the passage that carries it.

    Attributes:
        id: source and line, with a letter when the line holds several facts, as in `000-142b`.
        sha: first 12 hex digits of the SHA-256 of the normalised source line.
        passage: id of a passage, of a whole file, or `SKILL.md#heading`.
        en: patterns that the English text must contain, `fold`ed.
        zh: patterns that the Chinese text must contain; empty for SKILL.md, which is English only.
    """

    id: str
    sha: str
    passage: str
    en: tuple[str, ...]
    zh: tuple[str, ...]

    @property
    def line(self) -> str:
        """Source and line number, as in `000-142`."""
        found = _ID.fullmatch(self.id)
        return f"{found[1]}-{int(found[2])}" if found else self.id


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is known of every source line.

    Attributes:
        facts: the facts, in the order of the file.
        others: id to (hash, reason) of lines that state nothing of their own.
        translations: id to (hash, id of the line that it translates).
    """

    facts: list[Fact] = field(default_factory=list[Fact])
    others: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    translations: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])

    @property
    def known(self) -> dict[str, set[str]]:
        """The hashes known of each line id."""
        out: dict[str, set[str]] = {fact.line: set() for fact in self.facts}
        for fact in self.facts:
            out[fact.line].add(fact.sha)
        for table in (self.others, self.translations):
            for line, (sha, _) in table.items():
                out.setdefault(line, set()).add(sha)
        return out


def digest(text: str) -> str:
    """First 12 hex digits of the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def fold(text: str) -> str:
    """Text with full-width forms and typographic quotes made plain, so that a pattern fits either punctuation."""
    return unicodedata.normalize("NFKC", text).translate(_QUOTES)


def line_hash(line: str) -> str:
    """The hash by which a source line is known: spacing and case do not count."""
    return digest(" ".join(fold(line).casefold().split()))


@cache
def load(path: Path = FACTS) -> Ledger:
    """Read the facts.

    Args:
        path: a YAML file with `facts`, `translations` and `others`.

    Returns:
        Its content; patterns under `both` hold for either language.
    """
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    facts = [
        Fact(
            entry["id"],
            entry["sha"],
            entry["passage"],
            tuple(entry.get("both", []) + entry.get("en", [])),
            tuple(entry.get("both", []) + entry.get("zh", [])),
        )
        for entry in data["facts"]
    ]
    others = {line: (sha, why) for line, sha, why in data["others"]}
    translations = {line: (sha, of) for line, sha, of in data["translations"]}
    return Ledger(facts, others, translations)


def uncovered(source: str, text: str, ledger: Ledger) -> Iterator[str]:
    """Lines of a source that the ledger does not account for.

    Args:
        source: the number of the source, as in `000`.
        text: its text.
        ledger: what is known.

    Yields:
        One message for each line that is unknown, and for each entry whose line is not in the source.
    """
    known = ledger.known
    hashes = set[str]().union(*(shas for line, shas in known.items() if line.startswith(f"{source}-")), set())
    facts = {fact.line for fact in ledger.facts}
    found: set[str] = set()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        sha = line_hash(line)
        found.add(sha)
        if sha not in hashes:
            yield f"{source}-{number} {sha} is in no entry: {line.strip()[:100]}"
    for line, shas in known.items():
        if line.startswith(f"{source}-") and not shas <= found:
            yield f"{line} {' '.join(sorted(shas - found))} is the hash of no line in the source"
    for line, (_, of) in ledger.translations.items():
        if line.startswith(f"{source}-") and of not in facts | set(ledger.others):
            yield f"{line} translates {of}, which has no entry"


def _normal(sentence: str) -> str | None:
    """A sentence without punctuation and case, or None when it is too short to be anybody's wording."""
    characters = len(_CJK.findall(sentence))
    if characters:
        return "".join(re.findall(r"[^\W_]", sentence)).casefold() if characters >= CHINESE_CHARACTERS else None
    words = _WORD.findall(sentence.casefold())
    return " ".join(words) if len(words) >= ENGLISH_WORDS else None


def sentences(text: str) -> Iterator[str]:
    """Sentences and clauses of a text, normalised.

    Args:
        text: prose, Markdown or a help page. Lines are read one by one and, where they follow each
            other without a blank line, joined as well.

    Yields:
        Each sentence, and each part of one between dashes, colons or semicolons, that is long enough.
    """
    plain = _LINK.sub(r"\1", fold(text)).translate(str.maketrans("", "", "*`"))
    blocks = [" ".join(block.split()) for block in re.split(r"\n\s*\n", plain)]
    for block in [*plain.splitlines(), *blocks]:
        for sentence in _ENDS.split(block):
            for part in {sentence, *_CLAUSES.split(sentence)}:
                normal = _normal(re.sub(r"^\s*(?:[#>•-]+|\d+\.)\s+", "", part))
                if normal:
                    yield normal


def copied(text: str, hashes: Iterable[str]) -> list[str]:
    """Sentences of a text that stand in a source word for word.

    Args:
        text: what was written.
        hashes: `digest`s of the sentences of the sources.

    Returns:
        The sentences, normalised, each once.
    """
    wanted = frozenset(hashes)
    return sorted({sentence for sentence in sentences(text) if digest(sentence) in wanted})


def read_hashes(path: Path = SENTENCES) -> frozenset[str]:
    """The hashes of the sources' sentences."""
    return frozenset(line for line in path.read_text(encoding="ascii").split("\n") if line)


def main(arguments: list[str] | None = None) -> int:
    """Run the check.

    Returns:
        0 when every line is accounted for, 1 when not.
    """
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="SOURCE", help="a source text, such as 000_page.txt")
    parser.add_argument("--sentences", action="store_true", help=f"write {SENTENCES.name} from the sources")
    options = parser.parse_args(arguments)
    texts = {path.name.partition("_")[0]: path.read_text(encoding="utf-8") for path in options.files}
    if options.sentences:
        hashes = sorted({digest(sentence) for text in texts.values() for sentence in sentences(text)})
        SENTENCES.write_text("\n".join(hashes) + "\n", encoding="ascii")
        print(f"{len(hashes)} sentences and clauses in {SENTENCES.name}")
        return 0
    messages = [message for source, text in texts.items() for message in uncovered(source, text, load())]
    print("\n".join(messages), end="\n" if messages else "")
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main())
