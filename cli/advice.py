"""What to do where AWS refuses a creation or deletion because a name is still taken: one sentence with the command.

Some names stay reserved after a deletion (secrets in their recovery window), others belong to what a stack kept on
purpose or never knew. The table names the errors of AWS's APIs; a row's sentence is for every type that it names.
"""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from lib import urn as urns
from lib.printable import one_line


@dataclass(frozen=True, kw_only=True)
class Failure:
    """An operation that failed: the resource's URN, its parent's, its inputs, and what was said."""

    urn: str
    parent: str
    inputs: Mapping[str, Any]
    said: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """``type`` and ``error`` are patterns; ``say`` may name {import}, {restore}, an input as {name}, and {again}."""

    error: str
    say: str
    type: str = ""


_IMPORT: Final = "it exists in the account and not in the state: adopt it with `{import}`, or choose another name"
_SNAPSHOT: Final = (
    "its final snapshot {snapshot} exists since an earlier deletion: keep it under another name with `{copy}`, remove "
    "it with `{remove}`, then `{again}`"
)
_IDS: Final = {
    "aws:secretsmanager/secret:": "secretsmanager describe-secret --secret-id {name} --query ARN",
    "aws:ec2/securityGroup:": "ec2 describe-security-groups --filters Name=group-name,Values={name} "
    "--query 'SecurityGroups[0].GroupId'",
    "aws:iam/policy:": "iam list-policies --scope Local --query 'Policies[?PolicyName==`{name}`].Arn'",
    "aws:iam/openIdConnectProvider:": "iam list-open-id-connect-providers --query 'OpenIDConnectProviderList[0].Arn'",
    "aws:lb/loadBalancer:": "elbv2 describe-load-balancers --names {name} --query 'LoadBalancers[0].LoadBalancerArn'",
    "aws:lb/targetGroup:": "elbv2 describe-target-groups --names {name} --query 'TargetGroups[0].TargetGroupArn'",
    "aws:sqs/queue:": "sqs get-queue-url --queue-name {name} --query QueueUrl",
}
"""The command of the AWS CLI that prints the id of a type whose id is not its name."""
_RESTORE: Final = "secretsmanager restore-secret --secret-id {name} --query ARN"
_NAMES: Final = (
    "name", "bucket", "identifier", "clusterIdentifier", "replicationGroupId", "clusterId", "repositoryName",
    "functionName", "domainName", "id",
)  # fmt: skip
"""Inputs that are a resource's name, and for most types its id."""
_SNAPSHOTS: Final = {
    "aws:rds/instance:": ("rds", "db-snapshot", "db-snapshot-identifier"),
    "aws:rds/cluster:": ("rds", "db-cluster-snapshot", "db-cluster-snapshot-identifier"),
    "aws:docdb/cluster:": ("docdb", "db-cluster-snapshot", "db-cluster-snapshot-identifier"),
    "aws:neptune/cluster:": ("neptune", "db-cluster-snapshot", "db-cluster-snapshot-identifier"),
    "aws:elasticache/": ("elasticache", "snapshot", "snapshot-name"),
    "aws:memorydb/": ("memorydb", "snapshot", "snapshot-name"),
    "aws:redshift/": ("redshift", "cluster-snapshot", "snapshot-identifier"),
}
"""Service, noun and option of the AWS CLI for the snapshots of a type."""
ROWS: Final = (
    Row(
        type="aws:secretsmanager/secret:",
        error="scheduled for deletion|marked for deletion",
        say="AWS keeps the name {name} until the secret's recovery window ends: take it back, value and all, with "
        "`{restore}`, or free the name for good with `aws secretsmanager delete-secret --secret-id {name} "
        "--force-delete-without-recovery`; then `{again}`",
    ),
    Row(
        error=r"KMSInvalidStateException.*pending deletion|key .* is pending deletion|KMSKeyNotAccessible",
        say="its KMS key is pending deletion: take it back with `aws kms cancel-key-deletion --key-id KEY` and `aws "
        "kms enable-key --key-id KEY`, or name another key; then `{again}`",
    ),
    Row(
        error="SnapshotAlreadyExists|[Ss]napshot.* already exists",
        say=_SNAPSHOT,
    ),
    Row(
        error="QueueDeletedRecently",
        say="SQS frees the name of a deleted queue after 60 seconds: wait a minute, then `{again}`",
    ),
    Row(
        type="aws:s3/bucket",
        error="OperationAborted|conflicting conditional operation",
        say="S3 frees the name of a deleted bucket after some time: wait, then `{again}`",
    ),
    Row(
        type="aws:s3/bucket",
        error=r"BucketAlreadyExists\b(?!.*BucketAlreadyOwnedByYou)",
        say="another account owns a bucket of that name, and names are global: choose another one, then `{again}`",
    ),
    Row(
        error="being deleted|is deleting|StateMachineDeleting|DeleteInProgress|in DELETING state",
        say="the one before is still being deleted: wait until it is gone, then `{again}`",
    ),
    Row(
        type="aws:cloudwatch/logGroup:",
        error="already exists|ResourceAlreadyExists",
        say="the log group was kept when its resource went (skipDestroy, retainOnDelete), or a service made it: adopt "
        "it with `{import}`, or remove it with `aws logs delete-log-group --log-group-name {name}`; then `{again}`",
    ),
    Row(
        type="aws:kms/alias:",
        error="already exists|AlreadyExistsException",
        say="the alias names another key, which may be pending deletion: adopt it with `{import}`, or free it with "
        "`aws kms delete-alias --alias-name {name}`; then `{again}`",
    ),
    Row(
        error=r"AlreadyExist|already exist|ResourceExists|AlreadyOwnedByYou|Duplicate\w*Name|\.Duplicate\b",
        say=_IMPORT,
    ),
)


