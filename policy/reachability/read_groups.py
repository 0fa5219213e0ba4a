"""Security groups as a stack declares them: inline rules, and both forms of rules as resources of their own."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_policy import PolicyResource

from lib.vocabulary import TIER
from policy.facts import ingress, prefix_lists
from policy.facts.props import UNKNOWN, get, items
from policy.reachability.flows import Permission
from policy.reachability.index import Index, text
from policy.reachability.intervals import ALL_PORTS, EVERYWHERE, NOTHING, addresses, ports
from policy.reachability.model import Group

EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
SEPARATE = (ingress.RULE, ingress.INGRESS_RULE, EGRESS_RULE)
VPCS = ("aws:ec2/vpc:Vpc", "aws:ec2/defaultVpc:DefaultVpc")
REFERENCES = ("securityGroups", "sourceSecurityGroupId", "referencedSecurityGroupId")
RANGES = (*ingress.CIDR_LISTS, *ingress.CIDRS)


@dataclass(frozen=True)
class _Reader:
    index: Index
    lists: Sequence[PolicyResource]
    names: dict[str, str]

    def permission(self, own: str, source: PolicyResource, rule: Mapping[str, Any], inside: str | None) -> Permission:
        """One rule; what is unknown in it lets everything or nothing through, as the index guesses."""
        shape = [get(rule, key) for key in ("protocol", "ipProtocol", "fromPort", "toPort")]
        given = [value for key in RANGES for value in items(rule, key)]
        unclear = UNKNOWN in shape or UNKNOWN in given
        self.index.unclear |= unclear
        if unclear and self.index.guess:
            return Permission("what is not known yet", ALL_PORTS, EVERYWHERE, frozenset(self.names))
        found = ingress.opening(source, rule, self.lists, inside)
        if found is None:
            return Permission("what is not known yet", NOTHING, NOTHING)
        here = addresses(found.cidrs)
        if found.lists:  # a list of another stack: nobody here can tell what it holds
            here |= EVERYWHERE
        peers = frozenset(self._peers(own, source, rule, inside))
        open_ = ports(found.protocol, found.low, found.high)
        parts = [f"prefix list {name} of another stack" for name in found.lists]
        parts += [f"group {self.names.get(peer, peer)}" for peer in sorted(peers)]
        return Permission(", ".join(parts), open_, here, peers)

    def _peers(self, own: str, source: PolicyResource, rule: Mapping[str, Any], inside: str | None) -> Iterator[str]:
        if get(rule, "self") is True:
            yield own
        for key in REFERENCES:
            for value in items(rule, key):
                if value is None or value == "":
                    continue
                found = self.index.named(source, inside or key, value, *ingress.GROUPS)
                if value is UNKNOWN and len(found) > 1 and not self.index.guess:
                    self.index.unclear = True
                    continue  # a preview can't tell which of them is meant: nobody is accused wrongly
                yield from (group.urn for group in found)
                if not found and value is not UNKNOWN:
                    yield text(value).rpartition("/")[2]  # 123456789012/sg-... names the account of a peer


def _rows(group: PolicyResource, separate: Sequence[PolicyResource]) -> Iterator[tuple[bool, Any, Any, str | None]]:
    """Each rule of a group: whether it is for egress, the resource that states it, its properties, where in it."""
    for key in ("ingress", "egress"):
        for inline in items(group.props, key):
            yield key == "egress", group, {"protocol": UNKNOWN} if inline is UNKNOWN else inline, key
    for rule in separate:
        outward = rule.resource_type == EGRESS_RULE or get(rule.props, "type") == "egress"
        yield outward, rule, rule.props, None


def read(index: Index) -> dict[str, Group]:
    """The declared groups by URN. One without egress rules lets nothing out: the provider removes AWS's own rule."""
    lists = index.of(prefix_lists.LIST, prefix_lists.ENTRY)
    groups = index.of(*ingress.GROUPS)
    reader = _Reader(index, lists, {group.urn: group.name for group in groups})
    separate = index.grouped("securityGroupId", ingress.GROUPS, *SEPARATE)
    made = {}
    for group in groups:
        rules: dict[bool, list[Permission]] = defaultdict(list)
        for outward, source, rule, inside in _rows(group, separate.get(group.urn, ())):
            if isinstance(rule, Mapping):
                rules[outward].append(reader.permission(group.urn, source, rule, inside))
        vpc = index.one(group, "vpcId", *VPCS)
        tier = text(get(group.props, "tags", TIER))
        made[group.urn] = Group(
            group.urn, group.name, tuple(rules[False]), tuple(rules[True]), tier, vpc.urn if vpc else ""
        )
    return made
