"""The properties of a request as rules see them: read in one pass, with what is secret kept recognisable.

``pulumi_policy`` reads them in three passes, which take twice the time, and unwraps secrets on the way, so that a rule
cannot tell a secret from plain text. What rules see is the same, except that strings which the engine holds as secrets
are :class:`SecretText`, and that whole numbers are int: protobuf has only floats, and a message should say what the
program says.
"""

from collections.abc import Mapping
from typing import Any

from google.protobuf import struct_pb2
from pulumi_policy import deserialize
from pulumi_policy.proxy import unknown_checking_proxy

_SIGNATURE = deserialize.SPECIAL_SIG_KEY
_SECRET = deserialize.SPECIAL_SECRET_SIG


class SecretText(str):
    """A string that the engine holds as a secret: encrypted in state, masked in output."""

    __slots__ = ()


def properties(struct: struct_pb2.Struct) -> Mapping[str, Any]:
    """What a request says of a resource, behind proxies that raise where a value is unknown."""
    return unknown_checking_proxy(_object(struct))


def _object(struct: struct_pb2.Struct, *, secret: bool = False) -> Any:
    """An object, or what an object stands for: the value of a secret, an asset, an archive."""
    fields = struct.fields
    if _SIGNATURE not in fields:
        return {key: _value(value, secret=secret) for key, value in fields.items()}
    if fields[_SIGNATURE].string_value == _SECRET:
        return _value(fields["value"], secret=True)
    made = {key: _value(value, secret=secret) for key, value in fields.items()}
    return deserialize._deserialize_property(made)  # noqa: SLF001 - the SDK alone knows what its signatures stand for


def _value(value: struct_pb2.Value, *, secret: bool) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return SecretText(value.string_value) if secret else value.string_value
    if kind == "struct_value":
        return _object(value.struct_value, secret=secret)
    if kind == "list_value":
        return [_value(item, secret=secret) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return value.bool_value if kind == "bool_value" else None
