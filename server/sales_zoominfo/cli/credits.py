"""``sales-zoominfo credits``: what is left, what was spent on what, what is under management, and for how long."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

import anyio

from ..account.caller import caller_id
from ..account.report import Figures, compact
from ..app import App
from ..errors import AuthenticationFailed, SalesZoomInfoError, fail
from ..scrub import scrub
from ..settings import Settings
from .run import CALLER, Spinner, declined, err, exit_code, interactive, run

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from ..account.gate import Account
    from ..account.ledger import Budget, Limits
    from ..account.standing import View

# In a file or a pipe, where no terminal says how wide it is.
_WIDTH = 100
_NAMES = 10
_BAR = 24
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_PARTS = " ▏▎▍▌▋▊▉█"
_HEIGHT = 4
_PLURAL = {"contact": "contacts", "company": "companies"}


@dataclass(frozen=True, slots=True)
class Numbers:
    """Everything that is shown, of one moment.

    Attributes:
        balance: credits left and when ZoomInfo said so (Unix seconds); None when it never has.
        total: credits of the contract; None when that is not known.
        metered: whether the account counts credits at all; None when that is not known.
        limits: our ceilings and budgets.
        trouble: why ZoomInfo could not be asked, so that all but the ledger is older.
    """

    sandbox: bool
    balance: tuple[int, float] | None
    total: int | None
    metered: bool | None
    limits: Limits
    budget: Budget
    figures: Figures
    view: View
    price: float | None
    currency: str
    trouble: SalesZoomInfoError | None = None


def credits(settings: Settings, *, as_json: bool) -> int:
    """Show everything about credits; free.

    Args:
        settings: the environment.
        as_json: for programs.

    Returns:
        The exit code; what is known is shown too when ZoomInfo refused the credentials.

    Raises:
        SalesZoomInfoError: the state cannot be used, or the credentials are incomplete.
    """
    with Spinner("Adding up…"):
        told = run(lambda: _gather(settings))
    if as_json:
        sys.stdout.write(json.dumps(to_json(told), ensure_ascii=False, indent=2) + "\n")
    else:
        show(told, sys.stdout)
    # An outage ends by itself; credentials have to be mended.
    return exit_code(told.trouble) if isinstance(told.trouble, AuthenticationFailed) else 0


def resume(settings: Settings) -> int:
    """Let a stopped account spend again, after a person has said so.

    Raises:
        CreditApprovalRequired: there is no terminal to ask on, or the person did not agree.
    """

    async def work() -> int:
        app = App(settings)
        try:
            account = await app.account()
            stop = (await account.standing()).stop
            console = err()
            if stop is None:
                console.print("Spending is not stopped.")
                return 0
            if not interactive():
                raise fail("resume_asks")
            console.print(_why_stopped(stop.at, stop.fell, stop.counted), style="yellow")
            console.print("Look at ZoomInfo's own usage page first: who spent the difference?")
            console.print("Let this server spend again? [y/N] ", end="")
            answer = await anyio.to_thread.run_sync(sys.stdin.readline)
            if answer.strip().casefold() not in ("y", "yes"):
                raise declined()
            await account.resume_spending(caller_id(CALLER))
            console.print("✓ Spending is allowed again.", style="green")
            return 0
        finally:
            with anyio.CancelScope(shield=True):
                await app.aclose()

    return run(work)


async def _gather(settings: Settings) -> Numbers:
    app = App(settings)
    try:
        account = await app.account()
        return await _numbers(account, settings)
    finally:
        with anyio.CancelScope(shield=True):
            await app.aclose()


async def _numbers(account: Account, settings: Settings) -> Numbers:
    who = caller_id(CALLER)
    total, metered, trouble = None, None, None
    try:
        report = await account.usage(who)
        budget, told, view = report.budget, report.figures, report.view
        units = [limit for limit in report.limits if limit.type == "uniqueIdLimit"]
        metered = any(limit.metered for limit in units)
        total = next((limit.total for limit in units if limit.metered), None)
        balance = next((limit.remaining for limit in units if limit.metered), None)
        known = None if balance is None else (balance, told.at)
    except SalesZoomInfoError as error:
        if error.kind.startswith("state_"):
            raise
        # The ledger knows the rest, and when it was last told the balance.
        trouble = error
        view, budget = await account.standing(), await account.budget(who)
        last = max(view.figures.values(), key=lambda figure: figure.at, default=None)
        known = None if last is None else (last.balance, last.at)
        told = await account.figures(None if known is None else known[0])
    return Numbers(
        account.sandbox,
        known,
        total,
        metered,
        account.limits(),
        budget,
        told,
        view,
        settings.price_per_credit,
        settings.currency,
        trouble,
    )


# --- for programs ----------------------------------------------------------------------------------------------


def to_json(told: Numbers) -> dict[str, Any]:
    """Everything as JSON; money only where a price is set."""
    limits, budget = told.limits, told.budget
    answer: dict[str, Any] = {"sandbox": told.sandbox}
    answer["balance"] = _balance_json(told)
    if told.metered is False:
        answer["metered"] = False
    if told.price is not None:
        answer["price"] = {"perCredit": told.price, "currency": told.currency}
    answer["budgets"] = {
        "callCeiling": limits.per_call,
        "hour": {"limit": limits.per_hour, "left": budget.hour_left},
        "day": {
            "limit": budget.day_budget,
            "left": budget.day_left,
            "spent": budget.spent_today,
            "reserved": budget.reserved,
            "inDoubt": budget.in_doubt,
            "resetsAt": _stamp(budget.resets_at),
        },
        "caller": None if limits.per_caller is None else {"limit": limits.per_caller, "left": budget.caller_left},
        "job": None if limits.per_job is None else {"limit": limits.per_job},
        "total": None if limits.total is None else {"limit": limits.total, "left": budget.total_left},
    }
    answer |= compact(told.figures)
    stop = told.view.stop
    answer["stopped"] = None if stop is None else {"since": _stamp(stop.at), "fell": stop.fell, "counted": stop.counted}
    answer["exhausted"] = told.view.exhausted
    if told.trouble is not None:
        answer["warnings"] = [scrub(str(told.trouble))]
    return answer


def _balance_json(told: Numbers) -> dict[str, Any] | None:
    if told.balance is None:
        return None
    left, at = told.balance
    worth = {} if told.price is None else {"worth": round(left * told.price, 2)}
    return {"credits": left, "of": told.total, "asOf": _stamp(at), **worth}


# --- for people ------------------------------------------------------------------------------------------------


def show(told: Numbers, out: IO[str]) -> None:
    """Everything as text that fits the terminal."""
    from rich.console import Console

    width = None if out.isatty() else int(os.environ.get("COLUMNS") or _WIDTH)
    console = Console(file=out, width=width, highlight=False, markup=False, emoji=False)
    _show_balance(console, told)
    _show_standing(console, told)
    _show_budgets(console, told)
    _show_spend(console, told)
    _show_managed(console, told)


def _show_balance(console: Console, told: Numbers) -> None:
    if told.sandbox:
        console.print("SANDBOX: fictional credits of a fictional account.", style="yellow")
    if told.trouble is not None:
        console.print(f"! ZoomInfo could not be asked: {scrub(told.trouble.message)}", style="yellow")
        if isinstance(told.trouble, AuthenticationFailed):
            console.print(f"→ {scrub(told.trouble.next_step)}")
    if told.balance is not None:
        left, at = told.balance
        line = _text(("Balance  ", "bold"), (f"{left:,}", "bold"), f"{_of(told.total)} credits")
        if told.price is not None:
            line.append(f", worth {_money(left, told)}")
        line.append(f"  ({_age(told.figures.at - at)})", "dim")
        console.print(line)
    elif told.metered is False:
        console.print(_text(("Balance  ", "bold"), "this account counts no credits"))
    else:
        console.print(_text(("Balance  ", "bold"), "not known; ZoomInfo has not told it yet"))
    forecast = told.figures.forecast
    if told.balance is not None:
        runs_out = forecast.runs_out_at
        when = "" if runs_out is None or not forecast.per_day else f"Runs out about {_date(runs_out)}. "
        console.print(_text((f"         {when}{forecast.why}", "dim")))


def _of(total: int | None) -> str:
    return "" if total is None else f" of {total:,}"


def _show_standing(console: Console, told: Numbers) -> None:
    view, figures = told.view, told.figures
    if view.stop is not None:
        console.print()
        console.print(f"✗ {_why_stopped(view.stop.at, view.stop.fell, view.stop.counted)}", style="red")
        console.print("→ Find out who spent the difference, then run `sales-zoominfo credits --resume`.")
    if view.exhausted is not None:
        what = "credits" if view.exhausted == "credits" else f"{view.exhausted} budget of the contract"
        console.print(f"! ZoomInfo said that the {what} is used up; searches may go on.", style="yellow")
    if figures.doubts:
        since = "" if figures.oldest_doubt is None else f" (oldest {_date(figures.oldest_doubt)})"
        console.print(
            f"! {_count(figures.doubts, 'credit')} in doubt{since}: no answer came; counted as spent.",
            style="yellow",
        )


def _why_stopped(at: float, fell: int, counted: int) -> str:
    return (
        f"Spending is stopped since {_date(at)}: the balance fell by {fell:,} where this server's calls could have "
        f"cost {counted:,} at most."
    )


def _show_budgets(console: Console, told: Numbers) -> None:
    limits, budget = told.limits, told.budget
    rows: list[tuple[str, int, int, str]] = [
        ("hour, you", limits.per_hour - budget.hour_left, limits.per_hour, ""),
        ("day", budget.day_budget - budget.day_left, budget.day_budget, f"resets {_clock(budget.resets_at)} UTC"),
    ]
    if limits.per_caller is not None:
        rows.append(("day, you", limits.per_caller - (budget.caller_left or 0), limits.per_caller, ""))
    if limits.total is not None:
        rows.append(("in total", limits.total - (budget.total_left or 0), limits.total, "for good"))
    _heading(console, "Budgets", f"a call may cost {limits.per_call:,} without a person's consent")
    digits = max(len(f"{limit:,}") for _, _, limit, _ in rows)
    # Beside the bar: the name, "x of y", and the longest of what follows.
    width = max(8, min(_BAR + (16 if console.width >= 110 else 0), console.width - _NAMES - 2 * digits - 40))
    for name, used, limit, more in rows:
        share = used / limit if limit else 1.0
        style = "red" if share >= 1 else "yellow" if share >= 0.8 else "green"
        line = _text(
            f"  {name:{_NAMES}} ", (_bar(share, width, track="·"), style), f" {used:>{digits},} of {limit:>{digits},}"
        )
        line.append(f"  {limit - used:,} left" + (f", {more}" if more else ""), "dim")
        console.print(line, no_wrap=True, overflow="ellipsis")
    if limits.per_job is not None:
        console.print(f"  {'each job':{_NAMES}} {limits.per_job:,}")
    parts = [
        f"{amount:,} {name}"
        for amount, name in (
            (budget.spent_today, "spent"),
            (budget.reserved, "reserved by calls under way"),
            (budget.in_doubt, "in doubt"),
        )
        if amount
    ]
    if len(parts) > 1:
        console.print(_text((f"  today: {', '.join(parts)}", "dim")))


def _show_spend(console: Console, told: Numbers) -> None:
    spend = told.figures.spend
    worth = f", {_money(spend.total, told)}" if told.price is not None and spend.total else ""
    doubt = f", {spend.in_doubt:,} of them in doubt" if spend.in_doubt else ""
    _heading(console, f"Spent in {spend.days} days", f"{_count(spend.total, 'credit')}{worth}{doubt}")
    if not spend.total:
        return
    for line in columns(list(spend.by_day.values()), list(spend.by_day), console.width - 2):
        console.print(f"  {line}".rstrip(), no_wrap=True)
    _bars(console, "by caller", spend.by_caller, told)
    _bars(console, "by job", spend.by_job, told)
    _bars(console, "by operation", spend.by_operation, told)


def _show_managed(console: Console, told: Numbers) -> None:
    held = told.figures.managed
    records = sum(part.records for part in held.values())
    _heading(console, "Under management", f"{_count(records, 'record')}; free to ask for again until they lapse")
    if not records:
        return
    for entity, part in held.items():
        assumed = f", {part.assumed:,} unconfirmed" if part.assumed else ""
        lapsing = "none lapse" if not part.lapsing else f"{part.lapsing:,} lapse{'s' if part.lapsing == 1 else ''}"
        name = _PLURAL.get(entity, entity)
        console.print(f"  {name:{_NAMES}} {part.records:,}: {lapsing} in the next 30 days{assumed}")
    months: dict[str, int] = {}
    for part in held.values():
        for month, count in part.by_month.items():
            months[month] = months.get(month, 0) + count
    _bars(console, "lapsing in", dict(sorted(months.items())), None)


def _bars(console: Console, title: str, values: Mapping[str, int], told: Numbers | None) -> None:
    if not values:
        return
    console.print(_text((f"  {title}", "dim")))
    wide = console.width >= 110
    names = min(max(len(name) for name in values), 40 if wide else 28)
    width = max(8, min(_BAR + (16 if wide else 0), console.width - names - 20))
    most, digits = max(values.values()), max(len(f"{value:,}") for value in values.values())
    for name, value in values.items():
        shown = name if len(name) <= names else name[: names - 1] + "…"
        line = _text(f"  {shown:{names}} ", (f"{_bar(value / most, width):{width}}", "cyan"), f" {value:>{digits},}")
        if told is not None and told.price is not None and wide:
            line.append(f"  {_money(value, told)}", "dim")
        console.print(line, no_wrap=True, overflow="ellipsis")


def columns(values: Sequence[int], names: Sequence[str], width: int) -> list[str]:
    """A small column chart: its rows from the top, then the axis.

    Args:
        values: one for each column, at least 0 and not all 0.
        names: dates, of which the first, the middle and the last are written below.
        width: places that there are.
    """
    most = max(values)
    scale = f"{most:,}"
    each = max(1, min(3, (width - len(scale) - 2) // len(values)))
    bar = each - 1 or 1
    lines: list[str] = []
    for row in range(_HEIGHT, 0, -1):
        cells: list[str] = []
        for value in values:
            eighths = round(value / most * _HEIGHT * 8)
            # Whatever was spent is seen.
            eighths = max(eighths, 1) if value else 0
            part = _EIGHTHS[min(8, max(0, eighths - (row - 1) * 8))]
            cells.append((part * bar).ljust(each))
        label = scale if row == _HEIGHT else "0" if row == 1 else ""
        lines.append(f"{label:>{len(scale)}} ┤{''.join(cells)}")
    axis = [" "] * (len(values) * each + 10)
    for place in (0, len(values) // 2, len(values) - 1):
        text = names[place][5:]
        start = min(place * each, len(values) * each - len(text)) if place else 0
        axis[start : start + len(text)] = text
    lines.append(f"{'':{len(scale)}}  {''.join(axis)}".rstrip())
    return lines


def _bar(share: float, width: int, track: str = " ") -> str:
    """A horizontal bar; whatever is more than nothing is seen."""
    eighths = min(width * 8, max(round(share * width * 8), 1 if share > 0 else 0))
    full, part = divmod(eighths, 8)
    return ("█" * full + (_PARTS[part] if part else "")).ljust(width, track)


def _heading(console: Console, title: str, more: str) -> None:
    console.print()
    console.print(_text((title, "bold"), (f"  {more}", "dim")))


def _text(*parts: str | tuple[str, str]) -> Text:
    from rich.text import Text

    return Text.assemble(*parts)


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _money(credits: int, told: Numbers) -> str:
    return f"{credits * (told.price or 0):,.2f} {told.currency}"


def _age(seconds: float) -> str:
    if seconds < 90:
        return "just now"
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit} ago"
    return "a minute ago"


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _date(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M")
