"""Reading properties: unknown values, references, public address space."""

import pytest
from pulumi_policy.proxy import UnknownValueError

from policy.facts import props
from tests.support.resources import UNKNOWN, Ref, Res, as_resource_args, as_stack

SUBNET = "aws:ec2/subnet:Subnet"
GROUP = "aws:rds/subnetGroup:SubnetGroup"


@pytest.mark.parametrize(
    ("cidrs", "whole", "overlarge"),
    [
        (["0.0.0.0/0"], True, True),
        (["0.0.0.0/1"], True, True),
        (["128.0.0.0/1"], True, True),
        (["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"], True, True),
        (["::/0"], True, True),
        (["2000::/3"], True, True),
        (["2000::/4", "3000::/4"], True, True),
        (["8.0.0.0/8"], False, True),
        (["52.0.0.0/16", "53.0.0.0/32"], False, True),
        (["52.0.0.0/17", "52.0.128.0/17", "52.1.0.0/32"], False, True),
        (["2a00::/12"], False, True),
        (["52.0.0.0/16"], False, False),
        (["2a0a:a440::/29"], False, False),
        (["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"], False, False),
        (["10.0.0.0/9", "10.128.0.0/9"], False, False),
        (["no range"], False, False),
        ([], False, False),
    ],
)
def test_public_address_space_is_counted_as_a_union(cidrs: list[str], *, whole: bool, overlarge: bool) -> None:
    """Splitting hides nothing, private space counts as nothing, and IPv6 is measured against 2000::/3."""
    assert (props.is_whole_internet(cidrs), props.is_overlarge(cidrs)) == (whole, overlarge)


def test_known_values_decide_against_dependencies() -> None:
    """A value computed from two resources depends on both, but names only the one that it holds."""
    made = as_stack([Res(SUBNET, "a"), Res(SUBNET, "b"), Res(GROUP, "g", {"subnetIds": [Ref("a")]})])
    a, b, group = made
    group.property_dependencies["subnetIds"] = [a, b]
    assert props.referenced(group, "subnetIds", [a, b]) == [a]


def test_unknown_values_fall_back_to_dependencies() -> None:
    """In a preview the dependencies of the property stand in for the ids, beside those that are known."""
    refs = [Ref("a"), Ref("b", unknown=True)]
    a, b, group = as_stack([Res(SUBNET, "a"), Res(SUBNET, "b"), Res(GROUP, "g", {"subnetIds": refs})])
    assert props.referenced(group, "subnetIds", [a, b]) == [a, b]
    assert props.attached(b, "subnetIds", [group]) == [group]


def test_an_arn_ends_in_the_id() -> None:
    """A provider may leave the id out of the outputs; a part of an id is no id."""
    whole = Res(SUBNET, "a", {"id": None, "arn": "arn:aws:ec2:eu-central-1:123456789012:subnet/subnet-12"})
    (subnet,) = as_stack([whole])
    assert props.named_by(subnet, "x", "subnet-12", [subnet]) == [subnet]
    assert props.named_by(subnet, "x", "12", [subnet]) == []
    assert props.named_by(subnet, "x", "", [subnet]) == []


def test_undecided_only_without_any_trace() -> None:
    """A preview can't tell only where neither a value nor a dependency shows what is meant."""
    traced = Res(GROUP, "traced", {"subnetIds": [Ref("a", unknown=True)]})
    a, *groups = as_stack([Res(SUBNET, "a"), traced, Res(GROUP, "lost", {"subnetIds": [UNKNOWN]})])
    assert not props.undecided("subnetIds", groups[:1])
    assert props.undecided("subnetIds", groups)
    assert props.referenced(groups[1], "subnetIds", [a]) == []


def test_raise_unknown_names_the_property() -> None:
    """The engine is told which value kept the rule from a verdict; known and absent values pass."""
    resource = as_resource_args(Res(GROUP, "g", {"name": UNKNOWN, "description": "d"}))
    props.raise_unknown(resource, "description", "absent")
    with pytest.raises(UnknownValueError) as raised:
        props.raise_unknown(resource, "description", "name")
    assert raised.value.props == ["name"]


def test_numbers_are_shown_as_they_were_written() -> None:
    """The engine sends 7 as 7.0."""
    assert [props.shown(value) for value in (7.0, 0.5, 7, "7", None, True)] == ["7", "0.5", "7", "'7'", "None", "True"]


@pytest.mark.parametrize("stack", ["sandbox", "production", "pr-12"])
def test_stack_is_read_from_the_urn(stack: str) -> None:
    """Types of parents in the URN do not confuse it."""
    urn = f"urn:pulumi:{stack}::nationgraph-platform::nationgraph:database:PrivateDatabase$aws:kms/key:Key::k"
    assert props.stack_of(urn) == stack
