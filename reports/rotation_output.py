"""The audit of rotation as people and machines read it: a table, JSON, JUnit XML."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from reports import junit
from reports.rotation import BY_HAND_AGE, DELETION, MAX_AGE, Row

SUITE = "secret-rotation"


def failed(rows: Sequence[Row]) -> bool:
    """Whether anything is too old or stuck."""
    return any(row.faults for row in rows)


def summary(rows: Sequence[Row]) -> str:
    """Counts in one line."""
    broken = sum(bool(row.faults) for row in rows)
    oldest = max((row.age_days for row in rows), default=0)
    return f"{len(rows)} secrets, {broken} with faults; the oldest value is {oldest} days old, {MAX_AGE.days} allowed"


def table(rows: Sequence[Row]) -> RenderableType:
    """For a person at a terminal. What an account says is shown as text: no markup in a name or tag takes effect."""
    made = Table(title="Secrets", title_justify="left", box=None)
    for heading in ("secret", "region", "age", "next", "rotation", "owner", "findings"):
        made.add_column(heading, overflow="fold", justify="right" if heading == "age" else "left")
    for row in rows:
        style = "bold red" if row.faults else "yellow" if row.age_days >= BY_HAND_AGE.days else ""
        findings = Text("\n").join(
            [*(Text(fault, style="red") for fault in row.faults), *(Text(note, style="dim") for note in row.notes)]
        )
        made.add_row(
            Text(row.name, style=style),
            Text(row.region),
            Text(str(row.age_days), style=style),
            Text(f"{row.next:%Y-%m-%d}" if row.next else "-"),
            Text(row.rotation),
            Text(row.owner or "-"),
            findings,
        )
    return Group(made, Text(summary(rows)))


def as_json(rows: Sequence[Row], now: dt.datetime) -> str:
    """For programs; times in UTC as ISO 8601, ages in whole days."""
    secrets: list[dict[str, Any]] = [
        {
            "name": row.name,
            "region": row.region,
            "owner": row.owner,
            "since": row.since.astimezone(dt.UTC).isoformat(),
            "age_days": row.age_days,
            "next": row.next.astimezone(dt.UTC).isoformat() if row.next else None,
            "rotation": row.rotation,
            "faults": list(row.faults),
            "notes": list(row.notes),
        }
        for row in rows
    ]
    document = {"at": now.astimezone(dt.UTC).isoformat(), "max_age_days": MAX_AGE.days, "secrets": secrets}
    return json.dumps({**document, "failed": failed(rows)}, indent=2) + "\n"


def as_junit(rows: Sequence[Row], now: dt.datetime) -> str:
    """One test case for each secret: a failure where it has faults, skipped where it is pending deletion."""
    cases = [
        junit.Case(
            name=row.name,
            group=f"{SUITE}.{row.region}",
            failure=row.faults,
            kind="rotation",
            skipped="" if row.faults else next((note for note in row.notes if note.startswith(DELETION)), ""),
            output=f"{row.age_days} days old, owner {row.owner or '-'}, {row.rotation}",
        )
        for row in rows
    ]
    return junit.document([junit.Suite(name=SUITE, cases=cases)], now)
