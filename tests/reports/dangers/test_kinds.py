"""Each kind of danger: what makes it, and what looks alike and is none."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from reports.dangers import Danger, dangers
from tests.reports.support.changes import change_of
from tests.support.resources import UNKNOWN, Ref, Res

RDS, KEY = "aws:rds/instance:Instance", "aws:kms/key:Key"
BUCKET, SECRET = "aws:s3/bucket:Bucket", "aws:secretsmanager/secret:Secret"
ALARM, LOGS = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/logGroup:LogGroup"
ROLE, POLICY = "aws:iam/role:Role", "aws:iam/policy:Policy"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
GROUP, RULE = "aws:ec2/securityGroup:SecurityGroup", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
VERSIONING, BLOCK = "aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
CLUSTER = "aws:eks/cluster:Cluster"
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
        (ALARM, {"threshold": 5, "comparisonOperator": "GreaterThanThreshold"},
         {"threshold": 9, "comparisonOperator": "LessThanThreshold"}),
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


def ingress(*cidrs: str, port: int = 22, last: int | None = None, protocol: str = "tcp") -> dict[str, Any]:
    """A security group's only rule."""
    rule = {"protocol": protocol, "fromPort": port, "toPort": last or port, "cidrBlocks": [*cidrs]}
    return {"ingress": [rule]}


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (ingress("10.0.0.0/8"), ingress("0.0.0.0/0"), "newly lets in 0.0.0.0/0 on tcp port 22: much of the internet"),
        (ingress("10.0.0.0/8"), ingress("10.0.0.0/8", "192.0.2.0/24"), "newly lets in 192.0.2.0/24 on tcp port 22"),
        (ingress("10.0.0.0/8"), ingress("10.0.0.0/8", last=23), "newly lets in 10.0.0.0/8 on tcp port 23"),
        (ingress("10.0.0.0/8"), ingress("10.0.0.0/8", protocol="-1"), "newly lets in 10.0.0.0/8 on every protocol"),
        (ingress("10.0.0.0/8"), ingress("10.0.0.0/9", "10.128.0.0/9"), ""),
        (ingress("10.0.0.0/8"), ingress("10.1.0.0/16"), ""),
        (ingress("10.0.0.0/8"), ingress(UNKNOWN), ""),
        (ingress("10.0.0.0/8", protocol="6"), ingress("10.0.0.0/8"), ""),
        (
            {"ingress": []},
            ingress("0.0.0.0/0", port=8, last=-1, protocol="icmp"),
            "newly lets in 0.0.0.0/0 on icmp of type 8: much of the internet",
        ),
        (ingress("10.0.0.0/8"), {"ingress": "all"}, ""),
    ],
)
def test_security_groups(before: dict[str, Any], after: dict[str, Any], says: str) -> None:
    """By addresses and ports, however they are written."""
    found = sentences(one(GROUP, before, after))
    assert [text.removeprefix("it (ec2 securityGroup) ") for text in found] == ([says] if says else [])


