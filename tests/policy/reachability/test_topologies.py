"""Forbidden topologies are refused with their path, permitted ones are not: hand-made, one idea each."""

import pytest

from policy.rules.sec_06 import granted_paths as sec_06_granted_paths
from policy.rules.sec_06 import no_path_from_internet as sec_06_no_path_from_internet
from tests.policy.support.blocks import messages
from tests.policy.support.forbidden import FORBIDDEN, PERMITTED
from tests.support.resources import Res

pytestmark = pytest.mark.no_cover

RULES = (sec_06_no_path_from_internet.RULE, sec_06_granted_paths.RULE)


def said(resources: list[Res]) -> list[str]:
    """What the rules of reachability say of a stack in production."""
    return [message for rule in RULES for message in messages(rule, resources)]


@pytest.mark.parametrize("name", FORBIDDEN)
def test_forbidden_topology_is_refused_with_its_path(name: str) -> None:
    """A message names the path, from who connects to the port of the store."""
    resources, fragment = FORBIDDEN[name]
    assert fragment in "\n".join(said(resources))


@pytest.mark.parametrize("name", PERMITTED)
def test_sound_topology_is_not(name: str) -> None:
    """Nothing is said."""
    assert said(PERMITTED[name]) == []


def test_there_are_enough_of_them() -> None:
    """A table that loses its rows must be seen; the sum is printed."""
    refused = sum(bool(said(resources)) for resources, _ in FORBIDDEN.values())
    passed = sum(not said(resources) for resources in PERMITTED.values())
    print(
        f"forbidden topologies refused: {refused} of {len(FORBIDDEN)}, permitted passed: {passed} of {len(PERMITTED)}"
    )
    assert (refused, passed) == (len(FORBIDDEN), len(PERMITTED))
    assert len(FORBIDDEN) >= 25
    assert len(PERMITTED) >= 15
