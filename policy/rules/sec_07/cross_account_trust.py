"""SEC-07: a role trusts another account only under a condition that a leaked or confused caller does not meet.

The own account is the one to which the provider is confined (``allowedAccountIds``). Without that no account counts as
own, because a document alone does not show whose it is. Services and federated identities are judged by other rules.
"""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts import iam
from policy.facts.iam_resources import ROLE, own_accounts
from policy.facts.props import Resource

ORGANISATION = ("aws:principalorgid", "aws:principalorgpaths")
MFA_AGE = ("numericlessthan", "numericlessthanequals")


def _has_condition(statement: iam.Statement) -> bool:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html, and MFA for people."""
    for line in statement.conditions:
        if (line.operator, line.key, line.values) == ("bool", "aws:multifactorauthpresent", ("true",)):
            return True
        if line.operator in MFA_AGE and line.key == "aws:multifactorauthage" and line.values:
            return True
    external = statement.pins("sts:externalid")
    return _is_organisation(statement) or any(not any(map(iam.is_pattern, values)) for values in external)


def _is_organisation(statement: iam.Statement) -> bool:
    return any(all(iam.names_one(value) for value in values) for values in statement.pins(*ORGANISATION))


def _findings(statement: iam.Statement, own: set[str]) -> Iterator[str]:
    if statement.not_principal or not statement.principals:
        yield "Principal is absent, must name who is trusted (NotPrincipal trusts all others)"
    for kind, principal in statement.principals:
        if iam.is_pattern(principal):
            if not _is_organisation(statement):
                yield f"Principal {principal!r} is every account of AWS, must have a condition on aws:PrincipalOrgID"
        elif kind == "aws" and iam.account_of(principal) not in own and not _has_condition(statement):
            yield f"Principal {principal!r} has no condition, must have sts:ExternalId, aws:PrincipalOrgID or MFA"


def check(resource: Resource) -> Iterator[str]:
    """Each statement of the trust policy that allows."""
    rows = iam.statements(resource.props.get("assumeRolePolicy"))
    if rows is None:
        yield "assumeRolePolicy is no policy document with statements of Effect and Action"
    for row in rows or ():
        if row.allow:
            found = _findings(row, own_accounts(resource))
            yield from (f"assumeRolePolicy, {row.label}: {message}" for message in found)


RULE = Rule(
    clause="SEC-07",
    description="Roles trust principals of other accounts only with an external ID, an organisation or MFA.",
    severity=Severity.CRITICAL,
    frameworks=(
        Framework(name="NIST SP 800-53", version="Rev. 5", reference="AC-3"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),
    ),
    remediation="Use components.iam.trust.people_trust, or condition the statement on the organisation.",
    types=frozenset({ROLE}),
    check=check,
)
