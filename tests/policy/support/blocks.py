"""Building blocks for rule cases: small, complete pieces of infrastructure, and how a case is judged."""

import contextlib
from collections.abc import Sequence
from typing import Any

from pulumi_policy.proxy import UnknownValueError

from policy.core.engine import Rule
from tests.support.resources import Case, Ref, Res, as_stack

VPC = Res("aws:ec2/vpc:Vpc", "vpc", {"cidrBlock": "10.0.0.0/16"})


def without(inputs: dict[str, Any], *keys: str) -> dict[str, Any]:
    """The inputs with some left out."""
    return {key: value for key, value in inputs.items() if key not in keys}


def subnet(name: str, zone: str, block: int, tier: str | None = "database") -> Res:
    """A subnet of ``VPC`` in a zone of eu-central-1, 10.0.<block>.0/24, tagged with its tier."""
    tags = {"nationgraph:tier": tier} if tier else {}
    inputs = {
        "vpcId": Ref("vpc"),
        "cidrBlock": f"10.0.{block}.0/24",
        "availabilityZone": f"eu-central-1{zone}",
        "tags": tags,
    }
    return Res("aws:ec2/subnet:Subnet", name, inputs)


def database(*, name: Any = "orders", **inputs: Any) -> Res:
    """A private PostgreSQL instance in subnet group ``group``, of which ``inputs`` replaces or adds some."""
    given = {
        "instanceClass": "db.t4g.medium",
        "engine": "postgres",
        "engineVersion": "17.2",
        "allocatedStorage": 20,
        "username": "root",
        "manageMasterUserPassword": True,
        "dbSubnetGroupName": Ref("group", "name"),
        "publiclyAccessible": False,
        "skipFinalSnapshot": True,
    }
    return Res("aws:rds/instance:Instance", name, {**given, **inputs})


def bucket(name: str = "logs") -> Res:
    """A bucket that is called as it is named."""
    return Res("aws:s3/bucket:Bucket", name, {"bucket": name})


DATA_NETWORK = [
    VPC,
    subnet("data-a", "a", 1),
    subnet("data-b", "b", 2),
    Res("aws:rds/subnetGroup:SubnetGroup", "group", {"name": "group", "subnetIds": [Ref("data-a"), Ref("data-b")]}),
]
"""A VPC with two subnets of the database tier and their group."""


def messages(rule: Rule, resources: Sequence[Res]) -> list[str]:
    """What the rule says, led by the name as the pack does; an unknown value ends it there, as in the engine."""
    stack = as_stack(resources)
    if rule.check_stack is not None:
        return [f"{resource.name}: {message}" for resource, message in rule.check_stack(stack)]
    assert rule.check is not None
    found: list[str] = []
    for resource in stack:
        if not rule.types or resource.resource_type in rule.types:
            with contextlib.suppress(UnknownValueError):  # what was yielded before counts
                found.extend(f"{resource.name}: {message}" for message in rule.check(resource))
    return found


def judge(rule: Rule, case: Case) -> None:
    """The rule reads the case as its kind says, and its messages hold every fragment."""
    found = messages(rule, case.resources)
    assert bool(found) == (case.kind in ("fail", "absent")), found
    assert [fragment for fragment in case.says if fragment not in "\n".join(found)] == [], found
