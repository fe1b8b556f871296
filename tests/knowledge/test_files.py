"""SKILL.md and references/ as files: front matter, sizes, links, names."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from sales_zoominfo.knowledge import KnowledgeBase
from sales_zoominfo.knowledge.passages import (
    Section,
    is_contents,
    slugify,
    split_front_matter,
    split_sections,
)
from sales_zoominfo.tools.registry import TOOLS

EXPECTED = {
    "zoominfo-api-reference",
    "api-requests",
    "api-coverage",
    "contact-fields",
    "company-fields",
    "signal-fields",
    "gotchas",
    "troubleshooting",
    "products",
    "plans",
    "data-model",
    "glossary",
    "integrations",
    "salesforce",
    "playbooks",
    "related-skills",
    "examples",
    "running-this-server",
    "working-with-signals",
    "finding-values",
    "enriching-files",
    "asking-in-the-terminal",
}
FIELDS = {"name", "description", "license", "compatibility", "metadata", "allowed-tools"}
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HERE = Path(__file__).resolve().parents[2]
FILES = sorted((HERE / "references").rglob("*.md"))


ENGLISH = sorted((HERE / "references").glob("*.md"))
CODE = re.compile(r"```.*?```", re.DOTALL)


def sections_of(path: Path) -> tuple[Section, ...]:
    _, body = split_front_matter(path.read_text(encoding="utf-8"))
    return split_sections(body)


def named(path: Path) -> str:
    return path.relative_to(HERE).with_suffix("").as_posix().removeprefix("references/")


def test_every_topic_has_its_file_in_both_languages(kb: KnowledgeBase) -> None:
    names = {f.path.removeprefix("references/").removesuffix(".md") for f in kb.files}
    assert names == EXPECTED | {f"zh/{name}" for name in EXPECTED}
    assert kb.problems == []


@pytest.mark.parametrize("path", ENGLISH, ids=named)
def test_the_chinese_file_has_the_same_sections_and_is_chinese(path: Path) -> None:
    chinese = path.parent / "zh" / path.name
    ours = [s for s in sections_of(path) if s.level > 1]
    theirs = [s for s in sections_of(chinese) if s.level > 1]
    assert [(s.slug, s.level) for s in theirs] == [(s.slug, s.level) for s in ours]
    for section in theirs:
        if not is_contents(section):
            assert re.search(r"[\u4e00-\u9fff]", CODE.sub("", section.own)), section.slug
    # Figures are facts: a section that lost one lost a fact. Figures written as words differ, hence the slack.
    for english, translated in zip(ours, theirs, strict=True):
        wanted = set(re.findall(r"(?<![\w.])\d[\d,.]*\d(?![\w])", CODE.sub("", english.own)))
        if not is_contents(english) and len(wanted) >= 4:
            lost = {figure for figure in wanted if figure not in translated.own}
            assert len(lost) <= len(wanted) / 3, (english.slug, lost)


@pytest.mark.parametrize("path", ENGLISH, ids=named)
def test_code_is_the_same_in_both_languages(path: Path) -> None:
    def blocks(file: Path) -> list[list[str]]:
        # In a transcript of calls the captions are translated, the JSON is not.
        found = CODE.findall(file.read_text(encoding="utf-8"))
        return [re.findall(r"[{\[].*[}\]]", b) if b.startswith("```text") else b.splitlines() for b in found]

    assert blocks(path.parent / "zh" / path.name) == blocks(path)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_front_matter_and_size(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    data, body = split_front_matter(text)
    assert set(data) == {"title", "aliases", "sources", "last_verified"}
    assert isinstance(data["title"], str) and data["title"]
    assert all(isinstance(item, str) and item for key in ("aliases", "sources") for item in data[key])
    assert isinstance(data["last_verified"], date)
    lines = text.count("\n")
    assert lines <= 300
    if lines > 100:
        assert "\n## Contents\n" in body or "\n## 目录\n" in body


@pytest.mark.parametrize("path", FILES, ids=named)
def test_sections_are_short_enough_to_be_passages(path: Path) -> None:
    _, body = split_front_matter(path.read_text(encoding="utf-8"))
    for section in split_sections(body):
        if not is_contents(section):
            assert len(section.own) <= 2_500, section.title


@pytest.mark.parametrize("path", [HERE / "SKILL.md", *FILES], ids=named)
def test_every_link_and_anchor_resolves(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in LINK.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        if target.startswith(("http://", "https://")):
            continue
        name, _, anchor = target.partition("#")
        other = (path.parent / name).resolve() if name else path
        assert other.is_file() and other.is_relative_to(HERE), target
        if anchor:
            _, body = split_front_matter(other.read_text(encoding="utf-8"))
            assert anchor in {section.slug for section in split_sections(body)}, target


@pytest.mark.parametrize("path", FILES, ids=named)
def test_contents_lists_every_section(path: Path) -> None:
    _, body = split_front_matter(path.read_text(encoding="utf-8"))
    sections = split_sections(body)
    listed = [LINK.findall(s.own) for s in sections if is_contents(s)]
    if listed:
        assert [link.removeprefix("#") for link in listed[0]] == [
            s.slug for s in sections if s.level == 2 and not is_contents(s)
        ]


def test_no_file_names_this_machine_or_a_registry() -> None:
    for path in [HERE / "SKILL.md", *FILES]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(^|[^A-Za-z0-9_.])/(work|farm|root)/[A-Za-z]", text)
        assert not re.search(r"py[p]i\.org|registry\.npm[j]s|pythonhos[t]ed", text)


def test_prices_carry_a_date() -> None:
    for path in [HERE / "SKILL.md", *FILES]:
        _, body = split_front_matter(path.read_text(encoding="utf-8"))
        for section in split_sections(body):
            if re.search(r"\$\d[\d,.]*\d|USD [\d,]{4,}", section.own.replace('"$1.2 Billion"', "")):
                assert re.search(r"20\d\d", section.own), f"{path.name}: {section.title}"


def test_skill_front_matter_follows_the_specification() -> None:
    data, body = split_front_matter((HERE / "SKILL.md").read_text(encoding="utf-8"))
    assert set(data) <= FIELDS and "allowed-tools" not in data
    assert data["name"] == "sales-zoominfo" and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", data["name"])
    description = data["description"]
    assert 1 <= len(description) <= 700
    assert not re.search(r"[<>]", description)
    for word in ("ZoomInfo", "SalesOS", "MarketingOS", "OperationsOS", "Copilot", "API"):
        assert word in description[:150], word
    for near_miss in ("Zoom meetings", "generic enrichment", "Apollo"):
        assert near_miss in description[description.index("Not for") :]
    assert data["license"] == "MIT"
    assert all(isinstance(k, str) and isinstance(v, str) for k, v in data["metadata"].items())
    assert len(body) / 4 <= 2_400
    assert body.count("\n") < 500


def test_skill_names_only_tools_that_exist() -> None:
    _, body = split_front_matter((HERE / "SKILL.md").read_text(encoding="utf-8"))
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)*)`", body)) - {"last_verified", "expires_in", "exp", "nearest"}
    arguments = {name for tool in TOOLS.values() for name in tool.properties}
    assert named - arguments == set(TOOLS)


def test_skill_keeps_the_five_steps_and_the_choices() -> None:
    _, body = split_front_matter((HERE / "SKILL.md").read_text(encoding="utf-8"))
    titles = [section.title for section in split_sections(body)]
    assert [t for t in titles if t.startswith("Step ")] == [
        "Step 1: Gather context",
        "Step 2: Route strategy, answer ZoomInfo",
        "Step 3: Answer from the knowledge base",
        "Step 4: Act on the goal",
        "Step 5: Related skills",
    ]
    choices = re.findall(r"^\| ([A-I]) \|(.*)\|(.*)\|(.*)\|$", body, flags=re.MULTILINE)
    assert [row[0] for row in choices] == list("ABCDEFGHI")
    for column, filled in ((1, 6), (2, 6), (3, 9)):
        assert sum(bool(row[column].strip()) for row in choices) == filled
    siblings = set(re.findall(r"`(sales-[a-z0-9-]+)`", body))
    assert len(siblings - {"sales-do", "sales-live-chat", "sales-deliverability"}) == 10
    for path in FILES:
        if path.parent.name == "references":
            assert f"references/{path.name}" in body, path.name


@pytest.mark.parametrize("path", [HERE / "SKILL.md", *FILES], ids=named)
def test_references_name_only_tools_that_exist(path: Path) -> None:
    verbs = ("search_", "enrich_", "get_", "estimate_", "read_", "start_", "list_", "find_", "check_", "update_")
    named = {n for n in re.findall(r"`([a-z]+(?:_[a-z]+)+)`", path.read_text(encoding="utf-8")) if n.startswith(verbs)}
    assert named <= set(TOOLS)


def test_install_command_uses_the_flag_that_works() -> None:
    for path in [HERE / "SKILL.md", *FILES]:
        for line in path.read_text(encoding="utf-8").splitlines():
            if "npx skills add" in line:
                assert " --skill " in line and "--skills" not in line, path.name


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("JWT expiry", "jwt-expiry"),
        ("`unauthorized_client` from the token endpoint", "unauthorized_client-from-the-token-endpoint"),
        ("ZoomInfo's hosted MCP server", "zoominfos-hosted-mcp-server"),
        ("GTM sign-in with OAuth 2.0", "gtm-sign-in-with-oauth-20"),
        ("Limits & errors", "limits--errors"),
        ("JWT 过期", "jwt-过期"),
    ],
)
def test_slugs_are_githubs(title: str, slug: str) -> None:
    assert slugify(title) == slug


def test_the_skill_is_short_enough_to_be_read_whole() -> None:
    # Codex hands a model no more of a file than 10,000 characters.
    assert len((HERE / "SKILL.md").read_text(encoding="utf-8")) <= 10_000
