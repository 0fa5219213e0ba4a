"""Runs steps: each in a transaction of its own, and those that cannot be in one so that they may be run again."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from pglast import ast
from pglast.enums import AlterTableType, ObjectType
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from migrations.runner import state
from migrations.runner.check import check
from migrations.runner.compatibility import statements
from migrations.runner.connection import connected, meaning
from migrations.runner.errors import BusyError, MigrationError, UsageError
from migrations.runner.history import Direction, History, Revision
from migrations.runner.lock import acquire
from migrations.runner.schema import dropped, table
from migrations.runner.settings import Limits, Place

OWNER = text("SET LOCAL ROLE access_owner")
IS_OWNER = text(
    "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'access_owner' AND pg_has_role(session_user, oid, 'MEMBER')"
    " AND has_schema_privilege(oid, 'public', 'CREATE'))"
)
"""Roles are the server's, rights are the database's: a second database of a server has the first alone."""
INVALID = text(
    "SELECT 1 FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
    " WHERE relname = :name AND relnamespace = 'public'::regnamespace AND NOT indisvalid"
)


@dataclass(frozen=True, kw_only=True)
class Run:
    """The run that a step belongs to, and whether the run ends with it."""

    id: uuid.UUID
    ends: bool


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Runs the steps of ``history``. ``roles`` is the SQL that is applied after them.

    ``say`` takes one line, ``done`` a step that was run and how many seconds that took.
    """

    history: History
    place: Place
    roles: str
    limits: Limits
    say: Callable[[str], None]
    done: Callable[[Revision, float], None] = lambda *_: None

    def upgrade(self, target: str | None = None) -> list[str]:
        """Run what is missing up to ``target`` or the head, then the roles' SQL; the revisions that were run.

        A database that is ahead is left as it is: code goes back by a rollback, and its schema serves both.

        Raises:
            UsageError: the history may not run, or has no such target; no database was touched.
            MigrationError: the database or a step refused; steps before it stay.

        """
        check(self.history)
        if target is not None and target not in self.history:
            raise UsageError(f"{target} is no step of {self.history.database}; there are up to {self.history.head}")
        with connected(self.place, self.limits) as connection:
            acquire(connection, self.limits.lock_wait, self.say)
            found = state.read(connection, self.history)
            if found.ahead:
                ends = f"ahead of {self.history.head}, where this image ends"
                self.say(f"{self.history.database}: at {found.revision}, {ends}; nothing was changed")
                return []
            pending = self.history.between(found.revision, target)
            state.refuse_in_one_run(self.history, found, pending)
            self._prepare(connection)
            for step in pending:
                run = Run(id=found.run, ends=step is pending[-1])
                self._apply(connection, step, "upgrade", run)
            self._grant(connection)
        if not pending:
            self.say(f"{self.history.database}: nothing to do at {found.revision}; roles applied")
        return [step.id for step in pending]

    def downgrade(self, *, discard: bool = False) -> str | None:
        """Take back the last step; the revision that is then the last one.

        Raises:
            MigrationError: nothing is to be taken back, or it would lose rows or values and ``discard`` is not set.

        """
        check(self.history)
        with connected(self.place, self.limits) as connection:
            acquire(connection, self.limits.lock_wait, self.say)
            found = state.read(connection, self.history)
            if found.ahead:
                raise state.unknown(self.history, found.revision)
            if found.revision is None:
                raise MigrationError(f"{self.history.database}: no step has run, so none can be taken back")
            step = self.history.revisions[self.history.position(found.revision) - 1]
            self._prepare(connection)
            self._apply(connection, step, "downgrade", Run(id=found.run, ends=True), keep=not discard)
            self._grant(connection)
        return step.before

    def status(self) -> tuple[str | None, tuple[Revision, ...]]:
        """The database's revision and what would be run; nothing is changed."""
        with connected(self.place, self.limits) as connection:
            found = state.read(connection, self.history)
        if found.ahead:
            raise state.unknown(self.history, found.revision)
        return found.revision, self.history.between(found.revision, None)

    def _prepare(self, connection: Connection) -> None:
        """Make sure that this login may act as the owner, and that the revision has a place."""
        with connection.begin():
            owner = connection.execute(IS_OWNER).scalar()
        if not owner:
            self._grant(connection)
        try:
            with connection.begin():
                if connection.execute(state.HERE, {"name": "history"}).first():
                    return
                state.administer(connection)
                connection.execute(text("CREATE SCHEMA IF NOT EXISTS migrations AUTHORIZATION access_owner"))
                connection.execute(OWNER)
                connection.execute(state.JOURNAL)
        except DBAPIError as error:
            raise meaning(error, "schema migrations") from None

    def _grant(self, connection: Connection) -> None:
        def applied() -> None:
            with connection.begin():
                state.administer(connection)
                connection.exec_driver_sql(self.roles, execution_options={"no_parameters": True})

        self._tried("roles", applied)

    def _apply(
        self, connection: Connection, step: Revision, direction: Direction, run: Run, *, keep: bool = False
    ) -> None:
        began = time.monotonic()
        if step.transactional:
            self._tried(step.path.stem, lambda: self._whole(connection, step, direction, run, keep=keep))
        else:
            self._tried(step.path.stem, lambda: self._in_parts(connection, step, direction, run))
        how, seconds = "applied" if direction == "upgrade" else "taken back", time.monotonic() - began
        self.say(f"{self.history.database}: {step.id} {how} in {seconds:.2f} s: {step.name}")
        self.done(step, seconds)

    def _tried(self, doing: str, work: Callable[[], None]) -> None:
        """Do it, and again while a table is locked: a short wait each time, so that others do not queue behind this."""
        for attempt in range(1, self.limits.attempts + 1):
            try:
                work()
            except DBAPIError as error:
                problem = meaning(error, doing)
                if not isinstance(problem, BusyError) or attempt == self.limits.attempts:
                    raise problem from None
                self.say(f"{problem}; attempt {attempt} of {self.limits.attempts}")
                time.sleep(min(2**attempt, 15) * self.limits.lock_timeout / 5)
            else:
                return

    def _whole(self, connection: Connection, step: Revision, direction: Direction, run: Run, *, keep: bool) -> None:
        """A step, its revision and its line in the journal: all or nothing."""
        with connection.begin():
            connection.execute(OWNER)
            if keep:
                _keep(connection, step)
            self._migrate(connection, step, direction)
            _enter(connection, step, direction, run)

    def _in_parts(self, connection: Connection, step: Revision, direction: Direction, run: Run) -> None:
        """A step that no transaction can hold: what was left half done is removed, the rest says IF NOT EXISTS."""
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            with alone.begin():
                alone.execute(text("SET ROLE access_owner"))
                for name in _built(step, direction):
                    if alone.execute(INVALID, {"name": name}).first():
                        quoted = alone.dialect.identifier_preparer.quote(name)
                        alone.execute(text(f"DROP INDEX CONCURRENTLY IF EXISTS public.{quoted}"))
                step.run(self._context(alone), direction)
        finally:
            connection.execution_options(isolation_level=connection.default_isolation_level)
        with connection.begin():
            connection.execute(text("RESET ROLE"))
            connection.execute(OWNER)
            self.history.stamp(self._context(connection), step.id if direction == "upgrade" else step.before)
            _enter(connection, step, direction, run)

    def _migrate(self, connection: Connection, step: Revision, direction: Direction) -> None:
        """Let Alembic run the step and keep its revision; the transaction is the caller's."""
        context = self._context(connection, fn=lambda *_: [self.history.step(step, direction)])
        with Operations.context(context):
            context.run_migrations()

    @staticmethod
    def _context(connection: Connection, **options: Any) -> MigrationContext:
        options["version_table_schema"] = state.SCHEMA
        return MigrationContext.configure(connection=connection, opts=options)


