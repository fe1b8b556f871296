"""Rows of a file as match inputs of ZoomInfo: what identifies a row, in one spelling, and what does not."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

from ..account.match_key import match_key
from ..zoominfo.operations import Entity
from ..zoominfo.records import Row
from . import values
from .columns import Recognition
from .files.model import BrokenRow
from .names import bare_company, read_company, read_person, split_company
from .values import Useless, clean

Input = dict[str, object]
Reason = Literal[
    "broken", "empty", "junk", "test", "unreadable", "too_long", "shared_mailbox", "free_mail_only", "name_alone",
    "needs_search",
]  # fmt: skip

# What a person reads of each reason.
REASONS: dict[Reason, str] = {
    "broken": "the row cannot be read",
    "empty": "nothing in it identifies a record",
    "junk": "it holds fillers such as 'n/a' in place of values",
    "test": "it holds test values",
    "unreadable": "its values are not in a form that can be read",
    "too_long": "a value is far too long",
    "shared_mailbox": "its address is a shared mailbox such as info@, which is no person's",
    "free_mail_only": "its only domain is a free mail provider's or a platform's, which identifies no company",
    "name_alone": "a name without a company or its website identifies nobody",
    "needs_search": "a name and a website can only be searched for; run it with --search-first",
}
_OF_USELESS: dict[Useless, Reason] = {
    Useless.JUNK: "junk",
    Useless.TEST: "test",
    Useless.BROKEN: "unreadable",
    Useless.TOO_LONG: "too_long",
    Useless.SHARED: "shared_mailbox",
    Useless.FREE_MAIL: "free_mail_only",
    Useless.PLATFORM: "free_mail_only",
    Useless.PRIVATE: "unreadable",
}
# Of several reasons the one that says most about the row.
_WORTH: tuple[Reason, ...] = (
    "too_long", "test", "shared_mailbox", "free_mail_only", "name_alone", "unreadable", "junk", "empty",
)  # fmt: skip


class Wanted(NamedTuple):
    """A row that can be asked for.

    Attributes:
        input: a match input, in the canonical form of ``zoominfo.arguments.read_inputs``; empty when the row can only
            be found by a search.
        digest: 32 bytes, equal for rows that ask for the same; the ledger's own digest of the input.
        by: the surest of its keys, for the report.
        search: filters of the free search that finds the candidates; None where nothing but a paid call can.
    """

    input: Input
    digest: bytes
    by: str
    search: dict[str, object] | None = None


class Invalid(NamedTuple):
    """A row that nothing can be asked for.

    Attributes:
        reason: one of :data:`REASONS`.
    """

    reason: Reason

    @property
    def text(self) -> str:
        """What a person reads; it repeats nothing of the row."""
        return REASONS[self.reason]


Read = Callable[[str], "str | Useless"]


class Digester(Protocol):
    """The one thing that matching needs of the vault."""

    def input_digest(self, text: str) -> bytes:
        """A keyed digest, equal for equal texts."""
        ...


class Matching:
    """Reads rows of one file.

    A row with ZoomInfo's own id is asked for by it alone. Any other gives its surest key (e-mail address, its digest,
    a LinkedIn profile, else a phone number) together with its name and company, on which ZoomInfo falls back. Rows
    whose values are the same when they are spelled in one way have the same digest.

    Args:
        recognition: what the file's columns hold.
        entity: whose records are wanted; companies can be asked for by a file of people.
        vault: its keyed digests are the ledger's; without it digests are comparable within this object alone.
        search_first: whether rows are looked for by a free search before they are paid for. It finds several
            candidates where an enrich would pick one, also finds people by name and website, and costs a request a row.
        country: ISO code of the country in which numbers without a country code are dialled, where the row names none.
    """

    def __init__(
        self,
        recognition: Recognition,
        entity: Entity,
        vault: Digester | None = None,
        *,
        search_first: bool = False,
        country: str = "",
    ) -> None:
        self.recognition = recognition
        self.entity: Entity = entity
        self.search_first = search_first
        self._digest = _own_digest() if vault is None else vault.input_digest
        self._country = country
        places = recognition.places
        self._person_id = places("personId")
        self._company_id = places("companyId")
        self._emails = places("emailAddress", "supplementalEmail")
        self._hashes = places("hashedEmail")
        self._profiles = places("externalURL")
        self._phones = places("phone", "mobilePhone")
        self._full_name = places("fullName")
        self._first_name, self._last_name = places("firstName"), places("lastName")
        self._title = places("jobTitle")
        self._company = places("companyName")
        self._site = places("companyWebsite")
        self._company_phone, self._fax = places("companyPhone"), places("companyFax")
        self._ticker, self._ip = places("companyTicker"), places("ipAddress")
        self._countries = (
            places("country", "companyCountry") if entity == "contact" else places("companyCountry", "country")
        )
        self._address = [
            (name, column[0]) for name in _ADDRESS if recognition.entity == "company" and (column := places(name))
        ]

    def read(self, row: Sequence[Any]) -> Wanted | Invalid:
        """What a row asks for.

        Args:
            row: its cells in the file's order.

        Returns:
            The match input, or why there is none.
        """
        if isinstance(row, BrokenRow):
            return Invalid("broken")
        useless: list[Useless] = []
        return self._contact(row, useless) if self.entity == "contact" else self._firm(row, useless)

    # -- people

    def _contact(self, row: Sequence[Any], useless: list[Useless]) -> Wanted | Invalid:
        person = self._first(row, self._person_id, values.read_id, useless)
        if person:
            return self._wanted({"personId": person}, "personId")
        found: Input = {}
        by = self._surest(row, found, useless)
        first = self._first(row, self._first_name, read_person, useless)
        last = self._first(row, self._last_name, read_person, useless)
        if first and last:
            found["firstName"], found["lastName"] = first, last
        else:
            full = self._first(row, self._full_name, read_person, useless)
            # A name of one word is half a name, except where family and given name are written together.
            if full and (" " in full or not full.isascii()):
                found["fullName"] = full
        named = "fullName" in found or "firstName" in found
        company = self._first(row, self._company_id, values.read_id, useless)
        if company:
            found["companyId"] = company
        else:
            company = self._first(row, self._company, read_company, useless)
            if company:
                found["companyName"] = company
        if company and named and not by:
            by = "name and company"
            # It tells namesakes apart, and nobody by itself.
            title = self._first(row, self._title, values.read_text, [])
            if title:
                found["jobTitle"] = title
        if by:
            return self._wanted(found, by, self._person_search(row, found) if self.search_first else None)
        if not named:
            return _invalid(useless)
        domain = self._domain(row, useless)
        if domain is None:
            return Invalid("name_alone")
        if not self.search_first:
            return Invalid("needs_search")
        return self._wanted({}, "name and website", {**found, "companyWebsite": domain})

    def _surest(self, row: Sequence[Any], found: Input, useless: list[Useless]) -> str:
        """The one key that says whom by itself; empty for none."""
        for name, places, read in (
            ("emailAddress", self._emails, values.read_email),
            ("hashedEmail", self._hashes, values.read_hash),
            ("externalURL", self._profiles, values.read_profile),
        ):
            if value := self._first(row, places, read, useless):
                found[name] = value
                return name
        if value := self._dialled(row, self._phones, useless):
            found["phone"] = value
            return "phone"
        return ""

    def _person_search(self, row: Sequence[Any], found: Input) -> dict[str, object] | None:
        for name in ("emailAddress", "hashedEmail", "phone"):
            if name in found:
                return {name: found[name]}
        names = {name: found[name] for name in ("firstName", "lastName", "fullName") if name in found}
        if not names:
            return None
        domain = self._domain(row, [])
        if domain and "companyId" not in found:
            return {**names, "companyWebsite": domain}
        company = {name: found[name] for name in ("companyId", "companyName") if name in found}
        return {**names, **company} if company else None

    # -- companies

    def _firm(self, row: Sequence[Any], useless: list[Useless]) -> Wanted | Invalid:
        company = self._first(row, self._company_id, values.read_id, useless)
        if company:
            return self._wanted({"companyId": company}, "companyId")
        found: Input = {}
        by = ""
        if domain := self._domain(row, useless):
            found["companyWebsite"], by = domain, "companyWebsite"
        if ticker := self._first(row, self._ticker, _read_ticker, useless):
            found["companyTicker"] = ticker
            by = by or "companyTicker"
        if name := self._first(row, self._company, read_company, useless):
            found["companyName"] = name
            by = by or "companyName"
        if not domain and (phone := self._dialled(row, self._company_phone, useless)):
            found["companyPhone"] = phone
            by = by or "companyPhone"
        if not by and (fax := self._dialled(row, self._fax, useless)):
            found["companyFax"], by = fax, "companyFax"
        if not by and (address := self._first(row, self._ip, values.read_ip, useless)):
            found["ipAddress"], by = address, "ipAddress"
        if not by:
            return _invalid(useless)
        # An address tells companies of one name apart.
        if name and not domain:
            for key, place in self._address:
                text = values.read_text(clean(row[place]))
                if not isinstance(text, Useless):
                    found[key] = text
        search: dict[str, object] | None = None
        if self.search_first:
            keys = ("companyWebsite",) if domain else ("companyTicker",) if ticker else ("companyName",) if name else ()
            search = {key: found[key] for key in keys} or None
        return self._wanted(found, by, search)

    def _domain(self, row: Sequence[Any], useless: list[Useless]) -> str | None:
        """The company's registered domain, from its website or from an e-mail address that is no free mail's."""
        return self._first(row, self._site, values.read_domain, useless) or self._first(
            row, self._emails, values.read_email_domain, useless
        )

    # -- values

    def _first(self, row: Sequence[Any], places: tuple[int, ...], read: Read, useless: list[Useless]) -> str | None:
        """The first usable value of some columns; what cannot be used is noted."""
        for place in places:
            cell = row[place]
            if cell is None or cell == "":
                continue
            value = read(clean(cell))
            if not isinstance(value, Useless):
                return value
            useless.append(value)
        return None

    def _dialled(self, row: Sequence[Any], places: tuple[int, ...], useless: list[Useless]) -> str | None:
        region: str | None = None
        for place in places:
            cell = row[place]
            if cell is None or cell == "":
                continue
            if region is None:
                region = self._region(row)
            value = values.read_phone(clean(cell), region)
            if not isinstance(value, Useless):
                return value
            useless.append(value)
        return None

    def _region(self, row: Sequence[Any]) -> str:
        for place in self._countries:
            if row[place] and (region := values.region_of(clean(row[place]))):
                return region
        return self._country

    def _wanted(self, found: Input, by: str, search: dict[str, object] | None = None) -> Wanted:
        key = match_key(self.entity, found) if found else f"search {match_key(self.entity, search or {})}"
        return Wanted(found, self._digest(f"{self.entity}\n{key}"), by, search)


_COUNTRIES: dict[Entity, tuple[str, str]] = {
    "contact": ("country", "companyCountry"),
    "company": ("companyCountry", "country"),
}
_ADDRESS = ("companyStreet", "companyCity", "companyState", "companyZipCode", "companyCountry")


def _read_ticker(text: str) -> str | Useless:
    found = values.read_text(text)
    if isinstance(found, Useless):
        return found
    # "NASDAQ:ACME" and "NASDAQ: ACME".
    bare = found.rpartition(":")[2].strip().upper()
    return bare if 0 < len(bare) <= 12 and bare.isascii() and " " not in bare else Useless.BROKEN


def _invalid(useless: Sequence[Useless]) -> Invalid:
    found: set[Reason] = {_OF_USELESS[item] for item in useless if item is not Useless.EMPTY}
    for reason in _WORTH:
        if reason in found:
            return Invalid(reason)
    return Invalid("empty")


def _own_digest() -> Callable[[str], bytes]:
    secret = os.urandom(32)
    return lambda text: hmac.digest(secret, text.encode(), "sha256")


# --- candidates ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several records fit a row, and nothing in it says which.

    Attributes:
        candidates: id, name, title, company and place of the likeliest, what a person needs to choose.
        total: how many fit.
    """

    candidates: list[dict[str, object]]
    total: int


