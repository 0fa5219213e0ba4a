"""Convert each resource once for a request instead of once for each policy, and keep what is secret recognisable.

``pulumi_policy`` 1.21 decodes the properties of a request anew for each policy, 130 resources times 25 policies in a
preview of the platform, and unwraps secrets on the way, so that a rule cannot tell a secret from plain text.
:func:`install` replaces the names through which its servicer decodes. What rules see stays the same, except that
strings which the engine holds as secrets are :class:`SecretText`, and that whole numbers are int: protobuf has only
floats, and a message should say what the program says.
"""

import threading
from collections.abc import Callable
from functools import wraps
from types import SimpleNamespace
from typing import Any, cast

from google.protobuf import json_format
from pulumi_policy import deserialize, policy, proxy

_SIGNATURE = deserialize.SPECIAL_SIG_KEY
_SECRET = deserialize.SPECIAL_SECRET_SIG
Convert = Callable[[Any], Any]


class SecretText(str):
    """A string that the engine holds as a secret: encrypted in state, masked in output."""

    __slots__ = ()


class _Request(threading.local):
    """What the request of this thread has converted: argument and result by function and identity of the argument.

    Holding the argument keeps its identity from being given to another object before the request ends.
    """

    def __init__(self) -> None:
        self.converted: dict[tuple[Convert, int], tuple[Any, Any]] = {}


_request = _Request()


def _once(convert: Convert) -> Convert:
    """``convert``, run once for each argument of a request: rules are pure, so they can share the result."""

    @wraps(convert)
    def wrapper(argument: object) -> object:
        key = (convert, id(argument))
        if key not in _request.converted:
            _request.converted[key] = (argument, convert(argument))
        return _request.converted[key][1]

    return wrapper


def _reveal(value: object, *, secret: bool = False) -> object:
    """``value`` with each secret replaced by what it holds, strings within it marked, and whole numbers as such."""
    if isinstance(value, dict):
        if value.get(_SIGNATURE) == _SECRET:
            return _reveal(value["value"], secret=True)
        return {key: _reveal(item, secret=secret) for key, item in value.items()}
    if isinstance(value, list):
        return [_reveal(item, secret=secret) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return SecretText(value) if secret and isinstance(value, str) else value


def _begin_request(_servicer: object) -> None:
    """Takes the place of a step that sets the runtime up again for each request; ``pulumi.policy`` has done so."""
    _request.converted.clear()


def install() -> None:
    """Make the servicer of ``pulumi_policy`` convert once a request. Calling it again changes nothing.

    Every request of the servicer starts with ``_configure_runtime_settings``, which therefore drops what the request
    before has left. An SDK without one of these names raises AttributeError here, not a wrong verdict later.
    """
    reveal = _once(lambda props: deserialize.deserialize_properties(cast("dict[str, Any]", _reveal(props))))

    def deserialize_properties(props: dict[str, Any], proxy_secrets: bool = False) -> object:  # noqa: FBT001, FBT002 - SDK
        return deserialize.deserialize_properties(props, proxy_secrets) if proxy_secrets else reveal(props)

    servicer = policy._PolicyAnalyzerServicer  # noqa: SLF001 - the SDK has no public way in
    patches = (
        (policy, "json_format", SimpleNamespace(MessageToDict=_once(json_format.MessageToDict))),
        (policy, "deserialize_properties", deserialize_properties),
        (policy, "unknown_checking_proxy", _once(proxy.unknown_checking_proxy)),
        (servicer, "_configure_runtime_settings", _begin_request),
    )
    for owner, name, patch in patches:
        if not hasattr(owner, name):
            raise AttributeError(
                f"pulumi_policy has no {name}: read its policy.py again, adapt policy/core/snapshot.py"
            )
        setattr(owner, name, patch)
