"""SEC-07: identity policies name what they allow."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_policy.proxy import UnknownValueError

from lib.identities import BOUNDARY as NAME
from lib.identities import PATH
from policy.rules.sec_07.iam_wildcards import RULE
from tests.policy.support.iam_blocks import (
    ACCOUNT,
    ATTACHMENT,
    POLICY,
    ROLE_POLICY,
    SERVICE_TRUST,
    allow,
    deny,
    doc,
    inline,
    judge,
    messages,
    policy,
    role,
)
from tests.support.resources import UNKNOWN, Case, Ref, Res

BUCKET = "arn:aws:s3:::nationgraph-data/*"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
ALL = {"Effect": "Allow", "Resource": BUCKET}
MANAGED = "arn:aws:iam::aws:policy/"
READ_WRITE = f"{MANAGED}SecretsManagerReadWrite"
SET = "arn:aws:sso:::permissionSet/ssoins-1/ps-1"
ATTACHING: list[tuple[str, dict[str, Any], str]] = [
    (ATTACHMENT, {"role": "app", "policyArn": READ_WRITE}, "policyArn"),
    (ATTACHMENT, {"role": "app", "policyArn": f"{MANAGED}service-role/AWSGlueServiceRole"}, "policyArn"),
    (
        "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
        {"roleName": "app", "policyArns": ["arn:aws:iam::aws:policy/SecurityAudit", ADMIN]},
        "policyArns",
    ),
    ("aws:iam/policyAttachment:PolicyAttachment", {"name": "all", "policyArn": READ_WRITE}, "policyArn"),
    ("aws:iam/userPolicyAttachment:UserPolicyAttachment", {"user": "a", "policyArn": READ_WRITE}, "policyArn"),
    ("aws:iam/groupPolicyAttachment:GroupPolicyAttachment", {"group": "a", "policyArn": READ_WRITE}, "policyArn"),
    (
        "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive",
        {"userName": "a", "policyArns": [READ_WRITE]},
        "policyArns",
    ),
    (
        "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive",
        {"groupName": "a", "policyArns": [READ_WRITE]},
        "policyArns",
    ),
    (
        "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment",
        {"permissionSetArn": SET, "managedPolicyArn": READ_WRITE},
        "managedPolicyArn",
    ),
    (
        "aws:ssoadmin/managedPolicyAttachmentsExclusive:ManagedPolicyAttachmentsExclusive",
        {"permissionSetArn": SET, "managedPolicyArns": [READ_WRITE]},
        "managedPolicyArns",
    ),
    (
        "aws:budgets/budgetAction:BudgetAction",
        {"definition": {"iamActionDefinition": {"policyArn": READ_WRITE, "roles": ["app"]}}},
        "definition.iamActionDefinition.policyArn",
    ),
]
NARROW: list[tuple[str, dict[str, Any]]] = [
    (ATTACHMENT, {"role": "app", "policyArn": f"{MANAGED}service-role/AWSLambdaBasicExecutionRole"}),
    (ATTACHMENT, {"role": "app", "policyArn": f"{MANAGED}AmazonSSMManagedInstanceCore"}),
    (ATTACHMENT, {"role": "app", "policyArn": f"{MANAGED}AmazonEKS_CNI_Policy"}),
    (ATTACHMENT, {"role": "app", "policyArn": f"arn:aws:iam::{ACCOUNT}:policy/SecretsManagerReadWrite"}),
    (
        "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
        {"roleName": "app", "policyArns": []},
    ),
    (
        "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment",
        {"permissionSetArn": SET, "managedPolicyArn": f"{MANAGED}SecurityAudit"},
    ),
    ("aws:budgets/budgetAction:BudgetAction", {"definition": {"ssmActionDefinition": {"instanceIds": []}}}),
]
LOOKS = allow(["ec2:Describe*", "kms:List*"])
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy{PATH}{NAME}"


def ceiling(*rows: dict[str, Any], **inputs: Any) -> Res:
    """The platform's boundary, of which ``inputs`` replaces some."""
    return Res(POLICY, "boundary", {"name": NAME, "path": PATH, "policy": doc(*rows), **inputs})


