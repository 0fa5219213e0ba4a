"""Dangers in a cluster: what admission lets in, and what roles allow."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.reports.support.objects import said, thing, told
from tests.support.resources import UNKNOWN, Res

ADMISSION, RBAC = "admissionregistration.k8s.io/v1", "rbac.authorization.k8s.io/v1"


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
