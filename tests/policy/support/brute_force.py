"""Everything that can be tried is tried: every source, address, port and answer, packet by packet."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from tests.policy.support.interval_bounds import Address, Service, method_cache
from tests.policy.support.packet_walk import Flow, Walk

PROTOCOLS = ("tcp", "udp")


@dataclass(frozen=True)
class Origin:
    """From where packets are sent: a subnet or, where that is None, a gate; and the groups that bind the sender."""

    subnet: str | None
    near: tuple[Address, ...]
    groups: tuple[str, ...] | None = None
    gate: str = ""
    relayed: bool = False


class BruteForce(Walk):
    """Who can open connections, by trying."""

    def origins(self, source: str) -> Iterator[Origin]:
        """The places of a source: ``internet``, ``subnet s0``, ``gate tgw-1``, ``whoever ... g0``, or an endpoint."""
        kind, _, name = source.partition(" ")
        if source == "internet":
            for gate in (gateway.name for gateway in self.of("InternetGateway")):
                yield Origin(None, tuple(self.strangers()), gate=gate)
        elif kind == "gate":
            yield Origin(None, tuple(self.addresses), gate=name)
        elif kind == "whoever":
            for subnet in (resource.name for resource in self.of("Subnet")):
                yield Origin(subnet, tuple(self.in_subnet(subnet, dual=True)), (source.rpartition(" ")[2],))
        elif kind == "subnet":
            yield Origin(name, tuple(self.in_subnet(name, dual=True)))
        else:
            groups = self.groups_of(source)
            free = not groups and self.all[source].inputs.get("loadBalancerType") == "network"
            bound = None if free else groups
            for subnet in self.subnets_of(source):
                yield Origin(subnet, tuple(self.in_subnet(subnet, dual=self.is_dual(source))), bound)
                if self.all[source].inputs.get("loadBalancerType") == "network":
                    clients = tuple(a for a in self.strangers() if self.is_public(source, a.version))
                    yield Origin(subnet, clients, bound, relayed=True)

    @method_cache
    def opened(self, source: str, target: str) -> tuple[set[Service], set[Address]]:
        """The services that the source can use of the target, and the addresses from which some service answers."""
        services: set[Service] = set()
        addresses: set[Address] = set()
        for origin in self.origins(source):
            for protocol, port in itertools.product(PROTOCOLS, self.ports):
                if self.listens(target, protocol, port):
                    found = self._near(origin, source, target, protocol, port)
                    addresses |= found
                    services |= {(protocol, port)} if found else set()
        return services, addresses

    def _near(self, origin: Origin, source: str, target: str, protocol: str, port: int) -> set[Address]:
        carried, own = self.groups_of(target), origin.groups or ()
        found = set()
        for subnet in self.subnets_of(target):
            fars = self.in_subnet(subnet, dual=self.is_dual(target))
            for near, far in itertools.product(origin.near, fars):
                if near.version != far.version or (source == "internet" and not self.is_public(target, near.version)):
                    continue
                bound = carried or not self.is_open(target)
                if bound and not self.passes_groups(carried, "ingress", (protocol, port), near, own):
                    continue
                if origin.groups is not None and not self.passes_groups(own, "egress", (protocol, port), far, carried):
                    continue
                tries = (Flow(protocol, near, far, number, port) for number in self.ports if number >= 1024)
                if any(self.arrives(one, origin.subnet, subnet, origin.gate, relayed=origin.relayed) for one in tries):
                    found.add(near)
        return found

    def is_open(self, target: str) -> bool:
        """Whether a load balancer has no security groups at all."""
        return self.all[target].inputs.get("loadBalancerType") == "network" and not self.groups_of(target)

    def endpoints(self) -> list[str]:
        """Everything that has a place."""
        return [
            r.name
            for kind in ("rds/instance:Instance", "ec2/instance:Instance", "LoadBalancer")
            for r in self.all.values()
            if r.type.endswith(kind)
        ]

    def forwards(self, middle: str, target: str) -> bool:
        """Whether a load balancer passes connections on to the target; a host that faces strangers may be taken."""
        if not self.all[middle].type.endswith("LoadBalancer"):
            return self.all[middle].type.endswith("ec2/instance:Instance") and (
                self.is_public(middle, 4) or self.is_public(middle, 6)
            )
        listeners = [r for r in self.of("Listener") if r.inputs["loadBalancerArn"].name == middle]
        if not listeners:
            return True
        for listener in listeners:
            group = listener.inputs["defaultActions"][0]["targetGroupArn"].name
            members = [
                r.inputs["targetId"]
                for r in self.of("TargetGroupAttachment")
                if r.inputs["targetGroupArn"].name == group
            ]
            if not members or any(isinstance(member, str) for member in members):
                return True
            if any(member.name == target for member in members):
                return True
        return False

    def internet_reaches(self, target: str) -> bool:
        """Whether strangers get to the target, in one connection or by what passes them on."""
        reached = {name for name in self.endpoints() if self.opened("internet", name)[0]}
        open_ = set(reached)
        while open_:
            middle = open_.pop()
            for name in set(self.endpoints()) - reached:
                if self.forwards(middle, name) and self.opened(middle, name)[0]:
                    reached.add(name)
                    open_.add(name)
        return target in reached
