"""The layer of delivery: the private cluster in which the services run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi

from components.cluster.access import Entry, Policy
from components.cluster.args import PrivateClusterArgs
from components.cluster.cluster import PrivateCluster
from components.cluster.nodes import NodeSize
from layers.access import AccessLayer
from layers.foundation import Foundation
from layers.services import catalog
from models.access import firewall
from models.access.model import Access
from stacks.settings import Settings

API: Final = "kubernetes-api"
"""The resource of the access model that the cluster realises."""
WRITERS: Final = "nationgraph:writers"
"""The group in Kubernetes of those who may change by hand what Argo CD manages."""
PREVIEW_GROUP: Final = "nationgraph:preview"
"""The group in Kubernetes of pull requests' previews: the one change that they may try, and nothing that they write."""
TOKEN_GROUP: Final = "nationgraph:argocd-token"  # noqa: S105 - a name
"""The group in Kubernetes of what makes Argo CD's token: it writes one Secret."""
VERDICTS_GROUP: Final = "nationgraph:verdicts"
"""The group in Kubernetes of what promotes services: it sees Applications alone."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What the layers above build on: the cluster, how to reach it, and the namespaces that its teams have.

    ``kubeconfig`` holds no secret: a command makes a token of whoever asks. ``security_group_id`` is that of control
    plane and nodes, ``function_security_group_ids`` are those of the functions that it lets in, by their groups in the
    access model.
    """

    name: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    certificate_authority: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]
    security_group_id: pulumi.Output[str]
    function_security_group_ids: Mapping[str, pulumi.Output[str]]
    teams: tuple[str, ...]


def build(settings: Settings, foundation: Foundation, access: AccessLayer) -> Delivery:
    """The cluster in the private tier, reachable as the access model grants it and no further."""
    environment, network, teams = settings.environment, foundation.network, catalog().namespaces
    cluster = PrivateCluster(
        "cluster",
        PrivateClusterArgs(
            platform=foundation.platform,
            cluster_name=cluster_name(settings.stack),
            access=API,
            vpc_id=network.vpc_id,
            subnet_ids=network.private.subnet_ids,
            rules=firewall.rules(access.model, API, access.cidrs),
            router_security_group_id=access.vpn.router_security_group_id,
            functions=_functions(access),
            nodes=NodeSize(
                instance_types=environment.node_types, least=environment.node_count, most=environment.max_node_count
            ),
            teams=teams,
            entries=entries(settings, foundation, access),
        ),
    )
    return Delivery(
        name=cluster.name,
        endpoint=cluster.endpoint,
        certificate_authority=cluster.certificate_authority,
        kubeconfig=cluster.kubeconfig,
        security_group_id=cluster.security_group_id,
        function_security_group_ids=cluster.function_security_group_ids,
        teams=teams,
    )


def _functions(access: AccessLayer) -> list[str]:
    """The functions that are granted the API."""
    model = access.model
    return sorted(name for name in model.reaching(API) if model.groups[name].kind == "functions")


def cluster_name(stack: str) -> str:
    """The cluster of a stack; people tell the environments apart by it."""
    return f"nationgraph-{stack}"


def entries(settings: Settings, foundation: Foundation, access: AccessLayer) -> dict[str, Entry]:
    """Who may do what in the cluster, by a name for each.

    The pipeline makes namespaces, roles and admission policies, which no smaller policy of EKS lets it; so do the
    administrator of the account, who runs the first deployment, and break-glass. Previews and readers see, and see no
    secret; what promotes services sees Applications. Responders change workloads where the environment's secrets are
    open to people, and see elsewhere.
    """
    identities, account = foundation.identities, foundation.platform.account
    whole = {
        "deploy": identities["deploy"],
        "break-glass": identities["break-glass"],
        "administrator": pulumi.Output.from_input(account.administrators[0]),
    }
    made = {
        name: Entry(principal_arn=arn, policy="AmazonEKSClusterAdminPolicy", groups=[WRITERS])
        for name, arn in whole.items()
    }
    preview = Entry(principal_arn=identities["preview"], policy="AmazonEKSViewPolicy", groups=[PREVIEW_GROUP])
    made["preview"] = preview
    made["verdicts"] = Entry(principal_arn=identities["verdicts"], policy=None, groups=[VERDICTS_GROUP])
    for name, group in people(access.model).items():
        responds = access.model.groups[name].account == "responder" and settings.environment.people_read_secrets
        policy: Policy = "AmazonEKSEditPolicy" if responds else "AmazonEKSViewPolicy"
        made[f"people-{name}"] = Entry(principal_arn=access.people.arns[name], policy=policy, groups=[group])
    return made


def people(model: Access) -> dict[str, str]:
    """The group in Kubernetes of people with a role in the account who reach the cluster, by its name in the model."""
    granted = model.reaching(API)
    return {name: f"nationgraph:{name}" for name, group in model.groups.items() if name in granted and group.account}


def export(delivery: Delivery) -> None:
    """What people and the pipeline reach the cluster by."""
    pulumi.export("clusterName", delivery.name)
    pulumi.export("clusterEndpoint", delivery.endpoint)
