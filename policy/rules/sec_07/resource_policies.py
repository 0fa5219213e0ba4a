"""SEC-07: the policy of a key, topic, bucket, secret or endpoint lets in nobody who is not named."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts import iam
from policy.facts.props import Resource, is_overlarge

ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
# Without a policy an endpoint lets everybody reach every resource; the others without one admit their account only.
OPTIONAL = (
    "aws:kms/key:Key",
    "aws:sns/topic:Topic",
    "aws:sqs/queue:Queue",
    "aws:secretsmanager/secret:Secret",
    "aws:s3/bucket:Bucket",
)
REQUIRED = (
    ENDPOINT,
    "aws:kms/keyPolicy:KeyPolicy",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:secretsmanager/secretPolicy:SecretPolicy",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sqs/queuePolicy:QueuePolicy",
    "aws:ecr/repositoryPolicy:RepositoryPolicy",
)
WHO = (
    "aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "aws:sourceaccount",
    "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourcevpc", "aws:sourcevpce", "kms:calleraccount",
)  # fmt: skip
"""Condition keys that name the caller: those of AWS's own definition of public, and KMS's.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""
WHAT = ("aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths")
"""In the policy of an endpoint, which is no grant, naming the resources' owner limits as well."""


def _is_key_default(statement: iam.Statement) -> bool:
    """https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html: IAM decides on the key."""
    (kind, root), *more = statement.principals or (("", ""),)
    account = iam.account_of(root)
    is_root = kind == "aws" and not more and root in (account, f"arn:aws:iam::{account}:root")
    return is_root and statement.actions == ("kms:*",)


def _limited(statement: iam.Statement, keys: tuple[str, ...]) -> bool:
    named = any(all(iam.names_one(value) for value in values) for values in statement.pins(*keys))
    addresses = [
        line.values for line in statement.conditions if (line.operator, line.key) == ("ipaddress", "aws:sourceip")
    ]
    return named or any(values and not is_overlarge(values) for values in addresses)


def _is_owned(statement: iam.Statement) -> bool:
    """Named actions on what one owner holds: presigned URLs of AWS's image registry carry no caller to name."""
    wide = statement.not_actions or not statement.resources or any(map(iam.is_whole_service, statement.actions))
    return not wide and all(arn.count(":") >= 5 and iam.names_one(arn) for arn in statement.resources)


def _findings(statement: iam.Statement, keys: tuple[str, ...], *, grants: bool) -> Iterator[str]:
    if statement.not_principal or not statement.principals:
        yield "Principal is absent, must name who is allowed (NotPrincipal allows all others)"
    elif iam.is_public(statement) and not (_limited(statement, keys) or (not grants and _is_owned(statement))):
        yield "Principal is '*' without a condition on who calls, must name principals or aws:PrincipalOrgID"
    if grants and statement.not_actions:
        yield f"NotAction {list(statement.not_actions)} allows all other actions, must be a list of Action"
    if grants and not _is_key_default(statement):
        yield from iam.whole_services(statement)


def check(resource: Resource) -> Iterator[str]:
    """Each statement that allows."""
    value = resource.props.get("policy")
    is_endpoint = resource.resource_type == ENDPOINT
    if is_endpoint and resource.props.get("vpcEndpointType") not in (None, "Gateway", "Interface"):
        return  # the other types take no policy
    if value is None and resource.resource_type in OPTIONAL:
        return
    rows = iam.statements(value)
    if rows is None:
        default = ": an endpoint without one allows everybody everything" if is_endpoint else ""
        yield f"policy is no document with statements of Effect and Action{default}"
    for row in rows or ():
        if row.allow:
            found = _findings(row, (*WHO, *WHAT) if is_endpoint else WHO, grants=not is_endpoint)
            yield from (f"policy, {row.label}: {message}" for message in found)


RULE = Rule(
    clause="SEC-07",
    description="Policies on keys, topics, buckets, secrets and endpoints admit named callers to named actions.",
    severity=Severity.CRITICAL,
    frameworks=(
        Framework(name="AWS Foundational Security Best Practices", version="1.0.0", reference="KMS.5"),
        Framework(name="AWS Foundational Security Best Practices", version="1.0.0", reference="SNS.4"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),
    ),
    remediation="Name principals, or pin aws:PrincipalOrgID, aws:PrincipalAccount or aws:SourceAccount.",
    types=frozenset((*OPTIONAL, *REQUIRED)),
    check=check,
)
