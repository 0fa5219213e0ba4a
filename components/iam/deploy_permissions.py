"""What the deploy role may write, by domain, and what break-glass repairs with; scoped as in ``permissions``."""

from components.iam.permissions import alert_arns, cluster_arns, network_arns, rds_arns, scopes
from components.shared.account import (
    FUNCTION_NAMES,
    FUNCTION_ROLES,
    NODE_ROLES,
    PATH,
    WORKLOAD_PATH,
    Account,
)
from components.shared.policy_documents import Condition, Document, allow, document

UNSCOPED_WRITE = (
    "eks:CreateCluster", "kms:CreateKey", "sns:SetSubscriptionAttributes", "sns:Unsubscribe",
    "iam:UpdateAccountPasswordPolicy",
)  # fmt: skip
"""Writes for which AWS knows no resource-level permission."""

PASSED_TO = ("eks.amazonaws.com", "pods.eks.amazonaws.com", "vpc-flow-logs.amazonaws.com")
"""Services that the stack may hand a role to. Adding one that runs code (Lambda, EC2) hands it that role's rights. Pods
become a role only where its trust names them, and roles of functions and nodes do not."""
PASSED_TO_NODES: Condition = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
"""With ``NODE_ROLES`` only: EKS hands a node group's role to its machines."""
RUN_INSTANCES = "ec2:RunInstances"
THROUGH_SERVICE: Condition = {"Bool": {"aws:ViaAWSService": "true"}}
"""EKS asks EC2 in the name of whoever makes a node group whether he may start machines from its template. Nobody starts
a machine by himself: the condition holds only for what a service asks on somebody's behalf."""
PASSED_TO_LAMBDA: Condition = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
"""With ``FUNCTION_ROLES`` only. Whoever deploys the functions that rotate secrets could make them tell."""
SERVICE_LINKED = (
    "rds.amazonaws.com", "access-analyzer.amazonaws.com", "eks.amazonaws.com", "eks-nodegroup.amazonaws.com",
)  # fmt: skip


def network_document(account: Account) -> Document:
    """Build and change the network: no instances, no peering, no public images."""
    both = ("Create", "Delete")
    actions = [
        *(f"ec2:{verb}{kind}" for verb in both for kind in (
            "InternetGateway", "NatGateway", "NetworkAcl", "NetworkAclEntry", "Route",
            "RouteTable", "SecurityGroup", "Subnet", "Tags", "Vpc",
        )),
        *(f"ec2:{verb}SecurityGroup{way}" for verb in ("Authorize", "Revoke") for way in ("Ingress", "Egress")),
        *(f"ec2:UpdateSecurityGroupRuleDescriptions{way}" for way in ("Ingress", "Egress")),
        "ec2:CreateFlowLogs", "ec2:AllocateAddress", "ec2:ReleaseAddress", "ec2:DisassociateAddress",
        "ec2:AttachInternetGateway", "ec2:DetachInternetGateway",
        "ec2:AssociateRouteTable", "ec2:DisassociateRouteTable", "ec2:ReplaceRouteTableAssociation", "ec2:ReplaceRoute",
        "ec2:ReplaceNetworkAclAssociation", "ec2:ModifySubnetAttribute", "ec2:ModifyVpcAttribute",
        "ec2:CreateVpcEndpoint", "ec2:ModifyVpcEndpoint", "ec2:DeleteVpcEndpoints",
    ]  # fmt: skip
    # Interfaces that functions leave behind keep a group or a subnet from going: the provider takes them away.
    left = ["ec2:DeleteNetworkInterface", "ec2:DetachNetworkInterface"]
    # An endpoint's private names are a hosted zone of AWS's own, for which EC2 asks whoever makes the endpoint.
    zones = f"arn:{account.partition}:route53:::hostedzone/Z*"  # as every id of one begins
    return document(
        allow("Network", actions, network_arns(account)),
        allow("LeftInterfaces", left, [account.arn("ec2", f"{kind}/*") for kind in ("instance", "network-interface")]),
        allow("PrivateNames", "route53:AssociateVPCWithHostedZone", zones),
    )


