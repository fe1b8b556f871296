"""Take secrets, e-mails and phone numbers out of whatever is logged or told.

A text is scrubbed by form (keys, tokens, credentials in addresses, ``name=value`` of a secret's name, e-mails, phone
numbers) and by value: every secret that was read from a setting is known here (:func:`remember`) and goes wherever it
stands. A bare run of digits is an id unless a word before it says that it is a number to call, or it begins with 0.

``install`` puts it before every log record of the process, whatever handler writes it.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import traceback
from collections import OrderedDict
from collections.abc import Callable
from functools import cache, lru_cache
from types import TracebackType
from typing import NamedTuple
from urllib.parse import quote, unquote

SECRET = "[secret]"  # noqa: S105 - stands in place of one
EMAIL = "[e-mail]"
PHONE = "[phone]"

# Shorter ones would take ordinary words with them.
SHORTEST = 6
# Tokens are renewed; as many forms as this stay known beside those of configured secrets.
KNOWN = 256
TOKENS = 32

_known: OrderedDict[str, None] = OrderedDict()
_tokens: OrderedDict[str, None] = OrderedDict()
_known_pattern: list[re.Pattern[str]] = []
# How often what is known has changed.
_changed = 0
_lock = threading.Lock()


def remember(secret: str | None, *, renewed: bool = False) -> None:
    """Take this secret out of every text from now on, in the forms that addresses, JSON and logs give it.

    Args:
        secret: as configured or received; shorter than 6 characters it is left to its form.
        renewed: a token that others will follow; the latest stay known, and push out no configured secret.
    """
    if secret is None or len(secret.strip()) < SHORTEST:
        return
    secret = secret.strip()
    forms = {secret, quote(secret, safe=""), quote(secret), json.dumps(secret)[1:-1], repr(secret)[1:-1]}
    # A key is also logged line by line; its first and last are the same in every key.
    forms |= {line.strip() for line in secret.splitlines() if len(line.strip()) >= 20 and "-----" not in line}
    global _changed
    with _lock:
        known, most = (_tokens, TOKENS) if renewed else (_known, KNOWN)
        for form in forms:
            known[form] = None
            known.move_to_end(form)
        while len(known) > most:
            known.popitem(last=False)
        every = sorted((*_known, *_tokens), key=len, reverse=True)
        _known_pattern[:] = [re.compile("|".join(map(_exactly, every)))]
        _changed += 1


def _exactly(form: str) -> str:
    # A password that is a plain word must not take pieces out of longer ones.
    return rf"\b{form}\b" if form.isascii() and form.isalpha() else re.escape(form)


def scrub(text: str) -> str:
    """A text without secrets, e-mails and phone numbers; each is replaced by what it was.

    Args:
        text: a log line, an error text.

    Returns:
        The same text where there is nothing to take out.
    """
    if "%" in text:
        text = _escaped().sub(_unescaped, text)
    return _scrub(text)


def scrub_name(text: str) -> str:
    """:func:`scrub` for what is told again and again, such as a caller's name: kept until another secret is known."""
    return _named(text, _changed)


@lru_cache(maxsize=256)
def _named(text: str, _since: int) -> str:
    return scrub(text)


def _scrub(text: str) -> str:
    for pattern in _known_pattern:
        text = pattern.sub(SECRET, text)
    for rule in _rules():
        text = rule.pattern.sub(rule.put, text)
    return text


@cache
def _escaped() -> re.Pattern[str]:
    return re.compile(r"""[^\s"'<>&?=%]{0,64}(?:%[0-9A-Fa-f]{2}[^\s"'<>&?=%]*)+""")


def _unescaped(found: re.Match[str]) -> str:
    """What is escaped as in addresses is shown plain where something has to go, and else stays as it is."""
    plain = unquote(found[0])
    clean = _scrub(plain)
    return found[0] if clean == plain else clean


class _Rule(NamedTuple):
    pattern: re.Pattern[str]
    put: str | Callable[[re.Match[str]], str]


