"""Text to search terms: light English stemming, camelCase parts, Chinese character pairs."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from operator import add

# Words that carry no subject. "zoominfo" is one of them here: every passage is about it.
_STOP = """
    a able about across actually after again against all along also although am among an and answer any anybody
    anyone anything are aren as at be because been before being besides between big both but by can cannot come
    could couldn currently despite did didn do does doesn doing don done during each eg either else etc even
    ever every everybody everyone everything exactly explain few for from get gets getting give given go goes
    going gone good got great had happen happened happens has hasn have haven having he help her here hers him
    his how however i ie if im in instead into is isn it its just keep keeps know let like ll long look looking
    looks lot made make makes making many may maybe me mean means might mine more most much must my need needs
    neither new no nobody nor not now of off often ok okay on once one only onto or other our out over own per
    please possible put question rather re really right same say says see seem seems she should shouldn since so
    some somebody somehow someone something start started starting starts still such sudden suddenly sure take
    takes taking tell than that thats the their them then there these they thing things think this those though
    through to today together told too toward towards tried try trying under until up upon us use used uses
    using ve very via want wants was wasn way we well went were weren what whats when where whether which while
    who whole whom whose why will with within without won work working works would wouldn yes yet you your
    zoominfo
"""
STOP_WORDS = frozenset(_STOP.split())

# Words that any question may use whatever it is about: unknown, they say little.
_EVERYDAY = """
    accidentally actual afford ago allow allowed almost alone already although always among annoying anymore
    anyway anywhere apart apply around arrive ask asked asking asks avail avoid away back bad badly basically
    beat bigger bit boring boss both bother brand bring brought built busy came care careful case cause certain
    chance check clear click closed colleague comes compare compared comparing comparison complain concern
    confuse confused consider cool correct correctly couple curious dear decide describe determine differ
    difference differences different differs difficult discover doubt drops dumb during early easily easy effect
    enough ensure especially eventually exist explanation extra fact fast fastest favorite favourite finally
    fine finish fix fixed folks forever forget forgot forward found founded frequently friend fun funny further
    future glad guess guide guy guys half handle happy hard hardly hate hello hey hi hits honest honestly hope
    hopefully huge hundred idea imagine immediately important impossible improve interested involved issue
    issues keeping kind kinda kindly last later least leave leaves less lets lie lies life literally little love
    lucky mad manually matter meant mention mess mind moment morning mostly move myself nearly neat never newbie
    nice nobody none nonsense nope normally note nothing nowadays nowhere obvious obviously occur odd offer okay
    old older oops open opened opens ought overall part particularly perfect perfectly perhaps person pick
    picked picking picks place plain plainly play please plenty plus point pointless prefer present pretty
    probably problem proper properly purpose puts quick quickly quiet quite ran rarely ready realise realize
    reason reasonable recall recently reckon recommend recommended regular regularly related remain repeat rid
    ridiculous sad sadly said says scared scratch seen sees sense serious seriously set several shall shortly
    silly simple simplest simply single sit sits situation slightly slip slips slow slowly small solution solve
    somewhere soon sorry special stay steps stopped stops straight strange struggling stuck stuff stupid style
    suggest suitable super supported suppose supposed surely surprised tells tend terrible terribly thank thanks
    thought thousand tip tired tomorrow tonight tons touch true truly trust typically ugh unclear understand
    understanding unfortunately unhappy unless useful usually utterly various versus wants weekend weird
    whatever whatsoever whenever wherever willing wise wish wonder wondering world worry worse worst worth wow
    wrong yeah yell yesterday
