"""Screening of everything that leaves: opt-outs, do-not-call flags and regions.

What is found, in every answer, file, log and error: ZoomInfo ids in the fields that hold them, e-mail addresses, phone
numbers, websites, and a name that stands in one record with its company once the entry has been resolved. In free text:
e-mail addresses, phone numbers, person ids of five digits or more, and in texts about one company the names of its
people. A name without a company is not looked for: the list holds no names, and one name belongs to many. Who stands in
an answer without a company is looked up while whole companies are listed: see :mod:`.workplaces`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ..errors import SalesZoomInfoError
from ..zoominfo.records import Match
from . import regions
from .entries import Entry, read_entry, read_kind
from .identifiers import domain_keys, email_keys, entry_keys, name_keys, person_keys, phone_keys, read_phone, text_marks
from .names import PLAIN, About, Employer
from .optouts import OptOuts, Scope
from .screening import about_of, cut, echo, keys_of, record_keys, trimmed, without

if TYPE_CHECKING:
    from ..settings import Settings
    from ..store.base import Store
    from ..store.vault import Vault
    from ..zoominfo.operations import Entity, Generation, Subject
    from ..zoominfo.records import Page

__all__ = ["SUPPRESSED", "Screen", "Sought", "echo", "suspicious", "withheld_whole"]

SUPPRESSED = Match("SUPPRESSED", {}, None)
REFUSED = "on the opt-out list"
_PENDING = "Some opt-outs have not been looked up at ZoomInfo yet, so {}: run `sales-zoominfo opt-outs resolve`."
PENDING_SHOWN = _PENDING.format("a search may still name these people")
PENDING_PAID = _PENDING.format("a record of these people may be paid for before it is withheld")


class Sought(NamedTuple):
    """What may be searched for.

    Attributes:
        filters: values by name.
        hidden: one of them names somebody on the list and nobody else, so no row may be shown.
        warnings: what was left out, in sentences.
    """

    filters: Mapping[str, object]
    hidden: bool = False
    warnings: tuple[str, ...] = ()


class Screen:
    """What stands between ZoomInfo's answers and everybody else. If the list cannot be read, every method raises.

    Args:
        store: holds the list.
        vault: its keys.
        settings: the rules for do-not-call flags and regions.
        place: whose ids the answers hold; empty for ZoomInfo itself.
        clock: Unix seconds, None for the database's.

    Attributes:
        list: the opt-out list.
    """

    def __init__(
        self,
        store: Store,
        vault: Vault,
        settings: Settings,
        *,
        place: str = "",
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.list = OptOuts(store, vault, place=place, clock=clock)
        self.place = place
        self._rules = regions.read_rules(settings)

    async def refuse(
        self, entity: Entity, inputs: Sequence[Mapping[str, object]], scope: Scope | None = None
    ) -> dict[int, str]:
        """The inputs that must be neither sent nor paid for.

        Args:
            entity: what they describe.
            inputs: canonical match inputs.
            scope: of the list, where this call has just read it.

        Returns:
            The reason, by the input's index.

        Raises:
            InvalidArgument: the list cannot be read.
        """
        if (scope or await self.list.scope()).empty:
            return {}
        keys = [self._input_keys(entity, item) for item in inputs]
        hits = await self.list.hits(set[str]().union(*keys))
        return {index: REFUSED for index, own in enumerate(keys) if not own.isdisjoint(hits)}

    def _input_keys(self, entity: Entity, item: Mapping[str, object]) -> set[str]:
        found: set[str] = set()
        for name, value in item.items():
            found |= keys_of(value if isinstance(value, str) else str(value), self.place, name)
        if entity == "contact":
            found.update(name_keys(item, self.place))
        return found

    def extra_outputs(self, entity: Entity, generation: Generation, fields: Sequence[str]) -> list[str]:
        """Flags to ask for beside the given fields; :meth:`matches` strips what nobody asked for.

        Args:
            entity: whose records.
            generation: the API that will be asked.
            fields: the output fields so far.

        Returns:
            Names that are not among the fields. ZoomInfo may refuse them to the account: then ask without.
        """
        return regions.extra_outputs(self._rules, entity, generation, fields)

    def beside(self, entity: Entity, generation: Generation, fields: Sequence[str], scope: Scope) -> list[str]:
        """:meth:`extra_outputs`, and what the list must know of people.

        That is where they work while it holds companies, and their addresses and numbers while it holds some of which
        no record is known.
        """
        return [
            *self.extra_outputs(entity, generation, fields),
            *(regions.list_outputs(generation, fields, scope) if entity == "contact" else ()),
        ]

    async def matches(
        self,
        entity: Entity,
        inputs: Sequence[Mapping[str, object]],
        matches: Sequence[Match],
        asked: Sequence[str],
        also: frozenset[str] = frozenset(),
        beside: frozenset[str] = frozenset(),
        listed: Scope | None = None,
    ) -> tuple[list[Match], list[str]]:
        """Enrich matches as they may be handed over.

        A person that ZoomInfo says has opted out joins the list.

        Args:
            entity: whose records.
            inputs: what was asked for, in order.
            matches: what came back, in order.
            asked: the output fields that the caller asked for, without the extra ones.
            also: keys that count as hits, as :class:`~.workplaces.Hidden` has them.
            beside: output fields that were asked for on behalf of the list alone, as :func:`.regions.for_the_list` has
                them; they are taken out once the list has been asked.
            listed: what the list held after the answer, where that has just been read.

        Returns:
            The matches, those on the list as ``SUPPRESSED`` and empty, and warnings.

        Raises:
            InvalidArgument: the list cannot be read; nothing may be handed over then.
        """
        joined = await self._join(inputs, [match.status for match in matches])
        hits: frozenset[str] = frozenset()
        if listed is None or joined:
            listed = await self.list.scope()
        if not listed.empty:
            every = [
                self._input_keys(entity, item)
                | keys_of(match.row, self.place, about=_about(entity, match))
                | self._id_keys(entity, match)
                for item, match in zip(inputs, matches, strict=True)
            ]
            hits = also | await self.list.hits(set[str]().union(*every))
        kept: list[Match] = []
        told: list[regions.Told] = []
        withheld = 0
        for item, match in zip(inputs, matches, strict=True):
            if match.status == "OPT_OUT":
                kept.append(Match(match.status, {}, None, match.warnings))
                continue
            caught = self._own_keys(entity, item, match) & hits if hits else None
            if caught:
                await self._learn(entity, match, caught)
                withheld += 1
                kept.append(SUPPRESSED)
                continue
            row = match.row
            if row and hits:
                row = trimmed(row, hits, self.place, _about(entity, match))
            if not beside.isdisjoint(row):
                row = {name: value for name, value in row.items() if name not in beside}
            if row and entity == "contact":
                row, what = regions.apply(self._rules, row, asked)
                told.append(what)
            kept.append(match if row is match.row else Match(match.status, row, match.record_id, match.warnings))
        lines = [_withheld(withheld)] if withheld else []
        return kept, lines + regions.warnings(told)

    def _own_keys(self, entity: Entity, item: Mapping[str, object], match: Match) -> set[str]:
        own = self._input_keys(entity, item) | record_keys(match.row, self.place)
        return own | self._id_keys(entity, match)

    def _id_keys(self, entity: Entity, match: Match) -> set[str]:
        if not match.record_id:
            return set()
        return keys_of(match.record_id, self.place, "personId" if entity == "contact" else "companyId")

    async def _join(self, inputs: Sequence[Mapping[str, object]], statuses: Sequence[str]) -> bool:
        """Put those on the list of whom ZoomInfo says that they have opted out; whether there were any."""
        found: list[Entry] = []
        for item, status in zip(inputs, statuses, strict=True):
            if status != "OPT_OUT":
                continue
            named = [kind for kind in ("personId", "emailAddress") if item.get(kind) is not None]
            # Beside a name or an id, a number may be shared by others.
            if not named and item.get("phone") is not None:
                named = ["phone"]
            found += [_zoominfo_entry(name, item[name]) for name in named]
        if found:
            await self.list.add([entry for entry in found if entry.value], "zoominfo")
        return bool(found)

    async def _learn(self, entity: Entity, match: Match, caught: Collection[str]) -> None:
        if entity == "contact" and match.record_id:
            await self.learn(caught, {"personId": match.record_id, **match.row})

    async def learn(self, caught: Collection[str], row: Mapping[str, Any]) -> None:
        """Note everything that a listed person goes by, so that none of it is shown from now on.

        Args:
            caught: the keys that were hit.
            row: a contact's record.
        """
        # A company or domain covers its people as they come; they are not on the list one by one.
        listed = [key for key in caught if key.startswith(("email:", "hash:", "phone", "person:"))]
        if listed:
            await self.list.learn(listed, person_keys(row, self.place))

    async def named(self, arguments: Mapping[str, object]) -> str | None:
        """Whether arguments name somebody on the list, who must not be asked about: ``person``, ``company`` or None.

        Args:
            arguments: of an operation, by name.

        Raises:
            InvalidArgument: the list cannot be read.
        """
        if await self.list.empty():
            return None
        hits = await self.list.hits(keys_of(dict(arguments), self.place))
        if not hits:
            return None
        return "company" if all(key.startswith(("company:", "domain:")) for key in hits) else "person"

    async def sought(self, filters: Mapping[str, object]) -> Sought:
        """The filters of a search without those that name somebody on the list.

        A search by an address tells whose it is, though no row shows it. Of several addresses the listed ones are left
        out; a filter that names nobody else hides all that is found. Ids in a list stay, since each row tells its own.

        Args:
            filters: values by ZoomInfo's filter name.

        Returns:
            What to search for; the same filters when nothing was hit.

        Raises:
            InvalidArgument: the list cannot be read.
        """
        named: dict[str, list[tuple[object, set[str]]]] = {}
        for name, value in filters.items():
            parts = [(part, record_keys({name: part}, self.place)) for part in _parts(value)]
            if not name.startswith("exclude") and any(keys for _, keys in parts):
                named[name] = parts
        hits = await self.list.hits({key for parts in named.values() for _, keys in parts for key in keys})
        if not hits:
            return Sought(filters)
        changed = dict(filters)
        gone = 0
        for name, parts in named.items():
            left = [part for part, keys in parts if keys.isdisjoint(hits)]
            if not left:
                return Sought(filters, hidden=True)
            if len(left) < len(parts) and name not in ("personId", "companyId"):
                gone += len(parts) - len(left)
                changed[name] = ",".join(map(str, left)) if isinstance(filters[name], str) else left
        if not gone:
            return Sought(filters)
        what = "1 value is" if gone == 1 else f"{gone} values are"
        return Sought(changed, warnings=(f"{what} left out of the search: on the opt-out list.",))

    async def rows(
        self, rows: list[dict[str, Any]], about: About = PLAIN, also: frozenset[str] = frozenset()
    ) -> tuple[list[dict[str, Any]], list[str]]:
        """Rows of any kind, without those that a hit names and without the records and texts within them.

        Args:
            rows: as an operation answered them.
            about: the company that their texts are about, and which fields hold free text.
            also: keys that count as hits, as :class:`~.workplaces.Hidden` has them.

        Returns:
            The same list when nothing was hit, and warnings.

        Raises:
            InvalidArgument: the list cannot be read.
        """
        if await self.list.empty():
            return rows, []
        hits = also | await self.list.hits(keys_of(rows, self.place, about=about))
        if not hits:
            return rows, []
        kept = without({"data": rows}, hits, self.place, about)["data"]
        gone = len(rows) - len(kept)
        return kept, [_withheld(gone)] if gone else []

    async def page(self, entity: Subject, page: Page, also: frozenset[str] = frozenset()) -> tuple[Page, list[str]]:
        """A search page as it may be handed over.

        Args:
            entity: what was searched.
            page: as ZoomInfo answered it.
            also: keys that count as hits, as :class:`~.workplaces.Hidden` has them.

        Returns:
            The page without rows on the list, and warnings.

        Raises:
            InvalidArgument: the list cannot be read.
        """
        if entity not in ("contact", "company"):
            kept, lines = await self.rows(page.rows, also=also)
            gone = len(page.rows) - len(kept)
            return (page if kept is page.rows else replace(page, rows=kept, withheld=gone)), lines
        if await self.list.empty():
            return page, []
        own = [record_keys(_named(entity, row), self.place) for row in page.rows]
        hits = also | await self.list.hits(set[str]().union(*own))
        rows = [row for row, keys in zip(page.rows, own, strict=True) if keys.isdisjoint(hits)] if hits else page.rows
        gone = len(page.rows) - len(rows)
        lines = [_withheld(gone)] if gone else []
        if entity == "contact" and page.rows and await self.list.pending():
            lines.append(PENDING_SHOWN)
        return (replace(page, rows=rows, withheld=gone) if gone else page), lines

    async def envelope(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The last line of defence: any JSON object without what the list holds.

        Args:
            answer: an envelope of a tool, or any other JSON object.

        Returns:
            The same object when nothing was hit.

        Raises:
            InvalidArgument: the list cannot be read.
        """
        empty = await self.list.empty()
        found = set[str]() if empty else keys_of(answer, self.place, about=about_of(answer))
        hits = await self.list.hits(found)
        if not hits and not _silent(answer):
            return answer
        return without(answer, hits, self.place)

    async def text(self, text: str) -> str:
        """Any text without what the list holds; JSON is read as such.

        Args:
            text: of a file, a log or an error.

        Raises:
            InvalidArgument: the list cannot be read.
        """
        if text.startswith("{"):
            try:
                answer = json.loads(text)
            except ValueError:
                answer = None
            if isinstance(answer, dict):
                screened = await self.envelope(answer)  # pyright: ignore[reportUnknownArgumentType]
                return text if screened is answer else json.dumps(screened, ensure_ascii=False, separators=(",", ":"))
        found = list(text_marks(text, self.place))
        hits = await self.list.hits({key for mark in found for key in mark.keys})
        return cut(text, [mark for mark in found if not hits.isdisjoint(mark.keys)]) if hits else text

    async def listed(self, entry: Entry) -> bool:
        """Whether a value is on the list by itself or by what covers it, such as its domain."""
        match entry.kind:
            case "email":
                keys = email_keys(entry.value)
            case "domain":
                keys = domain_keys(entry.value)
            case "phone":
                phone = read_phone(entry.value)
                keys = phone_keys(phone) if phone else []
            case _:
                keys = entry_keys(entry.kind, entry.value, self.place)
        return bool(await self.list.hits(keys))

    async def error(self, error: SalesZoomInfoError) -> SalesZoomInfoError:
        """An error without what the list holds: most repeat the value that they refuse."""
        if not suspicious(f"{error.message} {error.next_step} {json.dumps(error.details, default=str)}"):
            return error
        message, step = await self.text(error.message), await self.text(error.next_step)
        details = await self.envelope(error.details)
        return type(error)(error.kind, message, step, details)


