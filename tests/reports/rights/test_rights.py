"""SEC-07: the deploy role may make every call that its stacks need, the preview role every read, and neither more."""

import importlib.resources
import json
from dataclasses import replace
from typing import Any

import pytest

from reports.rights import needs, reference
from reports.rights.requests import Call, calls
from reports.rights.subjects import Estate, Subject
from reports.rights.verdict import BREAK_GLASS, DEPLOY, PREVIEW, Verdict, idle, judged
from tests.components.iam.support import access
from tests.conftest import Deploy
from tests.layers.support.stacks import STACKS
from tests.reports.rights.support.estates import estate, granting, without
from tests.support.depth import DEEP
from toolchain import npm_modules

pytestmark = pytest.mark.no_cover  # of the layers, whose lines are measured where they are tested one by one

WHOLE = "production"
"""Declares every type that any stack declares; the others are judged in ``make prove``."""


@pytest.fixture(autouse=True)
def _evaluator() -> None:
    """Skip where the evaluator cannot be had."""
    try:
        npm_modules.install(reference.MODULES)
    except npm_modules.UnavailableError as error:
        pytest.skip(str(error))


_JUDGED: dict[str, Verdict] = {}


def verdict(deploy: Deploy, stack: str) -> Verdict:
    """The verdict on a whole stack, made once."""
    if stack not in _JUDGED:
        whole = estate(deploy, stack)
        _JUDGED[stack] = judged(whole, list(calls(whole)))
    return _JUDGED[stack]


@pytest.mark.parametrize("stack", [stack for stack in STACKS if DEEP or stack == WHOLE])
def test_every_call_of_a_stack_is_allowed_to_whom_it_belongs(deploy: Deploy, stack: str) -> None:
    """N of N calls to the pipeline, every read to a preview, and what is an administrator's to neither."""
    found = verdict(deploy, stack)
    assert [str(fault) for fault in found.faults] == []
    assert found.allowed == found.calls > 1500
    assert found.others > 200


def test_no_right_is_without_need_or_reason(deploy: Deploy) -> None:
    """Each action that a role has is needed by a call of that role, or ``expected.yaml`` says why it stays."""
    reasons, complaints = idle([verdict(deploy, WHOLE)])
    assert complaints == []
    assert len(reasons) < 40


def test_the_need_of_another_role_is_none(deploy: Deploy) -> None:
    """What a deployment needs, given to who looks, stays without need; so does what break-glass alone is given."""
    found = verdict(deploy, WHOLE)
    more = {DEPLOY: "kms:DescribeKey", PREVIEW: "kms:CreateAlias", BREAK_GLASS: "kms:DisableKeyRotation"}
    wider = {role: {**found.granted[role], action: ["More"]} for role, action in more.items()}
    _, complaints = idle([replace(found, granted=wider)])
    assert [complaint.partition(": no call")[0] for complaint in complaints] == [
        "nationgraph-preview: kms:CreateAlias (More)", "nationgraph-break-glass: kms:DisableKeyRotation (More)",
    ]  # fmt: skip


def test_one_stack_declares_every_type(deploy: Deploy) -> None:
    """So that one verdict in the default run is enough; and the table holds no type that nobody declares."""
    declared = {stack: {subject.token for subject in estate(deploy, stack).subjects} for stack in STACKS}
    assert set().union(*declared.values()) == declared[WHOLE] == set(needs.types())


def about(whole: Estate, *tokens: str) -> list[Call]:
    """The calls for resources of some types."""
    return [call for call in calls(replace(whole, subjects=whole.subjects)) if call.subject.token in tokens]


def test_a_missing_right_is_named(deploy: Deploy) -> None:
    """Role, action, resource and the resource of the program that needs it."""
    whole = without(estate(deploy, WHOLE), "access-network", "ec2:CreateNatGateway")
    faults = [str(fault) for fault in judged(whole, about(whole, "aws:ec2/natGateway:NatGateway")).faults]
    address = "arn:aws:ec2:eu-central-1:777788889999:elastic-ip/network-nat-address-eu-central-1a-id"
    denied = f"nationgraph-deploy: ec2:CreateNatGateway on {address}: ImplicitlyDenied, and it needs this"
    assert f"{denied} [network-nat-eu-central-1a, create]" in faults


def test_a_right_that_the_boundary_takes_back_is_missing(deploy: Deploy) -> None:
    """Boundary and policies are judged together, and the message says which of them denies."""
    whole = without(estate(deploy, WHOLE), "boundary-policy", "ec2:*NatGateway")
    faults = [str(fault) for fault in judged(whole, about(whole, "aws:ec2/natGateway:NatGateway")).faults]
    assert len(faults) == 12, "a gateway, its address and its subnet, and its deletion, in three zones"
    assert all("blocked by pb, and it needs this" in fault for fault in faults)


def test_a_right_too_many_is_named(deploy: Deploy) -> None:
    """One that a preview gains, one that the pipeline takes from break-glass, one that nothing needs."""
    key, flow = "aws:kms/alias:Alias", "aws:ec2/flowLog:FlowLog"
    whole = granting(estate(deploy, WHOLE), "github-preview-policy", ["kms:CreateAlias"])
    assert {fault.role for fault in judged(whole, about(whole, key)).faults} == {PREVIEW}
    whole = granting(estate(deploy, WHOLE), "access-network", ["ec2:DeleteFlowLogs"])
    assert judged(whole, about(whole, flow)).faults == [], "the boundary keeps it from the pipeline still"
    whole = without(whole, "boundary-policy", "ec2:DeleteFlowLogs")
    assert {fault.role for fault in judged(whole, about(whole, flow)).faults} == {DEPLOY}
    whole = granting(estate(deploy, WHOLE), "access-network", ["ec2:CreateVpcPeeringConnection"])
    _, complaints = idle([judged(whole, about(whole, flow))])
    said = "nationgraph-deploy: ec2:CreateVpcPeeringConnection (More): no call needs it"
    assert any(complaint.startswith(said) for complaint in complaints)


