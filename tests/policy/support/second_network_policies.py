"""A second evaluator of NetworkPolicies, written from the API reference alone: it enumerates instead of deciding.

Every policy becomes the set of triples (other end, port, protocol) that it lets through for a pod, over the finite
world of a test. Addresses are compared bit by bit. It shares no line with the evaluator that it is held against.
"""

from typing import Any, NamedTuple


class Thing(NamedTuple):
    """An end of a connection: ``namespace`` is empty for an address outside of the cluster."""

    name: str
    namespace: str
    labels: tuple[tuple[str, str], ...]
    address: str
    named: tuple[tuple[str, str, int], ...] = ()


Triple = tuple[Thing, int, str]


def _bits(address: str) -> str:
    return "".join(format(int(part), "08b") for part in address.split("."))


def _inside(address: str, cidr: str) -> bool:
    network, _, length = cidr.partition("/")
    return _bits(address)[: int(length)] == _bits(network)[: int(length)]


def _matches(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    verdicts = [labels.get(key) == value for key, value in selector.get("matchLabels", {}).items()]
    for requirement in selector.get("matchExpressions", []):
        present, value = requirement["key"] in labels, labels.get(requirement["key"], "")
        verdicts.append(
            {
                "In": present and value in requirement.get("values", []),
                "NotIn": not (present and value in requirement.get("values", [])),
                "Exists": present,
                "DoesNotExist": not present,
            }[requirement["operator"]]
        )
    return False not in verdicts


class Enumerated:
    """The same question for a world of things, namespaces' labels, port numbers and protocols."""

    def __init__(
        self,
        policies: list[dict[str, Any]],
        namespaces: dict[str, dict[str, str]],
        things: list[Thing],
        numbers: list[int],
    ) -> None:
        self.policies = policies
        self.spaces = {name: labels | {"kubernetes.io/metadata.name": name} for name, labels in namespaces.items()}
        self.things = things
        self.numbers = numbers

    def allowed(self, source: Thing, target: Thing, number: int, protocol: str) -> bool:
        """Whether the connection may be opened."""
        if source == target:
            return True
        out, into = self.through(source, "egress"), self.through(target, "ingress")
        leaves = out is None or (target, number, protocol) in {item[:3] for item in out if item[3] == target}
        enters = into is None or (source, number, protocol) in {item[:3] for item in into if item[3] == target}
        return leaves and enters

    def through(self, pod: Thing, side: str) -> set[tuple[Thing, int, str, Thing]] | None:
        """What passes ``pod`` on a side, with the target of each connection; None where it is not isolated."""
        if not pod.namespace:
            return None
        passing: set[tuple[Thing, int, str, Thing]] = set()
        applied = False
        for policy in self.policies:
            spec = policy["spec"]
            kinds = [kind.lower() for kind in spec.get("policyTypes", [])]
            if not kinds:
                kinds = ["ingress", "egress"] if spec.get("egress") else ["ingress"]
            if policy["metadata"]["namespace"] != pod.namespace or side not in kinds:
                continue
            if not _matches(spec["podSelector"], dict(pod.labels)):
                continue
            applied = True
            for rule in spec.get(side, []):
                for other in self._others(rule.get("from" if side == "ingress" else "to", []), pod.namespace):
                    target = other if side == "egress" else pod
                    passing |= {(other, number, proto, target) for number, proto in self._open(rule, target)}
        return passing if applied else None

    def _others(self, peers: list[dict[str, Any]], namespace: str) -> set[Thing]:
        if not peers:
            return set(self.things)
        chosen: set[Thing] = set()
        for peer in peers:
            for thing in self.things:
                if "ipBlock" in peer:
                    block = peer["ipBlock"]
                    cut = [part for part in block.get("except", []) if thing.address and _inside(thing.address, part)]
                    good = bool(thing.address) and _inside(thing.address, block["cidr"]) and not cut
                elif not thing.namespace:
                    good = False
                elif "namespaceSelector" in peer:
                    good = _matches(peer["namespaceSelector"], self.spaces[thing.namespace])
                    good = good and _matches(peer.get("podSelector", {}), dict(thing.labels))
                else:
                    good = thing.namespace == namespace and _matches(peer["podSelector"], dict(thing.labels))
                if good:
                    chosen.add(thing)
        return chosen

    def _open(self, rule: dict[str, Any], target: Thing) -> set[tuple[int, str]]:
        everything = {(number, proto) for number in self.numbers for proto in ("TCP", "UDP")}
        if not rule.get("ports"):
            return everything
        opened: set[tuple[int, str]] = set()
        for port in rule["ports"]:
            proto = port.get("protocol", "TCP")
            if "port" not in port:
                numbers = set(self.numbers)
            elif isinstance(port["port"], str):
                numbers = {number for name, kind, number in target.named if (name, kind) == (port["port"], proto)}
            else:
                numbers = set(range(port["port"], port.get("endPort", port["port"]) + 1))
            opened |= {(number, proto) for number in numbers}
        return opened & everything
