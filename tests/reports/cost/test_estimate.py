"""What a stack costs: by region, component and resource, before and after a change."""

from decimal import Decimal

import pytest

from reports.cost.estimate import compare, estimate
from reports.log import State
from reports.state import Entry, planned
from reports.values import SIGNATURE, UNKNOWN
from tests.reports.cost.support.entries import (
    ALARM,
    COMPONENT,
    DATABASE,
    KEY,
    NAT,
    REGION,
    SECRET,
    database,
    entry,
    items,
    nodes,
    template,
    unknown,
    urn,
)
from tests.support.effort import effort


@pytest.mark.parametrize("region", ["eu-west-1", "nowhere", None])
def test_a_region_without_prices_is_named(region: str | None) -> None:
    """No price of another region is taken, and no region is taken for granted."""
    made = estimate([entry(NAT)], region)
    why = f"no price is entered for {region}" if region else "the region is not known"
    assert (made.total, unknown(made)) == (Decimal(0), {("nat/gateway", why)})


def test_the_region_is_the_resource_s_then_the_provider_s() -> None:
    """One resource may live elsewhere than its stack."""
    provider = entry("pulumi:providers:aws", "frankfurt", {"region": REGION})
    there = f"{provider['urn']}::some-id"
    assert estimate([provider, entry(NAT, provider=there)], "eu-west-1").total == Decimal("37.96")
    assert estimate([provider, entry(NAT, inputs={"region": "eu-west-1"}, provider=there)], REGION).total == 0


def test_a_resource_counts_to_its_outermost_component() -> None:
    """As in the other reports; a loop of parents is no reason to hang."""
    outer, inner = entry(COMPONENT, "network", custom=False), entry(COMPONENT, "part", custom=False)
    inner = {**inner, "parent": outer["urn"]}
    made = estimate(
        [outer, inner, entry(NAT, parent=inner["urn"]), entry(NAT, "lost", parent=urn(NAT, "lost"))], REGION
    )
    assert made.by_component() == {"-": Decimal("37.960"), "network": Decimal("37.960")}


def test_a_preview_s_new_machines_are_priced_by_the_template_beside_them() -> None:
    """Their template has no id yet; with two of them under one component nobody can say which it is."""
    component = urn(COMPONENT, "cluster")
    group = {**nodes(2), "parent": component, "inputs": {**nodes(2)["inputs"], "launchTemplate": {"id": UNKNOWN}}}
    beside = {**template(), "parent": component, "id": ""}
    assert items(estimate([group, beside], REGION)) == {"ec2/t4g.large": 1460, "ebs/gp3": 20}
    second = {**template("second"), "parent": component, "id": ""}
    assert ("ebs", "the launch template, which says the disks, is not known") in unknown(
        estimate([group, beside, second], REGION)
    )


def test_planned_resources_keep_their_place() -> None:
    """What a preview adds has a parent and a provider, by which component and region are found."""
    provider = entry("pulumi:providers:aws", "aws", {"region": REGION})
    new: State = {
        "parent": urn(COMPONENT, "network"),
        "provider": f"{provider['urn']}::id",
        "inputs": {},
        "outputs": {},
    }
    made = estimate(planned([provider], [{"op": "create", "urn": urn(NAT, "new"), "type": NAT, "new": new}]))
    assert made.by_component() == {"network": Decimal("37.960")}


def test_marks_of_the_wire_are_taken_off() -> None:
    """A value that came out of another resource is a value; a secret one is not read, and not guessed."""
    wrapped = {SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4", "value": 40}  # pragma: allowlist secret
    secret = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "djE6"}  # pragma: allowlist secret
    assert items(estimate([database(allocatedStorage=wrapped)], REGION))["rds/gp3"] == 40
    assert ("rds/gp3", "how many is not known before the update has run") in unknown(
        estimate([database(allocatedStorage=secret)], REGION)
    )


def test_a_difference_says_who_costs_more() -> None:
    """By component and resource, the largest first, with what is new and not priced."""
    component = urn(COMPONENT, "data")
    before = [{**database(), "parent": component}, entry(NAT, "gone")]
    after = [{**database(multiAz=True), "parent": component}, entry(KEY, "new"), entry("aws:redshift/cluster:Cluster")]
    found = compare(estimate(before, REGION), estimate(after, REGION))
    assert [(moved.urn.rpartition("::")[2], moved.by) for moved in found.resources] == [
        ("core", Decimal("0.074") * 730 + 20 * Decimal("0.137")),
        ("gone", Decimal("-37.960")),
        ("new", Decimal("1.00")),
    ]
    assert [moved.component for moved in found.components] == ["data", "-"]
    assert found.by == found.after - found.before == sum((moved.by for moved in found.components), Decimal(0))
    assert [one.type for one in found.unknown] == ["aws:redshift/cluster:Cluster"]
    assert compare(estimate(after, REGION), estimate(after, REGION)).resources == []


def test_five_thousand_resources_are_priced_in_a_moment() -> None:
    """Each is looked at a fixed number of times: ten times as many take about ten times as long."""

    def many(number: int) -> list[Entry]:
        return [
            entry(type_, f"{type_}-{index}", {"namespace": "NationGraph/A", "metricName": f"M{index}"})
            for index in range(number // 5)
            for type_ in (NAT, KEY, SECRET, ALARM, DATABASE)
        ]

    small, large = many(500), many(5000)
    assert effort(lambda: estimate(large, REGION)) < 25 * effort(lambda: estimate(small, REGION))
