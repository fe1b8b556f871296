"""Lists of words beside the code: sections in square brackets, words of one line separated by ``|``."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def read_lists(name: str) -> dict[str, tuple[str, ...]]:
    """The lists of a file of this package, by section.

    Args:
        name: of the file, without its ending.
    """
    found: dict[str, list[str]] = {}
    words: list[str] = []
    for line in Path(__file__).with_name(f"{name}.txt").read_text("utf-8").splitlines():
        if line.startswith("[") and line.endswith("]") and "|" not in line:
            words = found.setdefault(line[1:-1], [])
        elif not line.startswith("# "):
            words += line.split("|")
    return {section: tuple(listed) for section, listed in found.items()}
