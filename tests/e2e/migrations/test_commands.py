"""The commands that enter a database, on a real one: what they say, and what they refuse."""

import json
import signal
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from migrations.runner import cli
from migrations.runner.errors import UnreachableError
from tests.e2e.migrations.support import schema
from tests.e2e.migrations.support.site import LOGIN, PASSWORD, Site

pytestmark = pytest.mark.e2e


@pytest.fixture
def database(place: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new database that environment and credential name."""
    name = place.database()
    credential = tmp_path / "migrator.json"
    values = {"host": "localhost", "port": place.server.port, "dbname": name, "username": LOGIN, "password": PASSWORD}
    credential.write_text(json.dumps(values))
    monkeypatch.setenv("MIGRATIONS_CREDENTIAL", str(credential))
    monkeypatch.setenv("MIGRATIONS_ENVIRONMENT", "dev")
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    return name


def test_a_database_is_brought_up_and_back(
    place: Site, database: str, capsys: pytest.CaptureFixture[str], root: Path
) -> None:
    """Status, upgrade to a step, upgrade, nothing to do, downgrade; each says what it did."""

    def run(command: str, *options: str) -> tuple[int, list[str]]:
        given = [command, "--database", "core", "--socket", str(place.server.folder), "--root", str(root), *options]
        code = cli.main(given)
        said = capsys.readouterr()
        return code, (said.out + said.err).splitlines()

    assert run("status") == (0, ["core: at None; missing: r0001, r0002, r0003, r0004, r0005, r0006"])
    assert run("upgrade", "--to", "r0009") == (2, ["r0009 is no step of core; there are up to r0006"])
    code, said = run("upgrade", "--to", "r0005")
    assert (code, [line.split()[1] for line in said]) == (0, ["r0001", "r0002", "r0003", "r0004", "r0005"])
    assert run("upgrade")[0] == 0
    assert run("upgrade") == (0, ["core: nothing to do at r0006; roles applied"])
    assert run("status") == (0, ["core: at r0006; missing: nothing"])
    code, said = run("downgrade")
    assert (code, said[0].split(" in ")[0]) == (0, "core: r0006 taken back")
    assert schema.revisions(place.server, database)[0] == "r0005"


def test_a_runner_waits_for_the_lock(place: Site, database: str) -> None:
    """It says for whom, once, and goes on when the other has ended."""
    lines: list[str] = []
    with place.server.connect("postgres", place.server.password, database=database) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('nationgraph:migrations', 0))")
        threading.Timer(1.2, other.close).start()
        place.runner(database, say=lines.append).upgrade("r0001")
    assert [line for line in lines if line.startswith("waiting for the lock, which postgres")] == lines[:1]


def test_what_cannot_be_entered_is_said_in_a_sentence(place: Site) -> None:
    """A port on which nobody listens, and a database that is not there."""
    runner = place.runner(place.database())
    for change, message in (({"port": 1}, "cannot be reached"), ({"database": "none"}, "there is no such database")):
        with pytest.raises(UnreachableError, match=message):
            replace(runner, place=replace(runner.place, **change)).upgrade()  # type: ignore[arg-type]
