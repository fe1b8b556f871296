"""All tools, and the one way to call them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..account.modes import Modes
from ..errors import SalesZoomInfoError, fail, near
from . import (
    bulk,
    credits,
    enrich,
    knowledge,
    lookup,
    monitoring,
    privacy,
    reach,
    research,
    saved,
    search,
    signals,
    similar,
    structure,
    visitors,
)
from .contract import Envelope
from .spec import Arguments, Call, Tool

TOOLS: dict[str, Tool] = {
    tool.name: tool
    for module in (
        search,
        lookup,
        enrich,
        credits,
        knowledge,
        signals,
        bulk,
        privacy,
        reach,
        structure,
        similar,
        research,
        visitors,
        monitoring,
        saved,
    )
    for tool in module.TOOLS
}
TOOLSETS: tuple[str, ...] = tuple(dict.fromkeys(tool.toolset for tool in TOOLS.values()))
DEFAULT_TOOLSETS: tuple[str, ...] = (
    "search",
    "enrich",
    "credits",
    "knowledge",
    "signals",
    "bulk",
    "privacy",
    "reach",
)


def read_toolsets(value: str) -> tuple[str, ...]:
    """Toolsets from a setting.

    Args:
        value: ``default``, ``all``, or names with commas.

    Raises:
        InvalidArgument: a name is unknown.
    """
    chosen: list[str] = []
    for name in (part.strip() for part in value.split(",")):
        if name == "all":
            chosen += TOOLSETS
        elif name == "default":
            chosen += DEFAULT_TOOLSETS
        elif name in TOOLSETS:
            chosen.append(name)
        else:
            legal = ("default", "all", *TOOLSETS)
            raise fail("not_a_choice", name="toolsets", value=name[:40], hint=near(name, legal), legal=", ".join(legal))
    return tuple(dict.fromkeys(chosen))


def served(toolsets: Iterable[str], modes: Modes) -> dict[str, Tool]:
    """The tools of some toolsets; read-only and free-only win over any choice."""
    chosen = set(toolsets)
    return {
        name: tool
        for name, tool in TOOLS.items()
        if tool.toolset in chosen and modes.forbids(spends=tool.spends, writes=tool.writes) is None
    }


async def call(name: str, arguments: Arguments, *, context: Call, toolsets: Collection[str], modes: Modes) -> Envelope:
    """Call a tool.

    Args:
        name: the tool.
        arguments: by name.
        context: runtime and caller.
        toolsets, modes: what is served.

    Returns:
        The envelope.

    Raises:
        NotFound: no such tool, or it is not served. ModeForbids: a mode leaves it out.
        SalesZoomInfoError: what the tool refused.
    """
    from ..account.privacy import suspicious

    try:
        tool = _chosen(name, toolsets, modes)
        context = context._replace(served=served(toolsets, modes))
        # Models write null for "not given".
        given = {key: value for key, value in arguments.items() if value is not None}
        tool.check(given)
        answer = await tool.run(context, given)
    except SalesZoomInfoError as error:
        # Most errors repeat the value that they refuse.
        if not suspicious(f"{error} {error.details}"):
            raise
        raise await (await context.runtime.screen()).error(error) from None
    # Passages hold no records: a personal value in their answer can only be one that was asked with.
    if tool.toolset == "knowledge" and not suspicious(str(given)):
        return answer
    return await (await context.runtime.screen()).envelope(answer)


def _chosen(name: str, toolsets: Collection[str], modes: Modes) -> Tool:
    tool = TOOLS.get(name)
    if tool is None:
        available = list(served(toolsets, modes))
        how = "Tools: " + ", ".join(available) + "."
        raise fail("not_found", thing="tool", name=name[:60], hint=near(name[:60], available), how=how)
    hidden = modes.forbids(spends=tool.spends, writes=tool.writes)
    if hidden:
        instead = "the search and knowledge tools"
        raise fail("mode_forbids", mode=hidden[0], tool=name, instead=instead, flag=hidden[1])
    # What only reads is within reach by its name as well, where anything is.
    if tool.toolset not in toolsets and not (tool.read_only and reach.TOOLSET in toolsets):
        how = f"Start the server with the toolset '{tool.toolset}'."
        raise fail("not_found", thing="tool here called", name=name, hint="", how=how)
    return tool
