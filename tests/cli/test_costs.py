"""Costs of the company's own stacks: every type is known, the README says them, and one of them is reckoned by hand."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from cli import costs, desired
from lib import urn as urns
from models.prices.loader import current, said
from models.prices.model import HOURS
from reports.cost.charges import CHARGES
from reports.cost.estimate import estimate
from reports.cost.model import Estimate
from reports.state import Entry
from stacks.environments import ENVIRONMENTS
from tests.conftest import Deploy
from tests.layers.support.program import ROOT
from tests.layers.support.stacks import deployed_stack

REGION = "eu-central-1"


@pytest.fixture(scope="module")
def declared() -> Mapping[str, list[Entry]]:
    """What the program of each stack declares."""
    running = {stack: desired.begin(stack) for stack in ENVIRONMENTS}
    return {stack: list(desired.ended(stack, process)) for stack, process in running.items()}


@pytest.fixture(scope="module")
def estimates(declared: Mapping[str, list[Entry]]) -> Mapping[str, Estimate]:
    """What they cost."""
    return {stack: estimate(entries, REGION) for stack, entries in declared.items()}


def test_every_type_is_priced_free_or_named(declared: Mapping[str, list[Entry]]) -> None:
    """A new type of resource needs a function in reports/cost/charges.py or a row in catalog/usage.yaml."""
    prices = current()
    made = {str(entry["type"]) for entries in declared.values() for entry in entries if entry["custom"]}
    types = {type_ for type_ in made if not type_.startswith("pulumi:")}
    known = {*CHARGES, *prices.uses}
    missing = {one for one in types - known if not said(prices.free, one) and not said(prices.unpriced, one)}
    assert missing == set()
    assert len(types) > 60


def test_no_row_is_left_over(declared: Mapping[str, list[Entry]]) -> None:
    """What is said of a type that no stack has any more is removed."""
    prices = current()
    types = {str(entry["type"]) for entries in declared.values() for entry in entries}
    types |= {f"{type_.partition(':')[0]}:" for type_ in types}
    assert {*prices.free, *prices.unpriced, *prices.uses} - types == set()


def test_nothing_but_the_tailnet_is_without_a_price(estimates: Mapping[str, Estimate]) -> None:
    """In every stack."""
    for stack, made in estimates.items():
        assert {one.item for one in made.unknown if not one.type.startswith("tailscale:")} == set(), stack


def test_the_readme_says_what_an_idle_environment_costs(estimates: Mapping[str, Estimate]) -> None:
    """Where it does not: python -m cli.costs."""
    document = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = {stack: estimates[stack] for stack in costs.ACCOUNTS}
    assert costs.placed(document, shown) == document, "README.md is out of date: run python -m cli.costs"


def test_dev_by_hand(estimates: Mapping[str, Estimate]) -> None:
    """Two zones, nodes and routers, one NAT gateway, one database in one zone; 730 hours; each figure by itself."""
    hand = {
        "cluster": [
            2 * HOURS * Decimal("0.0768"),  # nodes, t4g.large: 112.128
            HOURS * Decimal("0.10"),  # control plane: 73.00
            2 * (4 + 50) * Decimal("0.0952"),  # two disks each: 10.2816
            1 * Decimal("1.00"),  # key
            3 * Decimal("0.10"),  # alarms
        ],
        "network": [
            6 * 2 * HOURS * Decimal("0.012"),  # six interface endpoints in two zones: 105.12
            HOURS * Decimal("0.052"),  # NAT gateway: 37.96
            HOURS * Decimal("0.005"),  # its address: 3.65
            1 * Decimal("1.00"),  # key of the flow logs
        ],
        "core": [
            HOURS * Decimal("0.074"),  # db.t4g.medium: 54.02
            20 * Decimal("0.137"),  # storage: 2.74
            1 * Decimal("1.00"),  # key
            5 * Decimal("0.10"),  # alarms
            1 * Decimal("0.40"),  # the master's password
        ],
        "vpn": [
            2 * HOURS * Decimal("0.0192"),  # routers, t4g.small: 28.032
            2 * HOURS * Decimal("0.005"),  # their addresses: 7.30
            2 * 8 * Decimal("0.0952"),  # their disks: 1.5232
            (2 * 7 + 1) * Decimal("0.30"),  # detailed monitoring, and whether they forward: 4.50
            1 * Decimal("0.10"),  # alarm
        ],
        "argocd-token": [2 * Decimal("1.00"), 1 * Decimal("0.30"), 2 * Decimal("0.10")],  # keys, metric, alarms
        "secret-watch": [1 * Decimal("1.00"), 1 * Decimal("0.10")],  # key, alarm
        **{
            # three secrets: key, secret, metrics of age and of a version that waits, alarms
            name: [Decimal("1.00"), Decimal("0.40"), 2 * Decimal("0.30"), 3 * Decimal("0.10")]
            for name in ("core-rotator", "core-migrator", "core-database")
        },
        **{name: [Decimal("1.00")] for name in ("alerts", "secret-rotation", "state")},  # keys
    }
    parts = {name: amount for name, amount in estimates["dev"].by_component().items() if amount}
    assert parts == {name: sum(amounts, Decimal(0)) for name, amounts in hand.items()}
    assert estimates["dev"].total == Decimal("458.0548")


def test_a_program_without_an_engine_declares_what_the_engine_would_see(
    declared: Mapping[str, list[Entry]], deploy: Deploy
) -> None:
    """The same types and names as under the recorder of the tests."""
    made = {resource.urn for resource in deployed_stack(deploy, "dev").resources}
    assert {
        str(entry["urn"]) for entry in declared["dev"] if urns.type_of(str(entry["urn"])) != "pulumi:pulumi:Stack"
    } == made


def test_a_program_that_fails_is_one_sentence() -> None:
    """With what the program said last, and how to see it whole."""
    with pytest.raises(RuntimeError, match=r"the program of nowhere fails \(.+\); see it whole with python -m cli"):
        desired.ended("nowhere", desired.begin("nowhere"))
