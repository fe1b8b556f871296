"""Every tool that a text names exists, so that no assistant is sent to call what is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sales_zoominfo.errors import TEXTS
from sales_zoominfo.tools.registry import TOOLS
from sales_zoominfo.tools.server import INSTRUCTIONS

ROOT = Path(__file__).parents[2]

# A verb in front is what tells a tool from another name in snake_case.
VERBS = sorted({name.split("_")[0] for name in TOOLS if "_" in name} | {"list", "check", "find", "start", "cancel"})
CALLED = re.compile(rf"\b(?:{'|'.join(VERBS)})_[a-z_]+\b")


def unknown(text: str) -> set[str]:
    """Names in a text that read like a tool's and are none."""
    return {name for name in CALLED.findall(text) if name not in TOOLS}


def texts() -> dict[str, str]:
    found = {"SKILL.md": (ROOT / "SKILL.md").read_text(encoding="utf-8"), "server instructions": INSTRUCTIONS}
    found |= {f"description of {name}": tool.text for name, tool in TOOLS.items()}
    found |= {f"arguments of {name}": str(tool.properties) for name, tool in TOOLS.items()}
    found |= {f"error {kind}": f"{text.message} {text.next_step}" for kind, text in TEXTS.items()}
    return found


@pytest.mark.parametrize("place", texts())
def test_every_tool_named_exists(place: str) -> None:
    assert not unknown(texts()[place])


def test_the_texts_name_the_tools_that_matter() -> None:
    skill = texts()["SKILL.md"]
    assert {name for name in TOOLS if name in skill} == set(TOOLS), "the skill tells of each tool"
    for name in ("search_knowledge", "search_contacts", "estimate_credits", "enrich_contacts", "get_usage"):
        assert name in INSTRUCTIONS


def test_the_check_sees_a_tool_that_is_none() -> None:
    assert unknown("Call `search_people`, then get_contact or enrich_people.") == {"search_people", "enrich_people"}
