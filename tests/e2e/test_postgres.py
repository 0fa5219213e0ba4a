"""The server of the end-to-end tests is what it says: TLS, SCRAM, no root, restartable, removable."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.e2e.support import programs
from tests.e2e.support.certificates import Authority
from tests.e2e.support.postgres import Postgres, running

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """One server for this file."""
    with running(names=("localhost", "db.example")) as started:
        started.execute("CREATE ROLE ada LOGIN PASSWORD 'engine'")
        yield started


def test_clients_get_tls_and_scram(server: Postgres) -> None:
    """The stored password is a SCRAM verifier, and the connection is encrypted."""
    with server.connect("ada", "engine") as client:
        assert client.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchall() == [(True,)]
    ((stored,),) = server.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", ["ada"])
    assert stored.startswith("SCRAM-SHA-256$")
    assert int(server.execute("SHOW server_version_num")[0][0]) >= 150000


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"sslmode": "disable"}, "no encryption"),
        ({"password": "wrong"}, "password authentication failed"),
        ({"sslrootcert": "other"}, "certificate verify failed"),
        ({"host": "elsewhere.example"}, "does not match host name"),
    ],
    ids=["plain", "password", "authority", "name"],
)
def test_others_are_refused(server: Postgres, tmp_path: Path, options: dict[str, str], says: str) -> None:
    """Without TLS, with a wrong password, for another authority or name: no connection."""
    if "sslrootcert" in options:
        options = {"sslrootcert": str(Authority(tmp_path, "other").certificate)}
    password = options.get("password", "engine")
    options = {name: value for name, value in options.items() if name != "password"}
    with pytest.raises(psycopg.OperationalError, match=says):
        server.connect("ada", password, **options)


@pytest.mark.parametrize("name", ["localhost", "db.example", "127.0.0.1"])
def test_every_name_is_on_the_certificate(server: Postgres, name: str) -> None:
    """The names that the test asked for, and the address."""
    server.connect("ada", "engine", host=name).close()


def test_connections_can_be_cut(server: Postgres) -> None:
    """The client of one user loses its connection, and only that."""
    server.execute("CREATE ROLE eve LOGIN PASSWORD 'other'")
    with server.connect("ada", "engine") as ada, server.connect("eve", "other") as eve:
        assert server.cut("ada") == 1
        with pytest.raises(psycopg.OperationalError):
            ada.execute("SELECT 1")
        eve.execute("SELECT 1")
    assert server.cut() == 0


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_it_comes_back_with_its_data(server: Postgres, how: signal.Signals) -> None:
    """After an orderly stop and after a crash; in between nobody is served."""
    server.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
    server.stop(how)
    with pytest.raises(psycopg.OperationalError):
        server.connect("ada", "engine")
    server.start()
    assert server.execute("SELECT count(*) FROM kept") == [(0,)]


def test_certificates_can_change(server: Postgres) -> None:
    """An expired certificate is refused by clients; the next good one is taken again."""
    good = server.authority.issue(["localhost"], file="good")
    server.present(server.authority.issue(["localhost"], days=-1, file="expired"))
    server.reload()
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        server.connect("ada", "engine")
    server.present(good)
    server.reload()
    server.connect("ada", "engine").close()


def test_log_is_readable_and_says_who_came(server: Postgres) -> None:
    """Statements of the class ddl are in it: a password in one would be seen."""
    server.execute("CREATE ROLE logged LOGIN PASSWORD 'plain-and-visible'")
    text = server.log.read_text()
    assert "plain-and-visible" in text
    assert "connection authenticated: identity" in text


def test_nothing_is_left() -> None:
    """Neither process nor folder."""
    with running() as server:
        process = int((server.data / "postmaster.pid").read_text().split()[0])
        assert server.folder.exists()
    assert not server.folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_a_server_that_does_not_start_says_why() -> None:
    """The error ends with the log."""
    server = Postgres(settings={"shared_buffers": "nonsense"})
    try:
        with pytest.raises(RuntimeError, match=r"did not start:[\s\S]*invalid value for parameter"):
            server.start()
    finally:
        server.remove()


def test_without_a_server_on_the_machine_packages_are_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """From Debian's archive, in the cache, as a user that may not enter the cache."""
    monkeypatch.setattr(programs, "OLDEST", 99)
    with running() as server:
        assert "nationgraph-platform" in str(programs.programs())
        assert server.execute("SELECT 1") == [(1,)]
