"""SEC-07: identity policies name what they allow: no wildcard grants privilege, a whole service, or every resource."""

import re
from collections.abc import Iterator, Sequence

from pulumi_policy import Severity

from lib.identities import BOUNDARY, PATH
from policy.core.engine import Framework, Rule
from policy.facts import dangers, iam, iam_resources
from policy.facts.props import Resource, items

OPTIONAL = ("aws:quicksight/iamPolicyAssignment:IamPolicyAssignment", "aws:budgets/budgetAction:BudgetAction")
"""What may attach no policy at all."""
SEES = re.compile(r"[a-z0-9-]+:(describe|list)[a-z]*\*", re.IGNORECASE)
"""Patterns that a ceiling may have on every resource: by AWS's names of actions they read configuration."""
ATTACHED_BOUNDARY = re.compile(rf"arn:[^:]+:iam::\d*:policy{PATH}{BOUNDARY}")


def _actions(statement: iam.Statement) -> Iterator[str]:
    if statement.not_actions:
        yield f"NotAction {list(statement.not_actions)} allows all other actions, must be a list of Action"
    yield from iam.whole_services(statement)
    for action in statement.actions:
        granted = iam.privileges(action) if iam.is_pattern(action) and not iam.is_whole_service(action) else ()
        if granted:
            yield f"Action {action!r} covers {granted[0]} ({len(granted)} that grant privilege), must name actions"


def is_boundary(resource: Resource) -> bool:
    """The platform's permissions boundary, which grants nothing by itself, and which nothing attaches."""
    named = (resource.props.get("name"), resource.props.get("path"))
    return resource.resource_type == iam_resources.POLICY and named == (BOUNDARY, PATH)


def _resources(statement: iam.Statement, *, ceiling: bool) -> Iterator[str]:
    if statement.not_resources:
        yield f"NotResource {list(statement.not_resources)} allows all other resources, must be a list of Resource"
    elif not statement.resources:
        yield "Resource is None, must name resources"
    named = [action for action in statement.actions if not iam.is_whole_service(action)]
    # A pattern such as ec2:Describe* is no known action: it may hold some that can be limited, now or next year.
    seen = [action for action in named if ceiling and SEES.fullmatch(action)]
    wide = ", ".join(action for action in named if iam.supports_resources(action) and action not in seen)
    for resource in statement.resources:
        if wide and not iam.pins_resource(resource):
            yield f"Resource {resource!r} for {wide}: AWS can limit these to resources, must name ARNs"


def _document(path: str, rows: tuple[iam.Statement, ...] | None, *, ceiling: bool) -> Iterator[str]:
    if rows is None:
        yield f"{path} is no policy document with statements of Effect and Action"
    for row in rows or ():
        if row.allow:
            yield from (
                f"{path}, {row.label}: {found}" for found in (*_actions(row), *_resources(row, ceiling=ceiling))
            )


def _managed(resource: Resource, path: str) -> Iterator[str]:
    for found in dangers.values(resource.props, path):
        value = found.value
        arns = items({path: value}, path) if isinstance(value, Sequence) else [value]
        for arn in arns:
            if iam.is_broad(arn):
                yield f"{path} is {arn!r}, must be a policy that names its actions and resources"
            elif isinstance(arn, str) and ATTACHED_BOUNDARY.fullmatch(arn):
                yield f"{path} is {arn!r}, which bounds and must grant nothing: name it as permissionsBoundary alone"


def check(resource: Resource) -> Iterator[str]:
    """Documents of the resource, and the AWS managed policies that it attaches."""
    attached = iam_resources.ATTACHED.get(resource.resource_type)
    if attached:
        yield from _managed(resource, attached)
        # An empty list is the provider's way to say: no policies.
        if resource.resource_type not in OPTIONAL and resource.props.get(attached) in (None, ""):
            yield f"{attached} is None, must name a policy"
        return
    yield from _managed(resource, "managedPolicyArns")
    for path, rows in iam_resources.documents(resource):
        yield from _document(path, rows, ceiling=is_boundary(resource))
    iam_resources.raise_unknown_documents(resource)


RULE = Rule(
    clause="SEC-07",
    description="Identity policies write out their actions and resources: no NotAction, no wildcard that widens them.",
    severity=Severity.CRITICAL,
    frameworks=(
        Framework(name="CIS AWS Foundations Benchmark", version="3.0.0", reference="1.16"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.3"),
    ),
    remediation="Write actions and ARNs out, as components.iam.permissions does.",
    types=frozenset((*iam_resources.IDENTITY_POLICIES, *iam_resources.ATTACHED, iam_resources.ROLE)),
    check=check,
)
