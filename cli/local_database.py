"""Databases of a server of this machine, made as those of RDS are: by a master user, with both bootstraps."""

import json
import os
from pathlib import Path
from typing import Final

from lib.yaml_file import ROOT
from sandbox.postgres import Server

MASTER: Final = "master"
BOOTSTRAPS: Final = (
    ROOT / "lambdas" / "rotate_postgres" / "bootstrap.sql",
    ROOT / "migrations" / "bootstrap.sql",
)
MIGRATOR: Final = "core_migrator_a"
"""The login role that the rotation would let the migrations use; ``bootstrap.sql`` makes it."""


def prepared(server: Server, database: str, folder: Path) -> Path:
    """The credential file of the migrations of ``database``, as the cluster mounts it; what is missing is made.

    The password is a new one each time, as after a rotation.
    """
    secret = os.urandom(18).hex()
    with server.connect() as session:
        if not session.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (MASTER,)).fetchone():
            session.execute(f"CREATE ROLE {MASTER} LOGIN CREATEROLE CREATEDB")
        session.execute(f"ALTER ROLE {MASTER} PASSWORD '{secret}'")
    with server.connect(user=MASTER, password=secret) as session:
        if not session.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone():
            session.execute(f'CREATE DATABASE "{database}"')
    with server.connect(database, user=MASTER, password=secret) as session:
        for script in BOOTSTRAPS:
            session.execute(script.read_bytes())
    with server.connect() as session:
        session.execute(f"ALTER ROLE {MIGRATOR} PASSWORD '{secret}'")
    values = {"engine": "postgres", "host": "localhost", "port": server.port, "dbname": database}
    path = folder / "migrator.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps({**values, "username": MIGRATOR, "password": secret}), encoding="ascii")
    return path
