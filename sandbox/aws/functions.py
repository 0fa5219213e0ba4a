"""Hooks of Lambda and of what its functions rotate: code from Pulumi's archives, permissions, labels of versions."""

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.aws.api import Api
from sandbox.aws.convert import SIGNATURE, same
from sandbox.aws.hook import Hook, Props

ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
"""What stands under ``SIGNATURE`` of an archive. Source: Pulumi's Go SDK, resource/sig."""


def package(archive: Mapping[str, Any]) -> bytes:
    """The zip that an archive stands for: a zip file by its path, or texts by name.

    Raises:
        ValueError: it is a folder or another kind of archive, which the sandbox does not pack.

    """
    if archive.get("path"):
        path = Path(archive["path"])
        if not zipfile.is_zipfile(path):
            raise ValueError(f"InvalidParameterValueException: code: {path} is no zip file")
        return path.read_bytes()
    assets = archive.get("assets") or {}
    if not assets or not all("text" in asset for asset in assets.values()):
        raise ValueError("code: the sandbox takes a zip file or an archive of texts; see sandbox/aws/functions.py")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as writer:
        for name, asset in sorted(assets.items()):
            writer.writestr(zipfile.ZipInfo(name), asset["text"])
    return packed.getvalue()


def _function_scope(api: Api, props: Props) -> dict[str, Any]:
    """Lambda looks up its role, subnets and groups; moto takes any."""
    found = [role["Arn"] for role in api.client("iam").get_paginator("list_roles").paginate().search("Roles[]")]
    if props["role"] not in found:
        raise ValueError(
            f"InvalidParameterValueException: The role {props['role']} cannot be assumed by Lambda: there is none"
        )
    vpc = props.get("vpcConfig") or {}
    if vpc:
        api.client("ec2").describe_subnets(SubnetIds=vpc["subnetIds"])
        api.client("ec2").describe_security_groups(GroupIds=vpc["securityGroupIds"])
    return {"zipped": package(props["code"])} if props.get("code") else {}


_ELSEWHERE = {"s3Bucket": "S3Bucket", "s3Key": "S3Key", "s3ObjectVersion": "S3ObjectVersion", "imageUri": "ImageUri"}


def _code(props: Props) -> dict[str, Any]:
    """Where a function's code is: in S3 or an image by the API's names, or the archive."""
    return {name: props[prop] for prop, name in _ELSEWHERE.items() if props.get(prop)} or dict(props.get("code") or {})


def _function_apply(api: Api, identifier: str, new: Props, old: Props | None) -> None:
    client = api.client("lambda")
    if old is not None and _code(new) and not same(_code(new), _code(old)):
        place = {"ZipFile": package(new["code"])} if new.get("code") else _code(new)
        client.update_function_code(FunctionName=identifier, **place)
    count = new.get("reservedConcurrentExecutions", -1)
    if count != -1:
        client.put_function_concurrency(FunctionName=identifier, ReservedConcurrentExecutions=int(count))
    elif (old or {}).get("reservedConcurrentExecutions", -1) != -1:
        client.delete_function_concurrency(FunctionName=identifier)


def _function_read(api: Api, described: Any, state: Props) -> dict[str, Any]:
    """Code as it was declared, unless the account holds other code: then an archive of which only the hash is known.

    What was adopted after a lost reply has neither its content nor the account's hash in the state: it is believed.
    """
    name = described["FunctionName"]
    count = api.client("lambda").get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions", -1)
    shown: dict[str, Any] = {"reservedConcurrentExecutions": count}
    if state.get("code"):
        held = state["code"].get("path") or state["code"].get("assets")  # the engine's state keeps only a hash of it
        digest = base64.b64encode(hashlib.sha256(package(state["code"])).digest()).decode() if held else None
        digest = digest or state.get("codeSha256")
        held_there = base64.b64decode(described["CodeSha256"]).hex()
        other = {SIGNATURE: state["code"].get(SIGNATURE, ARCHIVE), "hash": held_there}
        shown["code"] = state["code"] if digest in (None, described["CodeSha256"]) else other
    return shown


def _permission_read(_api: Api, described: Any, _state: Props) -> dict[str, Any] | None:
    """One statement of the policy that the read step returned whole."""
    statements = json.loads(described["Policy"])["Statement"]
    row = next((row for row in statements if row["Sid"] == described["Sid"]), None)
    if row is None:
        return None
    condition = row.get("Condition") or {}
    principal = row["Principal"]
    return {
        "action": row["Action"],
        "principal": principal if isinstance(principal, str) else next(iter(principal.values())),
        "sourceArn": (condition.get("ArnLike") or {}).get("AWS:SourceArn"),
        "sourceAccount": (condition.get("StringEquals") or {}).get("AWS:SourceAccount"),
        "principalOrgId": (condition.get("StringEquals") or {}).get("aws:PrincipalOrgID"),
    }


def _version_read(_api: Api, described: Any, state: Props) -> dict[str, Any]:
    """Labels of AWS's own come and go with rotations, so that one which was not declared is no difference."""
    declared = state.get("versionStages")
    shown = [label for label in described["VersionStages"] if not label.startswith("AWS") or label in (declared or ())]
    return {"versionStages": shown} if declared else {}


HOOKS: Mapping[str, Hook] = {
    "function": Hook(
        ("code", "reservedConcurrentExecutions"),
        _function_scope,
        _function_apply,
        _function_read,
    ),
    "function_permission": Hook(read=_permission_read),
    "secret_version": Hook(read=_version_read),
}
