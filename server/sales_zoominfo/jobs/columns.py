"""Which column of a file holds what: by its heading, and by what stands in its first rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, cast

from ..errors import SalesZoomInfoError, fail, near
from ..zoominfo.fields import ENOUGH, MATCH_KEYS
from ..zoominfo.operations import Entity
from . import headings, values
from .names import read_company, split_company
from .record_ids import ACCOUNT, OWNERS, Ids, own_ids, read_ids
from .values import Useless, clean

if TYPE_CHECKING:
    from .files.model import Source

# So many rows are looked at before a column is said to hold something.
SAMPLE = 200
# Below this a column is not used unless a person says so.
SURE = 0.5
IGNORE = "ignore"

System = Literal[
    "salesforce-lead", "salesforce-contact", "salesforce-account", "hubspot-contact", "hubspot-company",
    "dynamics-contact", "dynamics-account", "pipedrive-person", "pipedrive-organization", "zoominfo",
]  # fmt: skip

# What a row of people or companies can be matched by, the surest first; names need a company beside them.
USES: dict[Entity, tuple[str, ...]] = {
    "contact": (
        "personId", "emailAddress", "supplementalEmail", "hashedEmail", "externalURL", "phone", "mobilePhone",
        "fullName", "firstName", "lastName", "companyId", "companyName", "companyWebsite",
    ),
    "company": (
        "companyId", "companyWebsite", "emailAddress", "companyTicker", "companyName", "companyPhone", "companyFax",
        "ipAddress",
    ),
}  # fmt: skip
_SUFFICES: dict[Entity, tuple[frozenset[str], ...]] = {
    "contact": (
        *(
            frozenset({key})
            for key in (
                "personId", "emailAddress", "supplementalEmail", "hashedEmail", "externalURL", "phone", "mobilePhone",
            )
        ),
        *(
            frozenset({*name, company})
            for name in (("fullName",), ("firstName", "lastName"))
            for company in ("companyName", "companyId", "companyWebsite")
        ),
    ),
    "company": (*ENOUGH["company"], frozenset({"emailAddress"})),
}  # fmt: skip


_WOULD_DO: dict[Entity, str] = {
    "contact": "an e-mail address, a phone number, a LinkedIn profile, a ZoomInfo person id, or a name together with a "
    "company or its website",
    "company": "a website or domain, a company name, a phone number, a ticker or a ZoomInfo company id",
}


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds.

    Attributes:
        name: its heading.
        index: its place, from 0.
        field: a match key of ZoomInfo, or what the file's system calls it (``recordId``, ``modifiedAt``); empty when
            nothing is known of it.
        why: half a sentence.
        confidence: 0 to 1; 1 when a person said so.
        filled: how many of the rows that were looked at have a value.
    """

    name: str
    index: int
    field: str
    why: str
    confidence: float
    filled: int

    @property
    def used(self) -> bool:
        """Whether the column is taken for what it seems to be."""
        return bool(self.field) and self.confidence >= SURE


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a file's columns hold.

    Attributes:
        entity: what its rows are, people or companies.
        system: whose export it seems to be; None when nothing tells.
        columns: each of them, in order.
        looked_at: how many rows were read for it.
    """

    entity: Entity
    system: System | None
    columns: tuple[Column, ...]
    looked_at: int

    def places(self, *fields: str) -> tuple[int, ...]:
        """Where the columns of some fields are, field by field, the surest and then the fullest first."""
        found: list[int] = []
        for field in fields:
            some = [column for column in self.columns if column.field == field and column.used]
            some.sort(key=lambda column: (-column.confidence, -(column.filled > 0), column.index))
            found += [column.index for column in some]
        return tuple(found)

    def has(self, field: str) -> bool:
        """Whether a column is used for a field."""
        return any(column.field == field and column.used for column in self.columns)

    @property
    def record_id(self) -> str | None:
        """The heading of the column with the CRM's own id of the row."""
        places = self.places("recordId")
        return self.columns[places[0]].name if places else None

    def matched_by(self, entity: Entity) -> tuple[str, ...]:
        """The fields of this file that rows can be matched by, the surest first."""
        return tuple(field for field in USES[entity] if self.has(field))

    def check(self, entity: Entity, file: str) -> None:
        """Refuse a file of which no row could be matched.

        Args:
            entity: whose records are wanted.
            file: its name, for the error.

        Raises:
            InvalidArgument: no column, or no combination of columns, identifies a person or a company.
        """
        held = {column.field for column in self.columns if column.used}
        if any(enough <= held for enough in _SUFFICES[entity]):
            return
        doubtful = [
            f"'{column.name[:60]}' ({column.why})" for column in self.columns if column.field and not column.used
        ]
        raise fail(
            "no_usable_column",
            file=file[-80:],
            thing="person" if entity == "contact" else "company",
            doubt=f"; not used: {', '.join(doubtful[:5])}" if doubtful else "",
            would_do=_WOULD_DO[entity],
            key="emailAddress" if entity == "contact" else "companyWebsite",
            details={"columns": [column.name[:80] for column in self.columns[:100]]},
        )  # fmt: skip


