"""INF-04: runners at the same time, and beside transactions that take long: each step once, nobody waits for ever."""

import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from migrations.runner.errors import BusyError
from migrations.runner.settings import Limits
from tests.e2e.migrations.support import schema
from tests.e2e.migrations.support.site import CUSTOMERS, QUICK, Site
from tests.e2e.migrations.support.steps import deployed, write

pytestmark = pytest.mark.e2e
RUNNERS = 8


def test_eight_runners_apply_each_step_once(place: Site, tmp_path: Path) -> None:
    """Eight processes on a new database: all succeed, and each step was applied by one of them."""
    database = place.database()
    started = [place.started(database, "upgrade", "--lock-wait", "120", folder=tmp_path) for _ in range(RUNNERS)]
    ended = [(*process.communicate(timeout=120), process.returncode) for process in started]
    assert [(error, code) for _, error, code in ended] == [("", 0)] * RUNNERS
    applied = Counter(word for said, _, _ in ended for line in said.splitlines() if " applied in " in line
                      for word in line.split()[1:2])  # fmt: skip
    assert applied == dict.fromkeys((step.id for step in place.known.revisions), 1)
    assert schema.revisions(place.server, database) == ("r0006", sorted(applied))
    assert schema.differences(place.shape(place.at("r0006")), place.shape(database)) == []
    print(f"eight runners at once: {len(applied)} of {len(place.known.revisions)} steps applied exactly once")


def test_who_holds_the_lock_is_named(place: Site, tmp_path: Path) -> None:
    """The runner's own lock: exit code 3 after the wait, the holder by name, and nothing is there."""
    database = place.database()
    with place.server.connect("postgres", place.server.password, database=database) as other:
        other.execute("SET application_name = 'somebody at a prompt'")
        other.execute("SELECT pg_advisory_lock(hashtextextended('nationgraph:migrations', 0))")
        code, said, error = place.run(database, "upgrade", "--lock-wait", "0.6", folder=tmp_path)
    assert code == BusyError.code
    assert "waiting for the lock" in said
    assert error.startswith("the lock of the migrations was held for 0.6 s by postgres ('somebody at a prompt'")
    assert error.count("\n") == 1
    assert schema.revisions(place.server, database) == (None, [])


@pytest.mark.parametrize(
    ("holds", "step"),
    [("LOCK TABLE users IN ROW EXCLUSIVE MODE", "r0003"), ("SELECT count(*) FROM users", "r0003")],
    ids=["writes", "reads"],
)
def test_a_long_transaction_is_not_waited_for(place: Site, tmp_path: Path, holds: str, step: str) -> None:
    """It holds the table that a step alters: the lock time-out ends the step, whose part is not there."""
    database = place.at("r0002", CUSTOMERS)
    before = place.shape(database)
    with place.server.connect("postgres", place.server.password, database=database) as long:
        long.execute("BEGIN")
        long.execute(holds)
        options = ("--lock-timeout", "0.2", "--attempts", "2", "--to", "r0005")
        code, said, error = place.run(database, "upgrade", *options, folder=tmp_path)
        long.execute("COMMIT")
    assert code == BusyError.code
    assert f"{step}_display_names: canceling statement due to lock timeout: a transaction holds the table" in error
    assert said.count("attempt 1 of 2") == 1
    assert schema.differences(before, place.shape(database)) == []
    assert schema.revisions(place.server, database) == ("r0002", ["r0001", "r0002"])
    assert place.runner(database).upgrade("r0005") == ["r0003", "r0004", "r0005"]


def test_others_do_not_queue_behind_a_step_that_waits(place: Site) -> None:
    """While a step cannot get its table, others read it between the tries, and then the step succeeds."""
    database = place.at("r0002", CUSTOMERS)
    waits, done = [], threading.Event()

    def read() -> None:
        with place.server.connect("postgres", place.server.password, database=database) as reader:
            while not done.is_set():
                reader.execute("SET lock_timeout = '8s'")
                began = time.monotonic()
                reader.execute("SELECT count(*) FROM users")
                waits.append(time.monotonic() - began)
                time.sleep(0.02)

    with place.server.connect("postgres", place.server.password, database=database) as long:
        long.execute("BEGIN")
        long.execute("SELECT count(*) FROM users")
        thread = threading.Thread(target=read)
        thread.start()
        threading.Timer(1.0, lambda: long.execute("COMMIT")).start()
        limits = Limits(lock_wait=5, lock_timeout=0.2, statement_timeout=30, attempts=30)
        applied = place.runner(database, limits=limits).upgrade("r0003")
        done.set()
        thread.join(20)
    assert applied == ["r0003"]
    assert len(waits) > 5


def test_a_statement_that_takes_too_long_ends(place: Site, root: Path, tmp_path: Path) -> None:
    """The statement time-out: exit code 1, and nothing of the step is there."""
    (root / "core" / "versions" / "r0006_without_full_names.py").unlink()
    write(root, "r0006", "CREATE TABLE late AS SELECT pg_sleep(20)::text")
    deployed(root, dev="r0005")
    database = place.at("r0005")
    code, _, error = place.run(database, "upgrade", "--statement-timeout", "0.3", folder=tmp_path, root=root)
    assert code == 1, error
    assert "r0006_step: canceling statement due to statement timeout; nothing of it stays" in error
    assert schema.revisions(place.server, database)[0] == "r0005"
    assert "late" not in schema.rows(place.server, database)


def test_runners_of_two_databases_do_not_wait_for_each_other(place: Site) -> None:
    """The lock is the database's, not the server's."""
    held, free = place.database(), place.database()
    with place.server.connect("postgres", place.server.password, database=held) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('nationgraph:migrations', 0))")
        assert len(place.runner(free, limits=QUICK).upgrade()) == len(place.known.revisions)
