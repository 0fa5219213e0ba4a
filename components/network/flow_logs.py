"""A record of every connection that a VPC accepted or rejected."""

import json
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws.cloudwatch.log_group import LogGroup
from pulumi_aws.ec2.flow_log import FlowLog
from pulumi_aws.iam.role import Role
from pulumi_aws.iam.role_policy import RolePolicy

from components.shared.account import WORKLOAD_PATH, Account
from components.shared.keys import customer_key, key_policy
from components.shared.logs import key_statement
from components.shared.platform import Platform
from components.shared.policy_documents import allow, document


@dataclass(frozen=True, kw_only=True)
class FlowLogsArgs:
    """The VPC whose traffic is recorded, for as long as the platform keeps logs."""

    platform: Platform
    vpc_id: pulumi.Input[str]


class FlowLogs(pulumi.ComponentResource):
    """Guarantees that all traffic of a VPC is logged, encrypted with a key of its own, and kept for a stated time.

    Creates ``{name}-key``, ``{name}-log-group``, ``{name}-role``, ``{name}-policy`` and ``{name}-log``. Does not manage
    queries or alarms on the records.
    """

    def __init__(self, name: str, args: FlowLogsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:flow_logs:FlowLogs", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        platform, stateful = args.platform, args.platform.stateful(self)
        # The key must exist before the group, hence before its name is known: the pattern is Pulumi's name and suffix.
        encrypt = key_statement(platform.account, f"{name}-log-group-*")
        key = customer_key(f"{name}-key", "Flow logs of a VPC", key_policy(platform.account, encrypt), stateful)
        group = LogGroup(
            f"{name}-log-group", retention_in_days=platform.log_retention_days, kms_key_id=key.arn, opts=stateful
        )
        role = Role(
            f"{name}-role",
            path=WORKLOAD_PATH,
            assume_role_policy=json.dumps(_trust(platform.account)),
            permissions_boundary=platform.boundary_arn,
            opts=child,
        )
        policy = RolePolicy(f"{name}-policy", role=role.id, policy=_delivery(platform.account, group.arn), opts=child)
        FlowLog(
            f"{name}-log",
            vpc_id=args.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
        self.register_outputs({})


def _trust(account: Account) -> dict[str, Any]:
    """Trust in the flow logs of this account and region. Source: VPC user guide, "IAM role for flow logs"."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "FlowLogsOfThisAccount",
                "Effect": "Allow",
                "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": account.id},
                    "ArnLike": {"aws:SourceArn": account.arn("ec2", "vpc-flow-log/*")},
                },
            }
        ],
    }


def _delivery(account: Account, group_arn: pulumi.Output[str]) -> pulumi.Output[str]:
    """Write to this group only; look for groups among all of the account and region, as a look-up has no other scope.

    The five actions are those that the service asks for. Source: VPC user guide, "IAM role for publishing flow logs to
    CloudWatch Logs".
    """
    actions = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    streams = pulumi.Output.concat(group_arn, ":*")
    groups = account.arn("logs", "log-group:*")
    return pulumi.Output.json_dumps(
        document(allow("Deliver", actions, [group_arn, streams]), allow("Find", "logs:DescribeLogGroups", groups))
    )
