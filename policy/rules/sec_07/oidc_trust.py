"""SEC-07: a role trusts tokens of an identity provider only for one audience and for subjects written out in full."""

import re
from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts import iam
from policy.facts.iam_resources import ROLE
from policy.facts.props import Resource

GITHUB = "token.actions.githubusercontent.com"
GITHUB_SUBJECT = re.compile(
    r"repo:[\w.@-]+/[\w.@-]+:(ref:refs/(heads|tags)/[^\s:]+|environment:[^:]*[^\s:][^:]*|pull_request)(:\S.*)?",
    re.ASCII,
)
"""https://docs.github.com/en/actions/concepts/security/openid-connect: repository, then environment, ref or event.

Names of environments may hold blanks and slashes; GitHub writes a colon in them as ``%3A``. A subject that names less,
such as ``repo:org/name:*``, admits every branch, and with it whoever may open one.
"""
ANY = re.compile(r".+")
EXACT = ("stringequals", "stringlike", "foranyvalue:stringequals", "foranyvalue:stringlike")


def _is_pinned(statement: iam.Statement, key: str, subject: re.Pattern[str]) -> bool:
    """True where a condition, all of which must hold, admits only values that are written out."""
    return any(
        all(subject.fullmatch(value) and not iam.is_pattern(value) for value in line.values)
        for line in statement.conditions
        if line.key == key and line.operator in EXACT and line.values
    )


def _given(statement: iam.Statement, key: str) -> str:
    lines = [f"{line.operator} {list(line.values)}" for line in statement.conditions if line.key == key]
    return ", ".join(lines) or "absent"


def _findings(statement: iam.Statement, provider: str) -> Iterator[str]:
    issuer = provider.split(":oidc-provider/", 1)[-1].lower()
    wanted = {f"{issuer}:aud": ANY, f"{issuer}:sub": GITHUB_SUBJECT if issuer == GITHUB else ANY}
    for key, form in ({"saml:aud": ANY} if ":saml-provider/" in provider else wanted).items():
        if not _is_pinned(statement, key, form):
            example = " such as repo:ORG/NAME:environment:NAME" if form is GITHUB_SUBJECT else ""
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
    description="Trust in OIDC tokens pins the audience and the subject; for GitHub repository and environment or ref.",
    severity=Severity.CRITICAL,
    frameworks=(
        Framework(name="NIST SP 800-53", version="Rev. 5", reference="IA-8"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),
    ),
    remediation="Use components.iam.documents.github_trust with the claims of one environment, branch or event.",
    types=frozenset({ROLE}),
    check=check,
)
