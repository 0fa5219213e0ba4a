"""Where solver and brute force disagree about a stack, each disagreement as a sentence."""

import ipaddress
from collections.abc import Iterator, Sequence

from policy.reachability import intervals
from policy.reachability.model import Endpoint
from policy.reachability.read import StackNetwork, read_stack
from policy.reachability.who import path_from_internet
from tests.policy.support.brute_force import BruteForce
from tests.policy.support.interval_bounds import Address, Service
from tests.support.resources import Res, as_stack


def _holds_port(found: intervals.IntervalSet, service: Service) -> bool:
    return bool(found & intervals.ports(service[0], service[1], service[1]))


def _holds_address(found: intervals.IntervalSet, address: Address) -> bool:
    return bool(found & intervals.addresses([str(ipaddress.ip_network(address))]))


def _sources(here: StackNetwork, target: Endpoint) -> dict[str, tuple[intervals.IntervalSet, intervals.IntervalSet]]:
    """What the solver says, by the name that brute force gives a source."""
    found = {}
    for connection in here.solver.into(target):
        source = connection.source
        name = source.name.rpartition(": ")[2]
        if source.kind == "network":
            name = f"gate {name.rpartition(' ')[2]}"
        found[name] = (connection.ports, connection.addresses)
    return found


def disagreements(resources: Sequence[Res], tried: BruteForce) -> Iterator[str]:
    """Sources, ports and addresses of each endpoint, and whether strangers get there at all."""
    here = read_stack(as_stack(resources))
    by_name = {endpoint.name: endpoint for endpoint in here.topology.endpoints}
    services = [(protocol, port) for protocol in ("tcp", "udp") for port in tried.ports]
    for name in tried.endpoints():
        target = by_name[name]
        solved = _sources(here, target)
        subnets = [f"subnet {resource.name}" for resource in tried.of("Subnet")]
        for source in [
            "internet",
            "gate tgw-1",
            *subnets,
            *(who for who in solved if who.startswith("whoever")),
            *(other for other in tried.endpoints() if other != name),
        ]:
            truth, near = tried.opened(source, name)
            ports, addresses = solved.pop(source, (intervals.NOTHING, intervals.NOTHING))
            if source in by_name and not ports:
                if not set(truth) <= {
                    service for service in services if _holds_port(_part(here, tried, source, name), service)
                }:
                    yield f"{source} to {name}: {truth} is more than what its subnet may"
                continue
            said = {service for service in services if _holds_port(ports, service)}
            if said != truth:
                yield f"{source} to {name}: the solver says {sorted(said ^ truth)} otherwise"
            elif wrong := [a for a in tried.addresses if _holds_address(addresses, a) != (a in near)]:
                yield f"{source} to {name}: the solver says addresses {wrong} otherwise"
        if solved:
            yield f"{name}: the solver knows of {list(solved)}"
        if bool(path_from_internet(here, target)) != tried.internet_reaches(name):
            yield f"internet to {name}: the solver says otherwise"


def _part(here: StackNetwork, tried: BruteForce, source: str, target: str) -> intervals.IntervalSet:
    """What the solver says of an endpoint that no rule names: as much as of its subnets, which it is a part of.

    Stores, and load balancers that pass nothing on to the target, do not connect: all is well whatever they could do.
    """
    ends = {endpoint.name: endpoint for endpoint in here.topology.endpoints}
    kind = ends[source].kind
    if kind == "data store" or (kind == "load balancer" and not tried.forwards(source, target)):
        return intervals.ALL_PORTS
    found = intervals.NOTHING
    for connection in here.solver.into(ends[target]):
        if connection.source.name.rpartition(": ")[2] in {f"subnet {subnet}" for subnet in tried.subnets_of(source)}:
            found |= connection.ports
    return found
