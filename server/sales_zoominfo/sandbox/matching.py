"""Finds the record that a match input means."""

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

from .criteria import day_of, phone_key
from .dataset import DOMAIN
from .encoding import hash_prefix, ip_number
from .model import Entity, Generation
from .query import country_id, domain_of
from .refusal import Refusal
from .vocabulary import fold, name_words, title_words, words

Status: TypeAlias = Literal[
    "FULL_MATCH",
    "NO_MATCH",
    "NON_MATCH_BY_LAST_UPDATED_DATE",
    "NON_MATCH_BY_VALID_DATE",
    "NON_MATCH_BY_REQUIRED_FIELDS",
    "NON_MATCH_BY_CONTACT_ACCURACY_MIN",
    "COMPANY_ONLY_MATCH",
    "CONTACT_ONLY_MATCH",
    "OPT_OUT",
    "LIMIT_EXCEEDED",
    "INVALID_INPUT",
]
Input: TypeAlias = dict[str, Any]

_ADDRESS: Final = ("companyStreet", "companyCity", "companyState", "companyZipCode", "companyCountry")
_CONTACT_KEYS: Final = ("personId", "emailAddress", "hashedEmail", "phone")
_COMPANY_KEYS: Final = (
    "companyId",
    "companyName",
    "companyWebsite",
    "companyTicker",
    "companyPhone",
    "companyFax",
    "ipAddress",
)


@dataclass(frozen=True, slots=True)
class Warned:
    """Something wrong with one match input."""

    message: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """What a match input led to.

    Args:
        status: As reported by both generations.
        entity: Kind of the record that is handed out.
        id: Its ZoomInfo id; None without a match.
        moved: The input's company is a past employer.
        location: Whether the input's address is the company's: CURRENT or VALID; empty without address inputs.
        warnings: Why an input is invalid.
    """

    status: Status
    entity: Entity
    id: int | None = None
    moved: bool = False
    location: str = ""
    warnings: tuple[Warned, ...] = ()


def read_inputs(
    items: Any, table: Mapping[str, str], name: str, generation: Generation, *, numeric_strings: bool = True
) -> list[Input]:
    """Check the match inputs of an enrich call.

    Args:
        items: As sent.
        table: Match keys of the entity and their types.
        name: `matchPersonInput` or `matchCompanyInput`.
        generation: Whose types hold.
        numeric_strings: Whether "123" passes for an id.

    Returns:
        The inputs; ids as int where the value is one.

    Raises:
        Refusal: Not 1 to 25 objects, an unknown key, or a value of the wrong type.
    """
    if not isinstance(items, list) or not items:
        raise Refusal("missing", name)
    entries: list[Any] = items  # pyright: ignore[reportUnknownVariableType]
    if len(entries) > 25:
        raise Refusal("bad_value", name, detail="at most 25 records are accepted")
    return [_read(entry, table, name, generation, numeric_strings) for entry in entries]


def _read(entry: Any, table: Mapping[str, str], name: str, generation: Generation, numeric_strings: bool) -> Input:
    if not isinstance(entry, dict):
        raise Refusal("wrong_type", name)
    fields: dict[str, Any] = entry  # pyright: ignore[reportUnknownVariableType]
    unknown = [key for key in fields if key not in table]
    if unknown:
        raise Refusal("unknown_filter", *unknown)
    lax = generation == "enterprise"
    return {
        key: _typed(key, value, table[key], lax, numeric_strings)
        for key, value in fields.items()
        if value not in (None, "")
    }


def _typed(key: str, value: Any, kind: str, lax: bool, numeric_strings: bool) -> Any:
    if kind == "i64":
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if (numeric_strings or lax) and isinstance(value, str) and re.fullmatch(r"-?\d{1,19}", value.strip()):
            return int(value)
        raise Refusal("wrong_type", key)
    if kind == "score" and lax and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise Refusal("wrong_type", key)
    return value


def _names(given: Input) -> tuple[str, str]:
    """Return last and first name of an input that has them."""
    if "firstName" in given and "lastName" in given:
        return fold(given["lastName"].strip()), fold(given["firstName"].strip())
    parts = fold(given["fullName"]).split()
    return parts[-1], parts[0]


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _portions(people: Sequence[int]) -> Iterator[Sequence[int]]:
    return (people[start : start + 500] for start in range(0, len(people), 500))


