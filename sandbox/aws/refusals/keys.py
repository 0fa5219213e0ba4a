"""KMS: key policies that lock out, aliases, what a key can do."""

import fnmatch
import re
from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.aws.refusals import documents
from sandbox.aws.refusals.check import Account, Params, found, refuse, refuses
from sandbox.aws.refusals.roles import as_list


def _may(row: Mapping[str, Any], account: str) -> bool:
    """Whether a statement speaks of somebody of the account changing the key's policy, in all cases."""
    if "Action" in row:
        patterns = [str(a).lower() for a in as_list(row["Action"])]
        about = any(fnmatch.fnmatchcase("kms:putkeypolicy", pattern) for pattern in patterns)
    else:
        about = not any(fnmatch.fnmatchcase("kms:putkeypolicy", str(a).lower()) for a in as_list(row.get("NotAction")))
    principal = row.get("Principal")
    named = ["*"] if principal == "*" else as_list(principal.get("AWS")) if isinstance(principal, Mapping) else []
    return about and any(name in ("*", account) or f"::{account}:" in str(name) for name in named)


def locks_out(statements: Iterable[Mapping[str, Any]], account: str) -> bool:
    """Whether nobody of the account could change the policy again."""
    rows = list(statements)
    denied = any(r["Effect"] == "Deny" and not r.get("Condition") and _everybody(r) and _may(r, account) for r in rows)
    return denied or not any(r["Effect"] == "Allow" and _may(r, account) for r in rows)


def _everybody(row: Mapping[str, Any]) -> bool:
    principal = row.get("Principal")
    return principal == "*" or (isinstance(principal, Mapping) and "*" in as_list(principal.get("AWS")))


@refuses("kms", "CreateKey", "PutKeyPolicy")
def _policy(api: Account, params: Params) -> None:
    if not params.get("Policy"):
        return
    statements = documents.check(api, params["Policy"], documents.KEY)
    if not params.get("BypassPolicyLockoutSafetyCheck") and locks_out(statements, api.account):
        refuse("MalformedPolicyDocumentException",
               "The new key policy will not allow you to update the key policy in the future.")  # fmt: skip


@refuses("kms", "CreateKey")
def _key(_api: Account, params: Params) -> None:
    spec, usage = params.get("KeySpec", "SYMMETRIC_DEFAULT"), params.get("KeyUsage", "ENCRYPT_DECRYPT")
    uses = (
        {"GENERATE_VERIFY_MAC"} if spec.startswith("HMAC")
        else {"ENCRYPT_DECRYPT"} if spec == "SYMMETRIC_DEFAULT"
        else {"ENCRYPT_DECRYPT", "SIGN_VERIFY"} if spec.startswith("RSA")
        else {"SIGN_VERIFY"} if spec.startswith("ML_DSA") or spec == "ECC_SECG_P256K1"
        else {"SIGN_VERIFY", "KEY_AGREEMENT", "ENCRYPT_DECRYPT"} if spec == "SM2"
        else {"SIGN_VERIFY", "KEY_AGREEMENT"}
    )  # fmt: skip
    if usage not in uses:
        refuse("ValidationException", f"KeyUsage {usage} is not compatible with KeySpec {spec}")


@refuses("kms", "EnableKeyRotation")
def _rotation(api: Account, params: Params) -> None:
    key = api.client("kms").describe_key(KeyId=params["KeyId"])["KeyMetadata"]
    if key.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT" or key.get("Origin", "AWS_KMS") != "AWS_KMS":
        refuse("UnsupportedOperationException", f"{params['KeyId']}: only symmetric keys of KMS's own rotate")
    if key["KeyState"] == "Disabled":
        refuse("DisabledException", f"{key['Arn']} is disabled.")
    if not 90 <= params.get("RotationPeriodInDays", 365) <= 2560:
        refuse("ValidationException", "RotationPeriodInDays must be between 90 and 2560")


@refuses("kms", "ScheduleKeyDeletion")
def _deletion(_api: Account, params: Params) -> None:
    if not 7 <= params.get("PendingWindowInDays", 30) <= 30:
        refuse("ValidationException", "PendingWindowInDays must be between 7 and 30")


@refuses("kms", "CreateAlias", "UpdateAlias")
def _alias(api: Account, params: Params) -> None:
    name = params["AliasName"]
    if not re.fullmatch(r"alias/[a-zA-Z0-9/_-]+", name) or len(name) > 256:
        refuse("ValidationException", f'Alias must start with the prefix "alias/" and have other names than {name}')
    if name.startswith("alias/aws/"):
        refuse("NotAuthorizedException", f"Invalid identifier: the alias {name} is reserved for AWS")
    if params["TargetKeyId"].startswith("alias/"):
        refuse("ValidationException", "Aliases must refer to keys. Not aliases")
    key = found(api.client("kms").describe_key, KeyId=params["TargetKeyId"])
    if key and key["KeyMetadata"]["KeyState"] == "PendingDeletion":
        refuse("KMSInvalidStateException", f"{key['KeyMetadata']['Arn']} is pending deletion.")


def require_usable(api: Account, key: str | None, code: str) -> None:
    """Refuse a service's call that names a key which is missing, disabled, pending deletion or not symmetric."""
    if not key or key.startswith("alias/aws/") or ":alias/aws/" in key:
        return
    answer = found(api.client("kms").describe_key, KeyId=key)
    if answer is None:
        refuse(code, f"The KMS key {key} does not exist, or you do not have access to it.")
    described = answer["KeyMetadata"]
    if described["KeyState"] != "Enabled":
        refuse(code, f"The KMS key {key} is not enabled: {described['KeyState']}")
    if described.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
        refuse(code, f"The KMS key {key} is not symmetric")


def serves(api: Account, key: str, service: str) -> bool:
    """Whether a key's policy lets a service encrypt with it."""
    answer = found(api.client("kms").get_key_policy, KeyId=key, PolicyName="default")
    if answer is None:
        return False
    from sandbox.aws.refusals.roles import rows  # noqa: PLC0415

    for row in rows(answer["Policy"]):
        principal = row.get("Principal")
        named = ["*"] if principal == "*" else as_list(principal.get("Service")) if isinstance(principal, dict) else []
        actions = [str(a).lower() for a in as_list(row.get("Action"))]
        encrypts = any(fnmatch.fnmatchcase("kms:encrypt", pattern) for pattern in actions)
        if row["Effect"] == "Allow" and encrypts and ({service, "*"} & {*named}):
            return True
    return False