def data_document(account: Account) -> Document:
    """Databases, keys and secrets; no key is deleted. The only bucket is the state's, which an administrator makes."""
    where = scopes(account)
    rds = [
        "rds:AddTagsToResource", "rds:RemoveTagsFromResource",
        *(f"rds:{verb}{kind}" for verb in ("Create", "Modify", "Delete")
          for kind in ("DBInstance", "DBParameterGroup", "DBSubnetGroup")),
        "rds:CreateDBSnapshot", "rds:RebootDBInstance", "rds:ResetDBParameterGroup",
    ]  # fmt: skip
    keys = [f"kms:{what}" for what in (
        "CreateAlias", "DeleteAlias", "EnableKey", "EnableKeyRotation", "PutKeyPolicy", "TagResource", "UntagResource",
        "UpdateAlias", "UpdateKeyDescription",
    )]  # fmt: skip
    secrets = [f"secretsmanager:{what}" for what in (
        "CancelRotateSecret", "CreateSecret", "DeleteSecret", "DeleteResourcePolicy", "PutResourcePolicy",
        "PutSecretValue", "RestoreSecret", "RotateSecret", "TagResource", "UntagResource", "UpdateSecret",
    )]  # fmt: skip
    through = [f"{service}.{account.region}.amazonaws.com" for service in ("rds", "secretsmanager")]
    return document(
        allow("Unscoped", UNSCOPED_WRITE, "*"),
        allow("Databases", rds, where["rds"]),
        allow("Keys", keys, where["keys"]),
        # A service that encrypts for the stack takes its grant on the stack's behalf, never on a person's.
        allow("Grants", "kms:CreateGrant", where["keys"][0], {"Bool": {"kms:GrantIsForAWSResource": "true"}}),
        allow(
            "KeysOfServices",
            ["kms:Decrypt", "kms:GenerateDataKey"],
            where["keys"][0],
            {"StringEquals": {"kms:ViaService": through}},
        ),
        allow("Secrets", secrets, where["secrets"]),
        allow("OwnSecrets", "secretsmanager:GetSecretValue", account.arn("secretsmanager", "secret:nationgraph/*")),
    )


def operations_document(account: Account) -> Document:
    """Log groups, alarms, event rules, topics, functions and the access analyzer.

    RotateSecret asks for the right to invoke the function. Source: Secrets Manager API reference.
    """
    tags = [f"{service}:{verb}" for service in ("logs", "cloudwatch", "events", "sns")
            for verb in ("TagResource", "UntagResource")]  # fmt: skip
    actions = [
        "logs:AssociateKmsKey", "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DisassociateKmsKey",
        "logs:PutRetentionPolicy", "cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm",
        "events:DeleteRule", "events:PutRule", "events:PutTargets", "events:RemoveTargets",
        "sns:CreateTopic", "sns:DeleteTopic", "sns:SetTopicAttributes", "sns:Subscribe",
    ]  # fmt: skip
    functions = [f"lambda:{what}" for what in (
        "AddPermission", "CreateFunction", "DeleteFunction", "InvokeFunction", "RemovePermission", "TagResource",
        "UntagResource", "UpdateFunctionCode", "UpdateFunctionConfiguration",
    )]  # fmt: skip
    analyzer = [f"access-analyzer:{verb}" for verb in ("CreateAnalyzer", "TagResource", "UntagResource")]
    return document(
        allow("Operations", [*actions, *tags], alert_arns(account)),
        allow("Functions", functions, account.arn("lambda", f"function:{FUNCTION_NAMES}")),
        allow("Analyzer", analyzer, account.arn("access-analyzer", "analyzer/*")),
    )


