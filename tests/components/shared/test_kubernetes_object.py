"""One class for every Kubernetes object has the types of the SDK's classes, at a fraction of their cost."""

import subprocess
import sys
from importlib.metadata import version

import pulumi
import pytest

from components.shared.kubernetes_object import KubernetesObject, token
from tests.conftest import Deploy


@pytest.mark.parametrize(
    ("api_version", "kind", "expected"),
    [
        ("v1", "Namespace", "kubernetes:core/v1:Namespace"),
        ("apps/v1", "Deployment", "kubernetes:apps/v1:Deployment"),
        ("networking.k8s.io/v1", "NetworkPolicy", "kubernetes:networking.k8s.io/v1:NetworkPolicy"),
        ("argoproj.io/v1alpha1", "AppProject", "kubernetes:argoproj.io/v1alpha1:AppProject"),
    ],
)
def test_type_is_the_sdks(api_version: str, kind: str, expected: str) -> None:
    """Rules, provider and state know it by that."""
    assert token(api_version, kind) == expected


@pytest.mark.parametrize("wrong", ["", "1", "/v1", "apps/", "core/1"])
def test_wrong_api_version_is_refused(wrong: str) -> None:
    """The value and what it could be."""
    with pytest.raises(ValueError, match="no API version; it is `v1`"):
        token(wrong, "Namespace")


def test_manifest_arrives_as_it_stands(deploy: Deploy) -> None:
    """Keys are not translated; fields that others change are set back; the provider's version is the SDK's."""

    def program() -> None:
        metadata = {"name": "payments", "annotations": {"a": "b"}}
        manifest = {"metadata": metadata, "spec": {"podSelector": {}, "policyTypes": ["Ingress"]}}
        KubernetesObject("it", api_version="networking.k8s.io/v1", kind="NetworkPolicy", manifest=manifest)

    made = deploy(program).one("kubernetes:networking.k8s.io/v1:NetworkPolicy")
    assert made.inputs["spec"] == {"podSelector": {}, "policyTypes": ["Ingress"]}
    assert made.inputs["metadata"]["annotations"] == {"a": "b", "pulumi.com/patchForce": "true"}
    assert (made.inputs["kind"], made.request.version) == ("NetworkPolicy", version("pulumi-kubernetes"))


def test_sdk_is_not_imported() -> None:
    """Its modules cost a second and 84 MB."""
    text = (
        "import sys, components.shared.kubernetes_object\nprint([m for m in sys.modules if 'pulumi_kubernetes' in m])"
    )
    said = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"
    assert issubclass(KubernetesObject, pulumi.CustomResource)
