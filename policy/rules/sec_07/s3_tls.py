"""SEC-07: buckets refuse requests without TLS."""

from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource, Severity
from pulumi_policy.proxy import UnknownValueError

from policy.core.engine import Framework, Rule
from policy.facts import iam, storage
from policy.facts.props import UNKNOWN, get, of_type

OPERATORS = ("bool", "boolifexists", "stringequals", "stringequalsignorecase", "stringlike")
"""With these ``aws:SecureTransport`` is compared with false, which the key is for each request without TLS."""


def _arns(bucket: PolicyResource, given: Sequence[str]) -> list[str]:
    """The bucket's ARN or, before it is known, what a policy can mean by it: its name or, without one, anything."""
    arn, name = get(bucket.props, "arn"), get(bucket.props, "bucket")
    if isinstance(arn, str):
        return [arn]
    if not isinstance(name, str):
        return [arn for arn in given if not arn.endswith("/*")]
    return [f"arn:aws:s3:::{name}", *(arn for arn in given if arn.rpartition(":")[2] in (name, bucket.name))]


def _covers(given: Sequence[str], bucket: PolicyResource) -> bool:
    """True where the resources of a statement hold the bucket and all its objects."""
    return any(
        all(any(iam.contains(pattern, wanted) for pattern in given) for wanted in (arn, f"{arn}/*"))
        for arn in _arns(bucket, given)
    )


def _denies(statement: iam.Statement) -> bool:
    """A denial of everything to everybody without TLS; another condition would narrow it."""
    lines = [(line.operator, line.key, [value.lower() for value in line.values]) for line in statement.conditions]
    return (
        not statement.allow
        and any(kind in ("*", "aws") and who == "*" for kind, who in statement.principals)
        and any(iam.contains(action.lower(), "s3:*") for action in statement.actions)
        and lines in [[(operator, "aws:securetransport", ["false"])] for operator in OPERATORS]
    )


def _denied(rows: Sequence[iam.Statement]) -> list[str]:
    """The resources of all such denials: one for the bucket and one for its objects are as good as one for both."""
    return [arn for row in rows if _denies(row) for arn in row.resources]


def _refuses(policy: PolicyResource, bucket: PolicyResource) -> bool:
    value = get(policy.props, "policy")
    try:
        return value is UNKNOWN or _covers(_denied(iam.statements(value) or ()), bucket)
    except UnknownValueError:
        return True


def check_stack(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
    """Each bucket has a policy that denies everybody every action without TLS, on the bucket and on its objects."""
    for bucket in of_type(resources, *storage.BUCKETS):
        policies = storage.configuration(bucket, "Policy", resources)
        if storage.inside(bucket, "Policy"):
            policies = [*(policies or ()), bucket]
        if policies is None or any(_refuses(policy, bucket) for policy in policies):
            continue
        missing = "has no policy that denies" if policies else "has no BucketPolicy, must have one that denies"
        yield bucket, f"{missing} s3:* on the bucket and its objects where aws:SecureTransport is false"


RULE = Rule(
    clause="SEC-07",
    description="Each bucket denies requests without TLS.",
    severity=Severity.MEDIUM,
    frameworks=(
        Framework(name="CIS AWS Foundations Benchmark", version="3.0.0", reference="2.1.1"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.7"),
    ),
    remediation="Add a BucketPolicy with the denial, as components.iam.StateBucket does.",
    check_stack=check_stack,
)
