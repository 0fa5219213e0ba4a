"""SEC-01: no output of a stack holds a secret in plain text, where everybody who runs a preview would read it."""

from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource, Severity

from policy.core.engine import Framework, Rule
from policy.facts import plaintext
from policy.facts.props import of_type

STACK = "pulumi:pulumi:Stack"


def check_stack(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
    """What the program exports, which the engine shows as the outputs of the stack itself."""
    for stack in of_type(resources, STACK):
        for path, kind in plaintext.findings(stack):
            yield (
                stack,
                f"output {path} holds {kind} in plain text, must be left out or wrapped in pulumi.Output.secret",
            )


RULE = Rule(
    clause="SEC-01",
    description="Stack outputs hold no secret in plain text.",
    severity=Severity.CRITICAL,
    frameworks=(
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),
        Framework(name="NIST SP 800-53", version="5", reference="IA-5(7)"),
    ),
    remediation="Export the name or ARN of the secret; who may read it does so there.",
    check_stack=check_stack,
)
