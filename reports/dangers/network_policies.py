"""NetworkPolicies that let more in, or more out: compared by what they select and allow, not by how they are written.

Semantics as in ``policy.reachability.network_policies``: policies of one direction add up, and a pod that none selects
is open. So a new policy only narrows where its pods were open, and one that goes opens what no other one selects.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from policy.facts.kubernetes import Object, elements, objects
from policy.facts.props import UNKNOWN, get, mapping, number, texts
from policy.reachability.intervals import EVERYWHERE, NOTHING, IntervalSet, addresses, show_addresses
from reports.dangers.comparison import Comparison
from reports.dangers.model import Danger, Detail, Kind, Severity
from reports.dangers.objects import Twin, twins
from reports.dangers.words import said, several

POLICY = "networking.k8s.io/NetworkPolicy"
LAST = 65535
Direction = Literal["ingress", "egress"]
PEERS: Mapping[Direction, str] = {"ingress": "from", "egress": "to"}
VERBS: Mapping[Direction, str] = {"ingress": "lets in", "egress": "lets out to"}


@dataclass(frozen=True)
class Selector:
    """Labels that must be there, and further conditions as text; none of either selects everything."""

    labels: frozenset[tuple[str, str]] = frozenset()
    more: frozenset[str] = frozenset()

    @classmethod
    def of(cls, given: object) -> "Selector":
        """A selector as Kubernetes writes it; of an expression with one value it makes no difference how."""
        stated = mapping(given)
        matched = mapping(get(stated, "matchLabels"))
        labels = {(str(key), str(get(matched, key))) for key in matched}
        more = set()
        for one in elements(stated, "matchExpressions"):
            values = sorted(texts(get(one, "values")))
            if get(one, "operator") == "In" and len(values) == 1:
                labels.add((str(get(one, "key")), values[0]))
            else:
                more.add(f"{get(one, 'key')} {get(one, 'operator')} {','.join(values)}")
        return cls(frozenset(labels), frozenset(more))

    def holds(self, other: "Selector") -> bool:
        """True only where everything that the other one selects is selected by this one."""
        return self.labels <= other.labels and self.more <= other.more

    def __str__(self) -> str:
        named = [f"{key}={value}" for key, value in sorted(self.labels)] + sorted(self.more)
        return several([said(name) for name in named]) or "every pod"


@dataclass(frozen=True)
class Peer:
    """Who is let in: addresses, or pods of namespaces; ``spaces`` is None for the policy's own namespace."""

    places: IntervalSet = NOTHING
    pods: Selector | None = None
    spaces: Selector | None = None
    own: str = ""
    anybody: bool = False

    def holds(self, other: "Peer") -> bool:
        """True only where the other one is part of this one."""
        if self.anybody or other.anybody:
            return self.anybody
        if self.pods is None or other.pods is None:
            return self.pods is other.pods is None and not other.places - self.places
        if self.spaces is None:
            return other.spaces is None and self.own == other.own and self.pods.holds(other.pods)
        named = Selector(frozenset({("kubernetes.io/metadata.name", other.own)}))
        return self.spaces.holds(other.spaces or named) and self.pods.holds(other.pods)

    def __str__(self) -> str:
        if self.anybody:
            return "everybody"
        if self.pods is None:
            return show_addresses(self.places) or "nobody"
        if self.spaces is None:
            return f"pods with {self.pods} of its namespace" if self.pods != Selector() else "its namespace"
        where = "every namespace" if self.spaces == Selector() else f"namespaces with {self.spaces}"
        return where if self.pods == Selector() else f"pods with {self.pods} of {where}"


@dataclass(frozen=True)
class Ports:
    """Ports of one protocol; a name is a port of the pod. Every one of every protocol where nothing is stated."""

    protocol: str = ""
    low: int = 0
    high: int = LAST
    name: str = ""

    def holds(self, other: "Ports") -> bool:
        """True only where the other ones are among these."""
        if not self.protocol:
            return True
        same = self.protocol == other.protocol and not (self.name and self.name != other.name)
        return same and (bool(self.name) or (not other.name and self.low <= other.low and other.high <= self.high)
                         or (self.low, self.high) == (0, LAST))  # fmt: skip

    def __str__(self) -> str:
        if not self.protocol:
            return "every port"
        if self.name:
            return f"{self.protocol} {said(self.name)}"
        whole = f"every {self.protocol} port"
        return whole if (self.low, self.high) == (0, LAST) else (
            f"{self.protocol} {self.low}" + (f"-{self.high}" if self.high != self.low else "")
        )  # fmt: skip


@dataclass(frozen=True)
class Opening:
    """What one rule allows the pods that a policy selects."""

    pods: Selector
    peer: Peer
    ports: Ports

    def holds(self, other: "Opening") -> bool:
        """True only where this one allows all that the other one does."""
        return self.pods.holds(other.pods) and self.peer.holds(other.peer) and self.ports.holds(other.ports)


@dataclass(frozen=True)
class Side:
    """One direction of one policy: whom it closes, and what it opens."""

    pods: Selector
    openings: tuple[Opening, ...]