# So many candidates are told.
_TOLD = 5
_PERSON = ("id", "firstName", "lastName", "jobTitle", "companyId", "companyName")
_FIRM = ("id", "name", "website", "city", "state", "country")


def decide(entity: Entity, wanted: Wanted, rows: Sequence[Row], total: int) -> Wanted | Ambiguous | None:
    """What a free search before enriching says about a row.

    One candidate is asked for by its id. Of several, one is taken only when it alone has the row's own name and
    company, or the company's own name and domain; size, accuracy and order decide nothing.

    Args:
        entity: whose records.
        wanted: the row, read with ``search_first``.
        rows: the first page of the search by ``wanted.search``.
        total: how many records the search found.

    Returns:
        The row as it shall be asked for, with its own digest; :class:`Ambiguous`; None when the search found nothing.
        A row that has a match input besides may still be asked for by that.
    """
    if not rows:
        return None
    fitting = list(rows)
    if total > 1:
        exact = [row for row in rows if _agrees(entity, wanted, row)]
        # On a page that does not hold all of them, a single one that fits says nothing.
        if total > len(rows) or len(exact) != 1:
            told = (exact or fitting)[:_TOLD]
            fields = _PERSON if entity == "contact" else _FIRM
            return Ambiguous([{name: row[name] for name in fields if name in row} for row in told], total)
        fitting = exact
    key = "personId" if entity == "contact" else "companyId"
    return Wanted({key: str(fitting[0]["id"])}, wanted.digest, wanted.by, None)


