"""SEC-07: a NetworkPolicy lets in, or out, whom it names, and not everybody."""

from collections.abc import Iterator

from pulumi_policy import Severity

from lib.shapes import mapping
from policy.core.engine import Framework, Rule
from policy.facts.kubernetes import elements, read, tokens
from policy.facts.props import UNKNOWN, Resource, get, is_whole_internet, texts

TYPES = tokens("networking.k8s.io/NetworkPolicy")
EXCEPT_INGRESS = "must name pods, namespaces or ranges"


def _open(peer: object) -> bool:
    """Whether a peer is the internet, or every pod of every namespace."""
    one = mapping(peer)
    if "ipBlock" in one:
        return is_whole_internet(texts(get(one, "ipBlock", "cidr")))
    return get(one, "namespaceSelector") == {} and not get(one, "podSelector")


def check(resource: Resource) -> Iterator[str]:
    """All ports for everybody is no policy; nor is a port of every pod of the namespace for everybody from outside."""
    for policy in read(resource, "sec-07-no-open-network-policy"):
        selector = mapping(get(policy.body, "spec", "podSelector"))
        whole = not any(get(selector, key) for key in ("matchLabels", "matchExpressions"))
        for direction, key in (("ingress", "from"), ("egress", "to")):
            for index, rule in enumerate(elements(policy.body, "spec", direction)):
                peers, ports = get(rule, key), get(rule, "ports")
                if UNKNOWN in (peers, ports):
                    continue
                anybody = not peers or any(_open(peer) for peer in elements(peers))
                if anybody and (not ports or (whole and direction == "ingress")):
                    reach = f"ports of {'every pod' if whole else 'its pods'}" if ports else "every port"
                    path = policy.at(f"spec.{direction}[{index}]")
                    yield f"{path} opens {reach} {key} everywhere, {EXCEPT_INGRESS}"


RULE = Rule(
    clause="SEC-07",
    description="No NetworkPolicy opens everything, or a whole namespace, to everybody.",
    severity=Severity.HIGH,
    frameworks=(
        Framework(name="CIS Kubernetes Benchmark", version="1.9.0", reference="5.3.2"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.6"),
    ),
    remediation="Name peers by namespaceSelector and podSelector or by range, and the ports.",
    types=TYPES,
    check=check,
)
