"""Policy documents: one grammar, and what each service asks of it beyond."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import botocore.session

from sandbox.aws.refusals.check import Account, data, found, refuse
from sandbox.aws.refusals.roles import as_list

ELEMENTS: Final = {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource",
                   "Condition"}  # fmt: skip
OPERATORS: Final = re.compile(
    r"(ForAllValues:|ForAnyValue:)?"
    r"((String(Not)?(Equals|EqualsIgnoreCase|Like)|Numeric(Not)?Equals|Numeric(Less|Greater)Than(Equals)?"
    r"|Date(Not)?Equals|Date(Less|Greater)Than(Equals)?|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like))"
    r"(IfExists)?|Null)"
)
"""Source: IAM user guide, "IAM JSON policy elements: Condition operators"."""
ACTION: Final = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
RESOURCE: Final = re.compile(r"\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:.+", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What one kind of document may hold, and with what its service answers.

    ``principal``, ``resource``: needed (True), forbidden (False), or either (None). ``vendors``: the services whose
    actions it may name; any where empty. ``sid``: what a Sid looks like.
    """

    code: str
    principal: bool | None
    resource: bool | None
    vendors: frozenset[str] = field(default_factory=frozenset)
    limit: int | None = None
    limit_code: str = "LimitExceededException"
    sid: str = r"[\s\S]*"


IDENTITY: Final = Kind(
    code="MalformedPolicyDocument", principal=False, resource=True, limit_code="LimitExceeded", sid="[A-Za-z0-9]*"
)
TRUST: Final = Kind(
    code="MalformedPolicyDocument",
    principal=True,
    resource=False,
    vendors=frozenset({"sts"}),
    limit=2048,
    limit_code="LimitExceeded",
    sid="[A-Za-z0-9]*",
)
KEY: Final = Kind(code="MalformedPolicyDocumentException", principal=True, resource=True, limit=32768)
SECRET: Final = Kind(
    code="MalformedPolicyDocumentException",
    principal=True,
    resource=True,
    vendors=frozenset({"secretsmanager"}),
    limit=20480,
    limit_code="InvalidParameterException",
)
BUCKET: Final = Kind(
    code="MalformedPolicy",
    principal=True,
    resource=True,
    vendors=frozenset({"s3", "s3-object-lambda"}),
    limit=20480,
    limit_code="PolicyTooLarge",
)
TOPIC: Final = Kind(
    code="InvalidParameter", principal=True, resource=True, vendors=frozenset({"sns"}), limit=30720,
    limit_code="InvalidParameter",
)  # fmt: skip
ENDPOINT: Final = Kind(code="InvalidPolicyDocument", principal=True, resource=True, limit=20480,
                       limit_code="InvalidPolicyDocument")  # fmt: skip


def size(text: str) -> int:
    """Characters without white space outside of quotes, which is how IAM counts."""
    try:
        return len(json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False))
    except ValueError:
        return len(text)


def check(api: Account, text: str, kind: Kind) -> list[Mapping[str, Any]]:
    """The statements of a document; refused where its service would not take it."""
    if kind.limit is not None and size(text) > kind.limit:
        refuse(kind.limit_code, f"The policy has {size(text)} characters; the maximum is {kind.limit}")
    try:
        document = json.loads(text)
    except ValueError:
        refuse(kind.code, "This policy contains invalid Json")
    if not isinstance(document, dict):
        refuse(kind.code, "Syntax errors in policy.")
    for problem in _problems(api, document, kind):
        refuse(kind.code, problem)
    statements: list[Mapping[str, Any]] = as_list(document["Statement"])
    return statements


def _problems(api: Account, document: Mapping[str, Any], kind: Kind) -> Iterator[str]:
    if {*document} - {"Version", "Id", "Statement"}:
        yield f"Syntax errors in policy: unknown element {min({*document} - {'Version', 'Id', 'Statement'})}"
    if document.get("Version", "2008-10-17") not in ("2012-10-17", "2008-10-17"):
        yield "The policy must contain a valid version string"
    statements = as_list(document.get("Statement"))
    if not statements or not all(isinstance(row, dict) for row in statements):
        yield "Syntax errors in policy: no Statement"
        return
    sids = [row["Sid"] for row in statements if row.get("Sid")]
    if len({*sids}) < len(sids):
        yield "Statement IDs (SID) in a single policy must be unique."
    for row in statements:
        yield from _statement(api, row, kind)


