"""What a database says of itself: its revision, and which runs brought it there."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from migrations.runner.errors import MigrationError
from migrations.runner.history import History, Revision

SCHEMA: Final = "migrations"
"""Where the revision stands: outside of the schema in which services may write."""
ADMINISTRATOR: Final = text("SET LOCAL ROLE access_admin")
"""Who runs the roles' SQL; it acts for whoever owns objects. ``bootstrap.sql`` makes it."""
HERE: Final = text(
    "SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
    " WHERE nspname = 'migrations' AND relname = :name"
)
JOURNAL: Final = text(
    """
    CREATE TABLE IF NOT EXISTS migrations.history (
        revision text PRIMARY KEY, digest text NOT NULL, run uuid NOT NULL,
        applied_by text NOT NULL DEFAULT session_user,
        applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """
)
ENTER: Final = text("INSERT INTO migrations.history (revision, digest, run) VALUES (:revision, :digest, :run)")
STRIKE: Final = text("DELETE FROM migrations.history WHERE revision = :revision")


@dataclass(frozen=True, kw_only=True)
class State:
    """The last step that ran, None before the first; and the digest of each step that did."""

    revision: str | None
    digests: dict[str, str]


def administer(connection: Connection) -> None:
    """Act as ``access_admin`` until the end of the transaction; ``MigrationError`` where there is no such role."""
    try:
        connection.execute(ADMINISTRATOR)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") not in ("22023", "42501"):
            raise
        raise MigrationError(
            "the login role may not act as access_admin: run bootstrap.sql in this database as its master user, see "
            "the runbook secret-rotation.md. Nothing was changed"
        ) from None


def read(connection: Connection, history: History) -> State:
    """The state of the database, which is left as it is.

    Raises:
        MigrationError: it is at a revision that this history does not have, or a step has changed since it ran.

    """
    with connection.begin():
        administer(connection)
        versions: list[str] = []
        digests: dict[str, str] = {}
        if connection.execute(HERE, {"name": "alembic_version"}).first():
            versions = list(connection.execute(text("SELECT version_num FROM migrations.alembic_version")).scalars())
        if connection.execute(HERE, {"name": "history"}).first():
            rows = connection.execute(text("SELECT revision, digest FROM migrations.history")).all()
            digests = {row[0]: row[1] for row in rows}
    revision = versions[0] if versions else None
    if len(versions) > 1 or (revision is not None and revision not in history):
        raise MigrationError(
            f"the database is at {', '.join(sorted(versions))}, which this image does not know: it ends at "
            f"{history.head}. Newer code has run; deploy an image that has it. Nothing was changed"
        )
    done = history.revisions[: history.position(revision)]
    for step in done:
        if step.id in digests and digests[step.id] != step.digest:
            raise MigrationError(
                f"{step.path.name} has changed since it ran here; a step that ran stays as it is: restore it, and "
                "write a new one. Nothing was changed"
            )
    return State(revision=revision, digests=digests)


def refuse_in_one_run(state: State, pending: tuple[Revision, ...]) -> None:
    """A contract step runs in a later run than its expand step, unless the database is new: no code runs beside it.

    Raises:
        MigrationError: one of ``pending`` would follow its expand step at once.

    """
    if state.revision is None:
        return
    ahead = {step.id for step in pending}
    for step in pending:
        if step.contracts in ahead:
            raise MigrationError(
                f"{step.path.name} contracts {step.contracts}, which this database does not have yet: run `upgrade "
                f"--to {step.before}`, deploy the code that runs on it, then upgrade again. Nothing was changed"
            )
