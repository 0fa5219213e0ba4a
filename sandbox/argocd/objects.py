"""Apply declared objects to a cluster without an engine, and read what Argo CD made of them."""

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.error import HTTPError

from sandbox.kubernetes.api import Api

DEFINITION = "CustomResourceDefinition"
CLUSTER_WIDE = frozenset({"Namespace", "ClusterRole", "ClusterRoleBinding", DEFINITION})
IRREGULAR = {"Ingress": "ingresses", "NetworkPolicy": "networkpolicies"}
WAIT_SECONDS = 30.0


def path(api_version: str, kind: str, namespace: str = "", name: str = "") -> str:
    """Where the API server has objects of a kind, or one of them."""
    group = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
    place = "" if kind in CLUSTER_WIDE else f"/namespaces/{namespace}"
    plural = IRREGULAR.get(kind, f"{kind.lower()}s")
    return f"{group}{place}/{plural}" + (f"/{name}" if name else "")


def path_of(one: Mapping[str, Any]) -> str:
    """Where an object is."""
    metadata = one["metadata"]
    return path(one["apiVersion"], one["kind"], metadata.get("namespace", ""), metadata["name"])


def apply(api: Api, objects: Iterable[Mapping[str, Any]]) -> None:
    """Server-side apply, definitions and namespaces first. HTTPError as of the API server."""
    given = list(objects)
    first = [one for one in given if one["kind"] in (DEFINITION, "Namespace")]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: api.apply(path_of(one), one), first))
        for one in first:
            if one["kind"] == DEFINITION:
                _await_served(api, one)
        list(pool.map(lambda one: api.apply(path_of(one), one), [one for one in given if one not in first]))


def _await_served(api: Api, definition: Mapping[str, Any]) -> None:
    spec = definition["spec"]
    version = spec["versions"][0]["name"]
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            api.call("GET", f"/apis/{spec['group']}/{version}/{spec['names']['plural']}?limit=1")
        except HTTPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def listed(api: Api, api_version: str, kind: str, namespace: str) -> dict[str, dict[str, Any]]:
    """The objects of a kind in a namespace, by name."""
    found = api.call("GET", path(api_version, kind, namespace))["items"]
    return {one["metadata"]["name"]: one for one in found}
