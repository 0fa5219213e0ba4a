"""What Argo CD's pods may reach. The makers' policies say who reaches them, and nothing of the other direction."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from components.argocd.patches import NAMESPACE
from lib.addresses import NOT_PUBLIC

NAME: Final = "app.kubernetes.io/name"
CLIENTS_OF_API: Final = (
    "argocd-application-controller",
    "argocd-applicationset-controller",
    "argocd-redis-ha-haproxy",  # its first container writes the password of Redis into a Secret
    "argocd-server",
)
CLIENTS_OF_INTERNET: Final = ("argocd-repo-server", "argocd-server")
"""Git by HTTPS, and the keys of the identity provider."""


def network_policies(api_cidrs: Sequence[str]) -> list[dict[str, Any]]:
    """Nothing at all; then DNS and each other; then, for those who need it, the cluster's API and HTTPS outside."""
    dns = {
        "to": [
            {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
                "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
            }
        ],
        "ports": [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")],
    }
    https = [{"protocol": "TCP", "port": 443}]
    outside = [{"ipBlock": {"cidr": "0.0.0.0/0", "except": [str(network) for network in NOT_PUBLIC]}}]
    inside = [{"ipBlock": {"cidr": cidr}} for cidr in api_cidrs]
    return [
        _policy("default-deny", {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}),
        _policy("egress-own", _egress({}, [dns, {"to": [{"podSelector": {}}]}])),
        _policy("egress-api", _egress(_any_of(CLIENTS_OF_API), [{"to": inside, "ports": https}])),
        _policy("egress-internet", _egress(_any_of(CLIENTS_OF_INTERNET), [{"to": outside, "ports": https}])),
    ]


def _any_of(names: Sequence[str]) -> dict[str, Any]:
    return {"matchExpressions": [{"key": NAME, "operator": "In", "values": list(names)}]}


def _egress(selector: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"podSelector": dict(selector), "policyTypes": ["Egress"], "egress": list(rules)}


def _policy(name: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": dict(spec),
    }
