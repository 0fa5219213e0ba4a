"""ENB-03: each group's role can do in a real PostgreSQL what its grant says, and nothing else."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.access.database_roles import probe, sql
from models.access.loader import load_access
from models.access.model import ENVIRONMENTS, Access
from tests.e2e.support.database_roles import (
    ACTIONS,
    GROUPS,
    MASTER,
    PASSWORD,
    Newest,
    apply,
    attempt,
    differences,
    model,
    snapshot,
)
from tests.e2e.support.postgres import Postgres
from tests.support.depth import DEEP

pytestmark = pytest.mark.e2e

BOOTSTRAP = Path(__file__).parents[2] / "lambdas" / "rotate_postgres" / "bootstrap.sql"


@pytest.fixture(scope="module", params=["15", "18"] if DEEP else ["18"])
def server(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """A server whose master, like that of RDS, may make roles and is no superuser. RDS runs 16, between these two."""
    started = Newest(settings={"ssl": "off"}) if request.param == "18" else Postgres()
    try:
        started.start()
        started.execute(f"CREATE ROLE {MASTER} LOGIN CREATEROLE CREATEDB PASSWORD '{PASSWORD}'")
        for group in GROUPS:
            started.execute(f"CREATE ROLE \"login_{group}\" LOGIN PASSWORD '{PASSWORD}'")
        yield started
    finally:
        started.remove()


@pytest.fixture(scope="module")
def database(server: Postgres) -> str:
    """A database with tables, views, functions, sequences and types that the master made."""
    server.execute(f"CREATE DATABASE shop OWNER {MASTER}")
    with server.connect(MASTER, PASSWORD, database="shop") as master:
        master.execute(
            """
            CREATE SCHEMA private; CREATE TABLE private.keys (id int);
            CREATE TABLE orders (id serial PRIMARY KEY, amount int);
            CREATE TABLE parts (id int GENERATED ALWAYS AS IDENTITY, day date) PARTITION BY RANGE (day);
            CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
            CREATE VIEW totals AS SELECT sum(amount) FROM orders;
            CREATE MATERIALIZED VIEW stored AS SELECT sum(amount) FROM orders;
            CREATE SEQUENCE numbers;
            CREATE TYPE mood AS ENUM ('good'); CREATE DOMAIN positive AS int; CREATE TYPE pair AS (a int, b int);
            CREATE FUNCTION double(int) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1';
            CREATE FUNCTION wipe() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM orders';
            """
        )
    return "shop"


def test_each_role_does_what_it_says_and_nothing_else(server: Postgres, database: str) -> None:
    """Random grants, one after the other in one database: what a grant before gave is gone. Counted: N of N."""
    counted = []

    @settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(roles=st.dictionaries(st.sampled_from(GROUPS), st.sampled_from(("reader", "writer", "owner"))))
    def holds(roles: dict[str, str]) -> None:
        apply(server, database, roles)
        wrong, tried = differences(server, database, roles)
        assert wrong == []
        counted.append(tried)

    holds()
    every = dict(zip(GROUPS, ("reader", "writer", "owner"), strict=False))
    apply(server, database, every)
    wrong, tried = differences(server, database, every)
    assert wrong == []
    print(f"role x action in PostgreSQL: {sum(counted) + tried} of {sum(counted) + tried} as the grants say")


def test_a_second_run_changes_nothing(server: Postgres, database: str) -> None:
    """Rights, owners, memberships and defaults stay as they are; so a migration may always run it."""
    roles = {"analysts": "reader", "pods": "writer", "ci": "owner"}
    apply(server, database, roles)
    with server.connect(MASTER, PASSWORD, database=database) as master:
        master.execute(sql(model(roles), "shop"))
        before = snapshot(server, database)
        master.execute(sql(model(roles), "shop"))
    assert snapshot(server, database) == before


def test_the_next_run_makes_access_owner_the_owner(server: Postgres, database: str) -> None:
    """What one owner made, another may drop after it; types, partitions and views have changed hands too."""
    roles = {"ci": "owner", "pods": "owner"}
    apply(server, database, roles)
    drop = "DROP TABLE public.later"
    with server.connect("login_pods", PASSWORD, database=database) as other:
        assert not attempt(other, drop)
        server.execute(sql(model(roles), "shop"), database=database)
        assert attempt(other, drop)
        assert attempt(other, "ALTER TABLE public.parts ADD COLUMN note text; DROP DOMAIN public.positive")
        assert attempt(other, "DROP MATERIALIZED VIEW public.stored; DROP TYPE public.pair; DROP TABLE public.parts_1")


DRIFT = (
    'GRANT INSERT ON orders TO "group:analysts"',
    "GRANT UPDATE (amount) ON orders TO access_reader",
    "GRANT SELECT ON orders TO PUBLIC",
    "GRANT EXECUTE ON FUNCTION wipe() TO PUBLIC",
    'GRANT access_writer TO "login_analysts"',
    'GRANT access_owner TO "group:analysts"',
    "GRANT ALL ON SCHEMA public TO PUBLIC",
    "GRANT TEMPORARY ON DATABASE shop TO PUBLIC",
    "GRANT ALL ON SEQUENCE numbers TO access_reader",
    'GRANT pg_read_all_settings TO "group:analysts"',
    "ALTER DEFAULT PRIVILEGES FOR ROLE access_owner IN SCHEMA public GRANT INSERT ON TABLES TO access_reader",
    "CREATE TABLE stray (id int)",
)


@pytest.mark.parametrize("statement", DRIFT)
def test_rights_given_by_hand_are_taken_away(server: Postgres, database: str, statement: str) -> None:
    """Whatever somebody added to a role, a group, PUBLIC or the defaults is gone after the next run."""
    roles = {"analysts": "reader", "pods": "writer", "ci": "owner"}
    apply(server, database, roles)
    server.execute(sql(model(roles), "shop"), database=database)
    before = snapshot(server, database)
    server.execute(statement, database=database)
    assert snapshot(server, database) != before
    server.execute(sql(model(roles), "shop"), database=database)
    if statement.startswith("CREATE TABLE"):
        assert server.execute("SELECT relowner::regrole::text FROM pg_class WHERE relname = 'stray'", database="shop")
        server.execute("DROP TABLE stray", database=database)
    assert snapshot(server, database) == before
    assert differences(server, database, roles)[0] == []


def test_what_the_master_may_not_take_away_stops_it(server: Postgres, database: str) -> None:
    """A membership that the superuser gave is revoked, or, where the server forbids that (16 on), named: never left."""
    server.execute('GRANT access_writer TO "login_analysts"')
    refused = False
    with server.connect(MASTER, PASSWORD, database=database) as master:
        try:
            master.execute(sql(model({}), "shop"))
        except psycopg.errors.InsufficientPrivilege:
            refused = True
    left = server.execute("SELECT 1 FROM pg_auth_members WHERE roleid = 'access_writer'::regrole AND grantor = 10")
    assert bool(left) == refused
    ((version,),) = server.execute("SHOW server_version_num")
    assert refused == (int(version) >= 160000)
    server.execute('REVOKE access_writer FROM "login_analysts"')


def test_rotated_logins_act_as_their_group(server: Postgres, database: str) -> None:
    """A pair that rotation adopts for a group's role does what the grant says, before and after the next run."""
    roles = {"pods": "writer", "analysts": "reader"}
    apply(server, database, roles)
    with server.connect(MASTER, PASSWORD, database=database) as master:
        master.execute(BOOTSTRAP.read_text(encoding="utf-8"))
        for group in roles:
            master.execute(f"SELECT rotation.adopt('group:{group}', '{group}_a', '{group}_b')")
            master.execute(f"ALTER ROLE {group}_a PASSWORD '{PASSWORD}'")
    for _ in range(2):
        for group, role in roles.items():
            with server.connect(f"{group}_a", PASSWORD, database=database) as login:
                assert login.execute("SELECT current_user").fetchall() == [(f"group:{group}",)]
                for action, (statement, may) in ACTIONS.items():
                    assert attempt(login, statement) == (role in may), action
        with server.connect(MASTER, PASSWORD, database=database) as master:
            master.execute(sql(model(roles), "shop"))


