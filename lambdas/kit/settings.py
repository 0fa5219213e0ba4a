"""What the environment tells a function: a setting that is missing or wrong is named, with what it must be."""

import json
from collections.abc import Mapping
from typing import Any

from lambdas.kit.errors import RotationError


def text(environment: Mapping[str, str], name: str) -> str:
    """A setting that must be there."""
    if name not in environment:
        raise RotationError("configuration", f"{name} is not set; README.md lists what must be")
    return environment[name]


def mapping(environment: Mapping[str, str], name: str) -> dict[str, Any]:
    """A setting that is a JSON object."""
    value = _json(environment, name)
    if not isinstance(value, dict):
        raise _wrong(environment, name, "object")
    return value


def texts(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    """A setting that is a JSON list of texts, none of them empty."""
    value = _json(environment, name)
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise _wrong(environment, name, "list of texts")
    return tuple(value)


def _json(environment: Mapping[str, str], name: str) -> Any:
    try:
        return json.loads(text(environment, name))
    except ValueError:
        return None


def _wrong(environment: Mapping[str, str], name: str, form: str) -> RotationError:
    return RotationError("configuration", f"{name} is {environment[name]!r}, must be a JSON {form}, as in README.md")
