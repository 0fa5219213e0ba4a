"""The layer of secrets: who reads which, what renews them, and what tells workloads that they were renewed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pulumi

from components.functions.functions import FunctionNetwork
from components.secrets.documents import Consumer
from components.secrets.events import RotationEvents, RotationEventsArgs
from components.secrets.parts import SecretArgs
from components.secrets.secrets import RotatedSecret, RotatedSecretArgs, Rotator
from components.shared.account import MIGRATIONS_ROLE, SERVICES_ROLE, Account
from layers import functions
from layers.access import AccessLayer
from layers.data import Data, Database
from layers.foundation import Foundation
from layers.services import catalog
from models.access import database_roles
from models.access.model import Access, service_secret
from stacks.settings import Settings

DATABASE: Final = "postgres"
"""The only database that RDS makes by itself; schemas within it are the migrations' work."""
SERVICES_READ: Final = f"role{SERVICES_ROLE}"
"""The role as which the services' pods read secrets; the cluster makes it."""
ROTATOR: Final = "rotator"
"""Owner of the login roles that set passwords, in every database."""
ROTATOR_PROBE: Final = ("SELECT has_function_privilege('rotation.set_verifier(text, text)', 'EXECUTE')",)
"""What the rotator is for; it is false where the right is lost."""
SERVICES: Final = "workloads"
"""The group of the services in the access model."""
MIGRATIONS: Final = "migrations"
"""The group of the Jobs that change a schema, in the access model."""
MIGRATIONS_READ: Final = f"role{MIGRATIONS_ROLE}"
"""The role as which those Jobs read secrets; the cluster makes it."""


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """What the layers above build on: each database's credential and that of its migrations, the events of rotations,
    who reads for workloads.
    """

    credentials: Mapping[str, RotatedSecret]
    migrators: Mapping[str, RotatedSecret]
    events: RotationEvents
    store_role_arn: str


@dataclass(frozen=True, kw_only=True)
class _Credential:
    """Login roles ``{owner}_a`` and ``{owner}_b`` of a database, and the secret that names the current one.

    ``probe`` are statements that a new credential must be able to run, ``serves`` are the secrets whose functions read
    this one to set passwords. ``namespaces`` are those of the cluster whose pods may read it: those with a service that
    declares the database, and of a migrator's that of the service whose deployment migrates it.
    """

    name: str
    secret_name: str
    description: str
    owner: str
    probe: Sequence[str]
    consumers: Sequence[Consumer]
    namespaces: Sequence[str] = ()
    serves: Sequence[str] = ()


def build(settings: Settings, foundation: Foundation, access: AccessLayer, data: Data) -> Secrets:
    """The events of rotations and, for each database, the rotator's credential and that of its services."""
    account, services = foundation.platform.account, catalog()
    credentials, migrators = {}, {}
    for name, database in data.databases.items():
        rotator = _rotated(foundation, database, _rotator_credential(name, account))
        people = settings.environment.people_read_secrets
        credential = _service_credential(name, account, access.model, database.resource, for_people=people)
        readable = replace(credential, namespaces=services.namespaces_using(database.resource))
        credentials[name] = _rotated(foundation, database, readable, rotator)
        if any(access.model.between(MIGRATIONS, database.resource)):
            migrator = _migrator_credential(name, account, access.model, database.resource)
            migrator = replace(migrator, namespaces=services.namespaces_migrating(database.resource))
            migrators[name] = _rotated(foundation, database, migrator, rotator)
    events = RotationEvents("secret-rotation", RotationEventsArgs(platform=foundation.platform))
    role = account.iam(SERVICES_READ)
    return Secrets(credentials=credentials, migrators=migrators, events=events, store_role_arn=role)


def _rotator_credential(database: str, account: Account) -> _Credential:
    return _Credential(
        name=f"{database}-rotator",
        secret_name=f"nationgraph/{database}/rotator",
        description=f"Sets passwords in the {database} database, and can do nothing else",
        owner=ROTATOR,
        probe=ROTATOR_PROBE,
        consumers=[Consumer(name="break-glass", role_arn=account.identity_role("break-glass"), reload="each-use")],
        serves=[f"{database}-database", f"{database}-migrator"],
    )