def _statement(api: Account, row: Mapping[str, Any], kind: Kind) -> Iterator[str]:
    if {*row} - ELEMENTS:
        yield f"Syntax errors in policy: unknown element {min({*row} - ELEMENTS)}"
    if row.get("Effect") not in ("Allow", "Deny"):
        yield f"Syntax errors in policy: invalid effect {row.get('Effect')}"
    if not re.fullmatch(kind.sid, str(row.get("Sid", ""))):
        yield "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression"
    if ("Action" in row) == ("NotAction" in row):
        yield "Policy statement must contain actions."
    for action in [*as_list(row.get("Action")), *as_list(row.get("NotAction"))]:
        if not isinstance(action, str) or not ACTION.fullmatch(action):
            yield f"Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.: {action}"
        elif kind.vendors and action != "*" and action.split(":")[0].lower() not in kind.vendors:
            yield f"Policy has invalid action: {action}"
    yield from _resource(row, kind)
    yield from _principal(api, row, kind)
    conditions = row.get("Condition") or {}
    for operator in conditions if isinstance(conditions, dict) else ["Condition"]:
        if not OPERATORS.fullmatch(operator) or not isinstance(conditions[operator], dict):
            yield f"Syntax errors in policy: invalid condition operator {operator}"


def _resource(row: Mapping[str, Any], kind: Kind) -> Iterator[str]:
    given = "Resource" in row or "NotResource" in row
    if kind.resource is False and given:
        yield "Has prohibited field Resource"
    if kind.resource and (("Resource" in row) == ("NotResource" in row)):
        yield "Policy statement must contain resources."
    for resource in [*as_list(row.get("Resource")), *as_list(row.get("NotResource"))]:
        if not isinstance(resource, str) or not RESOURCE.fullmatch(resource):
            yield f'Resource {resource} must be in ARN format or "*".'


def _principal(api: Account, row: Mapping[str, Any], kind: Kind) -> Iterator[str]:
    given = [row[key] for key in ("Principal", "NotPrincipal") if key in row]
    if kind.principal is False and given:
        yield "Policy document should not specify a principal."
    if kind.principal and len(given) != 1:
        yield "Missing required field Principal"
    for principal in given:
        if principal == "*":
            continue
        if not isinstance(principal, dict) or not principal:
            yield "Invalid principal in policy"
            continue
        for sort, names in principal.items():
            for name in as_list(names):
                if not _exists(api, sort, str(name)):
                    yield f'Invalid principal in policy: "{sort.upper()}":"{name}"'


@cache
def services() -> frozenset[str]:
    """Names of services before ``.amazonaws.com``: those of botocore's models, and those that only act."""
    session = botocore.session.Session()
    endpoints = session.get_component("data_loader").load_data("endpoints")
    prefixes = {service for partition in endpoints["partitions"] for service in partition["services"]}
    return frozenset({*prefixes, *session.get_available_services(), *data("service_principals.json")})


def _exists(api: Account, sort: str, name: str) -> bool:  # noqa: PLR0911 - one return for each sort
    """Whether a principal is one; people and roles of other accounts are believed."""
    if sort == "Service":
        match = re.fullmatch(r"([a-z0-9.-]+?)(\.[a-z]{2}(-[a-z]+)+-\d)?\.amazonaws\.com(\.cn)?", name)
        return match is not None and match[1] in services()
    if sort == "Federated":
        return _provider(name)
    if sort == "CanonicalUser":
        return re.fullmatch("[0-9a-f]{64}", name) is not None
    if sort != "AWS":
        return False
    if name == "*" or re.fullmatch(r"\d{12}", name):
        return True
    match = re.fullmatch(r"arn:aws[a-z-]*:(iam|sts)::(\d{12}|cloudfront):(root|(user|role|assumed-role)/(.+))", name)
    if match is None or "*" in name:
        return False
    if match[2] != api.account or match[4] in (None, "assumed-role"):
        return True
    kind, last = match[4], match[5].rpartition("/")[2]
    get = getattr(api.client("iam"), f"get_{kind}")
    answer = found(get, **{f"{kind.title()}Name": last})
    return bool(answer) and answer[kind.title()]["Arn"] == name


def _provider(name: str) -> bool:
    """Web identity by its well-known name, or a provider of the account, which IAM looks up."""
    if not name.startswith("arn:"):
        return name in ("cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com", "accounts.google.com")
    return re.fullmatch(r"arn:aws[a-z-]*:iam::\d{12}:(oidc-provider|saml-provider)/\S+", name) is not None
