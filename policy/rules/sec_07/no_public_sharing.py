"""SEC-07: snapshots, images, functions and their like are not shared with every AWS account."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts import dangers
from policy.facts.props import Resource

REQUIREMENTS = dangers.table("public_sharing")


def check(resource: Resource) -> Iterator[str]:
    """As the table demands: accounts, an organisation or a source are named."""
    yield from dangers.findings(resource, REQUIREMENTS[resource.resource_type])


RULE = Rule(
    clause="SEC-07",
    description="Snapshots, images, functions, layers, documents and endpoints are shared with named accounts only.",
    severity=Severity.CRITICAL,
    frameworks=(
        Framework(name="AWS Foundational Security Best Practices", version="1.0.0", reference="RDS.1"),
        Framework(name="AWS Foundational Security Best Practices", version="1.0.0", reference="EC2.1"),
        Framework(name="AWS Foundational Security Best Practices", version="1.0.0", reference="Lambda.1"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),
    ),
    remediation="Name the accounts that need it, or the organisation; for a function the ARN of what calls it.",
    types=frozenset(REQUIREMENTS),
    check=check,
)
