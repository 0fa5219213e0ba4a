"""SEC-07: the metadata service of a machine answers to tokens alone, so that nobody makes it tell its credentials."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts import dangers
from policy.facts.props import Resource

REQUIREMENTS = dangers.table("instance_metadata")


def check(resource: Resource) -> Iterator[str]:
    """As the table demands. Where a template is named, the template decides."""
    yield from dangers.findings(resource, REQUIREMENTS[resource.resource_type])


RULE = Rule(
    clause="SEC-07",
    description="Machines answer requests for metadata with IMDSv2 alone.",
    severity=Severity.HIGH,
    frameworks=(
        Framework(name="CIS AWS Foundations Benchmark", version="3.0.0", reference="5.6"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),
    ),
    remediation='Set metadata_options={"http_tokens": "required", ...} on the instance or its launch template.',
    types=frozenset(REQUIREMENTS),
    check=check,
)
