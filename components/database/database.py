"""SEC-06, ENB-02: PostgreSQL on RDS that answers only inside the VPC, over TLS, and feeds logical replication."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_aws.cloudwatch.log_group import LogGroup
from pulumi_aws.ec2.security_group import SecurityGroup
from pulumi_aws.kms.alias import Alias
from pulumi_aws.kms.key import Key
from pulumi_aws.rds.instance import Instance
from pulumi_aws.rds.parameter_group import ParameterGroup, ParameterGroupParameterArgsDict
from pulumi_aws.rds.subnet_group import SubnetGroup

from components.database.alarms import TABLE, capacities, memory_gib, wal_limit_mib
from components.shared.alarms import Watched, declare_alarms
from components.shared.granted import Granted, granted_group
from components.shared.keys import customer_key, key_policy
from components.shared.logs import key_statement
from components.shared.platform import Platform
from lib.firewall import Rule
from lib.vocabulary import ACCESS, DATA_CLASSIFICATION

LOG_EXPORTS: Final = ("postgresql", "upgrade")
STORAGE_GIB: Final = range(20, 65536 + 1)
"""What RDS offers for gp3. Source: RDS user guide, "Amazon RDS DB instance storage"."""
BACKUP_DAYS: Final = range(7, 35 + 1)
"""At least a week, to notice; at most what RDS keeps."""


@dataclass(frozen=True, kw_only=True)
class PrivateDatabaseArgs:
    """What a database needs. ``access`` names its resource of the access model, which says who may reach it, by
    ``rules`` on its ``port``; ``subnet_ids`` are its tier's. ``router_security_group_id`` is what a rule's source
    ``ROUTERS`` stands for.

    Storage in GiB: ``max_storage_gib`` is where autoscaling stops.
    """

    platform: Platform
    access: str
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    port: int
    rules: Sequence[Rule]
    router_security_group_id: pulumi.Input[str]
    instance_class: str
    multi_az: bool
    backup_retention_days: int
    storage_gib: int
    max_storage_gib: int

    def __post_init__(self) -> None:
        if len(self.subnet_ids) < 2:
            raise ValueError(
                f"subnet_ids: RDS needs subnets in 2 zones, got {len(self.subnet_ids)}; pass the whole database tier"
            )
        self.granted()
        memory_gib(self.instance_class)
        if self.backup_retention_days not in BACKUP_DAYS:
            raise ValueError(
                f"backup_retention_days: {self.backup_retention_days} is outside what we accept and RDS offers; "
                f"choose {BACKUP_DAYS[0]} to {BACKUP_DAYS[-1]}"
            )
        if self.storage_gib not in STORAGE_GIB:
            raise ValueError(
                f"storage_gib: RDS offers no gp3 volume of {self.storage_gib} GiB; "
                f"choose {STORAGE_GIB[0]} to {STORAGE_GIB[-1]}"
            )
        if self.max_storage_gib * 10 < self.storage_gib * 11 or self.max_storage_gib not in STORAGE_GIB:
            raise ValueError(
                f"max_storage_gib: {self.max_storage_gib} leaves autoscaling no room above {self.storage_gib}; "
                f"RDS wants at least 10% more and at most {STORAGE_GIB[-1]}"
            )

    def granted(self) -> Granted:
        """Its port, and who may connect to it."""
        return Granted(
            access=self.access,
            port=self.port,
            rules=self.rules,
            router_security_group_id=self.router_security_group_id,
            vpc_id=self.vpc_id,
        )


class PrivateDatabase(pulumi.ComponentResource):
    """A PostgreSQL instance that is private, encrypted, backed up and watched.

    Guarantees: no public address; one port open to the granted sources alone, nothing open outwards; TLS forced; data,
    secrets, insights and logs encrypted with a key of its own; the master password made and kept by Secrets Manager,
    never seen by Pulumi; roles may sign in with IAM; backups, which outlive the instance, and a final snapshot; minor
    upgrades automatic; storage grows by itself; WAL held back by replication slots is bounded; alarms to a topic.

    The identifier is ``name``, fixed: RDS names its log groups after it, and they must exist, encrypted and with a
    retention, before RDS would make them without. A replacement therefore fails instead of leaving the data behind.

    Does not manage users, schemas, publications or migrations, nor rotation of the master password.

    Creates ``{name}-key``, ``-alias``, ``-logs-postgresql``, ``-logs-upgrade``, ``-subnets``, ``-parameters``,
    ``-security-group``, ``-instance`` and one ``-alarm-{key}`` for each row of ``components.database.alarms``.
    """

    def __init__(self, name: str, args: PrivateDatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:database:PrivateDatabase", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        platform, stateful = args.platform, args.platform.stateful(self)
        encrypt = key_statement(platform.account, f"/aws/rds/instance/{name}/*")
        key = customer_key(f"{name}-key", f"Database {name}", key_policy(platform.account, encrypt), stateful)
        Alias(f"{name}-alias", name=f"alias/{name}", target_key_id=key.key_id, opts=child)
        logs = [
            LogGroup(
                f"{name}-logs-{export}",
                name=f"/aws/rds/instance/{name}/{export}",
                retention_in_days=platform.log_retention_days,
                kms_key_id=key.arn,
                opts=stateful,
            )
            for export in LOG_EXPORTS
        ]
        described = "PostgreSQL: clients in the VPC only"
        group = granted_group(f"{name}-security-group", described, args.granted(), child)
        instance = _instance(name, args, key, group, platform.stateful(self, depends_on=logs))
        capacity = capacities(args.instance_class, args.storage_gib)
        watched = Watched(value=instance.identifier, called=name, capacity=capacity)
        declare_alarms(f"{name}-alarm", TABLE, watched, platform, self)
        self.address: pulumi.Output[str] = instance.address
        self.port: pulumi.Output[int] = instance.port
        self.security_group_id: pulumi.Output[str] = group.id
        self.kms_key_arn: pulumi.Output[str] = key.arn
        self.master_secret_arn: pulumi.Output[str | None] = instance.master_user_secrets.apply(_secret_arn)
        self.register_outputs({"address": self.address, "port": self.port})


def parameters(storage_gib: int) -> list[ParameterGroupParameterArgsDict]:
    """The parameters that differ from RDS's defaults, or that we do not leave to them.

    Static ones wait for a reboot, which RDS accepts for dynamic ones too. DDL is logged because who changed a schema is
    the first question of an incident; such statements can hold passwords, so the log groups have our key and an end.
    """
    rows = (
        ("rds.force_ssl", "1", "pending-reboot"),
        ("rds.logical_replication", "1", "pending-reboot"),
        ("max_slot_wal_keep_size", str(wal_limit_mib(storage_gib)), "immediate"),  # MB
        ("log_connections", "1", "immediate"),
        ("log_disconnections", "1", "immediate"),
        ("log_statement", "ddl", "immediate"),
        ("log_min_duration_statement", "1000", "immediate"),  # milliseconds
    )
    return [{"name": name, "value": value, "apply_method": method} for name, value, method in rows]


def _instance(
    name: str, args: PrivateDatabaseArgs, key: Key, group: SecurityGroup, opts: pulumi.ResourceOptions
) -> Instance:
    """The instance with its subnet and parameter group. Times are UTC; the windows must not overlap."""
    child = pulumi.ResourceOptions(parent=opts.parent)
    description = f"Database {name}"
    subnets = SubnetGroup(f"{name}-subnets", description=description, subnet_ids=args.subnet_ids, opts=child)
    settings = ParameterGroup(
        f"{name}-parameters",
        description=description,
        family="postgres16",
        parameters=parameters(args.storage_gib),
        opts=child,
    )
    return Instance(
        f"{name}-instance",
        identifier=name,
        engine="postgres",
        engine_version="16",
        auto_minor_version_upgrade=True,
        allow_major_version_upgrade=False,
        apply_immediately=False,
        instance_class=args.instance_class,
        multi_az=args.multi_az,
        port=args.port,
        username="platform_admin",
        manage_master_user_password=True,
        master_user_secret_kms_key_id=key.arn,
        iam_database_authentication_enabled=True,
        ca_cert_identifier="rds-ca-rsa2048-g1",
        db_subnet_group_name=subnets.name,
        parameter_group_name=settings.name,
        vpc_security_group_ids=[group.id],
        publicly_accessible=False,
        storage_type="gp3",
        allocated_storage=args.storage_gib,
        max_allocated_storage=args.max_storage_gib,
        storage_encrypted=True,
        kms_key_id=key.arn,
        backup_retention_period=args.backup_retention_days,
        backup_window="02:00-03:00",
        maintenance_window="sun:03:30-sun:04:30",
        copy_tags_to_snapshot=True,
        delete_automated_backups=False,
        deletion_protection=args.platform.protect,
        skip_final_snapshot=False,
        # A snapshot outlives its instance, and so would a fixed name: the key's id makes it that of this instance.
        final_snapshot_identifier=pulumi.Output.concat(name, "-final-", key.key_id),
        performance_insights_enabled=True,
        performance_insights_kms_key_id=key.arn,
        performance_insights_retention_period=7,
        enabled_cloudwatch_logs_exports=list(LOG_EXPORTS),
        tags={DATA_CLASSIFICATION: "restricted", ACCESS: args.access},
        opts=opts,
    )


def _secret_arn(secrets: Sequence[Any] | None) -> str | None:
    """The ARN of the master password's secret; None where RDS has not reported one yet."""
    return secrets[0].secret_arn if secrets else None
