"""What a database says of itself: its revision, and which runs brought it there."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from migrations.runner.errors import MigrationError
from migrations.runner.history import History, Revision

SCHEMA: Final = "migrations"
"""Where the revision stands: outside of the schema in which services may write."""
ADMINISTRATOR: Final = text("SET LOCAL ROLE access_admin")
"""Who runs the roles' SQL; it acts for whoever owns objects. ``bootstrap.sql`` makes it."""
OWNED: Final = text(
    "SELECT pg_get_userbyid(datdba) = 'access_admin' FROM pg_database WHERE datname = current_database()"
)
HERE: Final = text(
    "SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
    " WHERE nspname = 'migrations' AND relname = :name"
)
JOURNAL: Final = text(
    """
    CREATE TABLE IF NOT EXISTS migrations.history (
        revision text PRIMARY KEY, digest text NOT NULL, run uuid NOT NULL, ends_run boolean NOT NULL,
        applied_by text NOT NULL DEFAULT session_user,
        applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """
)
"""A row for each step that has run. A run whose last step does not end it was cut short: the next one continues it."""
ENTER: Final = text(
    "INSERT INTO migrations.history (revision, digest, run, ends_run) VALUES (:revision, :digest, :run, :ends)"
)
END: Final = text("UPDATE migrations.history SET ends_run = true WHERE revision = :revision")
STRIKE: Final = text("DELETE FROM migrations.history WHERE revision = :revision")


class Entry(NamedTuple):
    """A row of the journal, without its revision."""

    digest: str
    run: uuid.UUID
    ends_run: bool


@dataclass(frozen=True, kw_only=True)
class State:
    """The last step that ran, None before the first; ``run`` is the one that is to be continued, or a new one.

    ``began`` is the revision at which that run began: the code that runs beside it knows no later one. ``ahead`` says
    that all steps of the history ran as they are, and later ones that it does not have: this is what a rollback finds.
    """

    revision: str | None
    began: str | None
    run: uuid.UUID
    ahead: bool = False


UNPREPARED: Final = (
    "the login role may not act as access_admin, or that does not own this database: run bootstrap.sql in it as its "
    "master user, see the runbook secret-rotation.md. Nothing was changed"
)


def administer(connection: Connection) -> None:
    """Act as ``access_admin`` until the end of the transaction; ``MigrationError`` where there is no such role."""
    try:
        connection.execute(ADMINISTRATOR)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") not in ("22023", "42501"):
            raise
        raise MigrationError(UNPREPARED) from None


def read(connection: Connection, history: History) -> State:
    """The state of the database, which is left as it is.

    Raises:
        MigrationError: it is at a revision that this history does not have and did not lead to, or a step has changed
            since it ran.

    """
    with connection.begin():
        administer(connection)
        if not connection.execute(OWNED).scalar():  # who does not own it grants nothing, and is only warned
            raise MigrationError(UNPREPARED)
        versions: list[str] = []
        entered: dict[str, Entry] = {}
        if connection.execute(HERE, {"name": "alembic_version"}).first():
            versions = list(connection.execute(text("SELECT version_num FROM migrations.alembic_version")).scalars())
        if connection.execute(HERE, {"name": "history"}).first():
            rows = connection.execute(text("SELECT revision, digest, run, ends_run FROM migrations.history")).all()
            entered = {row[0]: Entry(*row[1:]) for row in rows}
    revision = versions[0] if versions else None
    if len(versions) > 1 or (revision is not None and revision not in history):
        if len(versions) == 1 and history.head and all(_ran(step, entered) for step in history.revisions):
            return State(revision=revision, began=revision, run=uuid.uuid4(), ahead=True)
        raise unknown(history, *versions)
    done = history.revisions[: history.position(revision)]
    for step in done:
        if not _ran(step, entered):
            raise MigrationError(
                f"{step.path.name} is not what ran here (migrations.history); a step that ran stays as it is: "
                "restore it, and write a new one. Nothing was changed"
            )
    if not done or entered[done[-1].id].ends_run:
        return State(revision=revision, began=revision, run=uuid.uuid4())
    open_run = entered[done[-1].id].run
    first = next(step for step in done if entered[step.id].run == open_run)
    return State(revision=revision, began=first.before, run=open_run)


def _ran(step: Revision, entered: Mapping[str, Entry]) -> bool:
    return step.id in entered and entered[step.id].digest == step.digest


def unknown(history: History, *versions: str | None) -> MigrationError:
    """The error of a database with steps that this history does not have."""
    return MigrationError(
        f"the database is at {', '.join(sorted(map(str, versions)))}, which this image does not know: it ends at "
        f"{history.head}. Newer code has run; deploy an image that has it. Nothing was changed"
    )


def refuse_in_one_run(history: History, state: State, pending: tuple[Revision, ...]) -> None:
    """A contract step runs in a later run than its expand step, unless the database is new: no code runs beside it.

    Raises:
        MigrationError: one of ``pending`` would follow its expand step at once.

    """
    if state.began is None:
        return
    known = history.position(state.began)
    for step in pending:
        if step.contracts is not None and history.position(step.contracts) > known:
            raise MigrationError(
                f"{step.path.name} contracts {step.contracts}, which the same run would add: run `upgrade "
                f"--to {step.before}`, deploy the code that runs on it, then upgrade again. Nothing was changed"
            )
