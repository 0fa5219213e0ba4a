"""Who may read, write and rotate a secret: policy documents of Secrets Manager and KMS."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import pulumi

from components.shared.account import Account
from components.shared.policy_documents import allow, any_principal, deny, document
from lib.vocabulary import NAMESPACES

PROVIDER_VERSIONS: Final = "terraform-*"
"""Versions that the AWS provider itself made: it reads them back, and they hold no secret. Source: ``id.UniqueId`` of
github.com/hashicorp/terraform-plugin-sdk, the request token of ``aws_secretsmanager_secret_version``."""
WRITES: Final = ("secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage")


@dataclass(frozen=True, kw_only=True)
class Consumer:
    """Who reads a secret, and how a new value reaches it.

    ``event``: it listens to the rotation topic. ``restart``: it is rolled when the topic speaks. ``each-use``: it reads
    the secret whenever it needs it, as pipelines do.
    """

    name: str
    role_arn: str
    reload: Literal["event", "restart", "each-use"]

    def __post_init__(self) -> None:
        if not re.fullmatch(r"arn:aws:iam::\d{12}:role/[\w+=,.@/-]+", self.role_arn, re.ASCII):
            raise ValueError(
                f"consumer {self.name}: {self.role_arn!r} names no single role, so that others could read; "
                "give the ARN of a role, without wildcards"
            )


def consumers_tag(consumers: Sequence[Consumer]) -> str:
    """The value of the tag ``nationgraph:consumers``.

    Raises:
        ValueError: there is none, or there are more than a tag holds.

    """
    text = " ".join(f"{consumer.name}:{consumer.reload}" for consumer in consumers)
    if not 1 <= len(text) <= 256:
        raise ValueError(
            f"consumers: {len(consumers)} consumers do not fit into a tag of 1 to 256 characters; "
            "a secret without readers need not exist, one with so many should be several"
        )
    return text


def namespaces_tag(namespaces: Sequence[str]) -> dict[str, str]:
    """The tag ``nationgraph:namespaces``, which the role of the services' pods is held against; none for none.

    Raises:
        ValueError: a name is none of Kubernetes, so that it could stand for others, or they do not fit into a tag.

    """
    if not namespaces:
        return {}
    for namespace in namespaces:
        if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", namespace):
            raise ValueError(f"namespaces: {namespace!r} is no name of a namespace; use letters, digits and dashes")
    text = f":{':'.join(sorted(namespaces))}:"
    if len(text) > 256:
        raise ValueError(f"namespaces: {len(namespaces)} do not fit into a tag of 256 characters; split the secret")
    return {NAMESPACES: text}


def resource_policy(readers: Sequence[str], writers: Sequence[str]) -> str:
    """Denies reading and writing to every principal that is not named; grants nothing, IAM does.

    Both lists hold role ARNs. A denial that names a role which does not exist yet works once it does.
    """
    others = {"ArnNotEquals": {"aws:PrincipalArn": sorted({*readers, *writers})}}
    own = {"StringNotLike": {"secretsmanager:VersionId": PROVIDER_VERSIONS}}
    rows = [
        deny("NamedReaders", "secretsmanager:GetSecretValue", "*", {**others, **own}),
        deny("NamedWriters", list(WRITES), "*", {"ArnNotEquals": {"aws:PrincipalArn": sorted(writers)}}),
    ]
    return json.dumps(document(*map(any_principal, rows)))


def rotation_statements(
    account: Account,
    secret_arn: pulumi.Input[str],
    key_arn: pulumi.Input[str],
    rotator: tuple[pulumi.Input[str], pulumi.Input[str]] | None,
) -> list[dict[str, Any]]:
    """What a rotation function may do: renew its secret and read the rotator's (ARN of secret and key), no other."""
    through = {"StringEquals": {"kms:ViaService": f"secretsmanager.{account.region}.amazonaws.com"}}
    rows = [
        allow("Rotate", ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", *WRITES], secret_arn),
        allow("Key", ["kms:Decrypt", "kms:GenerateDataKey"], key_arn, through),
    ]
    if rotator is not None:
        rows.append(allow("ReadRotator", "secretsmanager:GetSecretValue", rotator[0]))
        rows.append(allow("RotatorKey", "kms:Decrypt", rotator[1], through))
    return rows
