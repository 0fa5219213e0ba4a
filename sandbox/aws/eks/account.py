"""What EKS looks up in the rest of the emulated account, and how it refuses."""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import yaml

from sandbox.aws import own_account
from sandbox.aws.refusals.roles import trusts

POLICIES = "arn:aws:eks::aws:cluster-access-policy/"
"""The ARNs of the policies that EKS has for access entries."""

Values = dict[str, Any]


class Refused(Exception):  # noqa: N818 - what AWS does, not what went wrong
    """AWS answers with this error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def refuse(message: str, code: str = "InvalidParameterException") -> NoReturn:
    """Answer the request with an error."""
    raise Refused(code, message)


@cache
def catalogue() -> Values:
    """What EKS offers: ``catalogue.yaml``."""
    content: Values = yaml.safe_load(Path(__file__).with_name("catalogue.yaml").read_text(encoding="utf-8"))
    return content


class Surroundings:
    """IAM, EC2 and KMS of the account in one region, as moto has them."""

    def __init__(self, region: str) -> None:
        from moto.ec2 import ec2_backends  # noqa: PLC0415 - moto is slow to import
        from moto.iam import iam_backends  # noqa: PLC0415
        from moto.kms import kms_backends  # noqa: PLC0415

        self.account, self.region = own_account.number(), region
        self.iam: Any = iam_backends[self.account]["aws"]
        self.ec2: Any = ec2_backends[self.account][region]
        self.kms: Any = kms_backends[self.account][region]

    def arn(self, resource: str) -> str:
        """The ARN of something of EKS."""
        return f"arn:aws:eks:{self.region}:{self.account}:{resource}"

    def role(self, arn: str) -> Any:
        """The role; None where there is none with this ARN."""
        return next((role for role in self.iam.roles.values() if role.arn == arn), None)

    def require_role(self, arn: str, service: str) -> None:
        """Refuse a role that is not there, or that a service cannot assume."""
        role = self.role(arn)
        if role is None or not trusts(role.assume_role_policy_document, service):
            refuse(
                f"Role with arn: {arn}, could not be assumed because it does not exist or the trusted entity is not"
                f" correct: {service}"
            )

    def subnets(self, ids: Sequence[str]) -> list[Any]:
        """The subnets, which must be there and in one VPC."""
        there = {subnet.id: subnet for zone in self.ec2.subnets.values() for subnet in zone.values()}
        lacking = [identifier for identifier in ids if identifier not in there]
        if lacking:
            refuse(f"The subnet ID '{lacking[0]}' does not exist")
        found = [there[identifier] for identifier in ids]
        if len({subnet.vpc_id for subnet in found}) > 1:
            refuse("Subnets are not in the same VPC")
        return found

    def require_groups(self, ids: Iterable[str], vpc: str) -> None:
        """Refuse security groups that are not there or of another VPC."""
        for identifier in ids:
            group = self.ec2.get_security_group_from_id(identifier)
            if group is None or group.vpc_id != vpc:
                refuse(f"Security group(s) [{identifier}] are not in the same VPC as the subnets")

    def require_key(self, arn: str) -> None:
        """Refuse a key that is not there or cannot be used."""
        try:
            key = self.kms.describe_key(arn)
        except Exception:  # noqa: BLE001 - moto's errors are of several kinds
            refuse(f"Key {arn} does not exist")
        if key.key_state != "Enabled":
            refuse(f"Key {arn} is not enabled")

    def template(self, given: Values) -> tuple[Any, Values]:
        """A launch template and the data of the version that is asked for."""
        found = [
            template
            for template in self.ec2.launch_templates.values()
            if template.id == given.get("id") or template.name == given.get("name")
        ]
        if not found:
            refuse("Launch template not found", "InvalidRequestException")
        template = found[0]
        number = str(given.get("version") or template.default_version_number)
        versions = {str(version.number): version for version in template.versions}
        if number not in versions:
            refuse(f"Launch template version {number} not found", "InvalidRequestException")
        return template, dict(versions[number].data)


def unique_id() -> str:
    """Seventeen characters as EKS makes them; the same ones when the journal is run again."""
    from moto.moto_api._internal import mock_random  # noqa: PLC0415 - moto is slow to import

    text: str = mock_random.get_random_hex(17)
    return text
