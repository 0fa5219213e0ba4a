"""What the Python SDK's own argument classes say about a type: inputs, their types, which are required, and outputs.

Importing the SDK costs seconds, so the answer for all types of the table is kept as one JSON file in the cache.
A type expression is ``"string" | "boolean" | "integer" | "number" | "any"``, ``{"list": T}``, ``{"map": T}`` or
``{"object": {name: T}, "required": [name]}``; ``"json"`` is a document as text or as an object, ``"archive"``
what Pulumi's wire format makes of an archive.
"""

import collections.abc
import importlib
import inspect
import json
import re
import typing
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sandbox.protocol.wire import plain
from toolchain import cache

TypeExpression = Any
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The engine's sentinel for a value that is not known before the update."""

_SCALARS = {str: "string", bool: "boolean", int: "integer", float: "number"}
_ACCEPTED: dict[str, tuple[type, ...]] = {
    "string": (str, int, float, bool),  # the engine converts scalars to text, as the real provider does
    "boolean": (bool,),  # and "true" as text, see coerced()
    "integer": (int,),
    "number": (int, float),
    "json": (str, dict),
    "archive": (dict,),
}


def _expression(annotation: Any) -> TypeExpression:
    from pulumi import Archive  # noqa: PLC0415 - only when the cache is being made
    from pulumi import _types as sdk  # noqa: PLC0415

    annotation = sdk.unwrap_type(annotation)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    named = {**_SCALARS, Archive: "archive"}
    if annotation in named:
        return named[annotation]
    if origin in (list, collections.abc.Sequence):
        return {"list": _expression(arguments[0])}
    if origin in (dict, collections.abc.Mapping):
        return {"map": _expression(arguments[1])}
    if origin is typing.Union:
        return _union([option for option in arguments if option is not type(None)])
    if inspect.isclass(annotation) and issubclass(annotation, str):
        return "string"  # an enumeration's values, which AWS judges
    return _object(annotation) if inspect.isclass(annotation) and sdk.is_input_type(annotation) else "any"


def _union(options: list[Any]) -> TypeExpression:
    later = ("collections.abc.Awaitable", "pulumi.output.Output", "<class 'pulumi.output.Output")
    now = [option for option in options if not str(option).startswith(later)]
    if len(now) == 1:
        return _expression(now[0])
    if str not in now:
        return "any"
    # With text there are an enumeration's values, which AWS judges, or a document as an object.
    return "string" if all(inspect.isclass(option) and issubclass(option, str) for option in now) else "json"


def _object(arguments_class: type) -> dict[str, Any]:
    from pulumi import _types as sdk  # noqa: PLC0415

    names = sdk.input_type_py_to_pulumi_names(arguments_class)
    parameters = inspect.signature(arguments_class.__init__).parameters  # type: ignore[misc]
    required = [names[name] for name, p in parameters.items() if name in names and p.default is inspect.Parameter.empty]
    types = sdk.input_type_types(arguments_class)
    return {"object": {name: _expression(kind) for name, kind in types.items()}, "required": sorted(required)}


def _describe(token: str, package: str) -> dict[str, Any]:

    _, module, name = token.split(":")
    service, _, member = module.partition("/")
    leaf = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", member).lower()
    service = {"lambda": "lambda_"}.get(service, service)
    path = f"{package}.{leaf}" if service == "index" else f"{package}.{service}.{leaf}"
    sdk_module = importlib.import_module(path)
    state = getattr(sdk_module, f"_{name}State")
    # A resource whose plain name is taken by a nested type has its arguments in XInitArgs.
    arguments = getattr(sdk_module, f"{name}InitArgs", None) or getattr(sdk_module, f"{name}Args")
    return {**_object(arguments), "outputs": _object(state)["object"]}


def load(tokens: Iterable[str], package: str = "pulumi_aws") -> dict[str, Any]:
    """The schema of each type of an SDK, from the cache; made on the first call for a version and a list of types."""
    wanted = sorted(tokens)
    distribution = package.replace("_", "-")

    def make(folder: Path) -> None:
        with cache.console.status(f"Reading the types of {distribution}"):
            described = {token: _describe(token, package) for token in wanted}
            (folder / "schema.json").write_text(json.dumps(described))

    fingerprint = cache.key(version(distribution), Path(__file__).read_bytes(), *wanted)
    folder = cache.cached(f"{distribution}-schema", fingerprint, make)
    loaded: dict[str, Any] = json.loads((folder / "schema.json").read_text())
    return loaded


def coerced(schema: TypeExpression, value: Any) -> Any:
    """``value`` with scalars in the type that ``schema`` asks for, as the bridge does: "5" as 5, "true" as true.

    What cannot be read as the type stays as it is.
    """
    if value is None or value == UNKNOWN:
        return value
    if isinstance(schema, str):
        return _scalar(schema, value)
    if "list" in schema:
        return [coerced(schema["list"], item) for item in value] if isinstance(value, list) else value
    if not isinstance(value, Mapping):
        return value
    if "map" in schema:
        return {key: coerced(schema["map"], item) for key, item in value.items()}
    return {key: coerced(schema["object"].get(key, "any"), item) for key, item in value.items()}


def _scalar(schema: str, value: Any) -> Any:
    if schema == "string" and isinstance(value, bool | int | float):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if not isinstance(value, str):
        return value
    if schema == "boolean":
        return {"true": True, "1": True, "false": False, "0": False}.get(value, value)
    if schema == "integer" and re.fullmatch(r"[+-]?\d+", value, re.ASCII):
        return int(value)
    if schema == "number" and re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", value, re.ASCII):
        return plain(float(value))
    return value


def failures(schema: TypeExpression, value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Where ``value`` does not fit ``schema``, as (property path, reason); unknown values fit everything."""
    if value is None or value == UNKNOWN or schema == "any":
        return
    if isinstance(schema, str):
        if not isinstance(value, _ACCEPTED[schema]) or (isinstance(value, bool) and schema in ("integer", "number")):
            yield path, f"expected {schema}, got {type(value).__name__}"
    elif "list" in schema:
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from failures(schema["list"], item, f"{path}[{index}]")
        else:
            yield path, f"expected a list, got {type(value).__name__}"
    elif not isinstance(value, Mapping):
        yield path, f"expected an object, got {type(value).__name__}"
    elif "map" in schema:
        for key, item in value.items():
            yield from failures(schema["map"], item, f"{path}.{key}")
    else:
        yield from _object_failures(schema, value, path)


def _object_failures(schema: Mapping[str, Any], value: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for key in schema["required"]:
        if value.get(key) is None:
            yield f"{path}.{key}".lstrip("."), "required and missing"
    for key, item in value.items():
        inner = f"{path}.{key}".lstrip(".")
        if key == "__defaults":
            continue
        if key in schema["object"]:
            yield from failures(schema["object"][key], item, inner)
        else:
            yield inner, f"unknown input; known: {', '.join(sorted(schema['object']))}"
