"""SEC-07: what holds data is not lost to one wrong command."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts.props import UNKNOWN, Resource, get, raise_unknown, shown, stack_of


@dataclass(frozen=True)
class Requirement:
    """What a property must be: as text, and as a test."""

    says: str
    holds: Callable[[Any], bool]


def _between(low: int, high: int) -> Requirement:
    return Requirement(f"{low} to {high} days", lambda days: isinstance(days, int | float) and low <= days <= high)


TRUE = Requirement("True", lambda value: value is True)
FALSE = Requirement("False", lambda value: value is False)
NOT_TRUE = Requirement("False or absent", lambda value: value in (None, False))
NAMED = Requirement("a name", bool)

BACKUPS = {
    "backupRetentionPeriod": _between(7, 35),
    "skipFinalSnapshot": FALSE,
    "finalSnapshotIdentifier": NAMED,
}
DATABASE = {"deletionProtection": TRUE, "copyTagsToSnapshot": TRUE, **BACKUPS}
REQUIREMENTS = {
    "aws:rds/instance:Instance": DATABASE,
    "aws:rds/cluster:Cluster": DATABASE,
    "aws:kms/key:Key": {"deletionWindowInDays": _between(7, 30)},
    "aws:secretsmanager/secret:Secret": {"recoveryWindowInDays": _between(7, 30)},
    "aws:s3/bucket:Bucket": {"forceDestroy": NOT_TRUE},
    "aws:s3/bucketV2:BucketV2": {"forceDestroy": NOT_TRUE},
}
DISPOSABLE = "sandbox"
"""The stack that `make down` must be able to destroy: its resources may lack deletion protection and protect."""


def check(resource: Resource) -> Iterator[str]:
    """Deletion needs two deliberate steps, and leaves a way back."""
    required = dict(REQUIREMENTS[resource.resource_type])
    if get(resource.props, "replicateSourceDb"):  # AWS takes no final snapshot of a replica; its source has the backups
        required = {key: value for key, value in required.items() if key not in BACKUPS}
    if stack_of(resource.urn) == DISPOSABLE:
        required.pop("deletionProtection", None)
    elif not resource.opts.protect:
        yield f"option protect is {resource.opts.protect!r}, must be True outside {DISPOSABLE}"
    for key, requirement in required.items():
        value = get(resource.props, key)
        if value is not UNKNOWN and not requirement.holds(value):
            yield f"{key} is {shown(value)}, must be {requirement.says}"
    raise_unknown(resource, *(key for key in required if required[key] is not NAMED))  # a name to come is a name


RULE = Rule(
    clause="SEC-07",
    description="Databases, keys, secrets and buckets are protected from deletion and can be restored.",
    severity=Severity.HIGH,
    frameworks=(Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="A1.2"),),
    remediation="Pass protect=True and deletion_protection=True to the component; backups are kept 7 to 35 days.",
    types=frozenset(REQUIREMENTS),
    check=check,
)
