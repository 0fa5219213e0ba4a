"""SEC-07: what each role can do in the end, by boundary and policies together, evaluated request by request."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from components.functions.names import FunctionNames
from components.iam.boundary import CORE_READS
from components.iam.permissions import READ
from tests.components.iam.conftest import May
from tests.components.iam.support.access import ACCOUNT, STATE_BUCKET, STATE_KEY, allowed, as_list, expand, statements

ROLES = ("deploy", "preview", "audit", "verdicts", "engineering", "on-call", "data", "break-glass")
BOUNDED = {"iam__PermissionsBoundary": ACCOUNT.boundary}
IDENTITY = ACCOUNT.iam("role/nationgraph/identity/nationgraph-deploy")
WORKLOAD = ACCOUNT.iam("role/nationgraph/workload/flow-logs")
USER = ACCOUNT.iam("user/mallory")
OTHER_BOUNDARY = {"iam__PermissionsBoundary": ACCOUNT.iam("policy/loose")}
MANAGED = {"iam__PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}
MONITORING = {"iam__PolicyARN": "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"}
LAMBDA = {"iam__PassedToService": "lambda.amazonaws.com"}
EC2 = {"iam__PassedToService": "ec2.amazonaws.com"}
EKS = {"iam__PassedToService": "eks.amazonaws.com"}
PODS = {"iam__PassedToService": "pods.eks.amazonaws.com"}
NODE = ACCOUNT.iam("role/nationgraph/workload/node-core")
CLUSTER = ACCOUNT.arn("eks", "cluster/nationgraph")
FOR_EKS = {"aws__ViaAWSService": "true"}
FLOW_LOGS = {"iam__PassedToService": "vpc-flow-logs.amazonaws.com"}
VPC = ACCOUNT.arn("ec2", "vpc/vpc-1")
SECRET = ACCOUNT.arn("secretsmanager", "secret:nationgraph/stripe-AbCdEf")
TRAIL = ACCOUNT.arn("cloudtrail", "trail/organisation")

# The paths to more privilege that https://github.com/RhinoSecurityLabs/AWS-IAM-Privilege-Escalation lists, as far as
# they start from a role, and the ways to go unseen.
FORBIDDEN: list[tuple[str, str, dict[str, str]]] = [
    ("iam:CreateUser", USER, BOUNDED),
    ("iam:CreateAccessKey", USER, {}),
    ("iam:CreateLoginProfile", USER, {}),
    ("iam:UpdateLoginProfile", USER, {}),
    ("iam:AttachUserPolicy", USER, BOUNDED),
    ("iam:PutUserPolicy", USER, BOUNDED),
    ("iam:AddUserToGroup", ACCOUNT.iam("group/admins"), {}),
    ("iam:PutGroupPolicy", ACCOUNT.iam("group/admins"), {}),
    ("iam:CreateRole", WORKLOAD, {}),
    ("iam:CreateRole", WORKLOAD, OTHER_BOUNDARY),
    ("iam:CreateRole", ACCOUNT.iam("role/elsewhere"), BOUNDED),
    ("iam:PutRolePolicy", WORKLOAD, {}),
    ("iam:PutRolePolicy", IDENTITY, BOUNDED),
    ("iam:AttachRolePolicy", WORKLOAD, {**BOUNDED, **MANAGED}),
    ("iam:AttachRolePolicy", WORKLOAD, MONITORING),
    ("iam:AttachRolePolicy", IDENTITY, {**BOUNDED, **MONITORING}),
    ("iam:PutRolePermissionsBoundary", WORKLOAD, OTHER_BOUNDARY),
    ("iam:DeleteRolePermissionsBoundary", WORKLOAD, BOUNDED),
    ("iam:UpdateAssumeRolePolicy", WORKLOAD, {}),
    ("iam:UpdateAssumeRolePolicy", IDENTITY, {}),
    ("iam:DeleteRole", IDENTITY, {}),
    ("iam:UpdateRole", IDENTITY, {}),
    ("iam:CreatePolicy", ACCOUNT.iam("policy/nationgraph/mine"), {}),
    ("iam:CreatePolicyVersion", ACCOUNT.boundary, {}),
    ("iam:SetDefaultPolicyVersion", ACCOUNT.boundary, {}),
    ("iam:DeletePolicy", ACCOUNT.boundary, {}),
    ("iam:PassRole", WORKLOAD, LAMBDA),
    ("iam:PassRole", ACCOUNT.iam("role/nationgraph/workload/function-watch"), EC2),
    ("iam:PassRole", ACCOUNT.iam("role/nationgraph/identity/function-watch"), LAMBDA),
    ("iam:PassRole", WORKLOAD, {}),
    ("iam:PassRole", WORKLOAD, EC2),
    ("iam:PassRole", NODE, LAMBDA),
    ("iam:PassRole", IDENTITY, EC2),
    ("iam:PassRole", IDENTITY, EKS),
    ("iam:PassRole", IDENTITY, PODS),
    ("iam:PassRole", IDENTITY, FLOW_LOGS),
    ("iam:DeleteOpenIDConnectProvider", ACCOUNT.iam("oidc-provider/token.actions.githubusercontent.com"), {}),
    ("iam:CreateOpenIDConnectProvider", ACCOUNT.iam("oidc-provider/evil.example"), {}),
    ("iam:CreateSAMLProvider", ACCOUNT.iam("saml-provider/evil"), {}),
    ("iam:DeleteAccountPasswordPolicy", "*", {}),
    ("sts:AssumeRole", "arn:aws:iam::111111111111:role/admin", {}),
    ("sts:AssumeRole", ACCOUNT.identity_role("break-glass"), {}),
    ("lambda:CreateFunction", ACCOUNT.arn("lambda", "function:x"), {}),
    ("ec2:RunInstances", ACCOUNT.arn("ec2", "instance/*"), {}),
    ("ec2:RunInstances", ACCOUNT.arn("ec2", "instance/*"), {"aws__ViaAWSService": "false"}),
    ("eks:DeleteCluster", "arn:aws:eks:us-east-1:123456789012:cluster/mine", {}),
    ("ecr:PutImage", ACCOUNT.arn("ecr", "repository/billing"), {}),
    ("cloudformation:CreateStack", ACCOUNT.arn("cloudformation", "stack/x/*"), {}),
    ("cloudtrail:StopLogging", TRAIL, {}),
    ("cloudtrail:DeleteTrail", TRAIL, {}),
    ("config:StopConfigurationRecorder", "*", {}),
    ("guardduty:DeleteDetector", ACCOUNT.arn("guardduty", "detector/1"), {}),
    ("securityhub:DisableSecurityHub", "*", {}),
    ("organizations:LeaveOrganization", "*", {}),
    ("events:DisableRule", ACCOUNT.arn("events", "rule/nationgraph-break-glass"), {}),
    ("events:RemoveTargets", ACCOUNT.arn("events", "rule/nationgraph-break-glass"), {}),
    ("s3:PutBucketPolicy", STATE_BUCKET, {}),
    ("s3:PutBucketVersioning", STATE_BUCKET, {}),
    ("s3:PutLifecycleConfiguration", STATE_BUCKET, {}),
    ("kms:PutKeyPolicy", STATE_KEY, {"kms__ResourceAliases": "alias/nationgraph-state"}),
    ("kms:UpdateAlias", ACCOUNT.arn("kms", "alias/nationgraph-state"), {}),
    ("ec2:CreateVpc", "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-1", {}),
]

SEALED = ("preview", "audit", "verdicts", "engineering", "on-call", "data")
BREAK_GLASS_ONLY: list[tuple[str, str]] = [
    ("kms:ScheduleKeyDeletion", ACCOUNT.arn("kms", "key/1")),
    ("kms:DisableKey", ACCOUNT.arn("kms", "key/1")),
    ("s3:DeleteObjectVersion", f"{STATE_BUCKET}/.pulumi/stacks/production.json"),
    ("ec2:DeleteFlowLogs", ACCOUNT.arn("ec2", "vpc-flow-log/fl-1")),
]
BY_ABSENCE = {
    "iam:UpdateAssumeRolePolicy", "iam:AttachRolePolicy", "iam:CreateRole", "iam:CreatePolicy", "iam:PassRole",
    "iam:CreateSAMLProvider", "iam:DeleteAccountPasswordPolicy", "sts:AssumeRole", "lambda:CreateFunction",
    "ec2:RunInstances", "ec2:CreateVpc", "cloudformation:CreateStack", "eks:DeleteCluster", "ecr:PutImage",
}  # fmt: skip
"""What is forbidden on workloads or elsewhere for want of an allowance; on identities it is denied in so many words."""
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
WRITES: list[tuple[str, str, dict[str, str]]] = [
    ("ec2:CreateVpc", VPC, {}),
    ("ec2:AuthorizeSecurityGroupIngress", ACCOUNT.arn("ec2", "security-group/sg-1"), {}),
    ("rds:ModifyDBInstance", ACCOUNT.arn("rds", "db:orders"), {}),
    ("rds:DeleteDBInstance", ACCOUNT.arn("rds", "db:orders"), {}),
    ("kms:PutKeyPolicy", ACCOUNT.arn("kms", "key/1"), {}),
    ("iam:CreateRole", WORKLOAD, BOUNDED),
    ("iam:PutRolePolicy", WORKLOAD, BOUNDED),
    ("iam:PassRole", WORKLOAD, FLOW_LOGS),
    ("iam:PassRole", ACCOUNT.iam("role/nationgraph/workload/function-watch"), LAMBDA),
    ("lambda:CreateFunction", ACCOUNT.arn("lambda", "function:nationgraph-watch"), {}),
    ("lambda:AddPermission", ACCOUNT.arn("lambda", "function:nationgraph-watch"), {}),
    ("iam:PassRole", WORKLOAD, EKS),
    ("iam:PassRole", WORKLOAD, PODS),
    ("iam:PassRole", NODE, EC2),
    ("eks:CreateCluster", CLUSTER, {}),
    ("eks:CreateAccessEntry", CLUSTER, {}),
    ("eks:CreatePodIdentityAssociation", CLUSTER, {}),
    ("eks:AssociateAccessPolicy", ACCOUNT.arn("eks", "access-entry/x/role/1/y/1"), {}),
    ("eks:UpdateNodegroupVersion", ACCOUNT.arn("eks", "nodegroup/nationgraph/core/1"), {}),
    ("ec2:CreateLaunchTemplateVersion", ACCOUNT.arn("ec2", "launch-template/lt-1"), {}),
    ("ec2:RunInstances", ACCOUNT.arn("ec2", "instance/*"), FOR_EKS),
    ("ec2:RunInstances", f"arn:aws:ec2:{ACCOUNT.region}::image/ami-1", FOR_EKS),
    ("secretsmanager:RotateSecret", SECRET, {}),
    ("secretsmanager:CreateSecret", SECRET, {}),
    ("s3:PutObject", f"{STATE_BUCKET}/.pulumi/stacks/production.json", {}),
    ("kms:GenerateDataKey", STATE_KEY, {}),
    ("kms:Encrypt", STATE_KEY, {}),
    ("kms:CreateGrant", ACCOUNT.arn("kms", "key/1"), {"kms__GrantIsForAWSResource": "true"}),
]
DATA: list[tuple[str, str]] = [
    ("secretsmanager:GetSecretValue", SECRET),
    ("s3:GetObject", "arn:aws:s3:::nationgraph-exports/customers.csv"),
    ("kms:Decrypt", ACCOUNT.arn("kms", "key/1")),
    ("rds-db:connect", ACCOUNT.arn("rds-db", "dbuser:db-ABC/engineer")),
    ("logs:GetLogEvents", ACCOUNT.arn("logs", "log-group:app:log-stream:x")),
]


@pytest.mark.parametrize("role", ROLES)
def test_no_role_gains_privilege_or_hides(may: May, role: str) -> None:
    """No known path to more privilege is open to any role, break-glass included; nor is any to go unseen."""
    assert [action for action, resource, context in FORBIDDEN if may(role, action, resource, **context)] == []


def test_boundary_alone_stops_them(documents: Mapping[str, Mapping[str, Any]]) -> None:
    """A role that somebody gave everything gains nothing by it: the boundary holds against the same requests."""
    boundary = documents["boundary-policy"]
    for action, resource, context in FORBIDDEN:
        named = {key.replace("__", ":"): value for key, value in context.items()}
        request = {"aws:PrincipalArn": WORKLOAD, **named}
        # What the deploy role's own policy leaves out: a new trust, and which role goes to which service.
        handed = action == "iam:PassRole" and "/workload/" in resource and bool(context)
        narrowed = handed or (action == "iam:UpdateAssumeRolePolicy" and resource == WORKLOAD)
        assert narrowed or not allowed(boundary, action, resource, request), (action, resource, context)


def test_denials_survive_a_wider_allowance(documents: Mapping[str, Mapping[str, Any]]) -> None:
    """Whoever adds a service to the boundary, or a right to preview, does not open what is denied by name."""
    widened = {"Statement": [ALL, *statements(documents["boundary-policy"], "Deny")]}
    for action, resource, context in FORBIDDEN:
        named = {key.replace("__", ":"): value for key, value in context.items()}
        open_ = allowed(widened, action, resource, {"aws:PrincipalArn": WORKLOAD, **named})
        assert not open_ or action in BY_ABSENCE, (action, resource)
    assert not any(allowed(widened, a, r, {"aws:PrincipalArn": WORKLOAD}) for a, r in BREAK_GLASS_ONLY)
    preview = {"Statement": [ALL, *statements(documents["github-preview-policy"], "Deny")]}
    assert not any(allowed(preview, action, resource, {}) for action, resource in DATA)


@pytest.mark.parametrize("role", ROLES)
def test_only_break_glass_destroys_keys_and_history(may: May, role: str) -> None:
    """Keys are deleted and old state versions removed by break-glass and nobody else."""
    assert {may(role, action, resource) for action, resource in BREAK_GLASS_ONLY} == {role == "break-glass"}


@pytest.mark.parametrize("role", ["deploy", "break-glass"])
def test_deployers_can_deploy(may: May, role: str) -> None:
    """The boundary leaves the deploy role what the stack needs, and break-glass the same."""
    assert [action for action, resource, context in WRITES if not may(role, action, resource, **context)] == []


NEEDS: list[tuple[str, str]] = [
    ("ecr:GetAuthorizationToken", "*"),
    ("ecr:BatchGetImage", f"arn:aws:ecr:{ACCOUNT.region}:602401143452:repository/eks/coredns"),
    ("ecr:GetDownloadUrlForLayer", ACCOUNT.arn("ecr", "repository/billing")),
    ("ecr:BatchCheckLayerAvailability", ACCOUNT.arn("ecr", "repository/billing")),
    ("eks-auth:AssumeRoleForPodIdentity", CLUSTER),
    *((f"ec2:{what}", ACCOUNT.arn("ec2", "network-interface/eni-1")) for what in (
        "AssignPrivateIpAddresses", "AttachNetworkInterface", "CreateNetworkInterface", "CreateTags",
        "DeleteNetworkInterface", "DetachNetworkInterface", "ModifyNetworkInterfaceAttribute",
        "UnassignPrivateIpAddresses",
    )),
    *((f"ec2:{what}", "*") for what in ("DescribeInstanceTypes", "DescribeInstances", "DescribeTags")),
    ("secretsmanager:GetSecretValue", SECRET),
    ("kms:Decrypt", ACCOUNT.arn("kms", "key/1")),
    ("logs:PutLogEvents", ACCOUNT.arn("logs", "log-group:/aws/containerinsights/x/application:log-stream:y")),
]  # fmt: skip
"""What nodes, add-ons and pods of a cluster do in AWS."""


def test_boundary_leaves_what_nodes_and_pods_need(documents: Mapping[str, Mapping[str, Any]]) -> None:
    """Pulling images of ours and of AWS, networking, pod identity, secrets and logs."""
    boundary = documents["boundary-policy"]
    assert [action for action, on in NEEDS if not allowed(boundary, action, on, {"aws:PrincipalArn": NODE})] == []


@pytest.mark.parametrize("role", ROLES)
def test_nobody_starts_a_machine_by_himself(may: May, role: str) -> None:
    """EKS may ask in the deploy role's name; nobody asks EC2 directly."""
    machine = ACCOUNT.arn("ec2", "instance/*")
    assert not may(role, "ec2:RunInstances", machine)
    assert may(role, "ec2:RunInstances", machine, **FOR_EKS) == (role in {"deploy", "break-glass"})


