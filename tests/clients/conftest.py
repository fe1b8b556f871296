"""Fixtures for programs that we did not write."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from programs import ROOT, environment_for, find_program, missing

from sales_zoominfo.knowledge.passages import read_document


@pytest.fixture(scope="session")
def program() -> Callable[[str], list[str]]:
    """``program("skills")`` is the command that runs an npm program, without its arguments."""
    return find_program


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def clean_env(home: Path) -> dict[str, str]:
    """An environment with nothing of whoever runs the tests: PATH, HOME, a locale, and how to reach the network."""
    return environment_for(home)


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a clone of this work tree holds, committed, in a folder of the project's name."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        missing("this is not a git checkout")
    folder = tmp_path_factory.mktemp("checkout") / "sales-zoominfo"
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    identity = ["-c", "user.name=tests", "-c", "user.email=tests@example.com", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], [*identity, "commit", "-q", "-m", "All"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


@pytest.fixture(scope="session")
def sources(checkout: Path) -> set[str]:
    """Every section that can be cited, as ``references/FILE.md#slug``."""
    documents = [read_document(checkout, path)[0] for path in (checkout / "references").rglob("*.md")]
    return {f"{document.path}#{section.slug}" for document in documents for section in document.sections}


@pytest.fixture(scope="session")
def uv_cache() -> str:
    """Where uv keeps what it downloaded, so that each home folder need not download it again."""
    program = shutil.which("uv", path=environment_for(Path.home())["PATH"])
    if program is None:
        missing("there is no uv; the dev extra brings one")
    return subprocess.run([program, "cache", "dir"], capture_output=True, text=True, check=True).stdout.strip()
