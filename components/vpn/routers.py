"""The machines that forward the VPN into the network: two or more, alike, replaced and never repaired."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pulumi
from pulumi_aws.autoscaling.group import Group
from pulumi_aws.ec2.launch_template import LaunchTemplate
from pulumi_aws.ec2.security_group import (
    SecurityGroup,
    SecurityGroupEgressArgsDict,
    SecurityGroupIngressArgsDict,
)

from components.shared.alarms import Alarm, AlarmTable, Watched, declare_alarms
from components.shared.platform import Platform
from components.vpn.identity import RouterIdentity
from components.vpn.user_data import RouterSettings, render
from lib.firewall import WIREGUARD_PORT
from lib.vocabulary import ACCESS

IMAGE: Final = "resolve:ssm:/aws/service/debian/release/13/latest/arm64"
"""The newest image at each start. Source: https://wiki.debian.org/Cloud/AmazonEC2Image/Trixie."""
INSTANCE_TYPE: Final = "t4g.small"
LIFETIME_SECONDS: Final = 7 * 86400
"""No machine is older than a week: kernel and image are then at most that old."""
NAMESPACE: Final = "NationGraph/Vpn"
METRIC: Final = "RouterForwards"
PROBES: Final = 4
"""Of five probes in a period of five minutes one may be missing."""
PATIENCE: Final = 5
"""Failed probes after which a router switches itself off."""
ANYWHERE: Final = "0.0.0.0/0"
SCRIPT: Final = Path(__file__).with_name("router.sh")
"""What a machine does to be a router."""

ALARMS: Final = AlarmTable(
    namespace=NAMESPACE,
    dimension="AutoScalingGroupName",
    rows={
        # Each healthy router counts one a minute; two count ten in a period, of which each may miss one.
        "alarm": Alarm(
            metric=METRIC,
            statistic="Sum",
            crossing="below",
            threshold=2 * PROBES,
            periods=2,
            missing="breaching",
            meaning="fewer than two subnet routers forward",
            runbook="vpn-routers",
        )
    },
)


@dataclass(frozen=True, kw_only=True)
class Forward:
    """TCP ports of some ranges that the routers may reach on behalf of the VPN."""

    cidrs: Sequence[str]
    ports: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class RoutersArgs:
    """Where routers stand, and what they lead to. ``subnet_ids`` are public ones, one for each of ``zones``.

    ``probe_host`` is a name inside the network that always answers on ``probe_port``.
    """

    platform: Platform
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    zones: Sequence[str]
    count: int
    routes: Sequence[str]
    forwards: Sequence[Forward]
    tag: str
    hostname: str
    group_name: str
    probe_host: str
    probe_port: int

    def __post_init__(self) -> None:
        if len(set(self.zones)) < 2 or len(self.subnet_ids) != len(self.zones):
            raise ValueError(
                f"zones: routers in {', '.join(self.zones) or 'no zone'} do not outlive the loss of one; "
                "pass the public subnets of two zones or more"
            )
        if self.count < 2:
            raise ValueError(f"count: {self.count} router is none while it is replaced; use 2 or more")
        if not self.routes:
            raise ValueError("routes: empty, so the VPN would lead nowhere; pass the CIDRs of private and data tiers")


