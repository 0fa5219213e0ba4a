"""SEC-07: the API server refuses pods that are not restricted, namespace by namespace."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts.kubernetes import read, tokens
from policy.facts.props import UNKNOWN, Resource, get, shown

LABEL = "pod-security.kubernetes.io/enforce"
TYPES = tokens("core/Namespace")


def check(resource: Resource) -> Iterator[str]:
    """The label decides; without it the API server lets privileged pods in."""
    for namespace in read(resource, "sec-07-restricted-namespaces"):
        labels = get(namespace.body, "metadata", "labels")
        level = UNKNOWN if labels is UNKNOWN else get(namespace.pairs("labels"), LABEL)
        if level not in ("restricted", UNKNOWN) and not (namespace.partial and level is None):
            yield f"{namespace.at('metadata.labels')}: {LABEL} is {shown(level)}, must be 'restricted'"


RULE = Rule(
    clause="SEC-07",
    description="Namespaces enforce the Pod Security Standard restricted.",
    severity=Severity.HIGH,
    frameworks=(
        Framework(name="Kubernetes Pod Security Standards", version="1.34", reference="Restricted"),
        Framework(name="CIS Kubernetes Benchmark", version="1.9.0", reference="5.2.1"),
    ),
    remediation="Label the namespace pod-security.kubernetes.io/enforce: restricted.",
    types=TYPES,
    check=check,
)
