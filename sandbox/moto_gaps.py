"""Calls in which moto 5.2.5 loses data or has nothing: what AWS does, as far as it matters here."""

import uuid
from typing import Any


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


def _reset_db_parameter_group(self: Any) -> Any:
    from moto.core.responses import ActionResult  # noqa: PLC0415 - moto is slow to import

    name = self.params.get("DBParameterGroupName")
    (group,) = self.backend.describe_db_parameter_groups({"db_parameter_group_name": name})
    for parameter in self.params.get("Parameters", []):
        group.parameters.pop(parameter.original_dict()["ParameterName"], None)
    return ActionResult({"DBParameterGroupName": name})


def _log_group_key(self: Any) -> str:
    """``AssociateKmsKey``; without a key ``DisassociateKmsKey``."""
    from moto.logs.exceptions import ResourceNotFoundException  # noqa: PLC0415

    group = self.logs_backend.groups.get(self._get_param("logGroupName"))
    if group is None:
        raise ResourceNotFoundException
    group.kms_key_id = self._get_param("kmsKeyId")
    return ""


def close() -> None:
    """Change moto in this process."""
    from moto.ec2.models import EC2Backend  # noqa: PLC0415
    from moto.iam.models import IAMBackend  # noqa: PLC0415
    from moto.logs.responses import LogsResponse  # noqa: PLC0415
    from moto.moto_api._internal import mock_random  # noqa: PLC0415
    from moto.rds.models import RDSBackend  # noqa: PLC0415
    from moto.rds.responses import RDSResponse  # noqa: PLC0415

    changes: list[tuple[Any, str, Any]] = [
        (EC2Backend, "modify_vpc_endpoint", _modify_vpc_endpoint(EC2Backend.modify_vpc_endpoint)),
        (
            IAMBackend,
            "remove_role_from_instance_profile",
            _remove_role_from_instance_profile(IAMBackend.remove_role_from_instance_profile),
        ),
        (RDSBackend, "modify_db_subnet_group", _modify_db_subnet_group(RDSBackend.modify_db_subnet_group)),
        (RDSResponse, "reset_db_parameter_group", _reset_db_parameter_group),
        (uuid, "uuid4", mock_random.uuid4),  # RDS asks Python for the name of a master secret: it must come back too
        (LogsResponse, "associate_kms_key", _log_group_key),
        (LogsResponse, "disassociate_kms_key", _log_group_key),
    ]
    for target, name, call in changes:
        setattr(target, name, call)
