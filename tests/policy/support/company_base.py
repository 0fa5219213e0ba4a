"""The network and the data of a normal company, and how its resources are declared."""

import json
from collections.abc import Mapping
from typing import Any

from lib.vocabulary import REQUIRED_TAG_KEYS
from policy.facts.taggable import taggable_types
from tests.policy.support.public_values import MD5, SHA256, SUM
from tests.support.resources import Ref, Res

ACCOUNT, REGION = "123456789012", "eu-central-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/nationgraph/boundary"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/nationgraph/workload/orders"
TAGS = {key: "internal" if key.endswith("classification") else "orders" for key in REQUIRED_TAG_KEYS}
ISSUER = "token.actions.githubusercontent.com"
ANYWHERE = ["0.0.0.0/0"]
TAGGABLE = taggable_types()


def declared(
    type_: str, called: str, /, *, protect: bool = False, tags: Mapping[str, Any] | None = None, **inputs: Any
) -> Res:
    """A resource, with the company's tags where its type carries some."""
    given = {**inputs, "tags": {**TAGS, **(tags or {})}} if type_ in TAGGABLE else inputs
    return Res(type_, called, given, protect=protect)


def document(*statements: Mapping[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions: list[str], resources: list[str], **more: Any) -> dict[str, Any]:
    """A statement that allows."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def trust(service: str) -> str:
    """A trust policy for one of AWS's services."""
    return document({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})


def tcp(port: int, **source: Any) -> dict[str, Any]:
    """One rule of a security group."""
    return {"protocol": "tcp", "fromPort": port, "toPort": port, **source}


def _subnet(tier: str, zone: str, block: int) -> Res:
    return declared(
        "aws:ec2/subnet:Subnet",
        f"{tier}-{zone}",
        vpcId=Ref("vpc"),
        cidrBlock=f"10.0.{block}.0/24",
        availabilityZone=f"{REGION}{zone}",
        tags={"nationgraph:tier": tier},
    )


SUBNETS = {"public": 0, "private": 16, "database": 32}
NETWORK = [
    declared(
        "aws:ec2/vpc:Vpc", "vpc", cidrBlock="10.0.0.0/16", enableDnsHostnames=True, defaultSecurityGroupId="sg-default"
    ),
    declared("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "closed", vpcId=Ref("vpc"), ingress=[], egress=[]),
    declared(
        "aws:ec2/flowLog:FlowLog", "flows", vpcId=Ref("vpc"), trafficType="ALL", logDestination=Ref("flow-logs", "arn")
    ),
    declared("aws:cloudwatch/logGroup:LogGroup", "flow-logs", name="/vpc/flows", retentionInDays=90, kmsKeyId=KEY),
    declared("aws:ec2/internetGateway:InternetGateway", "igw", vpcId=Ref("vpc")),
    *(_subnet(tier, zone, block + place) for tier, block in SUBNETS.items() for place, zone in enumerate("ab")),
    declared("aws:ec2/natGateway:NatGateway", "nat", subnetId=Ref("public-a"), allocationId="eipalloc-1"),
    declared(
        "aws:ec2/routeTable:RouteTable",
        "public",
        vpcId=Ref("vpc"),
        routes=[{"cidrBlock": "0.0.0.0/0", "gatewayId": Ref("igw")}],
    ),
    declared(
        "aws:ec2/routeTable:RouteTable",
        "private",
        vpcId=Ref("vpc"),
        routes=[{"cidrBlock": "0.0.0.0/0", "natGatewayId": Ref("nat")}],
    ),
    declared("aws:ec2/routeTable:RouteTable", "database", vpcId=Ref("vpc"), routes=[]),
    *(
        declared(
            "aws:ec2/routeTableAssociation:RouteTableAssociation",
            f"{tier}-{zone}-rt",
            subnetId=Ref(f"{tier}-{zone}"),
            routeTableId=Ref(tier),
        )
        for tier in SUBNETS
        for zone in "ab"
    ),
    declared(
        "aws:ec2/securityGroup:SecurityGroup",
        "front-sg",
        vpcId=Ref("vpc"),
        description="load balancer",
        ingress=[
            tcp(443, cidrBlocks=ANYWHERE, ipv6CidrBlocks=["::/0"]),
            tcp(80, cidrBlocks=ANYWHERE),
            {"protocol": "icmp", "fromPort": 3, "toPort": 4, "cidrBlocks": ANYWHERE},
            {"protocol": "58", "fromPort": 2, "toPort": 0, "ipv6CidrBlocks": ["::/0"]},
        ],
        egress=[tcp(8080, securityGroups=[Ref("app-sg")])],
    ),
    declared(
        "aws:ec2/securityGroup:SecurityGroup",
        "app-sg",
        vpcId=Ref("vpc"),
        description="service",
        ingress=[tcp(8080, securityGroups=[Ref("front-sg")])],
        egress=[tcp(443, cidrBlocks=ANYWHERE), tcp(5432, cidrBlocks=["10.0.32.0/23"])],
    ),
    declared(
        "aws:ec2/securityGroup:SecurityGroup",
        "data-sg",
        vpcId=Ref("vpc"),
        description="database",
        ingress=[tcp(5432, securityGroups=[Ref("app-sg")])],
        egress=[],
    ),
]
DATABASE: dict[str, Any] = {
    "engine": "postgres",
    "engineVersion": "17.2",
    "instanceClass": "db.t4g.medium",
    "publiclyAccessible": False,
    "copyTagsToSnapshot": True,
    "deletionProtection": True,
    "storageEncrypted": True,
    "vpcSecurityGroupIds": [Ref("data-sg")],
}
DATA = [
    declared("aws:rds/subnetGroup:SubnetGroup", "data", name="data", subnetIds=[Ref("database-a"), Ref("database-b")]),
    declared(
        "aws:rds/parameterGroup:ParameterGroup",
        "postgres",
        name="postgres",
        family="postgres17",
        parameters=[{"name": "rds.force_ssl", "value": "1"}, {"name": "password_encryption", "value": "scram-sha-256"}],
    ),
    declared(
        "aws:rds/instance:Instance",
        "orders",
        protect=True,
        identifier="orders",
        **DATABASE,
        dbSubnetGroupName=Ref("data", "name"),
        username="root",
        manageMasterUserPassword=True,
        masterUserSecretKmsKeyId=KEY,
        kmsKeyId=KEY,
        parameterGroupName=Ref("postgres", "name"),
        backupRetentionPeriod="14",
        skipFinalSnapshot=False,
        finalSnapshotIdentifier="orders-final",
        allocatedStorage=50,
        tags={"nationgraph:access": "core-database"},
    ),
    # In the region of its source, by identifier: AWS refuses a subnet group here, and takes its source's.
    declared(
        "aws:rds/instance:Instance",
        "replica",
        protect=True,
        identifier="replica",
        replicateSourceDb="orders",
        **DATABASE,
        skipFinalSnapshot=True,
        kmsKeyId=KEY,
        tags={"nationgraph:access": "core-database"},
    ),
    declared(
        "aws:dynamodb/table:Table",
        "sessions",
        protect=True,
        name="sessions",
        hashKey="token",
        attributes=[{"name": "token", "type": "S"}],
        deletionProtectionEnabled=True,
        pointInTimeRecovery={"enabled": True},
        serverSideEncryption={"enabled": True, "kmsKeyArn": KEY},
    ),
    declared(
        "aws:kms/key:Key",
        "key",
        protect=True,
        enableKeyRotation=True,
        rotationPeriodInDays="90",
        deletionWindowInDays=30,
    ),
    declared("aws:s3/bucket:Bucket", "uploads", protect=True, bucket="uploads"),
    declared(
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "uploads-block",
        bucket=Ref("uploads"),
        blockPublicAcls=True,
        blockPublicPolicy=True,
        ignorePublicAcls=True,
        restrictPublicBuckets=True,
    ),
    declared(
        "aws:s3/bucketVersioning:BucketVersioning",
        "uploads-versions",
        bucket=Ref("uploads"),
        versioningConfiguration={"status": "Enabled"},
    ),
    declared(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "uploads-sse",
        bucket=Ref("uploads"),
        rules=[{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY}}],
    ),
    declared(
        "aws:s3/bucketPolicy:BucketPolicy",
        "uploads-policy",
        bucket=Ref("uploads"),
        policy=document(
            *(
                {
                    "Sid": sid,
                    "Effect": "Deny",
                    "Principal": {"AWS": "*"},
                    "Action": ["S3:*"],
                    "Resource": [arn],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
                for sid, arn in (("Bucket", "arn:aws:s3:::uploads"), ("Objects", "arn:aws:s3:::uploads/*"))
            )
        ),
    ),
    declared(
        "aws:s3/bucketObject:BucketObject",
        "bundle",
        bucket=Ref("uploads"),
        key=f"functions/{SHA256}.zip",
        etag=MD5,
        sourceHash=SUM,
    ),
]
