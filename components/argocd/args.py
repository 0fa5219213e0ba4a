"""What the component is told, and what every object of it is made of."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, Final

from components.argocd.application_sets import application_set
from components.argocd.manifests import manifests
from components.argocd.network_policies import network_policies
from components.argocd.patches import NAMESPACE, patched
from components.argocd.projects import closed_default, project
from components.argocd.rights import previewers, promoters, token_makers, viewers
from components.argocd.services import services
from components.shared.pod_security import RESTRICTED
from lib.deletion_budget import MOST

REPOSITORY_SECRET: Final = "nationgraph-services"  # noqa: S105 - a name
SCOPES: Final = ("openid", "profile", "email", "groups")
INGRESS_CLASS: Final = "tailscale"
"""Of the Tailscale operator: the host is a machine of the tailnet, and nothing else answers for it."""


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """The identity provider: ``issuer`` is its URL, ``client_id`` names Argo CD there.

    There is no client secret: browser and command line sign in by PKCE (RFC 7636). The claim ``groups`` holds the names
    of the access model's groups. Subjects are opaque: Argo CD gives one the rights of a group of the same name.
    """

    issuer: str
    client_id: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"https://[^\s?#]+", self.issuer):
            raise ValueError(f"issuer: {self.issuer!r} is no https:// URL; give that of the identity provider")
        if not self.client_id.strip():
            raise ValueError("client_id: is empty; give the name of Argo CD at the identity provider")


@dataclass(frozen=True, kw_only=True)
class ArgoCdArgs:
    """``environment`` names the folder of values, ``versions`` the file of versions that is followed.

    ``repository`` is the URL of nationgraph-services. ``services`` has tier and namespace of each service, as
    ``core/payments``, and ``deletion_budget`` how many of them a change may take away. ``preview`` is the group of pull
    requests' previews, ``promotion`` that of what reads how services are before it promotes them, ``token_makers`` that
    of what makes the repository's token, ``people`` those of who may see what is delivered. ``tiers`` has the
    namespaces in which services of each tier live; a tier without any has no project. ``rbac`` has the keys of
    ``argocd-rbac-cm``. ``host`` is the whole name of Argo CD on the tailnet, and ``tailnet_namespace`` where the
    tailnet's proxies run. ``api_cidrs`` hold the addresses of the cluster's private endpoint. ``protect`` keeps what
    others hang on from deletion by the engine.
    """

    environment: str
    versions: str
    repository: str
    services: Mapping[str, str]
    deletion_budget: int
    preview: str
    promotion: str
    token_makers: str
    people: Sequence[str]
    tiers: Mapping[str, Sequence[str]]
    rbac: Mapping[str, str]
    sign_in: SignIn
    host: str
    tailnet_namespace: str
    api_cidrs: Sequence[str]
    protect: bool

    def __post_init__(self) -> None:
        for tier, namespaces in self.tiers.items():
            wrong = [name for name in namespaces if "*" in name or name == NAMESPACE]
            if wrong:
                raise ValueError(f"tiers: {tier} deploys to {wrong[0]!r}; name the namespace of a team")
        if self.rbac.get("policy.default", "absent") != "":
            raise ValueError("rbac: policy.default must be empty, or everybody who can sign in has its rights")
        if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", self.host):
            raise ValueError(f"host: {self.host!r} is no name of a machine with its domain, as argocd.tail1234.ts.net")
        if not self.api_cidrs:
            raise ValueError("api_cidrs: is empty, and Argo CD could not reach its own cluster; give the subnets")
        for cidr in self.api_cidrs:
            ip_network(cidr)
        if not 0 <= self.deletion_budget <= MOST:
            raise ValueError(f"deletion_budget: {self.deletion_budget} is not from 0 to {MOST}")

    @property
    def served_tiers(self) -> list[str]:
        """The tiers that have a service."""
        return [tier for tier, namespaces in self.tiers.items() if namespaces]


def namespace() -> dict[str, Any]:
    """The namespace, in which every pod is restricted."""
    labels = {**RESTRICTED, "app.kubernetes.io/part-of": "argocd"}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": labels}}


def installation(args: ArgoCdArgs) -> list[dict[str, Any]]:
    """Argo CD itself: the makers' objects as they are patched, what they may reach, the way in, and the repository."""
    oidc = {
        "name": "NationGraph",
        "issuer": args.sign_in.issuer,
        "clientID": args.sign_in.client_id,
        "cliClientID": args.sign_in.client_id,
        "enablePKCEAuthentication": True,
        "requestedScopes": list(SCOPES),
    }
    settings = {"url": f"https://{args.host}", "oidc.config": json.dumps(oidc)}
    made = patched(manifests(), settings=settings, rbac=args.rbac, tailnet=args.tailnet_namespace)
    others = [*network_policies(args.api_cidrs), _ingress(args.host), _repository(args.repository)]
    return [*made, *others, *_rights(args)]


def _rights(args: ArgoCdArgs) -> list[dict[str, Any]]:
    programs = [*previewers(args.preview), *promoters(args.promotion), *token_makers(args.token_makers)]
    return [*programs, *viewers(args.people)]


def delivery(args: ArgoCdArgs) -> list[dict[str, Any]]:
    """What Argo CD is told to deploy: projects first, then the sets that name them, with the list of services before.

    Where the list is refused, the sets stay as they are.
    """
    projects = [project(tier, args.repository, args.tiers[tier]) for tier in args.served_tiers]
    sets = [
        application_set(tier, environment=args.environment, versions=args.versions, repository=args.repository)
        for tier in args.served_tiers
    ]
    return [closed_default(), *projects, services(args.services, args.deletion_budget), *sets]


def _ingress(host: str) -> dict[str, Any]:
    backend = {"service": {"name": "argocd-server", "port": {"number": 443}}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {
            "name": "argocd",
            "namespace": NAMESPACE,
            # Its address comes when the tailnet has the machine, for which no deployment waits.
            "annotations": {"tailscale.com/tags": "tag:argocd", "pulumi.com/skipAwait": "true"},
        },
        "spec": {
            "ingressClassName": INGRESS_CLASS,
            "defaultBackend": backend,
            "tls": [{"hosts": [host.partition(".")[0]]}],
        },
    }


def _repository(url: str) -> dict[str, Any]:
    """What Argo CD knows of the repository. It reads it by the token of ``rights.TOKEN``; none is declared."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": REPOSITORY_SECRET,
            "namespace": NAMESPACE,
            "labels": {"argocd.argoproj.io/secret-type": "repository"},
        },
        "type": "Opaque",
        "stringData": {"type": "git", "url": url},
    }