def test_a_resource_policy_is_judged_too(deploy: Deploy) -> None:
    """Whoever gives the preview role a right on the state, or on a secret, has not opened them."""
    whole = granting(estate(deploy, WHOLE), "github-preview-policy", ["s3:PutObject", "secretsmanager:GetSecretValue"])
    assert judged(whole, about(whole, "nationgraph:backend")).faults == []


def test_break_glass_that_lacks_what_it_is_for_is_named(deploy: Deploy) -> None:
    """What the pipeline leaves to it must be allowed there."""
    whole = without(estate(deploy, WHOLE), "break-glass-policy", "kms:ScheduleKeyDeletion")
    faults = judged(whole, about(whole, "aws:kms/key:Key")).faults
    assert {fault.role for fault in faults} == {BREAK_GLASS}
    assert "denied, though break-glass makes this" in str(faults[0])


def test_a_new_type_fails_until_its_calls_are_known(deploy: Deploy) -> None:
    """A type without a row, an action that AWS does not know, a resource that nothing names: each is said."""
    whole = estate(deploy, WHOLE)
    queue = Subject(urn="urn:pulumi:x::y::aws:sqs/queue:Queue::jobs", token="aws:sqs/queue:Queue", properties={})
    with pytest.raises(LookupError, match="aws:sqs/queue:Queue: no row in reports/rights/needs"):
        list(calls(replace(whole, subjects=[queue])))
    with pytest.raises(LookupError, match="ec2:CreateVcp: AWS's reference of actions has none of this name"):
        reference.action("ec2:CreateVcp")
    nameless = Subject(urn="urn:pulumi:x::y::z::vpc", token="aws:ec2/vpc:Vpc", properties={})
    with pytest.raises(LookupError, match="aws:ec2/vpc:Vpc: nothing fills"):
        list(calls(replace(whole, subjects=[nameless])))


ELSEWHERE = {
    "ecs": "flow logs of ECS tasks alone",
    "ssm": "a launch template whose image is a parameter: the routers', which an administrator makes",
    "rds:CreateTenantDatabase": "Oracle and SQL Server alone",
    "rds:DeleteTenantDatabase": "the same",
    "iam:CreateServiceLinkedRole": "of keys: for keys of several regions alone",
    "iam:PassRole": "of databases: for enhanced monitoring and directories, which no stack has",
    "rds:AddTagsToResource": "of changes: for snapshots, whose tags are copied",
}
"""Actions that AWS lists as dependent, and the case that they are for."""


def test_what_aws_lists_as_dependent_is_asked_too() -> None:
    """The reference says which other actions a call needs, as CreateVpcEndpoint does a hosted zone's."""
    text = importlib.resources.files("parliament").joinpath("iam_definition.json").read_text()
    dependent: dict[str, set[str]] = {}
    for service in json.loads(text):
        for privilege in service["privileges"]:
            listed = {action for row in privilege["resource_types"] for action in row["dependent_actions"]}
            dependent.setdefault(f"{service['prefix']}:{privilege['privilege']}", set()).update(listed)
    lacking = []
    for type_ in needs.types().values():
        steps = [*type_.tags, *(step for phase in type_.phases.values() for step in phase)]
        asked = {step.action for step in steps}
        needed = {action for step in steps for action in dependent.get(step.action, ())} - asked
        lacking += [(type_.token, a) for a in sorted(needed) if not {a, a.partition(":")[0]} & set(ELSEWHERE)]
    assert lacking == []


def test_the_boundary_leaves_each_role_what_its_policies_give(deploy: Deploy) -> None:
    """Of every role that a stack makes: a right that the boundary takes back shows when somebody needs it."""
    lost = []
    for role in estate(deploy, WHOLE).roles.values():
        assert role.boundary, role.name
        for row in (row for document in role.policies for row in access.statements(document, "Allow")):
            wanted = {
                key: access.as_list(v)[0] for block in row.get("Condition", {}).values() for key, v in block.items()
            }
            known = {**wanted, "aws:PrincipalArn": role.arn}
            actions, resources = access.as_list(row["Action"]), access.as_list(row["Resource"])
            lost += [
                (role.name, a, r) for a in actions for r in resources if not access.allowed(role.boundary, a, r, known)
            ]
    assert lost == []


def test_two_evaluators_agree(deploy: Deploy) -> None:
    """IAM's logic as ``iam-simulate`` has it, and as the tests of the components wrote it down, say the same."""
    from reports.rights.judge import Judge  # noqa: PLC0415 - with the evaluator alone

    whole = estate(deploy, WHOLE)
    plain = replace(
        whole,
        subjects=[
            s
            for s in whole.subjects
            if s.token not in ("aws:s3/bucketPolicy:BucketPolicy", "aws:secretsmanager/secretPolicy:SecretPolicy")
        ],
    )
    judge = Judge(plain)
    made = [r for call in list(calls(plain))[::7] for r in call.requests if ":kms:" not in r.resource]
    for role in (role for role in plain.roles.values() if role.name in (DEPLOY, PREVIEW, BREAK_GLASS)):
        judge.ask((role, request) for request in made)
        own = {"Statement": [row for document in role.policies for row in document["Statement"]]}
        for request in made:
            known: dict[str, Any] = {"aws:PrincipalArn": role.arn, "aws:ViaAWSService": "false", **request.context}
            both = [
                access.allowed(document, request.action, request.resource, known)
                for document in (own, role.boundary or {})
            ]
            assert judge.answer(role, request).allowed == all(both), (role.name, request)
