"""Runs the cases, and says what came of each."""

import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from tests.e2e.rotation.support.account import Account
from tests.e2e.rotation.support.process import Runner
from tests.e2e.rotation.support.world import Site
from tests.e2e.support.postgres import Postgres, running

HANDLER = "lambdas.rotate_postgres.handler:handler"
WORKERS = 4


@dataclass(frozen=True)
class Case:
    """A fault. ``run`` gives what does not hold in the end, which should be nothing."""

    title: str
    run: Callable[[Site], list[str]]


@dataclass(frozen=True)
class Result:
    """What came of a case."""

    title: str
    faults: tuple[str, ...]
    seconds: float = 0


@contextmanager
def site(handler: str = HANDLER) -> Iterator[Site]:
    """A prepared server, an account, and a process that runs the handler."""
    with running() as server:
        account, runner = Account(), Runner(handler)
        try:
            made = Site(server, account, runner)
            made.prepare(server)
            yield made
        finally:
            runner.close()
            account.close()


def leaks(server: Postgres, account: Account) -> list[str]:
    """Where passwords are in the log of a server; each is counted, none is shown."""
    text = server.log.read_text(errors="replace")
    found = [line for line in text.splitlines() if any(password in line for password in account.passwords)]
    return [f"{len(found)} lines of the server's log hold a password"] if found else []


def run(where: Site, cases: Iterable[Case]) -> list[Result]:
    """The results, in the order of the cases; a few run at once."""

    def one(case: Case) -> Result:
        started = time.monotonic()
        try:
            faults = tuple(case.run(where))
        except Exception:  # noqa: BLE001 - a case that cannot be run has not been passed
            faults = (traceback.format_exc(limit=-3),)
        return Result(case.title, faults, time.monotonic() - started)

    with ThreadPoolExecutor(WORKERS) as pool:
        results = list(pool.map(one, cases))
    return [*results, Result("server log under log_statement=ddl", tuple(leaks(where.server, where.account)))]


def table(results: list[Result]) -> str:
    """The matrix as text, its sum in the last line."""
    lines = [f"{'ok  ' if not result.faults else 'FAIL'} {result.seconds:5.1f} s  {result.title}" for result in results]
    lines += [f"\n{result.title}\n  " + "\n  ".join(result.faults) for result in results if result.faults]
    passed = sum(not result.faults for result in results)
    return "\n".join([*lines, f"rotation of database credentials: {passed} of {len(results)} cases passed"])
