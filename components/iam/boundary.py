"""The permissions boundary: the most that any role of the platform can do, whatever its own policies say."""

from dataclasses import dataclass

import pulumi
from pulumi_aws.iam.policy import Policy

from components.iam.deploy_permissions import PASSED_TO, PASSED_TO_LAMBDA, UNSCOPED_WRITE
from components.iam.documents import (
    FUNCTION_NAMES,
    FUNCTION_ROLES,
    PATH,
    STATE_ALIAS,
    WORKLOAD_PATH,
    Account,
    Document,
    allow,
    deny,
    document,
)
from components.iam.permissions import UNSCOPED_READ, identity_arns

BOUNDED = tuple(f"iam:{what}" for what in (
    "AttachRolePolicy", "CreateRole", "DeleteRolePolicy", "DetachRolePolicy", "PutRolePermissionsBoundary",
    "PutRolePolicy",
))  # fmt: skip
"""Everything that shapes a role and that IAM can condition on the boundary."""
CORE_CHANGES = (
    "iam:Add*", "iam:Attach*", "iam:Create*", "iam:Delete*", "iam:Detach*", "iam:PassRole", "iam:Put*", "iam:Remove*",
    "iam:Set*", "iam:Update*",
    "kms:*Alias", "events:Delete*", "events:Disable*", "events:Put*", "events:Remove*",
    "s3:DeleteBucket*", "s3:Put*Configuration", "s3:PutBucket*",
)  # fmt: skip
USERS = ("iam:*AccessKey*", "iam:*Credential*", "iam:*Group", "iam:*GroupPolicy", "iam:*LoginProfile", "iam:*User",
         "iam:*UserPolicy")  # fmt: skip
AUDIT = (
    "account:*", "organizations:*", "cloudtrail:Delete*", "cloudtrail:Put*", "cloudtrail:Stop*", "cloudtrail:Update*",
    "config:*", "guardduty:*", "securityhub:*",
)  # fmt: skip
EMERGENCY = (
    "access-analyzer:Delete*", "ec2:DeleteFlowLogs", "kms:DisableKey", "kms:ScheduleKeyDeletion",
    "s3:BypassGovernanceRetention", "s3:DeleteObjectVersion",
)  # fmt: skip

UNSCOPED_MORE = (
    "cloudtrail:LookupEvents", "cloudwatch:PutMetricData", "logs:StopQuery", "sts:GetWebIdentityToken",
)  # fmt: skip
"""Actions of break-glass, of people and of the VPN's routers that have no resource types."""
REGIONAL = (
    *(f"ec2:*{noun}" for noun in (
        "Address*", "FlowLogs", "InternetGateway", "NatGateway", "NetworkAcl*", "NetworkInterface", "PrefixList*",
        "Route", "RouteTable*", "SecurityGroup*", "Subnet*", "Tags", "Vpc", "VpcAttribute", "VpcEndpoint",
        "VpcEndpoints",
    )),
    "rds:*DBInstance*", "rds:*DBLog*", "rds:*DBParameter*", "rds:*DBSnapshot*", "rds:*SubnetGroup*", "rds:*Tags*",
    "rds-db:connect",
    "kms:*Alias", "kms:*Key", "kms:*KeyRotation*", "kms:*KeyDe*", "kms:*Resource*", "kms:CreateGrant", "kms:Decrypt",
    "kms:Encrypt", "kms:GetKeyPolicy", "kms:PutKeyPolicy",
    "logs:*KmsKey", "logs:*Log*", "logs:*Query*", "logs:*Resource", "logs:*RetentionPolicy", "cloudwatch:*Alarm*",
    "cloudwatch:*Resource", "events:*Resource", "events:*Rule", "events:*Targets*", "sns:*Resource", "sns:*Topic",
    "sns:GetTopicAttributes", "sns:Publish", "sns:SetTopicAttributes", "sns:Subscribe",
    "secretsmanager:*Replication", "secretsmanager:*Secret*", "secretsmanager:*Resource",
    "secretsmanager:DeleteResourcePolicy", "secretsmanager:GetResourcePolicy", "secretsmanager:PutResourcePolicy",
    "access-analyzer:*Analyzer", "access-analyzer:*Resource",
)  # fmt: skip
"""The services that the platform uses, by noun. Patterns keep the policy below IAM's 6,144 characters; none of them
matches an action whose access level is "Permissions management": those are written out."""
FUNCTIONS = ("lambda:*Function*", "lambda:*Tag*", "lambda:AddPermission", "lambda:GetPolicy", "lambda:RemovePermission")
BUCKETS = (
    "s3:Get*", "s3:List*", "s3:*Object", "s3:*ObjectVersion", "s3:CreateBucket", "s3:DeleteBucket",
    "s3:DeleteBucketPolicy", "s3:Put*Configuration", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock", "s3:PutBucketTagging", "s3:PutBucketVersioning",
)  # fmt: skip
IDENTITY = (
    "iam:CreateInstanceProfile", "iam:DeleteInstanceProfile", "iam:DeleteRole", "iam:Get*", "iam:List*", "iam:Tag*",
    "iam:Untag*", "iam:UpdateRole", "iam:UpdateRoleDescription",
)  # fmt: skip


