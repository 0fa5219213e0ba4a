"""Every type of the table lives through create, read, import, change, tags, listing and delete on the real emulator."""

import pytest

from sandbox.aws import observed, resource
from sandbox.aws.table import Row, rows
from tests.sandbox.support.cloud import Cloud, Made, check, sample_of, samples
from tests.support.depth import deep, in_sample

pytestmark = pytest.mark.no_cover

KEPT = (
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:secretsmanager/secretVersion:SecretVersion",
    "aws:sns/topicPolicy:TopicPolicy",
)
"""They are part of another resource, which keeps them, as with the real provider."""
TAGS = [{"tags": {"Name": "x", "team": "platform"}}, {"tags": {"team": "y", "empty": ""}}, {"tags": {}}, {"tags": None}]
"""Added, changed, removed, all removed, no longer declared."""
MAP = {"map": "string"}
LISTED = [name for name, sample in samples().items() if rows()[sample["type"]].list]

TAGGED = [name for name in LISTED if rows()[samples()[name]["type"]].schema["object"].get("tags") == MAP]


def unread(made: Made) -> set[str]:
    """Inputs that the account does not show: those that only steer the provider, and what a sample says."""
    own = {
        name for sample in samples().values() if sample["type"] == made.row.type for name in sample.get("unread", ())
    }
    return own | set(made.row.ignore)


def assert_shown(cloud: Cloud, made: Made, when: str) -> None:
    """AWS shows every input as it was declared: a refresh finds no drift, and nothing stays unread."""
    seen = cloud.read(made)
    assert seen is not None, when
    assert observed.refreshed(made.row, made.inputs, seen) == made.inputs, when
    unseen = {k for k, v in made.inputs.items() if k not in seen and v not in (False, "", [], {})}
    assert unseen - {"__defaults"} <= unread(made), when


@pytest.mark.parametrize("row", rows().values(), ids=lambda row: row.type)
def test_every_type_has_a_sample(row: Row) -> None:
    """A type without a sample is a type without a test."""
    assert sample_of(row.type)


def assert_importable(cloud: Cloud, made: Made) -> None:
    """Reading by id alone gives the inputs that a program would declare, and no others: an import is without a diff."""
    seen = observed.read(cloud.api, made.row, made.id, {})
    assert seen is not None
    inputs, failures = check(made.row.type, observed.imported(made.row, seen))
    assert not failures
    hidden = {"__defaults", *unread(made)}
    wanted = {k: v for k, v in made.inputs.items() if k not in hidden and v not in (False, "", [], {})}
    assert set(inputs) - hidden == set(wanted)
    assert {k for k, v in wanted.items() if not observed.agrees(made.row, k, v, inputs[k])} == set()


@deep
@pytest.mark.parametrize("name", [name for name in samples() if in_sample(name, 5)])
def test_life(cloud: Cloud, name: str) -> None:
    """A sample is made and shown as declared, importable, changed in place, listed once; deleted it is gone."""
    made, sample = cloud.make(name), samples()[name]
    assert_shown(cloud, made, "after create")
    if sample.get("import", True):
        assert_importable(cloud, made)
    tagged = "tags" in sample.get("inputs", {}) and made.row.schema["object"]["tags"] == MAP
    for change in [*sample.get("changes", ()), *(TAGS if tagged else ())]:
        assert not set(change) & set(made.row.replace)
        cloud.update(made, **change)
        assert_shown(cloud, made, f"after {change}")
    if made.row.list:
        assert cloud.api.identifiers(made.row).count(made.id) == 1
    cloud.remove(name)
    if made.row.type not in KEPT:
        assert cloud.read(made) is None
        assert made.id not in cloud.api.identifiers(made.row)
    resource.delete(cloud.api, made.row, made.id, {**made.state, **made.inputs})


@deep
@pytest.mark.parametrize("name", [name for name in TAGGED if in_sample(name, 4)])
def test_found_by_inputs_among_others(cloud: Cloud, name: str) -> None:
    """A listed resource is recognised by its inputs, and no other one of its type is taken for it."""
    made = cloud.make(name, tags={"Name": "wanted"})
    if made.row.type != "aws:accessanalyzer/analyzer:Analyzer":  # AWS allows one of a kind
        for other, sample in samples().items():
            if sample["type"] == made.row.type and other != name:
                cloud.make(other)
    shown = {i: observed.read(cloud.api, made.row, i, made.inputs) for i in cloud.api.identifiers(made.row)}
    assert [i for i, seen in shown.items() if seen and observed.matches(made.row, made.inputs, seen)] == [made.id]
