"""Reads the rows of a contact search: of each person and employer only what such a row shows."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from . import taxonomies

_OWN: Final = ("hasEmail", "hasSupplementalEmail", "hasDirectPhone", "hasMobilePhone")
_HELD: Final = {
    "hasCompanyIndustry": "industries<>'|'",
    "hasCompanyPhone": "phone IS NOT NULL",
    "hasCompanyStreet": "street<>''",
    "hasCompanyState": "state<>''",
    "hasCompanyZipCode": "zip<>''",
    "hasCompanyCountry": "country<>''",
    "hasCompanyRevenue": "revenue>0",
    "hasCompanyEmployeeCount": "employees>0",
}
# What a row of a contact search takes from a person's document, in the order of `_contact_row`.
_SHOWN: Final = ("first", "middle", "last", "title", "email", "email2", "phone", "mobile", "phone_dnc", "mobile_dnc",
                 "valid", "updated", "levels", "education[0][0]", "accuracy", "company")  # fmt: skip
_PATHS: Final = ", ".join(f"'$.{name}'" for name in _SHOWN)
_CONTACTS: Final = (
    f"SELECT person_doc.id, json_extract(doc, {_PATHS}), name, {', '.join(_HELD.values())} "  # noqa: S608
    "FROM person_doc LEFT JOIN company ON company.id=json_extract(doc, '$.company') WHERE person_doc.id"
)


class ContactRow(NamedTuple):
    """A row of a contact search, before its generation spells it.

    Args:
        id: Of the person.
        first, middle, last, title, school: Texts, empty where there is none.
        valid, updated: Seconds since the Unix epoch.
        levels: Management levels, joined by commas.
        accuracy: Score.
        flags: What is held of the person and the employer; not to be changed.
        company_id, company_name: The employer.
    """

    id: int
    first: str
    middle: str
    last: str
    title: str
    valid: int
    updated: int
    levels: str
    school: str
    accuracy: int
    flags: Mapping[str, bool]
    company_id: int | None
    company_name: str


def contact_rows(connection: sqlite3.Connection, ids: Sequence[int], base: int) -> list[ContactRow]:
    """Return what a contact search shows of people.

    Args:
        connection: The data set, opened read-only.
        ids: Of people.
        base: What the times of the data set count from, seconds since the Unix epoch.

    Returns:
        The rows, in the order of the ids.
    """
    marks = ",".join("?" * len(ids))
    read = connection.execute(f"{_CONTACTS} IN ({marks})", list(ids)).fetchall()
    # One text of them all is decoded faster than one after the other.
    shown = json.loads(f"[{','.join([row[1] for row in read])}]")
    found = {
        row[0]: _contact_row(row[0], values, row[2], row[3:], base) for row, values in zip(read, shown, strict=True)
    }
    return [found[key] for key in ids]


def _contact_row(
    key: int, shown: list[Any], company_name: str | None, held: tuple[int | None, ...], base: int
) -> ContactRow:
    (first, middle, last, title, email, email2, phone, mobile, phone_dnc, mobile_dnc,
     valid, updated, levels, school, accuracy, company) = shown  # fmt: skip
    own = (bool(email), bool(email2), bool(phone), bool(mobile))
    flags = _flags(own, held, bool(phone and phone_dnc), bool(mobile and mobile_dnc))
    spelt = ",".join([taxonomies.MANAGEMENT_OUTPUT[level] for level in levels])
    return ContactRow(
        key, first, middle, last, title, base + valid, base + updated, spelt, school or "", accuracy, flags, company,
        company_name or "",
    )  # fmt: skip


@lru_cache(maxsize=1024)
def _flags(own: tuple[bool, ...], held: tuple[int | None, ...], phone_dnc: bool, mobile_dnc: bool) -> dict[str, bool]:
    # The same few combinations come again and again.
    flags = dict(zip(_OWN, own, strict=True)) | {flag: bool(one) for flag, one in zip(_HELD, held, strict=True)}
    if phone_dnc:
        flags["directPhoneDoNotCall"] = True
    if mobile_dnc:
        flags["mobilePhoneDoNotCall"] = True
    return flags
