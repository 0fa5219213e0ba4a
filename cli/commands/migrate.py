"""run what is missing of migrations/ on a real PostgreSQL of this machine, with the roles of STACK"""

from rich.table import Table

from cli import lock
from cli.options import SANDBOX, Stack
from cli.output import refuse, say, show
from cli.phases import phase
from cli.target import folder_of
from stacks.environments import ENVIRONMENTS

GROUP = "Deploy"


def run(stack: Stack = SANDBOX) -> int:
    """The exit code of ``python -m migrations upgrade``; 2 where the stack or a server cannot be had."""
    if stack not in ENVIRONMENTS:
        return refuse(f"migrate: STACK={stack!r} is no environment; use one of {', '.join(ENVIRONMENTS)}")
    from migrations.runner.errors import MigrationError  # noqa: PLC0415 - Alembic and the parser are slow to import
    from migrations.runner.history import databases  # noqa: PLC0415

    with lock.held(folder_of(stack), "migrate"):
        for database in databases():
            try:
                table = _migrated(stack, database)
            except MigrationError as error:
                return refuse(f"migrate: {error}", error.code)
            if table.row_count:
                show(table)
    return 0


def _migrated(stack: str, database: str) -> Table:
    """What was run, as a table; the server is started for it and stopped after it, and its data stay."""
    from cli.local_database import prepared  # noqa: PLC0415 - as above
    from migrations.runner import history, settings  # noqa: PLC0415
    from migrations.runner.run import Runner  # noqa: PLC0415
    from sandbox import postgres  # noqa: PLC0415

    known, limits, folder = history.load(database), settings.Limits(), folder_of(stack) / "postgres"
    table = Table("Step", "What", "Seconds", title=f"{database}, roles of {stack}", title_justify="left")
    table.caption = (
        f"waits {limits.lock_wait:g} s for another runner, {limits.lock_timeout:g} s for a table, "
        f"{limits.statement_timeout:g} s for a statement, {limits.attempts} attempts"
    )
    with phase("Starting PostgreSQL"), postgres.running(folder) as server:
        environment = {
            "MIGRATIONS_CREDENTIAL": str(prepared(server, database, folder)),
            "MIGRATIONS_ENVIRONMENT": stack,
        }
        runner = Runner(
            history=known,
            place=settings.place(environment, server.socket),
            roles=settings.roles(environment, known.folder),
            limits=limits,
            say=lambda _: None,
            done=lambda step, seconds: table.add_row(step.id, step.name, f"{seconds:.2f}"),
        )
        if not runner.upgrade():
            say(f"{database}: nothing to do at {known.head}; roles applied")
    return table
