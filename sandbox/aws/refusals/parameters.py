"""RDS: parameter groups and subnet groups."""

import re
from typing import Any, Final

from sandbox.aws.refusals.check import Account, Params, data, found, refuse, refuses, subnets

INVALID, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"
NAME: Final = re.compile(r"(?!.*--)(?!.*-$)[a-zA-Z][a-zA-Z0-9.-]{0,254}")
FAMILY: Final = re.compile(
    r"postgres(9\.[3-6]|1[0-8])|aurora-postgresql(9\.6|1[0-8])|mysql(5\.[5-7]|8\.[04])|aurora-mysql(5\.7|8\.0)|aurora5\.6"
    r"|mariadb(10\.([0-6]|11)|11\.[48]|12\.3)|oracle-\S+|sqlserver-\S+|custom-\S+|db2-\S+"
)
EXTENSIONS: Final = (
    "apg_plan_mgmt", "auto_explain", "cron", "orafce", "pg_bigm", "pg_hint_plan", "pg_prewarm", "pg_similarity",
    "pg_stat_statements", "pg_tle", "pgaudit", "pglogical", "pgtle", "plpgsql", "plv8", "plrust", "postgis",
    "address_standardizer", "babelfishpg_tsql", "babelfishpg_tds", "pg_transport", "rdkit", "hll", "lo", "pgactive",
    "pgcollection", "h3", "ip4r", "wal2json", "pg_partman_bgw",
)  # fmt: skip
"""Extensions of RDS whose parameters are not in the table."""
TRUTH: Final = ("0", "1", "on", "off", "true", "false")


def family_of(api: Account, group: str | None) -> str | None:
    """The family of a parameter group; None where there is none of this name."""
    if not group:
        return None
    answer = found(api.client("rds").describe_db_parameter_groups, DBParameterGroupName=group)
    groups = answer["DBParameterGroups"] if answer else []
    return str(groups[0]["DBParameterGroupFamily"]) if groups else None


@refuses("rds", "CreateDBParameterGroup")
def _group(api: Account, params: Params) -> None:
    name = params["DBParameterGroupName"]
    if not NAME.fullmatch(name) or name.lower().startswith("default"):
        refuse(INVALID, f"The parameter DBParameterGroupName is not a valid identifier: {name}")
    if not FAMILY.fullmatch(params["DBParameterGroupFamily"]):
        refuse(
            INVALID, f"ParameterGroupFamily {params['DBParameterGroupFamily']} is not a valid parameter group family"
        )
    if family_of(api, name):
        refuse("DBParameterGroupAlreadyExists", f"Parameter group {name} already exists")


@refuses("rds", "ModifyDBParameterGroup", "ResetDBParameterGroup")
def _parameters(api: Account, params: Params) -> None:
    family = family_of(api, params["DBParameterGroupName"]) or ""
    given = params.get("Parameters") or []
    if len(given) > 20:
        refuse(INVALID, "At most 20 parameters can be modified in a single request")
    names = [parameter["ParameterName"] for parameter in given]
    if len({*names}) < len(names):
        refuse(INVALID, "A parameter is named twice")
    if not family.startswith("postgres"):
        return
    for parameter in given:
        _parameter(parameter)


def _parameter(parameter: Any) -> None:
    name, value, method = (parameter.get(key) for key in ("ParameterName", "ParameterValue", "ApplyMethod"))
    spec = data("postgres_parameters.json").get(name.lower())
    if spec is None:
        if name.split(".")[0] in EXTENSIONS and "." in name:
            return
        refuse(INVALID, f"Could not find parameter with name: {name}")
    when, kind, *rest = spec.split(" ", 2)
    allowed = rest[0] if rest else ""
    if when == "fixed":
        refuse(INVALID, f"The parameter {name} cannot be modified.")
    if when == "static" and method == "immediate":
        refuse(COMBINATION, "cannot use immediate apply method for static parameter")
    if value is not None and not _fits(str(value), kind, allowed):
        refuse(INVALID, f"Invalid parameter value: {value} for: {name} allowed values are: {allowed or kind}")


def _fits(value: str, kind: str, allowed: str) -> bool:
    if "{" in value or re.match(r"(GREATEST|LEAST|SUM|IF)\(", value, re.IGNORECASE):
        return kind in ("integer", "real")  # a formula over the class's memory
    if kind == "bool":
        return value.lower() in TRUTH
    if kind == "enum":
        return value.lower() in [option.lower() for option in allowed.split(",")] or value.lower() in TRUTH[:4]
    if kind in ("integer", "real"):
        number = re.fullmatch(r"-?\d+" if kind == "integer" else r"-?\d+(\.\d+)?(e-?\d+)?", value)
        low, _, high = allowed.partition("..")
        return number is not None and float(low) <= float(value) <= float(high)
    return True


@refuses("rds", "DeleteDBParameterGroup")
def _group_in_use(api: Account, params: Params) -> None:
    name = params["DBParameterGroupName"]
    for instance in api.client("rds").describe_db_instances()["DBInstances"]:
        if name in [group["DBParameterGroupName"] for group in instance.get("DBParameterGroups", ())]:
            refuse("InvalidDBParameterGroupState", f"One or more database instances are still members of {name}")


@refuses("rds", "CreateDBSubnetGroup", "ModifyDBSubnetGroup")
def _subnets(api: Account, params: Params) -> None:
    name = params["DBSubnetGroupName"]
    if not re.fullmatch(r"[a-zA-Z0-9 ._-]{1,255}", name) or name.lower() == "default":
        refuse(INVALID, f"The parameter DBSubnetGroupName is not valid: {name}")
    places = subnets(api, params["SubnetIds"])
    if len({subnet["VpcId"] for subnet in places}) > 1:
        refuse("InvalidSubnet", "The specified subnets are in different VPCs")
    if len({subnet["AvailabilityZone"] for subnet in places}) < 2:
        refuse("DBSubnetGroupDoesNotCoverEnoughAZs", "The DB subnet group doesn't meet Availability Zone (AZ) coverage"
               " requirement. Current AZ coverage: fewer than two. Add subnets to cover at least 2 AZs.")  # fmt: skip
