"""SEC-07: KMS keys get new material every year at the latest."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts.props import UNKNOWN, Resource, flag, get, number, raise_unknown, shape, shown

KEY = "aws:kms/key:Key"
SYMMETRIC = (None, "", "SYMMETRIC_DEFAULT", UNKNOWN)  # KMS can't rotate the others
MAX_DAYS = 365


def check(resource: Resource) -> Iterator[str]:
    """Rotation is on and its period is a year or less; AWS's own default period is 365 days."""
    if get(resource.props, "customerMasterKeySpec") not in SYMMETRIC:
        return
    enabled = flag(get(resource.props, "enableKeyRotation"))
    if enabled is not True and enabled is not UNKNOWN:
        yield f"enableKeyRotation is {enabled!r}, must be True"
    days = get(resource.props, "rotationPeriodInDays", default=MAX_DAYS)
    if days is not UNKNOWN and not 0 < (number(days) or 0) <= MAX_DAYS:
        said = shape(days) if number(days) is None else shown(days)
        yield f"rotationPeriodInDays is {said}, must be at most {MAX_DAYS}"
    raise_unknown(resource, "enableKeyRotation", "rotationPeriodInDays")


RULE = Rule(
    clause="SEC-07",
    description="Symmetric KMS keys rotate at least once a year.",
    severity=Severity.MEDIUM,
    frameworks=(
        Framework(name="CIS AWS Foundations Benchmark", version="3.0.0", reference="3.6"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),
    ),
    remediation="Set enable_key_rotation=True on the kms.Key.",
    types=frozenset({KEY}),
    check=check,
)
