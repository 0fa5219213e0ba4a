"""ENB-03: the rights of the access model are there in the transaction that makes a table, and drift ends with a run."""

from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from migrations.runner import history
from migrations.runner.errors import MigrationError, UnreachableError
from tests.e2e.migrations.support import schema
from tests.e2e.migrations.support.site import LOGIN, PASSWORD, Site
from tests.e2e.migrations.support.steps import write
from tests.e2e.support.postgres import running

pytestmark = pytest.mark.e2e
SERVICE = "core_a"


@pytest.fixture(scope="module")
def service(place: Site) -> str:
    """The login role of the services, as the rotation adopts it."""
    database = place.at("r0001")
    place.server.execute(f"SELECT rotation.adopt('core', '{SERVICE}', 'core_b')", database=database)
    place.server.execute(f"ALTER ROLE {SERVICE} PASSWORD '{PASSWORD}'")
    return SERVICE


def test_a_new_table_is_covered_at_once(place: Site, service: str, root: Path) -> None:
    """Services read and write it after the run, though the roles' SQL of that run failed; nobody alters it."""
    database = place.at("r0006")
    write(root, "r0007", "CREATE TABLE seats (id bigint GENERATED ALWAYS AS IDENTITY, tenant_id uuid)")
    runner = place.runner(database, history=history.load("core", root), roles="SELECT 1 / 0")
    with pytest.raises(MigrationError, match="roles: division by zero"):
        runner.upgrade()
    with place.server.connect(service, PASSWORD, database=database) as session:
        session.execute("INSERT INTO seats (tenant_id) VALUES (NULL)")
        assert session.execute("SELECT count(*) FROM seats").fetchone() == (1,)
        for refused in ("ALTER TABLE seats ADD COLUMN note text", "DROP TABLE seats", "CREATE TABLE own (id int)",
                        "UPDATE migrations.history SET digest = ''"):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(refused)


def test_rights_that_somebody_changed_are_right_after_the_next_run(place: Site, service: str) -> None:
    """One table taken away and one given, by hand; the run has no step to apply and mends both."""
    database = place.at("r0006")
    before = place.shape(database)
    place.server.execute(
        "REVOKE ALL ON tenants FROM access_writer; GRANT TRUNCATE ON users TO PUBLIC", database=database
    )
    assert schema.differences(before, place.shape(database)) != []
    assert place.runner(database).upgrade() == []
    assert schema.differences(before, place.shape(database)) == []
    with place.server.connect(service, PASSWORD, database=database) as session:
        session.execute("SELECT count(*) FROM tenants")


def test_objects_belong_to_the_owner_and_not_to_a_login(place: Site) -> None:
    """Two login roles take turns with each rotation: neither owns what the other must alter."""
    database = place.at("r0006")
    owners = {owner for kind in ("relations", "routines", "types") for item in place.shape(database)[kind]
              for owner in [item.split(", ")[2 if kind != "types" else 1].strip("')")]}  # fmt: skip
    assert owners == {"access_owner"}


@pytest.mark.parametrize("statement", ["CREATE ROLE more", "SET ROLE postgres", "SELECT * FROM pg_authid"])
def test_what_a_migrator_may_not_do(place: Site, statement: str) -> None:
    """It is an administrator of roles only where it says so, and never the superuser."""
    database = place.at("r0006")
    with (
        place.server.connect(LOGIN, PASSWORD, database=database) as session,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        session.execute(statement)


def test_without_the_bootstrap_the_way_out_is_said(place: Site) -> None:
    """A database of the same server in which bootstrap.sql never ran, where grants would be ignored with a warning."""
    place.server.execute("CREATE DATABASE bare")
    with pytest.raises(MigrationError, match=r"run bootstrap\.sql in it as its master user"):
        place.runner("bare").upgrade()
    assert schema.revisions(place.server, "bare") == (None, [])


def test_tls_is_verified_or_there_is_no_session(place: Site) -> None:
    """A server without TLS, one whose certificate somebody else signed, a wrong password, and what is right."""
    plain = replace(place.place("postgres"), host="localhost", socket=False)
    with pytest.raises(UnreachableError, match="offers no TLS"):
        place.runner("postgres", place=plain).upgrade()
    with running() as tls:
        tls.execute(f"CREATE ROLE {LOGIN} LOGIN PASSWORD '{PASSWORD}'")
        foreign = replace(plain, port=tls.port)
        known = replace(foreign, bundle=tls.ca)
        with pytest.raises(UnreachableError, match="signed by nobody in the CA bundle"):
            place.runner("postgres", place=foreign).upgrade()
        with pytest.raises(UnreachableError, match="refuses user and password"):
            place.runner("postgres", place=replace(known, password="other")).upgrade()
        with pytest.raises(MigrationError, match=r"run bootstrap\.sql in it"):
            place.runner("postgres", place=known).upgrade()
