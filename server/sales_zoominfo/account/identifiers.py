"""What names a person or a company, in one canonical form, and where it stands in an answer.

Canonical forms, chosen so that a doubt withholds rather than shows:

* e-mail: letter case, a ``+tag`` and, at Gmail, dots in the local part tell no two mailboxes apart.
* domain: covers itself and everything below it; a bare public suffix such as ``co.uk`` is none.
* phone: E.164, read by ``phonenumbers``. A number without a country code stands for its digits in any country, so a
  list entry without one fits "+49 30 1234567" and "030 1234567" alike, and a number that an answer shows without one
  fits every entry with the same national digits.
* person and company: ZoomInfo's ids, whole numbers that may be negative.
* name: first and last name together with a company, also without accents. A name alone names nobody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Generator, Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple, cast
from urllib.parse import unquote

Kind = Literal["email", "domain", "phone", "person", "company"]
KINDS: tuple[Kind, ...] = ("email", "domain", "phone", "person", "company")

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}@[^\s@<>()\[\],;:\"'/\\]{1,253}")
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+")
# In a text an address may stand between any signs and letters: a link, Markdown, Chinese without spaces.
_AT = re.compile(r"@|\uff20|%40")
_LOCAL = re.compile(r"[^\s@\uff20<>()\[\],;:\"\\]+\Z")
_AFTER = re.compile(r"(?:[^\W_]|[.-]){1,253}")
_BESIDE_LABEL = re.compile(r"[^A-Za-z0-9]")
_PLAIN_EMAIL = re.compile(r"[A-Za-z0-9.+_-]+@[A-Za-z0-9.-]+")
_PLAIN_LOCAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]*")
_BESIDE_NAME = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9.+_-]")
_LOCAL_MAX = 64
# Digits with what people write between them, also several numbers in a row.
_DIALLED = re.compile(r"(?<!\d)(?<!\d\.)(?:\+\s?)?\(?\d(?:[\s().\u2010-\u2015/-]{0,6}\d){6,}")
_GROUP = re.compile(r"\d+")
_GROUPS = 7
_DIGITS = re.compile(r"(?<!\d)(?<!\d\.)-?\d{5,19}(?![A-Za-z\d]|\.\d)")
_EXTENSION = re.compile(r"\s*(?:;ext=|ext\.?|x|#)\s*\d{1,7}\s*$", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_GMAIL = frozenset(["gmail.com", "googlemail.com"])
_MIN_DIGITS, _MAX_DIGITS = 7, 15


class Phone(NamedTuple):
    """A phone number: the country code where it is known, and the digits behind it without leading zeros."""

    code: str | None
    national: str


@lru_cache(4096)
def read_email(text: str) -> str | None:
    """The canonical form of an e-mail address; None for anything else."""
    found = unicodedata.normalize("NFKC", text).strip().casefold().removeprefix("mailto:").rstrip(".")
    if not _EMAIL.fullmatch(found) or "*" in found:
        return None
    local, _, host = found.rpartition("@")
    host = _ascii(host)
    if not _HOST.fullmatch(host) or host.rpartition(".")[2].isdigit():
        return None
    if host in _GMAIL:
        host, local = "gmail.com", local.partition("+")[0].replace(".", "")
    bare = local.partition("+")[0] or local
    return f"{bare}@{host}" if bare else None


@lru_cache(4096)
def spelled_email(text: str) -> str | None:
    """An e-mail address as it was given, trimmed and in small letters; None for anything else.

    Its dots and tag are kept: ZoomInfo finds an address, and its hash, by the letters alone.
    """
    if read_email(text) is None:
        return None
    found = unicodedata.normalize("NFKC", text).strip().lower().removeprefix("mailto:").rstrip(".")
    local, _, host = found.rpartition("@")
    return f"{local}@{_ascii(host)}"


@lru_cache(4096)
def read_domain(text: str) -> str | None:
    """The host of a domain, a website or an address; None for anything that has none."""
    found = unicodedata.normalize("NFKC", text).strip().casefold()
    found = re.split(r"[/?#]", re.sub(r"^[a-z][a-z0-9+.-]*://|^//", "", found), maxsplit=1)[0].rpartition("@")[2]
    host = _ascii(found.partition(":")[0].rstrip(".")).removeprefix("www.")
    return host if _HOST.fullmatch(host) and not host.replace(".", "").isdigit() else None


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    import idna

    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return host


@lru_cache(4096)
def read_phone(text: str) -> Phone | None:
    """A phone number; None for what has too few or too many digits or holds anything but a number."""
    raw = _EXTENSION.sub("", unicodedata.normalize("NFKC", text).strip().removeprefix("tel:"))
    if re.search(r"[^\d\s()+./\u2010-\u2015-]", raw):
        return None
    digits = re.sub(r"\D", "", raw)
    if not digits.isascii() or not _MIN_DIGITS <= len(digits) <= _MAX_DIGITS + 2:
        return None
    if raw.lstrip("( ").startswith("+"):
        international = digits
    elif digits.startswith("00"):
        international = digits[2:]
    elif len(digits) == 11 and digits[0] == "1":
        # How North America writes its own country code.
        international = digits
    else:
        bare = digits.lstrip("0")
        return Phone(None, bare) if _MIN_DIGITS - 1 <= len(bare) <= _MAX_DIGITS else None
    if len(international) == 11 and international[0] == "1":
        return Phone("1", international[1:])
    import phonenumbers

    try:
        found = phonenumbers.parse(f"+{international}", None)
    except phonenumbers.NumberParseException:
        return None
    return Phone(str(found.country_code), str(found.national_number))


def read_record_id(text: str) -> str | None:
    """A ZoomInfo id as text; None for anything else."""
    bare = text.strip()
    return str(int(bare)) if re.fullmatch(r"[+-]?[0-9]{1,19}", bare) and int(bare) else None


def hashes(email: str) -> list[str]:
    """The hexadecimal digests that ZoomInfo knows an e-mail address by: MD5, SHA-1, SHA-256 and SHA-512."""
    import hashlib

    data = email.encode()
    return [hashlib.new(name, data, usedforsecurity=False).hexdigest() for name in ("md5", "sha1", "sha256", "sha512")]


# --- keys ------------------------------------------------------------------------------------------------------
# A key is the text whose digest the list holds. Ids belong to a place: the sandbox's are not ZoomInfo's.

# What begins like this is no key of the list: a name without its company, for people who were looked up one by one.
ALONE = "alone:"


def entry_keys(kind: Kind, value: str, place: str) -> list[str]:
    """The keys of a list entry, its own first.

    Args:
        kind: of the entry.
        value: its canonical value; of a phone number ``+code national`` or the national digits.
        place: whose ids.
    """
    if kind == "phone":
        phone = read_phone(value) or Phone(None, value)
        if phone.code is None:
            return [f"phone?:{phone.national}"]
        return [f"phone:+{phone.code}{phone.national}", f"phone~:{phone.national}"]
    if kind in ("person", "company"):
        return [f"{kind}:{place}:{value}"]
    return [f"{kind}:{value}"]


def email_keys(email: str) -> list[str]:
    """What an e-mail address of an answer is looked up by: itself, and its domain with those above it."""
    return [f"email:{email}", *domain_keys(email.rpartition("@")[2])]


def domain_keys(host: str) -> list[str]:
    """What a domain of an answer is looked up by: itself and those above it."""
    labels = host.split(".")
    return [f"domain:{'.'.join(labels[start:])}" for start in range(len(labels) - 1)]


def phone_keys(phone: Phone) -> list[str]:
    """What a phone number of an answer is looked up by."""
    if phone.code is None:
        return [f"phone?:{phone.national}", f"phone~:{phone.national}"]
    keys = [f"phone:+{phone.code}{phone.national}", f"phone?:{phone.national}"]
    # Eleven digits from 1 on are a number of North America with its code, or of China without.
    if phone.code == "1":
        keys += [f"phone?:1{phone.national}", f"phone~:1{phone.national}"]
    elif len(phone.national) == 11 and phone.national[0] == "1":
        keys.append(f"phone:+{phone.national}")
    return keys


def name_keys(record: Mapping[str, Any], place: str) -> list[str]:
    """What a person's name together with a company is looked up by; empty when either is missing."""
    first, last = record.get("firstName", record.get("personFirstName")), record.get("lastName")
    full = record.get("fullName", record.get("personFullName"))
    last = record.get("personLastName") if last is None else last
    name = f"{first} {last}" if isinstance(first, str) and isinstance(last, str) else full
    if not isinstance(name, str) or not name.strip():
        return []
    company: dict[str, Any] = {}
    if isinstance(record.get("company"), dict):
        company = cast("dict[str, Any]", record["company"])
    person = folded(name)
    found = read_record_id(str(record.get("companyId", company.get("id", ""))))
    keys = name_key(person, found, place) if found else []
    named = record.get("companyName", company.get("name"))
    if isinstance(named, str) and named.strip():
        keys += name_key(person, folded(named), place)
    return keys