class Matcher:
    """Matches inputs against one data set.

    Args:
        connection: The data set, opened read-only.
        base: What the times of the data set count from, seconds since the Unix epoch.
    """

    def __init__(self, connection: sqlite3.Connection, base: int) -> None:
        self._db = connection
        self._base = base

    def contact(self, given: Input) -> Match:
        """Match a person; see `Match` for the outcome."""
        warnings = _contact_problems(given)
        if warnings:
            return Match("INVALID_INPUT", "contact", warnings=tuple(warnings))
        employers = self._employers(given)
        keyed = next((key for key in _CONTACT_KEYS if key in given), None)
        if keyed is None:
            return self._named(employers or [], given)
        found = self._by_key(keyed, given)
        if not found:
            return Match("NO_MATCH", "contact")
        best = self._best(found, given, employers or [])
        if employers is None:
            return self._screened(Match("FULL_MATCH", "contact", best), given)
        current, past = self._works([best], employers)
        if not current and not past:
            return self._screened(Match("CONTACT_ONLY_MATCH", "contact", best), given)
        return self._screened(Match("FULL_MATCH", "contact", best, moved=bool(past) and not current), given)

    def _named(self, employers: list[int], given: Input) -> Match:
        if not employers:
            return Match("NO_MATCH", "contact")
        by_name, names = "SELECT id FROM person WHERE last=? AND first=?", _names(given)
        current = self._ids(f"{by_name} AND company IN ({_marks(employers)})", *names, *employers)
        found = current or sorted(self._works(self._ids(by_name, *names), employers)[1])
        if found:
            best = self._best(found, given, employers)
            return self._screened(Match("FULL_MATCH", "contact", best, moved=not current), given)
        return Match("COMPANY_ONLY_MATCH", "company", employers[0])

    def _employers(self, given: Input) -> list[int] | None:
        if "companyId" in given:
            return self._ids("SELECT id FROM company WHERE id=?", given["companyId"])
        if "companyName" in given:
            return self._by_company_name(given["companyName"])
        return None

    def _by_company_name(self, name: str) -> list[int]:
        return self._ids(
            "SELECT id FROM company WHERE name_key=? ORDER BY employees DESC, id", " ".join(name_words(name))
        )

    def _by_key(self, key: str, given: Input) -> list[int]:
        value = given[key]
        if key == "personId":
            return self._ids("SELECT id FROM person WHERE id=?", value)
        if key == "emailAddress":
            address = value.strip().lower()
            return self._ids("SELECT id FROM person WHERE email=? OR email2=?", address, address)
        if key == "hashedEmail":
            return self._ids("SELECT person FROM email_hash WHERE prefix=?", hash_prefix(value))
        return self._ids("SELECT person FROM phone WHERE digits=?", phone_key(value))

    def _ids(self, sql: str, *values: Any) -> list[int]:
        return [row[0] for row in self._db.execute(sql, values)]

    def _works(self, people: Sequence[int], employers: Sequence[int]) -> tuple[set[int], set[int]]:
        """Return which people work at one of some companies, and which did."""
        current: set[int] = set()
        past: set[int] = set()
        if not employers:
            return current, past
        companies = _marks(employers)
        for some in _portions(people):
            given = (*some, *employers)
            both = f"IN ({_marks(some)}) AND company IN ({companies})"
            current.update(self._ids(f"SELECT id FROM person WHERE id {both}", *given))  # noqa: S608
            past.update(self._ids(f"SELECT person FROM past WHERE person {both}", *given))  # noqa: S608
        return current, past

    def _best(self, found: list[int], given: Input, employers: Sequence[int]) -> int:
        if len(found) == 1:
            return found[0]
        title = f" {' '.join(title_words(given.get('jobTitle', '')))} "
        names = (fold(given.get("firstName", "")), fold(given.get("lastName", "")))
        current, _ = self._works(found, employers)
        worth: list[tuple[bool, bool, bool, int, int]] = []
        for some in _portions(found):
            sql = f"SELECT id, first, last, title, accuracy FROM person WHERE id IN ({_marks(some)})"  # noqa: S608
            worth += [
                (names == row[1:3], row[0] in current, title == row[3], row[4], -row[0])
                for row in self._db.execute(sql, some)
            ]
        return -max(worth)[4]

    def _screened(self, match: Match, given: Input) -> Match:
        """Hold a match against opt-outs and the conditions of its input."""
        row = self._db.execute(
            "SELECT opted_out, updated, valid, accuracy FROM person WHERE id=?", (match.id,)
        ).fetchone()
        if row[0]:
            return Match("OPT_OUT", "contact")
        if "lastUpdatedDateAfter" in given and row[1] < self._after(given["lastUpdatedDateAfter"]):
            return Match("NON_MATCH_BY_LAST_UPDATED_DATE", "contact")
        if "validDateAfter" in given and row[2] < self._after(given["validDateAfter"]):
            return Match("NON_MATCH_BY_VALID_DATE", "contact")
        if "contactAccuracyScoreMin" in given and row[3] < float(given["contactAccuracyScoreMin"]):
            return Match("NON_MATCH_BY_CONTACT_ACCURACY_MIN", "contact")
        return match

    def _after(self, text: str) -> int:
        return (day_of(text) or 0) + 86_400 - self._base

    def company(self, given: Input) -> Match:
        """Match a company; see `Match` for the outcome."""
        warnings = _company_problems(given)
        if warnings:
            return Match("INVALID_INPUT", "company", warnings=tuple(warnings))
        found = self._company_candidates(given)
        if not found:
            return Match("NO_MATCH", "company")
        best = self._closest(found, given)
        match = Match("FULL_MATCH", "company", best)
        if any(key in given for key in _ADDRESS):
            agreed = self._agreement(best, given)
            asked = sum(key in given for key in _ADDRESS)
            match = replace(match, location="CURRENT" if agreed == asked else "VALID")
        return match

    def _company_candidates(self, given: Input) -> list[int]:
        for key in _COMPANY_KEYS:
            if key in given:
                found = self._company_by(key, given[key])
                if found:
                    return found
        if any(key in given for key in _COMPANY_KEYS):
            return []
        return self._ids(
            "SELECT id FROM company WHERE street=? AND (city=? OR zip=?)",
            f" {' '.join(words(given['companyStreet']))} ",
            fold(given.get("companyCity", "").strip()),
            given.get("companyZipCode", "").strip().upper(),
        )

    def _company_by(self, key: str, value: Any) -> list[int]:
        if key == "companyId":
            return self._ids("SELECT id FROM company WHERE id=?", value)
        if key == "companyName":
            return self._by_company_name(value)
        if key == "companyTicker":
            return self._ids("SELECT id FROM company WHERE ticker=?", value.strip().upper())
        if key == "companyPhone":
            return self._ids("SELECT id FROM company WHERE phone=?", phone_key(value))
        if key == "companyFax":
            return self._ids("SELECT id FROM company WHERE fax=?", phone_key(value))
        if key == "ipAddress":
            return self._visitor(value)
        sites = [domain_of(item.strip()) for item in value.split(",") if item.strip()]
        return [
            found
            for site in sites
            for found in self._ids(f"SELECT id FROM company WHERE {DOMAIN}=?", site.removeprefix("www."))  # noqa: S608
        ]

    def _visitor(self, address: str) -> list[int]:
        try:
            number = ip_number(address.strip())
        except ValueError:
            return []
        return self._ids("SELECT company FROM network WHERE first<=? AND last>=?", number, number)

    def _closest(self, found: list[int], given: Input) -> int:
        """Prefer the candidate that agrees with most of the other inputs, then the larger one."""
        if len(found) == 1:
            return found[0]
        order = {key: -place for place, key in enumerate(found)}
        return max(found, key=lambda key: (self._agreement(key, given), order[key]))

    def _agreement(self, company: int, given: Input) -> int:
        row = self._db.execute(
            "SELECT street, city, state, state_id, zip, country, domains FROM company WHERE id=?", (company,)
        ).fetchone()
        checks: dict[str, Callable[[str], bool]] = {
            "companyStreet": lambda text: row[0] == f" {' '.join(words(text))} ",
            "companyCity": lambda text: row[1] == fold(text),
            "companyState": lambda text: _same_state(text, row[2], row[3]),
            "companyZipCode": lambda text: row[4] == text.upper(),
            "companyCountry": lambda text: row[5] == country_id(text),
            "companyWebsite": lambda text: f"|{domain_of(text)}|" in row[6],
        }
        return sum(bool(check(given[key].strip())) for key, check in checks.items() if key in given)


