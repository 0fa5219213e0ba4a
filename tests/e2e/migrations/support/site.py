"""A server as RDS is one, with new databases in which the migrations' bootstrap has run; and runners on them."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

from migrations.runner import history
from migrations.runner.run import Runner
from migrations.runner.settings import Limits, Place
from tests.e2e.migrations.support import schema
from tests.e2e.support.database_roles import Newest

ROOT = Path(__file__).parents[4]
BOOTSTRAPS = (ROOT / "lambdas" / "rotate_postgres" / "bootstrap.sql", ROOT / "migrations" / "bootstrap.sql")
MASTER, LOGIN, PASSWORD = "master", "core_migrator_a", "engine"  # pragma: allowlist secret
QUICK = Limits(lock_wait=30, lock_timeout=0.3, statement_timeout=30, attempts=2)
CUSTOMERS = """
    INSERT INTO tenants (name, billing_email) SELECT 'tenant ' || n, 'b@x.example' FROM generate_series(1, 20) n;
    INSERT INTO users (tenant_id, email, full_name) SELECT id, 'u' || n || '@x.example', 'User ' || n
      FROM tenants, generate_series(1, 5) n;
    INSERT INTO graphs (tenant_id, name) SELECT id, 'graph' FROM tenants;
    INSERT INTO usage_events (tenant_id, graph_id, kind, units) SELECT tenant_id, id, 'query', 1 + n
      FROM graphs, generate_series(1, 10) n;
"""
"""What customers have once ``r0002`` has run."""


@dataclass
class Site:
    """``server`` with the template of which each database is a copy; ``known`` are the steps of core."""

    server: Newest
    numbers: Iterator[int] = field(default_factory=count)
    known: history.History = field(default_factory=lambda: history.load("core"))
    roles: str = (ROOT / "migrations" / "core" / "roles" / "sandbox.sql").read_text(encoding="utf-8")

    def database(self, copied: str = "bootstrapped") -> str:
        """A new database, which nobody else uses."""
        name = f"core{next(self.numbers)}"
        self.server.execute(f"CREATE DATABASE {name} TEMPLATE {copied} OWNER access_admin")
        return name

    def place(self, database: str, socket: Path | None = None) -> Place:
        """Where a runner finds ``database``."""
        host = str(socket or self.server.folder)
        return Place(
            host=host, port=self.server.port, database=database, user=LOGIN, password=PASSWORD, socket=True
        )  # fmt: skip

    def runner(self, database: str, *, socket: Path | None = None, limits: Limits = QUICK, **changes: Any) -> Runner:
        """A runner of this process. ``changes`` are fields of it."""
        made = Runner(
            history=self.known, place=self.place(database, socket), roles=self.roles, limits=limits, say=lambda _: None
        )
        return replace(made, **changes)

    def at(self, revision: str, data: str = "") -> str:
        """A database at ``revision``, with what ``data`` puts in as a service."""
        name = self.database()
        self.runner(name).upgrade(revision)
        if data:
            self.server.execute(data, database=name)
        return name

    def shape(self, database: str) -> dict[str, list[Any]]:
        """See ``schema.shape``."""
        return schema.shape(self.server, database)

    def started(self, database: str, *options: str, folder: Path, root: Path | None = None) -> subprocess.Popen[str]:
        """``python -m migrations`` as the container runs it, on ``database``; ``options`` follow the command."""
        credential = folder / f"{database}.json"
        credential.write_text(json.dumps({
            "engine": "postgres", "host": "localhost", "port": self.server.port, "dbname": database,
            "username": LOGIN, "password": PASSWORD,
        }))  # fmt: skip
        environment = {
            "PATH": os.environ["PATH"],
            "MIGRATIONS_ENVIRONMENT": "sandbox",
            "MIGRATIONS_CREDENTIAL": str(credential),
            "HOSTNAME": "billing-migration-x7k2p",
        }
        command, *rest = options or ("upgrade",)
        place = [] if "--socket" in rest else ["--socket", str(self.server.folder)]
        rooted = ["--root", str(root)] if root else []
        return subprocess.Popen(
            [sys.executable, "-m", "migrations", command, "--database", "core", *place, *rooted, *rest],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, database: str, *options: str, folder: Path, root: Path | None = None) -> tuple[int, str, str]:
        """The same to its end: exit code, what it said, and its error."""
        process = self.started(database, *options, folder=folder, root=root)
        said, error = process.communicate(timeout=120)
        return process.returncode, said, error


@contextmanager
def site() -> Iterator[Site]:
    """A server whose master, as that of RDS, may make roles and databases and is no superuser."""
    server = Newest(settings={"ssl": "off"})
    try:
        server.start()
        server.execute(f"CREATE ROLE {MASTER} LOGIN CREATEROLE CREATEDB PASSWORD '{PASSWORD}'")
        with server.connect(MASTER, PASSWORD) as master:
            master.execute("CREATE DATABASE bootstrapped")
        with server.connect(MASTER, PASSWORD, database="bootstrapped") as master:
            for script in BOOTSTRAPS:
                master.execute(script.read_bytes())
        server.execute(f"ALTER ROLE {LOGIN} PASSWORD '{PASSWORD}'")
        yield Site(server)
    finally:
        server.remove()


@contextmanager
def folder_of_sockets() -> Iterator[Path]:
    """A folder with a name short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="wire-") as name:
        yield Path(name)
