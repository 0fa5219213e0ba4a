"""A connection with verified TLS or none at all, and what its errors mean."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection

from lambdas.kit.budget import Budget
from lambdas.kit.errors import RotationError
from lambdas.rotate_postgres import scram  # noqa: F401 - it teaches the driver PostgreSQL's passwords
from lambdas.rotate_postgres.config import Target
from lambdas.rotate_postgres.errors import LoginError

APPLICATION = "nationgraph-rotation"
WAIT = 10.0
"""Seconds for one answer of the server."""
BAD_LOGIN = ("28P01", "28000")


def _tls(target: Target) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(target.bundle))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _meaning(error: Exception, user: str, target: Target) -> RotationError:
    """The error as one of ours; texts of the server hold names and no passwords."""
    where = f"{user!r} at {target.host}:{target.port}/{target.database}"
    if isinstance(error, DatabaseError):
        fields = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
        code, text = fields.get("C", ""), fields.get("M", "")
        if code in BAD_LOGIN:
            return LoginError(f"{where}: {text}")
        kinds = {"42501": "grants", "55P03": "busy", "57014": "time"}
        kind = "unreachable" if code.startswith(("08", "53", "57P")) else kinds.get(code, "database")
        return RotationError(kind, f"{where}: {text} (SQLSTATE {code})")
    if isinstance(error, ssl.SSLCertVerificationError):
        return RotationError(
            "tls", f"{where}: its certificate is refused: {error.verify_message}; CA bundle {target.bundle.name}"
        )
    if isinstance(error, ssl.SSLError) or "refuses SSL" in str(error):
        return RotationError("tls", f"{where}: no TLS ({type(error).__name__}); there is no connection without it")
    return RotationError("unreachable", f"{where}: {type(error).__name__}; see security groups, routes and the server")


class Session:
    """Statements as one user."""

    def __init__(self, connection: Connection, user: str, target: Target) -> None:
        self._connection, self._user, self._target = connection, user, target

    def run(self, statement: str, **values: Any) -> list[Any]:
        """The rows of a statement; ``:name`` stands for a value."""
        try:
            rows: list[Any] | None = self._connection.run(statement, **values)
        except (DatabaseError, InterfaceError, OSError) as error:
            raise _meaning(error, self._user, self._target) from None
        return rows or []


@contextmanager
def session(target: Target, user: str, password: str, budget: Budget) -> Iterator[Session]:
    """A transaction as ``user``, rolled back at the end unless it was committed.

    Raises:
        LoginError: the server refuses user and password.
        RotationError: anything else, by kind: ``tls``, ``unreachable``, ``grants``, ``busy``, ``time``, ``database``.

    """
    seconds = budget.left(f"a connection as {user!r}", WAIT)
    milliseconds = str(int(seconds * 800))  # the server gives up first, because it can say on what
    try:
        connection = Connection(
            user,
            host=target.host,
            port=target.port,
            database=target.database,
            password=password,
            ssl_context=_tls(target),
            timeout=seconds,
            application_name=APPLICATION,
            startup_params={"statement_timeout": milliseconds, "lock_timeout": milliseconds},
        )
    except (DatabaseError, InterfaceError, OSError) as error:
        raise _meaning(error, user, target) from None
    try:
        opened = Session(connection, user, target)
        opened.run("BEGIN")
        yield opened
    finally:
        with suppress(Exception):  # what is open is rolled back by the server as well
            connection.close()
