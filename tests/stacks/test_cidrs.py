"""Ranges: any two that overlap are reported, any others are accepted."""

import ipaddress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lib.addresses import PRIVATE, vpc_network
from lib.problems import WrongValueError
from stacks.cidrs import TAILNET, check_range


@st.composite
def ranges(draw: st.DrawFn, within: ipaddress.IPv4Network, prefixes: tuple[int, int]) -> ipaddress.IPv4Network:
    """A range inside ``within`` whose prefix lies between the two."""
    prefix = draw(st.integers(max(prefixes[0], within.prefixlen), prefixes[1]))
    index = draw(st.integers(0, 2 ** (prefix - within.prefixlen) - 1))
    return ipaddress.IPv4Network((int(within.network_address) + index * 2 ** (32 - prefix), prefix))


usable = st.sampled_from(PRIVATE).flatmap(lambda within: ranges(within, (16, 20)))
anywhere = ranges(ipaddress.IPv4Network("0.0.0.0/0"), (0, 32))


def overlap(one: ipaddress.IPv4Network, other: ipaddress.IPv4Network) -> bool:
    """Whether two ranges share an address, by their first and last."""
    return one[0] <= other[-1] and other[0] <= one[-1]


@given(ours=usable, theirs=usable | anywhere)
def test_reported_exactly_where_two_ranges_share_an_address(
    ours: ipaddress.IPv4Network, theirs: ipaddress.IPv4Network
) -> None:
    """An overlap names the other stack; without one the range is accepted as it stands."""
    if overlap(ours, theirs):
        with pytest.raises(WrongValueError, match=r"overlaps .* of theirs"):
            check_range(str(ours), {"theirs": str(theirs)})
    else:
        assert check_range(str(ours), {"theirs": str(theirs)}) == str(ours)


@given(data=st.data(), ours=usable)
def test_range_inside_or_around_another_is_reported(data: st.DataObject, ours: ipaddress.IPv4Network) -> None:
    """Containment counts in both directions, which random pairs seldom show."""
    inside = data.draw(ranges(ours, (ours.prefixlen, 32)))
    around = ours.supernet(new_prefix=data.draw(st.integers(0, ours.prefixlen)))
    with pytest.raises(WrongValueError) as caught:
        check_range(str(ours), {"inside": str(inside), "around": str(around)})
    assert f"{inside} of inside, {around} of around" in caught.value.why


@given(ours=usable, others=st.dictionaries(st.sampled_from("abc"), usable | anywhere))
def test_suggested_range_is_free(ours: ipaddress.IPv4Network, others: dict[str, ipaddress.IPv4Network]) -> None:
    """The fix of an overlap is itself accepted."""
    texts = {stack: str(other) for stack, other in others.items()}
    try:
        check_range(str(ours), texts)
    except WrongValueError as error:
        assume("for example" in error.fix)
        suggested = error.fix.rpartition(" ")[2]
        assert check_range(suggested, texts) == suggested


def test_nothing_is_suggested_where_nothing_is_free() -> None:
    """Where every range of the size is in use, the fix says so."""
    with pytest.raises(WrongValueError) as caught:
        check_range("10.0.0.0/16", {"all": "10.0.0.0/8"})
    assert caught.value.fix == "free a range of 10.0.0.0/8 first"


@given(found=ranges(TAILNET, (10, 32)))
def test_every_part_of_the_tailnet_is_refused(found: ipaddress.IPv4Network) -> None:
    """The reason is the tailnet, whatever else is wrong with the range."""
    with pytest.raises(WrongValueError, match="tailnet"):
        check_range(str(found), {})


@given(found=anywhere)
def test_accepts_what_the_network_can_cut_into_subnets(found: ipaddress.IPv4Network) -> None:
    """Settings and the network component agree on which ranges serve."""
    try:
        vpc_network(str(found))
        serves = True
    except ValueError:
        serves = False
    try:
        accepted = check_range(str(found), {}) == str(found)
    except WrongValueError:
        accepted = False
    assert accepted == serves


@given(text=st.text(max_size=20) | st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){3}(/[0-9]{1,3})?", fullmatch=True))
def test_any_text_is_a_range_or_a_reason(text: str) -> None:
    """No text makes the check fail in another way."""
    try:
        accepted = check_range(text, {})
    except WrongValueError as error:
        accepted = error.fix and text
    assert accepted == text