@pytest.mark.parametrize("order", ["adopted first", "rights first"])
def test_a_rotated_pair_has_the_rights_of_its_group(server: Postgres, order: str) -> None:
    """The runbook's pair and the company's own SQL, in either order: it reads and writes; what is lost is noticed."""
    access = load_access().for_environment("production")
    name = f"pair_{order.partition(' ')[0]}"
    adopt = "SELECT rotation.adopt('core', 'core_a', 'core_b')"
    server.execute(f"CREATE DATABASE {name} OWNER {MASTER}")
    with server.connect(MASTER, PASSWORD, database=name) as master:
        master.execute(BOOTSTRAP.read_text(encoding="utf-8"))
        master.execute("CREATE TABLE public.orders (id int)")
        steps = [adopt, sql(access, "core-database")]
        for statement in steps if order == "adopted first" else reversed(steps):
            master.execute(statement)
        master.execute(f"ALTER ROLE core_a PASSWORD '{PASSWORD}'")
    questions = probe(access, "core-database", "core")
    losses = {
        'REVOKE "group:workloads" FROM core': f"SET ROLE {MASTER}",
        "REVOKE USAGE ON SCHEMA public FROM access_writer": "",
        "REVOKE UPDATE ON orders FROM access_writer": "",
        'REVOKE access_writer FROM "group:workloads"': f"SET ROLE {MASTER}",
    }
    for loss, giver in losses.items():
        with server.connect("core_a", PASSWORD, database=name) as login:
            assert login.execute("SELECT current_user").fetchone() == ("core",)
            login.execute("INSERT INTO orders VALUES (1)")
            assert login.execute("SELECT count(*) > 0 FROM orders").fetchone() == (True,)
            assert [login.execute(question).fetchone() for question in questions] == [(True,)] * len(questions)
            server.execute("; ".join(filter(None, (giver, loss))), database=name)
            assert (False,) in [login.execute(question).fetchone() for question in questions], loss
        with server.connect(MASTER, PASSWORD, database=name) as master:
            master.execute(sql(access, "core-database"))


