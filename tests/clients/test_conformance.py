"""The MCP conformance suite: on the product over HTTP, and on our server's base class with the suite's fixtures."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conformance_server import create_server

from http_servers import serve_app, serve_http
from sales_zoominfo.serving import http_app

REVISIONS = ("2025-11-25", "2026-07-28")
BASELINES = Path(__file__).parent / "conformance"
SKILLS = ("sep-2640-skills-enumeration", "sep-2640-skills-manifest", "sep-2640-skills-directory")
# How many scenarios a requirement set scores for a server; the sets are frozen.
SCORED = {"2025-11-25": 30, "2026-07-28": 37}

Conformance = Callable[..., "Outcome"]


class Outcome:
    """What a run of the suite told.

    Attributes:
        code: its exit code.
        text: what it printed.
        scenarios: whether each passed, by name, those included that are not scored.
    """

    def __init__(self, done: subprocess.CompletedProcess[str], folder: Path) -> None:
        self.code = done.returncode
        self.text = done.stdout + done.stderr
        self.folder = folder
        found = re.findall(r"^([✓✗]) ([a-z0-9-]+): \d+ passed", self.text, re.MULTILINE)
        self.scenarios = {name: mark == "✓" for mark, name in found}

    def checks(self) -> list[dict[str, str]]:
        """Every check that the suite wrote down."""
        return [check for file in self.folder.rglob("checks.json") for check in json.loads(file.read_text())]


@pytest.fixture
def conformance(program: Callable[[str], list[str]], clean_env: dict[str, str], tmp_path: Path) -> Conformance:
    """Run the suite on an address: ``conformance(url, flag, ...)``."""
    command = program("conformance")

    def suite(url: str, *flags: str) -> Outcome:
        folder = tmp_path / "results"
        done = subprocess.run(
            [*command, "server", "--url", url, "-o", str(folder), *flags],
            env={**clean_env, "NO_COLOR": "1"},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return Outcome(done, folder)

    return suite


@pytest.fixture
def scored(program: Callable[[str], list[str]], clean_env: dict[str, str]) -> Callable[[str], list[str]]:
    """``scored(revision)`` names the scenarios that a requirement set scores for a server."""
    command = program("conformance")

    def names(revision: str) -> list[str]:
        listing = [*command, "list", "--requirements", revision]
        text = subprocess.run(listing, env=clean_env, capture_output=True, text=True, check=True, timeout=60).stdout
        section = text.split("Server scenarios", 1)[1].split("\n\n", 1)[0]
        return re.findall(r"^ {2}- (\S+)$", section, re.MULTILINE)

    return names


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The product as a person starts it, without an account."""
    with serve_http(tmp_path_factory.mktemp("product")) as served:
        yield served.url


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_product_fails_only_what_needs_the_suites_fixtures(
    product: str, conformance: Conformance, scored: Callable[[str], list[str]], revision: str
) -> None:
    baseline = str(BASELINES / f"{revision}.yml")
    outcome = conformance(product, "--requirements", revision, "--expected-failures", baseline)
    assert outcome.code == 0, outcome.text[-4000:]
    assert outcome.scenarios.keys() >= set(scored(revision))
    # What every server can pass must not slip into the baseline.
    for name in ("tools-list", "resources-list", "prompts-list", "completion-complete", "dns-rebinding-protection"):
        assert outcome.scenarios[name], name


# The SDK tells that logging and sampling through the session are deprecated; the suite scores them all the same.
@pytest.mark.filterwarnings("ignore::mcp.MCPDeprecationWarning")
@pytest.mark.parametrize("revision", REVISIONS)
def test_our_base_class_passes_every_scored_scenario(
    conformance: Conformance, scored: Callable[[str], list[str]], revision: str
) -> None:
    with serve_app(http_app(create_server(), None)) as url:
        outcome = conformance(url, "--requirements", revision)
    assert outcome.code == 0, outcome.text[-4000:]
    names = scored(revision)
    assert len(names) == SCORED[revision]
    assert [name for name in names if not outcome.scenarios[name]] == []


@pytest.mark.parametrize("scenario", SKILLS)
def test_the_skill_is_served_as_the_extension_asks(product: str, conformance: Conformance, scenario: str) -> None:
    outcome = conformance(product, "--scenario", scenario, "--force")
    assert outcome.code == 0, outcome.text[-4000:]
    # Warnings are what it should do, and skipped is what it did not try; only the check on a server without any skill
    # stays out.
    told = {check["id"]: check["status"] for check in outcome.checks() if check["status"] not in ("SUCCESS", "INFO")}
    assert set(told) <= {"sep-2640-capability-empty-object"}, told
    assert len(outcome.checks()) >= 6
