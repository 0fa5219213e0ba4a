"""Who can reach what, as people and machines read it: a table, Markdown, JSON, and what differs between two states."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from policy.facts import grants
from policy.facts.kubernetes import PREFIX
from policy.facts.props import stack_of
from policy.reachability.intervals import IntervalSet, show_ports
from policy.reachability.read import StackNetwork, read_stack
from policy.reachability.who import Reach, faces, granted, reaches
from reports import pods
from reports.markdown import code, fitting
from reports.policy_resources import as_policy_resources
from reports.state import Entry

HEADINGS = ("target", "who", "ports", "granted")
BYTES = 7_000
"""Of a difference in Markdown, which shares a comment with the preview's four parts."""


@dataclass(frozen=True, order=True, kw_only=True)
class Row:
    """``who`` reaches ``ports`` of ``target`` by ``path``; ``granted`` is yes, no, or public for strangers' own."""

    target: str
    who: str
    ports: str
    granted: str
    path: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same in another state."""
        return self.target, self.who, self.ports


def rows_of(entries: Iterable[Entry], services: pods.Services | None = None) -> list[Row]:
    """Every path into data stores, tagged resources, and whatever strangers can address, in order.

    With ``services`` the pods of the stack's cluster are told apart, by NetworkPolicies, from the rest of their tier.
    """
    resources = as_policy_resources(entries if services else _outside_of_clusters(entries))
    if not resources:
        return []
    model = grants.current(stack_of(resources[0].urn))
    here = read_stack(resources)
    inside = pods.read(resources, services, model) if services else None
    found = [_row(one, "no" if one.ports - given else "yes") for one, given in _told_apart(here, model, inside)]
    return sorted([*found, *(_row(reach, "public") for reach in faces(here))])


def _outside_of_clusters(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Objects of Kubernetes are the larger part of a state, and open no path in the network."""
    return (entry for entry in entries if not str(entry["type"]).startswith(PREFIX))


def _told_apart(
    here: StackNetwork, model: grants.Grants, inside: pods.Pods | None
) -> Iterator[tuple[Reach, IntervalSet]]:
    for reach in reaches(here, model):
        given = granted(reach, model)
        if inside is not None and inside.run_in(reach):
            yield from inside.that_take(reach, given)
            yield replace(reach, who=f"rest of {reach.who}"), given
        else:
            yield reach, given


def _row(reach: Reach, verdict: str) -> Row:
    return Row(target=reach.target.name, who=reach.who, ports=show_ports(reach.ports), granted=verdict, path=reach.path)


def difference(before: Sequence[Row], after: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """What can be reached only after, and what only before."""
    was, will = {row.key for row in before}, {row.key for row in after}
    return [row for row in after if row.key not in was], [row for row in before if row.key not in will]


def summary(rows: Sequence[Row]) -> str:
    """Counts in one line."""
    refused = sum(row.granted == "no" for row in rows)
    return f"{len(rows)} paths into {len({row.target for row in rows})} targets, {refused} that no grant names"


def terminal(rows: Sequence[Row], against: Sequence[Row] | None = None) -> RenderableType:
    """For a person: the table, each path below its row, and the difference to another state."""
    table = Table(title="Who can reach what", title_justify="left", box=None)
    for heading in HEADINGS:
        table.add_column(heading, overflow="fold")
    for row in rows:
        style = "bold red" if row.granted == "no" else ""
        table.add_row(Text(row.target), Text(row.who, style=style), Text(row.ports), Text(row.granted, style=style))
    paths = [Text(f"  {row.path}", style="red" if row.granted == "no" else "dim") for row in rows]
    parts: list[RenderableType] = [table, *paths, Text(summary(rows))]
    if against is not None:
        parts += [*change_lines(against, rows), Text(f"{len(against)} paths before, {len(rows)} now.")]
    return Group(*parts)


def change_lines(before: Sequence[Row], after: Sequence[Row]) -> list[Text]:
    """The difference for a person, one line a path."""
    added, removed = difference(before, after)
    return [
        *(Text(f"+ {row.who} reaches {row.ports} of {row.target}: {row.path}", style="yellow") for row in added),
        *(Text(f"- {row.who} reached {row.ports} of {row.target}", style="green") for row in removed),
    ]


def markdown(rows: Sequence[Row], against: Sequence[Row] | None = None) -> str:
    """For a comment or a document; everything that a stack says is in code spans."""
    lines = [f"| {' | '.join(HEADINGS)} | path |", "|---|---|---|---|---|", *map(_line, rows)]
    lines = ["### Who can reach what", "", f"{summary(rows)}.", "", *(lines if rows else [])]
    if against is not None:
        lines += ["", *changes(against, rows)]
    return "\n".join(lines).rstrip() + "\n"


def changes(before: Sequence[Row], after: Sequence[Row]) -> list[str]:
    """The difference as Markdown lines, what is new and not granted first; none where nothing differs."""
    added, removed = difference(before, after)
    marked = [
        *((row.granted != "no", f"| + {_line(row)}") for row in added),
        *((True, f"| - {_line(row)}") for row in removed),
    ]
    lines = [line for _, line in sorted(marked, key=lambda pair: pair[0])]
    if not lines:
        return []
    kept = fitting(lines, BYTES)
    more = ["", f"{len(lines) - len(kept)} more."] if len(lines) > len(kept) else []
    heading = [
        "### Changes of who can reach what",
        "",
        f"| | {' | '.join(HEADINGS)} | path |",
        "|---|---|---|---|---|---|",
    ]
    return [*heading, *kept, *more]


def _line(row: Row) -> str:
    cells = [code(cell) for cell in (row.target, row.who, row.ports, row.granted)]
    path = " → ".join(code(hop) for hop in row.path.split(" -> "))  # each whole: what is long is cut
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in (*cells, path)) + " |"


def as_json(rows: Sequence[Row], against: Sequence[Row] | None = None) -> str:
    """For machines: the paths and, where another state is given, ``added`` and ``removed``."""
    document: dict[str, object] = {"paths": [asdict(row) for row in rows]}
    if against is not None:
        added, removed = difference(against, rows)
        document |= {"added": [asdict(row) for row in added], "removed": [asdict(row) for row in removed]}
    return json.dumps(document, indent=2) + "\n"
