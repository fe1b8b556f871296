"""``sandbox``: the simulated ZoomInfo on a port."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import fail
from ..serving import listen
from .run import Spinner, err, settings
from .state import share_dataset, state_folder

if TYPE_CHECKING:
    from rich.console import Console


def serve_sandbox(host: str, port: int, state: Path | None) -> None:
    """Serve until interrupted.

    Args:
        host, port: where to listen; port 0 takes a free one.
        state: folder of its data; None means ``sandbox-server`` in the state folder.

    Raises:
        InvalidArgument: the address cannot be used, or the folder cannot.
    """
    import uvicorn

    from ..sandbox import create_app, ensure_private_key
    from ..sandbox.keys import PRIVATE

    # Before the data is built: a port in use is better known at once.
    listener = listen(host, port, spare=8080, legal="Take 127.0.0.1, or 0.0.0.0 for all.")
    with listener:
        try:
            with Spinner("Building the fictional data (first time only)…"):
                folder = _folder(state)
                served = create_app(folder)
                ensure_private_key(folder)
        except OSError as error:
            reason = f"the folder cannot be used ({(error.strerror or type(error).__name__).lower()})"
            raise fail(
                "option_invalid", name="--state", reason=reason, how="Give a folder that you can write to."
            ) from None
        address = _address(host, listener.getsockname()[1])
        _introduce(err(), address, folder / PRIVATE)
        config = uvicorn.Config(served, log_level="warning", access_log=False)
        # Ctrl-C is how one ends it, and no failure.
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


def _folder(state: Path | None) -> Path:
    if state is not None:
        folder = state.expanduser().resolve()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder
    home = state_folder(settings())
    folder = home / "sandbox-server"
    share_dataset(home / "sandbox", folder)
    return folder


def _address(host: str, port: int) -> str:
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{name}:{port}"


def _introduce(console: Console, address: str, key: Path) -> None:
    import shlex

    from ..sandbox import default_account

    account = default_account()

    def export(**variables: str) -> None:
        for name, value in {"base_url": address, **variables}.items():
            console.print(f"export ZOOMINFO_{name.upper()}={shlex.quote(value)}", soft_wrap=True)

    console.print(f"Simulated ZoomInfo on {address} (fictional data and credentials)", style="bold")
    console.print("\n# GTM API: client credentials")
    export(gtm_client_id=account.client_id, client_secret=account.client_secret)
    console.print("\n# Enterprise API: password")
    export(username=account.username, password=account.password)
    console.print("\n# Enterprise API: key (PKI)")
    export(username=account.username, client_id=account.enterprise_client_id, private_key_file=str(key))
    console.print("\nPaste one block or all into another terminal, then: sales-zoominfo doctor")
    console.print("Ctrl-C ends it.", style="dim")
