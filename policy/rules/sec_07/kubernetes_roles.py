"""SEC-07: a role of Kubernetes names what it may do, and cannot make itself greater."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts.kubernetes import elements, read, tokens
from policy.facts.props import Resource, get, texts

TYPES = tokens("rbac.authorization.k8s.io/Role", "rbac.authorization.k8s.io/ClusterRole")
GREATER = ("escalate", "bind", "impersonate")
"""Verbs by which a role gains what it does not have (Kubernetes: RBAC good practices)."""
NODES = ("nodes/proxy", "serviceaccounts/token", "certificatesigningrequests/approval")


def check(resource: Resource) -> Iterator[str]:
    """Wildcards, verbs that raise rights, and the resources through which a token or node is taken over."""
    for role in read(resource, "sec-07-kubernetes-roles"):
        for index, rule in enumerate(elements(role.body, "rules")):
            path = role.at(f"rules[{index}]")
            for key in ("apiGroups", "resources", "verbs", "nonResourceURLs"):
                if any(text == "*" or (key == "resources" and text.startswith("*/")) for text in texts(get(rule, key))):
                    yield f"{path}.{key} has '*', must name each one"
            for verb in texts(get(rule, "verbs")):
                if verb in GREATER:
                    yield f"{path}.verbs has {verb!r}, by which rights are raised, must be left out"
            for name in texts(get(rule, "resources")):
                if name in NODES:
                    yield f"{path}.resources has {name!r}, which hands over nodes or identities, must be left out"


RULE = Rule(
    clause="SEC-07",
    description="Roles of Kubernetes have no wildcards and no way to raise rights.",
    severity=Severity.CRITICAL,
    frameworks=(
        Framework(name="CIS Kubernetes Benchmark", version="1.9.0", reference="5.1.3"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.3"),
    ),
    remediation="Name groups, resources and verbs one by one.",
    types=TYPES,
    check=check,
)
