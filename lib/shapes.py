"""One shape of what may have any, for readers of states and of resources."""

from collections.abc import Mapping
from typing import Any


def mapping(value: object) -> Mapping[str, Any]:
    """An object as it is; an empty one for anything else, the unknown too."""
    return value if isinstance(value, Mapping) else {}
