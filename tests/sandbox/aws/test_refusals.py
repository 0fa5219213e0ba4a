"""What AWS refuses, the sandbox refuses too, with AWS's error code; a refused resource leaves nothing behind."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws import resource
from sandbox.aws.resource import UnsupportedError
from tests.sandbox.support.cloud import Cloud
from tests.support.depth import sampled

pytestmark = pytest.mark.no_cover  # the lines are measured where they are tested one by one

ERRORS = (ClientError, ValueError, UnsupportedError, RuntimeError)
TRUST = (
    '{"Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'
)
POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Permit", "Action": "s3:*", "Resource": "*"}]}'


def refused(call: Any) -> str:
    """The message of a call that must fail."""
    with pytest.raises(ERRORS) as caught:
        call()
    return resource.message(caught.value)


@sampled(2)
@pytest.mark.parametrize(
    ("first", "name", "inputs", "says"),
    [
        ("subnet", "subnetB", {"cidrBlock": "10.0.0.128/25"}, "InvalidSubnet.Conflict"),
        ("vpc", "subnet", {"cidrBlock": "10.200.0.0/24"}, "InvalidSubnet.Range"),
        ("vpc", "subnet", {"vpcId": "vpc-00000000000000000"}, "InvalidVpcID.NotFound"),
        ("vpc", "subnet", {"availabilityZone": "eu-central-1x"}, "InvalidParameterValue"),
        ("plainGroup", "securityGroup", {"name": "taken"}, "InvalidGroup.Duplicate"),
        ("securityGroupRule", "securityGroupRule", {}, "InvalidPermission.Duplicate"),
        ("securityGroupIngressRule", "securityGroupIngressRule", {}, "InvalidPermission.Duplicate"),
        ("route", "route", {}, "RouteAlreadyExists"),
        (
            "vpc",
            "networkAcl",
            {
                "ingress": [
                    {"ruleNo": 1, "protocol": "-1", "action": a, "fromPort": 0, "toPort": 0} for a in ("allow", "deny")
                ]
            },
            "NetworkAclEntryAlreadyExists",
        ),
        ("subnet", "subnetGroup", {"subnetIds": [{"ref": "subnet"}]}, "DBSubnetGroupDoesNotCoverEnoughAZs"),
        ("subnet", "subnetGroup", {"subnetIds": ["subnet-00000000", {"ref": "subnet"}]}, "InvalidSubnetID.NotFound"),
        ("vpc", "instance", {"dbSubnetGroupName": "missing"}, "DBSubnetGroupNotFound"),
        ("vpc", "instance", {"parameterGroupName": "missing"}, "DBParameterGroupNotFound"),
        (
            "vpc",
            "instance",
            {"kmsKeyId": "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000"},
            "NotFoundException",
        ),
        ("vpc", "instance", {"engine": "postgre"}, "InvalidParameterValue"),
        ("vpc", "instance", {"skipFinalSnapshot": False}, "finalSnapshotIdentifier: required unless"),
        ("instance", "instance", {"identifier": "taken"}, "DBInstanceAlreadyExists"),
        ("vpc", "role", {"assumeRolePolicy": "{}"}, "MalformedPolicyDocument"),
        ("plainRole", "role", {"name": "taken"}, "EntityAlreadyExists"),
        ("vpc", "policy", {"policy": POLICY}, "MalformedPolicyDocument"),
        ("plainRole", "rolePolicy", {"policy": POLICY}, "MalformedPolicyDocument"),
        (
            "plainRole",
            "rolePolicyAttachment",
            {"policyArn": "arn:aws:iam::123456789012:policy/missing"},
            "NoSuchEntity",
        ),
        ("vpc", "rolePolicy", {"role": "missing"}, "NoSuchEntity"),
        ("analyzer", "analyzer", {}, "ConflictException"),
        ("vpc", "alias", {"targetKeyId": "00000000-0000-0000-0000-000000000000"}, "NotFoundException"),
        ("alias", "alias", {}, "AlreadyExistsException"),
        ("secret", "secret", {}, "ResourceExistsException"),
        ("vpc", "function", {"role": "arn:aws:iam::123456789012:role/missing"}, "cannot be assumed by Lambda"),
        (
            "vpc",
            "function",
            {"vpcConfig": {"subnetIds": ["subnet-00000000"], "securityGroupIds": []}},
            "InvalidSubnetID",
        ),
        ("vpc", "function", {"code": {"path": "pyproject.toml"}}, "pyproject.toml is no zip file"),
        ("vpc", "function", {"code": {"assets": {"a": {"path": "a"}}}}, "takes a zip file or an archive of texts"),
        ("rotator", "rotator", {}, "ResourceConflictException"),
        ("vpc", "permission", {"function": "missing"}, "ResourceNotFoundException"),
        (
            "secret",
            "secretRotation",
            {"rotationLambdaArn": "arn:aws:lambda:eu-central-1:123456789012:function:missing"},
            "ResourceNotFoundException",
        ),
        ("vpc", "bucket", {"bucket": "Upper_Case"}, "InvalidBucketName"),
        ("vpc", "bucketPolicy", {"bucket": "missing-bucket"}, "NoSuchBucket"),
        ("logGroup", "logGroup", {}, "ResourceAlreadyExistsException"),
        ("vpc", "topicSubscription", {"topic": "arn:aws:sns:eu-central-1:123456789012:missing"}, "NotFound"),
        ("vpc", "eventTarget", {"rule": "missing"}, "ResourceNotFoundException"),
    ],
)
def test_create_is_refused(cloud: Cloud, first: str, name: str, inputs: dict[str, Any], says: str) -> None:
    """A conflict, a missing reference or a malformed document fails at creation and leaves no resource."""
    taken = {"name": "taken"} if inputs.get("name") else {"identifier": "taken"} if inputs.get("identifier") else {}
    made = cloud.make(first, **taken)
    row = made.row
    known = set(cloud.api.identifiers(row))
    cloud.inputs(name, **inputs)  # makes what is referred to
    assert says in refused(lambda: cloud.make(name, "second", **inputs))
    assert set(cloud.api.identifiers(row)) - known <= {other.id for other in cloud.made.values()}


@sampled(2)
@pytest.mark.parametrize(
    ("name", "user", "says"),
    [
        ("vpc", "subnet", "DependencyViolation"),
        ("vpc", "plainGroup", "DependencyViolation"),
        ("vpc", "internetGateway", "DependencyViolation"),
        ("subnet", "natGateway", "DependencyViolation"),
        ("subnet", "vpcEndpoint", "DependencyViolation"),
        ("subnet", "instance", "DependencyViolation"),
        ("subnet", "loadBalancer", "DependencyViolation"),
        ("plainGroup", "instance", "DependencyViolation"),
        ("plainGroup", "vpcEndpoint", "DependencyViolation"),
        ("plainGroup", "loadBalancer", "DependencyViolation"),
        ("eip", "natGateway", "InvalidIPAddress.InUse"),
        ("internetGateway", "natGateway", "DependencyViolation"),
        ("plainTable", "routeTableAssociation", "DependencyViolation"),
        ("subnetGroup", "instance", "InvalidDBSubnetGroupState"),
        ("parameterGroup", "instance", "InvalidDBParameterGroupState"),
        ("plainRole", "rolePolicyAttachment", "DeleteConflict"),
        ("plainRole", "rolePolicy", "DeleteConflict"),
        ("plainRole", "instanceProfile", "DeleteConflict"),
        ("policy", "rolePolicyAttachment", "DeleteConflict"),
        ("user", "accessKey", "DeleteConflict"),
        ("eventRule", "eventTarget", "ValidationException"),
    ],
)
def test_delete_in_the_wrong_order_is_refused(cloud: Cloud, name: str, user: str, says: str) -> None:
    """What is in use stays."""
    made = cloud.make(name)
    cloud.make(user)
    assert says in refused(lambda: resource.delete(cloud.api, made.row, made.id, {**made.state, **made.inputs}))
    assert cloud.read(made) is not None


def test_protected_database_is_kept(cloud: Cloud) -> None:
    """Deletion protection holds until it is switched off."""
    made = cloud.make("instance", deletionProtection=True)
    assert "disable deletion protection" in refused(lambda: resource.delete(cloud.api, made.row, made.id, made.state))
    cloud.update(made, deletionProtection=False)


def test_bucket_with_objects_is_kept_unless_forced(cloud: Cloud) -> None:
    """A bucket goes with its versions only where ``forceDestroy`` says so."""
    made = cloud.make("bucket")
    cloud.make("bucketVersioning")
    s3 = cloud.api.client("s3")
    for _ in range(2):
        s3.put_object(Bucket=made.id, Key="state", Body=b"x")
    assert "BucketNotEmpty" in refused(lambda: resource.delete(cloud.api, made.row, made.id, made.state))
    cloud.update(made, forceDestroy=True)


def test_final_snapshot_is_made(cloud: Cloud) -> None:
    """A database that does not skip it leaves its last snapshot; one without a name for it is kept."""
    made = cloud.make("instance", skipFinalSnapshot=False, finalSnapshotIdentifier="last")
    state = {key: value for key, value in made.state.items() if key != "finalSnapshotIdentifier"}
    assert "finalSnapshotIdentifier: required" in refused(lambda: resource.delete(cloud.api, made.row, made.id, state))
    cloud.remove("instance")
    rds = cloud.api.client("rds")
    (snapshot,) = rds.describe_db_snapshots(DBSnapshotIdentifier="last")["DBSnapshots"]
    assert snapshot["DBInstanceIdentifier"] == made.id
    rds.delete_db_snapshot(DBSnapshotIdentifier="last")


@pytest.mark.parametrize(
    ("name", "changes", "says"),
    [
        ("eip", {"networkBorderGroup": "eu-central-1"}, "cannot change input networkBorderGroup"),
        ("user", {"path": "/other/"}, "cannot change input path"),
        ("openIdConnectProvider", {"clientIdLists": ["x"]}, "cannot change input clientIdLists"),
        ("instance", {"maxAllocatedStorage": None}, "cannot take back input maxAllocatedStorage"),
        ("instance", {"identifier": "renamed"}, "cannot apply input identifier"),
        ("vpcEndpoint", {"privateDnsEnabled": False}, "did not take over privateDnsEnabled"),
    ],
)
def test_change_without_a_place_in_the_table_is_refused_by_name(
    cloud: Cloud, name: str, changes: dict[str, Any], says: str
) -> None:
    """A change which the table or moto cannot make fails instead of being called done."""
    made = cloud.make(name)
    assert says in refused(lambda: cloud.update(made, **changes))
