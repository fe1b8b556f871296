"""The state on a PostgreSQL server: what is refused or left alone, and a server that goes away and comes back."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import psycopg
import pytest

import sales_zoominfo
from lossy import COMMIT, Cut, LossyLink
from postgres import Server, new_database
from sales_zoominfo.errors import InvalidArgument
from sales_zoominfo.store import Store, Transaction, directory_of, open_store
from sales_zoominfo.store import postgres as store_module
from sales_zoominfo.store import postgres_link as link_module
from sales_zoominfo.store import postgres_server as module
from sales_zoominfo.store.migrations import MIGRATIONS

SERVER = Path(sales_zoominfo.__file__).parent.parent


@pytest.fixture(autouse=True)
def state_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.fixture
def link(postgres_url: str) -> Iterator[LossyLink]:
    made = LossyLink(postgres_url)
    yield made
    made.close()


def add(name: str):
    return lambda c: c.execute("INSERT INTO account VALUES (?, 'gtm', 1.0)", (name,)).rowcount


def names(c: Transaction) -> list[str]:
    return [name for (name,) in c.execute("SELECT name FROM account ORDER BY name")]


def run(url: str, *statements: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = None
        for statement in statements:
            cursor = connection.execute(statement)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor is not None and cursor.description else []


async def refusal(url: str, **timeouts: float) -> str:
    with pytest.raises(InvalidArgument) as caught:
        await open_store(url, **{"patience": 1, **timeouts})  # type: ignore[arg-type]
    told = f"{caught.value}\n{caught.value.details}"
    password = urlsplit(url).password
    assert password is None or (password not in told and unquote(password) not in told)
    assert caught.value.next_step
    return caught.value.message


# -- opening


@pytest.mark.anyio
async def test_the_tables_are_in_a_schema_of_their_own(postgres_url: str, tmp_path: Path) -> None:
    run(postgres_url, "CREATE TABLE account (id INT)", "INSERT INTO account VALUES (7)")
    store = await open_store(postgres_url)
    await store.write(add("ours"))
    assert store.directory == directory_of(postgres_url) == tmp_path / "sales-zoominfo"
    assert store.directory.stat().st_mode & 0o777 == 0o700
    await store.close()
    await store.close()
    assert run(postgres_url, "SELECT * FROM public.account") == [(7,)]
    assert run(postgres_url, "SELECT name FROM sales_zoominfo.account") == [("ours",)]
    assert run(postgres_url, "SELECT version FROM sales_zoominfo.sales_zoominfo_version") == [(len(MIGRATIONS),)]
    store = await open_store(postgres_url)
    assert await store.read(names) == ["ours"]
    await store.close()


@pytest.mark.anyio
async def test_the_urls_search_path_chooses_the_schema(postgres_url: str) -> None:
    run(postgres_url, 'CREATE SCHEMA "Our State"')
    chosen = f"{postgres_url}?options={quote('-csearch_path=' + chr(34) + 'Our' + chr(92) + ' State' + chr(34))}"
    store = await open_store(chosen)
    await store.write(add("there"))
    await store.close()
    assert run(postgres_url, 'SELECT name FROM "Our State".account') == [("there",)]
    assert "search path" in await refusal(f"{postgres_url}?options=-csearch_path%3Dmissing")


@pytest.mark.anyio
async def test_another_programs_schema_is_left_alone(postgres_url: str) -> None:
    run(postgres_url, "CREATE SCHEMA sales_zoominfo", "CREATE TABLE sales_zoominfo.leads (id INT)")
    assert "another program" in await refusal(postgres_url)
    tables = "SELECT relname FROM pg_class WHERE relnamespace = 'sales_zoominfo'::regnamespace"
    assert run(postgres_url, tables) == [("leads",)]


@pytest.mark.anyio
async def test_a_newer_schema_is_refused_and_left_alone(postgres_url: str) -> None:
    await (await open_store(postgres_url)).close()
    newer = len(MIGRATIONS) + 1
    run(postgres_url, f"UPDATE sales_zoominfo.sales_zoominfo_version SET version = {newer}")
    assert "newer release" in await refusal(postgres_url)
    assert run(postgres_url, "SELECT version FROM sales_zoominfo.sales_zoominfo_version") == [(newer,)]


@pytest.mark.anyio
async def test_a_file_of_the_first_schema_and_a_server_end_up_alike(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Steps run in order and keep the rows, also when a release is skipped."""
    with monkeypatch.context() as patch:
        patch.setattr(module, "MIGRATIONS", MIGRATIONS[:1])
        store = await open_store(postgres_url)
        await store.write(add("old"))
        await store.close()
    more = (*MIGRATIONS, ("ALTER TABLE account ADD COLUMN note TEXT",), ("UPDATE account SET note = 'migrated'",))
    monkeypatch.setattr(module, "MIGRATIONS", more)
    store = await open_store(postgres_url)
    assert await store.read(lambda c: c.execute("SELECT name, note FROM account").fetchall()) == [("old", "migrated")]
    await store.close()


