"""The plugin ``pulumi-resource-kubernetes``, the real one: found, else released, else built from its Go module."""

import json
import os
import re
import shutil
from pathlib import Path

from toolchain import cache, go_build, releases

MODULE = Path(__file__).parent / "go" / "kubernetes"
PROVIDER = "github.com/pulumi/pulumi-kubernetes/provider/v4"
VERSION = "4.25.0"
"""The release that go.mod's commit of the provider is, which no tag of its module says; the SDK's pin equals it."""
CONSTRUCTED = ("providerhelmv4", "providerkustomizev2", "provideryamlv2")
"""What the built provider leaves out: components that render charts, Kustomize and YAML files inside of the plugin.

They alone need Pulumi's Go SDK for Kubernetes, 60 packages that take most of the time and memory of the whole build.
A program of the platform declares resources; ArgoCD renders charts.
"""


def find() -> Path:
    """The plugin ``pulumi-resource-kubernetes`` of the pinned version.

    The official one is taken where ``pulumi plugin install`` has put it.

    Raises:
        releases.MismatchError: what came for the released one is something else.
        RuntimeError: it could not be built; the message ends with Go's output.

    """
    official = Path.home() / ".pulumi" / "plugins" / f"resource-kubernetes-v{VERSION}"
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
            title=f"Building the Pulumi provider of Kubernetes {VERSION} (once, about 3 minutes)",
            ldflags=f"-X {PROVIDER}/pkg/version.Version={VERSION}",
            modfile=modfile,
        )
        shutil.rmtree(work)

    program = "bin/pulumi-resource-kubernetes"
    built = cache.Product(name="pulumi-kubernetes", fingerprint=fingerprint, program=program, make=make)
    return releases.program("pulumi-resource-kubernetes", VERSION, built)


def _reduced(module: Path, work: Path) -> Path:
    """A copy of the provider's module with what its release generates and without ``CONSTRUCTED``; a go.mod for it."""
    own = work / "module"
    shutil.copytree(module, own, ignore=shutil.ignore_patterns("testdata", "*_test.go"), copy_function=shutil.copyfile)
    for folder in (own, *own.rglob("*/")):
        folder.chmod(0o755)  # those of Go's cache cannot be written to
    release = own / "cmd" / "pulumi-resource-kubernetes"
    schema = {**json.loads((release / "schema.json").read_text(encoding="utf-8")), "version": VERSION}
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
