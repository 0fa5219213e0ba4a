"""Hooks for launch templates and auto scaling groups, whose settings AWS shapes otherwise than Pulumi."""

from collections.abc import Mapping
from typing import Any

from sandbox.aws.api import Api
from sandbox.aws.convert import same, tag_map
from sandbox.aws.hook import Hook, Props

DATA = (
    "blockDeviceMappings", "capacityReservationSpecification", "cpuOptions", "creditSpecification", "disableApiStop",
    "disableApiTermination", "ebsOptimized", "enclaveOptions", "hibernationOptions", "iamInstanceProfile", "imageId",
    "instanceInitiatedShutdownBehavior", "instanceMarketOptions", "instanceRequirements", "instanceType", "kernelId",
    "keyName", "licenseSpecifications", "maintenanceOptions", "metadataOptions", "monitoring", "networkInterfaces",
    "networkPerformanceOptions", "placement", "privateDnsNameOptions", "ramDiskId", "secondaryInterfaces",
    "securityGroupNames", "tagSpecifications", "userData", "vpcSecurityGroupIds",
)  # fmt: skip
"""The inputs of a launch template that make up a version of it."""


def _data(props: Props) -> dict[str, Any]:
    """A version's content. AWS calls the groups ``SecurityGroupIds``, and ``Groups`` on an interface."""
    made = {key: props[key] for key in DATA if props.get(key) is not None}
    if "vpcSecurityGroupIds" in made:
        made["securityGroupIds"] = made.pop("vpcSecurityGroupIds")
    if "securityGroupNames" in made:
        made["securityGroups"] = made.pop("securityGroupNames")
    if "networkInterfaces" in made:
        made["networkInterfaces"] = [
            {"groups" if key == "securityGroups" else key: value for key, value in interface.items()}
            for interface in made["networkInterfaces"]
        ]
    return made


def _template_scope(api: Api, props: Props) -> dict[str, Any]:
    """EC2 looks the groups up at a template's first machine; a wrong one is found here, where it is named."""
    groups = [*(props.get("vpcSecurityGroupIds") or ())]
    for interface in props.get("networkInterfaces") or ():
        groups += interface.get("securityGroups") or ()
    if groups:
        api.client("ec2").describe_security_groups(GroupIds=groups)
    return {"data": _data(props)}


def _template_apply(api: Api, identifier: str, new: Props, old: Props | None) -> None:
    """A change is a new version; ``updateDefaultVersion`` makes it the default."""
    described = {key: value for key, value in (("VersionDescription", new.get("description")),) if value}
    if old is None or (same(_data(old), _data(new)) and old.get("description") == new.get("description")):
        return
    parameters = {"LaunchTemplateId": identifier, "LaunchTemplateData": _data(new), **described}
    made = api.call("ec2", "create_launch_template_version", parameters)["LaunchTemplateVersion"]
    if new.get("updateDefaultVersion"):
        api.client("ec2").modify_launch_template(LaunchTemplateId=identifier, DefaultVersion=str(made["VersionNumber"]))


def _template_read(api: Api, described: Any, _state: Props) -> dict[str, Any]:
    answer = api.client("ec2").describe_launch_template_versions(
        LaunchTemplateId=described["LaunchTemplateId"], Versions=["$Latest"]
    )
    (version,) = answer["LaunchTemplateVersions"]
    content = version["LaunchTemplateData"]
    shown = {key: _lower(content.get(key[0].upper() + key[1:])) for key in DATA}
    shown["vpcSecurityGroupIds"] = content.get("SecurityGroupIds")
    shown["securityGroupNames"] = content.get("SecurityGroups")
    for interface in shown["networkInterfaces"] or ():
        if "groups" in interface:
            interface["securityGroups"] = interface.pop("groups")
    shown["tagSpecifications"] = [
        {"resourceType": entry["ResourceType"], "tags": tag_map(entry["Tags"])}
        for entry in content.get("TagSpecifications", ())
    ] or None
    return {**shown, "description": version.get("VersionDescription")}


def _lower(value: Any) -> Any:
    if isinstance(value, dict):
        return {key[0].lower() + key[1:]: _lower(item) for key, item in value.items()}
    return [_lower(item) for item in value] if isinstance(value, list) else value


def _group_scope(_api: Api, props: Props) -> dict[str, Any]:
    template = props.get("launchTemplate") or {}
    names = {"id": "LaunchTemplateId", "name": "LaunchTemplateName", "version": "Version"}
    tags = [
        {"Key": tag["key"], "Value": tag["value"], "PropagateAtLaunch": tag["propagateAtLaunch"]}
        for tag in props.get("tags") or ()
    ]
    return {
        "template": {names[key]: str(value) for key, value in template.items()} or None,
        "subnets": ",".join(props.get("vpcZoneIdentifiers") or ()) or None,
        "tagList": tags or None,
    }


def _group_apply(api: Api, identifier: str, new: Props, old: Props | None) -> None:
    """Tags, metrics, and the replacement of the machines where the group declares one and its template changed."""
    scaling, named = api.client("autoscaling"), {"AutoScalingGroupName": identifier}
    resource = {"ResourceId": identifier, "ResourceType": "auto-scaling-group"}
    kept = {tag["key"] for tag in new.get("tags") or ()}
    gone = [{**resource, "Key": tag["key"]} for tag in (old or {}).get("tags") or () if tag["key"] not in kept]
    if gone:
        scaling.delete_tags(Tags=gone)
    if old is not None and new.get("tags"):
        scaling.create_or_update_tags(Tags=[{**resource, **tag} for tag in _group_scope(api, new)["tagList"]])
    if new.get("enabledMetrics") and not same((old or {}).get("enabledMetrics"), new["enabledMetrics"]):
        scaling.enable_metrics_collection(**named, Granularity="1Minute", Metrics=new["enabledMetrics"])
    changed = old is not None and not same(old.get("launchTemplate"), new.get("launchTemplate"))
    if changed and new.get("instanceRefresh"):
        refresh = new["instanceRefresh"]
        parameters = {**named, "Strategy": refresh["strategy"], "Preferences": refresh.get("preferences")}
        api.call("autoscaling", "start_instance_refresh", parameters)


def _group_read(_api: Api, described: Any, _state: Props) -> dict[str, Any]:
    template = described.get("LaunchTemplate") or {}
    names = {"LaunchTemplateId": "id", "Version": "version"}
    tags = [
        {"key": tag["Key"], "value": tag["Value"], "propagateAtLaunch": tag["PropagateAtLaunch"]}
        for tag in described.get("Tags", ())
    ]
    return {
        "launchTemplate": {names[key]: value for key, value in template.items() if key in names} or None,
        "vpcZoneIdentifiers": [subnet for subnet in described.get("VPCZoneIdentifier", "").split(",") if subnet],
        "tags": tags or None,
        "enabledMetrics": [metric["Metric"] for metric in described.get("EnabledMetrics", ())] or None,
    }


def _group_delete(api: Api, identifier: str, _state: Props) -> None:
    """As the provider does: no machines first, then no group."""
    api.client("autoscaling").update_auto_scaling_group(AutoScalingGroupName=identifier, MinSize=0, DesiredCapacity=0)


HOOKS: Mapping[str, Hook] = {
    "launch_template": Hook((*DATA, "description"), _template_scope, _template_apply, _template_read),
    "scaling_group": Hook(
        ("tags", "enabledMetrics", "launchTemplate", "vpcZoneIdentifiers"),
        _group_scope,
        _group_apply,
        _group_read,
        _group_delete,
        ("instanceRefresh",),
    ),
}