def test_preview_reads_the_cluster(may: May) -> None:
    """A pull request's preview sees the cluster and changes nothing of it."""
    assert may("preview", "eks:DescribeCluster", CLUSTER)
    assert may("preview", "eks:ListAssociatedAccessPolicies", ACCOUNT.arn("eks", "access-entry/x/role/1/y/z"))
    assert not may("preview", "eks:CreateAccessEntry", CLUSTER)


@pytest.mark.parametrize("role", SEALED)
def test_the_others_write_nothing(may: May, role: str) -> None:
    """A person or a pull request changes nothing that is declared, in whatever context."""
    assert [action for action, resource, context in WRITES if may(role, action, resource, **context)] == []


def test_preview_reads_state_and_no_data(may: May) -> None:
    """A pull request's code reads the state and its key, and no secret, object, row or log line."""
    assert may("preview", "s3:GetObject", f"{STATE_BUCKET}/.pulumi/stacks/production.json")
    assert may("preview", "kms:Decrypt", STATE_KEY)
    assert may("preview", "rds:DescribeDBInstances", ACCOUNT.arn("rds", "db:orders"))
    assert [action for action, resource in DATA if may("preview", action, resource)] == []


def test_verdicts_find_cluster_and_rates_alone(may: May) -> None:
    """Neither other services, nor the state, nor a secret."""
    assert may("verdicts", "eks:DescribeCluster", CLUSTER)
    assert may("verdicts", "aps:QueryMetrics", ACCOUNT.arn("aps", "workspace/ws-1"))
    for action, resource in (
        ("eks:ListClusters", "*"),
        ("rds:DescribeDBInstances", ACCOUNT.arn("rds", "db:core")),
        ("s3:GetObject", f"{STATE_BUCKET}/.pulumi/stacks/production.json"),
        ("secretsmanager:GetSecretValue", SECRET),
        ("aps:RemoteWrite", ACCOUNT.arn("aps", "workspace/ws-1")),
    ):
        assert not may("verdicts", action, resource), action


