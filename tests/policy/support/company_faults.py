"""Faults in the company's stack, one at a time: which resource, what about it, and the policy that must say so."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.policy.support.company import COMPANY
from tests.policy.support.company_base import ANYWHERE, ISSUER, TAGS, allow, declared, document, tcp, trust
from tests.policy.support.planted_secrets import WEAK
from tests.support.resources import Ref, Res

GONE = object()
"""Leave the property out."""


@dataclass(frozen=True)
class Fault:
    """``changes`` to one resource of the company (None: it is missing), or resources ``more``."""

    policy: str
    name: str = ""
    changes: Mapping[str, Any] | None = None
    more: Sequence[Res] = ()

    def stack(self) -> list[Res]:
        """The company's stack with the fault."""
        return [*filter(None, map(self._changed, COMPANY)), *self.more]

    def _changed(self, resource: Res) -> Res | None:
        if resource.name != self.name:
            return resource
        if self.changes is None:
            return None
        inputs = {**resource.inputs, **self.changes}
        kept = {key: value for key, value in inputs.items() if value is not GONE}
        return replace(resource, inputs=kept, protect=resource.protect and "protect" not in self.changes)


def variables(**given: str) -> dict[str, Any]:
    """Environment variables of a function."""
    return {"environment": {"variables": given}}


def rights(actions: list[str], resources: list[str]) -> dict[str, Any]:
    """A policy that allows these."""
    return {"policy": document(allow(actions, resources))}