def cluster_document(account: Account) -> Document:
    """Cluster, node groups, add-ons, who may do what in it, and the templates of its machines."""
    eks = [f"eks:{what}" for what in (
        *(f"{verb}{kind}" for verb in ("Create", "Delete", "Update") for kind in (
            "AccessEntry", "Addon", "PodIdentityAssociation")),
        "CreateNodegroup", "DeleteCluster", "DeleteNodegroup",
        "UpdateClusterConfig", "UpdateClusterVersion", "UpdateNodegroupConfig", "UpdateNodegroupVersion",
        "AssociateAccessPolicy", "DisassociateAccessPolicy", "TagResource", "UntagResource",
    )]  # fmt: skip
    templates = [f"ec2:{what}" for what in (
        "CreateLaunchTemplate", "CreateLaunchTemplateVersion", "DeleteLaunchTemplate", "ModifyLaunchTemplate",
        "CreateTags", "DeleteTags",
    )]  # fmt: skip
    machines = [account.arn("ec2", f"{kind}/*") for kind in (
        "instance", "launch-template", "network-interface", "security-group", "subnet", "volume",
    )]  # fmt: skip
    images = f"arn:{account.partition}:ec2:{account.region}::image/*"
    return document(
        allow("Cluster", eks, cluster_arns(account)),
        allow("Templates", templates, account.arn("ec2", "launch-template/*")),
        # The template tags machines and their disks as they start, which EC2 asks for by itself.
        allow("Nodes", RUN_INSTANCES, [*machines, images], THROUGH_SERVICE),
        allow("NodeTags", "ec2:CreateTags", machines, THROUGH_SERVICE),
    )


def identity_document(account: Account) -> Document:
    """Roles for workloads, each with the boundary and inline policies only.

    No managed policy is created or versioned and no trust policy changed: IAM offers no condition on the boundary for
    these, so that they are the way round it. To change its trust, replace the role.
    """
    bounded: Condition = {"ArnEquals": {"iam:PermissionsBoundary": account.boundary}}
    workload = account.iam(f"role{WORKLOAD_PATH}*")
    linked = [account.iam(f"role/aws-service-role/{service}/AWSServiceRoleFor*") for service in SERVICE_LINKED]
    tagged = [workload, account.iam(f"role{PATH}*")]
    return document(
        allow(
            "BoundedRoles",
            ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"],
            workload,
            bounded,
        ),
        allow("Roles", ["iam:DeleteRole", "iam:UpdateRole", "iam:UpdateRoleDescription"], workload),
        allow("RoleTags", ["iam:TagRole", "iam:UntagRole"], tagged),
        allow("PolicyTags", ["iam:TagPolicy", "iam:UntagPolicy"], account.iam(f"policy{PATH}*")),
        allow("PassRole", "iam:PassRole", workload, {"StringEquals": {"iam:PassedToService": list(PASSED_TO)}}),
        allow("PassNodeRole", "iam:PassRole", account.iam(f"role{NODE_ROLES}"), PASSED_TO_NODES),
        allow("PassFunctionRole", "iam:PassRole", account.iam(f"role{FUNCTION_ROLES}"), PASSED_TO_LAMBDA),
        allow(
            "ServiceLinkedRoles",
            "iam:CreateServiceLinkedRole",
            linked,
            {"StringEquals": {"iam:AWSServiceName": list(SERVICE_LINKED)}},
        ),
    )


def repair_document(account: Account) -> Document:
    """What break-glass adds to the deploy policies: undo or finish by hand what the pipeline cannot."""
    keys = ["kms:CancelKeyDeletion", "kms:DisableKey", "kms:ScheduleKeyDeletion"]
    restore = ["rds:RestoreDBInstanceFromDBSnapshot", "rds:RestoreDBInstanceToPointInTime"]
    return document(
        allow("Keys", keys, account.arn("kms", "key/*")),
        allow("Restore", restore, rds_arns(account)),
        allow("Secrets", "secretsmanager:GetSecretValue", account.arn("secretsmanager", "secret:*")),
        allow("Audit", "cloudtrail:LookupEvents", "*"),  # no resource types
        allow("Analyzer", "access-analyzer:DeleteAnalyzer", account.arn("access-analyzer", "analyzer/*")),
        allow("FlowLogs", "ec2:DeleteFlowLogs", account.arn("ec2", "vpc-flow-log/*")),
        allow("StateVersions", "s3:ListBucketVersions", account.bucket(account.state_bucket)),
        allow(
            "StateObjects",
            ["s3:DeleteObjectVersion", "s3:GetObjectVersion"],
            account.bucket(f"{account.state_bucket}/*"),
        ),
    )
