"""SEC-07: a pod holds a token of the Kubernetes API only where somebody asked for one."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts.props import UNKNOWN, Resource, get, shown
from policy.facts.workloads import TYPES, workloads

KEY = "automountServiceAccountToken"


def check(resource: Resource) -> Iterator[str]:
    """True is somebody's word; absent is Kubernetes' own default, which gives every pod a token."""
    for workload in workloads(resource, "sec-07-api-tokens"):
        stated = get(workload.spec, KEY)
        if not workload.of.partial and stated not in (True, False, UNKNOWN):
            path = f"{workload.path}{KEY}"
            yield f"{path} is {shown(stated)}, must be False, or True where the pod calls the Kubernetes API"


RULE = Rule(
    clause="SEC-07",
    description="Tokens of the Kubernetes API are mounted only where a workload says so.",
    severity=Severity.MEDIUM,
    frameworks=(Framework(name="CIS Kubernetes Benchmark", version="1.9.0", reference="5.1.6"),),
    remediation="Set automountServiceAccountToken: false in the pod.",
    types=TYPES,
    check=check,
)
