"""Who is newly let in, and who may do more: what makes a danger, and what looks alike and is none."""

import json
from typing import Any

import pytest

from tests.reports.support.danger_cases import (
    ATTACHMENT,
    GROUP,
    OWN,
    POLICY,
    RDS,
    ROLE,
    ROLE_POLICY,
    RULE,
    STRANGER,
    document,
    one,
    sentences,
    told,
    trust,
)
from tests.support.resources import UNKNOWN, Ref, Res


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


ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


def test_who_enters_a_cluster() -> None:
    """Administrators, new groups, and a policy that counts everywhere."""
    view = {"clusterName": "c", "principalArn": "arn:p", "policyArn": "arn:aws:eks::aws:cluster-access-policy/View"}
    (found,) = one(ASSOCIATION, view, {**view, "policyArn": ADMIN})
    assert found.sentence == "arn:p gets AmazonEKSClusterAdminPolicy in cluster c"
    assert told([], [Res(ASSOCIATION, "a", view)]) == []
    assert [danger.severity for danger in told([], [Res(ASSOCIATION, "a", {**view, "policyArn": ADMIN})])] == ["high"]
    (wide,) = one(
        ASSOCIATION, {**view, "accessScope": {"type": "namespace"}}, {**view, "accessScope": {"type": "cluster"}}
    )
    assert "has its rights in the whole cluster" in wide.sentence
    entry = {"clusterName": "c", "principalArn": "arn:p", "kubernetesGroups": ["a"]}
    (joins,) = one("aws:eks/accessEntry:AccessEntry", entry, {**entry, "kubernetesGroups": ["a", "system:masters"]})
    assert (joins.severity, "gains the groups system:masters" in joins.sentence) == ("high", True)
    (key,) = told([], [Res("aws:iam/accessKey:AccessKey", "k", {"user": "u"})])
    assert key.sentence == "user u gets an access key, which does not expire"


def test_denials_that_except_more() -> None:
    """What is denied still is not told as denied no more."""
    row = {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Principal": "*"}
    texts = [
        json.dumps({"Statement": [{**row, "Condition": {"ArnNotEquals": {"aws:PrincipalArn": names}}}]})
        for names in (["arn:a"], ["arn:a", "arn:b"])
    ]
    (found,) = one("aws:s3/bucketPolicy:BucketPolicy", {"bucket": "b", "policy": texts[0]}, {"policy": texts[1]})
    assert "only under other conditions denies everybody s3:* on all buckets: " in found.sentence
    assert found.sentence.endswith("ArnNotEquals aws:PrincipalArn arn:a -> ArnNotEquals aws:PrincipalArn arn:a, arn:b")


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


def test_a_role_that_another_stack_declares() -> None:
    """What it gains is told, for it is not new."""
    policy = Res(ROLE_POLICY, "p", {"role": "admin", "policy": document("s3:GetObject")})
    assert sentences(told([], [policy])) == ["role admin gains s3:GetObject on arn:aws:s3:::a/*"]
