"""Connecting to a PostgreSQL server: addresses, session settings, schema, and its failures in plain words."""

from __future__ import annotations

import hashlib
import time
from typing import Any, LiteralString, NamedTuple, TypeAlias, cast

import psycopg
from psycopg import sql
from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap, Loader
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumperUnknown

from ..errors import SalesZoomInfoError, fail
from .dialect import schema_statement
from .migrations import MIGRATIONS

Connection: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"

SCHEMA = "sales_zoominfo"
VERSION_TABLE = "sales_zoominfo_version"
OLDEST_SERVER = 13
# Rows of processes that have written nothing for so long are cleared away. Seconds.
WRITER_KEPT_FOR = 7 * 86_400

# A server that answers with one of these is starting, stopping or at its limit; any other refusal stays.
_PASSING = ("starting up", "shutting down", "recovery", "too many", "not yet accepting", "remaining connection slots")
_GONE = {"57P01", "57P02", "57P03", "25P03"}
_COLLISION = {"40001", "40P01"}
_THE_DATABASE = "the PostgreSQL database that ZOOMINFO_STATE_URL names"
_CAUSES: dict[str, tuple[str, str]] = {
    "25006": (f"{_THE_DATABASE} is read-only", "Name the primary server; a standby cannot be written to."),
    "42501": (
        f"the user in ZOOMINFO_STATE_URL lacks a right in {_THE_DATABASE}",
        f"Let the user create a schema there (GRANT CREATE ON DATABASE), or make the schema {SCHEMA} for it.",
    ),
    "53100": (f"the disk of {_THE_DATABASE} is full", "Free some space on the server and try again."),
    "53200": ("the PostgreSQL server is out of memory", "Check the server and try again."),
    "53300": ("the PostgreSQL server takes no more connections", "Raise its max_connections or end other clients."),
    "55P03": (
        f"{_THE_DATABASE} stayed locked by another process",
        "Wait for the other process or end it, then try again.",
    ),
    "57014": ("the PostgreSQL server cancelled a statement", "Raise its statement_timeout for this user."),
    "58030": ("the PostgreSQL server cannot read or write its files", "Check the server's disk."),
    "XX001": (f"{_THE_DATABASE} is damaged", "Restore it from a backup."),
    "XX002": (f"{_THE_DATABASE} is damaged", "Restore it from a backup."),
}


class Timeouts(NamedTuple):
    """How long to wait, in seconds: for a migration, for another transaction, and for a server that is away."""

    migration: float
    busy: float
    patience: float


class _Number(Loader):
    """Sums of integers are ``numeric`` in PostgreSQL, and integers here as in SQLite."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data).decode()
        return int(text) if text.lstrip("-").isdigit() else float(text)


class _Flag(Int8Dumper):
    """True and False are 1 and 0, as in SQLite."""

    def dump(self, obj: Any) -> Buffer | None:
        return super().dump(int(obj))


class _Text(StrDumperUnknown):
    """PostgreSQL's text cannot hold the character 0, and a caller may have given one in a name."""

    def dump(self, obj: Any) -> Buffer | None:
        return super().dump(obj.replace("\0", "\ufffd"))


def address(url: str) -> dict[str, Any]:
    """What libpq is told: the URL's own words over our defaults.

    Raises:
        InvalidArgument: libpq cannot read the URL; no part of it is repeated.
    """
    try:
        given = conninfo_to_dict(url)
    except psycopg.Error:
        raise fail(
            "setting_invalid",
            name="ZOOMINFO_STATE_URL",
            reason="it is not a PostgreSQL URL",
            how="Give postgresql://USER:PASSWORD@HOST:PORT/NAME, with %XX for special characters in the password.",
        ) from None
    defaults: dict[str, Any] = {
        "application_name": "sales-zoominfo",
        # A network that swallows packets is noticed within seconds and not hours.
        "keepalives_idle": 10,
        "keepalives_interval": 3,
        "keepalives_count": 3,
        "tcp_user_timeout": 15_000,
    }
    return {**defaults, **given, "client_encoding": "UTF8"}


