"""What promotion and rollback do to ``charts/versions``: the lines are written at once, and read back before."""

import re
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from cli.charts_repository import git
from lib.problems import nearest, shown
from models.promotion import edit
from models.promotion.freight import Freight, Pipeline
from models.promotion.history import LOG, Entry, entries, previous
from sandbox import files

Charts = Annotated[
    Path, typer.Option("--charts", envvar="CHARTS", help="A folder that is laid out as charts/, in a git repository.")
]
Dry = Annotated[bool, typer.Option("--dry/--write", envvar="DRY", help="Say what would be written, and write nothing.")]
_COMMIT: Final = re.compile(r"[0-9a-f]{4,64}")
PREVIOUS: Final = "previous"


class RefusedError(RuntimeError):
    """Nothing was written; the message says why, and what to do."""


def stage_of(pipeline: Pipeline, name: str, option: str) -> str:
    """The stage of that name. RefusedError where there is none."""
    names = [stage.name for stage in pipeline.stages]
    if name in names:
        return name
    near = nearest(name, names)
    fix = f"did you mean {near}?" if near else f"use one of {', '.join(names)}"
    raise RefusedError(f"{option}={shown(name)} is no environment with versions of its own: {fix}")


def service_of(pipeline: Pipeline, name: str, stage: str) -> str:
    """The service of that name, which ``stage`` runs. RefusedError where it does not."""
    names = pipeline.stage(stage).versions
    if name in names:
        return name
    near = nearest(name, names)
    fix = f"did you mean {near}?" if near else f"it runs {', '.join(names)}"
    raise RefusedError(f"SERVICE={shown(name)} has no line in {stage}: {fix}")


def place(charts: Path, stage: str) -> Path:
    """The file of a stage."""
    return charts / "versions" / f"{stage}.yaml"


def write(charts: Path, pipeline: Pipeline, stage: str, freights: Sequence[Freight], *, dry: bool) -> None:
    """Write the lines of ``freights``, or only see that it could be done.

    A service that the stage does not run yet gets a line. RefusedError where anything else would change.
    """
    path = place(charts, stage)
    before = path.read_bytes()
    there = pipeline.stage(stage).versions
    try:
        after = edit.changed(before, [freight for freight in freights if freight.service in there])
        for freight in freights:
            if freight.service not in there:
                after = edit.added(after, freight, pipeline.services[freight.service])
    except edit.NotOneLineError as error:
        raise RefusedError(f"{path}: {error}") from None
    old, new = before.split(b"\n"), after.split(b"\n")
    new_lines = sum(1 for freight in freights if freight.service not in there)
    if len(new) - len(old) != new_lines or len(set(new) - set(old)) > len(freights):
        raise RefusedError(f"{path}: more than the lines of the services would change; nothing is written")
    if not dry and after != before:
        files.write(path, after, stat.S_IMODE(path.stat().st_mode))


def history(charts: Path, stage: str) -> list[Entry]:
    """The lines that the stage's file ever had on this branch, newest first. RefusedError where some are unknown."""
    try:
        shallow = git(charts, "rev-parse", "--is-shallow-repository") == "true"
        log = "" if shallow else git(charts, *LOG, "--", f"versions/{stage}.yaml")
    except OSError as error:
        raise RefusedError(f"{charts}: its history cannot be read: {error.strerror or error}") from None
    except RuntimeError as error:
        raise RefusedError(f"{charts}: has no history that git can read: {str(error).splitlines()[-1]}") from None
    if shallow:
        raise RefusedError(f"{charts}: its history is cut short; fetch all of it: git fetch --unshallow")
    return list(entries(log))


def earlier(charts: Path, stage: str, current: Freight, to: str) -> Freight:
    """What the stage ran at commit ``to``, or before ``current``. RefusedError where that is not known.

    Migrations are those of then; a line from before the service migrated a database gets those of now.
    """
    if to == PREVIOUS:
        found = previous(history(charts, stage), current)
        if found is None:
            raise RefusedError(f"{stage} never ran another version of {current.service}, by the history of its file")
        return found.freight.as_now(current)
    if not _COMMIT.fullmatch(to):
        raise RefusedError(f"TO={shown(to)} is neither {PREVIOUS} nor a commit: write its hexadecimal digits")
    try:
        commit = git(charts, "rev-parse", "--verify", "--quiet", f"{to}^{{commit}}")
        git(charts, "merge-base", "--is-ancestor", commit, "HEAD")
        prefix = git(charts, "rev-parse", "--show-prefix")
        text = git(charts, "show", f"{commit}:{prefix}versions/{stage}.yaml")
    except RuntimeError:
        fix = f"git log --oneline -- versions/{stage}.yaml lists those that are"
        raise RefusedError(f"TO={to} is no commit of this branch in which {stage} has versions; {fix}") from None
    lines = "\n".join(f"+{line}" for line in text.splitlines())
    found_there = [entry.freight for entry in entries(lines) if entry.freight.service == current.service]
    if len(found_there) != 1:
        raise RefusedError(f"TO={to}: {stage} ran no version of {current.service} then")
    (freight,) = found_there
    return replace(freight, origin=commit[:12]).as_now(current)
