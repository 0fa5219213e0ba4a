"""SEC-02: ``catalog/manual_rotation.yaml``, the secrets that a person must change."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from lib.yaml_file import FileError, Problem, YamlFile
from models.entries import read_entries

ROOT: Final = Path(__file__).parents[1]
BY_HAND: Final = ROOT / "catalog" / "manual_rotation.yaml"

Environment = Literal["sandbox", "dev", "staging", "production"]
_FIX: Final = {
    "secret": "write the name in Secrets Manager: letters, digits and /_+=.@-",
    "owner": "write the team that changes it, as platform",
    "changed": "write the day on which the issuer made the value, as 2026-10-01",
    "runbook": "write the path of a page in docs/runbooks/",
    "why": "say why no function can rotate it",
    "environments": "list some of sandbox, dev, staging, production",
}


class ByHand(BaseModel):
    """A registered exception: no function rotates it, ``owner`` does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    secret: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_/+=.@-]+$", max_length=512)
    owner: str = Field(min_length=1)
    changed: dt.date
    runbook: str = Field(pattern=r"^docs/runbooks/[a-z0-9-]+\.md$")
    why: str = Field(min_length=10)
    environments: Annotated[tuple[Environment, ...], Field(min_length=1)]


def load_by_hand(path: Path = BY_HAND, today: dt.date | None = None) -> tuple[ByHand, ...]:
    """The registered exceptions. FileError lists every problem of the file; OSError where it cannot be read.

    ``today``, after which nothing can have been changed, defaults to the day in UTC.
    """
    file, good, problems = read_entries(path, "secrets", ByHand, _FIX)
    day = today or dt.datetime.now(dt.UTC).date()
    for entry in good:
        problems += _impossible(file, entry, day)
    problems += _twice(file, good)
    if problems:
        raise FileError(problems)
    return tuple(good)


def _impossible(file: YamlFile, entry: ByHand, today: dt.date) -> Iterator[Problem]:
    if entry.changed > today:
        why = f"lies after today, {today}: an age from it would hide a real one"
        yield file.problem(("secrets", entry.name, "changed"), str(entry.changed), why, _FIX["changed"])
    if not (ROOT / entry.runbook).is_file():
        yield file.problem(("secrets", entry.name, "runbook"), entry.runbook, "no such page", _FIX["runbook"])


def _twice(file: YamlFile, entries: list[ByHand]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for entry in entries:
        if entry.secret and entry.secret in seen:
            why = f"is registered by {seen[entry.secret]} already"
            yield file.problem(("secrets", entry.name, "secret"), entry.secret, why, "keep one of the two")
        if entry.secret:
            seen.setdefault(entry.secret, entry.name)
