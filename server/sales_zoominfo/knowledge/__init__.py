"""What the project knows about ZoomInfo: passages of references/, searched offline and always cited."""

from .base import (
    Hit,
    KnowledgeBase,
    KnowledgeFile,
    Passage,
    SearchResult,
    UnknownPassage,
    find_skill_root,
)

__all__ = [
    "Hit",
    "KnowledgeBase",
    "KnowledgeFile",
    "Passage",
    "SearchResult",
    "UnknownPassage",
    "find_skill_root",
]
