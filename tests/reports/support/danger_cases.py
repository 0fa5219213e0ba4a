"""Changes of a few resources, and what is dangerous in them; the types that several tests change."""

import json
from collections.abc import Sequence
from typing import Any

from reports.dangers import Danger, dangers
from tests.reports.support.changes import change_of
from tests.support.resources import Res

RDS, KEY = "aws:rds/instance:Instance", "aws:kms/key:Key"
BUCKET, SECRET = "aws:s3/bucket:Bucket", "aws:secretsmanager/secret:Secret"  # pragma: allowlist secret
ALARM, LOGS = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/logGroup:LogGroup"
ROLE, POLICY = "aws:iam/role:Role", "aws:iam/policy:Policy"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
GROUP, RULE = "aws:ec2/securityGroup:SecurityGroup", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
VERSIONING, BLOCK = "aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
CLUSTER = "aws:eks/cluster:Cluster"
OWN, STRANGER = "arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root"
OTHER = Res("aws:ec2/vpc:Vpc", "vpc", {"cidrBlock": "10.0.0.0/16"})
"""What is there already, so that no deployment here is a first one."""


def told(before: Sequence[Res], after: Sequence[Res], **forcing: Sequence[str]) -> list[Danger]:
    """The dangers of a change."""
    return dangers(change_of([OTHER, *before], [OTHER, *after], forcing))


def one(type_: str, before: dict[str, Any], after: dict[str, Any]) -> list[Danger]:
    """Of a resource whose inputs change."""
    return told([Res(type_, "it", before)], [Res(type_, "it", after)])


def document(*actions: str, resource: str = "arn:aws:s3:::a/*", **more: Any) -> str:
    """A policy that allows them."""
    return json.dumps({"Statement": [{"Effect": "Allow", "Action": [*actions], "Resource": resource, **more}]})


def sentences(found: Sequence[Danger]) -> list[str]:
    """What is said."""
    return [danger.sentence for danger in found]


def trust(principal: Any, **more: Any) -> dict[str, Any]:
    """A role with its trust policy."""
    row = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **more}
    return {"assumeRolePolicy": json.dumps({"Statement": [row]}), "arn": "arn:aws:iam::111111111111:role/it"}