def recognise(source: Source, entity: Entity | None = None, overrides: Mapping[str, str] | None = None) -> Recognition:
    """Look at a file's headings and its first rows.

    Args:
        source: the file.
        entity: whose records are wanted of it; a file of people can be asked for their companies. None for what its
            rows are.
        overrides: fields by heading, which a person has said; ``ignore`` keeps a column out.

    Returns:
        What each column holds.

    Raises:
        InvalidArgument: an override names a column or a field that does not exist, or no row could be matched.
    """
    with closing(cast("Any", source.rows())) as rows:
        sample = [list(row) for row in islice(rows, SAMPLE)]
    found = recognise_columns(source.columns, sample, entity, overrides)
    found.check(entity or found.entity, source.path.name)
    return found


def recognise_columns(
    columns: Sequence[str],
    sample: Sequence[Sequence[Any]],
    entity: Entity | None = None,
    overrides: Mapping[str, str] | None = None,
) -> Recognition:
    """:func:`recognise` of headings and rows that are at hand; does not refuse what could not be matched."""
    texts = [[clean(row[index]) for row in sample if index < len(row)] for index in range(len(columns))]
    filled = [[text for text in column if text and not values.is_junk(text)] for column in texts]
    said = {_index(columns, name): field for name, field in (overrides or {}).items()}
    ids = {
        index: held
        for index, name in enumerate(columns)
        if index not in said and _unheaded(name) and (held := read_ids(filled[index])) is not None
    }
    own = own_ids(ids, people=_of_people(columns, filled, entity, said)) if ids else None
    system = _system(columns, filled)
    if system is None and own is not None:
        system = _SALESFORCE[ids[own].prefix]
    kind, sure = _entity(columns, filled, system)
    if entity and not sure:
        kind = entity
    found = [_column(name, index, filled[index], kind, system) for index, name in enumerate(columns)]
    _tell_ids(found, ids, own)
    for index, field in said.items():
        key = _legal(field, kind)
        why = "left out by you" if key == "" else "said by you"
        found[index] = replace(found[index], field=key, why=why, confidence=1.0)
    return Recognition(kind, system, tuple(_settled(found)), len(sample))


def _index(columns: Sequence[str], name: str) -> int:
    if name in columns:
        return list(columns).index(name)
    folded = headings.squashed(name)
    alike = [index for index, column in enumerate(columns) if headings.squashed(column) == folded]
    if len(alike) == 1:
        return alike[0]
    raise fail(
        "column_unknown",
        name=name[:80],
        hint=near(name, list(columns)),
        legal=", ".join(f"'{column[:60]}'" for column in columns[:40]) + (", …" if len(columns) > 40 else ""),
        details={"column": name[:80]},
    )