@cache
def _rules() -> tuple[_Rule, ...]:
    # Compiled at the first text, not at the start of the program.
    names = (
        r"(?:passw(?:or)?d|pwd|secret|client[_-]?secret|(?:refresh|access|id|http|auth|session)[_-]?token"
        r"|private[_-]?key|api[_-]?key|state[_-]?key|code[_-]verifier|client[_-]assertion|assertion|jwt)"
    )
    value = r"""(?:\\?"(?:\\.|[^"\\])*\\?"|'(?:\\.|[^'\\])*'|[^\s"'&,;}\])]+)"""
    scheme = r"(?:bearer|basic|digest|token)"
    header = r"\b(?:proxy-)?authorization|\b(?:set-)?cookie"
    return (
        # keys and signed tokens
        _Rule(re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]+){1,4}"), SECRET),
        _Rule(re.compile(r"-----BEGIN [A-Z0-9 ]+-----.*?(?:-----END [A-Z0-9 ]+-----|\Z)", re.S), SECRET),
        _Rule(re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{60,}={0,2}"), _if_random),
        # headers
        _Rule(
            re.compile(
                rf"""((?:{header})["']?\s*[:=,]\s*b?["']?(?:{scheme}\s+)?)(?!{scheme}\b)[^\s"',;)`]{{6,}}""",
                re.I,
            ),
            rf"\1{SECRET}",
        ),
        _Rule(re.compile(r"\b(bearer|basic)(\s+)([A-Za-z0-9._~+/-]{8,}=*)", re.I), _if_credential),
        # tokens
        _Rule(re.compile(rf"({names})(\s*=\s*)(?!\[secret\]){value}", re.I), rf"\1\2{SECRET}"),
        _Rule(re.compile(rf"""({names})(\\?["']\s*[:,]\s*)(?!\[secret\]){value}""", re.I), rf"\1\2{SECRET}"),
        _Rule(re.compile(r"([?&#](?:code|token|key|sig|signature|assertion)=)[^&\s\"'#]+", re.I), rf"\1{SECRET}"),
        # credentials in addresses, also with the signs that belong escaped
        _Rule(re.compile(r"""(://)[^\s/:]*:(?!\d{1,5}(?:[/?#\s"']|$))\S{0,512}@(?=[\w\[])"""), rf"\1{SECRET}@"),
        _Rule(re.compile(r"(?<![\w.+-])[\w-]{40,}(?![\w-])"), _if_random),
        # people
        _Rule(
            re.compile(r"""[^\s@<>"'(),:;\[\]\\/=&?|`]{1,128}(?:@|%40)(?:[\w-]+\.)+(?:xn--[\w-]+|[^\W\d_]+)"""), EMAIL
        ),
        _Rule(re.compile(r""""[^"\s@]+(?: [^"\s@]+)*"@(?:[\w-]+\.)+[^\W\d_]+"""), EMAIL),
        _Rule(
            re.compile(
                r"((?:phone|mobile|\bcell|\btel|telephone|\bfax|whatsapp|\bsms|\bdial|电话|手机|传真)\w{0,12}"
                r"(?:[\"'\s:：=(]{1,4}|\W{1,3}(?:number|no|cannot be|must be|is|was|of|not)[^\d+]{1,12}))"
                r"(\+?\(?\d[\d\s().\-/]{5,22}\d)(?![\w])",
                re.I,
            ),
            _labelled,
        ),
        _Rule(re.compile(r"(?<![\w.])\+\(?\d[\d \u00a0().\-/\u2010-\u2015]{4,22}\d(?!\w)"), _if_digits(7, 15)),
        _Rule(
            re.compile(
                # A name that a client made up may end in a number: search_(555) 010-0100.
                r"(?<![^\W_])(?<![.,+-])(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-]|[.,]\d)"
            ),
            PHONE,
        ),
        _Rule(re.compile(r"(?<![\w.,:+-])\(0\d{1,4}\)[ -]?\d{2,5}(?:[ -]\d{2,5}){0,3}(?![\w-])"), PHONE),
        _Rule(
            re.compile(r"(?<![\w.,:/+-])0\d{1,5}(?:[ \u00a0./-]?\d{2,8}){1,4}(?![\w-]|[.,:]\d)"),
            _if_digits(9, 15, but=r"\d{2}[./-]\d{2}[./-]\d{4}|000\d*$"),
        ),
        _Rule(
            re.compile(r"(?<![\w.,:/+-])(?:\(\d{1,5}\)|\d{1,4})(?:[ -]\d{2,5}){2,5}(?![\w-]|[.,:/]\d)"),
            _if_digits(8, 13, but=r"\d{4}[ -][01]\d[ -][0-3]\d(?!\d)|[0-3]\d[ -][0-3]\d[ -]\d{4}(?!\d)"),
        ),
    )


