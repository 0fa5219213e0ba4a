"""SEC-01: no property of any resource holds a secret in plain text, where state, logs and previews would show it."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts import plaintext
from policy.facts.props import Resource


def check(resource: Resource) -> Iterator[str]:
    """Say where a secret is and of which kind, never its value."""
    for path, kind in plaintext.findings(resource):
        yield f"{path} holds {kind} in plain text, must be a reference to Secrets Manager or a Pulumi secret"


RULE = Rule(
    clause="SEC-01",
    description="Secrets never stand in plain text in any property of any resource.",
    severity=Severity.CRITICAL,
    frameworks=(
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),
        Framework(name="NIST SP 800-53", version="5", reference="IA-5(7)"),
    ),
    remediation="Keep the value in Secrets Manager and pass its ARN, or wrap it in pulumi.Output.secret; rotate it.",
    check=check,
)
