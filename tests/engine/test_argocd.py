"""Argo CD by the real engine and provider: made, unchanged, healed, and not deleted by ``destroy``."""

import base64
from collections.abc import Iterator

import pytest

from cli.target import ROOT
from sandbox.argocd import objects
from sandbox.kubernetes.api import MERGE
from sandbox.workspace import Workspace
from tests.support import clusters
from tests.support.clusters import run
from tests.support.depth import DEEP

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(not DEEP, reason="60 objects by the real provider take a minute; make prove makes them"),
]
TOKEN = "ghs_" + "not_shown_anywhere" * 3
SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "nationgraph-services-token", "namespace": "argocd"},
    "stringData": {"password": TOKEN},
}
PROJECT = ROOT / "tests" / "engine" / "argocd"
PARAMETERS = "/api/v1/namespaces/argocd/configmaps/argocd-cmd-params-cm"
POLICY = "applicationsetcontroller.policy"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A stack with a cluster, on which nothing is deployed."""
    with clusters.opened(PROJECT, tmp_path_factory.mktemp("sandbox") / "dev") as made:
        yield made


@pytest.mark.timeout(900)
def test_argocd_from_nothing_to_destroy(opened: Workspace) -> None:
    """A guard that somebody takes away by hand comes back; what ``destroy`` forgets stays in the cluster."""
    up = ("--yes", "--skip-preview")
    made = run(opened, "up", *up)
    assert set(made) == {"create"}
    assert run(opened, "up", *up) == {"same": made["create"]}
    api = clusters.administrator(opened.folder)
    api.call("PATCH", PARAMETERS, {"data": {POLICY: "sync"}}, kind=MERGE)
    run(opened, "refresh", *up)
    assert run(opened, "up", *up).get("update") == 1
    assert api.call("GET", PARAMETERS)["data"][POLICY] == "create-update"
    _a_token_stays_out(opened)
    run(opened, "destroy", *up)
    assert set(objects.listed(api, "argoproj.io/v1alpha1", "ApplicationSet", "argocd")) == {"core", "standard"}
    assert set(objects.listed(api, "argoproj.io/v1alpha1", "AppProject", "argocd")) == {"core", "standard", "default"}
    assert objects.listed(api, "v1", "Secret", "argocd")["nationgraph-services-token"]["data"], "nothing took it away"


def _a_token_stays_out(opened: Workspace) -> None:
    """The Secret that a function writes is no resource: neither reading anew nor deploying has the token."""
    api, up = clusters.administrator(opened.folder), ("--yes", "--skip-preview")
    objects.apply(api, [SECRET])
    before = objects.listed(api, "v1", "Secret", "argocd")["nationgraph-services-token"]["metadata"]["resourceVersion"]
    run(opened, "refresh", *up)
    run(opened, "up", *up)
    after = objects.listed(api, "v1", "Secret", "argocd")["nationgraph-services-token"]["metadata"]["resourceVersion"]
    assert after == before
    encoded = base64.b64encode(TOKEN.encode())
    for path in (opened.folder / "backend", opened.folder / "events.jsonl"):
        for one in [path] if path.is_file() else path.rglob("*"):
            content = one.read_bytes() if one.is_file() else b""
            assert TOKEN.encode() not in content, one
            assert encoded not in content, one