def name_key(person: str, employer: str, place: str) -> list[str]:
    """A folded name with one company, its id or its folded name; where that differs, also as :func:`plain` has it."""
    keys = [f"name:{place}:{person}@{employer}"]
    if not (person.isascii() and employer.isascii()):
        bare = f"name:{place}:{plain(person)}@{plain(employer)}"
        keys += [bare] if bare != keys[0] else []
    return keys


_OWN_EMAILS = ("email", "supplementalEmail")
_OWN_PHONES = ("phone", "mobilePhone")


def person_keys(row: Mapping[str, Any], place: str) -> set[str]:
    """What a person's record would be on the list as: its id, addresses, their hashes, numbers, name with company.

    Args:
        row: a contact's record; its id may be called ``personId``.
        place: whose ids.
    """
    found = set(name_keys(row, place))
    if person := read_record_id(str(row.get("personId", row.get("id", "")))):
        found.update(entry_keys("person", person, place))
    for name in _OWN_EMAILS:
        if email := read_email(text := str(row.get(name, ""))):
            found.update(entry_keys("email", email, place))
            found.update(f"hash:{each}" for form in {email, spelled_email(text) or email} for each in hashes(form))
    for name in _OWN_PHONES:
        if read_phone(str(row.get(name, ""))):
            found.update(entry_keys("phone", str(row[name]), place))
    return found