class Routers(pulumi.ComponentResource):
    """Tailscale subnet routers.

    Guarantees: at least two machines in at least two zones, none older than a week, each replaced before it is taken
    away; UDP 41641 in and nothing else; IMDSv2 only; encrypted disks; no key, user or SSH server. Each proves every
    minute that it forwards and that it offers its routes; one that does not switches itself off and is replaced, and
    an alarm rings while fewer than two do. Packets leave under the router's own address, so the data tiers know them by
    its group.

    Creates ``{name}-security-group``, ``{name}-template``, ``{name}-group`` and ``{name}-alarm``. Does not manage who
    may reach what: that is the tailnet's policy.
    """

    def __init__(
        self, name: str, args: RoutersArgs, identity: RouterIdentity, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("nationgraph:vpn:Routers", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        group = _security_group(f"{name}-security-group", args, child)
        tags = _tags(args)
        template = _template(f"{name}-template", args, identity, group, child)
        scaled = Group(
            f"{name}-group",
            name=args.group_name,
            min_size=args.count,
            desired_capacity=args.count,
            max_size=2 * args.count,
            vpc_zone_identifiers=args.subnet_ids,
            # A number, not $Latest, so that a new version of the template is a change that starts a refresh.
            launch_template={"id": template.id, "version": template.latest_version.apply(str)},
            health_check_type="EC2",
            health_check_grace_period=300,
            max_instance_lifetime=LIFETIME_SECONDS,
            # No auto_rollback: Auto Scaling does not offer it where the image is a parameter of Systems Manager (API
            # reference, RefreshPreferences). A refresh that fails stops, with the healthy machines still there.
            instance_refresh={
                "strategy": "Rolling",
                "preferences": {
                    "min_healthy_percentage": 100,
                    "max_healthy_percentage": 200,
                    "instance_warmup": "300",
                },
            },
            tags=[{"key": key, "value": value, "propagate_at_launch": False} for key, value in tags.items()],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[identity.granted]),
        )
        declare_alarms(name, ALARMS, Watched(value=scaled.name, called=name), args.platform, self)
        self.security_group_id: pulumi.Output[str] = group.id
        self.register_outputs({"security_group_id": self.security_group_id})


def _tags(args: RoutersArgs) -> dict[str, str]:
    """What Pulumi's tags do not reach: machines and disks of the group, and the group itself."""
    return {**args.platform.tags, ACCESS: "router"}


def _template(
    name: str,
    args: RoutersArgs,
    identity: RouterIdentity,
    group: SecurityGroup,
    child: pulumi.ResourceOptions,
) -> LaunchTemplate:
    """What a machine is made from."""
    user_data = pulumi.Output.all(identity.client_id, identity.audience).apply(
        lambda values: render(_settings(args, *values))
    )
    return LaunchTemplate(
        name,
        description="Subnet router of the VPN",
        image_id=IMAGE,
        instance_type=INSTANCE_TYPE,
        instance_initiated_shutdown_behavior="terminate",  # a router that finds itself broken switches itself off
        iam_instance_profile={"arn": identity.profile_arn},
        metadata_options={"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1},
        monitoring={"enabled": True},
        network_interfaces=[
            {
                "device_index": 0,
                "associate_public_ip_address": "true",
                "delete_on_termination": "true",
                "security_groups": [group.id],
            }
        ],
        block_device_mappings=[
            {
                "device_name": "/dev/xvda",
                "ebs": {
                    "encrypted": "true",
                    "volume_size": 8,
                    "volume_type": "gp3",
                    "delete_on_termination": "true",
                },
            }
        ],
        tag_specifications=[
            {"resource_type": kind, "tags": {"Name": args.hostname, **_tags(args)}} for kind in ("instance", "volume")
        ],
        user_data=user_data,
        update_default_version=True,
        opts=child,
    )


def _settings(args: RoutersArgs, client_id: str, audience: str) -> RouterSettings:
    return RouterSettings(
        client_id=client_id,
        audience=audience,
        tag=args.tag,
        routes=args.routes,
        region=args.platform.account.region,
        group=args.group_name,
        hostname=args.hostname,
        namespace=NAMESPACE,
        metric=METRIC,
        probe_host=args.probe_host,
        probe_port=args.probe_port,
        patience=PATIENCE,
        script=SCRIPT.read_text(encoding="utf-8"),
    )


def _security_group(name: str, args: RoutersArgs, child: pulumi.ResourceOptions) -> SecurityGroup:
    """In: WireGuard. Out: WireGuard and STUN to devices wherever they are, HTTP to packages and services, forwards."""
    wireguard: SecurityGroupIngressArgsDict = {
        "description": "WireGuard of the devices of the tailnet",
        "protocol": "udp",
        "from_port": WIREGUARD_PORT,
        "to_port": WIREGUARD_PORT,
        "cidr_blocks": [ANYWHERE],
    }

    def out(description: str, protocol: str, low: int, high: int, cidrs: Sequence[str]) -> SecurityGroupEgressArgsDict:
        rule: dict[str, Any] = {"from_port": low, "to_port": high, "cidr_blocks": list(cidrs)}
        return {"description": description, "protocol": protocol, **rule}  # type: ignore[typeddict-item]

    egress = [
        out("WireGuard to the devices, STUN", "udp", 1, 65535, [ANYWHERE]),
        out("Tailscale, AWS, Debian", "tcp", 443, 443, [ANYWHERE]),
        out("Debian packages", "tcp", 80, 80, [ANYWHERE]),
    ]
    for forward in args.forwards:
        egress += [out("Forwarded for the VPN", "tcp", port, port, forward.cidrs) for port in forward.ports]
    return SecurityGroup(
        name,
        description="Subnet routers: WireGuard in, forwarded traffic out",
        vpc_id=args.vpc_id,
        ingress=[wireguard],
        egress=egress,
        opts=child,
    )
