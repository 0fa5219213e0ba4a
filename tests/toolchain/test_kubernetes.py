"""Kubernetes' programs: which are taken from PATH, what versions are pinned, and what is left out of the provider."""

from importlib.metadata import version
from pathlib import Path

import pytest

from tests.toolchain.test_engine import script
from toolchain import kubernetes, kubernetes_provider, releases

CONSTRUCT = """import (
	providerhelmv4 "example/helm/v4"
	providerresource "example/resource"
)

var resourceProviders = map[string]F{
	"kubernetes:helm.sh/v4:Chart": providerhelmv4.NewChartProvider,
}
"""
HELM = """import (
	helmv4 "example/sdk/helm/v4"
	"fmt"
)

func ApplyRepositoryOpts(o helmv4.RepositoryOpts) error {
	if o.CaFile != nil {
		return nil
	}
	return nil
}

func downloadAsset() {
}
"""


def test_sdk_and_provider_are_one_release() -> None:
    """The engine looks for the plugin under the SDK's version."""
    assert version("pulumi-kubernetes") == kubernetes_provider.VERSION


@pytest.mark.parametrize("module", [kubernetes.KUBERNETES, kubernetes.ARGOCD, kubernetes_provider.PROVIDER])
def test_go_mod_pins_the_version(module: str) -> None:
    """The only place that states it."""
    assert kubernetes.pinned_version(module)[0].isdigit()
    with pytest.raises(ValueError, match=r"does not require .*nowhere; add it"):
        kubernetes.pinned_version(f"{module}/nowhere")


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("v1.34.4", True),
        ("v1.34.9", True),
        ("v1.34.10-eks-1", True),
        ("v1.34.3", False),
        ("v1.35.0", False),
        ("?", False),
    ],
)
def test_api_server_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, taken: bool) -> None:  # noqa: FBT001
    """Of the pinned minor version and not an older patch; else it is fetched or built."""
    found = script(tmp_path / "kube-apiserver", f"#!/bin/sh\necho Kubernetes {said}\n")
    built = tmp_path / "built"
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(releases, "program", lambda *_: built)
    monkeypatch.setattr(kubernetes, "pinned_version", lambda _: "1.34.4")
    assert kubernetes.api_server() == (found if taken else built)


def test_etcd_and_kubectl_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's own are taken."""
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("etcd", "kubectl"):
        own = script(tmp_path / name, "#!/bin/sh\n")
        assert kubernetes.PROGRAMS[name]() == own


def test_official_plugin_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Pulumi has installed it."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    folder = tmp_path / ".pulumi" / "plugins" / f"resource-kubernetes-v{kubernetes_provider.VERSION}"
    own = script(folder / "pulumi-resource-kubernetes", "#!/bin/sh\n")
    assert kubernetes_provider.find() == own


def test_what_is_left_out_of_the_provider() -> None:
    """Components that render, and the one function that needs their types; nothing else."""
    assert kubernetes_provider.without_components(CONSTRUCT) == (
        'import (\n\tproviderresource "example/resource"\n)\n\nvar resourceProviders = map[string]F{\n}\n'
    )
    assert (
        kubernetes_provider.without_repository_options(HELM) == 'import (\n\t"fmt"\n)\n\n\nfunc downloadAsset() {\n}\n'
    )


def test_manifests_of_argocd() -> None:
    """The official ones of the pinned version, high availability among them."""
    folder = kubernetes.argocd_manifests()
    text = (folder / "ha" / "install.yaml").read_text(encoding="utf-8")
    assert f"quay.io/argoproj/argocd:v{kubernetes.pinned_version(kubernetes.ARGOCD)}" in text
