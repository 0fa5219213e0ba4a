"""Calls in which moto 5.2.5 loses data or has nothing: what AWS does, as far as it matters here."""

import uuid
from typing import Any

from sandbox.aws import moto_kms, moto_s3, moto_secrets


def _modify_db_subnet_group(original: Any) -> Any:
    def modify(self: Any, subnet_name: str, description: str, subnets: list[Any]) -> Any:
        group = original(self, subnet_name, description, subnets)  # takes the group out and does not put it back
        self.subnet_groups[subnet_name] = group
        return group

    return modify


def _modify_vpc_endpoint(original: Any) -> Any:
    def modify(self: Any, vpc_id: str, **changes: Any) -> None:
        original(self, vpc_id=vpc_id, **changes)  # keeps a gateway endpoint's routes as they were
        (endpoint,) = self.describe_vpc_endpoints(vpc_end_point_ids=[vpc_id])
        prefix = endpoint.destination_prefix_list_id
        for table in changes["add_route_tables"] or ():
            self.create_route(table, None, gateway_id=endpoint.id, destination_prefix_list_id=prefix)
        for table in changes["remove_route_tables"] or ():
            self.delete_route(table, prefix)

    return modify


def _remove_role_from_instance_profile(original: Any) -> Any:
    def remove(self: Any, profile_name: str, role_name: str) -> None:
        from moto.iam.exceptions import NotFoundException  # noqa: PLC0415

        if role_name not in [role.name for role in self.get_instance_profile(profile_name).roles]:
            raise NotFoundException(f"The role {role_name} is not in the instance profile {profile_name}.")
        original(self, profile_name, role_name)

    return remove


def _delete_nat_gateway(original: Any) -> Any:
    def delete(self: Any, nat_gateway_id: str) -> Any:
        gateway = original(self, nat_gateway_id)  # keeps its addresses, so that no other gateway could take them
        for address in self.addresses:
            if address.allocation_id in [held.get("allocationId") for held in gateway.address_set]:
                address.association_id = address.eni = None
        return gateway

    return delete


def _reset_db_parameter_group(self: Any) -> Any:
    from moto.core.responses import ActionResult  # noqa: PLC0415 - moto is slow to import

    name = self.params.get("DBParameterGroupName")
    (group,) = self.backend.describe_db_parameter_groups({"db_parameter_group_name": name})
    for parameter in self.params.get("Parameters", []):
        group.parameters.pop(parameter.original_dict()["ParameterName"], None)
    return ActionResult({"DBParameterGroupName": name})


def _update_parameters(original: Any) -> Any:
    """RDS registers no change of an apply method alone: the value must change too.

    Source: Terraform's AWS provider, documentation of aws_db_parameter_group.
    """

    def update(self: Any, given: Any) -> None:
        wanted = []
        for entry in given:
            held = self.parameters.get(entry["ParameterName"]) or {}
            kept = held and held.get("ParameterValue") == entry.get("ParameterValue")
            wanted.append({**entry, "ApplyMethod": held["ApplyMethod"]} if kept and "ApplyMethod" in held else entry)
        original(self, wanted)

    return update


def _log_group_key(self: Any) -> str:
    """``AssociateKmsKey``; without a key ``DisassociateKmsKey``."""
    from moto.logs.exceptions import ResourceNotFoundException  # noqa: PLC0415

    group = self.logs_backend.groups.get(self._get_param("logGroupName"))
    if group is None:
        raise ResourceNotFoundException
    group.kms_key_id = self._get_param("kmsKeyId")
    return ""


def _key_of_ebs(original: Any) -> Any:
    def create(self: Any) -> Any:
        from moto.kms import kms_backends  # noqa: PLC0415 - moto is slow to import

        arn = original(self)  # says that the key is the customer's
        kms_backends[self.account_id][self.region_name].describe_key(arn).key_manager = "AWS"
        return arn

    return create


def _create_launch_template(original: Any) -> Any:
    def create(self: Any, name: str, description: str, data: Any, tag_spec: Any) -> Any:
        # The template's own tags are put among those of its machines.
        kept = [tags for tags in data.get("TagSpecifications", []) if tags["ResourceType"] != "launch-template"]
        data.pop("TagSpecifications", None)
        return original(self, name, description, {**data, **({"TagSpecifications": kept} if kept else {})}, tag_spec)

    return create


def _describe_launch_templates(original: Any) -> Any:
    def describe(self: Any, **wanted: Any) -> Any:
        templates = original(self, **wanted)
        for template in templates:
            template.tags = template.get_tags()  # else those of its creation
        return templates

    return describe


def _create_launch_template_version(original: Any) -> Any:
    def create(self: Any) -> Any:
        from moto.ec2.utils import parse_user_data  # noqa: PLC0415 - moto is slow to import

        data = self._get_param("LaunchTemplateData", {})  # its user data stays text, with which no machine starts
        if "UserData" in data:
            data["UserData"] = parse_user_data(data["UserData"])
        return original(self)

    return create


def _scaling_group(original: Any, name: str) -> Any:
    """``MaxInstanceLifetime`` is taken by ``CreateAutoScalingGroup`` and ``UpdateAutoScalingGroup`` and forgotten."""

    def call(self: Any) -> Any:
        answer = original(self)
        lifetime = self._get_int_param("MaxInstanceLifetime")
        if lifetime is not None:
            group = self.autoscaling_backend.autoscaling_groups[self._get_param("AutoScalingGroupName")]
            group.max_instance_lifetime = lifetime or None
        return answer

    call.__name__ = name
    return call


