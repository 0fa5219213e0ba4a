"""The layer of Argo CD: what deploys the services, from one repository and no other, and what lets it read that one."""

from typing import Final

import pulumi

from components.argocd.argocd import ArgoCd
from components.argocd.args import ArgoCdArgs, SignIn
from components.argocd.repository_token import GithubApp, RepositoryToken, RepositoryTokenArgs, TokenCluster
from components.functions.functions import FunctionPlace
from components.functions.names import FunctionNames
from layers import functions
from layers.access import AccessLayer
from layers.delivery import API, PREVIEW_GROUP, TOKEN_GROUP, VERDICTS_GROUP, Delivery, people
from layers.foundation import Foundation
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
TOKEN: Final = "argocd-token"  # noqa: S105 - a name
"""The group in the access model of the function that makes the repository's token, and its name."""


def build(
    settings: Settings,
    foundation: Foundation,
    access: AccessLayer,
    delivery: Delivery,
    provider: pulumi.ProviderResource,
) -> RepositoryToken:
    """Argo CD in the cluster of ``provider``, its environment's ApplicationSets, and the token by which it reads."""
    ArgoCd(CLIENT, arguments(settings, access), pulumi.ResourceOptions(provider=provider))
    return RepositoryToken(TOKEN, _token(settings, foundation, delivery))


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
        token_makers=TOKEN_GROUP,
        people=list(people(access.model).values()),
        tiers=namespaces(services, settings.stack),
        rbac=rbac(access.model),
        sign_in=SignIn(issuer=ISSUER, client_id=CLIENT),
        host=f"{CLIENT}.{settings.tailnet}",
        tailnet_namespace=TAILNET_NAMESPACE,
        api_cidrs=access.cidrs["private"],
        protect=settings.environment.protect,
    )


def _token(settings: Settings, foundation: Foundation, delivery: Delivery) -> RepositoryTokenArgs:
    if TOKEN not in delivery.function_security_group_ids:
        why = f"{TOKEN} is not granted {API} in {settings.stack}, so that Argo CD could not read its repository"
        raise pulumi.RunError(f"catalog/access.yaml: {why}; grant it")
    return RepositoryTokenArgs(
        platform=foundation.platform,
        names=FunctionNames(account=foundation.platform.account, name=TOKEN),
        program=functions.program("argocd_token"),
        app=GithubApp(client_id=settings.github_client_id, installation_id=settings.github_installation_id),
        repository=SERVICES,
        cluster=TokenCluster(name=delivery.name, endpoint=delivery.endpoint, authority=delivery.certificate_authority),
        place=FunctionPlace(
            subnet_ids=foundation.network.private.subnet_ids,
            security_group_id=delivery.function_security_group_ids[TOKEN],
        ),
        group=TOKEN_GROUP,
    )


def export(token: RepositoryToken) -> None:
    """The key into which a person imports the private key of the GitHub App."""
    pulumi.export("argocdTokenKeyArn", token.key_arn)
