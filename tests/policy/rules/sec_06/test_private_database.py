"""SEC-06: no database answers on the internet."""

from collections.abc import Callable
from typing import Any

import pytest
from pulumi_policy.proxy import UnknownValueError

from policy.rules.sec_06.private_database import RULE
from tests.policy.support.blocks import DATA_NETWORK, database, judge, messages, without
from tests.support.resources import UNKNOWN, Case, Res

DB = "aws:rds/instance:Instance"
BARE = without(dict(database().inputs), "publiclyAccessible", "dbSubnetGroupName")

PUBLIC: list[tuple[str, dict[str, Any], str]] = [
    ("aws:redshiftserverless/workgroup:Workgroup", {"publiclyAccessible": True}, "publiclyAccessible is True"),
    ("aws:rds/cluster:Cluster", {"publiclyAccessible": True}, "publiclyAccessible is True"),
    ("aws:neptune/clusterInstance:ClusterInstance", {"publiclyAccessible": True}, "publiclyAccessible is True"),
    ("aws:neptunegraph/graph:Graph", {"publicConnectivity": True}, "publicConnectivity is True"),
    ("aws:dms/replicationInstance:ReplicationInstance", {"publiclyAccessible": True}, "publiclyAccessible is True"),
    ("aws:mq/broker:Broker", {"publiclyAccessible": True}, "publiclyAccessible is True"),
    ("aws:mq/broker:Broker", {"publiclyAccessible": {"a": 1}}, "publiclyAccessible is a block"),
    ("aws:lightsail/database:Database", {"publiclyAccessible": True}, "publiclyAccessible is True"),
    ("aws:timestreaminfluxdb/dbInstance:DbInstance", {"publiclyAccessible": True}, "publiclyAccessible is True"),
    (
        "aws:msk/cluster:Cluster",
        {"brokerNodeGroupInfo": {"connectivityInfo": {"publicAccess": {"type": "SERVICE_PROVIDED_EIPS"}}}},
        "publicAccess.type is 'SERVICE_PROVIDED_EIPS'",
    ),
    (
        "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy",
        {"type": "network", "policy": '[{"Rules": [], "AllowFromPublic": true}]'},
        "policy[0].AllowFromPublic is True",
    ),
]
PRIVATE: list[tuple[str, dict[str, Any]]] = [
    *((type_, {}) for type_, _, _ in PUBLIC),
    ("aws:redshiftserverless/workgroup:Workgroup", {"publiclyAccessible": False}),
    (
        "aws:msk/cluster:Cluster",
        {"brokerNodeGroupInfo": {"connectivityInfo": {"publicAccess": {"type": "DISABLED"}}}},
    ),
    (
        "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy",
        {"type": "network", "policy": '[{"Rules": [], "AllowFromPublic": false, "SourceVPCEs": ["vpce-1"]}]'},
    ),
    (
        "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy",
        {"type": "encryption", "policy": '{"Rules": [], "AWSOwnedKey": true}'},
    ),
]

CASES = [
    *(Case("fail", f"{type_} {says}", [Res(type_, "it", inputs)], [says]) for type_, inputs, says in PUBLIC),
    *(Case("pass", f"{type_} {number}", [Res(type_, "it", inputs)]) for number, (type_, inputs) in enumerate(PRIVATE)),
    Case("pass", "private, with its group", [*DATA_NETWORK, database()]),
    Case(
        "fail",
        "publicly accessible",
        [*DATA_NETWORK, database(publiclyAccessible=True)],
        ["orders: publiclyAccessible is True, must be False"],
    ),
    Case("absent", "flag left out", [Res(DB, "orders", {**BARE, "dbSubnetGroupName": "data"})], ["is None, must be"]),
    Case(
        "absent",
        "subnet group left out",
        [Res(DB, "orders", {**BARE, "publiclyAccessible": False})],
        ["orders: dbSubnetGroupName is None, must name a subnet group"],
    ),
    Case(
        "absent",
        "flag of a cluster's instance left out",
        [Res("aws:rds/clusterInstance:ClusterInstance", "orders")],
        ["orders: publiclyAccessible is None"],
    ),
    Case("unknown", "flag not known yet", [database(publiclyAccessible=UNKNOWN, dbSubnetGroupName="data")]),
    Case("unknown", "group not known yet", [*DATA_NETWORK, database(dbSubnetGroupName=UNKNOWN)]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


@pytest.mark.parametrize("value", [0, "no", "", None])
def test_only_false_is_private(value: object) -> None:
    """What merely looks like False leaves the provider to decide."""
    (message,) = messages(RULE, [*DATA_NETWORK, database(publiclyAccessible=value)])
    assert message == f"orders: publiclyAccessible is {value!r}, must be False"


def test_known_violations_come_before_the_unknown() -> None:
    """A missing group is reported even where the flag is unknown."""
    (message,) = messages(RULE, [database(publiclyAccessible=UNKNOWN, dbSubnetGroupName=None)])
    assert message.startswith("orders: dbSubnetGroupName is None")


def test_unknown_flag_is_told_to_the_engine(violations: Callable[..., list[str]]) -> None:
    """The engine notes that the rule had no verdict, rather than silence that reads as a pass."""
    with pytest.raises(UnknownValueError):
        violations(RULE, DB, {**BARE, "publiclyAccessible": UNKNOWN, "dbSubnetGroupName": "data"})


def test_default_group_is_refused() -> None:
    """AWS's default group lies in the default VPC, all of whose subnets are public."""
    (message,) = messages(RULE, [database(dbSubnetGroupName="default")])
    assert "dbSubnetGroupName is 'default'" in message
