"""``eval tools`` and ``eval trigger``: what a model would do first. ``eval replay`` is in :mod:`.eval_replay`."""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from .. import __version__
from ..errors import SalesZoomInfoError, fail
from ..settings import Settings, load_settings
from .eval_replay import JsonOption, ResultOption, data_file, now, open_client, replay_command, show_result
from .run import Spinner, command, err, run, settings

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

    from ..agent.evals.tool_choice import Choice, Offer
    from ..agent.evals.triggering import Outcome

__all__ = ["replay_command", "tools_command", "trigger_command"]

T = TypeVar("T")

ModelOption = Annotated[
    str | None, typer.Option("--model", help="Which model; default: ZOOMINFO_ASK_MODEL.", show_default=False)
]
BaseUrlOption = Annotated[
    str | None,
    typer.Option(
        "--base-url",
        help="Another service that speaks the Messages API; default: ZOOMINFO_ASK_BASE_URL.",
        show_default=False,
    ),
]
ParallelOption = Annotated[int, typer.Option("--parallel", min=1, max=32, help="Requests at a time.")]


def _using(check: str, model: str | None, base_url: str | None) -> Settings:
    """The settings, with what the options say about the model."""
    from .ask import need_agent

    need_agent(f"`sales-zoominfo eval {check}`")
    settings()
    return load_settings(ask_model=model, ask_base_url=base_url)


async def _asked(using: Settings, ask: Callable[[AsyncAnthropic], Awaitable[T]]) -> T:
    """Ask a model, with its failures as errors of ours."""
    from ..agent.failures import BROKEN, as_ours
    from .eval_bench import claude

    async with claude(using) as llm:
        try:
            return await ask(llm)
        except SalesZoomInfoError:
            raise
        except BROKEN as error:
            raise as_ours(error, using.ask_model) from None


# --- the tool that is called first ------------------------------------------------------------------------------


@command
def tools_command(
    data: Annotated[
        Path | None,
        typer.Option("--data", help="Other requests; default: tests/evals/tool_choice.yaml.", show_default=False),
    ] = None,
    only: Annotated[
        str | None, typer.Option("--only", help="Only requests with this in id or expected tools.", show_default=False)
    ] = None,
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    parallel: ParallelOption = 4,
    at_least: Annotated[
        float, typer.Option("--at-least", min=0, max=1, help="Share of right first tools below which it fails.")
    ] = 0.9,
    output: ResultOption = None,
    as_json: JsonOption = False,
) -> None:
    """Which tool would a model call first? Executes nothing and spends no credit; it does cost the model's tokens."""
    from ..agent.evals.tool_choice import choose, read_expectations, report

    using = _using("tools", model, base_url)
    requests = read_expectations(data_file("tool_choice.yaml", data, "a file", "--data"))
    if only is not None:
        requests = [entry for entry in requests if only in entry.id or only in entry.accept]
    if not requests:
        raise fail("eval_none_chosen", count=0, pattern=only)
    chosen = using.ask_model

    with Spinner(f"0 of {len(requests)} requests…") as spinner:
        done: list[Choice] = []

        def told(choice: Choice) -> None:
            done.append(choice)
            spinner.say(f"{len(done)} of {len(requests)} requests…")

        async def ask(llm: AsyncAnthropic) -> list[Choice]:
            with tempfile.TemporaryDirectory() as folder:
                offer = _offers(Path(folder))
                return await choose(requests, llm=llm, model=chosen, offer=offer, parallel=parallel, on_choice=told)

        choices = run(lambda: _asked(using, ask))
    result = report(choices, model=chosen, date=now(), version=__version__)
    show_result(result, _choice_lines(result), as_json=as_json, output=output)
    if (result["top1"] or 0.0) < at_least:
        err().print(f"✗ Fewer than {at_least:.0%} of the first tools are right.", style="red")
        raise typer.Exit(1)


def _offers(folder: Path) -> Callable[[tuple[str, ...]], Awaitable[Offer]]:
    async def offer(toolsets: tuple[str, ...]) -> Offer:
        from ..agent.evals.tool_choice import Offer

        async with open_client(folder, toolsets) as (client, _):
            listed = (await client.list_tools()).tools
            tools = [
                {"name": tool.name, "description": tool.description or "", "input_schema": tool.input_schema}
                for tool in listed
            ]
            return Offer(client.instructions or "", tools)

    return offer


