"""Who may open a connection to whom inside a cluster, by the NetworkPolicy objects alone.

Semantics are those of the API reference of ``networking.k8s.io/v1``: a pod that no policy selects for a direction is
open in it; policies of one direction add up; a connection needs the egress of its source and the ingress of its target.
An ``ipBlock`` counts for pods too, by their address, as in the VPC CNI: where a plugin does not do so, less is allowed.
Pods in the network of their node are outside of all policies and no ``Pod`` here. Malformed parts select nothing.
"""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from policy.reachability import intervals
from policy.reachability.intervals import ALL_PORTS, EVERYWHERE, NOTHING, IntervalSet

Body = Mapping[str, Any]
Direction = Literal["Ingress", "Egress"]
NAME_LABEL: Final = "kubernetes.io/metadata.name"
"""Which the API server gives every namespace; nobody can take it away."""
_PEERS: Final[Mapping[Direction, str]] = {"Ingress": "from", "Egress": "to"}


@dataclass(frozen=True, kw_only=True)
class Pod:
    """Pods of one kind. ``ports`` are those that their containers name, as ``{("http", "TCP"): 8080}``."""

    namespace: str
    labels: Mapping[str, str]
    address: ipaddress.IPv4Address | None = None
    ports: Mapping[tuple[str, str], int] = field(default_factory=dict)


End = Pod | ipaddress.IPv4Address
"""One end of a connection: a pod, or an address outside of the cluster."""


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """The policies, and the labels of each namespace by name; one that is not named has the label of its name only."""

    policies: Sequence[Body]
    namespaces: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def allows(self, source: End, target: End, port: int, protocol: str = "TCP") -> bool:
        """Whether ``source`` may open a connection to ``port`` of ``target``. A pod always reaches itself."""
        if source is target:
            return True
        return self._permits("Egress", source, target, target, (port, protocol)) and self._permits(
            "Ingress", target, source, target, (port, protocol)
        )

    def isolated(self, pod: Pod, direction: Direction) -> bool:
        """Whether any policy selects the pod for the direction: then only what is allowed passes."""
        return any(True for _ in self._selecting(pod, direction))

    def leaves(self, pod: Pod, places: IntervalSet, ports: IntervalSet) -> tuple[IntervalSet, tuple[str, ...]]:
        """On which of ``ports`` a pod may connect to at least one address of ``places``, and the policies that say so.

        ``places`` lie outside of the cluster. Without any policy of egress everything is open, and none is named.
        """
        chosen = list(self._selecting(pod, "Egress"))
        if not chosen:
            return ports, ()
        found, names = NOTHING, []
        for policy in chosen:
            rules = _mappings(_mapping(policy.get("spec")).get("egress"))
            opened = [_numbers(rule.get("ports")) for rule in rules if _addresses(rule.get("to")) & places]
            here = ports & _union(opened)
            if here:
                found |= here
                names.append(str(_mapping(policy.get("metadata")).get("name", "")))
        return found, tuple(names)

    def _selecting(self, pod: Pod, direction: Direction) -> Iterator[Body]:
        for policy in self.policies:
            spec = _mapping(policy.get("spec"))
            here = _namespace(policy) == pod.namespace
            if here and direction in _types(spec) and selects(spec.get("podSelector", {}), pod.labels):
                yield policy

    def _permits(self, direction: Direction, subject: End, peer: End, target: End, port: tuple[int, str]) -> bool:
        if not isinstance(subject, Pod):
            return True
        chosen = list(self._selecting(subject, direction))
        return not chosen or any(
            self._rule(rule, direction, policy, peer) and _ports(rule.get("ports"), target, *port)
            for policy in chosen
            for rule in _mappings(_mapping(policy.get("spec")).get(direction.lower()))
        )

    def _rule(self, rule: Body, direction: Direction, policy: Body, peer: End) -> bool:
        """No peers, or none left, means everybody."""
        peers = rule.get(_PEERS[direction])
        return not peers or any(self._peer(one, policy, peer) for one in _mappings(peers))

    def _peer(self, stated: Body, policy: Body, peer: End) -> bool:
        block = stated.get("ipBlock")
        if block is not None:
            address = peer.address if isinstance(peer, Pod) else peer
            return address is not None and _in_block(_mapping(block), address)
        if not isinstance(peer, Pod):
            return False
        of_namespace, of_pod = stated.get("namespaceSelector"), stated.get("podSelector")
        if of_namespace is None and of_pod is None:
            return False
        if of_namespace is None:
            in_namespace = peer.namespace == _namespace(policy)
        else:
            labels = {**self.namespaces.get(peer.namespace, {}), NAME_LABEL: peer.namespace}
            in_namespace = selects(of_namespace, labels)
        return in_namespace and (of_pod is None or selects(of_pod, peer.labels))


