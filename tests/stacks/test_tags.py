"""Tags: everything that can carry the vocabulary carries it, and nothing without a value gets through."""

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime.settings import ROOT
from pulumi_aws.autoscaling.group import Group
from pulumi_aws.ec2.route import Route
from pulumi_aws.ec2.subnet import Subnet
from pulumi_aws.ec2.vpc import Vpc
from pulumi_aws.kms.alias import Alias
from pulumi_aws.kms.key import Key
from pulumi_aws.rds.instance import Instance
from pulumi_aws.s3.bucket import Bucket

from lib.vocabulary import (
    COST_CENTRE,
    DATA_CLASSIFICATION,
    DATA_CLASSIFICATIONS,
    ENVIRONMENT,
    MANAGED_BY,
    OVERRIDABLE_TAG_KEYS,
    OWNER,
    REQUIRED_TAG_KEYS,
    SERVICE,
)
from stacks.tags import _OWN_FORM, Tags, register
from tests.conftest import Deploy, Deployment

TAGS = Tags(owner="platform", environment="dev", cost_centre="ENG-110", data_classification="internal")
VOCABULARY = {
    OWNER: "platform",
    ENVIRONMENT: "dev",
    SERVICE: "platform",
    COST_CENTRE: "ENG-110",
    DATA_CLASSIFICATION: "internal",
    MANAGED_BY: "pulumi",
}


class Shop(pulumi.ComponentResource):
    """A component whose child says nothing of tags."""

    def __init__(self, name: str) -> None:
        super().__init__("test:index:Shop", name, {})
        self.bucket = Bucket(f"{name}-data", opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


@pytest.fixture
def tagged(deploy: Deploy) -> Iterator[Callable[..., Deployment]]:
    """Deploy a program under the vocabulary. The stack that carries the transformation does not outlive the program."""

    def run(program: Callable[[], Any], **options: bool) -> Deployment:
        def with_tags() -> Any:
            register(TAGS)
            return program()

        try:
            return deploy(with_tags, **options)
        finally:
            ROOT.set(None)
            # Each output of a resource that failed holds the error too, and asyncio would print it for every one.
            asyncio.get_event_loop().set_exception_handler(lambda _loop, _context: None)

    ROOT.set(None)
    yield run
    ROOT.set(None)


def test_vocabulary_is_the_list_of_required_keys() -> None:
    """The program sets exactly what the policies require."""
    assert TAGS.as_dict() == VOCABULARY
    assert tuple(VOCABULARY) == REQUIRED_TAG_KEYS


@pytest.mark.parametrize("make", [Vpc, Bucket, Key], ids=lambda make: make.__name__)
def test_resource_without_tags_of_its_own_gets_the_vocabulary_and_its_name(
    tagged: Callable[..., Deployment], make: Callable[[str], Any]
) -> None:
    """Whoever declares a resource need not think of tags."""
    assert tagged(lambda: make("it")).named("it").inputs["tags"] == {"Name": "it", **VOCABULARY}


def test_child_of_a_component_is_reached(tagged: Callable[..., Deployment]) -> None:
    """The vocabulary reaches through components; the component itself carries no inputs."""
    deployment = tagged(lambda: Shop("shop"))
    assert deployment.named("shop-data").inputs["tags"] == {"Name": "shop-data", **VOCABULARY}
    assert deployment.named("shop").inputs == {}


def test_resources_that_carry_no_tags_are_left_alone(tagged: Callable[..., Deployment]) -> None:
    """A route and an alias have no tags; an autoscaling group has them in a form of its own."""

    def program() -> None:
        Route("route", route_table_id="rtb-1", destination_cidr_block="0.0.0.0/0", gateway_id="igw-1")
        Alias("alias", target_key_id="key-1")
        Group("group", max_size=1, min_size=1, tags=[{"key": "a", "value": "b", "propagate_at_launch": True}])

    deployment = tagged(program)
    assert "tags" not in deployment.named("route").inputs
    assert "tags" not in deployment.named("alias").inputs
    assert [tag["key"] for tag in deployment.named("group").inputs["tags"]] == ["a"]


def test_resource_that_is_read_is_left_alone(tagged: Callable[..., Deployment]) -> None:
    """Looking up what others own changes nothing of it."""
    seen: list[Any] = []

    def program() -> pulumi.Output[Any]:
        vpc = Vpc.get("theirs", "vpc-1")
        return vpc.tags.apply(seen.append)

    tagged(program)
    assert seen == [None]


def test_own_tags_stay_beside_the_vocabulary(tagged: Callable[..., Deployment]) -> None:
    """What is specific to a resource is merged, its inputs are otherwise untouched."""

    def program() -> None:
        Subnet("db-a", vpc_id="vpc-1", cidr_block="10.1.0.0/24", tags={"nationgraph:tier": "database"})

    inputs = tagged(program).named("db-a").inputs
    assert inputs["tags"] == {"Name": "db-a", "nationgraph:tier": "database", **VOCABULARY}
    assert inputs["vpcId"] == "vpc-1"
    assert inputs["cidrBlock"] == "10.1.0.0/24"


@pytest.mark.parametrize("key", [key for key in REQUIRED_TAG_KEYS if key not in OVERRIDABLE_TAG_KEYS])
def test_vocabulary_wins_over_own_tags(tagged: Callable[..., Deployment], key: str) -> None:
    """Nobody disguises whose a resource is, where it runs or who pays."""
    assert tagged(lambda: Vpc("it", tags={key: "other"})).named("it").inputs["tags"][key] == VOCABULARY[key]


@pytest.mark.parametrize(("key", "value"), [(SERVICE, "billing"), (DATA_CLASSIFICATION, "restricted")])
def test_service_and_classification_may_be_set_by_the_resource(
    tagged: Callable[..., Deployment], key: str, value: str
) -> None:
    """A component knows best which service it serves and what its data is."""
    assert tagged(lambda: Vpc("it", tags={key: value})).named("it").inputs["tags"] == {
        "Name": "it",
        **VOCABULARY,
        key: value,
    }


@pytest.mark.parametrize("preview", [True, False])
def test_tags_that_are_outputs_are_merged(tagged: Callable[..., Deployment], *, preview: bool) -> None:
    """A tag, or all tags, may depend on another resource."""

    def program() -> None:
        vpc = Vpc("vpc")
        Vpc("one", tags={"from": vpc.arn})
        Vpc("all", tags=vpc.arn.apply(lambda arn: {"from": arn}))

    deployment = tagged(program, preview=preview)
    arn = "arn:aws:ec2:eu-central-1:123456789012:vpc"
    for name in ("one", "all"):
        assert deployment.named(name).inputs["tags"] == {"Name": name, "from": arn, **VOCABULARY}


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        (SERVICE, "", "is no value"),
        (SERVICE, "  ", "is no value"),
        (SERVICE, None, "is no value"),
        (SERVICE, "a;b", "is refused by AWS"),
        (SERVICE, "a" * 257, "is refused by AWS"),
        (DATA_CLASSIFICATION, "secret", f"use one of {', '.join(DATA_CLASSIFICATIONS)}"),
    ],
)
@pytest.mark.parametrize("as_output", [True, False])
def test_override_without_a_value_fails_by_name(
    tagged: Callable[..., Deployment], key: str, value: Any, why: str, *, as_output: bool
) -> None:
    """A resource cannot rid itself of a required tag; the error names resource, key and value."""
    tags = {key: value}
    with pytest.raises(ValueError, match=re.escape(why)) as caught:
        tagged(lambda: Vpc("it", tags=pulumi.Output.from_input(tags) if as_output else tags))
    last_line = str(caught.value).splitlines()[-1]  # above it, for an output, the SDK says which input it was
    assert last_line.removeprefix("ValueError has risen: ").startswith(f"it: {key}: {value!r} ")


