"""SEC-07: every role has a permissions boundary, so that a mistake in its policies has a ceiling."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts import iam
from policy.facts.iam_resources import ROLE
from policy.facts.props import Resource, shape


def check(resource: Resource) -> Iterator[str]:
    """The boundary is named, and it is none of AWS's policies that allow everything."""
    boundary = resource.props.get("permissionsBoundary")
    if not boundary or not isinstance(boundary, str):
        said = repr(boundary) if isinstance(boundary, str | None) else shape(boundary)
        yield f"permissionsBoundary is {said}, must be the ARN of the platform's boundary policy"
    elif iam.is_broad(boundary):
        yield f"permissionsBoundary is {boundary!r}, which bounds nothing: must be the platform's own"


RULE = Rule(
    clause="SEC-07",
    description="Every IAM role has a permissions boundary that bounds.",
    severity=Severity.HIGH,
    frameworks=(
        Framework(name="NIST SP 800-53", version="Rev. 5", reference="AC-6"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.3"),
    ),
    remediation="Pass components.iam.boundary.PermissionsBoundary's arn as permissions_boundary.",
    types=frozenset({ROLE}),
    check=check,
)
