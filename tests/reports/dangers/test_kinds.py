"""Dangers as a whole: first deployments, what Pulumi only forgets, order and text."""

from dataclasses import replace

import pytest

from reports.dangers import dangers
from tests.reports.support.changes import change_of
from tests.reports.support.danger_cases import (
    GROUP,
    LOGS,
    OTHER,
    RDS,
    ROLE,
    ROLE_POLICY,
    document,
    trust,
)
from tests.support.resources import Res


def test_what_stays_in_the_account() -> None:
    """Pulumi forgets it, AWS does not: nothing is lost where it is deleted. A replacement puts an empty one there."""
    change = change_of([OTHER, Res(RDS, "db")], [OTHER])
    steps = [replace(step, old={**step.old, "retainOnDelete": True}) for step in change.run.steps]
    (found,) = dangers(replace(change, run=replace(change.run, steps=steps)))
    assert (found.severity, "it stays where it is (retainOnDelete)" in found.sentence) == ("medium", True)


@pytest.mark.parametrize(
    ("type_", "severity", "words"),
    [
        (RDS, "critical", "an empty one takes its place"),
        ("aws:eks/cluster:Cluster", "critical", "nothing runs in it"),
        ("aws:secretsmanager/secret:Secret", "high", "without its value"),
        ("aws:kms/key:Key", "medium", "another key takes its place"),
        ("aws:cloudwatch/logGroup:LogGroup", "medium", "stays where it is (retainOnDelete)"),
    ],
)
def test_what_is_replaced_and_stays_in_the_account(type_: str, severity: str, words: str) -> None:
    """Everybody meets the new one, whatever became of the old one."""
    change = change_of([OTHER, Res(type_, "kept", {"name": "a"})], [OTHER, Res(type_, "kept", {"name": "b"})])
    steps = [replace(step, operation="replace", old={**step.old, "retainOnDelete": True}) for step in change.run.steps]
    found = dangers(replace(change, run=replace(change.run, steps=steps)))
    assert [(one.severity, words in one.sentence) for one in found if one.urn.endswith("::kept")] == [(severity, True)]


def test_a_first_deployment_has_no_dangers() -> None:
    """There is nothing to lose yet, and what is wide or exposed is the policies' to say."""
    wide = [
        Res(ROLE, "role", trust({"AWS": "*"})),
        Res(ROLE_POLICY, "p", {"role": "role", "policy": document("*", resource="*")}),
        Res(GROUP, "g", {"ingress": [{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}]}),
        Res(RDS, "db", {"publiclyAccessible": True}),
    ]
    assert dangers(change_of([], wide)) == []


def test_order_and_text() -> None:
    """The gravest first; names are harmless, and no secret is shown."""
    password, another = "hunter2-hunter2", "hunter3-hunter3"  # pragma: allowlist secret
    before = [
        Res(RDS, "db\x1b[2J", {"password": password, "deletionProtection": True}),
        Res(LOGS, "logs", {"retentionInDays": 90}),
    ]
    after = [Res(RDS, "db\x1b[2J", {"password": another, "engine": "x"}), Res(LOGS, "logs", {"retentionInDays": 9})]
    found = dangers(change_of([OTHER, *before], [OTHER, *after], {"db\x1b[2J": ["password"]}))
    assert [danger.severity.value for danger in found] == ["critical", "high", "medium"]
    assert not any(text in str(danger) for text in (password, another) for danger in found)
    assert not any("\x1b" in text for danger in found for text in (danger.sentence, danger.resource, danger.type))