def lock_key(schema: str, name: str) -> int:
    """The number of an advisory lock, of 64 bits."""
    text = f"sales-zoominfo\n{schema}\n{name}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big", signed=True)


def connect(given: dict[str, Any], timeouts: Timeouts, deadline: float) -> tuple[Connection, str]:
    """A connection in our settings to a database in our schema, migrated where that is due.

    Args:
        given: of :func:`address`.
        timeouts: in seconds.
        deadline: by ``time.monotonic``, until when a server that is away is waited for.

    Returns:
        The connection, in autocommit, and the schema's name.

    Raises:
        InvalidArgument: the server stays away or refuses, or the database is not ours or newer.
        psycopg.Error: the connection was lost again meanwhile.
    """
    pause = 0.05
    while True:
        left = deadline - time.monotonic()
        try:
            limit = given.get("connect_timeout") or max(2, round(left))
            told: dict[str, Any] = {**given, "connect_timeout": limit}
            connection: Connection = psycopg.connect(**told, autocommit=True, context=_adapters())
            break
        except psycopg.OperationalError as error:
            # psycopg's own words can hold parts of the URL, so none of them are passed on.
            text = str(error)
            if "FATAL" in text and not any(word in text for word in _PASSING):
                raise _refused() from None
            left = deadline - time.monotonic()
            if left <= 0:
                raise away(timeouts.patience) from None
            time.sleep(min(pause, left))
            pause = min(2 * pause, 0.5)
    try:
        return connection, _set_up(connection, timeouts)
    except BaseException:
        connection.close()
        raise


def away(patience: float) -> SalesZoomInfoError:
    """The error of a server that stayed away for ``patience`` seconds."""
    return fail(
        "state_unusable",
        reason=f"the PostgreSQL server that ZOOMINFO_STATE_URL names did not answer for {patience:g} s",
        how="Start the server, or correct the host, port and network of ZOOMINFO_STATE_URL, then try again.",
    )


def gone(error: psycopg.Error) -> bool:
    """Whether an error tells that the connection is lost."""
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return error.sqlstate in _GONE or error.sqlstate.startswith("08")


def collided(error: psycopg.Error) -> bool:
    """Whether the transaction was undone because of another one, so that it may run again."""
    return error.sqlstate in _COLLISION


def explain(error: psycopg.Error) -> Exception:
    """The error to raise instead of PostgreSQL's: ours when the server is to blame, the same when we are."""
    cause = _CAUSES.get(error.sqlstate or "")
    return error if cause is None else fail("state_unusable", reason=cause[0], how=cause[1])


def _refused() -> SalesZoomInfoError:
    return fail(
        "state_unusable",
        reason="the PostgreSQL server refused the user, the password or the database of ZOOMINFO_STATE_URL",
        how="Correct them (special characters of a password as %XX), and check the server's pg_hba.conf.",
    )


def _adapters() -> AdaptersMap:
    adapters = AdaptersMap(psycopg.adapters)
    adapters.register_loader("numeric", _Number)
    # One type for all integers: a statement is then prepared once.
    adapters.register_dumper(int, Int8Dumper)
    adapters.register_dumper(bool, _Flag)
    adapters.register_dumper(str, _Text)
    return adapters


