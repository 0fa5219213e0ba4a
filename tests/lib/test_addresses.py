"""Subnets never move: the allocation is disjoint, inside the VPC, independent of what else exists, and on record."""

import ipaddress
import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.addresses import FIRST_UNIT_AND_WIDTH, ZONES, private_network, subnet_cidr, vpc_network, zone_slot

GOLDEN = Path(__file__).parent / "golden" / "subnets.json"
SLOTS = range(len(ZONES))
ENVIRONMENTS = ("10.0.0.0/16", "10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16")


@st.composite
def vpcs(draw: st.DrawFn) -> str:
    """Any VPC CIDR in 10.0.0.0/8 from /16 to /20."""
    prefix = draw(st.integers(16, 20))
    block = draw(st.integers(0, 2 ** (prefix - 8) - 1))
    return f"{ipaddress.IPv4Address('10.0.0.0') + block * 2 ** (32 - prefix)}/{prefix}"


def allocation(vpc: str) -> dict[str, list[str]]:
    """Every subnet that a VPC can hold, by tier, in slot order."""
    return {tier: [subnet_cidr(vpc, tier, slot) for slot in SLOTS] for tier in FIRST_UNIT_AND_WIDTH}


@given(vpcs())
def test_subnets_are_disjoint_and_inside(vpc: str) -> None:
    """No two slots share an address, none leaves the VPC, each is at least the /28 that AWS asks for."""
    networks = [ipaddress.IPv4Network(cidr) for cidrs in allocation(vpc).values() for cidr in cidrs]
    assert all(network.subnet_of(ipaddress.IPv4Network(vpc)) and network.prefixlen <= 28 for network in networks)
    ordered = sorted(networks)
    assert all(left.broadcast_address < right.network_address for left, right in itertools.pairwise(ordered))


@given(vpcs(), st.sampled_from(sorted(FIRST_UNIT_AND_WIDTH)), st.permutations(ZONES), st.integers(1, 7))
def test_a_new_zone_moves_nothing(vpc: str, tier: str, letters: list[str], before: int) -> None:
    """The subnets of the first zones are the same whichever zones are added later and in whichever order."""

    def subnets(zones: list[str]) -> dict[str, str]:
        return {zone: subnet_cidr(vpc, tier, zone_slot("eu-central-1", f"eu-central-1{zone}")) for zone in zones}

    assert subnets(letters[:before]).items() <= subnets(sorted(letters)).items()


def test_recorded_subnets_have_not_moved() -> None:
    """Every CIDR on record is what the function gives: a moved subnet would be replaced with all that is in it."""
    recorded = json.loads(GOLDEN.read_text(encoding="utf-8"))
    moved = {
        f"{vpc} {tier} {ZONES[slot]}": f"{cidr} -> {subnet_cidr(vpc, tier, slot)}"
        for vpc, tiers in recorded.items()
        for tier, cidrs in tiers.items()
        for slot, cidr in enumerate(cidrs)
        if subnet_cidr(vpc, tier, slot) != cidr
    }
    assert moved == {}


def test_record_is_complete() -> None:
    """Every tier and zone of every environment is on record; what is new is appended to golden/subnets.json."""
    recorded = json.loads(GOLDEN.read_text(encoding="utf-8"))
    for vpc in ENVIRONMENTS:
        assert {tier: len(cidrs) for tier, cidrs in recorded[vpc].items()} == dict.fromkeys(FIRST_UNIT_AND_WIDTH, 8)


def test_first_subnets_of_a_vpc() -> None:
    """The layout in numbers, by hand: private zones are /20 from the bottom, the others /23 in the upper half."""
    assert allocation("10.2.0.0/16")["private"][:3] == ["10.2.0.0/20", "10.2.16.0/20", "10.2.32.0/20"]
    assert subnet_cidr("10.2.0.0/16", "public", 0) == "10.2.128.0/23"
    assert subnet_cidr("10.2.0.0/16", "database", 2) == "10.2.148.0/23"
    assert subnet_cidr("10.2.0.0/16", "analytics", 7) == "10.2.174.0/23"
    assert subnet_cidr("10.9.32.0/20", "private", 7) == "10.9.39.0/24"


@pytest.mark.parametrize(
    ("cidr", "message"),
    [
        ("10.0.0.0/33", "'10.0.0.0/33' is not an IPv4 CIDR"),
        ("10.0.0.1/16", "has host bits set.*write it like 10.0.0.0/16"),
        ("fd00::/56", "is not an IPv4 CIDR"),
        ("0.0.0.0/0", "reaches beyond the private ranges"),
        ("8.8.0.0/16", "reaches beyond the private ranges"),
        ("100.64.0.0/16", "choose one inside 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16"),
        ("172.0.0.0/8", "reaches beyond the private ranges"),
    ],
)
def test_networks_outside_rfc_1918_are_refused(cidr: str, message: str) -> None:
    """Malformed, public, shared and IPv6 ranges are refused with the value and the fix."""
    with pytest.raises(ValueError, match=message):
        private_network(cidr)


@pytest.mark.parametrize("cidr", ["10.0.0.0/15", "10.0.0.0/21"])
def test_vpcs_that_do_not_fit_the_slots_are_refused(cidr: str) -> None:
    """AWS takes no VPC wider than /16, and below /20 the smallest slots would be too small."""
    with pytest.raises(ValueError, match=r"does not fit the slots; choose /16 to /20"):
        vpc_network(cidr)


@pytest.mark.parametrize("zone", ["eu-central-1", "eu-central-1i", "eu-west-1a", "eu-central-1ab", "a", ""])
def test_foreign_zones_are_refused(zone: str) -> None:
    """A zone without a slot of this region is an error, never a guess."""
    with pytest.raises(ValueError, match="is not a zone of eu-central-1; name zones eu-central-1a to eu-central-1h"):
        zone_slot("eu-central-1", zone)


def test_unknown_tiers_and_slots_are_refused() -> None:
    """Asking for what is not on the table names what is."""
    with pytest.raises(ValueError, match="'cache' owns no slots; known tiers: private, public, database, analytics"):
        subnet_cidr("10.0.0.0/16", "cache", 0)
    for slot in (-1, 8):
        with pytest.raises(ValueError, match=f"slot {slot} does not exist; a tier has slots 0 to 7"):
            subnet_cidr("10.0.0.0/16", "public", slot)
