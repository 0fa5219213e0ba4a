"""S3 where moto 5.2.5 differs: whom a bucket's policy denies what, by the conditions of its statements.

moto takes each denial for one that always holds, so that a bucket which is closed to plain HTTP is closed to all. Here
a statement's conditions are evaluated for the caller. Objects alone are judged, as in moto, and listing them is not.
The account's own endpoint counts as TLS 1.3; keys that belong to nobody, such as the sandbox's own, are those of the
administrator, whose role AWS Organizations makes in every account. Source: IAM user guide, "IAM JSON policy elements:
Condition operators"; Amazon S3 user guide, "Bucket policy examples using condition keys".
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from sandbox.aws import own_account

ADMINISTRATOR: Final = "OrganizationAccountAccessRole"
_HEADERS: Final = ("x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id")


def _like(value: str, pattern: str) -> bool:
    parts = re.split(r"([*?])", pattern)
    expression = "".join({"*": ".*", "?": "."}.get(part) or re.escape(part) for part in parts)
    return re.fullmatch(expression, value, re.DOTALL) is not None


_TESTS: Final[Mapping[str, Any]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringLike": _like,
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
    "NumericLessThan": lambda value, wanted: float(value) < float(wanted),
    "NumericGreaterThan": lambda value, wanted: float(value) > float(wanted),
}
_NEGATED: Final = {
    "StringNotEquals": "StringEquals",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}


def _listed(value: Any) -> list[str]:
    return [str(item).lower() if isinstance(item, bool) else str(item) for item in _items(value)]


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def holds(conditions: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    """Whether all conditions of a statement hold. ``context`` has the keys of the request, in small letters.

    An operator that is not in the table counts as one that holds: a denial stays one.
    """
    return all(
        _one(operator, context.get(key.lower()), _listed(wanted))
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


def _one(operator: str, value: str | None, wanted: list[str]) -> bool:
    if operator == "Null":
        return (value is None) == (wanted == ["true"])
    test = _TESTS.get(_NEGATED.get(operator, operator))
    if test is None:
        return True
    met = value is not None and any(test(value, item) for item in wanted)
    return met != (operator in _NEGATED)


def _caller(authorization: str) -> str:
    """The ARN of the role or user whose key signed a request."""
    from moto.iam import iam_backends  # noqa: PLC0415 - moto is slow to import
    from moto.sts import sts_backends  # noqa: PLC0415

    number = own_account.number()
    found = re.search(r"Credential=([^/]+)/", authorization)
    key = found.group(1) if found else ""
    role = sts_backends[number]["aws"].get_assumed_role_from_access_key(key)
    if role:
        return str(role.role_arn)
    user = iam_backends[number]["aws"].get_user_from_access_key_id(key)
    return str(user.arn) if user else f"arn:aws:iam::{number}:role/{ADMINISTRATOR}"


def _get_permission(self: Any, action: str, resource: str) -> Any:
    """In moto's place: what the policy says of an action on an object, for the request that is being answered."""
    from flask import request  # noqa: PLC0415
    from moto.iam.access_control import IAMPolicyStatement, PermissionResult  # noqa: PLC0415

    headers = {name: request.headers[name] for name in _HEADERS if name in request.headers}
    context = {
        "aws:principalarn": _caller(request.headers.get("Authorization", "")),
        "aws:securetransport": "true",
        "s3:tlsversion": "1.3",
        **{f"s3:{name}": value for name, value in headers.items()},
    }
    said = []
    for statement in _items(json.loads(self.policy or b"{}").get("Statement", [])):
        if holds(statement.get("Condition") or {}, context):
            plain = {key: value for key, value in statement.items() if key != "Condition"}
            asked = action.replace("s3:HeadObject", "s3:GetObject")
            said.append(IAMPolicyStatement(plain).is_action_permitted(asked, resource))
    if PermissionResult.DENIED in said:
        return PermissionResult.DENIED
    return PermissionResult.PERMITTED if PermissionResult.PERMITTED in said else PermissionResult.NEUTRAL


def close() -> None:
    """Change moto in this process."""
    from moto.s3.models import FakeBucket  # noqa: PLC0415 - moto is slow to import

    name = "get_permission"
    setattr(FakeBucket, name, _get_permission)
