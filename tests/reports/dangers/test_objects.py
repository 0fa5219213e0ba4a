"""Dangers in a cluster: NetworkPolicies by what they let in, admission, roles, applications and their guards."""

from collections.abc import Sequence
from typing import Any

import pytest

from reports.dangers import Danger, dangers
from tests.reports.support.changes import change_of
from tests.support.resources import UNKNOWN, Res

OTHER = Res("aws:ec2/vpc:Vpc", "vpc", {"cidrBlock": "10.0.0.0/16"})
ADMISSION, RBAC = "admissionregistration.k8s.io/v1", "rbac.authorization.k8s.io/v1"
SET, APPLICATION = "argoproj.io/v1alpha1:ApplicationSet", "argoproj.io/v1alpha1:Application"


def thing(kind: str, name: str = "it", namespace: str = "team", **fields: Any) -> Res:
    """An object."""
    metadata = {"name": name, "namespace": namespace, **fields.pop("metadata", {})}
    return Res(f"kubernetes:{kind}", f"{kind.rpartition(':')[2].lower()}-{name}", {"metadata": metadata, **fields})


def told(before: Sequence[Res], after: Sequence[Res]) -> list[Danger]:
    """The dangers of a change."""
    return dangers(change_of([OTHER, *before], [OTHER, *after]))


def said(before: Sequence[Res], after: Sequence[Res]) -> list[str]:
    """Their sentences."""
    return [danger.sentence for danger in told(before, after)]


def policy(name: str = "it", pods: Any = None, **directions: Any) -> Res:
    """A NetworkPolicy; what is not given is not spoken of."""
    spec = {"podSelector": pods if pods is not None else {}, "policyTypes": [key.capitalize() for key in directions]}
    return thing("networking.k8s.io/v1:NetworkPolicy", name, spec={**spec, **directions})


def rule(*peers: Any, ports: Any = None, key: str = "from") -> dict[str, Any]:
    """One rule."""
    return {key: list(peers), **({"ports": ports} if ports else {})}


API, WEB = {"matchLabels": {"app": "api"}}, {"podSelector": {"matchLabels": {"app": "web"}}}
HTTP = [{"port": 80}]
CLOSED = policy("closed", ingress=[], egress=[])


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ([CLOSED], [], ["is open out to everybody", "is open in from everybody"]),
        ([CLOSED], [policy("closed", ingress=[])], ["no longer closes egress"]),
        ([CLOSED], [policy("closed", pods=API, ingress=[], egress=[])], ["no longer selects them"] * 2),
        ([CLOSED], [CLOSED, policy(ingress=[rule()])], ["newly lets in everybody on every port"]),
        ([CLOSED], [CLOSED, policy(ingress=[rule(WEB, ports=HTTP)])],
         ["newly lets in pods with app=web of its namespace on TCP 80"]),
        ([CLOSED], [CLOSED, policy(egress=[rule({"ipBlock": {"cidr": "0.0.0.0/0"}}, key="to")])],
         ["newly lets out to"]),
        ([policy(ingress=[rule(WEB, ports=HTTP)])], [policy(ingress=[rule(WEB, ports=[{"port": 80, "endPort": 90}])])],
         ["on TCP 80-90"]),
        ([policy(ingress=[rule(WEB, ports=HTTP)])], [policy(ingress=[rule(WEB)])], ["on every port"]),
        ([policy(ingress=[rule({"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}})])],
         [policy(ingress=[rule({"ipBlock": {"cidr": "10.0.0.0/8"}})])], ["newly lets in 10.0.0.0/8"]),
        ([policy(ingress=[rule({"namespaceSelector": {"matchLabels": {"a": "b"}}})])],
         [policy(ingress=[rule({"namespaceSelector": {}})])], ["newly lets in every namespace"]),
    ],
)  # fmt: skip
def test_a_network_policy_opens(before: Sequence[Res], after: Sequence[Res], words: Sequence[str]) -> None:
    """What was closed for its pods before."""
    found = said(before, after)
    assert len(found) == len(words)
    for text, word in zip(found, words, strict=True):
        assert word in text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], [CLOSED]),
        ([], [policy(ingress=[rule()])]),
        ([CLOSED, policy(pods=API, ingress=[])], [CLOSED]),
        ([CLOSED, policy(ingress=[rule(WEB, ports=HTTP)])], [CLOSED, policy("new", ingress=[rule(WEB, ports=HTTP)])]),
        ([policy(ingress=[rule(WEB)])], [policy(ingress=[rule(WEB, ports=HTTP)])]),
        ([policy(ingress=[rule(WEB), rule(WEB, ports=HTTP)])], [policy(ingress=[rule(WEB)])]),
        ([policy(ingress=[rule({"ipBlock": {"cidr": "10.0.0.0/8"}})])],
         [policy(ingress=[rule({"ipBlock": {"cidr": "10.9.0.0/16"}}, {"ipBlock": {"cidr": "10.0.0.0/9"}})])]),
        ([policy(pods=API, ingress=[])],
         [policy(pods={"matchExpressions": [{"key": "app", "operator": "In", "values": ["api"]}]}, ingress=[])]),
        ([policy(ingress=[rule(WEB)])], [policy(ingress=[{"from": UNKNOWN}])]),
        ([policy(pods=API, ingress=[])], [policy(pods={"matchLabels": {"app": UNKNOWN}}, ingress=[])]),
        ([policy(ingress=[rule(WEB, ports=HTTP)])],
         [policy(ingress=[rule(WEB, ports=[{"port": 80, "protocol": "TCP"}])])]),
        ([thing("core/v1:Namespace", "team"), CLOSED], [policy("other", ingress=[])]),
    ],
)  # fmt: skip
def test_a_network_policy_opens_nothing(before: Sequence[Res], after: Sequence[Res]) -> None:
    """New ones narrow, equal ones say nothing, and with its namespace a policy goes unmissed."""
    assert [danger for danger in told(before, after) if danger.kind == "cluster"] == []


