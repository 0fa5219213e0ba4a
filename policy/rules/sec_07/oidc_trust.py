"""SEC-07: a role trusts tokens of an identity provider only for one audience and for subjects written out in full."""

from collections.abc import Callable, Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts import iam, issuers
from policy.facts.iam_resources import ROLE
from policy.facts.props import Resource

GITHUB = "token.actions.githubusercontent.com"
EXACT = ("stringequals", "stringlike", "foranyvalue:stringequals", "foranyvalue:stringlike")
SIGNED_IN = "must be 'authenticated': guests of the pool would have the role"


def _is_written_out(value: str) -> bool:
    return bool(value) and not iam.is_pattern(value)


def _is_pinned(statement: iam.Statement, key: str, is_narrow: Callable[[str], bool]) -> bool:
    """True where a condition, all of which must hold, admits narrow values only."""
    return any(
        all(map(is_narrow, line.values))
        and (line.operator.endswith("stringlike") or not any(map(iam.is_pattern, line.values)))
        for line in statement.conditions
        if line.key == key and line.operator in EXACT and line.values
    )


def _given(statement: iam.Statement, key: str) -> str:
    lines = [f"{line.operator} {list(line.values)}" for line in statement.conditions if line.key == key]
    return ", ".join(lines) or "absent"


def _findings(statement: iam.Statement, provider: str) -> Iterator[str]:
    if ":saml-provider/" in provider:
        wanted = [("saml:aud", _is_written_out, "")]
    else:
        issuer = provider.split(":oidc-provider/", 1)[-1].lower()
        audience, subject = issuers.claims(issuer)
        wanted = [(audience, _is_written_out, "")]
        if issuer == issuers.COGNITO:  # its tokens name a person each; the pool and the sign-in are what a role trusts
            amr = f"{issuer}:amr"
            if not _is_pinned(statement, amr, lambda value: value == "authenticated" or issuer in value):
                yield f"{amr} is {_given(statement, amr)}, {SIGNED_IN}"
        else:
            wanted.append((subject, lambda value: issuers.is_narrow(issuer, value), issuers.example(issuer)))
    for key, is_narrow, example in wanted:
        if not _is_pinned(statement, key, is_narrow):
            yield f"{key} is {_given(statement, key)}, must equal values written out in full{example}"


def check(resource: Resource) -> Iterator[str]:
    """Each statement of the trust policy that allows a federated principal."""
    rows = iam.statements(resource.props.get("assumeRolePolicy"))
    if rows is None:
        yield "assumeRolePolicy is no policy document with statements of Effect and Action"
    for row in rows or ():
        providers = [value for kind, value in row.principals if row.allow and kind == "federated"]
        for provider in providers:
            found = _findings(row, provider)
            yield from (f"assumeRolePolicy, {row.label}: {message}" for message in found)


RULE = Rule(
    clause="SEC-07",
    description="Trust in OIDC tokens pins the audience, and a subject that names one workload as its issuer does.",
    severity=Severity.CRITICAL,
    frameworks=(
        Framework(name="NIST SP 800-53", version="Rev. 5", reference="IA-8"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),
    ),
    remediation="Use components.iam.trust.github_trust with the claims of one environment, branch or event.",
    types=frozenset({ROLE}),
    check=check,
)
