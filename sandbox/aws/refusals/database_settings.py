"""RDS: versions, classes, storage, windows and keys: what the creation and the change of an instance share."""

import re
from typing import Final

from sandbox.aws.refusals import roles
from sandbox.aws.refusals.check import Account, Params, data, refuse
from sandbox.aws.refusals.keys import require_usable
from sandbox.aws.refusals.parameters import family_of
from sandbox.aws.refusals.windows import conflict

INVALID, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"
LOGS: Final = {"postgres": {"postgresql", "upgrade", "iam-db-auth-error"},
               "mysql": {"audit", "error", "general", "slowquery", "iam-db-auth-error"},
               "mariadb": {"audit", "error", "general", "slowquery", "iam-db-auth-error"}}  # fmt: skip
LICENSES: Final = {"postgres": {"postgresql-license"}, "mysql": {"general-public-license"},
                   "mariadb": {"general-public-license"}}  # fmt: skip
STORAGE: Final = {
    "gp2": (20, 65536),
    "gp3": (20, 65536),
    "io1": (100, 65536),
    "io2": (100, 65536),
    "standard": (5, 3072),
}
"""GiB by type. Source: RDS user guide, "Amazon RDS DB instance storage"."""
STRIPED_GIB: Final = 400
"""From here on a gp3 volume of PostgreSQL, MySQL or MariaDB takes its own IOPS and throughput."""
CERTIFICATES: Final = ("rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1")
INSIGHTS_DAYS: Final = {7, 731, *(31 * months for months in range(1, 24))}
MONITORING: Final = (0, 1, 5, 10, 15, 30, 60)


def major(engine: str, version: str) -> str:
    """What a parameter group's family names of a version."""
    parts = version.split(".")
    return parts[0] if engine == "postgres" and int(parts[0]) >= 10 else ".".join(parts[:2])


def check_settings(api: Account, new: Params, given: Params) -> None:
    """Refuse settings that RDS refuses: ``new`` is the instance as it would be, ``given`` what the call says."""
    engine = new["Engine"]
    _engine(api, engine, new, given)
    _storage(engine, new, given)
    days = given.get("BackupRetentionPeriod")
    if days is not None and not 0 <= days <= 35:
        refuse(INVALID, f"Invalid backup retention period: {days}. Must be between 0 and 35")
    wrong = conflict(new.get("PreferredBackupWindow"), new.get("PreferredMaintenanceWindow"))
    if wrong:
        refuse(INVALID, wrong)
    port = given.get("Port", given.get("DBPortNumber"))
    if port is not None and not 1150 <= port <= 65535:
        refuse(INVALID, f"Invalid port {port}: 1150 to 65535")
    password = given.get("MasterUserPassword")
    if password is not None and (not 8 <= len(password) <= 128 or re.search(r"[/@\" ]|[^ -~]", password)):
        refuse(
            INVALID,
            "The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides"
            " '/', '@', '\"', ' ' may be used, 8 to 128 of them.",
        )
    for key in ("KmsKeyId", "MasterUserSecretKmsKeyId", "PerformanceInsightsKMSKeyId"):
        require_usable(api, given.get(key), "KMSKeyNotAccessibleFault")
    if given.get("MasterUserSecretKmsKeyId") and not (
        given.get("ManageMasterUserPassword") or "DBSubnetGroupName" in new
    ):
        refuse(COMBINATION, "MasterUserSecretKmsKeyId requires ManageMasterUserPassword")
    _watched(api, given)
    certificate = given.get("CACertificateIdentifier")
    if certificate is not None and certificate not in CERTIFICATES:
        refuse("CertificateNotFound", f"Certificate not found: {certificate}")
    exports = {*(given.get("EnableCloudwatchLogsExports") or ())}
    exports |= {*((given.get("CloudwatchLogsExportConfiguration") or {}).get("EnableLogTypes") or ())}
    unknown = exports - LOGS.get(engine, exports)
    if unknown:
        refuse(COMBINATION, f"You cannot use the log types '{', '.join(sorted(unknown))}' with engine version {engine}")
    license_ = given.get("LicenseModel")
    if license_ and license_ not in LICENSES.get(engine, {license_}):
        refuse(COMBINATION, f"Invalid license model '{license_}' for engine '{engine}'.")


