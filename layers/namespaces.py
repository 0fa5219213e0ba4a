"""The layer of namespaces: what every team has in the cluster before a service of theirs runs, and what is refused."""

from typing import Final

import pulumi

from components.admission.admission import AdmissionPolicies, AdmissionPoliciesArgs
from components.namespaces.namespaces import TeamNamespace, TeamNamespaceArgs
from components.shared.kubernetes_provider import kubernetes_provider
from layers.delivery import PREVIEW_GROUP, WRITERS, Delivery
from layers.services import catalog
from lib.repository import IMAGES
from models.catalog.quota import quota
from stacks.model import BUDGET_KEY
from stacks.settings import Settings

CONTROLLER: Final = "system:serviceaccount:argocd:argocd-application-controller"
"""The user that Argo CD is when it changes the cluster. Source: its manifests' ServiceAccount."""


def build(settings: Settings, delivery: Delivery) -> pulumi.ProviderResource:
    """A namespace for each team of the catalog; the provider, for what else is put into the cluster.

    Namespaces wait for the admission policies, so that nothing comes in before them.
    """
    provider = kubernetes_provider(
        "kubernetes", kubeconfig=delivery.kubeconfig, certificate_authority=delivery.certificate_authority
    )
    within = pulumi.ResourceOptions(provider=provider)
    admission = AdmissionPolicies(
        "admission",
        AdmissionPoliciesArgs(
            registries=[f"{IMAGES}/"],
            delivery=CONTROLLER,
            writers=[WRITERS],
            preview=PREVIEW_GROUP,
            budget_setting=BUDGET_KEY,
        ),
        within,
    )
    services = catalog()
    for team in delivery.teams:
        args = TeamNamespaceArgs(
            team=team,
            quota=quota(services, settings.stack, team),
            protect=settings.environment.protect,
            after=[admission],
        )
        TeamNamespace(f"team-{team}", args, within)
    return provider
