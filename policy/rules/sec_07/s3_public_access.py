"""SEC-07: no bucket is public, by its settings, an access control list or a policy."""

from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource, Severity
from pulumi_policy.proxy import UnknownValueError

from policy.core.engine import Framework, Rule
from policy.facts import iam, storage
from policy.facts.props import UNKNOWN, get, items, of_type

BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
PUBLIC_ACLS = ("public-read", "public-read-write", "authenticated-read")
EVERYBODY = ("/AllUsers", "/AuthenticatedUsers")  # the latter is every AWS customer


def _acl(resource: PolicyResource) -> Iterator[str]:
    acl = get(resource.props, "acl")
    if acl in PUBLIC_ACLS:
        yield f"acl is {acl!r}, must be 'private'"
    control = get(resource.props, "accessControlPolicy", default={})
    grants = [*items(resource.props, "grants"), *(() if control is UNKNOWN else items(control, "grants"))]
    for grant in grants:
        uri = None if grant is UNKNOWN else get(grant, "uri") or get(grant, "grantee", "uri")
        if str(uri).endswith(EVERYBODY):
            yield f"grants hold {uri}, must name accounts"


def _policy(resource: PolicyResource) -> Iterator[str]:
    """Statements for everybody without any condition; rule sec-07-resource-policies weighs the conditions."""
    value = get(resource.props, "policy")
    try:
        statements = () if value is UNKNOWN else iam.statements(value) or ()
    except UnknownValueError:
        return
    for statement in statements:
        if statement.allow and not statement.conditions and (statement.not_principal or iam.is_public(statement)):
            yield f"policy: {statement.label} allows everybody, must name principals"


def check_stack(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
    """Each bucket has a BucketPublicAccessBlock with all four settings, and nothing that they would have to stop."""
    for bucket in of_type(resources, *storage.BUCKETS):
        blocks = storage.configuration(bucket, "PublicAccessBlock", resources)
        if blocks is not None and not blocks:
            yield bucket, f"has no BucketPublicAccessBlock, must have one with {', '.join(BLOCKS)}"
        for block in blocks or ():
            for key in BLOCKS:
                value = get(block.props, key)
                if value is not True and value is not UNKNOWN:
                    yield block, f"{key} is {value!r}, must be True"
        acls = storage.configuration(bucket, "Acl", resources) or []
        policies = storage.configuration(bucket, "Policy", resources) or []
        yield from ((resource, flaw) for resource in (bucket, *acls) for flaw in _acl(resource))
        yield from ((resource, flaw) for resource in (bucket, *policies) for flaw in _policy(resource))


RULE = Rule(
    clause="SEC-07",
    description="Each bucket blocks public access and grants none.",
    severity=Severity.CRITICAL,
    frameworks=(
        Framework(name="CIS AWS Foundations Benchmark", version="3.0.0", reference="2.1.4"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),
    ),
    remediation="Add a BucketPublicAccessBlock with all four settings True, as components.iam.StateBucket does.",
    check_stack=check_stack,
)
