"""SEC-07: a KMS key can be changed by its own account, and by no other."""

from typing import Any

import pytest
from pulumi_policy import PolicyProviderResource

from policy.rules.sec_07.key_policies import RULE
from tests.policy.support.iam_blocks import ACCOUNT, OTHER, allow, deny, doc, judge
from tests.support.resources import UNKNOWN, Case, Res, as_stack

ROOT, STRANGER = f"arn:aws:iam::{ACCOUNT}:root", f"arn:aws:iam::{OTHER}:root"
KEY = "aws:kms/key:Key"
DEFAULT = allow("kms:*", Principal={"AWS": ROOT})
USE = allow(["kms:Decrypt", "kms:DescribeKey"], Principal={"AWS": STRANGER})
LOCKED = "policy: nobody may change the key"
EVERYBODY = {"AWS": "*"}


def key(*statements: dict[str, Any], type_: str = KEY, **inputs: Any) -> Res:
    """A key with a policy."""
    return Res(type_, "it", {"policy": doc(*statements), **inputs})


def admin(**more: Any) -> dict[str, Any]:
    """A role that administers the key."""
    return allow(["kms:Put*", "kms:Describe*"], Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/keys"}, **more)


CASES = [
    Case("pass", "AWS's default policy", [Res(KEY, "it", {"description": "default"})]),
    Case("pass", "its account and a service", [key(DEFAULT, allow("kms:Decrypt", Principal={"Service": "a.b"}))]),
    Case("pass", "another account uses it", [key(DEFAULT, USE)]),
    Case("pass", "one role", [key(admin())]),
    Case("pass", "a role with MFA", [key(admin(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))]),
    Case("pass", "checked by nobody and sound", [key(DEFAULT, bypassPolicyLockoutSafetyCheck=True)]),
    Case(
        "pass",
        "denied to all but one",
        [
            key(
                DEFAULT,
                deny(
                    "kms:PutKeyPolicy",
                    Principal="*",
                    Condition={"StringNotEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/keys"}},
                ),
            )
        ],
    ),
    *(
        Case(
            "fail",
            f"another account, {action} {type_}",
            [key(DEFAULT, allow(action, Principal=who), type_=type_)],
            [
                f"it: policy, statement 2: {STRANGER!r} of another account may change the key"
                if who == {"AWS": STRANGER}
                else "of another account"
            ],
        )
        for action in ("kms:*", "*", "kms:Put*", "KMS:PutKeyPolicy")
        for type_ in (KEY, "aws:kms/keyPolicy:KeyPolicy", "aws:kms/replicaKey:ReplicaKey")
        for who in ({"AWS": STRANGER},)
    ),
    Case(
        "fail",
        "another account by its id",
        [key(DEFAULT, allow("kms:*", Principal={"AWS": OTHER}))],
        ["another account"],
    ),
    Case(
        "fail",
        "only another account, after the update",
        [key(allow("kms:*", Principal={"AWS": STRANGER}), arn=f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/1")],
        ["of another account may change the key"],
    ),
    *(
        Case("fail", f"locked: {title}", [key(*rows)], [LOCKED])
        for title, rows in {
            "uses alone": [allow(["kms:Encrypt", "kms:Decrypt"], Principal={"AWS": ROOT})],
            "a service alone": [allow("kms:*", Principal={"Service": "logs.amazonaws.com"})],
            "denied to all": [DEFAULT, deny("kms:*", Principal=EVERYBODY)],
            "denied to its account": [DEFAULT, deny("kms:PutKeyPolicy", Principal={"AWS": ROOT})],
            "through a service alone": [
                allow(
                    "kms:*", Principal={"AWS": ROOT}, Condition={"StringEquals": {"kms:ViaService": "s3.amazonaws.com"}}
                )
            ],
        }.items()
    ),
    Case(
        "fail",
        "locked, and AWS told not to look",
        [key(USE, bypassPolicyLockoutSafetyCheck=True)],
        [LOCKED, "bypassPolicyLockoutSafetyCheck is True"],
    ),
    Case("absent", "statements that allow", [key(deny("kms:Decrypt", Principal=EVERYBODY))], [LOCKED]),
    Case("unknown", "policy", [Res(KEY, "it", {"policy": UNKNOWN})]),
    Case("unknown", "a part of it", [Res(KEY, "it", {"policy": {"Statement": [{**DEFAULT, "Principal": UNKNOWN}]}})]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}: {case.title}")
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


@pytest.mark.parametrize(("account", "count"), [(ACCOUNT, 1), (OTHER, 0)])
def test_provider_tells_whose_the_key_is(account: str, count: int) -> None:
    """A policy that names one account alone is judged by the account to which the provider is confined."""
    (resource,) = as_stack([key(allow("kms:*", Principal={"AWS": STRANGER}))])
    resource.provider = PolicyProviderResource(
        "pulumi:providers:aws", {"allowedAccountIds": f'["{account}"]'}, "urn", "provider"
    )
    assert RULE.check_stack is not None
    assert len(list(RULE.check_stack([resource]))) == count


@pytest.mark.parametrize("policy", ["no document", 7, [], {"Statement": "x"}])
def test_what_is_no_document_is_left_to_others(policy: object) -> None:
    """sec-07-resource-policies tells of it; here nothing is known of whom it lets in."""
    assert RULE.check_stack is not None
    assert list(RULE.check_stack(as_stack([Res(KEY, "it", {"policy": policy})]))) == []
