"""SEC-02: every secret rotates or is a registered exception, is closed to all but its consumers, and names them."""

from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource, Severity

from lib.rotation import BY_HAND_DAYS
from lib.shapes import mapping
from lib.vocabulary import CONSUMERS, ROTATION, ROTATION_BY_HAND, RUNBOOK
from policy.core.engine import Framework, Rule
from policy.facts import iam
from policy.facts.props import UNKNOWN, attached, get, items, number, of_type, undecided

SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type
ROTATIONS = "aws:secretsmanager/secretRotation:SecretRotation"
VERSIONS = "aws:secretsmanager/secretVersion:SecretVersion"
POLICIES = "aws:secretsmanager/secretPolicy:SecretPolicy"
ALARMS = "aws:cloudwatch/metricAlarm:MetricAlarm"
READ = "secretsmanager:GetSecretValue"
CALLER = "aws:principalarn"
NEGATED = ("arnnotequals", "arnnotlike", "stringnotequals", "stringnotlike")


def _closes(statement: iam.Statement) -> bool:
    """A denial of reading to everybody whose ARN is not listed; without that list a denial would stop the owner too."""
    named = [line for line in statement.conditions if line.operator in NEGATED and line.key == CALLER]
    listed = bool(named) and all(value.count(":") >= 5 for line in named for value in line.values)
    return not statement.allow and statement.covers(READ) and iam.is_public(statement) and listed


def _policy(secret: PolicyResource, resources: Sequence[PolicyResource]) -> Iterator[str]:
    found = attached(secret, "secretArn", of_type(resources, POLICIES))
    documents = [get(policy.props, "policy") for policy in found] or [get(secret.props, "policy")]
    if not found and undecided("secretArn", of_type(resources, POLICIES)):
        return
    if UNKNOWN in documents:
        return
    if not any(_closes(row) for value in documents for row in iam.statements(value) or ()):
        yield "policy does not deny reading to all but named ARNs, must hold a Deny with aws:PrincipalArn"


def _initial_value(secret: PolicyResource, resources: Sequence[PolicyResource]) -> Iterator[str]:
    candidates = of_type(resources, VERSIONS)
    if not attached(secret, "secretId", candidates) and not undecided("secretId", candidates):
        yield "rotation is on but the secret has no initial value, must have a SecretVersion"


def _by_hand(secret: PolicyResource, resources: Sequence[PolicyResource]) -> Iterator[str]:
    """The exception: a runbook says how, and an alarm says when."""
    if not get(secret.props, "tags", RUNBOOK):
        yield f"tag {ROTATION} is {ROTATION_BY_HAND!r} without {RUNBOOK}, must name the runbook"
    called = get(secret.props, "name", default="")
    for alarm in of_type(resources, ALARMS):
        given, limit = get(alarm.props, "dimensions"), get(alarm.props, "threshold")
        if UNKNOWN in (given, limit, called):
            return
        watched = [get(given, key) for key in mapping(given)]
        if any(value is UNKNOWN or value == called for value in watched) and 0 < (number(limit) or 0) <= BY_HAND_DAYS:
            return
    yield f"rotates by hand without an alarm on its age, must have one at {BY_HAND_DAYS} days or less"


def _one(secret: PolicyResource, resources: Sequence[PolicyResource]) -> Iterator[str]:
    rotations = of_type(resources, ROTATIONS)
    mode = get(secret.props, "tags", ROTATION)
    if attached(secret, "secretId", rotations):
        yield from _initial_value(secret, resources)
    elif mode == ROTATION_BY_HAND:
        yield from _by_hand(secret, resources)
    elif mode is not UNKNOWN and not undecided("secretId", rotations):
        yield f"has no rotation, must have a SecretRotation or the tag {ROTATION}={ROTATION_BY_HAND}"
    if get(secret.props, "tags") is not UNKNOWN and not get(secret.props, "tags", CONSUMERS):
        yield f"tag {CONSUMERS} is {get(secret.props, 'tags', CONSUMERS)!r}, must name who reads the secret and how"
    keys = [get(secret.props, "kmsKeyId"), *(get(row, "kmsKeyId") for row in items(secret.props, "replicas")
                                            if row is not UNKNOWN)]  # fmt: skip
    for key in keys:
        if key is not UNKNOWN and (not key or "alias/aws/" in str(key)):
            yield f"kmsKeyId is {key!r}, must be a customer-managed KMS key, for each replica too"
    yield from _policy(secret, resources)


def check_stack(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
    """Each secret that this stack declares; those of RDS are rotated by AWS and are not declared."""
    for secret in of_type(resources, SECRET):
        yield from ((secret, message) for message in _one(secret, resources))


RULE = Rule(
    clause="SEC-02",
    description="Every secret rotates or is a registered exception, has our key, is closed and accounted for.",
    severity=Severity.HIGH,
    frameworks=(
        Framework(name="AWS Foundational Security Best Practices", version="1.0.0", reference="SecretsManager.1"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),
        Framework(name="NIST SP 800-53", version="5", reference="IA-5(1)"),
    ),
    remediation="Declare it with components.secrets.RotatedSecret, or components.secrets.HandRotatedSecret.",
    check_stack=check_stack,
)
