"""SEC-01: each detector finds what it is for."""

import string

import pytest

from policy.facts import detectors
from tests.policy.support.samples import HEX, OF_LIBRARY, OWN, drawn


@pytest.mark.parametrize("secret", [*OF_LIBRARY.values(), *OWN.values()], ids=[*OF_LIBRARY, *OWN])
def test_every_format_is_found_by_its_format(secret: str) -> None:
    """Each detector of the library and each format of our own: the pre-filter lets none of its secrets slip by."""
    kind = detectors.kind(f"note {secret} end" if "\n" not in secret else secret)
    assert kind is not None


def test_the_library_has_no_detector_that_is_not_asked() -> None:
    """A sample stands for each detector, and every detector of a format is among them."""
    kinds = {kind for kind, _ in detectors._library()}
    found = {detectors.kind(secret) for secret in OF_LIBRARY.values()}
    told = {kind.removeprefix("a secret (").removesuffix(")") for kind in found if kind}
    # Our own pattern takes the private key first.
    assert kinds - told <= {"Private Key"}
    assert len(kinds) == 22


@pytest.mark.parametrize(
    ("length", "alphabet", "share"),
    [
        (40, string.ascii_letters + string.digits + "+/", 0.98),
        (32, string.ascii_letters + string.digits, 0.95),
        (20, string.ascii_letters + string.digits, 0.85),
        (32, HEX, 0.93),
        (64, HEX, 0.98),
    ],
)
def test_random_strings_are_found(length: int, alphabet: str, share: float) -> None:
    """Most generated keys are found without a name or a format; the shares are measured over 500 draws."""
    found = sum(detectors.random(drawn(length, alphabet)) for _ in range(500))
    assert found >= share * 500
