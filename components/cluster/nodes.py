"""The machines of the cluster: one managed node group over all zones, from one launch template."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws.ec2.launch_template import LaunchTemplate, LaunchTemplateBlockDeviceMappingArgsDict
from pulumi_aws.eks.node_group import NodeGroup

from components.cluster.addons import VERSION
from components.shared.platform import Platform

IMAGE: Final = "BOTTLEROCKET_ARM_64"
"""AWS's operating system for containers: no shell, no package manager, a root that cannot be written."""
VOLUMES: Final = (("/dev/xvda", 4), ("/dev/xvdb", 50))
"""The system, and images with what pods write; GiB. Source: Bottlerocket's documentation, "Storage"."""
GRAVITON: Final = "g"


@dataclass(frozen=True, kw_only=True)
class NodeSize:
    """How many machines of which types; all types are arm64. ``least`` run always, over all zones."""

    instance_types: Sequence[str]
    least: int
    most: int

    def __post_init__(self) -> None:
        other = [kind for kind in self.instance_types if not kind.partition(".")[0].rstrip("dne").endswith(GRAVITON)]
        if other or not self.instance_types:
            raise ValueError(
                f"instance_types: {', '.join(other) or 'none'}; the images of the services are for arm64, so choose "
                "types with Graviton processors, such as m7g.large"
            )
        if not 2 <= self.least <= self.most:
            raise ValueError(
                f"least: {self.least} of at most {self.most}; two machines are the fewest that outlive the loss of one"
            )


@dataclass(frozen=True, kw_only=True)
class NodesArgs:
    """The cluster's name, the subnets of all zones, the role of the machines, the key of their disks."""

    platform: Platform
    cluster: pulumi.Input[str]
    hostname: str
    subnet_ids: Sequence[pulumi.Input[str]]
    role_arn: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    size: NodeSize


def node_group(name: str, args: NodesArgs, parent: pulumi.Resource, after: Sequence[pulumi.Resource]) -> NodeGroup:
    """``{name}-template`` and ``{name}-group``, which waits for ``after``: what a node needs when it starts.

    The release of the image is not pinned: EKS takes the newest at creation, and moves on when somebody says so
    (docs/runbooks/cluster-capacity.md). No network interface in the template: EKS gives each machine the cluster's
    own security group, and no public address, as the subnets give none.
    """
    tags = {"Name": args.hostname, **args.platform.tags}
    disks: list[LaunchTemplateBlockDeviceMappingArgsDict] = [
        {
            "device_name": device,
            "ebs": {
                "encrypted": "true",
                "kms_key_id": args.key_arn,
                "volume_size": size,
                "volume_type": "gp3",
                "delete_on_termination": "true",
            },
        }
        for device, size in VOLUMES
    ]
    template = LaunchTemplate(
        f"{name}-template",
        description="Nodes of the cluster",
        # One hop: a pod cannot reach the credentials of its node.
        metadata_options={"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1},
        block_device_mappings=disks,
        tag_specifications=[{"resource_type": kind, "tags": tags} for kind in ("instance", "volume")],
        update_default_version=True,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return NodeGroup(
        f"{name}-group",
        cluster_name=args.cluster,
        node_role_arn=args.role_arn,
        subnet_ids=args.subnet_ids,
        ami_type=IMAGE,
        capacity_type="ON_DEMAND",
        instance_types=args.size.instance_types,
        version=VERSION,
        launch_template={"id": template.id, "version": template.latest_version.apply(str)},
        scaling_config={
            "min_size": args.size.least,
            "desired_size": args.size.least,
            "max_size": args.size.most,
        },
        update_config={"max_unavailable_percentage": 33},
        node_repair_config={"enabled": True},
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(after)),
    )
