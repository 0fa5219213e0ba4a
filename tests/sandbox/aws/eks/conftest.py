"""EKS of one region in this process, on moto's account, with what a cluster needs."""

from pathlib import Path
from typing import Any

import pytest

from sandbox.aws.eks.service import Region

REGION = "eu-central-1"


def _trusting(service: str, *more: str) -> str:
    actions = ", ".join(f'"{action}"' for action in ("sts:AssumeRole", *more))
    return (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", '
        f'"Principal": {{"Service": "{service}"}}, "Action": [{actions}]}}]}}'
    )


class Place:
    """A region of EKS with subnets of two zones and roles for control plane, nodes and pods."""

    def __init__(self, folder: Path) -> None:
        self.region = Region(REGION, folder)
        around = self.region.clusters.around
        vpc = around.ec2.create_vpc("10.0.0.0/16")
        self.subnets = [
            around.ec2.create_subnet(vpc.id, f"10.0.{number}.0/24", availability_zone=f"{REGION}{zone}").id
            for number, zone in enumerate("ab")
        ]
        self.roles = {
            "control": self.role("control", _trusting("eks.amazonaws.com")),
            "node": self.role("node", _trusting("ec2.amazonaws.com")),
            "pod": self.role("pod", _trusting("pods.eks.amazonaws.com", "sts:TagSession")),
        }

    def role(self, name: str, trust: str, path: str = "/") -> str:
        """The ARN of a new role."""
        made = self.region.clusters.around.iam.create_role(name, trust, path, None, "", [], 3600)
        return str(made.arn)

    def __call__(self, operation: str, **given: Any) -> dict[str, Any]:
        """What EKS answers."""
        return self.region.answer(operation, given)

    def cluster(self, name: str = "core", **given: Any) -> dict[str, Any]:
        """A cluster whose access is a matter of entries alone."""
        made: dict[str, Any] = self(
            "CreateCluster",
            **{
                "name": name,
                "version": "1.33",
                "roleArn": self.roles["control"],
                "resourcesVpcConfig": {"subnetIds": self.subnets, "endpointPrivateAccess": True},
                "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
                **given,
            },
        )["cluster"]
        return made


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A fresh account."""
    from moto.core import DEFAULT_ACCOUNT_ID  # noqa: PLC0415 - moto is slow to import
    from moto.ec2 import ec2_backends  # noqa: PLC0415
    from moto.iam import iam_backends  # noqa: PLC0415
    from moto.sts import sts_backends  # noqa: PLC0415

    for backend in (iam_backends[DEFAULT_ACCOUNT_ID]["aws"], ec2_backends[DEFAULT_ACCOUNT_ID][REGION]):
        backend.reset()
    sts_backends[DEFAULT_ACCOUNT_ID]["aws"].reset()
    return Place(tmp_path)
