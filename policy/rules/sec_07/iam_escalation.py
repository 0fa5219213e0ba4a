"""SEC-07: no role can raise its own rights by what its policies allow together.

A Deny counts where it is unconditional and known, on the role or on its boundary.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

from pulumi_policy import PolicyResource, Severity

from policy.core.engine import Framework, Rule
from policy.facts import iam
from policy.facts.escalations import ALONE, RUNS_CODE
from policy.facts.iam_resources import IDENTITY_POLICIES, ROLE, attached_policies, boundary_of, documents, paths_of
from policy.facts.props import of_type

BOUNDED = ("iam:permissionsboundary", "iam:policyarn")
"""Condition keys that hold what is attached, or whom it is attached to, to named policies."""


def _open(row: iam.Statement, action: str, rows: Sequence[iam.Statement]) -> list[str]:
    """The resources for which the statement allows the action and no unconditional Deny takes it back."""
    if not row.allow or not row.covers(action):
        return []
    denied = [r for r in rows if not r.allow and not r.conditions and r.covers(action)]
    shut = [pattern for deny in denied for pattern in deny.resources]
    return [r for r in row.resources or ("*",) if not any(iam.contains(pattern, r) for pattern in shut)]


def _is_own(arn: str, own: Sequence[str]) -> bool:
    return any(iam.contains(arn.split(":", 5)[-1], path) for path in own)


def _is_held(row: iam.Statement) -> bool:
    named = (
        all(iam.names_one(v) and iam.resource_name(v) and not iam.is_broad(v) for v in values)
        for values in row.pins(*BOUNDED)
    )
    return any(named)


def _alone(rows: Sequence[iam.Statement], own: Sequence[str]) -> Iterator[str]:
    for action in ALONE:
        for row in rows:
            for resource in _open(row, action, rows):
                if _is_held(row):
                    continue
                if not iam.resource_name(resource):
                    yield f"{action} on {resource}: must name resources"
                elif action.startswith("iam:") and _is_own(resource, own):
                    yield f"{action} on {resource}, which is itself: must name others"


def _passes(rows: Sequence[iam.Statement]) -> Iterator[str]:
    for service, actions in RUNS_CODE.items():
        runs = [action for action in actions if any(_open(row, action, rows) for row in rows)]
        for row in rows if runs else ():
            to = row.pins("iam:passedtoservice")
            if to and not any(iam.matches(value, service) for value in chain(*to)):
                continue
            for resource in _open(row, "iam:PassRole", rows):
                if not to or not iam.resource_name(resource):
                    yield f"iam:PassRole on {resource} with {runs[0]}: must name roles and pin iam:PassedToService"


def _methods(rows: Sequence[iam.Statement], own: Sequence[str]) -> list[str]:
    return list(dict.fromkeys((*_alone(rows, own), *_passes(rows))))


def _rows(*holders: PolicyResource) -> list[iam.Statement]:
    return [row for holder in holders for _, rows in documents(holder) for row in rows or ()]


def check_stack(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
    """Each role with all its policies at once, then each policy that no role of the stack holds."""
    placed = set()
    for role in of_type(resources, ROLE):
        policies, boundary = attached_policies(role, resources), boundary_of(role, resources)
        placed |= {policy.urn for policy in (*policies, *boundary)}
        denied = [row for row in _rows(*boundary) if not row.allow]
        own = [path for holder in (role, *policies) for path in paths_of(holder)]
        for method in _methods([*_rows(role, *policies), *denied], own):
            yield role, f"its policies together allow {method}"
    for policy in of_type(resources, *IDENTITY_POLICIES):
        methods = [] if policy.urn in placed else _methods(_rows(policy), paths_of(policy))
        yield from ((policy, f"policy allows {method}") for method in methods)


RULE = Rule(
    clause="SEC-07",
    description="No role or policy allows a known privilege escalation, alone or together with the role's others.",
    severity=Severity.CRITICAL,
    frameworks=(
        Framework(name="NIST SP 800-53", version="Rev. 5", reference="AC-6"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.3"),
    ),
    remediation="Name resources other than the role, and condition on iam:PermissionsBoundary or iam:PassedToService.",
    check_stack=check_stack,
)
