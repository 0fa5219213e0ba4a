"""What the table's steps cannot say: lists inside a resource, references that AWS looks up and moto does not."""

import json
import re
from typing import Any

from sandbox.aws import clusters, compute, functions, lists, monitoring, rules
from sandbox.aws.api import Api
from sandbox.aws.convert import tag_map
from sandbox.aws.hook import Hook, Props


def _endpoint_apply(api: Api, identifier: str, new: Props, old: Props | None) -> None:
    if old is None:
        return
    parameters: dict[str, Any] = {}
    for prop, name in (
        ("routeTableIds", "RouteTableIds"),
        ("subnetIds", "SubnetIds"),
        ("securityGroupIds", "SecurityGroupIds"),
    ):
        before, after = set(old.get(prop) or ()), set(new.get(prop) or ())
        if after - before:
            parameters[f"Add{name}"] = sorted(after - before)
        if before - after:
            parameters[f"Remove{name}"] = sorted(before - after)
    if parameters:
        api.client("ec2").modify_vpc_endpoint(VpcEndpointId=identifier, **parameters)


def _flow_log_scope(_api: Api, props: Props) -> dict[str, Any]:
    kinds = {
        "vpcId": "VPC",
        "subnetId": "Subnet",
        "eniId": "NetworkInterface",
        "transitGatewayId": "TransitGateway",
        "transitGatewayAttachmentId": "TransitGatewayAttachment",
        "regionalNatGatewayId": "RegionalNatGateway",
    }
    return {"resourceType": next((kind for prop, kind in kinds.items() if props.get(prop)), None)}


def _zones_scope(api: Api, props: Props) -> dict[str, Any]:
    """RDS refuses a subnet group in one zone; moto does not."""
    found = api.client("ec2").describe_subnets(SubnetIds=props["subnetIds"])["Subnets"]
    zones = sorted({subnet["AvailabilityZone"] for subnet in found})
    if len(zones) < 2:
        raise ValueError(f"DBSubnetGroupDoesNotCoverEnoughAZs: subnetIds cover only {zones}; give subnets of two zones")
    return {}


def _role_scope(_api: Api, props: Props) -> dict[str, Any]:
    """IAM refuses a trust policy that is not a JSON document with statements; moto takes any text."""
    try:
        trust = json.loads(props["assumeRolePolicy"])
    except ValueError as error:
        raise ValueError(f"MalformedPolicyDocument: assumeRolePolicy is not JSON: {error}") from error
    if not isinstance(trust, dict) or not trust.get("Statement"):
        raise ValueError("MalformedPolicyDocument: assumeRolePolicy has no Statement")
    return {}


def _role_apply(api: Api, identifier: str, new: Props, old: Props | None) -> None:
    iam = api.client("iam")
    for policy in new.get("inlinePolicies") or ():
        iam.put_role_policy(RoleName=identifier, PolicyName=policy["name"], PolicyDocument=policy["policy"])
    for arn in new.get("managedPolicyArns") or ():
        iam.attach_role_policy(RoleName=identifier, PolicyArn=arn)
    kept = {policy["name"] for policy in new.get("inlinePolicies") or ()}
    for policy in (old or {}).get("inlinePolicies") or ():
        if policy["name"] not in kept:
            iam.delete_role_policy(RoleName=identifier, PolicyName=policy["name"])
    for arn in set((old or {}).get("managedPolicyArns") or ()) - set(new.get("managedPolicyArns") or ()):
        iam.detach_role_policy(RoleName=identifier, PolicyArn=arn)


def _role_read(api: Api, described: Any, state: Props) -> dict[str, Any]:
    iam, name, shown = api.client("iam"), described["RoleName"], {}
    if "inlinePolicies" in state:
        names = iam.list_role_policies(RoleName=name)["PolicyNames"]
        inline = [iam.get_role_policy(RoleName=name, PolicyName=policy) for policy in names]
        shown["inlinePolicies"] = [{"name": p["PolicyName"], "policy": json.dumps(p["PolicyDocument"])} for p in inline]
    if "managedPolicyArns" in state:
        attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        shown["managedPolicyArns"] = [policy["PolicyArn"] for policy in attached]
    return shown


