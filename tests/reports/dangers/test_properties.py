"""What is lost, what gets worse, and guards that go: what makes a danger, and what looks alike and is none."""

from typing import Any

import pytest

from tests.reports.support.danger_cases import (
    ALARM,
    BLOCK,
    BUCKET,
    CLUSTER,
    GROUP,
    KEY,
    LOGS,
    RDS,
    ROLE,
    ROTATION,
    SECRET,
    VERSIONING,
    one,
    sentences,
    told,
)
from tests.support.resources import UNKNOWN, Ref, Res

EVENTS, SUBSCRIBED = "aws:cloudwatch/eventRule:EventRule", "aws:sns/topicSubscription:TopicSubscription"
NODES, TAILNET = "aws:eks/nodeGroup:NodeGroup", "tailscale:index/tailnetSettings:TailnetSettings"
PARAMETERS = "aws:rds/parameterGroup:ParameterGroup"
TARGET, TOPIC = "aws:cloudwatch/eventTarget:EventTarget", "aws:sns/topic:Topic"


def open_to(cidr: str, description: str = "") -> dict[str, Any]:
    """A rule of a security group."""
    return {"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": [cidr], "description": description}


def forced(value: str) -> dict[str, Any]:
    """A row of a parameter group."""
    return {"name": "rds.force_ssl", "value": value}


@pytest.mark.parametrize(
    ("type_", "inputs", "severity", "words"),
    [
        (CLUSTER, {}, "critical", "everything that runs in it goes with it"),
        (LOGS, {"skipDestroy": True}, "medium", "its logs are lost; AWS keeps it, outside of the stack"),
        (RDS, {"skipFinalSnapshot": True}, "critical", "its data is lost; no last snapshot is made"),
        (RDS, {"finalSnapshotIdentifier": "last"}, "critical", "a last snapshot is made, last"),
        (RDS, {"replicateSourceDb": "orders"}, "medium", "it is a replica; its source stays"),
        ("aws:docdb/cluster:Cluster", {}, "critical", "its data is lost"),
        ("aws:ebs/volume:Volume", {}, "critical", "its data is lost"),
        ("aws:s3/bucketV2:BucketV2", {}, "critical", "its data is lost"),
        ("aws:dynamodb/table:Table", {"deletionProtection": True}, "critical", "AWS refuses"),
        (KEY, {"deletionWindowInDays": 30}, "critical", "can no longer be read; it can be restored for 30 days"),
        (SECRET, {"recoveryWindowInDays": 0}, "high", "it cannot be restored"),
        ("aws:rds/snapshot:Snapshot", {}, "high", "this way back is lost"),
        ("kubernetes:core/v1:PersistentVolumeClaim", {"metadata": {"name": "x"}}, "critical", "its data is lost"),
    ],
)
def test_what_holds_data_goes(type_: str, inputs: dict[str, Any], severity: str, words: str) -> None:
    """Every engine's spelling, deleted or replaced; why, and which way back there is."""
    resource = Res(type_, "it", inputs)
    (deleted,) = told([resource], [])
    assert (deleted.kind, deleted.severity, deleted.resource) == ("data", severity, "it")
    assert words in deleted.sentence
    (replaced,) = told([resource], [Res(type_, "it", {**inputs, "name": "new"})], it=["name"])
    assert "is replaced" in replaced.sentence
    assert "forced by name absent -> new" in replaced.sentence
    assert (replaced.property, replaced.before, replaced.after) == ("name", "absent", "new")


def test_what_can_be_made_again_may_go() -> None:
    """No alarm for a route, a role, a component, or for what is only read."""
    gone = [Res("aws:ec2/route:Route", "r"), Res(ROLE, "role"), Res("nationgraph:network:Network", "n")]
    assert told(gone, []) == []
    (protected,) = told([Res(ROLE, "role", protect=True)], [])
    assert "it was protected on purpose; it is protected, so that the engine refuses" in protected.sentence


