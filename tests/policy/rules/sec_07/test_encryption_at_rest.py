"""SEC-07: data at rest is encrypted with a key whose policy and rotation are ours."""

from typing import Any

import pytest
from pulumi_policy.proxy import UnknownValueError

from policy.rules.sec_07.encryption_at_rest import RULE
from tests.policy.support.blocks import DATA_NETWORK, database, judge, messages
from tests.support.resources import UNKNOWN, Case, Ref, Res, as_resource_args

KEY = Res("aws:kms/key:Key", "key", {"enableKeyRotation": True})
CMK = Ref("key", "arn")
ENCRYPTED: dict[str, Any] = {"storageEncrypted": True, "kmsKeyId": CMK, "masterUserSecretKmsKeyId": CMK}
SECRET, TOPIC = "aws:secretsmanager/secret:Secret", "aws:sns/topic:Topic"


DOCUMENTS, CACHE, VALKEY = (
    "aws:docdb/cluster:Cluster",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    {"engine": "valkey"},
)
MACHINE, TEMPLATE = "aws:ec2/instance:Instance", "aws:ec2/launchTemplate:LaunchTemplate"
CLUSTER = "aws:eks/cluster:Cluster"
STREAM, DELIVERY = "aws:kinesis/stream:Stream", "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"
ABSENT = {
    "aws:rds/instance:Instance": "storageEncrypted",
    "aws:rds/cluster:Cluster": "kmsKeyId",
    "aws:rds/globalCluster:GlobalCluster": "storageEncrypted",
    DOCUMENTS: "storageEncrypted",
    "aws:neptune/cluster:Cluster": "kmsKeyArn",
    "aws:redshift/cluster:Cluster": "encrypted",
    "aws:ebs/volume:Volume": "kmsKeyId",
    "aws:ebs/snapshotCopy:SnapshotCopy": "encrypted",
    "aws:efs/fileSystem:FileSystem": "encrypted",
    CLUSTER: "encryptionConfig.provider.keyArn",
    CACHE: "atRestEncryptionEnabled",
    "aws:dax/cluster:Cluster": "serverSideEncryption.enabled",
    "aws:opensearch/domain:Domain": "encryptAtRest.enabled",
    STREAM: "encryptionType",
    DELIVERY: "serverSideEncryption.enabled",
    SECRET: "kmsKeyId",
    "aws:cloudwatch/logGroup:LogGroup": "kmsKeyId",
    "aws:cloudtrail/trail:Trail": "kmsKeyId",
    TOPIC: "kmsMasterKeyId",
    "aws:sqs/queue:Queue": "kmsMasterKeyId",
    MACHINE: "rootBlockDevice.encrypted",
    "aws:ec2/launchConfiguration:LaunchConfiguration": "rootBlockDevice.encrypted",
    "aws:workspaces/workspace:Workspace": "userVolumeEncryptionEnabled",
}
BLOCKS: list[tuple[str, dict[str, Any], str]] = [
    (MACHINE, {"rootBlockDevice": {"encrypted": False}}, "rootBlockDevice.encrypted is False"),
    (MACHINE, {"launchTemplate": {"id": "lt"}, "rootBlockDevice": {}}, "rootBlockDevice.encrypted is None"),
    (
        MACHINE,
        {"rootBlockDevice": {"encrypted": True}, "ebsBlockDevices": [{"encrypted": True}, {"deviceName": "/dev/sdf"}]},
        "ebsBlockDevices[1].encrypted is None",
    ),
    (TEMPLATE, {"blockDeviceMappings": [{"ebs": {"encrypted": "false"}}]}, "blockDeviceMappings[0].ebs.encrypted is"),
    ("aws:ec2/ami:Ami", {"ebsBlockDevices": [{"deviceName": "/dev/xvda"}]}, "ebsBlockDevices[0].encrypted"),
    (
        "aws:ec2/spotFleetRequest:SpotFleetRequest",
        {"launchSpecifications": [{"rootBlockDevices": [{"encrypted": False}]}]},
        "launchSpecifications[0].rootBlockDevices[0].encrypted is False",
    ),
    (
        "aws:imagebuilder/imageRecipe:ImageRecipe",
        {"blockDeviceMappings": [{"ebs": {"encrypted": "false"}}]},
        "ebs.encrypted is 'false'",
    ),
    (
        "aws:codebuild/project:Project",
        {"artifacts": {"type": "S3", "encryptionDisabled": True}},
        "artifacts.encryptionDisabled is True",
    ),
    (
        "aws:emr/securityConfiguration:SecurityConfiguration",
        {"configuration": '{"EncryptionConfiguration": {"EnableAtRestEncryption": false}}'},
        "EnableAtRestEncryption is False",
    ),
    (
        "aws:rds/clusterInstance:ClusterInstance",
        {"performanceInsightsEnabled": True},
        "performanceInsightsKmsKeyId is None",
    ),
    (
        "aws:docdb/clusterInstance:ClusterInstance",
        {"enablePerformanceInsights": True},
        "performanceInsightsKmsKeyId is None",
    ),
    (
        "aws:redshiftserverless/namespace:Namespace",
        {"manageAdminPassword": True},
        "adminPasswordSecretKmsKeyId is None",
    ),
    (SECRET, {"kmsKeyId": "key", "replicas": [{"region": "eu-west-1"}]}, "replicas[0].kmsKeyId is None"),
    (DOCUMENTS, {"storageEncrypted": ["x"], "kmsKeyId": 7}, "storageEncrypted is a list, must be True"),
    (CLUSTER, {"encryptionConfig": {"resources": ["secrets"]}}, "encryptionConfig.provider.keyArn is None"),
    (CLUSTER, {"encryptionConfig": {"provider": {"keyArn": "alias/aws/eks"}}}, "keyArn is 'alias/aws/eks'"),
    (CLUSTER, {"encryptionConfig": 7}, "encryptionConfig is 7, must be a customer-managed KMS key"),
    (MACHINE, {"rootBlockDevice": "encrypted"}, "rootBlockDevice is 'encrypted', must be True"),
]
ENCRYPTED_OTHERWISE: list[tuple[str, dict[str, Any]]] = [
    (DOCUMENTS, {"storageEncrypted": True, "kmsKeyId": CMK}),
    (CACHE, {**VALKEY, "automaticFailoverEnabled": True}),
    (CACHE, {"globalReplicationGroupId": "global"}),
    (MACHINE, {"rootBlockDevice": {"encrypted": True}}),
    (MACHINE, {"launchTemplate": {"id": "lt"}}),
    (CLUSTER, {"encryptionConfig": {"provider": {"keyArn": CMK}, "resources": ["secrets"]}}),
    (TEMPLATE, {"imageId": "ami"}),
    (TEMPLATE, {"blockDeviceMappings": [{"virtualName": "ephemeral0"}, {"ebs": {"encrypted": "true"}}]}),
    ("aws:ec2/ami:Ami", {"ebsBlockDevices": [{"snapshotId": "snap"}]}),
    (STREAM, {"encryptionType": "KMS", "kmsKeyId": "alias/aws/kinesis"}),
    (DELIVERY, {"kinesisSourceConfiguration": {"kinesisStreamArn": "arn"}}),
    ("aws:rds/clusterInstance:ClusterInstance", {"performanceInsightsEnabled": False}),
    ("aws:rds/globalCluster:GlobalCluster", {"sourceDbClusterIdentifier": "arn"}),
    ("aws:codebuild/project:Project", {"artifacts": {"type": "CODEPIPELINE"}}),
    ("aws:ecs/service:Service", {"volumeConfiguration": {"managedEbsVolume": {"roleArn": "arn"}}}),
    ("aws:rds/instance:Instance", {"storageEncrypted": True, "replicateSourceDb": "orders"}),
]


