"""What holds data: types that exist, in every package."""

import pytest

from policy.facts import stateful
from policy.facts.dangers import token
from tests.policy.support.sdk_inputs import inputs_by_type


def test_what_holds_data_exists() -> None:
    """Types of AWS; those of Kubernetes are named by group and kind. None is listed twice."""
    of_aws = [type_ for type_ in stateful.written() if type_.partition("/")[0] != "core"]
    assert [type_ for type_ in of_aws if token(type_) not in inputs_by_type()] == []
    text = stateful.FILE.read_text(encoding="utf-8")
    assert len(stateful.written()) == sum(line.startswith("  - ") for line in text.splitlines())


@pytest.mark.parametrize(
    ("type_", "lost"),
    [
        ("aws:rds/instance:Instance", "data"),
        ("aws:neptune/cluster:Cluster", "data"),
        ("aws:kms/key:Key", "keys"),
        ("aws:eks/cluster:Cluster", "clusters"),
        ("aws:cloudwatch/logGroup:LogGroup", "logs"),
        ("kubernetes:core/v1:PersistentVolumeClaim", "data"),
        ("kubernetes:core/v1:ConfigMap", None),
        ("aws:ec2/vpc:Vpc", None),
    ],
)
def test_what_is_lost(type_: str, lost: str | None) -> None:
    """By the table, or because a policy wants it protected from the engine."""
    assert stateful.loss(type_) == lost
