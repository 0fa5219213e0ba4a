"""SEC-07: a pod has no right on its node that the Pod Security Standard "restricted" forbids."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts.pod_security import violations
from policy.facts.props import Resource
from policy.facts.workloads import TYPES, workloads


def check(resource: Resource) -> Iterator[str]:
    """Each check of the standard, on the pod and on each container, init and ephemeral ones too."""
    for workload in workloads(resource, "sec-07-restricted-pods"):
        for path, wrong in violations(workload):
            yield f"{path} {wrong}"


RULE = Rule(
    clause="SEC-07",
    description="Pods keep to the Pod Security Standard restricted.",
    severity=Severity.HIGH,
    frameworks=(
        Framework(name="Kubernetes Pod Security Standards", version="1.34", reference="Restricted"),
        Framework(name="CIS Kubernetes Benchmark", version="1.9.0", reference="5.2"),
    ),
    remediation="Set runAsNonRoot, seccompProfile RuntimeDefault, allowPrivilegeEscalation false; drop ALL.",
    types=TYPES,
    check=check,
)