def test_people_connect_as_themselves(may: May) -> None:
    """Each group has one database user; an analyst sees no log."""
    users = ("engineering", "on-call", "data")
    for role in users:
        can = {u for u in users if may(role, "rds-db:connect", ACCOUNT.arn("rds-db", f"dbuser:db-ABC/{u}"))}
        assert can == {role}
    log = ACCOUNT.arn("logs", "log-group:app:log-stream:x")
    assert [role for role in users if may(role, "logs:GetLogEvents", log)] == ["engineering", "on-call"]
    assert [role for role in users if may(role, "rds:RebootDBInstance", ACCOUNT.arn("rds", "db:orders"))] == ["on-call"]


def test_boundary_leaves_every_granted_action(documents: Mapping[str, Mapping[str, Any]]) -> None:
    """No policy allows, on the resource that it names, an action that the boundary takes back from everyone."""
    boundary = documents["boundary-policy"]
    dead = []
    for name, document in documents.items():
        if name == "boundary-policy":
            continue
        for statement in statements(document, "Allow"):
            wanted = {k: as_list(v)[0] for block in statement.get("Condition", {}).values() for k, v in block.items()}
            context = {**wanted, "aws:PrincipalArn": ACCOUNT.identity_role("break-glass")}
            dead += [
                (name, action)
                for action in as_list(statement["Action"])
                if not any(allowed(boundary, action, r, context) for r in as_list(statement["Resource"]))
            ]
    assert dead == []


