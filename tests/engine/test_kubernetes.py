"""The real provider of Kubernetes and a real API server: a stack from its first preview to its destruction."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from cli.target import ROOT
from sandbox import workspace
from sandbox.kubernetes import cluster
from sandbox.kubernetes.api import MERGE, Api
from sandbox.workspace import Workspace
from tests.engine.support.faulty_server import FAULTS, FaultyServer
from tests.support import clusters
from tests.support.clusters import run
from tests.support.depth import DEEP, deep

pytestmark = pytest.mark.engine
PROJECT = ROOT / "tests" / "engine" / "kubernetes"
DEPLOYMENT = "/apis/apps/v1/namespaces/payments/deployments/web"
RULE = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/digests.nationgraph.io"
DECLARED = 7
ROUNDS = 12
"""More runs than there are writes in a chain: a test ends where a stack would never converge."""


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A stack with a cluster, on which nothing is deployed."""
    with clusters.opened(PROJECT, tmp_path_factory.mktemp("sandbox") / "dev") as made:
        yield made


@pytest.fixture
def api(opened: Workspace) -> Iterator[Api]:
    """An administrator with HTTP; the stack is emptied after each test, failed ones too."""
    yield clusters.administrator(opened.folder)
    run(opened, "destroy", "--yes", "--skip-preview")


def up(where: Workspace, **environment: str) -> dict[str, int]:
    """A deployment."""
    return run(where, "up", "--yes", "--skip-preview", **environment)


def gone(api: Api, path: str) -> bool:
    """Whether the API server has no such object."""
    try:
        api.call("GET", path)
    except HTTPError as error:
        return error.code == 404
    return False


def refusal(api: Api, path: str, body: dict[str, Any]) -> str:
    """Why the server refuses it. A policy counts from when the server has compiled it: seconds on a busy machine."""
    for _ in range(60):
        try:
            api.call("POST", path, body)
        except HTTPError as error:
            return str(error)
        time.sleep(0.5)
    return ""


def test_stack_from_first_preview_to_nothing(opened: Workspace, api: Api) -> None:
    """Preview, up, unchanged, drift by hand, repair, a change, a replacement, destroy: each does what it says."""
    assert run(opened, "preview") == {"create": DECLARED}
    assert gone(api, "/api/v1/namespaces/payments")
    begin = time.monotonic()
    assert up(opened) == {"create": DECLARED}
    print(f"first up of {DECLARED} objects: {time.monotonic() - begin:.1f} s later ready")
    assert api.call("GET", DEPLOYMENT)["status"]["readyReplicas"] == 2
    assert up(opened) == {"same": DECLARED}

    api.call("PATCH", DEPLOYMENT, {"spec": {"replicas": 5}}, kind=MERGE)
    api.call("DELETE", "/apis/networking.k8s.io/v1/namespaces/payments/networkpolicies/closed")
    seen = run(opened, "refresh", "--preview-only")
    assert (seen.get("update", 0), seen.get("delete", 0)) == (1, 1), seen
    repaired = up(opened) if run(opened, "refresh", "--yes", "--skip-preview") else {}
    assert (repaired.get("update"), repaired.get("create")) == (1, 1), repaired
    assert api.call("GET", DEPLOYMENT)["spec"]["replicas"] == 2
    assert not gone(api, "/apis/networking.k8s.io/v1/namespaces/payments/networkpolicies/closed")

    assert up(opened, REPLICAS="3").get("update") == 1
    replaced = up(opened, REPLICAS="3", SELECTOR="two")
    assert [kind for kind in replaced if "replace" in kind] != [], replaced
    assert api.call("GET", DEPLOYMENT)["spec"]["selector"]["matchLabels"]["set"] == "two"
    assert run(opened, "destroy", "--yes", "--skip-preview") == {"delete": DECLARED}
    assert gone(api, "/api/v1/namespaces/payments")
    assert gone(api, RULE)