def trusted(subject: str) -> dict[str, Any]:
    """Trust in tokens of this subject."""
    condition = {"StringLike": {f"{ISSUER}:sub": subject}, "StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"}}
    principal = {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{ISSUER}"}
    action = "sts:AssumeRoleWithWebIdentity"
    return {
        "assumeRolePolicy": document(
            {"Effect": "Allow", "Principal": principal, "Action": action, "Condition": condition}
        )
    }


SECRETS, NETWORK, DATA = "sec-01-no-plaintext-secrets", "sec-07-no-open-ingress", "sec-07-stateful-protection"
KEYS, TLS, RIGHTS = "sec-07-encryption-at-rest", "sec-07-tls-forced", "sec-07-iam-wildcards"
ROUTE = {"cidrBlock": "0.0.0.0/0", "gatewayId": Ref("igw")}
CLOSED: dict[str, Any] = {"vpcId": Ref("vpc"), "description": "x"}
FAULTS = {
    "password of a function": Fault(SECRETS, "thumbnails", variables(DB_PASS=WEAK)),
    "URL with a password": Fault(SECRETS, "thumbnails", variables(REDIS_URL=f"redis://:{WEAK}@cache")),
    "password with a slash": Fault(SECRETS, "thumbnails", variables(DB_PASSWORD="hunter" + "/2")),
    "password of a chart": Fault(SECRETS, "postgres-chart", {"values": {"auth": {"password": WEAK}}}),
    "password of a container": Fault(
        SECRETS,
        "orders-task",
        {"containerDefinitions": json.dumps([{"environment": [{"name": "MYSQL_PWD", "value": WEAK}]}])},
    ),
    "SSH for everyone": Fault(NETWORK, "app-sg", {"ingress": [tcp(22, cidrBlocks=ANYWHERE)]}),
    "database for everyone": Fault(NETWORK, "data-sg", {"ingress": [tcp(5432, cidrBlocks=ANYWHERE)]}),
    "every type of ICMP": Fault(
        NETWORK, "front-sg", {"ingress": [{"protocol": "icmp", "fromPort": -1, "toPort": -1, "cidrBlocks": ANYWHERE}]}
    ),
    "another port of the load balancer": Fault(NETWORK, "front-sg", {"ingress": [tcp(8443, cidrBlocks=ANYWHERE)]}),
    "group without rules": Fault(NETWORK, more=[declared("aws:ec2/securityGroup:SecurityGroup", "x", **CLOSED)]),
    "public database": Fault("sec-06-private-database", "orders", {"publiclyAccessible": True}),
    "public replica": Fault("sec-06-private-database", "replica", {"publiclyAccessible": True}),
    "database of the default VPC": Fault("sec-06-private-database", "orders", {"dbSubnetGroupName": GONE}),
    "replica of another region": Fault(
        "sec-06-private-database", "replica", {"replicateSourceDb": "arn:aws:rds:us-east-1:123456789012:db:orders"}
    ),
    "way out of the database tier": Fault("sec-06-database-subnets", "database", {"routes": [ROUTE]}),
    "one zone": Fault("sec-06-database-subnets", "data", {"subnetIds": [Ref("database-a")]}),
    "subnet of another tier": Fault(
        "sec-06-database-subnets", "data", {"subnetIds": [Ref("private-a"), Ref("private-b")]}
    ),
    "path from the load balancer": Fault(
        "sec-06-granted-paths", "data-sg", {"ingress": [tcp(5432, cidrBlocks=["10.0.0.0/16"])]}
    ),
    "grant without a path": Fault("sec-06-granted-paths", "data-sg", {"ingress": []}),
    "strangers in the database tier": Fault(
        "sec-06-no-path-from-internet",
        more=[
            declared(
                "aws:rds/instance:Instance",
                "open",
                engine="postgres",
                publiclyAccessible=True,
                dbSubnetGroupName=Ref("open-group", "name"),
                vpcSecurityGroupIds=[Ref("open-sg")],
            ),
            declared("aws:rds/subnetGroup:SubnetGroup", "open-group", name="open-group", subnetIds=[Ref("public-a")]),
            declared(
                "aws:ec2/securityGroup:SecurityGroup", "open-sg", ingress=[tcp(5432, cidrBlocks=ANYWHERE)], **CLOSED
            ),
        ],
    ),
    "no protection": Fault(DATA, "orders", {"deletionProtection": False}),
    "no backups": Fault(DATA, "orders", {"backupRetentionPeriod": "1"}),
    "no last snapshot": Fault(DATA, "orders", {"skipFinalSnapshot": True}),
    "bucket that is emptied": Fault(DATA, "uploads", {"forceDestroy": True}),
    "no storage encryption": Fault(KEYS, "orders", {"storageEncrypted": False}),
    "AWS's key": Fault(KEYS, "alerts", {"kmsMasterKeyId": "alias/aws/sns"}),
    "logs without a key": Fault(KEYS, "orders-logs", {"kmsKeyId": GONE}),
    "no TLS": Fault(TLS, "postgres", {"parameters": [{"name": "rds.force_ssl", "value": "0"}]}),
    "no rotation of a key": Fault("sec-07-kms-rotation", "key", {"enableKeyRotation": False}),
    "slow rotation of a key": Fault("sec-07-kms-rotation", "key", {"rotationPeriodInDays": "900"}),
    "whole service": Fault(RIGHTS, "orders-rights", rights(["s3:*"], ["arn:aws:s3:::uploads/*"])),
    "every resource": Fault(RIGHTS, "orders-rights", rights(["s3:GetObject"], ["*"])),
    "escalation": Fault("sec-07-iam-escalation", "orders-rights", rights(["iam:PutRolePolicy"], ["*"])),
    "no boundary": Fault("sec-07-permissions-boundary", "orders-role", {"permissionsBoundary": GONE}),
    "boundary that is a number": Fault("sec-07-permissions-boundary", "orders-role", {"permissionsBoundary": 7}),
    "every branch": Fault("sec-07-oidc-trust", "deploy", trusted("repo:acme/orders:*")),
    "every environment": Fault("sec-07-oidc-trust", "deploy", trusted("repo:acme/orders:environment:Prod *")),
    "another account": Fault(
        "sec-07-cross-account-trust",
        "orders-role",
        {
            "assumeRolePolicy": trust("ecs-tasks.amazonaws.com").replace(
                '"Service": "ecs-tasks.amazonaws.com"', '"AWS": "999999999999"'
            )
        },
    ),
    "user": Fault("sec-07-no-iam-users", more=[declared("aws:iam/user:User", "ada")]),
    "public bucket": Fault("sec-07-s3-public-access", "uploads-block", {"blockPublicAcls": False}),
    "bucket without a block": Fault("sec-07-s3-public-access", "uploads-block"),
    "bucket without versions": Fault(
        "sec-07-s3-versioning", "uploads-versions", {"versioningConfiguration": {"status": "Suspended"}}
    ),
    "bucket with AWS's key": Fault(
        "sec-07-s3-encryption",
        "uploads-sse",
        {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]},
    ),
    "objects without TLS": Fault(
        "sec-07-s3-tls",
        "uploads-policy",
        {
            "policy": document(
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": "arn:aws:s3:::uploads",
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            )
        },
    ),
    "topic for everyone": Fault(
        "sec-07-resource-policies", "alerts", {"policy": document(allow(["sns:Publish"], ["*"], Principal="*"))}
    ),
    "no flow log": Fault("sec-07-flow-logs", "flows"),
    "open default group": Fault(
        "sec-07-closed-default-security-group", "closed", {"egress": [tcp(443, cidrBlocks=ANYWHERE)]}
    ),
    "no owner": Fault("sec-07-required-tags", "jobs", {"tags": {**TAGS, "nationgraph:owner": ""}}),
    "public cluster": Fault(
        "sec-05-no-public-tools",
        more=[declared("aws:eks/cluster:Cluster", "eks", vpcConfig={"endpointPublicAccess": True})],
    ),
}
