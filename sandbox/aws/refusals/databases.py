"""RDS: the names, network, upgrade and end of an instance."""

import re
from typing import Any, Final

from sandbox.aws.refusals.check import Account, Params, data, found, one_network, refuse, refuses
from sandbox.aws.refusals.database_settings import check_settings, major
from sandbox.aws.refusals.network import attached

INVALID, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"
IDENTIFIER: Final = re.compile(r"[a-zA-Z](?!.*--)(?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?")
RESERVED_USERS: Final = {
    "postgres": {"admin", "rdsadmin", "rdsrepladmin", "rds_superuser", "rds_replication", "rds_password", "rds_iam",
                 "rdstopmgr", "rds_ad", "rds_reserved", "pg_monitor", "public", "none", "current_user", "session_user",
                 "user"},
    "mysql": {"rdsadmin", "rdsrepladmin", "mysql", "mysql.sys", "mysql.session", "root", "public", "rdsproxyadmin"},
    "mariadb": {"rdsadmin", "rdsrepladmin", "mysql", "mariadb.sys", "root", "public"},
}  # fmt: skip
RESERVED_NAMES: Final = {
    "postgres": {"rdsadmin", "db", "template0", "template1", "default", "user", "table", "select", "all"},
    "mysql": {"rdsadmin", "mysql", "information_schema", "performance_schema", "sys", "innodb", "tmp"},
    "mariadb": {"rdsadmin", "mysql", "information_schema", "performance_schema", "sys", "innodb", "tmp"},
}  # fmt: skip


@refuses("rds", "CreateDBInstance")
def _new(api: Account, params: Params) -> None:  # noqa: C901 - one condition after the other
    engine, name = params["Engine"], params["DBInstanceIdentifier"]
    if not IDENTIFIER.fullmatch(name):
        refuse(INVALID, f"The parameter DBInstanceIdentifier is not a valid identifier: {name}")
    if found(api.client("rds").describe_db_instances, DBInstanceIdentifier=name):
        refuse("DBInstanceAlreadyExists", "DB instance already exists")
    if not params.get("MasterUsername") and not params.get("DBClusterIdentifier"):
        refuse(INVALID, "The parameter MasterUsername must be provided and must not be blank.")
    if not params.get("AllocatedStorage") and not params.get("DBClusterIdentifier"):
        refuse(INVALID, "Invalid storage size for engine name and storage type: missing")
    if bool(params.get("MasterUserPassword")) == bool(params.get("ManageMasterUserPassword")):
        refuse(COMBINATION, "You must specify exactly one of MasterUserPassword and ManageMasterUserPassword.")
    user = params.get("MasterUsername", "").lower()
    if user in RESERVED_USERS.get(engine, set()):
        refuse(INVALID, f"MasterUsername {user} cannot be used as it is a reserved word used by the engine")
    if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_]{0,62}", user):
        refuse(INVALID, f"The parameter MasterUsername is not a valid identifier: {user}")
    database = params.get("DBName")
    if database is not None:
        _database(engine, database)
    if params.get("MultiAZ") and params.get("AvailabilityZone"):
        refuse(COMBINATION, "Requesting a specific availability zone is not valid for Multi-AZ instances.")
    if params.get("KmsKeyId") and not params.get("StorageEncrypted"):
        refuse(COMBINATION, "KmsKeyId requires StorageEncrypted")
    _network(api, params)
    check_settings(api, params, params)


def _database(engine: str, name: str) -> None:
    if not re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]{0,62}", name):
        refuse(INVALID, "DBName must begin with a letter and contain only alphanumeric characters.")
    if name.lower() in RESERVED_NAMES.get(engine, set()):
        refuse(INVALID, f"DBName {name} cannot be used as it is a reserved word used by the engine")


