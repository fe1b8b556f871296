"""What the project knows about ZoomInfo: passages of references/, searched offline and always cited."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .base import (
        Hit,
        KnowledgeBase,
        KnowledgeFile,
        Passage,
        SearchResult,
        UnknownPassage,
    )
    from .root import find_skill_root

__all__ = [
    "Hit",
    "KnowledgeBase",
    "KnowledgeFile",
    "Passage",
    "SearchResult",
    "UnknownPassage",
    "find_skill_root",
]


def __getattr__(name: str) -> Any:
    # The search is loaded by the first question and not by a server's start.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import base, root

    return getattr(root if hasattr(root, name) else base, name)
