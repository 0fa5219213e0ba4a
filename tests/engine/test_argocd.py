"""Argo CD by the real engine and provider: made, unchanged, healed, and not deleted by ``destroy``."""

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
    run(opened, "destroy", *up)
    assert set(objects.listed(api, "argoproj.io/v1alpha1", "ApplicationSet", "argocd")) == {"core", "standard"}
    assert set(objects.listed(api, "argoproj.io/v1alpha1", "AppProject", "argocd")) == {"core", "standard", "default"}