def withheld_whole(page: Page) -> tuple[Page, list[str]]:
    """A page without any of its rows, and warnings: what was searched for names somebody on the list."""
    gone = len(page.rows)
    return replace(page, rows=[], withheld=gone), [_withheld(gone)] if gone else []


def _parts(value: object) -> list[object]:
    """The values of a filter; a text may hold several, with commas between them."""
    parts: list[object] = []
    for item in cast("list[object]", value) if isinstance(value, list | tuple) else [value]:
        parts += [part.strip() for part in item.split(",") if part.strip()] if isinstance(item, str) else [item]
    return parts


def suspicious(text: str) -> bool:
    """Whether a text holds anything that could be on a list, at no cost."""
    return next(text_marks(text, ""), None) is not None


def _about(entity: Entity, match: Match) -> About:
    if entity == "contact":
        return PLAIN
    return About(Employer(match.record_id or "", str(match.row.get("name", ""))))


def _named(entity: Entity, row: Mapping[str, Any]) -> dict[str, Any]:
    # An id says by the search whose it is.
    name = "personId" if entity == "contact" else "companyId"
    return {(name if key == "id" else key): value for key, value in row.items()}


def _silent(answer: Mapping[str, Any]) -> bool:
    rows = answer.get("data")
    statuses = ("SUPPRESSED", "OPT_OUT")
    return isinstance(rows, list) and any(
        isinstance(row, dict) and row.get("matchStatus") in statuses  # pyright: ignore[reportUnknownMemberType]
        for row in rows  # pyright: ignore[reportUnknownVariableType]
    )


def _zoominfo_entry(name: str, value: object) -> Entry:
    try:
        entry = read_entry(read_kind(name), value, reason="OPT_OUT", permanent=True, source="zoominfo")
    except SalesZoomInfoError:
        return Entry("email", "")
    return entry


def _withheld(count: int) -> str:
    what = "1 record is withheld: it is" if count == 1 else f"{count} records are withheld: they are"
    return f"{what} on the opt-out list."