@pytest.mark.anyio
async def test_a_migration_that_fails_leaves_the_old_schema(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await (await open_store(postgres_url)).close()
    with monkeypatch.context() as patch:
        patch.setattr(module, "MIGRATIONS", (*MIGRATIONS, ("CREATE TABLE extra (x TEXT)", "SELECT * FROM nowhere")))
        with pytest.raises(psycopg.errors.UndefinedTable):
            await open_store(postgres_url)
    store = await open_store(postgres_url)
    await store.write(add("a"))
    await store.close()
    assert run(postgres_url, "SELECT to_regclass('sales_zoominfo.extra')") == [(None,)]


def _open(url: str, barrier, errors) -> None:
    async def main() -> None:
        barrier.wait(30)
        try:
            store = await open_store(url)
            await store.write(add(str(os.getpid())))
            await store.close()
        except Exception as error:
            errors.put(repr(error))

    asyncio.run(main())


def test_processes_open_the_same_new_database_at_once(postgres_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    barrier, errors = context.Barrier(4), context.Queue()
    workers = [context.Process(target=_open, args=(postgres_url, barrier, errors)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * 4
    assert errors.empty()
    assert run(postgres_url, "SELECT count(*) FROM sales_zoominfo.account") == [(4,)]


# -- refusing, and never the password


@pytest.mark.anyio
@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:hunter2@[::1/db",
        "postgresql://u:hunter2@127.0.0.1:notaport/db",
        "postgresql://u:hunter2@127.0.0.1/db?nonsense=1",
        "postgresql://u:hun%zzter2@127.0.0.1/db",
        "postgresql://u:hunter2@127.0.0.1:1/db",
        "postgres://u:hunter2@nowhere.invalid/db",
        "postgresql://u:p/hunter2@127.0.0.1/db",
        "postgresql://127.0.0.1:1/db?password=hunter2",
        "postgresql://u:hunter2@127.0.0.1:1/db?sslmode=nonsense",
    ],
)
async def test_wrong_urls_are_refused_without_repeating_them(url: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await open_store(url, patience=0.2)
    assert caught.value.kind in ("setting_invalid", "state_unusable")
    assert "ZOOMINFO_STATE_URL" in caught.value.message
    assert "hunter2" not in f"{caught.value}{caught.value.details}"


@pytest.mark.anyio
async def test_a_wrong_password_or_database_is_told_at_once(postgres_url: str) -> None:
    parts = urlsplit(postgres_url)
    began = time.monotonic()
    wrong = postgres_url.replace(parts.password or "", "hunter2")
    assert "refused" in await refusal(wrong, patience=30)
    assert "refused" in await refusal(postgres_url + "x", patience=30)
    assert time.monotonic() - began < 10, "no waiting where waiting does not help"


@pytest.mark.anyio
async def test_a_user_without_rights_is_told_which(postgres_url: str) -> None:
    run(postgres_url, "DROP ROLE IF EXISTS guest", "CREATE ROLE guest LOGIN PASSWORD 'hunter2'")
    parts = urlsplit(postgres_url)
    guest = f"postgresql://guest:hunter2@{parts.hostname}:{parts.port}{parts.path}"
    assert "lacks a right" in await refusal(guest)
    run(postgres_url, "CREATE SCHEMA sales_zoominfo AUTHORIZATION guest")
    store = await open_store(guest)
    await store.write(add("a"))
    await store.close()


@pytest.mark.anyio
async def test_a_read_only_server_is_told(postgres_url: str) -> None:
    name = urlsplit(postgres_url).path[1:]
    run(postgres_url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    assert "read-only" in await refusal(postgres_url)
    allow = "SET default_transaction_read_only = off"
    run(postgres_url, allow, f"ALTER DATABASE {name} RESET default_transaction_read_only")
    await (await open_store(postgres_url)).close()


@pytest.mark.anyio
async def test_another_encoding_is_refused(postgres_server_url: str) -> None:
    run(
        postgres_server_url,
        "DROP DATABASE IF EXISTS latin",
        "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0",
    )
    parts = urlsplit(postgres_server_url)
    assert "LATIN1" in await refusal(parts._replace(path="/latin").geturl())
    run(postgres_server_url, "DROP DATABASE latin")


def test_without_the_driver_the_next_step_is_to_install_it(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys\n"
        "sys.modules['psycopg'] = None\n"
        "from sales_zoominfo.store import open_store\n"
        "try: asyncio.run(open_store('postgresql://u:hunter2@h/d'))\n"
        "except Exception as error: print(error.kind, error)\n"
    )
    env = {**os.environ, "PYTHONPATH": str(SERVER)}
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    assert out.stdout.startswith("setting_invalid"), out.stderr
    assert "sales-zoominfo[postgres]" in out.stdout
    assert "hunter2" not in out.stdout + out.stderr


def test_a_sqlite_state_loads_no_postgresql(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys\n"
        "from sales_zoominfo.store import open_store\n"
        "store = asyncio.run(open_store(sys.argv[1]))\n"
        "print([m for m in ('psycopg',) if m in sys.modules])\n"
        "asyncio.run(store.close())\n"
    )
    env = {**os.environ, "PYTHONPATH": str(SERVER)}
    command = [sys.executable, "-c", code, f"sqlite://{tmp_path}/state.sqlite"]
    assert subprocess.run(command, capture_output=True, text=True, env=env, check=True).stdout.strip() == "[]"


# -- locks


@pytest.mark.anyio
async def test_lanes_do_not_hold_up_each_other(postgres_url: str) -> None:
    slow, quick = await open_store(postgres_url), await open_store(postgres_url)
    started, go_on = threading.Event(), threading.Event()

    def wait(c: Transaction) -> None:
        started.set()
        go_on.wait(10)

    held = slow.submit(wait, lane="one")
    await asyncio.to_thread(started.wait, 5)
    assert await asyncio.wait_for(quick.write(add("other"), lane="two"), 5) == 1
    waiting = quick.submit(add("same"), lane="one")
    await asyncio.sleep(0.1)
    assert not waiting.done()
    go_on.set()
    held.result(5)
    assert waiting.result(5) == 1
    await slow.close()
    await quick.close()


@pytest.mark.anyio
async def test_a_lane_held_for_too_long_is_told(postgres_url: str) -> None:
    store = await open_store(postgres_url, busy_timeout=0.3)
    key = module.lock_key("sales_zoominfo", "state")
    with psycopg.connect(postgres_url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (key,))
        with pytest.raises(InvalidArgument, match="locked"):
            await store.write(add("late"))
    assert await store.write(add("now")) == 1
    await store.close()


def _freeze(url: str, ready) -> None:
    async def main() -> None:
        store = await open_store(url, busy_timeout=2)

        def stop(c: Transaction) -> None:
            add("half")(c)
            ready.set()
            os.kill(os.getpid(), signal.SIGSTOP)
            time.sleep(60)  # the signal takes a moment to arrive

        await store.write(stop)

    asyncio.run(main())


def test_a_process_frozen_within_a_transaction_holds_up_nobody_for_long(postgres_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    frozen = context.Process(target=_freeze, args=(postgres_url, ready))
    frozen.start()
    try:
        assert ready.wait(30)

        async def main() -> list[str]:
            store = await open_store(postgres_url, busy_timeout=10)
            await store.write(add("other"))
            found = await store.read(names)
            await store.close()
            return found

        assert asyncio.run(main()) == ["other"]
    finally:
        frozen.kill()
        frozen.join()


# -- statements that travel together


def put(name: str):
    """As :func:`add`, and looks at no answer."""

    def job(c: Transaction) -> None:
        c.execute("INSERT INTO account VALUES (?, 'gtm', 1.0)", (name,))

    return job


@pytest.mark.anyio
async def test_what_nobody_looks_at_costs_no_round_trip(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = await open_store(postgres_url)
    waits: list[int] = []
    wait = link_module.Link.wait
    monkeypatch.setattr(link_module.Link, "wait", lambda self: (waits.append(1), wait(self))[1])

    def job(c: Transaction) -> list[str]:
        for name in ("a", "b", "c"):
            put(name)(c)
        c.executemany("INSERT INTO account VALUES (?, 'gtm', 1.0)", [("d",), ("e",)])
        gone = c.execute("DELETE FROM account WHERE name = 'a'")
        found = c.execute("SELECT name FROM account ORDER BY name")
        assert gone.rowcount == 1
        return [name for (name,) in found]

    assert await store.write(job) == ["b", "c", "d", "e"]
    assert len(waits) == 2, "for what is looked at, and for the COMMIT"
    waits.clear()
    assert await store.read(names) == ["b", "c", "d", "e"]
    assert len(waits) == 1
    await store.close()


@pytest.mark.anyio
async def test_a_failure_that_nobody_looks_at_undoes_the_write(postgres_url: str) -> None:
    store = await open_store(postgres_url, busy_timeout=0.3)
    await store.write(put("a"))

    def twice(c: Transaction) -> None:
        put("b")(c)
        put("a")(c)

    with pytest.raises(psycopg.errors.UniqueViolation):
        await store.write(twice)
    with pytest.raises(InvalidArgument, match="read-only"):
        await store.read(put("c"))
    with psycopg.connect(postgres_url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (module.lock_key("sales_zoominfo", "state"),))
        with pytest.raises(InvalidArgument, match="locked") as caught:
            await store.write(put("d"))
    assert caught.value.kind == "state_unusable", "the server told that it was not written"
    await store.write(put("e"))
    assert await store.read(names) == ["a", "e"]
    await store.close()


@pytest.mark.anyio
async def test_nothing_is_written_outside_of_a_transaction(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job's statements follow BEGIN before it is known to have worked."""
    store = await open_store(postgres_url)
    for job in (put("a"), add("b")):
        with monkeypatch.context() as patch:
            patch.setattr(store_module, "_BEGIN", b"BEGIN NONSENSE")
            with pytest.raises(psycopg.errors.SyntaxError):
                await store.write(job)
    assert await store.read(names) == []
    await store.close()


@pytest.mark.anyio
async def test_statements_that_were_new_in_a_write_that_failed_are_known_later(postgres_url: str) -> None:
    store = await open_store(postgres_url)

    def job(c: Transaction) -> None:
        c.execute("SELECT * FROM nowhere")
        put("a")(c)

    for _ in range(2):
        with pytest.raises(psycopg.errors.UndefinedTable):
            await store.write(job)
    await store.write(put("a"))
    assert await store.read(names) == ["a"]
    await store.close()


@pytest.mark.anyio
async def test_more_forms_of_statements_than_a_connection_keeps(postgres_url: str) -> None:
    store = await open_store(postgres_url)

    def job(c: Transaction, start: int) -> int:
        found = [
            c.execute(f"SELECT COUNT(*) FROM account WHERE name IN ({','.join('?' * n)})", ["a"] * n)
            for n in range(start, start + 200)
        ]
        return sum(each.fetchone()[0] for each in found)

    await store.write(put("a"))
    for start in (1, 201, 401, 1):
        assert await store.write(lambda c, start=start: job(c, start)) == 200
    (kept,) = await store.read(lambda c: c.execute("SELECT COUNT(*) FROM pg_prepared_statements").fetchone())
    assert kept < 450
    await store.close()


@pytest.mark.anyio
async def test_a_table_that_has_grown_is_known_to_the_planner(postgres_url: str) -> None:
    store = await open_store(postgres_url)
    rows = "INSERT INTO account VALUES (?, 'gtm', 1.0)"
    for n in range(64):
        await store.write(lambda c, n=n: c.executemany(rows, [(f"{n}-{m}" + "x" * 50,) for m in range(10)]))
    assert run(postgres_url, "SELECT reltuples FROM pg_class WHERE oid = 'sales_zoominfo.account'::regclass") == [
        (640,)
    ]
    await store.close()


# -- a server that goes away


@pytest.mark.anyio
@pytest.mark.parametrize("when", ["before the server hears it", "after the server has done it"])
async def test_what_travels_with_a_commit_that_is_cut_is_written_once(link: LossyLink, when: Cut) -> None:
    store = await open_store(link.url)
    link.cut(COMMIT, when)
    await store.write(put("wanted"))
    assert link.cuts == 1
    assert await store.read(names) == ["wanted"]
    await store.close()


@pytest.mark.anyio
@pytest.mark.parametrize("when", ["before the server hears it", "after the server has done it"])
@pytest.mark.parametrize("at", [b"BEGIN", b"wanted", COMMIT])
@pytest.mark.parametrize("durable", [True, False])
async def test_a_connection_cut_at_any_moment_writes_once(link: LossyLink, at: bytes, when: Cut, durable: bool) -> None:
    store = await open_store(link.url)
    await store.write(add("before"))
    link.cut(at, when)
    assert await store.write(add("wanted"), durable=durable) == 1
    assert link.cuts == 1
    assert await store.write(add("after")) == 1
    assert await store.read(names) == ["after", "before", "wanted"]
    await store.close()


@pytest.mark.anyio
async def test_a_read_cut_off_is_read_again(link: LossyLink) -> None:
    store = await open_store(link.url)
    await store.write(add("a"))
    link.cut(b"ORDER BY name", "after the server has done it")
    assert await store.read(names) == ["a"]
    assert link.cuts == 1
    await store.close()


@pytest.mark.anyio
@pytest.mark.parametrize("when", ["before the server hears it", "after the server has done it"])
async def test_a_commit_that_nobody_can_confirm_is_told(link: LossyLink, postgres_url: str, when: Cut) -> None:
    store = await open_store(link.url, patience=0.5)

    def job(c: Transaction) -> None:
        add("perhaps")(c)
        link.cut(COMMIT, when)
        link.refuse(True)

    with pytest.raises(InvalidArgument) as caught:
        await store.write(job)
    assert caught.value.kind == "state_uncertain"
    with pytest.raises(InvalidArgument) as caught:
        await store.write(add("not at all"))
    assert caught.value.kind == "state_unusable"
    link.refuse(False)
    there = ["perhaps"] if when == "after the server has done it" else []
    assert await store.read(names) == there
    assert await store.write(add("well again")) == 1
    await store.close()


@pytest.mark.anyio
async def test_calls_that_wait_together_give_up_together(link: LossyLink) -> None:
    store = await open_store(link.url, patience=1)
    link.refuse(True)
    link.cut(b"BEGIN", "before the server hears it")
    began = time.monotonic()
    results = await asyncio.gather(*(store.write(add(str(n))) for n in range(30)), return_exceptions=True)
    assert all(isinstance(result, InvalidArgument) for result in results)
    assert time.monotonic() - began < 15, "not one second for each of them"
    await store.close()


@pytest.mark.anyio
@pytest.mark.parametrize("crash", [False, True])
async def test_a_server_that_restarts_during_a_call(own_postgres: Server, crash: bool) -> None:
    url = new_database(own_postgres.url)
    store = await open_store(url, patience=30)
    began = threading.Event()

    def slow(c: Transaction) -> None:
        add("first")(c)
        began.set()
        time.sleep(0.05)
        add("second")(c)

    writing = [asyncio.create_task(store.write(slow))]
    await asyncio.to_thread(began.wait, 10)
    await asyncio.to_thread(own_postgres.stop, crash=crash)
    writing += [asyncio.create_task(store.write(add(f"while away {n}"))) for n in range(3)]
    reading = asyncio.create_task(store.read(names))
    await asyncio.sleep(0.3)
    await asyncio.to_thread(own_postgres.start)
    await asyncio.gather(*writing)
    expected = ["first", "second", *(f"while away {n}" for n in range(3))]
    assert await reading == expected
    # Stopped and started while nobody asks, the next call does not notice.
    await asyncio.to_thread(own_postgres.stop, crash=crash)
    await asyncio.to_thread(own_postgres.start)
    assert await store.read(names) == expected
    await store.close()


@pytest.mark.anyio
async def test_a_server_that_stays_away_and_comes_back_later(own_postgres: Server) -> None:
    url = new_database(own_postgres.url)
    store: Store = await open_store(url, patience=0.5)
    own_postgres.stop()
    for call in (store.write(add("a")), store.read(names)):
        with pytest.raises(InvalidArgument) as caught:
            await call
        assert caught.value.kind == "state_unusable"
        assert (urlsplit(url).password or "?") not in str(caught.value)
    assert "did not answer" in await refusal(url, patience=0.2)
    own_postgres.start()
    assert await store.write(add("a")) == 1
    await store.close()
