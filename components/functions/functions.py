"""A Lambda function with nothing but what it needs: a role of its own, a log group, and a way to named ports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_aws.cloudwatch.log_group import LogGroup
from pulumi_aws.ec2.security_group import SecurityGroup, SecurityGroupEgressArgsDict
from pulumi_aws.iam.role import Role
from pulumi_aws.iam.role_policy import RolePolicy
from pulumi_aws.lambda_.function import Function, FunctionVpcConfigArgsDict

from components.functions.names import FunctionNames
from components.shared.account import WORKLOAD_PATH
from components.shared.alarms import Alarm, AlarmTable, Watched, declare_alarms
from components.shared.platform import Platform
from components.shared.policy_documents import allow, deny, document

RUNTIME: Final = "python3.13"
ARCHITECTURE: Final = "arm64"
"""What packages are built for: see ``lambdas.build``, which reads both."""
NETWORK_INTERFACES: Final = ("ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
                             "ec2:UnassignPrivateIpAddresses")  # fmt: skip

TRUST: Final = document(
    {
        "Sid": "Lambda",
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
)
"""Trust in Lambda, without conditions: no document says that Lambda sends ``aws:SourceAccount`` when it assumes an
execution role. Who hands a role to Lambda is limited by ``iam:PassRole``. Source: Lambda developer guide, "Defining
Lambda function permissions with an execution role"."""


@dataclass(frozen=True, kw_only=True)
class FunctionNetwork:
    """Where a function stands and what it may reach: TCP ports by the security group behind which they lie."""

    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    reaches: Mapping[int, pulumi.Input[str]]


@dataclass(frozen=True, kw_only=True)
class FunctionPlace:
    """Where a function stands whose security group was made before it, because others let that group in."""

    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_id: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class Program:
    """What runs: a zip with its entry point, and what it needs to run, whatever it is deployed for.

    ``runbook`` is the page of ``docs/runbooks`` for whoever hears that it failed. Raises ValueError where Lambda offers
    no such time or memory. Source: Lambda developer guide, "Lambda quotas".
    """

    code: pulumi.Archive
    handler: str
    timeout_seconds: int
    memory_mib: int
    runbook: str

    def __post_init__(self) -> None:
        if not 1 <= self.timeout_seconds <= 900:
            raise ValueError(f"timeout_seconds: Lambda offers 1 to 900, got {self.timeout_seconds}")
        if not 128 <= self.memory_mib <= 10240:
            raise ValueError(f"memory_mib: Lambda offers 128 to 10,240, got {self.memory_mib}")


@dataclass(frozen=True, kw_only=True)
class PrivateFunctionArgs:
    """``statements`` are what the function may do; ``network`` None leaves it outside the VPC, without private ways."""

    platform: Platform
    names: FunctionNames
    description: str
    program: Program
    environment: Mapping[str, pulumi.Input[str]]
    statements: Sequence[Mapping[str, Any]]
    network: FunctionNetwork | FunctionPlace | None
    log_key_arn: pulumi.Input[str]


class PrivateFunction(pulumi.ComponentResource):
    """Guarantees that a function logs, encrypted, to its own group, does and reaches what is listed and no more, and is
    heard when it fails.

    The rights to make network interfaces are Lambda's needs, and denied to the function's own code. Creates
    ``{name}-logs``, ``{name}-role``, ``{name}-policy``, ``{name}-function``, ``{name}-alarm`` and, in a VPC without a
    group made for it, ``{name}-security-group``. Does not manage who may invoke it.
    """

    def __init__(self, name: str, args: PrivateFunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:functions:PrivateFunction", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        platform = args.platform
        logs = LogGroup(
            f"{name}-logs",
            name=args.names.log_group,
            retention_in_days=platform.log_retention_days,
            kms_key_id=args.log_key_arn,
            opts=platform.stateful(self),
        )
        role = Role(
            f"{name}-role",
            name=args.names.role,
            path=WORKLOAD_PATH,
            assume_role_policy=pulumi.Output.json_dumps(TRUST),
            permissions_boundary=platform.boundary_arn,
            opts=child,
        )
        own = [_logging(logs.arn), *(_interfaces(args) if args.network else ()), *args.statements]
        policy = RolePolicy(
            f"{name}-policy", role=role.name, policy=pulumi.Output.json_dumps(document(*own)), opts=child
        )
        function = Function(
            f"{name}-function",
            name=args.names.function,
            description=args.description,
            role=role.arn,
            runtime=RUNTIME,
            architectures=[ARCHITECTURE],
            handler=args.program.handler,
            code=args.program.code,
            timeout=args.program.timeout_seconds,
            memory_size=args.program.memory_mib,
            environment={"variables": dict(args.environment)} if args.environment else None,
            vpc_config=_placed(name, args.network, child) if args.network else None,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy, logs]),
        )
        watched = Watched(value=args.names.function, called=args.names.function)
        declare_alarms(name, _failing(args.program.runbook), watched, platform, self)
        self.arn: pulumi.Output[str] = function.arn
        self.name: pulumi.Output[str] = function.name
        self.role_arn: pulumi.Output[str] = role.arn
        self.register_outputs({"arn": self.arn})


