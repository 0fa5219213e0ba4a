"""Dangers of new paths to data, by who gets one and whether a grant names it."""

from collections.abc import Sequence

import pytest

from reports.dangers import dangers
from reports.dangers.model import Kind, Severity
from tests.policy.support.topologies import stack, tailnet
from tests.policy.support.topology_parts import GRANTED, ROUTERS, TO_ROUTERS
from tests.reports.support.changes import change_of
from tests.support.resources import Res

SUPPORT = ("group:support", "10.0.4.0/23:5432")


def over_vpn(*rules: tuple[str, str]) -> Sequence[Res]:
    """A database behind routers, and whom the tailnet lets through."""
    return stack(*ROUTERS, tailnet(*rules), db_sg=TO_ROUTERS)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ((), GRANTED, [(Severity.MEDIUM, "on-call newly can reach tcp 5432 of orders: catalog/access.yaml grants it")]),
        (GRANTED, (*GRANTED, SUPPORT),
         [(Severity.HIGH, "support newly can reach tcp 5432 of orders: no grant names it")]),
        (GRANTED, GRANTED, []),
        (GRANTED, (), []),
    ],
)  # fmt: skip
def test_new_paths(
    before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]], told: list[tuple[Severity, str]]
) -> None:
    """A granted one is told too, for a reviewer grants it; one that closes is not."""
    found = [one for one in dangers(change_of(over_vpn(*before), over_vpn(*after))) if one.kind == Kind.PATH]
    assert [(one.severity, one.sentence) for one in found] == told


def test_a_new_database_and_who_was_granted_it() -> None:
    """Nobody could reach before what was not there."""
    before = [one for one in over_vpn(*GRANTED) if one.name != "orders"]
    assert [one for one in dangers(change_of(before, over_vpn(*GRANTED))) if one.kind == Kind.PATH] == []
