"""What lies between two places, whatever security groups say: routes, network ACLs, peering, gateways."""

from collections.abc import Iterator
from dataclasses import dataclass

from policy.reachability.flows import ALL_FLOWS, Flows
from policy.reachability.intervals import NOTHING, IntervalSet
from policy.reachability.model import Subnet, Topology
from policy.reachability.origins import Origin


@dataclass(frozen=True)
class SubnetPath:
    """``sources`` and ``targets`` are the addresses for which routes lead there and back. ``out`` and ``near_back`` are
    the source's own network ACL, packets and answers; ``into`` and ``back`` are the target's.
    """

    sources: IntervalSet
    targets: IntervalSet
    out: Flows
    near_back: Flows
    into: Flows
    back: Flows
    hops: tuple[str, ...]


class SubnetPaths:
    """The paths between the subnets of a topology, each found once."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        self._found: dict[tuple[str, str], list[SubnetPath]] = {}

    def of(self, origin: Origin, target: Subnet) -> list[SubnetPath]:
        """The ways to a subnet: the VPC, each peering connection, or the gateway through which an origin comes."""
        if origin.subnet is None:
            return self._from_outside(origin, target)
        key = (origin.subnet.urn, target.urn)
        if key not in self._found:
            self._found[key] = list(self._between(origin.subnet, target))
        return self._found[key]

    def _between(self, source: Subnet, target: Subnet) -> Iterator[SubnetPath]:
        if source.urn == target.urn:  # routes and network ACLs stand at the edge of a subnet
            free = (ALL_FLOWS, ALL_FLOWS, ALL_FLOWS, ALL_FLOWS)
            yield SubnetPath(source.addresses, target.addresses, *free, (f"subnet {target.name}",))
            return
        for there, back, label in self._next_hops(source, target):
            if not there & target.addresses or not back & source.addresses:
                continue
            middle = (f"route table {source.table.name}", label) if label else ()
            yield SubnetPath(
                sources=source.addresses & back,
                targets=target.addresses & there,
                out=source.acl.egress,
                near_back=source.acl.ingress,
                into=target.acl.ingress,
                back=target.acl.egress,
                hops=(f"subnet {source.name}", source.acl.name, *middle, target.acl.name, f"subnet {target.name}"),
            )

    def _next_hops(self, source: Subnet, target: Subnet) -> Iterator[tuple[IntervalSet, IntervalSet, str]]:
        """The addresses that the source's table leads to the target, the target's leads back, and by what."""
        if source.vpc == target.vpc:
            yield source.table.delivers(), target.table.delivers(), ""
            return
        for urn, ends in self._topology.peers.items():
            if set(ends) == {source.vpc, target.vpc}:
                there, back = (table.leads.get(("peering", urn), NOTHING) for table in (source.table, target.table))
                yield there, back, f"peering {self._topology.names.get(urn, urn)}"

    def _from_outside(self, origin: Origin, target: Subnet) -> list[SubnetPath]:
        """From another network: the subnet's own route table must lead the answers back the way they came."""
        if origin.next_hop is None or not (back := target.table.leads.get(origin.next_hop)):
            return []
        kind, which = origin.next_hop
        gate = f"{kind} {self._topology.names.get(which, which)}"
        return [
            SubnetPath(
                sources=back,
                targets=target.addresses,
                out=ALL_FLOWS,
                near_back=ALL_FLOWS,
                into=target.acl.ingress,
                back=target.acl.egress,
                hops=(gate, f"route table {target.table.name}", target.acl.name, f"subnet {target.name}"),
            )
        ]
