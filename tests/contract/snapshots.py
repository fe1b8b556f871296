"""Snapshot files: compared, and written anew when ``UPDATE_TOOLSNAPS=1`` is set."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

HINT = "Run with UPDATE_TOOLSNAPS=1 if the change is meant, and review the diff."


def updating() -> bool:
    return os.environ.get("UPDATE_TOOLSNAPS") == "1"


def compare(folder: Path, found: dict[str, Any]) -> list[str]:
    """Hold snapshots against what there is now.

    Args:
        folder: where the files are, ``NAME.json`` each.
        found: what belongs into them, by name.

    Returns:
        What is wrong, one sentence each: a missing file, an orphan, a difference.
    """
    texts = {f"{name}.json": json.dumps(value, indent=2, ensure_ascii=False) + "\n" for name, value in found.items()}
    if updating():
        folder.mkdir(exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
        for path in folder.glob("*.json"):
            if path.name not in texts:
                path.unlink()
        return []
    kept = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    wrong = [f"{folder.name}/{name} is missing. {HINT}" for name in texts.keys() - kept.keys()]
    wrong += [f"{folder.name}/{name} belongs to no tool. {HINT}" for name in kept.keys() - texts.keys()]
    for name in texts.keys() & kept.keys():
        if texts[name] != kept[name]:
            wrong.append(f"{folder.name}/{name} differs: {_first_difference(kept[name], texts[name])} {HINT}")
    return sorted(wrong)


def _first_difference(old: str, new: str) -> str:
    for number, (was, now) in enumerate(zip(old.splitlines(), new.splitlines(), strict=False), 1):
        if was != now:
            return f"line {number} was `{was.strip()[:120]}` and is `{now.strip()[:120]}`."
    return "one is longer."