def allowances(account: Account) -> list[Document]:
    """What the platform uses, in this account and region. Grants nothing by itself."""
    services = ("access-analyzer", "cloudwatch", "ec2", "events", "kms", "logs", "rds",
                "rds-db", "secretsmanager", "sns")  # fmt: skip
    regional = [account.arn(service, "*") for service in services]
    passed = {"StringEquals": {"iam:PassedToService": list(PASSED_TO)}}
    return [
        allow("Unscoped", [*UNSCOPED_READ, *UNSCOPED_MORE, *UNSCOPED_WRITE], "*"),
        allow("Regional", REGIONAL, regional),
        allow("Functions", FUNCTIONS, account.arn("lambda", f"function:{FUNCTION_NAMES}")),
        allow("Buckets", BUCKETS, "arn:aws:s3:::nationgraph-*"),
        allow("Identity", [*IDENTITY, *BOUNDED], identity_arns(account)),
        allow("PassRole", "iam:PassRole", account.iam(f"role{WORKLOAD_PATH}*"), passed),
        allow("PassFunction", "iam:PassRole", account.iam(f"role{FUNCTION_ROLES}"), PASSED_TO_LAMBDA),
        allow("Linked", "iam:CreateServiceLinkedRole", account.iam("role/aws-service-role/*")),
    ]


def denials(account: Account) -> list[Document]:
    """What no role of the platform does; only the emergencies yield to break-glass.

    Nobody locks himself out: the account's administrators, who bootstrap it, are not under this boundary.
    """
    unless = {"ArnNotEquals": {"aws:PrincipalArn": account.identity_role("break-glass")}}
    alias = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": STATE_ALIAS}}
    bounded = {"ArnNotEquals": {"iam:PermissionsBoundary": account.boundary}}
    core = [
        account.iam(f"role{PATH}*"),
        account.iam(f"policy{PATH}*"),
        account.iam("oidc-provider/*"),
        account.arn("kms", STATE_ALIAS),
        account.arn("events", "rule/nationgraph-break-glass"),
        f"arn:aws:s3:::{account.state_bucket}",
    ]
    return [
        deny("Never", [*USERS, *AUDIT, "iam:Delete*PermissionsBoundary"], "*"),
        deny("OnlyBoundedRoles", BOUNDED, "*", bounded),
        deny("KeepCore", CORE_CHANGES, core),
        deny("KeepStateKey", ["kms:CreateGrant", "kms:PutKeyPolicy"], "*", alias),
        deny("Emergency", EMERGENCY, "*", unless),
    ]


def boundary_document(account: Account) -> Document:
    """The whole policy, allowances and denials, without their names: IAM counts those among its 6,144 characters."""
    named = [*allowances(account), *denials(account)]
    return document(*({key: value for key, value in row.items() if key != "Sid"} for row in named))


@dataclass(frozen=True, kw_only=True)
class PermissionsBoundaryArgs:
    """The account that the boundary confines roles to."""

    account: Account


class PermissionsBoundary(pulumi.ComponentResource):
    """Creates ``{name}-policy``. Does not attach itself: every role names ``arn`` as its ``permissions_boundary``."""

    def __init__(self, name: str, args: PermissionsBoundaryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:iam:PermissionsBoundary", name, {}, opts)
        policy = Policy(
            f"{name}-policy",
            name="nationgraph-boundary",
            path=PATH,
            description="The most that any role of the platform can do",
            policy=pulumi.Output.json_dumps(boundary_document(args.account)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn: pulumi.Output[str] = policy.arn
        self.register_outputs({"arn": self.arn})
