"""Which resources the platform is made of, and the actions that read their configuration.

Actions are written out, and resources scoped, wherever the AWS Service Authorization Reference lists a resource type
for the action (https://docs.aws.amazon.com/service-authorization/latest/reference/); rows on ``*`` hold only actions
that have none. The tests hold every row against that reference.
"""

from components.shared.account import FUNCTION_NAMES, Account
from components.shared.policy_documents import Document, allow, document

UNSCOPED_READ = (
    *(f"ec2:Describe{what}" for what in (
        "Addresses", "AddressesAttribute", "FlowLogs", "InternetGateways", "LaunchTemplates",
        "LaunchTemplateVersions", "NatGateways",
        "NetworkAcls", "NetworkInterfaces", "PrefixLists", "RouteTables", "SecurityGroups",
        "Subnets", "VpcEndpoints", "Vpcs",
    )),
    "rds:DescribeDBEngineVersions", "rds:DescribeEvents",
    "kms:ListAliases",
    "logs:DescribeLogGroups", "cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics", "cloudwatch:ListMetrics",
    "sns:GetSubscriptionAttributes",
    "iam:GetAccountPasswordPolicy", "iam:GetOutboundWebIdentityFederationInfo", "secretsmanager:ListSecrets",
    "eks:DescribeAddonVersions", "eks:ListClusters", "autoscaling:DescribeAutoScalingGroups",
)  # fmt: skip
"""Reads for which AWS knows no resource-level permission."""


def network_arns(account: Account) -> list[str]:
    """Every kind of EC2 resource that a network is made of; ids are AWS's choice."""
    kinds = (
        "elastic-ip", "internet-gateway", "natgateway", "network-acl", "route-table", "security-group",
        "security-group-rule", "subnet", "vpc", "vpc-endpoint", "vpc-flow-log",
    )  # fmt: skip
    return [account.arn("ec2", f"{kind}/*") for kind in kinds]


def rds_arns(account: Account) -> list[str]:
    """Instances and what they need."""
    return [account.arn("rds", f"{kind}:*") for kind in ("db", "og", "pg", "snapshot", "subgrp")]


def cluster_arns(account: Account) -> list[str]:
    """Clusters and what belongs to them."""
    kinds = ("access-entry", "addon", "cluster", "nodegroup", "podidentityassociation")
    return [account.arn("eks", f"{kind}/*") for kind in kinds]


def key_arns(account: Account) -> list[str]:
    """Keys and their aliases."""
    return [account.arn("kms", "key/*"), account.arn("kms", "alias/*")]


def alert_arns(account: Account) -> list[str]:
    """Log groups, alarms, rules and topics."""
    return [
        account.arn("logs", "log-group:*"), account.arn("cloudwatch", "alarm:*"),
        account.arn("events", "rule/*"), account.arn("sns", "*"),
    ]  # fmt: skip


def identity_arns(account: Account) -> list[str]:
    """Roles, policies and profiles under the platform's path, and the identity provider of GitHub."""
    return [
        account.iam("role/nationgraph/*"), account.iam("policy/nationgraph/*"),
        account.iam("instance-profile/nationgraph/*"), account.iam("oidc-provider/token.actions.githubusercontent.com"),
    ]  # fmt: skip


READ = {
    "network": ("ec2:DescribeVpcAttribute",),
    "rds": (
        "rds:DescribeDBInstances", "rds:DescribeDBLogFiles", "rds:DescribeDBParameterGroups",
        "rds:DescribeDBParameters", "rds:DescribeDBSnapshots", "rds:DescribeDBSubnetGroups", "rds:ListTagsForResource",
    ),
    "cluster": (
        "eks:DescribeAccessEntry", "eks:DescribeAddon", "eks:DescribeCluster", "eks:DescribeNodegroup",
        "eks:DescribePodIdentityAssociation", "eks:DescribeUpdate", "eks:ListAccessEntries", "eks:ListAddons",
        "eks:ListAssociatedAccessPolicies", "eks:ListNodegroups", "eks:ListPodIdentityAssociations",
        "eks:ListTagsForResource",
    ),
    "keys": ("kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"),
    "alerts": (
        "logs:DescribeLogStreams", "logs:ListTagsForResource",
        "cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmHistory", "cloudwatch:ListTagsForResource",
        "events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule",
        "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:ListTagsForResource",
    ),
    "identity": (
        "iam:GetInstanceProfile", "iam:GetOpenIDConnectProvider", "iam:GetPolicy", "iam:GetPolicyVersion",
        "iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole",
        "iam:ListPolicyVersions", "iam:ListRolePolicies",
    ),
    "secrets": (
        "secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy", "secretsmanager:ListSecretVersionIds",
    ),
    "functions": (
        "lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig", "lambda:GetPolicy", "lambda:ListTags",
        "lambda:ListVersionsByFunction",
    ),
    "buckets": (
        "s3:GetAccelerateConfiguration", "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketLocation",
        "s3:GetBucketLogging", "s3:GetBucketObjectLockConfiguration", "s3:GetBucketOwnershipControls",
        "s3:GetBucketPolicy", "s3:GetBucketPublicAccessBlock", "s3:GetBucketRequestPayment", "s3:GetBucketTagging",
        "s3:GetBucketVersioning", "s3:GetBucketWebsite", "s3:GetEncryptionConfiguration",
        "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration", "s3:ListBucket",
        "s3:ListTagsForResource",
    ),
    "analyzer": ("access-analyzer:GetAnalyzer",),
}  # fmt: skip
"""Configuration only: no secret value, no object, no log line, no row."""


def scopes(account: Account) -> dict[str, list[str]]:
    """The resources behind the keys of ``READ`` and of the writes."""
    return {
        "network": network_arns(account),
        "rds": rds_arns(account),
        "cluster": cluster_arns(account),
        "keys": key_arns(account),
        "alerts": alert_arns(account),
        "identity": identity_arns(account),
        "secrets": [account.arn("secretsmanager", "secret:*")],
        "functions": [account.arn("lambda", f"function:{FUNCTION_NAMES}")],
        "buckets": [account.bucket("nationgraph-*")],
        "analyzer": [account.arn("access-analyzer", "analyzer/*")],
    }


def read_document(account: Account) -> Document:
    """See the configuration of everything that the stack declares."""
    where = scopes(account)
    rows = [allow(f"Read{key.title()}", actions, where[key]) for key, actions in READ.items()]
    return document(allow("ReadUnscoped", UNSCOPED_READ, "*"), *rows)
