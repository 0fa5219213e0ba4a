"""What every secret consists of, whoever fills it: key, secret and resource policy."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws.kms.key import Key
from pulumi_aws.secretsmanager.secret import Secret, SecretReplicaArgsDict
from pulumi_aws.secretsmanager.secret_policy import SecretPolicy

from components.secrets.documents import Consumer, consumers_tag, namespaces_tag, resource_policy
from components.shared.keys import customer_key, key_policy
from components.shared.platform import Platform
from lib.vocabulary import CONSUMERS


@dataclass(frozen=True, kw_only=True)
class SecretArgs:
    """What every secret needs. ``administrators`` are role ARNs that may write it, and read it in an emergency.

    ``namespaces`` are those of the cluster whose pods may read it, as far as the role of the services is a consumer.
    ``replica_regions`` are regions that hold a read-only copy, under a key of their own.
    """

    platform: Platform
    secret_name: str
    description: str
    consumers: Sequence[Consumer]
    administrators: Sequence[str]
    namespaces: Sequence[str] = ()
    replica_regions: Sequence[str] = ()

    def __post_init__(self) -> None:
        if not re.fullmatch(r"nationgraph/[a-z0-9-]+/[a-z0-9-]+", self.secret_name):
            raise ValueError(
                f"secret_name: {self.secret_name!r} is outside of what roles may be granted; "
                "name it nationgraph/<service>/<what>, in lower-case letters, digits and dashes"
            )
        consumers_tag(self.consumers)
        namespaces_tag(self.namespaces)
        region = self.platform.account.region
        if region in self.replica_regions:
            raise ValueError(f"replica_regions: {region} holds the secret itself; name other regions")


def secret_key(name: str, args: SecretArgs, parent: pulumi.Resource, *statements: Mapping[str, object]) -> Key:
    """A key for one secret; ``statements`` let services use it."""
    policy = key_policy(args.platform.account, *statements)
    return customer_key(f"{name}-key", f"Secret {args.secret_name}", policy, args.platform.stateful(parent))


def unfilled_secret(name: str, args: SecretArgs, key: Key, tags: Mapping[str, str], parent: pulumi.Resource) -> Secret:
    """The secret without a value, and a key in each region that holds a copy."""
    replicas: list[SecretReplicaArgsDict] = []
    for region in args.replica_regions:
        copy = Key(
            f"{name}-key-{region}",
            description=f"Copy of secret {args.secret_name}",
            policy=key_policy(args.platform.account),
            enable_key_rotation=True,
            deletion_window_in_days=30,
            region=region,
            opts=args.platform.stateful(parent),
        )
        replicas.append({"region": region, "kms_key_id": copy.arn})
    return Secret(
        f"{name}-secret",
        name=args.secret_name,
        description=args.description,
        kms_key_id=key.arn,
        recovery_window_in_days=30,
        replicas=replicas or None,
        tags={CONSUMERS: consumers_tag(args.consumers), **namespaces_tag(args.namespaces), **tags},
        opts=args.platform.stateful(parent),
    )


def secret_policy(
    name: str, secret: Secret, readers: Sequence[str], writers: Sequence[str], child: pulumi.ResourceOptions
) -> SecretPolicy:
    """Who may read and who may write; role ARNs."""
    return SecretPolicy(
        f"{name}-policy",
        secret_arn=secret.arn,
        policy=resource_policy(readers, writers),
        block_public_policy=True,
        opts=child,
    )
