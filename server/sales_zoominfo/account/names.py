"""Names of people in free texts: adjacent capitalised words, looked up together with the company that a text is about.

The list holds no bare names, so a name is found only where the company is known: the one that the record or the whole
answer is about, or the one that the text names right behind the name ("Ada Sample, director at Acme Widgets").
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from .identifiers import ALONE, Mark, folded, name_key, plain, read_record_id

# Letters with their accents, also decomposed; hyphens, apostrophes and the points of initials within or behind.
_LETTER = r"[^\W\d_][\u0300-\u036f]*"
_WORD = re.compile(rf"(?:{_LETTER})+(?:['\u2019.\u2010\u2011-](?:{_LETTER})+)*\.?")
# What may stand between the words of one name: spaces and the marks of bold and italic text.
_GAP = re.compile(r"[\s*_\u00a0]{1,4}\Z")
_TURNED = re.compile(r",\s{1,2}\Z")
_AT = re.compile(r"(?:at\s|@)\s*[*_\"\u201c]{0,3}")
_POSSESSIVE = re.compile(r"['\u2019]s?\Z")
# Small words within a family name; they count for no word of their own.
_PARTICLES = (
    "'t af al av bin da das de del della den der des di do dos du e el ibn la le lo of op te ten ter und van von y zu "
    "zum zur"
)
_SMALL = frozenset(_PARTICLES.split())
_MOST_WORDS = 4
_MOST_PARTS = 7
# A company named behind a name counts as the person's within so many characters, and has so many words at most.
_NEAR = 120
_COMPANY_WORDS = 6
_COMPANY_END = re.compile(r"[;:()|\n\"\u201d*]|[.,!?](?:\s|\Z)")

_TEXTS = frozenset(["title", "headline", "answer", "text", "markdown", "statement"])
_TEXT_ENDS = ("description", "brief", "summary", "text", "markdown")


class Employer(NamedTuple):
    """The company that a record or an answer is about.

    Attributes:
        id: its ZoomInfo id, empty when not known.
        name: its name, empty when not known.
    """

    id: str = ""
    name: str = ""


NOBODY = Employer()


class About(NamedTuple):
    """What is known around a value of an answer.

    Attributes:
        employer: the company that texts are about, unless their own record tells another.
        texts: further fields that hold free text.
    """

    employer: Employer = NOBODY
    texts: frozenset[str] = frozenset()


PLAIN = About()


def employer_of(record: Mapping[str, Any], otherwise: Employer = NOBODY) -> Employer:
    """The company that a record names, or is; ``otherwise`` when it does neither."""
    company = cast("dict[str, Any]", record["company"] if isinstance(record.get("company"), dict) else {})
    number = read_record_id(str(record.get("companyId", company.get("id", ""))))
    name = record.get("companyName", company.get("name"))
    if number is None and name is None and "website" in record and isinstance(record.get("name"), str):
        number, name = read_record_id(str(record.get("id", ""))), record["name"]
    if number is None and not isinstance(name, str):
        return otherwise
    # One half of what is known of the whole answer may belong to another company.
    return Employer(number or "", name if isinstance(name, str) else "")


def is_text(field: str, about: About) -> bool:
    """Whether a field holds free text, by its name."""
    name = field.casefold()
    return name in _TEXTS or name.endswith(_TEXT_ENDS) or field in about.texts


def names_in(text: str, place: str, employer: Employer) -> Generator[Mark]:
    """Everything in a text that can be a person's name, with the company it may be listed with.

    The time grows with the length of the text: each word begins at most a handful of names.

    Args:
        text: free text.
        place: whose ids.
        employer: the company that the text is about.
    """
    words = [found for found in _WORD.finditer(text) if _counts(found[0])]
    if all(one[0][0].islower() for one in words):
        return
    companies = _companies(text)
    own = [folded(company) for company in employer if company]
    known: dict[str, list[str]] = {}
    seen = 0
    for index, first in enumerate(words):
        if first[0][0].islower():
            continue
        start = first.start()
        while seen < len(companies) and companies[seen][0] < start:
            seen += 1
        near = companies[seen][1] if seen < len(companies) and companies[seen][0] - start <= _NEAR else ()
        for forms, end in _from(text, words, index):
            keys: list[str] = []
            for form in forms:
                if form not in known:
                    person = folded(form)
                    known[form] = [
                        f"{ALONE}{plain(person)}",
                        *(key for at in own for key in name_key(person, at, place)),
                    ]
                keys += known[form]
                keys += [key for at in near for key in name_key(folded(form), at, place)]
            yield Mark(keys, "token", start, end, tuple(form.rpartition(" ")[2] for form in forms))


def alone(name: str) -> str:
    """The key of a name without a company, for people whose company was looked up; the list holds none such."""
    return f"{ALONE}{plain(folded(name))}"


def _counts(word: str) -> bool:
    return not word[0].islower() or word.casefold() in _SMALL


def _from(text: str, words: Sequence[re.Match[str]], index: int) -> Generator[tuple[list[str], int]]:
    """The names that begin at a word, as they may be listed, and where each ends."""
    parts: list[str] = [words[index][0]]
    capitals, place = 1, index
    while capitals < _MOST_WORDS and len(parts) < _MOST_PARTS and place + 1 < len(words):
        before, word = words[place], words[place + 1]
        between = text[before.end() : min(word.start(), before.end() + 5)]
        if len(parts) == 1 and _TURNED.match(between) and not word[0][0].islower():
            # "Sample, Ada"
            yield [f"{form} {parts[0]}" for form in _ends(word[0])], word.end()
            return
        if not _GAP.match(between):
            return
        place += 1
        parts.append(word[0])
        if word[0][0].islower():
            continue
        capitals += 1
        forms = [" ".join((*parts[:-1], form)) for form in _ends(word[0])]
        if capitals > 2:
            # Without what stands in the middle, which the list does not know.
            forms += [f"{parts[0]} {form}" for form in _ends(word[0])]
        yield forms, word.end()


def _ends(word: str) -> list[str]:
    """The last word of a name as it stands, without the full stop of its sentence, and without a possessive s."""
    found = {word: None, word.rstrip("."): None, _POSSESSIVE.sub("", word.rstrip(".")): None}
    return [form for form in found if form]


def _companies(text: str) -> list[tuple[int, list[str]]]:
    """Where the text says "at", and what the company named there may be called."""
    found: list[tuple[int, list[str]]] = []
    if "at" not in text and "@" not in text:
        return found
    for mark in _AT.finditer(text):
        # "that" ends like it; a boundary in the pattern would cost more than this.
        if text[mark.start() - 1 : mark.start()].isalnum() and mark[0][0] != "@":
            continue
        behind = text[mark.end() : mark.end() + _NEAR]
        stop = _COMPANY_END.search(behind)
        whole = (behind[: stop.start()] if stop else behind).split(None, _COMPANY_WORDS)[:_COMPANY_WORDS]
        # "Acme Inc." keeps its point.
        more = behind[stop.start()] if stop and behind[stop.start()] == "." else ""
        forms = [folded(" ".join(whole[:count])) for count in range(1, len(whole) + 1)]
        if forms:
            found.append((mark.start(), [*forms, f"{forms[-1]}{more}"] if more else forms))
    return found


def surnames(text: str, found: Sequence[Mark]) -> list[Mark]:
    """The other places where a text names somebody whose whole name was found, by the family name alone."""
    wanted = {bare for mark in found for name in mark.surnames if len(bare := _bare(name)) > 1}
    words = _WORD.finditer(text) if wanted else ()
    return [Mark([], "token", word.start(), word.end()) for word in words if _bare(word[0]) in wanted]


def _bare(word: str) -> str:
    return _POSSESSIVE.sub("", word.rstrip("."))