def selects(selector: object, labels: Mapping[str, str]) -> bool:
    """Whether a label selector matches; an empty one matches everything."""
    stated = _mapping(selector)
    wanted = _mapping(stated.get("matchLabels"))
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _expression(one, labels) for one in _mappings(stated.get("matchExpressions"))
    )


def _expression(one: Body, labels: Mapping[str, str]) -> bool:
    key, values = str(one.get("key")), one.get("values") or ()
    match one.get("operator"):
        case "In":
            return key in labels and labels[key] in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return False


def _types(spec: Body) -> Sequence[str]:
    """As the API server fills them in: egress counts only where there are rules for it."""
    stated: Sequence[str] = spec.get("policyTypes") or ()
    return stated or ("Ingress", *(("Egress",) if spec.get("egress") else ()))


def _ports(stated: object, target: End, port: int, protocol: str) -> bool:
    return not stated or any(_port(one, target, port, protocol) for one in _mappings(stated))


def _port(stated: Body, target: End, port: int, protocol: str) -> bool:
    """A name is one of the target's ports, for either direction; an address has none."""
    if stated.get("protocol", "TCP") != protocol:
        return False
    wanted, last = stated.get("port"), stated.get("endPort")
    if wanted is None:
        return last is None
    if isinstance(wanted, str):
        return isinstance(target, Pod) and target.ports.get((wanted, protocol)) == port
    return int(wanted) <= port <= int(last or wanted)


def _in_block(block: Body, address: ipaddress.IPv4Address) -> bool:
    """Of IPv6 blocks no IPv4 address is part."""
    if address not in ipaddress.ip_network(str(block.get("cidr")), strict=False):
        return False
    return not any(address in ipaddress.ip_network(str(cut), strict=False) for cut in block.get("except") or ())


def _addresses(peers: object) -> IntervalSet:
    """Those outside of the cluster that a rule means: all of them without a peer, none of a peer that selects pods."""
    if not peers:
        return EVERYWHERE
    blocks = [_mapping(one["ipBlock"]) for one in _mappings(peers) if one.get("ipBlock") is not None]
    return _union(
        intervals.addresses([str(block.get("cidr"))]) - intervals.addresses(map(str, block.get("except") or ()))
        for block in blocks
    )


def _numbers(stated: object) -> IntervalSet:
    """The ports of a rule, of TCP and UDP: all without one. A name is that of a pod's port, and no address has one."""
    return _union(map(_range, _mappings(stated))) if stated else ALL_PORTS


def _range(stated: Body) -> IntervalSet:
    protocol, first, last = str(stated.get("protocol", "TCP")).lower(), stated.get("port"), stated.get("endPort")
    if isinstance(first, str) or (first is None and last is not None):
        return NOTHING
    if first is None:
        return intervals.ports(protocol, 0, intervals.LAST_PORT)
    return intervals.ports(protocol, int(first), int(last or first))


def _union(sets: Iterable[IntervalSet]) -> IntervalSet:
    found = NOTHING
    for one in sets:
        found |= one
    return found


def _namespace(policy: Body) -> str:
    return str(_mapping(policy.get("metadata")).get("namespace", "default"))


def _mapping(value: object) -> Body:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: object) -> Iterator[Body]:
    return (one for one in value if isinstance(one, Mapping)) if isinstance(value, Sequence) else iter(())