"""
EVERYDAY = frozenset(_EVERYDAY.split())

# Chinese words that ask or join.
CJK_STOP = re.compile(
    "为什么|是什么|什么|可能|可否|能够|怎么样|怎么办|怎么|如何|怎样|哪些|哪个|哪里|哪儿|多少|多久|可以|是否|能否|能不能|可不可以|"
    "是不是|有没有|我们|你们|他们|咱们|这个|那个|这些|那些|一个|一下|一些|应该|需要|请问|请教|想要|想问|想知道|"
    "一共|总共|很多|许多|具体|大概|到底|究竟|办法|方法|原因|情况|东西|事情|觉得|发现|出现|全部|所有|每次|每个|同一个|同一|某个|某些|任何|"
    "其他|另外|一直|总是|经常|马上|立刻|必须|愿意|希望|打算|帮我|告诉|介绍|说明|解释|比较|比如|例如|或者|而且|不过|只有|真的|"
    "有人|要求|知道|开始|从零|导致|造成|处理|支持|使用|进行|实现|作用|意思|含义|原理|关于|对于|相关|另一个|两个|几个|多个|得到|拿到|成功|"
    "为何|还是|但是|因为|所以|如果|的话|时候|之后|之前|以后|以前|突然|已经|现在|目前|[的了吗呢吧啊呀嘛么是我你他她它这那]"
)
# Characters that join words in a question: they are never held against a passage, nor is a pair across one.
CJK_LOOSE = frozenset(
    "在和与及或把被让会能要有为对从到用给想看查找都还也就再去来做个些次条几谁不没很又并上下里中后前时得着过按以"
)
# Questions about ZoomInfo as a firm, which is another subject than its products and data.
FIRM = re.compile(
    r"zoominfo(?:'s|’s)?\s+(?:\w+\s+)?(?:ceo|founders?|headquarters|hq|stock|shares?|ticker|careers?|jobs|investors?|"
    r"valuation|offices?|logo|layoffs|lawsuit|earnings|history)\b|"
    r"(?:ceo|founders?|headquarters|owners?|logo|employees|staff) (?:of|at|does|has) zoominfo\b|"
    r"(?:who|when)\b.{0,20}\b(?:founded|started|owns|leads|runs) zoominfo|where is zoominfo|"
    r"zoominfo\b.{0,12}\b(?:founded|headquartered|listed)|"
    r"zoominfo ?的?(?:公司)?(?:创始人|总部|股价|股票|市值|老板|上市|员工数?|有多少员工|办公室|总裁|首席)",
    re.IGNORECASE,
)
CJK_ASKS = re.compile("怎么|什么|如何|怎样|哪|多少|多久|为何|请问|吗|呢|？")

_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
CJK_RUN = re.compile(r"[㐀-鿿]+")
_THOUSANDS = re.compile(r",(?=[0-9]{3})")

_SUFFIXES = {
    "t": ("ement", "ment"),
    "s": ("ness", "ors"),
    "n": ("ion",),
    "g": ("ing",),
    "r": ("or", "er"),
    "d": ("ed",),
    "y": ("ly", "y"),
    "e": ("e",),
}
_BRITISH = ("alis", "oris", "anis", "imis", "ilis", "itis", "rdis", "gnis", "onis", "tomis", "aris")
_SHORTEST = {"ion": 4, "ment": 4, "ness": 4}  # a notion is no note
# Bytes of a written word stay, all others become spaces.
_SPACED = bytes(byte if bytes((byte,)).isalnum() or byte in b"-_" else 32 for byte in range(256))


def stem(word: str) -> str:
    """Reduce a word so that its common English forms meet: enrich, enriches, enriched, enrichment.

    Args:
        word: a lower-case word.

    Returns:
        The stem; words of three letters or fewer, and words with digits, come back unchanged.
    """
    if len(word) <= 3 or not word.isalpha():
        return word
    if word[-1] == "s":
        if word.endswith("ies") and len(word) > 4:
            word = word[:-3] + "y"
        elif word.endswith(("ches", "shes", "sses", "xes", "zes")):
            word = word[:-2]
        elif word[-2] not in "siu":
            word = word[:-1]
    for suffix in _SUFFIXES.get(word[-1], ()):
        if not word.endswith(suffix):
            continue
        root = word[: -len(suffix)]
        if len(root) < _SHORTEST.get(suffix, 3) or not (
            "e" in root or "a" in root or "i" in root or "o" in root or "u" in root or "y" in root
        ):
            continue
        if suffix in ("ing", "ed", "er") and root[-1] == root[-2] and root[-1] not in "lsz":
            root = root[:-1]
        if root.endswith("at") and len(root) > 4:  # authenticate, authentication
            root = root[:-2]
        if root.endswith("ific"):  # verify, verification
            return root[:-2]
        if root.endswith(_BRITISH):  # normalise, normalize
            return root[:-1] + "z"
        return root[:-1] if root[-1] in "eiy" and len(root) > 3 else root
    return word


_TERMS: dict[bytes, tuple[str, ...]] = {}


def word_terms(word: bytes) -> tuple[str, ...]:
    """Terms of one written word: its parts at capitals and hyphens, and the whole when it has parts.

    Args:
        word: one of :func:`words_of`.

    Returns:
        Terms in reading order, stop words and single letters left out.
    """
    known = _TERMS.get(word)
    if known is None:
        known = _word_terms(word)
        if len(_TERMS) < 65_536:  # queries must not fill the memory
            _TERMS[word] = known
    return known


def is_plain(word: bytes) -> bool:
    """Whether a word has no parts: letters alone, and one capital at most, at the beginning."""
    return word.isalpha() and (word.islower() or word[1:].islower() or len(word) == 1)


def _word_terms(written: bytes) -> tuple[str, ...]:
    word = written.decode("ascii")
    if word in STOP_WORDS:
        return ()
    if is_plain(written):
        lower = word.lower()
        return (stem(lower),) if len(word) > 1 and lower not in STOP_WORDS else ()
    parts = [part.lower() for part in _PART.findall(word.replace("ZoomInfo", "zoominfo"))]  # not Zoom and Info
    terms = [stem(part) for part in parts if len(part) > 1 and part not in STOP_WORDS]
    if 1 < len(parts) < 6:
        terms.append("".join(parts))
    return tuple(terms)


def words_of(text: str) -> list[bytes]:
    """The written words of a text that are not Chinese, in reading order.

    Args:
        text: any text.

    Returns:
        Runs of letters, digits, hyphens and underscores, as bytes, since those are cut far faster.
    """
    return _THOUSANDS.sub("", text).encode("ascii", "replace").translate(_SPACED).split()


class Texts:
    """Texts one behind the other, to find those that hold a phrase.

    A question has few pairs of Chinese characters and the texts have many: looking for those few takes less time than
    a table of all does to make.

    Args:
        texts: any texts.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._all = "\n".join(texts)
        self._ends = list(accumulate(len(text) + 1 for text in texts))

    def holding(self, phrase: str) -> list[int]:
        """The number of the text at each place where a phrase stands."""
        found: list[int] = []
        place = self._all.find(phrase)
        while place >= 0:
            found.append(bisect_right(self._ends, place))
            place = self._all.find(phrase, place + 1)
        return found


def pairs_in(run: str) -> tuple[str, ...]:
    """Neighbouring characters of a Chinese run; a lone character stands for itself."""
    return (run,) if len(run) == 1 else tuple(map(add, run, run[1:]))


def is_chinese(text: str) -> bool:
    """Whether a text holds any Chinese character."""
    return not text.isascii() and CJK_RUN.search(text) is not None


def language_of(question: str) -> str:
    """The language that a question is asked in.

    Args:
        question: any text.

    Returns:
        `zh` when its grammar is Chinese, however many English names it holds, else `en`.
    """
    if not is_chinese(question):
        return "en"
    if CJK_ASKS.search(question):
        return "zh"
    grammar = sum(word.decode().lower() in STOP_WORDS for word in words_of(question))
    return "zh" if sum(map(len, CJK_RUN.findall(question))) >= grammar else "en"
