"""The structure of an answer without its values, and what has changed between two of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

# Objects whose keys are data: days, callers, states.
_COUNTS = re.compile(r"by[A-Z]\w*|\w+By[A-Z]\w*")
_NOTHING = "nothing"


@dataclass(slots=True)
class Shape:
    """What stands at one place, seen over all rows.

    Attributes:
        kinds: of values: text, number, true or false, nothing, object, list.
        objects: how many objects were seen.
        members: of these objects, by name.
        counts: in how many of them each member was.
        items: of the lists, all taken together; None when all were empty.
    """

    kinds: set[str] = field(default_factory=set[str])
    objects: int = 0
    members: dict[str, Shape] = field(default_factory=dict[str, "Shape"])
    counts: dict[str, int] = field(default_factory=dict[str, int])
    items: Shape | None = None

    def add(self, value: Any, name: str = "") -> None:
        """Take in one more value.

        Args:
            value: JSON.
            name: of the member that holds it.
        """
        self.kinds.add(_kind(value))
        if isinstance(value, dict):
            self.objects += 1
            for key, inner in cast("dict[str, Any]", value).items():
                # What stands under a key that is data counts alike, whatever the key.
                place = "*" if _COUNTS.fullmatch(name) else key
                self.members.setdefault(place, Shape()).add(inner, key)
                self.counts[place] = self.counts.get(place, 0) + 1
        elif isinstance(value, list):
            for item in cast("list[Any]", value):
                self.items = self.items or Shape()
                self.items.add(item)

    def always(self, name: str) -> bool:
        """Whether a member was in every object."""
        return name != "*" and self.counts.get(name, 0) == self.objects > 0


def shape_of(value: Any) -> Shape:
    """The structure of a JSON value."""
    shape = Shape()
    shape.add(value)
    return shape


def _kind(value: Any) -> str:
    match value:
        case None:
            return _NOTHING
        case bool():
            return "true or false"
        case int() | float():
            return "number"
        case str():
            return "text"
        case list():
            return "list"
        case _:
            return "object"


class Change(NamedTuple):
    """One difference.

    Attributes:
        path: where, such as ``data[].companyName``.
        text: what, as the end of a sentence that begins with the path.
        breaking: whether a client that read the old answer may fail on the new one.
    """

    path: str
    text: str
    breaking: bool


def changes(old: Shape, new: Shape, path: str = "") -> Iterator[Change]:
    """What differs between two structures.

    A member that every row had is breaking to lose; one that only some rows had may be absent by their values alone,
    and a new one breaks nobody.

    Args:
        old: as recorded.
        new: as it is today.
        path: of both.
    """
    here = path or "the answer"
    was, now = old.kinds - {_NOTHING}, new.kinds - {_NOTHING}
    if was and now and not was & now:
        yield Change(here, f"was {_joined(was)} and is {_joined(now)}", True)
        return
    for name, before in old.members.items():
        place = f"{path}.{name}" if path else name
        after = new.members.get(name)
        if after is not None:
            yield from changes(before, after, place)
        elif new.objects and name != "*":
            if old.always(name):
                yield Change(place, "is gone", True)
            else:
                yield Change(place, "is in none of the rows today", False)
    for name in new.members.keys() - old.members.keys() - {"*"}:
        yield Change(f"{path}.{name}" if path else name, "is new", False)
    if old.items is not None and new.items is not None:
        yield from changes(old.items, new.items, f"{path}[]")
    elif (old.items is None) is not (new.items is None) and "list" in old.kinds & new.kinds:
        filled = old.items or new.items
        rows = filled is not None and "object" in filled.kinds
        was_text, now_text = ("held entries", "is empty") if old.items is not None else ("was empty", "holds entries")
        yield Change(here, f"{was_text} and {now_text}", rows and path == "data")


def _joined(kinds: set[str]) -> str:
    return " or ".join(sorted(kinds))
