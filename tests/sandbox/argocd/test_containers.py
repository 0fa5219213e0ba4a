"""The environment of a declared container, as a kubelet would make it."""

import base64
import io
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from sandbox.argocd.containers import MissingError, environment, workload
from sandbox.kubernetes.api import Api

OBJECTS: dict[str, dict[str, Any]] = {
    "/api/v1/namespaces/tools/configmaps/settings": {"data": {"level": "debug"}},
    "/api/v1/namespaces/tools/configmaps/bare": {},
    "/api/v1/namespaces/tools/secrets/words": {"data": {"auth": base64.b64encode(b"open").decode()}},
    "/apis/apps/v1/namespaces/tools/deployments/server": {"kind": "Deployment"},
}


class FakeApi(Api):
    """Answers from ``OBJECTS``."""

    def call(self, method: str, path: str, body: object = None, *, kind: str = "application/json") -> Any:
        """The object, or a refusal."""
        if path in OBJECTS and method == "GET":
            return OBJECTS[path]
        raise HTTPError(path, 403 if "forbidden" in path else 404, f"{body} {kind}", Message(), io.BytesIO())


API = FakeApi(Path(), 1)


def declared(*entries: dict[str, Any]) -> dict[str, Any]:
    """A workload whose container has these variables."""
    pod = {"containers": [{"env": list(entries)}]}
    return {"metadata": {"namespace": "tools"}, "spec": {"template": {"spec": pod}}}


def entry(way: str, name: str, key: str, **more: object) -> dict[str, Any]:
    """A variable from a map or a secret."""
    return {"name": "LEVEL", "valueFrom": {way: {"name": name, "key": key, **more}}}


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({"name": "LEVEL", "value": "info"}, {"LEVEL": "info"}),
        ({"name": "LEVEL"}, {"LEVEL": ""}),
        ({"name": "LEVEL", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}}, {"LEVEL": "tools"}),
        ({"name": "LEVEL", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}, {"LEVEL": ""}),
        (entry("configMapKeyRef", "settings", "level"), {"LEVEL": "debug"}),
        (entry("secretKeyRef", "words", "auth"), {"LEVEL": "open"}),
        (entry("configMapKeyRef", "settings", "other", optional=True), {}),
        (entry("configMapKeyRef", "nothing", "level", optional=True), {}),
        (entry("secretKeyRef", "made-later", "auth"), {}),
    ],
)
def test_each_kind_of_variable(given: dict[str, Any], made: dict[str, str]) -> None:
    """A value, a field of the pod, a key of a map or of a secret; what is optional is left out."""
    assert environment(API, declared(given), frozenset({"made-later"})) == made


@pytest.mark.parametrize(
    ("way", "name", "said"),
    [("configMapKeyRef", "bare", "bare in namespace tools"), ("secretKeyRef", "nothing", "nothing in namespace tools")],
)
def test_what_is_missing_is_named(way: str, name: str, said: str) -> None:
    """A pod would not start."""
    with pytest.raises(MissingError, match=said):
        environment(API, declared(entry(way, name, "level")))


def test_other_refusals_are_not_taken_for_absence() -> None:
    """Rights that are missing are no map that is missing."""
    with pytest.raises(HTTPError):
        environment(API, declared(entry("configMapKeyRef", "forbidden", "level", optional=True)))
    with pytest.raises(HTTPError):
        workload(API, "tools", "deployments", "forbidden")


def test_workload_that_nobody_declared() -> None:
    """It is named, with its namespace."""
    assert workload(API, "tools", "deployments", "server")["kind"] == "Deployment"
    with pytest.raises(MissingError, match="statefulsets/server is not declared in namespace tools"):
        workload(API, "tools", "statefulsets", "server")
