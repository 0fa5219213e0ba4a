"""What holds for the cost of every stack, whatever its resources hold."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reports.cost.estimate import estimate
from reports.state import Entry
from reports.values import UNKNOWN
from tests.reports.cost.support.entries import (
    ALARM,
    CLUSTER,
    ENDPOINT,
    KEY,
    NAT,
    REGION,
    ROUTERS,
    SECRET,
    database,
    entry,
    nodes,
    template,
    unknown,
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
KNOWN = [
    entry(NAT, "nat"),
    entry(KEY, "key", {"enableKeyRotation": True}),
    entry(SECRET, "secret"),
    nodes(),
    template(),
    database(multiAz=True),
    entry(ALARM, "a", {"namespace": "NationGraph/A", "metricName": "B"}),
    entry(ALARM, "b", {"namespace": "NationGraph/A", "metricName": "B"}),
    entry("aws:redshift/cluster:Cluster", "unpriced"),
]


@given(st.lists(st.sampled_from(KNOWN), unique_by=lambda one: one["urn"]), st.sampled_from(KNOWN), st.randoms())
def test_one_more_resource_never_costs_less_and_order_does_not_matter(
    entries: list[Entry], more: Entry, random: Any
) -> None:
    """Whatever the stack is made of."""
    without = [one for one in entries if one["urn"] != more["urn"]]
    made, larger = estimate(without, REGION), estimate([*without, more], REGION)
    assert larger.total >= made.total
    random.shuffle(without)
    again = estimate(without, REGION)
    assert (again.total, again.by_component(), unknown(again)) == (made.total, made.by_component(), unknown(made))


@given(
    st.sampled_from([*{str(one["type"]) for one in KNOWN}, ROUTERS, ENDPOINT, CLUSTER]),
    st.dictionaries(
        st.sampled_from(
            [
                "instanceTypes",
                "scalingConfig",
                "launchTemplate",
                "multiAz",
                "allocatedStorage",
                "subnetIds",
                "replicas",
                "metricQueries",
                "period",
                "namespace",
                "metricName",
                "dimensions",
                "desiredCapacity",
                "region",
                "type",
                "blockDeviceMappings",
                "networkInterfaces",
                "monitoring",
                "vpcEndpointType",
                "instanceClass",
                "engine",
            ]
        ),
        VALUES,
    ),
)
def test_no_input_makes_it_raise(type_: str, inputs: dict[str, Any]) -> None:
    """A value of an unexpected kind is not priced; no sum is negative or without end."""
    made = estimate([entry(type_, "odd", inputs), template(**inputs), nodes(**inputs)], REGION)
    assert made.total.is_finite()
    assert all(line.quantity >= 0 for line in made.lines)