def _if_random(found: re.Match[str]) -> str:
    """Long and of all classes: base64. Hexadecimal digests, ids and long names are not."""
    text = found[0]
    classes = (str.islower, str.isupper, str.isdigit)
    return SECRET if all(any(map(test, text)) for test in classes) else text


def _if_credential(found: re.Match[str]) -> str:
    """``basic information`` is no credential: one has a digit, a sign or a capital within."""
    text = found[3]
    bare = text.strip(".,-_").replace("-", "")
    plain = bare.isalpha() and (bare[1:].islower() or bare.isupper())
    return found[0] if plain else f"{found[1]}{found[2]}{SECRET}"


def _labelled(found: re.Match[str]) -> str:
    count = sum(map(str.isdigit, found[2]))
    return f"{found[1]}{PHONE}" if 7 <= count <= 15 else found[0]


def _if_digits(low: int, high: int, *, but: str | None = None) -> Callable[[re.Match[str]], str]:
    """Put ``[phone]`` where so many digits stand, unless the text has another form."""
    other = None if but is None else re.compile(but)

    def put(found: re.Match[str]) -> str:
        count = sum(map(str.isdigit, found[0]))
        return PHONE if low <= count <= high and not (other and other.match(found[0])) else found[0]

    return put


# --- the log ---------------------------------------------------------------------------------------------------


def places(error: BaseException | None) -> str:
    """Where an error came from: types and places of it and its causes. Their texts may hold a person's data."""
    lines: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        lines.append(type(error).__name__)
        lines += _frames(error.__traceback__)
        for inner in getattr(error, "exceptions", ()):
            lines += [f"  | {line}" for line in places(inner).splitlines()]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if error is not None and id(error) not in seen:
            lines.append("from")
    return "\n".join(lines)


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"  {place.filename}:{place.lineno} in {place.name}" for place in traceback.extract_tb(trace)]


def scrub_record(record: logging.LogRecord) -> None:
    """Scrub a log record in place: its message, its arguments and what it tells of an exception."""
    try:
        text = record.getMessage()
    except Exception:
        # As logging itself would say, but without the arguments.
        text = f"{record.msg} (its arguments do not fit)"
    clean = scrub(text)
    if clean != text or not isinstance(record.msg, str):
        record.msg, record.args = clean, ()
        text = clean
    if record.exc_info:
        record.exc_text, record.exc_info = places(record.exc_info[1]), None
    elif record.exc_text:
        record.exc_text = scrub(record.exc_text)
    if record.stack_info:
        record.stack_info = scrub(record.stack_info)


def install() -> None:
    """Scrub every log record of this process as it is made, and what an unhandled exception prints.

    A factory and not a filter: a filter belongs to one logger or one handler, and libraries bring their own.
    """
    make = logging.getLogRecordFactory()
    if getattr(make, "scrubs", False):
        return

    def scrubbed(*args: object, **named: object) -> logging.LogRecord:
        record = make(*args, **named)
        scrub_record(record)
        return record

    scrubbed.scrubs = True  # pyright: ignore[reportFunctionMemberAccess]
    logging.setLogRecordFactory(scrubbed)

    def unhandled(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            print(places(error), file=sys.stderr)  # noqa: T201

    def unhandled_in_thread(args: threading.ExceptHookArgs) -> None:
        if not issubclass(args.exc_type, SystemExit):
            print(places(args.exc_value), file=sys.stderr)  # noqa: T201

    sys.excepthook = unhandled
    threading.excepthook = unhandled_in_thread