def _set_up(connection: Connection, timeouts: Timeouts) -> str:
    if connection.info.server_version < OLDEST_SERVER * 10_000:
        raise fail(
            "state_unusable",
            reason=f"the PostgreSQL server is older than version {OLDEST_SERVER}",
            how="Upgrade the server, or name another one in ZOOMINFO_STATE_URL.",
        )
    (encoding,) = _one(connection, "SELECT current_setting('server_encoding')")
    if encoding != "UTF8":
        raise fail(
            "state_unusable",
            reason=f"{_THE_DATABASE} has the encoding {encoding}",
            how="Make the database with ENCODING 'UTF8'.",
        )
    # What is paid for must be on disk; a process that was stopped within a transaction must not hold up the others.
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )
    connection.execute(
        "SELECT set_config('lock_timeout', %s, false), set_config('idle_in_transaction_session_timeout', %s, false)",
        (str(round(timeouts.busy * 1000)), str(round(timeouts.busy * 800))),
    )
    # A plan is made once and used while its table grows, and what is read at every call is found by an index. By a
    # plain scan of it: no other marks the entries of dead rows, of which each batch leaves two for a record.
    connection.execute(
        "SELECT set_config('enable_seqscan', 'off', false), set_config('enable_bitmapscan', 'off', false),"
        " set_config('jit', 'off', false)"
    )
    try:
        with connection.transaction():
            return _migrate(connection, timeouts)
    except psycopg.Error as error:
        if gone(error):
            raise
        raise explain(error) from error


def _migrate(connection: Connection, timeouts: Timeouts) -> str:
    options = connection.info.get_parameters().get("options", "")
    chosen = SCHEMA
    if "search_path" in options:
        (chosen,) = _one(connection, "SELECT current_schema()")
        if chosen is None:
            raise fail(
                "state_unusable",
                reason="no schema of the search path in ZOOMINFO_STATE_URL exists",
                how=f"Create the schema, or leave the search path out to use {SCHEMA}.",
            )
    connection.execute("SELECT set_config('lock_timeout', %s, true)", (str(round(timeouts.migration * 1000)),))
    # Two processes that make the same tables at once would collide.
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (lock_key(chosen, "migrations"),))
    if connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (chosen,)).fetchone() is None:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(chosen)))
    connection.execute("SELECT set_config('search_path', quote_ident(%s), false)", (chosen,))
    version = _version(connection, chosen)
    if version is None:
        connection.execute("CREATE TABLE sales_zoominfo_version (version BIGINT NOT NULL)")
        connection.execute("INSERT INTO sales_zoominfo_version VALUES (0)")
        connection.execute(
            "CREATE TABLE sales_zoominfo_writer"
            " (id TEXT PRIMARY KEY, number BIGINT NOT NULL, seen TIMESTAMPTZ NOT NULL)"
        )
    for step in MIGRATIONS[version or 0 :]:
        for statement in step:
            connection.execute(_trusted(schema_statement(statement)))
    if (version or 0) < len(MIGRATIONS):
        connection.execute("UPDATE sales_zoominfo_version SET version = %s", (len(MIGRATIONS),))
    connection.execute(
        "DELETE FROM sales_zoominfo_writer WHERE seen < clock_timestamp() - make_interval(secs => %s)",
        (WRITER_KEPT_FOR,),
    )
    return chosen


def _version(connection: Connection, schema: str) -> int | None:
    """The version of a schema that is ours, None where it is empty."""
    tables = connection.execute(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND relnamespace ="
        " (SELECT oid FROM pg_namespace WHERE nspname = %s)",
        (schema,),
    ).fetchall()
    if not tables:
        return None
    if (VERSION_TABLE,) not in tables:
        raise fail(
            "state_unusable",
            reason=f"the schema {schema} of {_THE_DATABASE} holds another program's tables",
            how="Name a database or a search path of its own in ZOOMINFO_STATE_URL.",
        )
    (version,) = _one(connection, "SELECT version FROM sales_zoominfo_version")
    if version > len(MIGRATIONS):
        raise fail(
            "state_unusable",
            reason=f"{_THE_DATABASE} was written by a newer release (schema {version}, this release knows"
            f" {len(MIGRATIONS)})",
            how="Upgrade sales-zoominfo, or name another database in ZOOMINFO_STATE_URL.",
        )
    return version


def _one(connection: Connection, query: LiteralString) -> tuple[Any, ...]:
    row = connection.execute(query).fetchone()
    if row is None:
        raise psycopg.OperationalError("no row")
    return row


def _trusted(query: str) -> LiteralString:
    # Text of this package, never of a caller.
    return cast("LiteralString", query)
