"""SEC-07: a pod holds a token of the Kubernetes API only where somebody asked for one."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts.kubernetes import read, tokens
from policy.facts.props import UNKNOWN, Resource, get, shown
from policy.facts.workloads import TYPES as OF_WORKLOADS
from policy.facts.workloads import workload

KEY = "automountServiceAccountToken"
ACCOUNT = "ServiceAccount"
TYPES = OF_WORKLOADS | tokens(f"core/{ACCOUNT}")


def check(resource: Resource) -> Iterator[str]:
    """True is somebody's word; absent is Kubernetes' own default, which gives every pod a token."""
    for one in read(resource, "sec-07-api-tokens"):
        found = workload(one)
        stated = get(found.spec if found else one.body, KEY)
        judged = found is not None or one.kind == ACCOUNT
        if judged and not one.partial and stated not in (True, False, UNKNOWN):
            path = f"{found.path if found else one.lead}{KEY}"
            yield f"{path} is {shown(stated)}, must be False, or True where the pod calls the Kubernetes API"


RULE = Rule(
    clause="SEC-07",
    description="Tokens of the Kubernetes API are mounted only where a workload says so.",
    severity=Severity.MEDIUM,
    frameworks=(Framework(name="CIS Kubernetes Benchmark", version="1.9.0", reference="5.1.6"),),
    remediation="Set automountServiceAccountToken: false on pod and service account.",
    types=TYPES,
    check=check,
)
