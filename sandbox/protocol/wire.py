"""Between protobuf's Struct and plain values."""

import json
from typing import Any

from google.protobuf import json_format, struct_pb2


def plain(value: Any) -> Any:
    """Numbers without a fraction as integers: protobuf's Struct knows only floats."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def jsonable(value: Any) -> Any:
    """Only what protobuf's Struct can hold."""
    return json.loads(json.dumps(value, default=str))


def to_dict(struct: Any) -> dict[str, Any]:
    """A Struct's content."""
    made: dict[str, Any] = plain(json_format.MessageToDict(struct))
    return made


def to_struct(value: dict[str, Any]) -> Any:
    """A Struct with a content."""
    made = struct_pb2.Struct()
    json_format.ParseDict(value, made)
    return made


def without_nulls(value: dict[str, Any]) -> dict[str, Any]:
    """Without the properties that are null."""
    return {key: item for key, item in value.items() if item is not None}
