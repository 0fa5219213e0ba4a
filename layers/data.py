"""The layer of data stores: each database of the access model that names an instance."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.database.database import PrivateDatabase, PrivateDatabaseArgs
from layers.access import AccessLayer
from layers.foundation import Foundation
from models.access import firewall
from stacks.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Database:
    """One database: its resource of the access model, where it listens, and what was made for it."""

    resource: str
    port: int
    component: PrivateDatabase


@dataclass(frozen=True, kw_only=True)
class Data:
    """What the layers above build on: the databases by the name of their instance."""

    databases: Mapping[str, Database]


def build(settings: Settings, foundation: Foundation, access: AccessLayer) -> Data:
    """Every database with an instance, in its tier, on its port, reachable as the model grants it and no further."""
    databases = {}
    for name, resource in access.model.resources.items():
        if resource.instance is not None:
            component = _database(settings, foundation, access, name)
            databases[resource.instance] = Database(resource=name, port=resource.ports[0], component=component)
    return Data(databases=databases)


def _database(settings: Settings, foundation: Foundation, access: AccessLayer, name: str) -> PrivateDatabase:
    """The database of one row of the model; ``name`` is the row's."""
    resource, environment = access.model.resources[name], settings.environment
    rules = firewall.rules(access.model, name, access.cidrs)
    if not {rule.source for rule in rules} & {*access.cidrs["private"]}:
        why = "is granted to nobody in the private tier, where the functions that rotate its credentials stand"
        raise pulumi.RunError(f"{name}: {why}; grant it to workloads in {settings.stack}, or remove its instance")
    return PrivateDatabase(
        str(resource.instance),
        PrivateDatabaseArgs(
            platform=foundation.platform,
            access=name,
            vpc_id=foundation.network.vpc_id,
            subnet_ids=foundation.network.tiers[resource.tier].subnet_ids,
            port=resource.ports[0],
            rules=rules,
            router_security_group_id=access.vpn.router_security_group_id,
            instance_class=environment.instance_class,
            multi_az=environment.multi_az,
            backup_retention_days=environment.backup_retention_days,
            storage_gib=environment.storage_gib,
            max_storage_gib=environment.max_storage_gib,
        ),
    )


def export(data: Data) -> None:
    """Where each database answers, and the secret of its master user."""
    for name, database in data.databases.items():
        pulumi.export(f"{name}DatabaseAddress", database.component.address)
        pulumi.export(f"{name}DatabaseMasterSecretArn", database.component.master_secret_arn)
