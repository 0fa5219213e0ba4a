"""SEC-07: what is asked of a cluster, by whom and with what answer, is on record."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts.props import UNKNOWN, Resource, items, raise_unknown

CLUSTER = "aws:eks/cluster:Cluster"
PROPERTY = "enabledClusterLogTypes"
LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")


def check(resource: Resource) -> Iterator[str]:
    """Every log of the control plane; by default EKS keeps none."""
    given = list(items(resource.props, PROPERTY))
    lacking = [log for log in LOGS if log not in given]
    if lacking and UNKNOWN not in given:
        yield f"{PROPERTY} lacks {', '.join(lacking)}, must hold {', '.join(LOGS)}"
    raise_unknown(resource, PROPERTY)


RULE = Rule(
    clause="SEC-07",
    description="Clusters keep every log of their control plane.",
    severity=Severity.HIGH,
    frameworks=(
        Framework(name="CIS Amazon EKS Benchmark", version="1.5.0", reference="2.1.1"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC7.2"),
    ),
    remediation="Declare the cluster with components.cluster.cluster.PrivateCluster, which keeps them, encrypted.",
    types=frozenset({CLUSTER}),
    check=check,
)
