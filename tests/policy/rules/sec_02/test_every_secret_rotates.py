"""SEC-02: a secret that nobody rotates, reads or guards on purpose is found."""

import json
from typing import Any

import pytest

from policy.rules.sec_02.every_secret_rotates import ALARMS, POLICIES, ROTATIONS, RULE, SECRET, VERSIONS
from tests.policy.support.blocks import judge, without
from tests.support.resources import UNKNOWN, Case, Ref, Res

TAGS = {"nationgraph:consumers": "orders:event"}
BY_HAND = {**TAGS, "nationgraph:rotation": "by-hand", "nationgraph:runbook": "docs/runbooks/secret-without-api.md"}
GIVEN = {"name": "nationgraph/orders", "kmsKeyId": "arn:aws:kms:eu-central-1:123456789012:key/1", "tags": TAGS}
READER = "arn:aws:iam::123456789012:role/nationgraph/workload/orders"


def secret(**inputs: Any) -> Res:
    """A secret as it should be, of which ``inputs`` replaces some."""
    return Res(SECRET, "orders", {**GIVEN, **inputs})


def policy(*, value: Any = None, of: Any = None, **statement: Any) -> Res:
    """A policy that closes the secret to all but its reader, of which ``statement`` replaces some."""
    row = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": [READER]}},
        **statement,
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [row]})
    return Res(POLICIES, "orders-policy", {"secretArn": of or Ref("orders"), "policy": value or document})


ROTATION = Res(
    ROTATIONS, "orders-rotation", {"secretId": Ref("orders"), "rotationRules": {"automaticallyAfterDays": 30}}
)
VERSION = Res(VERSIONS, "orders-initial", {"secretId": Ref("orders"), "secretString": '{"engine": "postgres"}'})
ALARM = Res(ALARMS, "orders-age", {"dimensions": {"Secret": "nationgraph/orders"}, "threshold": 75})
LATER = [
    Res(ROTATIONS, "orders-rotation", {"secretId": Ref("orders", unknown=True)}),
    Res(VERSIONS, "orders-initial", {"secretId": Ref("orders", unknown=True)}),
    policy(value=UNKNOWN, of=Ref("orders", unknown=True)),
]

CASES = [
    Case("pass", "rotated", [secret(), policy(), ROTATION, VERSION]),
    Case("pass", "policy inside the secret", [secret(policy=policy().inputs["policy"]), ROTATION, VERSION]),
    Case("pass", "by hand", [secret(tags=BY_HAND), policy(), ALARM]),
    Case("pass", "preview", [secret(kmsKeyId=UNKNOWN), *LATER]),
    Case("pass", "no secret", [ALARM]),
    Case("fail", "another secret rotates", [secret(), policy(), Res(ROTATIONS, "other", {
        **ROTATION.inputs, "secretId": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:other"})],
        ["orders: has no rotation, must have a SecretRotation"]),
    Case("fail", "AWS's key", [secret(kmsKeyId="alias/aws/secretsmanager"), policy(), ROTATION, VERSION],
         ["orders: kmsKeyId is 'alias/aws/secretsmanager'"]),
    Case("fail", "AWS's key for a replica", [secret(replicas=[{"region": "eu-west-1"}]), policy(), ROTATION, VERSION],
         ["orders: kmsKeyId is None, must be a customer-managed KMS key, for each replica too"]),
    Case("fail", "policy that allows only", [secret(), policy(Effect="Allow"), ROTATION, VERSION],
         ["policy does not deny reading to all but named ARNs"]),
    Case("fail", "policy that denies all", [secret(), policy(Condition={}), ROTATION, VERSION], ["does not deny"]),
    Case("fail", "policy that exempts everybody",
         [secret(), policy(Condition={"ArnNotLike": {"aws:PrincipalArn": ["*"]}}), ROTATION, VERSION],
         ["does not deny"]),
    Case("fail", "policy about something else",
         [secret(), policy(Action="secretsmanager:DeleteSecret"), ROTATION, VERSION], ["does not deny"]),
    Case("fail", "policy for one role only",
         [secret(), policy(Principal={"AWS": READER}), ROTATION, VERSION], ["does not deny"]),
    Case("fail", "by hand, alarm too late",
         [secret(tags=BY_HAND), policy(), Res(ALARMS, "orders-age", {**ALARM.inputs, "threshold": 90})],
         ["rotates by hand without an alarm on its age, must have one at 75 days or less"]),
    Case("fail", "by hand, alarm of another secret",
         [secret(tags=BY_HAND), policy(), Res(ALARMS, "age", {"dimensions": {"Secret": "other"}, "threshold": 75})],
         ["rotates by hand without an alarm"]),
    Case("absent", "rotation", [secret(), policy()], ["has no rotation"]),
    Case("absent", "initial value", [secret(), policy(), ROTATION], ["has no initial value"]),
    Case("absent", "policy", [secret(), ROTATION, VERSION], ["does not deny"]),
    Case("absent", "key", [Res(SECRET, "orders", without(GIVEN, "kmsKeyId")), policy(), ROTATION, VERSION],
         ["kmsKeyId is None"]),
    Case("absent", "consumers", [secret(tags={}), policy(), ROTATION, VERSION],
         ["tag nationgraph:consumers is None, must name who reads"]),
    Case("absent", "tags", [Res(SECRET, "orders", without(GIVEN, "tags")), policy(), ROTATION, VERSION],
         ["tag nationgraph:consumers is None"]),
    Case("absent", "runbook", [secret(tags=without(BY_HAND, "nationgraph:runbook")), policy(), ALARM],
         ["without nationgraph:runbook, must name the runbook"]),
    Case("unknown", "tags", [secret(tags=UNKNOWN), policy(), ROTATION, VERSION]),
    Case("unknown", "rotation of what", [secret(), policy(), VERSION, Res(ROTATIONS, "r", {"secretId": UNKNOWN})]),
    Case("unknown", "value of what", [secret(), policy(), ROTATION, Res(VERSIONS, "v", {"secretId": UNKNOWN})]),
    Case("unknown", "policy of what", [secret(), policy(of=UNKNOWN), ROTATION, VERSION]),
    Case("unknown", "alarm", [secret(tags=BY_HAND), policy(), Res(ALARMS, "age", {"dimensions": UNKNOWN})]),
    Case("unknown", "replicas", [secret(replicas=[UNKNOWN, {"kmsKeyId": UNKNOWN}]), policy(), ROTATION, VERSION]),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
