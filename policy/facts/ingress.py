"""What a security group lets in, from which addresses and on which ports, wherever its rules are written."""

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_policy import PolicyResource

from policy.facts import prefix_lists
from policy.facts.props import UNKNOWN, attached, get, is_overlarge, items, of_type, public_addresses, referenced

GROUPS = ("aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
LAST_PORT = 65535

# IANA protocol numbers of the names that AWS knows; it takes and returns either.
PROTOCOLS = {"all": "-1", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
CIDR_LISTS = ("cidrBlocks", "ipv6CidrBlocks")
CIDRS = ("cidrIpv4", "cidrIpv6", "cidrBlock", "ipv6CidrBlock")

Ranges = tuple[str, ...]
Port = tuple[str, int]
"""Protocol and number."""


@dataclass(frozen=True)
class Opening:
    """Ports ``low`` to ``high`` of a protocol ("-1" is each) for ``cidrs``; ``lists`` that are declared elsewhere."""

    protocol: str
    low: int
    high: int
    cidrs: Ranges
    lists: Ranges = ()

    def covers(self, protocol: str, port: int) -> bool:
        """True where traffic of this protocol to this port is let in."""
        return self.protocol in ("-1", protocol) and self.low <= port <= self.high


def opening(
    source: PolicyResource, rule: Mapping[str, Any], resources: Sequence[PolicyResource], inside: str | None = None
) -> Opening | None:
    """Read one rule of ``source``, given inline or as a resource; None where protocol or ports are unknown as yet."""
    protocol = get(rule, "ipProtocol") or get(rule, "protocol", default="-1")
    low, high = get(rule, "fromPort", default=0), get(rule, "toPort", default=LAST_PORT)
    if UNKNOWN in (protocol, low, high):
        return None
    protocol = PROTOCOLS.get(str(protocol).lower(), str(protocol).lower())
    if protocol not in ("tcp", "udp"):  # the others have no ports: AWS reads type and code there, or nothing
        low, high = 0, LAST_PORT
    cidrs = [c for key in CIDR_LISTS for c in items(rule, key)] + [get(rule, key) for key in CIDRS]
    lists = [(inside or "prefixListIds", value) for value in items(rule, "prefixListIds")]
    lists += [("prefixListId", value) for value in items(rule, "prefixListId")]
    elsewhere = []
    for key, value in lists:
        found = prefix_lists.ranges(source, key, value, resources)
        cidrs += found or ()
        elsewhere += [str(value)] if found is None else []
    return Opening(protocol, int(low), int(high), tuple(c for c in cidrs if isinstance(c, str)), tuple(elsewhere))


def separate_rules(resources: Sequence[PolicyResource]) -> list[PolicyResource]:
    """The ingress rules that are resources of their own."""
    return [
        rule
        for rule in of_type(resources, RULE, INGRESS_RULE)
        if rule.resource_type == INGRESS_RULE or get(rule.props, "type") != "egress"
    ]


def openings(group: PolicyResource, resources: Sequence[PolicyResource]) -> Iterator[Opening]:
    """Everything that a security group lets in."""
    for inline in items(group.props, "ingress"):
        if isinstance(inline, Mapping) and (found := opening(group, inline, resources, "ingress")):
            yield found
    for separate in attached(group, "securityGroupId", separate_rules(resources)):
        if found := opening(separate, separate.props, resources):
            yield found


def _spans(protocol: str, rules: Sequence[Opening], allowed: Collection[Port]) -> Iterator[tuple[int, int, Ranges]]:
    edges = sorted({edge for rule in rules for edge in (rule.low, rule.high + 1)})
    for low, after in itertools.pairwise(edges):
        cidrs = {cidr for rule in rules if rule.covers(protocol, low) for cidr in rule.cidrs}
        if is_overlarge(cidrs) and not (low + 1 == after and (protocol, low) in allowed):
            yield low, after - 1, tuple(sorted(cidr for cidr in cidrs if sum(public_addresses([cidr]))))


def public_ports(found: Iterable[Opening], allowed: Collection[Port]) -> Iterator[tuple[str, int, int, Ranges]]:
    """Protocol, first port, last port and ranges of what is open to more than an organisation's addresses.

    The ranges of all rules that cover a port count together: neither split ranges nor split rules hide anything. A
    port in ``allowed`` may be open where it stands alone.
    """
    rules = list(found)
    for protocol in sorted({rule.protocol for rule in rules}):
        merged: list[tuple[int, int, Ranges]] = []
        for low, high, cidrs in _spans(protocol, rules, allowed):
            start, end, same = merged[-1] if merged else (low, low - 2, cidrs)
            if end + 1 == low and same == cidrs:
                merged[-1] = (start, high, cidrs)
            else:
                merged.append((low, high, cidrs))
        yield from ((protocol, *span) for span in merged)
        if merged and protocol == "-1":
            return  # it holds every other protocol


def attached_to(group: PolicyResource, candidates: Iterable[PolicyResource], *keys: str) -> list[PolicyResource]:
    """Which load balancers, databases and so on carry the security group."""
    return [candidate for candidate in candidates if any(referenced(candidate, key, [group]) for key in keys)]
