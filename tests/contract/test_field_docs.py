"""The field documentation is the field tables. Rewrite it with UPDATE_DOCS=1."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sales_zoominfo.zoominfo.field_docs import field_docs
from sales_zoominfo.zoominfo.operations import Entity

ROOT = Path(__file__).parents[2]
LAST_VERIFIED = "2026-11-21"


@pytest.mark.parametrize("entity", ["contact", "company"])
def test_the_reference_of_fields_is_up_to_date(entity: Entity) -> None:
    path = ROOT / "references" / f"{entity}-fields.md"
    text = field_docs(entity, LAST_VERIFIED)
    if os.environ.get("UPDATE_DOCS"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, "run the tests once with UPDATE_DOCS=1 and review the change"