def folded(text: str) -> str:
    """A name as it is compared: without regard to case, width and spaces."""
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip().casefold()


_SIGNS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013", "-") | dict.fromkeys("\u2018\u2019\u02bc", "'"))


def plain(text: str) -> str:
    """A folded name without accents, and with the signs of a keyboard for hyphens and apostrophes."""
    if text.isascii():
        return text
    split = unicodedata.normalize("NFKD", text).translate(_SIGNS)
    return "".join(letter for letter in split if not unicodedata.combining(letter))


# --- answers ---------------------------------------------------------------------------------------------------

Level = Literal["record", "field", "token"]


class Mark(NamedTuple):
    """One identifier in an answer.

    Attributes:
        keys: what it is looked up by.
        level: what is withheld when one of them is on the list: the whole record, the field, or these characters.
        start, end: the characters, for ``token``.
        surnames: family names that these characters may end with, where they may be a person's name.
    """

    keys: list[str]
    level: Level
    start: int = 0
    end: int = 0
    surnames: tuple[str, ...] = ()


_PERSON_IDS = frozenset(["personid", "contactid", "personids", "contactids", "zoominfocontactid"])
_COMPANY_IDS = frozenset(["companyid", "companyids", "zoominfocompanyid", "locationcompanyid"])
_RELATED_IDS = frozenset(["parentid", "ultimateparentid"])
# Somebody whom a record is compared with, and who is not whom it is about.
_COMPARED = "referencepersonid"
# Every field that names a person by an id, in lower case.
PERSON_IDS = _PERSON_IDS | {_COMPARED}
_SWITCHBOARD = frozenset(["companyphone", "companyfax"])
_SITES = frozenset(["website", "companywebsite", "websites", "companydomain"])