def side(policy: Object, direction: Direction) -> Side | None:
    """None where the policy does not speak of the direction."""
    spec = mapping(get(policy.body, "spec"))
    rules = list(elements(spec, direction))
    types = [text.lower() for text in texts(get(spec, "policyTypes"))] or ["ingress", *(["egress"] if rules else [])]
    if direction not in types:
        return None
    pods = Selector.of(get(spec, "podSelector"))
    namespace = policy.namespace if isinstance(policy.namespace, str) and policy.namespace else "default"
    made = [
        Opening(pods, peer, ports)
        for rule in rules
        for peer in _peers(rule, PEERS[direction], namespace)
        for ports in _ports(get(rule, "ports"))
    ]
    return Side(pods, tuple(made))


def _peers(rule: Mapping[str, Any], key: str, namespace: str) -> Iterator[Peer]:
    stated = get(rule, key)
    if stated is UNKNOWN:
        return
    if not stated:
        yield Peer(anybody=True)
    for one in elements(stated):
        block = get(one, "ipBlock")
        if block is not None and block is not UNKNOWN:
            cut = addresses(texts(get(mapping(block), "except")))
            places = addresses(texts(get(mapping(block), "cidr"))) - cut
            yield Peer(anybody=True) if places == EVERYWHERE else Peer(places=places)
        elif get(one, "podSelector") is not None or get(one, "namespaceSelector") is not None:
            spaces = get(one, "namespaceSelector")
            chosen = None if spaces is None else Selector.of(spaces)
            yield Peer(pods=Selector.of(get(one, "podSelector")), spaces=chosen, own=namespace)


def _ports(stated: object) -> Iterator[Ports]:
    if stated is UNKNOWN:
        return
    if not stated:
        yield Ports()
    for one in elements(stated):
        protocol = get(one, "protocol", default="TCP")
        if UNKNOWN in (protocol, get(one, "port")):
            continue
        first, last = get(one, "port"), number(get(one, "endPort"))
        low = number(first)
        if first is None:
            yield Ports(str(protocol))
        elif low is None:
            yield Ports(str(protocol), name=str(first))
        else:
            yield Ports(str(protocol), int(low), int(last or low))


def find(comparison: Comparison) -> Iterator[Danger]:
    """What each changed policy opens that was closed before."""
    changed = [twin for twin in twins(comparison) if twin.kind == POLICY]
    if not changed or comparison.first:
        return
    before, after = (objects(part, POLICY) for part in (comparison.before, comparison.after))
    gone = {one.name for one in objects(comparison.deleted, "core/Namespace")}
    for twin in changed:
        here = [[one for one in part if _space(one) == twin.namespace] for part in (before, after)]
        for direction in PEERS if twin.namespace not in gone else ():
            yield from _direction(twin, direction, *(_sides(part, direction) for part in here))


def _space(one: Object) -> str:
    return one.namespace if isinstance(one.namespace, str) and one.namespace else "default"


def _sides(policies: Sequence[Object], direction: Direction) -> list[Side]:
    return [found for one in policies if (found := side(one, direction))]


def _direction(twin: Twin, direction: Direction, before: Sequence[Side], after: Sequence[Side]) -> Iterator[Danger]:
    old, new = (side(one, direction) if one else None for one in (twin.old, twin.new))
    if old and not any(one.pods.holds(old.pods) for one in after):
        how = "is deleted" if twin.new is None else "no longer selects them" if new else f"no longer closes {direction}"
        way = "in from everybody" if direction == "ingress" else "out to everybody"
        text = f"NetworkPolicy {said(twin.name)} {how}: {_of(old.pods, twin)} is open {way}"
        yield _danger(twin, direction, Severity.HIGH, text, "everybody")
    yield from _added(twin, direction, before)


def _added(twin: Twin, direction: Direction, before: Sequence[Side]) -> Iterator[Danger]:
    """What a policy opens for pods that were closed. For pods that none selected it only narrows."""
    new = side(twin.new, direction) if twin.new else None
    given = [opening for one in before for opening in one.openings]
    peers: dict[Ports, list[Peer]] = {}
    for opening in new.openings if new else ():
        closed = any(one.pods.holds(opening.pods) for one in before)
        if closed and not any(one.holds(opening) for one in given):
            peers.setdefault(opening.ports, []).append(opening.peer)
    for ports, some in peers.items():
        severity = Severity.HIGH if any(peer.anybody or _wide(peer) for peer in some) else Severity.MEDIUM
        what = f"{several([str(peer) for peer in some])} on {ports}"
        pods = new.pods if new else Selector()
        text = f"NetworkPolicy {said(twin.name)} newly {VERBS[direction]} {what}, for {_of(pods, twin)}"
        yield _danger(twin, direction, severity, text, what)


def _wide(peer: Peer) -> bool:
    return peer.pods == Selector() and peer.spaces == Selector()


def _of(pods: Selector, twin: Twin) -> str:
    return f"{pods if pods == Selector() else f'pods with {pods}'} of namespace {said(twin.namespace)}"


def _danger(twin: Twin, direction: Direction, severity: Severity, text: str, after: str) -> Danger:
    return twin.danger(Kind.CLUSTER, severity, text, Detail(f"spec.{direction}", after=after))