def advice(failure: Failure, stack: str, again: str) -> str:
    """The sentence for a failure, with the resource's name before it; empty where the table has none."""
    kind = urns.type_of(failure.urn)
    row = next(
        (row for row in ROWS if kind.startswith(row.type) and re.search(row.error, failure.said, re.DOTALL)), None
    )
    if row is None:
        return ""
    given = next((str(failure.inputs[key]) for key in _NAMES if isinstance(failure.inputs.get(key), str)), "NAME")
    name = shlex.quote(given)
    listed = next((command for prefix, command in _IDS.items() if kind.startswith(prefix)), "")
    words = {
        "name": name,
        "again": again,
        "import": _import(failure, stack, _printed(listed, name) if listed else name),
        "restore": _import(failure, stack, _printed(_RESTORE, name)),
        **_snapshot(failure, kind),
    }
    return one_line(f"{urns.name(failure.urn)}: {row.say.format(**words)}.")


def _printed(command: str, name: str) -> str:
    """An id that a command of the AWS CLI prints, for a shell."""
    return f'"$(aws {command.format(name=name)} --output text)"'


def _import(failure: Failure, stack: str, identifier: str) -> str:
    """The command that adopts the resource below its own parent."""
    inner = failure.parent and urns.type_of(failure.parent) != "pulumi:pulumi:Stack"
    parent = f" --parent {shlex.quote(f'parent={failure.parent}')}" if inner else ""
    own = shlex.quote(urns.name(failure.urn))
    options = f"--stack {stack} --yes --generate-code=false{parent}"
    return f"pulumi import {options} {urns.type_of(failure.urn)} {own} {identifier}"


def _snapshot(failure: Failure, kind: str) -> dict[str, str]:
    default = _SNAPSHOTS["aws:rds/instance:"]
    service, noun, option = next((row for prefix, row in _SNAPSHOTS.items() if kind.startswith(prefix)), default)
    name = shlex.quote(str(failure.inputs.get("finalSnapshotIdentifier") or "SNAPSHOT"))
    return {
        "snapshot": name,
        "copy": f"aws {service} copy-{noun} --source-{option} {name} --target-{option} {name}-kept",
        "remove": f"aws {service} delete-{noun} --{option} {name}",
    }
