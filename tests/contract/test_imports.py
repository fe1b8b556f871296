"""Imports go downwards only, and nobody but the gate reaches the client."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import sales_zoominfo

ROOT = Path(sales_zoominfo.__file__).parent

# Top to bottom, as the design lays the rooms out; a room may import what is below it.
ORDER = (
    "__main__",
    "cli",
    "app",
    "tools",
    "agent",
    "jobs",
    "crm",
    "knowledge",
    "account",
    "zoominfo",
    "store",
    "settings",
    "errors",
    "__init__",
)
# The composition root and the commands open the sandbox; it imports nothing of ours.
SANDBOX_USERS = {"app", "cli"}


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path: Path) -> list[tuple[str, ...]]:
    """Absolute dotted paths within the package that a module imports, at any depth of its code."""
    package = path.relative_to(ROOT).parts[:-1]
    found: list[tuple[str, ...]] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            names = tuple((node.module or "").split(".")) if node.module else ()
            if not node.level:
                if names[:1] != ("sales_zoominfo",):
                    continue
                names = names[1:]
            target = (*base, *names)
            found += [(*target, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [
                tuple(alias.name.split(".")[1:]) for alias in node.names if alias.name.split(".")[0] == "sales_zoominfo"
            ]
    return [target for target in found if target]


MODULES = sorted(path for path in ROOT.rglob("*.py") if "skill" not in path.relative_to(ROOT).parts[:1])


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_downwards(path: Path) -> None:
    room = room_of(path)
    for target in imports(path):
        other = target[0] if (ROOT / target[0]).exists() or (ROOT / f"{target[0]}.py").exists() else "__init__"
        if other == room:
            continue
        if room == "sandbox":
            pytest.fail(f"the sandbox must stand alone, but imports {'.'.join(target)}")
        if other == "sandbox":
            assert room in SANDBOX_USERS, f"{room} must not import the sandbox"
            continue
        assert ORDER.index(room) < ORDER.index(other), f"{room} must not import {other}, which is above it"


def test_only_the_gate_imports_the_client() -> None:
    users = {
        room_of(path)
        for path in MODULES
        for target in imports(path)
        if target[:2] == ("zoominfo", "client") and "Client" in target and room_of(path) != "zoominfo"
    }
    assert users == {"account", "app"}, "the composition root makes the client, the gate alone uses it"


def test_the_check_sees_a_forbidden_import(tmp_path: Path) -> None:
    bad = ROOT / "zoominfo" / "records.py"
    code = "from ..account.gate import Account\n"
    probe = tmp_path / "probe.py"
    probe.write_text(code)
    node = ast.parse(code).body[0]
    assert isinstance(node, ast.ImportFrom)
    assert node.level == 2
    assert room_of(bad) == "zoominfo"
    assert ORDER.index("zoominfo") > ORDER.index("account")
