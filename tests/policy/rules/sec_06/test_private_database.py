"""SEC-06: no database answers on the internet."""

from collections.abc import Callable

import pytest
from pulumi_policy.proxy import UnknownValueError

from policy.rules.sec_06.private_database import RULE
from tests.policy.support.blocks import DATA_NETWORK, database, judge, messages, without
from tests.support.resources import UNKNOWN, Case, Res

DB = "aws:rds/instance:Instance"
BARE = without(dict(database().inputs), "publiclyAccessible", "dbSubnetGroupName")

CASES = [
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


@pytest.mark.parametrize("value", [0, "false", "", None])
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
