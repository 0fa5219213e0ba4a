"""What depends on the resources that a change replaces or deletes: it may break although nothing of it changes."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import networkx as nx

from reports.events import Step
from reports.state import Entry

ENDS = ("replace", "delete")
"""Operations after which a resource is no longer the one on which others were built."""


@dataclass(frozen=True, kw_only=True)
class Dependants:
    """``direct`` are those of each step, by URN; ``components`` counts all of them, direct or not, by component."""

    direct: Sequence[tuple[Step, Sequence[str]]] = ()
    components: Mapping[str, int] = field(default_factory=dict)


def dependants(steps: Sequence[Step], before: Sequence[Entry], component: Mapping[str, str]) -> Dependants:
    """Those that stay as they are, of each replaced or deleted resource; ``component`` names that of each URN."""
    ending = {step.urn: step for step in steps if step.operation in ENDS}
    if not ending:
        return Dependants()
    graph = _graph(before)
    direct = [(step, sorted(_successors(graph, urn) - {*ending})) for urn, step in ending.items()]
    below = set(nx.bfs_tree(graph, _START)) if _joined(graph, ending) else set[str]()
    counts: dict[str, int] = {}
    for urn in below - {_START, *ending}:
        name = component.get(urn, "-")
        counts[name] = counts.get(name, 0) + 1
    found = [(step, urns) for step, urns in direct if urns]
    return Dependants(direct=found, components=dict(sorted(counts.items())))


_START = "every resource that ends"


def _graph(entries: Sequence[Entry]) -> "nx.DiGraph[str]":
    """An edge from each resource to those that were built with its id or outputs; components and providers are none."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    own = {str(entry["urn"]) for entry in entries if entry.get("custom") and not _is_engines(entry)}
    for entry in entries:
        if entry["urn"] in own:
            graph.add_edges_from((urn, str(entry["urn"])) for urn in _needs(entry) if urn in own)
    return graph


def _is_engines(entry: Entry) -> bool:
    return str(entry["type"]).startswith("pulumi:")


def _needs(entry: Entry) -> Iterator[str]:
    yield from entry.get("dependencies") or ()
    for urns in (entry.get("propertyDependencies") or {}).values():
        yield from urns or ()


def _successors(graph: "nx.DiGraph[str]", urn: str) -> set[str]:
    return set(graph.successors(urn)) if urn in graph else set()


def _joined(graph: "nx.DiGraph[str]", roots: Collection[str]) -> bool:
    """Join all roots to one start, so that one walk finds whatever is below any of them."""
    graph.add_edges_from((_START, urn) for urn in roots if urn in graph)
    return _START in graph
