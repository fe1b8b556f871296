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
    "serving",
    "tools",
    "agent",
    "jobs",
    "crm",
    "knowledge",
    "account",
    "zoominfo",
    "store",
    "settings",
    "scrub",
    "errors",
    "__init__",
)
# The composition root and the commands open the sandbox; it imports nothing of ours.
SANDBOX_USERS = {"app", "cli"}
# The composition root makes the client; the gate alone uses it.
CLIENT_USERS = {"app", "account", "zoominfo"}


def room_of(path: Path, root: Path) -> str:
    return path.relative_to(root).parts[0].removesuffix(".py")


def imports(path: Path, root: Path) -> list[tuple[str, ...]]:
    """Absolute dotted paths within the package that a module imports, at any depth of its code."""
    package = path.relative_to(root).parts[:-1]
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
            dotted = [alias.name.split(".") for alias in node.names]
            found += [tuple(parts[1:]) for parts in dotted if parts[0] == "sales_zoominfo"]
    return [target for target in found if target]


def forbidden(path: Path, root: Path) -> list[str]:
    """The imports of a module that lead upwards, into the sandbox, or past the gate; a sentence each."""
    room = room_of(path, root)
    wrong: list[str] = []
    for target in imports(path, root):
        named = ".".join(target)
        other = target[0] if (root / target[0]).is_dir() or (root / f"{target[0]}.py").exists() else "__init__"
        if other == room:
            continue
        if room == "sandbox":
            wrong.append(f"the sandbox must stand alone, but imports {named}")
        elif other == "sandbox":
            if room not in SANDBOX_USERS:
                wrong.append(f"{room} must not import the sandbox")
        elif room not in ORDER or other not in ORDER:
            wrong.append(f"{room} imports {named}, and one of the two has no place in the order")
        elif ORDER.index(room) > ORDER.index(other):
            wrong.append(f"{room} must not import {named}, which is above it")
        elif target[:2] == ("zoominfo", "client") and room not in CLIENT_USERS:
            wrong.append(f"{room} must not import {named} past the gate")
    return wrong


MODULES = sorted(path for path in ROOT.rglob("*.py") if path.relative_to(ROOT).parts[0] != "skill")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_downwards_and_past_no_gate(path: Path) -> None:
    assert not forbidden(path, ROOT)


def test_the_check_reads_imports_at_all() -> None:
    seen = {target for path in MODULES for target in imports(path, ROOT)}
    assert ("zoominfo", "client", "Client") in seen, "the gate's own import"
    assert ("sandbox", "create_app") in seen, "an import within a function"


@pytest.mark.parametrize(
    ("module", "code", "complaint"),
    [
        ("zoominfo/records.py", "from ..account.gate import Account", "above it"),
        ("zoominfo/records.py", "def f():\n    from ..account import gate", "above it"),
        ("zoominfo/records.py", "import sales_zoominfo.account.gate", "above it"),
        ("zoominfo/records.py", "from sales_zoominfo.tools import search", "above it"),
        ("store/files.py", "from .. import settings", None),
        ("settings.py", "from .store import open_store", "above it"),
        ("errors.py", "from .settings import Settings", "above it"),
        ("account/gate.py", "from ..zoominfo.client import Client", None),
        ("account/gate.py", "from ..sandbox import create_app", "the sandbox"),
        ("tools/enrich.py", "from ..zoominfo.client import Client", "past the gate"),
        ("tools/enrich.py", "if TYPE_CHECKING:\n    from ..zoominfo import client", "past the gate"),
        ("tools/enrich.py", "import sales_zoominfo.zoominfo.client as c", "past the gate"),
        ("tools/enrich.py", "from ..account.gate import Account\nfrom . import spec\nimport json", None),
        ("tools/enrich.py", "from ..sandbox.tables import PATHS", "the sandbox"),
        ("sandbox/app.py", "from ..errors import fail", "stand alone"),
        ("sandbox/app.py", "from .model import Charge", None),
        ("extras/thing.py", "from ..errors import fail", "no place"),
        ("app.py", "from .sandbox import create_app\nfrom .zoominfo.client import Side", None),
    ],
)
def test_the_check_catches_a_planted_import(tmp_path: Path, module: str, code: str, complaint: str | None) -> None:
    # The same rooms, empty but for the planted module.
    for path in MODULES:
        empty = tmp_path / path.relative_to(ROOT)
        empty.parent.mkdir(parents=True, exist_ok=True)
        empty.write_text("")
    planted = tmp_path / module
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(code + "\n")
    wrong = forbidden(planted, tmp_path)
    if complaint is None:
        assert not wrong
    else:
        assert len(wrong) == 1
        assert complaint in wrong[0]
