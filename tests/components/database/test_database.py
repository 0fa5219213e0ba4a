"""SEC-06, ENB-02: the database is private, encrypted, recoverable, and cannot be filled by an abandoned subscriber."""

import json
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest

from components.database.database import PrivateDatabase, PrivateDatabaseArgs, _secret_arn
from lib.firewall import ROUTERS, Rule
from tests.components.support.platform import platform
from tests.conftest import ACCOUNT, REGION, Deploy, Deployment

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:orders-key"
CLIENTS = ["10.3.0.0/20", "10.3.16.0/20"]


def rules_from(*sources: str, port: int = 5432) -> list[Rule]:
    """As the access model compiles them."""
    return [Rule(port=port, source=source, description="orders-database from the private tier") for source in sources]


ARGS: dict[str, Any] = {
    "platform": platform(),
    "access": "orders-database",
    "vpc_id": "vpc-1",
    "subnet_ids": ["subnet-a", "subnet-b", "subnet-c"],
    "port": 5432,
    "rules": rules_from(*CLIENTS),
    "router_security_group_id": "sg-routers",
    "instance_class": "db.m7g.large",
    "multi_az": True,
    "backup_retention_days": 35,
    "storage_gib": 100,
    "max_storage_gib": 500,
}
INSTANCE = "aws:rds/instance:Instance"
SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"


def deployed(deploy: Deploy, **changes: Any) -> Deployment:
    """A database called ``orders``, production's unless changed."""
    return deploy(lambda: PrivateDatabase("orders", PrivateDatabaseArgs(**{**ARGS, **changes})))


def instance(deploy: Deploy, **changes: Any) -> dict[str, Any]:
    """The inputs of its instance."""
    return deployed(deploy, **changes).one(INSTANCE).inputs


def test_instance_is_private(deploy: Deploy) -> None:
    """No public address, in the subnets of its tier, behind its own security group."""
    made = deployed(deploy)
    inputs = made.one(INSTANCE).inputs
    assert inputs["publiclyAccessible"] is False
    assert inputs["dbSubnetGroupName"] == "orders-subnets"
    assert made.named("orders-subnets").inputs["subnetIds"] == ARGS["subnet_ids"]
    assert inputs["vpcSecurityGroupIds"] == ["orders-security-group-id"]


def test_a_database_listens_on_the_port_of_its_row(deploy: Deploy) -> None:
    """Instance and group agree, with the compiled rules' own descriptions."""
    made = deployed(deploy, port=5433, rules=rules_from(*CLIENTS, port=5433))
    (rule,) = made.one(SECURITY_GROUP).inputs["ingress"]
    assert (rule["fromPort"], rule["toPort"], made.one(INSTANCE).inputs["port"]) == (5433, 5433, 5433)
    assert rule["description"] == "orders-database from the private tier"


def test_only_clients_reach_postgres(deploy: Deploy) -> None:
    """One rule in: 5432 from the client ranges. None out, stated, so that AWS's default of everything is removed."""
    made = deployed(deploy)
    group = made.one(SECURITY_GROUP).inputs
    (rule,) = group["ingress"]
    assert (rule["protocol"], rule["fromPort"], rule["toPort"]) == ("tcp", 5432, 5432)
    assert rule["cidrBlocks"] == CLIENTS
    assert rule.keys() <= {"description", "protocol", "fromPort", "toPort", "cidrBlocks"}
    assert group["egress"] == []
    assert group["vpcId"] == "vpc-1"
    assert made.one(INSTANCE).inputs["port"] == 5432


def test_routers_of_the_vpn_are_known_by_their_group(deploy: Deploy) -> None:
    """Their addresses change with every machine; with them or without ranges the port is the same."""
    vpn = Rule(port=5432, source=ROUTERS, description="orders-database over the VPN")
    for cidrs in (CLIENTS, []):
        made = deployed(deploy, rules=[*rules_from(*cidrs), vpn])
        rules = made.one(SECURITY_GROUP).inputs["ingress"]
        assert [(rule["fromPort"], rule["toPort"]) for rule in rules] == [(5432, 5432)] * (2 if cidrs else 1)
        assert rules[-1]["securityGroups"] == ["sg-routers"]
        assert "cidrBlocks" not in rules[-1]


