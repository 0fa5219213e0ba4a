"""What the tests share: the account, the whole component, AWS's reference of actions, and a policy evaluator."""

import fnmatch
import importlib.resources
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from components.iam import (
    AccessPolicies,
    AccessPoliciesArgs,
    AccountBaseline,
    BreakGlass,
    BreakGlassArgs,
    Directory,
    GithubRoles,
    GithubRolesArgs,
    PeopleGroup,
    PeopleRoles,
    PeopleRolesArgs,
    PermissionsBoundary,
    PermissionsBoundaryArgs,
    StateBucket,
    StateBucketArgs,
)
from tests.components.support.platform import HERE, platform
from tests.policy.support.iam_reference import NEWER

ACCOUNT = HERE
DIRECTORY = Directory(account_id="999999999999", organization_id="o-a1b2c3d4e5")
GROUPS = {
    "engineering": PeopleGroup(role="reader", signs_in=True),
    "on-call": PeopleGroup(role="responder", signs_in=True),
    "data": PeopleGroup(role="analyst", signs_in=True),
}
ROLE = "aws:iam/role:Role"


def everything() -> None:
    """The whole component, wired as a layer wires it."""
    boundary = PermissionsBoundary("boundary", PermissionsBoundaryArgs(site=platform()))
    here = platform(boundary_arn=boundary.arn)
    state = StateBucket("state", StateBucketArgs(site=here))
    policies = AccessPolicies("access", AccessPoliciesArgs(site=here))
    GithubRoles(
        "github",
        GithubRolesArgs(
            platform=here,
            policies=policies,
            github_repository="nationgraph/platform",
            github_environment="production",
            charts_repository="nationgraph/nationgraph-services",
            state_bucket_arn=state.bucket_arn,
            state_key_arn=state.key_arn,
        ),
    )
    PeopleRoles("people", PeopleRolesArgs(platform=here, policies=policies, directory=DIRECTORY, groups=GROUPS))
    BreakGlass(
        "glass",
        BreakGlassArgs(
            platform=here,
            policies=policies,
            directory=DIRECTORY,
            state_bucket_arn=state.bucket_arn,
            state_key_arn=state.key_arn,
        ),
    )
    AccountBaseline("account")


STATE_BUCKET = f"arn:aws:s3:::{ACCOUNT.state_bucket}"
STATE_KEY = ACCOUNT.arn("kms", "key/00000000-0000-0000-0000-000000000000")


def as_aws(text: str) -> str:
    """The text with the ARNs of bucket and key as AWS writes them: the mocks give all services one form."""
    mocks = "arn:aws:{}:eu-central-1:123456789012:state-{}"
    return text.replace(mocks.format("s3", "bucket"), STATE_BUCKET).replace(mocks.format("kms", "key"), STATE_KEY)


@cache
def reference() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """The Service Authorization Reference as parliament carries it, and newer: service, lower-case action, entry."""
    text = importlib.resources.files("parliament").joinpath("iam_definition.json").read_text()
    found = {
        service["prefix"]: {action["privilege"].lower(): action for action in service["privileges"]}
        for service in json.loads(text)
    }
    for name, level, _ in NEWER:
        service, action = name.split(":")
        found[service][action.lower()] = {"privilege": action, "access_level": level, "resource_types": []}
    return found


def expand(pattern: str) -> list[tuple[str, Mapping[str, Any]]]:
    """The actions that a pattern such as ``ec2:*Vpc`` matches, with their entries."""
    service, name = pattern.split(":")
    matches = fnmatch.filter(reference()[service], name.lower())
    return [(f"{service}:{reference()[service][match]['privilege']}", reference()[service][match]) for match in matches]


def as_list(value: Any) -> list[Any]:
    """IAM lets a lone value stand for a list of one."""
    return list(value) if isinstance(value, list | tuple) else [value]


def statements(document: Mapping[str, Any], effect: str) -> Iterator[Mapping[str, Any]]:
    """The statements of a document that allow, or that deny."""
    return (statement for statement in document["Statement"] if statement["Effect"] == effect)


def _any(patterns: Any, value: str, *, fold: bool = False) -> bool:
    change: Callable[[str], str] = str.lower if fold else str
    return any(fnmatch.fnmatchcase(change(value), change(pattern)) for pattern in as_list(patterns))


_OPERATORS: dict[str, Callable[[str | None, list[str]], bool]] = {
    "StringEquals": lambda value, wanted: value in wanted,
    "StringNotEquals": lambda value, wanted: value not in wanted,
    "StringLike": lambda value, wanted: value is not None and _any(wanted, value),
    "StringNotLike": lambda value, wanted: value is None or not _any(wanted, value),
    "ArnEquals": lambda value, wanted: value is not None and _any(wanted, value),
    "ArnLike": lambda value, wanted: value is not None and _any(wanted, value),
    "ArnNotLike": lambda value, wanted: value is None or not _any(wanted, value),
    "ArnNotEquals": lambda value, wanted: value is None or not _any(wanted, value),
    "ForAnyValue:StringEquals": lambda value, wanted: value in wanted,
    "Bool": lambda value, wanted: value in wanted,
    "Null": lambda value, wanted: str(value is None).lower() in wanted,
    "NumericLessThan": lambda value, wanted: value is not None and float(value) < float(wanted[0]),
    "NumericLessThanEquals": lambda value, wanted: value is not None and float(value) <= float(wanted[0]),
}
"""As AWS evaluates a key that is absent: positive operators fail, negated ones hold, Null asks for the absence."""


def applies(statement: Mapping[str, Any], action: str, resource: str, context: Mapping[str, str]) -> bool:
    """Whether a statement speaks of the request, conditions included."""
    holds = (
        _OPERATORS[operator](context.get(key), as_list(wanted))
        for operator, block in statement.get("Condition", {}).items()
        for key, wanted in block.items()
    )
    named = (
        _any(statement["Action"], action, fold=True)
        if "Action" in statement
        else not _any(statement["NotAction"], action, fold=True)
    )
    there = (
        _any(statement["Resource"], resource)
        if "Resource" in statement
        else not _any(statement["NotResource"], resource)
    )
    return named and there and all(holds)


def allowed(document: Mapping[str, Any], action: str, resource: str, context: Mapping[str, str]) -> bool:
    """Whether one document allows the request: some statement allows it, none denies it."""
    verdicts = {s["Effect"] for s in document["Statement"] if applies(s, action, resource, context)}
    return verdicts == {"Allow"}
