"""Argo CD in a cluster, and what it deploys there."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from components.argocd.args import ArgoCdArgs, delivery, installation, namespace
from components.shared.kubernetes_object import KubernetesObject

DEFINITION = "CustomResourceDefinition"
SETS = "ApplicationSet"


class ArgoCd(pulumi.ComponentResource):
    """Guarantees Argo CD of the pinned version, without local users, that deploys what ``versions/<environment>.yaml``
    of one repository lists, to the namespaces of each tier, and deletes nothing that an outage does not return.

    Namespace, definitions, projects, ApplicationSets and the list of services are protected, and stay in the cluster
    when they leave the program: with any of them gone, what they hold would go too. Refuses local users, repositories
    other than the one, and kinds beside those of the golden chart. Does not manage teams' namespaces, the tailnet's
    proxies or the repository's token, which ``repository_token`` does.

    Creates ``{name}-namespace`` and one object each of the makers' manifests, policies, projects and sets, as
    ``{name}-<kind>-<object's name>``. The provider of the cluster comes by ``opts``.
    """

    def __init__(self, name: str, args: ArgoCdArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:argocd:ArgoCd", name, {}, opts)
        kept = pulumi.ResourceOptions(parent=self, protect=args.protect, retain_on_delete=True)
        place = _declare(f"{name}-namespace", namespace(), kept)
        objects = installation(args)
        definitions = [_declare(_called(name, one), one, kept) for one in objects if one["kind"] == DEFINITION]
        own = pulumi.ResourceOptions(parent=self, depends_on=[place])
        makers = [_declare(_called(name, one), one, own) for one in objects if one["kind"] != DEFINITION]
        projects = _delivered(name, args, kept, definitions, sets=False)
        _delivered(name, args, kept, [*makers, *projects], sets=True)
        self.register_outputs({})


def _delivered(
    name: str,
    args: ArgoCdArgs,
    kept: pulumi.ResourceOptions,
    after: Sequence[pulumi.Resource],
    *,
    sets: bool,
) -> list[pulumi.Resource]:
    opts = pulumi.ResourceOptions.merge(kept, pulumi.ResourceOptions(depends_on=list(after)))
    wanted = [one for one in delivery(args) if (one["kind"] == SETS) == sets]
    return [_declare(_called(name, one), one, opts) for one in wanted]


def _called(name: str, one: Mapping[str, Any]) -> str:
    return f"{name}-{one['kind'].lower()}-{one['metadata']['name']}"


def _declare(name: str, one: Mapping[str, Any], opts: pulumi.ResourceOptions) -> pulumi.Resource:
    rest = {key: value for key, value in one.items() if key not in ("apiVersion", "kind")}
    return KubernetesObject(name, api_version=one["apiVersion"], kind=one["kind"], manifest=rest, opts=opts)
