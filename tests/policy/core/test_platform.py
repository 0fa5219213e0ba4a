"""The platform obeys its own policies behind the engine's servicer: what protobuf changes breaks no rule either."""

from collections.abc import Callable
from typing import Any

import pytest
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

from policy.core import pack
from policy.core.engine import load_rules
from stacks.files import FOLDER
from tests.layers.support.stacks import deployed_stack
from tests.policy.support.cases import STACKS, Pack, requests
from tests.support.resources import clean, urn_of

pytestmark = pytest.mark.no_cover  # the lines are measured where they are tested one by one

PACK = Pack(load_rules())


@pytest.mark.parametrize("stack", ["sandbox", "production"])
def test_no_stack_has_a_finding(stack: str, deploy: Callable[..., Any]) -> None:
    """Nothing is reported, mandatory or advisory; so the budget of false alarms, of secrets above all, is zero."""
    resources = deployed_stack(deploy, stack).stack()
    assert len(resources) > 100
    for resource in resources:
        # The mocks of the SDK leave their own name for the stack in URNs.
        resource.urn = urn_of(resource.resource_type, resource.name, stack)
    found = PACK.send(*requests(resources))
    assert [f"{d.policyName}: {clean(d.message)}" for d in found] == []
    assert UNKNOWN_STRING_VALUE not in str(found)


def test_every_stack_is_a_file() -> None:
    """The stacks that waivers may name are those that exist."""
    assert {path.name.split(".")[1] for path in FOLDER.glob("Pulumi.*.yaml")} == {*STACKS}
    assert pack.WAIVER_POLICIES == ("rev-01-waivers", "rev-01-waived")
