"""Runs that are cut at each of their requests, and what must hold after the cut and after the next run."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from migrations.runner.errors import MigrationError
from migrations.runner.run import Runner
from tests.e2e.migrations.support import schema
from tests.e2e.migrations.support.site import CUSTOMERS, Site, folder_of_sockets
from tests.e2e.migrations.support.wire import Wire

APART: Final = {"r0003": "usage_events_graph_time", "r0004": "usage_events_graph_time"}
"""What a step without a transaction may leave beside a revision, until the next run: an index, whole or invalid."""


@dataclass(kw_only=True)
class Course:
    """A run from the revision ``begin`` to the revision ``end``, on a database that holds what ``data`` put in."""

    name: str
    begin: str | None
    end: str
    data: str = ""
    back: bool = False
    site: Site
    shapes: dict[str | None, dict[str, list[Any]]] = field(default_factory=dict)

    @cached_property
    def start(self) -> str:
        """The database of which each try is a copy."""
        database = self.site.database()
        if self.begin:
            first = "r0002" if self.data and not self.back else self.begin
            self.site.runner(database).upgrade(first)
            self.site.server.execute(self.data, database=database)
            self.site.runner(database).upgrade(self.begin)
        return database

    def go(self, runner: Runner) -> None:
        """The run."""
        if self.back:
            runner.downgrade()
        else:
            runner.upgrade(self.end)

    @cached_property
    def requests(self) -> list[bytes]:
        """What an undisturbed run asks the server, in order."""
        with folder_of_sockets() as folder:
            wire = Wire(folder, self.site.server.folder, self.site.server.port)
            self.go(self.site.runner(self.site.database(self.start), socket=folder))
            wire.close()
        return wire.asked

    def cut(self, number: int, *, after: bool) -> list[str]:
        """What is wrong after request ``number`` was cut off, and after the next run; empty where all is well."""
        database = self.site.database(self.start)
        before = schema.rows(self.site.server, database)
        with folder_of_sockets() as folder:
            wire = Wire(folder, self.site.server.folder, self.site.server.port, cut_at=number, after=after)
            with suppress(MigrationError):
                self.go(self.site.runner(database, socket=folder))
            wire.close()
        self._idle(database)
        return [*self.halves(database), *self.again(database, before)]

    def _idle(self, database: str) -> None:
        """Wait until the server has seen that the session is gone."""
        while self.site.server.execute("SELECT FROM pg_stat_activity WHERE datname = %s", (database,)):
            pass

    def halves(self, database: str) -> Iterator[str]:
        """What does not belong to the revision at which the database says that it is."""
        current, entered = schema.revisions(self.site.server, database)
        if entered != [step.id for step in self.site.known.between(None, current)] if current else entered:
            yield f"at {current}, but entered are {entered}"
        apart = APART.get(str(current))
        for item in schema.differences(self.reference(current), self.site.shape(database)):
            if apart is None or apart not in item:
                yield f"at {current}: {item}"

    def again(self, database: str, rows: dict[str, int]) -> Iterator[str]:
        """What the next run does not mend: nothing is lost, and the schema is what an undisturbed run makes."""
        runner = self.site.runner(database)
        if not self.back or schema.revisions(self.site.server, database)[0] == self.begin:
            try:
                self.go(runner)
            except MigrationError as error:
                yield f"the next run is refused: {error}"
        current, _ = schema.revisions(self.site.server, database)
        if current != self.end:
            yield f"ends at {current}"
        yield from schema.differences(self.reference(self.end), self.site.shape(database))
        yield from (f"invalid: {index}" for index in schema.invalid(self.site.server, database))
        now = schema.rows(self.site.server, database)
        yield from (f"{name}: {now.get(name)} rows of {count}" for name, count in rows.items() if now[name] != count)

    def reference(self, revision: str | None) -> dict[str, list[Any]]:
        """What an undisturbed run to ``revision`` makes."""
        if revision not in self.shapes:
            database = self.site.database()
            if revision:
                self.site.runner(database).upgrade(revision)
            self.shapes[revision] = self.site.shape(database)
        return self.shapes[revision]


def courses(site: Site) -> list[Course]:
    """A new database, an expand and a contract step under rows, and a step that is taken back."""
    shapes: dict[str | None, dict[str, list[Any]]] = {}
    make: Callable[..., Course] = lambda **given: Course(site=site, shapes=shapes, **given)  # noqa: E731
    return [
        make(name="from nothing", begin=None, end="r0006"),
        make(name="expand under rows", begin="r0002", end="r0005", data=CUSTOMERS),
        make(name="contract under rows", begin="r0005", end="r0006", data=CUSTOMERS),
        make(name="taken back under rows", begin="r0004", end="r0003", data=CUSTOMERS, back=True),
    ]
