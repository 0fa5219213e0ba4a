"""EC2 launch templates and Auto Scaling groups."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final

from sandbox.aws.refusals.check import Account, Params, data, found, refuse, refuses, subnets
from sandbox.aws.refusals.keys import require_usable

USER_DATA_BYTES: Final = 16384
LIFETIME: Final = range(86400, 31536000 + 1)
VOLUMES: Final = {"gp2": (1, 16384), "gp3": (1, 65536), "io1": (4, 16384), "io2": (4, 65536), "st1": (125, 16384),
                  "sc1": (125, 16384), "standard": (1, 1024)}  # fmt: skip
"""GiB by type of volume. Source: EBS user guide, "Amazon EBS volume types"."""


@refuses("ec2", "CreateLaunchTemplate", "CreateLaunchTemplateVersion")
def _template(api: Account, params: Params) -> None:
    content = params["LaunchTemplateData"]
    if not content:
        refuse("MissingParameter", "The request must contain the parameter LaunchTemplateData")
    if len(params.get("VersionDescription") or "") > 255:
        refuse("InvalidParameterValue", "VersionDescription has at most 255 characters")
    _user_data(content.get("UserData"))
    interfaces = content.get("NetworkInterfaces") or []
    indexes = [interface.get("DeviceIndex", 0) for interface in interfaces]
    if len({*indexes}) < len(indexes):
        refuse("InvalidParameterValue", "Each network interface requires a unique device index.")
    if interfaces and content.get("SecurityGroupIds"):
        refuse("InvalidParameterCombination", "Network interfaces and an instance-level security groups may not be"
               " specified on the same request")  # fmt: skip
    image = content.get("ImageId", "")
    if image and not image.startswith(("ami-", "resolve:ssm:")):
        refuse("InvalidAMIID.Malformed", f'Invalid id: "{image}" (expecting "ami-...")')
    if content.get("InstanceType") and not _instance_type(content["InstanceType"], api):
        refuse("InvalidParameterValue", f"Invalid value '{content['InstanceType']}' for InstanceType.")
    for mapping in content.get("BlockDeviceMappings") or ():
        _volume(api, mapping.get("Ebs") or {})


def _instance_type(name: str, api: Account) -> bool:
    model = api.client("ec2").meta.service_model.shape_for("InstanceType")
    return name in model.enum


def _user_data(text: str | None) -> None:
    if text is None:
        return
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        refuse("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.")
    if len(raw) > USER_DATA_BYTES:
        refuse("InvalidParameterValue", f"User data is limited to {USER_DATA_BYTES} bytes")


def _volume(api: Account, ebs: Mapping[str, Any]) -> None:
    kind, size = ebs.get("VolumeType", "gp2"), ebs.get("VolumeSize")
    low, high = VOLUMES.get(kind, (1, 65536))
    if size is not None and not low <= size <= high:
        refuse("InvalidParameterValue", f"Volume of {size}GiB is not {low} to {high} for volume type {kind}")
    if ebs.get("Iops") and kind in ("gp2", "st1", "sc1", "standard"):
        refuse("InvalidParameterCombination", f"The parameter iops is not supported for {kind} volumes.")
    if ebs.get("Throughput") and kind != "gp3":
        refuse("InvalidParameterCombination", f"The parameter throughput is not supported for {kind} volumes.")
    if not ebs.get("Iops") and kind in ("io1", "io2"):
        refuse("MissingParameter", f"The request must contain the parameter iops for {kind} volumes")
    if ebs.get("KmsKeyId") and ebs.get("Encrypted") is False:
        refuse("InvalidParameterDependency", "The parameter KmsKeyId requires the parameter Encrypted to be set.")
    require_usable(api, ebs.get("KmsKeyId"), "InvalidParameterValue")


@refuses("autoscaling", "CreateAutoScalingGroup", "UpdateAutoScalingGroup")
def _group(api: Account, params: Params) -> None:
    current = _existing(api, params["AutoScalingGroupName"])
    new = {**(current or {}), **params}
    low, high, wanted = new.get("MinSize", 0), new.get("MaxSize", 0), new.get("DesiredCapacity")
    if low > high:
        refuse("ValidationError", f"Max bound, {high}, must be greater than or equal to min bound, {low}")
    if params.get("DesiredCapacity") is not None and not low <= wanted <= high:
        refuse("ValidationError", f"Desired capacity:{wanted} must be between the specified min size:{low} and max"
               f" size:{high}")  # fmt: skip
    lifetime = params.get("MaxInstanceLifetime")
    if lifetime not in (None, 0) and lifetime not in LIFETIME:
        refuse("ValidationError", f"Max instance lifetime {lifetime} is not {LIFETIME[0]} to {LIFETIME[-1]} seconds")
    for kind in (params.get("HealthCheckType") or "EC2").split(","):
        if kind not in ("EC2", "EBS", "ELB", "VPC_LATTICE"):
            refuse("ValidationError", f"Invalid health check type {kind}")
    _placed(api, params)
    if params.get("LaunchTemplate"):
        _launchable(api, params["LaunchTemplate"])
    elif current is None and not any(
        params.get(k) for k in ("LaunchConfigurationName", "MixedInstancesPolicy", "InstanceId")
    ):
        refuse(
            "ValidationError",
            "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId"
            " or MixedInstancesPolicy parameter.",
        )


def _existing(api: Account, name: str) -> Any:
    groups = api.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    return groups[0] if groups else None


def _placed(api: Account, params: Params) -> None:
    wanted = [subnet for subnet in (params.get("VPCZoneIdentifier") or "").split(",") if subnet]
    if not wanted:
        return
    answer = found(api.client("ec2").describe_subnets, SubnetIds=wanted)
    if answer is None:
        refuse("ValidationError", f"The subnet ID '{', '.join(wanted)}' does not exist")
    if len({subnet["VpcId"] for subnet in answer["Subnets"]}) > 1:
        refuse("ValidationError", "The subnets are not all in the same VPC")
    zones = {subnet["AvailabilityZone"] for subnet in answer["Subnets"]}
    if params.get("AvailabilityZones") and {*params["AvailabilityZones"]} != zones:
        refuse(
            "ValidationError", "The availability zones of the specified subnets and the AutoScalingGroup do not match"
        )


def version(api: Account, template: Mapping[str, Any]) -> Any:
    """The content of the version that a group names; refused where there is none."""
    key = "LaunchTemplateId" if template.get("LaunchTemplateId") else "LaunchTemplateName"
    number = str(template.get("Version") or "$Default")
    named = {key: template[key]}
    answer = found(api.client("ec2").describe_launch_template_versions, **named, Versions=[number])
    if not answer or not answer["LaunchTemplateVersions"]:
        refuse(
            "ValidationError",
            "You must use a valid fully-formed launch template. The specified launch template, with"
            f" {key} {template[key]} and version {number}, does not exist.",
        )
    return answer["LaunchTemplateVersions"][0]["LaunchTemplateData"]


def _launchable(api: Account, template: Mapping[str, Any]) -> None:
    content = version(api, template)
    formed = "You must use a valid fully-formed launch template."
    for key in ("ImageId", "InstanceType"):
        if not content.get(key) and not content.get("InstanceRequirements"):
            refuse("ValidationError", f"{formed} The request must contain the parameter {key}")
    profile = content.get("IamInstanceProfile") or {}
    name = profile.get("Name") or (profile.get("Arn") or "").rpartition("/")[2]
    answer = found(api.client("iam").get_instance_profile, InstanceProfileName=name) if name else None
    if name and (answer is None or profile.get("Arn") not in (None, answer["InstanceProfile"]["Arn"])):
        refuse("ValidationError", f"{formed} Value ({name}) for parameter iamInstanceProfile is invalid. Invalid IAM"
               " Instance Profile")  # fmt: skip
    family, image = content.get("InstanceType", "").split(".")[0], content.get("ImageId", "")
    arm = family in data("arm_families.json")
    said = (
        "arm64" if "arm64" in image or "aarch64" in image else "x86_64" if "amd64" in image or "x86" in image else None
    )
    if image.startswith("resolve:ssm:") and said and (said == "arm64") != arm:
        refuse("ValidationError", f"{formed} The architecture '{said}' of the specified image does not match the"
               f" architecture of {content['InstanceType']}")  # fmt: skip


@refuses("autoscaling", "StartInstanceRefresh")
def _refresh(api: Account, params: Params) -> None:
    wanted = params.get("Preferences") or {}
    low, high = wanted.get("MinHealthyPercentage"), wanted.get("MaxHealthyPercentage")
    if low is not None and not 0 <= low <= 100:
        refuse("ValidationError", "MinHealthyPercentage must be between 0 and 100")
    if high is not None and (not 100 <= high <= 200 or low is None or high - low > 100):
        refuse(
            "ValidationError",
            "MaxHealthyPercentage must be 100 to 200, at most 100 above MinHealthyPercentage, which must be given too",
        )
    group = _existing(api, params["AutoScalingGroupName"])
    if group is None or not wanted.get("AutoRollback"):
        return
    template = group.get("LaunchTemplate") or {}
    if str(template.get("Version")) in ("$Latest", "$Default"):
        refuse(
            "ValidationError", "Auto rollback is not supported for a launch template with version $Latest or $Default"
        )
    if version(api, template).get("ImageId", "").startswith("resolve:ssm:"):
        refuse(
            "ValidationError",
            "Auto rollback is not supported for a launch template that uses an AWS Systems Manager"
            " parameter instead of an AMI ID",
        )


@refuses("ec2", "RunInstances")
def _machines(api: Account, params: Params) -> None:
    _user_data(None if isinstance(params.get("UserData"), str) else params.get("UserData"))
    subnets(api, [params["SubnetId"]] if params.get("SubnetId") else [])
