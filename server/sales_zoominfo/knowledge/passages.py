"""Markdown files to passages: front matter, headings, GitHub-style anchors."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, cast

_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*\s*$")
_ANCHOR = re.compile(r'<a (?:id|name)="([^"]+)"></a>')
_MARKUP = re.compile(r"[`*]|\[([^\]]*)\]\([^)]*\)")
_NO_SLUG = re.compile(r"[^\w\- ]")
_CONTENTS = frozenset({"contents", "table-of-contents", "目录"})


class FrontMatterError(ValueError):
    """The block between the first two `---` lines is missing, is not YAML, or is not a mapping."""


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of a file and the text under it.

    Attributes:
        slug: anchor of the heading, unique in its file.
        title: heading without markup.
        level: 1 for `#`, 2 for `##`.
        own: text up to the next heading of any level, without the heading.
        body: the file's text.
        span: where the heading, the own text and the sub-sections are in it.
    """

    slug: str
    title: str
    level: int
    own: str
    body: str = field(repr=False)
    span: tuple[int, int]

    @property
    def text(self) -> str:
        """Heading, own text and sub-sections."""
        return _clean(self.body[slice(*self.span)])


@dataclass(frozen=True, slots=True)
class Document:
    """One reference file.

    Attributes:
        name: path under references/ without `.md`, for example `gotchas` or `zh/gotchas`.
        path: path from the skill root, for example `references/gotchas.md`.
        language: `zh` for files under references/zh/, else `en`.
        title: title from the front matter, else the first heading, else the name.
        aliases: other names of the topic.
        sources: where the facts come from.
        last_verified: ISO date on which the facts were last checked, or an empty string.
        body: text after the front matter.
        sections: headed sections in file order.
    """

    name: str
    path: str
    language: str
    title: str
    aliases: tuple[str, ...]
    sources: tuple[str, ...]
    last_verified: str
    body: str
    sections: tuple[Section, ...] = field(repr=False)


def plain(text: str) -> str:
    """Text without code ticks, emphasis marks and link targets."""
    if "`" in text or "*" in text or "[" in text:
        text = _MARKUP.sub(lambda found: found.group(1) or "", text)
    return text.strip()


def slugify(title: str) -> str:
    """The anchor GitHub gives to a heading, before a number makes it unique.

    Args:
        title: heading text, markup allowed.

    Returns:
        Lower case, punctuation gone, spaces as hyphens; Chinese characters stay.
    """
    return _NO_SLUG.sub("", plain(title).lower()).strip().replace(" ", "-")


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Split a Markdown file into its front matter and its body.

    Args:
        text: the whole file.

    Returns:
        The front matter as a mapping, and the text after it.

    Raises:
        FrontMatterError: when there is none, or it does not read as a YAML mapping.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or lines[0].strip() != "---":
        raise FrontMatterError("it does not start with a front matter block")
    end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() == "---"), None)
    if end is None:
        raise FrontMatterError("its front matter block is never closed")
    import yaml  # imported late: the server starts without it

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        data = yaml.load("\n".join(lines[1:end]), Loader=loader)  # noqa: S506 - both loaders are safe ones
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" near line {mark.line + 2}" if mark is not None else ""
        raise FrontMatterError(f"its front matter is not valid YAML{where}") from None
    if not isinstance(data, dict):
        raise FrontMatterError("its front matter is not a mapping")
    return cast("dict[str, Any]", data), "\n".join(lines[end + 1 :]).strip("\n")


def split_sections(body: str) -> tuple[Section, ...]:
    """Cut a Markdown body at its headings.

    Args:
        body: Markdown without front matter.

    Returns:
        Sections in order. Text before the first heading belongs to none. A line
        `<a id="name"></a>` above a heading sets its anchor, so that a translation can
        share the anchor of the original.
    """
    heads: list[tuple[int, int, int, str, str]] = []  # start, end, level, title, slug
    taken: dict[str, int] = {}
    fenced = False
    start = 0
    above = ""
    for line in body.split("\n"):
        first = line[:1]
        if first in "`~ \t" and line.lstrip()[:3] in ("```", "~~~"):
            fenced = not fenced
        elif first == "#" and not fenced and (found := _HEADING.match(line)):
            anchor = _ANCHOR.fullmatch(above.strip())
            base = anchor[1] if anchor else slugify(found[2])
            slug, taken[base] = base, taken.get(base, -1) + 1
            if taken[base]:
                slug = f"{base}-{taken[base]}"
            heads.append((start, start + len(line), len(found[1]), plain(found[2]), slug))
        start += len(line) + 1
        above = line
    out: list[Section] = []
    for i, (start, behind, level, title, slug) in enumerate(heads):
        following = heads[i + 1][0] if i + 1 < len(heads) else len(body)
        end = next((head[0] for head in heads[i + 1 :] if head[2] <= level), len(body))
        out.append(Section(slug, title, level, _clean(body[behind:following]), body, (start, end)))
    return tuple(out)


def _clean(text: str) -> str:
    """Text without the anchors that stand above the headings of a translation."""
    return (_ANCHOR.sub("", text) if "<a " in text else text).strip()


def is_contents(section: Section) -> bool:
    """Whether a section only lists the others."""
    return section.slug in _CONTENTS


def read_document(root: Path, path: Path) -> tuple[Document, str | None]:
    """Read one reference file.

    Args:
        root: the skill root.
        path: the file.

    Returns:
        The document, and what is wrong with its front matter, if anything: the text is
        served all the same, because a broken date must not hide a right answer.

    Raises:
        OSError: when the file cannot be read.
        UnicodeDecodeError: when it is not UTF-8.
    """
    relative = path.relative_to(root)
    text = path.read_text(encoding="utf-8")
    problem: str | None = None
    data: dict[str, Any] = {}
    try:
        data, body = split_front_matter(text)
    except FrontMatterError as error:
        problem = f"{relative.as_posix()}: {error}"
        body = re.sub(r"\A\ufeff?---\n.*?\n---\n", "", text, count=1, flags=re.DOTALL)
    sections = split_sections(body)
    name = path.relative_to(root / "references").with_suffix("").as_posix()
    title = data.get("title") or next((s.title for s in sections), name)
    document = Document(
        name=name,
        path=relative.as_posix(),
        language="zh" if name.startswith("zh/") else "en",
        title=str(title),
        aliases=_strings(data.get("aliases")),
        sources=_strings(data.get("sources")),
        last_verified=_iso(data.get("last_verified")),
        body=body.strip(),
        sections=sections,
    )
    if problem is None and not document.last_verified:
        problem = f"{document.path}: last_verified is missing or not a date"
    return document, problem


def _strings(value: object) -> tuple[str, ...]:
    """A front matter list, or a single value, as strings."""
    if value is None:
        return ()
    if isinstance(value, list):
        return tuple(str(item) for item in cast("list[object]", value))
    return (str(value),)


def _iso(value: object) -> str:
    """A date as YYYY-MM-DD; an empty string for anything else."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        return ""
