"""SEC-07: data at rest is encrypted; databases, secrets, logs, topics, queues and volumes with a key of our own.

AWS encrypts some of these without being asked, but with a key that every principal of the account may use and that
nobody can revoke.
"""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts import dangers
from policy.facts.props import Resource

REQUIREMENTS = dangers.table("encryption_at_rest")


def check(resource: Resource) -> Iterator[str]:
    """As the table demands. A key that is unknown is one that this update creates."""
    yield from dangers.findings(resource, REQUIREMENTS[resource.resource_type])


RULE = Rule(
    clause="SEC-07",
    description="Whatever stores data encrypts it; databases, secrets, logs, topics, queues, volumes with our own key.",
    severity=Severity.HIGH,
    frameworks=(
        Framework(name="CIS AWS Foundations Benchmark", version="3.0.0", reference="2.2.1"),
        Framework(name="CIS AWS Foundations Benchmark", version="3.0.0", reference="2.3.1"),
        Framework(name="CIS AWS Foundations Benchmark", version="3.0.0", reference="2.4.1"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),
    ),
    remediation="Use the service's component (PrivateDatabase, AlertTopic, Network), or pass the ARN of a kms.Key.",
    types=frozenset(REQUIREMENTS),
    check=check,
)