def _legal(field: str, entity: Entity) -> str:
    """The field that a person means; empty for none."""
    if field.casefold() in (IGNORE, "", "none"):
        return ""
    known = headings.fields()
    folded = headings.squashed(field)
    aliases = {
        headings.squashed(alias): key.name
        for key in MATCH_KEYS[entity].values()
        for alias in (key.name, *key.aliases)
        if key.name in known
    }
    names = {headings.squashed(name): name for name in known}
    found = names.get(folded) or aliases.get(folded)
    if found is None and (read := headings.read_heading(field)):
        found = headings.by_entity(read[0], entity)
    if found is None:
        legal = [*USES[entity], *sorted(known - set(USES[entity]))]
        raise _no_field(field, legal)
    return found


def _no_field(field: str, legal: list[str]) -> SalesZoomInfoError:
    return fail(
        "not_a_choice",
        name="what a column holds",
        value=field[:60],
        hint=near(field, legal),
        legal=", ".join([*legal, IGNORE]),
        details={"field": field[:60], "legal": [*legal, IGNORE]},
    )


# --- one column ------------------------------------------------------------------------------------------------

Reader = Callable[[str], "str | Useless"]


def _email(text: str) -> str | Useless:
    found = values.split_email(text)
    return found if isinstance(found, Useless) else found[0]


def _company_page(text: str) -> str | Useless:
    return text if values.is_company_page(text) else Useless.BROKEN


def _site(text: str) -> str | Useless:
    return Useless.BROKEN if "@" in text else values.read_host(text)


# What a value of a field must look like, and what one is called.
_LOOKS: dict[str, tuple[Reader, str]] = {
    "emailAddress": (_email, "an e-mail address"),
    "supplementalEmail": (_email, "an e-mail address"),
    "hashedEmail": (values.read_hash, "a digest of an e-mail address"),
    "phone": (values.read_phone, "a phone number"),
    "mobilePhone": (values.read_phone, "a phone number"),
    "companyPhone": (values.read_phone, "a phone number"),
    "companyFax": (values.read_phone, "a phone number"),
    "externalURL": (values.read_profile, "a person's profile"),
    "companyLinkedIn": (_company_page, "a company's page"),
    "companyWebsite": (_site, "a website"),
    "ipAddress": (values.read_ip, "an IP address"),
    "personId": (values.read_id, "a ZoomInfo id"),
    "companyId": (values.read_id, "a ZoomInfo id"),
}
# What values alone can tell, the most telling first.
_BY_VALUES = ("emailAddress", "hashedEmail", "externalURL", "companyLinkedIn", "ipAddress", "companyWebsite")
# What is of no use has the right form all the same; a filler such as "n/a" never comes here.
_LOOKS_RIGHT = frozenset(
    [Useless.JUNK, Useless.TEST, Useless.SHARED, Useless.FREE_MAIL, Useless.PLATFORM, Useless.PRIVATE]
)


def _share(texts: Sequence[str], reader: Reader) -> float:
    found = [reader(text) for text in texts]
    return sum(not isinstance(item, Useless) or item in _LOOKS_RIGHT for item in found) / len(found)


def _column(name: str, index: int, texts: Sequence[str], entity: Entity, system: System | None) -> Column:
    read = headings.read_heading(name)
    if read is not None:
        # A heading that names the company first has been read as the company's already.
        field = headings.by_entity(read[0], entity) if read[1] != "company" else read[0]
        if field == "accountRecordId" and entity == "company":
            field = "recordId"
        if system == "zoominfo" and field == "recordId":
            field = "personId" if entity == "contact" else "companyId"
        return _confirmed(Column(name, index, field, "", 0.0, len(texts)), texts)
    if not texts or headings.of_others(name):
        return Column(name, index, "", "not known", 0.0, len(texts))
    for field in _BY_VALUES:
        reader, thing = _LOOKS[field]
        share = _share(texts, reader)
        if share >= 0.8 and (field != "companyWebsite" or share >= 0.95):
            why = f"{share:.0%} of its values look like {thing}"
            return Column(name, index, field, why, 0.6 if len(texts) >= 3 else 0.5, len(texts))
    if sum(text.startswith("+") for text in texts) > len(texts) / 2 and _share(texts, values.read_phone) >= 0.9:
        field = "phone" if entity == "contact" else "companyPhone"
        return Column(name, index, field, "its values look like phone numbers", 0.6, len(texts))
    return Column(name, index, "", "not known", 0.0, len(texts))


