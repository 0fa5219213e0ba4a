"""Dangers in a cluster: settings, quotas, and what answers to whom."""

from typing import Any

import pytest

from tests.reports.support.objects import said, thing
from tests.support.resources import UNKNOWN, Res

SET, APPLICATION = "argoproj.io/v1alpha1:ApplicationSet", "argoproj.io/v1alpha1:Application"
SETTINGS, SERVICES = "core/v1:ConfigMap", {"nationgraph.io/deletion-budget": "0"}
QUOTA, SERVICE = "core/v1:ResourceQuota", "core/v1:Service"
DEFINITION = "apiextensions.k8s.io/v1:CustomResourceDefinition"
PUBLIC = {"alb.ingress.kubernetes.io/scheme": "internet-facing"}


def source(url: str, **more: Any) -> dict[str, Any]:
    """Of an application, or of each that a set makes."""
    return {"source": {"repoURL": url}, **more}


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        (thing(SETTINGS, "argocd-cm", data={"admin.enabled": "false"}),
         thing(SETTINGS, "argocd-cm", data={"admin.enabled": "true"}), "admin.enabled false -> true"),
        (thing(SETTINGS, "argocd-cm", data={"a": "b"}),
         thing(SETTINGS, "argocd-cm", data={"users.anonymous.enabled": "true"}), "absent -> true"),
        (thing(SETTINGS, "other", data={"a": "b"}), thing(SETTINGS, "other", data={"exec.enabled": "true"}), ""),
        (thing(SETTINGS, "argocd-cm", data={"admin.enabled": "false"}),
         thing(SETTINGS, "argocd-cm", data={"admin.enabled": UNKNOWN}), ""),
        (thing(SETTINGS, "argocd-rbac-cm", data={"policy.csv": "p, a, b, c, d, deny"}),
         thing(SETTINGS, "argocd-rbac-cm", data={"policy.csv": "p,a,b,c,d,deny\np, a, *, *, *, allow"}),
         "more rights in Argo CD: p, a, *, *, *, allow"),
        (thing(SETTINGS, "argocd-rbac-cm", data={"policy.csv": "p, a, b, c, d, deny"}),
         thing(SETTINGS, "argocd-rbac-cm", data={"policy.csv": ""}), "no longer: p, a, b, c, d, deny"),
        (thing(SETTINGS, "services", metadata={"annotations": SERVICES}),
         thing(SETTINGS, "services", metadata={"annotations": {**SERVICES, "nationgraph.io/deletion-budget": "2"}}),
         "deletion budget 0 -> 2"),
        (thing(QUOTA, spec={"hard": {"pods": "9", "services.nodeports": "0"}}), None, "is deleted"),
        (thing(QUOTA, spec={"hard": {"pods": "9", "services.nodeports": "0"}}),
         thing(QUOTA, spec={"hard": {"pods": "12", "services.nodeports": "1"}}), "less: services.nodeports 0 -> 1"),
        (thing(QUOTA, spec={"hard": {"pods": "9"}}), thing(QUOTA, spec={"hard": {"pods": "12"}}), ""),
        (thing(SERVICE, spec={}), thing(SERVICE, spec={"type": "NodePort"}), "absent -> NodePort"),
        (thing(SERVICE, spec={}), thing(SERVICE, spec={"type": "ClusterIP"}), ""),
        (thing("networking.k8s.io/v1:Ingress"), thing("networking.k8s.io/v1:Ingress", metadata={"annotations": PUBLIC}),
         "answers on the internet"),
        (thing("apps/v1:Deployment", spec={"replicas": 2}), thing("apps/v1:Deployment", spec={"replicas": 0}),
         "replicas 2 -> 0"),
        (thing("apps/v1:Deployment", spec={"replicas": 2}), thing("apps/v1:Deployment", spec={"replicas": 1}), ""),
        (thing(DEFINITION), None, "is deleted with every object of its kind"),
        (thing(APPLICATION, spec=source("a")), thing(APPLICATION, spec=source("b")), "from another repository: b"),
        (thing(SET, spec={"template": {"spec": source("a")}}), thing(SET, spec={"template": {"spec": source("b")}}),
         "from another repository: b"),
        (thing(SET, spec={"generators": [{"git": {}}]}), thing(SET, spec={"generators": []}), "no generator any more"),
    ],
)  # fmt: skip
def test_settings_in_a_cluster(before: Res, after: Res | None, word: str) -> None:
    """Guards that are given up, what is opened, what runs no more; none for the new, and for what only grows."""
    found = said([before], [after] if after else [])
    assert [word in text for text in found] == [True] * bool(word)
    assert after is None or said([], [after]) == []


def test_bounds_that_go_with_their_namespace() -> None:
    """Nobody misses them."""
    quota = thing(QUOTA, spec={"hard": {"pods": "9"}})
    (gone,) = said([thing("core/v1:Namespace", "team", namespace=""), quota], [])
    assert gone == "namespace team is deleted with everything in it"
