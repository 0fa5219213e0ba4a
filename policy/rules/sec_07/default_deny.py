"""SEC-07: in a namespace nothing may connect that no policy names."""

from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource, Severity

from policy.core.engine import Framework, Rule
from policy.facts.kubernetes import Object, known, objects
from policy.facts.props import UNKNOWN, get, items
from policy.facts.workloads import TEMPLATES

POLICY = "networking.k8s.io/NetworkPolicy"


def _denies(policy: Object, direction: str) -> bool:
    """Whether it selects every pod, for a direction, and lets nothing through; True where it may yet."""
    selector, rules = get(policy.body, "spec", "podSelector", default={}), get(policy.body, "spec", direction.lower())
    if UNKNOWN in (selector, rules):
        return True
    types = list(items(get(policy.body, "spec", default={}), "policyTypes"))
    everybody = not any(get(selector, key) for key in ("matchLabels", "matchExpressions"))
    return (
        everybody and not rules and (direction in types or UNKNOWN in types or (not types and direction == "Ingress"))
    )


def check_stack(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
    """Each namespace that is declared here has its denials here; workloads stand in a namespace of ours."""
    policies = objects(resources, POLICY)
    for namespace in objects(resources, "core/Namespace", rule="sec-07-default-deny"):
        own = [one for one in policies if not known(one.namespace) or one.namespace == namespace.name]
        for direction in ("Ingress", "Egress"):
            if not namespace.partial and not any(_denies(one, direction) for one in own):
                yield namespace.source, f"has no NetworkPolicy that denies all {direction}, must have one"
    for one in objects(resources, *TEMPLATES, rule="sec-07-default-deny"):
        if one.namespace in ("default", "kube-public", "kube-node-lease"):
            path = one.at("metadata.namespace")
            yield one.source, f"{path} is {one.namespace!r}, must be a namespace with a default-deny NetworkPolicy"


RULE = Rule(
    clause="SEC-07",
    description="Every namespace denies connections by default, both ways.",
    severity=Severity.HIGH,
    frameworks=(
        Framework(name="CIS Kubernetes Benchmark", version="1.9.0", reference="5.3.2"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.6"),
    ),
    remediation="Add a NetworkPolicy with podSelector {} and policyTypes [Ingress, Egress] and no rules.",
    check_stack=check_stack,
)
