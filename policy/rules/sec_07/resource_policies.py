"""SEC-07: the policy of a key, topic, bucket, secret or any other resource lets in nobody who is not named."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts import iam, policy_documents
from policy.facts.policy_documents import Place
from policy.facts.props import Resource

PLACES = policy_documents.places()
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
WHAT = frozenset(("aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths"))
"""In the policy of an endpoint, which is no grant, naming the resources' owner limits as well."""
SEARCH_DOMAINS = ("aws:opensearch/domain:Domain", "aws:elasticsearch/domain:Domain")


def _is_key_default(statement: iam.Statement) -> bool:
    """https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html: IAM decides on the key."""
    (kind, root), *more = statement.principals or (("", ""),)
    account = iam.account_of(root)
    is_root = kind == "aws" and not more and root in (account, f"arn:aws:iam::{account}:root")
    return is_root and statement.actions == ("kms:*",)


def _is_owned(statement: iam.Statement) -> bool:
    """Named actions on what one owner holds: presigned URLs of AWS's image registry carry no caller to name."""
    wide = statement.not_actions or not statement.resources or any(map(iam.is_whole_service, statement.actions))
    return not wide and all(arn.count(":") >= 5 and iam.names_one(arn) for arn in statement.resources)


def _is_open(statement: iam.Statement, rows: Sequence[iam.Statement], place: Place) -> bool:
    """True where the statement lets in everybody."""
    keys = policy_documents.WHO | (WHAT if place.kind == "endpoints" else frozenset())
    if any(policy_documents.limits(line, keys) for line in statement.conditions):
        return False
    owned = place.kind == "endpoints" and _is_owned(statement)
    return iam.is_public(statement) and not owned and not policy_documents.is_closed(statement, rows)


def _findings(statement: iam.Statement, rows: Sequence[iam.Statement], place: Place) -> Iterator[str]:
    if statement.not_principal or not statement.principals:
        yield "Principal is absent, must name who is allowed (NotPrincipal allows all others)"
    elif _is_open(statement, rows, place):
        yield "Principal is '*' without a condition on who calls, must name principals or aws:PrincipalOrgID"
    if place.kind == "named_actions" and statement.not_actions:
        yield f"NotAction {list(statement.not_actions)} allows all other actions, must be a list of Action"
    if place.kind == "named_actions" and not _is_key_default(statement):
        yield from iam.whole_services(statement)


def _value(resource: Resource, path: str) -> object:
    """The document; raises UnknownValueError where it is unknown."""
    value: Any = resource.props
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def check(resource: Resource) -> Iterator[str]:
    """Each statement that allows, and each denial that denies less than it seems to."""
    place = PLACES[resource.resource_type]
    is_endpoint = place.kind == "endpoints"
    value = _value(resource, place.path)
    if is_endpoint and resource.props.get("vpcEndpointType") not in (None, "Gateway", "Interface"):
        return  # the other types take no policy
    if place.optional and value in (None, ""):
        return
    if resource.resource_type in SEARCH_DOMAINS and resource.props.get("vpcOptions") is not None:
        return  # only the network reaches it: AWS's own example of a domain in a VPC is open to it
    rows = iam.statements(value)
    if rows is None:
        default = ": an endpoint without one allows everybody everything" if is_endpoint else ""
        yield f"{place.path} is no document with statements of Effect and Action{default}"
    for row in rows or ():
        if row.allow:
            found = _findings(row, rows or (), place)
            yield from (f"{place.path}, {row.label}: {message}" for message in found)
    yield from (f"{place.path}, {message}" for message in policy_documents.idle_denials(rows or ()))


RULE = Rule(
    clause="SEC-07",
    description="Policies on keys, topics, buckets, secrets, endpoints and all other resources admit named callers.",
    severity=Severity.CRITICAL,
    frameworks=(
        Framework(name="AWS Foundational Security Best Practices", version="1.0.0", reference="KMS.5"),
        Framework(name="AWS Foundational Security Best Practices", version="1.0.0", reference="SNS.4"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),
    ),
    remediation="Name principals, or pin aws:PrincipalOrgID, aws:PrincipalAccount or aws:SourceAccount.",
    types=frozenset(PLACES),
    check=check,
)
