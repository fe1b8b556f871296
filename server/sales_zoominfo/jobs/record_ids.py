"""Which column has the CRM's own id of each row, told by its values: Salesforce says in an id whose it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from .files.dialect import SALESFORCE_ID

Prefix = Literal["00Q", "003", "001"]

LEAD: Prefix = "00Q"
CONTACT: Prefix = "003"
ACCOUNT: Prefix = "001"
# Whose ids begin so.
OWNERS: dict[Prefix, Literal["lead", "contact", "account"]] = {LEAD: "lead", CONTACT: "contact", ACCOUNT: "account"}
# A stray value is forgiven, a column of something else is not.
_ENOUGH = 0.95


class Ids(NamedTuple):
    """A column of Salesforce ids.

    Attributes:
        prefix: which all of them have.
        share: of the values, those that are ids.
        distinct: how many different ones.
    """

    prefix: Prefix
    share: float
    distinct: int

    @property
    def why(self) -> str:
        """Half a sentence."""
        return f"{self.share:.0%} of its values look like the Salesforce id of {_a(OWNERS[self.prefix])}"


def _a(word: str) -> str:
    return f"an {word}" if word.startswith("a") else f"a {word}"


def read_ids(texts: Sequence[str]) -> Ids | None:
    """What a column's values say, or None when they are no ids of one kind.

    Args:
        texts: those that stand for something.
    """
    found = [text for text in texts if SALESFORCE_ID.fullmatch(text)]
    if not found or len(found) < _ENOUGH * len(texts):
        return None
    for prefix in OWNERS:
        if all(text.startswith(prefix) for text in found):
            return Ids(prefix, len(found) / len(texts), len(set(found)))
    return None


def own_ids(found: Mapping[int, Ids], *, people: bool) -> int | None:
    """The column with the rows' own ids, among those that hold ids.

    Args:
        found: by place.
        people: whether the rows are known to be people, whose accounts' ids are not their own.

    Returns:
        Its place; None when none has them.
    """
    # Each row has its own; a superior's or a partner's comes back in several.
    own = [place for place, ids in found.items() if ids.prefix != ACCOUNT]
    if not own and not people:
        own = list(found)
    return max(own, key=lambda place: (found[place].distinct, -place), default=None)
