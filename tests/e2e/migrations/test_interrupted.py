"""INF-04: a run may be cut or killed anywhere; the next one finishes it, and nothing is lost or half done."""

import os
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from migrations.runner.run import Runner
from tests.e2e.migrations.support import schema
from tests.e2e.migrations.support.courses import Course, courses
from tests.e2e.migrations.support.site import CUSTOMERS, Site, folder_of_sockets
from tests.e2e.migrations.support.wire import Wire
from tests.support.depth import DEEP, deep, in_sample

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def every(place: Site) -> list[Course]:
    """The courses, whose references are made once."""
    return courses(place)


@deep
@pytest.mark.timeout(900)
def test_a_run_that_is_cut_anywhere_is_finished_by_the_next(every: list[Course]) -> None:
    """Before and after each request, in four courses: counted."""
    cuts = [
        (course, number, after)
        for course in every
        for number in range(1, len(course.requests) + 1)
        for after in (False, True)
        if in_sample(f"{course.name} {number} {after}", 24)
    ]
    wrong = [
        f"{course.name}, {'after' if after else 'before'} request {number}: {problem}"
        for course, number, after in cuts
        for problem in course.cut(number, after=after)
    ]
    assert wrong == []
    assert len(cuts) > (400 if DEEP else 10)
    print(f"migrations cut before or after a statement: {len(cuts)} of {len(cuts)} finished by the next run")


def test_steps_without_transactions_would_be_found(every: list[Course], monkeypatch: pytest.MonkeyPatch) -> None:
    """The same cuts on a runner that commits each statement: it leaves halves, and the check says which."""

    def in_parts(runner: Runner, *given: Any, **_: object) -> None:
        runner._in_parts(*given)

    course = every[1]
    numbers = [index for index, asked in enumerate(course.requests, 1) if b"ALTER TABLE users" in asked]
    monkeypatch.setattr(Runner, "_whole", in_parts)
    problems = course.cut(numbers[1], after=True)
    assert any("display_name" in problem for problem in problems), problems


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_process_is_finished_by_the_next(place: Site, every: list[Course], tmp_path: Path, how: int) -> None:
    """The real process, in the middle of a step: exit code, no traceback, and the step is not there."""
    course = every[1]
    numbers = range(1, len(course.requests) + 1, 8 if DEEP else 30)
    wrong = []
    for number in numbers:
        database = place.database(course.start)
        rows = schema.rows(place.server, database)
        with folder_of_sockets() as folder:
            box: list[subprocess.Popen[str]] = []
            there = threading.Event()

            def end(box: list[subprocess.Popen[str]] = box, there: threading.Event = there) -> None:
                there.wait(30)
                os.kill(box[0].pid, how)

            wire = Wire(folder, place.server.folder, place.server.port, cut_at=number, act=end)
            started = place.started(database, "upgrade", "--socket", str(folder), "--to", "r0005", folder=tmp_path)
            box.append(started)
            there.set()
            _, error = started.communicate(timeout=60)
            wire.close()
        if started.returncode not in ({-9} if how == signal.SIGKILL else {4}) or "Traceback" in error:
            wrong.append(f"{number}: exit code {started.returncode}: {error}")
        wrong += [f"{number}: {problem}" for problem in (*course.halves(database), *course.again(database, rows))]
    assert wrong == []
    print(f"migrations ended by {signal.Signals(how).name}: {len(numbers)} of {len(numbers)} finished by the next run")


def test_an_index_that_was_left_invalid_is_built_again(place: Site, tmp_path: Path) -> None:
    """CREATE INDEX CONCURRENTLY waits for a long transaction, and its runner is killed meanwhile."""
    database = place.at("r0002", CUSTOMERS)
    place.runner(database).upgrade("r0003")
    with place.server.connect("postgres", place.server.password, database=database) as reader:
        reader.execute("BEGIN")
        reader.execute("INSERT INTO usage_events (tenant_id, graph_id, kind, units) SELECT tenant_id, graph_id, kind, 1"
                       " FROM usage_events LIMIT 1")  # fmt: skip
        runner = place.started(database, "upgrade", "--lock-timeout", "30", folder=tmp_path)
        while not schema.invalid(place.server, database):
            assert runner.poll() is None, runner.communicate()
        runner.kill()
        runner.communicate()
        place.server.cut("core_migrator_a")
        reader.execute("COMMIT")
    assert schema.invalid(place.server, database) == ["usage_events_graph_time"]
    assert place.runner(database).upgrade() == ["r0004", "r0005", "r0006"]
    assert schema.invalid(place.server, database) == []
    assert schema.rows(place.server, database)["usage_events"] == 201
