"""The provider of Kubernetes for one cluster, without the SDK's own class (see ``kubernetes_object``)."""

import hashlib

import pulumi

from components.shared.kubernetes_object import VERSION


def kubernetes_provider(
    name: str,
    *,
    kubeconfig: pulumi.Input[str],
    certificate_authority: pulumi.Input[str],
    opts: pulumi.ResourceOptions | None = None,
) -> pulumi.ProviderResource:
    """A provider for the cluster that ``kubeconfig`` (JSON) reaches and ``certificate_authority`` (PEM, base64) signs.

    By its authority a cluster is told from another: a new address or another way to sign in changes nothing in it,
    where a cluster that was made anew has none of the objects.
    """
    identifier = pulumi.Output.from_input(certificate_authority).apply(
        lambda authority: hashlib.sha256(authority.encode()).hexdigest()[:32]
    )
    properties = {
        "kubeconfig": kubeconfig,
        "clusterIdentifier": identifier,
        "enableServerSideApply": "true",
        "enableConfigMapMutable": "true",
    }
    own = pulumi.ResourceOptions(version=VERSION)
    return pulumi.ProviderResource("kubernetes", name, properties, pulumi.ResourceOptions.merge(own, opts))
