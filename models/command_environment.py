"""SEC-03: ``catalog/command_environment.yaml``, which secrets a developer's command gets under which names."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from lib.problems import Fault, FileError
from lib.validation import OneOf
from models.entries import read_entries
from stacks.environments import ENVIRONMENTS

COMMAND_ENVIRONMENT: Final = Path(__file__).parents[1] / "catalog" / "command_environment.yaml"
STEERING: Final = re.compile(
    r"PATH|HOME|SHELL|USER|IFS|ENV|BASH_ENV|TMPDIR|LANG|TERM|PS\d|EDITOR|PAGER|(LD|DYLD|LC|AWS|GIT|PYTHON|NODE|PULUMI|"
    r"UV|MAKE|SSH)_?\w*|[A-Z]*_?PROXY"
)
"""Variables by which programs are steered: what a secret holds must not decide which code or account a command uses."""
OPEN: Final = tuple(name for name, row in ENVIRONMENTS.items() if row.people_read_secrets)
"""The environments whose secrets people may read; those of the others stay where they run."""
_CLOSED: Final = ", ".join(name for name in ENVIRONMENTS if name not in OPEN)
_FIX: Final = {
    "name": "write capitals, digits and _, as ORDERS_API_KEY",
    "source": "write the name in Secrets Manager, as nationgraph/core/database",
    "key": "write the key of the JSON object, or leave it out for the whole value",
    "environments": f"list some of {', '.join(OPEN)}; secrets of {_CLOSED} stay where they run",
}


class Variable(BaseModel):
    """One variable: the secret behind it, and the key where the secret is a JSON object."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[A-Z][A-Z0-9_]{1,63}$", exclude=True)
    source: str = Field(pattern=r"^nationgraph/[a-z0-9-]+/[a-z0-9-]+$")
    key: str | None = Field(default=None, min_length=1)
    environments: Annotated[tuple[Annotated[str, OneOf(OPEN)], ...], Field(min_length=1)]


def load_command_environment(path: Path = COMMAND_ENVIRONMENT) -> tuple[Variable, ...]:
    """All variables. FileError lists every problem of the file."""
    file, good, problems = read_entries(path, "variables", Variable, _FIX)
    problems += file.unreported(_steering(good))
    if problems:
        raise FileError(problems)
    return tuple(good)


def _steering(variables: list[Variable]) -> Iterator[Fault]:
    for variable in variables:
        if STEERING.fullmatch(variable.name):
            why = "steers programs: a secret would decide which code or account the command uses"
            yield Fault(path=("variables", variable.name), why=why, fix="choose another name")