def admission(**spec: Any) -> Res:
    """A policy of admission."""
    rows = [{"operations": ["CREATE", "UPDATE"], "resources": ["pods"]}]
    base = {"failurePolicy": "Fail", "matchConstraints": {"resourceRules": rows}, "validations": [{"expression": "a"}]}
    return thing(f"{ADMISSION}:ValidatingAdmissionPolicy", spec={**base, **spec})


def binding(*actions: str) -> Res:
    """What makes it count."""
    return thing(
        f"{ADMISSION}:ValidatingAdmissionPolicyBinding", spec={"policyName": "it", "validationActions": actions}
    )


def namespace(level: str | None) -> Res:
    """With a Pod Security Standard."""
    labels = {"pod-security.kubernetes.io/enforce": level} if level else {}
    return thing("core/v1:Namespace", metadata={"labels": labels})


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        (admission(), None, "is deleted: what it refuses is let in"),
        (admission(), admission(failurePolicy="Ignore"), "lets in what it fails to judge"),
        (admission(), admission(validations=[{"expression": "true"}]), "1 of 1 validations changed or gone"),
        (admission(), admission(validations=[{"expression": " a "}, {"expression": "b"}]), ""),
        (admission(), admission(validations=UNKNOWN), ""),
        (admission(),
         admission(matchConstraints={"resourceRules": [{"operations": ["CREATE"], "resources": ["pods"]}]}),
         "no longer looks at UPDATE pods"),
        (binding("Deny", "Audit"), binding("Audit"), "only reports what its policy refuses"),
        (binding("Deny"), None, "its policy refuses nothing"),
        (binding("Audit"), None, ""),
        (admission(), admission(matchConditions=[{"name": "a", "expression": "false"}]), "looks only where false"),
        (admission(matchConditions=[{"name": "a", "expression": "b"}]), admission(), ""),
        (namespace("restricted"), namespace("baseline"), "restricted -> baseline"),
        (namespace("baseline"), namespace(None), "baseline -> absent"),
        (namespace("baseline"), namespace("restricted"), ""),
    ],
)  # fmt: skip
def test_guards_of_the_cluster(before: Res, after: Res | None, word: str) -> None:
    """Weaker, or gone."""
    found = said([before], [after] if after else [])
    assert len(found) == bool(word)
    assert all(word in text for text in found)


def test_a_policy_and_its_binding_go_together() -> None:
    """One danger, not two."""
    assert len(told([admission(), binding("Deny")], [])) == 1


def role(*verbs: str, resources: Sequence[str] = ("pods",), kind: str = "Role", **more: Any) -> Res:
    """A role of Kubernetes."""
    rules = [{"apiGroups": [""], "resources": [*resources], "verbs": [*verbs], **more}]
    return thing(f"{RBAC}:{kind}", rules=rules)


def bound(*names: str, role: str = "view") -> Res:
    """Who has a role."""
    subjects = [{"kind": "Group", "name": name} for name in names]
    return thing(f"{RBAC}:ClusterRoleBinding", roleRef={"kind": "ClusterRole", "name": role}, subjects=subjects)


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        (role("get"), role("get", "delete"), "Role it gains delete pods"),
        (role("get"), role("get", resources=["pods", "secrets"]), "gains get secrets"),
        (role("get", resourceNames=["a"]), role("get"), "gains get pods"),
        (role("get"), role("get", resourceNames=["a"]), ""),
        (role("*"), role("get", "delete"), ""),
        (None, role("get"), ""),
        (None, role("*"), "gains * pods"),
        (bound("a"), bound("a", "system:authenticated"), "gives view to Group system:authenticated"),
        (bound("a", "b"), bound("b"), ""),
        (None, bound("a"), ""),
        (None, bound("a", role="cluster-admin"), "gives cluster-admin to Group a"),
    ],
)
def test_rights_in_the_cluster(before: Res | None, after: Res, word: str) -> None:
    """What roles allow, and who has them."""
    found = said([before] if before else [], [after])
    assert len(found) == bool(word)
    assert all(word in text for text in found)


