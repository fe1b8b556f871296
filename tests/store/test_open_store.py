"""The state file: opening, migrating and refusing."""

from __future__ import annotations

import asyncio
import errno
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from filelock import FileLock

import sales_zoominfo
from sales_zoominfo.errors import InvalidArgument
from sales_zoominfo.store import Store, create_once, default_state_dir, open_store
from sales_zoominfo.store import sqlite as module
from sales_zoominfo.store.migrations import APPLICATION_ID, MIGRATIONS

SERVER = Path(sales_zoominfo.__file__).parent.parent


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def url(path: Path) -> str:
    return f"sqlite://{path}"


def add(name: str):
    return lambda c: c.execute("INSERT INTO account VALUES (?, 'gtm', 1.0)", (name,)).rowcount


def names(c: sqlite3.Connection) -> list[str]:
    return [name for (name,) in c.execute("SELECT name FROM account ORDER BY name")]


async def refusal(path: Path, **timeouts: float) -> str:
    with pytest.raises(InvalidArgument) as caught:
        await open_store(url(path), **timeouts)
    assert caught.value.kind == "state_unusable"
    assert caught.value.next_step
    return caught.value.message


# -- opening


@pytest.mark.anyio
async def test_new_file_is_private_durable_and_migrated(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "state.sqlite"
    store = await open_store(url(path))
    pragmas = await store.read(
        lambda c: [c.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    )
    versions = await store.read(
        lambda c: [c.execute(f"PRAGMA {name}").fetchone()[0] for name in ("user_version", "application_id")]
    )
    await store.write(add("a"))
    modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert store.directory == path.parent
    assert pragmas == ["wal", 2]
    assert versions == [len(MIGRATIONS), APPLICATION_ID]
    assert modes["state.sqlite"] == modes["state.sqlite-wal"] == modes["state.sqlite-shm"] == 0o600
    assert path.parent.stat().st_mode & 0o777 == path.parent.parent.stat().st_mode & 0o777 == 0o700
    await store.close()
    await store.close()


@pytest.mark.anyio
async def test_content_survives_and_a_wide_mode_is_tightened(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    store = await open_store(url(path))
    await store.write(add("kept"))
    await store.close()
    path.chmod(0o644)
    store = await open_store(url(path))
    assert await store.read(names) == ["kept"]
    assert path.stat().st_mode & 0o777 == 0o600
    await store.close()


@pytest.mark.anyio
async def test_the_default_is_a_private_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import platformdirs

    folder = tmp_path / "home" / "sales-zoominfo"
    monkeypatch.setattr(platformdirs, "user_state_path", lambda *args, **kwargs: folder)
    store = await open_store()
    assert store.path == folder / "state.sqlite"
    await store.close()
    folder.chmod(0o755)
    assert default_state_dir() == folder
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("given", "names_it"),
    [
        ("mysql://someone:hunter2@db/state", "mysql"),
        ("/var/lib/state.sqlite", "not a URL"),
        ("sqlite://state.sqlite", "not absolute"),
        ("sqlite:///:memory:", "not name a file"),
        ("sqlite:///", "not name a file"),
        ("sqlite:///var/state.sqlite?mode=ro", "options"),
    ],
)
async def test_other_urls_are_refused_without_repeating_them(given: str, names_it: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await open_store(given)
    assert caught.value.kind == "setting_invalid"
    assert "ZOOMINFO_STATE_URL" in caught.value.message
    assert names_it in caught.value.message
    assert "hunter2" not in str(caught.value)


@pytest.mark.anyio
async def test_urls_with_four_slashes_and_escapes(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path}/a%20b.sqlite")
    assert store.path == tmp_path / "a b.sqlite"
    await store.close()


def test_importing_the_package_opens_nothing_heavy() -> None:
    code = (
        "import sys, sales_zoominfo.store;"
        "print([m for m in ('sqlite3', 'filelock', 'platformdirs', 'asyncio') if m in sys.modules])"
    )
    out = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, env={"PYTHONPATH": str(SERVER)}, check=True
    )
    assert out.stdout.strip() == "[]"


# -- refusing, with nothing altered


@pytest.mark.anyio
async def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    await (await open_store(url(path))).close()
    with sqlite3.connect(path) as c:
        c.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    c.close()
    before = path.read_bytes()
    assert "newer release" in await refusal(path)
    assert path.read_bytes() == before


@pytest.mark.anyio
async def test_a_newer_schema_that_only_the_log_knows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    await (await open_store(url(path))).close()
    c = sqlite3.connect(path, isolation_level=None)
    c.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    assert "newer release" in await refusal(path)
    c.close()


@pytest.mark.anyio
@pytest.mark.parametrize("content", [b"name,email\n" * 40, b"SQLite", os.urandom(8192)])
async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "state.sqlite"
    path.write_bytes(content)
    assert "not a SQLite database" in await refusal(path)
    assert path.read_bytes() == content
    with pytest.raises(InvalidArgument) as caught:
        await open_store(url(path))
    assert str(path) in caught.value.next_step
    assert "the opt-out list" in caught.value.next_step and "import the opt-outs again" in caught.value.next_step


@pytest.mark.anyio
async def test_a_truncated_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    await (await open_store(url(path))).close()
    content = path.read_bytes()[:8192]
    path.write_bytes(content)
    assert "corrupt" in await refusal(path)
    assert path.read_bytes() == content
    with pytest.raises(InvalidArgument) as caught:
        await open_store(url(path))
    assert "the opt-out list" in caught.value.next_step and "import the opt-outs again" in caught.value.next_step


@pytest.mark.anyio
@pytest.mark.parametrize("code", [sqlite3.SQLITE_IOERR | 19 << 8, sqlite3.SQLITE_CANTOPEN])  # 19: the -shm file
@pytest.mark.parametrize(("free", "reason"), [(0, "is full"), (4096, "is full"), (10**9, "failed|cannot be opened")])
async def test_a_full_disk_is_called_full_whatever_sqlite_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, free: int, reason: str
) -> None:
    def failing(_: sqlite3.Connection) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = code
        raise error

    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    store = await open_store(url(tmp_path / "state.sqlite"))
    with pytest.raises(InvalidArgument, match=reason) as caught:
        await store.write(failing)
    assert ("Free some space" in caught.value.next_step) == ("full" in reason)
    with pytest.raises(InvalidArgument, match=reason):
        await store.read(failing)
    await store.close()


@pytest.mark.anyio
async def test_a_full_disk_that_refuses_a_new_file_is_called_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(module, "_inspect", full)
    path = tmp_path / "state.sqlite"
    with pytest.raises(InvalidArgument, match="is full") as caught:
        await open_store(url(path))
    assert "Free some space" in caught.value.next_step


@pytest.mark.anyio
async def test_a_page_damaged_later_is_told_plainly(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    await (await open_store(url(path))).close()
    first = path.stat().st_size // 4096  # of the pages that hold no schema
    store = await open_store(url(path))
    await store.write(lambda c: [add(f"account-{n:04}")(c) for n in range(400)])
    await store.close()
    content = bytearray(path.read_bytes())
    for page in range(first, len(content) // 4096):
        content[page * 4096 : page * 4096 + 512] = b"\xff" * 512
    path.write_bytes(bytes(content))
    store = await open_store(url(path))
    with pytest.raises(InvalidArgument, match="corrupt"):
        await store.read(names)
    await store.close()


@pytest.mark.anyio
async def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "crm.sqlite"
    with sqlite3.connect(path) as c:
        c.execute("CREATE TABLE leads (id)")
    c.close()
    before = path.read_bytes()
    assert "another program" in await refusal(path)
    assert path.read_bytes() == before


@pytest.mark.anyio
async def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite").mkdir()
    assert "not a file" in await refusal(tmp_path / "state.sqlite")
    (tmp_path / "file").write_text("")
    assert "folder" in await refusal(tmp_path / "file" / "state.sqlite")


@pytest.mark.anyio
@pytest.mark.skipif(sys.platform != "linux", reason="needs a file system that refuses new folders to everyone")
async def test_a_folder_that_cannot_be_made() -> None:
    assert "cannot be used" in await refusal(Path("/proc/no-such-folder/state.sqlite"))


@pytest.mark.parametrize("what", ["folder", "file"])
def test_read_only(tmp_path: Path, what: str) -> None:
    """As an ordinary user: root may write anywhere."""
    import shutil
    import tempfile

    top = Path(tempfile.mkdtemp())
    try:
        top.chmod(0o755)
        folder = top / "state"
        folder.mkdir()
        path = folder / "state.sqlite"
        asyncio.run(_make(path))
        user = 65534 if os.geteuid() == 0 else None
        if user is not None:
            for entry in (folder, *folder.iterdir()):
                os.chown(entry, user, user)
        before = path.read_bytes()
        (folder if what == "folder" else path).chmod(0o500 if what == "folder" else 0o400)
        if what == "folder":
            for entry in folder.iterdir():
                entry.chmod(0o400)
        code = (
            # Everything is imported before the privileges go: another user may not reach this interpreter's files.
            "import asyncio, concurrent.futures.thread, filelock, os, sqlite3, sys\n"
            "from sales_zoominfo.store import open_store\n"
            "if len(sys.argv) > 2:\n"
            "    os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))\n"
            "try: asyncio.run(open_store(sys.argv[1], lock_timeout=1))\n"
            "except Exception as error: print(error.kind, error.message)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, url(path), *([] if user is None else [str(user)])],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(SERVER)},
        )
        assert done.stdout.startswith("state_unusable"), done.stderr
        assert path.read_bytes() == before
    finally:
        shutil.rmtree(top)


async def _make(path: Path) -> None:
    await (await open_store(url(path))).close()


@pytest.mark.anyio
async def test_locked_for_too_long_while_opening(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    with FileLock(f"{path}.lock", mode=0o600, thread_local=False):
        assert "another process" in await refusal(path, lock_timeout=0.1)
    assert not path.exists()


@pytest.mark.anyio
async def test_locked_for_too_long_by_a_transaction(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    store = await open_store(url(path), busy_timeout=0.1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(InvalidArgument, match="locked"):
        await store.write(add("late"))
    assert "locked" in await refusal(path, busy_timeout=0.1)
    assert await store.read(names) == []  # readers are not held up
    other.execute("ROLLBACK")
    other.close()
    await store.write(add("now"))
    assert await store.read(names) == ["now"]
    await store.close()


@pytest.mark.anyio
async def test_a_full_disk_is_told_and_nothing_is_half_written(tmp_path: Path) -> None:
    store = await open_store(url(tmp_path / "state.sqlite"))
    pages = await store.read(lambda c: c.execute("PRAGMA page_count").fetchone()[0])
    await store.read(lambda c: c.execute(f"PRAGMA max_page_count = {pages}").fetchone())
    with pytest.raises(InvalidArgument, match="full"):
        await store.write(lambda c: [add(f"account-{n:05}")(c) for n in range(2000)])
    assert await store.read(names) == []
    await store.close()


# -- migrations


@pytest.mark.anyio
async def test_migrations_run_in_order_and_keep_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state.sqlite"
    store = await open_store(url(path))
    await store.write(add("old"))
    await store.close()
    more = (
        *MIGRATIONS,
        ("ALTER TABLE account ADD COLUMN note TEXT",),
        ("UPDATE account SET note = 'migrated'",),
    )
    monkeypatch.setattr(module, "MIGRATIONS", more)
    store = await open_store(url(path))
    assert await store.read(lambda c: c.execute("SELECT name, note FROM account").fetchall()) == [("old", "migrated")]
    assert await store.read(lambda c: c.execute("PRAGMA user_version").fetchone()[0]) == len(more)
    await store.close()


@pytest.mark.anyio
async def test_a_migration_that_fails_leaves_the_old_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state.sqlite"
    await (await open_store(url(path))).close()
    broken = (*MIGRATIONS, ("CREATE TABLE extra (x)", "SELECT * FROM nowhere"))
    with monkeypatch.context() as patch:
        patch.setattr(module, "MIGRATIONS", broken)
        with pytest.raises(sqlite3.OperationalError):
            await open_store(url(path))
    store = await open_store(url(path))
    tables = await store.read(lambda c: [name for (name,) in c.execute("SELECT name FROM sqlite_master")])
    assert "extra" not in tables
    await store.close()


# -- cancelling


@pytest.mark.anyio
async def test_cancelling_the_opening_closes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    opening = asyncio.create_task(open_store(url(path)))
    await asyncio.sleep(0)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    store = await open_store(url(path))
    await store.write(add("a"))
    await store.close()


# -- processes


def _open_all(folder: str, count: int, barrier, errors) -> None:
    async def run() -> None:
        for n in range(count):
            barrier.wait(30)
            try:
                store: Store = await open_store(f"sqlite://{folder}/{n}.sqlite")
                await store.write(
                    lambda c: c.execute("INSERT INTO account VALUES (?, 'gtm', 1.0)", (str(os.getpid()),))
                )
                await store.close()
            except Exception as error:
                errors.put(f"{n}: {error!r}")

    asyncio.run(run())


def test_two_processes_open_the_same_new_file_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    barrier, errors = context.Barrier(2), context.Queue()
    workers = [context.Process(target=_open_all, args=(str(tmp_path), 20, barrier, errors)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert errors.empty()
    for n in range(20):
        c = sqlite3.connect(tmp_path / f"{n}.sqlite")
        assert c.execute("SELECT COUNT(*) FROM account").fetchone() == (2,)
        c.close()


# -- files made once


def test_create_once_gives_everyone_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "some.key"
    found: list[bytes] = []
    barrier = threading.Barrier(8)

    def run() -> None:
        barrier.wait()
        found.append(create_once(path, 32))

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(found[0]) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_create_once_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*args: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", no_links)
    data = create_once(tmp_path / "some.key", 32)
    assert create_once(tmp_path / "some.key", 32) == data
    assert list(tmp_path.iterdir()) == [tmp_path / "some.key"]


def test_a_damaged_key_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "some.key"
    path.write_bytes(b"long enough to be no key of ours")
    path.write_bytes(path.read_bytes() + b"!")
    with pytest.raises(InvalidArgument, match="damaged"):
        create_once(path, 32)
    assert path.read_bytes().endswith(b"!")
