"""A connection with verified TLS, or over a socket where one is asked for; and what the server's errors mean."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from migrations.runner.errors import BusyError, MigrationError, UnreachableError
from migrations.runner.settings import Limits, Place

CONNECT_SECONDS: Final = 10
SERVER: Final = (
    "SELECT pg_is_in_recovery(), coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false),"
    " session_user::text"
)
LOST: Final = ("08", "53", "57P")


def meaning(error: Exception, doing: str) -> MigrationError:
    """The error as one of ours. Only the server's one line is told: its details repeat values of rows."""
    original = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    code = getattr(original, "sqlstate", None) or ""
    diagnosed = getattr(getattr(original, "diag", None), "message_primary", None)
    said = diagnosed or type(original).__name__
    if code == "55P03":
        return BusyError(f"{doing}: {said}: a transaction holds the table; what it was about to do is not there")
    if code.startswith(LOST) or (not code and isinstance(original, psycopg.OperationalError)):
        return UnreachableError(f"{doing}: the connection was lost ({said}); nothing of it stays, run it again")
    if code == "57014":
        return MigrationError(f"{doing}: {said}; nothing of it stays")
    return MigrationError(f"{doing}: {said} (SQLSTATE {code or 'none'}); nothing of it stays")


def _refused(error: psycopg.OperationalError, place: Place) -> UnreachableError:
    """Why there is no connection. libpq's text names host, user and cause, and never a password; it may be long."""
    text = " ".join(str(error).split())
    for pattern, what in (
        (r"password authentication failed|no password supplied", "the server refuses user and password"),
        (r"certificate verify failed[^;)]*", "its certificate is signed by nobody in the CA bundle"),
        (r"does not match host name", "its certificate is for another name"),
        (r"does not support SSL|SSL was required|server closed the connection", "it offers no TLS"),
        (r"certificate has expired", "its certificate has expired"),
        (r"(no pg_hba.conf entry|no encryption)", "its pg_hba.conf refuses the connection"),
        (r"database \"[^\"]*\" does not exist", "there is no such database"),
        (r"session is read-only|hot standby", "is a replica: name the primary's endpoint"),
    ):
        if re.search(pattern, text):
            return UnreachableError(f"{place}: {what}")
    return UnreachableError(f"{place}: cannot be reached; see network policies, security groups and the server")


def _connect(place: Place, limits: Limits) -> psycopg.Connection[Any]:
    milliseconds = {
        "lock_timeout": limits.lock_timeout,
        "statement_timeout": limits.statement_timeout,
        "idle_in_transaction_session_timeout": 60,
        "client_connection_check_interval": 2,  # a killed runner's statement ends, and with it the lock
    }
    tls: dict[str, Any] = (
        {"sslmode": "disable"} if place.socket else {"sslmode": "verify-full", "sslrootcert": str(place.bundle)}
    )
    try:
        return psycopg.connect(
            host=place.host,
            port=place.port,
            dbname=place.database,
            user=place.user,
            password=place.password,
            connect_timeout=CONNECT_SECONDS,
            application_name=f"migrations {os.environ.get('HOSTNAME', 'unnamed')[:40]} {os.getpid()}",
            options=" ".join(f"-c {name}={int(seconds * 1000)}" for name, seconds in milliseconds.items()),
            gssencmode="disable",
            keepalives_idle=30,
            **tls,
        )
    except psycopg.OperationalError as error:
        raise _refused(error, place) from None


@contextmanager
def connected(place: Place, limits: Limits) -> Iterator[Connection]:
    """One session on a primary whose TLS ends in the server itself; whatever is open at the end is rolled back.

    Raises:
        UnreachableError: there is no such session, or it was lost.
        MigrationError: the server is not fit for migrations.

    """
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: _connect(place, limits), poolclass=NullPool, hide_parameters=True
    )
    try:
        connection = engine.connect()
    except DBAPIError as error:
        raise meaning(error, str(place)) from None
    try:
        with connection.begin():
            ((replica, encrypted, user),) = connection.exec_driver_sql(SERVER).all()
        if replica:
            raise MigrationError(f"{place}: is a replica, which cannot be changed; name the primary's endpoint")
        if not (encrypted or place.socket):
            raise MigrationError(f"{place}: something ends TLS before the server (a proxy?); name the database itself")
        if user != place.user:
            raise MigrationError(f"{place}: the session is {user!r}: something between logs in by itself")
        yield connection
    except DBAPIError as error:
        raise meaning(error, str(place)) from None
    finally:
        with suppress(Exception):
            connection.invalidate()  # closes it without a word to the server, which rolls back
        with suppress(Exception):
            connection.close()
        engine.dispose()
