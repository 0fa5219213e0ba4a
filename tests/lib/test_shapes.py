"""A value of any shape, read as one."""

from typing import Any

import pytest

from lib.shapes import mapping


@pytest.mark.parametrize(("value", "read"), [({"a": 1}, {"a": 1}), ({}, {}), (None, {}), ([("a", 1)], {}), ("a", {})])
def test_only_an_object_is_read_as_one(value: Any, read: dict[str, Any]) -> None:
    """Anything else is an empty one."""
    assert mapping(value) == read
