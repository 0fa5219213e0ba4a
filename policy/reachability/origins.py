"""From where connections may come: strangers, other networks, the subnets of each tier, and what carries a group."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from policy.reachability.intervals import EVERYWHERE, INTERNET, V4, IntervalSet
from policy.reachability.model import Endpoint, Group, NextHop, Subnet, Topology, foreign_group
from policy.reachability.places import STORE, WORKLOAD

ROUTER = "router"
"""The access tag of what forwards for the tailnet."""
GATES = ("internet gateway", "carrier gateway")
NO_SOURCE = ("local", "interface", "inspection endpoint", "NAT gateway", "egress-only gateway")
"""Ways by which nobody comes in: those inside the VPC, and those that open connections only outwards."""


@dataclass(frozen=True)
class Source:
    """Who connects. ``kind`` is internet, network, tier, group or endpoint; ``name`` is what a message calls it.

    ``tiers`` are those in which it lies; none outside the stack's subnets.
    """

    kind: str
    name: str
    urn: str = ""
    tiers: tuple[str, ...] = ()


INTERNET_SOURCE = Source("internet", "internet")


@dataclass(frozen=True)
class Origin:
    """A source at one place: its subnet (None outside), addresses, and security groups (None: no rules bind it).

    ``way`` is the gateway through which what is outside comes in. ``relayed`` is what a load balancer passes on under
    the address of the client.
    """

    source: Source
    addresses: IntervalSet
    subnet: Subnet | None = None
    groups: tuple[Group, ...] | None = None
    next_hop: NextHop | None = None
    relayed: bool = False


def tier_name(subnet: Subnet) -> str:
    """What a message calls the workloads of a subnet that the stack need not declare, such as pods."""
    return f"{subnet.tier} tier" if subnet.tier else f"subnet {subnet.name}"


class Origins:
    """The origins that may matter to an endpoint; others cannot reach it, or are part of one that does."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        self._subnets: dict[str, list[Subnet]] = defaultdict(list)
        for subnet in topology.subnets:
            self._subnets[subnet.vpc].append(subnet)
        self._peers: dict[str, set[str]] = defaultdict(set)
        for one, other in topology.peers.values():
            self._peers[one].add(other)
            self._peers[other].add(one)
        self._groups = {group.key: group for group in topology.groups}
        self._carriers: dict[str, list[Endpoint]] = defaultdict(list)
        self._forwarding: dict[str, list[Endpoint]] = defaultdict(list)
        for endpoint in topology.endpoints:
            for key in endpoint.keys if endpoint.kind != STORE else ():  # a store opens no connections of its own
                self._carriers[key].append(endpoint)
            for urn in endpoint.forwards or ():
                self._forwarding[urn].append(endpoint)
        # What passes connections on to all that it reaches, for the tailnet or for whoever has taken it over.
        self._anywhere = [e for e in topology.endpoints if e.forwards is None or e.access == ROUTER or is_exposed(e)]

    def of(self, target: Endpoint) -> Iterator[Origin]:
        """The origins to try for an endpoint."""
        yield from self._outside(target)
        homes = list(dict.fromkeys(subnet.vpc for subnet in target.subnets))
        near = list(dict.fromkeys([*homes, *(peer for home in homes for peer in sorted(self._peers[home]))]))
        for subnet in (subnet for vpc in near for subnet in self._subnets[vpc]):
            name = tier_name(subnet)
            prefix = "" if subnet.vpc in homes else f"{self._topology.names.get(subnet.vpc, subnet.vpc)}: "
            tiers = (subnet.tier,) if subnet.vpc in homes else ("",)
            yield Origin(Source("tier", prefix + name, "", tiers), subnet.addresses, subnet)
        wanted = {key for group in target.groups or () for rule in group.ingress for key in rule.groups}
        tried: dict[str, Endpoint] = {}
        for key in sorted(wanted):
            carriers = self._carriers.get(key, [])
            tried |= {endpoint.urn: endpoint for endpoint in carriers}
            if not carriers:
                yield from self._holders(key, near)
        tried |= {endpoint.urn: endpoint for endpoint in (*self._forwarding[target.urn], *self._anywhere)}
        tried.pop(target.urn, None)
        for endpoint in tried.values():
            yield from from_endpoint(endpoint)

    def _outside(self, target: Endpoint) -> Iterator[Origin]:
        next_hops = dict.fromkeys(next_hop for subnet in target.subnets for next_hop in subnet.table.leads)
        for next_hop in next_hops:
            kind, which = next_hop
            if kind in GATES:
                if target.public:
                    yield Origin(INTERNET_SOURCE, INTERNET & target.public, next_hop=next_hop)
            elif kind not in NO_SOURCE:
                name = self._topology.names.get(which, which)
                if kind == "peering":
                    homes = {subnet.vpc for subnet in target.subnets}
                    far = [end for end in self._topology.peers.get(which, ()) if end not in homes]
                    if any(self._subnets.get(end) for end in far):
                        continue  # its subnets are origins of their own
                    name = f"{far[0] if far else 'VPC'} by {name}"
                yield Origin(Source("network", f"network behind {kind} {name}"), EVERYWHERE, next_hop=next_hop)

    def _holders(self, key: str, vpcs: list[str]) -> Iterator[Origin]:
        """Whoever carries a group that nothing here carries: anything in the VPC, or where the group's tag says."""
        group = self._groups.get(key)
        tier = group.tier if group else ""
        name = f"whoever carries security group {group.name if group else key}"
        source = Source("group", name, "", (tier,))
        for subnet in (subnet for vpc in vpcs for subnet in self._subnets[vpc]):
            if not tier or subnet.tier == tier:
                yield Origin(source, subnet.addresses, subnet, (group or foreign_group(key),))


def is_exposed(endpoint: Endpoint) -> bool:
    """True where strangers can address a workload itself, so that it may be taken over and used to go on."""
    return endpoint.kind == WORKLOAD and bool(endpoint.public)


def from_endpoint(endpoint: Endpoint) -> Iterator[Origin]:
    """An endpoint as the one who connects, from each of its subnets."""
    source = Source("endpoint", endpoint.name, endpoint.urn, tuple(dict.fromkeys(s.tier for s in endpoint.subnets)))
    for subnet in endpoint.subnets:
        here = subnet.addresses & (EVERYWHERE if endpoint.dual else V4)
        yield Origin(source, here, subnet, endpoint.groups)
        if endpoint.keeps_source and endpoint.public:
            yield Origin(source, INTERNET & endpoint.public, subnet, endpoint.groups, relayed=True)
