"""Whether a service can use a role: it exists, trusts the service, and grants what the service does with it."""

import fnmatch
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from moto.iam import aws_managed_policies

from sandbox.aws.refusals.check import Account, found

AWS_MANAGED: Final = "arn:aws:iam::aws:policy/"
ANYTHING: Final = {"Statement": [{"Effect": "Allow", "Action": "*"}]}
"""What a policy of AWS is taken to allow that moto does not know."""


@cache
def aws_managed() -> Mapping[str, Any]:
    """The policies of AWS by name, as moto has them."""
    loaded: Mapping[str, Any] = json.loads(aws_managed_policies.aws_managed_policies_data)
    return loaded


def as_list(value: Any) -> list[Any]:
    """IAM lets a lone value stand for a list of one."""
    return value if isinstance(value, list) else [] if value is None else [value]


def parsed(document: Any) -> Mapping[str, Any]:
    """A document as IAM returns it, text or object; empty where it is neither."""
    try:
        value = json.loads(document) if isinstance(document, str) else document
    except ValueError:
        return {}
    return value if isinstance(value, Mapping) else {}


def rows(document: Any) -> Iterator[Mapping[str, Any]]:
    """The statements of a document."""
    yield from (row for row in as_list(parsed(document).get("Statement")) if isinstance(row, Mapping))


def name_of(arn: str) -> str:
    """A role's name."""
    return arn.rpartition("/")[2]


def role(api: Account, arn: str) -> Mapping[str, Any] | None:
    """The role; None where there is none with this ARN."""
    answer = found(api.client("iam").get_role, RoleName=name_of(arn))
    return answer["Role"] if answer and answer["Role"]["Arn"] == arn else None


def trusts(document: Any, service: str) -> bool:
    """Whether a trust policy lets a service assume the role."""
    for row in rows(document):
        principal = row.get("Principal")
        named = as_list(principal.get("Service")) if isinstance(principal, Mapping) else []
        assumes = any(fnmatch.fnmatchcase("sts:assumerole", str(a).lower()) for a in as_list(row.get("Action")))
        if row.get("Effect") == "Allow" and assumes and (service in named or principal == "*"):
            return True
    return False


def documents(api: Account, name: str) -> Iterator[Any]:
    """The policies of a role, those of AWS as moto has them."""
    iam = api.client("iam")
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        yield iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
    for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        if arn.startswith(AWS_MANAGED):
            yield aws_managed().get(name_of(arn), {}).get("Document", ANYTHING)
        else:
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            yield iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def missing(api: Account, name: str, actions: Iterable[str]) -> list[str]:
    """The actions that no statement of the role allows on anything."""
    granted = [
        str(pattern).lower()
        for document in documents(api, name)
        for row in rows(document)
        if row.get("Effect") == "Allow"
        for pattern in as_list(row.get("Action"))
    ]
    return [action for action in actions if not any(fnmatch.fnmatchcase(action.lower(), p) for p in granted)]


def problem(api: Account, arn: str, service: str, actions: Iterable[str] = ()) -> str | None:
    """Why a service cannot do its work with a role; None where it can."""
    existing = role(api, arn)
    if existing is None:
        return "there is no such role"
    if not trusts(existing["AssumeRolePolicyDocument"], service):
        return f"its trust policy does not let {service} assume it"
    lacking = missing(api, existing["RoleName"], actions)
    return f"it lacks {', '.join(lacking)}" if lacking else None