def _watched(api: Account, given: Params) -> None:
    interval, role = given.get("MonitoringInterval"), given.get("MonitoringRoleArn")
    if interval is not None and interval not in MONITORING:
        refuse(INVALID, f"Invalid monitoring interval {interval}: one of {', '.join(map(str, MONITORING))}")
    if interval and not role:
        refuse(
            COMBINATION, "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0."
        )
    if role and interval == 0:
        refuse(
            COMBINATION,
            "You must specify a MonitoringInterval value other than 0 when you specify a MonitoringRoleARN value.",
        )
    if role and roles.problem(api, role, "monitoring.rds.amazonaws.com", ["logs:PutLogEvents"]):
        refuse(INVALID, "IAM role ARN value is invalid or does not include the required permissions for:"
               f" ENHANCED_MONITORING: {role}")  # fmt: skip
    days = given.get("PerformanceInsightsRetentionPeriod")
    if days is not None and days not in INSIGHTS_DAYS:
        refuse(INVALID, f"Invalid Performance Insights retention period {days}: 7, a month of 31 days up to 23, or 731")


def _engine(api: Account, engine: str, new: Params, given: Params) -> None:
    known = data("engines.json").get(engine)
    if known is None:
        return
    version = str(new.get("EngineVersion") or "")
    if given.get("EngineVersion") and version not in known["versions"].split():
        refuse(COMBINATION, f"Cannot find version {version} for {engine}")
    parts = given.get("DBInstanceClass", "db.t4g.micro").split(".", 2)
    sizes = known["classes"].get(parts[1], "").split() if len(parts) == 3 and parts[0] == "db" else []
    if not sizes or parts[2] not in sizes:
        refuse(INVALID, f"Invalid DB Instance class: {given['DBInstanceClass']}")
    group = given.get("DBParameterGroupName")
    family = family_of(api, group)
    wanted = f"{engine}{major(engine, version)}" if version else family
    if family is not None and family != wanted:
        refuse(COMBINATION, f"The Parameter Group {group} with DBParameterGroupFamily {family} can't be used for this"
               f" instance. Please use a Parameter Group with DBParameterGroupFamily {wanted}")  # fmt: skip


def _storage(engine: str, new: Params, given: Params) -> None:
    kind = new.get("StorageType") or ("io1" if given.get("Iops") else "gp2")
    if kind not in STORAGE:
        refuse(INVALID, f"Invalid storage type: {kind}")
    size, most = new.get("AllocatedStorage"), new.get("MaxAllocatedStorage")
    low, high = STORAGE[kind]
    if size is not None and not low <= size <= high:
        refuse(INVALID, f"Invalid storage size for engine name {engine} and storage type {kind}: {size}")
    if (
        given.get("MaxAllocatedStorage")
        and size is not None
        and most is not None
        and (most < size * 1.1 or most > 65536)
    ):
        refuse(COMBINATION, f"Invalid max storage size for engine name {engine} and storage type {kind}: {most}")
    own = [key for key in ("Iops", "StorageThroughput") if given.get(key)]
    if kind == "gp3" and own and size is not None and size < STRIPED_GIB:
        refuse(
            COMBINATION,
            f"You can't specify IOPS or storage throughput for engine {engine} and a storage size less than"
            f" {STRIPED_GIB}.",
        )
    if kind in ("gp2", "standard") and given.get("Iops"):
        refuse(COMBINATION, f"You can't specify IOPS for storage type {kind}")
    if kind != "gp3" and given.get("StorageThroughput"):
        refuse(COMBINATION, f"You can't specify storage throughput for storage type {kind}")
    if kind in ("io1", "io2") and not new.get("Iops") and "DBInstanceClass" in given:
        refuse(COMBINATION, f"The storage type {kind} requires IOPS")
    if kind in ("io1", "io2") and given.get("Iops") and size and not 0.5 <= given["Iops"] / size <= 1000:
        refuse(COMBINATION, "The IOPS to GiB ratio must be between 0.5 and 50, or 1000 for io2")
    if kind == "io1" and given.get("Iops") and size and given["Iops"] / size > 50:
        refuse(COMBINATION, "The IOPS to GiB ratio must be between 0.5 and 50")
