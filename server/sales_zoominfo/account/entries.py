"""Entries of the opt-out list as people write them: kinds, values, and what is refused."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ..errors import fail, near
from .identifiers import KINDS, Kind, read_domain, read_email, read_phone, read_record_id, spelled_email

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

Source = Literal["own", "zoominfo"]
MAX_VALUE = 320
MAX_REASON = 500
_NAMES: dict[str, Kind] = {
    **{kind: kind for kind in KINDS},
    **dict.fromkeys(("e-mail", "mail", "emailaddress"), "email"),
    **dict.fromkeys(("website", "companywebsite"), "domain"),
    **dict.fromkeys(("phonenumber", "mobilephone", "mobile", "directphone"), "phone"),
    **dict.fromkeys(("personid", "person_id", "contactid", "contact"), "person"),
    **dict.fromkeys(("companyid", "company_id"), "company"),
}


class Entry(NamedTuple):
    """An entry as it is added.

    Attributes:
        kind: what it names.
        value: canonical; a phone number as ``+`` and digits, or digits alone without a country code.
        reason: why, in the words of whoever added it.
        from_at, until_at: Unix seconds between which it holds; None is at once, and for ever.
        permanent: only a person at the command line may take it off the list.
        source: ``own``, or ``zoominfo`` for what its OPT_OUT told.
        spelled: an e-mail address as it was given, where that is not its canonical form; else empty. ZoomInfo knows
            the person by this one.
    """

    kind: Kind
    value: str
    reason: str = ""
    from_at: float | None = None
    until_at: float | None = None
    permanent: bool = False
    source: Source = "own"
    spelled: str = ""


def read_kind(raw: object) -> Kind:
    """The kind of an entry, by its name or one that people use instead.

    Raises:
        InvalidArgument: it is none.
    """
    name = str(raw).strip().casefold()
    kind = _NAMES.get(name)
    if kind is None:
        raise fail("not_a_choice", name="kind", value=name[:40], hint=near(name, KINDS), legal=", ".join(KINDS))
    return kind


def read_entry(kind: Kind, raw: object, **more: Any) -> Entry:
    """An entry in its canonical form.

    Args:
        kind: what it names.
        raw: text or number.
        more: the other members of :class:`Entry`.

    Raises:
        InvalidArgument: the value is not of that kind, is a wildcard, or names a whole public suffix; the text never
            repeats it.
    """
    text = "" if raw is None or isinstance(raw, bool) else str(raw).strip()
    if not text or len(text) > MAX_VALUE:
        raise fail("opt_out_invalid", what=kind, reason="it is empty" if not text else "it is too long", how=_HOW[kind])
    if "*" in text or (kind in ("email", "domain") and "%" in text):
        how = "Use kind 'domain' with the bare domain: it covers everyone at it and below it."
        raise fail("opt_out_invalid", what=kind, reason="wildcards are not taken", how=how)
    value = _canonical(kind, text)
    if value is None:
        raise fail("opt_out_invalid", what=kind, reason=f"it is no {_THINGS[kind]}", how=_HOW[kind])
    if kind == "domain" and is_public_suffix(value):
        reason = "it is a public suffix, under which unrelated people have their domains"
        raise fail("opt_out_invalid", what=kind, reason=reason, how=_HOW[kind])
    spelled = spelled_email(text) if kind == "email" else None
    return Entry(kind, value, spelled="" if spelled in (None, value) else spelled, **more)


_THINGS: dict[Kind, str] = {
    "email": "e-mail address",
    "domain": "domain",
    "phone": "phone number",
    "person": "ZoomInfo person id",
    "company": "ZoomInfo company id",
}
_HOW: dict[Kind, str] = {
    "email": "Give one address: a name, an at sign and a domain.",
    "domain": "Give a domain such as company.com; it covers everyone at it and below it.",
    "phone": "Give a number with a plus sign and its country code; without them it holds in every country.",
    "person": "Give the number that search_contacts shows as id.",
    "company": "Give the number that search_companies shows as id.",
}


def _canonical(kind: Kind, text: str) -> str | None:
    match kind:
        case "email":
            return read_email(text)
        case "domain":
            return read_domain(text)
        case "phone":
            phone = read_phone(text)
            if phone is None:
                return None
            return phone.national if phone.code is None else f"+{phone.code}{phone.national}"
        case _:
            return read_record_id(text)


def is_public_suffix(host: str) -> bool:
    """Whether unrelated people have their domains under this one, as under ``com`` or ``co.uk``."""
    return bool(_suffixes().is_public(host))


@cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    # Hosts that let out subdomains are companies too, so their own names can be listed.
    return PublicSuffixList(only_icann=True)
