"""A NetworkPolicy as whom it selects and what it opens, so that two of them can be compared."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lib.shapes import mapping
from policy.facts.kubernetes import Object, elements
from policy.facts.props import UNKNOWN, get, number, texts
from policy.reachability.intervals import EVERYWHERE, NOTHING, IntervalSet, addresses, show_addresses
from reports.dangers.words import said, several

LAST = 65535
Direction = Literal["ingress", "egress"]
PEERS: Mapping[Direction, str] = {"ingress": "from", "egress": "to"}


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
