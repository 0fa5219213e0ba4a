"""Services against each other: what depends on what, and which of them a request reaches."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from lib.problems import Fault, Problem
from models.folder import Folder
from models.services.model import CORE, EXPERIMENTAL, GATEWAY, Service


def problems(folder: Folder[Service]) -> Iterator[Problem]:
    """Cycles, dependencies on less than what depends on it, and routes that two services would answer."""
    services = folder.values
    faults: dict[str, list[Fault]] = defaultdict(list)
    for name, fault in (*_cycles(services), *_weaker(services), *_routes(services)):
        faults[name].append(fault)
    for name in sorted(faults):
        yield from folder.entries[name].problems(faults[name])
    if GATEWAY not in folder.names:
        for name, service in services.items():
            if service.routes:
                why = f"lead from {GATEWAY}, and there is no such service"
                fix = f"describe it in catalog/services/{GATEWAY}.yaml, or remove the routes"
                yield from folder.entries[name].problems([Fault(path=("routes",), why=why, fix=fix)])


def _cycles(services: Mapping[str, Service]) -> Iterator[tuple[str, Fault]]:
    """Core services that need each other cannot start, and fail together. A service is named in one cycle at most."""
    core = {name: service for name, service in sorted(services.items()) if service.tier == CORE}
    needs = {
        name: sorted({need.name for need in service.dependencies.services} & core.keys() - {name})
        for name, service in core.items()
    }
    while cycle := _cycle(needs):
        first, then = cycle[:2]
        listed = [need.name for need in core[first].dependencies.services]
        why = f"closes a cycle of core services: {' -> '.join(cycle)}"
        path = ("dependencies", "services", str(listed.index(then)))
        yield first, Fault(path=path, value=then, why=why, fix="remove one of these dependencies")
        needs = {
            name: [other for other in others if other not in cycle]
            for name, others in needs.items()
            if name not in cycle
        }


def _cycle(needs: Mapping[str, Iterable[str]]) -> list[str]:
    """A cycle, which begins and ends with its first service in the alphabet; empty where there is none."""
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        names = error.args[1][:0:-1]  # there each is needed by the next, and the first is there twice
        start = names.index(min(names))
        return [*names[start:], *names[:start], names[start]]
    return []


def _weaker(services: Mapping[str, Service]) -> Iterator[tuple[str, Fault]]:
    for name, service in services.items():
        for index, need in enumerate(service.dependencies.services if service.tier == CORE else ()):
            target = services.get(need.name)
            if target and target.tier == EXPERIMENTAL:
                path = ("dependencies", "services", str(index))
                why = f"is {EXPERIMENTAL}, and a core service would fail with it"
                fix = "raise its tier, or make the service work without it and remove it here"
                yield name, Fault(path=path, value=need.name, why=why, fix=fix)


def _routes(services: Mapping[str, Service]) -> Iterator[tuple[str, Fault]]:
    """The gateway takes the longest route of which a request's path begins with all segments.

    ``/`` takes what no other route takes. Any other route below one of another service takes a part of what looks like
    that service's; two that are equal are decided by accident.
    """
    taken: dict[tuple[str, ...], tuple[str, str]] = {}
    routes = sorted(
        (route.segments, name, index, route.path)
        for name, service in services.items()
        for index, route in enumerate(service.routes)
    )
    for segments, name, index, path in routes:
        at = ("routes", str(index), "path")
        if name == GATEWAY:
            fix = "remove it; the gateway answers for itself on its own ports"
            yield name, Fault(path=at, value=path, why="leads from the gateway to itself", fix=fix)
            continue
        above = [segments[:end] for end in range(1, len(segments) + 1)] or [()]
        owners = [taken[part] for part in above if part in taken]
        taken.setdefault(segments, (name, path))
        for other, route in owners[-1:]:
            if route == path and other != name:
                fix = "give one of the two another path"
                yield name, Fault(path=at, value=path, why=f"is a route of {other} too", fix=fix)
            elif route != path:
                why = f"lies below {route} of {'the service itself' if other == name else other}"
                fix = "remove it" if other == name else "give one of the two another path"
                yield name, Fault(path=at, value=path, why=why, fix=fix)
