"""Text as it is compared: letter case, accents, dashes, white space and plurals make no difference."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_PUNCTUATION = str.maketrans(dict.fromkeys("-–—‐‑_/,;:|'’\"“”()[]", " ") | {"&": " and "})
_DOTS = re.compile(r"(?<![0-9a-z])\.|\.(?![0-9a-z])|(?<=\b[a-z])\.(?=[a-z]\b)")


@lru_cache(maxsize=60_000)
def fold(text: str) -> str:
    """A text without what makes no difference, so that "VP Level Execs" meets "vp-level exec"."""
    text = text.casefold().replace("(s)", "s").replace("'s", "s").replace("’s", "s")
    if not text.isascii():
        text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
        text = text.replace("ı", "i").replace("ł", "l").replace("ø", "o")
    words = _DOTS.sub("", text.translate(_PUNCTUATION)).split()
    return " ".join([_singular(word) for word in words])


def _singular(word: str) -> str:
    if len(word) < 3 or not word.endswith("s") or word.endswith("ss"):
        return word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("ches", "shes", "xes", "sses")) else word[:-1]


def squash(folded: str) -> str:
    """A folded text without its spaces: "cyber security" meets "cybersecurity"."""
    return folded.replace(" ", "")


_BREAKS = re.compile(r"\s+[-–]\s+|\s*[,&/()]\s*|\s+and\s+", re.IGNORECASE)
_MOST_PARTS = 3


def parts(name: str) -> list[str]:
    """The folded parts that a name is made of, also several in a row: "Oil & Gas" of "Electricity, Oil & Gas"."""
    pieces = [folded for piece in _BREAKS.split(name) if (folded := fold(piece))]
    if len(pieces) < 2:
        return []
    found: dict[str, None] = {}
    for first in range(len(pieces)):
        for last in range(first + 1, min(first + _MOST_PARTS, len(pieces)) + 1):
            if last - first < len(pieces):
                found[" and ".join(pieces[first:last])] = None
                found[" ".join(pieces[first:last])] = None
    return list(found)


def without(folded: str, noise: frozenset[str]) -> str:
    """A folded text without the words that say only what kind of thing it names; empty when nothing else is left."""
    return " ".join(word for word in folded.split() if word not in noise)
