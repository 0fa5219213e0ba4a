"""The platform's own layers break no rule, in any stack, before and after the update."""

from collections.abc import Sequence
from typing import Any

import pytest
from pulumi_policy import PolicyResource
from pulumi_policy.proxy import UnknownValueError, unknown_checking_proxy

from policy.core.engine import Rule, load_rules
from stacks.environments import ENVIRONMENTS
from tests.layers.support.program import platform
from tests.support.depth import sampled
from tests.support.resources import UNKNOWN

pytestmark = pytest.mark.no_cover  # the whole program, twice a stack: its parts are measured in their own tests
STACKS = tuple(ENVIRONMENTS)


def _resources(deploy: Any, stack: str, *, preview: bool) -> list[PolicyResource]:
    """Everything that the program registers, under the URNs of the stack."""
    made: list[PolicyResource] = platform(deploy, stack, preview=preview).stack()
    for resource in made:
        if preview:  # the mocks know every value; a first preview knows none that comes from another resource
            known = {k: resource.props[k] for k in resource.props if not resource.property_dependencies.get(k)}
            unknown = dict.fromkeys(resource.property_dependencies.keys() - known.keys(), UNKNOWN)
            resource.props = unknown_checking_proxy({**known, **unknown, "id": UNKNOWN})
        resource.urn = f"urn:pulumi:{stack}::{resource.urn.partition('::')[2]}"
    return made


def _judge(rule: Rule, resources: Sequence[PolicyResource]) -> tuple[list[str], list[str]]:
    """What the rule reports, and the properties that kept it from a verdict."""
    if rule.check_stack is not None:
        return [f"{resource.name}: {message}" for resource, message in rule.check_stack(resources)], []
    assert rule.check is not None
    found: list[str] = []
    unclear = []
    for resource in resources:
        if not rule.types or resource.resource_type in rule.types:
            try:
                found.extend(f"{resource.name}: {message}" for message in rule.check(resource))
            except UnknownValueError as error:
                unclear.append(error.props[0])
    return found, unclear


@sampled(2)
@pytest.mark.parametrize("preview", [False, True], ids=["update", "first preview"])
@pytest.mark.parametrize("stack", STACKS)
def test_no_rule_is_broken(deploy: Any, stack: str, *, preview: bool) -> None:
    """No rule reports anything; only what holds names of resources to come waits for the update.

    That is policies of IAM, a cluster's network and the disks of its nodes: here a block counts as unknown where one
    value in it is.
    """
    resources = _resources(deploy, stack, preview=preview)
    verdicts = {name: _judge(rule, resources) for name, rule in load_rules().items()}
    assert {name: found for name, (found, _) in verdicts.items() if found} == {}
    unclear = {key for _, keys in verdicts.values() for key in keys}
    waiting = {"assumeRolePolicy", "blockDeviceMappings", "permissionsBoundary", "policy", "policyArn", "vpcConfig"}
    assert unclear <= (waiting if preview else set())


def test_a_single_change_is_noticed(deploy: Any) -> None:
    """The same resources with one route table opened break the rule: the silence above is a verdict."""
    resources = _resources(deploy, "production", preview=False)
    table = next(r for r in resources if r.name == "network-routes-database")
    gateway = next(r for r in resources if r.resource_type == "aws:ec2/natGateway:NatGateway")
    table.props = {"id": table.props["id"], "routes": [{"cidrBlock": "0.0.0.0/0", "natGatewayId": gateway.props["id"]}]}
    found, _ = _judge(load_rules()["sec-06-database-subnets"], resources)
    path = "core-instance: path core-instance -> core-subnets -> network-database-eu-central-1a"
    assert len(found) == 3
    assert all(message.startswith(path[:-1]) for message in found), found
