"""Who can open a connection to what: packets there and answers back, through routes, network ACLs and groups."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policy.reachability.flows import Permission, addresses_open_on, meet, permitted, ports_open_to
from policy.reachability.intervals import (
    EPHEMERAL,
    EVERYWHERE,
    FAMILIES,
    INTERNET,
    NOTHING,
    TRANSPORTS,
    IntervalSet,
    show_addresses,
    show_ports,
)
from policy.reachability.model import Endpoint, Topology
from policy.reachability.origins import INTERNET_SOURCE, Origin, Origins, Source
from policy.reachability.subnet_paths import SubnetPath, SubnetPaths


@dataclass(frozen=True)
class Connection:
    """A source can open connections to these ports, from these addresses. ``hops`` is the way, ``zones`` its starts."""

    source: Source
    target: Endpoint
    ports: IntervalSet
    addresses: IntervalSet
    hops: tuple[str, ...]
    zones: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return " -> ".join((*self.hops, f"{self.target.name} {show_ports(self.ports)}"))


def connects(
    origin: Origin, subnet_path: SubnetPath, target: Endpoint, place: IntervalSet
) -> tuple[IntervalSet, IntervalSet]:
    """The ports that a packet from the origin reaches and is answered from, and from which addresses.

    A port counts where one address of each side, and one port of the source's, pass every rule in both directions.
    """
    sources = origin.addresses if origin.relayed else origin.addresses & subnet_path.sources
    here = meet(subnet_path.into, ((target.ports, sources),))
    if target.groups is not None:
        carried = frozenset(group.key for group in origin.groups or ())
        here = meet(here, permitted((rule for group in target.groups for rule in group.ingress), carried))
    if not here:
        return NOTHING, NOTHING
    there = meet(subnet_path.out, ((target.ports, place & subnet_path.targets),))
    if origin.groups is not None:
        there = meet(there, permitted((rule for group in origin.groups for rule in group.egress), target.keys))
    ports, addresses = NOTHING, NOTHING
    for (p, a), (q, d) in ((one, other) for one in here for other in there):
        for line in TRANSPORTS:
            opened = p & q & line
            for family in FAMILIES if opened else ():
                far = d & family
                own = ports_open_to(subnet_path.near_back, far) & EPHEMERAL & line if far else NOTHING
                answered = a & family & addresses_open_on(subnet_path.back, own)
                if answered:
                    ports |= opened
                    addresses |= answered
    return ports, addresses


class Solver:
    """Answers for one topology. Each pair of subnets is looked at once, however many endpoints lie in them."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self._corridors = SubnetPaths(topology)
        self._origins = Origins(topology)
        self._into: dict[str, list[Connection]] = {}

    def into(self, target: Endpoint) -> list[Connection]:
        """Every source that can connect to an endpoint directly, each once, with the first way that was found."""
        if target.urn not in self._into:
            self._into[target.urn] = list(_merged(self._all(target)))
        return self._into[target.urn]

    def _all(self, target: Endpoint) -> Iterator[Connection]:
        if target.open_to & INTERNET:
            seen = target.open_to & INTERNET
            hops = (f"{INTERNET_SOURCE.name} {show_addresses(target.open_to)}", "public endpoint outside any VPC")
            yield Connection(INTERNET_SOURCE, target, target.ports, seen, hops)
        for origin in self._origins.of(target):
            yield from self._try(origin, target)

    def _try(self, origin: Origin, target: Endpoint) -> Iterator[Connection]:
        for subnet in target.subnets:
            place = subnet.addresses & (EVERYWHERE if target.dual else FAMILIES[0])
            for subnet_path in self._corridors.of(origin, subnet):
                ports, addresses = connects(origin, subnet_path, target, place)
                if ports:
                    hops = _hops(origin, subnet_path, target, ports, addresses)
                    zones = frozenset([origin.subnet.zone] if origin.subnet else ())
                    yield Connection(origin.source, target, ports, addresses, hops, zones)


def _merged(found: Iterable[Connection]) -> Iterator[Connection]:
    """One connection for each source: all its ports and addresses, and the way by which the first of them goes."""
    by_source: dict[tuple[str, str], Connection] = {}
    for new in found:
        key = (new.source.kind, new.source.urn or new.source.name)
        old = by_source.get(key)
        if old is not None:
            ports, addresses, zones = old.ports | new.ports, old.addresses | new.addresses, old.zones | new.zones
            new = Connection(old.source, old.target, ports, addresses, old.hops, zones)  # noqa: PLW2901 - the sum so far
        by_source[key] = new
    yield from by_source.values()


def _rules(
    permissions: Iterable[Permission], ports: IntervalSet, addresses: IntervalSet, carried: frozenset[str]
) -> str:
    """The first rule that lets through some of the ports: what a reader changes to close the way."""
    open_ = [rule for rule in permissions if rule.ports & ports]
    by_group = [rule for rule in open_ if not rule.groups.isdisjoint(carried)]
    chosen = by_group or [rule for rule in open_ if rule.addresses & addresses]
    return chosen[0].describe(addresses) if chosen else ""


def _hops(
    origin: Origin, subnet_path: SubnetPath, target: Endpoint, ports: IntervalSet, addresses: IntervalSet
) -> tuple[str, ...]:
    shown = f" {show_addresses(addresses)}" if origin.subnet is None else ""
    hops = [f"{origin.source.name}{shown}"]
    for group in origin.groups or ():
        if rule := _rules(group.egress, ports, subnet_path.targets, target.keys):
            hops.append(f"security group {group.name} out ({rule})")
            break
    hops += subnet_path.hops
    carried = frozenset(group.key for group in origin.groups or ())
    for group in target.groups or ():
        if rule := _rules(group.ingress, ports, addresses, carried):
            hops.append(f"security group {group.name} ({rule})")
            break
    return tuple(hops)
