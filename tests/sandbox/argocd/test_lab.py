"""Which processes there are, and what they are told."""

from pathlib import Path

import pytest

from sandbox import processes
from sandbox.argocd import lab, parts
from sandbox.argocd.lab import Lab

PORTS = {name: 20000 + index for index, name in enumerate(parts.PORTS)}


@pytest.mark.parametrize("part", parts.PARTS)
def test_processes_are_told_by_their_folder(part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of another folder, or of another namespace, are others."""
    monkeypatch.setattr("toolchain.kubernetes.argocd", lambda: Path("/bin/argocd"))
    own, other = Lab(folder=tmp_path / "one"), Lab(folder=tmp_path / "two", namespace="tools")
    lines = ["\n".join(parts.command(part, where.home / part, PORTS)) + "\n" for where in (own, other)]
    monkeypatch.setattr(processes, "every", lambda: iter(enumerate(lines, 10)))
    assert lab.pids(own.folder) == {f"argocd/{part}": 10}
    assert lab.pids(other.folder) == {f"tools/{part}": 11}
    assert lab.pids(tmp_path) == {}


@pytest.mark.parametrize("part", parts.PARTS)
def test_declared_settings_are_what_a_process_is_told(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for paths of the image, and addresses; nothing of the user's that leads elsewhere."""
    monkeypatch.setattr("toolchain.helm.find", lambda: Path("/tools/helm"))
    monkeypatch.setenv("KUBECONFIG", "/elsewhere/config")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
    policy = "ARGOCD_APPLICATIONSET_CONTROLLER_POLICY"
    declared = {policy: "create-update", "HELM_CACHE_HOME": "/helm-working-dir", "REDIS_SERVER": "redis:6379"}
    made = parts.environment(part, tmp_path / part, PORTS, declared)
    assert made[policy] == "create-update"
    assert "HELM_CACHE_HOME" not in made
    assert "HTTPS_PROXY" not in made
    assert made["REDIS_SERVER"] == f"127.0.0.1:{PORTS['redis']}"
    assert made["KUBECONFIG"] == str(tmp_path / part / "kubeconfig")
    assert made["PATH"].startswith("/tools")


def test_ports_stay(tmp_path: Path) -> None:
    """From start to start; Git's is that of the folder."""
    one, two = Lab(folder=tmp_path), Lab(folder=tmp_path, namespace="tools")
    assert one.ports() == one.ports()
    more = [Lab(folder=tmp_path, namespace=f"tools-{number}") for number in range(60)]
    given = [port for lab in (one, two, *more) for port in lab.ports().values()]
    assert len(set(given)) == len(given), "one that nobody listens on yet is given to nobody else"
    assert one.git == two.git


def test_without_a_cluster_nothing_is_started(tmp_path: Path) -> None:
    """The message says what is missing."""
    with pytest.raises(RuntimeError, match="its cluster does not run"):
        _ = Lab(folder=tmp_path).api