def project(**spec: Any) -> Res:
    """Of Argo CD."""
    return thing("argoproj.io/v1alpha1:AppProject", spec={"sourceRepos": ["https://a"], **spec})


def test_projects() -> None:
    """What they may deploy besides."""
    assert said([project()], [project(sourceRepos=["https://a", "*"])]) == ["AppProject it also allows sourceRepos *"]
    more = project(destinations=[{"namespace": "x", "server": "s"}])
    assert said([project()], [more]) == ["AppProject it also allows destinations x s"]
    assert said([more], [project()]) == []


def sets(names: Sequence[str] = ("a", "b"), policy: Any = None, **template: Any) -> Res:
    """An ApplicationSet with a list."""
    guards = {"applicationsSync": "create-update", "preserveResourcesOnDeletion": True}
    elements = [{"service": name} for name in names]
    spec = {"generators": [{"list": {"elements": elements}}], "syncPolicy": policy or guards, "template": template}
    return thing(SET, spec=spec)


FINALIZER = "resources-finalizer.argocd.argoproj.io"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (sets(), sets(["a"]), ["no longer makes b"]),
        (sets(["a"]), sets(), []),
        (sets(), None, ["its applications stay and nobody updates them"]),
        (sets(policy={"applicationsSync": "sync"}), None, ["what it deployed may go with it"]),
        (sets(), sets(policy={"applicationsSync": "sync", "preserveResourcesOnDeletion": True}),
         ["deletes applications that a generator does not return any more"]),
        (sets(), sets(policy={"applicationsSync": "create-only"}), ["takes what its applications deployed with it"]),
        (sets(), sets(spec={"syncPolicy": {"automated": {"allowEmpty": True}}}), ["renders to nothing"]),
        (sets(), sets(metadata={"finalizers": [FINALIZER]}), ["spec.template.metadata.finalizers"]),
        (thing(APPLICATION), None, ["Application it is deleted"]),
        (thing(APPLICATION), thing(APPLICATION, metadata={"finalizers": [FINALIZER]}), ["takes what it deployed"]),
        (thing("core/v1:Namespace"), None, ["namespace it is deleted with everything in it"]),
        (thing("core/v1:ConfigMap", "services", data={"a.service": "x"}), None, []),
    ],
)  # fmt: skip
def test_applications(before: Res, after: Res | None, words: Sequence[str]) -> None:
    """What leaves, and the guards against it."""
    found = said([before], [after] if after else [])
    assert len(found) == len(words)
    for text, word in zip(found, words, strict=True):
        assert word in text


def listed(budget: str = "1", **services: str) -> Res:
    """The list of services."""
    data = {f"{name}.service": place for name, place in services.items()}
    metadata = {"annotations": {"nationgraph.io/deletion-budget": budget}}
    return thing("core/v1:ConfigMap", "services", "argocd", metadata=metadata, data=data)


def test_the_list_of_services() -> None:
    """Removed and moved ones, with the budget; added ones are no danger."""
    (found,) = told([listed(a="core/x", b="core/y", c="core/z")], [listed("2", b="core/y", c="core/new")])
    assert "a removed; c (core/z -> core/new) moved (the deletion budget is 2)" in found.sentence
    assert (found.severity, found.before) == ("high", "a, c")
    assert told([listed(a="core/x")], [listed(a="core/x", b="core/y")]) == []
    (gone,) = told([listed(a="x", b="y")], [])
    assert (gone.severity, "budget is 1" in gone.sentence) == ("critical", True)


def claim(options: str | None) -> Res:
    """What holds data, with Argo CD's options."""
    annotations = {"argocd.argoproj.io/sync-options": options} if options else {}
    return thing("core/v1:PersistentVolumeClaim", metadata={"annotations": annotations})


def test_confirmed_deletion() -> None:
    """A person's word that is not asked for any more."""
    (found,) = said([claim("Prune=confirm,Delete=confirm")], [claim("Prune=confirm")])
    assert "Delete needs no confirmation any more" in found
    assert said([claim("Prune=confirm,Delete=confirm")], [claim("Delete=false, prune=false")]) == []


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
