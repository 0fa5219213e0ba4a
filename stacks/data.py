"""The layer of data stores."""

from components.database import PrivateDatabase, PrivateDatabaseArgs
from stacks.foundation import Foundation
from stacks.settings import Settings


def build(settings: Settings, foundation: Foundation) -> PrivateDatabase:
    """The production database of the core services, reachable from the private tier alone."""
    environment = settings.environment
    return PrivateDatabase(
        "core",
        PrivateDatabaseArgs(
            access="core-database",
            vpc_id=foundation.network.vpc_id,
            subnet_ids=foundation.network.database.subnet_ids,
            client_cidrs=foundation.network.private.cidrs,
            region=settings.region,
            account_id=settings.account_id,
            instance_class=environment.instance_class,
            multi_az=environment.multi_az,
            deletion_protection=environment.deletion_protection,
            protect=environment.protect,
            backup_retention_days=environment.backup_retention_days,
            log_retention_days=environment.flow_log_retention_days,
            storage_gib=environment.storage_gib,
            max_storage_gib=environment.max_storage_gib,
            alarm_topic_arn=foundation.alerts.arn,
        ),
    )