def secret(**inputs: Any) -> Res:
    """A secret."""
    return Res(SECRET, "token", {"recoveryWindowInDays": 30, **inputs})


CASES = [
    Case("pass", "database", [*DATA_NETWORK, KEY, database(**ENCRYPTED)]),
    Case(
        "pass",
        "database with performance insights",
        [
            *DATA_NETWORK,
            KEY,
            database(**ENCRYPTED, performanceInsightsEnabled=True, performanceInsightsKmsKeyId=CMK),
        ],
    ),
    Case("pass", "others", [KEY, secret(kmsKeyId=CMK), Res(TOPIC, "alerts", {"kmsMasterKeyId": Ref("key")})]),
    Case(
        "fail",
        "database without encryption",
        [*DATA_NETWORK, KEY, database(storageEncrypted=False, masterUserSecretKmsKeyId=CMK)],
        ["orders: storageEncrypted is False", "orders: kmsKeyId is None"],
    ),
    Case(
        "fail", "secret under AWS's key", [secret(kmsKeyId="alias/aws/secretsmanager")], ["token: kmsKeyId is 'alias"]
    ),
    Case("fail", "topic under AWS's key", [Res(TOPIC, "alerts", {"kmsMasterKeyId": "alias/aws/sns"})], ["alerts: kms"]),
    *(Case("absent", type_, [Res(type_, "it")], [f"it: {key} is None, must be"]) for type_, key in ABSENT.items()),
    *(Case("fail", f"{type_} {says}", [Res(type_, "it", inputs)], [says]) for type_, inputs, says in BLOCKS),
    *(
        Case("pass", f"{type_} {number}", [KEY, Res(type_, "it", inputs)])
        for number, (type_, inputs) in enumerate(ENCRYPTED_OTHERWISE)
    ),
    Case(
        "absent",
        "master secret's key",
        [*DATA_NETWORK, database(storageEncrypted=True, kmsKeyId="k")],
        ["masterUserSecretKmsKeyId"],
    ),
    Case(
        "absent",
        "performance insights' key",
        [*DATA_NETWORK, KEY, database(**ENCRYPTED, performanceInsightsEnabled=True)],
        ["orders: performanceInsightsKmsKeyId is None"],
    ),
    Case("unknown", "key of this update", [KEY, secret(kmsKeyId=Ref("key", "arn", unknown=True))]),
    Case(
        "unknown",
        "everything",
        [
            KEY,
            database(
                **dict.fromkeys(ENCRYPTED, UNKNOWN), dbSubnetGroupName="group", performanceInsightsEnabled=UNKNOWN
            ),
        ],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


def test_replica_of_another_region_needs_a_key() -> None:
    """AWS takes a key there, and refuses one in the region of the source."""
    source = "arn:aws:rds:eu-west-1:123456789012:db:orders"
    replica = Res("aws:rds/instance:Instance", "it", {"storageEncrypted": True, "replicateSourceDb": source})
    assert messages(RULE, [replica]) == ["it: kmsKeyId is None, must be a customer-managed KMS key"]


def test_no_advisory_for_a_key_of_this_update() -> None:
    """A first preview knows no key: if that raised, every encrypted resource would be reported as unchecked."""
    assert RULE.check is not None
    assert list(RULE.check(as_resource_args(secret(kmsKeyId=UNKNOWN)))) == []


def test_unknown_flag_is_told_to_the_engine() -> None:
    """What may turn out False is not passed over."""
    unclear = database(storageEncrypted=UNKNOWN, kmsKeyId="k", masterUserSecretKmsKeyId="k", dbSubnetGroupName="group")
    assert RULE.check is not None
    with pytest.raises(UnknownValueError):
        list(RULE.check(as_resource_args(unclear)))


def test_aws_key_by_arn_is_refused() -> None:
    """The alias may be spelled as an ARN."""
    arn = "arn:aws:kms:eu-central-1:123456789012:alias/aws/secretsmanager"
    (message,) = messages(RULE, [secret(kmsKeyId=arn)])
    assert "must be a customer-managed KMS key" in message
