"""Every operation that has a builder, by its name in the table of operations."""

from __future__ import annotations

from .asking import Builder

ASKS: dict[str, Builder] = {}