@pytest.mark.parametrize("field", asdict(TAGS))
@pytest.mark.parametrize("value", ["", " ", None, "a;b", "a" * 257])
def test_empty_or_refused_value_fails_before_any_resource(field: str, value: Any) -> None:
    """One clear line with the key that AWS would see."""
    with pytest.raises(ValueError, match=f"^nationgraph:{field.replace('_', '-')}: ") as caught:
        Tags(**(asdict(TAGS) | {field: value}))
    assert str(caught.value).count("nationgraph:") == 1
    assert "\n" not in str(caught.value)


def test_every_fault_of_the_vocabulary_at_once() -> None:
    """Two empty values are two faults in one error."""
    with pytest.raises(ValueError, match=r"nationgraph:owner: .*; nationgraph:cost-centre: ") as caught:
        Tags(owner="", environment="dev", cost_centre="", data_classification="internal")
    assert str(caught.value).count("is no value") == 2


def test_tags_never_replace_or_drop_other_inputs(tagged: Callable[..., Deployment], deploy: Deploy) -> None:
    """Only ``tags`` differs from what the program declared."""

    def program() -> None:
        Instance(
            "db",
            instance_class="db.t4g.medium",
            engine="postgres",
            storage_encrypted=True,
            manage_master_user_password=True,
        )

    with_tags, without = tagged(program).named("db").inputs, deploy(program).named("db").inputs
    assert {key: value for key, value in with_tags.items() if key != "tags"} == without


def test_list_of_types_with_another_form_is_complete() -> None:
    """Every other resource of the pinned SDK takes a map; one that does not and is not listed would break."""
    spec = find_spec("pulumi_aws")
    assert spec
    assert spec.origin
    other = set()
    for path in Path(spec.origin).parent.rglob("*.py"):
        if path.name in ("_inputs.py", "outputs.py") or path.name.startswith("get_"):
            continue
        text = path.read_text()
        if re.search(r"^                 tags: (?!.*Mapping\[str, )", text, re.MULTILINE):
            other |= set(re.findall(r"""^            '(aws:[\w/]+:\w+)',""", text, re.MULTILINE))
    assert other == _OWN_FORM
