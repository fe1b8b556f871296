"""Every setting and every error is documented and reachable."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import sales_zoominfo
from sales_zoominfo.errors import TEXTS, SalesZoomInfoError, fail, placeholders
from sales_zoominfo.settings import Settings, env_name

PACKAGE = Path(sales_zoominfo.__file__).parent
README = Path(__file__).parents[2] / "README.md"


def test_readme_documents_every_setting_and_no_other() -> None:
    text = README.read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(ZOOMINFO_[A-Z_]+)` \|", text, re.MULTILINE))
    assert documented == {env_name(name) for name in Settings.model_fields}


def test_readme_gives_each_settings_default() -> None:
    text = README.read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        row = re.search(rf"^\| `{env_name(name)}` \| (.*?) \|", text, re.MULTILINE)
        assert row, name
        shown = row[1].strip("`")
        value = field.default
        want = "–" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        plain = shown.replace(",", "") if isinstance(value, int | float) else shown
        assert plain in (want, want.removesuffix(".0")), f"{name}: README says {shown}, code says {want}"


def kinds_used() -> dict[str, set[str]]:
    """Each kind that the code raises, with the placeholder names it passes."""
    used: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "fail" and node.args:
                kinds = [
                    c.value for c in ast.walk(node.args[0]) if isinstance(c, ast.Constant) and isinstance(c.value, str)
                ]
                given = {keyword.arg for keyword in node.keywords if keyword.arg}
                spread = any(keyword.arg is None for keyword in node.keywords)
                for kind in kinds:
                    used.setdefault(kind, set()).update(placeholders(kind) if spread and kind in TEXTS else given)
    return used


def test_every_error_raised_is_in_the_table_with_its_values() -> None:
    for kind, given in kinds_used().items():
        if kind in TEXTS:
            assert placeholders(kind) <= given, f"{kind} lacks {placeholders(kind) - given}"


def test_every_error_of_the_table_is_raised() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py") if path.name != "errors.py")
    unused = [kind for kind in TEXTS if f'"{kind}"' not in text]
    assert not unused


def test_each_error_names_a_next_step_and_keeps_its_code() -> None:
    for kind in TEXTS:
        error = fail(kind, **{name: name.upper() for name in placeholders(kind)})
        assert isinstance(error, SalesZoomInfoError)
        assert error.message.endswith(".")
        assert error.next_step.strip(), kind
        assert str(error).startswith(f"{error.code}: ")


def test_codes_are_the_documented_ones() -> None:
    codes = {text.error.code for text in TEXTS.values()}
    allowed = {
        "AUTHENTICATION_FAILED", "PLAN_DOES_NOT_INCLUDE", "RATE_LIMITED", "CREDITS_EXHAUSTED", "USAGE_LIMIT_REACHED",
        "CREDIT_APPROVAL_REQUIRED", "BUDGET_EXCEEDED", "MODE_FORBIDS", "INVALID_ARGUMENT", "UNKNOWN_VALUE", "NOT_FOUND",
        "NOT_AVAILABLE", "WINDOW_EXCEEDED", "UPSTREAM_UNAVAILABLE", "OUTCOME_UNKNOWN", "SUPPRESSED", "INTERNAL",
        "SPENDING_STOPPED",
    }  # fmt: skip
    assert codes <= allowed
