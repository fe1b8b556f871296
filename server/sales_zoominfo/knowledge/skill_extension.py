"""The skill served over MCP (SEP-2640): its files as resources, with a list that names their digests.

The only module of `knowledge` that imports `mcp`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal

from mcp import MCPError
from mcp.server.context import ServerRequestContext
from mcp.server.mcpserver import Extension, MethodBinding, ResourceBinding
from mcp.server.mcpserver.resources import FunctionResource
from mcp.types import INVALID_PARAMS, CacheableResult, PaginatedRequestParams, PaginatedResult, RequestParams

from .root import SKILL_NAME, find_skill_root

_BASE = f"skill://{SKILL_NAME}"
_ENTRY = f"{_BASE}/SKILL.md"
_VERSIONS = frozenset({"2026-07-28"})  # older protocol versions do not advertise extensions
_TTL_MS = 300_000  # the files change when the package does
_DESCRIPTION = "How to answer questions about ZoomInfo and to use its data: what the assistant follows."


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


class SkillExtension(Extension):
    """Serves SKILL.md and references/ to clients that read skills from a server.

    Construction only lists file names. Contents are read, and digests computed, at the first
    skills/list, skills/get or resource read.

    Args:
        root: directory that holds SKILL.md and references/; None for `find_skill_root()`.
    """

    identifier = "io.modelcontextprotocol/skills"

    def __init__(self, root: Path | None = None) -> None:
        self._root = root if root is not None else find_skill_root()
        self._files = _files(self._root)

    def resources(self) -> Sequence[ResourceBinding]:
        """One resource for each file of the skill."""
        return [
            ResourceBinding(
                FunctionResource(
                    uri=f"{_BASE}/{name}",
                    name=SKILL_NAME if name == "SKILL.md" else name,
                    description=_DESCRIPTION if name == "SKILL.md" else None,
                    mime_type="text/markdown",
                    fn=partial((self._root / name).read_text, encoding="utf-8"),
                )
            )
            for name in self._files
        ]

    def methods(self) -> Sequence[MethodBinding]:
        """The two request methods of the extension."""
        return [
            MethodBinding("skills/list", PaginatedRequestParams, self._list, _VERSIONS),
            MethodBinding("skills/get", SkillGetParams, self._get, _VERSIONS),
        ]

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

    async def _list(self, _: ServerRequestContext[Any, Any], __: PaginatedRequestParams) -> SkillListResult:
        skills = [self._entry] if self._entry else []
        return SkillListResult(skills=skills, ttl_ms=_TTL_MS, cache_scope="public")

    async def _get(self, _: ServerRequestContext[Any, Any], params: SkillGetParams) -> SkillGetResult:
        if self._entry is None or params.uri != _ENTRY:
            raise MCPError(INVALID_PARAMS, f"Unknown skill URI: {params.uri[:200]}. This server has {_ENTRY}.")
        return SkillGetResult(skill=self._entry, ttl_ms=_TTL_MS, cache_scope="public")


def _files(root: Path) -> list[str]:
    """Paths of the skill's files from its root: SKILL.md first, then references/ in order."""
    inside = root.resolve()
    found = [root / "SKILL.md", *sorted((root / "references").rglob("*.md"))]
    return [
        path.relative_to(root).as_posix()
        for path in found
        if path.is_file() and path.resolve().is_relative_to(inside)  # no link out of the skill
    ]