def test_core_is_seen_and_tagged_only() -> None:
    """What the denial leaves open on identities, their alarm and the state reads, or tags roles, policies and rules."""
    left = {action: entry["access_level"] for pattern in CORE_READS for action, entry in expand(pattern)}
    assert {action for action, level in left.items() if level not in ("List", "Read")} == {
        "iam:TagPolicy", "iam:UntagPolicy", "iam:TagRole", "iam:UntagRole",
        "events:TagResource", "events:UntagResource",
    }  # fmt: skip


def test_read_rows_only_read() -> None:
    """The policy that people and pull requests share holds List and Read actions, none of them of data."""
    levels = {entry["access_level"] for row in READ.values() for action in row for _, entry in expand(action)}
    assert levels == {"List", "Read"}
    assert "secretsmanager:GetSecretValue" not in json.dumps(READ)


@pytest.mark.parametrize("name", ["secret-watch", "rotate-core-database", "status-sync"])
def test_the_pipeline_may_deploy_it_without_a_new_right(may: May, name: str) -> None:
    """Creating, updating and permitting it, and handing its role to Lambda and to nothing else; preview reads it."""
    names = FunctionNames(account=ACCOUNT, name=name)
    for action in ("CreateFunction", "UpdateFunctionCode", "AddPermission", "TagResource", "DeleteFunction"):
        assert may("deploy", f"lambda:{action}", names.arn), action
    assert may("deploy", "iam:PassRole", names.role_arn, **LAMBDA)
    assert not may("deploy", "iam:PassRole", names.role_arn, **EC2)
    assert may("preview", "lambda:GetFunction", names.arn)
