"""Text to search terms: light English stemming, camelCase parts, Chinese character pairs."""

from __future__ import annotations

import re
from functools import lru_cache

# Words that carry no subject. "zoominfo" is one of them here: every passage is about it.
_STOP = """
    a able about actually after again all also am an and answer any anyone anything are aren as at be
    because been before being best big but by can cannot come could couldn currently did didn do does doesn
    doing don done each either else even ever every everyone everything exactly explain few for from get
    gets getting give given go goes going gone good got great had happen happened happens has hasn have
    haven having he help her here hers him his how however i if im in instead into is isn it its just keep
    keeps know let like ll long look looking looks lot made make makes making many may maybe me mean means
    might mine more most much must my need needs neither new no nor not now of off often ok on once one only
    onto or other our out over own per please possible put question rather re really right same say says see
    seem seems she should shouldn since so some somehow someone something start started starting starts
    still such sudden suddenly sure take takes taking tell than that thats the their them then there these
    they thing things think this those though through to today together told too tried try trying under
    until up upon us use used uses using ve very via want wants was wasn way we well went were weren what
    whats when where whether which while who whole whom whose why will with within without won work working
    works would wouldn yes yet you your zoominfo
"""
STOP_WORDS = frozenset(_STOP.split())

# Chinese words that ask or join; removing them keeps a pair from bridging two real words.
_CJK_STOP = re.compile(
    "为什么|是什么|什么|怎么样|怎么办|怎么|如何|怎样|哪些|哪个|哪里|多少|可以|是否|能否|能不能|是不是|有没有|"
    "我们|你们|他们|这个|那个|一个|一下|应该|需要|请问|的|了|吗|呢|吧|啊|是|在|和|与|及|或|我|你|他|把|被|让|会|能|要|有|为|对|从|到|用"
)
_WORD = re.compile(r"[A-Za-z0-9]+(?:[-_'’.][A-Za-z0-9]+)*|[㐀-鿿]+")
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_CJK_RUN = re.compile(r"[㐀-鿿]+")
_VOWEL = re.compile(r"[aeiouy]")

_SUFFIXES = ("ement", "ment", "ness", "ion", "ing", "ors", "or", "er", "ed", "ly", "e", "y")


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """Reduce a word so that its common English forms meet: enrich, enriches, enriched, enrichment.

    Args:
        word: a lower-case word.

    Returns:
        The stem; words of three letters or fewer, and words with digits, come back unchanged.
    """
    if len(word) <= 3 or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("ches", "shes", "sses", "xes", "zes")):
        word = word[:-2]
    elif word[-1] == "s" and word[-2] not in "siu":
        word = word[:-1]
    for suffix in _SUFFIXES:
        root = word.removesuffix(suffix)
        if root is word or len(root) < 3 or not _VOWEL.search(root):
            continue
        if suffix in ("ing", "ed", "er") and root[-1] == root[-2] and root[-1] not in "lsz":
            root = root[:-1]
        if root.endswith("at") and len(root) > 4:  # authenticate, authentication
            root = root[:-2]
        return root[:-1] if root[-1] in "eiy" and len(root) > 3 else root
    return word


@lru_cache(maxsize=16_384)
def word_terms(word: str) -> tuple[str, ...]:
    """Terms of one written word: its parts at capitals, hyphens and dots, and the whole when it has parts.

    Args:
        word: a run of letters, digits and inner punctuation, or of Chinese characters.

    Returns:
        Terms in reading order, stop words and single letters left out.
    """
    if _CJK_RUN.match(word):
        return tuple(pair for run in _CJK_STOP.sub(" ", word).split() for pair in _pairs(run))
    word = word.replace("’", "'").split("'", 1)[0]  # "what's" is "what", "don't" is "don"
    if word.lower() in STOP_WORDS:
        return ()
    parts = [part.lower() for part in _PART.findall(word)]
    terms = [stem(part) for part in parts if len(part) > 1 and part not in STOP_WORDS]
    if len(parts) > 1 and len(parts) < 6:
        terms.append("".join(parts))
    return tuple(terms)


def _pairs(run: str) -> list[str]:
    """Neighbouring characters of a Chinese run; a lone character stands for itself."""
    return [run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]


def terms_of(text: str) -> list[str]:
    """Every search term of a text, in reading order.

    Args:
        text: any text, of any length, in English, Chinese or both.

    Returns:
        Terms, repeated as often as they occur.
    """
    out: list[str] = []
    for word in _WORD.findall(text):
        out.extend(word_terms(word))
    return out


def is_chinese(text: str) -> bool:
    """Whether a text holds any Chinese character (which decides the language of its snippet)."""
    return _CJK_RUN.search(text) is not None
