"""The ledger as a model."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

SECTIONS: Final[Mapping[str, int]] = MappingProxyType({"DEV": 6, "SEC": 7, "INF": 6, "OBS": 5, "ENB": 3, "REV": 2})
"""How many clauses each section of the roadmap has, in its order: none is dropped without a change here."""

CLAUSES: Final = tuple(
    f"{section}-{number:02}" for section, count in SECTIONS.items() for number in range(1, count + 1)
)

_ID: Final = r"[A-Z]{3}-\d{2}"


class State(StrEnum):
    """How far a clause is: nothing holds it yet, something builds it, or tests prove all of it."""

    PLANNED = "planned"
    BUILT = "built"
    PROVEN = "proven"


class Clause(BaseModel):
    """One clause of the roadmap and the evidence for it.

    ``components``, ``tests`` and ``documents`` are paths in this repository, ``policies`` names as the pack reports
    them; ``open`` says what the clause asks for and nothing here does yet.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=f"^{_ID}$")
    text: str = Field(min_length=1)
    due: str | None = Field(default=None, pattern=r"^20\d{2}-Q[1-4]$")
    state: State = State.PLANNED
    components: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    open: tuple[str, ...] = ()

    @staticmethod
    def is_id(text: str) -> bool:
        """Whether a text has the form of a clause's ID."""
        return re.fullmatch(_ID, text) is not None

    @property
    def due_date(self) -> dt.date | None:
        """First day of the due quarter; None where the clause holds from the start."""
        if self.due is None:
            return None
        year, quarter = self.due.split("-Q")
        return dt.date(int(year), 3 * int(quarter) - 2, 1)

    def gaps(self) -> Iterator[tuple[str, str]]:
        """Each key that is empty though the state claims it, and the fix."""
        if self.state is State.PLANNED:
            return
        lower = f"or set state: {State.PLANNED}"
        if not self.components:
            yield "components", f"name the files that build it, {lower}"
        if not self.documents:
            yield "documents", f"name the document that explains it, {lower}"
        if not self.policies and not self.tests:
            yield "policies", f"name a policy that enforces it or a test that proves it, {lower}"
        if self.state is State.PROVEN and not self.tests:
            yield "tests", f"name the tests that prove it, or set state: {State.BUILT}"
        if self.state is State.PROVEN and self.open:
            yield "open", f"finish what is listed and empty the list, or set state: {State.BUILT}"


class Ledger(BaseModel):
    """All clauses."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    clauses: tuple[Clause, ...]

    def clause(self, clause_id: str) -> Clause:
        """The clause with this ID; KeyError where there is none."""
        for clause in self.clauses:
            if clause.id == clause_id:
                return clause
        raise KeyError(f"{clause_id}: not in roadmap/clauses.yaml")
