"""What is declared in the laboratory: the platform's own objects, and the same with every guard taken away."""

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

from components.argocd.application_sets import FINALIZER
from components.argocd.args import ArgoCdArgs, delivery, installation, namespace
from components.argocd.projects import CLUSTER
from components.namespaces.namespaces import SERVICE_ACCOUNTS
from components.shared.pod_security import RESTRICTED
from lib.labels import TEAM
from tests.components.argocd.support.arguments import arguments
from tests.e2e.argocd.support.repository import SMALL

UNGUARDED = "unguarded"
VICTIMS = "victims"
TIER = "standard"
"""Whose services the unguarded one deploys: some are enough, and sooner there again."""
WIDE = ("ClusterRole", "ClusterRoleBinding")
TAKEN_AWAY = {
    "ARGOCD_APPLICATIONSET_CONTROLLER_POLICY": "create-update",
    "ARGOCD_APPLICATIONSET_CONTROLLER_ENABLE_POLICY_OVERRIDE": "true",
}
"""An ApplicationSet says for itself what may be deleted."""
LABEL = "environment"
CLUSTERED = "clustered"
NAIVE = "naive"


def told(tiers: Mapping[str, tuple[str, ...]]) -> ArgoCdArgs:
    """The arguments of an environment that follows dev."""
    return arguments(environment="dev", versions="dev", tiers=tiers, protect=False)


def team(name: str) -> list[dict[str, Any]]:
    """A namespace in which services can run, and nothing more: the accounts of their pods."""
    accounts = [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": account, "namespace": name},
            "automountServiceAccountToken": False,
        }
        for account in SERVICE_ACCOUNTS
    ]
    labels = {**RESTRICTED, TEAM: name} if name != VICTIMS else RESTRICTED
    return [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}, *accounts]


def unguarded_installation(args: ArgoCdArgs) -> Iterator[dict[str, Any]]:
    """Argo CD once more, in a namespace of its own."""
    yield {**namespace(), "metadata": {"name": UNGUARDED}}
    for one in installation(args):
        if one["kind"] in ("CustomResourceDefinition", "NetworkPolicy", "Ingress"):
            continue
        made = json.loads(json.dumps(one).replace('"namespace": "argocd"', f'"namespace": "{UNGUARDED}"'))
        if made["kind"] in WIDE:
            made["metadata"]["name"] = f"{UNGUARDED}-{made['metadata']['name']}"
        if made["kind"] == "ClusterRoleBinding":
            made["roleRef"]["name"] = f"{UNGUARDED}-{made['roleRef']['name']}"
        yield made


def unguarded_delivery(args: ArgoCdArgs) -> Iterator[dict[str, Any]]:
    """Sets that sync whatever their generators return, and Applications that take along what they deployed."""
    yield {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {"name": "default", "namespace": UNGUARDED},
        "spec": {
            "sourceRepos": ["*"],
            "destinations": [{"server": "*", "namespace": "*"}],
            "namespaceResourceWhitelist": [{"group": "*", "kind": "*"}],
        },
    }
    for one in delivery(args):
        if (one["kind"], one["metadata"]["name"]) == ("ApplicationSet", TIER):
            yield without_guards(one)


def without_guards(one: Mapping[str, Any]) -> dict[str, Any]:
    """A set, in the other namespace, whose Applications deploy the small chart."""
    made = copy.deepcopy(dict(one))
    made["metadata"] = {"name": one["metadata"]["name"], "namespace": UNGUARDED}
    made["spec"]["syncPolicy"] = {"applicationsSync": "sync"}
    made["spec"].pop("templatePatch")
    template = made["spec"]["template"]
    # A name of its own: of two Argo CDs each takes what bears the name of an Application of its own for its own.
    template["metadata"]["name"] = "victim-{{.service}}"
    template["metadata"]["finalizers"] = [FINALIZER]
    template["spec"]["project"] = "default"
    template["spec"]["source"] |= {"path": SMALL, "helm": {"releaseName": template["metadata"]["name"]}}
    template["spec"]["destination"] = {"server": CLUSTER, "namespace": VICTIMS}
    return made


def small(one: Mapping[str, Any], name: str, application: str, generator: Mapping[str, Any]) -> dict[str, Any]:
    """A set with the guards of ``one`` that makes Applications of the small chart by another generator."""
    made = copy.deepcopy(dict(one))
    made["metadata"]["name"] = name
    if made["metadata"]["namespace"] == UNGUARDED:
        application = f"victim-{application}"
    made["spec"]["generators"] = [dict(generator)]
    made["spec"].pop("templatePatch", None)
    template = made["spec"]["template"]
    namespace_ = "payments" if made["metadata"]["namespace"] == "argocd" else VICTIMS
    template["metadata"]["name"] = application
    template["metadata"].pop("labels")
    template["spec"]["source"] |= {"path": SMALL, "helm": {"releaseName": application}}
    template["spec"]["destination"] = {"server": CLUSTER, "namespace": namespace_}
    return made


def clustered(one: Mapping[str, Any]) -> dict[str, Any]:
    """An Application for each cluster that has the label."""
    generator = {"clusters": {"selector": {"matchLabels": {LABEL: "dev"}}}}
    return small(one, CLUSTERED, f"{CLUSTERED}-{{{{.name}}}}", generator)


def cluster_secret(place: str, label: str = "dev") -> dict[str, Any]:
    """The cluster itself, under a name that generators find by its label."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "own",
            "namespace": place,
            "labels": {"argocd.argoproj.io/secret-type": "cluster", LABEL: label},
        },
        "stringData": {"name": "own", "server": CLUSTER, "config": "{}"},
    }


def naive(one: Mapping[str, Any], url: str) -> list[dict[str, Any]]:
    """A set by the naive generator, with what tells Argo CD where it is."""
    place = one["metadata"]["namespace"]
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": NAIVE, "namespace": place, "labels": {"app.kubernetes.io/part-of": "argocd"}},
        "stringData": {"token": "none"},
    }
    config = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": NAIVE, "namespace": place},
        "data": {"token": f"${NAIVE}:token", "baseUrl": url},
    }
    generator = {"plugin": {"configMapRef": {"name": NAIVE}, "requeueAfterSeconds": 120}}
    return [secret, config, small(one, NAIVE, f"{NAIVE}-{{{{.service}}}}", generator)]
