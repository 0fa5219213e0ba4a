"""Finding what an interrupted creation left in the account."""

import pytest
import yaml

from sandbox import repair
from sandbox.aws.api import Api
from sandbox.workspace import Workspace
from tests.sandbox.support.cloud import ACCOUNT, Cloud

pytestmark = pytest.mark.no_cover  # the lines are measured where they are tested one by one

VPC = "aws:ec2/vpc:Vpc"


@pytest.mark.parametrize("sample", ["vpc", "securityGroup", "role", "bucket", "route", "key"])
def test_made_resource_is_found_by_its_inputs(cloud: Cloud, sample: str) -> None:
    """Whether its id is given by the account or by its inputs; once taken it is not found again."""
    made = cloud.make(sample)
    assert repair.find(cloud.api, made.row.type, made.inputs, []) == [made.id]
    assert repair.find(cloud.api, made.row.type, made.inputs, [made.id]) == []


def test_nothing_made_is_nothing_found(cloud: Cloud) -> None:
    """Inputs that no resource agrees with, in one value or one tag, find none."""
    made = cloud.make("vpc")
    for other in ({"cidrBlock": "10.77.0.0/16"}, {"tags": {"Name": "another"}}):
        assert repair.find(cloud.api, VPC, {**made.inputs, **other}, []) == []
    bucket = cloud.inputs("bucket")
    assert repair.find(cloud.api, "aws:s3/bucket:Bucket", bucket, []) == []


def test_twins_are_both_found(cloud: Cloud) -> None:
    """Which one it was cannot be told: the caller decides."""
    first, second = cloud.make("vpc"), cloud.make("vpc", "twin")
    assert sorted(repair.find(cloud.api, VPC, first.inputs, [])) == sorted([first.id, second.id])
    assert repair.find(cloud.api, VPC, first.inputs, [first.id]) == [second.id]


def test_inventory_is_what_was_made(cloud: Cloud) -> None:
    """Every resource by type, without the parts of others, and without what AWS itself brings along."""
    before = repair.inventory(cloud.api)
    vpc, group = cloud.make("vpc"), cloud.make("securityGroup")
    found = repair.inventory(cloud.api)
    assert vpc.id in found[VPC]
    assert group.id in found[group.row.type]
    assert set(found).isdisjoint(repair.PARTS)
    for sample, other in (("key", "externalKey"), ("externalKey", "key")):  # AWS lists both as keys
        made = cloud.make(sample)
        found = repair.inventory(cloud.api)
        assert made.id in found[made.row.type]
        assert made.id not in found.get(f"aws:kms/{other}:{other[0].upper()}{other[1:]}", [])
    cloud.clear()
    assert repair.inventory(cloud.api) == before


def test_account_of_a_workspace(api: Api, endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Region and account are those of the stack's settings."""
    folder = tmp_path_factory.mktemp("workspace")
    (folder / "Pulumi.yaml").write_text("name: tiny\nruntime: python\n")
    config = {"aws:region": "eu-west-1", "aws:allowedAccountIds": [ACCOUNT]}
    (folder / "Pulumi.dev.yaml").write_text(yaml.safe_dump({"config": config}))
    (folder / "account.port").write_text(endpoint.rpartition(":")[2])
    found = repair.account(Workspace(project=folder, stack="dev", folder=folder))
    assert found.client("ec2").meta.region_name == "eu-west-1"
    assert found.client("sts").get_caller_identity()["Account"] == ACCOUNT
