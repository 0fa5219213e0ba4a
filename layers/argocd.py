"""The layer of Argo CD: what deploys the services, from one repository and no other."""

from typing import Final

import pulumi

from components.argocd.argocd import ArgoCd
from components.argocd.args import ArgoCdArgs, SignIn
from layers.access import AccessLayer
from layers.delivery import PREVIEW_GROUP, VERDICTS_GROUP
from layers.services import catalog
from lib.identities import ISSUER
from lib.repository import SERVICES
from models.access.argocd import rbac
from models.catalog.placement import namespaces, places
from stacks.settings import Settings

CLIENT: Final = "argocd"
"""Its name at the identity provider, and its machine in the tailnet."""
TAILNET_NAMESPACE: Final = "tailscale"
"""Where the tailnet's proxies run."""


def build(settings: Settings, access: AccessLayer, provider: pulumi.ProviderResource) -> None:
    """Argo CD in the cluster of ``provider``, and the ApplicationSets of its environment."""
    ArgoCd(CLIENT, arguments(settings, access), pulumi.ResourceOptions(provider=provider))


def arguments(settings: Settings, access: AccessLayer) -> ArgoCdArgs:
    """What Argo CD of a stack is told: services and teams of the catalog, people of the access model."""
    services = catalog()
    return ArgoCdArgs(
        environment=settings.stack,
        versions=settings.environment.versions,
        repository=SERVICES,
        services=places(services, settings.stack),
        deletion_budget=settings.deletion_budget,
        preview=PREVIEW_GROUP,
        promotion=VERDICTS_GROUP,
        tiers=namespaces(services, settings.stack),
        rbac=rbac(access.model),
        sign_in=SignIn(issuer=ISSUER, client_id=CLIENT),
        host=f"{CLIENT}.{settings.tailnet}",
        tailnet_namespace=TAILNET_NAMESPACE,
        api_cidrs=access.cidrs["private"],
        protect=settings.environment.protect,
    )
