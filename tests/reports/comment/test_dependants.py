"""What depends on what is replaced or deleted, directly and through others."""

from collections.abc import Sequence
from typing import Any

from reports.comment.dependants import dependants
from reports.comment.markdown import markdown
from tests.reports.comment.support.reports import read, report
from tests.reports.support.runs import made_up, step

VPC, SUBNET, DATABASE, ALARM = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:rds/instance:Instance", "aws:x/y:Alarm"


def urn(type_: str, name: str) -> str:
    """As the engine writes it."""
    return f"urn:pulumi:production::nationgraph-platform::{type_}::{name}"


def entry(type_: str, name: str, needs: Sequence[str] = (), parent: str = "", **other: Any) -> dict[str, Any]:
    """A resource as the state holds it."""
    return {"urn": urn(type_, name), "type": type_, "custom": True, "dependencies": [*needs], "parent": parent, **other}


NETWORK, CORE = urn("nationgraph:network:Network", "network"), urn("nationgraph:database:Database", "core")
STATE = [
    {"urn": NETWORK, "type": "nationgraph:network:Network", "custom": False, "dependencies": [urn(VPC, "vpc")]},
    {"urn": CORE, "type": "nationgraph:database:Database", "custom": False},
    entry(VPC, "vpc", parent=NETWORK),
    entry(SUBNET, "a", [urn(VPC, "vpc")], NETWORK),
    entry(SUBNET, "b", parent=NETWORK, propertyDependencies={"vpcId": [urn(VPC, "vpc")], "tags": None}),
    entry(DATABASE, "database", [urn(SUBNET, "a"), urn(SUBNET, "b")], CORE),
    entry(ALARM, "alarm", [urn(DATABASE, "database")]),
    entry("pulumi:providers:kubernetes", "provider", [urn(DATABASE, "database")]),
    entry(ALARM, "unrelated", [urn("gone", "gone")]),
]
COMPONENT = {urn(VPC, "vpc"): "network", urn(SUBNET, "a"): "network", urn(SUBNET, "b"): "network"}


def test_direct_and_all() -> None:
    """By resource those that name it, by component all below it; neither components nor providers."""
    found = dependants([step("vpc", "replace", VPC), step("unrelated", "update", ALARM)], STATE, COMPONENT)
    assert [(s.name, urns) for s, urns in found.direct] == [("vpc", [urn(SUBNET, "a"), urn(SUBNET, "b")])]
    assert found.components == {"-": 2, "network": 2}


def test_what_goes_or_is_replaced_itself_is_not_counted() -> None:
    """It is among the changes."""
    steps = [step("vpc", "delete", VPC), step("a", "delete", SUBNET), step("database", "replace", DATABASE)]
    found = dependants(steps, STATE, COMPONENT)
    assert [(s.name, [u.rpartition("::")[2] for u in urns]) for s, urns in found.direct] == [
        ("vpc", ["b"]),
        ("database", ["alarm"]),
    ]
    assert found.components == {"-": 1, "network": 1}


def test_nothing_ends() -> None:
    """Updates and creations leave what is there."""
    assert not dependants([step("vpc", "update", VPC), step("new", "create")], STATE, COMPONENT).direct
    assert not dependants([step("alarm", "delete", ALARM)], STATE, COMPONENT).components


def test_in_the_comment() -> None:
    """In words, with the component of each."""
    found = read(markdown(report(made_up([step("vpc", "replace", VPC)]), before=STATE)))
    assert found.items["What depends on it"] == [
        "4 resources that stay, directly or through others: - 1, core 1, network 2",
        "replace of vpc: on it depend a, b",
    ]
