"""The permissions boundary: the most that any role of the platform can do, whatever its own policies say."""

from dataclasses import dataclass

import pulumi
from pulumi_aws.iam.policy import Policy

from components.iam.deploy_permissions import RUN_INSTANCES, THROUGH_SERVICE
from components.shared.account import (
    BOUNDARY,
    BREAK_GLASS_RULE,
    FUNCTION_NAMES,
    PATH,
    STATE_ALIAS,
    WORKLOAD_PATH,
    Account,
)
from components.shared.platform import Site
from components.shared.policy_documents import Document, allow, deny, deny_all_but, document

LIMIT = 6144
"""The most characters of a managed policy, white space not counted. Source: IAM user guide, "IAM and STS quotas"."""

BOUNDED = ("iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy")
"""What shapes a role, and what IAM can condition on the boundary. Managed policies are attached by administrators."""
UNBOUNDED = ("iam:*tachRolePolicy", "iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRole*")
"""The same and more, as patterns: denied for a role without the boundary."""
CORE_READS = ("events:*Resource", "events:Describe*", "events:List*", "iam:*agPolicy", "iam:*agRole", "iam:Get*",
              "iam:List*", "s3:Get*", "s3:List*")  # fmt: skip
"""All that roles of the platform may do to identities, providers, users and the like: see, and tag roles and policies.
Everything else is denied, so that an action which AWS adds is denied too."""
CORE = ("group/*", "oidc-provider/*", f"policy{PATH}*", f"role{PATH}*", "user/*")
AUDIT = ("account:*", "config:*", "guardduty:*", "organizations:*", "securityhub:*")
EMERGENCY = (
    "access-analyzer:Delete*", "ec2:DeleteFlowLogs", "kms:DisableKey", "kms:Schedule*", "s3:Bypass*",
    "s3:DeleteObjectVersion",
)  # fmt: skip

UNSCOPED = (
    "autoscaling:Describe*", "cloudtrail:LookupEvents", "cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics",
    "cloudwatch:List*", "cloudwatch:PutMetricData", "ec2:Describe*", "ecr:GetAuthorizationToken", "eks:CreateCluster",
    "eks:Describe*", "eks:List*", "iam:GetAccountPasswordPolicy", "iam:GetOutboundWebIdentityFederationInfo",
    "iam:UpdateAccountPasswordPolicy",
    "kms:CreateKey", "kms:List*", "logs:Describe*", "logs:StopQuery", "rds:Describe*", "secretsmanager:List*",
    "sns:GetSubscriptionAttributes",
    "sns:SetSubscriptionAttributes", "sns:Unsubscribe", "sts:GetWebIdentityToken",
)  # fmt: skip
"""What roles may do wherever it is: describe and list, and what AWS knows no resource for. A ceiling leaves the
narrowing to the policies below it, which name every action."""
PASSED_TO_ANY = (
    "*eks.amazonaws.com", "ec2.amazonaws.com", "lambda.amazonaws.com", "vpc-flow-logs.amazonaws.com",
)  # fmt: skip
"""To whom roles of workloads may be handed at all. Which role goes to which service, the deploy role's own policy says,
and the role's trust."""
IMAGES = ("ecr:BatchCheck*", "ecr:BatchGetI*", "ecr:GetD*")
"""How a node pulls an image: of the services from our registry, of EKS's add-ons from AWS's own accounts."""
REGIONAL = (
    *(f"ec2:*{noun}" for noun in (
        "Address*", "FlowLogs", "InternetGateway", "LaunchTemplate*", "NatGateway", "NetworkAcl*", "NetworkInterface",
        "Route*", "SecurityGroup*", "Subnet*", "Tags",
        "Vpc", "VpcEndpoint", "VpcEndpoints",
    )),
    "ec2:ModifyNetworkI*", "ec2:ModifyVpcA*",
    *(f"eks:*{noun}" for noun in ("Access*", "Addon", "Cluster*", "Nodegroup*", "PodId*", "Resource")),
    "eks-auth:AssumeRoleForPodIdentity",
    "rds:*DBInstance*", "rds:*DBParameter*", "rds:*DBSnapshot*", "rds:*SubnetGroup*", "rds:*Tag*",
    "rds-db:connect",
    "kms:*Alias", "kms:*Key", "kms:*Key*tion", "kms:*Resource*", "kms:*crypt", "kms:CreateGrant",
    "kms:Get*", "kms:PutKeyPolicy", "kms:Sign",
    "logs:*KmsKey", "logs:*Log*", "logs:*Query*", "logs:*Resource", "logs:PutRet*", "cloudwatch:*Alarm*",
    "cloudwatch:*Resource", "events:*Resource", "events:*Rule", "events:*Targets", "sns:*Resource", "sns:*Topic",
    "sns:Get*", "sns:SetTopicAttributes", "sns:Subscribe",
    "secretsmanager:RemoveR*", "secretsmanager:*Resource", "secretsmanager:*Secret*",
    "secretsmanager:DeleteResourcePolicy", "secretsmanager:Get*", "secretsmanager:PutResourcePolicy",
    "access-analyzer:*Analyzer", "access-analyzer:*Resource", "aps:QueryMetrics", "route53:AssociateVPC*",
)  # fmt: skip
"""The services that the platform uses, by noun. None of the patterns matches an action whose access level is
"Permissions management": those are written out."""
FUNCTIONS = ("lambda:*Function*", "lambda:*Tag*", "lambda:AddPermission", "lambda:Get*", "lambda:RemovePermission")
BUCKETS = ("s3:*eObject*", "s3:PutObject", "s3:Get*", "s3:List*")
"""Objects of the state; its bucket is an administrator's."""
IDENTITY = (
    "iam:*agPolicy", "iam:*agRole", "iam:CreateServiceLinkedRole", "iam:DeleteRole", "iam:Get*", "iam:List*",
    "iam:UpdateRole", "iam:UpdateRoleDescription",
)  # fmt: skip
IDENTITIES = (
    "instance-profile/nationgraph/*", "oidc-provider/token.*", "policy/nationgraph/*", "role/aws-service-role/*",
    "role/nationgraph/*",
)  # fmt: skip


