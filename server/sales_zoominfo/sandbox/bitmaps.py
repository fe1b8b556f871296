"""Sets of record numbers as big integers: bit n stands for record n.

Python's integers make AND, OR and counting of a million records a matter of microseconds, which is what lets a
search tell its exact total without looking at a record.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import Final

# So many groups are quicker taken one by one; so many records of each group make the same of their first records.
_FEW_GROUPS: Final = 24
_RECORDS_A_GROUP: Final = 300
# A single byte is searched for much faster than one of a kind.
_USED: Final = re.compile(b"\x01")
_USED_AS_ONE: Final = bytes([0, *[1] * 255])
_START: Final = re.Match[bytes].start
_PLACES: Final = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))
_DIGITS: Final = tuple(bytes(49 if byte >> bit & 1 else 48 for byte in range(256)) for bit in range(8))


def full(size: int) -> int:
    """Return the set of all of `size` records."""
    return (1 << size) - 1


def of(members: Iterable[int], size: int) -> int:
    """Return the set of some record numbers below `size`, in any order."""
    data = bytearray((size >> 3) + 1)
    for member in members:
        data[member >> 3] |= 1 << (member & 7)
    return int.from_bytes(data, "little")


def of_many(members: Iterable[int], size: int) -> int:
    """The same as `of`, quicker for more than some ten thousand members."""
    flags = bytearray(b"0") * size
    last = size - 1
    for member in members:
        flags[last - member] = 49
    return int(bytes(flags), 2) if size else 0


def of_run(start: int, end: int) -> int:
    """Return the set of the records from `start` to before `end`."""
    return ((1 << (end - start)) - 1) << start


def members(bits: int) -> list[int]:
    """Return the record numbers of a set, ascending."""
    data = bits.to_bytes((bits.bit_length() + 7) >> 3, "little")
    used = map(_START, _USED.finditer(data.translate(_USED_AS_ONE)))
    return [(at << 3) + place for at in used for place in _PLACES[data[at]]]


def slices(values: array[int], width: int) -> list[int]:
    """Return for each binary digit, lowest first, the records whose value has it set.

    Args:
        values: One number from 0 to below 2 ** 32 per record, typecode I.
        width: Binary digits needed.
    """
    data = values.tobytes()
    step = values.itemsize
    from sys import byteorder

    found: list[int] = []
    for place in range(width):
        octet = place >> 3 if byteorder == "little" else step - 1 - (place >> 3)
        plane = data[octet::step][::-1]
        found.append(int(plane.translate(_DIGITS[place & 7]), 2) if plane else 0)
    return found


def at_least(digits: Sequence[int], low: int, everything: int) -> int:
    """Return the records whose value, given by `slices`, is `low` or more."""
    if low <= 0:
        return everything
    if low >> len(digits):
        return 0
    found = everything
    for place, having in enumerate(digits):
        found = found & having if low >> place & 1 else found | having
    return found


def _running_parity(bits: int, size: int) -> int:
    """Turn each bit into the parity of the set bits up to and including it."""
    shift = 1
    while shift < size:
        bits ^= bits << shift
        shift <<= 1
    return bits & full(size)


def moves(mask: int, size: int) -> list[tuple[int, int]]:
    """Return what `Deposit` has to move where for a mask of `size` bits."""
    found: list[tuple[int, int]] = []
    everything = full(size)
    gaps = (everything ^ mask) << 1 & everything
    shift = 1
    while shift < size:
        odd = _running_parity(gaps, size)
        move = odd & mask
        if move:
            found.append((shift, move))
        mask = (mask ^ move) | (move >> shift)
        gaps ^= gaps & odd
        shift <<= 1
    return found


class Deposit:
    """Moves bits between two numberings, one of which leaves gaps: bit k <-> the k-th set bit of a mask.

    It is the parallel suffix method for compress and expand (Warren, Hacker's Delight, 7-4 and 7-5).

    Args:
        mask: The places in the wider numbering.
        moves: As `moves` gives them for the mask: how far, and which bits.
    """

    def __init__(self, mask: int, moves: Sequence[tuple[int, int]]) -> None:
        self.mask = mask
        self._moves = moves

    def gather(self, bits: int) -> int:
        """Keep the bits at the places of the mask, side by side."""
        bits &= self.mask
        for shift, move in self._moves:
            taken = bits & move
            bits = (bits ^ taken) | (taken >> shift)
        return bits

    def spread(self, bits: int) -> int:
        """Put bit k to the k-th place of the mask."""
        for shift, move in reversed(self._moves):
            bits ^= (bits ^ bits << shift) & move
        return bits & self.mask


class Runs:
    """Groups that own neighbouring records: turns a set of groups into the set of their records.

    Args:
        starts: For each group its first record, ascending, and at the end where the last group ends.
        load: Gives the moves from groups to groups with records, and from those to their first records.
    """

    def __init__(self, starts: Sequence[int], load: Callable[[], tuple[Deposit, Deposit]]) -> None:
        self._starts = starts
        self._load = load
        self._loaded: tuple[Deposit, Deposit, int] | None = None

    def records(self, groups: int) -> int:
        """Return the records of a set of groups."""
        count = groups.bit_count()
        if count <= _FEW_GROUPS:
            return self._few(members(groups))
        if self._loaded is None:
            used, firsts = self._load()
            self._loaded = used, firsts, firsts.mask ^ full(self._starts[-1])
        used, firsts, others = self._loaded
        if count * _RECORDS_A_GROUP <= self._starts[-1]:
            starts = self._starts
            first = of([starts[group] for group in members(groups & used.mask)], starts[-1])
        else:
            first = firsts.spread(used.gather(groups))
        # A carry runs from each first record up to the next one, and clears what lies between.
        return first | (others ^ (others & (others + (first << 1))))

    def _few(self, groups: list[int]) -> int:
        found = 0
        for group in groups:
            found |= of_run(self._starts[group], self._starts[group + 1])
        return found
