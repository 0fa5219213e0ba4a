"""Building blocks for IAM cases: statements, documents, and roles that a provider accepts."""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from pulumi_policy.proxy import UnknownValueError

from policy.core.engine import Rule
from tests.support.resources import Case, Ref, Res, as_stack

ACCOUNT = "123456789012"
OTHER = "210987654321"
ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/policy:Policy"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """A statement that allows."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """A statement that denies."""
    return {**allow(action, resource, **more), "Effect": "Deny"}


def doc(*statements: dict[str, Any]) -> str:
    """A policy document as JSON text."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(principal: Any, condition: dict[str, Any] | None = None, action: str = "sts:AssumeRole") -> str:
    """A trust policy of one statement."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    return doc({**statement, "Condition": condition} if condition is not None else statement)


SERVICE_TRUST = trust({"Service": "ec2.amazonaws.com"})


def role(name: str = "app", **inputs: Any) -> Res:
    """A role of EC2, of which ``inputs`` replaces or adds some."""
    return Res(ROLE, name, {"name": name, "assumeRolePolicy": SERVICE_TRUST, **inputs})


def policy(*statements: dict[str, Any], name: str = "rights") -> Res:
    """A managed policy."""
    return Res(POLICY, name, {"name": name, "policy": doc(*statements)})


def inline(*statements: dict[str, Any], name: str = "own", of: Any = "app") -> Res:
    """An inline policy of a role."""
    return Res(ROLE_POLICY, name, {"name": name, "role": of, "policy": doc(*statements)})


TEAM = f"arn:aws:iam::{ACCOUNT}:role/team/*"
FUNCTIONS = f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:*"
PASS = allow("iam:PassRole")
CREATE = allow("lambda:CreateFunction", FUNCTIONS)
"""With ``PASS`` the best-known escalation, alone none."""


def attach(to: str, what: Any, name: str = "attached") -> Res:
    """A managed policy on a role."""
    return Res(ATTACHMENT, name, {"role": Ref(to, "name"), "policyArn": what})


def messages(rule: Rule, resources: Sequence[Res]) -> list[str]:
    """What the pack reports, each led by its resource; a resource whose values are unknown ends the rule for it."""
    stack = as_stack(resources)
    if rule.check_stack is not None:
        return [f"{resource.name}: {message}" for resource, message in rule.check_stack(stack)]
    assert rule.check is not None
    found: list[str] = []
    for resource in stack:
        if resource.resource_type in rule.types:
            with suppress(UnknownValueError):
                _take(found, resource.name, rule.check(resource))
    return found


def _take(found: list[str], name: str, said: Iterable[str]) -> None:
    for message in said:  # one by one: what comes before an unknown value counts
        found.append(f"{name}: {message}")  # noqa: PERF401 - as above


def judge(rule: Rule, case: Case) -> None:
    """The rule reads the case as its kind says, and its messages hold every fragment."""
    found = messages(rule, case.resources)
    assert bool(found) == (case.kind in ("fail", "absent")), found
    assert [fragment for fragment in case.says if fragment not in "\n".join(found)] == [], found
