"""What the pipeline is meant not to do, and the rights that stay without need: ``expected.yaml``, with reasons."""

import fnmatch
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from reports.rights.requests import Call

FILE: Final = Path(__file__).with_suffix(".yaml")


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    actions: tuple[str, ...]
    reason: str = Field(min_length=10)

    def means(self, action: str) -> bool:
        """Whether one of the patterns matches; actions are not case-sensitive."""
        return any(fnmatch.fnmatchcase(action.lower(), pattern.lower()) for pattern in self.actions)


class Denied(_Row):
    """Calls under a component that the deploy role must be denied, and who makes them instead."""

    under: str
    by: Literal["administrator", "break-glass", "nobody"]

    def holds(self, call: Call) -> bool:
        """Whether the row speaks of a call."""
        parents = call.subject.urn.split("::")[2:3]
        inside = any(part.startswith(self.under) for part in "".join(parents).split("$"))
        return inside and self.means(call.action)


class Spare(_Row):
    """Rights that no call needs."""


class Expected(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    denied: tuple[Denied, ...]
    spare: tuple[Spare, ...]

    def of(self, call: Call) -> Sequence[Denied]:
        """The rows that speak of a call."""
        return [row for row in self.denied if row.holds(call)]


@cache
def expected() -> Expected:
    """The file as it stands."""
    return Expected.model_validate(yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
