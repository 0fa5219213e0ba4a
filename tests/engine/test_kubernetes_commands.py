"""The commands with a cluster beside the account: ready for kubectl as typed, and gone with ``make down``."""

import os
import subprocess
from pathlib import Path

import pytest

from cli import account
from cli.commands import shell
from sandbox.kubernetes import cluster
from tests.engine.conftest import Platform
from toolchain import kubernetes

pytestmark = pytest.mark.engine


def test_kubectl_as_typed(platform: Platform, tmp_path: Path) -> None:
    """In a shell amid another cluster's settings and a proxy kubectl sees the sandbox's; stopped, nothing is left."""
    opened = platform.target()
    users = {**platform.variables(), "HOME": str(tmp_path)}
    given = shell.environment(opened, tmp_path / "bin", users)
    assert Path(given["KUBECONFIG"]) == cluster.kubeconfig(opened.folder)
    said = subprocess.run(
        [kubernetes.kubectl(), "get", "namespaces", "-o", "name"],
        env=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "namespace/kube-system" in said.stdout, said.stderr
    assert not (tmp_path / ".kube" / "config").exists()
    pids = cluster.pids(opened.folder)
    assert set(pids) == set(cluster.PARTS)
    account.stop(opened.folder)
    assert cluster.pids(opened.folder) == {}
    assert (opened.folder / "kubernetes" / "etcd").exists()
    account.stop(opened.folder, remove_cluster=True)
    assert not (opened.folder / "kubernetes").exists()
    assert [command for command in platform.running() if os.fspath(opened.folder) in command] == []
