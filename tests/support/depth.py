"""How deep a matrix goes: ``make test`` tries a sample of it, ``make prove`` all of it."""

import os
import zlib

import pytest

DEEP = bool(os.environ.get("NATIONGRAPH_SLOW"))
"""Whether this is ``make prove``."""

deep = pytest.mark.deep
"""On tests that try only a sample in the default run: ``make prove`` runs them whole."""


def sampled(one_in: int) -> pytest.MarkDecorator:
    """The same for a parametrized test, of which ``make test`` runs about one case in ``one_in``."""
    return pytest.mark.deep(one_in=one_in)


def examples(number: int) -> int:
    """How many examples a property-based test of that size tries: a quarter by default."""
    return number if DEEP else max(5, number // 4)


def in_sample(name: str, one_in: int) -> bool:
    """Whether the case of that name is tried: about one in ``one_in``, the same ones in every run; all when deep."""
    return DEEP or zlib.crc32(name.encode()) % one_in == 0
