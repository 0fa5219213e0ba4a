"""What security groups newly let in, from which addresses and groups, and routes that newly lead to the internet."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_policy import PolicyResource

from lib.firewall import WIREGUARD_PORT
from lib.shapes import mapping
from policy.facts import ingress, prefix_lists, routes
from policy.facts.ingress import ERRORS, Opening
from policy.facts.props import UNKNOWN, get, is_overlarge, items, of_type, referenced, texts
from policy.reachability.intervals import INTERNET, IntervalSet, addresses, cidrs_of
from reports.dangers.comparison import Comparison
from reports.dangers.model import Danger, Kind, Severity
from reports.dangers.words import said, several, short

Opened = tuple[str, int, int, IntervalSet]
"""Protocol, first and last port (type and code of ICMP), and the addresses that are newly let in."""
SERVED = (("tcp", 80), ("tcp", 443), ("udp", WIREGUARD_PORT), ("udp", 443))
"""What a new group may open to the world by the policies: load balancers, and the VPN."""
RULES = (*ingress.GROUPS, ingress.RULE, ingress.INGRESS_RULE, prefix_lists.LIST, prefix_lists.ENTRY)
ROUTES = (routes.ROUTE, *routes.TABLES, prefix_lists.LIST, prefix_lists.ENTRY)
PEERS = ("securityGroups", "sourceSecurityGroupId", "referencedSecurityGroupId")


def find(comparison: Comparison) -> Iterator[Danger]:
    """Group by group and table by table, wherever their rules and routes are written."""
    if comparison.first:
        return
    if any(True for _ in comparison.of(*RULES)):
        was, will = _Groups.of(comparison.before), _Groups.of(comparison.after)
        for urn, group in will.by_urn.items():
            yield from _group((was, was.by_urn.get(urn)), (will, group))
    if any(True for _ in comparison.of(*ROUTES)):
        tables = {one.urn: one for one in of_type(comparison.before, *routes.TABLES)}
        for table in of_type(comparison.after, *routes.TABLES):
            if table.urn in tables:
                yield from _table(comparison, tables[table.urn], table)


@dataclass(frozen=True, kw_only=True)
class _Groups:
    """The security groups of a stack, read once: ``rules`` are their separate rules and the prefix lists."""

    by_urn: Mapping[str, PolicyResource]
    rules: Sequence[PolicyResource]
    names: Mapping[str, str]
    """By id."""

    @classmethod
    def of(cls, resources: Sequence[PolicyResource]) -> "_Groups":
        groups = of_type(resources, *ingress.GROUPS)
        ids = {name: group.name for group in groups for name in texts(get(group.props, "id"))}
        rules = of_type(resources, *(type_ for type_ in RULES if type_ not in ingress.GROUPS))
        return cls(by_urn={group.urn: group for group in groups}, rules=rules, names=ids)


def _group(before: tuple[_Groups, PolicyResource | None], after: tuple[_Groups, PolicyResource]) -> Iterator[Danger]:
    old, group = before[1], after[1]
    was = list(ingress.openings(old, before[0].rules)) if old else []
    will = list(ingress.openings(group, after[0].rules))
    by_places: dict[IntervalSet, list[str]] = {}
    for protocol, low, high, more in opened(was, will):
        wide = is_overlarge(cidrs_of(more & INTERNET))
        if old or (wide and not (low == high and (protocol, low) in SERVED)):
            by_places.setdefault(more, []).append(_described(protocol, low, high))
    for more, ports in by_places.items():
        ranges = sorted({cidr for rule in will for cidr in rule.cidrs if addresses([cidr]) & more})
        yield _opened(group, more, ranges, ports, new=old is None)
    if old:
        yield from _let_out(old, group)
        for label in _peers(after[0], group, will) - _peers(before[0], old, was):
            yield Danger(
                kind=Kind.EXPOSURE,
                severity=Severity.LOW,
                urn=group.urn,
                property="ingress",
                after=said(label),
                sentence=f"{said(group.name)} ({short(group.resource_type)}) newly lets in {said(label)}",
            )


def _let_out(old: PolicyResource, group: PolicyResource) -> Iterator[Danger]:
    """What a group that is there already newly sends to much of the internet, by the rules that stand in it."""
    was, will = (
        [found for rule in items(one.props, "egress") if (found := ingress.opening(one, mapping(rule), (), "egress"))]
        for one in (old, group)
    )
    ports = [
        _described(protocol, low, high)
        for protocol, low, high, more in opened(was, will)
        if is_overlarge(cidrs_of(more & INTERNET))
    ]
    if ports:
        called, shown = f"{said(group.name)} ({short(group.resource_type)})", several(ports)
        yield Danger(
            kind=Kind.EXPOSURE,
            severity=Severity.MEDIUM,
            urn=group.urn,
            property="egress",
            after=shown,
            sentence=f"{called} newly lets out to much of the internet on {shown}",
        )


def _described(protocol: str, low: int, high: int) -> str:
    if protocol == "-1":
        return "every protocol"
    if protocol not in ERRORS and protocol not in ("tcp", "udp"):
        return f"protocol {protocol}"
    text = ingress.described(protocol, low, high)
    return text.removeprefix("protocol ").replace(" to ports 0-65535", ", every port").replace(" to ports", " port")


def _opened(
    group: PolicyResource, more: IntervalSet, ranges: Sequence[str], ports: Sequence[str], *, new: bool
) -> Danger:
    """``ranges`` are those of the rules that let in what is new, as they are written."""
    wide = is_overlarge(cidrs_of(more & INTERNET))
    severity = Severity.CRITICAL if wide else Severity.HIGH if more & INTERNET else Severity.MEDIUM
    who = f"{several([said(cidr) for cidr in ranges])} on {several(list(ports))}"
    note = ": much of the internet" if wide else ""
    return Danger(
        kind=Kind.EXPOSURE,
        severity=severity,
        urn=group.urn,
        property="ingress",
        after=who,
        sentence=f"{said(group.name)} ({short(group.resource_type)}) "
        f"{'is new and lets in' if new else 'newly lets in'} {who}{note}",
    )


def opened(before: Sequence[Opening], after: Sequence[Opening]) -> list[Opened]:
    """What is let in only after. Whatever each protocol gains alike is said of every protocol ("-1") alone."""
    protocols = sorted({rule.protocol for rule in (*before, *after)} | {"-1"})
    found: dict[str, list[Opened]] = {}
    for protocol in protocols:
        spans = _icmp(protocol, before, after) if protocol in ERRORS else _spans(protocol, before, after)
        found[protocol] = list(spans)
    everywhere = IntervalSet()
    for *_, more in found.pop("-1"):
        everywhere |= more
    whole = [("-1", 0, ingress.LAST_PORT, everywhere)] if everywhere else []
    rest = [
        (protocol, low, high, left)
        for spans in found.values()
        for protocol, low, high, more in spans
        if (left := more - everywhere)
    ]
    return [*whole, *rest]


def _spans(protocol: str, before: Sequence[Opening], after: Sequence[Opening]) -> Iterator[Opened]:
    rules = [rule for rule in (*before, *after) if rule.protocol in ("-1", protocol)]
    edges = sorted({edge for rule in rules for edge in (rule.low, rule.high + 1)})
    merged: list[Opened] = []
    for low, end in itertools.pairwise(edges):
        more = _places(protocol, low, after) - _places(protocol, low, before)
        if more and merged and merged[-1][2] + 1 == low and merged[-1][3] == more:
            merged[-1] = (protocol, merged[-1][1], end - 1, more)
        elif more:
            merged.append((protocol, low, end - 1, more))
    yield from merged


def _places(protocol: str, port: int, rules: Sequence[Opening]) -> IntervalSet:
    return addresses(cidr for rule in rules if rule.covers(protocol, port) for cidr in rule.cidrs)


def _icmp(protocol: str, before: Sequence[Opening], after: Sequence[Opening]) -> Iterator[Opened]:
    """Type by type; a rule of every type, or of every code, holds those of one."""

    def places(rules: Sequence[Opening], type_: int, code: int) -> IntervalSet:
        return addresses(
            cidr
            for rule in rules
            if rule.protocol == "-1"
            or (rule.protocol == protocol and rule.low in (-1, type_) and rule.high in (-1, code))
            for cidr in rule.cidrs
        )

    for type_, code in sorted({(rule.low, rule.high) for rule in after if rule.protocol == protocol}):
        more = places(after, type_, code) - places(before, type_, code)
        if more and type_ not in ERRORS[protocol]:
            yield protocol, type_, code, more


def _peers(among: _Groups, group: PolicyResource, found: Sequence[Opening]) -> set[str]:
    """Groups and undeclared prefix lists that are let in, with the ports, as sentences name them."""
    labels = {
        f"prefix list {name} on {_described(rule.protocol, rule.low, rule.high)}"
        for rule in found
        for name in rule.lists
    }
    rules: list[tuple[PolicyResource, Mapping[str, Any], str | None]] = [
        (group, mapping(rule), "ingress") for rule in items(group.props, "ingress") if rule is not UNKNOWN
    ]
    rules += [
        (rule, rule.props, None)
        for rule in ingress.separate_rules(among.rules)
        if referenced(rule, "securityGroupId", [group])
    ]
    for source, rule, inside in rules:
        read = ingress.opening(source, rule, among.rules, inside)
        for key in PEERS if read else ():
            labels |= {
                f"the members of {among.names.get(name, name)} on {_described(read.protocol, read.low, read.high)}"
                for name in texts(get(rule, key))
                if read
            }
    return labels


def _table(comparison: Comparison, old: PolicyResource, table: PolicyResource) -> Iterator[Danger]:
    """New ways to the internet; one that only gets another gateway of its kind is none."""
    was, will = (routes.ways_out(one, among) for one, among in ((old, comparison.before), (table, comparison.after)))
    taken = {_way(label) for label in was}
    for label in will:
        if label not in was and _way(label) not in taken:
            yield Danger(
                kind=Kind.EXPOSURE,
                severity=Severity.MEDIUM,
                urn=table.urn,
                property="routes",
                after=said(label),
                sentence=f"{said(table.name)} ({short(table.resource_type)}) newly routes {said(label)}",
            )


def _way(label: str) -> tuple[str, str]:
    """The range of a route and the kind of its gateway: through NAT nobody comes in, through an internet gateway do."""
    ranges, _, target = label.partition(" to ")
    return ranges, target.partition(" ")[0]
