"""SEC-07: no role can raise its own rights by what its policies allow together."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.facts.escalations import ALONE, RUNS_CODE
from policy.rules.sec_07.iam_escalation import RULE
from tests.policy.support.iam_blocks import (
    ACCOUNT,
    CREATE,
    FUNCTIONS,
    PASS,
    ROLE_POLICY,
    TEAM,
    allow,
    attach,
    deny,
    doc,
    inline,
    judge,
    messages,
    policy,
    role,
)
from tests.policy.support.iam_reference import actions
from tests.support.resources import UNKNOWN, Case, Ref, Res

BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/limits"
BOUNDED = {"StringEquals": {"iam:PermissionsBoundary": BOUNDARY}}
TO_LAMBDA = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}


CASES = [
    Case(
        "pass",
        "pipelines that deploy",
        [
            role(inlinePolicies=[{"name": "own", "policy": doc(allow("s3:GetObject", "arn:aws:s3:::data/*"))}]),
            inline(
                allow("iam:PassRole", TEAM, Condition=TO_LAMBDA),
                CREATE,
                allow(["iam:PutRolePolicy", "iam:AttachRolePolicy"], "*", Condition=BOUNDED),
                of=Ref("app", "name"),
            ),
        ],
    ),
    Case(
        "fail",
        "PassRole with CreateFunction in one policy",
        [policy(PASS, CREATE)],
        ["rights: policy allows iam:PassRole on * with lambda:CreateFunction"],
    ),
    Case(
        "fail",
        "split over an attached and an inline policy",
        [role(), policy(PASS), inline(CREATE, of=Ref("app", "name")), attach("app", Ref("rights", "arn"))],
        ["app: its policies together allow iam:PassRole on * with lambda:CreateFunction"],
    ),
    Case(
        "fail",
        "rights of its own making",
        [role(), inline(allow("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/a*"), of=Ref("app", "name"))],
        ["app: its policies together allow iam:PutRolePolicy on", "which is itself"],
    ),
    Case("fail", "any role", [policy(allow("sts:AssumeRole"))], ["rights: policy allows sts:AssumeRole on *"]),
    Case(
        "absent",
        "iam:PassedToService",
        [policy(allow("iam:PassRole", TEAM), CREATE)],
        ["with lambda:CreateFunction: must name roles and pin iam:PassedToService"],
    ),
    Case(
        "absent",
        "the condition on the boundary",
        [policy(allow("iam:AttachRolePolicy"))],
        ["rights: policy allows iam:AttachRolePolicy on *: must name resources"],
    ),
    Case("unknown", "the document", [role(), Res(ROLE_POLICY, "own", {"role": Ref("app", "name"), "policy": UNKNOWN})]),
    Case(
        "unknown", "what is attached", [role(managedPolicyArns=UNKNOWN, inlinePolicies=UNKNOWN), attach("app", UNKNOWN)]
    ),
    Case("unknown", "the role's name", [role(name=UNKNOWN), inline(allow("iam:PutRolePolicy", TEAM), of=UNKNOWN)]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}: {case.title}")
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


@pytest.mark.parametrize("action", ALONE)
def test_each_action_that_is_enough_alone(action: str) -> None:
    """On every resource it is an escalation; on a named one that is not the role itself it is none."""
    service = action.partition(":")[0]
    (message,) = messages(RULE, [policy(allow(action.upper()))])
    assert message.startswith(f"rights: policy allows {action} on *")
    assert messages(RULE, [policy(allow(action, f"arn:aws:{service}::{ACCOUNT}:thing/named"))]) == []


@pytest.mark.parametrize(("service", "action"), [(service, a) for service, names in RUNS_CODE.items() for a in names])
def test_each_service_that_runs_code(service: str, action: str) -> None:
    """PassRole to the service with what starts it there escalates; PassRole to another service, or alone, does not."""
    run = allow(action, f"arn:aws:x:eu-central-1:{ACCOUNT}:thing/named")
    assert [m for m in messages(RULE, [policy(PASS, run)]) if f"with {action}" in m]
    for to, count in ((service, 1), ("monitoring.rds.amazonaws.com", 0)):
        passed = allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": to}})
        assert len(messages(RULE, [policy(passed, run)])) == count
        named = {**passed, "Resource": TEAM}
        assert messages(RULE, [policy(named, run)]) == []
    assert messages(RULE, [policy(PASS)]) == []
    assert messages(RULE, [policy(run)]) == []


def test_the_methods_name_real_actions() -> None:
    """A misspelt action would find nothing: each is in the Service Authorization Reference."""
    known = {action for action, _, _ in actions()}
    missing = {a for a in (*ALONE, *(a for names in RUNS_CODE.values() for a in names)) if a not in known}
    assert missing == {"bedrock-agentcore:CreateCodeInterpreter"}  # a service that is newer than the reference


@pytest.mark.parametrize(
    "spelling", ["iam:Pass*", "IAM:PASSROLE", "iam:?assRole", "iam:*", "*", ["s3:GetObject", "iam:PassRole"]]
)
def test_every_spelling_of_pass_role(spelling: str | list[str]) -> None:
    """Patterns, case and lists are matched as IAM matches them."""
    assert [
        m
        for m in messages(RULE, [policy(allow(spelling), CREATE)])
        if "iam:PassRole on * with lambda:CreateFunction" in m
    ]


def test_not_action_and_not_resource_are_wide() -> None:
    """An Allow of all but something is an Allow of the rest."""
    rest = {"Effect": "Allow", "NotAction": "s3:*", "NotResource": "arn:aws:iam::1:role/x"}
    found = messages(RULE, [policy(rest)])
    assert [m for m in found if "iam:CreatePolicyVersion on *" in m]
    assert [m for m in found if "iam:PassRole on * with lambda:CreateFunction" in m]


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        (BOUNDED, 0),
        ({"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"}}, 0),
        ({"StringEqualsIfExists": BOUNDED["StringEquals"]}, 1),
        ({"StringNotEquals": BOUNDED["StringEquals"]}, 1),
        ({"StringLike": {"iam:PermissionsBoundary": "*"}}, 1),
        ({"StringLike": {"iam:PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/*"}}, 1),
        ({"ArnLike": {"iam:PolicyARN": "arn:aws:iam::aws:policy/Admin*"}}, 1),
        ({"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}}, 1),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, 1),
    ],
)
def test_conditions_that_hold_an_action(condition: dict[str, Any], count: int) -> None:
    """A named boundary or policy does; one that also holds without it, or that bounds nothing, does not."""
    assert len(messages(RULE, [policy(allow("iam:AttachRolePolicy", Condition=condition))])) == count


@pytest.mark.parametrize(
    ("statement", "count"),
    [
        (deny("iam:*"), 0),
        (deny("iam:passrole"), 0),
        (deny("*"), 0),
        ({"Effect": "Deny", "NotAction": "lambda:*", "Resource": "*"}, 0),
        (deny("lambda:Create*"), 0),
        (deny("iam:PassRole", TEAM), 1),
        (deny("iam:PassRole", Condition=TO_LAMBDA), 1),
        ({"Effect": "Deny", "Action": "iam:*", "NotResource": TEAM}, 1),
        (deny("iam:CreateUser"), 1),
    ],
)
def test_deny_that_takes_it_back(statement: dict[str, Any], count: int) -> None:
    """An unconditional Deny that covers action and resource counts, wherever it stands; any other does not."""
    for rows in ((PASS, CREATE, statement), (statement, PASS, CREATE)):
        assert len(messages(RULE, [policy(*rows)])) == count
    apart = [
        role(),
        policy(PASS, CREATE),
        inline(statement, of=Ref("app", "name")),
        attach("app", Ref("rights", "arn")),
    ]
    assert len(messages(RULE, apart)) == count


ROWS = st.builds(
    lambda effect, action, resource, condition: {
        "Effect": effect,
        "Action": action,
        "Resource": resource,
        **({"Condition": condition} if condition else {}),
    },
    st.sampled_from(["Allow", "Deny"]),
    st.sampled_from(["iam:PassRole", "lambda:CreateFunction", "iam:Pu*", "sts:AssumeRole", "lambda:*", "s3:GetObject"]),
    st.sampled_from(["*", TEAM, FUNCTIONS, f"arn:aws:iam::{ACCOUNT}:role/app"]),
    st.sampled_from([None, TO_LAMBDA, BOUNDED]),
)


@given(st.lists(ROWS, min_size=1, max_size=4), ROWS)
def test_only_an_unconditional_deny_removes_a_finding(rows: list[dict[str, Any]], added: dict[str, Any]) -> None:
    """Whatever else is added, what was an escalation stays one; rights and their order do not cancel out."""
    before, after = ([role(), inline(*given_, of=Ref("app", "name"))] for given_ in (rows, [*rows, added]))
    # What PassRole meets is told by one example, which may change: compare what comes before it.
    first, second = ({m.split(" with ")[0] for m in messages(RULE, stack)} for stack in (before, after))
    assert first <= second or (added["Effect"] == "Deny" and "Condition" not in added)
