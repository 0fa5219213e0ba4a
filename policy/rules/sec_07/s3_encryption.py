"""SEC-07: objects in S3 are encrypted with a key whose policy and rotation are ours."""

from collections.abc import Iterator, Sequence
from typing import Any

from pulumi_policy import PolicyResource, Severity

from lib.shapes import mapping
from policy.core.engine import Framework, Rule
from policy.facts import storage
from policy.facts.props import UNKNOWN, get, items, of_type

ALGORITHMS = ("aws:kms", "aws:kms:dsse", UNKNOWN)


def _default(default: Any) -> Iterator[str]:
    """What is wrong with what a rule applies by default."""
    algorithm = UNKNOWN if default is UNKNOWN else get(mapping(default), "sseAlgorithm")
    key = UNKNOWN if default is UNKNOWN else get(mapping(default), "kmsMasterKeyId")
    if algorithm not in ALGORITHMS:
        yield f"sseAlgorithm is {algorithm!r}, must be 'aws:kms'"
    if key is not UNKNOWN and (not key or "alias/aws/" in str(key)):
        yield f"kmsMasterKeyId is {key!r}, must be a customer-managed KMS key"


def _flaws(configuration: PolicyResource) -> Iterator[str]:
    rules = list(items(configuration.props, "rules"))
    if not rules:
        yield "rules is empty, must name a KMS key"
    for rule in rules:
        if rule is not UNKNOWN:
            yield from _default(get(rule, "applyServerSideEncryptionByDefault", default={}))


def check_stack(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
    """Each bucket has a configuration, of its own or inside it, every rule of which names a customer-managed key."""
    for bucket in of_type(resources, *storage.BUCKETS):
        found = storage.configuration(bucket, "ServerSideEncryptionConfiguration", resources)
        # After the update the bucket itself repeats what S3 did at its creation: a separate configuration overrides it.
        inside = [] if found is None or found else storage.inside(bucket, "ServerSideEncryptionConfiguration")
        if found is not None and not found and not inside:
            yield (
                bucket,
                "has no BucketServerSideEncryptionConfiguration, must have one with a customer-managed KMS key",
            )
        yield from ((bucket, flaw) for default in inside for flaw in _default(default))
        yield from ((configuration, flaw) for configuration in found or () for flaw in _flaws(configuration))


RULE = Rule(
    clause="SEC-07",
    description="Each bucket encrypts its objects with a customer-managed KMS key.",
    severity=Severity.HIGH,
    frameworks=(Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),),
    remediation="Add a BucketServerSideEncryptionConfiguration with a KMS key, as components.iam.StateBucket does.",
    check_stack=check_stack,
)
