"""Which ports are open to which addresses: unions of rectangles, as security groups and network ACLs write them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from policy.reachability.intervals import ALL_PORTS, EVERYWHERE, NOTHING, IntervalSet, show_addresses, show_ports

Flow = tuple[IntervalSet, IntervalSet]
"""Every one of these ports is open to every one of these addresses."""
Flows = Sequence[Flow]
ALL_FLOWS: Flows = ((ALL_PORTS, EVERYWHERE),)


@dataclass(frozen=True, slots=True)
class Permission:
    """One rule of a security group: ports for addresses, and for what carries one of ``groups`` (keys of groups).

    ``label`` is what a message calls peers that are not addresses.
    """

    label: str
    ports: IntervalSet
    addresses: IntervalSet
    groups: frozenset[str] = frozenset()

    def describe(self, addresses: IntervalSet) -> str:
        """The rule as a message shows it: of its ranges only those that hold some of ``addresses``."""
        ranges = IntervalSet(tuple(part for part in self.addresses.parts if IntervalSet((part,)) & addresses))
        peers = ", ".join(text for text in (show_addresses(ranges), self.label) if text)
        return f"{show_ports(self.ports)} for {peers or 'nobody'}"


@dataclass(frozen=True, slots=True)
class AclRule:
    """One rule of a network ACL. The first that matches decides, in the order of ``number``."""

    number: int
    allow: bool
    ports: IntervalSet
    addresses: IntervalSet


def meet(left: Iterable[Flow], right: Flows) -> list[Flow]:
    """What both allow."""
    pairs = ((p & q, a & b) for p, a in left for q, b in right)
    return [(both, shared) for both, shared in pairs if both and shared]


def first_match(rules: Iterable[AclRule]) -> Flows:
    """What an ACL allows. Rules without a match deny, so an earlier allowance needs no care, an earlier denial does."""
    open_: list[Flow] = []
    denials: list[Flow] = []
    for rule in sorted(rules, key=lambda rule: rule.number):
        if not rule.allow:
            denials.append((rule.ports, rule.addresses))
            continue
        left: list[Flow] = [(rule.ports, rule.addresses)]
        for denied in denials:
            left = [piece for flow in left for piece in _without(flow, denied)]
        open_ += left
    return tuple(open_)


def _without(flow: Flow, denied: Flow) -> list[Flow]:
    """A rectangle less another: the ports beside it, and the addresses beside it on the ports of both."""
    (these, here), (those, there) = flow, denied
    both = these & those
    if not both or not here & there:
        return [flow]
    return [(p, a) for p, a in ((these - those, here), (both, here - there)) if p and a]


def permitted(permissions: Iterable[Permission], carried: Collection[str]) -> list[Flow]:
    """What security group rules let through between this side and a peer that carries the groups ``carried``."""
    found = []
    for rule in permissions:
        shared = EVERYWHERE if not rule.groups.isdisjoint(carried) else rule.addresses
        if rule.ports and shared:
            found.append((rule.ports, shared))
    return found


def addresses_open_on(flows: Iterable[Flow], ports: IntervalSet) -> IntervalSet:
    """The addresses to which at least one of the ports is open."""
    found = NOTHING
    for open_, here in flows:
        if open_ & ports:
            found |= here
    return found


def ports_open_to(flows: Iterable[Flow], addresses: IntervalSet) -> IntervalSet:
    """The ports that are open to at least one of the addresses."""
    found = NOTHING
    for ports, here in flows:
        if here & addresses:
            found |= ports
    return found
