"""Names of companies and people, spelled in one way."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from .values import LONGEST, Useless, is_no_company, is_no_person
from .word_lists import read_lists

_LONGEST_FORM = 7
_SPLIT = re.compile(r"[\s,.()/]+")
_MARKS = re.compile("[\u0300-\u036f]")
_TITLES = re.compile(
    r"mr|mrs|ms|miss|mx|dr|prof|professor|sir|dame|rev|herr|frau|hr|dipl-ing|ing|mme|mlle|monsieur|madame|sra|srta",
    re.IGNORECASE,
)
_TAILS = re.compile(r"jr|sr|ii|iii|iv|phd|mba|md|cpa|esq|pe|pmp|dds|rn|cfa|msc|bsc|ma|ba", re.IGNORECASE)


@cache
def _forms() -> tuple[dict[str, str], frozenset[str]]:
    """Forms by spelling, and the words that spellings end with."""
    table: dict[str, str] = {}
    for form, spellings in read_lists("legal_forms").items():
        for spelling in spellings:
            table.setdefault(spelling, form)
    return table, frozenset(spelling.rpartition(" ")[2] for spelling in table)


@cache
def _written_together() -> list[tuple[str, str]]:
    listed = read_lists("legal_forms_cjk").items()
    return sorted(((spelling, form) for form, spellings in listed for spelling in spellings), key=_by_length)


def _by_length(pair: tuple[str, str]) -> int:
    return -len(pair[0])


def _plain(word: str) -> str:
    word = word.casefold()
    if not word.isascii():
        word = _MARKS.sub("", unicodedata.normalize("NFD", word))
    return "and" if word in ("&", "+", "und", "et", "y") else word


class Company(NamedTuple):
    """A company's name, taken apart.

    Attributes:
        bare: without its legal form, never empty.
        form: the legal form in one spelling; empty when the name has none.
        name: both, as they are written together.
    """

    bare: str
    form: str
    name: str


@lru_cache(1 << 15)
def split_company(text: str) -> Company:
    """Take a company's name apart.

    The legal form is spelled in one way and kept: "Acme GmbH" and "Acme Inc" are two companies, "Acme, Inc." and
    "ACME INCORPORATED" are one.

    Args:
        text: the name, as :func:`.values.clean` leaves it.
    """
    if not text.isascii():
        for written, form in _written_together():
            if text.endswith(written) and (bare := text.removesuffix(written).strip()):
                return Company(bare, form, f"{bare}{form}")
            if text.startswith(written) and (bare := text.removeprefix(written).strip()):
                return Company(bare, form, f"{form}{bare}")
    table, last = _forms()
    if _plain(_SPLIT.split(text.rstrip(" ,.()/"))[-1]) not in last:
        return Company(text, "", text)
    parts = [part for part in _SPLIT.split(text) if part]
    words = [_plain(part) for part in parts]
    for count in range(min(_LONGEST_FORM, len(parts) - 1), 0, -1):
        form = table.get(" ".join(words[-count:]))
        # In "Bain & Company" the last word is no legal form.
        if form and words[-count - 1] != "and":
            bare = _before(text, parts[:-count])
            return Company(bare, form, f"{bare} {form}")
    return Company(text, "", text)


def _before(text: str, kept: list[str]) -> str:
    # The text itself up to the form, so that signs within the name stay.
    place = 0
    for part in kept:
        place = text.index(part, place) + len(part)
    closing = text[place : place + 1] == ")" and "(" in text[:place]
    return text[: place + closing].rstrip(" ,;-–")


def read_company(text: str) -> str | Useless:
    """A company's name with its legal form, if it has one, in one spelling."""
    if not text:
        return Useless.EMPTY
    if len(text) > LONGEST:
        return Useless.TOO_LONG
    if is_no_company(text) or text.isdigit():
        return Useless.JUNK
    found = split_company(text)
    if not any(char.isalnum() for char in found.bare) or is_no_company(found.bare):
        return Useless.JUNK
    return found.name


def bare_company(text: str) -> str:
    """A company's name for comparing: without legal form, accents, case and signs."""
    bare = _plain(split_company(text).bare)
    return "".join(char for char in bare if char.isalnum())


def read_person(text: str) -> str | Useless:
    """A person's name, or a part of one: "Doe, Dr. Jane" is "Jane Doe"."""
    if not text:
        return Useless.EMPTY
    if len(text) > 200:
        return Useless.TOO_LONG
    if is_no_person(text):
        return Useless.JUNK
    if "@" in text or (text[0].isdigit() and text.replace(" ", "").isdigit()):
        return Useless.BROKEN
    if "," in text:
        head, _, tail = text.partition(",")
        plain = tail.replace(".", "").strip()
        # "Jane Doe, PhD" has its name before the comma, "Doe, Jane" has the first name behind it.
        text = head.strip() if "," in plain or _TAILS.fullmatch(plain) else f"{tail.strip()} {head.strip()}".strip()
    if " " in text:
        words = text.split()
        while len(words) > 1 and _TITLES.fullmatch(words[0].rstrip(".")):
            words = words[1:]
        text = " ".join(words)
    return text if text.isalpha() or any(char.isalpha() for char in text) else Useless.JUNK