def _choice_lines(result: dict[str, Any]) -> Iterable[str]:
    def line(name: str, score: dict[str, Any]) -> str:
        share = f"{score['top1']:.0%}" if score["top1"] is not None else "-"
        return (
            f"{name:<26}{score['toolRight']:>4}/{score['asked']:<4}{share:>5}  arguments too {score['argumentsRight']}"
        )

    yield line("all", result)
    yield from (line(name, score) for name, score in result["byLanguage"].items())
    yield from (line(name, score) for name, score in result["byTool"].items())
    confused = [
        f"  {expected} -> {chosen}: {count}"
        for expected, row in result["confusion"].items()
        for chosen, count in row.items()
        if chosen != expected
    ]
    if confused:
        yield "Confused (expected -> chosen):"
        yield from confused
    for entry in result["wrong"]:
        yield f"✗ {entry['id']}: {' '.join(entry['why'])}"
    tokens = result["tokens"]
    yield (
        f"{result['model']}: {tokens['input']} tokens in, {tokens['cacheRead']} from the cache, "
        f"{tokens['output']} out, {result['seconds']:.0f} s of answers"
    )


# --- whether the skill is opened --------------------------------------------------------------------------------


@command
def trigger_command(
    data: Annotated[
        Path | None, typer.Option("--data", help="Another set; default: tests/evals/trigger.json.", show_default=False)
    ] = None,
    runs: Annotated[int, typer.Option("--runs", min=1, max=20, help="How often each question is asked.")] = 3,
    threshold: Annotated[
        float, typer.Option("--threshold", min=0.01, max=1, help="Rate from which the skill counts as opened.")
    ] = 0.5,
    holdout: Annotated[
        float, typer.Option("--holdout", min=0, max=0.9, help="Share of questions kept to judge a description by.")
    ] = 0.4,
    description: Annotated[
        str | None, typer.Option("--description", help="Try this instead of the skill's own.", show_default=False)
    ] = None,
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    parallel: ParallelOption = 4,
    output: ResultOption = None,
    as_json: JsonOption = False,
) -> None:
    """Does a model open the skill when it should, and leave it shut when not? Costs the model's tokens."""
    from ..agent.evals.triggering import read_prompts, report, trigger
    from ..agent.skill import Skill

    using = _using("trigger", model, base_url)
    prompts = read_prompts(data_file("trigger.json", data, "a file", "--data"))
    name, _, told_by_skill = Skill.find().index.partition(": ")
    text = description or told_by_skill
    chosen = using.ask_model

    with Spinner(f"0 of {len(prompts) * runs} questions…") as spinner:
        done = 0

        def told() -> None:
            nonlocal done
            done += 1
            spinner.say(f"{done} of {len(prompts) * runs} questions…")

        async def ask(llm: AsyncAnthropic) -> list[Outcome]:
            return await trigger(
                prompts,
                llm=llm,
                model=chosen,
                name=name,
                description=text,
                runs=runs,
                holdout=holdout,
                parallel=parallel,
                on_reply=told,
            )

        outcomes = run(lambda: _asked(using, ask))
    result = report(outcomes, model=chosen, date=now(), name=name, description=text, threshold=threshold)
    show_result(result, _trigger_lines(result), as_json=as_json, output=output)
    if result["summary"]["failed"]:
        raise typer.Exit(1)


def _trigger_lines(result: dict[str, Any]) -> Iterable[str]:
    for name, key in (("all", "summary"), ("to tune with", "train"), ("held out", "test")):
        part = result[key]
        yield f"{name:<14}{part['passed']:>3}/{part['total']}"
    for entry in result["results"]:
        if entry["pass"]:
            continue
        wanted = "should open the skill" if entry["should_trigger"] else "should not open the skill"
        other = f"; opened {', '.join(entry['instead'])}" if entry["instead"] else ""
        lost = f"; {entry['failed']} without an answer" if entry["failed"] else ""
        where = ", held out" if entry["heldOut"] else ""
        yield f"✗ {entry['triggers']}/{entry['runs']}, {wanted}{where}{other}{lost}: {entry['query']}"
