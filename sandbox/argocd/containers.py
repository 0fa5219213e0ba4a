"""The environment that a declared container has, as a kubelet would make it: from values, maps, secrets and itself."""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError

from sandbox.kubernetes.api import Api


class MissingError(RuntimeError):
    """A container is not declared, or names what is not there; the message says what."""


def workload(api: Api, namespace: str, kind: str, name: str) -> dict[str, Any]:
    """The Deployment or StatefulSet. MissingError where there is none."""
    path = f"/apis/apps/v1/namespaces/{namespace}/{kind}/{name}"
    try:
        found: dict[str, Any] = api.call("GET", path)
    except HTTPError as error:
        if error.code == 404:
            raise MissingError(f"{kind}/{name} is not declared in namespace {namespace}") from error
        raise
    return found


def environment(api: Api, declared: Mapping[str, Any], optional: frozenset[str] = frozenset()) -> dict[str, str]:
    """The environment of the first container of a workload.

    ``optional`` are secrets that something else than what is declared makes: their variables are left out where they
    are not there. MissingError where another map, secret or key that is not optional is missing.
    """
    namespace = declared["metadata"]["namespace"]
    given: dict[str, str] = {}
    read: dict[tuple[str, str], dict[str, str] | None] = {}
    for entry in declared["spec"]["template"]["spec"]["containers"][0].get("env", ()):
        name, source = entry["name"], entry.get("valueFrom")
        if source is None:
            given[name] = entry.get("value", "")
        elif "fieldRef" in source:
            given[name] = namespace if source["fieldRef"]["fieldPath"] == "metadata.namespace" else ""
        else:
            (way, reference) = next(item for item in source.items() if item[0] in ("configMapKeyRef", "secretKeyRef"))
            key = (way, reference["name"])
            if key not in read:
                read[key] = _data(api, namespace, *key)
            value = (read[key] or {}).get(reference["key"])
            if value is not None:
                given[name] = value
            elif not reference.get("optional") and reference["name"] not in optional:
                where = f"{reference['name']} in namespace {namespace}"
                raise MissingError(f"{name}: {where} has no key {reference['key']}")
    return given


def _data(api: Api, namespace: str, way: str, name: str) -> dict[str, str] | None:
    kind = "configmaps" if way == "configMapKeyRef" else "secrets"
    try:
        data = api.call("GET", f"/api/v1/namespaces/{namespace}/{kind}/{name}").get("data") or {}
    except HTTPError as error:
        if error.code == 404:
            return None
        raise
    return {key: base64.b64decode(value).decode() if kind == "secrets" else value for key, value in data.items()}
