"""SEC-07: snapshots, images, functions and their like are not shared with every AWS account."""

from typing import Any

import pytest

from policy.rules.sec_07.no_public_sharing import RULE
from tests.policy.support.blocks import judge
from tests.support.resources import UNKNOWN, Case, Res

CALL, LAYER, EVENTS = (
    "aws:lambda/permission:Permission",
    "aws:lambda/layerVersionPermission:LayerVersionPermission",
    "aws:cloudwatch/eventPermission:EventPermission",
)
IMAGE = "aws:ec2/amiLaunchPermission:AmiLaunchPermission"
OWN = "aws:imagebuilder/distributionConfiguration:DistributionConfiguration"
ACCOUNT = "123456789012"


def image(**permission: Any) -> dict[str, Any]:
    """What an image that is built is shared with."""
    return {
        "distributions": [{"region": "eu-central-1", "amiDistributionConfiguration": {"launchPermission": permission}}]
    }


PUBLIC: list[tuple[str, dict[str, Any], str]] = [
    ("aws:rds/snapshot:Snapshot", {"sharedAccounts": ["all"]}, "sharedAccounts is a list, must be other than 'all'"),
    ("aws:rds/clusterSnapshot:ClusterSnapshot", {"sharedAccounts": [ACCOUNT, "all"]}, "sharedAccounts"),
    ("aws:rds/snapshotCopy:SnapshotCopy", {"sharedAccounts": ["all"]}, "sharedAccounts"),
    ("aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy", {"sharedAccounts": ["all"]}, "sharedAccounts"),
    ("aws:rds/snapshot:Snapshot", {"sharedAccounts": "all"}, "sharedAccounts is 'all'"),
    (IMAGE, {"group": "all"}, "group is 'all'"),
    (OWN, image(userGroups=["all"]), "launchPermission.userGroups is a list"),
    ("aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess", {"state": "unblocked"}, "state is 'unblocked'"),
    ("aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess", {"state": "unblocked"}, "state is 'unblocked'"),
    ("aws:ec2/vpcEndpointService:VpcEndpointService", {"allowedPrincipals": ["*"]}, "allowedPrincipals is a list"),
    (
        "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple",
        {"principalArn": "*"},
        "principalArn is '*'",
    ),
    ("aws:codebuild/project:Project", {"projectVisibility": "PUBLIC_READ"}, "projectVisibility is 'PUBLIC_READ'"),
    ("aws:ssm/document:Document", {"permissions": {"type": "Share", "account_ids": "All"}}, "account_ids is 'All'"),
    (CALL, {"action": "lambda:InvokeFunction", "function": "core", "principal": "*"}, "principal is '*'"),
    (CALL, {"action": "lambda:InvokeFunctionUrl", "principal": "*", "functionUrlAuthType": "NONE"}, "principal is '*'"),
    (LAYER, {"principal": "*"}, "principal is '*'"),
    (EVENTS, {"principal": "*"}, "principal is '*'"),
    ("aws:s3/accessPoint:AccessPoint", {"publicAccessBlockConfiguration": {"blockPublicPolicy": False}}, "is False"),
    ("aws:cognito/identityPool:IdentityPool", {"allowUnauthenticatedIdentities": True}, "is True"),
]
NAMED: list[tuple[str, dict[str, Any]]] = [
    ("aws:rds/snapshot:Snapshot", {"dbInstanceIdentifier": "orders"}),
    ("aws:rds/snapshot:Snapshot", {"sharedAccounts": [ACCOUNT]}),
    (IMAGE, {"accountId": ACCOUNT}),
    (OWN, image(userIds=[ACCOUNT])),
    ("aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess", {"state": "block-all-sharing"}),
    ("aws:ec2/vpcEndpointService:VpcEndpointService", {"allowedPrincipals": [f"arn:aws:iam::{ACCOUNT}:root"]}),
    ("aws:codebuild/project:Project", {"name": "build"}),
    ("aws:ssm/document:Document", {"permissions": {"type": "Share", "account_ids": ACCOUNT}}),
    (CALL, {"principal": "*", "principalOrgId": "o-0a1b2c3d4e"}),
    (CALL, {"principal": "events.amazonaws.com", "sourceArn": "arn:aws:events:eu-central-1:123456789012:rule/a"}),
    (CALL, {"principal": "*", "sourceArn": UNKNOWN}),
    (LAYER, {"principal": "*", "organizationId": "o-0a1b2c3d4e"}),
    (EVENTS, {"principal": "*", "condition": {"key": "aws:PrincipalOrgID", "type": "StringEquals", "value": "o-1"}}),
    ("aws:s3/accessPoint:AccessPoint", {"bucket": "data"}),
]
CASES = [
    *(
        Case("fail", f"{type_} {n}", [Res(type_, "it", inputs)], [says])
        for n, (type_, inputs, says) in enumerate(PUBLIC)
    ),
    *(Case("pass", f"{type_} {n}", [Res(type_, "it", inputs)]) for n, (type_, inputs) in enumerate(NAMED)),
    Case(
        "absent",
        "a switch of the account's block",
        [Res("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", "it", {"blockPublicAcls": True})],
        ["blockPublicPolicy is None", "restrictPublicBuckets is None"],
    ),
    Case("unknown", "accounts", [Res("aws:rds/snapshot:Snapshot", "it", {"sharedAccounts": UNKNOWN})]),
    Case("unknown", "one account", [Res("aws:rds/snapshot:Snapshot", "it", {"sharedAccounts": [UNKNOWN]})]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}: {case.title}")
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
