"""The layer of data stores."""

from components.database.database import POSTGRES_PORT, PrivateDatabase, PrivateDatabaseArgs
from layers.access import AccessLayer
from layers.foundation import Foundation
from models.access import firewall
from stacks.settings import Settings


def build(settings: Settings, foundation: Foundation, access: AccessLayer) -> PrivateDatabase:
    """The production database of the core services, reachable as the access model grants it and no further."""
    environment = settings.environment
    rules = firewall.rules(access.model, "core-database", access.cidrs)
    strange = sorted({rule.port for rule in rules} - {POSTGRES_PORT})
    if strange:
        raise ValueError(f"core-database is granted on port {strange}, but listens on {POSTGRES_PORT} alone")
    over_vpn = any(rule.source == firewall.ROUTERS for rule in rules)
    return PrivateDatabase(
        "core",
        PrivateDatabaseArgs(
            access="core-database",
            vpc_id=foundation.network.vpc_id,
            subnet_ids=foundation.network.database.subnet_ids,
            client_cidrs=[rule.source for rule in rules if rule.source != firewall.ROUTERS],
            client_security_group_ids=[access.vpn.router_security_group_id] if over_vpn else [],
            region=settings.region,
            account_id=settings.account_id,
            instance_class=environment.instance_class,
            multi_az=environment.multi_az,
            deletion_protection=environment.protect,
            protect=environment.protect,
            backup_retention_days=environment.backup_retention_days,
            log_retention_days=environment.log_retention_days,
            storage_gib=environment.storage_gib,
            max_storage_gib=environment.max_storage_gib,
            alarm_topic_arn=foundation.alerts.arn,
        ),
    )
