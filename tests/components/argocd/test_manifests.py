"""The makers' manifests are those of the pinned version, object for object."""

import lzma
import shutil
from pathlib import Path

import pytest

from components.argocd.manifests import VERSION, as_json, content, manifests
from components.argocd.patches import UNUSED, patched, used
from components.shared.kubernetes_object import token
from toolchain import kubernetes

EMPTY = {"policy.default": ""}


def test_version_is_that_of_the_sandbox() -> None:
    """The sandbox runs what the cloud does."""
    assert kubernetes.pinned_version(kubernetes.ARGOCD) == VERSION
    images = {container["image"] for one in manifests() for container in _containers(one)}
    assert f"quay.io/argoproj/argocd:v{VERSION}" in images


def _containers(one: object) -> list[dict[str, str]]:
    spec = one.get("spec", {}) if isinstance(one, dict) else {}
    return list(spec.get("template", {}).get("spec", {}).get("containers", ()))


def test_file_is_the_one_of_the_module() -> None:
    """The Go module that the sandbox's Argo CD is built from holds the same objects."""
    if shutil.which("go") is None:
        pytest.skip("go is not on PATH, and the module cannot be had")
    try:
        folder = kubernetes.argocd_manifests()
    except RuntimeError as error:
        pytest.skip(f"the Go module cannot be had: {error}")
    assert as_json((folder / "ha" / "install.yaml").read_bytes()) == content()


def test_another_file_is_refused(tmp_path: Path) -> None:
    """One byte more, and nothing is read."""
    other = tmp_path / "install.json.xz"
    other.write_bytes(lzma.compress(content() + b"\n"))
    with pytest.raises(ValueError, match="SHA-256 is"):
        content(other)


def test_patches_change_what_they_say_and_nothing_else() -> None:
    """Of each object that is used, what differs from its makers' is named here."""
    made = patched(manifests(), settings={"url": "https://a.b"}, rbac=EMPTY, tailnet="tailscale")
    by_name = {(one["kind"], one["metadata"]["name"]): one for one in made}
    assert len(by_name) == len(made)
    left = {(one["kind"], one["metadata"]["name"]) for one in manifests()} - by_name.keys()
    assert {name for _, name in left if not name.startswith(UNUSED)} == set()
    different = set()
    for one in used(manifests()):
        key = (one["kind"], one["metadata"]["name"])
        if by_name[key] != one:
            different.add(key)
    assert {key for key in different if key[0] not in ("Deployment", "StatefulSet")} == {
        ("ConfigMap", "argocd-cm"),
        ("ConfigMap", "argocd-cmd-params-cm"),
        ("ConfigMap", "argocd-rbac-cm"),
        ("NetworkPolicy", "argocd-server-network-policy"),
    }
    for one in made:
        if one["kind"] in ("Deployment", "StatefulSet"):
            assert len(one["spec"]["template"]["metadata"]["annotations"]["checksum/parameters"]) == 64
        assert token(one["apiVersion"], one["kind"]).startswith("kubernetes:")


def test_the_shared_manifests_stay_as_they_are() -> None:
    """Patching twice gives the same, since nothing is changed in place."""
    first = patched(manifests(), settings={}, rbac=EMPTY, tailnet="tailscale")
    assert patched(manifests(), settings={}, rbac=EMPTY, tailnet="tailscale") == first
    assert all("namespace" not in one["metadata"] for one in manifests() if one["kind"] == "ConfigMap")