def _iam(account: Account, kind: str) -> str:
    """An identity without its account's number: a role, and what IAM lets it touch, are always of one account."""
    return f"arn:{account.partition}:iam::*:{kind}"


def allowances(account: Account) -> list[Document]:
    """What the platform uses, in this account and region. Grants nothing by itself.

    One statement holds regional resources, images, buckets and identities: an action of one service never meets an
    ARN of another, so that the statement says what four would, in fewer characters. IAM lets nobody change a
    service-linked role by hand.
    """
    identities = [_iam(account, kind) for kind in IDENTITIES]
    images = f"arn:{account.partition}:ecr:{account.region}:*:repository/*"
    zones = f"arn:{account.partition}:route53:::hostedzone/Z*"  # of an endpoint's private names
    own = [account.arn("*", "*"), account.bucket("nationgraph-*"), images, zones, *identities]
    passed = {"StringLike": {"iam:PassedToService": list(PASSED_TO_ANY)}}
    return [
        allow("Unscoped", UNSCOPED, "*"),
        allow("Own", [*REGIONAL, *IMAGES, *BUCKETS, *IDENTITY, *BOUNDED], own),
        allow("Functions", FUNCTIONS, account.arn("lambda", f"function:{FUNCTION_NAMES}")),
        allow("Nodes", RUN_INSTANCES, f"arn:{account.partition}:ec2:{account.region}:*:*", THROUGH_SERVICE),
        allow("PassRole", "iam:PassRole", _iam(account, f"role{WORKLOAD_PATH}*"), passed),
    ]


def denials(account: Account) -> list[Document]:
    """What no role of the platform does; only the emergencies yield to break-glass.

    Nobody locks himself out: the account's administrators, who bootstrap it, are not under this boundary.
    """
    alias = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": STATE_ALIAS}}
    bounded = {"ArnNotEquals": {"iam:PermissionsBoundary": _iam(account, f"policy{PATH}{BOUNDARY}")}}
    unless = {"ArnNotEquals": {"aws:PrincipalArn": _iam(account, f"role{PATH}nationgraph-break-glass")}}
    arn = f"arn:{account.partition}"
    # No account or region: as a denial that is no less strict, and shorter.
    core = [
        *(_iam(account, kind) for kind in CORE),
        f"{arn}:cloudtrail:*:*:*",
        f"{arn}:kms:*:*:{STATE_ALIAS}",
        f"{arn}:events:*:*:rule/{BREAK_GLASS_RULE}",
        account.bucket(account.state_bucket),
    ]
    return [
        deny("Never", [*AUDIT, "iam:Delete*Boundary"], "*"),
        deny("OnlyBoundedRoles", UNBOUNDED, "*", bounded),
        deny_all_but("KeepCore", CORE_READS, core),
        deny("KeepStateKey", ["kms:CreateGrant", "kms:PutKeyPolicy"], "*", alias),
        deny("Emergency", EMERGENCY, "*", unless),
    ]


def boundary_document(account: Account) -> Document:
    """The whole policy, allowances and denials, without their names: IAM counts those among its characters."""
    named = [*allowances(account), *denials(account)]
    return document(*({key: value for key, value in row.items() if key != "Sid"} for row in named))


@dataclass(frozen=True, kw_only=True)
class PermissionsBoundaryArgs:
    """The account that the boundary confines roles to."""

    site: Site


class PermissionsBoundary(pulumi.ComponentResource):
    """Creates ``{name}-policy``. Does not attach itself: every role names ``arn`` as its ``permissions_boundary``."""

    def __init__(self, name: str, args: PermissionsBoundaryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:iam:PermissionsBoundary", name, {}, opts)
        policy = Policy(
            f"{name}-policy",
            name=BOUNDARY,
            path=PATH,
            description="The most that any role of the platform can do",
            policy=pulumi.Output.json_dumps(boundary_document(args.site.account)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn: pulumi.Output[str] = policy.arn
        self.register_outputs({"arn": self.arn})
