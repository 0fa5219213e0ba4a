"""SEC-07: an object that is overwritten or deleted by mistake can be had back."""

from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource, Severity

from policy.core.engine import Framework, Rule
from policy.facts import storage
from policy.facts.props import UNKNOWN, flag, get, of_type


def check_stack(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
    """Each bucket has a BucketVersioning whose status is Enabled."""
    for bucket in of_type(resources, *storage.BUCKETS):
        found = storage.configuration(bucket, "Versioning", resources)
        inside = storage.inside(bucket, "Versioning")
        if found is not None and not found and not any(flag(value) is True or value is UNKNOWN for value in inside):
            yield bucket, "has no BucketVersioning, must have one with status 'Enabled'"
        for versioning in found or ():
            status = get(versioning.props, "versioningConfiguration", "status")
            if status not in ("Enabled", UNKNOWN):
                yield versioning, f"versioningConfiguration.status is {status!r}, must be 'Enabled'"


RULE = Rule(
    clause="SEC-07",
    description="Each bucket keeps the versions of its objects.",
    severity=Severity.MEDIUM,
    frameworks=(Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="A1.2"),),
    remediation="Add a BucketVersioning with status Enabled, as components.iam.StateBucket does.",
    check_stack=check_stack,
)