def _agrees(entity: Entity, wanted: Wanted, row: Row) -> bool:
    given: Mapping[str, object] = {**(wanted.search or {}), **wanted.input}
    if entity == "company":
        name, site = str(given.get("companyName", "")), str(given.get("companyWebsite", ""))
        same_name = not name or bare_company(name) == bare_company(str(row.get("name", "")))
        same_form = _same_form(name, str(row.get("name", "")))
        same_site = not site or values.read_domain(clean(row.get("website"))) in (site, Useless.EMPTY)
        return bool(name or site) and same_name and same_form and same_site
    full = given.get("fullName") or f"{given.get('firstName', '')} {given.get('lastName', '')}"
    if not str(full).strip():
        return False
    named = _folded(str(full)) == _folded(f"{row.get('firstName', '')} {row.get('lastName', '')}")
    if given.get("companyId"):
        return named and str(row.get("companyId", "")) == given["companyId"]
    if given.get("companyName"):
        return named and bare_company(str(given["companyName"])) == bare_company(str(row.get("companyName", "")))
    return named


def _same_form(one: str, other: str) -> bool:
    forms = {split_company(clean(name)).form for name in (one, other)} - {""}
    return len(forms) < 2


def _folded(text: str) -> str:
    return " ".join(sorted(clean(text).casefold().split()))
