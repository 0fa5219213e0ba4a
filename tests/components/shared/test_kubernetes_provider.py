"""A cluster is told from another by who signs for it, so that a new address replaces nothing."""

import pulumi
import pytest

from components.shared.kubernetes_provider import kubernetes_provider
from tests.conftest import Deploy


def identifier(deploy: Deploy, kubeconfig: str, authority: str) -> str:
    """By what the provider knows the cluster."""

    def program() -> pulumi.ProviderResource:
        return kubernetes_provider(
            "it", kubeconfig=kubeconfig, certificate_authority=pulumi.Output.from_input(authority)
        )

    made = deploy(program).one("pulumi:providers:kubernetes")
    assert made.inputs["kubeconfig"] == kubeconfig
    assert made.inputs["enableServerSideApply"] == "true"
    return str(made.inputs["clusterIdentifier"])


@pytest.mark.parametrize(("kubeconfig", "authority", "same"), [("b", "A", True), ("a", "B", False)])
def test_identity_is_the_authority(deploy: Deploy, kubeconfig: str, authority: str, *, same: bool) -> None:
    """Another kubeconfig is the same cluster, another authority another."""
    assert (identifier(deploy, "a", "A") == identifier(deploy, kubeconfig, authority)) is same