def _service_credential(
    database: str, account: Account, model: Access, resource: str, *, for_people: bool
) -> _Credential:
    login = _login(model, SERVICES, resource)
    readers = model.with_account("reader") if for_people else ()
    return _Credential(
        name=f"{database}-database",
        secret_name=service_secret(database),
        description=f"Credential of the {database} services in the {database} database",
        owner=login,
        probe=database_roles.probe(model, resource, login),
        consumers=[
            Consumer(name="cluster", role_arn=account.iam(SERVICES_READ), reload="event"),
            Consumer(name="pipeline", role_arn=account.identity_role("deploy"), reload="each-use"),
            *(Consumer(name=name, role_arn=account.identity_role(name), reload="each-use") for name in readers),
        ],
    )


def _migrator_credential(database: str, account: Account, model: Access, resource: str) -> _Credential:
    """The credential with which a schema is changed: read by the Job that does it, and by no service or person."""
    login = _login(model, MIGRATIONS, resource)
    return _Credential(
        name=f"{database}-migrator",
        secret_name=f"nationgraph/{database}/migrator",
        description=f"Changes the schema of the {database} database",
        owner=login,
        probe=database_roles.probe(model, resource, login),
        consumers=[Consumer(name="migrations", role_arn=account.iam(MIGRATIONS_READ), reload="each-use")],
    )


def _login(model: Access, group: str, resource: str) -> str:
    """The role as which the group acts in its database, by the access model."""
    logins = [grant.login for grant in model.between(group, resource) if grant.login]
    if len(logins) != 1:
        raise ValueError(
            f"catalog/access.yaml: the grants of {group} on {resource} name {len(logins)} logins; name one, as "
            "which the rotated credential acts"
        )
    return logins[0]


def _rotated(
    foundation: Foundation, database: Database, credential: _Credential, rotator: RotatedSecret | None = None
) -> RotatedSecret:
    """The secret of a credential, renewed by ``rotator``, or by itself where there is none."""
    account, network = foundation.platform.account, foundation.network
    roles = [f"{credential.owner}_a", f"{credential.owner}_b"]
    address: dict[str, pulumi.Input[str]] = {"host": database.component.address, "port": str(database.port)}
    secret = SecretArgs(
        platform=foundation.platform,
        secret_name=credential.secret_name,
        description=credential.description,
        consumers=credential.consumers,
        namespaces=credential.namespaces,
        administrators=[account.identity_role("break-glass"), account.identity_role("deploy")],
    )
    function = Rotator(
        program=functions.program("rotate_postgres"),
        environment={
            "DATABASE_HOST": address["host"],
            "DATABASE_PORT": address["port"],
            "DATABASE_NAME": DATABASE,
            "DATABASE_OWNER": credential.owner,
            "DATABASE_ROLES": json.dumps(roles),
            "DATABASE_PROBE": json.dumps(list(credential.probe)),
        },
        network=FunctionNetwork(
            vpc_id=network.vpc_id,
            subnet_ids=network.private.subnet_ids,
            reaches={database.port: database.component.security_group_id, 443: network.endpoint_security_group_id},
        ),
        credential=(rotator.arn, rotator.key_arn) if rotator else None,
    )
    fields: dict[str, pulumi.Input[str]] = {"engine": "postgres", **address, "dbname": DATABASE, "username": roles[0]}
    args = RotatedSecretArgs(secret=secret, fields=fields, rotator=function, rotators=credential.serves)
    return RotatedSecret(credential.name, args)


def export(secrets: Secrets) -> None:
    """What the cluster needs to read secrets and to refresh them, and what people look for."""
    pulumi.export("secretStoreRoleArn", secrets.store_role_arn)
    pulumi.export("secretRotationTopicArn", secrets.events.topic_arn)
    for name, credential in secrets.credentials.items():
        pulumi.export(f"{name}DatabaseSecretName", credential.name)
        pulumi.export(f"{name}DatabaseSecretArn", credential.arn)
        pulumi.export(f"{name}DatabaseSecretKeyArn", credential.key_arn)
    for name, credential in secrets.migrators.items():
        pulumi.export(f"{name}MigratorSecretName", credential.name)
        pulumi.export(f"{name}MigratorSecretArn", credential.arn)