def test_everything_at_rest_has_the_databases_own_key(deploy: Deploy) -> None:
    """Storage, the master password, performance insights and logs use one key that rotates and has an alias."""
    made = deployed(deploy)
    inputs = made.one(INSTANCE).inputs
    assert inputs["storageEncrypted"] is True
    assert inputs["kmsKeyId"] == inputs["masterUserSecretKmsKeyId"] == inputs["performanceInsightsKmsKeyId"] == KEY
    assert {made.named(f"orders-logs-{log}").inputs["kmsKeyId"] for log in ("postgresql", "upgrade")} == {KEY}
    assert made.named("orders-key").inputs["enableKeyRotation"] is True
    alias = made.named("orders-alias").inputs
    assert (alias["name"], alias["targetKeyId"]) == ("alias/orders", "orders-key-key")


def test_key_serves_the_logs_of_this_instance(deploy: Deploy) -> None:
    """Besides IAM only CloudWatch Logs, for this instance's groups; RDS acts by grants of whoever deploys."""
    administration, logs = json.loads(deployed(deploy).named("orders-key").inputs["policy"])["Statement"]
    assert administration["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert logs["Principal"] == {"Service": f"logs.{REGION}.amazonaws.com"}
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/rds/instance/orders/*"
    assert logs["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": arn}}


def test_credentials_never_pass_through_pulumi(deploy: Deploy) -> None:
    """RDS makes the master password and keeps it in Secrets Manager; roles may sign in with IAM."""
    inputs = instance(deploy)
    assert inputs["manageMasterUserPassword"] is True
    assert inputs["iamDatabaseAuthenticationEnabled"] is True
    assert not {"password", "passwordWo"} & inputs.keys()


def test_parameters_force_tls_and_bound_replication(deploy: Deploy) -> None:
    """TLS and logical replication on; slots hold back at most a fifth of the storage; static ones wait for a reboot."""
    group = deployed(deploy).named("orders-parameters").inputs
    assert group["family"] == "postgres16"
    rows = {row["name"]: (row["value"], row["applyMethod"]) for row in group["parameters"]}
    assert len(rows) == len(group["parameters"])
    assert rows["rds.force_ssl"] == ("1", "pending-reboot")
    assert rows["rds.logical_replication"] == ("1", "pending-reboot")
    assert rows["max_slot_wal_keep_size"] == ("20480", "immediate")
    assert rows["log_connections"] == rows["log_disconnections"] == ("1", "immediate")
    assert rows["log_statement"] == ("ddl", "immediate")


def test_instance_runs_postgres_16_with_these_parameters(deploy: Deploy) -> None:
    """Minor versions come by themselves in the window, major ones never, and no change is applied at once."""
    inputs = instance(deploy)
    assert (inputs["engine"], inputs["engineVersion"]) == ("postgres", "16")
    assert inputs["parameterGroupName"] == "orders-parameters"
    assert inputs["autoMinorVersionUpgrade"] is True
    assert inputs["allowMajorVersionUpgrade"] is False
    assert inputs["applyImmediately"] is False
    assert inputs["caCertIdentifier"] == "rds-ca-rsa2048-g1"
    assert (inputs["backupWindow"], inputs["maintenanceWindow"]) == ("02:00-03:00", "sun:03:30-sun:04:30")


def test_data_outlives_the_instance(deploy: Deploy) -> None:
    """Backups carry the tags, stay when the instance goes, and leaves a snapshot under a name of its own."""
    inputs = instance(deploy, backup_retention_days=14)
    assert inputs["backupRetentionPeriod"] == 14
    assert inputs["copyTagsToSnapshot"] is True
    assert inputs["deleteAutomatedBackups"] is False
    assert inputs["skipFinalSnapshot"] is False
    assert inputs["finalSnapshotIdentifier"] == "orders-final-orders-key-key"


def test_storage_grows_by_itself(deploy: Deploy) -> None:
    """From the size given to the maximum given."""
    inputs = instance(deploy)
    assert (inputs["storageType"], inputs["allocatedStorage"], inputs["maxAllocatedStorage"]) == ("gp3", 100, 500)


def test_logs_and_insights_are_kept(deploy: Deploy) -> None:
    """The log groups exist before RDS would make them, with a retention; insights are on."""
    made = deployed(deploy)
    database = made.one(INSTANCE)
    assert database.inputs["enabledCloudwatchLogsExports"] == ["postgresql", "upgrade"]
    assert database.inputs["performanceInsightsEnabled"] is True
    for log in ("postgresql", "upgrade"):
        group = made.named(f"orders-logs-{log}")
        assert group.inputs["name"] == f"/aws/rds/instance/{database.inputs['identifier']}/{log}"
        assert group.inputs["retentionInDays"] == 90
        assert group.urn in database.dependencies


@pytest.mark.parametrize("flag", [True, False])
def test_environment_decides_availability_and_protection(deploy: Deploy, *, flag: bool) -> None:
    """Multi-AZ, RDS's and Pulumi's protection follow the args; the instance, key and logs hold state."""
    made = deployed(deploy, multi_az=flag, platform=platform(protect=flag))
    inputs = made.one(INSTANCE).inputs
    assert inputs["multiAz"] is flag
    assert inputs["deletionProtection"] is flag
    stateful = {"orders-instance", "orders-key", "orders-logs-postgresql", "orders-logs-upgrade"} if flag else set()
    assert {r.name for r in made.resources if r.protect} == stateful
    assert {r.name for r in made.resources if r.retain} == stateful


def test_data_is_classified(deploy: Deploy) -> None:
    """The instance, hence its snapshots, is tagged as restricted."""
    assert instance(deploy)["tags"] == {
        "nationgraph:data-classification": "restricted",
        "nationgraph:access": "orders-database",
    }


def test_outputs_are_what_clients_need(deploy: Deploy) -> None:
    """Address, port, security group and key."""
    seen: list[tuple[Any, ...]] = []

    def program() -> None:
        made = PrivateDatabase("orders", PrivateDatabaseArgs(**ARGS))
        pulumi.Output.all(made.address, made.port, made.security_group_id, made.kms_key_arn).apply(
            lambda values: seen.append(tuple(values))
        )

    deploy(program)
    assert seen == [("orders-instance.internal", 5432, "orders-security-group-id", KEY)]


@pytest.mark.parametrize(
    ("secrets", "arn"),
    [([SimpleNamespace(secret_arn="arn:secret")], "arn:secret"), ([], None), (None, None)],
)
def test_master_secret_is_the_one_that_rds_made(secrets: Any, arn: str | None) -> None:
    """The ARN that RDS reports, None as long as it reports none."""
    assert _secret_arn(secrets) == arn


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"subnet_ids": ["subnet-a"]}, "subnet_ids: RDS needs subnets in 2 zones, got 1; pass the whole database tier"),
        ({"rules": []}, "rules: empty, so nobody could connect; grant orders-database to somebody, or remove it"),
        ({"rules": rules_from(*CLIENTS, "0.0.0.0/0")}, "0.0.0.0/0 reaches beyond the private ranges of RFC 1918"),
        ({"rules": rules_from("0.0.0.0/1", "128.0.0.0/1")}, "0.0.0.0/1 reaches beyond the private ranges"),
        ({"rules": rules_from("::/0")}, "'::/0' is not an IPv4 CIDR"),
        ({"rules": rules_from("10.3.0.9/20", port=5432)}, "'10.3.0.9/20' is not an IPv4 CIDR"),
        ({"rules": rules_from(*CLIENTS, port=5433)}, "opens port 5433, but orders-database listens on 5432; grant its"),
        ({"backup_retention_days": 6}, "backup_retention_days: 6 is outside.*choose 7 to 35"),
        ({"backup_retention_days": 36}, "backup_retention_days: 36 is outside.*choose 7 to 35"),
        ({"storage_gib": 19}, "storage_gib: RDS offers no gp3 volume of 19 GiB; choose 20 to 65536"),
        ({"max_storage_gib": 109}, "max_storage_gib: 109 leaves autoscaling no room above 100; RDS wants at least 10%"),
        ({"max_storage_gib": 65537}, "max_storage_gib: 65537 .* at most 65536"),
        (
            {"instance_class": "m7g.large"},
            "the memory of 'm7g.large' is not known.*choose a class such as db.t4g.medium",
        ),
    ],
)
def test_bad_args_are_refused(changes: dict[str, Any], message: str) -> None:
    """A wrong value fails before any resource exists and says what to write instead."""
    with pytest.raises(ValueError, match=message):
        PrivateDatabaseArgs(**{**ARGS, **changes})


@pytest.mark.parametrize("changes", [{"backup_retention_days": 7}, {"max_storage_gib": 110}, {"storage_gib": 20}])
def test_limits_themselves_are_accepted(changes: dict[str, Any]) -> None:
    """The bounds that the messages name are inside."""
    assert PrivateDatabaseArgs(**{**ARGS, **changes})
