"""SEC-07: policies on resources admit named callers to named actions."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.rules.sec_07.resource_policies import ENDPOINT, RULE
from tests.policy.support.iam_blocks import ACCOUNT, OTHER, allow, deny, doc, judge, messages
from tests.support.resources import UNKNOWN, Case, Ref, Res

KEY = "aws:kms/key:Key"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
DEFAULT = allow("kms:*", "*", Principal={"AWS": ROOT})
BUCKET = Res("aws:s3/bucket:Bucket", "data", {"bucket": "data"})
READ = allow("s3:GetObject", "arn:aws:s3:::data/*")
VPC = Res("aws:ec2/vpc:Vpc", "vpc", {"cidrBlock": "10.0.0.0/16"})
TOPIC = Res("aws:sns/topic:Topic", "alerts", {"name": "alerts"})
PUBLISH = allow("sns:Publish", "*", Principal="*")
SECRETS = "aws:secretsmanager/secret"
TOKEN = Res(f"{SECRETS}:Secret", "token", {"name": "token"})
TELL = allow("secretsmanager:GetSecretValue", "*", Principal={"AWS": "*"})
THROUGH = {"vpcId": Ref("vpc"), "serviceName": "com.amazonaws.eu-central-1.s3"}


def key(*statements: dict[str, Any]) -> Res:
    """A key with a policy."""
    return Res(KEY, "data-key", {"policy": doc(*statements)})


def bucket_policy(*statements: dict[str, Any]) -> Res:
    """The policy of ``BUCKET``."""
    return Res(
        "aws:s3/bucketPolicy:BucketPolicy", "readers", {"bucket": Ref("data", "bucket"), "policy": doc(*statements)}
    )


def condition(operator: str, key: str, value: Any) -> dict[str, Any]:
    """A public read under one condition."""
    return {**READ, "Principal": "*", "Condition": {operator: {key: value}}}


def said(resource: Res) -> list[str]:
    """What the rule says of a resource beside the bucket and the VPC that it may name."""
    return messages(RULE, [BUCKET, VPC, resource])


OPEN: list[tuple[str, str]] = [
    (f"aws:{type_}:{type_.partition('/')[2][:1].upper()}{type_.partition('/')[2][1:]}", key)
    for type_, key in {
        "s3/bucketV2": "policy",
        "s3/accessPoint": "policy",
        "s3control/accessPointPolicy": "policy",
        "sqs/queue": "policy",
        "sns/topic": "policy",
        "ecr/repositoryPolicy": "policy",
        "ecr/registryPolicy": "policy",
        "opensearch/domain": "accessPolicies",
        "opensearch/domainPolicy": "accessPolicies",
        "elasticsearch/domain": "accessPolicies",
        "efs/fileSystemPolicy": "policy",
        "backup/vaultPolicy": "policy",
        "cloudwatch/eventBusPolicy": "policy",
        "cloudwatch/logResourcePolicy": "policyDocument",
        "cloudwatch/logDestinationPolicy": "accessPolicy",
        "codeartifact/domainPermissions": "policyDocument",
        "dynamodb/resourcePolicy": "policy",
        "glacier/vault": "accessPolicy",
        "glue/resourcePolicy": "policy",
        "kinesis/resourcePolicy": "policy",
        "lambda/resourcePolicy": "policy",
        "mediastore/containerPolicy": "policy",
        "msk/clusterPolicy": "policy",
        "apigateway/restApiPolicy": "policy",
        "kms/replicaKey": "policy",
        "ec2/vpcEndpointPolicy": "policy",
        "redshiftserverless/resourcePolicy": "policy",
        "s3tables/tableBucketPolicy": "resourcePolicy",
        "ses/identityPolicy": "policy",
        "schemas/registryPolicy": "policy",
        "sagemaker/modelPackageGroupPolicy": "resourcePolicy",
    }.items()
]
ANYBODY = allow("x:Read", "*", Principal="*")
OURS = {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
SEALED = deny("x:*", "*", Principal="*", Condition=OURS)
MOUNTED = {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}
JOINED = {"StringNotEquals": {"aws:PrincipalArn": ROOT}, "Bool": {"aws:SecureTransport": "false"}}
NO_TLS = {"Bool": {"aws:SecureTransport": "false"}}
BY_SERVICES = {**NO_TLS, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}


def secret(*statements: dict[str, Any]) -> Res:
    """A secret with a policy."""
    return Res(f"{SECRETS}:Secret", "token", {"name": "token", "policy": doc(*statements)})


CASES = [
    Case(
        "pass",
        "named callers",
        [
            key(DEFAULT, allow(["kms:Decrypt"], "*", Principal={"Service": "logs.eu-central-1.amazonaws.com"})),
            Res(KEY, "default", {"description": "AWS's own policy: this account only"}),
            BUCKET,
            bucket_policy(
                {**deny("s3:*", "arn:aws:s3:::data"), "Principal": "*"}, {**READ, "Principal": {"AWS": ROOT}}
            ),
            VPC,
            Res(
                ENDPOINT,
                "s3",
                {
                    **THROUGH,
                    "policy": doc(
                        {
                            **allow("*"),
                            "Principal": "*",
                            "Condition": {"StringEquals": {"aws:ResourceAccount": ACCOUNT}},
                        }
                    ),
                },
            ),
        ],
    ),
    Case(
        "fail",
        "a public key",
        [key(DEFAULT, allow("kms:Decrypt", "*", Principal="*"))],
        ["data-key: policy, statement 2: Principal is '*'"],
    ),
    Case(
        "fail",
        "a public bucket",
        [BUCKET, bucket_policy({**READ, "Principal": {"AWS": "*"}})],
        ["readers: policy, statement 1: Principal is '*'"],
    ),
    Case(
        "fail",
        "a public topic",
        [TOPIC, Res("aws:sns/topicPolicy:TopicPolicy", "to", {"arn": Ref("alerts", "arn"), "policy": doc(PUBLISH)})],
        ["to: policy, statement 1: Principal is '*'"],
    ),
    Case(
        "fail",
        "a public secret",
        [TOKEN, Res(f"{SECRETS}Policy:SecretPolicy", "of", {"secretArn": Ref("token", "arn"), "policy": doc(TELL)})],
        ["of: policy, statement 1: Principal is '*'"],
    ),
    Case(
        "fail",
        "an open endpoint",
        [VPC, Res(ENDPOINT, "s3", {**THROUGH, "policy": doc(allow("*", "*", Principal="*"))})],
        ["s3: policy, statement 1: Principal is '*'"],
    ),
    Case(
        "absent",
        "an endpoint's policy",
        [VPC, Res(ENDPOINT, "s3", THROUGH)],
        ["an endpoint without one allows everybody"],
    ),
    Case("absent", "a principal", [BUCKET, bucket_policy(READ)], ["readers: policy, statement 1: Principal is absent"]),
    Case(
        "absent",
        "a document",
        [Res("aws:s3/bucketPolicy:BucketPolicy", "readers", {"bucket": "data"})],
        ["policy is no document"],
    ),
    Case(
        "unknown",
        "a document",
        [Res("aws:s3/bucketPolicy:BucketPolicy", "readers", {"bucket": "data", "policy": UNKNOWN})],
    ),
    Case(
        "unknown",
        "an endpoint's type",
        [VPC, Res(ENDPOINT, "s3", {**THROUGH, "vpcEndpointType": UNKNOWN, "policy": UNKNOWN})],
    ),
    *(
        Case(
            "fail",
            f"open {type_}",
            [Res(type_, "it", {key: doc(ANYBODY)})],
            [f"it: {key}, statement 1: Principal is '*'"],
        )
        for type_, key in OPEN
    ),
    *(
        Case(
            "pass",
            f"our account's {type_}",
            [Res(type_, "it", {key: doc(allow("x:Read", "*", Principal={"AWS": ROOT}))})],
        )
        for type_, key in OPEN
    ),
    *(Case("pass", f"closed {type_}", [Res(type_, "it", {key: doc(ANYBODY, SEALED)})]) for type_, key in OPEN),
    Case(
        "fail",
        "policy of no shape",
        [Res("aws:efs/fileSystemPolicy:FileSystemPolicy", "it", {"policy": 7})],
        ["is no document"],
    ),
    Case(
        "pass",
        "search inside the network",
        [Res(OPEN[7][0], "it", {"accessPolicies": doc(ANYBODY), "vpcOptions": {"subnetIds": ["a"]}})],
    ),
    Case(
        "pass",
        "files for who is in the network",
        [Res("aws:efs/fileSystemPolicy:FileSystemPolicy", "it", {"policy": doc({**ANYBODY, "Condition": MOUNTED})})],
    ),
    Case(
        "fail",
        "denials joined by and",
        [secret(deny("secretsmanager:*", "*", Principal="*", Condition=JOINED))],
        ["token: policy, statement 1 denies only where aws:SecureTransport is false and aws:principalarn is another"],
    ),
    Case(
        "fail",
        "an allowance that such a denial does not close",
        [
            Res(
                "aws:sqs/queuePolicy:QueuePolicy",
                "it",
                {"policy": doc(ANYBODY, deny("x:*", "*", Principal="*", Condition=JOINED))},
            )
        ],
        ["statement 1: Principal is '*'", "statement 2 denies only where"],
    ),
    Case(
        "pass",
        "two denials",
        [
            secret(
                deny("secretsmanager:*", "*", Principal="*", Condition=NO_TLS),
                deny("secretsmanager:*", "*", Principal="*", Condition={"StringNotEquals": {"aws:PrincipalArn": ROOT}}),
            )
        ],
    ),
    Case(
        "pass", "no TLS but for services", [secret(deny("secretsmanager:*", "*", Principal="*", Condition=BY_SERVICES))]
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}: {case.title}")
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


@pytest.mark.parametrize(
    "principal", ["*", ["*"], {"AWS": "*"}, {"AWS": [ROOT, "*"]}, {"aws": "*"}, {"AWS": "arn:aws:iam::*:root"}]
)
def test_every_spelling_of_everybody(principal: Any) -> None:
    """A star anywhere among the principals is everybody."""
    (message,) = said(bucket_policy({**READ, "Principal": principal}))
    assert "Principal is '*'" in message


def test_not_principal_is_everybody_else() -> None:
    """NotPrincipal in an Allow admits the anonymous."""
    (message,) = said(bucket_policy({**READ, "NotPrincipal": {"AWS": ROOT}}))
    assert "NotPrincipal allows all others" in message


@pytest.mark.parametrize(
    ("operator", "key_", "value"),
    [
        ("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
        ("StringLike", "AWS:principalORGpaths", "o-a1b2c3d4e5/r-ab12/*"),
        ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", ["o-a1b2c3d4e5/*"]),
        ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/*"),
        ("StringEquals", "aws:SourceAccount", ACCOUNT),
        ("IpAddress", "aws:SourceIp", ["203.0.113.0/24"]),
    ],
)
def test_conditions_that_name_the_caller(operator: str, key_: str, value: Any) -> None:
    """A star with a condition on who calls is a named caller in other words."""
    assert said(bucket_policy(condition(operator, key_, value))) == []


@pytest.mark.parametrize(
    ("operator", "key_", "value"),
    [
        ("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
        ("StringEqualsIfExists", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
        ("ForAllValues:StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
        ("Null", "aws:PrincipalOrgID", "false"),
        ("StringLike", "aws:PrincipalOrgID", "o-*"),
        ("StringEquals", "aws:PrincipalOrgID", ["o-a1b2c3d4e5", "${aws:PrincipalOrgID}"]),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/deploy"),
        ("StringEquals", "aws:PrincipalOrgID", []),
        ("Bool", "aws:SecureTransport", "true"),
        ("StringEquals", "kms:ViaService", "rds.eu-central-1.amazonaws.com"),
        ("StringEquals", "aws:ResourceAccount", ACCOUNT),
        ("IpAddress", "aws:SourceIp", "0.0.0.0/0"),
        ("IpAddress", "aws:SourceIp", ["0.0.0.0/1", "128.0.0.0/1"]),
        ("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"),
    ],
)
def test_conditions_that_name_nobody(operator: str, key_: str, value: Any) -> None:
    """Negations, conditions that hold without the key, wildcards, variables and other subjects leave everybody in."""
    (message,) = said(bucket_policy(condition(operator, key_, value)))
    assert "Principal is '*' without a condition" in message


@pytest.mark.parametrize(
    "statement",
    [
        allow("kms:*", "*", Principal={"AWS": [ROOT, f"arn:aws:iam::{OTHER}:root"]}),
        allow("kms:*", "*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}),
        allow("kms:*", "*", Principal={"Service": "logs.amazonaws.com"}),
        allow(["kms:*", "*"], "*", Principal={"AWS": ROOT}),
    ],
)
def test_whole_service_only_as_the_default_of_a_key(statement: dict[str, Any]) -> None:
    """``kms:*`` is for the root of one account, by which AWS hands the decision to IAM, and for nobody else."""
    found = said(key(statement))
    assert found
    assert all("allows a whole service" in message for message in found)


def test_not_action_is_refused() -> None:
    """Everything but a list grows with AWS."""
    (message,) = said(key({"Effect": "Allow", "NotAction": "kms:Decrypt", "Principal": {"AWS": ROOT}}))
    assert "NotAction ['kms:Decrypt'] allows all other actions" in message


def test_endpoint_types_without_policy() -> None:
    """A Gateway Load Balancer endpoint takes no policy; an interface endpoint does."""
    assert said(Res(ENDPOINT, "it", {**THROUGH, "vpcEndpointType": "GatewayLoadBalancer"})) == []
    assert len(said(Res(ENDPOINT, "it", {**THROUGH, "vpcEndpointType": "Interface"}))) == 1


@given(
    st.lists(st.sampled_from([DEFAULT, condition("Null", "a:b", "true"), READ]), min_size=1, max_size=3),
    st.sampled_from(["Allow", "Deny"]),
)
def test_a_statement_never_removes_a_finding(rows: list[dict[str, Any]], effect: str) -> None:
    """What one statement opens, none that follows is taken to close."""
    added = {**deny("s3:*"), "Effect": effect, "Principal": "*"}
    assert set(said(bucket_policy(*rows))) <= set(said(bucket_policy(*rows, added)))


@pytest.mark.parametrize(
    ("resource", "findings"),
    [
        ("arn:aws:s3:::prod-eu-central-1-starport-layer-bucket/*", 0),
        ("arn:aws:iam::123456789012:role/*", 0),
        ("arn:aws:s3:::prod-*/*", 1),
        ("arn:aws:s3:::*", 1),
        ("*", 1),
        (["arn:aws:s3:::prod-eu-central-1-starport-layer-bucket/*", "*"], 1),
    ],
)
def test_an_endpoint_may_name_what_it_leads_to(resource: Any, findings: int) -> None:
    """Calls without a caller, such as presigned URLs, reach one owner's resources; a bucket's own policy is a grant."""
    statement = allow("s3:GetObject", resource, Principal="*")
    assert len(said(Res(ENDPOINT, "s3", {**THROUGH, "policy": doc(statement)}))) == findings
    assert any("Principal is '*'" in message for message in said(bucket_policy(statement)))
