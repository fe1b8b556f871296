"""A simulated ZoomInfo: both API generations, served as one ASGI app over invented data.

Importing this package is cheap; everything behind it is loaded by the call that needs it.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .faults import Fault, FaultRule
from .model import ASGIApp, Charge, Purchase, SandboxAccount, SandboxApp, SandboxUser, Switches

if TYPE_CHECKING:
    from .app import Sandbox
    from .files import Setup

__all__ = [
    "ASGIApp",
    "Charge",
    "Fault",
    "FaultRule",
    "Purchase",
    "SandboxAccount",
    "SandboxApp",
    "SandboxUser",
    "Switches",
    "create_app",
    "default_account",
    "ensure_private_key",
    "preset_accounts",
    "read_setup",
    "revoke_tokens",
    "sign_in",
]


def create_app(
    state_dir: Path,
    *,
    clock: Callable[[], float] = time.time,
    on_charge: Callable[[Charge], None] | None = None,
    switches: Switches | None = None,
    companies: int = 2000,
    people: int = 20000,
    accounts: Sequence[SandboxAccount] | None = None,
    faults: Sequence[FaultRule] | None = None,
    admin: bool = False,
    calls: int = 1000,
) -> "Sandbox":
    """Open the sandbox kept in `state_dir`, building its data set on first use.

    Args:
        state_dir: Directory for the data set, the account state and the demo key; created if absent.
            Processes that share it share tokens, rate windows, purchases and balances.
        clock: Seconds since the Unix epoch. Token lives, rate windows and the 365 days of a purchase use it.
        on_charge: Called before each credit is charged. An exception from it answers 500 and charges nothing.
        switches: How the service behaves where it varies or is undocumented; the defaults of `Switches`.
        companies: Number of companies in the data set.
        people: Number of people in the data set.
        accounts: Accounts that may sign in; only `default_account()` when absent.
        faults: Faults by schedule that are kept in `state_dir`, in place of those of an earlier start; those kept
            stay as they are when absent.
        admin: Answer below `/__sandbox` too: a page and a JSON API for people on this machine.
        calls: How many calls the log in `state_dir` keeps; 0 for none.

    Returns:
        An ASGI 3 application (http and lifespan scopes).

    Raises:
        OSError: `state_dir` cannot be created or written.
        ValueError: `companies` or `people` is too small for the fixtures (100 and 1,000), or an account's plan or
            switches are illegal.
    """
    from .app import Sandbox

    sandbox = Sandbox(
        state_dir,
        clock=clock,
        on_charge=on_charge,
        switches=switches or Switches(),
        companies=companies,
        people=people,
        accounts=tuple(accounts) if accounts is not None else (default_account(),),
        admin=admin,
        calls=calls,
    )
    if faults is not None:
        sandbox.set_faults(faults)
    return sandbox


def default_account() -> SandboxAccount:
    """Return the account that every sandbox knows.

    Returns:
        An account with both generations and the Scaling bundle, so that there is nothing that it cannot try. All its
        values are invented and none is a secret.
    """
    return SandboxAccount(switches={"scaling_bundle": True})


def preset_accounts() -> tuple[SandboxAccount, ...]:
    """Return an account of each plan: builder, standard, scaling, enterprise.

    Returns:
        The accounts, named after their plans. Their values are invented and none is a secret.
    """
    from .plans import preset_accounts as presets

    return presets()


def read_setup(path: Path, now: float | None = None) -> "Setup":
    """Read an accounts file.

    Args:
        path: A YAML or JSON file with `accounts`, `switches` and `faults`, all optional.
        now: Seconds since the Unix epoch, what delays of faults count from; the time of this machine when absent.

    Returns:
        Its accounts, switches and faults.

    Raises:
        OSError: The file cannot be read.
        ValueError: It does not say what it should; the text names the place and what is legal.
    """
    from .files import read_setup as read

    return read(path, time.time() if now is None else now)


def ensure_private_key(state_dir: Path) -> str:
    """Return the demo private key of `state_dir`, creating the pair on first use.

    Args:
        state_dir: The directory given to `create_app`.

    Returns:
        A PKCS#8 PEM (RSA 2048). Its public half is registered with every account of that directory.

    Raises:
        OSError: The key file cannot be written or read.
    """
    from .keys import ensure_private_key as ensure

    return ensure(state_dir)


def sign_in(state_dir: Path, account: SandboxAccount | None = None) -> str:
    """Start a new GTM session, as a person who signs in again does.

    Args:
        state_dir: The directory given to `create_app`.
        account: Who signs in; `default_account()` when absent.

    Returns:
        An unused refresh token. Needed once the account's own refresh token has been spent.

    Raises:
        OSError: The state cannot be opened.
    """
    from .sessions import Sessions
    from .state import State

    with State.opened(state_dir) as state:
        return Sessions(state).start((account or default_account()).name)


def revoke_tokens(state_dir: Path, account: SandboxAccount | None = None) -> int:
    """Make every access token of an account invalid at once, of both generations.

    Args:
        state_dir: The directory given to `create_app`.
        account: Whose tokens; `default_account()` when absent.

    Returns:
        How many tokens were revoked.

    Raises:
        OSError: The state cannot be opened.
    """
    from .state import State

    with State.opened(state_dir) as state:
        return state.revoke_tokens((account or default_account()).name)
