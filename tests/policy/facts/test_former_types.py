"""Types by the names that they had before."""

import pytest

from policy.core.engine import load_rules
from policy.facts.former_types import FILE, current
from tests.policy.support.cases import Pack, of
from tests.policy.support.sdk_inputs import former_types
from tests.support.resources import Res


def test_names_are_those_of_the_sdk() -> None:
    """After an upgrade of pulumi-aws: ``python -m tests.policy.support.sdk_inputs``."""
    assert FILE.read_text(encoding="ascii").splitlines() == former_types()


def test_names_of_today_stay() -> None:
    """A type that was never renamed, or is unknown, is what it says."""
    assert current("aws:rds/instance:Instance") == "aws:rds/instance:Instance"
    assert current("acme:thing/thing:Thing") == "acme:thing/thing:Thing"


@pytest.mark.parametrize("module", ["elasticloadbalancingv2", "applicationloadbalancing", "lb", "alb"])
def test_former_names_are_judged(module: str) -> None:
    """An internal tool behind a public balancer is found, whatever the balancer was called when it was written."""
    rules = {name: rule for name, rule in load_rules().items() if name == "sec-05-no-public-tools"}
    balancer = Res(f"aws:{module}/loadBalancer:LoadBalancer", "front", {"tags": {"nationgraph:access": "grafana"}})
    assert of("sec-05-no-public-tools", Pack(rules).run([balancer]))