def _role_delete(api: Api, identifier: str, state: Props) -> None:
    _role_apply(api, identifier, {}, state)
    if state.get("forceDetachPolicies"):
        shown = _role_read(api, {"RoleName": identifier}, {"inlinePolicies": [], "managedPolicyArns": []})
        _role_apply(api, identifier, {}, shown)


def _spare_versions(api: Api, identifier: str, keep: int) -> None:
    versions = api.client("iam").list_policy_versions(PolicyArn=identifier)["Versions"]
    spare = [version["VersionId"] for version in versions if not version["IsDefaultVersion"]]
    for version in spare[: max(0, len(versions) - keep)]:
        api.client("iam").delete_policy_version(PolicyArn=identifier, VersionId=version)


def _policy_read(api: Api, described: Any, _state: Props) -> dict[str, Any]:
    version = api.client("iam").get_policy_version(PolicyArn=described["Arn"], VersionId=described["DefaultVersionId"])
    document = version["PolicyVersion"]["Document"]
    return {"policy": document if isinstance(document, str) else json.dumps(document)}


def _parameters_apply(api: Api, identifier: str, new: Props, old: Props | None) -> None:
    def aws(parameter: Props) -> dict[str, Any]:
        method = parameter.get("applyMethod") or "immediate"
        return {"ParameterName": parameter["name"], "ParameterValue": str(parameter["value"]), "ApplyMethod": method}

    wanted = [aws(parameter) for parameter in new.get("parameters") or ()]
    names = {parameter["ParameterName"] for parameter in wanted}
    dropped = [aws(p) for p in (old or {}).get("parameters") or () if p["name"] not in names]
    rds = api.client("rds")
    for start in range(0, len(wanted), 20):  # the API's limit for one call
        rds.modify_db_parameter_group(DBParameterGroupName=identifier, Parameters=wanted[start : start + 20])
    if dropped:
        rds.reset_db_parameter_group(DBParameterGroupName=identifier, Parameters=dropped)


def _parameters_read(api: Api, described: Any, state: Props) -> dict[str, Any]:
    answer = api.client("rds").describe_db_parameters(DBParameterGroupName=described["DBParameterGroupName"])
    methods = {parameter["name"]: parameter.get("applyMethod") for parameter in state.get("parameters") or ()}
    found = []
    for parameter in answer["Parameters"]:
        entry = {"name": parameter["ParameterName"], "value": parameter.get("ParameterValue", "")}
        method = parameter.get("ApplyMethod") or methods.get(entry["name"])
        found.append({**entry, **({"applyMethod": method} if method else {})})
    return {"parameters": found}


def _database_scope(api: Api, props: Props) -> dict[str, Any]:
    """RDS looks its references up; moto takes any name."""
    if props.get("parameterGroupName"):
        api.client("rds").describe_db_parameter_groups(DBParameterGroupName=props["parameterGroupName"])
    if props.get("kmsKeyId"):
        api.client("kms").describe_key(KeyId=props["kmsKeyId"])
    if not props.get("skipFinalSnapshot") and not props.get("finalSnapshotIdentifier"):
        raise ValueError("finalSnapshotIdentifier: required unless skipFinalSnapshot is true")
    point = props.get("restoreToPointInTime") or {}
    return {
        "restoreSource": point.get("sourceDbInstanceIdentifier"),
        "restoreTime": point.get("restoreTime"),
        "restoreLatest": point.get("useLatestRestorableTime"),
    }


def _database_apply(api: Api, identifier: str, new: Props, old: Props | None) -> None:
    if old is not None and new.get("passwordWo") and new.get("passwordWoVersion") != old.get("passwordWoVersion"):
        password = {"MasterUserPassword": new["passwordWo"], "ApplyImmediately": True}
        api.client("rds").modify_db_instance(DBInstanceIdentifier=identifier, **password)
    before, after = (set((props or {}).get("enabledCloudwatchLogsExports") or ()) for props in (old, new))
    if old is not None and before != after:
        logs = {"EnableLogTypes": sorted(after - before), "DisableLogTypes": sorted(before - after)}
        api.client("rds").modify_db_instance(
            DBInstanceIdentifier=identifier, CloudwatchLogsExportConfiguration=logs, ApplyImmediately=True
        )


