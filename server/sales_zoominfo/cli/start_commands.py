"""The commands that serve, show, configure and sign in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from .run import command


@command
def serve_command(ctx: typer.Context) -> None:
    """Serve the MCP tools over stdio, or on a port with --http [--toolsets a,b] [--read-only] [--free-only]."""
    from ..app import serve

    raise typer.Exit(serve(ctx.args))


@command
def demo_command() -> None:
    """See in seconds what an assistant can do with this, on fictional data."""
    from .demo import demo

    raise typer.Exit(demo())


@command
def ask_command(
    question: Annotated[
        list[str] | None, typer.Argument(metavar="[QUESTION…]", help="None starts a conversation.", show_default=False)
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Agree beforehand to every purchase within --max-credits.")
    ] = False,
    max_credits: Annotated[
        int | None,
        typer.Option("--max-credits", min=0, help="Spend at most this in the conversation.", show_default=False),
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option("--resume", metavar="ID|FILE", help="Go on with a kept conversation, or with a transcript."),
    ] = None,
    latest: Annotated[bool, typer.Option("--continue", help="Go on with the conversation kept last.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the conversation for 30 days, encrypted.")] = False,
    transcript: Annotated[
        Path | None,
        typer.Option("--transcript", metavar="FILE", help="Write it to a file, scrubbed: .json, or .md to read."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The answer with its calls and costs as JSON.")] = False,
    model: Annotated[str | None, typer.Option("--model", help="Which Claude.", show_default=False)] = None,
    base_url: Annotated[
        str | None, typer.Option("--base-url", metavar="URL", help="Where Claude is reached.", show_default=False)
    ] = None,
    max_turns: Annotated[
        int | None,
        typer.Option("--max-turns", min=1, help="Requests to the model for one question.", show_default=False),
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option("--max-tokens", min=1000, help="Tokens for one question.", show_default=False)
    ] = None,
    tool_seconds: Annotated[float, typer.Option("--tool-seconds", min=1, help="Time of one tool call.")] = 180,
) -> None:
    """Ask Claude, with the skill and the tools; asks you before each purchase. Needs a key of Claude's service."""
    from .ask import Asking, ask

    asking = Asking(
        question=" ".join(question) if question else None,
        as_json=as_json,
        model=model,
        base_url=base_url,
        max_turns=max_turns,
        max_tokens=max_tokens,
        max_credits=max_credits,
        tool_seconds=tool_seconds,
        yes=yes,
        transcript=transcript,
        keep=keep,
        resume=resume,
        latest=latest,
    )
    raise typer.Exit(ask(asking))


@command
def sandbox_command(
    ctx: typer.Context,
    action: Annotated[
        Literal["serve", "status", "faults", "reset"],
        typer.Argument(help="Serve it; or show, set faults in, or reset an account of, the one that is served."),
    ] = "serve",
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")] = 8080,
    state: Annotated[
        Path | None,
        typer.Option("--state", help="Folder of its data; default: in the state folder.", show_default=False),
    ] = None,
    accounts: Annotated[
        Path | None,
        typer.Option("--accounts", help="YAML or JSON file of accounts, switches and faults.", show_default=False),
    ] = None,
    companies: Annotated[int, typer.Option("--companies", min=100, max=100_000, help="Companies in the data.")] = 2000,
    people: Annotated[int, typer.Option("--people", min=1000, max=1_000_000, help="People in the data.")] = 20_000,
    rules: Annotated[
        list[str] | None,
        typer.Option("--set", help="faults: set one, such as server_error,status=503,times=3.", show_default=False),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="faults: clear all first.")] = False,
    account: Annotated[
        str | None, typer.Option("--account", help="reset: which account (default sandbox-demo).", show_default=False)
    ] = None,
) -> None:
    """Serve the simulated ZoomInfo over HTTP, to develop and test against."""
    from . import sandbox

    sources = {name: ctx.get_parameter_source(name) for name in ctx.params}
    sandbox.refuse(action, [name for name, source in sources.items() if source and source.name == "COMMANDLINE"])
    place = sandbox.Place(state, accounts, companies, people)
    match action:
        case "status":
            sandbox.show_status(place)
        case "faults":
            sandbox.change_faults(place, rules or (), clear=clear)
        case "reset":
            sandbox.reset_account(place, account or "sandbox-demo")
        case _:
            sandbox.serve_sandbox(host, port, place)


@command
def login_command(
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the address; the one it leads to can be pasted.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(
            "--port", min=1, max=65535, help="Port of the redirect URI http://127.0.0.1:PORT/callback (default 8765)."
        ),
    ] = None,
    redirect_uri: Annotated[
        str | None,
        typer.Option("--redirect-uri", help="Another one, exactly as registered in DevPortal.", show_default=False),
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", min=1, help="Seconds to wait for you.")] = 300,
    status: Annotated[bool, typer.Option("--status", help="Only say whether you are signed in.")] = False,
) -> None:
    """Sign in to ZoomInfo's GTM API as yourself, in the browser.

    Register http://127.0.0.1:8765/callback as redirect URI of your app in DevPortal, and set its client id and secret.
    """
    from . import login

    if status:
        raise typer.Exit(login.status())
    login.login(browser=not no_browser, port=port, redirect_uri=redirect_uri, timeout=timeout)


@command
def logout_command() -> None:
    """Forget the sign-in of `login`."""
    from .login import logout

    logout()


@command
def config_command(
    client: Annotated[
        str | None, typer.Argument(metavar="[CLIENT]", help="Which client; none lists them all.", show_default=False)
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Merge it into the client's file, keeping the rest.")] = False,
    scope: Annotated[
        Literal["user", "project"] | None,
        typer.Option("--scope", help="For all projects (default where possible) or the one in this folder."),
    ] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="Only tools that change and spend nothing.")] = False,
    free_only: Annotated[bool, typer.Option("--free-only", help="Only tools that cannot spend a credit.")] = False,
    toolsets: Annotated[
        str | None, typer.Option("--toolsets", help="Toolsets with commas, or all.", show_default=False)
    ] = None,
    env: Annotated[
        list[str] | None,
        typer.Option("--env", metavar="NAME", help="Hand on this variable too; its value is not written."),
    ] = None,
) -> None:
    """Print the configuration of Claude, Codex, Cursor, VS Code and others, or write it. Never writes a secret."""
    from ..tools.registry import read_toolsets
    from .config import config

    flags = [flag for flag, given in (("--read-only", read_only), ("--free-only", free_only)) if given]
    if toolsets is not None:
        read_toolsets(toolsets)
        flags += ["--toolsets", toolsets]
    config(client, put=write, scope=scope, flags=flags, env=env or ())
