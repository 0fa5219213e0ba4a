"""The policies of admission refuse on error, look into teams' namespaces alone, and are in force as they are made."""

from typing import Any

import pytest

from components.admission.admission import AdmissionPolicies, AdmissionPoliciesArgs
from components.admission.deletion_budget import deletion_budget
from components.admission.policies import policies
from components.admission.policy import EVERYWHERE, TEAMS, TEAMS_NAMESPACES
from lib.labels import TEAM
from tests.conftest import Deploy

ARGS = AdmissionPoliciesArgs(
    registries=["registry.example/"],
    delivery="argocd",
    writers=["ours"],
    preview="tries",
    budget_setting="project:budget",
)
KINDS = "kubernetes:admissionregistration.k8s.io/v1:"


def test_every_policy_is_bound_and_denies(deploy: Deploy) -> None:
    """A policy without a binding does nothing; one that only warns is read by nobody."""
    deployed = deploy(lambda: AdmissionPolicies("admission", ARGS))
    declared = deployed.all(f"{KINDS}ValidatingAdmissionPolicy")
    bindings = deployed.all(f"{KINDS}ValidatingAdmissionPolicyBinding")
    assert len(declared) == len(bindings) == 7
    named = {binding.inputs["spec"]["policyName"]: binding for binding in bindings}
    for policy in declared:
        binding = named[policy.inputs["metadata"]["name"]]
        assert binding.inputs["spec"]["validationActions"] == ["Deny", "Audit"]
        assert policy.urn in binding.dependencies


def test_an_error_refuses_and_only_teams_are_looked_at() -> None:
    """What AWS and Argo CD run elsewhere is none of these policies' business."""
    for row in policies(registries=["r/"], delivery="argocd", writers=[]):
        assert row.spec()["failurePolicy"] == "Fail"
        assert row.place == (TEAMS_NAMESPACES if row.name == "namespaces-stay" else TEAMS)
        assert row.spec()["matchConstraints"].items() > row.place.items()
    selector = {"matchExpressions": [{"key": TEAM, "operator": "Exists"}]}
    assert {"namespaceSelector": selector, "objectSelector": selector} == {**TEAMS, **TEAMS_NAMESPACES}


def test_budget_is_held_against_one_list_and_stops_a_preview() -> None:
    """The engine passes over an answer Forbidden in a preview; of what previews do, everything is looked at."""
    rows = {row.name: row for row in deletion_budget(setting="project:budget", writers=["ours"], preview="tries")}
    assert all(row.spec()["failurePolicy"] == "Fail" for row in rows.values())
    held = rows.pop("deletion-budget").spec()
    (validation,) = held["validations"]
    assert validation["reason"] == "Invalid"
    assert "project:budget" in validation["messageExpression"]
    assert "project:budget" in validation["message"]
    rules = [held["matchConstraints"], rows["services-by-deployment"].spec()["matchConstraints"]]
    for constraints in rules:
        assert constraints["namespaceSelector"] == {"matchLabels": {"kubernetes.io/metadata.name": "argocd"}}
        (rule,) = constraints["resourceRules"]
        assert (rule["resources"], rule["resourceNames"]) == (["configmaps"], ["services"])
    previews = rows["previews-write-nothing"]
    assert previews.place == EVERYWHERE
    assert previews.spec()["matchConstraints"] == {"resourceRules": [previews.looks[0].rule()]}


def test_text_is_text_in_an_expression() -> None:
    """A quote in a value ends no string."""
    (images, *_) = policies(registries=["it's\\/"], delivery="argocd", writers=[])
    assert r"startsWith('it\'s\\/')" in images.expression


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"registries": []}, "no pod could start"),
        ({"registries": ["registry.example"]}, "with a slash at the end"),
        ({"registries": ["https://registry.example/"]}, "write host and path"),
        ({"writers": ["system:authenticated"]}, "choose one of ours"),
        ({"preview": "system:authenticated"}, "choose one of ours"),
        ({"preview": ""}, "choose one of ours"),
    ],
)
def test_what_would_open_or_close_everything_is_refused(change: dict[str, Any], message: str) -> None:
    """Before anything is registered, with the value and the fix."""
    with pytest.raises(ValueError, match=message):
        AdmissionPoliciesArgs(**{**vars(ARGS), **change})
