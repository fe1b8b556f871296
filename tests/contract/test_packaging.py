"""One name and one version in every manifest, and wheel and sdist that carry what they should."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import tomllib
import typing
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr
from snapshots import HINT, updating

from sales_zoominfo import __version__
from sales_zoominfo.settings import Settings, env_name

ROOT = Path(__file__).parents[2]
NAME = "sales-zoominfo"
# The registry refuses a longer one.
DESCRIPTION_LIMIT = 100


def read(path: str) -> Any:
    return json.loads((ROOT / path).read_text(encoding="utf-8"))


PLUGIN, MARKET, SERVER = (
    read(path) for path in (".claude-plugin/plugin.json", ".claude-plugin/marketplace.json", "server.json")
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REPOSITORY: str = PROJECT["urls"]["Repository"]
OWNER = REPOSITORY.split("/")[-2]
SKILL = yaml.safe_load((ROOT / "SKILL.md").read_text(encoding="utf-8").split("---\n")[1])


def test_one_version() -> None:
    found = {
        "plugin.json": PLUGIN["version"],
        "marketplace.json": MARKET["plugins"][0]["version"],
        "server.json": SERVER["version"],
        "server.json, package": SERVER["packages"][0]["version"],
        "SKILL.md": SKILL["metadata"]["version"],
    }
    assert found == dict.fromkeys(found, __version__)


def test_one_name() -> None:
    found = [
        PROJECT["name"],
        *PROJECT["scripts"],
        SKILL["name"],
        PLUGIN["name"],
        *PLUGIN["mcpServers"],
        MARKET["name"],
        MARKET["plugins"][0]["name"],
        SERVER["packages"][0]["identifier"],
        SERVER["name"].partition("/")[2],
    ]
    assert set(found) == {NAME}


def test_one_repository() -> None:
    assert re.fullmatch(rf"https://github\.com/[\w-]+/{NAME}", REPOSITORY)
    assert {PLUGIN["homepage"], PLUGIN["repository"], SERVER["repository"]["url"]} == {REPOSITORY}
    assert SERVER["name"] == f"io.github.{OWNER}/{NAME}"


def test_one_description_and_licence() -> None:
    assert PLUGIN["description"] == MARKET["plugins"][0]["description"]
    assert PLUGIN["license"] == MARKET["plugins"][0]["license"] == SKILL["license"] == PROJECT["license"]
    assert len(SERVER["description"]) <= DESCRIPTION_LIMIT


def test_readme_claims_the_registry_name() -> None:
    """The registry believes a package whose description, which is our README, names the server."""
    assert f"mcp-name: {SERVER['name']}" in (ROOT / PROJECT["readme"]).read_text(encoding="utf-8")


def test_the_registry_starts_the_server_over_stdio() -> None:
    (package,) = SERVER["packages"]
    assert package["registryType"] == "pypi"
    assert package["transport"] == {"type": "stdio"}
    assert package["packageArguments"] == [{"type": "positional", "value": "serve"}]


def variable(name: str) -> dict[str, Any]:
    """A setting as server.json describes it."""
    field = Settings.model_fields[name]
    kinds = {field.annotation, *typing.get_args(field.annotation)}
    entry: dict[str, Any] = {"name": env_name(name), "description": field.description, "isRequired": False}
    if SecretStr in kinds:
        entry["isSecret"] = True
    if typing.get_origin(field.annotation) is typing.Literal:
        entry["choices"] = list(typing.get_args(field.annotation))
    elif bool in kinds:
        entry["format"] = "boolean"
    elif kinds & {int, float}:
        entry["format"] = "number"
    elif Path in kinds:
        entry["format"] = "filepath"
    if field.default is not None:
        entry["default"] = json.dumps(field.default).strip('"')
    return entry


def test_the_registry_knows_every_setting_and_which_are_secret() -> None:
    # What serves over HTTP is not for a package that is started over stdio.
    wanted = [variable(name) for name in Settings.model_fields if not name.startswith("http_")]
    if updating():
        SERVER["packages"][0]["environmentVariables"] = wanted
        text = json.dumps(SERVER, indent=2, ensure_ascii=False) + "\n"
        (ROOT / "server.json").write_text(text, encoding="utf-8")
    assert SERVER["packages"][0]["environmentVariables"] == wanted, f"server.json differs from settings.py. {HINT}"
    secret = [entry["name"] for entry in wanted if entry.get("isSecret")]
    assert "ZOOMINFO_PRIVATE_KEY" in secret
    assert not any(entry.get("default") for entry in wanted if entry.get("isSecret"))


def test_the_plugin_keeps_its_environment_out_of_the_checkout() -> None:
    server = PLUGIN["mcpServers"][NAME]
    assert server["args"][-2:] == [NAME, "serve"]
    assert server["env"]["UV_PROJECT_ENVIRONMENT"].startswith("${CLAUDE_PLUGIN_DATA}/")
    # The one file that uv leaves beside pyproject.toml.
    assert "uv.lock" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


# --- what is built -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[set[str], set[str]]:
    """The names in the wheel and in the sdist, the wheel made from the sdist as installers do."""
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "uv", "build", "--quiet", "--out-dir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    return set(zipfile.ZipFile(wheel).namelist()), inside


def references() -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / "references").rglob("*.md")}


def test_the_wheel_carries_the_skill_in_both_languages(built: tuple[set[str], set[str]]) -> None:
    wheel, _ = built
    skill = {"SKILL.md", *references()}
    assert any(name.startswith("references/zh/") for name in skill)
    assert {f"sales_zoominfo/skill/{name}" for name in skill} <= wheel
    assert "sales_zoominfo/py.typed" in wheel


def test_the_wheel_carries_every_table_that_is_no_code(built: tuple[set[str], set[str]]) -> None:
    wheel, _ = built
    package = ROOT / "server" / "sales_zoominfo"
    tables = [path for path in package.rglob("*") if path.suffix in (".txt", ".yaml")]
    assert {"salesforce-lead.yaml", "headings.txt", "countries.txt"} <= {path.name for path in tables}
    assert {f"sales_zoominfo/{path.relative_to(package).as_posix()}" for path in tables} <= wheel


def test_the_wheel_carries_nothing_else(built: tuple[set[str], set[str]]) -> None:
    wheel, _ = built
    assert {name.partition("/")[0] for name in wheel} == {"sales_zoominfo", f"sales_zoominfo-{__version__}.dist-info"}
    assert not [name for name in wheel if name.endswith((".pyc", ".sqlite", ".pem", ".env"))]


def test_the_sdist_carries_the_plugin_and_the_skill(built: tuple[set[str], set[str]]) -> None:
    _, sdist = built
    manifests = {".claude-plugin/plugin.json", ".claude-plugin/marketplace.json", "server.json"}
    assert {"SKILL.md", "README.md", "LICENSE", "constraints.txt", *manifests, *references()} <= sdist
    assert not [name for name in sdist if "/tools/node_modules/" in name or name.endswith((".pyc", "uv.lock"))]
