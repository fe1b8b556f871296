"""``POST /compliance`` of the Enterprise API: what is held about a person, and which privacy rules apply."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from .matching import Input, Matcher, read_inputs
from .places import COUNTRIES
from .query import country_id
from .records import CONTACT_VALUES, Doc, Reader, Stamp, Subject
from .refusal import Refusal
from .vocabulary import fold

PATH: Final = "/compliance"
INPUT: Final = "matchPersonInput"
# Types as the field lookup names them; they have the prefix that enrich inputs lack.
INPUTS: Final[Mapping[str, str]] = {
    "companyId": "i64",
    "companyName": "str",
    "personId": "i64",
    "personFullName": "str",
    "personFirstName": "str",
    "personLastName": "str",
    "personEmailAddress": "str",
    "personPhone": "str",
    "personState": "str",
    "personCountry": "str",
    "personZipCode": "str",
}
OUTPUTS: Final = (
    "id",
    "firstName",
    "lastName",
    "title",
    "companyName",
    "employmentHistory",
    "emailAddresses",
    "pastEmailAddresses",
    "withinEu",
    "hasCanadianEmail",
    "withinCalifornia",
    "withinCanada",
    "noticeProvidedDate",
    "hasMoved",
    "looksLikeEu",
    "looksLikeCalifornia",
    "looksLikeCanada",
)
_ADDRESS: Final = ("personState", "personCountry", "personZipCode")
_MATCH_KEYS: Final = {
    "personId": "personId",
    "personFullName": "fullName",
    "personFirstName": "firstName",
    "personLastName": "lastName",
    "personEmailAddress": "emailAddress",
    "personPhone": "phone",
    "companyId": "companyId",
    "companyName": "companyName",
}


class Compliance:
    """Answers compliance queries over the data set.

    Args:
        matcher: Finds people.
        reader: Reads them.
        base: What the times of the data set count from, seconds since the Unix epoch.
    """

    def __init__(self, matcher: Matcher, reader: Reader, base: int) -> None:
        self._matcher = matcher
        self._reader = reader
        self._base = base

    def query(self, body: Mapping[str, Any]) -> Doc:
        """Answer a query; nothing is bought by it.

        Args:
            body: The request.

        Returns:
            The body of the answer.

        Raises:
            Refusal: The body is not a query.
        """
        unknown = [name for name in body if name != INPUT]
        if unknown:
            raise Refusal("unknown_filter", *unknown)
        inputs = read_inputs(body.get(INPUT), INPUTS, INPUT, "enterprise")
        if not any(inputs):
            raise Refusal("insufficient")
        result = [{"input": _lowered(given), "data": self._held(given)} for given in inputs]
        return {"success": True, "data": {"result": result}}

    def _held(self, given: Input) -> list[Doc]:
        match = self._matcher.contact({_MATCH_KEYS[key]: value for key, value in given.items() if key in _MATCH_KEYS})
        # Of people who opted out nothing is held, and a match of the company alone is nobody.
        if match.id is None or match.entity != "contact":
            return []
        subject = self._reader.subjects([match.id], self._base)[0]
        return [_row(subject)] if subject.person and _lives(subject.person, given) else []


def _lives(person: Doc, given: Input) -> bool:
    checks: dict[str, Callable[[str], bool]] = {
        "personState": lambda text: fold(text) == fold(str(person["state"])),
        "personCountry": lambda text: country_id(text) == str(person["country"]),
        "personZipCode": lambda text: text.upper() == str(person["zip"]).upper(),
    }
    return all(checks[key](given[key].strip()) for key in _ADDRESS if key in given)


def _row(subject: Subject) -> Doc:
    def value(name: str) -> Any:
        return CONTACT_VALUES[name](subject)

    person = subject.person or {}
    history: list[Doc] = value("employmentHistory") or []
    addresses = [address for address in (person["email"], person["email2"]) if address]
    notice = value("noticeProvidedDate")
    home = COUNTRIES.get(subject.company["country"]) if subject.company else None
    return {
        "id": subject.id,
        "firstName": value("firstName"),
        "lastName": value("lastName"),
        "title": value("jobTitle"),
        "employmentHistory": [
            {"companyName": job["company"]["companyName"], "title": job["jobTitle"]} for job in history
        ],
        "emailAddresses": addresses,
        "pastEmailAddresses": [_past(person["email"], job) for job in history] if person["email"] else [],
        "withinEu": value("withinEu"),
        "hasCanadianEmail": _text(value("hasCanadianEmail")),
        "withinCalifornia": value("withinCalifornia"),
        "withinCanada": value("withinCanada"),
        "noticeProvidedDate": _us_date(notice),
        "hasMoved": value("personHasMoved"),
        # From the employer's seat, where the person's own place may be unknown.
        "looksLikeEu": _text(bool(home and home.eu)),
        "looksLikeCalifornia": _text(bool(subject.company and subject.company["state"] == "California")),
        "looksLikeCanada": _text(bool(subject.company and subject.company["country"] == "canada")),
        "company": {"name": subject.company["name"]} if subject.company else {},
    }


def _past(address: str, job: Doc) -> str:
    return f"{address.partition('@')[0]}@{job['company']['companyWebsite'].removeprefix('www.')}"


def _text(flag: Any) -> str:
    return str(bool(flag)).lower()


def _us_date(stamp: Stamp | None) -> str:
    from datetime import UTC, datetime

    return "" if stamp is None else datetime.fromtimestamp(stamp.at, UTC).strftime("%m/%d/%Y")


def _lowered(given: Input) -> Doc:
    return {key.lower(): value.lower() if isinstance(value, str) else value for key, value in given.items()}
