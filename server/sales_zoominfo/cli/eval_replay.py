"""``eval replay``: recorded conversations against today's tools."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import typer

from .. import __version__
from ..app import App, build_server
from ..errors import fail
from ..settings import Settings
from .output import Output
from .run import Spinner, command, err, run, settings

if TYPE_CHECKING:
    from mcp import Client

    from ..agent.evals.replay import Consents, Replayed
    from ..agent.transcript import Conversation

RECORDINGS = "recordings"
# Files that recorded bulk jobs read, in the recordings' folder.
FILES = "files"
# How long a worker may take to come up, seconds.
_WORKER_UP = 60.0

ResultOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write the whole result as JSON.", show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="The whole result as JSON, on stdout.")]


def data_file(name: str, given: Path | None, what: str, option: str) -> Path:
    """A file or folder of tests/evals, unless another was named."""
    from ..knowledge.root import find_skill_root

    if given is not None:
        return given.expanduser()
    for root in (find_skill_root(), Path.cwd()):
        if (root / "tests" / "evals" / name).exists():
            return root / "tests" / "evals" / name
    raise fail("eval_data_missing", file=name, what=what, option=option)


def now() -> str:
    """The time as ISO 8601, UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def show_result(result: dict[str, Any], lines: Iterable[str], *, as_json: bool, output: Path | None) -> None:
    """Write a result: its lines or its JSON on stdout, and its JSON to a file if one is named."""
    text = json.dumps(result, ensure_ascii=False, indent=2) + "\n"
    if output is not None:
        with Output("json", output) as sink:
            sink.write(text)
    sys.stdout.write(text if as_json else "".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


@command
def replay_command(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[FOLDER]", help="Of recordings; default: tests/evals/recordings.", show_default=False),
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(
            "--record", metavar="TRANSCRIPT", help="Make a recording of this transcript, scrubbed.", show_default=False
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="With --record: of the recording; default: its id.", show_default=False)
    ] = None,
    notes: Annotated[bool, typer.Option("--notes", help="Also show what is new and breaks nobody.")] = False,
    output: ResultOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the calls of recorded conversations again in a sandbox, and say which contracts have changed. No key."""
    data = sandbox_data(settings())
    if name is not None and record is None:
        raise fail("option_invalid", name="--name", reason="it goes with --record", how="Add --record TRANSCRIPT.")
    if record is not None:
        kept = record_transcript(record, folder or data_file(RECORDINGS, None, "a folder", "FOLDER"), name, data)
        err().print(f"Recorded in {kept}. Read it before you share it.")
        return
    place = data_file(RECORDINGS, folder, "a folder", "FOLDER")
    with Spinner("Opening the sandbox (its first time takes some seconds)…") as spinner:
        found = run(lambda: replay_all(place, data, lambda text: spinner.say(f"{text}…")))
    result = {
        "kind": "replay",
        "date": now(),
        "version": __version__,
        "recordings": [
            {
                "name": called,
                "calls": each.calls,
                "same": each.same,
                "drifts": [drift._asdict() for drift in each.drifts],
            }
            for called, each in found.items()
        ],
    }
    show_result(result, _replay_lines(found, notes), as_json=as_json, output=output)
    if not all(each.same for each in found.values()):
        raise typer.Exit(1)


def _replay_lines(found: dict[str, Replayed], notes: bool) -> Iterable[str]:
    for name, each in found.items():
        yield f"{'✓' if each.same else '✗'} {name}: {each.calls} calls{'' if each.same else ', changed'}"
        yield from (f"    {drift}" for drift in each.drifts if drift.breaking or notes)
    changed = sum(not each.same for each in found.values())
    yield f"{len(found)} recordings, {sum(each.calls for each in found.values())} calls, {changed} changed"


def read_recordings(folder: Path) -> dict[str, Conversation]:
    """The recordings of a folder, by their file's name.

    Raises:
        InvalidArgument: there are none, or one cannot be read.
    """
    from ..agent.transcript import Conversation

    paths = sorted(folder.glob("*.json"))
    if not paths:
        how = "Name a folder of recordings, or make one with --record TRANSCRIPT."
        raise fail("file_unusable", file=folder.name, reason="it holds no recordings", how=how)
    return {path.stem: Conversation.from_json(_text_of(path)) for path in paths}


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = f"it cannot be read ({type(error).__name__})"
        how = "Name a file that `ask --transcript` wrote."
        raise fail("file_unusable", file=path.name, reason=reason, how=how) from None


def sandbox_data(using: Settings) -> Path:
    """Where the sandbox inside this program keeps its data set; that of a replay is shared with it."""
    from ..store import directory_of

    return directory_of(using.state_address) / "sandbox"


async def replay_all(folder: Path, data: Path, tell: Callable[[str], None]) -> dict[str, Replayed]:
    """Replay the recordings of a folder, each in a fresh sandbox.

    Args:
        folder: of recordings.
        data: folder that holds the sandbox's data set, or will.
        tell: told the name of each before its turn.

    Returns:
        How each went, by its file's name.
    """
    found: dict[str, Replayed] = {}
    for name, conversation in read_recordings(folder).items():
        tell(name)
        found[name] = await replay_one(conversation, data, folder / FILES)
    return found


async def replay_one(conversation: Conversation, data: Path, files: Path) -> Replayed:
    """Replay one conversation in a fresh sandbox.

    Args:
        conversation: as recorded.
        data: folder that holds the sandbox's data set, or will.
        files: that its bulk jobs read.
    """
    from ..agent.evals.replay import replay
    from ..knowledge.root import find_skill_root

    async with _sandboxed(conversation, data, files) as (client, consents):
        return await replay(conversation, client, consents, now=time.time(), skill=find_skill_root())


def record_transcript(transcript: Path, folder: Path, name: str | None, data: Path) -> Path:
    """Keep a transcript as a recording.

    Args:
        transcript: a file of ``ask --transcript``.
        folder: of recordings.
        name: of the recording; its id if None.
        data: folder that holds the sandbox's data set, or will.

    Returns:
        The file.

    Raises:
        InvalidArgument: it cannot be read, still holds something personal, or does not end the same twice.
    """
    from ..agent.evals.recording import record
    from ..agent.transcript import Conversation

    conversation = Conversation.from_json(_text_of(transcript.expanduser()))

    async def make() -> Conversation:
        async with _sandboxed(conversation, data, folder / FILES) as (client, consents):
            recording, leaks = await record(conversation, client, consents)
        if leaks:
            raise fail("recording_personal", place=leaks[0])
        again = await replay_one(recording, data, folder / FILES)
        if not again.same:
            first = next(drift for drift in again.drifts if drift.breaking)
            raise fail("recording_unstable", drift=str(first))
        return recording

    with Spinner("Making the calls in a sandbox…"):
        recording = run(make)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name or recording.id}.json"
    with Output("json", path) as sink:
        sink.write(recording.to_json() + "\n")
    return path


def _toolsets(conversation: Conversation) -> tuple[str, ...]:
    """Those beside the default ones that a conversation's tools need."""
    from ..agent.evals.replay import outcome_of
    from ..tools.registry import DEFAULT_TOOLSETS, TOOLS

    calls = [call for turn in conversation.turns for call in turn.calls]
    # A tool that was not there must not be there today either.
    used = [TOOLS[call.name].toolset for call in calls if call.name in TOOLS and outcome_of(call).code != "NOT_FOUND"]
    return tuple(dict.fromkeys(toolset for toolset in used if toolset not in DEFAULT_TOOLSETS))


@asynccontextmanager
async def _sandboxed(conversation: Conversation, data: Path, files: Path) -> AsyncGenerator[tuple[Client, Consents]]:
    """A client of a server with a sandbox that nobody has used."""
    from ..agent.evals.replay import Consents

    consents = Consents()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        folder = Path(place)
        await anyio.to_thread.run_sync(_prepare, data, folder, files)
        more = {"max_credits_per_call": 0} if _asks_always(conversation) else {}
        async with open_client(folder, _toolsets(conversation), consents, more) as (client, app):
            worker = await _worker(app, folder) if _runs_jobs(conversation) else None
            try:
                yield client, consents
            finally:
                if worker is not None:
                    worker.terminate()
                    with anyio.CancelScope(shield=True):
                        await anyio.to_thread.run_sync(_reap, worker)


def _asks_always(conversation: Conversation) -> bool:
    """Whether a person was asked for less than the ceiling that a server has by itself, as `ask` does each time."""
    usual = Settings.model_fields["max_credits_per_call"].default
    asked = [consent.credits for turn in conversation.turns for consent in turn.asked_consent]
    return any(credits is not None and credits <= usual for credits in asked)


def _prepare(data: Path, folder: Path, files: Path) -> None:
    """Put the sandbox's data set, which takes seconds to build, and the files where the server looks for them."""
    from .state import share_dataset

    share_dataset(data, folder / "sandbox")
    if files.is_dir():
        shutil.copytree(files, folder / FILES)
    else:
        (folder / FILES).mkdir()


@asynccontextmanager
async def open_client(
    folder: Path, toolsets: tuple[str, ...], consents: Consents | None = None, more: Mapping[str, int] | None = None
) -> AsyncGenerator[tuple[Client, App]]:
    """A client of the server in this process, whatever the environment's settings are; ``more`` are others."""
    from mcp import Client
    from mcp.types import Implementation

    chosen = Settings.model_validate(
        {
            "state_url": f"sqlite:///{folder / 'state.sqlite'}",
            "toolsets": ",".join(("default", *toolsets)),
            "files": str(folder / FILES) if (folder / FILES).is_dir() else None,
            **(more or {}),
        }
    )
    app = App(chosen)
    info = Implementation(name="sales-zoominfo-eval", version=__version__)
    async with Client(build_server(app), client_info=info, elicitation_callback=consents) as client:
        yield client, app


def _runs_jobs(conversation: Conversation) -> bool:
    calls = [call for turn in conversation.turns for call in turn.calls]
    return any(c.name == "start_enrichment_job" and not c.arguments.get("dryRun") and not c.is_error for c in calls)


async def _worker(app: App, folder: Path) -> subprocess.Popen[bytes]:
    """A worker of this sandbox alone; the server would start one with the environment's settings."""
    jobs = await app.jobs()
    root = str(Path(__file__).parents[2])
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ZOOMINFO_")}
    environment["ZOOMINFO_STATE_URL"] = f"sqlite:///{folder / 'state.sqlite'}"
    environment["PYTHONPATH"] = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    process = subprocess.Popen(  # noqa: ASYNC220 - starting it takes a moment, and nothing else runs
        [sys.executable, "-m", "sales_zoominfo", "worker"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    with anyio.move_on_after(_WORKER_UP):
        while process.poll() is None and not await jobs.fleet.here():  # noqa: ASYNC110 - told by a table
            await anyio.sleep(0.1)
    return process


def _reap(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
