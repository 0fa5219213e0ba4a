"""The chain of steps of one database, as its files say; no database is needed to read it."""

import hashlib
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import Script, ScriptDirectory
from alembic.util import load_python_file

from migrations.runner.errors import UsageError

ROOT: Final = Path(__file__).parents[1]
NUMBERED: Final = re.compile(r"r[0-9]{4}")
Direction = Literal["upgrade", "downgrade"]


@dataclass(frozen=True, kw_only=True)
class Revision:
    """One step. ``contracts`` is the revision whose additions replace what this one removes."""

    id: str
    before: str | None
    name: str
    path: Path
    transactional: bool
    contracts: str | None
    script: Script

    def run(self, context: MigrationContext, direction: Direction) -> None:
        """Call the step's function with Alembic's ``op`` bound to ``context``."""
        function: Callable[[], None] = getattr(self.script.module, direction)
        with Operations.context(context):
            function()

    def sql(self, direction: Direction) -> str:
        """What the step sends to the server, in text, rendered without one.

        Raises:
            UsageError: it cannot be rendered, because it asks the database something or its code is wrong.

        """
        written = io.StringIO()
        options = {"as_sql": True, "output_buffer": written, "literal_binds": True}
        context = MigrationContext.configure(dialect_name="postgresql", opts=options)
        try:
            self.run(context, direction)
        except Exception as error:  # noqa: BLE001 - the step's own code may raise anything
            raise UsageError(
                f"{self.path.name}: {direction} cannot be written as SQL ({type(error).__name__}: {_line(error)}); a "
                "step asks no database and reads no environment"
            ) from None
        return written.getvalue().strip()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the SQL of ``upgrade``, in hexadecimal: comments and layout may change, this may not."""
        return hashlib.sha256(self.sql("upgrade").encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class History:
    """The steps of ``database``, the oldest first."""

    database: str
    folder: Path
    revisions: tuple[Revision, ...]

    def __contains__(self, revision: object) -> bool:
        return any(one.id == revision for one in self.revisions)

    @cached_property
    def _directory(self) -> ScriptDirectory:
        return ScriptDirectory(str(self.folder), version_locations=[str(self.folder / "versions")])

    def step(self, revision: Revision, direction: Direction) -> RevisionStep:
        """What Alembic runs, which keeps the revision in its table."""
        script = self._directory.get_revision(revision.id)
        return RevisionStep(self._directory.revision_map, script, is_upgrade=direction == "upgrade")

    def stamp(self, context: MigrationContext, revision: str | None) -> None:
        """Keep ``revision`` as the last one in Alembic's table, without running anything."""
        context.stamp(self._directory, revision or "base")

    @property
    def head(self) -> str | None:
        """The last step's revision."""
        return self.revisions[-1].id if self.revisions else None

    def position(self, revision: str | None) -> int:
        """How many steps have run where ``revision`` is the last one. Raises ``KeyError`` for an unknown one."""
        if revision is None:
            return 0
        for index, one in enumerate(self.revisions, 1):
            if one.id == revision:
                return index
        raise KeyError(revision)

    def between(self, current: str | None, target: str | None) -> tuple[Revision, ...]:
        """The steps that lead from ``current`` to ``target``, or to the head."""
        return self.revisions[self.position(current) : self.position(target or self.head)]


def databases(root: Path = ROOT) -> list[str]:
    """The databases that have steps."""
    return sorted(path.parent.name for path in root.glob("*/versions"))


def load(database: str, root: Path = ROOT) -> History:
    """The chain of one database.

    Raises:
        UsageError: no such database; two heads, a gap, a branch, a number taken twice, a file that cannot be imported.

    """
    if database not in databases(root):
        known = ", ".join(databases(root)) or "none"
        raise UsageError(f"there is no database {database!r}; there are: {known}")
    folder = root / database
    scripts = _scripts(folder / "versions")
    problems = list(_problems(scripts))
    if problems:
        raise UsageError("\n".join(f"{database}: {problem}" for problem in problems))
    chain = {_before(script): script for script in scripts}
    revisions: list[Revision] = []
    last: str | None = None
    while (script := chain.get(last)) is not None:
        revisions.append(_revision(script))
        last = script.revision
    return History(database=database, folder=folder, revisions=tuple(revisions))


def _scripts(versions: Path) -> list[Script]:
    """The files as Alembic reads them, in the order of their names; its own map would drop a number taken twice."""
    found = []
    for path in sorted(versions.glob("*.py")):
        if path.name == "__init__.py":
            continue
        try:
            module = load_python_file(str(versions), path.name)
            found.append(Script(module, str(module.revision), path))
        except Exception as error:  # noqa: BLE001 - what is in the file may raise anything
            raise UsageError(
                f"{path.name}: is no step ({type(error).__name__}: {_line(error)}); python -m migrations new writes one"
            ) from None
    return found


def _problems(scripts: Sequence[Script]) -> Iterator[str]:
    """Why the files are no single chain, each with the way out."""
    seen: dict[str, str] = {}
    follows: dict[str | None, str] = {}
    for script in scripts:
        name = Path(script.path).name
        yield from (f"{name}: {problem}" for problem in _malformed(script))
        before = _before(script)
        if script.revision in seen:
            yield f"{name}: {script.revision} is {seen[script.revision]} already; give the later one the next number"
        elif before in follows:
            yield f"{name}: two heads: {follows[before]} follows {before} too; renumber the later one and let it follow"
        elif before is not None and before not in {one.revision for one in scripts}:
            yield f"{name}: follows {before!r}, which is no step"
        elif before is not None and before >= script.revision:
            yield f"{name}: follows {before}, which has no smaller number"
        seen.setdefault(script.revision, name)
        follows.setdefault(before, name)


def _before(script: Script) -> str | None:
    return script.down_revision if isinstance(script.down_revision, str) else None


def _malformed(script: Script) -> Iterator[str]:
    """What is wrong with one file."""
    if not NUMBERED.fullmatch(script.revision) or not Path(script.path).name.startswith(f"{script.revision}_"):
        yield f"revision {script.revision!r} must be r and four digits, and begin the file's name"
    if script.dependencies or script.branch_labels or isinstance(script.down_revision, tuple | list):
        yield "branches, merges and dependencies are not used: down_revision is the step before, alone"
    for function in ("upgrade", "downgrade"):
        if not callable(getattr(script.module, function, None)):
            yield f"has no function {function}"
    for key, kind, what in (("transactional", bool, "True or False"), ("contracts", str, "a revision's number")):
        if not isinstance(getattr(script.module, key, kind()), kind):
            yield f"{key} must be {what}"


def _revision(script: Script) -> Revision:
    module = script.module
    return Revision(
        id=script.revision,
        before=_before(script),
        name=(script.doc or "").rstrip("."),
        path=Path(script.path),
        transactional=getattr(module, "transactional", True) is not False,
        contracts=getattr(module, "contracts", None),
        script=script,
    )


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
