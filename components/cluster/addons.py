"""What AWS installs and maintains in the cluster, one row each, at versions that only a commit changes."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from components.shared.account import Account
from components.shared.policy_documents import Document, allow

VERSION: Final = "1.34"
"""Of Kubernetes. The add-ons' versions go with it: see docs/adr/0023-private-cluster.md."""
LOG_GROUPS: Final = ("application", "dataplane", "host", "performance")
"""What the shipping of logs writes to, below ``/aws/containerinsights/<cluster>/``.
Source: CloudWatch user guide, "Container Insights", the log groups that it makes."""


@dataclass(frozen=True, kw_only=True)
class PodRights:
    """What an add-on does in AWS: the service account that its pods have, and the statements of the account's role."""

    service_account: str
    statements: Callable[[Account, str], Sequence[Document]]


@dataclass(frozen=True, kw_only=True)
class AddOn:
    """One add-on. ``needs_nodes``: its pods must run before EKS calls it healthy, so that it waits for machines."""

    version: str
    configuration: Mapping[str, Any] = field(default_factory=dict)
    rights: PodRights | None = None
    needs_nodes: bool = True

    @property
    def configuration_values(self) -> str | None:
        """The configuration as EKS takes it: JSON."""
        return json.dumps(self.configuration, sort_keys=True) if self.configuration else None


def _cni(account: Account, _cluster: str) -> list[Document]:
    """Addresses and interfaces of pods. Source: AWS managed policy AmazonEKS_CNI_Policy."""
    described = [
        f"ec2:Describe{what}" for what in ("InstanceTypes", "Instances", "NetworkInterfaces", "Subnets", "Tags")
    ]
    changed = [f"ec2:{what}" for what in (
        "AssignPrivateIpAddresses", "AttachNetworkInterface", "CreateNetworkInterface", "DeleteNetworkInterface",
        "DetachNetworkInterface", "ModifyNetworkInterfaceAttribute", "UnassignPrivateIpAddresses",
    )]  # fmt: skip
    kinds = ("instance", "network-interface", "security-group", "subnet")
    return [
        allow("See", described, "*"),  # no resource types
        allow("Interfaces", changed, [account.arn("ec2", f"{kind}/*") for kind in kinds]),
        allow("Tag", "ec2:CreateTags", account.arn("ec2", "network-interface/*")),
    ]


def _logs(account: Account, cluster: str) -> list[Document]:
    """Write to the cluster's own log groups, which are there: the agent neither makes one nor sets its retention."""
    groups = [account.arn("logs", f"log-group:/aws/containerinsights/{cluster}/{group}:*") for group in LOG_GROUPS]
    return [
        allow("Write", ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], groups),
        allow("See", ["ec2:DescribeTags", "ec2:DescribeVolumes", "logs:DescribeLogGroups"], "*"),
    ]


ADD_ONS: Final[Mapping[str, AddOn]] = MappingProxyType(
    {
        "eks-pod-identity-agent": AddOn(version="v1.3.10-eksbuild.3", needs_nodes=False),
        # Prefixes give a small machine as many pods as it can run; network policies are enforced on the node by eBPF.
        "vpc-cni": AddOn(
            version="v1.21.1-eksbuild.7",
            configuration={
                "enableNetworkPolicy": "true",
                "env": {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"},
            },
            rights=PodRights(service_account="aws-node", statements=_cni),
            needs_nodes=False,
        ),
        "kube-proxy": AddOn(version="v1.34.6-eksbuild.2", needs_nodes=False),
        "coredns": AddOn(version="v1.13.2-eksbuild.4"),
        "metrics-server": AddOn(version="v0.8.1-eksbuild.5"),
        # Secrets are files of a pod, read anew every two minutes, and never objects of the cluster.
        "aws-secrets-store-csi-driver-provider": AddOn(
            version="v2.1.1-eksbuild.1",
            configuration={
                "secrets-store-csi-driver": {
                    "enableSecretRotation": True,
                    "rotationPollInterval": "2m",
                    "syncSecret": {"enabled": False},
                }
            },
        ),
        "kube-state-metrics": AddOn(version="v2.18.0-eksbuild.1"),
        "prometheus-node-exporter": AddOn(version="v1.10.2-eksbuild.8"),
        "amazon-cloudwatch-observability": AddOn(
            version="v6.0.1-eksbuild.1",
            configuration={"containerLogs": {"enabled": True}},
            rights=PodRights(service_account="cloudwatch-agent", statements=_logs),
        ),
    }
)
"""By AWS's names. Volumes have no driver: what keeps data is RDS, and no pod asks for a volume of EBS."""
