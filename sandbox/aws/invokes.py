"""Functions of the AWS provider that programs call: who and where am I, which zones are there."""

from collections.abc import Callable
from typing import Any


def answer(api: Callable[[], Any], region: str, account: str, token: str) -> dict[str, Any]:
    """The result of a function.

    Raises:
        LookupError: the sandbox does not know the function.

    """
    if token == "aws:index/getCallerIdentity:getCallerIdentity":  # noqa: S105 - a Pulumi token
        arn = api().client("sts").get_caller_identity()["Arn"]
        return {"accountId": account, "arn": arn, "id": account, "userId": "sandbox"}
    if token == "aws:index/getRegion:getRegion":  # noqa: S105
        return {
            "id": region,
            "name": region,
            "region": region,
            "description": region,
            "endpoint": f"ec2.{region}.amazonaws.com",
        }
    if token == "aws:index/getPartition:getPartition":  # noqa: S105
        return {"id": "aws", "partition": "aws", "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws"}
    if token == "aws:index/getAvailabilityZones:getAvailabilityZones":  # noqa: S105
        answer = api().client("ec2").describe_availability_zones()["AvailabilityZones"]
        found = sorted((zone["ZoneName"], zone["ZoneId"]) for zone in answer)
        names, ids = [name for name, _ in found], [identifier for _, identifier in found]
        return {"id": region, "names": names, "zoneIds": ids, "groupNames": [region]}
    raise LookupError(f"{token} is not among the sandbox's functions; add it to sandbox/aws/invokes.py")
