"""The commands about the account: limits, credits, audit and health."""

from __future__ import annotations

from typing import Annotated

import typer

from .options import FormatOption, OutputOption, tell
from .output import Output
from .run import call_tool, command, settings


@command
def usage_command(format: FormatOption = None, output: OutputOption = None) -> None:
    """Show the account's limits, the credits left and your budgets. Free."""
    from .views import show_usage

    with Output(format, output) as sink:
        answer = call_tool("get_usage", {})
        sink.show(answer, show_usage)
    tell(answer)


@command
def credits_command(
    resume: Annotated[
        bool, typer.Option("--resume", help="Let a stopped account spend again; asks on the terminal.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show the balance, your budgets, spend by day, caller and job, and what lapses when. Free."""
    from . import credits

    raise typer.Exit(credits.resume(settings()) if resume else credits.credits(settings(), as_json=as_json))


@command
def audit_command(
    since: Annotated[
        str | None, typer.Option("--since", help="From then on: 2026-11-22, or 7d, 12h, 30m ago.", show_default=False)
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help="Before then.", show_default=False)] = None,
    caller: Annotated[str | None, typer.Option("--caller", help="Of this caller alone.", show_default=False)] = None,
    operation: Annotated[
        str | None, typer.Option("--operation", help="Of this operation, such as enrich_contacts.", show_default=False)
    ] = None,
    result: Annotated[
        str | None, typer.Option("--result", help="ok, or an error code such as BUDGET_EXCEEDED.", show_default=False)
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, help="The last so many (a table shows 50, else all).", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON lines.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV.")] = False,
    output: OutputOption = None,
    verify: Annotated[bool, typer.Option("--verify", help="Check that nothing was edited, removed or added.")] = False,
    head: Annotated[
        str | None,
        typer.Option("--head", metavar="NUMBER:DIGEST", help="With --verify, one kept elsewhere.", show_default=False),
    ] = None,
) -> None:
    """Show who called what, when, for how many credits and how it ended. No values: counts and codes alone."""
    from ..account.audit_check import Wanted
    from .audit import check, read_head, read_time, refuse, show

    refuse(verify=verify, head=head, as_json=as_json, as_csv=as_csv, output=output)
    if verify:
        raise typer.Exit(check(settings(), read_head(head), as_json=as_json))
    wanted = Wanted(read_time("--since", since), read_time("--until", until), caller, operation, result)
    format = "jsonl" if as_json else "csv" if as_csv else None
    raise typer.Exit(show(settings(), wanted, limit=limit, format=format, file=output))


@command
def doctor_command(
    topics: Annotated[
        list[str] | None,
        typer.Option("--topic", metavar="NAME", help="Is this intent topic on the account's list? Repeat it for more."),
    ] = None,
) -> None:
    """Check set-up, sign-in, credits, intent topics and field rights, and say what to mend. Free."""
    from .doctor import doctor

    raise typer.Exit(doctor(topics or ()))
