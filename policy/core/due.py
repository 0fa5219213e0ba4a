"""The due dates of the ledger without its models: importing pydantic would double the start-up time of the pack."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from lib import tables

LEDGER = Path(__file__).resolve().parents[2] / "roadmap" / "clauses.yaml"


@dataclass(frozen=True)
class DueClause:
    """When a clause is due."""

    due_date: dt.date | None


@dataclass(frozen=True)
class DueDates:
    """The due date of every clause."""

    clauses: dict[str, DueClause]

    def clause(self, clause_id: str) -> DueClause:
        """The clause with this ID; KeyError where there is none."""
        if clause_id not in self.clauses:
            raise KeyError(f"{clause_id}: not in roadmap/clauses.yaml")
        return self.clauses[clause_id]


def load_due_dates(path: Path = LEDGER) -> DueDates:
    """Due dates as ``models.roadmap.loader`` reads them; tests hold the two equal. Anything malformed raises."""
    clauses = tables.table(path)["clauses"]
    return DueDates({clause["id"]: DueClause(_first_day(clause.get("due"))) for clause in clauses})


def _first_day(quarter: str | None) -> dt.date | None:
    if quarter is None:
        return None
    year, number = quarter.split("-Q")
    return dt.date(int(year), 3 * int(number) - 2, 1)
