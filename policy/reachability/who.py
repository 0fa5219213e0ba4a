"""Who can reach what: direct connections, what load balancers pass on, and the groups of the tailnet behind routers."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lib.firewall import WIREGUARD_PORT
from policy.facts.grants import Grants
from policy.reachability.flows import ports_open_to
from policy.reachability.intervals import NOTHING, IntervalSet, ports, show_ports
from policy.reachability.model import Endpoint
from policy.reachability.origins import INTERNET_SOURCE, ROUTER, is_exposed
from policy.reachability.places import BALANCER, PROXY
from policy.reachability.read import StackNetwork
from policy.reachability.solve import Connection

WIREGUARD = ports("udp", WIREGUARD_PORT, WIREGUARD_PORT)
"""Where routers take direct connections of the tailnet, which are authenticated: no way in for strangers."""


@dataclass(frozen=True)
class Reach:
    """``who`` can connect to ``ports`` of ``target``. ``kind`` is that of a source, or tailnet; ``path`` is hop by hop.

    ``tiers`` and ``zones`` are those from which it does; ``function`` is the Lambda function that does.
    """

    who: str
    kind: str
    target: Endpoint
    ports: IntervalSet
    path: str
    tiers: tuple[str, ...] = ()
    zones: frozenset[str] = frozenset()
    access: str = ""
    function: str = ""


def path_from_internet(stack_network: StackNetwork, target: Endpoint) -> tuple[Connection, ...]:
    """The shortest way from strangers to an endpoint, by load balancers, proxies and exposed hosts; empty without one.

    What a load balancer passes on to is not a way on: that is what applications are for. A host that strangers can
    address itself is one, as they may take it over.
    """
    edges = list(_edges(stack_network, target))
    entries = {edge.target.urn for edge in edges if edge.source.kind == "internet"}
    if not entries:
        return ()
    if target.urn in entries:
        return (next(edge for edge in edges if edge.source.kind == "internet" and edge.target is target),)
    import networkx as nx  # noqa: PLC0415 - a sixth of a second, and a sound stack has no such edge

    graph: Any = nx.DiGraph()
    for edge in edges:
        graph.add_edge(edge.source.urn or INTERNET_SOURCE.name, edge.target.urn, connection=edge)
    next_hop = nx.shortest_path(graph, INTERNET_SOURCE.name, target.urn)
    return tuple(graph.edges[pair]["connection"] for pair in itertools.pairwise(next_hop))


def _edges(stack_network: StackNetwork, target: Endpoint) -> Iterator[Connection]:
    """The connections that lead to an endpoint, backwards through everything that may pass them on."""
    seen, open_ = {target.urn}, [target]
    while open_:
        here = open_.pop()
        for found in stack_network.solver.into(here):
            if found.source.kind == "internet":
                if here.access != ROUTER or found.ports - WIREGUARD:
                    yield found
            elif found.source.kind == "endpoint":
                middle = stack_network.endpoints[found.source.urn]
                if is_exposed(middle) or (middle.kind in (BALANCER, PROXY) and _passes(middle, here)):
                    yield found
                    if middle.urn not in seen:
                        seen.add(middle.urn)
                        open_.append(middle)


def _passes(middle: Endpoint, target: Endpoint) -> bool:
    return middle.forwards is None or target.urn in middle.forwards


def describe(path: tuple[Connection, ...]) -> str:
    """A way hop by hop: each connection begins where the one before ends."""
    first, *rest = path
    return " -> ".join([str(first), *(" -> ".join(str(leg).split(" -> ")[1:]) for leg in rest)])


def reaches(stack_network: StackNetwork, grants: Grants) -> Iterator[Reach]:
    """Who can reach each data store and each tagged resource, in the order of the stack."""
    for target in stack_network.targets():
        for found in stack_network.solver.into(target):
            source = found.source
            end = stack_network.endpoints.get(source.urn)
            if end and end.access == ROUTER:
                yield from _through(stack_network, grants, found)
            elif source.kind != "internet":
                access, function = (end.access, end.function) if end else ("", "")
                where = (source.tiers, found.zones, access, function)
                yield Reach(source.name, source.kind, target, found.ports, str(found), *where)
        path = path_from_internet(stack_network, target)
        if path:
            yield Reach(INTERNET_SOURCE.name, "internet", target, path[-1].ports, describe(path))


def _through(stack_network: StackNetwork, grants: Grants, found: Connection) -> Iterator[Reach]:
    """The groups of the tailnet that a router lets through to what it reaches itself."""
    target = found.target
    if stack_network.tailnet.flows is None:  # a preview: the policy will be compiled from the grants
        opened = {name: numbers(grants.of_group(name, target.access)) for name in grants.on_tailnet()}
    else:
        here = NOTHING
        for subnet in target.subnets:
            here |= subnet.addresses
        opened = {name: ports_open_to(stack_network.tailnet.reach(name), here) for name in stack_network.tailnet.flows}
    for name, allowed in opened.items():
        if both := allowed & found.ports:
            next_hop = f"tailnet {name} -> {' -> '.join(found.hops)} -> {target.name} {show_ports(both)}"
            yield Reach(name, "tailnet", target, both, next_hop, found.source.tiers, found.zones)


def numbers(given: Iterable[int]) -> IntervalSet:
    """Port numbers as the access model writes them, which names no protocol."""
    found = NOTHING
    for number in given:
        found |= ports("tcp", number, number) | ports("udp", number, number)
    return found


def granted(reach: Reach, grants: Grants) -> IntervalSet:
    """The ports that some grant names; all of them where both ends are the same resource, such as its load balancer."""
    name = reach.target.access
    if reach.kind == "tailnet":
        return numbers(grants.of_group(reach.who, name))
    if name and reach.access == name:
        return reach.ports
    of_tiers = [numbers(grants.of_tier(tier, name)) for tier in reach.tiers]
    found = reach.ports if of_tiers else numbers(())
    for opened in of_tiers:
        found &= opened
    return found | numbers(grants.of_function(reach.function, name))


def faces(stack_network: StackNetwork) -> Iterator[Reach]:
    """What strangers can connect to besides: load balancers, hosts, public endpoints."""
    targets = {target.urn for target in stack_network.targets()}
    for endpoint in stack_network.topology.endpoints:
        if endpoint.urn not in targets and endpoint.public | endpoint.open_to:
            for found in stack_network.solver.into(endpoint):
                if found.source.kind == "internet":
                    yield Reach(INTERNET_SOURCE.name, "internet", endpoint, found.ports, str(found))