INLINE = "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy"
CASES = [
    Case(
        "pass",
        "actions and resources are written out",
        [
            policy(
                allow(["s3:GetObject", "s3:Put*Tagging"], BUCKET),
                allow("ec2:DescribeInstances"),
                allow("rds:DescribeDBInstances", f"arn:aws:rds:eu-central-1:{ACCOUNT}:db:*"),
                deny("*"),
            ),
            role(inlinePolicies=[{"name": "own", "policy": doc(allow("s3:GetObject", BUCKET))}]),
            Res(
                ATTACHMENT, "audit", {"role": Ref("app", "name"), "policyArn": "arn:aws:iam::aws:policy/SecurityAudit"}
            ),
        ],
    ),
    Case("pass", "a boundary that lets its roles look", [ceiling(LOOKS)]),
    Case(
        "pass",
        "a boundary that bounds",
        [role(permissionsBoundary=BOUNDARY), Res(ATTACHMENT, "a", {"policyArn": f"{BOUNDARY}-else"})],
    ),
    Case("fail", "what looks and is no boundary", [policy(LOOKS)], ["Resource '*' for ec2:Describe*, kms:List*: AWS"]),
    Case(
        "fail", "a boundary's name elsewhere", [ceiling(LOOKS, path="/")], ["boundary: policy, statement 1: Resource"]
    ),
    Case("fail", "a boundary that reads data", [ceiling(allow("s3:Get*"))], ["Resource '*' for s3:Get*"]),
    Case("fail", "a boundary of a service", [ceiling(allow("ec2:*"))], ["Action 'ec2:*' allows a whole service"]),
    Case(
        "fail",
        "a boundary that grants",
        [Res(ATTACHMENT, "it", {"role": "app", "policyArn": BOUNDARY})],
        [f"it: policyArn is '{BOUNDARY}', which bounds and must grant nothing: name it as permissionsBoundary alone"],
    ),
    Case(
        "fail", "everything", [policy(allow("*"))], ["rights: policy, statement 1: Action '*' allows a whole service"]
    ),
    Case("fail", "a service", [role(), inline(allow("s3:*", BUCKET))], ["own: policy, statement 1: Action 's3:*'"]),
    Case(
        "fail",
        "privilege by wildcard",
        [policy(allow("IAM:pass*", f"arn:aws:iam::{ACCOUNT}:role/app", Sid="Pass"))],
        ["statement 1 (Pass): Action 'IAM:pass*' covers iam:passrole (1 that grant privilege)"],
    ),
    Case("fail", "every resource", [policy(allow("s3:GetObject"))], ["Resource '*' for s3:GetObject: AWS can limit"]),
    Case(
        "fail", "NotAction", [policy({**ALL, "NotAction": "iam:*"})], ["NotAction ['iam:*'] allows all other actions"]
    ),
    Case(
        "fail",
        "NotResource",
        [policy({"Effect": "Allow", "Action": "s3:GetObject", "NotResource": BUCKET})],
        ["NotResource", "allows all other resources"],
    ),
    Case(
        "fail",
        "inside a role",
        [role(inlinePolicies=[{"name": "own", "policy": doc(allow("kms:*"))}], managedPolicyArns=[ADMIN])],
        ["app: inlinePolicies[0].policy, statement 1: Action 'kms:*'", f"app: managedPolicyArns is '{ADMIN}'"],
    ),
    Case(
        "fail",
        "AWS's administrator attached",
        [role(), Res(ATTACHMENT, "admin", {"role": Ref("app", "name"), "policyArn": ADMIN})],
        ["admin: policyArn is 'arn:aws:iam::aws:policy/AdministratorAccess'"],
    ),
    Case("absent", "no document", [Res(POLICY, "rights", {"name": "rights"})], ["policy is no policy document"]),
    Case("absent", "no statement", [Res(POLICY, "rights", {"policy": "{}"})], ["policy is no policy document"]),
    Case("absent", "no resource", [policy({"Effect": "Allow", "Action": "s3:GetObject"})], ["Resource is None"]),
    Case("absent", "no policy attached", [Res(ATTACHMENT, "it", {"role": "app"})], ["policyArn is None"]),
    Case("unknown", "document", [Res(ROLE_POLICY, "own", {"role": "app", "policy": UNKNOWN})]),
    Case("unknown", "attached policy", [Res(ATTACHMENT, "it", {"role": "app", "policyArn": UNKNOWN})]),
    Case(
        "unknown",
        "a role's policies",
        [role(inlinePolicies=[{"name": "own", "policy": UNKNOWN}], managedPolicyArns=UNKNOWN)],
    ),
    *(
        Case("fail", f"{type_} {number}", [Res(type_, "it", inputs)], [f"it: {key} is 'arn:aws:iam::aws:policy/"])
        for number, (type_, inputs, key) in enumerate(ATTACHING)
    ),
    *(Case("pass", f"{type_} {number}", [Res(type_, "it", inputs)]) for number, (type_, inputs) in enumerate(NARROW)),
    Case(
        "fail",
        "a permission set's own policy",
        [Res(INLINE, "it", {"permissionSetArn": SET, "inlinePolicy": doc(allow("s3:*", BUCKET))})],
        ["it: inlinePolicy, statement 1: Action 's3:*' allows a whole service"],
    ),
    Case(
        "fail", "a policy of no shape", [Res(ATTACHMENT, "it", {"role": "a", "policyArn": [ADMIN]})], ["policyArn is"]
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


@pytest.mark.parametrize(
    "action",
    [
        "*",
        "**",
        "*:*",
        "s3:*",
        "s3:**",
        "S3:?*",
        "s*:GetObject",
        "${aws:PrincipalTag/service}:GetObject",
        ["s3:GetObject", "iam:*"],
    ],
)
def test_every_spelling_of_a_whole_service(action: str | list[str]) -> None:
    """A wildcard service or an action without a letter of its own is everything in it, alone or in a list."""
    found = messages(RULE, [policy(allow(action, BUCKET))])
    assert [m for m in found if "allows a whole service" in m]


@pytest.mark.parametrize(
    "action", ["iam:Put*", "iam:*Role", "sts:Assume*", "organizations:Create*", "kms:*Grant", "s3:Put*", "lambda:Add*"]
)
def test_wildcards_that_grant_privilege(action: str) -> None:
    """A pattern that matches one action of AWS's level "Permissions management" is refused on any resource."""
    (message,) = messages(RULE, [policy(allow(action, BUCKET))])
    assert f"Action '{action}' covers" in message


@pytest.mark.parametrize("action", ["iam:Get*", "kms:GenerateDataKey*", "s3:Get*", "logs:Describe*"])
def test_wildcards_that_grant_no_privilege(action: str) -> None:
    """On named resources a pattern of reads, or of uses of a key, is no finding."""
    assert messages(RULE, [policy(allow(action, BUCKET))]) == []


@pytest.mark.parametrize(
    "resource",
    [
        "*",
        "**",
        "arn:*",
        "arn:aws:s3:::*",
        "arn:aws:iam::*:role/*",
        "arn:aws:sns:*:*:*",
        "arn:aws:iam::*:user/${aws:username}",
        [BUCKET, "*"],
    ],
)
def test_every_spelling_of_every_resource(resource: str | list[str]) -> None:
    """An ARN that pins neither region, account nor name is as wide as a star."""
    (message,) = messages(RULE, [policy(allow("s3:GetObject", resource))])
    assert "for s3:GetObject: AWS can limit these" in message


@pytest.mark.parametrize("action", ["ec2:Describe*", "s3:GetObjecT", "nationgraph:Unheard"])
def test_every_resource_only_for_actions_that_know_none(action: str) -> None:
    """A pattern, another case and an unknown action cannot show that AWS offers nothing narrower."""
    (message,) = messages(RULE, [policy(allow(action))])
    assert f"Resource '*' for {action}" in message


def test_escapes_and_whitespace_hide_nothing() -> None:
    """JSON's escapes are decoded before the rule looks."""
    text = '\n{ "Statement" : {"Effect":"Allow", "Action": "\\u0069am:\\u002a", "Resource" : "\\u002A"} }'
    (message,) = messages(RULE, [Res(POLICY, "rights", {"policy": text})])
    assert "Action 'iam:*' allows a whole service" in message


def test_one_good_statement_excuses_no_other() -> None:
    """Each statement is judged, and the message says which."""
    (message,) = messages(RULE, [policy(allow("s3:GetObject", BUCKET), deny("*"), allow("s3:*", BUCKET))])
    assert message.startswith("rights: policy, statement 3: ")


def test_known_violations_come_before_the_unknown(violations: Callable[..., list[str]]) -> None:
    """The second inline policy is reported though the first is unknown, and the engine hears of the unknown one."""
    held = [{"name": "a", "policy": UNKNOWN}, {"name": "b", "policy": doc(allow("*"))}]
    (message,) = messages(RULE, [role(inlinePolicies=held)])
    assert message.startswith("app: inlinePolicies[1].policy")
    with pytest.raises(UnknownValueError):
        violations(RULE, "aws:iam/role:Role", {"assumeRolePolicy": SERVICE_TRUST, "inlinePolicies": held[:1]})


def test_empty_block_is_no_policy() -> None:
    """The provider's way to say that a role has no inline policies is no violation."""
    assert messages(RULE, [role(inlinePolicies=[{}])]) == []


STATEMENTS = st.builds(
    lambda effect, action, resource: {"Effect": effect, "Action": action, "Resource": resource},
    st.sampled_from(["Allow", "Deny"]),
    st.sampled_from(["*", "s3:*", "s3:GetObject", "iam:Put*", "ec2:DescribeInstances", "ec2:Describe*"]),
    st.sampled_from(["*", BUCKET, "arn:aws:s3:::*"]),
)


@given(st.lists(STATEMENTS, min_size=1, max_size=4), STATEMENTS)
def test_a_statement_never_removes_a_finding(rows: list[dict[str, Any]], added: dict[str, Any]) -> None:
    """Neither an Allow nor a Deny that follows makes a wildcard good: it is still written there."""
    assert set(messages(RULE, [policy(*rows)])) <= set(messages(RULE, [policy(*rows, added)]))
