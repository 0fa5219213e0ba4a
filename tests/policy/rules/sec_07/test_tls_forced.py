"""SEC-07: a database refuses connections without TLS."""

from typing import Any

import pytest

from policy.rules.sec_07.tls_forced import RULE
from tests.policy.support.blocks import DATA_NETWORK, database, judge, messages
from tests.support.resources import UNKNOWN, Case, Ref, Res

FORCED = {"name": "rds.force_ssl", "value": "1"}


def group(*parameters: Any, family: str = "postgres17") -> Res:
    """A parameter group."""
    return Res(
        "aws:rds/parameterGroup:ParameterGroup",
        "settings",
        {"name": "settings", "family": family, "parameters": list(parameters)},
    )


def given(*parameters: Any, **inputs: Any) -> list[Res]:
    """A database with a parameter group."""
    return [*DATA_NETWORK, group(*parameters), database(parameterGroupName=Ref("settings", "name"), **inputs)]


OTHER = {"name": "log_connections", "value": "1"}
CASES = [
    Case("pass", "forced", given(OTHER, FORCED)),
    Case(
        "pass",
        "forced, in a preview",
        [*DATA_NETWORK, group(FORCED), database(parameterGroupName=Ref("settings", unknown=True))],
    ),
    Case(
        "fail",
        "switched off",
        given({**FORCED, "value": "0"}),
        ["orders: parameterGroupName: rds.force_ssl of settings is '0', must be '1'"],
    ),
    Case("absent", "parameter", given(OTHER), ["rds.force_ssl of settings is None"]),
    Case("absent", "parameters", given(), ["rds.force_ssl of settings is None"]),
    Case("absent", "group", [*DATA_NETWORK, database()], ["orders: parameterGroupName is None"]),
    Case("absent", "engine", given(OTHER, engine=None), ["rds.force_ssl of settings is None"]),
    Case("unknown", "group", [*DATA_NETWORK, database(parameterGroupName=UNKNOWN)]),
    Case("unknown", "value", given({**FORCED, "value": UNKNOWN})),
    Case("unknown", "name", given({"name": UNKNOWN, "value": "1"})),
    Case("unknown", "row", given(UNKNOWN)),
    Case("unknown", "engine", [*DATA_NETWORK, database(engine=UNKNOWN)]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


def test_default_group_is_refused() -> None:
    """AWS's default group forces TLS from PostgreSQL 15 on, and is not ours to keep that way."""
    (message,) = messages(RULE, [*DATA_NETWORK, database(parameterGroupName="default.postgres17")])
    assert "parameterGroupName is 'default.postgres17', must name a parameter group of this stack" in message


def test_one_right_value_does_not_hide_a_wrong_one() -> None:
    """Which of two rows wins is the provider's choice."""
    (message,) = messages(RULE, given(FORCED, {**FORCED, "value": "0"}))
    assert "is '0'" in message


@pytest.mark.parametrize(
    ("engine", "parameter", "closed"),
    [
        ("mysql", {"name": "require_secure_transport", "value": "ON"}, True),
        ("mariadb", {"name": "require_secure_transport", "value": "1"}, True),
        ("mysql", FORCED, False),
        ("sqlserver-ex", FORCED, True),
        ("postgres", {"name": "require_secure_transport", "value": "1"}, False),
        ("oracle-se2", OTHER, True),
    ],
)
def test_each_engine_has_its_own_parameter(engine: str, parameter: dict[str, str], *, closed: bool) -> None:
    """Another engine's parameter forces nothing; Oracle has no such parameter and is not judged."""
    assert bool(messages(RULE, given(parameter, engine=engine))) != closed


def test_clusters_have_groups_of_their_own() -> None:
    """The parameter group of an Aurora cluster counts for it, and no other kind."""
    cluster = {"engine": "aurora-postgresql", "dbClusterParameterGroupName": Ref("cluster", "name")}
    own = Res(
        "aws:rds/clusterParameterGroup:ClusterParameterGroup",
        "cluster",
        {"family": "aurora-postgresql16", "parameters": [FORCED]},
    )
    assert messages(RULE, [own, Res("aws:rds/cluster:Cluster", "orders", cluster)]) == []
    (message,) = messages(RULE, [Res("aws:rds/cluster:Cluster", "orders", {"engine": "aurora-postgresql"})])
    assert "dbClusterParameterGroupName is None" in message
