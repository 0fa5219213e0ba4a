"""The stack that the previews of dangers change: a network, a database, a secret, identities, a bucket, alarms."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.policy.support.topologies import DATABASE, OPEN, TAILNET, TEMPLATE, WORLD, group, stack, tcp
from tests.policy.support.topology_parts import ROUTERS, TO_ROUTERS
from tests.support.resources import Ref, Res

ACCOUNT = "123456789012"
BUCKET, ROLE = "aws:s3/bucket:Bucket", "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"


def document(*statements: Mapping[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions: Any, resources: Any, **more: Any) -> dict[str, Any]:
    """A statement of an identity's policy."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def trust(*principals: str, **condition: Any) -> str:
    """Who may assume a role."""
    more = {"Condition": condition} if condition else {}
    return document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": list(principals)}, **more})


def vpn(*rules: tuple[str, str]) -> dict[str, Any]:
    """The policy file of the tailnet: which group reaches which ``range:port``."""
    groups = {name: ["ada@nationgraph.example"] for name in ("group:on-call", "group:support")}
    acls = [{"action": "accept", "src": [who], "dst": [what]} for who, what in rules]
    policy = {
        "groups": groups,
        "tagOwners": {"tag:router": ["group:on-call"]},
        "acls": acls,
        "autoApprovers": {"routes": {"10.0.4.0/23": ["tag:router"]}},
    }
    return {"acl": json.dumps(policy)}


GRANTED = ("group:on-call", "10.0.4.0/23:5432")
READS = allow(["s3:GetObject", "s3:ListBucket"], ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"])
OWN = f"arn:aws:iam::{ACCOUNT}:root"
IN_COMPANY = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
NO_TLS = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
_ROUTER = Res(
    TEMPLATE,
    "router-template",
    {
        "imageId": "ami-12c6146b",  # one of moto's own
        "instanceType": "t4g.nano",
        "networkInterfaces": [{"associatePublicIpAddress": "true", "securityGroups": [Ref("router-sg")]}],
        "tags": {"nationgraph:access": "router"},
    },
)
_DATABASE = {
    "engineVersion": "16",
    "allocatedStorage": 20,
    "username": "steward",
    "manageMasterUserPassword": True,
    "deletionProtection": True,
    "backupRetentionPeriod": 35,
    "multiAz": True,
    "storageEncrypted": True,
    "skipFinalSnapshot": False,
    "finalSnapshotIdentifier": "orders-last",
}
_ALARM = {
    "namespace": "AWS/RDS",
    "metricName": "FreeStorageSpace",
    "dimensions": {"DBInstanceIdentifier": "orders"},
    "comparisonOperator": "LessThanThreshold",
    "threshold": 20,
    "evaluationPeriods": 1,
    "period": 300,
    "statistic": "Average",
    "alarmActions": [f"arn:aws:sns:eu-central-1:{ACCOUNT}:alarms"],
}
_MORE = (
    Res("aws:kms/key:Key", "key", {"deletionWindowInDays": 30, "enableKeyRotation": True}),
    Res("aws:secretsmanager/secret:Secret", "token", {"name": "token", "recoveryWindowInDays": 30}),
    Res("aws:secretsmanager/secretVersion:SecretVersion", "value", {"secretId": Ref("token"), "secretString": "one"}),
    Res(
        ROLE,
        "rotate-role",
        {
            "name": "rotate",
            "assumeRolePolicy": document(
                {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
            ),
        },
    ),
    Res(
        "aws:lambda/function:Function",
        "rotate",
        {
            "name": "rotate",
            "role": Ref("rotate-role", "arn"),
            "packageType": "Image",
            "imageUri": f"{ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com/rotate@sha256:{'0' * 64}",
        },
    ),
    Res(
        "aws:lambda/permission:Permission",
        "rotate-invoke",
        {
            "action": "lambda:InvokeFunction",
            "function": Ref("rotate", "name"),
            "principal": "secretsmanager.amazonaws.com",
            "sourceAccount": ACCOUNT,
        },
    ),
    Res(
        "aws:secretsmanager/secretRotation:SecretRotation",
        "rotation",
        {
            "secretId": Ref("token"),
            "rotationLambdaArn": Ref("rotate", "arn"),
            "rotateImmediately": False,
            "rotationRules": {"scheduleExpression": "rate(30 days)", "duration": "4h"},
        },
    ),
    Res(BUCKET, "reports", {"bucket": "reports"}, protect=True),
    Res(
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "reports-block",
        {
            "bucket": Ref("reports"),
            "blockPublicAcls": True,
            "blockPublicPolicy": True,
            "ignorePublicAcls": True,
            "restrictPublicBuckets": True,
        },
    ),
    Res("aws:s3/bucketPolicy:BucketPolicy", "reports-policy", {"bucket": Ref("reports"), "policy": document(NO_TLS)}),
    Res("aws:iam/policy:Policy", "boundary", {"name": "boundary", "policy": document(allow("*", "*"))}),
    Res(
        ROLE,
        "analyst",
        {
            "name": "analyst",
            "assumeRolePolicy": trust(OWN, **IN_COMPANY),
            "permissionsBoundary": Ref("boundary", "arn"),
        },
    ),
    Res(ROLE_POLICY, "analyst-reads", {"role": Ref("analyst"), "name": "reads", "policy": document(READS)}),
    Res("aws:cloudwatch/metricAlarm:MetricAlarm", "storage-low", {"name": "storage-low", **_ALARM}),
    Res(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "cpu-high",
        {
            **_ALARM,
            "name": "cpu-high",
            "metricName": "CPUUtilization",
            "comparisonOperator": "GreaterThanThreshold",
            "threshold": 80,
        },
    ),
    group("store-sg", tcp(5432, WORLD), egress=[OPEN]),
    Res(
        DATABASE,
        "store",
        {
            **_DATABASE,
            "engine": "postgres",
            "instanceClass": "db.t4g.medium",
            "dbSubnetGroupName": Ref("group", "name"),
            "vpcSecurityGroupIds": [Ref("store-sg")],
            "publiclyAccessible": True,
            "finalSnapshotIdentifier": "store-last",
        },
    ),
    Res("aws:cloudwatch/logGroup:LogGroup", "audit", {"name": "audit", "retentionInDays": 365}),
)
BASE = [
    *stack(
        *ROUTERS[:1],
        _ROUTER,
        Res(ROUTERS[2].type, "routers", {**ROUTERS[2].inputs, "minSize": 1, "maxSize": 1}),
        Res(TAILNET, "tailnet", vpn(GRANTED)),
        *_MORE,
        without=("nat",),
        private_rt={"routes": []},
        db_sg=TO_ROUTERS,
        orders=_DATABASE,
    )
]

AFTER = {"rotation": ["rotate-invoke"]}


def changed(*more: Res, without: Sequence[str] = (), **changes: Mapping[str, Any]) -> list[Res]:
    """The base with other inputs of some (``db_sg`` for ``db-sg``; None takes one away), some gone, some new."""
    made = []
    for resource in BASE:
        own = changes.get(resource.name.replace("-", "_"), {})
        inputs = {key: value for key, value in {**resource.inputs, **own}.items() if value is not None}
        if resource.name not in without:
            made.append(Res(resource.type, resource.name, inputs, protect=resource.protect))
    return [*made, *more]
