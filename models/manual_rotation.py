"""SEC-02: ``catalog/manual_rotation.yaml``, the secrets that a person must change."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from lib.problems import Fault, FileError
from lib.validation import Day, OneOf
from models.entries import read_entries
from stacks.environments import ENVIRONMENTS

ROOT: Final = Path(__file__).parents[1]
MANUAL_ROTATION: Final = ROOT / "catalog" / "manual_rotation.yaml"

Environment = Annotated[str, OneOf(tuple(ENVIRONMENTS))]
_FIX: Final = {
    "secret": "write the name in Secrets Manager: letters, digits and /_+=.@-",
    "owner": "write the team that changes it, as platform",
    "changed": "write the day on which the issuer made the value, as 2026-10-01",
    "runbook": "write the path of a page in docs/runbooks/",
    "why": "say why no function can rotate it",
    "environments": f"list some of {', '.join(ENVIRONMENTS)}",
}


class ManualRotation(BaseModel):
    """A registered exception: no function rotates it, ``owner`` does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(exclude=True)
    secret: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_/+=.@-]+$", max_length=512)
    owner: str = Field(min_length=1)
    changed: Day
    runbook: str = Field(pattern=r"^docs/runbooks/[a-z0-9-]+\.md$")
    why: str = Field(min_length=10)
    environments: Annotated[tuple[Environment, ...], Field(min_length=1)]


def load_manual_rotation(path: Path = MANUAL_ROTATION, today: dt.date | None = None) -> tuple[ManualRotation, ...]:
    """The registered exceptions. FileError lists every problem of the file.

    ``today``, after which nothing can have been changed, defaults to the day in UTC.
    """
    file, good, problems = read_entries(path, "secrets", ManualRotation, _FIX)
    day = today or dt.datetime.now(dt.UTC).date()
    faults = [fault for entry in good for fault in _impossible(entry, day)]
    problems += file.unreported([*faults, *_twice(good)])
    if problems:
        raise FileError(problems)
    return tuple(good)


def _impossible(entry: ManualRotation, today: dt.date) -> Iterator[Fault]:
    at = ("secrets", entry.name)
    if entry.changed > today:
        why = f"lies after today, {today}: an age from it would hide a real one"
        yield Fault(path=(*at, "changed"), value=entry.changed, why=why, fix=_FIX["changed"])
    if not (ROOT / entry.runbook).is_file():
        yield Fault(path=(*at, "runbook"), value=entry.runbook, why="there is no such page", fix=_FIX["runbook"])


def _twice(entries: list[ManualRotation]) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for entry in entries:
        other = seen.setdefault(entry.secret, entry.name) if entry.secret else entry.name
        if other != entry.name:
            why = f"is registered by {other} already"
            yield Fault(path=("secrets", entry.name, "secret"), value=entry.secret, why=why, fix="keep one of the two")
