"""Details that follow from a record's id, so that nothing has to be stored and every process says the same."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

_Item = TypeVar("_Item")


def draw(most: int, *parts: object) -> int:
    """Return a number from 0 to below `most` that always follows from the parts."""
    data = "\x1f".join(map(str, parts)).encode()
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big") % most


def pick(items: Sequence[_Item], *parts: object) -> _Item:
    """Return the item that always follows from the parts."""
    return items[draw(len(items), *parts)]


def uuid_of(*parts: object) -> str:
    """Return a UUID that always follows from the parts."""
    text = blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).hexdigest()
    # The marks of version 4.
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"
