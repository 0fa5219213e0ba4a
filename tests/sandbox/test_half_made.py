"""A creation that was cut short after any of its calls is found by what was declared, adopted and completed."""

from contextlib import suppress

import pytest
from botocore.exceptions import EndpointConnectionError

from sandbox import repair
from sandbox.aws import observed, resource
from sandbox.aws.convert import same
from sandbox.aws.table import Row, rows
from tests.sandbox.support.cloud import Cloud, Props, samples
from tests.sandbox.support.cut import Cut
from tests.support.depth import deep, in_sample

pytestmark = pytest.mark.no_cover

SHOWN_ONCE = "accessKey"
"""Its secret is in the answer that was lost: it is of no use to anybody, and a person removes it."""
ALWAYS = ("securityGroup", "role", "topic")
"""Some with many calls."""

NAMES = [name for name in samples() if name != SHOWN_ONCE and (name in ALWAYS or in_sample(name, 32))]


def completed(cloud: Cloud, row: Row, identifier: str, inputs: Props) -> Props:
    """The inputs that a refresh shows of an adopted resource, after the next update where they differ."""
    shown = observed.read(cloud.api, row, identifier, inputs)
    assert shown is not None
    old = observed.refreshed(row, inputs, shown)
    changed = {key for key in {*old, *inputs} - {"__defaults"} if not same(old.get(key), inputs.get(key))}
    assert not changed & set(row.replace)
    if changed:
        arn = {"arn": shown["arn"]} if "arn" in shown else {}
        resource.update(cloud.api, row, identifier, {**arn, **old}, inputs)
    return observed.refreshed(row, inputs, observed.read(cloud.api, row, identifier, inputs) or {})


@deep
@pytest.mark.parametrize("name", NAMES)
def test_cut_short_after_each_call(endpoint: str, cloud: Cloud, name: str) -> None:
    """What the account lists is found as the one; it becomes what was declared, without a replacement."""
    row, inputs = rows()[samples()[name]["type"]], cloud.inputs(name)
    before, calls, whole = cloud.api.identifiers(row), 0, False
    while not whole:
        calls += 1
        with suppress(EndpointConnectionError):
            resource.create((cut := Cut(endpoint, calls)).api, row, inputs)
            whole = cut.changes < calls
        made = [identifier for identifier in cloud.api.identifiers(row) if identifier not in before]
        found = repair.find(cloud.api, row.type, inputs, before)
        assert not made or found == made, f"after {calls} calls"
        if found:
            assert completed(cloud, row, found[0], inputs) == inputs, f"after {calls} calls"
            resource.delete(cloud.api, row, found[0], inputs)
    print(f"creations cut short and completed: {calls} of {calls} of {name}")
