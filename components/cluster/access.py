"""Who may do what in the cluster: access entries of EKS, and nothing in a ConfigMap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pulumi
from pulumi_aws.eks.access_entry import AccessEntry
from pulumi_aws.eks.access_policy_association import AccessPolicyAssociation

POLICIES: Final = "arn:aws:eks::aws:cluster-access-policy/"
Policy = Literal["AmazonEKSClusterAdminPolicy", "AmazonEKSEditPolicy", "AmazonEKSViewPolicy"]
"""View sees most kinds and no secret; edit changes workloads, opens shells and reads secrets; the first does all.
Source: EKS user guide, "Review access policy permissions"."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A role of the account, what EKS lets it do in all namespaces, and the groups that RBAC of ours speaks of.

    Without ``policy`` it may do what the groups may, and nothing else.
    """

    principal_arn: pulumi.Input[str]
    policy: Policy | None
    groups: Sequence[str] = ()

    def __post_init__(self) -> None:
        if not self.policy and not self.groups:
            raise ValueError("policy: None, and no groups: the role could do nothing; give one of them")
        for group in self.groups:
            if group.startswith("system:"):
                raise ValueError(f"groups: {group!r} is Kubernetes' own, and EKS refuses it; choose a name of ours")


def admit(
    name: str, cluster: pulumi.Input[str], entries: Mapping[str, Entry], parent: pulumi.Resource
) -> list[AccessPolicyAssociation]:
    """``{name}-access-{key}`` for each entry, and ``{name}-access-{key}-policy`` where EKS has one for it; returns the
    latter, which let in.
    """
    made = []
    for key, entry in entries.items():
        admitted = AccessEntry(
            f"{name}-access-{key}",
            cluster_name=cluster,
            principal_arn=entry.principal_arn,
            kubernetes_groups=list(entry.groups) or None,
            type="STANDARD",
            opts=pulumi.ResourceOptions(parent=parent),
        )
        if entry.policy is None:
            continue
        association = AccessPolicyAssociation(
            f"{name}-access-{key}-policy",
            cluster_name=cluster,
            principal_arn=admitted.principal_arn,
            policy_arn=f"{POLICIES}{entry.policy}",
            access_scope={"type": "cluster"},
            opts=pulumi.ResourceOptions(parent=parent),
        )
        made.append(association)
    return made