WORSE: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    (RDS, {"deletionProtection": True}, {"deletionProtection": False}, "protection deletionProtection"),
    (RDS, {"deletionProtection": True}, {}, "protection deletionProtection"),
    (RDS, {"deletionProtection": "true"}, {"deletionProtection": "false"}, "protection deletionProtection"),
    (RDS, {"backupRetentionPeriod": 35}, {"backupRetentionPeriod": 8}, "protection backupRetentionPeriod"),
    (RDS, {"backupRetentionPeriod": 5}, {"backupRetentionPeriod": 0}, "protection backupRetentionPeriod"),
    (RDS, {"storageEncrypted": True}, {"storageEncrypted": False}, "protection storageEncrypted"),
    (RDS, {"kmsKeyId": "arn:aws:kms:::key/a"}, {}, "protection kmsKeyId"),
    (RDS, {"multiAz": True}, {"multiAz": False}, "protection multiAz"),
    (RDS, {"skipFinalSnapshot": False}, {"skipFinalSnapshot": True}, "protection skipFinalSnapshot"),
    (BUCKET, {}, {"forceDestroy": True}, "protection forceDestroy"),
    (KEY, {"deletionWindowInDays": 30}, {"deletionWindowInDays": 7}, "protection deletionWindowInDays"),
    (KEY, {"enableKeyRotation": True}, {"enableKeyRotation": False}, "protection enableKeyRotation"),
    (SECRET, {"recoveryWindowInDays": 30}, {"recoveryWindowInDays": 0}, "protection recoveryWindowInDays"),
    ("aws:dynamodb/table:Table",
     {"pointInTimeRecovery": {"enabled": True}}, {"pointInTimeRecovery": {"enabled": False}},
     "protection pointInTimeRecovery.enabled"),
    (VERSIONING,
     {"versioningConfiguration": {"status": "Enabled"}}, {"versioningConfiguration": {"status": "Suspended"}},
     "protection versioningConfiguration.status"),
    (RDS, {"publiclyAccessible": False}, {"publiclyAccessible": True}, "exposure publiclyAccessible"),
    (CLUSTER, {"vpcConfig": {"endpointPublicAccess": False}}, {"vpcConfig": {"endpointPublicAccess": True}},
     "exposure vpcConfig.endpointPublicAccess"),
    (CLUSTER, {"vpcConfig": {"publicAccessCidrs": ["192.0.2.0/24"]}},
     {"vpcConfig": {"publicAccessCidrs": ["192.0.2.0/24", "0.0.0.0/0"]}}, "exposure vpcConfig.publicAccessCidrs"),
    (BLOCK, {"blockPublicPolicy": True}, {"blockPublicPolicy": False}, "exposure blockPublicPolicy"),
    ("aws:ec2/subnet:Subnet", {}, {"mapPublicIpOnLaunch": True}, "exposure mapPublicIpOnLaunch"),
    ("aws:rds/snapshot:Snapshot", {}, {"sharedAccounts": ["all"]}, "exposure sharedAccounts"),
    (LOGS, {"retentionInDays": 365}, {"retentionInDays": 30}, "watch retentionInDays"),
    (LOGS, {}, {"retentionInDays": 365}, "watch retentionInDays"),
    (ALARM, {"alarmActions": ["arn:a"]}, {"alarmActions": []}, "watch alarmActions"),
    (ALARM, {}, {"actionsEnabled": False}, "watch actionsEnabled"),
    ("aws:cloudwatch/eventRule:EventRule", {"state": "ENABLED"}, {"state": "DISABLED"}, "watch state"),
    (ROTATION, {}, {"rotationEnabled": False}, "rotation rotationEnabled"),
    ("aws:sqs/queue:Queue", {"messageRetentionSeconds": 900}, {"messageRetentionSeconds": 60},
     "protection messageRetentionSeconds"),
    ("aws:backup/plan:Plan",
     {"rules": [{"ruleName": "a"}]}, {"rules": [{"ruleName": "a", "lifecycle": {"deleteAfter": 1}}]},
     "protection rules[0].lifecycle.deleteAfter"),
    ("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
     {"rules": [{"expiration": {"days": 90}}]}, {"rules": [{"expiration": {"days": 1}}]},
     "protection rules[0].expiration.days"),
    ("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
     {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}]},
     {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]},
     "protection rules[0].applyServerSideEncryptionByDefault.sseAlgorithm"),
    (PARAMETERS, {"parameters": [forced("1")]}, {"parameters": [forced("0")]}, "protection parameters"),
    (PARAMETERS, {"parameters": [forced("1")]}, {"parameters": []}, "protection parameters"),
    (RDS, {"engineVersion": "16"}, {"engineVersion": "17.2"}, "protection engineVersion"),
    (NODES, {"scalingConfig": {"desiredSize": 3}}, {"scalingConfig": {"desiredSize": 0}},
     "protection scalingConfig.desiredSize"),
    ("aws:iam/accountPasswordPolicy:AccountPasswordPolicy", {"minimumPasswordLength": 14}, {"minimumPasswordLength": 6},
     "protection minimumPasswordLength"),
    (TAILNET, {"devicesApprovalOn": True}, {"devicesApprovalOn": False}, "exposure devicesApprovalOn"),
    (TAILNET, {"devicesKeyDurationDays": 30}, {"devicesKeyDurationDays": 180}, "exposure devicesKeyDurationDays"),
    ("aws:eks/addon:Addon", {"addonName": "vpc-cni", "configurationValues": '{"enableNetworkPolicy": "true"}'},
     {"addonName": "vpc-cni", "configurationValues": '{"enableNetworkPolicy": "false"}'},
     "exposure configurationValues.enableNetworkPolicy"),
    (GROUP, {"egress": []}, {"egress": [open_to("0.0.0.0/0")]}, "exposure egress"),
    (EVENTS, {"scheduleExpression": "rate(1 day)"}, {"scheduleExpression": "rate(60 days)"},
     "watch scheduleExpression"),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "before", "after", "named"), WORSE)
