"""A client of the database that reads AWSCURRENT anew for each login, and remembers each login that was refused."""

import threading
from typing import Any

import psycopg

from tests.e2e.rotation.support.account import Account
from tests.e2e.support.postgres import Postgres

EVERY = 0.2
"""Seconds between two logins; there is one more after each step."""


REFUSALS = ("password authentication failed", "not permitted to log in", "does not exist", "no pg_hba.conf entry")


class Client:
    """Logs in again and again, in a thread of its own, between ``start`` and ``stop``.

    ``paused`` while an operator has broken the credential on purpose.
    """

    def __init__(self, account: Account, server: Postgres, arn: str) -> None:
        self._account, self._server, self._arn = account, server, arn
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.logins = 0
        self.paused = False
        self.refused: list[str] = []

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Log in a last time, and end."""
        self._done.set()
        self._thread.join(timeout=30)
        self.check()

    def _run(self) -> None:
        while not self._done.wait(EVERY):
            self.check()

    def check(self) -> None:
        """One login with what AWSCURRENT says. A refusal counts unless AWSCURRENT says something else by then."""
        if self.paused:
            return
        before = self._account.version(self._arn), self._account.value(self._arn)
        problem = self.problem(before[1])
        if problem and (self._account.version(self._arn), self._account.value(self._arn)) == before:
            self.refused.append(problem)
        self.logins += 1

    def problem(self, value: dict[str, Any]) -> str:
        """Why the server refuses a credential; empty where it takes it, or where no server is there to refuse it."""
        try:
            self._server.connect(
                value["username"], value["password"], database=value["dbname"], sslmode="require"
            ).close()
        except psycopg.OperationalError as error:
            return str(error) if any(word in str(error) for word in REFUSALS) else ""
        return ""
