"""The layer of secrets: who reads which, what renews them, and what tells workloads that they were renewed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi

from components.database.database import POSTGRES_PORT, PrivateDatabase
from components.functions.functions import FunctionNetwork
from components.iam.documents import WORKLOAD_PATH, Account
from components.secrets.documents import Consumer
from components.secrets.parts import SecretArgs
from components.secrets.secrets import RotatedSecret, RotatedSecretArgs, Rotator
from components.secrets.watch import SecretWatch, SecretWatchArgs
from layers import lambdas
from layers.access import AccessLayer
from layers.foundation import Foundation
from models.access import database_roles
from stacks.settings import Settings

DATABASE: Final = "postgres"
"""The only database that RDS makes by itself; schemas within it are the migrations' work."""
RESOURCE: Final = "core-database"
SERVICES: Final = "workloads"
"""The database and the group of the core services in the access model."""
STORE_ROLE: Final = f"role{WORKLOAD_PATH}external-secrets"
"""The role under which the cluster will read secrets; the cluster makes it, and until then nobody has it."""
ROTATOR_PROBE: Final = ("SELECT has_function_privilege('rotation.set_verifier(text, text)', 'EXECUTE')",)
"""What the rotator is for; it is false where the right is lost."""


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """What the layers above build on: the secrets by name, the rotation event, the role that reads for workloads."""

    core: RotatedSecret
    watch: SecretWatch
    store_role_arn: str


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where secrets are declared."""

    settings: Settings
    foundation: Foundation
    database: PrivateDatabase

    @property
    def account(self) -> Account:
        return Account(id=self.settings.account_id, region=self.settings.region)


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """Login roles ``{owner}_a`` and ``{owner}_b`` of the core database, and the secret that names the current one.

    ``probe`` are statements that a new credential must be able to run, ``serves`` are the pairs whose functions read
    this one to set passwords.
    """

    name: str
    called: str
    description: str
    owner: str
    probe: Sequence[str]
    consumers: Sequence[Consumer]
    serves: Sequence[str] = ()


def build(settings: Settings, foundation: Foundation, access: AccessLayer, database: PrivateDatabase) -> Secrets:
    """The watch over all secrets, the rotator's credential, and the credential of the core services."""
    place = _Place(settings=settings, foundation=foundation, database=database)
    account = place.account
    people = Consumer(name="engineers", role_arn=account.identity_role("engineer"), reload="each-use")
    login = _login(access)
    rotator = _rotated(
        place,
        _Pair(
            name="core-rotator",
            called="nationgraph/core/rotator",
            description="Sets passwords in the core database, and can do nothing else",
            owner="rotator",
            probe=ROTATOR_PROBE,
            consumers=[Consumer(name="break-glass", role_arn=account.identity_role("break-glass"), reload="each-use")],
            serves=["core-database"],
        ),
    )
    core = _rotated(
        place,
        _Pair(
            name="core-database",
            called="nationgraph/core/database",
            description="Credential of the core services in the core database",
            owner=login,
            probe=database_roles.probe(access.model, RESOURCE, login),
            consumers=[
                Consumer(name="cluster", role_arn=account.iam(STORE_ROLE), reload="event"),
                Consumer(name="pipeline", role_arn=account.identity_role("deploy"), reload="each-use"),
                *([people] if settings.environment.people_read_secrets else []),
            ],
        ),
        rotator,
    )
    watch = SecretWatch(
        "secret-watch",
        SecretWatchArgs(
            code=lambdas.code("secret_watch"),
            handler=lambdas.handler("secret_watch"),
            account=account,
            permissions_boundary_arn=foundation.boundary_arn,
            alarm_topic_arn=foundation.alerts.arn,
            log_retention_days=settings.environment.log_retention_days,
            protect=settings.environment.protect,
        ),
    )
    return Secrets(core=core, watch=watch, store_role_arn=account.iam(STORE_ROLE))


def _login(access: AccessLayer) -> str:
    """The role as which the core services act in their database, by the access model."""
    logins = [grant.login for grant in access.model.between(SERVICES, RESOURCE) if grant.login]
    if len(logins) != 1:
        raise ValueError(
            f"catalog/access.yaml: the grants of {SERVICES} on {RESOURCE} name {len(logins)} logins; name one, as "
            "which the rotated credential acts"
        )
    return logins[0]


def _rotated(place: _Place, pair: _Pair, rotator: RotatedSecret | None = None) -> RotatedSecret:
    """The secret of a pair, renewed by ``rotator``, or by itself where there is none."""
    account, base = place.account, place.foundation
    roles = [f"{pair.owner}_a", f"{pair.owner}_b"]
    database: dict[str, pulumi.Input[str]] = {"host": place.database.address, "port": str(POSTGRES_PORT)}
    secret = SecretArgs(
        secret_name=pair.called,
        description=pair.description,
        consumers=pair.consumers,
        administrators=[account.identity_role("break-glass"), account.identity_role("deploy")],
        account=account,
        alarm_topic_arn=base.alerts.arn,
        protect=place.settings.environment.protect,
    )
    function = Rotator(
        code=lambdas.code("rotate_postgres"),
        handler=lambdas.handler("rotate_postgres"),
        environment={
            "DATABASE_HOST": database["host"],
            "DATABASE_PORT": database["port"],
            "DATABASE_NAME": DATABASE,
            "DATABASE_OWNER": pair.owner,
            "DATABASE_ROLES": json.dumps(roles),
            "DATABASE_PROBE": json.dumps(list(pair.probe)),
        },
        network=FunctionNetwork(
            vpc_id=base.network.vpc_id,
            subnet_ids=base.network.private.subnet_ids,
            reaches={
                POSTGRES_PORT: place.database.security_group_id,
                443: base.network.endpoint_security_group_id,
            },
        ),
        credential=(rotator.arn, rotator.key_arn) if rotator else None,
        permissions_boundary_arn=base.boundary_arn,
        log_retention_days=place.settings.environment.log_retention_days,
    )
    facts: dict[str, pulumi.Input[str]] = {"engine": "postgres", **database, "dbname": DATABASE, "username": roles[0]}
    args = RotatedSecretArgs(secret=secret, facts=facts, rotator=function, rotators=pair.serves)
    return RotatedSecret(pair.name, args)


def export(secrets: Secrets) -> None:
    """What the cluster needs to read secrets and to refresh them, and what people look for."""
    pulumi.export("secretStoreRoleArn", secrets.store_role_arn)
    pulumi.export("secretRotationTopicArn", secrets.watch.topic_arn)
    pulumi.export("coreDatabaseSecretName", secrets.core.name)
    pulumi.export("coreDatabaseSecretArn", secrets.core.arn)
    pulumi.export("coreDatabaseSecretKeyArn", secrets.core.key_arn)
