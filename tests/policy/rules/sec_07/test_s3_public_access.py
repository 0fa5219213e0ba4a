"""SEC-07: no bucket is public, by its settings, an access control list or a policy."""

import json
from typing import Any

import pytest

from policy.rules.sec_07.s3_public_access import BLOCKS, RULE
from tests.policy.support.blocks import bucket, judge, messages, without
from tests.support.resources import UNKNOWN, Case, Ref, Res

ALL = dict.fromkeys(BLOCKS, True)


def block(**inputs: Any) -> Res:
    """The public access block of the bucket."""
    given = {"bucket": Ref("logs"), **inputs}
    return Res("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "closed", given)


def policy(*statements: dict[str, Any]) -> Res:
    """A policy of the bucket; statements allow reading objects where they do not say otherwise."""
    rows = [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs/*", **row} for row in statements
    ]
    inputs = {"bucket": Ref("logs"), "policy": json.dumps({"Version": "2012-10-17", "Statement": rows})}
    return Res("aws:s3/bucketPolicy:BucketPolicy", "grants", inputs)


def acl(**inputs: Any) -> Res:
    """An access control list of the bucket."""
    return Res("aws:s3/bucketAcl:BucketAcl", "access", {"bucket": Ref("logs"), **inputs})


CLOSED = [bucket(), block(**ALL)]
CASES = [
    Case("pass", "closed", CLOSED),
    Case("pass", "closed, in a preview", [bucket(), block(**{**ALL, "bucket": Ref("logs", unknown=True)})]),
    Case(
        "fail", "one setting off", [bucket(), block(**{**ALL, BLOCKS[0]: False})], ["closed: blockPublicAcls is False"]
    ),
    Case("fail", "no block", [bucket()], ["logs: has no BucketPublicAccessBlock"]),
    Case(
        "fail", "public policy", [*CLOSED, policy({"Principal": "*"})], ["grants: policy: statement 1 allows everybody"]
    ),
    Case("fail", "public ACL", [*CLOSED, acl(acl="public-read")], ["access: acl is 'public-read'"]),
    *(Case("absent", key, [bucket(), block(**without(ALL, key))], [f"closed: {key} is None"]) for key in BLOCKS),
    Case("absent", "second bucket", [*CLOSED, bucket("data")], ["data: has no BucketPublicAccessBlock"]),
    Case("unknown", "bucket", [bucket(), block(**{**ALL, "bucket": UNKNOWN})]),
    Case("unknown", "settings", [bucket(), block(**dict.fromkeys(BLOCKS, UNKNOWN))]),
    Case("unknown", "ACL", [*CLOSED, acl(acl=UNKNOWN, accessControlPolicy=UNKNOWN)]),
    Case("unknown", "policy", [*CLOSED, Res(policy().type, "policy", {"bucket": Ref("logs"), "policy": UNKNOWN})]),
    Case(
        "unknown",
        "principal",
        [
            *CLOSED,
            Res(
                policy().type,
                "policy",
                {
                    "bucket": Ref("logs"),
                    "policy": {"Statement": [{"Effect": "Allow", "Principal": UNKNOWN, "Action": "s3:*"}]},
                },
            ),
        ],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"
HOSTILE = {
    "principal AWS *": [policy({"Principal": {"AWS": "*"}})],
    "principal in a list": [policy({"Principal": {"AWS": ["arn:aws:iam::123456789012:root", "*"]}})],
    "NotPrincipal": [policy({"NotPrincipal": {"AWS": "arn:aws:iam::123456789012:root"}})],
    "second statement": [policy({"Principal": {"AWS": "123456789012"}}, {"Principal": "*"})],
    "statement in lower case": [policy({"Principal": {"AWS": "123456789012"}}, {"principal": "*", "effect": "Allow"})],
    "every AWS customer": [acl(acl="authenticated-read")],
    "grant to everybody": [
        acl(accessControlPolicy={"grants": [{"permission": "READ", "grantee": {"uri": EVERYBODY}}]})
    ],
}


@pytest.mark.parametrize("resources", HOSTILE.values(), ids=HOSTILE)
def test_every_form_of_public_is_found(resources: list[Res]) -> None:
    """Settings that block it are no licence to declare it."""
    assert len(messages(RULE, [*CLOSED, *resources])) == 1


@pytest.mark.parametrize(
    "inputs",
    [
        {"acl": "public-read-write"},
        {"grants": [{"permissions": ["READ"], "type": "Group", "uri": EVERYBODY}]},
        {"policy": json.dumps({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}})},
    ],
    ids=["ACL", "grants", "policy"],
)
def test_inline_settings_of_the_bucket_count(inputs: dict[str, Any]) -> None:
    """Deprecated properties of the bucket itself make it as public."""
    (message,) = messages(RULE, [Res(CLOSED[0].type, "logs", inputs), CLOSED[1]])
    assert message.startswith("logs: ")


def test_conditions_and_denials_are_left_to_others() -> None:
    """A denial for everybody is a protection; what a condition is worth is the question of another rule."""
    denial = {"Effect": "Deny", "Principal": "*"}
    conditional = {"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}
    assert messages(RULE, [*CLOSED, policy(denial, conditional)]) == []