def _network(api: Account, params: Params) -> None:
    group = params.get("DBSubnetGroupName")
    answer = found(api.client("rds").describe_db_subnet_groups, DBSubnetGroupName=group) if group else None
    if answer is None:
        return  # moto refuses a name that is unknown
    described = answer["DBSubnetGroups"][0]
    groups = params.get("VpcSecurityGroupIds") or ()
    place = one_network(api, (), groups, "InvalidVPCNetworkStateFault")
    if place not in (None, described["VpcId"]):
        refuse(COMBINATION, "The DB instance and EC2 security group are in different VPCs. The DB instance is in"
               f" {described['VpcId']} and the EC2 security group is in {place}")  # fmt: skip
    if params.get("PubliclyAccessible") and not attached(api, described["VpcId"]):
        refuse("InvalidVPCNetworkStateFault", "Cannot create a publicly accessible DBInstance. The specified VPC has no"
               " internet gateway attached.")  # fmt: skip
    zones = {subnet["SubnetAvailabilityZone"]["Name"] for subnet in described["Subnets"]}
    if params.get("AvailabilityZone") and params["AvailabilityZone"] not in zones:
        refuse("InvalidVPCNetworkStateFault", f"{group} does not cover {params['AvailabilityZone']}")


@refuses("rds", "ModifyDBInstance")
def _change(api: Account, params: Params) -> None:
    answer = found(api.client("rds").describe_db_instances, DBInstanceIdentifier=params["DBInstanceIdentifier"])
    if answer is None:
        return
    current = answer["DBInstances"][0]
    held = {"VpcSecurityGroupIds": [], "PreferredBackupWindow": current.get("PreferredBackupWindow"),
            "PreferredMaintenanceWindow": current.get("PreferredMaintenanceWindow"),
            "DBSubnetGroupName": current.get("DBSubnetGroup", {}).get("DBSubnetGroupName")}  # fmt: skip
    for key in ("Engine", "EngineVersion", "StorageType", "AllocatedStorage", "MaxAllocatedStorage"):
        held[key] = current.get(key)
    if params.get("AllocatedStorage") and params["AllocatedStorage"] < current["AllocatedStorage"]:
        refuse(COMBINATION, f"Invalid storage size: {params['AllocatedStorage']} is less than"
               f" {current['AllocatedStorage']}, and storage cannot be reduced")  # fmt: skip
    _upgrade(current, params)
    new = {**held, **{key: value for key, value in params.items() if value is not None}}
    if params.get("VpcSecurityGroupIds"):
        _network(api, {**new, "PubliclyAccessible": False})
    check_settings(api, new, params)


def _upgrade(current: Any, params: Params) -> None:
    engine, old, new = current["Engine"], str(current["EngineVersion"]), params.get("EngineVersion")
    if new is None or engine not in data("engines.json"):
        return

    def numbers(version: str) -> list[int]:
        return [int(part) for part in re.findall(r"\d+", version)]

    whole = "." in old and "." in new
    if numbers(major(engine, new)) < numbers(major(engine, old)) or (whole and numbers(new) < numbers(old)):
        refuse(COMBINATION, f"Cannot upgrade {engine} from {old} to {new}")
    if major(engine, new) != major(engine, old) and not params.get("AllowMajorVersionUpgrade"):
        refuse(COMBINATION, "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.")


@refuses("rds", "DeleteDBInstance")
def _deletion(api: Account, params: Params) -> None:
    snapshot, skip = params.get("FinalDBSnapshotIdentifier"), params.get("SkipFinalSnapshot")
    if not skip and not snapshot:
        refuse(COMBINATION, "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
    if skip and snapshot:
        refuse(COMBINATION, "FinalDBSnapshotIdentifier can not be specified when deleting with SkipFinalSnapshot")
    if snapshot and not re.fullmatch(r"(?!.*--)(?!.*-$)[a-zA-Z][a-zA-Z0-9-]{0,254}", snapshot):
        refuse(INVALID, f"The parameter FinalDBSnapshotIdentifier is not a valid identifier: {snapshot}")
    if snapshot and found(api.client("rds").describe_db_snapshots, DBSnapshotIdentifier=snapshot):
        refuse(
            "DBSnapshotAlreadyExists",
            f"Cannot create the snapshot because a snapshot with the identifier {snapshot} already exists.",
        )
