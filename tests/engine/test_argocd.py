"""Argo CD by the real engine and provider: made, unchanged, healed, and not deleted by ``destroy``."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from cli.target import ROOT
from reports import events
from sandbox import workspace
from sandbox.argocd import objects
from sandbox.kubernetes import cluster
from sandbox.kubernetes.api import MERGE, Api
from sandbox.workspace import Workspace
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
    made = workspace.open_workspace(PROJECT, "dev", tmp_path_factory.mktemp("sandbox") / "dev", kubernetes=True)
    made = replace(made, environment={"PYTHONPATH": str(ROOT)})
    yield made
    workspace.stop_cluster(made)
    workspace.stop_account(made)


def run(where: Workspace, verb: str, *arguments: str) -> dict[str, int]:
    """The operations that a run of the engine made, by kind."""
    log = where.folder / "events.jsonl"
    log.unlink(missing_ok=True)
    words = workspace.operation(where, verb, "--event-log", str(log), *arguments)
    done = workspace.pulumi(where, *words, capture=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return {**events.parse(log.open())[-1].counts()}


@pytest.mark.timeout(900)
def test_argocd_from_nothing_to_destroy(opened: Workspace) -> None:
    """A guard that somebody takes away by hand comes back; what ``destroy`` forgets stays in the cluster."""
    up = ("--yes", "--skip-preview")
    made = run(opened, "up", *up)
    assert set(made) == {"create"}
    assert run(opened, "up", *up) == {"same": made["create"]}
    port = cluster.port(opened.folder)
    assert port
    api = Api(cluster.place(opened.folder), port)
    api.call("PATCH", PARAMETERS, {"data": {POLICY: "sync"}}, kind=MERGE)
    run(opened, "refresh", *up)
    assert run(opened, "up", *up).get("update") == 1
    assert api.call("GET", PARAMETERS)["data"][POLICY] == "create-update"
    run(opened, "destroy", *up)
    assert set(objects.listed(api, "argoproj.io/v1alpha1", "ApplicationSet", "argocd")) == {"core", "standard"}
    assert set(objects.listed(api, "argoproj.io/v1alpha1", "AppProject", "argocd")) == {"core", "standard", "default"}
