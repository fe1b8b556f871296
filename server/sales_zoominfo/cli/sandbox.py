"""``sandbox``: the simulated ZoomInfo on a port, and a look at one."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..errors import SalesZoomInfoError, fail
from ..serving import listen
from .run import Spinner, err, settings
from .state import share_dataset, state_folder

if TYPE_CHECKING:
    import socket

    import uvicorn
    from rich.console import Console

    from ..sandbox import SandboxAccount
    from ..sandbox.app import Sandbox
    from ..sandbox.files import Setup


# How the commands beside a served sandbox find its accounts file.
_SERVED = "served.json"
_COMPANIES, _PEOPLE = 2000, 20_000


@dataclass(frozen=True, slots=True)
class Place:
    """Which sandbox is meant.

    Args:
        state: folder of its data; None means ``sandbox-server`` in the state folder.
        accounts: accounts file; None means the demo account and one account of each plan.
        companies, people: size of the data set.
    """

    state: Path | None = None
    accounts: Path | None = None
    companies: int = _COMPANIES
    people: int = _PEOPLE


# The options that one action alone hears, by their parameters.
_TAKERS = {
    "rules": ("--set", "faults"),
    "clear": ("--clear", "faults"),
    "account": ("--account", "reset"),
    "host": ("--host", "serve"),
    "port": ("--port", "serve"),
    "companies": ("--companies", "serve"),
    "people": ("--people", "serve"),
}


def refuse(action: str, given: Collection[str]) -> None:
    """Refuse an option that another action takes, which would else go unheard.

    Args:
        action: what is to be done.
        given: the parameters whose options were typed.

    Raises:
        InvalidArgument: one of them does not go with the action.
    """
    for parameter, (name, taker) in _TAKERS.items():
        if parameter in given and action != taker:
            how = f"Use it as: sales-zoominfo sandbox {taker} {name}, beside the sandbox that is served."
            if taker == "serve":
                how = "To mean another sandbox, give the --state FOLDER that it was started with."
            raise fail("option_invalid", name=name, reason=f"it goes with `sandbox {taker}`", how=how)


def serve_sandbox(host: str, port: int, place: Place) -> None:
    """Serve until interrupted.

    Args:
        host, port: where to listen; port 0 takes a free one.
        place: which sandbox.

    Raises:
        InvalidArgument: the address, the folder, the accounts file or a size cannot be used.
    """
    from ..sandbox import ensure_private_key
    from ..sandbox.keys import PRIVATE

    # Before the data is built: a port in use is better known at once.
    listener = listen(host, port, spare=8080, legal="Take 127.0.0.1, or 0.0.0.0 for all.")
    try:
        setup = _setup(place.accounts)
        with Spinner("Building the fictional data (first time only)…") as spinner:
            folder = _folder(place)
            _build(place, folder, spinner)
            served = _open(place, folder, setup, admin=True)
            ensure_private_key(folder)
            file = place.accounts and str(place.accounts.expanduser().resolve())
            record = {"accounts": file, "companies": place.companies, "people": place.people}
            (folder / _SERVED).write_text(json.dumps(record), encoding="utf-8")
        address = _address(host, listener.getsockname()[1])
        _introduce(err(), address, folder / PRIVATE, _accounts(setup))
        _listen_until_interrupted(served, listener)
    except OSError as error:
        raise _folder_unusable(place, error) from None
    finally:
        listener.close()


def _listen_until_interrupted(served: Sandbox, listener: socket.socket) -> None:
    """Serve, and leave the port for as long as a fault wants nobody to listen."""
    import time

    import uvicorn

    address = listener.getsockname()
    # Ctrl-C is how one ends it, and no failure.
    with suppress(KeyboardInterrupt):
        while True:
            config = uvicorn.Config(served, log_level="warning", access_log=False, timeout_graceful_shutdown=1)
            server = uvicorn.Server(config)
            seconds = _Outage(served, server)
            server.run(sockets=[listener])
            if not seconds.asked:
                return
            listener.close()
            time.sleep(seconds.asked)
            listener = listen(address[0], address[1], spare=8080, legal="Take 127.0.0.1, or 0.0.0.0 for all.")


class _Outage:
    """Ends a server when a fault asks for an outage, and remembers for how long, in seconds."""

    def __init__(self, served: Sandbox, server: uvicorn.Server) -> None:
        self.asked = 0.0
        self._server = server
        served.on_outage = self

    def __call__(self, seconds: float) -> None:
        self.asked = seconds
        self._server.should_exit = True


def show_status(place: Place) -> None:
    """Show accounts, faults and the latest calls: a table on a terminal, else JSON.

    Raises:
        InvalidArgument: as :func:`serve_sandbox`.
    """
    served = _reopened(place)
    state = served.admin().state({})
    served.close()
    if not sys.stdout.isatty():
        typer.echo(json.dumps(state, indent=2))
        return
    _print_status(state)


def change_faults(place: Place, rules: Sequence[str], *, clear: bool) -> None:
    """Clear and set faults, then show those in force as JSON.

    Args:
        place: which sandbox.
        rules: each ``kind,name=value,…``.
        clear: remove the faults there are first.

    Raises:
        InvalidArgument: a rule is illegal; the text names the member.
    """
    served = _reopened(place)
    admin = served.admin()
    try:
        given = [_rule(text) for text in rules]
        if clear:
            admin.clear_faults({})
        for rule in given:
            admin.set_fault(rule)
        state = admin.state({})
    except ValueError as error:
        how = "Write it as kind,name=value,…; the page /__sandbox explains each kind."
        raise fail("option_invalid", name="--set", reason=str(error), how=how) from None
    finally:
        served.close()
    typer.echo(json.dumps(state["faults"], indent=2))


def reset_account(place: Place, account: str) -> None:
    """Forget purchases, use, tokens and rate windows of an account.

    Raises:
        InvalidArgument: the account is unknown.
    """
    served = _reopened(place)
    try:
        served.admin().reset({"account": account})
    except ValueError as error:
        raise fail("option_invalid", name="--account", reason=str(error), how="Name one of these.") from None
    finally:
        served.close()
    err().print(f"{account} is as on its first day.")


def _rule(text: str) -> dict[str, Any]:
    """Read ``rate_limited,bucket=hour,times=3``; numbers and true or false as in JSON, all else as text."""
    kind, *members = [part.strip() for part in text.split(",")]
    rule: dict[str, Any] = {"kind": kind}
    for member in members:
        name, found, value = member.partition("=")
        if not found:
            raise ValueError(f"{member}: write name=value")
        try:
            rule[name.strip()] = json.loads(value)
        except ValueError:
            rule[name.strip()] = value
    return rule


def _reopened(place: Place) -> Sandbox:
    """Open the data of a sandbox that is or was served, with the accounts that it had."""
    try:
        folder = _folder(place, build=False)
        record = folder / _SERVED
        if record.exists():
            given = json.loads(record.read_text(encoding="utf-8"))
            accounts = place.accounts or (Path(given["accounts"]) if given["accounts"] else None)
            place = Place(place.state, accounts, given["companies"], given["people"])
        else:
            raise fail("sandbox_not_served", folder=folder)
        return _open(place, folder, _setup(place.accounts, faults=False), admin=True)
    except OSError as error:
        raise _folder_unusable(place, error) from None


def _build(place: Place, folder: Path, spinner: Spinner) -> None:
    """Build the data set unless it is there, and say how far it is; a million people take minutes."""
    from ..sandbox import dataset

    said = 0

    def told(share: float) -> None:
        nonlocal said
        spinner.say(f"Building the fictional data, {share:.0%} (first time only)…")
        # Where no spinner turns, a large set tells each tenth.
        if place.people > _PEOPLE and not sys.stderr.isatty() and int(share * 10) > said:
            said = int(share * 10)
            err().print(f"Building the fictional data: {said}0 %")

    try:
        dataset.ensure(folder, place.companies, place.people, told)
    except ValueError as error:
        raise _size_refused(error) from None


def _size_refused(error: ValueError) -> SalesZoomInfoError:
    how = "Correct it and try again."
    return fail("option_invalid", name="--companies and --people", reason=str(error), how=how)


def _open(place: Place, folder: Path, setup: Setup | None, *, admin: bool) -> Sandbox:
    from ..sandbox import create_app

    try:
        return create_app(
            folder,
            switches=setup.switches if setup else None,
            accounts=_accounts(setup),
            companies=place.companies,
            people=place.people,
            faults=setup.faults if setup and setup.faults is not None else None,
            admin=admin,
        )
    except ValueError as error:
        size = place.companies < 100 or place.people < 1000
        name = "--companies and --people" if size else "--accounts"
        raise fail("option_invalid", name=name, reason=str(error), how="Correct it and try again.") from None


def _setup(path: Path | None, *, faults: bool = True) -> Setup | None:
    if path is None:
        return None
    from dataclasses import replace

    from ..sandbox import read_setup

    try:
        setup = read_setup(path.expanduser())
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise fail("option_invalid", name="--accounts", reason=reason, how="Give a YAML or JSON file.") from None
    except ValueError as error:
        how = "Correct the file and try again."
        raise fail("option_invalid", name="--accounts", reason=str(error), how=how) from None
    return setup if faults else replace(setup, faults=None)


def _accounts(setup: Setup | None) -> tuple[SandboxAccount, ...]:
    from ..sandbox import default_account, preset_accounts

    if setup and setup.accounts:
        return setup.accounts
    return (default_account(), *preset_accounts())


def _folder(place: Place, *, build: bool = True) -> Path:
    if place.state is not None:
        folder = place.state.expanduser().resolve()
        if build:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder
    home = state_folder(settings())
    folder = home / "sandbox-server"
    if build and (place.companies, place.people) == (_COMPANIES, _PEOPLE):
        share_dataset(home / "sandbox", folder)
    elif build:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _folder_unusable(place: Place, error: OSError) -> SalesZoomInfoError:
    why = (error.strerror or type(error).__name__).lower()
    if place.state is None:
        how = "Give a folder that you can write to as --state FOLDER, or make the state folder one."
        return fail("state_unusable", reason=f"the folder of the sandbox cannot be used ({why})", how=how)
    reason = f"the folder cannot be used ({why})"
    return fail("option_invalid", name="--state", reason=reason, how="Give a folder that you can write to.")


def _address(host: str, port: int) -> str:
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{name}:{port}"


def _introduce(console: Console, address: str, key: Path, accounts: Sequence[SandboxAccount]) -> None:
    import shlex

    account = accounts[0]

    def export(**variables: str) -> None:
        for name, value in {"base_url": address, **variables}.items():
            console.print(f"export ZOOMINFO_{name.upper()}={shlex.quote(value)}", soft_wrap=True)

    console.print(f"Simulated ZoomInfo on {address} (fictional data and credentials)", style="bold")
    console.print(f"Accounts, calls and faults: {address}/__sandbox", soft_wrap=True)
    console.print("\n# GTM API: client credentials")
    export(gtm_client_id=account.client_id, client_secret=account.client_secret)
    console.print("\n# Enterprise API: password")
    export(username=account.username, password=account.password)
    console.print("\n# Enterprise API: key (PKI)")
    export(username=account.username, client_id=account.enterprise_client_id, private_key_file=str(key))
    console.print("\nPaste one block or all into another terminal, then: sales-zoominfo doctor")
    if len(accounts) > 1:
        others = ", ".join(other.name for other in accounts[1:])
        console.print(f"Other accounts, their sign-in on the page above: {others}", soft_wrap=True)
    console.print("Ctrl-C ends it.", style="dim")


def _print_status(state: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    accounts = Table(
        "Account", "Plan", "Credits", "Records", "Requests", "Owned", title="Accounts", title_justify="left"
    )
    for item in state["accounts"]:
        budgets = [_budget(item["budgets"][name]) for name in ("credits", "records", "requests")]
        accounts.add_row(item["name"], item["plan"], *budgets, f"{item['underManagement']:,}")
    console.print(accounts)
    for rule in state["faults"]:
        api = {"gtm": "GTM API alone, ", "enterprise": "Enterprise API alone, "}.get(rule["api"], "")
        where = f"{api}{rule['method']} {rule['route']}, account {rule['account']}"
        console.print(f"Fault {rule['kind']}: {where}; happened {rule['fired']} of {rule['seen']} times")
    calls = Table("Time", "Account", "Call", "Status", "Refused by", "Fault", "Credits", title="Latest calls")
    calls.title_justify = "left"
    for call in state["calls"][:20]:
        moment = datetime.fromtimestamp(call["at"], UTC).strftime("%H:%M:%S")
        status = str(call["status"] or "none")
        what = f"{call['method']} {call['path']}"
        calls.add_row(moment, call["account"], what, status, call["refused"], call["fault"], str(call["credits"] or ""))
    console.print(calls)


def _budget(budget: dict[str, int]) -> str:
    return f"{budget['used']:,} of {budget['limit']:,}" if budget["limit"] else f"{budget['used']:,}, not metered"