def _enter(connection: Connection, step: Revision, direction: Direction, run: Run) -> None:
    """The journal, in the transaction of Alembic's own table."""
    connection.execute(state.STRIKE, {"revision": step.id})
    if direction == "upgrade":
        values = {"revision": step.id, "digest": step.digest, "run": run.id, "ends": run.ends}
        connection.execute(state.ENTER, values)
    else:
        connection.execute(state.END, {"revision": step.before})


def _built(step: Revision, direction: Direction) -> list[str]:
    trees = [tree for _, tree in statements(step.sql(direction), step.path.name)]
    return [tree.idxname for tree in trees if isinstance(tree, ast.IndexStmt)]


def _keep(connection: Connection, step: Revision) -> None:
    """Refuse a way back that loses rows or values; the tables are locked, so that none is added meanwhile."""
    losses = []
    for shown, tree in statements(step.sql("downgrade"), step.path.name):
        match tree:
            case ast.DropStmt(removeType=ObjectType.OBJECT_TABLE):
                losses += [name for name in map(dropped, tree.objects) if _holds(connection, name, "true")]
            case ast.AlterTableStmt():
                name = table(tree.relation)
                for command in tree.cmds:
                    if command.subtype == AlterTableType.AT_DropColumn:
                        filled = f"{_quoted(connection, command.name)} IS NOT NULL"
                        losses += [f"{name}.{command.name}"] * _holds(connection, name, filled)
            case ast.DeleteStmt() | ast.TruncateStmt():
                losses += [f"what {shown!r:.60} deletes"]
    if losses:
        raise MigrationError(
            f"{step.path.name} is not taken back: {', '.join(losses)} would be lost. The code before it runs on this "
            "schema: roll that back and leave the step; --discard-data gives the data up"
        )


def _holds(connection: Connection, name: str, condition: str) -> bool:
    target = f"public.{_quoted(connection, name)}"
    connection.execute(text(f"LOCK TABLE {target} IN ACCESS EXCLUSIVE MODE"))
    return bool(connection.execute(text(f"SELECT EXISTS (SELECT FROM {target} WHERE {condition})")).scalar())  # noqa: S608


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)
