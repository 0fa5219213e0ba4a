"""One lab for the tests of a module."""

from collections.abc import Iterator

import pytest

from models.access.loader import load_access
from tests.e2e.vpn.support import machines, programs, wiring
from tests.e2e.vpn.support.lab import Lab

RELAYED = "support"
"""The group whose node finds no direct way to its peers."""


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """The tailnet of the access model. Skips, and says why, where no network namespaces can be made."""
    if why := machines.unavailable():
        pytest.skip(why)
    with wiring.running(load_access(), programs.headscale(), programs.tailscaled(), relayed={RELAYED}) as made:
        yield made
