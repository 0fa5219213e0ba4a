"""The roles of control plane, nodes and pods. Each is inline and under the boundary."""

from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws.iam.role import Role
from pulumi_aws.iam.role_policy import RolePolicy

from components.shared.account import NODE_ROLE_PREFIX, WORKLOAD_PATH, Account
from components.shared.platform import Platform
from components.shared.policy_documents import Document, allow, document
from lib.vocabulary import NAMESPACES

TAG: Final = "${aws:PrincipalTag/kubernetes-namespace}"
"""The namespace of the pod, which EKS puts on the session. Source: EKS user guide, "Grant Pods access to AWS resources
based on tags"."""


def service_trust(service: str) -> Document:
    """Trust in a service of AWS."""
    return document(
        {"Sid": "Service", "Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    )


def pod_trust(account: Account, cluster: str) -> Document:
    """Trust in the pods of one cluster, whose sessions carry where they run."""
    return document(
        {
            "Sid": "PodsOfTheCluster",
            "Effect": "Allow",
            "Principal": {"Service": "pods.eks.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": {
                "StringEquals": {"aws:SourceAccount": account.id},
                "ArnEquals": {"aws:SourceArn": account.arn("eks", f"cluster/{cluster}")},
            },
        }
    )


def cluster_document(account: Account) -> Document:
    """What the control plane does: see its nodes and tag them. It makes no load balancers and no volumes.

    Source: EKS user guide, "Amazon EKS cluster IAM role", the least that it may have.
    """
    see = [f"ec2:Describe{what}" for what in (
        "AvailabilityZones", "DhcpOptions", "InstanceTopology", "Instances", "NetworkInterfaces", "Vpcs",
    )]  # fmt: skip
    own = {"ForAnyValue:StringLike": {"aws:TagKeys": "kubernetes.io/cluster/*"}}
    return document(
        allow("See", see, "*"),  # no resource types
        allow("Tag", "ec2:CreateTags", account.arn("ec2", "instance/*"), own),
        allow("Key", "kms:DescribeKey", account.arn("kms", "key/*")),
    )


def node_document(account: Account, cluster: str) -> Document:
    """What a node does: join, pull images of ours and of AWS's add-ons, and ask for its pods' sessions.

    Sources: AWS managed policies AmazonEKSWorkerNodeMinimalPolicy and AmazonEC2ContainerRegistryPullOnly.
    """
    pull = [f"ecr:{what}" for what in ("BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer")]
    return document(
        allow("Login", "ecr:GetAuthorizationToken", "*"),  # no resource types
        allow("Pull", pull, f"arn:{account.partition}:ecr:{account.region}:*:repository/*"),
        allow("See", ["ec2:DescribeInstanceTypes", "ec2:DescribeInstances"], "*"),  # no resource types
        allow("Join", ["eks:DescribeCluster", "eks-auth:AssumeRoleForPodIdentity"],
              account.arn("eks", f"cluster/{cluster}")),
    )  # fmt: skip


def services_document(account: Account) -> Document:
    """Read the secrets whose tag names the pod's namespace, and decrypt through Secrets Manager alone."""
    mine = {"StringLike": {f"secretsmanager:ResourceTag/{NAMESPACES}": f"*:{TAG}:*"}}
    through = {"StringEquals": {"kms:ViaService": f"secretsmanager.{account.region}.amazonaws.com"}}
    read = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    return document(
        allow("SecretsOfTheNamespace", read, account.arn("secretsmanager", "secret:nationgraph/*"), mine),
        allow("SecretKeys", "kms:Decrypt", account.arn("kms", "key/*"), through),
    )


@dataclass(frozen=True, kw_only=True)
class RoleSpec:
    """A role: who assumes it, what it may do, and a fixed name where others refer to it."""

    trust: Document
    rights: Document
    called: str | None = None


def make(name: str, spec: RoleSpec, platform: Platform, parent: pulumi.Resource) -> tuple[Role, RolePolicy]:
    """``{name}-role`` and ``{name}-policy``."""
    child = pulumi.ResourceOptions(parent=parent)
    role = Role(
        f"{name}-role",
        name=spec.called,
        path=WORKLOAD_PATH,
        assume_role_policy=pulumi.Output.json_dumps(spec.trust),
        permissions_boundary=platform.boundary_arn,
        opts=child,
    )
    rights = pulumi.Output.json_dumps(spec.rights)
    return role, RolePolicy(f"{name}-policy", role=role.name, policy=rights, opts=child)


def node_role_name(cluster: str) -> str:
    """The name of the role of a cluster's nodes: by its beginning it may be handed to EC2."""
    return f"{NODE_ROLE_PREFIX}{cluster}"
