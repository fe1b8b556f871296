"""Whether an answer is about the person whom a row names; in doubt it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import cache, lru_cache

from .word_lists import read_lists

# Parts of a name that many people share and that say nothing of one of them.
_SHARED = frozenset([
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "du", "la", "le", "el", "al", "bin", "ibn",
    "bint", "abu", "zu", "zur", "ter", "ten", "af", "av", "mc", "mac", "st", "san", "dr", "mr", "mrs", "ms", "prof",
    "jr", "sr", "ii", "iii", "iv", "phd", "mba", "md", "cpa", "esq",
])  # fmt: skip
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`´]")
_SIGNS = re.compile(r"[\W\d_]+")
# Written without a space between family and given name, so that each sign is a word.
_JOINED = frozenset(["CJK", "HANGUL", "HIRAGANA", "KATAKANA"])
# "Schmidt" and "Schmitt" are as close as that; "Harris" and "Morris" are not.
_CLOSE = 0.75


def somebody_else(given: Mapping[str, object], found: Mapping[str, object]) -> bool:
    """Whether an answer is about another person than the input names, with neither given nor family name in common.

    Spelling, accents, order, initials, nicknames and one changed name make nobody another person, nor do names that
    cannot be compared, such as one in Chinese and one in Latin letters.

    Args:
        given: a match input.
        found: ZoomInfo's record of the person.

    Returns:
        True where both hold a whole name and the two share nothing.
    """
    first, last = found.get("firstName"), found.get("lastName")
    if not (isinstance(first, str) and isinstance(last, str) and first.strip() and last.strip()):
        return False
    if given.get("firstName") and given.get("lastName"):
        if str(given["lastName"]).casefold() == last.casefold():
            return False
        name = f"{given['firstName']} {given['lastName']}"
    else:
        name = str(given.get("fullName") or "")
    if not name:
        return False
    theirs, signs = _words(f"{first} {last}")
    ours, own_signs = _words(name)
    # Half a name may be anybody's, and two ways of writing cannot be compared.
    if len(ours) < 2 or len(theirs) < 2 or signs != own_signs:
        return False
    return not any(_agree(one, other) for one in ours for other in theirs)


@lru_cache(1 << 12)
def _words(name: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """The words of a name without case, accents and signs, and in which scripts they are."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    plain = unicodedata.normalize("NFC", _APOSTROPHES.sub("", plain)).casefold()
    words: list[str] = []
    scripts: set[str] = set()
    for word in _SIGNS.split(plain):
        kinds = {unicodedata.name(char, "").partition(" ")[0] for char in word}
        scripts |= kinds
        words += word if kinds & _JOINED else [word] if word else []
    last = len(words) - 1
    # An initial in the middle is nobody's first name.
    telling = [
        word
        for place, word in enumerate(words)
        if word not in _SHARED and (len(word) > 1 or not word.isascii() or place in (0, last))
    ]
    return tuple(telling if len(telling) > 1 else words), frozenset(scripts)


def _agree(one: str, other: str) -> bool:
    if one == other or _nicknames(one) & _nicknames(other):
        return True
    short, long = sorted((one, other), key=len)
    if len(short) == 1:
        return long.startswith(short)
    if len(short) < 3:
        return False
    if long.startswith(short) or (len(short) > 3 and long.endswith(short)):
        return True
    return SequenceMatcher(None, short, long, autojunk=False).ratio() >= _CLOSE


@lru_cache(1 << 12)
def _nicknames(word: str) -> frozenset[str]:
    return frozenset([word, *_of_nickname().get(word, ())])


@cache
def _of_nickname() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, words in read_lists("nicknames").items():
        for word in words:
            found.setdefault(word, set()).add(name)
    return found
