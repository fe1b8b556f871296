"""How the columns of CRM exports are called: Salesforce, HubSpot, Dynamics, Pipedrive, and people in six languages.

A heading is compared by :func:`squashed`: letter case, accents, spaces, signs and camel case make no difference, so
"First Name", ``first_name``, ``FirstName`` and "FIRST-NAME" are one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Literal

from ..zoominfo.operations import Entity
from .word_lists import read_lists

# What kind of record a heading's own words say it belongs to.
Owner = Literal["person", "company", ""]


# Columns of people other than the one that the row is about.
_OTHERS = re.compile(
    r"\b(owner|created by|modified by|reports to|manager|assistant|asst|referred|referrer|rep|besitzer|vorgesetzter"
    r"|proprietaire|propietario|last modified by|author|sender|cc|bcc|reply to|template|campaign|subject|bounce[ds]?"
    r"|opt(?:ed)? out|consent|status|count|number of|sends?|opens?|clicks?|date|time)\b"
)
_PREFIXES: dict[str, Owner] = {
    **dict.fromkeys(
        ("person", "contact", "lead", "kontakt", "people", "联系人", "取引先責任者", "リード", "contacto", "personne"),
        "person",
    ),
    **dict.fromkeys(
        (
            "organization",
            "organisation",
            "account",
            "company",
            "firma",
            "org",
            "公司",
            "取引先",
            "empresa",
            "entreprise",
        ),
        "company",
    ),
}
_PREFIX = re.compile(r"^\s*([^\s:.\-–>|]+)\s*(?::|\.|>|\|| [-–] )\s*(.+)$")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SIGNS = re.compile(r"[\W_]+")
_MARKS = re.compile("[\u0300-\u036f]")
_SUFFIX = re.compile(
    r"__[cr]$|\s*[*†]+\s*$|\s*\((required|optional|pflicht(?:feld)?|obligatoire|必填|必須)\)\s*$", re.IGNORECASE
)
_NUMBERED = re.compile(r"\s*\(\d+\)$")

# The same words as the company's in a file of companies, and the person's in one of people.
_BY_ENTITY: dict[str, tuple[str, str]] = {
    "name": ("fullName", "companyName"),
    "zoominfoId": ("personId", "companyId"),
    "phone": ("phone", "companyPhone"),
    "fax": ("companyFax", "companyFax"),
    "linkedin": ("externalURL", "companyLinkedIn"),
    "street": ("street", "companyStreet"),
    "city": ("city", "companyCity"),
    "state": ("state", "companyState"),
    "zipCode": ("zipCode", "companyZipCode"),
    "country": ("country", "companyCountry"),
    "accountRecordId": ("accountRecordId", "recordId"),
}
# What a heading of the company's means when its words name the company first, as in "Account: Phone".
_OF_COMPANY = {name: pair[1] for name, pair in _BY_ENTITY.items()} | {"recordId": "accountRecordId"}


def words_of(heading: str) -> str:
    """The words of a heading in lower case, without accents and signs."""
    text = _SUFFIX.sub("", unicodedata.normalize("NFKC", heading).strip())
    text = _CAMEL.sub(" ", text).casefold()
    if not text.isascii():
        # Accents alone: in Japanese the marks of a kana are part of it.
        text = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", text)))
    return _SIGNS.sub(" ", text).strip()


def squashed(heading: str) -> str:
    """:func:`words_of` without spaces."""
    return words_of(heading).replace(" ", "")


@cache
def _table() -> dict[str, str]:
    # What stands first keeps a spelling that two fields share.
    found: dict[str, str] = {}
    for field, spellings in read_lists("headings").items():
        for spelling in (field, *spellings):
            found.setdefault(squashed(spelling), field)
    return found


def read_heading(heading: str) -> tuple[str, Owner] | None:
    """What a heading says that its column holds.

    Args:
        heading: as it stands in the file.

    Returns:
        A name of this module's table, still to be read by :func:`by_entity`, and whose record the heading itself names;
        None when it is none of the spellings.
    """
    table = _table()
    text = _NUMBERED.sub("", heading)
    prefixed = _PREFIX.match(text)
    if prefixed and (owner := _PREFIXES.get(squashed(prefixed[1]))):
        rest = table.get(squashed(prefixed[2]))
        if rest and owner == "company":
            return _OF_COMPANY.get(rest, rest), "company"
        if rest:
            return rest, "person"
    found = table.get(squashed(text))
    return (found, "") if found else None


def by_entity(field: str, entity: Entity) -> str:
    """What a name of the table means in a file of people or of companies."""
    pair = _BY_ENTITY.get(field)
    return field if pair is None else pair[entity == "company"]


def of_others(heading: str) -> bool:
    """Whether a heading speaks of somebody or something beside the record, such as its owner's e-mail address."""
    return _OTHERS.search(words_of(heading)) is not None


def fields() -> frozenset[str]:
    """Every field that a column can be said to hold."""
    return frozenset(by_entity(name, entity) for name in read_lists("headings") for entity in ("contact", "company"))