def _same_state(text: str, name: str, key: str) -> bool:
    from .places import STATES_BY_CODE

    code = STATES_BY_CODE.get(text.upper())
    return code[0] == key if code else fold(text) in (name, key)


def _contact_problems(given: Input) -> list[Warned]:
    problems: list[Warned] = []
    for key in ("lastUpdatedDateAfter", "validDateAfter"):
        if key in given and day_of(given[key]) is None:
            problems.append(Warned("Dates are YYYY-MM-DD", (key,)))
    if "contactAccuracyScoreMin" in given and not _is_score(given["contactAccuracyScoreMin"]):
        problems.append(Warned("The accuracy score is between 70 and 99", ("contactAccuracyScoreMin",)))
    if "emailAddress" in given and not re.fullmatch(r"\s*[^@\s]+@[^@\s]+\s*", given["emailAddress"]):
        problems.append(Warned("Not an email address", ("emailAddress",)))
    if "hashedEmail" in given and not re.fullmatch(
        r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|[0-9a-fA-F]{128}", given["hashedEmail"]
    ):
        problems.append(Warned("Not an MD5, SHA1, SHA256 or SHA512 hash", ("hashedEmail",)))
    if not problems and not _sufficient(given):
        problems.append(Warned("The input is not sufficient to find a contact", tuple(given)))
    return problems


def _is_score(text: str) -> bool:
    return bool(re.fullmatch(r"\d{2}(\.\d+)?", text.strip())) and 70 <= float(text) <= 99


def _sufficient(given: Input) -> bool:
    if any(key in given for key in _CONTACT_KEYS):
        return True
    company = "companyId" in given or "companyName" in given
    return company and (("firstName" in given and "lastName" in given) or len(given.get("fullName", "").split()) > 1)


def _company_problems(given: Input) -> list[Warned]:
    if "ipAddress" in given and not re.fullmatch(r"\s*([0-9a-fA-F:.]{3,45})\s*", given["ipAddress"]):
        return [Warned("Not an IP address", ("ipAddress",))]
    located = "companyStreet" in given and ("companyCity" in given or "companyZipCode" in given)
    if not located and not any(key in given for key in _COMPANY_KEYS):
        return [Warned("The input is not sufficient to find a company", tuple(given))]
    return []
