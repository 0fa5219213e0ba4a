"""A stack's state as the engine exports it, and what a preview makes of it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Required

from pydantic import ConfigDict, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from reports.log import Metadata

Entry = Mapping[str, Any]
"""A resource as the state holds it, in the shape of ``Resource``."""
_MORE = ConfigDict(extra="allow")


class Resource(TypedDict, total=False):
    """A resource of a state."""

    __pydantic_config__ = _MORE  # type: ignore[misc]
    urn: Required[str]
    type: Required[str]
    custom: bool | None
    external: bool | None
    delete: bool | None
    protect: bool | None
    id: str | None
    parent: str | None
    inputs: dict[str, Any] | None
    outputs: dict[str, Any] | None
    dependencies: list[str] | None
    propertyDependencies: dict[str, list[str] | None] | None


class Pending(TypedDict):
    """An operation that began and never ended."""

    type: str
    resource: Resource


class Deployment(TypedDict, total=False):
    """A state: empty before the first update."""

    __pydantic_config__ = _MORE  # type: ignore[misc]
    resources: list[Resource] | None
    pending_operations: list[Pending] | None


class Export(TypedDict, total=False):
    """What ``pulumi stack export`` writes."""

    __pydantic_config__ = _MORE  # type: ignore[misc]
    deployment: Required[Deployment | None]


def resources(state: Export) -> list[Resource]:
    """Those of the state; none before the first update."""
    return (state["deployment"] or {}).get("resources") or []


class StateError(RuntimeError):
    """A text is no exported state; the message says where it differs from one."""


@cache
def _shape() -> TypeAdapter[Export]:
    return TypeAdapter(Export)


def exported(text: str) -> Export:
    """An exported state.

    Raises:
        StateError: it is none.

    """
    try:
        return _shape().validate_python(json.loads(text))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise StateError(f"not an exported state ({where}: {first['msg']})") from None
    except (ValueError, RecursionError) as error:
        raise StateError(f"not an exported state ({error})") from None


def deployment(text: str) -> Deployment:
    """The resources and pending operations of an exported state. StateError as ``exported``."""
    return exported(text)["deployment"] or {}


def checkpoint(text: str) -> Deployment:
    """The deployment in a state as the engine's own backends hold it. StateError as ``exported``."""
    try:
        held = json.loads(text)["checkpoint"]
        return exported(json.dumps({"deployment": held.get("latest")}))["deployment"] or {}
    except StateError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StateError(f"no checkpoint of the engine ({type(error).__name__}: {error})") from None


GONE = ("delete", "delete-replaced", "discard", "discard-replaced")


def planned(entries: Sequence[Entry], results: Iterable[Metadata]) -> list[Entry]:
    """The state as the results of a preview say that it will be.

    They do not say on what a property depends that is not known yet: what a new resource names by such a property
    shows only when the update has run.
    """
    now: dict[str, dict[str, Any]] = {str(entry["urn"]): dict(entry) for entry in entries if not entry.get("delete")}
    for metadata in results:
        urn, operation, new = metadata["urn"], metadata["op"], metadata.get("new") or {}
        inputs = new.get("inputs")
        if operation == "delete":
            now.pop(urn, None)
        elif inputs is not None and operation not in ("same", *GONE):
            old = now.get(urn, {})
            fresh = operation in ("create", "create-replacement", "replace")
            declared = old.get("inputs") or {}
            gone = {*declared} - {*inputs}  # an input that is no longer given does not live on as an output
            kept = {} if fresh else {k: v for k, v in (old.get("outputs") or {}).items() if k not in gone}
            outputs = {**kept, **(new.get("outputs") or {}), **inputs}
            places = {"parent": new.get("parent"), "provider": new.get("provider")}
            told = {key: urn_ for key, urn_ in places.items() if urn_}
            now[urn] = {**old, **told, "urn": urn, "type": metadata["type"], "inputs": inputs, "outputs": outputs}
            now[urn]["id"] = new.get("id") or ("" if fresh else old.get("id", ""))
        protect = bool(new.get("protect"))
        if urn in now and new and operation not in GONE and protect != bool(now[urn].get("protect")):
            now[urn]["protect"] = protect  # an option can change where no property does
    return list(now.values())
