"""The command line. ``serve`` normally never comes here: see :mod:`sales_zoominfo.__main__`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from .. import __version__
from . import account_commands, data_commands, start_commands
from .enrich_commands import enrich_command
from .eval import eval_app
from .jobs import jobs, worker_command
from .mapping import mappings
from .privacy import opt_outs, purge_command, result_command
from .run import EXIT_CODES
from .schedule import schedule
from .watch import searches, watch_command

__all__ = ["app"]

_EPILOG = "\n".join(["Exit codes:", *(f"{entry.code:>5}  {entry.meaning}" for entry in EXIT_CODES)])

app = typer.Typer(
    name="sales-zoominfo",
    help="Know and operate ZoomInfo: an MCP server for assistants, and the same tools on the command line. "
    "Without credentials everything runs on a built-in sandbox with fictional data.",
    epilog=_EPILOG,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

_START, _DATA, _ACCOUNT = "Start", "Data", "Account"
# Commands that hand on what they are given, and tell their options themselves.
_OPEN: dict[str, Any] = {
    "add_help_option": False,
    "context_settings": {"allow_extra_args": True, "ignore_unknown_options": True},
}


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"sales-zoominfo {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def main(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    del version
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


# In the order in which the help lists them.
app.command("serve", rich_help_panel=_START, **_OPEN)(start_commands.serve_command)
app.command("demo", rich_help_panel=_START)(start_commands.demo_command)
app.command("ask", rich_help_panel=_START)(start_commands.ask_command)
app.command("sandbox", rich_help_panel=_START)(start_commands.sandbox_command)
app.command("login", rich_help_panel=_START)(start_commands.login_command)
app.command("logout", rich_help_panel=_START)(start_commands.logout_command)
app.command("config", rich_help_panel=_START)(start_commands.config_command)
app.command("search", rich_help_panel=_DATA)(data_commands.search_command)
app.command("enrich", rich_help_panel=_DATA)(enrich_command)
app.command("inspect", rich_help_panel=_DATA)(data_commands.inspect_command)
app.command("lookup", rich_help_panel=_DATA)(data_commands.lookup_command)
app.command("knowledge", rich_help_panel=_DATA)(data_commands.knowledge_command)
app.command("usage", rich_help_panel=_ACCOUNT)(account_commands.usage_command)
app.command("credits", rich_help_panel=_ACCOUNT)(account_commands.credits_command)
app.command("audit", rich_help_panel=_ACCOUNT)(account_commands.audit_command)
app.add_typer(mappings, rich_help_panel=_DATA)
app.add_typer(searches, rich_help_panel=_DATA)
app.add_typer(jobs, rich_help_panel=_DATA)
app.add_typer(schedule, rich_help_panel=_DATA)
app.add_typer(eval_app, rich_help_panel=_START)
app.command("worker", rich_help_panel=_DATA, **_OPEN)(worker_command)
app.command("watch", rich_help_panel=_DATA)(watch_command)
app.add_typer(opt_outs, rich_help_panel=_ACCOUNT)
app.command("result", rich_help_panel=_DATA)(result_command)
app.command("purge", rich_help_panel=_ACCOUNT)(purge_command)
app.command("doctor", rich_help_panel=_ACCOUNT)(account_commands.doctor_command)
