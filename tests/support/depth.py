"""How deep a matrix goes: ``make test`` tries a sample of it, ``make prove`` all of it."""

import os
import zlib

import pytest

DEEP = bool(os.environ.get("NATIONGRAPH_SLOW"))
"""Whether this is ``make prove``."""

deep = pytest.mark.deep
"""On tests that try only a sample in the default run: ``make prove`` runs them whole."""


def in_sample(name: str, one_in: int) -> bool:
    """Whether the case of that name is tried: about one in ``one_in``, the same ones in every run; all when deep."""
    return DEEP or zlib.crc32(name.encode()) % one_in == 0
