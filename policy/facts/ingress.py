"""What a security group lets in, from which addresses and on which ports, wherever its rules are written."""

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_policy import PolicyResource

from policy.facts import prefix_lists
from policy.facts.props import (
    UNKNOWN,
    attached,
    get,
    is_overlarge,
    items,
    number,
    of_type,
    public_addresses,
    referenced,
)

GROUPS = ("aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
LAST_PORT = 65535

# IANA protocol numbers of the names that AWS knows; it takes and returns either.
PROTOCOLS = {"all": "-1", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
ERRORS = {"icmp": (3, 11), "icmpv6": (1, 2, 3, 4)}
"""ICMP types that report that a packet did not arrive, such as "fragmentation needed": whoever drops it may send them.

AWS reads an ICMP rule's ports as type and code; -1 is every one. Source: VPC user guide, "Security group rules".
"""
ECHO = (("icmp", 8), ("icmpv6", 128))
CIDR_LISTS = ("cidrBlocks", "ipv6CidrBlocks")
CIDRS = ("cidrIpv4", "cidrIpv6", "cidrBlock", "ipv6CidrBlock")

Ranges = tuple[str, ...]
Port = tuple[str, int]
"""Protocol and number."""


@dataclass(frozen=True)
class Opening:
    """Ports ``low`` to ``high`` of a protocol ("-1" is each) for ``cidrs``; ``lists`` that are declared elsewhere.

    Of ICMP, which has no ports, ``low`` is the type and ``high`` the code; -1 is every one.
    """

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
    low, high = get(rule, "fromPort"), get(rule, "toPort")
    if UNKNOWN in (protocol, low, high):
        return None
    protocol = PROTOCOLS.get(str(protocol).lower(), str(protocol).lower())
    first, last = (0, LAST_PORT) if protocol not in ERRORS else (-1, -1)
    if protocol in ("tcp", "udp", *ERRORS):  # the others have no ports
        first, last = _whole(low, first), _whole(high, last)
    cidrs = [c for key in CIDR_LISTS for c in items(rule, key)] + [get(rule, key) for key in CIDRS]
    lists = [(inside or "prefixListIds", value) for value in items(rule, "prefixListIds")]
    lists += [("prefixListId", value) for value in items(rule, "prefixListId")]
    elsewhere = []
    for key, value in lists:
        found = prefix_lists.ranges(source, key, value, resources)
        cidrs += found or ()
        elsewhere += [str(value)] if found is None else []
    return Opening(protocol, first, last, tuple(c for c in cidrs if isinstance(c, str)), tuple(elsewhere))


def _whole(value: object, default: int) -> int:
    found = number(value)
    return default if found is None else int(found)


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


def _icmp(rules: Sequence[Opening], allowed: Collection[Port]) -> Iterator[tuple[str, int, int, Ranges]]:
    """Types and codes of ICMP that are open, but for errors and what is allowed; a wider rule stands for a narrower."""
    kinds = {(rule.protocol, rule.low, rule.high) for rule in rules if rule.protocol in ERRORS}
    for protocol, type_, code in sorted(kinds):
        same = [rule for rule in rules if rule.protocol == protocol and rule.low in (-1, type_)]
        cidrs = {cidr for rule in same for cidr in rule.cidrs}
        if is_overlarge(cidrs) and type_ not in ERRORS[protocol] and (protocol, type_) not in allowed:
            yield protocol, type_, code, tuple(sorted(cidr for cidr in cidrs if sum(public_addresses([cidr]))))


def public_ports(found: Iterable[Opening], allowed: Collection[Port]) -> Iterator[tuple[str, int, int, Ranges]]:
    """Protocol, first port (type), last (code) and ranges of what is open to more than an organisation's addresses.

    The ranges of all rules that cover a port count together: neither split ranges nor split rules hide anything. A
    port in ``allowed`` may be open where it stands alone.
    """
    rules = list(found)
    yield from _icmp(rules, allowed)
    for protocol in sorted({rule.protocol for rule in rules} - ERRORS.keys()):
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


def described(protocol: str, low: int, high: int) -> str:
    """What an opening lets in, as a message shows it: ``protocol tcp to port 22``, ``protocol icmp of type 8``."""
    if protocol in ERRORS:
        code = f" code {high}" if high >= 0 else ""
        return f"protocol {protocol} of {f'type {low}{code}' if low >= 0 else 'every type'}"
    return f"protocol {protocol} to ports {low if low == high else f'{low}-{high}'}"