def _start_instance_refresh(self: Any) -> Any:
    """Moto's machines stand for no work that could be replaced: the refresh is complete at once."""
    from moto.autoscaling.exceptions import ResourceContentionError  # noqa: PLC0415 - moto is slow to import
    from moto.core.responses import ActionResult  # noqa: PLC0415

    group = self.autoscaling_backend.autoscaling_groups.get(self._get_param("AutoScalingGroupName"))
    if group is None:
        raise ResourceContentionError
    made = {"InstanceRefreshId": str(uuid.uuid4()), "AutoScalingGroupName": group.name, "Status": "Successful"}
    group.refreshes = [*getattr(group, "refreshes", ()), {**made, "Preferences": self._get_param("Preferences", {})}]
    return ActionResult({"InstanceRefreshId": made["InstanceRefreshId"]})


def _describe_instance_refreshes(self: Any) -> Any:
    from moto.core.responses import ActionResult  # noqa: PLC0415 - moto is slow to import

    group = self.autoscaling_backend.autoscaling_groups[self._get_param("AutoScalingGroupName")]
    return ActionResult({"InstanceRefreshes": getattr(group, "refreshes", [])})


def _outbound_federation(verb: str) -> Any:
    """IAM's switch for tokens to the outside, with the account's own issuer."""

    def call(self: Any) -> Any:
        from moto.core.responses import ActionResult, EmptyResult  # noqa: PLC0415 - moto is slow to import
        from moto.iam.exceptions import IAMException  # noqa: PLC0415

        class FeatureDisabledError(IAMException):
            code = "FeatureDisabled"

        issuer = getattr(self.backend, "outbound_issuer", None)
        if verb == "enable":
            issuer = issuer or f"https://{uuid.uuid4()}.tokens.sts.global.api.aws"
        elif issuer is None:
            raise FeatureDisabledError("Outbound web identity federation is not enabled in this account.")
        self.backend.outbound_issuer = None if verb == "disable" else issuer
        if verb == "disable":
            return EmptyResult()
        return ActionResult({"IssuerIdentifier": issuer, "JwtVendingEnabled": True})

    return call


def _icmp_type_code(entry: Any) -> dict[str, int] | None:
    """Type and code of a network ACL's entry, which ``DescribeNetworkAcls`` leaves out."""
    if entry.icmp_type is None:
        return None
    return {"Type": int(entry.icmp_type), "Code": int(entry.icmp_code or 0)}


def close() -> None:
    """Change moto in this process."""
    from moto.autoscaling.responses import AutoScalingResponse  # noqa: PLC0415
    from moto.ec2.models import EC2Backend  # noqa: PLC0415
    from moto.ec2.models.network_acls import NetworkAclEntry  # noqa: PLC0415
    from moto.ec2.responses.launch_templates import LaunchTemplates  # noqa: PLC0415
    from moto.iam.models import IAMBackend  # noqa: PLC0415
    from moto.iam.responses import IamResponse  # noqa: PLC0415
    from moto.logs.responses import LogsResponse  # noqa: PLC0415
    from moto.moto_api._internal import mock_random  # noqa: PLC0415
    from moto.rds.models import DBParameterGroup, RDSBackend  # noqa: PLC0415
    from moto.rds.responses import RDSResponse  # noqa: PLC0415

    own_key = "_create_default_encryption_key"
    changes: list[tuple[Any, str, Any]] = [
        (NetworkAclEntry, "icmp_type_code", property(_icmp_type_code)),
        (EC2Backend, "delete_nat_gateway", _delete_nat_gateway(EC2Backend.delete_nat_gateway)),
        (EC2Backend, "modify_vpc_endpoint", _modify_vpc_endpoint(EC2Backend.modify_vpc_endpoint)),
        (
            IAMBackend,
            "remove_role_from_instance_profile",
            _remove_role_from_instance_profile(IAMBackend.remove_role_from_instance_profile),
        ),
        (RDSBackend, "modify_db_subnet_group", _modify_db_subnet_group(RDSBackend.modify_db_subnet_group)),
        (RDSResponse, "reset_db_parameter_group", _reset_db_parameter_group),
        (DBParameterGroup, "update_parameters", _update_parameters(DBParameterGroup.update_parameters)),
        (uuid, "uuid4", mock_random.uuid4),  # RDS asks Python for the name of a master secret: it must come back too
        (EC2Backend, own_key, _key_of_ebs(getattr(EC2Backend, own_key))),
        (EC2Backend, "create_launch_template", _create_launch_template(EC2Backend.create_launch_template)),
        (EC2Backend, "describe_launch_templates", _describe_launch_templates(EC2Backend.describe_launch_templates)),
        (
            LaunchTemplates,
            "create_launch_template_version",
            _create_launch_template_version(LaunchTemplates.create_launch_template_version),
        ),
        *(
            (AutoScalingResponse, name, _scaling_group(getattr(AutoScalingResponse, name), name))
            for name in ("create_auto_scaling_group", "update_auto_scaling_group")
        ),
        (AutoScalingResponse, "start_instance_refresh", _start_instance_refresh),
        (AutoScalingResponse, "describe_instance_refreshes", _describe_instance_refreshes),
        (IamResponse, "enable_outbound_web_identity_federation", _outbound_federation("enable")),
        (IamResponse, "disable_outbound_web_identity_federation", _outbound_federation("disable")),
        (IamResponse, "get_outbound_web_identity_federation_info", _outbound_federation("get")),
        (LogsResponse, "associate_kms_key", _log_group_key),
        (LogsResponse, "disassociate_kms_key", _log_group_key),
    ]
    for target, name, call in changes:
        setattr(target, name, call)
    moto_secrets.close()
    moto_kms.close()
    moto_s3.close()