def test_admission_is_the_servers_own(opened: Workspace, api: Api) -> None:
    """A pod that is not restricted, and an image without a digest, are refused by the API server itself."""
    up(opened)
    pod: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "open", "namespace": "payments"},
        "spec": {"containers": [{"name": "a", "image": "a:latest", "securityContext": {"privileged": True}}]},
    }
    with pytest.raises(HTTPError, match="PodSecurity"):
        api.call("POST", "/api/v1/namespaces/payments/pods", pod)
    pod["metadata"]["namespace"] = "default"
    assert "an image is named by its digest" in refusal(api, "/api/v1/namespaces/default/pods?dryRun=All", pod)


def preview(where: Workspace, **environment: str) -> str:
    """What a preview prints where it fails; "" where it does not."""
    changed = replace(where, environment={**where.environment, **environment})
    done = workspace.pulumi(changed, *workspace.operation(changed, "preview"), capture=True)
    return done.stdout + done.stderr if done.returncode else ""


def test_removal_beyond_the_budget_fails_the_preview(opened: Workspace, api: Api, tmp_path: Path) -> None:
    """By name, also for an identity that only reads, and deployed it is refused too; with the budget raised it passes.
    What that identity may not even try is no reason to fail.
    """
    up(opened, SERVICES="auth billing web", BUDGET="0")
    content = json.loads(cluster.kubeconfig(opened.folder).read_text())
    content["users"][0]["user"] |= {"as": "a pull request", "as-groups": ["preview"]}
    reader = tmp_path / "kubeconfig"
    reader.write_text(json.dumps(content))
    path = "/api/v1/namespaces/argocd/configmaps/services"
    less = {"SERVICES": "auth", "BUDGET": "0"}
    for _ in range(60):  # a policy counts from when the server has compiled it
        try:
            api.call("PATCH", f"{path}?dryRun=All", {"data": {"web.service": None}}, kind=MERGE)
        except HTTPError:
            break
        time.sleep(0.5)
    for kubeconfig in (cluster.kubeconfig(opened.folder), reader):
        said = preview(opened, **less, KUBECONFIG=str(kubeconfig), REPLICAS="3")
        assert "would orphan 2 of the services that run here, and the deletion budget is 0: " in said
        assert "billing" in said
        assert "write project:budget: 2 in the file of the stack" in said
    assert run(opened, "up", "--yes", "--skip-preview", fails=True, **less)["exit"]
    assert set(api.call("GET", path)["data"]) == {"auth.service", "billing.service", "web.service"}
    raised = {"SERVICES": "auth", "BUDGET": "2"}
    assert preview(opened, **raised, KUBECONFIG=str(reader), REPLICAS="3") == ""
    assert up(opened, **raised)["update"] == 1
    assert set(api.call("GET", path)["data"]) == {"auth.service"}


@deep
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("fault", FAULTS if DEEP else FAULTS[:1])
def test_every_write_fails_once(opened: Workspace, api: Api, tmp_path: Path, fault: str) -> None:
    """Refused, throttled, dropped, or done and never heard of: ``up`` converges, then ``destroy`` does."""
    server = FaultyServer(cluster.place(opened.folder), api.port, fault)
    through = {"KUBECONFIG": str(server.kubeconfig(tmp_path / "kubeconfig"))}
    try:
        for verb in ("up", "destroy"):
            server.broken.clear()
            server.tried.clear()
            rounds = 0
            while rounds < ROUNDS:
                rounds += 1
                done = run(opened, verb, "--yes", "--skip-preview", "--continue-on-error", fails=True, **through)
                if "exit" not in done:
                    break
            assert "exit" not in done
            print(f"{verb}, {fault} once: {len(server.broken)} of {len(server.tried)} writes, in {rounds} runs")
            assert server.broken == server.tried
            assert len(server.broken) >= DECLARED
            if verb == "up":
                server.fault, kept = "", server.fault
                assert run(opened, "up", "--yes", "--skip-preview", **through) == {"same": DECLARED}
                server.fault = kept
    finally:
        server.close()
    state = json.loads(workspace.pulumi(opened, "stack", "export", "--stack", "dev", check=True, capture=True).stdout)
    assert [r for r in state["deployment"].get("resources") or [] if "kubernetes:" in r["type"]] == []