def _failing(runbook: str) -> AlarmTable:
    """Lambda counts errors by itself, so that a function that fails is heard without an audit trail."""
    row = Alarm(
        metric="Errors",
        statistic="Sum",
        crossing="above",
        threshold=0,
        periods=1,
        missing="notBreaching",
        meaning="fails",
        runbook=runbook,
    )
    return AlarmTable(namespace="AWS/Lambda", dimension="FunctionName", rows={"alarm": row})


def _logging(group_arn: pulumi.Output[str]) -> dict[str, Any]:
    """The group exists, so that the function needs neither to create nor to find one."""
    streams = pulumi.Output.concat(group_arn, ":*")
    return allow("Log", ["logs:CreateLogStream", "logs:PutLogEvents"], [streams])


def _interfaces(args: PrivateFunctionArgs) -> list[Mapping[str, Any]]:
    """What Lambda does with the role to put a function into a VPC, and the denial of the same to its code.

    Source: Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC".
    """
    account = args.names.account
    places = [account.arn("ec2", f"{kind}/*") for kind in ("network-interface", "security-group", "subnet")]
    code = {"ArnEquals": {"lambda:SourceFunctionArn": args.names.arn}}
    described = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"]
    return [
        allow("Interfaces", list(NETWORK_INTERFACES), places),
        allow("SeeInterfaces", described, "*"),  # no resource types
        deny("NotForTheCode", [*NETWORK_INTERFACES, *described], "*", code),
    ]


def https_outwards(name: str, vpc_id: pulumi.Input[str], opts: pulumi.ResourceOptions) -> SecurityGroup:
    """The group of a function that speaks to services on the internet, which have no addresses of their own: HTTPS to
    anywhere outwards, nothing inwards.
    """
    https: SecurityGroupEgressArgsDict = {
        "description": "HTTPS to anywhere",
        "protocol": "tcp",
        "from_port": 443,
        "to_port": 443,
        "cidr_blocks": ["0.0.0.0/0"],
    }
    described = "A function: HTTPS outwards, nothing inwards"
    return SecurityGroup(name, description=described, vpc_id=vpc_id, ingress=[], egress=[https], opts=opts)


def _placed(
    name: str, network: FunctionNetwork | FunctionPlace, opts: pulumi.ResourceOptions
) -> FunctionVpcConfigArgsDict:
    """The subnets, and the group made for it or one that opens nothing inwards and named ports outwards."""
    if isinstance(network, FunctionPlace):
        return {"subnet_ids": network.subnet_ids, "security_group_ids": [network.security_group_id]}
    egress: list[SecurityGroupEgressArgsDict] = [
        {
            "description": f"TCP {port}",
            "protocol": "tcp",
            "from_port": port,
            "to_port": port,
            "security_groups": [group],
        }
        for port, group in sorted(network.reaches.items())
    ]
    group = SecurityGroup(
        f"{name}-security-group",
        description="A function: named ports outwards, nothing inwards",
        vpc_id=network.vpc_id,
        ingress=[],
        egress=egress,
        opts=opts,
    )
    return {"subnet_ids": network.subnet_ids, "security_group_ids": [group.id]}