def _database_delete(api: Api, identifier: str, state: Props) -> None:
    if state.get("skipFinalSnapshot"):
        api.client("rds").delete_db_instance(DBInstanceIdentifier=identifier, SkipFinalSnapshot=True)
    else:
        snapshot = state.get("finalSnapshotIdentifier")
        if not snapshot:
            raise ValueError("finalSnapshotIdentifier: required to delete, unless skipFinalSnapshot is true")
        api.client("rds").delete_db_instance(DBInstanceIdentifier=identifier, FinalDBSnapshotIdentifier=snapshot)


def _secret_delete(api: Api, identifier: str, state: Props) -> None:
    replicas = [replica["region"] for replica in state.get("replicas") or ()]
    if replicas:
        api.client("secretsmanager").remove_regions_from_replication(SecretId=identifier, RemoveReplicaRegions=replicas)
    days = state.get("recoveryWindowInDays")
    window = {"ForceDeleteWithoutRecovery": True} if days == 0 else {"RecoveryWindowInDays": int(days or 30)}
    api.client("secretsmanager").delete_secret(SecretId=identifier, **window)


def _bucket_scope(_api: Api, props: Props) -> dict[str, Any]:
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", props["bucket"]):
        raise ValueError(
            f"InvalidBucketName: {props['bucket']!r}: 3 to 63 lower-case letters, digits, dots and hyphens"
        )
    return {}


def _bucket_apply(api: Api, identifier: str, new: Props, old: Props | None) -> None:
    s3 = api.client("s3")
    tags = [{"Key": key, "Value": value} for key, value in (new.get("tags") or {}).items()]
    if tags:
        s3.put_bucket_tagging(Bucket=identifier, Tagging={"TagSet": tags})
    elif old and old.get("tags"):
        s3.delete_bucket_tagging(Bucket=identifier)


def _bucket_read(api: Api, described: Any, _state: Props) -> dict[str, Any]:
    s3 = api.client("s3")
    try:
        answer = s3.get_bucket_tagging(Bucket=described["Name"])["TagSet"]
    except s3.exceptions.ClientError:
        answer = []
    return {"tags": tag_map(answer)}


def _bucket_delete(api: Api, identifier: str, state: Props) -> None:
    if not state.get("forceDestroy"):
        return
    s3 = api.client("s3")
    versions = s3.get_paginator("list_object_versions").paginate(Bucket=identifier).build_full_result()
    for entry in [*versions.get("DeleteMarkers", ()), *versions.get("Versions", ())]:  # moto fails the other way round
        s3.delete_object(Bucket=identifier, Key=entry["Key"], VersionId=entry["VersionId"])


HOOKS: dict[str, Hook] = {
    **clusters.HOOKS,
    **rules.HOOKS,
    **lists.HOOKS,
    **monitoring.HOOKS,
    **compute.HOOKS,
    **functions.HOOKS,
    "endpoint": Hook(apply=_endpoint_apply, applies=("routeTableIds", "subnetIds", "securityGroupIds")),
    "flow_log": Hook(scope=_flow_log_scope),
    "zones": Hook(scope=_zones_scope),
    "role": Hook(("inlinePolicies", "managedPolicyArns"), _role_scope, _role_apply, _role_read, _role_delete),
    "policy_versions": Hook(
        apply=lambda api, identifier, _new, old: _spare_versions(api, identifier, 4) if old else None,
        read=_policy_read,
        delete=lambda api, identifier, _state: _spare_versions(api, identifier, 0),
    ),
    "parameters": Hook(("parameters",), apply=_parameters_apply, read=_parameters_read),
    "database": Hook(
        scope=_database_scope,
        apply=_database_apply,
        delete=_database_delete,
        applies=("enabledCloudwatchLogsExports",),
    ),
    "secret": Hook(delete=_secret_delete),
    "bucket": Hook(("tags",), _bucket_scope, _bucket_apply, read=_bucket_read, delete=_bucket_delete),
}
