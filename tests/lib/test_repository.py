"""Repositories with and without GitHub's immutable ids."""

import pytest

from lib.repository import without_ids


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("nationgraph/platform", "nationgraph/platform"),
        ("nationgraph@123/platform@456", "nationgraph/platform"),
        ("a@1/b.c-d_e@2", "a/b.c-d_e"),
        ("a/b@x", "a/b@x"),
    ],
)
def test_ids_are_left_out(given: str, name: str) -> None:
    """Of owner and name, where they are numbers."""
    assert without_ids(given) == name