def test_rules_of_their_own_and_new_groups() -> None:
    """A rule that moves says nothing, one for another group is told, and a new group only where the world comes in."""
    rule = {"securityGroupId": Ref("g"), "ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "cidrIpv4": "10.0.0.0/8"}
    inline, apart = Res(GROUP, "g", ingress("10.0.0.0/8")), [Res(GROUP, "g"), Res(RULE, "r", rule)]
    assert told([inline], apart) == []
    peer = {**rule, "cidrIpv4": None, "referencedSecurityGroupId": "sg-other"}
    (found,) = told([Res(GROUP, "g")], [Res(GROUP, "g"), Res(RULE, "r", peer)])
    assert "newly lets in the members of sg-other on tcp port 22" in found.sentence
    assert told([], [Res(GROUP, "g", ingress("10.0.0.0/8")), Res(GROUP, "web", ingress("0.0.0.0/0", port=443))]) == []
    assert [danger.severity for danger in told([], [Res(GROUP, "g", ingress("0.0.0.0/0"))])] == ["critical"]


def test_rights_move_between_policies() -> None:
    """Out of an inline policy into a managed one that the same role has: nothing is gained. Then something is."""
    role = Res(ROLE, "role", {"name": "role"})
    inline = Res(ROLE_POLICY, "inline", {"role": Ref("role", "name"), "policy": document("s3:GetObject")})
    managed = [
        Res(POLICY, "managed", {"policy": document("s3:GetObject")}),
        Res(ATTACHMENT, "attached", {"role": Ref("role", "name"), "policyArn": Ref("managed", "arn")}),
    ]
    assert told([role, inline], [role, *managed]) == []
    wider = Res(POLICY, "managed", {"policy": document("s3:*", resource="*")})
    (found,) = told([role, inline], [role, wider, managed[1]])
    assert found.sentence == "role role gains s3:* on all buckets"
    assert found.severity == "critical"


def test_rights_that_a_preview_does_not_know() -> None:
    """It is said, once, and only where they were known."""
    role = Res(ROLE, "role", {"name": "role"})
    inline = [Res(ROLE_POLICY, "p", {"role": "role", "policy": text}) for text in (document("s3:GetObject"), UNKNOWN)]
    (found,) = told([role, inline[0]], [role, inline[1]])
    assert (found.severity, found.kind) == ("unclear", "rights")
    assert told([role], [role, Res(ROLE_POLICY, "p", {"role": "role", "policy": UNKNOWN})])[0].severity == "unclear"
    assert told([], [role, inline[1]]) == []


def test_memberships_boundaries_and_permission_sets() -> None:
    """Each by its words."""
    members = "aws:iam/groupMembership:GroupMembership"
    (joins,) = one(members, {"group": "admins", "users": ["a"]}, {"group": "admins", "users": ["a", "b"]})
    assert joins.sentence == "b joins the group admins"
    (other,) = one(ROLE, {"permissionsBoundary": "arn:a"}, {"permissionsBoundary": "arn:b"})
    assert "has another permissions boundary: arn:a -> arn:b" in other.sentence
    assignment = {"principalId": "p", "targetId": "1", "permissionSetArn": "arn:ps"}
    (gets,) = told([], [Res("aws:ssoadmin/accountAssignment:AccountAssignment", "a", assignment)])
    assert gets.sentence == "p gets the permission set arn:ps in account 1"
    boundary = Res(POLICY, "edge", {"policy": document("s3:*", resource="*")})
    role = Res(ROLE, "role", {"permissionsBoundary": Ref("edge", "arn")})
    (allows,) = told([boundary, role], [Res(POLICY, "edge", {"policy": document("*", resource="*")}), role])
    assert allows.sentence == "boundary edge now allows every action on everything"


def trust(principal: Any, **more: Any) -> dict[str, Any]:
    """A role with its trust policy."""
    row = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **more}
    return {"assumeRolePolicy": json.dumps({"Statement": [row]}), "arn": "arn:aws:iam::111111111111:role/it"}


OWN, STRANGER = "arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root"


@pytest.mark.parametrize(
    ("before", "after", "severity", "says"),
    [
        ({"AWS": OWN}, {"AWS": [OWN, STRANGER]}, "high", "role it newly may be assumed by account 222222222222"),
        ({"AWS": OWN}, {"AWS": "*"}, "critical", "role it newly may be assumed by everybody"),
        ({"AWS": OWN}, {"AWS": OWN, "Service": "ec2.amazonaws.com"}, "medium", "the service ec2.amazonaws.com"),
        ({"AWS": OWN}, {"AWS": ["111111111111"]}, "", ""),
        ({"AWS": [OWN, STRANGER]}, {"AWS": OWN}, "", ""),
    ],
)
def test_trust(before: Any, after: Any, severity: str, says: str) -> None:
    """Who may newly assume a role."""
    found = one(ROLE, trust(before), trust(after))
    assert [danger.severity.value for danger in found] == ([severity] if severity else [])
    assert all(says in danger.sentence for danger in found)


@pytest.mark.parametrize(
    ("type_", "key"),
    [
        ("aws:kms/key:Key", "policy"),
        ("aws:secretsmanager/secretPolicy:SecretPolicy", "policy"),
        ("aws:sqs/queuePolicy:QueuePolicy", "policy"),
        ("aws:opensearch/domain:Domain", "accessPolicies"),
    ],
)
def test_policies_of_resources(type_: str, key: str) -> None:
    """Whom they let in, in every spelling; the account's own is less grave than a stranger."""
    closed = json.dumps({"Statement": []})
    for principal, severity in ((OWN, "medium"), (STRANGER, "high"), ("*", "critical")):
        opened = document("kms:Decrypt", resource="*", Principal={"AWS": principal})
        mine = {"arn": "arn:aws:kms:eu-central-1:111111111111:key/x"}
        found = one(type_, {**mine, key: closed}, {**mine, key: opened})
        assert [(danger.kind, danger.severity, danger.property) for danger in found] == [("exposure", severity, key)]


ENDPOINT, TAILNET = "aws:ec2/vpcEndpoint:VpcEndpoint", "tailscale:index/acl:Acl"


def test_policies_of_endpoints() -> None:
    """Without one everybody is let through, so that one that comes narrows."""
    narrow = {"policy": document("s3:GetObject", Principal="*")}
    assert one(ENDPOINT, {"policy": None}, narrow) == []
    (lost,) = one(ENDPOINT, narrow, {"policy": None})
    assert "loses its policy: it lets everybody through" in lost.sentence
    (wider,) = one(ENDPOINT, narrow, {"policy": document("s3:*", resource="*", Principal="*")})
    assert (wider.severity, "newly lets in everybody for s3:*" in wider.sentence) == ("critical", True)