def marks(name: str, value: str, place: str) -> Generator[Mark]:
    """The identifiers in one value of an answer.

    Args:
        name: the field that holds it.
        value: a text, or a number as text.
        place: whose ids.
    """
    field = name.casefold()
    if field == "id" or field == _COMPARED or field in _PERSON_IDS or field in _COMPANY_IDS or field in _RELATED_IDS:
        if found := read_record_id(value):
            yield _id_mark(field, found, place)
            return
    elif field in _SITES:
        hosts = [read_domain(part) for part in value.split(",")]
        for host in filter(None, hosts):
            yield Mark(domain_keys(host), "record")
        if all(hosts) and "@" not in value:
            return
    if field in ("hashedemail", "hashedemails", "personhashedemail") and "@" not in value:
        yield Mark([f"hash:{value.strip().casefold()}"], "record")
        return
    if "phone" in field or "fax" in field or "mobile" in field:
        if phone := read_phone(value):
            yield Mark(phone_keys(phone), "field" if field in _SWITCHBOARD else "record")
            yield from _digit_marks(value, place)
            return
    elif email := read_email(value) if "@" in value else None:
        yield Mark(email_keys(email), "record")
        if _PLAIN_EMAIL.fullmatch(value):
            return
    yield from text_marks(value, place)


def _id_mark(field: str, found: str, place: str) -> Mark:
    if field == _COMPARED:
        return Mark([f"person:{place}:{found}"], "field")
    if field in _RELATED_IDS:
        return Mark([f"company:{place}:{found}"], "field")
    kinds = [kind for kind, names in (("person", _PERSON_IDS), ("company", _COMPANY_IDS)) if field in names]
    return Mark([f"{kind}:{place}:{found}" for kind in kinds or ("person", "company")], "record")


def text_marks(text: str, place: str) -> Generator[Mark]:
    """The identifiers in a free text: e-mail addresses, phone numbers, and person ids of five digits or more."""
    if "@" in text or "%40" in text or "\uff20" in text:
        for found in _AT.finditer(text):
            yield from _email_marks(text, found)
    if not _FIVE.search(text):
        return
    for found in _DIALLED.finditer(text):
        yield from _phone_marks(text, found)
    yield from _digit_marks(text, place)


def _email_marks(text: str, at: re.Match[str]) -> Generator[Mark]:
    """Every reading of an address around an at sign: nobody can tell where the words beside it end."""
    before = _LOCAL.search(text, max(0, at.start() - _LOCAL_MAX), at.start())
    after = _AFTER.match(text, at.end())
    if before is None or after is None:
        return
    local, start = before[0], before.start()
    starts = {start}
    if not _PLAIN_LOCAL.fullmatch(local):
        starts.add(start + len(local) - len(local.lstrip("._-'")))
        starts |= {start + found.end() for found in _BESIDE_NAME.finditer(local)}
    host = after[0]
    ends = {len(host)} | {found.start() for found in _BESIDE_LABEL.finditer(host)}
    # Behind its end a host may go on with a full stop and the next word; one label is none.
    for end in sorted((end for end in ends if "." in host[:end].rstrip(".-")), reverse=True)[:8]:
        name = host[:end].rstrip(".-")
        for begin in starts:
            email = read_email(f"{unquote(text[begin : at.start()])}@{name}") if begin < at.start() else None
            if email:
                yield Mark(email_keys(email), "token", begin, at.end() + len(name))


def _phone_marks(text: str, found: re.Match[str]) -> Generator[Mark]:
    """Every run of groups of digits that can be a number: a year or a second number may stand beside it."""
    start, end = found.span()
    groups = [group.span() for group in _GROUP.finditer(text, start, end)]
    behind = text[end : end + 1]
    # Letters end a number, but for the x of an extension.
    if behind.isascii() and (behind == "_" or (behind.isalpha() and behind not in "xX")):
        groups.pop()
    last = len(groups) - 1
    for index, (start, _) in enumerate(groups):
        start = found.start() if index == 0 else start
        count = 0
        for other in range(index, last + 1):
            low, end = groups[other]
            count += end - low
            if count > _MAX_DIGITS + 2:
                break
            whole = index == 0 and other == last
            if count >= _MIN_DIGITS and (whole or other - index < _GROUPS) and (phone := read_phone(text[start:end])):
                yield Mark(phone_keys(phone), "token", start, end)


def _digit_marks(text: str, place: str) -> Generator[Mark]:
    for found in _DIGITS.finditer(text):
        number = found[0]
        for bare in (number, number[1:]) if number[0] == "-" else (number,):
            if person := read_record_id(bare):
                yield Mark([f"person:{place}:{person}"], "token", *found.span())


# Five digits, whatever stands between them: below that it is neither a number to dial nor an id.
_FIVE = re.compile(r"(?:\d[\s().\u2010-\u2015/-]*){5}")
