"""``eval``: what an assistant says and spends with the skill and without, and whether a change made it better."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from .. import __version__
from ..errors import fail
from ..settings import load_settings
from .eval_checks import replay_command, tools_command, trigger_command
from .run import Spinner, command, err, run, settings

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

    from ..agent.evals.results import Comparison, Interval, Outcome, Prices, Results
    from ..agent.evals.running import Planned, Run
    from ..agent.evals.scenario import Scenario, SituationName
    from ..settings import Settings

# Seconds between two writings of the results while a run goes on.
_SAVE_EVERY = 2.0
_PROVES = (
    "Offline: a script played right answers over the real SDK, server and sandbox. This proves the wiring, the limits "
    "and the refusals. It does not prove what a model would choose to do."
)

eval_app = typer.Typer(
    name="eval",
    help="Hold scenarios as conversations with Claude, with the skill and without, and grade them. --offline needs no "
    "key. Always on the sandbox: no account is touched.",
    invoke_without_command=True,
    rich_markup_mode="rich",
)


@eval_app.callback()
@command
def eval_command(
    ctx: typer.Context,
    offline: Annotated[
        bool, typer.Option("--offline", help="Play right answers from a script: no key, no network, no judgement.")
    ] = False,
    only: Annotated[
        str, typer.Option("--only", metavar="PATTERN", help="Ids or subjects, such as overspend or 'route-*'.")
    ] = "",
    held_out: Annotated[
        bool | None,
        typer.Option("--held-out/--tuning", help="Only scenarios held out, or only the others.", show_default=False),
    ] = None,
    situation: Annotated[
        str | None,
        typer.Option(
            "--situation",
            metavar="NAMES",
            help="What the assistant has: both,skill,server,neither with commas. Default: all that a scenario names.",
            show_default=False,
        ),
    ] = None,
    runs: Annotated[int, typer.Option("--runs", min=1, max=100, help="How often each is held.")] = 1,
    parallel: Annotated[int, typer.Option("--parallel", min=1, max=32, help="Conversations at a time.")] = 4,
    max_tokens: Annotated[
        int, typer.Option("--max-tokens", min=1000, help="Begin no further conversation after so many tokens.")
    ] = 10_000_000,
    model: Annotated[
        str | None, typer.Option("--model", help="Which model; default: ZOOMINFO_ASK_MODEL.", show_default=False)
    ] = None,
    judge: Annotated[
        str | None, typer.Option("--judge", metavar="MODEL", help="Let this model judge wording.", show_default=False)
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(
            "--base-url",
            help="Another service that speaks the Messages API; default: ZOOMINFO_ASK_BASE_URL.",
            show_default=False,
        ),
    ] = None,
    prices: Annotated[
        str | None,
        typer.Option(
            "--prices",
            metavar="IN,OUT[,READ,WRITTEN]",
            help="Per million tokens, to tell costs; cache reads and writes by default 0.1 and 1.25 of IN.",
            show_default=False,
        ),
    ] = None,
    scenarios: Annotated[
        Path | None,
        typer.Option("--scenarios", help="Folder of scenarios; default: tests/evals/scenarios.", show_default=False),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of results.")] = Path("eval-results"),
    resume: Annotated[
        Path | None,
        typer.Option("--resume", metavar="FILE", help="Go on with an interrupted run.", show_default=False),
    ] = None,
    transcripts: Annotated[
        bool, typer.Option("--transcripts", help="Keep each conversation as a file of its own.")
    ] = False,
    at_least: Annotated[
        float | None,
        typer.Option(
            "--at-least",
            min=0,
            max=1,
            help="Share that has to be right: of those with skill and server (default 0.9), offline of all (1).",
            show_default=False,
        ),
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help="Only show what would be held.")] = False,
) -> None:
    """Hold scenarios and grade them.

    Exit code 0 when enough were right, 1 when not, 3 without a key, 5 when some were not held or not answered.
    """
    if ctx.invoked_subcommand is not None:
        return
    from .ask import need_agent

    # What is imported next needs it as well.
    need_agent("`sales-zoominfo eval`")
    from ..agent.evals.running import plan
    from ..agent.evals.scenario import load
    from .eval_bench import claude

    chosen = load(_folder(scenarios), only=only, held_out=held_out)
    planned = plan(chosen, runs=runs, situations=_situations(situation))
    if offline:
        planned = [one for one in planned if one.situation != "neither" or one.scenario.skill == "silent"]
    if listing:
        _list(chosen)
        return
    if not planned:
        raise fail("eval_none_chosen", count=len(chosen), pattern=only[:60])
    settings()
    using = load_settings(ask_model=model, ask_base_url=base_url)
    llm = None if offline else claude(using)
    name = "script" if offline else using.ask_model
    results, path = _begin(resume, output, planned, name, judge, _prices(prices), runs, offline=offline)
    done = {(row.scenario, row.situation, row.run) for row in results.outcomes if row.status != "error"}
    results.outcomes = [row for row in results.outcomes if row.status != "error"]
    rest = [one for one in planned if (one.scenario.id, one.situation, one.run) not in done]
    if offline:
        err().print(_PROVES, style="yellow")
    else:
        _tell_cost(rest, max_tokens)
    keep = path.with_suffix("") if transcripts else None
    interrupted = True
    try:
        state = run(lambda: _hold(rest, results, path, using, llm, parallel, max_tokens, keep))
        results.note, interrupted = state.stopped, False
    finally:
        results.finished = None if interrupted else _now()
        results.save(path)
        page = _write_page(results, path)
        if interrupted:
            err().print(f"What was held until then is kept: {path}. Go on with --resume {path}", style="yellow")
    _show(results)
    err().print(f"Results: {path}\nPage: {page}")
    raise typer.Exit(_verdict(results, at_least))


def _verdict(results: Results, at_least: float | None) -> int:
    from ..agent.evals.results import sum_up

    whole = sum_up(results.outcomes)
    # Without skill and server a model is expected to be wrong: that is the comparison.
    rows = [] if results.offline else [row for row in results.outcomes if row.situation == "both"]
    counted = sum_up(rows or results.outcomes)
    wanted = at_least if at_least is not None else 1.0 if results.offline else 0.9
    if counted.graded and counted.interval.rate < wanted:
        return 1
    return 0 if results.complete and not whole.errors else 5


# --- what is needed --------------------------------------------------------------------------------------------


def _folder(given: Path | None) -> Path:
    from ..knowledge.root import find_skill_root

    return given.expanduser() if given is not None else find_skill_root() / "tests" / "evals" / "scenarios"


def _situations(text: str | None) -> tuple[SituationName, ...]:
    from ..agent.evals.scenario import SITUATIONS

    names = [part.strip() for part in (text or "").split(",") if part.strip()]
    for name in names:
        if name not in SITUATIONS:
            how = f"Legal: {', '.join(SITUATIONS)}."
            raise fail("option_invalid", name="--situation", reason=f"'{name[:30]}' is none", how=how)
    return cast("tuple[SituationName, ...]", tuple(names))


def _prices(text: str | None) -> Prices | None:
    from ..agent.evals.results import Prices

    if text is None:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (2, 4) or any(number < 0 or number != number for number in numbers):
        reason = f"'{text[:40]}' is not two or four prices"
        raise fail("option_invalid", name="--prices", reason=reason, how="Give such as 3,15 or 3,15,0.30,3.75.")
    into, out, *cache = numbers
    read, written = cache or (into * 0.1, into * 1.25)
    return Prices(input=into, output=out, cache_read=read, cache_written=written)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _begin(
    resume: Path | None,
    output: Path,
    planned: Sequence[Planned],
    model: str,
    judge: str | None,
    prices: Prices | None,
    runs: int,
    *,
    offline: bool,
) -> tuple[Results, Path]:
    """New results, or those of an interrupted run, and their file."""
    import yaml

    from ..agent.evals.results import Results, digest_of
    from ..knowledge.root import find_skill_root

    root = find_skill_root()
    front = cast("dict[str, Any]", yaml.safe_load((root / "SKILL.md").read_text("utf-8").split("---", 2)[1]))
    skill = {"version": str(front.get("metadata", {}).get("version", "")), "digest": digest_of(root)}
    if resume is None:
        started = _now()
        stamp = started.replace(":", "").removesuffix("Z")
        path = output / f"eval-{stamp}{'-offline' if offline else ''}.json"
        fresh = Results(
            offline=offline,
            model=model,
            judge=judge,
            skill=skill,
            package=__version__,
            started=started,
            planned=len(planned),
            runs=runs,
            prices=prices,
        )
        return fresh, path
    found = Results.load(resume)
    now = (offline, model, skill["digest"])
    if now != (found.offline, found.model, found.skill.get("digest")):
        reason = (
            f"it is of {found.model} and the skill {found.skill.get('digest')}, not of {model} and {skill['digest']}"
        )
        raise fail("option_invalid", name="--resume", reason=reason, how="Start a new run.")
    found.planned, found.prices = len(planned), prices or found.prices
    return found, resume


def _tell_cost(planned: Sequence[Planned], max_tokens: int) -> None:
    err().print(
        f"{len(planned)} conversations with a model; they cost its tokens, at most about {max_tokens:,}. No ZoomInfo "
        "account is touched.",
        style="yellow",
    )


def _list(chosen: Sequence[Scenario]) -> None:
    for scenario in chosen:
        held = ", held out" if scenario.held_out else ""
        where = ",".join(scenario.situations)
        typer.echo(f"{scenario.id:<44}{scenario.area:<14}{scenario.language}  {scenario.role:<15}{where}{held}")
    typer.echo(f"{len(chosen)} scenarios, {sum(len(scenario.situations) for scenario in chosen)} conversations")


# --- holding ---------------------------------------------------------------------------------------------------


async def _hold(
    planned: Sequence[Planned],
    results: Results,
    path: Path,
    using: Settings,
    llm: AsyncAnthropic | None,
    parallel: int,
    max_tokens: int,
    keep: Path | None,
) -> Run:
    from ..agent.evals.running import run as run_all
    from .eval_bench import open_bench

    last = time.monotonic()
    with Spinner("Opening the sandbox…") as spinner:

        def told(outcome: Outcome) -> None:
            nonlocal last
            results.outcomes.append(outcome)
            count = f"{len(results.outcomes)} of {results.planned}"
            spinner.say(f"{count} conversations…")
            if llm is not None and not sys.stderr.isatty():
                # A log shows no spinner, and a run takes minutes.
                err().print(f"{count}: {outcome.scenario} ({outcome.situation}), {outcome.status}")
            if time.monotonic() - last > _SAVE_EVERY:
                results.save(path)
                last = time.monotonic()

        async with open_bench(using, results, llm, keep) as bench:
            spinner.say(f"{len(results.outcomes)} of {results.planned} conversations…")
            return await run_all(
                planned, bench, concurrency=parallel, max_tokens=None if llm is None else max_tokens, on_done=told
            )


# --- showing ---------------------------------------------------------------------------------------------------


def _write_page(results: Results, path: Path) -> Path:
    from ..agent.evals.page import page

    target = path.with_suffix(".html")
    target.write_text(page(results), encoding="utf-8")
    return target


def _show(results: Results) -> None:
    """The sums, and what was wrong, on stdout."""
    from ..agent.evals.page import NAMES
    from ..agent.evals.results import by, sum_up

    groups = by(results.outcomes, "situation")
    typer.echo(f"{'':<18}{'right':>12}{'':>7}{'95%':>13}{'tokens':>10}{'calls':>7}{'credits':>9}{'time':>8}{'cost':>9}")
    for name in [*(name for name in NAMES if name in groups), "all"]:
        rows = results.outcomes if name == "all" else groups[name]
        total = sum_up(rows)
        rate, low, high = total.interval
        cost = "-" if total.cost is None else f"{total.cost:.4f}"
        typer.echo(
            f"{NAMES.get(name, 'All'):<18}{f'{total.right} of {total.graded}':>12}{rate:>7.0%}"
            f"{f'{low:.0%} to {high:.0%}':>13}{total.tokens:>10,.0f}{total.calls:>7.1f}{total.credits:>9.2f}"
            f"{total.seconds:>7.1f}s{cost:>9}"
        )
    for row in results.outcomes:
        if row.status == "wrong":
            why = "; ".join(f"{found.name}: {found.evidence}" for found in row.verdicts if not found.passed)
            typer.echo(f"✗ {row.scenario} ({row.situation}): {why[:300]}")
        elif row.status == "error":
            typer.echo(f"? {row.scenario} ({row.situation}): {', '.join(row.stopped)}")
    if not results.complete:
        reason = f": {results.note}" if results.note else ""
        typer.echo(f"{len(results.outcomes)} of {results.planned} conversations were held{reason}.")


# --- comparing -------------------------------------------------------------------------------------------------


@eval_app.command("compare")
@command
def compare_command(
    before: Annotated[Path, typer.Argument(metavar="A", help="Results of the earlier run.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="Results of the later run.")],
    strict: Annotated[bool, typer.Option("--strict", help="Fail when any scenario got worse, chance or not.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, on stdout.")] = False,
) -> None:
    """Compare two runs scenario by scenario: what turned right or wrong, and what it cost.

    Exit code 1 when the pass rate fell by more than chance explains, with --strict when any scenario got worse.
    """
    from ..agent.evals.results import Results, compare

    old, new = Results.load(before), Results.load(after)
    found = compare(old, new)
    if not found.changes:
        reason = "it shares no scenario and situation with the other"
        raise fail("eval_results_unreadable", file=str(after), reason=reason)
    if as_json:
        _compare_json(found)
    else:
        _compare_text(old, new, found)
    raise typer.Exit(1 if found.fell or (strict and found.worse) else 0)


def _compare_text(old: Results, new: Results, found: Comparison) -> None:
    from ..agent.evals.page import NAMES

    for name, results in (("A", old), ("B", new)):
        typer.echo(f"{name}: {results.started}, {results.model}, skill {results.skill.get('digest', '')}")
    if old.offline or new.offline:
        typer.echo("An offline run proves wiring, not judgement.")
    for title, kind in (("Turned wrong", "worse"), ("Turned right", "better")):
        rows = [change for change in found.changes if change.kind == kind]
        if rows:
            typer.echo(f"\n{title}:")
        for change in rows:
            rates = f"{change.before:.0%} → {change.after:.0%}"
            typer.echo(f"  {change.scenario} ({change.situation}), {rates}: {', '.join(change.graders)}")
    typer.echo(f"\n{'':<18}{'A':>6}{'B':>6}{'difference (95%)':>26}{'tokens':>12}{'credits':>9}{'time':>10}")
    for name, difference in found.difference.items():
        one, two = found.before[name], found.after[name]
        typer.echo(
            f"{NAMES.get(name, 'All'):<18}{one.interval.rate:>6.0%}{two.interval.rate:>6.0%}{_points(difference):>26}"
            f"{two.tokens - one.tokens:>+12,.0f}{two.credits - one.credits:>+9.2f}{two.seconds - one.seconds:>+9.1f}s"
        )
    if found.left_out:
        typer.echo(f"{found.left_out} conversations are in one of them alone, or had no answer, and are left out.")
    typer.echo("The pass rate fell." if found.fell else "The pass rate did not fall by more than chance explains.")


def _points(difference: Interval) -> str:
    rate, low, high = (value * 100 for value in difference)
    return f"{rate:+.0f} ({low:+.0f} to {high:+.0f}) points"


def _compare_json(found: Comparison) -> None:
    import json

    told: dict[str, Any] = {
        "changes": [{**change._asdict(), "kind": change.kind} for change in found.changes if change.kind != "same"],
        "same": sum(change.kind == "same" for change in found.changes),
        "leftOut": found.left_out,
        "difference": {name: interval._asdict() for name, interval in found.difference.items()},
        "before": {name: total._asdict() for name, total in found.before.items()},
        "after": {name: total._asdict() for name, total in found.after.items()},
        "fell": found.fell,
    }
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2))


# --- further checks --------------------------------------------------------------------------------------------

eval_app.command("tools")(tools_command)
eval_app.command("trigger")(trigger_command)
eval_app.command("replay")(replay_command)
