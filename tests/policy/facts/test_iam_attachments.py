"""Policies meet in the role that holds them: the escalation rule follows every way of attaching."""

from collections.abc import Sequence

import pytest

from policy.rules.sec_07.iam_escalation import RULE
from tests.policy.support.iam_blocks import (
    ACCOUNT,
    CREATE,
    PASS,
    POLICY,
    TEAM,
    allow,
    attach,
    deny,
    doc,
    inline,
    messages,
    policy,
    role,
)
from tests.support.resources import UNKNOWN, Ref, Res


def test_deny_of_the_boundary_counts_and_its_allow_grants_nothing() -> None:
    """A boundary is a ceiling: its Deny binds the role, its Allow is no right of anybody."""
    limits = policy(allow("*"), deny("iam:PassRole"), name="limits")
    bounded = role(permissionsBoundary=Ref("limits", "arn"))
    assert messages(RULE, [limits, bounded, inline(PASS, CREATE, of=Ref("app", "name"))]) == []
    assert messages(RULE, [limits, bounded]) == []
    assert messages(RULE, [limits, bounded, attach("app", Ref("limits", "arn"))]), "attached, it grants"


@pytest.mark.parametrize(
    "parts",
    [
        [role(managedPolicyArns=[Ref("rights", "arn")]), inline(CREATE, of=Ref("app", "name"))],
        [role(inlinePolicies=[{"name": "a", "policy": doc(CREATE)}]), attach("app", Ref("rights", "arn"))],
        [
            role(),
            attach("app", Ref("rights", "arn")),
            policy(CREATE, name="more"),
            attach("app", Ref("more", "arn"), "second"),
        ],
        [
            role(),
            inline(CREATE, of=Ref("app", "name")),
            Res(
                "aws:iam/policyAttachment:PolicyAttachment",
                "all",
                {"roles": [Ref("app", "name")], "policyArn": Ref("rights", "arn")},
            ),
        ],
        [
            role(),
            inline(CREATE, of=Ref("app", "name")),
            Res(
                "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
                "only",
                {"roleName": Ref("app", "name"), "policyArns": [Ref("rights", "arn")]},
            ),
        ],
        [
            role(),
            inline(CREATE, of=Ref("app", "name", unknown=True)),
            attach("app", Ref("rights", "arn", unknown=True)),
        ],
    ],
    ids=["managedPolicyArns", "inlinePolicies", "two attachments", "PolicyAttachment", "exclusive", "not created yet"],
)
def test_every_way_of_attaching(parts: Sequence[Res]) -> None:
    """PassRole in one policy and CreateFunction in another meet in the role, which is reported once."""
    (message,) = messages(RULE, [policy(PASS), *parts])
    assert message.startswith("app: its policies together allow iam:PassRole on * with lambda:CreateFunction")


def test_policies_of_two_roles_do_not_meet() -> None:
    """One role passes, another creates: neither can do both."""
    stack = [
        role(),
        role("other"),
        inline(PASS, of=Ref("app", "name")),
        inline(CREATE, name="b", of=Ref("other", "name")),
    ]
    assert messages(RULE, stack) == []


def test_policy_shared_by_two_roles_is_told_of_each() -> None:
    """Each role that can escalate is named."""
    stack = [
        role(),
        role("other"),
        policy(PASS, CREATE),
        attach("app", Ref("rights", "arn")),
        attach("other", Ref("rights", "arn"), "b"),
    ]
    assert [message.split(":")[0] for message in messages(RULE, stack)] == ["app", "other"]


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:UpdateAssumeRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/team/app"),
        ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/team/*"),
        ("iam:DeleteRolePermissionsBoundary", f"arn:aws:iam::{ACCOUNT}:role/*/ap?"),
        ("iam:CreatePolicyVersion", f"arn:aws:iam::{ACCOUNT}:policy/rights"),
    ],
)
def test_itself(action: str, resource: str) -> None:
    """A pattern that reaches the role by its path, or a policy that it holds, is the role itself."""
    stack = [role(path="/team/"), policy(allow(action, resource)), attach("app", Ref("rights", "arn"))]
    (message,) = messages(RULE, stack)
    assert "which is itself" in message
    assert messages(RULE, [role(path="/other/"), policy(allow("iam:PutRolePolicy", TEAM))]) == []


def test_known_documents_are_judged_beside_unknown_ones() -> None:
    """An unknown policy of the role hides none that is known."""
    stack = [
        role(inlinePolicies=[{"name": "a", "policy": UNKNOWN}, {"name": "b", "policy": doc(PASS, CREATE)}]),
        Res(POLICY, "rights", {"name": "rights", "policy": UNKNOWN}),
        attach("app", Ref("rights", "arn")),
    ]
    assert len(messages(RULE, stack)) == 1


def test_object_with_an_unknown_part_is_unknown() -> None:
    """A document given as an object, of which a resource is not known yet, ends nothing: the others are judged."""
    partly = Res(POLICY, "rights", {"name": "rights", "policy": {"Statement": [{**PASS, "Resource": UNKNOWN}]}})
    assert messages(RULE, [partly]) == []
    (message,) = messages(RULE, [role(), partly, attach("app", Ref("rights", "arn")), inline(PASS, CREATE)])
    assert "iam:PassRole on * with lambda:CreateFunction" in message


def test_dead_documents_are_left_to_others() -> None:
    """What is no document grants nothing; sec-07-iam-wildcards refuses it."""
    assert messages(RULE, [Res(POLICY, "rights", {"name": "rights", "policy": "{}"})]) == []