def test_policies_of_new_resources() -> None:
    """Of what is new only what strangers get."""
    queue = "aws:sqs/queuePolicy:QueuePolicy"
    mine = Res("aws:iam/role:Role", "r", {"arn": "arn:aws:iam::111111111111:role/r"})
    for principal, severity in ((OWN, []), ({"Service": "sns.amazonaws.com"}, []), (STRANGER, ["high"])):
        who = principal if isinstance(principal, dict) else {"AWS": principal}
        policy = {"queueUrl": "q", "policy": document("sqs:SendMessage", resource="q", Principal=who)}
        assert [danger.severity for danger in told([mine], [mine, Res(queue, "q", policy)])] == severity
    assert told([mine], [mine, Res(ROLE, "new", trust({"AWS": OWN}))]) == []
    assert [danger.severity for danger in told([mine], [mine, Res(ROLE, "new", trust({"AWS": "*"}))])] == ["critical"]
    (public,) = told([mine], [mine, Res(RDS, "db", {"publiclyAccessible": True})])
    assert public.sentence == "db (rds instance): is new with publiclyAccessible true: it answers on the internet"
    assert told([mine], [mine, Res(RDS, "db", {"deletionProtection": False})]) == []


def acl(*rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A tailnet's policy."""
    return {"acl": json.dumps({"acls": [*rules], **more})}


def test_tailnet_policies() -> None:
    """Everyone, SSH, routes; equal rules in another order say nothing."""
    narrow = [{"action": "accept", "src": ["group:a"], "dst": [f"10.0.{n}.0/24:22"]} for n in (1, 2)]
    wide = {"action": "accept", "src": ["*"], "dst": ["10.0.3.0/24:22"]}
    assert one(TAILNET, acl(*narrow, wide), acl(wide, *narrow)) == []
    (found,) = one(TAILNET, acl(*narrow), acl(*narrow, wide))
    assert "is wider: acls.src holds '*', must name groups or tags" in found.sentence
    ssh = [{"action": "accept", "src": ["group:a"], "dst": ["tag:x"], "users": ["ubuntu"]}]
    (found,) = one(TAILNET, acl(), acl(ssh=ssh))
    assert "newly lets group:a open SSH sessions on tag:x as ubuntu" in found.sentence
    (found,) = one(TAILNET, acl(), acl(autoApprovers={"routes": {"10.0.0.0/8": ["tag:router"]}}))
    assert "newly approves routes by itself: 10.0.0.0/8" in found.sentence
    assert told([Res(TAILNET, "t", acl())], [])[0].severity == "high"
    assert one(TAILNET, acl(), {"acl": UNKNOWN}) == []


def test_what_stays_in_the_account() -> None:
    """Pulumi forgets it, AWS does not."""
    change = change_of([OTHER, Res(RDS, "db")], [OTHER])
    steps = [replace(step, old={**step.old, "retainOnDelete": True}) for step in change.run.steps]
    (found,) = dangers(replace(change, run=replace(change.run, steps=steps)))
    assert (found.severity, "it stays where it is (retainOnDelete)" in found.sentence) == ("low", True)


def test_a_role_that_another_stack_declares() -> None:
    """What it gains is told, for it is not new."""
    policy = Res(ROLE_POLICY, "p", {"role": "admin", "policy": document("s3:GetObject")})
    assert sentences(told([], [policy])) == ["role admin gains s3:GetObject on arn:aws:s3:::a/*"]


def test_a_first_deployment_has_no_dangers() -> None:
    """There is nothing to lose yet, and what is wide or exposed is the policies' to say."""
    wide = [
        Res(ROLE, "role", trust({"AWS": "*"})),
        Res(ROLE_POLICY, "p", {"role": "role", "policy": document("*", resource="*")}),
        Res(GROUP, "g", ingress("0.0.0.0/0")),
        Res(RDS, "db", {"publiclyAccessible": True}),
    ]
    assert dangers(change_of([], wide)) == []


def test_order_and_text() -> None:
    """The gravest first; names are harmless, and no secret is shown."""
    password = "hunter2-hunter2"
    before = [
        Res(RDS, "db\x1b[2J", {"password": password, "deletionProtection": True}),
        Res(LOGS, "logs", {"retentionInDays": 90}),
    ]
    after = [Res(RDS, "db\x1b[2J", {"password": "other", "engine": "x"}), Res(LOGS, "logs", {"retentionInDays": 9})]
    found = dangers(change_of([OTHER, *before], [OTHER, *after], {"db\x1b[2J": ["password"]}))
    assert [danger.severity.value for danger in found] == ["critical", "high", "medium"]
    assert not any(password in str(danger) or "other" in danger.after for danger in found)
    assert not any("\x1b" in text for danger in found for text in (danger.sentence, danger.resource, danger.type))
