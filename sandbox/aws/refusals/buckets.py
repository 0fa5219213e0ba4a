"""S3: names, policies, lifecycle and encryption."""

import fnmatch
import ipaddress
import json
import re
from contextlib import suppress
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, Final

from sandbox.aws.refusals import documents
from sandbox.aws.refusals.check import Account, Params, found, refuse, refuses
from sandbox.aws.refusals.roles import as_list

FORBIDDEN: Final = re.compile(r"xn--.*|sthree-.*|amzn-s3-demo-.*|.*-s3alias|.*--ol-s3|.*\.mrap|.*--x-s3|.*--table-s3")
INFREQUENT: Final = ("STANDARD_IA", "ONEZONE_IA")


@refuses("s3", "CreateBucket")
def _name(api: Account, params: Params) -> None:
    name = params["Bucket"]
    wrong: Any = (
        not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name) or ".." in name or FORBIDDEN.fullmatch(name)
    )
    with suppress(ValueError):
        wrong = bool(ipaddress.IPv4Address(name))
    if wrong:
        refuse("InvalidBucketName", f"The specified bucket is not valid: {name}")
    if found(api.client("s3").head_bucket, Bucket=name):
        refuse("BucketAlreadyOwnedByYou", f"Your previous request to create {name} succeeded and you already own it.")


@cache
def _actions() -> dict[str, bool]:
    """S3's actions in lower case, and whether each is about objects rather than the bucket.

    Only S3's part of parliament's list is read, and parliament not imported: the whole takes each provider a second.
    """
    text = Path(str(distribution("parliament").locate_file("parliament/iam_definition.json"))).read_text()
    _, _, ours = text.partition('"prefix": "s3",\n    "privileges": ')
    privileges, _ = json.JSONDecoder().raw_decode(ours)
    return {
        action["privilege"].lower(): any("object" in t["resource_type"].lower() for t in action["resource_types"])
        for action in privileges
    }


@refuses("s3", "PutBucketPolicy")
def _policy(api: Account, params: Params) -> None:
    bucket = params["Bucket"]
    for row in documents.check(api, params["Policy"], documents.BUCKET):
        resources = [str(r) for r in [*as_list(row.get("Resource")), *as_list(row.get("NotResource"))]]
        for resource in resources:
            inside = resource.rpartition(":::")[2]
            if resource != "*" and not fnmatch.fnmatchcase(bucket, inside.split("/")[0]):
                refuse("MalformedPolicy", f"Policy has invalid resource: {resource} is not of {bucket}")
        for action in as_list(row.get("Action")):
            _about(str(action), resources)
    blocked = found(api.client("s3").get_public_access_block, Bucket=bucket)
    if blocked and blocked["PublicAccessBlockConfiguration"].get("BlockPublicPolicy"):
        for row in as_list(json.loads(params["Policy"])["Statement"]):
            if row["Effect"] == "Allow" and not row.get("Condition") and _everybody(row):
                refuse(
                    "AccessDenied",
                    "User is not authorized to perform: s3:PutBucketPolicy because public policies are"
                    " blocked by the BlockPublicPolicy block public access setting",
                )


def _about(action: str, resources: list[str]) -> None:
    name = action.rpartition(":")[2].lower()
    matches = [about for known, about in _actions().items() if fnmatch.fnmatchcase(known, name)]
    if action != "*" and not matches:
        refuse("MalformedPolicy", f"Policy has invalid action: {action}")
    if action == "*" or not resources:
        return
    objects = any("/" in resource or resource.endswith("*") for resource in resources)
    buckets = any("/" not in resource for resource in resources)
    if not ((any(matches) and objects) or (not all(matches) and buckets)):
        refuse("MalformedPolicy", f"Action does not apply to any resource(s) in statement: {action}")


def _everybody(row: Any) -> bool:
    principal = row.get("Principal")
    return principal == "*" or (isinstance(principal, dict) and "*" in as_list(principal.get("AWS")))


@refuses("s3", "PutBucketVersioning")
def _versioning(api: Account, params: Params) -> None:
    lock = found(api.client("s3").get_object_lock_configuration, Bucket=params["Bucket"])
    if lock and params["VersioningConfiguration"].get("Status") == "Suspended":
        refuse("InvalidBucketState", "An Object Lock configuration is present on this bucket, so the versioning state"
               " cannot be changed.")  # fmt: skip


@refuses("s3", "PutBucketEncryption")
def _encryption(_api: Account, params: Params) -> None:
    for rule in params["ServerSideEncryptionConfiguration"]["Rules"]:
        default = rule.get("ApplyServerSideEncryptionByDefault") or {}
        if default.get("KMSMasterKeyID") and default.get("SSEAlgorithm") == "AES256":
            refuse("InvalidArgument", "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms")


@refuses("s3", "PutBucketLifecycleConfiguration")
def _lifecycle(_api: Account, params: Params) -> None:
    rules = params["LifecycleConfiguration"]["Rules"]
    names = [rule["ID"] for rule in rules if rule.get("ID")]
    if len({*names}) < len(names):
        refuse("InvalidArgument", "Rule ID must be unique. Found same ID for more than one rule")
    if len(rules) > 1000:
        refuse("InvalidRequest", "A lifecycle configuration has at most 1000 rules")
    for rule in rules:
        _lifecycle_rule(rule)


_DOES: Final = ("Expiration", "Transitions", "NoncurrentVersionExpiration", "NoncurrentVersionTransitions",
                "AbortIncompleteMultipartUpload")  # fmt: skip


def _lifecycle_rule(rule: Any) -> None:  # noqa: C901 - one condition after the other
    if not any(rule.get(key) for key in _DOES):
        refuse("InvalidRequest", "At least one action needs to be specified in a rule")
    if rule.get("Prefix") is not None and rule.get("Filter") is not None:
        refuse("MalformedXML", "A rule has a Filter or a Prefix, not both")
    if len(rule.get("ID") or "") > 255:
        refuse("InvalidArgument", "ID length should not exceed allowed limit of 255")
    expires = (rule.get("Expiration") or {}).get("Days")
    if expires is not None and expires < 1:
        refuse("InvalidArgument", "'Days' for Expiration action must be a positive integer")
    for transition in rule.get("Transitions") or ():
        days = transition.get("Days")
        if days is not None and transition.get("StorageClass") in INFREQUENT and days < 30:
            refuse("InvalidArgument", "'Days' in Transition action must be greater than or equal to 30 for storageClass"
                   f" '{transition['StorageClass']}'")  # fmt: skip
        if days is not None and expires is not None and expires <= days:
            refuse("InvalidArgument", "'Days' in the Expiration action must be greater than 'Days' in the Transition")
    for key, field, child in (("NoncurrentVersionExpiration", "NoncurrentDays", None),
                              ("AbortIncompleteMultipartUpload", "DaysAfterInitiation", None)):  # fmt: skip
        days = (rule.get(key) or {}).get(field) if child is None else None
        if days is not None and days < 1:
            refuse("InvalidArgument", f"'{field}' for {key} action must be a positive integer")
    tagged = rule.get("Filter") or {}
    if (tagged.get("Tag") or (tagged.get("And") or {}).get("Tags")) and rule.get("AbortIncompleteMultipartUpload"):
        refuse("InvalidRequest", "AbortIncompleteMultipartUpload cannot be specified with Tags")
