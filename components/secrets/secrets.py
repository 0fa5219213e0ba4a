"""SEC-01, SEC-02: secrets that a function renews, or that a person must, each closed to all but named readers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws.lambda_.permission import Permission
from pulumi_aws.secretsmanager.secret import Secret
from pulumi_aws.secretsmanager.secret_rotation import SecretRotation
from pulumi_aws.secretsmanager.secret_version import SecretVersion

from components.functions.functions import FunctionNetwork, PrivateFunction, PrivateFunctionArgs, Program
from components.functions.names import FunctionNames
from components.secrets.alarms import BY_HAND, ROTATED
from components.secrets.documents import rotation_statements
from components.secrets.parts import SecretArgs, secret_key, secret_policy, unfilled_secret
from components.shared.account import Account
from components.shared.alarms import Watched, declare_alarms
from lib.rotation import MAX_DAYS
from lib.vocabulary import ROTATION, ROTATION_BY_HAND, RUNBOOK

PLACEHOLDER: Final = "<made by the first rotation>"
"""What stands for a password until there is one: not a secret, and the rotation never gives it to a role."""
INITIAL_STAGE: Final = "initial"
"""The label of the value that Pulumi puts. AWSCURRENT comes with the first value only: see ``_initial``."""
WINDOW: Final = "4h"
EVERY_DAYS: Final = range(1, MAX_DAYS)
"""Days between rotations: with its window no rotation comes later than it must."""


@dataclass(frozen=True, kw_only=True)
class Rotator:
    """The function that renews a secret: what runs, where, and what its environment says besides ``SECRET_ARN``.

    ``credential`` is the secret with which it sets passwords, as ARN of secret and key; None where it is the secret
    itself.
    """

    program: Program
    environment: Mapping[str, pulumi.Input[str]]
    network: FunctionNetwork
    credential: tuple[pulumi.Input[str], pulumi.Input[str]] | None


@dataclass(frozen=True, kw_only=True)
class RotatedSecretArgs:
    """A secret, its first value without the password, the function, and how often it runs.

    ``rotators`` are the names of further functions that read this secret to renew others.
    """

    secret: SecretArgs
    fields: Mapping[str, pulumi.Input[str]]
    rotator: Rotator
    rotators: Sequence[str] = ()
    every_days: int = 30

    def __post_init__(self) -> None:
        if self.every_days not in EVERY_DAYS:
            raise ValueError(
                f"every_days: {self.every_days} days and a window of {WINDOW} are not 1 to {MAX_DAYS} days; "
                f"choose {EVERY_DAYS[0]} to {EVERY_DAYS[-1]}"
            )


class RotatedSecret(pulumi.ComponentResource):
    """A secret whose value is renewed by a function, read by its consumers alone, and watched.

    Guarantees: a key of its own; a resource policy that denies reading to all but consumers, functions and
    administrators, and writing to all but its function and administrators; a rotation every ``every_days`` between
    midnight and 4:00 UTC; alarms for a function that fails, an age above 80 days, a rotation open for more than 24
    hours. Pulumi's state holds no secret: the first value has a placeholder for its password.

    ``rotate_immediately`` is off: a change of schedule rotates nothing, and the first rotation waits until the database
    knows the rotator (``docs/runbooks/secret-rotation.md``). Does not manage what happens inside the database, nor how
    consumers take up a value.

    Creates ``{name}-key``, ``-secret``, ``-initial``, ``-policy``, ``-rotation``, ``-invoke``, the component
    ``-function``, ``-alarm-age``, ``-alarm-pending`` and a ``-key-{region}`` for each replica.
    """

    def __init__(self, name: str, args: RotatedSecretArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:secrets:RotatedSecret", name, {}, opts)
        secret_args, rotator, platform = args.secret, args.rotator, args.secret.platform
        child = pulumi.ResourceOptions(parent=self)
        names = _names(platform.account, name)
        others = [_names(platform.account, other).role_arn for other in args.rotators]
        key = secret_key(name, secret_args, self, names.log_statement())
        secret = unfilled_secret(name, secret_args, key, {RUNBOOK: "secret-rotation"}, self)
        initial = _initial(name, secret, args.fields, child)
        readers = [names.role_arn, *others, *(consumer.role_arn for consumer in secret_args.consumers)]
        # After the first value: it denies PutSecretValue to the administrator who makes the stack (ADR 3).
        filled = pulumi.ResourceOptions(parent=self, depends_on=[initial])
        policy = secret_policy(name, secret, readers, [names.role_arn, *secret_args.administrators], filled)
        function = PrivateFunction(
            f"{name}-function",
            PrivateFunctionArgs(
                platform=platform,
                names=names,
                description=f"Renews {secret_args.secret_name}",
                program=rotator.program,
                environment={
                    "SECRET_ARN": secret.arn,
                    "ROTATOR_SECRET_ARN": rotator.credential[0] if rotator.credential else secret.arn,
                    **rotator.environment,
                },
                statements=rotation_statements(platform.account, secret.arn, key.arn, rotator.credential),
                network=rotator.network,
                log_key_arn=key.arn,
            ),
            child,
        )
        invoke = Permission(
            f"{name}-invoke",
            statement_id="secrets-manager",
            action="lambda:InvokeFunction",
            function=function.name,
            principal="secretsmanager.amazonaws.com",
            source_account=platform.account.id,
            source_arn=secret.arn,
            opts=child,
        )
        SecretRotation(
            f"{name}-rotation",
            secret_id=secret.id,
            rotation_lambda_arn=function.arn,
            rotate_immediately=False,
            rotation_rules={"schedule_expression": f"rate({args.every_days} days)", "duration": WINDOW},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[invoke, initial, policy]),
        )
        watched = Watched(value=secret_args.secret_name, called=secret_args.secret_name)
        declare_alarms(f"{name}-alarm", ROTATED, watched, platform, self)
        self.arn: pulumi.Output[str] = secret.arn
        self.key_arn: pulumi.Output[str] = key.arn
        self.function_arn: pulumi.Output[str] = function.arn
        self.name = secret_args.secret_name
        self.register_outputs({"arn": self.arn, "function_arn": self.function_arn})


class HandRotatedSecret(pulumi.ComponentResource):
    """A secret whose issuer has no API: a person renews it, and an alarm says so 15 days before it is too old.

    Guarantees: a key of its own, a resource policy as ``RotatedSecret`` has, an alarm on an age above 75 days with its
    runbook. Does not put a value: an administrator does, and Pulumi never sees it.

    Creates ``{name}-key``, ``-secret``, ``-policy``, ``-alarm-age`` and a ``-key-{region}`` for each replica.
    """

    def __init__(self, name: str, args: SecretArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:secrets:HandRotatedSecret", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        key = secret_key(name, args, self)
        tags = {ROTATION: ROTATION_BY_HAND, RUNBOOK: "secret-without-api"}
        secret = unfilled_secret(name, args, key, tags, self)
        readers = [consumer.role_arn for consumer in args.consumers]
        secret_policy(name, secret, readers, args.administrators, child)
        watched = Watched(value=args.secret_name, called=args.secret_name)
        declare_alarms(f"{name}-alarm", BY_HAND, watched, args.platform, self)
        self.arn: pulumi.Output[str] = secret.arn
        self.key_arn: pulumi.Output[str] = key.arn
        self.name = args.secret_name
        self.register_outputs({"arn": self.arn})


def _names(account: Account, secret: str) -> FunctionNames:
    """The names of the function that renews the secret of this component name."""
    return FunctionNames(account=account, name=f"rotate-{secret}")


def _initial(
    name: str, secret: Secret, fields: Mapping[str, pulumi.Input[str]], child: pulumi.ResourceOptions
) -> SecretVersion:
    """The first value, which only says what the secret is for.

    Secrets Manager gives AWSCURRENT to the first value of a secret whatever its labels. Any later one gets the label
    that it asks for and no other, so that a version which is put again, after an import or by mistake, never takes
    AWSCURRENT from a password in use. Source: API reference, PutSecretValue.
    """
    value = pulumi.Output.json_dumps({**fields, "password": PLACEHOLDER})
    once = pulumi.ResourceOptions(ignore_changes=["secretString", "versionStages"])
    return SecretVersion(
        f"{name}-initial",
        secret_id=secret.id,
        secret_string=value,
        version_stages=[INITIAL_STAGE],
        opts=pulumi.ResourceOptions.merge(child, once),
    )
