"""KMS keys with the least policy: the account administers, named services use the key under conditions."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_aws.kms.key import Key

from components.shared.account import Account

Statement = Mapping[str, Any]
"""One statement of a policy document; values may be outputs."""


def key_policy(account: Account, *statements: Statement) -> pulumi.Output[str]:
    """A key policy: the account's IAM policies decide about people and roles, ``statements`` about services.

    ``kms:*`` for the account root is AWS's default. Without it IAM policies have no say, and a key whose last named
    administrator is deleted can be managed by nobody. In a key policy ``Resource: *`` means this key.
    """
    administration = {
        "Sid": "AccountAdministers",
        "Effect": "Allow",
        "Principal": {"AWS": account.iam("root")},
        "Action": "kms:*",
        "Resource": "*",
    }
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [administration, *statements]})


def customer_key(name: str, description: str, policy: pulumi.Input[str], opts: pulumi.ResourceOptions) -> Key:
    """A symmetric key that rotates every year and stays recoverable for 30 days after its deletion was asked for."""
    return Key(
        name,
        description=description,
        policy=policy,
        enable_key_rotation=True,
        deletion_window_in_days=30,
        opts=opts,
    )
