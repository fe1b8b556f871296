"""The skill served over MCP (SEP-2640): its files as resources, with a list that names their digests.

The only module of `knowledge` that imports `mcp`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal

import anyio
import anyio.to_thread
from mcp import MCPError
from mcp.server.context import ServerRequestContext
from mcp.server.mcpserver import Extension, MethodBinding, ResourceBinding
from mcp.server.mcpserver.resources import FunctionResource
from mcp.types import (
    INVALID_PARAMS,
    CacheableResult,
    PaginatedRequestParams,
    PaginatedResult,
    RequestParams,
    Resource,
)

from ..errors import fail
from .root import SKILL_NAME, find_skill_root

_BASE = f"skill://{SKILL_NAME}"
_ENTRY = f"{_BASE}/SKILL.md"
_VERSIONS = frozenset({"2026-07-28"})  # older protocol versions do not advertise extensions
_TTL_MS = 300_000  # the files change when the package does
_MARKDOWN = "text/markdown"
_DIRECTORY = "inode/directory"
_DESCRIPTION = "How to answer questions about ZoomInfo and to use its data: what the assistant follows."
_LISTED = 400  # characters of a description; a list of resources is read as a whole


class SkillGetParams(RequestParams):
    """Parameters of skills/get: the address of a SKILL.md."""

    uri: str


class SkillListResult(PaginatedResult, CacheableResult):
    """Answer of skills/list."""

    skills: list[dict[str, Any]]
    result_type: Literal["complete"] = "complete"


class SkillGetResult(CacheableResult):
    """Answer of skills/get."""

    skill: dict[str, Any]
    result_type: Literal["complete"] = "complete"


class DirectoryReadParams(PaginatedRequestParams):
    """Parameters of resources/directory/read: the address of a folder of the skill."""

    uri: str


class DirectoryReadResult(PaginatedResult, CacheableResult):
    """Answer of resources/directory/read: the direct children."""

    resources: list[Resource]
    result_type: Literal["complete"] = "complete"


class SkillExtension(Extension):
    """Serves SKILL.md and references/ to clients that read skills from a server.

    Construction only lists file names. Contents are read, and digests computed, at the first
    resources/list, skills/list, skills/get or resource read.

    Args:
        root: directory that holds SKILL.md and references/; None for `find_skill_root()`.
    """

    identifier = "io.modelcontextprotocol/skills"

    def __init__(self, root: Path | None = None) -> None:
        self._root = root if root is not None else find_skill_root()
        self._files = _files(self._root)
        self._resources = {
            f"{_BASE}/{name}": FunctionResource(
                uri=f"{_BASE}/{name}",
                name=SKILL_NAME if name == "SKILL.md" else name,
                description=_DESCRIPTION if name == "SKILL.md" else None,
                mime_type=_MARKDOWN,
                fn=partial(_read, self._root / name),
            )
            for name in self._files
        }
        self._describing = anyio.Lock()
        self._described = False

    def settings(self) -> dict[str, Any]:
        """What the extension is advertised with."""
        return {"directoryRead": True}

    def resources(self) -> Sequence[ResourceBinding]:
        """One resource for each file of the skill."""
        return [ResourceBinding(resource) for resource in self._resources.values()]

    def methods(self) -> Sequence[MethodBinding]:
        """The request methods of the extension."""
        return [
            MethodBinding("skills/list", PaginatedRequestParams, self._list, _VERSIONS),
            MethodBinding("skills/get", SkillGetParams, self._get, _VERSIONS),
            MethodBinding("resources/directory/read", DirectoryReadParams, self._directory, _VERSIONS),
        ]

    async def describe(self) -> None:
        """Give the resources the titles and descriptions that their files carry; reads them once."""
        async with self._describing:
            if self._described:
                return
            told = await anyio.to_thread.run_sync(_descriptions, self._root, self._files)
            for uri, resource in self._resources.items():
                title, description = told.get(uri.removeprefix(f"{_BASE}/"), ("", ""))
                resource.title = title or resource.name
                resource.description = description or resource.description
            self._described = True

    @cached_property
    def _entry(self) -> dict[str, Any] | None:
        """The skill as the extension describes it; None when there is no valid SKILL.md to serve."""
        if "SKILL.md" not in self._files:
            return None
        resources: list[dict[str, Any]] = []
        for name in self._files:
            data = (self._root / name).read_bytes()
            digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
            resources.append({"uri": f"{_BASE}/{name}", "digest": digest, "size": len(data)})
        from .passages import FrontMatterError, split_front_matter

        try:
            front, _ = split_front_matter((self._root / "SKILL.md").read_text(encoding="utf-8"))
        except FrontMatterError:
            return None
        return {"uri": _ENTRY, "frontmatter": front, "resources": resources}

    async def _directory(self, _: ServerRequestContext[Any, Any], params: DirectoryReadParams) -> DirectoryReadResult:
        await self.describe()
        folder = f"{params.uri.rstrip('/')}/"
        below = [uri.removeprefix(folder) for uri in self._resources if uri.startswith(folder)]
        # Nothing above the skill's own folder is a folder of ours.
        if not below or not folder.startswith(f"{_BASE}/"):
            how = f"The folders of the skill start at {_BASE}."
            error = fail("not_found", thing="folder", name=params.uri[:200], hint="", how=how)
            raise MCPError(INVALID_PARAMS, str(error), {"uri": params.uri[:200]})
        children: list[Resource] = []
        for name in dict.fromkeys(path.partition("/")[0] for path in below):
            uri = f"{folder}{name}"
            file = self._resources.get(uri)
            if file is None:
                children.append(Resource(uri=uri, name=name, mime_type=_DIRECTORY))
            else:
                listed = Resource(uri=uri, name=file.name or name, title=file.title, mime_type=file.mime_type)
                children.append(listed.model_copy(update={"description": file.description}))
        return DirectoryReadResult(resources=children, ttl_ms=_TTL_MS, cache_scope="public")

    async def _list(self, _: ServerRequestContext[Any, Any], __: PaginatedRequestParams) -> SkillListResult:
        skills = [self._entry] if self._entry else []
        return SkillListResult(skills=skills, ttl_ms=_TTL_MS, cache_scope="public")

    async def _get(self, _: ServerRequestContext[Any, Any], params: SkillGetParams) -> SkillGetResult:
        if self._entry is None or params.uri != _ENTRY:
            how = f"This server has {_ENTRY}."
            raise MCPError(
                INVALID_PARAMS, str(fail("not_found", thing="skill", name=params.uri[:200], hint="", how=how))
            )
        return SkillGetResult(skill=self._entry, ttl_ms=_TTL_MS, cache_scope="public")


def _read(path: Path) -> str:
    # As it is on disk, since the digest covers its bytes.
    return path.read_bytes().decode("utf-8")


def _descriptions(root: Path, files: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Title and description by file name; a file that cannot be read is left out."""
    from .passages import FrontMatterError, is_contents, read_document, split_front_matter

    told: dict[str, tuple[str, str]] = {}
    for name in files:
        path = root / name
        try:
            if name == "SKILL.md":
                front, _ = split_front_matter(path.read_text(encoding="utf-8"))
                told[name] = ("ZoomInfo skill", str(front.get("description") or ""))
                continue
            document, _ = read_document(root, path)
        except (OSError, UnicodeDecodeError, FrontMatterError):
            continue
        chinese = document.language == "zh"
        mark, stop = ("；", "。") if chinese else ("; ", ". ")
        titles = [section.title for section in document.sections if section.level == 2 and not is_contents(section)]
        listed = mark.join(titles)
        if len(listed) > _LISTED:
            listed = listed[:_LISTED].rsplit(mark, 1)[0] + f"{mark}…"
        sentences = [listed] if listed else []
        if document.last_verified:
            sentences.append(f"{'最近核对' if chinese else 'Last verified'} {document.last_verified}")
        told[name] = (document.title, "".join(f"{sentence}{stop}" for sentence in sentences).strip())
    return told


def _files(root: Path) -> list[str]:
    """Paths of the skill's files from its root: SKILL.md first, then references/ in order."""
    inside = root.resolve()
    found = [root / "SKILL.md", *sorted((root / "references").rglob("*.md"))]
    return [
        path.relative_to(root).as_posix()
        for path in found
        if path.is_file() and path.resolve().is_relative_to(inside)  # no link out of the skill
    ]