def _unheaded(name: str) -> bool:
    """Whether nothing but its values can tell what a column holds."""
    return headings.read_heading(name) is None and not headings.of_others(name)


def _tell_ids(found: list[Column], ids: Mapping[int, Ids], own: int | None) -> None:
    """Say of the columns whose values are ids what they hold; a heading that says so goes before."""
    headed = any(column.field == "recordId" and column.used for column in found)
    for index, held in ids.items():
        column = found[index]
        sure = 0.6 if column.filled >= 3 else 0.5
        if index == own and not headed:
            found[index] = replace(column, field="recordId", why=held.why, confidence=sure)
        elif held.prefix == ACCOUNT:
            found[index] = replace(column, field="accountRecordId", why=held.why, confidence=sure)
        else:
            found[index] = replace(column, why="another column has the record's id")


def _confirmed(column: Column, texts: Sequence[str]) -> Column:
    """A column that its heading names, held against its values."""
    looks = _LOOKS.get(column.field)
    if not texts:
        return replace(column, why="its heading says so; no values in the first rows", confidence=0.7)
    if looks is None:
        return replace(column, why="its heading says so", confidence=0.95)
    reader, thing = looks
    share = _share(texts, reader)
    if share >= 0.5:
        return replace(
            column, why=f"its heading says so, and {share:.0%} of its values fit", confidence=0.6 + 0.39 * share
        )
    if column.field in ("externalURL", "companyLinkedIn"):
        other = "companyLinkedIn" if column.field == "externalURL" else "externalURL"
        if _share(texts, _LOOKS[other][0]) >= 0.5:
            return replace(column, field=other, why=f"its values look like {_LOOKS[other][1]}", confidence=0.8)
    if share:
        why = f"its heading says so, but only {share:.0%} of its values look like {thing}"
        return replace(column, why=why, confidence=round(0.2 + 0.6 * share, 2))
    return replace(column, why=f"its heading says so, but none of its values looks like {thing}", confidence=0.1)


def _settled(found: list[Column]) -> Iterable[Column]:
    """What only all columns together can tell."""
    ids = [column for column in found if column.field == "recordId" and column.used]
    for column in found:
        if column.field == "recordId" and len(ids) > 1 and column is not _own_id(ids):
            yield replace(column, field="", why="another column has the record's id", confidence=0.0)
        else:
            yield column


def _own_id(ids: list[Column]) -> Column:
    # The fullest: an export may carry ids of related records beside its own.
    return max(ids, key=lambda column: (column.confidence == 1.0, column.filled, -column.index))


# --- the whole file --------------------------------------------------------------------------------------------

_PEOPLE = frozenset(
    ["firstName", "lastName", "fullName", "jobTitle", "personId", "hashedEmail", "mobilePhone", "middleName"]
)
_FIRMS = frozenset(["industry", "employees", "revenue", "companyTicker"])
# Marks of exports, by headings without spaces and signs; all of one line must be there.
_MARKS: tuple[tuple[System, tuple[str, ...]], ...] = (
    ("dynamics-contact", ("donotmodifycontact",)),
    ("dynamics-account", ("donotmodifyaccount",)),
    ("dynamics-contact", ("contactid", "emailaddress1")),
    ("dynamics-account", ("accountid", "emailaddress1")),
    ("dynamics-account", ("accountid", "telephone1")),
    ("pipedrive-person", ("personname",)),
    ("pipedrive-organization", ("organizationname",)),
    ("hubspot-contact", ("recordidcontact",)),
    ("hubspot-company", ("recordidcompany",)),
    ("hubspot-company", ("recordid", "companydomainname")),
    ("hubspot-company", ("hsobjectid", "domain")),
    ("hubspot-contact", ("recordid", "lifecyclestage")),
    ("hubspot-contact", ("recordid", "contactowner")),
    ("hubspot-contact", ("hsobjectid", "lifecyclestage")),
    ("hubspot-contact", ("hsobjectid", "firstname")),
    ("salesforce-lead", ("leadid",)),
    ("salesforce-lead", ("leadsource", "isconverted")),
    ("salesforce-lead", ("id", "leadsource", "company", "status")),
    ("salesforce-contact", ("id", "accountid", "mailingcity")),
    ("salesforce-contact", ("contactid", "accountname")),
    ("salesforce-account", ("id", "billingcity")),
    ("salesforce-account", ("accountid", "billingcity")),
    ("zoominfo", ("id", "contactaccuracyscore")),
    ("zoominfo", ("id", "hasemail", "hasdirectphone")),
)  # fmt: skip
_IDS = frozenset(["id", "leadid", "contactid", "accountid", "recordid", "salesforceid", "casesafeid"])
_SALESFORCE: dict[str, System] = {prefix: cast("System", f"salesforce-{owner}") for prefix, owner in OWNERS.items()}
# What only a person has, by heading or by value.
_PERSONAL = _PEOPLE | {"emailAddress", "externalURL"}