def test_a_role_that_can_do_more_is_not_taken_over(server: Postgres, database: str) -> None:
    """A role of that name which can log in, or make roles, stops the statement whole."""
    server.execute('CREATE ROLE "group:strange" LOGIN')
    access = model({})
    grant = {"group": "strange", "resource": "shop", "ports": [5432], "role": "reader", "purpose": "x", "owner": "ci"}
    strange = Access.model_validate(
        access.as_data() | {"groups": access.as_data()["groups"] | {"strange": access.as_data()["groups"]["ci"]}}
        | {"grants": [grant]}
    )  # fmt: skip
    before = snapshot(server, database)
    with pytest.raises(psycopg.errors.RaiseException, match='role "group:strange" exists with other attributes'):
        server.execute(sql(strange, "shop"), database=database)
    assert snapshot(server, database) == before
    server.execute('DROP ROLE "group:strange"')


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_companys_own_grants_run(server: Postgres, environment: str) -> None:
    """Both databases, in every environment, in a database that is empty; owned by nobody but these roles."""
    access = load_access().for_environment(environment)
    for resource in ("core-database", "analytics-database"):
        name = f"{environment}_{resource}"
        server.execute(f'CREATE DATABASE "{name}" OWNER {MASTER}')
        with server.connect(MASTER, PASSWORD, database=name) as master:
            master.execute(sql(access, resource))
            members = dict(
                master.execute(
                    "SELECT member::regrole::text, roleid::regrole::text FROM pg_auth_members"
                    " WHERE roleid::regrole::text LIKE 'access%' AND member::regrole::text LIKE '%group:%'"
                ).fetchall()
            )
        granted = [grant for grant in access.grants if grant.resource == resource]
        assert members == {f'"group:{grant.group}"': f"access_{grant.role}" for grant in granted}


def test_text_of_the_model_never_runs(server: Postgres) -> None:
    """A purpose with a line break, and a schema with a quote, are text; the grants' order changes no byte."""
    access = model({"pods": "writer", "ci": "owner"})
    evil = [grant.model_copy(update={"purpose": "x\nDROP TABLE orders;"}) for grant in access.grants]
    text = sql(access.model_copy(update={"grants": tuple(evil)}), "shop", schema="O'dd \"one")
    assert not [line for line in text.splitlines() if line.startswith("DROP")]
    server.execute('CREATE SCHEMA "O\'dd ""one"; CREATE TABLE "O\'dd ""one"."T x" (id int)')
    server.execute(text)
    ((owner,),) = server.execute("SELECT relowner::regrole::text FROM pg_class WHERE relname = 'T x'")
    assert owner == "access_owner"
    turned = access.model_copy(update={"grants": tuple(reversed(access.grants))})
    assert sql(turned, "shop") == sql(access, "shop")


def test_only_databases_with_one_role_a_group_have_roles() -> None:
    """What is no database, or a model of several environments in which the role differs, is refused."""
    access = load_access()
    with pytest.raises(ValueError, match="grafana is a dashboard; only databases have roles"):
        sql(access, "grafana")
    with pytest.raises(ValueError, match="engineering has two roles in core-database"):
        sql(access, "core-database")
    production = access.for_environment("production")
    twice = tuple(grant.model_copy(update={"login": "core"}) for grant in production.grants)
    with pytest.raises(ValueError, match="core is the login of two groups in core-database"):
        sql(production.model_copy(update={"grants": twice}), "core-database")
    with pytest.raises(KeyError):
        probe(production, "core-database", "nobody")
    until = access.grants[0].model_copy(update={"expires": dt.date(2027, 1, 31)})
    one = access.model_copy(update={"grants": (until,)})
    assert "-- engineering: writer until 2027-01-31." in sql(one, "core-database")
