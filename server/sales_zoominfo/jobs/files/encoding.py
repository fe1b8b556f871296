"""How the text of a file is encoded: told by its bytes, and read with every byte kept."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ...errors import fail
from .model import unusable

_CHUNK = 1024 * 1024
# What speaks of the encoding: lines with bytes beyond ASCII. So many of them are enough.
_EVIDENCE = 256 * 1024
# What is looked at to tell encodings apart that could all be meant.
_SAMPLE = 64 * 1024
# So large a part of the lines has to be readable in an encoding that is not broken by the others.
_MOST = 0.9
_LINE_END = re.compile(rb"[\r\n]")
# In no encoding are these bytes a part of a longer character.
_SINGLE = re.compile(rb"[\x00-\x2f]")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Those that exports really come in. Others have to be named: the more are guessed at, the more guesses are wrong.
_GUESSED = ("gb18030", "cp932", "euc_jp", "cp949", "big5", "cp1251", "cp1252")
# The library that guesses knows some by the name of a part of them.
_WIDER = {"euc_kr": "cp949", "shift_jis": "cp932", "gbk": "gb18030", "gb2312": "gb18030", "latin-1": "cp1252"}
_NAMES = {"cp1252": "windows-1252", "cp1251": "windows-1251", "cp932": "shift-jis", "iso8859-1": "latin-1"}
# The letters and marks of Western languages in Windows-1252, and how other scripts look: in runs.
_WESTERN = re.compile(rb"[\x80\x82\x84\x85\x8a\x8c\x8e\x91-\x97\x99\x9a\x9c\x9e-\xff]")
_RUNS = re.compile(rb"[\x80-\xff]{2,}")
_HIGH = re.compile(rb"[\x80-\xff]")
_SINGLE_BYTE = re.compile(r"cp125\d|iso8859-\d+|mac-\w+|koi8-\w+|latin-1")


@dataclass(frozen=True)
class Encoding:
    """How text becomes bytes in a file.

    Attributes:
        codec: Python's name.
        bom: the mark that the file begins with, or nothing.
        sure: False where it was guessed from how the text looks.
    """

    codec: str
    bom: bytes = b""
    sure: bool = True

    @property
    def wide(self) -> bool:
        """Whether a character takes several bytes even in ASCII, so that bytes have no line ends."""
        return self.codec.startswith(("utf-16", "utf-32"))

    @property
    def errors(self) -> str:
        """The error handler that keeps what is wrong, both ways."""
        return "surrogatepass" if self.wide else "surrogateescape"

    @property
    def name(self) -> str:
        """For people."""
        named = _NAMES.get(self.codec, self.codec)
        return f"{named} with BOM" if self.bom else named

    def strange(self, text: str) -> str | None:
        """Why a piece of a file's text is not in the file's encoding; None when it is."""
        if text.isascii():
            return None
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            return f"it holds bytes that are not {_NAMES.get(self.codec, self.codec)}"
        if _SINGLE_BYTE.fullmatch(self.codec):
            # Such an encoding reads any bytes; that they are UTF-8 by chance does not happen.
            try:
                text.encode(self.codec, "surrogateescape").decode("utf-8")
            except UnicodeError:
                return None
            return f"it is in UTF-8, and the file in {_NAMES.get(self.codec, self.codec)}"
        return None


UTF8 = Encoding("utf-8")


def named_encoding(name: str) -> Encoding:
    """The encoding that a person names; ``utf-8-sig`` means UTF-8 with a mark at the beginning.

    Raises:
        InvalidArgument: there is no such text encoding.
    """
    try:
        info = codecs.lookup(name)
        known = info.name
        "".encode(known)
        b"".decode(known)
    except (LookupError, ValueError):
        legal = "utf-8, utf-8-sig, utf-16, windows-1252, latin-1, gb18030, shift-jis and Python's other text encodings"
        raise fail("not_a_choice", name="encoding", value=name[:40], hint="", legal=legal) from None
    match known:
        case "utf-8-sig":
            return Encoding("utf-8", codecs.BOM_UTF8)
        case "utf-16":
            return Encoding("utf-16-le", codecs.BOM_UTF16_LE)
        case "utf-32":
            return Encoding("utf-32-le", codecs.BOM_UTF32_LE)
        case "shift_jis":
            return Encoding("cp932")
        case _:
            return Encoding(known)


def with_mark(encoding: Encoding, head: bytes) -> Encoding:
    """A named encoding with the mark that the file really begins with, or without one."""
    bom = next((mark for mark, codec in _BOMS if head.startswith(mark) and codec[:5] == encoding.codec[:5]), b"")
    if bom and encoding.wide:
        return Encoding(next(codec for mark, codec in _BOMS if mark == bom), bom)
    return Encoding(encoding.codec, bom, encoding.sure)


def sniff_encoding(file: BinaryIO, path: Path) -> Encoding:
    """The encoding of a file, from its mark or from its bytes, all of them where the first are plain ASCII.

    Args:
        file: open at its beginning; left wherever the reading ended.
        path: for the errors.

    Raises:
        InvalidArgument: it cannot be told.
    """
    head = file.read(_CHUNK)
    for bom, codec in _BOMS:
        if head.startswith(bom):
            return Encoding(codec, bom)
    if wide := _without_mark(head):
        return wide
    evidence = _evidence(file, head)
    legacy = [line for line in evidence if not _reads("utf-8", line)]
    # A line of another encoding is hardly ever UTF-8 too, so the larger part tells; the rest is told row by row.
    if len(legacy) * 2 <= len(evidence):
        return UTF8
    return _guess(legacy, path)


def _without_mark(head: bytes) -> Encoding | None:
    """UTF-16 without a mark shows by a zero in every other byte."""
    half = len(head) // 2
    if not half:
        return None
    even, odd = head[0 : 2 * half : 2].count(0), head[1 : 2 * half : 2].count(0)
    if odd > half * 0.3 and even < half * 0.05:
        return Encoding("utf-16-le")
    if even > half * 0.3 and odd < half * 0.05:
        return Encoding("utf-16-be")
    return None


def _evidence(file: BinaryIO, chunk: bytes) -> list[bytes]:
    found: list[bytes] = []
    enough = 0
    rest = b""
    while chunk:
        if rest or not chunk.isascii():
            last = file.read(_CHUNK)
            whole = rest + chunk
            # The last line may go on in the next chunk.
            cut = max(whole.rfind(b"\n"), whole.rfind(b"\r")) + 1 if last else len(whole)
            if not cut and len(whole) > 4 * _CHUNK:
                cut = len(whole)
            for line in _beyond_ascii(whole, cut):
                found.append(line)
                enough += len(line)
                if enough > _EVIDENCE:
                    return found
            rest = whole[cut:]
            chunk = last
        else:
            # Its last line is plain so far; a character is never cut by leaving that part out.
            chunk = file.read(_CHUNK)
    return found


def _beyond_ascii(text: bytes, end: int) -> Iterator[bytes]:
    """The lines with bytes beyond ASCII, each byte looked at only a few times however long the others are."""
    start = 0
    while match := _HIGH.search(text, start, end):
        at = match.start()
        start = max(start, text.rfind(b"\n", start, at) + 1, text.rfind(b"\r", start, at) + 1)
        after = _LINE_END.search(text, at, end)
        stop = after.start() if after else end
        yield text[start:stop]
        start = stop


def _western(text: bytes) -> bool:
    """Whether bytes beyond ASCII are single letters within words, as accents are."""
    high = len(_HIGH.findall(text))
    runs = sum(len(run) for run in _RUNS.findall(text))
    return len(_WESTERN.findall(text)) >= high * 0.98 and runs <= high * 0.25


def _guess(lines: Sequence[bytes], path: Path) -> Encoding:
    text = b"\n".join(lines)
    if _western(text):
        return _latin(text)
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        how = "Name it, for example as windows-1252, or install `pip install 'sales-zoominfo[jobs]'` to have it found."
        raise unusable(path, "it is not in UTF-8, and its encoding is not named", how) from None
    possible = [codec for codec in _GUESSED if _reads(codec, text)]
    if not possible:
        # Rows that were pasted from another file; the others tell.
        possible = [codec for codec in _GUESSED if sum(_reads(codec, line) for line in lines) >= len(lines) * _MOST]
        lines = [line for line in lines if all(_reads(codec, line) for codec in possible)]
    best = from_bytes(_sample(lines), cp_isolation=possible).best() if possible and lines else None
    if best is None:
        return _latin(text)
    codec = codecs.lookup(_WIDER.get(best.encoding, best.encoding)).name
    return Encoding(codec, sure=False)


def _reads(codec: str, text: bytes) -> bool:
    try:
        text.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _sample(lines: Sequence[bytes]) -> bytes:
    """Whole lines from everywhere: half a character at the end would rule its own encoding out."""
    step = -(-sum(map(len, lines)) // _SAMPLE)
    text = b"\n".join(lines[::step])
    if len(text) <= 4 * _SAMPLE:
        return text
    # A few lines that are far too long.
    cut = max((match.end() for match in _SINGLE.finditer(text, 0, _SAMPLE)), default=0)
    return text[:cut] if cut else text


def _latin(text: bytes) -> Encoding:
    try:
        text.decode("cp1252")
    except UnicodeDecodeError:
        # Bytes that Windows-1252 leaves undefined; Latin-1 gives each a character, so nothing is lost.
        return Encoding("iso8859-1", sure=False)
    return Encoding("cp1252", sure=False)