def _system(columns: Sequence[str], texts: Sequence[Sequence[str]]) -> System | None:
    known = {headings.squashed(name) for name in columns}
    # The prefixes of ids are surer than headings.
    for name, column in zip(columns, texts, strict=True):
        squashed = headings.squashed(name)
        # A contact's or a lead's account has an id of its own beside it.
        if squashed not in _IDS or (squashed == "accountid" and known & {"firstname", "lastname", "id", "contactid"}):
            continue
        marks = {text[:3] for text in column if len(text) in (15, 18) and text.isalnum()}
        for mark, system in _SALESFORCE.items():
            if marks == {mark}:
                return system
    for system, needed in _MARKS:
        if known.issuperset(needed):
            return system
    return None


def _of_people(
    columns: Sequence[str], texts: Sequence[Sequence[str]], entity: Entity | None, said: Mapping[int, str]
) -> bool:
    """Whether rows with an account's id are people all the same: somebody says so, or a column does."""
    if entity is not None:
        return entity == "contact"
    spoken = {read[0] for field in said.values() if (read := headings.read_heading(field)) is not None}
    held = {_column(name, index, texts[index], "contact", None).field for index, name in enumerate(columns)}
    return bool((spoken | held) & _PERSONAL)


_ENTITY_OF: dict[str, Entity] = {
    "lead": "contact", "contact": "contact", "person": "contact", "account": "company", "company": "company",
    "organization": "company",
}  # fmt: skip


def _entity(columns: Sequence[str], texts: Sequence[Sequence[str]], system: System | None) -> tuple[Entity, bool]:
    """What the rows are, and whether that is beyond doubt."""
    if system is not None and (told := _ENTITY_OF.get(system.rpartition("-")[2])):
        return told, True
    read = [headings.read_heading(name) for name in columns]
    held = {item[0] for item in read if item is not None and item[1] != "company"}
    if held & _PEOPLE:
        return "contact", True
    if "name" in held and "companyName" not in held:
        place = next(index for index, item in enumerate(read) if item is not None and item[0] == "name")
        forms = [bool(split_company(text).form) for text in texts[place] if not isinstance(read_company(text), Useless)]
        firms = "companyWebsite" in held or bool(held & _FIRMS) or sum(forms) > len(forms) / 5
        return ("company" if firms else "contact"), bool(held & _FIRMS)
    if held & {"companyName", "companyWebsite"}:
        people = bool(held & {"name", "linkedin", "emailAddress", "personId"}) and not held & _FIRMS
        return ("contact" if people else "company"), not held & {
            "name",
            "linkedin",
            "emailAddress",
            "personId",
            "phone",
        }
    if held & {"emailAddress", "name", "linkedin", "phone"}:
        return "contact", False
    if held & {"companyId", "companyTicker", "companyPhone", "ipAddress"}:
        return "company", True
    fields = {_column(name, index, texts[index], "contact", None).field for index, name in enumerate(columns)}
    people = fields & {"emailAddress", "hashedEmail", "externalURL", "phone"}
    return (
        "company" if not people and fields & {"companyWebsite", "companyLinkedIn", "ipAddress"} else "contact"
    ), False
