"""Where people work who stand in an answer by their id alone, for an opt-out list that holds whole companies.

While it does, ZoomInfo is asked by a free contact search, and whoever works at a listed company is left out. So is
whoever it does not tell of: nobody is shown of whom it cannot be known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ..errors import SalesZoomInfoError
from .identifiers import PERSON_IDS, read_record_id
from .match_key import EVERYBODY
from .names import alone
from .screening import record_keys

if TYPE_CHECKING:
    from ..zoominfo.client import Client
    from ..zoominfo.records import Page
    from .privacy import Screen

AT_A_TIME = 100
# Operations whose rows are people, each by the field `id`.
PEOPLE = frozenset(["similar_contacts", "recommended_contacts", "org_chart", "check_compliance"])
# Lists within a row whose records are people.
_LISTS = frozenset(["contacts", "recommendedcontacts", "people"])


class Hidden(NamedTuple):
    """Who must not be shown because of where they work.

    Attributes:
        ids: of the people.
        keys: what they are to be looked up by in the answer, beside the list's own hits.
        unknown: how many of them there are of whom it is not known.
        failed: why ZoomInfo could not be asked, a sentence.
    """

    ids: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    unknown: int = 0
    failed: str = ""

    def warnings(self) -> list[str]:
        """What is to be said of it."""
        if not self.unknown:
            return []
        people = "1 person is" if self.unknown == 1 else f"{self.unknown} people are"
        return [
            f"{people} withheld: the opt-out list holds companies, and ZoomInfo did not tell where they work."
            + (f" {self.failed}" if self.failed else "")
        ]


NOBODY = Hidden()


class Workplaces:
    """Asks where people work.

    Args:
        client: for free searches.
        screen: the opt-out list.
    """

    def __init__(self, client: Client, screen: Screen) -> None:
        self._client = client
        self._screen = screen

    async def hidden(self, tree: object, *, people: bool = False) -> Hidden:
        """Who of the people in a tree works at a listed company, or may do so.

        Args:
            tree: rows or arguments.
            people: whether its records are people, by their field ``id``.

        Returns:
            Nobody when the list holds no company, at the cost of one read of the list.

        Raises:
            InvalidArgument: the list cannot be read.
        """
        found: dict[str, set[str]] = {}
        _collect(tree, "", people, found)
        if not found or not await self._screen.list.companies():
            return NOBODY
        return await self.of(found)

    async def of(self, people: Mapping[str, Iterable[str]]) -> Hidden:
        """Who of some people works at a listed company, or may do so.

        Args:
            people: their ids, and the names that the answer gives them.

        Raises:
            InvalidArgument: the list cannot be read.
        """
        ids = list(people)
        told: dict[str, dict[str, Any]] = {}
        failed = ""
        for start in range(0, len(ids), AT_A_TIME):
            part = ids[start : start + AT_A_TIME]
            asked: dict[str, object] = {"personId": part, **EVERYBODY["contact"]}
            try:
                page: Page = await self._client.search("contact", asked, page=1, size=AT_A_TIME)
            except SalesZoomInfoError as error:
                # Closed on failure; the other parts would only fail as well.
                failed = str(error)
                break
            told |= {str(row["id"]): row for row in page.rows if row.get("id") is not None}
        place = self._screen.place
        keys = {person: record_keys(_named(row), place) for person, row in told.items()}
        hits = await self._screen.list.hits(set[str]().union(*keys.values()))
        hidden = [person for person in ids if person not in told or not keys[person].isdisjoint(hits)]
        found = {f"person:{place}:{person}" for person in hidden}
        for person in hidden:
            found.update(alone(name) for name in people[person])
            row = told.get(person, {})
            if row.get("firstName") and row.get("lastName"):
                found.add(alone(f"{row['firstName']} {row['lastName']}"))
        unknown = sum(person not in told for person in hidden)
        return Hidden(frozenset(hidden), frozenset(found), unknown, failed)


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    return {("personId" if key == "id" else key): value for key, value in row.items()}


def _collect(node: object, field: str, people: bool, found: dict[str, set[str]]) -> None:
    if isinstance(node, list | tuple):
        for item in cast("Sequence[object]", node):
            _collect(item, field, people, found)
        return
    if not isinstance(node, dict):
        return
    record = cast("dict[str, Any]", node)
    own = people or field.casefold() in _LISTS
    if own and record.get("companyId") is None:
        _note(record.get("id"), record, found)
    for key, value in record.items():
        if key.casefold() in PERSON_IDS:
            # Beside an id of this kind, the company is the record's and need not be the person's.
            for one in cast("list[object]", value) if isinstance(value, list) else str(value).split(","):
                _note(one, record, found)
        elif isinstance(value, dict | list):
            _collect(value, key, False, found)  # pyright: ignore[reportUnknownArgumentType]


def _note(value: object, record: Mapping[str, Any], found: dict[str, set[str]]) -> None:
    person = None if value is None or isinstance(value, dict | list) else read_record_id(str(value))
    if person is None:
        return
    names = found.setdefault(person, set())
    first, last = record.get("firstName"), record.get("lastName")
    if isinstance(first, str) and isinstance(last, str):
        names.add(f"{first} {last}")
