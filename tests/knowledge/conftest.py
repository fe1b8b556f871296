"""The shipped knowledge base, and a way to make small broken ones."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sales_zoominfo.knowledge import KnowledgeBase, find_skill_root

from . import distractors

GOOD = """---
title: Widgets
aliases: [gadgets]
sources: [nobody]
last_verified: 2026-11-21
---

# Widgets

## Blue widgets

A blue widget costs three shells.
"""


@pytest.fixture(scope="session")
def root() -> Path:
    return find_skill_root()


@pytest.fixture(scope="session")
def kb(root: Path) -> KnowledgeBase:
    return KnowledgeBase.load(root)


@pytest.fixture(scope="session")
def mixed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """The shipped knowledge base among as many sections of other vendors' guides."""
    folder = tmp_path_factory.mktemp("mixed")
    shutil.copytree(root / "references", folder / "references")
    distractors.write(folder / "references")
    return KnowledgeBase.load(folder)


@pytest.fixture
def make(tmp_path: Path) -> Callable[[dict[str, str]], KnowledgeBase]:
    """Build a knowledge base from file names under references/ and their texts."""

    def build(files: dict[str, str]) -> KnowledgeBase:
        for name, text in files.items():
            path = tmp_path / "references" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return KnowledgeBase.load(tmp_path)

    return build