def test_a_property_gets_worse(type_: str, before: dict[str, Any], after: dict[str, Any], named: str) -> None:
    """One danger in this direction, and none in the other, or where the value is not known yet."""
    (found,) = [danger for danger in one(type_, before, after) if danger.kind != "path"]
    assert f"{found.kind} {found.property}" == named
    assert "it (" in found.sentence
    assert one(type_, after, before) == []
    unknown = one(type_, before, dict.fromkeys(after, UNKNOWN)) if after else []
    assert {danger.severity for danger in unknown} <= {"unclear"}


@pytest.mark.parametrize(
    ("type_", "before", "after"),
    [
        (RDS, {"backupRetentionPeriod": 7}, {"backupRetentionPeriod": 35}),
        (RDS, {"backupRetentionPeriod": "35"}, {"backupRetentionPeriod": 35}),
        (RDS, {"kmsKeyId": "arn:aws:kms:::key/a"}, {"kmsKeyId": UNKNOWN}),
        (RDS, {"publiclyAccessible": True}, {"publiclyAccessible": True, "tags": {"a": "b"}}),
        (ALARM, {"alarmActions": ["arn:a"]}, {"alarmActions": ["arn:b"]}),
        (LOGS, {"retentionInDays": 365}, {"retentionInDays": 0}),
        (BUCKET, {"tags": {"a": "b"}}, {"tags": {"a": "c"}}),
        (ALARM, {"threshold": 5, "comparisonOperator": "GreaterThanThreshold"},
         {"threshold": 4, "comparisonOperator": "GreaterThanThreshold"}),
        (EVENTS, {"eventPattern": '{"source": ["a"]}'}, {"eventPattern": '{"source":["a"]}'}),
        (EVENTS, {"scheduleExpression": "rate(2 days)"}, {"scheduleExpression": "rate(1 day)"}),
        (EVENTS, {"scheduleExpression": "rate(2 days)"}, {"scheduleExpression": UNKNOWN}),
        (SUBSCRIBED, {"endpoint": "arn:a"}, {"endpoint": UNKNOWN}),
        (NODES, {"scalingConfig": {"desiredSize": 3}}, {"scalingConfig": {"desiredSize": 1}}),
        (RDS, {"engineVersion": "16.4"}, {"engineVersion": "16.9"}),
        (GROUP, {"egress": [open_to("10.0.0.0/8")]}, {"egress": [open_to("10.0.0.0/8"), open_to("10.1.0.0/16")]}),
        (GROUP, {"egress": [open_to("0.0.0.0/0")]}, {"egress": [open_to("0.0.0.0/0", "other words")]}),
        (PARAMETERS, {"parameters": [forced("1")]}, {"parameters": [{"name": "a", "value": "b"}, forced("1")]}),
        (PARAMETERS, {"parameters": [forced("1")]}, {"parameters": UNKNOWN}),
        (ROTATION, {"rotationRules": {"automaticallyAfterDays": 30}},
         {"rotationRules": {"scheduleExpression": "rate(30 days)"}}),
        (ROTATION, {"rotationRules": {"automaticallyAfterDays": 30}}, {"rotationRules": {"scheduleExpression": "no"}}),
    ],
)  # fmt: skip
def test_no_property_gets_worse(type_: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Better, equal, unknown, or in no certain direction."""
    assert one(type_, before, after) == []


def test_alarms_and_rotation() -> None:
    """A threshold is further away; a schedule is slower, and too slow."""
    loose = {"threshold": 5, "comparisonOperator": "GreaterThanThreshold"}
    assert sentences(one(ALARM, loose, {**loose, "threshold": 50})) == [
        "it (cloudwatch metricAlarm) rings later: threshold 5 -> 50"
    ]
    slower = one(
        ROTATION, {"rotationRules": {"automaticallyAfterDays": 30}}, {"rotationRules": {"automaticallyAfterDays": 60}}
    )
    assert [(danger.severity, danger.before, danger.after) for danger in slower] == [("medium", "30", "60")]


@pytest.mark.parametrize(
    ("type_", "key", "before", "after", "kind"),
    [
        ("aws:eks/podIdentityAssociation:PodIdentityAssociation", "roleArn", "arn:a", "arn:b", "rights"),
        ("aws:lambda/function:Function", "role", "arn:a", "arn:b", "rights"),
        (SUBSCRIBED, "endpoint", "a@nationgraph.example", "b@nationgraph.example", "watch"),
        (ALARM, "dimensions", {"Id": "a"}, {"Id": "b"}, "watch"),
        (ALARM, "comparisonOperator", "LessThanThreshold", "GreaterThanThreshold", "watch"),
        (EVENTS, "eventPattern", '{"source": ["a"]}', '{"source": ["b"]}', "watch"),
    ],
)
def test_another_value_than_before(type_: str, key: str, before: Any, after: Any, kind: str) -> None:
    """Neither of two values is worse, and a reviewer has to know of the change; one that is new is none."""
    (found,) = one(type_, {key: before}, {key: after})
    assert (found.kind, found.property, key in found.sentence) == (kind, key, True)
    assert one(type_, {}, {key: after}) == []
    assert one(type_, {key: before}, {key: UNKNOWN}) == []


def test_what_another_one_is_told_by() -> None:
    """A target is missed though the ARN in it is a topic's, each of several too; not where the topic goes."""
    topic = Res(TOPIC, "alerts", {"name": "alerts", "id": "arn:alerts"})
    targets = [Res(TARGET, name, {"arn": "arn:alerts", "rule": name}) for name in ("a", "b")]
    assert [danger.resource for danger in told([topic, *targets], [topic])] == ["a", "b"]
    assert told([topic, *targets], []) == []


@pytest.mark.parametrize(
    ("type_", "inputs"),
    [
        (EVENTS, {"name": "it"}),
        ("aws:cloudtrail/trail:Trail", {"name": "it"}),
        ("aws:amp/ruleGroupNamespace:RuleGroupNamespace", {"workspaceId": "w", "name": "it"}),
        ("aws:iam/accountPasswordPolicy:AccountPasswordPolicy", {}),
        ("aws:eks/addon:Addon", {"clusterName": "c", "addonName": "coredns"}),
        ("aws:lambda/permission:Permission", {"function": "f", "sourceArn": "arn:a"}),
        (TAILNET, {}),
    ],
)
def test_what_is_missed_itself(type_: str, inputs: dict[str, Any]) -> None:
    """It goes, and its own name is not taken for something else that goes."""
    (found,) = told([Res(type_, "it", inputs)], [])
    assert found.sentence.startswith("it (")


def test_guards_that_go() -> None:
    """They are missed while what they guard stays, and not where they only have another name."""
    bucket, block = Res(BUCKET, "b", {"bucket": "b"}), {"bucket": Ref("b", "bucket"), "blockPublicAcls": True}
    (lost,) = told([bucket, Res(BLOCK, "old", block)], [bucket])
    assert (lost.kind, lost.resource, lost.before) == ("exposure", "old", "b")
    assert told([bucket, Res(BLOCK, "old", block)], [bucket, Res(BLOCK, "new", block)]) == []
    assert {danger.kind for danger in told([bucket, Res(BLOCK, "old", block)], [])} == {"data"}


def test_alarms_that_go_with_what_they_watch() -> None:
    """No alarm is missed for what is not there any more."""
    database = Res(RDS, "db", {"skipFinalSnapshot": True})
    watched = {"namespace": "AWS/RDS", "metricName": "CPU", "dimensions": {"Id": Ref("db", "id")}}
    (missed,) = told([database, Res(ALARM, "cpu", watched)], [database])
    assert (missed.kind, missed.property) == ("watch", "namespace")
    assert [danger.kind for danger in told([database, Res(ALARM, "cpu", watched)], [])] == ["data"]
    renamed = {**watched, "name": "other"}
    assert told([database, Res(ALARM, "cpu", watched)], [database, Res(ALARM, "cpu2", renamed)]) == []
