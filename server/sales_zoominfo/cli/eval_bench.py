"""What the conversations of ``eval`` run on: a fresh sandbox each, Claude or a script, passages to compare with."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import anyio.to_thread

from .. import __version__
from ..app import App, build_server
from ..errors import AuthenticationFailed, SalesZoomInfoError, fail
from ..settings import Settings

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic
    from mcp import Client

    from ..agent.conversation import Elicited
    from ..agent.evals.graders import Grounds
    from ..agent.evals.results import Results
    from ..agent.evals.running import Bench, OpenModel, Planned
    from ..agent.evals.scenario import Scenario, SituationName
    from ..agent.transcript import Conversation

# Of a conversation's folder: what the tools may touch, and the rest.
_FILES = "files"


def claude(using: Settings) -> AsyncAnthropic:
    """A client of Claude's service.

    Raises:
        AuthenticationFailed: no key is set.
    """
    from .ask import open_claude

    try:
        return open_claude(using)
    except AuthenticationFailed:
        raise fail("eval_no_key") from None


@asynccontextmanager
async def open_bench(
    using: Settings, results: Results, llm: AsyncAnthropic | None, keep: Path | None
) -> AsyncGenerator[Bench]:
    """What the conversations of a run share.

    Args:
        using: the environment's settings, of which only the limits of a conversation count.
        results: says which model, judge and prices.
        llm: None for the script.
        keep: folder for whole conversations; None for none.
    """
    import tempfile

    from ..agent.evals.running import Bench, Judge
    from ..agent.events import Limits
    from ..agent.skill import Skill

    async with AsyncExitStack() as stack:
        scratch = tempfile.TemporaryDirectory(prefix="sales-zoominfo-eval-data-", ignore_cleanup_errors=True)
        data = Path(stack.enter_context(scratch)) / "sandbox"
        await anyio.to_thread.run_sync(_provide, data)
        bench = Bench(
            open_server=servers(data),
            open_model=_always(llm) if llm is not None else await stack.enter_async_context(scripted()),
            skill=Skill.find(),
            grounds=await anyio.to_thread.run_sync(grounds),
            model=results.model,
            limits=Limits(using.ask_turns, using.ask_tokens, using.ask_credits),
            prices=results.prices,
            judge=None if llm is None or results.judge is None else Judge(llm, results.judge),
            keep=None if keep is None else _keeper(keep),
        )
        if llm is not None:
            await stack.enter_async_context(llm)
        yield bench


def _provide(folder: Path) -> None:
    """The fictional data, built once; the data set of the built-in sandbox where there is one."""
    from ..sandbox import create_app
    from ..settings import load_settings
    from .state import share_dataset, state_folder

    with suppress(SalesZoomInfoError, OSError):
        share_dataset(state_folder(load_settings()) / "sandbox", folder)
        return
    create_app(folder)


# --- the server ------------------------------------------------------------------------------------------------


def servers(data: Path) -> Callable[..., Any]:
    """Opens a server on a sandbox of its own for each conversation, whatever the environment's settings are.

    Args:
        data: folder of a sandbox whose data set is shared.
    """
    from .state import share_dataset

    @asynccontextmanager
    async def open_server(scenario: Scenario, folder: Path, elicited: Elicited) -> AsyncGenerator[Client]:
        from mcp import Client
        from mcp.types import Implementation

        files = folder / _FILES
        files.mkdir()
        for name, text in scenario.files.items():
            (files / name).write_text(text, encoding="utf-8")
        await anyio.to_thread.run_sync(share_dataset, data, folder / "sandbox")
        chosen = Settings.model_validate(
            {
                "api": "sandbox",
                "state_url": f"sqlite:///{folder / 'state.sqlite'}",
                "toolsets": ",".join(scenario.toolsets),
                "files": str(files),
                # As `ask` does: here somebody can be asked, so every purchase is.
                "max_credits_per_call": 0,
                **scenario.settings,
            }
        )
        named = Implementation(name="sales-zoominfo-eval", version=__version__)
        server = build_server(App(chosen))
        async with Client(server, elicitation_callback=elicited, client_info=named) as client:
            yield client

    return open_server


@cache
def grounds() -> Grounds:
    """The passages of the knowledge base and the tools of the server."""
    from ..agent.evals.graders import Grounds, Passage
    from ..knowledge import KnowledgeBase
    from ..tools.registry import TOOLS

    base = KnowledgeBase.load()
    passages: dict[str, Passage] = {}
    for name in base.ids:
        versions = [base.read(name, language=language) for language in ("en", "zh")]
        passages[name] = Passage(
            {version.language: version.text for version in versions},
            {version.language: version.title for version in versions},
            versions[0].last_verified,
        )
    spending = frozenset(name for name, tool in TOOLS.items() if tool.spends)
    return Grounds(passages, frozenset(TOOLS), spending)


# --- the model -------------------------------------------------------------------------------------------------


def _always(llm: AsyncAnthropic) -> OpenModel:
    @asynccontextmanager
    async def open_model(scenario: Scenario, situation: SituationName) -> AsyncGenerator[AsyncAnthropic]:
        del scenario, situation
        yield llm

    return open_model


@asynccontextmanager
async def scripted(
    alter: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] | None = None,
) -> AsyncGenerator[OpenModel]:
    """Opens the script of a scenario, behind a real socket, for each conversation.

    Args:
        alter: changes what the script says and calls, to see that the graders notice.

    Raises:
        InvalidArgument: there is no scripted model, since this is no checkout.
    """
    import httpx2

    model = _scripted_model()
    # One for all, since each reads the system's certificates.
    async with httpx2.AsyncClient() as network:

        @asynccontextmanager
        async def open_model(scenario: Scenario, situation: SituationName) -> AsyncGenerator[AsyncAnthropic]:
            from anthropic import AsyncAnthropic

            from ..agent.evals.scenario import SITUATIONS
            from ..agent.evals.script import Player

            player = Player(scenario, SITUATIONS[situation])

            def play(request: dict[str, Any]) -> list[dict[str, Any]]:
                blocks = player(request)
                return blocks if alter is None else alter(blocks)

            with model.ScriptedModel(play, again=True) as served:
                yield AsyncAnthropic(api_key=model.KEY, base_url=served.url, max_retries=0, http_client=network)

        yield open_model


@cache
def _scripted_model() -> ModuleType:
    """The scripted Claude of the tests, which a checkout has and the package has not."""
    from ..knowledge.root import find_skill_root

    file = find_skill_root() / "tests" / "agent" / "scripted_model.py"
    if not file.is_file():
        raise fail("eval_offline_missing", file=str(file))
    spec = importlib.util.spec_from_file_location("scripted_model", file)
    if spec is None or spec.loader is None:
        raise fail("eval_offline_missing", file=str(file))
    if "scripted_model" in sys.modules:
        return sys.modules["scripted_model"]
    module = importlib.util.module_from_spec(spec)
    # Its dataclasses look themselves up there.
    sys.modules["scripted_model"] = module
    spec.loader.exec_module(module)
    return module


def _keeper(folder: Path) -> Callable[[Planned, Conversation], None]:
    def keep(planned: Planned, conversation: Conversation) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{planned.scenario.id}.{planned.situation}.{planned.run}.json"
        (folder / name).write_text(conversation.to_json(), encoding="utf-8")

    return keep
