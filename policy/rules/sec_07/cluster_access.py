"""SEC-07: who enters a cluster stands in access entries, and people do not enter as its administrators."""

from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource, Severity
from pulumi_policy.proxy import UnknownValueError

from policy.core.engine import Framework, Rule
from policy.facts import dangers, grants
from policy.facts.props import get, items, of_type, referenced, shown, stack_of

CLUSTER = "aws:eks/cluster:Cluster"
ENTRY = "aws:eks/accessEntry:AccessEntry"
ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
ROLE = "aws:iam/role:Role"
MODES = dangers.table("cluster_access")[CLUSTER]
ALMIGHTY = ("AmazonEKSClusterAdminPolicy", "AmazonEKSAdminPolicy")
"""Both read every secret and change who may do what. Source: EKS user guide, "Review access policy permissions"."""
SIGN_IN = "/aws-reserved/sso.amazonaws.com/"
"""In the path of roles that IAM Identity Center makes for people."""


def _modes(cluster: PolicyResource) -> Iterator[str]:
    try:
        yield from dangers.findings(cluster, MODES)
    except UnknownValueError:
        return  # judged by the next run, and nothing else of the stack waits for it


def _entry(entry: PolicyResource) -> Iterator[str]:
    principal = get(entry.props, "principalArn")
    if isinstance(principal, str) and (":user/" in principal or principal.endswith(":root")):
        yield f"principalArn is {shown(principal)}, must be a role: its sessions end, and say who they are"
    for group in items(entry.props, "kubernetesGroups"):
        if isinstance(group, str) and group.startswith("system:"):
            yield f"kubernetesGroups hold {shown(group)}, must be groups of ours: no rule can limit those of Kubernetes"


def _names(association: PolicyResource, resources: Sequence[PolicyResource]) -> Iterator[str]:
    """The names of the roles that an association speaks of, by its ARN or, before they exist, by its dependencies."""
    principal = get(association.props, "principalArn")
    if isinstance(principal, str):
        yield principal.rpartition("/")[2]
    for role in referenced(association, "principalArn", of_type(resources, ROLE)):
        name = get(role.props, "name")
        if isinstance(name, str):
            yield name


def _association(association: PolicyResource, resources: Sequence[PolicyResource]) -> Iterator[str]:
    policy = get(association.props, "policyArn")
    if not isinstance(policy, str) or policy.rpartition("/")[2] not in ALMIGHTY:
        return
    people = {
        name for name, group in grants.current(stack_of(association.urn)).groups.items() if group.kind == "people"
    }
    found = sorted(people.intersection(_names(association, resources)))
    if found:
        yield f"policyArn is {policy} for people, group {found[0]}, must be AmazonEKSViewPolicy or AmazonEKSEditPolicy"
    elif SIGN_IN in str(get(association.props, "principalArn")):
        yield f"policyArn is {policy} for people who sign in, must be AmazonEKSViewPolicy or AmazonEKSEditPolicy"


def check_stack(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
    """Clusters by their mode, entries by whom they let in, and policies by whom they are for."""
    for cluster in of_type(resources, CLUSTER):
        yield from ((cluster, message) for message in _modes(cluster))
    for entry in of_type(resources, ENTRY):
        yield from ((entry, message) for message in _entry(entry))
    for association in of_type(resources, ASSOCIATION):
        yield from ((association, message) for message in _association(association, resources))


RULE = Rule(
    clause="SEC-07",
    description="Clusters let in whom access entries name, roles alone, and people not as administrators.",
    severity=Severity.CRITICAL,
    frameworks=(
        Framework(name="CIS Kubernetes Benchmark", version="1.9.0", reference="5.1.1"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.3"),
    ),
    remediation="Declare clusters with components.cluster.cluster.PrivateCluster; layers/delivery.py says who enters.",
    check_stack=check_stack,
)
